//! What the client is told unasked. The owner of the databases never waits for the client: this does.

use crate::log;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::Client;
use tower_lsp::ls_types::{MessageType, NumberOrString, PublishDiagnosticsParams};

const BUG: &str = "The language server met a bug and goes on without an answer. What it says about it stands in its output.";

/// Something that the client is told.
#[derive(Debug)]
pub(crate) enum Notice {
    /// What is wrong in a document.
    Problems(PublishDiagnosticsParams),
    /// A package is opened, until the other end is dropped.
    Opening { title: String, done: oneshot::Receiver<()> },
    /// A package cannot be read.
    Unreadable(String),
    /// A part of the server failed.
    Bug,
}

/// Tells the client, in the order in which it happened.
pub(crate) async fn tell(client: Client, mut notices: mpsc::UnboundedReceiver<Notice>) {
    let mut openings = 0;
    while let Some(notice) = notices.recv().await {
        match notice {
            Notice::Problems(PublishDiagnosticsParams { uri, diagnostics, version }) => {
                client.publish_diagnostics(uri, diagnostics, version).await;
            }
            Notice::Opening { title, done } => {
                openings += 1;
                // Not awaited: the client may answer late.
                tokio::spawn(show_progress(client.clone(), format!("opening {openings}"), title, done));
            }
            Notice::Unreadable(text) => client.show_message(MessageType::ERROR, text).await,
            Notice::Bug => client.show_message(MessageType::ERROR, BUG).await,
        }
    }
}

async fn show_progress(client: Client, token: String, title: String, done: oneshot::Receiver<()>) {
    let token = NumberOrString::String(token);
    if let Err(error) = client.create_work_done_progress(token.clone()).await {
        return log(&format!("the client shows no progress: {error}"));
    }
    let progress = client.progress(token, title).begin().await;
    // Nothing is ever sent: the other end is dropped.
    let _ = done.await;
    progress.finish().await;
}
