//! Mistakes of the grammar as diagnostics, with a fix where the text itself shows what was meant.

use super::{Code, Diagnostic, Fix, Place};
use crate::db::{Db, File};
use mc_syntax::{Habit, Span, SyntaxError, SyntaxErrorKind as Kind};

/// A mistake of the grammar in a file.
pub fn syntax_error(db: &dyn Db, file: File, error: &SyntaxError) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error(Code(error.kind.code()), Place::new(file, error.span), error.kind.headline());
    for (span, text) in &error.labels {
        if *span == error.span && diagnostic.primary_label.is_empty() {
            diagnostic.primary_label.clone_from(text);
        } else {
            diagnostic = diagnostic.label(Place::new(file, *span), text.clone());
        }
    }
    diagnostic.help.clone_from(&error.help);
    diagnostic.fix = fix(file.text(db), file, error);
    diagnostic
}

/// What `write \`x\`` tells to write, if that is all it says.
fn told(error: &SyntaxError) -> Option<&str> {
    let inner = error.help.as_deref()?.strip_prefix("write `")?.strip_suffix('`')?;
    (!inner.contains('`') && !inner.contains("..")).then_some(inner)
}

fn fix(text: &str, file: File, error: &SyntaxError) -> Option<Fix> {
    let span = error.span;
    let written = text.get(span.start as usize..span.end as usize)?;
    let behind = text.get(span.end as usize..)?;
    let replace = |span: Span, with: &str| {
        let shown = with.trim();
        let title = if shown.is_empty() { "remove it".to_owned() } else { format!("write `{shown}`") };
        Fix::new(title, vec![(Place::new(file, span), with.to_owned())])
    };
    Some(match &error.kind {
        Kind::ColonForEquals { .. } if written == ":" => replace(span, " =").safe(),
        Kind::ArrowForEquals { .. } if written == "=>" => replace(span, "=").safe(),
        // A path can only be a text; a word may be the name of one.
        Kind::UnquotedKey { key, .. } if written == key => {
            let fix = replace(span, &format!("\"{key}\""));
            if key.starts_with('/') { fix.safe() } else { fix }
        }
        Kind::SingleQuotes if !written.contains(['"', '$', '\\']) => {
            let inner = written.strip_prefix('\'')?.strip_suffix('\'')?;
            replace(span, &format!("\"{inner}\"")).safe()
        }
        Kind::Semicolon if written == ";" && (behind.is_empty() || behind.starts_with('\n')) => {
            replace(span, "").safe()
        }
        Kind::ForeignComment { sign } if *sign == "#" && written.starts_with('#') => {
            replace(Span::new(span.start, span.start + 1), "//").safe()
        }
        Kind::ForeignWord { word, instead } if written == word => match *instead {
            "!" => {
                let gap = behind.len() - behind.trim_start_matches(' ').len();
                replace(Span::new(span.start, span.end + gap as u32), "!").safe()
            }
            "&&" | "||" | "else if" | "none" | "true" | "false" => replace(span, instead).safe(),
            _ => return None,
        },
        Kind::LeadingZero { text: digits } if written == digits => {
            let octal = digits.trim_start_matches('0');
            if octal.is_empty() || !octal.bytes().all(|b| (b'0'..=b'7').contains(&b)) {
                return None;
            }
            replace(span, &format!("0o{octal:0>3}"))
        }
        Kind::MissingBody if !written.contains('\n') => replace(Span::at(span.end), " {}"),
        Kind::UpperExpected { name, .. } | Kind::LowerExpected { name, .. } if written == name => {
            replace(span, told(error)?)
        }
        Kind::Habit(Habit::ResultColon) if written == ":" => replace(span, " ->").safe(),
        Kind::Habit(Habit::QuotedName) => replace(span, told(error)?).safe(),
        _ => return None,
    })
}
