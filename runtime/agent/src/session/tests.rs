#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::pipe;
use std::thread::JoinHandle;

use mc_plan::bundle::{Actions, Compiler, Content, Modes, Package, Release, Version};
use mc_plan::plan::Plan;
use mc_plan::sign::SigningKey;
use mc_plan::trust::{Stream, TrustStore};
use mc_protocol::operator::{self, Greeted, Received, announce};

use super::*;

type Status = JoinHandle<Result<u8, String>>;

/// A folder that stands for a host, and sessions on it.
struct Fixture(tempfile::TempDir);

/// What an operator got to hear.
#[derive(Debug, Default)]
struct Heard {
    notes: Vec<String>,
    refused: Option<String>,
    report: serde_json::Value,
    finished: Option<Finished>,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("etc/masterchef")).unwrap();
        Self(folder)
    }

    fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }

    fn own(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join("etc/masterchef").join(name), text).unwrap();
    }

    fn has_state(&self) -> bool {
        self.0.path().join("var/lib/masterchef").exists()
    }

    fn audit(&self) -> String {
        let folder = self.0.path().join("var/lib/masterchef");
        std::fs::read_to_string(folder.join("audit")).unwrap_or_default()
    }

    /// An agent that has greeted, and its exit status later.
    fn agent(&self) -> (Greeted<impl Read + use<>, impl Write + use<>>, Status) {
        let (agent_input, to_agent) = pipe().unwrap();
        let (from_agent, agent_output) = pipe().unwrap();
        let root = self.root().to_owned();
        let status = std::thread::spawn(move || {
            serve(BufReader::new(agent_input), agent_output, Some(&root), [3; 32], &Stop::new())
                .map_err(|error| error.to_string())
        });
        (operator::greeted(BufReader::new(from_agent), to_agent).unwrap(), status)
    }

    fn session(&self, start: &Start, bundle: &[u8]) -> (Hello, Heard, u8) {
        let (greeted, status) = self.agent();
        let hello = greeted.hello().clone();
        let mut running = greeted.start(start, bundle).unwrap();
        let mut heard = Heard::default();
        while heard.finished.is_none() {
            match running.receive().unwrap() {
                Received::Event(Event::Note(note)) => heard.notes.push(note),
                Received::Event(other) => panic!("{other:?}"),
                Received::Refused(refused) => heard.refused = Some(refused.code),
                Received::Report(report) => heard.report = serde_json::from_slice(&report).unwrap(),
                Received::Finished(finished) => heard.finished = Some(finished),
            }
        }
        (hello, heard, status.join().unwrap().unwrap())
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32]).unwrap()
}

fn trust(seed: u8) -> String {
    let stream = Stream::new("web".to_owned(), 1, 1, vec![key(seed).public().clone()]).unwrap();
    TrustStore::new(vec![stream]).unwrap().to_toml()
}

/// A bundle of an empty plan for the host `web1`.
fn bundle() -> Vec<u8> {
    let content = Content {
        plan: &Plan::default(),
        blobs: &[],
        compiler: Compiler { version: "0.1.0".to_owned(), source: [1; 32] },
        edition: "2026".to_owned(),
        package: Package { name: "web".to_owned(), version: "0.1.0".to_owned() },
        source: [2; 32],
        lock: None,
        minimum_runtime: Version { major: 0, minor: 1, patch: 0 },
    };
    let release = Release {
        stream: "web".to_owned(),
        epoch: 1,
        sequence: 7,
        // 2026 to 2100.
        issued: 1_767_225_600_000,
        not_before: None,
        expires: 4_102_444_800_000,
        audience: Some(vec!["web1".to_owned()]),
        modes: Modes::of(&[Mode::Ssh]).unwrap(),
        actions: Actions::CheckAndApply,
    };
    mc_plan::bundle::write(&content, &release, &[&key(1)]).unwrap()
}

fn start(bundle: &[u8]) -> Start {
    Start {
        action: Action::Apply,
        only: Vec::new(),
        jobs: 0,
        durability: message::Durability::Batch,
        trust: trust(1).into_bytes(),
        host_id: Some("web1".to_owned()),
        labels: BTreeMap::from([("role".to_owned(), "Web".to_owned())]),
        bundle: announce(bundle),
    }
}

#[test]
fn what_the_operator_says_counts_where_the_owner_says_nothing_and_is_reported() {
    let fixture = Fixture::new();
    let (hello, heard, status) = fixture.session(&start(&bundle()), &bundle());
    assert_eq!((hello.host_id, hello.own_trust, hello.agent_digest), (None, false, [3; 32]));
    let finished = heard.finished.unwrap();
    assert_eq!((status, finished.exit_status, finished.problem.as_str()), (0, 0, ""));
    assert_eq!(finished.counts, BTreeMap::from([("changed".to_owned(), 0), ("unchanged".to_owned(), 0)]));
    let host = &heard.report["host"];
    assert_eq!((&host["id"], &host["labels_from"]), (&"web1".into(), &"operator".into()));
    assert_eq!(host["labels"]["role"], "Web");
    assert_eq!(
        heard.notes,
        [
            "the operator's trust document counts: the host has none of its own",
            "the operator's id for the host counts, `web1`: the host has none of its own",
            "the operator's labels count (role): the host has none of its own",
        ]
    );
    assert_eq!(heard.report["notes"].as_array().map(Vec::len), Some(3));
    assert!(fixture.audit().contains("operator-counts"), "{}", fixture.audit());
    assert_eq!(
        std::fs::read_dir(fixture.root().join("etc/masterchef")).unwrap().count(),
        0,
        "nothing is kept"
    );
}

#[test]
fn two_sessions_do_not_share_a_nonce() {
    let fixture = Fixture::new();
    let (first, _, _) = fixture.session(&start(&bundle()), &bundle());
    let (second, _, _) = fixture.session(&start(&bundle()), &bundle());
    assert_ne!(first.nonce, second.nonce);
}

#[test]
fn a_trust_document_of_the_host_counts_alone() {
    let fixture = Fixture::new();
    fixture.own("trust.toml", &trust(2));
    let (hello, heard, status) = fixture.session(&start(&bundle()), &bundle());
    assert!(hello.own_trust);
    let refused = heard.refused.unwrap();
    assert_eq!((status, heard.finished.unwrap().exit_status), (4, 4));
    assert!(refused.starts_with("MC50"), "{refused}");
    fixture.own("trust.toml", &trust(1));
    let nobody = Start { trust: trust(2).into_bytes(), ..start(&bundle()) };
    assert_eq!(fixture.session(&nobody, &bundle()).2, 0);
}

#[test]
fn a_host_file_counts_alone() {
    let fixture = Fixture::new();
    fixture.own("host.toml", "format = 1\nid = \"web2\"\n[labels]\nrole = \"Db\"\n");
    let (hello, heard, status) = fixture.session(&start(&bundle()), &bundle());
    assert_eq!(hello.host_id.as_deref(), Some("web2"));
    assert!(status == 4 && heard.refused.is_some(), "the bundle is for web1: {heard:?}");

    fixture.own("host.toml", "format = 1\nid = \"web1\"\n[labels]\nrole = \"Db\"\n");
    let (_, heard, status) = fixture.session(&start(&bundle()), &bundle());
    assert_eq!((status, &heard.report["host"]["labels"]["role"]), (0, &"Db".into()));
    assert_eq!(heard.report["host"]["labels_from"], "host");

    // A host file without an id: the operator gives none in its place.
    fixture.own("host.toml", "format = 1\n");
    assert_eq!(fixture.session(&start(&bundle()), &bundle()).2, 4);
}

#[test]
fn a_look_stores_nothing() {
    let fixture = Fixture::new();
    let (_, heard, status) = fixture.session(&Start { action: Action::Check, ..start(&bundle()) }, &bundle());
    assert_eq!((status, &heard.report["noop"]), (0, &true.into()));
    assert!(!fixture.has_state());
}

#[test]
fn what_keeps_a_session_from_running_is_said() {
    let fixture = Fixture::new();
    let problem = |start: &Start, bundle: &[u8]| {
        let (_, heard, status) = fixture.session(start, bundle);
        assert_eq!(status, 3);
        heard.finished.unwrap().problem
    };
    let other = Start { bundle: announce(b"another"), ..start(&bundle()) };
    assert_eq!(problem(&other, b"bundles"), "the bundle does not have the digest it was announced with");
    let garbage = Start { trust: b"\xff".to_vec(), ..start(&bundle()) };
    assert!(problem(&garbage, &bundle()).starts_with("the operator's trust document: "));
    let strange = Start { host_id: Some("a b".to_owned()), ..start(&bundle()) };
    assert!(problem(&strange, &bundle()).starts_with("the operator's id for the host: "));
    fixture.own("trust.toml", "format = 9\n");
    assert!(problem(&start(&bundle()), &bundle()).starts_with("/etc/masterchef/trust.toml: "));
    assert!(!fixture.has_state());
}

#[test]
fn an_operator_who_only_looks_at_the_greeting_is_no_error() {
    let fixture = Fixture::new();
    let (greeted, status) = fixture.agent();
    drop(greeted);
    assert_eq!(status.join().unwrap(), Ok(0));
    assert!(!fixture.has_state());
}
