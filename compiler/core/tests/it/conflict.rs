//! Identity: merging, conflicts, claims.

use crate::check;
use expect_test::expect;

#[test]
fn compatible_declarations_are_merged() {
    check(
        r#"
component A { Package "curl" {}
 File "/x" { mode = 0o644 } }
component B { Package "curl" {}
 File "/x" { content = "b", mode = 0o644 } }
policy p { A {}
 B {} }
"#,
        expect![[r#"
            File[/x] mode=Mode(420) content=<1 bytes> mode=Mode(420)
            Package[curl]
        "#]],
    );
}

#[test]
fn different_values_conflict() {
    check(
        r#"
policy p {
  File "/x" { mode = 0o644 }
  File "/x" { mode = 0o600 }
}
"#,
        expect![[r#"
            src/main.mc:9:15: error[MC0501]: File["/x"] is declared with two values of `mode`
        "#]],
    );
}

#[test]
fn conditions_that_exclude_each_other_do_not_conflict() {
    check(
        r#"
policy p {
  if facts.os.family == .Debian { File "/x" { mode = 0o644 } } else { File "/x" { mode = 0o600 } }
  match facts.os.family {
    .Debian => File "/y" { mode = 0o644 }
    _ => File "/y" { mode = 0o600 }
  }
}
"#,
        expect![[r#"
            File[/x] if #1 mode=Mode(420) if #2 mode=Mode(384)
            File[/y] if #1 mode=Mode(420) if #2 mode=Mode(384)
        "#]],
    );
}

#[test]
fn conditions_that_may_meet_are_a_warning() {
    check(
        r#"
policy p {
  if facts.cpu.count > 1 { File "/x" { mode = 0o644 } }
  if facts.cpu.count > 2 { File "/x" { mode = 0o600 } }
}
"#,
        expect![[r#"
            src/main.mc:9:40: warning[MC0507]: a host may get File["/x"] with two values of `mode`
            File[/x] if #2 mode=Mode(420) if #5 mode=Mode(384)
        "#]],
    );
}

#[test]
fn one_key_in_a_loop() {
    check(
        r#"
policy p {
  for name in ["a", "b"] { File "/x" { content = name } }
}
"#,
        expect![[r#"
            src/main.mc:8:28: error[MC0506]: each round declares File["/x"] anew, with another `content`
        "#]],
    );
}

#[test]
fn a_path_has_one_owner() {
    check(
        r#"
policy p {
  File "/x" {}
  Symlink "/x" { target = "/y" }
}
"#,
        expect![[r#"
            src/main.mc:9:3: error[MC0502]: File["/x"] and Symlink["/x"] are the same thing on a host
        "#]],
    );
}

#[test]
fn unknown_resource() {
    check(
        r#"
policy p {
  Package "nginx" {}
  File "/x" { after Package["ngnix"] }
}
"#,
        expect![[r#"
            src/main.mc:9:21: error[MC0503]: no policy declares Package["ngnix"]
        "#]],
    );
}

#[test]
fn instances_of_one_path() {
    check(
        r#"
component A { param x: Int }
policy p {
  A { x = 1 }
  A { x = 2 }
  for i in [1, 2] { A "n${i}" { x = i } }
}
"#,
        expect![[r#"
            src/main.mc:10:3: error[MC0505]: there are two instances `p/A`
        "#]],
    );
}
