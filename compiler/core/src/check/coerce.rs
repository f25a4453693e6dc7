//! Whether a value may stand where a type is expected, and the messages where it may not.

use super::Checker;
use crate::diagnostic::{Diagnostic, Fix, Place, code};
use crate::hir::{ExprId, ExprKind};
use crate::name::DeclId;
use crate::signature::Field;
use crate::ty::Ty;
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};

impl<'db> Checker<'db> {
    /// Reports an expression whose type does not fit.
    pub(super) fn coerce(&mut self, id: ExprId, expected: &Ty, span: Span) -> ExprId {
        let found = self.ty(id).clone();
        if found.fits(expected) {
            return id;
        }
        let (want, have) = (self.show(expected), self.show(&found));
        let secret = |ty: &Ty| ty.any(&mut |ty| matches!(ty, Ty::Secret(_)));
        if secret(&found) && !secret(expected) && !matches!(expected, Ty::Fn(..)) {
            self.report(self.leak(span, &have));
            return self.error(span);
        }
        if matches!(&found, Ty::Optional(inner) if inner.fits(expected)) {
            // `none` itself says nothing of what it might be.
            let shown = self.show(if found.some().is_bottom() { expected } else { found.some() });
            self.report(
                Diagnostic::error(
                    code::MAY_BE_ABSENT,
                    self.place(span),
                    format!("this `{shown}` may be absent"),
                )
                .here(format!("is a `{have}`"))
                .help("say what to take instead with `??`, or ask with `if let x = ..`"),
            );
            return self.error(span);
        }
        if found.never_skipped().fits(expected) {
            self.report(
                Diagnostic::error(
                    code::MAY_BE_ABSENT,
                    self.place(span),
                    "this step may be skipped, and what it produces is missing then",
                )
                .here(format!("is a `{have}`"))
                .note(format!("a `{want}` gives all outputs of its resource"))
                .help("let the type say it, as `Ref<Command?>` does, or take an `AnyRef` where only order counts"),
            );
            return self.error(span);
        }
        let want = match expected {
            // What may be left out is asked for by its plain type.
            Ty::Optional(inner) if !matches!(found, Ty::Optional(_)) => self.show(inner),
            _ => want,
        };
        let diagnostic = Diagnostic::error(
            code::TYPE_MISMATCH,
            self.place(span),
            format!("expected `{want}`, found `{have}`"),
        )
        .here(format!("a `{have}`"));
        let mut diagnostic = self.suggest(diagnostic, id, &found, expected.some(), span);
        if secret(expected) && !secret(&found) {
            diagnostic = diagnostic.hide(self.place(span));
        }
        self.report(diagnostic);
        self.error(span)
    }

    /// Checks what is given to something that takes a public value as well as a secret of this type, or to something that
    /// does not.
    pub(super) fn accepting<T>(&mut self, ty: Option<Ty>, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.accepting, ty);
        let value = check(self);
        self.accepting = before;
        value
    }

    /// A text or number that is written out where a secret belongs. Its value goes nowhere.
    pub(super) fn written_secret(&mut self, expr: &'db ast::Expr, expected: &Ty) -> ExprId {
        let place = self.place(expr.span);
        let shown = self.show(expected.some());
        let headline = format!("a `{shown}` is named in a source, not written");
        self.report(
            Diagnostic::error(code::SECRET_WRITTEN, place, headline)
                .here("not the name of a secret")
                .note("whoever can read this file knows it: if it is a secret, take another one")
                .help("name it: `secret(\"db/password\")`; what is public has a name of its own: `let line = \"..\"`")
                .hide(place),
        );
        self.error(expr.span)
    }

    /// Leaves out of all messages what stands at a place. Belongs to the message before.
    pub(super) fn hide_in_last(&mut self, place: Place) {
        if let Some(last) = self.findings.diagnostics.last_mut() {
            last.hidden.push(place);
        }
    }

    /// The same, if what it is given to holds a secret: it may have been meant for that.
    pub(super) fn hide_among(&mut self, fields: &[Field], place: Place) {
        if fields.iter().any(|field| self.holds_secret(&field.ty)) {
            self.hide_in_last(place);
        }
    }

    /// What is compared with a secret is an error of its own: of the messages since then that it is written out, only what
    /// they hide is left.
    pub(super) fn only_hidden(&mut self, since: usize) {
        let found = self.findings.diagnostics.split_off(since.min(self.findings.diagnostics.len()));
        let (written, mut others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|found| found.code == code::SECRET_WRITTEN);
        match others.last_mut() {
            Some(last) => last.hidden.extend(written.into_iter().flat_map(|found| found.hidden)),
            None => others = written,
        }
        self.findings.diagnostics.append(&mut others);
    }

    /// A secret on its way to where it would be seen.
    pub(super) fn leak(&self, span: Span, shown: &str) -> Diagnostic {
        Diagnostic::error(code::SECRET_LEAK, self.place(span), "a secret may not go here")
            .here(format!("a `{shown}`"))
            .note("whatever stands here is seen in plans, reports and logs")
            .help("a secret goes into attributes that accept one, like a file's content")
    }

    /// What the author may have meant by a value of another type.
    fn suggest(
        &self,
        diagnostic: Diagnostic,
        id: ExprId,
        found: &Ty,
        expected: &Ty,
        span: Span,
    ) -> Diagnostic {
        let change = |diagnostic: Diagnostic, help: String, text: String| {
            let fix = Fix::new(format!("change to `{text}`"), vec![(self.place(span), text)]);
            diagnostic.help(help).fix_by(fix.safe())
        };
        let literal = match &self.body.expr(id).kind {
            ExprKind::Value(value) => Some(value),
            _ => None,
        };
        match (expected.plain(), found.plain(), literal) {
            (Ty::Mode, Ty::Int, Some(Value::Int(i))) => {
                if let Some(help) = no_octal(&i.to_string()) {
                    return diagnostic.help(help);
                }
                let mode = format!("0o{i}");
                let help = format!("permission bits are written in octal: `{mode}`");
                if is_usual(*i) {
                    return change(diagnostic, help, mode);
                }
                // It may be the number that the bits are in decimal, as 420 is `0o644`.
                diagnostic.help(help).fix(format!("change to `{mode}`"), self.place(span), mode)
            }
            (Ty::Mode, Ty::String, Some(Value::Str(s)))
                if !s.is_empty() && s.chars().all(|c| c.is_digit(8)) =>
            {
                let mode = format!("0o{}", s.trim_start_matches('0'));
                change(diagnostic, format!("permission bits are no text: `{mode}`"), mode)
            }
            (Ty::Mode, Ty::String, Some(Value::Str(s)))
                if !s.is_empty() && s.chars().all(|c| c.is_ascii_digit()) =>
            {
                no_octal(s).into_iter().fold(diagnostic, Diagnostic::help)
            }
            (Ty::Bool, Ty::String, Some(Value::Str(s)))
                if matches!(&**s, "true" | "false" | "yes" | "no" | "on" | "off") =>
            {
                let value = matches!(&**s, "true" | "yes" | "on").to_string();
                change(diagnostic, format!("write `{value}`"), value)
            }
            (Ty::Int, Ty::String, Some(Value::Str(s))) if s.parse::<i64>().is_ok() => {
                change(diagnostic, "write the number without quotes".to_owned(), s.to_string())
            }
            (Ty::Float, Ty::Int, Some(Value::Int(i))) => {
                change(diagnostic, "a `Float` is written with a point".to_owned(), format!("{i}.0"))
            }
            (Ty::Float, Ty::Int, None) => diagnostic.help("make a `Float` of it: `.to_float()`"),
            (Ty::Int, Ty::Float, _) => {
                diagnostic.help("say how to round it: `.round()`, `.floor()` or `.ceil()`")
            }
            (Ty::Duration, Ty::Int, _) => diagnostic.help("a duration has a unit: `90s`, `5m`, `1h30m`"),
            (Ty::Size, Ty::Int, _) => diagnostic.help("a size has a unit: `512MiB`, `10GB`"),
            (Ty::Text(kind), Ty::String, _) => diagnostic
                .help(format!("a text from elsewhere is checked by a conversion: `{}(..)`", kind.name())),
            (Ty::Set(_), Ty::List(_), _) => diagnostic.help("make a set of it: `.to_set()`"),
            (Ty::List(_), Ty::Set(_), _) => diagnostic.help("make a list of it: `.to_list()`"),
            (Ty::String | Ty::Blob, other, _) if other.has_text() && !other.fits(expected.plain()) => {
                diagnostic.help("make a text of it: `\"${..}\"`")
            }
            (Ty::List(item) | Ty::Set(item), other, _) if other.fits(item) => {
                diagnostic.help("put it in brackets: `[..]`")
            }
            (plain, _, _) if expected != plain && found.fits(plain) => diagnostic
                .help(format!("its condition is checked by a conversion: `{}(..)`", self.show(expected))),
            _ => diagnostic,
        }
    }

    /// The condition of a type that a literal is measured by where that type is expected.
    pub(super) fn refined<'a>(&self, expr: &ast::Expr, expected: &'a Ty) -> Option<(DeclId, &'a Ty, &'a Ty)> {
        let mut inner = expected;
        while let Ty::Optional(next) | Ty::Secret(next) = inner {
            inner = next;
        }
        match inner {
            Ty::Refined(id, base) if is_literal(expr) => Some((*id, base, inner)),
            _ => None,
        }
    }
}

/// Whether a text or a number is written out where a secret is expected. An empty one keeps no secret, and one with holes
/// is computed.
pub(super) fn is_written_secret(expr: &ast::Expr, expected: &Ty) -> bool {
    if !matches!(expected.some_plain(), Ty::Secret(_)) {
        return false;
    }
    match &expr.kind {
        Ast::Paren(inner) => is_written_secret(inner, expected),
        Ast::String(parts) => super::literal::plain(parts).is_some_and(|text| !text.trim().is_empty()),
        Ast::Int(_) => true,
        _ => false,
    }
}

/// Whether an expression writes a value out, so that it takes the type that is expected of it.
fn is_literal(expr: &ast::Expr) -> bool {
    match &expr.kind {
        Ast::Paren(inner) => is_literal(inner),
        Ast::Unary { op: ast::UnaryOp::Negate, operand, .. } => is_literal(operand),
        Ast::Bool(_)
        | Ast::Int(_)
        | Ast::Float(_)
        | Ast::Duration(_)
        | Ast::Size(_)
        | Ast::Mode(_)
        | Ast::String(_)
        | Ast::List(_)
        | Ast::Map(_)
        | Ast::Tuple(_)
        | Ast::Variant(_)
        | Ast::Comprehension(_)
        | Ast::Construct(_) => true,
        _ => false,
    }
}

/// What to say of digits that are no octal ones.
fn no_octal(digits: &str) -> Option<String> {
    let digit = digits.chars().find(|c| !c.is_digit(8))?;
    Some(format!("permission bits are written in octal, from 0 to 7, and `{digit}` is none: `0o644`"))
}

/// Whether decimal digits read as permission bits give nobody more than the owner: `644` does, `420` does not.
fn is_usual(digits: i64) -> bool {
    let digit = |place: i64| digits / place % 10;
    let owner = digit(100);
    digit(10) & !owner == 0 && digit(1) & !owner == 0
}
