//! `for` over what only the host knows the elements of.

use crate::{check, right, wrong};
use expect_test::expect;
use mc_compiler::notation::Notation;
use mc_compiler::test::Options;
use mc_plan::plan::Plan;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The loops of a plan, what is in each, and the instances that the host names.
#[expect(clippy::expect_used, reason = "test code: a plan has its bytes")]
fn loops(source: &str) -> String {
    let plan = right(source);
    assert!(plan.features().contains(&"repeats".to_owned()));
    let decoded = Plan::decode(&plan.encode().expect("a plan"), Default::default());
    assert_eq!(decoded.as_ref(), Ok(&plan), "the bytes of a plan say all of it");
    let notation = Notation::new(&plan, 200);
    let mut out = String::new();
    for (at, step) in (0_u32..).zip(&plan.steps) {
        let instance = &step.declarations[0].instance;
        let _ = write!(out, "{} in {instance}", notation.vertex(at));
        for repeat in notation.repeats(step.repeat) {
            let _ = write!(out, " for {repeat}");
        }
        out.push('\n');
    }
    for edge in &plan.edges {
        let _ = writeln!(out, "{} -> {}", notation.vertex(edge.from), notation.vertex(edge.to));
    }
    for repeat in &plan.repeats {
        let _ = writeln!(out, "loop {} {:?} {:?}", repeat.name, repeat.parent, repeat.barriers);
    }
    for instance in &plan.instances {
        let _ = writeln!(out, "instance {} {:?}", instance.path, instance.repeat);
    }
    out
}

#[test]
fn what_is_in_a_loop_reads_its_element() {
    let found = loops(
        r#"
component Part {
  param name: String
  let folder = Directory "/srv/${name}" {}
  File "/srv/${name}/index" { content = name, after folder }
}
policy p {
  let all = for part in facts.fqdn.split(".") {
    let file = File "/etc/${part}" { content = part }
    Part (part) { name = part, after file }
    for i, letter in part.split("-").indexed() { File "/l/${part}/${i}" { content = letter, after file } }
  }
  Service "s" { running = true, restart on all }
}
"#,
    );
    expect![[r#"
        Directory[AbsPath("/srv/${part}")] in p/Part[part] for part in facts.fqdn.split(".")
        File[AbsPath("/etc/${part}")] in p for part in facts.fqdn.split(".")
        File[AbsPath("/srv/${part}/index")] in p/Part[part] for part in facts.fqdn.split(".")
        File[AbsPath("/l/${part}/${i}")] in p for part in facts.fqdn.split(".") for i, letter in part.split("-").indexed()
        Service["s"] in p
        Directory[AbsPath("/srv/${part}")] -> File[AbsPath("/srv/${part}/index")]
        File[AbsPath("/etc/${part}")] -> File[AbsPath("/l/${part}/${i}")]
        File[AbsPath("/etc/${part}")] -> barrier 1
        File[AbsPath("/l/${part}/${i}")] -> Service["s"]
        barrier 1 -> Directory[AbsPath("/srv/${part}")]
        barrier 1 -> File[AbsPath("/srv/${part}/index")]
        loop part None [0]
        loop i, letter Some(0) []
        instance p/Part[part] Some(0)
    "#]].assert_eq(&found);
}

#[test]
fn loops_beside_each_other_are_apart() {
    let found = loops(
        r#"
record Disk { name: String, mode: Mode? }
fact disks: List<Disk>? from command ["disks"] as json
fact ports: Map<String, Int> from file "/etc/ports" as json
policy p {
  let a = for part in facts.fqdn.split(".") { File "/a/${part}" {} }
  if facts.cpu.count > 1 { for part in facts.hostname.split("-") { File "/b/${part}" { after a } } }
  for name, port in ports { File "/i/${name}" { content = "${port}" } }
  for disk in disks ?? [] { File "/d/${disk.name}" { mode = disk.mode } }
}
"#,
    );
    expect![[r#"
        File[AbsPath("/a/${part}")] in p for part in facts.fqdn.split(".")
        File[AbsPath("/b/${part}")] in p for part in facts.hostname.split("-")
        File[AbsPath("/i/${name}")] in p for name, port in test.ports
        File[AbsPath("/d/${disk.name}")] in p for disk in test.disks ?? []
        File[AbsPath("/a/${part}")] -> File[AbsPath("/b/${part}")]
        loop part None []
        loop part None []
        loop name, port None []
        loop disk None []
    "#]]
    .assert_eq(&found);
}

#[test]
fn one_key_inside_of_a_loop_and_outside_is_one_resource() {
    let found = loops(
        r#"
policy p {
  for part in facts.fqdn.split(".") { Directory "/etc/parts" { mode = 0o755 }
    File "/etc/parts/${part}" {} }
  Directory "/etc/parts" { mode = 0o755 }
  File "/etc/parts/x" { after Directory["/etc/parts"] }
}
"#,
    );
    expect![[r#"
        Directory["/etc/parts"] in p
        Directory["/etc/parts"] in p for part in facts.fqdn.split(".")
        File["/etc/parts/x"] in p
        File[AbsPath("/etc/parts/${part}")] in p for part in facts.fqdn.split(".")
        Directory["/etc/parts"] -> File["/etc/parts/x"]
        Directory["/etc/parts"] -> File["/etc/parts/x"]
        Directory["/etc/parts"] -> File["/etc/parts/x"]
        Directory["/etc/parts"] -> File["/etc/parts/x"]
        loop part None []
    "#]]
    .assert_eq(&found);
}

#[test]
fn elements_with_secrets_are_made_of_those_without() {
    let found = loops(
        r#"
record Site { name: String, key: Secret<String> }
policy p {
  let sites = facts.fqdn.split(".").map(|name| Site { name, key = secret("site/key") })
  for site in sites.filter(|site| site.name != "www") { File "/etc/${site.name}" { content = site.key, mode = 0o600 } }
}
"#,
    );
    expect![[r#"
        File[AbsPath("/etc/${site}")] in p for site in facts.fqdn.split(".").filter(|x| x != "www")
        loop site None []
    "#]]
    .assert_eq(&found);
}

#[test]
fn names_that_only_the_host_knows() {
    let found = loops(
        r#"
component Inner { param x: String, File "/inner/${x}" {} }
component Outer { param x: String, Inner { x }
  Inner "fixed" { x = "f-${x}" } }
policy p {
  Outer (facts.hostname) { x = "a" }
  for part in facts.fqdn.split(".") {
    Outer "o-${part}" { x = part }
    for letter in part.split("-") { Inner "${part}-${letter}" { x = letter } }
  }
  for part in facts.hostname.split("-") { Outer (part) { x = "b${part}" } }
}
"#,
    );
    expect![[r#"
        File["/inner/a"] in p/Outer[facts.hostname]/Inner
        File["/inner/f-a"] in p/Outer[facts.hostname]/Inner["fixed"]
        File[AbsPath("/inner/${part}")] in p/Outer[*]/Inner for part in facts.fqdn.split(".")
        File[AbsPath("/inner/f-${part}")] in p/Outer[*]/Inner["fixed"] for part in facts.fqdn.split(".")
        File[AbsPath("/inner/${letter}")] in p/Inner[*] for part in facts.fqdn.split(".") for letter in part.split("-")
        File[AbsPath("/inner/b${part}")] in p/Outer[part]/Inner for part in facts.hostname.split("-")
        File[AbsPath("/inner/f-b${part}")] in p/Outer[part]/Inner["fixed"] for part in facts.hostname.split("-")
        loop part None []
        loop letter Some(0) []
        loop part None []
        instance p/Inner[*] Some(1)
        instance p/Outer[*] Some(0)
        instance p/Outer[facts.hostname] None
        instance p/Outer[part] Some(2)
    "#]].assert_eq(&found);
}

#[test]
fn rounds_need_names_and_keys_of_their_own() {
    check(
        r#"
component Part { param name: String, File "/srv/${name}" {} }
policy p {
  for part in facts.fqdn.split(".") {
    Part { name = part }
  }
  for part in facts.fqdn.split(".") {
    for letter in part.split("-") { Part (letter) { name = letter } }
  }
  for part in facts.fqdn.split(".") {
    Part (facts.hostname) { name = part }
  }
}
policy q {
  Part (facts.hostname) { name = "a" }
  Part (facts.hostname) { name = "b" }
  for part in facts.fqdn.split(".") {
    File "/etc/x" { content = part }
    File "/etc/y" { content = "y", mode = 0o644 }
    if part == "z" { File "/etc/z" { content = part } }
  }
}
"#,
        expect![[r#"
            src/main.mc:10:5: error[MC0505]: each round would make an instance `p/Part`
            src/main.mc:13:37: error[MC0505]: each round would make an instance `p/Part[letter]`
            src/main.mc:16:5: error[MC0505]: each round would make an instance `p/Part[facts.hostname]`
        "#]],
    );
}

#[test]
fn what_a_loop_runs_over_is_known_before_anything_runs() {
    let source = |body: &str| format!("policy p {{\nlet nginx = Package \"nginx\" {{}}\n{body}\n}}\n");
    let late = |body: &str| assert_eq!(wrong(&source(body)), [("MC0401".to_owned(), 3)], "{body}");
    late("for line in nginx.version.lines() { File \"/etc/${line}\" {} }");
    late(
        "for part in facts.fqdn.split(\".\") { for line in nginx.version.lines() { File \"/etc/${line}\" {} } }",
    );
    late("for part in facts.fqdn.split(\".\").map(|p| nginx.version) { File \"/etc/${part}\" {} }");
    right(&source(
        "for part in facts.fqdn.split(\".\").map(|p| nginx.version).indexed() { File \"/etc/${part.0}\" { content = part.1 } }",
    ));
}

#[test]
fn how_many_rounds_there_are_is_not_asked() {
    let source = |body: &str| {
        format!(
            "policy p {{\nlet all = for part in facts.fqdn.split(\".\") {{ File \"/etc/${{part}}\" {{}} }}\n{body}\n}}\n"
        )
    };
    for body in ["File \"/n\" { content = \"${all.len()}\" }", "File \"/n\" { after all[0] }"] {
        let found = wrong(&source(body));
        assert!(
            found.iter().all(|(code, line)| matches!(code.as_str(), "MC0401" | "MC0409") && *line == 3)
                && !found.is_empty(),
            "{body}: {found:?}"
        );
    }
    right(&source("File \"/n\" { after all, before File[\"/m\"] }\nFile \"/m\" {}"));
}

#[test]
fn a_loop_that_declares_nothing_is_no_list() {
    let body = "let words = for part in facts.fqdn.split(\".\") { [\"${part}!\"] }\n\
                File \"/n\" { content = words[0].join(\",\") }";
    let db = crate::database(&[("src/main.mc", &format!("policy p {{\n{body}\n}}\n"))]);
    let found: Vec<String> = mc_compiler::diagnostics(&db).into_iter().map(|d| d.headline).collect();
    assert_eq!(found, ["a `for` over what only the host knows gives no list of values"]);
}

#[test]
fn what_is_chosen_of_a_known_list_is_the_element() {
    check(
        r#"
record Login { user: UserName, password: Secret<String> }
policy p {
  let logins = [
    Login { user = "a", password = secret("a/password") },
    Login { user = "b", password = secret("b/password") },
  ]
  for login in logins.filter(|login| login.user != facts.hostname) {
    File "/srv/${login.user}" { content = login.password, mode = 0o600 }
  }
  File "/last" { after File["/srv/a"] }
}
"#,
        expect![[r#"
            File[/last]
            File[/srv/a] if #4 content=#0 mode=Mode(384)
            File[/srv/b] if #6 content=#1 mode=Mode(384)
            File[/srv/a] -> File[/last] (after)
        "#]],
    );
}

#[test]
fn ways_in_a_loop_are_taken_in_one_of_its_rounds() {
    let source = r#"
import std.facts.fixture.{debian12}
import std.fs.File
policy p {
  for part in facts.fqdn.split(".") {
    if part == "www" {
      File "/etc/${part}" {}
    } else {
      for letter in part.split("-") {
        if letter == "x" && part != "other" { File "/l/${part}/${letter}" {} }
      }
    }
  }
}
test "a name" {
  given facts = debian12 with { fqdn = "www.example.org" }
  expect plan(p).has(File["/etc/www"])
}
"#;
    let ways = |source: &str| {
        let db = crate::database(&[("src/main.mc", source)]);
        let options =
            Options { filter: None, chosen: None, jobs: 1, goldens: BTreeMap::new(), update: false };
        let report = mc_compiler::test::run(&db, &options).expect("a package without errors");
        let failed: Vec<_> = report.outcomes.iter().flat_map(|outcome| &outcome.diagnostics).collect();
        assert!(failed.is_empty(), "{failed:?}");
        let ways = report.coverage.ways.into_iter();
        ways.map(|way| format!("{}: {}", way.text, way.taken)).collect::<Vec<_>>()
    };
    let letter = "of if letter == \"x\" && part != \"other\"";
    let expected = |inner: bool| {
        [
            "else of if part == \"www\": true".to_owned(),
            "then of if part == \"www\": true".to_owned(),
            format!("else {letter}: true"),
            format!("then {letter}: {inner}"),
        ]
    };
    assert_eq!(ways(source), expected(false));
    assert_eq!(ways(&source.replace("www.example", "www.ex-x")), expected(true));
}
