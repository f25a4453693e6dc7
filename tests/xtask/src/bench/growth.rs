//! How what compiling costs grows with the size of a package: each kind at a size and at ten times that.

use anyhow::Result;
use mc_test_support::workshop::Workshop;

use super::figure::{Table, Unit, best, milliseconds};
use super::package::{self, Module};

/// How much more ten times as much may cost.
const GROWTH: f64 = 11.0;

/// A kind of package.
struct Case {
    /// What there are many of.
    name: &'static str,
    /// The package's folder.
    folder: &'static str,
    count: usize,
    modules: fn(usize) -> Vec<Module>,
}

const CASES: [Case; 6] = [
    Case { name: "automatic edges", folder: "edges", count: 10_000, modules: package::automatic_edges },
    Case { name: "chained values", folder: "chained", count: 10_000, modules: package::chained_values },
    Case { name: "fields of a record", folder: "wide", count: 1_000, modules: package::wide_record },
    Case { name: "modules", folder: "modules", count: 1_000, modules: package::modules },
    Case { name: "declarations of one key", folder: "merged", count: 1_000, modules: package::merged },
    Case { name: "readers of files", folder: "readers", count: 1_000, modules: package::readers },
];

pub(super) fn measure(runs: usize, workshop: &Workshop, table: &mut Table) -> Result<()> {
    for case in &CASES {
        let cost = |count: usize| {
            let folder = format!("{}-{count}", case.folder);
            workshop.modules(&folder, &(case.modules)(count));
            best(runs, || Ok(()), || workshop.build(&folder))
        };
        let small = cost(case.count)?;
        let large = cost(10 * case.count)?;
        let mut add = |count: usize, cpu| {
            let name = format!("build {count} {}, cpu", case.name);
            table.add(name, milliseconds(cpu), Unit::Milliseconds, None);
        };
        add(case.count, small.cpu);
        add(10 * case.count, large.cpu);
        let growth = large.cpu.as_secs_f64() / small.cpu.as_secs_f64();
        table.add("  to a tenth of them, cpu", growth, Unit::Times, GROWTH);
    }
    Ok(())
}
