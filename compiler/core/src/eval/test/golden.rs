//! A plan on a host as text: what is stored, and compared with what was stored. No secret is in it, because a
//! test has none.

use super::question::Planned;
use crate::compile::CompiledPlan;
use crate::notation::{Notation, Typed, short};
use mc_plan::expr::ExprId;
use mc_plan::instance::graph::{Step, Vertex};
use mc_plan::plan::placeholder;
use mc_plan::value::Value;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;
use std::sync::Arc;

/// A text longer than this is cut where a line shows it.
const LINE: usize = 200;

/// The most lines of a difference that a message shows.
const SHOWN_LINES: usize = 30;

/// Whether stored plans may have this name: it becomes a file's.
pub fn is_name(name: &str) -> bool {
    mc_plan::plan::is_word(name) && !name.starts_with('.')
}

/// The names of the secrets that an expression of a plan reads.
pub(super) fn secrets(planned: &Planned<'_>, expr: ExprId) -> Vec<String> {
    let plan = planned.instance.graph.plan;
    if plan.secrets.is_empty() {
        return Vec::new();
    }
    let found = planned.analysis().secrets(&plan.exprs, expr);
    found.iter().filter_map(|at| plan.secrets.get(*at as usize)).map(|secret| secret.name.clone()).collect()
}

/// A content as text, if it is text and kept with the plan.
pub(super) fn text_of(compiled: &CompiledPlan, value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Str(text) => Some(Arc::clone(text)),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Arc::from),
        Value::Blob(blob) => {
            let at = compiled.blobs.binary_search_by(|(known, _)| known.digest.cmp(&blob.digest)).ok()?;
            std::str::from_utf8(&compiled.blobs[at].1).ok().map(Arc::from)
        }
        _ => None,
    }
}

/// A plan as text: its resources by name, with their attributes and what they follow directly.
pub(super) fn text(planned: &Planned<'_>) -> String {
    let (compiled, graph) = (planned.compiled, &planned.instance.graph);
    let plan = graph.plan;
    let notation = Notation::new(plan, LINE);
    let mut out = String::new();
    let selected: Vec<&str> = graph
        .selected
        .iter()
        .filter_map(|at| plan.policies.get(*at as usize))
        .map(|policy| policy.name.as_str())
        .collect();
    let _ = writeln!(
        out,
        "policies: {}",
        if selected.is_empty() { "none".to_owned() } else { selected.join(", ") }
    );
    let mut follows: Vec<Vec<&str>> = vec![Vec::new(); graph.steps.len()];
    for edge in graph.edges.all() {
        let (Some(from), Some(to)) = (graph.step(edge.from), follows.get_mut(edge.to as usize)) else {
            continue;
        };
        if from.present {
            to.push(&from.name);
        }
    }
    let mut steps: Vec<(Vertex, &Step<'_>)> =
        (0_u32..).zip(&graph.steps).filter(|(_, step)| step.present).collect();
    steps.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
    for (vertex, step) in steps {
        let _ = writeln!(out, "\n{}", step.name);
        let Some(schema) = plan.schemas.get(step.schema as usize) else { continue };
        for (position, attribute) in (0_u32..).zip(&schema.attributes) {
            if let Some(later) = step.later.iter().find(|later| later.attribute == position) {
                let secrets = secrets(planned, later.expr);
                let shown = if secrets.is_empty() {
                    "<known while the plan runs>".to_owned()
                } else {
                    placeholder(secrets.iter().map(String::as_str))
                };
                let _ = writeln!(out, "  {} = {shown}", attribute.name);
                continue;
            }
            let Some(Some(value)) = step.desired.get(position as usize) else { continue };
            let text = text_of(compiled, value).filter(|text| text.contains('\n'));
            match text {
                Some(text) => {
                    let _ = writeln!(out, "  {} =", attribute.name);
                    for line in text.lines() {
                        let _ = writeln!(out, "    |{line}");
                    }
                    if !text.ends_with('\n') {
                        out.push_str("    (no newline at the end)\n");
                    }
                }
                None => {
                    let value = match text_of(compiled, value) {
                        Some(text) => Value::Str(text),
                        None => value.clone(),
                    };
                    let shown = notation.constant(&value, Typed::new(&attribute.ty, &schema.types));
                    let _ = writeln!(out, "  {} = {shown}", attribute.name);
                }
            }
        }
        if let Some(before) = follows.get_mut(vertex as usize) {
            before.sort_unstable();
            before.dedup();
            for name in before {
                let _ = writeln!(out, "  after {name}");
            }
        }
        let mut refreshed: Vec<String> = graph
            .refreshed_by(vertex)
            .iter()
            .filter_map(|refresh| {
                let receiver = graph.step(refresh.receiver)?;
                Some(format!("  {} {}", refresh.kind.word(), short(&receiver.name)))
            })
            .collect();
        refreshed.sort();
        refreshed.iter().for_each(|line| {
            let _ = writeln!(out, "{line}");
        });
    }
    out
}

/// The lines that differ, for a message.
pub(super) fn difference(stored: &str, now: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(stored, now);
    let mut lines = Vec::new();
    let mut resource = String::new();
    let mut shown = String::new();
    for change in diff.iter_all_changes() {
        let text = change.value().trim_end_matches('\n');
        if !text.is_empty() && !text.starts_with(' ') {
            resource = text.to_owned();
        }
        let sign = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        };
        if text.is_empty() {
            continue;
        }
        if shown != resource && text != resource {
            lines.push(format!("in {resource}"));
        }
        shown.clone_from(&resource);
        lines.push(format!("{sign} {}", text.trim_end()));
    }
    if lines.len() > SHOWN_LINES {
        let more = lines.len() - SHOWN_LINES;
        lines.truncate(SHOWN_LINES);
        lines.push(format!("and {more} more lines"));
    }
    lines
}
