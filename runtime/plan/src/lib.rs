//! The contract between the compiler and the runtime: values, residual expressions with their evaluator,
//! resource schemas, the plan, and the signed bundle that carries it.
//!
//! A crate of its own because both sides must link exactly this and nothing of each other: it knows neither
//! sources nor hosts, does no IO, and is small enough to be read whole.

pub mod bundle;
pub mod check;
pub mod codec;
pub mod digest;
pub mod eval;
pub mod expr;
pub mod host_file;
pub mod inspect;
pub mod instance;
pub mod json;
pub mod key;
pub mod op;
pub mod plan;
pub mod reading;
pub mod schema;
#[cfg(feature = "sign")]
pub mod sign;
pub mod text;
pub mod time;
pub mod trust;
pub mod value;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
