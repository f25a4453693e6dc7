//! What runs do: converging, doing nothing, failing, trying again, stopping.

use std::time::Duration;

use expect_test::expect;
use mc_plan::expr::Node;
use mc_plan::value::Value;

use super::scene::{FILE, Scene, later, summary, text, value};
use crate::host::fake::{FakeFile, exited};
use crate::host::{HostErrorKind, Unit};
use crate::report::{Outcome, Status};
use crate::state::JournalSink;

/// A web server in small: package, directory, two files, service.
fn web() -> Scene {
    let mut scene = Scene::new();
    let package = scene.package("nginx");
    let folder = scene.step(super::scene::DIRECTORY, value(text("/etc/nginx")), vec![]);
    let main = scene.file("/etc/nginx/nginx.conf", "main");
    let site = scene.file("/etc/nginx/site.conf", "site");
    let service = scene.service("nginx");
    scene.after(package, folder);
    scene.after(folder, main);
    scene.after(folder, site);
    scene.after(package, service);
    scene.restart_on(main, service);
    scene.restart_on(site, service);
    scene
}

#[test]
fn converges_and_then_does_nothing() {
    let scene = web();
    expect![[r#"
        Done exit 10: 5 changed
        Package["nginx"]: changed (New)
            installed: no -> yes
        Directory["/etc/nginx"]: changed (New)
            exists: nothing -> a directory
        File["/etc/nginx/nginx.conf"]: changed (New)
            content: nothing -> "main"
        File["/etc/nginx/site.conf"]: changed (New)
            content: nothing -> "site"
        Service["nginx"]: changed, restart from File["/etc/nginx/nginx.conf"] File["/etc/nginx/site.conf"]
        > packages +nginx: ended with status 0
        > make directory /etc/nginx
        > replace /etc/nginx/nginx.conf
        > replace /etc/nginx/site.conf
        > unit Restart nginx
    "#]]
    .assert_eq(&scene.act());
    let journal = scene.state.stored().journal.clone();
    expect![[r#"
        Done exit 0: 5 unchanged
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.state.stored().journal, journal, "a run without work writes no journal");
    scene.host.put("/etc/nginx/site.conf", FakeFile::regular("edited by hand"));
    expect![[r#"
        Done exit 10: 3 unchanged 2 would change
        File["/etc/nginx/site.conf"]: would change (Drift)
            content: "edited by hand" -> "site"
            --- File["/etc/nginx/site.conf"] (is)
            +++ File["/etc/nginx/site.conf"] (shall be)
            @@ -1 +1 @@
            -edited by hand
            \ No newline at end of file
            +site
            \ No newline at end of file
        Service["nginx"]: would change, restart not delivered from File["/etc/nginx/site.conf"]
    "#]]
    .assert_eq(&summary(&scene.noop()));
    assert_eq!(scene.host.take_transcript(), Vec::<String>::new());
    expect![[r#"
        Done exit 10: 3 unchanged 2 changed
        File["/etc/nginx/site.conf"]: changed (Drift)
            content: "edited by hand" -> "site"
        Service["nginx"]: changed, restart from File["/etc/nginx/site.conf"]
        > replace /etc/nginx/site.conf
        > unit Restart nginx
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_preview_knows_what_comes_after() {
    let scene = web();
    let before = scene.host.tree();
    expect![[r#"
        Done exit 10: 5 would change
        Package["nginx"]: would change (New)
            installed: no -> yes
        Directory["/etc/nginx"]: would change (New)
            exists: nothing -> a directory
        File["/etc/nginx/nginx.conf"]: would change (New)
            content: nothing -> "main"
            --- File["/etc/nginx/nginx.conf"] (is)
            +++ File["/etc/nginx/nginx.conf"] (shall be)
            @@ -0,0 +1 @@
            +main
            \ No newline at end of file
        File["/etc/nginx/site.conf"]: would change (New)
            content: nothing -> "site"
            --- File["/etc/nginx/site.conf"] (is)
            +++ File["/etc/nginx/site.conf"] (shall be)
            @@ -0,0 +1 @@
            +site
            \ No newline at end of file
        Service["nginx"]: would change, restart not delivered from File["/etc/nginx/nginx.conf"] File["/etc/nginx/site.conf"]
    "#]].assert_eq(&summary(&scene.noop()));
    assert_eq!(scene.host.tree(), before);
    assert_eq!(scene.state.stored().writes, 0);
}

#[test]
fn a_failure_blocks_what_depends_on_it_and_nothing_else() {
    let scene = web();
    scene.host.fault("replace /etc/nginx/site.conf", HostErrorKind::Full, "cannot write: no space left", 1);
    expect![[r#"
        Failed exit 1: 3 changed 1 failed 1 blocked
        Package["nginx"]: changed (New)
            installed: no -> yes
        Directory["/etc/nginx"]: changed (New)
            exists: nothing -> a directory
        File["/etc/nginx/nginx.conf"]: changed (New)
            content: nothing -> "main"
        File["/etc/nginx/site.conf"]: failed (New): cannot write: no space left
            content: nothing -> "site"
        Service["nginx"]: blocked: File["/etc/nginx/site.conf"] did not work [File["/etc/nginx/site.conf"]]
        owed: restart to std.svc.Service["nginx"] by std.fs.File["/etc/nginx/nginx.conf"]
        > packages +nginx: ended with status 0
        > make directory /etc/nginx
        > replace /etc/nginx/nginx.conf
        > replace /etc/nginx/site.conf: error: cannot write: no space left
    "#]]
    .assert_eq(&scene.act());
    // The other file changed, so the restart is owed, and the next run delivers it.
    expect![[r#"
        Done exit 10: 3 unchanged 2 changed
        File["/etc/nginx/site.conf"]: changed (New)
            content: nothing -> "site"
        Service["nginx"]: changed, restart from File["/etc/nginx/nginx.conf"] File["/etc/nginx/site.conf"]
        > replace /etc/nginx/site.conf
        > unit Restart nginx
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn blocked_steps_tell_the_whole_chain() {
    let mut scene = Scene::new();
    let a = scene.file("/etc/a", "a");
    let b = scene.file("/etc/b", "b");
    let c = scene.file("/etc/c", "c");
    scene.file("/etc/d", "d");
    scene.after(a, b);
    scene.after(b, c);
    scene.host.fault("replace /etc/a", HostErrorKind::Denied, "permission denied", 1);
    expect![[r#"
        Failed exit 1: 1 changed 1 failed 2 blocked
        File["/etc/a"]: failed (New): permission denied
            content: nothing -> "a"
        File["/etc/b"]: blocked: File["/etc/a"] did not work [File["/etc/a"]]
        File["/etc/c"]: blocked: File["/etc/b"] did not work [File["/etc/b"] <- File["/etc/a"]]
        File["/etc/d"]: changed (New)
            content: nothing -> "d"
        > replace /etc/a: error: permission denied
        > replace /etc/d
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_disk_that_is_full_leaves_the_old_content() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "new");
    scene.host.put("/etc/a", FakeFile::regular("old"));
    scene.host.fault(
        "replace /etc/a",
        HostErrorKind::Full,
        "cannot replace /etc/a: no space left on device",
        1,
    );
    let report = scene.run();
    assert_eq!(report.status, Status::Failed);
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("old"));
    assert_eq!(scene.run().counts.changed, 1);
}

#[test]
fn retries_begin_with_reading() {
    let mut scene = Scene::new();
    let a = scene.file("/etc/a", "a");
    scene.retry(a, 2, 5);
    scene.host.fault("replace /etc/a", HostErrorKind::Io, "try again", 2);
    let begun = scene.host.fake_clock();
    let before = crate::host::Clock::monotonic(begun);
    expect![[r#"
        Done exit 10: 1 changed
        File["/etc/a"]: changed (New), 3 attempts
            content: nothing -> "a"
        > replace /etc/a: error: try again
        > replace /etc/a: error: try again
        > replace /etc/a
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(crate::host::Clock::monotonic(begun) - before, Duration::from_secs(10));

    scene.host.put("/etc/a", FakeFile::regular("x"));
    scene.host.fault("replace /etc/a", HostErrorKind::Io, "try again", 9);
    expect![[r#"
        Failed exit 1: 1 failed
        File["/etc/a"]: failed (Drift), 3 attempts: try again
            content: "x" -> "a"
        > replace /etc/a: error: try again
        > replace /etc/a: error: try again
        > replace /etc/a: error: try again
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn others_go_on_while_one_waits_for_its_next_attempt() {
    for jobs in [1, 4] {
        let mut scene = Scene::new();
        scene.jobs = jobs;
        let a = scene.file("/etc/a", "a");
        scene.retry(a, 1, 3600);
        let b = scene.command("b", &["b"], Some("/tmp/b"));
        let c = scene.command("c", &["c"], Some("/tmp/c"));
        scene.after(b, c);
        for name in ["b", "c"] {
            scene.host.program(name, Duration::from_secs(1), |world, argv| {
                world.files.insert(format!("/tmp/{}", argv[0]), FakeFile::regular(""));
                exited(0, "")
            });
        }
        scene.host.fault("replace /etc/a", HostErrorKind::Io, "try again", 1);
        scene.run();
        let lines = scene.host.take_transcript();
        assert_eq!(lines.len(), 4, "{lines:?}");
        // With one worker nobody sleeps while there is something to do.
        assert!(jobs > 1 || lines.last().is_some_and(|line| line == "replace /etc/a"), "{lines:?}");
    }
}

#[test]
fn a_step_that_takes_too_long_is_timed_out() {
    let mut scene = Scene::new();
    let slow = scene.command("slow", &["slow"], Some("/tmp/done"));
    scene.timeout(slow, 30);
    let next = scene.file("/etc/next", "");
    scene.after(slow, next);
    scene.host.program("slow", Duration::from_secs(31), |_, _| exited(0, ""));
    expect![[r#"
        Failed exit 1: 1 timed out 1 blocked
        Command["slow"] in web: timed out (New): `slow` took too long and was ended
            run: nothing -> /tmp/done
        File["/etc/next"]: blocked: Command["slow"] in web did not work [Command["slow"] in web]
        > run slow: took too long and was ended
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn one_package_that_does_not_exist_leaves_the_others_in_one_transaction() {
    let mut scene = Scene::new();
    for name in ["aa", "bb", "cc"] {
        scene.package(name);
    }
    scene.package("missing");
    scene.host.world().available.remove("missing");
    expect![[r#"
        Failed exit 1: 3 changed 1 failed
        Package["aa"]: changed (New)
            installed: no -> yes
        Package["bb"]: changed (New)
            installed: no -> yes
        Package["cc"]: changed (New)
            installed: no -> yes
        Package["missing"]: failed: there is no package `missing`
        > packages +aa +bb +cc: ended with status 0
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_transaction_that_fails_is_tried_alone() {
    let mut scene = Scene::new();
    for name in ["aa", "bb", "cc"] {
        scene.package(name);
    }
    scene.host.fault("packages +aa +bb +cc", HostErrorKind::Failed, "bb cannot be configured", 1);
    scene.host.fault("packages +bb", HostErrorKind::Failed, "bb cannot be configured", 1);
    expect![[r#"
        Failed exit 1: 2 changed 1 failed
        Package["aa"]: changed (New)
            installed: no -> yes
        Package["bb"]: failed (New): bb cannot be configured
            installed: no -> yes
        Package["cc"]: changed (New)
            installed: no -> yes
        > packages +aa +bb +cc: error: bb cannot be configured
        > packages +aa: ended with status 0
        > packages +bb: error: bb cannot be configured
        > packages +cc: ended with status 0
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_provider_that_does_not_converge_is_named() {
    let mut scene = Scene::new();
    let folder = scene.step(super::scene::DIRECTORY, value(text("/etc/x")), vec![]);
    let file = scene.file("/etc/x/a", "a");
    scene.after(folder, file);
    let stubborn = scene.command("stubborn", &["true"], Some("/tmp/never"));
    scene.after(file, stubborn);
    scene.host.program("true", Duration::ZERO, |_, _| exited(0, ""));
    expect![[r#"
        Failed exit 1: 2 changed 1 failed
        Directory["/etc/x"]: changed (New)
            exists: nothing -> a directory
        File["/etc/x/a"]: changed (New)
            content: nothing -> "a"
        Command["stubborn"] in web: failed (New): the provider `core.command` says it is done, and it still differs
        run: nothing is there, /tmp/never is wanted
            run: nothing -> /tmp/never
        > make directory /etc/x
        > replace /etc/x/a
        > run true: ended with status 0
    "#]].assert_eq(&scene.act());
}

#[test]
fn a_service_that_starts_and_dies_has_failed() {
    let mut scene = Scene::new();
    scene.service("app");
    let stopped = Unit { active: "inactive".into(), ..scene.host.world().units["app"].clone() };
    let dead = Unit { active: "failed".into(), result: "exit-code".into(), ..stopped.clone() };
    scene.host.world().units.insert("app".into(), stopped.clone());
    scene.host.world().broken_units.insert("app".into(), dead);
    expect![[r#"
        Failed exit 1: 1 failed
        Service["app"]: failed (New): app has failed (exit-code)
            running: no -> yes
        > unit Start app
    "#]]
    .assert_eq(&scene.act());
    // One that never gets ready is waited for, as long as its schema says.
    let slow = Unit { active: "activating".into(), ..stopped };
    scene.host.world().broken_units.insert("app".into(), slow);
    expect![[r#"
        Failed exit 1: 1 failed
        Service["app"]: failed (New): app is activating (after 5.0 s)
            running: no -> yes
        > unit Start app
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn outputs_feed_later_steps() {
    let mut scene = Scene::new();
    let package = scene.package("app");
    let output = scene.plan.exprs.push(Node::Output { step: package, output: 0 });
    let prefix = scene.plan.exprs.push(Node::Const(text("version ")));
    let content = later(&mut scene.plan, Node::Concat(vec![prefix, output]));
    let file = scene.step(FILE, value(text("/etc/version")), vec![(0, content)]);
    scene.edge_of(package, file, mc_plan::plan::EdgeKind::Order, mc_plan::plan::EdgeReason::Output);
    expect![[r#"
        Done exit 10: 2 would change
        Package["app"]: would change (New)
            installed: no -> yes
        File["/etc/version"]: would change: known after Package["app"]
    "#]]
    .assert_eq(&summary(&scene.noop()));
    expect![[r#"
        Done exit 10: 2 changed
        Package["app"]: changed (New)
            installed: no -> yes
        File["/etc/version"]: changed (New)
            content: nothing -> "version 1.0"
        > packages +app: ended with status 0
        > replace /etc/version
    "#]]
    .assert_eq(&scene.act());
    // Now that nothing changes, the preview knows it as well.
    expect![[r#"
        Done exit 0: 2 unchanged
    "#]]
    .assert_eq(&summary(&scene.noop()));
    // What fails to evaluate fails the step, before it changes anything.
    scene.host.world().packages.insert("app".into(), "2".into());
    let fails = scene.plan.exprs.push(Node::Fail(output));
    scene.declared(file).attributes[0].value = mc_plan::expr::Operand::Expr(fails);
    expect![[r#"
        Failed exit 1: 1 unchanged 1 failed
        File["/etc/version"]: failed: the value of `content` (main.mc:3:3): 2
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_look_is_used_again_only_if_nothing_wrote_what_it_read() {
    // The command writes a file that the plan manages too; its own declared writes do not say so.
    let mut scene = Scene::new();
    let command = scene.command("make", &["make"], Some("/tmp/made"));
    let file = scene.file("/etc/a", "right");
    scene.after(command, file);
    scene.host.put("/etc/a", FakeFile::regular("right"));
    scene.host.program("make", Duration::ZERO, |world, _| {
        world.files.insert("/tmp/made".into(), FakeFile::regular(""));
        world.files.insert("/etc/a".into(), FakeFile::regular("wrong"));
        exited(0, "")
    });
    let report = scene.run();
    assert_eq!(report.counts.changed, 2);
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("right"));
}

#[test]
fn only_some_steps() {
    let mut scene = web();
    scene.only = vec!["File[/etc/nginx/site.conf]".into(), "Directory[\"/etc/nginx\"]".into()];
    expect![[r#"
        Done exit 10: 2 changed 3 skipped
        Package["nginx"]: skipped: `--only` leaves it out
        Directory["/etc/nginx"]: changed (New)
            exists: nothing -> a directory
        File["/etc/nginx/nginx.conf"]: skipped: `--only` leaves it out
        File["/etc/nginx/site.conf"]: changed (New)
            content: nothing -> "site"
        Service["nginx"]: skipped: `--only` leaves it out
        owed: restart to std.svc.Service["nginx"] by std.fs.File["/etc/nginx/site.conf"]
        > make directory /etc/nginx
        > replace /etc/nginx/site.conf
    "#]]
    .assert_eq(&scene.act());
    scene.only = vec!["File[\"/etc/nginx/sit.conf\"]".into()];
    expect![[r#"
        Refused exit 1:
        MC6150: no step of this host is called `File["/etc/nginx/sit.conf"]`
    "#]]
    .assert_eq(&scene.act());
    scene.only.clear();
    // The restart that the first run owes is delivered here.
    expect![[r#"
        Done exit 10: 2 unchanged 3 changed
        Package["nginx"]: changed (New)
            installed: no -> yes
        File["/etc/nginx/nginx.conf"]: changed (New)
            content: nothing -> "main"
        Service["nginx"]: changed, restart from File["/etc/nginx/nginx.conf"] File["/etc/nginx/site.conf"]
        > packages +nginx: ended with status 0
        > replace /etc/nginx/nginx.conf
        > unit Restart nginx
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_stopped_run_finishes_what_is_in_flight() {
    let mut scene = Scene::new();
    let first = scene.command("first", &["first"], Some("/tmp/first"));
    let second = scene.command("second", &["second"], Some("/tmp/second"));
    scene.file("/etc/z", "z");
    scene.after(first, second);
    let stop = scene.stop.clone();
    scene.host.program("first", Duration::ZERO, move |world, _| {
        stop.raise();
        world.files.insert("/tmp/first".into(), FakeFile::regular(""));
        exited(0, "")
    });
    expect![[r#"
        Stopped exit 7: 1 changed 2 not run
        Command["first"] in web: changed (New)
            run: nothing -> /tmp/first
        Command["second"] in web: not run: the run was stopped
        File["/etc/z"]: not run (New): the run was stopped
            content: nothing -> "z"
        > run first: ended with status 0
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_run_has_a_deadline() {
    let mut scene = Scene::new();
    let first = scene.command("first", &["first"], Some("/tmp/first"));
    let second = scene.file("/etc/second", "");
    scene.after(first, second);
    scene.limit = Some(Duration::from_secs(60));
    scene.host.program("first", Duration::from_secs(61), |world, _| {
        world.files.insert("/tmp/first".into(), FakeFile::regular(""));
        exited(0, "")
    });
    expect![[r#"
        Failed exit 1: 1 changed 1 not run
        Command["first"] in web: changed (New)
            run: nothing -> /tmp/first
        File["/etc/second"]: not run: the run took longer than it may
        note: the run was stopped at its deadline
        > run first: ended with status 0
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn nothing_is_done_after_data_could_not_be_made_durable() {
    let mut scene = Scene::new();
    let a = scene.file("/etc/a", "a");
    let b = scene.file("/etc/b", "b");
    scene.after(a, b);
    let c = scene.command("c", &["c"], Some("/tmp/c"));
    scene.after(a, c);
    scene.host.fault("replace /etc/a", HostErrorKind::Sync, "cannot sync /etc/.a: input/output error", 1);
    expect![[r#"
        Failed exit 1: 1 failed 2 not run
        File["/etc/a"]: failed (New): cannot sync /etc/.a: input/output error
            content: nothing -> "a"
        File["/etc/b"]: not run: the run was broken off
        Command["c"] in web: not run: the run was broken off
        note: nothing more was done after data could not be made durable
        > replace /etc/a: error: cannot sync /etc/.a: input/output error
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn drift_and_new_intentions_are_told_apart() {
    let mut scene = Scene::new();
    let file = scene.file("/etc/a", "one");
    assert_eq!(scene.run().steps[0].cause, Some(crate::report::Cause::New));
    scene.host.put("/etc/a", FakeFile::regular("edited"));
    assert_eq!(scene.noop().steps[0].cause, Some(crate::report::Cause::Drift));
    assert_eq!(scene.run().steps[0].cause, Some(crate::report::Cause::Drift));
    scene.declared(file).attributes[0].value = value(text("two"));
    assert_eq!(scene.run().steps[0].cause, Some(crate::report::Cause::Policy));
}

#[test]
fn the_sequence_is_stored_before_the_first_effect_and_never_goes_back() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    scene.sequence = 7;
    scene.host.die(crate::host::fake::Death::Before(1));
    scene.run();
    assert_eq!(scene.state.stored().accepted[&("web".to_owned(), 1)].sequence, 7);
    scene.host.revive();
    scene.sequence = 6;
    let error = scene.try_run().expect_err("an older release");
    assert!(matches!(&error, crate::run::RunError::Bundle(refusal) if refusal.code() == "MC5019"), "{error}");
    assert_eq!(scene.host.performed(), 1);
}

#[test]
fn reports_stand_in_graph_order_whatever_the_timing() {
    let report = |jobs: usize| {
        let mut scene = Scene::new();
        scene.jobs = jobs;
        let mut last = None;
        for at in 0..60 {
            let file = scene.file(&format!("/etc/f{at:02}"), "x");
            if at % 3 == 0 {
                if let Some(last) = last {
                    scene.after(last, file);
                }
                last = Some(file);
            }
        }
        for at in 0..5 {
            let command = scene.command(
                &format!("c{at}"),
                &["touch", &format!("/tmp/c{at}")],
                Some(&format!("/tmp/c{at}")),
            );
            scene.after(command, at * 7);
        }
        scene.host.program("touch", Duration::ZERO, |world, argv| {
            world.files.insert(argv[1].clone(), FakeFile::regular(""));
            exited(0, "")
        });
        scene.host.fault("replace /etc/f30", HostErrorKind::Denied, "permission denied", 1);
        let mut report = scene.run();
        for step in &mut report.steps {
            step.started_ms = 0;
            step.took_ms = 0;
        }
        report.took_ms = 0;
        serde_json::to_string_pretty(&report).expect("plain data")
    };
    assert_eq!(report(1), report(8));
}

#[test]
fn stores_that_do_not_work_break_the_run_off() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    // The sequence, then the begin of the journal; the intents are the third write.
    scene.state.stored().dies_after = Some(2);
    scene.try_run().expect_err("the journal cannot be written");
    assert_eq!(scene.host.performed(), 0, "no effect without a durable intent");
}

#[test]
fn intents_are_durable_before_effects_and_share_one_sync() {
    let mut scene = Scene::new();
    for at in 0..50 {
        scene.file(&format!("/etc/{at:02}"), "x");
    }
    scene.run();
    let stored = scene.state.stored();
    assert_eq!(stored.durable, stored.journal.len());
    assert!(stored.syncs <= 4, "{} syncs", stored.syncs);
}

#[test]
fn the_audit_log_has_every_intent_and_result() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    scene.run();
    let audit = scene.state.stored().audit.join("\n");
    expect![[r#"
        {"time":1700000000000000000,"run":"20231114T221320Z-41412925","what":{"event":"begin","bundle":"7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8","boot":"boot","resumed":0}}
        {"time":1700000000000000000,"run":"20231114T221320Z-41412925","what":{"event":"intent","step":"std.fs.File[\"/etc/a\"]","attempt":1,"diff":"2fb8e2e0e6240a80296cd85c8ac71ed8473293d26d6795a5526c96daf89102a2"}}
        {"time":1700000000000000000,"run":"20231114T221320Z-41412925","what":{"event":"result","step":"std.fs.File[\"/etc/a\"]","outcome":"changed","note":""}}
        {"time":1700000000000000000,"run":"20231114T221320Z-41412925","what":{"event":"end","status":0,"report":"920380e4725bf1f20f233a78bc4bb46d611c8e62f1b2d6a9d41af01e1c7bb520"}}"#]].assert_eq(&audit);
}

#[test]
fn a_damaged_run_state_is_rebuilt_from_the_journal() {
    let scene = web();
    scene.host.fault("unit Restart nginx", HostErrorKind::Failed, "no", 1);
    scene.host.world().packages.insert("nginx".into(), "1".into());
    scene.run();
    assert_eq!(scene.state.stored().remembered.as_ref().map(|r| r.owed.len()), Some(2));
    scene.state.stored().remembered = None;
    let report = scene.run();
    assert_eq!(report.counts.changed, 1);
    assert_eq!(report.steps[0].refresh.as_ref().map(|refresh| refresh.delivered), Some(true));
    assert!(report.owed.is_empty());
}

#[test]
fn a_torn_journal_does_not_stop_anybody() {
    let mut scene = web();
    scene.run();
    let mut bytes = scene.state.load().expect("loads");
    bytes.truncate(bytes.len() - 3);
    scene.state.reset(&bytes).expect("resets");
    let report = scene.run();
    assert!(report.resumed);
    assert_eq!(report.counts.changed, 0);
    assert!(!scene.run().resumed);
}

#[test]
fn absent_steps_need_no_value() {
    let mut scene = Scene::new();
    let file = scene.file("/etc/a", "a");
    let fails = scene.plan.exprs.push(Node::Const(text("never")));
    let fails = scene.plan.exprs.push(Node::Fail(fails));
    scene.plan.steps[file as usize].key = mc_plan::expr::Operand::Expr(fails);
    scene.declared(file).condition = value(Value::Bool(false));
    let report = scene.run();
    assert_eq!((report.counts.absent, report.status), (1, Status::Done));
    assert_eq!(report.steps[0].outcome, Outcome::Absent);
}
