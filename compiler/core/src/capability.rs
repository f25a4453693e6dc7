//! What the code of a dependency can do on hosts: the resource types that it declares, what their effects act on,
//! the secrets that it names, what it forces upon others, and what of theirs it refreshes.
//!
//! Which attribute is a path, a program or an address is said by the schemas: their `effects`. The listing is for any
//! parameters, and leaves nothing out: what is not known stands as `*`.

mod effect;
mod finding;
mod listing;
mod pattern;
mod shape;
mod walk;

pub use finding::diagnostics;
pub use listing::{Change, Listing, OWN_KEYS, changes, compared, described};
pub use pattern::Pattern;

use crate::db::Db;
use crate::diagnostic::Place;
use crate::package::Dependency;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What a package's code can do, each with a place in it.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    /// By `types`, `secrets`, `force`, `refresh` or the name of an effect (`fs.write`): what it is done to. None is empty.
    entries: BTreeMap<SmolStr, BTreeMap<Pattern, Place>>,
}

impl Capabilities {
    fn add(&mut self, key: &str, pattern: Pattern, place: Place) {
        pattern::add(self.entries.entry(SmolStr::new(key)).or_default(), pattern, place);
    }

    /// Without the places, as a lock holds it.
    pub fn listing(&self) -> Listing {
        let patterns = |all: &BTreeMap<Pattern, Place>| all.keys().cloned().collect();
        self.entries.iter().map(|(key, all)| (key.clone(), patterns(all))).collect()
    }
}

/// What the code of a dependency can do on hosts.
pub fn capabilities(db: &dyn Db, dependency: Dependency) -> &Capabilities {
    query(db, dependency)
}

#[salsa::tracked(no_eq, returns(ref))]
fn query(db: &dyn Db, dependency: Dependency) -> Capabilities {
    walk::of_package(db, dependency)
}
