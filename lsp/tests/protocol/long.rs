//! A long day: the server keeps nothing of what was.

use crate::client::{Client, change, edit, package, uri};
use serde_json::json;

/// How many edits are sent before the client looks up.
const BATCH: i64 = 100;

const MAIN: &str = "\
import part.Part

policy p {
  for n in range(0, 40) { Part \"p${n}\" { number = n } }
}
";
const PART: &str = "\
import std.fs.File

pub component Part {
  param number: Int
  File \"/etc/${number}\" { content = \"host ${facts.fqdn} 0\" }
}
";

#[test]
fn ten_thousand_edits_leave_nothing_behind() {
    let package = package(&[("src/main.mc", MAIN), ("src/part.mc", PART)]);
    let part = uri(&package.join("src/part.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&part, PART);
    assert!(client.codes_of_version(&part, 1).is_empty());
    let column = PART.lines().nth(4).and_then(|line| line.find("0\"")).expect("a number") as u32;
    let mut version = 1;
    let mut memory = Vec::new();
    for batch in 0..100 {
        let edits: Vec<_> = (0..BATCH)
            .map(|_| {
                version += 1;
                let digit = (version % 10).to_string();
                let change = change(&part, version, &[edit((4, column), (4, column + 1), &digit)]);
                json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change })
            })
            .collect();
        client.send(&edits);
        // Everything is computed for the last one of them.
        assert!(client.codes_of_version(&part, version).is_empty());
        assert!(client.hover(&part, 4, 5).contains("File"));
        if batch % 33 == 0 {
            memory.push(client.memory());
        }
    }
    let [_, early, .., late] = memory.as_slice() else { panic!("{memory:?}") };
    assert!(late - early < 10.0 + early / 10.0, "megabytes: {memory:?}");
}
