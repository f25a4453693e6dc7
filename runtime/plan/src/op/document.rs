//! Documents in the common formats, out of values that describe themselves: maps with texts as keys, lists, texts,
//! booleans, numbers, none; durations, sizes and modes as their texts. Everything is in the order of the value, so
//! the same value gives the same text.

use super::{EvalError, MAX_TEXT, Result, write_text};
use crate::value::Value;

mod ini;
mod json;
mod toml;
mod yaml;

pub(super) use ini::ini;
pub(super) use json::json;
pub(super) use toml::toml;
pub(super) use yaml::yaml;

/// A document that grows, up to the bound of a text.
struct Out {
    text: String,
    /// For errors: "`json`".
    what: &'static str,
}

impl Out {
    fn new(what: &'static str) -> Self {
        Self { text: String::new(), what }
    }

    fn push(&mut self, text: &str) -> Result<()> {
        if self.text.len() + text.len() > MAX_TEXT {
            return Err(EvalError::TextTooLong(self.what));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn spaces(&mut self, count: usize) -> Result<()> {
        (0..count).try_for_each(|_| self.push(" "))
    }

    /// In double quotes, in a form that JSON, YAML and TOML read as the same text.
    fn quoted(&mut self, text: &str) -> Result<()> {
        self.push("\"")?;
        let mut rest = text;
        while let Some(at) = rest.find(escaped) {
            let (plain, special) = rest.split_at(at);
            self.push(plain)?;
            let mut characters = special.chars();
            let c = characters.next().unwrap_or_default();
            match c {
                '"' => self.push("\\\"")?,
                '\\' => self.push("\\\\")?,
                '\n' => self.push("\\n")?,
                '\r' => self.push("\\r")?,
                '\t' => self.push("\\t")?,
                _ => self.push(&format!("\\u{:04x}", u32::from(c)))?,
            }
            rest = characters.as_str();
        }
        self.push(rest)?;
        self.push("\"")
    }

    /// A value that is neither list nor map: a text in quotes, the others as they are.
    fn scalar(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Str(text) => self.quoted(text),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => self.push(&text_of(value)?),
            Value::Duration(_) | Value::Size(_) | Value::Mode(_) => {
                let text = text_of(value)?;
                self.quoted(&text)
            }
            _ => Err(EvalError::Type(self.what)),
        }
    }

    fn finish(self) -> Value {
        Value::Str(self.text.into())
    }
}

fn text_of(value: &Value) -> Result<String> {
    let mut out = String::new();
    write_text(value, &mut out)?;
    Ok(out)
}

/// What does not stand for itself in double quotes: quotes, backslashes, controls, what is no character, and what
/// some readers take for the end of a line or for a mark of the byte order.
fn escaped(c: char) -> bool {
    matches!(c, '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The key of an entry.
fn key<'a>(what: &'static str, key: &'a Value) -> Result<&'a str> {
    match key {
        Value::Str(key) => Ok(key),
        _ => Err(EvalError::Type(what)),
    }
}
