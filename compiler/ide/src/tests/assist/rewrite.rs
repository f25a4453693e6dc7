//! The same, said in another way.

use super::{check, no};
use expect_test::expect;

#[test]
fn conditions() {
    check(
        "invert_if",
        r#"fn f(a: Int, b: Bool) -> Int {
  i$0f a > 1 && b { 1 } else { 2 }
}

policy p {}
"#,
        expect![[r#"
            Invert the `if`
            fn f(a: Int, b: Bool) -> Int {
              if !(a > 1 && b) { 2 } else { 1 }
            }

            policy p {}
        "#]],
    );
    check(
        "invert_if",
        r#"fn f(a: Float) -> Int {
  i$0f !(a > 1.5) { 1 } else { 2 }
}

policy p {}
"#,
        expect![[r#"
            Invert the `if`
            fn f(a: Float) -> Int {
              if a > 1.5 { 2 } else { 1 }
            }

            policy p {}
        "#]],
    );
    no(
        "invert_if",
        r#"fn f(a: Int?) -> Int {
  i$0f let b = a { b } else { 2 }
}

policy p {}
"#,
    );
    check(
        "flip_operands",
        r#"let a = 1 + 2 *$0 (3 + 4)

policy p {
  check a == 15 else "15"
}
"#,
        expect![[r#"
            Exchange the sides of `*`
            let a = 1 + (3 + 4) * 2

            policy p {
              check a == 15 else "15"
            }
        "#]],
    );
    check(
        "flip_operands",
        r#"let a = 1 + 2 +$0 3

policy p {
  check a == 6 else "6"
}
"#,
        expect![[r#"
            Exchange the sides of `+`
            let a = 3 + (1 + 2)

            policy p {
              check a == 6 else "6"
            }
        "#]],
    );
    no(
        "flip_operands",
        r#"let a = "a" +$0 "b"

policy p {}
"#,
    );
    no(
        "flip_operands",
        r#"let a = 3 -$0 2

policy p {}
"#,
    );
    check(
        "de_morgan",
        r#"fn f(a: Bool, b: Bool, c: Bool) -> Bool { !(a || b) |$0| c }

policy p {}
"#,
        expect![[r#"
            Write `||` with `&&`
            fn f(a: Bool, b: Bool, c: Bool) -> Bool { !((a || b) && !c) }

            policy p {}
        "#]],
    );
    check(
        "de_morgan",
        r#"fn f(a: Bool, b: Bool, n: Int) -> Bool { b && !(a |$0| n > 1 || !b) }

policy p {}
"#,
        expect![[r#"
            Write `||` with `&&`
            fn f(a: Bool, b: Bool, n: Int) -> Bool { b && (!a && n <= 1 && b) }

            policy p {}
        "#]],
    );
    check(
        "de_morgan",
        r#"fn f(a: Bool, b: Bool, c: Bool) -> Bool { a |$0| (b || c) && a }

policy p {}
"#,
        expect![[r#"
            Write `||` with `&&`
            fn f(a: Bool, b: Bool, c: Bool) -> Bool { !(!a && !((b || c) && a)) }

            policy p {}
        "#]],
    );
}

#[test]
fn branches() {
    no(
        "merge_ifs",
        r#"import std.fs.File

policy p {
  i$0f facts.cpu.count > 1 {
    if facts.cpu.count < 8 { File "/a" {} }
    File "/b" {}
  }
}
"#,
    );
    check(
        "merge_ifs",
        r#"import std.fs.File

policy p {
  i$0f facts.cpu.count == 1 || facts.cpu.count == 2 {
    if facts.cpu.count < 8 {
      File "/a" {
        content = "a"
      }
    }
  }
}
"#,
        expect![[r#"
            Join both conditions with `&&`
            import std.fs.File

            policy p {
              if (facts.cpu.count == 1 || facts.cpu.count == 2) && facts.cpu.count < 8 {
                File "/a" {
                  content = "a"
                }
              }
            }
        "#]],
    );
    check(
        "if_to_match",
        r#"fn f(a: Bool) -> Int {
  i$0f a {
    let b = 1
    b + 1
  } else {
    2
  }
}

policy p {}
"#,
        expect![[r#"
            Write it as a `match`
            fn f(a: Bool) -> Int {
              match a {
                true => {
                  let b = 1
                  b + 1
                }
                false => 2
              }
            }

            policy p {}
        "#]],
    );
    no(
        "if_to_match",
        r#"fn f(a: Int?) -> Int {
  i$0f let b = a { b } else { 2 }
}

policy p {}
"#,
    );
    check(
        "match_to_if",
        r#"fn f(a: Bool) -> Int {
  ma$0tch a {
    false => 1
    true => {
      let b = 2
      b
    }
  }
}

policy p {}
"#,
        expect![[r#"
            Write it as an `if`
            fn f(a: Bool) -> Int {
              if !a {
                1
              } else {
                let b = 2
                b
              }
            }

            policy p {}
        "#]],
    );
    check(
        "match_to_if",
        r#"fn f(a: Int) -> Int {
  ma$0tch a + 1 {
    0 => 1
    _ => 2
  }
}

policy p {}
"#,
        expect![[r#"
            Write it as an `if`
            fn f(a: Int) -> Int {
              if a + 1 == 0 { 1 } else { 2 }
            }

            policy p {}
        "#]],
    );
    no(
        "match_to_if",
        r#"fn f(a: Int) -> Int {
  ma$0tch a {
    0 => 1
    n => n
  }
}

policy p {}
"#,
    );
    no(
        "if_let_to_coalesce",
        r#"fn f(a: Int?) -> Int {
  i$0f let b = a { b + 1 } else { 2 }
}

policy p {}
"#,
    );
    check(
        "coalesce_to_if_let",
        r#"fn f(a: Int?, b: Int?) -> Int { a ?$0? b ?? 2 }

policy p {}
"#,
        expect![[r#"
            Write it with `if let`
            fn f(a: Int?, b: Int?) -> Int { if let found = a { found } else { b ?? 2 } }

            policy p {}
        "#]],
    );
    no(
        "add_else",
        r#"fn f(a: Bool) -> Int? {
  let b = i$0f a { 1 }
  b
}

policy p {}
"#,
    );
    no(
        "expand_wildcard",
        r#"fn f(a: Int) -> Int {
  match a {
    0 => 1
    _$0 => 2
  }
}

policy p {}
"#,
    );
    check(
        "expand_wildcard",
        r#"enum Tls { Off, On { port: Int }, Late { port: Int } }

fn f(a: Tls) -> Int {
  match a {
    .On { port } => port
    $0_ => 2
  }
}

policy p {}
"#,
        expect![[r#"
            Write an arm for each variant
            enum Tls { Off, On { port: Int }, Late { port: Int } }

            fn f(a: Tls) -> Int {
              match a {
                .On { port } => port
                .Off => 2
                .Late { .. } => 2
              }
            }

            policy p {}
        "#]],
    );
    check(
        "expand_rest",
        r#"record Site { name: String, port: Int }

fn f(site: Site) -> Int {
  let Site { port, .$0. } = site
  let name = 1
  port + name
}

policy p {}
"#,
        expect![[r#"
            Name the fields that are left open
            record Site { name: String, port: Int }

            fn f(site: Site) -> Int {
              let Site { port, name = name2 } = site
              let name = 1
              port + name
            }

            policy p {}
        "#]],
    );
}

#[test]
fn collections() {
    no(
        "comprehension_to_methods",
        r#"fn f(a: Map<String, Int>) -> List<Int> { [n fo$0r _, n in a] }

policy p {}
"#,
    );
    check(
        "methods_to_comprehension",
        r#"fn f(a: List<Int>) -> List<Int> { (a + [1]).ma$0p(|n| if n > 1 { 1 } else { 2 }) }

policy p {}
"#,
        expect![[r#"
            Write it as a comprehension
            fn f(a: List<Int>) -> List<Int> { [(if n > 1 { 1 } else { 2 }) for n in (a + [1])] }

            policy p {}
        "#]],
    );
    no(
        "lambda_to_function",
        r#"fn g(a: Int, b: Int = 1) -> Int { a + b }

let all = [1].map(|n$0| g(n))

policy p {}
"#,
    );
    check(
        "add_index",
        r#"let all = [n fo$0r n in [1, 2]]

policy p {}
"#,
        expect![[r#"
            Count the rounds with `.indexed()`
            let all = [n for i, n in [1, 2].indexed()]

            policy p {}
        "#]],
    );
    no(
        "add_index",
        r#"fn f(a: Map<String, Int>) -> List<Int> { [n fo$0r _, n in a] }

policy p {}
"#,
    );
    no(
        "calls_to_comprehension",
        r#"fn g(a: Int) -> Int { a }
fn h(a: Int) -> Int { a }

let all = $0[g(1), h(2)]

policy p {}
"#,
    );
}

#[test]
fn calls() {
    check(
        "name_arguments",
        r#"fn g(a: Int, b: Int, c: Int = 1) -> Int { a + b + c }

let x = g$0(1, c = 2, b = 3)

policy p {}
"#,
        expect![[r#"
            Name the arguments
            fn g(a: Int, b: Int, c: Int = 1) -> Int { a + b + c }

            let x = g(a = 1, c = 2, b = 3)

            policy p {}
        "#]],
    );
    no(
        "name_arguments",
        r#"fn g(a: Int) -> Int { a }

let x = g$0(a = 1)

policy p {}
"#,
    );
    no(
        "unname_arguments",
        r#"fn g(a: Int = 1, b: Int = 2) -> Int { a + b }

let x = g$0(b = 3)

policy p {}
"#,
    );
}
