//! Whether the parts of a plan or schema fit together.
//!
//! Checked before encoding and after decoding. What holds afterwards:
//! - every position (of a schema, attribute, output, type, policy, file, vertex, rule, declaration, fact,
//!   label, expression) exists, so it can be used as an index;
//! - what reads the element of a loop that the host runs, or the output of a step in it, is in that loop;
//! - an expression names only earlier ones, a call has the arguments of its function, lambdas bind what
//!   their bodies use;
//! - conditions, keys, timeouts and retries are `const` or `host` phase and do not read the step itself;
//! - a secret flows only into attributes that take one, and into no message;
//! - constants fit the types of the attributes, keys, labels and defaults that they are given to;
//! - guards read neither secrets nor outputs, `skip` reads no secret;
//! - lists that are said to be sorted are, without repeats.
//!
//! What expressions give is only known on the host and checked there. Type definitions may refer to
//! themselves; values are finite all the same.

mod policy;
mod repeat;

use crate::eval::{Analysis, MAX_LAMBDAS, Phase};
use crate::expr::{ExprId, Exprs, Node, Operand};
use crate::op::MAX_DEPTH;
use crate::plan::{Declaration, Edge, EdgeReason, Plan, SourceSpan, Step, secret_name};
use crate::schema::Schema;
use crate::value::{Type, TypeDef, TypeShape, Value};

/// A plan or schema whose parts do not fit together: a mistake of the program that made it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidPlan(String);

type Result<T = (), E = InvalidPlan> = std::result::Result<T, E>;

fn invalid<T>(message: impl Into<String>) -> Result<T> {
    Err(InvalidPlan(message.into()))
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result {
    if holds { Ok(()) } else { Err(InvalidPlan(message())) }
}

/// What the expressions of one [`Exprs`] read, for checking their uses.
struct Reads {
    analysis: Analysis,
    /// Per node: one more than the highest attribute and the highest early output below it.
    step: Vec<(u32, u32)>,
}

impl Reads {
    fn of(&self, id: ExprId) -> (u32, u32) {
        self.step.get(id.0 as usize).copied().unwrap_or((0, 0))
    }
}

/// Checks the nodes by themselves; `leaf` checks the positions that leaves name.
fn exprs(exprs: &Exprs, mut leaf: impl FnMut(&Node) -> bool) -> Result<Reads> {
    let mut step: Vec<(u32, u32)> = Vec::with_capacity(exprs.nodes.len());
    for (at, node) in exprs.nodes.iter().enumerate() {
        let mut backwards = true;
        let mut reads = match node {
            Node::Attribute(position) => (position.saturating_add(1), 0),
            Node::Early(position) => (0, position.saturating_add(1)),
            _ => (0, 0),
        };
        node.operands(|operand| match step.get(operand.0 as usize) {
            Some((attribute, early)) => reads = (reads.0.max(*attribute), reads.1.max(*early)),
            None => backwards = false,
        });
        step.push(reads);
        ensure(backwards, || format!("expression {at} names one that is not before it"))?;
        let fits = match node {
            Node::Const(value) => {
                constant(value).map_err(|InvalidPlan(why)| InvalidPlan(format!("expression {at}: {why}")))?;
                true
            }
            Node::Local(local) | Node::Each { local, .. } => (*local as usize) < MAX_LAMBDAS,
            Node::Fold { local, .. } => (*local as usize) + 1 < MAX_LAMBDAS,
            Node::Call(function, arguments) => arguments.len() == function.arity(),
            leaf_node => leaf(leaf_node),
        };
        ensure(fits, || format!("expression {at} names something that does not exist"))?;
    }
    let analysis = exprs.analyse();
    for node in &exprs.nodes {
        if let Node::Fail(message) = node {
            ensure(!analysis.secret(*message), || "a message depends on a secret".into())?;
        }
    }
    Ok(Reads { analysis, step })
}

/// A constant by itself: its depth and the ranges of its numbers.
fn constant(value: &Value) -> Result {
    fn ranges(value: &Value) -> bool {
        match value {
            Value::Duration(n) => *n >= 0,
            Value::Mode(bits) => *bits <= 0o7777,
            Value::List(parts) | Value::Record(parts) | Value::Variant(_, parts) => parts.iter().all(ranges),
            Value::Map(entries) => entries.iter().all(|(key, value)| ranges(key) && ranges(value)),
            _ => true,
        }
    }
    fn keys(value: &Value) -> bool {
        match value {
            Value::List(parts) | Value::Record(parts) | Value::Variant(_, parts) => parts.iter().all(keys),
            Value::Map(entries) => {
                strictly_sorted(entries, |(key, _)| key)
                    && entries.iter().all(|(key, value)| crate::op::ordered(key).is_ok() && keys(value))
            }
            _ => true,
        }
    }
    ensure(crate::op::depth(value) <= MAX_DEPTH, || format!("a value nests more than {MAX_DEPTH} levels"))?;
    ensure(ranges(value), || "a number is outside the range of its type".to_owned())?;
    ensure(keys(value), || "the keys of a map are not in order".to_owned())
}

impl Type {
    /// Whether a value is of this type. `types` is the table that [`Type::Named`] points into.
    #[must_use]
    pub fn accepts(&self, value: &Value, types: &[TypeDef]) -> bool {
        let fields = |fields: &[(String, Type)], values: &[Value]| {
            fields.len() == values.len()
                && fields.iter().zip(values).all(|((_, ty), value)| ty.accepts(value, types))
        };
        match (self, value) {
            (Self::Bool, Value::Bool(_))
            | (Self::Int, Value::Int(_))
            | (Self::Float, Value::Float(_))
            | (Self::String | Self::Blob, Value::Str(_))
            | (Self::Bytes | Self::Blob, Value::Bytes(_))
            | (Self::Blob, Value::Blob(_))
            | (Self::Size, Value::Size(_)) => true,
            (Self::Duration, Value::Duration(n)) => *n >= 0,
            (Self::Mode, Value::Mode(bits)) => *bits <= 0o7777,
            (Self::Text(kind), Value::Str(text)) => kind.check(text).is_ok(),
            (Self::List(ty), Value::List(list)) => list.iter().all(|value| ty.accepts(value, types)),
            (Self::Set(ty), Value::List(list)) => {
                strictly_sorted(list, |element| element)
                    && list.iter().all(|value| crate::op::ordered(value).is_ok() && ty.accepts(value, types))
            }
            (Self::Map(key, value), Value::Map(entries)) => {
                strictly_sorted(entries, |(key, _)| key)
                    && entries.iter().all(|(k, v)| {
                        crate::op::ordered(k).is_ok() && key.accepts(k, types) && value.accepts(v, types)
                    })
            }
            (Self::Tuple(all), Value::Record(values)) => {
                all.len() == values.len()
                    && all.iter().zip(values.iter()).all(|(ty, value)| ty.accepts(value, types))
            }
            (Self::Optional(_), Value::None) => true,
            (Self::Optional(ty) | Self::Secret(ty), value) => ty.accepts(value, types),
            (Self::Named(position), value) => match (types.get(*position as usize), value) {
                (Some(TypeDef { shape: TypeShape::Record(all), .. }), Value::Record(values)) => {
                    fields(all, values)
                }
                (Some(TypeDef { shape: TypeShape::Enum(all), .. }), Value::Variant(variant, values)) => {
                    all.get(*variant as usize).is_some_and(|(_, all)| fields(all, values))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether it is a secret, or an optional one.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::Optional(inner) => inner.is_secret(),
            _ => false,
        }
    }

    fn check(&self, types: &[TypeDef]) -> Result {
        self.below(types, MAX_DEPTH)
    }

    /// Nests at most `left` deep.
    fn below(&self, types: &[TypeDef], left: usize) -> Result {
        let inner = |ty: &Self| match left.checked_sub(1) {
            Some(left) => ty.below(types, left),
            None => invalid(format!("a type nests more than {MAX_DEPTH} levels")),
        };
        match self {
            Self::List(ty) | Self::Optional(ty) | Self::Set(ty) | Self::Secret(ty) => inner(ty),
            Self::Map(key, value) => inner(key).and_then(|()| inner(value)),
            Self::Tuple(parts) => {
                // One part is that part, and none is no value.
                ensure(parts.len() >= 2, || "a tuple has fewer than two parts".to_owned())?;
                parts.iter().try_for_each(inner)
            }
            Self::Named(position) => ensure((*position as usize) < types.len(), || {
                "a type is not in the table of types".to_owned()
            }),
            _ => Ok(()),
        }
    }
}

fn type_table(types: &[TypeDef]) -> Result {
    let check = |fields: &[(String, Type)]| fields.iter().try_for_each(|(_, ty)| ty.check(types));
    types.iter().try_for_each(|def| match &def.shape {
        TypeShape::Record(fields) => check(fields),
        TypeShape::Enum(variants) => variants.iter().try_for_each(|(_, fields)| check(fields)),
    })
}

fn strictly_sorted<T, K: Ord + ?Sized>(items: &[T], key: impl Fn(&T) -> &K) -> bool {
    items.windows(2).all(|pair| key(&pair[0]) < key(&pair[1]))
}

impl Schema {
    /// Whether the schema's parts fit together (see the module).
    ///
    /// # Errors
    /// What does not.
    pub fn check(&self) -> Result {
        self.parts().map_err(|InvalidPlan(why)| InvalidPlan(format!("schema {}: {why}", self.name)))
    }

    fn parts(&self) -> Result {
        type_table(&self.types)?;
        self.key.ty.check(&self.types)?;
        for attribute in &self.attributes {
            attribute.ty.check(&self.types)?;
            if let Some(default) = &attribute.default {
                constant(default)?;
                ensure(attribute.ty.accepts(default, &self.types), || {
                    format!("the default of `{}` is not of its type", attribute.name)
                })?;
            }
        }
        self.outputs.iter().try_for_each(|output| output.ty.check(&self.types))?;
        let reads = exprs(&self.exprs, |node| match node {
            Node::Attribute(position) => (*position as usize) < self.attributes.len(),
            Node::Fact(_)
            | Node::Label(_)
            | Node::Output { .. }
            | Node::Early(_)
            | Node::Element(_)
            | Node::Secret(_)
            | Node::Change(_) => false,
            _ => true,
        })?;
        // What a rule gives is shown in messages and compared across steps.
        let secrets = |id| {
            let reads = reads.analysis.attributes(&self.exprs, id);
            reads.iter().any(|at| self.attributes.get(*at as usize).is_some_and(|a| a.accepts_secret))
        };
        let claims = self.claims.iter().chain(&self.reads).chain(&self.writes).map(|claim| claim.value);
        let values = claims
            .chain(self.autoedges.iter().map(|edge| edge.key))
            .chain(self.effects.iter().filter_map(|effect| effect.value));
        for id in values {
            let exists = (id.0 as usize) < self.exprs.nodes.len();
            ensure(exists && reads.analysis.free_locals(id) == 0, || {
                "a rule's expression does not exist".into()
            })?;
            ensure(!secrets(id), || "a rule reads an attribute that may be secret".into())?;
        }
        Ok(())
    }
}

impl Plan {
    /// Whether the plan's parts fit together (see the module).
    ///
    /// # Errors
    /// What does not.
    pub fn check(&self) -> Result {
        type_table(&self.types)?;
        for label in &self.labels {
            label.ty.check(&self.types)?;
            if let Some(default) = &label.default {
                constant(default)?;
                ensure(label.ty.accepts(default, &self.types), || {
                    format!("the default of the label `{}` is not of its type", label.name)
                })?;
            }
        }
        for fact in &self.facts {
            fact.ty.check(&self.types)?;
            if let Some(declared) = &fact.declared {
                self.span(declared.span)?;
                if let Some(flaw) = declared.probe.flaw() {
                    return invalid(format!("the fact `{}`: {flaw}", fact.path));
                }
            }
        }
        ensure(strictly_sorted(&self.schemas, |schema| &*schema.name), || {
            "the schemas are not sorted".into()
        })?;
        self.schemas.iter().try_for_each(Schema::check)?;
        for (at, step) in self.steps.iter().enumerate() {
            ensure((step.schema as usize) < self.schemas.len(), || {
                format!("step {at}: its schema does not exist")
            })?;
        }
        ensure(strictly_sorted(&self.secrets, |secret| &*secret.name), || {
            "the secrets are not sorted".into()
        })?;
        for secret in &self.secrets {
            if let Err(why) = secret_name(&secret.name) {
                return invalid(format!("a secret's name is wrong: {why}"));
            }
        }
        let reads = self.expressions()?;
        self.repeats(&reads)?;
        ensure(strictly_sorted(&self.policies, |policy| &*policy.name), || {
            "the policies are not sorted".into()
        })?;
        for policy in &self.policies {
            self.span(policy.span)?;
            early(&reads, &policy.select, "a policy's `select`")?;
        }
        for (at, step) in self.steps.iter().enumerate() {
            self.step(step, &reads).map_err(|InvalidPlan(why)| InvalidPlan(format!("step {at}: {why}")))?;
        }
        ensure(strictly_sorted(&self.edges, |edge| edge), || "the edges are not sorted".into())?;
        for (at, edge) in self.edges.iter().enumerate() {
            self.edge(edge).map_err(|InvalidPlan(why)| InvalidPlan(format!("edge {at}: {why}")))?;
        }
        self.refusals.iter().try_for_each(|refusal| self.refusal(refusal, &reads))?;
        self.prune.iter().try_for_each(|prune| self.prune(prune, &reads))?;
        self.guards(&reads)?;
        ensure(strictly_sorted(&self.rollouts, |rollout| &*rollout.name), || {
            "the rollouts are not sorted".into()
        })?;
        self.rollouts.iter().try_for_each(|rollout| {
            self.rollout(rollout, &reads)
                .map_err(|InvalidPlan(why)| InvalidPlan(format!("rollout `{}`: {why}", rollout.name)))
        })
    }

    fn expressions(&self) -> Result<Reads> {
        exprs(&self.exprs, |node| match node {
            Node::Fact(position) => (*position as usize) < self.facts.len(),
            Node::Label(position) => (*position as usize) < self.labels.len(),
            Node::Secret(position) => (*position as usize) < self.secrets.len(),
            Node::Element(repeat) => (*repeat as usize) < self.repeats.len(),
            Node::Output { step, output } => self
                .steps
                .get(*step as usize)
                .and_then(|step| self.schemas.get(step.schema as usize))
                .is_some_and(|schema| (*output as usize) < schema.outputs.len()),
            _ => true,
        })
    }

    fn span(&self, span: SourceSpan) -> Result {
        ensure((span.file as usize) < self.files.len(), || "a place is in a file that does not exist".into())
    }

    fn policy(&self, position: u32) -> Result {
        ensure((position as usize) < self.policies.len(), || "the policy does not exist".into())
    }

    fn step(&self, step: &Step, reads: &Reads) -> Result {
        // invariant: checked above.
        let schema = &self.schemas[step.schema as usize];
        early(reads, &step.key, "its key")?;
        if let Operand::Value(key) = &step.key {
            ensure(schema.key.ty.accepts(key, &schema.types), || "its key is not of its type".into())?;
        }
        ensure(!step.declarations.is_empty(), || "nothing declares it".into())?;
        step.declarations.iter().try_for_each(|declaration| {
            self.declaration(schema, declaration, reads)?;
            self.execution(schema, step, declaration, reads)
        })?;
        for attribute in self.secret_attributes(&reads.analysis, step).keys() {
            // invariant: the declarations were checked.
            let attribute = &schema.attributes[*attribute as usize];
            ensure(attribute.accepts_secret || attribute.ty.is_secret(), || {
                format!("`{}` is given a secret and does not take one", attribute.name)
            })?;
        }
        Ok(())
    }

    fn declaration(&self, schema: &Schema, declaration: &Declaration, reads: &Reads) -> Result {
        self.policy(declaration.policy)?;
        self.span(declaration.span)?;
        early(reads, &declaration.condition, "a condition")?;
        let retry = declaration.retry.as_ref().map(|retry| [&retry.times, &retry.every]);
        for operand in declaration.timeout.iter().chain(retry.into_iter().flatten()) {
            early(reads, operand, "a timeout or retry")?;
        }
        ensure(strictly_sorted(&declaration.attributes, |setting| &setting.attribute), || {
            "its attributes are not sorted".into()
        })?;
        for setting in &declaration.attributes {
            self.span(setting.span)?;
            let Some(attribute) = schema.attributes.get(setting.attribute as usize) else {
                return invalid("an attribute does not exist");
            };
            match &setting.value {
                Operand::Value(Value::None) => {}
                Operand::Value(value) => {
                    constant(value)?;
                    ensure(attribute.ty.accepts(value, &schema.types), || {
                        format!("the value of `{}` is not of its type", attribute.name)
                    })?;
                }
                Operand::Expr(id) => {
                    closed(reads, *id)?;
                    policy::own(reads, schema, *id, || format!("`{}`", attribute.name))?;
                }
            }
        }
        Ok(())
    }

    fn edge(&self, edge: &Edge) -> Result {
        let vertices = self.steps.len() as u64 + u64::from(self.barriers);
        ensure(u64::from(edge.from) < vertices && u64::from(edge.to) < vertices, || {
            "it has an end that does not exist".into()
        })?;
        ensure(edge.from != edge.to, || "it goes from a vertex to itself".into())?;
        self.span(edge.span)?;
        if let EdgeReason::Auto { schema, rule } = edge.reason {
            let exists = self
                .schemas
                .get(schema as usize)
                .is_some_and(|schema| (rule as usize) < schema.autoedges.len());
            ensure(exists, || "its rule does not exist".into())?;
        }
        if let Some((receiver, declaration)) = edge.carrier {
            let step = self.steps.get(if receiver { edge.to } else { edge.from } as usize);
            ensure(step.is_some_and(|step| (declaration as usize) < step.declarations.len()), || {
                "its declaration does not exist".into()
            })?;
        }
        Ok(())
    }
}

/// An expression that is used outside of every lambda and is no guard's.
fn closed(reads: &Reads, id: ExprId) -> Result {
    exists(reads, id)?;
    ensure(!reads.analysis.reads_change(id), || "only a guard asks what a step would do".into())
}

/// An expression that is used outside of every lambda.
fn exists(reads: &Reads, id: ExprId) -> Result {
    ensure((id.0 as usize) < reads.step.len(), || "an expression does not exist".into())?;
    ensure(reads.analysis.free_locals(id) == 0, || {
        "an expression uses a lambda's parameter outside of it".into()
    })
}

/// What must be known before anything runs, and not from the step itself.
fn early(reads: &Reads, operand: &Operand, what: &str) -> Result {
    match operand {
        Operand::Value(value) => constant(value),
        Operand::Expr(id) => {
            closed(reads, *id)?;
            ensure(reads.analysis.phase(*id) < Phase::Run && !reads.analysis.uses_step(*id), || {
                format!("{what} is not known before the plan runs")
            })
        }
    }
}
