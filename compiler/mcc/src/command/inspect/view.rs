//! What a plan says, as plain data: the JSON answer is this, and the text for people is drawn from it.

use mc_compiler::notation::{Notation, Place, SecretAttributes, Typed, kind_word, priority_word, type_name};
use mc_plan::plan::{Declaration, Edge, EdgeReason, Plan, Step};
use serde::Serialize;

/// A plan.
#[derive(Serialize)]
pub(super) struct PlanView {
    pub(super) labels: Vec<LabelView>,
    pub(super) facts: Vec<FactView>,
    pub(super) policies: Vec<PolicyView>,
    pub(super) refusals: Vec<RefusalView>,
    pub(super) steps: Vec<StepView>,
    pub(super) edges: Vec<EdgeView>,
}

/// A declared label.
#[derive(Serialize)]
pub(super) struct LabelView {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: String,
    pub(super) default: Option<String>,
}

/// A fact that the plan reads.
#[derive(Serialize)]
pub(super) struct FactView {
    pub(super) path: String,
    #[serde(rename = "type")]
    pub(super) ty: String,
}

/// A policy.
#[derive(Serialize)]
pub(super) struct PolicyView {
    pub(super) name: String,
    /// Absent for every host.
    pub(super) select: Option<String>,
    pub(super) at: String,
}

/// A `fail` that a host may reach.
#[derive(Serialize)]
pub(super) struct RefusalView {
    pub(super) policy: String,
    pub(super) when: Option<String>,
    pub(super) message: String,
    pub(super) at: String,
}

/// A step.
#[derive(Serialize)]
pub(super) struct StepView {
    pub(super) id: String,
    pub(super) schema: String,
    pub(super) provider: String,
    pub(super) declarations: Vec<DeclarationView>,
}

/// One declaration of a step.
#[derive(Serialize)]
pub(super) struct DeclarationView {
    pub(super) instance: String,
    /// Absent where it always exists.
    pub(super) when: Option<String>,
    pub(super) attributes: Vec<AttributeView>,
    pub(super) timeout: Option<String>,
    pub(super) retry: Option<String>,
    pub(super) at: String,
}

/// An attribute that a declaration sets.
#[derive(Serialize)]
pub(super) struct AttributeView {
    pub(super) name: String,
    /// Absent for a plain one.
    pub(super) priority: Option<&'static str>,
    pub(super) value: String,
    pub(super) at: String,
}

/// An edge.
#[derive(Serialize)]
pub(super) struct EdgeView {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) kind: &'static str,
    pub(super) reason: String,
    /// Absent for an edge that nobody wrote.
    pub(super) at: Option<String>,
}

/// Describes a plan; values and expressions longer than `limit` bytes are cut.
pub(super) fn plan_view(plan: &Plan, limit: usize) -> PlanView {
    let notation = Notation::new(plan, limit);
    let viewer = Viewer { plan, notation };
    PlanView {
        labels: plan
            .labels
            .iter()
            .map(|label| {
                let typed = Typed::new(&label.ty, &plan.types);
                let default = label.default.as_ref().map(|value| viewer.notation.constant(value, typed));
                LabelView { name: label.name.clone(), ty: type_name(typed), default }
            })
            .collect(),
        facts: plan
            .facts
            .iter()
            .map(|fact| FactView {
                path: fact.path.clone(),
                ty: type_name(Typed::new(&fact.ty, &plan.types)),
            })
            .collect(),
        policies: plan
            .policies
            .iter()
            .map(|policy| PolicyView {
                name: policy.name.clone(),
                select: viewer.notation.condition(&policy.select, Place::default()),
                at: viewer.notation.at(policy.span),
            })
            .collect(),
        refusals: plan
            .refusals
            .iter()
            .map(|refusal| RefusalView {
                policy: plan
                    .policies
                    .get(refusal.policy as usize)
                    .map_or("?", |policy| &policy.name)
                    .to_owned(),
                when: viewer.notation.condition(&refusal.condition, Place::default()),
                message: viewer.notation.operand(&refusal.message, Place::default()),
                at: viewer.notation.at(refusal.span),
            })
            .collect(),
        steps: (0..)
            .zip(&plan.steps)
            .map(|(at, step)| {
                let schema = plan.schemas.get(step.schema as usize);
                let secrets = viewer.notation.secret_attributes(step);
                StepView {
                    id: viewer.notation.vertex(at),
                    schema: schema.map_or_else(String::new, |schema| schema.name.clone()),
                    provider: schema.map_or_else(String::new, |schema| {
                        format!("{} {}", schema.provider, schema.protocol)
                    }),
                    declarations: step
                        .declarations
                        .iter()
                        .map(|d| viewer.declaration(step, d, &secrets))
                        .collect(),
                }
            })
            .collect(),
        edges: plan.edges.iter().map(|edge| viewer.edge(edge)).collect(),
    }
}

struct Viewer<'p> {
    plan: &'p Plan,
    notation: Notation<'p>,
}

impl Viewer<'_> {
    fn declaration(
        &self,
        step: &Step,
        declaration: &Declaration,
        secrets: &SecretAttributes,
    ) -> DeclarationView {
        let place = Place { schema: self.plan.schemas.get(step.schema as usize), expected: None };
        let attributes = declaration
            .attributes
            .iter()
            .map(|setting| AttributeView {
                name: self.notation.attribute(step, setting.attribute).to_owned(),
                priority: priority_word(setting.priority),
                value: self.notation.setting(step, setting, secrets),
                at: self.notation.at(setting.span),
            })
            .collect();
        DeclarationView {
            instance: declaration.instance.clone(),
            when: self.notation.condition(&declaration.condition, place),
            attributes,
            timeout: declaration.timeout.as_ref().map(|timeout| self.notation.operand(timeout, place)),
            retry: declaration.retry.as_ref().map(|retry| {
                let times = self.notation.operand(&retry.times, place);
                format!("{times} every {}", self.notation.operand(&retry.every, place))
            }),
            at: self.notation.at(declaration.span),
        }
    }

    fn edge(&self, edge: &Edge) -> EdgeView {
        let written = !matches!(edge.reason, EdgeReason::Auto { .. } | EdgeReason::Boundary);
        EdgeView {
            from: self.notation.vertex(edge.from),
            to: self.notation.vertex(edge.to),
            kind: kind_word(edge.kind),
            reason: self.notation.reason(edge.reason),
            at: written.then(|| self.notation.at(edge.span)),
        }
    }
}
