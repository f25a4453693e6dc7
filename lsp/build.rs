//! The pages of the diagnostics, which the server carries inside so that editors can open them.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a build script: it reads the source tree, and stops the build when it cannot"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("..");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    let folder = root.join("docs/diagnostics");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the pages can be read")
        .filter_map(|entry| entry.expect("the pages can be read").file_name().into_string().ok())
        .filter(|name| name.starts_with("MC") && name.ends_with(".md"))
        .collect();
    names.sort();
    let mut table = String::from("&[\n");
    for name in names {
        let path = folder.join(&name);
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(table, "    ({name:?}, include_str!({:?})),", path.display().to_string())
            .expect("a string takes it");
    }
    table.push(']');
    fs::write(out.join("pages.rs"), table).expect("the output folder can be written");
}
