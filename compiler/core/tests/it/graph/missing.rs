//! What reads something that another step writes, with nothing that orders the two.

use crate::{check, database};
use expect_test::expect;
use mc_compiler::diagnostic::render::{RenderOptions, render};

#[test]
fn a_service_reads_its_configuration() {
    check(
        r#"
policy p {
  File "/etc/nginx/nginx.conf" { content = "x" }
  File "/etc/nginx/sites/a.conf" { content = "x" }
  File "/etc/nginx-other/b.conf" { content = "x" }
  Service "nginx" { running = true }
  File "/etc/app.conf" { content = "x", notify Service["app"] }
  Service "app" { running = true }
  File "/etc/default/cron" { content = "x" }
  Service "cron" { running = true, before File["/etc/default/cron"] }
}
"#,
        expect![[r#"
            src/main.mc:11:3: warning[MC0670]: Service["nginx"] reads what File["/etc/nginx/nginx.conf"] writes, and nothing says which comes first
            File[/etc/app.conf] content=<1 bytes>
            File[/etc/default/cron] content=<1 bytes>
            File[/etc/nginx-other/b.conf] content=<1 bytes>
            File[/etc/nginx/nginx.conf] content=<1 bytes>
            File[/etc/nginx/sites/a.conf] content=<1 bytes>
            Service[app] running=Bool(true)
            Service[cron] running=Bool(true)
            Service[nginx] running=Bool(true)
            File[/etc/app.conf] -notify-> Service[app] (notify)
            Service[cron] -> File[/etc/default/cron] (before)
        "#]],
    );
}

#[test]
fn both_places_and_the_edge_to_add() {
    let source = r#"
policy p {
  File "/srv/in" { content = "x" }
  Command "import" { argv = ["/usr/bin/import"], inputs = ["/srv/in"], creates = "/srv/out" }
}
"#;
    let db = database(&[("src/main.mc", source)]);
    let options = RenderOptions { ascii: true, ..RenderOptions::default() };
    expect![[r#"
        warning[MC0670]: Command["import"] reads what File["/srv/in"] writes, and nothing says which comes first
           ,-[ src/main.mc:9:3 ]
           |
         8 |   File "/srv/in" { content = "x" }
           |   |^^^^^^^^^^^^^
           |   `--------------- written here
         9 |   Command "import" { argv = ["/usr/bin/import"], inputs = ["/srv/in"], creates = "/srv/out" }
           |   |^^^^^^^^^^^^^^^
           |   `----------------- reads "/srv/in"
           |
           | Help: say the order with `after`, or `notify`, `restart on` or `reload on` where a change
           |       has to be noticed
           |       9 -   Command "import" { argv = ["/usr/bin/import"], inputs = ["/srv/in"], creates = "/srv/out" }
           |       9 +   Command "import" { after File["/srv/in"], argv = ["/usr/bin/import"], inputs = ["/srv/in"], creates = "/srv/out" }
        ---'

        1 warning
    "#]].assert_eq(&render(&db, &mc_compiler::diagnostics(&db), &options));
}

/// The source with the fixes of all warnings.
fn fixed(source: &str) -> String {
    let db = database(&[("src/main.mc", source)]);
    let mut text = mc_compiler::diagnostics(&db)[0].primary.file.text(&db).to_string();
    let mut edits: Vec<_> =
        mc_compiler::diagnostics(&db).into_iter().filter_map(|d| d.fix).flat_map(|fix| fix.edits).collect();
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.span));
    for (place, with) in edits {
        text.replace_range(place.span.start as usize..place.span.end as usize, &with);
    }
    text
}

#[test]
fn the_fix_mends_it() {
    let mended = fixed(
        r#"
policy p {
  File "/etc/a.conf" { content = "x" }
  File "/etc/a/b" { content = "x" }
  Service "a" {}
  File "/etc/b.conf" { content = "x" }
  Service "b" { running = true }
  File "/etc/c.conf" { content = "x" }
  Service "c" {
    running = true
  }
  File "/etc/d.conf" { content = "x" }
  Service "d" {
  }
  File "/etc/e.conf" { content = "x" }
  Service "e" { // a comment
    running = true
  }
}
"#,
    );
    expect![[r#"
        import std.fs.{Directory, File, Symlink}
        import std.pkg.Package
        import std.svc.Service
        import std.user.User
        import std.exec.{Command, Query}

        policy p {
          File "/etc/a.conf" { content = "x" }
          File "/etc/a/b" { content = "x" }
          Service "a" { after [File["/etc/a.conf"], File["/etc/a/b"]] }
          File "/etc/b.conf" { content = "x" }
          Service "b" { after File["/etc/b.conf"], running = true }
          File "/etc/c.conf" { content = "x" }
          Service "c" {
            after File["/etc/c.conf"]
            running = true
          }
          File "/etc/d.conf" { content = "x" }
          Service "d" {
            after File["/etc/d.conf"]
          }
          File "/etc/e.conf" { content = "x" }
          Service "e" { after File["/etc/e.conf"] // a comment
            running = true
          }
        }
    "#]]
    .assert_eq(&mended);
    let db = database(&[("src/main.mc", &mended)]);
    assert!(mc_compiler::diagnostics(&db).is_empty(), "{:?}", mc_compiler::diagnostics(&db));
}

#[test]
fn a_path_through_others_orders_as_well() {
    check(
        r#"
component Tool { File "/etc/tool.conf" { content = "x" } }
policy p {
  let tool = Tool {}
  Package "between" { after tool }
  Service "tool" { running = true, after Package["between"] }
  Command "make" { argv = ["/make"], creates = "/srv/made" }
  Command "use" { argv = ["/use"], inputs = ["/srv/made"], after Command["make"] }
}
"#,
        expect![[r#"
            Command[make] argv=List([Str("/make")]) creates=/srv/made
            Command[use] argv=List([Str("/use")]) inputs=List([Str("/srv/made")])
            File[/etc/tool.conf] content=<1 bytes>
            Package[between]
            Service[tool] running=Bool(true)
            Command[make] -> Command[use] (after)
            File[/etc/tool.conf] -> barrier 5 (boundary)
            Package[between] -> Service[tool] (after)
            barrier 5 -> Package[between] (after)
        "#]],
    );
}

#[test]
fn what_never_meets_needs_no_order() {
    check(
        r#"
policy p {
  if facts.os.family == .Debian { File "/etc/a.conf" { content = "x" } }
  if facts.os.family == .RedHat { Service "a" { running = true } }
}
"#,
        expect![[r#"
            File[/etc/a.conf] if #1 content=<1 bytes>
            Service[a] if #3 running=Bool(true)
        "#]],
    );
}

#[test]
fn what_a_component_of_another_module_declares() {
    let files = [
        (
            "src/main.mc",
            "import a.A\nimport std.fs.File\npolicy p { A {}\n File \"/etc/a.conf\" { content = \"x\" } }\n",
        ),
        ("src/a.mc", "import std.svc.Service\npub component A { Service \"a\" { running = true } }\n"),
    ];
    expect![[r#"
        src/a.mc:2:19: warning[MC0670]: Service["a"] reads what File["/etc/a.conf"] writes, and nothing says which comes first
        File[/etc/a.conf] content=<1 bytes>
        Service[a] running=Bool(true)
    "#]].assert_eq(&crate::outline(&files));
}

/// Each reader with a long way to what it reads, and one that reads everything.
#[test]
fn many_readers() {
    use std::fmt::Write;
    const COUNT: usize = 5_000;
    let mut source = String::from("import std.fs.File\nimport std.exec.Command\npolicy p {\n");
    for at in 0..COUNT {
        let _ = writeln!(
            source,
            "  File \"/in/f{at}\" {{ content = \"x\", after File[\"/in/f{}\"] }}",
            at.max(1) - 1
        );
    }
    let source = source.replacen(", after File[\"/in/f0\"]", "", 1);
    let mut source = source;
    for at in 0..COUNT {
        let _ = writeln!(
            source,
            "  Command \"c{at}\" {{ argv = [\"/x\"], inputs = [\"/in/f{at}\"], creates = \"/out/{at}\", after File[\"/in/f{at}\"] }}"
        );
    }
    let _ = writeln!(
        source,
        "  Command \"all\" {{ argv = [\"/x\"], inputs = [\"/in\", \"/out\"], creates = \"/all\", after File[\"/in/f{}\"] }}",
        COUNT - 1
    );
    source.push('}');
    let db = database(&[("src/main.mc", &source)]);
    let found = mc_compiler::diagnostics(&db);
    let headlines: Vec<&str> = found.iter().map(|d| d.headline.as_str()).collect();
    assert_eq!(
        headlines,
        ["Command[\"all\"] reads what Command[\"c0\"] writes, and nothing says which comes first"]
    );
}
