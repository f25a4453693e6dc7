//! Completion.

use crate::fixture::Fixture;
use crate::{Completion, ProposalKind, completion};
use expect_test::{Expect, expect};
use mc_compiler::package;

fn complete(source: &str) -> (Fixture, Option<Completion>) {
    let fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = completion(&fixture.db, file, offset);
    (fixture, found)
}

/// The proposals of these kinds as `label | text | detail`.
fn check(source: &str, kinds: &[ProposalKind], expected: Expect) {
    let (_, found) = complete(source);
    let found = found.map(|found| found.proposals).unwrap_or_default();
    let lines: Vec<String> = found
        .iter()
        .filter(|proposal| kinds.contains(&proposal.kind))
        .map(|proposal| format!("{} | {} | {}", proposal.label, proposal.text, proposal.detail))
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

/// Whether all of these are proposed, in this order.
fn has(source: &str, labels: &[&str]) {
    let (_, found) = complete(source);
    let found: Vec<String> =
        found.map(|found| found.proposals).unwrap_or_default().into_iter().map(|p| p.label).collect();
    let mut rest = found.iter();
    for label in labels {
        assert!(rest.any(|known| known == label), "`{label}` of {labels:?} in {found:?}");
    }
}

fn has_none(source: &str, labels: &[&str]) {
    let (_, found) = complete(source);
    let found: Vec<String> =
        found.map(|found| found.proposals).unwrap_or_default().into_iter().map(|p| p.label).collect();
    for label in labels {
        assert!(!found.iter().any(|known| known == label), "`{label}` in {found:?}");
    }
}

#[test]
fn the_attributes_that_are_missing() {
    let kinds = [ProposalKind::Attribute];
    check(
        "record Site { name: HostName, port: Int = 80, tags: List<String> = [] }\nlet a = Site { port = 1, $0 }\n",
        &kinds,
        expect![[r#"
            name | name = "$0" | HostName, required
            tags | tags = [$0] | List<String>"#]],
    );
    let clauses = ["after", "notify", "when"];
    has(
        "import std.fs.File\npolicy p {\n  File \"/a\" {\n    mode = 0o644\n    o$0\n  }\n}\n",
        &["content", "owner"],
    );
    has("import std.fs.File\npolicy p {\n  File \"/a\" { $0 }\n}\n", &clauses);
    has_none("import std.fs.File\npolicy p {\n  File \"/a\" { mode = 0o644, $0 }\n}\n", &["mode"]);
    has_none("record R { a: Int }\nlet r = R { $0 }\n", &clauses);
    // Its type is not imported yet.
    has("policy p {\n  File \"/${facts.fqdn}\" { $0 }\n}\n", &["content"]);
}

#[test]
fn the_parameters_of_an_instance() {
    check(
        "component Web {\n  param port: Int\n  param name: String = \"a\"\n}\npolicy p {\n  Web (facts.fqdn) { $0 }\n}\n",
        &[ProposalKind::Attribute],
        expect![[r#"
            port | port = $0 | Int, required
            name | name = "$0" | String"#]],
    );
}

#[test]
fn the_members_of_a_value() {
    let kinds = [ProposalKind::Field];
    let source = |line: &str| {
        format!(
            "record Tls {{ cert: AbsPath }}\nrecord Site {{\n  /// Where it listens.\n  port: Int\n  tls: Tls? = none\n}}\nlet site = Site {{ port = 80 }}\n{line}\n"
        )
    };
    check(
        &source("let a = site.$0"),
        &kinds,
        expect![[r#"
        port | port | Int
        tls | tls | Tls?"#]],
    );
    check(
        &source("let a = site.po$0rt + 1"),
        &kinds,
        expect![[r#"
        port | port | Int
        tls | tls | Tls?"#]],
    );
    check(&source("let a = site.tls?.$0"), &kinds, expect!["cert | cert | AbsPath"]);
    has(&source("let a = \"x\".$0"), &["ends_with", "len"]);
    has("let a = facts.cpu.$0\n", &["count"]);
    has("import std.fs.File\npolicy p {\n  let f = File \"/a\" {}\n  let b = f.$0\n}\n", &["path", "sha256"]);
    has("labels { role: String }\npolicy p {\n  select labels.$0\n}\n", &["role"]);
    has("import std.pkg\npolicy p {\n  pkg.$0\n}\n", &["Package"]);
}

#[test]
fn a_method_is_written_with_its_parentheses() {
    let (_, found) = complete("let a = \"x\".$0\n");
    let found = found.expect("members").proposals;
    let text = |label: &str| {
        let proposal = found.iter().find(|proposal| proposal.label == label).expect("a method");
        (proposal.text.clone(), proposal.detail.clone(), proposal.docs.is_empty())
    };
    assert_eq!(text("trim"), ("trim()".to_owned(), "() -> String".to_owned(), false));
    let (split, detail, _) = text("split");
    assert_eq!(split, "split($0)");
    assert!(detail.ends_with("-> List<String>"), "{detail}");
}

#[test]
fn the_variants_of_the_enum_that_is_expected() {
    let kinds = [ProposalKind::Variant];
    let source = |rest: &str| {
        format!(
            "enum Tls {{ Off, Managed {{ cert: AbsPath, key: String = \"k\" }} }}\nrecord Site {{ tls: Tls = .Off }}\nlet site = Site {{}}\n{rest}\n"
        )
    };
    check(
        &source("let a = Site { tls = .$0 }"),
        &kinds,
        expect![[r#"
        Managed | Managed { cert = $1 }$0 | cert: AbsPath, key: String
        Off | Off | "#]],
    );
    check(
        &source("let a = Site { tls = .O$0 }"),
        &kinds,
        expect![[r#"
        Managed | Managed { cert = $1 }$0 | cert: AbsPath, key: String
        Off | Off | "#]],
    );
    check(
        &source("let a = Tls.$0"),
        &kinds,
        expect![[r#"
        Managed | Managed { cert = $1 }$0 | cert: AbsPath, key: String
        Off | Off | "#]],
    );
    check(
        &source("let a = site.tls == .$0"),
        &kinds,
        expect![[r#"
        Managed | Managed { cert = $1 }$0 | cert: AbsPath, key: String
        Off | Off | "#]],
    );
    check(
        &source("let a = match site.tls {\n  .$0\n}"),
        &kinds,
        expect![[r#"
        Managed | Managed { cert = $1 }$0 | cert: AbsPath, key: String
        Off | Off | "#]],
    );
    check(
        &source("let a = match site.tls {\n  .Off => 1\n  .$0\n}"),
        &kinds,
        expect![[r#"
        Managed | Managed { cert = $1 }$0 | cert: AbsPath, key: String
        Off | Off | "#]],
    );
}

#[test]
fn names_that_are_known_and_those_that_can_be_imported() {
    has(
        "import site.{base}\nfn twice(a: Int) -> Int { let b = a\n  $0 }\n//- src/site.mc\npub let base = 1\npub let other = 2\n",
        &["a", "b", "base", "twice", "other"],
    );
    let (mut fixture, found) = complete("/// What hosts are.\npolicy p {\n  Fi$0\n}\n");
    let found = found.expect("statements").proposals;
    let file = found.iter().find(|proposal| proposal.label == "File").expect("of the standard library");
    assert_eq!((file.text.as_str(), file.detail.as_str()), ("File \"$1\" { $0 }", "import std.fs"));
    let (at, _) = fixture.cursor.expect("a cursor");
    let mut text = at.text(&fixture.db).replace("  Fi\n", "  File \"/a\" {}\n");
    for (span, new) in file.edits.iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    let path = at.path(&fixture.db).clone();
    package::set_text(&mut fixture.db, &path, &text);
    assert_eq!(mc_compiler::diagnostics(&fixture.db), [], "{text}");
}

#[test]
fn modules_and_what_they_export() {
    let kinds = [ProposalKind::Module, ProposalKind::Resource, ProposalKind::Value, ProposalKind::Function];
    let site = "\n//- src/shop/site.mc\npub let base = 1\nlet own = 2\npub fn url() -> String { \"\" }\n";
    check(&format!("import shop.$0{site}"), &kinds, expect!["site | site | "]);
    check(&format!("import shop.site.{{base, $0}}{site}"), &kinds, expect!["url | url | from `shop.site`"]);
    has("import $0\n", &["std"]);
    has("import std.s$0\n", &["svc"]);
    has("import std.fs.$0\n", &["File"]);
}

#[test]
fn what_else_begins_at_a_place() {
    has("$0\n", &["component", "policy", "test"]);
    has("let a = 1\n\npo$0\n", &["policy"]);
    has("component C {\n  $0\n}\n", &["param"]);
    has("record R { a: $0 }\n", &["R", "Int", "List"]);
    has_none("record R { a: $0 }\n", &["policy", "param"]);
    for nothing in ["// a $0\n", "let a = \"te$0xt\"\n", "let a = 1$0\n", "/// docs $0\nlet a = 1\n"] {
        assert_eq!(complete(nothing).1, None, "{nothing}");
    }
}

#[test]
fn what_is_typed_is_replaced() {
    let (fixture, found) = complete("let value = 1\nlet b = val$0\n");
    let (file, _) = fixture.cursor.expect("a cursor");
    let span = found.expect("names").replaced;
    assert_eq!(&file.text(&fixture.db)[span.start as usize..span.end as usize], "val");
}

#[test]
fn paths_of_files_that_are_loaded() {
    let package = |line: &str| {
        format!(
            "//- src/main.mc\nimport std.fs.File\nrecord R {{ a: Int }}\n{line}\n//- data/a.toml\na = 1\n\
             //- data/deep/b.yaml\na: 1\n//- templates/t.mct\nx\n//- files/m/motd\nhello\n"
        )
    };
    let kinds = [ProposalKind::File];
    let loads = package("let a: R = load(\"$0\")");
    check(
        &loads,
        &kinds,
        expect![[r#"
            a.toml | a.toml | data
            deep/b.yaml | deep/b.yaml | data"#]],
    );
    check(&package("let a = template(\"t$0\")"), &kinds, expect!["t.mct | t.mct | templates"]);
    check(&package("let a = file(\"$0\")"), &kinds, expect!["m/motd | m/motd | files"]);
    check(&package("let a = dir(\"$0\")"), &kinds, expect!["m | m | files"]);
    check(&package("let a = json(\"$0\")"), &kinds, expect![""]);
}

#[test]
fn keys_of_resources() {
    check(
        "import std.fs.{Directory, File}\npolicy p {\n  File \"/a\" { content = \"x\" }\n  File \"/b/${facts.fqdn}\" {}\n  \
         Directory \"/c\" { after File[\"$0\"] }\n}\n",
        &[ProposalKind::Key],
        expect!["/a | /a | src/main.mc"],
    );
}

/// The text after the proposal is taken.
fn taken(source: &str, label: &str) -> String {
    let (fixture, found) = complete(source);
    let found = found.expect("a place");
    let proposal = found.proposals.iter().find(|p| p.label == label).expect("is proposed");
    let (file, _) = fixture.cursor.expect("a cursor");
    let mut text = file.text(&fixture.db).to_string();
    text.replace_range(found.replaced.start as usize..found.replaced.end as usize, &proposal.text);
    text
}

#[test]
fn what_stands_behind_is_not_written_again() {
    let cases = [
        ("fn ff(a: Int) -> Int { a }\nlet y = f$0(1)\n", "ff", "let y = ff(1)"),
        (
            "import std.fs.File\npolicy p { File \"/x\" { con$0tent = \"x\" } }\n",
            "content",
            "{ content = \"x\" }",
        ),
        ("import std.fs.File\npolicy p { Fi$0le \"/x\" {} }\n", "File", "{ File \"/x\" {} }"),
        ("let a = [1].le$0n()\n", "len", "[1].len()\n"),
        ("let a: Lis$0<Int> = []\n", "List", "let a: List<Int> = []"),
        ("let s: String = lo$0ad(\"a\")\n", "load", "= load(\"a\")"),
        (
            "enum M { K { k: Int }, N }\nlet m = M.N\nlet i = match m { .K$0 { k } => k, .N => 1 }\n",
            "K",
            "{ .K { k } => k",
        ),
    ];
    for (source, label, expected) in cases {
        let text = taken(source, label);
        assert!(text.contains(expected), "{expected} in {text}");
    }
    // What compares is nothing that is set.
    assert!(taken("fn ff() -> Int { 1 }\nlet a = f$0 == 1\n", "ff").contains("ff()$0 == 1"));
}

#[test]
fn lines_of_each_block() {
    has("test \"t\" {\n  $0\n}\n", &["expect", "given"]);
    has_none("test \"t\" {\n  $0\n}\n", &["param", "select", "if"]);
    has("guard g {\n  $0\n}\n", &["deny", "on", "require approval from"]);
    has("rollout r {\n  $0\n}\n", &["budget", "wave"]);
    has("resource R {\n  $0\n}\n", &["key", "provider"]);
    has_none("enum E {\n  $0\n}\n", &["if", "param", "facts"]);
    has("component C {\n  $0\n}\n", &["out", "param"]);
    has_none("component C {\n  $0\n}\n", &["select", "prune"]);
    has("policy p {\n  $0\n}\n", &["prune", "select"]);
    has_none("policy p {\n  if true {\n    $0\n  }\n}\n", &["prune", "select", "param"]);
    has_none("fn f() -> Int {\n  $0\n}\n", &["param", "select"]);
    // Brackets that are open elsewhere do not count.
    has("policy a {\n  let x = (1\n}\n\nguard g {\n  $0\n}\n", &["deny"]);
}

#[test]
fn what_tests_and_guards_ask() {
    has("policy w {}\ntest \"t\" {\n  let p = plan(w)\n  expect p.$0\n}\n", &["before", "count", "has"]);
    has("policy w {}\ntest \"t\" {\n  let p = pl$0\n}\n", &["plan"]);
    has("import std.fs.File\nguard g {\n  deny File f when f.$0\n}\n", &["mode", "owner", "path"]);
    has_none("import std.fs.File\nguard g {\n  deny File f when f.$0\n}\n", &["sha256"]);
    has("import std.fs.File\nguard g {\n  deny File f when change.$0\n}\n", &["creates", "restarts"]);
    has(
        "import std.fs.File\npolicy w {}\ntest \"t\" {\n  let f = plan(w)[File[\"/a\"]]\n  expect f?.$0\n}\n",
        &["mode"],
    );
}

#[test]
fn the_type_that_is_expected() {
    let record = "enum Role { Web, Db }\nrecord R { role: Role, on: Bool }\n";
    has(&format!("{record}let r = R {{ role = $0 }}\n"), &[".Db", ".Web", "facts"]);
    has(&format!("{record}let r = R {{ on = $0 }}\n"), &["false", "true", "facts"]);
    has(&format!("{record}fn f(r: Role) -> Bool {{ r == $0 }}\n"), &[".Db", ".Web", "facts"]);
    check(
        &format!("{record}fn f(r: Role?) -> Int {{\n  match r {{\n    $0\n  }}\n}}\n"),
        &[ProposalKind::Variant, ProposalKind::Keyword],
        expect![[r#"
            .Db | .Db => $0 | 
            .Web | .Web => $0 | 
            _ | _ => $0 | 
            none | none => $0 | "#]],
    );
    check(
        "import std.fs.File\npolicy p {\n  let a = File \"/a\" {}\n  let n = 1\n  File \"/b\" { after $0 }\n}\n",
        &[ProposalKind::Local, ProposalKind::Function, ProposalKind::Keyword],
        expect!["a | a | Ref<File>"],
    );
    has("import std.fs.File\npolicy p {\n  File \"/b\" { after $0 }\n}\n", &["File", "Directory"]);
    // What is being declared is nothing yet.
    has_none("policy p {\n  let mine = $0\n}\n", &["mine"]);
}
