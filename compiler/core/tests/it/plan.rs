//! What policies compile to.

use crate::{check, database, outline, right};
use expect_test::expect;
use mc_plan::plan::EdgeReason;

#[test]
fn literal_files_with_automatic_edges() {
    check(
        r#"
policy p {
  File "/srv/a/b.conf" { content = "x", owner = "www" }
  Directory "/srv/a" {}
  User "www" {}
}
"#,
        expect![[r#"
            Directory[/srv/a]
            File[/srv/a/b.conf] content=<1 bytes> owner=www
            User[www]
            Directory[/srv/a] -> File[/srv/a/b.conf] (Directory[path.parent])
            User[www] -> File[/srv/a/b.conf] (User[owner])
        "#]],
    );
}

#[test]
fn names_are_visible_in_their_whole_block() {
    check(
        r#"
policy p {
  let a = File "/a" { notify s }
  let s = Service "s" { restart on b }
  let b = File "/b" { content = text }
  let text = "${word}!"
  let word = "hello"
}
"#,
        expect![[r#"
            File[/a]
            File[/b] content=<6 bytes>
            Service[s]
            File[/a] -notify-> Service[s] (notify)
            File[/b] -restart-> Service[s] (restart on)
        "#]],
    );
}

#[test]
fn outputs_make_edges_and_stay_residual() {
    check(
        r#"
policy p {
  let nginx = Package "nginx" {}
  File "/v" { content = "nginx ${nginx.version}\n" }
}
"#,
        expect![[r#"
            File[/v] content=#3
            Package[nginx]
            Package[nginx] -> File[/v] (output)
        "#]],
    );
}

#[test]
fn instances_have_boundaries() {
    check(
        r#"
component Base {
  param name: String
  File "/base/${name}" {}
  out path: String = "/base/${name}"
}
policy p {
  let base = Base { name = "x" }
  let other = Base "second" { name = "y", after base }
  File "/after" { content = other.path, after other }
  Service "s" { restart on base }
}
"#,
        expect![[r#"
            File[/after] content=<7 bytes>
            File[/base/x]
            File[/base/y]
            Service[s]
            File[/base/x] -restart-> Service[s] (restart on)
            File[/base/x] -> barrier 4 (boundary)
            File[/base/y] -> barrier 6 (boundary)
            barrier 4 -> barrier 5 (after)
            barrier 5 -> File[/base/y] (boundary)
            barrier 6 -> File[/after] (after)
        "#]],
    );
}

#[test]
fn conditions_split_by_facts() {
    check(
        r#"
policy p {
  let name = match facts.os.family {
    .Debian => "apache2"
    .RedHat => "httpd"
    other => fail("no web server for ${other}")
  }
  Package (PackageName(name)) {}
  if facts.cpu.count > 4 {
    File "/many" { mode = if facts.cpu.count > 8 { 0o600 } else { 0o644 } }
  }
}
"#,
        expect![[r#"
            File[/many] if #28 mode=#37
            Package[Expr(ExprId(25))]
            refused if Expr(ExprId(5)): Expr(ExprId(21))
        "#]],
    );
}

#[test]
fn records_enums_and_loops_fold_away() {
    check(
        r#"
enum Tls { Off, On { cert: AbsPath } }
record Site { name: HostName, port: Int = 80, tls: Tls = .Off, root: AbsPath = "/srv/${name}" }
fn line(site: Site) -> String {
  match site.tls {
    .Off => "listen ${site.port};"
    .On { cert } => "listen ${site.port} ssl; # ${cert}"
  }
}
let sites = [Site { name = "a.example" }, Site { name = "b.example", port = 81, tls = .On { cert = "/c.pem" } }]
policy p {
  for i, site in sites.indexed() {
    File "/etc/${i}-${site.name}" { content = line(site) }
  }
  File "/all" { content = sites.map(|s| s.root).join(" ") }
  File "/first" { content = "${sites.first()?.name ?? "none"} of ${sites.len()}" }
}
"#,
        expect![[r#"
            File[/all] content=<29 bytes>
            File[/etc/0-a.example] content=<10 bytes>
            File[/etc/1-b.example] content=<23 bytes>
            File[/first] content=<14 bytes>
        "#]],
    );
}

#[test]
fn a_condition_that_is_false_removes() {
    check(
        r#"
policy p {
  let gone = File "/gone" { when false }
  let here = File "/here" { when true }
  File "/x" { after [gone, here] }
  if let g = gone { File "/never" { content = g.sha256 } }
}
"#,
        expect![[r#"
            File[/here]
            File[/x]
            File[/here] -> File[/x] (after)
        "#]],
    );
}

#[test]
fn modules_and_imports() {
    let files = [
        (
            "src/main.mc",
            "import web.site.{Site, default_port}\nimport std.fs.File\npolicy p { File \"/x\" { content = \"${default_port} ${Site { name = \"n\" }.name}\" } }\n",
        ),
        (
            "src/web/site.mc",
            "import std.fs.File\npub record Site { name: String }\npub let default_port = 80 + base\nlet base = 1\n",
        ),
    ];
    expect![[r#"
        File[/x] content=<4 bytes>
    "#]]
    .assert_eq(&outline(&files));
}

#[test]
fn the_order_of_files_changes_nothing() {
    let a = ("src/a.mc", "import std.fs.File\npub component A { File \"/a\" {} }\n");
    let main = (
        "src/main.mc",
        "import a.A\nimport std.fs.File\npolicy p { A {}\n File \"/b\" { content = \"x\" } }\n",
    );
    let (one, two) = (database(&[a, main]), database(&[main, a]));
    let (one, two) = (mc_compiler::compiled_plan(&one), mc_compiler::compiled_plan(&two));
    assert!(one.is_some());
    assert_eq!(one, two);
}

#[test]
fn a_list_that_the_host_chooses() {
    check(
        r#"
enum Env { Dev, Stage, Live }
labels { env: Env }
let names = match labels.env { .Dev => ["a"], .Stage => ["a", "b"], .Live => ["b", "a", "c"] }
record Site { name: String, port: Int }
let sites = if facts.cpu.count > 1 { [Site { name = "x", port = 1 }] } else { [Site { name = "x", port = 2 }] }

policy base {
  let service = Service "s" { running = true }
  let files = for name in names { File "/etc/${name}" { content = name, notify service } }
  for at, name in names.indexed() { File "/n/${at}" { content = name } }
  for name in ["p", "q"].filter(|name| name != facts.hostname) { Directory "/srv/${name}" {} }
  for site in sites { File "/sites/${site.name}" { content = "${site.port}" } }
  Command "all" { argv = ["/bin/true"], creates = "/x", after files }
}
"#,
        expect![[r#"
            Command[all] argv=List([Str("/bin/true")]) creates=/x
            Directory[/srv/p] if #39
            Directory[/srv/q] if #41
            File[/etc/a] content=<1 bytes>
            File[/etc/b] if #21 content=<1 bytes>
            File[/etc/c] if #22 content=<1 bytes>
            File[/n/0] if #35 content=<1 bytes> if #22 content=<1 bytes>
            File[/n/1] if #36 content=<1 bytes> if #22 content=<1 bytes>
            File[/n/2] if #22 content=<1 bytes>
            File[/sites/x] if #11 content=<1 bytes> if #12 content=<1 bytes>
            Service[s] running=Bool(true)
            File[/etc/a] -> Command[all] (after)
            File[/etc/a] -notify-> Service[s] (notify)
            File[/etc/b] -> Command[all] (after)
            File[/etc/b] -notify-> Service[s] (notify)
            File[/etc/c] -> Command[all] (after)
            File[/etc/c] -notify-> Service[s] (notify)
        "#]],
    );
}

#[test]
fn loops_over_chosen_lists_in_each_other() {
    check(
        r#"
enum Env { Dev, Live }
labels { env: Env }
record Site { name: String, ports: List<Int> = [80], on: Bool = true }
let sites = match labels.env {
  .Dev => [Site { name = "a" }]
  .Live => [Site { name = "a", ports = [80, 443] }, Site { name = "b", on = facts.cpu.count > 1 }]
}
let ports: Map<String, Int> = if facts.cpu.count > 2 { ["x" => 1] } else { ["x" => 1, "y" => 2] }

policy base {
  for site in sites.filter(|site| site.on) {
    for port in site.ports { File "/etc/${site.name}-${port}" {} }
  }
  for name in sites.map(|site| site.name) { Directory "/srv/${name}" {} }
  for name, port in ports { File "/ports/${name}" { content = "${port}" } }
  if facts.cpu.count > 3 { for name in ["m", "n"] { File "/some/${name}" {} } }
}
"#,
        expect![[r#"
            Directory[/srv/a]
            Directory[/srv/b] if #26
            File[/etc/a-443] if #26
            File[/etc/a-80] if #1 if #26
            File[/etc/b-80] if #27
            File[/ports/x] content=<1 bytes>
            File[/ports/y] if #15 content=<1 bytes>
            File[/some/m] if #36
            File[/some/n] if #36
        "#]],
    );
}

#[test]
fn how_many_a_chosen_loop_declares_is_not_asked() {
    check(
        r#"
enum Env { Dev, Live }
labels { env: Env }
let sites = match labels.env { .Dev => ["a"], .Live => ["a", "b"] }

policy base {
  let files = for site in sites { File "/etc/${site}" {} }
  File "/count" { content = "${files.len()}" }
  let first = files.first()
  Service "s" { restart on first }
}
"#,
        expect![[r#"
            src/main.mc:13:32: error[MC0401]: which resource a reference means must be known when the bundle is built
            src/main.mc:14:15: error[MC0401]: which resource a reference means must be known when the bundle is built
        "#]],
    );
}

#[test]
fn what_fails_while_the_plan_runs_refuses_no_host() {
    let source = |text: &str| {
        format!(
            "type Long = String where it.len() > 3\npolicy p {{\n  let tool = Package \"tool\" {{}}\n  let text = {text}\n  \
             File \"/a\" {{ content = Long(text) }}\n  File \"/b\" {{ owner = UserName(text) }}\n  \
             File \"/c\" {{ content = if text == \"1\" {{ fail(\"no\") }} else {{ \"${{1 / text.len()}}\" }} }}\n}}\n"
        )
    };
    let of = |text: &str| {
        let plan = right(&source(text));
        let reads = plan.edges.iter().filter(|edge| edge.reason == EdgeReason::Output).count();
        (plan.refusals.len(), reads)
    };
    // Each step that reads it fails; the first two on the host are refused by a condition and a `fail`.
    assert_eq!(of("tool.version"), (0, 3));
    assert_eq!(of("facts.hostname"), (2, 0));
}
