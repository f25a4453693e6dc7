//! Where resources are declared, when they exist, and what their types say of it.

use crate::{check, outline};
use expect_test::expect;

#[test]
fn declared_as_an_item_by_let_and_as_a_value_of_blocks_arms_and_loops() {
    check(
        r#"
policy p {
  File "/item" {}
  let named = File "/let" {}
  let branch = if facts.cpu.count > 1 { File "/then" {} } else { File "/else" {} }
  let arm = match facts.os.family {
    .Debian => File "/arm" {}
    _ => {
      let inner = File "/block" { after named }
      inner
    }
  }
  let all = for name in ["a", "b"] { File "/${name}" {} }
  Service "s" { after [branch, arm], before all }
}
"#,
        expect![[r#"
            File[/a]
            File[/arm] if #5
            File[/b]
            File[/block] if #6
            File[/else] if #3
            File[/item]
            File[/let]
            File[/then] if #2
            Service[s]
            File[/arm] -> Service[s] (after)
            File[/block] -> Service[s] (after)
            File[/else] -> Service[s] (after)
            File[/let] -> File[/block] (after)
            File[/then] -> Service[s] (after)
            Service[s] -> File[/a] (before)
            Service[s] -> File[/b] (before)
        "#]],
    );
}

#[test]
fn nothing_is_declared_inside_of_a_value() {
    check(
        r#"
fn f() -> Ref<File> { File "/fn" {} }
policy p {
  let lambda = ["a"].map(|x| File "/${x}" {})
  let comprehension = [File "/${x}" {} for x in ["a"]]
  File "/x" { content = File "/attribute" {} }
}
"#,
        expect![[r#"
            src/main.mc:7:23: error[MC0316]: a resource may not be declared here
            src/main.mc:9:30: error[MC0316]: a resource may not be declared here
            src/main.mc:10:24: error[MC0316]: a resource may not be declared here
            src/main.mc:11:25: error[MC0316]: a resource may not be declared here
            src/main.mc:11:25: error[MC0301]: expected `Secret<Blob>`, found `Ref<File>`
        "#]],
    );
}

#[test]
fn conditions_are_joined_and_constant_ones_are_folded() {
    check(
        r#"
enum Role { Web, Db }
labels { role: Role }
let on = true
let off = false
policy p {
  select labels.role == .Web
  if on {
    if facts.cpu.count > 1 {
      match facts.os.family {
        .Debian => File "/deep" { when facts.cpu.count > 2 }
        _ => {}
      }
    }
  }
  if off { File "/never" {} }
  File "/also/never" { when off }
}
"#,
        expect![[r#"
            File[/deep] if #10
        "#]],
    );
}

#[test]
fn a_condition_is_never_known_while_the_plan_runs() {
    check(
        r#"
policy p {
  let tool = Package "tool" {}
  if tool.version == "1" { File "/if" {} }
  File "/when" { when tool.version == "1" }
  match tool.version { "1" => File "/match" {}, _ => File "/other" {} }
  File (AbsPath(tool.version)) {}
}
"#,
        expect![[r#"
            src/main.mc:9:6: error[MC0401]: whether a resource exists must be known before anything runs
            src/main.mc:10:23: error[MC0401]: whether a resource exists must be known before anything runs
            src/main.mc:11:9: error[MC0401]: whether a resource exists must be known before anything runs
            src/main.mc:12:9: error[MC0401]: the key of a resource must be known before anything runs
        "#]],
    );
}

#[test]
fn existence_is_in_the_type() {
    check(
        r#"
policy p {
  let if_alone: Ref<File>? = if facts.cpu.count > 1 { File "/a" {} }
  let with_when: Ref<File>? = File "/b" { when facts.cpu.count > 1 }
  let both: Ref<File> = if facts.cpu.count > 1 { File "/c" {} } else { File "/d" {} }
  let arms: Ref<File> = match facts.os.family { .Debian => File "/e" {}, _ => File "/f" {} }
  let loop: List<Ref<File>> = for name in ["g", "h"] { File "/${name}" {} }
  let maybe: List<Ref<File>?> = for name in ["i"] { File "/${name}" { when facts.cpu.count > 1 } }
  let wrong: Ref<File> = if facts.cpu.count > 1 { File "/j" {} }
}
"#,
        expect![[r#"
            src/main.mc:14:26: error[MC0313]: this `Ref<File>` may be absent
        "#]],
    );
}

#[test]
fn clauses_take_references_that_may_be_absent_lists_and_instances() {
    check(
        r#"
component C { File "/c" {} }
policy p {
  let there = File "/there" {}
  let maybe = File "/maybe" { when facts.cpu.count > 1 }
  let many = for name in ["x", "y"] { File "/${name}" {} }
  let some = for name in ["z"] { File "/${name}" { when facts.cpu.count > 1 } }
  let c = C {}
  let d = C "two" { when facts.cpu.count > 1, after there }
  Service "s" { after [there, maybe], restart on many, reload on some }
  Service "t" { restart on c, after d, before Service["u"] }
  Service "u" {}
}
"#,
        expect![[r#"
            File[/c] if #2
            File[/maybe] if #2
            File[/there]
            File[/x]
            File[/y]
            File[/z] if #2
            Service[s]
            Service[t]
            Service[u]
            File[/c] -restart-> Service[t] (restart on)
            File[/c] -> barrier 10 (boundary)
            File[/maybe] -> Service[s] (after)
            File[/there] -> Service[s] (after)
            File[/there] -> barrier 9 (after)
            File[/x] -restart-> Service[s] (restart on)
            File[/y] -restart-> Service[s] (restart on)
            File[/z] -reload-> Service[s] (reload on)
            Service[t] -> Service[u] (before)
            barrier 9 -> File[/c] (boundary)
            barrier 10 -> Service[t] (after)
        "#]],
    );
}

#[test]
fn outputs_of_what_may_be_absent_are_asked_for() {
    check(
        r#"
policy p {
  let tool = Package "tool" { when facts.cpu.count > 1 }
  File "/a" { content = tool?.version ?? "none" }
  if let t = tool { File "/b" { content = t.version } }
  File "/c" { content = tool.version }
}
"#,
        expect![[r#"
            src/main.mc:11:25: error[MC0313]: this `Ref<Package>` may be absent
        "#]],
    );
    check(
        r#"
policy p {
  let tool = Package "tool" { when facts.cpu.count > 1 }
  File "/a" { content = tool?.version ?? "none" }
  if let t = tool { File "/b" { content = t.version } }
}
"#,
        expect![[r#"
            File[/a] content=#10
            File[/b] if #2 content=#4
            Package[tool] if #2
            Package[tool] -> File[/a] (output)
            Package[tool] -> File[/b] (output)
        "#]],
    );
}

#[test]
fn what_a_step_produces_that_may_be_skipped_is_optional() {
    check(
        r#"
policy p {
  let tool = Package "tool" {}
  let run = Command "run" { argv = ["/x"], skip when tool.version == "1" }
  File "/count" { content = "${run.stdout}" }
  File "/length" { content = "${run.stdout.len()}" }
  Service "s" { running = run.status == 0 }
}
"#,
        expect![[r#"
            src/main.mc:10:32: error[MC0314]: a `String?` has no text of its own
            src/main.mc:11:33: error[MC0313]: this `String` may be absent
        "#]],
    );
    check(
        r#"
policy p {
  let tool = Package "tool" {}
  let run = Command "run" { argv = ["/x"], skip when tool.version == "1" }
  File "/a" { content = run.stdout ?? "skipped" }
  File "/b" { content = run.stdout }
  File "/c" { content = if let text = run.stdout { "${text}!" } else { "none" } }
  File "/d" { content = "${run.stdout?.len() ?? 0}" }
}
"#,
        expect![[r#"
            Command[run] argv=List([Str("/x")])
            File[/a] content=#7
            File[/b] content=#3
            File[/c] content=#11
            File[/d] content=#18
            Package[tool]
            Command[run] -> File[/a] (output)
            Command[run] -> File[/b] (output)
            Command[run] -> File[/c] (output)
            Command[run] -> File[/d] (output)
            Package[tool] -> Command[run] (output)
        "#]],
    );
}

#[test]
fn defaults_make_a_step_one_that_may_be_skipped() {
    check(
        r#"
policy p {
  let before = Command "before" { argv = ["/x"] }
  File "/before" { content = "${before.stdout}" }
  if facts.cpu.count > 1 {
    defaults Command { skip when facts.cpu.count > 2 }
    let run = Command "run" { argv = ["/x"] }
    File "/a" { content = "${run.stdout}" }
    if facts.cpu.count > 3 {
      let inner = Command "inner" { argv = ["/x"] }
      File "/b" { content = "${inner.stdout}" }
    }
  }
}
"#,
        expect![[r#"
            src/main.mc:13:30: error[MC0314]: a `String?` has no text of its own
            src/main.mc:16:32: error[MC0314]: a `String?` has no text of its own
        "#]],
    );
}

#[test]
fn what_is_read_from_the_host_is_there_of_a_skipped_step_too() {
    check(
        r#"
component Shown {
  param of: Ref<Package>
  File "/shown" { content = "${of.version}" }
}
policy p {
  let tool = Package "tool" { skip when facts.cpu.count > 1 }
  File "/a" { content = "${tool.version}" }
  Shown { of = tool }
}
"#,
        expect![[r#"
            File[/a] content=#4
            File[/shown] content=#4
            Package[tool]
            Package[tool] -> File[/a] (output)
            Package[tool] -> File[/shown] (output)
        "#]],
    );
}

#[test]
fn a_reference_says_whether_its_step_may_be_skipped() {
    check(
        r#"
component Sure {
  param of: Ref<Command>
  File "/sure" { content = "${of.stdout}" }
}
component Perhaps {
  param of: Ref<Command?>
  File "/perhaps" { content = of.stdout ?? "" }
  out made: Ref<Command?> = of
}
component Ordered { param of: AnyRef, File "/ordered" { content = "", after of } }
record Both { one: Ref<Command>, other: Ref<Command?> }
fn first(all: List<Ref<Command>>) -> Ref<Command>? { all.first() }
policy p {
  let plain = Command "plain" { argv = ["/x"] }
  let skipped = Command "skipped" { argv = ["/x"], skip when facts.cpu.count > 1 }
  Sure "a" { of = plain }
  Sure "b" { of = skipped }
  let c = Perhaps "c" { of = plain }
  Perhaps "d" { of = skipped }
  Ordered { of = skipped }
  let both = Both { one = skipped, other = skipped }
  let one = first([plain, skipped])
  File "/made" { content = "${c.made.stdout}" }
}
"#,
        expect![[r#"
            src/main.mc:23:19: error[MC0313]: this step may be skipped, and what it produces is missing then
            src/main.mc:27:27: error[MC0313]: this step may be skipped, and what it produces is missing then
            src/main.mc:28:27: error[MC0313]: this step may be skipped, and what it produces is missing then
            src/main.mc:29:31: error[MC0314]: a `String?` has no text of its own
        "#]],
    );
}

#[test]
fn branches_and_lists_keep_that_a_step_may_be_skipped() {
    check(
        r#"
policy p {
  let plain = Command "plain" { argv = ["/x"] }
  let skipped = Command "skipped" { argv = ["/x"], skip when facts.cpu.count > 1 }
  let one = if facts.cpu.count > 2 { plain } else { skipped }
  let other = match facts.os.family { .Debian => skipped, _ => plain }
  let all = for name in ["a", "b"] {
    Command "each ${name}" { argv = ["/x"], skip when facts.cpu.count > 1 }
  }
  let perhaps = Command "perhaps" { argv = ["/x"], when facts.cpu.count > 4, skip when facts.cpu.count > 5 }
  File "/one" { content = "${one.stdout}" }
  File "/other" { content = "${other.stdout}" }
  File "/all" { content = all.map(|x| x.stdout).join(",") }
  File "/perhaps" { content = "${perhaps?.stdout}" }
}
"#,
        expect![[r#"
            src/main.mc:16:30: error[MC0314]: a `String?` has no text of its own
            src/main.mc:17:32: error[MC0314]: a `String?` has no text of its own
            src/main.mc:18:49: error[MC0303]: `List<String?>` has no method `join`
            src/main.mc:19:34: error[MC0314]: a `String?` has no text of its own
        "#]],
    );
    check(
        r#"
policy p {
  let plain = Command "plain" { argv = ["/x"] }
  let skipped = Command "skipped" { argv = ["/x"], skip when facts.cpu.count > 1 }
  let one = if facts.cpu.count > 2 { plain } else { skipped }
  let all = for name in ["a", "b"] {
    Command "each ${name}" { argv = ["/x"], skip when facts.cpu.count > 1 }
  }
  let perhaps = Command "perhaps" { argv = ["/x"], when facts.cpu.count > 4, skip when facts.cpu.count > 5 }
  File "/one" { content = one.stdout ?? "none" }
  File "/all" { content = all.map(|x| x.stdout ?? "none").join(",") }
  File "/perhaps" { content = perhaps?.stdout ?? "none" }
}
"#,
        expect![[r#"
            Command[each a] argv=List([Str("/x")])
            Command[each b] argv=List([Str("/x")])
            Command[perhaps] if #5 argv=List([Str("/x")])
            Command[plain] argv=List([Str("/x")])
            Command[skipped] argv=List([Str("/x")])
            File[/all] content=#29
            File[/one] content=#18
            File[/perhaps] content=#37
            Command[each a] -> File[/all] (output)
            Command[each b] -> File[/all] (output)
            Command[perhaps] -> File[/perhaps] (output)
            Command[plain] -> File[/one] (output)
            Command[skipped] -> File[/one] (output)
        "#]],
    );
}

#[test]
fn what_decides_about_skipping_comes_first() {
    check(
        r#"
policy p {
  let tool = Package "tool" {}
  Command "run" { argv = ["/x"], skip when tool.version == "1" }
}
"#,
        expect![[r#"
            Command[run] argv=List([Str("/x")])
            Package[tool]
            Package[tool] -> Command[run] (output)
        "#]],
    );
}

#[test]
fn a_reference_by_key_reaches_every_declaration() {
    let files = [
        (
            "src/main.mc",
            "import a.A\nimport std.fs.File\nimport std.svc.Service\npolicy p { A {}\n Service \"s\" { after [File[\"/in/a\"], File[\"/in/q\"]] } }\n",
        ),
        ("src/a.mc", "import std.fs.File\npub component A { File \"/in/a\" {} }\n"),
        ("src/q.mc", "import std.fs.File\npolicy q { File \"/in/q\" {} }\n"),
    ];
    expect![[r#"
        File[/in/a]
        File[/in/q]
        Service[s]
        File[/in/a] -> Service[s] (after)
        File[/in/q] -> Service[s] (after)
    "#]]
    .assert_eq(&outline(&files));
}

#[test]
fn a_key_in_a_clause_is_known_when_the_bundle_is_built() {
    check(
        r#"
policy p {
  File "/a" {}
  Service "s" { after File[AbsPath("/${facts.hostname}")] }
}
"#,
        expect![[r#"
            src/main.mc:9:36: error[MC0401]: the key of a reference must be known when the bundle is built
        "#]],
    );
    check(
        r#"
policy p {
  File "/a" {}
  Service "t" { after File["/b"] }
  File "/c" { content = File["/a"].sha256 }
}
"#,
        expect![[r#"
            src/main.mc:10:25: error[MC0316]: outputs are read of a name, not by key
        "#]],
    );
}
