//! What a type is found from, and what a literal of it is measured by.

use crate::{check, outline, right, wrong};
use expect_test::expect;

#[test]
fn a_fold_that_begins_empty() {
    right(
        r#"policy p {
  let doubled = [1, 2].fold([], |all, x| all + [x * 2])
  let known: List<Int> = doubled
  let written: List<String> = [1, 2].fold([], |all, x| all + ["${x}"])
  let last = [1, 2].fold(none, |before, x| x)
  let nested = [[1], [2]].fold([], |all, xs| all + xs.fold([], |inner, x| inner + [x + 1]))
  let sum = nested.sum() + known.len() + (last ?? 0)
  File "/x" { content = "${sum} ${written.join(" ")}" }
}
"#,
    );
}

#[test]
fn arguments_in_any_order() {
    right(
        r#"fn join<T>(a: List<T>, b: List<T>) -> List<T> { a + b }
fn apply<T, U>(f: (T) -> U, x: T) -> U { f(x) }
fn or<T>(x: T?, y: T) -> T { x ?? y }
fn single<T>(x: T) -> List<T> { [x] }
policy p {
  let a = join([], [1])
  let b = join([1], [])
  let c = apply(|x| x + 1, 2)
  let d = or(none, 3)
  let paths: List<AbsPath> = single("/x")
  let all = a + b + [c, d]
  for path in paths { File (path) { content = "${all.sum()}" } }
}
"#,
    );
}

#[test]
fn patterns_are_measured() {
    let source = r#"fn kind(path: AbsPath) -> Int { match path { "not a path" => 1, other => 2 } }
policy p {}
"#;
    assert_eq!(wrong(source), [("MC0302".to_owned(), 1)]);
}

#[test]
fn a_condition_is_asked_of_what_is_there() {
    assert_eq!(wrong("type A = Int? where it != 3\npolicy p {}\n"), [("MC0311".to_owned(), 1)]);
}

#[test]
fn a_secret_that_may_be_absent() {
    right(
        r#"policy p {
  let pw = secret("pw")
  let some = if facts.cpu.count > 1 { pw } else { none }
  let other = if facts.cpu.count > 1 { pw }
  File "/x" { content = some }
  if let key = other { File "/y" { content = key } }
}
"#,
    );
}

#[test]
fn what_may_have_been_meant() {
    let help = |source: &str| {
        let db = crate::database(&[("src/main.mc", source)]);
        mc_compiler::diagnostics(&db)
            .into_iter()
            .map(|d| (d.help.unwrap_or_default(), d.fix.map(|f| f.title)))
            .collect::<Vec<_>>()
    };
    let quoted = help("policy p { File \"/x\" { owner = root } }\n");
    expect![[r#"
        [
            (
                "a text stands in quotes: `\"root\"`",
                Some(
                    "write `\"root\"`",
                ),
            ),
        ]
    "#]]
    .assert_debug_eq(&quoted);
    let method = help("policy p { File \"/x\" { content = \"${[1].lenn}\" } }\n");
    expect![[r#"
        [
            (
                "did you mean `len(..)`?",
                None,
            ),
        ]
    "#]]
    .assert_debug_eq(&method);
}

#[test]
fn nothing_is_called_never() {
    let shown = outline(&[("src/main.mc", "policy p {\nlet x: Int = (none, [])\n}\n")]);
    assert!(!shown.contains("Never"), "{shown}");
}

#[test]
fn lists_that_are_put_together_take_the_type_that_is_wanted() {
    right(
        r#"
record Dirs { all: List<AbsPath> }
fn all(more: List<AbsPath>) -> List<AbsPath> { ["/a"] + more + (["/b"] + []) }
policy p {
  let dirs = Dirs { all = ["/x"] + all(["/y"] + ["/z"]) }
  for dir in dirs.all { Directory (dir) {} }
}
"#,
    );
    check(
        r#"
let wrong: List<AbsPath> = ["/a"] + ["b"]
let texts = ["/a"]
let other: List<AbsPath> = texts + ["/b"]
policy p {}
"#,
        expect![[r#"
            src/main.mc:7:38: error[MC0302]: `b` is no `AbsPath`
            src/main.mc:9:28: error[MC0301]: expected `List<AbsPath>`, found `List<String>`
        "#]],
    );
}

#[test]
fn positions_come_before_names() {
    check(
        r#"
fn f(a: Int, b: Int = 2) -> Int { a + b }
let right = [f(1), f(1, 2), f(1, b = 2), f(b = 2, a = 1)]
let behind = f(a = 1, 2)
let twice = f(1, a = 2)
policy p {}
"#,
        expect![[r#"
            src/main.mc:9:23: error[MC0310]: an argument by position stands before those by name
            src/main.mc:10:22: error[MC0305]: `a` is given twice
        "#]],
    );
}
