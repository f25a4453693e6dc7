//! The real host on a folder, and real child processes.

use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use mc_engine::host::{
    Content, Effect, FileKind, HostError, HostErrorKind, HostResult, Link, MakeDirectory, Operation, Process,
    ProcessEnd, ProcessUser, ReadHost as _, Remove, ReplaceFile, SetMetadata, WriteHost as _,
};

use super::{Durability, OsHost};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.path("/etc")).unwrap();
        folder
    }

    fn path(&self, path: &str) -> Utf8PathBuf {
        Utf8PathBuf::from(format!("{}{path}", self.0.path().to_str().unwrap()))
    }

    fn host(&self, durability: Durability) -> OsHost {
        OsHost::open(Some(&self.path("")), durability).unwrap()
    }

    fn write(&self, path: &str, content: &str) {
        std::fs::write(self.path(path), content).unwrap();
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// All names below the folder, sorted.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.path("")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path().to_owned());
                }
                names.push(entry.path().strip_prefix(self.path("")).unwrap().to_string());
            }
        }
        names.sort();
        names
    }
}

fn replace<'a>(path: &'a str, staged: &'a str, content: &'a str) -> ReplaceFile<'a> {
    ReplaceFile {
        path: Utf8Path::new(path),
        staged: Utf8Path::new(staged),
        content: Content::Bytes(content.as_bytes()),
        uid: None,
        gid: None,
        mode: 0o640,
        validate: None,
    }
}

fn perform(host: &OsHost, operation: Operation<'_>) -> HostResult<Effect> {
    host.perform(&[operation], None).pop().unwrap()
}

fn kind<T: std::fmt::Debug>(result: Result<T, HostError>) -> HostErrorKind {
    result.unwrap_err().kind
}

fn scan(host: &OsHost, path: &str) -> HostResult<Option<(FileKind, String)>> {
    let mut text = Vec::new();
    let meta = host.scan(Utf8Path::new(path), &mut Vec::new(), &mut |piece| {
        text.extend_from_slice(piece);
        ControlFlow::Continue(())
    })?;
    Ok(meta.map(|meta| (meta.kind, String::from_utf8(text).unwrap())))
}

#[test]
fn files_are_replaced_whole_in_every_durability() {
    for durability in [Durability::None, Durability::Batch, Durability::File] {
        let folder = Folder::new();
        let host = folder.host(durability);
        folder.write("/etc/a", "old");
        let inode = folder.path("/etc/a").metadata().unwrap().ino();
        let results = host.perform(
            &[
                Operation::ReplaceFile(replace("/etc/a", "/etc/.a.new", "new")),
                Operation::ReplaceFile(replace("/none/b", "/none/.b.new", "b")),
                Operation::ReplaceFile(replace("/etc/c", "/etc/.c.new", "c")),
            ],
            None,
        );
        assert_eq!(results[0], Ok(Effect::Done));
        assert_eq!(results[1].clone().map_err(|error| error.kind), Err(HostErrorKind::NotFound));
        assert_eq!(results[2], Ok(Effect::Done));
        assert_eq!((folder.text("/etc/a"), folder.text("/etc/c")), ("new".to_owned(), "c".to_owned()));
        assert_ne!(folder.path("/etc/a").metadata().unwrap().ino(), inode);
        assert_eq!(folder.path("/etc/c").metadata().unwrap().permissions().mode() & 0o7777, 0o640);
        assert_eq!(folder.names(), ["etc", "etc/a", "etc/c"]);
    }
}

#[test]
fn what_is_no_regular_file_is_refused_and_stays() {
    let folder = Folder::new();
    let host = folder.host(Durability::None);
    folder.write("/etc/secret", "secret");
    symlink("secret", folder.path("/etc/link")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        folder.path("/etc/pipe").as_str(),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    for path in ["/etc/link", "/etc/pipe"] {
        let result = perform(&host, Operation::ReplaceFile(replace(path, "/etc/.new", "evil")));
        assert_eq!(kind(result), HostErrorKind::WrongType, "{path}");
    }
    assert_eq!(folder.text("/etc/secret"), "secret");
    assert_eq!(folder.names(), ["etc", "etc/link", "etc/pipe", "etc/secret"]);
    // Reading neither hangs at the pipe nor follows the link.
    assert_eq!(scan(&host, "/etc/pipe"), Ok(Some((FileKind::Fifo, String::new()))));
    assert_eq!(scan(&host, "/etc/link"), Ok(Some((FileKind::Symlink, String::new()))));
    assert_eq!(scan(&host, "/etc"), Ok(Some((FileKind::Directory, String::new()))));
    assert_eq!(scan(&host, "/etc/none/x"), Ok(None));
    assert_eq!(scan(&host, "/etc/secret/x"), Ok(None));
    assert_eq!(scan(&host, "/etc/secret"), Ok(Some((FileKind::Regular, "secret".to_owned()))));
}

#[test]
fn a_taken_temporary_name_is_not_written_through() {
    let folder = Folder::new();
    let host = folder.host(Durability::None);
    folder.write("/etc/victim", "victim");
    symlink("victim", folder.path("/etc/.a.new")).unwrap();
    let result = perform(&host, Operation::ReplaceFile(replace("/etc/a", "/etc/.a.new", "evil")));
    assert_eq!(kind(result), HostErrorKind::Exists);
    assert_eq!(folder.text("/etc/victim"), "victim");
    // And nothing of another directory.
    let result = perform(&host, Operation::ReplaceFile(replace("/etc/a", "/tmp/.a.new", "x")));
    assert_eq!(kind(result), HostErrorKind::Io);
}

#[test]
fn nothing_leaves_the_root() {
    let folder = Folder::new();
    let outside = tempfile::tempdir().unwrap();
    let outside = Utf8Path::from_path(outside.path()).unwrap();
    std::fs::write(outside.join("file"), "outside").unwrap();
    symlink(outside, folder.path("/etc/away")).unwrap();
    symlink("../../../../../../..", folder.path("/etc/up")).unwrap();
    symlink("/etc/real", folder.path("/etc/absolute")).unwrap();
    std::fs::create_dir(folder.path("/etc/real")).unwrap();
    let host = folder.host(Durability::None);
    let result = perform(&host, Operation::ReplaceFile(replace("/etc/away/file", "/etc/away/.new", "evil")));
    assert_eq!(kind(result), HostErrorKind::NotFound);
    assert_eq!(std::fs::read_to_string(outside.join("file")).unwrap(), "outside");
    assert_eq!(scan(&host, "/etc/away/file"), Ok(None));
    assert_eq!(scan(&host, "/etc/up/etc/passwd"), Ok(None));
    // Links of the root's owner that stay inside are followed.
    perform(&host, Operation::ReplaceFile(replace("/etc/absolute/a", "/etc/absolute/.a", "in"))).unwrap();
    perform(&host, Operation::ReplaceFile(replace("/etc/up/top", "/etc/up/.top", "top"))).unwrap();
    assert_eq!((folder.text("/etc/real/a"), folder.text("/top")), ("in".to_owned(), "top".to_owned()));
    assert_eq!(scan(&host, "/etc/absolute/a"), Ok(Some((FileKind::Regular, "in".to_owned()))));
    let mut buffer = Vec::new();
    symlink(outside.join("file"), folder.path("/etc/hosts")).unwrap();
    assert_eq!(host.read_file(Utf8Path::new("/etc/hosts"), 100, &mut buffer), Ok(None));
}

#[test]
fn links_in_directories_of_others_are_not_followed() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("/home")).unwrap();
    std::fs::create_dir(folder.path("/home/bob")).unwrap();
    symlink("../../etc", folder.path("/home/bob/.ssh")).unwrap();
    let host = folder.host(Durability::None);
    let through = replace("/home/bob/.ssh/keys", "/home/bob/.ssh/.keys", "k");
    perform(&host, Operation::ReplaceFile(through)).unwrap();
    // The same, where anybody may write.
    std::fs::set_permissions(folder.path("/home/bob"), PermissionsExt::from_mode(0o777)).unwrap();
    let through = replace("/home/bob/.ssh/evil", "/home/bob/.ssh/.evil", "k");
    let error = perform(&host, Operation::ReplaceFile(through)).unwrap_err();
    assert_eq!(error.kind, HostErrorKind::Link);
    assert!(error.message.contains("other users may change"), "{error}");
    assert_eq!(kind(scan(&host, "/home/bob/.ssh/keys")), HostErrorKind::Link);
    assert_eq!(kind(host.stat(Utf8Path::new("/home/bob/.ssh/keys"))), HostErrorKind::Link);
    assert!(!folder.names().contains(&"etc/evil".to_owned()));
}

/// As another user would: swaps a directory for a link while files are written into it.
#[test]
fn a_directory_that_is_swapped_for_a_link_leads_nowhere() {
    let folder = Folder::new();
    let host = folder.host(Durability::None);
    std::fs::create_dir(folder.path("/home")).unwrap();
    std::fs::set_permissions(folder.path("/home"), PermissionsExt::from_mode(0o777)).unwrap();
    std::fs::create_dir(folder.path("/home/d")).unwrap();
    symlink("../etc", folder.path("/home/l")).unwrap();
    let (d, l) = (folder.path("/home/d"), folder.path("/home/l"));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let exchange = rustix::fs::RenameFlags::EXCHANGE;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let (d, l) = (d.as_str(), l.as_str());
                rustix::fs::renameat_with(rustix::fs::CWD, d, rustix::fs::CWD, l, exchange).unwrap();
            }
        });
        for _ in 0..2000 {
            let _ = perform(&host, Operation::ReplaceFile(replace("/home/d/f", "/home/d/.f", "x")));
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(folder.path("/etc").read_dir_utf8().unwrap().count(), 0, "{:?}", folder.names());
}

#[test]
fn directories_links_metadata_and_removal() {
    let folder = Folder::new();
    let host = folder.host(Durability::Batch);
    let (uid, gid) = (Some(host.identity.uid), Some(host.identity.gid));
    let path = Utf8Path::new("/etc/d");
    let make = |path| Operation::MakeDirectory(MakeDirectory { path, uid, gid, mode: 0o2750 });
    perform(&host, make(path)).unwrap();
    assert_eq!(host.stat(path).unwrap().map(|m| (m.kind, m.mode)), Some((FileKind::Directory, 0o2750)));
    assert_eq!(kind(perform(&host, make(path))), HostErrorKind::Exists);
    assert_eq!(kind(perform(&host, make(Utf8Path::new("/none/d")))), HostErrorKind::NotFound);

    let link = |path: &'static str, target| {
        let staged = Utf8Path::new("/etc/.l.new");
        Operation::Link(Link { path: Utf8Path::new(path), staged, target, uid, gid })
    };
    perform(&host, link("/etc/l", "one")).unwrap();
    perform(&host, link("/etc/l", "two")).unwrap();
    assert_eq!(host.read_link(Utf8Path::new("/etc/l")), Ok(Some("two".to_owned())));
    assert_eq!(host.read_link(Utf8Path::new("/etc/none")), Ok(None));
    assert_eq!(kind(host.read_link(path)), HostErrorKind::WrongType);
    assert_eq!(kind(perform(&host, link("/etc/d", "one"))), HostErrorKind::WrongType);

    folder.write("/etc/f", "x");
    let set = |path: &'static str, kind| {
        let path = Utf8Path::new(path);
        Operation::SetMetadata(SetMetadata { path, kind, uid, gid, mode: Some(0o600) })
    };
    perform(&host, set("/etc/f", FileKind::Regular)).unwrap();
    perform(&host, set("/etc/l", FileKind::Symlink)).unwrap();
    assert_eq!(host.stat(Utf8Path::new("/etc/f")).unwrap().map(|m| m.mode), Some(0o600));
    assert_eq!(kind(perform(&host, set("/etc/l", FileKind::Regular))), HostErrorKind::WrongType);

    let remove = |path: &'static str, kind| Operation::Remove(Remove { path: Utf8Path::new(path), kind });
    assert_eq!(kind(perform(&host, remove("/etc/l", FileKind::Regular))), HostErrorKind::WrongType);
    assert_eq!(kind(perform(&host, remove("/etc", FileKind::Directory))), HostErrorKind::NotEmpty);
    for (path, kind) in [
        ("/etc/f", FileKind::Regular),
        ("/etc/l", FileKind::Symlink),
        ("/etc/d", FileKind::Directory),
        ("/etc/f", FileKind::Regular),
        ("/none/x", FileKind::Regular),
    ] {
        perform(&host, remove(path, kind)).unwrap();
    }
    assert_eq!(folder.names(), ["etc"]);
}

#[test]
fn databases_are_bounded_and_listed_in_order() {
    let folder = Folder::new();
    let host = folder.host(Durability::None);
    folder.write("/etc/b", "12345");
    folder.write("/etc/a", "");
    let mut buffer = Vec::new();
    assert!(host.read_file(Utf8Path::new("/etc/b"), 5, &mut buffer).unwrap().is_some());
    assert_eq!(buffer, b"12345");
    assert_eq!(kind(host.read_file(Utf8Path::new("/etc/b"), 4, &mut buffer)), HostErrorKind::TooLarge);
    assert_eq!(host.read_file(Utf8Path::new("/etc/none"), 4, &mut buffer), Ok(None));
    assert_eq!(kind(host.read_file(Utf8Path::new("/etc"), 4, &mut buffer)), HostErrorKind::WrongType);
    let names: Vec<String> =
        host.list(Utf8Path::new("/etc")).unwrap().unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(host.list(Utf8Path::new("/none")), Ok(None));
    // What has no size is read until it says that it is over.
    let machine = OsHost::open(None, Durability::None).unwrap();
    machine.read_file(Utf8Path::new("/proc/cpuinfo"), 16 << 20, &mut buffer).unwrap();
    assert!(buffer.len() > 100);
}

fn argv(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(str::to_owned).to_vec()
}

fn machine() -> OsHost {
    OsHost::open(None, Durability::None).unwrap()
}

#[test]
fn a_child_has_a_clean_world() {
    let argv = argv("pwd; env | sort; echo err >&2; exit 3");
    let output = machine().run(&Process::new(&argv), None).unwrap();
    assert_eq!(output.end, ProcessEnd::Exited(3));
    let stdout = String::from_utf8(output.stdout).unwrap();
    let mut lines = stdout.lines();
    assert_eq!(lines.next(), Some("/"));
    // These are the shell's own.
    let own = ["_=", "OLDPWD=", "SHLVL="];
    let env: Vec<&str> = lines.filter(|line| !own.iter().any(|name| line.starts_with(name))).collect();
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    assert_eq!(env, ["LC_ALL=C.UTF-8", path, "PWD=/"]);
    assert_eq!(output.stderr, b"err\n");
}

#[test]
fn output_is_bounded_and_input_arrives() {
    let cat = ["cat".to_owned()];
    let input = vec![b'x'; 300_000];
    let process = Process { stdin: &input, output_limit: 1000, ..Process::new(&cat) };
    let output = machine().run(&process, None).unwrap();
    assert_eq!((output.end, output.stdout.len(), output.truncated), (ProcessEnd::Exited(0), 1000, true));
    // Who does not read is not waited for.
    let closed = argv("exec <&-; exit 0");
    let process = Process { stdin: &input, ..Process::new(&closed) };
    assert!(machine().run(&process, None).unwrap().success());
}

#[test]
fn a_child_that_takes_too_long_goes_with_all_that_it_started() {
    let folder = Folder::new();
    let pids = folder.path("/pids");
    // The grandchild does not care about being asked, and holds the output open.
    let script =
        format!("trap '' TERM; (trap '' TERM; echo $$ > {pids}; exec sleep 1000) & sleep 1000 & wait; wait");
    let argv = argv(&script);
    let process = Process { timeout: Some(Duration::from_millis(300)), ..Process::new(&argv) };
    let output = machine().run(&process, None).unwrap();
    assert_eq!(output.end, ProcessEnd::TimedOut);
    let group: i32 = std::fs::read_to_string(&pids).unwrap().trim().parse().unwrap();
    // The signal is sent; dying and being reaped is the system's, a moment later.
    let gone = (0..100_000).any(|_| {
        std::thread::yield_now();
        only_zombies(group)
    });
    assert!(gone, "the group {group} is still there");
}

/// Whether nothing of a process group runs any more.
fn only_zombies(group: i32) -> bool {
    let stats = Utf8Path::new("/proc")
        .read_dir_utf8()
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    stats
        .filter_map(|stat| {
            let rest = stat.rsplit_once(") ")?.1.to_owned();
            let fields: Vec<&str> = rest.split(' ').collect();
            (fields.get(2)?.parse() == Ok(group)).then(|| fields.first().copied() == Some("Z"))
        })
        .all(|zombie| zombie)
}

#[test]
fn what_a_child_leaves_running_is_not_waited_for() {
    let argv = argv("sleep 1000 & echo $!");
    let output = machine().run(&Process::new(&argv), None).unwrap();
    assert!(output.success());
    let pid: i32 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn children_that_cannot_run_say_why() {
    let run = |argv: &[&str], cwd: Option<&str>| {
        let argv: Vec<String> = argv.iter().map(|&word| word.to_owned()).collect();
        let process = Process { cwd: cwd.map(Utf8Path::new), ..Process::new(&argv) };
        machine().run(&process, None).map(|output| output.end)
    };
    let error = |result: HostResult<ProcessEnd>| result.unwrap_err().message;
    assert_eq!(error(run(&["no-such-program-here"], None)), "there is no program `no-such-program-here`");
    assert_eq!(error(run(&["/none/x"], None)), "cannot run `/none/x`: no such file or directory");
    assert_eq!(
        error(run(&["true"], Some("/none"))),
        "cannot run `true`: its working directory /none does not exist"
    );
    assert_eq!(run(&["sh", "-c", "kill -9 $$"], None), Ok(ProcessEnd::Signalled(9)));
    let folder = Folder::new();
    let argv = ["true".to_owned()];
    assert_eq!(
        kind(folder.host(Durability::None).run(&Process::new(&argv), None)),
        HostErrorKind::Unsupported
    );
}

#[test]
fn a_child_becomes_another_user_with_its_groups() {
    if !rustix::process::geteuid().is_root() {
        // Only root can; elsewhere it is refused before it gets here.
        return;
    }
    for (groups, expected) in [(&[][..], "65534 65534 65534"), (&[4, 24][..], "65534 65534 65534 4 24")] {
        let user = ProcessUser { name: "nobody", uid: 65534, gid: 65534, groups, home: "/" };
        let argv = argv("echo $(id -u) $(id -g) $(id -G); echo $USER $HOME");
        let output = machine().run(&Process { user: Some(user), ..Process::new(&argv) }, None).unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{expected}\nnobody /\n"));
    }
}

#[test]
fn a_program_that_only_looks_changes_nothing() {
    let kernel = std::thread::spawn(super::confine::confine).join().unwrap().unwrap();
    if kernel != landlock::RulesetStatus::FullyEnforced {
        // An older kernel knows less of it.
        return;
    }
    let folder = Folder::new();
    folder.write("/kept", "content");
    let at = folder.path("");
    let script = format!(
        "cat {at}/kept; echo x > {at}/kept; echo x > {at}/new; rm {at}/kept; mkdir {at}/folder; mv {at}/kept {at}/moved
         ln -s x {at}/link; echo x > /dev/null && echo; kill -0 $PPID && echo signal; (sleep 9 & kill $!) && echo own"
    );
    let argv = argv(&script);
    let output = machine().ask(&Process::new(&argv)).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "content\nown\n");
    assert_eq!(folder.text("/kept"), "content");
    assert_eq!(folder.names(), ["etc", "kept"]);
    // The agent itself is not confined by it.
    folder.write("/kept", "other");
    assert_eq!(kind(folder.host(Durability::None).ask(&Process::new(&argv))), HostErrorKind::Unsupported);
}
