//! `docs/tool/assists.md`: what the editor offers to do, with what it looks like before and after.

use anyhow::{Context as _, Result};
use mc_ide::{ASSISTS, Assist, AssistKind};
use std::fmt::Write as _;

pub(crate) const PAGE: &str = "docs/tool/assists.md";

/// The mark of the cursor in examples, and how it is shown.
const MARK: (&str, &str) = ("$0", "\u{2503}");

const KINDS: [(AssistKind, &str, &str); 5] = [
    (AssistKind::Repair, "Repairs", "that make something right or complete that is not."),
    (AssistKind::Generate, "New code", "that write something that is to be filled in or gone on with."),
    (AssistKind::Extract, "Extract", "that give a part a name, a declaration or a file of its own."),
    (AssistKind::Inline, "Inline", "that put what a name stands for in its place."),
    (AssistKind::Rewrite, "Rewrite", "that say the same in another way."),
];

/// The page.
pub(crate) fn page() -> Result<String> {
    let mut out = format!(
        "# Actions in the editor\n\nWhat the language server offers to do where the cursor is, {} actions. Beside them \
         stands every repair that the compiler knows for what it reports (`mcc explain CODE`), and two for the whole file: \
         to organize the imports, and to repair all that is safe.\n\nIn the examples `{}` is the cursor, and two of them are \
         the ends of a selection. Of an action that offers several changes the first is shown. The actions that make files \
         are offered by editors that can create some. `cargo xtask codegen` writes this page; the examples are tried by \
         tests.\n",
        ASSISTS.len(),
        MARK.1
    );
    for (kind, title, about) in KINDS {
        let assists = || ASSISTS.iter().filter(|assist| assist.kind == kind);
        let _ = write!(out, "\n## {title}\n\n{} actions {about}\n", assists().count());
        for assist in assists() {
            section(&mut out, assist)?;
        }
    }
    Ok(out)
}

fn section(out: &mut String, assist: &Assist) -> Result<()> {
    let shown = assist.shown().with_context(|| format!("{} is not offered on its example", assist.id))?;
    let before = assist.example.replace(MARK.0, MARK.1);
    let _ = write!(
        out,
        "\n### {}\n\n\"{}\" (`{}`)\n\n```text\n{before}```\n",
        assist.about, shown.title, assist.id
    );
    for (path, text) in &shown.after {
        let named = if path == "src/main.mc" { String::new() } else { format!("`{path}`:\n\n") };
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let _ = write!(out, "\n{named}```text\n{text}{end}```\n");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_place_on_the_page() {
        let page = page().expect("each is offered on its example");
        for assist in ASSISTS {
            assert!(page.contains(&format!("(`{}`)", assist.id)), "{}", assist.id);
        }
    }
}
