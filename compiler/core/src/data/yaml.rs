//! YAML 1.2 with its core schema: `yes` and `no` are texts.
//!
//! One document, keys that are texts, no tags and no merge keys: what a file says is what stands in it. An alias
//! stands for the value of its anchor, and counts as many values as that has.

use super::{Entry, MAX_DEPTH, Node, Reader, Value, depth, size, span};
use crate::diagnostic::code;
use mc_syntax::Span;
use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};
use smol_str::SmolStr;

/// A list or a table whose end was not read yet.
struct Open {
    start: usize,
    end: usize,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Table { entries: Vec<Entry>, known: FxHashMap<SmolStr, Span>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Is(SmolStr, Span),
    /// One that was reported: its value is passed over.
    Broken,
}

/// Byte offsets of characters.
enum Offsets {
    Ascii,
    Of(Vec<u32>),
}

impl Offsets {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Offsets::Ascii;
        }
        Offsets::Of(text.char_indices().map(|(at, _)| at as u32).collect())
    }

    fn byte(&self, character: usize, length: usize) -> usize {
        match self {
            Offsets::Ascii => character.min(length),
            Offsets::Of(all) => all.get(character).map_or(length, |at| *at as usize),
        }
    }
}

struct Builder<'a, 'r> {
    text: &'a str,
    reader: &'r mut Reader,
    open: Vec<Open>,
    anchors: FxHashMap<usize, Node>,
    root: Option<Node>,
    documents: usize,
    /// Whether something was said about a form that is none of data files.
    stopped: bool,
}

pub(super) fn read(text: &str, reader: &mut Reader) -> Option<Node> {
    let offsets = Offsets::new(text);
    let mut builder = Builder {
        text,
        reader,
        open: Vec::new(),
        anchors: FxHashMap::default(),
        root: None,
        documents: 0,
        stopped: false,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, at)) => {
                let byte = |index: usize| offsets.byte(index, text.len());
                let at = (byte(at.start.index()), byte(at.end.index()));
                builder.event(event, at);
            }
            Err(error) => {
                builder.broken(&error, offsets.byte(error.marker().index(), text.len()));
                return None;
            }
        }
        if builder.stopped {
            return None;
        }
    }
    // A file without anything in it is an empty table.
    Some(builder.root.unwrap_or(Node { value: Value::Table(Vec::new()), span: Span::at(0) }))
}

impl Builder<'_, '_> {
    fn broken(&mut self, error: &ScanError, at: usize) {
        let start = at.min(self.text.len());
        let length = self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let headline = format!("this is not valid YAML: {}", error.info());
        let found = self.reader.syntax(span(start, start + length), headline, "cannot be read");
        if self.text.get(..start).is_some_and(|before| before.ends_with('\t')) {
            found.help = Some("YAML is indented by spaces".to_owned());
        }
    }

    fn form(&mut self, at: (usize, usize), headline: &str, here: &str) -> &mut crate::diagnostic::Diagnostic {
        let at = self.trimmed(at);
        let found = self.reader.error(code::DATA_FORM, at, headline);
        found.primary_label = here.to_owned();
        found
    }

    /// A place without the white space at its end.
    fn trimmed(&self, (start, end): (usize, usize)) -> Span {
        let end = end.max(start);
        let length = self.text.get(start..end).map_or(end - start, |text| text.trim_end().len());
        span(start, start + length)
    }

    fn event(&mut self, event: Event<'_>, at: (usize, usize)) {
        let tag = match &event {
            Event::Scalar(_, _, _, tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => {
                tag.is_some()
            }
            _ => false,
        };
        if tag {
            self.form(at, "data files have no tags", "has a tag").help =
                Some("take it away: the type that is loaded says what a value is".to_owned());
        }
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.form(at, "a data file is one document", "a second one begins here").help =
                        Some("put it into a file of its own".to_owned());
                    self.stopped = true;
                }
            }
            Event::Scalar(text, style, anchor, _) => self.scalar(&text, style, anchor, at),
            Event::SequenceStart(anchor, _) => self.begin(Kind::List(Vec::new()), anchor, at),
            Event::MappingStart(anchor, _) => {
                let kind = Kind::Table { entries: Vec::new(), known: FxHashMap::default(), key: None };
                self.begin(kind, anchor, at);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }

    fn begin(&mut self, kind: Kind, anchor: usize, at: (usize, usize)) {
        if self.open.len() >= MAX_DEPTH {
            let at = self.trimmed(at);
            self.reader.too_deep(at);
            self.stopped = true;
            return;
        }
        if self.waits_for_key() {
            self.form(at, "the key of a table is a text", "not a text");
            self.stopped = true;
            return;
        }
        if !self.reader.count(1, span(at.0, at.1)) {
            self.stopped = true;
            return;
        }
        self.open.push(Open { start: at.0, end: at.1.max(at.0), anchor, kind });
    }

    fn end(&mut self, at: (usize, usize)) {
        let Some(open) = self.open.pop() else { return };
        // The end of what has brackets is the bracket; of what has none, its last entry.
        let bracket = self.text.get(at.0..at.1).is_some_and(|end| matches!(end, "]" | "}"));
        let end = if bracket { at.1 } else { open.end };
        let value = match open.kind {
            Kind::List(items) => Value::List(items),
            Kind::Table { entries, .. } => Value::Table(entries),
        };
        let place = self.trimmed((open.start, end));
        self.put(Node { value, span: place }, open.anchor);
    }

    fn alias(&mut self, anchor: usize, at: (usize, usize)) {
        let place = self.trimmed(at);
        if self.waits_for_key() {
            self.form(at, "the key of a table is a text", "not a text");
            self.stopped = true;
            return;
        }
        let Some(node) = self.anchors.get(&anchor) else {
            self.form(at, "a value cannot be a part of itself", "stands for what it is in");
            self.stopped = true;
            return;
        };
        let (count, deep) = (size(node), depth(node));
        if !self.reader.count(count, place) {
            self.stopped = true;
            return;
        }
        if self.open.len() + deep > MAX_DEPTH {
            self.reader.too_deep(place);
            self.stopped = true;
            return;
        }
        if let Some(node) = self.anchors.get(&anchor).cloned() {
            self.put(node, 0);
            // What the alias stands in ends behind it, not behind its anchor.
            if let Some(open) = self.open.last_mut() {
                open.end = open.end.max(place.end as usize);
            }
        }
    }

    fn waits_for_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { kind: Kind::Table { key: None, .. }, .. }))
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, at: (usize, usize)) {
        let place = self.trimmed(at);
        if self.waits_for_key() {
            self.key(text, style, place);
            return;
        }
        if !self.reader.count(1, place) {
            self.stopped = true;
            return;
        }
        let value =
            if matches!(style, ScalarStyle::Plain) { plain(text) } else { Some(Value::Str(text.into())) };
        let value = match value {
            Some(value) => value,
            None => {
                self.reader.syntax(place, "this number is too large", "has 64 bits at most");
                Value::Broken
            }
        };
        self.put(Node { value, span: place }, anchor);
    }

    fn key(&mut self, text: &str, style: ScalarStyle, place: Span) {
        let merge = text == "<<" && matches!(style, ScalarStyle::Plain);
        if merge {
            let at = (place.start as usize, place.end as usize);
            self.form(at, "data files have no merge keys", "not the key of a field").help =
                Some("write the fields out, or use `layers([load(..), load(..)])`".to_owned());
        }
        let Some(Open { kind: Kind::Table { known, key, .. }, .. }) = self.open.last_mut() else { return };
        if merge {
            *key = Some(Key::Broken);
            return;
        }
        let name = SmolStr::new(text);
        match known.get(&name).copied() {
            Some(first) => {
                *key = Some(Key::Broken);
                self.reader.duplicate(&name, place, first);
            }
            None => {
                known.insert(name.clone(), place);
                *key = Some(Key::Is(name, place));
            }
        }
    }

    fn put(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let end = node.span.end as usize;
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(open) => {
                open.end = open.end.max(end);
                match &mut open.kind {
                    Kind::List(items) => items.push(node),
                    Kind::Table { entries, key, .. } => {
                        if let Some(Key::Is(key, key_span)) = key.take() {
                            entries.push(Entry { key, key_span, value: node });
                        }
                    }
                }
            }
        }
    }
}

/// A scalar without quotes in the core schema; none for a number that is too large.
fn plain(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        _ => {}
    }
    let digits = |text: &str, base: u32| !text.is_empty() && text.chars().all(|c| c.is_digit(base));
    for (prefix, base) in [("0o", 8), ("0x", 16)] {
        if let Some(number) = text.strip_prefix(prefix).filter(|number| digits(number, base)) {
            return i64::from_str_radix(number, base).ok().map(Value::Int);
        }
    }
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits(bare, 10) {
        return text.parse().ok().map(Value::Int);
    }
    if matches!(bare, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Value::Other("no finite number"));
    }
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (bare, None),
    };
    let fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction, 10),
        Some((whole, fraction)) => digits(whole, 10) && (fraction.is_empty() || digits(fraction, 10)),
        None => digits(mantissa, 10),
    };
    if fits && exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e), 10)) {
        return Some(text.parse().map_or_else(|_| Value::Str(text.into()), Value::Float));
    }
    Some(Value::Str(text.into()))
}
