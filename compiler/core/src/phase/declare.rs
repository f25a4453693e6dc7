//! Resources and instances: what they need early, and what is known of a reference to one.

use super::Phase;
use super::analysis::{Analysis, Own, Task, What};
use super::graph::{NodeId, Origin};
use super::summary::Unit;
use super::value::Abs;
use crate::hir::{Clause, ExprId, ExprKind, Instance, Resource};
use mc_syntax::ast::ClauseKind;
use rustc_hash::FxHashMap;

impl<'db> Analysis<'db> {
    fn when(&mut self, when: Option<ExprId>) -> NodeId {
        let Some(when) = when else { return NodeId::KNOWN };
        let condition = self.expr(when);
        let node = self.values.whole(condition);
        self.need(node, Phase::Host, self.span(when), What::Existence)
    }

    /// A reference: whether it exists, and its key.
    pub(super) fn resource(&mut self, resource: &'db Resource, id: ExprId) -> Abs {
        let key = self.expr(resource.key);
        let over = self.when(resource.when);
        let key = self.need_whole(key, Phase::Host, resource.key, What::Key);
        self.tasks.push_back(Task { expr: id, block: self.block, key });
        Abs { over, ..self.values.parts(vec![key]) }
    }

    /// An instance: whether it exists, and its outputs.
    pub(super) fn instance(&mut self, instance: &'db Instance, id: ExprId) -> Abs {
        if let Some(name) = instance.name {
            let value = self.expr(name);
            self.need_whole(value, Phase::Host, name, What::InstanceName);
        }
        let over = self.when(instance.when);
        let mut call = self.call(Unit::item(instance.decl), 0, &instance.args, id, instance.head);
        let outputs = self.outputs(&mut call);
        if !instance.clauses.is_empty() {
            self.tasks.push_back(Task { expr: id, block: self.block, key: Abs::KNOWN });
        }
        self.values.under(outputs, over, id)
    }

    /// The body of a resource, or the clauses of an instance.
    pub(super) fn task(&mut self, task: &Task) {
        match &self.body.expr(task.expr).kind {
            ExprKind::Resource(resource) => {
                self.own = Some(Own { expr: task.expr, key: task.key, attributes: FxHashMap::default() });
                for setting in &resource.attributes {
                    self.attribute(resource, setting.attribute);
                }
                self.clauses(&resource.clauses);
                let around = self.block;
                for (hops, id) in &resource.inherited {
                    let Some(defaults) = self.body.defaults.get(*id as usize) else { continue };
                    self.block = self.outward(around, *hops);
                    for setting in &defaults.attributes {
                        self.expr(setting.value);
                    }
                    self.clauses(&defaults.clauses);
                }
                self.block = around;
                self.own = None;
            }
            ExprKind::Instance(instance) => self.clauses(&instance.clauses),
            _ => {}
        }
    }

    /// An attribute of the resource around. One that needs itself is an error that is reported elsewhere.
    fn attribute(&mut self, resource: &'db Resource, position: u32) -> Abs {
        let Some(own) = &mut self.own else { return Abs::KNOWN };
        if let Some(known) = own.attributes.get(&position) {
            return known.unwrap_or(Abs::KNOWN);
        }
        own.attributes.insert(position, None);
        let set = resource.attributes.iter().find(|setting| setting.attribute == position);
        let value = set.map_or(Abs::KNOWN, |setting| self.expr(setting.value));
        if let Some(own) = &mut self.own {
            own.attributes.insert(position, Some(value));
        }
        value
    }

    /// `self.mode`: what is set here, or what another declaration of the same resource sets, which is decided
    /// on the host at the latest.
    pub(super) fn self_attribute(&mut self, position: u32, id: ExprId) -> Abs {
        let Some(own) = self.own.as_ref().map(|own| own.expr) else { return Abs::KNOWN };
        let ExprKind::Resource(resource) = &self.body.expr(own).kind else { return Abs::KNOWN };
        let value = self.attribute(resource, position);
        let set = self.values.whole(value);
        let merged = self.values.graph.part(Origin::Attribute, Phase::Host, &[set], id);
        Abs::flat(merged, &self.body.expr(id).ty)
    }

    fn clauses(&mut self, clauses: &'db [Clause]) {
        for clause in clauses {
            let value = self.expr(clause.value);
            let (level, what) = match clause.kind {
                ClauseKind::Timeout => (Phase::Host, What::Timeout),
                ClauseKind::Retry => (Phase::Host, What::Retry),
                ClauseKind::Approval => (Phase::Const, What::Role),
                ClauseKind::Tags => (Phase::Const, What::Tag),
                _ => continue,
            };
            self.need_whole(value, level, clause.value, what);
            if let Some(every) = clause.every {
                let pause = self.expr(every);
                self.need_whole(pause, Phase::Host, every, What::Pause);
            }
        }
    }
}
