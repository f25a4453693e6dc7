//! Listings of capabilities in TOML: what a lock holds and what a manifest allows, in one form.
//!
//! ```toml
//! types = ["std.fs.File"]
//! exec.run = ["nginx"]
//! fs.write = ["/etc/nginx/*"]
//! ```

use super::read::{Entry, Reader, with_article};
use crate::capability::{Listing, OWN_KEYS, Pattern};
use crate::diagnostic::Place;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use toml::de::{DeTable, DeValue};

/// What a dependency may do: nothing but this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// What it may do. A key is also the domain of effects, for all of them: `fs`.
    listing: Listing,
    /// Where each key is written.
    places: BTreeMap<SmolStr, Place>,
    /// Where `allow` is written.
    pub place: Place,
}

impl Allow {
    /// Whether this may be done.
    pub fn covers(&self, key: &str, pattern: &Pattern) -> bool {
        // What a type of the standard library does is bounded by its effects. Others may leave theirs out.
        if key == "types" && !self.listing.contains_key(key) {
            return pattern.start().starts_with("std.");
        }
        let keys = [Some(key), key.split_once('.').map(|(domain, _)| domain)];
        let mut allowed = keys.into_iter().flatten().filter_map(|key| self.listing.get(key)).flatten();
        allowed.any(|allowed| allowed.covers(pattern))
    }

    /// Where it is said what of a kind may be done.
    pub fn place_of(&self, key: &str) -> Option<Place> {
        let domain = key.split_once('.').map_or(key, |(domain, _)| domain);
        self.places.get(key).or_else(|| self.places.get(domain)).copied()
    }
}

impl Reader {
    /// `allow = { .. }`
    pub(super) fn allow(&mut self, entry: Entry<'_, '_>) -> Option<Allow> {
        let place = self.place(entry.key.span());
        let table = self.table(entry)?;
        let (listing, places) = self.listing(table, true);
        Some(Allow { listing, places, place })
    }

    /// A listing and where each of its keys is. In a `bound`, `true` stands for anything and `false` for nothing, also
    /// of a whole domain of effects.
    pub(super) fn listing(
        &mut self,
        table: &DeTable<'_>,
        bound: bool,
    ) -> (Listing, BTreeMap<SmolStr, Place>) {
        let (mut listing, mut places) = (Listing::new(), BTreeMap::new());
        for (key, value) in table {
            let entry = Entry { key, value };
            let name = SmolStr::new(key.get_ref());
            if OWN_KEYS.contains(&name.as_str()) {
                places.insert(name.clone(), self.place(key.span()));
                listing.extend(self.patterns(entry, bound).map(|patterns| (name, patterns)));
                continue;
            }
            match value.get_ref() {
                DeValue::Table(effects) => {
                    for (verb, value) in effects {
                        let effect = SmolStr::new(format!("{name}.{}", verb.get_ref()));
                        places.insert(effect.clone(), self.place(verb.span()));
                        let patterns = self.patterns(Entry { key: verb, value }, bound);
                        listing.extend(patterns.map(|patterns| (effect, patterns)));
                    }
                }
                DeValue::Boolean(_) if bound => {
                    places.insert(name.clone(), self.place(key.span()));
                    listing.extend(self.patterns(entry, bound).map(|patterns| (name, patterns)));
                }
                _ => {
                    let headline = format!("`{}` is no kind of what a package can do", name.escape_debug());
                    self.error(key.span(), headline).help = Some(
                        "there are `types`, `secrets`, `force`, `refresh`, and the effects of resource types: `fs.write = [\"/etc/nginx/*\"]`"
                            .to_owned(),
                    );
                }
            }
        }
        (listing, places)
    }

    fn patterns(&mut self, entry: Entry<'_, '_>, bound: bool) -> Option<BTreeSet<Pattern>> {
        match entry.value.get_ref() {
            DeValue::Boolean(true) if bound => Some(BTreeSet::from([Pattern::any()])),
            DeValue::Boolean(false) if bound => Some(BTreeSet::new()),
            DeValue::Array(_) => {
                let texts = self.strings(entry)?;
                Some(texts.into_iter().map(|(text, _)| Pattern::exact(text)).collect())
            }
            other => {
                let kind = with_article(other.type_str());
                let wanted = if bound { "a list of strings, `true` or `false`" } else { "a list of strings" };
                let name = entry.key.get_ref().escape_debug();
                self.error(entry.value.span(), format!("`{name}` is {wanted}, not {kind}")).help =
                    Some("a `*` at the end of a text stands for whatever follows".to_owned());
                None
            }
        }
    }
}
