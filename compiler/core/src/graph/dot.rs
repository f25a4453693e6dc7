//! The graph in the DOT language of Graphviz.

use super::{Graph, Link, VertexKind};
use std::fmt::Write;

/// The graph as one `digraph`.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::new();
    // invariant: writing to a string does not fail
    let _ = writeln!(out, "digraph {} {{", quote(&graph.title));
    out.push_str("  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11];\n");
    out.push_str("  edge [color=\"#8c959f\", arrowsize=0.7, fontname=\"Helvetica\", fontsize=9];\n");
    group(&mut out, graph, None, 1);
    for link in &graph.links {
        self::link(&mut out, graph, link);
    }
    rules(&mut out, graph);
    out.push_str("}\n");
    out
}

/// Guards, removals and rollouts: a note beside the graph.
fn rules(out: &mut String, graph: &Graph) {
    let mut lines: Vec<String> = graph.rules.iter().map(|rule| text(&rule.line())).collect();
    if graph.is_watched() {
        lines.push("a double border: a guard or an approval watches over it".to_owned());
    }
    if !lines.is_empty() {
        // `\l` ends a line that is set to the left.
        let label: String = lines.iter().flat_map(|line| [line.as_str(), "\\l"]).collect();
        // invariant: writing to a string does not fail
        let _ = writeln!(out, "  rules [shape=note, style=solid, color=\"#8c959f\", label=\"{label}\"];");
    }
}

/// What stands directly in a group, then the groups in it.
fn group(out: &mut String, graph: &Graph, around: Option<u32>, depth: usize) {
    let indent = "  ".repeat(depth);
    for (at, vertex) in graph.vertices.iter().enumerate().filter(|(_, vertex)| vertex.group == around) {
        // invariant: writing to a string does not fail
        let _ = match &vertex.kind {
            VertexKind::Step(step) => {
                let mut label = format!("{}\\n{}", text(&step.ty), text(&step.key));
                if let Some(each) = &step.each {
                    let _ = write!(label, "\\nfor {}", text(each));
                }
                for when in &step.when {
                    let _ = write!(label, "\\nwhen {}", text(when));
                }
                let style = if step.when.is_empty() { "" } else { ", style=\"rounded,dashed\"" };
                let border = if step.watched.is_empty() { "" } else { ", peripheries=2" };
                let tooltip = quote(&step.title());
                writeln!(out, "{indent}v{at} [label=\"{label}\", tooltip={tooltip}{style}{border}];")
            }
            VertexKind::Start(_) | VertexKind::End(_) => {
                writeln!(
                    out,
                    "{indent}v{at} [label=\"\", shape=diamond, width=0.15, height=0.15, tooltip={}];",
                    quote(&vertex.name())
                )
            }
        };
    }
    for (at, inner) in graph.groups.iter().enumerate().filter(|(_, group)| group.parent == around) {
        let mut label = text(&inner.name);
        if let Some(select) = &inner.select {
            let _ = write!(label, "\\nhosts where {}", text(select));
        }
        if let Some(when) = &inner.when {
            let _ = write!(label, "\\nwhen {}", text(when));
        }
        // invariant: writing to a string does not fail
        let _ = writeln!(out, "{indent}subgraph cluster_{at} {{");
        let _ = writeln!(
            out,
            "{indent}  label=\"{label}\"; labeljust=l; style=rounded; color=\"#d0d7de\"; fontname=\"Helvetica\"; fontsize=11;"
        );
        group(out, graph, Some(at as u32), depth + 1);
        let _ = writeln!(out, "{indent}}}");
    }
}

fn link(out: &mut String, _graph: &Graph, link: &Link) {
    let reasons: Vec<&str> = link.reasons.iter().map(|reason| reason.text.as_str()).collect();
    let mut kinds: Vec<&str> = link.reasons.iter().map(|r| r.kind).filter(|kind| *kind != "order").collect();
    kinds.dedup();
    let style = if link.refresh {
        format!(
            ", label={}, color=\"#c4490c\", penwidth=1.5, fontcolor=\"#c4490c\"",
            quote(&kinds.join(", "))
        )
    } else {
        String::new()
    };
    // invariant: writing to a string does not fail
    let _ =
        writeln!(out, "  v{} -> v{} [tooltip={}{style}];", link.from, link.to, quote(&reasons.join("; ")));
}

/// A quoted string.
fn quote(written: &str) -> String {
    format!("\"{}\"", text(written))
}

/// Text between quotes: no escape sequence, no entity and no end of the string in it.
fn text(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
