//! The graph as a picture.
//!
//! Colours are variables of the style sheet, so one file is right in a light and in a dark surrounding; what
//! knows no variables takes the light ones.

use super::layout::{self, BoxSize, Layout, Line, Rect, Route, Spacing};
use super::stack::{Stacks, stacks};
use super::{Graph, Group, Step, VertexKind, shorten};
use std::fmt::Write;

/// Widths of characters, in tenths of a pixel: the fonts of the style sheet at their sizes, with some room.
const KEY_WIDTH: i32 = 73;
const TYPE_WIDTH: i32 = 66;
const SMALL_WIDTH: i32 = 60;
/// Longer texts are shortened.
const KEY_LENGTH: usize = 34;
const WHEN_LENGTH: usize = 42;

/// Boxes are made as wide as the others of their column, up to here.
const WIDEST: i32 = 280;

const BOX_HEIGHT: i32 = 42;
const WHEN_HEIGHT: i32 = 16;
const LEFT: i32 = 14;
const RIGHT: i32 = 12;
const ROW: i32 = 22;
const STACK_HEAD: i32 = 28;
const MARGIN: i32 = 24;
/// Room for the shield of a step that something watches over.
const SHIELD: i32 = 20;
/// Width of the column of the kinds of rules.
const RULE_KIND: i32 = 52;
const SPACING: Spacing = Spacing { gap: 14, padding: 16, title: 34, channel: 52 };

/// Number of colours for types.
const PALETTE: u32 = 8;

/// A picture: what is in it, and how large it is.
pub(super) struct Picture {
    pub body: String,
    pub width: i32,
    pub height: i32,
}

/// The graph as one SVG document.
pub fn svg(graph: &Graph) -> String {
    let head = heading(graph);
    let picture = picture(graph);
    let width = (picture.width + 2 * MARGIN).max(text_width(&head.0, 95).max(560) + 2 * MARGIN);
    let top = 84;
    let rules = rules(graph, MARGIN, picture.height + top + MARGIN, width - 2 * MARGIN);
    let height = picture.height + top + MARGIN + rules.height;
    let mut out = String::new();
    // invariant: writing to a string does not fail
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{}">"#,
        escape(&format!("{}: {}", head.0, head.1)),
    );
    let _ = writeln!(out, "<style>{}</style>", include_str!("picture.css").trim());
    let _ = writeln!(out, r#"<rect class="sheet" width="{width}" height="{height}"/>"#);
    out.push_str(MARKERS);
    let _ = writeln!(out, r#"<text class="title" x="{MARGIN}" y="34">{}</text>"#, escape(&head.0));
    let _ = writeln!(out, r#"<text class="small" x="{MARGIN}" y="54">{}</text>"#, escape(&head.1));
    legend(&mut out, graph, MARGIN, 72);
    let _ = writeln!(out, r#"<g transform="translate({MARGIN} {top})">"#);
    out.push_str(&picture.body);
    out.push_str("</g>\n");
    out.push_str(&rules.body);
    out.push_str("</svg>\n");
    out
}

/// Guards, removals and rollouts, below the picture.
fn rules(graph: &Graph, x: i32, y: i32, width: i32) -> Picture {
    let mut out = String::new();
    let mut at = y;
    if !graph.rules.is_empty() {
        // invariant: writing to a string does not fail
        let _ = writeln!(out, r#"<path class="rule" d="M{x} {at}H{}"/>"#, x + width);
        at += 4;
    }
    let names = graph.rules.iter().map(|rule| text_width(&rule.name, KEY_WIDTH)).max().unwrap_or(0);
    let left = RULE_KIND + names.min(WIDEST) + 16;
    let room = usize::try_from((width - left) * 10 / SMALL_WIDTH).unwrap_or(0).max(24);
    for rule in &graph.rules {
        at += 20;
        // invariant: writing to a string does not fail
        let _ = write!(
            out,
            r#"<g><title>{}</title><text class="small" x="{x}" y="{at}">{}</text><text class="key" x="{}" y="{at}">{}</text>"#,
            escape(&rule.at),
            rule.kind,
            x + RULE_KIND,
            escape(&shorten(&rule.name, KEY_LENGTH)),
        );
        for (number, line) in wrapped(&rule.text, room).into_iter().enumerate() {
            at += if number == 0 { 0 } else { 16 };
            let _ = write!(out, r#"<text class="small" x="{}" y="{at}">{}</text>"#, x + left, escape(&line));
        }
        out.push_str("</g>\n");
    }
    let height = if at == y { 0 } else { at + MARGIN - y };
    Picture { body: out, width, height }
}

/// A text in lines of at most `most` characters, broken between words where that is possible.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shorten_end(word, most)),
        }
    }
    lines
}

/// Title and second line: what it is, and how much of it.
pub(super) fn heading(graph: &Graph) -> (String, String) {
    let steps = graph.vertices.iter().filter(|v| matches!(v.kind, VertexKind::Step(_))).count();
    let count = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
    let mut second = format!("{}, {}", count(steps, "step"), count(graph.links.len(), "edge"));
    if graph.hidden > 0 {
        second.push_str(&format!(" ({} more that follow from these)", graph.hidden));
    }
    (graph.title.clone(), second)
}

fn legend(out: &mut String, graph: &Graph, x: i32, y: i32) {
    let refresh = graph.links.iter().any(|link| link.refresh);
    let conditional =
        graph.vertices.iter().any(|v| matches!(&v.kind, VertexKind::Step(step) if !step.when.is_empty()))
            || graph.groups.iter().any(|group| group.when.is_some());
    let mut x = x;
    let mut entry = |drawing: String, text: &str| {
        // invariant: writing to a string does not fail
        let _ = write!(out, r#"<g transform="translate({x} {y})">{drawing}"#);
        let _ = writeln!(out, r#"<text class="small" x="34" y="0">{text}</text></g>"#);
        x += 34 + text_width(text, SMALL_WIDTH) + 18;
    };
    let line = |class: &str, marker: &str| {
        format!(r#"<path class="link {class}" d="M0 -4H21" marker-end="url(#{marker})"/>"#)
    };
    if !graph.links.is_empty() {
        entry(line("order", "arrow"), "comes before");
    }
    if refresh {
        entry(line("refresh", "arrow-refresh"), "and refreshes it when it changed");
    }
    if conditional {
        entry(
            r#"<rect class="card conditional" x="0" y="-11" width="26" height="13" rx="4"/>"#.to_owned(),
            "only on some hosts",
        );
    }
    if graph.is_watched() {
        entry(shield(7, -11), "a guard or an approval watches over it");
    }
}

/// The mark of a step that something watches over, with its upper left corner here.
pub(super) fn shield(x: i32, y: i32) -> String {
    format!(
        r#"<path class="shield" transform="translate({x} {y})" d="M6 .5L11.5 2.4V6.6C11.5 9.8 9.2 12 6 13.4C2.8 12 .5 9.8 .5 6.6V2.4Z"/>"#
    )
}

/// Boxes, frames and links, without what is around a picture.
pub(super) fn picture(graph: &Graph) -> Picture {
    let stacks = stacks(graph);
    let sizes: Vec<BoxSize> = stacks
        .boxes
        .iter()
        .map(|vertices| {
            let (width, height) = size(graph, vertices);
            let first = &graph.vertices[vertices[0] as usize];
            let single = matches!(first.kind, VertexKind::Step(_)) && vertices.len() == 1;
            let stretch = if single { WIDEST } else { width };
            BoxSize { width, height, stretch, frame: first.group }
        })
        .collect();
    let parents: Vec<Option<u32>> = graph.groups.iter().map(|group| group.parent).collect();
    let mut lines: Vec<(Line, usize)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (at, link) in graph.links.iter().enumerate() {
        let (from, to) = (stacks.box_of[link.from as usize], stacks.box_of[link.to as usize]);
        if seen.insert((from, to, link.refresh)) {
            lines.push((Line { from, to, class: u8::from(link.refresh) }, at));
        }
    }
    let only: Vec<Line> = lines.iter().map(|(line, _)| *line).collect();
    let layout = layout::layout(&sizes, &parents, &only, SPACING);
    let mut out = String::new();
    frames(&mut out, graph, &layout);
    out.push_str("<g class=\"links\">\n");
    for ((line, link), route) in lines.iter().zip(&layout.routes) {
        self::link(&mut out, graph, *line, *link, route);
    }
    out.push_str("</g>\n");
    boxes(&mut out, graph, &stacks, &layout);
    Picture { body: out, width: layout.width, height: layout.height }
}

fn size(graph: &Graph, vertices: &[u32]) -> (i32, i32) {
    let first = &graph.vertices[vertices[0] as usize].kind;
    let VertexKind::Step(step) = first else { return (14, 14) };
    if vertices.len() > 1 {
        let (columns, rows, width) = grid(graph, vertices);
        return (columns * width + 16, STACK_HEAD + rows * ROW + 8);
    }
    let key = text_width(&shorten(&step.key, KEY_LENGTH), KEY_WIDTH);
    let ty = text_width(&step.ty, TYPE_WIDTH) + if step.watched.is_empty() { 0 } else { SHIELD };
    let when = when(step).map_or(0, |text| text_width(&text, SMALL_WIDTH));
    let height = BOX_HEIGHT + if step.when.is_empty() && step.each.is_none() { 0 } else { WHEN_HEIGHT };
    ((LEFT + key.max(ty).max(when) + RIGHT).max(92), height)
}

/// Columns, rows and the width of a column of a stack.
fn grid(graph: &Graph, vertices: &[u32]) -> (i32, i32, i32) {
    let keys = vertices.iter().filter_map(|vertex| match &graph.vertices[*vertex as usize].kind {
        VertexKind::Step(step) => Some(text_width(&shorten(&step.key, KEY_LENGTH), KEY_WIDTH)),
        _ => None,
    });
    let watched = |vertex: &u32| matches!(&graph.vertices[*vertex as usize].kind, VertexKind::Step(step) if !step.watched.is_empty());
    let mark = if vertices.iter().any(watched) { SHIELD } else { 0 };
    let width = keys.max().unwrap_or(0).max(100) + 20 + mark;
    let count = vertices.len() as i32;
    // About as wide as it is high, but never in two columns what fits well into one.
    let mut columns = 1;
    while columns * columns * width < count * ROW && count > 12 {
        columns += 1;
    }
    ((columns), (count + columns - 1) / columns, width)
}

fn when(step: &Step) -> Option<String> {
    let each = step.each.as_ref().map(|each| format!("for {each}"));
    let when = (!step.when.is_empty()).then(|| format!("when {}", step.when.join(" or ")));
    let text = each.into_iter().chain(when).collect::<Vec<_>>().join(", ");
    (!text.is_empty()).then(|| shorten_end(&text, WHEN_LENGTH))
}

fn frames(out: &mut String, graph: &Graph, layout: &Layout) {
    out.push_str("<g class=\"frames\">\n");
    for (at, (group, rect)) in graph.groups.iter().zip(&layout.frames).enumerate() {
        if rect.width == 0 {
            continue;
        }
        let Rect { x, y, width, height } = *rect;
        let conditional = if group.when.is_some() { " sometimes" } else { "" };
        let depth = if group.parent.is_none() { "policy" } else { "instance" };
        // invariant: writing to a string does not fail
        let _ = write!(
            out,
            r#"<g class="frame {depth}{conditional}" data-group="{at}"><title>{}</title><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10"/>"#,
            escape(&group_title(graph, at)),
        );
        let room = usize::try_from((width - 24) * 10 / TYPE_WIDTH).unwrap_or(0).max(4);
        let name = shorten_end(&group.name, room);
        let _ = write!(out, r#"<text class="name" x="{}" y="{}">{}"#, x + 14, y + 21, escape(&name));
        let left = room.saturating_sub(name.chars().count() + 4);
        let text = group_condition(group);
        if !text.is_empty() && left > 8 {
            let text = shorten_end(&text, left);
            let _ = write!(out, r#"<tspan class="select" dx="10">{}</tspan>"#, escape(&text));
        }
        out.push_str("</text></g>\n");
    }
    out.push_str("</g>\n");
}

/// Which hosts a group is for.
fn group_condition(group: &Group) -> String {
    let select = group.select.as_ref().map(|select| format!("hosts where {select}"));
    let when = group.when.as_ref().map(|when| format!("when {when}"));
    select.into_iter().chain(when).collect::<Vec<_>>().join(", ")
}

fn group_title(graph: &Graph, at: usize) -> String {
    let group = &graph.groups[at];
    let what = if group.parent.is_none() { "policy " } else { "" };
    let condition = group_condition(group);
    let condition = if condition.is_empty() { "every host".to_owned() } else { condition };
    format!("{what}{}: {condition}", group.path)
}

fn link(out: &mut String, graph: &Graph, line: Line, at: usize, route: &Route) {
    let link = &graph.links[at];
    let (class, marker) = if line.class == 1 { ("refresh", "arrow-refresh") } else { ("order", "arrow") };
    let back = if route.backward { " back" } else { "" };
    let ends = (&graph.vertices[link.from as usize], &graph.vertices[link.to as usize]);
    let reasons: Vec<&str> = link.reasons.iter().map(|reason| reason.text.as_str()).collect();
    let title = format!("{} before {}: {}", ends.0.name(), ends.1.name(), reasons.join("; "));
    // invariant: writing to a string does not fail
    let _ = writeln!(
        out,
        r#"<path class="link {class}{back}" data-link="{at}" data-from="{}" data-to="{}" d="{}" marker-end="url(#{marker})"><title>{}</title></path>"#,
        line.from,
        line.to,
        path(route),
        escape(&title),
    );
}

/// Level, then a soft turn to the next height, then level again.
fn path(route: &Route) -> String {
    let mut out = format!("M{} {}", route.start.0, route.start.1);
    // The head begins where the line ends.
    let end = (route.end.0 - 7, route.end.1);
    if route.backward {
        let reach = 60;
        let _ = write!(
            out,
            "C{} {} {} {} {} {}",
            route.start.0 + reach,
            route.start.1 + reach,
            end.0 - reach,
            end.1 + reach,
            end.0,
            end.1
        );
        return out;
    }
    for (leave, reach) in &route.bends {
        // invariant: writing to a string does not fail
        let _ = write!(out, "H{}", leave.0);
        if leave.1 != reach.1 {
            let reach = (reach.0.min(end.0 - 4), reach.1);
            let half = (leave.0 + reach.0) / 2;
            let _ = write!(out, "C{half} {} {half} {} {} {}", leave.1, reach.1, reach.0, reach.1);
        }
    }
    let _ = write!(out, "H{}", end.0);
    out
}

fn boxes(out: &mut String, graph: &Graph, stacks: &Stacks, layout: &Layout) {
    out.push_str("<g class=\"boxes\">\n");
    for (at, (vertices, rect)) in stacks.boxes.iter().zip(&layout.boxes).enumerate() {
        match &graph.vertices[vertices[0] as usize].kind {
            VertexKind::Step(step) if vertices.len() > 1 => stack(out, graph, at, vertices, step, *rect),
            VertexKind::Step(step) => single(out, at, vertices[0], step, *rect),
            _ => boundary(out, graph, at, vertices[0], *rect),
        }
    }
    out.push_str("</g>\n");
}

/// What opens a vertex that can be chosen.
fn open(out: &mut String, class: &str, at: usize, vertex: u32, name: &str) {
    // invariant: writing to a string does not fail
    let _ = write!(
        out,
        r#"<g class="{class}" data-box="{at}" data-vertex="{vertex}"><title>{}</title>"#,
        escape(name)
    );
}

fn single(out: &mut String, at: usize, vertex: u32, step: &Step, rect: Rect) {
    let Rect { x, y, width, height } = rect;
    open(out, &format!("vertex step c{}", step.palette % PALETTE), at, vertex, &step.title());
    let conditional = if step.when.is_empty() { "" } else { " conditional" };
    // invariant: writing to a string does not fail
    let _ = write!(
        out,
        r#"<rect class="card{conditional}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/><rect class="bar" x="{}" y="{}" width="3" height="{}" rx="1.5"/>"#,
        x + 5,
        y + 8,
        height - 16,
    );
    let _ = write!(
        out,
        r#"<text class="type" x="{}" y="{}">{}</text><text class="key" x="{}" y="{}">{}</text>"#,
        x + LEFT,
        y + 17,
        escape(&step.ty),
        x + LEFT,
        y + 32,
        escape(&shorten(&step.key, KEY_LENGTH)),
    );
    if let Some(when) = when(step) {
        let _ = write!(out, r#"<text class="when" x="{}" y="{}">{}</text>"#, x + LEFT, y + 48, escape(&when));
    }
    if !step.watched.is_empty() {
        out.push_str(&shield(x + width - SHIELD, y + 7));
    }
    out.push_str("</g>\n");
}

fn stack(out: &mut String, graph: &Graph, at: usize, vertices: &[u32], first: &Step, rect: Rect) {
    let Rect { x, y, width, height } = rect;
    let (_, rows, column) = grid(graph, vertices);
    let conditional = if first.when.is_empty() { "" } else { " conditional" };
    // invariant: writing to a string does not fail
    let _ = write!(
        out,
        r#"<g class="stack c{}" data-box="{at}"><rect class="card{conditional}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>"#,
        first.palette % PALETTE,
    );
    let mut head = format!("{} \u{d7} {}", first.ty, vertices.len());
    if let Some(when) = when(first) {
        head.push_str(&format!("  {when}"));
    }
    let room = usize::try_from((width - 16) * 10 / SMALL_WIDTH).unwrap_or(0);
    let _ = writeln!(
        out,
        r#"<text class="type" x="{}" y="{}">{}</text>"#,
        x + LEFT,
        y + 18,
        escape(&shorten_end(&head, room))
    );
    for (row, vertex) in vertices.iter().enumerate() {
        let VertexKind::Step(step) = &graph.vertices[*vertex as usize].kind else { continue };
        let (left, top) = (x + 8 + row as i32 / rows * column, y + STACK_HEAD + row as i32 % rows * ROW);
        open(out, &format!("vertex row c{}", step.palette % PALETTE), at, *vertex, &step.title());
        let _ = write!(
            out,
            r#"<rect class="cell" x="{left}" y="{top}" width="{}" height="{}" rx="4"/><rect class="bar" x="{}" y="{}" width="3" height="10" rx="1.5"/><text class="key" x="{}" y="{}">{}</text>"#,
            column - 4,
            ROW - 2,
            left + 4,
            top + 5,
            left + 12,
            top + 14,
            escape(&shorten(&step.key, KEY_LENGTH)),
        );
        if !step.watched.is_empty() {
            out.push_str(&shield(left + column - 4 - SHIELD, top + 3));
        }
        out.push_str("</g>\n");
    }
    out.push_str("</g>\n");
}

fn boundary(out: &mut String, graph: &Graph, at: usize, vertex: u32, rect: Rect) {
    let name = graph.vertices[vertex as usize].name();
    open(out, "vertex boundary", at, vertex, &name);
    let (x, y) = (rect.x + rect.width / 2, rect.y + rect.height / 2);
    // invariant: writing to a string does not fail
    let _ = writeln!(
        out,
        r#"<path class="dot" d="M{} {y}L{x} {}L{} {y}L{x} {}Z"/></g>"#,
        x - 7,
        y - 7,
        x + 7,
        y + 7
    );
}

pub(super) const MARKERS: &str = concat!(
    r#"<defs><marker id="arrow" markerUnits="userSpaceOnUse" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head order" d="M0 .5L7 4L0 7.5Z"/></marker>"#,
    r#"<marker id="arrow-refresh" markerUnits="userSpaceOnUse" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head refresh" d="M0 .5L7 4L0 7.5Z"/></marker></defs>"#,
    "\n"
);

/// The width of a text, in pixels, for characters of so many tenths; those of East Asia take twice as much.
fn text_width(text: &str, tenths: i32) -> i32 {
    let units: i32 =
        text.chars().map(|c| if u32::from(c) >= 0x1100 && c != '\u{2026}' { 2 } else { 1 }).sum();
    (units * tenths + 9) / 10
}

/// A text of at most `most` characters, cut at its end.
fn shorten_end(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('\u{2026}');
    cut
}

/// Text inside of XML, also of attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // What XML cannot hold at all.
            c if (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            c => out.push(c),
        }
    }
    out
}
