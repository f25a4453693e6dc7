//! Child processes: a group of their own, a clean environment, bounded output, and an end.

use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use camino::Utf8Path;
use mc_engine::host::{Clock, HostError, HostErrorKind, HostResult, Process, ProcessEnd, ProcessOutput};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal};

use super::{confine, errno};

/// Where programs are looked up, and nowhere else.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long a process group has after it was asked to end.
const GRACE: Duration = Duration::from_secs(5);
/// How long output is still read after the program itself has ended: what it left running may hold it open.
const LINGER: Duration = Duration::from_millis(200);
/// Pieces in which output is read.
const PIECE: usize = 16 * 1024;

/// What a program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freedom {
    /// Whatever its user may.
    All,
    /// Look only: see [`confine`].
    Look,
}

/// Runs a program until it ends, or until `process.timeout` or `deadline` on this clock.
pub(super) fn run(
    process: &Process<'_>,
    clock: &dyn Clock,
    deadline: Option<Duration>,
    freedom: Freedom,
) -> HostResult<ProcessOutput> {
    let program = process.argv.first().map_or("", String::as_str);
    let fail = |errno: Errno| errno::error(format_args!("run `{program}`"), errno);
    let mut command = command(process)?;
    let spawned = match freedom {
        Freedom::All => command.spawn(),
        Freedom::Look => confine::spawn(command)?,
    };
    let mut child = spawned.map_err(|error| {
        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
        // A missing working directory says the same as a missing program.
        let missing = process.cwd.filter(|cwd| errno == Errno::NOENT && !cwd.is_dir());
        match missing {
            Some(cwd) => HostError::new(
                HostErrorKind::NotFound,
                format!("cannot run `{program}`: its working directory {cwd} does not exist"),
            ),
            None => fail(errno),
        }
    })?;
    let timed = process.timeout.map(|timeout| clock.monotonic() + timeout);
    let deadline = [timed, deadline].into_iter().flatten().min();
    let mut watch = Watch::new(process, &mut child).map_err(fail)?;
    let killed = watch.until_end(clock, deadline).map_err(fail)?;
    let status = child.wait().map_err(|error| fail(Errno::from_io_error(&error).unwrap_or(Errno::IO)))?;
    let end = match (killed, status.code(), status.signal()) {
        (true, _, _) => ProcessEnd::TimedOut,
        (false, Some(code), _) => ProcessEnd::Exited(code),
        (false, None, signal) => ProcessEnd::Signalled(signal.unwrap_or(0)),
    };
    let [stdout, stderr] = watch.outputs;
    Ok(ProcessOutput { end, truncated: stdout.cut || stderr.cut, stdout: stdout.bytes, stderr: stderr.bytes })
}

fn command(process: &Process<'_>) -> HostResult<Command> {
    let Some((program, arguments)) = process.argv.split_first() else {
        return Err(HostError::new(HostErrorKind::NotFound, "there is no program to run"));
    };
    let mut command = match &process.user {
        // Groups can only be given by a program that takes them before it becomes the other.
        Some(user) if user.uid != rustix::process::geteuid().as_raw() && !user.groups.is_empty() => {
            let groups: Vec<String> = user.groups.iter().map(u32::to_string).collect();
            let mut command = Command::new(find("setpriv")?);
            command.arg(format!("--reuid={}", user.uid)).arg(format!("--regid={}", user.gid));
            command.arg(format!("--groups={}", groups.join(","))).arg("--").arg(find(program)?);
            command
        }
        _ => Command::new(find(program)?),
    };
    if let Some(user) = &process.user
        && user.uid != rustix::process::geteuid().as_raw()
        && user.groups.is_empty()
    {
        command.uid(user.uid).gid(user.gid);
    }
    command.args(arguments).env_clear().env("PATH", PATH).env("LC_ALL", "C.UTF-8");
    if let Some(user) = &process.user {
        command.env("USER", user.name).env("LOGNAME", user.name).env("HOME", user.home);
    }
    command.envs(process.env.iter().copied());
    command.current_dir(process.cwd.unwrap_or(Utf8Path::new("/")));
    command.stdin(if process.stdin.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    Ok(command)
}

/// The file of a program. One without a slash is looked up in [`PATH`], whatever the agent's own is.
fn find(program: &str) -> HostResult<String> {
    if program.contains('/') {
        return Ok(program.to_owned());
    }
    for folder in PATH.split(':') {
        let path = format!("{folder}/{program}");
        let runs = rustix::fs::access(path.as_str(), rustix::fs::Access::EXEC_OK).is_ok();
        if runs && Utf8Path::new(&path).is_file() {
            return Ok(path);
        }
    }
    Err(HostError::new(HostErrorKind::NotFound, format!("there is no program `{program}`")))
}

/// What a child wrote.
#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    limit: usize,
    cut: bool,
}

impl Output {
    fn add(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.bytes.len());
        self.cut |= bytes.len() > room;
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

/// A child at work: its end, its pipes and what came out of them.
struct Watch<'a> {
    group: Pid,
    end: OwnedFd,
    stdin: Option<OwnedFd>,
    input: &'a [u8],
    pipes: [Option<OwnedFd>; 2],
    outputs: [Output; 2],
}

impl<'a> Watch<'a> {
    fn new(process: &Process<'a>, child: &mut Child) -> Result<Self, Errno> {
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
        let end = rustix::process::pidfd_open(group, PidfdFlags::empty())?;
        let stdin = child.stdin.take().map(OwnedFd::from);
        let pipes = [child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from)];
        for fd in pipes.iter().flatten().chain(&stdin) {
            rustix::io::ioctl_fionbio(fd, true)?;
        }
        let output = || Output { limit: process.output_limit, ..Output::default() };
        Ok(Self { group, end, stdin, input: process.stdin, pipes, outputs: [output(), output()] })
    }

    /// Moves bytes until the child has ended. True if it had to be killed.
    fn until_end(&mut self, clock: &dyn Clock, deadline: Option<Duration>) -> Result<bool, Errno> {
        let mut deadline = deadline;
        let mut asked = false;
        let mut forced = false;
        while !self.turn(deadline.map(|at| at.saturating_sub(clock.monotonic())))? {
            let over = deadline.is_some_and(|at| clock.monotonic() >= at);
            if !over {
                continue;
            }
            let signal = if asked { Signal::KILL } else { Signal::TERM };
            (forced, asked) = (asked, true);
            // It may just have ended by itself.
            let _ = rustix::process::kill_process_group(self.group, signal);
            deadline = (!forced).then(|| clock.monotonic() + GRACE);
        }
        if asked && !forced {
            // The program has gone, but perhaps not all that it started.
            let _ = rustix::process::kill_process_group(self.group, Signal::KILL);
        }
        let end = clock.monotonic() + LINGER;
        while self.pipes.iter().any(Option::is_some) {
            let left = end.saturating_sub(clock.monotonic());
            if left.is_zero() {
                break;
            }
            self.pump(Some(left), false)?;
        }
        Ok(asked)
    }

    /// Waits for one thing to happen. True when the child has ended.
    fn turn(&mut self, left: Option<Duration>) -> Result<bool, Errno> {
        self.pump(left, true)
    }

    fn pump(&mut self, left: Option<Duration>, wait_for_end: bool) -> Result<bool, Errno> {
        let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(4);
        let mut roles: Vec<Role> = Vec::with_capacity(4);
        if wait_for_end {
            fds.push(PollFd::from_borrowed_fd(self.end.as_fd(), PollFlags::IN));
            roles.push(Role::End);
        }
        for (at, pipe) in self.pipes.iter().enumerate() {
            if let Some(fd) = pipe {
                fds.push(PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN));
                roles.push(Role::Pipe(at));
            }
        }
        if let Some(fd) = &self.stdin {
            fds.push(PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::OUT));
            roles.push(Role::Input);
        }
        let timeout = left.map(|left| Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        });
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        let ready: Vec<Role> = fds
            .iter()
            .zip(&roles)
            .filter(|(fd, _)| !fd.revents().is_empty())
            .map(|(_, role)| *role)
            .collect();
        let mut ended = false;
        for role in ready {
            match role {
                Role::End => ended = true,
                Role::Pipe(at) => self.read(at),
                Role::Input => self.write(),
            }
        }
        Ok(ended)
    }

    fn read(&mut self, at: usize) {
        let (Some(pipe), Some(output)) = (self.pipes.get_mut(at), self.outputs.get_mut(at)) else { return };
        let Some(fd) = pipe else { return };
        let mut piece = [0; PIECE];
        match rustix::io::read(&*fd, &mut piece) {
            Ok(0) => *pipe = None,
            Ok(read) => output.add(piece.get(..read).unwrap_or_default()),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => *pipe = None,
        }
    }

    fn write(&mut self) {
        let Some(fd) = &self.stdin else { return };
        match rustix::io::write(fd, self.input) {
            Ok(written) => self.input = self.input.get(written..).unwrap_or_default(),
            Err(Errno::AGAIN | Errno::INTR) => return,
            // It does not want to hear more.
            Err(_) => self.input = &[],
        }
        if self.input.is_empty() {
            self.stdin = None;
        }
    }
}

#[derive(Clone, Copy)]
enum Role {
    End,
    Pipe(usize),
    Input,
}
