//! Steps that are left out by `skip when`, and the outputs that they have all the same.

use mc_plan::schema::{OutputKind, Schema};
use mc_plan::value::Value;

use super::preflight::Found;
use crate::graph::{Graph, Vertex, at};
use crate::provider::ProviderError;

/// Whether somebody reads outputs of a step that are read from the host, so that even a skipped one is looked at.
pub(super) fn looks(graph: &Graph<'_>, vertex: Vertex) -> bool {
    let used = graph.outputs_used.get(at(vertex)).copied().unwrap_or(false);
    used && schema(graph, vertex)
        .is_some_and(|schema| schema.outputs.iter().any(|output| output.kind == OutputKind::Read))
}

/// The outputs of a skipped step that nobody looked at: none.
pub(super) fn nothing(graph: &Graph<'_>, vertex: Vertex) -> Vec<Option<Value>> {
    vec![None; schema(graph, vertex).map_or(0, |schema| schema.outputs.len())]
}

/// The outputs of a skipped step after a look at it: what is read, and nothing of what it would have produced.
pub(super) fn outputs(
    graph: &Graph<'_>,
    vertex: Vertex,
    found: Found,
) -> Result<Vec<Option<Value>>, ProviderError> {
    let read = match found {
        Found::Same(outputs) => outputs.unwrap_or_default(),
        Found::Differs(look) => look.observed.outputs,
        Found::Failed(error) => return Err(error),
    };
    let mut outputs = nothing(graph, vertex);
    let declared = schema(graph, vertex).map_or(&[][..], |schema| schema.outputs.as_slice());
    for ((slot, output), value) in outputs.iter_mut().zip(declared).zip(read) {
        if output.kind == OutputKind::Read {
            *slot = value;
        }
    }
    Ok(outputs)
}

fn schema<'p>(graph: &Graph<'p>, vertex: Vertex) -> Option<&'p Schema> {
    graph.plan.schemas.get(at(graph.step(vertex)?.schema))
}
