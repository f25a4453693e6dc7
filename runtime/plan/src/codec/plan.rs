//! The plan.

use super::{DecodeError, Problem, Reader, Result, Writer, repeat};
use crate::check::InvalidPlan;
use crate::expr::Operand;
use crate::plan::{
    Clause, Declaration, Edge, EdgeKind, EdgeReason, Label, Plan, Policy, Priority, RefusalKind, Retry,
    SecretUse, Setting, SourceSpan, Step,
};
use crate::value::Value;

use super::value::Code;

/// What a host allows of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps, and half the number of barriers.
    pub steps: usize,
}

impl Limits {
    /// What a host can raise [`Limits::steps`] to.
    pub const MOST_STEPS: usize = 1_000_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 100_000 }
    }
}

impl Code for Priority {
    const WHAT: &'static str = "priority";
    const ALL: &'static [Self] = &[Self::Default, Self::Plain, Self::Force, Self::Inherited];
}

impl Code for RefusalKind {
    const WHAT: &'static str = "kind of refusal";
    const ALL: &'static [Self] = &[Self::Fail, Self::Check, Self::Refinement];
}

impl Code for EdgeKind {
    const WHAT: &'static str = "kind of edge";
    const ALL: &'static [Self] = &[Self::Order, Self::Notify, Self::Restart, Self::Reload];
}

impl Code for EdgeReason {
    const WHAT: &'static str = "reason of an edge";
    /// All but [`EdgeReason::Auto`], which carries its rule.
    const ALL: &'static [Self] = &[
        Self::Clause(Clause::After),
        Self::Clause(Clause::Before),
        Self::Clause(Clause::Notify),
        Self::Clause(Clause::RestartOn),
        Self::Clause(Clause::ReloadOn),
        Self::Output,
        Self::Boundary,
        Self::Policy,
    ];
}

impl Plan {
    /// The canonical encoding: the same plan gives the same bytes.
    ///
    /// # Errors
    /// The plan breaks a rule of [`Plan::check`].
    pub fn encode(&self) -> Result<Vec<u8>, InvalidPlan> {
        self.check()?;
        Ok(self.encoded())
    }

    fn encoded(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.plan(self);
        w.finish()
    }

    /// Reads what [`Plan::encode`] gives. The plan satisfies [`Plan::check`], so every position in it can be
    /// used as an index.
    ///
    /// # Errors
    /// Any other bytes; more steps than `limits` allows.
    pub fn decode(bytes: &[u8], limits: Limits) -> Result<Self> {
        let mut r = Reader::new(bytes);
        let plan = r.plan(limits)?;
        r.end()?;
        super::exact(bytes, &plan.encoded())?;
        plan.check().map_err(|error| DecodeError { at: 0, problem: Problem::Invalid(error) })?;
        Ok(plan)
    }
}

const TRUE: Operand = Operand::Value(Value::Bool(true));

impl Writer {
    fn plan(&mut self, plan: &Plan) {
        let mut map = self.open();
        self.list_field(&mut map, 0, &plan.files, |w, file| w.text(file));
        self.list_field(&mut map, 1, &plan.types, Self::type_def);
        self.list_field(&mut map, 2, &plan.labels, |w, label| {
            w.array(2 + usize::from(label.default.is_some()));
            w.text(&label.name);
            w.ty(&label.ty);
            if let Some(default) = &label.default {
                w.value(default);
            }
        });
        self.list_field(&mut map, 3, &plan.facts, Self::fact);
        self.list_field(&mut map, 4, &plan.schemas, Self::schema);
        self.list_field(&mut map, 5, &plan.policies, |w, policy| {
            w.array(3);
            w.text(&policy.name);
            w.operand(&policy.select);
            w.span(policy.span);
        });
        if !plan.exprs.nodes.is_empty() {
            self.field(&mut map, 6);
            self.exprs(&plan.exprs);
        }
        self.list_field(&mut map, 7, &plan.steps, Self::step);
        if plan.barriers > 0 {
            self.field(&mut map, 8);
            self.u32(plan.barriers);
        }
        self.list_field(&mut map, 9, &plan.edges, Self::edge);
        self.list_field(&mut map, 10, &plan.refusals, Self::refusal);
        self.list_field(&mut map, 11, &plan.secrets, |w, secret| w.text(&secret.name));
        self.list_field(&mut map, 12, &plan.prune, Self::prune);
        self.list_field(&mut map, 13, &plan.guards, Self::guard);
        self.list_field(&mut map, 14, &plan.rollouts, Self::rollout);
        self.list_field(&mut map, 15, &plan.repeats, Self::repeat);
        self.list_field(&mut map, 16, &plan.instances, Self::host_instance);
        self.close(map);
    }

    pub(super) fn span(&mut self, span: SourceSpan) {
        self.array(3);
        self.u32(span.file);
        self.u32(span.line);
        self.u32(span.column);
    }

    fn step(&mut self, step: &Step) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.u32(step.schema);
        self.field(&mut map, 1);
        self.operand(&step.key);
        self.text_field(&mut map, 2, &step.scope);
        self.list_field(&mut map, 3, &step.declarations, Self::declaration);
        if let Some(repeat) = step.repeat {
            self.field(&mut map, 4);
            self.u32(repeat);
        }
        self.close(map);
    }

    fn declaration(&mut self, declaration: &Declaration) {
        let mut map = self.open();
        self.field(&mut map, 0);
        self.u32(declaration.policy);
        self.text_field(&mut map, 1, &declaration.instance);
        if declaration.condition != TRUE {
            self.field(&mut map, 2);
            self.operand(&declaration.condition);
        }
        self.list_field(&mut map, 3, &declaration.attributes, |w, setting| {
            w.array(4);
            w.u32(setting.attribute);
            w.code(setting.priority);
            w.operand(&setting.value);
            w.span(setting.span);
        });
        if let Some(timeout) = &declaration.timeout {
            self.field(&mut map, 4);
            self.operand(timeout);
        }
        if let Some(retry) = &declaration.retry {
            self.field(&mut map, 5);
            self.array(2);
            self.operand(&retry.times);
            self.operand(&retry.every);
        }
        self.field(&mut map, 6);
        self.span(declaration.span);
        self.list_field(&mut map, 7, &declaration.tags, |w, tag| w.text(tag));
        if let Some(skip) = &declaration.skip {
            self.field(&mut map, 8);
            self.operand(skip);
        }
        if let Some(role) = &declaration.approval {
            self.field(&mut map, 9);
            self.text(role);
        }
        self.close(map);
    }

    fn edge(&mut self, edge: &Edge) {
        self.array(if edge.carrier.is_some() { 7 } else { 5 });
        self.u32(edge.from);
        self.u32(edge.to);
        self.code(edge.kind);
        if let EdgeReason::Auto { schema, rule } = edge.reason {
            self.array(2);
            self.u32(schema);
            self.u32(rule);
        } else {
            self.code(edge.reason);
        }
        self.span(edge.span);
        if let Some((receiver, declaration)) = edge.carrier {
            self.bool(receiver);
            self.u32(declaration);
        }
    }
}

/// The fewest bytes of a step, a declaration, a setting and an edge.
const STEP: usize = 5;
const DECLARATION: usize = 7;
const SETTING: usize = 8;
const EDGE: usize = 9;

impl Reader<'_> {
    fn plan(&mut self, limits: Limits) -> Result<Plan> {
        let mut fields = self.open()?;
        let plan = Plan {
            files: self.list_field(&mut fields, 0, 1, |r| Ok(r.text()?.to_owned()))?,
            types: self.list_field(&mut fields, 1, 4, Self::type_def)?,
            labels: self.list_field(&mut fields, 2, 3, Self::label)?,
            facts: self.list_field(&mut fields, 3, 3, Self::fact)?,
            schemas: self.list_field(&mut fields, 4, 8, Self::schema)?,
            policies: self.list_field(&mut fields, 5, 7, |r| {
                r.tuple(3, |r| {
                    Ok(Policy { name: r.text()?.to_owned(), select: r.operand()?, span: r.span()? })
                })
            })?,
            exprs: if self.has(&mut fields, 6)? { self.exprs()? } else { Default::default() },
            steps: if self.has(&mut fields, 7)? {
                self.limited("steps", limits.steps)?;
                self.list(STEP, Self::step)?
            } else {
                Vec::new()
            },
            barriers: if self.has(&mut fields, 8)? { self.barriers(limits)? } else { 0 },
            edges: self.list_field(&mut fields, 9, EDGE, Self::edge)?,
            refusals: self.list_field(&mut fields, 10, 7, Self::refusal)?,
            secrets: self.list_field(&mut fields, 11, 2, |r| Ok(SecretUse { name: r.text()?.to_owned() }))?,
            prune: self.list_field(&mut fields, 12, 8, Self::prune)?,
            guards: self.list_field(&mut fields, 13, 13, Self::guard)?,
            rollouts: self.list_field(&mut fields, 14, 13, Self::rollout)?,
            repeats: self.list_field(&mut fields, 15, repeat::REPEAT, Self::repeat)?,
            instances: self.list_field(&mut fields, 16, repeat::INSTANCE, Self::host_instance)?,
        };
        self.finish(fields)?;
        Ok(plan)
    }

    /// Looks at the length of the array that is next.
    fn limited(&mut self, what: &'static str, limit: usize) -> Result<()> {
        let count = self.peek_array()?;
        if count > limit {
            return self.error(Problem::Limit { what, count, limit });
        }
        Ok(())
    }

    fn barriers(&mut self, limits: Limits) -> Result<u32> {
        let barriers = self.u32()?;
        let (count, limit) = (barriers as usize, limits.steps.saturating_mul(2));
        if count > limit {
            return self.error(Problem::Limit { what: "barriers", count, limit });
        }
        Ok(barriers)
    }

    fn label(&mut self) -> Result<Label> {
        let count = self.open_array(1)?;
        if !matches!(count, 2 | 3) {
            return self.error(Problem::Expected("a label"));
        }
        let label = Label {
            name: self.text()?.to_owned(),
            ty: self.ty()?,
            default: if count == 3 { Some(self.value()?) } else { None },
        };
        self.close();
        Ok(label)
    }

    pub(super) fn span(&mut self) -> Result<SourceSpan> {
        self.tuple(3, |r| Ok(SourceSpan { file: r.u32()?, line: r.u32()?, column: r.u32()? }))
    }

    fn step(&mut self) -> Result<Step> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let schema = self.u32()?;
        self.need(&mut fields, 1)?;
        let step = Step {
            schema,
            key: self.operand()?,
            scope: self.text_field(&mut fields, 2)?,
            declarations: self.list_field(&mut fields, 3, DECLARATION, Self::declaration)?,
            repeat: if self.has(&mut fields, 4)? { Some(self.u32()?) } else { None },
        };
        self.finish(fields)?;
        Ok(step)
    }

    fn declaration(&mut self) -> Result<Declaration> {
        let mut fields = self.open()?;
        self.need(&mut fields, 0)?;
        let policy = self.u32()?;
        let instance = self.text_field(&mut fields, 1)?;
        let condition = if self.has(&mut fields, 2)? { self.operand()? } else { TRUE };
        let attributes = self.list_field(&mut fields, 3, SETTING, |r| {
            r.tuple(4, |r| {
                Ok(Setting { attribute: r.u32()?, priority: r.code()?, value: r.operand()?, span: r.span()? })
            })
        })?;
        let timeout = if self.has(&mut fields, 4)? { Some(self.operand()?) } else { None };
        let retry = if self.has(&mut fields, 5)? {
            Some(self.tuple(2, |r| Ok(Retry { times: r.operand()?, every: r.operand()? }))?)
        } else {
            None
        };
        self.need(&mut fields, 6)?;
        let span = self.span()?;
        let tags = self.list_field(&mut fields, 7, 2, |r| Ok(r.text()?.to_owned()))?;
        let skip = if self.has(&mut fields, 8)? { Some(self.operand()?) } else { None };
        let approval = if self.has(&mut fields, 9)? { Some(self.text()?.to_owned()) } else { None };
        self.finish(fields)?;
        Ok(Declaration {
            policy,
            instance,
            condition,
            attributes,
            timeout,
            retry,
            tags,
            skip,
            approval,
            span,
        })
    }

    fn edge(&mut self) -> Result<Edge> {
        let count = self.open_array(1)?;
        if !matches!(count, 5 | 7) {
            return self.error(Problem::Expected("an edge"));
        }
        let (from, to, kind) = (self.u32()?, self.u32()?, self.code()?);
        let reason = if self.is_array() {
            self.tuple(2, |r| Ok(EdgeReason::Auto { schema: r.u32()?, rule: r.u32()? }))?
        } else {
            self.code()?
        };
        let span = self.span()?;
        let carrier = if count == 7 { Some((self.bool()?, self.u32()?)) } else { None };
        self.close();
        Ok(Edge { from, to, kind, reason, carrier, span })
    }
}
