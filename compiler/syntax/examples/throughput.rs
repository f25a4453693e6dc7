//! Parses a generated policy of N resources (by default 10,000) and prints what it counted, for a profiler or
//! `time`: `cargo run --release -p mc-syntax --example throughput -- N`.

use std::fmt::Write as _;
use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let count: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mut text = String::from("import std.fs.File\n\npolicy bench {\n  let base = \"/srv\"\n");
    for n in 0..count {
        let previous = n.saturating_sub(1);
        let _ = write!(
            text,
            "  let f{n} = File \"${{base}}/dir{}/file-{n}.conf\" {{\n    content = \"name = file-{n}\\nprevious = \
             ${{f{previous}.sha256}}\\n\"\n    owner = \"root\", group = \"root\"\n    mode = 0o644\n    after \
             [File[\"/etc/hosts\"]]\n  }}\n",
            n % 100
        );
    }
    text.push_str("}\n");
    let tokens = mc_syntax::tokens(&text).len();
    let start = std::time::Instant::now();
    let parse = mc_syntax::parse(&text);
    let elapsed = start.elapsed();
    let mut out = std::io::stdout().lock();
    let (bytes, items, errors) = (text.len(), parse.file.items.len(), parse.errors.len());
    writeln!(out, "{bytes} bytes, {tokens} tokens, {items} items, {errors} mistakes, {elapsed:?}")
}
