//! The order of policies, and what they remove.

use super::condition::Conditions;
use super::source::Sources;
use super::{Draft, Schemas};
use crate::db::Db;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::eval::{EdgeTarget, Evaluation, WaveInfo};
use crate::name::DeclId;
use mc_plan::expr::Operand;
use mc_plan::plan::{Prune, Rollout, Wave};
use mc_plan::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

/// Which policies come after which.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The later one, the earlier one, and where that is said.
    pub pairs: Vec<(u32, u32, Place)>,
    /// The policies that come before each one, also by others between.
    before: FxHashMap<u32, FxHashSet<u32>>,
}

impl Order {
    /// Whether `first` comes before `second`, also by others between.
    pub(super) fn before(&self, first: u32, second: u32) -> bool {
        self.before.get(&second).is_some_and(|before| before.contains(&first))
    }
}

/// The order of the policies. A circle is reported, and what is in it counts for nothing.
pub(super) fn order(
    evaluation: &Evaluation,
    conditions: &Conditions<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Order {
    let policies = &evaluation.policies;
    let position: FxHashMap<DeclId, u32> = policies.iter().zip(0u32..).map(|(p, at)| (p.decl, at)).collect();
    let mut earlier: Vec<Vec<(u32, Place)>> = vec![Vec::new(); policies.len()];
    for ((own, policy), list) in (0u32..).zip(policies).zip(&mut earlier) {
        for (decl, place) in &policy.after {
            let Some(other) = position.get(decl) else { continue };
            let met = !conditions.exclusive(conditions.within(None, own), conditions.within(None, *other));
            // Those that no host gets both of are not ordered.
            if met && !list.iter().any(|(known, _)| known == other) {
                list.push((*other, *place));
            }
        }
    }
    let mut sorted = Vec::new();
    let mut state = vec![0u8; policies.len()];
    let mut broken: FxHashSet<u32> = FxHashSet::default();
    for start in 0..policies.len() as u32 {
        if state[start as usize] != 0 {
            continue;
        }
        state[start as usize] = 1;
        let mut stack = vec![(start, 0usize)];
        while let Some((policy, next)) = stack.last_mut() {
            let policy = *policy;
            let Some((other, _)) = earlier[policy as usize].get(*next) else {
                state[policy as usize] = 2;
                sorted.push(policy);
                stack.pop();
                continue;
            };
            *next += 1;
            match state[*other as usize] {
                0 => {
                    state[*other as usize] = 1;
                    stack.push((*other, 0));
                }
                1 => {
                    let from = stack.iter().position(|(at, _)| at == other).unwrap_or(0);
                    let way: Vec<(u32, Place)> = stack[from..]
                        .iter()
                        .map(|(at, next)| (*at, earlier[*at as usize][next - 1].1))
                        .collect();
                    broken.extend(way.iter().map(|(at, _)| *at));
                    diagnostics.push(circle(evaluation, &way));
                }
                _ => {}
            }
        }
    }
    let mut order = Order::default();
    for policy in sorted {
        let mut all: FxHashSet<u32> = FxHashSet::default();
        for (other, place) in &earlier[policy as usize] {
            if broken.contains(&policy) && broken.contains(other) {
                continue;
            }
            order.pairs.push((policy, *other, *place));
            all.insert(*other);
            all.extend(order.before.get(other).into_iter().flatten());
        }
        if !all.is_empty() {
            order.before.insert(policy, all);
        }
    }
    order.pairs.sort_by_key(|(later, earlier, _)| (*later, *earlier));
    order
}

fn circle(evaluation: &Evaluation, way: &[(u32, Place)]) -> Diagnostic {
    let name = |at: u32| format!("`{}`", evaluation.policies[at as usize].name);
    let names: Vec<String> = way.iter().map(|(at, _)| name(*at)).collect();
    let headline = match names.as_slice() {
        [one] => format!("the policy {one} would come after itself"),
        [a, b] => format!("the policies {a} and {b} would come after each other"),
        _ => format!("the policies {} would come after each other in a circle", names.join(", ")),
    };
    let mut diagnostic = Diagnostic::error(code::POLICY_CYCLE, way[0].1, headline);
    for (position, (at, place)) in way.iter().enumerate() {
        let (next, _) = way[(position + 1) % way.len()];
        let text = format!("{} comes after {}", name(*at), name(next));
        diagnostic = match position {
            0 => diagnostic.here(text),
            _ => diagnostic.label(*place, text),
        };
    }
    diagnostic.help("leave one of them out")
}

/// What is removed when it is no longer declared.
pub(super) fn prune(schemas: &Schemas, evaluation: &Evaluation, sources: &mut Sources<'_>) -> Vec<Prune> {
    let of = |prune: &crate::eval::PruneInfo| {
        let mut types: Vec<u32> =
            prune.types.iter().filter_map(|decl| schemas.index.get(decl)).copied().collect();
        types.sort_unstable();
        let limit = prune.limit.clone();
        Prune { policy: prune.policy, schemas: types, limit, span: sources.span(prune.place) }
    };
    evaluation.prune.iter().map(of).collect()
}

/// How changes move over the fleet. Reports what nobody declares.
pub(super) fn rollouts(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    sources: &mut Sources<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Rollout> {
    if evaluation.rollouts.is_empty() {
        return Vec::new();
    }
    let mut keys: FxHashMap<(u32, &Value), &Draft> = FxHashMap::default();
    for draft in drafts {
        if let Operand::Value(key) = &draft.key {
            keys.insert((draft.schema, key), draft);
        }
    }
    let wave = |wave: &WaveInfo| Wave {
        name: wave.name.clone(),
        size: wave.size,
        select: wave.select.clone(),
        pause: wave.pause,
    };
    let mut rollouts = Vec::with_capacity(evaluation.rollouts.len());
    for rollout in &evaluation.rollouts {
        let mut health = Vec::new();
        for (target, place) in &rollout.health {
            let EdgeTarget::Key(decl, key) = target else { continue };
            let found = schemas.index.get(decl).and_then(|schema| keys.get(&(*schema, key)));
            match found {
                Some(draft) => health.push(super::shown(schemas, draft)),
                None => {
                    let name = decl.text(db);
                    let shown = crate::notation::short_value(key);
                    diagnostics.push(
                        Diagnostic::error(
                            code::UNKNOWN_RESOURCE,
                            super::graph::reference_in(db, *place, &name, key)
                                .map_or(*place, |(whole, _)| whole),
                            format!("no policy declares {name}[{shown}]"),
                        )
                        .here("nothing of this type and key")
                        .help("what decides over the health of a host must be declared"),
                    );
                }
            }
        }
        health.sort();
        health.dedup();
        rollouts.push(Rollout {
            name: rollout.name.clone(),
            policies: rollout.policies.clone(),
            waves: rollout.waves.iter().map(wave).collect(),
            health,
            budget: rollout.budget,
            span: sources.span(rollout.place),
        });
    }
    rollouts
}
