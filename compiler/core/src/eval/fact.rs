//! Declared facts. A host reads one into the bare form of its type; defaults, conditions and `check`s of the type are
//! expressions over what it has read, like those of any other value that only the host knows.

use super::each::Callable;
use super::{Context, Datum, DeclaredUse, Evaluator, FactUse, Frame};
use crate::check;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::fact;
use crate::hir::{self, Stmt};
use crate::name::DeclId;
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::{Builtin, EachKind, Node};
use mc_plan::plan::Probe;
use mc_plan::value::Value;
use smol_str::SmolStr;

impl<'db> Evaluator<'db> {
    /// The value of a declared fact.
    pub(super) fn host_fact(&mut self, id: DeclId, place: Place) -> Datum {
        if let Some(known) = self.declared_facts.get(&id) {
            return known.clone();
        }
        let read = match self.given_fact(id, place) {
            Some(Datum::Poison) => return Datum::Poison,
            Some(given) => given,
            None => match self.fact_node_of(id) {
                Some(node) => node,
                None => return Datum::Poison,
            },
        };
        // The same wherever it is read: no policy and no condition is around it.
        let context = Context {
            condition: None,
            own: None,
            module: true,
            fact: Some(id),
            inside: false,
            lambdas: 0,
            repeat: None,
            told: None,
            ..self.context.clone()
        };
        let ty = fact::ty(self.db, id);
        let at = id.place(self.db);
        let value = self.with_context(context, |e| e.adopt(read, &ty, at));
        self.declared_facts.insert(id, value.clone());
        value
    }

    /// What a host reads.
    fn fact_node_of(&mut self, id: DeclId) -> Option<Datum> {
        let (probe, format) = self.probe(id)?;
        let ty = fact::ty(self.db, id);
        let place = id.place(self.db);
        let position = self.out.facts.len() as u32;
        let path = SmolStr::from(fact::name(self.db, id));
        let declared = Some(DeclaredUse { id, probe, format });
        self.out.facts.push(FactUse { path, ty: ty.clone(), declared });
        let node = self.out.residual.node(Node::Fact(position), place);
        if !matches!(ty, Ty::Optional(_)) {
            self.out.residual.mark_present(node);
        }
        Some(Datum::Node(node))
    }

    /// Where a fact comes from. What no host could run or read is reported.
    pub(super) fn probe(&mut self, id: DeclId) -> Option<(Probe, mc_plan::plan::FactFormat)> {
        let checked = check::body(self.db, id);
        let block = checked.body.block(checked.body.root?);
        let source: &'db hir::FactSource = block.stmts.iter().find_map(|stmt| match stmt {
            Stmt::Fact(source) => Some(source),
            _ => None,
        })?;
        let frame = Frame { file: id.file, body: &checked.body };
        let env = self.env(None, 0);
        let known = |e: &mut Self, written| {
            let datum = e.eval(frame, &env, written);
            let place = e.place(frame, written);
            match datum {
                Datum::Value(value) => Some(value),
                dead if dead.is_dead() => None,
                late => {
                    let what = "where a fact comes from";
                    e.too_late(place, &late, what, "known when the bundle is built");
                    None
                }
            }
        };
        let from = known(self, source.from)?;
        let timeout = match source.timeout {
            Some(written) => known(self, written)?,
            None => Value::Duration(Probe::TIMEOUT),
        };
        let text = |value: &Value| match value {
            Value::Str(text) => text.to_string(),
            _ => String::new(),
        };
        let probe = match (&from, timeout) {
            (Value::List(argv), Value::Duration(timeout)) if source.command => {
                Probe::Command { argv: argv.iter().map(text).collect(), timeout }
            }
            _ => Probe::File(text(&from)),
        };
        if let Some(flaw) = probe.flaw() {
            let headline = format!("no host can find this: {flaw}");
            let place = self.place(frame, source.from);
            self.report(
                Diagnostic::error(code::BAD_FACT, place, headline)
                    .here("where the fact comes from")
                    .help(check::PROGRAM_HELP),
            );
            return None;
        }
        Some((probe, source.format))
    }

    /// A value of the bare form of a type as one of the type.
    fn adopt(&mut self, read: Datum, ty: &Ty, place: Place) -> Datum {
        if read.is_dead() || !fact::is_conditioned(self.db, ty) {
            return read;
        }
        match ty {
            Ty::Optional(inner) => match read {
                Datum::Value(Value::None) => read,
                Datum::Node(id) => {
                    let value = self.adopt(Datum::Node(id), inner, place);
                    match self.node(&value, place) {
                        Some(value) => Datum::Node(self.out.residual.node(Node::IfSome(id, value), place)),
                        None => Datum::Poison,
                    }
                }
                there => self.adopt(there, inner, place),
            },
            Ty::Refined(alias, base) => {
                let value = self.adopt(read, base, place);
                self.refine(*alias, value, place)
            }
            Ty::Record(id, _) => {
                let Signature::Record(fields) = signature::signature(self.db, *id) else {
                    return Datum::Poison;
                };
                let parts = self.adopt_fields(*id, 0, fields, place, |e, position, field| {
                    e.field(&read, position, &field.name, &field.ty, place)
                });
                if parts.iter().any(Datum::is_dead) {
                    return Datum::Poison;
                }
                self.record_checks(*id, 0, &parts, Datum::record(parts.clone()), place)
            }
            Ty::Enum(id, _) => self.adopt_variant(read, *id, place),
            Ty::Tuple(types) => {
                let parts = self.parts_of(&read, types.len(), place);
                let parts = parts.into_iter().zip(types.iter()).map(|(part, ty)| self.adopt(part, ty, place));
                let parts: Vec<Datum> = parts.collect();
                if parts.iter().any(Datum::is_dead) { Datum::Poison } else { Datum::record(parts) }
            }
            Ty::List(inner) => self.adopt_each(&read, inner, place),
            Ty::Set(inner) => {
                let items = self.adopt_each(&read, inner, place);
                if items.is_dead() { items } else { self.builtin(Builtin::ToSet, &[items], place) }
            }
            Ty::Map(key, value) => {
                let entry = Ty::Tuple([(**key).clone(), (**value).clone()].into());
                let entries = self.adopt_each(&read, &entry, place);
                if entries.is_dead() { entries } else { self.builtin(Builtin::ToMap, &[entries], place) }
            }
            _ => read,
        }
    }

    fn adopt_each(&mut self, read: &Datum, element: &Ty, place: Place) -> Datum {
        let each = Callable::Adopt(element.clone(), place);
        self.each(EachKind::Map, read, &each, place)
    }

    /// What [`Callable::Adopt`] does.
    pub(super) fn adopt_element(&mut self, element: Datum, ty: &Ty, place: Place) -> Datum {
        self.adopt(element, ty, place)
    }

    /// The fields of a record or payload, each as it was read or else its default.
    fn adopt_fields(
        &mut self,
        id: DeclId,
        part: usize,
        fields: &[signature::Field],
        place: Place,
        mut read: impl FnMut(&mut Self, u32, &signature::Field) -> Datum,
    ) -> Vec<Datum> {
        let (declared, _) = fact::parts(self.db, id, part);
        let mut given = Vec::with_capacity(fields.len());
        let mut conditions = Vec::with_capacity(fields.len());
        for (position, field) in fields.iter().enumerate() {
            let found = read(self, position as u32, field);
            let open = declared.get(position).is_some_and(|field| field.default.is_some());
            conditions.push(open.then(|| (self.is_there(&found, place), place)));
            given.push(Some(self.adopt(found, &field.ty, place)));
        }
        let checked = check::body(self.db, id);
        let Some(block) = checked.parts.get(part) else { return vec![Datum::Poison; fields.len()] };
        let frame = Frame { file: id.file, body: &checked.body };
        let env = self.bind_params(frame, *block, given, &conditions);
        let slots = env.slots.borrow();
        slots.iter().take(fields.len()).cloned().collect()
    }

    fn is_there(&mut self, read: &Datum, place: Place) -> Datum {
        match read {
            Datum::Node(id) => Datum::Node(self.out.residual.node(Node::IsSome(*id), place)),
            other => Datum::Value(Value::Bool(!matches!(other, Datum::Value(Value::None)))),
        }
    }

    fn adopt_variant(&mut self, read: Datum, id: DeclId, place: Place) -> Datum {
        let Signature::Enum(variants) = signature::signature(self.db, id) else { return Datum::Poison };
        if let Datum::Value(Value::Variant(tag, payload)) = &read {
            let Some((_, fields)) = variants.get(*tag as usize) else { return Datum::Poison };
            let payload = payload.clone();
            let parts = self.adopt_fields(id, *tag as usize, fields, place, |_, position, _| {
                payload.get(position as usize).cloned().map_or(Datum::Poison, Datum::Value)
            });
            return self.adopted_variant(id, *tag, parts, place);
        }
        let Some(node) = self.node(&read, place) else { return Datum::Poison };
        let mut result = read;
        for (tag, (_, fields)) in variants.iter().enumerate() {
            if fields.is_empty() {
                continue;
            }
            let test = self.out.residual.node(Node::IsVariant(node, tag as u32), place);
            let value = self.under(test, place, |e| {
                let parts = e.adopt_fields(id, tag, fields, place, |e, position, _| {
                    Datum::Node(e.out.residual.node(Node::Payload(node, position), place))
                });
                e.adopted_variant(id, tag as u32, parts, place)
            });
            result = self.choose(test, value, result, place);
        }
        result
    }

    fn adopted_variant(&mut self, id: DeclId, tag: u32, parts: Vec<Datum>, place: Place) -> Datum {
        if parts.iter().any(Datum::is_dead) {
            return Datum::Poison;
        }
        let value = Datum::variant(tag, parts.clone());
        self.record_checks(id, tag as usize, &parts, value, place)
    }
}
