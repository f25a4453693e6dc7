//! Builds the tree: what the grammar's actions call.

use crate::Span;
use crate::ast::*;
use crate::deep::{Deep, FieldItem, List};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::lexer::{DocBlock, Lexed};
use crate::literal;
use crate::token::{Lexeme, Token};
use crate::trivia::{Comment, CommentKind};
use std::cell::Cell;

mod block;
mod expr;
mod operation;
mod pattern;

/// Nodes on the longest path from an item to a leaf. A tree of this depth can be dropped, cloned and visited
/// by recursion in any thread.
const MAX_DEPTH: u32 = 256;

/// What the grammar's actions share.
pub(crate) struct Cx<'s> {
    pub(crate) text: &'s str,
    pub(crate) lexemes: &'s [Lexeme],
    /// The places of closing brackets that are not in the text.
    pub(crate) inserted: &'s [u32],
    /// The parts of the text whose mistakes are reported already.
    pub(crate) torn: &'s [Span],
    comments: &'s [Comment],
    docs: &'s [DocBlock],
    /// Which of `docs` found their declaration.
    docs_used: Vec<bool>,
    /// Set when there are enough mistakes.
    pub(crate) stop: &'s Cell<bool>,
    pub(crate) errors: Vec<SyntaxError>,
    too_deep: bool,
}

impl<'s> Cx<'s> {
    pub(crate) fn new(
        text: &'s str,
        lexed: &'s Lexed,
        inserted: &'s [u32],
        torn: &'s [Span],
        stop: &'s Cell<bool>,
    ) -> Self {
        Cx {
            text,
            lexemes: &lexed.lexemes,
            inserted,
            torn,
            comments: &lexed.trivia.comments,
            docs: &lexed.docs,
            docs_used: vec![false; lexed.docs.len()],
            stop,
            errors: Vec::new(),
            too_deep: false,
        }
    }

    pub(crate) fn slice(&self, span: Span) -> &'s str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    pub(crate) fn report(&mut self, error: SyntaxError) {
        if self.stop.get() {
            return;
        }
        self.errors.push(error);
        self.stop.set(self.errors.len() > crate::MAX_ERRORS);
    }

    /// The file's documentation and the mistakes; `correct` if no other stage found any.
    pub(crate) fn finish(mut self, correct: bool) -> (Option<SmolStr>, Vec<SyntaxError>) {
        let mut file = None;
        let mut lost = Vec::new();
        for (doc, used) in self.docs.iter().zip(&self.docs_used) {
            if doc.file && doc.leading && file.is_none() {
                file = Some(self.doc_text(doc));
            } else if !used {
                lost.push(doc);
            }
        }
        // Next to another mistake, its declaration may just not have been understood.
        if correct && self.errors.is_empty() {
            for doc in lost {
                let error = self.misplaced(doc);
                self.report(error);
            }
        }
        (file, self.errors)
    }

    fn misplaced(&self, doc: &DocBlock) -> SyntaxError {
        let place =
            |index: u32| self.comments.get(index as usize).map_or(Span::default(), |comment| comment.span);
        let span = place(doc.first).to(place(doc.end.saturating_sub(1)));
        let help = if doc.file {
            "`//!` documents the file and stands at its beginning; write `///` above a declaration"
        } else {
            "write `//` for a plain comment; `///` stands above a declaration, a field, a variant, a `param` or an `out`"
        };
        SyntaxError::new(Kind::MisplacedDoc, span).help(help)
    }

    fn doc_text(&self, doc: &DocBlock) -> SmolStr {
        let lines = self.comments.get(doc.first as usize..doc.end as usize).unwrap_or(&[]);
        let mut text = String::new();
        let lines = lines.iter().filter(|line| line.kind != CommentKind::Line);
        for (index, line) in lines.enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let bare = self.slice(line.span).get(3..).unwrap_or("");
            text.push_str(bare.strip_prefix(' ').unwrap_or(bare));
        }
        text.into()
    }

    /// The documentation of the declaration that starts at `l`.
    fn docs(&mut self, l: u32) -> Option<SmolStr> {
        let end = self.docs.partition_point(|doc| doc.target <= l);
        let index = end.checked_sub(1)?;
        let doc = self.docs.get(index).filter(|doc| doc.target == l && !doc.file)?;
        let used = self.docs_used.get_mut(index)?;
        if *used {
            return None;
        }
        *used = true;
        Some(self.doc_text(doc))
    }

    // Names

    pub(crate) fn name(&self, l: u32, r: u32) -> Name {
        let span = Span::new(l, r);
        let text = self.slice(span);
        // `.Off` names the variant without its dot.
        match text.strip_prefix('.') {
            Some(bare) => Name { text: bare.into(), span: Span::new(l + 1, r) },
            None => Name { text: text.into(), span },
        }
    }

    pub(crate) fn import_one(&self, module: Vec<Name>, l: u32, r: u32) -> Import {
        let name = self.name(l, r);
        Import { module, names: Some(vec![ImportName { name, alias: None }]) }
    }

    // Items

    pub(crate) fn item(
        &mut self,
        l: u32,
        public: Option<Span>,
        kind: Box<ItemKind>,
        r: u32,
    ) -> Deep<Box<Item>> {
        let docs = self.docs(l);
        Deep::flat(Box::new(Item { docs, public, kind: *kind, span: Span::new(l, r) }))
    }

    pub(crate) fn bad_item(&mut self, l: u32, r: u32) -> Deep<Box<Item>> {
        self.item(l, None, Box::new(ItemKind::Error), r)
    }

    pub(crate) fn function(
        &mut self,
        name: Name,
        generics: Vec<Name>,
        params: List<Deep<Option<Box<Param>>>>,
        result: Deep<Box<TypeExpr>>,
        body: Deep<Block>,
    ) -> Box<ItemKind> {
        self.check_variable(&name);
        for param in &params.nodes {
            self.check_variable(&param.name);
        }
        Box::new(ItemKind::Fn(Fn {
            name,
            generics,
            params: params.nodes,
            result: *result.node,
            body: body.node,
        }))
    }

    pub(crate) fn type_alias(
        &mut self,
        name: Name,
        generics: Vec<Name>,
        ty: Deep<Box<TypeExpr>>,
        refinement: Option<Deep<Expr>>,
    ) -> Box<ItemKind> {
        let refinement = refinement.map(|refinement| refinement.node);
        Box::new(ItemKind::TypeAlias(TypeAlias { name, generics, ty: *ty.node, refinement }))
    }

    pub(crate) fn record(
        &mut self,
        name: Name,
        generics: Vec<Name>,
        items: List<Deep<Option<Box<FieldItem>>>>,
    ) -> Box<ItemKind> {
        let (fields, checks) = FieldItem::sorted(items);
        Box::new(ItemKind::Record(Record { name, generics, fields, checks }))
    }

    /// A `let` of a module.
    pub(crate) fn module_let(&mut self, node: Deep<Box<Let>>) -> Box<ItemKind> {
        if let Some(pattern) = &node.node.pattern {
            let error = SyntaxError::new(Kind::PatternInModule, pattern.span);
            self.report(error.help("give the whole value a name, and take it apart where it is used"));
            return Box::new(ItemKind::Error);
        }
        Box::new(ItemKind::Let(*node.node))
    }

    pub(crate) fn let_pattern(
        &mut self,
        pattern: Deep<Box<Pattern>>,
        ty: Option<Deep<Box<TypeExpr>>>,
        value: Deep<Expr>,
    ) -> Deep<Box<Let>> {
        let name = Name { text: SmolStr::default(), span: pattern.node.span };
        let depth = pattern.depth.max(value.depth);
        let ty = ty.map(|ty| *ty.node);
        let node = Let { constant: None, name, pattern: Some(pattern.node), ty, value: value.node };
        Deep::new(Box::new(node), depth)
    }

    pub(crate) fn let_(
        &mut self,
        name: Name,
        ty: Option<Deep<Box<TypeExpr>>>,
        value: Deep<Expr>,
    ) -> Deep<Box<Let>> {
        self.check_variable(&name);
        let ty = ty.map(|ty| *ty.node);
        Deep::new(Box::new(Let { constant: None, name, pattern: None, ty, value: value.node }), value.depth)
    }

    pub(crate) fn param(
        &mut self,
        l: u32,
        name: Name,
        ty: Deep<Box<TypeExpr>>,
        default: Option<Deep<Expr>>,
        r: u32,
    ) -> Deep<Box<Param>> {
        let docs = self.docs(l);
        let depth = default.as_ref().map_or(0, |value| value.depth);
        let default = default.map(|value| value.node);
        Deep::new(
            Box::new(Param {
                docs,
                constant: None,
                merge: None,
                name,
                ty: *ty.node,
                default,
                span: Span::new(l, r),
            }),
            depth,
        )
    }

    /// `append aliases: List<HostName>`
    pub(crate) fn merged_field(
        &mut self,
        l: u32,
        word_end: u32,
        mut param: Deep<Box<Param>>,
    ) -> Deep<Option<Box<FieldItem>>> {
        self.schema_docs(l, &mut param.node);
        let span = Span::new(l, word_end);
        let rule = match self.slice(span) {
            "append" => MergeRule::Append,
            "merge" => MergeRule::Merge,
            _ => MergeRule::Replace,
        };
        param.node.merge = Some(Merge { rule, span });
        param.node.span.start = l;
        param.map(|param| Some(Box::new(FieldItem::Field(*param))))
    }

    pub(crate) fn check(
        &mut self,
        l: u32,
        condition: Deep<Expr>,
        message: Deep<Expr>,
        r: u32,
    ) -> Deep<Box<Check>> {
        let depth = condition.depth.max(message.depth);
        let node = Check { condition: condition.node, message: message.node, span: Span::new(l, r) };
        Deep::new(Box::new(node), depth)
    }

    /// A parameter whose type could not be read.
    pub(crate) fn bad_param(&mut self, l: u32, name: Name, bad: u32, r: u32) -> Deep<Box<Param>> {
        let ty = self.bad_type(bad, r);
        self.param(l, name, ty, None, r)
    }

    /// A named thing that could not be read: it is not in the tree, and its documentation is not lost.
    pub(crate) fn nothing<T>(&mut self, l: u32) -> Deep<Option<Box<T>>> {
        let _ = self.docs(l);
        Deep::flat(None)
    }

    pub(crate) fn variant(
        &mut self,
        l: u32,
        name: Name,
        items: List<Deep<Option<Box<FieldItem>>>>,
        r: u32,
    ) -> Deep<Option<Box<Variant>>> {
        let docs = self.docs(l);
        let (fields, checks) = FieldItem::sorted(items);
        Deep::flat(Some(Box::new(Variant { docs, name, fields, checks, span: Span::new(l, r) })))
    }

    // Resource schemas

    pub(crate) fn provider(&mut self, l: u32, name: Span, protocol: Span) -> Deep<Box<ResourceItem>> {
        let parts = literal::whole_string(self.text, name, &mut self.errors);
        let text = match parts.into_iter().next() {
            Some(StringPart::Text(text, _)) => text,
            _ => SmolStr::default(),
        };
        let value = match self.number(Token::Int, protocol.start, protocol.end).node.kind {
            ExprKind::Int(value) => value,
            _ => 0,
        };
        let span = Span::new(l, protocol.end);
        Deep::flat(Box::new(ResourceItem::Provider { name: text, name_span: name, protocol: value, span }))
    }

    /// A line of a schema, whose documentation may stand in front of words before its name.
    fn schema_docs(&mut self, l: u32, param: &mut Param) {
        if param.docs.is_none() {
            param.docs = self.docs(l);
        }
    }

    pub(crate) fn schema_key(
        &mut self,
        l: u32,
        local: bool,
        mut param: Deep<Box<Param>>,
    ) -> Deep<Box<ResourceItem>> {
        self.schema_docs(l, &mut param.node);
        param.map(|param| Box::new(ResourceItem::Key { local, param: *param }))
    }

    pub(crate) fn schema_attribute(
        &mut self,
        l: u32,
        mut param: Deep<Box<Param>>,
        accepts_secret: bool,
        union: bool,
    ) -> Deep<Box<ResourceItem>> {
        self.schema_docs(l, &mut param.node);
        param.map(|param| Box::new(ResourceItem::Attribute { param: *param, accepts_secret, union }))
    }

    pub(crate) fn schema_output(
        &mut self,
        l: u32,
        kind: OutputKind,
        mut param: Deep<Box<Param>>,
    ) -> Deep<Box<ResourceItem>> {
        self.schema_docs(l, &mut param.node);
        param.map(|param| Box::new(ResourceItem::Output { kind, param: *param }))
    }
}
