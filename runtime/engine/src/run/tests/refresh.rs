//! Who is refreshed, when, and what is still owed.

use expect_test::expect;
use mc_plan::plan::{Clause, EdgeKind, EdgeReason};
use mc_plan::value::Value;

use super::scene::{SERVICE, Scene, summary, text, value};
use crate::host::fake::{FakeFile, exited};
use crate::host::{HostErrorKind, Unit};
use std::time::Duration;

/// Two files and a service that restarts on both.
fn two_files() -> Scene {
    let mut scene = Scene::new();
    let a = scene.file("/etc/a", "a");
    let b = scene.file("/etc/b", "b");
    let service = scene.service("app");
    scene.restart_on(a, service);
    scene.restart_on(b, service);
    scene
}

#[test]
fn once_however_many_changed() {
    expect![[r#"
        Done exit 10: 3 changed
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        File["/etc/b"]: changed (New)
            content: nothing -> "b"
        Service["app"]: changed, restart from File["/etc/a"] File["/etc/b"]
        > replace /etc/a
        > replace /etc/b
        > unit Restart app
    "#]]
    .assert_eq(&two_files().act());
}

#[test]
fn a_start_in_the_same_step_is_a_restart() {
    let scene = two_files();
    scene.host.world().units.get_mut("app").expect("there").active = "inactive".into();
    expect![[r#"
        Done exit 10: 3 changed
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        File["/etc/b"]: changed (New)
            content: nothing -> "b"
        Service["app"]: changed (New), restart from File["/etc/a"] File["/etc/b"]
            running: no -> yes
        > replace /etc/a
        > replace /etc/b
        > unit Start app
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn the_strongest_kind_counts() {
    let mut scene = two_files();
    let c = scene.file("/etc/c", "c");
    scene.edge_of(c, 2, EdgeKind::Reload, EdgeReason::Clause(Clause::ReloadOn));
    expect![[r#"
        Done exit 10: 4 changed
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        File["/etc/b"]: changed (New)
            content: nothing -> "b"
        File["/etc/c"]: changed (New)
            content: nothing -> "c"
        Service["app"]: changed, restart from File["/etc/a"] File["/etc/b"] File["/etc/c"]
        > replace /etc/a
        > replace /etc/b
        > replace /etc/c
        > unit Restart app
    "#]]
    .assert_eq(&scene.act());
    scene.host.put("/etc/c", FakeFile::regular("x"));
    expect![[r#"
        Done exit 10: 2 unchanged 2 changed
        File["/etc/c"]: changed (Drift)
            content: "x" -> "c"
        Service["app"]: changed, reload from File["/etc/c"]
        > replace /etc/c
        > unit Reload app
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_refresh_that_fails_stays_owed() {
    let scene = two_files();
    scene.host.fault("unit Restart app", HostErrorKind::Failed, "cannot restart", 1);
    expect![[r#"
        Failed exit 1: 2 changed 1 failed
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        File["/etc/b"]: changed (New)
            content: nothing -> "b"
        Service["app"]: failed, restart not delivered from File["/etc/a"] File["/etc/b"]: cannot restart
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/a"]
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/b"]
        > replace /etc/a
        > replace /etc/b
        > unit Restart app: error: cannot restart
    "#]]
    .assert_eq(&scene.act());
    expect![[r#"
        Done exit 10: 2 unchanged 1 would change
        Service["app"]: would change, restart not delivered from File["/etc/a"] File["/etc/b"]
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/a"]
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/b"]
    "#]]
    .assert_eq(&summary(&scene.noop()));
    expect![[r#"
        Done exit 10: 2 unchanged 1 changed
        Service["app"]: changed, restart from File["/etc/a"] File["/etc/b"]
        > unit Restart app
    "#]]
    .assert_eq(&scene.act());
    expect![[r#"
        Done exit 0: 3 unchanged
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_receiver_that_is_blocked_stays_owed() {
    let scene = two_files();
    scene.host.fault("replace /etc/b", HostErrorKind::Full, "no space left", 1);
    expect![[r#"
        Failed exit 1: 1 changed 1 failed 1 blocked
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        File["/etc/b"]: failed (New): no space left
            content: nothing -> "b"
        Service["app"]: blocked: File["/etc/b"] did not work [File["/etc/b"]]
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/a"]
        > replace /etc/a
        > replace /etc/b: error: no space left
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.state.stored().remembered.as_ref().map(|r| r.owed.len()), Some(1));
}

#[test]
fn a_sender_that_did_nothing_takes_it_back() {
    let scene = two_files();
    scene.host.put("/etc/a", FakeFile::regular("a"));
    scene.host.fault("replace /etc/b", HostErrorKind::Full, "no space left", 1);
    scene.run();
    assert_eq!(scene.state.stored().remembered.as_ref().map(|r| r.owed.len()), Some(0));
}

#[test]
fn a_receiver_that_is_gone_drops_it_with_a_note() {
    let mut scene = two_files();
    scene.host.fault("unit Restart app", HostErrorKind::Failed, "cannot restart", 1);
    scene.run();
    scene.declared(2).condition = value(Value::Bool(false));
    scene.host.take_transcript();
    expect![[r#"
        Done exit 0: 2 unchanged 1 absent
        Service["app"]: absent
        note: Service["app"] was owed a refresh and is not in the plan any more; it is dropped
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.state.stored().remembered.as_ref().map(|r| r.owed.len()), Some(0));
}

#[test]
fn absent_senders_carry_nothing_and_still_order() {
    let mut scene = Scene::new();
    let a = scene.file("/etc/a", "a");
    let middle = scene.file("/etc/middle", "");
    let service = scene.service("app");
    scene.declared(middle).condition = value(Value::Bool(false));
    scene.restart_on(a, middle);
    scene.restart_on(middle, service);
    scene.host.world().units.get_mut("app").expect("there").active = "inactive".into();
    expect![[r#"
        Done exit 10: 2 changed 1 absent
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        File["/etc/middle"]: absent
        Service["app"]: changed (New)
            running: no -> yes
        > replace /etc/a
        > unit Start app
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn notify_runs_a_command_only_then() {
    let mut scene = Scene::new();
    let file = scene.file("/etc/a", "a");
    let command = scene.command("rebuild", &["rebuild", "--all"], None);
    scene.notify(file, command);
    scene.host.program("rebuild", Duration::from_secs(1), |_, _| exited(0, "rebuilt"));
    expect![[r#"
        Done exit 10: 2 changed
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        Command["rebuild"] in web: changed, notify from File["/etc/a"]
        > replace /etc/a
        > run rebuild: ended with status 0
    "#]]
    .assert_eq(&scene.act());
    expect![[r#"
        Done exit 0: 2 unchanged
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_component_refreshes_through_its_boundary() {
    let mut scene = Scene::new();
    let inside = scene.file("/etc/inside", "x");
    let outside = scene.file("/etc/outside", "x");
    let service = scene.service("app");
    scene.plan.barriers = 4;
    let (begin, end, inner_begin, inner_end) = (3, 4, 5, 6);
    scene.edge_of(begin, inner_begin, EdgeKind::Order, EdgeReason::Boundary);
    scene.edge_of(inner_begin, inside, EdgeKind::Order, EdgeReason::Boundary);
    scene.edge_of(inside, inner_end, EdgeKind::Order, EdgeReason::Boundary);
    scene.edge_of(inner_end, end, EdgeKind::Order, EdgeReason::Boundary);
    scene.after(outside, begin);
    scene.restart_on(end, service);
    expect![[r#"
        Done exit 10: 3 changed
        File["/etc/outside"]: changed (New)
            content: nothing -> "x"
        File["/etc/inside"]: changed (New)
            content: nothing -> "x"
        Service["app"]: changed, restart from File["/etc/inside"]
        > replace /etc/outside
        > replace /etc/inside
        > unit Restart app
    "#]]
    .assert_eq(&scene.act());
    // What only comes before the component does not restart the service.
    scene.host.put("/etc/outside", FakeFile::regular("y"));
    expect![[r#"
        Done exit 10: 2 unchanged 1 changed
        File["/etc/outside"]: changed (Drift)
            content: "y" -> "x"
        > replace /etc/outside
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_carrier_that_does_not_exist_carries_nothing() {
    let mut scene = two_files();
    for edge in &mut scene.plan.edges {
        edge.carrier = Some((true, 0));
    }
    let other = scene.declaration(vec![]);
    scene.plan.steps[2].declarations.push(other);
    // The declaration that says `restart on` is not on this host; another one of the same service is.
    scene.declared(2).condition = value(Value::Bool(false));
    let report = scene.run();
    assert_eq!((report.counts.changed, report.counts.unchanged), (2, 1));
}

#[test]
fn a_service_that_dies_after_its_restart_has_failed_and_is_owed_one() {
    let scene = two_files();
    let dead =
        Unit { active: "failed".into(), result: "signal".into(), ..scene.host.world().units["app"].clone() };
    scene.host.world().broken_units.insert("app".into(), dead);
    expect![[r#"
        Failed exit 1: 2 changed 1 failed
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        File["/etc/b"]: changed (New)
            content: nothing -> "b"
        Service["app"]: failed, restart not delivered from File["/etc/a"] File["/etc/b"]: app has failed (signal)
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/a"]
        owed: restart to std.svc.Service["app"] by std.fs.File["/etc/b"]
        > replace /etc/a
        > replace /etc/b
        > unit Restart app
    "#]].assert_eq(&scene.act());
}

#[test]
fn a_refreshed_step_refreshes_others() {
    let mut scene = Scene::new();
    let file = scene.file("/etc/a", "a");
    let front = scene.service("front");
    let back = scene.service("back");
    scene.restart_on(file, back);
    scene.restart_on(back, front);
    expect![[r#"
        Done exit 10: 3 changed
        File["/etc/a"]: changed (New)
            content: nothing -> "a"
        Service["back"]: changed, restart from File["/etc/a"]
        Service["front"]: changed, restart from Service["back"]
        > replace /etc/a
        > unit Restart back
        > unit Restart front
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.plan.steps[front as usize].schema, SERVICE);
    assert_eq!(scene.plan.steps[back as usize].key, value(text("back")));
}

#[test]
fn a_sender_that_is_blocked_owes_nothing() {
    let mut scene = two_files();
    let first = scene.file("/etc/first", "x");
    scene.after(first, 0);
    scene.host.put("/etc/b", FakeFile::regular("b"));
    scene.host.fault("replace /etc/first", HostErrorKind::Denied, "permission denied", 1);
    let report = scene.run();
    // Its intent was written ahead, together with that of the step which failed, and is taken back.
    assert_eq!((report.counts.failed, report.counts.blocked, report.owed.len()), (1, 2, 0));
    assert_eq!(scene.state.stored().remembered.as_ref().map(|left| left.owed.len()), Some(0));
}
