//! Assists: what is offered, and what comes out.

mod examples;
mod extract;
mod inline;
mod refused;
mod repair;
mod resource;
mod rewrite;
mod sample;
mod written;

use crate::fixture::Fixture;
use crate::{ASSISTS, Offer, Wanted, assists};
use camino::{Utf8Path, Utf8PathBuf};
use expect_test::Expect;
use mc_compiler::diff::{Side, diff};
use mc_compiler::{Database, Severity, package};
use std::collections::BTreeMap;

/// What an assist offers at the marks of a package.
fn offered(fixture: &Fixture, id: &str) -> Vec<Offer> {
    let (file, _) = fixture.cursor.expect("a cursor");
    let offers = assists(&fixture.db, file, fixture.range, &|_| true, true, Wanted::All);
    assert!(ASSISTS.iter().any(|assist| assist.id == id), "there is no {id}");
    offers.into_iter().filter(|offer| offer.assist.id == id).collect()
}

/// Compares the title of an assist's first offer and the files after it. They are in the one style if they were
/// before, and have no new mistakes; where the assist promises it, the plan stays as it is.
fn check(id: &str, source: &str, expected: Expect) {
    check_offer(id, 0, source, expected);
}

/// The same for one of several offers.
fn check_offer(id: &str, number: usize, source: &str, expected: Expect) {
    let fixture = Fixture::new(source);
    let offers = offered(&fixture, id);
    let offer = offers.get(number).unwrap_or_else(|| panic!("{id} is not offered"));
    let texts = offer.change.as_ref().expect("it was asked for").texts(&fixture.db);
    let mut out = format!("{}\n", offer.title);
    for (path, text) in &texts {
        if texts.len() > 1 || path != "src/main.mc" {
            out.push_str(&format!("//- {path}\n"));
        }
        out.push_str(text);
        let old = package::file(&fixture.db, path).map(|file| file.text(&fixture.db).to_string());
        if path.extension() == Some("mc") && old.is_none_or(|old| is_formatted(&old)) {
            assert!(is_formatted(text), "not in the one style:\n{text}");
        }
    }
    expected.assert_eq(&out);
    let now = after(&fixture.files, &texts);
    let old = errors(&fixture.db);
    let new = new_errors(&old, &errors(&now));
    assert!(new.is_empty(), "{new:?}\n{out}");
    if offer.assist.keeps_plan && old.is_empty() {
        assert_eq!(difference(&fixture.db, &now), "", "the plan is another one");
    }
    // What is offered by its title alone is the same.
    let (file, _) = fixture.cursor.expect("a cursor");
    let one = Wanted::One { id, title: &offer.title };
    let again = assists(&fixture.db, file, fixture.range, &|_| true, true, one);
    let again: Vec<_> = again.into_iter().filter_map(|offer| offer.change).collect();
    assert_eq!(again, [offer.change.clone().expect("it was asked for")]);
}

/// The titles of what an assist offers, a line each.
fn titles(id: &str, source: &str) -> String {
    offered(&Fixture::new(source), id).iter().map(|offer| format!("{}\n", offer.title)).collect()
}

/// An assist has nothing to offer.
fn no(id: &str, source: &str) {
    assert_eq!(titles(id, source), "", "{id} is offered:\n{source}");
}

/// A package after a change. Not a clone of the one before: a change of one waits for the other to be gone.
fn after(files: &[(String, String)], texts: &[(Utf8PathBuf, String)]) -> Database {
    let mut db = Database::new();
    let files = files.iter().map(|(path, text)| (Utf8Path::new(path), text));
    for (path, text) in files.chain(texts.iter().map(|(path, text)| (path.as_path(), text))) {
        assert!(package::set_text(&mut db, path, text), "{path} is part of a package");
    }
    db
}

/// How often each error is there: its code and its headline.
pub(super) fn errors(db: &Database) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for problem in mc_compiler::diagnostics(db).into_iter().filter(|found| found.severity == Severity::Error)
    {
        *found.entry(format!("{}: {}", problem.code, problem.headline)).or_insert(0) += 1;
    }
    found
}

/// What is wrong that was not wrong before.
pub(super) fn new_errors(before: &BTreeMap<String, usize>, after: &BTreeMap<String, usize>) -> Vec<String> {
    let is_new = |(name, count): &(&String, &usize)| before.get(*name).copied().unwrap_or_default() < **count;
    after.iter().filter(is_new).map(|(name, _)| name.clone()).collect()
}

/// In what two packages differ for hosts; empty if in nothing.
fn difference(before: &Database, after: &Database) -> String {
    let (Some(old), Some(new)) = (mc_compiler::compiled_plan(before), mc_compiler::compiled_plan(after))
    else {
        return "one of them has no plan".to_owned();
    };
    let none = |_: &[u8; 32]| None;
    let found = diff(Side { plan: &old.plan, contents: &none }, Side { plan: &new.plan, contents: &none });
    if found.is_empty() { String::new() } else { found.summary() }
}

fn is_formatted(text: &str) -> bool {
    mc_syntax::format(text).is_ok_and(|formatted| formatted == text)
}
