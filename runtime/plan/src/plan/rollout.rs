//! How a change moves over the fleet. An agent carries it and does not read it; the control plane does.

use super::SourceSpan;
use crate::expr::Operand;

/// How a change to some policies reaches their hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// Its name.
    pub name: String,
    /// The policies, by position in the plan, sorted. None: all of the bundle.
    pub policies: Vec<u32>,
    /// The waves in their order; hosts that are in none of them come after the last.
    pub waves: Vec<Wave>,
    /// What must be in order before the next wave: names that the control plane knows, sorted.
    pub health: Vec<String>,
    /// How many hosts may fail before it stops. None: not one.
    pub budget: Option<Share>,
    /// Where it is declared.
    pub span: SourceSpan,
}

/// A wave of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// Its name.
    pub name: String,
    /// How many hosts it has, those of the waves before included.
    pub size: Share,
    /// The hosts it takes first (host phase, boolean). None: any.
    pub select: Option<Operand>,
    /// How long it is watched before the next one, in nanoseconds.
    pub pause: Option<i64>,
}

/// A number of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Share {
    /// So many.
    Count(u32),
    /// So many of a hundred, at most 100.
    Percent(u32),
}
