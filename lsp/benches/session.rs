//! What an editor waits for, through the real protocol: 200 files with 50 resources each, one of which is edited.
//!
//! Prints one JSON object: milliseconds, as `[p50, p99]` where something is done often, and megabytes of memory.
//! `cargo xtask bench` puts it into its table.
#![allow(clippy::print_stdout, reason = "a benchmark prints times")]
#![allow(clippy::panic, clippy::expect_used, reason = "what cannot be prepared ends the benchmark")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "benchmarks stand outside the product: they use the real machine"
)]

#[allow(dead_code, reason = "the tests of the protocol use the rest")]
#[path = "../tests/protocol/client.rs"]
mod client;

use client::{Client, at, change, edit, uri};
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Instant;

const FILES: usize = 200;
const RESOURCES: usize = 50;
/// How often each thing is done. The slowest counts as the 99th percentile.
const ROUNDS: usize = 100;
/// The file that is edited.
const EDITED: usize = 17;
/// The first line of the edited file that has a resource in the body.
const LINE: u32 = 8;
const TYPO: &str = " + missing";

fn main() {
    let package = package();
    let path = |number: usize| package.join(&format!("src/part{number}.mc"));
    let (text, document) = (part(EDITED), uri(&path(EDITED)));

    let start = Instant::now();
    let mut client = Client::ready(&["utf-8"]);
    client.open(&document, &text);
    client.until(|client| client.shown.contains_key(&document));
    let first = milliseconds(start);
    let mut session = Session { client, document, version: 1 };

    let types = session.types(&text);
    let plan = session.plan(&text);
    let (hover, definition, completion) = session.questions();
    let rename = session.rename();
    let memory = session.client.memory();
    println!(
        "{}",
        json!({
            "first": first, "types": spread(types), "plan": spread(plan), "hover": spread(hover),
            "definition": spread(definition), "completion": spread(completion), "rename": spread(rename),
            "memory": memory,
        })
    );
}

struct Session {
    client: Client,
    document: String,
    version: i64,
}

impl Session {
    /// Makes an edit; the time begins.
    fn edit(&mut self, from: (u32, u32), to: (u32, u32), text: &str) -> Instant {
        self.version += 1;
        let changes = change(&self.document, self.version, &[edit(from, to, text)]);
        let start = Instant::now();
        self.client.notify("textDocument/didChange", changes);
        start
    }

    /// Waits until a problem with this code is shown, or is not shown any more.
    fn until(&mut self, code: &str, is_shown: bool) {
        let Session { client, document, version } = self;
        client.until(|client| {
            let shown = &client.shown[document.as_str()];
            let found =
                shown["diagnostics"].as_array().is_some_and(|all| all.iter().any(|d| d["code"] == code));
            shown["version"] == *version && found == is_shown
        });
    }

    /// A name that nothing declares comes and goes.
    fn types(&mut self, text: &str) -> Vec<f64> {
        let column = end_of_line(text, LINE) - 2;
        let end = column + TYPO.len() as u32;
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..ROUNDS {
            let is_wrong = round % 2 == 0;
            let start = match is_wrong {
                true => self.edit((LINE, column), (LINE, column), TYPO),
                false => self.edit((LINE, column), (LINE, end), ""),
            };
            self.until("MC0201", is_wrong);
            times.push(milliseconds(start));
        }
        times
    }

    /// A path that another resource has comes and goes.
    fn plan(&mut self, text: &str) -> Vec<f64> {
        let column =
            text.lines().nth(LINE as usize).and_then(|line| line.find(".conf")).expect("a path") as u32;
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..ROUNDS {
            let is_wrong = round % 2 == 0;
            let number = if is_wrong { "2" } else { "1" };
            let start = self.edit((LINE, column - 1), (LINE, column), number);
            self.until("MC0507", is_wrong);
            times.push(milliseconds(start));
        }
        times
    }

    /// Questions right behind an edit, while everything is checked anew.
    fn questions(&mut self) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut times = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let digit = (round % 10).to_string();
            self.edit((LINE + 2, 18), (LINE + 2, 19), &digit);
            times.0.push(self.ask("textDocument/hover", LINE, 36));
            times.1.push(self.ask("textDocument/definition", LINE, 12));
            times.2.push(self.ask("textDocument/completion", LINE + 1, 2));
        }
        times
    }

    fn ask(&mut self, method: &str, line: u32, column: u32) -> f64 {
        let start = Instant::now();
        let answer = self.client.request(method, at(&self.document, line, column));
        let time = milliseconds(start);
        assert!(!answer.is_null(), "{method} has an answer");
        time
    }

    /// A function that half of the files call.
    fn rename(&mut self) -> Vec<f64> {
        let mut times = Vec::new();
        for round in 0..ROUNDS / 10 {
            let mut params = at(&self.document, 1, 16);
            params["newName"] = Value::from(format!("text{round}"));
            let start = Instant::now();
            let edits = self.client.request("textDocument/rename", params);
            times.push(milliseconds(start));
            let files = edits["documentChanges"].as_array().map_or(0, Vec::len);
            assert_eq!(files, FILES / 2 + 1, "{edits}");
        }
        times
    }
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// The median and the worst but one in a hundred.
fn spread(mut times: Vec<f64>) -> [f64; 2] {
    times.sort_by(f64::total_cmp);
    [times[times.len() / 2], times[(times.len() * 99).div_ceil(100) - 1]]
}

fn end_of_line(text: &str, line: u32) -> u32 {
    text.lines().nth(line as usize).map_or(0, str::len) as u32
}

fn package() -> Scratch {
    let mut modules = vec![("src/main.mc".to_owned(), root()), ("src/common.mc".to_owned(), common())];
    modules.extend((0..FILES).map(|number| (format!("src/part{number}.mc"), part(number))));
    let modules: Vec<(&str, &str)> = modules.iter().map(|(path, text)| (&**path, &**text)).collect();
    client::package(&modules)
}

fn common() -> String {
    "/// What stands above each file.\npub fn banner(name: String) -> String {\n  \"# ${name}\\n\"\n}\n"
        .to_owned()
}

fn root() -> String {
    let mut out = String::new();
    for number in 0..FILES {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "import part{number}.Part{number}");
    }
    out.push_str("\npolicy bench {\n");
    for number in 0..FILES {
        let _ = writeln!(out, "  Part{number} {{ folder = \"/bench/{number}\" }}");
    }
    out + "}\n"
}

fn part(number: usize) -> String {
    let mut out = "import std.fs.{Directory, File}\n".to_owned();
    let calls = number % 2 == EDITED % 2;
    out.push_str(if calls { "import common.{banner}\n" } else { "\n" });
    let _ = writeln!(
        out,
        "\n/// One part.\npub component Part{number} {{\n  param folder: AbsPath\n  param owner: UserName = \"root\"\n  \
         Directory (folder) {{ mode = 0o755 }}"
    );
    for file in 1..RESOURCES {
        let host = format!("host ${{facts.fqdn}} {file}");
        let content = if calls { format!("banner(\"{host}\")") } else { format!("\"{host}\\n\"") };
        let _ = writeln!(
            out,
            "  File \"${{folder}}/{file}.conf\" {{ owner, mode = 0o644, content = {content} }}"
        );
    }
    out + "}\n"
}
