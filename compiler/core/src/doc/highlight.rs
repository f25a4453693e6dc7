//! Code of the language as HTML: its tokens marked, its names linked to what they mean.

use crate::graph::svg::escape;
use mc_syntax::{Token, tokens};

/// Code as HTML. `link` gives the address of a type's name, if it has a page.
pub(super) fn code(text: &str, link: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for (token, span) in tokens(text) {
        let (start, end) = (span.start as usize, span.end as usize);
        let (Some(before), Some(piece)) = (text.get(at..start), text.get(start..end)) else { continue };
        plain(&mut out, before);
        at = end;
        let class = class(token);
        match link(piece).filter(|_| token == Token::Upper) {
            Some(address) => {
                out.push_str(&format!("<a class=\"t\" href=\"{}\">{}</a>", escape(&address), escape(piece)));
            }
            None if class.is_empty() => out.push_str(&escape(piece)),
            None => out.push_str(&format!("<span class=\"{class}\">{}</span>", escape(piece))),
        }
    }
    plain(&mut out, text.get(at..).unwrap_or_default());
    out
}

/// What stands between tokens: space and comments.
fn plain(out: &mut String, text: &str) {
    for line in text.split_inclusive('\n') {
        match line.find("//") {
            Some(at) => {
                let (before, comment) = line.split_at(at);
                let (comment, end) = comment.strip_suffix('\n').map_or((comment, ""), |c| (c, "\n"));
                out.push_str(&format!("{before}<span class=\"c\">{}</span>{end}", escape(comment)));
            }
            None => out.push_str(&escape(line)),
        }
    }
}

/// The class of a token's colour: keyword, type, string, number.
fn class(token: Token) -> &'static str {
    match token {
        Token::Upper | Token::DotUpper => "t",
        Token::Str | Token::StrStart | Token::StrText | Token::StrEnd => "s",
        Token::Int | Token::Float | Token::Mode | Token::Size | Token::Duration => "n",
        _ if token.is_keyword() || is_word(token) => "k",
        _ => "",
    }
}

/// Words that begin a declaration or a line of one.
fn is_word(token: Token) -> bool {
    use Token as T;
    matches!(
        token,
        T::Component
            | T::Policy
            | T::Resource
            | T::Labels
            | T::Guard
            | T::Rollout
            | T::Test
            | T::Fact
            | T::Param
            | T::Out
            | T::Select
            | T::Check
            | T::Defaults
            | T::Prune
            | T::After
            | T::Before
    )
}
