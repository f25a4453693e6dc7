//! Snapshots of habits from other languages, by form.

use crate::print;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    let parse = mc_syntax::parse(text);
    let actual = print::mistakes(text, &parse.errors) + &print::tree(&parse.file);
    expected.assert_eq(&actual);
}

#[test]
fn comprehensions() {
    check(
        r#"let a = [x for x in xs where x > 1]
let b = 1
"#,
        expect![[r#"
            1:24-1:29 MC0197 a comprehension chooses its elements with `if`
              help: write `if`
            (let a [x for x in <error>])
            (let b 1)
        "#]],
    );
}

#[test]
fn braces_as_values() {
    check(
        r#"let a = { "k": 1, "b": 2 }
let b = 1
"#,
        expect![[r#"
            1:9-1:10 MC0157 `{` begins no value
              help: a map is written `["k" => 1]`, a record with its name: `Site { port = 80 }`
            (let a <error>)
            (let b 1)
        "#]],
    );
    check(
        r#"let a = { k = 1 }
"#,
        expect![[r#"
            1:9-1:10 MC0157 `{` begins no value
              help: a record is written with its name, `Site { port = 80 }`, a map in brackets, `["k" => 1]`
            (let a <error>)
        "#]],
    );
    check(
        r#"let a = {}
let b = f({ a: 1 })
"#,
        expect![[r#"
            1:9-1:10 MC0157 `{` begins no value
              help: an empty list, set or map is `[]`
            2:11-2:12 MC0157 `{` begins no value
              help: a map is written `["k" => 1]`, a record with its name: `Site { port = 80 }`
            (let a <error>)
            (let b (call f <error>))
        "#]],
    );
    check(
        r#"let a = { x, y }
"#,
        expect![[r#"
            1:9-1:10 MC0157 `{` begins no value
              help: lists, sets and maps stand in brackets: `[a, b]`
            (let a <error>)
        "#]],
    );
}

#[test]
fn bodies_of_functions() {
    check(
        r#"fn f(x: Int) => x + 1
let b = 1
"#,
        expect![[r#"
            1:14-1:16 MC0159 the body of a function stands in braces
              help: a function says what it returns and has braces: `-> Int { .. }`
            (error)
            (let b 1)
        "#]],
    );
    check(
        r#"fn f(x: Int) -> Int => x + 1
let b = 1
"#,
        expect![[r#"
            1:21-1:23 MC0159 the body of a function stands in braces
              help: write `{ x + 1 }`
            (fn f ((x: Int)) Int {(Add x 1)})
            (let b 1)
        "#]],
    );
    check(
        r#"fn f(x: Int) -> Int = x + 1
let b = 1
"#,
        expect![[r#"
            1:21-1:22 MC0159 the body of a function stands in braces
              help: write `{ x + 1 }`
            (fn f ((x: Int)) Int {(Add x 1)})
            (let b 1)
        "#]],
    );
    check(
        r#"fn f(x: Int): Int { x }
let b = 1
"#,
        expect![[r#"
            1:13-1:14 MC0160 the result type stands behind `->`
              help: write `->`
            (fn f ((x: Int)) Int {x})
            (let b 1)
        "#]],
    );
}

#[test]
fn lambdas() {
    check(
        r#"let a = xs.map(lambda x: x + 1)
let b = 1
"#,
        expect![[r#"
            1:16-1:22 MC0158 the parameters of a lambda stand between bars
              help: write `|x| ..`
            (let a (call (. xs map) <error>))
            (let b 1)
        "#]],
    );
    check(
        r#"let a = xs.map(x => x + 1)
let b = 1
"#,
        expect![[r#"
            1:18-1:20 MC0129 `x` gets its value with `=`, not with `=>`
              help: write `x = ..`; a lambda is written `|x| ..`
            (let a (call (. xs map) <error>))
            (let b 1)
        "#]],
    );
    check(
        r#"let a = xs.map((x, y) => x + 1)
let b = 1
"#,
        expect![[r#"
            1:23-1:25 MC0158 the parameters of a lambda stand between bars
              help: write `|x, y| ..`
            (let a (call (. xs map) <error>))
            (let b 1)
        "#]],
    );
    check(
        r#"let a = xs.map(x -> x + 1)
let b = 1
"#,
        expect![[r#"
            1:18-1:20 MC0158 the parameters of a lambda stand between bars
              help: write `|x| ..`
            (let a (call (. xs map) <error>))
            (let b 1)
        "#]],
    );
    check(
        r#"let a = xs.map(fn(x) { x })
let b = 1
"#,
        expect![[r#"
            1:16-1:18 MC0158 the parameters of a lambda stand between bars
              help: write `|x| ..`
            (let a (call (. xs map) <error>))
            (let b 1)
        "#]],
    );
    check(
        r#"let a = xs.map({ |x| x })
let b = 1
"#,
        expect![[r#"
            1:16-1:17 MC0157 `{` begins no value
              help: a lambda needs no braces around it: `|x| x + 1`
            (let a (call (. xs map) <error>))
            (let b 1)
        "#]],
    );
    check(
        r#"let a = xs.each { |x| x }
let b = 1
"#,
        expect![[r#"
            1:17-1:18 MC0158 the parameters of a lambda stand between bars
              help: a lambda is an argument: `each(|x| ..)`
            (let a <error>)
            (let b 1)
        "#]],
    );
}

#[test]
fn imports() {
    check(
        r#"import *
import std.fs.*
from std.fs import File
import std.fs.{*}
import "std/fs"
import std.fs as fs
import std.fs.File as F
"#,
        expect![[r#"
            1:8-1:9 MC0161 an import says what it takes
              help: name what you need: `import a.b.{C, d}`, or the module: `import a.b`
            2:15-2:16 MC0161 an import says what it takes
              help: name what you need: `import a.b.{C, d}`, or the module: `import a.b`
            4:16-4:17 MC0161 an import says what it takes
              help: name what you need: `import a.b.{C, d}`
            5:8-5:16 MC0162 a module is named without quotes
              help: write `import std.fs`
            6:15-6:17 MC0163 another name is given inside of braces
              help: write `import a.{B as C}`; a module keeps its name
            7:20-7:22 MC0163 another name is given inside of braces
              help: write `import a.{B as C}`; a module keeps its name
            (error)
            (error)
            (import std.fs {})
            (error)
            (import std.fs)
            (import std.fs {File})
        "#]],
    );
}

#[test]
fn names_for_types() {
    check(
        r#"type Port = Int, it > 0
type Port = Int(1..3)
type Port = Int if it > 0
type X { a: Int }
type Y = { a: Int }
type Z = A | B
type W = "a" | "b"
type V: Int
"#,
        expect![[r#"
            1:16-1:17 MC0164 the condition on a type stands behind `where`
              help: write `type Port = Int where it > 0`
            2:16-2:17 MC0164 the condition on a type stands behind `where`
              help: write `type Port = Int where it > 0`
            3:17-3:19 MC0164 the condition on a type stands behind `where`
              help: write `type Port = Int where it > 0`
            4:8-4:9 MC0165 fields make a `record`, not a `type`
              help: write `record Site { port: Int }`
            5:10-5:11 MC0165 fields make a `record`, not a `type`
              help: write `record Site { port: Int }`
            6:12-6:13 MC0166 a type is one type, without alternatives
              help: declare an `enum` with a variant for each
            7:10-7:13 MC0166 a type is one type, without alternatives
              help: declare an `enum` with a variant for each
            8:7-8:8 MC0101 `:` does not fit here; `=` would
            (type Port Int where <error>)
            (type Port Int where <error>)
            (type Port Int where <error>)
            (type X <error>)
            (type Y <error>)
            (type Z A where <error>)
            (type W <error>)
            (type V <error>)
        "#]],
    );
}

#[test]
fn if_let() {
    check(
        r#"policy p {
  if let x { y }
  if let = x { y }
  if x := f() { y }
  if let Some(x) = y { z }
}
"#,
        expect![[r#"
            2:12-2:13 MC0167 `if let` takes a value out with a name and a `=`
              help: write `if let x = ..`; whether it holds is asked by `if x`
            3:10-3:11 MC0167 `if let` takes a value out with a name and a `=`
              help: write `if let x = ..`
            4:8-4:9 MC0128 `x` gets its value with `=`; `:` introduces a type
              help: write `x = ..`
            5:14-5:15 MC0167 `if let` takes a value out with a name and a `=`
              help: what is there is taken out by a plain name: `if let x = ..`
            (policy p {(if let x = <error> {y}) (if <error> {y}) (if <error> {y}) (if let .Some = <error> {z})})
        "#]],
    );
}

#[test]
fn choices() {
    check(
        r#"let a = c ? 1 : 2
let b = 1
"#,
        expect![[r#"
            1:11-1:12 MC0169 a choice between two values is an `if`
              help: write `if c { a } else { b }`
            (let a <error>)
            (let b 1)
        "#]],
    );
    check(
        r#"policy p {
  let x = if c then 1 else 2
  let y = c if d else e
}
"#,
        expect![[r#"
            2:16-2:20 MC0136 `then` is written `{` here
            3:13-3:15 MC0169 a choice between two values is an `if`
              help: write `if c { a } else { b }`
            (policy p {(let x <error>) (let y <error>)})
        "#]],
    );
}

#[test]
fn lets() {
    check(
        r#"let x := 3
let mut y = 3
var z = 3
let w == 3
let v: int = 3
x: Int = 3
"#,
        expect![[r#"
            1:7-1:9 MC0128 `x` gets its value with `=`; `:` introduces a type
              help: write `x = ..`
            2:9-2:10 MC0192 a value never changes
              help: leave `mut` out
            3:1-3:4 MC0136 `var` is written `let` here
            4:7-4:9 MC0170 `==` compares, and a value is given with `=`
              help: write `=`
            5:8-5:11 MC0121 the name of a type begins with a capital, unlike `int`
              help: write `Int`
            6:1-6:2 MC0138 `x` cannot stand at file level
              help: a value gets a name with `let`: `let x = ..`
            (let x <error>)
            (let mut <error>)
            (error)
            (let w <error>)
            (let v: Int 3)
            (error)
        "#]],
    );
}

#[test]
fn attributes() {
    check(
        r#"policy p {
  File "/a" {
    mode == 0o644
    owner := "root"
    group -> "root"
    content = default = "x"
    default mode = 0o644
    force content = "x"
    mode = default: 0o644
    mode = override 0o644
  }
}
"#,
        expect![[r#"
            3:10-3:12 MC0170 `==` compares, and a value is given with `=`
              help: write `=`
            4:11-4:13 MC0128 `owner` gets its value with `=`; `:` introduces a type
              help: write `owner = ..`
            5:11-5:13 MC0101 `->` does not fit here; `=`, `}` or a new line would
            6:23-6:24 MC0101 `=` does not fit here; a value would
            7:5-7:12 MC0171 the priority stands in front of the value
              help: write `mode = default ..`
            8:5-8:10 MC0171 the priority stands in front of the value
              help: write `content = force ..`
            9:19-9:20 MC0101 `:` does not fit here; a value would
            10:21-10:26 MC0124 a new line or a comma is missing before the number `0o644`
              10:20 it belongs here
            (policy p {(new File "/a" {(mode = <error>) (owner = <error>) (group = <error>) (content = Default <error>) (default = <error>) (force = <error>) (mode = Default <error>) (mode = override)})})
        "#]],
    );
}

#[test]
fn checks() {
    check(
        r#"record R {
  a: Int
  check a > 0
  check a > 0, "why"
  check a > 0 "why"
  check(a > 0, "why")
  assert a > 0
  require a > 0
  where a > 0
  invariant a > 0
}
"#,
        expect![[r#"
            3:14 MC0172 a `check` says why it is needed
              help: write `check condition else "what is wrong"`
            4:14 MC0172 a `check` says why it is needed
              help: write `check condition else "what is wrong"`
            5:15-5:20 MC0172 a `check` says why it is needed
              help: write `check condition else "what is wrong"`
            6:22 MC0172 a `check` says why it is needed
              help: write `check condition else "what is wrong"`
            7:3-7:9 MC0136 `assert` is written `check` here
            8:3-8:10 MC0136 `require` is written `check` here
            9:3-9:8 MC0101 the word `where` does not fit here; a name and its type would
            10:3-10:12 MC0136 `invariant` is written `check` here
            (record R (a: Int) (assert: <error>) (require: <error>) (where: <error>) (invariant: <error>) (check (Greater a 0) <error>) (check (Greater a 0) <error>) (check (Greater a 0) <error>) (check ((Greater a 0) "why") <error>))
        "#]],
    );
}

#[test]
fn with_and_spreads() {
    check(
        r#"policy p {
  let a = x with port = 81
  let b = x with (port = 81)
  let c = x with { port }
  let d = x with { port: 81 }
  let e = Site { ..x, port = 81 }
  let f = Site { ...x, port = 81 }
  let g = x { port = 81 }
  let h = x.copy(port = 81)
  let i = { x | port = 81 }
  let j = [..a, ..b]
}
"#,
        expect![[r#"
            2:18-2:22 MC0174 the changes of a `with` stand in braces
              help: write `site with { port = 81 }`
            3:18-3:19 MC0174 the changes of a `with` stand in braces
              help: write `site with { port = 81 }`
            4:24 MC0137 a value is missing after `port`
            5:24-5:25 MC0128 `port` gets its value with `=`; `:` introduces a type
              help: write `port = ..`
            6:18-6:20 MC0175 nothing is spread into a literal
              help: write `base with { port = 81 }` for a changed copy
            7:18-7:20 MC0175 nothing is spread into a literal
              help: write `base with { port = 81 }` for a changed copy
            8:11-8:12 MC0121 the name of a resource, component or record begins with a capital, unlike `x`
              help: write `X`, or `x with { .. }` for a changed copy
            10:11-10:12 MC0157 `{` begins no value
              help: lists, sets and maps stand in brackets: `[a, b]`
            11:12-11:14 MC0175 nothing is spread into a literal
              help: lists are joined with `+`: `a + [b]`
            11:17-11:19 MC0175 nothing is spread into a literal
              help: lists are joined with `+`: `a + [b]`
            (policy p {(let a <error>) (let b <error>) (let c (with x {(port = <error>)})) (let d (with x {(port = 81)})) (let e (new Site {(error) (port = 81)})) (let f (new Site {(error) (port = 81)})) (let g <error>) (let h (call (. x copy) port=81)) (let i <error>) (let j [<error> <error>])})
        "#]],
    );
}

#[test]
fn types_in_brackets() {
    check(
        r#"fn f(x: List[Int], y: [Int], z: Int[], w: []Int, v: Optional[Int]) -> Int { 1 }
"#,
        expect![[r#"
            1:13-1:14 MC0176 the arguments of a type stand between `<` and `>`
              help: write `List<..>`
            1:23-1:24 MC0177 a type begins with its name
              help: a list is written `List<Int>`, a set `Set<Int>`
            1:36-1:37 MC0177 a type begins with its name
              help: a list of them is `List<Int>`
            1:43-1:44 MC0177 a type begins with its name
              help: a list is written `List<Int>`, a set `Set<Int>`
            1:61-1:62 MC0176 the arguments of a type stand between `<` and `>`
              help: write `Optional<..>`
            (fn f ((x: <error>) (y: <error>) (z: <error>) (w: <error>) (v: <error>)) Int {1})
        "#]],
    );
}

#[test]
fn unions_of_types() {
    check(
        r#"fn f(x: String | Int, y: ?Int, z: Int | None, k: {String: Int}) -> Int { 1 }
"#,
        expect![[r#"
            1:16-1:17 MC0166 a type is one type, without alternatives
              help: declare an `enum` with a variant for each
            1:26-1:27 MC0177 a type begins with its name
              help: what may be absent ends with the sign: `Int?`
            1:39-1:40 MC0166 a type is one type, without alternatives
              help: declare an `enum` with a variant for each
            1:50-1:51 MC0177 a type begins with its name
              help: a map is written `Map<String, Int>`
            (fn f ((x: <error>) (y: <error>) (z: <error>) (k: <error>)) Int {1})
        "#]],
    );
}

#[test]
fn type_parameters() {
    check(
        r#"fn f(x: Map<String Int>) -> Int { 1 }
fn g<t>(x: t) -> t { x }
fn h[T](x: T) -> T { x }
fn i<T: Ord>(x: T) -> T { x }
record R[T] { a: T }
record S<T, { a: T }
let a = 1
"#,
        expect![[r#"
            1:20-1:23 MC0124 a comma is missing before `Int`
              1:19 it belongs here
            2:6-2:7 MC0121 the name of a type parameter begins with a capital, unlike `t`
              help: write `T`
            2:12-2:13 MC0121 the name of a type begins with a capital, unlike `t`
              help: write `T`
            2:18-2:19 MC0121 the name of a type begins with a capital, unlike `t`
              help: write `T`
            3:5-3:6 MC0176 the arguments of a type stand between `<` and `>`
              help: write `<T>`
            4:7-4:8 MC0101 `:` does not fit here; `,` or `>` would
            5:9-5:10 MC0176 the arguments of a type stand between `<` and `>`
              help: write `<T>`
            6:13-6:14 MC0101 `{` does not fit here; a type or `>` would
            (fn f ((x: <error>)) Int {1})
            (fn g<t> ((x: <error>)) <error> {x})
            (error)
            (fn i<T> ((x: T)) T {x})
            (error)
            (error)
            (let a 1)
        "#]],
    );
}

#[test]
fn types_in_calls() {
    check(
        r#"let a = first<Int>(xs)
let b = List<Int>()
let c = xs.map::<Int>(x)
let d = Map { "a" = 1 }
let e = 1
"#,
        expect![[r#"
            1:14-1:19 MC0178 a call takes no types: they follow from its arguments
              help: leave the types out: `first(xs)`
            2:13-2:18 MC0178 a call takes no types: they follow from its arguments
              help: leave the types out: `first(xs)`
            3:15-3:16 MC0178 a call takes no types: they follow from its arguments
              help: leave the types out: `first(xs)`
            4:15-4:18 MC0101 the text "a" does not fit here; an attribute, a clause or `}` would
            (let a (Greater (Less first Int) (paren xs)))
            (let b (Greater (Less List Int) <error>))
            (let c <error>)
            (let d (new Map {(error)}))
            (let e 1)
        "#]],
    );
}

#[test]
fn parameters_in_parentheses() {
    check(
        r#"component Nginx(sites: List<Site>) {
  x
}
policy web(x: Int) { y }
resource Foo(x: Int) { }
let e = 1
"#,
        expect![[r#"
            1:16-1:17 MC0179 parameters are lines of the block
              help: write `param sites: List<Site>` on a line of the block
            4:11-4:12 MC0179 parameters are lines of the block
              help: a policy takes none: what it needs is data, a label or a fact
            5:13-5:14 MC0179 parameters are lines of the block
              help: write `key name: String` and the attributes on lines of the block
            (component Nginx {x})
            (policy web {y})
            (error)
            (let e 1)
        "#]],
    );
}
