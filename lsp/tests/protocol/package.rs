//! Packages on the disk and documents beside them.

use crate::client::{Client, package, uri};
use serde_json::json;

#[test]
fn problems_of_all_files_are_shown_and_go_away() {
    let package = package(&[
        ("src/main.mc", "import site.{base}\nlet a = base\n"),
        ("src/site.mc", "pub let base = 8000\nlet wrong = nothing\n"),
    ]);
    let (main, site) = (uri(&package.join("src/main.mc")), uri(&package.join("src/site.mc")));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, "import site.{base}\nlet a = base\n");
    // In a file that is not shown.
    client.until_codes(&site, &["MC0201"]);
    client.open(&site, "pub let bose = 8000\n");
    client.until_codes(&site, &[]);
    client.until(|client| client.shown[&main]["diagnostics"] != json!([]));
    client.replace(&site, 2, "pub let base = true\n");
    client.until_codes(&main, &[]);
    assert!(client.hover(&main, 1, 4).contains("let a: Bool"), "the other file's unsaved text counts");
    // What is on the disk counts again.
    client.close(&site);
    client.until_codes(&site, &["MC0201"]);
    assert!(client.hover(&main, 1, 4).contains("let a: Int"));
}

#[test]
fn definitions_lead_into_other_files() {
    let package = package(&[
        ("src/main.mc", "import site.{base}\nlet a = base\n"),
        ("src/site.mc", "/// Where it starts.\npub let base = 8000\n"),
    ]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, "import site.{base}\nlet a = base\n");
    let found = client.at("textDocument/definition", &main, 1, 8);
    assert_eq!(found[0]["uri"], uri(&package.join("src/site.mc")));
    assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": 8 }));
    assert!(client.hover(&main, 1, 8).contains("Where it starts."));
}

#[test]
fn changes_on_the_disk_count_for_files_that_are_not_shown() {
    let package = package(&[("src/main.mc", "import site.{base}\nlet a = base\n")]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, "import site.{base}\nlet a = base\n");
    client.until(|client| client.shown.get(&main).is_some_and(|s| s["diagnostics"] != json!([])));

    let site = package.write("src/site.mc", "pub let base = 1\n");
    let changed = json!({ "changes": [{ "uri": uri(&site), "type": 1 }] });
    client.notify("workspace/didChangeWatchedFiles", changed.clone());
    client.until_codes(&main, &[]);

    // The text of a shown document is the client's, whatever is on the disk.
    package.write("src/main.mc", "let a = nothing\n");
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": main, "type": 2 }, { "uri": uri(&site), "type": 2 }] }),
    );
    assert!(client.hover(&main, 1, 4).contains("let a: Int = base"));

    std::fs::remove_file(&site).expect("removed");
    client.notify("workspace/didChangeWatchedFiles", changed);
    client.until(|client| client.shown[&main]["diagnostics"] != json!([]));
}

#[test]
fn saving_looks_at_the_disk_for_clients_that_do_not_watch() {
    let package = package(&[("src/main.mc", "import site.{base}\nlet a = base\n")]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, "import site.{base}\nlet a = base\n");
    client.until(|client| client.shown.get(&main).is_some_and(|s| s["diagnostics"] != json!([])));
    package.write("src/site.mc", "pub let base = 1\n");
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": main } }));
    client.until_codes(&main, &[]);
}

#[test]
fn two_packages_do_not_know_each_other() {
    let one = package(&[("src/main.mc", ""), ("src/site.mc", "pub let base = 1\n")]);
    let two = package(&[("src/main.mc", "")]);
    let mut client = Client::ready(&["utf-8"]);
    let (first, second) = (uri(&one.join("src/main.mc")), uri(&two.join("src/main.mc")));
    for main in [&first, &second] {
        client.open(main, "import site.{base}\nlet a = base\n");
    }
    client.until(|client| client.shown.get(&second).is_some_and(|s| s["diagnostics"] != json!([])));
    client.until_codes(&first, &[]);
}

#[test]
fn a_document_outside_of_a_package_stands_alone() {
    let folder = mc_test_support::scratch::Scratch::new();
    let path = folder.write("notes.mc", "let a = 1\n");
    let mut client = Client::ready(&["utf-8"]);
    client.open(&uri(&path), "import site\nlet a = 1\n");
    client.until(|client| client.shown.get(&uri(&path)).is_some_and(|s| s["diagnostics"] != json!([])));
    client.replace(&uri(&path), 2, "let a = 1\n");
    client.until_codes(&uri(&path), &[]);
}

#[test]
fn a_manifest_that_comes_and_goes_moves_the_documents() {
    let folder = mc_test_support::scratch::Scratch::new();
    let text = "import site.{base}\nlet a = base\n";
    let main = uri(&folder.write("src/main.mc", text));
    folder.write("src/site.mc", "pub let base = 1\n");
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, text);
    client.until(|client| client.shown.get(&main).is_some_and(|s| s["diagnostics"] != json!([])));

    let manifest = folder.join("masterchef.toml");
    let changed = json!({ "changes": [{ "uri": uri(&manifest), "type": 1 }] });
    folder.write("masterchef.toml", "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n");
    client.notify("workspace/didChangeWatchedFiles", changed.clone());
    client.until_codes(&main, &[]);

    std::fs::remove_file(&manifest).expect("removed");
    client.notify("workspace/didChangeWatchedFiles", changed);
    client.until(|client| client.shown[&main]["diagnostics"] != json!([]));
}

#[test]
fn a_manifest_is_checked_while_it_is_typed() {
    let package = package(&[("src/main.mc", "policy p {}\n")]);
    let manifest = uri(&package.join("masterchef.toml"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&manifest, "[package]\nnam = \"test\"\n");
    client.until(|client| client.shown.get(&manifest).is_some_and(|s| s["diagnostics"] != json!([])));
    let right = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";
    client.replace(&manifest, 2, right);
    client.until_codes(&manifest, &[]);
}

#[test]
fn names_with_spaces_are_found() {
    let folder = mc_test_support::scratch::Scratch::new();
    folder.write(
        "a b/masterchef.toml",
        "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n",
    );
    folder.write("a b/src/site.mc", "pub let base = nothing\n");
    let root = folder.path().as_str().to_owned();
    let main = format!("file://{root}/a%20b/src/main.mc");
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, "import site.{base}\n");
    client.until_codes(&format!("file://{root}/a%20b/src/site.mc"), &["MC0201"]);
}
