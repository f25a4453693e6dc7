//! Files, directories and links.

use mc_engine::host::fake::{FakeFile, exited};
use mc_engine::host::{FileKind, HostErrorKind, Identity};
use mc_plan::digest::{hex, sha256};
use mc_plan::value::{Blob, Value};

use super::{Resource, Rig, message, resource, text, texts};

fn file(path: &str, content: &str) -> Resource {
    resource(path, [text(content), text("root"), text("root"), Some(Value::Mode(0o640)), None])
}

fn unmanaged(path: &str) -> Resource {
    resource(path, [None, None, None, None, None])
}

#[test]
fn a_file_is_made_and_then_left_alone() {
    let rig = Rig::new("std.fs.File");
    let motd = file("/etc/motd", "hello\n");
    assert_eq!(
        rig.changes(&motd),
        "content: - -> 6 bytes, sha256 5891b5b522d5df08\nowner: - -> root\ngroup: - -> root\nmode: - -> 0o640"
    );
    rig.converge(&motd);
    assert_eq!(rig.host.take_transcript(), ["replace /etc/motd"]);
    let made = FakeFile { mode: 0o640, ..FakeFile::regular("hello\n") };
    assert_eq!(rig.host.world().files.get("/etc/motd"), Some(&made));
    let outputs = rig.read(&motd).unwrap().outputs;
    assert_eq!(outputs, [text("/etc/.motd.mc-a1b2"), text(&hex(&sha256(b"hello\n")))]);
}

/// Something that happened to a file behind our back.
type Drift = fn(&mut FakeFile);

#[test]
fn drift_of_each_property_is_seen_and_mended() {
    let rig = Rig::new("std.fs.File");
    let motd = file("/etc/motd", "hello\n");
    rig.converge(&motd);
    let drifts: [(&str, Drift); 6] = [
        ("content: 5 bytes, sha256 ", |f| f.content = b"olla\n".to_vec()),
        // As long as it shall be, and longer: of the latter only so much is read.
        ("content: 6 bytes, sha256 ", |f| f.content = b"hallo\n".to_vec()),
        ("content: 9 bytes -> 6 bytes, sha256 5891b5b522d5df08", |f| f.content = b"hello\nyou".to_vec()),
        ("owner: 7 -> root", |f| f.uid = 7),
        ("group: 7 -> root", |f| f.gid = 7),
        ("mode: 0o4755 -> 0o640", |f| f.mode = 0o4755),
    ];
    for (expected, drift) in drifts {
        drift(rig.host.world().files.get_mut("/etc/motd").unwrap());
        let changes = rig.changes(&motd);
        assert!(changes.starts_with(expected) && changes.lines().count() == 1, "{changes}");
        rig.converge(&motd);
    }
}

#[test]
fn what_is_not_managed_stays() {
    let rig = Rig::new("std.fs.File");
    rig.host.put("/etc/motd", FakeFile { mode: 0o604, uid: 5, gid: 6, ..FakeFile::regular("old") });
    rig.converge(&resource("/etc/motd", [text("new"), None, None, None, None]));
    let kept = FakeFile { mode: 0o604, uid: 5, gid: 6, ..FakeFile::regular("new") };
    assert_eq!(rig.host.world().files.get("/etc/motd"), Some(&kept));

    rig.converge(&resource("/etc/motd", [None, None, None, Some(Value::Mode(0o600)), None]));
    assert_eq!(rig.host.take_transcript(), ["replace /etc/motd", "set metadata /etc/motd"]);
    assert_eq!(rig.changes(&unmanaged("/etc/motd")), "");
    assert_eq!(
        rig.changes(&unmanaged("/etc/none")),
        "error: /etc/none does not exist, and its content is not managed"
    );
}

#[test]
fn what_is_no_regular_file_is_left_alone() {
    let rig = Rig::new("std.fs.File");
    for (kind, word) in [
        (FileKind::Symlink, "a symbolic link"),
        (FileKind::Fifo, "a named pipe"),
        (FileKind::Socket, "a socket"),
        (FileKind::Device, "a device"),
        (FileKind::Directory, "a directory"),
    ] {
        rig.host.put("/etc/motd", FakeFile { kind, ..FakeFile::regular("/etc/passwd") });
        let expected = format!("error: /etc/motd is {word}, not a regular file; it is left alone");
        assert_eq!(rig.changes(&file("/etc/motd", "x")), expected);
    }
    assert_eq!(rig.host.performed(), 0);
}

#[test]
fn a_missing_parent_and_a_full_disk_fail_the_file_alone() {
    let rig = Rig::new("std.fs.File");
    rig.host.fault("replace /etc/b", HostErrorKind::Full, "no space", 1);
    let results = rig
        .apply_all(&[file("/none/a", "a"), file("/etc/b", "b"), file("/etc/c", "c")])
        .into_iter()
        .map(message);
    assert_eq!(
        results.collect::<Vec<_>>(),
        ["Failed: /none does not exist", "Failed: no space", "it worked"]
    );
    assert_eq!(rig.host.text("/etc/c").as_deref(), Some("c"));
    assert_eq!(rig.host.text("/etc/b"), None);
}

#[test]
fn a_validating_command_sees_the_new_content_and_can_refuse_it() {
    let rig = Rig::new("std.fs.File");
    rig.host.program("check", std::time::Duration::ZERO, |world, argv| {
        let good =
            world.files.get(&argv[1]).is_some_and(|file| file.content == b"good" && file.mode == 0o640);
        exited(i32::from(!good), "")
    });
    let with = |content: &str| {
        let mut file = file("/etc/app", content);
        file.desired[4] = texts(["check", "/etc/.app.mc-a1b2"]);
        file
    };
    assert_eq!(message(rig.apply(&with("bad"))), "Failed: `check /etc/.app.mc-a1b2` ended with status 1");
    assert_eq!(rig.host.text("/etc/app"), None);
    rig.converge(&with("good"));
    assert!(!rig.host.tree().contains(".mc-"));
}

#[test]
fn content_comes_by_digest_too() {
    let rig = Rig::new("std.fs.File");
    rig.host.put("/etc/motd", FakeFile::regular("hello\n"));
    let blob = Blob { digest: sha256(b"hello\n"), size: 6 };
    let of = |blob| resource("/etc/motd", [Some(Value::blob(blob)), None, None, None, None]);
    assert_eq!(rig.changes(&of(blob)), "");
    let other = Blob { digest: [1; 32], size: 6 };
    let error = rig.diff(&of(other)).unwrap_err();
    assert!(error.message.contains("no content"), "its text is wanted, and the bundle has none: {error}");
}

#[test]
fn texts_are_kept_for_a_difference_and_binaries_are_not() {
    let rig = Rig::new("std.fs.File");
    rig.host.put("/etc/motd", FakeFile::regular("old\n"));
    let text_of = |resource: &Resource| rig.diff(resource).unwrap().text;
    let change = text_of(&file("/etc/motd", "new\n")).unwrap();
    assert_eq!((&*change.old, &*change.new), ("old\n", "new\n"));
    assert_eq!(&*text_of(&file("/etc/none", "new\n")).unwrap().old, "");
    rig.host.put("/etc/motd", FakeFile::regular(vec![0xff, 0, 1]));
    assert_eq!(text_of(&file("/etc/motd", "new\n")), None);
    rig.host.put("/etc/motd", FakeFile::regular("a\0b"));
    assert_eq!(text_of(&file("/etc/motd", "new\n")), None);
    rig.host.put("/etc/motd", FakeFile::regular("x".repeat(200_000)));
    assert_eq!(text_of(&file("/etc/motd", "new\n")), None);
}

#[test]
fn who_is_unknown_is_a_difference_first_and_a_failure_when_it_counts() {
    let rig = Rig::new("std.fs.File");
    let owned = resource("/etc/motd", [text("x"), text("web"), None, None, None]);
    assert!(rig.changes(&owned).ends_with("owner: - -> web"));
    assert_eq!(message(rig.apply(&owned)), "Failed: there is no user `web` on this host");
    rig.host.put("/etc/passwd", FakeFile::regular("root:x:0:0::/:/bin/sh\nweb:x:33:33::/:/bin/sh\n"));
    rig.caches.drop_all();
    rig.converge(&owned);
    assert_eq!(rig.host.world().files.get("/etc/motd").map(|f| f.uid), Some(33));
}

#[test]
fn an_owner_that_the_caller_cannot_set_is_refused_before_anything_runs() {
    let caller = Identity { uid: 1000, gid: 1000, can_chown: false, rooted: true };
    let rig = Rig::new("std.fs.File").identity(caller);
    rig.host.put("/etc/passwd", FakeFile::regular("root:x:0:0::/:/bin/sh\nme:x:1000:1000::/:/bin/sh\n"));
    rig.host.put("/etc/group", FakeFile::regular("root:x:0:\nme:x:1000:\n"));
    let owned =
        |owner: &str, group: &str| resource("/etc/motd", [text("x"), text(owner), text(group), None, None]);
    assert_eq!(message(rig.read(&owned("root", "me"))), "Refused: only root can give things to user `root`");
    assert_eq!(message(rig.read(&owned("me", "root"))), "Refused: only root can give things to group `root`");
    assert_eq!(message(rig.read(&owned("ghost", "me"))), "Refused: there is no user `ghost` on this host");
    assert_eq!(message(rig.read(&owned("me", "me"))), "it worked");
    let mut validated = owned("me", "me");
    validated.desired[4] = texts(["true"]);
    assert!(message(rig.read(&validated)).starts_with("Refused: `validate` runs a command"));
}

#[test]
fn directories() {
    let rig = Rig::new("std.fs.Directory");
    let of = |path: &str, mode: u32| resource(path, [text("root"), None, Some(Value::Mode(mode))]);
    assert_eq!(
        rig.changes(&of("/srv/www", 0o750)),
        "exists: - -> a directory\nowner: - -> root\nmode: - -> 0o750"
    );
    rig.converge(&of("/srv/www", 0o750));
    assert_eq!(rig.changes(&of("/srv/www", 0o700)), "mode: 0o750 -> 0o700");
    rig.converge(&of("/srv/www", 0o700));
    assert_eq!(rig.host.take_transcript(), ["make directory /srv/www", "set metadata /srv/www"]);
    assert_eq!(message(rig.apply(&of("/none/x", 0o755))), "Failed: /none does not exist");
    assert_eq!(
        rig.changes(&of("/etc/passwd", 0o755)),
        "error: /etc/passwd is a regular file, not a directory; it is left alone"
    );
}

#[test]
fn links() {
    let rig = Rig::new("std.fs.Symlink");
    let of = |target: &str| resource("/srv/now", [text(target), text("root"), None]);
    rig.converge(&of("v1"));
    assert_eq!(rig.changes(&of("../v 2")), "target: v1 -> ../v 2");
    rig.converge(&of("../v 2"));
    rig.host.world().files.get_mut("/srv/now").unwrap().uid = 9;
    assert_eq!(rig.changes(&of("../v 2")), "owner: 9 -> root");
    rig.converge(&of("../v 2"));
    let done = rig.host.take_transcript();
    assert_eq!(done, ["link /srv/now -> v1", "link /srv/now -> ../v 2", "set metadata /srv/now"]);
    rig.host.put("/srv/now", FakeFile::directory());
    assert_eq!(
        rig.changes(&of("v1")),
        "error: /srv/now is a directory, not a symbolic link; it is left alone"
    );
    assert!(rig.changes(&of("")).starts_with("error: a link's target"));
}
