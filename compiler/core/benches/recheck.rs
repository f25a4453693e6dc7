//! What an edit costs in a package that is open: 200 files with 50 resources each, of which one changes.
//!
//! Prints one JSON object: milliseconds of the first check, and the median of the edits for what is found in
//! types and phases of all files, and for that with the whole plan. `cargo xtask bench` puts it into its table.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints times")]

use camino::Utf8Path;
use mc_compiler::{Database, package};
use std::fmt::Write as _;
use std::time::Instant;

const FILES: usize = 200;
const RESOURCES: usize = 50;
const EDITS: usize = 41;
const MANIFEST: &str = "[package]\nname = \"bench\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

fn main() {
    let mut db = Database::new();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), &root());
    for number in 0..FILES {
        package::set_text(&mut db, Utf8Path::new(&path(number)), &part(number, 0));
    }
    let start = Instant::now();
    let found = mc_compiler::diagnostics(&db);
    let first = milliseconds(start);
    assert!(found.is_empty(), "the package is sound");

    let mut checks = Vec::with_capacity(EDITS);
    let mut plans = Vec::with_capacity(EDITS);
    for edit in 1..=EDITS {
        let number = edit * 37 % FILES;
        let start = Instant::now();
        package::set_text(&mut db, Utf8Path::new(&path(number)), &part(number, edit));
        assert!(mc_compiler::static_diagnostics(&db).is_empty(), "the edit is sound");
        checks.push(milliseconds(start));
        assert!(mc_compiler::diagnostics(&db).is_empty(), "the plan is sound");
        plans.push(milliseconds(start));
    }
    println!("{{\"first\": {first:.3}, \"check\": {:.3}, \"plan\": {:.3}}}", median(checks), median(plans));
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn path(number: usize) -> String {
    format!("src/part{number}.mc")
}

fn root() -> String {
    let mut out = String::new();
    for number in 0..FILES {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "import part{number}.Part{number}");
    }
    out.push_str("\npolicy bench {\n");
    for number in 0..FILES {
        let _ = writeln!(out, "  Part{number} {{ folder = \"/bench/{number}\" }}");
    }
    out + "}\n"
}

fn part(number: usize, edit: usize) -> String {
    let mut out = format!(
        "import std.fs.{{Directory, File}}\n\npub component Part{number} {{\n  param folder: AbsPath\n  \
         param owner: UserName = \"root\"\n  Directory (folder) {{ mode = 0o755 }}\n"
    );
    for file in 1..RESOURCES {
        let _ = writeln!(
            out,
            "  File \"${{folder}}/{file}.conf\" {{ content = \"option {edit}\\nhost ${{facts.fqdn}}\\n\", owner, \
             mode = 0o644 }}"
        );
    }
    out + "}\n"
}
