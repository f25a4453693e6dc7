//! The TextMate grammars of the Visual Studio Code extension: written by hand but for the words of the language,
//! which come from the compiler.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};
use mc_syntax::{WORDS, WordPlace};

/// What is made: the path in the repository, and the grammar with `{{name}}` for a list of words.
const GRAMMARS: [(&str, &str); 2] = [
    ("editors/vscode/syntaxes/masterchef.tmLanguage.json", include_str!("grammar/masterchef.json")),
    ("editors/vscode/syntaxes/masterchef-template.tmLanguage.json", include_str!("grammar/template.json")),
];

/// How the words that are never names are coloured. Together they are those of the compiler.
const COLOURS: [(&str, &[&str]); 6] = [
    ("control", &["else", "for", "if", "in", "match", "with"]),
    ("binding", &["const", "enum", "fn", "let", "record", "type"]),
    ("import", &["as", "import"]),
    ("modifier", &["default", "force", "pub", "where"]),
    ("constant", &["false", "none", "true"]),
    ("instance", &["self"]),
];

/// Words that stand inside of a line. All others begin one.
const INSIDE: [&str; 10] =
    ["accepts secret", "command", "every", "file", "from", "limit", "pause", "protocol", "timeout", "when"];

/// Words in front of a name, which have patterns of their own.
const BEFORE_NAMES: [&str; 7] = ["early", "key", "local", "out", "param", "read", "union"];

/// The paths and texts of the grammars.
pub(crate) fn generated() -> Result<Vec<(&'static str, String)>> {
    let lists = lists()?;
    let fill = |(path, grammar): (&'static str, &str)| {
        let mut text = grammar.to_owned();
        for (name, words) in &lists {
            text = text.replace(&format!("{{{{{name}}}}}"), words);
        }
        match text.split_once("{{") {
            Some((_, rest)) => bail!("{path}: nothing is known of `{{{{{rest:.20}`"),
            None => Ok((path, text)),
        }
    };
    GRAMMARS.into_iter().map(fill).collect()
}

/// The alternatives of a regular expression for each list of words.
fn lists() -> Result<BTreeMap<&'static str, String>> {
    let of =
        |place| WORDS.iter().filter(move |(at, _)| *at == place).flat_map(|(_, words)| words.iter().copied());
    let coloured: Vec<&str> = COLOURS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
    let reserved: BTreeSet<&str> = of(WordPlace::Everywhere).chain(of(WordPlace::Value)).collect();
    ensure!(
        coloured.len() == reserved.len() && coloured.iter().all(|word| reserved.contains(word)),
        "the colours of `grammar.rs` are of {coloured:?}, and the compiler's words are {reserved:?}"
    );
    let mut lists: BTreeMap<&'static str, String> =
        COLOURS.iter().map(|(name, words)| (*name, alternatives(words.iter().copied()))).collect();
    let clauses: BTreeSet<&str> = [
        WordPlace::Statement,
        WordPlace::Body,
        WordPlace::Schema,
        WordPlace::Field,
        WordPlace::Guard,
        WordPlace::Rollout,
        WordPlace::Test,
        WordPlace::Fact,
    ]
    .into_iter()
    .flat_map(of)
    .collect();
    for word in INSIDE.iter().chain(&BEFORE_NAMES) {
        ensure!(clauses.contains(word), "`{word}` of `grammar.rs` is no word of the compiler");
    }
    let both = ["pause", "timeout", "when"];
    let begins = |word: &&str| both.contains(word) || !INSIDE.contains(word) && !BEFORE_NAMES.contains(word);
    lists.insert("clause", alternatives(clauses.iter().copied().filter(begins)));
    lists.insert("inside", alternatives(INSIDE.into_iter()));
    lists.insert("declaration", alternatives(of(WordPlace::Declaration)));
    lists.insert("tag", alternatives(of(WordPlace::Tag).chain(["else", "for", "if", "match"])));
    Ok(lists)
}

/// The longest first, since the first that fits is taken.
fn alternatives<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    words.dedup();
    // Twice escaped: a regular expression in JSON.
    words.join("|").replace(' ', r"\\s+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_two_comes_before_its_first() {
        assert_eq!(
            alternatives(["expect", "when", "expect fails"].into_iter()),
            r"expect\\s+fails|expect|when"
        );
    }

    #[test]
    fn no_list_is_left_open() {
        for (path, text) in generated().expect("the lists agree with the compiler") {
            assert!(!text.contains("{{"), "{path}");
        }
    }
}
