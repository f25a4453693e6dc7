//! What an assist may look at: what is around a place in a module, and what the compiler knows of it.

use crate::occurrence::{occurrences, unit_at};
use crate::reference::written;
use mc_compiler::check::{self, Checked};
use mc_compiler::hir::{ExprId, ExprKind};
use mc_compiler::name::{self, DeclId, DeclKind, Entity};
use mc_compiler::phase;
use mc_compiler::prelude;
use mc_compiler::signature::{self, Signature, Target};
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, ItemKind, StmtKind, TestItemKind};
use mc_syntax::{Span, Token};
use std::collections::BTreeSet;

/// A node of the tree.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'a> {
    Item(&'a ast::Item),
    Param(&'a ast::Param),
    Block(&'a ast::Block),
    Stmt(&'a ast::Stmt),
    Body(&'a ast::Body),
    BodyItem(&'a ast::BodyItem),
    Expr(&'a ast::Expr),
    Pattern(&'a ast::Pattern),
    Type(&'a ast::TypeExpr),
}

/// A module and a part of it: where the cursor is, or what is selected.
pub(super) struct Cx<'db> {
    pub(super) db: &'db dyn Db,
    pub(super) file: File,
    pub(super) text: &'db str,
    pub(super) tree: &'db ast::SourceFile,
    /// Without the white space at its ends.
    pub(super) range: Span,
    /// The nodes that hold the range, from the outermost to the innermost.
    pub(super) path: Vec<Node<'db>>,
    /// Whether an assist may create files.
    pub(super) creates: bool,
}

/// A type as it is written in a module, and the imports that it needs.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) imports: Vec<(Span, String)>,
}

impl<'db> Cx<'db> {
    pub(super) fn new(db: &'db dyn Db, file: File, range: Span, creates: bool) -> Self {
        let text: &'db str = file.text(db);
        let tree = name::tree(db, file);
        let range = trimmed(text, range);
        Cx { db, file, text, tree, range, path: path_to(tree, range), creates }
    }

    /// The same module at the same place; for another path.
    pub(super) fn again(&self) -> Self {
        Cx { path: Vec::new(), ..*self }
    }

    pub(super) fn source(&self, span: Span) -> &'db str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The white space at the beginning of the line of an offset.
    pub(super) fn indent(&self, offset: u32) -> &'db str {
        let before = self.text.get(..offset as usize).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = self.text.get(start..).unwrap_or_default();
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
    }

    /// The source of a part, moved from its own indentation to another one. The lines of a text move with the others, or
    /// not at all: what they have in common at their beginning stands in no text.
    pub(super) fn moved(&self, span: Span, indent: &str) -> String {
        let own = self.indent(span.start);
        let source = self.source(span);
        let together = source.lines().skip(1).all(|line| line.trim().is_empty() || line.starts_with(own));
        let tokens = if together { Vec::new() } else { mc_syntax::tokens(source) };
        let texts: Vec<Span> =
            tokens.into_iter().filter(|(t, _)| is_text(*t)).map(|(_, span)| span).collect();
        let mut out = String::new();
        let mut at = 0_u32;
        for line in source.split_inclusive('\n') {
            let is_inside = texts.iter().any(|text| text.start < at && at < text.end);
            match line.strip_prefix(own).filter(|rest| at > 0 && !is_inside && !rest.trim().is_empty()) {
                Some(rest) => {
                    out.push_str(indent);
                    out.push_str(rest);
                }
                None => out.push_str(line),
            }
            at += line.len() as u32;
        }
        out
    }

    /// The expressions around the range, the innermost first.
    pub(super) fn exprs(&self) -> impl Iterator<Item = &'db ast::Expr> {
        self.path.iter().rev().filter_map(|node| match node {
            Node::Expr(expr) => Some(*expr),
            _ => None,
        })
    }

    /// The text on one line that has the range in one of its holes.
    pub(super) fn line_text(&self) -> Option<Span> {
        let is_line = |expr: &&ast::Expr| {
            matches!(expr.kind, ast::ExprKind::String(_)) && !self.source(expr.span).starts_with("\"\"\"")
        };
        self.exprs().skip(1).find(is_line).map(|expr| expr.span)
    }

    /// Whether a word or a sign stands right before an offset, but for white space.
    pub(super) fn is_behind(&self, offset: u32, written: &str) -> bool {
        self.text.get(..offset as usize).is_some_and(|before| before.trim_end().ends_with(written))
    }

    /// The innermost expression around the range.
    pub(super) fn expr(&self) -> Option<&'db ast::Expr> {
        self.exprs().next()
    }

    /// The expression that is selected, from its first byte to its last one.
    pub(super) fn selected(&self) -> Option<&'db ast::Expr> {
        if self.range.is_empty() {
            return None;
        }
        self.exprs().take_while(|expr| expr.span == self.range).last()
    }

    /// The statements around the range with their blocks, the innermost first.
    pub(super) fn stmts(&self) -> impl Iterator<Item = (&'db ast::Block, &'db ast::Stmt)> {
        let pairs = self.path.windows(2).rev().filter_map(|pair| match pair {
            [Node::Block(block), Node::Stmt(stmt)] => Some((*block, *stmt)),
            _ => None,
        });
        pairs.collect::<Vec<_>>().into_iter()
    }

    /// The declaration around the range, with its position.
    pub(super) fn item(&self) -> Option<(DeclId, &'db ast::Item)> {
        let mut items = self.tree.items.iter().enumerate();
        let holds = |item: &ast::Item| item.span.start <= self.range.start && self.range.end <= item.span.end;
        let (index, item) = items.find(|(_, item)| holds(item))?;
        Some((DeclId { file: self.file, index: index as u32 }, item))
    }

    /// The `let` whose head the cursor is in, and all of it.
    pub(super) fn let_head(&self) -> Option<(&'db ast::Let, Span)> {
        let (node, span) = self.let_around()?;
        (self.range.end <= node.value.span.start).then_some((node, span))
    }

    /// The innermost `let` around the range, and all of it.
    pub(super) fn let_around(&self) -> Option<(&'db ast::Let, Span)> {
        self.path.iter().rev().find_map(|node| match node {
            Node::Stmt(ast::Stmt { kind: StmtKind::Let(node), span, .. })
            | Node::Item(ast::Item { kind: ItemKind::Let(node), span, .. }) => Some((node, *span)),
            Node::Item(ast::Item { kind: ItemKind::Test(test), .. }) => test.items.iter().find_map(|item| {
                let holds = item.span.start <= self.range.start && self.range.end <= item.span.end;
                match &item.kind {
                    TestItemKind::Let(node) if holds => Some((node, item.span)),
                    _ => None,
                }
            }),
            _ => None,
        })
    }

    /// What has the checked body around an offset.
    pub(super) fn checked(&self, offset: u32) -> Option<&'db Checked> {
        if let Some(unit) = unit_at(self.db, self.file, offset) {
            return Some(phase::checked(self.db, unit));
        }
        let (index, item) = self.tree.items.iter().enumerate().find(|(_, item)| item.span.touches(offset))?;
        let id = DeclId { file: self.file, index: index as u32 };
        matches!(item.kind, ItemKind::Test(_)).then(|| check::body(self.db, id))
    }

    /// The type of an expression, if it is known.
    pub(super) fn ty(&self, expr: &ast::Expr) -> Option<&'db Ty> {
        if let ast::ExprKind::Paren(inner) = &expr.kind {
            return self.ty(inner);
        }
        let body = &self.checked(expr.span.start)?.body;
        // The last one of a place was made of the others, by a conversion.
        let (_, found) = body.exprs.iter().enumerate().rev().find(|(at, found)| {
            found.span == expr.span
                && !matches!(found.kind, ExprKind::VariantName(_))
                && body.foreign(ExprId(*at as u32)).is_none()
        })?;
        (!matches!(found.ty, Ty::Error | Ty::Hole | Ty::Never)).then_some(&found.ty)
    }

    /// The type of a local, by the place of its declaration.
    pub(super) fn local_type(&self, declared: Span) -> Option<&'db Ty> {
        let blocks = &self.checked(declared.start)?.body.blocks;
        let local = blocks.iter().flat_map(|block| &block.locals).find(|local| local.span == declared)?;
        (!matches!(local.ty, Ty::Error | Ty::Hole | Ty::Never)).then_some(&local.ty)
    }

    /// What the names in a part of the file mean, in their order.
    pub(super) fn names(&self, span: Span) -> impl Iterator<Item = &'db (Span, Target)> {
        let all = occurrences(self.db, self.file).all();
        let first = all.partition_point(|(at, _)| at.start < span.start);
        let behind = all.get(first..).unwrap_or_default().iter();
        behind.take_while(move |(at, _)| at.end <= span.end)
    }

    /// The locals that a part of the file uses and something around it declares, in the order of their first use. None if
    /// one of them is declared within `within`: behind or in front of the part, but not outside.
    pub(super) fn free(&self, span: Span, within: Span) -> Option<Vec<Span>> {
        let mut found: Vec<Span> = Vec::new();
        for (_, target) in self.names(span) {
            let Target::Local(file, declared) = target else { continue };
            let is_inside = span.start <= declared.start && declared.end <= span.end;
            if *file != self.file || is_inside || found.contains(declared) {
                continue;
            }
            if within.start <= declared.start && declared.end <= within.end {
                return None;
            }
            found.push(*declared);
        }
        Some(found)
    }

    /// Where a local is used, without its declaration.
    pub(super) fn uses(&self, declared: Span) -> Vec<Span> {
        let all = occurrences(self.db, self.file).all().iter();
        let uses = all.filter(|(span, target)| {
            *span != declared
                && matches!(target, Target::Local(file, of) if *file == self.file && *of == declared)
        });
        uses.map(|(span, _)| *span).collect()
    }

    /// Where a declaration of this module is used in it, without its own name.
    pub(super) fn uses_of(&self, id: DeclId) -> Vec<Span> {
        let own = id.name(self.db).map(|name| name.span);
        let all = occurrences(self.db, self.file).all().iter();
        let uses = all.filter(|(span, target)| Some(*span) != own && *target == Target::Decl(id));
        uses.map(|(span, _)| *span).collect()
    }

    /// What an `Upper` path names.
    pub(super) fn resolve(&self, path: &ast::Path) -> Option<(DeclId, DeclKind)> {
        let first = path.segments.first()?;
        let scope = name::scope(self.db, self.file);
        match &path.module {
            Some(module) => match scope.get(&module.text)? {
                Entity::Module(module) => {
                    name::declarations(self.db, *module).get(&first.text).map(|found| (found.id, found.kind))
                }
                _ => None,
            },
            None => match scope.get(&first.text)? {
                Entity::Decl(id, kind) => Some((*id, *kind)),
                _ => None,
            },
        }
    }

    /// What is declared by a construct: a resource or an instance of a component.
    pub(super) fn declares(
        &self,
        expr: &'db ast::Expr,
    ) -> Option<(&'db ast::Construct, &'db ast::Path, DeclId, DeclKind)> {
        let ast::ExprKind::Construct(construct) = &expr.kind else { return None };
        let path = construct.path.as_ref().filter(|path| path.segments.len() == 1)?;
        let (id, kind) = self.resolve(path)?;
        matches!(kind, DeclKind::Resource | DeclKind::Component).then_some((construct, path, id, kind))
    }

    /// Whether something in a part of the tree declares a resource or an instance.
    pub(super) fn has_declaration(&self, expr: &'db ast::Expr) -> bool {
        let mut all = All::default();
        all.expr(expr);
        all.exprs.iter().any(|expr| self.declares(expr).is_some())
    }

    /// The type as it is written here, if it can be.
    pub(super) fn written(&self, ty: &Ty) -> Option<Written> {
        let scope = name::scope(self.db, self.file);
        let mut named: Vec<DeclId> = Vec::new();
        let is_odd = ty.any(&mut |ty| match ty {
            Ty::Record(id, _) | Ty::Enum(id, _) | Ty::Refined(id, _) | Ty::Ref(id, _) => {
                named.push(*id);
                false
            }
            Ty::Error | Ty::Never | Ty::Hole | Ty::Unit | Ty::Fn(..) | Ty::Param(..) => true,
            Ty::Instance(..) | Ty::Labels | Ty::Plan | Ty::Planned(_) => true,
            _ => false,
        });
        if is_odd {
            return None;
        }
        let mut imports = Vec::new();
        for id in named {
            let text = id.text(self.db);
            match scope.get(&text) {
                Some(Entity::Decl(known, _)) if *known == id => {}
                None if id.item(self.db).public.is_some() => {
                    let module = name::written(self.db, self.file, id.file)?;
                    let (place, line) = signature::import_of(self.db, self.file, &module, &text);
                    if !imports.contains(&(place.span, line.clone())) {
                        imports.push((place.span, line));
                    }
                }
                _ => return None,
            }
        }
        Some(Written { text: ty.display(self.db), imports })
    }

    /// A name that means nothing in this file yet: `base`, or `base` with a number.
    pub(super) fn fresh(&self, base: &str) -> String {
        let base = if is_free_word(base) { base.to_owned() } else { format!("{base}_value") };
        self.unused(&base)
    }

    /// The same for something that begins with a capital letter.
    pub(super) fn fresh_upper(&self, base: &str) -> String {
        self.unused(&upper(base))
    }

    fn unused(&self, base: &str) -> String {
        let scope = name::scope(self.db, self.file);
        let mut taken: BTreeSet<&str> = scope.keys().map(|name| name.as_str()).collect();
        for (span, target) in occurrences(self.db, self.file).all() {
            let is_name = match target {
                Target::Local(..) | Target::Decl(_) => true,
                Target::Member(..) => occurrences(self.db, self.file).declared(*span).is_some(),
                _ => false,
            };
            if is_name {
                taken.insert(written(self.db, self.file, *span));
            }
        }
        let mut name = base.to_owned();
        let mut number = 2;
        while taken.contains(name.as_str()) || prelude::global(&name).is_some() {
            name = format!("{base}{number}");
            number += 1;
        }
        name
    }

    /// What an expression is most likely called: after the attribute, field or argument that it is given to, or after
    /// what it reads.
    pub(super) fn name_for(&self, expr: &ast::Expr) -> String {
        let around = self.path.iter().rev().find_map(|node| match node {
            Node::BodyItem(ast::BodyItem::Attribute { name, value: Some(value), .. })
                if value.span == expr.span =>
            {
                Some(name.text.to_string())
            }
            Node::Expr(ast::Expr { kind: ast::ExprKind::Call { args, .. }, .. }) => {
                let arg = args.iter().find(|arg| arg.value.span == expr.span)?;
                arg.name.as_ref().map(|name| name.text.to_string())
            }
            Node::Expr(ast::Expr { kind: ast::ExprKind::Construct(construct), .. }) => {
                let title = construct.title.as_ref()?;
                (title.span == expr.span).then(|| {
                    let path = construct.path.as_ref();
                    let key =
                        path.and_then(|path| self.resolve(path)).and_then(|(id, _)| key_name(self.db, id));
                    key.unwrap_or_else(|| "key".to_owned())
                })
            }
            _ => None,
        });
        let own = || match &expr.kind {
            ast::ExprKind::Field { name, .. } => Some(name.text.to_string()),
            ast::ExprKind::Call { callee, .. } => match &callee.kind {
                ast::ExprKind::Name(name) => Some(name.to_string()),
                ast::ExprKind::Field { name, .. } => Some(name.text.to_string()),
                _ => None,
            },
            ast::ExprKind::Construct(construct) => {
                construct.path.as_ref().and_then(|path| path.segments.last()).map(|name| lower(&name.text))
            }
            _ => None,
        };
        self.fresh(&around.or_else(own).unwrap_or_else(|| "value".to_owned()))
    }

    /// Whether a comment stands in a part of the file: what is written anew would lose it.
    pub(super) fn has_comment(&self, span: Span) -> bool {
        let comments = &name::parsed(self.db, self.file).0.trivia.comments;
        comments.iter().any(|comment| span.start <= comment.span.start && comment.span.end <= span.end)
    }

    /// The source of an expression where an operator or a dot stands beside it.
    pub(super) fn operand(&self, expr: &ast::Expr) -> String {
        let text = self.source(expr.span);
        if is_atom(expr) { text.to_owned() } else { format!("({text})") }
    }
}

/// The name of a resource type's key.
fn key_name(db: &dyn Db, id: DeclId) -> Option<String> {
    match signature::signature(db, id) {
        Signature::Resource(resource) => Some(resource.key.name.to_string()),
        _ => None,
    }
}

/// Whether a word can name a value.
fn is_free_word(word: &str) -> bool {
    matches!(mc_syntax::tokens(&format!("let {word} = 1")).as_slice(), [_, (Token::Lower, _), ..])
        && !["after", "check", "defaults", "out", "param", "prune", "select"].contains(&word)
}

fn is_text(token: Token) -> bool {
    matches!(token, Token::Str | Token::StrText)
}

/// Whether nothing beside an expression can take a part of it.
pub(super) fn is_atom(expr: &ast::Expr) -> bool {
    use ast::ExprKind::{Binary, For, If, Lambda, Match, Unary, With};
    !matches!(expr.kind, Unary { .. } | Binary { .. } | With { .. } | If(_) | Match(_) | For(_) | Lambda(_))
}

/// `site_name` for `SiteName`.
pub(super) fn lower(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.char_indices() {
        if c.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// `SiteName` for `site_name`.
pub(super) fn upper(name: &str) -> String {
    let parts = name.split('_').filter(|part| !part.is_empty());
    let one = |part: &str| {
        let mut chars = part.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    };
    parts.map(one).collect()
}

/// A selection without the white space at its ends.
fn trimmed(text: &str, range: Span) -> Span {
    let length = text.len() as u32;
    let (start, end) = (range.start.min(length), range.end.min(length));
    let Some(inner) = text.get(start as usize..end as usize) else { return Span::at(start) };
    if inner.trim().is_empty() {
        return Span::at(start);
    }
    let begin = start + (inner.len() - inner.trim_start().len()) as u32;
    Span::new(begin, begin + inner.trim().len() as u32)
}

/// All expressions and patterns of a part of a tree, in their order.
#[derive(Default)]
pub(super) struct All<'a> {
    pub(super) exprs: Vec<&'a ast::Expr>,
    pub(super) patterns: Vec<&'a ast::Pattern>,
    pub(super) items: Vec<&'a ast::BodyItem>,
}

impl<'a> Visitor<'a> for All<'a> {
    fn expr(&mut self, expr: &'a ast::Expr) {
        self.exprs.push(expr);
        visit::walk_expr(self, expr);
    }

    fn pattern(&mut self, pattern: &'a ast::Pattern) {
        self.patterns.push(pattern);
        visit::walk_pattern(self, pattern);
    }

    fn body_item(&mut self, item: &'a ast::BodyItem) {
        self.items.push(item);
        visit::walk_body_item(self, item);
    }
}

/// The nodes around a part of a file, from the outermost to the innermost. Of two that touch an empty part the one
/// behind it counts.
pub(super) fn path_to<'a>(tree: &'a ast::SourceFile, range: Span) -> Vec<Node<'a>> {
    let mut around = Around { range, open: Vec::new(), best: Vec::new() };
    visit::walk_file(&mut around, tree);
    around.best
}

struct Around<'a> {
    range: Span,
    open: Vec<Node<'a>>,
    best: Vec<Node<'a>>,
}

impl<'a> Around<'a> {
    fn enter(&mut self, node: Node<'a>, span: Span, walk: impl FnOnce(&mut Self)) {
        if span.start > self.range.start || self.range.end > span.end {
            return;
        }
        self.open.push(node);
        if self.open.len() >= self.best.len() {
            self.best.clone_from(&self.open);
        }
        walk(self);
        self.open.pop();
    }
}

impl<'a> Visitor<'a> for Around<'a> {
    fn item(&mut self, item: &'a ast::Item) {
        self.enter(Node::Item(item), item.span, |v| visit::walk_item(v, item));
    }

    fn param(&mut self, param: &'a ast::Param) {
        self.enter(Node::Param(param), param.span, |v| visit::walk_param(v, param));
    }

    fn block(&mut self, block: &'a ast::Block) {
        self.enter(Node::Block(block), block.span, |v| visit::walk_block(v, block));
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        self.enter(Node::Stmt(stmt), stmt.span, |v| visit::walk_stmt(v, stmt));
    }

    fn body(&mut self, body: &'a ast::Body) {
        self.enter(Node::Body(body), body.span, |v| visit::walk_body(v, body));
    }

    fn body_item(&mut self, item: &'a ast::BodyItem) {
        self.enter(Node::BodyItem(item), item_span(item), |v| visit::walk_body_item(v, item));
    }

    fn expr(&mut self, expr: &'a ast::Expr) {
        self.enter(Node::Expr(expr), expr.span, |v| visit::walk_expr(v, expr));
    }

    fn pattern(&mut self, pattern: &'a ast::Pattern) {
        self.enter(Node::Pattern(pattern), pattern.span, |v| visit::walk_pattern(v, pattern));
    }

    fn type_expr(&mut self, ty: &'a ast::TypeExpr) {
        self.enter(Node::Type(ty), ty.span, |v| visit::walk_type_expr(v, ty));
    }
}

/// All of an item of a body.
pub(super) fn item_span(item: &ast::BodyItem) -> Span {
    match item {
        ast::BodyItem::Attribute { name, priority, value } => {
            let end = value.as_ref().map(|value| value.span).or_else(|| priority.map(|(_, span)| span));
            end.map_or(name.span, |end| name.span.to(end))
        }
        ast::BodyItem::Clause(clause) => clause.span,
        ast::BodyItem::Error(span) => *span,
    }
}
