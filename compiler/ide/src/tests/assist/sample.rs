//! Every offer at every place of a package with something of every kind: what comes out has no mistakes.

use super::is_formatted;
use crate::fixture::Fixture;
use crate::tests::SAMPLE;
use crate::{Wanted, assists};
use camino::Utf8Path;
use mc_compiler::{Severity, package};
use mc_syntax::Span;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn whatever_is_chosen_the_sample_stays_right() {
    let source = mc_syntax::format(SAMPLE).expect("it has no mistakes");
    let fixture = Fixture::new(&source);
    let file = package::file(&fixture.db, Utf8Path::new("src/main.mc")).expect("in the package");
    let mut changes = BTreeMap::new();
    let mut places: Vec<Span> = mc_syntax::tokens(&source)
        .into_iter()
        .flat_map(|(_, token)| [Span::at(token.start), token])
        .collect();
    let selections = places.clone();
    places.extend(selections.iter().flat_map(|at| crate::selections(&fixture.db, file, at.start)));
    places.sort();
    places.dedup();
    for place in places {
        for offer in assists(&fixture.db, file, place, &|_| true, true, Wanted::All) {
            let texts = offer.change.expect("all are worked out").texts(&fixture.db);
            changes.entry(texts).or_insert((offer.assist.id, offer.title));
        }
    }
    let ids: BTreeSet<&str> = changes.values().map(|(id, _)| *id).collect();
    assert!(ids.len() > 35, "{ids:?}");
    // What becomes secret shows by its mistakes where it is seen.
    changes.retain(|_, (id, _)| *id != "secret_type");
    let mut changed = Fixture::new(&source);
    let mut wrong = String::new();
    for (texts, (id, title)) in &changes {
        for (path, text) in texts {
            assert!(package::set_text(&mut changed.db, path, text), "{path} is part of a package");
        }
        let found = mc_compiler::diagnostics(&changed.db);
        let mut errors = found.iter().filter(|found| found.severity == Severity::Error).peekable();
        let formatted = texts.iter().all(|(path, text)| path.extension() != Some("mc") || is_formatted(text));
        if errors.peek().is_some() || !formatted {
            let errors: Vec<String> =
                errors.map(|found| format!("{}: {}", found.code, found.headline)).collect();
            let lines: Vec<&str> = texts
                .iter()
                .flat_map(|(_, text)| text.lines())
                .filter(|line| !source.lines().any(|old| old == *line))
                .collect();
            wrong.push_str(&format!("=== {id}: {title}: {errors:?}\n{}\n", lines.join("\n")));
        }
        for (path, _) in texts.iter().filter(|(path, _)| path != "src/main.mc") {
            package::remove(&mut changed.db, path);
        }
        package::set_text(&mut changed.db, Utf8Path::new("src/main.mc"), &source);
    }
    assert!(wrong.is_empty(), "{wrong}");
}
