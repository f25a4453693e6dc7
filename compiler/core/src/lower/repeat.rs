//! Loops that the host runs, and instances that it names.

use super::source::Sources;
use super::{Draft, Schemas, shown};
use crate::diagnostic::{Diagnostic, code};
use crate::eval::Evaluation;
use mc_plan::expr::{ExprId, Operand};
use mc_plan::plan::{HostInstance, Repeat};
use mc_plan::value::Value;
use std::collections::BTreeSet;

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
    let residual = &evaluation.residual;
    let read = |operand: &Operand| match operand {
        Operand::Expr(id) => residual.elements_read(*id),
        Operand::Value(_) => BTreeSet::new(),
    };
    for draft in drafts.iter().filter(|draft| draft.repeat.is_some()) {
        let schema = &schemas.list[draft.schema as usize];
        let told = read(&draft.key);
        for declared in draft.declared.iter().map(|d| &evaluation.declared[*d as usize]) {
            let chosen = declared.condition.map(|id| residual.elements_read(id)).unwrap_or_default();
            let differs = declared.settings.iter().find(|setting| {
                let union = schema.attributes.get(setting.attribute as usize).is_some_and(|a| a.union);
                !union && read(&setting.value).iter().any(|at| !told.contains(at) && !chosen.contains(at))
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
