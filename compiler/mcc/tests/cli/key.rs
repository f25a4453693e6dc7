use crate::session::Session;
use expect_test::expect;
use std::os::unix::fs::PermissionsExt;

#[test]
fn an_unencrypted_key() {
    let session = Session::new();
    let text = session.transcript(&["key", "new", "--out", "keys", "--unencrypted"]);
    expect![[r#"
        $ mcc key new --out keys --unencrypted
        -- stderr
        made the key <key>
          `keys/signing.pem` signs: keep it secret; it is not encrypted
          `keys/trust.toml` trusts it: hosts get this one
        -- status 0
    "#]]
    .assert_eq(&mask(&text));
    assert_eq!(session.list("keys"), ["signing.pem", "trust.toml"]);
    let mode = std::fs::metadata(session.path("keys/signing.pem")).expect("the key").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let pem = String::from_utf8(session.read("keys/signing.pem")).expect("text");
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"), "not PKCS#8");
    let trust = String::from_utf8(session.read("keys/trust.toml")).expect("text");
    expect![[r#"
        format = 1

        [[stream]]
        name = "*"
        epoch = 1
        threshold = 1
        keys = ["ed25519:<key>"]
    "#]]
    .assert_eq(&mask(&trust));
}

#[test]
fn a_key_is_never_written_over() {
    let session = Session::new();
    session.run(&["key", "new", "--out", "keys", "--unencrypted"]).ok();
    let before = session.read("keys/signing.pem");
    expect![[r#"
        $ mcc key new --out keys --unencrypted
        -- stderr
        error: `keys/signing.pem` exists already, and nothing is overwritten
          help: choose another folder for the new key
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["key", "new", "--out", "keys", "--unencrypted"]));
    assert_eq!(session.read("keys/signing.pem"), before);

    // Nor is a list of trusted keys, even where the key is gone.
    std::fs::remove_file(session.path("keys/signing.pem")).expect("it is there");
    session.run(&["key", "new", "--out", "keys", "--unencrypted"]).fails(3);
    assert_eq!(session.list("keys"), ["trust.toml"]);
}

#[test]
fn two_keys_differ() {
    let session = Session::new();
    session.run(&["key", "new", "--out", "a", "--unencrypted"]).ok();
    session.run(&["key", "new", "--out", "b", "--unencrypted"]).ok();
    assert_ne!(session.read("a/signing.pem"), session.read("b/signing.pem"));
}

#[test]
fn an_encrypted_key_needs_its_passphrase() {
    let mut session = Session::with_package();
    session.variable("SOURCE_DATE_EPOCH", None);
    session.write("passphrase", "correct horse\n");
    session.write("other", "wrong horse\n");
    session.variable("MC_KEY_PASSPHRASE_FILE", Some("passphrase"));
    session.run(&["key", "new", "--out", "safe"]).ok();
    let pem = String::from_utf8(session.read("safe/signing.pem")).expect("text");
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), "not encrypted");

    let build = ["build", "web", "-o", "web.mcb", "--key", "safe/signing.pem"];
    session.run(&build).ok();
    session.run(&["verify", "web.mcb", "--trust", "safe/trust.toml"]).ok();
    std::fs::remove_file(session.path("web.mcb")).expect("it was built");

    session.variable("MC_KEY_PASSPHRASE_FILE", Some("other"));
    expect![[r#"
        $ mcc build web -o web.mcb --key safe/signing.pem
        -- stderr
        error: cannot use the key `safe/signing.pem`: the passphrase is wrong, or the key file is damaged
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&build));
    session.variable("MC_KEY_PASSPHRASE_FILE", Some("nowhere"));
    expect![[r#"
        $ mcc build web -o web.mcb --key safe/signing.pem
        -- stderr
        error: cannot read `nowhere`: no such file or folder
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&build));
    // Without a terminal there is nobody to ask.
    session.variable("MC_KEY_PASSPHRASE_FILE", None);
    expect![[r#"
        $ mcc build web -o web.mcb --key safe/signing.pem
        -- stderr
        error: there is no terminal to ask for the passphrase
          help: name a file that holds it in MC_KEY_PASSPHRASE_FILE
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&build));
    assert!(!session.path("web.mcb").exists());
}

#[test]
fn an_empty_passphrase_is_none() {
    let mut session = Session::new();
    session.write("passphrase", "\n");
    session.variable("MC_KEY_PASSPHRASE_FILE", Some("passphrase"));
    expect![[r#"
        $ mcc key new --out keys
        -- stderr
        error: the passphrase is empty
          help: it is read from the first line of `passphrase`
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["key", "new", "--out", "keys"]));
    assert!(!session.path("keys/signing.pem").exists());
}

/// Keys in base64 and identities in hexadecimal digits are different in every run.
fn mask(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))) {
        let word = part.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)));
        if word.len() >= 43 {
            out.push_str("<key>");
            out.push_str(&part[word.len()..]);
        } else {
            out.push_str(part);
        }
    }
    out
}
