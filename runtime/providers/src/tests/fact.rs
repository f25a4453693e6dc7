//! Facts.

use std::collections::BTreeMap;

use mc_engine::fact::{FactError, FactSource as _, Finding};
use mc_engine::host::fake::{FakeFile, FakeHost};

use crate::fact::{Collectors, NAMES};

fn fact(host: &FakeHost, path: &str) -> Finding {
    Collectors.fact(host, path).expect("the fact is known")
}

fn text(text: &str) -> Finding {
    Finding::Text(text.to_owned())
}

fn named(variant: &str, name: &str) -> Finding {
    let payload = Finding::Record(BTreeMap::from([("name".to_owned(), text(name))]));
    Finding::Record(BTreeMap::from([(variant.to_owned(), payload)]))
}

#[test]
fn the_operating_system() {
    let host = FakeHost::new();
    host.put(
        "/usr/lib/os-release",
        FakeFile::regular(
            "# x\nNAME=\"A \\\"b\\\"\"\nID=debian\nVERSION_ID='12'\nVERSION_CODENAME=bookworm\n",
        ),
    );
    assert_eq!(fact(&host, "os.family"), text("Debian"));
    assert_eq!(fact(&host, "os.id"), text("debian"));
    assert_eq!(fact(&host, "os.version"), text("12"));
    assert_eq!(fact(&host, "os.codename"), text("bookworm"));
    host.put("/etc/os-release", FakeFile::regular("ID=rocky\nID_LIKE=\"rhel centos fedora\"\n"));
    assert_eq!(fact(&host, "os.family"), text("RedHat"));
    assert_eq!(fact(&host, "os.codename"), Finding::None);
    host.put("/etc/os-release", FakeFile::regular("ID=plan9\n"));
    assert_eq!(fact(&host, "os.family"), named("Other", "plan9"));
}

#[test]
fn names() {
    let host = FakeHost::new();
    host.world().machine.hostname = "Web1".to_owned();
    assert_eq!(fact(&host, "hostname"), text("web1"));
    assert_eq!(fact(&host, "fqdn"), text("web1"));
    host.put(
        "/etc/hosts",
        FakeFile::regular("127.0.0.1 localhost # web1 a.b\n\n10.0.0.1 web1 WEB1.example.com\n"),
    );
    assert_eq!(fact(&host, "fqdn"), text("web1.example.com"));
    host.world().machine.hostname = "web2.example.org".to_owned();
    assert_eq!(fact(&host, "hostname"), text("web2"));
    assert_eq!(fact(&host, "fqdn"), text("web2.example.org"));
}

#[test]
fn the_machine() {
    let host = FakeHost::new();
    assert_eq!(fact(&host, "kernel.arch"), text("X86_64"));
    assert_eq!(fact(&host, "cpu.count"), Finding::Int(2));
    assert_eq!(fact(&host, "memory.total"), Finding::Int(4 << 30));
    assert_eq!(fact(&host, "virtualization"), text("None"));
    host.world().machine.arch = "riscv64".to_owned();
    assert_eq!(fact(&host, "kernel.arch"), named("Other", "riscv64"));
    host.put("/proc/cpuinfo", FakeFile::regular("flags : fpu hypervisor\n"));
    assert_eq!(fact(&host, "virtualization"), named("Vm", "other"));
    host.put("/sys/class/dmi/id/product_name", FakeFile::regular("KVM Virtual Machine\n"));
    assert_eq!(fact(&host, "virtualization"), named("Vm", "kvm"));
    host.put("/run/systemd/container", FakeFile::regular("systemd-nspawn\n"));
    assert_eq!(fact(&host, "virtualization"), named("Container", "systemd-nspawn"));
}

#[test]
fn what_starts_services_and_what_denies() {
    let host = FakeHost::new();
    assert_eq!(fact(&host, "init"), named("Other", "none"));
    host.put("/proc/1/comm", FakeFile::regular("tini\n"));
    assert_eq!(fact(&host, "init"), named("Other", "tini"));
    assert_eq!(fact(&host, "selinux"), text("Off"));
    host.put("/run/openrc", FakeFile::directory());
    assert_eq!(fact(&host, "init"), text("OpenRc"));
    host.put("/run/systemd/system", FakeFile::directory());
    assert_eq!(fact(&host, "init"), text("Systemd"));
    for (content, state) in [("0", text("Permissive")), ("1", text("Enforcing")), ("2", named("Other", "2"))]
    {
        host.put("/sys/fs/selinux/enforce", FakeFile::regular(content));
        assert_eq!(fact(&host, "selinux"), state);
    }
}

#[test]
fn every_name_is_known_and_no_other() {
    let host = FakeHost::new();
    for name in NAMES {
        assert!(Collectors.fact(&host, name).is_ok(), "{name}");
    }
    for path in ["", "cloud", "os.flavour", "hostname.x"] {
        assert_eq!(Collectors.fact(&host, path), Err(FactError::Unknown), "{path}");
    }
}
