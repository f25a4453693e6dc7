//! System call traces: which programs a run started, what it changed, and killing it at a chosen call.

use std::collections::BTreeMap;
use std::process::Command;

use crate::hosts::Host;
use crate::process::{self, Output};
use crate::scratch::Scratch;

/// Calls that change what is on disk. For `open` it depends on the flags. A question mark lets `strace`
/// pass over a call that it does not know.
const CHANGING: &str = "open,openat,openat2,creat,mkdir,mkdirat,rmdir,rename,renameat,renameat2,link,linkat,\
symlink,symlinkat,unlink,unlinkat,mknod,mknodat,truncate,ftruncate,fallocate,write,pwrite64,writev,pwritev,\
copy_file_range,chmod,fchmod,fchmodat,?fchmodat2,chown,lchown,fchown,fchownat,utimensat,setxattr,fsetxattr,\
lsetxattr,removexattr,fremovexattr,lremovexattr,mount,umount2";

/// How to trace a program and all that it starts.
#[derive(Debug, Clone)]
pub struct Tracing {
    calls: String,
    injection: Option<String>,
}

/// A traced run.
#[derive(Debug, Clone)]
pub struct Trace {
    /// What the program left behind. One that was killed has status 137.
    pub output: Output,
    /// The traced calls in the order in which they began.
    pub calls: Vec<Call>,
}

/// One system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The thread that made it.
    pub thread: u32,
    /// Its name.
    pub name: String,
    /// Its arguments as `strace -y` writes them: descriptors carry the path behind them.
    pub arguments: String,
    /// Its result as written, empty when the thread ended first.
    pub result: String,
}

impl Tracing {
    /// Traces these calls, a list with commas.
    pub fn of(calls: &str) -> Self {
        Self { calls: calls.to_owned(), injection: None }
    }

    /// Traces what starts programs, for [`Trace::programs`].
    pub fn programs() -> Self {
        Self::of("execve,execveat")
    }

    /// Traces everything that could change a file, for [`Trace::changed_paths`].
    pub fn changes() -> Self {
        Self::of(CHANGING)
    }

    /// Kills the process (SIGKILL) when one of its threads enters its `nth` call of `call`, counted from
    /// 1 and for each thread on its own. The call itself is not made.
    #[must_use]
    pub fn kill_at(mut self, call: &str, nth: u32) -> Self {
        self.injection = Some(format!("inject={call}:signal=SIGKILL:when={nth}"));
        if !self.calls.split(',').any(|traced| traced == call) {
            self.calls = format!("{},{call}", self.calls);
        }
        self
    }

    fn options(&self, log: &str) -> Vec<String> {
        let trace = format!("trace={}", self.calls);
        let mut options: Vec<String> =
            ["-f", "-qq", "-y", "-s", "4096", "-o", log, "-e", &trace].map(str::to_owned).into();
        options.extend(self.injection.iter().flat_map(|injection| ["-e".to_owned(), injection.clone()]));
        options.push("--".to_owned());
        options
    }

    /// Runs a program of this machine.
    pub fn run(&self, command: &Command) -> Trace {
        let scratch = Scratch::new();
        let log = scratch.join("trace");
        let mut strace = Command::new("strace");
        strace.args(self.options(log.as_str()));
        process::wrap(&mut strace, command);
        let output = process::run(&mut strace);
        let text = std::fs::read(&log).unwrap_or_else(|e| panic!("strace wrote nothing ({e}): {output}"));
        Trace { output, calls: parse(&String::from_utf8_lossy(&text)) }
    }

    /// Runs a program in a host.
    pub fn run_on(&self, host: &Host, argv: &[&str]) -> Trace {
        let log = host.sh("mktemp /run/trace-XXXXXXXX");
        let log = log.trim();
        let options = self.options(log);
        let mut line = vec!["strace"];
        line.extend(options.iter().map(String::as_str));
        line.extend(argv);
        let output = host.exec(&line);
        let calls = parse(&host.read(log));
        host.exec(&["rm", log]).success();
        Trace { output, calls }
    }
}

impl Trace {
    /// The programs that were started, by path, in order; the traced program is the first. Attempts that
    /// failed, as in a search along `PATH`, are left out.
    pub fn programs(&self) -> Vec<String> {
        let started = self.calls.iter().filter(|call| call.name.starts_with("execve") && call.result == "0");
        started.filter_map(|call| strings(&call.arguments).next()).collect()
    }

    /// The paths that calls changed or tried to change, each once, sorted. Pipes, sockets and terminals
    /// have none.
    pub fn changed_paths(&self) -> Vec<String> {
        let mut paths: Vec<String> =
            self.calls.iter().filter(|call| call.changes()).flat_map(Call::paths).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// [`Trace::changed_paths`] without those at or below one of `allowed`.
    pub fn changes_outside(&self, allowed: &[&str]) -> Vec<String> {
        let below = |path: &String| {
            allowed.iter().any(|root| {
                path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        self.changed_paths().into_iter().filter(|path| !below(path)).collect()
    }
}

impl Call {
    fn changes(&self) -> bool {
        if self.name.starts_with("open") {
            return ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"]
                .iter()
                .any(|flag| self.arguments.contains(flag));
        }
        CHANGING.split(',').any(|name| name.trim_start_matches('?') == self.name)
    }

    /// The paths among the arguments: names are joined to the folder descriptor before them, and a
    /// descriptor without a name stands for itself. A name relative to a folder that the trace does not
    /// tell stays as it is.
    fn paths(&self) -> Vec<String> {
        let mut arguments = self.arguments.as_str();
        if matches!(self.name.as_str(), "write" | "pwrite64" | "writev" | "pwritev") {
            // What is written is data and no name.
            arguments = arguments.split_once('"').map_or(arguments, |(descriptor, _)| descriptor);
        } else if self.name.starts_with("symlink") {
            // Where a link points is not touched.
            arguments = arguments.split_once(", ").map_or("", |(_, place)| place);
        }
        let mut paths = Vec::new();
        let mut folder: Option<String> = None;
        while let Some(at) = arguments.find(['<', '"']) {
            let quoted = arguments.as_bytes().get(at) == Some(&b'"');
            let (token, rest) = take(&arguments[at + 1..], if quoted { '"' } else { '>' });
            arguments = rest;
            if !quoted {
                paths.extend(folder.replace(token));
                continue;
            }
            match folder.take() {
                Some(base) if token.is_empty() => paths.push(base),
                Some(base) if !token.starts_with('/') => {
                    paths.push(format!("{}/{token}", base.trim_end_matches('/')));
                }
                _ => paths.push(token),
            }
        }
        paths.extend(folder);
        if self.name == "copy_file_range" {
            // The first descriptor is only read.
            paths.drain(..paths.len().saturating_sub(1));
        }
        // Descriptors of pipes and sockets.
        paths.retain(|path| !path.is_empty() && !path.contains(":["));
        paths
    }
}

/// The text up to the closing delimiter, without escapes, and what follows it.
fn take(text: &str, close: char) -> (String, &str) {
    let mut token = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        if char == '\\' {
            token.extend(chars.next().map(|(_, escaped)| escaped));
        } else if char == close {
            return (token, &text[at + char.len_utf8()..]);
        } else {
            token.push(char);
        }
    }
    (token, "")
}

fn strings(arguments: &str) -> impl Iterator<Item = String> {
    let mut rest = arguments;
    std::iter::from_fn(move || {
        let at = rest.find('"')?;
        let (token, tail) = take(&rest[at + 1..], '"');
        rest = tail;
        Some(token)
    })
}

/// Reads the log of `strace -f -o`: one call a line, each with its thread; a call that another thread
/// interrupts is in two pieces.
fn parse(log: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut unfinished: BTreeMap<u32, usize> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, text)) = line.trim_start().split_once(' ') else { continue };
        let (Ok(thread), text) = (thread.parse::<u32>(), text.trim_start()) else { continue };
        if let Some(rest) = text.strip_prefix("<... ") {
            let Some(call) = unfinished.remove(&thread).and_then(|index| calls.get_mut(index)) else {
                continue;
            };
            let rest = rest.split_once(" resumed>").map_or("", |(_, rest)| rest);
            let (arguments, result) = ending(rest);
            call.arguments.push_str(arguments);
            result.clone_into(&mut call.result);
        } else if let Some((name, rest)) = text.split_once('(')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            let (arguments, result) = match rest.strip_suffix(" <unfinished ...>") {
                Some(arguments) => {
                    unfinished.insert(thread, calls.len());
                    (arguments, "")
                }
                None => ending(rest),
            };
            calls.push(Call {
                thread,
                name: name.to_owned(),
                arguments: arguments.to_owned(),
                result: result.to_owned(),
            });
        }
    }
    calls
}

/// Splits `a, b) = 0` at the last such place.
fn ending(text: &str) -> (&str, &str) {
    // The result is padded to a column: `)      = 0`.
    let Some((arguments, result)) = text.rsplit_once("= ") else { return (text, "") };
    let Some(arguments) = arguments.trim_end().strip_suffix(')') else { return (text, "") };
    (arguments, if result == "?" { "" } else { result })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_those_that_really_started() {
        let script = "true; /bin/true; /bin/echo 'a \"quoted\" = b'; /nowhere/at/all; exit 3";
        let trace = Tracing::programs().run(Command::new("sh").args(["-c", script]));
        assert_eq!(trace.output.code(), 3);
        let names: Vec<String> = trace.programs();
        assert_eq!(names.len(), 3, "{names:?}");
        assert!(names[0].ends_with("/sh"));
        assert_eq!(names[1..], ["/bin/true", "/bin/echo"]);
    }

    #[test]
    fn changes_are_found_by_path_whatever_the_call() {
        let scratch = Scratch::new();
        let script = "mkdir a; echo data/not/a/name >a/new; chmod 600 a/new; mv a/new b; ln -s b c; cat b >/dev/null; rm b";
        let tracing = Tracing::changes();
        let trace = tracing.run(Command::new("sh").args(["-euc", script]).current_dir(scratch.path()));
        assert_eq!(trace.output.code(), 0, "{}", trace.output);
        let root = scratch.path().as_str();
        // Some of these programs use calls that name the folder and some do not.
        let found = trace.changes_outside(&["/dev"]);
        for name in ["a", "a/new", "b", "c"] {
            let absolute = format!("{root}/{name}");
            assert!(found.iter().any(|path| path == name || *path == absolute), "{name} is not in {found:?}");
        }
        assert!(found.iter().all(|path| !path.starts_with('/') || path.starts_with(root)), "{found:?}");
        assert!(!found.iter().any(|path| path.contains("data")), "{found:?}");
    }

    #[test]
    fn a_read_only_run_changes_nothing() {
        let trace = Tracing::changes().run(Command::new("cat").args(["/etc/passwd", "/etc/hostname"]));
        assert_eq!(trace.changed_paths(), [""; 0]);
        assert!(
            trace.calls.iter().any(|call| call.arguments.contains("/etc/passwd")),
            "the trace is not empty"
        );
    }

    #[test]
    fn a_kill_falls_before_the_call() {
        let scratch = Scratch::new();
        let names = ["1", "2", "3"].map(|name| scratch.join(name).into_string());
        let trace = Tracing::of("mkdir").kill_at("mkdir", 3).run(Command::new("mkdir").args(&names));
        assert_eq!(trace.output.code(), 137);
        let made: Vec<bool> = names.iter().map(|name| camino::Utf8Path::new(name).exists()).collect();
        assert_eq!(made, [true, true, false]);
    }

    #[test]
    fn a_call_in_two_pieces_is_one() {
        let log = "10 openat(AT_FDCWD</tmp>, \"f (1) = 2\", O_WRONLY <unfinished ...>\n\
                   11 write(3</etc/x>, \"y\", 1)    = 1\n\
                   10 <... openat resumed>|O_CREAT, 0666) = 4</tmp/f>\n\
                   11 +++ exited with 0 +++\n";
        let trace = parse(log);
        assert_eq!(trace.len(), 2);
        assert_eq!(trace[0].arguments, "AT_FDCWD</tmp>, \"f (1) = 2\", O_WRONLY|O_CREAT, 0666");
        assert_eq!(trace[0].paths(), ["/tmp/f (1) = 2"]);
        assert_eq!(trace[1].paths(), ["/etc/x"]);
    }
}
