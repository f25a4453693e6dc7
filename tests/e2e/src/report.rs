//! The agent's report in JSON.

use mc_test_support::process::Output;
use serde_json::Value;

/// The report of an `apply --format json`.
#[derive(Debug, Clone)]
pub struct Report(pub Value);

impl Report {
    /// Reads what the agent printed. Panics when that is no JSON.
    #[track_caller]
    pub fn of(output: &Output) -> Self {
        Self(serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("no report ({e}): {output}")))
    }

    /// `done`, `failed`, `refused`, ..
    pub fn status(&self) -> &str {
        self.0["status"].as_str().unwrap_or_default()
    }

    /// How many steps had an outcome: `changed`, `would_change`, ..
    #[track_caller]
    pub fn count(&self, outcome: &str) -> u64 {
        self.0["counts"][outcome].as_u64().unwrap_or_else(|| panic!("no count of {outcome}: {}", self.0))
    }

    /// The steps that are listed, in order: all but the unchanged ones.
    pub fn steps(&self) -> impl Iterator<Item = &Value> {
        self.0["steps"].as_array().into_iter().flatten()
    }

    /// The names of the steps with this outcome, in order.
    pub fn named(&self, outcome: &str) -> Vec<&str> {
        let with = self.steps().filter(|step| step["outcome"] == outcome);
        with.filter_map(|step| step["name"].as_str()).collect()
    }

    /// One step of those that are listed.
    #[track_caller]
    pub fn step(&self, name: &str) -> &Value {
        self.steps().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no {name}: {}", self.0))
    }

    /// Why a step has its outcome; empty when the report does not say.
    #[track_caller]
    pub fn reason(&self, name: &str) -> &str {
        self.step(name)["reason"].as_str().unwrap_or_default()
    }
}
