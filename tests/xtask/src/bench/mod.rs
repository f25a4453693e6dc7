//! `cargo xtask bench`: speed and size against their goals.
//!
//! Processor time and memory are those of a new process, as the kernel counts them; the best of several
//! runs counts, since everything else that the machine does can only add. A goal that is missed is reported and
//! fails nothing: figures depend on the machine, so that ratios to a floor measured in the same run are
//! what can be compared.

mod apply;
mod compile;
mod figure;
mod floor;
mod format;
mod growth;
mod package;
mod peers;
mod recheck;
mod start;

use anyhow::Result;
use camino::Utf8PathBuf;
use clap::Args;
use mc_test_support::workshop::Workshop;

use crate::{build, cargo};
use figure::Table;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How often each thing is measured
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Compare with other tools, which are installed first, and with nothing else
    #[arg(long)]
    peers: bool,
    /// Also write the figures to this file, as JSON
    #[arg(long)]
    json: Option<Utf8PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 5, peers: false, json: None }
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    build::run()?;
    let mut table = Table::default();
    let workshop = Workshop::new();
    if options.peers {
        peers::measure(options.runs, &workshop, &mut table)?;
    } else {
        start::measure(options.runs, &workshop, &mut table)?;
        recheck::measure(&mut table)?;
        compile::measure(options.runs, &workshop, &mut table)?;
        format::measure(options.runs, &workshop, &mut table)?;
        growth::measure(options.runs, &workshop, &mut table)?;
        let floor = floor::measure(options.runs, &workshop, &mut table)?;
        apply::measure(options.runs, &workshop, &floor, &mut table)?;
    }

    println!("\n{table}");
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&table)?)?;
    }
    let missed = table.missed();
    if missed > 0 {
        println!("{missed} goals missed");
    }
    println!("load: {}", cargo::read(std::process::Command::new("cat").arg("/proc/loadavg"))?.trim());
    Ok(())
}
