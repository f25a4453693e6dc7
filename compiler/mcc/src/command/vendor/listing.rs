//! What packages can do on hosts, for people and for programs.

use clap::ValueEnum;
use mc_compiler::capability::{Change, Listing, changes, compared};
use mc_compiler::package::{Lock, Locked};
use serde_json::{Map, Value, json};

/// How a listing is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Text,
    /// One JSON object, for programs
    Json,
}

/// The version of the JSON form.
const VERSION: u32 = 1;

/// What every package can do.
pub(super) fn text(lock: &Lock) -> String {
    let all: Vec<String> = lock.packages.iter().map(package).collect();
    if all.is_empty() { "the package has no dependencies\n".to_owned() } else { all.join("\n") }
}

fn package(package: &Locked) -> String {
    let Locked { name, version, source, capabilities, .. } = package;
    let mut out = format!("{name} {version} from {source}\n");
    if capabilities.is_empty() {
        out.push_str("  nothing\n");
    }
    for change in changes(&Listing::new(), capabilities) {
        out.push_str(&format!("  {}\n", entry(&change)));
    }
    out
}

fn entry(change: &Change) -> String {
    format!("{:<16} {}", change.key, change.pattern.to_string().escape_debug())
}

/// What packages can do that could not do it, or were not there; and what they cannot do any more.
pub(super) fn news(old: &Lock, new: &Lock) -> String {
    let mut out = String::new();
    let nothing = Listing::new();
    for package in &new.packages {
        let before = old.packages.iter().find(|before| before.name == package.name);
        let changes = changes(before.map_or(&nothing, |before| &before.capabilities), &package.capabilities);
        if changes.is_empty() {
            continue;
        }
        match before {
            None => out.push_str(&format!("`{}` can do this on hosts:\n", package.name)),
            Some(_) => {
                out.push_str(&format!("`{}` {} than was locked:\n", package.name, compared(&changes)));
            }
        }
        for change in &changes {
            let sign = if change.is_new { '+' } else { '-' };
            out.push_str(&format!("  {sign} {}\n", entry(change)));
        }
    }
    out
}

/// The same as [`text`], for programs.
pub(super) fn json(lock: &Lock) -> String {
    let packages: Vec<Value> = lock
        .packages
        .iter()
        .map(|package| {
            let all = package.capabilities.iter().map(|(key, patterns)| {
                let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
                (key.to_string(), json!(patterns))
            });
            json!({
                "name": package.name.as_str(),
                "version": package.version.as_str(),
                "hash": package.hash.to_string(),
                "capabilities": Value::Object(all.collect::<Map<String, Value>>()),
            })
        })
        .collect();
    format!("{:#}\n", json!({ "version": VERSION, "packages": packages }))
}
