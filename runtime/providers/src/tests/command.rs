//! Commands.

use std::time::Duration;

use mc_engine::host::ProcessOutput;
use mc_engine::host::fake::{FakeFile, exited};
use mc_engine::provider::{ApplyContext, Item, RefreshKind, Work};
use mc_plan::value::Value;

use super::{Resource, Rig, TIMEOUT, message, resource, text, texts};

/// argv, creates, cwd, user
fn command(argv: Option<Value>, creates: Option<Value>) -> Resource {
    resource("make it", [argv, creates, None, None, None])
}

#[test]
fn runs_only_while_its_file_is_missing() {
    let rig = Rig::new("std.exec.Command");
    rig.host.program("make", Duration::ZERO, |world, _| {
        world.files.insert("/srv/done".to_owned(), FakeFile::regular(""));
        exited(0, "made\n")
    });
    let make = command(texts(["make", "it"]), text("/srv/done"));
    assert_eq!(rig.changes(&make), "run: - -> make it");
    assert!(rig.diff(&make).unwrap().restarts);
    let applied = rig.apply(&make).unwrap();
    assert_eq!(applied.outputs, [text("made\n"), Some(Value::Int(0))]);
    assert_eq!(rig.changes(&make), "");
    assert_eq!(rig.read(&make).unwrap().outputs, [text(""), Some(Value::Int(0))]);
}

#[test]
fn without_a_file_it_runs_only_when_refreshed() {
    let rig = Rig::new("std.exec.Command");
    rig.host.program("reload", Duration::ZERO, |_, _| exited(0, "ok"));
    let reload = command(texts(["reload"]), None);
    assert_eq!(rig.changes(&reload), "");
    let applied = rig.refresh(&reload, RefreshKind::Notify).unwrap();
    assert_eq!(applied.outputs, [text("ok"), Some(Value::Int(0))]);
    assert_eq!(rig.host.take_transcript(), ["run reload: ended with status 0"]);
}

#[test]
fn failures_carry_what_it_wrote() {
    let rig = Rig::new("std.exec.Command");
    rig.host.program("bad", Duration::ZERO, |_, _| ProcessOutput {
        stderr: b"no such thing\n".to_vec(),
        ..exited(3, "x")
    });
    let bad = command(texts(["bad"]), text("/srv/done"));
    assert_eq!(message(rig.apply(&bad)), "Failed: `bad` ended with status 3\nno such thing");
    assert!(message(rig.read(&command(texts([]), None))).contains("names no program"));
    assert!(message(rig.read(&command(texts(["a", "b\0c"]), None))).contains("NUL"));
}

#[test]
fn too_long_is_timed_out() {
    let rig = Rig::new("std.exec.Command");
    rig.host.program("slow", Duration::from_secs(60), |_, _| exited(0, ""));
    let slow = command(texts(["slow"]), text("/srv/done"));
    let observed = rig.read(&slow).unwrap();
    let item = Item { name: "item", key: &slow.key, desired: &slow.desired, early: &[], timeout: TIMEOUT };
    let diff = rig.provider().diff(&item, &observed).unwrap();
    let ctx = ApplyContext::new(rig.ctx(), &rig.host, Some(Duration::from_secs(5)), 1);
    let work = Work { item, observed: &observed, diff: &diff, temporary: None };
    let result = rig.provider().apply(&ctx, &[work]).pop().unwrap();
    assert_eq!(message(result), "TimedOut: `slow` took too long and was ended");
}

#[test]
fn runs_as_a_user_of_the_host() {
    let rig = Rig::new("std.exec.Command");
    rig.host.program("id", Duration::ZERO, |_, _| exited(0, ""));
    let mut id = command(texts(["id"]), text("/srv/done"));
    id.desired[4] = text("web");
    assert_eq!(message(rig.apply(&id)), "Failed: there is no user `web` on this host");
    rig.host.put("/etc/passwd", FakeFile::regular("web:x:33:33::/srv:/bin/sh\n"));
    rig.caches.drop_all();
    rig.apply(&id).unwrap();
}
