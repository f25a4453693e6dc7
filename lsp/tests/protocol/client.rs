//! A client without a framework, so that order, framing and encodings are exactly what is sent.

use camino::Utf8Path;
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long the server may be silent while a message from it is awaited: it hangs.
const SILENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    next: i64,
    /// The newest diagnostics of each document.
    pub(crate) shown: BTreeMap<String, Value>,
    /// All versions for which diagnostics came, in their order.
    pub(crate) versions: Vec<(String, i64)>,
    responses: BTreeMap<i64, Value>,
    /// Requests of the server.
    pub(crate) asked: Vec<Value>,
    /// What the server showed to people.
    pub(crate) messages_shown: Vec<String>,
    _cache: Scratch,
}

/// What an editor says it can do.
pub(crate) fn capabilities(encodings: &[&str]) -> Value {
    json!({
        "general": { "positionEncodings": encodings },
        "workspace": {
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "workspaceEdit": { "documentChanges": true },
        },
        "textDocument": {
            "publishDiagnostics": {
                "relatedInformation": true,
                "codeDescriptionSupport": true,
                "tagSupport": { "valueSet": [1, 2] },
                "versionSupport": true,
            },
            "completion": { "completionItem": { "snippetSupport": true } },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
        },
    })
}

impl Client {
    /// A server that has not been greeted.
    pub(crate) fn start() -> Self {
        let cache = Scratch::new();
        let mut server = Command::new(env!("CARGO_BIN_EXE_mc-lsp"))
            .arg("--stdio")
            .env("XDG_CACHE_HOME", cache.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = server.stdin.take();
        let output = server.stdout.take().expect("a pipe");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            server,
            input,
            messages,
            next: 0,
            shown: BTreeMap::new(),
            versions: Vec::new(),
            responses: BTreeMap::new(),
            asked: Vec::new(),
            messages_shown: Vec::new(),
            _cache: cache,
        }
    }

    /// A server that is ready.
    pub(crate) fn ready(encodings: &[&str]) -> Self {
        let mut client = Self::start();
        client.request(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": capabilities(encodings) }),
        );
        client.notify("initialized", json!({}));
        client
    }

    /// Several messages in one write.
    pub(crate) fn send(&mut self, messages: &[Value]) {
        let mut bytes = Vec::new();
        for message in messages {
            let body = message.to_string();
            write!(bytes, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("a vector");
        }
        let input = self.input.as_mut().expect("not closed");
        input.write_all(&bytes).expect("the server reads");
        input.flush().expect("the server reads");
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&[json!({ "jsonrpc": "2.0", "method": method, "params": params })]);
    }

    /// Sends a request and returns its number.
    pub(crate) fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        self.send(&[json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params })]);
        self.next
    }

    /// The response to a request.
    pub(crate) fn response(&mut self, id: i64) -> Value {
        loop {
            if let Some(response) = self.responses.remove(&id) {
                return response;
            }
            self.receive();
        }
    }

    /// A request's result.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    fn receive(&mut self) {
        let message = self.messages.recv_timeout(SILENCE).expect("the server answers");
        let method = message["method"].as_str().unwrap_or_default().to_owned();
        if method == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().expect("a document").to_owned();
            if let Some(version) = message["params"]["version"].as_i64() {
                self.versions.push((uri.clone(), version));
            }
            self.shown.insert(uri, message["params"].clone());
        } else if method == "window/showMessage" {
            self.messages_shown.extend(message["params"]["message"].as_str().map(str::to_owned));
        } else if !method.is_empty() && message.get("id").is_some() {
            self.send(&[json!({ "jsonrpc": "2.0", "id": message["id"], "result": null })]);
            self.asked.push(message);
        } else if let Some(id) = message["id"].as_i64() {
            self.responses.insert(id, message);
        }
    }

    /// Waits until something is as it should be.
    pub(crate) fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            self.receive();
        }
    }

    /// Waits until the problems of a document have these codes.
    pub(crate) fn until_codes(&mut self, uri: &str, codes: &[&str]) {
        self.until(|client| client.shown.contains_key(uri) && client.codes(uri) == codes);
    }

    /// Waits for the diagnostics of a version of a document and returns their codes. What needs the whole package comes
    /// later than the rest: all is there when it is what the server says when it is asked.
    pub(crate) fn codes_of_version(&mut self, uri: &str, version: i64) -> Vec<String> {
        let report = self.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }));
        let all = report["items"].clone();
        self.until(|client| {
            let shown = client.shown.get(uri).filter(|shown| shown["version"] == version);
            shown.is_some_and(|shown| shown["diagnostics"] == all)
        });
        self.codes(uri)
    }

    /// The codes of the errors that are shown.
    fn codes(&self, uri: &str) -> Vec<String> {
        let shown = self.shown.get(uri).and_then(|shown| shown["diagnostics"].as_array());
        let errors = shown.into_iter().flatten().filter(|d| d["severity"] == 1);
        errors.map(|d| d["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// The text of a document after changes that the server proposes for it.
    pub(crate) fn changed(text: &str, edits: &Value) -> String {
        let offset = |at: &Value| {
            let (line, column) = (at["line"].as_u64().expect("a line"), at["character"].as_u64());
            let start: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
            start + column.expect("a column") as usize
        };
        let mut all: Vec<(usize, usize, &str)> = Vec::new();
        for edit in edits.as_array().expect("edits") {
            let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
            all.push((start, end, edit["newText"].as_str().expect("a text")));
        }
        all.sort_unstable();
        let mut out = text.to_owned();
        for (start, end, new) in all.into_iter().rev() {
            out.replace_range(start..end, new);
        }
        out
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "masterchef", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the whole text.
    pub(crate) fn replace(&mut self, uri: &str, version: i64, text: &str) {
        self.notify("textDocument/didChange", change(uri, version, &[json!({ "text": text })]));
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    pub(crate) fn at(&mut self, method: &str, uri: &str, line: u32, character: u32) -> Value {
        self.request(method, at(uri, line, character))
    }

    /// The text of a hover; empty for none.
    pub(crate) fn hover(&mut self, uri: &str, line: u32, character: u32) -> String {
        let hover = self.at("textDocument/hover", uri, line, character);
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The memory that the server has, in megabytes.
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel counts");
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kilobytes / 1e3
    }

    /// Ends the input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    pub(crate) fn wait(mut self) -> ExitStatus {
        self.server.wait().expect("the server ends")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.input = None;
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub(crate) fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

pub(crate) fn change(uri: &str, version: i64, changes: &[Value]) -> Value {
    json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes })
}

/// An incremental change.
pub(crate) fn edit(from: (u32, u32), to: (u32, u32), text: &str) -> Value {
    json!({
        "range": {
            "start": { "line": from.0, "character": from.1 },
            "end": { "line": to.0, "character": to.1 },
        },
        "text": text,
    })
}

pub(crate) fn uri(path: &Utf8Path) -> String {
    format!("file://{path}")
}

/// A package on the disk with these modules.
pub(crate) fn package(modules: &[(&str, &str)]) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("masterchef.toml", "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n");
    for (path, text) in modules {
        scratch.write(path, text);
    }
    scratch
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("nothing but the protocol is on standard output"))
}
