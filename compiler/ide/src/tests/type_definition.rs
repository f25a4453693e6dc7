//! From values to their types, and from declarations to what is made of them.

use crate::fixture::Fixture;
use crate::{Location, implementations, linked, type_definition};
use expect_test::{Expect, expect};
use mc_compiler::{Database, File};

const SOURCE: &str = "\
record Site { name: HostName }
enum Role { Web, Db }
fn first(sites: List<Site>) -> Site? { sites.first() }
import std.fs.File
component Page {
  param site: Site
  let file = File \"/a\" { content = \"x\" }
  File \"/b\" { content = file.sha256 }
}
policy web {
  let all = [Site { name = \"a\" }]
  let role = Role.Web
  let one = first(all)
  Page \"p\" { site = all[0] }
  Page \"q\" { site = all[0] }
  File \"/c\" { content = \"${role}${one?.name}\" }
}
";

fn at(text: &str) -> (Fixture, File, u32) {
    assert_eq!(SOURCE.matches(text).count(), 1, "{text}");
    let fixture = Fixture::new(&SOURCE.replace(text, &format!("$0{text}")));
    let (file, offset) = fixture.cursor.expect("a cursor");
    (fixture, file, offset)
}

fn show(db: &Database, all: &[Location]) -> String {
    let line = |at: &Location| {
        let text = at.file.text(db);
        let written = &text[at.span.start as usize..at.span.end as usize];
        format!("{}:{} {written}", at.file.path(db), text[..at.span.start as usize].matches('\n').count() + 1)
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn type_of(text: &str, expected: Expect) {
    let (fixture, file, offset) = at(text);
    expected.assert_eq(&show(&fixture.db, &type_definition(&fixture.db, file, offset)));
}

fn made_of(text: &str, expected: Expect) {
    let (fixture, file, offset) = at(text);
    expected.assert_eq(&show(&fixture.db, &implementations(&fixture.db, file, offset)));
}

#[test]
fn types() {
    type_of("all = [", expect!["src/main.mc:1 Site"]);
    type_of("role = R", expect!["src/main.mc:2 Role"]);
    type_of("one?.name", expect!["src/main.mc:1 Site"]);
    type_of("first(all)", expect!["src/main.mc:1 Site"]);
    type_of("file.sha256", expect!["std/fs.mc:5 File"]);
    type_of("name: HostName", expect![[r#""#]]);
    type_of("[0] }\n  Page \"q\"", expect!["src/main.mc:1 Site"]);
}

#[test]
fn what_is_made_of_it() {
    made_of(
        "Page {\n",
        expect![[r#"
        src/main.mc:14 Page "p"
        src/main.mc:15 Page "q""#]],
    );
    made_of(
        "File \"/b\"",
        expect![[r#"
        src/main.mc:7 File "/a"
        src/main.mc:8 File "/b"
        src/main.mc:16 File "/c""#]],
    );
    made_of("first(all)", expect!["src/main.mc:3 first"]);
}

#[test]
fn a_local_name_changes_in_all_its_places() {
    let places = |text: &str| {
        let (fixture, file, offset) = at(text);
        linked(&fixture.db, file, offset).len()
    };
    assert_eq!(places("role = R"), 2);
    assert_eq!(places("all = ["), 4);
    // Other files can know these.
    assert_eq!(places("site: Site\n  let"), 0);
    assert_eq!(places("first(sites"), 0);
}
