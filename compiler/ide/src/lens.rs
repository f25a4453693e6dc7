//! What is said over declarations.

use crate::definition::Location;
use crate::plan::selected;
use crate::reference::references;
use crate::test_case;
use mc_compiler::name::{self, DeclId};
use mc_compiler::test::fixtures;
use mc_compiler::{Db, File, compiled_plan};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;

/// A place over which something can be said. What that is takes longer to find, and is asked for when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The declared name.
    pub range: Span,
    /// What it is about.
    pub kind: LensKind,
}

/// What a lens is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// The policy of this name.
    Policy(String),
    /// The test of this id.
    Test(String),
    /// The uses of what is declared.
    References,
}

/// The lenses of a module of the package or of one that it depends on, in order.
pub fn lenses(db: &dyn Db, file: File) -> Vec<Lens> {
    if name::is_template(db, file) || !name::is_user(db, file) {
        return Vec::new();
    }
    let mut found: Vec<Lens> = Vec::new();
    let is_root = name::is_root(db, file);
    for (index, item) in (0..).zip(&name::tree(db, file).items) {
        let id = DeclId { file, index };
        let kind = match &item.kind {
            ItemKind::Policy(_) if is_root => LensKind::Policy(id.qualified(db)),
            ItemKind::Component(_)
            | ItemKind::Fn(_)
            | ItemKind::Record(_)
            | ItemKind::Enum(_)
            | ItemKind::TypeAlias(_)
            | ItemKind::Resource(_) => LensKind::References,
            _ => continue,
        };
        let Some(name) = name::item_name(&item.kind).filter(|name| !name.text.is_empty()) else { continue };
        found.push(Lens { range: name.span, kind });
    }
    let tests = test_case::tests(db, file).into_iter();
    found.extend(tests.map(|test| Lens { range: test.selection, kind: LensKind::Test(test.id) }));
    found.sort_by_key(|lens| lens.range);
    found
}

/// What is said over a policy: `2 of 4 fixtures \u{b7} 12 steps`. None if the plan does not have it.
pub fn policy_lens(db: &dyn Db, policy: &str) -> Option<String> {
    let Some(compiled) = compiled_plan(db) else { return Some("no plan: the package has errors".to_owned()) };
    let plan = &compiled.plan;
    let position = plan.policies.iter().position(|known| known.name == policy)?;
    let of_it = |step: &&mc_plan::plan::Step| step.declarations.iter().any(|d| d.policy as usize == position);
    let steps = plan.steps.iter().filter(of_it).count();
    let fixtures = fixtures(db);
    let gets = |fixture: &&mc_compiler::test::Fixture| {
        selected(db, plan, fixture).get(position).copied().flatten() == Some(true)
    };
    let matching = fixtures.iter().filter(gets).count();
    let all = fixtures.len();
    let steps = counted(steps, "step", "steps");
    Some(format!("{matching} of {} \u{b7} {steps}", counted(all, "fixture", "fixtures")))
}

/// Where the name at an offset is used, without its declaration, and what is said of that: `3 references`.
pub fn reference_lens(db: &dyn Db, file: File, offset: u32) -> (String, Vec<Location>) {
    let mut found = Vec::new();
    for (file, usages) in references(db, file, offset) {
        let uses = usages.into_iter().filter(|usage| !usage.declares);
        found.extend(uses.map(|usage| Location { file, span: usage.span }));
    }
    (counted(found.len(), "reference", "references"), found)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
