//! When values are known.

use crate::check;
use expect_test::expect;

#[test]
fn what_is_needed_early_may_not_be_late() {
    check(
        r#"
policy p {
  let version = Package "nginx" {}
  let name = "/opt/${version.version}"
  File (AbsPath(name)) {}
  if version.version == "1" { File "/y" {} }
  File "/z" { when version.version == "1" }
  for x in version.version.lines() { File "/k" {} }
}
"#,
        expect![[r#"
            src/main.mc:10:9: error[MC0401]: the key of a resource must be known before anything runs
            src/main.mc:11:6: error[MC0401]: whether a resource exists must be known before anything runs
            src/main.mc:12:20: error[MC0401]: whether a resource exists must be known before anything runs
            src/main.mc:13:12: error[MC0401]: what `for` runs over must be known when the bundle is built
        "#]],
    );
}

#[test]
fn constants_are_evaluated_where_they_stand() {
    check(
        r#"
policy p {
  let zero = 0
  File "/a" { content = "${1 / zero}" }
  let big = 9223372036854775807 + 1
  let name = "x y"
  User (UserName(name)) {}
  let missing = [1, 2][2]
  fail("not today")
}
"#,
        expect![[r#"
            src/main.mc:9:28: error[MC0402]: division by zero
            src/main.mc:10:13: error[MC0402]: the result of this addition does not fit a 64-bit number
            src/main.mc:12:9: error[MC0403]: `x y` is not a UserName: a space is neither a letter of a-z, a digit, `_`, `.` nor `-`
            src/main.mc:13:17: error[MC0406]: the list has 2 elements, so there is none at position 2 (positions start at 0)
            src/main.mc:14:3: error[MC0404]: not today
        "#]],
    );
}

#[test]
fn fail_under_a_condition_is_the_hosts_matter() {
    check(
        r#"
policy p {
  if facts.cpu.count < 2 { fail("too small") }
  let x = if facts.cpu.count < 4 { fail("still too small") } else { 4 }
  File "/x" { content = "${x}" }
}
"#,
        expect![[r#"
            File[/x] content=<1 bytes>
            refused if Expr(ExprId(2)): Value(Str("too small"))
            refused if Expr(ExprId(5)): Value(Str("still too small"))
        "#]],
    );
}
