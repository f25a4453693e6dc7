//! The results of tests: for people, as JSON, as JUnit XML.

use crate::failure::Failure;
use mc_compiler::diagnostic::render::{Format, RenderOptions, render, summary};
use mc_compiler::test::{Coverage, Outcome, Report};
use mc_compiler::{Database, Diagnostic};
use serde::Serialize;
use std::fmt::Write;

/// What is written.
pub(super) struct Found<'a> {
    pub(super) db: &'a Database,
    pub(super) report: &'a Report,
    /// What is covered, where that is asked for.
    pub(super) coverage: Option<&'a Coverage>,
}

impl Found<'_> {
    fn line(&self, outcome: &Outcome) -> usize {
        let text = outcome.file.text(self.db);
        text.get(..outcome.place.span.start as usize).unwrap_or_default().matches('\n').count() + 1
    }
}

/// `src/main.mc: every site has a file (facts = debian12)`
fn title(db: &Database, outcome: &Outcome) -> String {
    let case = outcome.case_text();
    let case = if case.is_empty() { String::new() } else { format!(" ({case})") };
    format!("{}: {}{case}", outcome.file.path(db), outcome.name)
}

/// For people. `draw` draws diagnostics.
pub(super) fn human(found: &Found<'_>, draw: &dyn Fn(&[Diagnostic]) -> String) -> String {
    let mut out = String::new();
    for outcome in &found.report.outcomes {
        let title = title(found.db, outcome);
        // invariant: writing to a string does not fail
        if outcome.diagnostics.is_empty() {
            let _ = writeln!(out, "ok    {title}");
            continue;
        }
        let _ = writeln!(out, "FAIL  {title}\n");
        let drawn = draw(&outcome.diagnostics);
        let count = summary(&outcome.diagnostics).map(|count| format!("{count}\n")).unwrap_or_default();
        out.push_str(drawn.strip_suffix(&count).unwrap_or(&drawn));
    }
    if let Some(coverage) = found.coverage {
        if !out.is_empty() {
            out.push('\n');
        }
        for way in coverage.ways.iter().filter(|way| !way.taken) {
            let _ = writeln!(out, "{}:{}: branch {} never taken", way.file, way.line, way.text);
        }
        let (taken, all) = (coverage.taken(), coverage.ways.len());
        let _ = writeln!(out, "{taken} of {all} branches taken ({}%)", coverage.percent());
    }
    let failed = found.report.failed();
    let passed = found.report.outcomes.len() - failed;
    match (passed, failed) {
        (0, 0) => out.push_str("no tests\n"),
        (passed, 0) => {
            let _ = writeln!(out, "{passed} passed");
        }
        (passed, failed) => {
            let _ = writeln!(out, "{passed} passed, {failed} failed");
        }
    }
    out
}

#[derive(Serialize)]
struct JsonReport {
    version: u32,
    passed: usize,
    failed: usize,
    tests: Vec<JsonTest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<JsonCoverage>,
}

#[derive(Serialize)]
struct JsonTest {
    file: String,
    line: usize,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    case: String,
    status: &'static str,
    diagnostics: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct JsonCoverage {
    taken: usize,
    total: usize,
    percent: usize,
    branches: Vec<JsonWay>,
}

#[derive(Serialize)]
struct JsonWay {
    file: String,
    line: usize,
    column: usize,
    branch: String,
    taken: bool,
}

/// As one JSON object (`docs/tool/test.md`).
pub(super) fn json(found: &Found<'_>) -> Result<String, Failure> {
    let failed = found.report.failed();
    let mut tests = Vec::with_capacity(found.report.outcomes.len());
    for outcome in &found.report.outcomes {
        tests.push(JsonTest {
            file: outcome.file.path(found.db).to_string(),
            line: found.line(outcome),
            name: outcome.name.to_string(),
            case: outcome.case_text(),
            status: if outcome.diagnostics.is_empty() { "passed" } else { "failed" },
            diagnostics: diagnostics(found.db, &outcome.diagnostics)?,
        });
    }
    let coverage = found.coverage.map(|coverage| JsonCoverage {
        taken: coverage.taken(),
        total: coverage.ways.len(),
        percent: coverage.percent(),
        branches: coverage
            .ways
            .iter()
            .map(|way| JsonWay {
                file: way.file.clone(),
                line: way.line,
                column: way.column,
                branch: way.text.clone(),
                taken: way.taken,
            })
            .collect(),
    });
    let report =
        JsonReport { version: 1, passed: found.report.outcomes.len() - failed, failed, tests, coverage };
    let text = serde_json::to_string_pretty(&report);
    text.map(|text| text + "\n").map_err(|error| Failure::internal(&error.to_string()))
}

/// Diagnostics in the form that `mcc check --format json` gives them.
fn diagnostics(db: &Database, diagnostics: &[Diagnostic]) -> Result<Vec<serde_json::Value>, Failure> {
    let options = RenderOptions { format: Format::Json, ..RenderOptions::default() };
    let whole: serde_json::Value = serde_json::from_str(&render(db, diagnostics, &options))
        .map_err(|error| Failure::internal(&error.to_string()))?;
    Ok(whole.get("diagnostics").and_then(|all| all.as_array()).cloned().unwrap_or_default())
}

/// As JUnit XML: a suite for each file. Times are left out, so that the same tests give the same text.
pub(super) fn junit(found: &Found<'_>) -> String {
    let outcomes = &found.report.outcomes;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // invariant: writing to a string does not fail
    let _ = writeln!(
        out,
        "<testsuites name=\"mcc test\" tests=\"{}\" failures=\"{}\">",
        outcomes.len(),
        found.report.failed()
    );
    for suite in outcomes.chunk_by(|a, b| a.file == b.file) {
        let Some(first) = suite.first() else { continue };
        let path = escape(first.file.path(found.db).as_str());
        let failures = suite.iter().filter(|outcome| !outcome.diagnostics.is_empty()).count();
        let _ =
            writeln!(out, "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{failures}\">", suite.len());
        for outcome in suite {
            let case = outcome.case_text();
            let case = if case.is_empty() { String::new() } else { format!(" ({case})") };
            let name = escape(&format!("{}{case}", outcome.name));
            let line = found.line(outcome);
            let head =
                format!("    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\"");
            let Some(main) = outcome.diagnostics.first() else {
                let _ = writeln!(out, "{head}/>");
                continue;
            };
            let options = RenderOptions { ascii: true, ..RenderOptions::default() };
            let _ = writeln!(
                out,
                "{head}>\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
                main.code,
                escape(&main.headline),
                escape(&render(found.db, &outcome.diagnostics, &options))
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// A text for XML. Characters that XML cannot hold become question marks.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
