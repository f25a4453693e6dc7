//! `mcc test`

mod text;

use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use crate::package::{self, Checked};
use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use mc_compiler::diagnostic::render::Format;
use mc_compiler::system::{OsSystem, System};
use mc_compiler::test::{self, Options, Report};
use std::collections::BTreeMap;
use text::Found;

/// Where plans are stored, in the package.
const GOLDEN: &str = "tests/golden";

/// Run the tests of a package, without any host
///
/// Exit status 1 if the package is wrong, a test fails, or less is covered than `--coverage-min` asks for.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's folder
    #[arg(default_value = ".")]
    package: Utf8PathBuf,
    /// Only tests whose name has this in it
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How many tests run at once; by default as many as there are processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Store the plans that tests compare with stored ones, as they are now
    #[arg(long)]
    update: bool,
    /// List what a host can decide and no test decides
    #[arg(long)]
    coverage: bool,
    /// Fail if fewer hundredths are covered; implies `--coverage`
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    coverage_min: Option<u8>,
    /// How to write the results to standard output
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
    /// Write the results as JUnit XML to this file as well
    #[arg(long, value_name = "FILE")]
    junit: Option<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// A line for each test, and what is wrong with those that fail
    Human,
    /// One JSON object, for programs
    Json,
    /// JUnit XML, for what collects the results of many tools
    Junit,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let checked = Checked::load(&args.package)?;
    if checked.has_errors() {
        env.say(&checked.render(env, Format::Full));
        return Err(Failure::source());
    }
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let options = Options {
        filter: args.filter.clone(),
        chosen: None,
        jobs: args.jobs.map_or(processors, usize::from),
        goldens: goldens(&args.package)?,
        update: args.update,
    };
    let db = &checked.db;
    let Some(report) = test::run(db, &options) else {
        return Err(Failure::internal("a package without errors has no plan"));
    };
    if let (Some(filter), true) = (&args.filter, report.outcomes.is_empty()) {
        return Err(Failure::usage(format!("no test has `{filter}` in its name")));
    }
    let stored = if args.update { store(&args.package, &options.goldens, &report)? } else { Vec::new() };
    let covers = args.coverage || args.coverage_min.is_some();
    let found = Found { db, report: &report, coverage: covers.then_some(&report.coverage) };
    match args.format {
        OutputFormat::Human => {
            let draw = |diagnostics: &[_]| package::text(db, diagnostics, env, Format::Full);
            env.answer(&text::human(&found, &draw))?;
        }
        OutputFormat::Json => env.answer(&text::json(&found)?)?,
        OutputFormat::Junit => env.answer(&text::junit(&found))?,
    }
    if let Some(path) = &args.junit {
        file::replace(path, text::junit(&found).as_bytes())?;
    }
    for path in stored {
        env.say(&format!("stored `{path}`\n"));
    }
    if report.failed() > 0 {
        return Err(Failure::source());
    }
    match args.coverage_min {
        Some(least) if report.coverage.percent() < usize::from(least) => Err(Failure::wrong(format!(
            "{} of 100 ways are covered, and at least {least} must be",
            report.coverage.percent()
        ))),
        _ => Ok(()),
    }
}

/// The stored plans of a package by name.
fn goldens(root: &Utf8Path) -> Result<BTreeMap<String, String>, Failure> {
    let folder = root.join(GOLDEN);
    if !OsSystem.exists(&folder) {
        return Ok(BTreeMap::new());
    }
    let names = OsSystem.names(&folder).map_err(|error| Failure::environment(error.to_string()))?;
    let mut found = BTreeMap::new();
    for name in names.iter().filter_map(|name| name.strip_suffix(".txt")).filter(|name| test::is_name(name)) {
        let text = OsSystem.read_to_string(&folder.join(format!("{name}.txt")));
        found.insert(name.to_owned(), text.map_err(|error| Failure::environment(error.to_string()))?);
    }
    Ok(found)
}

/// Stores the plans that differ; their files, as the package names them.
fn store(root: &Utf8Path, known: &BTreeMap<String, String>, report: &Report) -> Result<Vec<String>, Failure> {
    let mut stored = Vec::new();
    for (name, text) in &report.goldens {
        if known.get(name) == Some(text) {
            continue;
        }
        file::create_folder(&root.join(GOLDEN))?;
        let path = format!("{GOLDEN}/{name}.txt");
        file::replace(&root.join(&path), text.as_bytes())?;
        stored.push(path);
    }
    Ok(stored)
}
