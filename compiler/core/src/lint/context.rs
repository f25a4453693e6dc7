//! What a rule may look at: one file, the types of its expressions, and what its names refer to.

use super::Rule;
use crate::check::{self, Checked};
use crate::compile;
use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Fix, Place};
use crate::hir;
use crate::name::{self, DeclId};
use crate::signature::{self, Signature, Target};
use crate::ty::Ty;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, ItemKind};
use mc_syntax::{Span, Trivia};
use rustc_hash::FxHashMap;

/// A file and what is known about it.
pub(super) struct Cx<'db> {
    pub(super) db: &'db dyn Db,
    pub(super) file: File,
    pub(super) text: &'db str,
    pub(super) tree: &'db ast::SourceFile,
    pub(super) trivia: &'db Trivia,
    /// The typed forms of everything in it that has one.
    pub(super) bodies: Vec<&'db Checked>,
    /// What its names refer to, without those of imports.
    pub(super) references: Vec<&'db (Span, Target)>,
    /// What was found so far.
    pub(super) found: Vec<Diagnostic>,
    types: FxHashMap<Span, &'db Ty>,
}

impl<'db> Cx<'db> {
    pub(super) fn new(db: &'db dyn Db, file: File) -> Self {
        let parse = &name::parsed(db, file).0;
        let bodies = bodies(db, file);
        // The last one of a place is the outermost. What makes a text of an enum's value in a hole is not written.
        let exprs = bodies.iter().flat_map(|checked| &checked.body.exprs);
        let exprs = exprs.filter(|expr| !matches!(expr.kind, hir::ExprKind::VariantName(_)));
        let types = exprs.map(|expr| (expr.span, &expr.ty)).collect();
        let references = compile::findings(db, file).into_iter().flat_map(|found| &found.references);
        Cx {
            db,
            file,
            text: file.text(db),
            tree: &parse.file,
            trivia: &parse.trivia,
            references: references.collect(),
            bodies,
            found: Vec::new(),
            types,
        }
    }

    /// The clauses of the file, in their order.
    pub(super) fn clauses(&self) -> Vec<&'db ast::Clause> {
        struct All<'a>(Vec<&'a ast::Clause>);
        impl<'a> Visitor<'a> for All<'a> {
            fn body_item(&mut self, item: &'a ast::BodyItem) {
                if let ast::BodyItem::Clause(clause) = item {
                    self.0.push(clause);
                }
                visit::walk_body_item(self, item);
            }
        }
        let mut all = All(Vec::new());
        visit::walk_file(&mut all, self.tree);
        all.0
    }

    /// The type of an expression, where it is known.
    pub(super) fn ty(&self, expr: &ast::Expr) -> Option<&'db Ty> {
        let found = self.types.get(&expr.span).copied();
        match &expr.kind {
            // Parentheses leave no trace.
            ast::ExprKind::Paren(inner) => found.or_else(|| self.ty(inner)),
            _ => found,
        }
    }

    /// Whether an expression is a `Bool` and nothing else.
    pub(super) fn is_bool(&self, expr: &ast::Expr) -> bool {
        self.ty(expr).is_some_and(|ty| *ty.plain() == Ty::Bool)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    /// The source of a place.
    pub(super) fn source(&self, span: Span) -> &'db str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// A finding of a rule.
    pub(super) fn finding(&self, rule: &Rule, span: Span, headline: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(rule.code, self.place(span), headline)
    }

    /// A fix of one file: this one.
    pub(super) fn fix(&self, title: impl Into<String>, edits: Vec<(Span, String)>) -> Fix {
        Fix::new(title, edits.into_iter().map(|(span, text)| (self.place(span), text)).collect())
    }

    /// A replacement that means the same.
    pub(super) fn replace(&self, span: Span, with: impl Into<String>) -> Fix {
        let with = with.into();
        let title = match with.lines().count() {
            0 => "remove it".to_owned(),
            1 => format!("write `{with}`"),
            _ => "write it shorter".to_owned(),
        };
        self.fix(title, vec![(span, with)]).safe()
    }

    /// See [`whole_lines`].
    pub(super) fn whole_lines(&self, span: Span) -> Span {
        whole_lines(self.text, span)
    }

    /// The white space in front of what begins at an offset, if nothing else is in front of it on its line.
    pub(super) fn indent(&self, offset: u32) -> &'db str {
        let before = self.text.get(..offset as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim().is_empty() { line } else { "" }
    }

    /// The declared resources with their syntax and the body that they are in.
    pub(super) fn resources(&self) -> Vec<Declared<'db>> {
        let mut constructs: FxHashMap<Span, &'db ast::Construct> = FxHashMap::default();
        for expr in self.exprs() {
            if let ast::ExprKind::Construct(node) = &expr.kind {
                constructs.insert(expr.span, node);
            }
        }
        let mut found = Vec::new();
        for checked in &self.bodies {
            for expr in &checked.body.exprs {
                if let (hir::ExprKind::Resource(resource), Some(node)) =
                    (&expr.kind, constructs.get(&expr.span))
                {
                    found.push(Declared { resource, node, body: &checked.body, span: expr.span });
                }
            }
        }
        found.sort_by_key(|declared| declared.span);
        found
    }

    /// All expressions, in the order of the source.
    pub(super) fn exprs(&self) -> Vec<&'db ast::Expr> {
        struct All<'a>(Vec<&'a ast::Expr>);
        impl<'a> Visitor<'a> for All<'a> {
            fn expr(&mut self, expr: &'a ast::Expr) {
                self.0.push(expr);
                visit::walk_expr(self, expr);
            }
        }
        let mut all = All(Vec::new());
        visit::walk_file(&mut all, self.tree);
        all.0
    }

    /// All blocks, in the order of the source.
    pub(super) fn blocks(&self) -> Vec<&'db ast::Block> {
        struct All<'a>(Vec<&'a ast::Block>);
        impl<'a> Visitor<'a> for All<'a> {
            fn block(&mut self, block: &'a ast::Block) {
                self.0.push(block);
                visit::walk_block(self, block);
            }
        }
        let mut all = All(Vec::new());
        visit::walk_file(&mut all, self.tree);
        all.0
    }

    /// Whether a comment stands in a place.
    pub(super) fn has_comment(&self, span: Span) -> bool {
        let comments = &self.trivia.comments;
        let from = comments.partition_point(|comment| comment.span.start < span.start);
        comments.get(from).is_some_and(|comment| comment.span.start < span.end)
    }
}

/// A declared resource.
#[derive(Clone, Copy)]
pub(super) struct Declared<'db> {
    pub(super) resource: &'db hir::Resource,
    pub(super) node: &'db ast::Construct,
    pub(super) body: &'db hir::Body,
    pub(super) span: Span,
}

impl<'db> Declared<'db> {
    /// The resource type's full name: `std.fs.File`.
    pub(super) fn ty(&self, db: &dyn Db) -> String {
        self.resource.decl.qualified(db)
    }

    /// The value of an attribute that it sets itself.
    pub(super) fn value(&self, db: &dyn Db, name: &str) -> Option<&'db hir::Expr> {
        let Signature::Resource(signature) = signature::signature(db, self.resource.decl) else {
            return None;
        };
        let at = signature.attributes.iter().position(|attribute| attribute.name == name)? as u32;
        let setting = self.resource.attributes.iter().find(|setting| setting.attribute == at)?;
        Some(self.body.expr(setting.value))
    }

    /// Whether an attribute is set, here or by `defaults`.
    pub(super) fn sets(&self, db: &dyn Db, name: &str) -> bool {
        let Signature::Resource(signature) = signature::signature(db, self.resource.decl) else {
            return false;
        };
        let Some(at) = signature.attributes.iter().position(|attribute| attribute.name == name) else {
            return false;
        };
        let at = at as u32;
        let inherited =
            self.resource.inherited.iter().filter_map(|(_, id)| self.body.defaults.get(*id as usize));
        let mut settings =
            inherited.flat_map(|defaults| &defaults.attributes).chain(&self.resource.attributes);
        settings.any(|setting| setting.attribute == at)
    }
}

/// The checked bodies of a file.
fn bodies(db: &dyn Db, file: File) -> Vec<&Checked> {
    let mut all = vec![check::values(db, file)];
    for (index, item) in name::tree(db, file).items.iter().enumerate() {
        let id = DeclId { file, index: index as u32 };
        match &item.kind {
            ItemKind::Fn(_)
            | ItemKind::Record(_)
            | ItemKind::Enum(_)
            | ItemKind::TypeAlias(_)
            | ItemKind::Component(_)
            | ItemKind::Policy(_) => all.push(check::body(db, id)),
            ItemKind::Labels(_) if file.module(db).is_empty() => all.push(check::labels(db)),
            _ => {}
        }
    }
    all
}

/// The place of an item or statement with its documentation, its line's indentation and the newline behind it,
/// if nothing else stands on its lines; for taking it away.
pub fn whole_lines(text: &str, span: Span) -> Span {
    let mut start = text.get(..span.start as usize).unwrap_or_default();
    // Its documentation goes with it.
    loop {
        let line = start.trim_end_matches([' ', '\t']);
        let above = line.strip_suffix('\n').unwrap_or(line);
        let last = above.rsplit('\n').next().unwrap_or_default();
        let is_doc = last.trim_start().starts_with("///");
        if line.len() == above.len() || !is_doc {
            break;
        }
        start = above.get(..above.len() - last.trim_start().len()).unwrap_or_default();
    }
    let indent = start.len() - start.trim_end_matches([' ', '\t']).len();
    let first = start.len() - indent;
    let rest = text.get(span.end as usize..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', ',']).len();
    let after = rest.get(blank..).unwrap_or_default();
    let alone = first == 0 || text.get(..first).is_some_and(|before| before.ends_with('\n'));
    if alone && (after.is_empty() || after.starts_with('\n')) {
        let mut end = span.end as usize + blank + usize::from(!after.is_empty());
        // Of two blank lines one is enough.
        let above = text.get(..first).unwrap_or_default();
        let below = text.get(end..).unwrap_or_default();
        if (above.is_empty() || above.ends_with("\n\n")) && below.starts_with('\n') {
            end += 1;
        }
        return Span::new(first as u32, end as u32);
    }
    // On one line with others: up to the next one, or from the last one.
    if after.is_empty() || after.starts_with(['\n', '}']) {
        let before = text.get(..start.len()).unwrap_or_default();
        let kept = before.trim_end_matches([' ', '\t']);
        let kept = kept.strip_suffix(',').unwrap_or(kept);
        let gap = usize::from(after.starts_with('}') && !kept.ends_with('{'));
        let end = span.end as usize + blank.saturating_sub(gap);
        return Span::new(kept.len() as u32, end as u32);
    }
    Span::new(start.len() as u32, (span.end as usize + blank) as u32)
}
