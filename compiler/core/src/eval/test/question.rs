//! The plan of a host that a test gives, and what can be asked of it.

use super::super::branch::BranchKind;
use super::super::{Datum, Evaluator};
use super::host::Given;
use super::{Golden, golden, unknown};
use crate::compile::CompiledPlan;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::PlanMethod;
use crate::name::DeclId;
use mc_plan::eval::Analysis;
use mc_plan::expr::{ExprId, Operand};
use mc_plan::instance::graph::{Step, Vertex};
use mc_plan::instance::refusal::{Code as Reason, Refusal};
use mc_plan::instance::resolve::{Own, Resolver};
use mc_plan::instance::{self, Inputs, Instance, Questions};
use mc_plan::plan::placeholder;
use mc_plan::value::Value;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

/// The most reasons that a message gives why a plan does not stand.
const SHOWN_REASONS: usize = 8;

/// How many steps the plan of a test's host may have.
const MOST_STEPS: usize = 100_000;

/// The most resources that a message names.
const SHOWN_NAMES: usize = 6;

/// A plan on the host of a test.
pub(super) struct Planned<'db> {
    pub(super) compiled: &'db CompiledPlan,
    pub(super) instance: Instance<'db, Given>,
    /// Resources by type and key.
    index: FxHashMap<(u32, Value), Vertex>,
    /// What the plan's expressions read, once that is asked.
    analysis: OnceCell<Analysis>,
}

impl<'db> Planned<'db> {
    fn new(compiled: &'db CompiledPlan, instance: Instance<'db, Given>) -> Self {
        let steps = (0_u32..).zip(&instance.graph.steps).filter(|(_, step)| step.present);
        let mut index = FxHashMap::default();
        for (vertex, step) in steps {
            index.entry((step.schema, step.key.clone())).or_insert(vertex);
        }
        Planned { compiled, instance, index, analysis: OnceCell::new() }
    }

    pub(super) fn analysis(&self) -> &Analysis {
        self.analysis.get_or_init(|| Analysis::new(&self.instance.graph.plan.exprs))
    }

    fn step(&self, vertex: Vertex) -> Option<&Step<'db>> {
        self.instance.graph.step(vertex)
    }

    /// The position of a resource type in the plan; none where the plan has no such resource.
    fn schema(&self, name: &str) -> Option<u32> {
        let schemas = &self.compiled.plan.schemas;
        schemas.binary_search_by(|schema| schema.name.as_str().cmp(name)).ok().map(|at| at as u32)
    }

    /// Whether there is a way along the edges.
    fn leads(&self, from: Vertex, to: Vertex) -> bool {
        let mut seen = vec![false; self.instance.graph.vertices];
        let mut open = vec![from];
        while let Some(vertex) = open.pop() {
            for edge in self.instance.graph.edges.from(vertex) {
                if edge.to == to {
                    return true;
                }
                if let Some(seen) = seen.get_mut(edge.to as usize)
                    && !std::mem::replace(seen, true)
                {
                    open.push(edge.to);
                }
            }
        }
        false
    }
}

impl<'db> Evaluator<'db> {
    /// `plan(web)`
    pub(in super::super) fn plan(&mut self, policies: &[DeclId], place: Place) -> Datum {
        let Some(host) = self.host() else { return Datum::Poison };
        let Some(testing) = &self.testing else { return Datum::Poison };
        let (compiled, unrolled_plans) = (testing.package.plan, testing.package.unrolled);
        let plan = &compiled.plan;
        let only = (!policies.is_empty()).then(|| {
            let names = policies.iter().map(|policy| policy.qualified(self.db));
            names
                .filter_map(|name| plan.policies.iter().position(|p| p.name == name))
                .map(|p| p as u32)
                .collect()
        });
        self.cover(compiled, &Given(host.clone()), only.as_deref());
        let site = Given(host);
        let plan = match instance::unroll(plan, &site, only.as_deref(), MOST_STEPS) {
            Ok(Cow::Borrowed(plan)) => plan,
            Ok(Cow::Owned(unrolled)) => {
                let at = unrolled_plans.push(unrolled);
                unrolled_plans.get(at).unwrap_or(plan)
            }
            Err(refusals) => {
                self.refused(&refusals, place);
                return Datum::Poison;
            }
        };
        match instance::instantiate(Inputs { plan, site, only }) {
            Ok(instance) => {
                let Some(testing) = &mut self.testing else { return Datum::Poison };
                testing.plans.push(Planned::new(compiled, instance));
                Datum::Plan(testing.plans.len() as u32 - 1)
            }
            Err(refusals) => {
                self.refused(&refusals, place);
                Datum::Poison
            }
        }
    }

    /// Notes the ways that this host takes, also where the plan is then refused.
    fn cover(&mut self, compiled: &'db CompiledPlan, host: &Given, only: Option<&[u32]>) {
        let plan = &compiled.plan;
        let mut resolver = Resolver::new(plan, host.clone());
        let mut holds = |operand: &Operand| match resolver.early(operand, Own::NOTHING) {
            Ok(Some(Value::Bool(holds))) => Some(holds),
            _ => None,
        };
        let asked = |policy: u32| only.is_none_or(|only| only.contains(&policy));
        let selected: Vec<bool> = (0_u32..)
            .zip(&plan.policies)
            .map(|(at, policy)| asked(at) && holds(&policy.select) == Some(true))
            .collect();
        let mut questions = Questions::new(plan, host, only, MOST_STEPS);
        let Some(testing) = &mut self.testing else { return };
        for (position, (side, reaches)) in (0_u32..).zip(&testing.branches.list) {
            if testing.covered.contains(&position) {
                continue;
            }
            let taken = reaches.iter().any(|reach| {
                let counts = reach.policy.is_none_or(|policy| match side.kind {
                    BranchKind::Select => asked(policy),
                    _ => selected.get(policy as usize).copied().unwrap_or(false),
                });
                let around = reach.around.map(|id| (id, true));
                let conditions: Vec<(ExprId, bool)> = around.into_iter().chain(reach.test).collect();
                counts
                    && match &mut questions {
                        Some(questions) if conditions.iter().any(|(id, _)| questions.reads_element(*id)) => {
                            questions.in_some_round(&conditions)
                        }
                        _ => {
                            conditions.iter().all(|(id, wanted)| holds(&Operand::Expr(*id)) == Some(*wanted))
                        }
                    }
            });
            if taken {
                testing.covered.insert(position);
            }
        }
    }

    fn refused(&mut self, refusals: &[Refusal], place: Place) {
        // Of a host that a test gives everything is there but what the test leaves out.
        if let Some(missing) = refusals.iter().find(|refusal| refusal.code == Reason::Fact) {
            let mut diagnostic =
                Diagnostic::error(code::NOT_GIVEN, place, missing.message.clone()).here("needs it");
            for labelled in &missing.places {
                let at = &labelled.place;
                if let Some(read) = self.written_place(&at.file, at.line, at.column) {
                    diagnostic = diagnostic.label(read, labelled.text.clone());
                }
            }
            let help = "`given facts = debian12` (of `std.facts.fixture`), `given labels = Labels { .. }`, and the \
                        facts that a package declares by their names";
            self.report(diagnostic.help(format!("give it first: {help}")));
            return;
        }
        let headline = match refusals {
            [one] => format!("the plan is refused on this host: {}", one.message),
            _ => "the plan is refused on this host".to_owned(),
        };
        let mut diagnostic =
            Diagnostic::error(code::PLAN_REFUSED, place, headline).here("does not stand here");
        let mut reasons = Vec::new();
        for refusal in refusals.iter().take(SHOWN_REASONS) {
            reasons.push((refusal.code.name(), refusal.message.clone()));
            diagnostic = diagnostic.note(format!("{}: {}", refusal.code.name(), refusal.message));
            for labelled in &refusal.places {
                let at = &labelled.place;
                if let Some(place) = self.written_place(&at.file, at.line, at.column) {
                    diagnostic = diagnostic.label(place, labelled.text.clone());
                }
            }
            for note in &refusal.notes {
                diagnostic = diagnostic.note(note.clone());
            }
        }
        diagnostic = diagnostic.help("a test that is about the refusal says so: `expect fails { plan(..) }`");
        if refusals.len() > SHOWN_REASONS {
            diagnostic = diagnostic.note(format!("and {} more", refusals.len() - SHOWN_REASONS));
        }
        let at = self.out.diagnostics.len();
        if let Some(testing) = &mut self.testing {
            testing.refused.push((at, reasons));
        }
        self.report(diagnostic);
    }

    fn planned(&self, plan: u32) -> Option<&Planned<'db>> {
        self.testing.as_ref()?.plans.get(plan as usize)
    }

    fn find_planned(&self, plan: u32, reference: &Datum) -> Option<Vertex> {
        let (decl, key) = Self::asked(reference)?;
        let planned = self.planned(plan)?;
        let schema = planned.schema(&decl.qualified(self.db))?;
        planned.index.get(&(schema, key)).copied()
    }

    /// A resource that has to be there.
    fn found(&mut self, plan: u32, reference: &Datum, place: Place) -> Option<Vertex> {
        if reference.is_dead() {
            return None;
        }
        let found = self.find_planned(plan, reference);
        if found.is_none() {
            let Some((decl, key)) = Self::asked(reference) else {
                self.report(unknown(place, "which resource is asked for"));
                return None;
            };
            let schema = decl.qualified(self.db);
            let name = instance::render::step_name(&schema, &key, "");
            let mut diagnostic =
                Diagnostic::error(code::NOT_IN_PLAN, place, format!("`{name}` is not in this plan"))
                    .here("not there on this host");
            let others = self.names_of(plan, &schema);
            diagnostic = match others.as_slice() {
                [] => diagnostic.note(format!("the plan has no `{}` at all", decl.text(self.db))),
                some => {
                    let shown: Vec<String> =
                        some.iter().take(SHOWN_NAMES).map(|name| format!("`{name}`")).collect();
                    let more = some.len().saturating_sub(SHOWN_NAMES);
                    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                    diagnostic.note(format!("the plan has {}{more}", shown.join(", ")))
                }
            };
            self.report(diagnostic);
        }
        found
    }

    fn names_of(&self, plan: u32, schema: &str) -> Vec<String> {
        let Some(planned) = self.planned(plan) else { return Vec::new() };
        let Some(schema) = planned.schema(schema) else { return Vec::new() };
        let steps = planned.instance.graph.steps.iter().filter(|s| s.present && s.schema == schema);
        steps.map(|step| step.name.to_string()).collect()
    }

    /// A question about a plan.
    pub(in super::super) fn ask(
        &mut self,
        method: PlanMethod,
        plan: &Datum,
        args: &[(Datum, Place)],
        place: Place,
    ) -> Datum {
        let Datum::Plan(plan) = plan else { return Datum::Poison };
        let plan = *plan;
        if args.iter().any(|(arg, _)| arg.is_dead()) {
            return Datum::Poison;
        }
        let text = |text: &str| Value::Str(Arc::from(text));
        let truth = |value: bool| Datum::Value(Value::Bool(value));
        match (method, args) {
            (PlanMethod::Has, [(reference, _)]) => truth(self.find_planned(plan, reference).is_some()),
            (PlanMethod::Content, [(reference, at)]) => {
                let Some(vertex) = self.found(plan, reference, *at) else { return Datum::Poison };
                self.content(plan, vertex, *at)
            }
            (PlanMethod::Before, [(first, a), (second, b)]) => {
                match (self.found(plan, first, *a), self.found(plan, second, *b)) {
                    (Some(first), Some(second)) => {
                        truth(self.planned(plan).is_some_and(|planned| planned.leads(first, second)))
                    }
                    _ => Datum::Poison,
                }
            }
            (PlanMethod::Refreshes, [(sender, a), (receiver, b)]) => {
                match (self.found(plan, sender, *a), self.found(plan, receiver, *b)) {
                    (Some(sender), Some(receiver)) => truth(self.planned(plan).is_some_and(|planned| {
                        planned.instance.graph.refreshed_by(sender).iter().any(|r| r.receiver == receiver)
                    })),
                    _ => Datum::Poison,
                }
            }
            (PlanMethod::Secrets, [(reference, at)]) => {
                let Some(vertex) = self.found(plan, reference, *at) else { return Datum::Poison };
                let names = self.secrets_of(plan, vertex);
                Datum::Value(Value::List(names.iter().map(|name| text(name)).collect()))
            }
            (PlanMethod::Policies, []) => {
                let Some(planned) = self.planned(plan) else { return Datum::Poison };
                let policies = &planned.compiled.plan.policies;
                let selected = planned.instance.graph.selected.iter();
                let names = selected.filter_map(|at| policies.get(*at as usize)).map(|p| text(&p.name));
                Datum::Value(Value::List(names.collect()))
            }
            (PlanMethod::Order, []) => {
                let Some(planned) = self.planned(plan) else { return Datum::Poison };
                let order = planned.instance.graph.order.iter().filter_map(|vertex| planned.step(*vertex));
                let names = order.filter(|step| step.present).map(|step| text(&step.name));
                Datum::Value(Value::List(names.collect()))
            }
            (PlanMethod::Matches, [(Datum::Value(Value::Str(name)), at)]) => {
                self.matches_golden(plan, name, *at, place)
            }
            _ => Datum::Poison,
        }
    }

    /// How many resources a plan has.
    pub(in super::super) fn count_planned(&self, plan: &Datum, decl: Option<DeclId>) -> Datum {
        let Datum::Plan(plan) = plan else { return Datum::Poison };
        let Some(planned) = self.planned(*plan) else { return Datum::Poison };
        let schema = decl.map(|decl| planned.schema(&decl.qualified(self.db)));
        let steps = planned.instance.graph.steps.iter().filter(|step| step.present);
        let counted = steps.filter(|step| schema.is_none_or(|schema| schema == Some(step.schema)));
        Datum::Value(Value::Int(i64::try_from(counted.count()).unwrap_or(i64::MAX)))
    }

    /// `p[File["/etc/motd"]]`
    pub(in super::super) fn planned_resource(&self, plan: &Datum, reference: &Datum) -> Datum {
        let Datum::Plan(plan) = plan else { return Datum::Poison };
        if reference.is_dead() {
            return Datum::Poison;
        }
        self.find_planned(*plan, reference).map_or(Datum::NONE, |vertex| Datum::Planned(*plan, vertex))
    }

    /// The key of a resource of a plan.
    pub(in super::super) fn planned_key(&self, resource: &Datum) -> Datum {
        match resource {
            Datum::Planned(plan, vertex) => {
                let key =
                    self.planned(*plan).and_then(|planned| planned.step(*vertex)).map(|s| s.key.clone());
                key.map_or(Datum::Poison, Datum::Value)
            }
            Datum::Value(Value::None) => Datum::NONE,
            _ => Datum::Poison,
        }
    }

    /// An attribute of a resource of a plan.
    pub(in super::super) fn planned_attribute(
        &mut self,
        resource: &Datum,
        position: u32,
        place: Place,
    ) -> Datum {
        match resource {
            Datum::Planned(plan, vertex) => match self.attribute_of(*plan, *vertex, position, place) {
                Some(Some(value)) => Datum::Value(value),
                Some(None) => Datum::NONE,
                None => Datum::Poison,
            },
            Datum::Value(Value::None) => Datum::NONE,
            _ => Datum::Poison,
        }
    }

    /// An attribute's value; the inner none where it is not set, the outer one after a message.
    fn attribute_of(
        &mut self,
        plan: u32,
        vertex: Vertex,
        position: u32,
        place: Place,
    ) -> Option<Option<Value>> {
        let planned = self.planned(plan)?;
        let step = planned.step(vertex)?;
        let Some(later) = step.later.iter().find(|later| later.attribute == position) else {
            return Some(step.desired.get(position as usize).cloned().flatten());
        };
        let compiled = planned.compiled;
        let schema = compiled.plan.schemas.get(step.schema as usize)?;
        let attribute = schema.attributes.get(position as usize).map_or("?", |a| a.name.as_str());
        let secrets = golden::secrets(planned, later.expr);
        let headline = if secrets.is_empty() {
            format!("`{attribute}` of `{}` is known only while the plan runs", step.name)
        } else {
            let named = placeholder(secrets.iter().map(String::as_str));
            format!("`{attribute}` of `{}` depends on {named}, which a test does not have", step.name)
        };
        let mut diagnostic =
            Diagnostic::error(code::NOT_KNOWN_IN_TEST, place, headline).here("not known in a test");
        if let Some(set) = self.source_place(&compiled.plan, later.span) {
            diagnostic = diagnostic.label(set, "set here");
        }
        self.report(diagnostic);
        None
    }

    fn content(&mut self, plan: u32, vertex: Vertex, place: Place) -> Datum {
        let Some(planned) = self.planned(plan) else { return Datum::Poison };
        let (compiled, step) = (planned.compiled, planned.step(vertex));
        let Some(step) = step else { return Datum::Poison };
        let name = step.name.to_string();
        let schema = compiled.plan.schemas.get(step.schema as usize);
        let position = schema.and_then(|s| s.attributes.iter().position(|a| a.name == "content"));
        let Some(position) = position else { return Datum::Poison };
        let Some(value) = self.attribute_of(plan, vertex, position as u32, place) else {
            return Datum::Poison;
        };
        let text = match &value {
            None => Err(format!("`{name}` has no content in this plan")),
            Some(value) => {
                golden::text_of(compiled, value).ok_or_else(|| format!("the content of `{name}` is not text"))
            }
        };
        match text {
            Ok(text) => Datum::Value(Value::Str(text)),
            Err(headline) => {
                self.report(Diagnostic::error(code::NOT_IN_PLAN, place, headline).here("asked for here"));
                Datum::Poison
            }
        }
    }

    fn secrets_of(&self, plan: u32, vertex: Vertex) -> Vec<String> {
        let Some(planned) = self.planned(plan) else { return Vec::new() };
        let Some(step) = planned.step(vertex) else { return Vec::new() };
        let mut names: Vec<String> =
            step.later.iter().flat_map(|later| golden::secrets(planned, later.expr)).collect();
        names.sort();
        names.dedup();
        names
    }

    fn matches_golden(&mut self, plan: u32, name: &str, at: Place, place: Place) -> Datum {
        if !golden::is_name(name) {
            self.report(
                Diagnostic::error(code::GOLDEN_DIFFERS, at, format!("{name:?} is no name for a stored plan"))
                    .here("1 to 64 letters, digits, `_`, `-` and `.`, not with a `.` first"),
            );
            return Datum::Poison;
        }
        let Some(planned) = self.planned(plan) else { return Datum::Poison };
        let text = golden::text(planned);
        let Some(testing) = &mut self.testing else { return Datum::Poison };
        let stored = testing.package.goldens.get(name);
        let update = testing.package.update;
        testing.goldens.push(Golden { name: name.to_owned(), text: text.clone(), place });
        if update || stored.is_some_and(|stored| *stored == text) {
            return Datum::Value(Value::Bool(true));
        }
        let diagnostic = match stored {
            None => {
                Diagnostic::error(code::GOLDEN_DIFFERS, place, format!("there is no stored plan `{name}`"))
                    .here(format!("looked for in `tests/golden/{name}.txt`"))
                    .help("`mcc test --update` stores it; look at what it wrote before you keep it")
            }
            Some(stored) => {
                let headline = format!("the plan is not the one stored as `{name}`");
                Diagnostic::error(code::GOLDEN_DIFFERS, place, headline)
                    .here(format!("stored in `tests/golden/{name}.txt`"))
                    .note(golden::difference(stored, &text).join("\n"))
                    .help("`mcc test --update` stores the plan as it is now")
            }
        };
        self.report(diagnostic);
        Datum::Poison
    }
}
