//! Changes that the server proposes.

use crate::client::{Client, at, capabilities, package, uri};
use serde_json::{Value, json};

const SITE: &str = "pub record Site { name: HostName }\n";
const MAIN: &str = "import site.{Site}\n\npub fn of(site: Site) -> HostName { site.name }\n";

fn rename(client: &mut Client, uri: &str, (line, column): (u32, u32), name: &str) -> Value {
    let mut params = at(uri, line, column);
    params["newName"] = json!(name);
    let id = client.begin("textDocument/rename", params);
    client.response(id)
}

#[test]
fn a_name_is_changed_in_all_files() {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE)]);
    let (main, site) = (uri(&package.join("src/main.mc")), uri(&package.join("src/site.mc")));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, MAIN);
    let prepared = client.at("textDocument/prepareRename", &main, 2, 43);
    assert_eq!(prepared["placeholder"], "name");
    let found = rename(&mut client, &main, (2, 43), "host");
    let changes = &found["result"]["documentChanges"];
    assert_eq!(changes[0]["textDocument"], json!({ "uri": main, "version": 1 }));
    assert_eq!(Client::changed(MAIN, &changes[0]["edits"]), MAIN.replace("site.name", "site.host"));
    assert_eq!(changes[1]["textDocument"], json!({ "uri": site, "version": null }));
    assert_eq!(Client::changed(SITE, &changes[1]["edits"]), SITE.replace("name", "host"));

    let refused = rename(&mut client, &main, (2, 43), "Host");
    assert_eq!(refused["error"]["code"], -32803);
    assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains("a small letter")));
    let nothing = client.begin("textDocument/prepareRename", at(&main, 1, 0));
    assert_eq!(client.response(nothing)["error"]["message"], "there is no name here");
}

#[test]
fn a_client_without_versions_gets_plain_changes() {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::start();
    let mut said = capabilities(&["utf-8"]);
    said["workspace"]["workspaceEdit"] = json!({});
    client.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": said }));
    client.notify("initialized", json!({}));
    client.open(&main, MAIN);
    let found = rename(&mut client, &main, (2, 7), "host_of");
    let edits = &found["result"]["changes"][&main];
    assert_eq!(Client::changed(MAIN, edits), MAIN.replace("fn of", "fn host_of"));
}

#[test]
fn what_is_typed_is_completed_with_its_import() {
    let source = "policy p {\n  Fi\n}\n";
    let package = package(&[("src/main.mc", source)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, source);
    let found = client.at("textDocument/completion", &main, 1, 4);
    assert_eq!(found["isIncomplete"], false);
    let items = found["items"].as_array().expect("a list");
    let file = items.iter().find(|item| item["label"] == "File").expect("of the standard library");
    assert_eq!((&file["insertTextFormat"], &file["detail"]), (&json!(2), &json!("import std.fs")));
    let typed = Client::changed(source, &json!([file["textEdit"]]));
    assert_eq!(typed, source.replace("Fi", "File \"$1\" { $0 }"));
    let imported = Client::changed(source, &file["additionalTextEdits"]);
    assert_eq!(imported, format!("import std.fs.File\n\n{source}"));

    let mut plain = Client::start();
    let mut said = capabilities(&["utf-8"]);
    said["textDocument"]["completion"] = json!({});
    plain.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": said }));
    plain.notify("initialized", json!({}));
    plain.open(&main, source);
    let found = plain.at("textDocument/completion", &main, 1, 4);
    let items = found["items"].as_array().expect("a list");
    let file = items.iter().find(|item| item["label"] == "File").expect("of the standard library");
    assert_eq!(file["textEdit"]["newText"], "File", "without places to fill in");
}
