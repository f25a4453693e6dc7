//! What a program costs: processor time and memory, measured by a small program of its own (`mc-floor`),
//! since the kernel counts the memory of the process that starts another towards its child.

use std::process::Command;
use std::time::Duration;

use camino::Utf8Path;

use crate::process::{self, Output};
use crate::scratch::Scratch;

/// What a program used, with all processes that it waited for.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// Processor time in user and kernel mode.
    pub cpu: Duration,
    /// Time on the wall: depends on what else the machine does, so report it and judge by `cpu`.
    pub wall: Duration,
    /// The most memory resident at once in one process, in bytes.
    pub peak_memory: u64,
}

/// Runs `command` under the measuring program at `floor` (`mc-floor`). Its folder and environment are kept.
pub fn run(floor: &Utf8Path, command: &Command) -> (Usage, Output) {
    let scratch = Scratch::new();
    let report = scratch.join("usage.json");
    let mut measured = Command::new(floor);
    measured.arg("measure").arg(&report);
    process::wrap(&mut measured, command);
    let output = process::run(&mut measured);
    let Ok(text) = std::fs::read_to_string(&report) else { panic!("nothing was measured: {output}") };
    let usage = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{report}: {e}"));
    (usage, output)
}
