//! Snapshots of trees.

use crate::print;
use expect_test::{Expect, expect};
use mc_syntax::ast::{Expr, ItemKind};

fn check(text: &str, expected: Expect) {
    let parse = mc_syntax::parse(text);
    let actual = print::tree(&parse.file) + &print::mistakes(text, &parse.errors);
    expected.assert_eq(&actual);
}

/// `text` as the value of a `let`.
fn check_value(text: &str, expected: Expect) {
    let text = format!("let x = {text}\n");
    let parse = mc_syntax::parse(&text);
    let value = |value: &Expr| print::expr(value);
    let actual = match parse.file.items.as_slice() {
        [item] => match &item.kind {
            ItemKind::Let(node) => value(&node.value),
            other => format!("{other:?}"),
        },
        other => format!("{other:?}"),
    };
    expected.assert_eq(&(actual + &print::mistakes(&text, &parse.errors)));
}

#[test]
fn every_form() {
    check(
        crate::corpus::WEB,
        expect![[r#"
        //! "The web tier: every form of the language.\nTwo lines of it."
        (import std.fs {Directory File as Datei})
        (import std.pkg {Package})
        (import site)
        (enum Role (Web ) (Db ))
        (enum Env /// "Where things break." (Dev ) (Staging ) (Production ))
        (labels (role: Role) (env: Env = .Dev))
        (enum Tls (Off ) (Managed (cert: AbsPath) (key: String)))
        /// "One virtual host." pub (record Site (name: HostName) /// "Where it is." (root: AbsPath = (string "/srv/www/" name)) (port: Int = 80) (tls: Tls = .Off) (aliases: List<List<site.Alias?>>))
        (let limit: Size 10000000000B)
        (let all [1000 0o644 5400000000000ns 536870912B true none (Negate 3) "\\d+ ${x}" "a\tb$é"])
        (fn listen ((site: Site) (extra: String = (string ))) String {(match (. site tls) (.Off => {(string "listen " (. site port) ";" extra)}) (.Managed {cert=c ..} => {(let x c) (string "listen " (. site port) " ssl " x ";")}) (Tls.Old => {(string )}) (3 => {"three"}) ("s" => {(string )}) (_ => {(string )}) (other => {(call fail (string "no " other))}))})
        /// "An nginx that serves `sites`." (component Nginx {/// "The sites." (param /// "The sites." (sites: List<Site>)) (param (workers: Int = (. (. facts cpu) count))) (let nginx (new Package "nginx" {})) (let main (new File "/etc/nginx/nginx.conf" {(content = (string "worker_processes " workers ";\n  events {}\n\nuser \"www\";\n")) (validate = ["nginx" "-t" "-c" (string (. self staged))]) (timeout = 3)})) (for i site in (call (. sites indexed) ) {(new Directory (paren (. site root)) {(mode = 0o755)}) (new File (string "/etc/nginx/sites-enabled/" (. site name) ".conf") {(content = (string "server { " (call listen site extra=(string "x" i)) " root " (. site root) "; }\n")) (Notify service) (When (Or (And (NotEqual (. site port) 80) (Less i 10)) false)) (Before (ref File "/etc/x")) (ReloadOn [main (ref Datei (. site root))])}) (if let .Managed {key ..} = (. site tls) {(new File (string "/etc/nginx/" (. site name) ".key") {(content = key) (mode = 0o600)})} else (if (And (Equal (. site port) 80) (Not (paren (In (. site name) ["a" "b"])))) {(new Tls.Managed {(cert = "/x") key})} else {none}))}) (let service (new Service "nginx" {(running = true) (enabled = true) (RestartOn main) (After nginx) (Timeout 90000000000ns) (Retry 2 every 5000000000ns)})) (let names (call (. (call (. sites map) (lambda |s| {(. s name)})) filter) (lambda |a _| {(NotEqual a (string ))}))) (out url: String (string "http://" (. facts fqdn) ":" (Coalesce (?. (call (. sites first) ) port) 80) "/" (index names 0)))})
        (policy web {(select (And (Equal (. labels role) .Web) (In (. labels env) [.Staging .Production]))) (let sites: List<Site> (call load "sites.toml")) (match (. (. facts os) family) (.Debian => {(new Nginx "blue" {sites})}) (.RedHat => {(new nginx.Nginx {sites (workers = (Subtract (Remainder (Multiply 2 (paren (Add 1 3))) 4) (Divide 1 2)))})}) (x => {(convert AbsPath (string "/a/" x))}))})
    "#]],
    );
}

#[test]
fn schema() {
    check(
        include_str!("../../../../stdlib/src/std/exec.mc"),
        expect![[r#"
        //! "Commands."
        /// "A command that runs when there is something to do, and says how to tell.\n\nWithout `creates` it runs only when it is refreshed (`notify`): a command that runs each time\nwould make every run a change." pub (resource Command (provider core.command 1) (local key /// "A name for reports, unique in its instance." (name: String)) (attribute /// "Program and arguments. No shell is involved; the program is looked up in a fixed, safe path." (argv: List<String>)) (attribute /// "Runs when this path does not exist." (creates: AbsPath?)) (attribute /// "Where it runs. Not set: `/`." (cwd: AbsPath?)) (attribute /// "Who runs it. Not set: the agent's user." (user: UserName?)) (out /// "What it wrote to its standard output; empty when it did not run." (stdout: String)) (out /// "Its exit status; 0 when it did not run." (status: Int)) (Writes creates) (after (ref Directory cwd) (ref User user) (ref Directory (. creates parent))) (effects (call (. exec run) argv)))
    "#]],
    );
}

#[test]
fn precedence() {
    check_value("1 + 2 * 3 - 4", expect!["(Subtract (Add 1 (Multiply 2 3)) 4)"]);
    check_value(
        "a || b && c == d + e ?? f ?? g",
        expect!["(Or a (And b (Equal c (Coalesce (Add d e) (Coalesce f g)))))"],
    );
    check_value("!a.b && -c(d) in e[0]", expect!["(And (Not (. a b)) (In (Negate (call c d)) (index e 0)))"]);
    check_value("a - -b", expect!["(Subtract a (Negate b))"]);
    check_value("(a == b) == c", expect!["(Equal (paren (Equal a b)) c)"]);
    check_value("a?.b.c ?? d % 2 / 3", expect!["(Coalesce (. (?. a b) c) (Divide (Remainder d 2) 3))"]);
    check_value("if a { b } else if c { d } else { e }", expect!["(if a {b} else (if c {d} else {e}))"]);
    check_value("|a| |b| a + b", expect!["(lambda |a| {(lambda |b| {(Add a b)})})"]);
    check_value("xs.map(|a, .B { c }| { a })", expect!["(call (. xs map) (lambda |a .B {c}| {a}))"]);
}

#[test]
fn numbers() {
    check_value(
        "[0, 1_000, 9223372036854775807, 0o7777, 0o0]",
        expect!["[0 1000 9223372036854775807 0o7777 0o0]"],
    );
    check_value(
        "[90s, 500ms, 7d, 1h30m, 1w2d3h4m5s6ms7us8ns]",
        expect!["[90000000000ns 500000000ns 604800000000000ns 5400000000000ns 788645006007008ns]"],
    );
    check_value(
        "[100B, 1kB, 4KiB, 512MiB, 10GB, 2TiB, 16PiB]",
        expect!["[100B 1000B 4096B 536870912B 10000000000B 2199023255552B 18014398509481984B]"],
    );
}

#[test]
fn strings() {
    check_value(
        r#""a\n\t\\\"\$\u{1f600}${b}c${"d${e}"}""#,
        expect![[r#"(string "a\n\t\\\"$😀" b "c" (string "d" e))"#]],
    );
    check_value(
        r#"["", "$", "$a", "a}b", r"\d${x}", "é"]"#,
        expect![[r#"[(string ) "$" "$a" "a}b" "\\d${x}" "é"]"#]],
    );
}

#[test]
fn blocks_of_text() {
    check_value(
        "\"\"\"\n    a\n      b\n\n    ${c} d\n    \"\"\"",
        expect![[r#"(string "a\n  b\n\n" c " d\n")"#]],
    );
    check_value("\"\"\"\n    a\n  \"\"\"", expect![[r#""  a\n""#]]);
    check_value("\"\"\"a\n    b\n    c\"\"\"", expect![[r#""a\nb\nc""#]]);
    check_value("\"\"\"\"\"\"", expect!["(string )"]);
    check_value("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", expect![[r#""a\nb\n""#]]);
    check_value(
        "\"\"\"\n  ${a}\n    ${b}\n  \\${c} \"quoted\"\"\"\"",
        expect![[r#"(string a "\n  " b "\n${c} \"quoted\"")"#]],
    );
    check_value("\"\"\"\n\ta\n  b\n\"\"\"", expect![[r#""\ta\n  b\n""#]]);
}

#[test]
fn paths() {
    check_value(
        "[A, A.B, m.A, m.A.B, .B, A[k], m.A(k), A.f(x), .B { c }, A.B { c = 1 }]",
        expect![
            "[A A.B m.A m.A.B .B (ref A k) (convert m.A k) (call (. A f) x) (new .B {c}) (new A.B {(c = 1)})]"
        ],
    );
}

#[test]
fn documentation() {
    check(
        "//! File,\n//!  two lines.\n\n/// Item.\n// plain\n/// More.\npub let x = 1\n//// no doc\nlet y = 2\n",
        expect![[r#"
            //! "File,\n two lines."
            /// "Item.\nMore." pub (let x 1)
            (let y 2)
        "#]],
    );
}

#[test]
fn comments_and_blank_lines() {
    let text = "// a\n\n\nlet x = [ // b\n\n  1,\n]  // c  \n";
    let trivia = mc_syntax::parse(text).trivia;
    let comments: Vec<_> = trivia
        .comments
        .iter()
        .map(|comment| &text[comment.span.start as usize..comment.span.end as usize])
        .collect();
    assert_eq!(comments, ["// a", "// b", "// c"]);
    assert_eq!(trivia.blank_lines, [5, 6, 22]);
}

#[test]
fn places() {
    let text = "pub let x: T? = f(a)\n\npolicy p {\n  File \"k\" {\n    after b\n  }\n}\n";
    let file = mc_syntax::parse(text).file;
    let items: Vec<_> =
        file.items.iter().map(|item| &text[item.span.start as usize..item.span.end as usize]).collect();
    assert_eq!(items, ["pub let x: T? = f(a)", "policy p {\n  File \"k\" {\n    after b\n  }\n}"]);
    let ItemKind::Let(node) = &file.items[0].kind else { panic!("{:?}", file.items[0]) };
    let slice = |span: mc_syntax::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(slice(node.name.span), "x");
    assert_eq!(node.ty.as_ref().map(|ty| slice(ty.span)), Some("T?"));
    assert_eq!(slice(node.value.span), "f(a)");
}
