//! The plan's graph as people look at it: steps in their instances, edges with their reasons, and nothing that
//! other edges say already.
//!
//! [`graph`] makes the model from a plan. [`dot`], [`mermaid`], [`svg`] and [`html`] write it; the last two
//! use a layout of our own ([`layout`]). All are pure functions, so that the command line and an editor show
//! the same picture, and the same plan gives the same bytes.

pub(crate) mod boundary;
pub mod dot;
mod host;
pub mod html;
pub mod layout;
pub mod mermaid;
mod reduce;
mod rule;
mod stack;
pub mod svg;

pub use boundary::{barrier_names, policy_order};
pub use host::OnHost;
pub use rule::Rule;

use crate::notation::{
    Notation, Place, SecretAttributes, Typed, is_written, kind_word, priority_word, short,
};
use mc_plan::expr::Operand;
use mc_plan::plan::{self, Declaration, Edge, EdgeKind, EdgeReason, Plan, SourceSpan};
use mc_plan::value::Value;
use rule::Watch;
use std::collections::{BTreeMap, BTreeSet};

/// Values and expressions in a picture are cut here, in bytes.
const LIMIT: usize = 400;

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What is drawn, for titles: a package's or a bundle's name.
    pub title: String,
    /// Only steps of this policy.
    pub policy: Option<String>,
    /// Also edges that follow from others.
    pub all: bool,
}

/// A plan's graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// What it is of.
    pub title: String,
    /// Steps and boundaries, in the plan's order.
    pub vertices: Vec<Vertex>,
    /// Policies and instances; those around come before those inside.
    pub groups: Vec<Group>,
    /// What comes after what; one for each pair, sorted.
    pub links: Vec<Link>,
    /// How many links follow from others and are left out.
    pub hidden: usize,
    /// Guards, removals and rollouts.
    pub rules: Vec<Rule>,
}

/// A policy or an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group around, by position.
    pub parent: Option<u32>,
    /// The whole path: `web/Nginx["blue"]`.
    pub path: String,
    /// Its last part: `Nginx["blue"]`.
    pub name: String,
    /// Of a policy: which hosts get it, absent for all.
    pub select: Option<String>,
    /// What all steps in it have in common of their conditions.
    pub when: Option<String>,
}

/// A point of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vertex {
    /// The innermost group that holds it.
    pub group: Option<u32>,
    /// What it is.
    pub kind: VertexKind,
}

/// What a vertex is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VertexKind {
    /// A step.
    Step(Step),
    /// Waits for everything in the instance of this path.
    End(String),
    /// Everything in the instance of this path waits for it.
    Start(String),
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Position in the plan's steps; on a host of the first of those that became one.
    pub position: u32,
    /// As a reference: `File["/etc/motd"]`.
    pub name: String,
    /// The type: `File`.
    pub ty: String,
    /// Position of the type among those of the plan: for colours.
    pub palette: u32,
    /// The key: text without quotes where it is a text.
    pub key: String,
    /// The provider: `core.file`.
    pub provider: String,
    /// When it exists, if not always: one text for each declaration. What holds for a whole group around stands
    /// there.
    pub when: Vec<String>,
    /// The loops that the host runs around it: `disk in disks`.
    pub each: Option<String>,
    /// What declares it.
    pub declarations: Vec<Declared>,
    /// The guards that may hold for it, and who has to approve it: a line each.
    pub watched: Vec<String>,
}

/// One declaration of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The instance: `web/Nginx`.
    pub instance: String,
    /// When it exists, if not always.
    pub when: Option<String>,
    /// Where it is declared.
    pub at: String,
    /// The same, as the plan has it.
    pub span: SourceSpan,
    /// Attributes and clauses with their values.
    pub settings: Vec<(String, String)>,
}

/// `from` comes before `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Position of a vertex.
    pub from: u32,
    /// Position of a vertex.
    pub to: u32,
    /// Whether a change travels along it.
    pub refresh: bool,
    /// Why it is there.
    pub reasons: Vec<Reason>,
}

/// Why a link is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// `order`, `notify`, `restart` or `reload`.
    pub kind: &'static str,
    /// In words.
    pub text: String,
    /// Where it was said; absent where nobody wrote it.
    pub at: Option<String>,
    /// The same, as the plan has it.
    pub span: Option<SourceSpan>,
    /// What it follows from.
    pub of: EdgeReason,
}

impl Step {
    /// Its name, and what watches over it.
    pub fn title(&self) -> String {
        std::iter::once(&self.name).chain(&self.watched).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

impl Rule {
    /// On one line: ``guard no_removal: ..``.
    pub fn line(&self) -> String {
        format!("{} {}: {}", self.kind, self.name, self.text)
    }
}

impl Graph {
    /// Whether something watches over one of its steps.
    pub fn is_watched(&self) -> bool {
        self.vertices
            .iter()
            .any(|vertex| matches!(&vertex.kind, VertexKind::Step(step) if !step.watched.is_empty()))
    }
}

impl Vertex {
    /// Its name for people.
    pub fn name(&self) -> String {
        match &self.kind {
            VertexKind::Step(step) => step.name.clone(),
            VertexKind::End(path) => format!("end of {path}"),
            VertexKind::Start(path) => format!("start of {path}"),
        }
    }
}

/// Makes the graph of a plan; none if there is no policy of the wanted name.
pub fn graph(plan: &Plan, options: &Options) -> Option<Graph> {
    let policy = match &options.policy {
        Some(name) => Some(plan.policies.iter().position(|p| p.name == *name)? as u32),
        None => None,
    };
    Some(Builder::new(plan, policy, None).build(options))
}

/// Makes the graph of what there is of a plan on one host, without conditions. The plan is the one that was instantiated.
/// None if there is no policy of the wanted name.
pub fn graph_on_host(plan: &Plan, host: &OnHost<'_>, options: &Options) -> Option<Graph> {
    let policy = match &options.policy {
        Some(name) => Some(plan.policies.iter().position(|p| p.name == *name)? as u32),
        None => None,
    };
    Some(Builder::new(plan, policy, Some(host)).build(options))
}

struct Builder<'p> {
    plan: &'p Plan,
    notation: Notation<'p>,
    policy: Option<u32>,
    /// The host, if it is the graph of one.
    host: Option<&'p OnHost<'p>>,
    watch: Watch<'p>,
    graph: Graph,
    /// Groups by path.
    groups: BTreeMap<String, u32>,
    /// The new position of each of the plan's vertices; none for those left out.
    vertex_of: Vec<Option<u32>>,
}

/// A link, and the declarations that bring it.
type Carried = (Link, BTreeSet<Option<(bool, u32)>>);

impl<'p> Builder<'p> {
    fn new(plan: &'p Plan, policy: Option<u32>, host: Option<&'p OnHost<'p>>) -> Self {
        Builder {
            plan,
            notation: Notation::new(plan, LIMIT),
            policy,
            host,
            watch: Watch::new(plan),
            graph: Graph::default(),
            groups: BTreeMap::new(),
            vertex_of: vec![None; plan.steps.len() + plan.barriers as usize],
        }
    }

    fn build(mut self, options: &Options) -> Graph {
        self.graph.title.clone_from(&options.title);
        self.paths();
        for at in 0..self.plan.steps.len() {
            self.step(at);
        }
        self.conditions();
        self.barriers();
        let (links, firm) = self.links();
        let redundant = if options.all {
            vec![false; links.len()]
        } else {
            reduce::redundant(self.graph.vertices.len(), &links, &firm)
        };
        self.graph.hidden = redundant.iter().filter(|hidden| **hidden).count();
        let shown = links.into_iter().zip(redundant).filter(|(_, hidden)| !hidden);
        self.graph.links = shown.map(|(link, _)| link).collect();
        let types = self.graph.vertices.iter().filter_map(|vertex| match &vertex.kind {
            VertexKind::Step(step) => Some(step.palette),
            _ => None,
        });
        self.graph.rules = rule::rules(self.plan, &self.notation, self.policy, &types.collect());
        self.graph
    }

    /// The declarations of a step that are of a wanted policy, and exist on the host.
    fn declarations(&self, at: usize) -> Vec<&'p Declaration> {
        let all = self.plan.steps.get(at).map_or(&[][..], |step| &step.declarations);
        (0_u32..)
            .zip(all)
            .filter(|(_, declaration)| self.policy.is_none_or(|policy| declaration.policy == policy))
            .filter(|(position, _)| self.host.is_none_or(|host| host.exists(at, *position)))
            .map(|(_, declaration)| declaration)
            .collect()
    }

    /// Makes the groups: every instance of a wanted declaration and those around it, in order of path.
    fn paths(&mut self) {
        let mut paths: BTreeSet<Vec<&'p str>> = BTreeSet::new();
        for declaration in (0..self.plan.steps.len()).flat_map(|at| self.declarations(at)) {
            let parts = boundary::parts(&declaration.instance);
            for length in 1..=parts.len() {
                paths.insert(parts[..length].to_vec());
            }
        }
        for path in paths {
            let parent = path.split_last().map(|(_, around)| around.join("/"));
            let parent = parent.and_then(|parent| self.groups.get(&parent).copied());
            let name = path.last().copied().unwrap_or_default().to_owned();
            let policy = match parent {
                None => self.plan.policies.iter().find(|policy| policy.name == name),
                Some(_) => None,
            };
            let policy = policy.filter(|_| self.host.is_none());
            let select = policy.and_then(|policy| self.notation.condition(&policy.select, Place::default()));
            let path = path.join("/");
            self.groups.insert(path.clone(), self.graph.groups.len() as u32);
            self.graph.groups.push(Group { parent, path, name, select, when: None });
        }
    }

    fn step(&mut self, at: usize) {
        let step = &self.plan.steps[at];
        let declarations = self.declarations(at);
        if declarations.is_empty() {
            return;
        }
        let secrets = self.notation.secret_attributes(step);
        let declared: Vec<Declared> =
            declarations.iter().map(|declaration| self.declared(step, declaration, &secrets)).collect();
        // Two that became one on the host.
        let first = self.host.and_then(|host| host.first_of(at)).and_then(|first| self.vertex_of[first]);
        if let Some(vertex) = first {
            if let VertexKind::Step(first) = &mut self.graph.vertices[vertex as usize].kind {
                first.declarations.extend(declared);
            }
            self.vertex_of[at] = Some(vertex);
            return;
        }
        let schema = self.plan.schemas.get(step.schema as usize);
        let on_host = self.host.and_then(|host| host.step(at));
        let key = match (&step.key, on_host.map(|step| &step.key)) {
            (Operand::Value(Value::Str(text)), _) | (_, Some(Value::Str(text))) => printable(text),
            (_, Some(value)) => match schema {
                Some(schema) => self.notation.constant(value, Typed::new(&schema.key.ty, &schema.types)),
                None => "?".to_owned(),
            },
            (other, None) => {
                let expected = schema.map(|schema| Typed::new(&schema.key.ty, &schema.types));
                self.notation.operand(other, Place { schema: None, expected })
            }
        };
        let always = declared.iter().any(|d| d.when.is_none());
        let mut when: Vec<String> = declared.iter().filter_map(|d| d.when.clone()).collect();
        when.dedup();
        if let [a, b] = when.as_slice()
            && (*b == format!("!({a})") || *b == format!("!{a}"))
        {
            when.clear();
        }
        let name = on_host.map(|step| step.name.to_string());
        let vertex = Step {
            position: at as u32,
            name: name.unwrap_or_else(|| self.notation.vertex(at as u32)),
            ty: schema.map_or("?", |schema| short(&schema.name)).to_owned(),
            palette: step.schema,
            key,
            provider: schema.map_or_else(String::new, |schema| schema.provider.clone()),
            when: if always { Vec::new() } else { when },
            each: step.repeat.map(|_| self.notation.repeats(step.repeat).join(" for ")),
            declarations: declared,
            watched: self.watch.over(step),
        };
        let paths = boundary::common(declarations.iter().map(|d| vec![d.instance.as_str()]));
        let group = paths.iter().rev().find_map(|path| self.groups.get(path).copied());
        self.add(at, Vertex { group, kind: VertexKind::Step(vertex) });
    }

    fn add(&mut self, at: usize, vertex: Vertex) {
        self.vertex_of[at] = Some(self.graph.vertices.len() as u32);
        self.graph.vertices.push(vertex);
    }

    fn declared(&self, step: &plan::Step, declaration: &Declaration, secrets: &SecretAttributes) -> Declared {
        let schema = self.plan.schemas.get(step.schema as usize);
        let place = Place { schema, expected: None };
        let mut settings: Vec<(String, String)> = declaration
            .attributes
            .iter()
            .map(|setting| {
                // A picture is passed around more freely than a bundle: not even a secret's name.
                let value = if secrets.contains_key(&setting.attribute) {
                    "(secret)".to_owned()
                } else {
                    self.notation.setting(step, setting, secrets)
                };
                let word = priority_word(setting.priority).map(|word| format!("{word} ")).unwrap_or_default();
                (self.notation.attribute(step, setting.attribute).to_owned(), word + &value)
            })
            .collect();
        let clauses = self.notation.clauses(step, declaration);
        settings.extend(clauses.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Declared {
            instance: declaration.instance.clone(),
            when: self
                .host
                .is_none()
                .then(|| self.notation.condition(&declaration.condition, place))
                .flatten(),
            at: self.notation.at(declaration.span),
            span: declaration.span,
            settings,
        }
    }

    /// Moves conditions from the steps of a group to the group where all have one in common.
    fn conditions(&mut self) {
        let graph = &mut self.graph;
        // The outer groups come first: what is said there is not said again inside.
        for group in 0..graph.groups.len() as u32 {
            let mut inside = vec![false; graph.groups.len()];
            for (at, other) in graph.groups.iter().enumerate() {
                let around = other.parent.is_some_and(|parent| inside[parent as usize]);
                inside[at] = at as u32 == group || around;
            }
            let mut steps: Vec<&mut Step> = graph
                .vertices
                .iter_mut()
                .filter(|vertex| vertex.group.is_some_and(|group| inside[group as usize]))
                .filter_map(|vertex| match &mut vertex.kind {
                    VertexKind::Step(step) => Some(step),
                    _ => None,
                })
                .collect();
            let shortest = steps.iter().map(|step| match step.when.as_slice() {
                [one] => Some(one.as_str()),
                _ => None,
            });
            let Some(common) = shortest.min_by_key(|when| when.map(str::len)).flatten() else { continue };
            let common = common.to_owned();
            if !steps.iter().all(|step| without(&step.when, &common).is_some()) {
                continue;
            }
            for step in &mut steps {
                if let Some(rest) = without(&step.when, &common) {
                    step.when = rest;
                }
            }
            graph.groups[group as usize].when = Some(common);
        }
    }

    /// The boundaries that hold a shown step.
    fn barriers(&mut self) {
        for (at, boundary) in boundary::boundaries(self.plan).into_iter().enumerate() {
            if boundary.steps.iter().any(|step| self.vertex_of[*step as usize].is_some()) {
                let group = self.groups.get(&boundary.path).copied();
                let kind = match boundary.end {
                    true => VertexKind::End(boundary.path),
                    false => VertexKind::Start(boundary.path),
                };
                self.add(self.plan.steps.len() + at, Vertex { group, kind });
            }
        }
    }

    /// The links, and which of them hold wherever both ends exist: of several declarations of a step, each brings
    /// its own edges only.
    fn links(&self) -> (Vec<Link>, Vec<bool>) {
        let mut links: BTreeMap<(u32, u32), Carried> = BTreeMap::new();
        let on_host = self.host.map(|host| host.edges(self.plan));
        let edges: &[Edge] = on_host.as_deref().unwrap_or(&self.plan.edges);
        for edge in edges {
            let ends = [edge.from, edge.to].map(|at| self.vertex_of.get(at as usize).copied().flatten());
            let [Some(from), Some(to)] = ends else { continue };
            // Of two that became one on the host.
            if from == to {
                continue;
            }
            let written = is_written(edge.reason);
            let reason = Reason {
                kind: kind_word(edge.kind),
                text: self.notation.reason(edge.reason),
                at: written.then(|| self.notation.at(edge.span)),
                span: written.then_some(edge.span),
                of: edge.reason,
            };
            let new = Link { from, to, refresh: false, reasons: Vec::new() };
            let (link, carriers) = links.entry((from, to)).or_insert((new, BTreeSet::new()));
            link.refresh |= edge.kind != EdgeKind::Order;
            if !link.reasons.contains(&reason) {
                link.reasons.push(reason);
            }
            carriers.insert(edge.carrier);
        }
        let declarations = |vertex: u32| match &self.graph.vertices[vertex as usize].kind {
            VertexKind::Step(step) => step.declarations.len(),
            _ => 0,
        };
        let firm = |link: &Link, carriers: &BTreeSet<Option<(bool, u32)>>| {
            let of = |target: bool| carriers.iter().flatten().filter(|(t, _)| *t == target).count();
            self.host.is_some()
                || carriers.contains(&None)
                || (of(true) > 0 && of(true) >= declarations(link.to))
                || (of(false) > 0 && of(false) >= declarations(link.from))
        };
        links
            .into_values()
            .map(|(link, carriers)| {
                let firm = firm(&link, &carriers);
                (link, firm)
            })
            .unzip()
    }
}

/// A step's condition without the part that a group's says; none if it is another.
fn without(when: &[String], common: &str) -> Option<Vec<String>> {
    let [when] = when else { return None };
    if when == common {
        return Some(Vec::new());
    }
    let rest = when.strip_prefix(common).or_else(|| when.strip_prefix(&format!("({common})")))?;
    Some(vec![rest.strip_prefix(" && ")?.to_owned()])
}

/// A text without what would disturb a line.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    crate::notation::escape(&mut out, text);
    out.replace("\\\"", "\"")
}

/// A text of at most `most` characters: the middle is left out, and more of the end is kept, where paths
/// differ.
fn shorten(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most || most < 4 {
        return text.to_owned();
    }
    let head = (most - 1) / 3;
    let tail = most - 1 - head;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}\u{2026}{end}")
}

#[cfg(test)]
mod tests;
