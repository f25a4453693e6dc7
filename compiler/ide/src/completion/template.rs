//! What can stand in a template.

use super::scan::{Place, Scan};
use super::{Completion, Proposal, ProposalKind, body, member, name, type_before};
use crate::template::{Block, Hole, blocks, holes, masked};
use mc_compiler::name as names;
use mc_compiler::phase::{self, Unit};
use mc_compiler::ty::Ty;
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
    let text: &str = file.text(db);
    let all = holes(text);
    let hole = all.iter().find(|hole| hole.inner.touches(offset))?;
    let code = masked(text);
    let scan = Scan::new(&code, offset)?;
    let before = text.get(hole.inner.start as usize..scan.replaced.start as usize).unwrap_or_default();
    let mut proposals = if hole.is_tag && before.trim().is_empty() {
        tags(text, *hole)
    } else {
        match &scan.place {
            Place::Variant => match pattern(db, file, *hole, before) {
                Some((ty, taken)) => member::cases(db, &ty, &taken, false),
                None => member::variants(db, file, &scan),
            },
            Place::Member { end } => member::members(db, file, &scan, *end),
            Place::Type => match names::modules(db).get("") {
                // What it does not import a template cannot import.
                Some(root) => name::types(db, *root).into_iter().filter(|p| p.edits.is_empty()).collect(),
                None => Vec::new(),
            },
            Place::Attribute(head) => body::attributes(db, file, head),
            _ => match pattern(db, file, *hole, before) {
                Some((ty, taken)) => member::cases(db, &ty, &taken, true),
                None => locals(db, file).into_iter().chain(name::in_template(db, file, &scan)).collect(),
            },
        }
    };
    proposals.sort_by(|a, b| (a.rank, &a.label, a.kind).cmp(&(b.rank, &b.label, b.kind)));
    proposals.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
    Some(Completion { replaced: scan.replaced, proposals })
}

/// The words that a tag can begin with where it stands: parameters come before all else, and what belongs to another tag
/// stands in it. Those that cannot stand there come last.
fn tags(text: &str, hole: Hole) -> Vec<Proposal> {
    let all = blocks(text);
    let around = path_to(&all, hole.span.start);
    let words: Vec<&str> = around.iter().map(|block| block.tag.word(text)).collect();
    let opener = words.iter().rev().find(|word| matches!(**word, "if" | "for" | "match")).copied();
    let fits = |word: &str| match word {
        "param" => opener.is_none(),
        "else" => opener == Some("if"),
        "case" => opener == Some("match"),
        "end" => opener.is_some(),
        _ => true,
    };
    let proposal = |(label, text, docs): (&str, &str, &str)| {
        Proposal::new(label, ProposalKind::Keyword, if fits(label) { 0 } else { 1 }).snippet(text).docs(docs)
    };
    TAGS.map(proposal).to_vec()
}

/// The blocks around a place, the outermost first.
fn path_to(blocks: &[Block], at: u32) -> Vec<&Block> {
    let mut found = Vec::new();
    let mut inside = blocks;
    while let Some(block) = inside.iter().find(|block| block.tag.span.end <= at && at < block.span.end) {
        found.push(block);
        inside = &block.blocks;
    }
    found
}

/// The type of what a `case` takes apart, where its pattern is typed, and what the other cases have.
fn pattern(db: &dyn Db, file: File, hole: Hole, before: &str) -> Option<(Ty, Vec<String>)> {
    let text: &str = file.text(db);
    let is_pattern = !before.split_whitespace().any(|word| word == "if") && !before.contains('{');
    if hole.word(text) != "case" || !is_pattern {
        return None;
    }
    let all = blocks(text);
    // A case is no part of itself: what is around it is the match.
    let around = path_to(&all, hole.span.start).into_iter().rfind(|block| block.tag.word(text) == "match")?;
    let written =
        |hole: Hole| text.get(hole.inner.start as usize..hole.inner.end as usize).unwrap_or_default();
    let end = around.tag.inner.start + written(around.tag).trim_end().len() as u32;
    let others = around.blocks.iter().map(|block| block.tag).filter(|tag| *tag != hole);
    let taken = others.filter_map(|tag| {
        let pattern = written(tag).trim().strip_prefix("case")?.trim_start().trim_start_matches('.');
        let name = pattern.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        // With a condition it does not take all of them.
        (!pattern.split_whitespace().any(|word| word == "if")).then(|| name.to_owned())
    });
    Some((type_before(db, file, end)?, taken.collect()))
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
