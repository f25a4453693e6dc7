//! `mc-agent session --stdio`: the far end of a push. It takes a bundle over the protocol, applies it as
//! `apply` would, and sends the report back.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::time::Duration;

use camino::Utf8Path;
use mc_engine::report::{Counts, Outcome as StepOutcome, Report, StepReport};
use mc_engine::state::Stop;
use mc_plan::bundle::Mode;
use mc_protocol::agent::{self, Voice};
use mc_protocol::message::{self, Action, Event, Finished, Hello, Refused, Start};
use mc_protocol::{PROTOCOLS, SessionError};
use sha2::{Digest as _, Sha256};

use crate::apply::{self, BUNDLE_LIMIT, Events, Options, Outcome};
use crate::config::{ConfigError, Operator, Own};
use crate::host::{Durability, OsHost};
use crate::output;

/// Room that is made for a bundle at once; the announced size is only a claim.
const ROOM: u64 = 16 << 20;

/// The command.
pub(crate) fn command(stop: &Stop) -> u8 {
    // A connection that is lost stops the run like a signal does.
    if let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGHUP, stop.flag().clone()) {
        eprintln!("error: cannot listen for signals: {error}");
        return output::ENVIRONMENT;
    }
    // Whatever else is printed must not get between the messages.
    let own = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)
        .and_then(|own| rustix::stdio::dup2_stdout(rustix::stdio::stderr()).map(|()| own));
    let output = match own {
        Ok(own) => File::from(own),
        Err(error) => {
            eprintln!("error: cannot set up standard output: {error}");
            return output::ENVIRONMENT;
        }
    };
    let input = BufReader::new(std::io::stdin());
    match own_digest()
        .map_err(|error| error.to_string())
        .and_then(|digest| serve(input, output, None, digest, stop).map_err(|error| error.to_string()))
    {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: {error}");
            output::ENVIRONMENT
        }
    }
}

/// SHA-256 of the running program's file.
fn own_digest() -> std::io::Result<[u8; 32]> {
    let mut file = File::open("/proc/self/exe")?;
    let mut state = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(state.finalize().into()),
            read => state.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// One session, on a host or a folder that stands for one. The exit status, where an operator was there.
fn serve<R: Read + Send + 'static, W: Write>(
    input: R,
    output: W,
    root: Option<&Utf8Path>,
    agent_digest: [u8; 32],
    stop: &Stop,
) -> Result<u8, SessionError> {
    // A host whose own files cannot be used is said once the operator can hear it.
    let own = OsHost::open(root, Durability::None)
        .map_err(|error| error.message)
        .and_then(|host| Own::read(&host).map_err(why));
    let mut nonce = [0; 32];
    // The descriptor that this needs is the kernel's: it does not fail once the system is up.
    let filled = rustix::rand::getrandom(&mut nonce, rustix::rand::GetRandomFlags::empty());
    let hello = Hello {
        protocols: PROTOCOLS,
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        agent_digest,
        host_id: own.as_ref().ok().and_then(Own::id).map(str::to_owned),
        own_trust: own.as_ref().map_or(true, Own::trusts),
        nonce,
    };
    let Some(mut started) = agent::greet(input, output, &hello)?.start()? else {
        return Ok(output::DONE);
    };
    let start = started.start().clone();
    let prepared = match (filled, own) {
        (Ok(32), Ok(own)) => prepare(&start, own, root),
        (Ok(32), Err(why)) => Err(why),
        _ => Err("no random bytes".to_owned()),
    };
    let (host, standing, options) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => {
            let (_, voice) = started.split();
            return end(voice, &Outcome::Environment(problem));
        }
    };
    let mut bundle = Vec::with_capacity(usize::try_from(start.bundle.size.min(ROOM)).unwrap_or_default());
    let received = started.bundle(BUNDLE_LIMIT, &mut bundle);
    let (ear, voice) = started.split();
    if let Err(error) = received {
        return end(voice, &Outcome::Environment(error.to_string()));
    }
    let operator_left = stop.clone();
    // It ends with the process: what it waits for may never come.
    std::thread::spawn(move || {
        ear.wait_for_stop();
        operator_left.raise();
    });
    let mut speaker = Speaker(voice);
    let outcome = apply::run(&options, &host, &bundle, &standing, &mut speaker, stop);
    end(speaker.0, &outcome)
}

fn why(error: ConfigError) -> String {
    match error {
        ConfigError::Environment(why) | ConfigError::Usage(why) => why,
    }
}

/// The host as the operator wants it worked on.
fn prepare(
    start: &Start,
    own: Own,
    root: Option<&Utf8Path>,
) -> Result<(OsHost, crate::config::Standing, Options), String> {
    let durability = match start.durability {
        message::Durability::None => Durability::None,
        message::Durability::Batch => Durability::Batch,
        message::Durability::File => Durability::File,
    };
    let operator = Operator { trust: &start.trust, id: start.host_id.as_deref(), labels: &start.labels };
    let standing = own.or(&operator).map_err(why)?;
    let host = OsHost::open(root, durability).map_err(|error| error.message)?;
    let options = Options {
        mode: Mode::Ssh,
        noop: start.action == Action::Check,
        root: root.map(Utf8Path::to_owned),
        state: None,
        facts: None,
        jobs: usize::try_from(start.jobs).ok().filter(|jobs| *jobs > 0).map(|jobs| jobs.min(256)),
        durability,
        wait: Duration::ZERO,
        only: start.only.clone(),
    };
    Ok((host, standing, options))
}

/// Tells the operator what is going on.
struct Speaker<W>(Voice<W>);

impl<W: Write> Events for Speaker<W> {
    fn say(&mut self, line: &str) {
        // An operator who is gone is noticed by the ear.
        let _ = self.0.event(&Event::Note(line.to_owned()));
    }
}

/// Says what came of it, and gives the exit status.
fn end<W: Write>(mut voice: Voice<W>, outcome: &Outcome) -> Result<u8, SessionError> {
    let exit_status = outcome.status(false);
    let (mut refused, mut report) = (None, None);
    let mut finished = Finished { exit_status, counts: BTreeMap::new(), problem: String::new() };
    match outcome {
        Outcome::Report(done) => {
            for event in events(done) {
                voice.event(&event)?;
            }
            finished.counts = counts(&done.counts);
            match serde_json::to_vec(done) {
                Ok(bytes) => report = Some(bytes),
                // invariant: a report is plain data, which always has a JSON form
                Err(error) => finished.problem = error.to_string(),
            }
        }
        Outcome::Refused { code, message, help } => {
            refused = Some(Refused {
                code: (*code).to_owned(),
                message: message.clone(),
                help: (*help).to_owned(),
            });
        }
        Outcome::Locked(by) => {
            let by = by.as_deref().map(|by| format!(" ({by})")).unwrap_or_default();
            finished.problem = format!("another run is at work on this host{by}");
        }
        Outcome::Stopped => finished.problem = "stopped before anything was done".to_owned(),
        Outcome::Environment(message) => finished.problem.clone_from(message),
    }
    voice.finish(refused.as_ref(), report.as_deref(), &finished)?;
    Ok(exit_status)
}

/// What of a report is shown while a push goes on: steps that are not simply as they shall be.
fn events(report: &Report) -> impl Iterator<Item = Event> {
    let refusals = report.refusals.iter().map(|refusal| Event::Note(refusal.to_string()));
    let quiet =
        |outcome| matches!(outcome, StepOutcome::Unchanged | StepOutcome::Absent | StepOutcome::Skipped);
    let steps = report.steps.iter().filter(move |step| !quiet(step.outcome)).map(ended);
    let notes = report.notes.iter().map(|note| Event::Note(note.clone()));
    refusals.chain(steps).chain(notes)
}

fn ended(step: &StepReport) -> Event {
    Event::StepEnded {
        step: step.name.clone(),
        outcome: step.outcome.name(),
        reason: step.reason.clone().unwrap_or_default(),
        duration: Duration::from_millis(step.took_ms),
    }
}

/// The counts by the names that the outcomes have in the report. Those of nothing are left out, but how many
/// changed and how many did not is always said.
fn counts(counts: &Counts) -> BTreeMap<String, u64> {
    let always = |outcome| matches!(outcome, StepOutcome::Changed | StepOutcome::Unchanged);
    let all = counts.each().into_iter().filter(|(outcome, count)| *count > 0 || always(*outcome));
    all.map(|(outcome, count)| (outcome.name(), count)).collect()
}

#[cfg(test)]
mod tests;
