//! What the owner of the databases is told.

use crate::place::Home;
use crate::problems::Found;
use crate::question::Question;
use crate::settings::Settings;
use camino::Utf8PathBuf;
use mc_ide::Hints;
use tokio::sync::oneshot;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

/// Everything that can happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// The client has said what it can do.
    Started(Settings),
    /// Folders are open in the client, or are not any more.
    Folders { added: Vec<Uri>, removed: Vec<Uri> },
    /// Packages were found in an open folder.
    Found(Vec<Utf8PathBuf>),
    /// The user has other settings.
    Configured(Hints),
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
    /// A part of the server failed: an answer or a check is missing.
    Bug,
    /// A part of a package was checked, as it was in this revision.
    Checked { home: Home, revision: u64, found: Found },
}
