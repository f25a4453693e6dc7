//! Forms that are read and have no meaning yet. A program that uses one is refused, so that none is passed over.
//! Whoever gives one a meaning takes it out of here.

use crate::db::File;
use crate::diagnostic::{Code, Diagnostic, Place};
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{Item, ItemKind, ResourceItem, SourceFile};

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
        match &item.kind {
            ItemKind::Resource(node) => {
                for part in &node.items {
                    if let ResourceItem::Check(check) = part {
                        self.reserve(check.span, "a `check` of a resource type");
                    }
                }
            }
            _ => {}
        }
        visit::walk_item(self, item);
    }
}
