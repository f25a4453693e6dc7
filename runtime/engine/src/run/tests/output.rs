//! Outputs: of steps that are skipped, and of queries.

use std::time::Duration;

use expect_test::expect;
use mc_plan::expr::{BinaryOp, Node, Operand};
use mc_plan::value::Value;

use super::scene::{Scene, summary, text, value};
use crate::host::fake::exited;

/// A package, a command and a query that are skipped, and files that read their outputs.
fn skipped() -> Scene {
    let mut scene = Scene::new();
    scene.host.program("make", Duration::ZERO, |_, _| exited(0, "made"));
    scene.host.program("ask", Duration::ZERO, |_, _| exited(0, "answer"));
    let package = scene.package("app");
    let command = scene.command("make", &["make"], Some("/srv/made"));
    let query = scene.query("ask", &["ask"]);
    for step in [package, command, query] {
        scene.declared(step).skip = Some(value(Value::Bool(true)));
    }
    scene.file_of("/etc/version", package, "none");
    scene.file_of("/etc/made", command, "none");
    scene.file_of("/etc/answer", query, "none");
    scene
}

#[test]
fn of_a_skipped_step_there_is_what_is_read_and_nothing_else() {
    let scene = skipped();
    scene.host.world().packages.insert("app".into(), "1.0".into());
    expect![[r#"
        Done exit 10: 3 changed 3 skipped
        Package["app"]: skipped: its `skip when` holds (main.mc:2:3)
        Command["make"] in web: skipped: its `skip when` holds (main.mc:3:3)
        Query["ask"] in web: skipped: its `skip when` holds (main.mc:4:3)
        File["/etc/version"]: changed (New)
            content: nothing -> "1.0"
        File["/etc/made"]: changed (New)
            content: nothing -> "none"
        File["/etc/answer"]: changed (New)
            content: nothing -> "none"
        > replace /etc/answer
        > replace /etc/made
        > replace /etc/version
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.host.take_asked(), [""; 0]);
}

/// What a dry run and a run say of the files of [`skipped`], without the drawn differences.
fn of_files(scene: &Scene) -> String {
    let said = summary(&scene.noop()) + &scene.act();
    let kept = |line: &&str| {
        let line = line.trim_start();
        ["Done ", "Failed ", "File[", "content: "].iter().any(|start| line.starts_with(start))
    };
    said.lines().filter(kept).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn a_skipped_step_that_differs_is_read_as_it_is() {
    expect![[r#"
        Done exit 10: 3 would change 3 skipped
        File["/etc/version"]: would change (New)
            content: nothing -> ""
        File["/etc/made"]: would change (New)
            content: nothing -> "none"
        File["/etc/answer"]: would change (New)
            content: nothing -> "none"
        Done exit 10: 3 changed 3 skipped
        File["/etc/version"]: changed (New)
            content: nothing -> ""
        File["/etc/made"]: changed (New)
            content: nothing -> "none"
        File["/etc/answer"]: changed (New)
            content: nothing -> "none"
    "#]]
    .assert_eq(&of_files(&skipped()));
}

#[test]
fn a_skipped_step_that_cannot_be_read_fails_where_its_outputs_are_needed() {
    let scene = skipped();
    scene.host.world().available.clear();
    expect![[r#"
        Failed exit 1: 2 would change 2 skipped 1 failed 1 blocked
        File["/etc/version"]: blocked: Package["app"] did not work [Package["app"]]
        File["/etc/made"]: would change (New)
            content: nothing -> "none"
        File["/etc/answer"]: would change (New)
            content: nothing -> "none"
        Failed exit 1: 2 changed 2 skipped 1 failed 1 blocked
        File["/etc/version"]: blocked: Package["app"] did not work [Package["app"]]
        File["/etc/made"]: changed (New)
            content: nothing -> "none"
        File["/etc/answer"]: changed (New)
            content: nothing -> "none"
    "#]]
    .assert_eq(&of_files(&scene));
}

/// A package, a query about it, and a file made of the answer.
fn asking() -> Scene {
    let mut scene = Scene::new();
    scene.host.program("app --version", Duration::ZERO, |world, _| match world.packages.get("app") {
        Some(version) => exited(0, version),
        None => exited(127, ""),
    });
    let package = scene.package("app");
    let query = scene.query("version", &["app", "--version"]);
    scene.after(package, query);
    scene.file_of("/etc/version", query, "none");
    scene
}

#[test]
fn a_query_runs_in_its_turn_and_is_never_a_change() {
    let scene = asking();
    expect![[r#"
        Done exit 10: 1 unchanged 2 changed
        Package["app"]: changed (New)
            installed: no -> yes
        File["/etc/version"]: changed (New)
            content: nothing -> "1.0"
        > packages +app: ended with status 0
        > replace /etc/version
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.host.take_asked(), ["app --version"]);
    expect![[r#"
        Done exit 0: 3 unchanged
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.host.take_asked(), ["app --version"]);
}

#[test]
fn a_dry_run_asks_where_nothing_before_would_change() {
    let scene = asking();
    scene.host.world().packages.insert("app".into(), "1.0".into());
    expect![[r#"
        Done exit 10: 2 unchanged 1 would change
        File["/etc/version"]: would change (New)
            content: nothing -> "1.0"
            --- File["/etc/version"] (is)
            +++ File["/etc/version"] (shall be)
            @@ -0,0 +1 @@
            +1.0
            \ No newline at end of file
    "#]]
    .assert_eq(&summary(&scene.noop()));
    assert_eq!(scene.host.take_asked(), ["app --version"]);
}

#[test]
fn a_dry_run_does_not_ask_behind_a_change() {
    let scene = asking();
    expect![[r#"
        Done exit 10: 1 unchanged 2 would change
        Package["app"]: would change (New)
            installed: no -> yes
        File["/etc/version"]: would change: known after Query["version"] in web, which is asked when Package["app"] has changed
    "#]].assert_eq(&summary(&scene.noop()));
    assert_eq!(scene.host.take_asked(), [""; 0]);
}

#[test]
fn a_query_without_an_answer_fails_and_is_tried_again() {
    let mut scene = asking();
    scene.host.world().packages.insert("app".into(), "1.0".into());
    scene.host.program("app --version", Duration::from_secs(30), |_, _| exited(0, "1.0"));
    scene.timeout(1, 20);
    scene.retry(1, 1, 5);
    expect![[r#"
        Failed exit 1: 1 unchanged 1 failed 1 blocked
        Query["version"] in web: failed: `app --version` took too long and was ended
        File["/etc/version"]: blocked: Query["version"] in web did not work [Query["version"] in web]
    "#]]
    .assert_eq(&summary(&scene.noop()));
    expect![[r#"
        Failed exit 1: 1 unchanged 1 failed 1 blocked
        Query["version"] in web: failed, 2 attempts: `app --version` took too long and was ended
        File["/etc/version"]: blocked: Query["version"] in web did not work [Query["version"] in web]
    "#]]
    .assert_eq(&scene.act());
    // Once in the dry run, and twice in the run.
    assert_eq!(scene.host.take_asked().len(), 3);
}

#[test]
fn a_query_that_somebody_needs_is_not_left_out() {
    let mut scene = asking();
    scene.host.world().packages.insert("app".into(), "1.0".into());
    scene.query("other", &["other"]);
    scene.only = vec!["File[\"/etc/version\"]".to_owned()];
    expect![[r#"
        Done exit 10: 1 unchanged 1 changed 2 skipped
        Package["app"]: skipped: `--only` leaves it out
        File["/etc/version"]: changed (New)
            content: nothing -> "1.0"
        Query["other"] in web: skipped: `--only` leaves it out
        > replace /etc/version
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.host.take_asked(), ["app --version"]);
}

#[test]
fn a_query_needs_an_approval_before_it_is_asked() {
    let mut scene = asking();
    scene.host.world().packages.insert("app".into(), "1.0".into());
    scene.declared(1).approval = Some("ops".into());
    let held = "\
Held exit 5: 1 unchanged 1 blocked 1 awaiting approval
Query[\"version\"] in web: awaiting approval: needs the approval of ops
File[\"/etc/version\"]: blocked: Query[\"version\"] in web awaits an approval [Query[\"version\"] in web]
";
    assert_eq!(summary(&scene.noop()), held);
    assert_eq!(scene.act(), held);
    assert_eq!(scene.host.take_asked(), [""; 0]);
}

#[test]
fn whether_a_query_is_skipped_may_be_known_later() {
    let mut scene = asking();
    let version = scene.plan.exprs.push(Node::Output { step: 0, output: 0 });
    let old = scene.plan.exprs.push(Node::Const(text("1.0")));
    let is_old = scene.plan.exprs.push(Node::Binary(BinaryOp::Equal, version, old));
    scene.declared(1).skip = Some(Operand::Expr(is_old));
    let report = scene.noop();
    assert_eq!((report.counts.would_change, report.counts.unchanged), (2, 1));
    assert_eq!(scene.run().counts.skipped, 1);
    assert_eq!(scene.host.text("/etc/version").as_deref(), Some("none"));
    assert_eq!(scene.host.take_asked(), [""; 0]);
}
