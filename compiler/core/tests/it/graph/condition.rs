//! Which conditions exclude each other.

use crate::outline;
use expect_test::{Expect, expect};

/// Two files of one path and different modes under two conditions: what is said about it.
fn check(pairs: &[(&str, &str)], expected: Expect) {
    let mut out = String::new();
    for (a, b) in pairs {
        let source = format!(
            "import std.fs.File\nenum Env {{ Dev, Staging, Prod }}\nlabels {{ env: Env, size: Int, name: String, on: Bool }}\npolicy p {{\n  \
             File \"/x\" {{ mode = 0o600, when {a} }}\n  File \"/x\" {{ mode = 0o644, when {b} }}\n}}\n"
        );
        let found = outline(&[("src/main.mc", &source)]);
        let verdict = if found.contains("error[MC0501]") {
            "meet"
        } else if found.contains("warning[MC0507]") {
            "may meet"
        } else if found.contains("error") || found.contains("warning") {
            found.as_str()
        } else {
            "exclude each other"
        };
        out.push_str(&format!("{a} | {b}: {verdict}\n"));
    }
    expected.assert_eq(&out);
}

#[test]
fn equalities_over_enums() {
    check(
        &[
            ("labels.env == .Dev", "labels.env == .Prod"),
            ("labels.env == .Dev", "labels.env != .Dev"),
            ("labels.env == .Dev", "!(labels.env == .Dev)"),
            ("labels.env == .Dev", "labels.env in [.Staging, .Prod]"),
            ("labels.env in [.Dev, .Staging]", "labels.env in [.Staging, .Prod]"),
            ("labels.env in [.Dev, .Staging]", "!(labels.env in [.Dev, .Staging])"),
            ("labels.env == .Dev", "labels.env != .Prod"),
            ("labels.env == .Prod", "labels.env != .Dev && labels.env != .Staging && labels.env != .Prod"),
            ("facts.os.family == .Debian", "facts.os.family == .RedHat"),
        ],
        expect![[r#"
            labels.env == .Dev | labels.env == .Prod: exclude each other
            labels.env == .Dev | labels.env != .Dev: exclude each other
            labels.env == .Dev | !(labels.env == .Dev): exclude each other
            labels.env == .Dev | labels.env in [.Staging, .Prod]: exclude each other
            labels.env in [.Dev, .Staging] | labels.env in [.Staging, .Prod]: meet
            labels.env in [.Dev, .Staging] | !(labels.env in [.Dev, .Staging]): exclude each other
            labels.env == .Dev | labels.env != .Prod: meet
            labels.env == .Prod | labels.env != .Dev && labels.env != .Staging && labels.env != .Prod: exclude each other
            facts.os.family == .Debian | facts.os.family == .RedHat: exclude each other
        "#]],
    );
}

#[test]
fn equalities_over_literals_and_booleans() {
    check(
        &[
            ("labels.name == \"a\"", "labels.name == \"b\""),
            ("labels.name == \"a\"", "labels.name in [\"b\", \"c\"]"),
            ("labels.name in [\"a\", \"b\"]", "labels.name in [\"b\", \"c\"]"),
            ("labels.size == 1", "labels.size == 2"),
            ("labels.size == 1", "labels.size > 1"),
            ("labels.size < 10", "labels.size >= 10"),
            ("labels.size > 1", "labels.size > 2"),
            ("labels.on", "!labels.on"),
            ("labels.on", "labels.on == false"),
            ("labels.on", "labels.on == true"),
        ],
        expect![[r#"
            labels.name == "a" | labels.name == "b": exclude each other
            labels.name == "a" | labels.name in ["b", "c"]: exclude each other
            labels.name in ["a", "b"] | labels.name in ["b", "c"]: meet
            labels.size == 1 | labels.size == 2: exclude each other
            labels.size == 1 | labels.size > 1: exclude each other
            labels.size < 10 | labels.size >= 10: exclude each other
            labels.size > 1 | labels.size > 2: may meet
            labels.on | !labels.on: exclude each other
            labels.on | labels.on == false: exclude each other
            labels.on | labels.on == true: meet
        "#]],
    );
}

#[test]
fn conjunctions_disjunctions_and_choices() {
    check(
        &[
            ("labels.on && labels.env == .Dev", "labels.size > 1 && labels.env == .Prod"),
            ("labels.on || labels.env == .Dev", "!labels.on && labels.env == .Prod"),
            ("labels.on || labels.env == .Dev", "!labels.on && labels.env != .Prod"),
            ("!(labels.on && labels.env == .Dev)", "labels.on && labels.env == .Dev"),
            ("if labels.on { labels.env == .Dev } else { labels.env == .Prod }", "labels.env == .Staging"),
            ("match labels.env { .Dev => true, _ => false }", "labels.env == .Prod"),
            ("facts.os.version == none", "facts.os.version == \"12\""),
            ("facts.os.version == \"11\"", "facts.os.version == \"12\""),
        ],
        expect![[r#"
            labels.on && labels.env == .Dev | labels.size > 1 && labels.env == .Prod: exclude each other
            labels.on || labels.env == .Dev | !labels.on && labels.env == .Prod: exclude each other
            labels.on || labels.env == .Dev | !labels.on && labels.env != .Prod: meet
            !(labels.on && labels.env == .Dev) | labels.on && labels.env == .Dev: exclude each other
            if labels.on { labels.env == .Dev } else { labels.env == .Prod } | labels.env == .Staging: exclude each other
            match labels.env { .Dev => true, _ => false } | labels.env == .Prod: exclude each other
            facts.os.version == none | facts.os.version == "12": exclude each other
            facts.os.version == "11" | facts.os.version == "12": exclude each other
        "#]],
    );
}

#[test]
fn what_only_a_host_can_tell() {
    check(
        &[
            ("labels.env == .Dev", "labels.on"),
            ("facts.cpu.count > 1", "facts.cpu.count > 2"),
            ("facts.hostname.starts_with(\"a\")", "facts.hostname.starts_with(\"b\")"),
            ("facts.hostname.starts_with(\"a\")", "!facts.hostname.starts_with(\"a\")"),
            ("facts.hostname.starts_with(\"a\")", "facts.hostname.starts_with(\"a\") && labels.on"),
            ("facts.hostname == facts.fqdn", "facts.hostname != facts.fqdn"),
        ],
        expect![[r#"
            labels.env == .Dev | labels.on: may meet
            facts.cpu.count > 1 | facts.cpu.count > 2: may meet
            facts.hostname.starts_with("a") | facts.hostname.starts_with("b"): may meet
            facts.hostname.starts_with("a") | !facts.hostname.starts_with("a"): exclude each other
            facts.hostname.starts_with("a") | facts.hostname.starts_with("a") && labels.on: meet
            facts.hostname == facts.fqdn | facts.hostname != facts.fqdn: exclude each other
        "#]],
    );
}

#[test]
fn arms_of_a_match_exclude_each_other() {
    let source = r#"
import std.fs.File
policy p {
  match facts.os.id {
    "debian" => File "/x" { content = "a" }
    "ubuntu" => File "/x" { content = "b" }
    id if id.starts_with("r") => File "/x" { content = "c" }
    _ => File "/x" { content = "d" }
  }
}
"#;
    expect![[r#"
        File[/x] if #2 content=<1 bytes> if #4 content=<1 bytes> if #10 content=<1 bytes> if #12 content=<1 bytes>
    "#]].assert_eq(&outline(&[("src/main.mc", source)]));
}

/// One resource, declared for each of many hosts: not each with each is compared.
#[test]
fn many_arms_of_one_resource() {
    use std::fmt::Write;
    let mut source = String::from("import std.fs.File\npolicy p {\n");
    for at in 0..3_000 {
        let _ =
            writeln!(source, "  if facts.hostname == \"h{at}\" {{ File \"/x\" {{ content = \"{at}\" }} }}");
    }
    source.push_str("  if facts.hostname == \"h7\" { File \"/x\" { content = \"again\" } }\n}\n");
    expect![[r#"
        src/main.mc:3003:43: error[MC0501]: File["/x"] is declared with two values of `content`
    "#]]
    .assert_eq(&outline(&[("src/main.mc", &source)]));
}
