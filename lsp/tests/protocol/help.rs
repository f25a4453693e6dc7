//! What helps with reading and typing, and hierarchies.

use crate::client::{Client, at, capabilities, package, uri};
use serde_json::{Value, json};

const SITE: &str = "\
/// A site.
pub record Site { name: HostName, port: Port = 80 }
/// Where it listens.
pub type Port = Int where value > 0
/// Its address.
pub fn url(site: Site, scheme: String = \"http\") -> String { \"${scheme}://${site.name}\" }
";
const MAIN: &str = "\
import site.{Site, url}
import std.fs.File

policy web {
  let s = Site { name = \"a\" }
  let text = \"é😀\" + url(s, \"https\")
  File \"/etc/motd\" { content = template(\"a.mct\", site = s) }
  File \"/etc/url\" { content = text }
}
";
const TEMPLATE: &str = "%{ param site: Site }\n${site.name}\n";

struct Open {
    client: Client,
    main: String,
    site: String,
    package: mc_test_support::scratch::Scratch,
}

/// A package with its first module shown.
fn open() -> Open {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE), ("templates/a.mct", TEMPLATE)]);
    let (main, site) = (uri(&package.join("src/main.mc")), uri(&package.join("src/site.mc")));
    let mut client = Client::ready(&["utf-16"]);
    client.open(&main, MAIN);
    Open { client, main, site, package }
}

/// The text that a range of the first module has, on one line.
fn text(range: &Value) -> String {
    let line = MAIN.lines().nth(range["start"]["line"].as_u64().expect("a line") as usize).expect("there");
    let units: Vec<u16> = line.encode_utf16().collect();
    let column = |at: &Value| at["character"].as_u64().expect("a column") as usize;
    String::from_utf16(&units[column(&range["start"])..column(&range["end"])]).expect("whole characters")
}

#[test]
fn the_parameters_of_a_call() {
    let Open { mut client, main, package: _package, .. } = open();
    let help = client.at("textDocument/signatureHelp", &main, 5, 30);
    let signature = &help["signatures"][0];
    assert_eq!(signature["label"], "fn url(site: Site, scheme: String = \"http\") -> String");
    assert_eq!(signature["documentation"]["value"], "Its address.");
    assert_eq!(signature["parameters"][1]["label"], json!([19, 42]));
    assert_eq!(help["activeParameter"], 1);
}

#[test]
fn hints_can_be_turned_off() {
    let Open { mut client, main, package: _package, .. } = open();
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let params = json!({ "textDocument": { "uri": main }, "range": whole });
    let labels = |found: &Value| -> Vec<String> {
        let all = found.as_array().expect("hints").iter();
        all.map(|hint| hint["label"].as_str().expect("a text").to_owned()).collect()
    };
    let found = client.request("textDocument/inlayHint", params.clone());
    assert_eq!(labels(&found), [": String", "site =", "scheme ="]);
    assert_eq!(found[0]["position"], json!({ "line": 5, "character": 10 }));
    assert_eq!(found[2]["position"], json!({ "line": 5, "character": 28 }));
    let settings = json!({ "masterchef": { "inlayHints": { "types": false } } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    assert_eq!(labels(&client.request("textDocument/inlayHint", params)), ["site =", "scheme ="]);
}

#[test]
fn links_lead_to_files() {
    let Open { mut client, main, site, package } = open();
    let found = client.request("textDocument/documentLink", json!({ "textDocument": { "uri": main } }));
    let links: Vec<(String, String)> = found
        .as_array()
        .expect("links")
        .iter()
        .map(|link| (text(&link["range"]), link["target"].as_str().expect("a target").to_owned()))
        .collect();
    let [(first, to_site), (second, to_library), (third, to_template)] = links.as_slice() else {
        panic!("{links:?}")
    };
    assert_eq!((first.as_str(), to_site), ("site", &site));
    assert!(second == "std.fs" && to_library.ends_with("/std/fs.mc"), "{to_library}");
    assert_eq!((third.as_str(), to_template), ("\"a.mct\"", &uri(&package.join("templates/a.mct"))));
}

#[test]
fn types_and_what_is_made_of_them() {
    let Open { mut client, main, site, package: _package } = open();
    let found = client.at("textDocument/typeDefinition", &main, 4, 6);
    assert_eq!((found[0]["uri"].as_str(), &found[0]["range"]["start"]["line"]), (Some(&*site), &json!(1)));
    let found = client.at("textDocument/implementation", &main, 6, 3);
    let heads: Vec<String> = found.as_array().expect("two").iter().map(|at| text(&at["range"])).collect();
    assert_eq!(heads, ["File \"/etc/motd\"", "File \"/etc/url\""]);
}

#[test]
fn a_local_name_is_typed_over_in_all_its_places() {
    let Open { mut client, main, package: _package, .. } = open();
    let found = client.at("textDocument/linkedEditingRange", &main, 5, 7);
    let all: Vec<String> = found["ranges"].as_array().expect("two").iter().map(text).collect();
    assert_eq!(all, ["text", "text"]);
    assert_eq!(client.at("textDocument/linkedEditingRange", &main, 3, 8), Value::Null);
}

#[test]
fn calls_go_through_files_that_are_not_shown() {
    let Open { mut client, main, site, package: _package } = open();
    let items = client.at("textDocument/prepareCallHierarchy", &main, 5, 22);
    let item = items[0].clone();
    assert_eq!((item["name"].as_str(), item["uri"].as_str()), (Some("url"), Some(&*site)));
    let incoming = client.request("callHierarchy/incomingCalls", json!({ "item": item }));
    assert_eq!(incoming[0]["from"]["name"], "web");
    assert_eq!(text(&incoming[0]["fromRanges"][0]), "url");
    let caller = incoming[0]["from"].clone();
    let outgoing = client.request("callHierarchy/outgoingCalls", json!({ "item": caller }));
    let names: Vec<&str> =
        outgoing.as_array().expect("calls").iter().filter_map(|call| call["to"]["name"].as_str()).collect();
    assert_eq!(names, ["url", "File"]);
}

#[test]
fn types_are_made_of_types() {
    let mut client = Client::start();
    let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities(&["utf-8"]) });
    let answer = client.request("initialize", params);
    assert_eq!(answer["capabilities"]["typeHierarchyProvider"], true);
    client.notify("initialized", json!({}));
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE)]);
    let site = uri(&package.join("src/site.mc"));
    client.open(&site, SITE);
    let item = client.at("textDocument/prepareTypeHierarchy", &site, 1, 13)[0].clone();
    assert_eq!(item["name"], "Site");
    let up = client.request("typeHierarchy/supertypes", json!({ "item": item }));
    assert_eq!(up[0]["name"], "Port");
    let down = client.request("typeHierarchy/subtypes", json!({ "item": up[0] }));
    assert_eq!(down[0]["name"], "Site");
}

#[test]
fn documentation_comes_when_an_item_is_chosen() {
    let mut client = Client::start();
    let mut can = capabilities(&["utf-8"]);
    let items = &mut can["textDocument"]["completion"]["completionItem"];
    items["resolveSupport"] = json!({ "properties": ["documentation"] });
    items["documentationFormat"] = json!(["markdown"]);
    client.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": can }));
    client.notify("initialized", json!({}));
    client.open("untitled:a", "import std.fs.File\npolicy p {\n  File \"/a\" { c }\n}\n");
    let list = client.request("textDocument/completion", at("untitled:a", 2, 15));
    let items = list["items"].as_array().expect("items");
    let item = items.iter().find(|item| item["label"] == "content").expect("proposed").clone();
    assert_eq!(item["documentation"], Value::Null);
    let resolved = client.request("completionItem/resolve", item);
    assert!(resolved["documentation"]["value"].as_str().is_some_and(|docs| !docs.is_empty()), "{resolved}");
}

#[test]
fn only_what_changed_is_coloured_again() {
    let Open { mut client, main, package: _package, .. } = open();
    let document = json!({ "uri": main });
    let first = client.request("textDocument/semanticTokens/full", json!({ "textDocument": document }));
    let edit = crate::client::edit((3, 0), (3, 0), "let more = 1\n");
    client.notify("textDocument/didChange", crate::client::change(&main, 2, &[edit]));
    let params = json!({ "textDocument": document, "previousResultId": first["resultId"] });
    let delta = client.request("textDocument/semanticTokens/full/delta", params.clone());
    let edits = delta["edits"].as_array().expect("edits");
    let mut data: Vec<u64> = numbers(&first["data"]);
    for edit in edits.iter().rev() {
        let (start, count) = (edit["start"].as_u64().expect("a place"), edit["deleteCount"].as_u64());
        let (start, count) = (start as usize, count.expect("a count") as usize);
        data.splice(start..start + count, numbers(&edit["data"]));
    }
    let whole = client.request("textDocument/semanticTokens/full", json!({ "textDocument": document }));
    assert_eq!(data, numbers(&whole["data"]));
    assert!(numbers(&edits[0]["data"]).len() < data.len() / 2, "{delta}");
    // An answer that is not the last one is nothing to build on.
    let again = client.request("textDocument/semanticTokens/full/delta", params);
    assert_eq!(numbers(&again["data"]), data);
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().expect("numbers").iter().map(|n| n.as_u64().expect("a number")).collect()
}
