//! The bytes of a record: a tag, then the fields in order. Numbers are little-endian and of fixed size,
//! texts and lists are preceded by their length in four bytes.

use super::{Begin, End, Ending, Intent, Record, StepResult};
use crate::provider::RefreshKind;
use crate::state::Owed;

/// A record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a journal record is damaged")]
pub struct RecordError;

type Result<T> = std::result::Result<T, RecordError>;

const BEGIN: u8 = 1;
const INTENT: u8 = 2;
const RESULT: u8 = 3;
const END: u8 = 4;

/// A length in four bytes. What is longer makes the record too long, which its writer refuses.
fn length(count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    length(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn kind_code(kind: RefreshKind) -> u8 {
    match kind {
        RefreshKind::Reload => 0,
        RefreshKind::Notify => 1,
        RefreshKind::Restart => 2,
    }
}

fn ending_code(ending: Ending) -> u8 {
    match ending {
        Ending::Unchanged => 0,
        Ending::Changed => 1,
        Ending::Failed => 2,
        Ending::TimedOut => 3,
        Ending::NotRun => 4,
    }
}

pub(super) fn encode(record: &Record, out: &mut Vec<u8>) {
    match record {
        Record::Begin(begin) => {
            out.push(BEGIN);
            text(&begin.run, out);
            out.extend_from_slice(&begin.resumed.to_le_bytes());
            out.extend_from_slice(&begin.bundle);
            text(&begin.boot, out);
            out.extend_from_slice(&begin.wall.to_le_bytes());
            length(begin.owed.len(), out);
            for owed in &begin.owed {
                text(&owed.receiver, out);
                out.push(kind_code(owed.kind));
                text(&owed.sender, out);
            }
        }
        Record::Intent(intent) => {
            out.push(INTENT);
            text(&intent.step, out);
            out.extend_from_slice(&intent.attempt.to_le_bytes());
            out.extend_from_slice(&intent.diff);
            length(intent.temporary.len(), out);
            for name in &intent.temporary {
                text(name, out);
            }
            length(intent.owes.len(), out);
            for (receiver, kind) in &intent.owes {
                text(receiver, out);
                out.push(kind_code(*kind));
            }
        }
        Record::Result(result) => {
            out.push(RESULT);
            text(&result.step, out);
            out.push(ending_code(result.outcome));
            text(&result.note, out);
            out.push(u8::from(result.owes));
            out.push(u8::from(result.cleared));
            out.push(u8::from(result.applied.is_some()));
            out.extend_from_slice(result.applied.as_ref().map_or(&[], |digest| digest.as_slice()));
        }
        Record::End(end) => {
            out.push(END);
            out.push(end.status);
            out.extend_from_slice(&end.report);
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(RecordError)?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| RecordError)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    fn flag(&mut self) -> Result<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(RecordError),
        }
    }

    fn number(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn text(&mut self) -> Result<String> {
        let length = usize::try_from(self.number()?).map_err(|_| RecordError)?;
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| RecordError)
    }

    fn kind(&mut self) -> Result<RefreshKind> {
        match self.byte()? {
            0 => Ok(RefreshKind::Reload),
            1 => Ok(RefreshKind::Notify),
            2 => Ok(RefreshKind::Restart),
            _ => Err(RecordError),
        }
    }

    /// The list grows with what is read, never with what its length claims.
    fn list<T>(&mut self, mut element: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.number()?;
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(element(self)?);
        }
        Ok(list)
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<Record> {
    let mut reader = Reader(bytes);
    let r = &mut reader;
    let record = match r.byte()? {
        BEGIN => Record::Begin(Begin {
            run: r.text()?,
            resumed: r.number()?,
            bundle: r.array()?,
            boot: r.text()?,
            wall: i64::from_le_bytes(r.array()?),
            owed: r.list(|r| Ok(Owed { receiver: r.text()?, kind: r.kind()?, sender: r.text()? }))?,
        }),
        INTENT => Record::Intent(Intent {
            step: r.text()?,
            attempt: r.number()?,
            diff: r.array()?,
            temporary: r.list(Reader::text)?,
            owes: r.list(|r| Ok((r.text()?, r.kind()?)))?,
        }),
        RESULT => Record::Result(StepResult {
            step: r.text()?,
            outcome: match r.byte()? {
                0 => Ending::Unchanged,
                1 => Ending::Changed,
                2 => Ending::Failed,
                3 => Ending::TimedOut,
                4 => Ending::NotRun,
                _ => return Err(RecordError),
            },
            note: r.text()?,
            owes: r.flag()?,
            cleared: r.flag()?,
            applied: if r.flag()? { Some(r.array()?) } else { None },
        }),
        END => Record::End(End { status: r.byte()?, report: r.array()? }),
        _ => return Err(RecordError),
    };
    if reader.0.is_empty() { Ok(record) } else { Err(RecordError) }
}
