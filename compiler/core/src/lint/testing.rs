//! How rules are tested: what they find in a root module, and that their fixes can be trusted.

use super::{Settings, keeps_plan, lint};
use crate::db::Database;
use crate::diagnostic::fix::{self, Trust};
use crate::diagnostic::render::{Format, RenderOptions, render};
use crate::diff::{Side, diff};
use crate::{Severity, package};
use camino::Utf8Path;
use expect_test::Expect;

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

fn database(source: &str) -> Database {
    let mut db = Database::new();
    package::set_text(&mut db, Utf8Path::new(package::MANIFEST), MANIFEST);
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), source);
    db
}

fn concise(db: &Database) -> String {
    let found = lint(db, &Settings::default());
    render(db, &found, &RenderOptions { format: Format::Concise, ..RenderOptions::default() })
}

/// Compares what is found in a root module, one line each, and tries the fixes.
pub(super) fn check(source: &str, expected: Expect) {
    let db = database(source);
    expected.assert_eq(&concise(&db));
    apply(source, Trust::Safe);
}

/// The same, where everything is known when the bundle is built, so that the plan has to stay the same.
pub(super) fn same(source: &str) {
    let after = apply(source, Trust::Safe);
    assert_ne!(source, after, "nothing is fixed");
    same_plan(&database(source), &database(&after));
}

/// Compares the source after all fixes that mean the same.
pub(super) fn fixed(source: &str, expected: Expect) {
    expected.assert_eq(&apply(source, Trust::Safe));
}

/// Compares the source after the fixes that may be meant as well.
pub(super) fn guessed(source: &str, expected: Expect) {
    expected.assert_eq(&apply(source, Trust::Guess));
}

/// The source after its fixes. It has no errors, nothing is left to fix, and if all fixes are safe the plan is the same.
fn apply(source: &str, trust: Trust) -> String {
    let before = database(source);
    let mut after = database(source);
    let applied = fix::apply(&mut after, trust, &|db| lint(db, &Settings::default()));
    assert!(!applied.taken_back, "a fix breaks the package");
    assert!(applied.left.iter().all(|found| found.severity != Severity::Error), "{}", concise(&after));
    let text = applied.texts.into_values().next().unwrap_or_else(|| source.to_owned());
    let left = applied.left.iter().filter_map(|found| found.fix.as_ref());
    assert!(left.into_iter().all(|fix| fix.trust > trust), "a fix does not help:\n{text}{}", concise(&after));
    let found = lint(&before, &Settings::default());
    if trust == Trust::Safe && found.iter().all(|found| keeps_plan(found.code)) {
        same_plan(&before, &after);
    }
    text
}

fn same_plan(before: &Database, after: &Database) {
    let (Some(old), Some(new)) = (crate::compiled_plan(before), crate::compiled_plan(after)) else {
        panic!("both have a plan");
    };
    let none = |_: &[u8; 32]| None;
    let found = diff(Side { plan: &old.plan, contents: &none }, Side { plan: &new.plan, contents: &none });
    assert!(found.is_empty(), "a fix changes the plan: {}", found.summary());
}
