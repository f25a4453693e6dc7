//! What is offered at a place.

use crate::client::{Client, capabilities, package, uri};
use serde_json::{Value, json};

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
    let offered = actions(&mut client, &main, 1, Some("quickfix"));
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

/// A package with a text that can become many things.
const MOTD: &str =
    "import std.fs.File\n\npolicy p {\n  File \"/etc/motd\" { content = \"Hello.\\nBye.\\n\" }\n}\n";

/// A client that resolves changes and creates files, or does not.
fn client(lazy: bool, creates: bool) -> Client {
    let mut client = Client::start();
    let mut said = capabilities(&["utf-16"]);
    if lazy {
        said["textDocument"]["codeAction"] =
            json!({ "dataSupport": true, "resolveSupport": { "properties": ["edit"] } });
    }
    if creates {
        said["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["create", "rename", "delete"]);
    }
    let answer =
        client.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": said }));
    let provider = &answer["capabilities"]["codeActionProvider"];
    assert_eq!(provider["resolveProvider"], if lazy { json!(true) } else { Value::Null });
    assert!(
        provider["codeActionKinds"]
            .as_array()
            .is_some_and(|kinds| kinds.contains(&json!("refactor.extract")))
    );
    client.notify("initialized", json!({}));
    client
}

/// What is offered at a place.
fn offered(client: &mut Client, uri: &str, line: u32, column: u32, only: Value) -> Vec<Value> {
    let place = json!({ "line": line, "character": column });
    let mut context = json!({ "diagnostics": [] });
    if !only.is_null() {
        context["only"] = only;
    }
    let params = json!({ "textDocument": { "uri": uri }, "range": { "start": place, "end": place }, "context": context });
    client.request("textDocument/codeAction", params).as_array().expect("a list").clone()
}

fn titled<'a>(offered: &'a [Value], title: &str) -> Option<&'a Value> {
    offered.iter().find(|action| action["title"] == title)
}

#[test]
fn a_change_is_worked_out_when_it_is_chosen() {
    let package = package(&[("src/main.mc", MOTD)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = client(true, false);
    client.open(&main, MOTD);
    let found = offered(&mut client, &main, 3, 35, Value::Null);
    let block = titled(&found, "Write it as a block").expect("a text of two lines").clone();
    assert_eq!((&block["kind"], &block["edit"]), (&json!("refactor.rewrite"), &Value::Null));
    let resolved = client.request("codeAction/resolve", block.clone());
    let text = Client::changed(MOTD, &resolved["edit"]["documentChanges"][0]["edits"]);
    assert!(text.contains("content = \"\"\"\n"), "{text}");
    assert_eq!(resolved["title"], block["title"]);

    client.replace(&main, 2, &format!("\n{MOTD}"));
    let late = client.begin("codeAction/resolve", block);
    assert_eq!(client.response(late)["error"]["code"], -32801, "the document is another one");
}

#[test]
fn a_client_that_asks_for_no_changes_later_gets_them_at_once() {
    let package = package(&[("src/main.mc", MOTD)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = client(false, false);
    client.open(&main, MOTD);
    let found = offered(&mut client, &main, 3, 35, json!(["refactor"]));
    assert!(found.iter().all(|action| action["edit"].is_object() && action["data"].is_null()), "{found:?}");
    assert!(titled(&found, "Write it as a block").is_some());
}

#[test]
fn files_are_created_by_clients_that_can() {
    let package = package(&[("src/main.mc", MOTD)]);
    let main = uri(&package.join("src/main.mc"));
    let mut able = client(true, true);
    able.open(&main, MOTD);
    let found = offered(&mut able, &main, 3, 35, Value::Null);
    let moved = titled(&found, "Move it to `files/motd.txt`").expect("a text for a file").clone();
    let resolved = able.request("codeAction/resolve", moved);
    let operations = &resolved["edit"]["documentChanges"];
    let new = uri(&package.join("files/motd.txt"));
    assert_eq!(operations[0], json!({ "kind": "create", "uri": new }));
    assert_eq!(operations[1]["textDocument"], json!({ "uri": new, "version": null }));
    assert_eq!(operations[1]["edits"][0]["newText"], "Hello.\nBye.\n");
    assert!(Client::changed(MOTD, &operations[2]["edits"]).contains("content = file(\"motd.txt\")"));

    let mut unable = client(true, false);
    unable.open(&main, MOTD);
    let found = offered(&mut unable, &main, 3, 35, Value::Null);
    assert_eq!(titled(&found, "Move it to `files/motd.txt`"), None);
}

#[test]
fn kinds_are_asked_for_from_the_top() {
    let source =
        "import std.svc.Service\nimport std.fs.File\n\npolicy p {\n  File \"/a\" { content = \"x\" }\n}\n";
    let package = package(&[("src/main.mc", source)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = client(true, false);
    client.open(&main, source);
    let kinds = |found: Vec<Value>| {
        let mut kinds: Vec<String> =
            found.iter().map(|action| action["kind"].as_str().expect("a kind").to_owned()).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    let all = kinds(offered(&mut client, &main, 4, 4, json!(["source"])));
    assert_eq!(all, ["source.fixAll", "source.organizeImports"]);
    let all = kinds(offered(&mut client, &main, 4, 4, json!(["refactor"])));
    assert!(all.iter().all(|kind| kind == "refactor" || kind.starts_with("refactor.")), "{all:?}");
    assert!(all.contains(&"refactor.rewrite".to_owned()), "{all:?}");
    let all = kinds(offered(&mut client, &main, 4, 4, json!(["refactor.extract"])));
    assert_eq!(all, ["refactor.extract"]);
    let all = kinds(offered(&mut client, &main, 0, 4, Value::Null));
    assert!(all.contains(&"quickfix".to_owned()), "{all:?}");
    assert!(
        all.iter().all(|kind| !kind.starts_with("source")),
        "what changes the whole file is asked for by name: {all:?}"
    );
    assert_eq!(kinds(offered(&mut client, &main, 4, 4, json!(["refactoring"]))), Vec::<String>::new());
}
