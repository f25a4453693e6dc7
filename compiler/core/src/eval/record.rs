//! Records, payloads and maps: how they are made, read and changed.

use super::{Datum, Env, Evaluator, Frame};
use crate::check;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{ExprId as HirId, ExprKind};
use crate::name::DeclId;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::Node;
use mc_plan::op;
use mc_plan::value::Value;
use std::rc::Rc;
use std::sync::Arc;

impl<'db> Evaluator<'db> {
    pub(super) fn field_name(&self, ty: &Ty, position: u32) -> smol_str::SmolStr {
        match ty.some_plain() {
            Ty::Record(decl, _) => match signature::signature(self.db, *decl) {
                Signature::Record(fields) => {
                    fields.get(position as usize).map(|f| f.name.clone()).unwrap_or_default()
                }
                _ => smol_str::SmolStr::default(),
            },
            _ => smol_str::SmolStr::default(),
        }
    }

    pub(super) fn field(&mut self, datum: &Datum, position: u32, name: &str, ty: &Ty, place: Place) -> Datum {
        match datum {
            Datum::Value(value) => self.checked(op::field(value, position), place),
            Datum::Record(fields) => fields.get(position as usize).cloned().unwrap_or(Datum::Poison),
            Datum::Fact(path, _) => {
                let path =
                    if path.is_empty() { name.into() } else { smol_str::format_smolstr!("{path}.{name}") };
                match ty {
                    // A part of the facts is read as a whole only where it is used as a whole.
                    Ty::Record(..) => Datum::Fact(path, ty.clone()),
                    _ => Datum::Node(self.fact_node(&path, ty, place)),
                }
            }
            Datum::Node(id) => Datum::Node(self.out.residual.node(Node::Field(*id, position), place)),
            _ => Datum::Poison,
        }
    }

    /// The fields of a record or a payload: each from its expression or its default.
    pub(super) fn fields(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        decl: DeclId,
        part: usize,
        given: &[Option<HirId>],
    ) -> Vec<Datum> {
        let mut conditions = Vec::new();
        for (at, field) in given.iter().enumerate() {
            if let Some(ExprKind::OrDefault(test, _)) = field.map(|field| &frame.body.expr(field).kind) {
                conditions.resize(at, None);
                conditions.push(Some((self.eval(frame, env, *test), self.place(frame, *test))));
            }
        }
        let given: Vec<Option<Datum>> = given.iter().map(|e| e.map(|e| self.eval(frame, env, e))).collect();
        if given.iter().all(Option::is_some) && conditions.is_empty() {
            return given.into_iter().flatten().collect();
        }
        let count = given.len();
        let checked = check::body(self.db, decl);
        let Some(part) = checked.parts.get(part) else { return vec![Datum::Poison; count] };
        let defaults = Frame { file: decl.file, body: &checked.body };
        let env = self.bind_params(defaults, *part, given, &conditions);
        let slots = env.slots.borrow();
        slots.iter().take(count).cloned().collect()
    }

    /// A map of these entries. Its keys must be known for it to be more than an expression of the host.
    pub(super) fn map(&mut self, entries: Vec<(Datum, Datum, Place)>, place: Place) -> Datum {
        if entries.iter().any(|(k, v, _)| k.is_dead() || v.is_dead()) {
            return Datum::Poison;
        }
        if !entries.iter().all(|(k, ..)| matches!(k, Datum::Value(_))) {
            let mut nodes = Vec::with_capacity(entries.len());
            for (key, value, _) in &entries {
                match (self.node(key, place), self.node(value, place)) {
                    (Some(key), Some(value)) => nodes.push((key, value)),
                    _ => return Datum::Poison,
                }
            }
            return Datum::Node(self.out.residual.node(Node::Map(nodes), place));
        }
        let mut known: Vec<(Value, Datum, Place)> = entries
            .into_iter()
            .filter_map(|(key, value, at)| match key {
                Datum::Value(key) => Some((key, value, at)),
                _ => None,
            })
            .collect();
        known.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        if let Some(twice) = known.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let shown = crate::notation::short_value(&twice[0].0);
            let diagnostic = Diagnostic::error(
                code::DUPLICATE_FIELD,
                twice[1].2,
                format!("the key `{shown}` is given twice"),
            )
            .here("given again")
            .label(twice[0].2, "first given here");
            self.report(diagnostic);
            return Datum::Poison;
        }
        Datum::map(known.into_iter().map(|(key, value, _)| (key, value)).collect())
    }

    /// A record with some fields changed.
    pub(super) fn with(
        &mut self,
        datum: &Datum,
        ty: &Ty,
        changes: &[(&[u32], Datum)],
        place: Place,
    ) -> Datum {
        let Ty::Record(decl, args) = ty.plain() else { return Datum::Poison };
        let Signature::Record(declared) = signature::signature(self.db, *decl) else { return Datum::Poison };
        let mut fields = Vec::with_capacity(declared.len());
        for (position, field) in declared.iter().enumerate() {
            let position = position as u32;
            let ty = field.ty.substitute(*decl, args);
            let here: Vec<(&[u32], Datum)> = changes
                .iter()
                .filter(|(path, _)| path.first() == Some(&position))
                .map(|(path, value)| (&path[1..], value.clone()))
                .collect();
            let value = match here.as_slice() {
                [([], value)] => value.clone(),
                inner => {
                    let old = self.field(datum, position, &field.name, &ty, place);
                    if inner.is_empty() { old } else { self.with(&old, &ty, inner, place) }
                }
            };
            if value.is_dead() {
                return Datum::Poison;
            }
            fields.push(value);
        }
        let value = Datum::record(fields.clone());
        self.record_checks(*decl, 0, &fields, value, place)
    }

    /// The variant that a text names.
    pub(super) fn variant_named(&mut self, decl: DeclId, datum: &Datum, place: Place) -> Datum {
        let Signature::Enum(variants) = signature::signature(self.db, decl) else { return Datum::Poison };
        match datum {
            Datum::Value(Value::Str(text)) => {
                let tag = variants.iter().position(|(name, _)| **name == **text);
                tag.map_or(Datum::NONE, |tag| Datum::variant(tag as u32, Vec::new()))
            }
            dead if dead.is_dead() => Datum::Poison,
            other => {
                let Some(id) = self.node(other, place) else { return Datum::Poison };
                let mut result = self.out.residual.node(Node::Const(Value::None), place);
                for (tag, (name, _)) in variants.iter().enumerate().rev() {
                    let text =
                        self.out.residual.node(Node::Const(Value::Str(Arc::from(name.as_str()))), place);
                    let equal = Node::Binary(mc_plan::expr::BinaryOp::Equal, id, text);
                    let test = self.out.residual.node(equal, place);
                    let variant = Node::Const(Value::Variant(tag as u32, Arc::from([])));
                    let variant = self.out.residual.node(variant, place);
                    result = self.out.residual.node(Node::If(test, variant, result), place);
                }
                Datum::Node(result)
            }
        }
    }
}
