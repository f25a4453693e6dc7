//! The words of the language, for highlighting elsewhere: other programs' grammars are generated from this table.
//!
//! The lexer (`lexer.rs`) and the filter (`filter.rs`) decide what a word is. This table says the same as lists, and
//! the test below holds each entry against what they make of the word, and the other way round.

/// Where a word is one of the language. Elsewhere it is a name, but for those of the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordPlace {
    /// Never a name.
    Everywhere,
    /// Never a name; a value.
    Value,
    /// At the beginning of a declaration.
    Declaration,
    /// At the beginning of a statement, or behind one.
    Statement,
    /// At the beginning of an item of a resource's body, or inside of it.
    Body,
    /// Of a resource's schema.
    Schema,
    /// In front of a field of a record.
    Field,
    /// Of a guard.
    Guard,
    /// Of a rollout.
    Rollout,
    /// Of a test.
    Test,
    /// Behind the type of a fact.
    Fact,
    /// At the beginning of a tag of a template.
    Tag,
}

/// All words by their place, in the order of the reference.
pub const WORDS: &[(WordPlace, &[&str])] = &[
    (
        WordPlace::Everywhere,
        &[
            "as", "const", "default", "else", "enum", "fn", "for", "force", "if", "import", "in", "let",
            "match", "pub", "record", "type", "where", "with",
        ],
    ),
    (WordPlace::Value, &["false", "none", "self", "true"]),
    (
        WordPlace::Declaration,
        &["component", "fact", "guard", "labels", "policy", "resource", "rollout", "test"],
    ),
    (WordPlace::Statement, &["after", "check", "defaults", "limit", "out", "param", "prune", "select"]),
    (
        WordPlace::Body,
        &[
            "after",
            "approval",
            "before",
            "every",
            "notify",
            "reload on",
            "restart on",
            "retry",
            "skip when",
            "tags",
            "timeout",
            "when",
        ],
    ),
    (
        WordPlace::Schema,
        &[
            "accepts secret",
            "after",
            "check",
            "claims",
            "early",
            "effects",
            "key",
            "local",
            "out",
            "protocol",
            "provider",
            "read",
            "reads",
            "union",
            "writes",
        ],
    ),
    (WordPlace::Field, &["append", "check", "merge", "replace"]),
    (WordPlace::Guard, &["deny", "message", "on", "require approval from", "when"]),
    (WordPlace::Rollout, &["budget", "health", "pause", "policy", "wave", "when"]),
    (WordPlace::Test, &["expect", "expect fails", "given"]),
    (WordPlace::Fact, &["command", "file", "from", "timeout"]),
    (WordPlace::Tag, &["case", "end", "param"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;
    use crate::token::Token;
    use crate::{bracket, lexer};
    use std::cell::Cell;
    use std::collections::BTreeSet;

    const SAMPLES: &[(WordPlace, &str)] = &[
        (
            WordPlace::Everywhere,
            "import a as b\npub enum A {}\nrecord B {}\ntype C = D where true\nconst let x = y with { a = 1 }\n\
             policy p { for x in y { if z { 1 } else { match a {} }\nF \"a\" { b = default 1\n c = force 2 } } }\n\
             fn f() -> A { 1 }",
        ),
        (WordPlace::Value, "let a = [true, false, none, self]"),
        (
            WordPlace::Declaration,
            "component A {}\nfact b: C from file \"d\"\nguard e {}\nlabels {}\npolicy f {}\nresource G {}\n\
             rollout h {}\ntest \"i\" {}",
        ),
        (
            WordPlace::Statement,
            "policy a { param b: C\nout d: E = f\nselect g\nafter h\ncheck i else j\ndefaults K {}\n\
             prune [L] limit 5 }",
        ),
        (
            WordPlace::Body,
            "policy a { B \"c\" { after d\nbefore e\nnotify f\nrestart on g\nreload on h\nwhen i\nskip when j\n\
             timeout 1s\nretry 3 every 5s\napproval \"k\"\ntags [l] } }",
        ),
        (
            WordPlace::Schema,
            "resource A { provider \"a\" protocol 1\nkey b: C\nlocal key d: E\nout f: G\nearly out h: I\n\
             read out j: K\nunion l: M\nclaims n\nreads o\nwrites p\nafter q\neffects r\ncheck s else t\n\
             u: V accepts secret }",
        ),
        (WordPlace::Field, "record A { append b: C\nmerge d: E\nreplace f: G\ncheck h else i }"),
        (WordPlace::Guard, "guard a { deny B c when d\non E\nrequire approval from \"f\"\nmessage \"g\" }"),
        (
            WordPlace::Rollout,
            "rollout a { policy b\nwave c 10% pause 1h when d\npause 1h\nhealth [e]\nbudget 2 }",
        ),
        (WordPlace::Test, "test \"a\" { given b = c\nexpect d\nexpect fails { e } }"),
        (WordPlace::Fact, "fact a: B from command [\"c\"] timeout 1s\nfact d: E from file \"f\""),
        (WordPlace::Tag, "%{ param a: B }%{ case c }%{ end }"),
    ];

    /// The words of a text, with their tokens.
    fn words(place: WordPlace, text: &str) -> BTreeSet<(Token, &str)> {
        let lex = if place == WordPlace::Tag { lexer::lex_template } else { lexer::lex };
        let mut lexed = lex(text);
        bracket::balance(text, &mut lexed.lexemes, &mut Vec::new(), &mut lexed.errors);
        let stop = Cell::new(false);
        let is_word =
            |token: Token| token.is_keyword() || token > Token::HeadBrace && token != Token::Percentage;
        let tokens = Filter::new(text, &lexed.lexemes, &stop).filter(|(_, token, _)| is_word(*token));
        tokens.map(|(start, token, end)| (token, &text[start as usize..end as usize])).collect()
    }

    #[test]
    fn the_table_says_what_the_filter_does() {
        let mut seen = BTreeSet::new();
        for ((place, list), (of, text)) in WORDS.iter().zip(SAMPLES) {
            assert_eq!(place, of);
            let found = words(*place, text);
            seen.extend(found.iter().map(|(token, _)| *token as u8));
            let found: BTreeSet<&str> = found.into_iter().map(|(_, word)| word).collect();
            let missing: Vec<_> = list.iter().filter(|word| !found.contains(*word)).collect();
            assert!(missing.is_empty(), "{place:?}: no words are {missing:?}");
            // Words of the declarations that stand around the sample.
            let frame = |place| place <= WordPlace::Declaration || place == WordPlace::Fact;
            let around =
                |word: &&&str| WORDS.iter().any(|(place, words)| frame(*place) && words.contains(*word));
            let more: Vec<_> = found.iter().filter(|word| !list.contains(*word) && !around(word)).collect();
            assert!(more.is_empty(), "{place:?}: not listed are {more:?}");
        }
        let all = (Token::Let as u8..=Token::Force as u8).chain(Token::Component as u8..=Token::End as u8);
        let unseen: Vec<u8> = all.filter(|t| !seen.contains(t) && *t != Token::Percentage as u8).collect();
        assert!(unseen.is_empty(), "tokens that no sample has: {unseen:?}");
    }
}
