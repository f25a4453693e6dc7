//! The words of the language in the files of editors, from the compiler's table.

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use mc_syntax::{WORDS, WordPlace};
use std::fmt::Write as _;

/// A part of a file that is written by hand otherwise.
struct Part {
    path: &'static str,
    begin: &'static str,
    end: &'static str,
    text: fn() -> String,
}

const PARTS: &[Part] = &[
    Part {
        path: "editors/emacs/masterchef-mode.el",
        begin: ";; words: generated\n",
        end: ";; end\n",
        text: emacs,
    },
    Part {
        path: "editors/neovim/syntax/masterchef.vim",
        begin: "\" words: generated\n",
        end: "\" end\n",
        text: vim,
    },
    Part {
        path: "editors/tree-sitter-masterchef/grammar.js",
        begin: "// words: generated\n",
        end: "// end\n",
        text: tree_sitter,
    },
];

/// The files as they should be, with their paths in the repository.
pub(crate) fn files(root: &Utf8Path) -> Result<Vec<(String, String)>> {
    let file = |part: &Part| {
        let text = std::fs::read_to_string(root.join(part.path)).context(part.path)?;
        let (head, rest) = text.split_once(part.begin).with_context(|| format!("{}: no mark", part.path))?;
        let (_, tail) = rest.split_once(part.end).with_context(|| format!("{}: no end", part.path))?;
        Ok((part.path.to_owned(), format!("{head}{}{}{}{tail}", part.begin, (part.text)(), part.end)))
    };
    PARTS.iter().map(file).collect()
}

fn name(place: WordPlace) -> String {
    format!("{place:?}").to_lowercase()
}

/// Words that are names elsewhere stand in the rules that use them.
fn tree_sitter() -> String {
    let mut out = String::from("const RESERVED = [\n");
    for (_, words) in WORDS.iter().filter(|(place, _)| *place <= WordPlace::Value) {
        let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let _ = writeln!(out, "  {},", words.join(", "));
    }
    out + "];\n"
}

fn emacs() -> String {
    let mut out = String::from("(defconst masterchef--words\n  '(");
    for (index, (place, words)) in WORDS.iter().enumerate() {
        let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let indent = if index == 0 { "" } else { "\n    " };
        let _ = write!(out, "{indent}({} {})", name(*place), words.join(" "));
    }
    out + ")\n  \"The words of the language, by their place.\")\n"
}

/// Words that are never names are keywords wherever they stand; others at the beginning of an item only.
fn vim() -> String {
    let mut out = String::new();
    // Of two matches at one place the last one counts: declarations come behind words that stand in them as well.
    let (last, first): (Vec<_>, Vec<_>) =
        WORDS.iter().partition(|(place, _)| *place == WordPlace::Declaration);
    for (place, words) in first.into_iter().chain(last) {
        let _ = match place {
            WordPlace::Everywhere => writeln!(out, "syntax keyword masterchefKeyword {}", words.join(" ")),
            WordPlace::Value => writeln!(out, "syntax keyword masterchefConstant {}", words.join(" ")),
            WordPlace::Tag => continue,
            WordPlace::Declaration => writeln!(
                out,
                "syntax match masterchefDeclaration /^\\s*\\%(pub\\s\\+\\)\\?\\zs\\%({}\\)\\>/",
                words.join("\\|")
            ),
            _ => writeln!(
                out,
                "syntax match masterchefClause /\\%(^\\|[{{,]\\)\\s*\\zs\\%({}\\)\\>\\%(\\s*[=:]\\)\\@!/",
                words.join("\\|")
            ),
        };
    }
    out
}
