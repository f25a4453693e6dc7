//! Diagnostics as SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), for what collects the results of
//! many tools.

use super::source::Sources;
use crate::db::{Db, File};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, code};
use mc_plan::digest::{hex, sha256};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The name that stands for the package's folder in paths.
const BASE: &str = "PACKAGE";

/// Diagnostics whose labels are a way, in the order of the way, with the primary place at its end.
const WAYS: [Code; 2] = [code::TOO_LATE, code::CYCLE];

/// Who says it.
#[derive(Clone, Copy)]
pub struct Tool<'a> {
    /// The program's name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The page of a code, in Markdown; its first line is `# MC0303: title`.
    pub page: &'a dyn Fn(&str) -> Option<&'static str>,
}

/// Writes diagnostics as one SARIF log with one run. Columns count characters. `success` says whether the package
/// was found to be right.
pub fn sarif(db: &dyn Db, diagnostics: &[Diagnostic], tool: &Tool<'_>, success: bool) -> String {
    let sorted = super::sorted(db, diagnostics);
    let mut writer = Writer { sources: Sources::new(db, diagnostics), files: BTreeMap::new() };
    // Files by path; their order is that of the artifacts.
    let mut paths: Vec<&str> = Vec::new();
    for diagnostic in &sorted {
        let labels = diagnostic.labels.iter().map(|(place, _)| place.file);
        let edits = diagnostic.fix.iter().flat_map(|fix| fix.edits.iter().map(|(place, _)| place.file));
        for file in std::iter::once(diagnostic.primary.file).chain(labels).chain(edits) {
            paths.push(file.path(db).as_str());
        }
    }
    paths.sort_unstable();
    paths.dedup();
    writer.files = paths.iter().enumerate().map(|(at, path)| ((*path).to_owned(), at)).collect();
    let mut codes: Vec<Code> = sorted.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code, &sorted, tool)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = sorted
        .iter()
        .map(|diagnostic| {
            let index = codes.binary_search(&diagnostic.code).unwrap_or(0);
            writer.result(diagnostic, index, &mut seen)
        })
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": tool.name,
                "organization": "Masterchef",
                "semanticVersion": tool.version,
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": i32::from(!success),
            }],
            "originalUriBaseIds": { BASE: { "description": { "text": "The folder of the package." } } },
            "artifacts": paths.iter().map(|path| json!({
                "location": { "uri": uri(path), "uriBaseId": BASE },
                "sourceLanguage": language(path),
            })).collect::<Vec<_>>(),
            "results": results,
            "columnKind": "unicodeCodePoints",
        }],
    });
    // invariant: strings and numbers always have a JSON form
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

/// What a code means, from its page.
fn rule(code: Code, diagnostics: &[&Diagnostic], tool: &Tool<'_>) -> Value {
    let severity = diagnostics.iter().find(|d| d.code == code).map_or(Severity::Error, |d| d.severity);
    let mut rule = Map::new();
    rule.insert("id".to_owned(), json!(code.0));
    rule.insert("defaultConfiguration".to_owned(), json!({ "level": super::severity(severity) }));
    if let Some(page) = (tool.page)(code.0) {
        let (title, rest) = page.split_once('\n').unwrap_or((page, ""));
        let title = title.trim_start_matches("# ").trim_start_matches(code.0).trim_start_matches(": ");
        // What stands in front of the examples.
        let about: Vec<&str> = rest.lines().take_while(|line| !line.starts_with("## ")).collect();
        let about = about.join("\n");
        rule.insert("shortDescription".to_owned(), json!({ "text": sentence(title) }));
        rule.insert("fullDescription".to_owned(), json!({ "text": sentence(about.trim()) }));
        rule.insert("help".to_owned(), json!({ "text": page, "markdown": page }));
    }
    Value::Object(rule)
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    out.push_str(chars.as_str());
    if !out.ends_with('.') {
        out.push('.');
    }
    out
}

struct Writer<'db> {
    sources: Sources<'db>,
    files: BTreeMap<String, usize>,
}

impl Writer<'_> {
    fn result(&mut self, diagnostic: &Diagnostic, rule: usize, seen: &mut BTreeMap<String, usize>) -> Value {
        let mut result = Map::new();
        let mut message = diagnostic.headline.clone();
        for more in diagnostic.notes.iter().chain(&diagnostic.help) {
            message.push('\n');
            message.push_str(more);
        }
        let fingerprint = self.fingerprint(diagnostic, seen);
        let related: Vec<Value> = diagnostic
            .labels
            .iter()
            .enumerate()
            .map(|(id, (place, label))| {
                let mut location = self.location(place, label);
                location["id"] = json!(id + 1);
                location
            })
            .collect();
        result.insert("ruleId".to_owned(), json!(diagnostic.code.0));
        result.insert("ruleIndex".to_owned(), json!(rule));
        result.insert("level".to_owned(), json!(super::severity(diagnostic.severity)));
        result.insert("message".to_owned(), json!({ "text": message }));
        let primary = self.location(&diagnostic.primary, &diagnostic.primary_label);
        result.insert("locations".to_owned(), json!([primary]));
        if !related.is_empty() {
            result.insert("relatedLocations".to_owned(), json!(related));
        }
        if WAYS.contains(&diagnostic.code) && !diagnostic.labels.is_empty() {
            let end = std::iter::once((&diagnostic.primary, &diagnostic.primary_label));
            let way = diagnostic.labels.iter().map(|(place, label)| (place, label)).chain(end);
            let way: Vec<Value> =
                way.map(|(place, label)| json!({ "location": self.location(place, label) })).collect();
            result.insert("codeFlows".to_owned(), json!([{ "threadFlows": [{ "locations": way }] }]));
        }
        if let Some(fix) = &diagnostic.fix {
            let mut changes: BTreeMap<String, (File, Vec<Value>)> = BTreeMap::new();
            for (place, text) in &fix.edits {
                let region = self.region(place);
                let path = place.file.path(self.sources.db).to_string();
                let replacement = json!({ "deletedRegion": region, "insertedContent": { "text": text } });
                changes.entry(path).or_insert((place.file, Vec::new())).1.push(replacement);
            }
            let changes: Vec<Value> = changes
                .into_values()
                .map(|(file, replacements)| {
                    json!({ "artifactLocation": self.artifact(file), "replacements": replacements })
                })
                .collect();
            let fix = json!({
                "description": { "text": fix.title },
                "artifactChanges": changes,
                "properties": { "trust": fix.trust.name() },
            });
            result.insert("fixes".to_owned(), json!([fix]));
        }
        result.insert("partialFingerprints".to_owned(), json!({ "masterchef/v1": fingerprint }));
        Value::Object(result)
    }

    fn artifact(&self, file: File) -> Value {
        let path = file.path(self.sources.db).as_str();
        json!({ "uri": uri(path), "uriBaseId": BASE, "index": self.files.get(path).copied().unwrap_or(0) })
    }

    fn location(&mut self, place: &Place, label: &str) -> Value {
        let mut location = json!({
            "physicalLocation": {
                "artifactLocation": self.artifact(place.file),
                "region": self.region(place),
            },
        });
        if !label.is_empty() {
            location["message"] = json!({ "text": label });
        }
        location
    }

    /// Lines and columns count from 1; the end is the character behind the last one.
    fn region(&mut self, place: &Place) -> Value {
        let bytes = self.sources.clamp(place.file, place.span);
        let mut point =
            |byte: usize| self.sources.position(place.file, u32::try_from(byte).unwrap_or(u32::MAX));
        let (start, end) = (point(bytes.start), point(bytes.end));
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
            "byteOffset": bytes.start,
            "byteLength": bytes.len(),
        })
    }

    /// What stays the same when the file changes elsewhere: the code, the headline, the line's text, and how
    /// many of that have come before.
    fn fingerprint(&mut self, diagnostic: &Diagnostic, seen: &mut BTreeMap<String, usize>) -> String {
        let place = diagnostic.primary;
        let bytes = self.sources.clamp(place.file, place.span);
        let (_, line) = self.sources.whole_lines(place.file, bytes.start..bytes.start);
        let shown = self.sources.shown(place.file);
        let text = shown.get(line).unwrap_or_default().trim();
        let path = place.file.path(self.sources.db);
        let what = format!("{}\n{path}\n{}\n{text}", diagnostic.code, diagnostic.headline);
        let count = seen.entry(what.clone()).and_modify(|count| *count += 1).or_insert(0);
        let digest = hex(&sha256(format!("{what}\n{count}").as_bytes()));
        digest.get(..32).unwrap_or(&digest).to_owned()
    }
}

/// A path as a relative reference: what has a meaning there is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn language(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("mc") => "masterchef",
        Some("mct") => "masterchef-template",
        Some("toml" | "lock") => "toml",
        Some("yaml" | "yml") => "yaml",
        Some("json") => "json",
        _ => "text",
    }
}
