//! The plan of a package, as editors show it.

mod built;
mod change;
mod host;
mod source;
mod view;

pub use built::Built;
pub use change::{Change, Changed};
pub use view::{
    DeclaredAt, EdgeView, FixtureView, GroupView, NodeKind, NodeView, PlanQuestion, PlanView, ReasonView,
    RuleView, plan_view,
};
