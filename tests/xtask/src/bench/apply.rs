//! What applying costs, beside a bare program that does the same system calls.

use anyhow::{Result, ensure};
use mc_test_support::binary;
use mc_test_support::strace::Tracing;

use super::figure::{Table, Unit, best, megabytes, milliseconds};
use super::floor::{FILES, Floor};
use super::package::{Workshop, nothing, plain_files};
use crate::cargo;

const NOOP: f64 = 3.0;
const CONVERGE: f64 = 2.5;
const MEMORY: f64 = 15.0;
const EMPTY: f64 = 20.0;

pub(super) fn measure(runs: usize, workshop: &Workshop, floor: &Floor, table: &mut Table) -> Result<()> {
    workshop.package("files", &plain_files(FILES))?;
    cargo::run(&mut workshop.build("files"))?;
    let clear = || workshop.clear("files");

    let converge = best(runs, clear, || workshop.apply("files", "none"))?;
    let batch = best(runs, clear, || workshop.apply("files", "batch"))?;
    let noop = best(runs, || Ok(()), || workshop.apply("files", "none"))?;
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

    let line = workshop.apply("files", "none");
    let words = std::iter::once(line.get_program()).chain(line.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let trace = Tracing::programs().run(&words, |command| {
        if let Some(folder) = line.get_current_dir() {
            command.current_dir(folder);
        }
    });
    ensure!(trace.output.code() == 0, "{}", trace.output);
    table.add(
        format!("apply {FILES} files, programs started"),
        trace.programs().len() as f64,
        Unit::Count,
        1.0,
    );

    workshop.package("nothing", &nothing())?;
    cargo::run(&mut workshop.build("nothing"))?;
    workshop.clear("nothing")?;
    let empty = best(runs, || Ok(()), || workshop.apply("nothing", "none"))?;
    table.add("apply an empty plan, cpu", milliseconds(empty.cpu), Unit::Milliseconds, EMPTY);
    table.add("apply an empty plan, memory", megabytes(empty.peak_memory), Unit::Megabytes, None);

    let agent = binary::program("mc-agent").metadata()?.len();
    table.add("size of mc-agent", megabytes(agent), Unit::Megabytes, 10.0);
    Ok(())
}
