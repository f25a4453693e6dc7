//! An agent that is killed at any moment of a run that changes a file and restarts a service: the next run
//! finishes what was begun, leaves nothing behind, and delivers the restart that is owed.
//!
//! The moments are found in the trace of a run that nobody disturbs: around each write of the journal, and
//! between the rename that puts the file in its place and the record of it.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::cell::Cell;

use mc_e2e::managed::Managed;
use mc_e2e::report::Report;
use mc_test_support::hosts::Rig;
use mc_test_support::strace::{Call, Trace, Tracing};
use mc_test_support::tree::Snapshot;

mc_test_support::host_tests!(a_run_that_is_killed_is_finished_by_the_next);

const CONFIG: &str = "/etc/witness/witness.conf";
/// Each start of the service, of which there are many in a short time, adds what it found in its configuration.
const STARTS: &str = "/var/log/witness";
const UNIT: &str = "[Unit]\\nStartLimitIntervalSec=0\\n[Service]\\nExecStart=/bin/sh -c 'cat /etc/witness/witness.conf >>/var/log/witness; exec sleep infinity'\\n";
/// The calls at which a run is killed, and the one that starts programs. Calls that those programs make often
/// are not among them: a program that comes to the chosen number first would be killed instead.
const CALLS: &str = "write,fsync,fdatasync,renameat,execve";

/// A moment at which the agent is killed: when it enters its `nth` call of `call`.
#[derive(Debug)]
struct Moment {
    what: String,
    call: String,
    nth: u32,
    /// How many writes of the journal are done by then.
    written: usize,
    /// The service has restarted, and no record says so: it may be restarted once more.
    between_restart_and_record: bool,
}

/// The host with the two releases of a package, which differ in the content of one file.
struct Scene {
    managed: Managed,
    round: Cell<u32>,
}

impl Scene {
    fn new(managed: Managed) -> Self {
        for (name, sequence, content) in [("before", "1", "old"), ("after", "2", "new")] {
            managed.workshop.package(
                name,
                &format!(
                    r#"
import std.fs.{{Directory, File}}
import std.svc.Service

policy witness {{
  let unit = File "/etc/systemd/system/witness.service" {{ content = "{UNIT}" }}
  Directory "/etc/witness" {{ mode = 0o755 }}
  let config = File "{CONFIG}" {{ content = "{content}\n", mode = 0o640 }}
  Service "witness" {{ running = true, restart on config, after unit }}
}}
"#
                ),
            );
            let manifest = format!("{name}/masterchef.toml");
            managed
                .workshop
                .write(&manifest, "[package]\nname = \"witness\"\nversion = \"0.1.0\"\nedition = \"2026\"\n");
            managed.build_with(name, &["--sequence", sequence]);
        }
        Self { managed, round: Cell::new(0) }
    }

    /// Brings the host to the old release, with a state folder of its own, and forgets earlier starts.
    fn prepare(&self) -> String {
        self.round.set(self.round.get() + 1);
        let state = format!("/var/lib/round-{}", self.round.get());
        self.managed.applied("before", &["--state", &state]);
        self.managed.host.sh(&format!("test \"$(tail -n 1 {STARTS})\" = old; : >{STARTS}"));
        state
    }

    fn trace(&self, tracing: &Tracing, state: &str) -> Trace {
        // One job: then all calls that matter are made by one thread, always in the same order.
        self.managed.traced(tracing, "after", &["--state", state, "--jobs", "1"])
    }

    /// The managed tree, and what runs.
    fn tree(&self) -> Snapshot {
        Snapshot::take(&self.managed.host.root().join("etc")).without_times()
    }

    fn starts(&self) -> Vec<String> {
        self.managed.host.read(STARTS).lines().map(str::to_owned).collect()
    }
}

/// Whether a call writes the journal.
fn writes_journal(call: &Call) -> bool {
    call.name == "write" && (call.arguments.contains("/journal>") || call.arguments.contains("/journal.new>"))
}

/// The moments to try.
fn moments(trace: &Trace) -> Vec<Moment> {
    let thread = trace.calls.iter().find(|call| writes_journal(call)).expect("the journal is written").thread;
    let restarted = trace
        .calls
        .iter()
        .position(|call| call.name == "execve" && call.arguments.contains("\"restart\""))
        .expect("the service is restarted");
    let mine: Vec<(usize, &Call)> =
        trace.calls.iter().enumerate().filter(|(_, call)| call.thread == thread).collect();
    // The first record after the restart is the one that says so.
    let recorded =
        mine.iter().find(|(at, call)| *at > restarted && writes_journal(call)).expect("it is recorded").0;
    let moment = |position: usize, what: &str| {
        let (at, call) = mine[position];
        let before = &mine[..=position];
        let nth = before.iter().filter(|(_, earlier)| earlier.name == call.name).count();
        Moment {
            what: format!("{what}, call {position}: {}({})", call.name, call.arguments),
            call: call.name.clone(),
            nth: u32::try_from(nth).expect("a trace is not that long"),
            written: before[..position].iter().filter(|(_, earlier)| writes_journal(earlier)).count(),
            between_restart_and_record: restarted < at && at <= recorded,
        }
    };
    let mut moments = Vec::new();
    for (position, (_, call)) in mine.iter().enumerate() {
        if writes_journal(call) {
            moments.push(moment(position, "before a record"));
            moments.push(moment(position + 1, "after a record"));
        }
        if call.name == "renameat" && call.arguments.contains("\"witness.conf\"") {
            moments.push(moment(position, "before the rename"));
            moments.push(moment(position + 1, "after the rename"));
        }
    }
    moments
}

fn a_run_that_is_killed_is_finished_by_the_next() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let scene = Scene::new(Managed::new(host));

    let state = scene.prepare();
    let undisturbed = scene.trace(&Tracing::of(CALLS), &state);
    let report = Report::of(&undisturbed.output.clone().success());
    assert_eq!(report.named("changed"), [format!("File[\"{CONFIG}\"]"), "Service[\"witness\"]".to_owned()]);
    assert_eq!(scene.starts(), ["new"]);
    let wanted = scene.tree();

    let moments = moments(&undisturbed);
    let count = |what: &str| moments.iter().filter(|moment| moment.what.starts_with(what)).count();
    // The run begins, the file is meant, the service is meant, it is done, the run ends.
    assert!(count("after a record") >= 4, "{moments:?}");
    assert_eq!(count("after the rename"), 1, "{moments:?}");
    assert!(moments.iter().any(|moment| moment.between_restart_and_record), "{moments:?}");

    for moment in &moments {
        let state = scene.prepare();
        let killed = scene.trace(&Tracing::of(CALLS).kill_at(&moment.call, moment.nth), &state);
        assert_eq!(killed.output.code(), 137, "{moment:?}: {}", killed.output);
        let written =
            killed.calls.iter().filter(|call| writes_journal(call) && !call.result.is_empty()).count();
        assert_eq!(written, moment.written, "{moment:?}: killed at another moment: {:?}", killed.calls);
        // A moment that leaves something behind, or the test would not show that it is removed.
        let left_over = scene.managed.host.sh("ls -A /etc/witness").lines().count() > 1;
        assert_eq!(left_over, moment.what.starts_with("before the rename"), "{moment:?}");

        let output = scene.managed.apply("after", &["--state", &state]);
        assert_eq!(output.code(), 0, "{moment:?}: {output}");
        assert_eq!(wanted.differences(&scene.tree()), [], "{moment:?}: {output}");
        let starts = scene.starts();
        let most = if moment.between_restart_and_record { 2 } else { 1 };
        assert!(
            (1..=most).contains(&starts.len()) && starts.iter().all(|found| found == "new"),
            "{moment:?}: started with {starts:?}: {output}"
        );
        let report = Report::of(&output);
        assert!(report.0.get("owed").is_none(), "{moment:?}: {output}");

        // Nothing is left to do.
        let again = scene.managed.applied("after", &["--state", &state]);
        assert_eq!(again.steps().count(), 0, "{moment:?}: {again:?}");
        assert_eq!(scene.starts(), starts, "{moment:?}: {again:?}");
    }
}
