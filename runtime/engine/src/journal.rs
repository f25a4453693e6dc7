//! The journal: what a run meant to do and what came of it, written before and after every effect, so that
//! the next run can take up one that was cut off.
//!
//! A file is the eight bytes `MCJRNL01` and records, each framed as length (four bytes, little-endian), the
//! first eight bytes of the SHA-256 of length and payload, and the payload. A tail that does not check out
//! was torn and is cut off. The journal holds one run: the next one begins it anew with what is still owed.

mod codec;
mod recover;

use mc_plan::digest::sha256;

pub use codec::RecordError;
pub use recover::{Recovered, Unresolved};

use crate::provider::RefreshKind;
use crate::state::{JournalSink, Owed, StateError};

/// The first bytes of a journal.
const MAGIC: &[u8; 8] = b"MCJRNL01";
/// No record is longer.
const MAX_RECORD: usize = 16 << 20;
const FRAME: usize = 12;

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A run begins. Durable before the first intent.
    Begin(Begin),
    /// A step is about to act. Durable before its first effect.
    Intent(Intent),
    /// What came of it. Durable with the next sync.
    Result(StepResult),
    /// The run is over and what it leaves is stored. Durable before the lock goes.
    End(End),
}

/// See [`Record::Begin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    /// The run's id.
    pub run: String,
    /// How often it was taken up after being cut off.
    pub resumed: u32,
    /// SHA-256 of the bundle's manifest.
    pub bundle: [u8; 32],
    /// The boot during which this was written.
    pub boot: String,
    /// Nanoseconds since the Unix epoch.
    pub wall: i64,
    /// What earlier runs left owed, sorted.
    pub owed: Vec<Owed>,
}

/// See [`Record::Intent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Identity of the step.
    pub step: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Digest of the diff.
    pub diff: [u8; 32],
    /// Temporary names it may leave.
    pub temporary: Vec<String>,
    /// Whom it will have to refresh, and how, once it has acted.
    pub owes: Vec<(String, RefreshKind)>,
}

/// See [`Record::Result`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// Identity of the step.
    pub step: String,
    /// What came of it.
    pub outcome: Ending,
    /// One line, for people.
    pub note: String,
    /// Whether what the intent said it would owe stands. Not where nothing was done.
    pub owes: bool,
    /// Whether all that was owed to this step has been delivered.
    pub cleared: bool,
    /// Digest of the desired state that is now in force.
    pub applied: Option<[u8; 32]>,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Ending {
    Unchanged,
    Changed,
    Failed,
    TimedOut,
    NotRun,
}

impl Ending {
    /// The word for it in the audit log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::NotRun => "not run",
        }
    }
}

/// See [`Record::End`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Exit status of the run.
    pub status: u8,
    /// SHA-256 of the report's JSON.
    pub report: [u8; 32],
}

/// Writes a journal.
pub struct Journal<'s> {
    sink: &'s mut dyn JournalSink,
    buffer: Vec<u8>,
    dirty: bool,
}

impl<'s> Journal<'s> {
    /// A journal over this sink. Nothing is written yet.
    pub fn new(sink: &'s mut dyn JournalSink) -> Self {
        Self { sink, buffer: Vec::new(), dirty: false }
    }

    /// Reads what the last run left. A torn tail is passed over; it goes when a run begins. If the run is
    /// `known` from another store and has ended here, what it did is not read.
    pub fn recover(&mut self, known: Option<&str>) -> Result<Recovered, StateError> {
        let bytes = self.sink.load()?;
        if let Some(known) = known
            && let Some((Record::Begin(begin), Record::End(end))) = ends(&bytes)
            && begin.run == known
        {
            return Ok(Recovered { begin: Some(begin), end: Some(end), ..Recovered::default() });
        }
        Ok(Recovered::from_bytes(&bytes))
    }

    /// Begins a run. What was there is replaced, durably and as a whole.
    pub fn begin(&mut self, begin: Begin) -> Result<(), StateError> {
        self.buffer.clear();
        self.buffer.extend_from_slice(MAGIC);
        frame(&Record::Begin(begin), &mut self.buffer)?;
        self.sink.reset(&self.buffer)
    }

    /// Adds records with one write.
    pub fn append(&mut self, records: &[Record]) -> Result<(), StateError> {
        if records.is_empty() {
            return Ok(());
        }
        self.buffer.clear();
        for record in records {
            frame(record, &mut self.buffer)?;
        }
        self.dirty = true;
        self.sink.append(&self.buffer)
    }

    /// Makes durable what was added.
    pub fn sync(&mut self) -> Result<(), StateError> {
        if self.dirty {
            self.sink.sync()?;
            self.dirty = false;
        }
        Ok(())
    }
}

fn frame(record: &Record, out: &mut Vec<u8>) -> Result<(), StateError> {
    let start = out.len();
    out.extend_from_slice(&[0; FRAME]);
    codec::encode(record, out);
    let payload = out.len() - start - FRAME;
    let too_long = || StateError("a journal record is too long".to_owned());
    if payload > MAX_RECORD {
        return Err(too_long());
    }
    let length = u32::try_from(payload).map_err(|_| too_long())?.to_le_bytes();
    let (head, body) = out.split_at_mut(start + FRAME);
    let sum = checksum(length, body);
    if let Some(head) = head.get_mut(start..) {
        head[..4].copy_from_slice(&length);
        head[4..].copy_from_slice(&sum);
    }
    Ok(())
}

fn checksum(length: [u8; 4], payload: &[u8]) -> [u8; 8] {
    let mut state = sha2::Sha256::default();
    sha2::Digest::update(&mut state, length);
    sha2::Digest::update(&mut state, payload);
    let whole: [u8; 32] = sha2::Digest::finalize(state).into();
    let mut sum = [0; 8];
    sum.copy_from_slice(&whole[..8]);
    sum
}

/// A record's bytes, as far as its length says.
struct Frame<'a> {
    length: [u8; 4],
    sum: &'a [u8],
    payload: &'a [u8],
    /// What follows it.
    rest: &'a [u8],
}

fn unframe(bytes: &[u8]) -> Option<Frame<'_>> {
    let (head, body) = bytes.split_at_checked(FRAME)?;
    let (length, sum) = head.split_at(4);
    let length = [length[0], length[1], length[2], length[3]];
    let size = usize::try_from(u32::from_le_bytes(length)).ok().filter(|size| *size <= MAX_RECORD)?;
    let (payload, rest) = body.split_at_checked(size)?;
    Some(Frame { length, sum, payload, rest })
}

/// The next record and what follows it; none where there is no whole one.
fn next(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let frame = unframe(bytes)?;
    if checksum(frame.length, frame.payload) != *frame.sum {
        return None;
    }
    Some((codec::decode(frame.payload).ok()?, frame.rest))
}

/// The first and the last record of a journal whose bytes end with a whole one.
fn ends(bytes: &[u8]) -> Option<(Record, Record)> {
    let (first, mut rest) = next(bytes.strip_prefix(MAGIC)?)?;
    let mut last = None;
    while !rest.is_empty() {
        last = Some(rest);
        rest = unframe(rest)?.rest;
    }
    Some((first, next(last?)?.0))
}

/// The records of a journal's bytes, and how many bytes of it are whole.
pub fn read(bytes: &[u8]) -> (Vec<Record>, usize) {
    let mut records = Vec::new();
    let Some(mut rest) = bytes.strip_prefix(MAGIC) else { return (records, 0) };
    while let Some((record, after)) = next(rest) {
        records.push(record);
        rest = after;
    }
    (records, bytes.len() - rest.len())
}

/// The digest of a diff, for intents.
pub fn diff_digest(diff: &crate::provider::Diff) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(64);
    for change in &diff.changes {
        codec::text(&change.property, &mut bytes);
        for side in [&change.old, &change.new] {
            bytes.push(u8::from(side.is_some()));
            codec::text(side.as_deref().unwrap_or_default(), &mut bytes);
        }
    }
    sha256(&bytes)
}

#[cfg(test)]
mod tests;
