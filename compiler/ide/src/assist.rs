//! Assists: changes of a module that are offered where the cursor is, whether something is wrong there or not.
//!
//! Each assist looks at what is around the cursor, says what it would do, and works the change out only when it is
//! chosen. `docs/tool/assists.md` lists all of them; their examples are tried by the tests.

mod body;
mod branch;
mod call;
mod change;
mod collection;
mod condition;
mod context;
mod declaration;
mod edge;
mod example;
mod extract;
mod fill;
mod generate;
mod import;
mod inline;
mod literal;
mod module;
mod order;
mod resource;
mod secret;
mod table;
mod text;
mod wrap;

pub use example::Shown;
pub use table::ASSISTS;

use crate::rename::FileEdits;
use camino::Utf8PathBuf;
use change::Offers;
use context::Cx;
use mc_compiler::name;
use mc_compiler::{Db, File, Origin};
use mc_syntax::Span;

/// What an assist is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssistKind {
    /// Makes what is there complete or right.
    Repair,
    /// Writes something new.
    Generate,
    /// Gives a part a name or a place of its own.
    Extract,
    /// Puts what a name stands for in its place.
    Inline,
    /// Says it in another way.
    Rewrite,
}

impl AssistKind {
    /// As it is written in the list of assists.
    pub fn name(self) -> &'static str {
        match self {
            AssistKind::Repair => "repair",
            AssistKind::Generate => "generate",
            AssistKind::Extract => "extract",
            AssistKind::Inline => "inline",
            AssistKind::Rewrite => "rewrite",
        }
    }
}

/// An assist.
#[derive(Debug)]
pub struct Assist {
    /// Its name in messages of the protocol; it stays the same.
    pub id: &'static str,
    /// What it is for.
    pub kind: AssistKind,
    /// What it does, in one clause.
    pub about: &'static str,
    /// A module in which it is offered, with `$0` at the cursor or at both ends of a selection.
    pub example: &'static str,
    /// Whether the plan of a package stays as it is.
    pub keeps_plan: bool,
    find: fn(&Cx<'_>, &mut Offers<'_>),
}

/// What an assist would do here.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Which assist.
    pub assist: &'static Assist,
    /// What it would do.
    pub title: String,
    /// The change, if it was asked for.
    pub change: Option<SourceChange>,
}

/// A change of the sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceChange {
    /// What changes in files that are there, by path.
    pub files: Vec<FileEdits>,
    /// New files with their texts, by path in the package.
    pub created: Vec<(Utf8PathBuf, String)>,
}

/// Which changes are worked out.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// None.
    Titles,
    /// Those of all offers.
    All,
    /// That of one offer.
    One {
        /// The assist.
        id: &'a str,
        /// The title of the offer.
        title: &'a str,
    },
}

/// What assists offer at a part of a module: an empty one is the cursor. Files are created only if the client can do it.
/// Nothing is offered in templates and outside of the package.
pub fn assists(
    db: &dyn Db,
    file: File,
    range: Span,
    kinds: &dyn Fn(AssistKind) -> bool,
    creates: bool,
    wanted: Wanted<'_>,
) -> Vec<Offer> {
    if file.origin(db) != Origin::Package || name::is_template(db, file) {
        return Vec::new();
    }
    let cx = Cx::new(db, file, range, creates);
    let Some(first) = ASSISTS.first() else { return Vec::new() };
    let mut offers =
        Offers { db, file, current: first, wanted, found: Vec::new(), line_text: cx.line_text() };
    for assist in ASSISTS {
        let is_asked = match wanted {
            Wanted::One { id, .. } => assist.id == id,
            _ => kinds(assist.kind),
        };
        if is_asked {
            db.unwind_if_revision_cancelled();
            offers.current = assist;
            (assist.find)(&cx, &mut offers);
        }
    }
    offers.found
}
