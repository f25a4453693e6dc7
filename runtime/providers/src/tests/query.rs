//! Queries.

use std::time::Duration;

use mc_engine::host::ProcessOutput;
use mc_engine::host::fake::{FakeFile, exited};
use mc_plan::value::Value;

use super::{Resource, Rig, message, resource, text, texts};

/// argv, ok, stdin, cwd, user, environment
fn query(argv: Option<Value>) -> Resource {
    resource("ask it", [argv, None, None, None, None, None])
}

fn numbers<const N: usize>(list: [i64; N]) -> Option<Value> {
    Some(Value::List(list.map(Value::Int).into()))
}

#[test]
fn its_answer_is_what_it_wrote_without_the_newlines_at_its_end() {
    let rig = Rig::new("std.exec.Query");
    rig.host.program("nginx -v", Duration::ZERO, |_, _| ProcessOutput {
        stderr: b"nginx version: 1.22\n\n".to_vec(),
        ..exited(0, "\n two\nlines \n")
    });
    let ask = query(texts(["nginx", "-v"]));
    let outputs = rig.read(&ask).unwrap().outputs;
    assert_eq!(outputs, [text("\n two\nlines "), text("nginx version: 1.22"), Some(Value::Int(0))]);
    // It is asked while it is read, and there is never anything to do.
    assert_eq!(rig.changes(&ask), "");
    assert_eq!(rig.host.take_asked().len(), 2);
    assert_eq!(rig.host.performed(), 0);
}

#[test]
fn which_status_is_an_answer_is_for_the_author_to_say() {
    let rig = Rig::new("std.exec.Query");
    rig.host.program("grep", Duration::ZERO, |_, _| ProcessOutput {
        stderr: b"no such file\n".to_vec(),
        ..exited(1, "")
    });
    let mut ask = query(texts(["grep", "x", "/etc/x"]));
    assert_eq!(message(rig.read(&ask)), "Failed: `grep` ended with status 1\nno such file");
    ask.desired[1] = numbers([0, 1]);
    assert_eq!(rig.read(&ask).unwrap().outputs[2], Some(Value::Int(1)));
    ask.desired[1] = numbers([]);
    assert!(message(rig.read(&ask)).starts_with("Failed: `grep` ended"));
}

#[test]
fn what_is_no_answer_fails() {
    let rig = Rig::new("std.exec.Query");
    rig.host.program("long", Duration::ZERO, |_, _| ProcessOutput { truncated: true, ..exited(0, "x") });
    rig.host.program("binary", Duration::ZERO, |_, _| ProcessOutput {
        stdout: b"ab\xff".to_vec(),
        ..exited(0, "")
    });
    rig.host.program("slow", Duration::from_secs(61), |_, _| exited(0, ""));
    let ask = |program: &str| message(rig.read(&query(texts([program]))));
    assert_eq!(ask("long"), "Failed: `long` wrote more than 65536 bytes, which is no answer to work with");
    assert_eq!(ask("binary"), "Failed: the standard output of `binary` is no UTF-8 text (byte 2)");
    assert_eq!(ask("slow"), "TimedOut: `slow` took too long and was ended");
    assert!(ask("").contains("names no program"));
}

#[test]
fn it_runs_as_it_is_told() {
    let rig = Rig::new("std.exec.Query");
    rig.host.program("env", Duration::ZERO, |_, _| exited(0, ""));
    let mut ask = query(texts(["env"]));
    ask.desired[4] = text("web");
    assert_eq!(message(rig.read(&ask)), "Failed: there is no user `web` on this host");
    rig.host.put("/etc/passwd", FakeFile::regular("web:x:33:33::/srv:/bin/sh\n"));
    rig.caches.drop_all();
    rig.read(&ask).unwrap();
    let variable = |name: &str| {
        let entry = (Value::Str(name.into()), Value::Str("value".into()));
        Some(Value::Map([entry].into()))
    };
    ask.desired[5] = variable("NAME");
    rig.read(&ask).unwrap();
    ask.desired[5] = variable("A=B");
    assert_eq!(message(rig.read(&ask)), "Failed: \"A=B\" cannot be set as a variable");
}
