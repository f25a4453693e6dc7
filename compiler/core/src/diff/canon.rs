//! When two expressions of different plans are the same: equal operations on equal operands, where facts, labels,
//! secrets, steps and outputs are equal by name.

use crate::notation::{Typed, type_name};
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::{Fact, Plan};
use mc_plan::schema::Schema;
use mc_plan::value::{TypeDef, TypeShape, Value};
use rustc_hash::FxHashMap;
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
}

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

    /// The loops by what their elements are called, and where each stands among those of one name: what it runs over
    /// may change, and is shown then.
    fn loops(&mut self, plan: &Plan) -> Vec<u32> {
        let mut loops: Vec<u32> = Vec::with_capacity(plan.repeats.len());
        let mut alike: FxHashMap<(Option<u32>, &str), u32> = FxHashMap::default();
        for repeat in &plan.repeats {
            let count = alike.entry((repeat.parent, &repeat.name)).or_default();
            let parent = repeat.parent.and_then(|parent| loops.get(parent as usize).copied());
            loops.push(self.name(&format!("loop {parent:?} {:?} {count}", repeat.name)));
            *count += 1;
        }
        loops
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
