//! `cargo xtask codegen`: parts of the repository that are derived from others. They are committed, so that
//! they can be read and reviewed; CI checks that they are what the generators say.

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::cargo::{self, cargo};
use crate::layer;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only say what would change, and fail if anything would
    #[arg(long)]
    check: bool,
}

impl Options {
    pub(crate) const CHECK: Self = Self { check: true };
}

/// A file as it should be.
struct Generated {
    path: &'static str,
    text: String,
}

/// The files that need no compiler.
fn generated() -> Result<Vec<Generated>> {
    Ok(vec![architecture()?])
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let root = mc_test_support::repository();
    let mut stale = Vec::new();
    for file in generated()? {
        let path = root.join(file.path);
        if std::fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        stale.push(file.path);
        if !options.check {
            std::fs::write(&path, file.text).with_context(|| format!("cannot write {path}"))?;
            println!("codegen: {}", file.path);
        }
    }
    if options.check && !stale.is_empty() {
        bail!("not as generated, run `cargo xtask codegen`: {}", stale.join(", "));
    }
    // In a program of its own: it links the compiler, and other tasks must not need that.
    let mut providers = cargo("run");
    providers.args(["--quiet", "--locked", "--package", "mc-codegen", "--"]);
    cargo::run(if options.check { providers.arg("--check") } else { &mut providers })
}

/// The table of crates in `ARCHITECTURE.md`.
fn architecture() -> Result<Generated> {
    let path = "ARCHITECTURE.md";
    let text = std::fs::read_to_string(mc_test_support::repository().join(path)).context(path)?;
    let text =
        between(&text, "<!-- layers: generated -->\n", "<!-- end -->", &layer::table()).context(path)?;
    Ok(Generated { path, text })
}

/// Replaces what lies between two marks.
fn between(text: &str, begin: &str, end: &str, inner: &str) -> Option<String> {
    let (head, rest) = text.split_once(begin)?;
    let (_, tail) = rest.split_once(end)?;
    Some(format!("{head}{begin}{inner}{end}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_marks_is_replaced() {
        assert_eq!(between("a<b>old</b>c", "<b>", "</b>", "new").as_deref(), Some("a<b>new</b>c"));
        assert_eq!(between("a<b>old", "<b>", "</b>", "new"), None);
    }
}
