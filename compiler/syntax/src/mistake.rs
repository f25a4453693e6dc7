//! From what the parser met to what the author meant: the messages for mistakes of grammar.

use crate::Span;
use crate::ast::*;
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::token::Token;
use crate::tree::{ArmBody, BodyNode, Cx, Deep, HeadNode, Slip};
use lalrpop_util::{ErrorRecovery, ParseError};

type Failure = ParseError<u32, Token, ()>;

impl Cx<'_> {
    /// A mistake that the grammar recovered from.
    pub(crate) fn recover(&mut self, recovery: ErrorRecovery<u32, Token, ()>, _l: u32, _r: u32) {
        self.explain(&recovery.error);
    }

    /// A mistake that the grammar did not recover from.
    pub(crate) fn unrecovered(&mut self, error: &Failure) {
        self.explain(error);
    }

    fn explain(&mut self, error: &Failure) {
        let (found, span, expected) = match error {
            ParseError::UnrecognizedToken { token: (l, token, r), expected } => {
                (Some(*token), Span::new(*l, *r), expected.as_slice())
            }
            ParseError::ExtraToken { token: (l, token, r) } => (Some(*token), Span::new(*l, *r), [].as_slice()),
            ParseError::UnrecognizedEof { location, expected } => (None, Span::at(*location), expected.as_slice()),
            ParseError::InvalidToken { location } => (None, Span::at(*location), [].as_slice()),
            ParseError::User { .. } => return,
        };
        let _ = expected;
        let found = format!("{found:?}");
        self.report(SyntaxError::new(Kind::UnexpectedToken { found, expected: Vec::new() }, span));
    }

    pub(crate) fn upper_expected(&mut self, l: u32, r: u32) -> Name {
        let name = self.name(l, r);
        self.report(SyntaxError::new(Kind::UpperExpected { name: name.text.clone(), what: "a type" }, name.span));
        name
    }

    pub(crate) fn lower_expected(&mut self, l: u32, r: u32) -> Name {
        let name = self.name(l, r);
        self.report(SyntaxError::new(Kind::LowerExpected { name: name.text.clone(), what: "a value" }, name.span));
        name
    }

    pub(crate) fn reserved_name(&mut self, l: u32, r: u32) -> Name {
        let name = self.name(l, r);
        self.report(SyntaxError::new(Kind::ReservedWord { word: name.text.clone() }, name.span));
        name
    }

    pub(crate) fn lower_type(&mut self, l: u32, r: u32) -> Deep<Box<TypeExpr>> {
        let name = self.name(l, r);
        self.report(SyntaxError::new(Kind::UpperExpected { name: name.text, what: "a type" }, name.span));
        self.bad_type(l, r)
    }

    pub(crate) fn slip_attribute(
        &mut self,
        slip: Slip,
        sign: Span,
        name: Name,
        value: Deep<Expr>,
    ) -> Deep<Box<BodyItem>> {
        let kind = match slip {
            Slip::Colon => Kind::ColonForEquals { name: name.text.clone() },
            Slip::FatArrow => Kind::ArrowForEquals { name: name.text.clone() },
        };
        self.report(SyntaxError::new(kind, sign));
        self.attribute(name, Some(value))
    }

    pub(crate) fn equals_condition(&mut self, left: Deep<Expr>, sign: Span, right: Deep<Expr>) -> Box<HeadNode> {
        self.report(SyntaxError::new(Kind::EqualsInCondition, sign).help("write `==`"));
        let value = self.binary(left, BinaryOp::Equal, sign, right);
        HeadNode::value(value)
    }

    pub(crate) fn wrong_arm(
        &mut self,
        l: u32,
        pattern: Deep<Box<Pattern>>,
        sign: Span,
        body: ArmBody,
        r: u32,
    ) -> Deep<Option<Box<Arm>>> {
        let found = match self.slice(sign) {
            ":" => ":",
            "->" => "->",
            _ => "=",
        };
        self.report(SyntaxError::new(Kind::WrongArmArrow { found }, sign));
        self.arm(l, pattern, body, r)
    }

    /// `File "/etc/motd"` without a body.
    pub(crate) fn no_body(&mut self, path: Path, title: Deep<Expr>) -> Deep<Expr> {
        let end = title.node.span.end;
        let span = path.span.to(title.node.span);
        self.report(SyntaxError::new(Kind::MissingBody, span));
        self.construct(path, Some(title), BodyNode::empty(end))
    }

    /// `Package nginx { .. }`
    pub(crate) fn unquoted_title(&mut self, path: Path, l: u32, r: u32, body: BodyNode) -> Deep<Expr> {
        let span = Span::new(l, r);
        let key = SmolStr::new(self.slice(span));
        let resource = path.segments.last().map(|name| name.text.clone()).unwrap_or_default();
        let help = format!("write `{resource} \"{key}\"`");
        self.report(SyntaxError::new(Kind::UnquotedKey { resource, key: key.clone() }, span).help(help));
        let title = self.leaf(ExprKind::String(vec![StringPart::Text(key, span)]), l, r);
        self.construct(path, Some(title), body)
    }

    /// `Debian` in a pattern.
    pub(crate) fn bare_variant(&mut self, name: &Name) {
        let kind = Kind::UnexpectedToken { found: format!("`{}`", name.text), expected: vec!["a pattern"] };
        self.report(SyntaxError::new(kind, name.span).help(format!("a variant begins with a dot: `.{}`", name.text)));
    }
}
