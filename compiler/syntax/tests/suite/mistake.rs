//! Snapshots of mistakes: the message, and the tree that was saved.

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
fn missing_separator_in_a_body() {
    check_in_policy(
        r#"File "/a" { mode = 0o644 owner = "root" }"#,
        expect![[r#"
            2:26-2:31 MC0124 a new line or a comma is missing before `owner`
              2:25 it belongs here
            (policy p {(new File "/a" {(mode = 0o644) (owner = "root")})})
        "#]],
    );
}

#[test]
fn missing_comma_in_a_list() {
    check_in_policy(
        r#"let x = [1 2]
let y = 3"#,
        expect![[r#"
            2:12-2:13 MC0124 a comma is missing before the number `2`
              2:11 it belongs here
            (policy p {(let x [1 2]) (let y 3)})
        "#]],
    );
}

#[test]
fn missing_comma_in_arguments() {
    check_in_policy(
        r#"let x = f(a b)
let y = 3"#,
        expect![[r#"
            2:13-2:14 MC0124 a comma is missing before `b`
              2:12 it belongs here
            (policy p {(let x (call f a b)) (let y 3)})
        "#]],
    );
}

#[test]
fn two_statements_on_a_line() {
    check_in_policy(
        r#"let x = 1 let y = 2"#,
        expect![[r#"
            2:11-2:14 MC0124 a new line or a comma is missing before the word `let`
              2:10 it belongs here
            (policy p {(let x 1) (let y 2)})
        "#]],
    );
}

#[test]
fn unclosed_brace_at_the_end() {
    check(
        r#"component A {
  File "/a" {
    mode = 0o644
"#,
        expect![[r#"
            2:13-2:14 MC0102 this `{` is never closed
              1:13-1:14 this `{` is open too
              help: add `}` where it ends
            (component A {(new File "/a" {(mode = 0o644)})})
        "#]],
    );
}

#[test]
fn unclosed_brace_before_a_declaration() {
    check(
        r#"component A {
  File "/a" {
    mode = 0o644
  }

component B {
  let x = 1
}
"#,
        expect![[r#"
            1:13-1:14 MC0102 this `{` is never closed
              help: add `}` where it ends
            (component A {(new File "/a" {(mode = 0o644)})})
            (component B {(let x 1)})
        "#]],
    );
}

#[test]
fn unclosed_brace_by_indentation() {
    check(
        r#"component A {
  File "/a" {
    mode = 0o644
  Directory "/d" {
  }
}
component B {}
"#,
        expect![[r#"
            2:13-2:14 MC0102 this `{` is never closed
              help: add `}` where it ends
            (component A {(new File "/a" {(mode = 0o644)}) (new Directory "/d" {})})
            (component B {})
        "#]],
    );
}

#[test]
fn unclosed_parenthesis() {
    check_in_policy(
        r#"let x = f(1, 2
let y = 3"#,
        expect![[r#"
            2:10-2:11 MC0102 this `(` is never closed
              help: add `)` where it ends
            (policy p {(let x (call f 1 2)) (let y 3)})
        "#]],
    );
}

#[test]
fn unclosed_list() {
    check_in_policy(
        r#"let x = [1, 2
let y = 3"#,
        expect![[r#"
            2:9-2:10 MC0102 this `[` is never closed
              help: add `]` where it ends
            (policy p {(let x [1 2]) (let y 3)})
        "#]],
    );
}

#[test]
fn stray_closer() {
    check(
        r#"let x = 1)
let y = 2
}
let z = 3
"#,
        expect![[r#"
            1:10-1:11 MC0103 this `)` closes nothing
            3:1-3:2 MC0103 this `}` closes nothing
            (let x 1)
            (let y 2)
            (let z 3)
        "#]],
    );
}

#[test]
fn wrong_closer() {
    check_in_policy(
        r#"let x = [1, 2)
let y = 3"#,
        expect![[r#"
            2:14-2:15 MC0104 this `)` stands where a `]` has to close
              2:9-2:10 this `[` is open
            (policy p {(let x [1 2]) (let y 3)})
        "#]],
    );
}

#[test]
fn unterminated_string() {
    check_in_policy(
        r#"let x = "abc
let y = 3"#,
        expect![[r#"
            2:9-2:10 MC0105 this string has no closing quote on its line
              2:13 the line ends here
              help: close it with `"`; text of several lines stands between `"""` and `"""`
            (policy p {(let x "abc") (let y 3)})
        "#]],
    );
}

#[test]
fn unterminated_raw_string() {
    check_in_policy(
        r#"let x = r"abc
let y = 3"#,
        expect![[r#"
            2:9-2:11 MC0105 this string has no closing quote on its line
              2:14 the line ends here
              help: close it with `"`; text of several lines stands between `"""` and `"""`
            (policy p {(let x "abc") (let y 3)})
        "#]],
    );
}

#[test]
fn unterminated_block() {
    check(
        r#"let x = """
  abc
let y = 3
"#,
        expect![[r#"
            1:9-1:12 MC0105 this text block is never closed
              help: close it with `"""`
            (let x "  abc\nlet y = 3\n")
        "#]],
    );
}

#[test]
fn unclosed_hole() {
    check_in_policy(
        r#"let x = "a ${b c"
let y = "a ${f("
let z = 3"#,
        expect![[r#"
            2:12-2:14 MC0106 this `${` is not closed before its string ends
              2:17 the string ends here
              help: close it with `}`, or write `\${` for the characters themselves
            3:12-3:14 MC0106 this `${` is not closed before its string ends
              3:16 the string ends here
              help: close it with `}`, or write `\${` for the characters themselves
            (policy p {(let x (string "a " <error>)) (let y (string "a " (call f ))) (let z 3)})
        "#]],
    );
}

#[test]
fn unclosed_hole_in_a_block() {
    check_in_policy(
        r#"let x = """
  a ${b
  c
  """
let y = 3"#,
        expect![[r#"
            3:5-3:7 MC0106 this `${` is not closed before its string ends
              3:8 the string ends here
              help: close it with `}`, or write `\${` for the characters themselves
            (policy p {(let x (string "a " b "\nc\n")) (let y 3)})
        "#]],
    );
}

#[test]
fn bad_escapes() {
    check_in_policy(
        r#"let x = "C:\dir\u{110000} \u41 \'"
let y = 3"#,
        expect![[r#"
            2:12-2:14 MC0107 `\d` is no escape that a string knows
              help: the escapes are `\n`, `\t`, `\r`, `\0`, `\\`, `\"`, `\$` and `\u{..}`; write `\\` for a backslash, or put the text into `r".."`
            2:16-2:26 MC0107 `\u{110000}` is no escape that a string knows
              help: a character by its number is one to six hexadecimal digits: `\u{e9}`
            2:27-2:29 MC0107 `\u` is no escape that a string knows
              help: a character by its number is one to six hexadecimal digits: `\u{e9}`
            2:32-2:34 MC0107 `\'` is no escape that a string knows
              help: `'` needs no backslash
            (policy p {(let x "C:ir 41 '") (let y 3)})
        "#]],
    );
}

#[test]
fn numbers() {
    check_in_policy(
        r#"let a = 99999999999999999999
let b = 30h1d
let c = 5GB3
let d = 0o999
let e = 0o77777
let f = 5min
let g = 5mb
let h = 0644
let i = 1.5e400
let j = 1.5h
let k = 300000d
let l = 99999999999GB
let m = 0x1F
let n = 0o
let o = 1h1h"#,
        expect![[r#"
            2:9-2:29 MC0108 `99999999999999999999` is too large: the largest number is 9_223_372_036_854_775_807
            3:9-3:14 MC0109 `30h1d` is no duration: its parts go from large to small, each once
              help: for example `1h30m`
            4:9-4:13 MC0110 `5GB3` is no size: a size is one number with one unit
            5:9-5:14 MC0111 `9` is no octal digit, so `0o999` is no mode
            6:9-6:16 MC0111 `0o77777` is no mode: a mode is one to four octal digits
              help: `0o644`: read and write for the owner, read for all others
            7:9-7:13 MC0112 `min` is no unit of time or size
              help: perhaps `m`?
            8:9-8:12 MC0112 `mb` is no unit of time or size
              help: perhaps `MB`?
            9:9-9:13 MC0113 `0644` begins with a zero, which could mean two numbers
              help: write `0o644` for a mode, or `644` for a number
            10:9-10:16 MC0108 `1.5e400` is too large: the largest number with a fraction is about 1.8e308
            11:9-11:13 MC0114 `1.5h` has a fraction where a whole number is needed
              help: use the smaller unit: `90m` for one and a half hours, `1536MiB` for 1.5 GiB
            12:9-12:16 MC0108 `300000d` is too large: the longest duration is about 292 years
            13:9-13:22 MC0108 `99999999999GB` is too large: the largest size is 16 EiB
            14:9-14:13 MC0112 `x` is no unit of time or size
              help: time has w, d, h, m, s, ms, us and ns; size has B, kB, MB, GB, TB, KiB, MiB, GiB and TiB
            15:9-15:11 MC0111 `0o` is no mode: a mode is one to four octal digits
              help: `0o644`: read and write for the owner, read for all others
            16:9-16:13 MC0109 `1h1h` is no duration: its parts go from large to small, each once
              help: for example `1h30m`
            (policy p {(let a <error>) (let b <error>) (let c <error>) (let d <error>) (let e <error>) (let f <error>) (let g <error>) (let h <error>) (let i <error>) (let j <error>) (let k <error>) (let l <error>) (let m <error>) (let n <error>) (let o <error>)})
        "#]],
    );
}

#[test]
fn a_unit_stands_at_its_number() {
    check_in_policy(
        r#"let a = 5 MiB
File "/a" { size = 1 GiB, timeout 30 s }
if b < 2 h { c }"#,
        expect![[r#"
            2:9-2:14 MC0110 `5 MiB` is no size: a size is one number with one unit
              help: write `5MiB`: nothing stands between a number and its unit
            3:20-3:25 MC0110 `1 GiB` is no size: a size is one number with one unit
              help: write `1GiB`: nothing stands between a number and its unit
            3:35-3:39 MC0109 `30 s` is no duration: its parts go from large to small, each once
              help: write `30s`: nothing stands between a number and its unit
            4:8-4:11 MC0109 `2 h` is no duration: its parts go from large to small, each once
              help: write `2h`: nothing stands between a number and its unit
            (policy p {(let a <error>) (new File "/a" {(size = <error>) (Timeout <error>)}) (if <error> {c})})
        "#]],
    );
}

#[test]
fn bad_characters() {
    check_in_policy(
        r#"let x = @@ 3
let y = été
let z = a & b
let w = $name"#,
        expect![[r#"
            2:9-2:11 MC0115 `@@` has no meaning here
              help: there are no annotations and no exported resources
            3:9-3:14 MC0115 `été` has no meaning here
              help: names are written with the letters a to z, digits and `_`; any other text needs quotes
            4:11-4:12 MC0115 `&` has no meaning here
              help: `&&` is the word for "and"
            5:9-5:10 MC0115 `$` has no meaning here
              help: `${..}` puts a value into a string; a name alone needs no `$`
            (policy p {(let x <error>) (let y <error>) (let z <error>) (let w <error>)})
        "#]],
    );
}

#[test]
fn single_quotes() {
    check_in_policy(
        r#"let x = 'abc'
let y = don't"#,
        expect![[r#"
            2:9-2:14 MC0116 text stands in double quotes, not in single ones
              help: write `"abc"`
            3:12-3:14 MC0115 `'t` has no meaning here
            (policy p {(let x "abc") (let y <error>)})
        "#]],
    );
}

#[test]
fn hash_comments() {
    check(
        r#"# first
# second
let x = 1 # third
"#,
        expect![[r#"
            1:1-1:8 MC0117 a comment begins with `//`, not with `#`
              help: write `// first`
            (let x 1)
        "#]],
    );
}

#[test]
fn semicolons() {
    check_in_policy(
        r#"let x = 1;
let y = 2; let z = 3;"#,
        expect![[r#"
            2:10-2:11 MC0118 `;` is not used: a new line or a comma ends an item
              help: leave it out
            (policy p {(let x 1) (let y 2) (let z 3)})
        "#]],
    );
}

#[test]
fn block_comments() {
    check(
        "let x = /* a */ 1\n/* b\n c */ let y = 2\nlet z = /* d\nlet w = 3\n",
        expect![[r#"
            1:9-1:16 MC0117 a comment begins with `//`, not with `/*`
              help: write `//` on each line
            2:1-3:6 MC0117 a comment begins with `//`, not with `/*`
              help: write `//` on each line
            4:8 MC0137 a value is missing after `=`
            4:9-4:13 MC0117 a comment begins with `//`, not with `/*`
              help: write `//` on each line
            (let x 1)
            (let y 2)
            (let z <error>)
            (let w 3)
        "#]],
    );
}

/// Each code has an example that has this mistake and no other.
#[test]
fn every_code() {
    let deep = format!("let x = {}1{}", "(".repeat(300), ")".repeat(300));
    let many = "let x = = 1\n".repeat(500);
    let mut examples = vec![("MC0126", deep.as_str()), ("MC0143", many.as_str())];
    examples.extend([
        ("MC0101", r#"policy p { = }"#),
        ("MC0102", r#"policy p {"#),
        ("MC0103", r#"let x = 1 }"#),
        ("MC0104", r#"let x = [1)"#),
        ("MC0105", r#"let x = "a"#),
        ("MC0106", r#"let x = "${a"#),
        ("MC0107", r#"let x = "\q""#),
        ("MC0108", r#"let x = 9223372036854775808"#),
        ("MC0109", r#"let x = 1m1h"#),
        ("MC0110", r#"let x = 1MB1"#),
        ("MC0111", r#"let x = 0o8"#),
        ("MC0112", r#"let x = 5min"#),
        ("MC0113", r#"let x = 007"#),
        ("MC0114", r#"let x = 0.5h"#),
        ("MC0115", r#"let x = ~1"#),
        ("MC0116", r#"let x = 'a'"#),
        ("MC0117", r#"# x"#),
        ("MC0118", r#"let x = 1;"#),
        ("MC0119", r#"let fn = 1"#),
        ("MC0120", r#"let x = [1..2]"#),
        ("MC0121", r#"record r {}"#),
        ("MC0122", r#"let X = 1"#),
        ("MC0123", r#"let x = 1 < 2 < 3"#),
        ("MC0124", r#"let x = [1 2]"#),
        ("MC0125", r#"policy p { notify x }"#),
        ("MC0128", r#"policy p { F "k" { a: 1 } }"#),
        ("MC0129", r#"policy p { F "k" { a => 1 } }"#),
        ("MC0130", r#"policy p { if a = 1 {} }"#),
        ("MC0131", r#"policy p { match a { .A: 1 } }"#),
        ("MC0132", r#"policy p { F k {} }"#),
        ("MC0133", r#"policy p { F "k" }"#),
        (
            "MC0134",
            r#"policy p
{}"#,
        ),
        ("MC0135", "policy p { /// x\n}"),
        ("MC0136", r#"let x = a and b"#),
        ("MC0137", r#"let x ="#),
        ("MC0138", r#"F "k" {}"#),
        ("MC0139", r#"let x: L<T>= 1"#),
        ("MC0140", r#"policy p { F { "k": a = 1 } }"#),
        ("MC0141", r#"record R { a }"#),
        ("MC0142", r#"policy p { F "k" { a 1 } }"#),
        ("MC0144", r#"let (a, b) = x"#),
        ("MC0145", r#"let x = (1,)"#),
        ("MC0146", r#"rollout r { wave all 200% }"#),
        ("MC0147", r#"test "a ${b}" {}"#),
        ("MC0148", r#"fact f: T from file "/f" as xml"#),
        ("MC0149", r#"rollout r { wave a 1 2 }"#),
        ("MC0150", r#"policy p { if a with { b = 1 } { c } }"#),
        ("MC0157", r#"let a = { b: 1 }"#),
        ("MC0158", r#"let a = b.c(lambda x: x)"#),
        ("MC0159", r#"fn double(n: Int) -> Int = n * 2"#),
        ("MC0160", r#"fn double(n: Int): Int { n * 2 }"#),
        ("MC0161", r#"import a.*"#),
        ("MC0162", r#"import "std/fs""#),
        ("MC0163", r#"import a.B as C"#),
        ("MC0164", r#"type Port = Int, it > 0"#),
        ("MC0165", r#"type Site = { port: Int }"#),
        ("MC0166", r#"record R { a: B | C }"#),
        ("MC0167", r#"policy p { if let a { b } }"#),
        ("MC0168", r#"policy p { match a { .B(c) => d } }"#),
        ("MC0169", r#"let port = true ? 443 : 80"#),
        ("MC0170", r#"let port == 80"#),
        ("MC0171", r#"policy p { F "k" { default a = 1 } }"#),
        ("MC0172", r#"record R { a: Int, check a > 0 }"#),
        ("MC0173", r#"test "one" { expect 1 == 1, "one is one" }"#),
        ("MC0174", r#"let a = b with c = 1"#),
        (
            "MC0175",
            r#"let a = [1]
let b = [..a, 2]"#,
        ),
        ("MC0176", r#"let ports: List[Int] = [80]"#),
        ("MC0177", r#"let ports: [Int] = [80]"#),
        (
            "MC0178",
            r#"fn same(n: Int) -> Int { n }

let port = same<Int>(80)"#,
        ),
        ("MC0179", r#"component Web(port: Int) {}"#),
        ("MC0180", r#"policy base for "web" {}"#),
        ("MC0181", r#"policy "base" {}"#),
        ("MC0182", r#"resource "file" "/etc/motd" {}"#),
        (
            "MC0183",
            r#"- hosts: all
  tasks:
    - name: greet"#,
        ),
        ("MC0184", r#"policy p { match a { .B | .C => d } }"#),
        ("MC0185", r#"policy p { match a { case .B => c } }"#),
        ("MC0186", r#"guard g { deny File f if f.path == "/" }"#),
        ("MC0187", r#"guard g { require "dba" }"#),
        (
            "MC0188",
            r#"policy base {
  select = true
}"#,
        ),
        ("MC0189", r#"test greets_users {}"#),
        ("MC0190", r#"fact site: String from "/etc/site""#),
        ("MC0191", r#"let same = 1 === 1"#),
        (
            "MC0192",
            r#"policy base {
  let mut port = 80
}"#,
        ),
        (
            "MC0193",
            r#"import std.fs.File

policy base { prune File }"#,
        ),
        ("MC0194", r#"policy base { defaults { owner = "root" } }"#),
        ("MC0195", r#"policy base { const port = 80 }"#),
        ("MC0196", r#"policy base { let a, b = 1 }"#),
        ("MC0197", r#"let a = [b for b in c where d]"#),
        ("MC0198", r#"guard g { deny File(f) }"#),
        ("MC0199", r#"test "t" { expect fails plan(base) }"#),
    ]);
    for (code, text) in [
        ("MC0151", "${a"),
        ("MC0152", "%{ if a }"),
        ("MC0153", "%{ end }"),
        ("MC0154", "%{ match a }b%{ case _ }%{ end }"),
        ("MC0155", "a%{ param b: T }"),
        ("MC0156", "%{ foo }"),
    ] {
        let errors = mc_syntax::parse_template(text).errors;
        let codes: Vec<_> = errors.iter().map(|error| error.kind.code()).collect();
        assert_eq!(codes, [code], "{text:?}: {errors:?}");
        examples.push((code, "%{"));
    }
    for (code, text) in &examples {
        if *text == "%{" {
            continue;
        }
        let errors = mc_syntax::parse(text).errors;
        if *code == "MC0143" {
            assert_eq!(errors.last().map(|error| error.kind.code()), Some(*code));
            continue;
        }
        let codes: Vec<_> = errors.iter().map(|error| error.kind.code()).collect();
        assert_eq!(codes, [*code], "{text:?}: {errors:?}");
    }
    // A text of 4 GiB is no example for a test.
    let mut codes: Vec<_> = examples.iter().map(|(code, _)| *code).chain(["MC0127"]).collect();
    codes.sort_unstable();
    assert_eq!(codes, mc_syntax::SyntaxErrorKind::CODES);
}

#[test]
fn a_condition_behind_the_type_of_a_field_or_parameter() {
    check(
        "record Worker { port: Int where 1 <= it && it <= 65535, queue: String = \"x\" }\n",
        expect![[r#"
            1:27-1:32 MC0101 the word `where` does not fit here; `=`, `}` or a new line would
              help: only the declaration of a `type` has a condition: write `type Port = Int where it > 0` there and `Port` here
            (record Worker (port: <error>) (queue: String = "x"))
        "#]],
    );
    check(
        "component A {\n  param port: Int where it > 0\n  let x = 1\n}\n",
        expect![[r#"
        2:19-2:24 MC0101 the word `where` does not fit here; `=`, `}` or a new line would
          help: only the declaration of a `type` has a condition: write `type Port = Int where it > 0` there and `Port` here
        (component A {(param (port: <error>)) (let x 1)})
    "#]],
    );
    check(
        "fn f(port: Int where it > 0) -> Int { port }\n",
        expect![[r#"
        1:16-1:21 MC0101 the word `where` does not fit here; `=`, `)` or `,` would
          help: only the declaration of a `type` has a condition: write `type Port = Int where it > 0` there and `Port` here
        (fn f ((port: <error>)) Int {port})
    "#]],
    );
}
