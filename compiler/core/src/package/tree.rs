//! The files that make up a package which others depend on: which they are, what they may be called, how many
//! there may be, and their digest.
//!
//! The rules are the same wherever the files come from, so that what one machine takes, every other takes as
//! well: a name that Windows or macOS would change is refused on Linux too.

use super::asset::limit_of;
use super::{AssetKind, DATA, MANIFEST, SOURCES, TEMPLATES, asset_kind};
use crate::system::{Kind, System, SystemError};
use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The folders of a package. Nothing else of it is ever read by a build.
pub const FOLDERS: [&str; 4] = ["data", "files", "src", "templates"];

/// What the files of one package may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files.
    pub files: usize,
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files.
    pub total: u64,
    /// Bytes of a path.
    pub path: usize,
    /// Folders above a file.
    pub depth: usize,
}

/// The limits of every dependency.
pub const LIMITS: Limits = Limits { files: 20_000, file: 64 << 20, total: 256 << 20, path: 255, depth: 24 };

/// Bytes of one module: a hundred thousand lines and more. All of it is parsed at each keystroke in an editor.
pub const SOURCE_LIMIT: u64 = 16 << 20;

/// SHA-256 over a package's files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeHash(pub [u8; 32]);

impl TreeHash {
    /// Reads `sha256:` and 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:")?.as_bytes();
        let digit = |c: u8| match c {
            b'0'..=b'9' => Some(c - b'0'),
            b'a'..=b'f' => Some(c - b'a' + 10),
            _ => None,
        };
        if digits.len() != 64 {
            return None;
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(TreeHash(hash))
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a package's files are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A link: it could lead anywhere, and not every system has it.
    #[error("`{path}` is a symbolic link")]
    Link {
        /// Where it is, in the package.
        path: Utf8PathBuf,
    },
    /// A device, a pipe, a socket, another repository.
    #[error("`{path}` is neither a file nor a folder")]
    Special {
        /// Where it is.
        path: Utf8PathBuf,
    },
    /// A name that some system changes or keeps for itself.
    #[error("`{}` cannot be the path of a file: {why}", path.as_str().escape_debug())]
    Name {
        /// Where it is.
        path: Utf8PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two names that are one where case does not count.
    #[error("`{first}` and `{second}` are one file where case does not count")]
    Collision {
        /// The one that comes first.
        first: Utf8PathBuf,
        /// The other.
        second: Utf8PathBuf,
    },
    /// One path is there twice, or is a file and a folder.
    #[error("`{path}` is there twice")]
    Twice {
        /// Where.
        path: Utf8PathBuf,
    },
    /// Another package in its folders.
    #[error("`{path}` in it is a package of its own: it has a `{MANIFEST}`")]
    Package {
        /// Its folder.
        path: Utf8PathBuf,
    },
    /// Too many files.
    #[error("it has more than {limit} files")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// A file is too large.
    #[error("`{path}` is larger than {} MiB", limit >> 20)]
    FileTooLarge {
        /// The file.
        path: Utf8PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// All of it is too large.
    #[error("its files are larger than {} MiB together", limit >> 20)]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The stand-in for a file that is kept elsewhere.
    #[error("`{path}` is a pointer of Git LFS, and the file itself is elsewhere")]
    Pointer {
        /// Where it is.
        path: Utf8PathBuf,
    },
    /// There is no `masterchef.toml`.
    #[error("it has no `{MANIFEST}`")]
    NoManifest,
    /// The system cannot read it.
    #[error("{0}")]
    Unreadable(String),
}

/// Whether a file belongs to the package's tree: the manifest, everything below [`FOLDERS`], and the texts of a
/// licence, which go where a copy goes.
pub fn belongs(path: &Utf8Path) -> bool {
    let mut parts = path.iter();
    match (parts.next(), parts.next()) {
        (Some(name), None) => name == MANIFEST || is_notice(name),
        (Some(folder), Some(_)) => FOLDERS.contains(&folder),
        (None, _) => false,
    }
}

/// `LICENSE`, `LICENSE-MIT`, `COPYING.txt`, `NOTICE`
fn is_notice(name: &str) -> bool {
    ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
    })
}

/// Looks at the files of a package, in any order.
#[derive(Debug)]
pub struct Inspector {
    limits: Limits,
    /// The path as it is written, by its path without case. Folders too, with `None`.
    seen: BTreeMap<String, (Utf8PathBuf, bool)>,
    files: usize,
    total: u64,
}

impl Inspector {
    /// An inspector that knows no file yet.
    pub fn new(limits: Limits) -> Self {
        Inspector { limits, seen: BTreeMap::new(), files: 0, total: 0 }
    }

    /// Looks at a file of `size` bytes, by its path in the package.
    pub fn file(&mut self, path: &Utf8Path, size: u64) -> Result<(), TreeError> {
        let Limits { files, file, total, .. } = self.limits;
        self.name(path)?;
        self.files += 1;
        if self.files > files {
            return Err(TreeError::TooMany { limit: files });
        }
        if size > file {
            return Err(TreeError::FileTooLarge { path: path.to_owned(), limit: file });
        }
        self.total = self.total.saturating_add(size);
        if self.total > total {
            return Err(TreeError::TooLarge { limit: total });
        }
        for (above, is_file) in path.ancestors().take_while(|p| !p.as_str().is_empty()).zip(once_true()) {
            match self.seen.insert(above.as_str().to_ascii_lowercase(), (above.to_owned(), is_file)) {
                None => {}
                Some((first, _)) if first != above => {
                    let second = above.to_owned();
                    return Err(TreeError::Collision { first, second });
                }
                Some((_, was_file)) if is_file || was_file => {
                    return Err(TreeError::Twice { path: above.to_owned() });
                }
                // A folder that is known has known folders above it.
                Some(_) => break,
            }
        }
        Ok(())
    }

    fn name(&self, path: &Utf8Path) -> Result<(), TreeError> {
        let wrong = |why| Err(TreeError::Name { path: path.to_owned(), why });
        if path.as_str().len() > self.limits.path {
            return wrong("it is too long");
        }
        if path.as_str().split('/').count() > self.limits.depth {
            return wrong("it is too deep");
        }
        for part in path.as_str().split('/') {
            if matches!(part, "" | "." | "..") {
                return wrong("it has a part that is no name");
            }
            if !part.chars().all(|c| (c.is_ascii_graphic() || c == ' ') && !"\\:*?\"<>|".contains(c)) {
                return wrong("names have letters, digits and signs of ASCII, without `\\ : * ? \" < > |`");
            }
            if part.ends_with(['.', ' ']) {
                return wrong("a name does not end in a dot or a space");
            }
            let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
            if is_device(&stem) {
                return wrong("some systems keep this name for a device");
            }
            if part.eq_ignore_ascii_case(".git") {
                return wrong("`.git` belongs to git");
            }
        }
        Ok(())
    }
}

fn once_true() -> impl Iterator<Item = bool> {
    std::iter::once(true).chain(std::iter::repeat(false))
}

fn is_device(stem: &str) -> bool {
    let numbered = |word: &str| {
        stem.strip_prefix(word).is_some_and(|n| n.len() == 1 && n.bytes().all(|c| c.is_ascii_digit()))
    };
    matches!(stem, "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt")
}

/// Whether a file's content is a pointer of Git LFS. Its specification fixes the first line.
pub fn is_pointer(content: &[u8]) -> bool {
    content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/")
}

/// Makes the digest of a package's files, which come sorted by path: SHA-256 over a line that names the scheme,
/// and for each file its path and its content, both with their length in 8 bytes (big-endian) in front.
#[derive(Clone, Debug)]
pub struct Hasher(Sha256);

impl Hasher {
    /// A digest of no files.
    pub fn new() -> Self {
        Hasher(Sha256::new_with_prefix(b"masterchef package tree 1\n"))
    }

    /// Takes in the next file.
    pub fn file(&mut self, path: &Utf8Path, content: &[u8]) {
        for part in [path.as_str().as_bytes(), content] {
            self.0.update((part.len() as u64).to_be_bytes());
            self.0.update(part);
        }
    }

    /// The digest.
    pub fn finish(self) -> TreeHash {
        TreeHash(self.0.finalize().into())
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

/// A file whose text is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeText {
    /// Its path in the package.
    pub path: Utf8PathBuf,
    /// Its text, or nothing where it is not UTF-8.
    pub text: Option<String>,
}

/// The files of a package as they are on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The digest of all of them.
    pub hash: TreeHash,
    /// The manifest, without which there is no tree.
    pub manifest: TreeText,
    /// The files below `src/`, sorted by path.
    pub sources: Vec<TreeText>,
    /// Data files and templates, sorted by path.
    pub texts: Vec<TreeText>,
    /// The files below `files/`, sorted by path.
    pub statics: Vec<(Utf8PathBuf, Arc<[u8]>)>,
}

/// The packages below the folders of a package: a folder with a manifest ends the package around it, for a file is
/// compiled in one package. What is in `files/` is taken as it is and may be anything.
pub(super) fn inner_packages(entries: &[(Utf8PathBuf, Kind)]) -> Vec<Utf8PathBuf> {
    let manifests = entries.iter().map(|(path, _)| path).filter(|path| path.file_name() == Some(MANIFEST));
    let folders = manifests.filter_map(|path| path.parent());
    let is_read = |path: &&Utf8Path| {
        let is_hidden = path.iter().any(|part| part.starts_with('.'));
        !is_hidden && [DATA, SOURCES, TEMPLATES].iter().any(|folder| path.starts_with(folder))
    };
    folders.filter(is_read).map(Utf8Path::to_owned).collect()
}

/// Reads the package in a folder. Nothing is read before its name and size are known to be fine.
pub fn read_tree(system: &dyn System, folder: &Utf8Path) -> Result<Tree, TreeError> {
    let mut inspector = Inspector::new(LIMITS);
    let mut files: Vec<Utf8PathBuf> = Vec::new();
    let mut entries: Vec<(Utf8PathBuf, Kind)> = Vec::new();
    // Files at the top one by one: whatever else lies there is none of the package's.
    for name in system.names(folder).map_err(unreadable)? {
        let at = folder.join(&name);
        let Some(kind) = system.kind(&at) else { continue };
        if FOLDERS.contains(&name.as_str()) && kind == Kind::Folder {
            for entry in system.walk(&at, LIMITS.files.saturating_mul(2)).map_err(unreadable)? {
                entries.push((Utf8Path::new(&name).join(entry.path), entry.kind));
            }
        } else if FOLDERS.contains(&name.as_str()) || name == MANIFEST || is_notice(&name) {
            entries.push((name.into(), kind));
        }
    }
    if let Some(path) = inner_packages(&entries).into_iter().next() {
        return Err(TreeError::Package { path });
    }
    for (path, kind) in entries {
        match kind {
            Kind::Unnamed => return Err(TreeError::Name { path, why: "it is not valid UTF-8" }),
            Kind::Link => return Err(TreeError::Link { path }),
            Kind::Special => return Err(TreeError::Special { path }),
            // A folder called `LICENSE` is none of the package's, and a file called `src` is no folder of it.
            Kind::Folder => {}
            Kind::File if !belongs(&path) => {}
            Kind::File => {
                // The size is counted when the content is read, which is bounded as well.
                inspector.file(&path, 0)?;
                files.push(path);
            }
        }
    }
    files.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    let (mut hasher, mut total) = (Hasher::new(), 0_u64);
    let (mut manifest, mut sources) = (None, Vec::new());
    let (mut texts, mut statics) = (Vec::new(), Vec::new());
    for path in files {
        let limit = limit_of(&path);
        let content = match system.read(&folder.join(&path), limit) {
            Ok(content) => content,
            Err(SystemError::TooLarge { .. }) => return Err(TreeError::FileTooLarge { path, limit }),
            Err(error) => return Err(unreadable(error)),
        };
        total = total.saturating_add(content.len() as u64);
        if total > LIMITS.total {
            return Err(TreeError::TooLarge { limit: LIMITS.total });
        }
        if is_pointer(&content) {
            return Err(TreeError::Pointer { path });
        }
        hasher.file(&path, &content);
        if path == MANIFEST {
            manifest = Some(TreeText { path, text: String::from_utf8(content).ok() });
        } else if path.starts_with(SOURCES) {
            sources.push(TreeText { path, text: String::from_utf8(content).ok() });
        } else {
            match asset_kind(&path) {
                Some(AssetKind::Static) => statics.push((path, content.into())),
                Some(_) => texts.push(TreeText { path, text: String::from_utf8(content).ok() }),
                None => {}
            }
        }
    }
    let manifest = manifest.ok_or(TreeError::NoManifest)?;
    Ok(Tree { hash: hasher.finish(), manifest, sources, texts, statics })
}

fn unreadable(error: SystemError) -> TreeError {
    match error {
        SystemError::TooMany { .. } => TreeError::TooMany { limit: LIMITS.files },
        error => TreeError::Unreadable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Hasher, Inspector, LIMITS, Limits, TreeError, TreeHash, belongs, read_tree};
    use crate::system::{Kind, MemorySystem};
    use camino::{Utf8Path, Utf8PathBuf};

    fn system(files: &[(&str, &str)]) -> MemorySystem {
        MemorySystem::new(files.iter().map(|(path, text)| (Utf8PathBuf::from(path), (*text).to_owned())))
    }

    fn refused(path: &str) -> String {
        let mut inspector = Inspector::new(LIMITS);
        inspector.file(Utf8Path::new("src/main.mc"), 10).expect("a plain name");
        inspector.file(Utf8Path::new(path), 1).expect_err(path).to_string()
    }

    #[test]
    fn names_that_some_system_changes_are_refused() {
        for path in [
            "src/../a.mc",
            "/src/a.mc",
            "src//a.mc",
            "src/./a.mc",
            "src/a\\b.mc",
            "src/a:b.mc",
            "src/a\nb.mc",
            "src/\u{1b}[2J.mc",
            "src/\u{fc}.mc",
            "src/a.",
            "src/a ",
            "src/NUL",
            "src/con.mc",
            "src/Com1.tar.gz",
            "src/lpt9/a.mc",
            "files/.git/config",
            "files/.GIT/config",
            "files/a?b",
        ] {
            refused(path);
        }
        assert!(refused(&format!("src/{}", "a".repeat(300))).ends_with("too long"));
        assert!(refused(&format!("src/{}b", "a/".repeat(30))).ends_with("too deep"));
        let mut inspector = Inspector::new(LIMITS);
        for path in ["files/.htaccess", "files/with space", "files/com10", "src/console.mc", "LICENSE"] {
            inspector.file(Utf8Path::new(path), 1).expect(path);
        }
    }

    #[test]
    fn names_that_meet_are_refused() {
        assert_eq!(
            refused("src/Main.mc"),
            "`src/main.mc` and `src/Main.mc` are one file where case does not count"
        );
        assert_eq!(refused("SRC/a.mc"), "`src` and `SRC` are one file where case does not count");
        assert_eq!(refused("src/main.mc"), "`src/main.mc` is there twice");
        assert_eq!(refused("src/main.mc/a.mc"), "`src/main.mc` is there twice");
        assert_eq!(refused("src"), "`src` is there twice");
    }

    #[test]
    fn sizes_are_bounded() {
        let limits = Limits { files: 2, file: 10, total: 15, path: 255, depth: 9 };
        let path = Utf8Path::new;
        let mut inspector = Inspector::new(limits);
        assert!(matches!(inspector.file(path("src/a"), 11), Err(TreeError::FileTooLarge { .. })));
        let mut inspector = Inspector::new(limits);
        inspector.file(path("src/a"), 10).expect("fits");
        assert_eq!(inspector.file(path("src/b"), 6), Err(TreeError::TooLarge { limit: 15 }));
        let mut inspector = Inspector::new(limits);
        inspector.file(path("src/a"), 1).expect("fits");
        inspector.file(path("src/b"), 1).expect("fits");
        assert_eq!(inspector.file(path("src/c"), 1), Err(TreeError::TooMany { limit: 2 }));
    }

    #[test]
    fn what_belongs_to_a_package() {
        for path in [
            "masterchef.toml",
            "src/a/b.mc",
            "data/a.toml",
            "files/.x",
            "LICENSE",
            "LICENSE-MIT",
            "NOTICE.md",
        ] {
            assert!(belongs(Utf8Path::new(path)), "{path}");
        }
        for path in
            ["README.md", "masterchef.lock", "vendor/a/src/b.mc", "src", "LICENSES/a", "tests/a.mc", ""]
        {
            assert!(!belongs(Utf8Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_tree_is_its_own_files_only() {
        let files = [("lib/masterchef.toml", "a"), ("lib/src/b.mc", "b"), ("lib/data/c.toml", "c")];
        let tree = read_tree(&system(&files), Utf8Path::new("lib")).expect("a package");
        assert_eq!(tree.manifest.text.as_deref(), Some("a"));
        assert_eq!(tree.sources.len(), 1);
        let mut hasher = Hasher::new();
        hasher.file(Utf8Path::new("data/c.toml"), b"c");
        hasher.file(Utf8Path::new("masterchef.toml"), b"a");
        hasher.file(Utf8Path::new("src/b.mc"), b"b");
        assert_eq!(tree.hash, hasher.finish());

        let more =
            [&files[..], &[("lib/README.md", "x"), ("lib/vendor/d/src/e.mc", "y"), ("lib/.git/x", "z")]];
        let with_others = read_tree(&system(&more.concat()), Utf8Path::new("lib")).expect("a package");
        assert_eq!(with_others, tree);
        let licensed = [&files[..], &[("lib/LICENSE", "x")]].concat();
        assert_ne!(read_tree(&system(&licensed), Utf8Path::new("lib")).expect("a package").hash, tree.hash);
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let files = [("lib/masterchef.toml", ""), ("lib/src/b.mc", "")];
        for (path, kind) in
            [("lib/src/a.mc", Kind::Link), ("lib/data", Kind::Link), ("lib/files/p", Kind::Special)]
        {
            let mut system = system(&files);
            system.others.insert(path.into(), kind);
            let error = read_tree(&system, Utf8Path::new("lib")).expect_err(path);
            let is_link = matches!(error, TreeError::Link { .. });
            assert_eq!(is_link, kind == Kind::Link, "{error}");
        }
        let mut nested = system(&files);
        nested.files.insert("lib/src/x/masterchef.toml".into(), String::new());
        let error = read_tree(&nested, Utf8Path::new("lib")).expect_err("two packages");
        assert!(matches!(error, TreeError::Package { path } if path == "src/x"));
        // Outside of what a build reads it is nobody's business.
        let mut outside = system(&files);
        outside.others.insert("lib/latest".into(), Kind::Link);
        read_tree(&outside, Utf8Path::new("lib")).expect("a package");
        assert_eq!(
            read_tree(&system(&[("lib/src/a.mc", "")]), Utf8Path::new("lib")),
            Err(TreeError::NoManifest)
        );
    }

    #[test]
    fn a_pointer_is_no_content() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
        let files = [("lib/masterchef.toml", ""), ("lib/files/a", pointer)];
        let error = read_tree(&system(&files), Utf8Path::new("lib")).expect_err("a pointer");
        assert_eq!(error, TreeError::Pointer { path: "files/a".into() });
    }

    #[test]
    fn digests_are_read_as_they_are_written() {
        let hash = TreeHash([0xa5; 32]);
        assert_eq!(TreeHash::parse(&hash.to_string()), Some(hash));
        assert_eq!(TreeHash::parse(&hash.to_string().to_uppercase()), None);
        assert_eq!(TreeHash::parse("sha256:00"), None);
    }
}
