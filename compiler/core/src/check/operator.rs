//! Operators.

use super::{Checker, Want};
use crate::db::Db;
use crate::diagnostic::{Diagnostic, Fix, code};
use crate::hir::{ExprId, ExprKind};
use crate::signature;
use crate::ty::Ty;
use mc_plan::expr::{BinaryOp, Builtin, UnaryOp};
use mc_plan::value::{TextKind, Value};
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};

impl<'db> Checker<'db> {
    pub(super) fn unary(
        &mut self,
        op: ast::UnaryOp,
        op_span: Span,
        operand: &'db ast::Expr,
        span: Span,
    ) -> ExprId {
        let id = self.pure(operand, &Want::Any);
        let ty = self.ty(id).plain().clone();
        match (op, &ty) {
            (_, ty) if ty.is_bottom() => self.error(span),
            (ast::UnaryOp::Negate, Ty::Int | Ty::Float) => {
                self.push(ExprKind::Unary(UnaryOp::Negate, id), ty, span)
            }
            (ast::UnaryOp::Not, Ty::Bool) => self.push(ExprKind::Unary(UnaryOp::Not, id), ty, span),
            (_, Ty::Secret(_)) => {
                self.steers(op_span, operand.span, &ty);
                self.error(span)
            }
            _ => {
                let sign = if op == ast::UnaryOp::Negate { "-" } else { "!" };
                let shown = self.show(&ty);
                self.report(
                    Diagnostic::error(
                        code::NO_SUCH_OPERATOR,
                        self.place(op_span),
                        format!("`{sign}` does not exist for `{shown}`"),
                    )
                    .here(if sign == "!" { "turns a `Bool` around" } else { "negates a number" })
                    .label(self.place(operand.span), format!("a `{shown}`")),
                );
                self.error(span)
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        op: ast::BinaryOp,
        op_span: Span,
        left: &'db ast::Expr,
        right: &'db ast::Expr,
        want: &Want,
        span: Span,
    ) -> ExprId {
        use ast::BinaryOp as B;
        match op {
            B::And | B::Or => {
                let a = self.pure(left, &Want::Type(Ty::Bool));
                let b = self.pure(right, &Want::Type(Ty::Bool));
                let kind = if op == B::And { ExprKind::And(a, b) } else { ExprKind::Or(a, b) };
                return self.push(kind, Ty::Bool, span);
            }
            B::Coalesce => return self.coalesce(left, right, want, span),
            _ => {}
        }
        // `labels.role == .Web`: the side whose type stands alone is checked first.
        let bare = |e: &ast::Expr| matches!(e.kind, Ast::Variant(_) | Ast::String(_) | Ast::List(_));
        let (a, b) = if op == B::In {
            let a = self.pure(left, &Want::Any);
            let element = self.ty(a).clone();
            let written = matches!(right.kind, Ast::List(_));
            let b = if written && !element.is_bottom() {
                // What a secret is compared with is an error of its own.
                let hint = Some(element.clone().list());
                self.accepting(Some(element), |c| c.infer_operand(right, &hint))
            } else {
                self.pure(right, &Want::Any)
            };
            (a, b)
        } else if let (B::Add, Some(list)) = (op, wanted_list(want)) {
            // Lists that are put together are what is wanted of the whole.
            (self.list_operand(left, list), self.list_operand(right, list))
        } else if bare(left) && !bare(right) {
            let b = self.pure(right, &Want::Any);
            let hint = self.operand_hint(b);
            (self.infer_operand(left, &hint), b)
        } else {
            let a = self.pure(left, &Want::Any);
            let hint = self.operand_hint(a);
            (a, self.infer_operand(right, &hint))
        };
        let (ta, tb) = (self.ty(a).clone(), self.ty(b).clone());
        if ta.is_bottom() || tb.is_bottom() {
            return self.error(span);
        }
        let (la, lb) = (ta.revealed(), tb.revealed());
        if la.1 || lb.1 {
            // Texts are put together without anyone looking at them.
            if op == B::Add && is_text(la.0) && is_text(lb.0) {
                return self.push(ExprKind::Binary(BinaryOp::Add, a, b), Ty::String.secret(), span);
            }
            let (secret, other) = if la.1 { ((left.span, &ta), right) } else { ((right.span, &tb), left) };
            self.steers(op_span, secret.0, secret.1);
            // Perhaps it is the secret.
            if matches!(other.kind, Ast::String(_) | Ast::List(_) | Ast::Int(_)) {
                self.hide_in_last(self.place(other.span));
            }
            return self.error(span);
        }
        let compares = !matches!(op, B::Add | B::Subtract | B::Multiply | B::Divide | B::Remainder);
        let open = |ty: &Ty| ty.any(&mut |ty| matches!(ty, Ty::Param(..)));
        if compares && (open(&ta) || open(&tb)) {
            self.no_operator(op, op_span, (left, &ta), (right, &tb));
            return self.error(span);
        }
        if compares && (self.holds_secret(&ta) || self.holds_secret(&tb)) {
            let secret = if self.holds_secret(&ta) { (left.span, &ta) } else { (right.span, &tb) };
            self.steers(op_span, secret.0, secret.1);
            return self.error(span);
        }
        match operator(self.db, op, &ta, &tb) {
            Some((operator, result)) if is_version(&ta) && result == Ty::Bool && op != B::In => {
                // Versions are compared by their own order, and the answer with zero.
                let compared =
                    self.push(ExprKind::Call(Builtin::VersionCompare, vec![a, b], false), Ty::Int, span);
                let zero = self.push(ExprKind::Value(Value::Int(0)), Ty::Int, op_span);
                self.push(ExprKind::Binary(operator, compared, zero), result, span)
            }
            Some((operator, result)) => self.push(ExprKind::Binary(operator, a, b), result, span),
            None => {
                self.no_operator(op, op_span, (left, &ta), (right, &tb));
                self.error(span)
            }
        }
    }

    /// An operand of lists that are put together: one that is written out takes the type that is wanted.
    fn list_operand(&mut self, expr: &'db ast::Expr, list: &Ty) -> ExprId {
        let written = matches!(
            expr.kind,
            Ast::List(_) | Ast::Comprehension(_) | Ast::Paren(_) | Ast::Binary { op: ast::BinaryOp::Add, .. }
        );
        let want = if written { Want::Type(list.clone()) } else { Want::Any };
        let declares = std::mem::replace(&mut self.declares, false);
        // The operator itself says what does not fit.
        let id = self.infer(expr, &want);
        self.declares = declares;
        id
    }

    /// Reports a decision that would depend on a secret.
    pub(super) fn steers(&mut self, at: Span, secret: Span, ty: &Ty) {
        let shown = self.show(ty);
        let mut diagnostic =
            Diagnostic::error(code::SECRET_DECIDES, self.place(at), "nothing may depend on what a secret is");
        diagnostic = if at == secret {
            diagnostic.here(format!("a `{shown}`"))
        } else {
            diagnostic.here("asks what it is").label(self.place(secret), format!("a `{shown}`"))
        };
        self.report(
            diagnostic
                .note("whoever sees what the plan does could tell the secret from it")
                .help("to compute with it, use `.map(|x| ..)`: what comes out stays secret"),
        );
    }

    /// The type that the other operand lends to a literal or a bare variant.
    fn operand_hint(&self, id: ExprId) -> Option<Ty> {
        match self.ty(id).some() {
            ty @ (Ty::Enum(..) | Ty::Text(_) | Ty::List(_) | Ty::Set(_) | Ty::Map(..)) => Some(ty.clone()),
            _ => None,
        }
    }

    fn infer_operand(&mut self, expr: &'db ast::Expr, hint: &Option<Ty>) -> ExprId {
        let declares = std::mem::replace(&mut self.declares, false);
        let want = match (hint, &expr.kind) {
            (Some(ty @ Ty::Enum(..)), _) => Want::Type(ty.clone()),
            (Some(ty), Ast::String(_) | Ast::List(_)) => Want::Type(ty.clone()),
            _ => Want::Any,
        };
        // The operator itself says what does not fit.
        let id = self.infer(expr, &want);
        self.declares = declares;
        id
    }

    fn coalesce(&mut self, left: &'db ast::Expr, right: &'db ast::Expr, want: &Want, span: Span) -> ExprId {
        let left_want = match want.ty() {
            Some(ty) => Want::Type(ty.clone().optional()),
            None => Want::Any,
        };
        let a = self.pure(left, &left_want);
        let ta = self.ty(a).plain().clone();
        let Ty::Optional(inner) = &ta else {
            if !ta.is_bottom() {
                let shown = self.show(&ta);
                self.report(
                    Diagnostic::error(
                        code::NO_SUCH_OPERATOR,
                        self.place(left.span),
                        "this value is never absent",
                    )
                    .here(format!("a `{shown}`, not a `{shown}?`"))
                    .help("leave out `??` and what follows")
                    .fix_by(
                        Fix::new(
                            "leave it out",
                            vec![(self.place(Span::new(left.span.end, right.span.end)), String::new())],
                        )
                        .safe(),
                    ),
                );
            }
            return self.error(span);
        };
        let hint = match (want.ty(), &**inner) {
            (Some(ty), _) => Want::Type(ty.clone()),
            (None, ty) if ty.is_bottom() => Want::Any,
            (None, ty @ (Ty::Enum(..) | Ty::Text(_) | Ty::List(_) | Ty::Set(_) | Ty::Map(..))) => {
                Want::Type(ty.clone())
            }
            _ => Want::Any,
        };
        let b = self.pure(right, &hint);
        let tb = self.ty(b).clone();
        match inner.join(&tb) {
            Some(ty) => self.push(ExprKind::Coalesce(a, b), ty, span),
            None => {
                let (x, y) = (self.show(inner), self.show(&tb));
                self.report(
                    Diagnostic::error(
                        code::TYPE_MISMATCH,
                        self.place(right.span),
                        format!("expected `{x}`, found `{y}`"),
                    )
                    .here(format!("a `{y}`"))
                    .label(self.place(left.span), format!("a `{x}` where it is there")),
                );
                self.error(span)
            }
        }
    }

    fn no_operator(
        &mut self,
        op: ast::BinaryOp,
        op_span: Span,
        left: (&ast::Expr, &Ty),
        right: (&ast::Expr, &Ty),
    ) {
        let sign = sign(op);
        let (a, b) = (self.show(left.1), self.show(right.1));
        let headline = if a == b {
            format!("`{sign}` does not exist for `{a}`")
        } else {
            format!("`{sign}` does not exist for `{a}` and `{b}`")
        };
        let mut diagnostic = Diagnostic::error(code::NO_SUCH_OPERATOR, self.place(op_span), headline)
            .label(self.place(left.0.span), format!("a `{a}`"))
            .label(self.place(right.0.span), format!("a `{b}`"));
        let parameter = [left.1, right.1].into_iter().find_map(|ty| match ty.plain() {
            Ty::Param(_, _, name) => Some(name.clone()),
            _ => None,
        });
        if let Some(name) = parameter {
            diagnostic = diagnostic
                .note(format!("`{name}` may stand for anything, also for a secret"))
                .help("take a function that decides: `same: (T, T) -> Bool`");
        } else if matches!(left.1, Ty::Optional(_)) || matches!(right.1, Ty::Optional(_)) {
            diagnostic = diagnostic.help("say what to take where a value is absent: `(x ?? ..)`");
        } else if op == ast::BinaryOp::Add && (is_text(left.1) || is_text(right.1)) {
            diagnostic = diagnostic.help("put values into a text with `\"${..}\"`");
        } else if matches!((left.1.plain(), right.1.plain()), (Ty::Int, Ty::Float) | (Ty::Float, Ty::Int)) {
            diagnostic =
                diagnostic.help("numbers are not mixed: make a `Float` of an `Int` by `.to_float()`");
        }
        self.report(diagnostic);
    }
}

/// The list that is wanted, if it is known to the end which one.
fn wanted_list(want: &Want) -> Option<&Ty> {
    let open = |ty: &Ty| ty.any(&mut |ty| matches!(ty, Ty::Never | Ty::Hole | Ty::Error));
    want.ty().map(Ty::some).filter(|ty| matches!(ty, Ty::List(_)) && !open(ty))
}

fn is_text(ty: &Ty) -> bool {
    matches!(ty.plain(), Ty::String | Ty::Text(_))
}

/// Whether a type is that of versions, whose order is not the order of their texts.
pub(super) fn is_version(ty: &Ty) -> bool {
    *ty.plain() == Ty::Text(TextKind::Version)
}

/// Whether values of a type have an order.
pub(super) fn is_ordered(ty: &Ty) -> bool {
    matches!(ty.plain(), Ty::Int | Ty::Float | Ty::Duration | Ty::Size | Ty::String | Ty::Text(_))
}

/// Whether values of a type can be added up.
pub(super) fn is_summable(ty: &Ty) -> bool {
    matches!(ty.plain(), Ty::Int | Ty::Float | Ty::Duration | Ty::Size)
}

/// Whether values of a type can be compared by `==`.
pub(super) fn is_comparable(db: &dyn Db, ty: &Ty) -> bool {
    let never = |ty: &Ty| {
        matches!(ty, Ty::Unit | Ty::Fn(..) | Ty::Param(..) | Ty::Labels | Ty::Plan | Ty::Planned(_))
    };
    !ty.any(&mut |ty| never(ty)) && !signature::holds_reference(db, ty)
}

/// The operator for these operand types, with its result.
fn operator(db: &dyn Db, op: ast::BinaryOp, a: &Ty, b: &Ty) -> Option<(BinaryOp, Ty)> {
    use ast::BinaryOp as B;
    let (a, b) = (a.plain(), b.plain());
    let quantity = |ty: &Ty| matches!(ty, Ty::Int | Ty::Float | Ty::Duration | Ty::Size);
    Some(match op {
        B::Add if is_text(a) && is_text(b) => (BinaryOp::Add, Ty::String),
        B::Add if quantity(a) && a == b => (BinaryOp::Add, a.clone()),
        B::Add => match (a, b) {
            (Ty::List(_), Ty::List(_)) => (BinaryOp::Add, a.join(b)?),
            _ => return None,
        },
        B::Subtract if quantity(a) && a == b => (BinaryOp::Subtract, a.clone()),
        B::Multiply if *a == Ty::Float && *b == Ty::Float => (BinaryOp::Multiply, Ty::Float),
        B::Multiply if quantity(a) && *a != Ty::Float && *b == Ty::Int => (BinaryOp::Multiply, a.clone()),
        B::Multiply if *a == Ty::Int && quantity(b) && *b != Ty::Float => (BinaryOp::Multiply, b.clone()),
        B::Divide if *a == Ty::Float && *b == Ty::Float => (BinaryOp::Divide, Ty::Float),
        B::Divide if quantity(a) && *a != Ty::Float && *b == Ty::Int => (BinaryOp::Divide, a.clone()),
        B::Divide if quantity(a) && a == b => (BinaryOp::Divide, Ty::Int),
        B::Remainder if *a == Ty::Int && *b == Ty::Int => (BinaryOp::Remainder, Ty::Int),
        B::Equal | B::NotEqual => {
            (is_comparable(db, a) && a.join(b).is_some() && is_version(a) == is_version(b))
                .then(|| (if op == B::Equal { BinaryOp::Equal } else { BinaryOp::NotEqual }, Ty::Bool))?
        }
        B::Less | B::LessEqual | B::Greater | B::GreaterEqual => {
            // Versions have an order of their own, which the order of texts is not.
            let ordered =
                is_ordered(a) && (a == b || (is_text(a) && is_text(b))) && is_version(a) == is_version(b);
            let operator = match op {
                B::Less => BinaryOp::Less,
                B::LessEqual => BinaryOp::LessEqual,
                B::Greater => BinaryOp::Greater,
                _ => BinaryOp::GreaterEqual,
            };
            ordered.then_some((operator, Ty::Bool))?
        }
        B::In => match b {
            Ty::List(inner) | Ty::Set(inner) | Ty::Map(inner, _) if is_comparable(db, inner) => {
                inner.join(a).map(|_| (BinaryOp::In, Ty::Bool))?
            }
            _ => return None,
        },
        _ => return None,
    })
}

fn sign(op: ast::BinaryOp) -> &'static str {
    use ast::BinaryOp as B;
    match op {
        B::Multiply => "*",
        B::Divide => "/",
        B::Remainder => "%",
        B::Add => "+",
        B::Subtract => "-",
        B::Coalesce => "??",
        B::Equal => "==",
        B::NotEqual => "!=",
        B::Less => "<",
        B::LessEqual => "<=",
        B::Greater => ">",
        B::GreaterEqual => ">=",
        B::In => "in",
        B::And => "&&",
        B::Or => "||",
    }
}
