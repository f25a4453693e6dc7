//! Why a value is what it is.

use crate::definition::Location;
use crate::plan::{DeclaredHere, Sources, declared_at, mistakes};
use mc_compiler::notation::Notation;
use mc_compiler::why::{self, Attribute, Given, Origin};
use mc_compiler::{Db, File, compiled_plan};
use std::fmt::Write;

/// The most resources of one place that are told of.
pub(crate) const MOST: usize = 16;

/// Values are cut here, in bytes.
const LONGEST: usize = 200;

/// Where the values of the resources come from that a place declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// The resources with their attributes: one, or all that are set.
    pub resources: Vec<why::Answer>,
    /// How many more resources the place declares.
    pub omitted: usize,
    /// All of it, in Markdown.
    pub markdown: String,
    /// Why there is no answer.
    pub problems: Vec<String>,
}

/// Where a place on the way of a value is.
pub fn origin_location(origin: &Origin) -> Location {
    Location { file: origin.place.file, span: origin.place.span }
}

/// Says where the values of the resource around an offset come from: of the attribute there, or of all that are set. None
/// where no resource is.
pub fn why(db: &dyn Db, file: File, offset: u32) -> Option<Why> {
    let Some(compiled) = compiled_plan(db) else {
        return Some(Why { problems: mistakes(db), ..Why::default() });
    };
    let plan = &compiled.plan;
    let sources = Sources::new(db, plan);
    let DeclaredHere { steps, attribute } = declared_at(db, plan, &sources, file, offset)?;
    let notation = Notation::new(plan, LONGEST);
    let mut found = Why::default();
    let mut names: Vec<&str> = Vec::new();
    for at in &steps {
        let Some(name) = notation.steps.get(*at).map(String::as_str) else { continue };
        if names.contains(&name) {
            continue;
        }
        names.push(name);
        if found.resources.len() == MOST {
            found.omitted += 1;
            continue;
        }
        // Those of one name in loops that the host runs.
        let same: Vec<_> = plan
            .steps
            .iter()
            .zip(&notation.steps)
            .filter(|(_, known)| *known == name)
            .map(|(step, _)| step)
            .collect();
        let attributes = why::attributes(db, compiled, &notation, &same, None, attribute.as_deref());
        found.resources.push(why::Answer { resource: name.to_owned(), attributes });
    }
    found.markdown = markdown(&found);
    Some(found)
}

fn markdown(found: &Why) -> String {
    let mut out = String::new();
    for answer in &found.resources {
        // invariant: writing to a string does not fail, here and below
        let _ = writeln!(out, "### {}\n", code(&answer.resource));
        for attribute in &answer.attributes {
            write_attribute(&mut out, attribute);
        }
    }
    if found.omitted > 0 {
        let _ = writeln!(out, "and {} more resources", found.omitted);
    }
    out
}

fn write_attribute(out: &mut String, attribute: &Attribute) {
    if attribute.given.is_empty() {
        let _ = writeln!(out, "`{}` is not set: it is not managed\n", attribute.name);
    }
    for given in &attribute.given {
        let Given { value, way, .. } = given;
        let sentence = given.sentence().replacen(value.as_str(), &code(value), 1);
        let _ = writeln!(out, "`{}` {sentence}\n", attribute.name);
        for origin in way {
            let _ = writeln!(out, "- {} ({}): {}", origin.what, origin.at, code(&origin.text));
        }
        if !way.is_empty() {
            out.push('\n');
        }
    }
}

/// A text as code on a line of Markdown, whatever is in it.
pub(crate) fn code(text: &str) -> String {
    let line: String = text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    let mut longest = 0;
    let mut ticks = 0;
    for c in line.chars() {
        ticks = if c == '`' { ticks + 1 } else { 0 };
        longest = longest.max(ticks);
    }
    let fence = "`".repeat(longest + 1);
    let space = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}
