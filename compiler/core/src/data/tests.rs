use super::{Node, Value, parsed};
use crate::db::{Database, File, Origin};
use std::fmt::Write;
use std::sync::Arc;

fn show(node: &Node, out: &mut String) {
    let _ = match &node.value {
        Value::Null => write!(out, "null"),
        Value::Bool(b) => write!(out, "{b}"),
        Value::Int(i) => write!(out, "{i}"),
        Value::Float(f) => write!(out, "{f:?}"),
        Value::Str(s) => write!(out, "{s:?}"),
        Value::Other(what) => write!(out, "<{what}>"),
        Value::Broken => write!(out, "<broken>"),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                show(item, out);
            }
            write!(out, "]")
        }
        Value::Table(entries) => {
            out.push('{');
            for (at, entry) in entries.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                out.push_str(&entry.key);
                out.push_str(": ");
                show(&entry.value, out);
            }
            write!(out, "}}")
        }
    };
}

/// The value of a data file and what is wrong with it, with its places as texts.
fn read(name: &str, text: &str) -> String {
    let db = Database::new();
    let file = File::new(&db, name.into(), "".into(), Origin::Package, Arc::from(text));
    let parsed = parsed(&db, file);
    let mut out = String::new();
    if let Some(root) = &parsed.root {
        show(root, &mut out);
        places(root, text);
    }
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.primary.span;
        let at = text.get(span.start as usize..span.end as usize).expect("a place in the text");
        let _ = write!(out, " {} {} at {at:?}", diagnostic.code, diagnostic.headline);
    }
    out
}

/// Every place is inside of its file and between characters.
fn places(node: &Node, text: &str) {
    let inside = |span: mc_syntax::Span| text.get(span.start as usize..span.end as usize).is_some();
    assert!(inside(node.span), "{:?} in {text:?}", node.span);
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| places(item, text)),
        Value::Table(entries) => entries.iter().for_each(|entry| {
            assert!(inside(entry.key_span), "{:?} in {text:?}", entry.key_span);
            places(&entry.value, text);
        }),
        _ => {}
    }
}

const TOML: &str = "name = \"a\"\nports = [80, 0o20]\nratio = 1.5\non = true\n[tls]\ncert = \"/c\"\n[[sites]]\nname = \"\u{e4}\"\n";
const YAML: &str =
    "name: a\nports:\n  - 80\n  - 0o20\nratio: 1.5\non: true\ntls:\n  cert: /c\nsites:\n  - name: \u{e4}\n";
const JSON: &str = "{\"name\": \"a\", \"ports\": [80, 16], \"ratio\": 1.5, \"on\": true, \"tls\": {\"cert\": \"/c\"}, \"sites\": [{\"name\": \"\\u00e4\"}]}";

#[test]
fn three_formats_are_one_tree() {
    let expected = "{name: \"a\", ports: [80, 16], ratio: 1.5, on: true, tls: {cert: \"/c\"}, sites: [{name: \"\u{e4}\"}]}";
    assert_eq!(read("a.toml", TOML), expected);
    assert_eq!(read("a.yaml", YAML), expected);
    assert_eq!(read("a.json", JSON), expected);
}

#[test]
fn yaml_has_the_core_schema() {
    let text = "[yes, no, on, True, ~, 0x1f, 0o17, 010, -1, +2, .5, 1e3, .inf, '1', null, 1.2.3]";
    assert_eq!(
        read("a.yaml", text),
        "[\"yes\", \"no\", \"on\", true, null, 31, 15, 10, -1, 2, 0.5, 1000.0, <no finite number>, \"1\", null, \"1.2.3\"]"
    );
    assert_eq!(read("a.yml", ""), "{}");
    assert_eq!(read("a.yaml", "a: &x [1, 2]\nb: *x\n"), "{a: [1, 2], b: [1, 2]}");
}

#[test]
fn forms_of_yaml_that_data_does_not_have() {
    assert_eq!(
        read("a.yaml", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n"),
        "{a: {b: 1}, c: {d: 2}} MC0713 data files have no merge keys at \"<<\""
    );
    assert!(read("a.yaml", "a: !!binary aGk=\n").contains("MC0713 data files have no tags"));
    assert!(read("a.yaml", "a: 1\n---\nb: 2\n").contains("MC0713 a data file is one document"));
    assert!(read("a.yaml", "? [a]\n: 1\n").contains("MC0713 the key of a table is a text"));
}

#[test]
fn keys_are_given_once() {
    assert!(read("a.yaml", "a: 1\nb: 2\na: 3\n").ends_with("MC0710 the key `a` is given twice at \"a\""));
    assert!(
        read("a.json", "{\"a\": 1, \"a\": 2}")
            .ends_with("MC0710 the key `a` is given twice at \"\\\"a\\\"\"")
    );
    assert!(read("a.toml", "a = 1\na = 2\n").contains("MC0710 the key `a` is given twice"));
}

#[test]
fn what_could_grow_is_bounded() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let line = vec![format!("*a{before}"); 10].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{line}]");
    }
    assert!(read("a.yaml", &bomb).contains("MC0712 a data file has 1000000 values at most"));
    for (name, open) in [("a.json", "["), ("a.yaml", "["), ("a.toml", "[")] {
        let text = match name {
            "a.toml" => format!("a = {}{}", open.repeat(5_000), "]".repeat(5_000)),
            _ => open.repeat(5_000),
        };
        let found = read(name, &text);
        assert!(found.contains("MC0712") || found.contains("MC0705"), "{name}: {found}");
    }
    assert!(read("a.yaml", "a: &a [*a]\n").contains("MC07"));
}

#[test]
fn mistakes_of_json_are_told() {
    for (text, help) in [
        ("{\"a\": 1,}", "take away the comma"),
        ("{'a': 1}", "double quotes"),
        ("{a: 1}", "double quotes"),
        ("{\"a\": 1} // x", "follows"),
        ("{\"a\": 01}", "number"),
        ("{\"a\": \"x", "closing quote"),
        ("{\"a\": \"\\q\"}", "escape"),
        ("{\"a\": \"\\ud800\"}", "escape"),
        ("{\"a\": tru}", "a value is expected"),
        ("", "a value is expected"),
    ] {
        let db = Database::new();
        let file = File::new(&db, "a.json".into(), "".into(), Origin::Package, Arc::from(text));
        let found = &parsed(&db, file).diagnostics;
        let told = found.iter().any(|d| {
            d.headline.contains(help) || d.help.as_deref().is_some_and(|found| found.contains(help))
        });
        assert!(told, "{text}: {found:?}");
    }
}

/// Cut at every byte, and changed at places that a fixed generator chooses, nothing falls over.
#[test]
fn broken_files_are_read_as_well() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for (name, text) in [("a.toml", TOML), ("a.yaml", YAML), ("a.json", JSON)] {
        for (end, _) in text.char_indices() {
            read(name, &text[..end]);
        }
        let signs: Vec<char> = "[]{}\"':,=-&*!?|>#%@\\\n\t 0a\u{e4}".chars().collect();
        for _ in 0..400 {
            let mut chars: Vec<char> = text.chars().collect();
            for _ in 0..=next() % 3 {
                let at = next() as usize % chars.len();
                let sign = signs[next() as usize % signs.len()];
                match next() % 3 {
                    0 => chars[at] = sign,
                    1 => chars.insert(at, sign),
                    _ => {
                        chars.remove(at);
                    }
                }
            }
            read(name, &chars.into_iter().collect::<String>());
        }
    }
}
