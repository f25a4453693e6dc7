//! How a manifest is made up.

use super::tree::{self, Entry, Section, Segment, Value, ValueKind};
use crate::structure::{Fold, FoldKind};
use crate::symbol::{Symbol, SymbolKind};
use mc_syntax::Span;

/// Longest value in an outline, in characters.
const LIMIT: usize = 60;

/// The tables with their keys.
pub(crate) fn symbols(text: &str) -> Vec<Symbol> {
    let mut found = Vec::new();
    for section in tree::sections(text) {
        let entries: Vec<Symbol> = section.entries.iter().filter_map(|entry| symbol(text, entry)).collect();
        match (section.header, key_span(&section.path)) {
            (Some(_), Some(selection)) => found.push(Symbol {
                name: dotted(&section.path),
                kind: SymbolKind::Table,
                detail: String::new(),
                range: section.written(),
                selection,
                children: entries,
            }),
            _ => found.extend(entries),
        }
    }
    found
}

fn symbol(text: &str, entry: &Entry) -> Option<Symbol> {
    let selection = key_span(&entry.key)?;
    let (children, is_table) = match entry.value.as_ref().map(|value| &value.kind) {
        Some(ValueKind::Table(entries)) => {
            (entries.iter().filter_map(|entry| symbol(text, entry)).collect(), true)
        }
        _ => (Vec::new(), false),
    };
    let detail = match &entry.value {
        Some(value) if !is_table => short(text.get(value.span.start as usize..value.span.end as usize)?),
        _ => String::new(),
    };
    let kind = if is_table { SymbolKind::Table } else { SymbolKind::Key };
    Some(Symbol { name: dotted(&entry.key), kind, detail, range: entry.span, selection, children })
}

fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LIMIT {
        return line;
    }
    line.chars().take(LIMIT - 2).collect::<String>() + ".."
}

fn dotted(key: &[Segment]) -> String {
    key.iter().map(|segment| segment.name.as_str()).collect::<Vec<_>>().join(".")
}

/// From the first part of a key to the last; none where nothing is typed.
fn key_span(key: &[Segment]) -> Option<Span> {
    let span = key.first()?.span.to(key.last()?.span);
    (!span.is_empty()).then_some(span)
}

/// What can be folded: tables, values over several lines, and runs of comments.
pub(crate) fn folds(text: &str) -> Vec<Fold> {
    let mut spans = Vec::new();
    for section in tree::sections(text) {
        if let Some(header) = section.header {
            spans.push(Span::new(header.end, section.written().end));
        }
        section.entries.iter().for_each(|entry| entry_folds(entry, &mut spans));
    }
    let is_long = |span: &Span| {
        text.get(span.start as usize..span.end as usize).is_some_and(|text| text.contains('\n'))
    };
    let code = spans.into_iter().filter(is_long).map(|range| Fold { range, kind: FoldKind::Code });
    let mut found: Vec<Fold> = code.chain(comments(text)).collect();
    found.sort_by_key(|fold| (fold.range.start, fold.range.end));
    found
}

fn entry_folds(entry: &Entry, found: &mut Vec<Span>) {
    let Some(value) = &entry.value else { return };
    let inner = Span::new((value.span.start + 1).min(value.span.end), value.span.end.saturating_sub(1));
    match &value.kind {
        ValueKind::Array(_) if inner.start < inner.end => found.push(inner),
        ValueKind::Table(entries) => {
            if inner.start < inner.end {
                found.push(inner);
            }
            entries.iter().for_each(|entry| entry_folds(entry, found));
        }
        _ => {}
    }
}

/// Comments on lines of their own that follow each other, where there are two at least.
fn comments(text: &str) -> Vec<Fold> {
    let mut found = Vec::new();
    let mut run: Option<(Span, usize)> = None;
    let mut at = 0;
    // One line more than there is ends the last run.
    for line in text.split_inclusive('\n').chain([""]) {
        let content = line.trim_end();
        if content.trim_start().starts_with('#') {
            let here = Span::new(
                at + (content.len() - content.trim_start().len()) as u32,
                at + content.len() as u32,
            );
            run = Some(run.map_or((here, 1), |(before, count)| (before.to(here), count + 1)));
        } else if let Some((range, count)) = run.take()
            && count > 1
        {
            found.push(Fold { range, kind: FoldKind::Comment });
        }
        at += line.len() as u32;
    }
    found
}

/// What a selection at an offset can grow to: a text, the value, the line with its key, the table.
pub(crate) fn selections(text: &str, offset: u32, found: &mut Vec<Span>) {
    for section in tree::sections(text) {
        if !section.span.touches(offset) {
            continue;
        }
        of_section(&section, offset, found);
    }
}

fn of_section(section: &Section, offset: u32, found: &mut Vec<Span>) {
    let mut add = |span: Span| {
        let touches = span.touches(offset);
        if touches {
            found.push(span);
        }
        touches
    };
    if section.header.is_none() && section.entries.is_empty() {
        return;
    }
    add(section.written());
    section.header.into_iter().for_each(|header| {
        add(header);
    });
    section.path.iter().for_each(|segment| {
        add(segment.span);
    });
    key_span(&section.path).into_iter().for_each(|span| {
        add(span);
    });
    section.entries.iter().for_each(|entry| of_entry(entry, &mut add));
}

fn of_entry(entry: &Entry, add: &mut impl FnMut(Span) -> bool) {
    if !add(entry.span) {
        return;
    }
    key_span(&entry.key).into_iter().for_each(|span| {
        add(span);
    });
    entry.key.iter().for_each(|segment| {
        add(segment.span);
    });
    if let Some(value) = &entry.value {
        of_value(value, add);
    }
}

fn of_value(value: &Value, add: &mut impl FnMut(Span) -> bool) {
    if !add(value.span) {
        return;
    }
    match &value.kind {
        ValueKind::Text(inner) => {
            add(*inner);
        }
        ValueKind::Array(values) => values.iter().for_each(|value| of_value(value, add)),
        ValueKind::Table(entries) => entries.iter().for_each(|entry| of_entry(entry, add)),
        ValueKind::Other => {}
    }
}
