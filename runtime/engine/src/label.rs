//! Labels: what the host's owner says about it.

use std::collections::BTreeMap;

use mc_plan::plan::{Label, Plan};
use mc_plan::value::{Type, TypeShape, Value};
use serde::Serialize;

use crate::refusal::{Code, Refusal};
use crate::render;

/// Where labels come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelSource {
    /// The host's own file.
    Host,
    /// The command line.
    CommandLine,
    /// The operator who pushed the bundle.
    Operator,
    /// Nobody gave any.
    None,
}

/// The labels of a host as texts. An enum's value is its variant's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Values by name. Those that the plan does not declare count for nothing.
    pub values: BTreeMap<String, String>,
    /// Where they come from.
    pub source: LabelSource,
}

impl Labels {
    /// No labels.
    pub fn none() -> Self {
        Self { values: BTreeMap::new(), source: LabelSource::None }
    }
}

/// The values of the plan's labels on a host, in the plan's order, or everything that does not fit.
pub(crate) fn resolve(plan: &Plan, labels: &Labels) -> Result<Vec<Value>, Vec<Refusal>> {
    let mut values = Vec::with_capacity(plan.labels.len());
    let mut refusals = Vec::new();
    for label in &plan.labels {
        let value = match (labels.values.get(&label.name), &label.default) {
            (Some(text), _) => parse(text, &label.ty, plan).map_err(|wanted| misfit(label, text, &wanted)),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) if matches!(label.ty, Type::Optional(_)) => Ok(Value::None),
            (None, None) => Err(Refusal::new(
                Code::LabelMissing,
                format!(
                    "this host does not set the label `{}`, and the policy gives it no default",
                    label.name
                ),
            )
            .note(format!("it is {}", wanted(&label.ty, plan)))),
        };
        match value {
            Ok(value) => values.push(value),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() { Ok(values) } else { Err(refusals) }
}

fn misfit(label: &Label, text: &str, wanted: &str) -> Refusal {
    let shown = render::value(&Value::Str(text.into()), None, &[]);
    Refusal::new(Code::LabelMisfit, format!("the label `{}` is {shown} on this host", label.name))
        .note(format!("it must be {wanted}"))
}

fn parse(text: &str, ty: &Type, plan: &Plan) -> Result<Value, String> {
    let value = match ty {
        Type::Optional(inner) => return parse(text, inner, plan),
        Type::Bool => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Int => text.parse().ok().map(Value::Int),
        Type::String => Some(Value::Str(text.into())),
        Type::Text(kind) => {
            return kind
                .check(text)
                .map(|()| Value::Str(text.into()))
                .map_err(|error| format!("{} ({error})", wanted(ty, plan)));
        }
        Type::Named(at) => {
            match usize::try_from(*at).ok().and_then(|at| plan.types.get(at)).map(|def| &def.shape) {
                Some(TypeShape::Enum(variants)) => variants
                    .iter()
                    .position(|(name, fields)| name == text && fields.is_empty())
                    .and_then(|at| u32::try_from(at).ok())
                    .map(|at| Value::Variant(at, [].into())),
                _ => None,
            }
        }
        _ => None,
    };
    value.ok_or_else(|| wanted(ty, plan))
}

fn wanted(ty: &Type, plan: &Plan) -> String {
    match ty {
        Type::Optional(inner) => wanted(inner, plan),
        Type::Bool => "`true` or `false`".to_owned(),
        Type::Int => "a number".to_owned(),
        Type::String => "a text".to_owned(),
        Type::Text(kind) => format!("a text of the type {}", kind.name()),
        Type::Named(at) => {
            match usize::try_from(*at).ok().and_then(|at| plan.types.get(at)).map(|def| &def.shape) {
                Some(TypeShape::Enum(variants)) => {
                    let names: Vec<&str> = variants
                        .iter()
                        .filter(|(_, fields)| fields.is_empty())
                        .map(|(name, _)| name.as_str())
                        .collect();
                    match names.as_slice() {
                        [one] => format!("`{one}`"),
                        many => format!(
                            "one of {}",
                            many.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
                        ),
                    }
                }
                _ => "of another type than labels can have".to_owned(),
            }
        }
        _ => "of another type than labels can have".to_owned(),
    }
}
