//! The plan as a graph beside its source: of the package or of a policy, on any host or on one.

use super::built::Built;
use super::change::{self, Change, Changed, Changes};
use super::host::{self, Contents};
use super::source::Sources;
use crate::definition::Location;
use mc_compiler::compile::CompiledPlan;
use mc_compiler::graph::{self, Graph, OnHost, Options, VertexKind};
use mc_compiler::name::{self, DeclId};
use mc_compiler::notation::{Notation, SecretAttributes, clause_words, priority_word};
use mc_compiler::test::{Fixture, fixtures};
use mc_compiler::{Db, File, Severity, compiled_plan};
use mc_plan::plan::{EdgeReason, Plan};
use mc_syntax::ast::ItemKind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values are cut here, in bytes.
const LONGEST: usize = 400;

/// More steps make no picture.
const MOST: usize = 2_000;

/// How many mistakes are told where there is no plan.
const MOST_PROBLEMS: usize = 8;

/// What is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanQuestion<'a> {
    /// Where the cursor is: the policy around it is shown.
    pub at: Option<(File, u32)>,
    /// The policy that is shown in its place; empty for the whole plan.
    pub policy: Option<&'a str>,
    /// The host that it is shown on; none for any, with conditions.
    pub fixture: Option<&'a str>,
    /// What it is compared with.
    pub built: Option<&'a Built>,
}

/// The plan as a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanView {
    /// The policy; none for the whole plan.
    pub policy: Option<String>,
    /// All policies.
    pub policies: Vec<String>,
    /// The host; none for any.
    pub fixture: Option<String>,
    /// The hosts that can be chosen.
    pub fixtures: Vec<FixtureView>,
    /// Policies and instances; those around come first.
    pub groups: Vec<GroupView>,
    /// The resources and the borders of instances, in the order of the plan, and then what is removed.
    pub nodes: Vec<NodeView>,
    /// What comes before what.
    pub edges: Vec<EdgeView>,
    /// How many edges follow from others and are left out.
    pub hidden: usize,
    /// What holds for resources beside their order.
    pub rules: Vec<RuleView>,
    /// All differences from what it is compared with, counted.
    pub difference: Option<String>,
    /// Why there is no plan, or why it does not stand on this host.
    pub problems: Vec<String>,
}

/// A host that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureView {
    /// Its name.
    pub name: String,
    /// Whether it gets the policy, or any; none where that cannot be told.
    pub matches: Option<bool>,
}

/// A policy or an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// Its path: `web/Nginx["blue"]`.
    pub path: String,
    /// The path of the group around.
    pub parent: Option<String>,
    /// The last part of its path.
    pub name: String,
    /// When everything in it exists, where it does not always.
    pub condition: Option<String>,
    /// Of a policy: which hosts get it, where not all do.
    pub select: Option<String>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A resource.
    Step,
    /// Everything in an instance waits for it.
    Start,
    /// It waits for everything in an instance.
    End,
}

/// A resource, or the border of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Its name; no other node has it.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Its key; of a border the instance.
    pub label: String,
    /// The resource type.
    pub ty: String,
    /// The path of the innermost group.
    pub group: Option<String>,
    /// The module that declares it.
    pub module: String,
    /// Where it is declared first.
    pub location: Option<Location>,
    /// Everything that declares it.
    pub declarations: Vec<DeclaredAt>,
    /// When it exists, where it does not always.
    pub condition: Option<String>,
    /// The loops that the host runs around it.
    pub each: Option<String>,
    /// What a build would change.
    pub change: Change,
    /// What of it.
    pub changes: Vec<Changed>,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
    /// The guards that may hold for it, and who has to approve it.
    pub watched: Vec<String>,
}

/// A declaration of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredAt {
    /// The instance.
    pub instance: String,
    /// Where.
    pub location: Option<Location>,
    /// When it counts, where it does not always.
    pub condition: Option<String>,
}

/// `from` comes before `to`: the names of two nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeView {
    /// What comes first.
    pub from: String,
    /// What comes after it.
    pub to: String,
    /// Whether a change travels along it.
    pub refresh: bool,
    /// Why it is there.
    pub reasons: Vec<ReasonView>,
}

/// Why an edge is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonView {
    /// A clause's words, `reference`, `automatic`, `instance` or `policy`.
    pub kind: &'static str,
    /// In words.
    pub text: String,
    /// Where it is said.
    pub location: Option<Location>,
}

/// A guard, a removal or a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleView {
    /// `guard`, `prune` or `rollout`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// The plan as a graph. A package with errors has none: its mistakes are told.
pub fn plan_view(db: &dyn Db, question: PlanQuestion<'_>) -> PlanView {
    let Some(compiled) = compiled_plan(db) else {
        return PlanView { problems: mistakes(db), ..PlanView::default() };
    };
    let plan = &compiled.plan;
    let mut view = PlanView {
        policies: plan.policies.iter().map(|policy| policy.name.clone()).collect(),
        ..PlanView::default()
    };
    view.policy = match question.policy {
        Some("") => None,
        Some(name) => Some(name.to_owned()),
        None => question.at.and_then(|(file, offset)| policy_at(db, file, offset)).map(|id| id.qualified(db)),
    };
    let policy = view.policy.as_deref().map(|name| plan.policies.iter().position(|p| p.name == name));
    let policy = match policy {
        Some(None) => {
            let name = view.policy.take().unwrap_or_default();
            view.problems.push(format!("there is no policy `{name}`"));
            return view;
        }
        Some(Some(position)) => Some(position),
        None => None,
    };
    let fixtures = fixtures(db);
    for fixture in &fixtures {
        let found = host::selected(db, plan, fixture);
        let matches = match policy {
            Some(position) => found.get(position).copied().flatten(),
            None if found.contains(&Some(true)) => Some(true),
            None => found.iter().all(Option::is_some).then_some(false),
        };
        view.fixtures.push(FixtureView { name: fixture.name.clone(), matches });
    }
    let counted = |step: &&mc_plan::plan::Step| {
        policy.is_none_or(|policy| step.declarations.iter().any(|d| d.policy as usize == policy))
    };
    let count = plan.steps.iter().filter(counted).count();
    if count > MOST {
        view.problems.push(format!("{count} steps make no picture: choose a policy with at most {MOST}"));
        return view;
    }
    let options = Options { policy: view.policy.clone(), ..Options::default() };
    let contents = |digest: &[u8; 32]| text_of(compiled, digest);
    let mut drawing = Drawing { db, contents: &contents, view };
    if let Some(built) = question.built {
        let found = change::difference(compiled, built);
        drawing.view.difference = Some(found.summary());
        if question.fixture.is_none() {
            let changes = change::anywhere(&found, drawing.view.policy.as_deref());
            drawing.anywhere(plan, &options, &changes);
            return drawing.view;
        }
    }
    match question.fixture {
        None => drawing.anywhere(plan, &options, &Changes::default()),
        Some(name) => match fixtures.iter().find(|fixture| fixture.name == name) {
            None => drawing.view.problems.push(format!("there is no fixture `{name}`")),
            Some(fixture) => {
                drawing.view.fixture = Some(name.to_owned());
                let only = policy.map(|policy| vec![policy as u32]);
                if let Err(reasons) = drawing.on_host(plan, &options, fixture, only, question.built) {
                    drawing.view.problems.extend(reasons);
                }
            }
        },
    }
    drawing.view
}

/// The policy that is declared around an offset.
pub(crate) fn policy_at(db: &dyn Db, file: File, offset: u32) -> Option<DeclId> {
    if name::is_template(db, file) {
        return None;
    }
    let items = &name::tree(db, file).items;
    let at = items.iter().position(|item| item.span.touches(offset))?;
    matches!(items.get(at)?.kind, ItemKind::Policy(_)).then_some(DeclId { file, index: at as u32 })
}

/// Why there is no plan: the errors of the package.
pub(crate) fn mistakes(db: &dyn Db) -> Vec<String> {
    let all = mc_compiler::diagnostics(db);
    let errors: Vec<_> = all.iter().filter(|found| found.severity == Severity::Error).collect();
    let text = |found: &&mc_compiler::Diagnostic| {
        let file = found.primary.file;
        let before = file.text(db).get(..found.primary.span.start as usize).unwrap_or_default();
        format!("{}:{}: {}", file.path(db), before.matches('\n').count() + 1, found.headline)
    };
    let mut problems: Vec<String> = errors.iter().take(MOST_PROBLEMS).map(text).collect();
    if errors.len() > MOST_PROBLEMS {
        problems.push(format!("and {} more errors", errors.len() - MOST_PROBLEMS));
    }
    problems
}

/// A content as text, if it is one.
fn text_of(compiled: &CompiledPlan, digest: &[u8; 32]) -> Option<Arc<str>> {
    let at = compiled.blobs.binary_search_by(|(blob, _)| blob.digest.cmp(digest)).ok()?;
    let (_, bytes) = compiled.blobs.get(at)?;
    std::str::from_utf8(bytes).ok().map(Arc::from)
}

struct Drawing<'a> {
    db: &'a dyn Db,
    contents: Contents<'a>,
    view: PlanView,
}

impl Drawing<'_> {
    fn anywhere(&mut self, plan: &Plan, options: &Options, changes: &Changes) {
        let Some(graph) = graph::graph(plan, options) else { return };
        let notation = Notation::new(plan, LONGEST);
        let contents = self.contents;
        let policy = options.policy.as_deref();
        let attributes = |position: usize| declared(plan, &notation, contents, position, policy);
        self.draw(plan, &graph, &attributes, changes);
    }

    fn on_host(
        &mut self,
        plan: &Plan,
        options: &Options,
        fixture: &Fixture,
        only: Option<Vec<u32>>,
        built: Option<&Built>,
    ) -> Result<(), Vec<String>> {
        let site = fixture.host(self.db, plan);
        let plan = host::unrolled(plan, &site, only.as_deref())?;
        let mut instance = host::instance(&plan, site, only)?;
        let policy = options.policy.as_deref();
        let changes = match built {
            None => Changes::default(),
            Some(built) => {
                let found = change::on_host(self.db, &instance, self.contents, built, fixture, policy);
                found.unwrap_or_else(|reasons| {
                    let reasons = reasons.join("; ");
                    self.view.problems.push(format!("this host refuses the bundle: {reasons}"));
                    Changes::default()
                })
            }
        };
        if instance.graph.selected.is_empty() {
            self.view.problems.push(match policy {
                Some(policy) => format!("this host does not get the policy `{policy}`"),
                None => "this host gets no policy".to_owned(),
            });
        }
        let on_host = OnHost::new(&mut instance);
        let Some(graph) = graph::graph_on_host(&plan, &on_host, options) else { return Ok(()) };
        let notation = Notation::new(&plan, LONGEST);
        let contents = self.contents;
        let attributes = |position: usize| match on_host.step(position) {
            Some(step) => host::attributes(&plan, &notation, contents, step),
            None => Vec::new(),
        };
        self.draw(&plan, &graph, &attributes, &changes);
        Ok(())
    }

    fn draw(
        &mut self,
        plan: &Plan,
        graph: &Graph,
        attributes: &dyn Fn(usize) -> Vec<(String, String)>,
        changes: &Changes,
    ) {
        let sources = Sources::new(self.db, plan);
        let path = |group: Option<u32>| graph.groups.get(group? as usize).map(|group| group.path.clone());
        self.view.groups = graph
            .groups
            .iter()
            .map(|group| GroupView {
                path: group.path.clone(),
                parent: path(group.parent),
                name: group.name.clone(),
                condition: group.when.clone(),
                select: group.select.clone(),
            })
            .collect();
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let mut ids = Vec::with_capacity(graph.vertices.len());
        for vertex in &graph.vertices {
            let name = vertex.name();
            let count = known.entry(name.clone()).or_insert(0);
            *count += 1;
            let id = if *count == 1 { name.clone() } else { format!("{name} ({count})") };
            ids.push(id.clone());
            let group = path(vertex.group);
            let node = match &vertex.kind {
                VertexKind::Step(step) => {
                    let first = step.declarations.first().map(|declared| declared.span);
                    let module = first.and_then(|span| sources.file(span));
                    let declaration = |declared: &graph::Declared| DeclaredAt {
                        instance: declared.instance.clone(),
                        location: sources.location(declared.span),
                        condition: declared.when.clone(),
                    };
                    let (change, details) = changes.of.get(&name).cloned().unwrap_or_default();
                    NodeView {
                        id,
                        kind: NodeKind::Step,
                        label: step.key.clone(),
                        ty: step.ty.clone(),
                        group,
                        module: module.map(|file| file.module(self.db).to_string()).unwrap_or_default(),
                        location: first.and_then(|span| sources.location(span)),
                        declarations: step.declarations.iter().map(declaration).collect(),
                        condition: (!step.when.is_empty()).then(|| step.when.join(" or ")),
                        each: step.each.clone(),
                        change,
                        changes: details,
                        attributes: attributes(step.position as usize),
                        watched: step.watched.clone(),
                    }
                }
                VertexKind::Start(path) => plain(id, NodeKind::Start, path, "", group),
                VertexKind::End(path) => plain(id, NodeKind::End, path, "", group),
            };
            self.view.nodes.push(node);
        }
        for (name, ty, policy) in &changes.removed {
            let group = self.view.groups.iter().any(|group| group.path == *policy).then(|| policy.clone());
            // In a name that is a key too it is told from one that is there.
            let id = if known.contains_key(name) { format!("{name} (removed)") } else { name.clone() };
            let label = name.rsplit_once('[').map_or(name.as_str(), |(_, key)| key.trim_end_matches(']'));
            let node = plain(id, NodeKind::Step, label.trim_matches('"'), ty, group);
            self.view.nodes.push(NodeView { change: Change::Removed, ..node });
        }
        let id = |vertex: u32| ids.get(vertex as usize).cloned();
        let edge = |link: &graph::Link| {
            let reason = |reason: &graph::Reason| ReasonView {
                kind: reason_kind(reason.of),
                text: reason.text.clone(),
                location: reason.span.and_then(|span| sources.location(span)),
            };
            let reasons = link.reasons.iter().map(reason).collect();
            Some(EdgeView { from: id(link.from)?, to: id(link.to)?, refresh: link.refresh, reasons })
        };
        self.view.edges = graph.links.iter().filter_map(edge).collect();
        self.view.hidden = graph.hidden;
        let rule = |rule: &graph::Rule| RuleView {
            kind: rule.kind,
            name: rule.name.clone(),
            text: rule.text.clone(),
        };
        self.view.rules = graph.rules.iter().map(rule).collect();
    }
}

fn plain(id: String, kind: NodeKind, label: &str, ty: &str, group: Option<String>) -> NodeView {
    NodeView {
        id,
        kind,
        label: label.to_owned(),
        ty: ty.to_owned(),
        group,
        module: String::new(),
        location: None,
        declarations: Vec::new(),
        condition: None,
        each: None,
        change: Change::Same,
        changes: Vec::new(),
        attributes: Vec::new(),
        watched: Vec::new(),
    }
}

/// What the declarations of a step set, each different one once.
fn declared(
    plan: &Plan,
    notation: &Notation<'_>,
    contents: Contents<'_>,
    position: usize,
    policy: Option<&str>,
) -> Vec<(String, String)> {
    let Some(step) = plan.steps.get(position) else { return Vec::new() };
    let secrets: SecretAttributes = notation.secret_attributes(step);
    let named = |at: u32| plan.policies.get(at as usize).map(|policy| policy.name.as_str());
    let mut found = Vec::new();
    for declaration in &step.declarations {
        if policy.is_some() && named(declaration.policy) != policy {
            continue;
        }
        for setting in &declaration.attributes {
            let value = host::setting(notation, contents, step, setting, &secrets);
            let word = priority_word(setting.priority).map(|word| format!("{word} ")).unwrap_or_default();
            let row = (notation.attribute(step, setting.attribute).to_owned(), word + &value);
            if !found.contains(&row) {
                found.push(row);
            }
        }
        for (clause, text) in notation.clauses(step, declaration) {
            let row = (clause.to_owned(), text);
            if !found.contains(&row) {
                found.push(row);
            }
        }
    }
    found
}

pub(crate) fn reason_kind(reason: EdgeReason) -> &'static str {
    match reason {
        EdgeReason::Clause(clause) => clause_words(clause),
        EdgeReason::Output => "reference",
        EdgeReason::Auto { .. } => "automatic",
        EdgeReason::Boundary => "instance",
        EdgeReason::Policy => "policy",
    }
}
