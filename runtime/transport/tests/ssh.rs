//! The ssh transport against a program that runs the remote command here, and an agent that only talks.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests use the real machine")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use mc_protocol::message::{Action, Durability, Event, Start};
use mc_protocol::operator::announce;
use mc_test_support::scratch::Scratch;
use mc_transport::failure::Failure;
use mc_transport::program::AgentProgram;
use mc_transport::ssh::Ssh;
use mc_transport::ssh::testing::{self, FakeSsh};
use mc_transport::target::Target;
use mc_transport::{Connection, Delivered, Transport as _};

fn main() -> ExitCode {
    if let Some(code) = testing::agent() {
        return code;
    }
    macro_rules! trials {
        ($($test:ident),+ $(,)?) => {
            vec![$(Trial::test(stringify!($test), || { $test(); Ok(()) })),+]
        };
    }
    let trials = trials!(
        the_agent_is_uploaded_once,
        a_login_becomes_root,
        noise_of_a_login_does_no_harm,
        endings_before_the_agent_have_names,
        endings_of_the_agent_have_names,
        a_refusal_is_no_failure,
        an_upload_that_is_cut_leaves_nothing,
        another_machine_gets_no_agent,
        folders_that_others_may_change_are_refused,
        a_cached_agent_that_is_not_safe_is_replaced,
        a_killed_upload_is_cleaned_up,
        a_silent_host_is_given_up,
        options_are_strict,
        a_missing_ssh_is_named,
    );
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

struct Fixture {
    _scratch: Scratch,
    hosts: FakeSsh,
    ssh: Ssh,
}

impl Fixture {
    fn new() -> Self {
        let scratch = Scratch::new();
        let hosts = FakeSsh::new(scratch.path());
        let ssh = Ssh { program: hosts.bin().join("ssh"), ..Ssh::default() };
        Self { _scratch: scratch, hosts, ssh }
    }

    fn connect(&self) -> Result<Connection, Failure> {
        self.ssh.connect(&"ann@web1:2222".parse::<Target>().unwrap(), agent())
    }

    fn failure(&self) -> Failure {
        match self.connect() {
            Ok(_) => panic!("there is a connection"),
            Err(failure) => failure,
        }
    }

    /// Connects to a host with this behaviour of its agent, and runs a bundle there.
    fn run(&self, behaviour: &str) -> Result<(Delivered, Vec<Event>), Failure> {
        self.hosts.host("web1", "root", behaviour);
        let mut events = Vec::new();
        let delivered = self.connect()?.run(&start(), BUNDLE, &mut |event| events.push(event))?;
        Ok((delivered, events))
    }

    fn agent_file(&self) -> camino::Utf8PathBuf {
        self.hosts.state("web1").join("agents").join(agent().digest_hex()).join("mc-agent")
    }
}

const BUNDLE: &[u8] = &[7; 200_000];

fn agent() -> &'static AgentProgram {
    static AGENT: OnceLock<AgentProgram> = OnceLock::new();
    AGENT.get_or_init(testing::program)
}

fn start() -> Start {
    Start {
        action: Action::Apply,
        only: Vec::new(),
        jobs: 0,
        durability: Durability::Batch,
        trust: b"format = 1\n".to_vec(),
        host_id: Some("web1".to_owned()),
        labels: BTreeMap::new(),
        bundle: announce(BUNDLE),
    }
}

fn the_agent_is_uploaded_once() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "root", "");
    let first = fixture.connect().unwrap();
    assert!(first.uploaded());
    assert_eq!(first.hello().agent_digest, *agent().digest());
    let mut events = Vec::new();
    let delivered = first.run(&start(), BUNDLE, &mut |event| events.push(event)).unwrap();
    assert_eq!(delivered.finished.exit_status, 0);
    assert_eq!(delivered.finished.counts["changed"], 1);
    assert_eq!(delivered.report.as_deref(), Some(&br#"{"format":1,"status":"done"}"#[..]));
    assert!(matches!(events.as_slice(), [Event::Progress { .. }, Event::StepEnded { .. }]), "{events:?}");
    assert!(fs::read(fixture.hosts.state("web1").join("bundle")).unwrap() == BUNDLE);
    assert_eq!(fs::metadata(fixture.agent_file()).unwrap().permissions().mode() & 0o7777, 0o700);
    let parent = fixture.agent_file();
    let parent = parent.parent().unwrap();
    assert_eq!(fs::metadata(parent).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(fs::read_dir(parent).unwrap().count(), 1);

    assert!(!fixture.connect().unwrap().uploaded());
}

fn a_login_becomes_root() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "login", "");
    assert!(fixture.connect().unwrap().uploaded());
    fixture.hosts.host("web1", "no-sudo", "");
    let failure = fixture.failure();
    assert_eq!(failure, Failure::SudoRefused("sudo: a password is required".to_owned()));
}

fn noise_of_a_login_does_no_harm() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "noisy", "");
    let delivered = fixture.connect().unwrap().run(&start(), BUNDLE, &mut |_| ()).unwrap();
    assert_eq!(delivered.finished.exit_status, 0);
}

fn endings_before_the_agent_have_names() {
    let fixture = Fixture::new();
    let failure = |mode| {
        fixture.hosts.host("web1", mode, "");
        fixture.failure()
    };
    assert_eq!(
        failure("down"),
        Failure::Unreachable("ssh: connect to host web1 port 22: Connection refused".to_owned())
    );
    assert_eq!(
        failure("changed"),
        Failure::HostKeyChanged(
            "Host key for web1 has changed and you have requested strict checking.".to_owned()
        )
    );
    assert_eq!(
        failure("unknown"),
        Failure::HostKeyUnknown(
            "No ED25519 host key is known for web1 and you have requested strict checking.".to_owned()
        )
    );
    assert_eq!(
        failure("denied"),
        Failure::LoginRefused("root@web1: Permission denied (publickey,password).".to_owned())
    );
    assert!(matches!(failure("nologin"), Failure::NotStarted(_)));
}

fn endings_of_the_agent_have_names() {
    let fixture = Fixture::new();
    let failure = |behaviour| fixture.run(behaviour).unwrap_err();
    let died = Failure::Died { status: "exit status 9".to_owned(), detail: "out of luck".to_owned() };
    assert_eq!(failure("die"), died);
    assert_eq!(failure("cut"), Failure::Cut("client_loop: send disconnect: Broken pipe".to_owned()));
    assert_eq!(
        failure("old"),
        Failure::NoCommonProtocol("this end speaks protocol 1 to 1, the other 700 to 701".to_owned())
    );
    assert_eq!(failure("damaged"), Failure::Damaged);
    assert!(matches!(failure("garbage"), Failure::Protocol(_)));
    let (delivered, _) = fixture.run("fail").unwrap();
    assert_eq!(delivered.finished.exit_status, 1);
}

fn a_refusal_is_no_failure() {
    let (delivered, events) = Fixture::new().run("refuse").unwrap();
    assert_eq!(delivered.refused.unwrap().code, "MC5003");
    assert_eq!((delivered.finished.exit_status, delivered.report, events.len()), (4, None, 0));
}

/// Runs the second part of the bootstrap by itself, with `size` bytes announced and `sent` sent.
fn bootstrap(fixture: &Fixture, shell: &str, digest: &str, size: usize, sent: &[u8]) -> String {
    let script: Vec<&str> = include_str!("../src/ssh/bootstrap.sh").lines().collect();
    let state = fixture.hosts.state("web1");
    let outer = r#"[ "$(id -u)" = 0 ] || exec unshare -r "$@"; exec "$@""#;
    let mut command = std::process::Command::new("sh");
    command.args(["-c", outer, "as-root", shell, "-c", &script.join("\n"), "masterchef", digest]);
    command.args([&size.to_string(), state.as_str()]);
    let output = mc_test_support::process::feed(&mut command, sent);
    format!("{} {}", output.code(), output.stdout.replace(state.as_str(), "STATE"))
}

fn sha256(text: &str) -> String {
    let mut command = std::process::Command::new("sha256sum");
    let output = mc_test_support::process::feed(&mut command, text.as_bytes()).success();
    output.stdout.split(' ').next().unwrap().to_owned()
}

fn an_upload_that_is_cut_leaves_nothing() {
    for shell in ["dash", "bash"] {
        let fixture = Fixture::new();
        fixture.hosts.host("web1", "root", "");
        let good = sha256("#!/bin/sh\necho started\n");
        let run = |digest: &str, size, sent: &[u8]| bootstrap(&fixture, shell, digest, size, sent);
        let machine = std::process::Command::new("uname").arg("-m").output().unwrap().stdout;
        let machine = String::from_utf8(machine).unwrap();
        let host = format!("masterchef-bootstrap 1 host Linux {} need", machine.trim());
        assert_eq!(
            run(&good, 100, b"half"),
            format!("3 {host}\nmasterchef-bootstrap 1 failed 4 bytes came of 100\n")
        );
        assert_eq!(
            run(&good, 4, b"evil"),
            format!("3 {host}\nmasterchef-bootstrap 1 failed what came has another digest\n")
        );
        let folder = fixture.hosts.state("web1").join("agents").join(&good);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        let started = run(&good, 23, b"#!/bin/sh\necho started\nand what follows is not the agent's file");
        assert_eq!(started, format!("0 {host}\nmasterchef-bootstrap 1 exec\nstarted\n"));
        let again = run(&good, 23, b"");
        assert_eq!(
            again,
            format!("0 {}\nmasterchef-bootstrap 1 exec\nstarted\n", host.replace("need", "have"))
        );
    }
}

fn another_machine_gets_no_agent() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "root", "");
    let mut elf = agent().bytes()[..64].to_vec();
    // s390x is big-endian; no machine that runs these tests is.
    (elf[5], elf[18], elf[19]) = (2, 0, 22);
    let other = AgentProgram::new(elf).unwrap();
    let failure = fixture.ssh.connect(&"web1".parse().unwrap(), &other).unwrap_err();
    let Failure::OtherMachine { agent, host } = failure else { panic!("{failure}") };
    assert_eq!(agent, "s390x");
    assert!(host.starts_with("Linux "), "{host}");
    let folder = fixture.hosts.state("web1").join("agents").join(other.digest_hex());
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

fn folders_that_others_may_change_are_refused() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "root", "");
    let refused = |path: &camino::Utf8Path| {
        let failure = fixture.failure();
        let Failure::NotStarted(reason) = &failure else { panic!("{failure}") };
        assert_eq!(*reason, format!("{path} is not a folder that only root may change"));
    };
    let state = fixture.hosts.state("web1");
    let agents = state.join("agents");
    let digest = agents.join(agent().digest_hex());
    fs::create_dir_all(&digest).unwrap();
    for folder in [&state, &agents, &digest] {
        for mode in [0o720, 0o702, 0o777] {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
            refused(folder);
        }
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::rename(&agents, state.join("elsewhere")).unwrap();
    symlink("elsewhere", &agents).unwrap();
    refused(&agents);
    fs::remove_file(&agents).unwrap();
    fs::rename(state.join("elsewhere"), &agents).unwrap();
    assert!(fixture.connect().unwrap().uploaded());
}

fn a_cached_agent_that_is_not_safe_is_replaced() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "root", "");
    let uploaded = || fixture.connect().unwrap().uploaded();
    assert!(uploaded());
    assert!(!uploaded());
    let file = fixture.agent_file();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o722)).unwrap();
    assert!(uploaded(), "others may write");
    fs::hard_link(&file, file.with_file_name("second")).unwrap();
    assert!(uploaded(), "it has a second name");
    fs::File::options().write(true).open(&file).unwrap().set_len(100).unwrap();
    assert!(uploaded(), "its size is wrong");
    fs::remove_file(&file).unwrap();
    symlink("second", &file).unwrap();
    assert!(uploaded(), "it is a link");
    assert!(!uploaded());
}

fn a_killed_upload_is_cleaned_up() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "root", "");
    let folder = fixture.agent_file();
    let folder = folder.parent().unwrap();
    fs::create_dir_all(folder).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    // No process has this id: the largest that Linux gives is 4194304.
    fs::write(folder.join("mc-agent.4194305"), "half").unwrap();
    // An upload that is going on.
    let alive = folder.join(format!("mc-agent.{}", std::process::id()));
    fs::write(&alive, "half").unwrap();
    assert!(fixture.connect().unwrap().uploaded());
    assert!(alive.is_file());
    assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
}

fn a_silent_host_is_given_up() {
    let mut fixture = Fixture::new();
    fixture.hosts.host("web1", "silent", "");
    fixture.ssh.answer_timeout = Duration::from_millis(10);
    assert_eq!(fixture.failure().name(), "not-started");
}

fn options_are_strict() {
    let fixture = Fixture::new();
    fixture.hosts.host("web1", "root", "");
    fixture.connect().unwrap();
    let arguments = fixture.hosts.arguments();
    for option in ["-o BatchMode=yes", "-o StrictHostKeyChecking=yes", "-p 2222", "-l ann -- web1\n"] {
        assert!(arguments.contains(option), "{option}: {arguments}");
    }
}

fn a_missing_ssh_is_named() {
    let mut fixture = Fixture::new();
    fixture.ssh.program = "/nowhere/ssh".into();
    assert!(matches!(fixture.failure(), Failure::NoSsh(_)));
}
