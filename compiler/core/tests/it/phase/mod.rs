//! When values are known.

mod agreement;
mod editor;
mod function;
mod growth;

use crate::{check, database, right, wrong};
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

/// A program with values that are too late, by their lines; the first line of the text is 1.
#[track_caller]
fn late(source: &str, lines: &[usize]) {
    let expected: Vec<(String, usize)> = lines.iter().map(|line| ("MC0401".to_owned(), *line)).collect();
    assert_eq!(wrong(source), expected);
}

#[expect(clippy::expect_used, reason = "test code: every package has a root module")]
fn unit(db: &Database, name: &str) -> Unit {
    let file = package::file(db, Utf8Path::new("src/main.mc")).expect("the root module");
    match name::declarations(db, file).get(name) {
        Some(declared) if declared.kind != DeclKind::Let => Unit::item(declared.id),
        _ => Unit::values(file),
    }
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

// The phase of a value.

#[test]
fn a_value_is_as_late_as_what_it_is_computed_from() {
    late(
        r#"policy p {
  let nginx = Package "nginx" {}
  let a = 1 + 2
  let b = a + facts.cpu.count
  let c = "${b} ${nginx.version}"
  File "/opt/${a}/${b}" {}
  File "/opt/${c}" {}
}
"#,
        &[7],
    );
}

#[test]
fn conditions_that_a_value_passed_count() {
    late(
        r#"component Named { const param name: String }
policy p {
  let a = if facts.cpu.count > 2 { 1 } else { 2 }
  let b = match facts.os.family { .Debian => 1, _ => 2 }
  let c = if let name = facts.os.codename { 1 } else { 2 }
  Named "n1" { name = "a${a}" }
  Named "n2" { name = "b${b}" }
  Named "n3" { name = "c${c}" }
}
"#,
        &[6, 7, 8],
    );
}

#[test]
fn a_branch_that_fails_gives_no_value_and_leaves_nothing_to_choose() {
    right(
        r#"component Named { const param name: String }
policy p {
  let a = if facts.cpu.count > 2 { 1 } else { fail("too small") }
  Named "n4" { name = "a${a}" }
}
"#,
    );
}

#[test]
fn records_are_as_late_as_each_field() {
    late(
        r#"record Site { name: String, note: String = "none", root: String = "/srv/${name}" }
policy p {
  let nginx = Package "nginx" {}
  let site = Site { name = "a", note = nginx.version }
  File "/etc/${site.name}" {}
  File (AbsPath(site.root)) {}
  File "/etc/${site.note}" {}
  let other = Site { name = nginx.version }
  File "/etc/${other.note}" {}
  File (AbsPath(other.root)) {}
}
"#,
        &[7, 10],
    );
}

#[test]
fn variants_are_as_late_as_the_choice_and_each_field() {
    late(
        r#"enum Tls { Off, On { cert: String, key: String } }
policy p {
  let nginx = Package "nginx" {}
  let tls = Tls.On { cert = "c", key = nginx.version }
  if let .On { cert, key } = tls {
    File "/etc/${cert}" { content = key }
    File "/etc/${key}" {}
  }
  let chosen = if nginx.version == "1" { tls } else { Tls.Off }
  if let .On { cert, .. } = chosen {
    File "/etc/x" {}
  }
  match tls {
    .Off => File "/off" {}
    .On { key, .. } => File "/on" { content = key }
  }
}
"#,
        &[7, 10],
    );
}

#[test]
fn outputs_of_instances_are_as_late_as_each() {
    late(
        r#"component Web {
  param name: String
  let nginx = Package "nginx" {}
  out early: String = "/srv/${name}"
  out site: String = "${facts.cpu.count}"
  out version: String = nginx.version
}
policy p {
  let web = Web { name = "a" }
  File (AbsPath(web.early)) {}
  File "/srv/${web.site}" {}
  File "/srv/${web.version}" {}
}
"#,
        &[12],
    );
}

#[test]
fn optionals_are_as_late_as_their_presence_and_their_value() {
    late(
        r#"record Site { name: String, note: String? }
policy p {
  let nginx = Package "nginx" {}
  let site = Site { name = "a", note = nginx.version }
  let other = Site { name = "a", note = if nginx.version == "1" { "x" } }
  if let note = other.note { File "/a" { content = note } }
  if let note = site.note { File "/b" { content = note } }
  let maybe = if nginx.version == "1" { "x" }
  if let x = maybe { File "/c" { content = x } }
  File "/d/${maybe ?? "y"}" {}
}
"#,
        &[6, 9, 10],
    );
}

// Collections.

#[test]
fn a_loop_needs_only_the_shape() {
    right(
        r#"record Site { name: String, version: String }
policy p {
  let nginx = Package "nginx" {}
  let versions = [nginx.version, "2"]
  for i, version in versions.indexed() {
    File "/etc/${i}" { content = version }
  }
  let sites = [Site { name = "a", version = nginx.version }, Site { name = "b", version = "2" }]
  for site in sites {
    File "/srv/${site.name}" { content = site.version }
  }
  if versions.len() > 1 { File "/two" {} }
  for name in sites.map(|site| site.name) { File "/var/${name}" {} }
}
"#,
    );
}

#[test]
fn elements_may_be_too_late_where_the_shape_is_not() {
    late(
        r#"policy p {
  let nginx = Package "nginx" {}
  let versions = [nginx.version, "2"]
  for version in versions { File "/etc/${version}" {} }
  let lines = nginx.version.lines()
  for line in lines { File "/x" {} }
  File "/y/${lines.len()}" {}
  for line in lines.map(|line| "1") { File "/z" {} }
  let chosen = if nginx.version == "1" { ["a"] } else { ["b"] }
  for name in chosen { File "/v" {} }
}
"#,
        &[4, 6, 7, 8, 10],
    );
}

#[test]
fn what_runs_over_a_collection_keeps_shape_and_elements_apart() {
    late(
        r#"record Site { name: String, version: String }
policy p {
  let nginx = Package "nginx" {}
  let sites = [Site { name = "a", version = nginx.version }, Site { name = "b", version = "1" }]
  for site in sites.filter(|site| site.name != "a") { File "/a/${site.name}" {} }
  for site in sites.filter(|site| site.version != "1") { File "/b" {} }
  for site in sites.sort_by(|site| site.version) { File "/c" { content = site.name } }
  for site in sites.sort_by(|site| site.version) { File "/d/${site.name}" {} }
  if sites.any(|site| site.version == "1") { File "/e" {} }
  if sites.any(|site| site.name == "a") { File "/f" {} }
  if let site = sites.find(|site| site.name == "a") { File "/g" { content = site.version } }
  for name, group in sites.group_by(|site| site.name) { File "/h/${name}" { content = group[0].version } }
  for version, group in sites.group_by(|site| site.version) { File "/i" {} }
  for note in [site.version for site in sites if site.name == "a"] { File "/j" { content = note } }
  for note in [1 for site in sites if site.version == "1"] { File "/k" {} }
}
"#,
        &[6, 8, 9, 13, 15],
    );
}

#[test]
fn keys_of_maps_and_elements_of_sets_are_shape() {
    late(
        r#"policy p {
  let nginx = Package "nginx" {}
  let versions = ["nginx" => nginx.version, "other" => "1"]
  for name, version in versions { File "/a/${name}" { content = version } }
  File "/b/${versions["nginx"]}" {}
  if let version = versions.get("nginx") { File "/c" { content = version } }
  if "nginx" in versions && versions.len() == 2 { File "/d" {} }
  for name in versions.keys() { File "/e/${name}" {} }
  for version in versions.values() { File "/f" { content = version } }
  let set: Set<String> = [nginx.version, "1"]
  for x in set { File "/g" {} }
  let turned = [version => name for name, version in versions]
  for version, name in turned { File "/h" {} }
  let merged = versions.merge(["last" => nginx.version])
  for name, version in merged.without(["other"]) { File "/i/${name}" { content = version } }
}
"#,
        &[5, 11, 13],
    );
}

#[test]
fn tuples_and_updates_keep_their_parts_apart() {
    late(
        r#"record Tls { cert: String, key: String }
record Site { name: String, tls: Tls }
fn renamed(site: Site, name: String) -> Site { site with { name = name } }
policy p {
  let nginx = Package "nginx" {}
  let (name, version) = ("a", nginx.version)
  File "/a/${name}" {}
  File "/b/${version}" {}
  let site = Site { name = "a", tls = Tls { cert = "c", key = "k" } }
  let other = site with { tls.key = nginx.version }
  File "/c/${other.name}/${other.tls.cert}" { content = other.tls.key }
  File "/d/${other.tls.key}" {}
  let third = renamed(other, nginx.version)
  File "/e/${third.tls.cert}" {}
  File "/f/${third.name}" {}
  let fourth = third with { name = "x", tls = Tls { cert = "c", key = "k" } }
  File "/g/${fourth.name}/${fourth.tls.key}" {}
}
"#,
        &[8, 12, 15],
    );
}

// What is evaluated.

#[test]
fn every_branch_counts_whatever_its_condition() {
    late(
        r#"component Named { const param name: String }
policy p {
  let nginx = Package "nginx" {}
  let debug = false
  let a = if debug { nginx.version } else { "1" }
  File "/a/${a}" {}
  if debug { File "/b/${nginx.version}" {} }
  if false && nginx.version == "1" { File "/c" {} }
}
"#,
        &[6, 7, 8],
    );
}

#[test]
fn a_condition_over_nothing_may_be_late() {
    right(
        r#"policy p {
  let nginx = Package "nginx" {}
  let text = if nginx.version == "1" { "one" } else { "other" }
  File "/a" { content = match text { "one" => "1", other => other } }
  if facts.cpu.count > 4 { File "/b" { content = text } }
}
"#,
    );
}

// Declarations and clauses.

#[test]
fn everything_around_a_resource_decides_whether_it_exists() {
    late(
        r#"component Inner { File "/inner" {} }
policy p {
  let nginx = Package "nginx" {}
  if nginx.version == "1" {
    if facts.cpu.count > 1 {
      Inner {}
    }
  }
  match nginx.version {
    "1" => File "/x" {}
    _ => File "/y" {}
  }
  Inner "w" { when nginx.version == "1" }
}
"#,
        &[4, 9, 13],
    );
}

#[test]
fn select_and_clauses() {
    late(
        r#"policy p {
  select facts.cpu.count > 1 && nginx.version == "1"
  let nginx = Package "nginx" {}
  File "/x" {
    timeout if nginx.version == "1" { 1s } else { 2s }
    retry if nginx.version == "1" { 1 } else { 2 } every if nginx.version == "1" { 1s } else { 2s }
  }
}
"#,
        &[2, 5, 6, 6],
    );
}

#[test]
fn a_reference_is_only_type_and_key() {
    right(
        r#"policy p {
  let conf = File "/etc/${facts.cpu.count}" { notify service }
  let nginx = Package "nginx" {}
  let service = Service "nginx" { running = nginx.version == "1", after conf }
  let maybe = if facts.cpu.count > 1 { File "/m" {} }
  if let file = maybe { File "/n" { content = file.path } }
}
"#,
    );
}

#[test]
fn attributes_of_the_resource_itself() {
    late(
        r#"policy p {
  let nginx = Package "nginx" {}
  File "/x" { content = "${self.path}", timeout if self.path == "/x" { 1s } else { 2s } }
  Command "c" {
    argv = ["a"]
    creates = AbsPath("/${nginx.version}")
    timeout if self.creates == none { 1s } else { 2s }
  }
}
"#,
        &[7],
    );
}

#[test]
fn const_let_and_const_param() {
    drawn(
        r#"
const let cores = facts.cpu.count
component Web {
  const param name: String
  param note: String = ""
  File "/etc/${name}" { content = note }
}
component Group {
  param title: String
  Web { name = title }
}
policy p {
  const let one = 1
  Web "a" { name = "a${one}", note = facts.fqdn }
  Web "b" { name = facts.fqdn }
  Group { title = facts.fqdn }
}
"#,
        expect![[r#"
            error[MC0401]: the value of a `const let` must be known when the bundle is built
               ,-[ src/main.mc:7:19 ]
               |
             7 | const let cores = facts.cpu.count
               |                   |^^^^^^^^^^^^^^
               |                   `---------------- a fact, known only on the host
            ---'

            error[MC0401]: `name` of `Web` must be known when the bundle is built
                ,-[ src/main.mc:20:20 ]
                |
              9 |   const param name: String
                |               |^^^
                |               `----- `Web` needs `name` early: it is a `const param`
                |
             20 |   Web "b" { name = facts.fqdn }
                |                    |^^^^^^^^^
                |                    `----------- a fact, known only on the host
            ----'

            error[MC0401]: `title` of `Group` must be known when the bundle is built
                ,-[ src/main.mc:21:19 ]
                |
              9 |   const param name: String
                |               |^^^
                |               `----- `Web` needs `name` early: it is a `const param`
                |
             15 |   Web { name = title }
                |                |^^^^
                |                `------ `Group` hands `title` to `Web` here
                |
             21 |   Group { title = facts.fqdn }
                |                   |^^^^^^^^^
                |                   `----------- a fact, known only on the host
            ----'

            3 errors
        "#]],
    );
}

#[test]
fn an_argument_that_may_be_absent_leaves_a_default() {
    late(
        r#"component Named { const param name: String }
component Web {
  param name: String = "web"
  param note: String = facts.fqdn
  Named "n5" { name = name }
  File "/${note}" {}
}
policy p {
  let nginx = Package "nginx" {}
  Web "a" { name = if true { "x" } }
  Web "b" { name = if facts.cpu.count > 1 { "x" } }
  Web "c" { note = if true { nginx.version } }
}
"#,
        &[11, 12],
    );
}

#[test]
fn secrets_are_known_while_the_plan_runs() {
    late(
        r#"record Site { name: String, key: Secret<String>? }
policy p {
  let sites = [Site { name = "a", key = secret("a/key") }, Site { name = "b" }]
  for site in sites {
    if let key = site.key { File "/etc/${site.name}.key" { content = key } }
  }
  let chosen = if facts.cpu.count > 1 { secret("x") } else { secret("y") }
  File "/etc/x.key" { content = chosen.map(|s| "${s}!") }
}
"#,
        &[],
    );
}

#[test]
fn assertions_have_the_phase_of_what_is_around_them() {
    late(
        r#"component Web {
  param name: String
  check name != "" else "a name"
}
policy p {
  let nginx = Package "nginx" {}
  check facts.cpu.count > 0 else "no cores, ${facts.fqdn}"
  check nginx.version != "" else "no version"
  Web { name = nginx.version }
}
"#,
        &[8, 9],
    );
}

#[test]
fn defaults_of_labels_are_constant() {
    drawn(
        r#"
labels {
  zone: String = "z"
  cores: Int = facts.cpu.count
}
policy p {}
"#,
        expect![[r#"
            error[MC0401]: the default of a label must be known when the bundle is built
               ,-[ src/main.mc:9:16 ]
               |
             9 |   cores: Int = facts.cpu.count
               |                |^^^^^^^^^^^^^^
               |                `---------------- a fact, known only on the host
            ---'

            1 error
        "#]],
    );
}

#[test]
fn one_value_that_is_late_is_one_message() {
    late(
        r#"policy p {
  let nginx = Package "nginx" {}
  let file = File "/a/${nginx.version}" {}
  File "${file.path}.d" {}
  let there = if nginx.version == "1" { File "/b" {} }
  if let b = there { File "/c" {} }
}
"#,
        &[3, 5],
    );
}

#[test]
fn recursion_is_reported_alone() {
    assert_eq!(
        wrong(
            "fn f(x: String) -> String { g(x) }\nfn g(x: String) -> String { f(x) }\npolicy p { File \"/${f(facts.os.id)}\" {} }\n"
        ),
        [("MC0208".to_owned(), 1)]
    );
}
