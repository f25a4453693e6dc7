//! What is done about which finding: `[lint]` in the manifest, and the command line over it.

use super::RULES;
use crate::diagnostic::{Code, code};
use std::collections::BTreeMap;

/// What is done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing: it is not reported.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// A level by its name in settings.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "allow" => Some(Level::Allow),
            "warn" => Some(Level::Warn),
            "deny" => Some(Level::Deny),
            _ => None,
        }
    }

    /// Its name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }
}

/// The levels that differ from the rules' own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    levels: BTreeMap<Code, Level>,
    deny_warnings: bool,
}

impl Settings {
    /// Sets the level of one code.
    pub fn set(&mut self, code: Code, level: Level) {
        self.levels.insert(code, level);
    }

    /// Makes an error of every warning.
    pub fn deny_warnings(&mut self) {
        self.deny_warnings = true;
    }

    /// The level of a code.
    pub fn level(&self, code: Code) -> Level {
        let own = || RULES.iter().find(|rule| rule.code == code).map_or(Level::Warn, |rule| rule.level);
        match self.levels.get(&code).copied().unwrap_or_else(own) {
            Level::Warn if self.deny_warnings => Level::Deny,
            level => level,
        }
    }
}

/// The code that is meant by the name of a rule, or by the code itself, of a rule or of another warning.
pub fn known(name: &str) -> Option<Code> {
    let rule = RULES.iter().find(|rule| rule.name == name).map(|rule| rule.code);
    rule.or_else(|| code::ALL.iter().copied().find(|code| code.0.eq_ignore_ascii_case(name)))
}
