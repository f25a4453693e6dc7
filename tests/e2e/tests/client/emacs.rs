//! Emacs with the mode in `editors/emacs` and Eglot. The session is `tests/editors/emacs/session.el`, which says which
//! step has failed.

use crate::package::Package;
use crate::script;
use mc_test_support::process::{self, Output};
use mc_test_support::scratch::Scratch;
use std::process::Command;

pub(crate) fn shows_what_the_server_knows() {
    let output = session(None, 60);
    assert!(output.code() == 0 && output.stderr.contains("all steps passed"), "{output}");
}

/// Without what a method says, the step that needs it fails.
pub(crate) fn finds_a_planted_fault() {
    crate::fault::found(
        &[
            // The package is checked without it; what is typed then goes nowhere.
            ("textDocument/didOpen", "the problem vanishes"),
            ("textDocument/publishDiagnostics", "a problem appears"),
            ("textDocument/didChange", "the problem vanishes"),
            ("textDocument/codeAction", "the quick fix"),
            ("textDocument/formatting", "formatting"),
            ("textDocument/hover", "hover"),
            ("textDocument/completion", "completion"),
            ("textDocument/definition", "the definition of a field"),
            ("textDocument/rename", "the new name"),
            ("shutdown", "the server ends"),
            ("exit", "the server ends"),
        ],
        |method| session(Some(method), 10),
    );
}

/// Without a warning.
pub(crate) fn the_mode_compiles() {
    let scratch = Scratch::new();
    let mode = mc_test_support::repository().join("editors/emacs/masterchef-mode.el");
    let copy = scratch.write("masterchef-mode.el", std::fs::read(mode).expect("the mode"));
    let mut emacs = Command::new("emacs");
    emacs.args(["--batch", "--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile"]);
    process::run(emacs.arg(copy).env("HOME", scratch.path())).success();
}

fn session(fault: Option<&str>, patience: u32) -> Output {
    let package = Package::new();
    let mode = mc_test_support::repository().join("editors/emacs");
    let mut editor = Command::new("emacs");
    editor.args(["--batch", "-L", mode.as_str(), "-l", script("emacs/session.el").as_str()]);
    package.prepare(&mut editor, fault, patience);
    process::run(&mut editor)
}
