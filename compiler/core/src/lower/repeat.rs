//! Loops that the host runs, and instances that it names.

use super::source::Sources;
use super::{Draft, Schemas, shown};
use crate::diagnostic::{Diagnostic, code};
use crate::eval::Evaluation;
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::{HostInstance, Priority, Repeat};
use mc_plan::value::Value;

/// The loops, with the barriers in each, and the instances in order of path.
pub(super) fn repeats(
    evaluation: &Evaluation,
    barriers: &[(u32, u32)],
    sources: &mut Sources<'_>,
) -> (Vec<Repeat>, Vec<HostInstance>) {
    let when = |id: Option<ExprId>| id.map_or(Operand::Value(Value::Bool(true)), Operand::Expr);
    let mut repeats: Vec<Repeat> = Vec::with_capacity(evaluation.repeats.len());
    for repeat in &evaluation.repeats {
        repeats.push(Repeat {
            policy: repeat.policy,
            list: repeat.list,
            parent: repeat.parent,
            condition: when(repeat.condition),
            name: repeat.name.to_string(),
            barriers: Vec::new(),
            span: sources.span(repeat.place),
        });
    }
    for (barrier, repeat) in barriers {
        if let Some(repeat) = repeats.get_mut(*repeat as usize) {
            repeat.barriers.push(*barrier);
        }
    }
    repeats.iter_mut().for_each(|repeat| repeat.barriers.sort_unstable());
    let named = evaluation.instances.iter().filter_map(|instance| Some((instance, instance.name?)));
    let mut instances: Vec<HostInstance> = named
        .map(|(instance, name)| HostInstance {
            policy: instance.policy,
            path: instance.path.to_string(),
            name,
            repeat: instance.repeat,
            condition: when(instance.condition),
            span: sources.span(instance.place),
        })
        .collect();
    instances.sort_by(|a, b| a.path.cmp(&b.path));
    (repeats, instances)
}

/// Reports resources whose key is the same in each round while what they say differs.
pub(super) fn same_in_each_round(
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    diagnostics: &mut Vec<Diagnostic>,
) {
    if evaluation.repeats.is_empty() {
        return;
    }
    let rounds = Rounds::new(evaluation);
    for draft in drafts.iter().filter(|draft| draft.repeat.is_some()) {
        let schema = &schemas.list[draft.schema as usize];
        for declared in draft.declared.iter().map(|d| &evaluation.declared[*d as usize]) {
            // A local key is one of its instance's.
            let scope = if draft.scope.is_empty() { 0 } else { rounds.around(declared.told) };
            let chosen = declared.condition.map_or(0, |id| rounds.of_expr(id));
            let told = rounds.of(&draft.key) | scope | chosen;
            let differs = declared.settings.iter().find(|setting| {
                let union = schema.attributes.get(setting.attribute as usize).is_some_and(|a| a.union);
                // What yields may differ: something stronger can decide.
                let decides = matches!(setting.priority, Priority::Plain | Priority::Force);
                decides && !union && rounds.of(&setting.value) & !told != 0
            });
            let Some(setting) = differs else { continue };
            let attribute = schema.attributes.get(setting.attribute as usize).map_or("", |a| a.name.as_str());
            let headline =
                format!("each round declares {} anew, with another `{attribute}`", shown(schemas, draft));
            diagnostics.push(
                Diagnostic::error(code::SAME_KEY_IN_LOOP, declared.place, headline)
                    .here("its key is the same in every round")
                    .label(setting.place, "another one in each round")
                    .help("let the key depend on the loop as well, or declare the resource outside of it"),
            );
            break;
        }
    }
}

/// In which loops what an expression gives may change from round to round: a bit for each loop by its depth. The loops of
/// one place are in each other, so that their depths tell them apart.
struct Rounds {
    /// By loop: its own bit and those of the loops around it.
    loops: Vec<u32>,
    exprs: Vec<u32>,
}

impl Rounds {
    fn new(evaluation: &Evaluation) -> Self {
        let mut loops: Vec<u32> = Vec::with_capacity(evaluation.repeats.len());
        for repeat in &evaluation.repeats {
            let around = repeat.parent.and_then(|parent| loops.get(parent as usize)).copied().unwrap_or(0);
            loops.push(around << 1 | 1);
        }
        let mut rounds = Rounds { loops, exprs: Vec::new() };
        for node in &evaluation.residual.exprs().nodes {
            let mut own = match node {
                // Of the loop itself, without those around.
                Node::Element(repeat) => {
                    let all = rounds.around(Some(*repeat));
                    all & !(all >> 1)
                }
                Node::Output { step, .. } => {
                    rounds.around(evaluation.declared.get(*step as usize).and_then(|made| made.repeat))
                }
                _ => 0,
            };
            node.operands(|operand| own |= rounds.of_expr(operand));
            rounds.exprs.push(own);
        }
        rounds
    }

    fn around(&self, repeat: Option<u32>) -> u32 {
        repeat.and_then(|repeat| self.loops.get(repeat as usize)).copied().unwrap_or(0)
    }

    fn of_expr(&self, id: ExprId) -> u32 {
        self.exprs.get(id.0 as usize).copied().unwrap_or(0)
    }

    fn of(&self, operand: &Operand) -> u32 {
        match operand {
            Operand::Expr(id) => self.of_expr(*id),
            Operand::Value(_) => 0,
        }
    }
}
