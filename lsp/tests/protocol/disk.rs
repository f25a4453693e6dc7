//! What lies on the disk may be anything, made by anybody: nothing of it stops the server or is passed over.

use crate::client::{Client, capabilities, package, uri};
use camino::Utf8Path;
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";
const MAIN: &str = "policy p {}\nlet a = 1\n";
const WRONG: &str = "policy p {}\nlet a: Int = \"x\"\n";

/// A client with open folders.
fn start(folders: &[&Utf8Path]) -> Client {
    let mut client = Client::start();
    let folders: Vec<Value> = folders.iter().map(|f| json!({ "uri": uri(f), "name": "folder" })).collect();
    client.request(
        "initialize",
        json!({
            "processId": null,
            "rootUri": null,
            "capabilities": capabilities(&["utf-8"]),
            "workspaceFolders": folders,
        }),
    );
    client.notify("initialized", json!({}));
    client
}

fn pipe(path: &Utf8Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success(), "{path}");
}

/// Says that files changed, of which the client watches all.
fn changed(client: &mut Client, paths: &[&Utf8Path]) {
    let changes: Vec<Value> = paths.iter().map(|path| json!({ "uri": uri(path), "type": 2 })).collect();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
}

fn messages(client: &Client, uri: &str) -> Vec<String> {
    let shown = client.shown.get(uri).and_then(|shown| shown["diagnostics"].as_array());
    let texts = shown.into_iter().flatten().filter_map(|found| found["message"].as_str());
    texts.map(|text| text.lines().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_manifest_that_is_no_file_stops_nobody() {
    let folder = Scratch::new();
    for name in ["pipe", "endless", "folder", "good"] {
        folder.write(&format!("{name}/src/main.mc"), MAIN);
    }
    let manifest = |name: &str| folder.join(&format!("{name}/masterchef.toml"));
    pipe(&manifest("pipe"));
    symlink("/dev/zero", manifest("endless")).expect("a link");
    std::fs::create_dir(manifest("folder")).expect("a folder");
    folder.write("good/masterchef.toml", MANIFEST);
    let mut client = start(&[folder.path()]);
    let good = uri(&folder.join("good/src/main.mc"));
    client.open(&good, MAIN);
    assert!(client.hover(&good, 1, 4).contains("let a: Int"));
    for name in ["pipe", "endless", "folder"] {
        client.until_codes(&uri(&manifest(name)), &["MC0703"]);
    }
}

#[test]
fn what_is_no_module_is_said_on_the_manifest() {
    let package = package(&[("src/main.mc", MAIN)]);
    let away = Scratch::new();
    away.write("secret.mc", "let s = 1\n");
    symlink(away.join("secret.mc"), package.join("src/link.mc")).expect("a link");
    pipe(&package.join("src/pipe.mc"));
    let large = std::fs::File::create(package.join("src/large.mc")).expect("a file");
    large.set_len(200 << 20).expect("a sparse file");
    let odd = package.join("src").into_std_path_buf().join(std::ffi::OsStr::from_bytes(b"odd\xff.mc"));
    std::fs::write(odd, "").expect("a file");
    let main = uri(&package.join("src/main.mc"));
    let mut client = start(&[]);
    client.open(&main, MAIN);
    assert!(client.hover(&main, 1, 4).contains("let a: Int"), "the rest of the package is there");
    let manifest = uri(&package.join("masterchef.toml"));
    client.until_codes(&manifest, &["MC0703"; 4]);
    let mut all = messages(&client, &manifest);
    all.sort();
    let expected = [
        "`src/large.mc` is larger than 16 MiB",
        "`src/link.mc` is a symbolic link",
        "`src/pipe.mc` is neither a file nor a folder",
        "the name of `src/odd\u{fffd}.mc` is not valid UTF-8",
    ];
    assert_eq!(all, expected);
    assert!(client.memory() < 150.0, "{} MB", client.memory());
}

#[test]
fn a_pipe_among_the_stored_plans_does_not_hold_up_an_edit() {
    let text = "policy p {}\ntest \"t\" {\n  expect 1 == 1\n}\n";
    let package = package(&[("src/main.mc", text), ("tests/golden/b.txt", "")]);
    pipe(&package.join("tests/golden/a.txt"));
    let main = uri(&package.join("src/main.mc"));
    let mut client = start(&[]);
    client.open(&main, text);
    let run = client.request("masterchef/runTests", json!({ "uri": main }));
    assert_eq!(run["results"].as_array().map(Vec::len), Some(1), "{run}");
    client.replace(&main, 2, MAIN);
    assert!(client.hover(&main, 1, 4).contains("let a: Int"));
}

#[test]
fn a_package_that_cannot_be_read_says_so() {
    let package = package(&[("src/main.mc", MAIN)]);
    std::fs::create_dir(package.join("masterchef.lock")).expect("a folder");
    let (main, manifest) = (uri(&package.join("src/main.mc")), uri(&package.join("masterchef.toml")));
    let mut client = start(&[]);
    client.open(&main, MAIN);
    client.until_codes(&manifest, &["MC0703"]);
    let why = format!("{} is not a regular file", package.join("masterchef.lock"));
    assert_eq!(messages(&client, &manifest), [format!("the package cannot be read: {why}")]);
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": main } }));
    assert!(!client.hover(&main, 0, 7).is_empty());
    assert_eq!(
        client.messages_shown,
        [format!("The package in {} cannot be read: {why}", package.path())],
        "once"
    );
    std::fs::remove_dir(package.join("masterchef.lock")).expect("removed");
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": main } }));
    client.until_codes(&manifest, &[]);
}

/// Two packages, of which `a` needs `b`.
fn two() -> Scratch {
    let folder = Scratch::new();
    folder.write("a/masterchef.toml", format!("{MANIFEST}[dependencies]\nb = {{ path = \"../b\" }}\n"));
    folder.write("a/src/main.mc", USES);
    folder.write("b/masterchef.toml", MANIFEST.replace("test", "b"));
    folder.write("b/src/main.mc", TWICE);
    folder
}

const USES: &str = "import b.{twice}\npolicy p {}\nlet x: Int = twice(2)\n";
const TWICE: &str = "pub fn twice(n: Int) -> Int { n * 2 }\npolicy q {}\n";
const OTHER: &str = "pub fn twice(n: Int) -> String { \"2\" }\npolicy q {}\n";

#[test]
fn a_package_sees_what_is_typed_in_one_that_it_needs() {
    let folder = two();
    let (a, b) = (uri(&folder.join("a/src/main.mc")), uri(&folder.join("b/src/main.mc")));
    let mut client = start(&[]);
    client.open(&a, USES);
    client.until_codes(&a, &[]);
    let found = client.at("textDocument/definition", &a, 2, 15);
    assert_eq!(found[0]["uri"], b, "one file has one name");
    client.open(&b, TWICE);
    client.replace(&b, 2, OTHER);
    assert!(client.hover(&a, 2, 15).contains("-> String"));
    client.until_codes(&a, &["MC0301"]);
    // What is on the disk counts again.
    client.close(&b);
    client.until_codes(&a, &[]);
    folder.write("b/src/main.mc", OTHER);
    changed(&mut client, &[&folder.join("b/src/main.mc")]);
    client.until_codes(&a, &["MC0301"]);
}

#[test]
fn a_file_belongs_to_one_package() {
    let folder = Scratch::new();
    folder.write("masterchef.toml", MANIFEST);
    folder.write("src/main.mc", MAIN);
    folder.write("src/inner/masterchef.toml", MANIFEST);
    // A module of the outer package could not import this.
    let text = "import util.{X}\npolicy q {}\nlet y = X { a = 1 }\n";
    let inner = uri(&folder.write("src/inner/src/main.mc", text));
    folder.write("src/inner/src/util.mc", "pub record X { a: Int }\n");
    let (main, manifest) = (uri(&folder.join("src/main.mc")), uri(&folder.join("masterchef.toml")));
    let mut client = start(&[folder.path()]);
    client.open(&main, MAIN);
    client.until_codes(&manifest, &["MC0703"]);
    assert!(!client.shown.contains_key(&inner), "it is none of the outer package");
    client.open(&inner, text);
    client.until_codes(&inner, &[]);
    client.replace(&main, 2, WRONG);
    client.until_codes(&main, &["MC0301"]);
    client.until_codes(&inner, &[]);
    std::fs::remove_file(folder.join("src/inner/masterchef.toml")).expect("removed");
    changed(&mut client, &[&folder.join("src/inner/masterchef.toml")]);
    client.until_codes(&manifest, &[]);
}

#[test]
fn packages_stay_as_long_as_a_folder_or_a_document_is_open() {
    let folder = Scratch::new();
    folder.write("a/masterchef.toml", MANIFEST);
    let main = uri(&folder.write("a/src/main.mc", WRONG));
    let (outer, inner) = (folder.path(), folder.join("a"));
    let mut client = start(&[outer, &inner]);
    client.until_codes(&main, &["MC0301"]);
    let removed = |path: &Utf8Path| json!({ "event": { "added": [], "removed": [{ "uri": uri(path), "name": "folder" }] } });
    client.notify("workspace/didChangeWorkspaceFolders", removed(&inner));
    let symbols = client.request("workspace/symbol", json!({ "query": "a" }));
    assert_ne!(symbols, json!([]), "the folder around it is open");
    client.until_codes(&main, &["MC0301"]);
    client.open(&main, WRONG);
    client.notify("workspace/didChangeWorkspaceFolders", removed(outer));
    assert!(!client.hover(&main, 1, 4).is_empty(), "a document of it is shown");
    client.close(&main);
    client.until_codes(&main, &[]);
}

#[test]
fn a_package_outside_of_all_folders_goes_with_its_last_document() {
    let package = package(&[("src/main.mc", MAIN), ("src/other.mc", "let a: Int = \"x\"\n")]);
    let (main, other) = (uri(&package.join("src/main.mc")), uri(&package.join("src/other.mc")));
    let mut client = start(&[]);
    client.open(&main, MAIN);
    client.until_codes(&other, &["MC0301"]);
    client.close(&main);
    client.until_codes(&other, &[]);
}

#[test]
fn a_package_that_comes_later_is_found() {
    let folder = Scratch::new();
    let mut client = start(&[folder.path()]);
    client.request("workspace/symbol", json!({ "query": "a" }));
    let manifest = folder.write("new/masterchef.toml", MANIFEST);
    let main = folder.write("new/src/main.mc", WRONG);
    changed(&mut client, &[&manifest, &main]);
    client.until_codes(&uri(&main), &["MC0301"]);
}
