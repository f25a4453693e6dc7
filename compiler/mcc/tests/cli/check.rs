use crate::session::Session;
use expect_test::expect;

const WRONG: &str = "import std.fs.File\n\npolicy base {\n  File \"/etc/motd\" { contnet = greeting }\n}\n";

#[test]
fn a_package_that_is_fine() {
    let session = Session::with_package();
    expect![[r#"
        $ mcc check web
        -- stderr
        `web` is fine (1 module)
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["check", "web"]));
    expect![[r#"
        $ mcc check web --format concise
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["check", "web", "--format", "concise"]));
    expect![[r#"
        $ mcc check web --format json
        {
          "version": 1,
          "errors": 0,
          "warnings": 0,
          "diagnostics": []
        }
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["check", "web", "--format", "json"]));
}

/// All mistakes come in one run, in all formats.
#[test]
fn mistakes() {
    let session = Session::with_package();
    session.write("web/src/main.mc", WRONG);
    expect![[r#"
        $ mcc check web
        -- stderr
        error[MC0303]: `File` has no attribute `contnet`
           ,-[ src/main.mc:4:22 ]
           |
         4 |   File "/etc/motd" { contnet = greeting }
           |                      |^^^^^^
           |                      `-------- no such attribute
           |
           | Help: did you mean `content`?
           |       4 -   File "/etc/motd" { contnet = greeting }
           |       4 +   File "/etc/motd" { content = greeting }
        ---'

        error[MC0201]: nothing here is called `greeting`
           ,-[ src/main.mc:4:32 ]
           |
         4 |   File "/etc/motd" { contnet = greeting }
           |                                |^^^^^^^
           |                                `--------- unknown name
        ---'

        2 errors
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "web"]));
    expect![[r#"
        $ mcc check web --format concise
        src/main.mc:4:22: error[MC0303]: `File` has no attribute `contnet`
        src/main.mc:4:32: error[MC0201]: nothing here is called `greeting`
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "web", "--format", "concise"]));
    let run = session.run(&["check", "web", "--format", "json"]);
    run.fails(1);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    assert_eq!(document["version"], 1);
    assert_eq!(document["errors"], 2);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_folder_that_is_no_package() {
    let session = Session::with_package();
    expect![[r#"
        $ mcc check nowhere
        -- stderr
        error: there is no folder `nowhere`
          help: make a package there with `mcc new nowhere`
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["check", "nowhere"]));
    expect![[r#"
        $ mcc check keys
        -- stderr
        error[MC0601]: `keys` has no `masterchef.toml`
           ,-[ masterchef.toml:1:1 ]
           |
         1 |
           | |
           | `- there is no such file
           |
           | Help: make a package with `mcc new keys`, or write a `masterchef.toml` with a `[package]`
           |       table
        ---'

        1 error
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "keys"]));
    expect![[r#"
        $ mcc check web/src
        -- stderr
        error[MC0601]: `src` has no `masterchef.toml`
           ,-[ masterchef.toml:1:1 ]
           |
         1 |
           | |
           | `- there is no such file
           |
           | Help: the package is in `FOLDER/web`: name that folder instead
        ---'

        1 error
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "web/src"]));
    expect![[r#"
        $ mcc check
        -- stderr
        error[MC0601]: `FOLDER` has no `masterchef.toml`
           ,-[ masterchef.toml:1:1 ]
           |
         1 |
           | |
           | `- there is no such file
           |
           | Help: make a package with `mcc new FOLDER`, or write a `masterchef.toml` with a
           |       `[package]` table
        ---'

        1 error
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check"]));
}

#[test]
fn a_manifest_that_is_wrong() {
    let session = Session::with_package();
    session.write("web/masterchef.toml", "[package]\nname = \"web\"\nversion = 1\n");
    expect![[r#"
        $ mcc check web
        -- stderr
        error[MC0602]: the manifest does not say the package's edition
           ,-[ masterchef.toml:1:2 ]
           |
         1 | [package]
           |  |^^^^^^
           |  `-------- here
           |
           | Help: add `edition = "2026"` below `[package]`
        ---'

        error[MC0602]: `version` is a string, not an integer
           ,-[ masterchef.toml:3:11 ]
           |
         3 | version = 1
           |           |
           |           `-- here
           |
           | Help: put it in double quotes
        ---'

        2 errors
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "web"]));
}

#[test]
fn a_file_that_is_not_text() {
    let session = Session::with_package();
    session.write("web/src/other.mc", b"let a = \"\xff\"\n");
    expect![[r#"
        $ mcc check web --format concise
        src/other.mc:1:1: error[MC0606]: `src/other.mc` is not valid UTF-8
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "web", "--format", "concise"]));
}

/// Nothing in a file's name or text reaches the terminal as a command.
#[test]
fn colours_are_for_terminals() {
    let mut session = Session::with_package();
    session.write("web/src/main.mc", WRONG);
    session.variable("TERM", Some("xterm-256color"));
    let run = session.run(&["check", "web"]);
    run.fails(1);
    assert!(!run.stderr.contains('\x1b'), "{}", run.stderr);
}

#[test]
fn boxes_are_drawn_where_the_locale_has_them() {
    let mut session = Session::with_package();
    session.write("web/src/main.mc", WRONG);
    session.variable("LANG", Some("C.UTF-8"));
    assert!(session.run(&["check", "web"]).stderr.contains('╭'));
    session.variable("LC_ALL", Some("C"));
    assert!(!session.run(&["check", "web"]).stderr.contains('╭'));
}

/// A deep expression neither exhausts the stack nor hangs.
#[test]
fn deep_sources_are_safe() {
    let session = Session::with_package();
    let deep = format!("let a = {}1{}\n\npolicy base {{}}\n", "(".repeat(100_000), ")".repeat(100_000));
    session.write("web/src/main.mc", deep);
    session.run(&["check", "web"]).fails(1);
    let mut chain = String::from("let v0 = 1\n");
    for at in 1..=20_000 {
        chain.push_str(&format!("let v{at} = v{} + 1\n", at - 1));
    }
    chain.push_str("policy base {\n  let text = \"${v20000}\"\n}\n");
    session.write("web/src/main.mc", chain);
    session.run(&["check", "web"]).ok();
}
