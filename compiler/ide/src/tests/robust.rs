//! Sources that are half typed.

use super::SAMPLE;
use crate::fixture::Fixture;
use crate::occurrence::occurrences;
use crate::{
    Hints, LensKind, OrderQuestion, PlanQuestion, Wanted, assists, call_help, completion, definition,
    diagnostics, format_closed, highlights, hints, hover, implementations, incoming_calls, lenses, linked,
    links, outgoing_calls, plan_view, policy_lens, reference_lens, run_tests, runs_before, selections,
    subtypes, supertypes, type_definition, why,
};
use camino::Utf8Path;
use mc_compiler::{Database, package};
use mc_syntax::Span;
use std::collections::BTreeMap;

/// Asks everything at every offset, also within characters and beyond the end.
fn ask_everywhere(db: &Database) -> usize {
    ask(db, 0)
}

fn ask(db: &Database, from: usize) -> usize {
    let file = package::file(db, Utf8Path::new("src/main.mc")).expect("in the package");
    let text = file.text(db).clone();
    let length = text.len() as u32;
    let mut answers = 0;
    for offset in from as u32..=length + 2 {
        if let Some(hover) = hover(db, file, offset) {
            answers += 1;
            assert!(hover.range.touches(offset) && hover.range.end <= length, "{offset}: {:?}", hover.range);
        }
        for usage in highlights(db, file, offset) {
            assert!(usage.span.end <= length, "{offset}: a use outside of its file");
        }
        assert!(!selections(db, file, offset).is_empty(), "{offset}: the file at least");
        for location in definition(db, file, offset) {
            let target = location.file.text(db);
            let span = location.span.start as usize..location.span.end as usize;
            assert!(target.get(span).is_some(), "{offset}: a definition outside of its file");
        }
    }
    answers
}

/// What is asked while somebody types there. What can stand at an offset replaces a part of the text there.
fn complete(db: &Database, offset: usize) {
    let file = package::file(db, Utf8Path::new("src/main.mc")).expect("in the package");
    let length = file.text(db).len() as u32;
    let at = offset as u32;
    if let Some(help) = call_help(db, file, at) {
        assert!(
            help.params
                .iter()
                .all(|(span, _)| help.label.get(span.start as usize..span.end as usize).is_some())
        );
    }
    let wanted = Hints { types: true, phases: true, parameters: true, edges: false };
    for hint in hints(db, file, Span::new(at.saturating_sub(200), at), wanted) {
        assert!(hint.offset <= length, "{hint:?}");
    }
    assert!(links(db, file).iter().all(|link| link.span.end <= length));
    assert!(linked(db, file, at).iter().all(|span| span.end <= length));
    type_definition(db, file, at);
    implementations(db, file, at);
    incoming_calls(db, file, at);
    outgoing_calls(db, file, at);
    supertypes(db, file, at);
    subtypes(db, file, at);
    format_closed(db, file, at);
    if let Some(found) = completion(db, file, offset as u32) {
        assert!(found.replaced.touches(offset as u32), "{offset}: {:?}", found.replaced);
        assert!(file.text(db).get(found.replaced.start as usize..found.replaced.end as usize).is_some());
    }
}

/// The plan and the reasons for what is in it.
fn plan(db: &Database, offset: usize) {
    let file = package::file(db, Utf8Path::new("src/main.mc")).expect("in the package");
    let (length, offset) = (file.text(db).len() as u32, offset as u32);
    let view = plan_view(db, PlanQuestion { at: Some((file, offset)), ..PlanQuestion::default() });
    for location in view.nodes.iter().filter_map(|node| node.location) {
        assert!(
            location.file.text(db).get(location.span.start as usize..location.span.end as usize).is_some()
        );
    }
    why(db, file, offset);
    for after in [false, true] {
        runs_before(db, file, offset, OrderQuestion { after, fixture: None });
    }
    for lens in lenses(db, file) {
        assert!(lens.range.end <= length);
        match lens.kind {
            LensKind::Policy(policy) => drop(policy_lens(db, &policy)),
            LensKind::References => drop(reference_lens(db, file, lens.range.start)),
            LensKind::Test(_) => {}
        }
    }
    drop(run_tests(db, None, BTreeMap::new()));
}

/// What is offered at an offset changes parts of the text that are there and apart.
fn assist(db: &Database, range: Span) -> usize {
    let file = package::file(db, Utf8Path::new("src/main.mc")).expect("in the package");
    let offers = assists(db, file, range, &|_| true, true, Wanted::All);
    for offer in &offers {
        let change = offer.change.as_ref().expect("all are worked out");
        for edited in &change.files {
            let length = edited.file.text(db).len() as u32;
            let mut end = 0;
            for (span, _) in &edited.edits {
                assert!(end <= span.start && span.end <= length, "{}: {:?}", offer.title, edited.edits);
                end = span.end;
            }
        }
        let texts = change.texts(db);
        assert!(texts.iter().all(|(_, text)| !text.is_empty()), "{}: a text that cannot be", offer.title);
    }
    offers.len()
}

#[test]
fn the_sample_is_right() {
    let fixture = Fixture::new(SAMPLE);
    let found = mc_compiler::diagnostics(&fixture.db);
    assert!(found.is_empty(), "{found:?}");
    assert!(ask_everywhere(&fixture.db) > 1_000);
    for (_, token) in mc_syntax::tokens(SAMPLE) {
        complete(&fixture.db, token.start as usize);
        complete(&fixture.db, token.end as usize);
    }
}

#[test]
fn a_sample_cut_off_anywhere_is_answered() {
    let mut fixture = Fixture::new(SAMPLE);
    let path = Utf8Path::new("src/main.mc");
    for end in (0..SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        package::set_text(&mut fixture.db, path, &SAMPLE[..end]);
        // What is broken is near the end.
        ask(&fixture.db, end.saturating_sub(60));
        complete(&fixture.db, end);
        assist(&fixture.db, Span::at(end as u32));
        // Evaluation too, where it still gets that far.
        diagnostics(&fixture.db);
        // Which takes longer.
        if end % 23 == 0 {
            plan(&fixture.db, end);
        }
    }
}

#[test]
fn a_sample_with_a_hole_anywhere_is_answered() {
    let mut fixture = Fixture::new(SAMPLE);
    let path = Utf8Path::new("src/main.mc");
    let tokens = mc_syntax::tokens(SAMPLE);
    for (number, (_, hole)) in tokens.iter().enumerate() {
        let text = format!("{}{}", &SAMPLE[..hole.start as usize], &SAMPLE[hole.end as usize..]);
        package::set_text(&mut fixture.db, path, &text);
        ask(&fixture.db, (hole.start as usize).saturating_sub(60));
        complete(&fixture.db, hole.start as usize);
        assist(&fixture.db, Span::at(hole.start));
        diagnostics(&fixture.db);
        if number % 16 == 0 {
            plan(&fixture.db, hole.start as usize);
        }
    }
}

#[test]
fn the_standard_library_is_answered_as_well() {
    let fixture = Fixture::new("import std.fs.File\n");
    for module in mc_compiler::name::modules(&fixture.db).values() {
        let length = module.text(&fixture.db).len() as u32;
        for offset in 0..=length {
            hover(&fixture.db, *module, offset);
            definition(&fixture.db, *module, offset);
        }
    }
}

#[test]
fn names_do_not_nest() {
    let fixture = Fixture::new(SAMPLE);
    let file = package::file(&fixture.db, Utf8Path::new("src/main.mc")).expect("in the package");
    let names = occurrences(&fixture.db, file);
    let text = file.text(&fixture.db);
    let word = |c: char| c.is_alphanumeric() || c == '_';
    for offset in 0..text.len() as u32 {
        if let Some((span, _)) = names.at(offset) {
            let name = &text[span.start as usize..span.end as usize];
            assert!(name.chars().all(word), "`{name}` is one word");
        }
    }
}
