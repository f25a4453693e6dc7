//! Diagnostics as JSON, for programs. `docs/reference/diagnostics-json.md` describes it; fields are only added.

use super::severity;
use super::source::{Position, Sources};
use crate::diagnostic::{Diagnostic, Place, Severity};
use serde::Serialize;

/// Version of the JSON object. It changes when a field changes its meaning or goes away.
pub const JSON_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'static str,
    headline: &'a str,
    file: &'a str,
    start: Point,
    end: Point,
    label: &'a str,
    labels: Vec<Labelled<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fix: Option<FixEntry<'a>>,
}

#[derive(Serialize)]
struct Labelled<'a> {
    file: &'a str,
    start: Point,
    end: Point,
    label: &'a str,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    trust: &'static str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    start: Point,
    end: Point,
    text: &'a str,
}

#[derive(Serialize)]
struct Point {
    byte: usize,
    line: usize,
    column: usize,
}

impl From<Position> for Point {
    fn from(at: Position) -> Self {
        Point { byte: at.byte, line: at.line, column: at.column }
    }
}

pub(super) fn render(sources: &mut Sources<'_>, diagnostics: &[&Diagnostic]) -> String {
    let db = sources.db;
    let mut range = |place: &Place| -> (&str, Point, Point) {
        let bytes = sources.clamp(place.file, place.span);
        let mut point =
            |byte: usize| sources.position(place.file, u32::try_from(byte).unwrap_or(u32::MAX)).into();
        (place.file.path(db).as_str(), point(bytes.start), point(bytes.end))
    };
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let document = Document {
        version: JSON_VERSION,
        errors,
        warnings: diagnostics.len() - errors,
        diagnostics: diagnostics
            .iter()
            .map(|diagnostic| {
                let (file, start, end) = range(&diagnostic.primary);
                Entry {
                    code: diagnostic.code.0,
                    severity: severity(diagnostic.severity),
                    headline: &diagnostic.headline,
                    file,
                    start,
                    end,
                    label: &diagnostic.primary_label,
                    labels: diagnostic
                        .labels
                        .iter()
                        .map(|(place, label)| {
                            let (file, start, end) = range(place);
                            Labelled { file, start, end, label }
                        })
                        .collect(),
                    notes: &diagnostic.notes,
                    help: diagnostic.help.as_deref(),
                    fix: diagnostic.fix.as_ref().map(|fix| FixEntry {
                        title: &fix.title,
                        trust: fix.trust.name(),
                        edits: fix
                            .edits
                            .iter()
                            .map(|(place, text)| {
                                let (file, start, end) = range(place);
                                Edit { file, start, end, text }
                            })
                            .collect(),
                    }),
                }
            })
            .collect(),
    };
    // invariant: strings and numbers always have a JSON form
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
