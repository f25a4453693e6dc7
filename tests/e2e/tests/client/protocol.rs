//! Every method of the server, as each client whose abilities `pytest-lsp` knows: `tests/editors/protocol`.

use crate::script;
use mc_test_support::scratch::Scratch;
use mc_test_support::{binary, process, suite};
use std::process::Command;

pub(crate) fn every_method() {
    let scratch = Scratch::new();
    let server = serde_json::json!([binary::program("mc-lsp").as_str(), "--stdio"]);
    let mut pytest = Command::new(suite::python().expect("looked for before"));
    pytest.args(["-m", "pytest", "--basetemp", scratch.join("packages").as_str()]);
    pytest.arg(script("protocol")).current_dir(scratch.path());
    pytest.env("MC_SERVER", server.to_string()).env("PYTHONDONTWRITEBYTECODE", "1");
    pytest.env("XDG_CACHE_HOME", scratch.path());
    process::run(&mut pytest).success();
}
