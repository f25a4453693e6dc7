//! String literals, variants and checked conversions.

use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code};
use crate::hir::{ExprId, ExprKind};
use crate::signature;
use crate::ty::Ty;
use mc_plan::value::{TextKind, Value};
use mc_syntax::Span;
use mc_syntax::ast::{self, StringPart};
use std::sync::Arc;

impl<'db> Checker<'db> {
    /// A string literal takes the checked type that is expected where it stands.
    pub(super) fn string(&mut self, parts: &'db [StringPart], expected: Option<&Ty>, span: Span) -> ExprId {
        let kind = match expected.map(|ty| ty.some().revealed().0) {
            Some(Ty::Text(kind)) => Some(*kind),
            _ => None,
        };
        let ty = kind.map_or(Ty::String, Ty::Text);
        if let Some(text) = plain(parts) {
            if let Some(kind) = kind
                && let Err(reason) = kind.check(&text)
            {
                self.does_not_fit(kind, &text, &reason.to_string(), span);
                return self.error(span);
            }
            return self.push(ExprKind::Value(Value::Str(text)), ty, span);
        }
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                StringPart::Text(text, at) => {
                    let value = ExprKind::Value(Value::Str(Arc::from(text.as_str())));
                    pieces.push(self.push(value, Ty::String, *at));
                }
                StringPart::Hole(hole) => {
                    let id = self.pure(hole, &Want::Any);
                    pieces.push(self.texted(id, hole.span));
                }
            }
        }
        let secret = pieces.iter().any(|piece| matches!(self.ty(*piece), Ty::Secret(_)));
        let whole = self.push(ExprKind::Concat(pieces), Ty::String.secret_if(secret), span);
        match kind {
            // What is wrong with a checked text is told with the text, so a secret one is none.
            _ if secret => whole,
            Some(kind) => self.push(ExprKind::Convert(kind, whole), ty, span),
            None => whole,
        }
    }

    /// An expression in a hole, as a text.
    pub(super) fn texted(&mut self, id: ExprId, span: Span) -> ExprId {
        let ty = self.ty(id).clone();
        match &ty {
            ty if ty.has_text() => id,
            Ty::Secret(inner) if inner.has_text() => id,
            Ty::Enum(..) => self.push(ExprKind::VariantName(id), Ty::String, span),
            other => {
                let shown = self.show(other);
                let mut diagnostic = Diagnostic::error(
                    code::NO_TEXT,
                    self.place(span),
                    format!("a `{shown}` has no text of its own"),
                )
                .here("cannot stand in a string");
                diagnostic = match other {
                    Ty::Optional(_) => {
                        diagnostic.help("say what to write where it is absent: `${.. ?? \"\"}`")
                    }
                    Ty::List(_) | Ty::Set(_) => diagnostic.help("join its elements: `${xs.join(\", \")}`"),
                    Ty::Record(..) | Ty::Tuple(_) => diagnostic.help("name one of its parts"),
                    Ty::Param(_, _, name) => diagnostic
                        .note(format!("`{name}` may stand for anything, also for what has no text"))
                        .help("take a function that makes the text: `show: (T) -> String`"),
                    Ty::Ref(..) | Ty::Instance(..) => diagnostic.help("name one of its outputs"),
                    _ => diagnostic,
                };
                self.report(diagnostic);
                self.error(span)
            }
        }
    }

    /// What a type with a condition is made of, converted through the types in between.
    fn convert_base(&mut self, value: &'db ast::Expr, base: &Ty) -> ExprId {
        match base {
            Ty::Refined(id, inner) => {
                let id = *id;
                let inner = self.convert_base(value, inner);
                self.push(ExprKind::Refine(id, inner), base.clone(), value.span)
            }
            Ty::Text(kind) => {
                let text = self.pure(value, &Want::Type(Ty::String));
                self.push(ExprKind::Convert(*kind, text), base.clone(), value.span)
            }
            _ => self.pure(value, &Want::Type(base.clone())),
        }
    }

    pub(super) fn does_not_fit(&mut self, kind: TextKind, text: &str, reason: &str, span: Span) {
        self.report(
            Diagnostic::error(
                code::LITERAL_DOES_NOT_FIT,
                self.place(span),
                format!("`{text}` is no `{}`", kind.name()),
            )
            .here(reason.to_owned()),
        );
    }

    /// `AbsPath(x)`
    pub(super) fn convert(&mut self, path: &'db ast::Path, value: &'db ast::Expr, span: Span) -> ExprId {
        let [name] = path.segments.as_slice() else {
            self.report(
                Diagnostic::error(code::BAD_CALL, self.place(path.span), "a variant is not called")
                    .here("a payload is written in braces"),
            );
            return self.error(span);
        };
        let Some(ty) =
            signature::lookup_type(self.db, self.types(), path.module.as_ref(), name, &mut self.findings)
        else {
            self.pure(value, &Want::Any);
            return self.error(span);
        };
        let whole = ty.clone();
        match ty {
            // A text that is written out is measured at once.
            Ty::Text(_) if matches!(value.kind, ast::ExprKind::String(_)) => {
                self.pure(value, &Want::Type(ty))
            }
            Ty::Text(kind) => {
                let inner = self.pure(value, &Want::Type(Ty::String));
                self.push(ExprKind::Convert(kind, inner), Ty::Text(kind), span)
            }
            Ty::Error => {
                self.pure(value, &Want::Any);
                self.error(span)
            }
            Ty::Refined(id, base) => {
                let base = self.convert_base(value, &base);
                self.push(ExprKind::Refine(id, base), whole, span)
            }
            other => {
                self.pure(value, &Want::Any);
                let mut diagnostic = Diagnostic::error(
                    code::BAD_CALL,
                    self.place(path.span),
                    format!("nothing can be converted to `{}`", name.text),
                )
                .here("not a checked string type");
                diagnostic = match other {
                    Ty::Ref(..) => diagnostic.help(format!(
                        "declare one, `{0} \"key\" {{ .. }}`, or refer to one, `{0}[\"key\"]`",
                        name.text
                    )),
                    Ty::Record(..) | Ty::Instance(..) => {
                        diagnostic.help(format!("use braces: `{} {{ name = value }}`", name.text))
                    }
                    Ty::String => diagnostic.help("make a text of a value: `\"${..}\"`"),
                    _ => diagnostic,
                };
                self.report(diagnostic);
                self.error(span)
            }
        }
    }
}

/// The text of a literal without holes.
pub(super) fn plain(parts: &[StringPart]) -> Option<Arc<str>> {
    match parts {
        [] => Some(Arc::from("")),
        [StringPart::Text(text, _)] => Some(Arc::from(text.as_str())),
        _ => None,
    }
}
