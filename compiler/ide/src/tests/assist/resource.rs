//! Resources: edges, conditions, loops.

use super::{check, check_offer, no, titles};
use expect_test::expect;

#[test]
fn edges_to_what_stands_beside() {
    expect![[r#"
        Add `after nginx`
        Add `after service`
        Add `notify nginx`
        Add `notify service`
    "#]]
    .assert_eq(&titles(
        "add_edge",
        r#"import std.fs.File
import std.pkg.Package
import std.svc.Service

policy p {
  let nginx = Package "nginx" {}
  Fi$0le "/etc/a" { content = "a" }
  let service = Service "nginx" { running = true }
}
"#,
    ));
    check_offer(
        "add_edge",
        1,
        r#"import std.fs.File
import std.svc.Service

policy p {
  Fi$0le "/etc/a" {
    content = "a"
    mode = 0o644
  }
  let one = Service "one" { running = true }
}
"#,
        expect![[r#"
            Add `notify one`
            import std.fs.File
            import std.svc.Service

            policy p {
              File "/etc/a" {
                content = "a"
                mode = 0o644
                notify one
              }
              let one = Service "one" { running = true }
            }
        "#]],
    );
    no(
        "add_edge",
        r#"import std.fs.File

policy p {
  File "/etc/$0a" {}
}
"#,
    );
    no(
        "add_edge",
        r#"import std.fs.File

policy p {
  let a = File "/a" {}
  Fi$0le "/etc/a" { after a, notify a }
}
"#,
    );
}

#[test]
fn a_condition_and_back() {
    check(
        "when_to_if",
        r#"import std.fs.File

policy p {
  let wide = facts.cpu.count > 2
  File "/a" {
    content = "a"
    when wi$0de
    mode = 0o644
  }
}
"#,
        expect![[r#"
            Write the `when` as an `if`
            import std.fs.File

            policy p {
              let wide = facts.cpu.count > 2
              if wide {
                File "/a" {
                  content = "a"
                  mode = 0o644
                }
              }
            }
        "#]],
    );
    check(
        "if_to_when",
        r#"import std.fs.File

policy p {
  i$0f facts.cpu.count > 2 && facts.cpu.count < 8 {
    File "/a" {
      content = "a"
      mode = 0o644
    }
  }
}
"#,
        expect![[r#"
            Write the `if` as a `when`
            import std.fs.File

            policy p {
              File "/a" {
                content = "a"
                mode = 0o644
                when facts.cpu.count > 2 && facts.cpu.count < 8
              }
            }
        "#]],
    );
    no(
        "if_to_when",
        r#"import std.fs.File

policy p {
  i$0f facts.cpu.count > 2 { File "/a" {} } else { File "/b" {} }
}
"#,
    );
    no(
        "if_to_when",
        r#"import std.fs.File

policy p {
  i$0f facts.cpu.count > 2 {
    // why
    File "/a" {}
  }
}
"#,
    );
    no(
        "when_to_if",
        r#"import std.fs.File

policy p {
  let a = File "/a" { wh$0en facts.cpu.count > 2 }
  File "/b" { after a }
}
"#,
    );
}

#[test]
fn a_condition_over_labels() {
    check(
        "wrap_in_when",
        r#"import std.fs.File

enum Role { Web, Db }
labels { role: Role }

policy p {
  Fi$0le "/a" {
    content = "a"
  }
}
"#,
        expect![[r#"
            Add `when labels.role == .Web`
            import std.fs.File

            enum Role { Web, Db }
            labels { role: Role }

            policy p {
              File "/a" {
                content = "a"
                when labels.role == .Web
              }
            }
        "#]],
    );
    no(
        "wrap_in_when",
        r#"import std.fs.File

policy p {
  Fi$0le "/a" { when facts.cpu.count > 2 }
}
"#,
    );
    check(
        "wrap_in_if",
        r#"import std.fs.File

labels { wide: Bool = false }

policy p {
  Fi$0le "/a" {
    content = """
      a
      """
  }
}
"#,
        expect![[r#"
            Put it into an `if`
            import std.fs.File

            labels { wide: Bool = false }

            policy p {
              if labels.wide {
                File "/a" {
                  content = """
                    a
                    """
                }
              }
            }
        "#]],
    );
    no(
        "wrap_in_if",
        r#"import std.fs.File

policy p {
  $0let a = File "/a" {}$0
  File "/b" { after a }
}
"#,
    );
}

#[test]
fn a_loop_over_keys() {
    check(
        "wrap_in_for",
        r#"import std.fs.File

policy p {
  Fi$0le "/a" {
    content = "a"
  }
}
"#,
        expect![[r#"
            Declare one for each key of a list
            import std.fs.File

            policy p {
              let paths: List<AbsPath> = ["/a"]
              for path in paths {
                File (path) {
                  content = "a"
                }
              }
            }
        "#]],
    );
    no(
        "wrap_in_for",
        r#"import std.fs.File

policy p {
  Fi$0le "/${facts.hostname}" {}
}
"#,
    );
}

#[test]
fn out_of_what_is_around() {
    check(
        "unwrap",
        r#"import std.fs.File

policy p {
  fo$0r n in ["a"] {
    // kept
    File "/a" {}
    File "/b" {}
  }
}
"#,
        expect![[r#"
            Take it out of the `for`
            import std.fs.File

            policy p {
              // kept
              File "/a" {}
              File "/b" {}
            }
        "#]],
    );
    no(
        "unwrap",
        r#"import std.fs.File

policy p {
  fo$0r n in ["a"] {
    File "/${n}" {}
  }
}
"#,
    );
    no(
        "unwrap",
        r#"import std.fs.File

policy p {
  i$0f facts.cpu.count > 2 { File "/a" {} } else { File "/b" {} }
}
"#,
    );
}

#[test]
fn names_and_keys() {
    no(
        "key_to_name",
        r#"import std.fs.File

policy p {
  File "/a" {}
  File "/b" { after Fi$0le["/a"] }
}
"#,
    );
    no(
        "title_instance",
        r#"import std.fs.File

component C {}

policy p {
  C$0 "c" {}
}
"#,
    );
}

#[test]
fn order_of_attributes() {
    no(
        "sort_attributes",
        r#"import std.fs.File

policy p {
  Fi$0le "/a" { content = "a", mode = 0o644 }
}
"#,
    );
    no(
        "sort_attributes",
        r#"import std.fs.File

policy p {
  Fi$0le "/a" {
    // why
    mode = 0o644
    content = "a"
  }
}
"#,
    );
}

#[test]
fn secrets() {
    check(
        "secret_value",
        r#"record Login { user: String, password: Secret<String> }

let login = Login { user = "a", password = "hun$0ter2" }

policy p {}
"#,
        expect![[r#"
            Take it from the secret "login/password"
            record Login { user: String, password: Secret<String> }

            let login = Login { user = "a", password = secret("login/password") }

            policy p {}
        "#]],
    );
    no(
        "secret_value",
        r#"record Login { user: String }

let login = Login { user = "hun$0ter2" }

policy p {}
"#,
    );
    no(
        "secret_value",
        r#"import std.fs.File

policy p {
  File "/a" { owner = "ro$0ot" }
}
"#,
    );
    no(
        "secret_type",
        r#"labels { name: Str$0ing = "a" }

policy p {}
"#,
    );
    check(
        "secret_type",
        r#"component C {
  param token: Str$0ing?
}

policy p {
  C {}
}
"#,
        expect![[r#"
            Make it a `Secret<String>`
            component C {
              param token: Secret<String>?
            }

            policy p {
              C {}
            }
        "#]],
    );
}
