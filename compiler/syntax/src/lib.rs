//! Tokens, grammar and syntax tree of the Masterchef language.
//!
//! A crate of its own because the generated parser is slow to compile and changes rarely: it holds nothing
//! heavy beside it, no incremental database and no IO.
//!
//! Text goes through four stages. The lexer (`lexer.rs`) makes tokens and puts comments aside; `bracket.rs`
//! balances brackets; the filter (`filter.rs`) ends items and tells clause words from names; the generated
//! parser (`grammar.lalrpop`) builds the tree through `tree.rs`. Each stage repairs what it can and reports it,
//! so [`parse`] returns a tree for every text.

pub mod ast;
mod bracket;
mod deep;
mod error;
mod filter;
mod format;
mod lexer;
mod literal;
mod mistake;
mod operator;
mod span;
mod template;
mod token;
mod tree;
mod trivia;
mod word;
mod wording;

pub use error::{Bracket, Habit, SyntaxError, SyntaxErrorKind};
pub use format::{WIDTH, format};
pub use span::Span;
pub use token::Token;
pub use trivia::{Comment, CommentKind, Trivia};
pub use word::{WORDS, WordPlace};

use smol_str::SmolStr;
use std::cell::Cell;

#[expect(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    unused_qualifications,
    unreachable_pub,
    reason = "generated code"
)]
mod grammar {
    lalrpop_util::lalrpop_mod!(generated, "/grammar.rs");
    pub(crate) use generated::SourceParser;
}

/// Mistakes of one file that are reported. After as many mistakes of grammar, the rest of the file is not read.
const MAX_ERRORS: usize = 200;

/// What [`parse`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    /// The tree. What could not be read is an `Error` node in it.
    pub file: ast::SourceFile,
    /// What is wrong, in the order of the source. Empty if and only if the whole text was read.
    pub errors: Vec<SyntaxError>,
    /// Comments and blank lines.
    pub trivia: Trivia,
}

/// What [`parse_template`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateParse {
    /// The tree. What could not be read is an `Error` node in it.
    pub template: ast::Template,
    /// What is wrong, in the order of the source. Empty if and only if the whole text was read.
    pub errors: Vec<SyntaxError>,
}

/// Reads a file. Never panics and always returns a tree; takes time linear in the length of `text`.
/// Trees are at most some hundred nodes deep, so that visiting them by recursion is safe.
pub fn parse(text: &str) -> Parse {
    if let Some(error) = too_large(text) {
        return Parse { file: ast::SourceFile::default(), errors: vec![error], trivia: Trivia::default() };
    }
    let read = |_: &mut tree::Cx<'_>, source| match source {
        template::Source::File(items) => items,
        template::Source::Template(_) => Vec::new(),
    };
    let Read { tree, docs, errors, trivia } = run(text, lexer::lex(text), read);
    Parse { file: ast::SourceFile { docs, items: tree }, errors, trivia }
}

/// Reads a template (`.mct`). Like [`parse`], it never panics, always returns a tree and takes linear time.
///
/// `${e}` is a hole and `%{ .. }` a tag; both are on one line. `$${` and `%%{` stand for the signs themselves.
/// A line that holds only tags and white space gives no text, not even its newline.
pub fn parse_template(text: &str) -> TemplateParse {
    if let Some(error) = too_large(text) {
        return TemplateParse { template: ast::Template::default(), errors: vec![error] };
    }
    let read = |cx: &mut tree::Cx<'_>, source| match source {
        template::Source::Template(pieces) => template::build(cx, pieces),
        template::Source::File(_) => ast::Template::default(),
    };
    let read = run(text, lexer::lex_template(text), read);
    TemplateParse { template: read.tree, errors: read.errors }
}

fn too_large(text: &str) -> Option<SyntaxError> {
    u32::try_from(text.len()).is_err().then(|| SyntaxError::new(SyntaxErrorKind::FileTooLarge, Span::at(0)))
}

/// What is found in a text.
struct Read<T> {
    tree: T,
    docs: Option<SmolStr>,
    errors: Vec<SyntaxError>,
    trivia: Trivia,
}

/// The stages behind the lexer.
fn run<T: Default>(
    text: &str,
    mut lexed: lexer::Lexed,
    build: impl FnOnce(&mut tree::Cx<'_>, template::Source) -> T,
) -> Read<T> {
    let mut torn = span::disjoint(lexed.torn());
    let inserted = bracket::balance(text, &mut lexed.lexemes, &mut torn, &mut lexed.errors);
    let torn = span::disjoint(torn);
    let stop = Cell::new(false);
    let mut filter = filter::Filter::new(text, &lexed.lexemes, &stop);
    let mut cx = tree::Cx::new(text, &lexed, &inserted, &torn, &stop);
    let tree = match grammar::SourceParser::new().parse(&mut cx, filter.by_ref()) {
        Ok(source) => build(&mut cx, source),
        Err(error) => {
            cx.unrecovered(&error);
            T::default()
        }
    };
    let mut all = filter.errors;
    all.retain(|error| !span::covered(&torn, error.span));
    let (docs, errors) = cx.finish(lexed.errors.is_empty() && all.is_empty());
    all.extend(errors);
    all.append(&mut lexed.errors);
    all.sort_by_key(|error| (error.span.start, error.span.end));
    all.dedup_by(|b, a| follows(text, a, b));
    if all.len() > MAX_ERRORS {
        all.truncate(MAX_ERRORS);
        let end = all.last().map_or(0, |error| error.span.end);
        all.push(SyntaxError::new(SyntaxErrorKind::TooManyErrors, Span::at(end)));
    }
    Read { tree, docs, errors: all, trivia: lexed.trivia }
}

/// Whether a mistake follows from the one before: what does not fit where it stands makes the rest of its line not
/// fit either, part by part, and the next one if a comma leads there and the same is missing.
fn follows(text: &str, a: &SyntaxError, b: &SyntaxError) -> bool {
    let (
        SyntaxErrorKind::UnexpectedToken { expected: wanted, .. },
        SyntaxErrorKind::UnexpectedToken { expected, .. },
    ) = (&a.kind, &b.kind)
    else {
        return false;
    };
    let between = text.get(a.span.start as usize..b.span.start as usize).unwrap_or_default();
    match between.rsplit_once('\n') {
        None => true,
        Some((lines, _)) => wanted == expected && lines.lines().all(|line| line.trim_end().ends_with(',')),
    }
}

/// The tokens of a text with their places, as the grammar sees them, without separators: words are told from
/// names. For highlighting; reports nothing.
pub fn tokens(text: &str) -> Vec<(Token, Span)> {
    if u32::try_from(text.len()).is_err() {
        return Vec::new();
    }
    let mut lexed = lexer::lex(text);
    bracket::balance(text, &mut lexed.lexemes, &mut Vec::new(), &mut lexed.errors);
    let stop = Cell::new(false);
    filter::Filter::new(text, &lexed.lexemes, &stop)
        .filter(|(start, token, end)| *token != Token::Sep && start != end)
        .map(|(start, token, end)| (token, Span::new(start, end)))
        .collect()
}
