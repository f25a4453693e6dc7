//! A scene: a plan, a fake host, fake stores, and what came of running the one on the others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mc_plan::expr::{ExprId, Exprs, Node, Operand};
use mc_plan::plan::{
    Clause, Declaration, Edge, EdgeKind, EdgeReason, Fact, Plan, Policy, Priority, Retry, Setting,
    SourceSpan, Step,
};
use mc_plan::schema::{Attribute, Autoedge, Claim, Key, Output, OutputKind, Schema};
use mc_plan::value::{TextKind, Type, TypeDef, TypeShape, Value};

use super::provider;
use crate::fact::{FactError, FactSource, Finding};
use crate::host::fake::FakeHost;
use crate::host::{Identity, ReadHost, Unit};
use crate::label::{LabelSource, Labels};
use crate::provider::Providers;
use crate::report::Report;
use crate::run::{Request, RunError, STEP_LIMIT, Stores, apply, preview};
use crate::state::Stop;
use crate::state::fake::FakeState;

pub(super) const COMMAND: u32 = 0;
pub(super) const QUERY: u32 = 1;
pub(super) const DIRECTORY: u32 = 2;
pub(super) const FILE: u32 = 3;
pub(super) const PACKAGE: u32 = 4;
pub(super) const SERVICE: u32 = 5;

pub(super) fn text(text: &str) -> Value {
    Value::Str(text.into())
}

pub(super) fn value(value: Value) -> Operand {
    Operand::Value(value)
}

/// An expression of the plan.
pub(super) fn later(plan: &mut Plan, node: Node) -> Operand {
    Operand::Expr(plan.exprs.push(node))
}

fn attribute(name: &str, ty: Type) -> Attribute {
    Attribute { name: name.into(), ty, default: None, accepts_secret: false, union: false }
}

fn output(name: &str, ty: Type, kind: OutputKind) -> Output {
    Output { name: name.into(), ty, kind }
}

fn optional(ty: Type) -> Type {
    Type::Optional(Box::new(ty))
}

fn schema(name: &str, provider: &str, key: (&str, Type, bool)) -> Schema {
    Schema {
        name: name.into(),
        provider: provider.into(),
        protocol: 1,
        key: Key { name: key.0.into(), ty: key.1, local: key.2 },
        attributes: Vec::new(),
        outputs: Vec::new(),
        types: Vec::new(),
        exprs: Exprs::default(),
        claims: Vec::new(),
        reads: Vec::new(),
        writes: Vec::new(),
        autoedges: Vec::new(),
        effects: Vec::new(),
    }
}

fn owns_path(schema: &mut Schema) {
    let key = schema.exprs.push(Node::Key);
    let parent = schema.exprs.push(Node::Call(mc_plan::expr::Builtin::Parent, vec![key]));
    schema.claims.push(Claim { domain: "AbsPath".into(), value: key });
    schema.writes.push(Claim { domain: "AbsPath".into(), value: key });
    schema.autoedges.push(Autoedge {
        target: "std.fs.Directory".into(),
        key: parent,
        text: "Directory[path.parent]".into(),
    });
}

pub(super) fn schemas() -> Vec<Schema> {
    let mut command = schema("std.exec.Command", "core.command", ("name", Type::String, true));
    command.attributes = vec![
        attribute("argv", Type::List(Box::new(Type::String))),
        attribute("creates", optional(Type::Text(TextKind::AbsPath))),
    ];
    command.outputs = vec![output("stdout", Type::String, OutputKind::Produced)];

    let mut query = schema("std.exec.Query", "core.query", ("name", Type::String, true));
    query.attributes = vec![attribute("argv", Type::List(Box::new(Type::String)))];
    query.outputs = vec![output("stdout", Type::String, OutputKind::Produced)];

    let mut directory =
        schema("std.fs.Directory", "core.directory", ("path", Type::Text(TextKind::AbsPath), false));
    owns_path(&mut directory);

    let mut file = schema("std.fs.File", "core.file", ("path", Type::Text(TextKind::AbsPath), false));
    let mut groups = attribute("groups", optional(Type::List(Box::new(Type::String))));
    groups.union = true;
    file.attributes = vec![
        attribute("content", optional(Type::Blob)),
        attribute("mode", optional(Type::Mode)),
        attribute("owner", optional(Type::Text(TextKind::UserName))),
        groups,
    ];
    file.outputs = vec![
        output("staged", Type::Text(TextKind::AbsPath), OutputKind::Early),
        output("sha256", Type::String, OutputKind::Produced),
    ];
    owns_path(&mut file);

    let mut package =
        schema("std.pkg.Package", "core.package", ("name", Type::Text(TextKind::PackageName), false));
    package.outputs = vec![output("version", Type::String, OutputKind::Read)];
    let key = package.exprs.push(Node::Key);
    package.claims.push(Claim { domain: "PackageName".into(), value: key });
    package.writes.push(Claim { domain: "PackageName".into(), value: key });

    let mut service =
        schema("std.svc.Service", "core.service", ("name", Type::Text(TextKind::UnitName), false));
    service.attributes =
        vec![attribute("running", optional(Type::Bool)), attribute("enabled", optional(Type::Bool))];
    let key = service.exprs.push(Node::Key);
    service.claims.push(Claim { domain: "UnitName".into(), value: key });
    service.reads.push(Claim { domain: "UnitName".into(), value: key });
    service.autoedges.push(Autoedge { target: "std.pkg.Package".into(), key, text: "Package[name]".into() });

    vec![command, query, directory, file, package, service]
}

/// Facts that count how often they were read.
#[derive(Default)]
pub(super) struct FakeFacts {
    pub(super) values: BTreeMap<String, Finding>,
    pub(super) reads: std::sync::Mutex<Vec<String>>,
    stand_ins: BTreeMap<String, mc_plan::json::Node>,
}

impl FakeFacts {
    /// Lets a document stand in for a declared fact.
    pub(super) fn stand_in(&mut self, name: &str, json: &str) {
        let limits = mc_plan::json::Limits { nodes: 100, depth: 8 };
        let root = mc_plan::json::parse(json, limits).root.expect("a document");
        self.stand_ins.insert(name.into(), root);
    }
}

impl FactSource for FakeFacts {
    fn fact(&self, _: &dyn ReadHost, path: &str) -> Result<Finding, FactError> {
        self.reads.lock().expect("unpoisoned").push(path.to_owned());
        self.values.get(path).cloned().ok_or(FactError::Unknown)
    }

    fn stand_in(&self, name: &str) -> Option<&mc_plan::json::Node> {
        self.stand_ins.get(name)
    }
}

/// A plan on a host.
pub(super) struct Scene {
    pub(super) plan: Plan,
    pub(super) host: FakeHost,
    pub(super) state: FakeState,
    pub(super) labels: Labels,
    pub(super) facts: FakeFacts,
    pub(super) only: Vec<String>,
    pub(super) jobs: usize,
    pub(super) sequence: u64,
    pub(super) stop: Stop,
    pub(super) limit: Option<std::time::Duration>,
    next_line: u32,
}

impl Scene {
    pub(super) fn new() -> Self {
        let plan = Plan {
            files: vec!["main.mc".into()],
            types: vec![TypeDef {
                name: "main.Role".into(),
                shape: TypeShape::Enum(vec![("Web".into(), vec![]), ("Db".into(), vec![])]),
            }],
            schemas: schemas(),
            policies: vec![Policy {
                name: "web".into(),
                select: value(Value::Bool(true)),
                span: SourceSpan { file: 0, line: 1, column: 1 },
            }],
            ..Plan::default()
        };
        Self {
            plan,
            host: FakeHost::new(),
            state: FakeState::new(),
            labels: Labels::none(),
            facts: FakeFacts::default(),
            only: Vec::new(),
            jobs: 1,
            sequence: 1,
            stop: Stop::new(),
            limit: None,
            next_line: 2,
        }
    }

    pub(super) fn span(&mut self) -> SourceSpan {
        let span = SourceSpan { file: 0, line: self.next_line, column: 3 };
        self.next_line += 1;
        span
    }

    pub(super) fn declaration(&mut self, attributes: Vec<(u32, Operand)>) -> Declaration {
        let span = self.span();
        let setting = |(attribute, value)| Setting { attribute, priority: Priority::Plain, value, span };
        Declaration {
            policy: 0,
            instance: "web".into(),
            condition: value(Value::Bool(true)),
            attributes: attributes.into_iter().map(setting).collect(),
            timeout: None,
            retry: None,
            tags: Vec::new(),
            skip: None,
            approval: None,
            span,
        }
    }

    /// Adds a step and gives its position.
    pub(super) fn step(&mut self, schema: u32, key: Operand, attributes: Vec<(u32, Operand)>) -> u32 {
        let declaration = self.declaration(attributes);
        let scope = if schema == COMMAND || schema == QUERY { "web".into() } else { String::new() };
        self.plan.steps.push(Step { schema, key, scope, declarations: vec![declaration], repeat: None });
        u32::try_from(self.plan.steps.len() - 1).expect("few steps")
    }

    pub(super) fn file(&mut self, path: &str, content: &str) -> u32 {
        self.step(FILE, value(text(path)), vec![(0, value(text(content)))])
    }

    pub(super) fn package(&mut self, name: &str) -> u32 {
        self.host.world().available.insert(name.into(), vec!["1.0".into()]);
        self.step(PACKAGE, value(text(name)), vec![])
    }

    /// A service that runs already.
    pub(super) fn service(&mut self, name: &str) -> u32 {
        let unit = Unit {
            load: "loaded".into(),
            active: "active".into(),
            sub: "running".into(),
            file: "enabled".into(),
            result: "success".into(),
            main_pid: 100,
            needs_reload: false,
        };
        self.host.world().units.insert(name.into(), unit);
        self.step(SERVICE, value(text(name)), vec![(0, value(Value::Bool(true)))])
    }

    pub(super) fn command(&mut self, name: &str, argv: &[&str], creates: Option<&str>) -> u32 {
        let argv: Vec<Value> = argv.iter().map(|word| text(word)).collect();
        let mut attributes = vec![(0, value(Value::List(argv.into())))];
        attributes.extend(creates.map(|path| (1, value(text(path)))));
        self.step(COMMAND, value(text(name)), attributes)
    }

    pub(super) fn query(&mut self, name: &str, argv: &[&str]) -> u32 {
        let argv: Vec<Value> = argv.iter().map(|word| text(word)).collect();
        self.step(QUERY, value(text(name)), vec![(0, value(Value::List(argv.into())))])
    }

    /// A file whose content is an output of a step, or else `missing`.
    pub(super) fn file_of(&mut self, path: &str, step: u32, missing: &str) -> u32 {
        let output = self.plan.exprs.push(Node::Output { step, output: 0 });
        let missing = self.plan.exprs.push(Node::Const(text(missing)));
        let content = later(&mut self.plan, Node::Coalesce(output, missing));
        let file = self.step(FILE, value(text(path)), vec![(0, content)]);
        self.edge_of(step, file, EdgeKind::Order, EdgeReason::Output);
        file
    }

    pub(super) fn edge_of(&mut self, from: u32, to: u32, kind: EdgeKind, reason: EdgeReason) {
        let span = self.span();
        self.plan.edges.push(Edge { from, to, kind, reason, carrier: None, span });
    }

    pub(super) fn after(&mut self, from: u32, to: u32) {
        self.edge_of(from, to, EdgeKind::Order, EdgeReason::Clause(Clause::After));
    }

    pub(super) fn restart_on(&mut self, from: u32, to: u32) {
        self.edge_of(from, to, EdgeKind::Restart, EdgeReason::Clause(Clause::RestartOn));
    }

    pub(super) fn notify(&mut self, from: u32, to: u32) {
        self.edge_of(from, to, EdgeKind::Notify, EdgeReason::Clause(Clause::Notify));
    }

    pub(super) fn declared(&mut self, step: u32) -> &mut Declaration {
        &mut self.plan.steps[step as usize].declarations[0]
    }

    pub(super) fn retry(&mut self, step: u32, times: i64, seconds: i64) {
        self.declared(step).retry = Some(Retry {
            times: value(Value::Int(times)),
            every: value(Value::Duration(seconds * 1_000_000_000)),
        });
    }

    pub(super) fn timeout(&mut self, step: u32, seconds: i64) {
        self.declared(step).timeout = Some(value(Value::Duration(seconds * 1_000_000_000)));
    }

    pub(super) fn fact(&mut self, path: &str, ty: Type, finding: Finding) -> ExprId {
        let position = u32::try_from(self.plan.facts.len()).expect("few facts");
        self.plan.facts.push(Fact { path: path.into(), ty, declared: None });
        self.facts.values.insert(path.into(), finding);
        self.plan.exprs.push(Node::Fact(position))
    }

    pub(super) fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.values.insert(name.into(), value.into());
        self.labels.source = LabelSource::CommandLine;
        self
    }

    pub(super) fn rooted(mut self) -> Self {
        let identity = Identity { uid: 1000, gid: 1000, can_chown: false, rooted: true };
        self.host = std::mem::take(&mut self.host).with_identity(identity);
        self
    }

    fn with<T>(&self, run: impl FnOnce(&Request<'_>) -> T) -> T {
        let providers = Providers::new(vec![
            Box::new(provider::Command::new()),
            Box::new(provider::Query::new()),
            Box::new(provider::Directory::new()),
            Box::new(provider::File::new()),
            Box::new(provider::Package::new()),
            Box::new(provider::Service::new()),
        ]);
        run(&Request {
            plan: &self.plan,
            manifest: mc_plan::digest::sha256(&self.sequence.to_le_bytes()),
            stream: "web",
            epoch: 1,
            sequence: self.sequence,
            host_id: Some("host"),
            labels: &self.labels,
            facts: &self.facts,
            providers: &providers,
            contents: &(),
            only: &self.only,
            jobs: self.jobs,
            boot: "boot",
            stop: self.stop.clone(),
            limit: self.limit,
            step_limit: STEP_LIMIT,
            texts: false,
        })
    }

    pub(super) fn try_run(&self) -> Result<Report, RunError> {
        let (mut security, mut run) = (self.state.clone(), self.state.clone());
        let (mut journal, mut audit) = (self.state.clone(), self.state.clone());
        self.with(|request| {
            let stores =
                Stores { security: &mut security, run: &mut run, journal: &mut journal, audit: &mut audit };
            apply(request, &self.host, stores)
        })
    }

    pub(super) fn run(&self) -> Report {
        self.try_run().expect("the stores work")
    }

    pub(super) fn noop(&self) -> Report {
        let mut journal = self.state.clone();
        self.with(|request| {
            let texts = Request { texts: true, stop: request.stop.clone(), ..*request };
            preview(&texts, &self.host, &self.state, &mut journal).expect("the stores work")
        })
    }

    /// Runs it and gives the report and the transcript in one text.
    pub(super) fn act(&self) -> String {
        let report = self.run();
        let mut out = summary(&report);
        for line in self.host.take_transcript() {
            let _ = writeln!(out, "> {line}");
        }
        out
    }
}

/// A report in few lines, without times.
pub(super) fn summary(report: &Report) -> String {
    let mut out = String::new();
    let counts = &report.counts;
    let all = [
        ("unchanged", counts.unchanged),
        ("changed", counts.changed),
        ("would change", counts.would_change),
        ("absent", counts.absent),
        ("skipped", counts.skipped),
        ("failed", counts.failed),
        ("timed out", counts.timed_out),
        ("blocked", counts.blocked),
        ("denied", counts.denied),
        ("awaiting approval", counts.awaiting_approval),
        ("not run", counts.not_run),
    ];
    let _ = write!(out, "{:?} exit {}:", report.status, report.exit_status(true));
    for (name, count) in all.iter().filter(|(_, count)| *count > 0) {
        let _ = write!(out, " {count} {name}");
    }
    out.push('\n');
    for step in &report.steps {
        let _ = write!(out, "{}: {}", step.name, step.outcome.words());
        if let Some(cause) = step.cause {
            let _ = write!(out, " ({cause:?})");
        }
        if step.attempts > 1 {
            let _ = write!(out, ", {} attempts", step.attempts);
        }
        if let Some(refresh) = &step.refresh {
            let state = if refresh.delivered { "" } else { " not delivered" };
            let _ = write!(out, ", {}{state} from {}", refresh.kind.word(), refresh.from.join(" "));
        }
        if let Some(reason) = &step.reason {
            let _ = write!(out, ": {reason}");
        }
        if !step.chain.is_empty() {
            let _ = write!(out, " [{}]", step.chain.join(" <- "));
        }
        out.push('\n');
        for change in &step.changes {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".into());
            let _ = writeln!(out, "    {}: {} -> {}", change.property, side(&change.old), side(&change.new));
        }
        for line in step.diff.iter().flat_map(|diff| diff.lines()) {
            let _ = writeln!(out, "    {line}");
        }
    }
    for refusal in &report.refusals {
        let _ = writeln!(out, "{refusal}");
    }
    for owed in &report.owed {
        let _ = writeln!(out, "owed: {} to {} by {}", owed.kind.word(), owed.receiver, owed.sender);
    }
    for note in &report.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}
