//! What a place of a manifest is, by the schema.

use super::tree::{self, Entry, Section, Segment, Value, ValueKind};
use mc_compiler::package::schema::{self, Holds, Key, Text};
use mc_syntax::Span;
use toml_parser::parser::EventKind;

/// What a path of keys leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape<'t> {
    /// The manifest itself.
    Root,
    /// A table with keys that are known.
    Keys(&'static Key, &'static [Key]),
    /// `[dependencies]`
    Packages(&'static Key, &'static [Key]),
    /// An entry of it: the name of the package, and the keys that it may have.
    Package(&'t str, &'static [Key]),
    /// `[lint]`
    Levels(&'static Key),
    /// The level of a rule.
    Level(&'t str),
    /// What a package may do.
    Bounds(&'static Key, &'t str),
    /// The effects of a domain: `fs`.
    Domain(&'t str, &'t str),
    /// What is allowed of a kind: `secrets`, or the effect of a domain.
    Bound(&'t str, Option<&'t str>, &'t str),
    /// A text or a list.
    Value(&'static Key),
}

/// What a path leads to; none if the schema has no such path.
pub(super) fn shape<'t>(path: &[&'t str]) -> Option<Shape<'t>> {
    let mut at = Shape::Root;
    for name in path {
        at = inside(at, name)?;
    }
    Some(at)
}

fn inside<'t>(shape: Shape<'t>, name: &'t str) -> Option<Shape<'t>> {
    let known = |keys: &'static [Key]| keys.iter().find(|key| key.name == name);
    Some(match shape {
        Shape::Root => {
            let table = schema::TABLES.iter().find(|table| table.name == name)?;
            match table.holds {
                Holds::Keys(keys) => Shape::Keys(table, keys),
                Holds::Packages(keys) => Shape::Packages(table, keys),
                Holds::Levels => Shape::Levels(table),
                Holds::Bounds | Holds::Guards | Holds::Text(_) => Shape::Value(table),
            }
        }
        Shape::Keys(_, keys) => Shape::Value(known(keys)?),
        Shape::Packages(_, keys) => Shape::Package(name, keys),
        Shape::Package(package, keys) => {
            let key = known(keys)?;
            match key.holds {
                Holds::Bounds => Shape::Bounds(key, package),
                _ => Shape::Value(key),
            }
        }
        Shape::Levels(_) => Shape::Level(name),
        Shape::Bounds(_, package) if schema::ABILITIES.iter().any(|(own, _)| *own == name) => {
            Shape::Bound(package, None, name)
        }
        Shape::Bounds(_, package) => Shape::Domain(package, name),
        Shape::Domain(package, domain) => Shape::Bound(package, Some(domain), name),
        Shape::Level(_) | Shape::Bound(..) | Shape::Value(_) => return None,
    })
}

/// Whether a text of this meaning stands here.
pub(super) fn holds_text(shape: Option<Shape<'_>>, wanted: Text) -> bool {
    matches!(shape, Some(Shape::Value(Key { holds: Holds::Text(text), .. })) if *text == wanted)
}

/// A part of a manifest that an offset is in.
#[derive(Clone, Debug)]
pub(super) enum Part<'t> {
    /// A name in a header or a key, with those before it and itself at the end.
    Name { path: Vec<&'t str>, span: Span },
    /// A value, with the path of its key.
    Value { path: Vec<&'t str>, value: &'t Value },
}

/// What an offset is in: the innermost name or value.
pub(super) fn part_at(sections: &[Section], offset: u32) -> Option<Part<'_>> {
    let mut found = None;
    each_part(sections, &mut |part| {
        let span = match &part {
            Part::Name { span, .. } => *span,
            Part::Value { value, .. } => value.span,
        };
        // What is inside comes after what is around it.
        if span.touches(offset) {
            found = Some(part);
        }
    });
    found
}

/// All names and values in their order, those around first.
pub(super) fn each_part<'t>(sections: &'t [Section], found: &mut impl FnMut(Part<'t>)) {
    for section in sections {
        names(&[], &section.path, found);
        let path: Vec<&str> = section.path.iter().map(|segment| segment.name.as_str()).collect();
        section.entries.iter().for_each(|entry| entry_parts(&path, entry, found));
    }
}

fn names<'t>(before: &[&'t str], key: &'t [Segment], found: &mut impl FnMut(Part<'t>)) -> Vec<&'t str> {
    let mut path = before.to_vec();
    for segment in key {
        path.push(&segment.name);
        found(Part::Name { path: path.clone(), span: segment.span });
    }
    path
}

fn entry_parts<'t>(before: &[&'t str], entry: &'t Entry, found: &mut impl FnMut(Part<'t>)) {
    let path = names(before, &entry.key, found);
    if let Some(value) = &entry.value {
        value_parts(&path, value, found);
    }
}

fn value_parts<'t>(path: &[&'t str], value: &'t Value, found: &mut impl FnMut(Part<'t>)) {
    found(Part::Value { path: path.to_vec(), value });
    match &value.kind {
        ValueKind::Array(values) => values.iter().for_each(|value| value_parts(path, value, found)),
        ValueKind::Table(entries) => entries.iter().for_each(|entry| entry_parts(path, entry, found)),
        ValueKind::Text(_) | ValueKind::Other => {}
    }
}

/// The names that a table has already: what is written in it, wherever that is.
pub(super) fn taken<'t>(sections: &'t [Section], table: &[&str]) -> Vec<&'t str> {
    let mut found = Vec::new();
    each_part(sections, &mut |part| {
        if let Part::Name { path, .. } = part
            && let Some((last, before)) = path.split_last()
            && before == table
            && !found.contains(last)
        {
            found.push(*last);
        }
    });
    found
}

/// What can be typed at an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A name in a header, in the table that those before it name.
    Header { table: Vec<String>, typed: Span },
    /// A key of a table.
    Key { table: Vec<String>, typed: Span },
    /// The value of a key, or an element of its list; between quotes or not.
    Value { path: Vec<String>, typed: Span, is_text: bool, in_list: bool },
}

/// Something that is open at a place.
enum Open {
    /// `{` of the value of a key, which is this long from the root.
    Table(Vec<String>),
    /// `[`
    Array(Vec<String>),
}

/// What can be typed at an offset, from what stands before it.
pub(super) fn typed_at(text: &str, offset: u32) -> Option<Typed> {
    let start = tree::section_start(text, offset);
    let before = text.get(start..offset as usize)?;
    if is_comment(before) {
        return None;
    }
    let events = tree::events(before);
    let end = before.len() as u32;
    let mut table: Vec<String> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut key: Vec<Segment> = Vec::new();
    let (mut in_header, mut in_value, mut was_dot) = (false, false, false);
    let mut last: Option<Typed> = None;
    let moved = |span: Span| Span::new(span.start + start as u32, span.end + start as u32);
    let here = moved(Span::at(end));
    let path_of = |table: &[String], open: &[Open], key: &[Segment]| {
        let mut path = match open.last() {
            Some(Open::Table(path) | Open::Array(path)) => path.clone(),
            None => table.to_vec(),
        };
        path.extend(key.iter().map(|segment| segment.name.clone()));
        path
    };
    for event in events {
        let at = tree::span(event);
        // What is missing at the end is made up there.
        if at.is_empty() && event.kind() != EventKind::SimpleKey {
            continue;
        }
        last = None;
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                (in_header, in_value) = (true, false);
                open.clear();
                table.clear();
                key.clear();
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => {
                in_header = false;
                table = std::mem::take(&mut key).into_iter().map(|segment| segment.name).collect();
                // Nothing comes behind a header on its line.
                if !before.get(at.end as usize..)?.contains('\n') {
                    return None;
                }
            }
            EventKind::SimpleKey => {
                if !was_dot {
                    key.clear();
                }
                in_value = false;
                let segment = tree::segment(before, event);
                if at.touches(end) {
                    let typed = moved(at);
                    let table = path_of(if in_header { &[] } else { &table }, &open, &key);
                    last = Some(if in_header {
                        Typed::Header { table, typed }
                    } else {
                        Typed::Key { table, typed }
                    });
                }
                key.push(segment);
            }
            EventKind::KeySep => {}
            EventKind::KeyValSep => in_value = true,
            EventKind::Scalar => {
                if at.touches(end) {
                    let inner = tree::between_quotes(before, event);
                    // Behind the last quote nothing more is typed.
                    let is_closed = inner.is_some_and(|inner| inner.end < at.end && end == at.end);
                    let path = path_of(&table, &open, if open_array(&open) { &[] } else { &key });
                    let typed = moved(inner.unwrap_or(at));
                    last = (!is_closed).then_some(Typed::Value {
                        path,
                        typed,
                        is_text: inner.is_some(),
                        in_list: open_array(&open),
                    });
                    if is_closed {
                        return None;
                    }
                }
                in_value = false;
            }
            EventKind::ArrayOpen => {
                open.push(Open::Array(path_of(&table, &open, &key)));
                in_value = true;
            }
            EventKind::InlineTableOpen => {
                open.push(Open::Table(path_of(&table, &open, &key)));
                in_value = false;
                key.clear();
            }
            EventKind::ArrayClose | EventKind::InlineTableClose => {
                open.pop();
                in_value = false;
                if at.end == end {
                    return None;
                }
            }
            EventKind::ValueSep => {
                in_value = open_array(&open);
                key.clear();
            }
            EventKind::Whitespace | EventKind::Comment | EventKind::Newline | EventKind::Error => {}
        }
        was_dot = event.kind() == EventKind::KeySep;
    }
    if let Some(last) = last {
        return Some(last);
    }
    if in_header {
        return Some(Typed::Header { table: Vec::new(), typed: here });
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    if in_value {
        let path = path_of(&table, &open, if open_array(&open) { &[] } else { &key });
        // A value that is not begun is on the line of its key.
        let begins = open_array(&open) || !line.trim().is_empty();
        return begins.then_some(Typed::Value {
            path,
            typed: here,
            is_text: false,
            in_list: open_array(&open),
        });
    }
    let separated = line.trim().is_empty() || line.trim_end().ends_with(['{', ',']);
    let path = path_of(&table, &open, &[]);
    separated.then_some(Typed::Key { table: path, typed: here })
}

fn open_array(open: &[Open]) -> bool {
    matches!(open.last(), Some(Open::Array(_)))
}

/// Whether a text ends in a comment.
fn is_comment(text: &str) -> bool {
    use toml_parser::lexer::TokenKind;
    let tokens = toml_parser::Source::new(text).lex().into_vec();
    let mut written = tokens.iter().rev().filter(|token| token.kind() != TokenKind::Eof);
    written.next().is_some_and(|token| token.kind() == TokenKind::Comment)
}
