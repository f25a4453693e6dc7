//! The programs under test: the release builds that would be shipped.

use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

/// The target that released programs are built for. Naming it keeps the flags for static linking away
/// from build scripts and procedural macros.
pub const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Paths of the built programs. `cargo xtask build` builds them.
#[derive(Debug, Clone)]
pub struct Binaries {
    /// The compiler.
    pub mcc: Utf8PathBuf,
    /// The agent, linked statically.
    pub agent: Utf8PathBuf,
    /// The control plane; the agent that it uploads lies beside it.
    pub control: Utf8PathBuf,
    /// The language server.
    pub lsp: Utf8PathBuf,
}

impl Binaries {
    /// Finds all programs. Panics when one is missing or older than a file it was built from: a test of
    /// yesterday's program would say nothing.
    pub fn locate() -> Self {
        Self {
            mcc: program("mcc"),
            agent: program("mc-agent"),
            control: program("mc-control"),
            lsp: program("mc-lsp"),
        }
    }
}

/// The folder that `cargo xtask build` fills.
pub fn folder() -> Utf8PathBuf {
    target_folder().join(TARGET).join("release")
}

/// The path of one program. Panics like [`Binaries::locate`].
pub fn program(name: &str) -> Utf8PathBuf {
    let path = folder().join(name);
    match obstacle(&path) {
        None => path,
        Some(obstacle) => panic!("{path} {obstacle}; run `cargo xtask build`"),
    }
}

/// Cargo's target folder: the one named in the environment, or the one the running test lies in.
fn target_folder() -> Utf8PathBuf {
    if let Some(folder) = std::env::var_os("CARGO_TARGET_DIR") {
        let folder = Utf8PathBuf::try_from(std::path::PathBuf::from(folder)).expect("a UTF-8 target folder");
        return crate::repository().join(folder);
    }
    let test = std::env::current_exe().expect("the running program has a path");
    let test = Utf8PathBuf::from_path_buf(test).expect("the running program has a UTF-8 path");
    let marked = test.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.map_or_else(|| crate::repository().join("target"), Utf8Path::to_owned)
}

/// Why the program at `path` must not be used. Cargo lists what it was built from in a file beside it.
fn obstacle(path: &Utf8Path) -> Option<String> {
    let Some(built) = modified(path) else { return Some("is not built".to_owned()) };
    let Ok(list) = std::fs::read_to_string(path.with_extension("d")) else {
        return Some("has no list of sources beside it".to_owned());
    };
    let newer = sources(&list).into_iter().find(|source| modified(source).is_none_or(|time| time > built))?;
    Some(format!("is older than {newer}"))
}

fn modified(path: &Utf8Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// The files in a dependency list as make would read it: `target: file file\ with\ space`.
fn sources(list: &str) -> Vec<Utf8PathBuf> {
    let Some((_, files)) = list.split_once(": ") else { return Vec::new() };
    let files = files.lines().next().unwrap_or_default();
    let marked = files.replace("\\ ", "\0");
    marked.split_whitespace().map(|file| Utf8PathBuf::from(file.replace('\0', " "))).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_program_older_than_its_sources_is_refused() {
        let scratch = Scratch::new();
        let source = scratch.write("a file.rs", "fn main() {}");
        let path = scratch.write("program", "");
        assert_eq!(obstacle(&path).as_deref(), Some("has no list of sources beside it"));
        scratch.write("program.d", format!("{path}: {}\n", source.as_str().replace(' ', "\\ ")));

        let base = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let set = |path: &Utf8Path, seconds| {
            let file = std::fs::File::options().write(true).open(path).expect("the file is there");
            file.set_modified(base + Duration::from_secs(seconds)).expect("the file is ours");
        };
        set(&source, 0);
        set(&path, 1);
        assert_eq!(obstacle(&path), None);
        set(&source, 2);
        assert_eq!(obstacle(&path), Some(format!("is older than {source}")));
        std::fs::remove_file(&path).expect("the file is there");
        assert_eq!(obstacle(&path).as_deref(), Some("is not built"));
    }
}
