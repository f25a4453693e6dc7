//! When values are known.

use crate::{IMPORTS, check, database};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::hir::ExprId;
use mc_compiler::name::{self, DeclKind};
use mc_compiler::phase::{self, Phase, Unit};
use mc_compiler::{Database, package};
use std::fmt::Write;

/// Compares the messages of a root module, drawn.
fn drawn(source: &str, expected: Expect) {
    let db = database(&[("src/main.mc", source)]);
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    expected.assert_eq(&render(&db, &mc_compiler::diagnostics(&db), &options));
}

/// The codes and lines of what is wrong with a root module, without the lines of the imports.
fn wrong(source: &str) -> Vec<(String, usize)> {
    let db = database(&[("src/main.mc", source)]);
    let before = IMPORTS.lines().count();
    mc_compiler::diagnostics(&db)
        .iter()
        .map(|d| {
            let text = d.primary.file.text(&db);
            let line = text[..d.primary.span.start as usize].lines().count().max(1);
            (d.code.to_string(), line - before)
        })
        .collect()
}

/// A program that is right.
#[track_caller]
fn right(source: &str) {
    let db = database(&[("src/main.mc", source)]);
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    assert_eq!(render(&db, &mc_compiler::diagnostics(&db), &options), "");
    assert!(mc_compiler::compiled_plan(&db).is_some());
}

/// A program with values that are too late, by their lines; the first line of the text is 1.
#[track_caller]
fn late(source: &str, lines: &[usize]) {
    let expected: Vec<(String, usize)> = lines.iter().map(|line| ("MC0401".to_owned(), *line)).collect();
    assert_eq!(wrong(source), expected);
}

#[test]
fn what_is_needed_early_may_not_be_late() {
    check(
        r#"
policy p {
  let version = Package "nginx" {}
  let name = "/opt/${version.version}"
  File (AbsPath(name)) {}
  if version.version == "1" { File "/y" {} }
  File "/z" { when version.version == "1" }
  for x in version.version.lines() { File "/k" {} }
}
"#,
        expect![[r#"
            src/main.mc:10:9: error[MC0401]: the key of a resource must be known before anything runs
            src/main.mc:11:6: error[MC0401]: whether a resource exists must be known before anything runs
            src/main.mc:12:20: error[MC0401]: whether a resource exists must be known before anything runs
            src/main.mc:13:12: error[MC0401]: what `for` runs over must be known before anything runs
        "#]],
    );
}

#[test]
fn the_message_shows_the_way_of_a_value() {
    drawn(
        r#"
policy p {
  let nginx = Package "nginx" {}
  let version = nginx.version.trim()
  let name = "/opt/${version}"
  let path = AbsPath(name)
  File (path) {}
}
"#,
        expect![[r#"
            error[MC0401]: the key of a resource must be known before anything runs
                ,-[ src/main.mc:12:9 ]
                |
              9 |   let version = nginx.version.trim()
                |       |^^^^^^   |^^^^^^^^^^^^
                |       `------------------------ `version` is computed from it here
                |                 |
                |                 `-------------- an output, known only while the plan runs
             10 |   let name = "/opt/${version}"
                |       |^^^
                |       `----- `name` is computed from it here
             11 |   let path = AbsPath(name)
                |       |^^^
                |       `----- `path` is computed from it here
             12 |   File (path) {}
                |         |^^^
                |         `----- known only while the plan runs
            ----'

            1 error
        "#]],
    );
}

#[test]
fn the_error_is_at_the_call() {
    drawn(
        r#"
fn path(root: String, name: String) -> AbsPath { AbsPath("${root}/${name}") }
component Sites {
  param root: String
  param names: List<String>
  for name in names {
    File (path(root, name)) {}
  }
}
component Web {
  param all: List<String>
  Sites { root = "/srv", names = all }
}
policy p {
  let nginx = Package "nginx" {}
  let lines = nginx.version.lines()
  Web { all = lines }
  Sites { root = "/${nginx.version}", names = ["a"] }
}
"#,
        expect![[r#"
            error[MC0401]: `all` of `Web` must be known before anything runs
                ,-[ src/main.mc:22:15 ]
                |
             11 |   for name in names {
                |               |^^^^
                |               `------ `Sites` needs `names` early: it is run over here
                |
             17 |   Sites { root = "/srv", names = all }
                |                                  |^^
                |                                  `---- `Web` hands `all` to `Sites` here
                |
             21 |   let lines = nginx.version.lines()
                |       |^^^^   |^^^^^^^^^^^^
                |       `---------------------- `lines` is computed from it here
                |               |
                |               `-------------- an output, known only while the plan runs
             22 |   Web { all = lines }
                |               |^^^^
                |               `------ known only while the plan runs
            ----'

            error[MC0401]: `root` of `Sites` must be known before anything runs
                ,-[ src/main.mc:23:18 ]
                |
             12 |     File (path(root, name)) {}
                |           |^^^^^^^^^^^^^^^
                |           `----------------- `Sites` needs `root` early: the key of a resource is made of it
                |
             23 |   Sites { root = "/${nginx.version}", names = ["a"] }
                |                  |^^^|^^^^^^^^^^^^^^
                |                  `-------------------- known only while the plan runs
                |                      |
                |                      `---------------- an output, known only while the plan runs
            ----'

            2 errors
        "#]],
    );
}

#[test]
fn a_component_that_nobody_uses_is_checked() {
    drawn(
        r#"
component Unused {
  param on: Bool
  let nginx = Package "nginx" {}
  if on && nginx.version == "1" {
    File "/x" {}
  }
}
policy p {}
"#,
        expect![[r#"
            error[MC0401]: whether a resource exists must be known before anything runs
                ,-[ src/main.mc:10:6 ]
                |
             10 |   if on && nginx.version == "1" {
                |      |^^^^^|^^^^^^^^^^^^^^^^^^^
                |      `--------------------------- known only while the plan runs
                |            |
                |            `--------------------- an output, known only while the plan runs
            ----'

            1 error
        "#]],
    );
}
#[test]
fn constants_are_evaluated_where_they_stand() {
    check(
        r#"
policy p {
  let zero = 0
  File "/a" { content = "${1 / zero}" }
  let big = 9223372036854775807 + 1
  let name = "x y"
  User (UserName(name)) {}
  let missing = [1, 2][2]
  fail("not today")
}
"#,
        expect![[r#"
            src/main.mc:9:28: error[MC0402]: division by zero
            src/main.mc:10:13: error[MC0402]: the result of this addition does not fit a 64-bit number
            src/main.mc:12:9: error[MC0403]: `x y` is not a UserName: a space is neither a letter of a-z, a digit, `_`, `.` nor `-`
            src/main.mc:13:17: error[MC0406]: the list has 2 elements, so there is none at position 2 (positions start at 0)
            src/main.mc:14:3: error[MC0404]: not today
        "#]],
    );
}

#[test]
fn fail_under_a_condition_is_the_hosts_matter() {
    check(
        r#"
policy p {
  if facts.cpu.count < 2 { fail("too small") }
  let x = if facts.cpu.count < 4 { fail("still too small") } else { 4 }
  File "/x" { content = "${x}" }
}
"#,
        expect![[r#"
            File[/x] content=<1 bytes>
            refused if Expr(ExprId(2)): Value(Str("too small"))
            refused if Expr(ExprId(5)): Value(Str("still too small"))
        "#]],
    );
}
