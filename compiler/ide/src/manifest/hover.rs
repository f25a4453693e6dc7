//! What is known about a place of a manifest.

use super::place::{self, Part, Shape, shape};
use super::tree::{self, ValueKind};
use super::{dependency, level_about};
use crate::describe;
use crate::hover::{Hover, markdown};
use mc_compiler::capability;
use mc_compiler::lint::{self, Level, RULES};
use mc_compiler::package::schema::{self, Holds, Key};
use mc_compiler::package::{self, parse_manifest};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File};

/// How many entries are shown of what a package can do.
const MOST: usize = 12;

/// What is known about the name or the value at an offset.
pub(crate) fn hover(db: &dyn Db, file: File, offset: u32) -> Option<Hover> {
    let text = file.text(db);
    let sections = tree::sections(text);
    match place::part_at(&sections, offset)? {
        Part::Name { path, span } => Some(Hover { range: span, markdown: name(db, &path)? }),
        Part::Value { path, value } => {
            let ValueKind::Text(inner) = value.kind else { return None };
            let written = text.get(inner.start as usize..inner.end as usize)?;
            Some(Hover { range: value.span, markdown: of_text(db, &path, written)? })
        }
    }
}

fn name(db: &dyn Db, path: &[&str]) -> Option<String> {
    match shape(path)? {
        Shape::Root => None,
        Shape::Keys(key, _) | Shape::Packages(key, _) | Shape::Levels(key) => {
            Some(about(key, &format!("[{}]", key.name)))
        }
        Shape::Value(key) | Shape::Bounds(key, _) => Some(about(key, key.name)),
        Shape::Package(name, _) => of_package(db, name),
        Shape::Level(name) => rule(name),
        Shape::Domain(package, domain) => {
            let known =
                ability(db, package, |key| key.split_once('.').is_some_and(|(first, _)| first == domain));
            Some(format!("All effects of `{domain}`.{known}"))
        }
        Shape::Bound(package, None, name) => {
            let (_, about) = schema::ABILITIES.iter().find(|(own, _)| *own == name)?;
            Some(format!("{about}{}", ability(db, package, |key| key == name)))
        }
        Shape::Bound(package, Some(domain), verb) => {
            let effect = format!("{domain}.{verb}");
            Some(format!(
                "What the effect `{effect}` may act on.{}",
                ability(db, package, |key| key == effect)
            ))
        }
    }
}

/// A key or a table: its type, what it is for, and what holds without it.
fn about(key: &Key, written: &str) -> String {
    let needed = if key.is_required { ", required" } else { "" };
    let mut out = format!("**`{written}`**: {}{needed}\n\n{}", key.holds.type_name(), key.about);
    if !key.otherwise.is_empty() {
        out.push_str(&format!("\n\nWithout it: {}.", key.otherwise));
    }
    if let Holds::Keys(keys) = key.holds {
        let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
        out.push_str(&format!("\n\nKeys: {}", names.join(", ")));
    }
    if !key.example.is_empty() {
        out.push_str(&format!("\n\n```toml\n{} = {}\n```", key.name, key.example));
    }
    out
}

/// A package that is needed: where it comes from, what it is, and what its code can do.
fn of_package(db: &dyn Db, name: &str) -> Option<String> {
    let found = package::dependencies(db).iter().find(|dependency| dependency.name(db) == name)?;
    let mut out = format!("**`{name}`** from {}", found.source(db));
    let manifest = (*found.manifest(db)).and_then(|file| parse_manifest(db, file).manifest.as_ref());
    if let Some(manifest) = manifest {
        out.push_str(&format!(", version {}", manifest.version));
        let lines = [manifest.description.as_ref(), manifest.license.as_ref()];
        for line in lines.into_iter().flatten() {
            out.push_str(&format!("\n\n{line}"));
        }
    }
    if found.is_loaded(db) {
        out.push_str(&ability(db, name, |_| true));
    } else {
        out.push_str("\n\nIts files are not there.");
    }
    Some(out)
}

/// What the code of a package can do, of the kinds that are wanted.
fn ability(db: &dyn Db, package: &str, wanted: impl Fn(&str) -> bool) -> String {
    let Some(found) = dependency(db, package) else { return String::new() };
    let listing = capability::capabilities(db, found).listing();
    let entries = listing.iter().filter(|(key, _)| wanted(key));
    let all: Vec<String> = entries
        .flat_map(|(key, patterns)| patterns.iter().map(|pattern| capability::described(key, pattern)))
        .collect();
    if all.is_empty() {
        return format!("\n\nThe code of `{package}` does nothing of it now.");
    }
    let mut out = format!("\n\nThe code of `{package}` now:\n");
    for line in all.iter().take(MOST) {
        out.push_str(&format!("\n- {line}"));
    }
    if all.len() > MOST {
        out.push_str(&format!("\n- and {} more", all.len() - MOST));
    }
    out
}

/// A rule of `mcc lint`, by its name or its code.
fn rule(name: &str) -> Option<String> {
    let code = lint::known(name)?;
    let Some(rule) = RULES.iter().find(|rule| rule.code == code) else {
        return Some(format!("**{}**: a warning of the compiler", code.0));
    };
    Some(format!("**`{}`** ({}): {}\n\nBy itself: `{}`.", rule.name, code.0, rule.about, rule.level.name()))
}

fn of_text(db: &dyn Db, path: &[&str], written: &str) -> Option<String> {
    match shape(path)? {
        Shape::Level(_) => Level::named(written).map(|level| level_about(level).to_owned()),
        Shape::Value(key) if matches!(key.holds, Holds::Guards) => {
            let guard = Target::Decl(package::guard(db, written)?);
            Some(markdown(&[describe::describe(db, &guard)?]))
        }
        _ => None,
    }
}
