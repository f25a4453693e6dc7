use crate::session::Session;
use expect_test::expect;

const VERIFY: [&str; 4] = ["verify", "web.mcb", "--trust", "keys/trust.toml"];

/// A session with a bundle that is valid now.
fn built() -> Session {
    let mut session = Session::with_package();
    session.variable("SOURCE_DATE_EPOCH", None);
    session.run(&["build", "web", "-o", "web.mcb", "--key", "keys/signing.pem"]).ok();
    session
}

#[test]
fn every_flipped_byte_is_refused() {
    let session = built();
    session.run(&VERIFY).ok();
    let bundle = session.read("web.mcb");
    // Every byte of the framing and signatures, and a sample of the rest: each run is a process.
    let places = (0..bundle.len()).filter(|at| *at < 192 || at % 61 == 0);
    for at in places {
        let mut changed = bundle.clone();
        changed[at] ^= 1;
        session.write("changed.mcb", &changed);
        let run = session.run(&["verify", "changed.mcb", "--trust", "keys/trust.toml"]);
        assert_eq!(run.status, 4, "byte {at}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.starts_with("error[MC5"), "byte {at}: {}", run.stderr);
    }
}

#[test]
fn cut_and_longer() {
    let session = built();
    let bundle = session.read("web.mcb");
    let longer = [bundle.as_slice(), b"x"].concat();
    for changed in [&bundle[..0], &bundle[..20], &bundle[..bundle.len() - 1], &longer] {
        session.write("web.mcb", changed);
        session.run(&VERIFY).fails(4);
        session.run(&["inspect", "web.mcb"]).fails(4);
    }
}

#[test]
fn another_key() {
    let session = built();
    session.run(&["key", "new", "--out", "other", "--unencrypted"]).ok();
    let run = session.run(&["verify", "web.mcb", "--trust", "other/trust.toml"]);
    run.fails(4);
    assert!(run.stderr.starts_with("error[MC5007]: "), "{}", run.stderr);
}

#[test]
fn expired_and_not_yet_valid() {
    let session = built();
    let build = ["build", "web", "-o", "web.mcb", "--key", "keys/signing.pem", "--issued"];
    session.run(&[&build[..], &["2026-01-01T00:00:00Z"]].concat()).ok();
    let run = session.run(&VERIFY);
    run.fails(4);
    assert!(run.stderr.contains("error[MC5017]"), "{}", run.stderr);
    session.run(&[&build[..], &["2999-01-01T00:00:00Z"]].concat()).ok();
    let run = session.run(&VERIFY);
    run.fails(4);
    assert!(run.stderr.contains("error[MC5016]"), "{}", run.stderr);
}

#[test]
fn something_else_than_a_bundle() {
    let session = built();
    session.write("notes.txt", "hello\n");
    expect![[r#"
        $ mcc verify notes.txt --trust keys/trust.toml
        -- stderr
        error[MC5001]: `notes.txt` is refused: this is not a bundle
          help: give the `.mcb` file that `mcc build` wrote
          help: `mcc explain MC5001` says more
        -- status 4
    "#]]
    .assert_eq(&session.transcript(&["verify", "notes.txt", "--trust", "keys/trust.toml"]));
    expect![[r#"
        $ mcc inspect notes.txt
        -- stderr
        error[MC5001]: `notes.txt` is refused: this is not a bundle
          help: give the `.mcb` file that `mcc build` wrote
          help: `mcc explain MC5001` says more
        -- status 4
    "#]]
    .assert_eq(&session.transcript(&["inspect", "notes.txt"]));
    expect![[r#"
        $ mcc verify nowhere.mcb --trust keys/trust.toml
        -- stderr
        error: cannot read `nowhere.mcb`: no such file or folder
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["verify", "nowhere.mcb", "--trust", "keys/trust.toml"]));
    expect![[r#"
        $ mcc verify web.mcb --trust nowhere.toml
        -- stderr
        error: cannot read `nowhere.toml`: no such file or folder
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["verify", "web.mcb", "--trust", "nowhere.toml"]));
    session.write("trust.toml", "format = 1\n[[stream]]\nname = \"web\"\n");
    expect![[r#"
        $ mcc verify web.mcb --trust trust.toml
        -- stderr
        error: cannot use the trust file `trust.toml`: TOML parse error at line 2, column 1
          |
        2 | [[stream]]
          | ^^^^^^^^^^
        missing field `epoch`
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["verify", "web.mcb", "--trust", "trust.toml"]));
}

/// Every refusal can be explained.
#[test]
fn every_refusal_has_a_page() {
    let session = Session::new();
    for code in mc_plan::bundle::Refusal::CODES {
        session.run(&["explain", code]).ok();
    }
}
