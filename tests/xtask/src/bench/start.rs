//! What a check of ten lines costs: starting, and the standard library.

use anyhow::Result;
use mc_test_support::workshop::Workshop;

use super::figure::{Table, Unit, best, megabytes, milliseconds};

/// Processor time of a check of ten lines.
const CPU: f64 = 15.0;

const TEN_LINES: &str = "\
import std.fs.File
import std.svc.Service

policy web {
  let service = Service \"nginx\" { running = true }
  File \"/etc/motd\" {
    content = \"Welcome to ${facts.fqdn}\\n\"
    notify service
  }
}
";

pub(super) fn measure(runs: usize, workshop: &Workshop, table: &mut Table) -> Result<()> {
    workshop.package("ten", TEN_LINES);
    let start = best(4 * runs, || Ok(()), || workshop.mcc(&["--version"]))?;
    table.add("start of mcc, cpu", milliseconds(start.cpu), Unit::Milliseconds, None);
    let check = best(4 * runs, || Ok(()), || workshop.mcc(&["check", "ten"]))?;
    table.add("check ten lines, cpu", milliseconds(check.cpu), Unit::Milliseconds, CPU);
    table.add("check ten lines, wall", milliseconds(check.wall), Unit::Milliseconds, CPU);
    table.add("check ten lines, memory", megabytes(check.peak_memory), Unit::Megabytes, None);
    Ok(())
}
