//! Edits and questions keep their order.

use crate::client::{Client, at, change, edit};
use serde_json::json;

const URI: &str = "untitled:order";

/// 40 edits back to back, as a fast typist or many cursors make: each puts a letter behind the one before.
#[test]
fn edits_written_at_once_end_in_the_right_text() {
    let mut client = Client::ready(&["utf-8"]);
    client.open(URI, "let a = 1\n");
    let letters: String = ('a'..='z').chain('a'..='n').collect();
    let edits: Vec<_> = letters
        .char_indices()
        .map(|(at, letter)| {
            let column = 5 + at as u32;
            let change = change(URI, at as i64 + 2, &[edit((0, column), (0, column), &letter.to_string())]);
            json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change })
        })
        .collect();
    assert_eq!(edits.len(), 40);
    client.send(&edits);
    let hover = client.hover(URI, 0, 4);
    assert!(hover.contains(&format!("let a{letters}: Int = 1")), "{hover}");

    assert!(client.codes_of_version(URI, 41).is_empty());
    let versions: Vec<i64> = client.versions.iter().map(|(_, version)| *version).collect();
    assert!(versions.is_sorted(), "{versions:?}");
}

/// Each question sees the edits before it and none after it, or is told that it came too late.
#[test]
fn questions_between_edits_are_all_answered() {
    let mut client = Client::ready(&["utf-8"]);
    client.open(URI, "let a = 1\n");
    let mut messages = Vec::new();
    for round in 0..100_i64 {
        let text = json!({ "text": format!("let name_{round} = [1].map(|x| x + {round})\n") });
        messages.push(json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change(URI, round + 2, &[text]) }));
        messages.push(json!({ "jsonrpc": "2.0", "id": 1_000 + round, "method": "textDocument/hover", "params": at(URI, 0, 5) }));
    }
    client.send(&messages);
    let mut answered = 0;
    for round in 0..100_i64 {
        let response = client.response(1_000 + round);
        match response["error"]["code"].as_i64() {
            None => {
                let text = response["result"]["contents"]["value"].as_str().expect("a hover").to_owned();
                assert!(text.contains(&format!("let name_{round}: List<Int>")), "{round}: {text}");
                answered += 1;
            }
            // Content modified.
            Some(-32801) => {}
            other => panic!("{round}: {other:?}"),
        }
    }
    assert!(answered > 0, "the last question has nothing after it");
    assert!(client.codes_of_version(URI, 101).is_empty());
}

#[test]
fn questions_can_be_taken_back() {
    let mut client = Client::ready(&["utf-8"]);
    client.open(URI, "let a = 1\n");
    let ids: Vec<i64> = (0..50).map(|_| client.begin("textDocument/hover", at(URI, 0, 4))).collect();
    for id in &ids {
        client.notify("$/cancelRequest", json!({ "id": id }));
    }
    for id in ids {
        let response = client.response(id);
        let code = response["error"]["code"].as_i64();
        assert!(code.is_none_or(|code| code == -32800), "{response}");
    }
    assert!(client.hover(URI, 0, 4).contains("let a: Int = 1"));
}

/// Typed letter by letter, nothing ever kills the server.
#[test]
fn half_typed_text_is_answered() {
    let text = "import std.fs.File\npolicy p {\n  let x = File \"/etc/é😀\" { content = \"${facts.fqdn}\", mode = 0o644 }\n  File \"/b\" { content = x.sha256, after x }\n}\n";
    let mut client = Client::ready(&["utf-16"]);
    client.open(URI, "");
    let mut ids = Vec::new();
    for (version, (end, _)) in text.char_indices().enumerate() {
        client.replace(URI, version as i64 + 2, &text[..end]);
        ids.push(client.begin("textDocument/hover", at(URI, 2, 17)));
        ids.push(client.begin("textDocument/definition", at(URI, 3, 24)));
    }
    client.replace(URI, 9_999, text);
    for id in ids {
        let response = client.response(id);
        let code = response["error"]["code"].as_i64();
        assert!(code.is_none_or(|code| code == -32801), "{response}");
    }
    assert!(client.codes_of_version(URI, 9_999).is_empty());
}

#[test]
fn a_deep_text_does_not_end_the_server() {
    let mut client = Client::ready(&["utf-8"]);
    client.open(URI, &format!("let a = {}\n", "(".repeat(100_000)));
    client.hover(URI, 0, 50_000);
    client.replace(URI, 2, "let a = 1\n");
    assert!(client.codes_of_version(URI, 2).is_empty());
}
