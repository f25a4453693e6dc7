//! Running the tests of a package: in parallel, with the same answer for any number of threads.

use crate::check;
use crate::compile;
use crate::db::{Database, Db, File};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::eval::branch::{BranchKind, Branches, Side};
use crate::eval::test::{self, Case, Golden, Package, Ran};
use crate::name::{self, DeclId};
use mc_plan::eval::Analysis;
use mc_plan::plan::Plan;
use mc_syntax::ast::ItemKind;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

pub use crate::eval::test::{Fixture, Given, is_name};

/// Evaluation recurses as deep as sources nest; as in the main thread.
const STACK: usize = 64 << 20;

/// The most threads.
const MAX_JOBS: usize = 64;

/// What is run, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only tests whose name has this in it.
    pub filter: Option<String>,
    /// Only these tests; none is all.
    pub chosen: Option<Vec<DeclId>>,
    /// How many threads run them.
    pub jobs: usize,
    /// The stored plans by name.
    pub goldens: BTreeMap<String, String>,
    /// Whether plans are stored instead of compared.
    pub update: bool,
}

/// One case of a test that has run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The file of the test.
    pub file: File,
    /// Its name.
    pub name: SmolStr,
    /// What tells the case from the others of the test.
    pub case: Vec<(SmolStr, SmolStr)>,
    /// Where the test's name stands.
    pub place: Place,
    /// What is wrong; nothing if it passes.
    pub diagnostics: Vec<Diagnostic>,
}

impl Outcome {
    /// What tells the case from the others, in words; empty for a test with one case.
    pub fn case_text(&self) -> String {
        test::names_text(&self.case)
    }
}

/// What all tests came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every case, by file and in the order of the source.
    pub outcomes: Vec<Outcome>,
    /// What was taken.
    pub coverage: Coverage,
    /// The plans to store, by name.
    pub goldens: BTreeMap<String, String>,
}

impl Report {
    /// How many cases fail.
    pub fn failed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| !outcome.diagnostics.is_empty()).count()
    }
}

/// Which of the ways that hosts can take the tests took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The ways by file, line and column.
    pub ways: Vec<Way>,
}

/// A way that hosts can take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The file, by its path in the package.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Which way of what: `.RedHat of match facts.os.family`.
    pub text: String,
    /// Whether a test took it.
    pub taken: bool,
}

impl Coverage {
    /// How many ways were taken.
    pub fn taken(&self) -> usize {
        self.ways.iter().filter(|way| way.taken).count()
    }

    /// How much of all ways was taken, in hundredths rounded down; all of nothing is all.
    pub fn percent(&self) -> usize {
        if self.ways.is_empty() { 100 } else { self.taken() * 100 / self.ways.len() }
    }
}

/// The tests of the package, by file and in the order of the source.
pub fn tests(db: &dyn Db) -> Vec<DeclId> {
    let mut files: Vec<File> =
        name::modules(db).values().copied().filter(|f| name::is_root(db, *f)).collect();
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    let mut all = Vec::new();
    for file in files {
        for (index, item) in name::tree(db, file).items.iter().enumerate() {
            if matches!(item.kind, ItemKind::Test(_)) {
                all.push(DeclId { file, index: index as u32 });
            }
        }
    }
    all
}

/// Tests of one name in a file.
pub(crate) fn duplicates(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&SmolStr, Place> = BTreeMap::new();
    let mut found = Vec::new();
    for item in &name::tree(db, file).items {
        let ItemKind::Test(test) = &item.kind else { continue };
        let place = Place::new(file, test.name_span);
        if let Some(first) = seen.get(&test.name) {
            found.push(
                Diagnostic::error(
                    code::DUPLICATE_TEST,
                    place,
                    format!("two tests are called {:?}", test.name),
                )
                .here("the same name again")
                .label(*first, "first used here")
                .help("say in the name what each of them is about"),
            );
        } else {
            seen.insert(&test.name, place);
        }
    }
    found
}

/// Runs the tests of a package; none if the package has errors.
pub fn run(db: &Database, options: &Options) -> Option<Report> {
    let compiled = compile::compiled_plan(db)?;
    let branches = compile::branches(db);
    let goldens = &options.goldens;
    let unrolled = boxcar::Vec::new();
    let package = Package { plan: compiled, branches, unrolled: &unrolled, goldens, update: options.update };
    let mut jobs: Vec<(DeclId, Result<Case, Vec<Diagnostic>>)> = Vec::new();
    for id in tests(db) {
        let ItemKind::Test(test) = &id.item(db).kind else { continue };
        if options.filter.as_ref().is_some_and(|filter| !test.name.contains(filter.as_str())) {
            continue;
        }
        if options.chosen.as_ref().is_some_and(|chosen| !chosen.contains(&id)) {
            continue;
        }
        // The bodies are checked here, so that the threads share them.
        check::body(db, id);
        match test::cases(db, package, id) {
            Ok(cases) => jobs.extend(cases.into_iter().map(|case| (id, Ok(case)))),
            Err(diagnostics) => jobs.push((id, Err(diagnostics))),
        }
    }
    let next = AtomicUsize::new(0);
    let count = options.jobs.clamp(1, MAX_JOBS).min(jobs.len().max(1));
    let mut ran: Vec<(usize, Ran)> = std::thread::scope(|scope| {
        let mut threads = Vec::with_capacity(count);
        for _ in 0..count {
            let db = db.clone();
            let (jobs, next) = (&jobs, &next);
            let work = move || work(&db, options, jobs, next);
            let thread = std::thread::Builder::new().name("test".to_owned()).stack_size(STACK);
            threads.extend(thread.spawn_scoped(scope, work));
        }
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    // Where the system gives no thread at all, this one does the work.
    ran.extend(work(db, options, &jobs, &next));
    ran.sort_by_key(|(at, _)| *at);
    let mut report = Report::default();
    let mut covered = BTreeSet::new();
    for (at, ran) in ran {
        let Some((id, case)) = jobs.get(at) else { continue };
        let ItemKind::Test(test) = &id.item(db).kind else { continue };
        let mut diagnostics = ran.diagnostics;
        covered.extend(ran.covered);
        for golden in ran.goldens {
            diagnostics.extend(store(&mut report.goldens, golden));
        }
        report.outcomes.push(Outcome {
            file: id.file,
            name: test.name.clone(),
            case: case.as_ref().map(|case| case.names.clone()).unwrap_or_default(),
            place: Place::new(id.file, test.name_span),
            diagnostics,
        });
    }
    report.coverage = coverage(db, &compiled.plan, branches, &covered);
    Some(report)
}

/// The hosts that the plan of a package without errors can be looked at on: those of the standard library and of the
/// package's own values, each with labels of all kinds, and those of the package's tests.
pub fn fixtures(db: &dyn Db) -> Vec<Fixture> {
    let Some(plan) = compile::compiled_plan(db) else { return Vec::new() };
    let unrolled = boxcar::Vec::new();
    let branches = compile::branches(db);
    let goldens = BTreeMap::new();
    test::fixtures(db, Package { plan, branches, unrolled: &unrolled, goldens: &goldens, update: false })
}

fn work(
    db: &Database,
    options: &Options,
    jobs: &[(DeclId, Result<Case, Vec<Diagnostic>>)],
    next: &AtomicUsize,
) -> Vec<(usize, Ran)> {
    let mut done = Vec::new();
    let Some(plan) = compile::compiled_plan(db) else { return done };
    let branches = compile::branches(db);
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some((id, case)) = jobs.get(at) else { return done };
        let unrolled = boxcar::Vec::new();
        let package = Package {
            plan,
            branches,
            unrolled: &unrolled,
            goldens: &options.goldens,
            update: options.update,
        };
        done.push((
            at,
            match case {
                Ok(case) => test::run(db, package, *id, case),
                Err(diagnostics) => Ran { diagnostics: diagnostics.clone(), ..Ran::default() },
            },
        ));
    }
}

/// Keeps a plan to be stored; two of one name must be the same.
fn store(goldens: &mut BTreeMap<String, String>, golden: Golden) -> Option<Diagnostic> {
    match goldens.get(&golden.name) {
        Some(known) if *known != golden.text => {
            let headline = format!("two different plans are compared with the stored plan `{}`", golden.name);
            Some(
                Diagnostic::error(code::GOLDEN_DIFFERS, golden.place, headline)
                    .here("another case gave another plan")
                    .help("put what differs into the name: `p.matches(\"web-${facts.os.id}\")`"),
            )
        }
        Some(_) => None,
        None => {
            goldens.insert(golden.name, golden.text);
            None
        }
    }
}

fn coverage(db: &dyn Db, plan: &Plan, branches: &Branches, covered: &BTreeSet<u32>) -> Coverage {
    let analysis = Analysis::new(&plan.exprs);
    // What depends on the resource around cannot be asked of a host.
    let open = |id: mc_plan::expr::ExprId| analysis.uses_step(id) || analysis.free_locals(id) > 0;
    let mut ways: Vec<Way> = Vec::with_capacity(branches.list.len());
    for (position, (side, reaches)) in (0_u32..).zip(&branches.list) {
        let taken = covered.contains(&position);
        let can_be = reaches
            .iter()
            .any(|reach| !reach.around.is_some_and(open) && !reach.test.is_some_and(|(id, _)| open(id)));
        if !taken && !can_be {
            continue;
        }
        let text = side.file.text(db);
        let before = text.get(..side.at.start as usize).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        ways.push(Way {
            file: side.file.path(db).to_string(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            text: way_text(text, side),
            taken,
        });
    }
    ways.sort();
    Coverage { ways }
}

/// A way as it is written, without line breaks.
fn way_text(text: &str, side: &Side) -> String {
    let written = |span: mc_syntax::Span| {
        let text = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > 60 { text.chars().take(58).chain("..".chars()).collect() } else { text }
    };
    let subject = written(side.subject);
    let first = side.side == 0;
    match side.kind {
        BranchKind::Match => format!("{} of match {subject}", written(side.at)),
        BranchKind::If => format!("{} of if {subject}", if first { "then" } else { "else" }),
        BranchKind::IfLet => format!("{} of if let .. = {subject}", if first { "then" } else { "else" }),
        BranchKind::Coalesce => format!("{} of {subject} ?? ..", if first { "left" } else { "right" }),
        BranchKind::When => format!("{first} of when {subject}"),
        BranchKind::Select => format!("{first} of select {subject}"),
    }
}
