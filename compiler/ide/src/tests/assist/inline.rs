//! What a name stands for, in its place.

use super::{check, no};
use expect_test::expect;

#[test]
fn operators_keep_what_they_take() {
    check(
        "inline_let",
        r#"import std.fs.File

policy p {
  let a$0 = facts.cpu.count + 1
  File "/a" { content = "${a * 2} ${a}" }
}
"#,
        expect![[r#"
            Inline `a`
            import std.fs.File

            policy p {
              File "/a" { content = "${(facts.cpu.count + 1) * 2} ${facts.cpu.count + 1}" }
            }
        "#]],
    );
    check(
        "inline_let",
        r#"import std.fs.File

policy p {
  let a$0 = "x"
  let b = "${a}${a}y"
  File "/a" { content = b }
}
"#,
        expect![[r#"
            Inline `a`
            import std.fs.File

            policy p {
              let b = "xxy"
              File "/a" { content = b }
            }
        "#]],
    );
}

#[test]
fn a_short_form_is_written_out() {
    check(
        "inline_let",
        r#"import std.fs.File

policy p {
  let con$0tent = "x"
  File "/a" { content }
}
"#,
        expect![[r#"
            Inline `content`
            import std.fs.File

            policy p {
              File "/a" { content = "x" }
            }
        "#]],
    );
}

#[test]
fn a_value_of_the_module() {
    check(
        "inline_let",
        r#"let li$0mit = 4
let twice = limit * 2

policy p {
  check twice == 8 else "8"
}
"#,
        expect![[r#"
            Inline `limit`
            let twice = 4 * 2

            policy p {
              check twice == 8 else "8"
            }
        "#]],
    );
    no(
        "inline_let",
        r#"pub let li$0mit = 4
let twice = limit * 2

policy p {}
"#,
    );
}

#[test]
fn what_cannot_stand_elsewhere() {
    no(
        "inline_let",
        r#"import std.fs.File

policy p {
  let a$0 = File "/a" {}
  File "/b" { after a }
}
"#,
    );
    no(
        "inline_let",
        r#"import std.fs.File

policy p {
  let a$0: AbsPath = "/a"
  File (a) {}
}
"#,
    );
    no(
        "inline_let",
        r#"import std.fs.File

policy p {
  const let a$0 = "a"
  File "/b" { content = a }
}
"#,
    );
    no(
        "inline_let",
        r#"import std.fs.File

policy p {
  let a$0 = "a"
  File "/b" {}
}
"#,
    );
}

#[test]
fn arguments_by_name_and_defaults() {
    check(
        "inline_function",
        r#"fn url(host: String, port: Int = 80, scheme: String = "http") -> String { scheme + "://" + host + ":${port + 1}" }

let all = ur$0l("a" + "b", scheme = "x")

policy p {
  check all == "x://ab:81" else all
}
"#,
        expect![[r#"
            Inline the call of `url`
            fn url(host: String, port: Int = 80, scheme: String = "http") -> String { scheme + "://" + host + ":${port + 1}" }

            let all = "x" + "://" + ("a" + "b") + ":${80 + 1}"

            policy p {
              check all == "x://ab:81" else all
            }
        "#]],
    );
    no(
        "inline_function",
        r#"fn two(a: Int) -> Int {
  let b = a
  b + 1
}

let all = tw$0o(1)

policy p {}
"#,
    );
    no(
        "inline_function",
        r#"fn f(a: List<Int>) -> List<Int> { a.map(|x| x + 1) }

let all = f$0([1])

policy p {}
"#,
    );
}

#[test]
fn an_instance_with_what_it_declares() {
    check(
        "inline_component",
        r#"import std.fs.File

component C {
  param name: String
  param size: Int = 3

  let main = File "/etc/${name}" { content = "${size}" }
  File "/etc/other" {
    content = name + "x"
    after main
  }
}

policy p {
  if facts.cpu.count > 1 {
    C$0 { name = "a" }
  }
}
"#,
        expect![[r#"
            Inline the instance of `C`
            import std.fs.File

            component C {
              param name: String
              param size: Int = 3

              let main = File "/etc/${name}" { content = "${size}" }
              File "/etc/other" {
                content = name + "x"
                after main
              }
            }

            policy p {
              if facts.cpu.count > 1 {
                let main = File "/etc/a" { content = "3" }
                File "/etc/other" {
                  content = "a" + "x"
                  after main
                }
              }
            }
        "#]],
    );
    no(
        "inline_component",
        r#"import std.fs.File

component C {
  let main = File "/etc/a" {}
  File "/etc/b" { after main }
}

policy p {
  let main = File "/etc/c" {}
  C$0 {}
  File "/etc/d" { after main }
}
"#,
    );
    no(
        "inline_component",
        r#"import std.fs.File

component C {
  File "/etc/a" {}
}

policy p {
  C$0 { when facts.cpu.count > 1 }
}
"#,
    );
}

#[test]
fn a_name_becomes_a_key() {
    no(
        "unname_resource",
        r#"import std.fs.File

policy p {
  let a$0 = File "/a" {}
  File "/b" { content = a.sha256 }
}
"#,
    );
    no(
        "unname_resource",
        r#"import std.fs.File

policy p {
  let a$0 = File "/${facts.hostname}" {}
  File "/b" { after a }
}
"#,
    );
    check(
        "unname_resource",
        r#"import std.fs.File

policy p {
  let a$0 = File "/a" {}
  File "/b" { after [a] }
}
"#,
        expect![[r#"
            Name it `File["/a"]` where it is used
            import std.fs.File

            policy p {
              File "/a" {}
              File "/b" { after [File["/a"]] }
            }
        "#]],
    );
}
