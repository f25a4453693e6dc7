//! Phases: when each value is known, found without evaluating anything.
//!
//! Every declaration is analysed once, by itself, over its typed form: which part of what it gives depends on
//! which parameter, fact, label or output, and which parameters it needs early because of which place
//! inside. What it shows of that is its [`Summary`]; whoever uses it only looks at that, so a mistake is
//! found where an argument is given, and a component that nobody uses is checked too.
//!
//! - `graph`: what is computed from what;
//! - `value`: phases of structures, by field, payload, shape and element;
//! - `analysis` and its parts: from the typed form to both;
//! - `summary`: what others see;
//! - `call`: the use of a summary;
//! - `finding`: the messages;
//! - `order`: declarations in an order in which every summary finds those it needs.
//!
//! Phases are not types, and they do not depend on values: every branch counts, whatever its condition.

mod analysis;
mod builtin;
mod call;
mod collection;
mod declare;
mod expr;
mod finding;
mod function;
mod graph;
mod order;
mod pattern;
mod summary;
mod value;

pub use analysis::checked;
pub use order::prepare;
pub(crate) use order::{prepare_file, prepare_values};
pub use summary::{Summary, Unit, UnitPart};

use analysis::Flow;

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place};
use crate::hir::{BlockId, ExprId};
use crate::name::{self, DeclId};
use mc_syntax::ast::ItemKind;
use smol_str::SmolStr;

/// When a value is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// When the bundle is built.
    #[default]
    Const,
    /// On the host, before anything runs.
    Host,
    /// While the plan runs.
    Run,
}

impl Phase {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Const => "const",
            Phase::Host => "host",
            Phase::Run => "run",
        }
    }
}

/// The analysis of a unit.
pub(crate) fn flow(db: &dyn Db, unit: Unit) -> &Flow {
    flow_query(db, unit.file, unit.part)
}

#[salsa::tracked(no_eq, returns(ref), cycle_result = flow_cycle)]
fn flow_query(db: &dyn Db, file: File, part: UnitPart) -> Flow {
    analysis::analyse(db, Unit { file, part })
}

/// Declarations that need themselves: reported by [`crate::check::recursion`], which knows the way.
fn flow_cycle(_db: &dyn Db, _id: salsa::Id, _file: File, _part: UnitPart) -> Flow {
    Flow::opaque()
}

/// What a unit shows of its phases.
pub(crate) fn summary_of(db: &dyn Db, unit: Unit) -> &Summary {
    summary_query(db, unit.file, unit.part)
}

#[salsa::tracked(returns(ref), cycle_result = summary_cycle)]
fn summary_query(db: &dyn Db, file: File, part: UnitPart) -> Summary {
    flow(db, Unit { file, part }).summary.clone()
}

fn summary_cycle(_db: &dyn Db, _id: salsa::Id, _file: File, _part: UnitPart) -> Summary {
    Summary::opaque()
}

/// What a declaration shows of its phases.
pub fn summary(db: &dyn Db, id: DeclId) -> &Summary {
    order::prepare_for(db, Unit::item(id));
    summary_of(db, Unit::item(id))
}

/// The values of a declaration that are needed earlier than they are known.
pub fn findings(db: &dyn Db, unit: Unit) -> &[Diagnostic] {
    findings_query(db, unit.file, unit.part)
}

#[salsa::tracked(no_eq, returns(deref))]
fn findings_query(db: &dyn Db, file: File, part: UnitPart) -> Vec<Diagnostic> {
    finding::diagnostics(db, Unit { file, part })
}

/// The units of a file.
pub fn units(db: &dyn Db, file: File) -> Vec<Unit> {
    let mut units = vec![Unit::values(file)];
    for (index, item) in name::tree(db, file).items.iter().enumerate() {
        if !name::counts(db, file, &item.kind) {
            continue;
        }
        let part = match &item.kind {
            ItemKind::Fn(_)
            | ItemKind::Record(_)
            | ItemKind::Enum(_)
            | ItemKind::Component(_)
            | ItemKind::Policy(_)
            | ItemKind::Guard(_)
            | ItemKind::Rollout(_)
            | ItemKind::FactDecl(_) => UnitPart::Item(index as u32),
            ItemKind::Labels(_) if file.module(db).is_empty() => UnitPart::Labels,
            _ => continue,
        };
        if !units.iter().any(|unit| part == UnitPart::Labels && unit.part == part) {
            units.push(Unit { file, part });
        }
    }
    units
}

/// How late a value is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its phase if every parameter is known when the bundle is built.
    pub phase: Phase,
    /// The parameters that it is at least as late as, in the order of their declaration.
    pub params: Vec<SmolStr>,
    /// What makes it late, unless it is `const`: a fact, a label, an output.
    pub source: Option<Place>,
}

/// How much work the analysis of a unit is, in steps: it grows with the size of the unit and no faster.
pub fn work(db: &dyn Db, unit: Unit) -> u64 {
    order::prepare_for(db, unit);
    flow(db, unit).steps
}

/// How late an expression is, as a whole.
pub fn of_expr(db: &dyn Db, unit: Unit, expr: ExprId) -> Known {
    order::prepare_for(db, unit);
    let late = &flow(db, unit).late;
    let found = late.binary_search_by_key(&expr, |(id, _)| *id);
    finding::known(db, unit, found.ok().map(|found| late[found].1))
}

/// How late a local is, as a whole.
pub fn of_local(db: &dyn Db, unit: Unit, block: BlockId, local: u32) -> Known {
    order::prepare_for(db, unit);
    let locals = &flow(db, unit).locals;
    let found = locals.binary_search_by_key(&(block, local), |(id, _)| *id);
    finding::known(db, unit, found.ok().map(|found| locals[found].1))
}
