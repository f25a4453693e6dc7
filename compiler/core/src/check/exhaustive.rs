//! Whether a match covers every value, and whether an arm can be reached.
//!
//! The usefulness algorithm over a matrix of patterns (Maranget, "Warnings for pattern matching", 2007):
//! a row is useful when some value fits it and none of the rows before; a match is complete when a
//! wildcard is not useful after all its arms.

use crate::db::Db;
use crate::hir::Pattern;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::value::Value;

/// A pattern without names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pat {
    Wild,
    Of(Constructor, Vec<(u32, Pat)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Constructor {
    None,
    Some,
    Bool(bool),
    Variant(u32),
    Parts,
    Value(Value),
}

pub(super) fn simplify(pattern: &Pattern) -> Pat {
    match pattern {
        Pattern::Wildcard | Pattern::Bind(_) => Pat::Wild,
        Pattern::None => Pat::Of(Constructor::None, Vec::new()),
        Pattern::Some(inner) => Pat::Of(Constructor::Some, vec![(0, simplify(inner))]),
        Pattern::Value(Value::Bool(b)) => Pat::Of(Constructor::Bool(*b), Vec::new()),
        Pattern::Value(value) => Pat::Of(Constructor::Value(value.clone()), Vec::new()),
        Pattern::Variant(tag, fields) => {
            Pat::Of(Constructor::Variant(*tag), fields.iter().map(|(i, p)| (*i, simplify(p))).collect())
        }
        Pattern::Parts(parts) => {
            Pat::Of(Constructor::Parts, parts.iter().map(|(i, p)| (*i, simplify(p))).collect())
        }
    }
}

/// All constructors of a type with the types of their parts; none if there is no end of them.
fn constructors(db: &dyn Db, ty: &Ty) -> Option<Vec<(Constructor, Vec<Ty>)>> {
    Some(match ty.plain() {
        Ty::Tuple(parts) => vec![(Constructor::Parts, parts.to_vec())],
        Ty::Record(id, args) => match signature::signature(db, *id) {
            Signature::Record(fields) => {
                let parts = fields.iter().map(|f| f.ty.substitute(*id, args)).collect();
                vec![(Constructor::Parts, parts)]
            }
            _ => return None,
        },
        Ty::Bool => vec![(Constructor::Bool(false), vec![]), (Constructor::Bool(true), vec![])],
        Ty::Optional(inner) => {
            vec![(Constructor::None, vec![]), (Constructor::Some, vec![(**inner).clone()])]
        }
        Ty::Enum(id, args) => match signature::signature(db, *id) {
            Signature::Enum(variants) => {
                let parts = |(tag, (_, fields)): (usize, &(_, Vec<signature::Field>))| {
                    let types = fields.iter().map(|f| f.ty.substitute(*id, args)).collect();
                    (Constructor::Variant(tag as u32), types)
                };
                variants.iter().enumerate().map(parts).collect()
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// How many parts a constructor has, for this type.
fn parts(db: &dyn Db, constructor: &Constructor, ty: &Ty) -> Vec<Ty> {
    let all = constructors(db, ty).unwrap_or_default();
    all.into_iter().find(|(c, _)| c == constructor).map(|(_, parts)| parts).unwrap_or_default()
}

/// The row for values built with this constructor, if it fits any.
fn specialize(row: &[Pat], constructor: &Constructor, arity: usize) -> Option<Vec<Pat>> {
    let (first, rest) = row.split_first()?;
    let mut result = vec![Pat::Wild; arity];
    match first {
        Pat::Wild => {}
        Pat::Of(c, fields) if c == constructor => {
            for (position, pat) in fields {
                if let Some(slot) = result.get_mut(*position as usize) {
                    *slot = pat.clone();
                }
            }
        }
        Pat::Of(..) => return None,
    }
    result.extend(rest.iter().cloned());
    Some(result)
}

/// How many patterns the questions about a match may look at. The work can double with every part of a pattern.
pub(super) const BUDGET: usize = 400_000;

/// More patterns would have to be looked at than the budget allows.
pub(super) struct TooLarge;

/// What is known while a question is answered.
struct Search<'db> {
    db: &'db dyn Db,
    left: usize,
}

type Found = Result<Option<Vec<Pat>>, TooLarge>;

/// Whether a value exists that fits `row` and none of `rows`.
pub(super) fn useful(
    db: &dyn Db,
    rows: &[Pat],
    row: &Pat,
    ty: &Ty,
    left: &mut usize,
) -> Result<bool, TooLarge> {
    let matrix: Vec<Vec<Pat>> = rows.iter().map(|r| vec![r.clone()]).collect();
    let mut search = Search { db, left: *left };
    let found = search.witness(&matrix, std::slice::from_ref(row), std::slice::from_ref(ty));
    *left = search.left;
    Ok(found?.is_some())
}

/// Examples of what the rows leave out, as users write patterns: all variants of the type itself, one
/// example below that.
pub(super) fn missing(db: &dyn Db, rows: &[Pat], ty: &Ty) -> Result<Vec<String>, TooLarge> {
    let matrix: Vec<Vec<Pat>> = rows.iter().map(|r| vec![r.clone()]).collect();
    let mut search = Search { db, left: BUDGET };
    let mut found = Vec::new();
    for (constructor, part_types) in constructors(db, ty).unwrap_or_default() {
        let query =
            Pat::Of(constructor, part_types.iter().enumerate().map(|(i, _)| (i as u32, Pat::Wild)).collect());
        if let Some(example) = search.witness(&matrix, &[query], std::slice::from_ref(ty))? {
            found.extend(example.first().map(|p| show(db, p, ty)));
        }
    }
    if found.is_empty() && search.witness(&matrix, &[Pat::Wild], std::slice::from_ref(ty))?.is_some() {
        found.push("_".to_owned());
    }
    Ok(found)
}

impl Search<'_> {
    /// A vector of patterns that fits `row` and no row of `matrix`.
    fn witness(&mut self, matrix: &[Vec<Pat>], row: &[Pat], types: &[Ty]) -> Found {
        let (Some(first), Some(ty)) = (row.first(), types.first()) else {
            return Ok(matrix.is_empty().then(Vec::new));
        };
        let work = (matrix.len() + 1) * row.len();
        let Some(left) = self.left.checked_sub(work) else {
            self.left = 0;
            return Err(TooLarge);
        };
        self.left = left;
        if matrix.iter().any(|r| r.iter().all(|pat| *pat == Pat::Wild)) {
            return Ok(None);
        }
        match first {
            Pat::Of(constructor, _) => {
                let parts = parts(self.db, constructor, ty);
                self.specialized(matrix, row, types, constructor, &parts)
            }
            Pat::Wild => {
                // What no row asks for need not be told apart.
                let asked = matrix.iter().any(|r| r.first() != Some(&Pat::Wild));
                if let Some(all) = constructors(self.db, ty).filter(|_| asked) {
                    for (constructor, parts) in &all {
                        let found = self.specialized(matrix, row, types, constructor, parts)?;
                        if found.is_some() {
                            return Ok(found);
                        }
                    }
                    return Ok(None);
                }
                // What fits only wildcards stands for all values that are not named.
                let rest: Vec<Vec<Pat>> = matrix
                    .iter()
                    .filter(|r| r.first() == Some(&Pat::Wild))
                    .map(|r| r[1..].to_vec())
                    .collect();
                let Some(more) = self.witness(&rest, &row[1..], &types[1..])? else { return Ok(None) };
                Ok(Some(std::iter::once(Pat::Wild).chain(more).collect()))
            }
        }
    }

    /// The same among the values built with a constructor.
    fn specialized(
        &mut self,
        matrix: &[Vec<Pat>],
        row: &[Pat],
        types: &[Ty],
        constructor: &Constructor,
        parts: &[Ty],
    ) -> Found {
        let arity = parts.len();
        let inner: Vec<Vec<Pat>> = matrix.iter().filter_map(|r| specialize(r, constructor, arity)).collect();
        let Some(inner_row) = specialize(row, constructor, arity) else { return Ok(None) };
        let inner_types: Vec<Ty> = parts.iter().chain(&types[1..]).cloned().collect();
        let Some(mut found) = self.witness(&inner, &inner_row, &inner_types)? else { return Ok(None) };
        let rest = found.split_off(arity);
        let fields = found.into_iter().enumerate().map(|(i, p)| (i as u32, p)).collect();
        let mut result = vec![Pat::Of(constructor.clone(), fields)];
        result.extend(rest);
        Ok(Some(result))
    }
}

fn show(db: &dyn Db, pat: &Pat, ty: &Ty) -> String {
    match pat {
        Pat::Wild => "_".to_owned(),
        Pat::Of(Constructor::None, _) => "none".to_owned(),
        Pat::Of(Constructor::Some, fields) => match fields.first() {
            Some((_, inner)) => show(db, inner, ty.plain().some()),
            None => "_".to_owned(),
        },
        Pat::Of(Constructor::Bool(b), _) => b.to_string(),
        Pat::Of(Constructor::Value(_), _) => "_".to_owned(),
        Pat::Of(Constructor::Parts, fields) => {
            let inner =
                constructors(db, ty).unwrap_or_default().pop().map(|(_, types)| types).unwrap_or_default();
            let part = |position: usize| {
                let pat = fields.iter().find(|(i, _)| *i as usize == position).map_or(&Pat::Wild, |(_, p)| p);
                inner.get(position).map_or_else(|| "_".to_owned(), |ty| show(db, pat, ty))
            };
            match ty.plain() {
                Ty::Record(id, _) => {
                    let Signature::Record(declared) = signature::signature(db, *id) else {
                        return "_".to_owned();
                    };
                    let named = fields.iter().filter(|(_, p)| *p != Pat::Wild);
                    let shown: Vec<String> = named
                        .filter_map(|(i, _)| {
                            declared.get(*i as usize).map(|f| format!("{} = {}", f.name, part(*i as usize)))
                        })
                        .collect();
                    if shown.is_empty() {
                        return "_".to_owned();
                    }
                    format!("{} {{ {}, .. }}", id.text(db), shown.join(", "))
                }
                _ => {
                    let parts: Vec<String> = (0..inner.len()).map(part).collect();
                    format!("({})", parts.join(", "))
                }
            }
        }
        Pat::Of(Constructor::Variant(tag), fields) => {
            let Ty::Enum(id, args) = ty.plain() else { return "_".to_owned() };
            let Signature::Enum(variants) = signature::signature(db, *id) else { return "_".to_owned() };
            let Some((name, declared)) = variants.get(*tag as usize) else { return "_".to_owned() };
            let shown: Vec<String> = fields
                .iter()
                .filter(|(_, p)| *p != Pat::Wild)
                .filter_map(|(i, p)| {
                    declared
                        .get(*i as usize)
                        .map(|f| format!("{} = {}", f.name, show(db, p, &f.ty.substitute(*id, args))))
                })
                .collect();
            match (declared.is_empty(), shown.is_empty()) {
                (true, _) => format!(".{name}"),
                (false, true) => format!(".{name} {{ .. }}"),
                (false, false) => format!(".{name} {{ {}, .. }}", shown.join(", ")),
            }
        }
    }
}
