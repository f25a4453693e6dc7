//! Hierarchies of calls and of types. An item is asked about again by its place: nothing is kept in between.

use crate::question::Snapshot;
use mc_compiler::File;
use mc_ide::{Call, Node};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Position, TypeHierarchyItem,
};

/// `textDocument/prepareCallHierarchy`
pub(crate) fn prepare_calls(
    at: Snapshot<'_>,
    file: File,
    position: Position,
) -> Option<Vec<CallHierarchyItem>> {
    let node = mc_ide::prepare_calls(at.db, file, at.offset(file, position))?;
    Some(vec![call_item(at, node)?])
}

/// `callHierarchy/incomingCalls`
pub(crate) fn incoming_calls(
    at: Snapshot<'_>,
    file: File,
    position: Position,
) -> Option<Vec<CallHierarchyIncomingCall>> {
    let calls = mc_ide::incoming_calls(at.db, file, at.offset(file, position));
    let call = |Call { node, places }: Call| {
        let from_ranges = places.into_iter().map(|place| at.range(node.file, place)).collect();
        Some(CallHierarchyIncomingCall { from: call_item(at, node)?, from_ranges })
    };
    Some(calls.into_iter().filter_map(call).collect())
}

/// `callHierarchy/outgoingCalls`
pub(crate) fn outgoing_calls(
    at: Snapshot<'_>,
    file: File,
    position: Position,
) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let offset = at.offset(file, position);
    // The places are in the file that the caller is declared in.
    let home = mc_ide::prepare_calls(at.db, file, offset)?.file;
    let call = |Call { node, places }: Call| {
        let from_ranges = places.into_iter().map(|place| at.range(home, place)).collect();
        Some(CallHierarchyOutgoingCall { to: call_item(at, node)?, from_ranges })
    };
    Some(mc_ide::outgoing_calls(at.db, file, offset).into_iter().filter_map(call).collect())
}

fn call_item(at: Snapshot<'_>, node: Node) -> Option<CallHierarchyItem> {
    Some(CallHierarchyItem {
        uri: at.names.uri_of_file(at.db, node.file)?,
        range: at.range(node.file, node.range),
        selection_range: at.range(node.file, node.selection),
        kind: super::structure::kind(node.kind),
        name: node.name,
        detail: (!node.detail.is_empty()).then_some(node.detail),
        tags: None,
        data: None,
    })
}

/// `textDocument/prepareTypeHierarchy`
pub(crate) fn prepare_types(
    at: Snapshot<'_>,
    file: File,
    position: Position,
) -> Option<Vec<TypeHierarchyItem>> {
    let node = mc_ide::prepare_types(at.db, file, at.offset(file, position))?;
    Some(vec![type_item(at, node)?])
}

/// `typeHierarchy/supertypes`
pub(crate) fn supertypes(at: Snapshot<'_>, file: File, position: Position) -> Option<Vec<TypeHierarchyItem>> {
    let found = mc_ide::supertypes(at.db, file, at.offset(file, position));
    Some(found.into_iter().filter_map(|node| type_item(at, node)).collect())
}

/// `typeHierarchy/subtypes`
pub(crate) fn subtypes(at: Snapshot<'_>, file: File, position: Position) -> Option<Vec<TypeHierarchyItem>> {
    let found = mc_ide::subtypes(at.db, file, at.offset(file, position));
    Some(found.into_iter().filter_map(|node| type_item(at, node)).collect())
}

fn type_item(at: Snapshot<'_>, node: Node) -> Option<TypeHierarchyItem> {
    Some(TypeHierarchyItem {
        uri: at.names.uri_of_file(at.db, node.file)?,
        range: at.range(node.file, node.range),
        selection_range: at.range(node.file, node.selection),
        kind: super::structure::kind(node.kind),
        name: node.name,
        detail: (!node.detail.is_empty()).then_some(node.detail),
        tags: None,
        data: None,
    })
}
