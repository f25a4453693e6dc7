//! What an assist does, shown on its example.

use super::change::applied;
use super::{Assist, SourceChange, Wanted, assists};
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::{Database, File, package};
use mc_syntax::Span;

/// The mark of the cursor, or of both ends of a selection.
const MARK: &str = "$0";

const MANIFEST: &str = "[package]\nname = \"example\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

/// A module beside the example: a package has a policy, and a name may be exported twice.
const OTHER: &str = "pub component Service {}\n\npolicy other {}\n";

/// An assist on its example.
#[derive(Clone, Debug)]
pub struct Shown {
    /// As the offer is called.
    pub title: String,
    /// The package before, without the marks.
    pub before: Database,
    /// The files that are new or other ones afterwards, by path.
    pub after: Vec<(Utf8PathBuf, String)>,
}

impl Assist {
    /// The first offer of the assist on its example. None if nothing is offered: a mistake of ours.
    pub fn shown(&self) -> Option<Shown> {
        let (text, range) = marked(self.example)?;
        let mut before = Database::new();
        package::set_text(&mut before, Utf8Path::new(package::MANIFEST), MANIFEST);
        package::set_text(&mut before, Utf8Path::new("src/main.mc"), &text);
        package::set_text(&mut before, Utf8Path::new("src/other.mc"), OTHER);
        let file = package::file(&before, Utf8Path::new("src/main.mc"))?;
        let offers = assists(&before, file, range, &|_| true, true, Wanted::All);
        let offer = offers.into_iter().find(|offer| offer.assist.id == self.id)?;
        let after = offer.change?.texts(&before);
        Some(Shown { title: offer.title, before, after })
    }
}

impl SourceChange {
    /// The texts of the files that are new or other ones afterwards, by path.
    pub fn texts(&self, db: &Database) -> Vec<(Utf8PathBuf, String)> {
        let text = |file: File, edits: &[(Span, String)]| applied(file.text(db), edits).unwrap_or_default();
        let changed = self.files.iter().map(|of| (of.file.path(db).clone(), text(of.file, &of.edits)));
        changed.chain(self.created.iter().cloned()).collect()
    }
}

/// A text without its marks, and the part that they mark.
fn marked(text: &str) -> Option<(String, Span)> {
    let start = text.find(MARK)?;
    let rest = text.get(start + MARK.len()..)?;
    let head = text.get(..start)?;
    Some(match rest.split_once(MARK) {
        Some((inner, tail)) => {
            (format!("{head}{inner}{tail}"), Span::new(start as u32, (start + inner.len()) as u32))
        }
        None => (format!("{head}{rest}"), Span::at(start as u32)),
    })
}
