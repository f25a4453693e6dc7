//! Conditions: whether two things can ever exist on one host.
//!
//! Decided for equalities over enums, booleans and literals and what is made of them with `!`, `&&`, `||`, `in`
//! and choices; also for bounds of numbers. Everything else is taken for a truth of its own, which is the same
//! only where it is the same expression. The search is a tableau (R. Smullyan, First-order logic, 1968) with
//! a bound on its work: beyond it, things may meet.

use crate::db::Db;
use crate::eval::{Declared, Evaluation};
use crate::signature::{self, Signature};
use crate::ty::Ty;
use mc_plan::expr::{BinaryOp, ExprId, Node, UnaryOp};
use mc_plan::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// How many literals one question may look at.
const WORK: u32 = 4_000;

/// When something exists: its own condition, and the `select` of its policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Existence {
    own: Option<ExprId>,
    select: Option<ExprId>,
}

impl Existence {
    fn literals(self) -> impl Iterator<Item = Literal> {
        [self.select, self.own].into_iter().flatten().map(|id| (id, true))
    }
}

/// An expression that must hold, or must not.
pub(super) type Literal = (ExprId, bool);

/// Whether two things meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    /// On no host.
    Never,
    /// On some, as far as can be decided; or on each that has one of them.
    Surely,
    /// Only a host can tell.
    Perhaps,
}

/// What a condition certainly says of one subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Said {
    Is(Value),
    Tag(u32),
}

/// The subjects that a condition compares, and with what.
type Equalities = Rc<[(ExprId, Said)]>;

/// Answers about the conditions of one evaluation.
pub(super) struct Conditions<'e> {
    evaluation: &'e Evaluation,
    /// How many variants an enum of a fact or label has, by its position: of facts, of labels.
    variants: (Vec<Option<u32>>, Vec<Option<u32>>),
    said: RefCell<FxHashMap<Existence, Equalities>>,
    possible: RefCell<FxHashMap<(Existence, Existence), bool>>,
    meetings: RefCell<FxHashMap<(Existence, Existence), Meeting>>,
}

impl<'e> Conditions<'e> {
    pub(super) fn new(db: &dyn Db, evaluation: &'e Evaluation) -> Self {
        let count = |ty: &Ty| match ty.plain() {
            Ty::Enum(id, _) => match signature::signature(db, *id) {
                Signature::Enum(variants) => u32::try_from(variants.len()).ok(),
                _ => None,
            },
            _ => None,
        };
        let facts = evaluation.facts.iter().map(|fact| count(&fact.ty)).collect();
        let labels = signature::label_types(db).iter().map(|label| count(&label.ty)).collect();
        Conditions {
            evaluation,
            variants: (facts, labels),
            said: RefCell::default(),
            possible: RefCell::default(),
            meetings: RefCell::default(),
        }
    }

    /// When a declared resource exists.
    pub(super) fn of(&self, declared: &Declared) -> Existence {
        self.within(declared.condition, declared.policy)
    }

    /// The existence of a declared resource by its position.
    pub(super) fn declared(&self, position: u32) -> Existence {
        self.evaluation.declared.get(position as usize).map(|d| self.of(d)).unwrap_or_default()
    }

    /// When something in a policy exists.
    pub(super) fn within(&self, own: Option<ExprId>, policy: u32) -> Existence {
        use mc_plan::expr::Operand;
        let select = match self.evaluation.policies.get(policy as usize).and_then(|p| p.select.as_ref()) {
            Some(Operand::Expr(id)) => Some(*id),
            _ => None,
        };
        Existence { own, select }
    }

    /// Whether two things can never exist on one host.
    pub(super) fn exclusive(&self, a: Existence, b: Existence) -> bool {
        if a == b || a == Existence::default() || b == Existence::default() {
            return false;
        }
        let key = (a.min(b), a.max(b));
        if let Some(possible) = self.possible.borrow().get(&key) {
            return !possible;
        }
        let contradict = {
            let (x, y) = (self.said(a), self.said(b));
            x.iter().any(|(subject, said)| {
                y.iter().any(|(other, says)| {
                    subject == other
                        && std::mem::discriminant(said) == std::mem::discriminant(says)
                        && said != says
                })
            })
        };
        if contradict {
            return true;
        }
        let possible = self.satisfiable(a.literals().chain(b.literals()).collect(), Vec::new(), true);
        self.possible.borrow_mut().insert(key, possible);
        !possible
    }

    /// Whether two things meet on a host.
    pub(super) fn meeting(&self, a: Existence, b: Existence) -> Meeting {
        if a == b {
            return Meeting::Surely;
        }
        if self.exclusive(a, b) {
            return Meeting::Never;
        }
        let key = (a.min(b), a.max(b));
        if let Some(known) = self.meetings.borrow().get(&key) {
            return *known;
        }
        let (x, y) = (self.subjects(a), self.subjects(b));
        let decided = match (&x, &y) {
            (Some(x), Some(y)) => x.is_subset(y) || y.is_subset(x),
            _ => false,
        };
        let meeting = if decided || self.implies(a, b) || self.implies(b, a) {
            Meeting::Surely
        } else {
            Meeting::Perhaps
        };
        self.meetings.borrow_mut().insert(key, meeting);
        meeting
    }

    /// Whether the second exists wherever the first does.
    fn implies(&self, a: Existence, b: Existence) -> bool {
        let absent = b.literals().map(|(id, _)| vec![(id, false)]).collect();
        !self.satisfiable(a.literals().collect(), vec![absent], false)
    }

    /// Whether one of `others` exists wherever both `a` and `b` do.
    pub(super) fn covered(&self, a: Existence, b: Existence, others: &[Existence]) -> bool {
        let absent = others.iter().map(|o| o.literals().map(|(id, _)| vec![(id, false)]).collect());
        !self.satisfiable(a.literals().chain(b.literals()).collect(), absent.collect(), true)
    }

    /// Whether a host can have one of each of these, where all `assumed` hold.
    pub(super) fn possible(&self, assumed: &[Literal], each: &[Vec<Existence>]) -> bool {
        let open = each.iter().map(|one| one.iter().map(|e| e.literals().collect()).collect()).collect();
        self.satisfiable(assumed.to_vec(), open, true)
    }

    /// The parts of what makes something exist.
    pub(super) fn parts(&self, existence: Existence) -> Vec<ExprId> {
        let residual = &self.evaluation.residual;
        [existence.select, existence.own].into_iter().flat_map(|id| residual.conjuncts(id)).collect()
    }

    /// Calls `visit` for pairs that may meet, until it says to stop. Things whose conditions compare one
    /// subject with different values are told apart without comparing each with each.
    pub(super) fn pairs(&self, all: &[Existence], mut visit: impl FnMut(usize, usize) -> bool) {
        let mut counts: FxHashMap<ExprId, usize> = FxHashMap::default();
        if all.len() > 8 {
            for (subject, _) in all.iter().flat_map(|e| self.said(*e).to_vec()) {
                *counts.entry(subject).or_default() += 1;
            }
        }
        let best = counts.into_iter().max_by_key(|(subject, count)| (*count, std::cmp::Reverse(*subject)));
        let subject = best.map(|(subject, _)| subject);
        let mut buckets: FxHashMap<Said, Vec<usize>> = FxHashMap::default();
        let mut others: Vec<usize> = Vec::new();
        for (at, existence) in all.iter().enumerate() {
            let said = self.said(*existence);
            // A variant may be asked for by its tag as well, so as a value it is not told apart.
            let bucket = said
                .iter()
                .find(|(s, said)| Some(*s) == subject && !matches!(said, Said::Is(Value::Variant(..))))
                .map(|(_, said)| said.clone());
            let mut before: Vec<usize> = match &bucket {
                Some(said) => {
                    let same = buckets.get(said).into_iter().flatten().copied();
                    same.chain(others.iter().copied()).collect()
                }
                None => (0..at).collect(),
            };
            before.sort_unstable();
            for other in before {
                if !self.exclusive(all[other], *existence) && visit(other, at) {
                    return;
                }
            }
            match bucket {
                Some(said) => buckets.entry(said).or_default().push(at),
                None => others.push(at),
            }
        }
    }

    /// The equalities among the parts of a condition.
    fn said(&self, existence: Existence) -> Equalities {
        if let Some(known) = self.said.borrow().get(&existence) {
            return Rc::clone(known);
        }
        let residual = &self.evaluation.residual;
        let mut found = Vec::new();
        for part in self.parts(existence) {
            match residual.get(part) {
                Some(Node::IsVariant(subject, tag)) => found.push((*subject, Said::Tag(*tag))),
                Some(Node::Binary(BinaryOp::Equal, x, y)) => {
                    if let Some(value) = residual.constant(*y) {
                        found.push((*x, Said::Is(value.clone())));
                    } else if let Some(value) = residual.constant(*x) {
                        found.push((*y, Said::Is(value.clone())));
                    }
                }
                _ => {}
            }
        }
        let found: Equalities = found.into();
        self.said.borrow_mut().insert(existence, Rc::clone(&found));
        found
    }

    /// What a condition compares; none if a part of it cannot be decided.
    fn subjects(&self, existence: Existence) -> Option<BTreeSet<ExprId>> {
        let residual = &self.evaluation.residual;
        let mut found = BTreeSet::new();
        let mut seen = FxHashSet::default();
        let mut stack: Vec<ExprId> = existence.literals().map(|(id, _)| id).collect();
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            match residual.get(id)? {
                Node::Const(_) => {}
                Node::Unary(UnaryOp::Not, a) => stack.push(*a),
                Node::And(a, b) | Node::Or(a, b) => stack.extend([*a, *b]),
                Node::If(a, b, c) => stack.extend([*a, *b, *c]),
                Node::IsVariant(a, _) | Node::IsSome(a) => {
                    found.insert(self.plain(*a)?);
                }
                Node::Binary(BinaryOp::Equal | BinaryOp::NotEqual, a, b) => {
                    match (residual.constant(*a), residual.constant(*b)) {
                        (None, Some(_)) => found.insert(self.plain(*a)?),
                        (Some(_), None) => found.insert(self.plain(*b)?),
                        _ => return None,
                    };
                }
                _ => {
                    found.insert(self.plain(id)?);
                }
            }
        }
        Some(found)
    }

    /// A fact, a label or an element of a loop that the host runs, or a part of one.
    fn plain(&self, id: ExprId) -> Option<ExprId> {
        let mut at = id;
        loop {
            match self.evaluation.residual.get(at)? {
                Node::Fact(_) | Node::Label(_) | Node::Element(_) => return Some(id),
                Node::Field(of, _) | Node::Payload(of, _) => at = *of,
                _ => return None,
            }
        }
    }

    fn count(&self, subject: ExprId) -> Option<u32> {
        match self.evaluation.residual.get(subject)? {
            Node::Fact(at) => self.variants.0.get(*at as usize).copied().flatten(),
            Node::Label(at) => self.variants.1.get(*at as usize).copied().flatten(),
            _ => None,
        }
    }

    /// Whether all literals and one alternative of each of `open` can hold together. Bounds of numbers are
    /// compared if `bounds`.
    fn satisfiable(&self, literals: Vec<Literal>, open: Vec<Alternatives>, bounds: bool) -> bool {
        let mut work = WORK;
        let mut branches = vec![Branch { todo: literals, open, ..Branch::default() }];
        while let Some(mut branch) = branches.pop() {
            let mut alive = true;
            while let (true, Some((id, holds))) = (alive, branch.todo.pop()) {
                work = work.saturating_sub(1);
                if work == 0 {
                    return true;
                }
                alive = branch.take(self, id, holds, bounds);
            }
            if !alive {
                continue;
            }
            let Some(alternatives) = branch.open.pop() else { return true };
            // The last is tried first: the stack turns them around.
            for alternative in alternatives.into_iter().rev() {
                let mut next = branch.clone();
                next.todo = alternative;
                branches.push(next);
            }
        }
        false
    }
}

/// Of several lists of literals, all of one must hold.
type Alternatives = Vec<Vec<Literal>>;

/// What is known along one way of the search.
#[derive(Clone, Debug, Default)]
struct Branch {
    todo: Vec<Literal>,
    open: Vec<Alternatives>,
    subjects: FxHashMap<ExprId, Subject>,
    /// Whether two expressions are equal.
    equal: FxHashMap<(ExprId, ExprId), bool>,
}

/// What is known of one subject.
#[derive(Clone, Debug, Default)]
struct Subject {
    is: Option<Value>,
    not: Vec<Value>,
    tag: Option<u32>,
    other_tags: BTreeSet<u32>,
    some: Option<bool>,
    low: Option<i128>,
    high: Option<i128>,
}

impl Branch {
    /// Takes a literal in; false if it contradicts what is known.
    fn take(&mut self, conditions: &Conditions<'_>, id: ExprId, holds: bool, bounds: bool) -> bool {
        let residual = &conditions.evaluation.residual;
        let Some(node) = residual.get(id) else { return true };
        match node {
            Node::Const(Value::Bool(value)) => *value == holds,
            // Where this is reached the plan is refused.
            Node::Fail(_) => false,
            Node::Unary(UnaryOp::Not, inner) => {
                self.todo.push((*inner, !holds));
                true
            }
            Node::And(a, b) if holds => {
                self.todo.extend([(*a, true), (*b, true)]);
                true
            }
            Node::Or(a, b) if !holds => {
                self.todo.extend([(*a, false), (*b, false)]);
                true
            }
            Node::And(a, b) | Node::Or(a, b) => {
                self.open.push(vec![vec![(*a, holds)], vec![(*b, holds)]]);
                true
            }
            Node::If(test, then, otherwise) => {
                self.open.push(vec![
                    vec![(*test, true), (*then, holds)],
                    vec![(*test, false), (*otherwise, holds)],
                ]);
                true
            }
            Node::IsSome(of) => {
                let subject = self.subjects.entry(*of).or_default();
                subject.some.replace(holds).is_none_or(|known| known == holds) && subject.stands()
            }
            Node::IsVariant(of, tag) => {
                let count = conditions.count(*of);
                self.subjects.entry(*of).or_default().variant(*tag, holds, count)
            }
            Node::Binary(BinaryOp::Equal, a, b) => self.compare(conditions, *a, *b, holds),
            Node::Binary(BinaryOp::NotEqual, a, b) => self.compare(conditions, *a, *b, !holds),
            Node::Binary(
                operator
                @ (BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual),
                a,
                b,
            ) if bounds => {
                let known = |id: ExprId| residual.constant(id).and_then(number);
                match (known(*a), known(*b)) {
                    (None, Some(bound)) => {
                        self.subjects.entry(*a).or_default().bound(*operator, bound, holds)
                    }
                    (Some(bound), None) => {
                        self.subjects.entry(*b).or_default().bound(turned(*operator), bound, holds)
                    }
                    _ => self.truth(id, holds),
                }
            }
            _ => self.truth(id, holds),
        }
    }

    /// An expression that is a truth of its own.
    fn truth(&mut self, id: ExprId, holds: bool) -> bool {
        self.subjects.entry(id).or_default().value(&Value::Bool(holds), true, None)
    }

    fn compare(&mut self, conditions: &Conditions<'_>, a: ExprId, b: ExprId, equal: bool) -> bool {
        let residual = &conditions.evaluation.residual;
        let (subject, value) = match (residual.constant(a), residual.constant(b)) {
            (None, Some(value)) => (a, value),
            (Some(value), None) => (b, value),
            _ => {
                let known = self.equal.insert((a.min(b), a.max(b)), equal);
                return known.is_none_or(|known| known == equal);
            }
        };
        let count = conditions.count(subject);
        self.subjects.entry(subject).or_default().value(value, equal, count)
    }
}

impl Subject {
    fn value(&mut self, value: &Value, equal: bool, variants: Option<u32>) -> bool {
        if equal {
            if self.is.as_ref().is_some_and(|known| known != value) || self.not.contains(value) {
                return false;
            }
            self.is = Some(value.clone());
            if let Value::Variant(tag, _) = value
                && !self.variant(*tag, true, variants)
            {
                return false;
            }
        } else {
            self.not.push(value.clone());
            if let Value::Variant(tag, parts) = value
                && parts.is_empty()
                && !self.variant(*tag, false, variants)
            {
                return false;
            }
            if self.is.as_ref() == Some(value) {
                return false;
            }
        }
        self.stands()
    }

    fn variant(&mut self, tag: u32, holds: bool, variants: Option<u32>) -> bool {
        if holds {
            if self.tag.is_some_and(|known| known != tag) || self.other_tags.contains(&tag) {
                return false;
            }
            self.tag = Some(tag);
        } else {
            if self.tag == Some(tag) {
                return false;
            }
            self.other_tags.insert(tag);
            if variants.is_some_and(|count| self.other_tags.len() as u64 >= u64::from(count)) {
                return false;
            }
        }
        self.stands()
    }

    fn bound(&mut self, operator: BinaryOp, bound: i128, holds: bool) -> bool {
        let (high, bound) = match (operator, holds) {
            (BinaryOp::Less, true) => (true, bound - 1),
            (BinaryOp::Less, false) => (false, bound),
            (BinaryOp::LessEqual, true) => (true, bound),
            (BinaryOp::LessEqual, false) => (false, bound + 1),
            (BinaryOp::Greater, true) => (false, bound + 1),
            (BinaryOp::Greater, false) => (true, bound),
            (_, true) => (false, bound),
            (_, false) => (true, bound - 1),
        };
        if high {
            self.high = Some(self.high.map_or(bound, |known| known.min(bound)));
        } else {
            self.low = Some(self.low.map_or(bound, |known| known.max(bound)));
        }
        self.stands()
    }

    fn stands(&self) -> bool {
        if let Some(value) = &self.is {
            let absent = *value == Value::None;
            if self.some == Some(absent) {
                return false;
            }
            if let Value::Variant(tag, _) = value
                && (self.tag.is_some_and(|known| known != *tag) || self.other_tags.contains(tag))
            {
                return false;
            }
            if let Some(number) = number(value)
                && (self.low.is_some_and(|low| number < low) || self.high.is_some_and(|high| number > high))
            {
                return false;
            }
        }
        !matches!((self.low, self.high), (Some(low), Some(high)) if low > high)
    }
}

/// A whole number, of whatever it counts.
fn number(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => Some(i128::from(*number)),
        Value::Duration(nanos) => Some(i128::from(*nanos)),
        Value::Size(bytes) => Some(i128::from(*bytes)),
        _ => None,
    }
}

/// The comparison with its sides exchanged.
const fn turned(operator: BinaryOp) -> BinaryOp {
    match operator {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        other => other,
    }
}
