//! Diagnostics drawn with ariadne. Its layout may change between releases: nothing else knows it.

use super::source::{Sources, visible};
use super::{RenderOptions, severity};
use crate::db::File;
use crate::diagnostic::{Diagnostic, Fix, Place, Severity};
use ariadne::{Cache, CharSet, Color, Config, IndexType, Label, LabelAttach, Report, ReportKind, Source};
use camino::Utf8PathBuf;
use std::collections::BTreeMap;
use std::ops::Range;

/// A file by its path: ariadne compares and shows it.
type Span = (Utf8PathBuf, Range<usize>);

const ERROR: Color = Color::Red;
const WARNING: Color = Color::Yellow;
const OTHER: Color = Color::Blue;
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// Lines of a fix that are shown on either side; a longer one is cut.
const FIX_LINES: usize = 8;

pub(super) fn draw(
    out: &mut String,
    sources: &mut Sources<'_>,
    diagnostic: &Diagnostic,
    options: &RenderOptions,
) {
    let db = sources.db;
    let color = match diagnostic.severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
    };
    let span = |sources: &mut Sources<'_>, place: Place| -> Span {
        debug_assert!(place.span.end as usize <= place.file.text(db).len(), "a span outside of its file");
        (place.file.path(db).clone(), sources.characters(place.file, place.span))
    };
    let primary = span(sources, diagnostic.primary);
    // Without a text ariadne would not underline the place.
    let here = if diagnostic.primary_label.is_empty() { "here" } else { &diagnostic.primary_label };
    let mut labels = vec![label(primary.clone(), here, options.color.then_some(color), 0)];
    let mut files: BTreeMap<Utf8PathBuf, File> = BTreeMap::new();
    files.insert(primary.0.clone(), diagnostic.primary.file);
    let mut others: Vec<(Span, &str)> = Vec::new();
    for (place, text) in &diagnostic.labels {
        let at = span(sources, *place);
        files.insert(at.0.clone(), place.file);
        others.push((at, text));
    }
    // ariadne draws one snippet per run of labels in rising lines of one file: the primary file's come first.
    others.sort_by(|(a, _), (b, _)| {
        let order = |at: &Span| (at.0 != primary.0, at.0.clone(), at.1.start, at.1.end);
        order(a).cmp(&order(b))
    });
    let mut order = 1;
    let mut before = 0;
    for (at, text) in others {
        let ahead = at.0 == primary.0 && at.1.start < primary.1.start;
        let position = if ahead {
            before += 1;
            before - i32::MAX / 2
        } else {
            order += 1;
            order
        };
        labels.push(label(at, text, options.color.then_some(OTHER), position));
    }

    headline(out, diagnostic, options);
    let config = Config::new()
        .with_color(options.color)
        .with_char_set(if options.ascii { CharSet::Ascii } else { CharSet::Unicode })
        // Our spans are bytes. They are turned into characters here, because ariadne's own way takes the
        // wrong one for the place of a second file.
        .with_index_type(IndexType::Char)
        .with_tab_width(4)
        .with_label_attach(LabelAttach::Start);
    let mut report = Report::build(ReportKind::Error, primary).with_config(config).with_labels(labels);
    if let Some(help) = help(sources, diagnostic, options) {
        report = report.with_help(help);
    }
    for note in &diagnostic.notes {
        report = report.with_note(wrap(&visible(note), options.width));
    }
    let mut bytes = Vec::new();
    let cache = FileCache { sources, files: &files };
    // invariant: writing to a vector does not fail
    let _ = report.finish().write(cache, &mut bytes);
    // The first line is ariadne's own headline, which it colours in any case.
    for line in String::from_utf8_lossy(&bytes).lines().skip(1) {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// `error[MC0301]: headline`
fn headline(out: &mut String, diagnostic: &Diagnostic, options: &RenderOptions) {
    let kind = format!("{}[{}]", severity(diagnostic.severity), diagnostic.code);
    let headline = visible(&diagnostic.headline).replace('\n', " ");
    let line = match (options.color, diagnostic.severity) {
        (false, _) => format!("{kind}: {headline}\n"),
        (true, Severity::Error) => format!("{BOLD}{RED}{kind}{PLAIN}{BOLD}: {headline}{PLAIN}\n"),
        (true, Severity::Warning) => format!("{BOLD}{YELLOW}{kind}{PLAIN}{BOLD}: {headline}{PLAIN}\n"),
    };
    out.push_str(&line);
}

fn label(at: Span, text: &str, color: Option<Color>, order: i32) -> Label<Span> {
    let mut label = Label::new(at).with_order(order);
    if !text.is_empty() {
        label = label.with_message(visible(text));
    }
    match color {
        Some(color) => label.with_color(color),
        None => label,
    }
}

struct FileCache<'a, 'db> {
    sources: &'a mut Sources<'db>,
    files: &'a BTreeMap<Utf8PathBuf, File>,
}

impl Cache<Utf8PathBuf> for FileCache<'_, '_> {
    type Storage = String;

    fn fetch(&mut self, id: &Utf8PathBuf) -> Result<&Source, impl std::fmt::Debug> {
        match self.files.get(id) {
            Some(file) => Ok(&self.sources.prepared(*file).drawn),
            None => Err(format!("no file {id}")),
        }
    }

    fn display<'a>(&self, id: &'a Utf8PathBuf) -> Option<impl std::fmt::Display + 'a> {
        Some(id)
    }
}

/// The help and the fix as one text: what to do, then the lines as they are and as they would be.
fn help(sources: &mut Sources<'_>, diagnostic: &Diagnostic, options: &RenderOptions) -> Option<String> {
    let mut text = match (&diagnostic.help, &diagnostic.fix) {
        (Some(help), _) => wrap(&visible(help), options.width),
        (None, Some(fix)) => wrap(&visible(&fix.title), options.width),
        (None, None) => return None,
    };
    if let Some(fix) = &diagnostic.fix {
        for line in replacement(sources, diagnostic.primary.file, fix, options) {
            text.push('\n');
            text.push_str(&line);
        }
    }
    Some(text)
}

/// The lines that a fix changes: `6 - old` and `6 + new`.
fn replacement(sources: &mut Sources<'_>, primary: File, fix: &Fix, options: &RenderOptions) -> Vec<String> {
    let db = sources.db;
    let mut edits: Vec<(File, Range<usize>, &str)> = fix
        .edits
        .iter()
        .map(|(place, text)| (place.file, sources.clamp(place.file, place.span), text.as_str()))
        .collect();
    edits.sort_by(|a, b| {
        let order = |e: &(File, Range<usize>, &str)| (e.0.path(db).clone(), e.1.start, e.1.end);
        order(a).cmp(&order(b))
    });
    let mut out = Vec::new();
    let mut rest = edits.as_slice();
    while let Some((file, range, _)) = rest.first() {
        // Edits that touch the same lines are shown together.
        let (line, mut lines) = sources.whole_lines(*file, range.clone());
        let mut count = 0;
        for (other, range, _) in rest {
            if other != file || range.start > lines.end {
                break;
            }
            let (_, more) = sources.whole_lines(*file, range.clone());
            lines.end = lines.end.max(more.end);
            count += 1;
        }
        let (these, after) = rest.split_at(count.max(1));
        rest = after;
        let text = sources.shown(*file);
        let mut new = String::new();
        let mut at = lines.start;
        for (_, range, with) in these {
            if range.start < at {
                // Two edits of one place: a fix like that is a mistake of ours, and is not shown.
                continue;
            }
            new.push_str(&text[at..range.start]);
            new.push_str(with);
            at = range.end;
        }
        new.push_str(&text[at..lines.end.max(at)]);
        if *file != primary {
            out.push(format!("in {}:", file.path(db)));
        }
        let mut old: Vec<&str> = text[lines].lines().collect();
        let mut new: Vec<&str> = new.lines().collect();
        // What stays as it is at either end is not shown.
        while old.last().is_some() && old.last() == new.last() {
            old.pop();
            new.pop();
        }
        let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let line = line + same;
        let shown = |all: &[&str], sign: char, colour: &str, out: &mut Vec<String>| {
            for (at, content) in all.iter().take(FIX_LINES).enumerate() {
                let content = visible(content).replace('\t', "    ");
                let row = format!("{} {sign} {content}", line + at);
                out.push(if options.color { format!("{colour}{row}{PLAIN}") } else { row });
            }
            if all.len() > FIX_LINES {
                out.push(format!(".. {} more lines", all.len() - FIX_LINES));
            }
        };
        // A line that is only added has nothing before it.
        let old = old.get(same..).unwrap_or_default();
        if old.iter().any(|line| !line.trim().is_empty()) {
            shown(old, '-', RED, &mut out);
        }
        shown(new.get(same..).unwrap_or_default(), '+', GREEN, &mut out);
    }
    out
}

/// Breaks long lines between words.
fn wrap(text: &str, width: usize) -> String {
    // `Help: ` and the margin stand in front.
    let width = width.saturating_sub(14).max(40);
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for word in line.split_inclusive(' ') {
            let length = word.trim_end().chars().count();
            if column > 0 && column + length > width {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                column = 0;
            }
            out.push_str(word);
            column += word.chars().count();
        }
    }
    out
}
