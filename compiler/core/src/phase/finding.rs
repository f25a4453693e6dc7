//! Messages about values that are needed earlier than they are known.

use super::analysis::{Flow, Requirement, What, checked};
use super::graph::{Atom, NodeId, Origin, Step};
use super::summary::{ParamPart, Unit, UnitPart, part};
use super::value::Abs;
use super::{Known, Phase, flow};
use crate::db::{Db, Origin as FileOrigin};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::hir::{ExprId, Stmt};
use crate::signature::{self, Field, Signature};
use crate::ty::Ty;
use mc_syntax::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// How many declarations a message follows a value through.
const MAX_UNITS: usize = 8;

/// How many places a message shows on the way of a value: those next to its source, and those next to where
/// it is needed.
const SHOWN: (usize, usize) = (2, 3);

/// What is needed too early in a unit.
pub(super) fn diagnostics(db: &dyn Db, unit: Unit) -> Vec<Diagnostic> {
    let flow = flow(db, unit);
    let mut seen = FxHashSet::default();
    let late = flow.requirements.iter().filter(|r| flow.values.graph.phase(r.node) > r.level);
    // One message for one place, whatever it is needed for.
    let late = late.filter(|r| seen.insert(r.at));
    late.map(|requirement| diagnostic(db, unit, flow, requirement)).collect()
}

fn diagnostic(db: &dyn Db, unit: Unit, flow: &Flow, requirement: &Requirement) -> Diagnostic {
    let primary = Place::new(unit.file, requirement.at);
    let needed = match requirement.level {
        Phase::Const => "known when the bundle is built",
        Phase::Host | Phase::Run => "known before anything runs",
    };
    let headline = format!("{} must be {needed}", what(db, unit, requirement.what));
    let mut way = Vec::new();
    trace(db, unit, requirement.node, &mut way, 0);
    let mut here = match flow.values.graph.phase(requirement.node) {
        Phase::Const => "not known yet",
        Phase::Host => "known only on the host",
        Phase::Run => "known only while the plan runs",
    }
    .to_owned();
    if let Some((_, text)) = way.iter().find(|(place, _)| *place == primary) {
        here.clone_from(text);
    }
    way.retain(|(place, _)| *place != primary && place.file.origin(db) != FileOrigin::Standard);
    let (first, last) = SHOWN;
    if way.len() > first + last {
        way.drain(first..way.len() - last);
    }
    reasons(db, unit, requirement.what, &mut way);
    let mut shown = Vec::new();
    let mut diagnostic = Diagnostic::error(code::TOO_LATE, primary, headline).here(here);
    for (place, text) in way {
        if !shown.contains(&place) && place.file.origin(db) != FileOrigin::Standard {
            shown.push(place);
            diagnostic = diagnostic.label(place, text);
        }
    }
    diagnostic
}

/// What must be known, as the subject of a sentence.
fn what(db: &dyn Db, unit: Unit, what: What) -> String {
    match what {
        What::Key => "the key of a resource".to_owned(),
        What::Existence => "whether a resource exists".to_owned(),
        What::For => "what `for` runs over".to_owned(),
        What::Select => "which hosts a policy selects".to_owned(),
        What::Limit => "the limit of a `prune`".to_owned(),
        What::Timeout => "a timeout".to_owned(),
        What::Retry => "how often a step is tried".to_owned(),
        What::Pause => "the pause between attempts".to_owned(),
        What::InstanceName => "the name of an instance".to_owned(),
        What::ReferenceKey => "the key of a reference".to_owned(),
        What::SecretName => "the name of a secret".to_owned(),
        What::Which => "which resource a reference means".to_owned(),
        What::LabelDefault => "the default of a label".to_owned(),
        What::ConstLet => "the value of a `const let`".to_owned(),
        What::ConstParam => "a `const param`".to_owned(),
        What::Check => "what a `check` asks".to_owned(),
        What::Role => "the role that approves".to_owned(),
        What::Tag => "a tag".to_owned(),
        What::Wave => "which hosts a wave takes".to_owned(),
        What::Watched => "how long a wave is watched".to_owned(),
        What::FactSource => "where a fact comes from".to_owned(),
        What::Default(param, _) => format!("the default of `{}`", param_name(db, unit, param)),
        What::Argument(callee, need) => {
            let need = flow(db, callee).summary.needs.get(need as usize);
            match need.map(|need| need.part.param) {
                Some(param) if param != Atom::ALL => {
                    format!("`{}` of `{}`", param_name(db, callee, param), name(db, callee))
                }
                _ => format!("what `{}` is given", name(db, callee)),
            }
        }
    }
}

/// What a place does with a value that it needs early.
fn phrase(what: What) -> &'static str {
    match what {
        What::Key => "the key of a resource is made of it",
        What::Existence => "it decides here what exists",
        What::For => "it is run over here",
        What::Select => "it decides which hosts are selected",
        What::Limit => "it limits a `prune`",
        What::Timeout => "a timeout is made of it",
        What::Retry => "it decides how often a step is tried",
        What::Pause => "the pause between attempts is made of it",
        What::InstanceName => "an instance is named by it",
        What::ReferenceKey => "the key of a reference is made of it",
        What::SecretName => "a secret is named by it",
        What::Which => "it chooses among references",
        What::LabelDefault => "it is the default of a label",
        What::ConstLet => "a `const let` is made of it",
        What::ConstParam => "it is a `const param`",
        What::Check => "a `check` asks it",
        What::Role => "it names the role that approves",
        What::Tag => "a tag is made of it",
        What::Wave => "it decides which hosts a wave takes",
        What::Watched => "it says how long a wave is watched",
        What::FactSource => "it says where a fact comes from",
        What::Default(..) | What::Argument(..) => "it is handed on here",
    }
}

/// Why an argument or a default is needed early: the way to the place inside that needs it.
fn reasons(db: &dyn Db, unit: Unit, what: What, way: &mut Vec<(Place, String)>) {
    let (mut unit, mut need, local) = match what {
        What::Argument(callee, need) => (callee, need, false),
        What::Default(_, need) => (unit, need, true),
        _ => return,
    };
    for _ in 0..MAX_UNITS {
        let flow = flow(db, unit);
        let (Some(needed), Some(requirement)) = (
            flow.summary.needs.get(need as usize),
            flow.needs.get(need as usize).and_then(|r| flow.requirements.get(*r as usize)),
        ) else {
            return;
        };
        let part = describe(db, unit, &needed.part);
        inside(db, unit, flow, requirement, &needed.part, way);
        let who = name(db, unit);
        let place = Place::new(unit.file, requirement.at);
        if let What::Argument(callee, next) = requirement.what {
            way.push((place, format!("`{who}` hands {part} to `{}` here", name(db, callee))));
            (unit, need) = (callee, next);
            continue;
        }
        let reason = phrase(requirement.what);
        let text = if local {
            format!("{part} is needed early: {reason}")
        } else {
            format!("`{who}` needs {part} early: {reason}")
        };
        way.push((place, text));
        return;
    }
}

/// The names on the way from a parameter to the place inside that needs it.
fn inside(
    db: &dyn Db,
    unit: Unit,
    flow: &Flow,
    requirement: &Requirement,
    needed: &ParamPart,
    way: &mut Vec<(Place, String)>,
) {
    let graph = &flow.values.graph;
    let atoms = graph.atoms_of(requirement.node);
    let Some(atom) = atoms.iter().copied().find(|atom| part(graph, *atom) == *needed) else { return };
    let lets = lets(db, unit);
    let mut found = Vec::new();
    let mut at = requirement.node;
    while let Some(next) = graph.operands(at).iter().find(|node| graph.atoms_of(**node).contains(&atom)) {
        if let Some((name, span)) = graph.node(at).expr.and_then(|expr| lets.get(&expr)) {
            found.push((Place::new(unit.file, *span), format!("`{name}` is computed from it here")));
        }
        at = *next;
    }
    found.dedup();
    found.reverse();
    let (first, last) = SHOWN;
    if found.len() > first + last {
        found.drain(first..found.len() - last);
    }
    way.extend(found);
}

/// The way of a value from the source of its lateness to here.
fn trace(db: &dyn Db, unit: Unit, node: NodeId, way: &mut Vec<(Place, String)>, depth: usize) {
    if depth > MAX_UNITS {
        return;
    }
    let flow = flow(db, unit);
    let graph = &flow.values.graph;
    let lets = lets(db, unit);
    let body = &checked(db, unit).body;
    let mut nodes = vec![node];
    let mut at = node;
    while graph.node(at).late != at {
        at = graph.node(at).late;
        nodes.push(at);
    }
    let add = |way: &mut Vec<(Place, String)>, span: Span, text: String| {
        let place = Place::new(unit.file, span);
        if way.iter().all(|(known, _)| *known != place) {
            way.push((place, text));
        }
    };
    for at in nodes.into_iter().rev() {
        let found = graph.node(at);
        let Some(expr) = found.expr else { continue };
        let span = body.own_span(expr);
        match found.origin {
            Origin::Atom => {}
            Origin::Fact => add(way, span, "a fact, known only on the host".to_owned()),
            Origin::Label => add(way, span, "a label, known only on the host".to_owned()),
            Origin::Attribute => add(way, span, "an attribute, known only on the host".to_owned()),
            Origin::Judged => {
                add(way, span, "of the resource that a guard judges, known only on the host".to_owned());
            }
            Origin::Secret => add(way, span, "a secret, known only while the plan runs".to_owned()),
            Origin::Output => add(way, span, "an output, known only while the plan runs".to_owned()),
            Origin::Part(other, leaf) => {
                if found.late == at
                    && let Some(inner) = super::flow(db, other).leaves.get(leaf as usize)
                {
                    trace(db, other, *inner, way, depth + 1);
                }
                match other.decl().map(|decl| signature::signature(db, decl)) {
                    Some(Signature::Record(_) | Signature::Enum(_)) => {
                        add(way, span, format!("a default of `{}` brings it here", name(db, other)));
                    }
                    Some(Signature::Fn(..) | Signature::Component(..)) => {
                        add(way, span, format!("comes out of `{}` here", name(db, other)));
                    }
                    _ if other.part == UnitPart::Template => {
                        add(way, span, format!("comes out of `{}` here", name(db, other)));
                    }
                    _ => {}
                }
            }
            Origin::Computed => {}
        }
        if matches!(found.origin, Origin::Computed | Origin::Part(..))
            && let Some((name, span)) = lets.get(&expr)
        {
            add(way, *span, format!("`{name}` is computed from it here"));
        }
    }
}

/// The names that are set to an expression.
fn lets(db: &dyn Db, unit: Unit) -> FxHashMap<ExprId, (SmolStr, Span)> {
    let body = &checked(db, unit).body;
    let mut lets = FxHashMap::default();
    for block in &body.blocks {
        for stmt in &block.stmts {
            let (Stmt::Let(local, value) | Stmt::ConstLet(local, value) | Stmt::Out(local, _, value)) = stmt
            else {
                continue;
            };
            if let Some(local) = block.locals.get(*local as usize) {
                lets.insert(*value, (local.name.clone(), local.span));
            }
        }
    }
    lets
}

fn name(db: &dyn Db, unit: Unit) -> SmolStr {
    if unit.part == UnitPart::Template {
        return SmolStr::new(unit.file.path(db).file_name().unwrap_or_default());
    }
    unit.decl().map(|decl| decl.text(db)).unwrap_or_default()
}

/// The parameters of a unit: those of a function or component, the fields of a record, of all variants of an
/// enum.
fn params(db: &dyn Db, unit: Unit) -> Vec<&Field> {
    match (unit.part, unit.decl().map(|decl| signature::signature(db, decl))) {
        (_, Some(Signature::Fn(params, _) | Signature::Record(params) | Signature::Component(params, _))) => {
            params.iter().collect()
        }
        (_, Some(Signature::Enum(variants))) => variants.iter().flat_map(|(_, fields)| fields).collect(),
        (UnitPart::Labels, _) => signature::label_types(db).iter().collect(),
        (UnitPart::Template, _) => signature::template_params(db, unit.file).iter().collect(),
        _ => Vec::new(),
    }
}

fn param_name(db: &dyn Db, unit: Unit, param: u32) -> SmolStr {
    params(db, unit).get(param as usize).map(|field| field.name.clone()).unwrap_or_default()
}

/// A part of a parameter in words: `` `name` of each of `sites` ``.
fn describe(db: &dyn Db, unit: Unit, part: &ParamPart) -> String {
    let params = params(db, unit);
    let Some(param) = params.get(part.param as usize) else { return "what it is given".to_owned() };
    // Names joined by dots, and what they are read of.
    let mut around = String::new();
    let mut names = param.name.to_string();
    let mut ty = Some(param.ty.clone());
    for step in &part.path {
        let some = ty.as_ref().map(|ty| ty.some().clone());
        match step {
            Step::Element => {
                around = if around.is_empty() {
                    format!("each of `{names}`")
                } else {
                    format!("each of `{names}` of {around}")
                };
                names = String::new();
                ty = some.and_then(|ty| element(&ty));
            }
            Step::Part(_) | Step::Payload(..) => {
                let Some(field) = some.and_then(|ty| field(db, &ty, *step)) else { break };
                if !names.is_empty() {
                    names.push('.');
                }
                names.push_str(&field.name);
                ty = Some(field.ty);
            }
        }
    }
    match (names.is_empty(), around.is_empty()) {
        (true, _) => around,
        (false, true) => format!("`{names}`"),
        (false, false) => format!("`{names}` of {around}"),
    }
}

fn element(ty: &Ty) -> Option<Ty> {
    match ty {
        Ty::List(inner) | Ty::Set(inner) => Some((**inner).clone()),
        Ty::Map(key, value) => Some(Ty::pair((**key).clone(), (**value).clone())),
        _ => None,
    }
}

fn field(db: &dyn Db, ty: &Ty, step: Step) -> Option<Field> {
    match (ty.plain(), step) {
        (Ty::Record(decl, _), Step::Part(at)) => match signature::signature(db, *decl) {
            Signature::Record(fields) => fields.get(at as usize).cloned(),
            _ => None,
        },
        (Ty::Enum(decl, _), Step::Payload(tag, at)) => match signature::signature(db, *decl) {
            Signature::Enum(variants) => variants.get(tag as usize)?.1.get(at as usize).cloned(),
            _ => None,
        },
        _ => None,
    }
}

/// How late a value is, as a whole; without one, it is known when the bundle is built.
pub(super) fn known(db: &dyn Db, unit: Unit, value: Option<Abs>) -> Known {
    let Some(value) = value else { return Known::default() };
    let flow = flow(db, unit);
    let graph = &flow.values.graph;
    let (nodes, mut params) = flow.values.everything(value);
    params.extend(nodes.iter().flat_map(|node| graph.atoms_of(*node)).map(|atom| graph.atom(*atom).param));
    params.sort_unstable();
    params.dedup();
    let names = self::params(db, unit);
    let params = if params.contains(&Atom::ALL) {
        names.iter().map(|field| field.name.clone()).collect()
    } else {
        params.iter().filter_map(|at| names.get(*at as usize)).map(|field| field.name.clone()).collect()
    };
    let latest = nodes.into_iter().max_by_key(|node| (graph.phase(*node), std::cmp::Reverse(*node)));
    let latest = latest.filter(|node| graph.phase(*node) != Phase::Const);
    let mut way = Vec::new();
    if let Some(node) = latest {
        trace(db, unit, node, &mut way, 0);
    }
    let phase = latest.map_or(Phase::Const, |node| graph.phase(node));
    Known { phase, params, source: way.first().map(|(place, _)| *place) }
}
