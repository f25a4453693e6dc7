//! The agent's end of a session. The types make it say things in the right order.

use std::io::{Read, Write};

use crate::frame::{FrameError, Reader, Writer};
use crate::message::{Event, Finished, Hello, Refused, Start};
use crate::transfer::{self, Incoming};
use crate::wire::{self, from_agent, to_agent};
use crate::{PROTOCOLS, SessionError};

/// A session that has greeted and waits to hear what to do.
#[derive(Debug)]
pub struct Greeted<R, W> {
    reader: Reader<R>,
    voice: Voice<W>,
}

/// Greets. `reader` should be buffered.
///
/// # Errors
/// When the stream fails.
pub fn greet<R: Read, W: Write>(reader: R, writer: W, hello: &Hello) -> Result<Greeted<R, W>, SessionError> {
    let mut voice = Voice { writer: Writer::new(writer) };
    voice.say(from_agent::Body::Hello(hello.into()))?;
    Ok(Greeted { reader: Reader::new(reader), voice })
}

impl<R: Read, W: Write> Greeted<R, W> {
    /// Waits for the operator. None if they left without a word, such as after a look at the greeting.
    ///
    /// # Errors
    /// Anything but a `Start` that makes sense.
    pub fn start(mut self) -> Result<Option<Started<R, W>>, SessionError> {
        let start = match next(&mut self.reader)? {
            None => return Ok(None),
            Some(to_agent::Body::Start(start)) => start,
            Some(other) => {
                return Err(SessionError::OutOfOrder { expected: "Start", found: other.name() });
            }
        };
        if !PROTOCOLS.contains(&start.protocol) {
            let theirs = start.protocol..=start.protocol;
            return Err(SessionError::NoCommonProtocol { ours: PROTOCOLS, theirs });
        }
        let start = Start::try_from(start)?;
        Ok(Some(Started { reader: self.reader, voice: self.voice, start }))
    }
}

/// A session that knows what to do. The bundle comes next.
#[derive(Debug)]
pub struct Started<R, W> {
    reader: Reader<R>,
    voice: Voice<W>,
    start: Start,
}

impl<R: Read, W: Write> Started<R, W> {
    /// What to do.
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// Takes the bundle in, of at most `limit` bytes, and writes it to `sink` as it comes. Only after success
    /// has `sink` the bytes that were announced. Call it at most once; an agent that refuses earlier need not.
    ///
    /// # Errors
    /// A bundle that is too large, cut or not the announced one; a sink that fails.
    pub fn bundle(&mut self, limit: u64, sink: &mut impl Write) -> Result<(), SessionError> {
        let mut incoming = Incoming::new("the bundle", self.start.bundle, limit)?;
        while !incoming.complete() {
            match next(&mut self.reader)? {
                Some(to_agent::Body::Chunk(chunk)) => incoming.chunk(&chunk.data, sink)?,
                Some(other) => {
                    return Err(SessionError::OutOfOrder { expected: "Chunk", found: other.name() });
                }
                None => return Err(SessionError::Ended { expected: "Chunk" }),
            }
        }
        incoming.finish()
    }

    /// Parts listening from speaking: both go on while the run does.
    pub fn split(self) -> (Ear<R>, Voice<W>) {
        (Ear { reader: self.reader }, self.voice)
    }
}

fn next<R: Read>(reader: &mut Reader<R>) -> Result<Option<to_agent::Body>, SessionError> {
    let Some(message) = reader.read::<wire::ToAgent>()? else { return Ok(None) };
    let body = message.body.ok_or(SessionError::Invalid { message: "ToAgent", field: "body" })?;
    Ok(Some(body))
}

/// Listens while the run goes on.
#[derive(Debug)]
pub struct Ear<R> {
    reader: Reader<R>,
}

impl<R: Read> Ear<R> {
    /// Blocks until the run should stop: the operator says so, is gone, or says what makes no sense.
    pub fn wait_for_stop(mut self) {
        // Whatever comes or fails here means the same.
        let _ = next(&mut self.reader);
    }
}

/// Speaks. Texts that are very long are cut, except in the report.
#[derive(Debug)]
pub struct Voice<W> {
    writer: Writer<W>,
}

impl<W: Write> Voice<W> {
    /// Says what goes on.
    ///
    /// # Errors
    /// When the stream fails. The run need not care: the operator is gone, and the ear hears that too.
    pub fn event(&mut self, event: &Event) -> Result<(), FrameError> {
        self.say(from_agent::Body::Event(event.into()))
    }

    /// Ends the session: why the bundle was refused if it was, the JSON report if there is one, and the rest.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn finish(
        mut self,
        refused: Option<&Refused>,
        report: Option<&[u8]>,
        finished: &Finished,
    ) -> Result<(), FrameError> {
        if let Some(refused) = refused {
            self.say(from_agent::Body::Refused(refused.into()))?;
        }
        if let Some(report) = report {
            let announced = transfer::announce(report);
            let head = wire::Report { size: announced.size, digest: announced.digest.to_vec() };
            self.say(from_agent::Body::Report(head))?;
            for data in report.chunks(transfer::CHUNK) {
                self.say(from_agent::Body::Chunk(wire::Chunk { data: data.to_vec() }))?;
            }
        }
        self.say(from_agent::Body::Finished(finished.into()))
    }

    fn say(&mut self, body: from_agent::Body) -> Result<(), FrameError> {
        self.writer.write(&wire::FromAgent { body: Some(body) })
    }
}
