//! What stands between the lines: the text with the hints in it.

use crate::fixture::Fixture;
use crate::{HintKind, Hints, hints};
use expect_test::{Expect, expect};
use mc_compiler::package;
use mc_syntax::Span;

const ALL: Hints = Hints { types: true, phases: true, parameters: true, edges: true };

fn check(source: &str, wanted: Hints, expected: Expect) {
    let fixture = Fixture::new(source);
    let file = package::file(&fixture.db, camino::Utf8Path::new("src/main.mc")).expect("in the package");
    let mut text = file.text(&fixture.db).to_string();
    let range = Span::new(0, text.len() as u32);
    for hint in hints(&fixture.db, file, range, wanted).into_iter().rev() {
        let (open, close) = match hint.kind {
            HintKind::Type => ("\u{ab}", "\u{bb}"),
            HintKind::Phase => ("<", ">"),
            HintKind::Parameter => ("{", "}"),
            HintKind::Edge => ("[", "]"),
        };
        text.insert_str(hint.offset as usize, &format!("{open}{}{close}", hint.label));
    }
    expected.assert_eq(&text);
}

#[test]
fn types_that_nobody_wrote() {
    check(
        "let a = [1].map(|x| x + 1)\nlet b: Int = a.len()\nlet c = \"x\"\nlet d = { \"k\": 1 }\n",
        Hints { phases: false, ..ALL },
        expect![[r#"
            let a«: List<Int>» = [1].map(|x«: Int»| x + 1)
            let b: Int = a.len()
            let c = "x"
            let d = { "k": 1 }
        "#]],
    );
}

#[test]
fn phases() {
    check(
        "policy p {\n  let n: Int = facts.cpu.count\n  let m = n + 1\n  let k = 1 + 1\n  for i, x in [m].indexed() { check x > 0 else \"no\" }\n}\n",
        ALL,
        expect![[r#"
            policy p {
              let n<host>: Int = facts.cpu.count
              let m«: Int»<host> = n + 1
              let k«: Int» = 1 + 1
              for i«: Int», x«: Int» in [m].indexed() { check x > 0 else "no" }
            }
        "#]],
    );
}

#[test]
fn names_of_parameters() {
    check(
        "fn f(host: String, port: Int) -> String { \"${host}:${port}\" }\nlet port = 1\nlet a = f(\"a\", port)\nlet b = f(\"a\", port = 2)\nlet c = \"a\".replace(\"a\", \"b\").split(\",\")\n",
        Hints { types: false, ..ALL },
        expect![[r#"
            fn f(host: String, port: Int) -> String { "${host}:${port}" }
            let port = 1
            let a = f({host =}"a", port)
            let b = f({host =}"a", port = 2)
            let c = "a".replace({part =}"a", {with =}"b").split(",")
        "#]],
    );
}

#[test]
fn order_that_follows_from_what_resources_are() {
    check(
        "import std.fs.{Directory, File}\npolicy p {\n  File \"/etc/a/b\" { content = \"x\" }\n  Directory \"/etc/a\" {}\n  File \"/c\" { content = \"x\", after File[\"/etc/a/b\"] }\n}\n",
        ALL,
        expect![[r#"
            import std.fs.{Directory, File}
            policy p {
              File "/etc/a/b" {[after Directory["/etc/a"]] content = "x" }
              Directory "/etc/a" {}
              File "/c" { content = "x", after File["/etc/a/b"] }
            }
        "#]],
    );
}

#[test]
fn with_mistakes_there_is_no_order_to_show() {
    check(
        "import std.fs.{Directory, File}\npolicy p {\n  File \"/etc/a/b\" { conten = \"x\" }\n  Directory \"/etc/a\" {}\n}\n",
        ALL,
        expect![[r#"
            import std.fs.{Directory, File}
            policy p {
              File "/etc/a/b" { conten = "x" }
              Directory "/etc/a" {}
            }
        "#]],
    );
}
