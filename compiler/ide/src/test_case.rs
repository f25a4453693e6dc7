//! The tests of a package, for lists of tests in editors.

use crate::definition::Location;
use crate::plan::mistakes;
use mc_compiler::check;
use mc_compiler::name::{self, DeclId};
use mc_compiler::test::{self, Options, Outcome};
use mc_compiler::{Database, Db, Diagnostic, File};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;
use std::collections::{BTreeMap, BTreeSet};

/// The most cases of a test that are listed before it runs.
const MOST_CASES: usize = 200;

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestItem {
    /// Tells it from all others of the package: `src/main.mc::name`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// All of it.
    pub range: Span,
    /// Its name in the source.
    pub selection: Span,
    /// Its cases, where it has several and what they are is written out.
    pub cases: Vec<TestCase>,
}

/// A case of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCase {
    /// Tells it from all others of the package: `src/main.mc::name::facts = debian12`.
    pub id: String,
    /// What tells it from the others of the test: `facts = debian12`.
    pub name: String,
}

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// The case, or the test if it has one only.
    pub id: String,
    /// The test.
    pub test: String,
    /// The name of the case, or else of the test.
    pub name: String,
    /// Why it failed; none if it passed.
    pub message: Option<String>,
    /// Where it failed, and what is there.
    pub places: Vec<(Location, String)>,
}

/// The tests of a file; none in a dependency, whose tests do not run.
pub fn tests(db: &dyn Db, file: File) -> Vec<TestItem> {
    if name::is_template(db, file) || !name::is_root(db, file) {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (index, item) in (0..).zip(&name::tree(db, file).items) {
        let ItemKind::Test(test) = &item.kind else { continue };
        let id = id(db, file, &test.name, "");
        if !seen.insert(id.clone()) {
            continue;
        }
        let cases = cases(db, DeclId { file, index }).into_iter();
        let case = |name: String| TestCase { id: format!("{id}::{name}"), name };
        found.push(TestItem {
            name: test.name.to_string(),
            range: item.span,
            selection: test.name_span,
            cases: cases.map(case).collect(),
            id,
        });
    }
    found
}

fn id(db: &dyn Db, file: File, test: &str, case: &str) -> String {
    let around = if case.is_empty() { "" } else { "::" };
    format!("{}::{test}{around}{case}", file.path(db))
}

/// What tells the cases of a test from each other; nothing where there is one, or where that is known only when it runs.
fn cases(db: &dyn Db, test: DeclId) -> Vec<String> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for given in &check::body(db, test).givens {
        let Some(names) = &given.each else { continue };
        if names.is_empty() || all.len() * names.len() > MOST_CASES {
            return Vec::new();
        }
        let word = given.kind.word(db);
        let longer = |case: &Vec<String>| {
            let case = case.clone();
            names.iter().map(|name| [case.as_slice(), &[format!("{word} = {name}")]].concat()).collect()
        };
        all = all.iter().flat_map(|case| -> Vec<Vec<String>> { longer(case) }).collect();
    }
    all.into_iter().map(|case| case.join(", ")).filter(|name| !name.is_empty()).collect()
}

/// Runs tests: all of the package, or those of these ids, which are of tests or of cases. `goldens` are the stored plans
/// by name.
///
/// # Errors
/// The package has errors, which are told.
pub fn run_tests(
    db: &Database,
    ids: Option<&[String]>,
    goldens: BTreeMap<String, String>,
) -> Result<Vec<TestResult>, Vec<String>> {
    let wanted = |test: &str, case: &str| ids.is_none_or(|ids| ids.iter().any(|id| id == test || id == case));
    let chosen = |test: &DeclId| {
        let ItemKind::Test(written) = &test.item(db).kind else { return false };
        let id = id(db, test.file, &written.name, "");
        let of_it = |wanted: &String| {
            wanted.strip_prefix(&id).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        ids.is_none_or(|ids| ids.iter().any(of_it))
    };
    let chosen = test::tests(db).into_iter().filter(chosen).collect();
    // One thread: the others answer what is asked meanwhile.
    let options = Options { filter: None, chosen: Some(chosen), jobs: 1, goldens, update: false };
    let Some(report) = test::run(db, &options) else { return Err(mistakes(db)) };
    let mut found = Vec::new();
    for outcome in &report.outcomes {
        let case = outcome.case_text();
        let test = id(db, outcome.file, &outcome.name, "");
        let id = id(db, outcome.file, &outcome.name, &case);
        if wanted(&test, &id) {
            let name = if case.is_empty() { outcome.name.to_string() } else { case };
            found.push(result(db, outcome, id, test, name));
        }
    }
    Ok(found)
}

fn result(db: &dyn Db, outcome: &Outcome, id: String, test: String, name: String) -> TestResult {
    let message = outcome.diagnostics.iter().map(message).collect::<Vec<String>>().join("\n\n");
    let mut places = Vec::new();
    for found in &outcome.diagnostics {
        let label = if found.primary_label.is_empty() { &found.headline } else { &found.primary_label };
        let all = std::iter::once((found.primary, label))
            .chain(found.labels.iter().map(|(place, text)| (*place, text)));
        let all = all.filter(|(place, _)| place.span.end as usize <= place.file.text(db).len());
        places
            .extend(all.map(|(place, text)| (Location { file: place.file, span: place.span }, text.clone())));
    }
    TestResult { id, test, name, message: (!message.is_empty()).then_some(message), places }
}

/// A mistake in words: `[MC0804] this expectation does not hold`.
fn message(found: &Diagnostic) -> String {
    let mut out = format!("[{}] {}", found.code, found.headline);
    let label = [("", &found.primary_label)];
    let notes = found.notes.iter().map(|note| ("note: ", note));
    let help = found.help.iter().map(|help| ("help: ", help));
    for (word, text) in label.into_iter().chain(notes).chain(help).filter(|(_, text)| !text.is_empty()) {
        out.push_str(&format!("\n{word}{text}"));
    }
    out
}
