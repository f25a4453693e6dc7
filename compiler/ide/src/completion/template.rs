//! What can stand in a template.

use super::scan::{Place, Scan};
use super::{Completion, Proposal, ProposalKind, member, name};
use crate::template::{holes, masked};
use mc_compiler::name as names;
use mc_compiler::phase::{self, Unit};
use mc_compiler::{Db, File};

/// The words that tags begin with, and what they become.
const TAGS: [(&str, &str, &str); 7] = [
    ("param", "param ${1:name}: ${2:String}", "A parameter, above the first line of text."),
    ("for", "for ${1:item} in ${2:items}", "Repeats what stands before `%{ end }`."),
    ("if", "if ${1:condition}", "Leaves out what stands before `%{ end }` where it does not hold."),
    ("else", "else", "Where the condition before does not hold."),
    ("match", "match ${1:value}", "Chooses among the cases before `%{ end }`."),
    ("case", "case ${1:pattern}", "One of the cases of a `match`."),
    ("end", "end", "The end of a `for`, an `if` or a `match`."),
];

/// What can stand at an offset of a template; none in its text.
pub(super) fn completion(db: &dyn Db, file: File, offset: u32) -> Option<Completion> {
    let text = file.text(db);
    let all = holes(text);
    let hole = all.iter().find(|hole| hole.inner.touches(offset))?;
    let code = masked(text);
    let scan = Scan::new(&code, offset)?;
    let before = text.get(hole.inner.start as usize..scan.replaced.start as usize).unwrap_or_default();
    let mut proposals = if hole.is_tag && before.trim().is_empty() {
        let tag = |(label, text, docs): (&str, &str, &str)| {
            Proposal::new(label, ProposalKind::Keyword, 0).snippet(text).docs(docs)
        };
        TAGS.map(tag).to_vec()
    } else {
        match &scan.place {
            Place::Member { end } => match member::type_before(db, file, &scan, *end) {
                Some(ty) => member::of_type(db, &ty),
                None => Vec::new(),
            },
            Place::Type => match names::modules(db).get("") {
                // What it does not import a template cannot import.
                Some(root) => name::types(db, *root).into_iter().filter(|p| p.edits.is_empty()).collect(),
                None => Vec::new(),
            },
            _ => locals(db, file),
        }
    };
    proposals.sort_by(|a, b| (a.rank, &a.label, a.kind).cmp(&(b.rank, &b.label, b.kind)));
    proposals.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
    Some(Completion { replaced: scan.replaced, proposals })
}

/// The parameters of a template, and what its loops and cases name.
fn locals(db: &dyn Db, file: File) -> Vec<Proposal> {
    let blocks = &phase::checked(db, Unit::template(file)).body.blocks;
    let locals = blocks.iter().flat_map(|block| &block.locals);
    let named = locals.filter(|local| local.name != "_" && !local.name.is_empty());
    let proposal = |local: &mc_compiler::hir::Local| {
        Proposal::new(local.name.as_str(), ProposalKind::Local, 0).detail(local.ty.display(db))
    };
    named.map(proposal).collect()
}
