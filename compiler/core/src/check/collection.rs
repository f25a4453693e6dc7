//! Lists, sets, maps and tuples: literals, comprehensions, positions, and what a loop runs over.

use super::block::Role;
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code};
use crate::hir::{ExprId, ExprKind, Local, Pattern};
use crate::ty::Ty;
use mc_plan::expr::{Builtin, EachKind};
use mc_syntax::Span;
use mc_syntax::ast;
use std::sync::Arc;

/// What the brackets of a literal make.
#[derive(Clone, Debug)]
enum Brackets {
    List(Option<Ty>),
    Set(Ty),
    Map(Ty, Ty),
}

impl Brackets {
    /// Brackets take the expected type; without one they make a list.
    fn of(expected: Option<&Ty>) -> Brackets {
        let known = |ty: &Ty| (!ty.is_bottom()).then(|| ty.clone());
        match expected.map(|ty| ty.revealed().0.some_plain().revealed().0) {
            Some(Ty::List(inner)) => Brackets::List(known(inner)),
            Some(Ty::Set(inner)) => Brackets::Set((**inner).clone()),
            Some(Ty::Map(key, value)) => Brackets::Map((**key).clone(), (**value).clone()),
            _ => Brackets::List(None),
        }
    }
}

impl<'db> Checker<'db> {
    /// `[a, b]`
    pub(super) fn list(&mut self, items: &'db [ast::Expr], expected: Option<&Ty>, span: Span) -> ExprId {
        match Brackets::of(expected) {
            Brackets::List(element) => {
                let (ids, ty) = self.elements(items.iter(), element, "a list holds values of one type");
                self.push(ExprKind::List(ids), ty.list(), span)
            }
            Brackets::Set(element) => {
                let known = (!element.is_bottom()).then_some(element);
                let (ids, ty) = self.elements(items.iter(), known, "a set holds values of one type");
                self.comparable(&ty, span, "the elements of a set");
                self.push(ExprKind::Set(ids), ty.set(), span)
            }
            Brackets::Map(key, value) if items.is_empty() => {
                self.push(ExprKind::Map(Vec::new()), Ty::map(key, value), span)
            }
            Brackets::Map(..) => {
                let (ids, _) = self.elements(items.iter(), None, "a list holds values of one type");
                let _ = ids;
                self.report(
                    Diagnostic::error(code::TYPE_MISMATCH, self.place(span), "a map has keys and values")
                        .here("has values only")
                        .help("write each as `key => value`"),
                );
                self.error(span)
            }
        }
    }

    /// `["a" => 1]`
    pub(super) fn map_literal(
        &mut self,
        entries: &'db [(ast::Expr, ast::Expr)],
        expected: Option<&Ty>,
        span: Span,
    ) -> ExprId {
        let (key, value) = match Brackets::of(expected) {
            Brackets::Map(key, value) => (Some(key), Some(value)),
            Brackets::List(_) | Brackets::Set(_) => (None, None),
        };
        let known = |ty: Option<Ty>| ty.filter(|ty| !ty.is_bottom());
        let (keys, key) =
            self.elements(entries.iter().map(|(k, _)| k), known(key), "the keys of a map have one type");
        let (values, value) =
            self.elements(entries.iter().map(|(_, v)| v), known(value), "the values of a map have one type");
        self.comparable(&key, span, "the keys of a map");
        let pairs = keys.into_iter().zip(values).collect();
        self.push(ExprKind::Map(pairs), Ty::map(key, value), span)
    }

    /// `(a, b)`
    pub(super) fn tuple(&mut self, items: &'db [ast::Expr], expected: Option<&Ty>, span: Span) -> ExprId {
        let wanted: Vec<Want> = match expected.map(Ty::some_plain) {
            Some(Ty::Tuple(parts)) if parts.len() == items.len() => {
                parts.iter().cloned().map(Want::Type).collect()
            }
            _ => vec![Want::Any; items.len()],
        };
        let ids: Vec<ExprId> = items.iter().zip(&wanted).map(|(item, want)| self.pure(item, want)).collect();
        let ty = Ty::Tuple(ids.iter().map(|id| self.ty(*id).clone()).collect());
        self.push(ExprKind::Tuple(ids), ty, span)
    }

    /// The elements of brackets, each of the type that is expected, or all of one type.
    fn elements(
        &mut self,
        items: impl Iterator<Item = &'db ast::Expr>,
        element: Option<Ty>,
        headline: &str,
    ) -> (Vec<ExprId>, Ty) {
        let whole = element.clone().filter(|ty| !ty.has_hole());
        let mut ids = Vec::new();
        let mut joined: Option<Ty> = whole.clone();
        // Of elements that do not fit only the first is told: it may be that those before are wrong.
        let mut told = false;
        for item in items {
            let want = element.clone().map_or(Want::Any, Want::Type);
            let id = self.pure(item, &want);
            ids.push(id);
            if whole.is_some() {
                continue;
            }
            let ty = self.ty(id).clone();
            let Some(so_far) = joined.take() else {
                joined = Some(ty);
                continue;
            };
            joined = Some(match so_far.join(&ty) {
                Some(next) => next,
                None if told => so_far,
                None => {
                    told = true;
                    let (a, b) = (self.show(&so_far), self.show(&ty));
                    self.report(
                        Diagnostic::error(code::TYPE_MISMATCH, self.place(item.span), headline)
                            .here(format!("a `{b}`, while those before are `{a}`")),
                    );
                    so_far
                }
            });
        }
        (ids, joined.unwrap_or(Ty::Never))
    }

    /// What is looked up must be comparable, and no secret.
    fn comparable(&mut self, ty: &Ty, span: Span, what: &str) {
        if self.holds_secret(ty) {
            self.steers(span, span, ty);
        } else if !super::operator::is_comparable(self.db, ty) {
            let shown = self.show(ty);
            self.report(
                Diagnostic::error(code::BAD_TYPE, self.place(span), format!("{what} are told apart by `==`"))
                    .here(format!("`{shown}` has no `==`")),
            );
        }
    }

    /// `[x.name for x in xs if x.on]`: the elements that are taken, and a function over each.
    pub(super) fn comprehension(
        &mut self,
        c: &'db ast::Comprehension,
        expected: Option<&Ty>,
        span: Span,
    ) -> ExprId {
        let iterable = self.pure(&c.iterable, &Want::Any);
        let element = self.element_of(iterable, c.iterable.span, "a comprehension");
        let taken = match &c.condition {
            None => iterable,
            Some(condition) => {
                let (patterns, bound) = self.loop_patterns(&c.patterns, &element, span);
                let block = self.open(bound);
                let test = self.pure(condition, &Want::Type(Ty::Bool));
                self.body.blocks[block.0 as usize].value = Some(test);
                self.close();
                let function = Ty::Fn(Arc::from([element.clone()]), Arc::new(Ty::Bool));
                let test = self.push(ExprKind::Lambda(vec![patterns], block), function, condition.span);
                let ty = self.ty(iterable).clone();
                self.push(ExprKind::Each(EachKind::Filter, iterable, test, false), ty, span)
            }
        };
        let brackets = Brackets::of(expected);
        let want = |ty: Option<&Ty>| ty.filter(|ty| !ty.is_bottom()).cloned().map_or(Want::Any, Want::Type);
        let (patterns, bound) = self.loop_patterns(&c.patterns, &element, span);
        let block = self.open(bound);
        let (value, ty) = match &c.value {
            None => {
                let want = match &brackets {
                    Brackets::List(element) => want(element.as_ref()),
                    Brackets::Set(element) => want(Some(element)),
                    Brackets::Map(..) => Want::Any,
                };
                let id = self.pure(&c.element, &want);
                (id, self.ty(id).clone())
            }
            Some(value) => {
                let (k, v) = match &brackets {
                    Brackets::Map(k, v) => (want(Some(k)), want(Some(v))),
                    _ => (Want::Any, Want::Any),
                };
                let key = self.pure(&c.element, &k);
                let value = self.pure(value, &v);
                let ty = Ty::pair(self.ty(key).clone(), self.ty(value).clone());
                (self.push(ExprKind::Tuple(vec![key, value]), ty.clone(), span), ty)
            }
        };
        self.body.blocks[block.0 as usize].value = Some(value);
        self.close();
        let function = Ty::Fn(Arc::from([element]), Arc::new(ty.clone()));
        let function = self.push(ExprKind::Lambda(vec![patterns], block), function, c.element.span);
        let list = self.push(ExprKind::Each(EachKind::Map, taken, function, false), ty.clone().list(), span);
        match (&c.value, &ty, brackets) {
            (Some(_), Ty::Tuple(parts), _) => {
                let (key, value) = (parts[0].clone(), parts[1].clone());
                self.comparable(&key, c.element.span, "the keys of a map");
                self.push(ExprKind::Call(Builtin::ToMap, vec![list], false), Ty::map(key, value), span)
            }
            (None, _, Brackets::Set(_)) => {
                self.comparable(&ty, c.element.span, "the elements of a set");
                self.push(ExprKind::Call(Builtin::ToSet, vec![list], false), ty.set(), span)
            }
            _ => list,
        }
    }

    /// The type of what a loop runs over, by element; a map's are pairs of key and value.
    pub(super) fn element_of(&mut self, iterable: ExprId, span: Span, what: &str) -> Ty {
        match self.ty(iterable).plain().clone() {
            Ty::List(inner) | Ty::Set(inner) => (*inner).clone(),
            Ty::Map(key, value) => Ty::pair((*key).clone(), (*value).clone()),
            ty if ty.is_bottom() => Ty::Error,
            other => {
                let shown = self.show(&other);
                if matches!(other, Ty::Secret(_)) {
                    self.steers(span, span, &other);
                    return Ty::Error;
                }
                let mut diagnostic = Diagnostic::error(
                    code::TYPE_MISMATCH,
                    self.place(span),
                    format!("{what} runs over a list, a set or a map, not over a `{shown}`"),
                )
                .here(format!("a `{shown}`"));
                if matches!(other, Ty::Optional(_)) {
                    diagnostic = diagnostic.help("take an empty list where it is absent: `.. ?? []`");
                }
                self.report(diagnostic);
                Ty::Error
            }
        }
    }

    /// The one or two patterns that take each element of a loop apart, as one.
    pub(super) fn loop_patterns(
        &mut self,
        patterns: &'db [ast::Pattern],
        element: &Ty,
        span: Span,
    ) -> (Pattern, Vec<Local>) {
        let mut bound = Vec::new();
        if let [pattern] = patterns {
            let pattern = self.irrefutable(pattern, element, &mut bound);
            return (pattern, bound);
        }
        let types: Vec<Ty> = match element.plain() {
            Ty::Tuple(parts) if parts.len() == patterns.len() => parts.to_vec(),
            ty => {
                if !ty.is_bottom() {
                    let at = patterns.get(1).map_or(span, |p| p.span);
                    self.report(
                        Diagnostic::error(
                            code::PATTERN_MISMATCH,
                            self.place(at),
                            "each element is one value",
                        )
                        .here("one name too many")
                        .help("for the position as well, run over `xs.indexed()`"),
                    );
                }
                vec![Ty::Error; patterns.len()]
            }
        };
        let parts = patterns
            .iter()
            .zip(&types)
            .enumerate()
            .map(|(position, (pattern, ty))| (position as u32, self.irrefutable(pattern, ty, &mut bound)))
            .collect();
        (Pattern::Parts(parts), bound)
    }

    pub(super) fn repeat(&mut self, f: &'db ast::For, want: &Want, span: Span) -> ExprId {
        let role = if self.declares { Role::Declares } else { Role::Value };
        let iterable = self.pure(&f.iterable, &Want::Any);
        let element = self.element_of(iterable, f.iterable.span, "`for`");
        let (pattern, bound) = self.loop_patterns(&f.patterns, &element, span);
        let item_want = match want {
            Want::Type(Ty::List(inner)) => Want::Type((**inner).clone()),
            Want::Nothing => Want::Nothing,
            _ => Want::Any,
        };
        let (body, ty) = self.block(&f.body, bound, &item_want, role);
        let ty = if matches!(want, Want::Nothing) || ty == Ty::Unit { Ty::Unit } else { ty.list() };
        self.push(ExprKind::For(iterable, pattern, body), ty, span)
    }

    /// `xs[0]`, `ports["http"]`
    pub(super) fn index(&mut self, base: &'db ast::Expr, index: &'db ast::Expr, span: Span) -> ExprId {
        let base_id = self.pure(base, &Want::Any);
        match self.ty(base_id).plain().clone() {
            Ty::List(inner) => {
                let index = self.pure(index, &Want::Type(Ty::Int));
                self.push(ExprKind::Index(base_id, index), (*inner).clone(), span)
            }
            Ty::Map(key, value) => {
                let index = self.pure(index, &Want::Type((*key).clone()));
                self.push(ExprKind::Index(base_id, index), (*value).clone(), span)
            }
            Ty::Plan => self.planned(base_id, index, span),
            ty if ty.is_bottom() => {
                self.pure(index, &Want::Any);
                self.error(span)
            }
            other => {
                self.pure(index, &Want::Any);
                if matches!(other, Ty::Secret(_)) {
                    self.steers(span, base.span, &other);
                    return self.error(span);
                }
                let shown = self.show(&other);
                let mut diagnostic = Diagnostic::error(
                    code::TYPE_MISMATCH,
                    self.place(base.span),
                    format!("a `{shown}` has no positions"),
                )
                .here("neither a list nor a map");
                if let Ty::Tuple(_) = other {
                    diagnostic = diagnostic.help("a tuple's parts are named by number: `.0`");
                }
                self.report(diagnostic);
                self.error(span)
            }
        }
    }

    /// `pair.0`
    pub(super) fn tuple_index(
        &mut self,
        base: &'db ast::Expr,
        index: u32,
        index_span: Span,
        optional: bool,
        span: Span,
    ) -> ExprId {
        let id = self.pure(base, &Want::Any);
        let Some((inner, lifted)) = self.lifted(id, optional, base.span, span, &index.to_string()) else {
            return self.error(span);
        };
        match inner.plain() {
            Ty::Tuple(parts) => match parts.get(index as usize) {
                Some(ty) => {
                    let ty = if lifted { ty.clone().optional() } else { ty.clone() };
                    self.push(ExprKind::Field(id, index, lifted), ty, span)
                }
                None => {
                    let (shown, count) = (self.show(&inner), parts.len());
                    self.report(
                        Diagnostic::error(
                            code::UNKNOWN_FIELD,
                            self.place(index_span),
                            format!("`{shown}` has no part `{index}`"),
                        )
                        .here("no such part")
                        .help(format!("its parts are `.0` to `.{}`", count.saturating_sub(1))),
                    );
                    self.error(span)
                }
            },
            Ty::Secret(_) => {
                self.steers(span, base.span, &inner);
                self.error(span)
            }
            _ => {
                let shown = self.show(&inner);
                self.report(
                    Diagnostic::error(
                        code::UNKNOWN_FIELD,
                        self.place(index_span),
                        format!("`{shown}` is no tuple"),
                    )
                    .here("only a tuple has numbered parts"),
                );
                self.error(span)
            }
        }
    }
}
