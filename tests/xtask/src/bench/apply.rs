//! What applying costs, beside a bare program that does the same system calls.

use std::cell::Cell;
use std::process::Command;

use anyhow::{Context as _, Result};
use mc_test_support::binary;
use mc_test_support::process;
use mc_test_support::strace::Tracing;
use mc_test_support::workshop::Workshop;

use super::figure::{Table, Unit, best, megabytes, milliseconds};
use super::floor::{FILES, Floor};
use super::package::{nothing, plain_files};

const NOOP: f64 = 3.0;
const CONVERGE: f64 = 2.5;
const MEMORY: f64 = 15.0;
const EMPTY: f64 = 20.0;

pub(super) fn measure(runs: usize, workshop: &Workshop, floor: &Floor, table: &mut Table) -> Result<()> {
    workshop.package("files", &plain_files(FILES));
    process::run(&mut workshop.build("files")).success();
    // Each run in a folder of its own, as for the floor.
    let round = Cell::new(0_usize);
    let root = || format!("files.root{}", round.get());
    let fresh = || {
        round.set(round.get() + 1);
        make(workshop, &root())
    };

    let converge = best(runs, fresh, || apply(workshop, "files", &root(), "none"))?;
    let batch = best(runs, fresh, || apply(workshop, "files", &root(), "batch"))?;
    let noop = best(runs, || Ok(()), || apply(workshop, "files", &root(), "none"))?;
    for (name, usage, floor, goal) in [
        ("converge, durability none", converge, floor.converge, Some(CONVERGE)),
        ("converge, durability batch", batch, floor.sync, None),
        ("no-op", noop, floor.verify, Some(NOOP)),
    ] {
        table.add(
            format!("apply {FILES} files, {name}, cpu"),
            milliseconds(usage.cpu),
            Unit::Milliseconds,
            None,
        );
        let cpu = usage.cpu.as_secs_f64() / floor.cpu.as_secs_f64();
        table.add("  to its floor, cpu", cpu, Unit::Times, goal);
        let wall = usage.wall.as_secs_f64() / floor.wall.as_secs_f64();
        table.add("  to its floor, wall", wall, Unit::Times, None);
    }
    let peak = converge.peak_memory.max(noop.peak_memory);
    table.add(format!("apply {FILES} files, memory"), megabytes(peak), Unit::Megabytes, MEMORY);

    let trace = Tracing::programs().run(&apply(workshop, "files", &root(), "none"));
    trace.output.clone().success();
    table.add(
        format!("apply {FILES} files, programs started"),
        trace.programs().len() as f64,
        Unit::Count,
        1.0,
    );

    workshop.package("nothing", &nothing());
    process::run(&mut workshop.build("nothing")).success();
    make(workshop, "nothing.root")?;
    let empty = best(runs, || Ok(()), || apply(workshop, "nothing", "nothing.root", "none"))?;
    table.add("apply an empty plan, cpu", milliseconds(empty.cpu), Unit::Milliseconds, EMPTY);
    table.add("apply an empty plan, memory", megabytes(empty.peak_memory), Unit::Megabytes, None);

    let agent = binary::program("mc-agent").metadata()?.len();
    table.add("size of mc-agent", megabytes(agent), Unit::Megabytes, 10.0);
    Ok(())
}

fn apply(workshop: &Workshop, name: &str, root: &str, durability: &str) -> Command {
    let mut command = workshop.apply(name, root);
    command.args(["--durability", durability]);
    command
}

/// Makes an empty root.
fn make(workshop: &Workshop, root: &str) -> Result<()> {
    let root = workshop.join(root);
    std::fs::create_dir(&root).with_context(|| format!("cannot create {root}"))
}
