//! Running programs to their end.

use std::process::{Command, ExitStatus, Stdio};

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;

/// What a program left behind.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command line, for messages.
    pub command: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output; bytes that are not UTF-8 are replaced.
    pub stdout: String,
    /// Its standard error, likewise.
    pub stderr: String,
}

impl Output {
    /// The exit status, or 128 plus the signal that ended the program, as a shell would say.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 128 + self.status.signal().unwrap_or_default())
    }

    /// Panics unless the program ended with `code`.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert!(self.code() == code, "expected exit status {code}, got {self}");
        self
    }

    /// Panics unless the program ended with 0.
    #[track_caller]
    pub fn success(self) -> Self {
        self.expect_code(0)
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} from: {}\n--- stdout\n{}\n--- stderr\n{}",
            self.code(),
            self.command,
            self.stdout,
            self.stderr
        )
    }
}

/// Runs `command` to its end, with no input.
pub fn run(command: &mut Command) -> Output {
    feed(command, &[])
}

/// Runs `command` to its end with `input` as its standard input. A program that does not read all of it
/// is fine.
pub fn feed(command: &mut Command, input: &[u8]) -> Output {
    let line = describe(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("cannot start {line}: {e}"));
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // The program may end first; its status says whether that was right.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output()
    })
    .unwrap_or_else(|e| panic!("cannot wait for {line}: {e}"));
    Output {
        command: line,
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Lets `outer` run `inner`: adds its program and arguments, and takes its folder and environment.
/// What `Command::env_clear` did to `inner` cannot be seen and is not taken.
pub(crate) fn wrap(outer: &mut Command, inner: &Command) {
    outer.arg(inner.get_program()).args(inner.get_args());
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_larger_than_a_pipe_comes_back_whole() {
        let input = "0123456789abcdef".repeat(20_000);
        let output = feed(&mut Command::new("cat"), input.as_bytes()).success();
        assert_eq!(output.stdout, input);
    }

    #[test]
    fn a_signal_counts_as_a_shell_counts_it() {
        let output = run(Command::new("sh").args(["-c", "kill -KILL $$"]));
        assert_eq!(output.code(), 137);
    }

    #[test]
    #[should_panic(expected = "expected exit status 0, got 3")]
    fn a_wrong_status_panics_with_the_command() {
        run(Command::new("sh").args(["-c", "exit 3"])).success();
    }
}
