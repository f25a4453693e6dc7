//! Packages in tar archives, plain or compressed with gzip.
//!
//! `curl` brings the bytes, because it is where git is, and knows the proxies and authorities that the user's
//! machine has: an HTTP client and TLS in `mcc` would be some forty crates for one command. The digest of the
//! whole archive is compared before a byte of it is looked at; then our own reader takes out what belongs to the
//! package, and writes nothing else.

use super::process::{Call, RunError, Runner};
use super::staging::{self, Staging};
use super::tar::{self, Kind};
use super::{FetchError, Fetched, disk};
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::package::MANIFEST;
use mc_compiler::package::tree::{FOLDERS, Inspector, LIMITS, TreeError, belongs, read_tree};
use mc_compiler::system::OsSystem;
use mc_plan::digest::hex;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};

const CURL: &str = "curl";
/// The largest archive, in bytes.
const ARCHIVE_LIMIT: u64 = 256 << 20;
/// The most bytes that are unpacked: what a package may hold, and as much around it.
const UNPACKED_LIMIT: u64 = 2 * LIMITS.total;

/// The beginning of what gzip writes: its mark, and deflate as the method.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

pub(super) fn fetch(
    runner: &dyn Runner,
    staging: &Staging,
    url: &str,
    sha256: &str,
    folder: &Utf8Path,
) -> Result<Fetched, FetchError> {
    let (mut archive, path) = staging.file("archive")?;
    let found = match url.strip_prefix("file://") {
        Some(path) => {
            let path = Utf8Path::new(path);
            copy(&mut staging::open(path)?, &mut archive).map_err(|error| FetchError::Disk {
                what: "read",
                path: path.to_owned(),
                error,
            })?
        }
        None => download(runner, url, &path, &mut archive)?,
    };
    if found != sha256 {
        return Err(FetchError::Digest { found });
    }
    archive.rewind().map_err(disk("read", &path))?;
    let place = staging.folder("package")?;
    read(BufReader::new(archive), UNPACKED_LIMIT, folder, &place)?;
    let tree = read_tree(&OsSystem, &place)?;
    Ok(Fetched { folder: place, hash: tree.hash })
}

/// Copies at most the limit, and gives the digest.
fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    let mut total = 0_u64;
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        total += count as u64;
        if total > ARCHIVE_LIMIT {
            return Err(io::Error::other(format!("it is larger than {} MiB", ARCHIVE_LIMIT >> 20)));
        }
        hasher.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
    }
}

fn download(
    runner: &dyn Runner,
    url: &str,
    path: &Utf8Path,
    archive: &mut dyn Write,
) -> Result<String, FetchError> {
    // `-q` comes first: no settings of the user's. A redirection to another host is followed, since the digest
    // says what has to come; it stays with `https`, and there are no credentials to be carried along.
    let arguments = [
        "-q",
        "--silent",
        "--show-error",
        "--fail",
        "--globoff",
        "--no-netrc",
        "--proto",
        "=https",
        "--proto-redir",
        "=https",
        "--location",
        "--max-redirs",
        "5",
        "--connect-timeout",
        "30",
        "--speed-limit",
        "1000",
        "--speed-time",
        "60",
        "--output",
        "-",
        "--url",
        url,
    ];
    let call = Call {
        program: CURL,
        arguments: arguments.map(str::to_owned).to_vec(),
        variables: vec![("LC_ALL", "C".to_owned())],
        folder: path.parent().unwrap_or(path).to_owned(),
        input: Vec::new(),
        file_limit: ARCHIVE_LIMIT,
    };
    let mut digest = String::new();
    runner.run(&call, &mut |mut from| {
        let failed = |error: io::Error| RunError::Output { program: CURL, what: error.to_string() };
        digest = copy(&mut from, &mut *archive).map_err(failed)?;
        Ok(())
    })?;
    Ok(digest)
}

/// Takes the package's files out of an archive that may be compressed; looks at `limit` unpacked bytes at most.
fn read(
    mut archive: impl BufRead,
    limit: u64,
    folder: &Utf8Path,
    place: &Utf8Path,
) -> Result<(), FetchError> {
    let bad = |error: io::Error| FetchError::BadArchive(error.to_string());
    if archive.fill_buf().map_err(bad)?.starts_with(&GZIP) {
        unpack(&mut Gzip::new(archive).map_err(bad)?.take(limit), folder, place)
    } else {
        unpack(&mut archive.take(limit), folder, place)
    }
}

/// Takes the package's files out of an archive.
fn unpack(from: &mut dyn Read, folder: &Utf8Path, place: &Utf8Path) -> Result<(), FetchError> {
    let mut inspector = Inspector::new(LIMITS);
    let mut archive = tar::Archive::new(from);
    // Folders with a manifest, to say where a package is if it is not where it should be.
    let mut manifests: BTreeSet<Utf8PathBuf> = BTreeSet::new();
    let mut found = false;
    let mut failed = None;
    while let Some(entry) = archive.next().map_err(|error| FetchError::BadArchive(error.to_string()))? {
        let path = Utf8Path::new(entry.path.trim_start_matches("./").trim_end_matches('/'));
        if path.file_name() == Some(MANIFEST) && manifests.len() < 16 {
            manifests.insert(path.parent().unwrap_or(path).to_owned());
        }
        let Ok(inner) = path.strip_prefix(folder) else { continue };
        if !belongs(inner) && !FOLDERS.contains(&inner.as_str()) {
            continue;
        }
        let path = inner.to_owned();
        match entry.kind {
            Kind::Folder => {}
            Kind::Link => return Err(TreeError::Link { path }.into()),
            Kind::Other => return Err(TreeError::Special { path }.into()),
            Kind::File if FOLDERS.contains(&inner.as_str()) => return Err(TreeError::Special { path }.into()),
            Kind::File => {
                found |= path == MANIFEST;
                inspector.file(&path, entry.size)?;
                let written = staging::write(place, &path, entry.size, &mut archive.content());
                if let Err(error) = written {
                    failed = Some(error);
                    break;
                }
            }
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    if found {
        return Ok(());
    }
    let instead = manifests.into_iter().next();
    Err(FetchError::NoFolder { folder: folder.to_owned(), instead })
}

/// What gzip (RFC 1952) has compressed: one member. Its checksum is not looked at, for the digest of the archive
/// was compared already.
struct Gzip<R> {
    from: R,
    state: Box<InflateState>,
    done: bool,
}

impl<R: BufRead> Gzip<R> {
    fn new(mut from: R) -> io::Result<Self> {
        const EXTRA: u8 = 4;
        const NAME: u8 = 8;
        const COMMENT: u8 = 16;
        const CHECKSUM: u8 = 2;
        let mut header = [0; 10];
        from.read_exact(&mut header)?;
        let flags = header[3];
        if flags & EXTRA != 0 {
            let mut length = [0; 2];
            from.read_exact(&mut length)?;
            let length = u64::from(u16::from_le_bytes(length));
            io::copy(&mut (&mut from).take(length), &mut io::sink())?;
        }
        for flag in [NAME, COMMENT] {
            if flags & flag != 0 {
                let mut text = Vec::new();
                (&mut from).take(64 << 10).read_until(0, &mut text)?;
            }
        }
        if flags & CHECKSUM != 0 {
            from.read_exact(&mut [0; 2])?;
        }
        Ok(Gzip { from, state: InflateState::new_boxed(DataFormat::Raw), done: false })
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bad = || io::Error::new(io::ErrorKind::InvalidData, "what gzip has compressed is damaged");
        while !self.done && !buffer.is_empty() {
            let input = self.from.fill_buf()?;
            let at_end = input.is_empty();
            let step = inflate(&mut self.state, input, buffer, MZFlush::None);
            self.from.consume(step.bytes_consumed);
            match step.status {
                Ok(MZStatus::StreamEnd) => self.done = true,
                Ok(_) | Err(MZError::Buf) => {}
                Err(_) => return Err(bad()),
            }
            if step.bytes_written > 0 {
                return Ok(step.bytes_written);
            }
            if at_end && !self.done {
                return Err(bad());
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::process::{Call, Reader, Runner};
    use super::super::tar::tests::{Member, archive};
    use super::super::{FetchError, Staging};
    use super::{CURL, fetch};
    use camino::{Utf8Path, Utf8PathBuf};
    use mc_compiler::package::tree::TreeError;
    use mc_plan::digest::{hex, sha256};
    use std::cell::RefCell;

    const URL: &str = "https://example.org/nginx.tar";

    struct Fake<'a> {
        bytes: &'a [u8],
        calls: RefCell<Vec<Call>>,
    }

    impl Runner for Fake<'_> {
        fn run(&self, call: &Call, reader: Reader<'_>) -> Result<(), FetchError> {
            self.calls.borrow_mut().push(call.clone());
            reader(&mut &*self.bytes)
        }
    }

    fn try_bytes(bytes: &[u8], digest: &str, folder: &str) -> (Result<Vec<String>, FetchError>, Vec<Call>) {
        let scratch = tempfile::tempdir().expect("a folder");
        let vendor = Utf8PathBuf::from_path_buf(scratch.path().join("vendor")).expect("UTF-8");
        let staging = Staging::new(&vendor).expect("a folder");
        let fake = Fake { bytes, calls: RefCell::default() };
        let result = fetch(&fake, &staging, URL, digest, Utf8Path::new(folder)).map(|fetched| {
            let mut names: Vec<String> = walk(&fetched.folder, &fetched.folder);
            names.sort();
            names
        });
        (result, fake.calls.into_inner())
    }

    #[allow(clippy::disallowed_methods, reason = "the test looks at what was unpacked")]
    fn walk(root: &Utf8Path, folder: &Utf8Path) -> Vec<String> {
        let entries =
            folder.read_dir_utf8().expect("a folder").map(|entry| entry.expect("an entry").into_path());
        let inner = |path: Utf8PathBuf| match path.is_dir() {
            true => walk(root, &path),
            false => vec![path.strip_prefix(root).expect("below").to_string()],
        };
        entries.flat_map(inner).collect()
    }

    fn unpack(members: &[Member<'_>], folder: &str) -> Result<Vec<String>, FetchError> {
        let bytes = archive(members);
        try_bytes(&bytes, &hex(&sha256(&bytes)), folder).0
    }

    const MANIFEST: Member<'_> = Member::file("nginx-1.0/masterchef.toml", b"m");

    #[test]
    fn only_the_package_is_unpacked() {
        let members = [
            Member::folder("nginx-1.0/"),
            MANIFEST,
            Member::file("nginx-1.0/src/site.mc", b"s"),
            Member::file("nginx-1.0/README.md", b"r"),
            Member::file("other/src/x.mc", b"x"),
            Member::link("nginx-1.0/latest", "../../etc"),
        ];
        assert_eq!(unpack(&members, "nginx-1.0").expect("unpacked"), ["masterchef.toml", "src/site.mc"]);
        let instead = unpack(&members, "").expect_err("in a folder");
        assert!(
            matches!(instead, FetchError::NoFolder { instead: Some(folder), .. } if folder == "nginx-1.0")
        );
    }

    #[test]
    fn the_digest_comes_first() {
        // Not even an archive, and nobody looks.
        let (result, calls) = try_bytes(b"nonsense", &"0".repeat(64), "");
        assert!(matches!(result, Err(FetchError::Digest { found }) if found == hex(&sha256(b"nonsense"))));
        let call = &calls[0];
        assert_eq!(call.program, CURL);
        assert_eq!(call.arguments[0], "-q");
        assert_eq!(call.arguments[call.arguments.len() - 2..], ["--url".to_owned(), URL.to_owned()]);
    }

    #[test]
    fn hostile_archives() {
        for (members, expected) in [
            (vec![Member::file("n/src/../../x", b"x")], "it has a part that is no name"),
            (vec![Member::file("n/src//x", b"x")], "it has a part that is no name"),
            (vec![Member::link("n/src/x", "/etc/passwd")], "symbolic link"),
            (vec![Member::link("n/src", "/etc")], "symbolic link"),
            (vec![Member::hard_link("n/src/x", "n/masterchef.toml")], "symbolic link"),
            (vec![Member::device("n/files/x")], "neither a file nor a folder"),
            (vec![Member::file("n/src", b"x")], "neither a file nor a folder"),
            (vec![Member::file("n/src/a", b"x"), Member::file("n/src/A", b"x")], "where case does not count"),
            (vec![Member::file("n/src/a", b"x"), Member::file("n/src/a", b"y")], "is there twice"),
            (vec![Member::file("n/src/a", b"x"), Member::file("n/src/a/b", b"y")], "is there twice"),
            (vec![Member::file("n/src/nul", b"x")], "keep this name for a device"),
            (vec![Member::large("n/src/a", 1 << 40)], "larger than 64 MiB"),
        ] {
            let mut all = vec![Member::file("n/masterchef.toml", b"m")];
            all.extend(members);
            let error = unpack(&all, "n").expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
        // Above the folder there is nothing, wherever it claims to lead.
        let escape = [
            Member::file("n/masterchef.toml", b"m"),
            Member::file("/src/x", b""),
            Member::file("../src/x", b""),
        ];
        assert_eq!(unpack(&escape, "n").expect("unpacked"), ["masterchef.toml"]);
        assert!(matches!(unpack(&escape, ""), Err(FetchError::NoFolder { .. })));
        let pointer = b"version https://git-lfs.github.com/spec/v1\n";
        let members = [Member::file("n/masterchef.toml", b"m"), Member::file("n/files/a", pointer)];
        assert!(matches!(unpack(&members, "n"), Err(FetchError::Tree(TreeError::Pointer { .. }))));
    }

    fn gzip(content: &[u8], flags: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
        bytes.extend_from_slice(rest);
        bytes.extend(miniz_oxide::deflate::compress_to_vec(content, 6));
        bytes.extend([0; 8]);
        bytes
    }

    #[test]
    fn compressed_archives() {
        let plain = archive(&[MANIFEST, Member::file("nginx-1.0/files/a", &[7; 100_000])]);
        for bytes in [gzip(&plain, 0, b""), gzip(&plain, 8 | 16 | 4 | 2, b"\x02\0xxname\0comment\0cc")] {
            let found = try_bytes(&bytes, &hex(&sha256(&bytes)), "nginx-1.0").0.expect("unpacked");
            assert_eq!(found, ["files/a", "masterchef.toml"]);
        }
        let whole = gzip(&plain, 0, b"");
        for end in [3, 5, 11, whole.len() / 2] {
            let cut = &whole[..end];
            try_bytes(cut, &hex(&sha256(cut)), "nginx-1.0").0.expect_err("cut");
        }
    }

    /// A few bytes that unpack to many end at the limit.
    #[test]
    fn a_bomb_is_bounded() {
        let bytes = gzip(&archive(&[Member::file("n/README", &[0; 4 << 20]), MANIFEST]), 0, b"");
        assert!(bytes.len() < 10_000);
        let scratch = tempfile::tempdir().expect("a folder");
        let place = Utf8Path::from_path(scratch.path()).expect("UTF-8");
        let read = |limit| super::read(&*bytes, limit, Utf8Path::new("nginx-1.0"), place);
        assert!(matches!(read(1 << 20), Err(FetchError::BadArchive(_))));
        read(5 << 20).expect("large enough");
    }

    /// Cut at any byte, an archive gives an error or the files before it, and never a panic.
    #[test]
    fn an_archive_that_is_cut() {
        let bytes = archive(&[MANIFEST, Member::file("nginx-1.0/src/a.mc", b"a")]);
        for end in (0..bytes.len()).step_by(37) {
            let cut = &bytes[..end];
            let _ = try_bytes(cut, &hex(&sha256(cut)), "nginx-1.0").0;
        }
    }
}
