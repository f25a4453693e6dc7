//! What is public stays public beside a secret, whatever the host chooses.

use crate::{right, wrong};
use mc_plan::expr::Operand;

const ACCOUNTS: &str = r#"
record Account { user: UserName, password: Secret<String> }
let accounts = [
  Account { user = "a", password = secret("a/password") },
  Account { user = "b", password = secret("b/password") },
]
"#;

/// A policy over two accounts, and how many of its attributes are secret.
#[track_caller]
fn secrets(body: &str) -> usize {
    let plan = right(&format!("{ACCOUNTS}policy p {{\nlet n = facts.cpu.count\n{body}\n}}\n"));
    let analysis = plan.exprs.analyse();
    let settings = plan.steps.iter().flat_map(|step| &step.declarations).flat_map(|d| &d.attributes);
    settings.filter(|s| matches!(s.value, Operand::Expr(id) if analysis.secret(id))).count()
}

#[test]
fn an_element_that_the_host_chooses() {
    assert_eq!(secrets("File \"/x\" { owner = accounts[n].user }"), 0);
    assert_eq!(secrets("File \"/${accounts[n].user}\" { content = accounts[n].password }"), 1);
    assert_eq!(
        secrets("let a = accounts[n]\nFile \"/${a.user}\" { content = \"${a.user}:${a.password}\" }"),
        1
    );
    assert_eq!(
        secrets("let m = [\"x\" => accounts[0], \"y\" => accounts[1]]\nFile \"/${m[facts.fqdn].user}\" {}"),
        0
    );
}

#[test]
fn an_element_that_may_be_absent() {
    assert_eq!(secrets("let f = accounts.filter(|a| n > 1).first()\nFile \"/x\" { owner = f?.user }"), 0);
    assert_eq!(
        secrets(
            "let f = accounts.find(|a| a.user == facts.fqdn)\nif let a = f { File \"/${a.user}\" { content = a.password } }"
        ),
        1
    );
    assert_eq!(
        secrets(
            "let f = accounts.filter(|a| a.user == facts.fqdn).last() ?? accounts[0]\nFile \"/${f.user}\" { content = f.password }"
        ),
        1
    );
    assert_eq!(
        secrets(
            "let f = accounts.min_by(|a| if (n > 1) { a.user } else { \"b\" })\nFile \"/x\" { content = f?.password, owner = f?.user }"
        ),
        1
    );
}

#[test]
fn lists_that_the_host_makes() {
    assert_eq!(
        secrets(
            "let l = accounts.filter(|a| a.user == facts.fqdn)\nFile \"/${l[0].user}\" { content = l[0].password }"
        ),
        1
    );
    assert_eq!(
        secrets(
            "let l = accounts.filter(|a| a.user != facts.fqdn).map(|a| \"${a.user}\")\nFile \"/x\" { content = l.join(\",\") }"
        ),
        0
    );
    assert_eq!(
        secrets(
            "let l = accounts.sort_by(|a| if (n > 1) { a.user } else { \"x\" })\nFile \"/x\" { owner = l[0].user, content = l[1].password }"
        ),
        1
    );
    assert_eq!(
        secrets(
            "let l = accounts.filter(|a| n > 1)\nlet y = l.any(|a| a.user == \"a\")\nFile \"/x\" { content = \"${l.len()} ${y}\" }"
        ),
        0
    );
    assert_eq!(
        secrets(
            "let (yes, no) = accounts.partition(|a| a.user == facts.fqdn)\nFile \"/x\" { content = \"${yes.len()} ${no.map(|a| a.user).first() ?? no[0].user}\" }"
        ),
        0
    );
    assert_eq!(
        secrets(
            "let l = accounts.filter(|a| a.user == facts.fqdn)\nFile \"/x\" { content = l.fold(\"\", |all, a| \"${all} ${a.user}\") }"
        ),
        0
    );
    assert_eq!(
        secrets(
            "let l = if (n > 1) { accounts } else { [accounts[1]] }\nFile \"/${l[0].user}\" { content = l.filter(|a| a.user != \"z\").first()?.password }"
        ),
        1
    );
    assert_eq!(
        secrets(
            "let l = facts.fqdn.split(\".\").map(|x| Account { user = UserName(x), password = secret(\"p\") })\nFile \"/${l[0].user}\" { content = l[0].password, owner = l.first()?.user }"
        ),
        1
    );
    assert_eq!(
        secrets(
            "let l = facts.fqdn.split(\".\").map(|x| Account { user = UserName(x), password = secret(\"p\") }).filter(|a| a.user != \"www\")\nFile \"/${l[0].user}\" { content = l[0].password, owner = l.reverse().take(2).first()?.user }"
        ),
        1
    );
}

#[test]
fn variants_with_secrets_in_lists() {
    let tls = "enum Tls { Off, On { name: String, key: Secret<String> } }\n";
    let source = |body: &str| {
        format!(
            "{tls}policy p {{\nlet l = [Tls.Off, Tls.On {{ name = \"a\", key = secret(\"k\") }}]\n{body}\n}}\n"
        )
    };
    right(&source("if let .On { name, key } = l[facts.cpu.count] { File \"/${name}\" { content = key } }"));
    right(&source(
        "match l.filter(|t| facts.cpu.count > 1)[0] { .Off => {}, .On { name, .. } => { File \"/${name}\" {} } }",
    ));
}

#[test]
fn outputs_in_lists_are_as_late_as_each() {
    let source = r#"record Run { name: String, status: Int }
policy p {
  let c = Command "c" { argv = ["a"], creates = "/c" }
  let runs = [Run { name = "x", status = c.status }, Run { name = "y", status = 1 }]
  let some = runs.filter(|r| r.name == facts.fqdn)
  if let run = some.first() { File "/${run.name}" { content = "${run.status}" } }
  File "/${runs[facts.cpu.count].name}.txt" { }
}
"#;
    right(source);
}

#[test]
fn what_cannot_be_told_apart_is_an_error_with_a_place() {
    let source = r#"policy p {
  let words = facts.fqdn.split(".")
  let (count, text) = words.fold((0, secret("x")), |all, word| (all.0 + 1, all.1))
  File "/x" { content = text }
  File "/y" { content = text, owner = UserName("u${count}") }
}
"#;
    assert_eq!(wrong(source), [("MC0408".to_owned(), 5)]);
}
