//! Values and residual expressions of a plan in the notation of sources, for people.
//!
//! Used by everything that shows a plan: `mcc inspect`, `diff`, `graph` and `why`, and the language server.

mod setting;
mod template;
mod typed;
mod value;

pub use setting::{SecretAttributes, is_written, priority_word};
pub use typed::{Typed, type_name};
pub use value::value_text;

use mc_plan::eval::Analysis;
use mc_plan::expr::{BinaryOp, Builtin, EachKind, ExprId, Exprs, Form, Node, Operand, UnaryOp};
use mc_plan::plan::{Clause, EdgeKind, EdgeReason, Fact, Plan, SourceSpan};
use mc_plan::schema::Schema;
use mc_plan::value::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use typed::{field, payload, variant};
use value::{cut, write_value};

/// Expressions nest at most this deep on paper: they are shared inside a plan, and written out they grow.
const DEPTH: usize = 64;

/// A value without its type, as users write it, cut where it is long.
pub fn short_value(value: &Value) -> String {
    let text = match value {
        Value::None => "none".to_owned(),
        Value::Str(text) => format!("{text:?}"),
        Value::List(items) => {
            let items: Vec<String> = items.iter().take(8).map(short_value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entry =
                |(key, value): &(Value, Value)| format!("{} => {}", short_value(key), short_value(value));
            let entries: Vec<String> = entries.iter().take(8).map(entry).collect();
            format!("[{}]", entries.join(", "))
        }
        Value::Record(_) | Value::Variant(..) | Value::Blob(_) | Value::Bytes(_) => "..".to_owned(),
        scalar => match mc_plan::op::concat(std::slice::from_ref(scalar)) {
            Ok(Value::Str(text)) => text.to_string(),
            _ => "..".to_owned(),
        },
    };
    if text.chars().count() > 80 { text.chars().take(77).chain("..".chars()).collect() } else { text }
}

/// A clause as written.
pub fn clause_words(clause: Clause) -> &'static str {
    match clause {
        Clause::After => "after",
        Clause::Before => "before",
        Clause::Notify => "notify",
        Clause::RestartOn => "restart on",
        Clause::ReloadOn => "reload on",
    }
}

/// What travels along an edge, in one word.
pub fn kind_word(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Order => "order",
        EdgeKind::Notify => "notify",
        EdgeKind::Restart => "restart",
        EdgeKind::Reload => "reload",
    }
}

/// The last part of a qualified name: `File` of `std.fs.File`.
pub fn short(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// Writes the expressions of one plan.
pub struct Notation<'p> {
    plan: &'p Plan,
    /// The steps as references: `File["/etc/motd"]`.
    pub steps: Vec<String>,
    /// A text longer than this is cut.
    limit: usize,
    /// What depends on secrets, in a plan that has some.
    analysis: Option<Analysis>,
}

/// Where an expression stands.
#[derive(Clone, Copy, Default)]
pub struct Place<'p> {
    /// The schema that `self` is of.
    pub schema: Option<&'p Schema>,
    /// The type that is expected, for the names of variants.
    pub expected: Option<Typed<'p>>,
}

/// Binding strength, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Block,
    Or,
    And,
    Compare,
    Coalesce,
    Add,
    Multiply,
    Prefix,
    Postfix,
}

impl<'p> Notation<'p> {
    /// Names all steps of a plan. Texts of more than `limit` bytes are cut.
    pub fn new(plan: &'p Plan, limit: usize) -> Self {
        let analysis = (!plan.secrets.is_empty()).then(|| Analysis::new(&plan.exprs));
        let mut notation = Notation { plan, steps: Vec::new(), limit, analysis };
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            let schema = plan.schemas.get(step.schema as usize);
            let name = schema.map_or("?", |schema| short(&schema.name));
            let expected = schema.map(|schema| Typed::new(&schema.key.ty, &schema.types));
            let key = notation.operand(&step.key, Place { schema: None, expected });
            steps.push(if step.scope.is_empty() {
                format!("{name}[{key}]")
            } else {
                format!("{}/{name}[{key}]", step.scope)
            });
        }
        notation.steps = steps;
        notation
    }

    /// The name of a vertex of the graph: a step or a barrier.
    pub fn vertex(&self, vertex: u32) -> String {
        match self.steps.get(vertex as usize) {
            Some(name) => name.clone(),
            None => format!("barrier {}", (vertex as usize).saturating_sub(self.steps.len()) + 1),
        }
    }

    /// A value or an expression. Of one that depends on a secret, only the secret's name.
    pub fn operand(&self, operand: &Operand, place: Place<'p>) -> String {
        if let Some(placeholder) = self.secret(operand) {
            return placeholder;
        }
        let mut out = String::new();
        match operand {
            Operand::Value(value) => write_value(&mut out, value, place.expected, self.limit),
            Operand::Expr(id) => {
                let writer = Writer::new(self, place.schema);
                writer.node(&mut out, *id, Strength::Block, place.expected, 0);
            }
        }
        cut(&mut out, self.limit);
        out
    }

    /// A value of a known type.
    pub fn constant(&self, value: &Value, expected: Typed<'_>) -> String {
        value_text(value, expected, self.limit)
    }

    /// A condition; none for one that always holds.
    pub fn condition(&self, condition: &Operand, place: Place<'p>) -> Option<String> {
        (condition != &Operand::Value(Value::Bool(true))).then(|| self.operand(condition, place))
    }

    /// A place in the sources: `src/main.mc:3:5`.
    pub fn at(&self, span: SourceSpan) -> String {
        let file = self.plan.files.get(span.file as usize).map_or("?", String::as_str);
        format!("{file}:{}:{}", span.line, span.column)
    }

    /// Why an edge is there: the clause's words, or what it follows from.
    pub fn reason(&self, reason: EdgeReason) -> String {
        match reason {
            EdgeReason::Clause(clause) => clause_words(clause).to_owned(),
            EdgeReason::Output => "an output is read".to_owned(),
            EdgeReason::Auto { schema, rule } => {
                let schema = self.plan.schemas.get(schema as usize);
                let rule = schema.and_then(|schema| schema.autoedges.get(rule as usize));
                let of = schema.map_or("?", |schema| short(&schema.name));
                format!("automatic: {of} after {}", rule.map_or("?", |rule| &rule.text))
            }
            EdgeReason::Boundary => "the boundary of an instance".to_owned(),
            EdgeReason::Policy => "the order of policies".to_owned(),
        }
    }
}

struct Writer<'a, 'p> {
    notation: &'a Notation<'p>,
    exprs: &'p Exprs,
    schema: Option<&'p Schema>,
    /// The types of the parameters of lambdas around, by depth.
    locals: RefCell<BTreeMap<u32, Option<Typed<'p>>>>,
}

impl<'a, 'p> Writer<'a, 'p> {
    fn new(notation: &'a Notation<'p>, schema: Option<&'p Schema>) -> Self {
        Writer { notation, exprs: &notation.plan.exprs, schema, locals: RefCell::default() }
    }

    fn node(&self, out: &mut String, id: ExprId, least: Strength, expected: Option<Typed<'p>>, depth: usize) {
        let Some(node) = self.exprs.get(id) else {
            out.push('?');
            return;
        };
        if out.len() > self.notation.limit || depth > DEPTH {
            out.push_str("..");
            return;
        }
        let parenthesised = strength(node) < least;
        if parenthesised {
            out.push('(');
        }
        self.bare(out, node, expected, depth + 1);
        if parenthesised {
            out.push(')');
        }
    }

    fn bare(&self, out: &mut String, node: &'p Node, expected: Option<Typed<'p>>, depth: usize) {
        let plan = self.notation.plan;
        let own = strength(node);
        match node {
            Node::Const(value) => write_value(out, value, expected, self.notation.limit),
            Node::Fact(at) => {
                out.push_str(&plan.facts.get(*at as usize).map_or_else(|| "facts.?".to_owned(), Fact::shown));
            }
            Node::Label(at) => {
                out.push_str("labels.");
                out.push_str(plan.labels.get(*at as usize).map_or("?", |label| &label.name));
            }
            Node::Element(repeat) => {
                out.push_str(plan.repeats.get(*repeat as usize).map_or("?", |repeat| &repeat.name));
            }
            Node::Output { step, output } => {
                out.push_str(&self.notation.vertex(*step));
                let schema = plan.steps.get(*step as usize).and_then(|s| plan.schemas.get(s.schema as usize));
                self.output(out, schema, *output);
            }
            Node::Key => {
                out.push_str("self.");
                out.push_str(self.schema.map_or("?", |schema| &schema.key.name));
            }
            Node::Attribute(at) => {
                out.push_str("self.");
                out.push_str(
                    self.schema
                        .and_then(|schema| schema.attributes.get(*at as usize))
                        .map_or("?", |a| &a.name),
                );
            }
            Node::Early(at) => {
                out.push_str("self");
                self.output(out, self.schema, *at);
            }
            Node::Local(at) => out.push_str(&local(*at)),
            Node::Unary(op, operand) => {
                out.push(match op {
                    UnaryOp::Negate => '-',
                    UnaryOp::Not => '!',
                });
                self.node(out, *operand, Strength::Prefix, None, depth);
            }
            Node::Binary(op, left, right) => {
                // Two of a kind: what is known of one side says how the other is written.
                let known = self.type_of(*left, 0).or_else(|| self.type_of(*right, 0)).or(expected);
                let (left_type, right_type) = match op {
                    BinaryOp::In => {
                        let list = self.type_of(*right, 0);
                        (list.and_then(Typed::element), list)
                    }
                    _ => (known, known),
                };
                // Comparisons do not chain; of the others the left side may be of the same strength.
                let next = if own == Strength::Compare { Strength::Coalesce } else { own };
                self.node(out, *left, next, left_type, depth);
                out.push_str(sign(*op));
                let after = if own == Strength::Add { Strength::Multiply } else { Strength::Prefix };
                let after = if own == Strength::Compare { Strength::Coalesce } else { after };
                if *op == BinaryOp::In {
                    self.membership(out, *right, self.type_of(*left, 0), right_type, depth);
                } else {
                    self.node(out, *right, after, right_type, depth);
                }
            }
            Node::And(left, right) | Node::Or(left, right) => {
                let (sign, after) =
                    if own == Strength::And { (" && ", Strength::Compare) } else { (" || ", Strength::And) };
                self.node(out, *left, own, None, depth);
                out.push_str(sign);
                self.node(out, *right, after, None, depth);
            }
            Node::Coalesce(left, right) => {
                let known = self.type_of(*left, 0).or(expected);
                self.node(out, *left, Strength::Add, known, depth);
                out.push_str(" ?? ");
                self.node(out, *right, own, known, depth);
            }
            Node::If(condition, then, otherwise) => {
                out.push_str("if ");
                self.node(out, *condition, Strength::Or, None, depth);
                out.push_str(" { ");
                self.node(out, *then, Strength::Block, expected, depth);
                out.push_str(" } else { ");
                self.node(out, *otherwise, Strength::Block, expected, depth);
                out.push_str(" }");
            }
            Node::IfSome(value, then) => {
                if let Some(Node::Field(base, at)) = self.exprs.get(*then)
                    && base == value
                {
                    self.node(out, *value, Strength::Postfix, None, depth);
                    out.push_str("?.");
                    out.push_str(&field(self.type_of(*value, 0), *at).0);
                } else {
                    out.push_str("if ");
                    self.node(out, *value, Strength::Coalesce, None, depth);
                    out.push_str(" != none { ");
                    self.node(out, *then, Strength::Block, expected, depth);
                    out.push_str(" }");
                }
            }
            Node::IsSome(value) => {
                self.node(out, *value, Strength::Coalesce, None, depth);
                out.push_str(" != none");
            }
            Node::IsVariant(value, at) => {
                self.node(out, *value, Strength::Coalesce, None, depth);
                let (name, fields) = variant(self.type_of(*value, 0), *at);
                // A variant with a payload is matched, not compared.
                out.push_str(if fields.is_empty() { " == ." } else { " is ." });
                out.push_str(&name);
            }
            Node::Field(base, at) if self.part_of_element(*base, *at).is_some() => {
                out.push_str(self.part_of_element(*base, *at).unwrap_or_default());
            }
            Node::Field(base, at) => {
                self.node(out, *base, Strength::Postfix, None, depth);
                out.push('.');
                out.push_str(&field(self.type_of(*base, 0), *at).0);
            }
            Node::Payload(base, at) => {
                self.node(out, *base, Strength::Postfix, None, depth);
                out.push('.');
                out.push_str(&payload(self.type_of(*base, 0), *at).0);
            }
            Node::Index(list, index) => {
                self.node(out, *list, Strength::Postfix, None, depth);
                out.push('[');
                self.node(out, *index, Strength::Block, None, depth);
                out.push(']');
            }
            Node::List(elements) => {
                let element = expected.and_then(Typed::element);
                self.sequence(out, "[", elements, |_| element, "]", depth);
            }
            Node::Record(values) => {
                out.push_str(expected.and_then(Typed::shape).map_or("", |def| short(&def.name)));
                self.sequence(out, " { ", values, |at| field(expected, at).1, " }", depth);
            }
            Node::Variant(at, values) => {
                out.push('.');
                out.push_str(&variant(expected, *at).0);
                if !values.is_empty() {
                    self.sequence(out, " { ", values, |_| None, " }", depth);
                }
            }
            Node::Concat(parts) => {
                out.push('"');
                for part in parts {
                    match self.exprs.get(*part) {
                        Some(Node::Const(Value::Str(text))) => escape(out, text),
                        _ => {
                            out.push_str("${");
                            self.node(out, *part, Strength::Block, None, depth);
                            out.push('}');
                        }
                    }
                }
                out.push('"');
            }
            Node::Call(function, arguments) => self.call(out, *function, arguments, depth),
            Node::Each { kind, list, local: parameter, body } => {
                self.node(out, *list, Strength::Postfix, None, depth);
                out.push_str(&format!(".{}(|{}| ", kind.name(), local(*parameter)));
                let element = self.type_of(*list, 0).and_then(Typed::element);
                self.locals.borrow_mut().insert(*parameter, element);
                let expected = if *kind == EachKind::Map { expected.and_then(Typed::element) } else { None };
                self.node(out, *body, Strength::Block, expected, depth);
                out.push(')');
            }
            Node::Fold { list, init, local: parameter, body } => {
                self.node(out, *list, Strength::Postfix, None, depth);
                out.push_str(".fold(");
                self.node(out, *init, Strength::Block, expected, depth);
                out.push_str(&format!(", |{}, {}| ", local(*parameter), local(parameter.saturating_add(1))));
                self.node(out, *body, Strength::Block, expected, depth);
                out.push(')');
            }
            Node::Convert(kind, value) | Node::TryConvert(kind, value) => {
                out.push_str(kind.name());
                out.push_str(if matches!(node, Node::Convert(..)) { "(" } else { ".parse(" });
                self.node(out, *value, Strength::Block, None, depth);
                out.push(')');
            }
            Node::Change(fact) => {
                out.push_str("change.");
                out.push_str(fact.name());
            }
            Node::Secret(at) => {
                let name = plan.secrets.get(*at as usize).map_or("?", |secret| &secret.name);
                out.push_str(&mc_plan::plan::placeholder([name]));
            }
            Node::Map(entries) => {
                let expected = expected.and_then(Typed::entry);
                out.push('[');
                for (at, (key, value)) in entries.iter().enumerate() {
                    separate(out, at);
                    self.node(out, *key, Strength::Block, expected.map(|(key, _)| key), depth);
                    out.push_str(" => ");
                    self.node(out, *value, Strength::Block, expected.map(|(_, value)| value), depth);
                }
                out.push(']');
            }
            Node::Fail(message) => {
                out.push_str("fail(");
                self.node(out, *message, Strength::Block, None, depth);
                out.push(')');
            }
        }
    }

    /// The right side of `in`: a list whose elements are of the left side's type.
    fn membership(
        &self,
        out: &mut String,
        id: ExprId,
        element: Option<Typed<'p>>,
        list: Option<Typed<'p>>,
        depth: usize,
    ) {
        match (self.exprs.get(id), element) {
            (Some(Node::Const(Value::List(values))), Some(_)) if list.is_none() => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    separate(out, at);
                    write_value(out, value, element, self.notation.limit);
                }
                out.push(']');
            }
            (Some(Node::List(values)), Some(_)) if list.is_none() => {
                self.sequence(out, "[", values, |_| element, "]", depth);
            }
            _ => self.node(out, id, Strength::Coalesce, list, depth),
        }
    }

    fn sequence(
        &self,
        out: &mut String,
        open: &str,
        elements: &[ExprId],
        expected: impl Fn(u32) -> Option<Typed<'p>>,
        close: &str,
        depth: usize,
    ) {
        out.push_str(open);
        for (at, element) in (0..).zip(elements) {
            separate(out, at as usize);
            self.node(out, *element, Strength::Block, expected(at), depth);
        }
        out.push_str(close);
    }

    fn call(&self, out: &mut String, function: Builtin, arguments: &[ExprId], depth: usize) {
        let rest = match (function.form(), arguments.split_first()) {
            (Form::Function, _) | (_, None) => {
                out.push_str(function.name());
                arguments
            }
            (form, Some((receiver, rest))) => {
                self.node(out, *receiver, Strength::Postfix, None, depth);
                out.push('.');
                out.push_str(function.name());
                if form == Form::Property {
                    return;
                }
                rest
            }
        };
        self.sequence(out, "(", rest, |_| None, ")", depth);
    }

    fn output(&self, out: &mut String, schema: Option<&Schema>, at: u32) {
        out.push('.');
        out.push_str(
            schema.and_then(|schema| schema.outputs.get(at as usize)).map_or("?", |output| &output.name),
        );
    }

    /// The name of a part of an element, where the loop takes its elements apart: `for name, port in ..`.
    fn part_of_element(&self, base: ExprId, at: u32) -> Option<&'p str> {
        let Some(Node::Element(repeat)) = self.exprs.get(base) else { return None };
        let name = &self.notation.plan.repeats.get(*repeat as usize)?.name;
        if name.contains(", ") { name.split(", ").nth(at as usize) } else { None }
    }

    fn type_of(&self, id: ExprId, depth: usize) -> Option<Typed<'p>> {
        if depth > DEPTH {
            return None;
        }
        let plan = self.notation.plan;
        let depth = depth + 1;
        match self.exprs.get(id)? {
            Node::Fact(at) => Some(Typed::new(&plan.facts.get(*at as usize)?.ty, &plan.types)),
            Node::Label(at) => Some(Typed::new(&plan.labels.get(*at as usize)?.ty, &plan.types)),
            Node::Element(repeat) => self.type_of(plan.repeats.get(*repeat as usize)?.list, depth)?.element(),
            Node::Output { step, output } => {
                let schema = plan.schemas.get(plan.steps.get(*step as usize)?.schema as usize)?;
                Some(Typed::new(&schema.outputs.get(*output as usize)?.ty, &schema.types))
            }
            Node::Key => self.schema.map(|schema| Typed::new(&schema.key.ty, &schema.types)),
            Node::Attribute(at) => {
                let schema = self.schema?;
                Some(Typed::new(&schema.attributes.get(*at as usize)?.ty, &schema.types))
            }
            Node::Early(at) => {
                let schema = self.schema?;
                Some(Typed::new(&schema.outputs.get(*at as usize)?.ty, &schema.types))
            }
            Node::Coalesce(left, right) => self.type_of(*left, depth).or_else(|| self.type_of(*right, depth)),
            Node::If(_, then, otherwise) => {
                self.type_of(*then, depth).or_else(|| self.type_of(*otherwise, depth))
            }
            Node::IfSome(_, then) => self.type_of(*then, depth),
            Node::Field(base, at) => field(self.type_of(*base, depth), *at).1,
            Node::Payload(base, at) => payload(self.type_of(*base, depth), *at).1,
            Node::Index(list, _) => self.type_of(*list, depth)?.element(),
            Node::Local(depth) => self.locals.borrow().get(depth).copied().flatten(),
            Node::Each {
                kind:
                    EachKind::Filter
                    | EachKind::TakeWhile
                    | EachKind::SkipWhile
                    | EachKind::SortBy
                    | EachKind::UniqueBy,
                list,
                ..
            } => self.type_of(*list, depth),
            Node::Call(
                Builtin::Take | Builtin::Skip | Builtin::Slice | Builtin::Reverse | Builtin::Distinct,
                operands,
            ) => self.type_of(*operands.first()?, depth),
            _ => None,
        }
    }
}

fn strength(node: &Node) -> Strength {
    match node {
        Node::If(..) => Strength::Block,
        Node::IfSome(..) => Strength::Block,
        Node::Or(..) => Strength::Or,
        Node::And(..) => Strength::And,
        Node::IsSome(_) | Node::IsVariant(..) => Strength::Compare,
        Node::Coalesce(..) => Strength::Coalesce,
        Node::Unary(..) => Strength::Prefix,
        Node::Binary(op, ..) => match op {
            BinaryOp::Add | BinaryOp::Subtract => Strength::Add,
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => Strength::Multiply,
            _ => Strength::Compare,
        },
        _ => Strength::Postfix,
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => " + ",
        BinaryOp::Subtract => " - ",
        BinaryOp::Multiply => " * ",
        BinaryOp::Divide => " / ",
        BinaryOp::Remainder => " % ",
        BinaryOp::Equal => " == ",
        BinaryOp::NotEqual => " != ",
        BinaryOp::Less => " < ",
        BinaryOp::LessEqual => " <= ",
        BinaryOp::Greater => " > ",
        BinaryOp::GreaterEqual => " >= ",
        BinaryOp::In => " in ",
    }
}

/// The parameter of a lambda, by depth.
fn local(depth: u32) -> String {
    if depth == 0 { "x".to_owned() } else { format!("x{depth}") }
}

fn separate(out: &mut String, at: usize) {
    if at > 0 {
        out.push_str(", ");
    }
}

/// Text as it stands between the quotes of a literal.
pub(crate) fn escape(out: &mut String, text: &str) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '$' if rest.peek() == Some(&'{') => out.push_str("\\$"),
            // Also those that turn the direction of the text round.
            c if c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
