//! The colours that clients have, so that only what changed is sent again.

use crate::answer;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tower_lsp::ls_types::{
    SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensFullDeltaResult, Uri,
};

/// By document: the number of the last answer, and its tokens.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    documents: Mutex<Documents>,
}

#[derive(Debug, Default)]
struct Documents {
    next: u64,
    known: BTreeMap<Uri, (String, Vec<SemanticToken>)>,
}

impl TokenCache {
    /// Keeps an answer and gives it a number.
    pub(crate) fn keep(&self, uri: Uri, tokens: SemanticTokens) -> SemanticTokens {
        let mut documents = self.lock();
        documents.next += 1;
        let id = documents.next.to_string();
        documents.known.insert(uri, (id.clone(), tokens.data.clone()));
        SemanticTokens { result_id: Some(id), data: tokens.data }
    }

    /// What changed since the answer with this number; everything if it is not the last one.
    pub(crate) fn change(
        &self,
        uri: Uri,
        since: &str,
        tokens: SemanticTokens,
    ) -> SemanticTokensFullDeltaResult {
        let before = self.lock().known.get(&uri).filter(|(id, _)| id == since).map(|(_, data)| data.clone());
        let now = self.keep(uri, tokens);
        match before {
            None => SemanticTokensFullDeltaResult::Tokens(now),
            Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
                result_id: now.result_id,
                edits: answer::token_edits(&before, &now.data),
            }),
        }
    }

    /// Forgets a document.
    pub(crate) fn forget(&self, uri: &Uri) {
        self.lock().known.remove(uri);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
