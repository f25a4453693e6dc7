//! Mistakes that the grammar has rules for, so that the right tree is built all the same.

use crate::Span;
use crate::ast::*;
use crate::deep::{ArmBody, BodyNode, Deep, HeadNode, Slip};
use crate::error::{Habit, SyntaxError, SyntaxErrorKind as Kind};
use crate::token::Token;
use crate::tree::Cx;
use crate::wording::{camel, quote_key, snake};

impl Cx<'_> {
    /// `record site`
    pub(crate) fn lower_for_upper(&mut self, l: u32, r: u32) -> Name {
        let name = self.name(l, r);
        let what = match self.token_ending_before(l) {
            Some(Token::Record) => "a record",
            Some(Token::Enum) => "an enum",
            Some(Token::Lt) => "a type parameter",
            Some(Token::Lower) => "a resource or component",
            _ => "a variant",
        };
        let help = format!("write `{}`", camel(&name.text));
        self.report(
            SyntaxError::new(Kind::UpperExpected { name: name.text.clone(), what }, name.span).help(help),
        );
        name
    }

    /// `let Foo`
    pub(crate) fn upper_for_lower(&mut self, l: u32, r: u32) -> Name {
        let name = self.name(l, r);
        let what = match self.token_ending_before(l) {
            Some(Token::Let) => "a value",
            Some(Token::Fn) => "a function",
            Some(Token::Lower) => "a policy or parameter",
            _ => "a field, attribute or parameter",
        };
        let help = format!("write `{}`", snake(&name.text));
        self.report(
            SyntaxError::new(Kind::LowerExpected { name: name.text.clone(), what }, name.span).help(help),
        );
        name
    }

    fn token_ending_before(&self, l: u32) -> Option<Token> {
        let at = self.lexemes.partition_point(|lexeme| lexeme.span.start < l);
        self.lexemes.get(at.checked_sub(1)?).map(|lexeme| lexeme.token)
    }

    /// A word of the language where a name has to stand.
    pub(crate) fn reserved_name(&mut self, l: u32, r: u32) -> Name {
        let name = self.name(l, r);
        self.reserved_word(&name);
        name
    }

    fn reserved_word(&mut self, name: &Name) {
        let other = match name.text.as_str() {
            "type" => "kind",
            "in" => "input",
            "default" => "fallback",
            "self" => "this",
            _ => "",
        };
        let help = match other {
            "" => format!("choose another name, for example `{}_`", name.text),
            other => format!("choose another name, for example `{other}`"),
        };
        self.report(SyntaxError::new(Kind::ReservedWord { word: name.text.clone() }, name.span).help(help));
    }

    /// Words that begin statements cannot name what an expression may begin with.
    pub(crate) fn check_variable(&mut self, name: &Name) {
        if matches!(name.text.as_str(), "after" | "select" | "check" | "defaults" | "prune" | "param" | "out")
        {
            self.reserved_word(name);
        }
    }

    /// `(a,)`
    pub(crate) fn single_tuple(&mut self, only: &Expr, r: u32) {
        let at = self.lexemes.partition_point(|lexeme| lexeme.span.end < r);
        let comma = at.checked_sub(1).and_then(|at| self.lexemes.get(at));
        if let Some(comma) = comma.filter(|comma| comma.token == Token::Comma)
            && comma.span.start >= only.span.end
        {
            let error = SyntaxError::new(Kind::SingleTuple, comma.span);
            self.report(error.help("leave the comma out: one value needs no tuple"));
        }
    }

    /// What may stand once.
    pub(crate) fn given_twice(&mut self, span: Span) {
        let text = SmolStr::new(self.slice(span));
        self.report(SyntaxError::new(Kind::GivenTwice { text }, span).help("leave one of them out"));
    }

    /// `string` for `String`
    pub(crate) fn lower_type(&mut self, l: u32, r: u32) -> Deep<Box<TypeExpr>> {
        let name = self.name(l, r);
        let known = match name.text.as_str() {
            "string" | "str" | "text" => Some("String"),
            "int" | "integer" | "number" | "i64" | "u64" | "i32" | "u32" => Some("Int"),
            "bool" | "boolean" => Some("Bool"),
            "duration" => Some("Duration"),
            "size" => Some("Size"),
            "mode" => Some("Mode"),
            "path" => Some("AbsPath"),
            _ => None,
        };
        let help = match (known, name.text.as_str()) {
            (Some(known), _) => format!("write `{known}`"),
            (None, "list" | "array" | "vec") => "write `List<T>`".to_owned(),
            (None, text) => format!("write `{}`", camel(text)),
        };
        let kind = Kind::UpperExpected { name: name.text, what: "a type" };
        self.report(SyntaxError::new(kind, name.span).help(help));
        match known {
            Some(known) => {
                let name = Name { text: known.into(), span: name.span };
                let kind = TypeExprKind::Path { module: None, name, args: Vec::new() };
                Deep::flat(Box::new(TypeExpr { kind, span: Span::new(l, r) }))
            }
            None => self.bad_type(l, r),
        }
    }

    /// `mode: 0o644`, `mode => 0o644`
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
        // A value that could not be read has its own message, and one is enough.
        if value.node.kind != ExprKind::Error || value.node.span.is_empty() {
            let help = format!("write `{} = ..`", name.text);
            self.report(SyntaxError::new(kind, sign).help(help));
        }
        self.attribute(name, Some(value))
    }

    /// `a with { port: 81 }`
    pub(crate) fn slip_with_item(
        &mut self,
        l: u32,
        path: Vec<Name>,
        sign: Span,
        value: Deep<Expr>,
        r: u32,
    ) -> Deep<Option<Box<WithItem>>> {
        if value.node.kind != ExprKind::Error || value.node.span.is_empty() {
            let name = SmolStr::new(self.slice(Span::new(l, sign.start)).trim());
            let help = format!("write `{name} = ..`");
            self.report(SyntaxError::new(Kind::ColonForEquals { name }, sign).help(help));
        }
        self.with_item(l, path, value, r)
    }

    /// `if a = b { .. }`
    pub(crate) fn equals_condition(
        &mut self,
        left: Deep<Expr>,
        sign: Span,
        right: Deep<Expr>,
    ) -> Box<HeadNode> {
        self.report(SyntaxError::new(Kind::EqualsInCondition, sign).help("write `==`"));
        HeadNode::value(self.binary(left, BinaryOp::Equal, sign, right))
    }

    /// `.Off: 1` in a `match`
    pub(crate) fn wrong_arm(
        &mut self,
        l: u32,
        pattern: Deep<Box<Pattern>>,
        guard: Option<Deep<Expr>>,
        sign: Span,
        body: ArmBody,
        r: u32,
    ) -> Deep<Option<Box<Arm>>> {
        let found = match self.slice(sign) {
            ":" => ":",
            "->" => "->",
            _ => "=",
        };
        self.report(SyntaxError::new(Kind::WrongArmArrow { found }, sign).help("write `=>`"));
        self.arm(l, pattern, guard, body, r)
    }

    /// `File "/etc/motd"` without a body.
    pub(crate) fn no_body(&mut self, path: Path, title: Deep<Expr>) -> Deep<Expr> {
        let span = path.span.to(title.node.span);
        let name = path.segments.last().map(|name| name.text.clone()).unwrap_or_default();
        let written = self.slice(title.node.span);
        let help = match written.contains('\n') {
            true => format!("write `{name} .. {{}}` to declare it, or `{name}[..]` to refer to it"),
            false => {
                format!("write `{name} {written} {{}}` to declare it, or `{name}[{written}]` to refer to it")
            }
        };
        self.report(SyntaxError::new(Kind::MissingBody, span).help(help));
        self.construct(path, Some(title), BodyNode::empty(span.end))
    }

    /// `Package nginx { .. }`
    pub(crate) fn unquoted_title(&mut self, path: Path, l: u32, r: u32, body: BodyNode) -> Deep<Expr> {
        let span = Span::new(l, r);
        let key = SmolStr::new(self.slice(span));
        let resource = path.segments.last().map(|name| name.text.clone()).unwrap_or_default();
        self.report(quote_key(&resource, &key, span));
        let title = self.leaf(ExprKind::String(vec![StringPart::Text(key, span)]), l, r);
        self.construct(path, Some(title), body)
    }

    /// `policy "web"`
    pub(crate) fn quoted_name(&mut self, l: u32, r: u32, upper: bool) -> Name {
        let span = Span::new(l, r);
        let bare: String = self
            .slice(span)
            .trim_matches('"')
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let text = if upper { camel(&bare) } else { snake(&bare) };
        let error = SyntaxError::new(Kind::Habit(Habit::QuotedName), span);
        self.report(error.help(format!("write `{text}`")));
        Name { text: text.into(), span }
    }

    /// `test web_works { .. }`
    pub(crate) fn unquoted_test(&mut self, l: u32, r: u32) -> Deep<Expr> {
        let span = Span::new(l, r);
        let text = SmolStr::new(self.slice(span));
        let help = format!("write `test \"{}\"`", text.replace('_', " "));
        self.report(SyntaxError::new(Kind::Habit(Habit::TestName), span).help(help));
        self.leaf(ExprKind::String(vec![StringPart::Text(text, span)]), l, r)
    }

    /// `fn f(x: Int): Int`
    pub(crate) fn colon_result(&mut self, sign: Span) {
        self.report(SyntaxError::new(Kind::Habit(Habit::ResultColon), sign).help("write `->`"));
    }

    /// `fn f(x: Int) -> Int = x`
    pub(crate) fn bare_body(&mut self, sign: Span, value: Deep<Expr>) -> Deep<Block> {
        if value.node.kind != ExprKind::Error {
            let help = format!("write `{{ {} }}`", self.slice(value.node.span));
            let help =
                if help.len() > 60 || help.contains('\n') { "write `{ .. }`".to_owned() } else { help };
            self.report(SyntaxError::new(Kind::Habit(Habit::FnBody), sign).help(help));
        }
        self.arm_block(ArmBody::Value(value))
    }

    /// `case .A` in a `match`: the word was read as a module's name. Whether it was one.
    pub(crate) fn arm_word(&mut self, path: &mut Path) -> bool {
        let is_word = |name: &Name| matches!(name.text.as_str(), "case" | "when" | "is");
        let Some(word) = path.module.take_if(|name| is_word(name)) else { return false };
        // The dot stands in front of the name.
        path.span.start = path.segments.first().map_or(path.span.start, |name| name.span.start - 1);
        let help = format!("leave `{}` out", word.text);
        self.report(SyntaxError::new(Kind::Habit(Habit::ArmWord), word.span).help(help));
        true
    }

    /// `Debian` in a pattern.
    pub(crate) fn bare_variant(&mut self, name: &Name) {
        let found = format!("`{}`", name.text);
        let kind = Kind::UnexpectedToken { found, expected: vec!["a variant with its dot"] };
        self.report(
            SyntaxError::new(kind, name.span).help(format!("a variant begins with a dot: `.{}`", name.text)),
        );
    }
}
