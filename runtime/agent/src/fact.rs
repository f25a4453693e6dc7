//! `mc-agent facts`, and facts out of a file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;
use mc_engine::fact::{FactError, FactSource, Finding};
use mc_engine::host::ReadHost;
use mc_engine::state::Stop;
use mc_plan::bundle::Mode;
use mc_plan::json::{self, Json, Limits, Node};
use mc_plan::plan::{Fact, Plan};
use mc_plan::reading;
use mc_providers::fact::{Collectors, NAMES};
use serde_json::{Map, Value};

use crate::apply;
use crate::cli;
use crate::config::{ConfigError, Standing};
use crate::host::{Durability, OsHost};
use crate::output;

/// How much a file of facts may hold.
const LIMITS: Limits = Limits { nodes: 1 << 20, depth: 64 };

/// Facts that stand in for those of the host.
pub(crate) struct FactFile {
    /// Those that every host has.
    known: Finding,
    /// Those that packages declare, by name.
    declared: BTreeMap<Arc<str>, Node>,
}

impl FactFile {
    /// Facts of this JSON document: nested objects by name. A key with a dot is the whole name of a declared fact.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed = json::parse(text, LIMITS);
        if let Some(problem) = parsed.problems.first() {
            return Err(problem.headline.clone());
        }
        let Some(Node { value: Json::Table(entries), .. }) = parsed.root else {
            return Err("facts are an object of names and values".to_owned());
        };
        let mut file = Self { known: Finding::None, declared: BTreeMap::new() };
        let mut known = BTreeMap::new();
        for entry in entries {
            if entry.key.contains('.') {
                file.declared.insert(entry.key, entry.value);
            } else {
                known.insert(entry.key.to_string(), finding(entry.value)?);
            }
        }
        file.known = Finding::Record(known);
        Ok(file)
    }
}

fn finding(node: Node) -> Result<Finding, String> {
    Ok(match node.value {
        Json::Null => Finding::None,
        Json::Bool(truth) => Finding::Bool(truth),
        Json::Int(number) => Finding::Int(number),
        Json::Float(number) => return Err(format!("{number} is no 64-bit integer")),
        Json::Str(text) => Finding::Text(text.to_string()),
        Json::List(list) => Finding::List(list.into_iter().map(finding).collect::<Result<_, _>>()?),
        Json::Table(entries) => Finding::Record(
            entries
                .into_iter()
                .map(|entry| Ok((entry.key.to_string(), finding(entry.value)?)))
                .collect::<Result<_, String>>()?,
        ),
        // It was reported.
        Json::Broken => Finding::None,
    })
}

impl FactSource for FactFile {
    fn fact(&self, _: &dyn ReadHost, path: &str) -> Result<Finding, FactError> {
        let mut at = &self.known;
        for segment in path.split('.') {
            let Finding::Record(fields) = at else { return Err(FactError::Unknown) };
            at = fields
                .get(segment)
                .ok_or_else(|| FactError::Misfit(format!("the facts file has no `{path}`")))?;
        }
        Ok(at.clone())
    }

    fn stand_in(&self, name: &str) -> Option<&Node> {
        self.declared.get(name)
    }
}

/// `mc-agent facts`
pub(crate) fn command(options: &cli::Facts, stop: &Stop) -> u8 {
    let host = match OsHost::open(options.root.as_deref(), Durability::None) {
        Ok(host) => host,
        Err(error) => return output::environment(options.format, &error.message),
    };
    let mut facts = Map::new();
    for name in NAMES {
        match Collectors.fact(&host, name) {
            Ok(found) => {
                facts.insert(name.to_owned(), json(found));
            }
            Err(error) => return output::environment(options.format, &format!("{name}: {error}")),
        }
    }
    let mut status = output::DONE;
    if let Some(path) = &options.bundle {
        let plan = match plan(options, path, &host, stop) {
            Ok(plan) => plan,
            Err(status) => return status,
        };
        for fact in plan.facts.iter().filter(|fact| fact.declared.is_some()) {
            match declared(fact, &plan, &host) {
                Ok(found) => {
                    facts.insert(fact.path.clone(), found);
                }
                // The others are worth knowing all the same.
                Err(error) => {
                    status = output::FAILED;
                    let message = format!("error: the fact `{}` has no value: {error}", fact.path);
                    output::complaint(&output::printable(&message));
                }
            }
        }
    }
    match options.format {
        cli::Format::Json => output::line(&Value::Object(facts).to_string()),
        cli::Format::Human => {
            let mut lines = Vec::new();
            flatten(String::new(), &Value::Object(facts), &mut lines);
            let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, value) in lines {
                output::line(&format!("{name:width$}  {value}"));
            }
        }
    }
    status
}

/// The plan of a bundle that this host may apply; the exit status where it may not.
fn plan(options: &cli::Facts, path: &Utf8Path, host: &OsHost, stop: &Stop) -> Result<Plan, u8> {
    let format = options.format;
    let bundle =
        apply::read(path, apply::BUNDLE_LIMIT).map_err(|message| output::environment(format, &message))?;
    let standing = match Standing::read(host, options.trust.as_deref(), &[]) {
        Ok(standing) => standing,
        Err(ConfigError::Environment(message)) => return Err(output::environment(format, &message)),
        Err(ConfigError::Usage(message)) => return Err(output::usage(format, &message)),
    };
    let inner = apply::Options {
        mode: Mode::Apply,
        noop: true,
        root: options.root.clone(),
        state: options.state.clone(),
        facts: None,
        jobs: None,
        durability: Durability::None,
        wait: Duration::ZERO,
        only: Vec::new(),
    };
    apply::plan(&inner, host, &bundle, &standing, stop).map_err(|outcome| {
        output::outcome(format, &outcome);
        outcome.status(false)
    })
}

/// What a policy reads as a declared fact, in the form that `--facts` takes.
fn declared(fact: &Fact, plan: &Plan, host: &OsHost) -> Result<Value, String> {
    let found = mc_engine::fact::value(fact, &plan.types, &Collectors, host).map_err(|e| e.to_string())?;
    let text = reading::document(&found, &fact.ty, &plan.types).map_err(|e| e.to_string())?;
    serde_json::from_str(&text).map_err(|e| e.to_string())
}

fn json(finding: Finding) -> Value {
    match finding {
        Finding::None => Value::Null,
        Finding::Bool(truth) => Value::Bool(truth),
        Finding::Int(number) => Value::from(number),
        Finding::Text(text) => Value::String(text),
        Finding::List(list) => Value::Array(list.into_iter().map(json).collect()),
        Finding::Record(fields) => {
            Value::Object(fields.into_iter().map(|(name, finding)| (name, json(finding))).collect())
        }
    }
}

fn flatten(path: String, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(path, value, lines);
            }
        }
        Value::Null => lines.push((path, "none".to_owned())),
        Value::String(text) => lines.push((path, output::printable(text))),
        other => lines.push((path, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use mc_engine::host::fake::FakeHost;

    use super::*;

    #[test]
    fn a_file_stands_in_for_the_host() {
        let file =
            FactFile::parse(r#"{"os": {"id": "debian", "version": null}, "cpu": {"count": 4}}"#).unwrap();
        let host = FakeHost::new();
        assert_eq!(file.fact(&host, "os.id"), Ok(Finding::Text("debian".to_owned())));
        assert_eq!(file.fact(&host, "os.version"), Ok(Finding::None));
        assert_eq!(file.fact(&host, "cpu.count"), Ok(Finding::Int(4)));
        assert!(matches!(file.fact(&host, "os.family"), Err(FactError::Misfit(_))));
        assert_eq!(file.fact(&host, "os.id.x"), Err(FactError::Unknown));
        let declared = FactFile::parse(r#"{"web.raid": [{"size": 1.5}], "os": {}}"#).unwrap();
        assert!(declared.stand_in("web.raid").is_some() && declared.stand_in("raid").is_none());
        let twice = r#"{"a.b": 1, "a.b": 2}"#;
        for wrong in ["", "[]", "{\"a\": 1.5}", "{\"a\": 18446744073709551615}", twice] {
            assert!(FactFile::parse(wrong).is_err(), "{wrong}");
        }
    }
}
