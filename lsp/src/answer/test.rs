//! Tests of a package.

use super::disk;
use crate::extension::{Labelled, TestCase, TestItem, TestResult, TestRun};
use crate::question::Snapshot;
use mc_compiler::File;

/// `masterchef/tests`
pub(crate) fn tests(at: Snapshot<'_>, file: File) -> Vec<TestItem> {
    let Some(uri) = at.names.uri_of_file(at.db, file) else { return Vec::new() };
    let case = |case: mc_ide::TestCase| TestCase { id: case.id, name: case.name };
    let item = |test: mc_ide::TestItem| TestItem {
        id: test.id,
        name: test.name,
        uri: uri.clone(),
        range: at.range(file, test.range),
        selection_range: at.range(file, test.selection),
        children: test.cases.into_iter().map(case).collect(),
    };
    mc_ide::tests(at.db, file).into_iter().map(item).collect()
}

/// `masterchef/runTests`
pub(crate) fn run_tests(at: Snapshot<'_>, ids: Option<&[String]>) -> TestRun {
    match mc_ide::run_tests(at.db, ids, disk::goldens(at)) {
        Err(problems) => TestRun { problems, ..TestRun::default() },
        Ok(results) => TestRun {
            results: results.into_iter().map(|found| result(at, found)).collect(),
            problems: Vec::new(),
        },
    }
}

fn result(at: Snapshot<'_>, found: mc_ide::TestResult) -> TestResult {
    let places = found.places.into_iter();
    let labelled = |(place, message): (mc_ide::Location, String)| {
        Some(Labelled { location: at.location(place)?, message })
    };
    TestResult {
        id: found.id,
        test: found.test,
        name: found.name,
        outcome: if found.message.is_some() { "failed" } else { "passed" },
        message: found.message,
        locations: places.filter_map(labelled).collect(),
    }
}
