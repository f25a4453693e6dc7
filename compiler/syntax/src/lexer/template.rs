//! The text of templates, up to a hole or a tag.

use super::{Lexer, Mark, Mode};
use crate::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::token::Token;
use logos::Logos;

#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    #[regex(r"[^$%]+")]
    #[token("$")]
    #[token("%")]
    // The signs themselves: a backslash is a plain character in the files that templates make.
    #[token("$${")]
    #[token("%%{")]
    Copied,
    #[token("${")]
    Hole,
    #[token("%{")]
    Tag,
}

impl Lexer<'_> {
    /// Reads text up to the next hole or tag.
    pub(super) fn template(&mut self) {
        let start = self.at;
        let mut end = self.text.len();
        let mut opener = None;
        let mut lexer = Piece::lexer(self.text.get(start..).unwrap_or(""));
        while let Some(found) = lexer.next() {
            let token = match found {
                Ok(Piece::Copied) | Err(()) => continue,
                Ok(Piece::Hole) => Token::HoleStart,
                Ok(Piece::Tag) => Token::TagStart,
            };
            end = start + lexer.span().start;
            opener = Some(token);
            break;
        }
        if end > start {
            let text = self.text.get(start..end).unwrap_or("");
            self.line_start = text.rfind('\n').map_or(self.line_start, |newline| start + newline + 1);
            self.push(Token::TemplateText, self.span(start, end));
        }
        self.at = end;
        if let Some(token) = opener {
            let open = self.span(end, end + 2);
            self.push(token, open);
            self.at = end + 2;
            let mark = Mark {
                lexemes: self.out.lexemes.len(),
                errors: self.out.errors.len(),
                comments: self.out.trivia.comments.len(),
            };
            self.modes.push(Mode::Hole { open, braces: 0, mark });
        }
    }

    pub(super) fn unclosed_tag(&self, open: Span, end: Span) -> SyntaxError {
        let tag = self.text.get(open.start as usize..open.end as usize).unwrap_or("");
        let (tag, plain) = if tag == "%{" { ("%{", "%%{") } else { ("${", "$${") };
        SyntaxError::new(SyntaxErrorKind::UnclosedTag { tag }, open)
            .label(end, "the line ends here")
            .help(format!("close it with `}}`, or write `{plain}` for the characters themselves"))
    }
}
