//! Lowering: from what was evaluated to the plan.
//!
//! Declarations of one identity become one step ([`merge`]), references become edges ([`graph`]), and
//! everything gets its place in an order that does not depend on the order of the source.

mod condition;
mod cycle;
mod graph;
mod guard;
pub(crate) mod judged;
mod merge;
mod missing;
mod policy;
mod repeat;
mod source;

use crate::check::schema::{self, Types};
use crate::compile::CompiledPlan;
use crate::db::Db;
use crate::diagnostic::{Diagnostic, Place};
use crate::eval::{Declared, Evaluation, FactUse, PendingSetting};
use crate::name::DeclId;
use crate::notation::short_value;
use crate::package;
use crate::signature;
use condition::Conditions;
use mc_plan::expr::{Exprs, Node, Operand};
use mc_plan::plan::{
    Declaration, DeclaredFact, Fact, Label, Part, Plan, PlanRefusal, Policy, Retry, SecretUse, Setting,
    SourceSpan, Step,
};
use mc_plan::schema::Schema;
use mc_plan::value::{Blob, Type, Value};
use rustc_hash::FxHashMap;
use source::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The schemas that a plan uses.
struct Schemas {
    /// By position in the plan.
    list: Vec<Arc<Schema>>,
    /// The position of a resource type.
    index: FxHashMap<DeclId, u32>,
    /// The position of a qualified name.
    names: FxHashMap<String, u32>,
}

/// A step while the plan is made.
struct Draft {
    schema: u32,
    key: Operand,
    scope: String,
    /// Positions among the declared resources.
    declared: Vec<u32>,
    /// The innermost loop of the host around it.
    repeat: Option<u32>,
}

/// Makes the plan. Without errors among the diagnostics there is one. In an editor the next edit overtakes it: it is given
/// up between its parts.
pub fn lower(db: &dyn Db, mut evaluation: Evaluation) -> (CompiledPlan, Vec<Diagnostic>) {
    let mut diagnostics = std::mem::take(&mut evaluation.diagnostics);
    let schemas = schemas(db, &evaluation);
    let drafts = merge::group(&schemas, &evaluation.declared);
    let mut step_of = vec![0u32; evaluation.declared.len()];
    for (step, draft) in drafts.iter().enumerate() {
        for declared in &draft.declared {
            step_of[*declared as usize] = step as u32;
        }
    }
    let mut sources = Sources::new(db);
    db.unwind_if_revision_cancelled();
    let conditions = Conditions::new(db, &evaluation);
    merge::conflicts(&schemas, &evaluation, &conditions, &drafts, &mut diagnostics);
    repeat::same_in_each_round(&schemas, &evaluation, &drafts, &mut diagnostics);
    merge::claims(&schemas, &evaluation, &conditions, &drafts, &mut diagnostics);
    merge::instances(&evaluation, &conditions, &mut diagnostics);
    db.unwind_if_revision_cancelled();
    let mut graph = graph::edges(
        db,
        &schemas,
        &evaluation,
        &conditions,
        (&drafts, &step_of),
        &mut sources,
        &mut diagnostics,
    );
    db.unwind_if_revision_cancelled();
    cycle::report(&schemas, &conditions, &drafts, &graph, &mut diagnostics);
    missing::report(db, &schemas, &evaluation, &conditions, &drafts, &graph, &mut diagnostics);
    db.unwind_if_revision_cancelled();
    let mut plan =
        Plan { barriers: graph.barriers, edges: std::mem::take(&mut graph.edges), ..Plan::default() };
    let mut blobs = BTreeMap::new();
    let mut types = Types::default();
    plan.labels = labels(db, &evaluation, &mut types);
    plan.facts = facts(db, &evaluation, &mut types, &mut sources);
    plan.types = types.defs;
    let mut pool = Pool { schemas: &schemas, blobs: &mut blobs };
    plan.policies = evaluation
        .policies
        .iter()
        .map(|policy| Policy {
            name: policy.name.clone(),
            select: policy.select.clone().unwrap_or(Operand::Value(Value::Bool(true))),
            span: sources.span(policy.decl.place(db)),
        })
        .collect();
    plan.refusals = evaluation
        .refusals
        .iter()
        .map(|refusal| PlanRefusal {
            policy: refusal.policy,
            kind: refusal.kind,
            condition: Operand::Expr(refusal.condition),
            message: refusal.message.clone(),
            parts: refusal
                .parts
                .iter()
                .map(|(text, value)| Part { text: text.clone(), value: value.clone() })
                .collect(),
            repeat: refusal.repeat,
            span: sources.span(refusal.place),
        })
        .collect();
    (plan.repeats, plan.instances) = repeat::repeats(&evaluation, &graph.in_loops, &mut sources);
    plan.guards = guard::guards(&schemas, &evaluation, &drafts, &mut sources, &mut diagnostics);
    plan.rollouts = policy::rollouts(db, &schemas, &evaluation, &drafts, &mut sources, &mut diagnostics);
    plan.prune = policy::prune(&schemas, &evaluation, &mut sources);
    db.unwind_if_revision_cancelled();
    let mut declared: Vec<Option<Declared>> = evaluation.declared.into_iter().map(Some).collect();
    plan.steps = drafts
        .into_iter()
        .map(|draft| {
            let mut declarations = Vec::with_capacity(draft.declared.len());
            for d in draft.declared.iter().filter_map(|d| declared[*d as usize].take()) {
                declarations.push(pool.declaration(draft.schema, d, &mut |p| sources.span(p)));
            }
            Step {
                schema: draft.schema,
                key: draft.key,
                scope: draft.scope,
                declarations,
                repeat: draft.repeat,
            }
        })
        .collect();
    let (secrets, secret_of) = secrets(&evaluation.secrets);
    plan.secrets = secrets;
    plan.exprs = renumber(evaluation.residual.finish(), &step_of, &secret_of);
    plan.files = sources.finish();
    plan.schemas = schemas.list.iter().map(|s| Schema::clone(s)).collect();
    package_contents(db, &plan, &mut blobs);
    let blobs = blobs.into_iter().map(|(digest, bytes)| {
        let size = bytes.len() as u64;
        (Blob { digest, size }, bytes)
    });
    (CompiledPlan { plan, blobs: blobs.collect() }, diagnostics)
}

/// The contents of the packages' own files that a plan names.
fn package_contents(db: &dyn Db, plan: &Plan, blobs: &mut BTreeMap<[u8; 32], Arc<[u8]>>) {
    fn named(value: &Value, known: &BTreeMap<[u8; 32], Arc<[u8]>>, found: &mut BTreeSet<[u8; 32]>) {
        match value {
            Value::Blob(blob) if known.contains_key(&blob.digest) => {}
            Value::Blob(blob) => {
                found.insert(blob.digest);
            }
            Value::Map(entries) => entries.iter().for_each(|(_, value)| named(value, known, found)),
            other => other.parts().iter().for_each(|part| named(part, known, found)),
        }
    }
    let mut statics = package::all_statics(db).peekable();
    if statics.peek().is_none() {
        return;
    }
    let mut found = BTreeSet::new();
    for declaration in plan.steps.iter().flat_map(|step| &step.declarations) {
        for setting in &declaration.attributes {
            if let Operand::Value(value) = &setting.value {
                named(value, blobs, &mut found);
            }
        }
    }
    for node in &plan.exprs.nodes {
        if let Node::Const(value) = node {
            named(value, blobs, &mut found);
        }
    }
    if found.is_empty() {
        return;
    }
    for file in statics {
        if found.remove(&file.blob(db).digest) {
            blobs.insert(file.blob(db).digest, Arc::clone(file.content(db)));
        }
    }
}

fn schemas(db: &dyn Db, evaluation: &Evaluation) -> Schemas {
    let mut used: BTreeMap<String, (DeclId, Arc<Schema>)> = BTreeMap::new();
    let mut seen = rustc_hash::FxHashSet::default();
    let declared = evaluation.declared.iter().map(|d| d.decl);
    for decl in declared.chain(evaluation.prune.iter().flat_map(|prune| prune.types.iter().copied())) {
        if seen.insert(decl)
            && let Some(schema) = &schema::schema(db, decl).schema
        {
            used.insert(schema.name.clone(), (decl, Arc::clone(schema)));
        }
    }
    let mut schemas = Schemas { list: Vec::new(), index: FxHashMap::default(), names: FxHashMap::default() };
    for (name, (decl, schema)) in used {
        let position = schemas.list.len() as u32;
        schemas.index.insert(decl, position);
        schemas.names.insert(name, position);
        schemas.list.push(schema);
    }
    schemas
}

fn labels(db: &dyn Db, evaluation: &Evaluation, types: &mut Types) -> Vec<Label> {
    let declared = signature::label_types(db);
    let defaults = evaluation.label_defaults.iter().cloned().chain(std::iter::repeat(None));
    declared
        .iter()
        .zip(defaults)
        .filter_map(|(field, default)| {
            Some(Label { name: field.name.to_string(), ty: types.convert(db, &field.ty)?, default })
        })
        .collect()
}

fn facts(db: &dyn Db, evaluation: &Evaluation, types: &mut Types, sources: &mut Sources<'_>) -> Vec<Fact> {
    let fact = |f: &FactUse| {
        let path = f.path.to_string();
        let Some(declared) = &f.declared else {
            return Some(Fact { path, ty: types.convert(db, &f.ty)?, declared: None });
        };
        let ty = types.convert_open(db, &f.ty)?;
        let span = sources.span(declared.id.place(db));
        let declared = DeclaredFact { probe: declared.probe.clone(), format: declared.format, span };
        Some(Fact { path, ty, declared: Some(declared) })
    };
    evaluation.facts.iter().filter_map(fact).collect()
}

/// The secrets sorted by name, and the new position of each.
fn secrets(names: &[Arc<str>]) -> (Vec<SecretUse>, Vec<u32>) {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    let mut position = vec![0; names.len()];
    for (new, old) in order.iter().enumerate() {
        position[*old] = new as u32;
    }
    (order.iter().map(|old| SecretUse { name: names[*old].to_string() }).collect(), position)
}

/// Lets outputs name steps instead of declared resources, and secrets their sorted positions.
fn renumber(mut exprs: Exprs, step_of: &[u32], secret_of: &[u32]) -> Exprs {
    for node in &mut exprs.nodes {
        match node {
            Node::Output { step, .. } => {
                if let Some(new) = step_of.get(*step as usize) {
                    *step = *new;
                }
            }
            Node::Secret(secret) => {
                if let Some(new) = secret_of.get(*secret as usize) {
                    *secret = *new;
                }
            }
            _ => {}
        }
    }
    exprs
}

/// What steps are made of: schemas, and the contents that are stored once.
struct Pool<'a> {
    schemas: &'a Schemas,
    blobs: &'a mut BTreeMap<[u8; 32], Arc<[u8]>>,
}

impl Pool<'_> {
    fn declaration(
        &mut self,
        schema: u32,
        declared: Declared,
        span: &mut dyn FnMut(Place) -> SourceSpan,
    ) -> Declaration {
        let schema = Arc::clone(&self.schemas.list[schema as usize]);
        let mut attributes: Vec<Setting> =
            declared.settings.into_iter().map(|setting| self.setting(&schema, setting, span)).collect();
        attributes.sort_by_key(|setting| setting.attribute);
        Declaration {
            policy: declared.policy,
            instance: declared.instance.to_string(),
            condition: declared.condition.map_or(Operand::Value(Value::Bool(true)), Operand::Expr),
            attributes,
            timeout: declared.timeout,
            retry: declared.retry.map(|(times, every)| Retry { times, every }),
            tags: declared.tags.iter().map(|tag| tag.to_string()).collect(),
            skip: declared.skip.map(|(condition, _)| condition),
            approval: declared.approval.map(|role| role.to_string()),
            span: span(declared.place),
        }
    }

    fn setting(
        &mut self,
        schema: &Schema,
        setting: PendingSetting,
        span: &mut dyn FnMut(Place) -> SourceSpan,
    ) -> Setting {
        let blob = schema.attributes.get(setting.attribute as usize).is_some_and(|a| is_blob(&a.ty));
        let value = match setting.value {
            Operand::Value(Value::Str(text)) if blob => {
                Operand::Value(Value::blob(self.store(text.as_bytes())))
            }
            Operand::Value(Value::Bytes(bytes)) if blob => Operand::Value(Value::blob(self.store(&bytes))),
            other => other,
        };
        Setting { attribute: setting.attribute, priority: setting.priority, value, span: span(setting.place) }
    }

    fn store(&mut self, content: &[u8]) -> Blob {
        let digest = mc_plan::digest::sha256(content);
        self.blobs.entry(digest).or_insert_with(|| Arc::from(content));
        Blob { digest, size: content.len() as u64 }
    }
}

fn is_blob(ty: &Type) -> bool {
    match ty {
        Type::Blob => true,
        Type::Optional(inner) => is_blob(inner),
        _ => false,
    }
}

/// A resource as users write a reference to it.
fn shown(schemas: &Schemas, draft: &Draft) -> String {
    let name = schemas.list[draft.schema as usize].name.rsplit('.').next().unwrap_or_default();
    match &draft.key {
        Operand::Value(value) => format!("{name}[{}]", short_value(value)),
        Operand::Expr(_) => format!("{name}[..]"),
    }
}
