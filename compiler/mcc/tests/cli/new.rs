use crate::session::Session;
use expect_test::expect;

#[test]
fn a_new_package_builds_as_it_is() {
    let mut session = Session::new();
    session.variable("SOURCE_DATE_EPOCH", None);
    expect![[r#"
        $ mcc new web
        -- stderr
        made the package `web` in `web`; next: mcc check web
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["new", "web"]));
    assert_eq!(session.list("web"), [".gitignore", "README.md", "masterchef.toml", "src"]);
    assert_eq!(session.list("web/src"), ["main.mc"]);
    expect![[r#"
        $ mcc check web
        -- stderr
        `web` is fine (1 module)
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["check", "web"]));
    session.run(&["key", "new", "--out", "keys", "--unencrypted"]).ok();
    session.run(&["build", "web", "-o", "web.mcb", "--key", "keys/signing.pem"]).ok();
    session.run(&["verify", "web.mcb", "--trust", "keys/trust.toml"]).ok();
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let session = Session::new();
    session.write("web/notes.txt", "mine");
    expect![[r#"
        $ mcc new web
        -- stderr
        error: `web` is not empty
          help: choose a folder that does not exist yet
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["new", "web"]));
    assert_eq!(session.list("web"), ["notes.txt"]);
    session.write("file", "");
    expect![[r#"
        $ mcc new file
        -- stderr
        error: cannot look into `file`: a part of the path is no folder
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["new", "file"]));
}

#[test]
fn an_empty_folder_will_do() {
    let session = Session::new();
    std::fs::create_dir(session.path("My Site")).expect("a folder");
    session.run(&["new", "My Site"]).ok();
    let manifest = String::from_utf8(session.read("My Site/masterchef.toml")).expect("text");
    assert!(manifest.contains("name = \"my-site\""), "{manifest}");
    session.run(&["check", "My Site"]).ok();
}
