//! What packages can do, as locks hold it and manifests allow it.

use super::pattern::Pattern;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// By `types`, `secrets`, `force`, `refresh` or the name of an effect (`fs.write`): what it is done to.
pub type Listing = BTreeMap<SmolStr, BTreeSet<Pattern>>;

/// The keys of a [`Listing`] that are no effects of resource types: the attributes that are forced, the resources of
/// others that are refreshed, the secrets that are named, the resource types that are declared.
pub const OWN_KEYS: [&str; 4] = ["force", "refresh", "secrets", "types"];

/// A difference of two listings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: SmolStr,
    /// What it is done to.
    pub pattern: Pattern,
    /// Whether it is new; else it is gone.
    pub is_new: bool,
}

/// What differs, in the order of the keys; what is new before what is gone.
pub fn changes(old: &Listing, new: &Listing) -> Vec<Change> {
    let none = BTreeSet::new();
    let keys: BTreeSet<&SmolStr> = old.keys().chain(new.keys()).collect();
    let mut all = Vec::new();
    for key in keys {
        let (before, now) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        let change =
            |is_new| move |pattern: &Pattern| Change { key: key.clone(), pattern: pattern.clone(), is_new };
        all.extend(now.difference(before).map(change(true)));
        all.extend(before.difference(now).map(change(false)));
    }
    all
}

/// How a package with these changes compares with what it was, as a part of a sentence: `can do more`.
pub fn compared(changes: &[Change]) -> &'static str {
    let has = |is_new| changes.iter().any(|change| change.is_new == is_new);
    match (has(true), has(false)) {
        (true, true) => "can do other things",
        (true, false) => "can do more",
        (false, _) => "can do less",
    }
}

/// One entry as a part of a sentence whose subject is the package: ``runs `exec.run` on `nginx` ``.
pub fn described(key: &str, pattern: &Pattern) -> String {
    let start = pattern.start();
    let what = match (pattern.is_open(), start) {
        (false, _) => format!("`{}`", start.escape_debug()),
        (true, "") => "anything".to_owned(),
        (true, _) => format!("everything that begins with `{}`", start.escape_debug()),
    };
    match key {
        "types" => format!("declares {what}"),
        "secrets" => format!("names the secret {what}"),
        "force" => format!("forces {what}"),
        "refresh" => format!("refreshes {what}"),
        effect => format!("has the effect `{effect}` on {what}"),
    }
}
