//! Where edges come from, and cycles.

use crate::{check, database};
use expect_test::expect;
use mc_compiler::diagnostic::render::{RenderOptions, render};

#[test]
fn automatic_edges() {
    check(
        r#"
policy p {
  Directory "/srv" {}
  Directory "/srv/app" { owner = "app" }
  File "/srv/app/conf" { owner = "app" }
  Symlink "/srv/link" { target = "/srv/app" }
  User "app" {}
  Package "app" {}
  File "/etc/systemd/system/app.service" { content = "[Service]\n" }
  Service "app" { running = true }
  Command "setup" { argv = ["/x"], cwd = "/srv/app", user = "app", creates = "/srv/app/done" }
}
"#,
        expect![[r#"
            Command[setup] argv=List([Str("/x")]) creates=/srv/app/done cwd=/srv/app user=app
            Directory[/srv]
            Directory[/srv/app] owner=app
            File[/etc/systemd/system/app.service] content=<10 bytes>
            File[/srv/app/conf] owner=app
            Symlink[/srv/link] target=/srv/app
            Package[app]
            Service[app] running=Bool(true)
            User[app]
            Directory[/srv] -> Directory[/srv/app] (Directory[path.parent])
            Directory[/srv] -> Symlink[/srv/link] (Directory[path.parent])
            Directory[/srv/app] -> Command[setup] (Directory[cwd])
            Directory[/srv/app] -> Command[setup] (Directory[creates.parent])
            Directory[/srv/app] -> File[/srv/app/conf] (Directory[path.parent])
            File[/etc/systemd/system/app.service] -> Service[app] (File["/etc/systemd/system/${name}.service"])
            Package[app] -> Service[app] (Package[name])
            User[app] -> Command[setup] (User[user])
            User[app] -> Directory[/srv/app] (User[owner])
            User[app] -> File[/srv/app/conf] (User[owner])
        "#]],
    );
}

#[test]
fn automatic_edges_of_groups_mounts_and_cron_entries() {
    check(
        r#"
import std.cron.{Cron, Schedule}
import std.fs.{Directory, File}
import std.sys.Mount
import std.user.{Group, User}
policy p {
  Group "app" {}
  User "app" { groups = ["app"] }
  File "/data/conf" { group = "app" }
  Directory "/data" {}
  Mount "/data" { device = "/dev/sdb1", fstype = "ext4" }
  Cron "nightly" { command = "true", user = "app", schedule = Schedule { hour = "3" } }
}
"#,
        expect![[r#"
            Cron[nightly] command=true schedule=Record([Str("*"), Str("3"), Str("*"), Str("*"), Str("*")]) user=app
            Directory[/data]
            File[/data/conf] group=app
            Mount[/data] device=/dev/sdb1 fstype=ext4
            Group[app]
            User[app] groups=List([Str("app")])
            Directory[/data] -> File[/data/conf] (Directory[path.parent])
            Directory[/data] -> Mount[/data] (Directory[path])
            Mount[/data] -> File[/data/conf] (Mount[path.parent])
            Group[app] -> File[/data/conf] (Group[group])
            Group[app] -> User[app] (Group[groups])
            User[app] -> Cron[nightly] (User[user])
        "#]],
    );
}

#[test]
fn an_instance_inside_of_an_instance_is_inside_of_both() {
    check(
        r#"
component Inner { File "/inner" {} }
component Outer { Inner {}
  File "/outer" {} }
component Empty { param x: Int = 0 }
policy p {
  let outer = Outer {}
  let nothing = Empty { after outer }
  Service "s" { after nothing }
  Package "before" { before outer }
}
"#,
        expect![[r#"
            File[/inner]
            File[/outer]
            Package[before]
            Service[s]
            File[/inner] -> barrier 4 (boundary)
            File[/outer] -> barrier 4 (boundary)
            Package[before] -> barrier 7 (before)
            barrier 4 -> barrier 5 (after)
            barrier 5 -> barrier 6 (boundary)
            barrier 6 -> Service[s] (after)
            barrier 7 -> File[/inner] (boundary)
            barrier 7 -> File[/outer] (boundary)
        "#]],
    );
}

#[test]
fn a_component_is_used_by_others_only_if_it_is_public() {
    let files = [
        ("src/main.mc", "import a.{A, B}\npolicy p { A {}\n B {} }\n"),
        (
            "src/a.mc",
            "import std.fs.File\npub component A { File \"/a\" {} }\ncomponent B { File \"/b\" {} }\n",
        ),
    ];
    expect![[r#"
        src/main.mc:1:14: error[MC0205]: `B` is not exported from `a`
    "#]]
    .assert_eq(&crate::outline(&files));
}

#[test]
fn generic_components() {
    check(
        r#"
component Show<T> {
  param name: String
  param values: List<T>
  File "/${name}" { content = "${values.len()}" }
  out first: T? = values.first()
}
policy p {
  let a = Show "a" { name = "a", values = [1, 2] }
  let b = Show "b" { name = "b", values = ["x"], after a }
  let number: Int = a.first ?? 0
  let text: String = b.first ?? ""
  File "/c" { content = "${number} ${text}", after b }
}
"#,
        expect![[r#"
            File[/a] content=<1 bytes>
            File[/b] content=<1 bytes>
            File[/c] content=<3 bytes>
            File[/a] -> barrier 3 (boundary)
            File[/b] -> barrier 5 (boundary)
            barrier 3 -> barrier 4 (after)
            barrier 4 -> File[/b] (boundary)
            barrier 5 -> File[/c] (after)
        "#]],
    );
    check(
        r#"
component Show<T> {
  param values: List<T>
  out first: T? = values.first()
}
policy p {
  let a = Show { values = [1, 2] }
  let wrong: String = a.first ?? ""
}
"#,
        expect![[r#"
            src/main.mc:13:23: error[MC0301]: expected `String?`, found `Int?`
        "#]],
    );
}

#[test]
fn a_loop_over_several_policies_shows_every_edge() {
    let source = r#"
component Base { File "/base" {}
  Command "setup" { argv = ["/x"] } }
policy p {
  let base = Base { after File["/last"] }
  File "/first" { after base, notify Service["s"] }
  Service "s" { before File["/last"] }
  File "/last" {}
}
"#;
    let db = database(&[("src/main.mc", source)]);
    let options = RenderOptions { ascii: true, ..RenderOptions::default() };
    expect![[r#"
        error[MC0504]: 4 resources wait for each other in a circle
            ,-[ src/main.mc:11:19 ]
            |
         10 |   let base = Base { after File["/last"] }
            |              |^^^   |^^^^^^^^^^^^^^^^^^
            |              `--------------------------- Command["setup"] comes after `p/Base`: it is inside
            |              |      |
            |              `--------------------------- `p/Base` comes after Command["setup"]: it is inside
            |                     |
            |                     `-------------------- `p/Base` comes after File["/last"]: `after`
         11 |   File "/first" { after base, notify Service["s"] }
            |                   |^^^^^^^^^  |^^^^^^^^^^^^^^^^^^
            |                   `-------------------------------- File["/first"] comes after `p/Base`: `after`
            |                               |
            |                               `-------------------- Service["s"] comes after File["/first"]: `notify`
         12 |   Service "s" { before File["/last"] }
            |                 |^^^^^^^^^^^^^^^^^^^
            |                 `--------------------- File["/last"] comes after Service["s"]: `before`
            |
            | Help: the edge from `p/Base` to File["/first"] is the easiest to leave out: it only says an
            |       order, and nothing else is lost with it
        ----'

        1 error
    "#]].assert_eq(&render(&db, &mc_compiler::diagnostics(&db), &options));
}

#[test]
fn a_possible_loop_is_found_behind_an_impossible_one() {
    check(
        r#"
policy p {
  if facts.os.family == .Debian { File "/a" { after File["/b"] } }
  if facts.os.family == .RedHat { File "/b" { after File["/a"] } }
  File "/c" { after File["/d"] }
  File "/d" { after File["/e"] }
  File "/e" { after File["/c"] }
  File "/x" { after File["/a"], before File["/c"] }
  File "/y" { after File["/e"], before File["/b"] }
}
"#,
        expect![[r#"
            src/main.mc:12:15: error[MC0504]: 3 resources wait for each other in a circle
        "#]],
    );
}

#[test]
fn loops_that_exclude_each_other_pair_by_pair() {
    check(
        r#"
policy p {
  if facts.os.family == .Debian {
    File "/a" { after File["/b"] }
    File "/c" { after File["/a"] }
    File "/d" { after File["/c"] }
    File "/b" {}
  } else {
    File "/b" { after File["/c"] }
    File "/c" { after File["/d"] }
    File "/a" { after File["/d"] }
    File "/d" {}
  }
}
"#,
        expect![[r#"
            File[/a] if #1 if #2
            File[/b] if #1 if #2
            File[/c] if #1 if #2
            File[/d] if #1 if #2
            File[/a] -> File[/c] (after)
            File[/b] -> File[/a] (after)
            File[/c] -> File[/b] (after)
            File[/c] -> File[/d] (after)
            File[/d] -> File[/a] (after)
            File[/d] -> File[/c] (after)
        "#]],
    );
}

/// Worst cases for the search: one loop through everything, and as many small ones.
#[test]
fn large_knots() {
    use std::fmt::Write;
    const COUNT: usize = 10_000;
    let mut ring = String::from("import std.fs.File\npolicy p {\n");
    for at in 0..COUNT {
        let _ = writeln!(ring, "  File \"/f{at}\" {{ after File[\"/f{}\"] }}", (at + 1) % COUNT);
    }
    ring.push('}');
    let db = database(&[("src/main.mc", &ring)]);
    let found = mc_compiler::diagnostics(&db);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].headline, "10000 resources wait for each other in a circle");

    let mut pairs = String::from("import std.fs.File\npolicy p {\n");
    for at in 0..COUNT / 2 {
        let _ = writeln!(pairs, "  File \"/a{at}\" {{ after File[\"/b{at}\"] }}");
        let _ = writeln!(pairs, "  File \"/b{at}\" {{ after File[\"/a{at}\"] }}");
    }
    pairs.push('}');
    let db = database(&[("src/main.mc", &pairs)]);
    assert_eq!(mc_compiler::diagnostics(&db).len(), COUNT / 2);
}

#[test]
fn what_never_changes_is_not_refreshed_and_refreshes_nothing() {
    check(
        r#"
policy p {
  let asked = Query "q" { argv = ["/x"] }
  let other = File "/other" {}
  Service "a" { restart on asked }
  Service "b" { reload on [other, asked] }
  File "/c" { notify Query["q"] }
  File "/d" { notify if facts.cpu.count > 1 { asked } }
  Query "e" { argv = ["/x"], notify other }
  Query "f" { argv = ["/x"], restart on other }
  defaults Query { reload on other }
}
"#,
        expect![[r#"
            src/main.mc:10:28: error[MC0315]: a `Query` changes nothing, so no change comes from it or to it
            src/main.mc:11:27: error[MC0315]: a `Query` changes nothing, so no change comes from it or to it
            src/main.mc:12:22: error[MC0315]: a `Query` changes nothing, so no change comes from it or to it
            src/main.mc:13:22: error[MC0315]: a `Query` changes nothing, so no change comes from it or to it
            src/main.mc:14:30: error[MC0315]: a `Query` changes nothing, so no change comes from it or to it
            src/main.mc:15:30: error[MC0315]: a `Query` changes nothing, so no change comes from it or to it
            src/main.mc:16:20: error[MC0315]: a `Query` changes nothing, so no change comes from it or to it
        "#]],
    );
}

#[test]
fn of_any_resource_that_never_changes_only_the_order_is_taken() {
    check(
        r#"
component Told { param by: AnyRef, param whom: AnyRef
  Service "s" { restart on by, notify whom }
}
policy p {
  let asked = Query "q" { argv = ["/x"] }
  let last = Query "last" { argv = ["/x"] }
  Told { by = asked, whom = last }
}
"#,
        expect![[r#"
            Query[last] argv=List([Str("/x")])
            Query[q] argv=List([Str("/x")])
            Service[s]
            Query[q] -> Service[s] (after)
            Service[s] -> Query[last] (before)
        "#]],
    );
}
