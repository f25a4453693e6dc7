//! What can stand at a place of a manifest.

use super::place::{self, Part, Shape, Typed, shape};
use super::tree::{self, Section, ValueKind};
use super::{Nearby, dependency, guards, level_about};
use crate::completion::{Completion, Proposal, ProposalKind};
use mc_compiler::capability::{self, Listing};
use mc_compiler::lint::{Level, RULES};
use mc_compiler::name;
use mc_compiler::package::schema::{self, Holds, Key, LICENSES, Text};
use mc_compiler::package::{EDITIONS, parse_manifest};
use mc_compiler::{Db, File, Program};
use mc_syntax::Span;
use mc_syntax::ast::{ExprKind, ItemKind, ResourceItem};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The forms of a dependency that is not near: what is shown, what is written, and what it is.
const FORMS: [(&str, &str, &str); 3] = [
    ("a folder", "${1:name} = { path = \"${2:../name}\" }", "A package in a folder of this disk."),
    (
        "a git repository",
        "${1:name} = { git = \"${2:https://}\", rev = \"${3:commit}\" }",
        "A package in a commit of a git repository. `mcc vendor` fetches it.",
    ),
    (
        "an archive",
        "${1:name} = { url = \"${2:https://}\", sha256 = \"${3:digest}\" }",
        "A package in a `.tar` or `.tar.gz`. `mcc vendor` fetches it.",
    ),
];

/// What can stand at an offset. `nearby` are the packages that this one could name by a path.
pub(crate) fn completion(
    db: &dyn Db,
    file: File,
    offset: u32,
    nearby: &dyn Fn() -> Vec<Nearby>,
) -> Option<Completion> {
    let text = file.text(db);
    let at = Place { db, file, sections: tree::sections(text), nearby };
    let (replaced, mut proposals) = match place::typed_at(text, offset)? {
        Typed::Header { table, typed } => (at.name_end(typed, offset), at.headers(&strings(&table), false)),
        Typed::Key { table, typed } => {
            let replaced = at.name_end(typed, offset);
            let table = strings(&table);
            let mut found = at.keys(&table, has_value(text, replaced.end));
            // Where a key can begin a line, a header can, too.
            let line = text.get(..replaced.start as usize)?.rsplit('\n').next()?;
            if line.trim().is_empty() && table.len() < 3 && !has_value(text, replaced.end) {
                found.extend(at.headers(&[], true));
            }
            (replaced, found)
        }
        Typed::Value { path, typed, is_text, in_list } => {
            let replaced = at.value_end(typed, offset);
            (replaced, at.values(&strings(&path), Written { offset, is_text, in_list }))
        }
    };
    proposals.sort_by(|a, b| (a.rank, &a.label, a.kind).cmp(&(b.rank, &b.label, b.kind)));
    proposals.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
    Some(Completion { replaced, proposals })
}

fn strings(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// Whether a key that ends here has its value already.
fn has_value(text: &str, end: u32) -> bool {
    text.get(end as usize..).is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with(['=', '.']))
}

/// How a value is typed: where, between quotes or not, and whether as an element of a list.
#[derive(Clone, Copy)]
struct Written {
    offset: u32,
    is_text: bool,
    in_list: bool,
}

struct Place<'a> {
    db: &'a dyn Db,
    file: File,
    sections: Vec<Section>,
    nearby: &'a dyn Fn() -> Vec<Nearby>,
}

impl Place<'_> {
    /// A name that is typed, up to its end.
    fn name_end(&self, typed: Span, offset: u32) -> Span {
        match place::part_at(&self.sections, offset) {
            Some(Part::Name { span, .. }) if span.start == typed.start => span,
            _ => typed,
        }
    }

    /// A value that is typed, up to its end; a text only if it has one.
    fn value_end(&self, typed: Span, offset: u32) -> Span {
        match place::part_at(&self.sections, offset) {
            Some(Part::Value { value, .. }) => match value.kind {
                ValueKind::Text(inner)
                    if inner.start == typed.start && inner.touches(offset) && inner.end < value.span.end =>
                {
                    inner
                }
                ValueKind::Other if value.span.start == typed.start => value.span,
                _ => typed,
            },
            _ => typed,
        }
    }

    /// The tables that the manifest does not have; with brackets, if those are not typed.
    fn headers(&self, table: &[&str], with_brackets: bool) -> Vec<Proposal> {
        if let [dependencies] = table
            && matches!(shape(&[dependencies]), Some(Shape::Packages(..)))
        {
            let taken = place::taken(&self.sections, table);
            let free = (self.nearby)().into_iter().filter(|near| !taken.contains(&near.name.as_str()));
            return free
                .map(|near| Proposal::new(near.name, ProposalKind::Module, 0).detail(near.path))
                .collect();
        }
        if !table.is_empty() {
            return Vec::new();
        }
        let has =
            |key: &&Key| self.sections.iter().any(|section| section.path.len() == 1 && is(section, key.name));
        let missing = schema::TABLES.iter().filter(|key| !has(key));
        let proposal = |key: &Key| {
            let label = if with_brackets { format!("[{}]", key.name) } else { key.name.to_owned() };
            // Behind keys, which are what is missing there.
            let rank = if with_brackets && !key.is_required { 5 } else { 0 };
            Proposal::new(label, ProposalKind::Module, rank).detail("table").docs(key.about)
        };
        missing.map(proposal).collect()
    }

    /// The keys that a table may have and has not.
    fn keys(&self, table: &[&str], has_value: bool) -> Vec<Proposal> {
        let taken = place::taken(&self.sections, table);
        let is_free = |name: &str| !taken.contains(&name);
        let whole = |name: &str, value: &str| format!("{name} = {value}");
        let named = |proposal: Proposal| if has_value { proposal.name_only() } else { proposal };
        let found: Vec<Proposal> = match shape(table) {
            Some(Shape::Keys(_, keys) | Shape::Package(_, keys)) => {
                let fits = |key: &&Key| {
                    let beside = key.beside.is_empty() || !key.beside.iter().all(|name| is_free(name));
                    is_free(key.name) && beside && key.instead.iter().all(|name| is_free(name))
                };
                let proposal = |key: &Key| {
                    let rank = if key.is_required || !key.beside.is_empty() { 0 } else { 1 };
                    Proposal::new(key.name, ProposalKind::Field, rank)
                        .detail(key.holds.type_name())
                        .docs(key.about)
                        .snippet(whole(key.name, &sample(key)))
                };
                keys.iter().filter(fits).map(proposal).collect()
            }
            Some(Shape::Packages(..)) => {
                let near = (self.nearby)().into_iter().filter(|near| is_free(&near.name)).map(|near| {
                    let value = format!("{{ path = \"{}\" }}", near.path);
                    let text = whole(&near.name, &value);
                    Proposal { text, ..Proposal::new(near.name, ProposalKind::Module, 0).detail(near.path) }
                });
                let forms = FORMS.iter().map(|(label, text, docs)| {
                    Proposal::new(*label, ProposalKind::Keyword, 1).snippet(*text).docs(*docs)
                });
                near.chain(forms.filter(|_| !has_value)).collect()
            }
            Some(Shape::Levels(_)) => {
                let free = RULES.iter().filter(|rule| is_free(rule.name));
                let proposal = |rule: &mc_compiler::lint::Rule| {
                    Proposal::new(rule.name, ProposalKind::Field, 0)
                        .detail(rule.code.0)
                        .docs(format!("{}. By itself: `{}`.", capital(rule.about), rule.level.name()))
                        .snippet(whole(rule.name, "\"${1|allow,warn,deny|}\""))
                };
                free.map(proposal).collect()
            }
            Some(Shape::Bounds(_, package)) => {
                let is_free = |name: &str| match name.split_once('.') {
                    None => is_free(name),
                    Some((domain, verb)) => {
                        let path: Vec<&str> = table.iter().copied().chain([domain]).collect();
                        let verbs = place::taken(&self.sections, &path);
                        // A domain that is there without verbs has a value, which is all of it.
                        !verbs.contains(&verb) && (is_free(domain) || !verbs.is_empty())
                    }
                };
                self.bounds(package, &is_free)
            }
            Some(Shape::Domain(package, domain)) => {
                let inner = |key: &str| Some(key.strip_prefix(domain)?.strip_prefix('.')?.to_owned());
                let all = self.bounds(package, &|name| inner(name).is_none_or(|verb| is_free(&verb)));
                let of_domain = |proposal: Proposal| {
                    let text = inner(&proposal.text)?;
                    Some(Proposal { label: inner(&proposal.label)?, text, ..proposal })
                };
                all.into_iter().filter_map(of_domain).collect()
            }
            _ => Vec::new(),
        };
        found.into_iter().map(named).collect()
    }

    /// The kinds of what a package may do: what its code does first, then all that there are.
    fn bounds(&self, package: &str, is_free: &dyn Fn(&str) -> bool) -> Vec<Proposal> {
        let listing = self.listing(package);
        let does = listing.iter().filter(|(key, _)| is_free(key)).map(|(key, patterns)| {
            let patterns: Vec<String> = patterns.iter().map(|pattern| quoted(&pattern.to_string())).collect();
            let text = format!("{key} = [{}]", patterns.join(", "));
            let docs = format!("What `{package}` does now: {}", patterns.join(", "));
            Proposal {
                text,
                ..Proposal::new(key.as_str(), ProposalKind::Field, 0).detail("what it does").docs(docs)
            }
        });
        let own = schema::ABILITIES.iter().map(|(name, about)| (SmolStr::new_static(name), *about));
        let effects = effects(self.db).into_iter().map(|effect| (effect, "An effect of resource types."));
        let others = own.chain(effects).filter(|(key, _)| is_free(key) && !listing.contains_key(key));
        let others = others.map(|(key, about)| {
            let text = format!("{key} = [\"$1\"]");
            Proposal::new(key.as_str(), ProposalKind::Field, 1).docs(about).snippet(text)
        });
        does.chain(others).collect()
    }

    fn listing(&self, package: &str) -> Listing {
        let found = dependency(self.db, package);
        found.map(|dependency| capability::capabilities(self.db, dependency).listing()).unwrap_or_default()
    }

    /// The values of a key.
    fn values(&self, path: &[&str], written: Written) -> Vec<Proposal> {
        let is_text = written.is_text;
        let text = |label: &str, kind, rank| {
            let quoted = if is_text { label.to_owned() } else { quoted(label) };
            Proposal { text: quoted, ..Proposal::new(label, kind, rank) }
        };
        let word = |label: &str, docs: &str| Proposal::new(label, ProposalKind::Keyword, 1).docs(docs);
        match shape(path) {
            Some(Shape::Level(_)) => {
                let levels = [Level::Allow, Level::Warn, Level::Deny];
                let level =
                    |level: Level| text(level.name(), ProposalKind::Variant, 0).docs(level_about(level));
                levels.map(level).to_vec()
            }
            Some(Shape::Bound(package, domain, name)) => {
                let key = domain.map_or_else(|| name.to_owned(), |domain| format!("{domain}.{name}"));
                let listing = self.listing(package);
                let patterns = listing.get(key.as_str()).into_iter().flatten();
                let mut found: Vec<Proposal> = patterns
                    .map(|pattern| text(&pattern.to_string(), ProposalKind::Value, 0).detail("what it does"))
                    .collect();
                if !is_text && !written.in_list {
                    let list =
                        |proposal: Proposal| Proposal { text: format!("[{}]", proposal.text), ..proposal };
                    found = found.into_iter().map(list).collect();
                    found.extend([word("true", "Anything."), word("false", "Nothing.")]);
                }
                found
            }
            Some(Shape::Domain(..)) if !is_text => {
                vec![word("true", "All of its kind."), word("false", "Nothing of its kind.")]
            }
            Some(Shape::Value(key)) => self.of_key(key, written, &text),
            _ => Vec::new(),
        }
    }

    fn of_key(
        &self,
        key: &Key,
        written: Written,
        text: &dyn Fn(&str, ProposalKind, u8) -> Proposal,
    ) -> Vec<Proposal> {
        let manifest = parse_manifest(self.db, self.file);
        match key.holds {
            Holds::Text(Text::Edition) => {
                EDITIONS.iter().map(|edition| text(edition, ProposalKind::Variant, 0)).collect()
            }
            Holds::Text(Text::License) => {
                LICENSES.iter().map(|license| text(license, ProposalKind::Value, 0)).collect()
            }
            Holds::Text(Text::Version) => {
                let now = self.text_at(written.offset);
                let proposal = |(rank, (version, what)): (u8, (String, &str))| {
                    // The next version does not begin like this one, which is typed already.
                    let filter = now.filter(|now| !now.is_empty()).map(str::to_owned);
                    Proposal { filter, ..text(&version, ProposalKind::Value, rank).detail(what) }
                };
                (0..).zip(next_versions(now)).map(proposal).collect()
            }
            Holds::Text(Text::Stream) => {
                let name = Program::get(self.db).name(self.db);
                vec![text(name, ProposalKind::Value, 0).detail("the package's name")]
            }
            Holds::Text(Text::Path) => {
                let near = (self.nearby)().into_iter();
                near.map(|near| text(&near.path, ProposalKind::File, 0).detail(near.name)).collect()
            }
            Holds::Guards => {
                let named =
                    |guard: &(String, String)| !manifest.guards.iter().any(|other| other.name == guard.0);
                let free = guards(self.db).into_iter().filter(named);
                let in_list = written.is_text || written.in_list;
                free.map(|(name, docs)| {
                    let proposal = text(&name, ProposalKind::Policy, 0).docs(docs);
                    let written =
                        if in_list { proposal.text.clone() } else { format!("[{}]", proposal.text) };
                    Proposal { text: written, ..proposal }
                })
                .collect()
            }
            // Anything can stand there, and nothing is likely.
            Holds::Text(
                Text::Name | Text::Line | Text::Folder | Text::Address | Text::Commit | Text::Digest,
            )
            | Holds::Keys(_)
            | Holds::Packages(_)
            | Holds::Levels
            | Holds::Bounds => Vec::new(),
        }
    }

    /// The text that an offset is in.
    fn text_at(&self, offset: u32) -> Option<&str> {
        match place::part_at(&self.sections, offset)? {
            Part::Value { value, .. } => match value.kind {
                ValueKind::Text(inner) => {
                    self.file.text(self.db).get(inner.start as usize..inner.end as usize)
                }
                _ => None,
            },
            Part::Name { .. } => None,
        }
    }
}

fn is(section: &Section, name: &str) -> bool {
    section.path.first().is_some_and(|segment| segment.name == name)
}

/// A value of a key to fill in.
fn sample(key: &Key) -> String {
    match key.holds {
        Holds::Guards => "[\"$1\"]".to_owned(),
        Holds::Bounds => "{ $1 }".to_owned(),
        _ => format!("\"${{1:{}}}\"", key.example.trim_matches('"')),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The versions that may come next; the first one of a package that has none.
fn next_versions(now: Option<&str>) -> Vec<(String, &'static str)> {
    let core = now.and_then(|now| now.split(['-', '+']).next());
    let numbers: Vec<u64> =
        core.into_iter().flat_map(|core| core.split('.')).filter_map(|n| n.parse().ok()).collect();
    let [major, minor, patch] = numbers.as_slice() else { return vec![("0.1.0".to_owned(), "the first")] };
    vec![
        (format!("{major}.{minor}.{}", patch.saturating_add(1)), "the next patch"),
        (format!("{major}.{}.0", minor.saturating_add(1)), "the next minor version"),
        (format!("{}.0.0", major.saturating_add(1)), "the next major version"),
    ]
}

/// The effects that resource types have.
fn effects(db: &dyn Db) -> BTreeSet<SmolStr> {
    let mut found = BTreeSet::new();
    for file in name::modules(db).values() {
        for item in &name::tree(db, *file).items {
            let ItemKind::Resource(resource) = &item.kind else { continue };
            for part in &resource.items {
                let ResourceItem::Effects { effects, .. } = part else { continue };
                for effect in effects {
                    let called = match &effect.kind {
                        ExprKind::Call { callee, .. } => &callee.kind,
                        other => other,
                    };
                    if let ExprKind::Field { base, name, .. } = called
                        && let ExprKind::Name(domain) = &base.kind
                    {
                        found.insert(SmolStr::new(format!("{domain}.{}", name.text)));
                    }
                }
            }
        }
    }
    found
}
