//! Differences as text for people.

use super::{Document, SideView};
use mc_compiler::diff::{Change, Detail, EdgeGroup, Entry, StepGroup, TextDiff};
use std::fmt::Write;

/// Values are cut here, in characters.
const LONGEST: usize = 160;
/// So many steps of a group are named.
const NAMED: usize = 6;
/// So many lines of a text are shown, and so many edges of a group.
const MOST_LINES: usize = 60;

/// Everything, and a last line that counts.
pub(super) fn text(document: &Document, color: bool) -> String {
    let mut out = Writer { out: String::new(), color };
    out.side("old", &document.old);
    out.side("new", &document.new);
    if !document.release.is_empty() {
        out.title("release");
        for change in &document.release {
            out.line(Change::Changed, 0, &format!("{}: {} -> {}", change.what, change.old, change.new));
        }
    }
    let diff = &document.diff;
    let mut table = "";
    for entry in &diff.entries {
        if entry.table != table {
            table = entry.table;
            out.title(title_of(table));
        }
        out.entry(entry);
    }
    let mut policies: Option<&[String]> = None;
    for group in &diff.steps {
        if policies != Some(&group.policies) {
            policies = Some(&group.policies);
            let word = if group.policies.len() == 1 { "policy" } else { "policies" };
            out.title(&format!("steps of {word} {}", group.policies.join(", ")));
        }
        out.steps(group);
    }
    if !diff.edges.is_empty() {
        out.title("edges");
        diff.edges.iter().for_each(|group| out.edges(group));
    }
    let released = match document.release.len() {
        0 => String::new(),
        _ if diff.is_empty() => "the plans are the same; the release differs".to_owned(),
        _ => format!("{}; the release differs", document.summary),
    };
    let summary = if released.is_empty() { &document.summary } else { &released };
    let _ = writeln!(out.out, "\n{summary}");
    out.out
}

fn title_of(table: &str) -> &'static str {
    match table {
        "policy" => "policies",
        "guard" => "guards",
        "rollout" => "rollouts",
        "removal" => "what is removed when it is no longer declared",
        "label" => "labels",
        "fact" => "facts that are read",
        "type" => "resource types",
        "effect" => "effects on hosts",
        "secret" => "secrets that are read",
        "override" => "values of other packages that `force` overrides",
        "instance" => "instances that hosts name",
        _ => "refusals of hosts",
    }
}

struct Writer {
    out: String,
    color: bool,
}

// invariant: writing to a string does not fail, so what it gives is not looked at.
impl Writer {
    fn side(&mut self, word: &str, side: &SideView) {
        let bundle = match &side.bundle {
            Some(id) => format!("bundle {}", id.get(..16).unwrap_or(id)),
            None => "package".to_owned(),
        };
        let _ = writeln!(self.out, "{word}  {}  {} {}, {bundle}", side.path, side.package, side.version);
    }

    fn title(&mut self, title: &str) {
        let _ = match self.color {
            true => writeln!(self.out, "\n\x1b[1m{title}\x1b[0m"),
            false => writeln!(self.out, "\n{title}"),
        };
    }

    /// A line with the sign of what happened; `depth` is how far inside it stands.
    fn line(&mut self, change: Change, depth: usize, text: &str) {
        let (sign, color) = match change {
            Change::Added => ('+', "32"),
            Change::Removed => ('-', "31"),
            Change::Changed => ('~', "33"),
        };
        let indent = "    ".repeat(depth);
        let _ = match self.color {
            true => writeln!(self.out, "{indent}\x1b[{color}m{sign} {text}\x1b[0m"),
            false => writeln!(self.out, "{indent}{sign} {text}"),
        };
    }

    fn entry(&mut self, entry: &Entry) {
        let mut text = entry.name.clone();
        if !entry.part.is_empty() {
            let _ = write!(text, " {}", entry.part);
        }
        match (&entry.old, &entry.new) {
            (Some(old), Some(new)) => {
                let _ = write!(text, ": {} -> {}", cut(old), cut(new));
            }
            (Some(value), None) if entry.change == Change::Changed => {
                let _ = write!(text, ": {} -> nothing", cut(value));
            }
            (None, Some(value)) if entry.change == Change::Changed => {
                let _ = write!(text, ": nothing -> {}", cut(value));
            }
            (Some(value), None) | (None, Some(value)) => {
                let _ = write!(text, ": {}", cut(value));
            }
            (None, None) => {}
        }
        self.line(entry.change, 0, &placed(text, entry.at.as_deref()));
    }

    fn steps(&mut self, group: &StepGroup) {
        let Some(first) = group.steps.first() else { return };
        if group.steps.len() == 1 {
            self.line(group.change, 0, &placed(first.name.clone(), Some(&first.at)));
        } else {
            let alike = if group.details.is_empty() { "" } else { " alike" };
            self.line(group.change, 0, &format!("{} {} steps{alike}", group.steps.len(), group.ty));
            for step in group.steps.iter().take(NAMED) {
                let _ = writeln!(self.out, "      {}", placed(step.name.clone(), Some(&step.at)));
            }
            if group.steps.len() > NAMED {
                let _ = writeln!(self.out, "      and {} more", group.steps.len() - NAMED);
            }
        }
        // What is gone has nothing to look at, and what is alike in several places has no one place.
        let alike = group.steps.len() > 1;
        for detail in &group.details {
            self.detail(group.change, detail, &first.at, alike);
        }
    }

    fn detail(&mut self, change: Change, detail: &Detail, step: &str, alike: bool) {
        let instance = detail.instance.as_ref().map(|i| format!(" (in {i})")).unwrap_or_default();
        let mut text = match (&detail.old, &detail.new) {
            // What stands with a new step needs no sign of its own.
            (_, Some(new)) if change == Change::Added && detail.what == "edge" => new.clone(),
            (_, Some(new)) if change == Change::Added && detail.what == "when" => {
                format!("when {}", cut(new))
            }
            (_, Some(new)) if change == Change::Added => format!("{}{instance} = {}", detail.what, cut(new)),
            (Some(_), Some(_)) if detail.text.is_some() => format!("{}{instance}:", detail.what),
            (Some(old), Some(new)) => {
                format!("{}{instance}: {} -> {}", detail.what, cut(old), cut(new))
            }
            (None, Some(new)) if detail.what == "when" => {
                format!("when{instance}: always -> {}", cut(new))
            }
            (Some(old), None) if detail.what == "when" => {
                format!("when{instance}: {} -> always", cut(old))
            }
            (None, Some(new)) => format!("{}{instance}: not set -> {}", detail.what, cut(new)),
            (Some(old), None) => format!("{}{instance}: {} -> not set", detail.what, cut(old)),
            (None, None) => detail.what.clone(),
        };
        if detail.what == "declared in" {
            text = match (&detail.old, &detail.new) {
                (Some(old), _) => format!("no longer declared in {old}"),
                (_, new) => format!("also declared in {}", new.as_deref().unwrap_or_default()),
            };
        }
        // The line of the step says it already where it is the same file and line.
        let same = |a: &str, b: &str| a.rsplit_once(':').map(|p| p.0) == b.rsplit_once(':').map(|p| p.0);
        let at = (!alike && change == Change::Changed && !same(&detail.at, step)).then_some(&*detail.at);
        let _ = writeln!(self.out, "    {}", placed(text, at));
        if let Some(text) = &detail.text {
            self.lines(text);
        }
    }

    fn lines(&mut self, text: &TextDiff) {
        let mut left = MOST_LINES;
        for hunk in &text.hunks {
            if left == 0 {
                break;
            }
            let _ = writeln!(self.out, "      @@ line {} -> {}", hunk.old_line, hunk.new_line);
            for line in hunk.lines.iter().take(left) {
                let shown = visible(&line.text);
                let color = match line.sign {
                    '+' => Some("32"),
                    '-' => Some("31"),
                    _ => None,
                };
                let _ = match color.filter(|_| self.color) {
                    Some(color) => writeln!(self.out, "      \x1b[{color}m{} {shown}\x1b[0m", line.sign),
                    None => writeln!(self.out, "      {}", format!("{} {shown}", line.sign).trim_end()),
                };
            }
            left = left.saturating_sub(hunk.lines.len());
        }
        let shown: usize = text.hunks.iter().map(|hunk| hunk.lines.len()).sum();
        if text.cut || shown > MOST_LINES {
            let (added, removed) = (text.added, text.removed);
            let _ = writeln!(self.out, "      .. {added} lines added and {removed} removed in all");
        }
    }

    fn edges(&mut self, group: &EdgeGroup) {
        let arrow = if group.kind == "order" { "->".to_owned() } else { format!("-{}->", group.kind) };
        for (from, to) in group.edges.iter().take(MOST_LINES) {
            let at = group.at.as_deref().filter(|_| group.edges.len() == 1);
            self.line(group.change, 0, &placed(format!("{from} {arrow} {to}  ({})", group.reason), at));
        }
        if group.edges.len() > MOST_LINES {
            let _ = writeln!(self.out, "  and {} more", group.edges.len() - MOST_LINES);
        }
    }
}

/// A text with its place behind it.
fn placed(text: String, at: Option<&str>) -> String {
    match at {
        Some(at) => format!("{text}  [{at}]"),
        None => text,
    }
}

/// A value that fits on a line.
fn cut(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let mut out: String = value.chars().take(LONGEST).collect();
    out.push_str("..");
    out
}

/// A line of a content without what a terminal would obey.
fn visible(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => out.push('\t'),
            c if c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
