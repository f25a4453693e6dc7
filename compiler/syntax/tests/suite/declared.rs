//! Snapshots of habits from other languages, in declarations.

use crate::print;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    let parse = mc_syntax::parse(text);
    let actual = print::mistakes(text, &parse.errors) + &print::tree(&parse.file);
    expected.assert_eq(&actual);
}

#[test]
fn heads_of_policies() {
    check(
        r#"policy web on labels.role == .Web { x }
policy web for "web*" { x }
policy "web" { x }
component "Nginx" { x }
policy web { hosts = "all" }
let e = 1
"#,
        expect![[r#"
            1:12-1:14 MC0180 the hosts of a policy are chosen by its `select`
              help: write `select labels.role == .Web` on a line of its block
            2:12-2:15 MC0180 the hosts of a policy are chosen by its `select`
              help: write `select labels.role == .Web` on a line of its block
            3:8-3:13 MC0181 a declaration is named without quotes
              help: write `web`
            4:11-4:18 MC0181 a declaration is named without quotes
              help: write `Nginx`
            5:20-5:21 MC0101 `=` does not fit here; `}` or a new line would
              help: a value gets a name with `let`: `let hosts = ..`
            (policy web {x})
            (policy web {x})
            (policy web {x})
            (component Nginx {x})
            (policy web {<error>})
            (let e 1)
        "#]],
    );
}

#[test]
fn resource_blocks() {
    check(
        r#"resource "file" "/etc/motd" { mode = 0o644 }
resource File "/etc/motd" { mode = 0o644 }
variable "x" { default = 3 }
output "x" { value = 3 }
module "x" { source = "y" }
locals { a = 3 }
data "x" "y" { }
let e = 1
"#,
        expect![[r#"
            1:10-1:16 MC0182 `resource` declares a type, not a thing of it
              help: declare one by its type, in a policy: `File "/etc/motd" { .. }`
            2:15-2:26 MC0182 `resource` declares a type, not a thing of it
              help: declare one by its type, in a policy: `File "/etc/motd" { .. }`
            3:1-3:9 MC0136 `variable` is written `let` here
            4:1-4:7 MC0136 `output` is written `out` here
            5:1-5:7 MC0136 `module` is written `component` here
            6:1-6:7 MC0136 `locals` is written `let` here
            7:1-7:5 MC0136 `data` is written `record` here
            (error)
            (error)
            (error)
            (error)
            (error)
            (error)
            (error)
            (let e 1)
        "#]],
    );
}

#[test]
fn playbooks() {
    check(
        r#"---
- hosts: all
  tasks:
    - name: x
      file:
        path: /etc/motd
        mode: 0644
"#,
        expect![[r#"
            1:1-1:2 MC0183 this is no source of the language
              help: this looks like YAML; `mcc import` reads playbooks
            (error)
        "#]],
    );
}

#[test]
fn arms() {
    check(
        r#"policy p {
  match x {
    .A | .B => 1
    case .C => 2
    case .D: 3
    when .E => 4
    default => 5
    else => 6
    .F if x > 1 { 7 }
    .G && y => 8
    .H(x) => 9
    Some(x) => 10
    1..5 => 11
    "a${b}" => 12
    _: 13
  }
}
"#,
        expect![[r#"
            3:8-3:9 MC0184 an arm has one pattern
              help: write an arm for each, or `x if x in [.A, .B]`
            4:5-4:9 MC0185 an arm begins with its pattern
              help: leave `case` out
            5:5-5:9 MC0185 an arm begins with its pattern
              help: leave `case` out
            5:12-5:13 MC0131 a pattern and its value are joined by `=>`, not by `:`
              help: write `=>`
            6:5-6:9 MC0185 an arm begins with its pattern
              help: leave `when` out
            7:5-7:12 MC0136 `default` is written `_` here
            9:17-9:18 MC0101 `{` does not fit here; `=>` would
            10:8-10:10 MC0101 `&&` does not fit here; `=>` or `{` would
            11:7-11:8 MC0168 the payload of a variant stands in braces
              help: write `.H { field }`
            12:9-12:10 MC0167 `if let` takes a value out with a name and a `=`
              help: what is there is taken out by a plain name: `if let x = ..`
            13:6-13:8 MC0120 `..` is reserved for ranges
              help: write the elements into a list: `[1, 2, 3]`
            14:5-14:6 MC0101 text does not fit here; a pattern or `}` would
            15:6-15:7 MC0131 a pattern and its value are joined by `=>`, not by `:`
              help: write `=>`
            (policy p {(match x (.A => {<error>}) (.C => {2}) (.D => {3}) (.E => {4}) (.F if (Greater x 1) => {<error>}) (.G => {<error>}) (.H => {<error>}) (.Some => {<error>}) (1 => {<error>}) (_ => {13}))})
        "#]],
    );
}

#[test]
fn guards() {
    check(
        r#"guard g {
  deny File f if f.mode == 0o777
  deny File f where f.mode == 0o777
  deny f: File when x
  deny File(f) when x
  deny File { x }
  deny when x
  deny all File
  require approval "dba"
  require approval from
  require "dba"
  approve from "dba"
  message = "x"
  message: "x"
  allow File f when x
  if x { y }
  let x = 3
}
"#,
        expect![[r#"
            2:15-2:17 MC0186 the condition in a guard stands behind `when`
              help: write `when`
            3:15-3:20 MC0186 the condition in a guard stands behind `when`
              help: write `when`
            4:9-4:10 MC0198 a guard is about a resource type and a name for what it finds
              help: write `deny File f when ..`
            5:12-5:13 MC0198 a guard is about a resource type and a name for what it finds
              help: write `deny File f when ..`
            6:13-6:14 MC0198 a guard is about a resource type and a name for what it finds
              help: write `deny File f when ..`
            7:13-7:14 MC0198 a guard is about a resource type and a name for what it finds
              help: write `deny File f when ..`
            8:12-8:16 MC0198 a guard is about a resource type and a name for what it finds
              help: write `deny File f when ..`
            9:3-9:10 MC0187 an approval is required from a role
              help: write `require approval from "dba"`
            10:24 MC0137 a value is missing after `from`
            11:3-11:10 MC0187 an approval is required from a role
              help: write `require approval from "dba"`
            12:3-12:10 MC0101 `approve` does not fit here; a line of a guard or `}` would
            13:11-13:12 MC0188 the value follows its word without a sign
              help: write `message ..`
            14:10-14:11 MC0188 the value follows its word without a sign
              help: write `message ..`
            15:3-15:8 MC0101 `allow` does not fit here; a line of a guard or `}` would
            16:3-16:5 MC0101 the word `if` does not fit here; a line of a guard or `}` would
            17:3-17:6 MC0101 the word `let` does not fit here; a line of a guard or `}` would
            (guard g (deny File f when <error>) (deny File f when <error>) (error) (deny File when <error>) (deny File when <error>) (error) (error) (error) (require-approval <error>) (error) (error) (message <error>) (message <error>) (error) (error) (error))
        "#]],
    );
}

#[test]
fn rollouts() {
    check(
        r#"rollout r {
  policy = web
  policy "web"
  wave canary = 1
  wave canary: 10%
  wave "canary" 10%
  wave 10%
  wave canary 10 %
  canary 1
  wave early 10 percent
  wave early 10% when
  pause = 10m
  pause 10
  health: Service["nginx"]
  budget 2 failures
  budget = 2
  batch 5
}
"#,
        expect![[r#"
            2:10-2:11 MC0188 the value follows its word without a sign
              help: write `policy ..`
            3:10-3:15 MC0181 a declaration is named without quotes
              help: write `web`
            4:15-4:16 MC0188 the value follows its word without a sign
              help: write `wave early 10%`
            5:14-5:15 MC0188 the value follows its word without a sign
              help: write `wave early 10%`
            6:8-6:16 MC0181 a declaration is named without quotes
              help: write `canary`
            7:7 MC0137 a name is missing after `wave`
              help: write `wave early 10%`
            8:18-8:19 MC0101 `%` does not fit here; `}`, a new line or a number would
            9:3-9:9 MC0101 `canary` does not fit here; a line of a rollout or `}` would
            10:17-10:24 MC0124 a new line or a comma is missing before `percent`
              10:16 it belongs here
            11:22 MC0137 a value is missing after `when`
            12:9-12:10 MC0188 the value follows its word without a sign
              help: write `pause ..`
            14:9-14:10 MC0188 the value follows its word without a sign
              help: write `health ..`
            15:12-15:20 MC0124 a new line or a comma is missing before `failures`
              15:11 it belongs here
            16:10-16:11 MC0188 the value follows its word without a sign
              help: write `budget ..`
            17:3-17:8 MC0101 `batch` does not fit here; a line of a rollout or `}` would
            (rollout r (error) (policy web) (wave canary) (wave canary) (wave canary 10%) (error) (wave canary 10) (error) (wave early 10) (wave early 10%) (pause <error>) (pause 10) (health <error>) (error) (error) (error))
        "#]],
    );
}

#[test]
fn tests() {
    check(
        r#"test web_works {
  given facts: debian12
  given facts debian12
  given x == 3
  assert x
  expect x == 3, "msg"
  expect fails MC0404
  expect fails plan(web)
  expect_fails { x }
  expect x fails
  for f in fixtures { expect f }
  if x { expect y }
  p = plan(web)
  let p: plan(web)
}
test("x") { }
test "a" + "b" { }
test { }
let e = 1
"#,
        expect![[r#"
            1:6-1:15 MC0189 the name of a test stands in quotes
              help: write `test "web works"`
            2:14-2:15 MC0128 `facts` gets its value with `=`; `:` introduces a type
              help: write `facts = ..`
            3:15-3:23 MC0142 `=` is missing between `facts` and its value
              help: write `facts = debian12`
            4:11-4:13 MC0170 `==` compares, and a value is given with `=`
              help: write `=`
            5:3-5:9 MC0136 `assert` is written `expect` here
            6:16-6:17 MC0173 an `expect` takes no message
              help: leave it out: one that fails shows the value of each part
            7:22 MC0101 the end of the line comes where `{` or text in quotes is needed
            8:16-8:20 MC0199 what has to fail is the block behind `expect fails`
              help: write `expect fails { plan(web) }`
            9:3-9:15 MC0199 what has to fail is the block behind `expect fails`
              help: write `expect fails { plan(web) }`
            10:12-10:17 MC0199 what has to fail is the block behind `expect fails`
              help: write `expect fails { plan(web) }`
            11:3-11:6 MC0101 the word `for` does not fit here; a line of a test or `}` would
            12:3-12:5 MC0101 the word `if` does not fit here; a line of a test or `}` would
            13:3-13:4 MC0101 `p` does not fit here; a line of a test or `}` would
              help: a value gets a name with `let`: `let p = ..`
            14:8-14:9 MC0128 `p` gets its value with `=`; `:` introduces a type
              help: write `p = ..`
            16:5-16:6 MC0101 `(` does not fit here; a name or text in quotes would
            17:10-17:11 MC0101 `+` does not fit here; `{` would
            18:6-18:7 MC0189 the name of a test stands in quotes
              help: write `test "what holds" { .. }`
            (test "web_works" (given facts = <error>) (given facts = <error>) (given x = <error>) (error) (expect <error>) (error) (expect <error>) (error) (expect <error>) (error) (error) (error) (let p <error>))
            (test "" )
            (test "a" )
            (test "" )
            (let e 1)
        "#]],
    );
}

#[test]
fn facts() {
    check(
        r#"fact a = command ["x"]
fact b: T = command ["x"]
fact c: T from ["x"]
fact d: T from "x"
fact e: T from exec ["x"]
fact f: T from command "x --y" json
fact g: T { command = ["x"] }
fact h from command ["x"]
fact i: T
fact j: T from command
fact k: T from command ["x"] as
fact l: T from command ["x"] timeout
let z = 1
"#,
        expect![[r#"
            1:6-1:7 MC0141 `a` has no type
              help: write `a: String`, or what else it is
            2:11-2:12 MC0190 a fact says where a host finds it
              help: write `from command ["program", "argument"]` or `from file "/path"`, and `as json` behind it
            3:16-3:17 MC0190 a fact says where a host finds it
              help: write `from command ["program", "argument"]` or `from file "/path"`, and `as json` behind it
            4:16-4:19 MC0190 a fact says where a host finds it
              help: write `from command ["program", "argument"]` or `from file "/path"`, and `as json` behind it
            5:16-5:20 MC0190 a fact says where a host finds it
              help: write `from command ["program", "argument"]` or `from file "/path"`, and `as json` behind it
            6:32-6:36 MC0190 a fact says where a host finds it
              help: write `as json`
            7:11-7:12 MC0190 a fact says where a host finds it
              help: write `from command ["program", "argument"]` or `from file "/path"`, and `as json` behind it
            8:6-8:7 MC0141 `h` has no type
              help: write `h: String`, or what else it is
            9:10 MC0190 a fact says where a host finds it
              help: write `from command ["program", "argument"]` or `from file "/path"`, and `as json` behind it
            10:23 MC0137 a value is missing after `command`
            11:32 MC0137 a name is missing after the word `as`
            12:30-12:37 MC0124 a new line is missing before `timeout`
              12:29 it belongs here
            (fact a: <error> from (error))
            (fact b: T from (error))
            (fact c: T from (error))
            (fact d: T from (error))
            (fact e: T from (error))
            (fact f: T from command "x --y")
            (fact g: T from (error))
            (fact h: <error> from (error))
            (fact i: T from (error))
            (fact j: T from (error))
            (fact k: T from command ["x"])
            (fact l: T from command ["x"])
            (let z 1)
        "#]],
    );
}

#[test]
fn operators() {
    check(
        r#"policy p {
  let x = a | upper
  let y = a & b
  let z = a ^ b
  let w = a ** 2
  let v = a++
  a += 1
  let u = a === b
  let t = a <> b
  let s = !(a !== b)
  let r = a?.[0]
  let q = a!
  let o = a is none
  let n = a not in b
  let m = a as Int
  let l = (Int) a
  let k = $x
  let j = ${x}
  let i = "a" "b"
  let h = a // b
  let g = a ?: b
  let f = a or b
  let e = xs[1:3]
  let d = xs[1, 2]
  let c = *xs
  let b = &x
}
"#,
        expect![[r#"
            2:13-2:14 MC0191 this is no operator of the language
              help: a function is called with a dot behind its value: `name.upper()`; "or" is `||`
            3:13-3:14 MC0115 `&` has no meaning here
              help: `&&` is the word for "and"
            4:13-4:14 MC0115 `^` has no meaning here
            5:13-5:15 MC0191 this is no operator of the language
              help: there is no power operator: multiply
            6:13-6:14 MC0192 a value never changes
              help: give the new value a name of its own with `let`
            8:13-8:16 MC0191 this is no operator of the language
              help: write `==`
            9:13-9:15 MC0191 this is no operator of the language
              help: write `!=`
            10:15-10:18 MC0191 this is no operator of the language
              help: write `!=`
            11:14-11:15 MC0101 `[` does not fit here; a name would
            12:12-12:13 MC0191 this is no operator of the language
              help: what may be absent is taken with `?? ..` or `if let x = ..`
            13:13-13:15 MC0136 `is` is written `==` here
            14:13-14:16 MC0191 this is no operator of the language
              help: write `!(a in b)` for what is not in
            15:13-15:15 MC0191 this is no operator of the language
              help: a value is converted by its type: `Port(x)`
            16:17-16:18 MC0124 a new line or a comma is missing before `a`
              16:16 it belongs here
            17:11-17:12 MC0115 `$` has no meaning here
              help: `${..}` puts a value into a string; a name alone needs no `$`
            18:11-18:12 MC0115 `$` has no meaning here
              help: `${..}` puts a value into a string; a name alone needs no `$`
            19:15-19:18 MC0124 a new line or a comma is missing before the text "b"
              19:14 it belongs here
            21:13-21:14 MC0191 this is no operator of the language
              help: write `??`, which takes the right value where the left is absent
            22:13-22:15 MC0136 `or` is written `||` here
            23:15-23:16 MC0101 `:` does not fit here; `]` would
            24:15-24:16 MC0101 `,` does not fit here; `]` would
            25:11-25:12 MC0101 `*` does not fit here; a value would
            26:11-26:12 MC0115 `&` has no meaning here
              help: `&&` is the word for "and"
            (policy p {(let x <error>) (let y <error>) (let z <error>) (let w <error>) (let v <error>) (let u <error>) (let t <error>) (let s (Not (paren <error>))) (let r <error>) (let q <error>) (let o <error>) (let n <error>) (let m <error>) (let l (paren Int)) (let k <error>) (let j <error>) (let i "a") (let h a) (let g <error>) (let f <error>) (let e (index xs <error>)) (let d (index xs <error>)) (let c <error>) (let b <error>)})
        "#]],
    );
}

#[test]
fn statements() {
    check(
        r#"policy p {
  prune File limit 3
  prune [File] limit = 3
  prune File, Cron
  prune [File] max 3
  prune ["File"]
  defaults { owner = "root" }
  defaults File = { owner = "root" }
  defaults "File" { }
  defaults File "x" { owner = "root" }
  after = base
  after: base
  const x = 3
  const param x = 3
  const fn f() {}
  let const x = 3
  param x = 3
  param x
  select = x
  select: x
  check x else
  let (a, b = c
  let [a, b] = c
  let {a, b} = c
  let a, b = c
}
"#,
        expect![[r#"
            2:9-2:13 MC0193 `prune` takes a list of resource types
              help: write `prune [File, Cron]`, and `limit 20` behind it
            3:22-3:23 MC0188 the value follows its word without a sign
              help: write `limit 20`
            4:9-4:13 MC0193 `prune` takes a list of resource types
              help: write `prune [File, Cron]`, and `limit 20` behind it
            5:16-5:19 MC0124 a new line or a comma is missing before `max`
              5:15 it belongs here
            6:10-6:16 MC0193 `prune` takes a list of resource types
              help: write `prune [File, Cron]`, and `limit 20` behind it
            7:12-7:13 MC0194 `defaults` takes one resource type and a body
              help: write `defaults File { owner = "root" }`
            8:17-8:18 MC0194 `defaults` takes one resource type and a body
              help: write `defaults File { owner = "root" }`
            9:12-9:18 MC0194 `defaults` takes one resource type and a body
              help: write `defaults File { owner = "root" }`
            10:17-10:20 MC0194 `defaults` takes one resource type and a body
              help: write `defaults File { owner = "root" }`
            11:9-11:10 MC0188 the value follows its word without a sign
              help: write `after ..`
            12:8-12:9 MC0188 the value follows its word without a sign
              help: write `after ..`
            13:9-13:10 MC0195 `const` stands in front of `let` or `param`
              help: write `const let x = ..`
            14:15-14:16 MC0141 `x` has no type
              help: write `x: String`, or what else it is
            15:9-15:11 MC0195 `const` stands in front of `let` or `param`
              help: write `const let x = ..`
            16:13-16:14 MC0195 `const` stands in front of `let` or `param`
              help: write `const let x = ..`
            17:9-17:10 MC0141 `x` has no type
              help: write `x: String`, or what else it is
            18:9-18:10 MC0141 `x` has no type
              help: write `x: String`, or what else it is
            19:10-19:11 MC0188 the value follows its word without a sign
              help: write `select ..`
            20:9-20:10 MC0188 the value follows its word without a sign
              help: write `select ..`
            21:15 MC0137 a value is missing after the word `else`
            22:7-22:8 MC0102 this `(` is never closed
              help: add `)` where it ends
            23:7-23:8 MC0196 what takes a tuple apart stands in parentheses
              help: write `let (a, b) = ..` for a tuple, `let Site { port, .. } = ..` for a record
            24:7-24:8 MC0196 what takes a tuple apart stands in parentheses
              help: write `let (a, b) = ..` for a tuple, `let Site { port, .. } = ..` for a record
            25:8-25:9 MC0196 what takes a tuple apart stands in parentheses
              help: write `let (a, b) = ..`
            (policy p {(error) (prune [File] limit <error>) (error) Cron (prune [File]) (prune []) <error> (error) (error) (error) <error> <error> (error) (param (const x: <error>)) (error) (let const <error>) (param (x: <error>)) (param (x: <error>)) <error> <error> (check x <error>) (let (a b) <error>) (error) (error) (let a <error>)})
        "#]],
    );
}
