//! Neovim with the configuration in `editors/neovim`. The session is `tests/editors/neovim/session.lua`, which says
//! which step has failed.

use crate::package::Package;
use crate::script;
use mc_test_support::process::{self, Output};
use std::process::Command;

pub(crate) fn shows_what_the_server_knows() {
    let (output, log) = session(None, 60);
    let passed = output.code() == 0 && output.stderr.contains("all steps passed");
    assert!(passed, "{output}\n--- log\n{log}");
}

/// Without what a method says, the step that needs it fails.
pub(crate) fn finds_a_planted_fault() {
    crate::fault::found(
        &[
            // The package is checked without it; what is typed then goes nowhere.
            ("textDocument/didOpen", "the problem changes"),
            ("textDocument/publishDiagnostics", "a problem appears"),
            ("textDocument/didChange", "the problem changes"),
            ("textDocument/codeAction", "the quick fix"),
            ("textDocument/formatting", "formatted: "),
            ("textDocument/hover", "hover of site.port"),
            ("textDocument/completion", "completion"),
            ("textDocument/definition", "the definition of a field"),
            ("textDocument/rename", "the new name"),
            ("exit", "the server ends"),
        ],
        |method| session(Some(method), 10).0,
    );
}

/// How the session ended, and the log of the editor.
fn session(fault: Option<&str>, patience: u32) -> (Output, String) {
    let package = Package::new();
    let configuration = mc_test_support::repository().join("editors/neovim");
    let mut editor = Command::new("nvim");
    editor.args(["--headless", "--clean", "--cmd", &format!("set runtimepath^={configuration}")]);
    editor.args(["-c", &format!("luafile {}", script("neovim/session.lua"))]);
    package.prepare(&mut editor, fault, patience);
    let output = process::run(&mut editor);
    let log = std::fs::read_to_string(package.scratch.join("nvim/lsp.log")).unwrap_or_default();
    (output, log)
}
