//! The agent's command line on real files: bundles are made here, without a compiler.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests stand outside the product: they use the real machine"
)]

mod fact;

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};
use mc_plan::bundle::{self, Actions, Compiler, Content, Mode, Modes, Package, Release, Version};
use mc_plan::expr::{Node, Operand};
use mc_plan::plan::{
    Clause, Declaration, Edge, EdgeKind, EdgeReason, Label, Plan, Policy, Priority, Prune, Setting,
    SourceSpan, Step,
};
use mc_plan::sign::SigningKey;
use mc_plan::trust::{Stream, TrustStore};
use mc_plan::value::{Type, Value};

const DAY: u64 = 24 * 60 * 60 * 1000;

/// A folder with a trust file, a root, and bundles.
struct Workshop(tempfile::TempDir);

/// A resource: type, key, attributes by name.
type Resource<'a> = (&'a str, String, Vec<(&'a str, Value)>);

fn text(text: impl AsRef<str>) -> Value {
    Value::Str(text.as_ref().into())
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32]).unwrap()
}

fn now() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn release(sequence: u64) -> Release {
    Release {
        stream: "web".to_owned(),
        epoch: 1,
        sequence,
        issued: now(),
        not_before: None,
        expires: now() + DAY,
        audience: None,
        modes: Modes::ALL,
        actions: Actions::CheckAndApply,
    }
}

fn plan(resources: &[Resource<'_>], chained: bool) -> Plan {
    let all = mc_providers::testing::schemas();
    let schemas: Vec<_> =
        all.into_iter().filter(|schema| resources.iter().any(|(name, ..)| *name == schema.name)).collect();
    let span = |line| SourceSpan { file: 0, line, column: 3 };
    let always = || Operand::Value(Value::Bool(true));
    let mut steps: Vec<Step> = Vec::new();
    for (line, (name, key, attributes)) in (10..).zip(resources) {
        let at = schemas.iter().position(|schema| schema.name == *name).unwrap();
        let mut settings: Vec<Setting> = attributes
            .iter()
            .map(|(attribute, value)| Setting {
                attribute: schemas[at].attributes.iter().position(|a| a.name == *attribute).unwrap() as u32,
                priority: Priority::Plain,
                value: Operand::Value(value.clone()),
                span: span(line),
            })
            .collect();
        settings.sort_by_key(|setting| setting.attribute);
        steps.push(Step {
            schema: at as u32,
            key: Operand::Value(text(key)),
            scope: if schemas[at].key.local { "web".to_owned() } else { String::new() },
            declarations: vec![Declaration {
                policy: 0,
                instance: "web".to_owned(),
                condition: always(),
                attributes: settings,
                timeout: None,
                retry: None,
                tags: Vec::new(),
                skip: None,
                approval: None,
                span: span(line),
            }],
            repeat: None,
        });
    }
    let edges = (1..steps.len() as u32)
        .filter(|_| chained)
        .map(|to| Edge {
            from: to - 1,
            to,
            kind: EdgeKind::Order,
            reason: EdgeReason::Clause(Clause::After),
            carrier: None,
            span: span(1),
        })
        .collect();
    Plan {
        files: vec!["src/main.mc".to_owned()],
        schemas,
        policies: vec![Policy { name: "web".to_owned(), select: always(), span: span(1) }],
        steps,
        edges,
        ..Plan::default()
    }
}

fn file<'a>(path: &str, content: &str) -> Resource<'a> {
    ("std.fs.File", path.to_owned(), vec![("content", text(content)), ("mode", Value::Mode(0o640))])
}

impl Workshop {
    fn new() -> Self {
        let workshop = Self(tempfile::tempdir().unwrap());
        let stream = Stream::new("web".to_owned(), 1, 1, vec![key(1).public().clone()]).unwrap();
        let trust = TrustStore::new(vec![stream]).unwrap();
        std::fs::write(workshop.path("trust.toml"), trust.to_toml()).unwrap();
        std::fs::create_dir_all(workshop.path("root/etc")).unwrap();
        workshop
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.0.path()).unwrap().join(name)
    }

    fn write(&self, name: &str, plan: &Plan, release: &Release, key: &SigningKey) -> Vec<u8> {
        let content = Content {
            plan,
            blobs: &[],
            compiler: Compiler { version: "0.1.0".to_owned(), source: [1; 32] },
            edition: "2026".to_owned(),
            package: Package { name: "web".to_owned(), version: "0.1.0".to_owned() },
            source: [2; 32],
            lock: None,
            minimum_runtime: Version { major: 0, minor: 1, patch: 0 },
        };
        let bytes = bundle::write(&content, release, &[key]).unwrap();
        std::fs::write(self.path(name), &bytes).unwrap();
        bytes
    }

    fn bundle(&self, name: &str, sequence: u64, resources: &[Resource<'_>]) -> Vec<u8> {
        self.write(name, &plan(resources, false), &release(sequence), &key(1))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mc-agent"));
        command.args(arguments).current_dir(self.0.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// `apply NAME --trust trust.toml --root root` and these.
    fn apply(&self, name: &str, more: &[&str]) -> (i32, String) {
        let mut arguments = vec!["apply", name, "--trust", "trust.toml", "--root", "root"];
        arguments.extend(more);
        result(&self.command(&arguments).output().unwrap())
    }

    fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.path("root").join(path.trim_start_matches('/'))).ok()
    }

    /// Everything below the root but the state: names, contents, times.
    fn tree(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut folders = vec![self.path("root")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap() {
                let entry = entry.unwrap();
                let meta = entry.path().symlink_metadata().unwrap();
                if entry.path() == self.path("root/var") {
                    continue;
                }
                if meta.is_dir() {
                    folders.push(entry.path().to_owned());
                }
                lines.push(format!(
                    "{} {:o} {} {}",
                    entry.path(),
                    meta.mode(),
                    meta.ino(),
                    meta.mtime_nsec()
                ));
            }
        }
        lines.sort();
        lines
    }

    fn audit(&self) -> String {
        self.text("var/lib/masterchef/audit").unwrap_or_default()
    }
}

/// Exit status, and all that it wrote.
fn result(output: &Output) -> (i32, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

fn without_time(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if let Some(last) = lines.last_mut() {
        *last = last.split(" (").next().unwrap_or_default().to_owned();
    }
    lines.join("\n")
}

#[test]
fn changes_then_nothing_then_repair() {
    let workshop = Workshop::new();
    let folder = ("std.fs.Directory", "/etc/app".to_owned(), vec![("mode", Value::Mode(0o750))]);
    let link = ("std.fs.Symlink", "/etc/app/link".to_owned(), vec![("target", text("motd"))]);
    let steps = [folder, file("/etc/app/motd", "hello\n"), link];
    // In order: a file cannot be there before its folder.
    workshop.write("a.mcb", &plan(&steps, true), &release(1), &key(1));

    let before = workshop.tree();
    let (status, text) = workshop.apply("a.mcb", &["--noop", "--detailed-exitcode"]);
    assert_eq!(status, 10, "{text}");
    assert!(text.contains("+hello"), "{text}");
    assert!(text.contains("would change"), "{text}");
    assert_eq!(workshop.tree(), before);
    assert!(!workshop.path("root/var").exists(), "looking leaves no trace");

    let (status, text) = workshop.apply("a.mcb", &["--detailed-exitcode"]);
    assert_eq!(status, 10, "{text}");
    assert!(text.ends_with(" s)\n") && without_time(&text).ends_with("3 changed"), "{text}");
    assert!(text.contains("File[\"/etc/app/motd\"]") && text.contains("src/main.mc:11"), "{text}");
    assert_eq!(workshop.text("/etc/app/motd").as_deref(), Some("hello\n"));
    let mode =
        |path: &str| workshop.path("root").join(path).metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("etc/app"), mode("etc/app/motd")), (0o750, 0o640));
    assert_eq!((mode("var/lib/masterchef"), mode("var/lib/masterchef/journal")), (0o700, 0o600));

    let before = workshop.tree();
    let (status, text) = workshop.apply("a.mcb", &["--detailed-exitcode"]);
    assert_eq!((status, without_time(&text).as_str()), (0, "3 unchanged"));
    assert_eq!(workshop.tree(), before);

    std::fs::write(workshop.path("root/etc/app/motd"), "hello\nhand\u{1b}[31m\n").unwrap();
    let (status, text) = workshop.apply("a.mcb", &["--noop"]);
    assert_eq!(status, 0);
    assert!(text.contains("-hand\\u{1b}[31m") && text.contains("(drift)"), "{text}");
    let (status, text) = workshop.apply("a.mcb", &[]);
    assert_eq!(status, 0);
    assert!(without_time(&text).ends_with("1 changed, 2 unchanged"), "{text}");
    assert_eq!(workshop.text("/etc/app/motd").as_deref(), Some("hello\n"));
    assert!(workshop.audit().lines().count() > 8);
}

#[test]
fn the_report_as_json() {
    let workshop = Workshop::new();
    workshop.bundle("a.mcb", 1, &[file("/etc/motd", "x\n"), file("/none/x", "x\n")]);
    let (status, text) = workshop.apply("a.mcb", &["--format", "json"]);
    assert_eq!(status, 1, "{text}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["format"], 1);
    assert_eq!(report["status"], "failed");
    assert_eq!(report["counts"]["changed"], 1);
    assert_eq!(report["counts"]["failed"], 1);
    assert_eq!(text.lines().count(), 1);
    let (status, text) = workshop.apply("none.mcb", &["--format", "json"]);
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &problem["status"]), (3, &"environment".into()));
}

/// Every refusal has its code, the status 4, an audit record, and leaves everything as it was.
#[test]
fn bundles_that_are_refused() {
    let workshop = Workshop::new();
    let steps = [file("/etc/motd", "one\n")];
    let good = workshop.bundle("good.mcb", 5, &steps);
    let refused = |name: &str, code: &str, more: &[&str]| {
        let before = workshop.tree();
        let (status, text) = workshop.apply(name, more);
        assert_eq!(status, 4, "{name}: {text}");
        assert!(text.starts_with(&format!("error[{code}]: ")), "{name}: {text}");
        assert!(text.contains("\n  help: "), "{name}: {text}");
        assert_eq!(workshop.tree(), before, "{name}");
        if !more.contains(&"--noop") {
            assert!(workshop.audit().lines().last().unwrap().contains(code), "{name}");
        }
    };
    let with = |name: &str, release: Release, seed: u8| {
        workshop.write(name, &plan(&steps, false), &release, &key(seed));
    };
    std::fs::write(workshop.path("cut.mcb"), &good[..good.len() - 1]).unwrap();
    std::fs::write(workshop.path("long.mcb"), [&good[..], b"x"].concat()).unwrap();
    std::fs::write(workshop.path("none.mcb"), "no bundle").unwrap();
    refused("cut.mcb", "MC5003", &[]);
    refused("cut.mcb", "MC5003", &["--noop"]);
    refused("long.mcb", "MC5003", &[]);
    refused("none.mcb", "MC5001", &[]);
    with("stranger.mcb", release(5), 2);
    refused("stranger.mcb", "MC5007", &[]);
    with("old.mcb", Release { issued: 1, expires: 2, ..release(5) }, 1);
    refused("old.mcb", "MC5017", &[]);
    with("other.mcb", Release { audience: Some(vec!["web9".to_owned()]), ..release(5) }, 1);
    refused("other.mcb", "MC5022", &[]);
    with("ssh.mcb", Release { modes: Modes::of(&[Mode::Ssh]).unwrap(), ..release(5) }, 1);
    refused("ssh.mcb", "MC5023", &[]);
    with("check.mcb", Release { actions: Actions::Check, ..release(5) }, 1);
    refused("check.mcb", "MC5024", &[]);
    assert_eq!(workshop.apply("check.mcb", &["--noop"]).0, 0);

    // Something that this agent cannot do is not passed over.
    let mut removes = plan(&steps, false);
    removes.prune = vec![Prune {
        policy: 0,
        schemas: vec![0],
        limit: Some(Operand::Value(Value::Int(20))),
        span: SourceSpan { file: 0, line: 2, column: 3 },
    }];
    workshop.write("prune.mcb", &removes, &release(5), &key(1));
    refused("prune.mcb", "MC5026", &[]);
    refused("prune.mcb", "MC5026", &["--noop"]);

    assert_eq!(workshop.apply("good.mcb", &[]).0, 0);
    with("before.mcb", release(4), 1);
    refused("before.mcb", "MC5019", &[]);
    refused("before.mcb", "MC5019", &["--noop"]);
    with("again.mcb", Release { expires: now() + 2 * DAY, ..release(5) }, 1);
    refused("again.mcb", "MC5020", &[]);
    assert_eq!(workshop.apply("good.mcb", &[]).0, 0, "the same bytes again are a normal run");
    with("next.mcb", release(6), 1);
    assert_eq!(workshop.apply("next.mcb", &[]).0, 0);
}

#[test]
fn a_flipped_byte_anywhere_is_refused() {
    let workshop = Workshop::new();
    let good = workshop.bundle("good.mcb", 5, &[file("/etc/motd", "one\n")]);
    let before = workshop.tree();
    // Each a process: a step that is prime to the frame's sizes meets every part.
    for at in (0..good.len()).step_by(37) {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        std::fs::write(workshop.path("bad.mcb"), bytes).unwrap();
        let (status, text) = workshop.apply("bad.mcb", &[]);
        assert_eq!(status, 4, "byte {at}: {text}");
    }
    assert_eq!(workshop.tree(), before);
    assert_eq!(workshop.apply("good.mcb", &[]).0, 0);
    assert_ne!(workshop.tree(), before);
}

#[test]
fn a_damaged_security_state_refuses_to_act() {
    let workshop = Workshop::new();
    workshop.bundle("a.mcb", 5, &[file("/etc/motd", "one\n")]);
    assert_eq!(workshop.apply("a.mcb", &[]).0, 0);
    std::fs::remove_file(workshop.path("root/etc/motd")).unwrap();
    std::fs::write(workshop.path("root/var/lib/masterchef/security.redb"), "garbage").unwrap();
    let (status, text) = workshop.apply("a.mcb", &[]);
    assert_eq!(status, 3);
    assert!(text.contains("the security state is damaged"), "{text}");
    std::fs::remove_file(workshop.path("root/var/lib/masterchef/security.redb")).unwrap();
    let (status, text) = workshop.apply("a.mcb", &[]);
    assert_eq!(status, 3);
    assert!(text.contains("the security state is gone"), "{text}");
    assert_eq!(workshop.text("/etc/motd"), None);
    // The rest is disposable.
    std::fs::remove_dir_all(workshop.path("root/var")).unwrap();
    assert_eq!(workshop.apply("a.mcb", &[]).0, 0);
    std::fs::write(workshop.path("root/var/lib/masterchef/run.redb"), "garbage").unwrap();
    let (status, text) = workshop.apply("a.mcb", &[]);
    assert_eq!(status, 0);
    assert!(text.contains("set aside"), "{text}");
}

#[test]
fn a_second_run_does_not_start() {
    let workshop = Workshop::new();
    workshop.bundle("a.mcb", 5, &[file("/etc/motd", "one\n")]);
    assert_eq!(workshop.apply("a.mcb", &[]).0, 0);
    let lock = std::fs::File::open(workshop.path("root/var/lib/masterchef/lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let (status, text) = workshop.apply("a.mcb", &[]);
    assert_eq!(status, 6);
    assert!(text.contains("another run is at work on this state folder (process "), "{text}");
    assert_eq!(workshop.apply("a.mcb", &["--noop"]).0, 6);
    // Of two that look, none is in the other's way.
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockShared).unwrap();
    assert_eq!(workshop.apply("a.mcb", &["--noop"]).0, 0);
    assert_eq!(workshop.apply("a.mcb", &[]).0, 6);
    // One that waits gets it.
    let mut waiting = workshop
        .command(&["apply", "a.mcb", "--trust", "trust.toml", "--root", "root", "--wait", "5m"])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(waiting.stderr.take().unwrap()), &mut said)
        .unwrap();
    assert!(said.starts_with("waiting for another run to end"), "{said}");
    drop(lock);
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
}

#[test]
fn a_signal_stops_one_that_waits() {
    let workshop = Workshop::new();
    workshop.bundle("a.mcb", 5, &[file("/etc/motd", "one\n")]);
    assert_eq!(workshop.apply("a.mcb", &[]).0, 0);
    let lock = std::fs::File::open(workshop.path("root/var/lib/masterchef/lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let mut waiting = workshop
        .command(&["apply", "a.mcb", "--trust", "trust.toml", "--root", "root", "--wait", "1h"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stderr = std::io::BufReader::new(waiting.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut said).unwrap();
    let pid = rustix::process::Pid::from_child(&waiting);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(waiting.wait().unwrap().code(), Some(7));
}

#[test]
fn labels_and_facts_come_from_where_they_may() {
    let workshop = Workshop::new();
    let mut labelled = plan(&[file("/etc/motd", "one\n")], false);
    labelled.labels.push(Label { name: "role".to_owned(), ty: Type::String, default: None });
    let role = labelled.exprs.push(Node::Label(0));
    labelled.steps[0].declarations[0].attributes[0].value = Operand::Expr(role);
    workshop.write("a.mcb", &labelled, &release(5), &key(1));
    let (status, text) = workshop.apply("a.mcb", &[]);
    assert_eq!(status, 1);
    assert!(text.contains("does not set the label `role`"), "{text}");
    let (status, text) = workshop.apply("a.mcb", &["--label", "role=web"]);
    assert_eq!((status, workshop.text("/etc/motd").as_deref()), (0, Some("web")), "{text}");
    std::fs::create_dir_all(workshop.path("root/etc/masterchef")).unwrap();
    let host = "format = 1\nid = \"h\"\nstreams = [\"web\"]\n[labels]\nrole = \"file\"\n";
    std::fs::write(workshop.path("root/etc/masterchef/host.toml"), host).unwrap();
    assert_eq!(workshop.apply("a.mcb", &[]).0, 0);
    assert_eq!(workshop.text("/etc/motd").as_deref(), Some("file"));
    std::fs::write(workshop.path("root/etc/masterchef/host.toml"), host.replace("\"web\"", "\"db\""))
        .unwrap();
    assert_eq!(workshop.apply("a.mcb", &[]).0, 4);
    for wrong in [
        &["--label", "role"][..],
        &["--label", "a=1", "--label", "a=2"],
        &["--jobs", "0"],
        &["--wait", "5"],
        &["--nonsense"],
    ] {
        assert_eq!(workshop.apply("a.mcb", wrong).0, 2, "{wrong:?}");
    }
    std::fs::write(workshop.path("facts.json"), "{}").unwrap();
    let arguments = ["apply", "a.mcb", "--trust", "trust.toml", "--facts", "facts.json"];
    assert_eq!(result(&workshop.command(&arguments).output().unwrap()).0, 2);
}

#[test]
fn what_is_missing_is_the_environments_fault() {
    let workshop = Workshop::new();
    workshop.bundle("a.mcb", 5, &[file("/etc/motd", "one\n")]);
    let run = |arguments: &[&str]| result(&workshop.command(arguments).output().unwrap());
    assert_eq!(run(&["apply", "none.mcb", "--trust", "trust.toml", "--root", "root"]).0, 3);
    assert_eq!(run(&["apply", "a.mcb", "--trust", "none.toml", "--root", "root"]).0, 3);
    assert_eq!(run(&["apply", "a.mcb", "--root", "root"]).0, 3);
    assert_eq!(run(&["apply", "a.mcb", "--trust", "trust.toml", "--root", "none"]).0, 3);
    std::fs::write(workshop.path("trust.toml"), "format = 2\n").unwrap();
    assert_eq!(run(&["apply", "a.mcb", "--trust", "trust.toml", "--root", "root"]).0, 3);
    assert_eq!(run(&[]).0, 2);
    assert_eq!(run(&["--help"]).0, 0);
    let (status, text) = run(&["facts", "--format", "json"]);
    let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &facts["kernel"]["name"]), (0, &"Linux".into()));
}

/// On the machine itself, in a folder of its own, as root: commands, and who may say what is trusted.
#[test]
fn commands_and_the_owner_of_trust() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let workshop = Workshop::new();
    let list = |words: &[&str]| Value::List(words.iter().map(text).collect());
    let done = workshop.path("done");
    let script = format!("echo /proc/$$/fd/* > {done}");
    let make = (
        "std.exec.Command",
        "make".to_owned(),
        vec![("argv", list(&["sh", "-c", &script])), ("creates", text(&done))],
    );
    let validated = |content: &str| -> Resource<'static> {
        let mut resource = file(workshop.path("validated").as_str(), content);
        let check = list(&["grep", "-rq", "good", workshop.path("").as_str(), "--include=.validated*"]);
        resource.2.push(("validate", check));
        resource
    };
    workshop.bundle("a.mcb", 5, &[make, validated("good")]);
    let apply = |name: &str| {
        let arguments = ["apply", name, "--trust", "trust.toml", "--state", workshop.path("state").as_str()]
            .map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        result(&workshop.command(&arguments).output().unwrap())
    };
    let (status, report) = apply("a.mcb");
    assert_eq!(status, 0, "{report}");
    assert!(without_time(&report).ends_with("2 changed"), "{report}");
    // Three streams, and what the shell reads the folder by.
    let open = std::fs::read_to_string(&done).unwrap();
    assert!(open.split_whitespace().count() <= 4, "{open}");
    assert_eq!(without_time(&apply("a.mcb").1), "2 unchanged");
    workshop.bundle("b.mcb", 6, &[validated("bad")]);
    let (status, report) = apply("b.mcb");
    assert_eq!(status, 1, "{report}");
    assert_eq!(std::fs::read_to_string(workshop.path("validated")).unwrap(), "good");

    let trust = workshop.path("trust.toml");
    std::fs::set_permissions(&trust, PermissionsExt::from_mode(0o666)).unwrap();
    let (status, report) = apply("a.mcb");
    assert_eq!(status, 3);
    assert!(report.contains("has to belong to root and be writable by nobody else"), "{report}");
}

#[test]
fn a_query_is_asked_in_a_dry_run_too() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let workshop = Workshop::new();
    std::fs::write(workshop.path("answer"), "one\n\n").unwrap();
    let list = |words: &[&str]| Value::List(words.iter().map(text).collect());
    let argv = list(&["cat", workshop.path("answer").as_str()]);
    let query = ("std.exec.Query", "ask".to_owned(), vec![("argv", argv)]);
    let made = workshop.path("made");
    let mut plan = plan(&[query, file(made.as_str(), "")], true);
    let answer = plan.exprs.push(Node::Output { step: 0, output: 0 });
    plan.steps[1].declarations[0].attributes[0].value = Operand::Expr(answer);
    plan.edges[0].reason = EdgeReason::Output;
    workshop.write("a.mcb", &plan, &release(1), &key(1));
    let state = workshop.path("state");
    let apply = |more: &[&str]| {
        let mut arguments = vec!["apply", "a.mcb", "--trust", "trust.toml", "--state", state.as_str()];
        arguments.extend(more);
        result(&workshop.command(&arguments).output().unwrap())
    };
    let noop = ["--noop", "--detailed-exitcode"];
    let (status, report) = apply(&noop);
    assert_eq!(status, 10, "{report}");
    assert!(report.contains("+one"), "{report}");
    assert!(without_time(&report).ends_with("1 would change, 1 unchanged"), "{report}");
    assert!(!made.exists());
    let (status, report) = apply(&[]);
    assert_eq!(status, 0, "{report}");
    assert!(without_time(&report).ends_with("1 changed, 1 unchanged"), "{report}");
    assert_eq!(std::fs::read_to_string(&made).unwrap(), "one");
    assert_eq!(without_time(&apply(&noop).1), "2 unchanged");
    // It is asked anew in each run.
    std::fs::write(workshop.path("answer"), "two").unwrap();
    let (_, report) = apply(&noop);
    assert!(report.contains("-one") && report.contains("+two"), "{report}");
    std::fs::remove_file(workshop.path("answer")).unwrap();
    let (status, report) = apply(&noop);
    assert_eq!(status, 1, "{report}");
    assert!(report.contains("`cat` ended with status 1"), "{report}");
}

#[test]
fn a_disk_that_is_full_keeps_the_old_content() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let workshop = Workshop::new();
    let mounted = workshop.path("root/etc/small");
    std::fs::create_dir(&mounted).unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&mounted).status();
    if !mount.is_ok_and(|status| status.success()) {
        // Where nothing can be mounted, the hosts' suite has the same test.
        return;
    }
    struct Mounted(Utf8PathBuf);
    impl Drop for Mounted {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(&self.0).status();
        }
    }
    let _mounted = Mounted(mounted.clone());
    workshop.bundle("a.mcb", 1, &[file("/etc/small/a", "small\n")]);
    assert_eq!(workshop.apply("a.mcb", &[]).0, 0);
    workshop.bundle("b.mcb", 2, &[file("/etc/small/a", &"x".repeat(200_000)), file("/etc/b", "b\n")]);
    let (status, report) = workshop.apply("b.mcb", &[]);
    assert_eq!(status, 1);
    assert!(report.contains("no space left on device"), "{report}");
    assert_eq!(workshop.text("/etc/small/a").as_deref(), Some("small\n"));
    assert_eq!(mounted.read_dir_utf8().unwrap().count(), 1, "no temporary file is left");
    assert_eq!(workshop.text("/etc/b").as_deref(), Some("b\n"));
}

#[test]
fn only_some_steps() {
    let workshop = Workshop::new();
    workshop.bundle("a.mcb", 1, &[file("/etc/a", "a"), file("/etc/b", "b")]);
    let (status, report) = workshop.apply("a.mcb", &["--only", "File[\"/etc/b\"]"]);
    assert_eq!(status, 0, "{report}");
    assert_eq!((workshop.text("/etc/a"), workshop.text("/etc/b").as_deref()), (None, Some("b")));
    assert_eq!(workshop.apply("a.mcb", &["--only", "File[\"/etc/c\"]"]).0, 1);
}
