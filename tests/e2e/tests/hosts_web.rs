//! `examples/web` on a booted host: what is changed is changed, and nothing else is touched.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use mc_e2e::managed::{AGENT, Managed, STATE};
use mc_test_support::hosts::Rig;
use mc_test_support::strace::Tracing;
use mc_test_support::tree::Snapshot;

mc_test_support::host_tests!(
    the_example_serves_its_sites_and_touches_only_what_an_edit_concerns,
    a_look_at_many_resources_is_one_process,
);

const WEB: &[&str] = &["--label", "role=Web"];
const MAIN: &str = "web/src/main.mc";

fn page(managed: &Managed, port: u16) -> String {
    managed.host.sh(&format!("curl -sSf http://localhost:{port}/"))
}

/// What identifies a start of nginx, and how many there were since the boot.
fn start(managed: &Managed) -> ([String; 2], usize) {
    let identity = managed.unit("nginx", ["ActiveEnterTimestampMonotonic", "MainPID"]);
    let log = managed
        .host
        .sh("journalctl --sync; journalctl -b -u nginx.service -o json --output-fields=MESSAGE_ID");
    // systemd's own id of the message that a unit was started.
    (identity, log.matches("39f53479d3a045ac8e11786248231fbf").count())
}

/// Everything that a policy or a package manages, without the agent's state.
fn managed_files(managed: &Managed) -> [Snapshot; 3] {
    ["etc", "srv", "usr/lib/systemd"].map(|folder| Snapshot::take(&managed.host.root().join(folder)))
}

fn differences(before: &[Snapshot; 3], after: &[Snapshot; 3]) -> Vec<String> {
    let pairs = before.iter().zip(after);
    pairs.flat_map(|(before, after)| before.differences(after)).map(|found| found.to_string()).collect()
}

fn edit(managed: &Managed, from: &str, to: &str) {
    let path = managed.workshop.join(MAIN);
    let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("cannot read {path}: {e}"));
    assert_eq!(source.matches(from).count(), 1, "{from} in {path}");
    managed.workshop.write(MAIN, source.replace(from, to));
    managed.build("web");
}

fn the_example_serves_its_sites_and_touches_only_what_an_edit_concerns() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let managed = Managed::new(host);
    managed.workshop.example("web");
    managed.build("web");

    let first = managed.applied("web", WEB);
    assert_eq!((first.status(), first.count("unchanged")), ("done", 0), "{first:?}");
    assert!(page(&managed, 8080).contains("<h1>The shop</h1>"));
    assert!(page(&managed, 8081).contains("<h1>The blog</h1>"));
    assert_eq!(managed.host.read("/etc/motd"), "This is web1. It serves http://web1:8080/\n");
    let account = managed.host.sh("getent passwd web");
    assert!(account.ends_with(":/srv/www:/usr/sbin/nologin\n"), "{account}");

    // One page.
    let (before, started) = (managed_files(&managed), start(&managed));
    edit(&managed, "The blog", "The new blog");
    let report = managed.applied("web", WEB);
    assert_eq!(report.named("changed"), ["File[\"/srv/www/blog.example/index.html\"]"]);
    assert_eq!(report.steps().count(), 1, "{report:?}");
    let after = managed_files(&managed);
    assert_eq!(
        differences(&before, &after),
        ["www/blog.example: mtime", "www/blog.example/index.html: content, mtime"]
    );
    assert!(page(&managed, 8081).contains("<h1>The new blog</h1>"));
    assert!(page(&managed, 8080).contains("<h1>The shop</h1>"));
    assert_eq!(start(&managed), started, "a page is no reason to restart");

    // One line of the configuration.
    let before = after;
    edit(&managed, "port = 8081", "port = 8082");
    let report = managed.applied("web", WEB);
    assert_eq!(
        report.named("changed"),
        ["File[\"/etc/nginx/masterchef/blog.example.conf\"]", "Service[\"nginx\"]"]
    );
    assert_eq!(report.steps().count(), 2, "{report:?}");
    let after = managed_files(&managed);
    assert_eq!(
        differences(&before, &after),
        ["nginx/masterchef: mtime", "nginx/masterchef/blog.example.conf: content, mtime"]
    );
    let restarted = start(&managed);
    assert_eq!(restarted.1, started.1 + 1, "one restart");
    assert_ne!(restarted.0[0], started.0[0]);
    assert_ne!(restarted.0[1], started.0[1]);
    assert!(page(&managed, 8082).contains("<h1>The new blog</h1>"));

    // Nothing.
    let whole = Snapshot::take_except(&managed.host.root(), &["var/lib/masterchef", "var/log"]);
    let again = managed.applied("web", WEB);
    assert_eq!((again.status(), again.count("changed")), ("done", 0), "{again:?}");
    assert_eq!(again.steps().count(), 0, "{again:?}");
    let now = Snapshot::take_except(&managed.host.root(), &["var/lib/masterchef", "var/log"]);
    assert_eq!(whole.differences(&now), []);
    let trace = managed.traced(&Tracing::changes(), "web", WEB);
    trace.output.clone().success();
    assert!(!trace.calls.is_empty());
    assert_eq!(trace.changes_outside(&[STATE, "/dev/null"]), [""; 0]);
    assert_eq!(start(&managed), restarted);
}

fn a_look_at_many_resources_is_one_process() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let managed = Managed::new(host);
    managed.package(
        "many",
        r#"
import std.fs.{Directory, File}
import std.pkg.Package
import std.svc.Service
import std.user.User

policy many {
  Directory "/srv/many" {}
  for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
    File "/srv/many/${name}" { content = "${name}\n", owner = "daemon", group = "daemon" }
  }
  for name in ["daemon", "bin", "sys"] {
    User (UserName(name)) {}
  }
  for name in ["bash", "coreutils", "dpkg"] {
    Package (PackageName(name)) {}
  }
  for name in ["ssh", "dbus", "systemd-journald"] {
    Service (UnitName(name)) { running = true }
  }
}
"#,
    );
    let first = managed.applied("many", &[]);
    assert_eq!(first.count("changed"), 9, "{first:?}");
    let trace = managed.traced(&Tracing::programs(), "many", &[]);
    trace.output.clone().success();
    // One question about all units together; files, users and packages are read without any.
    assert_eq!(trace.programs(), [AGENT, "/usr/bin/systemctl"]);
}
