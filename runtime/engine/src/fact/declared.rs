//! Facts that a package declares: a program is run or a file is read, and what is found becomes a value of the type.
//!
//! This runs what a bundle says, so only a verified bundle gets here. What comes back is bounded and trusted in
//! nothing: it fits the type, or the plan does not stand.

use std::time::Duration;

use camino::Utf8Path;
use mc_plan::op::render_duration;
use mc_plan::plan::{DeclaredFact, Fact, Probe};
use mc_plan::reading;
use mc_plan::value::{Type, TypeDef, Value};

use super::FactError;
use crate::host::{HostErrorKind, Process, ProcessEnd, ReadHost};

/// How much a program may print, and how long a file may be.
const LIMIT: usize = 1 << 20;

/// How much of what a program complains of is shown, in characters.
const SHOWN: usize = 200;

/// The value of a declared fact on this host.
pub(super) fn read(
    host: &dyn ReadHost,
    fact: &Fact,
    declared: &DeclaredFact,
    types: &[TypeDef],
) -> Result<Value, FactError> {
    let found = match &declared.probe {
        Probe::Command { argv, timeout } => run(host, argv, *timeout)?,
        Probe::File(path) => file(host, path)?,
    };
    match found {
        Found::Bytes(bytes) => reading::bytes(&bytes, declared.format, &fact.ty, types)
            .map_err(|error| FactError::Misfit(format!("{}: {error}", declared.probe))),
        Found::Missing(_) if matches!(fact.ty, Type::Optional(_)) => Ok(Value::None),
        Found::Missing(why) => Err(FactError::Misfit(why)),
    }
}

/// What there is on a host.
enum Found {
    /// This.
    Bytes(Vec<u8>),
    /// Nothing; why, as a clause.
    Missing(String),
}

fn run(host: &dyn ReadHost, argv: &[String], timeout: i64) -> Result<Found, FactError> {
    let program = argv.first().map_or("", String::as_str);
    let misfit = |why: String| FactError::Misfit(why);
    if host.identity().rooted {
        return Err(misfit(format!(
            "`{program}` does not run inside a folder (`--root`); give the fact with `--facts`"
        )));
    }
    let time = Duration::from_nanos(u64::try_from(timeout).unwrap_or(0));
    // One more than it may print, to see that it is more.
    let process = Process { timeout: Some(time), output_limit: LIMIT + 1, ..Process::new(argv) };
    let output = match host.ask(&process) {
        Ok(output) => output,
        Err(error) if error.kind == HostErrorKind::NotFound => return Ok(Found::Missing(error.message)),
        Err(error) => return Err(error.into()),
    };
    match output.end {
        ProcessEnd::Exited(0) if output.stdout.len() > LIMIT => {
            Err(misfit(format!("`{program}` printed more than {} MiB", LIMIT >> 20)))
        }
        ProcessEnd::Exited(0) => Ok(Found::Bytes(output.stdout)),
        ProcessEnd::Exited(_) => {
            let said = line(&output.tail(1));
            let said = if said.is_empty() { said } else { format!(": {said}") };
            Ok(Found::Missing(format!("`{program}` {}{said}", output.end)))
        }
        ProcessEnd::TimedOut => {
            Err(misfit(format!("`{program}` took longer than {} and was ended", render_duration(timeout))))
        }
        ProcessEnd::Signalled(_) => Err(misfit(format!("`{program}` {}", output.end))),
    }
}

fn file(host: &dyn ReadHost, path: &str) -> Result<Found, FactError> {
    let mut bytes = Vec::new();
    match host.read_file(Utf8Path::new(path), LIMIT as u64, &mut bytes)? {
        Some(_) => Ok(Found::Bytes(bytes)),
        None => Ok(Found::Missing(format!("there is no file {path}"))),
    }
}

/// A line for a message: short, and without what a terminal would act on.
fn line(text: &str) -> String {
    let mut all = text.trim().chars().filter(|c| !c.is_control());
    let mut out: String = all.by_ref().take(SHOWN).collect();
    if all.next().is_some() {
        out.push_str("..");
    }
    out
}
