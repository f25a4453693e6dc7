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
mod page;
mod peers;
mod recheck;
mod session;
mod start;

use anyhow::Result;
use camino::Utf8PathBuf;
use clap::Args;
use mc_test_support::workshop::Workshop;

use crate::{build, cargo};
use figure::Table;
use peers::Costs;

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
    /// Measure everything, the other tools too, and write `docs/speed.md`
    #[arg(long, conflicts_with = "peers")]
    page: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 5, peers: false, json: None, page: false }
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    build::run()?;
    let mut table = Table::default();
    let workshop = Workshop::new();
    let costs = if options.peers || options.page {
        peers::measure(options.runs, &workshop)?
    } else {
        Costs::default()
    };
    costs.add_to(&mut table);
    let mut own = Table::default();
    if !options.peers {
        start::measure(options.runs, &workshop, &mut own)?;
        recheck::measure(&mut own)?;
        session::measure(&mut own)?;
        compile::measure(options.runs, &workshop, &mut own)?;
        format::measure(options.runs, &workshop, &mut own)?;
        growth::measure(options.runs, &workshop, &mut own)?;
        let floor = floor::measure(options.runs, &workshop, &mut own)?;
        apply::measure(options.runs, &workshop, &floor, &mut own)?;
    }

    if options.page {
        page::write(&costs, &own)?;
    }
    table.figures.extend(own.figures);

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
