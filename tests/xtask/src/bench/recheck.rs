//! What an edit costs in an open package (`compiler/core/benches/recheck.rs`).

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::figure::{Table, Unit};
use crate::cargo::{self, cargo};

/// Of 200 files with 10,000 resources: the types and phases after an edit of one.
const CHECK: f64 = 50.0;
/// The same with what the whole plan shows: conflicts, cycles, missing edges.
const PLAN: f64 = 300.0;

/// Milliseconds.
#[derive(Deserialize)]
struct Times {
    first: f64,
    check: f64,
    plan: f64,
}

pub(super) fn measure(table: &mut Table) -> Result<()> {
    let mut bench = cargo("bench");
    bench.args(["--quiet", "--locked", "--package", "mc-compiler", "--bench", "recheck"]);
    let times: Times = serde_json::from_str(&cargo::read(&mut bench)?).context("what `recheck` prints")?;
    table.add("open 200 files, 10000 resources, wall", times.first, Unit::Milliseconds, None);
    table.add("  edit one: types and phases, wall", times.check, Unit::Milliseconds, CHECK);
    table.add("  edit one: with the whole plan, wall", times.plan, Unit::Milliseconds, PLAN);
    Ok(())
}
