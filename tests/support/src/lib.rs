//! What the end-to-end tests share: throw-away Debian hosts, the built programs, pictures of file
//! trees, system call traces and the measuring of child processes.
//!
//! A crate of its own because several test crates and the task runner use it and no product crate may
//! link it. It depends on no other crate of the workspace, so that each of them may use it in its tests.
//!
//! A failure to prepare a test is a failed test: functions here panic with a message instead of
//! returning errors.
#![allow(clippy::panic, clippy::expect_used, reason = "test code: what cannot be prepared fails the test")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests stand outside the product: they use the real machine"
)]

pub mod binary;
pub mod hosts;
pub mod measure;
pub mod process;
pub mod scratch;
pub mod strace;
pub mod suite;
pub mod tree;
pub mod workshop;

use camino::Utf8PathBuf;

/// The root of the repository this crate was built from.
pub fn repository() -> Utf8PathBuf {
    let manifest = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).expect("this crate lies two levels below the root").to_owned()
}
