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

fn actions(client: &mut Client, uri: &str, line: u32, only: Option<&str>) -> Vec<Value> {
    let place = json!({ "line": line, "character": 0 });
    let end = json!({ "line": line, "character": 200 });
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    let params = json!({ "textDocument": { "uri": uri }, "range": { "start": place, "end": end }, "context": context });
    client.request("textDocument/codeAction", params).as_array().expect("a list").clone()
}

#[test]
fn what_the_compiler_would_do_is_offered() {
    let source = "policy p {\n  File \"/a\" { conten = \"x\" }\n}\n";
    let package = package(&[("src/main.mc", source)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, source);
    let offered = actions(&mut client, &main, 1, None);
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0]["title"], "Add `import std.fs.File`");
    assert_eq!((&offered[0]["kind"], &offered[0]["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(offered[0]["diagnostics"][0]["code"], "MC0202");
    let imported = Client::changed(source, &offered[0]["edit"]["documentChanges"][0]["edits"]);
    client.replace(&main, 2, &imported);
    let offered = actions(&mut client, &main, 3, Some("quickfix"));
    assert_eq!(offered[0]["title"], "Change to `content`");
    assert_eq!(offered[0]["isPreferred"], Value::Null, "it is only a guess");
    let right = Client::changed(&imported, &offered[0]["edit"]["documentChanges"][0]["edits"]);
    client.replace(&main, 3, &right);
    assert_eq!(actions(&mut client, &main, 3, Some("refactor")), Vec::<Value>::new());
    client.until_codes(&main, &[]);
}

#[test]
fn rules_warn_and_are_repaired_on_demand() {
    let source = "import std.svc.Service\nimport std.fs.{File}\n\npolicy p {\n  let on = facts.cpu.count > 1\n  if on == true { File \"/a\" {} }\n}\n";
    let package = package(&[("src/main.mc", source)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, source);
    client.until(|client| client.shown.get(&main).is_some_and(|shown| shown["diagnostics"] != json!([])));
    let shown = client.shown[&main]["diagnostics"].as_array().expect("some").clone();
    let unused = shown.iter().find(|d| d["code"] == "MC1001").expect("an unused import");
    assert_eq!(
        (&unused["severity"], &unused["tags"]),
        (&json!(2), &json!([1])),
        "a warning, drawn as unnecessary"
    );

    let all = actions(&mut client, &main, 0, Some("source.fixAll"));
    let fixed = Client::changed(source, &all[0]["edit"]["documentChanges"][0]["edits"]);
    assert_eq!(
        fixed,
        "import std.fs.{File}\n\npolicy p {\n  let on = facts.cpu.count > 1\n  if on { File \"/a\" {} }\n}\n"
    );
    let imports = actions(&mut client, &main, 0, Some("source.organizeImports"));
    assert_eq!(imports[0]["kind"], "source.organizeImports");
    assert_eq!(
        Client::changed(source, &imports[0]["edit"]["documentChanges"][0]["edits"]),
        source.replace("import std.svc.Service\n", "")
    );
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
