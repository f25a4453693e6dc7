use super::*;
use crate::state::fake::FakeState;

fn records() -> Vec<Record> {
    let owes = vec![("std.svc.Service[\"nginx\"]".to_owned(), RefreshKind::Restart)];
    vec![
        Record::Intent(Intent {
            step: "a".into(),
            attempt: 1,
            diff: [7; 32],
            temporary: vec!["/etc/.a.x".into()],
            owes: owes.clone(),
        }),
        Record::Result(StepResult {
            step: "a".into(),
            outcome: Ending::Changed,
            note: "ok".into(),
            owes: true,
            cleared: false,
            applied: Some([1; 32]),
        }),
        Record::Intent(Intent {
            step: "b".into(),
            attempt: 2,
            diff: [0; 32],
            temporary: vec!["/b".into()],
            owes,
        }),
        Record::End(End { status: 1, report: [9; 32] }),
    ]
}

fn begin() -> Begin {
    Begin {
        run: "r1".into(),
        resumed: 0,
        bundle: [3; 32],
        boot: "boot".into(),
        wall: -5,
        owed: vec![Owed { receiver: "x".into(), kind: RefreshKind::Reload, sender: "y".into() }],
    }
}

fn written() -> Vec<u8> {
    let mut state = FakeState::new();
    let mut journal = Journal::new(&mut state);
    journal.begin(begin()).expect("begins");
    journal.append(&records()).expect("appends");
    let stored = state.stored();
    stored.journal.clone()
}

#[test]
fn reads_back_what_was_written() {
    let bytes = written();
    let (read, whole) = read(&bytes);
    let mut expected = vec![Record::Begin(begin())];
    expected.extend(records());
    assert_eq!(read, expected);
    assert_eq!(whole, bytes.len());
}

#[test]
fn a_tail_cut_anywhere_leaves_the_records_before_it() {
    let bytes = written();
    let (all, _) = read(&bytes);
    let mut seen = 0;
    for cut in 0..bytes.len() {
        let (some, whole) = read(&bytes[..cut]);
        assert!(whole <= cut);
        assert_eq!(some, all[..some.len()]);
        assert!(some.len() >= seen && some.len() < all.len());
        seen = some.len();
        assert_eq!(Recovered::from_bytes(&bytes[..cut]).torn, whole < cut);
    }
    assert_eq!(seen, all.len() - 1);
}

#[test]
fn a_changed_byte_ends_the_journal_there() {
    let bytes = written();
    let (all, _) = read(&bytes);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x40;
        let (some, whole) = read(&changed);
        assert!(whole <= at, "byte {at} went unnoticed");
        assert_eq!(some, all[..some.len()]);
    }
}

#[test]
fn a_run_that_is_known_and_has_ended_is_not_read_again() {
    let mut state = FakeState::new();
    state.stored().journal = written();
    let mut journal = Journal::new(&mut state);
    let known = journal.recover(Some("r1")).expect("loads");
    assert!(!known.interrupted() && known.applied.is_empty());
    assert_eq!(journal.recover(Some("r2")).expect("loads").applied.len(), 1);
    let whole = written();
    for cut in 0..whole.len() {
        state.stored().journal = whole[..cut].to_vec();
        let recovered = Journal::new(&mut state).recover(Some("r1")).expect("loads");
        assert!(recovered.end.is_none(), "cut at {cut}");
    }
}

#[test]
fn lengths_that_lie_are_no_records() {
    let mut payload = vec![3];
    payload.extend_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(codec::decode(&payload), Err(RecordError));
    let mut payload = Vec::new();
    codec::encode(&Record::End(End { status: 0, report: [0; 32] }), &mut payload);
    payload.push(0);
    assert_eq!(codec::decode(&payload), Err(RecordError));
}

#[test]
fn recovery_knows_what_is_owed_and_what_is_open() {
    let mut bytes = written();
    let recovered = Recovered::from_bytes(&bytes);
    assert!(!recovered.interrupted());
    // Without its last record, the end.
    bytes.truncate(bytes.len() - 12 - 34);
    let recovered = Recovered::from_bytes(&bytes);
    assert!(recovered.interrupted() && !recovered.torn);
    assert_eq!(recovered.temporary, ["/b"]);
    assert_eq!(recovered.unresolved["b"].attempt, 2);
    assert_eq!(recovered.applied["a"], [1; 32]);
    let owed = recovered.owed.list();
    let owed: Vec<(&str, &str)> = owed.iter().map(|o| (o.receiver.as_str(), o.sender.as_str())).collect();
    assert_eq!(owed, [("std.svc.Service[\"nginx\"]", "a"), ("std.svc.Service[\"nginx\"]", "b"), ("x", "y")]);
}

#[test]
fn an_attempt_takes_back_only_what_it_added() {
    let owed = Owed { receiver: "r".into(), kind: RefreshKind::Notify, sender: "s".into() };
    let mut book = OwedBook::new(std::slice::from_ref(&owed));
    book.intend("s", &[("r".into(), RefreshKind::Notify), ("q".into(), RefreshKind::Restart)]);
    book.conclude("s", false, false);
    assert_eq!(book.list(), [owed]);
    book.intend("s", &[("r".into(), RefreshKind::Restart)]);
    book.conclude("s", true, false);
    assert_eq!(book.of("r").map(|(kind, _)| kind), Some(RefreshKind::Restart));
    book.conclude("r", false, true);
    assert!(book.is_empty());
}

use crate::owed::OwedBook;
