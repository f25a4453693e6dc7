//! Values with the names of their fields, as formats like JSON need them: records become maps from field to
//! value, variants their names.

use super::{Datum, Evaluator};
use crate::diagnostic::Place;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::{EachKind, ExprId, Node};
use mc_plan::value::Value;
use std::sync::Arc;

impl<'db> Evaluator<'db> {
    /// A value of a type as maps, lists and scalars.
    pub(super) fn describe(&mut self, datum: &Datum, ty: &Ty, place: Place) -> Datum {
        if datum.is_dead() || !self.take(super::budget::NODE_PARTS, place) {
            return Datum::Poison;
        }
        match ty {
            Ty::Refined(_, base) => self.describe(datum, base, place),
            Ty::Secret(inner) => self.describe(datum, inner, place),
            Ty::Optional(inner) => self.describe_optional(datum, inner, place),
            Ty::List(inner) | Ty::Set(inner) => self.describe_elements(datum, inner, place),
            Ty::Map(key, value) => self.describe_map(datum, key, value, place),
            Ty::Tuple(types) => {
                let parts = self.parts_of(datum, types.len(), place);
                let parts =
                    parts.iter().zip(types.iter()).map(|(p, ty)| self.describe(p, ty, place)).collect();
                alive(parts, Datum::list)
            }
            Ty::Record(decl, args) => {
                let Signature::Record(fields) = signature::signature(self.db, *decl) else {
                    return Datum::Poison;
                };
                let parts: Vec<Datum> = fields
                    .iter()
                    .enumerate()
                    .map(|(i, f)| {
                        let ty = f.ty.substitute(*decl, args);
                        let part = self.field(datum, i as u32, &f.name, &ty, place);
                        self.describe(&part, &ty, place)
                    })
                    .collect();
                let names = fields.iter().map(|f| f.name.as_str());
                named(names, parts)
            }
            Ty::Enum(decl, args) => {
                let Signature::Enum(variants) = signature::signature(self.db, *decl) else {
                    return Datum::Poison;
                };
                let plain = variants.iter().all(|(_, fields)| fields.is_empty());
                match datum {
                    Datum::Value(Value::Variant(tag, _)) | Datum::Variant(tag, _) => {
                        let Some((name, fields)) = variants.get(*tag as usize) else { return Datum::Poison };
                        if fields.is_empty() {
                            return text(name);
                        }
                        let parts: Vec<Datum> = payload(datum)
                            .iter()
                            .zip(fields)
                            .map(|(part, f)| self.describe(part, &f.ty.substitute(*decl, args), place))
                            .collect();
                        let inner = named(fields.iter().map(|f| f.name.as_str()), parts);
                        named(std::iter::once(name.as_str()), vec![inner])
                    }
                    other if plain => self.variant_name(other, ty, place),
                    other => self.describe_variants(other, *decl, args, place),
                }
            }
            _ => match datum {
                Datum::Value(_) => datum.clone(),
                other => self.node(other, place).map_or(Datum::Poison, Datum::Node),
            },
        }
    }

    /// A variant with a payload that only the host knows: each case by itself.
    fn describe_variants(
        &mut self,
        datum: &Datum,
        decl: crate::name::DeclId,
        args: &[Ty],
        place: Place,
    ) -> Datum {
        let Signature::Enum(variants) = signature::signature(self.db, decl) else { return Datum::Poison };
        let Some(id) = self.node(datum, place) else { return Datum::Poison };
        let mut result: Option<Datum> = None;
        for (tag, (name, fields)) in variants.iter().enumerate().rev() {
            let case = if fields.is_empty() {
                text(name)
            } else {
                let parts: Vec<Datum> = fields
                    .iter()
                    .enumerate()
                    .map(|(i, f)| {
                        let part = Datum::Node(self.out.residual.node(Node::Payload(id, i as u32), place));
                        self.describe(&part, &f.ty.substitute(decl, args), place)
                    })
                    .collect();
                let inner = named(fields.iter().map(|f| f.name.as_str()), parts);
                named(std::iter::once(name.as_str()), vec![inner])
            };
            result = Some(match result {
                None => case,
                Some(rest) => {
                    let test = self.out.residual.node(Node::IsVariant(id, tag as u32), place);
                    match (self.node(&case, place), self.node(&rest, place)) {
                        (Some(case), Some(rest)) => {
                            Datum::Node(self.out.residual.node(Node::If(test, case, rest), place))
                        }
                        _ => return Datum::Poison,
                    }
                }
            });
        }
        result.unwrap_or(Datum::Poison)
    }

    fn describe_optional(&mut self, datum: &Datum, inner: &Ty, place: Place) -> Datum {
        match datum {
            Datum::Value(Value::None) => Datum::NONE,
            Datum::Node(_) | Datum::Fact(..) => {
                let Some(id) = self.node(datum, place) else { return Datum::Poison };
                let described = self.describe(&Datum::Node(id), inner, place);
                match self.node(&described, place) {
                    Some(then) if then == id => Datum::Node(id),
                    Some(then) => Datum::Node(self.out.residual.node(Node::IfSome(id, then), place)),
                    None => Datum::Poison,
                }
            }
            known => self.describe(known, inner, place),
        }
    }

    fn describe_elements(&mut self, datum: &Datum, inner: &Ty, place: Place) -> Datum {
        if let Some(elements) = datum.elements() {
            let elements = elements.iter().map(|element| self.describe(element, inner, place)).collect();
            return alive(elements, Datum::list);
        }
        self.over_host(datum, place, |e, element| e.describe(element, inner, place))
    }

    /// The keys of a map become texts.
    fn describe_map(&mut self, datum: &Datum, key: &Ty, value: &Ty, place: Place) -> Datum {
        if let Some(elements) = datum.elements() {
            let mut entries = Vec::with_capacity(elements.len());
            for element in elements {
                let parts = self.parts_of(&element, 2, place);
                let [own_key, own_value] = parts.as_slice() else { return Datum::Poison };
                let own_value = self.describe(own_value, value, place);
                let own_key = match key.plain() {
                    Ty::Enum(..) => self.variant_name(own_key, key.plain(), place),
                    _ => self.concat(std::slice::from_ref(own_key), place),
                };
                match own_key {
                    Datum::Value(key) if !own_value.is_dead() => entries.push((key, own_value)),
                    _ => return Datum::Poison,
                }
            }
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            return Datum::map(entries);
        }
        let pairs = self.over_host(datum, place, |e, element| {
            let parts = e.parts_of(element, 2, place);
            let [own_key, own_value] = parts.as_slice() else { return Datum::Poison };
            let own_value = e.describe(own_value, value, place);
            let own_key = match key.plain() {
                Ty::Enum(..) => e.variant_name(own_key, key.plain(), place),
                _ => e.concat(std::slice::from_ref(own_key), place),
            };
            alive(vec![own_key, own_value], Datum::record)
        });
        match self.node(&pairs, place) {
            Some(id) => {
                let map = Node::Call(mc_plan::expr::Builtin::ToMap, vec![id]);
                Datum::Node(self.out.residual.node(map, place))
            }
            None => Datum::Poison,
        }
    }

    /// Something done to each element of a list that only the host knows.
    fn over_host(
        &mut self,
        datum: &Datum,
        place: Place,
        each: impl FnOnce(&mut Self, &Datum) -> Datum,
    ) -> Datum {
        let Some(list) = self.node(datum, place) else { return Datum::Poison };
        let local = self.context.lambdas;
        let parameter: ExprId = self.out.residual.node(Node::Local(local), place);
        self.context.lambdas += 1;
        let result = each(self, &Datum::Node(parameter));
        self.context.lambdas -= 1;
        match self.node(&result, place) {
            Some(body) if body == parameter => Datum::Node(list),
            Some(body) => {
                let each = Node::Each { kind: EachKind::Map, list, local, body };
                Datum::Node(self.out.residual.node(each, place))
            }
            None => Datum::Poison,
        }
    }
}

fn text(name: &str) -> Datum {
    Datum::Value(Value::Str(Arc::from(name)))
}

/// A map from names to values.
fn named<'a>(names: impl Iterator<Item = &'a str>, values: Vec<Datum>) -> Datum {
    if values.iter().any(Datum::is_dead) {
        return Datum::Poison;
    }
    let mut entries: Vec<(Value, Datum)> =
        names.map(|name| Value::Str(Arc::from(name))).zip(values).collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Datum::map(entries)
}

fn alive(parts: Vec<Datum>, make: impl FnOnce(Vec<Datum>) -> Datum) -> Datum {
    if parts.iter().any(Datum::is_dead) { Datum::Poison } else { make(parts) }
}

fn payload(datum: &Datum) -> Vec<Datum> {
    match datum {
        Datum::Value(Value::Variant(_, parts)) => parts.iter().cloned().map(Datum::Value).collect(),
        Datum::Variant(_, parts) => parts.to_vec(),
        _ => Vec::new(),
    }
}
