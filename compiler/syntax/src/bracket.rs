//! Makes brackets balanced before anything else looks at them.
//!
//! With balanced brackets every later stage recovers inside the pair where the mistake is. Nothing is done to
//! a file whose brackets match; for any other, indentation tells which bracket was forgotten.

use crate::Span;
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::token::{Lexeme, Token};

/// Brackets that may be open at the same time.
pub(crate) const MAX_BRACKETS: usize = 256;

/// Balances the brackets of `lexemes`. Returns the places of the closing brackets that were put in.
pub(crate) fn balance(text: &str, lexemes: &mut Vec<Lexeme>, errors: &mut Vec<SyntaxError>) -> Vec<u32> {
    collapse_deep(lexemes, errors);
    if is_balanced(lexemes) { Vec::new() } else { repair(text, lexemes, errors) }
}

fn is_balanced(lexemes: &[Lexeme]) -> bool {
    let mut open = Vec::new();
    for lexeme in lexemes {
        if lexeme.token.is_opener() {
            open.push(lexeme.token.closer());
        } else if lexeme.token.is_closer() && open.pop() != Some(lexeme.token) {
            return false;
        }
    }
    open.is_empty()
}

/// Replaces what is nested too deeply by an error token.
fn collapse_deep(lexemes: &mut Vec<Lexeme>, errors: &mut Vec<SyntaxError>) {
    let mut depth = 0usize;
    let deepest = lexemes.iter().fold(0usize, |deepest, lexeme| {
        if lexeme.token.is_opener() {
            depth += 1;
        } else if lexeme.token.is_closer() {
            depth = depth.saturating_sub(1);
        }
        deepest.max(depth)
    });
    if deepest <= MAX_BRACKETS {
        return;
    }
    let mut depth = 0usize;
    let mut reported = false;
    lexemes.retain_mut(|lexeme| {
        let token = lexeme.token;
        if token.is_opener() {
            depth += 1;
            if depth == MAX_BRACKETS + 1 {
                if !reported {
                    reported = true;
                    errors.push(too_deep(lexeme.span));
                }
                lexeme.token = Token::Error;
                return true;
            }
        }
        let keep = depth <= MAX_BRACKETS;
        if token.is_closer() {
            depth = depth.saturating_sub(1);
        }
        keep
    });
}

pub(crate) fn too_deep(span: Span) -> SyntaxError {
    SyntaxError::new(Kind::NestingTooDeep, span).help("give parts of it names with `let`, or move them into a function")
}

/// A bracket that is open.
#[derive(Clone, Copy)]
struct Open {
    token: Token,
    span: Span,
    /// The indentation of its line.
    indent: u32,
}

fn repair(text: &str, lexemes: &mut Vec<Lexeme>, errors: &mut Vec<SyntaxError>) -> Vec<u32> {
    let mut out: Vec<Lexeme> = Vec::with_capacity(lexemes.len() + 8);
    let mut inserted = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut indent = 0;
    let mut unclosed: Vec<Vec<Open>> = Vec::new();
    for (index, lexeme) in lexemes.iter().enumerate() {
        let token = lexeme.token;
        if lexeme.first {
            indent = column(text, lexeme.span.start);
            if !open.is_empty() && begins_declaration(text, lexemes, index) {
                // A declaration at the left edge is not inside of anything.
                let keep = open.iter().position(|o| o.indent >= indent).unwrap_or(open.len());
                let at = out.last().map_or(0, |last| last.span.end);
                close(&mut open, keep, at, &mut out, &mut inserted, &mut unclosed);
            }
        }
        if token.is_opener() {
            open.push(Open { token, span: lexeme.span, indent });
            out.push(*lexeme);
            continue;
        }
        if !token.is_closer() {
            out.push(*lexeme);
            continue;
        }
        let matches = |o: &Open| o.token.closer() == token;
        let mut partner = open.iter().rposition(matches);
        if lexeme.first
            && token == Token::RBrace
            && let Some(same) = open.iter().rposition(|o| matches(o) && o.indent == indent)
            && partner.and_then(|at| open.get(at)).is_some_and(|o| o.indent > indent)
        {
            // It stands under the line of an outer bracket: the inner one was forgotten.
            partner = Some(same);
        }
        // A hole is closed by its own bracket, which the lexer keeps balanced.
        let hole = open.iter().rposition(|o| o.token == Token::HoleStart);
        if token != Token::HoleEnd && hole > partner.or(hole.map(|h| h.saturating_sub(1))) {
            partner = None;
        }
        match partner {
            Some(at) => {
                let end = out.last().map_or(0, |last| last.span.end);
                close(&mut open, at + 1, end, &mut out, &mut inserted, &mut unclosed);
                open.pop();
                out.push(*lexeme);
            }
            None => {
                let next = lexemes.get(index + 1).map(|next| next.token);
                match open.last() {
                    Some(top) if top.token != Token::HoleStart && next != Some(top.token.closer()) => {
                        let kind = Kind::WrongCloser { found: name(token), expected: name(top.token.closer()) };
                        let error = SyntaxError::new(kind, lexeme.span)
                            .label(top.span, format!("this `{}` is open", name(top.token)));
                        errors.push(error);
                        out.push(Lexeme { token: top.token.closer(), ..*lexeme });
                        open.pop();
                    }
                    _ => errors.push(SyntaxError::new(Kind::StrayCloser { bracket: name(token) }, lexeme.span)),
                }
            }
        }
    }
    let end = out.last().map_or(0, |last| last.span.end);
    close(&mut open, 0, end, &mut out, &mut inserted, &mut unclosed);
    errors.extend(unclosed.iter().filter_map(|group| report(group)));
    *lexemes = out;
    inserted
}

/// Closes all brackets from index `keep` on.
fn close(
    open: &mut Vec<Open>,
    keep: usize,
    at: u32,
    out: &mut Vec<Lexeme>,
    inserted: &mut Vec<u32>,
    unclosed: &mut Vec<Vec<Open>>,
) {
    let mut group = Vec::new();
    while open.len() > keep {
        let Some(top) = open.pop() else { break };
        out.push(Lexeme { token: top.token.closer(), first: false, span: Span::at(at) });
        inserted.push(at);
        group.push(top);
    }
    unclosed.push(group);
}

/// The message for brackets that had to be closed at one place. A message for each would shout, so it is about
/// the innermost, and the others are labels.
fn report(group: &[Open]) -> Option<SyntaxError> {
    let (inner, outer) = group.split_first()?;
    let kind = Kind::UnclosedDelimiter { bracket: name(inner.token), opener: inner.span };
    let mut error = SyntaxError::new(kind, inner.span);
    error.help = Some(format!("add `{}` where it ends", name(inner.token.closer())));
    for other in outer.iter().take(4) {
        error = error.label(other.span, format!("this `{}` is open too", name(other.token)));
    }
    Some(error)
}

/// Columns of white space before the first token of a line.
fn column(text: &str, at: u32) -> u32 {
    let before = text.get(..at as usize).unwrap_or("");
    let line = before.rfind('\n').map_or(before, |newline| before.get(newline + 1..).unwrap_or(""));
    line.len() as u32
}

/// Whether a declaration that stands only at file level begins at `index`.
fn begins_declaration(text: &str, lexemes: &[Lexeme], index: usize) -> bool {
    let token = |offset: usize| lexemes.get(index + offset).map(|lexeme| lexeme.token);
    match token(0) {
        Some(Token::Import | Token::Pub | Token::Record | Token::Enum | Token::Fn) => true,
        Some(Token::Lower) => {
            let span = lexemes.get(index).map_or(Span::default(), |lexeme| lexeme.span);
            match text.get(span.start as usize..span.end as usize) {
                Some("component" | "resource") => token(1) == Some(Token::Upper) && token(2) == Some(Token::LBrace),
                Some("policy") => token(1) == Some(Token::Lower) && token(2) == Some(Token::LBrace),
                Some("labels") => token(1) == Some(Token::LBrace),
                _ => false,
            }
        }
        _ => false,
    }
}

/// A bracket as written.
pub(crate) fn name(token: Token) -> &'static str {
    match token {
        Token::LBrace | Token::HeadBrace => "{",
        Token::LParen => "(",
        Token::RParen => ")",
        Token::LBracket => "[",
        Token::RBracket => "]",
        Token::HoleStart => "${",
        _ => "}",
    }
}
