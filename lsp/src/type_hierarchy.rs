//! Says that type hierarchies can be asked for.
//!
//! The protocol's library passes the requests on and has no field for saying so, and not every client lets a server say it
//! later. So this stands around the service and adds it to the answer to `initialize`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;

const FIELD: &str = "typeHierarchyProvider";

/// A service that offers type hierarchies.
#[derive(Debug)]
pub(crate) struct TypeHierarchy<S> {
    inner: S,
}

impl<S> TypeHierarchy<S> {
    pub(crate) fn new(inner: S) -> Self {
        TypeHierarchy { inner }
    }
}

impl<S> Service<Request> for TypeHierarchy<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let is_first = request.method() == "initialize";
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(if is_first { response.map(with_type_hierarchy) } else { response })
        })
    }
}

fn with_type_hierarchy(response: Response) -> Response {
    let (id, result) = response.into_parts();
    let result = result.map(|mut result| {
        if let Some(capabilities) = result.get_mut("capabilities").and_then(|value| value.as_object_mut()) {
            capabilities.insert(FIELD.to_owned(), true.into());
        }
        result
    });
    Response::from_parts(id, result)
}
