//! Paths: texts that are normal, see [`crate::value::TextKind::AbsPath`].

use std::sync::Arc;

use super::{EvalError, Result, check_text};
use crate::value::{TextKind, Value};

pub(super) fn parent(path: &Arc<str>) -> Result<Value> {
    match path.rsplit_once('/') {
        Some(("", _)) => Ok(Value::Str("/".into())),
        Some((parent, _)) => Ok(Value::Str(parent.into())),
        None => Err(EvalError::NoParent(path.clone())),
    }
}

/// The last segment; of the root, the empty text.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The name before its last dot, and what follows it. A dot at the start makes no extension.
pub(super) fn split_name(path: &str) -> (&str, Option<&str>) {
    let name = name(path);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, Some(extension)),
        _ => (name, None),
    }
}

pub(super) fn join(path: &str, relative: &str) -> Result<Value> {
    let slash = if path.ends_with('/') { "" } else { "/" };
    let joined = format!("{path}{slash}{relative}");
    // Two normal paths give one, unless it is too long.
    check_text(if joined.starts_with('/') { TextKind::AbsPath } else { TextKind::RelPath }, &joined)?;
    Ok(Value::Str(joined.into()))
}

/// What remains of a path below another one: nothing of the same.
pub(super) fn below<'a>(path: &'a str, other: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(other.strip_suffix('/').unwrap_or(other))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}
