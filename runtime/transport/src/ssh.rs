//! The system's `ssh`, one process per machine.
//!
//! The operator's configuration, keys, agent and jump hosts work as always; host keys are always checked and
//! nothing is ever asked for. The remote command is a fixed shell script in two parts: `login.sh` becomes
//! root, `bootstrap.sh` finds the agent by its digest or takes it from standard input, and becomes it. They
//! report by lines that begin with a marker, so that what a login prints by itself does no harm:
//!
//! ```text
//! masterchef-bootstrap 1 login                     somebody is logged in
//! masterchef-bootstrap 1 host Linux x86_64 need    root; `have` when the agent is there, else it is awaited
//! masterchef-bootstrap 1 failed REASON             the end
//! masterchef-bootstrap 1 exec                      what follows are messages of the protocol
//! ```
//!
//! No secret and no part of a bundle stands in an argument; only the agent's digest and size do.

mod capture;
mod diagnosis;
mod patience;
#[cfg(feature = "testing")]
pub mod testing;

use std::io::{BufRead, BufReader, Read as _, Write};
use std::time::Duration;

// The child `ssh` is the one process that the operator's side starts, and this is where.
#[allow(clippy::disallowed_types, reason = "the real implementation of the transport")]
use std::process::{Child, Command, Stdio};

use camino::Utf8PathBuf;
use mc_protocol::SessionError;
use mc_protocol::frame::FrameError;

use crate::failure::Failure;
use crate::program::AgentProgram;
use crate::target::Target;
use crate::text::printable;
use crate::{Connection, Link, Transport};
use capture::Capture;
use diagnosis::Ending;
use patience::{Patience, PatientReader, PatientWriter};

const LOGIN: &str = include_str!("ssh/login.sh");
const BOOTSTRAP: &str = include_str!("ssh/bootstrap.sh");
const MARKER: &str = "masterchef-bootstrap 1 ";

/// The agent's state folder on the machines. Agents are kept below it.
const STATE_FOLDER: &str = "/var/lib/masterchef";

/// The most that is read before the agent speaks: the bootstrap's lines and what a login prints.
const MAX_PREFACE: u64 = 64 << 10;

/// How long a process may take to end after it has nothing more to do.
const GRACE: Duration = Duration::from_secs(5);

/// Logs in with the system's `ssh`.
#[derive(Clone, Debug)]
pub struct Ssh {
    /// The program, by name or path.
    pub program: Utf8PathBuf,
    /// How long a connection may take to come about, in whole seconds.
    pub connect_timeout: Duration,
    /// How long each answer may take until the agent works, and each piece of an upload.
    pub answer_timeout: Duration,
}

impl Default for Ssh {
    fn default() -> Self {
        Self {
            program: "ssh".into(),
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(60),
        }
    }
}

/// How far a connection has come. What an ending means depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Connecting,
    LoggedIn,
    Root,
    Executed,
    Greeted,
}

impl Transport for Ssh {
    fn connect(&self, target: &Target, agent: &AgentProgram) -> Result<Connection, Failure> {
        let mut child = self.spawn(target, agent)?;
        let (stdin, stdout, stderr) = match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => (stdin, stdout, stderr),
            _ => return Err(Failure::NoSsh("it has no standard streams".to_owned())),
        };
        let patience = Patience::new(self.answer_timeout);
        let mut input = BufReader::new(PatientReader::new(stdout, patience.clone()));
        let mut output = PatientWriter::new(stdin, patience.clone());
        let mut link = SshLink { child, stderr: Capture::start(stderr), stage: Stage::Connecting, patience };
        match prepare(&mut link.stage, &mut input, &mut output, agent) {
            Ok(uploaded) => {
                Connection::greeted(Box::new(input), Box::new(output), Box::new(link), agent, uploaded)
            }
            Err(error) => {
                drop(output);
                drop(input);
                Err(link.stop(error))
            }
        }
    }
}

impl Ssh {
    #[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the one place that starts ssh")]
    fn spawn(&self, target: &Target, agent: &AgentProgram) -> Result<Child, Failure> {
        let mut command = Command::new(&self.program);
        command.args(["-T", "-x", "-a"]);
        for option in [
            // Never ask, never trust a key that nobody has seen.
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            // Errors are read to say what happened, whatever the configuration says.
            "LogLevel=ERROR",
            // One process, one connection: its end is the session's end.
            "ControlMaster=no",
            "ControlPath=none",
            "ClearAllForwardings=yes",
            "PermitLocalCommand=no",
            "RemoteCommand=none",
            "EscapeChar=none",
            // A machine that vanished is noticed within a minute.
            "ServerAliveInterval=15",
            "ServerAliveCountMax=4",
        ] {
            command.args(["-o", option]);
        }
        command.args(["-o", &format!("ConnectTimeout={}", self.connect_timeout.as_secs().max(1))]);
        if let Some(port) = target.port() {
            command.args(["-p", &port.to_string()]);
        }
        if let Some(user) = target.user() {
            command.args(["-l", user]);
        }
        command.args(["--", target.address(), &remote_command(agent)]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|error| Failure::NoSsh(format!("{}: {error}", self.program)))
    }
}

/// One command for any login shell: all words that have a meaning to one are quoted.
fn remote_command(agent: &AgentProgram) -> String {
    format!(
        "exec /bin/sh -c '{}' masterchef '{}' {} {} {STATE_FOLDER}",
        one_line(LOGIN),
        one_line(BOOTSTRAP),
        agent.digest_hex(),
        agent.bytes().len(),
    )
}

/// A script without its comments and line ends.
fn one_line(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.collect::<Vec<_>>().join(" ")
}

/// Why there is no agent to talk to.
#[derive(Debug)]
enum Obstacle {
    /// The stream ended.
    Ended,
    /// The stream failed, or nothing came for too long.
    Stream(std::io::Error),
    /// The bootstrap says so.
    Failed(String),
    /// What came is no bootstrap.
    Garbage,
    /// The agent is for other machines.
    OtherMachine { agent: String, host: String },
}

/// Goes through the bootstrap, up to where the agent begins to speak. True if it was uploaded.
fn prepare(
    stage: &mut Stage,
    input: &mut impl BufRead,
    output: &mut impl Write,
    agent: &AgentProgram,
) -> Result<bool, Obstacle> {
    let mut preface = MAX_PREFACE;
    let mut uploaded = false;
    loop {
        let line = marked_line(input, &mut preface)?;
        let words: Vec<&str> = line.split(' ').collect();
        match (*stage, words.as_slice()) {
            (_, ["failed", reason @ ..]) => return Err(Obstacle::Failed(reason.join(" "))),
            (Stage::Connecting, ["login"]) => *stage = Stage::LoggedIn,
            (Stage::LoggedIn, ["host", system, machine, presence @ ("have" | "need")]) => {
                *stage = Stage::Root;
                if *presence == "need" {
                    if !agent.runs_on(system, machine) {
                        let host = printable(&format!("{system} {machine}"));
                        return Err(Obstacle::OtherMachine { agent: agent.machine(), host });
                    }
                    uploaded = true;
                    // A machine that cannot take it hangs up, and says why.
                    match output.write_all(agent.bytes()).and_then(|()| output.flush()) {
                        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                            return Err(Obstacle::Stream(error));
                        }
                        _ => {}
                    }
                }
            }
            (Stage::Root, ["exec"]) => {
                *stage = Stage::Executed;
                return Ok(uploaded);
            }
            _ => return Err(Obstacle::Garbage),
        }
    }
}

/// What stands behind the marker on the next line that has one. `left` bounds all that is read.
fn marked_line(input: &mut impl BufRead, left: &mut u64) -> Result<String, Obstacle> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.by_ref().take(*left).read_until(b'\n', &mut line).map_err(Obstacle::Stream)?;
        *left = left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        if line.last() != Some(&b'\n') {
            return Err(if *left == 0 { Obstacle::Garbage } else { Obstacle::Ended });
        }
        let text = String::from_utf8_lossy(&line);
        if let Some(rest) = text.strip_prefix(MARKER) {
            return Ok(rest.trim_end().to_owned());
        }
    }
}

struct SshLink {
    child: Child,
    stderr: Capture,
    stage: Stage,
    patience: Patience,
}

impl SshLink {
    fn stop(mut self, obstacle: Obstacle) -> Failure {
        let stage = self.stage;
        let ending = self.end();
        match obstacle {
            Obstacle::OtherMachine { agent, host } => Failure::OtherMachine { agent, host },
            Obstacle::Failed(reason) => Failure::NotStarted(ending.with_detail(&printable(&reason))),
            Obstacle::Garbage => Failure::NotStarted(
                ending.with_detail("the login does not run the bootstrap, or prints too much"),
            ),
            Obstacle::Stream(error) => diagnosis::diagnose(stage, &ending, Some(&error.to_string())),
            Obstacle::Ended => diagnosis::diagnose(stage, &ending, None),
        }
    }

    /// Waits for the process, or ends it when it takes too long.
    #[allow(clippy::disallowed_methods, reason = "the one place that starts ssh")]
    fn end(&mut self) -> Ending {
        // Its standard error ends when it does; a program that keeps that open must not keep us waiting.
        let stderr = self.stderr.finish(GRACE);
        if stderr.is_none() {
            // It may have ended already, and then there is nothing to do.
            let _ = self.child.kill();
        }
        let stderr = stderr.unwrap_or_else(|| self.stderr.so_far());
        Ending { status: self.child.wait().ok().and_then(|status| status.code()), stderr }
    }
}

impl Drop for SshLink {
    #[allow(clippy::disallowed_methods, reason = "the one place that starts ssh")]
    fn drop(&mut self) {
        // Nothing to do when it was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Link for SshLink {
    fn greeted(&mut self) {
        self.stage = Stage::Greeted;
        // From here on a step may take as long as it takes; a dead connection is found by ssh.
        self.patience.forever();
    }

    fn explain(mut self: Box<Self>, error: SessionError) -> Failure {
        let stage = self.stage;
        let ending = self.end();
        match error {
            SessionError::NoCommonProtocol { .. } => Failure::NoCommonProtocol(error.to_string()),
            SessionError::Ended { .. } | SessionError::Frame(FrameError::Cut) => {
                diagnosis::diagnose(stage, &ending, None)
            }
            SessionError::Frame(FrameError::Io(error)) => {
                diagnosis::diagnose(stage, &ending, Some(&error.to_string()))
            }
            // A program that is not an agent, or could not be one there, says something else.
            error => Failure::Protocol(ending.with_detail(&printable(&error.to_string()))),
        }
    }

    fn close(mut self: Box<Self>) {
        self.end();
    }
}

#[cfg(test)]
mod tests;
