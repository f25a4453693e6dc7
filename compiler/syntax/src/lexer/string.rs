//! The inside of strings: text, holes, ends, and strings without an end.

use super::{Lexer, Mark, Mode};
use crate::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::token::Token;
use logos::Logos;

/// The inside of a `"..."`.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    #[regex(r#"[^"\\$\n]+"#)]
    #[token("$")]
    #[token("\\")]
    #[regex(r"\\[^\n]")]
    Text,
    #[token("${")]
    Hole,
    #[token("\"")]
    End,
    #[token("\n")]
    Newline,
}

/// The inside of a `"""..."""`.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    #[regex(r#"[^"\\$]+"#)]
    #[token("$")]
    #[token("\\")]
    #[token("\"")]
    #[regex(r"\\[^\n]")]
    Text,
    #[token("${")]
    Hole,
    #[token("\"\"\"")]
    End,
}

impl Lexer<'_> {
    /// `r"..`, whose closing quote comes next.
    pub(super) fn raw(&mut self, start: usize, end: usize) {
        if self.rest().starts_with('"') {
            self.at = end + 1;
            self.push(Token::Str, self.span(start, end + 1));
        } else {
            let span = self.span(start, end);
            let quote = self.span(start, start + 2);
            self.error(unterminated(false, quote, end as u32));
            self.push(Token::Str, span);
        }
    }

    /// Reads a string from behind its opening quotes, or from behind a hole, up to a hole or its end.
    pub(super) fn string(&mut self, open: Span, block: bool, holes: bool) {
        let start = self.at;
        let (piece, end) = if block { scan_block(self.rest()) } else { scan_line(self.rest()) };
        let text_end = start + end;
        let text = self.span(start, text_end);
        let quotes = open.len() as usize;
        if piece == Piece::Hole {
            if !holes {
                self.push(Token::StrStart, open);
                if let Some(Mode::String { holes, .. }) = self.modes.last_mut() {
                    *holes = true;
                }
            }
            if !text.is_empty() {
                self.push(Token::StrText, text);
            }
            let hole = self.span(text_end, text_end + 2);
            self.push(Token::HoleStart, hole);
            self.at = text_end + 2;
            let mark = Mark {
                lexemes: self.out.lexemes.len(),
                errors: self.out.errors.len(),
                comments: self.out.trivia.comments.len(),
            };
            self.modes.push(Mode::Hole { open: hole, braces: 0, mark });
            return;
        }
        self.modes.pop();
        let closing = if piece == Piece::End { quotes } else { 0 };
        self.at = text_end + closing;
        if piece == Piece::Cut && !self.modes.is_empty() {
            // A quote that opens inside a hole and has no partner: the hole's `}` is what is missing.
            self.push(Token::Str, self.span(open.start as usize, text_end));
            self.unclosed_hole();
            return;
        }
        if piece == Piece::Cut {
            self.error(unterminated(block, open, text_end as u32));
        }
        if holes {
            if !text.is_empty() {
                self.push(Token::StrText, text);
            }
            self.push(Token::StrEnd, self.span(text_end, self.at));
        } else {
            self.push(Token::Str, self.span(open.start as usize, self.at));
        }
    }

    /// A line or the text ended inside a hole: closes it and what is around it, up to a text block, which goes
    /// on with the next line. One mistake, one message.
    pub(super) fn unclosed_hole(&mut self) {
        if self.repaired != Some(self.line_start) && self.read_hole_again() {
            return;
        }
        let here = Span::at(self.at as u32);
        let mut reported = false;
        while let Some(mode) = self.modes.pop() {
            match mode {
                Mode::Hole { open, .. } => {
                    if !reported {
                        reported = true;
                        let in_template = matches!(self.modes.last(), Some(Mode::Template));
                        let error = if in_template {
                            self.unclosed_tag(open, here)
                        } else {
                            unclosed_hole(open, here)
                        };
                        self.error(error);
                    }
                    self.push(Token::HoleEnd, here);
                }
                Mode::String { block: true, .. } if self.at < self.text.len() => {
                    self.modes.push(mode);
                    return;
                }
                Mode::Template => {
                    self.modes.push(mode);
                    return;
                }
                Mode::String { .. } => self.push(Token::StrEnd, here),
            }
        }
    }

    /// If a quote follows the hole, it was meant to end the string, so the hole is read again up to there. Done
    /// once in a line, to stay linear.
    fn read_hole_again(&mut self) -> bool {
        let line = |mode: &Mode| matches!(mode, Mode::String { block: false, .. });
        let depth = self.modes.iter().filter(|mode| line(mode)).count();
        let Some(Mode::Hole { open, braces, mark }) = self.modes.last_mut() else { return false };
        let start = open.end as usize;
        let line = self.text.get(start..self.at).unwrap_or("");
        let Some(quote) = line.find('"') else { return false };
        // Beside the quotes that end the strings around the hole there are pairs, which are other strings.
        if line.bytes().filter(|b| *b == b'"').count() % 2 != depth % 2 {
            return false;
        }
        *braces = 0;
        let (open, mark) = (*open, *mark);
        self.out.lexemes.truncate(mark.lexemes);
        self.out.errors.truncate(mark.errors);
        self.out.trivia.comments.truncate(mark.comments);
        self.at = start;
        self.limit = Some(start + quote);
        self.repaired = Some(self.line_start);
        self.error(unclosed_hole(open, Span::at((start + quote) as u32)));
        true
    }

    pub(super) fn end_of_text(&mut self) {
        match self.modes.last().copied() {
            None => {}
            Some(Mode::Template) => {
                self.modes.pop();
            }
            Some(Mode::Hole { .. }) => self.unclosed_hole(),
            // The text ended right behind the opening quotes or behind a hole.
            Some(Mode::String { open, block, holes }) => {
                let here = self.text.len();
                self.modes.pop();
                if self.modes.is_empty() {
                    self.error(unterminated(block, open, here as u32));
                }
                if holes {
                    self.push(Token::StrEnd, Span::at(here as u32));
                } else {
                    self.push(Token::Str, self.span(open.start as usize, here));
                }
                if !self.modes.is_empty() {
                    self.unclosed_hole();
                }
            }
        }
    }
}

fn unclosed_hole(open: Span, end: Span) -> SyntaxError {
    SyntaxError::new(SyntaxErrorKind::UnclosedHole, open)
        .label(end, "the string ends here")
        .help("close it with `}`, or write `\\${` for the characters themselves")
}

fn unterminated(block: bool, open: Span, end: u32) -> SyntaxError {
    let kind = SyntaxErrorKind::UnterminatedString { block };
    let error = SyntaxError::new(kind, open);
    if block {
        error.help("close it with `\"\"\"`")
    } else {
        error
            .label(Span::at(end), "the line ends here")
            .help("close it with `\"`; text of several lines stands between `\"\"\"` and `\"\"\"`")
    }
}

/// How a piece of a string ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// At a `${`.
    Hole,
    /// At the closing quotes.
    End,
    /// At the end of the line or of the text.
    Cut,
}

/// The length of the text up to the next hole, closing quote or newline.
fn scan_line(rest: &str) -> (Piece, usize) {
    let mut lexer = Line::lexer(rest);
    while let Some(found) = lexer.next() {
        let start = lexer.span().start;
        match found {
            Ok(Line::Text) | Err(()) => {}
            Ok(Line::Hole) => return (Piece::Hole, start),
            Ok(Line::End) => return (Piece::End, start),
            Ok(Line::Newline) => return (Piece::Cut, start),
        }
    }
    (Piece::Cut, rest.len())
}

/// The length of the text up to the next hole or the closing quotes.
fn scan_block(rest: &str) -> (Piece, usize) {
    let mut lexer = Block::lexer(rest);
    while let Some(found) = lexer.next() {
        let start = lexer.span().start;
        match found {
            Ok(Block::Text) | Err(()) => {}
            Ok(Block::Hole) => return (Piece::Hole, start),
            // Of more than three quotes, the last three close.
            Ok(Block::End) => {
                let more = rest.as_bytes().iter().skip(start + 3).take(2).take_while(|b| **b == b'"').count();
                return (Piece::End, start + more);
            }
        }
    }
    (Piece::Cut, rest.len())
}
