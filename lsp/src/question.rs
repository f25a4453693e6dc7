//! What the client asks: work on a snapshot, and where its result goes.

use crate::answer::Names;
use crate::place::Home;
use mc_compiler::{Database, File};
use std::fmt;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{Location, Position, Range, Uri};

/// A package as it is at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Snapshot<'a> {
    pub(crate) db: &'a Database,
    pub(crate) names: &'a Names,
}

impl Snapshot<'_> {
    /// The byte that a position means.
    pub(crate) fn offset(self, file: File, position: Position) -> u32 {
        let position = mc_ide::Position { line: position.line, column: position.character };
        let lines = mc_ide::line_index(self.db, file);
        lines.offset(file.text(self.db), position, self.names.settings.encoding)
    }

    /// The bytes between two positions.
    pub(crate) fn span(self, file: File, range: Range) -> mc_syntax::Span {
        let (start, end) = (self.offset(file, range.start), self.offset(file, range.end));
        mc_syntax::Span::new(start, end.max(start))
    }

    pub(crate) fn range(self, file: File, span: mc_syntax::Span) -> Range {
        self.names.range(self.db, file, span)
    }

    /// None for what is no file anywhere.
    pub(crate) fn location(self, at: mc_ide::Location) -> Option<Location> {
        self.names.location(self.db, at.file, at.span)
    }
}

/// What a question is about.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// A document, shown or not.
    Document(Uri),
    /// A whole package.
    Package(Home),
}

/// A question on its way.
pub(crate) struct Question {
    pub(crate) subject: Subject,
    /// The version that its positions belong to, once the document was looked up.
    pub(crate) version: Option<i32>,
    /// How often an answer was begun and given up.
    pub(crate) attempts: u8,
    asked: Box<dyn Asked>,
}

/// Where a question's result arrives.
pub(crate) type Reply<T> = oneshot::Receiver<jsonrpc::Result<T>>;

impl Question {
    /// `work` gets the file of the document; none if the question is about a package. Of a document that belongs to
    /// nothing the answer is the default.
    pub(crate) fn new<T: Default + Send + 'static>(
        subject: Subject,
        work: impl Fn(Snapshot<'_>, Option<File>) -> T + Send + 'static,
    ) -> (Self, Reply<T>) {
        let (reply, answer) = oneshot::channel();
        let asked = Box::new(Typed { work, found: T::default(), reply });
        (Question { subject, version: None, attempts: 0, asked }, answer)
    }

    /// Whether the client has taken it back.
    pub(crate) fn is_closed(&self) -> bool {
        self.asked.is_closed()
    }

    /// Does the work; the result is kept.
    pub(crate) fn work(&mut self, snapshot: Snapshot<'_>, file: Option<File>) {
        self.asked.work(snapshot, file);
    }

    /// Sends the result. Nobody may be waiting any more.
    pub(crate) fn answer(self) {
        self.asked.reply(None);
    }

    /// Answers with an error.
    pub(crate) fn fail(self, error: jsonrpc::Error) {
        self.asked.reply(Some(error));
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("subject", &self.subject).finish_non_exhaustive()
    }
}

trait Asked: Send {
    fn is_closed(&self) -> bool;
    fn work(&mut self, snapshot: Snapshot<'_>, file: Option<File>);
    fn reply(self: Box<Self>, error: Option<jsonrpc::Error>);
}

struct Typed<T, F> {
    work: F,
    found: T,
    reply: oneshot::Sender<jsonrpc::Result<T>>,
}

impl<T: Send, F: Fn(Snapshot<'_>, Option<File>) -> T + Send> Asked for Typed<T, F> {
    fn is_closed(&self) -> bool {
        self.reply.is_closed()
    }

    fn work(&mut self, snapshot: Snapshot<'_>, file: Option<File>) {
        self.found = (self.work)(snapshot, file);
    }

    fn reply(self: Box<Self>, error: Option<jsonrpc::Error>) {
        let Typed { found, reply, .. } = *self;
        let _ = reply.send(error.map_or(Ok(found), Err));
    }
}
