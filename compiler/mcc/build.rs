//! Two things that `mcc` carries inside: the pages of the diagnostics, and the digest of its own sources that
//! bundles name as the compiler's.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "a build script: it reads the source tree, and stops the build when it cannot"
)]

use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What decides how sources become a plan, relative to the repository. Everything below a folder counts.
const SOURCES: [&str; 8] = [
    "Cargo.lock",
    "compiler/core/src",
    "compiler/mcc/src",
    "compiler/mcc/build.rs",
    "compiler/syntax/build.rs",
    "compiler/syntax/src",
    "runtime/plan/src",
    "stdlib/src",
];

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../..");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=MCC_SOURCE_DIGEST={}", source_digest(&root));
    fs::write(out.join("pages.rs"), pages(&root)).expect("the output folder can be written");
}

/// SHA-256 over path and content of every source file, sorted by path, each part with its length in front. It
/// depends on the sources alone: not on the machine, the folder or the flags of the build.
fn source_digest(root: &Path) -> String {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
        collect(root, Path::new(source), &mut files);
    }
    files.sort();
    let mut hasher = Sha256::new();
    for path in files {
        let content = fs::read(root.join(&path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        for part in [path.as_bytes(), &content] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn collect(root: &Path, path: &Path, files: &mut Vec<String>) {
    let full = root.join(path);
    if full.is_dir() {
        for entry in fs::read_dir(&full).expect("a folder of sources can be read") {
            let name = entry.expect("a folder of sources can be read").file_name();
            // What an editor leaves behind is no source.
            if !name.to_string_lossy().starts_with('.') && !name.to_string_lossy().ends_with('~') {
                collect(root, &path.join(name), files);
            }
        }
    } else if full.is_file() {
        files.push(path.to_str().expect("sources have plain names").replace('\\', "/"));
    }
}

/// `pub const PAGES: &[(&str, &str)]`: code and page, sorted by code.
fn pages(root: &Path) -> String {
    let folder = root.join("docs/diagnostics");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut codes: Vec<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            entry.ok()?.file_name().into_string().ok()?.strip_suffix(".md").map(str::to_owned)
        })
        .filter(|name| name.starts_with("MC"))
        .collect();
    codes.sort();
    let mut table = String::from("&[\n");
    for code in codes {
        let path = folder.join(format!("{code}.md"));
        println!("cargo::rerun-if-changed={}", path.display());
        let _ = writeln!(table, "    ({code:?}, include_str!({:?})),", path.display().to_string());
    }
    table.push(']');
    table
}
