//! `mcc lint`: what a package may say, and better would not.
//!
//! A rule is a function over one file: its tree, the types of its expressions, and what its names refer to. Rules
//! run on packages without errors only. Each stands with its messages, its fix and its tests in one file. A rule
//! describes the bad pattern, so that its name reads well behind "allow".

mod body;
mod condition;
mod context;
mod declaration;
mod resource;
mod settings;
mod silencer;
mod text;
mod unit;
mod unused;

#[cfg(test)]
mod testing;

pub use context::whole_lines;
pub use resource::names_secret;
pub use settings::{Level, Settings, known};

use crate::compile;
use crate::db::{Db, File, Origin, Program};
use crate::diagnostic::{Code, Diagnostic, Severity, code};
use crate::package::{Package, parse_manifest};
use context::Cx;

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code of its findings.
    pub code: Code,
    /// What it is called in settings and comments.
    pub name: &'static str,
    /// What is done about its findings where nobody says anything else.
    pub level: Level,
    /// What it finds, in one clause.
    pub about: &'static str,
    check: fn(&mut Cx<'_>),
}

/// All rules, by code.
pub const RULES: &[Rule] = &[
    unused::IMPORT,
    unused::VALUE,
    unused::PARAMETER,
    unused::BINDING,
    unused::DECLARATION,
    condition::BOOL_COMPARISON,
    condition::NEGATED_COMPARISON,
    condition::DOUBLE_NEGATION,
    condition::BOOL_IF,
    condition::BOOL_MATCH,
    condition::NESTED_IF,
    condition::NEEDLESS_ELSE,
    condition::SAME_OPERANDS,
    condition::CONSTANT_CONDITION,
    text::NEEDLESS_PARENTHESES,
    text::NEEDLESS_INTERPOLATION,
    text::TEXT_CONCATENATION,
    body::NEEDLESS_WITH,
    body::EMPTY_BODY,
    body::DEFAULT_WRITTEN_OUT,
    body::REPEATED_ATTRIBUTE,
    body::UNUSED_DEFAULTS,
    resource::WORLD_WRITABLE,
    resource::SHORT_MODE,
    resource::PLAIN_SECRET,
    resource::READABLE_SECRET,
    resource::IDLE_COMMAND,
    resource::COMMAND_FOR_RESOURCE,
    resource::SHELL_COMMAND,
    body::EMPTY_CLAUSE,
    unit::LONG_TIMEOUT,
    body::DUPLICATE_ELEMENT,
    unit::SMALL_UNIT,
    text::EMPTY_MESSAGE,
    declaration::MISSING_DOCS,
    declaration::TODO_IN_DOCS,
    declaration::TEST_WITHOUT_EXPECTATION,
    declaration::UNSORTED_IMPORTS,
    declaration::TOO_MANY_PARAMETERS,
    declaration::POLICY_FOR_EVERY_HOST,
    declaration::ODD_NAME,
    declaration::CONFUSING_NAMES,
    declaration::DEPRECATED,
    body::NEEDLESS_NONE,
    silencer::UNUSED,
    silencer::BAD,
];

/// Rules whose fixes write an expression in another way. Its value is the same; where a host computes it, the plan holds
/// the new way.
const REWRITING: [Code; 11] = [
    code::BOOL_COMPARISON,
    code::NEGATED_COMPARISON,
    code::DOUBLE_NEGATION,
    code::BOOL_IF,
    code::BOOL_MATCH,
    code::NESTED_IF,
    code::NEEDLESS_ELSE,
    code::SAME_OPERANDS,
    code::CONSTANT_CONDITION,
    code::TEXT_CONCATENATION,
    code::NEEDLESS_NONE,
];

/// Whether what a rule offers as safe leaves the plan as it is, whatever the expressions in it.
pub fn keeps_plan(code: Code) -> bool {
    !REWRITING.contains(&code)
}

/// The settings of the package's manifest.
pub fn settings(db: &dyn Db) -> Settings {
    let Some(package) = Package::try_get(db) else { return Settings::default() };
    parse_manifest(db, *package.manifest(db)).lint.clone()
}

/// Everything that is wrong or unwise in the package: what [`compile::diagnostics`] gives, and the findings of the
/// rules where there are no errors. `settings` decides about the severity of warnings, and which are left out.
pub fn lint(db: &dyn Db, settings: &Settings) -> Vec<Diagnostic> {
    let mut all = compile::of_files(db);
    all.extend(beyond_files(db, settings, &all));
    finish(db, settings, all)
}

/// What [`lint`] finds beside `found`, which is what [`compile::of_files`] found.
pub fn beyond_files(db: &dyn Db, settings: &Settings, found: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut all = compile::beyond_files(db, found);
    if found.iter().chain(&all).all(|found| found.severity != Severity::Error) {
        for file in Program::get(db).files(db).iter().filter(|file| file.origin(db) == Origin::Package) {
            all.extend(file_findings(db, *file, settings));
        }
    }
    all
}

/// Gives warnings the severity that the settings say, takes out what they allow, and sorts by file and place.
pub fn finish(db: &dyn Db, settings: &Settings, mut all: Vec<Diagnostic>) -> Vec<Diagnostic> {
    all.retain_mut(|found| {
        if found.severity == Severity::Error {
            return true;
        }
        match settings.level(found.code) {
            Level::Allow => return false,
            Level::Warn => {}
            Level::Deny => found.severity = Severity::Error,
        }
        true
    });
    compile::in_order(db, all)
}

/// What the rules that are not allowed find in a file, without what its comments silence.
fn file_findings(db: &dyn Db, file: File, settings: &Settings) -> Vec<Diagnostic> {
    let is_on = |code: Code| settings.level(code) != Level::Allow;
    let found = rule_findings(db, file).iter().filter(|found| is_on(found.code)).cloned().collect();
    let (mut kept, unused) = silencer::apply(db, file, found, &is_on);
    if is_on(code::UNUSED_SILENCER) {
        kept.extend(unused);
    }
    kept
}

/// What all rules find in a file, whoever wants to know it.
#[salsa::tracked(no_eq, returns(ref))]
fn rule_findings(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut cx = Cx::new(db, file);
    for rule in RULES {
        (rule.check)(&mut cx);
    }
    cx.found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    #[test]
    fn rules_are_sorted_and_have_names_of_their_own() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code));
        for rule in RULES {
            assert_eq!(RULES.iter().filter(|other| other.name == rule.name).count(), 1, "{}", rule.name);
            assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", rule.name);
        }
    }

    /// What everybody reads first is as the rules want it.
    #[test]
    fn the_standard_library_is_clean() {
        let db = Database::new();
        for file in Program::get(&db).standard(&db) {
            let found = file_findings(&db, *file, &Settings::default());
            assert!(found.is_empty(), "{found:#?}");
        }
    }
}
