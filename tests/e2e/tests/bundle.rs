//! Bundles: the same input gives the same bytes, and one that is not exactly what was signed for this host
//! changes nothing on it.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use camino::Utf8Path;
use mc_e2e::part;
use mc_plan::bundle::{self, Version};
use mc_plan::codec::Limits;
use mc_test_support::process::{self, Output};
use mc_test_support::scratch::Scratch;
use mc_test_support::tree::Snapshot;
use mc_test_support::workshop::Workshop;

/// Where the agent keeps its state, in the folder that stands for a host.
const STATE: &str = "var/lib/masterchef";
/// Fixed, so that the bundle's bytes are.
const RELEASE: [&str; 6] = ["--issued", "2026-01-01T00:00:00Z", "--sequence", "7", "--expires", "36500d"];
const SMALL: &str =
    "import std.fs.File\n\npolicy p {\n  File \"/greeting\" { content = \"hello\\n\", mode = 0o644 }\n}\n";

/// A workshop with a small package in `small/`, and an empty host in `root/`.
fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.package("small", SMALL);
    host(&workshop, "root");
    workshop
}

/// Makes a folder that stands for a host.
fn host(workshop: &Workshop, root: &str) {
    workshop.write(&format!("{root}/etc/hostname"), "web1\n");
    // The agent's first trace would be the making of this folder, which shows in the folder above.
    let state = workshop.join(root).join(STATE);
    std::fs::create_dir_all(&state).expect("the folder is ours");
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).expect("the folder is ours");
}

fn build(workshop: &Workshop, options: &[&str]) -> Vec<u8> {
    process::run(workshop.build("small").args(options)).success();
    read(&workshop.join("small.mcb"))
}

fn read(path: &Utf8Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("cannot read {path}: {e}"))
}

fn apply(workshop: &Workshop) -> Output {
    process::run(&mut workshop.apply("small", "root"))
}

fn outside_state(workshop: &Workshop) -> Snapshot {
    Snapshot::take_except(&workshop.join("root"), &[STATE])
}

/// Applies the bundle that lies there, which must be refused with this code.
#[track_caller]
fn refused(workshop: &Workshop, code: &str) {
    let before = outside_state(workshop);
    let output = apply(workshop).expect_code(4);
    assert!(output.stderr.contains(code), "{output}");
    assert_eq!(before.differences(&outside_state(workshop)), [], "{output}");
}

/// Applies the bundle that lies there, which must change the host.
#[track_caller]
fn accepted(workshop: &Workshop) {
    let before = outside_state(workshop);
    let output = apply(workshop).success();
    assert_ne!(before.differences(&outside_state(workshop)), [], "{output}");
    assert_eq!(read(&workshop.join("root/greeting")), b"hello\n");
}

#[test]
fn a_loop_runs_over_what_the_host_has() {
    let workshop = workshop();
    let source = r#"import std.fs.{Directory, File}

fact names: List<String> from file "/etc/names" as lines

component Site {
  param name: String
  let folder = Directory "/${name}" {}
  File "/${name}/index" { content = "${name}\n", after folder }
}

policy p {
  let sites = for name in names { Site (name) { name } }
  File "/list" { content = "${names.join(" ")}\n", after sites }
}
"#;
    workshop.write("small/src/main.mc", source);
    workshop.write("root/etc/names", "one\ntwo\n");
    build(&workshop, &[]);
    apply(&workshop).success();
    assert_eq!(read(&workshop.join("root/two/index")), b"two\n");
    assert_eq!(read(&workshop.join("root/list")), b"one two\n");
    let before = outside_state(&workshop);
    apply(&workshop).success();
    assert_eq!(before.differences(&outside_state(&workshop)), []);
    // The same bundle, once the host has more.
    workshop.write("root/etc/names", "one\nthree\ntwo\n");
    apply(&workshop).success();
    assert_eq!(read(&workshop.join("root/three/index")), b"three\n");
    // Two of one name are refused, and nothing is done.
    workshop.write("root/etc/names", "four\nfour\n");
    let refused = apply(&workshop).expect_code(1);
    assert!(refused.stdout.contains("MC6120"), "{refused}");
    assert!(!workshop.join("root/four").exists(), "{refused}");
}

#[test]
fn the_same_bytes_in_another_folder_and_for_another_user() {
    let here = workshop();
    for package in ["quickstart", "web"] {
        here.example(package);
    }
    let there = Scratch::new();
    let program = there.join("mcc");
    for (from, to) in [(here.path(), there.join("a/long/way")), (&here.binaries().mcc, program.clone())] {
        let parent = to.parent().expect("it is below the scratch folder");
        std::fs::create_dir_all(parent).expect("the folder is ours");
        process::run(Command::new("cp").args(["-r", from.as_str(), to.as_str()])).success();
    }
    let root = process::run(Command::new("id").arg("-u")).success().stdout.trim() == "0";
    if root {
        process::run(Command::new("chown").args(["-R", "65534:65534", there.path().as_str()])).success();
    }
    for package in ["small", "quickstart", "web"] {
        process::run(here.build(package).args(RELEASE)).success();
        let mut build = Command::new(if root { "setpriv" } else { "env" });
        if root {
            build.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
        }
        // With another umask, locale, time zone and home, too.
        build.args(["sh", "-c", "umask 077; exec \"$0\" \"$@\"", program.as_str()]);
        build.args(["build", package, "-o", "out.mcb", "--key", "keys/signing.pem"]).args(RELEASE);
        build.current_dir(there.join("a/long/way"));
        build.env("HOME", "/nowhere").env("LC_ALL", "C").env("TZ", "Pacific/Chatham").env("NO_COLOR", "1");
        process::run(&mut build).success();
        let (one, other) =
            (read(&here.join(&format!("{package}.mcb"))), read(&there.join("a/long/way/out.mcb")));
        assert!(one == other, "two builds of {package} differ");
    }
}

#[test]
fn a_bundle_with_any_byte_changed_does_nothing() {
    // Each refusal waits for the disk once, to be in the audit log: several wait together.
    const HANDS: usize = 8;
    let workshop = workshop();
    let bundle = build(&workshop, &RELEASE);
    assert!(bundle.len() < 2000, "the bundle has {} bytes: find a smaller one", bundle.len());
    let mut changed: Vec<(String, Vec<u8>)> = (0..bundle.len())
        .map(|at| {
            let mut changed = bundle.clone();
            // A single bit, and not the same one everywhere.
            changed[at] ^= 1 << (at % 8);
            (format!("byte {at} changed"), changed)
        })
        .collect();
    changed.push(("the last byte cut off".to_owned(), bundle[..bundle.len() - 1].to_vec()));
    changed.push(("a byte added".to_owned(), [bundle.as_slice(), b"\0"].concat()));
    changed.push(("a line added".to_owned(), [bundle.as_slice(), b"\n"].concat()));
    changed.push(("nothing left".to_owned(), Vec::new()));
    changed.push(("twice".to_owned(), [bundle.as_slice(), &bundle].concat()));

    let attempt = &|hand: usize, attempts: &[(String, Vec<u8>)]| {
        let (name, root) = (format!("hand{hand}"), format!("root{hand}"));
        host(&workshop, &root);
        let look = || Snapshot::take_except(&workshop.join(&root), &[STATE]);
        let before = look();
        for (what, bytes) in attempts {
            workshop.write(&format!("{name}.mcb"), bytes);
            let output = process::run(&mut workshop.apply(&name, &root));
            assert_eq!(output.code(), 4, "{what}: {output}");
            assert!(output.stderr.starts_with("error[MC5"), "{what}: {output}");
            assert_eq!(before.differences(&look()), [], "{what}: {output}");
        }
        // The same with the bundle as it was signed.
        workshop.write(&format!("{name}.mcb"), &bundle);
        let output = process::run(&mut workshop.apply(&name, &root)).success();
        assert_ne!(before.differences(&look()), [], "{output}");
        assert_eq!(read(&workshop.join(&root).join("greeting")), b"hello\n");
    };
    std::thread::scope(|scope| {
        for (hand, attempts) in changed.chunks(changed.len().div_ceil(HANDS)).enumerate() {
            scope.spawn(move || attempt(hand, attempts));
        }
    });
}

#[test]
fn a_bundle_that_no_trusted_key_signed_does_nothing() {
    let workshop = workshop();
    let signed = build(&workshop, &[]);

    // The envelope, a map without its only entry, says that nobody signed.
    let length = |at: usize| u32::from_be_bytes(signed[at..at + 4].try_into().expect("four bytes")) as usize;
    let unsigned =
        [&signed[..12], &1_u32.to_be_bytes(), &signed[16..32], &[0xa0], &signed[32 + length(12)..]];
    workshop.write("small.mcb", unsigned.concat());
    refused(&workshop, "MC5006");

    process::run(&mut workshop.mcc(&["key", "new", "--out", "other", "--unencrypted"])).success();
    let other = ["build", "small", "-o", "small.mcb", "--key", "other/signing.pem"];
    process::run(&mut workshop.mcc(&other)).success();
    refused(&workshop, "MC5007");

    workshop.write("small.mcb", signed);
    accepted(&workshop);
}

#[test]
fn a_bundle_older_than_the_last_does_nothing() {
    let workshop = workshop();
    build(&workshop, &["--sequence", "8"]);
    accepted(&workshop);
    let latest = read(&workshop.join("small.mcb"));

    workshop.write("small/src/main.mc", SMALL.replace("hello", "goodbye"));
    build(&workshop, &["--sequence", "7"]);
    refused(&workshop, "MC5019");
    build(&workshop, &["--sequence", "8"]);
    refused(&workshop, "MC5020");
    build(&workshop, &["--sequence", "9", "--epoch", "2"]);
    refused(&workshop, "MC5014");

    // The last one itself still stands: what was changed by hand is repaired.
    workshop.write("small.mcb", latest);
    workshop.write("root/greeting", "by hand\n");
    accepted(&workshop);
}

#[test]
fn a_bundle_for_others_or_another_time_does_nothing() {
    let workshop = workshop();
    build(&workshop, &["--audience", "web2"]);
    refused(&workshop, "MC5022");
    workshop.write("root/etc/masterchef/host.toml", "format = 1\nid = \"web1\"\n");
    refused(&workshop, "MC5021");
    build(&workshop, &["--issued", "2020-01-01T00:00:00Z", "--expires", "1d"]);
    refused(&workshop, "MC5017");
    build(&workshop, &["--not-before", "2999-01-01T00:00:00Z"]);
    refused(&workshop, "MC5016");
    build(&workshop, &["--audience", "web1", "--audience", "web2"]);
    accepted(&workshop);
}

#[test]
fn a_bundle_for_a_newer_runtime_does_nothing() {
    let workshop = workshop();
    let bytes = build(&workshop, &[]);
    let parts = bundle::open_unverified(&bytes).expect("mcc built it");
    let plan = parts.plan(Limits::default()).expect("mcc built it");
    let key = part::key(&workshop);
    let sign = |minimum_runtime| {
        let bytes = part::signed(&parts, &plan, minimum_runtime, &key);
        workshop.write("small.mcb", &bytes);
        bytes
    };
    sign(Version { major: 999, minor: 0, patch: 0 });
    refused(&workshop, "MC5025");
    assert_eq!(sign(parts.manifest().build.minimum_runtime), bytes);
    accepted(&workshop);
}

#[test]
fn what_is_missing_is_named_before_anything_is_done() {
    let workshop = workshop();
    let missing_key = workshop.mcc(&["build", "small", "-o", "small.mcb", "--key", "nowhere.pem"]);
    let output = process::run(&mut { missing_key }).expect_code(3);
    assert!(output.stderr.contains("nowhere.pem"), "{output}");
    assert!(!workshop.join("small.mcb").exists());

    let before = Snapshot::take(&workshop.join("root"));
    let without_bundle = apply(&workshop).expect_code(3);
    assert!(without_bundle.stderr.contains("small.mcb"), "{without_bundle}");
    build(&workshop, &[]);
    let mut without_trust =
        workshop.agent(&["apply", "small.mcb", "--trust", "nowhere.toml", "--root", "root"]);
    let without_trust = process::run(&mut without_trust).expect_code(3);
    assert!(without_trust.stderr.contains("nowhere.toml"), "{without_trust}");
    let without_root = process::run(&mut workshop.apply("small", "nowhere")).expect_code(3);
    assert!(without_root.stderr.contains("nowhere"), "{without_root}");
    assert_eq!(before.differences(&Snapshot::take(&workshop.join("root"))), []);
    accepted(&workshop);
}

#[test]
fn a_second_run_at_the_same_time_does_nothing() {
    let workshop = workshop();
    build(&workshop, &[]);
    accepted(&workshop);
    workshop.write("root/greeting", "by hand\n");

    // Holds the lock until its input ends, and says when it has it.
    let lock = workshop.join("root").join(STATE).join("lock");
    let mut holder = Command::new("flock")
        .args([lock.as_str(), "sh", "-c", "echo locked; exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("flock is installed");
    let mut line = String::new();
    let stdout = holder.stdout.take().expect("stdout is piped");
    BufReader::new(stdout).read_line(&mut line).expect("it writes text");
    assert_eq!(line, "locked\n");

    let before = Snapshot::take(&workshop.join("root"));
    let output = apply(&workshop).expect_code(6);
    assert!(output.stderr.contains("another run is at work"), "{output}");
    assert_eq!(before.differences(&Snapshot::take(&workshop.join("root"))), []);
    drop(holder.stdin.take());
    holder.wait().expect("it was started");
    accepted(&workshop);
}
