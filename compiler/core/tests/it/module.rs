//! The values of modules: in any order, through functions, across modules.

use crate::{check, outline, wrong};
use expect_test::expect;

#[test]
fn values_stand_in_any_order_also_where_functions_read_them() {
    check(
        r#"
let first = text()
fn text() -> String { "${second} ${third}" }
let second = double("b")
fn double(word: String) -> String { "${word}${word}" }
let third = fourth.n
record R { n: Int = fifth }
let fourth = R {}
let fifth: Small = 5
type Small = Int where it < limit
let limit = 6
let parsed = Small.parse("7") ?? 0
policy p {
  File "/first" { content = first }
  check first == "bb 5" && parsed == 0 else "${first} ${parsed}"
}
"#,
        expect![[r#"
            File[/first] content=<4 bytes>
        "#]],
    );
}

#[test]
fn what_a_function_reads_of_its_module_is_as_late_as_it_is() {
    let source = r#"let early = through(1)
let late = through(cores)
fn through(n: Int) -> Int { n * factor }
let factor = 2
let cores = facts.cpu.count
let name = label()
fn label() -> String { "n${cores}" }
component Named { const param name: String }
policy p {
  Named "a" { name = "${early}" }
  Named "b" { name = "${late}" }
  Named "c" { name }
}
"#;
    assert_eq!(wrong(source), [("MC0401".to_owned(), 11), ("MC0401".to_owned(), 12)]);
}

#[test]
fn modules_need_each_other_for_types_functions_and_components() {
    let files = [
        (
            "src/main.mc",
            "import a.{A, x}\nimport std.fs.File\npolicy p { A {}\n File \"/x\" { content = \"${x}\" } }\n",
        ),
        (
            "src/a.mc",
            "import b.{B, R, f}\npub component A { B {} }\npub component C {}\npub record T { n: Int }\npub let x = f(T { n = 1 })\npub let y = 41\npub fn g(r: R) -> Int { r.n }\n",
        ),
        (
            "src/b.mc",
            "import a.{C, T, g, y}\npub component B { C {} }\npub record R { n: Int }\npub fn f(t: T) -> Int { t.n + g(R { n = y }) }\n",
        ),
    ];
    expect![[r#"
        File[/x] content=<2 bytes>
    "#]]
    .assert_eq(&outline(&files));
}

#[test]
fn modules_do_not_need_each_others_values() {
    let main = ("src/main.mc", "import a.{x}\npolicy p { check x == 1 else \"x\" }\n");
    let files = [
        main,
        ("src/a.mc", "import b.{y}\npub let x = y\npub let z = 1\n"),
        ("src/b.mc", "import c.{w}\npub let y = w + 0\n"),
        ("src/c.mc", "import a.{z}\npub let w = z\n"),
    ];
    expect![[r#"
        src/a.mc:2:9: error[MC0208]: the modules `a`, `b`, `c` need each other's values
    "#]]
    .assert_eq(&outline(&files));
    let files =
        [main, ("src/a.mc", "import b.{y}\npub let x = y\n"), ("src/b.mc", "import a.{x}\npub let y = x\n")];
    expect![[r#"
        src/a.mc:2:9: error[MC0208]: `x`, `y` need each other
    "#]]
    .assert_eq(&outline(&files));
}
