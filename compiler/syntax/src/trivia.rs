//! What the tree leaves out: comments and blank lines, for the formatter and for editors.

use crate::Span;

/// Comments and blank lines of a file, each sorted by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trivia {
    /// All comments, documentation comments too.
    pub comments: Vec<Comment>,
    /// Byte offsets of the first byte of each blank line.
    pub blank_lines: Vec<u32>,
}

/// A comment: one line, without its newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Which kind.
    pub kind: CommentKind,
    /// From its first slash to its last visible character.
    pub span: Span,
}

/// The kinds of comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommentKind {
    /// `// ...`
    Line,
    /// `/// ...`: documents the declaration below it.
    Doc,
    /// `//! ...`: documents the file.
    FileDoc,
}
