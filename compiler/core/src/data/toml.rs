//! TOML, by the parser that reads manifests too.

use super::{Entry, MAX_DEPTH, Node, Reader, Value, span};
use mc_syntax::Span;
use smol_str::SmolStr;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

pub(super) fn read(text: &str, reader: &mut Reader) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let whole = !errors.is_empty();
    for error in errors {
        let at = clamp(text, error.span().unwrap_or_default());
        let message = error.message().trim_end();
        if message == "duplicate key" {
            let key = text.get(at.start as usize..at.end as usize).unwrap_or_default().to_owned();
            let headline = format!("the key `{}` is given twice", key.escape_debug());
            reader.error(crate::diagnostic::code::DATA_DUPLICATE, at, headline).primary_label =
                "given again".to_owned();
            continue;
        }
        reader.syntax(at, format!("this is not valid TOML: {message}"), "cannot be read");
    }
    let root = entries(text, table.get_ref(), 1, reader);
    // What was read of a broken file says nothing about what is missing in it.
    (!whole).then(|| Node { value: root, span: clamp(text, table.span()) })
}

fn clamp(text: &str, range: Range<usize>) -> Span {
    let start = range.start.min(text.len());
    span(start, range.end.min(text.len()).max(start))
}

fn entries(text: &str, table: &DeTable<'_>, depth: usize, reader: &mut Reader) -> Value {
    let mut found: Vec<Entry> = Vec::with_capacity(table.len());
    for (key, value) in table {
        let value = node(text, value, depth, reader);
        found.push(Entry { key: name(key), key_span: clamp(text, key.span()), value });
    }
    found.sort_by_key(|entry| entry.key_span.start);
    Value::Table(found)
}

fn name(key: &Spanned<DeString<'_>>) -> SmolStr {
    SmolStr::new(key.get_ref().as_ref())
}

fn node(text: &str, value: &Spanned<DeValue<'_>>, depth: usize, reader: &mut Reader) -> Node {
    let at = clamp(text, value.span());
    if !reader.count(1, at) {
        return Node { value: Value::Broken, span: at };
    }
    let value = match value.get_ref() {
        DeValue::String(s) => Value::Str(s.as_ref().into()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Int(number),
            Err(_) => {
                reader.syntax(at, "this number is too large", "has 64 bits at most");
                Value::Broken
            }
        },
        DeValue::Float(number) => number.as_str().parse().map_or(Value::Broken, Value::Float),
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(_) => Value::Other("a date or time"),
        DeValue::Array(_) | DeValue::Table(_) if depth >= MAX_DEPTH => {
            reader.too_deep(at);
            Value::Broken
        }
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| node(text, item, depth + 1, reader)).collect())
        }
        DeValue::Table(table) => entries(text, table, depth + 1, reader),
    };
    Node { value, span: at }
}
