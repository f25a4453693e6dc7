//! Packages in git repositories.
//!
//! The commit is fetched into an empty repository of our own, and its files are read out as objects. Nothing is
//! checked out, so no hook, filter, submodule, attribute or link of the repository ever has an effect.

use super::process::{Call, RunError, Runner};
use super::staging::{self, Staging};
use super::{FetchError, Fetched};
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::package::MANIFEST;
use mc_compiler::package::tree::{FOLDERS, Inspector, LIMITS, TreeError, belongs, read_tree};
use mc_compiler::system::OsSystem;
use std::io::{BufRead, Read};

const GIT: &str = "git";
/// The largest pack that is taken, in bytes.
const PACK_LIMIT: u64 = 1 << 30;
/// The longest list of files that is read, in bytes.
const LIST_LIMIT: u64 = 32 << 20;

/// Settings that hold whatever any file of git's says.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "credential.helper=",
    "fetch.fsckObjects=true",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.followRedirects=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
    "protocol.allow=never",
    "protocol.ext.allow=never",
];

/// Nobody is asked, and a connection that is dead ends.
const SSH: &str = "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15 -oServerAliveCountMax=4 \
                   -oPermitLocalCommand=no -oClearAllForwardings=yes";

/// A file of a commit.
struct Blob {
    path: Utf8PathBuf,
    object: String,
    size: u64,
}

struct Repository<'a> {
    runner: &'a dyn Runner,
    folder: Utf8PathBuf,
    /// The one way by which this repository is reached.
    scheme: &'a str,
}

pub(super) fn fetch(
    runner: &dyn Runner,
    staging: &Staging,
    url: &str,
    rev: &str,
    folder: &Utf8Path,
) -> Result<Fetched, FetchError> {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let repository = Repository { runner, folder: staging.folder("repository")?, scheme };
    let format = if rev.len() == 64 { "sha256" } else { "sha1" };
    // Without a template there are no hooks, and nothing to leave out.
    repository.run(&[
        "init",
        "--quiet",
        "--bare",
        "--template=",
        &format!("--object-format={format}"),
        "--",
        ".",
    ])?;
    repository.run(&[
        "fetch",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
        "--",
        url,
        rev,
    ])?;
    let kind = repository.text(&["cat-file", "-t", rev])?;
    if kind != "commit" {
        let found = if kind == "tag" { "a tag".to_owned() } else { format!("a {kind}") };
        return Err(FetchError::NotACommit { rev: rev.to_owned(), found });
    }
    let blobs = repository.package(rev, folder)?;
    let place = staging.folder("package")?;
    repository.read_out(&blobs, &place)?;
    let tree = read_tree(&OsSystem, &place)?;
    Ok(Fetched { folder: place, hash: tree.hash })
}

impl Repository<'_> {
    fn call(&self, arguments: &[&str]) -> Call {
        let mut all = Vec::new();
        for setting in SETTINGS {
            all.extend(["-c".to_owned(), (*setting).to_owned()]);
        }
        all.extend(["-c".to_owned(), format!("protocol.{}.allow=always", self.scheme)]);
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let variable = |name, value: &str| (name, value.to_owned());
        Call {
            program: GIT,
            arguments: all,
            variables: vec![
                // Neither the system's nor the user's settings, nor those of a folder above.
                variable("GIT_CONFIG_NOSYSTEM", "1"),
                variable("GIT_CONFIG_GLOBAL", "/dev/null"),
                variable("GIT_CEILING_DIRECTORIES", "/"),
                variable("GIT_DIR", "."),
                variable("GIT_ALLOW_PROTOCOL", self.scheme),
                variable("GIT_ATTR_NOSYSTEM", "1"),
                variable("GIT_LITERAL_PATHSPECS", "1"),
                variable("GIT_NO_LAZY_FETCH", "1"),
                variable("GIT_NO_REPLACE_OBJECTS", "1"),
                variable("GIT_OPTIONAL_LOCKS", "0"),
                variable("GIT_SSH_COMMAND", SSH),
                variable("GIT_TERMINAL_PROMPT", "0"),
                variable("GIT_ASKPASS", ""),
                variable("SSH_ASKPASS", ""),
                variable("LC_ALL", "C"),
            ],
            folder: self.folder.clone(),
            input: Vec::new(),
            file_limit: PACK_LIMIT,
        }
    }

    fn run(&self, arguments: &[&str]) -> Result<(), FetchError> {
        self.runner.output(&self.call(arguments), LIST_LIMIT).map(drop)
    }

    fn text(&self, arguments: &[&str]) -> Result<String, FetchError> {
        let output = self.runner.output(&self.call(arguments), LIST_LIMIT)?;
        Ok(String::from_utf8_lossy(&output).trim_end().to_owned())
    }

    /// The files of the package in a folder of the commit, sorted by path.
    fn package(&self, rev: &str, folder: &Utf8Path) -> Result<Vec<Blob>, FetchError> {
        let mut inspector = Inspector::new(LIMITS);
        let mut blobs = Vec::new();
        let top = if folder.as_str().is_empty() { rev.to_owned() } else { format!("{rev}:{folder}") };
        let entries = match self.list(&["ls-tree", "-z", "-l", &top]) {
            Err(FetchError::Run(RunError::Failed { .. })) if !folder.as_str().is_empty() => {
                return Err(FetchError::NoFolder { folder: folder.to_owned(), instead: None });
            }
            entries => entries?,
        };
        for entry in entries {
            let is_folder = FOLDERS.contains(&entry.path.as_str());
            if is_folder && entry.kind == "tree" {
                for inner in self.list(&["ls-tree", "-r", "-z", "-l", &entry.object])? {
                    let path = entry.path.join(&inner.path);
                    take(Entry { path, ..inner }, &mut inspector, &mut blobs)?;
                }
            } else if is_folder && entry.mode != "100644" {
                return Err(entry.refusal().unwrap_or(TreeError::Special { path: entry.path }).into());
            } else if belongs(&entry.path) && entry.kind != "tree" {
                take(entry, &mut inspector, &mut blobs)?;
            }
        }
        if !blobs.iter().any(|blob| blob.path == MANIFEST) {
            return Err(TreeError::NoManifest.into());
        }
        blobs.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(blobs)
    }

    fn list(&self, arguments: &[&str]) -> Result<Vec<Entry>, FetchError> {
        let output = self.runner.output(&self.call(arguments), LIST_LIMIT)?;
        let wrong =
            || RunError::Output { program: GIT, what: "a list of files that is not understood".to_owned() };
        let lines = output.split(|byte| *byte == 0).filter(|line| !line.is_empty());
        lines.map(|line| Entry::read(line).ok_or_else(|| wrong().into())).collect()
    }

    /// Writes the files below `place`.
    fn read_out(&self, blobs: &[Blob], place: &Utf8Path) -> Result<(), FetchError> {
        let mut call = self.call(&["cat-file", "--batch"]);
        for blob in blobs {
            call.input.extend_from_slice(blob.object.as_bytes());
            call.input.push(b'\n');
        }
        self.runner.run(&call, &mut |from| {
            for blob in blobs {
                read_blob(from, blob, place)?;
            }
            Ok(())
        })
    }
}

/// One answer of `cat-file --batch`: `<object> blob <size>`, a newline, the content, a newline.
fn read_blob(from: &mut dyn BufRead, blob: &Blob, place: &Utf8Path) -> Result<(), FetchError> {
    let wrong = |what: &str| RunError::Output { program: GIT, what: what.to_owned() };
    let mut header = String::new();
    (&mut *from).take(200).read_line(&mut header).map_err(|error| wrong(&error.to_string()))?;
    if header != format!("{} blob {}\n", blob.object, blob.size) {
        return Err(wrong("something else than the file that was asked for").into());
    }
    staging::write(place, &blob.path, blob.size, &mut *from)?;
    let mut end = [0];
    from.read_exact(&mut end).map_err(|error| wrong(&error.to_string()))?;
    if end == *b"\n" { Ok(()) } else { Err(wrong("a file of another size").into()) }
}

/// A line of `ls-tree -l`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    mode: String,
    kind: String,
    object: String,
    size: u64,
    path: Utf8PathBuf,
}

impl Entry {
    /// `<mode> SP <type> SP <object> SP+ <size> TAB <path>`; the size of what is no file is `-`.
    fn read(line: &[u8]) -> Option<Self> {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let (head, path) = (str::from_utf8(&line[..tab]).ok()?, &line[tab + 1..]);
        let mut words = head.split_ascii_whitespace();
        let (mode, kind, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let is_object = !object.is_empty() && object.bytes().all(|byte| byte.is_ascii_hexdigit());
        if words.next().is_some() || !is_object {
            return None;
        }
        // A name that is not UTF-8 is refused with the others that are not ASCII.
        let path = Utf8PathBuf::from(String::from_utf8_lossy(path).into_owned());
        let size = if size == "-" { 0 } else { size.parse().ok()? };
        Some(Entry { mode: mode.to_owned(), kind: kind.to_owned(), object: object.to_owned(), size, path })
    }

    /// Why it cannot be a file of a package.
    fn refusal(&self) -> Option<TreeError> {
        let path = self.path.clone();
        match (self.mode.as_str(), self.kind.as_str()) {
            ("100644" | "100755" | "100664", "blob") => None,
            ("120000", _) => Some(TreeError::Link { path }),
            _ => Some(TreeError::Special { path }),
        }
    }
}

fn take(entry: Entry, inspector: &mut Inspector, blobs: &mut Vec<Blob>) -> Result<(), TreeError> {
    if let Some(refusal) = entry.refusal() {
        return Err(refusal);
    }
    inspector.file(&entry.path, entry.size)?;
    blobs.push(Blob { path: entry.path, object: entry.object, size: entry.size });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::process::{Call, Reader, Runner};
    use super::super::{FetchError, Staging};
    use super::{Entry, fetch};
    use camino::{Utf8Path, Utf8PathBuf};
    use mc_compiler::package::tree::TreeError;
    use std::cell::RefCell;

    const REV: &str = "0123456789abcdef0123456789abcdef01234567";

    /// Answers each command of git with fixed bytes.
    struct Fake<'a> {
        answers: &'a [(&'a str, &'a [u8])],
        calls: RefCell<Vec<Call>>,
    }

    impl Runner for Fake<'_> {
        fn run(&self, call: &Call, reader: Reader<'_>) -> Result<(), FetchError> {
            self.calls.borrow_mut().push(call.clone());
            let line = call.arguments.join(" ");
            let found = self.answers.iter().find(|(command, _)| line.contains(command));
            reader(&mut found.map_or(&b""[..], |(_, answer)| answer))
        }
    }

    fn run(answers: &[(&str, &[u8])], folder: &str) -> (Result<(), FetchError>, Vec<Call>) {
        let scratch = tempfile::tempdir().expect("a folder");
        let vendor = Utf8PathBuf::from_path_buf(scratch.path().join("vendor")).expect("UTF-8");
        let staging = Staging::new(&vendor).expect("a folder");
        let fake = Fake { answers, calls: RefCell::default() };
        let result = fetch(&fake, &staging, "https://example.org/a.git", REV, Utf8Path::new(folder));
        (result.map(drop), fake.calls.into_inner())
    }

    fn error(answers: &[(&str, &[u8])]) -> FetchError {
        run(answers, "").0.expect_err("refused")
    }

    const COMMIT: (&str, &[u8]) = ("cat-file -t", b"commit\n");

    /// An address and a commit come after `--`, no setting of anybody holds, and only one transport is open.
    #[test]
    fn nothing_that_is_fetched_is_an_option() {
        let top: &[u8] = b"100644 blob aa       3\tmasterchef.toml\x00";
        let (result, calls) =
            run(&[COMMIT, ("ls-tree", top), ("--batch", b"aa blob 3\nabc\n")], "packages/nginx");
        result.expect("a package");
        assert!(calls.iter().all(|call| call.program == "git"));
        for call in &calls {
            let has = |name: &str, value: &str| call.variables.contains(&(name, value.to_owned()));
            assert!(has("GIT_CONFIG_GLOBAL", "/dev/null") && has("GIT_CONFIG_NOSYSTEM", "1"));
            assert!(has("GIT_ALLOW_PROTOCOL", "https") && has("GIT_TERMINAL_PROMPT", "0"));
            let line = call.arguments.join(" ");
            for setting in ["core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.ext.allow=never"] {
                assert!(line.contains(&format!("-c {setting}")), "{line}");
            }
        }
        let fetched = calls.iter().find(|call| call.arguments.iter().any(|a| a == "fetch")).expect("fetched");
        let end = &fetched.arguments[fetched.arguments.len() - 3..];
        assert_eq!(end, ["--", "https://example.org/a.git", REV]);
        let commands: Vec<&str> = calls
            .iter()
            .filter_map(|call| call.arguments.iter().skip(1).step_by(2).find(|a| !a.contains('=')))
            .map(String::as_str)
            .collect();
        assert!(!commands.contains(&"checkout") && !commands.contains(&"clone"));
        assert!(
            calls
                .iter()
                .any(|call| call.arguments.last().is_some_and(|a| *a == format!("{REV}:packages/nginx")))
        );
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let with = |top: &[u8]| {
            let top = [b"100644 blob aa 3\tmasterchef.toml\x00", top].concat();
            error(&[COMMIT, ("ls-tree -r", b"120000 blob bb 3\ta\x00"), ("ls-tree", &top)])
        };
        assert!(
            matches!(with(b"040000 tree cc -\tfiles\x00"), FetchError::Tree(TreeError::Link { path }) if path == "files/a")
        );
        assert!(
            matches!(with(b"120000 blob cc 4\tsrc\x00"), FetchError::Tree(TreeError::Link { path }) if path == "src")
        );
        assert!(
            matches!(with(b"160000 commit cc -\tdata\x00"), FetchError::Tree(TreeError::Special { path }) if path == "data")
        );
        assert!(matches!(with(b"120000 blob cc 4\tLICENSE\x00"), FetchError::Tree(TreeError::Link { .. })));
    }

    #[test]
    fn sizes_are_looked_at_before_anything_is_read() {
        let top: &[u8] = b"100644 blob aa 99999999999\tmasterchef.toml\x00";
        let found = error(&[COMMIT, ("ls-tree", top), ("--batch", b"never read")]);
        assert!(matches!(found, FetchError::Tree(TreeError::FileTooLarge { .. })), "{found}");
    }

    #[test]
    fn answers_that_are_no_answers() {
        let top: &[u8] = b"100644 blob aa 3\tmasterchef.toml\x00";
        for (answers, expected) in [
            (&[("cat-file -t", &b"tag\n"[..])][..], "is a tag and not a commit"),
            (&[COMMIT, ("ls-tree", b"nonsense\x00")], "a list of files that is not understood"),
            (&[COMMIT, ("ls-tree", b"100644 blob aa 3\tREADME\x00")], "it has no `masterchef.toml`"),
            (&[COMMIT, ("ls-tree", top), ("--batch", b"")], "something else"),
            (&[COMMIT, ("ls-tree", top), ("--batch", b"aa missing\n")], "something else"),
            (&[COMMIT, ("ls-tree", top), ("--batch", b"aa blob 4\nabcd\n")], "something else"),
            (&[COMMIT, ("ls-tree", top), ("--batch", b"aa blob 3\nab")], "ends too early"),
            (&[COMMIT, ("ls-tree", top), ("--batch", b"aa blob 3\nabcd")], "a file of another size"),
        ] {
            let found = error(answers).to_string();
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn lines_of_a_tree() {
        let entry = Entry::read(b"100644 blob 0aF      12\tsrc/a b\tc.mc").expect("an entry");
        assert_eq!((entry.size, entry.path.as_str()), (12, "src/a b\tc.mc"));
        assert_eq!(Entry::read(b"100644 blob zz 1\ta"), None);
        assert_eq!(Entry::read(b"100644 blob aa\ta"), None);
        assert_eq!(Entry::read(b"100644 blob aa 1 2\ta"), None);
        assert_eq!(Entry::read(b"100644 blob aa 1"), None);
    }
}
