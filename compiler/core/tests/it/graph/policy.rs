//! Several policies on one host are one graph.

use crate::check;
use expect_test::expect;

#[test]
fn policies_that_can_meet_are_merged_and_checked_together() {
    check(
        r#"
enum Role { Web, Db }
labels { role: Role }
policy base { File "/motd" { mode = 0o644 } }
policy web { select labels.role == .Web
  File "/motd" { owner = "root", content = "web" } }
policy db { select labels.role == .Db
  File "/motd" { content = "db" } }
"#,
        expect![[r#"
            File[/motd] mode=Mode(420) content=<2 bytes> content=<3 bytes> owner=root
        "#]],
    );
    check(
        r#"
enum Role { Web, Db }
labels { role: Role, on: Bool }
policy base { File "/motd" { content = "base" } }
policy web { select labels.role == .Web
  File "/motd" { content = "web" }
  File "/x" {} }
policy on { select labels.on
  File "/motd" { content = "on" }
  Symlink "/x" { target = "/y" } }
"#,
        expect![[r#"
            src/main.mc:14:18: error[MC0501]: File["/motd"] is declared with two values of `content`
            src/main.mc:15:3: warning[MC0508]: a host may get both File["/x"] and Symlink["/x"], which are the same thing there
        "#]],
    );
}

#[test]
fn claims_and_cycles_work_across_policies() {
    check(
        r#"
enum Role { Web, Db }
labels { role: Role }
policy web { select labels.role == .Web
  File "/a" { after File["/b"] }
  File "/c" {} }
policy all {
  File "/b" { after File["/a"] }
  Directory "/c" {} }
"#,
        expect![[r#"
            src/main.mc:13:15: error[MC0504]: File["/a"] and File["/b"] wait for each other
            src/main.mc:14:3: error[MC0502]: File["/c"] and Directory["/c"] are the same thing on a host
        "#]],
    );
    check(
        r#"
enum Role { Web, Db }
labels { role: Role }
policy web { select labels.role == .Web
  File "/a" { after File["/b"] }
  File "/c" {} }
policy db { select labels.role == .Db
  File "/b" { after File["/a"] }
  Directory "/c" {} }
"#,
        expect![[r#"
            Directory[/c]
            File[/a]
            File[/b]
            File[/c]
            File[/a] -> File[/b] (after)
            File[/b] -> File[/a] (after)
        "#]],
    );
}

#[test]
fn a_policy_without_select_is_for_every_host() {
    check(
        r#"
policy p { File "/a" {} }
policy q { select true
  File "/b" {} }
policy r { select facts.cpu.count > 1
  File "/c" {} }
"#,
        expect![[r#"
            File[/a]
            File[/b]
            File[/c]
        "#]],
    );
}

#[test]
fn names_of_one_policy_are_not_seen_in_another() {
    check(
        r#"
policy p { let motd = File "/motd" {} }
policy q { Service "s" { after motd } }
"#,
        expect![[r#"
            src/main.mc:8:32: error[MC0201]: nothing here is called `motd`
        "#]],
    );
}
