//! The operator's end of a session.

use std::io::{ErrorKind, Read, Write};

use crate::frame::{FrameError, Reader, Writer};
use crate::message::{Announced, Event, Finished, Hello, Refused, Start};
use crate::transfer::{self, Incoming};
use crate::wire::{self, from_agent, to_agent};
use crate::{PROTOCOLS, SessionError, agree};

/// The largest report in bytes that an agent may send.
pub const MAX_REPORT: u64 = 64 << 20;

/// Size and digest of a bundle, for [`Start`].
#[must_use]
pub fn announce(bundle: &[u8]) -> Announced {
    transfer::announce(bundle)
}

/// A session whose agent has greeted.
#[derive(Debug)]
pub struct Greeted<R, W> {
    reader: Reader<R>,
    writer: Writer<W>,
    hello: Hello,
    protocol: u32,
}

/// Waits for the greeting and agrees on a protocol. `reader` should be buffered.
///
/// # Errors
/// Anything but a greeting, and [`SessionError::NoCommonProtocol`].
pub fn greeted<R: Read, W: Write>(reader: R, writer: W) -> Result<Greeted<R, W>, SessionError> {
    const EXPECTED: &str = "Hello";
    let mut reader = Reader::new(reader);
    let hello = match next(&mut reader, EXPECTED)? {
        from_agent::Body::Hello(hello) => Hello::try_from(hello)?,
        other => return Err(SessionError::OutOfOrder { expected: EXPECTED, found: other.name() }),
    };
    let protocol = agree(&PROTOCOLS, &hello.protocols)
        .ok_or_else(|| SessionError::NoCommonProtocol { ours: PROTOCOLS, theirs: hello.protocols.clone() })?;
    Ok(Greeted { reader, writer: Writer::new(writer), hello, protocol })
}

impl<R: Read, W: Write> Greeted<R, W> {
    /// The greeting.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Says what to do and sends the bundle, whose size and digest must be the announced ones.
    ///
    /// # Errors
    /// When the stream fails, or the trust document and the labels are too large for a message. An agent
    /// that hangs up while the bundle is sent is no error yet: it may have said why.
    pub fn start(mut self, start: &Start, bundle: &[u8]) -> Result<Running<R, W>, SessionError> {
        self.say(to_agent::Body::Start(wire::Start::new(start, self.protocol)))?;
        for data in bundle.chunks(transfer::CHUNK) {
            match self.say(to_agent::Body::Chunk(wire::Chunk { data: data.to_vec() })) {
                Ok(()) => {}
                Err(FrameError::Io(error)) if error.kind() == ErrorKind::BrokenPipe => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Running { reader: self.reader, writer: self.writer, place: Place::Working })
    }

    fn say(&mut self, body: to_agent::Body) -> Result<(), FrameError> {
        self.writer.write(&wire::ToAgent { body: Some(body) })
    }
}

/// A session whose agent is at work.
#[derive(Debug)]
pub struct Running<R, W> {
    reader: Reader<R>,
    writer: Writer<W>,
    place: Place,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Working,
    Refused,
    Reported,
}

/// What an agent says while and after it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Something to show.
    Event(Event),
    /// The bundle was refused.
    Refused(Refused),
    /// The whole report: versioned JSON as the agent says; not parsed here.
    Report(Vec<u8>),
    /// The end. Nothing comes after it.
    Finished(Finished),
}

impl<R: Read, W: Write> Running<R, W> {
    /// Waits for the next thing. After [`Received::Finished`] there is nothing to wait for.
    ///
    /// # Errors
    /// A stream that fails or ends too early, and whatever may not come here.
    pub fn receive(&mut self) -> Result<Received, SessionError> {
        use from_agent::Body;
        let expected = match self.place {
            Place::Working => "Event, Refused, Report or Finished",
            Place::Refused => "Report or Finished",
            Place::Reported => "Finished",
        };
        match (next(&mut self.reader, expected)?, self.place) {
            (Body::Event(event), Place::Working) => Ok(Received::Event(event.try_into()?)),
            (Body::Refused(refused), Place::Working) => {
                self.place = Place::Refused;
                Ok(Received::Refused(refused.into()))
            }
            (Body::Report(head), Place::Working | Place::Refused) => {
                self.place = Place::Reported;
                Ok(Received::Report(self.report(&head)?))
            }
            (Body::Finished(finished), _) => Ok(Received::Finished(finished.try_into()?)),
            (other, _) => Err(SessionError::OutOfOrder { expected, found: other.name() }),
        }
    }

    /// Asks the agent to stop: nothing new starts, what is in flight ends.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn stop(&mut self) -> Result<(), FrameError> {
        self.writer.write(&wire::ToAgent { body: Some(to_agent::Body::Stop(wire::Stop {})) })
    }

    fn report(&mut self, head: &wire::Report) -> Result<Vec<u8>, SessionError> {
        const EXPECTED: &str = "Chunk";
        let digest = head.digest.as_slice().try_into();
        let digest = digest.map_err(|_| SessionError::Invalid { message: "Report", field: "digest" })?;
        let announced = Announced { size: head.size, digest };
        let mut incoming = Incoming::new("the report", announced, MAX_REPORT)?;
        // Not reserved: the size is only claimed.
        let mut report = Vec::new();
        while !incoming.complete() {
            match next(&mut self.reader, EXPECTED)? {
                from_agent::Body::Chunk(chunk) => incoming.chunk(&chunk.data, &mut report)?,
                other => return Err(SessionError::OutOfOrder { expected: EXPECTED, found: other.name() }),
            }
        }
        incoming.finish()?;
        Ok(report)
    }
}

fn next<R: Read>(reader: &mut Reader<R>, expected: &'static str) -> Result<from_agent::Body, SessionError> {
    let message = reader.read::<wire::FromAgent>()?.ok_or(SessionError::Ended { expected })?;
    message.body.ok_or(SessionError::Invalid { message: "FromAgent", field: "body" })
}
