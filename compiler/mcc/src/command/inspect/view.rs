//! What a plan says, as plain data: the JSON answer is this, and the text for people is drawn from it.

use mc_compiler::notation::{
    Notation, Place, SecretAttributes, Typed, is_written, kind_word, priority_word, type_name,
};
use mc_plan::expr::Operand;
use mc_plan::op::render_duration;
use mc_plan::plan::{
    Declaration, DeclaredFact, Edge, Guard, GuardAction, Plan, Probe, Prune, RefusalKind, Rollout, Share,
    Step,
};
use serde::Serialize;

/// A plan.
#[derive(Serialize)]
pub(super) struct PlanView {
    pub(super) labels: Vec<LabelView>,
    pub(super) facts: Vec<FactView>,
    pub(super) policies: Vec<PolicyView>,
    pub(super) refusals: Vec<RefusalView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) instances: Vec<InstanceView>,
    pub(super) secrets: Vec<String>,
    pub(super) prune: Vec<PruneView>,
    pub(super) guards: Vec<GuardView>,
    pub(super) rollouts: Vec<RolloutView>,
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
    /// Of a declared fact, what a host does for it.
    pub(super) declared: Option<DeclaredFactView>,
}

/// What a host does for a declared fact.
#[derive(Serialize)]
pub(super) struct DeclaredFactView {
    /// The program with its arguments, or absent.
    pub(super) command: Option<Vec<String>>,
    /// The path of the file, or absent.
    pub(super) file: Option<String>,
    /// `json`, `text` or `lines`.
    pub(super) format: &'static str,
    /// How long a program may take.
    pub(super) timeout: Option<String>,
    pub(super) at: String,
}

/// A policy.
#[derive(Serialize)]
pub(super) struct PolicyView {
    pub(super) name: String,
    /// Absent for every host.
    pub(super) select: Option<String>,
    /// The policies that come before it.
    pub(super) after: Vec<String>,
    pub(super) at: String,
}

/// An instance whose name only the host knows.
#[derive(Serialize)]
pub(super) struct InstanceView {
    /// Its path; what stands in the last brackets stands for the name.
    pub(super) path: String,
    pub(super) name: String,
    /// The loops that the host runs around it, the outermost first: `x in LIST`.
    #[serde(rename = "for", skip_serializing_if = "Vec::is_empty")]
    pub(super) repeats: Vec<String>,
    pub(super) at: String,
}

/// A `fail`, `check` or refinement that a host may not pass.
#[derive(Serialize)]
pub(super) struct RefusalView {
    pub(super) policy: String,
    pub(super) kind: &'static str,
    /// The loops that the host runs around it, the outermost first: `x in LIST`.
    #[serde(rename = "for", skip_serializing_if = "Vec::is_empty")]
    pub(super) repeats: Vec<String>,
    /// When the plan does not stand.
    pub(super) when: Option<String>,
    pub(super) message: String,
    pub(super) at: String,
}

/// What is removed when it is no longer declared.
#[derive(Serialize)]
pub(super) struct PruneView {
    pub(super) policy: String,
    pub(super) types: Vec<String>,
    pub(super) limit: Option<String>,
    pub(super) at: String,
}

/// A rule of a guard.
#[derive(Serialize)]
pub(super) struct GuardView {
    pub(super) name: String,
    /// Whether it is a `check` of the resource type itself.
    pub(super) check: bool,
    #[serde(rename = "type")]
    pub(super) ty: String,
    /// Whose consent it demands. Absent for one that denies.
    pub(super) approval: Option<String>,
    pub(super) when: String,
    pub(super) message: Option<String>,
    pub(super) at: String,
}

/// How changes move over the fleet.
#[derive(Serialize)]
pub(super) struct RolloutView {
    pub(super) name: String,
    /// Empty for all.
    pub(super) policies: Vec<String>,
    pub(super) waves: Vec<WaveView>,
    pub(super) health: Vec<String>,
    pub(super) budget: Option<String>,
    pub(super) at: String,
}

/// A wave of a rollout.
#[derive(Serialize)]
pub(super) struct WaveView {
    pub(super) name: String,
    /// `5 hosts`, `50%`; absent for all that are left.
    pub(super) size: Option<String>,
    pub(super) select: Option<String>,
    pub(super) pause: Option<String>,
}

/// A step.
#[derive(Serialize)]
pub(super) struct StepView {
    pub(super) id: String,
    pub(super) schema: String,
    pub(super) provider: String,
    /// The loops that the host runs around it, the outermost first: `x in LIST`.
    #[serde(rename = "for", skip_serializing_if = "Vec::is_empty")]
    pub(super) repeats: Vec<String>,
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
    pub(super) tags: Vec<String>,
    /// When the step is left out.
    pub(super) skip: Option<String>,
    /// Whose consent it needs.
    pub(super) approval: Option<String>,
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
    let order = mc_compiler::graph::policy_order(plan);
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
                declared: fact.declared.as_ref().map(|declared| viewer.declared(declared)),
            })
            .collect(),
        policies: plan
            .policies
            .iter()
            .map(|policy| PolicyView {
                name: policy.name.clone(),
                select: viewer.notation.condition(&policy.select, Place::default()),
                after: order
                    .iter()
                    .filter(|(later, _)| *later == policy.name)
                    .map(|(_, earlier)| earlier.clone())
                    .collect(),
                at: viewer.notation.at(policy.span),
            })
            .collect(),
        refusals: plan
            .refusals
            .iter()
            .map(|refusal| RefusalView {
                policy: policy_name(plan, refusal.policy),
                kind: match refusal.kind {
                    RefusalKind::Fail => "fail",
                    RefusalKind::Check => "check",
                    RefusalKind::Refinement => "refinement",
                },
                repeats: viewer.notation.repeats(refusal.repeat),
                when: viewer.notation.condition(&refusal.condition, Place::default()),
                message: viewer.notation.operand(&refusal.message, Place::default()),
                at: viewer.notation.at(refusal.span),
            })
            .collect(),
        instances: plan
            .instances
            .iter()
            .map(|instance| InstanceView {
                path: instance.path.clone(),
                name: viewer.notation.operand(&Operand::Expr(instance.name), Place::default()),
                repeats: viewer.notation.repeats(instance.repeat),
                at: viewer.notation.at(instance.span),
            })
            .collect(),
        secrets: plan.secrets.iter().map(|secret| secret.name.clone()).collect(),
        prune: plan.prune.iter().map(|prune| viewer.prune(plan, prune)).collect(),
        guards: plan.guards.iter().map(|guard| viewer.guard(plan, guard)).collect(),
        rollouts: plan.rollouts.iter().map(|rollout| viewer.rollout(plan, rollout)).collect(),
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
                    repeats: viewer.notation.repeats(step.repeat),
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

fn policy_name(plan: &Plan, position: u32) -> String {
    plan.policies.get(position as usize).map_or("?", |policy| &policy.name).to_owned()
}

fn type_of(plan: &Plan, position: u32) -> String {
    plan.schemas.get(position as usize).map_or("?", |schema| &schema.name).to_owned()
}

fn share(share: Share) -> String {
    match share {
        Share::Count(1) => "1 host".to_owned(),
        Share::Count(n) => format!("{n} hosts"),
        Share::Percent(_) => share.to_string(),
    }
}

struct Viewer<'p> {
    plan: &'p Plan,
    notation: Notation<'p>,
}

impl<'p> Viewer<'p> {
    fn declared(&self, declared: &DeclaredFact) -> DeclaredFactView {
        let (command, file, timeout) = match &declared.probe {
            Probe::Command { argv, timeout } => (Some(argv.clone()), None, Some(render_duration(*timeout))),
            Probe::File(path) => (None, Some(path.clone()), None),
        };
        let (format, at) = (declared.format.name(), self.notation.at(declared.span));
        DeclaredFactView { command, file, format, timeout, at }
    }

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
            tags: declaration.tags.clone(),
            skip: declaration.skip.as_ref().map(|skip| self.notation.operand(skip, place)),
            approval: declaration.approval.clone(),
            at: self.notation.at(declaration.span),
        }
    }

    fn prune(&self, plan: &Plan, prune: &Prune) -> PruneView {
        PruneView {
            policy: policy_name(plan, prune.policy),
            types: prune.schemas.iter().map(|schema| type_of(plan, *schema)).collect(),
            limit: prune.limit.as_ref().map(|limit| self.notation.operand(limit, Place::default())),
            at: self.notation.at(prune.span),
        }
    }

    fn guard(&self, plan: &'p Plan, guard: &Guard) -> GuardView {
        let place = Place { schema: plan.schemas.get(guard.schema as usize), expected: None };
        GuardView {
            name: guard.name.clone(),
            check: guard.is_check(plan),
            ty: type_of(plan, guard.schema),
            approval: match &guard.action {
                GuardAction::Deny => None,
                GuardAction::Approval(role) => Some(role.clone()),
            },
            when: self.notation.operand(&Operand::Expr(guard.predicate), place),
            message: guard.message.as_ref().map(|message| self.notation.operand(message, place)),
            at: self.notation.at(guard.span),
        }
    }

    fn rollout(&self, plan: &Plan, rollout: &Rollout) -> RolloutView {
        RolloutView {
            name: rollout.name.clone(),
            policies: rollout.policies.iter().map(|policy| policy_name(plan, *policy)).collect(),
            waves: rollout
                .waves
                .iter()
                .map(|wave| WaveView {
                    name: wave.name.clone(),
                    size: wave.size.map(share),
                    select: wave.select.as_ref().map(|s| self.notation.operand(s, Place::default())),
                    pause: wave.pause.map(render_duration),
                })
                .collect(),
            health: rollout.health.clone(),
            budget: rollout.budget.map(share),
            at: self.notation.at(rollout.span),
        }
    }

    fn edge(&self, edge: &Edge) -> EdgeView {
        let written = is_written(edge.reason);
        EdgeView {
            from: self.notation.vertex(edge.from),
            to: self.notation.vertex(edge.to),
            kind: kind_word(edge.kind),
            reason: self.notation.reason(edge.reason),
            at: written.then(|| self.notation.at(edge.span)),
        }
    }
}
