//! The README says what happens: each of its blocks is a file of the repository, a package that is
//! written, or the output of a command that is run here. `MC_UPDATE=1` writes the blocks anew.
//!
//! A block is claimed by the comment above it: `file PATH`, `package NAME`, or `run COMMAND`, which may end in
//! `| from "TEXT"` to show the output from the first line that begins so. `quiet COMMAND` runs without a block;
//! it knows `append FILE TEXT` and `flip FILE` besides programs.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stand outside the product: they use the real machine"
)]

use camino::Utf8Path;
use mc_test_support::process::{self, Output};
use mc_test_support::workshop::Workshop;
use std::fmt::Write;
use std::process::Command;

#[test]
fn the_readme_says_what_happens() {
    let path = mc_test_support::repository().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("it is there");
    let workshop = Workshop::new();
    workshop.example("quickstart");
    let shown = rendered(&readme, &workshop);
    if std::env::var_os("MC_UPDATE").is_some() {
        std::fs::write(&path, &shown).expect("it can be written");
    } else if let Some((line, (is, shall))) =
        readme.lines().zip(shown.lines()).enumerate().find(|(_, (is, shall))| is != shall)
    {
        panic!("README.md:{}: says\n  {is}\nbut it is\n  {shall}\nMC_UPDATE=1 writes it anew", line + 1);
    }
    assert!(std::env::var_os("MC_UPDATE").is_some() || readme == shown, "README.md ends differently");
}

/// The text with each claimed block filled with what belongs there.
fn rendered(readme: &str, workshop: &Workshop) -> String {
    let mut out = String::new();
    let mut lines = readme.lines();
    let mut ran = 0;
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        let Some(claim) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let (verb, rest) = claim.split_once(' ').expect("a claim has a verb");
        if verb == "quiet" {
            quiet(workshop, rest);
            continue;
        }
        let open = lines.next().expect("a claim stands above a block");
        assert!(open.starts_with("```"), "a claim stands above a block, not above `{open}`");
        let old: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let new = match verb {
            "file" => std::fs::read_to_string(mc_test_support::repository().join(rest)).expect("it is there"),
            "package" => {
                let source = old.join("\n") + "\n";
                workshop.package(rest, &source);
                source
            }
            "run" => {
                ran += 1;
                run(workshop, rest)
            }
            other => panic!("unknown claim `{other}`"),
        };
        let _ = writeln!(out, "{open}\n{}\n```", new.trim_end());
    }
    assert!(ran >= 6, "the README shows runs");
    out
}

fn run(workshop: &Workshop, claim: &str) -> String {
    let (command, from) = match claim.split_once(" | from ") {
        Some((command, from)) => (command, Some(from.trim_matches('"'))),
        None => (claim, None),
    };
    let output = execute(workshop, command);
    let text = format!("{}{}", output.stdout, output.stderr);
    let lines: Vec<&str> = text.lines().collect();
    let start = from.map_or(0, |from| {
        lines.iter().position(|line| line.starts_with(from)).expect("the output has such a line")
    });
    let mut shown = format!("$ {command}\n");
    for line in &lines[start..] {
        let _ = writeln!(shown, "{}", steady(line).trim_end());
    }
    shown
}

/// A line without what differs from run to run: digests and durations.
fn steady(line: &str) -> String {
    let mut words = Vec::new();
    for word in line.split(' ') {
        let hex = word.rsplit(':').next().unwrap_or(word);
        let steady = if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            word.replace(hex, "..")
        } else {
            word.to_owned()
        };
        words.push(steady);
    }
    let line = words.join(" ");
    match line.rfind(" (") {
        Some(at) if line.ends_with(" s)") => line[..at].to_owned(),
        _ => line,
    }
}

fn execute(workshop: &Workshop, command: &str) -> Output {
    let words: Vec<&str> = command.split(' ').collect();
    let (program, arguments) = words.split_first().expect("a command has a program");
    let mut command = match *program {
        "mcc" => workshop.mcc(arguments),
        "mc-agent" => workshop.agent(arguments),
        other => {
            let mut command = Command::new(other);
            command.args(arguments).current_dir(workshop.path());
            command
        }
    };
    process::run(&mut command)
}

fn quiet(workshop: &Workshop, command: &str) {
    match command.split(' ').collect::<Vec<_>>().as_slice() {
        ["append", file, text @ ..] => {
            let path = workshop.join(file);
            let old = std::fs::read_to_string(&path).expect("it is there");
            std::fs::write(&path, format!("{old}{}\n", text.join(" "))).expect("it can be written");
        }
        ["flip", file] => flip(&workshop.join(file)),
        // The workshop has a key from the start.
        ["mcc", "key", ..] => {}
        _ => {
            execute(workshop, command).success();
        }
    }
}

/// Changes one bit in the middle of a file.
fn flip(path: &Utf8Path) {
    let mut bytes = std::fs::read(path).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).expect("it can be written");
}
