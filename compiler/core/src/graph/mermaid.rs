//! The graph as a Mermaid flowchart, for pages that draw such.

use super::{Graph, Link, VertexKind};
use std::fmt::Write;

/// The graph as one `flowchart`. Mermaid has no place for the reason of an edge but its label: edges that
/// somebody wrote have one, and the reason of the others stands in a comment. Steps that something watches over have
/// double sides.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    group(&mut out, graph, None, 1);
    for link in &graph.links {
        self::link(&mut out, link);
    }
    if !graph.rules.is_empty() {
        let lines: Vec<String> = graph.rules.iter().map(|rule| text(&rule.line())).collect();
        // invariant: writing to a string does not fail
        let _ = writeln!(out, "  rules[\"{}\"]:::rules", lines.join("<br/>"));
        out.push_str("  classDef rules text-align:left,stroke-width:0\n");
    }
    out.push_str("  classDef conditional stroke-dasharray: 4 3\n");
    out
}

fn group(out: &mut String, graph: &Graph, around: Option<u32>, depth: usize) {
    let indent = "  ".repeat(depth);
    for (at, vertex) in graph.vertices.iter().enumerate().filter(|(_, vertex)| vertex.group == around) {
        // invariant: writing to a string does not fail
        let _ = match &vertex.kind {
            VertexKind::Step(step) => {
                let mut label = format!("{}<br/>{}", text(&step.ty), text(&step.key));
                if let Some(each) = &step.each {
                    let _ = write!(label, "<br/>for {}", text(each));
                }
                for when in &step.when {
                    let _ = write!(label, "<br/>when {}", text(when));
                }
                for watched in &step.watched {
                    let _ = write!(label, "<br/>{}", text(watched));
                }
                let class = if step.when.is_empty() { "" } else { ":::conditional" };
                let [open, close] = if step.watched.is_empty() { ["[", "]"] } else { ["[[", "]]"] };
                writeln!(out, "{indent}v{at}{open}\"{label}\"{close}{class}")
            }
            VertexKind::Start(_) | VertexKind::End(_) => {
                writeln!(out, "{indent}v{at}{{{{\"{}\"}}}}", text(&vertex.name()))
            }
        };
    }
    for (at, inner) in graph.groups.iter().enumerate().filter(|(_, group)| group.parent == around) {
        let select = inner.select.as_ref().map(|select| format!(", hosts where {}", text(select)));
        let when = inner.when.as_ref().map(|when| format!(", when {}", text(when)));
        let condition = [select, when].into_iter().flatten().collect::<String>();
        // invariant: writing to a string does not fail
        let _ = writeln!(out, "{indent}subgraph g{at}[\"{}{}\"]", text(&inner.name), condition);
        group(out, graph, Some(at as u32), depth + 1);
        let _ = writeln!(out, "{indent}end");
    }
}

fn link(out: &mut String, link: &Link) {
    let written: Vec<&str> =
        link.reasons.iter().filter(|reason| reason.at.is_some()).map(|reason| reason.text.as_str()).collect();
    let other: Vec<String> = link
        .reasons
        .iter()
        .filter(|reason| reason.at.is_none())
        .map(|reason| comment(&reason.text))
        .collect();
    let arrow = if link.refresh { "==>" } else { "-->" };
    let label =
        if written.is_empty() { String::new() } else { format!("|\"{}\"|", text(&written.join("; "))) };
    // invariant: writing to a string does not fail
    if !other.is_empty() {
        let _ = writeln!(out, "  %% {}", other.join("; "));
    }
    let _ = writeln!(out, "  v{} {arrow}{label} v{}", link.from, link.to);
}

/// Text between quotes: whatever means something to Mermaid, Markdown or HTML is an entity.
fn text(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '*' | '_' | '\\' | '[' | ']' | '{' | '}' | '|' | ';'
            | '%' => {
                // invariant: writing to a string does not fail
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text in a comment: one line, and no directive.
fn comment(written: &str) -> String {
    written.replace(['{', '}', '\n', '\r'], " ")
}
