//! Where the value of an attribute comes from: who sets it, who wins, and the way of the value through names,
//! parameters and defaults.
//!
//! The plan says what is set where; the way from there is read off the sources, by what each name refers to.

mod data;
mod trace;

#[cfg(test)]
mod tests;

use crate::compile::CompiledPlan;
use crate::db::Db;
use crate::diagnostic::{self, nearest};
use crate::notation::{Notation, Place, SecretAttributes, Typed, priority_word};
use mc_plan::expr::Operand;
use mc_plan::plan::{Plan, Priority, Setting, Step};
use mc_plan::value::Value;
use serde::Serialize;
use std::fmt::Write;
use trace::Tracer;

/// A text longer than this is cut, in bytes.
const LONGEST: usize = 200;

/// What is known of the attributes that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The resource, as users refer to it.
    pub resource: String,
    /// Its attributes that are set, in the order of the schema.
    pub attributes: Vec<Attribute>,
}

/// An attribute and everything that sets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// The strongest first.
    pub given: Vec<Given>,
}

/// A value that an attribute is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Given {
    /// The value; of what depends on a secret only the secret's name.
    pub value: String,
    /// `default`, `force`, `defaults` (of a block), `schema`; none for a plain value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<&'static str>,
    /// Whether a stronger one stands against it.
    pub overridden: bool,
    /// The instance that declares the resource: the policy's name, or a path from it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub instance: String,
    /// The loops that the host runs around it.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Where it is given, if not everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The way of the value, from the resource back to where it is written.
    pub way: Vec<Origin>,
}

/// A place on the way of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// `src/main.mc:3:5`
    pub at: String,
    /// The same, for programs that know the sources.
    #[serde(skip)]
    pub place: diagnostic::Place,
    /// The line of the source, cut where it is long.
    pub text: String,
    /// What happens there.
    pub what: String,
}

impl Given {
    /// `is 0o644, by default, in web/Nginx when facts.cpu.count > 1`
    pub fn sentence(&self) -> String {
        let mut out = format!("{} {}", if self.overridden { "would be" } else { "is" }, self.value);
        let priority = match self.priority {
            Some("schema") => ", the default of its type",
            Some("defaults") => ", from `defaults`",
            Some("default") => ", marked `default`",
            Some("force") => ", marked `force`",
            _ => "",
        };
        out.push_str(priority);
        if !self.instance.is_empty() {
            let _ = write!(out, ", in {}", self.instance);
        }
        if let Some(each) = &self.each {
            // invariant: writing to a string does not fail, here and below
            let _ = write!(out, ", for {each}");
        }
        if let Some(when) = &self.when {
            let _ = write!(out, ", where {when}");
        }
        if self.overridden {
            out.push_str(", and is overridden");
        }
        out
    }
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// What is not there.
    pub headline: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

/// Says where the attributes of a resource come from: `File["/etc/motd"].mode`, or all of `File["/etc/motd"]`. With
/// a policy only what that one declares counts.
///
/// # Errors
/// There is no such policy, resource or attribute.
pub fn why(
    db: &dyn Db,
    compiled: &CompiledPlan,
    policy: Option<&str>,
    question: &str,
) -> Result<Answer, NoAnswer> {
    let plan = &compiled.plan;
    let policy = policy.map(|name| position(plan, name)).transpose()?;
    let notation = Notation::new(plan, LONGEST);
    let (resource, wanted) = split(question);
    let steps = find(plan, &notation, policy, resource)?;
    let attributes = attributes(db, compiled, &notation, &steps, policy, wanted);
    let schema = steps.first().and_then(|step| plan.schemas.get(step.schema as usize));
    let all = schema.map_or(&[][..], |schema| &schema.attributes);
    if let (Some(wanted), true) = (wanted, attributes.is_empty()) {
        let names = all.iter().map(|attribute| attribute.name.as_str());
        let hint = nearest(wanted, names.clone()).map_or_else(
            || format!("it has {}", names.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(NoAnswer {
            headline: format!("`{resource}` has no attribute `{wanted}`"),
            hint: Some(hint),
        });
    }
    Ok(Answer { resource: resource.to_owned(), attributes })
}

/// Says where the attributes of steps of one type come from, of those that a resource has under one name: of all that
/// are set, or of the wanted one. With a policy, by position, only what that one declares counts.
pub fn attributes(
    db: &dyn Db,
    compiled: &CompiledPlan,
    notation: &Notation<'_>,
    steps: &[&Step],
    policy: Option<u32>,
    wanted: Option<&str>,
) -> Vec<Attribute> {
    let schema = steps.first().and_then(|step| compiled.plan.schemas.get(step.schema as usize));
    let mut tracer = Tracer::new(db);
    let mut attributes = Vec::new();
    let all = schema.map_or(&[][..], |schema| &schema.attributes);
    for (position, attribute) in all.iter().enumerate() {
        if wanted.is_some_and(|wanted| wanted != attribute.name) {
            continue;
        }
        let mut given = given(compiled, notation, &mut tracer, steps, policy, position as u32);
        if let (Some(default), Some(schema)) = (&attribute.default, schema) {
            let value = notation.constant(default, Typed::new(&attribute.ty, &schema.types));
            given.push(Given {
                value,
                priority: Some("schema"),
                overridden: !given.is_empty(),
                instance: String::new(),
                each: None,
                when: None,
                way: Vec::new(),
            });
        }
        if !given.is_empty() || wanted.is_some() {
            attributes.push(Attribute { name: attribute.name.clone(), given });
        }
    }
    attributes
}

/// A resource and the attribute behind it.
fn split(question: &str) -> (&str, Option<&str>) {
    let question = question.trim();
    match question.rfind("].") {
        Some(at) => (&question[..=at], Some(question[at + 2..].trim())),
        None => (question, None),
    }
}

fn position(plan: &Plan, name: &str) -> Result<u32, NoAnswer> {
    let names = || plan.policies.iter().map(|policy| policy.name.as_str());
    names().position(|known| known == name).map(|at| at as u32).ok_or_else(|| {
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is {}", names().collect::<Vec<_>>().join(", ")),
        };
        NoAnswer { headline: format!("there is no policy `{name}`"), hint: Some(hint) }
    })
}

/// The steps of a resource: one, and those of the same name in loops that the host runs.
fn find<'p>(
    plan: &'p Plan,
    notation: &Notation<'p>,
    policy: Option<u32>,
    resource: &str,
) -> Result<Vec<&'p Step>, NoAnswer> {
    let of_policy = |step: &Step| {
        policy.is_none_or(|policy| step.declarations.iter().any(|declaration| declaration.policy == policy))
    };
    let candidates = || plan.steps.iter().zip(&notation.steps).filter(|(step, _)| of_policy(step));
    let short = |step: &Step, name: &str| {
        name.strip_prefix(step.scope.as_str()).map_or(name, |rest| rest.trim_start_matches('/')).to_owned()
    };
    let mut name = candidates().map(|(_, name)| name).find(|name| *name == resource);
    if name.is_none() {
        name = candidates().find(|(step, name)| short(step, name) == resource).map(|(_, name)| name);
    }
    if let Some(name) = name {
        return Ok(candidates().filter(|(_, other)| *other == name).map(|(step, _)| step).collect());
    }
    let names: Vec<&str> = candidates().map(|(_, name)| name.as_str()).collect();
    let headline = format!("no policy declares `{resource}`");
    let hint = if !resource.contains('[') {
        Some("write type and key: `File[\"/etc/motd\"].mode`".to_owned())
    } else {
        nearest(resource, names.iter().copied()).map(|near| format!("did you mean `{near}`?"))
    };
    Err(NoAnswer { headline, hint })
}

fn given(
    compiled: &CompiledPlan,
    notation: &Notation<'_>,
    tracer: &mut Tracer<'_>,
    steps: &[&Step],
    policy: Option<u32>,
    attribute: u32,
) -> Vec<Given> {
    let mut found: Vec<(Priority, Given)> = Vec::new();
    let secrets: Vec<SecretAttributes> = steps.iter().map(|step| notation.secret_attributes(step)).collect();
    let declarations = steps.iter().zip(&secrets).flat_map(|(step, secrets)| {
        let wanted = step.declarations.iter().filter(|d| policy.is_none_or(|policy| d.policy == policy));
        wanted.map(move |declaration| (*step, secrets, declaration))
    });
    for (step, secrets, declaration) in declarations {
        let settings: Vec<&Setting> =
            declaration.attributes.iter().filter(|setting| setting.attribute == attribute).collect();
        for setting in settings {
            let place = Place::default();
            let way = tracer.way(&compiled.plan, setting.span, &declaration.instance);
            let text = content(compiled, &setting.value).filter(|_| !secrets.contains_key(&attribute));
            let value = Given {
                value: text.unwrap_or_else(|| notation.setting(step, setting, secrets)),
                priority: priority_word(setting.priority),
                overridden: false,
                instance: declaration.instance.clone(),
                each: step.repeat.map(|_| notation.repeats(step.repeat).join(" for ")),
                when: notation.condition(&declaration.condition, place),
                way,
            };
            found.push((setting.priority, value));
        }
    }
    // What only some hosts are given does not stand against what others are.
    let strongest = found
        .iter()
        .filter(|(_, given)| given.when.is_none() && given.each.is_none())
        .map(|(priority, _)| *priority)
        .max();
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    let weaker = |priority: Priority| strongest.is_some_and(|strongest| priority < strongest);
    found.into_iter().map(|(priority, given)| Given { overridden: weaker(priority), ..given }).collect()
}

/// A content as text, if it is one and short.
fn content(compiled: &CompiledPlan, value: &Operand) -> Option<String> {
    let Operand::Value(Value::Blob(blob)) = value else { return None };
    let (_, bytes) = compiled.blobs.iter().find(|(known, _)| *known == **blob)?;
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= LONGEST)?;
    Some(format!("{text:?}"))
}
