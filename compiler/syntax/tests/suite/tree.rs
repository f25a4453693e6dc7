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
fn every_other_form() {
    check(
        crate::corpus::FORMS,
        expect![[r#"
        //! "The forms that web.mc has no use for."
        (import std.fs {File Directory})
        (import std.net)
        (type Port Int where (And (LessEqual 1 it) (LessEqual it 65535)))
        pub (type Pair<A B> (A B))
        (type Table Map<String List<(Int Port?)>> where (Less (call (. it count) ) 100))
        (type Check ((Site Int) -> Bool?))
        (type Curried ((Int) -> ((Int) -> Int)))
        (type Handler ((Int) -> Int)?)
        (type Grouped Int)
        pub (const let limits: Map<String Int> ["a" => 1 "b" => 2])
        (const let half 0.5)
        (let numbers [1.5 2000.0 1000.25 0.0015 -9223372036854775808 (Negate 1.5) 0.0])
        (let nested (. (. (. pair 0) 1) name))
        (let table [k => (. v 0) for k v in limits])
        (let names [(. s name) for s in sites if (And (. s on) (In (. s port) [80 443]))])
        (let pairs [(i (x "y")) for i x in (call (. xs indexed) )])
        (let flat [x for (x .Managed {key ..}) in nested])
        (let changed (with (with site {(port = 81) (tls.cert = "/x")}) {(name = "b")}))
        (let both (with (. (paren (with a {})) b) {(c = (with d {(e = 1)}))}))
        (let sorted (call (. xs sort) (lambda |(a b)| {(Less a b)})))
        (let lookup (Coalesce (?. (. (index table "a") 0) 1) 3))
        /// "Takes the first." (fn first<T> ((xs: List<T>) (or: ((T Int) -> T?))) T? {(let (head _) (call (. xs split) )) (let Site {name port=p} head) (const let size: Int 3) (match head ((0 .Off) => {1}) (Site {name ..} if (And (NotEqual name (string )) (Greater p 1)) => {2}) (net.Site {port=80} => {3}) ((Negate 1) => {4}) ((Negate 1.5) => {5}) (x if (Equal x (new Site {(name = "a")})) => {x}) (other if (. other on) => {6}))})
        (record Config<T> /// "Joined." (Append aliases: List<HostName> = []) (Merge limits: Map<String T>) (Replace admins: List<UserName>) (append: Int) (check: Bool) (check (Greater append 0) "nothing to append") (check (And (Less (call (. aliases count) ) 10) check) (string "too many: " (call (. aliases count) ))))
        (enum State<T> (On (at: Int) (check (Greater at 0) "later")) (Off ))
        (resource Mount (provider core.mount 1) (key (path: AbsPath)) (attribute (options: Map<String String>?)) (attribute (check: String?)) (check (NotEqual path "/") "the root is mounted by the system"))
        (component Site<T> {(param (const port: Port = 80)) (param (done: ((Int Int) -> Bool))) (param (each: Int)) (defaults File {(owner = "root") (mode = 0o644) (After x)}) (defaults fs.Directory {}) (check (Greater port 0) "no port") (let index (new File "/a" {(mode = Default 0o644) (owner = Force (if x {"a"} else {"b"})) (group = Force (Negate 1)) (SkipWhen (. y changed)) (Approval "dba") (Tags ["web" "edge"]) (Retry 2 every 5000000000ns) (skip = 1) tags (approval = 2)}))})
        (policy web {(after base) (after [base other]) (select (Equal (. labels role) .Web)) (prune [File fs.Directory] limit 20) (prune [Cron]) (check (Greater (. facts memory) 536870912B) "too small") (const let ring 3) (let limit 3) (let tags [limit]) (if (. (paren (with site {(on = true)})) on) {(new Site {(done = (lambda |a b| {(Greater a b)}))})}) (for (name port) in [("a" 80) ("b" 443)] {(new File (string "/" name) {(content = (string port))})})})
        (guard no_world_writable (deny File f when (Coalesce (. (?. (. f mode) others) write) false)) (deny fs.Directory) (deny Command when true) (message (string (. f path) " would be world-writable")))
        /// "Databases wait." (guard restart_database (on Service s when (And (Equal (. s name) "postgresql") (. change restarts))) (require-approval "dba"))
        (rollout web_rollout (policy web) (policy base) (wave canary 1 pause 3600000000000ns) (wave lab when (Equal (. labels env) .Staging)) (wave early 0.5%) (wave later 10% pause 1800000000000ns when (Greater (. labels ring) 1)) (wave rest) (pause 600000000000ns) (health [(ref Service "nginx") (ref Wait "answers")]) (budget 5%))
        (test "every site gets its configuration" (given facts = (with debian12 {(cpu.count = 4)})) (given facts in [debian12 ubuntu2404]) (given labels = (new Labels {(role = .Web) (env = .Staging)})) (let p (call plan web)) (let (a b): (Int Int) (1 2)) (expect (And (call (. p has) (ref File "/etc/motd")) (call (. p has) (ref Package "nginx")))) (expect-fails {(call plan web)}) (expect-fails MC0404 {(let q 3) (call plan web)}) (expect-fails MC0404 "no port" {(call plan web)}) (expect-fails "no port" {(call plan web)}) (expect (Equal fails 3)))
        (fact raid: List<RaidState>? from command ["mdadm" "--detail" (string "/dev/" x)] as Json timeout 5000000000ns)
        pub (fact site: String from file "/etc/site" as Text)
        (fact from: Map<String Int> from file path timeout 1000000000ns)
    "#]],
    );
}

#[test]
fn taste() {
    check(
        crate::corpus::TASTE,
        expect![[r#"
        //! "The web tier."
        (import std.fs {Directory File})
        (import std.pkg {Package})
        (import std.svc {Service})
        (import std.facts.fixture {debian12})
        (enum Role (Web ) (Db ))
        (enum Env (Dev ) (Staging ) (Production ))
        (labels (role: Role) (env: Env = .Dev))
        (type Port Int where (And (LessEqual 1 it) (LessEqual it 65535)))
        (enum Tls (Off ) (Managed (cert: AbsPath) (key: Secret<String>)))
        /// "One virtual host." (record Site (name: HostName) (root: AbsPath = (string "/srv/www/" name)) (port: Port = 80) (tls: Tls = .Off) (check (NotEqual root "/") "a site may not serve the whole host"))
        (fn listen ((site: Site)) String {(match (. site tls) (.Off => {(string "listen " (. site port) ";")}) (.Managed { ..} => {(string "listen " (. site port) " ssl;")}))})
        /// "An nginx that serves `sites`." (component Nginx {(param (sites: List<Site>)) (param (workers: Int = (. (. facts cpu) count))) (defaults File {(owner = "root") (mode = 0o644) (After nginx)}) (let nginx (new Package "nginx" {})) (let main (new File "/etc/nginx/nginx.conf" {(content = (call template "nginx.conf.mct" workers=workers sites=sites)) (validate = ["nginx" "-t" "-c" (string (. self staged))])})) (for site in sites {(new Directory (paren (. site root)) {(mode = 0o755)}) (new File (string "/etc/nginx/sites-enabled/" (. site name) ".conf") {(content = (string "server { " (call listen site) " root " (. site root) "; }\n")) (Notify service)}) (if let .Managed {key ..} = (. site tls) {(new File (string "/etc/nginx/" (. site name) ".key") {(content = key) (mode = 0o600) (Notify service)})})}) (let service (new Service "nginx" {(running = true) (enabled = true) (RestartOn main) (Timeout 90000000000ns) (Retry 2 every 5000000000ns)})) (out url: String (string "http://" (. facts fqdn) ":" (Coalesce (?. (call (. sites first) ) port) 80) "/"))})
        (policy web {(select (And (Equal (. labels role) .Web) (In (. labels env) [.Staging .Production]))) (let sites: List<Site> (call load "sites.toml")) (match (. (. facts os) family) (.Debian => {(new Nginx {sites})}) (.RedHat => {(new Nginx {sites (workers = 2)})}) (other => {(call fail (string "web hosts run Debian or Red Hat, not " other))}))})
        (guard no_world_writable (deny File f when (Coalesce (. (?. (. f mode) others) write) false)) (message (string (. f path) " would be world-writable")))
        (guard restart_database (on Service s when (And (Equal (. s name) "postgresql") (. change restarts))) (require-approval "dba"))
        (test "every site gets its configuration" (given facts = (with debian12 {(cpu.count = 4)})) (given labels = (new Labels {(role = .Web) (env = .Staging)})) (let p (call plan web)) (expect (call (. p has) (ref File "/etc/nginx/sites-enabled/a.example.conf"))) (expect (call (. (call (. p content) (ref File "/etc/nginx/nginx.conf")) contains) "worker_processes 4")) (expect (call (. p before) (ref Package "nginx") (ref Service "nginx"))))
    "#]],
    );
}

#[test]
fn schema() {
    check(
        include_str!("../../../../stdlib/src/std/exec.mc"),
        expect![[r#"
            //! "Commands."
            /// "A command that runs when there is something to do, and says how to tell.\n\nWithout `creates` it runs only when it is refreshed (`notify`): a command that runs each time\nwould make every run a change." pub (resource Command (provider core.command 1) (local key /// "A name for reports, unique in its instance." (name: String)) (attribute /// "Program and arguments. No shell is involved; the program is looked up in a fixed, safe path." (argv: List<String>)) (attribute /// "Runs when this path does not exist." (creates: AbsPath?)) (attribute /// "Files and folders that it reads. They change nothing about when it runs; what writes one of them has to\ncome first, and the compiler says where nothing makes it." (inputs: List<AbsPath>?)) (attribute /// "Where it runs. Not set: `/`." (cwd: AbsPath?)) (attribute /// "Who runs it. Not set: the agent's user." (user: UserName?)) (out /// "What it wrote to its standard output; empty when it did not run." (stdout: String)) (out /// "Its exit status; 0 when it did not run." (status: Int)) (Reads inputs) (Writes creates) (after (ref Directory cwd) (ref User user) (ref Directory (. creates parent))) (effects (call (. exec run) argv)))
            /// "A program that is asked something and changes nothing.\n\nSo it runs in a dry run too: `let v = Query \"nginx\" { argv = [\"nginx\", \"-v\"] }`, then `v.stderr`. The agent lets it\nread what its user may read, and write no file but `/dev/null`, where the kernel has Landlock. That it asks no other\nprogram for a change is the author's promise." pub (resource Query (provider core.query 1) (local key /// "A name for reports, unique in its instance." (name: String)) (attribute /// "Program and arguments. No shell is involved; the program is looked up in a fixed, safe path." (argv: List<String>)) (attribute /// "The exit statuses that are an answer; with any other the step fails. Not set: 0." (ok: List<Int>?)) (attribute /// "What it reads on its standard input. Not set: nothing." (stdin: String?)) (attribute /// "Where it runs. Not set: `/`." (cwd: AbsPath?)) (attribute /// "Who runs it. Not set: the agent's user." (user: UserName?)) (attribute /// "Variables it runs with, besides `PATH` and `LC_ALL`." (environment: Map<String String>?)) (out /// "What it wrote to its standard output, without the newlines at its end. Both outputs are UTF-8 and at most 64 KiB;\nwith more, or with something else, the step fails." (stdout: String)) (out /// "What it wrote to its standard error, without the newlines at its end." (stderr: String)) (out /// "Its exit status." (status: Int)) (Writes none) (after (ref Directory cwd) (ref User user)) (effects (call (. exec run) argv)))
            /// "A script, kept in the bundle and given to an interpreter. It needs the same oracle as a command: without `creates`\nand `unless` it runs only when it is refreshed." pub (resource Script (provider core.script 1) (local key /// "A name for reports, unique in its instance." (name: String)) (attribute /// "The script. It is never visible to others than its user, and gone when the step is." (content: Blob) accepts-secret) (attribute /// "What runs it, with arguments." (interpreter: List<String>)) (attribute /// "Runs when this path does not exist." (creates: AbsPath?)) (attribute /// "Runs when this command fails. It has to look only: it runs in a dry run too." (unless: List<String>?)) (attribute /// "Where it runs. Not set: `/`." (cwd: AbsPath?)) (attribute /// "Who runs it. Not set: the agent's user." (user: UserName?)) (attribute /// "Variables it runs with." (environment: Map<String String>?) accepts-secret) (out /// "What it wrote to its standard output; empty when it did not run." (stdout: String)) (out /// "Its exit status; 0 when it did not run." (status: Int)) (Writes creates) (after (ref Directory cwd) (ref User user) (ref Directory (. creates parent))) (effects (call (. exec run) interpreter) (call (. exec run) unless)))
            /// "What is waited for." pub (enum Event /// "A port that takes connections." (Port (address: IpAddr = "127.0.0.1") (port: Int)) /// "A path that exists." (Path (path: AbsPath)) /// "A page that answers with a status from 200 to 299." (Http (url: Url)))
            /// "Waits for something. It changes nothing, and fails where the time runs out." pub (resource Wait (provider core.wait 1) (local key /// "A name for reports, unique in its instance." (name: String)) (attribute /// "What is waited for." (event: Event)) (attribute /// "How long." (limit: Duration = 30000000000ns)) (attribute /// "How long between two looks." (pause: Duration = 1000000000ns)) (Writes none) (effects (call (. net connect) event)))
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
