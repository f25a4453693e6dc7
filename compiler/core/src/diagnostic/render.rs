//! Diagnostics as text: drawn for people, in one line each, as JSON or as SARIF.
//!
//! The caller decides about colour and width; nothing here looks at the terminal or the environment.

mod draw;
mod json;
mod sarif;
mod source;

pub use json::JSON_VERSION;
pub use sarif::{Tool, sarif};

use super::{Diagnostic, Severity};
use crate::db::Db;
use source::Sources;
use std::fmt::Write;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Each with its place in the source, labels, notes, help and fix, and a last line that counts them.
    Full,
    /// One line each: `src/main.mc:3:7: error[MC0301]: headline`.
    Concise,
    /// One JSON object, described in `docs/reference/diagnostics-json.md`.
    Json,
}

/// What the caller decides.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// The format.
    pub format: Format,
    /// Whether colours may be used (never in JSON).
    pub color: bool,
    /// Whether snippets are drawn with ASCII characters only.
    pub ascii: bool,
    /// Where notes and help are broken, in columns.
    pub width: usize,
}

impl Default for RenderOptions {
    fn default() -> Self {
        RenderOptions { format: Format::Full, color: false, ascii: false, width: 100 }
    }
}

/// Writes `diagnostics`, sorted by file, place and code. Every format ends with a newline unless it is empty;
/// only JSON says something when there are none.
pub fn render(db: &dyn Db, diagnostics: &[Diagnostic], options: &RenderOptions) -> String {
    let mut sources = Sources::new(db, diagnostics);
    let sorted = sorted(db, diagnostics);
    match options.format {
        Format::Full => {
            let mut out = String::new();
            for diagnostic in &sorted {
                draw::draw(&mut out, &mut sources, diagnostic, options);
                out.push('\n');
            }
            if let Some(count) = summary(diagnostics) {
                out.push_str(&count);
                out.push('\n');
            }
            out
        }
        Format::Concise => {
            let mut out = String::new();
            for diagnostic in &sorted {
                let at = sources.position(diagnostic.primary.file, diagnostic.primary.span.start);
                let path = diagnostic.primary.file.path(db);
                let severity = severity(diagnostic.severity);
                let headline = source::visible(&diagnostic.headline).replace('\n', " ");
                // invariant: writing to a string does not fail
                let _ = writeln!(
                    out,
                    "{path}:{}:{}: {severity}[{}]: {headline}",
                    at.line, at.column, diagnostic.code
                );
            }
            out
        }
        Format::Json => json::render(&mut sources, &sorted),
    }
}

/// `2 errors, 1 warning`; nothing when there is neither.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    let count = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<String> =
        [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The word for a severity.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn sorted<'d>(db: &dyn Db, diagnostics: &'d [Diagnostic]) -> Vec<&'d Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.span, d.code);
        let paths = a.primary.file.path(db).as_str().cmp(b.primary.file.path(db).as_str());
        paths.then_with(|| key(a).cmp(&key(b))).then_with(|| a.headline.cmp(&b.headline))
    });
    sorted
}

#[cfg(test)]
mod tests;
