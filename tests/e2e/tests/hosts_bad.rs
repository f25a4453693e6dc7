//! What goes wrong on a host: it is said clearly, with the right exit status, and no more is changed than
//! what worked.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::process::Stdio;

use mc_e2e::managed::{AGENT, Managed};
use mc_e2e::report::Report;
use mc_test_support::hosts::Rig;
use mc_test_support::strace::Tracing;
use mc_test_support::tree::Snapshot;

mc_test_support::host_tests!(
    a_full_disk_keeps_the_old_content,
    a_package_that_nobody_knows_does_not_stop_ten_others,
    a_unit_that_fails_blocks_only_what_depends_on_it,
    two_agents_do_not_work_at_the_same_time,
    a_plan_that_does_not_stand_on_this_host_changes_nothing,
);

fn managed(rig: &Rig) -> Managed {
    let [host] = rig.hosts(["web1"]);
    Managed::new(host)
}

/// What policies manage, without the agent's state.
fn files(managed: &Managed) -> [Snapshot; 2] {
    ["etc", "srv"].map(|folder| Snapshot::take(&managed.host.root().join(folder)))
}

fn a_full_disk_keeps_the_old_content() {
    let rig = Rig::start();
    let managed = managed(&rig);
    let content = "not so small any more ".repeat(2000);
    let source = format!(
        "import std.fs.File\n\npolicy full {{\n  File \"/srv/small/file\" {{ content = \"{content}\" }}\n  File \"/srv/other\" {{ content = \"fits\\n\" }}\n}}\n"
    );
    managed.package("full", &source);
    managed.host.sh(
        "mkdir /srv/small; mount -t tmpfs -o size=16k,mode=755 tmpfs /srv/small; echo old >/srv/small/file",
    );
    let look = || managed.host.sh("cd /srv/small; ls -lAi --full-time; cat file");
    let before = look();

    let output = managed.apply("full", &[]).expect_code(1);
    let report = Report::of(&output);
    assert_eq!(report.status(), "failed");
    assert_eq!(report.named("failed"), ["File[\"/srv/small/file\"]"]);
    let reason = report.reason("File[\"/srv/small/file\"]");
    assert!(reason.contains("/srv/small/file") && reason.contains("no space left"), "{reason}");
    assert_eq!(report.named("changed"), ["File[\"/srv/other\"]"]);
    assert_eq!(look(), before, "{output}");
    let text = managed.host.exec(&[AGENT, "apply", "/root/full.mcb"]).expect_code(1);
    assert!(text.stdout.contains("no space left"), "{text}");
    assert_eq!(look(), before, "{text}");

    managed.host.sh("mount -o remount,size=1m /srv/small");
    let report = managed.applied("full", &[]);
    assert_eq!(report.named("changed"), ["File[\"/srv/small/file\"]"]);
    assert_eq!(managed.host.read("/srv/small/file"), content);
    assert_eq!(managed.host.sh("ls -A /srv/small"), "file\n");
}

fn a_package_that_nobody_knows_does_not_stop_ten_others() {
    let rig = Rig::start();
    let managed = managed(&rig);
    let names: Vec<String> = (1..=10).map(|number| format!("tiny-{number:02}")).collect();
    let steps: String = names.iter().map(|name| format!("  Package \"{name}\" {{}}\n")).collect();
    managed.package(
        "eleven",
        &format!(
            "import std.pkg.Package\n\npolicy eleven {{\n{steps}  Package \"no-such-package\" {{}}\n}}\n"
        ),
    );
    let trace = managed.traced(&Tracing::programs(), "eleven", &[]);
    let report = Report::of(&trace.output.clone().expect_code(1));
    assert_eq!((report.status(), report.count("changed"), report.count("failed")), ("failed", 10, 1));
    assert_eq!(report.named("failed"), ["Package[\"no-such-package\"]"]);
    let reason = report.reason("Package[\"no-such-package\"]");
    assert!(reason.contains("`no-such-package`"), "{reason}");

    let transactions: Vec<&str> = trace
        .calls
        .iter()
        .filter(|call| call.name == "execve" && call.result == "0" && call.arguments.contains("\"install\""))
        .map(|call| call.arguments.as_str())
        .collect();
    let [transaction] = transactions.as_slice() else { panic!("not one transaction: {transactions:?}") };
    for name in &names {
        assert!(transaction.contains(&format!("\"{name}\"")), "{transaction}");
        managed.host.sh(&format!("test -f /usr/share/{name}/name"));
    }
    // It was found out before, and not by a transaction that failed.
    assert!(!transaction.contains("no-such-package"), "{transaction}");

    let again = Report::of(&managed.apply("eleven", &[]).expect_code(1));
    assert_eq!((again.count("unchanged"), again.count("failed")), (10, 1));
}

fn a_unit_that_fails_blocks_only_what_depends_on_it() {
    let rig = Rig::start();
    let managed = managed(&rig);
    managed.package(
        "units",
        r#"
import std.fs.File
import std.svc.Service

policy units {
  File "/etc/systemd/system/never.service" {
    content = "[Service]\nType=oneshot\nExecStart=/bin/false\n"
  }
  let never = Service "never" { running = true }
  File "/etc/systemd/system/briefly.service" {
    content = "[Service]\nExecStart=/bin/sh -c 'exit 3'\n"
  }
  let briefly = Service "briefly" { running = true }
  File "/srv/after-never" { content = "", after never }
  File "/srv/after-briefly" { content = "", after briefly }
  File "/srv/alone" { content = "" }
}
"#,
    );
    let output = managed.apply("units", &[]).expect_code(1);
    let report = Report::of(&output);
    assert_eq!(report.status(), "failed");
    let mut failed = report.named("failed");
    failed.sort_unstable();
    assert_eq!(failed, ["Service[\"briefly\"]", "Service[\"never\"]"], "{output}");
    assert!(report.reason("Service[\"briefly\"]").contains("exit-code"), "{output}");
    assert!(report.reason("Service[\"never\"]").contains("Job for never.service failed"), "{output}");
    let mut blocked = report.named("blocked");
    blocked.sort_unstable();
    assert_eq!(blocked, ["File[\"/srv/after-briefly\"]", "File[\"/srv/after-never\"]"], "{output}");
    assert_eq!(report.step("File[\"/srv/after-never\"]")["chain"][0], "Service[\"never\"]");
    assert_eq!(managed.host.sh("ls /srv"), "alone\n");

    // The unit files are right now, and the services still are not.
    let again = Report::of(&managed.apply("units", &[]).expect_code(1));
    assert_eq!((again.count("changed"), again.count("failed"), again.count("blocked")), (0, 2, 2));
}

fn two_agents_do_not_work_at_the_same_time() {
    let rig = Rig::start();
    let managed = managed(&rig);
    managed.package(
        "gate",
        r#"
import std.exec.Command
import std.fs.File

policy gate {
  let wait = Command "wait" { argv = ["sh", "-c", "cat /run/gate >/srv/passed"], creates = "/srv/passed" }
  File "/srv/behind" { content = "", after wait }
}
"#,
    );
    managed.host.sh("mkfifo /run/gate");
    let first = managed
        .host
        .command(&Managed::argv("/root/gate.mcb", &[]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the first agent starts");
    // Opening the gate waits until the first agent's command has opened it.
    let second = managed.host.exec(&[
        "timeout",
        "60",
        "sh",
        "-euc",
        "exec 3>/run/gate; code=0; find /srv >/run/before; mc-agent apply /root/gate.mcb || code=$?; \
         find /srv | cmp - /run/before; echo open >&3; exit $code",
    ]);
    second.clone().expect_code(6);
    assert!(second.stderr.contains("another run is at work"), "{second}");
    let first = first.wait_with_output().expect("the first agent ends");
    assert!(first.status.success(), "{first:?}");
    assert_eq!(managed.host.read("/srv/passed"), "open\n");
    assert_eq!(managed.applied("gate", &[]).steps().count(), 0);
}

fn a_plan_that_does_not_stand_on_this_host_changes_nothing() {
    let rig = Rig::start();
    let managed = managed(&rig);
    managed.package(
        "refusing",
        r#"
import std.fs.File

policy refusing {
  File "/srv/first" { content = "first\n" }
  let text = if facts.cpu.count > 0 { fail("no host with ${facts.cpu.count} processors") } else { "none" }
  File "/srv/second" { content = text }
}
"#,
    );
    let before = files(&managed);
    let output = managed.apply("refusing", &[]).expect_code(1);
    let report = Report::of(&output);
    assert_eq!(report.status(), "refused");
    let refusals = report.0["refusals"].to_string();
    assert!(refusals.contains("no host with ") && refusals.contains(" processors"), "{output}");
    assert!(refusals.contains("src/main.mc"), "{output}");
    let after = files(&managed);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.differences(after), [], "{output}");
    }

    // The same command line with a plan that stands works.
    let source =
        "import std.fs.File\n\npolicy refusing {\n  File \"/srv/first\" { content = \"first\\n\" }\n}\n";
    managed.workshop.write("refusing/src/main.mc", source);
    managed.build("refusing");
    assert_eq!(managed.applied("refusing", &[]).count("changed"), 1);
    assert_eq!(managed.host.read("/srv/first"), "first\n");
}
