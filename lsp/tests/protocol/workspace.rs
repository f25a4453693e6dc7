//! Folders, configuration, renamed files, and clients that ask for problems.

use crate::client::{Client, capabilities, package, uri};
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};

const WRONG: &str = "let a: Int = \"x\"\n";

fn start(can: &Value, more: &Value) -> Client {
    let mut client = Client::start();
    let mut params = json!({ "processId": null, "rootUri": null, "capabilities": can });
    for (name, value) in more.as_object().expect("an object") {
        params[name] = value.clone();
    }
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    client
}

/// A folder with two packages, of which nothing is shown.
fn folder() -> Scratch {
    let scratch = Scratch::new();
    for name in ["one", "deep/two"] {
        let manifest = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";
        scratch.write(&format!("{name}/masterchef.toml"), manifest);
        scratch.write(&format!("{name}/src/main.mc"), WRONG);
    }
    scratch.write("node_modules/three/masterchef.toml", "");
    scratch
}

#[test]
fn packages_in_open_folders_are_checked() {
    let folder = folder();
    let folders = json!([{ "uri": uri(folder.path()), "name": "all" }]);
    let mut client = start(&capabilities(&["utf-8"]), &json!({ "workspaceFolders": folders }));
    let one = uri(&folder.join("one/src/main.mc"));
    let two = uri(&folder.join("deep/two/src/main.mc"));
    client.until_codes(&one, &["MC0301"]);
    client.until_codes(&two, &["MC0301"]);
    assert!(!client.shown.keys().any(|uri| uri.contains("node_modules")));
    let event = json!({ "added": [], "removed": folders });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    client.until_codes(&one, &[]);
    client.until_codes(&two, &[]);
    let added = json!({ "added": [{ "uri": uri(&folder.join("one")), "name": "one" }], "removed": [] });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": added }));
    client.until_codes(&one, &["MC0301"]);
}

#[test]
fn imports_follow_a_file_that_is_renamed() {
    let main = "import site.{url}\nlet a = url()\n";
    let package = package(&[("src/main.mc", main), ("src/site.mc", "pub fn url() -> Int { 1 }\n")]);
    let document = uri(&package.join("src/main.mc"));
    let mut client = start(&capabilities(&["utf-8"]), &json!({}));
    client.open(&document, main);
    let files = json!([{
        "oldUri": uri(&package.join("src/site.mc")),
        "newUri": uri(&package.join("src/web/host.mc")),
    }]);
    let edit = client.request("workspace/willRenameFiles", json!({ "files": files }));
    let changes = &edit["documentChanges"][0];
    assert_eq!(changes["textDocument"], json!({ "uri": document, "version": 1 }));
    assert_eq!(Client::changed(main, &changes["edits"]), "import web.host.{url}\nlet a = url()\n");
}

#[test]
fn a_part_is_formatted_alone() {
    let text = "let a   = 1\npolicy p {\nlet b   = 2\n}\n";
    let mut client = start(&capabilities(&["utf-8"]), &json!({}));
    client.open("untitled:a", text);
    let document = json!({ "uri": "untitled:a" });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let first = json!({ "start": { "line": 0, "character": 3 }, "end": { "line": 0, "character": 3 } });
    let params = json!({ "textDocument": document, "range": first, "options": options });
    let edits = client.request("textDocument/rangeFormatting", params);
    assert_eq!(Client::changed(text, &edits), "let a = 1\npolicy p {\nlet b   = 2\n}\n");
    let end = json!({ "line": 3, "character": 1 });
    let params = json!({ "textDocument": document, "position": end, "ch": "}", "options": options });
    let edits = client.request("textDocument/onTypeFormatting", params);
    assert_eq!(Client::changed(text, &edits), "let a   = 1\npolicy p {\n  let b = 2\n}\n");
}

#[test]
fn a_client_that_asks_for_problems_is_not_sent_them() {
    let mut can = capabilities(&["utf-8"]);
    can["textDocument"]["diagnostic"] = json!({});
    let mut client = Client::start();
    let options = json!({ "diagnostics": { "pull": true } });
    let params =
        json!({ "processId": null, "rootUri": null, "capabilities": can, "initializationOptions": options });
    let answer = client.request("initialize", params);
    assert_eq!(answer["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.notify("initialized", json!({}));
    let package = package(&[("src/main.mc", "let a = 1\n"), ("src/site.mc", WRONG)]);
    let main = uri(&package.join("src/main.mc"));
    client.open(&main, WRONG);
    let params = json!({ "textDocument": { "uri": main } });
    let report = client.request("textDocument/diagnostic", params.clone());
    assert_eq!((&report["kind"], &report["items"][0]["code"]), (&json!("full"), &json!("MC0301")));
    let mut known = params;
    known["previousResultId"] = report["resultId"].clone();
    let again = client.request("textDocument/diagnostic", known);
    assert_eq!(again, json!({ "kind": "unchanged", "resultId": report["resultId"] }));

    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let ids: Vec<(String, usize)> = all["items"]
        .as_array()
        .expect("reports")
        .iter()
        .map(|report| {
            let file = report["uri"].as_str().expect("a file").rsplit('/').next().expect("a name");
            (file.to_owned(), report["items"].as_array().map_or(0, Vec::len))
        })
        .collect();
    let expected = ["masterchef.toml", "main.mc", "site.mc"].map(|file| (file.to_owned(), 1));
    assert_eq!(ids, expected);
    let site = all["items"][2].clone();
    let previous = json!([{ "uri": site["uri"], "value": site["resultId"] }]);
    let again = client.request("workspace/diagnostic", json!({ "previousResultIds": previous }));
    assert_eq!(
        (&again["items"][1]["kind"], &again["items"][2]["kind"]),
        (&json!("full"), &json!("unchanged"))
    );
    assert!(client.shown.is_empty());
}
