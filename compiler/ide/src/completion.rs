//! What can stand at a place.
//!
//! The place is read from the tokens before it, which are there however little of the rest is: a tree of half a line
//! says little. Types come from what the compiler knows of the expressions before it.

mod body;
mod member;
mod name;
mod quoted;
mod scan;
mod template;
mod word;

use crate::manifest::{self, Nearby};
use mc_compiler::name as names;
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};
use mc_syntax::Span;
use scan::{Place, Scan};

/// What a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ProposalKind {
    Attribute,
    Clause,
    Variant,
    Field,
    Method,
    Local,
    Value,
    Function,
    Type,
    Resource,
    Component,
    Policy,
    Module,
    Keyword,
    File,
    Key,
}

/// Something that can stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// As it is shown.
    pub label: String,
    /// What it is.
    pub kind: ProposalKind,
    /// Its type, or where it is from.
    pub detail: String,
    /// What it is, in words.
    pub docs: String,
    /// What typed text is compared with, if that is not the label.
    pub filter: Option<String>,
    /// What is written. With `$0` for the cursor, `${1:text}` for what is filled in and `${1|a,b|}` for what is chosen, if
    /// `is_snippet`.
    pub text: String,
    /// Whether the text has places to fill in.
    pub is_snippet: bool,
    /// What else is changed: an import.
    pub edits: Vec<(Span, String)>,
    /// The best first; those of one rank by label.
    pub rank: u8,
    /// Whether it is a declared resource or instance, or a list of them.
    pub(crate) is_declared: bool,
}

/// What can stand at an offset, and the part of the text that it replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is typed already.
    pub replaced: Span,
    /// The proposals, the best first. All that can stand there: clients choose by what is typed.
    pub proposals: Vec<Proposal>,
}

/// The type of the longest expression that ends at an offset, also where the rest of the line is not typed yet.
pub(crate) fn type_before(db: &dyn Db, file: File, end: u32) -> Option<Ty> {
    if names::is_template(db, file) {
        let code = crate::template::masked(file.text(db));
        return member::type_before(db, file, &Scan::until(&code, end), end);
    }
    member::type_before(db, file, &Scan::until(file.text(db), end), end)
}

/// What can stand at an offset of a module, a template or a manifest.
pub fn completion(db: &dyn Db, file: File, offset: u32) -> Option<Completion> {
    completion_beside(db, file, offset, &Vec::new)
}

/// The same, where `nearby` finds the packages on the disk that a manifest could name.
pub fn completion_beside(
    db: &dyn Db,
    file: File,
    offset: u32,
    nearby: &dyn Fn() -> Vec<Nearby>,
) -> Option<Completion> {
    if manifest::is_manifest(db, file) {
        return manifest::completion(db, file, offset, nearby);
    }
    let mut found = proposed(db, file, offset)?;
    let behind = file.text(db).get(found.replaced.end as usize..).unwrap_or_default();
    for proposal in &mut found.proposals {
        if proposal.is_written(behind) {
            proposal.text = proposal.label.clone();
            proposal.is_snippet = false;
        }
    }
    Some(found)
}

fn proposed(db: &dyn Db, file: File, offset: u32) -> Option<Completion> {
    if names::is_template(db, file) {
        return template::completion(db, file, offset);
    }
    if let Some(found) = quoted::completion(db, file, offset) {
        return Some(found);
    }
    let scan = Scan::new(file.text(db), offset)?;
    let mut proposals = match &scan.place {
        Place::Import { module } => name::modules(db, file, module),
        Place::Imported { module, taken } => name::exported(db, file, module, taken),
        Place::Member { end } => member::members(db, file, &scan, *end),
        Place::Variant => member::variants(db, file, &scan),
        Place::Attribute(head) => body::attributes(db, file, head),
        Place::Type => name::types(db, file),
        Place::Item => name::items(),
        Place::Statement => match member::arms(db, file, &scan) {
            Some(arms) => arms,
            None => name::statements(db, file, &scan, offset),
        },
        Place::Referred => name::referred(db, file, &scan, offset),
        Place::Expression => {
            let mut found = name::expressions(db, file, &scan, offset);
            found.extend(member::expected_values(db, file, &scan));
            found
        }
    };
    proposals.sort_by(|a, b| (a.rank, &a.label, a.kind).cmp(&(b.rank, &b.label, b.kind)));
    proposals.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
    Some(Completion { replaced: scan.replaced, proposals })
}

impl Proposal {
    pub(crate) fn new(label: impl Into<String>, kind: ProposalKind, rank: u8) -> Self {
        let label = label.into();
        Proposal {
            text: label.clone(),
            filter: None,
            label,
            kind,
            detail: String::new(),
            docs: String::new(),
            is_snippet: false,
            edits: Vec::new(),
            rank,
            is_declared: false,
        }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(crate) fn docs(mut self, docs: impl Into<String>) -> Self {
        self.docs = docs.into();
        self
    }

    /// Whether what would be written behind the name stands there already: `= 1`, `(a)`, `"/etc/motd" {`.
    fn is_written(&self, behind: &str) -> bool {
        let Some(own) = self.text.strip_prefix(self.label.as_str()) else { return false };
        let line = behind.lines().next().unwrap_or_default();
        let (own, next) = (own.trim_start(), line.trim_start());
        let begins = |sign: char| own.starts_with(sign) && next.starts_with(sign);
        let touches = |sign: char| own.starts_with(sign) && line.starts_with(sign);
        begins('"')
            || (own.contains('{') && next.starts_with(['{', '"']))
            || (begins('=') && !next.starts_with("=="))
            || touches('(')
            || touches('<')
            || touches('[')
    }

    /// Only the name, where nothing of it is filled in.
    pub(crate) fn name_only(self) -> Self {
        Proposal { text: self.label.clone(), is_snippet: false, ..self }
    }

    pub(crate) fn snippet(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self.is_snippet = true;
        self
    }
}
