//! Renaming what a package declares.

use crate::definition::location;
use crate::occurrence::occurrences;
use crate::reference::{files, is_own, symbol, symbols_at, text, written};
use camino::Utf8Path;
use mc_compiler::name::{self, Entity};
use mc_compiler::signature::Target;
use mc_compiler::{Db, File, compile, prelude, ty};
use mc_syntax::{Span, Token};
use std::collections::BTreeMap;
use std::fmt;

/// What a file gets in the place of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdits {
    /// The file.
    pub file: File,
    /// Sorted, and apart from one another.
    pub edits: Vec<(Span, String)>,
}

/// Why a name stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum NotRenamed {
    NoName,
    /// What the standard library or another package declares.
    NotOwn(String),
    /// A module or a template.
    File,
    /// No name of the language, or one that begins in another way than the old one must.
    NoSuchName {
        new: String,
        begins: &'static str,
    },
    /// The language gives the name a meaning.
    BuiltIn {
        new: String,
    },
    /// The name has a meaning already: the file and the place.
    Taken {
        new: String,
        path: String,
        line: usize,
    },
}

impl fmt::Display for NotRenamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("there is no name here"),
            Self::NotOwn(name) => write!(f, "`{name}` is not declared in this package"),
            Self::File => f.write_str("modules and templates are named by their files: rename the file"),
            Self::NoSuchName { new, begins } => {
                write!(
                    f,
                    "`{new}` cannot be its name: write letters, digits and `_`, and begin with {begins}"
                )
            }
            Self::BuiltIn { new } => write!(f, "`{new}` is what the language itself means by it"),
            Self::Taken { new, path, line } => write!(f, "`{new}` has a meaning already: {path}:{line}"),
        }
    }
}

/// The name at an offset that can be renamed, and where it stands.
///
/// # Errors
/// Why it cannot.
pub fn prepare_rename(db: &dyn Db, file: File, offset: u32) -> Result<(Span, String), NotRenamed> {
    let (span, _) = renamed(db, file, offset)?;
    Ok((span, written(db, file, span).to_owned()))
}

/// Gives the name at an offset a new name, wherever it stands.
///
/// # Errors
/// Why it cannot have this name.
pub fn rename(db: &dyn Db, file: File, offset: u32, new: &str) -> Result<Vec<FileEdits>, NotRenamed> {
    let (_, target) = renamed(db, file, offset)?;
    let old = text(db, &target);
    let is_upper = old.starts_with(|c: char| c.is_ascii_uppercase());
    let expected = if is_upper { Token::Upper } else { Token::Lower };
    let tokens = mc_syntax::tokens(new);
    if !matches!(tokens.as_slice(), [(token, span)] if *token == expected && span.len() as usize == new.len())
    {
        let begins = if is_upper { "a capital letter" } else { "a small letter" };
        return Err(NotRenamed::NoSuchName { new: new.to_owned(), begins });
    }
    if new == old {
        return Ok(Vec::new());
    }
    let mut found = in_data(db, &target, &old, new);
    for at in files(db, std::slice::from_ref(&target)) {
        if !is_own(db, at) {
            continue;
        }
        let edits = edits(db, at, &target, &old, new);
        if !edits.is_empty() {
            is_free(db, at, &target, new)?;
            found.push(FileEdits { file: at, edits });
        }
    }
    found.sort_by(|a, b| a.file.path(db).cmp(b.file.path(db)));
    Ok(found)
}

/// The keys and variants in data files that a field or a variant is named by.
fn in_data(db: &dyn Db, target: &Target, old: &str, new: &str) -> Vec<FileEdits> {
    if !matches!(target, Target::Member(..) | Target::Payload(..)) {
        return Vec::new();
    }
    let modules = name::modules(db).values().filter(|file| name::is_root(db, **file));
    let findings = modules.flat_map(|file| compile::findings(db, *file));
    let places = findings.flat_map(|found| &found.data_references);
    let places: BTreeMap<(&Utf8Path, Span), File> = places
        .filter(|(_, named)| named == target)
        .map(|(place, _)| ((place.file.path(db).as_path(), place.span), place.file))
        .collect();
    let mut found: Vec<FileEdits> = Vec::new();
    for ((_, span), file) in places {
        // Between its quotes, where it has some.
        let Some(at) = written(db, file, span).find(old) else { continue };
        let start = span.start + at as u32;
        let edit = (Span::new(start, start + old.len() as u32), new.to_owned());
        match found.last_mut().filter(|last| last.file == file) {
            Some(last) => last.edits.push(edit),
            None => found.push(FileEdits { file, edits: vec![edit] }),
        }
    }
    found
}

/// Of a short form such as `{ key }` it is the value that is renamed: what is set has its name from elsewhere.
fn renamed(db: &dyn Db, file: File, offset: u32) -> Result<(Span, Target), NotRenamed> {
    let (span, mut symbols) = symbols_at(db, file, offset).ok_or(NotRenamed::NoName)?;
    let target = symbols.pop().ok_or(NotRenamed::NoName)?;
    if matches!(target, Target::Module(_) | Target::Template(_)) {
        return Err(NotRenamed::File);
    }
    let name = text(db, &target);
    let not_own = || NotRenamed::NotOwn(name.to_string());
    if matches!(target, Target::Labels | Target::SelfValue(_)) {
        return Err(not_own());
    }
    let declared = location(db, &target).ok_or_else(not_own)?;
    if !is_own(db, declared.file) {
        return Err(not_own());
    }
    // The name that an import gives it is the import's.
    if written(db, file, span) != name {
        return Err(NotRenamed::NoName);
    }
    Ok((span, target))
}

fn edits(db: &dyn Db, file: File, target: &Target, old: &str, new: &str) -> Vec<(Span, String)> {
    let all = occurrences(db, file).all();
    let mut edits: Vec<(Span, String)> = Vec::new();
    for (at, (span, found)) in all.iter().enumerate() {
        if symbol(db, found) != *target || written(db, file, *span) != old {
            continue;
        }
        let is_other = |other: Option<&(Span, Target)>| {
            other.is_some_and(|(place, meaning)| place == span && symbol(db, meaning) != *target)
        };
        let text = if is_other(all.get(at + 1)) {
            // What is set comes first: its value keeps its name.
            format!("{new} = {old}")
        } else if is_other(at.checked_sub(1).and_then(|before| all.get(before))) {
            format!("{old} = {new}")
        } else {
            new.to_owned()
        };
        if edits.last().is_none_or(|(before, _)| before != span) {
            edits.push((*span, text));
        }
    }
    edits
}

/// Whether a new name has no other meaning where the old one stands.
fn is_free(db: &dyn Db, file: File, target: &Target, new: &str) -> Result<(), NotRenamed> {
    let taken = |at: File, span: Span| {
        let before = at.text(db).get(..span.start as usize).unwrap_or_default();
        let (path, line) = (at.path(db).to_string(), before.matches('\n').count() + 1);
        Err(NotRenamed::Taken { new: new.to_owned(), path, line })
    };
    match target {
        Target::Member(id, _) => match crate::definition::member(db, *id, new) {
            Some(other) => return taken(id.file, other.name().span),
            None if is_local_too(db, target) => {}
            None => return Ok(()),
        },
        Target::Payload(id, variant, _) => {
            return match crate::definition::payload(db, *id, variant, new) {
                Some(other) => taken(id.file, other.name.span),
                None => Ok(()),
            };
        }
        Target::TemplateParam(of, _) => {
            if let Some(other) = crate::definition::template_param(db, *of, new) {
                return taken(*of, other.name.span);
            }
            // Where it is only given, no other name of the place is in its way.
            if file != *of {
                return Ok(());
            }
        }
        Target::Label(_) => {
            let fields = crate::definition::labels(db).map(|(at, labels)| (at, &labels.fields));
            let other =
                fields.and_then(|(at, fields)| Some((at, fields.iter().find(|f| f.name.text == new)?)));
            return match other {
                Some((at, field)) => taken(at, field.name.span),
                None => Ok(()),
            };
        }
        _ => {}
    }
    if prelude::global(new).is_some() || ty::BUILTIN_NAMES.contains(&new) {
        return Err(NotRenamed::BuiltIn { new: new.to_owned() });
    }
    if let Some(Entity::Decl(id, _)) = name::scope(db, file).get(new) {
        return taken(id.file, id.place(db).span);
    }
    // No name hides another.
    let locals = occurrences(db, file).all().iter().filter(|(_, found)| matches!(found, Target::Local(..)));
    match locals.map(|(span, _)| *span).find(|span| written(db, file, *span) == new) {
        Some(span) => taken(file, span),
        None => Ok(()),
    }
}

/// Whether a member is a name in a body as well: a parameter, or an output of a component.
fn is_local_too(db: &dyn Db, target: &Target) -> bool {
    use mc_syntax::ast::ItemKind;
    matches!(target, Target::Member(id, _) if matches!(id.item(db).kind, ItemKind::Fn(_) | ItemKind::Component(_)))
}
