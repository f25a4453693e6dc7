//! `examples/hardening`, `examples/postgresql` and `examples/proxy` on booted hosts: what the agent manages today is
//! applied, a second run finds nothing to do, and other programs agree. Each example has the rest in
//! `src/system.mc`, which is left out here.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use mc_e2e::managed::Managed;
use mc_test_support::hosts::Rig;
use mc_test_support::tree::Snapshot;

mc_test_support::host_tests!(
    the_baseline_holds_and_stays,
    the_database_server_has_its_roles_and_databases,
    the_proxy_answers_for_each_site,
);

/// The example without the part that needs more than the agent has.
fn example(managed: &Managed, name: &str) {
    managed.workshop.example(name);
    let system = managed.workshop.join(&format!("{name}/src/system.mc"));
    std::fs::remove_file(&system).unwrap_or_else(|e| panic!("cannot remove {system}: {e}"));
}

fn edit(managed: &Managed, path: &str, change: impl Fn(&str) -> String) {
    let whole = managed.workshop.join(path);
    let before = std::fs::read_to_string(&whole).unwrap_or_else(|e| panic!("cannot read {whole}: {e}"));
    let after = change(&before);
    assert_ne!(before, after, "nothing to edit in {path}");
    managed.workshop.write(path, after);
}

/// Applies the bundle twice: all is done, then nothing is left to do.
#[track_caller]
fn converges(managed: &Managed, name: &str, labels: &[&str]) {
    let first = managed.applied(name, labels);
    assert_eq!(first.status(), "done", "{first:?}");
    assert!(first.count("changed") > 0, "{first:?}");
    let state = ["etc", "srv", "usr/local"].map(|folder| Snapshot::take(&managed.host.root().join(folder)));
    let again = managed.applied(name, labels);
    assert_eq!((again.status(), again.count("changed")), ("done", 0), "{again:?}");
    for (before, folder) in state.iter().zip(["etc", "srv", "usr/local"]) {
        let now = Snapshot::take(&managed.host.root().join(folder));
        assert_eq!(before.differences(&now), [], "{folder}");
    }
}

fn the_baseline_holds_and_stays() {
    let rig = Rig::start();
    let [host] = rig.hosts(["base1"]);
    let managed = Managed::new(host);
    example(&managed, "hardening");
    // The rig's repository has no unattended-upgrades.
    edit(&managed, "hardening/data/baseline.toml", |text| {
        format!("{text}Upd01 = \"no updates in a test\"\n")
    });
    managed.build("hardening");
    converges(&managed, "hardening", &[]);

    let effective = managed.host.sh("sshd -T");
    for line in ["permitrootlogin no", "permitemptypasswords no", "maxauthtries 4", "allowtcpforwarding no"] {
        assert!(effective.contains(line), "{line} in {effective}");
    }
    managed.host.sh("visudo -c -q");
    assert_eq!(
        managed.host.sh("stat -c %a /etc/crontab /etc/cron.d /root /etc/sudoers.d"),
        "600\n700\n700\n750\n"
    );
    assert!(managed.host.read("/etc/issue.net").contains("authorised"));
    let table = managed.host.read("/etc/masterchef/baseline.tsv");
    assert!(table.lines().count() >= 60, "{table}");
    assert!(table.contains("Svc02\toff: "), "{table}");
}

fn the_database_server_has_its_roles_and_databases() {
    let rig = Rig::start();
    let [host] = rig.hosts(["db1"]);
    let managed = Managed::new(host);
    example(&managed, "postgresql");
    // The agent has no secrets yet: these roles come in by other ways than passwords.
    edit(&managed, "postgresql/data/shop.toml", |text| {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("password = "));
        lines.map(|line| format!("{line}\n")).collect()
    });
    managed.build("postgresql");
    converges(&managed, "postgresql", &["--label", "part=Database"]);

    let ask = |question: &str| {
        managed.host.sh(&format!("cd / && runuser -u postgres -- psql --no-psqlrc -Atc \"{question}\""))
    };
    let owners =
        ask("select datname, pg_get_userbyid(datdba) from pg_database where not datistemplate order by 1");
    assert_eq!(owners, "postgres|postgres\nscratch|report\nshop|shop\n");
    assert_eq!(ask("select rolconnlimit from pg_roles where rolname = 'shop'"), "60\n");
    assert_eq!(ask("select count(*) from pg_hba_file_rules where error is not null"), "0\n");
    assert_eq!(ask("show max_connections"), "100\n");
    managed.host.sh("systemctl start postgresql-backup.service");
    let dumps = managed.host.sh("ls /var/backups/postgresql");
    assert!(dumps.contains("shop.") && !dumps.contains("scratch."), "{dumps}");
}

fn the_proxy_answers_for_each_site() {
    let rig = Rig::start();
    let [host] = rig.hosts(["proxy1"]);
    let managed = Managed::new(host);
    example(&managed, "proxy");
    managed.build("proxy");
    converges(&managed, "proxy", &["--label", "env=Dev"]);

    let landing = managed.host.sh("curl -sSf -H 'Host: landing.example' http://localhost:8080/");
    assert!(landing.contains("<h1>Welcome to proxy1</h1>"), "{landing}");
    let shop = "--resolve shop.example:8443:127.0.0.1 --cacert /etc/nginx/tls/shop.example.pem";
    assert_eq!(managed.host.sh(&format!("curl -sSf {shop} https://shop.example:8443/health")), "shop\n");
    let sent = managed
        .host
        .sh("curl -sS -o /dev/null -w '%{redirect_url}' -H 'Host: shop.example' http://localhost:8080/x");
    assert_eq!(sent, "https://shop.example:8443/x");
    let unknown = managed.host.sh("curl -sS -o /dev/null -w '%{http_code}' http://localhost:8080/");
    assert_eq!(unknown, "421");
}
