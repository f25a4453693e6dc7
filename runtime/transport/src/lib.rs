//! Reaches agents on other machines: starts one there, and carries the protocol's session with it.
//!
//! A crate of its own because this is where the outside world comes in on the operator's side: it starts the
//! system's `ssh`, and nothing above it does. What it carries it does not read: bundles are bytes here.

pub mod failure;
pub mod program;
pub mod ssh;
pub mod target;
pub mod text;

use std::fmt;
use std::io::{BufRead, Write};

use mc_protocol::SessionError;
use mc_protocol::message::{Event, Finished, Hello, Refused, Start};
use mc_protocol::operator::{self, Received};

use crate::failure::Failure;
use crate::program::AgentProgram;
use crate::target::Target;

/// A way to machines.
pub trait Transport: Sync {
    /// Starts the agent on a machine, which gets it first if it does not have it, and waits for its greeting.
    ///
    /// # Errors
    /// Why there is no session. Nothing was done on the machine but perhaps keeping the agent.
    fn connect(&self, target: &Target, agent: &AgentProgram) -> Result<Connection, Failure>;
}

/// What remains of a way once both streams are in use.
pub trait Link: Send {
    /// The agent has greeted.
    fn greeted(&mut self);

    /// Gives up after an error of the session, and says what it means.
    fn explain(self: Box<Self>, error: SessionError) -> Failure;

    /// Takes down what is no longer needed. The agent has said everything.
    fn close(self: Box<Self>);
}

/// What is read from a machine.
pub type Input = Box<dyn BufRead + Send>;
/// What is written to a machine.
pub type Output = Box<dyn Write + Send>;

/// A session with an agent that has greeted.
pub struct Connection {
    session: operator::Greeted<Input, Output>,
    link: Box<dyn Link>,
    uploaded: bool,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("hello", self.session.hello()).finish_non_exhaustive()
    }
}

/// What a run on a machine came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Why the bundle was refused, if it was.
    pub refused: Option<Refused>,
    /// The agent's report, versioned JSON, if it made one.
    pub report: Option<Vec<u8>>,
    /// How it ended.
    pub finished: Finished,
}

impl Connection {
    /// Waits for the greeting of an agent that was just started, and checks that it is this one. `uploaded`
    /// says whether it was sent first.
    ///
    /// # Errors
    /// As the link explains them.
    pub fn greeted(
        input: Input,
        output: Output,
        mut link: Box<dyn Link>,
        agent: &AgentProgram,
        uploaded: bool,
    ) -> Result<Self, Failure> {
        match operator::greeted(input, output) {
            Err(error) => Err(link.explain(error)),
            Ok(session) if session.hello().agent_digest != *agent.digest() => {
                drop(session);
                link.close();
                Err(Failure::Damaged)
            }
            Ok(session) => {
                link.greeted();
                Ok(Self { session, link, uploaded })
            }
        }
    }

    /// How the agent greeted.
    pub fn hello(&self) -> &Hello {
        self.session.hello()
    }

    /// Whether the machine got the agent now.
    pub fn uploaded(&self) -> bool {
        self.uploaded
    }

    /// Has the agent run a bundle. `watch` gets what it says meanwhile.
    ///
    /// # Errors
    /// Why the end of the run is not known.
    pub fn run(
        self,
        start: &Start,
        bundle: &[u8],
        watch: &mut dyn FnMut(Event),
    ) -> Result<Delivered, Failure> {
        let Self { session, link, .. } = self;
        // The streams are closed before the link explains or closes.
        match deliver(session, start, bundle, watch) {
            Ok(delivered) => {
                link.close();
                Ok(delivered)
            }
            Err(error) => Err(link.explain(error)),
        }
    }
}

fn deliver(
    session: operator::Greeted<Input, Output>,
    start: &Start,
    bundle: &[u8],
    watch: &mut dyn FnMut(Event),
) -> Result<Delivered, SessionError> {
    let mut running = session.start(start, bundle)?;
    let (mut refused, mut report) = (None, None);
    loop {
        match running.receive()? {
            Received::Event(event) => watch(event),
            Received::Refused(why) => refused = Some(why),
            Received::Report(bytes) => report = Some(bytes),
            Received::Finished(finished) => return Ok(Delivered { refused, report, finished }),
        }
    }
}
