//! Identity and merging: what is one resource, which of its values wins, what is equal.

use crate::check;
use expect_test::expect;

#[test]
fn identity_is_type_and_key_and_not_the_place() {
    check(
        r#"
component A { Package "curl" { tags ["a"] } }
component B { Package "curl" { tags ["b"] } }
policy p {
  A {}
  B {}
  for name in ["curl", "curl", "git"] { Package (PackageName(name)) {} }
  User "curl" {}
}
"#,
        expect![[r#"
            Package[curl]
            Package[git]
            User[curl]
        "#]],
    );
}

#[test]
fn a_path_has_one_spelling() {
    check(
        r#"
policy p {
  File "/etc//motd" {}
  File "/etc/../etc/motd" {}
  File "/etc/motd/" {}
}
"#,
        expect![[r#"
            src/main.mc:8:8: error[MC0302]: `/etc//motd` is no `AbsPath`
            src/main.mc:9:8: error[MC0302]: `/etc/../etc/motd` is no `AbsPath`
            src/main.mc:10:8: error[MC0302]: `/etc/motd/` is no `AbsPath`
        "#]],
    );
}

#[test]
fn a_key_that_is_a_label_is_unique_in_its_instance() {
    check(
        r#"
component A {
  Command "reload" { argv = ["/a"] }
  Service "s" { after Command["reload"] }
}
policy p {
  A "one" {}
  Command "reload" { argv = ["/b"] }
  Service "t" { after Command["reload"] }
}
"#,
        expect![[r#"
            Command[reload] argv=List([Str("/b")])
            Command[reload] argv=List([Str("/a")])
            Service[s]
            Service[t]
            Command[reload] -> Service[t] (after)
            Command[reload] -> Service[s] (after)
        "#]],
    );
    check(
        r#"
policy p {
  Command "reload" { argv = ["/a"] }
  Command "reload" { argv = ["/b"] }
}
"#,
        expect![[r#"
            src/main.mc:9:22: error[MC0501]: Command["reload"] is declared with two values of `argv`
        "#]],
    );
}

#[test]
fn an_instance_is_its_path() {
    check(
        r#"
component Inner { File "/inner" { mode = 0o644 } }
component Outer { param n: Int
  Inner {} }
policy p {
  Outer "a" { n = 1 }
  Outer "b" { n = 2 }
  if facts.os.family == .Debian { Outer "c" { n = 3 } } else { Outer "c" { n = 4 } }
  for n in [1, 2] { Outer { n } }
}
"#,
        expect![[r#"
            src/main.mc:9:3: error[MC0505]: there are two instances `p/Outer/Inner`
            src/main.mc:14:21: error[MC0505]: there are two instances `p/Outer`
        "#]],
    );
    check(
        r#"
component A { param n: Int
  File "/a/${n}" {} }
policy p { for n in [1, 2] { A "x${n}" { n } }
 for n in [3] { A (facts.hostname) { n } } }
"#,
        expect![[r#"
            File[/a/1]
            File[/a/2]
            File[/a/3]
        "#]],
    );
}

#[test]
fn edges_reach_named_instances_of_a_loop() {
    check(
        r#"
component A { param n: Int
  File "/a/${n}" {}
  Directory "/a" {} }
policy p {
  let all = for n in [1, 2] { A "x${n}" { n } }
  Service "s" { restart on all }
  Package "first" { before all }
}
"#,
        expect![[r#"
            Directory[/a]
            File[/a/1]
            File[/a/2]
            Package[first]
            Service[s]
            Directory[/a] -> File[/a/1] (Directory[path.parent])
            Directory[/a] -> File[/a/2] (Directory[path.parent])
            Directory[/a] -restart-> Service[s] (restart on)
            File[/a/1] -restart-> Service[s] (restart on)
            File[/a/2] -restart-> Service[s] (restart on)
            Package[first] -> barrier 5 (before)
            Package[first] -> barrier 6 (before)
            barrier 5 -> Directory[/a] (boundary)
            barrier 5 -> File[/a/1] (boundary)
            barrier 6 -> Directory[/a] (boundary)
            barrier 6 -> File[/a/2] (boundary)
        "#]],
    );
}

#[test]
fn priorities_from_weak_to_strong() {
    check(
        r#"
component Motd {
  defaults File { mode = 0o600, owner = "nobody" }
  File "/schema" {}
  File "/motd" { content = default "weak\n", mode = default 0o640 }
}
policy p {
  Motd {}
  File "/motd" { content = "plain\n", mode = 0o644 }
}
policy q {
  File "/motd" { mode = force 0o444 }
}
"#,
        expect![[r#"
            File[/motd] content=<5 bytes> owner=nobody mode=Mode(416) content=<6 bytes> mode=Mode(420) mode=Mode(292)
            File[/schema] owner=nobody mode=Mode(384)
        "#]],
    );
}

#[test]
fn equal_priorities_conflict() {
    check(
        r#"
policy p { File "/a" { mode = default 0o600 }
 File "/b" { mode = force 0o600 }
 File "/c" { mode = default 0o600 } }
policy q { File "/a" { mode = default 0o644 }
 File "/b" { mode = force 0o644 }
 File "/c" { mode = default 0o644 } }
policy r { File "/c" { mode = 0o644 } }
"#,
        expect![[r#"
            src/main.mc:10:24: error[MC0501]: File["/a"] is declared with two values of `mode`
            src/main.mc:11:14: error[MC0501]: File["/b"] is declared with two values of `mode`
        "#]],
    );
}

#[test]
fn a_stronger_value_settles_weaker_ones_only_where_it_exists() {
    check(
        r#"
policy p {
  File "/a" { mode = 0o600 }
  File "/a" { mode = 0o644 }
  File "/a" { mode = force 0o640, when facts.os.family == .Debian }
}
"#,
        expect![[r#"
            src/main.mc:9:15: error[MC0501]: File["/a"] is declared with two values of `mode`
        "#]],
    );
    check(
        r#"
policy p {
  if facts.os.family == .Debian {
    File "/a" { mode = 0o600 }
    File "/a" { mode = 0o644 }
  }
  File "/a" { mode = force 0o640, when facts.os.family == .Debian }
}
"#,
        expect![[r#"
            File[/a] if #1 mode=Mode(384) if #1 mode=Mode(420) if #1 mode=Mode(416)
        "#]],
    );
}

#[test]
fn equal_is_the_same_value_or_the_same_expression() {
    check(
        r#"
policy p {
  let tool = Package "tool" {}
  File "/host/same" { content = "${facts.hostname}" }
  File "/host/same" { content = "${facts.hostname}" }
  File "/host/other" { content = "${facts.hostname}" }
  File "/host/other" { content = "${facts.fqdn}" }
  File "/run/same" { content = "${tool.version}" }
  File "/run/same" { content = "${tool.version}" }
  File "/secret/same" { content = secret("a") }
  File "/secret/same" { content = secret("a") }
}
"#,
        expect![[r#"
            src/main.mc:12:24: warning[MC0507]: a host may get File["/host/other"] with two values of `content`
            File[/host/other] content=#1 content=#3
            File[/host/same] content=#1 content=#1
            File[/run/same] content=#5 content=#5
            File[/secret/same] content=#6 content=#6
            Package[tool]
            Package[tool] -> File[/run/same] (output)
            Package[tool] -> File[/run/same] (output)
        "#]],
    );
    check(
        r#"
policy p {
  let tool = Package "tool" {}
  File "/run" { content = "${tool.version}" }
  File "/run" { content = "${tool.version}." }
  File "/secret" { content = secret("a") }
  File "/secret" { content = secret("b") }
}
"#,
        expect![[r#"
            src/main.mc:10:17: error[MC0501]: File["/run"] is declared with two values of `content`
            src/main.mc:12:20: error[MC0501]: File["/secret"] is declared with two values of `content`
        "#]],
    );
}

#[test]
fn lists_that_unite_are_no_conflict() {
    check(
        r#"
policy p {
  User "www" { groups = ["a", "b"] }
  User "www" { groups = ["b", "c"] }
}
"#,
        expect![[r#"
            User[www] groups=List([Str("a"), Str("b")]) groups=List([Str("b"), Str("c")])
        "#]],
    );
}

#[test]
fn each_declaration_brings_its_attributes_and_edges_where_it_exists() {
    check(
        r#"
policy p {
  Package "one" {}
  Package "two" {}
  File "/a" { mode = 0o600, after Package["one"], when facts.os.family == .Debian }
  File "/a" { owner = "root", after Package["two"], when facts.cpu.count > 1 }
}
"#,
        expect![[r#"
            File[/a] if #1 mode=Mode(384) if #4 owner=root
            Package[one]
            Package[two]
            Package[one] -> File[/a] (after)
            Package[two] -> File[/a] (after)
        "#]],
    );
}

#[test]
fn an_attribute_of_a_loop_that_its_key_does_not_follow() {
    check(
        r#"
policy p {
  for name in ["a", "b"] { User "www" { groups = [GroupName(name)] } }
  for name in ["a", "b"] { Package "same" {} }
  for name in ["a", "b"] { File "/x" { content = name } }
}
"#,
        expect![[r#"
            src/main.mc:10:28: error[MC0506]: each round declares File["/x"] anew, with another `content`
        "#]],
    );
}

#[test]
fn different_types_of_one_path() {
    check(
        r#"
policy p {
  File "/x" {}
  Directory "/x" {}
  Symlink "/y" { target = "/z" }
  Directory "/y" {}
}
"#,
        expect![[r#"
            src/main.mc:9:3: error[MC0502]: File["/x"] and Directory["/x"] are the same thing on a host
            src/main.mc:11:3: error[MC0502]: Symlink["/y"] and Directory["/y"] are the same thing on a host
        "#]],
    );
    check(
        r#"
policy p {
  if facts.os.family == .Debian { File "/x" {} }
  if facts.os.family == .RedHat { Directory "/x" {} }
  if facts.cpu.count > 1 { File "/y" {} }
  if facts.cpu.count > 2 { Directory "/y" {} }
}
"#,
        expect![[r#"
            src/main.mc:11:28: warning[MC0508]: a host may get both File["/y"] and Directory["/y"], which are the same thing there
            Directory[/x] if #3
            Directory[/y] if #10
            File[/x] if #1
            File[/y] if #7
        "#]],
    );
}

#[test]
fn two_instances_of_one_component_are_no_loop() {
    check(
        r#"
component C { param x: Int
  File "/x" { content = "${x}" } }
policy p {
  C { x = 1 }
  C "other" { x = 2 }
}
"#,
        expect![[r#"
            src/main.mc:8:15: error[MC0501]: File["/x"] is declared with two values of `content`
        "#]],
    );
    check(
        r#"
component C { param x: Int
  File "/x" { content = "${x}" } }
policy p { C { x = facts.cpu.count } }
policy q { C { x = 2 } }
"#,
        expect![[r#"
            src/main.mc:8:15: warning[MC0507]: a host may get File["/x"] with two values of `content`
            File[/x] content=#1 content=<1 bytes>
        "#]],
    );
}
