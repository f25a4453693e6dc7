//! The tests of a package.

use crate::fixture::Fixture;
use crate::{run_tests, tests};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::package;
use std::collections::BTreeMap;
use std::fmt::Write;

const SOURCE: &str = r#"
import std.fs.File
import std.facts.fixture.{debian12, rocky9}

enum Role { Web, Db }
labels { role: Role }
let hosts = [debian12, rocky9]

policy web {
  File "/etc/motd" { content = "${facts.os.id}\n" }
}

test "one" {
  given facts = debian12
  expect plan(web).content(File["/etc/motd"]) == "debian\n"
}

test "pairs" {
  given facts in [debian12, rocky9]
  given labels in [Labels { role = .Web }, Labels { role = .Db }]
  expect plan(web).content(File["/etc/motd"]) == "debian\n"
}

test "computed" {
  given facts in hosts
  expect plan(web).matches("computed")
}
"#;

fn check_run(ids: Option<&[&str]>, goldens: &[(&str, &str)], expected: &Expect) {
    let fixture = Fixture::new(SOURCE);
    let ids: Option<Vec<String>> = ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
    let goldens: BTreeMap<String, String> =
        goldens.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut out = String::new();
    for result in run_tests(&fixture.db, ids.as_deref(), goldens).expect("no errors") {
        let _ = writeln!(out, "{} ({}): {:?}", result.id, result.name, result.message);
        for (place, text) in result.places {
            let source = place.file.text(&fixture.db);
            let shown = &source[place.span.start as usize..place.span.end as usize];
            let _ = writeln!(out, "  {shown:?}: {text}");
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn tests_have_cases_where_they_are_written_out() {
    let fixture = Fixture::new(SOURCE);
    let file = package::file(&fixture.db, Utf8Path::new("src/main.mc")).expect("in the package");
    let mut out = String::new();
    for test in tests(&fixture.db, file) {
        let text = file.text(&fixture.db);
        let name = &text[test.selection.start as usize..test.selection.end as usize];
        let all = &text[test.range.start as usize..test.range.end as usize];
        let _ = writeln!(out, "{} {name} {:?}..{:?}", test.id, &all[..4], &all[all.len() - 1..]);
        for case in test.cases {
            let _ = writeln!(out, "  {} {}", case.id, case.name);
        }
    }
    expect![[r#"
        src/main.mc::one "one" "test".."}"
        src/main.mc::pairs "pairs" "test".."}"
          src/main.mc::pairs::facts = debian12, labels = Labels { role = .Web } facts = debian12, labels = Labels { role = .Web }
          src/main.mc::pairs::facts = debian12, labels = Labels { role = .Db } facts = debian12, labels = Labels { role = .Db }
          src/main.mc::pairs::facts = rocky9, labels = Labels { role = .Web } facts = rocky9, labels = Labels { role = .Web }
          src/main.mc::pairs::facts = rocky9, labels = Labels { role = .Db } facts = rocky9, labels = Labels { role = .Db }
        src/main.mc::computed "computed" "test".."}"
    "#]].assert_eq(&out);
}

#[test]
fn all_tests_run() {
    check_run(
        None,
        &[],
        &expect![[r#"
        src/main.mc::one (one): None
        src/main.mc::pairs::facts = debian12, labels = Labels { role = .Web } (facts = debian12, labels = Labels { role = .Web }): None
        src/main.mc::pairs::facts = debian12, labels = Labels { role = .Db } (facts = debian12, labels = Labels { role = .Db }): None
        src/main.mc::pairs::facts = rocky9, labels = Labels { role = .Web } (facts = rocky9, labels = Labels { role = .Web }): Some("[MC0804] this expectation does not hold\nis `false`")
          "plan(web).content(File[\"/etc/motd\"]) == \"debian\\n\"": is `false`
          ".content(File[\"/etc/motd\"])": is `"rocky\n"`
        src/main.mc::pairs::facts = rocky9, labels = Labels { role = .Db } (facts = rocky9, labels = Labels { role = .Db }): Some("[MC0804] this expectation does not hold\nis `false`")
          "plan(web).content(File[\"/etc/motd\"]) == \"debian\\n\"": is `false`
          ".content(File[\"/etc/motd\"])": is `"rocky\n"`
        src/main.mc::computed::facts = 1 (facts = 1): Some("[MC0810] there is no stored plan `computed`\nlooked for in `tests/golden/computed.txt`\nhelp: `mcc test --update` stores it; look at what it wrote before you keep it")
          "plan(web).matches(\"computed\")": looked for in `tests/golden/computed.txt`
        src/main.mc::computed::facts = 2 (facts = 2): Some("[MC0810] there is no stored plan `computed`\nlooked for in `tests/golden/computed.txt`\nhelp: `mcc test --update` stores it; look at what it wrote before you keep it\n\n[MC0810] two different plans are compared with the stored plan `computed`\nanother case gave another plan\nhelp: put what differs into the name: `p.matches(\"web-${facts.os.id}\")`")
          "plan(web).matches(\"computed\")": looked for in `tests/golden/computed.txt`
          "plan(web).matches(\"computed\")": another case gave another plan
    "#]],
    );
}

#[test]
fn one_test_or_one_case_runs() {
    check_run(
        Some(&["src/main.mc::one"]),
        &[],
        &expect![[r#"
        src/main.mc::one (one): None
    "#]],
    );
    check_run(
        Some(&["src/main.mc::pairs::facts = rocky9, labels = Labels { role = .Db }"]),
        &[],
        &expect![[r#"
        src/main.mc::pairs::facts = rocky9, labels = Labels { role = .Db } (facts = rocky9, labels = Labels { role = .Db }): Some("[MC0804] this expectation does not hold\nis `false`")
          "plan(web).content(File[\"/etc/motd\"]) == \"debian\\n\"": is `false`
          ".content(File[\"/etc/motd\"])": is `"rocky\n"`
    "#]],
    );
    check_run(Some(&["src/main.mc::on", "src/other.mc::one"]), &[], &expect![[""]]);
}

#[test]
fn a_package_with_errors_runs_no_tests() {
    let fixture = Fixture::new("policy p {}\ntest \"a\" { expect x }\n");
    let problems = run_tests(&fixture.db, None, BTreeMap::new()).expect_err("an error");
    assert_eq!(problems, ["src/main.mc:2: nothing here is called `x`"]);
}

#[test]
fn tests_of_a_broken_file_are_listed() {
    let fixture = Fixture::new("test \"a\" { given facts in [\ntest \"a\" {}\ntest \"b\" {}\n");
    let file = package::file(&fixture.db, Utf8Path::new("src/main.mc")).expect("in the package");
    let names: Vec<String> = tests(&fixture.db, file).into_iter().map(|test| test.name).collect();
    expect!["a, b"].assert_eq(&names.join(", "));
}
