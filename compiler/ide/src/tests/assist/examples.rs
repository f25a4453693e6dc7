//! The examples of all assists.

use super::{after, difference, errors, is_formatted, new_errors};
use crate::fixture::MANIFEST;
use crate::{ASSISTS, AssistKind, Shown};
use camino::Utf8Path;
use mc_compiler::{Origin, Program, package};
use std::collections::BTreeSet;

#[test]
fn each_has_a_name_of_its_own() {
    let ids: BTreeSet<&str> = ASSISTS.iter().map(|assist| assist.id).collect();
    assert_eq!(ids.len(), ASSISTS.len());
    assert!(ASSISTS.len() >= 40);
}

#[test]
fn each_example_is_what_the_assist_is_for() {
    let mut wrong = String::new();
    for assist in ASSISTS {
        let Some(Shown { before, after: texts, .. }) = assist.shown() else {
            wrong.push_str(&format!("{}: nothing is offered\n", assist.id));
            continue;
        };
        let mut complain = |what: String| {
            let texts: String = texts.iter().map(|(path, text)| format!("--- {path}\n{text}")).collect();
            wrong.push_str(&format!("=== {}: {what}\n{texts}", assist.id));
        };
        let main = package::file(&before, Utf8Path::new("src/main.mc")).expect("in the package");
        if !is_formatted(main.text(&before)) {
            complain("the example is not in the one style".to_owned());
        }
        for (path, text) in texts.iter().filter(|(path, _)| path.extension() == Some("mc")) {
            if !is_formatted(text) {
                complain(format!("{path} is not in the one style"));
            }
        }
        let files = Program::get(&before).files(&before).iter();
        let files = files.filter(|file| file.origin(&before) == Origin::Package);
        let mut files: Vec<(String, String)> =
            files.map(|file| (file.path(&before).to_string(), file.text(&before).to_string())).collect();
        files.push((package::MANIFEST.to_owned(), MANIFEST.to_owned()));
        let now = after(&files, &texts);
        let (old, new) = (errors(&before), errors(&now));
        let found = new_errors(&old, &new);
        if !found.is_empty() {
            complain(found.join("\n"));
        }
        let is_repair = assist.kind == AssistKind::Repair;
        if is_repair && new.values().sum::<usize>() >= old.values().sum::<usize>() {
            complain("it repairs nothing".to_owned());
        }
        if !is_repair && !old.is_empty() {
            complain(format!("the example is wrong: {old:?}"));
        }
        if assist.keeps_plan {
            let difference = difference(&before, &now);
            if !difference.is_empty() {
                complain(format!("the plan is another one: {difference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
