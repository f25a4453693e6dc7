//! When two expressions of different plans are the same: equal operations on equal operands, where facts, labels,
//! secrets, steps and outputs are equal by name.

use crate::notation::{Typed, type_name};
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::{Fact, Plan};
use mc_plan::schema::Schema;
use mc_plan::value::{TypeDef, TypeShape, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Numbers for the expressions and steps of two plans: equal ones have one number.
pub(super) struct Canon {
    old: Numbers,
    new: Numbers,
    /// Whether positions of fields, variants and attributes mean the same on both sides.
    positions_agree: bool,
}

struct Numbers {
    exprs: Vec<u32>,
    steps: Vec<u32>,
    loops: Vec<u32>,
}

#[derive(Default)]
struct Interner {
    nodes: FxHashMap<Node, u32>,
    names: FxHashMap<String, u32>,
    steps: FxHashMap<(String, Key, String), u32>,
    /// Loops of the old plan that are none of the new one yet: what they run over, and their numbers.
    loops: FxHashMap<LoopKey, Vec<(u32, u32)>>,
    loop_count: u32,
}

/// The number of the loop around a loop, and what its elements are called.
type LoopKey = (Option<u32>, String);

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Value(Value),
    Expr(u32),
}

impl Canon {
    pub(super) fn new(old: &Plan, new: &Plan) -> Self {
        let mut interner = Interner::default();
        // A type that only one side has is in no expression of the other.
        let (before, after) = (shapes(old), shapes(new));
        let agree = |(name, shape): (&String, &String)| after.get(name).is_none_or(|other| other == shape);
        Canon {
            old: interner.numbers(old),
            new: interner.numbers(new),
            positions_agree: before.iter().all(agree),
        }
    }

    /// A step of the old plan, by its identity.
    pub(super) fn old_step(&self, step: u32) -> Option<u32> {
        self.old.steps.get(step as usize).copied()
    }

    /// A step of the new plan, by its identity.
    pub(super) fn new_step(&self, step: u32) -> Option<u32> {
        self.new.steps.get(step as usize).copied()
    }

    /// Whether two operands are the same by structure; none if that says nothing, because the types they are
    /// of have changed.
    pub(super) fn same(&self, old: &Operand, new: &Operand) -> Option<bool> {
        let same = match (old, new) {
            (Operand::Value(old), Operand::Value(new)) => old == new,
            (Operand::Expr(old), Operand::Expr(new)) => {
                self.old.exprs.get(old.0 as usize) == self.new.exprs.get(new.0 as usize)
            }
            _ => false,
        };
        self.positions_agree.then_some(same)
    }
}

impl Interner {
    fn numbers(&mut self, plan: &Plan) -> Numbers {
        let loops = self.loops(plan);
        let mut numbers = Numbers { exprs: vec![u32::MAX; plan.exprs.nodes.len()], steps: Vec::new(), loops };
        // Keys first: outputs are of steps, and steps are known by their keys, which read no outputs.
        let mut of_keys = vec![false; plan.exprs.nodes.len()];
        for step in &plan.steps {
            if let Operand::Expr(id) = step.key {
                mark(&mut of_keys, id);
            }
        }
        for at in (0..of_keys.len()).rev() {
            if of_keys[at] {
                plan.exprs.nodes[at].operands(|operand| mark(&mut of_keys, operand));
            }
        }
        for at in (0..of_keys.len()).filter(|at| of_keys[*at]) {
            numbers.exprs[at] = self.node(plan, &numbers, &plan.exprs.nodes[at]);
        }
        for step in &plan.steps {
            let schema = plan.schemas.get(step.schema as usize).map_or("", |schema| &schema.name);
            let key = match &step.key {
                Operand::Value(value) => Key::Value(value.clone()),
                Operand::Expr(id) => Key::Expr(numbers.exprs.get(id.0 as usize).copied().unwrap_or(u32::MAX)),
            };
            let next = self.steps.len() as u32;
            // Of one key, what is in a loop is told apart from what is not.
            let around =
                step.repeat.and_then(|repeat| Some(format!(" {}", numbers.loops.get(repeat as usize)?)));
            let scope = step.scope.clone() + &around.unwrap_or_default();
            let number = *self.steps.entry((schema.to_owned(), key, scope)).or_insert(next);
            numbers.steps.push(number);
        }
        for at in (0..of_keys.len()).filter(|at| !of_keys[*at]) {
            numbers.exprs[at] = self.node(plan, &numbers, &plan.exprs.nodes[at]);
        }
        numbers
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.insert(name.to_owned(), number);
        number
    }

    /// The loops, from the outer ones to the inner ones. Of those around which the same loop is, and whose elements are
    /// called the same, first those are one that run over the same, and then the others in order: what a loop runs over
    /// may change, and is shown then.
    fn loops(&mut self, plan: &Plan) -> Vec<u32> {
        let mut numbers = Numbers {
            exprs: vec![u32::MAX; plan.exprs.nodes.len()],
            steps: Vec::new(),
            loops: vec![u32::MAX; plan.repeats.len()],
        };
        let mut inner: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
        for (at, repeat) in plan.repeats.iter().enumerate() {
            inner.entry(repeat.parent).or_default().push(at);
        }
        // Those of one plan are never each other.
        let mut own = Vec::new();
        let mut open = vec![None];
        while let Some(around) = open.pop() {
            let level = inner.remove(&around).unwrap_or_default();
            let number = around.and_then(|around: u32| numbers.loops.get(around as usize).copied());
            let lists: Vec<u32> =
                level.iter().map(|at| self.expression(plan, &mut numbers, plan.repeats[*at].list)).collect();
            let key = |at: usize| (number, plan.repeats[at].name.clone());
            for same_list in [true, false] {
                for (at, list) in level.iter().copied().zip(&lists) {
                    if numbers.loops[at] != u32::MAX {
                        continue;
                    }
                    let Some(known) = self.loops.get_mut(&key(at)) else { continue };
                    let found = known.iter().position(|(other, _)| !same_list || other == list);
                    if let Some(found) = found {
                        numbers.loops[at] = known.remove(found).1;
                    }
                }
            }
            for (at, list) in level.iter().zip(lists) {
                if numbers.loops[*at] == u32::MAX {
                    numbers.loops[*at] = self.loop_count;
                    own.push((key(*at), (list, self.loop_count)));
                    self.loop_count += 1;
                }
                open.push(Some(*at as u32));
            }
        }
        for (key, known) in own {
            self.loops.entry(key).or_default().push(known);
        }
        numbers.loops
    }

    /// The number of an expression that reads no outputs.
    fn expression(&mut self, plan: &Plan, numbers: &mut Numbers, id: ExprId) -> u32 {
        let mut needed = Vec::new();
        let mut seen = FxHashSet::default();
        let mut open = vec![id];
        while let Some(ExprId(at)) = open.pop() {
            let is_open = numbers.exprs.get(at as usize).is_some_and(|number| *number == u32::MAX);
            if is_open && seen.insert(at) {
                needed.push(at as usize);
                plan.exprs.nodes[at as usize].operands(|operand| open.push(operand));
            }
        }
        // Operands come before what is made of them.
        needed.sort_unstable();
        for at in needed {
            numbers.exprs[at] = self.node(plan, numbers, &plan.exprs.nodes[at]);
        }
        numbers.exprs.get(id.0 as usize).copied().unwrap_or(u32::MAX)
    }

    fn node(&mut self, plan: &Plan, numbers: &Numbers, node: &Node) -> u32 {
        let number = |id: ExprId| ExprId(numbers.exprs.get(id.0 as usize).copied().unwrap_or(u32::MAX));
        let node = match node {
            Node::Fact(at) => {
                let name = plan.facts.get(*at as usize).map(Fact::shown).unwrap_or_default();
                Node::Fact(self.name(&name))
            }
            Node::Label(at) => Node::Label(self.name(plan.labels.get(*at as usize).map_or("", |l| &l.name))),
            Node::Secret(at) => {
                Node::Secret(self.name(plan.secrets.get(*at as usize).map_or("", |secret| &secret.name)))
            }
            Node::Element(repeat) => {
                Node::Element(numbers.loops.get(*repeat as usize).copied().unwrap_or(u32::MAX))
            }
            Node::Output { step, output } => {
                let schema = plan.steps.get(*step as usize).and_then(|s| plan.schemas.get(s.schema as usize));
                let output = schema.and_then(|schema| schema.outputs.get(*output as usize));
                Node::Output {
                    step: numbers.steps.get(*step as usize).copied().unwrap_or(u32::MAX),
                    output: self.name(output.map_or("", |output| &output.name)),
                }
            }
            other => other.with_operands(number),
        };
        let next = self.nodes.len() as u32;
        *self.nodes.entry(node).or_insert(next)
    }
}

fn mark(marks: &mut [bool], id: ExprId) {
    if let Some(mark) = marks.get_mut(id.0 as usize) {
        *mark = true;
    }
}

/// The shapes of everything that expressions reach into by position, by name.
fn shapes(plan: &Plan) -> BTreeMap<String, String> {
    let mut shapes = BTreeMap::new();
    types(&mut shapes, &plan.types);
    for schema in &plan.schemas {
        types(&mut shapes, &schema.types);
        shapes.insert(format!("resource {}", schema.name), attributes(schema));
    }
    for fact in &plan.facts {
        shapes.insert(format!("fact {}", fact.shown()), type_name(Typed::new(&fact.ty, &plan.types)));
    }
    for label in &plan.labels {
        shapes.insert(format!("label {}", label.name), type_name(Typed::new(&label.ty, &plan.types)));
    }
    shapes
}

fn types(shapes: &mut BTreeMap<String, String>, types: &[TypeDef]) {
    for def in types {
        let fields = |fields: &[(String, mc_plan::value::Type)]| -> String {
            fields
                .iter()
                .map(|(name, ty)| format!("{name}: {}, ", type_name(Typed::new(ty, types))))
                .collect()
        };
        let shape = match &def.shape {
            TypeShape::Record(of) => fields(of),
            TypeShape::Enum(variants) => {
                variants.iter().map(|(name, of)| format!("{name} {{ {}}}, ", fields(of))).collect()
            }
        };
        shapes.insert(def.name.clone(), shape);
    }
}

fn attributes(schema: &Schema) -> String {
    let attributes = schema.attributes.iter().map(|attribute| attribute.name.as_str());
    attributes.chain(schema.outputs.iter().map(|output| output.name.as_str())).collect::<Vec<_>>().join(", ")
}
