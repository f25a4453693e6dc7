//! From a name to where it stands, and the parts of a file.

use crate::client::{Client, capabilities, package, uri};
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};

const SITE: &str = "pub record Site { name: HostName }\n";
const MAIN: &str =
    "import site.{Site}\n\npolicy web {\n  let s = Site { name = \"a\" }\n  let b = \"é😀 ${s.name}\"\n}\n";
const TEMPLATE: &str = "%{ param site: Site }\n${site.name}\n";

fn places(found: &Value) -> Vec<(String, u64, u64)> {
    let place = |at: &Value| {
        let file = at["uri"].as_str().expect("a file").rsplit('/').next().expect("a name").to_owned();
        let start = &at["range"]["start"];
        (file, start["line"].as_u64().expect("a line"), start["character"].as_u64().expect("a column"))
    };
    found.as_array().expect("places").iter().map(place).collect()
}

#[test]
fn references_are_found_in_modules_and_templates() {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE), ("templates/a.mct", TEMPLATE)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-16"]);
    client.open(&main, MAIN);
    let ask = |client: &mut Client, all: bool| {
        let position = json!({ "line": 4, "character": 19 });
        let document = json!({ "uri": main });
        let context = json!({ "includeDeclaration": all });
        let params = json!({ "textDocument": document, "position": position, "context": context });
        places(&client.request("textDocument/references", params))
    };
    let main_and_template = [("main.mc".to_owned(), 3, 17), ("main.mc".to_owned(), 4, 19)];
    let template = ("a.mct".to_owned(), 1, 7);
    let declared = ("site.mc".to_owned(), 0, 18);
    let all: Vec<_> = main_and_template.iter().cloned().chain([declared, template.clone()]).collect();
    assert_eq!(ask(&mut client, true), all);
    let uses: Vec<_> = main_and_template.into_iter().chain([template]).collect();
    assert_eq!(ask(&mut client, false), uses);
    let highlights = client.at("textDocument/documentHighlight", &main, 3, 6);
    let kinds: Vec<_> = highlights.as_array().expect("some").iter().map(|h| h["kind"].as_u64()).collect();
    assert_eq!(kinds, [Some(3), Some(2)], "written once, read once");
}

#[test]
fn a_template_is_a_document_like_a_module() {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE), ("templates/a.mct", TEMPLATE)]);
    let template = uri(&package.join("templates/a.mct"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&template, TEMPLATE);
    assert!(client.hover(&template, 1, 3).contains("site: Site"));
    let found = client.at("textDocument/definition", &template, 0, 16);
    assert_eq!(places(&found), [("site.mc".to_owned(), 0, 11)]);
    client.replace(&template, 2, "%{ param site: Site }\n${site.port}\n");
    client.until_codes(&template, &["MC0303"]);
    client.replace(&template, 3, TEMPLATE);
    client.until_codes(&template, &[]);
}

#[test]
fn a_template_outside_of_a_package_is_left_alone() {
    let folder = Scratch::new();
    let template = uri(&folder.write("templates/a.mct", TEMPLATE));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&template, TEMPLATE);
    assert_eq!(client.at("textDocument/hover", &template, 1, 3), Value::Null);
    client.replace(&template, 2, "%{ other");
    assert_eq!(client.at("textDocument/definition", &template, 0, 3), Value::Null);
    client.close(&template);
    assert_eq!(client.shown.get(&template), None);
}

#[test]
fn the_outline_is_nested_where_the_client_knows_that() {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE)]);
    let main = uri(&package.join("src/main.mc"));
    let document = json!({ "textDocument": { "uri": main } });
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, MAIN);
    let nested = client.request("textDocument/documentSymbol", document.clone());
    assert_eq!(nested[0]["name"], "web");
    assert_eq!(nested[0]["children"][1]["name"], "b");

    let mut plain = Client::start();
    let mut said = capabilities(&["utf-8"]);
    said["textDocument"]["documentSymbol"] = json!({});
    plain.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": said }));
    plain.notify("initialized", json!({}));
    plain.open(&main, MAIN);
    let flat = plain.request("textDocument/documentSymbol", document);
    let names: Vec<_> = flat.as_array().expect("some").iter().map(|s| s["name"].as_str()).collect();
    assert_eq!(names, [Some("web"), Some("s"), Some("b")]);
    assert_eq!(flat[2]["containerName"], "web");
}

#[test]
fn declarations_of_all_open_packages_are_found() {
    let one = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE)]);
    let other = package(&[("src/main.mc", "pub fn site_port() -> Int { 1 }\n")]);
    let mut client = Client::ready(&["utf-8"]);
    client.open(&uri(&one.join("src/main.mc")), MAIN);
    client.open(&uri(&other.join("src/main.mc")), "pub fn site_port() -> Int { 1 }\n");
    let found = client.request("workspace/symbol", json!({ "query": "site" }));
    let mut names: Vec<_> =
        found.as_array().expect("some").iter().filter_map(|s| s["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Site", "site_port"]);
    assert_eq!(client.request("workspace/symbol", json!({ "query": "nothing" })), json!([]));
}

#[test]
fn parts_of_a_file_fold_and_selections_grow() {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE)]);
    let main = uri(&package.join("src/main.mc"));
    let document = json!({ "uri": main });
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, MAIN);
    let folds = client.request("textDocument/foldingRange", json!({ "textDocument": document }));
    assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(2), &json!(5)));
    let positions = json!([{ "line": 4, "character": 24 }, { "line": 0, "character": 0 }]);
    let params = json!({ "textDocument": document, "positions": positions });
    let grown = client.request("textDocument/selectionRange", params);
    assert_eq!(grown.as_array().map(Vec::len), Some(2), "one for each place");
    let mut widths = Vec::new();
    let mut at = &grown[0];
    while let Some(range) = at.get("range") {
        let (start, end) = (&range["start"], &range["end"]);
        widths.push(json!([start["line"], start["character"], end["line"], end["character"]]));
        at = &at["parent"];
    }
    assert_eq!(widths.first(), Some(&json!([4, 22, 4, 26])));
    assert_eq!(widths.last(), Some(&json!([0, 0, 6, 0])));
}

#[test]
fn names_are_coloured_by_what_they_are() {
    let package = package(&[("src/main.mc", MAIN), ("src/site.mc", SITE)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-16"]);
    client.open(&main, MAIN);
    let full = client.request("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": main } }));
    let numbers: Vec<u64> = full["data"].as_array().expect("some").iter().filter_map(Value::as_u64).collect();
    let (mut line, mut column) = (0, 0);
    let mut found = Vec::new();
    for token in numbers.chunks_exact(5) {
        column = if token[0] > 0 { token[1] } else { column + token[1] };
        line += token[0];
        found.push((line, column, token[2], token[3], token[4]));
    }
    let expected = [
        (0, 7, 4, 0, 0),
        (0, 13, 4, 1, 0),
        (2, 7, 3, 6, 1),
        (3, 6, 1, 10, 1),
        (3, 10, 4, 1, 0),
        (3, 17, 4, 12, 0),
        (4, 6, 1, 10, 1),
        (4, 17, 1, 10, 0),
        (4, 19, 4, 12, 0),
    ];
    assert_eq!(found, expected);
    let range = json!({ "start": { "line": 3, "character": 0 }, "end": { "line": 3, "character": 40 } });
    let params = json!({ "textDocument": { "uri": main }, "range": range });
    let part = client.request("textDocument/semanticTokens/range", params);
    assert_eq!(part["data"].as_array().map(Vec::len), Some(3 * 5));
}
