//! The graph as one HTML file that needs nothing else: the picture, and a script that moves it, searches in it
//! and tells what a step is.
//!
//! Everything that comes from a package reaches the page as escaped text of the picture, or as JSON that the
//! script only ever writes as text. A policy in the page's head lets no other script run and nothing be
//! fetched.

use super::stack::stacks;
use super::svg::{MARKERS, escape, heading, picture};
use super::{Graph, VertexKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::fmt::Write;

const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = concat!(include_str!("picture.css"), include_str!("page.css"));

#[derive(Serialize)]
struct Data<'g> {
    vertices: Vec<VertexData<'g>>,
    links: Vec<LinkData<'g>>,
}

#[derive(Serialize)]
struct VertexData<'g> {
    name: String,
    r#box: u32,
    group: &'g str,
    #[serde(skip_serializing_if = "str::is_empty")]
    provider: &'g str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    declarations: Vec<DeclaredData<'g>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    watched: &'g [String],
}

#[derive(Serialize)]
struct DeclaredData<'g> {
    instance: &'g str,
    when: Option<&'g str>,
    at: &'g str,
    settings: &'g [(String, String)],
}

#[derive(Serialize)]
struct LinkData<'g> {
    from: u32,
    to: u32,
    refresh: bool,
    reasons: Vec<(&'g str, Option<&'g str>)>,
}

/// The graph as one page.
pub fn html(graph: &Graph) -> String {
    let (title, counts) = heading(graph);
    let picture = picture(graph);
    let digest = |text: &str| STANDARD.encode(mc_plan::digest::sha256(text.as_bytes()));
    let mut out = String::new();
    // invariant: writing to a string does not fail
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        digest(SCRIPT),
        digest(STYLE),
        escape(&title),
    );
    let _ = write!(
        out,
        "<header>\n<h1>{}</h1>\n<p class=\"counts\">{}</p>\n{}{TOOLS}{}</p>\n</header>\n",
        escape(&title),
        escape(&counts),
        rules(graph),
        if graph.is_watched() { WATCHED } else { "" },
    );
    let _ = write!(
        out,
        "<main>\n<svg id=\"picture\" role=\"group\" aria-label=\"{}\" data-width=\"{}\" data-height=\"{}\" tabindex=\"-1\">\n{MARKERS}<g id=\"moved\">\n{}</g>\n</svg>\n",
        escape(&format!("The graph of {title}")),
        picture.width,
        picture.height,
        picture.body,
    );
    let _ = write!(
        out,
        "<aside id=\"details\" aria-live=\"polite\" hidden></aside>\n</main>\n<script type=\"application/json\" id=\"data\">{}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        json(graph)
    );
    out
}

const TOOLS: &str = r#"<form role="search">
<label class="hidden" for="search">Search for a step</label>
<input id="search" type="search" placeholder="Search  /" autocomplete="off" spellcheck="false">
<output id="found" for="search"></output>
</form>
<div class="buttons" role="group" aria-label="Zoom">
<button type="button" id="out" aria-label="Zoom out" title="Zoom out (-)">&minus;</button>
<button type="button" id="fit" aria-label="Show everything" title="Show everything (0)">Fit</button>
<button type="button" id="in" aria-label="Zoom in" title="Zoom in (+)">+</button>
</div>
<p class="keys"><kbd>Tab</kbd> next step, <kbd>&larr;</kbd> <kbd>&rarr;</kbd> along the edges, <kbd>&uarr;</kbd> <kbd>&darr;</kbd> beside, <kbd>Esc</kbd> back.
<span class="sample order">&xrarr;</span> comes before, <span class="sample refresh">&xrarr;</span> and refreshes, dashed: only on some hosts"#;

const WATCHED: &str = r#"<svg class="sample" width="12" height="14" viewBox="0 0 12 14" aria-hidden="true"><path class="shield" d="M6 .5L11.5 2.4V6.6C11.5 9.8 9.2 12 6 13.4C2.8 12 .5 9.8 .5 6.6V2.4Z"/></svg> watched over by a guard or an approval"#;

/// Guards, removals and rollouts: a list that opens.
fn rules(graph: &Graph) -> String {
    let count = match graph.rules.len() {
        0 => return String::new(),
        1 => "1 rule".to_owned(),
        many => format!("{many} rules"),
    };
    let mut out = format!("<details class=\"rules\">\n<summary>{count}</summary>\n<ul>\n");
    for rule in &graph.rules {
        // invariant: writing to a string does not fail
        let _ = writeln!(
            out,
            "<li><span>{} <code>{}</code></span> {} <small>{}</small></li>",
            rule.kind,
            escape(&rule.name),
            escape(&rule.text),
            escape(&rule.at),
        );
    }
    out.push_str("</ul>\n</details>\n");
    out
}

/// What the script tells of the steps.
fn json(graph: &Graph) -> String {
    let stacks = stacks(graph);
    let group = |at: Option<u32>| {
        at.and_then(|at| graph.groups.get(at as usize)).map_or("", |group| group.path.as_str())
    };
    let vertices = graph
        .vertices
        .iter()
        .zip(&stacks.box_of)
        .map(|(vertex, at)| {
            let (provider, declarations, watched) = match &vertex.kind {
                VertexKind::Step(step) => {
                    (step.provider.as_str(), step.declarations.as_slice(), step.watched.as_slice())
                }
                _ => ("", &[] as &[_], &[] as &[_]),
            };
            let declarations = declarations
                .iter()
                .map(|d| DeclaredData {
                    instance: &d.instance,
                    when: d.when.as_deref(),
                    at: &d.at,
                    settings: &d.settings,
                })
                .collect();
            let (name, group) = (vertex.name(), group(vertex.group));
            VertexData { name, r#box: *at, group, provider, declarations, watched }
        })
        .collect();
    let links = graph
        .links
        .iter()
        .map(|link| LinkData {
            from: link.from,
            to: link.to,
            refresh: link.refresh,
            reasons: link.reasons.iter().map(|r| (r.text.as_str(), r.at.as_deref())).collect(),
        })
        .collect();
    // invariant: strings and numbers always have a JSON form
    let text = serde_json::to_string(&Data { vertices, links }).unwrap_or_default();
    // No end of the script element, and no comment of HTML, can stand in it.
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
