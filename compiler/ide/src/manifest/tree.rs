//! A manifest as it is written, with places, however little of it is: the compiler's own reading keeps what is right.
//!
//! Each section is read by itself, so that what is half typed in one does not reach into the next.

use mc_syntax::Span;
use toml_parser::Source;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};

/// How deep values may be nested. What is deeper is no manifest.
const DEPTH: u32 = 32;

/// A part of a key: of `fs.write` there are two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Without quotes.
    pub(super) name: String,
    /// With them; empty behind a dot with nothing after it.
    pub(super) span: Span,
}

/// `key = value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Vec<Segment>,
    /// None where it is not typed yet.
    pub(super) value: Option<Value>,
    pub(super) span: Span,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) span: Span,
    pub(super) kind: ValueKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// A text; the span is what is between its quotes.
    Text(Span),
    Array(Vec<Value>),
    Table(Vec<Entry>),
    /// Numbers, bools, dates, and what is none of all.
    Other,
}

/// A table with its header, or what stands before the first header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// With its brackets; none before the first one.
    pub(super) header: Option<Span>,
    pub(super) path: Vec<Segment>,
    pub(super) entries: Vec<Entry>,
    /// From its first byte to that of the next one.
    pub(super) span: Span,
}

impl Section {
    /// Up to the end of its last entry.
    pub(super) fn written(&self) -> Span {
        let start = self.header.map_or(self.span.start, |header| header.start);
        let end = self
            .entries
            .last()
            .map_or_else(|| self.header.map_or(self.span.start, |header| header.end), |entry| entry.span.end);
        Span::new(start, end.max(start))
    }
}

/// The sections of a manifest. There is always one, before the first header.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let starts = section_starts(text);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| section(text, *start, end)).collect()
}

/// Where the sections begin: at the beginning of the text and of each line that is a header, or begins like one.
fn section_starts(text: &str) -> Vec<usize> {
    let mut found = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let name = content.split('#').next().unwrap_or_default().trim_end();
        let is_key = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '"' | '\'' | ' ');
        let inner = name.strip_prefix('[').map(|inner| inner.trim_start_matches('[').trim_end_matches(']'));
        // An element of an array that is an array does not begin with a bare key.
        let is_header = inner.is_some_and(|inner| {
            inner.chars().all(is_key)
                && !inner.starts_with(['"', '\''])
                && !(inner.is_empty() && name.ends_with(']'))
        });
        if is_header && at > 0 {
            found.push(at);
        } else if is_header {
            // The text begins with a header: what is before it is empty.
            found.push(0);
        }
        at += line.len();
    }
    found
}

fn section(text: &str, start: usize, end: usize) -> Section {
    let part = text.get(start..end).unwrap_or_default();
    let mut builder = Builder { text: part, events: events(part), at: 0 };
    let mut found = Section {
        header: None,
        path: Vec::new(),
        entries: Vec::new(),
        span: Span::new(0, part.len() as u32),
    };
    while let Some(event) = builder.peek() {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                builder.at += 1;
                found.path = builder.key();
                let open = span(event);
                let mut header = found.path.last().map_or(open, |last| open.to(last.span));
                if let Some(close) = builder.peek()
                    && matches!(close.kind(), EventKind::StdTableClose | EventKind::ArrayTableClose)
                {
                    header = header.to(span(close));
                    builder.at += 1;
                }
                found.header = Some(header);
            }
            EventKind::SimpleKey => found.entries.push(builder.entry()),
            _ => builder.at += 1,
        }
    }
    found.move_by(start as u32);
    found
}

/// What is in a part of a text, without spaces, comments and mistakes.
pub(super) fn events(text: &str) -> Vec<Event> {
    let mut found: Vec<Event> = Vec::new();
    let tokens = Source::new(text).lex().into_vec();
    parse_document(&tokens, &mut RecursionGuard::new(&mut found, DEPTH), &mut ());
    found.retain(|event| {
        !matches!(
            event.kind(),
            EventKind::Whitespace | EventKind::Comment | EventKind::Newline | EventKind::Error
        )
    });
    found
}

/// The section that an offset is in.
pub(super) fn section_start(text: &str, offset: u32) -> usize {
    section_starts(text).into_iter().rfind(|start| *start <= offset as usize).unwrap_or(0)
}

pub(super) fn span(event: Event) -> Span {
    Span::new(event.span().start() as u32, event.span().end() as u32)
}

/// A key's segment without its quotes.
pub(super) fn segment(text: &str, event: Event) -> Segment {
    let span = span(event);
    let mut name = String::new();
    if let Some(raw) = Source::new(text).get(event) {
        raw.decode_key(&mut name, &mut ());
    }
    Segment { name, span }
}

/// What is between the quotes of a text, also where the last one is missing.
pub(super) fn between_quotes(text: &str, event: Event) -> Option<Span> {
    let quotes = match event.encoding()? {
        Encoding::BasicString | Encoding::LiteralString => 1,
        Encoding::MlBasicString | Encoding::MlLiteralString => 3,
    };
    let all = span(event);
    let written = text.get(all.start as usize..all.end as usize)?;
    let quote = written.chars().next()?;
    let start = (all.start + quotes).min(all.end);
    let closes = written.len() as u32 >= 2 * quotes
        && written.get(written.len() - quotes as usize..).is_some_and(|end| end.chars().all(|c| c == quote));
    let end = if closes { all.end - quotes } else { all.end };
    Some(Span::new(start, end.max(start)))
}

struct Builder<'t> {
    text: &'t str,
    events: Vec<Event>,
    at: usize,
}

impl Builder<'_> {
    fn peek(&self) -> Option<Event> {
        self.events.get(self.at).copied()
    }

    fn key(&mut self) -> Vec<Segment> {
        let mut found = Vec::new();
        while let Some(event) = self.peek() {
            match event.kind() {
                EventKind::SimpleKey if self.is_next(&found) => found.push(segment(self.text, event)),
                EventKind::KeySep => {}
                _ => break,
            }
            self.at += 1;
        }
        found
    }

    /// Whether a segment belongs to those before it: there is a dot between.
    fn is_next(&self, before: &[Segment]) -> bool {
        let dot = self.at.checked_sub(1).and_then(|at| self.events.get(at));
        before.is_empty() || dot.is_some_and(|event| event.kind() == EventKind::KeySep)
    }

    fn entry(&mut self) -> Entry {
        let key = self.key();
        let start = key.first().map_or(Span::at(0), |first| first.span);
        let mut whole = key.last().map_or(start, |last| start.to(last.span));
        let mut value = None;
        if let Some(event) = self.peek()
            && event.kind() == EventKind::KeyValSep
        {
            whole = whole.to(span(event));
            self.at += 1;
            value = self.value();
        }
        if let Some(value) = &value {
            whole = whole.to(value.span);
        }
        Entry { key, value, span: whole }
    }

    fn value(&mut self) -> Option<Value> {
        let event = self.peek()?;
        let open = span(event);
        match event.kind() {
            EventKind::Scalar => {
                self.at += 1;
                let kind = between_quotes(self.text, event).map_or(ValueKind::Other, ValueKind::Text);
                // Where the value is missing there is an empty one.
                (!open.is_empty()).then_some(Value { span: open, kind })
            }
            EventKind::ArrayOpen => {
                self.at += 1;
                let mut values = Vec::new();
                let mut whole = open;
                while let Some(event) = self.peek() {
                    match event.kind() {
                        EventKind::ArrayClose => {
                            whole = whole.to(span(event));
                            self.at += 1;
                            break;
                        }
                        EventKind::ValueSep => self.at += 1,
                        _ => {
                            let before = self.at;
                            values.extend(self.value());
                            if self.at == before {
                                break;
                            }
                        }
                    }
                }
                if let Some(last) = values.last() {
                    whole = whole.to(last.span);
                }
                Some(Value { span: whole, kind: ValueKind::Array(values) })
            }
            EventKind::InlineTableOpen => {
                self.at += 1;
                let mut entries = Vec::new();
                let mut whole = open;
                while let Some(event) = self.peek() {
                    match event.kind() {
                        EventKind::InlineTableClose => {
                            whole = whole.to(span(event));
                            self.at += 1;
                            break;
                        }
                        EventKind::SimpleKey => entries.push(self.entry()),
                        _ => self.at += 1,
                    }
                }
                if let Some(last) = entries.last() {
                    whole = whole.to(last.span);
                }
                Some(Value { span: whole, kind: ValueKind::Table(entries) })
            }
            _ => None,
        }
    }
}

/// What moves with the section that it is in.
trait Moves {
    fn move_by(&mut self, by: u32);
}

impl Moves for Span {
    fn move_by(&mut self, by: u32) {
        *self = Span::new(self.start + by, self.end + by);
    }
}

impl Moves for Section {
    fn move_by(&mut self, by: u32) {
        self.span.move_by(by);
        self.header.iter_mut().for_each(|header| header.move_by(by));
        self.path.iter_mut().for_each(|segment| segment.span.move_by(by));
        self.entries.iter_mut().for_each(|entry| entry.move_by(by));
    }
}

impl Moves for Entry {
    fn move_by(&mut self, by: u32) {
        self.span.move_by(by);
        self.key.iter_mut().for_each(|segment| segment.span.move_by(by));
        self.value.iter_mut().for_each(|value| value.move_by(by));
    }
}

impl Moves for Value {
    fn move_by(&mut self, by: u32) {
        self.span.move_by(by);
        match &mut self.kind {
            ValueKind::Text(inner) => inner.move_by(by),
            ValueKind::Array(values) => values.iter_mut().for_each(|value| value.move_by(by)),
            ValueKind::Table(entries) => entries.iter_mut().for_each(|entry| entry.move_by(by)),
            ValueKind::Other => {}
        }
    }
}
