//! The order of the analysis: callees first, so that a chain of declarations of any length needs no deep stack.

use super::analysis::checked;
use super::summary::{Unit, UnitPart};
use super::summary_of;
use crate::check::recursion;
use crate::db::{Db, File};
use crate::hir::{self, Body, ExprId, ExprKind};
use crate::name;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};

/// The units whose summaries a unit asks for; of the values of a module each for itself.
#[salsa::tracked(returns(ref))]
fn uses_query(db: &dyn Db, file: File, part: UnitPart) -> Vec<(File, UnitPart)> {
    let body = &checked(db, Unit { file, part }).body;
    let exprs = match part {
        UnitPart::Value(local) => own_exprs(body, local),
        _ => body.exprs.as_slice(),
    };
    let mut found = Vec::new();
    let mut known = FxHashSet::default();
    for expr in exprs {
        let unit = match &expr.kind {
            // The values of a module are analysed in an order in which each is there.
            ExprKind::Global(other, _) if *other == file && part == UnitPart::Values => continue,
            ExprKind::Global(file, local) => Unit::value(*file, *local),
            ExprKind::CallFn(decl, _) | ExprKind::Function(decl) => Unit::item(*decl),
            ExprKind::CallTemplate(file, _) => Unit::template(*file),
            ExprKind::Record(decl, fields) | ExprKind::Variant(decl, _, fields)
                if fields.iter().any(|field| field.is_none_or(|field| is_open(body, field))) =>
            {
                Unit::item(*decl)
            }
            ExprKind::Instance(instance) => Unit::item(instance.decl),
            _ => continue,
        };
        if known.insert(unit) {
            found.push((unit.file, unit.part));
        }
    }
    found
}

/// The expressions of one value of a module.
fn own_exprs(body: &Body, local: u32) -> &[hir::Expr] {
    let (first, end) = body.values.get(local as usize).map_or((0, 0), |value| value.exprs);
    body.exprs.get(first as usize..end as usize).unwrap_or_default()
}

/// The unit that says how late a value of a module is: all values of the module together, or the value alone where
/// they and functions need each other.
pub(super) fn value(db: &dyn Db, file: File, local: u32) -> Unit {
    if tangled(db).contains(&file) { Unit::value(file, local) } else { Unit::values(file) }
}

/// The modules some of whose values are made by functions that read others of them.
#[salsa::tracked(returns(ref))]
fn tangled(db: &dyn Db) -> FxHashSet<File> {
    recursion::check_values(db);
    let whole = |unit: Unit| match unit.part {
        UnitPart::Value(_) => Unit::values(unit.file),
        _ => unit,
    };
    let mut graph: DiGraph<Unit, ()> = DiGraph::new();
    let mut places: FxHashMap<Unit, NodeIndex> = FxHashMap::default();
    let mut open = Vec::new();
    // A knot with values in it is found from these values.
    for file in name::modules(db).values().filter(|file| name::is_user(db, **file)) {
        let unit = Unit::values(*file);
        places.insert(unit, graph.add_node(unit));
        open.push(unit);
    }
    while let Some(unit) = open.pop() {
        let mut targets = FxHashSet::default();
        for (file, part) in uses_query(db, unit.file, unit.part) {
            let used = whole(Unit { file: *file, part: *part });
            let to = *places.entry(used).or_insert_with(|| {
                open.push(used);
                graph.add_node(used)
            });
            if let (true, Some(from)) = (targets.insert(used), places.get(&unit)) {
                graph.add_edge(*from, to, ());
            }
        }
    }
    // Kosaraju and not Tarjan: this one does not recurse.
    let knots = kosaraju_scc(&graph).into_iter().filter(|knot| knot.len() > 1);
    let units = knots.flatten().filter_map(|place| graph.node_weight(place).copied());
    units.filter(|unit| unit.part == UnitPart::Values).map(|unit| unit.file).collect()
}

/// Whether a field may be left to its default.
fn is_open(body: &Body, field: ExprId) -> bool {
    matches!(body.expr(field).kind, ExprKind::OrDefault(..))
}

/// Checks the values of all modules in an order that needs no deep stack, and finds which need each other.
pub(crate) fn prepare_values(db: &dyn Db) {
    tangled(db);
}

/// Analyses everything that the package declares, callees first.
pub fn prepare(db: &dyn Db) {
    prepare_values(db);
    let mut done = FxHashSet::default();
    for file in name::smallest_first(db).into_iter().chain(name::templates(db)) {
        visit_file(db, file, &mut done);
    }
}

/// Analyses what one file declares, callees first.
pub(crate) fn prepare_file(db: &dyn Db, file: File) {
    prepare_values(db);
    visit_file(db, file, &mut FxHashSet::default());
}

/// Analyses what a unit uses, callees first.
pub(super) fn prepare_for(db: &dyn Db, unit: Unit) {
    visit(db, unit, &mut FxHashSet::default());
}

fn visit_file(db: &dyn Db, file: File, done: &mut FxHashSet<Unit>) {
    if name::is_template(db, file) {
        return visit(db, Unit::template(file), done);
    }
    for unit in super::units(db, file) {
        visit(db, unit, done);
    }
}

/// Depth-first with a stack of its own.
fn visit(db: &dyn Db, start: Unit, done: &mut FxHashSet<Unit>) {
    if !done.insert(start) {
        return;
    }
    let mut stack = vec![(start, 0usize)];
    while let Some((unit, next)) = stack.last_mut() {
        let unit = *unit;
        if let Some((file, part)) = uses_query(db, unit.file, unit.part).get(*next) {
            *next += 1;
            let used = match part {
                UnitPart::Value(local) => value(db, *file, *local),
                part => Unit { file: *file, part: *part },
            };
            if done.insert(used) {
                stack.push((used, 0));
            }
            continue;
        }
        summary_of(db, unit);
        stack.pop();
    }
}
