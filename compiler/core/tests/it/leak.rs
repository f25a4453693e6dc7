//! Where a secret may go and where not: one program for each way out.

use crate::{right, wrong};
use mc_plan::expr::{Node, Operand};
use mc_plan::value::Value;

const BEFORE: &str = r#"let pw = secret("db/password")
record Login { user: String, pw: Secret<String> }
let login = Login { user = "a", pw = pw }
type Long = String where it.len() > 8
fn same<T>(x: T) -> T { x }
component Show { param text: String
 out copy: Secret<String> = secret("db/password")
 File "/shown" { content = text } }
component Named {}
"#;

/// Ways out, each with what stands in a policy and the codes that refuse it.
const WAYS: &[(&str, &str, &[&str])] = &[
    ("the key of a resource", r#"File (pw) {}"#, &["MC0319"]),
    ("a part of a key", r#"File "/etc/${pw}" {}"#, &["MC0319"]),
    ("the condition of an `if`", r#"if pw == "x" { File "/x" {} }"#, &["MC0320"]),
    ("an `if` over a secret", r#"if pw { File "/x" {} }"#, &["MC0319"]),
    ("a match", r#"match pw { "a" => { File "/x" {} }, other => {} }"#, &["MC0320"]),
    ("an `if let` with a pattern", r#"if let "a" = pw { File "/x" {} }"#, &["MC0320"]),
    ("`when`", r#"File "/x" { when pw == "a" }"#, &["MC0320"]),
    ("`skip when`", r#"File "/x" { skip when pw != "a" }"#, &["MC0320"]),
    ("a length", r#"let n = pw.len()"#, &["MC0320"]),
    ("the name of an instance", r#"Named (pw) {}"#, &["MC0319"]),
    ("a title with a hole", r#"Named "n${pw}" {}"#, &["MC0319"]),
    ("tags", r#"File "/x" { tags [pw] }"#, &["MC0319"]),
    ("a role that approves", r#"File "/x" { approval pw }"#, &["MC0319"]),
    ("the message of `fail`", r#"if facts.cpu.count > 1 { fail("it is ${pw}") }"#, &["MC0319"]),
    ("the message of a `check`", r#"check facts.cpu.count > 1 else "it is ${pw}""#, &["MC0319"]),
    ("what a `check` asks", r#"check pw != "x" else "too easy""#, &["MC0320"]),
    ("an attribute that is shown", r#"File "/x" { owner = pw }"#, &["MC0319"]),
    ("a text in such an attribute", r#"File "/x" { owner = "${pw}" }"#, &["MC0319"]),
    ("the arguments of a command", r#"Command "c" { argv = ["login", pw], creates = "/c" }"#, &["MC0319"]),
    ("the arguments of a query", r#"Query "q" { argv = ["login", pw] }"#, &["MC0319"]),
    ("what a query reads", r#"Query "q" { argv = ["login"], stdin = pw }"#, &["MC0319"]),
    ("the variables of a query", r#"Query "q" { argv = ["x"], environment = ["PW" => pw] }"#, &["MC0319"]),
    ("a field of a record", r#"File "/x" { owner = login.pw }"#, &["MC0319"]),
    ("a field of an element", r#"File "/x" { owner = [login][0].pw }"#, &["MC0319"]),
    ("an update", r#"let other = login with { user = pw }"#, &["MC0319"]),
    ("a record's plain field", r#"let other = Login { user = pw, pw = pw }"#, &["MC0319"]),
    ("what a lambda captures", r#"File "/x" { owner = [1].map(|x| "${x}${pw}")[0] }"#, &["MC0319"]),
    ("a lambda inside of a secret", r#"File "/x" { owner = pw.map(|x| "a") }"#, &["MC0319"]),
    ("a fold", r#"File "/x" { owner = [1].fold("", |all, x| "${all}${pw}") }"#, &["MC0301", "MC0319"]),
    ("a comprehension", r#"File "/x" { owner = ["${x}${pw}" for x in [1, 2]][0] }"#, &["MC0319"]),
    ("the condition of a comprehension", r#"let l = [x for x in ["a"] if x == pw]"#, &["MC0320"]),
    ("a filter", r#"let l = ["a"].filter(|x| x == pw)"#, &["MC0320"]),
    ("a key of a map", r#"let m = [pw => 1]"#, &["MC0320"]),
    ("a key of a comprehension", r#"let m = [pw => x for x in [1]]"#, &["MC0320"]),
    ("an element of a set", r#"let s: Set<Secret<String>> = [pw]"#, &["MC0320"]),
    ("`to_set`", r#"let s = [pw].to_set()"#, &["MC0320"]),
    ("a parameter", r#"Show { text = pw }"#, &["MC0319"]),
    ("an output", "let s = Show { text = \"a\" }\nFile \"/y\" { owner = s.copy }", &["MC0319"]),
    ("`==`", r#"let b = pw == pw"#, &["MC0320"]),
    ("`==` of records", r#"let b = login == login"#, &["MC0320"]),
    ("`<`", r#"let b = pw < "m""#, &["MC0320"]),
    ("`in` on the left", r#"let b = pw in ["a", "b"]"#, &["MC0320"]),
    ("`in` on the right", r#"let b = "a" in [pw]"#, &["MC0319"]),
    ("`contains`", r#"let b = [pw].contains("a")"#, &["MC0320"]),
    ("an index", r#"let x = ["a", "b"][pw.map(|y| 1)]"#, &["MC0319"]),
    ("a key to look up", r#"let x = ["a" => 1][pw]"#, &["MC0319"]),
    ("a sort", r#"let s = [login].sort_by(|l| l.pw)"#, &["MC0320"]),
    ("a group", r#"let g = [login].group_by(|l| l.pw)"#, &["MC0320"]),
    ("a JSON document", r#"File "/x" { owner = json(login) }"#, &["MC0319"]),
    ("a YAML document", r#"File "/x" { owner = yaml(login) }"#, &["MC0319"]),
    ("`join`", r#"File "/x" { owner = ["a", pw].join(",") }"#, &["MC0319"]),
    ("`??`", r#"File "/x" { owner = (if facts.cpu.count > 1 { pw }) ?? "a" }"#, &["MC0319"]),
    (
        "an `if` with a plain branch",
        r#"File "/x" { owner = if facts.cpu.count > 1 { pw } else { "a" } }"#,
        &["MC0319"],
    ),
    ("a generic function", r#"File "/x" { owner = same(pw) }"#, &["MC0319"]),
    ("a pattern's match", r#"let b = Regex("a").matches(pw)"#, &["MC0319", "MC0320"]),
    ("a pattern", r#"let r = Regex(pw)"#, &["MC0319"]),
    ("a checked text", r#"File "/x" { owner = UserName(pw) }"#, &["MC0319"]),
    ("a condition of a type", r#"let l = Long(pw)"#, &["MC0319"]),
    ("what a text is read as", r#"let n = Int.parse(pw)"#, &["MC0319"]),
    ("a number of attempts", r#"File "/x" { retry pw.map(|x| 1) every 1s }"#, &["MC0319"]),
    ("a timeout", r#"File "/x" { timeout pw.map(|x| 1s) }"#, &["MC0319"]),
    (
        "what fails inside",
        r#"let x = pw.map(|y| if facts.cpu.count > 1 { y } else { fail("no") })"#,
        &["MC0320"],
    ),
    ("a conversion inside that may fail", r#"let x = pw.map(|y| AbsPath(y))"#, &["MC0320"]),
    ("a condition inside that may fail", r#"let x = pw.map(|y| Long(y))"#, &["MC0320"]),
    ("a loop", r#"for x in pw { File "/x" {} }"#, &["MC0320"]),
    ("the lines of one", r#"for x in pw.map(|x| x.lines()) { File "/x" {} }"#, &["MC0320"]),
    ("a reference", r#"File "/x" { after File[pw] }"#, &["MC0319"]),
    ("the name of another secret", r#"let s = secret(pw)"#, &["MC0319"]),
];

#[test]
fn no_secret_gets_out() {
    let mut failures = Vec::new();
    for (name, body, codes) in WAYS {
        let source = format!("{BEFORE}policy p {{\n{body}\n}}\n");
        let found: Vec<String> = wrong(&source).into_iter().map(|(code, _)| code).collect();
        if found.is_empty() || !found.iter().all(|code| codes.contains(&code.as_str())) {
            failures.push(format!("{name}: {found:?} for {body}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn secrets_go_where_they_are_taken() {
    let plan = right(&format!(
        r#"{BEFORE}policy p {{
  let strong = pw.map(|x| "${{x}}!")
  File "/a" {{ content = pw }}
  File "/b" {{ content = "user=${{login.user}} password=${{login.pw}}\n" }}
  File "/c" {{ content = json(login) }}
  File "/d" {{ content = [pw, strong].join("\n") }}
  File "/e" {{ content = same(if facts.cpu.count > 1 {{ pw }} else {{ secret("db/other") }}) }}
  for l in [login] {{ File "/${{l.user}}" {{ content = l.pw }} }}
}}
"#
    ));
    // What is in the plan is the names.
    let names: Vec<&str> = plan.secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(names, ["db/other", "db/password"]);
    let analysis = plan.exprs.analyse();
    for step in &plan.steps {
        let content = step.declarations[0].attributes.iter().find_map(|setting| match &setting.value {
            Operand::Expr(id) => Some(*id),
            Operand::Value(Value::Blob(_)) => None,
            Operand::Value(_) => None,
        });
        assert!(content.is_some_and(|id| analysis.secret(id)), "{:?}", step.key);
    }
    assert!(plan.exprs.nodes.iter().any(|node| matches!(node, Node::Secret(_))));
}
