//! Texts that another machine wrote.

/// A text that is safe to show on a terminal: one line, and control characters, with which a machine could
/// repaint the operator's screen, are written as escapes.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.trim_end().chars() {
        match character {
            '\n' => out.push_str("; "),
            '\t' => out.push(' '),
            '\r' => {}
            _ if character.is_control() || is_direction(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}

/// Characters that change the order in which others are shown.
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_reaches_the_terminal_that_moves_it() {
        assert_eq!(printable("a\tb\r\nc\n"), "a b; c");
        assert_eq!(
            printable("\u{1b}[2Jgone \u{9b}31m \u{202e}abc"),
            "\\u{1b}[2Jgone \\u{9b}31m \\u{202e}abc"
        );
        assert_eq!(printable("Größe: 3 µm"), "Größe: 3 µm");
    }
}
