//! The part of a bundle that the agent of this version can apply.
//!
//! The language has more resource types than the agent manages, and an agent refuses a bundle with one that it lacks. So
//! that examples are tried on hosts all the same, this makes of a bundle one without those: by a rule, and not by hand.

use std::collections::BTreeSet;

use mc_plan::bundle::{self, Content, Parts, Version};
use mc_plan::codec::Limits;
use mc_plan::expr::{ExprId, Exprs, Node, Operand};
use mc_plan::plan::{Declaration, EdgeKind, EdgeReason, Plan, Step};
use mc_plan::sign::SigningKey;
use mc_plan::value::Value;
use mc_test_support::workshop::Workshop;

/// Such a part of a bundle, signed again.
#[derive(Debug)]
pub struct Part {
    /// The bundle's bytes.
    pub bytes: Vec<u8>,
    /// The types whose steps are not in it, sorted, as `std.sys.Sysctl`.
    pub types: Vec<String>,
    /// Steps of other types that are not in it either, because they read an output of one that is not: how many.
    pub dependants: usize,
}

/// Makes that part of a bundle. `secret` gives the value of a secret in place of the agent, which has none yet.
pub fn applicable(bundle: &[u8], key: &SigningKey, secret: impl Fn(&str) -> String) -> Part {
    let parts = bundle::open_unverified(bundle).expect("mcc built it");
    let mut plan = parts.plan(Limits::default()).expect("mcc built it");
    resolve(&mut plan, secret);
    let (types, dependants) = leave_out(&mut plan);
    assert_eq!(plan.prune, [], "the agent removes nothing yet, and no example may rely on it");
    let bytes = signed(&parts, &plan, parts.manifest().build.minimum_runtime, key);
    Part { bytes, types, dependants }
}

/// A bundle like another one, with this plan and this demand, signed with this key.
pub fn signed(like: &Parts<'_>, plan: &Plan, minimum_runtime: Version, key: &SigningKey) -> Vec<u8> {
    let manifest = like.manifest();
    let build = &manifest.build;
    let blobs: Vec<&[u8]> = build.blobs.iter().filter_map(|blob| like.blob(&blob.digest)).collect();
    let content = Content {
        plan,
        blobs: &blobs,
        compiler: build.compiler.clone(),
        edition: build.edition.clone(),
        package: build.package.clone(),
        source: build.source,
        lock: build.lock,
        minimum_runtime,
    };
    bundle::write(&content, &manifest.release, &[key]).expect("the parts fit together")
}

/// The workshop's key.
pub fn key(workshop: &Workshop) -> SigningKey {
    let pem = std::fs::read_to_string(workshop.join("keys/signing.pem")).expect("the key is there");
    SigningKey::from_pem(&pem, None).expect("the key is not encrypted")
}

/// Puts values in the place of secrets.
fn resolve(plan: &mut Plan, secret: impl Fn(&str) -> String) {
    for node in &mut plan.exprs.nodes {
        if let Node::Secret(position) = node {
            let name = &plan.secrets[*position as usize].name;
            *node = Node::Const(Value::Str(secret(name).into()));
        }
    }
    plan.secrets.clear();
}

/// Leaves out the steps of types that the agent lacks, and those that read their outputs. In the place of each comes a
/// barrier: what was ordered by way of it still is.
fn leave_out(plan: &mut Plan) -> (Vec<String>, usize) {
    let built_in: Vec<bool> = plan.schemas.iter().map(|schema| schema.is_built_in()).collect();
    let missing = |schema: u32| !built_in[schema as usize];
    let mut out: Vec<bool> = plan.steps.iter().map(|step| missing(step.schema)).collect();
    loop {
        let reads = readers(&plan.exprs, &out);
        let more: Vec<bool> =
            plan.steps.iter().zip(&out).map(|(step, out)| *out || read(step, &reads)).collect();
        if more == out {
            break;
        }
        out = more;
    }
    let types = plan.schemas.iter().filter(|schema| !schema.is_built_in()).map(|schema| schema.name.clone());
    let types: Vec<String> = types.collect();
    let dependants = plan.steps.iter().zip(&out).filter(|(step, out)| **out && !missing(step.schema)).count();

    // The new positions: of steps that stay, of barriers, of steps that became barriers.
    let stay = position(out.iter().filter(|out| !**out).count());
    let (mut step, mut barrier) = (0, stay + plan.barriers);
    let mut vertices: Vec<u32> = Vec::new();
    for out in &out {
        let next = if *out { &mut barrier } else { &mut step };
        vertices.push(*next);
        *next += 1;
    }
    vertices.extend((0..plan.barriers).map(|at| stay + at));
    let mut next = 0;
    let schemas: Vec<u32> = built_in
        .iter()
        .map(|built_in| {
            next += u32::from(*built_in);
            next.saturating_sub(1)
        })
        .collect();

    for node in &mut plan.exprs.nodes {
        if let Node::Output { step, .. } = node {
            if out[*step as usize] {
                *node = Node::Const(Value::None);
            } else {
                *step = vertices[*step as usize];
            }
        }
    }
    for edge in &mut plan.edges {
        let gone = |end: u32| out.get(end as usize).copied().unwrap_or(false);
        if gone(edge.from) || gone(edge.to) {
            edge.kind = EdgeKind::Order;
        }
        if edge.carrier.is_some_and(|(receiver, _)| gone(if receiver { edge.to } else { edge.from })) {
            edge.carrier = None;
        }
        edge.reason = match edge.reason {
            // A rule of a type that is left out: the order alone stays.
            EdgeReason::Auto { schema, .. } if missing(schema) => EdgeReason::Policy,
            EdgeReason::Auto { schema, rule } => EdgeReason::Auto { schema: schemas[schema as usize], rule },
            other => other,
        };
        edge.from = vertices[edge.from as usize];
        edge.to = vertices[edge.to as usize];
    }
    plan.edges.sort_unstable();
    plan.edges.dedup();
    plan.barriers = barrier - stay;
    plan.guards.retain(|guard| !missing(guard.schema));
    plan.guards.iter_mut().for_each(|guard| guard.schema = schemas[guard.schema as usize]);
    let mut kept = out.iter();
    plan.steps.retain(|_| kept.next() == Some(&false));
    plan.steps.iter_mut().for_each(|step| step.schema = schemas[step.schema as usize]);
    plan.schemas.retain(|schema| schema.is_built_in());
    (types, dependants)
}

fn position(count: usize) -> u32 {
    u32::try_from(count).expect("a plan is not that large")
}

/// Of each expression, whether it reads an output of one of these steps.
fn readers(exprs: &Exprs, steps: &[bool]) -> BTreeSet<ExprId> {
    let mut found = BTreeSet::new();
    for (at, node) in exprs.nodes.iter().enumerate() {
        let mut reads = matches!(node, Node::Output { step, .. } if steps[*step as usize]);
        node.operands(|operand| reads |= found.contains(&operand));
        if reads {
            found.insert(ExprId(position(at)));
        }
    }
    found
}

/// Whether a step is given one of these expressions.
fn read(step: &Step, exprs: &BTreeSet<ExprId>) -> bool {
    let given = |operand: &Operand| matches!(operand, Operand::Expr(id) if exprs.contains(id));
    let declares = |declaration: &Declaration| {
        let settings = declaration.attributes.iter().map(|setting| &setting.value);
        let retry = declaration.retry.iter().flat_map(|retry| [&retry.times, &retry.every]);
        settings
            .chain([&declaration.condition])
            .chain(&declaration.timeout)
            .chain(&declaration.skip)
            .chain(retry)
            .any(given)
    };
    given(&step.key) || step.declarations.iter().any(declares)
}
