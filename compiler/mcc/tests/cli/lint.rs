use crate::session::Session;
use expect_test::expect;

const UNWISE: &str = "import std.fs.{Directory, File}\n\npolicy base {\n  let busy = facts.cpu.count > 8\n  \
                      if busy == true {\n    File \"/etc/motd\" { content = \"Busy\\n\", mode = 0o644 }\n  }\n}\n";

fn session() -> Session {
    let session = Session::with_package();
    session.write("web/src/main.mc", UNWISE);
    session
}

#[test]
fn nothing_to_complain_about() {
    let session = Session::with_package();
    expect![[r#"
        $ mcc lint web
        -- stderr
        `web` has nothing to complain about (1 module)
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["lint", "web"]));
}

#[test]
fn findings_are_warnings_unless_they_are_denied() {
    let session = session();
    expect![[r#"
        $ mcc lint web
        -- stderr
        warning[MC1001]: the import of `Directory` is not used
           ,-[ src/main.mc:1:16 ]
           |
         1 | import std.fs.{Directory, File}
           |                |^^^^^^^^
           |                `---------- nothing uses it
           |
           | Help: remove the name
           |       1 - import std.fs.{Directory, File}
           |       1 + import std.fs.{File}
        ---'

        warning[MC1006]: a `Bool` is compared with `true`
           ,-[ src/main.mc:5:6 ]
           |
         5 |   if busy == true {
           |      |^^^^^^^^^^^
           |      `------------- it is a condition already
           |
           | Help: write `busy`
           |       5 -   if busy == true {
           |       5 +   if busy {
        ---'

        2 warnings
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["lint", "web"]));
    session.run(&["lint", "web", "--deny", "warnings"]).fails(1);
    expect![[r#"
        $ mcc lint web --format concise --deny MC1001 --allow bool_comparison
        src/main.mc:1:16: error[MC1001]: the import of `Directory` is not used
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&[
        "lint",
        "web",
        "--format",
        "concise",
        "--deny",
        "MC1001",
        "--allow",
        "bool_comparison",
    ]));
}

#[test]
fn settings_are_in_the_manifest() {
    let session = session();
    let manifest = String::from_utf8(session.read("web/masterchef.toml")).expect("text");
    session.write(
        "web/masterchef.toml",
        format!("{manifest}\n[lint]\nunused_import = \"deny\"\nMC1006 = \"allow\"\n"),
    );
    expect![[r#"
        $ mcc lint web --format concise
        src/main.mc:1:16: error[MC1001]: the import of `Directory` is not used
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["lint", "web", "--format", "concise"]));
    // The command line has the last word.
    session.run(&["lint", "web", "--allow", "unused_import"]).ok();
    session.write(
        "web/masterchef.toml",
        format!("{manifest}\n[lint]\nunsed_import = \"deny\"\nMC1006 = \"no\"\n"),
    );
    expect![[r#"
        $ mcc lint web --format concise
        masterchef.toml:7:1: error[MC0602]: there is no rule `unsed_import`
        masterchef.toml:8:10: error[MC0602]: there is no level `no`
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["lint", "web", "--format", "concise"]));
}

#[test]
fn fixes_are_written() {
    let session = session();
    expect![[r#"
        $ mcc lint web --fix
        -- stderr
        applied 2 fixes in 1 file
        `web` has nothing to complain about (1 module)
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["lint", "web", "--fix"]));
    expect![[r#"
        import std.fs.{File}

        policy base {
          let busy = facts.cpu.count > 8
          if busy {
            File "/etc/motd" { content = "Busy\n", mode = 0o644 }
          }
        }
    "#]]
    .assert_eq(&String::from_utf8(session.read("web/src/main.mc")).expect("text"));
    // What was written is left alone.
    let before = session.read("web/src/main.mc");
    session.run(&["lint", "web", "--fix"]).ok();
    assert_eq!(session.read("web/src/main.mc"), before);
}

#[test]
fn a_package_with_errors_is_only_checked() {
    let session = session();
    session.write("web/src/main.mc", UNWISE.replace("0o644", "644"));
    expect![[r#"
        $ mcc lint web --format concise
        src/main.mc:6:51: error[MC0301]: expected `Mode`, found `Int`
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["lint", "web", "--format", "concise"]));
}

#[test]
fn checks_fix_as_well() {
    let session = session();
    session.write("web/src/main.mc", UNWISE.replace("0o644", "644").replace("content", "contnet"));
    expect![[r#"
        $ mcc check web --fix --format concise
        src/main.mc:6:24: error[MC0303]: `File` has no attribute `contnet`
        -- stderr
        applied 1 fix in 1 file
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "web", "--fix", "--format", "concise"]));
    expect![[r#"
        $ mcc check web --fix --guess
        -- stderr
        applied 1 fix in 1 file
        `web` is fine (1 module)
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["check", "web", "--fix", "--guess"]));
}

/// 420 is `0o644` in decimal, and somebody may have meant that.
#[test]
fn a_mode_that_may_be_decimal_is_not_fixed_by_itself() {
    let session = session();
    session.write("web/src/main.mc", UNWISE.replace("0o644", "420"));
    let guessed = session.transcript(&["check", "web", "--fix"]);
    assert!(guessed.contains("MC0301") && guessed.contains("`0o420`"), "{guessed}");
    session.write("web/src/main.mc", UNWISE.replace("0o644", "888"));
    let no_octal = session.transcript(&["check", "web", "--fix"]);
    assert!(no_octal.contains("from 0 to 7, and `8` is none") && !no_octal.contains("0o888"), "{no_octal}");
}

#[test]
fn rules_that_do_not_exist() {
    let session = session();
    expect![[r#"
        $ mcc lint web --deny unused_imports
        -- stderr
        error: there is no rule `unused_imports`
          help: did you mean `unused_import`?
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["lint", "web", "--deny", "unused_imports"]));
    expect![[r#"
        $ mcc lint web --allow MC9999
        -- stderr
        error: there is no rule `MC9999`
          help: `mcc lint --rules` lists them
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["lint", "web", "--allow", "MC9999"]));
}

#[test]
fn programs_read_fixes() {
    let run = session().run(&["lint", "web", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&run.ok().stdout).expect("one JSON object");
    assert_eq!(document["diagnostics"][0]["fix"]["trust"], "safe");
    let run = session().run(&["lint", "web", "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&run.ok().stdout).expect("one JSON object");
    assert_eq!(log["runs"][0]["results"][0]["fixes"][0]["properties"]["trust"], "safe");
}

/// The examples are as the rules want them.
#[test]
fn examples() {
    for name in ["quickstart", "web", "hardening", "postgresql", "proxy"] {
        let session = Session::new();
        session.example(name);
        let run = session.run(&["lint", name, "--format", "concise"]);
        assert_eq!(run.ok().stdout, "");
    }
}
