//! The standard library in an editor.

use crate::client::Client;
use serde_json::json;

const URI: &str = "untitled:library";

#[test]
fn definitions_lead_into_the_standard_library() {
    let mut client = Client::ready(&["utf-8"]);
    client.open(URI, "import std.fs.File\npolicy p { File \"/etc/motd\" { content = \"x\" } }\n");
    let found = client.at("textDocument/definition", URI, 1, 12);
    let uri = found[0]["uri"].as_str().expect("a file").to_owned();
    let path = uri.strip_prefix("file://").expect("any editor opens it");
    let text = std::fs::read_to_string(path).expect("it is there");
    let line = found[0]["range"]["start"]["line"].as_u64().expect("a line") as u32;
    assert!(text.lines().nth(line as usize).expect("the line").starts_with("pub resource File"));
    let mode = std::fs::metadata(path).expect("it is there").permissions();
    assert!(mode.readonly(), "nobody edits it by mistake");

    // There it goes on, and nothing is wrong with it.
    client.open(&uri, &text);
    assert!(client.hover(&uri, line, 14).contains("resource File"));
    let key = client.at("textDocument/definition", &uri, line + 3, 8);
    assert_eq!(key[0]["uri"], json!(uri));
    assert!(!client.shown.contains_key(&uri));
}
