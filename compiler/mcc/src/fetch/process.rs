//! Running the programs that fetch.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the programs that fetch dependencies"
)]

use camino::Utf8PathBuf;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

/// How much of what a program complains about is kept.
const COMPLAINT: u64 = 64 << 10;

/// One run of a program.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The program, found on the path.
    pub(crate) program: &'static str,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// Variables beside those that the runner passes on.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// The folder it runs in.
    pub(crate) folder: Utf8PathBuf,
    /// What it reads.
    pub(crate) input: Vec<u8>,
    /// The largest file that it may write, in bytes.
    pub(crate) file_limit: u64,
}

/// Why a run gave nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// It could not be started.
    #[error("cannot run `{program}`: {why}")]
    Start {
        /// The program.
        program: &'static str,
        /// Why not.
        why: String,
    },
    /// It failed.
    #[error("`{program}` failed")]
    Failed {
        /// The program.
        program: &'static str,
        /// What it said, in printable characters.
        said: String,
    },
    /// It wrote more than it may, or something that is not understood.
    #[error("`{program}` wrote {what}")]
    Output {
        /// The program.
        program: &'static str,
        /// What is wrong with its output.
        what: String,
    },
}

/// Reads what a program writes. An error ends the program.
pub(crate) type Reader<'a> = &'a mut dyn FnMut(&mut dyn BufRead) -> Result<(), super::FetchError>;

/// Runs programs.
pub(crate) trait Runner {
    /// Runs one to its end, while `reader` reads what it writes.
    fn run(&self, call: &Call, reader: Reader<'_>) -> Result<(), super::FetchError>;

    /// Runs one and gives what it wrote, which is at most `limit` bytes.
    fn output(&self, call: &Call, limit: u64) -> Result<Vec<u8>, super::FetchError> {
        let mut output = Vec::new();
        let program = call.program;
        self.run(call, &mut |from| {
            let failed = |error: std::io::Error| RunError::Output { program, what: error.to_string() };
            from.take(limit.saturating_add(1)).read_to_end(&mut output).map_err(failed)?;
            if output.len() as u64 > limit {
                let what = format!("more than {limit} bytes");
                return Err(RunError::Output { program, what }.into());
            }
            Ok(())
        })?;
        Ok(output)
    }
}

/// Runs real programs. They see only the variables that say where programs, keys and proxies are.
#[derive(Debug)]
pub(crate) struct OsRunner {
    variables: Vec<(&'static str, std::ffi::OsString)>,
}

/// Where to find programs, the user's keys and `known_hosts`, the way to the network, and whom to trust there.
const PASSED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SSH_AUTH_SOCK",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "CURL_CA_BUNDLE",
];

impl OsRunner {
    /// A runner that passes on this process's own variables.
    pub(crate) fn from_process() -> Self {
        let variables = PASSED_ON.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
        OsRunner { variables: variables.collect() }
    }

    fn start(&self, call: &Call) -> std::io::Result<Child> {
        let child = Command::new(call.program)
            .args(&call.arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(call.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&call.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // Before it has heard from anybody. Where it cannot be set, the bounds on what is read still hold.
        let limit = Rlimit { current: Some(call.file_limit), maximum: Some(call.file_limit) };
        let _ = prlimit(Pid::from_child(&child).into(), Resource::Fsize, limit);
        Ok(child)
    }
}

impl Runner for OsRunner {
    fn run(&self, call: &Call, reader: Reader<'_>) -> Result<(), super::FetchError> {
        let program = call.program;
        let start = |error: std::io::Error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "it is not installed".to_owned(),
                _ => error.to_string(),
            };
            RunError::Start { program, why }
        };
        let mut child = self.start(call).map_err(start)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (read, said) = std::thread::scope(|scope| {
            // A program that reads little and writes much would stop if it were fed first.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(&call.input)));
            let complaint = scope.spawn(move || complaint(stderr));
            let read = match stdout {
                Some(stdout) => reader(&mut BufReader::new(stdout)),
                None => Ok(()),
            };
            if read.is_err() {
                let _ = child.kill();
            }
            (read, complaint.join().unwrap_or_default())
        });
        let status = child.wait().map_err(start)?;
        // What it says itself is nearer to the cause than what is missing from its output.
        let explained = read.is_ok() || !said.is_empty();
        if !status.success() && explained {
            return Err(RunError::Failed { program, said }.into());
        }
        read
    }
}

/// The beginning of what a program says, without anything that a terminal would obey.
fn complaint(from: Option<impl Read>) -> String {
    let Some(mut from) = from else { return String::new() };
    let mut bytes = Vec::new();
    let _ = (&mut from).take(COMPLAINT).read_to_end(&mut bytes);
    // The rest is read as well, so that it does not stop in the middle.
    let _ = std::io::copy(&mut from, &mut std::io::sink());
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().map(|line| {
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
