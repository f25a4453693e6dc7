//! What stands between quotes: paths of files that are loaded, keys of resources that are referred to.

use super::{Completion, Proposal, ProposalKind};
use crate::link::folder_of;
use crate::occurrence::all_checked;
use mc_compiler::hir::ExprKind;
use mc_compiler::name::{self, DeclId, DeclKind, Entity};
use mc_compiler::package::{self, TEMPLATES};
use mc_compiler::{Db, File};
use mc_syntax::{Span, Token};
use std::collections::BTreeMap;

/// What can stand in the text that an offset is in; none in texts that can be anything.
pub(super) fn completion(db: &dyn Db, file: File, offset: u32) -> Option<Completion> {
    let text: &str = file.text(db);
    let tokens = mc_syntax::tokens(text);
    let at = tokens
        .iter()
        .position(|(token, span)| *token == Token::Str && span.start < offset && offset < span.end)?;
    let (_, quoted) = *tokens.get(at)?;
    let [(before, name), (bracket, _)] = tokens.get(at.checked_sub(2)?..at)? else { return None };
    let name = text.get(name.start as usize..name.end as usize)?;
    let mut proposals = match (before, bracket) {
        (Token::Lower, Token::LParen) => paths(db, name)?,
        (Token::Upper, Token::LBracket) => match name::scope(db, file).get(name)? {
            Entity::Decl(id, DeclKind::Resource) => keys(db, *id),
            _ => return None,
        },
        _ => return None,
    };
    proposals.sort_by(|a, b| a.label.cmp(&b.label));
    Some(Completion { replaced: Span::new(quoted.start + 1, quoted.end - 1), proposals })
}

/// The files that a function reads, by their paths in its folder.
fn paths(db: &dyn Db, function: &str) -> Option<Vec<Proposal>> {
    let folder = if function == "template" { TEMPLATES } else { folder_of(function)? };
    let texts = package::all_texts(db).map(|file| file.path(db).clone());
    let all = texts.chain(package::all_statics(db).map(|file| file.path(db).clone()));
    let inner = all.filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_owned()));
    let mut found: Vec<String> = match function {
        "dir" => inner.filter_map(|path| Some(path.parent()?.to_string())).collect(),
        _ => inner.map(|path| path.to_string()).collect(),
    };
    found.retain(|path| !path.is_empty());
    found.sort();
    found.dedup();
    Some(found.into_iter().map(|path| Proposal::new(path, ProposalKind::File, 0).detail(folder)).collect())
}

/// The keys of the resources of a type that are written without holes, with the files that declare them.
fn keys(db: &dyn Db, id: DeclId) -> Vec<Proposal> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for file in name::modules(db).values().filter(|file| name::is_user(db, **file)) {
        for checked in all_checked(db, *file) {
            for expr in &checked.body.exprs {
                let ExprKind::Resource(resource) = &expr.kind else { continue };
                let key = checked.body.own_span(resource.key);
                let written = file.text(db).get(key.start as usize..key.end as usize);
                let inner = written.and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
                if let Some(inner) = inner.filter(|key| resource.decl == id && !key.contains("${")) {
                    found.entry(inner).or_insert(file.path(db).as_str());
                }
            }
        }
    }
    let proposal = |(key, path)| Proposal::new(key, ProposalKind::Key, 0).detail(path);
    found.into_iter().map(proposal).collect()
}
