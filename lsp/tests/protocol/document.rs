//! Diagnostics, hover and definition in one document.

use crate::client::{Client, change, edit};
use serde_json::json;

const URI: &str = "untitled:document";

#[test]
fn diagnostics_come_change_and_go() {
    let mut client = Client::ready(&["utf-8"]);
    client.open(URI, "let a = nothing\n");
    client.until_codes(URI, &["MC0201"]);
    client.notify("textDocument/didChange", change(URI, 2, &[edit((0, 8), (0, 15), "1 + true")]));
    let codes = client.codes_of_version(URI, 2);
    assert!(codes.len() == 1 && codes != ["MC0201"], "{codes:?}");
    client.notify("textDocument/didChange", change(URI, 3, &[edit((0, 12), (0, 16), "2")]));
    assert!(client.codes_of_version(URI, 3).is_empty());
    client.replace(URI, 4, "let a = nothing\n");
    client.until_codes(URI, &["MC0201"]);
    client.close(URI);
    client.until_codes(URI, &[]);
}

#[test]
fn a_diagnostic_has_everything_an_editor_shows() {
    let mut client = Client::ready(&["utf-8"]);
    client.open(URI, "let first = 1\nlet first = 2\n");
    client.until(|client| client.shown.get(URI).is_some_and(|s| s["diagnostics"] != json!([])));
    let diagnostic = &client.shown[URI]["diagnostics"][0];
    assert_eq!(diagnostic["severity"], 1);
    assert_eq!(diagnostic["source"], "masterchef");
    assert_eq!(diagnostic["range"]["start"], json!({ "line": 1, "character": 4 }));
    assert_eq!(diagnostic["range"]["end"], json!({ "line": 1, "character": 9 }));
    let message = diagnostic["message"].as_str().expect("a message");
    assert!(message.starts_with("`first` is declared twice"), "{message}");
    let related = &diagnostic["relatedInformation"][0];
    assert_eq!(related["message"], "first declared here");
    assert_eq!(related["location"]["uri"], URI);
    assert_eq!(related["location"]["range"]["start"], json!({ "line": 0, "character": 4 }));
    // The code's page, which the editor can open.
    let code = diagnostic["code"].as_str().expect("a code");
    let href = diagnostic["codeDescription"]["href"].as_str().expect("a link");
    assert!(href.ends_with(&format!("/diagnostics/{code}.md")), "{href}");
    let page = std::fs::read_to_string(href.strip_prefix("file://").expect("a file")).expect("the page");
    assert!(page.starts_with(&format!("# {code}")), "{page}");
}

#[test]
fn what_a_client_cannot_show_is_put_into_the_message() {
    let mut client = Client::start();
    client.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
    client.notify("initialized", json!({}));
    client.open(URI, "let first = 1\nlet first = 2\n");
    client.until(|client| client.shown.get(URI).is_some_and(|s| s["diagnostics"] != json!([])));
    let diagnostic = &client.shown[URI]["diagnostics"][0];
    assert!(diagnostic.get("relatedInformation").is_none() && diagnostic.get("codeDescription").is_none());
    let message = diagnostic["message"].as_str().expect("a message");
    assert!(message.contains("\nsrc/main.mc:1: first declared here"), "{message}");
}

#[test]
fn columns_after_wide_characters_are_right_in_both_units() {
    for (encodings, start, end) in [(["utf-8"], 20, 27), (["utf-16"], 15, 22)] {
        let mut client = Client::ready(&encodings);
        client.open(URI, "let é = 1\r\nlet a = \"é漢😀${nothing}\"\r\n");
        client.until(|client| {
            client.shown.get(URI).is_some_and(|shown| {
                shown["diagnostics"].as_array().expect("a list").iter().any(|d| d["code"] == "MC0201")
            })
        });
        let all = client.shown[URI]["diagnostics"].as_array().expect("a list").clone();
        let range = &all.iter().find(|d| d["code"] == "MC0201").expect("unknown name")["range"];
        assert_eq!(range["start"], json!({ "line": 1, "character": start }));
        assert_eq!(range["end"], json!({ "line": 1, "character": end }));
    }
}

#[test]
fn definitions_and_hovers_count_the_same_columns() {
    for (encodings, column) in [(["utf-8"], 25), (["utf-16"], 20)] {
        let mut client = Client::ready(&encodings);
        client.open(URI, "let a = 1\nlet b = \"é漢😀${a} ${a}\"\n");
        let found = client.at("textDocument/definition", URI, 1, column);
        assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": 4 }), "{found}");
        let hover = client.at("textDocument/hover", URI, 1, column);
        assert_eq!(hover["contents"]["kind"], "markdown");
        assert_eq!(hover["range"]["start"]["character"], column, "{hover}");
    }
}

#[test]
fn a_document_is_formatted_where_it_is_not() {
    let mut client = Client::ready(&["utf-16"]);
    let formatted = |client: &mut Client| {
        let options = json!({ "tabSize": 8, "insertSpaces": false });
        client
            .request("textDocument/formatting", json!({ "textDocument": { "uri": URI }, "options": options }))
    };
    client.open(URI, "let a = 1\nlet b=2 // two\nlet c = 3\n");
    let edits = formatted(&mut client);
    let range = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 2, "character": 0 } });
    assert_eq!(edits, json!([{ "range": range, "newText": "let b = 2 // two\n" }]));
    client.replace(URI, 2, "let a = 1\n");
    assert_eq!(formatted(&mut client), json!([]));
    // What is not understood stays as it is.
    client.replace(URI, 3, "let a=\n");
    assert_eq!(formatted(&mut client), json!([]));
}
