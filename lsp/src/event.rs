//! What the owner of the databases is told.

use crate::answer::{Answer, FileDiagnostics};
use crate::place::Home;
use crate::settings::Settings;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{Position, TextDocumentContentChangeEvent, Uri};

/// Everything that can happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// The client has said what it can do.
    Started(Settings),
    /// A document is shown; from now on its text is the client's.
    Opened { uri: Uri, version: i32, text: String },
    /// A document was edited.
    Changed { uri: Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent> },
    /// A document is not shown any more; its text is the disk's.
    Closed { uri: Uri },
    /// A document was written to the disk.
    Saved { uri: Uri },
    /// Files changed on the disk.
    FilesChanged(Vec<Uri>),
    /// The client asks something.
    Asked(Question),
    /// A package was checked. None if it was changed meanwhile, or if the check failed.
    Checked { home: Home, revision: u64, found: Option<Vec<FileDiagnostics>> },
}

/// What can be asked about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Hover,
    Definition,
    /// The whole document, wherever the place is.
    Formatting,
}

/// A question about a place in a document.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) ask: Ask,
    pub(crate) uri: Uri,
    pub(crate) position: Position,
    /// The version that the position belongs to, once the document was looked up.
    pub(crate) version: Option<i32>,
    /// How often an answer was begun and given up.
    pub(crate) attempts: u8,
    /// Where the answer goes. Closed when the client takes the question back.
    pub(crate) reply: oneshot::Sender<jsonrpc::Result<Answer>>,
}

impl Question {
    /// Answers it. Nobody may be waiting any more.
    pub(crate) fn answer(self, answer: jsonrpc::Result<Answer>) {
        let _ = self.reply.send(answer);
    }
}
