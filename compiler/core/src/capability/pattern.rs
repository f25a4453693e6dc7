//! What may stand in an entry of a capability: one text, or every text with a beginning.

use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt;

/// How many texts an entry lists one by one. Where there are more, what they begin with stands for all of them.
const MOST: usize = 64;

/// The longest beginning or text that is listed, in bytes. Of a longer one this much stands for it.
const LONGEST: usize = 1_024;

/// A text, or every text that begins with one: `/etc/motd`, `/etc/nginx/*`.
///
/// It is written with a `*` at its end where it is open. A text that ends in `*` itself cannot be told from that and
/// counts as open, which is the careful side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    start: SmolStr,
    open: bool,
}

impl Pattern {
    /// This text and no other.
    pub fn exact(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(start) => Pattern::begins(start),
            None if text.len() > LONGEST => Pattern::begins(text),
            None => Pattern { start: SmolStr::new(text), open: false },
        }
    }

    /// Every text that begins with this one.
    pub fn begins(start: &str) -> Self {
        let start = start.trim_end_matches('*');
        Pattern { start: SmolStr::new(&start[..start.floor_char_boundary(LONGEST)]), open: true }
    }

    /// Any text.
    pub fn any() -> Self {
        Pattern::begins("")
    }

    /// What it begins with; the whole text where it is not open.
    pub fn start(&self) -> &str {
        &self.start
    }

    /// Whether more may follow.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether it takes every text that `other` takes.
    pub fn covers(&self, other: &Pattern) -> bool {
        if self.open { other.start.starts_with(&*self.start) } else { self == other }
    }

    /// What it is with every text of the other behind it.
    pub fn then(&self, next: &Pattern) -> Self {
        if self.open {
            return self.clone();
        }
        let text = format!("{}{}", self.start, next.start);
        if next.open { Pattern::begins(&text) } else { Pattern::exact(&text) }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.start, if self.open { "*" } else { "" })
    }
}

/// Adds a pattern to others and leaves out what a wider one says already; too many become what they begin with.
pub(super) fn add<T: Copy>(all: &mut BTreeMap<Pattern, T>, new: Pattern, value: T) {
    if all.keys().any(|pattern| pattern.covers(&new)) {
        return;
    }
    all.retain(|pattern, _| !new.covers(pattern));
    all.insert(new, value);
    if all.len() > MOST
        && let Some(value) = all.values().next().copied()
    {
        let wide = Pattern::begins(common_start(all));
        all.clear();
        all.insert(wide, value);
    }
}

/// The longest text that all of them begin with.
fn common_start<T>(all: &BTreeMap<Pattern, T>) -> &str {
    // In a sorted map the first and the last differ most.
    let (Some((first, _)), Some((last, _))) = (all.first_key_value(), all.last_key_value()) else {
        return "";
    };
    let same = first.start.bytes().zip(last.start.bytes()).take_while(|(a, b)| a == b).count();
    &first.start[..first.start.floor_char_boundary(same)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(texts: &[&str]) -> Vec<String> {
        let mut all = BTreeMap::new();
        for text in texts {
            add(&mut all, Pattern::exact(text), ());
        }
        all.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn a_wider_pattern_says_it_all() {
        assert_eq!(set(&["/etc/a", "/etc/*", "/etc/b", "/var/x"]), ["/etc/*", "/var/x"]);
        assert_eq!(set(&["*", "/etc/b"]), ["*"]);
        assert!(Pattern::exact("/etc/*").covers(&Pattern::exact("/etc/nginx/*")));
        assert!(!Pattern::exact("/etc/*").covers(&Pattern::exact("/etc")));
        assert!(!Pattern::exact("/etc").covers(&Pattern::exact("/etc/*")));
        assert!(!Pattern::exact("/etc/nginx/*").covers(&Pattern::any()));
    }

    #[test]
    fn too_many_are_what_they_begin_with() {
        let many: Vec<String> = (0..=MOST).map(|n| format!("/srv/site{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(set(&many), ["/srv/site*"]);
        assert_eq!(set(&[&"é".repeat(LONGEST)]), [format!("{}*", "é".repeat(LONGEST / 2))]);
    }

    #[test]
    fn texts_follow_each_other() {
        let then = |a: &str, b: &str| Pattern::exact(a).then(&Pattern::exact(b)).to_string();
        assert_eq!(then("/etc/", "motd"), "/etc/motd");
        assert_eq!(then("/etc/", "a*"), "/etc/a*");
        assert_eq!(then("/etc/*", "motd"), "/etc/*");
    }
}
