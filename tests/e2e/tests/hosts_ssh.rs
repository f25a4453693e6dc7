//! `mc-control push` to booted hosts, by the system's ssh and a real sshd.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::fmt::Write as _;

use mc_test_support::hosts::{Host, Rig};
use mc_test_support::process::{self, Output};
use mc_test_support::tree::Snapshot;
use mc_test_support::workshop::Workshop;
use serde_json::Value;

mc_test_support::host_tests!(
    the_same_bundle_gives_three_hosts_the_same_tree,
    each_host_has_a_clear_outcome,
    a_login_that_is_not_root_goes_through_sudo,
    what_the_host_owner_says_counts,
    a_cut_connection_stops_the_run_and_the_next_push_takes_it_up,
);

/// What policies of these tests manage. `/etc/motd` names the host.
const MANAGED: [&str; 2] = ["etc/nginx", "srv"];

/// An operator: a workshop, and hosts in an inventory.
struct Operator<'a> {
    rig: &'a Rig,
    workshop: Workshop,
}

impl<'a> Operator<'a> {
    fn new(rig: &'a Rig) -> Self {
        Self { rig, workshop: Workshop::new() }
    }

    /// Makes a package with this root module and builds it.
    #[track_caller]
    fn package(&self, name: &str, source: &str) {
        self.workshop.package(name, source);
        process::run(&mut self.workshop.build(name)).success();
    }

    /// Writes the inventory: these hosts, logged in to as this user.
    fn inventory(&self, hosts: &[&Host], user: &str) {
        let mut text = String::new();
        for host in hosts {
            let _ = writeln!(
                text,
                "[[host]]\nid = \"{}.example.com\"\naddress = \"{}\"\nuser = \"{user}\"\nlabels = {{ role = \"Web\" }}\n",
                host.name(),
                host.ip()
            );
        }
        self.workshop.write("hosts.toml", text);
    }

    fn push(&self, name: &str, options: &[&str]) -> Output {
        let bundle = format!("{name}.mcb");
        let mut arguments = vec![
            "push",
            &bundle,
            "--trust",
            "keys/trust.toml",
            "--inventory",
            "hosts.toml",
            "--format",
            "json",
        ];
        arguments.extend(options);
        process::run(self.workshop.control(&arguments).env("PATH", self.rig.path_with_ssh()))
    }

    /// Pushes and gives what came of each host, in the order of the inventory.
    #[track_caller]
    fn pushed(&self, name: &str, code: i32, options: &[&str]) -> Vec<Value> {
        let output = self.push(name, options).expect_code(code);
        let document: Value =
            serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("no document ({e}): {output}"));
        assert_eq!(document["exit_status"], code, "{output}");
        document["hosts"].as_array().cloned().unwrap_or_else(|| panic!("no hosts: {output}"))
    }
}

/// Outcome and code of each host.
fn outcomes(hosts: &[Value]) -> Vec<(&str, &str)> {
    hosts
        .iter()
        .map(|host| (&host["outcome"], &host["error"]["code"]))
        .map(|(outcome, code)| (outcome.as_str().unwrap_or_default(), code.as_str().unwrap_or_default()))
        .collect()
}

fn trees(host: &Host) -> [Snapshot; 2] {
    MANAGED.map(|folder| Snapshot::take(&host.root().join(folder)))
}

fn the_same_bundle_gives_three_hosts_the_same_tree() {
    let rig = Rig::start();
    let hosts = rig.hosts(["web1", "web2", "web3"]);
    let operator = Operator::new(&rig);
    operator.workshop.example("web");
    process::run(&mut operator.workshop.build("web")).success();
    operator.inventory(&hosts.each_ref(), "root");

    let look = operator.pushed("web", 0, &["--noop"]);
    for (host, result) in hosts.iter().zip(&look) {
        assert_eq!((&result["outcome"], &result["report"]["noop"]), (&"done".into(), &true.into()));
        assert!(result["counts"]["would-change"].as_u64() > Some(5), "{result}");
        assert_ne!(host.exec(&["test", "-e", "/srv/www"]).code(), 0, "a look changes nothing");
    }

    let first = operator.pushed("web", 0, &[]);
    for (host, result) in hosts.iter().zip(&first) {
        assert_eq!(result["outcome"], "done", "{result}");
        assert_eq!(result["agent"]["uploaded"], false, "the look brought the agent: {result}");
        assert_eq!(result["counts"]["unchanged"], 0, "{result}");
        assert_eq!(result["report"]["host"]["id"], format!("{}.example.com", host.name()));
        assert_eq!(result["report"]["host"]["labels_from"], "operator");
        let page = host.sh("curl -sSf http://localhost:8080/");
        assert!(page.contains("<h1>The shop</h1>"), "{page}");
        assert_eq!(host.sh("find /var/lib/masterchef/agents -type f | wc -l").trim(), "1");
        assert_ne!(host.exec(&["test", "-e", "/etc/masterchef"]).code(), 0, "a push keeps no trust");
    }
    let [one, two, three] = hosts.each_ref().map(|host| trees(host).map(Snapshot::without_times));
    for (at, folder) in MANAGED.iter().enumerate() {
        assert!(one[at].entries.len() > 3, "{folder} has little in it");
        assert_eq!(one[at].differences(&two[at]), [], "{folder}");
        assert_eq!(one[at].differences(&three[at]), [], "{folder}");
    }

    let before = hosts.each_ref().map(trees);
    for result in operator.pushed("web", 0, &["--jobs", "2"]) {
        assert_eq!(
            (&result["outcome"], &result["counts"]["changed"]),
            (&"done".into(), &0.into()),
            "{result}"
        );
        assert_eq!(result["agent"]["uploaded"], false, "{result}");
    }
    assert!(before == hosts.each_ref().map(trees), "the second push changed something");
}

/// One file, on every host.
const FILE: &str = r#"
import std.fs.File

labels { role: String = "none" }

policy file {
  File "/srv/file" { content = "for ${labels.role}\n", mode = 0o640 }
}
"#;

fn each_host_has_a_clear_outcome() {
    let rig = Rig::start();
    let hosts = rig.hosts(["well", "down", "rekeyed", "keyless", "unsafe"]);
    let [well, down, rekeyed, keyless, others] = &hosts;
    let operator = Operator::new(&rig);
    operator.package("file", FILE);
    operator.inventory(&hosts.each_ref(), "root");
    down.off();
    rekeyed.rekey();
    keyless.sh("rm /root/.ssh/authorized_keys");
    others.sh("mkdir -p /var/lib/masterchef; chmod 777 /var/lib/masterchef");

    let results = operator.pushed("file", 3, &[]);
    assert_eq!(
        outcomes(&results),
        [
            ("done", ""),
            ("unreachable", "MC6001"),
            ("host-key-changed", "MC6002"),
            ("login-refused", "MC6004"),
            ("not-started", "MC6007"),
        ]
    );
    assert_eq!(well.read("/srv/file"), "for Web\n");
    for host in [rekeyed, keyless, others] {
        assert_ne!(host.exec(&["test", "-e", "/srv/file"]).code(), 0, "{}", host.name());
    }

    // A host that nobody has seen before.
    let known_hosts = rig.folder().join("known_hosts");
    let known = std::fs::read_to_string(&known_hosts).expect("the rig has one");
    let without: Vec<&str> = known.lines().filter(|line| !line.contains(well.ip())).collect();
    assert_ne!(known.lines().count(), without.len());
    std::fs::write(&known_hosts, without.join("\n") + "\n").expect("the rig is ours");
    operator.inventory(&[well], "root");
    assert_eq!(outcomes(&operator.pushed("file", 3, &[])), [("host-key-unknown", "MC6003")]);
}

fn a_login_that_is_not_root_goes_through_sudo() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    host.sh(
        "useradd --create-home --shell /bin/bash ann; cp -r /root/.ssh /home/ann/; chown -R ann: /home/ann",
    );
    // Debian's bash reads this for commands by ssh, too.
    host.sh("echo 'echo Welcome, ann' >/home/ann/.bashrc");
    let operator = Operator::new(&rig);
    operator.package("file", FILE);
    operator.inventory(&[&host], "ann");
    assert_eq!(outcomes(&operator.pushed("file", 3, &[])), [("sudo-refused", "MC6005")]);
    host.put("/etc/sudoers.d/ann", "ann ALL=(root) NOPASSWD: /bin/sh\n", "0440");
    assert_eq!(outcomes(&operator.pushed("file", 0, &[])), [("done", "")]);
    assert_eq!(host.sh("stat -c '%a %U' /srv/file").trim(), "640 root");
}

fn what_the_host_owner_says_counts() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let operator = Operator::new(&rig);
    operator.package("file", FILE);
    operator.inventory(&[&host], "root");
    host.put(
        "/etc/masterchef/host.toml",
        "format = 1\nid = \"own.example.com\"\nlabels = { role = \"Own\" }\n",
        "0644",
    );
    let results = operator.pushed("file", 0, &[]);
    assert_eq!(host.read("/srv/file"), "for Own\n");
    assert_eq!(results[0]["agent"]["host_id"], "own.example.com");

    // Somebody else's keys: the operator's trust document does not replace them.
    let other = Workshop::new();
    let trust = std::fs::read(other.join("keys/trust.toml")).expect("a workshop has one");
    host.put("/etc/masterchef/trust.toml", trust, "0644");
    host.sh("rm /srv/file");
    let results = operator.pushed("file", 4, &[]);
    assert_eq!(
        (&results[0]["outcome"], &results[0]["agent"]["own_trust"]),
        (&"refused".into(), &true.into())
    );
    assert!(results[0]["error"]["code"].as_str().is_some_and(|code| code.starts_with("MC5")), "{results:?}");
    assert_ne!(host.exec(&["test", "-e", "/srv/file"]).code(), 0);
}

fn a_cut_connection_stops_the_run_and_the_next_push_takes_it_up() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let operator = Operator::new(&rig);
    // The first step ends the connection that it came by, so the report has no way back.
    operator.package(
        "cut",
        r#"
import std.exec.Command
import std.fs.File

policy cut {
  let cut = Command "cut" { argv = ["/usr/local/bin/cut-connection"], creates = "/srv/cut" }
  File "/srv/after" { content = "after\n", after cut }
}
"#,
    );
    let script = "#!/bin/sh\ntouch /srv/cut\npkill -KILL -f '^sshd: root@notty'\n";
    host.put("/usr/local/bin/cut-connection", script, "0755");
    operator.inventory(&[&host], "root");
    assert_eq!(outcomes(&operator.pushed("cut", 3, &[])), [("cut", "MC6011")]);
    assert!(host.read("/var/lib/masterchef/audit").contains("operator-counts"));
    // The agent ends what it is doing; another run at the same time would be refused as busy.
    host.sh("for agent in $(pgrep -x mc-agent); do tail --pid=$agent -f /dev/null; done");
    assert_eq!(outcomes(&operator.pushed("cut", 0, &[])), [("done", "")]);
    assert_eq!(host.read("/srv/after"), "after\n");
}
