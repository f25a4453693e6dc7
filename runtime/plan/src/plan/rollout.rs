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
    /// What must have succeeded on a host for it to be in order: steps as reports name them
    /// (`Service["nginx"]`), sorted.
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
    /// How many hosts it reaches, those of the waves before included. None: all that are left.
    pub size: Option<Share>,
    /// The only hosts it takes (host phase, boolean). None: any.
    pub select: Option<Operand>,
    /// How long it is watched before the next one, in nanoseconds.
    pub pause: Option<i64>,
}

/// A number of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Share {
    /// So many.
    Count(u32),
    /// So many hundredths of a percent, at most 10,000.
    Percent(u32),
}

impl std::fmt::Display for Share {
    /// `2`, `10%`, `0.5%`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(hundredths) => {
                let (whole, rest) = (hundredths / 100, hundredths % 100);
                match (rest, rest % 10) {
                    (0, _) => write!(f, "{whole}%"),
                    (_, 0) => write!(f, "{whole}.{}%", rest / 10),
                    _ => write!(f, "{whole}.{rest:02}%"),
                }
            }
        }
    }
}
