//! What evaluation says in a package with errors: about the policies that no error touches. So a cycle in one policy is
//! reported in the same run as a misspelt attribute in another.

use super::{findings, gather, has_errors};
use crate::db::{Db, File};
use crate::diagnostic::{Code, Diagnostic, Severity, code};
use crate::name::{self, DeclId, DeclKind};
use crate::signature::Target;
use crate::{eval, lower, package};
use mc_syntax::ast::ItemKind;
use rustc_hash::{FxHashMap, FxHashSet};

/// What is true however the other policies are mended.
const KEPT: [Code; 11] = [
    code::ARITHMETIC,
    code::VALUE_DOES_NOT_FIT,
    code::FAILED,
    code::BUDGET,
    code::OUT_OF_RANGE,
    code::CHECK_FAILED,
    code::CONFLICT,
    code::CLAIM_CONFLICT,
    code::CYCLE,
    code::DUPLICATE_INSTANCE,
    code::SAME_KEY_IN_LOOP,
];

/// The parts of a package that can be evaluated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sound {
    /// The policies.
    pub(crate) policies: FxHashSet<DeclId>,
    /// The files whose values can be evaluated.
    pub(crate) files: FxHashSet<File>,
}

/// The findings of evaluation where the package has errors already.
#[salsa::tracked(no_eq, returns(ref))]
pub(super) fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    if has_errors(&package::diagnostics(db)) {
        return Vec::new();
    }
    let Some(sound) = sound(db, &gather(db)) else { return Vec::new() };
    let evaluation = eval::evaluate_sound(db, Some(&sound));
    let mut all = if has_errors(&evaluation.diagnostics) {
        evaluation.diagnostics
    } else {
        lower::lower(db, evaluation).1
    };
    all.retain(|found| found.severity == Severity::Error && KEPT.contains(&found.code));
    all
}

/// What no error touches; none if that is no policy.
fn sound(db: &dyn Db, found: &[Diagnostic]) -> Option<Sound> {
    let errors = found.iter().filter(|found| found.severity == Severity::Error);
    let files: Vec<File> =
        name::modules(db).values().copied().filter(|file| name::is_user(db, *file)).collect();
    // From the declarations with errors to all that use them.
    let users = users(db, &files);
    let mut broken: FxHashSet<DeclId> = FxHashSet::default();
    let mut open = Vec::new();
    for error in errors {
        let (file, at) = (error.primary.file, error.primary.span.start);
        let items = &name::tree(db, file).items;
        let index = items.partition_point(|item| item.span.end < at);
        let item = items.get(index).filter(|item| item.span.start <= at)?;
        // What is read by name, and an item that may be anything, can be in everything.
        if matches!(item.kind, ItemKind::Error | ItemKind::Labels(_) | ItemKind::Import(_)) {
            return None;
        }
        let id = DeclId { file, index: index as u32 };
        if broken.insert(id) {
            open.push(id);
        }
    }
    while let Some(id) = open.pop() {
        // The values of a module are evaluated together.
        let is_value = matches!(id.item(db).kind, ItemKind::Let(_));
        let others = if is_value { lets(db, id.file) } else { Vec::new() };
        let next = users.get(&id).into_iter().flatten().copied().chain(others);
        open.extend(next.filter(|id| broken.insert(*id)));
    }
    let mut sound = Sound::default();
    for file in files.into_iter().filter(|file| name::is_root(db, *file)) {
        if !lets(db, file).iter().any(|id| broken.contains(id)) {
            sound.files.insert(file);
        }
        let declared = name::declarations(db, file).values();
        let policies =
            declared.filter(|declared| declared.kind == DeclKind::Policy).map(|declared| declared.id);
        sound.policies.extend(policies.filter(|id| !broken.contains(id)));
    }
    (!sound.policies.is_empty()).then_some(sound)
}

/// The values of a module.
fn lets(db: &dyn Db, file: File) -> Vec<DeclId> {
    let items = name::tree(db, file).items.iter().enumerate();
    items
        .filter(|(_, item)| matches!(item.kind, ItemKind::Let(_)))
        .map(|(index, _)| DeclId { file, index: index as u32 })
        .collect()
}

/// Who uses each declaration.
fn users(db: &dyn Db, files: &[File]) -> FxHashMap<DeclId, Vec<DeclId>> {
    let mut users: FxHashMap<DeclId, Vec<DeclId>> = FxHashMap::default();
    for file in files {
        let items = &name::tree(db, *file).items;
        for (span, target) in findings(db, *file).into_iter().flat_map(|found| &found.references) {
            let (Target::Decl(used) | Target::Member(used, _) | Target::Payload(used, ..)) = target else {
                continue;
            };
            let index = items.partition_point(|item| item.span.end < span.start);
            let user = DeclId { file: *file, index: index as u32 };
            if index < items.len() && user != *used {
                users.entry(*used).or_default().push(user);
            }
        }
    }
    users
}
