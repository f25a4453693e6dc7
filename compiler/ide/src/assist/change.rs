//! What an assist changes.

use super::{Assist, Offer, SourceChange, Wanted};
use crate::format::difference;
use crate::rename::FileEdits;
use camino::Utf8PathBuf;
use mc_compiler::{Db, File, lint};
use mc_syntax::Span;

/// Collects what assists offer.
pub(super) struct Offers<'a> {
    pub(super) db: &'a dyn Db,
    pub(super) file: File,
    pub(super) current: &'static Assist,
    pub(super) wanted: Wanted<'a>,
    pub(super) found: Vec<Offer>,
    /// The text on one line whose hole the cursor is in: no line can be broken there.
    pub(super) line_text: Option<Span>,
}

impl Offers<'_> {
    /// Offers a change. What it does is found out only where it is wanted.
    pub(super) fn add(&mut self, title: impl Into<String>, make: impl FnOnce(&mut Editor)) {
        let title = title.into();
        // Two of one name could not be told apart afterwards.
        if self.found.iter().any(|offer| offer.assist.id == self.current.id && offer.title == title) {
            return;
        }
        let mut editor = Editor::new(self.file);
        if let Some(text) = self.line_text {
            make(&mut editor);
            if editor.breaks(text) {
                return;
            }
            let change = self.is_wanted(&title).then(|| editor.finish(self.db));
            self.found.push(Offer { assist: self.current, title, change });
            return;
        }
        let change = self.is_wanted(&title).then(|| {
            make(&mut editor);
            editor.finish(self.db)
        });
        self.found.push(Offer { assist: self.current, title, change });
    }

    fn is_wanted(&self, title: &str) -> bool {
        match self.wanted {
            Wanted::Titles => false,
            Wanted::All => true,
            Wanted::One { title: wanted, .. } => wanted == title,
        }
    }
}

/// Builds a change.
pub(super) struct Editor {
    file: File,
    edits: Vec<(File, Vec<(Span, String)>)>,
    created: Vec<(Utf8PathBuf, String)>,
}

impl Editor {
    fn new(file: File) -> Self {
        Editor { file, edits: Vec::new(), created: Vec::new() }
    }

    /// Another text for a part of the file.
    pub(super) fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.replace_in(self.file, span, text);
    }

    fn of(&mut self, file: File) -> &mut Vec<(Span, String)> {
        let at = self.edits.iter().position(|(of, _)| *of == file).unwrap_or_else(|| {
            self.edits.push((file, Vec::new()));
            self.edits.len() - 1
        });
        // invariant: found, or pushed just now.
        &mut self.edits[at].1
    }

    /// The same in another file.
    pub(super) fn replace_in(&mut self, file: File, span: Span, text: impl Into<String>) {
        self.of(file).push((span, text.into()));
    }

    /// A text at an offset of the file.
    pub(super) fn insert(&mut self, at: u32, text: impl Into<String>) {
        self.replace(Span::at(at), text);
    }

    /// Takes something away.
    pub(super) fn remove(&mut self, span: Span) {
        self.replace(span, "");
    }

    /// Takes a statement or an item away, with its line if it is alone there.
    pub(super) fn remove_lines(&mut self, text: &str, span: Span) {
        self.remove(lint::whole_lines(text, span));
    }

    /// Imports that are needed, each once.
    pub(super) fn import(&mut self, imports: Vec<(Span, String)>) {
        let own = self.of(self.file);
        for import in imports {
            if !own.contains(&import) {
                own.push(import);
            }
        }
    }

    /// A new file, by its path in the package.
    pub(super) fn create(&mut self, path: Utf8PathBuf, text: impl Into<String>) {
        self.created.push((path, text.into()));
    }

    /// Whether a line is broken inside of a part of the file.
    fn breaks(&self, inside: Span) -> bool {
        let own = self.edits.iter().filter(|(file, _)| *file == self.file).flat_map(|(_, edits)| edits);
        let within = |span: &Span| inside.start < span.start && span.end < inside.end;
        own.into_iter().any(|(span, text)| within(span) && text.contains('\n'))
    }

    fn finish(self, db: &dyn Db) -> SourceChange {
        let mut files: Vec<FileEdits> = Vec::new();
        for (file, mut edits) in self.edits {
            // Stable: what is put at one place stays in its order.
            edits.sort_by_key(|(span, _)| (span.start, span.end));
            let edits = in_style(file.text(db), edits);
            if !edits.is_empty() {
                files.push(FileEdits { file, edits });
            }
        }
        files.sort_by(|a, b| a.file.path(db).cmp(b.file.path(db)));
        SourceChange { files, created: self.created }
    }
}

/// A text after edits that are sorted and apart from one another.
pub(super) fn applied(text: &str, edits: &[(Span, String)]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new) in edits {
        out.push_str(text.get(at..span.start as usize)?);
        out.push_str(new);
        at = span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Edits after which a file in the one style is in it again. One in another style keeps its own.
fn in_style(text: &str, edits: Vec<(Span, String)>) -> Vec<(Span, String)> {
    let Some(changed) = applied(text, &edits) else { return Vec::new() };
    if mc_syntax::format(text).ok().as_deref() != Some(text) {
        return edits;
    }
    match mc_syntax::format(&changed) {
        Ok(formatted) if formatted != changed => difference(text, &formatted).into_iter().collect(),
        _ => edits,
    }
}
