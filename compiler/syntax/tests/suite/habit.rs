//! Snapshots of habits from other languages and half-written code: the message, and the tree that was saved.

use crate::print;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    let parse = mc_syntax::parse(text);
    let actual = print::mistakes(text, &parse.errors) + &print::tree(&parse.file);
    expected.assert_eq(&actual);
}

/// `text` as the body of a policy.
fn check_in_policy(text: &str, expected: Expect) {
    check(&format!("policy p {{\n{text}\n}}\n"), expected);
}

#[test]
fn reserved_words_as_names() {
    check(
        r#"record R { type: String, in: Int }
let fn = 3
policy p {
  let after = 1
  x.default
}
"#,
        expect![[r#"
            1:12-1:16 MC0119 `type` is a word of the language and cannot be a name
              help: choose another name, for example `kind`
            1:26-1:28 MC0119 `in` is a word of the language and cannot be a name
              help: choose another name, for example `input`
            2:5-2:7 MC0119 `fn` is a word of the language and cannot be a name
              help: choose another name, for example `fn_`
            4:7-4:12 MC0119 `after` is a word of the language and cannot be a name
              help: choose another name, for example `after_`
            5:5-5:12 MC0119 `default` is a word of the language and cannot be a name
              help: choose another name, for example `fallback`
            (record R (type: String) (in: Int))
            (let fn 3)
            (policy p {(let after 1) (. x default)})
        "#]],
    );
}

#[test]
fn ranges() {
    check_in_policy(
        "for i in 1..5 { x }\nlet xs = [1..3]",
        expect![[r#"
        2:11-2:13 MC0120 `..` is reserved for ranges
          help: write the elements into a list: `[1, 2, 3]`
        3:12-3:14 MC0120 `..` is reserved for ranges
          help: write the elements into a list: `[1, 2, 3]`
        (policy p {(for i in <error> {x}) (let xs [<error>])})
    "#]],
    );
}

#[test]
fn upper_and_lower() {
    check(
        r#"record site { name: String }
let Foo = 1
policy Web { let X = 1 }
component web_server {}
enum e { a, b }
fn F(A: string) -> int { A }
record R { xs: list }
"#,
        expect![[r#"
            1:8-1:12 MC0121 the name of a record begins with a capital, unlike `site`
              help: write `Site`
            2:5-2:8 MC0122 the name of a value begins with a small letter, unlike `Foo`
              help: write `foo`
            3:8-3:11 MC0122 the name of a policy or parameter begins with a small letter, unlike `Web`
              help: write `web`
            3:18-3:19 MC0122 the name of a value begins with a small letter, unlike `X`
              help: write `x`
            4:11-4:21 MC0121 the name of a resource or component begins with a capital, unlike `web_server`
              help: write `WebServer`
            5:6-5:7 MC0121 the name of an enum begins with a capital, unlike `e`
              help: write `E`
            5:10-5:11 MC0121 the name of a variant begins with a capital, unlike `a`
              help: write `A`
            5:13-5:14 MC0121 the name of a variant begins with a capital, unlike `b`
              help: write `B`
            6:4-6:5 MC0122 the name of a function begins with a small letter, unlike `F`
              help: write `f`
            6:6-6:7 MC0122 the name of a field, attribute or parameter begins with a small letter, unlike `A`
              help: write `a`
            6:9-6:15 MC0121 the name of a type begins with a capital, unlike `string`
              help: write `String`
            6:20-6:23 MC0121 the name of a type begins with a capital, unlike `int`
              help: write `Int`
            7:16-7:20 MC0121 the name of a type begins with a capital, unlike `list`
              help: write `List<T>`
            (record site (name: String))
            (let Foo 1)
            (policy Web {(let X 1)})
            (component web_server {})
            (enum e (a ) (b ))
            (fn F ((A: String)) Int {A})
            (record R (xs: <error>))
        "#]],
    );
}

#[test]
fn chained_comparison() {
    check_in_policy(
        r#"let x = 1 < y < 9
let z = a == b == c"#,
        expect![[r#"
            2:15-2:16 MC0123 comparisons cannot be chained
              2:11-2:12 the first comparison
              help: join two comparisons with `&&`: `1 <= port && port <= 9`
            3:16-3:18 MC0123 comparisons cannot be chained
              3:11-3:13 the first comparison
              help: put one of the comparisons into parentheses, or join them with `&&`
            (policy p {(let x (Less (Less 1 y) 9)) (let z (Equal (Equal a b) c))})
        "#]],
    );
}

#[test]
fn clause_outside_of_a_body() {
    check_in_policy(
        r#"notify service
restart on main
timeout 3s"#,
        expect![[r#"
            2:1-2:7 MC0125 `notify` belongs in the body of a resource
              help: write it between the braces of the resource that it is about
            3:1-3:11 MC0125 `restart on` belongs in the body of a resource
              help: write it between the braces of the resource that it is about
            4:1-4:8 MC0125 `timeout` belongs in the body of a resource
              help: write it between the braces of the resource that it is about
            (policy p {<error> <error> <error>})
        "#]],
    );
}

#[test]
fn statement_in_a_body() {
    check_in_policy(
        r#"File "/a" {
  if x { mode = 0o644 }
  owner = "root"
}"#,
        expect![[r#"
            3:3-3:5 MC0101 the word `if` does not fit here; an attribute, a clause or `}` would
              help: a body holds attributes and clauses: choose a value with `name = if c { .. } else { .. }`, or the whole resource with `when c`
            (policy p {(new File "/a" {(error) (owner = "root")})})
        "#]],
    );
}

#[test]
fn colon_for_equals() {
    check_in_policy(
        r#"File "/a" {
  mode: 0o644
  owner: "root"
}
let x = f(a: 1)"#,
        expect![[r#"
            3:7-3:8 MC0128 `mode` gets its value with `=`; `:` introduces a type
              help: write `mode = ..`
            4:8-4:9 MC0128 `owner` gets its value with `=`; `:` introduces a type
              help: write `owner = ..`
            6:12-6:13 MC0128 `a` gets its value with `=`; `:` introduces a type
              help: write `a = ..`
            (policy p {(new File "/a" {(mode = 0o644) (owner = "root")}) (let x (call f <error>))})
        "#]],
    );
}

#[test]
fn arrow_for_equals() {
    check_in_policy(
        r#"File "/a" {
  mode => 0o644,
  owner => "root",
}
let x => 3"#,
        expect![[r#"
            3:8-3:10 MC0129 `mode` gets its value with `=`, not with `=>`
              help: write `mode = ..`
            4:9-4:11 MC0129 `owner` gets its value with `=`, not with `=>`
              help: write `owner = ..`
            6:7-6:9 MC0129 `x` gets its value with `=`, not with `=>`
              help: write `x = ..`
            (policy p {(new File "/a" {(mode = 0o644) (owner = "root")}) (let x <error>)})
        "#]],
    );
}

#[test]
fn missing_equals() {
    check_in_policy(
        r#"File "/a" {
  mode 0o644
}
let x 3"#,
        expect![[r#"
            3:8-3:13 MC0142 `=` is missing between `mode` and its value
              help: write `mode = 0o644`
            5:7-5:8 MC0142 `=` is missing between `x` and its value
              help: write `x = 3`
            (policy p {(new File "/a" {(mode = <error>)}) (let x <error>)})
        "#]],
    );
}

#[test]
fn equals_in_a_condition() {
    check_in_policy(
        r#"if a = 3 { x } else { y }
select labels.role = .Web"#,
        expect![[r#"
            2:6-2:7 MC0130 `=` does not compare; `==` does
              help: write `==`
            3:20-3:21 MC0130 `=` does not compare; `==` does
              help: write `==`
            (policy p {(if (Equal a 3) {x} else {y}) (select <error>)})
        "#]],
    );
}

#[test]
fn arms() {
    check_in_policy(
        r#"match x {
  .A: 1
  .B -> 2
  .C = 3
  Debian => 4
  .D 5
}"#,
        expect![[r#"
            3:5-3:6 MC0131 a pattern and its value are joined by `=>`, not by `:`
              help: write `=>`
            4:6-4:8 MC0131 a pattern and its value are joined by `=>`, not by `->`
              help: write `=>`
            5:6-5:7 MC0131 a pattern and its value are joined by `=>`, not by `=`
              help: write `=>`
            6:3-6:9 MC0101 `Debian` does not fit here; a variant with its dot would
              help: a variant begins with a dot: `.Debian`
            7:6-7:7 MC0101 the number `5` does not fit here; `=>` or `{` would
            (policy p {(match x (.A => {1}) (.B => {2}) (.C => {3}) (.Debian => {4}) (.D => {<error>}))})
        "#]],
    );
}

#[test]
fn unquoted_keys() {
    check_in_policy(
        r#"File /etc/motd {
  mode = 0o644
}
Package nginx {}
Package nginx-full {}
Service ssh.service { running = true }
let x = 1"#,
        expect![[r#"
            2:6-2:15 MC0132 the key `/etc/motd` needs quotes
              help: write `File "/etc/motd"`
            5:9-5:14 MC0132 the key `nginx` needs quotes
              help: write `Package "nginx"`, or `Package (nginx)` for the value of that name
            6:9-6:19 MC0132 the key `nginx-full` needs quotes
              help: write `Package "nginx-full"`
            7:9-7:20 MC0132 the key `ssh.service` needs quotes
              help: write `Service "ssh.service"`
            (policy p {<error> (new Package "nginx" {}) (error) (error) (let x 1)})
        "#]],
    );
}

#[test]
fn puppet() {
    check_in_policy(
        r#"file { '/etc/motd':
  ensure => present,
  mode   => 0o644,
}
File { "/etc/motd": mode = 0o644 }
package { "nginx": }
let x = 1"#,
        expect![[r#"
            2:8-2:19 MC0140 the key "/etc/motd" stands before the `{`, not behind it
              help: write `File "/etc/motd" { .. }`
            2:8-2:19 MC0116 text stands in double quotes, not in single ones
              help: write `"/etc/motd"`
            6:8-6:19 MC0140 the key "/etc/motd" stands before the `{`, not behind it
              help: write `File "/etc/motd" { .. }`
            7:11-7:18 MC0140 the key "nginx" stands before the `{`, not behind it
              help: write `Package "nginx" { .. }`
            (policy p {<error> (new File {(error)}) <error> (let x 1)})
        "#]],
    );
}

#[test]
fn missing_body() {
    check_in_policy(
        r#"File "/etc/motd"
let x = Package "a""#,
        expect![[r#"
            2:1-2:17 MC0133 a resource is declared with a body, even if it is empty
              help: write `File "/etc/motd" {}` to declare it, or `File["/etc/motd"]` to refer to it
            3:9-3:20 MC0133 a resource is declared with a body, even if it is empty
              help: write `Package "a" {}` to declare it, or `Package["a"]` to refer to it
            (policy p {(new File "/etc/motd" {}) (let x (new Package "a" {}))})
        "#]],
    );
}

#[test]
fn brace_on_the_next_line() {
    check(
        r#"component A
{
  File "/a"
  {
    mode = 0o644
  }
}
"#,
        expect![[r#"
            2:1-2:2 MC0134 this `{` belongs at the end of the line above
              1:12 it belongs here
            4:3-4:4 MC0134 this `{` belongs at the end of the line above
              3:12 it belongs here
            (component A {(new File "/a" {(mode = 0o644)})})
        "#]],
    );
}

#[test]
fn misplaced_docs() {
    check(
        r#"let x = 1
//! late
policy p {
  File "/a" {
    /// not here
    mode = 0o644
  }
  /// nothing follows
}
"#,
        expect![[r#"
            2:1-2:9 MC0135 this documentation comment documents nothing
              help: `//!` documents the file and stands at its beginning; write `///` above a declaration
            5:5-5:17 MC0135 this documentation comment documents nothing
              help: write `//` for a plain comment; `///` stands above a declaration, a field, a variant, a `param` or an `out`
            8:3-8:22 MC0135 this documentation comment documents nothing
              help: write `//` for a plain comment; `///` stands above a declaration, a field, a variant, a `param` or an `out`
            (let x 1)
            (policy p {(new File "/a" {(mode = 0o644)})})
        "#]],
    );
}

#[test]
fn words_of_other_languages() {
    check_in_policy(
        r#"if a and b or c { x }
if not a { x } elif b { y }
var x = 3
unless x { y }
File "/a" { restart main }"#,
        expect![[r#"
            2:6-2:9 MC0136 `and` is written `&&` here
            3:4-3:7 MC0136 `not` is written `!` here
            3:16-3:20 MC0136 `elif` is written `else if` here
            4:1-4:4 MC0136 `var` is written `let` here
            5:1-5:7 MC0136 `unless` is written `if !` here
            6:13-6:20 MC0136 `restart` is written `restart on` here
            (policy p {(if <error> {x}) (if <error> {x}) <error> <error> (new File "/a" {(restart = <error>)})})
        "#]],
    );
}

#[test]
fn words_of_other_languages_at_file_level() {
    check(
        r#"def f() {}
class nginx {
  x
}
var x = 3
node web {}
"#,
        expect![[r#"
            1:1-1:4 MC0136 `def` is written `fn` here
            2:1-2:6 MC0136 `class` is written `component` here
            5:1-5:4 MC0136 `var` is written `let` here
            6:1-6:5 MC0136 `node` is written `policy` here
            (error)
            (error)
            (error)
            (error)
        "#]],
    );
}

#[test]
fn missing_values() {
    check_in_policy(
        r#"let x =
let y = 1 +
let z = f(1, )
let
let w: = 3
File "/a" {
  mode =
  owner = "root"
  after
}
x.
let v = x."#,
        expect![[r#"
            2:8 MC0137 a value is missing after `=`
            3:12 MC0137 a value is missing after `+`
            5:4 MC0137 a name is missing after the word `let`
            6:6-6:9 MC0128 `w` gets its value with `=`; `:` introduces a type
              help: write `w = ..`
            8:9 MC0137 a value is missing after `=`
            12:3 MC0137 a name is missing after `.`
            13:11 MC0137 a name is missing after `.`
            (policy p {(let x <error>) (let y <error>) (let z (call f 1)) (error) (let w <error>) (new File "/a" {(mode = <error>) (owner = "root") after}) (error) (let v <error>)})
        "#]],
    );
}

#[test]
fn statements_at_file_level() {
    check(
        r#"File "/a" { mode = 0o644 }
x = 3
if x { y }
let z = 1
"#,
        expect![[r#"
            1:1-1:5 MC0138 `File` cannot stand at file level
              help: put it into a `policy`, which says which hosts it is for
            2:1-2:2 MC0138 `x` cannot stand at file level
              help: a value gets a name with `let`: `let x = ..`
            3:1-3:3 MC0138 the word `if` cannot stand at file level
              help: put it into a `policy`, which says which hosts it is for
            (error)
            (error)
            (error)
            (let z 1)
        "#]],
    );
}

#[test]
fn type_then_equals() {
    check(
        r#"let x: List<Int>= []
let y = 1
"#,
        expect![[r#"
            1:16-1:18 MC0139 `>=` is read as one sign here; the type and `=` need a space between them
              help: write `> =`
            (let x <error>)
            (let y 1)
        "#]],
    );
}

#[test]
fn missing_types() {
    check(
        r#"record R {
  name
  port = 80
}
fn f(a, b: Int) -> Int { a }
fn g(a: Int) { a }
fn h(a: Int) -> { a }
"#,
        expect![[r#"
            2:3-2:7 MC0141 `name` has no type
              help: write `name: String`, or what else it is
            3:3-3:7 MC0141 `port` has no type
              help: write `port: String`, or what else it is
            5:6-5:7 MC0141 `a` has no type
              help: write `a: String`, or what else it is
            6:13 MC0137 the result type is missing after the parameters
              help: a function says what it returns: `-> String`
            7:16 MC0137 a type is missing after `->`
            (record R (name: <error>) (port: <error>))
            (fn f ((a: <error>) (b: Int)) Int {a})
            (fn g ((a: Int)) <error> {a})
            (fn h ((a: Int)) <error> {a})
        "#]],
    );
}

#[test]
fn assignment_without_let() {
    check_in_policy(
        r#"x = 3
let y = x"#,
        expect![[r#"
            2:3-2:4 MC0101 `=` does not fit here; `}` or a new line would
              help: a value gets a name with `let`: `let x = ..`
            (policy p {<error> (let y x)})
        "#]],
    );
}

#[test]
fn error_in_a_string_hole() {
    check_in_policy(
        r#"let x = "a ${b c} d ${} e"
let y = 1"#,
        expect![[r#"
            2:16-2:17 MC0101 `c` does not fit here; `}` would
            (policy p {(let x (string "a " <error> " d " <error> " e")) (let y 1)})
        "#]],
    );
}

#[test]
fn schema_lines() {
    check(
        r#"resource R {
  provider "x"
  key name
  content: Blob? accepts secret, mode: Mode
  claims
  out x String
  effects a.b
}
"#,
        expect![[r#"
            2:15 MC0101 the end of the line comes where `protocol` is needed
            3:7-3:11 MC0141 `name` has no type
              help: write `name: String`, or what else it is
            6:7-6:8 MC0124 a new line or a comma is missing before `x`
              6:6 it belongs here
            (resource R (error) (key (name: <error>)) (attribute (content: Blob?) accepts-secret) (attribute (mode: Mode)) (Claims out) (effects (. a b)))
        "#]],
    );
}

#[test]
fn imports() {
    check(
        r#"import
import a.
import a.{B, c d, E as}
import "x"
import a, b
let x = 1
"#,
        expect![[r#"
            1:7 MC0137 a name is missing after the word `import`
            2:10 MC0137 a name is missing after `.`
            3:16-3:17 MC0124 a new line or a comma is missing before `d`
              3:15 it belongs here
            3:23 MC0137 a name is missing after the word `as`
            4:8-4:11 MC0162 a module is named without quotes
              help: write `import x`
            5:9-5:10 MC0101 `,` does not fit here; a variant, a new line or `.` would
            (error)
            (error)
            (import a {B})
            (error)
            (import a)
            (let x 1)
        "#]],
    );
}

#[test]
fn heads() {
    check_in_policy(
        r#"if { x }
if x
for x y { z }
for in xs { z }
match { .A => 1 }
match x
let y = 1"#,
        expect![[r#"
            2:3 MC0137 a value is missing after the word `if`
            3:5 MC0101 the end of the line comes where `{` is needed
            4:7-4:8 MC0101 `y` does not fit here; a variant, `,` or `in` would
            5:4 MC0137 a name is missing after the word `for`
            6:6 MC0137 a value is missing after the word `match`
            7:8 MC0101 the end of the line comes where `{` is needed
            (policy p {(if <error> {x}) (error) (for x in <error> {z}) (for  in <error> {z}) (match <error> (.A => {1})) (error) (let y 1)})
        "#]],
    );
}

#[test]
fn lambdas() {
    check_in_policy(
        r#"let a = xs.map(|x x)
let b = xs.map(|x|)
let c = xs.map(x => x.name)
let d = xs.map(|| 1)"#,
        expect![[r#"
            2:19-2:20 MC0124 a comma is missing before `x`
              2:18 it belongs here
            3:19-3:20 MC0101 `)` does not fit here; a value would
            4:18-4:20 MC0129 `x` gets its value with `=`, not with `=>`
              help: write `x = ..`; a lambda is written `|x| ..`
            5:16-5:18 MC0101 `||` does not fit here; a value or `)` would
            (policy p {(let a (call (. xs map) <error>)) (let b (call (. xs map) <error>)) (let c (call (. xs map) <error>)) (let d (call (. xs map) <error>))})
        "#]],
    );
}

#[test]
fn cut_in_the_middle() {
    check(
        r#"policy p {
  let x = [1, "a${b"#,
        expect![[r#"
            2:11-2:12 MC0102 this `[` is never closed
              1:10-1:11 this `{` is open too
              help: add `]` where it ends
            2:17-2:19 MC0106 this `${` is not closed before its string ends
              2:20 the string ends here
              help: close it with `}`, or write `\${` for the characters themselves
            (policy p {(let x [1 (string "a" b)])})
        "#]],
    );
}
