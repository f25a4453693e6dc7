//! Forms that are read and have no meaning yet. A program that uses one is refused, so that none is passed over.
//! Whoever gives one a meaning takes it out of here.

use crate::db::File;
use crate::diagnostic::{Code, Diagnostic, Place};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{Item, ItemKind, ResourceItem, SourceFile, Stmt, StmtKind};

/// A form that is reserved (`mc-syntax`).
const RESERVED: Code = Code("MC0120");

/// The reserved forms of a file.
pub fn diagnostics(file: File, tree: &SourceFile) -> Vec<Diagnostic> {
    let mut forms = Forms { file, found: Vec::new() };
    visit::walk_file(&mut forms, tree);
    forms.found
}

struct Forms {
    file: File,
    found: Vec<Diagnostic>,
}

impl Forms {
    fn reserve(&mut self, span: Span, form: &str) {
        let place = Place::new(self.file, span);
        let headline = format!("{form} has no meaning yet");
        self.found.push(Diagnostic::error(RESERVED, place, headline).here("reserved"));
    }
}

impl<'a> Visitor<'a> for Forms {
    fn item(&mut self, item: &'a Item) {
        if let ItemKind::Resource(node) = &item.kind {
            for part in &node.items {
                if let ResourceItem::Check(check) = part {
                    self.reserve(check.span, "a `check` of a resource type");
                }
            }
        }
        match &item.kind {
            ItemKind::Guard(node) => self.reserve(node.name.span, "a guard"),
            ItemKind::Rollout(node) => self.reserve(node.name.span, "a rollout"),
            ItemKind::FactDecl(node) => self.reserve(node.name.span, "a fact"),
            _ => {}
        }
        visit::walk_item(self, item);
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::After(_) => self.reserve(stmt.span, "the order of policies"),
            StmtKind::Prune(_) => self.reserve(stmt.span, "`prune`"),
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }
}
