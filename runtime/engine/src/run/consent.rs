//! What a step needs besides its turn: that no guard denies what it would do, and the approvals it asks for.

use mc_plan::instance::resolve::{Change, Known, Own};
use mc_plan::instance::{Judgement, judge, known_attributes};
use mc_plan::plan::GuardAction;
use mc_plan::value::Value;

use super::preflight::Look;
use crate::graph::{Execution, Graph, Step, Vertex, at};
use crate::instantiate::Resolver;
use crate::provider::RefreshKind;
use crate::report::Outcome;

/// What a step that is about to act would do, as guards may ask.
pub(super) fn change(look: Option<&Look>, refresh: Option<RefreshKind>) -> Change {
    let diff = look.map(|look| &look.diff);
    Change::Known {
        creates: diff.is_some_and(crate::provider::Diff::creates),
        removes: diff.is_some_and(crate::provider::Diff::removes),
        // Notifying restarts what knows nothing else.
        restarts: diff.is_some_and(|diff| diff.restarts)
            || matches!(refresh, Some(RefreshKind::Restart | RefreshKind::Notify)),
        reloads: refresh == Some(RefreshKind::Reload),
    }
}

/// Why a step that is about to act may not: a guard denies it, or it awaits an approval. `desired` are its attributes
/// where they are known only now.
pub(super) fn held<'p>(
    resolver: &mut Resolver<'p>,
    graph: &Graph<'p>,
    vertex: Vertex,
    desired: Option<&[Option<Value>]>,
    change: Change,
) -> Option<(Outcome, String)> {
    let step: &Step<'p> = graph.step(vertex)?;
    let execution: &Execution<'p> = step.execution.as_deref()?;
    let mut waits: Vec<(&str, Option<String>)> =
        execution.approvals.iter().map(|approval| (approval.role, approval.why.clone())).collect();
    if !execution.guards.is_empty() {
        let attributes = match desired {
            Some(desired) => {
                desired.iter().cloned().map(|value| value.map_or(Known::Unset, Known::Value)).collect()
            }
            None => known_attributes(step, &step.desired),
        };
        resolver.next_step();
        let own = Own { key: Some(&step.key), attributes: &attributes, early: None, change };
        for guard in execution.guards.iter().filter_map(|guard| graph.plan.guards.get(at(*guard))) {
            let finding = match judge(graph.plan, resolver, guard, &step.name, own) {
                Judgement::Holds(finding) => finding,
                Judgement::Passes | Judgement::Later => continue,
            };
            match &guard.action {
                GuardAction::Deny => {
                    let mut reason = finding.message;
                    let check = guard.is_check(graph.plan);
                    if guard.message.is_some() {
                        reason.push_str(&match check {
                            true => format!(" ({} does not hold)", guard.shown(graph.plan)),
                            false => format!(" (guard `{}`)", guard.name),
                        });
                    }
                    for part in &finding.parts {
                        reason.push('\n');
                        reason.push_str(part);
                    }
                    return Some((if check { Outcome::Failed } else { Outcome::Denied }, reason));
                }
                GuardAction::Approval(role) => waits.push((role, Some(finding.message))),
            }
        }
    }
    if waits.is_empty() {
        return None;
    }
    let mut roles: Vec<&str> = waits.iter().map(|(role, _)| *role).collect();
    roles.sort_unstable();
    roles.dedup();
    let mut reason = format!("needs the approval of {}", roles.join(" and of "));
    let mut why: Vec<String> = waits.into_iter().filter_map(|(_, why)| why).collect();
    why.dedup();
    if !why.is_empty() {
        reason.push_str(": ");
        reason.push_str(&why.join("; "));
    }
    Some((Outcome::AwaitingApproval, reason))
}
