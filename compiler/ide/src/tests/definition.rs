//! Go to definition.

use crate::fixture::Fixture;
use crate::{Encoding, definition, line_index};
use expect_test::{Expect, expect};
use mc_compiler::Origin;
use std::fmt::Write;

/// Each place as `file:line:column text`, both counted from 1; without them in the standard library, which has
/// lines of its own.
fn check(source: &str, expected: Expect) {
    let fixture = Fixture::new(source);
    let db = &fixture.db;
    let (file, offset) = fixture.cursor.expect("a cursor");
    let mut found = String::new();
    for location in definition(db, file, offset) {
        let text = location.file.text(db);
        let at = line_index(db, location.file).position(text, location.span.start, Encoding::Utf16);
        let name = &text[location.span.start as usize..location.span.end as usize];
        let path = location.file.path(db);
        let at = match location.file.origin(db) {
            Origin::Package | Origin::Dependency(_) => format!(":{}:{}", at.line + 1, at.column + 1),
            Origin::Standard => String::new(),
        };
        writeln!(found, "{path}{at} {name}").expect("a string");
    }
    expected.assert_eq(found.trim_end());
}

#[test]
fn of_a_local() {
    check("fn f(a: Int) -> Int {\n  let b = a\n  $0b + b\n}\n", expect!["src/main.mc:2:7 b"]);
}

#[test]
fn of_a_local_before_its_declaration() {
    check("fn f() -> Int {\n  let a = b$0\n  let b = 1\n  a\n}\n", expect!["src/main.mc:3:7 b"]);
}

#[test]
fn of_a_parameter() {
    check("fn f(a: Int) -> Int { a$0 }\n", expect!["src/main.mc:1:6 a"]);
}

#[test]
fn of_an_argument_by_name() {
    check("fn f(a: Int) -> Int { a }\nlet x = f($0a = 1)\n", expect!["src/main.mc:1:6 a"]);
}

#[test]
fn of_a_function() {
    check("fn f(a: Int) -> Int { a }\nlet x = $0f(1)\n", expect!["src/main.mc:1:4 f"]);
}

#[test]
fn of_a_name_in_a_string() {
    check("let a = 1\nlet b = \"é😀 ${$0a}\"\n", expect!["src/main.mc:1:5 a"]);
}

#[test]
fn of_an_imported_name() {
    check("import std.fs.$0File\n", expect!["std/fs.mc File"]);
}

#[test]
fn of_an_alias() {
    check(
        "import std.fs.{File as Datei}\npolicy p { $0Datei \"/etc/motd\" {} }\n",
        expect!["std/fs.mc File"],
    );
}

#[test]
fn of_a_module() {
    check("import std.$0fs\n", expect!["std/fs.mc"]);
    check("import std.fs\npolicy p { $0fs.File \"/etc/motd\" {} }\n", expect!["std/fs.mc"]);
}

#[test]
fn of_a_name_in_a_module() {
    check("import std.fs\npolicy p { fs.Fi$0le \"/etc/motd\" {} }\n", expect!["std/fs.mc File"]);
}

#[test]
fn in_another_file() {
    check(
        "//- src/site.mc\npub record Site {\n  port: Int\n}\npub let base = 8000\n//- src/main.mc\nimport site.{Site, base}\nlet s = Site { $0port = base }\n",
        expect!["src/site.mc:2:3 port"],
    );
    check(
        "//- src/site.mc\npub let base = 8000\n//- src/main.mc\nimport site\nlet s = site.$0base\n",
        expect!["src/site.mc:1:9 base"],
    );
}

#[test]
fn of_a_field() {
    check("record R { a: Int }\nfn f(r: R) -> Int { r.$0a }\n", expect!["src/main.mc:1:12 a"]);
}

#[test]
fn of_a_short_form_is_the_field_and_the_value() {
    check(
        "record R { a: Int }\nlet a = 1\nlet r = R { $0a }\n",
        expect![[r#"
            src/main.mc:1:12 a
            src/main.mc:2:5 a"#]],
    );
    check(
        "record R { a: Int }\nfn f(a: Int) -> R { R { $0a } }\n",
        expect![[r#"
            src/main.mc:1:12 a
            src/main.mc:2:6 a"#]],
    );
}

#[test]
fn of_a_variant() {
    check("enum E { A, B }\nlet e: E = .$0B\n", expect!["src/main.mc:1:13 B"]);
    check("enum E { A, B }\nlet e = E.$0B\n", expect!["src/main.mc:1:13 B"]);
    check("enum E { A, B }\nlet e = $0E.B\n", expect!["src/main.mc:1:6 E"]);
    check(
        "enum E { A, B }\nfn f(e: E) -> Int { match e { .A => 1, .$0B => 2 } }\n",
        expect!["src/main.mc:1:13 B"],
    );
}

#[test]
fn of_a_payload_is_the_one_of_its_variant() {
    let source = |arm: &str| {
        format!(
            "enum E {{ A {{ x: Int }}, B {{ x: Int }} }}\nfn f(e: E) -> Int {{ match e {{ .A {{ x }} => x, {arm} }} }}\n"
        )
    };
    check(&source(".B { $0x = y } => y"), expect!["src/main.mc:1:28 x"]);
    check(
        &source(".B { $0x } => x"),
        expect![[r#"
            src/main.mc:1:28 x
            src/main.mc:2:51 x"#]],
    );
    check("enum E { A { x: Int }, B { x: Int } }\nlet e = E.B { $0x = 1 }\n", expect!["src/main.mc:1:28 x"]);
}

#[test]
fn of_a_bound_name() {
    check(
        "enum E { A { x: Int } }\nfn f(e: E) -> Int { match e { .A { x = y } => $0y } }\n",
        expect!["src/main.mc:2:40 y"],
    );
    check("let a = [1].map(|x| $0x + 1)\n", expect!["src/main.mc:1:18 x"]);
    check("let a = for x in [1] { $0x + 1 }\n", expect!["src/main.mc:1:13 x"]);
}

#[test]
fn of_an_attribute() {
    check(
        "import std.fs.File\npolicy p { File \"/etc/motd\" { $0content = \"x\" } }\n",
        expect!["std/fs.mc content"],
    );
}

#[test]
fn of_an_output() {
    check(
        "import std.fs.File\npolicy p {\n  let a = File \"/a\" { content = \"x\" }\n  File \"/b\" { content = a.$0sha256 }\n}\n",
        expect!["std/fs.mc sha256"],
    );
}

#[test]
fn of_self() {
    let source = |name: &str| {
        format!(
            "import std.fs.File\npolicy p {{ File \"/a\" {{ content = \"x\", validate = [\"sh\", {name}] }} }}\n"
        )
    };
    check(&source("\"${self.$0staged}\""), expect!["std/fs.mc staged"]);
    check(&source("\"${$0self.staged}\""), expect!["std/fs.mc File"]);
}

#[test]
fn of_a_clause_and_of_a_reference() {
    let source = |clause: &str| {
        format!(
            "import std.fs.File\nimport std.pkg.Package\npolicy p {{\n  let a = Package \"a\" {{}}\n  File \"/a\" {{ content = \"x\", after {clause} }}\n}}\n"
        )
    };
    check(&source("$0a"), expect!["src/main.mc:4:7 a"]);
    check(&source("$0Package[\"b\"]"), expect!["std/pkg.mc Package"]);
}

#[test]
fn of_a_component_its_parameters_and_outputs() {
    let component = "component C {\n  param n: Int\n  out m: Int = n\n}\n";
    let source = |policy: &str| format!("{component}policy p {{\n{policy}\n}}\n");
    check(&source("  $0C { n = 1 }"), expect!["src/main.mc:1:11 C"]);
    check(&source("  C { $0n = 1 }"), expect!["src/main.mc:2:9 n"]);
    check(&source("  let c = C { n = 1 }\n  let d = c.$0m"), expect!["src/main.mc:3:7 m"]);
    check("component C {\n  param n: Int\n  out m: Int = $0n\n}\n", expect!["src/main.mc:2:9 n"]);
}

#[test]
fn of_a_label() {
    let source =
        |select: &str| format!("labels {{ role: String }}\npolicy p {{ select {select} == \"web\" }}\n");
    check(&source("labels.$0role"), expect!["src/main.mc:1:10 role"]);
    check(&source("$0labels.role"), expect!["src/main.mc:1:1 labels"]);
}

#[test]
fn of_facts() {
    check("policy p { select $0facts.hostname == \"a\" }\n", expect!["std/facts.mc Facts"]);
    check("policy p { select facts.os.$0id == \"debian\" }\n", expect!["std/facts.mc id"]);
}

#[test]
fn of_a_type() {
    check("record R { a: Int }\nfn f(r: List<$0R?>) -> Int { 1 }\n", expect!["src/main.mc:1:8 R"]);
    check(
        "record R { a: Int }\nfn f() -> Int {\n  let r: $0R = R { a = 1 }\n  r.a\n}\n",
        expect!["src/main.mc:1:8 R"],
    );
}

#[test]
fn in_a_schema() {
    let source = |after: &str| {
        format!(
            "resource R {{\n  provider \"core.r\" protocol 1\n  key path: AbsPath\n  claims path\n  after {after}\n}}\n"
        )
    };
    check(&source("Directory[$0path.parent]"), expect!["src/main.mc:3:7 path"]);
    check(&source("$0Directory[path.parent]"), expect!["std/fs.mc Directory"]);
}

#[test]
fn of_a_declaration_is_itself() {
    check("let $0a = 1\n", expect!["src/main.mc:1:5 a"]);
}

#[test]
fn of_what_has_none() {
    check("let a = [1].$0len()\n", expect![""]);
    check("let a: $0Int = 1\n", expect![""]);
    check("let a = $01\n", expect![""]);
    check("let a = nothing$0\n", expect![""]);
    check("$0", expect![""]);
}
