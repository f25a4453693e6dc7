//! Where the program takes one way or another by what only the host knows, for the coverage of tests.

use super::{Evaluator, Phase};
use crate::db::File;
use crate::diagnostic::Place;
use crate::name;
use mc_plan::expr::ExprId;
use mc_syntax::Span;
use rustc_hash::FxHashMap;

/// What takes one way or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchKind {
    /// `if c`; the first side is where it holds.
    If,
    /// `if let p = e`; the first side is where the pattern fits.
    IfLet,
    /// `match e`; a side for each arm.
    Match,
    /// `a ?? b`; the first side is where `a` is there.
    Coalesce,
    /// `when c`; the first side is where it holds.
    When,
    /// `select c`; the first side is where it holds.
    Select,
}

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Side {
    /// Of what.
    pub kind: BranchKind,
    /// The file.
    pub file: File,
    /// What is asked: the condition, or what is matched.
    pub subject: Span,
    /// Which way, from 0.
    pub side: u32,
    /// Where it begins: the pattern of an arm, else what is asked.
    pub at: Span,
}

/// When a host takes a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The policy by position; none where the values of a module are computed.
    pub policy: Option<u32>,
    /// What must hold for the question to be asked; none is always.
    pub around: Option<ExprId>,
    /// What must hold as well, or, with the flag unset, must not.
    pub test: Option<(ExprId, bool)>,
}

/// The ways that a package can take on hosts, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Branches {
    /// Each way and when it is taken.
    pub list: Vec<(Side, Vec<Reach>)>,
    index: FxHashMap<Side, u32>,
}

impl Branches {
    /// The position of a way.
    pub fn position(&self, side: &Side) -> Option<u32> {
        self.index.get(side).copied()
    }

    fn add(&mut self, side: Side, reach: Reach) {
        let next = self.list.len() as u32;
        let position = *self.index.entry(side).or_insert(next);
        if position == next {
            self.list.push((side, Vec::new()));
        }
        if let Some((_, reaches)) = self.list.get_mut(position as usize)
            && reaches.last() != Some(&reach)
        {
            reaches.push(reach);
        }
    }
}

impl Evaluator<'_> {
    /// Notes that a way is taken: in a test now, in a plan where `test` and what is around hold.
    pub(super) fn takes(
        &mut self,
        kind: BranchKind,
        subject: Place,
        (side, at): (u32, Span),
        test: Option<(ExprId, bool)>,
    ) {
        // What has no place was not written: a choice among data files.
        if at.start == at.end {
            return;
        }
        let side = Side { kind, file: subject.file, subject: subject.span, side, at };
        if let Some(testing) = &mut self.testing {
            let position = testing.branches.position(&side);
            testing.covered.extend(position);
            return;
        }
        let around = if kind == BranchKind::Select { None } else { self.context.condition };
        let late = |id: ExprId| self.out.residual.phase(id) == Phase::Run;
        // Inside of a function that the host runs over a list nobody can say which elements there will be.
        if self.context.lambdas > 0
            || around.is_some_and(late)
            || test.is_some_and(|(id, _)| late(id))
            || !name::is_root(self.db, side.file)
        {
            return;
        }
        let policy = (!self.context.module).then_some(self.context.policy);
        self.out.branches.add(side, Reach { policy, around, test });
    }

    /// Notes that a test takes a way. Outside of tests what is known is no choice.
    pub(super) fn takes_in_test(&mut self, kind: BranchKind, subject: Place, side: (u32, Span)) {
        if self.testing.is_some() {
            self.takes(kind, subject, side, None);
        }
    }

    /// Both ways of a question that only the host can answer.
    pub(super) fn takes_both(&mut self, kind: BranchKind, subject: Place, test: ExprId) {
        self.takes(kind, subject, (0, subject.span), Some((test, true)));
        self.takes(kind, subject, (1, subject.span), Some((test, false)));
    }
}
