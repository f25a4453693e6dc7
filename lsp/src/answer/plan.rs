//! Plans, and the reasons for what is in them.

use super::disk;
use crate::extension::{
    Attribute, Bundle, Changed, Declaration, Edge, Fixture, Group, Node, OrderOf, OrderedStep, PlanView,
    PlanViewParams, Reason, Rule, RunsBefore, RunsBeforeParams, Why, WhyAttribute, WhyGiven, WhyOrigin,
    WhyResource,
};
use crate::question::Snapshot;
use mc_compiler::File;
use mc_ide::{Change, EdgeView, GroupView, NodeKind, NodeView, OrderQuestion, PlanQuestion, ReasonView};
use tower_lsp::ls_types::{Location, Position};

/// `masterchef/planView`
pub(crate) fn plan_view(at: Snapshot<'_>, file: File, params: &PlanViewParams) -> PlanView {
    let built = disk::bundle(at);
    let question = PlanQuestion {
        at: params.position.map(|position| (file, at.offset(file, position))),
        policy: params.policy.as_deref(),
        fixture: params.fixture.as_deref(),
        built: built.as_ref().map(|(_, built)| built),
    };
    let view = mc_ide::plan_view(at.db, question);
    let bundle = built.zip(view.difference).map(|((path, built), summary)| Bundle {
        uri: crate::place::uri_of(&path),
        name: built.about.build.package,
        version: built.about.build.version,
        stream: built.about.release.stream,
        sequence: built.about.release.sequence,
        built: built.about.release.issued,
        summary,
    });
    let fixture = |fixture: mc_ide::FixtureView| Fixture { name: fixture.name, matches: fixture.matches };
    let rule = |rule: mc_ide::RuleView| Rule { kind: rule.kind, name: rule.name, text: rule.text };
    PlanView {
        policy: view.policy,
        policies: view.policies,
        fixture: view.fixture,
        fixtures: view.fixtures.into_iter().map(fixture).collect(),
        groups: view.groups.into_iter().map(group).collect(),
        nodes: view.nodes.into_iter().map(|view| node(at, view)).collect(),
        edges: view.edges.into_iter().map(|view| edge(at, view)).collect(),
        hidden: view.hidden,
        rules: view.rules.into_iter().map(rule).collect(),
        bundle,
        problems: view.problems,
    }
}

fn place(at: Snapshot<'_>, location: Option<mc_ide::Location>) -> Option<Location> {
    at.location(location?)
}

fn group(view: GroupView) -> Group {
    Group {
        id: view.path,
        parent: view.parent,
        name: view.name,
        condition: view.condition,
        select: view.select,
    }
}

fn node(at: Snapshot<'_>, view: NodeView) -> Node {
    let declaration = |declared: mc_ide::DeclaredAt| Declaration {
        instance: declared.instance,
        location: place(at, declared.location),
        condition: declared.condition,
    };
    let changed =
        |changed: mc_ide::Changed| Changed { name: changed.name, old: changed.old, new: changed.new };
    Node {
        id: view.id,
        kind: match view.kind {
            NodeKind::Step => "step",
            NodeKind::Start => "start",
            NodeKind::End => "end",
        },
        label: view.label,
        ty: view.ty,
        group: view.group,
        module: view.module,
        location: place(at, view.location),
        declarations: view.declarations.into_iter().map(declaration).collect(),
        condition: view.condition,
        each: view.each,
        change: match view.change {
            Change::Same => "same",
            Change::New => "new",
            Change::Changed => "changed",
            Change::Removed => "removed",
        },
        changes: view.changes.into_iter().map(changed).collect(),
        attributes: view.attributes.into_iter().map(|(name, value)| Attribute { name, value }).collect(),
        watched: view.watched,
    }
}

fn edge(at: Snapshot<'_>, view: EdgeView) -> Edge {
    let reasons = view.reasons.into_iter().map(|view| reason(at, None, view)).collect();
    Edge { from: view.from, to: view.to, refresh: view.refresh, reasons }
}

fn reason(at: Snapshot<'_>, to: Option<String>, view: ReasonView) -> Reason {
    Reason { to, kind: view.kind, text: view.text, location: place(at, view.location) }
}

/// `masterchef/why`
pub(crate) fn why(at: Snapshot<'_>, file: File, position: Position) -> Option<Why> {
    let found = mc_ide::why(at.db, file, at.offset(file, position))?;
    let resource = |answer: mc_compiler::why::Answer| WhyResource {
        resource: answer.resource,
        attributes: answer.attributes.into_iter().map(|attribute| why_attribute(at, attribute)).collect(),
    };
    Some(Why {
        resources: found.resources.into_iter().map(resource).collect(),
        omitted: found.omitted,
        markdown: found.markdown,
        problems: found.problems,
    })
}

fn why_attribute(at: Snapshot<'_>, attribute: mc_compiler::why::Attribute) -> WhyAttribute {
    let origin = |origin: mc_compiler::why::Origin| WhyOrigin {
        location: at.location(mc_ide::origin_location(&origin)),
        what: origin.what,
        text: origin.text,
    };
    let given = |given: mc_compiler::why::Given| WhyGiven {
        value: given.value,
        priority: given.priority,
        overridden: given.overridden,
        instance: given.instance,
        each: given.each,
        when: given.when,
        way: given.way.into_iter().map(origin).collect(),
    };
    WhyAttribute { name: attribute.name, given: attribute.given.into_iter().map(given).collect() }
}

/// `masterchef/runsBefore`
pub(crate) fn runs_before(at: Snapshot<'_>, file: File, params: &RunsBeforeParams) -> Option<RunsBefore> {
    let question = OrderQuestion { after: params.after, fixture: params.fixture.as_deref() };
    let found = mc_ide::runs_before(at.db, file, at.offset(file, params.position), question)?;
    let step = |step: mc_ide::OrderedStep| OrderedStep {
        id: step.resource,
        ty: step.ty,
        location: place(at, step.location),
        direct: step.direct,
        reasons: step.reasons.into_iter().map(|(to, view)| reason(at, Some(to), view)).collect(),
    };
    let of = |of: mc_ide::OrderOf| OrderOf {
        resource: of.resource,
        location: place(at, of.location),
        steps: of.steps.into_iter().map(step).collect(),
        omitted: of.omitted,
    };
    Some(RunsBefore {
        resources: found.resources.into_iter().map(of).collect(),
        markdown: found.markdown,
        problems: found.problems,
    })
}
