//! Permission bits.

use std::sync::Arc;

use crate::value::Value;

/// What one class of users may do, as the record (read, write, execute); `shift` says which class.
pub(super) fn class(bits: u32, shift: u32) -> Value {
    let may = |bit: u32| Value::Bool(bits >> shift & bit != 0);
    Value::Record(Arc::new([may(4), may(2), may(1)]))
}
