//! Child processes.

use std::time::Duration;

use camino::Utf8Path;

/// A program to run. Its environment is exactly `env`, its other descriptors are closed, its signal mask
/// and umask (`022`) are clean, and it leads a process group of its own.
#[derive(Clone, Debug)]
pub struct Process<'a> {
    /// Program and arguments. A program without a slash is looked up in `/usr/local/sbin`,
    /// `/usr/local/bin`, `/usr/sbin`, `/usr/bin`, `/sbin`, `/bin`, and nowhere else.
    pub argv: &'a [String],
    /// The whole environment; `PATH` (those folders) and `LC_ALL=C.UTF-8` are added where they are missing.
    pub env: &'a [(&'a str, &'a str)],
    /// Where it runs; none: `/`.
    pub cwd: Option<&'a Utf8Path>,
    /// Who runs it; none: the agent's user.
    pub user: Option<ProcessUser<'a>>,
    /// What it reads.
    pub stdin: &'a [u8],
    /// Bound of its run, besides the step's own deadline.
    pub timeout: Option<Duration>,
    /// How many bytes of each output are kept; the rest is read and dropped.
    pub output_limit: usize,
}

impl<'a> Process<'a> {
    /// A process with nothing but arguments, keeping 64 KiB of each output.
    pub fn new(argv: &'a [String]) -> Self {
        Self { argv, env: &[], cwd: None, user: None, stdin: &[], timeout: None, output_limit: 64 * 1024 }
    }
}

/// The user a process runs as.
#[derive(Clone, Copy, Debug)]
pub struct ProcessUser<'a> {
    /// Login name, for `USER` and `LOGNAME`.
    pub name: &'a str,
    /// User id.
    pub uid: u32,
    /// Primary group.
    pub gid: u32,
    /// All other groups.
    pub groups: &'a [u32],
    /// Home directory, for `HOME`.
    pub home: &'a str,
}

/// How a process ended and what it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessOutput {
    /// How it ended.
    pub end: ProcessEnd,
    /// Standard output, bounded.
    pub stdout: Vec<u8>,
    /// Standard error, bounded.
    pub stderr: Vec<u8>,
    /// Whether something was dropped.
    pub truncated: bool,
}

impl ProcessOutput {
    /// Whether it ended by itself with status 0.
    pub fn success(&self) -> bool {
        self.end == ProcessEnd::Exited(0)
    }

    /// The last lines it wrote (standard error, or else standard output), for messages: at most `lines`.
    pub fn tail(&self, lines: usize) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        let mut all = text(&self.stderr);
        if all.is_empty() {
            all = text(&self.stdout);
        }
        let all: Vec<&str> = all.lines().collect();
        all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessEnd {
    /// By itself, with this status.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// It took too long and was ended with its process group.
    TimedOut,
}

impl std::fmt::Display for ProcessEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "ended with status {status}"),
            Self::Signalled(signal) => write!(f, "was ended by signal {signal}"),
            Self::TimedOut => f.write_str("took too long and was ended"),
        }
    }
}
