//! What formatting costs: a new process that reads, formats and replaces one file.

use anyhow::Result;
use mc_test_support::workshop::Workshop;

use super::figure::{Table, Unit, best, megabytes, milliseconds};
use super::package::unformatted;

const LINES: usize = 10_000;
/// For ten times as many lines.
const CPU: f64 = 1000.0;
/// How much more ten times as many lines may cost.
const GROWTH: f64 = 11.0;

pub(super) fn measure(runs: usize, workshop: &Workshop, table: &mut Table) -> Result<()> {
    let take = |lines: usize| {
        let source = unformatted(lines);
        let prepare = || {
            workshop.write("long.mc", &source);
            Ok(())
        };
        best(runs, prepare, || workshop.mcc(&["fmt", "long.mc"]))
    };
    let small = take(LINES)?;
    table.add(format!("format {LINES} lines, cpu"), milliseconds(small.cpu), Unit::Milliseconds, None);
    let large = take(10 * LINES)?;
    let name = |what: &str| format!("format {} lines, {what}", 10 * LINES);
    table.add(name("cpu"), milliseconds(large.cpu), Unit::Milliseconds, CPU);
    let growth = large.cpu.as_secs_f64() / small.cpu.as_secs_f64();
    table.add("  to a tenth of the lines, cpu", growth, Unit::Times, GROWTH);
    table.add(name("memory"), megabytes(large.peak_memory), Unit::Megabytes, None);
    Ok(())
}
