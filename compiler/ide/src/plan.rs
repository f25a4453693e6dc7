//! The plan of a package, as editors show it.

mod built;
mod change;
mod host;
mod order;
mod source;
mod view;

pub use built::Built;
pub use change::{Change, Changed};
pub(crate) use host::selected;
pub use order::{Order, OrderOf, OrderQuestion, OrderedStep, runs_before};
pub(crate) use source::{DeclaredHere, Sources, declared_at};
pub(crate) use view::mistakes;
pub use view::{
    DeclaredAt, EdgeView, FixtureView, GroupView, NodeKind, NodeView, PlanQuestion, PlanView, ReasonView,
    RuleView, plan_view,
};
