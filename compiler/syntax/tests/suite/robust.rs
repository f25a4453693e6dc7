//! Properties that hold for every text: no panic, an end, sound places, few messages for one mistake.

use crate::corpus::{EXAMPLES, GOOD};
use mc_syntax::{Parse, TemplateParse, Token, parse, parse_template, tokens};

/// Parses and checks what holds for every text.
fn sound(text: &str) -> Parse {
    let parse = parse(text);
    assert!(parse.errors.len() <= 201);
    for error in &parse.errors {
        let spans = std::iter::once(error.span).chain(error.labels.iter().map(|(span, _)| *span));
        for span in spans {
            assert!(span.start <= span.end, "{error:?} in {text:?}");
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{error:?} in {text:?}");
        }
        assert!(!error.kind.headline().is_empty());
    }
    // A tree with a hole has a message that says why.
    let tree = crate::print::tree(&parse.file);
    let hole = tree.contains("<error>") || tree.contains("(error)");
    assert!(!hole || !parse.errors.is_empty(), "no message for {text:?}");
    assert!(parse.errors.is_sorted_by_key(|error| error.span.start));
    assert!(parse.trivia.comments.is_sorted_by_key(|comment| comment.span.start));
    assert!(parse.trivia.blank_lines.is_sorted());
    parse
}

/// Parses a template and checks what holds for every text.
fn sound_template(text: &str) -> TemplateParse {
    let parse = parse_template(text);
    assert!(parse.errors.len() <= 201);
    for error in &parse.errors {
        let spans = std::iter::once(error.span).chain(error.labels.iter().map(|(span, _)| *span));
        for span in spans {
            assert!(span.start <= span.end, "{error:?} in {text:?}");
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{error:?} in {text:?}");
        }
    }
    let tree = crate::print::template(&parse.template);
    assert!(!tree.contains("<error>") || !parse.errors.is_empty(), "no message for {text:?}");
    assert!(parse.errors.is_sorted_by_key(|error| error.span.start));
    parse
}

#[test]
fn templates_cut_and_changed() {
    let text = crate::template::NGINX;
    assert_eq!(sound_template(text).errors, []);
    for (cut, _) in text.char_indices() {
        let parse = sound_template(&text[..cut]);
        // What is open, at most two loops and a tag, has no end.
        assert!(parse.errors.len() <= 4, "{:#?} in {}", parse.errors, &text[..cut]);
        sound_template(&text[cut..]);
    }
    let signs = ["${", "%{", "}", "%{ end }", "%{ else }", "\"", "(", "\n", "$", "{", "%{ case .A }", "\r\n"];
    let mut random = Random(7);
    for _ in 0..4000 {
        let mut changed = text.to_owned();
        for _ in 0..=random.below(4) {
            let at = random.below(changed.len());
            let end = (at + random.below(6)).min(changed.len());
            changed.replace_range(at..end, signs[random.below(signs.len())]);
        }
        sound_template(&changed);
    }
    for _ in 0..2000 {
        let noise: String = (0..random.below(40)).map(|_| signs[random.below(signs.len())]).collect();
        sound_template(&noise);
    }
}

#[test]
fn deep_and_long_templates() {
    let n = 100_000;
    let texts = [
        "%{ if a }".repeat(n),
        "%{ for a in b }\n".repeat(n),
        format!("{}{}", "%{ match a }%{ case b }".repeat(n), "%{ end }".repeat(n)),
        "%{ end }".repeat(n),
        "${".repeat(n),
        "${\n".repeat(n),
        "${a}".repeat(n),
        "%{".repeat(n),
        "$".repeat(n),
        "$${".repeat(n),
        "%{ param a: T }\n".repeat(n),
        "${\"${".repeat(n),
        format!("%{{ if a }}{}%{{ end }}", "%{ else if a }".repeat(n)),
    ];
    for text in texts {
        let parse = sound_template(&text);
        drop(parse.clone());
    }
}

/// A small deterministic generator (SplitMix64, Steele and others 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

#[test]
fn the_corpus_is_correct() {
    for text in GOOD.iter().chain(EXAMPLES) {
        let parse = sound(text);
        assert!(parse.errors.is_empty(), "{:?}", parse.errors);
    }
}

#[test]
fn cut_at_every_byte() {
    for text in GOOD.iter().chain(EXAMPLES) {
        for (cut, _) in text.char_indices() {
            let head = &text[..cut];
            let parse = sound(head);
            assert!(parse.errors.len() <= 4, "{:#?} in {head}", parse.errors);
            let open = tokens(head).iter().fold(0i32, |open, (token, _)| match token {
                Token::LBrace | Token::HeadBrace => open + 1,
                Token::RBrace => open - 1,
                _ => open,
            });
            // Inside of a brace, a cut is always a mistake.
            assert!(open <= 0 || !parse.errors.is_empty(), "no mistake in {head}");
            sound(&text[cut..]);
        }
    }
}

/// What is behind the mistake must still be in the tree.
fn keeps_the_rest(text: &str) -> Parse {
    let whole = format!("{text}\nrecord Last {{ last: Int }}\n");
    let parse = sound(&whole);
    let last = parse.file.items.last().map(|item| &item.kind);
    assert!(matches!(last, Some(mc_syntax::ast::ItemKind::Record(_))), "{:#?} in {whole}", parse.errors);
    parse
}

#[test]
fn every_token_deleted() {
    let mut wrong = String::new();
    for text in GOOD {
        let tree = crate::print::tree(&parse(text).file);
        for (token, span) in tokens(text) {
            let (start, end) = (span.start as usize, span.end as usize);
            let changed = format!("{} {}", &text[..start], &text[end..]);
            if matches!(token, Token::Str | Token::StrStart | Token::StrEnd | Token::StrText) {
                sound(&changed);
                continue;
            }
            let parse = keeps_the_rest(&changed);
            let missed = parse.errors.is_empty() && crate::print::tree(&parse.file).starts_with(&tree);
            let limit = 3;
            if missed && token != Token::Comma || parse.errors.len() > limit {
                let line = text[..start].matches('\n').count() + 1;
                wrong += &format!(
                    "without `{}` in {line}: {}\n",
                    &text[start..end],
                    text.lines().nth(line - 1).unwrap_or("")
                );
                wrong += &crate::print::mistakes(&changed, &parse.errors);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_token_doubled_or_replaced() {
    let others =
        ["x", "Foo", "(", "]", "}", "{", "=", ",", ":", "\"", "if", "let", "5", "@", ";", "|", "..", "after"];
    for text in GOOD {
        for (index, (_, span)) in tokens(text).into_iter().enumerate() {
            let (start, end) = (span.start as usize, span.end as usize);
            let other = others[index % others.len()];
            sound(&format!("{} {}", &text[..end], &text[start..]));
            sound(&format!("{} {other} {}", &text[..start], &text[end..]));
            sound(&format!("{} {other} {}", &text[..start], &text[start..]));
        }
    }
}

#[test]
fn random_changes() {
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\"\"\"",
        "${",
        "\\",
        "\n",
        ",",
        ";",
        "=",
        "=>",
        ":",
        "|",
        ".",
        "?",
        "//",
        "///",
        "#",
        "'",
        "é",
        "\u{1f600}",
        "if ",
        "let ",
        "match ",
        "for ",
        "else ",
        "record ",
        "policy p {",
        "File ",
        "r\"",
        "0o9",
        "1h",
        "\0",
        "\r\n",
        "\u{feff}",
        "restart on ",
        "retry ",
        "every ",
    ];
    let mut random = Random(42);
    for round in 0..4000 {
        let text = GOOD[round % GOOD.len()];
        let mut changed = text.to_owned();
        for _ in 0..=random.below(4) {
            let mut at = random.below(changed.len());
            while !changed.is_char_boundary(at) {
                at -= 1;
            }
            match random.below(3) {
                0 => changed.insert_str(at, pieces[random.below(pieces.len())]),
                1 => {
                    let mut end = (at + random.below(20)).min(changed.len());
                    while !changed.is_char_boundary(end) {
                        end += 1;
                    }
                    changed.replace_range(at..end, "");
                }
                _ => changed.truncate(at.max(200)),
            }
        }
        sound(&changed);
    }
    for _ in 0..2000 {
        let noise: String = (0..random.below(60)).map(|_| pieces[random.below(pieces.len())]).collect();
        sound(&noise);
    }
}

/// Deep and long texts must neither exhaust the stack nor time, also when their trees are cloned and dropped.
#[test]
fn deep_and_long() {
    let n = 100_000;
    let texts = [
        format!("let x = {}1{}", "(".repeat(n), ")".repeat(n)),
        format!("let x = {}", "(".repeat(n)),
        format!("let x = {}", "[".repeat(n)),
        format!("policy p {}", "{".repeat(n)),
        format!("let x = {}", "}".repeat(n)),
        format!("let x = 1{}", " + 1".repeat(n)),
        format!("let x = 1{}", " ?? 1".repeat(n)),
        format!("let x = {}1", "-".repeat(n)),
        format!("let x = a{}", ".b".repeat(n)),
        format!("let x = a{}", "()".repeat(n)),
        format!("let x = a{}", "[0]".repeat(n)),
        format!("let x: T{} = 1", "?".repeat(n)),
        format!("let x: {}T{} = 1", "List<".repeat(n), ">".repeat(n)),
        format!("let x = {}1", "|x| ".repeat(n)),
        format!("policy p {{ if a {{}} {} }}", "else if a {} ".repeat(n)),
        format!("let x = {}", "\"${".repeat(n)),
        format!("let x = A{}", ".B".repeat(n)),
        format!("policy p {{ {} }}", "match x { _ => ".repeat(n)),
        format!("policy p {{ {} }}", "File \"a\" { x = ".repeat(n)),
        "let = ".repeat(n),
        "let x = 1 1\n".repeat(n),
        "x = 3\n".repeat(n),
        "@ ".repeat(n),
        "/// doc\n".repeat(n),
        "\"".repeat(n),
        "1 ".repeat(n),
        ",".repeat(n),
        ";".repeat(n),
        "/* x\n".repeat(n),
        "let x = 1]\n".repeat(n),
        "let x = \"${a \"${b \n".repeat(n),
        format!("policy p {{\n{}", "  }\n".repeat(n)),
        format!("let x = \"{}\"", "${a}".repeat(n)),
    ];
    for text in texts {
        let parse = sound(&text);
        drop(parse.clone());
    }
}
