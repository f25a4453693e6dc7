//! The lexer and the parser read every text: no panic, and all places are in it.

use mc_syntax::{Span, SyntaxError, parse, parse_template, tokens};

/// Reads a file.
pub fn file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parse = parse(text);
    errors(text, &parse.errors);
    for comment in &parse.trivia.comments {
        inside(text, comment.span);
    }
    let mut end = 0;
    for (_, span) in tokens(text) {
        inside(text, span);
        assert!(end <= span.start, "tokens overlap at {span:?}");
        end = span.end;
    }
}

/// Reads a template.
pub fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    errors(text, &parse_template(text).errors);
}

fn errors(text: &str, errors: &[SyntaxError]) {
    assert!(errors.len() <= 201);
    for error in errors {
        inside(text, error.span);
        error.labels.iter().for_each(|(span, _)| inside(text, *span));
        assert!(!error.kind.headline().is_empty());
    }
}

fn inside(text: &str, span: Span) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
}
