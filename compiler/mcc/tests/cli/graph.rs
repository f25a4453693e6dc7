use crate::session::Session;
use camino::Utf8Path;
use expect_test::{expect, expect_file};

/// A package with names that try to break out of every format.
fn hostile() -> Session {
    let session = Session::with_package();
    session.write(
        "web/src/main.mc",
        r##"import std.fs.{Directory, File}

component App {
  File "/etc/app" { content = "</script><script>alert(1)</script>" }
}

policy base {
  let a = App "</title>]]>\"`#quot;" {}
  File "/etc/<b>&amp;\"'\\N`*_x" { mode = 0o644, after a }
}
"##,
    );
    session
}

#[test]
fn a_package_as_dot_and_mermaid() {
    let session = Session::with_package();
    session.write(
        "web/src/main.mc",
        "import std.fs.{Directory, File}\n\npolicy base {\n  Directory \"/etc\" {}\n  if facts.cpu.count > 1 { File \"/etc/motd\" { mode = 0o644 } }\n}\n",
    );
    expect![[r##"
        $ mcc graph web
        digraph "web" {
          rankdir=LR;
          node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
          edge [color="#8c959f", arrowsize=0.7, fontname="Helvetica", fontsize=9];
          subgraph cluster_0 {
            label="base"; labeljust=l; style=rounded; color="#d0d7de"; fontname="Helvetica"; fontsize=11;
            v0 [label="Directory\n/etc", tooltip="Directory[\"/etc\"]"];
            v1 [label="File\n/etc/motd\nwhen facts.cpu.count > 1", tooltip="File[\"/etc/motd\"]", style="rounded,dashed"];
          }
          v0 -> v1 [tooltip="automatic: File after Directory[path.parent]"];
        }
        -- status 0
    "##]]
    .assert_eq(&session.transcript(&["graph", "web"]));
    expect![[r#"
        $ mcc graph web --format mermaid
        flowchart LR
          subgraph g0["base"]
            v0["Directory<br/>/etc"]
            v1["File<br/>/etc/motd<br/>when facts.cpu.count #62; 1"]:::conditional
          end
          %% automatic: File after Directory[path.parent]
          v0 --> v1
          classDef conditional stroke-dasharray: 4 3
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["graph", "web", "--format", "mermaid"]));
}

/// A bundle gives the picture of its package, and the ending of the file says which.
#[test]
fn a_bundle_is_drawn_like_its_package() {
    let session = Session::with_package();
    session.run(&["build", "web", "-o", "web.mcb", "--key", "keys/signing.pem"]).ok();
    for name in ["graph.svg", "graph.html", "graph.mmd", "graph.dot"] {
        session.run(&["graph", "web", "-o", name]).ok();
        let of_package = session.read(name);
        session.run(&["graph", "web.mcb", "-o", name]).ok();
        assert_eq!(session.read(name), of_package);
    }
    assert!(session.read("graph.svg").starts_with(b"<svg "));
    assert!(session.read("graph.html").starts_with(b"<!doctype html>"));
    assert!(session.read("graph.mmd").starts_with(b"flowchart"));
}

#[test]
fn a_policy_that_is_not_there() {
    let session = Session::with_package();
    expect![[r#"
        $ mcc graph web --policy bas
        -- stderr
        error: `web` has no policy `bas`
          help: did you mean `base`?
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["graph", "web", "--policy", "bas"]));
}

#[test]
fn a_circle_is_reported_as_by_check() {
    let session = Session::with_package();
    session.write(
        "web/src/main.mc",
        "import std.fs.File\n\npolicy base {\n  let a = File \"/a\" { after b }\n  let b = File \"/b\" { after a }\n}\n",
    );
    let check = session.run(&["check", "web"]);
    let graph = session.run(&["graph", "web"]);
    graph.fails(1);
    assert!(graph.stderr.contains("MC0504"));
    assert_eq!(graph.stderr, check.stderr);
    assert_eq!(graph.stdout, "");
}

#[test]
fn names_stay_names() {
    let session = hostile();
    let svg = session.run(&["graph", "web", "--format", "svg"]);
    svg.ok();
    balanced(&svg.stdout);
    assert!(!svg.stdout.contains("<b>"));
    let html = session.run(&["graph", "web", "--format", "html"]);
    html.ok();
    // Two scripts, the data and ours, and nothing that ends one early.
    assert_eq!(html.stdout.matches("<script").count(), 2);
    assert_eq!(html.stdout.matches("</script").count(), 2);
    assert_eq!(html.stdout.matches("</title>").count(), html.stdout.matches("<title>").count());
    assert!(!html.stdout.contains("<b>"));
    let data = html.stdout.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script").next());
    let data: serde_json::Value = serde_json::from_str(data.expect("the data")).expect("JSON");
    let names: Vec<&str> =
        data["vertices"].as_array().expect("a list").iter().filter_map(|v| v["name"].as_str()).collect();
    assert!(names.contains(&r#"File["/etc/<b>&amp;\"'\\N`*_x"]"#), "{names:?}");
    let dot = session.run(&["graph", "web"]);
    dot.ok();
    assert!(dot.stdout.contains(r#"label="File\n/etc/<b>&amp;amp;\"'\\\\N`*_x""#), "{}", dot.stdout);
    let mermaid = session.run(&["graph", "web", "--format", "mermaid"]);
    mermaid.ok();
    for line in mermaid.stdout.lines().filter(|line| !line.trim_start().starts_with("%%")) {
        let plain = line.replace("<br/>", "");
        assert!(!plain.contains(['<', '`', '*', '_']), "{line}");
        assert_eq!(plain.matches('"').count() % 2, 0, "{line}");
    }
}

#[test]
fn guards_removals_and_rollouts() {
    let session = Session::with_package();
    session.write(
        "web/src/main.mc",
        r#"import std.fs.File

guard tidy { deny File f when f.path.ends_with("<b>\"*_") }
rollout slow { wave one 1 pause 1h, wave rest }
policy base {
  prune [File] limit 5
  File "/etc/motd" { mode = 0o644, approval "ops" }
  File "/etc/issue" { mode = 0o644 }
}
"#,
    );
    expect![[r##"
        $ mcc graph web
        digraph "web" {
          rankdir=LR;
          node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
          edge [color="#8c959f", arrowsize=0.7, fontname="Helvetica", fontsize=9];
          subgraph cluster_0 {
            label="base"; labeljust=l; style=rounded; color="#d0d7de"; fontname="Helvetica"; fontsize=11;
            v0 [label="File\n/etc/issue", tooltip="File[\"/etc/issue\"]"];
            v1 [label="File\n/etc/motd", tooltip="File[\"/etc/motd\"]\nneeds the approval of ops", peripheries=2];
          }
          rules [shape=note, style=solid, color="#8c959f", label="guard tidy: deny File when self.path.ends_with(\"<b>\\\"*_\")\lprune base: removes what it no longer declares of File, at most 5\lrollout slow: one 1 pause 1h, rest\la double border: a guard or an approval watches over it\l"];
        }
        -- status 0
    "##]].assert_eq(&session.transcript(&["graph", "web"]));
    expect![[r#"
        $ mcc graph web --format mermaid
        flowchart LR
          subgraph g0["base"]
            v0["File<br/>/etc/issue"]
            v1[["File<br/>/etc/motd<br/>needs the approval of ops"]]
          end
          rules["guard tidy: deny File when self.path.ends#95;with(#34;#60;b#62;#92;#34;#42;#95;#34;)<br/>prune base: removes what it no longer declares of File, at most 5<br/>rollout slow: one 1 pause 1h, rest"]:::rules
          classDef rules text-align:left,stroke-width:0
          classDef conditional stroke-dasharray: 4 3
        -- status 0
    "#]].assert_eq(&session.transcript(&["graph", "web", "--format", "mermaid"]));
    for format in ["svg", "html"] {
        let run = session.run(&["graph", "web", "--format", format]);
        let drawn = &run.ok().stdout;
        assert!(!drawn.contains("<b>"), "{drawn}");
        for part in
            ["needs the approval of ops", "at most 5", "one 1 pause 1h, rest", "ends_with(&quot;&lt;b&gt;"]
        {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
        // In the legend, and on the one step that has to be approved.
        assert_eq!(drawn.matches("class=\"shield\"").count(), 2, "{drawn}");
    }
    balanced(&session.run(&["graph", "web", "--format", "svg"]).ok().stdout);
}

/// Every element of the document is closed, in order.
fn balanced(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at + 1..];
        let end = tag.find('>').expect("a tag ends");
        let inside = &tag[..end];
        assert!(!inside.contains('<'), "{inside}");
        let name = inside.trim_start_matches('/').split([' ', '/']).next().expect("a name");
        if inside.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{inside}");
        } else if !inside.ends_with('/') {
            open.push(name);
        }
        rest = &tag[end..];
    }
    assert_eq!(open, [] as [&str; 0]);
}

/// The picture in the documentation is the one that is drawn.
#[test]
fn the_picture_of_the_example() {
    let session = Session::new();
    session.example("web");
    let run = session.run(&["graph", "web", "--format", "svg"]);
    balanced(&run.ok().stdout);
    let file = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tool/graph.svg");
    expect_file![file.as_str()].assert_eq(&run.stdout);
}
