//! `mc-control push` as an operator runs it, with an `ssh` that runs the command here and agents that only
//! talk.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::fs;
use std::process::{Command, ExitCode};

use camino::{Utf8Path, Utf8PathBuf};
use expect_test::expect;
use libtest_mimic::{Arguments, Trial};
use mc_plan::bundle::{self, Actions, Compiler, Content, Mode, Modes, Package, Release, Version};
use mc_plan::plan::Plan;
use mc_plan::sign::SigningKey;
use mc_plan::trust::{Stream, TrustStore};
use mc_test_support::process::{self, Output};
use mc_test_support::scratch::Scratch;
use mc_transport::ssh::testing::{self, FakeSsh};

fn main() -> ExitCode {
    if let Some(code) = testing::agent() {
        return code;
    }
    macro_rules! trials {
        ($($test:ident),+ $(,)?) => {
            vec![$(Trial::test(stringify!($test), || { $test(); Ok(()) })),+]
        };
    }
    let trials = trials!(
        three_hosts_are_reached_at_the_same_time,
        no_more_than_the_bound_at_the_same_time,
        each_host_has_its_own_outcome,
        the_exit_status_is_the_most_severe,
        machines_get_one_object,
        a_look_changes_nothing,
        hosts_get_what_the_inventory_says,
        what_is_refused_here_goes_nowhere,
        mistakes_on_the_command_line,
        the_agent_lies_beside_the_program,
    );
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

struct Fixture {
    scratch: Scratch,
    hosts: FakeSsh,
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32]).unwrap()
}

fn release() -> Release {
    Release {
        stream: "web".to_owned(),
        epoch: 1,
        sequence: 7,
        // 2026 to 2100.
        issued: 1_767_225_600_000,
        not_before: None,
        expires: 4_102_444_800_000,
        audience: None,
        modes: Modes::ALL,
        actions: Actions::CheckAndApply,
    }
}

fn signed(release: &Release) -> Vec<u8> {
    let content = Content {
        plan: &Plan::default(),
        blobs: &[],
        compiler: Compiler { version: "0.1.0".to_owned(), source: [1; 32] },
        edition: "2026".to_owned(),
        package: Package { name: "web".to_owned(), version: "0.1.0".to_owned() },
        source: [2; 32],
        lock: None,
        minimum_runtime: Version { major: 0, minor: 1, patch: 0 },
    };
    bundle::write(&content, release, &[&key(1)]).unwrap()
}

impl Fixture {
    fn new() -> Self {
        let scratch = Scratch::new();
        let hosts = FakeSsh::new(scratch.path());
        let stream = Stream::new("web".to_owned(), 1, 1, vec![key(1).public().clone()]).unwrap();
        scratch.write("trust.toml", TrustStore::new(vec![stream]).unwrap().to_toml());
        scratch.write("web.mcb", signed(&release()));
        Self { scratch, hosts }
    }

    /// Hosts `web1`, `web2`, .. with these modes and behaviours, and an inventory of them.
    fn with(hosts: &[(&str, &str)]) -> Self {
        let fixture = Self::new();
        let mut inventory = String::new();
        for (number, (mode, behaviour)) in (1..).zip(hosts) {
            let name = format!("web{number}");
            fixture.hosts.host(&name, mode, behaviour);
            inventory.push_str(&format!("[[host]]\nid = \"{name}.example.com\"\naddress = \"{name}\"\n"));
        }
        fixture.scratch.write("hosts.toml", inventory);
        fixture
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        self.scratch.join(name)
    }

    fn run(&self, program: &Utf8Path, arguments: &[&str]) -> Output {
        let path = format!("{}:{}", self.hosts.bin(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command.env("PATH", path).current_dir(self.scratch.path()).arg("push").args(arguments);
        process::run(&mut command)
    }

    /// Pushes to the inventory, with the running program as the agent.
    fn push(&self, arguments: &[&str]) -> Output {
        let agent = std::env::current_exe().unwrap();
        let mut all = vec!["web.mcb", "--trust", "trust.toml", "--agent", agent.to_str().unwrap()];
        if !arguments.contains(&"--host") {
            all.extend(["--inventory", "hosts.toml"]);
        }
        all.extend(arguments);
        self.run(Utf8Path::new(env!("CARGO_BIN_EXE_mc-control")), &all)
    }

    fn fifo(&self, name: &str) -> Utf8PathBuf {
        let path = self.path(name);
        process::run(Command::new("mkfifo").arg(&path)).success();
        path
    }
}

/// The output without what differs from run to run: times become `T s`, and the column's width with them.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let row = line.strip_suffix(" s").and_then(|rest| rest.rsplit_once(' '));
        match (row, line.strip_suffix(" time")) {
            (Some((rest, time)), _) if time.parse::<f64>().is_ok() => {
                out.push_str(rest.trim_end());
                out.push_str("  T s");
            }
            (_, Some(head)) => {
                out.push_str(head.trim_end());
                out.push_str("  time");
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// The table and what stands below it.
fn table(output: &Output) -> String {
    let at = output.stdout.find("\n\n").unwrap_or_else(|| panic!("no table: {output}"));
    timeless(&output.stdout[at + 2..])
}

fn three_hosts_are_reached_at_the_same_time() {
    let fixture = Fixture::with(&[("root", ""), ("login", ""), ("noisy", "")]);
    let (first, second) = (fixture.fifo("first"), fixture.fifo("second"));
    // Each waits for another: it ends only if all three are at work together.
    fixture.hosts.host("web1", "root", &format!("meet write {first}"));
    fixture.hosts.host("web2", "login", &format!("meet read {first} write {second}"));
    fixture.hosts.host("web3", "noisy", &format!("meet read {second}"));
    let output = fixture.push(&["--jobs", "3"]).success();
    expect![[r#"
        host              outcome  changed  unchanged  failed  time
        web1.example.com  done           1          4       0  T s
        web2.example.com  done           1          4       0  T s
        web3.example.com  done           1          4       0  T s
    "#]]
    .assert_eq(&table(&output));
    for host in ["web1", "web2", "web3"] {
        let received = fs::read(fixture.hosts.state(host).join("bundle")).unwrap();
        assert!(received == signed(&release()), "{host} got another bundle");
    }
}

fn no_more_than_the_bound_at_the_same_time() {
    let fixture = Fixture::with(&[("root", ""), ("root", ""), ("root", "")]);
    fixture.push(&["--jobs", "1"]).success();
    assert_eq!(fixture.hosts.order(), "begin\nend\n".repeat(3));
}

fn each_host_has_its_own_outcome() {
    let fixture = Fixture::with(&[
        ("root", ""),
        ("root", "fail"),
        ("down", ""),
        ("changed", ""),
        ("no-sudo", ""),
        ("root", "cut"),
        ("root", "refuse"),
        ("root", "busy"),
    ]);
    let output = fixture.push(&["--jobs", "1"]).expect_code(4);
    expect![[r#"
        web1.example.com  got the agent 0.0.0
        web1.example.com  ..            File["/etc/motd"]: writing \u{1b}[2J
        web1.example.com  changed       File["/etc/motd"]
        web1.example.com  done
        web2.example.com  got the agent 0.0.0
        web2.example.com  ..            File["/etc/motd"]: writing \u{1b}[2J
        web2.example.com  failed        File["/etc/motd"]: the disk is full
        web2.example.com  failed
        web3.example.com  unreachable: error[MC6001]: the host is unreachable: ssh: connect to host web3 port 22: Connection refused
        web4.example.com  host-key-changed: error[MC6002]: the host's key is not the one that is known for it; somebody may be listening in: Host key for web4 has changed and you have requested strict checking.
        web5.example.com  sudo-refused: error[MC6005]: the login may not use sudo without a password: sudo: a password is required
        web6.example.com  got the agent 0.0.0
        web6.example.com  ..            File["/etc/motd"]: writing \u{1b}[2J
        web6.example.com  cut: error[MC6011]: the connection was cut, and how the run ended is not known: client_loop: send disconnect: Broken pipe
        web7.example.com  got the agent 0.0.0
        web7.example.com  refused: error[MC5003]: it is not for this host
        web8.example.com  got the agent 0.0.0
        web8.example.com  busy: error: another run is at work

        host              outcome           changed  unchanged  failed  time
        web1.example.com  done                    1          4       0  T s
        web2.example.com  failed                  0          4       1  T s
        web3.example.com  unreachable             -          -       -  T s
        web4.example.com  host-key-changed        -          -       -  T s
        web5.example.com  sudo-refused            -          -       -  T s
        web6.example.com  cut                     -          -       -  T s
        web7.example.com  refused                 -          -       -  T s
        web8.example.com  busy                    -          -       -  T s
        help for web4.example.com: find out why first; only if the host was reinstalled, remove the old key with `ssh-keygen -R`
        help for web5.example.com: log in as root, or allow `sudo -n /bin/sh` for this login
        help for web6.example.com: push again: a run that was cut off is taken up
        help for web7.example.com: build it for this host
    "#]]
    .assert_eq(&timeless(&output.stdout));
    assert_eq!(output.stderr, "");
}

fn the_exit_status_is_the_most_severe() {
    let code = |hosts: &[(&str, &str)]| Fixture::with(hosts).push(&[]).code();
    assert_eq!(code(&[("root", ""), ("root", "fail"), ("down", ""), ("root", "refuse")]), 4);
    assert_eq!(code(&[("root", ""), ("root", "fail"), ("down", "")]), 1);
    assert_eq!(code(&[("root", ""), ("down", "")]), 3);
    assert_eq!(code(&[("root", "")]), 0);
}

fn machines_get_one_object() {
    let fixture = Fixture::with(&[("root", ""), ("unknown", ""), ("root", "refuse")]);
    let output = fixture.push(&["--format", "json"]).expect_code(4);
    let times = |line: &str| match line.split_once("\"took_ms\": ") {
        Some((before, _)) => format!("{before}\"took_ms\": T,"),
        None if line.contains("\"manifest\"") => "    \"manifest\": M,".to_owned(),
        None => line.to_owned(),
    };
    let stable: Vec<String> = output.stdout.lines().map(times).collect();
    expect![[r#"
        {
          "format": 1,
          "noop": false,
          "exit_status": 4,
          "bundle": {
            "manifest": M,
            "stream": "web",
            "epoch": 1,
            "sequence": 7
          },
          "hosts": [
            {
              "host": "web1.example.com",
              "target": "web1",
              "outcome": "done",
              "error": null,
              "agent": {
                "version": "0.0.0",
                "uploaded": true,
                "own_trust": false,
                "host_id": null
              },
              "exit_status": 0,
              "counts": {
                "changed": 1,
                "unchanged": 4
              },
              "took_ms": T,
              "report": {"format":1,"status":"done"}
            },
            {
              "host": "web2.example.com",
              "target": "web2",
              "outcome": "host-key-unknown",
              "error": {
                "code": "MC6003",
                "message": "no key is known for the host: No ED25519 host key is known for web2 and you have requested strict checking.",
                "help": "add the host's key to known_hosts; compare it with the host's own first"
              },
              "agent": null,
              "exit_status": null,
              "counts": null,
              "took_ms": T,
              "report": null
            },
            {
              "host": "web3.example.com",
              "target": "web3",
              "outcome": "refused",
              "error": {
                "code": "MC5003",
                "message": "it is not for this host",
                "help": "build it for this host"
              },
              "agent": {
                "version": "0.0.0",
                "uploaded": true,
                "own_trust": false,
                "host_id": null
              },
              "exit_status": 4,
              "counts": {},
              "took_ms": T,
              "report": null
            }
          ]
        }"#]]
    .assert_eq(&stable.join("\n"));
}

fn a_look_changes_nothing() {
    let fixture = Fixture::with(&[("root", "")]);
    let output = fixture.push(&["--noop"]).success();
    expect![[r#"
        host              outcome  would change  unchanged  failed  time
        web1.example.com  done                1          4       0  T s
    "#]]
    .assert_eq(&table(&output));
    assert!(fs::read_to_string(fixture.hosts.state("web1").join("start")).unwrap().contains("action: Check"));
}

fn hosts_get_what_the_inventory_says() {
    let fixture = Fixture::with(&[("root", "")]);
    fixture.scratch.write(
        "hosts.toml",
        "[[host]]\nid = \"one.example.com\"\naddress = \"web1\"\nport = 2222\nuser = \"ann\"\n\
         labels = { role = \"Web\", rack = 7 }\n",
    );
    fixture.push(&[]).success();
    let start = fs::read_to_string(fixture.hosts.state("web1").join("start")).unwrap();
    for part in ["\"one.example.com\"", "\"role\": \"Web\"", "\"rack\": \"7\"", "action: Apply"] {
        assert!(start.contains(part), "{part}: {start}");
    }
    let arguments = fixture.hosts.arguments();
    assert!(arguments.ends_with("-p 2222 -l ann -- web1\n"), "{arguments}");

    fixture.push(&["--host", "bob@web1"]).success();
    assert!(fixture.hosts.arguments().ends_with("-l bob -- web1\n"));
    let start = fs::read_to_string(fixture.hosts.state("web1").join("start")).unwrap();
    assert!(start.contains("labels: {}"), "{start}");
}

fn what_is_refused_here_goes_nowhere() {
    let fixture = Fixture::with(&[("root", "")]);
    let refused = |bytes: &[u8], arguments: &[&str]| {
        fixture.scratch.write("web.mcb", bytes);
        let output = fixture.push(arguments).expect_code(4);
        assert_eq!((output.stdout.as_str(), fixture.hosts.arguments().as_str()), ("", ""));
        output.stderr.split(['[', ']']).nth(1).unwrap_or_default().to_owned()
    };
    let good = signed(&release());
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let with = |change: fn(&mut Release)| {
        let mut release = release();
        change(&mut release);
        signed(&release)
    };
    let codes = [
        refused(b"no bundle", &[]),
        refused(&flipped, &[]),
        refused(&good[..good.len() - 1], &[]),
        refused(&with(|release| release.stream = "db".to_owned()), &[]),
        refused(&with(|release| release.expires = release.issued + 1), &[]),
        refused(&with(|release| release.modes = Modes::of(&[Mode::Apply]).unwrap()), &[]),
        refused(&with(|release| release.actions = Actions::Check), &[]),
    ];
    assert!(codes.iter().all(|code| code.starts_with("MC5")), "{codes:?}");

    fixture.scratch.write("web.mcb", with(|release| release.actions = Actions::Check));
    fixture.push(&["--noop"]).success();
}

fn mistakes_on_the_command_line() {
    let fixture = Fixture::with(&[("root", "")]);
    let program = Utf8Path::new(env!("CARGO_BIN_EXE_mc-control"));
    let run = |arguments: &[&str], code| {
        let output = fixture.run(program, arguments).expect_code(code);
        output.stderr.replace(fixture.scratch.path().as_str(), "SCRATCH")
    };
    let trust = ["web.mcb", "--trust", "trust.toml"];
    run(&trust, 2);
    run(&[&trust[..], &["--host", "web1", "--inventory", "hosts.toml"]].concat(), 2);
    run(&[&trust[..], &["--host", "web1", "--jobs", "0"]].concat(), 2);
    run(&["web.mcb", "--host", "web1"], 2);
    assert!(run(&[&trust[..], &["--host=-oProxyCommand=x"]].concat(), 2).contains("-oProxyCommand=x"));

    let error = run(&[&trust[..], &["--inventory", "none.toml"]].concat(), 3);
    expect!["error: cannot read `none.toml`: no such file\n"].assert_eq(&error);
    let error = run(&[&trust[..], &["--host", "web1", "--agent", "trust.toml"]].concat(), 3);
    expect![[r#"
        error: `trust.toml` is no agent: it is not a program for Linux
          help: name the agent to send with `--agent`
    "#]]
    .assert_eq(&error);
    fixture.scratch.write("empty.toml", "");
    let error = run(&[&trust[..], &["--inventory", "empty.toml"]].concat(), 3);
    expect!["error: cannot use the inventory `empty.toml`: it has no `[[host]]`\n"].assert_eq(&error);
    assert_eq!(fixture.hosts.arguments(), "");
}

fn the_agent_lies_beside_the_program() {
    let fixture = Fixture::with(&[("root", "")]);
    let copy = |from: &str, to: &str| {
        let to = fixture.path(to);
        process::run(Command::new("cp").args([from, to.as_str()])).success();
        to
    };
    fixture.scratch.write("installed/readme", "");
    let control = copy(env!("CARGO_BIN_EXE_mc-control"), "installed/mc-control");
    let push = || fixture.run(&control, &["web.mcb", "--trust", "trust.toml", "--host", "web1"]);
    let error = push().expect_code(3).stderr;
    assert!(error.contains("installed/mc-agent`: no such file"), "{error}");
    copy(std::env::current_exe().unwrap().to_str().unwrap(), "installed/mc-agent");
    push().success();
}
