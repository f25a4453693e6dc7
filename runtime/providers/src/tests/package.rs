//! Packages.

use std::fmt::Write as _;
use std::time::Duration;

use mc_engine::host::fake::{FakeFile, exited};
use mc_engine::host::{HostErrorKind, Identity};
use mc_plan::value::Value;

use super::{Resource, Rig, message, resource, text};

const STATUS: &str = "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21\n\n\
    Package: nginx\nStatus: install ok installed\nPriority: optional\nArchitecture: all\nVersion: 1.22-9\n\
    Description: a server\n Version: 9\n\n\
    Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
    Package: half\nStatus: install ok half-configured\nArchitecture: amd64\nVersion: 2\n\n\
    Package: libfoo\nStatus: install ok installed\nArchitecture: i386\nVersion: 3\n";

fn package(name: &str, version: Option<&str>, installed: bool) -> Resource {
    resource(name, [version.and_then(text), Some(Value::Bool(installed))])
}

fn rig(status: &str) -> Rig {
    let rig = Rig::new("std.pkg.Package");
    rig.host.put("/var/lib/dpkg/status", FakeFile::regular(status));
    rig
}

#[test]
fn what_is_installed_comes_out_of_the_database() {
    let rig = rig(STATUS);
    let changes = |name, version, installed| rig.changes(&package(name, version, installed));
    assert_eq!(changes("nginx", None, true), "");
    assert_eq!(changes("nginx", Some("1.22-9"), true), "");
    assert_eq!(changes("nginx", Some("1.24-1"), true), "version: 1.22-9 -> 1.24-1");
    assert_eq!(changes("nginx", None, false), "version: 1.22-9 -> -");
    assert_eq!(changes("gone", None, true), "version: - -> any");
    assert_eq!(changes("gone", None, false), "");
    assert_eq!(changes("half", None, true), "state: half-configured -> installed");
    // Of another architecture.
    assert_eq!(changes("libfoo", None, true), "version: - -> any");
    assert!(changes("nginx", Some("1"), false).starts_with("error: `nginx` is to be removed"));
    assert_eq!(rig.read(&package("nginx", None, true)).unwrap().outputs, [text("1.22-9")]);
    assert_eq!(rig.read(&package("gone", None, true)).unwrap().outputs, [text("")]);
    assert_eq!(rig.host.performed(), 0);
}

#[test]
fn garbage_and_nothing_are_an_empty_database() {
    for status in
        ["", "\0\u{fffd}garbage", "Package: x\n\nStatus: install ok installed\n", "Status:\nPackage: x\n"]
    {
        assert_eq!(rig(status).changes(&package("x", None, true)), "version: - -> any");
    }
    let mut bytes = STATUS.as_bytes().to_vec();
    bytes.splice(0..0, [0xff, 0xfe, b'\n', b'\n']);
    let rig = rig("");
    rig.host.put("/var/lib/dpkg/status", FakeFile::regular(bytes));
    assert_eq!(rig.changes(&package("nginx", None, true)), "");
}

#[test]
fn one_that_nobody_has_is_found_before_the_others_are_installed_in_one_transaction() {
    let rig = rig(STATUS);
    rig.host.program("apt-get -q update", Duration::ZERO, |_, _| exited(0, ""));
    let names: Vec<String> = (0..10).map(|n| format!("pkg{n}")).collect();
    for name in &names {
        rig.host.world().available.insert(name.clone(), vec!["1".to_owned(), "2".to_owned()]);
    }
    let mut all: Vec<Resource> = names.iter().map(|name| package(name, None, true)).collect();
    all.insert(3, package("nobody-has-it", None, true));
    all.push(package("pkg0x", Some("7"), true));
    rig.host.world().available.insert("pkg0x".to_owned(), vec!["5".to_owned(), "6".to_owned()]);
    all.push(package("nginx", None, false));
    let results: Vec<String> = rig.apply_all(&all).into_iter().map(message).collect();
    assert_eq!(results.iter().filter(|result| *result == "it worked").count(), 11);
    assert_eq!(results[3], "Failed: the package sources have no package `nobody-has-it`");
    assert_eq!(results[11], "Failed: the package sources have no version 7 of `pkg0x`, only 5, 6");
    let mut transaction = String::from("packages");
    for name in &names {
        let _ = write!(transaction, " +{name}");
    }
    transaction.push_str(" -nginx: ended with status 0");
    assert_eq!(rig.host.take_transcript(), ["run apt-get: ended with status 0".to_owned(), transaction]);
}

#[test]
fn the_index_is_refreshed_once_when_something_is_unknown() {
    let rig = rig(STATUS);
    rig.host.program("apt-get -q update", Duration::ZERO, |world, _| {
        world.available.insert("fresh".to_owned(), vec!["1".to_owned()]);
        exited(0, "")
    });
    rig.apply(&package("fresh", None, true)).unwrap();
    assert_eq!(
        rig.host.take_transcript(),
        ["run apt-get: ended with status 0", "packages +fresh: ended with status 0"]
    );
    rig.host.program("apt-get -q update", Duration::ZERO, |_, _| exited(100, "no network"));
    assert_eq!(
        message(rig.apply(&package("other", None, true))),
        "Failed: the package sources have no package `other`\nthe package index could not be refreshed: no network"
    );
}

#[test]
fn a_failed_transaction_fails_all_that_were_in_it() {
    let rig = rig(STATUS);
    for name in ["aa", "bb"] {
        rig.host.world().available.insert(name.to_owned(), vec!["1".to_owned()]);
    }
    rig.host.fault("packages", HostErrorKind::Failed, "dpkg says no", 1);
    let results = rig.apply_all(&[package("aa", None, true), package("bb", Some("1"), true)]);
    assert!(results.into_iter().all(|result| message(result) == "Failed: dpkg says no"));
}

#[test]
fn only_root_manages_packages() {
    let caller = Identity { uid: 1000, gid: 1000, can_chown: false, rooted: false };
    let rig = Rig::new("std.pkg.Package").identity(caller);
    assert_eq!(message(rig.read(&package("x", None, true))), "Refused: only root can manage packages");
}
