//! Which names are visible, which may be given, and what `self` and `it` are.

use crate::{check, wrong};
use expect_test::expect;

#[test]
fn a_name_hides_none_of_the_blocks_around_it() {
    let source = r#"fn f(x: Int) -> Int { let x = 2, x }
fn g(x: Int) -> Int { match x { x => 1 } }
type A = Int where [1].any(|it| it > 0)
component C { param a: Int
  for a in [1] { File "/${a}" {} } }
policy p {
  let a = facts.os.version
  if facts.cpu.count > 1 { let a = 2, File "/x" { content = "${a}" } }
  let b = [1].map(|a| a)
  let c = [a for a in [1]]
  if let a = a { File "/y" { content = a } }
}
"#;
    let expected = [1, 2, 3, 5, 8, 9, 10, 11].map(|line| ("MC0207".to_owned(), line));
    assert_eq!(wrong(source), expected);
}

#[test]
fn blocks_beside_each_other_share_no_names() {
    let source = r#"let it = 1
policy p {
  if facts.cpu.count > 1 { let a = 2, File "/x" { content = "${a}" } } else { let a = 3, File "/y" { content = "${a}" } }
  let b = [1].map(|n| n)
  let c = [2].map(|n| n)
  let f = 2
}
fn f(it: Int) -> Int { it }
"#;
    assert_eq!(wrong(source), []);
}

#[test]
fn self_is_the_resource_around_and_no_edge() {
    check(
        r#"
policy p {
  File "/x" { content = "${self.path} ${self.owner ?? "nobody"} ${self.staged}", owner = "root" }
  Command "c" { argv = [self.name], creates = "/c", inputs = [self.creates ?? "/d"] }
}
"#,
        expect![[r#"
            Command[c] argv=List([Str("c")]) creates=/c inputs=#11
            File[/x] content=#8 owner=root
        "#]],
    );
    check(
        r#"
let own = self
fn f() -> AbsPath { self.path }
policy p {
  let path = self.path
  File "/x" { content = self.sha256 }
  File "/y" { after self }
}
"#,
        expect![[r#"
            src/main.mc:7:11: error[MC0209]: `self` is not a value of its own
            src/main.mc:8:21: error[MC0209]: `self` stands for the resource around
            src/main.mc:10:14: error[MC0209]: `self` stands for the resource around
            src/main.mc:11:25: error[MC0401]: `self.sha256` is known only after this step
            src/main.mc:12:21: error[MC0209]: `self` is not a value of its own
        "#]],
    );
}

#[test]
fn a_key_that_no_declaration_is_sure_to_have_is_unknown() {
    check(
        r#"
policy p {
  if false { File "/never" {} }
  if facts.cpu.count > 1 { File "/perhaps" {} }
  File "/${facts.hostname}" {}
  Service "s" { after [File["/perhaps"], File["/never"], File["/host"]] }
}
"#,
        expect![[r#"
            src/main.mc:11:42: error[MC0503]: no policy declares File["/never"]
            src/main.mc:11:58: error[MC0503]: no policy declares File["/host"]
        "#]],
    );
}
