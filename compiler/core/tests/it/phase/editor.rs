//! What editors are told about phases.

use super::*;

// For editors.

#[test]
fn editors_see_phases() {
    let source = r#"
fn f(site: String, other: Int) -> String {
  let cores = facts.cpu.count
  "${site} ${cores}"
}
policy p {
  let nginx = Package "nginx" {}
  let version = nginx.version
  let one = 1
}
"#;
    let db = database(&[("src/main.mc", source)]);
    let file = package::file(&db, Utf8Path::new("src/main.mc")).expect("the root module");
    let mut found = String::new();
    for unit in phase::units(&db, file) {
        let body = &phase::checked(&db, unit).body;
        for (at, expr) in body.exprs.iter().enumerate() {
            let known = phase::of_expr(&db, unit, ExprId(at as u32));
            let text =
                |span: mc_syntax::Span| file.text(&db)[span.start as usize..span.end as usize].to_owned();
            if known.phase == Phase::Const && known.params.is_empty() || text(expr.span).contains('\n') {
                continue;
            }
            let _ = write!(found, "{}: {}", text(expr.span), known.phase.name());
            if !known.params.is_empty() {
                let _ = write!(found, ", as late as {}", known.params.join(" and "));
            }
            if let Some(place) = known.source {
                let _ = write!(found, ", from {}", text(place.span));
            }
            found.push('\n');
        }
    }
    expect![[r#"
        facts: host, from facts
        facts.cpu: host, from facts.cpu
        facts.cpu.count: host, from facts.cpu.count
        site: const, as late as site
        cores: host, from facts.cpu.count
        "${site} ${cores}": host, as late as site, from facts.cpu.count
        nginx.version: run, from nginx.version
    "#]]
    .assert_eq(&found);
}

#[test]
fn constants_are_evaluated_where_they_stand() {
    check(
        r#"
policy p {
  let zero = 0
  File "/a" { content = "${1 / zero}" }
  let big = 9223372036854775807 + 1
  let name = "x y"
  User (UserName(name)) {}
  let missing = [1, 2][2]
  fail("not today")
}
"#,
        expect![[r#"
            src/main.mc:9:28: error[MC0402]: division by zero
            src/main.mc:10:13: error[MC0402]: the result of this addition does not fit a 64-bit number
            src/main.mc:12:9: error[MC0403]: `x y` is not a UserName: a space is neither a letter of a-z, a digit, `_`, `.` nor `-`
            src/main.mc:13:17: error[MC0406]: the list has 2 elements, so there is none at position 2 (positions start at 0)
            src/main.mc:14:3: error[MC0404]: not today
        "#]],
    );
}

#[test]
fn fail_under_a_condition_is_the_hosts_matter() {
    check(
        r#"
policy p {
  if facts.cpu.count < 2 { fail("too small") }
  let x = if facts.cpu.count < 4 { fail("still too small") } else { 4 }
  File "/x" { content = "${x}" }
}
"#,
        expect![[r#"
            File[/x] content=<1 bytes>
            refused if Expr(ExprId(2)): Value(Str("too small"))
            refused if Expr(ExprId(5)): Value(Str("still too small"))
        "#]],
    );
}
