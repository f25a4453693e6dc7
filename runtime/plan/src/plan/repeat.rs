//! Loops that the host runs: `for x in LIST { .. }` where only the host knows the elements.
//!
//! What is declared inside is in the plan once, and reads its element as [`Node::Element`]. Before anything else is
//! made of the plan, [`crate::instance::unroll`] repeats it for each element.

use super::{Plan, SourceSpan};
use crate::expr::{ExprId, Node, Operand};

/// How deep such loops nest at most.
pub const MAX_REPEATS: usize = 32;

/// A loop that the host runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Position in the plan's policies; counts only on hosts that get the policy.
    pub policy: u32,
    /// What it runs over: a list, a set, or a map, whose elements are records (key, value). Host phase.
    pub list: ExprId,
    /// The loop around it, which comes before it.
    pub parent: Option<u32>,
    /// When it is reached (host phase, boolean).
    pub condition: Operand,
    /// What an element is called in the source.
    pub name: String,
    /// The barriers inside, but in no loop further inside: positions among the plan's barriers, sorted.
    pub barriers: Vec<u32>,
    /// Where what it runs over stands.
    pub span: SourceSpan,
}

/// An instance of a component whose name only the host knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostInstance {
    /// Position in the plan's policies.
    pub policy: u32,
    /// Its path, as declarations and scopes in the plan give it. It ends in something in brackets that stands for the
    /// name.
    pub path: String,
    /// The name (host phase, text).
    pub name: ExprId,
    /// The innermost loop around it: a position in the plan's repeats.
    pub repeat: Option<u32>,
    /// When it exists (host phase, boolean).
    pub condition: Operand,
    /// Where it is declared.
    pub span: SourceSpan,
}

impl Plan {
    /// The loop around each step and then each barrier, the innermost one.
    pub(crate) fn repeats_of_vertices(&self) -> Vec<Option<u32>> {
        let steps = self.steps.len();
        let mut of: Vec<Option<u32>> = self.steps.iter().map(|step| step.repeat).collect();
        of.resize(steps + self.barriers as usize, None);
        for (at, repeat) in (0_u32..).zip(&self.repeats) {
            for barrier in &repeat.barriers {
                if let Some(slot) = of.get_mut(steps + *barrier as usize) {
                    *slot = Some(at);
                }
            }
        }
        of
    }

    /// The innermost loop whose element, or whose step's output, each expression reads. Loops come after those around
    /// them, so among the loops of one place it is the last.
    pub(crate) fn repeats_of_exprs(&self) -> Vec<Option<u32>> {
        let mut of: Vec<Option<u32>> = Vec::with_capacity(self.exprs.nodes.len());
        for node in &self.exprs.nodes {
            let mut innermost = match node {
                Node::Element(repeat) => Some(*repeat),
                Node::Output { step, .. } => self.steps.get(*step as usize).and_then(|step| step.repeat),
                _ => None,
            };
            node.operands(|operand| innermost = innermost.max(of.get(operand.0 as usize).copied().flatten()));
            of.push(innermost);
        }
        of
    }

    /// Whether what is in the loop `inner` is also in `outer`; no loop is around everything.
    pub(crate) fn is_in_repeat(&self, inner: Option<u32>, outer: Option<u32>) -> bool {
        let Some(outer) = outer else { return true };
        let mut at = inner;
        for _ in 0..=MAX_REPEATS {
            match at {
                Some(repeat) if repeat == outer => return true,
                Some(repeat) if repeat > outer => {
                    at = self.repeats.get(repeat as usize).and_then(|repeat| repeat.parent);
                }
                _ => return false,
            }
        }
        false
    }
}
