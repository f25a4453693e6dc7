//! Edges: from clauses, references, automatic rules and the boundaries of instances.

use super::condition::Conditions;
use super::merge::{Own, rule_values};
use super::policy::Order;
use super::source::Sources;
use super::{Draft, Schemas};
use crate::db::Db;
use crate::diagnostic::{Diagnostic, Place, code, nearest};
use crate::eval::{EdgeTarget, Evaluation, Owner, PendingEdge};
use crate::name;
use mc_plan::eval::Evaluator;
use mc_plan::expr::Operand;
use mc_plan::plan::{Clause, Edge, EdgeKind, EdgeReason};
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, ClauseKind};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The edges of a plan and where each was said.
pub(super) struct Graph {
    pub edges: Vec<Edge>,
    /// The place of each edge's reason, and the declared resource that brings it.
    pub origins: Vec<(Place, Option<u32>)>,
    pub barriers: u32,
    /// What each barrier bounds, as users write it.
    pub bounds: Vec<String>,
    /// The barriers in loops of the host: the barrier and the loop.
    pub in_loops: Vec<(u32, u32)>,
}

struct Builder<'a> {
    db: &'a dyn Db,
    schemas: &'a Schemas,
    evaluation: &'a Evaluation,
    drafts: &'a [Draft],
    step_of: &'a [u32],
    /// Steps by schema and key, where the key is known and not local.
    keys: FxHashMap<(u32, &'a Value), u32>,
    /// Steps by schema, instance and key, where the key is known and local.
    local: FxHashMap<(u32, &'a str, &'a Value), u32>,
    /// Further steps of the same type and key: those in loops of the host.
    more: FxHashMap<u32, Vec<u32>>,
    order: &'a Order,
    /// The barriers: in front of something, behind it.
    barriers: FxHashMap<(Bounded, bool), u32>,
    /// What each barrier bounds.
    bounds: Vec<String>,
    found: Vec<(Edge, (Place, Option<u32>))>,
}

/// The edges between the drafts of steps; with them comes the step of each declared resource.
pub(super) fn edges(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    conditions: &Conditions<'_>,
    (drafts, step_of): (&[Draft], &[u32]),
    sources: &mut Sources<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Graph {
    let order = super::policy::order(evaluation, conditions, diagnostics);
    let mut keys = FxHashMap::default();
    let mut local = FxHashMap::default();
    let mut more: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for (step, draft) in drafts.iter().enumerate() {
        let Operand::Value(value) = &draft.key else { continue };
        let step = step as u32;
        let first = if draft.scope.is_empty() {
            *keys.entry((draft.schema, value)).or_insert(step)
        } else {
            *local.entry((draft.schema, draft.scope.as_str(), value)).or_insert(step)
        };
        if first != step {
            more.entry(first).or_default().push(step);
        }
    }
    let mut builder = Builder {
        db,
        schemas,
        evaluation,
        drafts,
        step_of,
        keys,
        local,
        more,
        order: &order,
        barriers: FxHashMap::default(),
        bounds: Vec::new(),
        found: Vec::new(),
    };
    for pending in &evaluation.edges {
        builder.clause(pending, diagnostics);
    }
    builder.outputs();
    builder.automatic();
    builder.policies();
    let barriers = builder.barriers.len() as u32;
    let in_loop = |(of, barrier): (&(Bounded, bool), &u32)| match of.0 {
        Bounded::Instance(instance) => {
            let repeat = evaluation.instances.get(instance as usize)?.repeat?;
            Some((barrier - drafts.len() as u32, repeat))
        }
        Bounded::Policy(_) => None,
    };
    let in_loops = builder.barriers.iter().filter_map(in_loop).collect();
    let bounds = builder.bounds;
    let mut found = builder.found;
    for (edge, (place, owner)) in &mut found {
        edge.span = sources.span(*place);
        // Of several declarations of one step, each brings its edges only where it exists.
        if let Some(owner) = *owner
            && edge.carrier.is_none()
        {
            let step = step_of[owner as usize];
            let draft = &drafts[step as usize];
            let position = draft.declared.iter().position(|d| *d == owner);
            if let (true, Some(position)) = (draft.declared.len() > 1, position) {
                edge.carrier = Some((edge.to == step, position as u32));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    // The same edge for the same reason is said once; an order that a refresh implies is not said again.
    found.dedup_by(|(b, _), (a, _)| {
        a.from == b.from && a.to == b.to && a.kind == b.kind && a.carrier == b.carrier && a.reason == b.reason
    });
    let (edges, origins) = found.into_iter().unzip();
    Graph { edges, origins, barriers, bounds, in_loops }
}

impl Builder<'_> {
    /// An edge of order only.
    fn order(&mut self, from: u32, to: u32, reason: EdgeReason, origin: (Place, Option<u32>)) {
        let span = mc_plan::plan::SourceSpan::default();
        self.found.push((Edge { from, to, kind: EdgeKind::Order, reason, carrier: None, span }, origin));
    }

    /// An edge that carries change; it does so only where the declaration that asks for it exists.
    fn refresh(
        &mut self,
        (from, to): (u32, u32),
        kind: EdgeKind,
        clause: Clause,
        carrier: (bool, u32),
        place: Place,
    ) {
        let span = mc_plan::plan::SourceSpan::default();
        let position = Some((carrier.0, self.declaration(carrier.1)));
        let edge = Edge { from, to, kind, reason: EdgeReason::Clause(clause), carrier: position, span };
        self.found.push((edge, (place, Some(carrier.1))));
    }

    /// The vertex in front of (or behind) everything inside of an instance.
    fn barrier(&mut self, instance: u32, behind: bool) -> u32 {
        let info = &self.evaluation.instances[instance as usize];
        let place = info.place;
        let (next, new) = self.bound(Bounded::Instance(instance), behind, || format!("`{}`", info.path));
        if !new {
            return next;
        }
        let inside = self.inside(instance);
        for step in &inside {
            let (from, to) = if behind { (*step, next) } else { (next, *step) };
            self.order(from, to, EdgeReason::Boundary, (place, None));
        }
        // What an instance waits for orders what waits for it also where there is nothing inside.
        if inside.is_empty()
            && let Some(other) = self.barriers.get(&(Bounded::Instance(instance), !behind)).copied()
        {
            let (from, to) = if behind { (other, next) } else { (next, other) };
            self.order(from, to, EdgeReason::Boundary, (place, None));
        }
        next
    }

    /// The barrier in front of something or behind it, and whether it is new.
    fn bound(&mut self, of: Bounded, behind: bool, name: impl FnOnce() -> String) -> (u32, bool) {
        let next = (self.drafts.len() + self.barriers.len()) as u32;
        if let Some(vertex) = self.barriers.get(&(of, behind)) {
            return (*vertex, false);
        }
        self.barriers.insert((of, behind), next);
        self.bounds.push(name());
        (next, true)
    }

    /// The order of policies: all that one declares comes after all that another one does. What both declare
    /// belongs to neither side.
    fn policies(&mut self) {
        let order = self.order;
        if order.pairs.is_empty() {
            return;
        }
        let evaluation = self.evaluation;
        let mut places: (BTreeMap<u32, Place>, BTreeMap<u32, Place>) = Default::default();
        for (later, earlier, place) in &order.pairs {
            let from = self.policy_barrier(*earlier, true);
            let to = self.policy_barrier(*later, false);
            self.order(from, to, EdgeReason::Policy, (*place, None));
            places.0.entry(*later).or_insert(*place);
            places.1.entry(*earlier).or_insert(*place);
        }
        for (policy, place) in &places.1 {
            // A policy between two others keeps them apart also where it declares nothing of its own.
            if places.0.contains_key(policy) {
                let ends = (self.policy_barrier(*policy, false), self.policy_barrier(*policy, true));
                self.order(ends.0, ends.1, EdgeReason::Policy, (*place, None));
            }
        }
        for (d, declared) in evaluation.declared.iter().enumerate() {
            let step = self.step_of[d];
            let policy = declared.policy;
            let others =
                self.drafts[step as usize].declared.iter().map(|d| evaluation.declared[*d as usize].policy);
            if let Some(place) = places.0.get(&policy)
                && !others.clone().any(|other| order.before(other, policy))
            {
                let front = self.policy_barrier(policy, false);
                self.order(front, step, EdgeReason::Policy, (*place, Some(d as u32)));
            }
            if let Some(place) = places.1.get(&policy)
                && !others.clone().any(|other| order.before(policy, other))
            {
                let back = self.policy_barrier(policy, true);
                self.order(step, back, EdgeReason::Policy, (*place, Some(d as u32)));
            }
        }
    }

    fn policy_barrier(&mut self, policy: u32, behind: bool) -> u32 {
        let name = &self.evaluation.policies[policy as usize].name;
        self.bound(Bounded::Policy(policy), behind, || format!("the policy `{name}`")).0
    }

    fn inside(&self, instance: u32) -> Vec<u32> {
        let range = self.evaluation.instances[instance as usize].steps.clone();
        let mut steps: Vec<u32> = range.map(|d| self.step_of[d as usize]).collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    /// The position of a declared resource among its step's declarations.
    fn declaration(&self, declared: u32) -> u32 {
        let draft = &self.drafts[self.step_of[declared as usize] as usize];
        draft.declared.iter().position(|d| *d == declared).unwrap_or(0) as u32
    }

    fn clause(&mut self, pending: &PendingEdge, diagnostics: &mut Vec<Diagnostic>) {
        let target = match &pending.target {
            EdgeTarget::Step(declared) => Vertex::Step(self.step_of[*declared as usize]),
            EdgeTarget::Instance(instance) => Vertex::Instance(*instance),
            EdgeTarget::Key(decl, key) => {
                let found =
                    self.schemas.index.get(decl).and_then(|schema| self.find(*schema, key, pending.owner));
                match found {
                    Some(step) => {
                        for other in self.more.get(&step).cloned().unwrap_or_default() {
                            self.clause_to(pending, Vertex::Step(other));
                        }
                        Vertex::Step(step)
                    }
                    None => {
                        diagnostics.push(self.unknown(pending, &decl.text(self.db), key));
                        return;
                    }
                }
            }
        };
        self.clause_to(pending, target);
    }

    fn clause_to(&mut self, pending: &PendingEdge, target: Vertex) {
        let place = pending.place;
        let owner = match pending.owner {
            Owner::Step(declared) => Some(declared),
            Owner::Instance(_) => None,
        };
        match pending.kind {
            ClauseKind::After | ClauseKind::Before => {
                let clause = if pending.kind == ClauseKind::After { Clause::After } else { Clause::Before };
                let own = match pending.owner {
                    Owner::Step(declared) => Vertex::Step(self.step_of[declared as usize]),
                    Owner::Instance(instance) => Vertex::Instance(instance),
                };
                let (first, second) = if clause == Clause::After { (target, own) } else { (own, target) };
                let from = match first {
                    Vertex::Step(step) => step,
                    Vertex::Instance(instance) => self.barrier(instance, true),
                };
                let to = match second {
                    Vertex::Step(step) => step,
                    Vertex::Instance(instance) => self.barrier(instance, false),
                };
                self.order(from, to, EdgeReason::Clause(clause), (place, owner));
            }
            ClauseKind::Notify => {
                if let (Owner::Step(sender), Vertex::Step(to)) = (pending.owner, target) {
                    let from = self.step_of[sender as usize];
                    self.refresh((from, to), EdgeKind::Notify, Clause::Notify, (false, sender), place);
                }
            }
            ClauseKind::RestartOn | ClauseKind::ReloadOn => {
                let Owner::Step(receiver) = pending.owner else { return };
                let (kind, clause) = if pending.kind == ClauseKind::RestartOn {
                    (EdgeKind::Restart, Clause::RestartOn)
                } else {
                    (EdgeKind::Reload, Clause::ReloadOn)
                };
                let to = self.step_of[receiver as usize];

                let senders = match target {
                    Vertex::Step(step) => vec![step],
                    Vertex::Instance(instance) => self.inside(instance),
                };
                for from in senders {
                    self.refresh((from, to), kind, clause, (true, receiver), place);
                }
            }
            ClauseKind::When
            | ClauseKind::Timeout
            | ClauseKind::Retry
            | ClauseKind::SkipWhen
            | ClauseKind::Approval
            | ClauseKind::Tags => {}
        }
    }

    /// A step by its key; a local key is looked up in the owner's instance.
    fn find(&self, schema: u32, key: &Value, owner: Owner) -> Option<u32> {
        if !self.schemas.list[schema as usize].key.local {
            return self.keys.get(&(schema, key)).copied();
        }
        let scope = match owner {
            Owner::Step(declared) => &self.evaluation.declared[declared as usize].instance,
            Owner::Instance(instance) => &self.evaluation.instances[instance as usize].path,
        };
        self.local.get(&(schema, scope, key)).copied()
    }

    fn unknown(&self, pending: &PendingEdge, name: &str, key: &Value) -> Diagnostic {
        let shown = crate::notation::short_value(key);
        let written = reference_in(self.db, pending.place, name, key);
        let diagnostic = Diagnostic::error(
            code::UNKNOWN_RESOURCE,
            written.map_or(pending.place, |(whole, _)| whole),
            format!("no policy declares {name}[{shown}]"),
        )
        .here("nothing of this type and key");
        let texts = self
            .drafts
            .iter()
            .filter(|d| self.schemas.list[d.schema as usize].name.rsplit('.').next() == Some(name));
        let keys: Vec<&str> = texts
            .filter_map(|d| match &d.key {
                Operand::Value(Value::Str(text)) => Some(&**text),
                _ => None,
            })
            .collect();
        let wanted = match key {
            Value::Str(text) => nearest(text, keys.iter().copied()),
            _ => None,
        };
        match wanted {
            Some(near) => {
                let diagnostic = diagnostic.help(format!("did you mean {name}[{near:?}]?"));
                let text = format!("{near:?}").replace("${", "\\${");
                match written {
                    Some((_, key)) => diagnostic.fix(format!("change to `{name}[{text}]`"), key, text),
                    None => diagnostic,
                }
            }
            None => {
                diagnostic.help(format!("declare it, `{name} {shown} {{ .. }}`, or leave the reference out"))
            }
        }
    }

    /// Who reads an output comes after who makes it.
    fn outputs(&mut self) {
        for (declared, info) in self.evaluation.declared.iter().enumerate() {
            let to = self.step_of[declared];
            let settings = info.settings.iter().map(|setting| (&setting.value, setting.place));
            for (value, place) in
                settings.chain(info.skip.iter().map(|(condition, place)| (condition, *place)))
            {
                let Operand::Expr(id) = *value else { continue };
                for maker in self.evaluation.residual.outputs(id) {
                    let from = self.step_of[maker as usize];
                    self.order(from, to, EdgeReason::Output, (place, Some(declared as u32)));
                }
            }
        }
    }

    /// The automatic edges of the schemas, where both keys are known; agents find the others.
    fn automatic(&mut self) {
        let schemas = self.schemas;
        let mut evaluators: Vec<Evaluator<'_>> =
            schemas.list.iter().map(|s| Evaluator::new(&s.exprs)).collect();
        for (step, draft) in self.drafts.iter().enumerate() {
            let to = step as u32;
            let schema = &schemas.list[draft.schema as usize];
            for d in &draft.declared {
                let declared = &self.evaluation.declared[*d as usize];
                let evaluator = &mut evaluators[draft.schema as usize];
                evaluator.next_step();
                let own = Own { schema, key: &draft.key, settings: &declared.settings };
                for (rule, autoedge) in schema.autoedges.iter().enumerate() {
                    let Some(target) = schemas.names.get(&autoedge.target) else { continue };
                    for value in rule_values(evaluator, autoedge.key, &own) {
                        let Some(first) = self.keys.get(&(*target, &value)).copied() else { continue };
                        let more = self.more.get(&first).map_or(&[][..], Vec::as_slice);
                        for from in std::iter::once(first).chain(more.iter().copied()) {
                            if from == to {
                                continue;
                            }
                            let reason = EdgeReason::Auto { schema: draft.schema, rule: rule as u32 };
                            let span = mc_plan::plan::SourceSpan::default();
                            let edge = Edge { from, to, kind: EdgeKind::Order, reason, carrier: None, span };
                            self.found.push((edge, (declared.place, Some(*d))));
                        }
                    }
                }
            }
        }
    }
}

/// What a barrier bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Bounded {
    Instance(u32),
    Policy(u32),
}

#[derive(Clone, Copy)]
enum Vertex {
    Step(u32),
    Instance(u32),
}

/// Where a clause or a list writes out `Type["key"]`: all of it, and the key alone. None if the key is computed.
pub(super) fn reference_in(db: &dyn Db, place: Place, name: &str, key: &Value) -> Option<(Place, Place)> {
    struct Find<'a> {
        within: Span,
        name: &'a str,
        key: &'a str,
        found: Option<(Span, Span)>,
    }
    impl<'a> Visitor<'a> for Find<'_> {
        fn expr(&mut self, expr: &'a ast::Expr) {
            let is_part = self.within.start <= expr.span.start && expr.span.end <= self.within.end;
            if let ast::ExprKind::Reference { path, key } = &expr.kind
                && is_part
                && path.segments.last().is_some_and(|last| last.text == self.name)
                && let ast::ExprKind::String(parts) = &key.kind
                && let [ast::StringPart::Text(text, _)] = parts.as_slice()
                && text == self.key
            {
                self.found.get_or_insert((expr.span, key.span));
            }
            visit::walk_expr(self, expr);
        }
    }
    let Value::Str(key) = key else { return None };
    let mut find = Find { within: place.span, name, key, found: None };
    visit::walk_file(&mut find, name::tree(db, place.file));
    find.found.map(|(whole, key)| (Place::new(place.file, whole), Place::new(place.file, key)))
}
