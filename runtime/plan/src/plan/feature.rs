//! The abilities that a runtime must have for a plan. The bundle's manifest names them, so that a runtime which
//! does not have one refuses the bundle before it reads the plan.

use std::collections::BTreeSet;

use super::{EdgeReason, GuardAction, Plan, Priority, RefusalKind};
use crate::expr::{Builtin, Exprs, Node, Operand};
use crate::value::{TextKind, Type, TypeDef, TypeShape, Value};

/// Steps that wait for an approval.
pub const APPROVALS: &str = "approvals";
/// Checks and refinements, and the parts of what failed.
pub const CHECKS: &str = "checks";
/// The priority of `defaults` blocks.
pub const DEFAULTS: &str = "defaults";
/// Values, types and operations beyond those of the first plans: floats, bytes, sets, maps, tuples, loops, most
/// functions.
pub const EXPRESSIONS: &str = "expressions";
/// Facts that a policy declares: programs that are run and files that are read on the host.
pub const FACTS: &str = "facts";
/// Guards.
pub const GUARDS: &str = "guards";
/// The order of policies.
pub const ORDER: &str = "order";
/// Removal of what is no longer declared.
pub const PRUNE: &str = "prune";
/// Loops that the host runs, and instances that it names.
pub const REPEATS: &str = "repeats";
/// Rollouts, which a runtime only carries.
pub const ROLLOUTS: &str = "rollouts";
/// Secrets.
pub const SECRETS: &str = "secrets";
/// `skip when`
pub const SKIP: &str = "skip";
/// Tags.
pub const TAGS: &str = "tags";

impl Plan {
    /// The abilities that a runtime must have for this plan, sorted.
    #[must_use]
    pub fn features(&self) -> Vec<String> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut need = |feature: &'static str, needed: bool| {
            if needed {
                found.insert(feature);
            }
        };
        let declarations = || self.steps.iter().flat_map(|step| &step.declarations);
        let guarded = |guard: &super::Guard| matches!(guard.action, GuardAction::Approval(_));
        let approvals = declarations().any(|declaration| declaration.approval.is_some());
        need(APPROVALS, approvals || self.guards.iter().any(guarded));
        let plain =
            |refusal: &super::PlanRefusal| refusal.kind == RefusalKind::Fail && refusal.parts.is_empty();
        need(CHECKS, !self.refusals.iter().all(plain));
        let mut settings = declarations().flat_map(|declaration| &declaration.attributes);
        need(DEFAULTS, settings.any(|setting| setting.priority == Priority::Inherited));
        need(EXPRESSIONS, self.expressive());
        need(FACTS, self.facts.iter().any(|fact| fact.declared.is_some()));
        need(GUARDS, !self.guards.is_empty());
        need(ORDER, self.edges.iter().any(|edge| edge.reason == EdgeReason::Policy));
        need(PRUNE, !self.prune.is_empty());
        need(REPEATS, !self.repeats.is_empty() || !self.instances.is_empty());
        need(ROLLOUTS, !self.rollouts.is_empty());
        need(SECRETS, !self.secrets.is_empty());
        need(SKIP, declarations().any(|declaration| declaration.skip.is_some()));
        need(TAGS, declarations().any(|declaration| !declaration.tags.is_empty()));
        found.into_iter().map(str::to_owned).collect()
    }

    /// Whether it holds values, types or operations that the first plans could not.
    fn expressive(&self) -> bool {
        let schemas = self.schemas.iter().any(|schema| {
            let types = schema.attributes.iter().map(|attribute| &attribute.ty);
            let outputs = schema.outputs.iter().map(|output| &output.ty);
            new_type(&schema.key.ty)
                || types.chain(outputs).any(new_type)
                || new_types(&schema.types)
                || new_nodes(&schema.exprs)
        });
        let types = self.labels.iter().map(|label| &label.ty).chain(self.facts.iter().map(|fact| &fact.ty));
        if schemas || new_types(&self.types) || types.into_iter().any(new_type) || new_nodes(&self.exprs) {
            return true;
        }
        let mut found = false;
        self.visit_values(|value| found |= new_value(value));
        found
    }

    /// Calls `visit` for every value that stands in the plan outside of expressions.
    pub(super) fn visit_values(&self, mut visit: impl FnMut(&Value)) {
        let defaults = self.schemas.iter().flat_map(|schema| &schema.attributes);
        defaults.filter_map(|attribute| attribute.default.as_ref()).for_each(&mut visit);
        self.labels.iter().filter_map(|label| label.default.as_ref()).for_each(&mut visit);
        self.visit_operands(|operand| {
            if let Operand::Value(value) = operand {
                visit(value);
            }
        });
    }

    /// Calls `visit` for every operand of the plan.
    pub(super) fn visit_operands(&self, mut visit: impl FnMut(&Operand)) {
        self.visit_placed_operands(|operand, _| visit(operand));
    }

    /// Calls `visit` for every operand of the plan, with the innermost loop around it.
    pub(crate) fn visit_placed_operands(&self, mut visit_in: impl FnMut(&Operand, Option<u32>)) {
        for repeat in &self.repeats {
            visit_in(&repeat.condition, repeat.parent);
        }
        for instance in &self.instances {
            visit_in(&instance.condition, instance.repeat);
        }
        for refusal in &self.refusals {
            visit_in(&refusal.condition, refusal.repeat);
            visit_in(&refusal.message, refusal.repeat);
            refusal.parts.iter().for_each(|part| visit_in(&part.value, refusal.repeat));
        }
        for step in &self.steps {
            let mut visit = |operand: &Operand| visit_in(operand, step.repeat);
            visit(&step.key);
            for declaration in &step.declarations {
                visit(&declaration.condition);
                declaration.attributes.iter().for_each(|setting| visit(&setting.value));
                declaration.timeout.iter().for_each(&mut visit);
                if let Some(retry) = &declaration.retry {
                    visit(&retry.times);
                    visit(&retry.every);
                }
                declaration.skip.iter().for_each(&mut visit);
            }
        }
        let mut visit = |operand: &Operand| visit_in(operand, None);
        self.policies.iter().for_each(|policy| visit(&policy.select));
        self.prune.iter().filter_map(|prune| prune.limit.as_ref()).for_each(&mut visit);
        for guard in &self.guards {
            guard.message.iter().for_each(&mut visit);
            guard.parts.iter().for_each(|part| visit(&part.value));
        }
        let waves = self.rollouts.iter().flat_map(|rollout| &rollout.waves);
        waves.filter_map(|wave| wave.select.as_ref()).for_each(&mut visit);
    }
}

fn new_nodes(exprs: &Exprs) -> bool {
    exprs.nodes.iter().any(|node| match node {
        Node::Const(value) => new_value(value),
        Node::Call(function, _) => *function > Builtin::Text,
        Node::Convert(kind, _) => new_text(*kind),
        // The first plans had a loop of their own, in other bytes.
        Node::Each { .. }
        | Node::Fold { .. }
        | Node::TryConvert(..)
        | Node::Map(_)
        | Node::Secret(_)
        | Node::Change(_) => true,
        _ => false,
    })
}

fn new_value(value: &Value) -> bool {
    match value {
        Value::Float(_) | Value::Bytes(_) | Value::Map(_) => true,
        _ => value.parts().iter().any(new_value),
    }
}

fn new_types(types: &[TypeDef]) -> bool {
    let new_fields = |fields: &[(String, Type)]| fields.iter().any(|(_, ty)| new_type(ty));
    types.iter().any(|def| match &def.shape {
        TypeShape::Record(fields) => new_fields(fields),
        TypeShape::Enum(variants) => variants.iter().any(|(_, fields)| new_fields(fields)),
    })
}

fn new_type(ty: &Type) -> bool {
    match ty {
        Type::List(inner) | Type::Optional(inner) => new_type(inner),
        Type::Text(kind) => new_text(*kind),
        Type::Float | Type::Bytes | Type::Set(_) | Type::Map(..) | Type::Tuple(_) | Type::Secret(_) => true,
        _ => false,
    }
}

const fn new_text(kind: TextKind) -> bool {
    matches!(kind, TextKind::Version | TextKind::Regex | TextKind::Email)
}
