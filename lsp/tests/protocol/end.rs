//! Greeting and farewell.

use crate::client::{Client, capabilities};
use serde_json::{Value, json};
use std::process::Command;

fn greet(encodings: Value) -> Value {
    let mut client = Client::start();
    let params = json!({ "processId": null, "rootUri": null, "capabilities": { "general": encodings } });
    client.request("initialize", params)["capabilities"].clone()
}

#[test]
fn the_server_says_what_it_can_do() {
    let capabilities = greet(json!({ "positionEncodings": ["utf-8", "utf-16"] }));
    assert_eq!(capabilities["textDocumentSync"]["change"], 2);
    assert_eq!(capabilities["textDocumentSync"]["openClose"], true);
    assert_eq!(capabilities["hoverProvider"], true);
    assert_eq!(capabilities["definitionProvider"], true);
}

#[test]
fn columns_are_bytes_where_the_client_can() {
    assert_eq!(greet(json!({ "positionEncodings": ["utf-16", "utf-8"] }))["positionEncoding"], "utf-8");
    assert_eq!(greet(json!({ "positionEncodings": ["utf-16"] }))["positionEncoding"], "utf-16");
    assert_eq!(greet(json!({ "positionEncodings": ["utf-32"] }))["positionEncoding"], "utf-16");
    assert_eq!(greet(json!({}))["positionEncoding"], "utf-16");
}

#[test]
fn shutdown_and_exit_end_well() {
    let mut client = Client::ready(&["utf-8"]);
    let id = client.begin("shutdown", Value::Null);
    assert_eq!(client.response(id)["result"], Value::Null);
    // The input stays open, as some clients leave it.
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
}

#[test]
fn messages_without_parameters_may_leave_them_out() {
    let mut client = Client::ready(&["utf-8"]);
    client.send(&[json!({ "jsonrpc": "2.0", "id": 77, "method": "shutdown" })]);
    assert!(client.response(77).get("error").is_none());
    client.send(&[json!({ "jsonrpc": "2.0", "method": "exit" })]);
    assert_eq!(client.wait().code(), Some(0));
}

#[test]
fn an_exit_alone_ends_badly() {
    let mut client = Client::ready(&["utf-8"]);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn the_server_ends_with_its_input() {
    let mut client = Client::ready(&["utf-8"]);
    client.hang_up();
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn a_greeting_that_is_acknowledged_with_null_counts() {
    let mut client = Client::start();
    let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities(&["utf-8"]) });
    client.request("initialize", params);
    client.notify("initialized", Value::Null);
    client.until(|client| client.asked.iter().any(|asked| asked["method"] == "client/registerCapability"));
}

#[test]
fn files_are_watched() {
    let mut client = Client::ready(&["utf-8"]);
    client.until(|client| !client.asked.is_empty());
    let registration = &client.asked[0]["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    let watchers = registration["registerOptions"]["watchers"].as_array().expect("watchers");
    assert!(watchers.iter().any(|watcher| watcher["globPattern"] == "**/*.mc"));
}

#[test]
fn what_is_not_known_is_refused_and_the_server_goes_on() {
    let mut client = Client::ready(&["utf-8"]);
    let id = client.begin("textDocument/nonsense", json!({}));
    assert_eq!(client.response(id)["error"]["code"], -32601);
    let id = client.begin("textDocument/hover", json!({ "textDocument": 1 }));
    assert_eq!(client.response(id)["error"]["code"], -32602);
    client.open("untitled:a", "let a = 1\n");
    assert!(client.hover("untitled:a", 0, 4).contains("a: Int"));
}

#[test]
fn arguments_are_checked() {
    let run = |argument: &str| {
        Command::new(env!("CARGO_BIN_EXE_mc-lsp")).arg(argument).output().expect("the server starts")
    };
    let help = run("--help");
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("Usage: mc-lsp"));
    let wrong = run("--port");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.stdout.is_empty() && String::from_utf8_lossy(&wrong.stderr).contains("--port"));
}
