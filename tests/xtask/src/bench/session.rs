//! What an editor waits for (`lsp/benches/session.rs`).

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::figure::{Table, Unit};
use crate::cargo::{self, cargo};

/// The median and the slowest but one in a hundred, in milliseconds.
type Spread = [f64; 2];

#[derive(Deserialize)]
struct Times {
    /// From the start of the server to the first problems.
    first: f64,
    /// From a keystroke to the problems of the file.
    types: Spread,
    /// From a keystroke to the problems of the whole plan.
    plan: Spread,
    hover: Spread,
    definition: Spread,
    completion: Spread,
    /// Of a function that 100 files call.
    rename: Spread,
    /// Megabytes, at the end.
    memory: f64,
}

pub(super) fn measure(table: &mut Table) -> Result<()> {
    let mut bench = cargo("bench");
    bench.args(["--quiet", "--locked", "--package", "mc-lsp", "--bench", "session"]);
    let times: Times = serde_json::from_str(&cargo::read(&mut bench)?).context("what `session` prints")?;
    let unit = Unit::Milliseconds;
    table.add("server: 200 files, 10000 resources: start to problems, wall", times.first, unit, 1000.0);
    table.add("  key to problems of the file, p50", times.types[0], unit, 20.0);
    table.add("  key to problems of the file, p99", times.types[1], unit, 60.0);
    table.add("  key to problems of the plan, p50", times.plan[0], unit, None);
    table.add("  key to problems of the plan, p99", times.plan[1], unit, 300.0);
    table.add("  hover behind an edit, p99", times.hover[1], unit, 15.0);
    table.add("  definition behind an edit, p99", times.definition[1], unit, 15.0);
    table.add("  completion behind an edit, p99", times.completion[1], unit, 50.0);
    table.add("  rename in 100 files, p99", times.rename[1], unit, 200.0);
    table.add("  memory", times.memory, Unit::Megabytes, 300.0);
    Ok(())
}
