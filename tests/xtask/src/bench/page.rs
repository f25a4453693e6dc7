//! `docs/speed.md`: the figures of one run on one machine.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use camino::Utf8Path;

use super::figure::{Table, milliseconds};
use super::peers::{Costs, OURS};

const PAGE: &str = "docs/speed.md";

const HEAD: &str = "\
# Speed

`cargo xtask bench --page` measures everything below in one run and writes this page. Figures depend on the machine; what \
compares are the ratios.

";

const OTHERS: &str = "\
## Beside other tools

Processor time of a new process with nothing cached, the least of a few runs. `flat` is resources written out one by one, \
each with a reference to the one before; `loop` the same from one loop; `deep` a chain of values, each from the one before. \
The other tools evaluate and print JSON. `mcc build` also checks types and phases, makes the graph, and signs the bundle. \
In brackets: how many times the time of `mcc build` that is.

";

const OWN: &str = "\
## Against goals

Times are processor time where they do not say otherwise. A floor is a bare program that does the same calls to the kernel.

";

pub(super) fn write(costs: &Costs, own: &Table) -> Result<()> {
    let mut page = HEAD.to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(page, "The machine: {}.\n", machine()?);
    page.push_str(OTHERS);
    page.push_str(&others(costs));
    page.push('\n');
    page.push_str(OWN);
    page.push_str(&goals(own));
    std::fs::write(Utf8Path::new(PAGE), page).with_context(|| format!("cannot write {PAGE}"))
}

/// A row for each tool, a column for each input.
fn others(costs: &Costs) -> String {
    let mut out = "| |".to_owned();
    let mut tools: Vec<&str> = Vec::new();
    for (input, row) in &costs.inputs {
        let _ = write!(out, " {input} |");
        for (name, _) in row.iter().filter(|(name, _)| !tools.contains(name)).collect::<Vec<_>>() {
            tools.push(name);
        }
    }
    out.push_str("\n|---|");
    costs.inputs.iter().for_each(|_| out.push_str("--:|"));
    out.push('\n');
    for tool in tools {
        let _ = write!(out, "| {} |", if tool == OURS { "**`mcc build`**" } else { tool });
        for (_, row) in &costs.inputs {
            let cost = |wanted: &str| {
                row.iter().find(|(name, _)| *name == wanted).map(|(_, usage)| milliseconds(usage.cpu))
            };
            let _ = match (cost(tool), cost(OURS)) {
                (Some(ours), _) if tool == OURS => write!(out, " **{ours:.0} ms** |"),
                (Some(cost), Some(ours)) => write!(out, " {cost:.0} ms ({:.1}x) |", cost / ours),
                _ => write!(out, " |"),
            };
        }
        out.push('\n');
    }
    out
}

fn goals(table: &Table) -> String {
    let mut out = "| | measured | goal |\n|---|--:|--:|\n".to_owned();
    for figure in &table.figures {
        let goal = figure.goal.map_or_else(String::new, |goal| format!("{goal} {}", figure.unit));
        let (name, value, unit) = (&figure.name, figure.value, figure.unit);
        let missed = if figure.goal.is_some_and(|goal| value > goal) { " (missed)" } else { "" };
        let digits = usize::from(value < 100.0 && value.fract() != 0.0);
        let name = name.strip_prefix("  ").map_or_else(|| name.clone(), |name| format!("… {name}"));
        let _ = writeln!(out, "| {name} | {value:.digits$} {unit}{missed} | {} |", goal.trim());
    }
    out
}

/// The processor and how many there are.
fn machine() -> Result<String> {
    let path = "/proc/cpuinfo";
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let models = text.lines().filter_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let models: Vec<&str> = models.map(|(_, model)| model).collect();
    Ok(format!("{} cores of {}", models.len(), models.first().unwrap_or(&"an unknown kind")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figure::Unit;
    use mc_test_support::measure::Usage;
    use std::time::Duration;

    fn usage(milliseconds: u64) -> Usage {
        let cpu = Duration::from_millis(milliseconds);
        Usage { cpu, wall: cpu, peak_memory: 0 }
    }

    #[test]
    fn a_tool_without_a_figure_has_an_empty_place() {
        let inputs = vec![
            ("flat 10".to_owned(), vec![(OURS, usage(20)), ("other", usage(50))]),
            ("deep 10".to_owned(), vec![(OURS, usage(10))]),
        ];
        let expected = "| | flat 10 | deep 10 |\n|---|--:|--:|\n| **`mcc build`** | **20 ms** | **10 ms** |\n\
                        | other | 50 ms (2.5x) | |\n";
        assert_eq!(others(&Costs { inputs }), expected);
    }

    #[test]
    fn a_missed_goal_is_marked() {
        let mut table = Table::default();
        table.add("  to a tenth", 12.04, Unit::Times, 11.0);
        table.add("programs", 1.0, Unit::Count, 1.0);
        table.add("memory", 476.48, Unit::Megabytes, None);
        let expected = "| | measured | goal |\n|---|--:|--:|\n| … to a tenth | 12.0 x (missed) | 11 x |\n\
                        | programs | 1  | 1 |\n| memory | 476 MB |  |\n";
        assert_eq!(goals(&table), expected);
    }
}
