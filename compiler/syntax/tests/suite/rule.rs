//! The rules of the grammar, one by one: each is shown by the tree that it gives, or by its message.

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
fn upper_and_lower_names_are_different_tokens() {
    check_in_policy(
        "a.B\na.b\nA.b\nA.B\n.B\nA.f(x)\na.f(x)\na.B(x)",
        expect![[r#"
        (policy p {a.B (. a b) (. A b) A.B .B (call (. A f) x) (call (. a f) x) (convert a.B x)})
    "#]],
    );
}

#[test]
fn a_newline_ends_an_item_that_can_end() {
    check_in_policy(
        "let a = b\n  + c\nlet d = -1\nlet e = f\n  .g\n  ?.h\n  with { i = 1 }\n  in j\n-k\nlet l = [\n  m\n  , n\n]\n\
         let o = q(\n  r\n)",
        expect![[r#"
            (policy p {(let a (Add b c)) (let d (Negate 1)) (let e (In (with (?. (. f g) h) {(i = 1)}) j)) (Negate k) (let l [m n]) (let o (call q r))})
        "#]],
    );
    check_in_policy(
        "if a { b }\nelse if c { d }\nelse { e }",
        expect![[r#"
        (policy p {(if a {b} else (if c {d} else {e}))})
    "#]],
    );
    check_in_policy(
        "File \"k\" {\n  retry 2\n    every 5s\n  every = 3\n}",
        expect![[r#"
            (policy p {(new File "k" {(Retry 2 every 5000000000ns) (every = 3)})})
        "#]],
    );
    check(
        "type Port = Int\n  where it > 0\nlet a = 1",
        expect![[r#"
        (type Port Int where (Greater it 0))
        (let a 1)
    "#]],
    );
}

#[test]
fn a_comma_ends_an_item_in_braces() {
    check(
        "record R { a: T, b: U, }\npolicy p { let a = 1, let b = 2, f(a, b) }\nguard g { deny A, deny B }",
        expect![[r#"
            (record R (a: T) (b: U))
            (policy p {(let a 1) (let b 2) (call f a b)})
            (guard g (deny A) (deny B))
        "#]],
    );
}

#[test]
fn commas_of_types_and_patterns_end_nothing() {
    check(
        "record R { a: Map<K, List<(A, B)>>, b: (A, B) -> C, c: Map<A, B>? = d, e: T }\n\
         policy p { let a: Map<K, V> = b, let c = d }\n\
         component C { param a: Map<K, V>, param f: (A, B) -> C }",
        expect![[r#"
            (record R (a: Map<K List<(A B)>>) (b: ((A B) -> C)) (c: Map<A B>? = d) (e: T))
            (policy p {(let a: Map<K V> b) (let c d)})
            (component C {(param (a: Map<K V>)) (param (f: ((A B) -> C)))})
        "#]],
    );
    check_in_policy(
        "for a, b in c { d }, for (a, b) in c { d }, xs.map(|a, b| a), let (a, b) = c",
        expect![[r#"
            (policy p {(for a b in c {d}) (for (a b) in c {d}) (call (. xs map) (lambda |a b| {a})) (let (a b) c)})
        "#]],
    );
}

#[test]
fn a_greater_sign_at_the_end_of_a_line_closes_a_type() {
    check(
        "let a: List<Int>\n  = b\nrecord R {\n  a: List<Int>\n  b: T\n}",
        expect![[r#"
            1:17 MC0137 a value is missing after `>`
            2:3-2:4 MC0138 `=` cannot stand at file level
              help: a file holds `import`, `let`, `fn`, `type`, `record`, `enum`, `labels`, `resource`, `component`, `policy`, `guard`, `rollout`, `fact` and `test`
            (let a <error>)
            (error)
            (record R (a: List<Int>) (b: T))
        "#]],
    );
    check_in_policy(
        "let a = b\n  > c",
        expect![[r#"
        (policy p {(let a (Greater b c))})
    "#]],
    );
}

#[test]
fn a_brace_begins_no_expression() {
    check_in_policy(
        "let a = [\"k\" => 1], let b = [1, 2], let c = [], let d = A { e = 1 }",
        expect![[r#"
        (policy p {(let a ["k" => 1]) (let b [1 2]) (let c []) (let d (new A {(e = 1)}))})
    "#]],
    );
    check_in_policy(
        "match a { .B => { c }, .D => E { f } }\nlet g = |h| { i }\nif j { k } else { l }",
        expect![[r#"
            (policy p {(match a (.B => {c}) (.D => {(new E {f})})) (let g (lambda |h| {i})) (if j {k} else {l})})
        "#]],
    );
}

#[test]
fn the_first_brace_of_a_head_is_its_block() {
    check_in_policy(
        "if a == B { c }\nif let .D { e } = f { g }\nfor H { i } in j { k }\nmatch l { _ => m }",
        expect![[r#"
            (policy p {(if (Equal a B) {c}) (if let .D {e} = f {g}) (for H {i} in j {k}) (match l (_ => {m}))})
        "#]],
    );
    check_in_policy(
        "if a == (B { c = 1 }) { d }\nfor e in (f with { g = 1 }).h { i }",
        expect![[r#"
        (policy p {(if (Equal a (paren (new B {(c = 1)}))) {d}) (for e in (. (paren (with f {(g = 1)})) h) {i})})
    "#]],
    );
}

#[test]
fn a_title_stands_between_a_path_and_a_brace() {
    check_in_policy(
        "A \"t\" {}\nA (t) {}\na.A \"${t}\" { b }\nA (t)\nA[\"t\"]\nA {}",
        expect![[r#"
        (policy p {(new A "t" {}) (new A (paren t) {}) (new a.A (string t) {b}) (convert A t) (ref A "t") (new A {})})
    "#]],
    );
}

#[test]
fn control_is_a_whole_expression() {
    check_in_policy(
        "let a = if b { 1 } else { 2 }\nlet c = 1 + (if b { 1 } else { 2 })\nlet d = |e| if e { 1 } else { 2 }",
        expect![[r#"
            (policy p {(let a (if b {1} else {2})) (let c (Add 1 (paren (if b {1} else {2})))) (let d (lambda |e| {(if e {1} else {2})}))})
        "#]],
    );
    check_in_policy(
        "let a = 1 + if b { 1 } else { 2 }\nlet c = 1",
        expect![[r#"
            2:13-2:15 MC0101 the word `if` does not fit here; a value would
              help: inside of an operation it stands in parentheses: `(if ..)`
            (policy p {(let a <error>) (let c 1)})
        "#]],
    );
}

#[test]
fn a_check_takes_an_operator_expression() {
    check_in_policy(
        "check a && b else if c { \"d\" } else { \"e\" }\ncheck (if a { b } else { c }) else \"d\"",
        expect![[r#"
            (policy p {(check (And a b) (if c {"d"} else {"e"})) (check (paren (if a {b} else {c})) "d")})
        "#]],
    );
}

#[test]
fn clause_words_are_names_elsewhere() {
    check_in_policy(
        "File \"k\" {\n  timeout 3s\n  timeout = 3s\n  tags [a], tags = b, approval \"c\", approval = d\n  skip when e\n  \
         skip = f\n  a = x.timeout + x.tags\n  skip\n  when when\n}\nlet timeout = tags\nlet skip = approval\nlet g = x.after",
        expect![[r#"
            (policy p {(new File "k" {(Timeout 3000000000ns) (timeout = 3000000000ns) (Tags [a]) (tags = b) (Approval "c") (approval = d) (SkipWhen e) (skip = f) (a = (Add (. x timeout) (. x tags))) skip (When when)}) (let timeout tags) (let skip approval) (let g (. x after))})
        "#]],
    );
}

#[test]
fn words_of_declarations_are_names_elsewhere() {
    check(
        "record R { guard: T, test: T, append: T, merge: T, check: T, limit: T, given: T }\n\
         fn wave(pause: T, budget: T, from: T, command: T, file: T, deny: T, on: T, message: T, expect: T) -> T {\n  \
         let given = guard, let rollout = fact.check\n  file(from).limit }\n\
         guard deny { on File message when on(message), deny File when a }\n\
         rollout wave { policy policy, wave wave 1 when wave, pause pause, health health, budget 1 }\n\
         test \"t\" { given given = expect, expect given, let fails = 1, expect fails }",
        expect![[r#"
            (record R (guard: T) (test: T) (append: T) (merge: T) (check: T) (limit: T) (given: T))
            (fn wave ((pause: T) (budget: T) (from: T) (command: T) (file: T) (deny: T) (on: T) (message: T) (expect: T)) T {(let given guard) (let rollout (. fact check)) (. (call file from) limit)})
            (guard deny (on File message when (call on message)) (deny File when a))
            (rollout wave (policy policy) (wave wave 1 when wave) (pause pause) (health health) (budget 1))
            (test "t" (given given = expect) (expect given) (let fails 1) (expect fails))
        "#]],
    );
}

#[test]
fn words_that_begin_statements_name_no_variable() {
    for word in ["after", "select", "check", "defaults", "prune", "param", "out"] {
        let errors = mc_syntax::parse(&format!("policy p {{ let {word} = 1 }}\n")).errors;
        let codes: Vec<_> = errors.iter().map(|error| error.kind.code()).collect();
        assert_eq!(codes, ["MC0119"], "{word}");
    }
}

#[test]
fn comparisons_do_not_chain() {
    check_in_policy(
        "let a = 1 <= b && b <= 9\nlet c = 1 <= d <= 9\nlet e = (a == b) == c",
        expect![[r#"
        3:16-3:18 MC0123 comparisons cannot be chained
          3:11-3:13 the first comparison
          help: join two comparisons with `&&`: `1 <= port && port <= 9`
        (policy p {(let a (And (LessEqual 1 b) (LessEqual b 9))) (let c (LessEqual (LessEqual 1 d) 9)) (let e (Equal (paren (Equal a b)) c))})
    "#]],
    );
}

#[test]
fn two_greater_signs_are_two_tokens() {
    check(
        "let a: List<List<Int>> = b\nlet c: Map<A, List<B>>? = d",
        expect![[r#"
        (let a: List<List<Int>> b)
        (let c: Map<A List<B>>? d)
    "#]],
    );
    check(
        "let a: List<List<Int>>= b",
        expect![[r#"
        1:22-1:24 MC0139 `>=` is read as one sign here; the type and `=` need a space between them
          help: write `> =`
        (let a <error>)
    "#]],
    );
}

#[test]
fn where_stands_behind_a_type_only() {
    check(
        "type A = Int where it > 0 && it in [1, 2]\nlet it = 1\nlet b = [c for c in d where e]",
        expect![[r#"
            3:23-3:28 MC0197 a comprehension chooses its elements with `if`
              help: write `if`
            (type A Int where (And (Greater it 0) (In it [1 2])))
            (let it 1)
            (let b [c for c in <error>])
        "#]],
    );
}

#[test]
fn braces_in_strings_close_their_holes() {
    check(
        r#"let a = "b ${c.map(|d| { "e ${f} }" })} ${ A { g = "${h}" } } \${i}""#,
        expect![[r#"
        (let a (string "b " (call (. c map) (lambda |d| {(string "e " f " }")})) " " (new A {(g = (string h))}) " ${i}"))
    "#]],
    );
}

#[test]
fn arguments_are_positional_then_named() {
    check(
        "let a = f(1, b = 2, c = |d| d)",
        expect![[r#"
        (let a (call f 1 b=2 c=(lambda |d| {d})))
    "#]],
    );
}

#[test]
fn if_let_takes_a_value_out() {
    check_in_policy(
        "if let a = b { c }\nif let .D { e } = f { g } else { h }\nif let (a, _) = b { c }",
        expect![[r#"
            (policy p {(if let a = b {c}) (if let .D {e} = f {g} else {h}) (if let (a _) = b {c})})
        "#]],
    );
}

#[test]
fn numbers_behind_a_dot_are_places_in_tuples() {
    check(
        "let a = b.0.1.c(2).3\nlet d = e?.0 ?? 1.5\nlet f = 1.g\nlet h = 2.5.i",
        expect![[r#"
        (let a (. (call (. (. (. b 0) 1) c) 2) 3))
        (let d (Coalesce (?. e 0) 1.5))
        (let f (. 1 g))
        (let h (. 2.5 i))
    "#]],
    );
}

#[test]
fn literals_in_patterns_may_be_negative() {
    check_in_policy(
        "match a { -1 => b, -1.5 => c, -9223372036854775808 => d, -90s => e }",
        expect![[r#"
        (policy p {(match a ((Negate 1) => {b}) ((Negate 1.5) => {c}) (-9223372036854775808 => {d}) ((Negate 90000000000ns) => {e}))})
    "#]],
    );
}

#[test]
fn the_smallest_integer() {
    check(
        "let a = -9223372036854775808\nlet b = [-9223372036854775808, 1 + -9223372036854775808]",
        expect![[r#"
            (let a -9223372036854775808)
            (let b [-9223372036854775808 (Add 1 -9223372036854775808)])
        "#]],
    );
    check(
        "let a = 9223372036854775808\nlet b = c - 9223372036854775808\nlet d = -9223372036854775808.e()",
        expect![[r#"
            1:9-1:28 MC0108 `9223372036854775808` is too large: the largest number is 9_223_372_036_854_775_807
            2:13-2:32 MC0108 `9223372036854775808` is too large: the largest number is 9_223_372_036_854_775_807
            3:10-3:29 MC0108 `9223372036854775808` is too large: the largest number is 9_223_372_036_854_775_807
            (let a <error>)
            (let b (Subtract c <error>))
            (let d (Negate (call (. <error> e) )))
        "#]],
    );
    check(
        "let a = --9223372036854775808\nlet b = -9223372036854775809",
        expect![[r#"
        2:10-2:29 MC0108 `9223372036854775809` is too large: the largest number is 9_223_372_036_854_775_807
        (let a (Negate -9223372036854775808))
        (let b (Negate <error>))
    "#]],
    );
}

#[test]
fn lambdas_with_blocks() {
    check(
        "let a = b(|c| { let d = c, d }, |e| e)\nlet f = |g| |h| { g }\nlet i = |(j, .K { l })| j",
        expect![[r#"
            (let a (call b (lambda |c| {(let d c) d}) (lambda |e| {e})))
            (let f (lambda |g| {(lambda |h| {g})}))
            (let i (lambda |(j .K {l})| {j}))
        "#]],
    );
}

#[test]
fn tuples_and_parentheses() {
    check(
        "let a = (1, 2)\nlet b = (1)\nlet c = ((1, 2), 3,)\nlet d: (A) = e\nlet f: (A, B) = g",
        expect![[r#"
            (let a (1 2))
            (let b (paren 1))
            (let c ((1 2) 3))
            (let d: A e)
            (let f: (A B) g)
        "#]],
    );
    check(
        "let a = ()\nlet b = (1,)\nlet c = 1",
        expect![[r#"
        1:10 MC0137 a value is missing after `(`
        2:11-2:12 MC0145 a tuple has two elements or more
          help: leave the comma out: one value needs no tuple
        (let a <error>)
        (let b (paren 1))
        (let c 1)
    "#]],
    );
}

#[test]
fn functions_as_types() {
    check(
        "fn f(g: (A) -> B?, h: ((A) -> B)?) -> (A, B) -> C { g }",
        expect![[r#"
        (fn f ((g: ((A) -> B?)) (h: ((A) -> B)?)) ((A B) -> C) {g})
    "#]],
    );
}

#[test]
fn lists_sets_and_maps_share_brackets() {
    check(
        "let a = [\n  \"b\" => 1,\n  \"c\" => 2,\n]\nlet d = [e => f for e, f in g if e]\nlet h = [[1], [\"i\" => []]]",
        expect![[r#"
            (let a ["b" => 1 "c" => 2])
            (let d [e => f for e f in g if e])
            (let h [[1] ["i" => []]])
        "#]],
    );
}

#[test]
fn a_with_goes_deep() {
    check(
        "let a = b with {\n  c.d.e = 1\n  f = g with { h = 2 }, i = 3\n}",
        expect![[r#"
        (let a (with b {(c.d.e = 1) (f = (with g {(h = 2)})) (i = 3)}))
    "#]],
    );
}
