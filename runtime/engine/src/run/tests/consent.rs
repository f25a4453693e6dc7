//! Guards, approvals, `skip when` and tags.

use expect_test::expect;
use mc_plan::expr::{BinaryOp, ChangeFact, ExprId, Node, Operand};
use mc_plan::plan::{Guard, GuardAction, Part};
use mc_plan::value::{Type, Value};

use super::scene::{FILE, SERVICE, Scene, summary, text, value};
use crate::fact::Finding;
use crate::refusal::Code;
use crate::report::Outcome;

fn guard(scene: &mut Scene, schema: u32, predicate: ExprId, action: GuardAction) -> &mut Guard {
    let span = scene.span();
    let guard =
        Guard { name: "careful".into(), schema, predicate, action, message: None, parts: Vec::new(), span };
    scene.plan.guards.push(guard);
    scene.plan.guards.last_mut().expect("just added")
}

/// Whether attribute 1 of a file, its mode, is open to all.
fn open_to_all(scene: &mut Scene) -> (ExprId, ExprId) {
    let exprs = &mut scene.plan.exprs;
    let mode = exprs.push(Node::Attribute(1));
    let open = exprs.push(Node::Const(Value::Mode(0o666)));
    (exprs.push(Node::Binary(BinaryOp::Equal, mode, open)), mode)
}

fn change(scene: &mut Scene, fact: ChangeFact) -> ExprId {
    scene.plan.exprs.push(Node::Change(fact))
}

#[test]
fn what_a_guard_denies_stops_everything_before_it_begins() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    scene.step(FILE, value(text("/etc/b")), vec![(1, value(Value::Mode(0o666)))]);
    let (predicate, mode) = open_to_all(&mut scene);
    let message = scene.plan.exprs.push(Node::Const(text("a file would be open to all")));
    let rule = guard(&mut scene, FILE, predicate, GuardAction::Deny);
    rule.message = Some(Operand::Expr(message));
    rule.parts = vec![Part { text: "f.mode".into(), value: Operand::Expr(mode) }];
    for noop in [true, false] {
        let report = if noop { scene.noop() } else { scene.run() };
        assert_eq!(report.exit_status(false), 5);
        expect![[r#"
            MC6112: a file would be open to all
              main.mc:3:3: File["/etc/b"] is declared here
              main.mc:4:3: the guard `careful` denies it
              note: f.mode = 0o666"#]]
        .assert_eq(&report.refusals[0].to_string());
        assert!(scene.host.take_transcript().is_empty());
    }
}

#[test]
fn a_guard_looks_at_merged_attributes_and_at_facts() {
    let mut scene = Scene::new();
    let step = scene.step(FILE, value(text("/etc/b")), vec![(1, value(Value::Mode(0o666)))]);
    let mut second = scene.declaration(vec![(1, value(Value::Mode(0o600)))]);
    second.attributes[0].priority = mc_plan::plan::Priority::Force;
    scene.plan.steps[step as usize].declarations.push(second);
    let (predicate, _) = open_to_all(&mut scene);
    guard(&mut scene, FILE, predicate, GuardAction::Deny);
    assert_eq!(scene.run().refusals, []);

    let risky = scene.fact("host.risky", Type::Bool, Finding::Bool(true));
    guard(&mut scene, FILE, risky, GuardAction::Deny);
    scene.sequence += 1;
    let report = scene.run();
    assert_eq!(report.refusals.len(), 1);
    assert_eq!(report.refusals[0].message, "the guard `careful` denies File[\"/etc/b\"]");
}

#[test]
fn a_guard_that_cannot_judge_denies() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    let exprs = &mut scene.plan.exprs;
    let one = exprs.push(Node::Const(Value::Int(1)));
    let zero = exprs.push(Node::Const(Value::Int(0)));
    let broken = exprs.push(Node::Binary(BinaryOp::Divide, one, zero));
    let predicate = exprs.push(Node::Binary(BinaryOp::Equal, broken, one));
    guard(&mut scene, FILE, predicate, GuardAction::Deny);
    let report = scene.run();
    expect!["the guard `careful` cannot judge File[\"/etc/a\"]: division by zero"]
        .assert_eq(&report.refusals[0].message);
}

#[test]
fn what_a_step_would_do_is_judged_right_before_it() {
    let mut scene = Scene::new();
    let config = scene.file("/etc/app", "new");
    let service = scene.service("app");
    let after = scene.file("/etc/after", "x");
    scene.restart_on(config, service);
    scene.after(service, after);
    let restarts = change(&mut scene, ChangeFact::Restarts);
    guard(&mut scene, SERVICE, restarts, GuardAction::Deny);
    expect![[r#"
        Held exit 5: 1 would change 1 blocked 1 denied
        File["/etc/app"]: would change (New)
            content: nothing -> "new"
            --- File["/etc/app"] (is)
            +++ File["/etc/app"] (shall be)
            @@ -0,0 +1 @@
            +new
            \ No newline at end of file
        Service["app"]: denied, restart not delivered from File["/etc/app"]: the guard `careful` denies Service["app"]
        File["/etc/after"]: blocked: Service["app"] is denied [Service["app"]]
    "#]].assert_eq(&summary(&scene.noop()));
    expect![[r#"
        Held exit 5: 1 changed 1 blocked 1 denied
        File["/etc/app"]: changed (New)
            content: nothing -> "new"
        Service["app"]: denied: the guard `careful` denies Service["app"]
        File["/etc/after"]: blocked: Service["app"] is denied [Service["app"]]
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/app"]
        > replace /etc/app
    "#]]
    .assert_eq(&scene.act());
    // The restart is still owed, and still denied.
    expect![[r#"
        Held exit 5: 1 unchanged 1 blocked 1 denied
        Service["app"]: denied: the guard `careful` denies Service["app"]
        File["/etc/after"]: blocked: Service["app"] is denied [Service["app"]]
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/app"]
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn attributes_that_are_known_later_are_judged_then() {
    let mut scene = Scene::new();
    let package = scene.package("app");
    let exprs = &mut scene.plan.exprs;
    let version = exprs.push(Node::Output { step: package, output: 0 });
    let owner = exprs.push(Node::Attribute(2));
    let wrong = exprs.push(Node::Const(text("1.0")));
    let predicate = exprs.push(Node::Binary(BinaryOp::Equal, owner, wrong));
    let file = scene.step(FILE, value(text("/etc/owner")), vec![(2, Operand::Expr(version))]);
    scene.edge_of(package, file, mc_plan::plan::EdgeKind::Order, mc_plan::plan::EdgeReason::Output);
    guard(&mut scene, FILE, predicate, GuardAction::Deny);
    expect![[r#"
        Held exit 5: 1 changed 1 denied
        Package["app"]: changed (New)
            installed: no -> yes
        File["/etc/owner"]: denied (New): the guard `careful` denies File["/etc/owner"]
            content: nothing -> ""
        > packages +app: ended with status 0
    "#]]
    .assert_eq(&scene.act());
}

/// A rule with the name of its type is a `check` of the type.
#[test]
fn what_breaks_the_check_of_its_type_fails() {
    let mut scene = Scene::new();
    let package = scene.package("app");
    let exprs = &mut scene.plan.exprs;
    let version = exprs.push(Node::Output { step: package, output: 0 });
    let owner = exprs.push(Node::Attribute(2));
    let wrong = exprs.push(Node::Const(text("1.0")));
    let predicate = exprs.push(Node::Binary(BinaryOp::Equal, owner, wrong));
    let message = exprs.push(Node::Const(text("nobody owns it")));
    let file = scene.step(FILE, value(text("/etc/owner")), vec![(2, Operand::Expr(version))]);
    scene.edge_of(package, file, mc_plan::plan::EdgeKind::Order, mc_plan::plan::EdgeReason::Output);
    let name = scene.plan.schemas[FILE as usize].name.clone();
    let rule = guard(&mut scene, FILE, predicate, GuardAction::Deny);
    rule.name = name;
    rule.message = Some(Operand::Expr(message));
    let report = scene.run();
    let step = report.steps.iter().find(|step| step.name == "File[\"/etc/owner\"]").expect("the step");
    assert_eq!(step.outcome, Outcome::Failed);
    assert_eq!(step.reason.as_deref(), Some("nobody owns it (the `check` of `File` does not hold)"));

    scene.plan.steps[file as usize].declarations[0].attributes[0].value = value(text("1.0"));
    scene.plan.edges.clear();
    scene.sequence += 1;
    let report = scene.run();
    assert_eq!((report.refusals[0].code, report.exit_status(false)), (Code::Fail, 1));
    assert_eq!(report.refusals[0].places[1].text, "the `check` of `File` does not hold");
}

#[test]
fn a_step_waits_for_an_approval_and_what_follows_waits_with_it() {
    let mut scene = Scene::new();
    let first = scene.file("/etc/first", "x");
    let second = scene.file("/etc/second", "x");
    scene.file("/etc/third", "x");
    scene.after(first, second);
    scene.declared(first).approval = Some("dba".into());
    expect![[r#"
        Held exit 5: 1 would change 1 blocked 1 awaiting approval
        File["/etc/first"]: awaiting approval (New): needs the approval of dba
            content: nothing -> "x"
            --- File["/etc/first"] (is)
            +++ File["/etc/first"] (shall be)
            @@ -0,0 +1 @@
            +x
            \ No newline at end of file
        File["/etc/second"]: blocked: File["/etc/first"] awaits an approval [File["/etc/first"]]
        File["/etc/third"]: would change (New)
            content: nothing -> "x"
            --- File["/etc/third"] (is)
            +++ File["/etc/third"] (shall be)
            @@ -0,0 +1 @@
            +x
            \ No newline at end of file
    "#]]
    .assert_eq(&summary(&scene.noop()));
    expect![[r#"
        Held exit 5: 1 changed 1 blocked 1 awaiting approval
        File["/etc/first"]: awaiting approval (New): needs the approval of dba
            content: nothing -> "x"
        File["/etc/second"]: blocked: File["/etc/first"] awaits an approval [File["/etc/first"]]
        File["/etc/third"]: changed (New)
            content: nothing -> "x"
        > replace /etc/third
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn what_is_as_it_shall_be_needs_no_approval() {
    let mut scene = Scene::new();
    let file = scene.file("/etc/first", "x");
    scene.run();
    scene.declared(file).approval = Some("dba".into());
    scene.sequence += 1;
    assert_eq!(scene.run().counts.unchanged, 1);
}

#[test]
fn a_guard_demands_an_approval_for_some_changes() {
    let mut scene = Scene::new();
    scene.file("/etc/first", "x");
    let creates = change(&mut scene, ChangeFact::Creates);
    let rule = guard(&mut scene, FILE, creates, GuardAction::Approval("ops".into()));
    rule.message = Some(value(text("new files are looked at")));
    expect![[r#"
        Held exit 5: 1 awaiting approval
        File["/etc/first"]: awaiting approval (New): needs the approval of ops: new files are looked at
            content: nothing -> "x"
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_skipped_step_is_left_out_and_what_follows_goes_on() {
    let mut scene = Scene::new();
    let package = scene.package("app");
    let exprs = &mut scene.plan.exprs;
    let version = exprs.push(Node::Output { step: package, output: 0 });
    let old = exprs.push(Node::Const(text("1.0")));
    let is_old = exprs.push(Node::Binary(BinaryOp::Equal, version, old));
    let skipped = scene.file("/etc/skipped", "x");
    let stays = scene.file("/etc/stays", "x");
    let after = scene.file("/etc/after", "x");
    scene.edge_of(package, skipped, mc_plan::plan::EdgeKind::Order, mc_plan::plan::EdgeReason::Output);
    scene.after(skipped, after);
    scene.declared(skipped).skip = Some(Operand::Expr(is_old));
    scene.declared(stays).skip = Some(value(Value::Bool(false)));
    expect![[r#"
        Done exit 10: 4 would change
        Package["app"]: would change (New)
            installed: no -> yes
        File["/etc/skipped"]: would change: known after Package["app"], which decides whether it is skipped
        File["/etc/stays"]: would change (New)
            content: nothing -> "x"
            --- File["/etc/stays"] (is)
            +++ File["/etc/stays"] (shall be)
            @@ -0,0 +1 @@
            +x
            \ No newline at end of file
        File["/etc/after"]: would change (New)
            content: nothing -> "x"
            --- File["/etc/after"] (is)
            +++ File["/etc/after"] (shall be)
            @@ -0,0 +1 @@
            +x
            \ No newline at end of file
    "#]]
    .assert_eq(&summary(&scene.noop()));
    expect![[r#"
        Done exit 10: 3 changed 1 skipped
        Package["app"]: changed (New)
            installed: no -> yes
        File["/etc/skipped"]: skipped: its `skip when` holds (main.mc:3:3)
        File["/etc/stays"]: changed (New)
            content: nothing -> "x"
        File["/etc/after"]: changed (New)
            content: nothing -> "x"
        > packages +app: ended with status 0
        > replace /etc/after
        > replace /etc/stays
    "#]]
    .assert_eq(&scene.act());
    expect![[r#"
        Done exit 0: 3 unchanged 1 skipped
        File["/etc/skipped"]: skipped: its `skip when` holds (main.mc:3:3)
    "#]]
    .assert_eq(&summary(&scene.noop()));
}

#[test]
fn of_several_declarations_all_must_skip() {
    let mut scene = Scene::new();
    let step = scene.file("/etc/a", "x");
    let other = scene.declaration(vec![(1, value(Value::Mode(0o600)))]);
    scene.plan.steps[step as usize].declarations.push(other);
    scene.declared(step).skip = Some(value(Value::Bool(true)));
    assert_eq!(scene.noop().counts.would_change, 1);
    scene.plan.steps[step as usize].declarations[1].skip = Some(value(Value::Bool(true)));
    assert_eq!(scene.noop().counts.skipped, 1);
}

#[test]
fn tags_are_in_the_report() {
    let mut scene = Scene::new();
    let step = scene.file("/etc/a", "x");
    let mut other = scene.declaration(vec![]);
    other.tags = vec!["base".into(), "security".into()];
    scene.plan.steps[step as usize].declarations.push(other);
    scene.declared(step).tags = vec!["security".into(), "web".into()];
    let report = scene.run();
    assert_eq!(report.steps[0].tags, ["base", "security", "web"]);
}
