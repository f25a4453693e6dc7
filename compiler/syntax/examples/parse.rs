//! Parses files and says what was found: `cargo run -p mc-syntax --example parse -- FILE..`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        let parse = mc_syntax::parse(&text);
        writeln!(out, "{path}: {} items, {} mistakes", parse.file.items.len(), parse.errors.len())?;
        for error in &parse.errors {
            let before = text.get(..error.span.start as usize).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
            let found = text.get(error.span.start as usize..error.span.end as usize).unwrap_or("");
            writeln!(out, "  {line}:{column}: {error}  <<{found}>>")?;
            if let Some(help) = &error.help {
                writeln!(out, "      help: {help}")?;
            }
        }
    }
    Ok(())
}
