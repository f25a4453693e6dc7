#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::time::Duration;

use proptest::prelude::*;
use prost::Message as _;

use crate::frame::{FrameError, MAX_MESSAGE, Reader, Writer};
use crate::message::{Action, Durability, Event, Finished, Hello, Refused, Start};
use crate::operator::Received;
use crate::wire::from_agent::Body;
use crate::{SessionError, agent, agree, operator, transfer, wire};

fn hello() -> Hello {
    Hello {
        protocols: 1..=3,
        agent_version: "0.1.0".to_owned(),
        agent_digest: [7; 32],
        host_id: Some("web1.example.com".to_owned()),
        own_trust: true,
        nonce: [9; 32],
    }
}

fn start(bundle: &[u8]) -> Start {
    Start {
        action: Action::Check,
        only: vec!["File[\"/etc/motd\"]".to_owned()],
        jobs: 4,
        durability: Durability::Batch,
        trust: b"format = 1\n".to_vec(),
        host_id: Some("web1.example.com".to_owned()),
        labels: BTreeMap::from([("role".to_owned(), "Web".to_owned())]),
        bundle: operator::announce(bundle),
    }
}

fn events() -> Vec<Event> {
    vec![
        Event::Note("verified".to_owned()),
        Event::Progress { step: "Package[\"nginx\"]".to_owned(), text: "unpacking".to_owned() },
        Event::StepEnded {
            step: "Package[\"nginx\"]".to_owned(),
            outcome: "changed".to_owned(),
            reason: String::new(),
            duration: Duration::from_millis(1500),
        },
    ]
}

fn finished(exit_status: u8) -> Finished {
    let counts = BTreeMap::from([("changed".to_owned(), 2), ("unchanged".to_owned(), 40)]);
    Finished { exit_status, counts, problem: "none".to_owned() }
}

fn said(messages: impl IntoIterator<Item = Body>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for body in messages {
        wire::FromAgent { body: Some(body) }.encode_length_delimited(&mut bytes).unwrap();
    }
    bytes
}

fn hello_said() -> Body {
    Body::Hello((&hello()).into())
}

/// What an operator makes of these bytes from an agent.
fn heard(bytes: &[u8], bundle: &[u8]) -> Result<Vec<Received>, SessionError> {
    let mut running = operator::greeted(bytes, io::sink())?.start(&start(bundle), bundle)?;
    let mut all = Vec::new();
    loop {
        let received = running.receive()?;
        let end = matches!(received, Received::Finished(_));
        all.push(received);
        if end {
            return Ok(all);
        }
    }
}

#[test]
fn a_whole_session_arrives_as_it_was_sent() {
    let bundle: Vec<u8> = (0..=255).cycle().take(3 * transfer::CHUNK + 17).collect();
    let report = br#"{"version":1}"#.repeat(10_000);

    let mut to_operator = Vec::new();
    agent::greet(io::empty(), &mut to_operator, &hello()).unwrap();
    let mut to_agent = Vec::new();
    let greeted = operator::greeted(to_operator.as_slice(), &mut to_agent).unwrap();
    assert_eq!(*greeted.hello(), hello());
    greeted.start(&start(&bundle), &bundle).unwrap().stop().unwrap();

    to_operator.clear();
    let greeted = agent::greet(to_agent.as_slice(), &mut to_operator, &hello()).unwrap();
    let mut started = greeted.start().unwrap().unwrap();
    assert_eq!(*started.start(), start(&bundle));
    let mut received = Vec::new();
    started.bundle(1 << 30, &mut received).unwrap();
    let (ear, mut voice) = started.split();
    assert!(received == bundle);
    ear.wait_for_stop();
    for event in events() {
        voice.event(&event).unwrap();
    }
    let refused = Refused {
        code: "MC5003".to_owned(),
        message: "signed by nobody".to_owned(),
        help: "sign it".to_owned(),
    };
    voice.finish(Some(&refused), Some(&report), &finished(4)).unwrap();

    let mut expected: Vec<Received> = events().into_iter().map(Received::Event).collect();
    expected.extend([Received::Refused(refused), Received::Report(report), Received::Finished(finished(4))]);
    assert_eq!(heard(&to_operator, b"").unwrap(), expected);
}

#[test]
fn an_empty_bundle_and_an_empty_report_are_things_too() {
    let mut to_agent = Vec::new();
    let greeting = said([hello_said()]);
    operator::greeted(greeting.as_slice(), &mut to_agent).unwrap().start(&start(b""), b"").unwrap();
    let mut to_operator = Vec::new();
    let greeted = agent::greet(to_agent.as_slice(), &mut to_operator, &hello()).unwrap();
    let mut started = greeted.start().unwrap().unwrap();
    started.bundle(0, &mut io::sink()).unwrap();
    let (_, voice) = started.split();
    voice.finish(None, Some(b""), &finished(0)).unwrap();
    assert_eq!(
        heard(&to_operator, b"").unwrap(),
        [Received::Report(Vec::new()), Received::Finished(finished(0))]
    );
}

#[test]
fn the_highest_common_protocol_is_agreed_on() {
    assert_eq!(agree(&(1..=3), &(2..=5)), Some(3));
    assert_eq!(agree(&(2..=5), &(1..=3)), Some(3));
    assert_eq!(agree(&(1..=1), &(1..=1)), Some(1));
    assert_eq!(agree(&(1..=2), &(3..=4)), None);
    assert_eq!(agree(&(3..=4), &(1..=2)), None);
}

#[test]
fn an_agent_of_another_age_is_told_apart() {
    let mut newer = wire::Hello::from(&hello());
    (newer.protocol_min, newer.protocol_max) = (7, 9);
    let error = operator::greeted(said([Body::Hello(newer)]).as_slice(), io::sink()).unwrap_err();
    assert!(
        matches!(error, SessionError::NoCommonProtocol { ref theirs, .. } if *theirs == (7..=9)),
        "{error}"
    );

    let asked = wire::Start { protocol: 7, ..wire::Start::new(&start(b""), 1) };
    let mut to_agent = Vec::new();
    wire::ToAgent { body: Some(wire::to_agent::Body::Start(asked)) }
        .encode_length_delimited(&mut to_agent)
        .unwrap();
    let greeted = agent::greet(to_agent.as_slice(), io::sink(), &hello()).unwrap();
    assert!(matches!(greeted.start(), Err(SessionError::NoCommonProtocol { .. })));
}

/// Counts what is asked of it, and gives the same bytes for ever.
struct Endless(u8, usize);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(self.0);
        self.1 += buffer.len();
        Ok(buffer.len())
    }
}

#[test]
fn a_huge_length_is_refused_before_anything_is_read_for_it() {
    for length in [&[0xff, 0xff, 0xff, 0x7f][..], &[0x81, 0x80, 0x40], &[0xff; 10], &[0x80; 10]] {
        let error = Reader::new(length).read::<wire::FromAgent>().unwrap_err();
        assert!(matches!(error, FrameError::TooLong), "{length:?}: {error}");
    }
    let mut endless = Endless(0xff, 0);
    let error = Reader::new(&mut endless).read::<wire::FromAgent>().unwrap_err();
    assert!(matches!(error, FrameError::TooLong), "{error}");
    assert!(endless.1 <= 4, "{} bytes were read", endless.1);
}

#[test]
fn the_longest_message_goes_and_a_longer_one_does_not() {
    let note = |size| wire::Note { text: "x".repeat(size) };
    // Key and length of the text take four bytes.
    let longest = note(MAX_MESSAGE - 4);
    assert_eq!(longest.encoded_len(), MAX_MESSAGE);
    let mut bytes = Vec::new();
    Writer::new(&mut bytes).write(&longest).unwrap();
    assert_eq!(Reader::new(bytes.as_slice()).read::<wire::Note>().unwrap(), Some(longest));

    bytes.clear();
    let error = Writer::new(&mut bytes).write(&note(MAX_MESSAGE - 3)).unwrap_err();
    assert!(matches!(error, FrameError::TooLong) && bytes.is_empty(), "{error}");
}

#[test]
fn a_stream_cut_at_any_byte_is_never_complete() {
    let report = br#"{"version":1}"#;
    let announced = transfer::announce(report);
    let head = wire::Report { size: announced.size, digest: announced.digest.to_vec() };
    let whole = said([
        hello_said(),
        Body::Event((&events()[1]).into()),
        Body::Report(head),
        Body::Chunk(wire::Chunk { data: report.to_vec() }),
        Body::Finished((&finished(0)).into()),
    ]);
    assert!(heard(&whole, b"").is_ok());
    for end in 0..whole.len() {
        let error = heard(&whole[..end], b"").unwrap_err();
        assert!(
            matches!(error, SessionError::Ended { .. } | SessionError::Frame(FrameError::Cut)),
            "cut at {end}: {error}"
        );
    }
}

#[test]
fn what_comes_out_of_order_is_refused() {
    let event = || Body::Event((&events()[0]).into());
    let refused = || Body::Refused(wire::Refused::default());
    let empty = transfer::announce(b"");
    let report = || Body::Report(wire::Report { size: 0, digest: empty.digest.to_vec() });
    let large = || Body::Report(wire::Report { size: 9, digest: empty.digest.to_vec() });
    let chunk = || Body::Chunk(wire::Chunk { data: vec![1] });
    let finished = || Body::Finished((&finished(0)).into());
    for wrong in [
        vec![event()],
        vec![finished()],
        vec![hello_said(), hello_said()],
        vec![hello_said(), chunk()],
        vec![hello_said(), refused(), event()],
        vec![hello_said(), refused(), refused()],
        vec![hello_said(), report(), event()],
        vec![hello_said(), report(), refused()],
        vec![hello_said(), report(), report()],
        vec![hello_said(), report(), chunk()],
        vec![hello_said(), large(), finished()],
    ] {
        let error = heard(&said(wrong), b"").unwrap_err();
        assert!(matches!(error, SessionError::OutOfOrder { .. }), "{error}");
    }
}

#[test]
fn a_report_is_what_was_announced() {
    let head = |size, digest: &[u8]| Body::Report(wire::Report { size, digest: digest.to_vec() });
    let digest = transfer::announce(b"abc").digest;
    let chunk = |data: &[u8]| Body::Chunk(wire::Chunk { data: data.to_vec() });
    let error = |body: Vec<Body>| {
        let messages = std::iter::once(hello_said()).chain(body);
        heard(&said(messages), b"").unwrap_err().to_string()
    };
    assert_eq!(
        error(vec![head(u64::MAX, &digest)]),
        "the report of 18446744073709551615 bytes is over the limit of 67108864"
    );
    assert_eq!(
        error(vec![head(3, &digest), chunk(b"abd")]),
        "the report does not have the digest it was announced with"
    );
    assert_eq!(error(vec![head(3, &digest), chunk(b"abcd")]), "the message Chunk has a wrong size");
    assert_eq!(error(vec![head(3, &digest), chunk(b"")]), "the message Chunk has a wrong size");
    assert_eq!(error(vec![head(3, b"short")]), "the message Report has a wrong digest");
}

#[test]
fn messages_that_make_no_sense_are_refused() {
    let said_hello = |change: fn(&mut wire::Hello)| {
        let mut hello = wire::Hello::from(&hello());
        change(&mut hello);
        operator::greeted(said([Body::Hello(hello)]).as_slice(), io::sink()).unwrap_err().to_string()
    };
    assert_eq!(
        said_hello(|hello| hello.protocol_min = 0),
        "the message Hello has a wrong range of protocols"
    );
    assert_eq!(
        said_hello(|hello| hello.protocol_min = 9),
        "the message Hello has a wrong range of protocols"
    );
    assert_eq!(said_hello(|hello| hello.nonce.clear()), "the message Hello has a wrong nonce");
    assert_eq!(said_hello(|hello| hello.agent_digest.push(0)), "the message Hello has a wrong agent digest");

    let said_start = |change: fn(&mut wire::Start)| {
        let mut start = wire::Start::new(&start(b""), 1);
        change(&mut start);
        Start::try_from(start).unwrap_err().to_string()
    };
    assert_eq!(said_start(|start| start.action = 0), "the message Start has a wrong action");
    assert_eq!(said_start(|start| start.action = 77), "the message Start has a wrong action");
    assert_eq!(said_start(|start| start.durability = 0), "the message Start has a wrong durability");
    assert_eq!(
        said_start(|start| start.bundle_digest.clear()),
        "the message Start has a wrong bundle digest"
    );
    assert_eq!(
        said_start(|start| start.labels.push(start.labels[0].clone())),
        "the message Start has a wrong list of labels"
    );

    let mut empty = said([hello_said()]);
    empty.push(0);
    assert_eq!(heard(&empty, b"").unwrap_err().to_string(), "the message FromAgent has a wrong body");
    let wrong = wire::Finished { exit_status: 256, ..wire::Finished::default() };
    assert_eq!(
        heard(&said([hello_said(), Body::Finished(wrong)]), b"").unwrap_err().to_string(),
        "the message Finished has a wrong exit status"
    );
}

fn agent_hears(bundle: &[u8], announced: &[u8], limit: u64) -> Result<(), String> {
    let mut to_agent = Vec::new();
    let greeting = said([hello_said()]);
    let greeted = operator::greeted(greeting.as_slice(), &mut to_agent).unwrap();
    greeted.start(&start(announced), bundle).unwrap();
    let greeted = agent::greet(to_agent.as_slice(), io::sink(), &hello()).unwrap();
    let mut started = greeted.start().unwrap().unwrap();
    started.bundle(limit, &mut io::sink()).map_err(|error| error.to_string())
}

#[test]
fn a_bundle_is_what_was_announced() {
    assert_eq!(agent_hears(b"bundle", b"bundle", 6), Ok(()));
    let error = |bundle, announced, limit| agent_hears(bundle, announced, limit).unwrap_err();
    assert_eq!(error(b"bundle", b"bundle", 5), "the bundle of 6 bytes is over the limit of 5");
    assert_eq!(error(b"bunsen", b"bundle", 6), "the bundle does not have the digest it was announced with");
    assert_eq!(error(b"bundles", b"bundle", 6), "the message Chunk has a wrong size");
    assert_eq!(error(b"bund", b"bundle", 6), "the connection ended where Chunk was expected");
}

#[test]
fn an_operator_who_leaves_is_no_error() {
    let greeted = agent::greet(io::empty(), io::sink(), &hello()).unwrap();
    assert!(greeted.start().unwrap().is_none());
}

struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_bundle_that_cannot_be_stored_can_still_be_answered() {
    let mut to_agent = Vec::new();
    let greeting = said([hello_said()]);
    operator::greeted(greeting.as_slice(), &mut to_agent)
        .unwrap()
        .start(&start(b"bundle"), b"bundle")
        .unwrap();
    let mut to_operator = Vec::new();
    let greeted = agent::greet(to_agent.as_slice(), &mut to_operator, &hello()).unwrap();
    let mut started = greeted.start().unwrap().unwrap();
    let error = started.bundle(100, &mut Full).unwrap_err();
    let (_, voice) = started.split();
    assert!(matches!(error, SessionError::Store { .. }), "{error}");
    voice.finish(None, None, &finished(3)).unwrap();
    assert_eq!(heard(&to_operator, b"").unwrap(), [Received::Finished(finished(3))]);
}

#[test]
fn an_agent_that_hangs_up_early_is_still_heard() {
    struct HungUp(usize);
    impl Write for HungUp {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let refused = Refused {
        code: "MC5012".to_owned(),
        message: "not for this host".to_owned(),
        help: "sign it".to_owned(),
    };
    let bytes = said([hello_said(), Body::Refused((&refused).into()), Body::Finished((&finished(4)).into())]);
    let bundle = vec![0; 1 << 20];
    let greeted = operator::greeted(bytes.as_slice(), HungUp(100_000)).unwrap();
    let mut running = greeted.start(&start(&bundle), &bundle).unwrap();
    assert_eq!(running.receive().unwrap(), Received::Refused(refused));
    assert_eq!(running.receive().unwrap(), Received::Finished(finished(4)));
}

#[test]
fn long_texts_are_cut_between_characters() {
    let note = wire::Event::from(&Event::Note(format!("x{}", "é".repeat(1 << 20))));
    let Event::Note(text) = Event::try_from(note).unwrap() else { panic!("another event") };
    assert_eq!(text.len(), (16 << 10) - 1);
    assert!(text.ends_with('é'));
}

proptest! {
    #[test]
    fn garbage_ends_in_an_error_and_not_in_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = heard(&bytes, b"");
        let mut after_hello = said([hello_said()]);
        after_hello.extend(&bytes);
        let _ = heard(&after_hello, b"");
        let greeted = agent::greet(bytes.as_slice(), io::sink(), &hello()).unwrap();
        if let Ok(Some(mut started)) = greeted.start() {
            let _ = started.bundle(1000, &mut io::sink());
        }
    }

    #[test]
    fn a_flipped_bit_never_panics(at in 0usize..4096, bit in 0u8..8) {
        let mut bytes = said([
            hello_said(),
            Body::Event((&events()[2]).into()),
            Body::Finished((&finished(0)).into()),
        ]);
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let _ = heard(&bytes, b"");
    }
}
