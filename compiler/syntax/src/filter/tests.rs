//! What the filter makes of tokens.

use super::*;
use expect_test::{Expect, expect};

/// The filtered tokens: separators as `;`, head braces as `{|`, words of the grammar in angle brackets.
fn check(text: &str, expected: Expect) {
    let mut lexed = crate::lexer::lex(text);
    crate::bracket::balance(text, &mut lexed.lexemes, &mut Vec::new(), &mut lexed.errors);
    let stop = Cell::new(false);
    let mut filter = Filter::new(text, &lexed.lexemes, &stop);
    let mut out: Vec<String> = filter
        .by_ref()
        .map(|(start, token, end)| {
            let text = text.get(start as usize..end as usize).unwrap_or("");
            match token {
                Token::Sep => ";".to_owned(),
                Token::HeadBrace => "{|".to_owned(),
                token if token > Token::HeadBrace => format!("<{text}>"),
                _ => text.to_owned(),
            }
        })
        .collect();
    out.extend(filter.errors.iter().map(|error| format!("[{}]", error.kind.code())));
    expected.assert_eq(&out.join(" "));
}

#[test]
fn a_newline_ends_what_can_end() {
    check("let a = 1\nlet b = 2\n\n\nlet c = 3\n", expect!["let a = 1 ; let b = 2 ; let c = 3"]);
    check("let a =\n  1 +\n  2\nlet b = 2", expect!["let a = 1 + 2 ; let b = 2"]);
    check(
        "let a: List<Int>\nlet b: T?\nlet c = 2",
        expect!["let a : List < Int > ; let b : T ? ; let c = 2"],
    );
}

#[test]
fn a_newline_before_what_continues_ends_nothing() {
    check("let a = x\n  .b\n  ?.c\n  + 1\n  && y\n  in z", expect!["let a = x . b ?. c + 1 && y in z"]);
    check("fn f() -> T { a\n -1\n .Off\n }", expect!["fn f ( ) -> T { a ; - 1 ; .Off }"]);
    check("policy p { if a { b }\n else { c } }", expect!["<policy> p { if a {| b } else { c } }"]);
}

#[test]
fn brackets_hide_newlines() {
    check("let a = [\n1,\n2,\n]\nlet b = f(\n1\n)", expect!["let a = [ 1 , 2 , ] ; let b = f ( 1 )"]);
}

#[test]
fn commas_end_items_in_braces() {
    check("record R { a: T, b: T,\n c: T,\n }", expect!["record R { a : T ; b : T ; c : T }"]);
    check("policy p {\n\n a\n\n\n b\n }", expect!["<policy> p { a ; b }"]);
}

#[test]
fn commas_of_loops_lambdas_and_schemas_end_nothing() {
    check(
        "policy p { for i, x in xs { }\n let f = |a, b| a\n x }",
        expect!["<policy> p { for i , x in xs {| } ; let f = | a , b | a ; x }"],
    );
    check(
        "resource R {\n after A[x],\n B[y]\n claims a, b\n c: T, d: U }",
        expect!["<resource> R { <after> A [ x ] , B [ y ] ; <claims> a , b ; c : T ; d : U }"],
    );
}

#[test]
fn heads_have_their_own_brace() {
    check(
        "policy p { if a == (B { c = 1 }) { d } }",
        expect!["<policy> p { if a == ( B { c = 1 } ) {| d } }"],
    );
    check(
        "policy p { if let .A { b, .. } = c { d } }",
        expect!["<policy> p { if let .A { b ; .. } = c {| d } }"],
    );
    check("policy p { for .A { b } in c { d } }", expect!["<policy> p { for .A { b } in c {| d } }"]);
    check(
        "policy p { match x {\n .A { y } => { z }\n .B => B { y = 1 } } }",
        expect!["<policy> p { match x {| .A { y } => { z } ; .B => B { y = 1 } } }"],
    );
    check("policy p { if a { b } else if c { d } }", expect!["<policy> p { if a {| b } else if c {| d } }"]);
}

#[test]
fn clause_words_are_words_only_at_the_beginning_of_a_body_item() {
    check(
        "policy p { F \"k\" { timeout 3s\n timeout = 3s\n timeout\n x = timeout, after [a]\n y = a.after\n } }",
        expect![[
            r#"<policy> p { F "k" { <timeout> 3s ; timeout = 3s ; <timeout> x = timeout ; <after> [ a ] ; y = a . after } }"#
        ]],
    );
    check(
        "policy p { F \"k\" { restart on a, reload on b\n restart = 1, retry 2 every 5s, every = 1 } }",
        expect![[
            r#"<policy> p { F "k" { <restart on> a ; <reload on> b ; restart = 1 ; <retry> 2 <every> 5s ; every = 1 } }"#
        ]],
    );
    check(
        "policy p { let timeout = 1\n timeout\n notify }",
        expect!["<policy> p { let timeout = 1 ; timeout ; notify }"],
    );
}

#[test]
fn words_of_declarations_are_names_elsewhere() {
    check(
        "pub component C { param policy: T\n out labels: T = component\n select x }",
        expect!["pub <component> C { <param> policy : T ; <out> labels : T = component ; <select> x }"],
    );
    check(
        "resource R {\n provider \"p\" protocol 1\n local key key: T\n provider: T\n early out out: T\n read out read: T\n read: T\n union key: T? accepts secret\n}",
        expect![[
            r#"<resource> R { <provider> "p" <protocol> 1 ; <local> <key> key : T ; provider : T ; <early> <out> out : T ; <read> <out> read : T ; read : T ; <union> key : T ? <accepts secret> }"#
        ]],
    );
}

#[test]
fn an_incomplete_line_does_not_take_the_next() {
    check(
        "policy p {\n let a =\n let b = 1 +\n let c = 2 }",
        expect!["<policy> p { let a = ; let b = 1 + ; let c = 2 }"],
    );
    check("policy p { F \"k\" {\n a =\n b = 1 } }", expect![[r#"<policy> p { F "k" { a = ; b = 1 } }"#]]);
    check("record R {\n a:\n b: T }", expect!["record R { a : ; b : T }"]);
}

#[test]
fn forgotten_separators_are_put_in() {
    check("let a = [1 2\n3]", expect!["let a = [ 1  2  3 ] [MC0124] [MC0124]"]);
    check(
        "policy p { F \"k\" { a = 1 b = 2 } }",
        expect![[r#"<policy> p { F "k" { a = 1 ; b = 2 } } [MC0124]"#]],
    );
    check("record R { a: T b: T }", expect!["record R { a : T ; b : T } [MC0124]"]);
    check("let a = [A \"k\" {}, a.B {}]", expect![[r#"let a = [ A "k" { } , a .B { } ]"#]]);
}

#[test]
fn slips_are_reported_and_read() {
    check("let a = 1;\nlet b = 2; let c = 3;", expect!["let a = 1 ; let b = 2 ; let c = 3 ; [MC0118]"]);
    check("component A\n{\n}", expect!["<component> A { } [MC0134]"]);
}
