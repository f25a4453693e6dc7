//! Desired states, generated from the resource schemas of the standard library by `cargo xtask
//! codegen`. Edit `stdlib/src/std/*.mc` instead.

#[cfg(any(test, feature = "testing"))]
pub(crate) mod encoded;
pub(crate) mod exec;
pub(crate) mod fs;
pub(crate) mod pkg;
pub(crate) mod svc;
pub(crate) mod user;
