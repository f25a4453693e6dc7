//! `examples/hardening`, `examples/postgresql` and `examples/proxy` on booted hosts: what the agent manages today is
//! applied, a second run finds nothing to do, and other programs agree. The rest is left out by what the agent says of
//! its types; each test names them, and fails when the agent has learnt one.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use mc_e2e::managed::Managed;
use mc_e2e::part;
use mc_test_support::hosts::Rig;
use mc_test_support::tree::Snapshot;

mc_test_support::host_tests!(
    the_baseline_holds_and_stays,
    the_database_server_has_its_roles_and_databases,
    the_proxy_answers_for_each_site,
);

/// Applies the part of an example that the agent manages. As it is, the agent refuses it; all steps of the part are done; a
/// second run changes nothing. `lacks` are the types of the example that the agent does not manage, `busy` the folders
/// that the host's own programs write.
#[track_caller]
fn applied(managed: &Managed, name: &str, labels: &[&str], lacks: &[&str], busy: &[&str]) {
    let look = |besides: &[&str]| {
        let besides = [&["var/lib/masterchef", "var/log"], besides].concat();
        Snapshot::take_except(&managed.host.root(), &besides)
    };
    managed.workshop.example(name);
    managed.build(name);
    let before = look(&[]).without_times();
    let refused = managed.apply(name, labels).expect_code(4);
    let said = refused.to_string();
    // A type, or else an ability, that it lacks.
    assert!(said.contains("MC5040") || said.contains("MC5026"), "{said}");
    assert_eq!(before.differences(&look(&[]).without_times()), [], "{said}");

    let bundle = managed.workshop.join(&format!("{name}.mcb"));
    let bundle = std::fs::read(&bundle).unwrap_or_else(|e| panic!("cannot read {bundle}: {e}"));
    let part = part::applicable(&bundle, &part::key(&managed.workshop), secret);
    assert_eq!(part.types, lacks, "what is left out; what is no longer, is tested on a host from now on");
    assert_eq!(part.dependants, 0, "of the other types all is applied");
    managed.host.put(&format!("/root/{name}.mcb"), part.bytes, "0600");

    let first = managed.applied(name, labels);
    assert_eq!(first.status(), "done", "{first:?}");
    let odd: Vec<_> =
        first.steps().filter(|step| step["outcome"] != "changed" && step["outcome"] != "absent").collect();
    assert!(odd.is_empty() && first.count("changed") > 0, "{odd:?}");
    let after = look(busy);
    let again = managed.applied(name, labels);
    assert_eq!((again.status(), again.count("changed")), ("done", 0), "{again:?}");
    assert_eq!(after.differences(&look(busy)), [], "{again:?}");
}

/// What stands for a secret, as long as the agent has none.
fn secret(name: &str) -> String {
    format!("it's the secret of {name}")
}

fn host(name: &str) -> Managed {
    let rig = Rig::start();
    let [host] = rig.hosts([name]);
    Managed::new(host)
}

/// What a unit is: whether it runs, and whether it does after a boot.
#[track_caller]
fn unit(managed: &Managed, name: &str) -> [String; 2] {
    managed.unit(name, ["ActiveState", "UnitFileState"])
}

fn the_baseline_holds_and_stays() {
    let managed = host("base1");
    // One of the packages that the baseline does not want.
    managed.host.apt_update();
    managed.host.sh("apt-get -q -y install telnet; dpkg-query -W telnet");
    managed.host.sh("chmod 666 /etc/passwd; chmod 755 /root");
    let lacks = [
        "std.edit.IniSetting",
        "std.edit.Line",
        "std.sys.KernelModule",
        "std.sys.Limits",
        "std.sys.Mount",
        "std.sys.Sysctl",
        "std.user.Group",
    ];
    applied(&managed, "hardening", &[], &lacks, &[]);
    let host = &managed.host;

    let effective = host.sh("sshd -t && sshd -T");
    for line in ["permitrootlogin no", "permitemptypasswords no", "maxauthtries 4", "allowtcpforwarding no"] {
        assert!(effective.lines().any(|effective| effective == line), "{line} in {effective}");
    }
    assert!(effective.contains("banner /etc/issue.net\n"), "{effective}");
    assert_eq!(unit(&managed, "ssh"), ["active", "enabled"]);
    host.sh("visudo -c -q");
    let modes = host
        .sh("stat -c '%a %U:%G %n' /etc/passwd /etc/shadow /etc/crontab /etc/cron.d /etc/cron.allow /root \
         /etc/sudoers /etc/sudoers.d/00-baseline /etc/ssh/sshd_config");
    assert_eq!(
        modes.lines().collect::<Vec<_>>(),
        [
            "644 root:root /etc/passwd",
            "640 root:shadow /etc/shadow",
            "600 root:root /etc/crontab",
            "700 root:root /etc/cron.d",
            "640 root:root /etc/cron.allow",
            "700 root:root /root",
            "440 root:root /etc/sudoers",
            "440 root:root /etc/sudoers.d/00-baseline",
            "600 root:root /etc/ssh/sshd_config",
        ]
    );
    let packages = "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' cron logrotate unattended-upgrades";
    assert_eq!(host.sh(packages), "cron installed\nlogrotate installed\nunattended-upgrades installed\n");
    let telnet = host.sh("dpkg-query -W -f '${db:Status-Status}' telnet 2>&1 || true");
    assert_ne!(telnet, "installed");
    assert_eq!(unit(&managed, "cron"), ["active", "enabled"]);
    assert_eq!(host.sh("bash -lc 'echo $TMOUT'"), "900\n");
    host.sh("logrotate --debug /etc/logrotate.d/sudo");
    assert!(host.sh("systemd-analyze cat-config systemd/journald.conf").contains("\nStorage=persistent\n"));
    // It was restarted with that: the journal is where it survives a boot.
    host.sh("journalctl --sync; test -d /var/log/journal/$(cat /etc/machine-id)");
    assert!(host.read("/etc/issue.net").contains("authorised"));
    let table = host.read("/etc/masterchef/baseline.tsv");
    assert!(table.lines().count() >= 60, "{table}");
    assert!(table.contains("Svc02\toff: "), "{table}");
}

fn the_database_server_has_its_roles_and_databases() {
    let managed = host("db1");
    let lacks =
        ["std.exec.Wait", "std.net.Firewall", "std.report.Assert", "std.sys.Limits", "std.sys.Sysctl"];
    // The server and the log of its units never rest.
    applied(&managed, "postgresql", &["--label", "part=Database"], &lacks, &["var/lib/postgresql"]);
    let host = &managed.host;

    assert_eq!(host.sh("dpkg-query -W -f '${db:Status-Status}' postgresql-15"), "installed");
    assert_eq!(managed.unit("postgresql@15-main", ["ActiveState"]), ["active"]);
    assert_eq!(unit(&managed, "postgresql-backup.timer"), ["active", "enabled"]);
    let folder = "stat -c '%a %U' /var/lib/postgresql-policy /var/lib/postgresql-policy/roles.sql";
    assert_eq!(host.sh(folder), "700 postgres\n600 postgres\n");

    let ask = |database: &str, question: &str| {
        let psql = format!("psql --no-psqlrc -d {database} -Atc \"{question}\"");
        host.sh(&format!("cd / && runuser -u postgres -- {psql}"))
    };
    let owners =
        "select datname, pg_get_userbyid(datdba) from pg_database where not datistemplate order by 1";
    assert_eq!(ask("postgres", owners), "postgres|postgres\nscratch|report\nshop|shop\n");
    let limits = "select rolname, rolconnlimit, rolsuper from pg_roles where rolcanlogin order by 1";
    assert_eq!(ask("postgres", limits), "import|4|f\npostgres|-1|t\nreport|10|f\nshop|60|f\n");
    assert_eq!(ask("postgres", "select count(*) from pg_hba_file_rules where error is not null"), "0\n");
    // Settings that the server has not by itself: it was started with them.
    for (setting, value) in
        [("log_lock_waits", "on"), ("random_page_cost", "1.1"), ("listen_addresses", "0.0.0.0")]
    {
        assert_eq!(ask("postgres", &format!("show {setting}")), format!("{value}\n"), "{setting}");
    }
    let rights = "select has_database_privilege('public', 'shop', 'connect'), \
                  has_database_privilege('import', 'shop', 'connect')";
    assert_eq!(ask("postgres", rights), "f|t\n");
    assert_eq!(ask("shop", "select extname from pg_extension order by 1"), "pg_trgm\nplpgsql\n");
    // From a network that the rules name, by the password that the file of statements gave.
    host.sh("ip address add 10.20.0.5/16 dev lo");
    let come = |password: &str, database: &str| {
        let psql = format!("psql -h 10.20.0.5 -U report -d {database} -Atc 'select current_user'");
        host.exec(&["sh", "-c", &format!("PGPASSWORD=\"{password}\" {psql}")])
    };
    let password = secret("postgresql/report");
    assert_eq!(come(&password, "shop").success().stdout, "report\n");
    for output in [come("guessed", "shop"), come(&password, "scratch")] {
        output.expect_code(2);
    }
    host.sh("systemctl start postgresql-backup.service");
    let dumps = host.sh("ls /var/backups/postgresql");
    assert!(dumps.contains("globals.") && dumps.contains("shop.") && !dumps.contains("scratch."), "{dumps}");
}

fn the_proxy_answers_for_each_site() {
    let managed = host("proxy1");
    let lacks =
        ["std.exec.Wait", "std.net.Firewall", "std.sys.Limits", "std.sys.Sysctl", "std.tls.Certificate"];
    applied(&managed, "proxy", &["--label", "env=Dev"], &lacks, &[]);
    let host = &managed.host;

    host.sh("nginx -t -q");
    assert_eq!(unit(&managed, "nginx"), ["active", "enabled"]);
    let landing = host.sh("curl -sSf -H 'Host: landing.example' http://localhost:8080/");
    assert!(landing.contains("<h1>Welcome to proxy1</h1>"), "{landing}");
    let shop = "--resolve shop.example:8443:127.0.0.1 --cacert /etc/nginx/tls/shop.example.pem";
    assert_eq!(host.sh(&format!("curl -sSf {shop} https://shop.example:8443/health")), "shop\n");
    let sent =
        host.sh("curl -sS -o /dev/null -w '%{redirect_url}' -H 'Host: shop.example' http://localhost:8080/x");
    assert_eq!(sent, "https://shop.example:8443/x");
    let unknown = host.sh("curl -sS -o /dev/null -w '%{http_code}' http://localhost:8080/");
    assert_eq!(unknown, "421");
}
