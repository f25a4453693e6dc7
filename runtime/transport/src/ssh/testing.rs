//! Stand-ins for the two programs outside: an agent that only talks, and an `ssh` that runs the command on
//! this machine. For tests of this crate and of those above it.
#![allow(clippy::expect_used, clippy::panic, reason = "test code: what cannot be prepared fails the test")]
#![allow(clippy::print_stderr, reason = "a stand-in for a program")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use mc_protocol::agent;
use mc_protocol::message::{Action, Event, Finished, Hello, Refused};
use mc_protocol::operator::announce;

use crate::program::AgentProgram;

/// The exit status of the stand-in, if the program was started as an agent. A test program calls it first
/// and is then its own agent.
pub fn agent() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    (arguments == ["session", "--stdio"]).then(|| ExitCode::from(talk()))
}

/// The running program, as an agent to send.
pub fn program() -> AgentProgram {
    let path = std::env::current_exe().expect("the running program has a path");
    AgentProgram::new(fs::read(path).expect("the running program can be read")).expect("a program")
}

/// A file `behaviour` in the state folder says how to differ from an agent that changes one thing:
/// `refuse`, `busy`, `fail`, `die`, `cut`, `old`, `garbage`, `damaged`, or `meet` with pairs of `read` or `write` and a
/// fifo.
fn talk() -> u8 {
    let path = Utf8PathBuf::try_from(std::env::current_exe().expect("a path")).expect("UTF-8");
    let state = path.ancestors().nth(4).expect("the agent lies four levels below").join("state");
    let behaviour = fs::read_to_string(state.join("behaviour")).unwrap_or_default();
    let words: Vec<&str> = behaviour.split_whitespace().collect();
    let own = announce(&fs::read(&path).expect("the agent can be read")).digest;
    let hello = Hello {
        protocols: if words == ["old"] { 700..=701 } else { 1..=1 },
        agent_version: "0.0.0".to_owned(),
        agent_digest: if words == ["damaged"] { [0; 32] } else { own },
        host_id: None,
        own_trust: false,
        nonce: [5; 32],
    };
    if words == ["garbage"] {
        let _ = std::io::stdout().write_all(&[0xff; 64]);
        return 0;
    }
    let input = BufReader::new(std::io::stdin());
    let Ok(Some(mut started)) =
        agent::greet(input, std::io::stdout(), &hello).and_then(agent::Greeted::start)
    else {
        return 3;
    };
    let finished = |exit_status, outcome: &str| Finished {
        exit_status,
        counts: BTreeMap::from([(outcome.to_owned(), 1), ("unchanged".to_owned(), 4)]),
        problem: String::new(),
    };
    if words == ["refuse"] {
        let why = Refused {
            code: "MC5003".to_owned(),
            message: "it is not for this host".to_owned(),
            help: "build it for this host".to_owned(),
        };
        let (_, voice) = started.split();
        return u8::from(
            voice
                .finish(
                    Some(&why),
                    None,
                    &Finished { exit_status: 4, counts: BTreeMap::new(), problem: String::new() },
                )
                .is_err(),
        );
    }
    if words == ["busy"] {
        let problem = "another run is at work".to_owned();
        let (_, voice) = started.split();
        let finished = Finished { exit_status: 6, counts: BTreeMap::new(), problem };
        return u8::from(voice.finish(None, None, &finished).is_err());
    }
    let mut bundle = Vec::new();
    if started.bundle(1 << 30, &mut bundle).is_err() {
        return 3;
    }
    let start = started.start().clone();
    let (_, mut voice) = started.split();
    fs::write(state.join("bundle"), &bundle).expect("the state folder can be written");
    fs::write(state.join("start"), format!("{start:#?}\n")).expect("the state folder can be written");
    let begin_and_end = state.parent().and_then(Utf8Path::parent).expect("two levels").join("order");
    let note = |text: &str| {
        let mut file = fs::File::options().create(true).append(true).open(&begin_and_end).expect("a log");
        file.write_all(text.as_bytes()).expect("a log");
    };
    note("begin\n");
    let step = "File[\"/etc/motd\"]".to_owned();
    let _ = voice.event(&Event::Progress { step: step.clone(), text: "writing \u{1b}[2J".to_owned() });
    match words.as_slice() {
        // A fifo is opened once both ends are there.
        ["meet", meetings @ ..] => meetings.chunks_exact(2).for_each(|meeting| {
            let writes = meeting.first() == Some(&"write");
            let fifo = meeting.last().expect("a pair");
            drop(fs::File::options().read(!writes).write(writes).open(fifo).expect("a fifo"));
        }),
        ["die"] => {
            eprintln!("out of luck");
            return 9;
        }
        // What the local ssh would say.
        ["cut"] => {
            eprintln!("client_loop: send disconnect: Broken pipe");
            return 255;
        }
        _ => {}
    }
    let (status, outcome) = match (words.as_slice(), start.action) {
        (["fail"], _) => (1, "failed"),
        (_, Action::Check) => (0, "would-change"),
        (_, Action::Apply) => (0, "changed"),
    };
    let _ = voice.event(&Event::StepEnded {
        step,
        outcome: outcome.to_owned(),
        reason: if status == 0 { String::new() } else { "the disk is full".to_owned() },
        duration: Duration::from_millis(7),
    });
    note("end\n");
    let report = format!("{{\"format\":1,\"status\":\"{}\"}}", if status == 0 { "done" } else { "failed" });
    u8::from(voice.finish(None, Some(report.as_bytes()), &finished(status, outcome)).is_err())
}

/// A program `ssh` in a folder, with machines that are folders beside it.
#[derive(Debug)]
pub struct FakeSsh {
    folder: Utf8PathBuf,
}

impl FakeSsh {
    /// Makes it in an empty folder.
    pub fn new(folder: &Utf8Path) -> Self {
        let folder = folder.to_owned();
        write(&folder.join("bin/ssh"), &SSH.replace("@FOLDER@", folder.as_str()));
        write(&folder.join("login/id"), "#!/bin/sh\necho 1000\n");
        write(&folder.join("login/sudo"), &SUDO.replace("@FOLDER@", folder.as_str()));
        Self { folder }
    }

    /// The folder to put first in `PATH`.
    pub fn bin(&self) -> Utf8PathBuf {
        self.folder.join("bin")
    }

    /// Makes a machine. The mode is `root`, `login` (not root), `no-sudo`, `noisy` (the login prints),
    /// `nologin`, `silent`, `changed`, `unknown`, `denied` or `down`. Behaviour is the agent's.
    pub fn host(&self, name: &str, mode: &str, behaviour: &str) {
        write(&self.folder.join("hosts").join(name).join("mode"), mode);
        write(&self.state(name).join("behaviour"), behaviour);
    }

    /// A machine's state folder.
    pub fn state(&self, name: &str) -> Utf8PathBuf {
        self.folder.join("hosts").join(name).join("state")
    }

    /// What the agents did, over all machines: `begin` and `end` lines.
    pub fn order(&self) -> String {
        fs::read_to_string(self.folder.join("hosts/order")).unwrap_or_default()
    }

    /// The arguments of all calls, one per line. The remote command is not there.
    pub fn arguments(&self) -> String {
        fs::read_to_string(self.folder.join("arguments")).unwrap_or_default()
    }
}

/// Writes a program. By a process of its own: a file that was open for writing here could still be open in a
/// process that another thread is just starting, and then it cannot be run.
fn write(path: &Utf8Path, content: &str) {
    let mut child = Command::new("/bin/sh")
        .args([
            "-euc",
            "mkdir -p \"$(dirname \"$1\")\"; cat >\"$1\"; chmod 700 \"$1\"",
            "write",
            path.as_str(),
        ])
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell");
    child.stdin.take().expect("a pipe").write_all(content.as_bytes()).expect("a shell that reads");
    assert!(child.wait().expect("a shell").success(), "cannot write {path}");
}

const SUDO: &str = r#"#!/bin/sh
[ "$1 $2" = "-n --" ] || exit 99
[ ! -e @FOLDER@/no-sudo ] || { echo "sudo: a password is required" >&2; exit 1; }
shift 2
exec "$@"
"#;

const SSH: &str = r#"#!/bin/sh
# Without root, be it in a namespace of our own: the bootstrap wants folders of root.
[ "$(id -u)" = 0 ] || exec unshare -r "$0" "$@"
folder=@FOLDER@
line=
while [ "$1" != -- ]; do line="$line $1"; shift; done
echo "$line -- $2" >>$folder/arguments
[ $# = 3 ] || exit 99
host=$folder/hosts/$2
command=$(printf %s "$3" | sed "s|/var/lib/masterchef|$host/state|g")
case $(cat "$host/mode") in
  root) ;;
  login) PATH=$folder/login:$PATH ;;
  no-sudo)
    mkdir -p $folder/no-sudo
    PATH=$folder/login:$PATH
    ;;
  noisy) printf 'Welcome!\nmasterchef-bootstrap 1\n\n' ;;
  nologin)
    echo 'This account is currently not available.'
    exit 1
    ;;
  silent) exec cat ;;
  changed)
    echo '@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@' >&2
    echo '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @' >&2
    echo "Host key for $2 has changed and you have requested strict checking." >&2
    echo 'Host key verification failed.' >&2
    exit 255
    ;;
  unknown)
    echo "No ED25519 host key is known for $2 and you have requested strict checking." >&2
    echo 'Host key verification failed.' >&2
    exit 255
    ;;
  denied)
    echo "root@$2: Permission denied (publickey,password)." >&2
    exit 255
    ;;
  down)
    echo "ssh: connect to host $2 port 22: Connection refused" >&2
    exit 255
    ;;
esac
export PATH
exec sh -c "$command"
"#;
