//! The fault that tests of clients plant: `tests/editors/fault.py`.

use crate::script;
use mc_test_support::binary;
use mc_test_support::process::Output;
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};

const TEXT: &str = "/// Where it listens.\npub let port = 80\npub let other = port\n";

/// Everything but the spoiled method is what the server itself says.
pub(crate) fn spoils_its_method_alone() {
    let scratch = Scratch::new();
    let plain = conversation(&scratch, None);
    let hover = &plain[&1]["result"]["contents"]["value"];
    assert!(hover.as_str().is_some_and(|text| text.contains("Where it listens.")), "{hover}");
    assert!(plain[&2]["result"].is_array(), "{}", plain[&2]);

    let spoiled = conversation(&scratch, Some("textDocument/hover"));
    assert_eq!(spoiled[&1]["result"], Value::Null);
    assert_eq!((&spoiled[&0], &spoiled[&2], &spoiled[&3]), (&plain[&0], &plain[&2], &plain[&3]));

    let spoiled = conversation(&scratch, Some("initialize"));
    assert_eq!(spoiled[&0]["result"], json!({ "capabilities": {} }));
    assert_eq!(spoiled[&1], plain[&1]);

    // Where `null` is right, it is an error that is wrong.
    let spoiled = conversation(&scratch, Some("shutdown"));
    assert!(plain[&3].get("error").is_none() && spoiled[&3].get("error").is_some(), "{}", spoiled[&3]);

    // A document that the server is never shown.
    let spoiled = conversation(&scratch, Some("textDocument/didOpen"));
    assert_eq!((&spoiled[&1]["result"], &spoiled[&2]["result"]), (&Value::Null, &Value::Null));
}

/// The responses of the server by their numbers. Each is awaited before the next message is sent.
fn conversation(scratch: &Scratch, fault: Option<&str>) -> BTreeMap<i64, Value> {
    let uri = format!("file://{}", scratch.join("a.mc"));
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 2, "character": 17 } });
    let document = json!({ "uri": uri, "languageId": "masterchef", "version": 1, "text": TEXT });
    let messages = [
        json!({ "id": 0, "method": "initialize", "params": { "capabilities": {} } }),
        json!({ "method": "initialized", "params": {} }),
        json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } }),
        json!({ "id": 1, "method": "textDocument/hover", "params": at }),
        json!({ "id": 2, "method": "textDocument/definition", "params": at }),
        json!({ "id": 3, "method": "shutdown" }),
        json!({ "method": "exit" }),
    ];
    let mut server = match fault {
        None => Command::new(binary::program("mc-lsp")),
        Some(method) => {
            let mut proxy = Command::new(script("fault.py"));
            proxy.args([method, "--"]).arg(binary::program("mc-lsp"));
            proxy
        }
    };
    server.env("XDG_CACHE_HOME", scratch.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = server.spawn().expect("the server starts");
    let mut input = server.stdin.take().expect("a pipe");
    let mut output = BufReader::new(server.stdout.take().expect("a pipe"));
    let mut responses = BTreeMap::new();
    for mut message in messages {
        message["jsonrpc"] = "2.0".into();
        let body = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        while let Some(id) = message["id"].as_i64() {
            let received = receive(&mut output);
            if received["id"] == message["id"] {
                responses.insert(id, received);
                break;
            }
        }
    }
    assert!(server.wait().expect("the server ends").success());
    responses
}

/// The next message of the server.
fn receive(output: &mut impl BufRead) -> Value {
    let mut header = String::new();
    while !header.ends_with("\r\n\r\n") {
        assert_ne!(output.read_line(&mut header).expect("a header"), 0, "the server answers");
    }
    let length = header.lines().find_map(|line| line.strip_prefix("Content-Length: ")).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    output.read_exact(&mut body).expect("a message");
    serde_json::from_slice(&body).expect("a message")
}

/// Each fault, a method, makes a session fail at its step. They run side by side, since they mostly wait.
pub(crate) fn found(faults: &[(&str, &str)], session: impl Fn(&str) -> Output + Sync) {
    let blind: Vec<String> = std::thread::scope(|scope| {
        let session = &session;
        let runs: Vec<_> = faults.iter().map(|(method, _)| scope.spawn(move || session(method))).collect();
        let runs = faults.iter().zip(runs).filter_map(|((method, step), run)| {
            let output = run.join().expect("the session ran");
            let failed_there = output.code() == 1 && output.stderr.contains(&format!("FAILED: {step}"));
            let failed_there =
                failed_there || output.stderr.contains(&format!("FAILED: never happened: {step}"));
            (!failed_there).then(|| format!("with a fault in {method}, not {step:?} failed: {output}"))
        });
        runs.collect()
    });
    assert!(blind.is_empty(), "{}", blind.join("\n"));
}
