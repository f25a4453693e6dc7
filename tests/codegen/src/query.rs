//! The queries of the tree-sitter grammar in Helix's words.

use anyhow::{Context as _, Result};
use camino::Utf8Path;

const FROM: &str = "editors/tree-sitter-masterchef/queries/masterchef";
const TO: &str = "editors/helix/queries/masterchef";

/// Names of captures, and what Helix calls them. The others are the same.
const CAPTURES: &[(&str, &str)] = &[
    ("comment", "comment.line"),
    ("comment.documentation", "comment.line.documentation"),
    ("function.call", "function"),
    ("function.method.call", "function.method"),
    ("indent.begin", "indent"),
    ("indent.branch", "outdent"),
    ("module", "namespace"),
    ("number", "constant.numeric.integer"),
    ("number.float", "constant.numeric.float"),
    ("property", "variable.other.member"),
    ("string.escape", "constant.character.escape"),
];

/// Those that Helix has no use for.
const LEFT_OUT: &[&str] = &["indent.end", "indent.ignore"];

/// The files as they should be, with their paths in the repository.
pub(crate) fn files(root: &Utf8Path) -> Result<Vec<(String, String)>> {
    let file = |name: &&str| {
        let path = format!("{FROM}/{name}.scm");
        let text = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
        let text = format!("; Written by `cargo xtask codegen` from `{path}`.\n\n{}", translated(&text));
        Ok((format!("{TO}/{name}.scm"), text))
    };
    ["highlights", "indents", "injections", "locals"].iter().map(file).collect()
}

/// Patterns stand between blank lines.
fn translated(query: &str) -> String {
    let patterns = query.split("\n\n").map(|pattern| {
        let (first, rest) = pattern.split_once('@').unwrap_or((pattern, ""));
        let mut out = first.to_owned();
        for piece in rest.split('@').filter(|_| !rest.is_empty()) {
            let end = piece.find(|c: char| !c.is_alphanumeric() && !"._".contains(c)).unwrap_or(piece.len());
            let (name, after) = piece.split_at(end);
            if LEFT_OUT.contains(&name) {
                out.truncate(out.trim_end().len());
                out.push_str(after);
                continue;
            }
            let name = CAPTURES.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to);
            out.push('@');
            out.push_str(name);
            out.push_str(after);
        }
        out
    });
    // What has no capture left says nothing.
    let kept = patterns.filter(|pattern| pattern.contains('@') || pattern.starts_with(';'));
    let mut text = kept.collect::<Vec<_>>().join("\n\n");
    text.truncate(text.trim_end().len());
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_translated_and_patterns_without_one_are_left_out() {
        let query = "; A word.\n\n(a b: (c) @number) @property\n\n[(d) (e)] @indent.ignore\n\n[\"}\"] @indent.branch @indent.end\n";
        let expected =
            "; A word.\n\n(a b: (c) @constant.numeric.integer) @variable.other.member\n\n[\"}\"] @outdent\n";
        assert_eq!(translated(query), expected);
    }
}
