use crate::session::Session;
use expect_test::expect;

#[test]
fn pages_are_written_and_those_of_what_is_gone_taken_away() {
    let session = Session::with_package();
    session.write("web/src/site.mc", "/// A site.\npub record Site { port: Int }\n");
    expect![[r"
        $ mcc doc web -o out
        wrote 3 pages about `web`: open out/index.html
        -- status 0
    "]]
    .assert_eq(&session.transcript(&["doc", "web", "-o", "out"]));
    assert_eq!(session.list("out"), [".mcc-doc", "index.html", "module.site.html", "root.html"]);
    session.write("web/src/site.mc", "// Nothing is left.\n");
    session.run(&["doc", "web", "-o", "out"]).ok();
    assert_eq!(session.list("out"), [".mcc-doc", "index.html", "root.html"]);
}

#[test]
fn a_folder_of_somebody_else_is_not_touched() {
    let session = Session::with_package();
    session.write("out/index.html", "mine");
    expect![[r"
        $ mcc doc web -o out
        -- stderr
        error: `out` holds files that are not pages of `mcc doc`
          help: choose a new folder with `--output DIR`
        -- status 3
    "]]
    .assert_eq(&session.transcript(&["doc", "web", "-o", "out"]));
    assert_eq!(session.read("out/index.html"), b"mine");
}

#[test]
fn a_list_cannot_name_files_elsewhere() {
    let session = Session::with_package();
    session.write("keep.html", "mine");
    session.write("out/.mcc-doc", "../keep.html\n/etc/passwd\n.mcc-doc\n");
    session.run(&["doc", "web", "-o", "out"]).ok();
    assert_eq!(session.read("keep.html"), b"mine");
    assert_eq!(session.list("out"), [".mcc-doc", "index.html", "root.html"]);
}

#[test]
fn a_package_that_is_wrong_has_no_pages() {
    let session = Session::with_package();
    session.write("web/src/main.mc", "policy base { let x: Int = true }\n");
    session.run(&["doc", "web", "-o", "out"]).fails(1);
    assert_eq!(session.list(".").iter().filter(|name| *name == "out").count(), 0);
}
