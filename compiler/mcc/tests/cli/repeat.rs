//! Loops that the host runs, as the commands show them.

use crate::session::Session;
use expect_test::expect;

const SOURCE: &str = r#"import std.fs.File

record Disk { name: String, size: Size }
fact disks: List<Disk> from command ["disks"] as json

component Mount {
  param name: String
  File "/srv/${name}" {}
}

policy base {
  let all = for disk in disks {
    if disk.size < 1GiB { fail("${disk.name} is too small") }
    File "/etc/disks/${disk.name}" { content = "${disk.size}" }
    Mount (disk.name) { name = disk.name }
  }
  File "/etc/disks.list" { content = "all\n", after all }
}
"#;

/// What a command says from its first line about loops on.
fn shown(session: &Session, arguments: &[&str], from: &str) -> String {
    let said = session.run(arguments).ok().stdout.clone();
    said.split_once(from).map_or_else(|| said.clone(), |(_, rest)| format!("{from}{rest}"))
}

#[test]
fn a_plan_shows_its_loops() {
    let session = Session::with_package();
    session.write("web/src/main.mc", SOURCE);
    session.run(&["build", "web", "-o", "web.mcb", "--key", "keys/signing.pem"]).ok();
    expect![[r#"
        policy base  (src/main.mc:11:8)
          select every host
          fail "${disk.name} is too small" when disk.size < 1GiB for disk in web.disks  (src/main.mc:13:27)

        instances that the host names
          base/Mount[disk.name] disk.name for disk in web.disks  (src/main.mc:15:5)

        steps: 3
          File["/etc/disks.list"]
            by base  (src/main.mc:17:3)
              content = blob 722cdd399249d70c5dac1ff2b103a0b271d8fb9816fa52af6ce6b88eda1d389a (4 bytes)
          File[AbsPath("/etc/disks/${disk.name}")]
            for disk in web.disks
            by base  (src/main.mc:14:5)
              content = "${disk.size}"
          File[AbsPath("/srv/${disk.name}")]
            for disk in web.disks
            by base/Mount[disk.name]  (src/main.mc:8:3)

        edges: 2
          File[AbsPath("/srv/${disk.name}")] -> barrier 1  (the boundary of an instance)
          barrier 1 -> File["/etc/disks.list"]  (after, src/main.mc:17:47)
    "#]]
    .assert_eq(&shown(&session, &["inspect", "web.mcb"], "policy base"));
    expect![[r##"
        digraph "web" {
          rankdir=LR;
          node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
          edge [color="#8c959f", arrowsize=0.7, fontname="Helvetica", fontsize=9];
          subgraph cluster_0 {
            label="base"; labeljust=l; style=rounded; color="#d0d7de"; fontname="Helvetica"; fontsize=11;
            v0 [label="File\n/etc/disks.list", tooltip="File[\"/etc/disks.list\"]"];
            v1 [label="File\nAbsPath(\"/etc/disks/${disk.name}\")\nfor disk in web.disks", tooltip="File[AbsPath(\"/etc/disks/${disk.name}\")]"];
            subgraph cluster_1 {
              label="Mount[disk.name]"; labeljust=l; style=rounded; color="#d0d7de"; fontname="Helvetica"; fontsize=11;
              v2 [label="File\nAbsPath(\"/srv/${disk.name}\")\nfor disk in web.disks", tooltip="File[AbsPath(\"/srv/${disk.name}\")]"];
              v3 [label="", shape=diamond, width=0.15, height=0.15, tooltip="end of base/Mount[disk.name]"];
            }
          }
          v2 -> v3 [tooltip="the boundary of an instance"];
          v3 -> v0 [tooltip="after"];
        }
    "##]].assert_eq(&shown(&session, &["graph", "web"], "digraph"));
}

#[test]
fn what_a_loop_runs_over_is_compared() {
    let session = Session::with_package();
    session.write("web/src/main.mc", SOURCE);
    session.write("next/masterchef.toml", session.read("web/masterchef.toml"));
    let next = SOURCE.replace("for disk in disks", "for disk in disks.filter(|disk| disk.name != \"sr0\")");
    session.write("next/src/main.mc", next);
    expect![[r#"
        old  web  web 0.1.0, package
        new  next  web 0.1.0, package

        refusals of hosts
        + base: "${disk.name} is too small" when disk.size < 1GiB for disk in web.disks.filter(|x| x.name != "sr0")  [src/main.mc:13:27]
        - base: "${disk.name} is too small" when disk.size < 1GiB for disk in web.disks  [src/main.mc:13:27]

        steps of policy base
        ~ 2 File steps alike
              File[AbsPath("/etc/disks/${disk.name}")]  [src/main.mc:14:5]
              File[AbsPath("/srv/${disk.name}")]  [src/main.mc:8:3]
            for: disk in web.disks -> disk in web.disks.filter(|x| x.name != "sr0")

        2 steps changed; 1 refusal added, 1 removed
    "#]]
    .assert_eq(&session.run(&["diff", "web", "next"]).stdout);
    expect![[r#"
        old  web  web 0.1.0, package
        new  web  web 0.1.0, package

        no difference
    "#]]
    .assert_eq(&session.run(&["diff", "web", "web"]).stdout);
}

#[test]
fn a_test_sees_what_the_host_makes_of_a_loop() {
    let session = Session::with_package();
    let test = r#"
test "each disk" {
  given facts = debian12
  given disks = [Disk { name = "a", size = 1GiB }, Disk { name = "b", size = 2GiB }]
  let p = plan(base)
  expect p.count() == 5
  expect p.content(File["/etc/disks/b"]) == "2GiB"
  expect p.before(File["/srv/a"], File["/etc/disks.list"])
  expect !p.before(File["/srv/a"], File["/srv/b"])
  expect p.has(File["/srv/c"])
}

test "a small one" {
  given facts = debian12
  given disks = [Disk { name = "a", size = 1GiB }, Disk { name = "b", size = 1MiB }]
  expect fails "b is too small" { plan(base) }
}

test "the same name twice" {
  given facts = debian12
  given disks = [Disk { name = "a", size = 1GiB }, Disk { name = "a", size = 1GiB }]
  expect plan(base).count() == 3
}
"#;
    let imports = "import std.facts.fixture.{debian12}\n";
    session.write("web/src/main.mc", format!("{imports}{SOURCE}{test}"));
    expect![[r#"
        $ mcc test web
        FAIL  src/main.mc: each disk

        error[MC0804]: this expectation does not hold
            ,-[ src/main.mc:29:10 ]
            |
         29 |   expect p.has(File["/srv/c"])
            |          |^^^^^^^^^^^^^^^^^^^^
            |          `---------------------- is `false`
        ----'

        ok    src/main.mc: a small one
        FAIL  src/main.mc: the same name twice

        error[MC0805]: the plan is refused on this host: there are two instances `base/Mount["a"]` on this host
            ,-[ src/main.mc:41:10 ]
            |
         16 |     Mount (disk.name) { name = disk.name }
            |     |^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            |     `--------------------------------------- made in two rounds
            |
         41 |   expect plan(base).count() == 3
            |          |^^^^^^^^^
            |          `----------- does not stand here
            |
            | Help: a test that is about the refusal says so: `expect fails { plan(..) }`
            |
            | Note 1: MC6120: there are two instances `base/Mount["a"]` on this host
            |
            | Note 2: give each a name of its own
        ----'

        1 passed, 2 failed
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["test", "web"]));
}

/// The tests of a package with a fact `names`, which must pass.
#[track_caller]
fn passes(source: &str) {
    let session = Session::with_package();
    let imports = "import std.exec.{Command, Query}\nimport std.facts.fixture.{debian12}\nimport std.fs.{Directory, File}\n\
                   fact names: List<String> from file \"/etc/names\" as lines\n";
    session.write("web/src/main.mc", format!("{imports}{source}"));
    session.run(&["test", "web"]).ok();
}

#[test]
fn a_loop_ends_with_its_policy() {
    passes(
        r#"
component Part { File "/part" {} }
policy a { if facts.cpu.count > 100000 { for n in names { File "/a/${n}" { content = "" } } } }
policy security { File "/etc/ssh-hardened" { content = "yes" }
  Part {}
  if facts.hostname == "bad" { fail("this host is refused") } }
test "without elements" {
  given facts = debian12
  given names = []
  expect plan().has(File["/etc/ssh-hardened"])
}
test "refused all the same" {
  given facts = debian12 with { hostname = "bad" }
  given names = []
  expect fails "this host is refused" { plan(security) }
}
"#,
    );
}

#[test]
fn local_keys_are_those_of_their_instance() {
    passes(
        r#"
component Part { param name: String
  Command "init" { argv = ["/bin/init", name], creates = "/srv/${name}" } }
policy base { for n in names { Part (n) { name = n } } }
test "each its own" {
  given facts = debian12
  given names = ["a", "b"]
  expect plan(base).count() == 2
}
"#,
    );
}

#[test]
fn what_two_policies_in_an_order_share_belongs_to_neither() {
    passes(
        r#"
policy a { for n in names { Directory "/mnt/${n}" {} }
  File "/first" {} }
policy b { after a
  for n in names { Directory "/mnt/${n}" {}
    Directory "/mnt/${n}/b" {} } }
test "in order" {
  given facts = debian12
  given names = ["x", "y"]
  let p = plan()
  expect p.count() == 5
  expect p.before(File["/first"], Directory["/mnt/x/b"])
  expect p.before(Directory["/mnt/x"], Directory["/mnt/x/b"])
}
"#,
    );
}

#[test]
fn a_loop_without_elements_keeps_the_order() {
    passes(
        r#"
component Only { param around: String
  for n in names { File "/o/${around}/${n}" {} } }
policy p {
  let a = File "/a" {}
  let b = for n in names { File "/b/${n}" { after a } }
  let c = for n in names { for m in n.split("-") { File "/c/${n}/${m}" { after b } } }
  let only = Only "x" { around = "x", after c }
  File "/d" { after only }
}
test "none" {
  given facts = debian12
  given names = []
  let made = plan(p)
  expect made.count() == 2
  expect made.before(File["/a"], File["/d"])
}
test "some" {
  given facts = debian12
  given names = ["n-m"]
  let made = plan(p)
  expect made.count() == 6
  expect made.before(File["/b/n-m"], File["/o/x/n-m"])
}
"#,
    );
}

#[test]
fn names_are_of_what_is_there() {
    passes(
        r#"
component Part { param name: String, File "/p/${name}" {} }
policy a { File "/etc/a" {} }
policy b { Part (names[5]) { name = names[5] } }
policy c {
  if facts.cpu.count > 100000 { Part "a" { name = "static" } } else { for n in names { Part (n) { name = n } } }
}
test "another policy has no name" {
  given facts = debian12
  given names = []
  expect plan(a).count() == 1
}
test "the other one is not there" {
  given facts = debian12
  given names = ["a", "b"]
  expect plan(c).count() == 2
}
"#,
    );
}

#[test]
fn equal_elements_say_the_same() {
    passes(
        r#"
policy p {
  let v = Query "v" { argv = ["/bin/echo", "1"] }
  for n in names { File "/srv/${n}" { content = "${n} ${v.stdout}" } }
  for n in names { File "/srv/x" { content = default n } }
  File "/srv/x" { content = "fixed" }
}
test "twice" {
  given facts = debian12
  given names = ["a", "a"]
  let made = plan(p)
  expect made.count() == 3
  expect made.content(File["/srv/x"]) == "fixed"
}
"#,
    );
}

#[test]
fn names_of_the_host_are_compared() {
    let session = Session::with_package();
    session.write("web/src/main.mc", SOURCE);
    session.write("next/masterchef.toml", session.read("web/masterchef.toml"));
    session.write("next/src/main.mc", SOURCE.replace("Mount (disk.name)", "Mount \"m-${disk.name}\""));
    expect![[r#"
        old  web  web 0.1.0, package
        new  next  web 0.1.0, package

        instances that hosts name
        + base/Mount[*]: "m-${disk.name}"  [src/main.mc:15:5]
        - base/Mount[disk.name]: disk.name  [src/main.mc:15:5]

        steps of policy base
        ~ File[AbsPath("/srv/${disk.name}")]  [src/main.mc:8:3]
            in: base/Mount[disk.name] -> base/Mount[*]

        edges
        + end of base/Mount[*] -> File["/etc/disks.list"]  (after)  [src/main.mc:17:47]
        - end of base/Mount[disk.name] -> File["/etc/disks.list"]  (after)  [src/main.mc:17:47]

        1 step changed; 1 edge added, 1 removed; 1 instance added, 1 removed
    "#]]
    .assert_eq(&session.run(&["diff", "web", "next"]).stdout);
}

#[test]
fn why_looks_into_loops() {
    let session = Session::with_package();
    let source = SOURCE.replace(
        "  let all =",
        "  File \"/etc/one\" { mode = default 0o600 }\n  for disk in disks { File \"/etc/one\" { mode = 0o644 } }\n  let all =",
    );
    session.write("web/src/main.mc", source);
    let question = ["why", "base", "File[\"/etc/one\"].mode", "web"];
    expect![[r#"
        File["/etc/one"].mode is 0o644, in base, for disk in web.disks
          src/main.mc:13:41  set here
                               for disk in disks { File "/etc/one" { mode = 0o644 } }
        File["/etc/one"].mode is 0o600, marked `default`, in base
          src/main.mc:12:21  set here
                               File "/etc/one" { mode = default 0o600 }
    "#]]
    .assert_eq(&session.run(&question).ok().stdout);
}
