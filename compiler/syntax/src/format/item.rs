//! Declarations and statements.

use super::layout::Command;
use super::writer::{Brackets, Writer};
use crate::Span;
use crate::ast::{
    Arm, Block, Body, BodyItem, Check, Clause, Fn, GuardItem, GuardItemKind, Import, Item, ItemKind, Let,
    Name, Param, Resource, ResourceItem, RolloutItem, RolloutItemKind, SourceFile, Stmt, StmtKind, TestItem,
    TestItemKind, TypeAlias,
};
use crate::ast::{FactDecl, FactSource, Variant};
use crate::token::Token;

impl Writer<'_> {
    pub(super) fn file(&mut self, file: &SourceFile) {
        for item in &file.items {
            self.file_item();
            self.declaration(item);
        }
    }

    fn declaration(&mut self, item: &Item) {
        if item.public.is_some() {
            self.expect(Token::Pub);
            self.out.push(Command::Space);
        }
        match &item.kind {
            ItemKind::Import(node) => self.import(node, item),
            ItemKind::Let(node) => self.let_(node),
            ItemKind::Fn(node) => self.function(node),
            ItemKind::TypeAlias(node) => self.type_alias(node),
            ItemKind::Record(node) => {
                self.head_of_braces();
                self.fields(&node.fields, &node.checks);
            }
            ItemKind::Enum(node) => {
                self.head_of_braces();
                self.variants(&node.variants);
            }
            ItemKind::Labels(node) => {
                self.head_of_braces();
                self.fields(&node.fields, &[]);
            }
            ItemKind::Resource(node) => self.resource(node),
            ItemKind::Component(node) => {
                self.head_of_braces();
                self.block(&node.body);
            }
            ItemKind::Policy(node) => {
                self.head_of_braces();
                self.block(&node.body);
            }
            ItemKind::Guard(node) => {
                self.head_of_braces();
                self.list_of_items(&node.items, false, Self::guard_item);
            }
            ItemKind::Rollout(node) => {
                self.head_of_braces();
                self.list_of_items(&node.items, false, Self::rollout_item);
            }
            ItemKind::Test(node) => {
                self.head_of_braces();
                self.list_of_items(&node.items, false, Self::test_item);
            }
            ItemKind::FactDecl(node) => self.fact(node),
            ItemKind::Error => self.until(item.span.end),
        }
    }

    fn variants(&mut self, variants: &[Variant]) {
        let words: Vec<Span> = variants.iter().map(|variant| variant.span).collect();
        let plain = variants.iter().all(|variant| variant.span == variant.name.span);
        let rows = if plain { self.rows(&words) } else { Vec::new() };
        self.braces(false, |writer| {
            for (index, variant) in variants.iter().enumerate() {
                writer.end_row(&rows, index);
                writer.item(index == 0);
                writer.begin_row(&rows, index);
                writer.until(variant.name.span.end);
                if writer.next() == Some(Token::LBrace) {
                    writer.out.push(Command::Space);
                    writer.fields(&variant.fields, &variant.checks);
                }
            }
            writer.end_rows(&rows);
        });
    }

    /// Everything in front of the next brace, and a space.
    fn head_of_braces(&mut self) {
        self.until_token(Token::LBrace);
        self.out.push(Command::Space);
    }

    /// Braces with items.
    pub(super) fn list_of_items<'a, T: 'a>(
        &mut self,
        items: impl IntoIterator<Item = &'a T>,
        broken: bool,
        mut write: impl FnMut(&mut Self, &'a T),
    ) {
        self.braces(broken, |writer| {
            for (index, item) in items.into_iter().enumerate() {
                writer.item(index == 0);
                write(writer, item);
            }
        });
    }

    fn import(&mut self, node: &Import, item: &Item) {
        let braces = self.text.get(..item.span.end as usize).is_some_and(|text| text.ends_with('}'));
        let Some(names) = node.names.as_deref().filter(|_| braces) else {
            return self.until(item.span.end);
        };
        self.until_token(Token::LBrace);
        let spans: Vec<_> = names
            .iter()
            .map(|name| name.name.span.to(name.alias.as_ref().map_or(name.name.span, |alias| alias.span)))
            .collect();
        let mut order: Vec<usize> = (0..spans.len()).collect();
        // A comment belongs to a place.
        if !self.has_comment_in(item.span) {
            order.sort_by_key(|&at| names.get(at).map(|name| &name.name.text));
        }
        self.import_names(&spans, &order);
    }

    fn function(&mut self, node: &Fn) {
        self.until_token(Token::LParen);
        self.elements(Brackets::Round, &[], &node.params, Self::param);
        self.out.push(Command::Space);
        self.head(node.body.span.start);
        self.block(&node.body);
    }

    fn type_alias(&mut self, node: &TypeAlias) {
        self.until(node.ty.span.end);
        if let Some(condition) = &node.refinement {
            self.group(|writer| {
                writer.indented(|writer| {
                    writer.out.push(Command::Line);
                    writer.expect(Token::Where);
                    writer.out.push(Command::Space);
                    writer.expr(condition);
                });
            });
        }
    }

    /// Fields and assertions, in the order of the source.
    fn fields(&mut self, fields: &[Param], checks: &[Check]) {
        self.braces(false, |writer| {
            let mut checks = checks.iter().peekable();
            let mut first = true;
            for field in fields {
                while let Some(check) = checks.next_if(|check| check.span.start < field.span.start) {
                    writer.item(std::mem::take(&mut first));
                    writer.check(check);
                }
                writer.item(std::mem::take(&mut first));
                writer.param(field);
            }
            for check in checks {
                writer.item(std::mem::take(&mut first));
                writer.check(check);
            }
        });
    }

    /// A parameter or a field, with the words in front of it.
    fn param(&mut self, param: &Param) {
        match &param.default {
            Some(default) => {
                self.head(default.span.start);
                self.expr(default);
            }
            None => self.until(param.ty.span.end),
        }
    }

    fn check(&mut self, check: &Check) {
        self.group(|writer| {
            writer.expect_word();
            writer.out.push(Command::Space);
            writer.expr(&check.condition);
            writer.indented(|writer| {
                writer.out.push(Command::Line);
                writer.expect(Token::Else);
                writer.out.push(Command::Space);
                writer.expr(&check.message);
            });
        });
    }

    /// A word of the grammar, which is a name to the lexer.
    fn expect_word(&mut self) {
        self.expect(Token::Lower);
    }

    fn resource(&mut self, node: &Resource) {
        self.head_of_braces();
        // A comma behind a relation is one of its own.
        self.list_of_items(&node.items, true, |writer, item| match item {
            ResourceItem::Provider { span, .. } | ResourceItem::Error(span) => writer.until(span.end),
            ResourceItem::Key { param, .. } | ResourceItem::Output { param, .. } => writer.param(param),
            ResourceItem::Attribute { param, accepts_secret, .. } => {
                writer.param(param);
                if *accepts_secret {
                    writer.out.push(Command::Space);
                    writer.expect_word();
                    writer.out.push(Command::Space);
                    writer.expect_word();
                }
            }
            ResourceItem::Relation { values, .. }
            | ResourceItem::After { targets: values, .. }
            | ResourceItem::Effects { effects: values, .. } => {
                writer.group(|writer| {
                    writer.expect_word();
                    writer.out.push(Command::Space);
                    writer.out.push(Command::Indent);
                    for (index, value) in values.iter().enumerate() {
                        if index > 0 {
                            writer.expect(Token::Comma);
                            writer.out.push(Command::Line);
                        }
                        writer.expr(value);
                    }
                    writer.out.push(Command::Dedent);
                });
            }
            ResourceItem::Check(check) => writer.check(check),
        });
    }

    fn guard_item(&mut self, item: &GuardItem) {
        match &item.kind {
            GuardItemKind::Deny(subject) | GuardItemKind::On(subject) => match &subject.condition {
                Some(condition) => {
                    self.head(condition.span.start);
                    self.expr(condition);
                }
                None => self.until(item.span.end),
            },
            GuardItemKind::RequireApproval(value) | GuardItemKind::Message(value) => {
                self.head(value.span.start);
                self.expr(value);
            }
            GuardItemKind::Error => self.until(item.span.end),
        }
    }

    fn rollout_item(&mut self, item: &RolloutItem) {
        match &item.kind {
            RolloutItemKind::Wave(wave) => {
                // Either may come first.
                let mut options: Vec<_> = wave.pause.iter().chain(&wave.condition).collect();
                options.sort_by_key(|option| option.span.start);
                for (index, option) in options.iter().enumerate() {
                    if index > 0 {
                        self.out.push(Command::Space);
                    }
                    self.head(option.span.start);
                    self.expr(option);
                }
                let last = options.last().map_or(0, |option| option.span.end);
                if last < item.span.end {
                    if last > 0 {
                        self.out.push(Command::Space);
                    }
                    self.until(item.span.end);
                }
            }
            RolloutItemKind::Pause(value) | RolloutItemKind::Health(value) => {
                self.head(value.span.start);
                self.expr(value);
            }
            RolloutItemKind::Policy(_) | RolloutItemKind::Budget(_) | RolloutItemKind::Error => {
                self.until(item.span.end);
            }
        }
    }

    fn test_item(&mut self, item: &TestItem) {
        match &item.kind {
            TestItemKind::Given(given) => {
                self.head(given.value.span.start);
                self.expr(&given.value);
            }
            TestItemKind::Let(node) => self.let_(node),
            TestItemKind::Expect(value) => {
                self.head(value.span.start);
                self.expr(value);
            }
            TestItemKind::ExpectFails(node) => {
                self.head(node.body.span.start);
                self.block(&node.body);
            }
            TestItemKind::Error => self.until(item.span.end),
        }
    }

    fn fact(&mut self, node: &FactDecl) {
        match &node.source {
            FactSource::Command(value) | FactSource::File(value) => {
                self.head(value.span.start);
                self.expr(value);
            }
            FactSource::Error(span) => self.until(span.end),
        }
        // Each may be written, in any order.
        let format = node.format.as_ref().map(|(_, span)| (span.end, None));
        let timeout = node.timeout.as_ref().map(|timeout| (timeout.span.start, Some(timeout)));
        let mut rest: Vec<_> = format.into_iter().chain(timeout).collect();
        rest.sort_by_key(|(end, _)| *end);
        for (end, value) in rest {
            self.out.push(Command::Space);
            self.until(end);
            if let Some(value) = value {
                self.out.push(Command::Space);
                self.expr(value);
            }
        }
    }

    pub(super) fn let_(&mut self, node: &Let) {
        if node.constant.is_some() {
            self.expect(Token::Const);
            self.out.push(Command::Space);
        }
        self.expect(Token::Let);
        self.out.push(Command::Space);
        match &node.pattern {
            Some(pattern) => self.pattern(pattern),
            None => self.until(node.name.span.end),
        }
        if node.ty.is_none() {
            self.out.push(Command::Space);
        }
        self.head(node.value.span.start);
        self.expr(&node.value);
    }

    // Blocks

    pub(super) fn block(&mut self, block: &Block) {
        self.out.push(Command::Begin);
        self.open_block(block);
        self.out.push(Command::End);
    }

    /// [`Writer::block`] as a part of a larger group.
    pub(super) fn open_block(&mut self, block: &Block) {
        // `check c else "a", "b"` would be read as a slip.
        let checks = block.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Check(_)));
        self.open_braces(Command::Line, checks, |writer| {
            for (index, stmt) in block.stmts.iter().enumerate() {
                writer.item(index == 0);
                writer.stmt(stmt);
            }
        });
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let(node) => self.let_(node),
            StmtKind::Param(param) => self.param(param),
            StmtKind::Out(out) => {
                self.head(out.value.span.start);
                self.expr(&out.value);
            }
            StmtKind::Select(value) | StmtKind::After(value) => {
                self.head(value.span.start);
                self.expr(value);
            }
            StmtKind::Check(check) => self.check(check),
            StmtKind::Defaults(defaults) => {
                self.head(defaults.body.span.start);
                self.body(&defaults.body);
            }
            StmtKind::Prune(prune) => {
                self.head_of_brackets();
                self.elements(Brackets::List, &[], &prune.types, |writer, path| {
                    writer.until(path.span.end);
                });
                if let Some(limit) = &prune.limit {
                    self.out.push(Command::Space);
                    self.head(limit.span.start);
                    self.expr(limit);
                }
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Error => self.until(stmt.span.end),
        }
    }

    fn head_of_brackets(&mut self) {
        self.until_token(Token::LBracket);
        self.out.push(Command::Space);
    }

    /// The body of a resource, an instance or a record.
    pub(super) fn body(&mut self, body: &Body) {
        self.list_of_items(&body.items, false, |writer, item| match item {
            BodyItem::Attribute { name, value: None, .. } => writer.short(name),
            BodyItem::Attribute { value: Some(value), .. } => {
                writer.head(value.span.start);
                writer.expr(value);
            }
            BodyItem::Clause(clause) => writer.clause(clause),
            BodyItem::Error(span) => writer.until(span.end),
        });
    }

    /// `name` for `name = name`. Where it is the word of a clause too, only a comma tells that nothing follows.
    pub(super) fn short(&mut self, name: &Name) {
        self.until(name.span.end);
        let clause = matches!(
            name.text.as_str(),
            "after" | "before" | "notify" | "when" | "timeout" | "retry" | "approval" | "tags"
        );
        if clause && self.next() == Some(Token::Comma) {
            self.out.push(Command::LastComma);
        }
    }

    fn clause(&mut self, clause: &Clause) {
        self.head(clause.value.span.start);
        self.expr(&clause.value);
        if let Some(every) = &clause.every {
            self.out.push(Command::Space);
            self.head(every.span.start);
            self.expr(every);
        }
    }

    pub(super) fn arm(&mut self, arm: &Arm) {
        self.pattern(&arm.pattern);
        self.out.push(Command::Space);
        if let Some(guard) = &arm.guard {
            self.head(guard.span.start);
            self.expr(guard);
            self.out.push(Command::Space);
        }
        self.expect(Token::FatArrow);
        self.out.push(Command::Space);
        self.inner_block(&arm.body);
    }

    /// The body of an arm or a lambda: a block, or a value without braces.
    pub(super) fn inner_block(&mut self, body: &Block) {
        match body.stmts.as_slice() {
            [stmt] if self.next() != Some(Token::LBrace) => self.stmt(stmt),
            _ => self.block(body),
        }
    }
}
