//! What a thousand files cost without an engine: the floor for the agent's figures.

use std::cell::Cell;
use std::process::Command;

use anyhow::Result;
use mc_test_support::binary;
use mc_test_support::measure::Usage;
use mc_test_support::workshop::Workshop;

use super::figure::{Table, Unit, best, milliseconds};

/// Files in the benchmark, of a kibibyte each.
pub(super) const FILES: usize = 1000;

/// The floors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Floor {
    /// Writing all files beside their place and renaming them.
    pub(super) converge: Usage,
    /// The same, with the data of each made durable first.
    pub(super) sync: Usage,
    /// Looking at, reading and hashing all files.
    pub(super) verify: Usage,
}

pub(super) fn measure(runs: usize, workshop: &Workshop, table: &mut Table) -> Result<Floor> {
    // Each run in a folder of its own, and none is deleted before the end: ext4 makes files many times
    // dearer for minutes after others were deleted.
    let round = Cell::new(0_usize);
    let program = binary::program("mc-floor");
    let command = |mode: &str| {
        let mut command = Command::new(&program);
        command.arg(mode).arg(workshop.join(&format!("floor{}", round.get()))).arg(FILES.to_string());
        command
    };
    let fresh = || {
        round.set(round.get() + 1);
        Ok(())
    };
    let converge = best(runs, fresh, || command("converge"))?;
    let sync = best(runs, fresh, || command("sync"))?;
    let verify = best(runs, || Ok(()), || command("verify"))?;
    for (name, usage) in [("converge", converge), ("converge, synced", sync), ("verify", verify)] {
        table.add(
            format!("floor: {name} {FILES} files, cpu"),
            milliseconds(usage.cpu),
            Unit::Milliseconds,
            None,
        );
        table.add(
            format!("floor: {name} {FILES} files, wall"),
            milliseconds(usage.wall),
            Unit::Milliseconds,
            None,
        );
    }
    Ok(Floor { converge, sync, verify })
}
