//! What the owner of the databases is told.

use crate::answer::FileDiagnostics;
use crate::place::Home;
use crate::question::Question;
use crate::settings::Settings;
use tokio::sync::oneshot;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

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
    /// The client asks something of every package.
    Packages(oneshot::Sender<Vec<Home>>),
    /// A package was checked. None if it was changed meanwhile, or if the check failed.
    Checked { home: Home, revision: u64, found: Option<Vec<FileDiagnostics>> },
}
