//! How the conversation ends.
//!
//! The protocol asks for exit status 0 after `shutdown` and `exit`, and for 1 after an `exit` alone. The
//! library does not tell the two apart, so this stands between the transport and the service and watches.
//! Some clients also send `"params": null` where there are none, which not every method takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tower_lsp::jsonrpc::Request;
use tower_service::Service;

/// What was said at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Farewell {
    shutdown: Arc<AtomicBool>,
    exit: Arc<AtomicBool>,
}

impl Farewell {
    /// Whether the client ended as it should. When its input just ends, the client is gone, and nobody reads
    /// the status.
    pub(crate) fn is_clean(&self) -> bool {
        self.shutdown.load(Ordering::SeqCst) && self.exit.load(Ordering::SeqCst)
    }
}

/// A service that watches for the end of the conversation.
#[derive(Debug)]
pub(crate) struct ExitWatch<S> {
    inner: S,
    farewell: Farewell,
}

impl<S> ExitWatch<S> {
    pub(crate) fn new(inner: S, farewell: Farewell) -> Self {
        ExitWatch { inner, farewell }
    }
}

impl<S: Service<Request>> Service<Request> for ExitWatch<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        match request.method() {
            "shutdown" => self.farewell.shutdown.store(true, Ordering::SeqCst),
            "exit" => self.farewell.exit.store(true, Ordering::SeqCst),
            _ => {}
        }
        self.inner.call(without_null(request))
    }
}

/// The request without parameters that are `null`; `initialized` has an object that may be empty.
fn without_null(request: Request) -> Request {
    if !request.params().is_some_and(|params| params.is_null()) {
        return request;
    }
    let (method, id, _) = request.into_parts();
    let needs_object = method == "initialized";
    let mut builder = Request::build(method);
    if let Some(id) = id {
        builder = builder.id(id);
    }
    if needs_object {
        builder = builder.params(tower_lsp::ls_types::LSPAny::Object(Default::default()));
    }
    builder.finish()
}
