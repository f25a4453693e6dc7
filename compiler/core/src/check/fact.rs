//! Declared facts: what a host runs or reads, and whether it can become a value of the type.

use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code};
use crate::fact;
use crate::hir::{FactSource, Stmt};
use crate::name::DeclId;
use crate::ty::Ty;
use mc_plan::plan::{FactFormat, Probe};
use mc_plan::value::TextKind;
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};

/// What a program is.
pub const PROGRAM_HELP: &str = "a program is a name, found in the system's folders, or an absolute path";

impl<'db> Checker<'db> {
    /// `fact raid: List<RaidState>? from command ["mdadm", "--detail", "/dev/md0"] as json timeout 5s`
    pub(super) fn fact(&mut self, id: DeclId, declared: &'db ast::FactDecl) {
        let root = self.open(Vec::new());
        self.body.root = Some(root);
        let (command, from) = match &declared.source {
            ast::FactSource::Command(argv) => {
                self.program(argv);
                (true, self.pure(argv, &Want::Type(Ty::List(Ty::String.into()))))
            }
            ast::FactSource::File(path) => (false, self.pure(path, &Want::Type(Ty::Text(TextKind::AbsPath)))),
            // Reported with the syntax.
            ast::FactSource::Error(_) => return self.close(),
        };
        let timeout = declared.timeout.as_ref().map(|written| {
            if !command {
                self.bad_fact(
                    written.span,
                    "a file is read without a `timeout`",
                    "has no meaning here",
                    "leave it out",
                );
            }
            self.pure(written, &Want::Type(Ty::Duration))
        });
        self.close();
        let name = &declared.name;
        if matches!(name.text.as_str(), "facts" | "labels") {
            let headline = format!("`{}` are those of the host", name.text);
            self.bad_fact(name.span, headline, "taken", "give the fact another name");
        }
        let Some((format, at)) = declared.format else {
            let headline = format!("nothing says how `{}` is read", name.text);
            let help = "end the line with `as json`, `as text` or `as lines`";
            return self.bad_fact(name.span, headline, "without a format", help);
        };
        let format = match format {
            ast::FactFormat::Json => FactFormat::Json,
            ast::FactFormat::Text => FactFormat::Text,
            ast::FactFormat::Lines => FactFormat::Lines,
        };
        if !self.readable(&fact::ty(self.db, id), format, declared, at) {
            return;
        }
        let source = FactSource { from, command, format, timeout };
        self.body.blocks[root.0 as usize].stmts.push(Stmt::Fact(source));
    }

    /// What is wrong with a program that is written out.
    fn program(&mut self, argv: &'db ast::Expr) {
        let Ast::List(written) = &argv.kind else { return };
        let mut first = Vec::new();
        let mut at = argv.span;
        if let Some(program) = written.first() {
            let Ast::String(parts) = &program.kind else { return };
            let Some(name) = super::literal::plain(parts) else { return };
            at = program.span;
            first.push(name.to_string());
        }
        if let Some(flaw) = (Probe::Command { argv: first, timeout: Probe::TIMEOUT }).flaw() {
            self.bad_fact(at, format!("no host can find this: {flaw}"), "no program", PROGRAM_HELP);
        }
    }

    fn bad_fact(&mut self, span: Span, headline: impl Into<String>, here: &str, help: &str) {
        let found = Diagnostic::error(code::BAD_FACT, self.place(span), headline);
        self.report(found.here(here).help(help));
    }

    /// Whether texts in a format can become values of a type; else it is reported.
    fn readable(&mut self, ty: &Ty, format: FactFormat, declared: &ast::FactDecl, at: Span) -> bool {
        let span = declared.ty.span;
        if fact::part(self.db, ty, &mut |ty| matches!(ty, Ty::Error)).is_some() {
            return false;
        }
        if self.holds_secret(ty) {
            let help = "a secret is kept in the host's store, and named with `secret(\"..\")`";
            self.bad_fact(span, "a fact is no secret", "would be shown in reports", help);
            return false;
        }
        if let Some(part) = fact::part(self.db, ty, &mut is_no_data) {
            let shown = self.show(&part);
            let headline = format!("no host can tell a `{shown}`");
            let help = match part {
                Ty::Blob | Ty::Bytes => "take a `String`",
                Ty::Map(..) => "the keys of its map are texts, numbers, or variants without fields",
                Ty::Record(..) | Ty::Enum(..) => "take a type without parameters",
                _ => "facts are data: records, enums, lists, texts and numbers",
            };
            self.bad_fact(span, headline, &format!("a `{shown}`"), help);
            return false;
        }
        let scalar = match (format, ty.some_plain()) {
            (FactFormat::Json, _) => return true,
            (FactFormat::Text, ty) => Some(ty),
            (FactFormat::Lines, Ty::List(element)) => Some(element.plain()),
            (FactFormat::Lines, _) => None,
        };
        match scalar {
            Some(scalar) if self.is_one_text(scalar) => true,
            Some(scalar) => {
                let shown = self.show(scalar);
                let headline = format!("a `{shown}` is more than one text");
                self.bad_fact(at, headline, "one value", "read it `as json`");
                false
            }
            None => {
                let shown = self.show(ty);
                let help = format!("write `List<{shown}>`, or read it `as text`");
                self.bad_fact(span, "lines are a list", &format!("a `{shown}`"), &help);
                false
            }
        }
    }

    /// Whether a text can be a value of a type and nothing else.
    fn is_one_text(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Enum(id, _) => fact::variants(self.db, *id).is_some_and(|all| {
                all.iter().all(|(name, fields)| match fields.as_slice() {
                    [] => true,
                    // Whatever no other variant is called.
                    [field] => name == "Other" && field.name == "name" && field.ty == Ty::String,
                    _ => false,
                })
            }),
            other => other.has_text(),
        }
    }
}

/// Whether values of a type are no data that a host can read, whatever they are made of.
fn is_no_data(ty: &Ty) -> bool {
    match ty {
        Ty::Record(_, args) | Ty::Enum(_, args) => !args.is_empty(),
        Ty::Map(key, _) => {
            !matches!(key.plain(), Ty::String | Ty::Text(_) | Ty::Int | Ty::Bool | Ty::Enum(..))
        }
        Ty::Bool
        | Ty::Int
        | Ty::Float
        | Ty::String
        | Ty::Duration
        | Ty::Size
        | Ty::Mode
        | Ty::Text(_)
        | Ty::List(_)
        | Ty::Set(_)
        | Ty::Optional(_)
        | Ty::Tuple(_)
        | Ty::Refined(..)
        | Ty::Error => false,
        _ => true,
    }
}
