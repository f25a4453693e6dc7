//! The floor under the benchmarks: what the same work costs with no engine around it, and a small parent
//! for processes that are measured.
//!
//! - `mc-floor converge|sync|verify DIR N`: makes sure of N files of 1 KiB. `converge` writes each beside
//!   its place and renames it, `sync` also makes its data durable first, `verify` looks at each and
//!   compares the hash of its content. Prints `changed=COUNT`.
//! - `mc-floor measure REPORT PROGRAM ARGUMENT..`: runs a program and writes what it used as JSON.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a program that is nothing but system calls"
)]

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use mc_test_support::measure::Usage;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use sha2::{Digest as _, Sha256};

const SIZE: usize = 1024;

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["measure", report, program, rest @ ..] => measure(report, program, rest),
        [mode @ ("converge" | "sync" | "verify"), folder, count] => {
            let count = count.parse().map_err(io::Error::other)?;
            let changed = files(mode, folder, count)?;
            println!("changed={changed}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Ok(ExitCode::from(2)),
    }
}

fn files(mode: &str, folder: &str, count: usize) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let mut changed = 0;
    for number in 0..count {
        let want = content(number);
        let bits = if number % 2 == 0 { 0o644 } else { 0o640 };
        let path = format!("{folder}/file-{number:05}");
        if mode == "verify" {
            changed += usize::from(!matches(&path, bits, &want)?);
        } else {
            write(&path, bits, &want, mode == "sync")?;
            changed += 1;
        }
    }
    Ok(changed)
}

fn matches(path: &str, bits: u32, want: &[u8]) -> io::Result<bool> {
    let metadata = fs::symlink_metadata(path)?;
    let looks_right = metadata.is_file() && metadata.mode() & 0o7777 == bits;
    Ok(looks_right && Sha256::digest(fs::read(path)?) == Sha256::digest(want))
}

fn write(path: &str, bits: u32, want: &[u8], durable: bool) -> io::Result<()> {
    let beside = format!("{path}.new");
    let mut file = File::create(&beside)?;
    file.write_all(want)?;
    file.set_permissions(Permissions::from_mode(bits))?;
    if durable {
        file.sync_data()?;
    }
    fs::rename(&beside, path)
}

/// Lines that differ from file to file, cut to the size.
fn content(number: usize) -> Vec<u8> {
    let lines =
        (0_usize..).map(|line| format!("option_{line:03} = {:05}\n", (number * 37 + line * 11) % 99_991));
    let mut bytes: Vec<u8> = lines.take(SIZE / 8).flat_map(String::into_bytes).collect();
    bytes.truncate(SIZE - 1);
    bytes.push(b'\n');
    bytes
}

fn measure(report: &str, program: &str, arguments: &[&str]) -> io::Result<ExitCode> {
    let start = Instant::now();
    let status = Command::new(program).args(arguments).status()?;
    let wall = start.elapsed();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let usage = Usage {
        cpu: duration(used.user_time()) + duration(used.system_time()),
        wall,
        peak_memory: u64::try_from(used.max_rss()).unwrap_or_default() * 1024,
    };
    fs::write(report, serde_json::to_string(&usage).map_err(io::Error::other)?)?;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

fn duration(time: TimeVal) -> Duration {
    let seconds = u64::try_from(time.tv_sec()).unwrap_or_default();
    let micros = u64::try_from(time.tv_usec()).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}
