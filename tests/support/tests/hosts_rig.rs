//! The host rig itself: what the other host tests take for granted.
#![allow(clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::process::Command;

use mc_test_support::hosts::Rig;
use mc_test_support::process;
use mc_test_support::strace::Tracing;
use mc_test_support::tree::Snapshot;

mc_test_support::host_tests!(
    hosts_are_real_machines,
    power_and_cable,
    packages_come_from_the_local_repository,
    programs_in_hosts_can_be_traced_and_killed,
    nothing_stays_behind,
    two_rigs_do_not_meet,
);

fn hosts_are_real_machines() {
    let rig = Rig::start();
    let hosts = rig.hosts(["web1", "web2", "web3"]);
    for host in &hosts {
        assert_eq!(host.sh("hostname").trim(), host.name());
        assert_eq!(host.sh("cat /proc/1/comm").trim(), "systemd");
        let over_ssh = host.ssh("cat /etc/machine-id").success().stdout;
        assert_eq!(over_ssh, host.read("/etc/machine-id"));
    }
    let mut identities: Vec<String> = hosts.iter().map(|host| host.read("/etc/machine-id")).collect();
    identities.sort();
    identities.dedup();
    assert_eq!(identities.len(), hosts.len());

    let [first, second, _] = &hosts;
    first.put("/srv/files/a", "content\n", "0640");
    assert_eq!(first.sh("stat -c '%a %U' /srv/files/a; cat /srv/files/a"), "640 root\ncontent\n");
    assert!(first.root().join("srv/files/a").is_file());
    assert!(!second.root().join("srv").join("files").exists());

    // A program that knows nothing of the rig reaches a host by the system's `ssh`, and a host whose key
    // changed is refused.
    let by_path =
        || process::run(Command::new("ssh").env("PATH", rig.path_with_ssh()).args([second.ip(), "hostname"]));
    assert_eq!(by_path().success().stdout, "web2\n");
    second.rekey();
    let refused = by_path();
    assert_eq!(refused.code(), 255, "{refused}");
    assert!(refused.stderr.contains("Host key verification failed"), "{refused}");
}

fn power_and_cable() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let boot = host.read("/proc/sys/kernel/random/boot_id");
    host.put("/srv/kept", "content\n", "0644");

    host.cut();
    let mut unreachable = Command::new("ssh");
    unreachable.arg("-F").arg(rig.ssh_config()).args(["-o", "ConnectTimeout=1", host.ip(), "true"]);
    assert_eq!(process::run(&mut unreachable).code(), 255);
    assert_eq!(host.exec(&["true"]).code(), 0, "the console works without the cable");
    host.heal();
    host.ssh("true").success();

    host.kill();
    assert_ne!(host.exec(&["true"]).code(), 0, "nothing runs in a host without power");
    host.boot();
    assert_eq!(host.read("/srv/kept"), "content\n");
    assert_ne!(boot, host.read("/proc/sys/kernel/random/boot_id"));

    host.off();
    host.boot();
    host.ssh("cat /srv/kept").success();
}

fn packages_come_from_the_local_repository() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    host.apt_update();
    let install = |packages: &str| {
        host.exec(&["sh", "-c", &format!("DEBIAN_FRONTEND=noninteractive apt-get -q -y install {packages}")])
    };
    install("nginx-light").success();
    assert_eq!(host.sh("systemctl is-active nginx").trim(), "active");
    let page = process::run(Command::new("curl").args(["-sS", &format!("http://{}/", host.ip())])).success();
    assert!(page.stdout.contains("nginx"), "{page}");

    install("demo=1.0-1").success();
    install("demo").success();
    assert!(host.sh("dpkg-query -W -f '${Version}' demo").starts_with("2.0"));
    let broken = install("demo-broken");
    assert_eq!(broken.code(), 100, "{broken}");
    assert_eq!(host.sh("dpkg-query -W -f '${db:Status-Status}' demo-broken"), "half-configured");
    host.exec(&["dpkg", "--purge", "demo-broken"]).success();
    let tiny: Vec<String> = (1..=12).map(|number| format!("tiny-{number:02}")).collect();
    install(&tiny.join(" ")).success();
    assert_ne!(install("no-such-package").code(), 0);
}

fn programs_in_hosts_can_be_traced_and_killed() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let trace = Tracing::programs().run_on(&host, &["/bin/sh", "-c", "/bin/true; /bin/echo done"]);
    assert_eq!(trace.output.stdout, "done\n");
    assert_eq!(trace.programs(), ["/bin/sh", "/bin/true", "/bin/echo"]);

    let trace = Tracing::changes().run_on(&host, &["/bin/cp", "/etc/hostname", "/srv/copy"]);
    assert_eq!(trace.changed_paths(), ["/srv/copy"]);
    let before = Snapshot::take(&host.root().join("srv"));
    let trace = Tracing::of("unlinkat").kill_at("unlinkat", 1).run_on(&host, &["/bin/rm", "/srv/copy"]);
    assert_eq!(trace.output.code(), 137);
    assert_eq!(before.differences(&Snapshot::take(&host.root().join("srv"))), []);

    // A disk that is full, and one that is not.
    host.sh("mkdir /srv/small; mount -t tmpfs -o size=16k,mode=755 tmpfs /srv/small");
    assert_ne!(host.exec(&["dd", "if=/dev/zero", "of=/srv/small/file", "bs=4096", "count=100"]).code(), 0);
    host.exec(&["dd", "if=/dev/zero", "of=/srv/large", "bs=4096", "count=100"]).success();
}

fn nothing_stays_behind() {
    let rig = Rig::start();
    let [host] = rig.hosts(["web1"]);
    let folder = rig.folder().to_owned();
    let bridge_is_there =
        || process::run(Command::new("ip").args(["addr", "show", "to", &rig.address()])).stdout;
    assert!(!bridge_is_there().is_empty());
    let address = rig.address();
    drop(host);
    drop(rig);
    assert!(!folder.exists());
    assert_eq!(process::run(Command::new("ip").args(["addr", "show", "to", &address])).stdout, "");
    assert_ne!(process::run(Command::new("pgrep").args(["-f", &format!("{folder}/hosts")])).code(), 0);
}

fn two_rigs_do_not_meet() {
    let (one, other) = (Rig::start(), Rig::start());
    assert_ne!(one.address(), other.address());
    let [here] = one.hosts(["web1"]);
    let [there] = other.hosts(["web1"]);
    assert_ne!(here.ip(), there.ip());
    let across = here.exec(&["curl", "-sS", "--max-time", "2", &format!("http://{}:8080/", other.address())]);
    assert_ne!(across.code(), 0, "a host has no way out of its rig: {across}");
    here.exec(&["curl", "-sSf", &format!("http://{}:8080/Packages", one.address())]).success();
    there.ssh("true").success();
}
