//! Patterns and matches.

use super::block::Role;
use super::exhaustive;
use super::text::Rows;
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, Fix, code};
use crate::hir::{Arm, ExprId, ExprKind, Local, Pattern};
use crate::signature::{self, Field, Signature, Target};
use crate::ty::{Args, Ty};
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast, PatternKind};
use smol_str::SmolStr;
use std::sync::Arc;

/// A `match` is offered so many arms at most; where more are missing, one for all the rest.
const MOST_ARMS: usize = 8;

impl<'db> Checker<'db> {
    pub(super) fn matching(&mut self, m: &'db ast::Match, want: &Want, span: Span) -> ExprId {
        let role = if self.declares { Role::Declares } else { Role::Value };
        let scrutinee = self.pure(&m.scrutinee, &Want::Any);
        let ty = self.ty(scrutinee).plain().clone();
        if matches!(ty.some_plain(), Ty::Secret(_)) {
            self.steers(m.keyword, m.scrutinee.span, &ty);
            return self.error(span);
        }
        let mut arms = Vec::with_capacity(m.arms.len());
        let mut types = Vec::with_capacity(m.arms.len());
        let mut rows = self.match_rows(&ty);
        for arm in &m.arms {
            let mut bound = Vec::new();
            let pattern = self.match_pattern(&mut rows, &arm.pattern, arm.guard.is_some(), &mut bound);
            let Some(guard) = &arm.guard else {
                let (block, block_ty) = self.block(&arm.body, bound, want, role);
                types.push((block_ty, arm.body.span));
                arms.push(Arm { pattern, guard: None, block, span: arm.pattern.span });
                continue;
            };
            // The guard sees the names of the pattern, and nothing of the body.
            let block = self.open(bound);
            let guard = self.pure(guard, &Want::Type(Ty::Bool));
            let (inner, block_ty) = self.block(&arm.body, Vec::new(), want, role);
            let value = self.push(ExprKind::Block(inner), block_ty.clone(), arm.body.span);
            self.body.blocks[block.0 as usize].value = Some(value);
            self.close();
            types.push((block_ty, arm.body.span));
            arms.push(Arm { pattern, guard: Some(guard), block, span: arm.pattern.span });
        }
        self.match_complete(&rows, m.scrutinee.span, Some(m));
        let ty = match want {
            Want::Nothing => Ty::Unit,
            _ => self.join_branches(&types),
        };
        self.push(ExprKind::Match(scrutinee, arms), ty, span)
    }

    /// The pattern of an arm, which may not come too late; `guarded` when it may say no to what fits.
    pub(super) fn match_pattern(
        &mut self,
        rows: &mut Rows,
        pattern: &'db ast::Pattern,
        guarded: bool,
        bound: &mut Vec<Local>,
    ) -> Pattern {
        let checked = self.pattern(pattern, &rows.ty, rows.none_is_covered, bound);
        rows.broken |= checked.is_none();
        let checked = checked.unwrap_or(Pattern::Wildcard);
        if !rows.broken {
            let row = exhaustive::simplify(&checked);
            // What takes too long to find out is said of the match as a whole.
            if !exhaustive::useful(self.db, &rows.rows, &row, &rows.ty, &mut rows.left).unwrap_or(true) {
                self.report(
                    Diagnostic::warning(
                        code::UNREACHABLE_ARM,
                        self.place(pattern.span),
                        "this arm is never reached",
                    )
                    .here("the arms before it take every such value"),
                );
            }
            // A guard may say no to whatever fits the pattern.
            if !guarded {
                rows.rows.push(row);
            }
        }
        rows.none_is_covered |= checked == Pattern::None && !guarded;
        checked
    }

    /// Reports what a match leaves out. `node` is the match, unless it is one of a template.
    pub(super) fn match_complete(&mut self, rows: &Rows, scrutinee: Span, node: Option<&ast::Match>) {
        if !rows.broken {
            match exhaustive::missing(self.db, &rows.rows, &rows.ty) {
                Ok(missing) if missing.is_empty() => {}
                Ok(missing) => self.not_exhaustive(scrutinee, &rows.ty, &missing, node),
                Err(exhaustive::TooLarge) => self.too_many_combinations(scrutinee),
            }
        }
    }

    fn too_many_combinations(&mut self, at: Span) {
        self.report(
            Diagnostic::error(
                code::MATCH_TOO_LARGE,
                self.place(at),
                "there are too many combinations to see whether all are covered",
            )
            .here("too many combinations")
            .help("match the parts one after the other, or end with `other => ..`"),
        );
    }

    fn not_exhaustive(&mut self, scrutinee: Span, ty: &Ty, missing: &[String], node: Option<&ast::Match>) {
        let shown = self.show(ty);
        let names: Vec<String> = missing.iter().take(4).map(|p| format!("`{p}`")).collect();
        let more = if missing.len() > 4 { format!(" and {} more", missing.len() - 4) } else { String::new() };
        let mut diagnostic = Diagnostic::error(
            code::NOT_EXHAUSTIVE,
            self.place(scrutinee),
            format!("this match does not cover {}{more}", names.join(", ")),
        )
        .here(format!("a `{shown}`"));
        if let Ty::Enum(id, _) = ty.some_plain()
            && let Some(place) = self.decl_place(*id)
        {
            diagnostic = diagnostic.label(place, "declared here");
        }
        diagnostic = diagnostic.help(if self.in_template() {
            format!("add a `%{{ case {} }}`", missing[0])
        } else if missing == ["_"] {
            "add an arm for every other value: `other => ..`".to_owned()
        } else {
            format!("add an arm `{} => ..`, or `other => ..` for all the rest", missing[0])
        });
        let fix = node.and_then(|node| self.missing_arms(node, missing));
        self.report(Diagnostic { fix, ..diagnostic });
    }

    /// The arms that are missing, each of which fails until it is filled in.
    fn missing_arms(&self, m: &ast::Match, missing: &[String]) -> Option<Fix> {
        let last = m.arms.last()?.span;
        let text = self.file.text(self.db);
        let before = text.get(..last.start as usize)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        // On a line of its own, or behind the others.
        let gap = if line.trim().is_empty() { format!("\n{line}") } else { ", ".to_owned() };
        let all = missing.len() > MOST_ARMS;
        let wanted: Vec<&str> = if all { vec!["_"] } else { missing.iter().map(String::as_str).collect() };
        let arms = wanted.iter().map(|pattern| {
            let what = if *pattern == "_" { "this value" } else { pattern.trim_end_matches(" { .. }") };
            format!("{gap}{pattern} => fail(\"{} is not covered\")", what.replace('"', "'"))
        });
        let edit = (self.place(Span::at(last.end)), arms.collect());
        Some(Fix::new("add the arms that are missing", vec![edit]).placeholder())
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
            && !matches!(ty.plain(), Ty::Optional(_))
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
            self.pattern(pattern, &Ty::Error, false, bound);
            return Pattern::Wildcard;
        }
        if matches!(ty.some_plain(), Ty::Secret(_))
            && !matches!(pattern.kind, PatternKind::Bind(_) | PatternKind::Wildcard)
        {
            self.steers(pattern.span, value, ty);
            return Pattern::Wildcard;
        }
        self.pattern(pattern, ty, true, bound).unwrap_or(Pattern::Wildcard)
    }

    /// A pattern that takes a value apart where nothing else can happen: of a loop, a lambda or a `let`.
    pub(super) fn irrefutable(
        &mut self,
        pattern: &'db ast::Pattern,
        ty: &Ty,
        bound: &mut Vec<Local>,
    ) -> Pattern {
        let Some(checked) = self.pattern(pattern, ty, false, bound) else { return Pattern::Wildcard };
        let simple = matches!(checked, Pattern::Bind(_) | Pattern::Wildcard);
        if !simple {
            let missing = exhaustive::missing(self.db, &[exhaustive::simplify(&checked)], ty);
            if missing.is_err() {
                self.too_many_combinations(pattern.span);
            }
            if let Some(example) = missing.unwrap_or_default().first() {
                self.report(
                    Diagnostic::error(
                        code::PATTERN_MISMATCH,
                        self.place(pattern.span),
                        format!("this pattern does not fit `{example}`"),
                    )
                    .here("has to fit every value that may come")
                    .help("take the value by a name and ask with `match` or `if let`"),
                );
            }
        }
        checked
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
            PatternKind::Error => None,
            PatternKind::Tuple(parts) => self.tuple_pattern(pattern, parts, ty, bound),
            PatternKind::Record { path, fields, rest } => {
                self.record_pattern(pattern.span, path, fields, *rest, ty, bound)
            }
            PatternKind::Wildcard => Some(if narrowed && matches!(ty.plain(), Ty::Optional(_)) {
                some(Pattern::Wildcard)
            } else {
                Pattern::Wildcard
            }),
            PatternKind::Bind(name) => {
                let inner = if narrowed { ty.plain().some().clone() } else { ty.clone() };
                let bind = self.bind(name, pattern.span, inner, bound);
                Some(if narrowed && matches!(ty.plain(), Ty::Optional(_)) { some(bind) } else { bind })
            }
            PatternKind::Literal(literal) => self.literal_pattern(literal, ty),
            PatternKind::Variant { path, name, fields, rest } => {
                let inner = ty.some_plain().clone();
                let args = match &inner {
                    Ty::Enum(_, args) => args.clone(),
                    _ => Args::default(),
                };
                let id = match (path, &inner) {
                    (_, ty) if ty.is_bottom() => {
                        self.bind_all(fields.as_deref(), bound);
                        return None;
                    }
                    (Some(path), Ty::Enum(expected, _)) => {
                        let found = self.enum_of(path);
                        if found.is_some_and(|found| found != *expected) {
                            self.wrong_pattern(pattern.span, &inner);
                            self.bind_all(fields.as_deref(), bound);
                            return None;
                        }
                        *expected
                    }
                    (None, Ty::Enum(expected, _)) => *expected,
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
                let owner = format!(".{}", name.text);
                let target = |field: &ast::Name| Target::Payload(id, name.text.clone(), field.text.clone());
                let declared: Vec<Field> = declared
                    .into_iter()
                    .map(|field| Field { ty: field.ty.substitute(id, &args), ..field })
                    .collect();
                let given = fields.as_deref().unwrap_or_default();
                let parts = self.field_patterns(&owner, &target, given, &declared, bound)?;
                if fields.is_some() && rest.is_none() {
                    self.all_named(pattern.span, &parts, &declared);
                }
                let variant = Pattern::Variant(tag, parts);
                Some(if matches!(ty.plain(), Ty::Optional(_)) { some(variant) } else { variant })
            }
        }
    }

    /// The patterns of named fields, by position.
    fn field_patterns(
        &mut self,
        owner: &str,
        target: &dyn Fn(&ast::Name) -> Target,
        fields: &'db [ast::PatternField],
        declared: &[Field],
        bound: &mut Vec<Local>,
    ) -> Option<Vec<(u32, Pattern)>> {
        let mut parts: Vec<(u32, Pattern)> = Vec::new();
        let mut broken = false;
        for field in fields {
            let Some(position) = declared.iter().position(|f| f.name == field.name.text) else {
                let known: Vec<String> = declared.iter().map(|f| f.name.to_string()).collect();
                self.report(
                    Diagnostic::error(
                        code::UNKNOWN_FIELD,
                        self.place(field.name.span),
                        format!("`{owner}` has no field `{}`", field.name.text),
                    )
                    .here("no such field")
                    .help(format!("it has {}", super::field::list_names(&known))),
                );
                self.bind_all(Some(std::slice::from_ref(field)), bound);
                continue;
            };
            if parts.iter().any(|(other, _)| *other == position as u32) {
                self.report(
                    Diagnostic::error(
                        code::DUPLICATE_FIELD,
                        self.place(field.name.span),
                        format!("`{}` is named twice", field.name.text),
                    )
                    .here("named again"),
                );
            }
            self.refer(field.name.span, target(&field.name));
            let ty = declared[position].ty.clone();
            let part = match &field.pattern {
                Some(inner) => match self.pattern(inner, &ty, false, bound) {
                    Some(part) => part,
                    None => {
                        broken = true;
                        continue;
                    }
                },
                None => self.bind(&field.name.text, field.name.span, ty, bound),
            };
            parts.push((position as u32, part));
        }
        (!broken).then_some(parts)
    }

    /// Reports fields that a pattern leaves out without saying so.
    fn all_named(&mut self, span: Span, parts: &[(u32, Pattern)], declared: &[Field]) {
        let left: Vec<String> = declared
            .iter()
            .enumerate()
            .filter(|(i, _)| !parts.iter().any(|(p, _)| *p == *i as u32))
            .map(|(_, f)| f.name.to_string())
            .collect();
        if !left.is_empty() {
            self.report(
                Diagnostic::error(
                    code::MISSING_FIELD,
                    self.place(span),
                    format!("this pattern leaves out {}", super::field::list_names(&left)),
                )
                .here("some fields are not named")
                .help("end it with `..` to leave the rest open"),
            );
        }
    }

    /// `(a, b)`
    fn tuple_pattern(
        &mut self,
        pattern: &'db ast::Pattern,
        parts: &'db [ast::Pattern],
        ty: &Ty,
        bound: &mut Vec<Local>,
    ) -> Option<Pattern> {
        let types: Vec<Ty> = match ty.some_plain() {
            Ty::Tuple(types) if types.len() == parts.len() => types.to_vec(),
            other => {
                if !other.is_bottom() {
                    self.wrong_pattern(pattern.span, ty);
                }
                vec![Ty::Error; parts.len()]
            }
        };
        let mut checked = Vec::with_capacity(parts.len());
        let mut broken = types.contains(&Ty::Error);
        for (position, (part, ty)) in parts.iter().zip(&types).enumerate() {
            match self.pattern(part, ty, false, bound) {
                Some(part) => checked.push((position as u32, part)),
                None => broken = true,
            }
        }
        if broken {
            return None;
        }
        let parts = Pattern::Parts(checked);
        Some(if matches!(ty.plain(), Ty::Optional(_)) { some(parts) } else { parts })
    }

    /// `Site { name, .. }`
    fn record_pattern(
        &mut self,
        span: Span,
        path: &'db ast::Path,
        fields: &'db [ast::PatternField],
        rest: Option<Span>,
        ty: &Ty,
        bound: &mut Vec<Local>,
    ) -> Option<Pattern> {
        let named = path.segments.first().and_then(|name| {
            let module = path.module.as_ref();
            signature::lookup_type(self.db, self.types(), module, name, &mut self.findings)
        });
        let found = match (named.as_ref().map(Ty::plain), ty.some_plain()) {
            (Some(Ty::Record(written, _)), Ty::Record(id, args)) if written == id => {
                Some((*id, args.clone()))
            }
            (None | Some(Ty::Error), _) => None,
            (_, other) if other.is_bottom() => None,
            _ => {
                self.wrong_pattern(span, ty);
                None
            }
        };
        let Some((id, args)) = found else {
            self.bind_all(Some(fields), bound);
            return None;
        };
        let Signature::Record(declared) = self.signature(id) else { return None };
        let declared: Vec<Field> =
            declared.iter().map(|f| Field { ty: f.ty.substitute(id, &args), ..f.clone() }).collect();
        let target = |field: &ast::Name| Target::Member(id, field.text.clone());
        let owner = id.text(self.db);
        let parts = self.field_patterns(&owner, &target, fields, &declared, bound)?;
        if rest.is_none() {
            self.all_named(span, &parts, &declared);
        }
        let parts = Pattern::Parts(parts);
        Some(if matches!(ty.plain(), Ty::Optional(_)) { some(parts) } else { parts })
    }

    /// Binds a name to the value that a pattern takes.
    fn bind(&mut self, name: &SmolStr, span: Span, ty: Ty, bound: &mut Vec<Local>) -> Pattern {
        let index = bound.len() as u32;
        if let Some(first) = bound.iter().find(|l| l.name == *name && name != "_") {
            let first = first.span;
            self.report(
                Diagnostic::error(
                    code::DUPLICATE_NAME,
                    self.place(span),
                    format!("`{name}` is bound twice in this pattern"),
                )
                .here("bound again")
                .label(self.place(first), "first bound here"),
            );
        }
        bound.push(Local { name: name.clone(), ty, span });
        Pattern::Bind(index)
    }

    /// Binds the names of a broken pattern, so that their uses are not reported as well.
    fn bind_all(&mut self, fields: Option<&'db [ast::PatternField]>, bound: &mut Vec<Local>) {
        for field in fields.into_iter().flatten() {
            match &field.pattern {
                None => {
                    bound.push(Local { name: field.name.text.clone(), ty: Ty::Error, span: field.name.span });
                }
                Some(pattern) => {
                    self.pattern(pattern, &Ty::Error, false, bound);
                }
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
        let inner = ty.some_plain();
        let value = match (&literal.kind, inner) {
            (Ast::None, _) if matches!(ty.plain(), Ty::Optional(_)) => return Some(Pattern::None),
            (Ast::Bool(b), Ty::Bool) => Value::Bool(*b),
            (Ast::Int(i), Ty::Int) => Value::Int(*i),
            (Ast::Unary { op: ast::UnaryOp::Negate, operand, .. }, Ty::Int | Ty::Float) => {
                match (&operand.kind, inner) {
                    (Ast::Int(i), Ty::Int) => Value::Int(i.wrapping_neg()),
                    (Ast::Float(f), Ty::Float) => Value::Float(mc_plan::value::Float::new(-f.value())?),
                    _ => {
                        self.wrong_pattern(literal.span, inner);
                        return None;
                    }
                }
            }
            (Ast::Float(f), Ty::Float) => Value::Float(mc_plan::value::Float::new(f.value())?),
            (Ast::Duration(d), Ty::Duration) => Value::Duration(*d),
            (Ast::Size(s), Ty::Size) => Value::Size(*s),
            (Ast::Mode(m), Ty::Mode) => Value::Mode(*m),
            (Ast::String(parts), Ty::String | Ty::Text(_)) => match super::literal::plain(parts) {
                Some(text) => {
                    if let Ty::Text(kind) = inner
                        && let Err(reason) = kind.check(&text)
                    {
                        let reason = reason.to_string();
                        self.does_not_fit(*kind, &text, &reason, literal.span);
                        return None;
                    }
                    Value::Str(Arc::clone(&text))
                }
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
            (_, ty) if ty.is_bottom() => return None,
            _ => {
                self.wrong_pattern(literal.span, inner);
                return None;
            }
        };
        let pattern = Pattern::Value(value);
        Some(if matches!(ty.plain(), Ty::Optional(_)) { some(pattern) } else { pattern })
    }
}

fn some(pattern: Pattern) -> Pattern {
    Pattern::Some(Box::new(pattern))
}
