//! A push for people: lines while it goes on, and a table at the end.

use std::fmt::Write as _;

use mc_protocol::message::Event;
use mc_transport::text::printable;

use crate::inventory::Host;
use crate::outcome::{Agent, Ended};

/// Outcomes that count as failed in the table.
const FAILED: &[&str] = &["failed", "timed-out", "blocked", "denied"];

/// The line for a host that answered; none if there is nothing to say.
pub(crate) fn connected(host: &Host, agent: &Agent) -> Option<String> {
    let mut parts = Vec::new();
    if agent.uploaded {
        parts.push(format!("got the agent {}", printable(&agent.version)));
    }
    if agent.own_trust {
        parts.push("its own trust document counts".to_owned());
    }
    match &agent.host_id {
        Some(own) if Some(own) != host.id.as_ref() => {
            parts.push(format!("its own id counts: {}", printable(own)));
        }
        _ => {}
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The line for an event; none for steps that are as they shall be.
pub(crate) fn event(event: &Event) -> Option<String> {
    match event {
        Event::StepEnded { outcome, .. } if outcome == "unchanged" => None,
        Event::StepEnded { step, outcome, reason, .. } => {
            let mut line = format!("{:12}  {}", printable(outcome), printable(step));
            if !reason.is_empty() {
                // invariant: writing to a string does not fail
                let _ = write!(line, ": {}", printable(reason));
            }
            Some(line)
        }
        Event::Progress { step, text } => {
            Some(format!("{:12}  {}: {}", "..", printable(step), printable(text)))
        }
        Event::Note(text) => Some(format!("{:12}  {}", "note", printable(text))),
    }
}

/// The line for a host's end.
pub(crate) fn ended(ended: &Ended) -> String {
    match ended.error() {
        None => ended.name().to_owned(),
        Some(error) => {
            let code = error.code.map(|code| format!("[{}]", printable(code))).unwrap_or_default();
            format!("{}: error{code}: {}", ended.name(), printable(&error.message))
        }
    }
}

/// The table, and what to do about hosts that are not well.
pub(crate) fn summary(hosts: &[Host], ended: &[Ended], noop: bool) -> String {
    let changed = if noop { ("would change", "would-change") } else { ("changed", "changed") };
    let count = |ended: &Ended, outcomes: &[&str]| {
        ended.steps(outcomes).map_or_else(|| "-".to_owned(), |steps| steps.to_string())
    };
    let mut rows = vec![["host", "outcome", changed.0, "unchanged", "failed", "time"].map(str::to_owned)];
    for (host, ended) in hosts.iter().zip(ended) {
        rows.push([
            host.name.clone(),
            ended.name().to_owned(),
            count(ended, &[changed.1]),
            count(ended, &["unchanged"]),
            count(ended, FAILED),
            format!("{:.1} s", ended.took.as_secs_f64()),
        ]);
    }
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max();
    let widths: Vec<usize> = (0..6).map(|column| width(column).unwrap_or_default()).collect();
    let mut out = String::from("\n");
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 | 1 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        let line: Vec<String> = cells.collect();
        // invariant: writing to a string does not fail
        let _ = writeln!(out, "{}", line.join("  ").trim_end());
    }
    for (host, ended) in hosts.iter().zip(ended) {
        if let Some(help) = ended.error().and_then(|error| error.help) {
            // invariant: writing to a string does not fail
            let _ = writeln!(out, "help for {}: {}", host.name, printable(help));
        }
    }
    out
}
