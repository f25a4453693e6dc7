//! The formatter: one style, without options.
//!
//! The tree says where lines may end; the text comes from the lexemes, each of which is taken once and in order.
//! So nothing can be lost or invented but white space and commas, and a comment is written between the two lexemes
//! where it stood. `Writer` (`format/writer.rs`) walks over the lexemes and makes a list of commands, `item.rs`
//! and `expr.rs` call it along the tree, and `layout.rs` decides in time linear in the number of commands which
//! groups are broken: the shape of Oppen's "Prettyprinting" (1980), with the widths counted in advance.
//!
//! The style is described for users in `docs/tool/fmt.md`. Two rules come from the author: a bracket behind
//! which the line ends stays broken, and a blank line between items stays (one of several).

mod expr;
mod item;
mod layout;
mod writer;

use crate::error::SyntaxError;
use crate::lexer::{self, Lexed};
use crate::token::Token;
use writer::Writer;

/// The columns that a line should not go beyond.
pub const WIDTH: usize = 100;

/// The text of a file in the one style. Fails with what is wrong with the file, if anything is: a text that is not
/// understood as a whole is not moved around. Takes time linear in the length of `text`.
///
/// The result parses to the same tree (but for the places in it, and the order of the names in an import) and has
/// the same comments in the same order; formatting it again changes nothing.
pub fn format(text: &str) -> Result<String, Vec<SyntaxError>> {
    let parse = crate::parse(text);
    if !parse.errors.is_empty() {
        return Err(parse.errors);
    }
    let lexed = lexer::lex(text);
    let mut writer = Writer::new(text, &lexed);
    writer.file(&parse.file);
    let formatted = writer.finish().map(|commands| layout::render(text, &commands));
    match formatted {
        Some((formatted, order)) if same(text, &order, &formatted, &lexed) => Ok(formatted),
        // invariant: the writer takes every lexeme. Were one forgotten, the text would rather stay as it is.
        _ => {
            debug_assert!(false, "the formatter lost a token");
            Ok(text.to_owned())
        }
    }
}

/// Whether `formatted` has the pieces of `text` in this order, and its comments.
fn same(text: &str, order: &[(u32, u32)], formatted: &str, lexed: &Lexed) -> bool {
    let again = lexer::lex(formatted);
    let words = writer::words(&again);
    let mut found = words.iter().filter(|word| word.token != Token::Comma);
    let mut order = order.iter().map(|&(start, end)| piece(text, start, end)).filter(|piece| *piece != ",");
    let pieces = order.all(|before| {
        let after = found.next().map(|word| piece(formatted, word.span.start, word.span.end));
        debug_assert_eq!(Some(before), after, "another word than in the source");
        after == Some(before)
    });
    let comments = &lexed.trivia.comments;
    let same_comments = comments.len() == again.trivia.comments.len()
        && comments.iter().zip(&again.trivia.comments).all(|(before, after)| {
            piece(text, before.span.start, before.span.end)
                == piece(formatted, after.span.start, after.span.end)
        });
    pieces && found.next().is_none() && same_comments
}

fn piece(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).unwrap_or("")
}
