//! The state folder, whole, damaged and shared.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use mc_engine::provider::RefreshKind;
use mc_engine::state::{
    Accepted, AuditSink as _, JournalSink as _, LockError, Owed, Remembered, RunLock as _, RunState as _,
    SecurityState as _, Stop,
};

use super::{Audit, Folder, Journal, Lock, RunStore, SecurityStore};
use crate::host::{OsClock, Root};

const PATH: &str = "/var/lib/masterchef";

struct Place {
    root: Root,
    path: Utf8PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        Self { root: Root::open(&path).unwrap(), path, _folder: folder }
    }

    fn create(&self) -> Folder {
        Folder::create(&self.root, Utf8Path::new(PATH)).unwrap()
    }

    fn file(&self, name: &str) -> Utf8PathBuf {
        self.path.join(PATH.trim_start_matches('/')).join(name)
    }
}

fn accepted(sequence: u64) -> Accepted {
    Accepted { sequence, manifest: [7; 32] }
}

fn message<T>(result: Result<T, mc_engine::state::StateError>) -> String {
    result.err().map(|error| error.0).unwrap_or_default()
}

#[test]
fn the_folder_is_made_for_its_owner_alone() {
    let place = Place::new();
    assert!(Folder::open(&place.root, Utf8Path::new(PATH)).unwrap().is_none());
    let folder = place.create();
    drop(SecurityStore::open(&folder).unwrap());
    Audit::open(&folder).unwrap();
    let mode = |path: &Utf8Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&place.file("")), 0o700);
    assert_eq!(mode(&place.path.join("var/lib")), 0o755);
    for entry in place.file("").read_dir_utf8().unwrap() {
        assert_eq!(mode(entry.unwrap().path()), 0o600);
    }
    std::fs::set_permissions(place.file(""), PermissionsExt::from_mode(0o770)).unwrap();
    assert!(
        message(Folder::open(&place.root, Utf8Path::new(PATH))).contains("can be changed by other users")
    );
}

#[test]
fn the_security_state_remembers() {
    let place = Place::new();
    let folder = place.create();
    let mut store = SecurityStore::open(&folder).unwrap();
    assert_eq!(store.accepted("web", 1), Ok(None));
    assert_eq!(store.clock(), Ok(None));
    store.accept("web", 1, accepted(5)).unwrap();
    store.accept("web", 2, accepted(3)).unwrap();
    store.set_clock(99).unwrap();
    drop(store);
    for store in [SecurityStore::look(&folder).unwrap(), SecurityStore::open(&folder).unwrap()] {
        assert_eq!(store.accepted("web", 1), Ok(Some(accepted(5))));
        assert_eq!(store.accepted("web", 2), Ok(Some(accepted(3))));
        assert_eq!(store.accepted("other", 1), Ok(None));
        assert_eq!(store.clock(), Ok(Some(99)));
    }
    assert!(message(SecurityStore::look(&folder).unwrap().set_clock(100)).contains("only looked at"));
    let untouched = std::fs::read(place.file("security.redb")).unwrap();
    drop(SecurityStore::open(&folder).unwrap());
    assert_eq!(std::fs::read(place.file("security.redb")).unwrap(), untouched);
}

#[test]
fn a_damaged_or_lost_security_state_is_never_made_anew() {
    let place = Place::new();
    let folder = place.create();
    let mut store = SecurityStore::open(&folder).unwrap();
    store.accept("web", 1, accepted(5)).unwrap();
    drop(store);
    let file = place.file("security.redb");
    let good = std::fs::read(&file).unwrap();
    let both = || {
        let (open, look) = (SecurityStore::open(&folder), SecurityStore::look(&folder));
        // Reading it may show what opening it does not.
        let open = open.and_then(|store| store.accepted("web", 1));
        let look = look.and_then(|store| store.accepted("web", 1));
        (open, look)
    };
    let cut: [&[u8]; 3] = [b"", b"garbage", &good[..good.len() / 2]];
    for bytes in cut {
        std::fs::write(&file, bytes).unwrap();
        let (open, look) = both();
        assert!(message(look).contains("nothing is done here"), "{} bytes", bytes.len());
        assert!(message(open).contains("nothing is done here"), "{} bytes", bytes.len());
    }
    // A flipped bit is found, or hits what nothing is stored in: never another answer.
    for at in (0..good.len()).step_by(499) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&file, &bytes).unwrap();
        let (open, _) = both();
        assert!(matches!(open, Err(_) | Ok(Some(Accepted { sequence: 5, .. }))), "byte {at}: {open:?}");
    }
    std::fs::remove_file(&file).unwrap();
    RunStore::open(&folder).unwrap().store(&remembered("one", 1)).unwrap();
    assert!(message(SecurityStore::open(&folder)).contains("is gone"));
    assert!(message(SecurityStore::look(&folder)).contains("is gone"));
    assert!(!file.is_file());
}

fn remembered(run: &str, steps: usize) -> Remembered {
    let owed = |receiver: &str| Owed {
        receiver: receiver.to_owned(),
        kind: RefreshKind::Restart,
        sender: "std.fs.File[\"/etc/a\"]".to_owned(),
    };
    Remembered {
        run: run.to_owned(),
        owed: (0..steps.min(2)).map(|n| owed(&format!("s{n}"))).collect(),
        applied: (0..steps).map(|n| (format!("f{n}"), [u8::try_from(n % 251).unwrap(); 32])).collect(),
    }
}

#[test]
fn the_run_state_keeps_what_the_last_run_left() {
    let place = Place::new();
    let folder = place.create();
    let mut store = RunStore::open(&folder).unwrap();
    assert_eq!(store.load(), Ok(None));
    for (run, steps) in [("one", 300), ("two", 3), ("three", 0), ("four", 5)] {
        let left = remembered(run, steps);
        store.store(&left).unwrap();
        assert_eq!(store.load(), Ok(Some(left.clone())));
        drop(store);
        assert_eq!(RunStore::look(&folder).load(), Ok(Some(left.clone())));
        store = RunStore::open(&folder).unwrap();
        assert_eq!(store.load(), Ok(Some(left)));
    }
}

#[test]
fn a_damaged_run_state_is_set_aside() {
    let place = Place::new();
    let folder = place.create();
    RunStore::open(&folder).unwrap().store(&remembered("one", 3)).unwrap();
    std::fs::write(place.file("run.redb"), "garbage").unwrap();
    let look = RunStore::look(&folder);
    assert!(look.note().is_some() && look.load() == Ok(None));
    assert_eq!(std::fs::read(place.file("run.redb")).unwrap(), b"garbage", "looking leaves no trace");
    let mut store = RunStore::open(&folder).unwrap();
    assert!(store.note().unwrap().contains("set aside as run.redb.damaged"));
    store.store(&remembered("two", 1)).unwrap();
    assert_eq!(std::fs::read(place.file("run.redb.damaged")).unwrap(), b"garbage");
}

#[test]
fn the_journal_and_the_audit_log_grow() {
    let place = Place::new();
    let folder = place.create();
    let mut journal = Journal::new(Some(&folder));
    assert_eq!(journal.load(), Ok(Vec::new()));
    journal.reset(b"begin;").unwrap();
    journal.append(b"intent;").unwrap();
    journal.sync().unwrap();
    journal.append(b"lost").unwrap();
    drop(journal);
    let mut journal = Journal::new(Some(&folder));
    assert_eq!(journal.load(), Ok(b"begin;intent;".to_vec()));
    journal.append(b"result;").unwrap();
    journal.sync().unwrap();
    assert_eq!(journal.load(), Ok(b"begin;intent;result;".to_vec()));
    journal.reset(b"new").unwrap();
    assert_eq!(journal.load(), Ok(b"new".to_vec()));
    assert!(Journal::new(None).append(b"x").and_then(|()| Journal::new(None).sync()).is_err());

    let mut audit = Audit::open(&folder).unwrap();
    audit.append("one").unwrap();
    audit.sync().unwrap();
    drop(audit);
    let mut text = std::fs::read_to_string(place.file("audit")).unwrap();
    text.push_str("torn");
    std::fs::write(place.file("audit"), text).unwrap();
    let mut audit = Audit::open(&folder).unwrap();
    audit.append("two").unwrap();
    audit.sync().unwrap();
    assert_eq!(std::fs::read_to_string(place.file("audit")).unwrap(), "one\ntorn\ntwo\n");
}

#[test]
fn files_of_others_in_the_folder_are_not_followed() {
    let place = Place::new();
    let folder = place.create();
    let victim = place.path.join("victim");
    std::fs::write(&victim, "victim").unwrap();
    for name in ["journal", "journal.new", "audit", "security.redb", "security.redb.new", "run.redb", "lock"]
    {
        symlink(&victim, place.file(name)).unwrap();
    }
    assert!(Audit::open(&folder).is_err());
    assert!(SecurityStore::open(&folder).is_err());
    let mut journal = Journal::new(Some(&folder));
    assert!(journal.load().is_err());
    assert!(journal.reset(b"x").is_err());
    let (clock, stop) = (OsClock::new(), Stop::new());
    let lock = Lock::new(&folder, &clock, &stop, String::new());
    assert!(matches!(lock.acquire(true, Duration::ZERO), Err(LockError::State(_))));
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "victim");
}

#[test]
fn one_run_or_many_that_look() {
    let place = Place::new();
    let folder = place.create();
    let (clock, stop) = (OsClock::new(), Stop::new());
    let lock = Lock::new(&folder, &clock, &stop, "process 7".to_owned());
    // Looking leaves nothing behind.
    drop(lock.acquire(false, Duration::ZERO).ok().unwrap());
    assert!(!place.file("lock").is_file());
    let guard = lock.acquire(true, Duration::ZERO).ok().unwrap();
    for exclusive in [true, false] {
        let error = lock.acquire(exclusive, Duration::from_millis(20)).err();
        assert_eq!(error, Some(LockError::Held(Some("process 7".to_owned()))));
    }
    drop(guard);
    let first = lock.acquire(false, Duration::ZERO).ok().unwrap();
    let second = lock.acquire(false, Duration::ZERO).ok().unwrap();
    assert!(lock.acquire(true, Duration::ZERO).is_err());
    drop((first, second));
    assert!(lock.acquire(true, Duration::ZERO).is_ok());
    stop.raise();
    let guard = lock.acquire(true, Duration::ZERO).ok().unwrap();
    assert!(lock.acquire(true, Duration::from_secs(3600)).is_err(), "a stopped run does not wait");
    drop(guard);
}
