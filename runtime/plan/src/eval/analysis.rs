//! What each node of an [`Exprs`] depends on, computed once from the first node to the last.

use std::collections::BTreeSet;

use crate::expr::{ExprId, Exprs, Node};

/// How deep lambdas nest at most: [`Node::Local`] is below it.
pub const MAX_LAMBDAS: usize = 32;

/// When a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// When the bundle is built.
    Const,
    /// On the host, before anything runs.
    Host,
    /// Only while the plan runs.
    Run,
}

const HOST: u8 = 1;
const RUN: u8 = 2;
/// The step's own key, attributes or early outputs.
const STEP: u8 = 4;
/// A secret.
const SECRET: u8 = 8;
/// An output of a step, or an early one of the step itself.
const OUTPUT: u8 = 16;
/// What the step would do.
const CHANGE: u8 = 32;
/// An element of a loop that the host runs.
const ELEMENT: u8 = 64;

/// What the nodes of one [`Exprs`] depend on.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    sources: Vec<u8>,
    locals: Vec<u32>,
}

impl Analysis {
    /// Looks at every node once. A node that names a later one counts as if it did not.
    #[must_use]
    pub fn new(exprs: &Exprs) -> Self {
        let mut this = Self {
            sources: Vec::with_capacity(exprs.nodes.len()),
            locals: Vec::with_capacity(exprs.nodes.len()),
        };
        for node in &exprs.nodes {
            let mut sources = match node {
                Node::Fact(_) | Node::Label(_) => HOST,
                Node::Element(_) => HOST | ELEMENT,
                Node::Output { .. } => RUN | OUTPUT,
                Node::Change(_) => RUN | STEP | CHANGE,
                Node::Secret(_) => RUN | SECRET,
                Node::Key => HOST | STEP,
                // An attribute may hold a run value, an early output comes from the provider.
                Node::Attribute(_) => RUN | STEP,
                Node::Early(_) => RUN | STEP | OUTPUT,
                _ => 0,
            };
            let mut locals = match node {
                Node::Local(local) => bit(*local),
                _ => 0,
            };
            // What a loop's body uses of the loop's own parameters is bound.
            let (body, bound) = match node {
                Node::Each { local, body, .. } => (Some(*body), bit(*local)),
                Node::Fold { local, body, .. } => (Some(*body), bit(*local) | bit(local.saturating_add(1))),
                _ => (None, 0),
            };
            node.operands(|operand| {
                sources |= this.sources(operand);
                let free = this.free_locals(operand);
                locals |= if body == Some(operand) { free & !bound } else { free };
            });
            this.sources.push(sources);
            this.locals.push(locals);
        }
        this
    }

    fn sources(&self, id: ExprId) -> u8 {
        self.sources.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// The lambda parameters that a node uses and does not bind itself, as a bit set by depth.
    #[must_use]
    pub fn free_locals(&self, id: ExprId) -> u32 {
        self.locals.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// Whether a node depends on the step's own key, attributes or early outputs.
    #[must_use]
    pub fn uses_step(&self, id: ExprId) -> bool {
        self.sources(id) & STEP != 0
    }

    /// Whether a node depends on a secret, so that nothing of its value may be shown. An attribute of the step
    /// itself that was given a secret is not seen from here: [`crate::plan::Plan::secret_attributes`] sees it.
    #[must_use]
    pub fn secret(&self, id: ExprId) -> bool {
        self.sources(id) & SECRET != 0
    }

    /// Whether a node reads an output of a step or an early one.
    #[must_use]
    pub fn reads_output(&self, id: ExprId) -> bool {
        self.sources(id) & OUTPUT != 0
    }

    /// Whether a node reads an element of a loop that the host runs.
    #[must_use]
    pub fn uses_element(&self, id: ExprId) -> bool {
        self.sources(id) & ELEMENT != 0
    }

    /// Whether what a node gives may change with what [`super::Evaluator::next_step`] leaves behind.
    pub(super) fn is_of_step(&self, id: ExprId) -> bool {
        self.sources(id) & (STEP | ELEMENT) != 0
    }

    /// Whether a node asks what the step would do.
    #[must_use]
    pub fn reads_change(&self, id: ExprId) -> bool {
        self.sources(id) & CHANGE != 0
    }

    /// When a node's value is known. The step's own attributes and early outputs count as `run`; inside a
    /// lambda's body its parameter counts as `const`, and the list counts for the whole `map`.
    #[must_use]
    pub fn phase(&self, id: ExprId) -> Phase {
        let sources = self.sources(id);
        if sources & RUN != 0 {
            Phase::Run
        } else if sources & HOST != 0 {
            Phase::Host
        } else {
            Phase::Const
        }
    }

    /// The step's own attributes that a node may read, for the order in which they are evaluated.
    #[must_use]
    pub fn attributes(&self, exprs: &Exprs, id: ExprId) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.visit(STEP, exprs, id, |node| {
            if let Node::Attribute(position) = node {
                found.insert(*position);
            }
        });
        found
    }

    /// The secrets that a node depends on, by their position in the plan's table.
    #[must_use]
    pub fn secrets(&self, exprs: &Exprs, id: ExprId) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.visit(SECRET, exprs, id, |node| {
            if let Node::Secret(position) = node {
                found.insert(*position);
            }
        });
        found
    }

    /// Calls `visit` for the nodes below `id`, itself among them, that have one of these sources, once each.
    fn visit(&self, sources: u8, exprs: &Exprs, id: ExprId, mut visit: impl FnMut(&Node)) {
        let mut open = vec![id];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let Some(node) = exprs.get(id) else { continue };
            if self.sources(id) & sources != 0 && seen.insert(id) {
                visit(node);
                node.operands(|operand| open.push(operand));
            }
        }
    }
}

/// No bit for a depth that is not allowed: the evaluator refuses such a node.
fn bit(local: u32) -> u32 {
    1_u32.checked_shl(local).unwrap_or(0)
}

impl Exprs {
    /// What each node depends on.
    #[must_use]
    pub fn analyse(&self) -> Analysis {
        Analysis::new(self)
    }
}
