//! What the colours of the grammar's query say about tokens.

use mc_syntax::Token;
use std::collections::BTreeMap;

/// Where a token has another colour than its kind says, and where a word has the colour of a keyword and is none.
pub(crate) fn differences(text: &str, captures: &[(String, u32, u32)]) -> Vec<(u32, String)> {
    let colours: BTreeMap<(u32, u32), &str> =
        captures.iter().map(|(name, start, end)| ((*start, *end), name.as_str())).collect();
    let mut differences = Vec::new();
    let mut keywords = Vec::new();
    for (token, span) in mc_syntax::tokens(text) {
        let Some(wanted) = colour(token) else { continue };
        let start = span.start as usize;
        let whole = text.get(start..span.end as usize).unwrap_or_default();
        // `restart on` is one token of two words.
        let words = if wanted[0] == "keyword" { whole.split_whitespace().collect() } else { vec![whole] };
        for word in words {
            let from = span.start + whole.find(word).unwrap_or_default() as u32;
            let place = (from, from + word.len() as u32);
            if wanted[0] == "keyword" {
                keywords.push(place);
            }
            let found = colours.get(&place);
            if !found.is_some_and(|found| wanted.contains(found)) {
                differences.push((from, format!("`{word}` is {found:?} and not {wanted:?}")));
            }
        }
    }
    for (place, name) in &colours {
        if *name == "keyword" && !keywords.contains(place) {
            let word = text.get(place.0 as usize..place.1 as usize).unwrap_or_default();
            differences.push((place.0, format!("`{word}` is a name and has the colour of a keyword")));
        }
    }
    differences
}

/// The captures that a kind of token may have; none for one whose colour depends on more.
fn colour(token: Token) -> Option<&'static [&'static str]> {
    Some(match token {
        Token::True | Token::False | Token::None => &["constant.builtin"],
        Token::SelfValue => &["variable.builtin"],
        // A condition of an element has the sign of a keyword of the same spelling.
        Token::Percentage | Token::Int | Token::Mode | Token::Size | Token::Duration => &["number"],
        Token::Float => &["number.float"],
        Token::Upper => &["type", "constructor"],
        Token::DotUpper => &["constructor", "type"],
        token if token.is_keyword() || token > Token::HeadBrace => &["keyword"],
        _ => return None,
    })
}
