//! What is different between two plans, in terms of what they mean: steps, attributes, conditions, edges, and
//! the tables around them. Where something stands in the sources is no difference.
//!
//! Expressions are compared by structure and names ([`canon`]), not by position, and are shown as they would be
//! written. Of what depends on a secret nothing is shown but that it is another expression.

mod canon;
mod content;
mod edge;
mod step;
mod table;

pub use content::{Hunk, TextDiff, TextLine};

use crate::notation::Notation;
use mc_plan::plan::Plan;
use serde::Serialize;
use std::fmt::Write;

/// Values and expressions are written out up to here, in bytes.
const LIMIT: usize = 64 << 10;

/// One side of a comparison.
#[derive(Clone, Copy)]
pub struct Side<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// The contents that the plan names by digest, as far as they are there.
    pub contents: &'p dyn Fn(&[u8; 32]) -> Option<&'p [u8]>,
}

/// All differences of two plans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Differences beside the steps: policies, guards, rollouts, removals, labels, facts, resource types, effects, secrets,
    /// values of other packages that are overridden, refusals.
    pub entries: Vec<Entry>,
    /// Steps; those with equal differences together.
    pub steps: Vec<StepGroup>,
    /// Edges between steps that both plans have.
    pub edges: Vec<EdgeGroup>,
}

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the new plan has it.
    Added,
    /// Only the old plan has it.
    Removed,
    /// Both have it, with a difference.
    Changed,
}

/// A difference in one of the tables of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `policy`, `guard`, `rollout`, `removal`, `label`, `fact`, `type`, `effect`, `secret`, `override`, `instance` or `refusal`.
    pub table: &'static str,
    /// What happened.
    pub change: Change,
    /// Of what.
    pub name: String,
    /// What of it: `select`, `default`, `attribute mode`. Empty for all of it.
    pub part: String,
    /// What it was.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
    /// Where it stands, in the new sources if it is there, else in the old ones.
    pub at: Option<String>,
}

/// Steps with equal differences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepGroup {
    /// The policies that declare them, in either plan.
    pub policies: Vec<String>,
    /// What happened.
    pub change: Change,
    /// The type: `File`.
    #[serde(rename = "type")]
    pub ty: String,
    /// The steps.
    pub steps: Vec<StepRef>,
    /// What is different; of an added step, what it has.
    pub details: Vec<Detail>,
}

/// A step in a [`StepGroup`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepRef {
    /// As a reference: `File["/etc/motd"]`.
    pub name: String,
    /// Where it is declared, in the new sources if it is there, else in the old ones.
    pub at: String,
}

/// One difference of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// An attribute's name, `when`, `timeout`, `retry`, `in` (the instance), or `declared in`.
    pub what: String,
    /// The instance of the declaration, where a step has several.
    pub instance: Option<String>,
    /// What it was; absent for what was not there.
    pub old: Option<String>,
    /// What it is; absent for what is not there.
    pub new: Option<String>,
    /// The lines that differ, where both are texts of several lines.
    pub text: Option<TextDiff>,
    /// Where it is set, in the new sources if it is there, else in the old ones. Not compared.
    pub at: String,
}

/// Edges with the same kind, reason and ends on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeGroup {
    /// What happened: added or removed.
    pub change: Change,
    /// `order`, `notify`, `restart` or `reload`.
    pub kind: &'static str,
    /// Why it is or was there.
    pub reason: String,
    /// From and to, by name.
    pub edges: Vec<(String, String)>,
    /// Where the first was said; absent where nobody wrote it.
    pub at: Option<String>,
}

/// Both sides, ready to be compared.
struct Pair<'p> {
    old: Side<'p>,
    new: Side<'p>,
    old_notation: Notation<'p>,
    new_notation: Notation<'p>,
    canon: canon::Canon,
}

/// Compares two plans.
pub fn diff<'p>(old: Side<'p>, new: Side<'p>) -> Diff {
    let pair = Pair {
        old,
        new,
        old_notation: Notation::new(old.plan, LIMIT),
        new_notation: Notation::new(new.plan, LIMIT),
        canon: canon::Canon::new(old.plan, new.plan),
    };
    Diff { entries: table::entries(&pair), steps: step::steps(&pair), edges: edge::edges(&pair) }
}

impl Diff {
    /// Whether the plans mean the same.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.steps.is_empty() && self.edges.is_empty()
    }

    /// All differences counted in one line: `2 steps added, 1 changed; 1 edge removed`.
    pub fn summary(&self) -> String {
        if self.is_empty() {
            return "no difference".to_owned();
        }
        let mut out = String::new();
        let mut part = |word: &str, counts: [usize; 3]| {
            let mut named = false;
            for (count, verb) in counts.into_iter().zip(["added", "removed", "changed"]) {
                if count == 0 {
                    continue;
                }
                if !out.is_empty() {
                    out.push_str(if named { ", " } else { "; " });
                }
                // invariant: writing to a string does not fail
                let _ = match (named, count) {
                    (true, _) => write!(out, "{count} {verb}"),
                    (false, 1) => write!(out, "1 {word} {verb}"),
                    (false, _) => write!(out, "{count} {} {verb}", plural(word)),
                };
                named = true;
            }
        };
        let count = |of: Change, list: &[(Change, usize)]| -> usize {
            list.iter().filter(|(change, _)| *change == of).map(|(_, n)| n).sum()
        };
        let all = |list: &[(Change, usize)]| {
            [count(Change::Added, list), count(Change::Removed, list), count(Change::Changed, list)]
        };
        part("step", all(&self.steps.iter().map(|g| (g.change, g.steps.len())).collect::<Vec<_>>()));
        part("edge", all(&self.edges.iter().map(|g| (g.change, g.edges.len())).collect::<Vec<_>>()));
        for table in [
            "policy", "guard", "rollout", "removal", "label", "fact", "type", "effect", "secret", "override",
            "instance", "refusal",
        ] {
            let mut entries: Vec<(Change, &str)> = self
                .entries
                .iter()
                .filter(|entry| entry.table == table)
                .map(|entry| (entry.change, entry.name.as_str()))
                .collect();
            // Several parts of one thing are one change.
            entries.sort_unstable();
            entries.dedup();
            part(table, all(&entries.iter().map(|(change, _)| (*change, 1)).collect::<Vec<_>>()));
        }
        out
    }
}

fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests;
