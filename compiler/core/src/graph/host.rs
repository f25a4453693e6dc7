//! What there is of a plan on one host.

use mc_plan::instance::graph::{Origin, Step, at};
use mc_plan::instance::resolve::Own;
use mc_plan::instance::{Instance, Site};
use mc_plan::plan::{Edge, EdgeKind, EdgeReason, Plan, SourceSpan};
use mc_plan::value::Value;

/// What there is of a plan on one host.
pub struct OnHost<'i> {
    steps: &'i [Step<'i>],
    edges: &'i [mc_plan::instance::graph::Edge],
    /// The step on the host, by the plan's.
    of_plan: &'i [u32],
    /// The first step of the plan, by the host's.
    first: Vec<Option<usize>>,
    /// The declarations that exist, by the plan's steps.
    exists: Vec<Vec<bool>>,
}

impl<'i> OnHost<'i> {
    /// Reads it off the instance of a plan.
    pub fn new<S: Site>(instance: &'i mut Instance<'_, S>) -> Self {
        let graph = &instance.graph;
        let resolver = &mut instance.resolver;
        let exists = graph.plan.steps.iter().map(|step| {
            let exists = step.declarations.iter().map(|declaration| {
                graph.selected.contains(&declaration.policy)
                    && matches!(
                        resolver.early(&declaration.condition, Own::NOTHING),
                        Ok(Some(Value::Bool(true)))
                    )
            });
            exists.collect()
        });
        let exists = exists.collect();
        let mut first = vec![None; graph.steps.len()];
        for (position, vertex) in graph.of_plan.iter().enumerate().rev() {
            if let Some(first) = first.get_mut(at(*vertex)) {
                *first = Some(position);
            }
        }
        OnHost { steps: &graph.steps, edges: graph.edges.all(), of_plan: &graph.of_plan, first, exists }
    }

    /// Whether a declaration of a step of the plan exists.
    pub(super) fn exists(&self, step: usize, declaration: u32) -> bool {
        let declarations = self.exists.get(step);
        declarations.and_then(|all| all.get(declaration as usize)).copied().unwrap_or(false)
    }

    /// What a step of the plan is on the host.
    pub fn step(&self, step: usize) -> Option<&'i Step<'i>> {
        self.steps.get(at(*self.of_plan.get(step)?))
    }

    /// The first step of the plan that became the same on the host; none for this one itself.
    pub(super) fn first_of(&self, step: usize) -> Option<usize> {
        let first = self.first.get(at(*self.of_plan.get(step)?)).copied().flatten();
        first.filter(|first| *first != step)
    }

    /// The edges between vertices of the plan, those among them that only the host could find.
    pub fn edges(&self, plan: &Plan) -> Vec<Edge> {
        let edge = |edge: &mc_plan::instance::graph::Edge| match edge.origin {
            Origin::Plan(position) => plan.edges.get(at(position)).cloned(),
            Origin::Host(rule) => {
                let end = |vertex: u32| self.first.get(at(vertex)).copied().flatten().map(|at| at as u32);
                let schema = self.steps.get(at(edge.to))?.schema;
                Some(Edge {
                    from: end(edge.from)?,
                    to: end(edge.to)?,
                    kind: EdgeKind::Order,
                    reason: EdgeReason::Auto { schema, rule },
                    carrier: None,
                    span: SourceSpan::default(),
                })
            }
        };
        self.edges.iter().filter_map(edge).collect()
    }
}
