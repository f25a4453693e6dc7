//! Templates: trees, line ends, and mistakes.

use crate::print;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    let parse = mc_syntax::parse_template(text);
    let actual = print::mistakes(text, &parse.errors) + &print::template(&parse.template);
    expected.assert_eq(&actual);
}

/// Every form.
pub(crate) const NGINX: &str = include_str!("nginx.mct");

#[test]
fn every_form() {
    check(
        NGINX,
        expect![[r##"
        ((workers: Int) (sites: List<Site> = []))
        "# Written by a machine.\nworker_processes " workers ";\nevents {}\nhttp {\n  log_format main '$remote_addr 100%% ${not_a_hole}';\n" (for i site in (call (. sites indexed) ) {"  server {\n    server_name " (. site name) ";" (if (Equal i 0) {" # first"}) "\n\n" (if let .Managed {cert ..} = (. site tls) {"    ssl_certificate " cert ";\n"} (And (Equal (. site port) 443) (Not (. site plain))) {"    listen 443;\n"} else {"    listen " (Coalesce (. site port) 80) ";\n"}) (match (. site kind) (.Static => {"    root " (call (. (. site root) join) "/") ";\n"}) (.Proxy {upstream ..} if (NotEqual upstream (string )) => {"    proxy_pass " upstream ";\n"}) (_ => {"    return 404;\n"})) "  }\n"}) "}\n"
    "##]],
    );
}

#[test]
fn plain_text() {
    check(
        "",
        expect![[r#"
        ()

    "#]],
    );
    check(
        "a\nb\n",
        expect![[r#"
        ()
        "a\nb\n"
    "#]],
    );
    check(
        "$a $ % {b} \\n 100% $$ %% \\${x}",
        expect![[r#"
        ()
        "$a $ % {b} \\n 100% $$ %% \\" x
    "#]],
    );
    check(
        "$${a} %%{ if } $$${b} a\r\nb\r",
        expect![[r#"
        ()
        "${a} %{ if } $${b} a\nb\r"
    "#]],
    );
}

#[test]
fn a_line_of_tags_disappears() {
    check(
        "a\n  %{ if b }\nc\n  %{ end }\nd\n",
        expect![[r#"
        ()
        "a\n" (if b {"c\n"}) "d\n"
    "#]],
    );
    check(
        "%{ if b }\nc\n%{ end }",
        expect![[r#"
        ()
        (if b {"c\n"})
    "#]],
    );
    check(
        "a\n%{ for b in c } \t\n  ${b}\n%{ end }\n\nd",
        expect![[r#"
        ()
        "a\n" (for b in c {"  " b "\n"}) "\nd"
    "#]],
    );
    check(
        "%{ match a } %{ case .B }\nb\n%{ case _ }\nc\n%{ end } %{ if d }\nd\r\n%{ end }\r\ne",
        expect![[r#"
            ()
            (match a (.B => {"b\n"}) (_ => {"c\n"})) (if d {"d\n"}) "e"
        "#]],
    );
}

#[test]
fn a_tag_beside_text_keeps_its_line() {
    check(
        "a %{ if b }\nc\n%{ end } d\n${e} %{ if f }\ng\n%{ end }\n",
        expect![[r#"
        ()
        "a " (if b {"\nc\n"}) " d\n" e " " (if f {"\ng\n"})
    "#]],
    );
    check(
        "a%{ if b } c%{ else } d%{ end }\n",
        expect![[r#"
        ()
        "a" (if b {" c"} else {" d"}) "\n"
    "#]],
    );
}

#[test]
fn code_in_holes_and_tags() {
    check(
        r#"${ if a { "}" } else { "${b}" } }%{ if c == Foo { d = [1, 2] } && x in ["}", "\""] }e%{ end }"#,
        expect![[r#"
            ()
            (if a {"}"} else {(string b)}) (if (And (Equal c (new Foo {(d = [1 2])})) (In x ["}" "\""])) {"e"})
        "#]],
    );
    check(
        "%{ param a: Map<String, List<Int>> = [] }\n%{ for i, (k, v) in a.indexed() }${k}%{ end }",
        expect![[r#"
            ((a: Map<String List<Int>> = []))
            (for i (k v) in (call (. a indexed) ) {k})
        "#]],
    );
    check(
        "%{ match a }%{ case .B { c, .. } if c > 1 }b%{ case Site { name } }c%{ case -1 }%{ end }",
        expect![[r#"
            ()
            (match a (.B {c ..} if (Greater c 1) => {"b"}) (Site {name} => {"c"}) ((Negate 1) => {}))
        "#]],
    );
}

#[test]
fn forgotten_braces() {
    check(
        "a ${b\n%{ if c\nd\n%{ end }\n${ \"x }\n${e}\n",
        expect![[r#"
        1:3-1:5 MC0151 this `${` is not closed on its line
          1:6 the line ends here
          help: close it with `}`, or write `$${` for the characters themselves
        2:1-2:3 MC0151 this `%{` is not closed on its line
          2:8 the line ends here
          help: close it with `}`, or write `%%{` for the characters themselves
        5:1-5:3 MC0151 this `${` is not closed on its line
          5:8 the line ends here
          help: close it with `}`, or write `$${` for the characters themselves
        ()
        "a " b "\n" (if c {"d\n"}) "x }" "\n" e "\n"
    "#]],
    );
    check(
        "${a(b}\n%{ for x in [1, 2 }\n%{ end }\n${a)}\n",
        expect![[r#"
        1:4-1:5 MC0102 this `(` is never closed
          help: add `)` where it ends
        2:13-2:14 MC0102 this `[` is never closed
          help: add `]` where it ends
        4:4-4:5 MC0103 this `)` closes nothing
        ()
        (call a b) "\n" (for x in [1 2] {}) a "\n"
    "#]],
    );
}

#[test]
fn forgotten_ends() {
    check(
        "%{ if a }\nb\n%{ for c in d }\ne\n",
        expect![[r#"
        1:1-1:10 MC0152 this `%{ if }` has no `%{ end }`
          help: write `%{ end }` where it ends
        3:1-3:16 MC0152 this `%{ for }` has no `%{ end }`
          help: write `%{ end }` where it ends
        ()
        (if a {"b\n" (for c in d {"e\n"})})
    "#]],
    );
    check(
        "a\n%{ end }\n%{ else }\n%{ case b }\n",
        expect![[r#"
        2:1-2:9 MC0153 this `%{ end }` belongs to nothing
        3:1-3:10 MC0153 this `%{ else }` belongs to nothing
        4:1-4:12 MC0153 this `%{ case }` belongs to nothing
          help: a case belongs to a `%{ match .. }`
        ()
        "a\n"
    "#]],
    );
    check(
        "%{ if a }%{ else }%{ else }%{ case b }%{ end }",
        expect![[r#"
        1:19-1:28 MC0153 this `%{ else }` belongs to nothing
          1:1-1:10 this `%{ if }` is open here
          help: an `else` belongs to a `%{ if .. }`, and is its last part
        1:28-1:39 MC0153 this `%{ case }` belongs to nothing
          1:1-1:10 this `%{ if }` is open here
          help: a case belongs to a `%{ match .. }`
        ()
        (if a {} else {})
    "#]],
    );
    check(
        "%{ match a }\nb\n%{ case c }\nd\n%{ end }\n%{ match a }%{ else }%{ end }",
        expect![[r#"
        2:1-2:2 MC0154 this text belongs to no case
          help: put it in front of the `%{ match .. }`, or behind a `%{ case .. }`
        6:13-6:22 MC0153 this `%{ else }` belongs to nothing
          6:1-6:13 this `%{ match }` is open here
          help: an `else` belongs to a `%{ if .. }`, and is its last part
        ()
        (match a (c => {"d\n"})) (match a )
    "#]],
    );
}

#[test]
fn parameters_come_first() {
    check(
        "%{ param a: Int }\n%{ param b: T = 3 }\n\nc\n%{ param d: Int }\n",
        expect![[r#"
        5:1-5:18 MC0155 the parameters of a template stand at its beginning
          help: move it above the first line of text
        ((a: Int) (b: T = 3) (d: Int))
        "\nc\n"
    "#]],
    );
}

#[test]
fn mistakes_in_tags() {
    check(
        "%{ if }a%{ end }\n%{ for in x }b%{ end }\n%{ for x }b%{ end }\n%{ match }%{ case }c%{ end }\n",
        expect![[r#"
            1:6 MC0137 a value is missing after the word `if`
            2:7 MC0137 a name is missing after the word `for`
            3:10-3:11 MC0101 `}` does not fit here; `,` or `in` would
            4:9 MC0137 a value is missing after the word `match`
            4:18 MC0137 a value is missing after `case`
            ()
            (if <error> {"a"}) "\n" (for  in <error> {"b"}) "\n" (for  in <error> {"b"}) "\n" (match <error> (<error> => {"c"})) "\n"
        "#]],
    );
    check(
        "%{ if a }%{ elif b }%{ endif }\n%{ if a b }c%{ end }\n%{ if a = b }c%{ end }\n%{ param x }\n%{ foo }\n%{ }\n${ }\n",
        expect![[r#"
            1:13-1:17 MC0156 no tag begins with `elif`
              help: write `%{ else if .. }`
            1:24-1:29 MC0156 no tag begins with `endif`
              help: write `%{ end }`
            2:9-2:10 MC0101 `b` does not fit here; `=` or `}` would
            3:9-3:10 MC0130 `=` does not compare; `==` does
              help: write `==`
            4:10-4:11 MC0141 `x` has no type
              help: write `x: String`, or what else it is
            5:4-5:7 MC0156 no tag begins with `foo`
              help: a tag is `param x: T`, `if c`, `else`, `for x in xs`, `match x`, `case p` or `end`; a value is written `${..}`
            6:4-6:5 MC0137 a word is missing after `%{`
            7:4-7:5 MC0101 `}` does not fit here; a value would
            ()
            (if a {<error>}) (if a {"c"}) "\n" (if (Equal a b) {"c"}) "\n" <error> <error> <error> <error> "\n"
        "#]],
    );
}
