//! The compiler's front door: all diagnostics of a package, and its plan.

pub(crate) mod sound;
mod unread;

use crate::capability;
use crate::check::{self, recursion};
use crate::db::{Db, File, Origin};
use crate::diagnostic::syntax::syntax_error;
use crate::diagnostic::{Diagnostic, Place, Severity, code};
use crate::eval::branch::Branches;
use crate::name::{self, DeclId};
use crate::signature::{self, Findings, TypeScope};
use crate::{data, eval, lower, package, phase};
use mc_plan::plan::Plan;
use mc_plan::value::Blob;
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A plan with the contents that its blobs name, sorted by digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledPlan {
    /// The plan.
    pub plan: Plan,
    /// The contents.
    pub blobs: Vec<(Blob, Arc<[u8]>)>,
}

/// What evaluation and lowering give.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// What they found.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan, if there was no error.
    pub plan: Option<CompiledPlan>,
    /// The ways that hosts can take.
    pub branches: Branches,
}

/// All problems of the package, sorted by file and place.
pub fn diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let mut all = of_files(db);
    all.extend(beyond_files(db, &all));
    in_order(db, all)
}

/// The problems that single files show: their text, and the declarations of others.
pub fn of_files(db: &dyn Db) -> Vec<Diagnostic> {
    prepare(db);
    gather_files(db)
}

/// What [`of_files`] finds in one file, without looking at all others.
pub fn of_file(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    phase::prepare_file(&*db.snapshot(), file);
    own_diagnostics(db, file).clone()
}

/// What only the package as a whole shows: its manifest, its data, recursion, and then values, conditions and the graph.
/// `found` is what [`of_files`] found.
pub fn beyond_files(db: &dyn Db, found: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut all = gather_package(db, found);
    if has_errors(found) || has_errors(&all) {
        all.extend(sound::diagnostics(db).iter().cloned());
    } else {
        all.extend(planned(db).diagnostics.iter().cloned());
    }
    all
}

/// Sorts problems by file and place. What is only unwise in a dependency is left out: it is for its authors to know.
pub fn in_order(db: &dyn Db, mut all: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let in_dependency = |d: &Diagnostic| matches!(d.primary.file.origin(db), Origin::Dependency(_));
    all.retain(|d| d.severity == Severity::Error || !in_dependency(d));
    all.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.file.path(db), d.primary.span, d.code);
        key(a).cmp(&key(b))
    });
    all.dedup();
    all
}

/// The package's plan, if it has no errors.
pub fn compiled_plan(db: &dyn Db) -> Option<&CompiledPlan> {
    if has_errors(&static_diagnostics(db)) {
        return None;
    }
    planned(db).plan.as_ref()
}

/// The ways that a package without errors can take on hosts.
pub fn branches(db: &dyn Db) -> &Branches {
    &planned(db).branches
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// What can be said without evaluating anything: all but what is found in values, conditions and the graph.
pub fn static_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    prepare(db);
    gather(db)
}

fn prepare(db: &dyn Db) {
    // What reads the whole package, see `Db::snapshot`.
    name::modules(&*db.snapshot());
    recursion::recursion(&*db.snapshot());
    phase::prepare_values(&*db.snapshot());
    phase::prepare(&*db.snapshot());
}

/// The same inside of a query.
fn gather(db: &dyn Db) -> Vec<Diagnostic> {
    let mut all = gather_files(db);
    all.extend(gather_package(db, &all));
    all
}

fn gather_files(db: &dyn Db) -> Vec<Diagnostic> {
    phase::prepare(db);
    for file in name::smallest_first(db) {
        file_diagnostics(db, file);
    }
    let modules = name::modules(db).values().copied().filter(|file| name::is_user(db, *file));
    let files = modules.chain(name::templates(db));
    files.flat_map(|file| own_diagnostics(db, file)).cloned().collect()
}

/// What the whole package shows without evaluating anything, beside what its files show.
fn gather_package(db: &dyn Db, of_files: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut all = package::diagnostics(db);
    all.extend(data_diagnostics(db));
    all.extend(recursion::recursion(db).diagnostics.iter().cloned());
    if !has_errors(of_files) && !has_errors(&all) {
        let found = capability::diagnostics(db);
        // That a package was changed is no news where it is said what it can do now.
        let is_said =
            |place| found.iter().any(|d| d.code == code::CHANGED_CAPABILITIES && d.primary == place);
        all.retain(|d| d.code != code::LOCK_BEHIND || !is_said(d.primary));
        all.extend(found);
        all.extend(unread::diagnostics(db));
    }
    all
}

fn own_diagnostics(db: &dyn Db, file: File) -> &Vec<Diagnostic> {
    if name::is_template(db, file) { template_diagnostics(db, file) } else { file_diagnostics(db, file) }
}

/// The problems of one file that its own text and the signatures of others show.
#[salsa::tracked(no_eq, returns(ref))]
pub fn file_diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut all = syntax_diagnostics(db, file);
    all.extend(name::name_diagnostics(db, file).iter().cloned());
    if name::is_root(db, file) {
        all.extend(name::label_diagnostics(db, file));
        all.extend(label_findings(db, file).diagnostics);
    }
    all.extend(crate::test::duplicates(db, file));
    for findings in findings(db, file) {
        all.extend(findings.diagnostics.iter().cloned());
    }
    for unit in phase::units(db, file) {
        all.extend(phase::findings(db, unit).iter().cloned());
    }
    without_consequences(db, file, &name::parsed(db, file).0.errors, all)
}

/// The problems of a template: each is checked once, whoever calls it.
#[salsa::tracked(no_eq, returns(ref))]
pub fn template_diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let parsed = name::template(db, file);
    let mut all: Vec<Diagnostic> = parsed.errors.iter().map(|e| syntax_error(db, file, e)).collect();
    all.extend(template_findings(db, file).diagnostics);
    all.extend(phase::findings(db, phase::Unit::template(file)).iter().cloned());
    without_consequences(db, file, &parsed.errors, all)
}

/// What is found about the types of a template's parameters and in its text.
pub fn template_findings(db: &dyn Db, file: File) -> Findings {
    let mut all = Findings::default();
    let params = &name::template(db, file).template.params;
    signature::fields(db, TypeScope::module(file), params, &mut all);
    let found = &check::template(db, file).findings;
    all.diagnostics.extend(found.diagnostics.iter().cloned());
    all.references.extend(found.references.iter().cloned());
    all
}

/// The mistakes of data files in their format. What such a file says is not drawn where a secret may stand in it: as it
/// cannot be read, any of it may be the secret, unless all that load it want what is public.
fn data_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let files = package::all_texts(db).filter(|file| !name::is_template(db, *file));
    let broken: Vec<(File, &data::Parsed)> = files
        .map(|file| (file, data::parsed(db, file)))
        .filter(|(_, read)| !read.diagnostics.is_empty())
        .collect();
    if broken.is_empty() {
        return Vec::new();
    }
    let mut public: FxHashMap<File, bool> = FxHashMap::default();
    let modules = name::modules(db).values().filter(|file| name::is_user(db, **file));
    for (file, is_public) in modules.flat_map(|file| findings(db, *file)).flat_map(|found| &found.unread) {
        *public.entry(*file).or_insert(true) &= is_public;
    }
    let mut all = Vec::new();
    for (file, read) in broken {
        let whole = Place::new(file, Span::new(0, u32::try_from(file.text(db).len()).unwrap_or(u32::MAX)));
        for found in read.diagnostics.iter().cloned() {
            all.push(match public.get(&file) {
                Some(true) => found,
                _ => found.note("its lines are not shown: a secret may be written in them").hide(whole),
            });
        }
    }
    all
}

/// Leaves out what only follows from a mistake in the syntax: whatever else is said about the lines of one.
fn without_consequences(
    db: &dyn Db,
    file: File,
    errors: &[mc_syntax::SyntaxError],
    mut all: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    if errors.is_empty() {
        return all;
    }
    let ends: Vec<usize> = file.text(db).match_indices('\n').map(|(at, _)| at).collect();
    let line = |at: u32| ends.partition_point(|end| *end < at as usize);
    let broken: Vec<(usize, usize)> = errors.iter().map(|e| (line(e.span.start), line(e.span.end))).collect();
    let is_syntax =
        |d: &Diagnostic| errors.iter().any(|e| e.kind.code() == d.code.0 && e.span == d.primary.span);
    // What these lines declare or import is not known, and would be missed wherever it is used.
    let text = file.text(db);
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(at, _)| broken.iter().any(|(first, last)| (first..=last).contains(&at)));
    let words: FxHashSet<&str> = lines
        .flat_map(|(_, line)| line.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .filter(|word| !word.is_empty())
        .collect();
    let is_missed = |d: &Diagnostic| {
        let Span { start, end } = d.primary.span;
        matches!(d.code, code::UNKNOWN_NAME | code::UNKNOWN_TYPE)
            && text.get(start as usize..end as usize).is_some_and(|name| words.contains(name))
    };
    let is_broken = |place: Place| {
        let at = line(place.span.start);
        place.file == file && broken.iter().any(|(first, last)| (*first..=*last).contains(&at))
    };
    // An enum that what cannot be read would have told.
    let is_untold = |d: &Diagnostic| {
        let before = text.get(..d.primary.span.start as usize).unwrap_or_default();
        let before = before.rsplit('\n').next().unwrap_or_default();
        d.code == code::CANNOT_INFER
            && before.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| words.contains(word))
    };
    // What a message is about may be declared there.
    let follows = |d: &Diagnostic| {
        is_missed(d)
            || is_untold(d)
            || is_broken(d.primary)
            || d.labels.iter().any(|(place, _)| is_broken(*place))
    };
    all.retain(|d| d.primary.file != file || is_syntax(d) || !follows(d));
    all
}

/// The findings of everything in a file: problems, and what each name refers to.
pub fn findings(db: &dyn Db, file: File) -> Vec<&Findings> {
    let mut all = vec![&check::values(db, file).findings];
    for (index, item) in name::tree(db, file).items.iter().enumerate() {
        let id = DeclId { file, index: index as u32 };
        if !name::counts(db, file, &item.kind) {
            continue;
        }
        all.push(signature::signature_findings(db, id));
        match &item.kind {
            ItemKind::Resource(_) => {
                all.push(&check::schema::schema(db, id).findings);
                all.push(&check::body(db, id).findings);
            }
            ItemKind::Fn(_)
            | ItemKind::Record(_)
            | ItemKind::Enum(_)
            | ItemKind::TypeAlias(_)
            | ItemKind::Component(_)
            | ItemKind::Policy(_)
            | ItemKind::Guard(_)
            | ItemKind::Rollout(_)
            | ItemKind::FactDecl(_)
            | ItemKind::Test(_) => {
                all.push(&check::body(db, id).findings);
            }
            ItemKind::Labels(_) if file.module(db).is_empty() => all.push(&check::labels(db).findings),
            _ => {}
        }
    }
    all
}

/// What is found about the types of a file's labels.
pub fn label_findings(db: &dyn Db, file: File) -> Findings {
    let mut findings = Findings::default();
    for item in &name::tree(db, file).items {
        if let ItemKind::Labels(labels) = &item.kind {
            signature::label_findings(db, file, labels, &mut findings);
        }
    }
    findings
}

/// What is wrong with the syntax of one file.
pub fn syntax_diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    name::parsed(db, file).0.errors.iter().map(|e| syntax_error(db, file, e)).collect()
}

/// Evaluates and lowers the package.
#[salsa::tracked(no_eq, returns(ref))]
fn planned(db: &dyn Db) -> Planned {
    let mut evaluation = eval::evaluate(db);
    debug_assert!(
        evaluation.diagnostics.iter().all(|d| d.code != code::TOO_LATE),
        "what is too late is found without evaluating: {:?}",
        evaluation.diagnostics
    );
    if has_errors(&evaluation.diagnostics) {
        return Planned { diagnostics: evaluation.diagnostics, ..Planned::default() };
    }
    let branches = std::mem::take(&mut evaluation.branches);
    let (plan, diagnostics) = lower::lower(db, evaluation);
    let plan = (!has_errors(&diagnostics)).then_some(plan);
    Planned { diagnostics, plan, branches }
}
