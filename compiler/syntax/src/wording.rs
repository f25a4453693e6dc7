//! Words for messages: tokens, expectations, and what other languages call things.

use crate::Span;
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::token::Token;

/// Words that begin declarations elsewhere, and what they are here.
pub(crate) const FILE_WORDS: &[(&str, &str)] = &[
    ("def", "fn"),
    ("func", "fn"),
    ("function", "fn"),
    ("class", "component"),
    ("module", "component"),
    ("define", "component"),
    ("struct", "record"),
    ("data", "record"),
    ("object", "record"),
    ("var", "let"),
    ("val", "let"),
    ("variable", "let"),
    ("local", "let"),
    ("locals", "let"),
    ("use", "import"),
    ("using", "import"),
    ("include", "import"),
    ("require", "import"),
    ("from", "import"),
    ("export", "pub"),
    ("public", "pub"),
    ("node", "policy"),
    ("hosts", "policy"),
    ("role", "policy"),
    ("recipe", "policy"),
    ("output", "out"),
];

/// Words that stand between operands elsewhere.
pub(crate) const INFIX_WORDS: &[(&str, &str)] = &[
    ("and", "&&"),
    ("or", "||"),
    ("is", "=="),
    ("then", "{"),
    ("do", "{"),
    ("elif", "else if"),
    ("elsif", "else if"),
    ("elseif", "else if"),
    ("mod", "%"),
];

/// Words that begin the lines of tests elsewhere.
pub(crate) const TEST_WORDS: &[(&str, &str)] = &[
    ("assert", "expect"),
    ("check", "expect"),
    ("should", "expect"),
    ("require", "expect"),
    ("verify", "expect"),
    ("where", "given"),
    ("setup", "given"),
    ("with", "given"),
];

/// Words that begin assertions about fields elsewhere.
pub(crate) const FIELD_WORDS: &[(&str, &str)] = &[
    ("assert", "check"),
    ("require", "check"),
    ("ensure", "check"),
    ("validate", "check"),
    ("validation", "check"),
    ("invariant", "check"),
    ("constraint", "check"),
];

/// Words that stand before operands elsewhere.
pub(crate) const PREFIX_WORDS: &[(&str, &str)] = &[("not", "!")];

/// Words that begin statements or clauses elsewhere.
pub(crate) const STATEMENT_WORDS: &[(&str, &str)] = &[
    ("var", "let"),
    ("val", "let"),
    ("set", "let"),
    ("unless", "if !"),
    ("switch", "match"),
    ("case", "match"),
    ("foreach", "for"),
    ("loop", "for"),
    ("while", "for"),
    ("elif", "else if"),
    ("elsif", "else if"),
    ("elseif", "else if"),
    ("require", "after"),
    ("subscribe", "restart on"),
    ("output", "out"),
    ("return", "the last expression of a block"),
];

/// The message for a key without quotes.
pub(crate) fn quote_key(resource: &str, key: &str, span: Span) -> SyntaxError {
    let mut help = format!("write `{resource} \"{key}\"`");
    if key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        help += &format!(", or `{resource} ({key})` for the value of that name");
    }
    SyntaxError::new(Kind::UnquotedKey { resource: resource.into(), key: key.into() }, span).help(help)
}

/// `web_server` as `WebServer`
pub(crate) fn camel(name: &str) -> String {
    name.split('_')
        .flat_map(|part| {
            let mut chars = part.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars)
        })
        .collect()
}

/// `WebServer` as `web_server`
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::new();
    for (index, c) in name.char_indices() {
        if c.is_ascii_uppercase() && index > 0 && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// A token in words.
pub(crate) fn describe(token: Token, text: &str) -> String {
    match token {
        Token::Int | Token::Mode | Token::Size | Token::Duration => format!("the number `{text}`"),
        Token::Str if text.len() <= 30 && !text.contains('\n') => format!("the text {text}"),
        Token::Str | Token::StrStart | Token::StrText | Token::StrEnd => "text".to_owned(),
        token if token.is_keyword() => format!("the word `{text}`"),
        _ if text.is_empty() => format!("`{}`", crate::bracket::name(token)),
        _ => format!("`{text}`"),
    }
}

/// What the grammar would have taken, in words: a few, the most telling first.
pub(crate) fn expected_words(expected: &[String]) -> Vec<&'static str> {
    let expects = |terminal: &str| expected.iter().any(|name| name.trim_matches('"') == terminal);
    let value = expects("string") && expects("int") && expects("(");
    let operator = expects("+") && expects("==");
    let mut words = Vec::new();
    let kind = if expects("notify") {
        words.push("an attribute");
        Some("a clause")
    } else if expects("claims") {
        Some("a line of a schema")
    } else if expects("deny") {
        Some("a line of a guard")
    } else if expects("wave") {
        Some("a line of a rollout")
    } else if expects("given") {
        Some("a line of a test")
    } else if expects("select") {
        Some("a statement")
    } else if expects("_") {
        Some("a pattern")
    } else if value {
        Some("a value")
    } else if expects("record") && expects("lower") {
        Some("a name")
    } else if expects("Upper") && expects("lower") && !expects("|") {
        Some(if expects("sep") || expects("}") { "a name" } else { "a type" })
    } else {
        None
    };
    words.extend(kind);
    for (terminal, word) in WORDS {
        let arrow = expects("=>") && expects("->") && matches!(*terminal, ":" | "->" | "=");
        let attribute = expects("=>") && expects("=") && matches!(*terminal, ":" | "=>");
        let head = expects("{|") && *terminal == "=";
        let covered = arrow
            || !expects("->") && attribute
            || head
            || kind.is_some() && COVERED_BY_KIND.contains(terminal)
            || operator && COVERED_BY_OPERATOR.contains(terminal);
        if !covered && expects(terminal) {
            words.push(word);
        }
    }
    if words.is_empty() && operator {
        words.push("an operator");
    }
    words.truncate(4);
    words
}

const COVERED_BY_KIND: &[&str] =
    &["lower", "Upper", ".Upper", "string", "int", "(", "in", "else", "key", "out", "{"];
const COVERED_BY_OPERATOR: &[&str] = &["(", ".", "in", ">", ".Upper", "{", "string"];

/// The grammar's terminals in words. What is not here would not help.
const WORDS: &[(&str, &str)] = &[
    ("lower", "a name"),
    ("Upper", "a type"),
    (".Upper", "a variant"),
    ("=", "`=`"),
    (":", "`:`"),
    ("=>", "`=>`"),
    ("->", "`->`"),
    ("{", "`{`"),
    ("{|", "`{`"),
    ("}", "`}`"),
    (")", "`)`"),
    ("]", "`]`"),
    ("hole end", "`}`"),
    (",", "`,`"),
    ("sep", "a new line"),
    ("in", "`in`"),
    (">", "`>`"),
    ("(", "`(`"),
    ("string", "text in quotes"),
    ("int", "a number"),
    ("protocol", "`protocol`"),
    ("key", "`key`"),
    ("out", "`out`"),
    ("every", "`every`"),
    ("else", "`else`"),
    ("..", "`..`"),
    (".", "`.`"),
];
