//! Values in hovers, and when they are known.

use super::hover::check;
use crate::fixture::Fixture;
use crate::hover;
use expect_test::{Expect, expect};

const COMPONENT: &str = r#"
import std.fs.File
component Site {
  param port: Int
  param dir: AbsPath = "/srv/${port}"
  File "${dir}/port" { content = "${port}" }
}
"#;

/// The line with the values.
fn check_values(source: &str, expected: Expect) {
    let fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = hover(&fixture.db, file, offset).map(|hover| hover.markdown).unwrap_or_default();
    let line = found.lines().find(|line| line.starts_with("Value")).unwrap_or_default();
    expected.assert_eq(line);
}

#[test]
fn a_value_that_is_computed() {
    check_values("let a = [3, 1].sort().map(|x| x * 2)\nlet b = $0a\n", expect!["Value: `[2, 6]`"]);
    check_values("let $0a = \"x\" + \"y\"\n", expect![[r#"Value: `"xy"`"#]]);
    // In another module, which need not be evaluated whole.
    check_values(
        "import a.{name}\npolicy p { let x = $0name }\n//- src/a.mc\npub let name = \"a\" + \"b\"\nlet c = fail(\"no\")\n",
        expect![[r#"Value: `"ab"`"#]],
    );
}

#[test]
fn a_value_that_is_written_is_not_said_again() {
    check_values("let $0a = 1\n", expect![""]);
    check_values("policy p {\n  let b = [1, 2]\n  let c = $0b\n}\n", expect!["Value: `[1, 2]`"]);
}

#[test]
fn values_of_a_parameter() {
    let uses = "policy p {\n  Site \"a\" { port = 80 }\n  Site \"b\" { port = 81 }\n}\n";
    let at = |place: &str| format!("{}{uses}", COMPONENT.replacen(place, &format!("$0{place}"), 1));
    check_values(&at("port: Int"), expect![[r#"Values: `80` in `p/Site["a"]`, `81` in `p/Site["b"]`"#]]);
    check_values(
        &at("dir: AbsPath"),
        expect![[r#"Values: `"/srv/80"` in `p/Site["a"]`, `"/srv/81"` in `p/Site["b"]`"#]],
    );
    check_values(&at("content ="), expect![[r#"Values: `"80"` in `p/Site["a"]`, `"81"` in `p/Site["b"]`"#]]);
    check_values(
        &at("dir}/port"),
        expect![[r#"Values: `"/srv/80"` in `p/Site["a"]`, `"/srv/81"` in `p/Site["b"]`"#]],
    );
}

#[test]
fn values_of_a_loop() {
    check_values(
        "import std.fs.File\npolicy p {\n  for name in [\"a\", \"b\", \"c\", \"d\", \"e\"] {\n    File \"/${$0name}\" {}\n  }\n}\n",
        expect![[r#"Values: `"a"` in `p`, `"b"` in `p`, `"c"` in `p`, `"d"` in `p`, and perhaps more"#]],
    );
}

#[test]
fn values_that_the_host_knows() {
    check_values("policy p {\n  let $0a = facts.cpu.count + 1\n}\n", expect![""]);
    check_values(
        "fn f(a: Int) -> Int { $0a + 1 }\npolicy p {\n  let x = f(1)\n  let y = f(facts.cpu.count)\n}\n",
        expect!["Value: `1` in `p`, and what only the host knows"],
    );
}

#[test]
fn values_of_secrets_are_not_shown() {
    check_values("policy p {\n  let $0a = secret(\"key\")\n}\n", expect![""]);
    check_values(
        "record R {\n  s: Secret<String>\n}\npolicy p {\n  let $0a = R { s = \"open\" }\n}\n",
        expect![""],
    );
}

#[test]
fn values_beside_mistakes() {
    check_values("policy p {\n  let a = 1 + 1\n  let b = nothing\n  let c = $0a\n}\n", expect!["Value: `2`"]);
    check_values("fn f(a: Int) -> Int { f(a + 1) }\nlet $0b = f(1)\n", expect![""]);
}

#[test]
fn values_that_take_long() {
    let long = "fn f(a: Int) -> Int { if a > 0 { f(a - 1) + f(a - 1) } else { 1 } }\nlet $0b = f(60)\n";
    check_values(long, expect![""]);
    // What is long is cut.
    let many = "let a = [1, 2, 3, 4, 5, 6].map(|x| [x, x, x, x])\nlet $0b = a.map(|x| x + x + x).flatten()\n";
    check_values(
        many,
        expect![
            "Value: `[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6.. (11 more bytes)`"
        ],
    );
}

#[test]
fn when_a_value_is_known() {
    let source = r#"import std.pkg.Package
fn title(name: String) -> String {
  let t$0ext = "${name} on ${facts.fqdn}"
  text
}
"#;
    check(
        source,
        expect![[r#"
        [text]
        ```
        let text: String
        ```

        `host`: from `facts.fqdn`, or as late as `name`"#]],
    );
    let source = r#"import std.pkg.Package
policy p {
  let nginx = Package "nginx" {}
  let line = "nginx ${nginx.version}$0"
}
"#;
    check(
        source,
        expect![[r#"
        ["nginx ${nginx.version}"]
        ```
        String
        ```

        `run`: from `nginx.version`"#]],
    );
}
