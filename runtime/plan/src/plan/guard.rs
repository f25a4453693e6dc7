//! What a plan may not do, and what it may do only with somebody's consent.

use super::{Part, Plan, SourceSpan};
use crate::expr::{ExprId, Operand};
use crate::schema::Schema;

/// A guard's rule about the resources of one type. It holds for all policies of the bundle.
///
/// It is judged for every step of its type before anything runs, as far as what it reads is known then, and
/// for the rest right before the step would act. One that has no value counts as holding: what nobody can
/// judge is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The guard's name; of a `check` of a resource type, that of the type. Its rules stand together.
    pub name: String,
    /// The resource type: position in the plan's schemas.
    pub schema: u32,
    /// When it holds: a boolean over the step's key, its attributes, facts, labels and, by
    /// [`crate::expr::Node::Change`], what the step would do. Never over a secret, an output or an early output.
    pub predicate: ExprId,
    /// What follows then.
    pub action: GuardAction,
    /// Why, for people: a text over the same as the predicate.
    pub message: Option<Operand>,
    /// What the predicate is made of, to show why it holds: over the same.
    pub parts: Vec<Part>,
    /// Where it is declared.
    pub span: SourceSpan,
}

impl Guard {
    /// Whether it is a `check` of the resource type itself, which has the type's name.
    #[must_use]
    pub fn is_check(&self, plan: &Plan) -> bool {
        self.schema_of(plan).is_some_and(|schema| schema.name == self.name)
    }

    fn schema_of<'p>(&self, plan: &'p Plan) -> Option<&'p Schema> {
        usize::try_from(self.schema).ok().and_then(|at| plan.schemas.get(at))
    }

    /// In words: ``the guard `no_world_writable` ``, ``the `check` of `File` ``.
    #[must_use]
    pub fn shown(&self, plan: &Plan) -> String {
        if self.is_check(plan) {
            format!("the `check` of `{}`", self.name.rsplit('.').next().unwrap_or(&self.name))
        } else {
            format!("the guard `{}`", self.name)
        }
    }
}

/// What a guard demands where it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardAction {
    /// `deny`: the plan is refused, or the step is not done.
    Deny,
    /// `require approval from ROLE`: the step waits for it.
    Approval(String),
}

/// The longest name of a role or tag, in bytes.
const MOST: usize = 64;

/// Whether a text names a role that approves, or a tag: 1 to 64 letters, digits, `_`, `.` and `-`.
#[must_use]
pub fn is_word(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=MOST).contains(&text.len()) && text.bytes().all(allowed)
}
