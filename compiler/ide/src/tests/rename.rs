//! Renaming. What comes out compiles.

use super::{SAMPLE, at};
use crate::fixture::Fixture;
use crate::occurrence::occurrences;
use crate::{prepare_rename, rename};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::{Database, File, Severity, package};
use mc_syntax::Span;
use std::fmt::Write;

fn edited(text: &str, edits: &[(Span, String)]) -> String {
    let mut out = text.to_owned();
    for (span, new) in edits.iter().rev() {
        out.replace_range(span.start as usize..span.end as usize, new);
    }
    out
}

fn errors(db: &Database) -> Vec<String> {
    let all = mc_compiler::diagnostics(db).into_iter();
    all.filter(|found| found.severity == Severity::Error).map(|found| found.headline).collect()
}

/// The changed lines of each file after the renaming, or why it is refused.
fn check(source: &str, new: &str, expected: Expect) {
    let mut fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let before = errors(&fixture.db);
    let mut found = String::new();
    match rename(&fixture.db, file, offset, new) {
        Err(why) => writeln!(found, "refused: {why}").expect("a string"),
        Ok(files) => {
            assert!(prepare_rename(&fixture.db, file, offset).is_ok(), "what is renamed can be");
            for file in files {
                let old = file.file.text(&fixture.db).clone();
                let path = file.file.path(&fixture.db).clone();
                let text = edited(&old, &file.edits);
                writeln!(found, "{path}").expect("a string");
                for (_, line) in old.lines().zip(text.lines()).filter(|(old, new)| old != new) {
                    writeln!(found, "  {}", line.trim()).expect("a string");
                }
                package::set_text(&mut fixture.db, &path, &text);
            }
            assert_eq!(errors(&fixture.db), before, "what comes out compiles");
        }
    }
    expected.assert_eq(&found);
}

#[test]
fn a_record_in_all_modules_and_templates() {
    check(
        &at("pub record Sit"),
        "Host",
        expect![[r#"
        src/main.mc
          import site.{Host, url as address}
          let site = Host { name, port = 81 }
        src/site.mc
          pub record Host { name: HostName, port: Int = 80 }
          pub fn url(site: Host) -> String { "${site.name}:${site.port}" }
        templates/site.mct
          %{ param site: Host }
    "#]],
    );
}

#[test]
fn a_field_also_where_a_short_form_sets_it() {
    check(
        &at("pub record Site { nam"),
        "host",
        expect![[r#"
        src/main.mc
          let site = Site { host = name, port = 81 }
        src/site.mc
          pub record Site { host: HostName, port: Int = 80 }
          pub fn url(site: Site) -> String { "${site.host}:${site.port}" }
    "#]],
    );
    check(
        &at("80 }\npub fn url(site: Site) -> String { \"${site.name}:${site.por"),
        "number",
        expect![[r#"
        src/main.mc
          let site = Site { name, number = 81 }
        src/site.mc
          pub record Site { name: HostName, number: Int = 80 }
          pub fn url(site: Site) -> String { "${site.name}:${site.number}" }
        templates/site.mct
          port ${site.number}
    "#]],
    );
}

#[test]
fn a_parameter_of_a_template() {
    check(
        &at("%{ param sit"),
        "host",
        expect![[r#"
        src/main.mc
          File "/etc/port" { content = template("site.mct", host = site) }
        templates/site.mct
          %{ param host: Site }
          port ${host.port}
    "#]],
    );
    check(
        &at("template(\"site.mct\", sit"),
        "host",
        expect![[r#"
        src/main.mc
          File "/etc/port" { content = template("site.mct", host = site) }
        templates/site.mct
          %{ param host: Site }
          port ${host.port}
    "#]],
    );
    check(
        &at("template(\"site.m"),
        "host",
        expect![[r#"
        refused: modules and templates are named by their files: rename the file
    "#]],
    );
}

#[test]
fn the_value_of_a_short_form() {
    check(
        &at("= Site { nam"),
        "host",
        expect![[r#"
        src/main.mc
          let host: HostName = "a.example"
          let site = Site { name = host, port = 81 }
    "#]],
    );
}

#[test]
fn a_function_keeps_what_an_import_calls_it() {
    check(
        &at("pub fn ur"),
        "link",
        expect![[r#"
        src/main.mc
          import site.{Site, link as address}
        src/site.mc
          pub fn link(site: Site) -> String { "${site.name}:${site.port}" }
    "#]],
    );
    check(
        &at("content = addres"),
        "link",
        expect![[r#"
        refused: there is no name here
    "#]],
    );
}

#[test]
fn a_name_that_means_something_already() {
    check(
        &at("pub record Sit"),
        "File",
        expect![[r#"
        refused: `File` has a meaning already: std/fs.mc:5
    "#]],
    );
    check(
        &at("let sit"),
        "name",
        expect![[r#"
        refused: `name` has a meaning already: src/main.mc:5
    "#]],
    );
    check(
        &at("pub record Site { nam"),
        "port",
        expect![[r#"
        refused: `port` has a meaning already: src/site.mc:2
    "#]],
    );
    check(
        &at("pub fn ur"),
        "site",
        expect![[r#"
        refused: `site` has a meaning already: src/main.mc:6
    "#]],
    );
}

#[test]
fn what_is_no_name() {
    for name in ["", "Url", "a b", "let", "a-b", "é", "1a", "a.b", "a // b"] {
        let fixture = Fixture::new(&at("pub fn ur"));
        let (file, offset) = fixture.cursor.expect("a cursor");
        assert!(rename(&fixture.db, file, offset, name).is_err(), "{name:?}");
    }
    check(
        &at("pub record Sit"),
        "site",
        expect![[r#"
        refused: `site` cannot be its name: write letters, digits and `_`, and begin with a capital letter
    "#]],
    );
}

#[test]
fn what_others_declare() {
    check(
        &at("import std.fs.Fil"),
        "Datei",
        expect![[r#"
        refused: `File` is not declared in this package
    "#]],
    );
    check(
        &at("File \"/etc/url\" { conten"),
        "text",
        expect![[r#"
        refused: `content` is not declared in this package
    "#]],
    );
    check(
        "let a: I$0nt = 1\n",
        "Number",
        expect![[r#"
        refused: there is no name here
    "#]],
    );
    check(
        "import std.f$0s\n",
        "files",
        expect![[r#"
        refused: modules and templates are named by their files: rename the file
    "#]],
    );
    check(
        "let a = 1 +$0 2\n",
        "b",
        expect![[r#"
        refused: there is no name here
    "#]],
    );
}

/// Every name of the sample gets another one, and the sample stays right.
#[test]
fn every_name_of_the_sample() {
    let path = Utf8Path::new("src/main.mc");
    let mut fixture = Fixture::new(SAMPLE);
    let file = |db: &Database| -> File { package::file(db, path).expect("in the package") };
    let starts: Vec<u32> = {
        let names = occurrences(&fixture.db, file(&fixture.db));
        names.all().iter().map(|(span, _)| span.start).collect()
    };
    let mut renamed = 0;
    for start in starts {
        let db = &fixture.db;
        let Ok((_, old)) = prepare_rename(db, file(db), start) else { continue };
        let new = format!("{old}_renamed");
        let files = rename(db, file(db), start, &new).unwrap_or_else(|why| panic!("{old}: {why}"));
        let [edits] = files.as_slice() else { panic!("{old}: one file") };
        let text = edited(SAMPLE, &edits.edits);
        package::set_text(&mut fixture.db, path, &text);
        assert_eq!(errors(&fixture.db), [""; 0], "{old}:\n{text}");
        package::set_text(&mut fixture.db, path, SAMPLE);
        renamed += 1;
    }
    assert!(renamed > 80, "{renamed}");
}

const DATA: &str = r#"
record Pool {
  timeout: Duration = 30s
  kind: Kind = .Plain
}
enum Kind {
  Plain
  Weighted { spare: Int = 0 }
}
let all: Map<String, Pool> = load("pools.json")
policy p {
  check all.len() > 0 else "none"
}
"#;

/// The same with its data, and the cursor before a name.
fn with_data(name: &str) -> String {
    let source = DATA.replacen(name, &format!("$0{name}"), 1);
    format!(
        "{source}//- data/pools.json\n{{\"a\": {{\"timeout\": \"5s\", \"kind\": {{\"Weighted\": {{\"spare\": 1}}}}}}, \"b\": {{\"kind\": \"Plain\"}}}}\n"
    )
}

#[test]
fn fields_and_variants_are_renamed_in_data_files() {
    check(
        &with_data("timeout"),
        "patience",
        expect![[r#"
        data/pools.json
          {"a": {"patience": "5s", "kind": {"Weighted": {"spare": 1}}}, "b": {"kind": "Plain"}}
        src/main.mc
          patience: Duration = 30s
    "#]],
    );
    check(
        &with_data("Plain\n"),
        "Simple",
        expect![[r#"
        data/pools.json
          {"a": {"timeout": "5s", "kind": {"Weighted": {"spare": 1}}}, "b": {"kind": "Simple"}}
        src/main.mc
          kind: Kind = .Simple
          Simple
    "#]],
    );
    check(
        &with_data("spare"),
        "extra",
        expect![[r#"
        data/pools.json
          {"a": {"timeout": "5s", "kind": {"Weighted": {"extra": 1}}}, "b": {"kind": "Plain"}}
        src/main.mc
          Weighted { extra: Int = 0 }
    "#]],
    );
    let yaml = "record R {\n  $0size: Int = 1\n}\nlet r: R = load(\"r.yaml\")\npolicy p {\n  check r.size > 0 else \"small\"\n}\n//- data/r.yaml\n# the size\n\"size\": 2\n";
    check(
        yaml,
        "extent",
        expect![[r#"
        data/r.yaml
          "extent": 2
        src/main.mc
          extent: Int = 1
          check r.extent > 0 else "small"
    "#]],
    );
}

#[test]
fn what_is_judged_by_a_guard_has_a_name() {
    check(
        "import std.fs.File\nguard g {\n  deny File $0f when f.mode == none && f.path != \"/etc\"\n  message \"no mode: ${f.path}\"\n}\n",
        "judged",
        expect![[r#"
            src/main.mc
              deny File judged when judged.mode == none && judged.path != "/etc"
              message "no mode: ${judged.path}"
        "#]],
    );
}

#[test]
fn what_the_language_means_by_a_name_is_not_hidden() {
    check(
        "let $0one = 1\n",
        "facts",
        expect![[r#"
        refused: `facts` is what the language itself means by it
    "#]],
    );
    check(
        "fn $0f() -> Int { 1 }\n",
        "load",
        expect![[r#"
        refused: `load` is what the language itself means by it
    "#]],
    );
    check(
        "record $0Site {}\n",
        "String",
        expect![[r#"
        refused: `String` is what the language itself means by it
    "#]],
    );
    // A field hides nothing.
    check(
        "record R {\n  $0a: Int\n}\n",
        "facts",
        expect![[r#"
        src/main.mc
          facts: Int
    "#]],
    );
}
