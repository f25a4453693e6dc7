//! Makes brackets balanced before anything else looks at them.
//!
//! With balanced brackets every later stage recovers inside the pair where the mistake is. Nothing is done to
//! a file whose brackets match; for any other, indentation tells which bracket was forgotten.

mod opener;

use crate::Span;
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::token::{Lexeme, Token};

/// Brackets that may be open at the same time.
pub(crate) const MAX_BRACKETS: usize = 256;

/// Balances the brackets of `lexemes`, silently in the parts that are `torn` anyway. Returns the places of the
/// brackets that were put in. What follows a round or square bracket that is not closed is added to `torn`.
pub(crate) fn balance(
    text: &str,
    lexemes: &mut Vec<Lexeme>,
    torn: &mut Vec<Span>,
    errors: &mut Vec<SyntaxError>,
) -> Vec<u32> {
    collapse_deep(lexemes, errors);
    if is_balanced(lexemes) { Vec::new() } else { repair(text, lexemes, torn, errors) }
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
    SyntaxError::new(Kind::NestingTooDeep, span)
        .help("give parts of it names with `let`, or move them into a function")
}

/// A bracket that is open.
#[derive(Clone, Copy)]
struct Open {
    token: Token,
    span: Span,
    /// The indentation of its line.
    indent: u32,
    /// Its line, counted in lines with tokens.
    line: u32,
    /// The indentation of the first line inside.
    inner: Option<u32>,
}

impl Open {
    /// Whether a line with this indentation, which does not begin with a closing bracket, must be outside: what
    /// is inside was indented until here, or began on the bracket's line, and this line is not indented.
    /// `last` is the token at the end of the line before.
    fn excludes(&self, indent: u32, last: Option<&Lexeme>) -> bool {
        let inside = match self.inner {
            Some(inner) => inner > self.indent,
            // Where lines are indented at all, what is inside is indented more.
            None => self.indent > 0 || last.is_some_and(|last| last.span != self.span),
        };
        inside && indent <= self.indent
    }
}

fn repair(
    text: &str,
    lexemes: &mut Vec<Lexeme>,
    torn: &mut Vec<Span>,
    errors: &mut Vec<SyntaxError>,
) -> Vec<u32> {
    let mut out: Vec<Lexeme> = Vec::with_capacity(lexemes.len() + 8);
    let mut inserted = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let (mut indent, mut line) = (0, 0);
    let mut unclosed: Vec<(u32, Vec<Open>)> = Vec::new();
    for (index, lexeme) in lexemes.iter().enumerate() {
        let token = lexeme.token;
        if lexeme.first {
            indent = column(text, lexeme.span.start);
            line += 1;
            let keep = if begins_declaration(text, lexemes, index) {
                // A declaration is not inside of anything that begins as far to the left.
                open.iter().position(|o| o.indent >= indent)
            } else if begins_statement(lexemes, index, open.last()) {
                open.iter().rposition(|o| o.token == Token::LBrace).map(|brace| brace + 1).or(Some(0))
            } else if token.is_closer() {
                None
            } else {
                open.iter().position(|o| o.excludes(indent, out.last()))
            };
            let at = out.last().map_or(0, |last| last.span.end);
            let keep = keep.unwrap_or(open.len());
            close(&mut open, keep, at, &mut out, &mut inserted, &mut unclosed);
            if let Some(top) = open.last_mut()
                && !token.is_closer()
            {
                top.inner.get_or_insert(indent);
            }
        }
        if matches!(token, Token::FatArrow | Token::Eq)
            && out.last().is_some_and(|last| last.token == Token::DotDot)
            && open.last().is_some_and(|o| o.token == Token::LBrace)
        {
            // A pattern ends before it.
            let (keep, at) = (open.len() - 1, out.last().map_or(0, |last| last.span.end));
            close(&mut open, keep, at, &mut out, &mut inserted, &mut unclosed);
        }
        if token == Token::LBrace
            && let Some(top) = open.last().filter(|o| o.token == Token::LParen && o.line == line)
            && let Some((at, end)) = opener::signature_end(&out, top)
        {
            // The braces of a body follow the parameters.
            out.insert(at, Lexeme { token: Token::RParen, first: false, span: Span::at(end) });
            inserted.push(end);
            unclosed.push((end, open.pop().into_iter().collect()));
        }
        if token.is_opener() {
            open.push(Open { token, span: lexeme.span, indent, line, inner: None });
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
        let hole = open.iter().rposition(|o| o.token.closer() == Token::HoleEnd);
        if token != Token::HoleEnd && hole > partner.or(hole.map(|h| h.saturating_sub(1))) {
            partner = None;
        }
        // Behind it, the lines go on inside of the bracket that it would close.
        let inline = token == Token::RBrace
            && !lexeme.first
            && partner
                .and_then(|at| open.get(at))
                .is_none_or(|o| o.line < line && goes_on(text, lexemes, index, o));
        let partner_open = partner.and_then(|at| open.get(at));
        if let Some(at) = opener::missing(text, &out, lexeme, indent, partner_open, inline) {
            let opener = if token == Token::RBrace { Token::LBrace } else { Token::LBracket };
            let end = out.get(at.wrapping_sub(1)).map_or(0, |last| last.span.end);
            let error = SyntaxError::new(Kind::StrayCloser { bracket: name(token) }, lexeme.span)
                .label(Span::at(end), format!("perhaps a `{}` is missing here", name(opener)));
            errors.push(error);
            out.insert(at, Lexeme { token: opener, first: false, span: Span::at(end) });
            out.push(*lexeme);
            let place = inserted.partition_point(|inserted| *inserted < end);
            inserted.insert(place, end);
            continue;
        }
        if inline && partner.is_some() {
            let error = SyntaxError::new(Kind::StrayCloser { bracket: name(token) }, lexeme.span);
            errors.push(error.help("perhaps its `{` is missing on this line"));
            torn.push(line_around(text, lexeme.span));
            continue;
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
                // It is meant for the open bracket if both are on one line, or under each other.
                let meant = |top: &Open| top.line == line || lexeme.first && top.indent == indent;
                match open.last() {
                    Some(top)
                        if top.token.closer() != Token::HoleEnd
                            && meant(top)
                            && next != Some(top.token.closer()) =>
                    {
                        let kind =
                            Kind::WrongCloser { found: name(token), expected: name(top.token.closer()) };
                        let error = SyntaxError::new(kind, lexeme.span)
                            .label(top.span, format!("this `{}` is open", name(top.token)));
                        errors.push(error);
                        out.push(Lexeme { token: top.token.closer(), ..*lexeme });
                        open.pop();
                    }
                    _ => {
                        errors
                            .push(SyntaxError::new(Kind::StrayCloser { bracket: name(token) }, lexeme.span));
                        if token == Token::RBrace && !lexeme.first {
                            // What else is wrong with the line follows from the missing one.
                            torn.push(line_around(text, lexeme.span));
                        }
                    }
                }
            }
        }
    }
    let end = out.last().map_or(0, |last| last.span.end);
    close(&mut open, 0, end, &mut out, &mut inserted, &mut unclosed);
    let is_torn = |o: &Open| crate::span::covered(torn, o.span);
    for (_, group) in &mut unclosed {
        group.retain(|o| !is_torn(o));
    }
    errors.extend(unclosed.iter().filter_map(|(_, group)| report(group)));
    torn.extend(unclosed.iter().flat_map(|(at, group)| {
        let round = |o: &&Open| matches!(o.token, Token::LParen | Token::LBracket);
        group.iter().filter(round).map(|o| o.span.to(Span::at(*at)))
    }));
    *lexemes = out;
    inserted
}

/// Lexemes that are looked at for the end of a line.
const MAX_LINE: usize = 1000;

/// Whether the line behind `index` is still inside of `open`: indented more, or its closing bracket.
fn goes_on(text: &str, lexemes: &[Lexeme], index: usize, open: &Open) -> bool {
    let rest = lexemes.get(index + 1..).unwrap_or(&[]);
    rest.iter().take(MAX_LINE).find(|lexeme| lexeme.first).is_some_and(|next| {
        let found = column(text, next.span.start);
        found > open.indent || found == open.indent && next.token == open.token.closer()
    })
}

/// The line of a token.
fn line_around(text: &str, span: Span) -> Span {
    let start = span.start - column(text, span.start);
    let rest = text.get(span.end as usize..).unwrap_or("");
    let length = rest.find('\n').unwrap_or(rest.len());
    Span::new(start, span.end + length as u32)
}

/// Closes all brackets from index `keep` on.
fn close(
    open: &mut Vec<Open>,
    keep: usize,
    at: u32,
    out: &mut Vec<Lexeme>,
    inserted: &mut Vec<u32>,
    unclosed: &mut Vec<(u32, Vec<Open>)>,
) {
    let mut group = Vec::new();
    while open.len() > keep {
        let Some(top) = open.pop() else { break };
        out.push(Lexeme { token: top.token.closer(), first: false, span: Span::at(at) });
        inserted.push(at);
        group.push(top);
    }
    if !group.is_empty() {
        unclosed.push((at, group));
    }
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
pub(crate) fn begins_declaration(text: &str, lexemes: &[Lexeme], index: usize) -> bool {
    let token = |offset: usize| lexemes.get(index + offset).map(|lexeme| lexeme.token);
    match token(0) {
        Some(Token::Import | Token::Pub | Token::Record | Token::Enum | Token::Fn | Token::Type) => true,
        Some(Token::Lower) => {
            let span = lexemes.get(index).map_or(Span::default(), |lexeme| lexeme.span);
            match text.get(span.start as usize..span.end as usize) {
                Some("component" | "resource") => {
                    token(1) == Some(Token::Upper) && matches!(token(2), Some(Token::LBrace | Token::Lt))
                }
                Some("policy" | "guard" | "rollout") => {
                    token(1) == Some(Token::Lower) && token(2) == Some(Token::LBrace)
                }
                Some("test") => token(1) == Some(Token::Str) && token(2) == Some(Token::LBrace),
                Some("fact") => token(1) == Some(Token::Lower) && token(2) == Some(Token::Colon),
                Some("labels") => token(1) == Some(Token::LBrace),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a statement or an attribute begins at `index`, although a round or square bracket is open.
fn begins_statement(lexemes: &[Lexeme], index: usize, open: Option<&Open>) -> bool {
    let Some(open) = open.filter(|o| matches!(o.token, Token::LParen | Token::LBracket)) else {
        return false;
    };
    let token = |index: Option<usize>| index.and_then(|index| lexemes.get(index)).map(|lexeme| lexeme.token);
    let previous = token(index.checked_sub(1));
    match token(Some(index)) {
        Some(Token::Let | Token::Const) => !matches!(previous, Some(Token::If | Token::Const)),
        // A named argument stands behind a comma or the parenthesis.
        Some(Token::Lower) => {
            token(Some(index + 1)) == Some(Token::Eq)
                && (open.token == Token::LBracket || !matches!(previous, Some(Token::Comma | Token::LParen)))
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
        Token::TagStart => "%{",
        _ => "}",
    }
}
