//! Facts: what a plan asks of a host.

use super::SourceSpan;
use crate::value::{TextKind, Type};

/// A fact the plan uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Dotted path in the facts record: `os.family`. Of a declared fact its name with package and module:
    /// `web.storage.raid`.
    pub path: String,
    /// Its type.
    pub ty: Type,
    /// How a host finds a fact that a package declares; none for those that every host has.
    pub declared: Option<DeclaredFact>,
}

impl Fact {
    /// As it is shown: `facts.os.family`, or the name of a declared fact.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.declared.is_some() { self.path.clone() } else { format!("facts.{}", self.path) }
    }
}

/// `fact raid: List<RaidState>? from command ["mdadm", "--detail", "/dev/md0"] as json timeout 5s`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredFact {
    /// Where it comes from.
    pub probe: Probe,
    /// How the text that is found is read.
    pub format: FactFormat,
    /// Where it is declared.
    pub span: SourceSpan,
}

/// Where a declared fact comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The standard output of a program.
    Command {
        /// Program and arguments; no shell reads them. A program with a slash in its name has an absolute path.
        argv: Vec<String>,
        /// How long it may take, in nanoseconds.
        timeout: i64,
    },
    /// The content of a file, by its absolute path.
    File(String),
}

/// How the text of a fact is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactFormat {
    /// A JSON document.
    Json,
    /// One value, without the newline at its end.
    Text,
    /// A list with an element for each line.
    Lines,
}

impl FactFormat {
    /// As it is written: `json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
            Self::Lines => "lines",
        }
    }
}

impl Probe {
    /// How long a program may take that nothing else is said about, in nanoseconds.
    pub const TIMEOUT: i64 = 10_000_000_000;

    /// What a host cannot do, as a clause; none if it is a program or a file.
    #[must_use]
    pub fn flaw(&self) -> Option<&'static str> {
        let absolute = |path: &str| TextKind::AbsPath.check(path).is_ok();
        match self {
            Self::Command { argv, timeout } => match argv.first() {
                None => Some("it names no program"),
                Some(program) if program.is_empty() => Some("it names no program"),
                Some(program) if program.contains('/') && !absolute(program) => {
                    Some("its program has no absolute path")
                }
                _ if argv.iter().any(|argument| argument.contains('\0')) => Some("it holds a NUL"),
                _ if *timeout <= 0 => Some("it is given no time"),
                _ => None,
            },
            Self::File(path) if !absolute(path) => Some("it has no absolute path"),
            Self::File(_) => None,
        }
    }
}

impl std::fmt::Display for Probe {
    /// As it is written: `command ["mdadm", "--detail"]`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command { argv, .. } => write!(f, "command {argv:?}"),
            Self::File(path) => write!(f, "file {path:?}"),
        }
    }
}
