//! Cycles, of resources and of declarations.

use crate::{check, database};
use expect_test::expect;
use mc_compiler::diagnostic::render::{RenderOptions, render};

#[test]
fn every_edge_of_a_cycle_is_shown_with_its_reason() {
    let source = r#"
policy p {
  let conf = File "/etc/app/conf" { content = app.version }
  let app = Package "app" { after dir }
  let dir = Directory "/etc/app" { after conf }
}
"#;
    let db = database(&[("src/main.mc", source)]);
    let options = RenderOptions { ascii: true, ..RenderOptions::default() };
    expect![[r#"
        error[MC0504]: Directory["/etc/app"] and File["/etc/app/conf"] wait for each other
            ,-[ src/main.mc:10:36 ]
            |
          8 |   let conf = File "/etc/app/conf" { content = app.version }
            |              |^^^^^^^^^^^^^^^^^^^
            |              `--------------------- File["/etc/app/conf"] comes after Directory["/etc/app"]: every File comes after its `Directory[path.parent]`
            |
         10 |   let dir = Directory "/etc/app" { after conf }
            |                                    |^^^^^^^^^
            |                                    `----------- Directory["/etc/app"] comes after File["/etc/app/conf"]: `after`
            |
            | Help: the edge from File["/etc/app/conf"] to Directory["/etc/app"] is the easiest to leave
            |       out: it only says an order, and nothing else is lost with it
        ----'

        1 error
    "#]].assert_eq(&render(&db, &mc_compiler::diagnostics(&db), &options));
}

#[test]
fn a_cycle_that_no_host_can_meet_is_none() {
    check(
        r#"
policy p {
  if facts.os.family == .Debian {
    File "/a" { after File["/b"] }
    File "/b" {}
  } else {
    File "/b" { after File["/a"] }
    File "/a" {}
  }
}
"#,
        expect![[r#"
            File[/a] if #1 if #2
            File[/b] if #1 if #2
            File[/a] -> File[/b] (after)
            File[/b] -> File[/a] (after)
        "#]],
    );
}

#[test]
fn itself() {
    check(
        "policy p { File \"/a\" { after File[\"/a\"] } }\n",
        expect![[r#"
        src/main.mc:6:24: error[MC0504]: File["/a"] waits for itself
    "#]],
    );
}

#[test]
fn values_that_need_each_other() {
    check(
        "let a = b\nlet b = c + 1\nlet c = a\npolicy p { let x = y\n let y = x }\n",
        expect![[r#"
        src/main.mc:6:5: error[MC0208]: `a`, `b`, `c` need each other's value
        src/main.mc:9:16: error[MC0208]: `x`, `y` need each other's value
    "#]],
    );
}

#[test]
fn functions_components_and_records_do_not_recurse() {
    check(
        "fn f(n: Int) -> Int { g(n) }\nfn g(n: Int) -> Int { f(n) }\ncomponent C { C {} }\nrecord R { next: R? }\npolicy p {}\n",
        expect![[r#"
            src/main.mc:6:4: error[MC0208]: `f`, `g` need each other
            src/main.mc:8:11: error[MC0208]: `C` needs itself
            src/main.mc:9:8: error[MC0208]: `R` needs itself
        "#]],
    );
}
