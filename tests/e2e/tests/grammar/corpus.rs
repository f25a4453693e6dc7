//! All sources of the repository: files, and examples in pages.

use camino::Utf8Path;
use mc_test_support::{process, repository};
use std::process::Command;

/// A text, and where it stands.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

pub(crate) fn sources() -> Vec<Source> {
    let mut list = Command::new("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(repository());
    let list = process::run(&mut list).success().stdout;
    let mut sources = Vec::new();
    for path in list.lines().map(Utf8Path::new) {
        // A file may be deleted and not yet committed.
        let Ok(text) = std::fs::read_to_string(repository().join(path)) else { continue };
        match path.extension() {
            Some("mc") => sources.push(Source { name: path.to_string(), text }),
            Some("md") => sources.extend(examples(path, &text)),
            _ => {}
        }
    }
    assert!(sources.len() > 500, "{} sources", sources.len());
    sources
}

/// The blocks of a page that are marked as code of the language.
fn examples(path: &Utf8Path, page: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut block: Option<Source> = None;
    for (number, line) in page.lines().enumerate() {
        match &mut block {
            Some(_) if line.starts_with("```") => sources.extend(block.take()),
            Some(source) => {
                source.text.push_str(line);
                source.text.push('\n');
            }
            None if line == "```mc" || line.starts_with("```mc ") => {
                block = Some(Source { name: format!("{path}:{}", number + 1), text: String::new() });
            }
            None => {}
        }
    }
    sources
}
