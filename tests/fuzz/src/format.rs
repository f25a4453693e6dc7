//! The formatter keeps the tree and the comments of every text that is right, and changes it once only.

use crate::faithful::formatted;

/// Formats a file.
pub fn file(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && mc_syntax::parse(text).errors.is_empty()
    {
        formatted(text);
    }
}
