//! A task in steps: what runs now, and at the end how long each step took.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// The steps done so far.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    steps: Vec<(&'static str, Duration)>,
}

impl Progress {
    /// Runs a step. The first that fails ends the task.
    pub(crate) fn step(&mut self, name: &'static str, action: impl FnOnce() -> Result<()>) -> Result<()> {
        println!("\n==> {name}");
        let start = Instant::now();
        let result = action().with_context(|| format!("`{name}` failed"));
        self.steps.push((name, start.elapsed()));
        result
    }

    /// Prints the times.
    pub(crate) fn finish(&self) {
        println!();
        for (name, time) in &self.steps {
            println!("{name:<28} {:>7.1} s", time.as_secs_f64());
        }
        let total: Duration = self.steps.iter().map(|(_, time)| *time).sum();
        println!("{:<28} {:>7.1} s", "total", total.as_secs_f64());
    }
}
