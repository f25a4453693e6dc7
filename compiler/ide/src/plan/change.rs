//! What is different from a bundle that was built earlier.

use super::built::Built;
use super::host::{self, Contents};
use mc_compiler::Db;
use mc_compiler::compile::CompiledPlan;
use mc_compiler::diff::{self, Diff, Side, diff};
use mc_compiler::notation::{Notation, short};
use mc_compiler::test::{Fixture, Given};

use mc_plan::instance::Instance;
use mc_plan::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a build would change of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    #[default]
    Same,
    /// It is new.
    New,
    /// It is another one.
    Changed,
    /// It is not there any more.
    Removed,
}

/// One difference of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// An attribute's name, or a clause.
    pub name: String,
    /// What it was.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
}

/// What is different, by the resource's name.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) of: BTreeMap<String, (Change, Vec<Changed>)>,
    /// What is gone: its name, type and policy.
    pub(super) removed: Vec<(String, String, String)>,
}

/// All differences of the package's plan from the bundle.
pub(super) fn difference<'p>(compiled: &'p CompiledPlan, built: &'p Built) -> Diff {
    let contents = |digest: &[u8; 32]| {
        let at = compiled.blobs.binary_search_by(|(blob, _)| blob.digest.cmp(digest)).ok()?;
        compiled.blobs.get(at).map(|(_, content)| &**content)
    };
    let old_contents = |digest: &[u8; 32]| built.content(digest);
    diff(
        Side { plan: &built.plan, contents: &old_contents },
        Side { plan: &compiled.plan, contents: &contents },
    )
}

/// What is different of steps, whatever the host.
pub(super) fn anywhere(diff: &Diff, policy: Option<&str>) -> Changes {
    let mut changes = Changes::default();
    for group in &diff.steps {
        let wanted = policy.is_none_or(|policy| group.policies.iter().any(|known| known == policy));
        if !wanted {
            continue;
        }
        let details: Vec<Changed> = group
            .details
            .iter()
            .map(|detail| Changed {
                name: detail.what.clone(),
                old: detail.old.clone(),
                new: detail.new.clone(),
            })
            .collect();
        for step in &group.steps {
            match group.change {
                diff::Change::Removed => {
                    let policy = group.policies.first().cloned().unwrap_or_default();
                    changes.removed.push((step.name.clone(), group.ty.clone(), policy));
                }
                diff::Change::Added => {
                    changes.of.insert(step.name.clone(), (Change::New, Vec::new()));
                }
                diff::Change::Changed => {
                    changes.of.insert(step.name.clone(), (Change::Changed, details.clone()));
                }
            }
        }
    }
    changes
}

/// A resource on a host, as far as it is compared.
struct Row {
    ty: String,
    policy: String,
    attributes: BTreeMap<String, String>,
}

/// What is different of what one host gets.
///
/// # Errors
/// Why the host refuses the bundle.
pub(super) fn on_host(
    db: &dyn Db,
    now: &Instance<'_, Given>,
    contents: Contents<'_>,
    built: &Built,
    fixture: &Fixture,
    policy: Option<&str>,
) -> Result<Changes, Vec<String>> {
    // A policy that is not there had another name, or is new: nothing is selected.
    let position = |name: &str| built.plan.policies.iter().position(|known| known.name == name);
    let only: Option<Vec<u32>> = policy.map(|name| position(name).map(|at| at as u32).into_iter().collect());
    let site = fixture.host(db, &built.plan);
    let plan = host::unrolled(&built.plan, &site, only.as_deref())?;
    let before = host::instance(&plan, site, only)?;
    let old_contents = |digest: &[u8; 32]| {
        built.content(digest).and_then(|bytes| std::str::from_utf8(bytes).ok()).map(Arc::from)
    };
    let old = rows(&before, &old_contents);
    let new = rows(now, contents);
    let mut changes = Changes::default();
    for (name, row) in &new {
        let Some(before) = old.get(name) else {
            changes.of.insert(name.clone(), (Change::New, Vec::new()));
            continue;
        };
        let names: BTreeSet<&String> = before.attributes.keys().chain(row.attributes.keys()).collect();
        let details: Vec<Changed> = names
            .into_iter()
            .map(|name| Changed {
                name: name.clone(),
                old: before.attributes.get(name).cloned(),
                new: row.attributes.get(name).cloned(),
            })
            .filter(|changed| changed.old != changed.new)
            .collect();
        if !details.is_empty() {
            changes.of.insert(name.clone(), (Change::Changed, details));
        }
    }
    let gone = old.into_iter().filter(|(name, _)| !new.contains_key(name));
    changes.removed = gone.map(|(name, row)| (name, row.ty, row.policy)).collect();
    Ok(changes)
}

/// What a host gets, by name.
fn rows(instance: &Instance<'_, Given>, contents: Contents<'_>) -> BTreeMap<String, Row> {
    let plan: &Plan = instance.graph.plan;
    // In full: what is cut may look the same.
    let notation = Notation::new(plan, usize::MAX);
    let mut rows = BTreeMap::new();
    for step in instance.graph.steps.iter().filter(|step| step.present) {
        let policy = plan.policies.get(step.policy as usize).map_or("", |policy| policy.name.as_str());
        let schema = plan.schemas.get(step.schema as usize);
        let row = Row {
            ty: schema.map_or("?", |schema| short(&schema.name)).to_owned(),
            policy: policy.to_owned(),
            attributes: host::attributes(plan, &notation, contents, step).into_iter().collect(),
        };
        rows.insert(step.name.to_string(), row);
    }
    rows
}
