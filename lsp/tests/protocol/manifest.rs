//! `masterchef.toml` over the protocol: what is answered about it, and what is not.

use crate::client::{Client, at, package, uri};
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};

const MANIFEST: &str = "\
[package]
name = \"shop\"
version = \"0.1.0\"
edition = \"2026\"

[dependencies]
nginx = { path = \"lib/nginx\" }

[lint]
world_writable = \"deny\"
";
const NGINX: &str = "[package]\nname = \"nginx\"\nversion = \"0.3.0\"\nedition = \"2026\"\n";

struct Open {
    client: Client,
    manifest: String,
    package: Scratch,
}

/// A package that needs another one, with its manifest shown.
fn open() -> Open {
    let package = package(&[
        ("masterchef.toml", MANIFEST),
        ("src/main.mc", "import nginx.answer\npolicy web {}\n"),
        ("lib/nginx/masterchef.toml", NGINX),
        ("lib/nginx/src/main.mc", "pub let answer = 1\n"),
        ("lib/tls/masterchef.toml", &NGINX.replace("nginx", "tls")),
        ("lib/tls/src/main.mc", ""),
    ]);
    let manifest = uri(&package.join("masterchef.toml"));
    let mut client = Client::ready(&["utf-16"]);
    client.open(&manifest, MANIFEST);
    Open { client, manifest, package }
}

fn labels(found: &Value) -> Vec<&str> {
    let items = found["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item["label"].as_str()).collect()
}

#[test]
fn what_can_stand_in_a_manifest() {
    let Open { mut client, manifest, package: _package } = open();
    let found = client.at("textDocument/completion", &manifest, 4, 0);
    assert_eq!(labels(&found), ["description", "license", "[build]", "[guards]"]);
    // A header that is not closed, and a package that lies in a folder of this one.
    client.replace(&manifest, 2, &format!("{MANIFEST}[bu"));
    let found = client.at("textDocument/completion", &manifest, 10, 3);
    assert_eq!(labels(&found), ["build", "guards"]);
    client.replace(&manifest, 3, &MANIFEST.replace("nginx\" }\n", "nginx\" }\n\n"));
    let found = client.at("textDocument/completion", &manifest, 7, 0);
    let items = found["items"].as_array().expect("items");
    let near = items.iter().find(|item| item["label"] == "tls");
    let near = near.unwrap_or_else(|| panic!("a package that is near: {:?}", labels(&found)));
    assert_eq!(near["textEdit"]["newText"], "tls = { path = \"lib/tls\" }");
    client.replace(&manifest, 4, &MANIFEST.replace("0.1.0", ""));
    let found = client.at("textDocument/completion", &manifest, 2, 11);
    assert_eq!(labels(&found), ["0.1.0"]);
    client.replace(&manifest, 5, MANIFEST);
    let found = client.at("textDocument/completion", &manifest, 2, 16);
    assert_eq!(labels(&found), ["0.1.1", "0.2.0", "1.0.0"]);
    assert_eq!(found["items"][0]["filterText"], "0.1.0", "the next one does not begin like this one");
}

#[test]
fn what_is_known_about_a_manifest() {
    let Open { mut client, manifest, package } = open();
    assert!(client.hover(&manifest, 3, 2).contains("The edition of the language"));
    assert!(client.hover(&manifest, 9, 3).contains("everybody"), "{}", client.hover(&manifest, 9, 3));
    let found = client.at("textDocument/definition", &manifest, 6, 1);
    assert_eq!(found[0]["uri"], uri(&package.join("lib/nginx/masterchef.toml")));
    let context = json!({ "includeDeclaration": false });
    let mut params = at(&manifest, 6, 1);
    params["context"] = context;
    let found = client.request("textDocument/references", params);
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(found[0]["uri"], uri(&package.join("src/main.mc")));
    let document = json!({ "textDocument": { "uri": manifest } });
    let links = client.request("textDocument/documentLink", document.clone());
    assert_eq!(links[0]["target"], uri(&package.join("lib/nginx/masterchef.toml")));
    assert!(links[1]["target"].as_str().is_some_and(|page| page.ends_with("MC1023.md")), "{links}");
    let symbols = client.request("textDocument/documentSymbol", document.clone());
    let names = symbols.as_array().expect("symbols").iter().map(|symbol| symbol["name"].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["package", "dependencies", "lint"]);
    let folds = client.request("textDocument/foldingRange", document);
    assert_eq!(folds.as_array().map(Vec::len), Some(3));
    let params =
        json!({ "textDocument": { "uri": manifest }, "positions": [{ "line": 6, "character": 20 }] });
    let selections = client.request("textDocument/selectionRange", params);
    assert_eq!(selections[0]["range"]["start"], json!({ "line": 6, "character": 18 }));
}

#[test]
fn a_misspelt_key_is_repaired() {
    let Open { mut client, manifest, package: _package } = open();
    client.replace(&manifest, 2, &MANIFEST.replace("version", "verison"));
    client.until(|client| {
        client.shown.get(&manifest).is_some_and(|shown| shown.to_string().contains("MC0602"))
    });
    let range = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 2, "character": 3 } });
    let params =
        json!({ "textDocument": { "uri": manifest }, "range": range, "context": { "diagnostics": [] } });
    let found = client.request("textDocument/codeAction", params);
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found[0]["title"], "Did you mean `version`?");
}

/// What reads modules never sees a manifest, whose text is none.
#[test]
fn other_questions_have_no_answer() {
    let Open { mut client, manifest, package: _package } = open();
    let document = json!({ "textDocument": { "uri": manifest } });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let whole = |extra: Value| {
        let mut params = document.clone();
        let (params_map, extra) = (params.as_object_mut().expect("an object"), extra);
        params_map.extend(extra.as_object().expect("an object").clone());
        params
    };
    let here = json!({ "position": { "line": 1, "character": 2 } });
    for (method, params) in [
        ("textDocument/formatting", whole(json!({ "options": options }))),
        ("textDocument/rangeFormatting", whole(json!({ "range": range, "options": options }))),
        ("textDocument/semanticTokens/full", whole(json!({}))),
        ("textDocument/inlayHint", whole(json!({ "range": range }))),
        ("textDocument/codeLens", whole(json!({}))),
        ("textDocument/rename", whole(json!({ "position": { "line": 6, "character": 1 }, "newName": "a" }))),
        ("textDocument/prepareRename", whole(here.clone())),
        ("textDocument/signatureHelp", whole(here.clone())),
        ("textDocument/typeDefinition", whole(here.clone())),
        ("textDocument/implementation", whole(here.clone())),
        ("textDocument/linkedEditingRange", whole(here.clone())),
        ("textDocument/prepareCallHierarchy", whole(here.clone())),
        ("textDocument/prepareTypeHierarchy", whole(here)),
    ] {
        let found = client.request(method, params);
        assert!(found.is_null() || found == json!([]), "{method}: {found}");
    }
}
