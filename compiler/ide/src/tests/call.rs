//! What a call takes, with the parameter that is typed in brackets.

use super::at;
use crate::call_help;
use crate::fixture::Fixture;
use expect_test::{Expect, expect};

fn check(source: &str, expected: Expect) {
    let fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = call_help(&fixture.db, file, offset).map_or_else(String::new, |mut help| {
        if let Some((span, _)) = help.active.and_then(|at| help.params.get(at as usize)) {
            help.label.insert(span.end as usize, ']');
            help.label.insert(span.start as usize, '[');
        }
        format!("{}\n{}", help.label, help.docs)
    });
    expected.assert_eq(&found);
}

const FUNCTION: &str =
    "/// Where.\nfn address(site: String, port: Int = 80, tls: Bool = false) -> String { site }\n";

fn function(line: &str, expected: Expect) {
    check(&format!("{FUNCTION}{line}"), expected);
}

#[test]
fn a_call_that_is_complete() {
    function(
        "let a = address(\"a\", 81$0)\n",
        expect![[r#"
            fn address(site: String, [port: Int = 80], tls: Bool = false) -> String
            Where."#]],
    );
    function(
        "let a = address(\"a\", tls = $0true)\n",
        expect![[r#"
            fn address(site: String, port: Int = 80, [tls: Bool = false]) -> String
            Where."#]],
    );
}

#[test]
fn a_call_that_is_half_typed() {
    let half =
        ["let a = address($0", "let a = [address($0]\n", "policy p {\n  let b = \"${address($0}\"\n}\n"];
    for line in half {
        function(
            line,
            expect![[r#"
                fn address([site: String], port: Int = 80, tls: Bool = false) -> String
                Where."#]],
        );
    }
    function(
        "let a = address(\"a\", [1, 2].len(), $0\n",
        expect![[r#"
            fn address(site: String, port: Int = 80, [tls: Bool = false]) -> String
            Where."#]],
    );
    function(
        "let a = address(\"a\", 1, true, $0)\n",
        expect![[r#"
            fn address(site: String, port: Int = 80, tls: Bool = false) -> String
            Where."#]],
    );
}

#[test]
fn a_method() {
    check(
        "let a = \"a-b\".replace(\"-\", $0)\n",
        expect![[r#"
            replace(part: String, [with: String]) -> String
            With each of the first replaced by the second."#]],
    );
    check(
        "let xs = [\"a\"]\nlet a = xs.join($0\n",
        expect![[r#"
            join([separator: String]) -> String
            The elements in one text, with this between them."#]],
    );
}

#[test]
fn a_template() {
    check(
        &at("template(\"site.mct\", "),
        expect![[r#"
            template(path: String, [site: Site]) -> String
        "#]],
    );
}

#[test]
fn elsewhere_there_is_none() {
    function("let a = (1 + $0)\n", expect![""]);
    function("let a = address(\"a\")$0\n", expect![""]);
    function("let a = address([$0])\n", expect![""]);
    function("let a = unknown($0)\n", expect![""]);
    check("record R { a: Int$0 }\n", expect![""]);
}

#[test]
fn a_function_that_the_language_brings() {
    check(
        "let a = range(1, $0",
        expect![[r#"
            range(from: Int, [to: Int]) -> List<Int>
            Numbers from one to before another."#]],
    );
}
