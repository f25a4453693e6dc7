//! The examples of real size: `examples/hardening`, `examples/postgresql` and `examples/proxy`.

use crate::session::Session;

/// The resource types that the agent of this version has no provider for, as the build says it.
fn not_managed(name: &str) -> String {
    let session = Session::new();
    session.example(name);
    session.run(&["key", "new", "--out", "keys", "--unencrypted"]).ok();
    let check = session.run(&["check", name]);
    check.ok();
    assert!(check.stderr.ends_with("modules)\n") && check.stderr.lines().count() == 1, "{}", check.stderr);
    let build = session.run(&["build", name, "-o", "whole.mcb", "--key", "keys/signing.pem"]);
    build.ok();
    let note =
        build.stderr.lines().find_map(|line| line.strip_prefix("note: ")).unwrap_or_default().to_owned();

    // Without the part that says so, there is nothing that the agent lacks.
    std::fs::remove_file(session.path(&format!("{name}/src/system.mc"))).expect("the part is there");
    let rest = session.run(&["build", name, "-o", "rest.mcb", "--key", "keys/signing.pem"]);
    rest.ok();
    assert!(!rest.stderr.contains("note: "), "{}", rest.stderr);
    note
}

#[test]
fn a_baseline() {
    assert_eq!(
        not_managed("hardening"),
        "the agent of version 0.1.0 does not manage Group, IniSetting, KernelModule, Limits, Line, Mount, Sysctl yet \
         and refuses this bundle on hosts (MC5040)"
    );
}

#[test]
fn a_database_server() {
    assert_eq!(
        not_managed("postgresql"),
        "the agent of version 0.1.0 does not manage Assert, Firewall, Limits, Sysctl, Wait yet and refuses this bundle \
         on hosts (MC5040)"
    );
}

#[test]
fn a_proxy() {
    assert_eq!(
        not_managed("proxy"),
        "the agent of version 0.1.0 does not manage Certificate, Firewall, Limits, Sysctl, Wait yet and refuses this \
         bundle on hosts (MC5040)"
    );
}

/// Each control is described once and used by a component.
#[test]
fn the_baseline_has_its_controls() {
    let session = Session::new();
    session.example("hardening");
    let read = |name: &str| String::from_utf8(session.read(name)).expect("a source");
    let catalogue = read("hardening/src/hardening/control.mc");
    let controls: Vec<&str> = catalogue
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('.')?.split_once(" => "))
        .map(|(name, _)| name)
        .collect();
    assert!(controls.len() >= 60, "{}", controls.len());
    let components: String = session
        .list("hardening/src/hardening")
        .iter()
        .filter(|name| !["control.mc", "baseline.mc"].contains(&name.as_str()))
        .map(|name| read(&format!("hardening/src/hardening/{name}")))
        .collect();
    let unused: Vec<&&str> =
        controls.iter().filter(|name| !components.contains(&format!(".{name}"))).collect();
    assert_eq!(unused, [&""; 0]);
}

/// A policy that breaks a guard of an example is not built.
#[test]
fn guards() {
    let denied = |name: &str, file: &str, change: &dyn Fn(String) -> String, expected: &str| {
        let session = Session::new();
        session.example(name);
        let path = format!("{name}/{file}");
        let text = String::from_utf8(session.read(&path)).expect("a source");
        session.write(&path, change(text));
        let run = session.run(&["check", name, "--format", "concise"]);
        assert!(run.fails(1).stdout.contains(&format!("error[MC0645]: {expected}")), "{}", run.stdout);
    };
    let with = |policy: &'static str| move |text: String| format!("{text}\npolicy more {{\n{policy}\n}}\n");
    denied(
        "hardening",
        "src/main.mc",
        &with("  File \"/etc/open\" { content = \"\", mode = 0o666 }"),
        "everybody on the host could change /etc/open",
    );
    denied(
        "hardening",
        "src/main.mc",
        &with("  Directory \"/srv/open\" { mode = 0o777 }"),
        "everybody on the host could change /srv/open",
    );
    denied(
        "postgresql",
        "src/postgresql/server.mc",
        &|text| text.replace("mode = 0o600", "mode = 0o640"),
        "others than the server could read /var/lib/postgresql-policy/databases.sql",
    );
    denied(
        "proxy",
        "src/main.mc",
        &with("  select true\n  File \"/etc/a.key\" { content = \"\" }"),
        "everybody on the host could read /etc/a.key",
    );
}

/// A live database server restarts with consent only.
#[test]
fn approvals() {
    let session = Session::new();
    session.example("postgresql");
    session.run(&["key", "new", "--out", "keys", "--unencrypted"]).ok();
    let build = session.run(&["build", "postgresql", "-o", "a.mcb", "--key", "keys/signing.pem"]);
    let said = &build.ok().stderr;
    assert!(said.contains("restart_while_live"), "{said}");
}
