//! Throw-away Debian machines, by the scripts in `tests/hosts`.
//!
//! A test target of host tests has `harness = false` and one line, [`host_tests!`](crate::host_tests).
//! Each of its tests starts a [`Rig`] of its own and asks it for [`Host`]s.
//!
//! Where no host can be booted the tests are reported as ignored, with the reason: they are listed and
//! counted, and never pass without having run. With `MC_REQUIRE_HOSTS=1` they fail instead.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::Arc;

use crate::process::{self, Output};
use crate::suite::{self, Test};
use camino::{Utf8Path, Utf8PathBuf};

/// The `main` of a target of host tests: names of functions without arguments, which panic to fail.
#[macro_export]
macro_rules! host_tests {
    ($($test:ident),+ $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::hosts::suite(&[$((stringify!($test), $test as fn())),+])
        }
    };
}

/// Runs host tests with the command line of the standard test harness. Use [`host_tests!`](crate::host_tests).
pub fn suite(tests: &[(&'static str, fn())]) -> ExitCode {
    let obstacle = obstacle().map(|obstacle| format!("no host can be booted: {obstacle}"));
    let tests = tests.iter().map(|&(name, run)| Test { name, run, obstacle: obstacle.clone() });
    suite::run("hosts", tests.collect())
}

/// Whether a host test that cannot run is a failure.
pub fn required() -> bool {
    suite::required()
}

/// Why no host can be booted on this machine; `None` when one can.
pub fn obstacle() -> Option<String> {
    let output = process::run(script().arg("check"));
    (output.code() != 0).then(|| format!("{}{}", output.stdout, output.stderr).trim().to_owned())
}

fn script() -> Command {
    Command::new(crate::repository().join("tests/hosts/rig.sh"))
}

/// A network with a package repository, for hosts that see each other. Everything is taken down when the
/// rig and its hosts are dropped, and also when the test process ends in any other way.
#[derive(Debug, Clone)]
pub struct Rig(Arc<Supervised>);

#[derive(Debug)]
struct Supervised {
    folder: Utf8PathBuf,
    network: String,
    supervisor: Child,
    // Its end is the supervisor's signal to take down.
    lifeline: Option<ChildStdin>,
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.lifeline.take();
        // Waited for, so that the next test does not compete with the taking down.
        let _ = self.supervisor.wait();
    }
}

impl Rig {
    /// Sets up a rig without hosts. Panics when that is impossible; tests of [`host_tests!`](crate::host_tests)
    /// only run where it is possible.
    pub fn start() -> Self {
        let mut supervisor = script()
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A signal to the test's process group must not stop the taking down.
            .process_group(0)
            .spawn()
            .expect("tests/hosts/rig.sh can be started");
        let lifeline = supervisor.stdin.take();
        let mut line = String::new();
        let stdout = supervisor.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the supervisor writes text");
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["ready", folder, network] = words.as_slice() else {
            let mut message = String::new();
            if let Some(mut stderr) = supervisor.stderr.take() {
                let _ = stderr.read_to_string(&mut message);
            }
            panic!("no rig of hosts: {line}{message}");
        };
        let (folder, network) = (Utf8PathBuf::from(*folder), (*network).to_owned());
        Self(Arc::new(Supervised { folder, network, supervisor, lifeline }))
    }

    /// Makes and boots hosts with these names, in parallel, and waits until all have started. Addresses
    /// are given in order from `.11` on; call it once per rig, or with [`Rig::hosts_from`] again.
    pub fn hosts<const N: usize>(&self, names: [&str; N]) -> [Host; N] {
        self.hosts_from(11, names)
    }

    /// The same, with addresses from `first` on.
    pub fn hosts_from<const N: usize>(&self, first: u8, names: [&str; N]) -> [Host; N] {
        let numbers: [u8; N] =
            std::array::from_fn(|i| u8::try_from(i).unwrap_or(u8::MAX).saturating_add(first));
        let mut numbers = numbers.into_iter();
        let hosts = names.map(|name| {
            let number = numbers.next().expect("as many numbers as names");
            let ip = format!("{}.{number}", self.0.network);
            (Host { rig: self.clone(), name: name.to_owned(), ip }, number)
        });
        std::thread::scope(|scope| {
            for (host, number) in &hosts {
                scope.spawn(move || {
                    self.script("up", &[&host.name, &number.to_string()]).success();
                    host.wait();
                });
            }
        });
        hosts.map(|(host, _)| host)
    }

    /// The rig's folder: keys, `known_hosts`, logs.
    pub fn folder(&self) -> &Utf8Path {
        &self.0.folder
    }

    /// This machine's address on the rig's network.
    pub fn address(&self) -> String {
        format!("{}.1", self.0.network)
    }

    /// A configuration for `ssh -F`: key, known hosts, nothing is asked.
    pub fn ssh_config(&self) -> Utf8PathBuf {
        self.0.folder.join("ssh_config")
    }

    /// A value for `PATH` with which `ssh` means `ssh -F` and [`Rig::ssh_config`], for programs that run
    /// the system's `ssh`.
    pub fn path_with_ssh(&self) -> String {
        format!("{}:{}", self.0.folder.join("bin"), std::env::var("PATH").unwrap_or_default())
    }

    fn command(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = script();
        command.arg(&self.0.folder).arg(verb).args(arguments);
        command
    }

    fn script(&self, verb: &str, arguments: &[&str]) -> Output {
        process::run(&mut self.command(verb, arguments))
    }
}

/// One booted machine. Programs run as root in it, by way of its namespaces and not of the network.
#[derive(Debug, Clone)]
pub struct Host {
    rig: Rig,
    name: String,
    ip: String,
}

impl Host {
    /// Its host name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub fn ip(&self) -> &str {
        &self.ip
    }

    /// The rig it belongs to.
    pub fn rig(&self) -> &Rig {
        &self.rig
    }

    /// Its file system as seen from outside, readable also while it is off. What is mounted in the host,
    /// such as `/run` and `/tmp`, is not there. Write to it with [`Host::put`].
    pub fn root(&self) -> Utf8PathBuf {
        self.rig.0.folder.join("hosts").join(&self.name).join("root")
    }

    /// A command that runs a program in the host, for a caller that wants to handle its streams.
    pub fn command(&self, argv: &[&str]) -> Command {
        let mut arguments = vec![self.name.as_str()];
        arguments.extend(argv);
        self.rig.command("exec", &arguments)
    }

    /// Runs a program in the host.
    pub fn exec(&self, argv: &[&str]) -> Output {
        process::run(&mut self.command(argv))
    }

    /// Runs a shell script in the host, which must succeed, and returns what it printed.
    #[track_caller]
    pub fn sh(&self, script: &str) -> String {
        self.exec(&["sh", "-euc", script]).success().stdout
    }

    /// Writes a file in the host, with the folders above it. `mode` as `chmod` takes it.
    #[track_caller]
    pub fn put(&self, path: &str, content: impl AsRef<[u8]>, mode: &str) {
        let script = r#"mkdir -p "$(dirname "$1")"; cat >"$1"; chmod "$2" "$1""#;
        let mut command = self.command(&["sh", "-euc", script, "put", path, mode]);
        process::feed(&mut command, content.as_ref()).success();
    }

    /// The content of a file in the host.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        self.exec(&["cat", path]).success().stdout
    }

    /// Runs a command through the network, as an operator would.
    pub fn ssh(&self, command: &str) -> Output {
        process::run(Command::new("ssh").arg("-F").arg(self.rig.ssh_config()).arg(&self.ip).arg(command))
    }

    /// Reads the package lists of the rig's repository, the host's only source.
    #[track_caller]
    pub fn apt_update(&self) {
        self.exec(&["apt-get", "-q", "update"]).success();
    }

    /// Waits until the host's systemd has finished starting. Panics when units failed.
    #[track_caller]
    pub fn wait(&self) {
        let state = self.verb("wait");
        let failed = if state == "running" {
            String::new()
        } else {
            self.sh("systemctl --failed --plain --no-legend; journalctl -b --no-pager -p warning")
        };
        assert!(state == "running", "{} is {state}: {failed}", self.name);
    }

    /// Pulls the network cable.
    #[track_caller]
    pub fn cut(&self) {
        self.verb("cut");
    }

    /// Plugs the network cable in again.
    #[track_caller]
    pub fn heal(&self) {
        self.verb("heal");
    }

    /// Cuts the power: every process ends at once, and the disk keeps what was written.
    #[track_caller]
    pub fn kill(&self) {
        self.verb("kill");
    }

    /// Shuts the host down cleanly.
    #[track_caller]
    pub fn off(&self) {
        self.verb("off");
    }

    /// Boots a host that is off, from the same disk, and waits for it.
    #[track_caller]
    pub fn boot(&self) {
        self.verb("boot");
        self.wait();
    }

    /// Gives the host another ssh key than the one in `known_hosts`.
    #[track_caller]
    pub fn rekey(&self) {
        self.verb("rekey");
    }

    #[track_caller]
    fn verb(&self, verb: &str) -> String {
        self.rig.script(verb, &[&self.name]).success().stdout.trim().to_owned()
    }
}
