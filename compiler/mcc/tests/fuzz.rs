//! The fuzz targets of `tests/fuzz` over the inputs that are kept: each found a mistake, or reaches code that few do.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "test code: it uses the real machine, and what cannot be prepared fails the test"
)]

#[path = "../../../tests/fuzz/src/bundle.rs"]
mod bundle;
#[path = "../../../tests/fuzz/src/check.rs"]
mod check;
#[path = "../../../tests/fuzz/src/data.rs"]
mod data;
#[path = "../../syntax/tests/suite/faithful.rs"]
mod faithful;
#[path = "../../../tests/fuzz/src/format.rs"]
mod format;
#[path = "../../../tests/fuzz/src/syntax.rs"]
mod syntax;

use camino::Utf8Path;

/// Runs a target over its inputs. The name of an input that fails is on the screen.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus").join(target);
    let mut inputs: Vec<_> = folder
        .read_dir_utf8()
        .expect("the folder of inputs")
        .map(|entry| entry.expect("an entry").into_path())
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    for input in inputs {
        println!("{input}");
        run(&std::fs::read(&input).expect("an input"));
    }
}

#[test]
fn sources() {
    replay("syntax", syntax::file);
}

#[test]
fn formatting() {
    replay("format", format::file);
}

#[test]
fn templates() {
    replay("template", syntax::template);
}

#[test]
fn bundles() {
    replay("bundle", bundle::read);
}

#[test]
fn packages() {
    replay("check", check::file);
}

#[test]
fn data_files() {
    replay("data", data::file);
}
