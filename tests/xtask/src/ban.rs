//! The bans of `clippy.toml` hold: a planted use of each is refused, and what replaces it is not.

use std::process::Command;

use mc_test_support::process;
use mc_test_support::scratch::Scratch;

/// Whether clippy takes a library with this body under the repository's configuration.
fn check(body: &str) -> process::Output {
    let scratch = Scratch::new();
    let source = scratch.write("planted.rs", body);
    let mut driver = Command::new("clippy-driver");
    driver.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"]);
    driver.arg(scratch.path()).arg(&source);
    driver.args(["-Dclippy::disallowed_methods", "-Dclippy::disallowed_types"]);
    process::run(driver.env("CLIPPY_CONF_DIR", mc_test_support::repository()).current_dir(scratch.path()))
}

#[test]
fn planted_uses_of_the_real_machine_are_refused() {
    for use_ in [
        "std::fs::read(\"a\").is_ok()",
        "std::fs::File::open(\"a\").is_ok()",
        "std::path::Path::new(\"a\").exists()",
        "std::env::var(\"A\").is_ok()",
        "std::env::current_dir().is_ok()",
        "std::process::Command::new(\"a\").status().is_ok()",
        "std::time::Instant::now().elapsed().is_zero()",
        "std::time::SystemTime::now().elapsed().is_ok()",
        "{ std::thread::park_timeout(std::time::Duration::ZERO); std::net::TcpStream::connect(\"a\").is_ok() }",
        "std::collections::HashMap::<u8, u8>::new().is_empty()",
    ] {
        let output = check(&format!("//! Planted.\n/// Planted.\npub fn planted() -> bool {{ {use_} }}\n"));
        assert!(output.stderr.contains("disallowed"), "`{use_}` is not refused: {output}");
        assert_ne!(output.code(), 0, "{output}");
    }
}

#[test]
fn ordinary_code_is_taken() {
    let body = "//! Ordinary.\n/// Ordinary.\npub fn ordinary() -> bool {\n    \
                std::collections::BTreeMap::<u8, u8>::new().is_empty() && std::path::Path::new(\"a\").is_absolute()\n}\n";
    check(body).success();
}
