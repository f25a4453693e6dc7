//! Visual Studio Code with the extension as it is packaged and the language server as it is released.
//!
//! The workbench runs in a browser (`tests/editors/vscode`). `drive.cjs` does what a user does, each step also with
//! a fault planted in the server.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stand outside the product: they use the real machine"
)]

mod package;
mod snippet;
mod workbench;

use std::process::{Command, ExitCode};

use mc_test_support::suite::{self, Test};
use mc_test_support::{binary, process, repository, scratch::Scratch};

fn main() -> ExitCode {
    let obstacle = ["node", "npm", "python3", "rg", workbench::BROWSER]
        .into_iter()
        .find_map(suite::missing)
        .or_else(workbench::obstacle);
    suite::run(
        "Visual Studio Code",
        vec![
            Test { name: "each_snippet_compiles", run: snippet::each_compiles, obstacle: None },
            Test { name: "the_packaged_extension_works_for_a_user", run: works_for_a_user, obstacle },
        ],
    )
}

fn works_for_a_user() {
    let scratch = Scratch::new();
    let extension =
        package::build(&scratch.join("extension"), &workbench::rig().join("extension/node_modules"));
    let faults = scratch.write("faults", "");
    // The setting takes a program without arguments.
    let server = scratch.write(
        "bin/mc-lsp",
        format!(
            "#!/bin/sh\nMC_FAULT=@{faults} MC_FAULT_SERVER={} exec python3 {} \"$@\"\n",
            binary::program("mc-lsp"),
            repository().join("tests/editors/fault.py"),
        ),
    );
    process::run(Command::new("chmod").args(["+x", server.as_str()])).success();
    let package = scratch.join("shop");
    package::copy(&repository().join("examples/web"), &package);
    // What was built last, for the plan to be compared with.
    let mcc = |arguments: &[&str]| {
        let mut mcc = Command::new(binary::program("mcc"));
        process::run(mcc.args(arguments).current_dir(scratch.path())).success();
    };
    mcc(&["key", "new", "--out", "keys", "--unencrypted"]);
    mcc(&["build", "shop", "-o", "shop/web.mcb", "--key", "keys/signing.pem"]);
    // What the user will find and repair.
    let main = package.join("src/main.mc");
    let text = std::fs::read_to_string(&main).expect("the example has a main module");
    let wrong = text.replace("    content = \"This is", "    contnet = \"This is");
    assert_ne!(text, wrong, "the example has changed; change the steps with it");
    std::fs::write(&main, wrong).expect("written");

    let workbench = workbench::start(&scratch.join("code"), &extension, &server);
    let pictures = repository().join("target/editors/vscode");
    let mut drive = workbench.script("drive.cjs");
    drive.env("MC_URL", workbench.url(&package)).env("MC_PACKAGE", &package);
    drive.env("MC_FAULTS", &faults).env("MC_OUT", &pictures);
    let output = process::run(&mut drive);
    assert!(
        output.code() == 0 && output.stdout.contains("all steps passed"),
        "{output}\n--- the screen is in {pictures}/failed.png"
    );
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        package::copy(&pictures, &repository().join("docs/tool/vscode"));
    }
}
