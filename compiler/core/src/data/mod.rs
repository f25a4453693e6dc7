//! Data files: TOML, YAML and JSON as one tree, every part with its place.
//!
//! What a file means is decided by the type that is expected where it is loaded (`check::data`); here
//! is only what the three formats have in common. A file is read once, whoever loads it, and its size, its depth
//! and the number of its values are bounded before anything is made of them.

mod json;
mod toml;
mod yaml;

use crate::db::{Db, File};
use crate::diagnostic::{Code, Diagnostic, Place, code};
use mc_syntax::Span;
use smol_str::SmolStr;
use std::sync::Arc;

/// Bytes of one data file.
const MAX_SIZE: usize = 16 << 20;

/// Values in one data file, those that an alias repeats included.
const MAX_NODES: usize = 1_000_000;

/// How deep lists and tables nest.
const MAX_DEPTH: usize = 64;

/// A value in a data file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands; of a table or a list without brackets, from its first entry to its last.
    pub span: Span,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A text.
    Str(Arc<str>),
    /// A list.
    List(Vec<Node>),
    /// Keys with values in the order of the file, each key once.
    Table(Vec<Entry>),
    /// What the language has no value for, by its name: a date.
    Other(&'static str),
    /// Something that was reported.
    Broken,
}

/// An entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its key.
    pub key: SmolStr,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Value {
    /// In words, with an article.
    pub fn described(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a `Bool`",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number with a fraction",
            Value::Str(_) => "a text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other(what) => what,
            Value::Broken => "a mistake",
        }
    }
}

/// A data file as far as it can be read.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Its value; none where it could not be read at all.
    pub root: Option<Node>,
    /// What is wrong with it as a file of its format.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a data file.
#[salsa::tracked(no_eq, returns(ref))]
pub fn parsed(db: &dyn Db, file: File) -> Parsed {
    let text: &str = file.text(db);
    let mut reader = Reader { file, nodes: 0, diagnostics: Vec::new() };
    if text.len() > MAX_SIZE {
        let headline = format!("a data file is {} MiB at most", MAX_SIZE >> 20);
        reader.error(code::DATA_LIMIT, Span::at(0), headline).primary_label = "this file".to_owned();
        return Parsed { root: None, diagnostics: reader.diagnostics };
    }
    let root = match file.path(db).extension() {
        Some("json") => json::read(text, &mut reader),
        Some("yaml" | "yml") => yaml::read(text, &mut reader),
        _ => toml::read(text, &mut reader),
    };
    Parsed { root, diagnostics: reader.diagnostics }
}

/// What the readers of the formats share.
struct Reader {
    file: File,
    /// Values so far.
    nodes: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, code: Code, span: Span, headline: impl Into<String>) -> &mut Diagnostic {
        let at = self.diagnostics.len();
        self.diagnostics.push(Diagnostic::error(code, Place::new(self.file, span), headline));
        &mut self.diagnostics[at]
    }

    /// A mistake of the format.
    fn syntax(
        &mut self,
        span: Span,
        headline: impl Into<String>,
        here: impl Into<String>,
    ) -> &mut Diagnostic {
        let found = self.error(code::DATA_SYNTAX, span, headline);
        found.primary_label = here.into();
        found
    }

    /// A key that is there already.
    fn duplicate(&mut self, key: &str, span: Span, first: Span) {
        let file = self.file;
        let headline = format!("the key `{}` is given twice", key.escape_debug());
        let found = self.error(code::DATA_DUPLICATE, span, headline);
        found.primary_label = "given again".to_owned();
        found.labels.push((Place::new(file, first), "first given here".to_owned()));
    }

    /// Something that nests deeper than it may.
    fn too_deep(&mut self, span: Span) {
        let headline = format!("lists and tables nest {MAX_DEPTH} deep at most");
        self.error(code::DATA_LIMIT, span, headline).primary_label = "one too deep".to_owned();
    }

    /// Counts values; false when there are too many, which is reported once.
    fn count(&mut self, more: usize, span: Span) -> bool {
        let before = self.nodes;
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes <= MAX_NODES {
            return true;
        }
        if before <= MAX_NODES {
            let headline = format!("a data file has {MAX_NODES} values at most");
            self.error(code::DATA_LIMIT, span, headline).primary_label = "one too many".to_owned();
        }
        false
    }
}

/// How many values a value is made of, itself included.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Table(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}

/// How deep a value nests: 0 for one without parts.
fn depth(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Table(entries) => 1 + entries.iter().map(|entry| depth(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// A span of a text.
fn span(start: usize, end: usize) -> Span {
    let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(clamp(start), clamp(end.max(start)))
}

#[cfg(test)]
mod tests;
