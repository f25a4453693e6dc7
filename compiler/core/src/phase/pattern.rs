//! Patterns: what they test, and what they bind.

use super::analysis::Analysis;
use super::graph::{NodeId, Step};
use super::value::Abs;
use crate::hir::Pattern;

impl Analysis<'_> {
    /// Collects what a pattern tests of a value, and what it binds.
    pub(super) fn pattern(
        &mut self,
        pattern: &Pattern,
        value: Abs,
        tests: &mut Vec<NodeId>,
        bound: &mut Vec<(u32, Abs)>,
    ) {
        match pattern {
            Pattern::Wildcard => {}
            Pattern::Bind(local) => bound.push((*local, value)),
            Pattern::Some(inner) => {
                let test = self.values.presence(value);
                tests.push(test);
                self.pattern(inner, value, tests, bound);
            }
            Pattern::None => {
                let test = self.values.presence(value);
                tests.push(test);
            }
            Pattern::Value(_) => {
                let test = self.values.whole(value);
                tests.push(test);
            }
            Pattern::Parts(parts) => {
                for (position, inner) in parts {
                    let part = self.values.step(value, Step::Part(*position));
                    self.pattern(inner, part, tests, bound);
                }
            }
            Pattern::Variant(tag, fields) => {
                let test = self.values.own(value);
                tests.push(test);
                for (position, inner) in fields {
                    let part = self.values.step(value, Step::Payload(*tag, *position));
                    self.pattern(inner, part, tests, bound);
                }
            }
        }
    }
}
