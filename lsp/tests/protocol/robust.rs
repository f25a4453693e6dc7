//! Whatever is typed, everything is answered.

use crate::client::{Client, change, edit};
use camino::Utf8Path;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// How many edits each file of the examples gets.
const EDITS: u64 = 100;
/// What is typed and pasted; much of it fits nowhere.
const PIECES: [&str; 16] = [
    "{",
    "}",
    "(",
    ")",
    "\"",
    "${",
    "[",
    "\n",
    ".",
    " = ",
    "let x = ",
    "File \"/a\" {",
    "😀",
    "match ",
    "%{ if ",
    "// ",
];
const METHODS: [&str; 9] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/prepareCallHierarchy",
    "textDocument/documentHighlight",
    "textDocument/typeDefinition",
    "textDocument/linkedEditingRange",
];

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// A document as its client has it; columns count UTF-16 units.
struct Text {
    lines: Vec<Vec<u16>>,
}

impl Text {
    fn new(text: &str) -> Self {
        Text { lines: text.split('\n').map(|line| line.encode_utf16().collect()).collect() }
    }

    fn place(&self, numbers: &mut Numbers) -> (u32, u32) {
        let line = numbers.below(self.lines.len());
        (line as u32, numbers.below(self.lines[line].len() + 1) as u32)
    }

    fn replace(&mut self, from: (u32, u32), to: (u32, u32), piece: &str) {
        let head = &self.lines[from.0 as usize][..from.1 as usize];
        let tail = &self.lines[to.0 as usize][to.1 as usize..];
        let new: Vec<u16> =
            head.iter().copied().chain(piece.encode_utf16()).chain(tail.iter().copied()).collect();
        let new = new.split(|unit| *unit == u16::from(b'\n')).map(<[u16]>::to_vec);
        self.lines.splice(from.0 as usize..=to.0 as usize, new.collect::<Vec<_>>());
    }
}

fn sources(folder: &Utf8Path, found: &mut Vec<camino::Utf8PathBuf>) {
    for entry in folder.read_dir_utf8().expect("a folder") {
        let path = entry.expect("an entry").path().to_owned();
        if path.is_dir() {
            sources(&path, found);
        } else if matches!(path.extension(), Some("mc" | "mct")) {
            found.push(path);
        }
    }
    found.sort();
}

/// Edits at random places of all files of the examples, each with questions at another one.
#[test]
fn edits_without_sense_are_answered() {
    let mut files = Vec::new();
    sources(&mc_test_support::repository().join("examples"), &mut files);
    assert!(files.len() > 10, "{files:?}");
    let mut client = Client::ready(&["utf-16"]);
    let mut numbers = Numbers(7);
    for path in &files {
        let uri = crate::client::uri(path);
        let text = std::fs::read_to_string(path).expect("a source");
        client.open(&uri, &text);
        let mut text = Text::new(&text);
        for version in 2..2 + EDITS {
            let (one, other) = (text.place(&mut numbers), text.place(&mut numbers));
            // Mostly something is typed; now and then a part is lost.
            let (from, to) = if version % 5 == 0 { (one.min(other), one.max(other)) } else { (one, one) };
            // Not the half of a sign of two units: a client has none.
            let is_half = |at: (u32, u32)| {
                let unit = text.lines[at.0 as usize].get(at.1 as usize);
                unit.is_some_and(|unit| (0xdc00..0xe000).contains(unit))
            };
            if is_half(from) || is_half(to) || to.0 - from.0 > 8 {
                continue;
            }
            let piece = PIECES[numbers.below(PIECES.len())];
            text.replace(from, to, piece);
            client.notify("textDocument/didChange", change(&uri, version as i64, &[edit(from, to, piece)]));
            let method = METHODS[numbers.below(METHODS.len())];
            let (line, character) = text.place(&mut numbers);
            let mut params = crate::client::at(&uri, line, character);
            if method == "textDocument/references" {
                params["context"] = json!({ "includeDeclaration": true });
            }
            let document = json!({ "textDocument": { "uri": uri } });
            let ids = [client.begin(method, params), client.begin("textDocument/documentSymbol", document)];
            for id in ids {
                let response = client.response(id);
                assert!(response.get("error").is_none(), "{path}, {version}, {method}: {response}");
            }
        }
        // The last text is the one that was typed.
        let end = text.lines.len() as u32 - 1;
        let lines: Vec<String> =
            text.lines.iter().map(|line| String::from_utf16(line).expect("whole signs")).collect();
        let folds = client.request("textDocument/foldingRange", json!({ "textDocument": { "uri": uri } }));
        assert!(
            folds
                .as_array()
                .is_some_and(|all| all.iter().all(|fold| fold["endLine"].as_u64() <= Some(end.into())))
        );
        client.replace(&uri, 1_000, &lines.join("\n"));
        client.close(&uri);
    }
}

#[test]
fn a_file_of_ten_thousand_lines() {
    let mut text = "import std.fs.File\n\npolicy p {\n".to_owned();
    for number in 0..10_000 {
        writeln!(text, "  File \"/a/{number}\" {{ content = \"{number}\", mode = 0o644 }}")
            .expect("a string");
    }
    text.push_str("}\n");
    let mut client = Client::ready(&["utf-16"]);
    let uri = "untitled:large";
    client.open(uri, &text);
    assert!(client.codes_of_version(uri, 1).is_empty());
    client.notify("textDocument/didChange", change(uri, 2, &[edit((5_000, 2), (5_000, 6), "Fil")]));
    assert!(client.hover(uri, 4_000, 3).contains("File"));
    let codes = client.codes_of_version(uri, 2);
    assert_eq!(codes, ["MC0202"]);
    let document = json!({ "textDocument": { "uri": uri } });
    let symbols: Value = client.request("textDocument/documentSymbol", document);
    assert!(symbols[0]["children"].as_array().is_some_and(|all| all.len() >= 9_999));
}
