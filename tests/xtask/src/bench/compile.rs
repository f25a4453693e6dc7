//! What compiling costs: a new process with nothing cached.

use anyhow::Result;
use mc_test_support::workshop::Workshop;

use super::figure::{Table, Unit, best, megabytes, milliseconds};
use super::package::{chain, linked_files};

const FILES: usize = 10_000;
const CPU: f64 = 250.0;
const MEMORY: f64 = 100.0;
/// How much more ten times as many files may cost.
const GROWTH: f64 = 11.0;
const CHAIN: usize = 100_000;

pub(super) fn measure(runs: usize, workshop: &Workshop, table: &mut Table) -> Result<()> {
    workshop.package("small", &linked_files(FILES));
    let small = best(runs, || Ok(()), || workshop.build("small"))?;
    table.add(format!("build {FILES} files, cpu"), milliseconds(small.cpu), Unit::Milliseconds, CPU);
    table.add(format!("build {FILES} files, wall"), milliseconds(small.wall), Unit::Milliseconds, None);
    table.add(format!("build {FILES} files, memory"), megabytes(small.peak_memory), Unit::Megabytes, MEMORY);

    workshop.package("large", &linked_files(10 * FILES));
    let large = best(runs, || Ok(()), || workshop.build("large"))?;
    table.add(format!("build {} files, cpu", 10 * FILES), milliseconds(large.cpu), Unit::Milliseconds, None);
    let growth = large.cpu.as_secs_f64() / small.cpu.as_secs_f64();
    table.add("  to a tenth of the files, cpu", growth, Unit::Times, GROWTH);
    table.add(
        format!("build {} files, memory", 10 * FILES),
        megabytes(large.peak_memory),
        Unit::Megabytes,
        None,
    );

    workshop.package("chain", &chain(CHAIN));
    let chain = best(runs, || Ok(()), || workshop.build("chain"))?;
    table.add(
        format!("build a chain of {CHAIN} values, cpu"),
        milliseconds(chain.cpu),
        Unit::Milliseconds,
        None,
    );
    Ok(())
}
