//! Where a bracket that was forgotten is best put.

use super::{Open, column};
use crate::token::{Lexeme, Token};

/// Lexemes that are searched for the line that a closing brace belongs to.
const MAX_LINE_SEARCH: usize = 1000;

/// For a closing bracket without a partner, or with one that it hardly means: the index where the opening bracket
/// is missing, if that is clear. `inline`: a `}` behind which the lines go on as if nothing had been closed.
pub(super) fn missing(
    text: &str,
    out: &[Lexeme],
    closer: &Lexeme,
    indent: u32,
    partner: Option<&Open>,
    inline: bool,
) -> Option<usize> {
    match (closer.token, closer.first) {
        (Token::RBrace, true) if partner.is_none_or(|o| o.indent < indent) => {
            line_without_opener(text, out, indent)
        }
        (Token::RBrace, false) if inline => body_without_opener(out).or_else(|| {
            // Of two, the first closes what is missing.
            let (last, rest) = out.split_last()?;
            body_without_opener(rest).filter(|_| last.token == Token::RBrace)
        }),
        (Token::RBracket, _) if partner.is_none() => {
            index_without_opener(out).or_else(|| value_without_opener(out))
        }
        _ => None,
    }
}

/// For a `}` at the end of a line that has no `{`: the index behind the word or the title that a body follows.
fn body_without_opener(out: &[Lexeme]) -> Option<usize> {
    let token = |index: usize| out.get(index).map(|lexeme| lexeme.token);
    let mut closed = 0usize;
    for (index, lexeme) in out.iter().enumerate().rev().take(MAX_LINE_SEARCH) {
        let (next, behind) = (token(index + 1), token(index + 2));
        let head = match lexeme.token {
            Token::With => true,
            Token::Else => !matches!(next, Some(Token::If | Token::LBrace)),
            Token::FatArrow => next == Some(Token::Let),
            Token::Upper | Token::DotUpper | Token::Str | Token::StrEnd | Token::RParen => {
                let title = !matches!(lexeme.token, Token::Upper | Token::DotUpper);
                let titled = title && index.checked_sub(1).and_then(token) == Some(Token::Upper);
                let item = matches!(behind, None | Some(Token::Eq | Token::Comma | Token::Colon));
                next == Some(Token::Lower) && item || next.is_none() && titled
            }
            _ => false,
        };
        if head && closed == 0 {
            return Some(index + 1);
        }
        if lexeme.token.is_closer() {
            closed += 1;
        } else if lexeme.token.is_opener() {
            closed = closed.checked_sub(1)?;
        }
        if lexeme.first {
            return None;
        }
    }
    None
}

/// For a `]` that closes nothing: the index of the key or index, if it stands right behind a name.
fn index_without_opener(out: &[Lexeme]) -> Option<usize> {
    let at = out.len().checked_sub(1)?;
    let (name, key) = (out.get(at.checked_sub(1)?)?, out.get(at)?);
    let named = matches!(name.token, Token::Upper | Token::DotUpper | Token::Lower);
    (named && matches!(key.token, Token::Str | Token::Int)).then_some(at)
}

/// For a `}` that closes nothing and begins its line: the index behind the line of the same indentation above
/// it, if all lines between are indented deeper.
fn line_without_opener(text: &str, out: &[Lexeme], indent: u32) -> Option<usize> {
    let mut end = out.len();
    for (index, lexeme) in out.iter().enumerate().rev().take(MAX_LINE_SEARCH) {
        if !lexeme.first || lexeme.span.is_empty() {
            continue;
        }
        let found = column(text, lexeme.span.start);
        if found <= indent {
            let last = out.get(end.wrapping_sub(1)).map(|last| last.token);
            // `} else {` closes and goes on.
            let closes = out.get(index..end)?.iter().all(|lexeme| lexeme.token.is_closer());
            let opens = last.is_some_and(Token::is_opener);
            return (found == indent && end < out.len() && !closes && !opens).then_some(end);
        }
        end = index;
    }
    None
}

/// For a `]` that closes nothing: the index behind the last `=` or `in` of its line outside of brackets.
fn value_without_opener(out: &[Lexeme]) -> Option<usize> {
    let mut closed = 0usize;
    for (index, lexeme) in out.iter().enumerate().rev().take(MAX_LINE_SEARCH) {
        match lexeme.token {
            Token::Eq | Token::In if closed == 0 => return Some(index + 1),
            token if token.is_closer() => closed += 1,
            token if token.is_opener() => closed = closed.checked_sub(1)?,
            _ if lexeme.first => return None,
            _ => {}
        }
    }
    None
}

/// For the `(` of a function's parameters that are not closed before the body begins: the index behind them and
/// the place there.
pub(super) fn signature_end(out: &[Lexeme], open: &Open) -> Option<(usize, u32)> {
    let begin = out.iter().rposition(|lexeme| lexeme.first)?;
    let line = out.get(begin..).filter(|line| line.len() <= MAX_LINE_SEARCH)?;
    let is_fn = line.iter().take(2).any(|lexeme| lexeme.token == Token::Fn);
    let first_paren = line.iter().find(|lexeme| lexeme.token == Token::LParen)?;
    if !is_fn || first_paren.span != open.span || matches!(line.last()?.token, Token::Eq) {
        return None;
    }
    let arrow = begin + line.iter().rposition(|lexeme| lexeme.token == Token::Arrow)?;
    Some((arrow, out.get(arrow.checked_sub(1)?)?.span.end))
}
