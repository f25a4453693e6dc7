//! Numbers, texts, lines, imports and heads of declarations: how they are written.

use super::{check, no, titles};
use expect_test::expect;

#[test]
fn numbers() {
    expect![[r#"
        Write it as `5400s`
        Write it as `1h30m`
    "#]]
    .assert_eq(&titles(
        "number_to_unit",
        r#"let a = 5$0400

policy p {}
"#,
    ));
    expect![[r#"
        Write it as `1048576s`
        Write it as `1w5d3h16m16s`
        Write it as `1MiB`
    "#]]
    .assert_eq(&titles(
        "number_to_unit",
        r#"let a = 10485$076

policy p {}
"#,
    ));
    expect![[r#"
        Write it as `420s`
        Write it as `7m`
        Write it as `0o644`
    "#]]
    .assert_eq(&titles(
        "number_to_unit",
        r#"let a = 4$020

policy p {}
"#,
    ));
    expect![[r#"
        Write it as `0o644`
    "#]]
    .assert_eq(&titles(
        "number_to_unit",
        r#"import std.fs.File

policy p {
  File "/a" { mode = 4$020 }
}
"#,
    ));
    expect![[r#"
        Write it as `90s`
        Write it as `1m30s`
    "#]]
    .assert_eq(&titles(
        "number_to_unit",
        r#"let a: Duration = 9$00

policy p {}
"#,
    ));
    no(
        "number_to_unit",
        r#"let a: Int = 9$00

policy p {}
"#,
    );
    no(
        "number_to_unit",
        r#"let a = [9$00]

policy p {}
"#,
    );
    expect![[r#"
        Write it as `5400s`
    "#]]
    .assert_eq(&titles(
        "change_unit",
        r#"let a = 1h3$00m

policy p {}
"#,
    ));
    expect![[r#"
        Write it as `2MiB`
    "#]]
    .assert_eq(&titles(
        "change_unit",
        r#"let a = 2048$0KiB

policy p {}
"#,
    ));
    no(
        "change_unit",
        r#"let a = 1$0s

policy p {}
"#,
    );
    no(
        "separate_digits",
        r#"let a = 100$0

policy p {}
"#,
    );
    check(
        "separate_digits",
        r#"let a = 1_000$0

policy p {}
"#,
        expect![[r#"
            Join the digits
            let a = 1000

            policy p {}
        "#]],
    );
}

#[test]
fn texts() {
    no(
        "raw_text",
        r#"let a = "a\n$0b"

policy p {}
"#,
    );
    no(
        "raw_text",
        r#"let a = "a$0"

policy p {}
"#,
    );
    check(
        "plain_text",
        r#"let a = r"${a$0}\d"

policy p {}
"#,
        expect![[r#"
            Write it as a plain text
            let a = "\${a}\\d"

            policy p {}
        "#]],
    );
    no(
        "text_to_block",
        r#"let a = "a\nb$0"

policy p {}
"#,
    );
    check(
        "text_to_block",
        r#"fn f(name: String) -> String {
  "a$0\n\n  b \\ ${name}\n\${x}\n"
}

policy p {}
"#,
        expect![[r#"
            Write it as a block
            fn f(name: String) -> String {
              """
                a

                  b \\ ${name}
                \${x}
                """
            }

            policy p {}
        "#]],
    );
    check(
        "block_to_text",
        r#"fn f(name: String) -> String {
  """
    a$0
      "${name}"
    """
}

policy p {}
"#,
        expect![[r#"
            Write it on one line
            fn f(name: String) -> String {
              "a\n  \"${name}\"\n"
            }

            policy p {}
        "#]],
    );
    no(
        "join_texts",
        r#"let a = 1 +$0 2

policy p {}
"#,
    );
    no(
        "join_texts",
        r#"fn f(a: List<Int>) -> List<Int> { a +$0 [1] }

policy p {}
"#,
    );
    no(
        "split_text",
        r#"fn f(a: Int) -> String { "a$0 ${a}" }

policy p {}
"#,
    );
}

#[test]
fn lines() {
    check(
        "split_lines",
        r#"let names = [$0"a", "b"]

policy p {}
"#,
        expect![[r#"
            Give each part a line of its own
            let names = [
              "a",
              "b",
            ]

            policy p {}
        "#]],
    );
    check(
        "join_lines",
        r#"let names = [$0
  "a",
  "b",
]

policy p {}
"#,
        expect![[r#"
            Write it on one line
            let names = ["a", "b"]

            policy p {}
        "#]],
    );
    no(
        "join_lines",
        r#"import std.fs.File

policy p {
  File "/a" {$0
    // why
    content = "a"
  }
}
"#,
    );
    no(
        "split_lines",
        r#"import std.fs.File

policy p {
  File "/a" {$0}
}
"#,
    );
    no(
        "sort_elements",
        r#"let names = ["a"$0, "b"]

policy p {}
"#,
    );
}

#[test]
fn imports() {
    no(
        "split_import",
        r#"import std.fs.Fi$0le

policy p {
  File "/a" {}
}
"#,
    );
    check(
        "split_import",
        r#"import std.fs.{Directory, Fi$0le as Datei}
import std.facts.fixture.{debian12}

policy p {
  Datei "/a" {}
  Directory "/b" {}
  check debian12.cpu.count > 0 else "some"
}
"#,
        expect![[r#"
            Write an import for each name
            import std.fs.Directory
            import std.fs.{File as Datei}
            import std.facts.fixture.{debian12}

            policy p {
              Datei "/a" {}
              Directory "/b" {}
              check debian12.cpu.count > 0 else "some"
            }
        "#]],
    );
    no(
        "merge_imports",
        r#"import std.fs.F$0ile

policy p {
  File "/a" {}
}
"#,
    );
    check(
        "qualify_import",
        r#"import std.fs.{Fi$0le}

policy p {
  let a = File "/a" {}
  File "/b" { after File["/a"] }
}
"#,
        expect![[r#"
            Write `fs.File`
            import std.fs

            policy p {
              let a = fs.File "/a" {}
              fs.File "/b" { after fs.File["/a"] }
            }
        "#]],
    );
    no(
        "qualify_import",
        r#"import std.fs.{File as D$0atei}

policy p {
  Datei "/a" {}
}
"#,
    );
    check(
        "unqualify_name",
        r#"import std.fs

policy p {
  fs.Fi$0le "/a" {}
  fs.Directory "/b" {}
}
"#,
        expect![[r#"
            Import `File`
            import std.fs.File
            import std.fs

            policy p {
              File "/a" {}
              fs.Directory "/b" {}
            }
        "#]],
    );
}

#[test]
fn declarations() {
    check(
        "add_type",
        r#"import std.fs.File

policy p {
  let fam$0ily = facts.os.family
  File "/a" { content = "${family}" }
}
"#,
        expect![[r#"
            Write the type `OsFamily`
            import std.facts.OsFamily
            import std.fs.File

            policy p {
              let family: OsFamily = facts.os.family
              File "/a" { content = "${family}" }
            }
        "#]],
    );
    no(
        "add_type",
        r#"import std.fs.File

policy p {
  let a$0: List<Ref<File>> = for n in ["a"] { File "/${n}" {} }
}
"#,
    );
    no(
        "remove_type",
        r#"let a$0: Int? = 1

policy p {}
"#,
    );
    no(
        "remove_type",
        r#"let a$0: HostName = "a"

policy p {}
"#,
    );
    no(
        "add_docs",
        r#"/// Has some.
let a$0 = 1

policy p {}
"#,
    );
    check(
        "add_docs",
        r#"component C {
  param si$0te_name: String
}

policy p {}
"#,
        expect![[r#"
            Add documentation
            component C {
              /// The site name.
              param site_name: String
            }

            policy p {}
        "#]],
    );
    no(
        "make_public",
        r#"pub let a$0 = 1

policy p {}
"#,
    );
    no(
        "make_private",
        r#"//- src/a.mc
pub let a$0 = 1
//- src/main.mc
import a.{a}

policy p {
  check a == 1 else "1"
}
"#,
    );
    no(
        "make_const",
        r#"import std.fs.File

policy p {
  let a$0 = facts.cpu.count
  File "/a" { content = "${a}" }
}
"#,
    );
    check(
        "make_const",
        r#"pub let a$0 = 1

policy p {}
"#,
        expect![[r#"
            Make it `const`
            pub const let a = 1

            policy p {}
        "#]],
    );
    check(
        "add_default",
        r#"enum Role { Web }

fn f(role$0: Role) -> Int { if role == .Web { 1 } else { 2 } }

policy p {}
"#,
        expect![[r#"
            Add the default `.Web`
            enum Role { Web }

            fn f(role: Role = .Web) -> Int { if role == .Web { 1 } else { 2 } }

            policy p {}
        "#]],
    );
    no(
        "add_default",
        r#"record A { b$0: List<Int> = [] }

policy p {}
"#,
    );
}
