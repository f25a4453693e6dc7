//! `mcc fmt`

use crate::session::Session;
use expect_test::expect;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

const UGLY: &str =
    "import std.fs.File\n\npolicy base{File \"/etc/motd\"{content=\"Hello\\n\",mode=0o644} // greets\n}\n";

#[test]
fn a_package_is_formatted_once() {
    let session = Session::with_package();
    session.write("web/src/main.mc", UGLY);
    session.write("web/src/deep/a.mc", "let a=1\n");
    session.write("web/src/right.mc", "let b = 2\n");
    session.write("web/vendor/other/src/main.mc", "let c=3\n");
    expect![[r#"
        $ mcc fmt web
        -- stderr
        formatted `web/src/deep/a.mc`
        formatted `web/src/main.mc`
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["fmt", "web"]));
    let text = String::from_utf8(session.read("web/src/main.mc")).expect("text");
    expect![[r#"
        import std.fs.File

        policy base {
          File "/etc/motd" { content = "Hello\n", mode = 0o644 } // greets
        }
    "#]]
    .assert_eq(&text);
    assert_eq!(session.read("web/vendor/other/src/main.mc"), b"let c=3\n");
    expect![[r#"
        $ mcc fmt web
        -- stderr
        3 files, nothing to format
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["fmt", "web"]));
}

#[test]
fn check_and_diff_write_nothing() {
    let session = Session::with_package();
    session.write("web/src/main.mc", UGLY);
    expect![[r#"
        $ mcc fmt web --check
        -- stderr
        `web/src/main.mc` is not formatted
        `mcc fmt` formats them
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["fmt", "web", "--check"]));
    expect![[r#"
        $ mcc fmt web --diff
        --- web/src/main.mc
        +++ web/src/main.mc
        @@ -1,4 +1,5 @@
         import std.fs.File
         
        -policy base{File "/etc/motd"{content="Hello\n",mode=0o644} // greets
        +policy base {
        +  File "/etc/motd" { content = "Hello\n", mode = 0o644 } // greets
         }
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["fmt", "web", "--diff"]));
    session.run(&["fmt", "web", "--diff", "--check"]).fails(1);
    assert_eq!(session.read("web/src/main.mc"), UGLY.as_bytes());
}

/// What is right in the package is formatted, and the rest stays as it is.
#[test]
fn a_file_with_mistakes_stays() {
    let session = Session::with_package();
    let wrong = "policy web { File \"/a\" { mode= } }\n";
    session.write("web/src/wrong.mc", wrong);
    session.write("web/src/main.mc", UGLY);
    let run = session.run(&["fmt", "web"]);
    run.fails(1);
    assert!(run.stderr.contains("formatted `web/src/main.mc`"), "{}", run.stderr);
    assert!(run.stderr.contains("web/src/wrong.mc:1:"), "{}", run.stderr);
    assert_eq!(session.read("web/src/wrong.mc"), wrong.as_bytes());
}

/// Only what changes is written, and a link, a mode and a neighbour stay what they are.
#[test]
fn files_keep_what_they_are() {
    let session = Session::with_package();
    session.write("real.mc", "let a=1\n");
    let real = session.path("real.mc");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("a mode");
    symlink("real.mc", session.path("link.mc")).expect("a link");
    session.run(&["fmt", "link.mc"]).ok();
    assert_eq!(session.read("real.mc"), b"let a = 1\n");
    assert!(session.path("link.mc").is_symlink());
    let found = real.metadata().expect("the file");
    assert_eq!(found.mode() & 0o777, 0o640);
    session.run(&["fmt", "real.mc"]).ok();
    assert_eq!(real.metadata().expect("the file").ino(), found.ino());
}

#[test]
fn what_is_no_source() {
    let session = Session::with_package();
    session.write("web/templates/a.mct", "x\n");
    session.write("notes.txt", "x\n");
    expect![[r#"
        $ mcc fmt web/templates/a.mct
        -- stderr
        error: `web/templates/a.mct` is a template: only `.mc` files are formatted
          help: the white space of a template goes into the text that it makes
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["fmt", "web/templates/a.mct"]));
    session.run(&["fmt", "notes.txt"]).fails(2);
    session.run(&["fmt", "keys"]).fails(3);
    session.run(&["fmt", "nowhere"]).fails(3);
    session.run(&["fmt", "--stdin", "web"]).fails(2);
}

#[test]
fn standard_input() {
    let session = Session::new();
    let run = session.run_with_input(&["fmt", "--stdin"], "let a=1 // one");
    run.ok();
    assert_eq!(run.stdout, "let a = 1 // one\n");
    let run = session.run_with_input(&["fmt", "--stdin"], "let a=");
    run.fails(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("standard input:1:"), "{}", run.stderr);
}
