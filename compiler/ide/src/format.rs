//! The file in the one style.

use mc_compiler::name;
use mc_compiler::{Db, File, Origin};
use mc_syntax::Span;

/// What formatting changes: the text that stands in the place of some of the file's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatting {
    /// The lines that go.
    pub range: Span,
    /// What comes in their place.
    pub text: String,
}

/// What formatting changes in a file of the package. None if that is nothing, or if the file has mistakes in its
/// syntax: then it stays as it is. Lines at the beginning and the end that stay are left out, so that cursors and
/// marks there stay where they are.
pub fn format(db: &dyn Db, file: File) -> Option<Formatting> {
    if file.origin(db) != Origin::Package || name::is_template(db, file) {
        return None;
    }
    let old: &str = file.text(db);
    let new = mc_syntax::format(old).ok()?;
    if new == old {
        return None;
    }
    let length = |lines: &[(&str, &str)]| lines.iter().map(|(line, _)| line.len()).sum::<usize>();
    let both: Vec<(&str, &str)> = old.split_inclusive('\n').zip(new.split_inclusive('\n')).collect();
    let head = length(both.get(..both.iter().take_while(|(a, b)| a == b).count())?);
    let (old_rest, new_rest) = (old.get(head..)?, new.get(head..)?);
    let both: Vec<(&str, &str)> =
        old_rest.split_inclusive('\n').rev().zip(new_rest.split_inclusive('\n').rev()).collect();
    let tail = length(both.get(..both.iter().take_while(|(a, b)| a == b).count())?);
    let range = Span::new(head as u32, (old.len() - tail) as u32);
    Some(Formatting { range, text: new_rest.get(..new_rest.len() - tail)?.to_owned() })
}
