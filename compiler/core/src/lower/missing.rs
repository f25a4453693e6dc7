//! Missing edges: something reads what another step writes, and nothing says which comes first.
//!
//! What is written is indexed by path; a reader looks its paths up, and what is below them. Only for the pairs
//! found this way a path through the graph is looked for, between their places in a topological order.

use super::condition::Conditions;
use super::graph::Graph;
use super::merge::{Own, rule_values};
use super::{Draft, Schemas, shown};
use crate::db::{Db, Origin};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::eval::Evaluation;
use mc_plan::eval::Evaluator;
use mc_plan::expr::Operand;
use mc_plan::schema::{Claim, Schema};
use mc_plan::value::Value;
use mc_syntax::Span;
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// The domain in which one value contains others.
const PATHS: &str = "AbsPath";
/// How many vertices the search for one reader may visit for each step it may wait for, at least.
const NEAR: usize = 4_000;
/// How many vertices all searches may visit, for each edge of the graph.
const EFFORT: usize = 64;
/// How many of a reader's missing edges a message names and its fix adds.
const NAMED: usize = 8;
/// How many declarations of two steps are compared.
const DECLARATIONS: usize = 16;

/// What the search needs of the plan.
struct Search<'a> {
    conditions: &'a Conditions<'a>,
    drafts: &'a [Draft],
    order: Order,
    effort: usize,
}

/// Reports what reads something that another step writes, where nothing orders the two.
pub(super) fn report(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    conditions: &Conditions<'_>,
    drafts: &[Draft],
    graph: &Graph,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let relations = |of: fn(&Schema) -> &[Claim]| related(schemas, evaluation, drafts, of);
    let reads = relations(|schema| &schema.reads);
    if reads.is_empty() {
        return;
    }
    let mut written: BTreeMap<(&str, Value), BTreeSet<u32>> = BTreeMap::new();
    for (step, domain, value) in relations(|schema| &schema.writes) {
        written.entry((domain, value)).or_default().insert(step);
    }
    let vertices = drafts.len() + graph.barriers as usize;
    let ends: Vec<(u32, u32)> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    let effort = EFFORT * (vertices + ends.len());
    let order = Order::new(vertices, &ends);
    let mut search = Search { conditions, drafts, order, effort };
    let mut from = 0;
    while let Some((reader, ..)) = reads.get(from) {
        let count = reads[from..].iter().take_while(|(step, ..)| step == reader).count();
        let mut found: BTreeMap<u32, &Value> = BTreeMap::new();
        for (_, domain, value) in &reads[from..from + count] {
            for writer in writers(&written, domain, value) {
                if writer != *reader {
                    found.entry(writer).or_insert(value);
                }
            }
        }
        from += count;
        found.retain(|writer, _| search.may_meet(*writer, *reader));
        search.unordered(*reader, &mut found);
        if !found.is_empty() {
            diagnostics.extend(message(db, schemas, evaluation, drafts, *reader, &found));
        }
    }
}

/// What the steps say of one relation, by step: the domain and the value. Only what is known when the bundle is
/// built.
fn related<'s>(
    schemas: &'s Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    of: fn(&Schema) -> &[Claim],
) -> Vec<(u32, &'s str, Value)> {
    let mut evaluators: Vec<Evaluator<'_>> = schemas.list.iter().map(|s| Evaluator::new(&s.exprs)).collect();
    let mut all = Vec::new();
    for (step, draft) in drafts.iter().enumerate() {
        let schema = &schemas.list[draft.schema as usize];
        if of(schema).is_empty() {
            continue;
        }
        let evaluator = &mut evaluators[draft.schema as usize];
        for d in &draft.declared {
            evaluator.next_step();
            let settings = &evaluation.declared[*d as usize].settings;
            let own = Own { schema, key: &draft.key, settings };
            for claim in of(schema) {
                let values = rule_values(evaluator, claim.value, &own);
                all.extend(values.into_iter().map(|value| (step as u32, claim.domain.as_str(), value)));
            }
        }
    }
    all
}

/// The steps that write a value, or what is below it.
fn writers<'a>(
    written: &'a BTreeMap<(&str, Value), BTreeSet<u32>>,
    domain: &'a str,
    value: &Value,
) -> impl Iterator<Item = u32> + 'a {
    let exact = written.get(&(domain, value.clone())).into_iter().flatten().copied();
    let below = match value {
        Value::Str(path) if domain == PATHS => {
            let inside = format!("{}/", path.trim_end_matches('/'));
            // `0` follows `/`: everything between begins with the folder.
            let end = format!("{}0", path.trim_end_matches('/'));
            let range = (
                Bound::Excluded((domain, Value::Str(inside.into()))),
                Bound::Excluded((domain, Value::Str(end.into()))),
            );
            Some(written.range::<(&str, Value), _>(range))
        }
        _ => None,
    };
    exact.chain(below.into_iter().flatten().flat_map(|(_, steps)| steps.iter().copied()))
}

impl Search<'_> {
    /// Whether both steps can exist on one host.
    fn may_meet(&self, a: u32, b: u32) -> bool {
        let all = |step: u32| {
            let declared = &self.drafts[step as usize].declared;
            declared.iter().take(DECLARATIONS).map(|d| self.conditions.declared(*d)).collect::<Vec<_>>()
        };
        if [a, b].iter().any(|step| self.drafts[*step as usize].declared.len() > DECLARATIONS) {
            return true;
        }
        let (x, y) = (all(a), all(b));
        x.iter().any(|x| y.iter().any(|y| !self.conditions.exclusive(*x, *y)))
    }

    /// Leaves those writers of whom no path leads to the reader or back. Where the search is given up, there may
    /// be one.
    fn unordered(&mut self, reader: u32, found: &mut BTreeMap<u32, &Value>) {
        for forward in [false, true] {
            let place = |vertex: u32| self.order.place[vertex as usize];
            let here = place(reader);
            let wanted: Vec<u32> = found
                .keys()
                .copied()
                .filter(|writer| self.order.cyclic || (place(*writer) > here) == forward)
                .collect();
            let places = wanted.iter().map(|writer| place(*writer));
            let bound = if forward { places.max() } else { places.min() };
            let Some(bound) = bound else { continue };
            let mut left: FxHashSet<u32> = wanted.into_iter().collect();
            let mut visits = NEAR.max(4 * left.len()).min(self.effort);
            let mut seen: FxHashSet<u32> = FxHashSet::from_iter([reader]);
            let mut stack = vec![reader];
            while let Some(vertex) = stack.pop() {
                for next in self.order.next(vertex, forward) {
                    let at = self.order.place[*next as usize];
                    let beyond = if forward { at > bound } else { at < bound };
                    if (beyond && !self.order.cyclic) || !seen.insert(*next) {
                        continue;
                    }
                    if left.remove(next) {
                        found.remove(next);
                    }
                    visits = visits.saturating_sub(1);
                    stack.push(*next);
                }
                if left.is_empty() {
                    break;
                }
                if visits == 0 {
                    // Not told apart: better no warning than a wrong one.
                    left.iter().for_each(|writer| {
                        found.remove(writer);
                    });
                    break;
                }
            }
            self.effort = self.effort.saturating_sub(seen.len());
        }
    }
}

/// The graph both ways, and the place of each vertex in a topological order.
struct Order {
    place: Vec<u32>,
    forward: Vec<Vec<u32>>,
    backward: Vec<Vec<u32>>,
    /// Whether there is a cycle, so that places tell nothing.
    cyclic: bool,
}

impl Order {
    fn new(vertices: usize, ends: &[(u32, u32)]) -> Self {
        let mut forward: Vec<Vec<u32>> = vec![Vec::new(); vertices];
        let mut backward: Vec<Vec<u32>> = vec![Vec::new(); vertices];
        for (from, to) in ends {
            forward[*from as usize].push(*to);
            backward[*to as usize].push(*from);
        }
        let mut waiting: Vec<usize> = backward.iter().map(Vec::len).collect();
        let mut ready: Vec<u32> = (0..vertices as u32).rev().filter(|v| waiting[*v as usize] == 0).collect();
        let mut place = vec![0; vertices];
        let mut done = 0;
        while let Some(vertex) = ready.pop() {
            place[vertex as usize] = done;
            done += 1;
            for next in &forward[vertex as usize] {
                waiting[*next as usize] -= 1;
                if waiting[*next as usize] == 0 {
                    ready.push(*next);
                }
            }
        }
        Order { place, forward, backward, cyclic: (done as usize) < vertices }
    }

    fn next(&self, vertex: u32, forward: bool) -> &[u32] {
        if forward { &self.forward[vertex as usize] } else { &self.backward[vertex as usize] }
    }
}

/// The warning for one reader; none where nobody of this package can do anything about it.
fn message(
    db: &dyn Db,
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    reader: u32,
    found: &BTreeMap<u32, &Value>,
) -> Option<Diagnostic> {
    let draft = |step: u32| &drafts[step as usize];
    let place = |step: u32| -> Option<Place> {
        let mut places = draft(step).declared.iter().map(|d| evaluation.declared[*d as usize].place);
        places.find(|place| place.file.origin(db) == Origin::Package)
    };
    let first_place = |step: u32| evaluation.declared[draft(step).declared[0] as usize].place;
    let (first, value) = found.first_key_value()?;
    let (reads, writes) = (shown(schemas, draft(reader)), shown(schemas, draft(*first)));
    let what = crate::notation::short_value(value);
    let below = !matches!(&draft(*first).key, Operand::Value(key) if key == *value);
    let here = if below { format!("reads what is in {what}") } else { format!("reads {what}") };
    let headline = format!("{reads} reads what {writes} writes, and nothing says which comes first");
    let mut diagnostic = match place(reader) {
        Some(at) => Diagnostic::warning(code::MISSING_EDGE, at, headline)
            .here(here)
            .label(first_place(*first), "written here"),
        // The reader is another package's: what can be changed is the writer.
        None => Diagnostic::warning(code::MISSING_EDGE, place(*first)?, headline)
            .here("written here")
            .label(first_place(reader), here),
    };
    let more = found.len() - 1;
    if more > 0 {
        let others: Vec<String> =
            found.keys().skip(1).take(NAMED - 1).map(|step| shown(schemas, draft(*step))).collect();
        let rest = if more > others.len() { ", .." } else { "" };
        diagnostic = diagnostic.note(format!("it also reads what these write: {}{rest}", others.join(", ")));
    }
    let (owner, clause, others): (u32, &str, Vec<u32>) = match place(reader) {
        Some(_) => (reader, "after", found.keys().copied().take(NAMED).collect()),
        None => (*first, "before", vec![reader]),
    };
    let named: Option<Vec<String>> =
        others.iter().map(|step| reference(schemas, evaluation, drafts, owner, *step)).collect();
    diagnostic = diagnostic.help(
        "say the order with `after`, or `notify`, `restart on` or `reload on` where a change has to be noticed",
    );
    let clause = match named.as_deref() {
        Some([one]) => format!("{clause} {one}"),
        Some(several) => format!("{clause} [{}]", several.join(", ")),
        None => return Some(diagnostic),
    };
    if let Some((at, text)) = place(owner).and_then(|head| insertion(db, head, &clause)) {
        diagnostic = diagnostic.fix(format!("add `{clause}`"), at, text);
    }
    Some(diagnostic)
}

/// A step as a clause of another one may name it by its key.
fn reference(
    schemas: &Schemas,
    evaluation: &Evaluation,
    drafts: &[Draft],
    owner: u32,
    step: u32,
) -> Option<String> {
    let (own, other) = (&drafts[owner as usize], &drafts[step as usize]);
    let Operand::Value(Value::Str(_)) = &other.key else { return None };
    // A key that is only a label is looked up in the instance of the one who names it.
    let local = schemas.list[other.schema as usize].key.local;
    let inside = |d: &u32| *evaluation.declared[*d as usize].instance == *other.scope;
    (!local || own.declared.iter().all(inside)).then(|| shown(schemas, other))
}

/// Where a clause is added to a resource, and the text to add: behind the brace that follows its head.
fn insertion(db: &dyn Db, head: Place, clause: &str) -> Option<(Place, String)> {
    let text = head.file.text(db);
    let rest = text.get(head.span.end as usize..)?;
    let brace = rest.find(|c: char| !c.is_whitespace()).filter(|at| rest[*at..].starts_with('{'))?;
    let at = head.span.end + brace as u32 + 1;
    let inside = rest.get(brace + 1..)?;
    let line = inside.split('\n').next().unwrap_or_default().trim_start();
    let text = if line.starts_with('}') {
        let space = if inside.starts_with('}') { " " } else { "" };
        format!(" {clause}{space}")
    } else if line.is_empty() || line.starts_with("//") {
        // On a line of its own, as deep as the next one.
        let next = inside.split('\n').nth(1).unwrap_or_default();
        let indent: String = next.chars().take_while(|c| c.is_whitespace()).collect();
        let inner = if next.trim_start().starts_with('}') { format!("{indent}  ") } else { indent };
        if line.is_empty() { format!("\n{inner}{clause}") } else { format!(" {clause}") }
    } else {
        format!(" {clause},")
    };
    Some((Place::new(head.file, Span { start: at, end: at }), text))
}

#[cfg(test)]
mod tests {
    use super::{PATHS, writers};
    use mc_plan::value::Value;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn a_folder_that_is_read_holds_what_is_below_it() {
        let path = |text: &str| (PATHS, Value::Str(text.into()));
        let paths = ["/a", "/a/b", "/a/b/c", "/a-b", "/a0", "/ab", "/b"];
        let written: BTreeMap<(&str, Value), BTreeSet<u32>> =
            (0..).zip(paths).map(|(at, text)| (path(text), BTreeSet::from([at]))).collect();
        let found = |text: &str| writers(&written, PATHS, &path(text).1).collect::<Vec<_>>();
        assert_eq!(found("/a"), [0, 1, 2]);
        assert_eq!(found("/a/b"), [1, 2]);
        assert_eq!(found("/").len(), paths.len());
        assert_eq!(found("/x"), Vec::<u32>::new());
    }
}
