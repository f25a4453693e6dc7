//! Figures, goals and ratios.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use mc_test_support::binary;
use mc_test_support::measure::{self, Usage};
use serde::Serialize;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    Milliseconds,
    Megabytes,
    /// Things.
    Count,
    /// How many times another figure.
    Times,
}

/// One line of the table. Smaller is better, always.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: Unit,
    /// At most this. A figure without one is the floor of another.
    pub(crate) goal: Option<f64>,
}

/// All figures, in the order in which they were taken.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Table {
    pub(crate) figures: Vec<Figure>,
}

impl Table {
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: Unit,
        goal: impl Into<Option<f64>>,
    ) {
        self.figures.push(Figure { name: name.into(), value, unit, goal: goal.into() });
    }

    /// How many goals are missed.
    pub(crate) fn missed(&self) -> usize {
        self.figures.iter().filter(|figure| figure.ratio().is_some_and(|ratio| ratio > 1.0)).count()
    }
}

impl Figure {
    /// The figure as a part of its goal: above 1 it is missed.
    fn ratio(&self) -> Option<f64> {
        self.goal.map(|goal| self.value / goal)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Milliseconds => "ms",
            Self::Megabytes => "MB",
            Self::Count => "",
            Self::Times => "x",
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<58} {:>10}    {:>10} {:>7}", "figure", "value", "goal", "ratio")?;
        for figure in &self.figures {
            write!(f, "{:<58} {:>10.2} {:<2}", figure.name, figure.value, figure.unit.to_string())?;
            if let (Some(goal), Some(ratio)) = (figure.goal, figure.ratio()) {
                let missed = if ratio > 1.0 { "  missed" } else { "" };
                write!(f, " {goal:>10.2} {ratio:>7.2}{missed}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The least that a command used in `runs` runs, each figure on its own. `prepare` runs before each. The
/// command must succeed.
pub(crate) fn best(
    runs: usize,
    mut prepare: impl FnMut() -> Result<()>,
    command: impl Fn() -> Command,
) -> Result<Usage> {
    let floor = binary::program("mc-floor");
    let mut best: Option<Usage> = None;
    for _ in 0..runs.max(1) {
        prepare()?;
        let (usage, output) = measure::run(&floor, &command());
        if output.code() != 0 {
            bail!("{output}");
        }
        best = Some(best.map_or(usage, |best| Usage {
            cpu: best.cpu.min(usage.cpu),
            wall: best.wall.min(usage.wall),
            peak_memory: best.peak_memory.min(usage.peak_memory),
        }));
    }
    best.ok_or_else(|| anyhow::anyhow!("nothing was run"))
}

/// A duration in the table's unit.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A size in the table's unit.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_goal_is_counted_and_marked() {
        let mut table = Table::default();
        table.add("floor", 10.0, Unit::Milliseconds, None);
        table.add("fast enough", 20.0, Unit::Milliseconds, 20.0);
        table.add("too slow", 3.1, Unit::Times, 3.0);
        assert_eq!(table.missed(), 1);
        let text = table.to_string();
        let marked: Vec<&str> = text.lines().filter(|line| line.ends_with("missed")).collect();
        assert_eq!(marked.len(), 1);
        assert!(marked[0].starts_with("too slow"), "{text}");
    }
}
