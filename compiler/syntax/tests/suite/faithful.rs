//! What holds for the formatter and every text: the same tree, the same comments, and nothing left to do.

#![allow(clippy::expect_used, clippy::panic, reason = "test code: what does not hold fails the test")]

use mc_syntax::ast::{ItemKind, SourceFile};
use mc_syntax::{format, parse};

/// The tree without places. The names of an import have no order.
pub(crate) fn shape(file: &SourceFile) -> String {
    let mut file = file.clone();
    for item in &mut file.items {
        if let ItemKind::Import(import) = &mut item.kind
            && let Some(names) = &mut import.names
        {
            names.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        }
    }
    // A place is written as `3..14`.
    let tree = format!("{file:?}");
    let mut out = String::with_capacity(tree.len());
    let mut rest = tree.as_str();
    while let Some(at) = rest.find("..") {
        let before = rest[..at].trim_end_matches(|c: char| c.is_ascii_digit());
        out.push_str(before);
        rest = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}

/// The comments, in their order.
pub(crate) fn comments(text: &str) -> Vec<String> {
    let comments = parse(text).trivia.comments;
    comments.iter().map(|c| text[c.span.start as usize..c.span.end as usize].to_owned()).collect()
}

/// Formats a correct text, after a look at what has to hold.
pub(crate) fn formatted(text: &str) -> String {
    let once = format(text).unwrap_or_else(|errors| panic!("{errors:?} in {text}"));
    let (before, after) = (parse(text), parse(&once));
    assert!(after.errors.is_empty(), "{:?}\n-- of\n{text}\n-- became\n{once}", after.errors);
    let (tree, other) = (shape(&before.file), shape(&after.file));
    if tree != other {
        let at = tree.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(60);
        let part = |tree: &str| tree.chars().skip(at).take(120).collect::<String>();
        panic!("another tree\n{}\n{}\n-- of\n{text}\n-- became\n{once}", part(&tree), part(&other));
    }
    assert_eq!(comments(text), comments(&once), "other comments\n-- of\n{text}\n-- became\n{once}");
    let twice = format(&once).expect("a text that was formatted");
    assert_eq!(once, twice, "formatted again\n-- of\n{text}");
    assert!(!once.contains(" \n") || text.contains("\"\"\""), "a space at the end of a line\n{once}");
    once
}
