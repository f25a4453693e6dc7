//! Patterns and matches.

use super::block::Role;
use super::exhaustive::{self, Pat};
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code};
use crate::hir::{ExprId, ExprKind, Local, Pattern};
use crate::signature::Target;
use crate::ty::Ty;
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast, PatternKind};
use std::sync::Arc;

impl<'db> Checker<'db> {
    pub(super) fn matching(&mut self, m: &'db ast::Match, want: &Want, span: Span) -> ExprId {
        let role = if self.declares { Role::Declares } else { Role::Value };
        let scrutinee = self.pure(&m.scrutinee, &Want::Any);
        let ty = self.ty(scrutinee).clone();
        let mut arms = Vec::with_capacity(m.arms.len());
        let mut types = Vec::with_capacity(m.arms.len());
        let mut rows: Vec<Pat> = Vec::with_capacity(m.arms.len());
        let mut none_is_covered = false;
        let mut broken = matches!(ty, Ty::Error);
        for arm in &m.arms {
            let mut bound = Vec::new();
            let pattern = self.pattern(&arm.pattern, &ty, none_is_covered, &mut bound);
            broken |= matches!(arm.pattern.kind, PatternKind::Error) || pattern.is_none();
            let pattern = pattern.unwrap_or(Pattern::Wildcard);
            if !broken {
                let row = exhaustive::simplify(&pattern);
                if !exhaustive::useful(self.db, &rows, &row, &ty) {
                    self.report(
                        Diagnostic::warning(
                            code::UNREACHABLE_ARM,
                            self.place(arm.pattern.span),
                            "this arm is never reached",
                        )
                        .here("the arms before it take every such value"),
                    );
                }
                rows.push(row);
            }
            none_is_covered |= pattern == Pattern::None;
            let (block, block_ty) = self.block(&arm.body, bound, want, role);
            types.push((block_ty, arm.body.span));
            arms.push((pattern, block));
        }
        if !broken {
            let missing = exhaustive::missing(self.db, &rows, &ty);
            if !missing.is_empty() {
                self.not_exhaustive(m, &ty, &missing);
            }
        }
        let ty = match want {
            Want::Nothing => Ty::Unit,
            _ => self.join_branches(&types),
        };
        self.push(ExprKind::Match(scrutinee, arms), ty, span)
    }

    fn not_exhaustive(&mut self, m: &'db ast::Match, ty: &Ty, missing: &[String]) {
        let shown = self.show(ty);
        let names: Vec<String> = missing.iter().take(4).map(|p| format!("`{p}`")).collect();
        let more = if missing.len() > 4 { format!(" and {} more", missing.len() - 4) } else { String::new() };
        let mut diagnostic = Diagnostic::error(
            code::NOT_EXHAUSTIVE,
            self.place(m.scrutinee.span),
            format!("this match does not cover {}{more}", names.join(", ")),
        )
        .here(format!("a `{shown}`"));
        if let Ty::Enum(id) = ty.some()
            && let Some(place) = self.decl_place(*id)
        {
            diagnostic = diagnostic.label(place, "declared here");
        }
        diagnostic = diagnostic.help(if missing == ["_"] {
            "add an arm for every other value: `other => ..`".to_owned()
        } else {
            format!("add an arm `{} => ..`, or `other => ..` for all the rest", missing[0])
        });
        self.report(diagnostic);
    }

    /// The pattern of an `if let`: a plain name takes the value out of a `T?`.
    pub(super) fn let_pattern(
        &mut self,
        pattern: &'db ast::Pattern,
        ty: &Ty,
        value: Span,
        bound: &mut Vec<Local>,
    ) -> Pattern {
        if matches!(pattern.kind, PatternKind::Bind(_) | PatternKind::Wildcard)
            && !matches!(ty, Ty::Optional(_))
        {
            if *ty != Ty::Error {
                let shown = self.show(ty);
                self.report(
                    Diagnostic::error(
                        code::PATTERN_MISMATCH,
                        self.place(value),
                        "this value is never absent",
                    )
                    .here(format!("a `{shown}`, not a `{shown}?`"))
                    .help("a plain `let` will do"),
                );
            }
            bound.push(self.simple_pattern(pattern, Ty::Error));
            return Pattern::Wildcard;
        }
        self.pattern(pattern, ty, true, bound).unwrap_or(Pattern::Wildcard)
    }

    /// Checks a pattern against the type of what it is matched with. `narrowed`: an absent value was taken
    /// care of, so that a plain name is bound to what is there. None after a mistake.
    fn pattern(
        &mut self,
        pattern: &'db ast::Pattern,
        ty: &Ty,
        narrowed: bool,
        bound: &mut Vec<Local>,
    ) -> Option<Pattern> {
        match &pattern.kind {
            PatternKind::Error | PatternKind::Tuple(_) | PatternKind::Record { .. } => None,
            PatternKind::Wildcard => Some(if narrowed && matches!(ty, Ty::Optional(_)) {
                some(Pattern::Wildcard)
            } else {
                Pattern::Wildcard
            }),
            PatternKind::Bind(name) => {
                let index = bound.len() as u32;
                let inner = if narrowed { ty.some().clone() } else { ty.clone() };
                if let Some(first) = bound.iter().find(|l| l.name == *name) {
                    let first = first.span;
                    self.report(
                        Diagnostic::error(
                            code::DUPLICATE_NAME,
                            self.place(pattern.span),
                            format!("`{name}` is bound twice in this pattern"),
                        )
                        .here("bound again")
                        .label(self.place(first), "first bound here"),
                    );
                }
                bound.push(Local { name: name.clone(), ty: inner, span: pattern.span });
                let bind = Pattern::Bind(index);
                Some(if narrowed && matches!(ty, Ty::Optional(_)) { some(bind) } else { bind })
            }
            PatternKind::Literal(literal) => self.literal_pattern(literal, ty),
            PatternKind::Variant { path, name, fields, rest } => {
                let inner = ty.some().clone();
                let id = match (path, &inner) {
                    (_, Ty::Error | Ty::Never) => {
                        self.bind_all(fields.as_deref(), bound);
                        return None;
                    }
                    (Some(path), Ty::Enum(expected)) => {
                        let found = self.enum_of(path);
                        if found.is_some_and(|found| found != *expected) {
                            self.wrong_pattern(pattern.span, &inner);
                            self.bind_all(fields.as_deref(), bound);
                            return None;
                        }
                        *expected
                    }
                    (None, Ty::Enum(expected)) => *expected,
                    _ => {
                        self.wrong_pattern(pattern.span, &inner);
                        self.bind_all(fields.as_deref(), bound);
                        return None;
                    }
                };
                let Some((tag, declared)) = self.find_variant(id, name) else {
                    self.bind_all(fields.as_deref(), bound);
                    return None;
                };
                let mut parts = Vec::new();
                for field in fields.iter().flatten() {
                    let Some(position) = declared.iter().position(|f| f.name == field.name.text) else {
                        let known: Vec<String> = declared.iter().map(|f| f.name.to_string()).collect();
                        self.report(
                            Diagnostic::error(
                                code::UNKNOWN_FIELD,
                                self.place(field.name.span),
                                format!("`.{}` has no field `{}`", name.text, field.name.text),
                            )
                            .here("no such field")
                            .help(format!("it has {}", super::field::list_names(&known))),
                        );
                        bound.push(Local {
                            name: field.name.text.clone(),
                            ty: Ty::Error,
                            span: field.name.span,
                        });
                        continue;
                    };
                    let target = Target::Payload(id, name.text.clone(), field.name.text.clone());
                    self.refer(field.name.span, target);
                    let field_ty = declared[position].ty.clone();
                    let part = match &field.pattern {
                        Some(inner) => self.pattern(inner, &field_ty, false, bound)?,
                        None => {
                            let index = bound.len() as u32;
                            bound.push(Local {
                                name: field.name.text.clone(),
                                ty: field_ty,
                                span: field.name.span,
                            });
                            Pattern::Bind(index)
                        }
                    };
                    parts.push((position as u32, part));
                }
                if fields.is_some() && rest.is_none() && parts.len() < declared.len() {
                    let left: Vec<String> = declared
                        .iter()
                        .enumerate()
                        .filter(|(i, _)| !parts.iter().any(|(p, _)| *p == *i as u32))
                        .map(|(_, f)| f.name.to_string())
                        .collect();
                    self.report(
                        Diagnostic::error(
                            code::MISSING_FIELD,
                            self.place(pattern.span),
                            format!("this pattern leaves out {}", super::field::list_names(&left)),
                        )
                        .here("some fields are not named")
                        .help("end it with `..` to leave the rest open"),
                    );
                }
                let variant = Pattern::Variant(tag, parts);
                Some(if matches!(ty, Ty::Optional(_)) { some(variant) } else { variant })
            }
        }
    }

    /// Binds the names of a broken pattern, so that their uses are not reported as well.
    fn bind_all(&mut self, fields: Option<&[ast::PatternField]>, bound: &mut Vec<Local>) {
        for field in fields.into_iter().flatten() {
            match field.pattern.as_ref().map(|p| &p.kind) {
                None => {
                    bound.push(Local { name: field.name.text.clone(), ty: Ty::Error, span: field.name.span });
                }
                Some(PatternKind::Bind(name)) => {
                    bound.push(Local { name: name.clone(), ty: Ty::Error, span: field.name.span });
                }
                Some(_) => {}
            }
        }
    }

    fn wrong_pattern(&mut self, span: Span, ty: &Ty) {
        let shown = self.show(ty);
        self.report(
            Diagnostic::error(
                code::PATTERN_MISMATCH,
                self.place(span),
                format!("this pattern cannot fit a `{shown}`"),
            )
            .here("of another type"),
        );
    }

    fn literal_pattern(&mut self, literal: &'db ast::Expr, ty: &Ty) -> Option<Pattern> {
        let inner = ty.some();
        let value = match (&literal.kind, inner) {
            (Ast::None, _) if matches!(ty, Ty::Optional(_)) => return Some(Pattern::None),
            (Ast::Bool(b), Ty::Bool) => Value::Bool(*b),
            (Ast::Int(i), Ty::Int) => Value::Int(*i),
            (Ast::Unary { op: ast::UnaryOp::Negate, operand, .. }, Ty::Int) => match operand.kind {
                Ast::Int(i) => Value::Int(-i),
                _ => return None,
            },
            (Ast::Duration(d), Ty::Duration) => Value::Duration(*d),
            (Ast::Size(s), Ty::Size) => Value::Size(*s),
            (Ast::Mode(m), Ty::Mode) => Value::Mode(*m),
            (Ast::String(parts), Ty::String | Ty::Text(_)) => match super::literal::plain(parts) {
                Some(text) => Value::Str(Arc::clone(&text)),
                None => {
                    self.report(
                        Diagnostic::error(
                            code::PATTERN_MISMATCH,
                            self.place(literal.span),
                            "a pattern has no holes",
                        )
                        .here("not a plain text"),
                    );
                    return None;
                }
            },
            (_, Ty::Error) => return None,
            _ => {
                self.wrong_pattern(literal.span, inner);
                return None;
            }
        };
        let pattern = Pattern::Value(value);
        Some(if matches!(ty, Ty::Optional(_)) { some(pattern) } else { pattern })
    }
}

fn some(pattern: Pattern) -> Pattern {
    Pattern::Some(Box::new(pattern))
}
