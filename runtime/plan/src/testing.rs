//! Plans for tests and benchmarks.

use std::sync::Arc;

use crate::expr::{BinaryOp, Builtin, ChangeFact, EachKind, ExprId, Exprs, Node, Operand, UnaryOp};
use crate::plan::{
    Clause, Declaration, DeclaredFact, Edge, EdgeKind, EdgeReason, Fact, FactFormat, Guard, GuardAction,
    HostInstance, Label, Part, Plan, PlanRefusal, Policy, Priority, Probe, Prune, RefusalKind, Repeat, Retry,
    Rollout, SecretUse, Setting, Share, SourceSpan, Step, Wave,
};
use crate::schema::{Attribute, Autoedge, Claim, Effect, Key, Output, OutputKind, Schema};
use crate::value::{Blob, Float, TextKind, Type, TypeDef, TypeShape, Value};

/// A text.
#[must_use]
pub fn text(text: &str) -> Value {
    Value::Str(text.into())
}

/// The standard library's `File`, by hand.
#[must_use]
pub fn file_schema() -> Schema {
    let optional = |ty| Type::Optional(Box::new(ty));
    let attribute = |name: &str, ty| Attribute {
        name: name.to_owned(),
        ty: optional(ty),
        default: None,
        accepts_secret: name == "content",
        union: false,
    };
    let mut exprs = Exprs::default();
    let path = exprs.push(Node::Key);
    let parent = exprs.push(Node::Call(Builtin::Parent, vec![path]));
    let owner = exprs.push(Node::Attribute(1));
    let claim = || vec![Claim { domain: "AbsPath".to_owned(), value: path }];
    let autoedge =
        |target: &str, key, text: &str| Autoedge { target: target.to_owned(), key, text: text.to_owned() };
    Schema {
        name: "std.fs.File".to_owned(),
        provider: "core.file".to_owned(),
        protocol: 1,
        key: Key { name: "path".to_owned(), ty: Type::Text(TextKind::AbsPath), local: false },
        attributes: vec![
            attribute("content", Type::Blob),
            attribute("owner", Type::Text(TextKind::UserName)),
            attribute("group", Type::Text(TextKind::GroupName)),
            attribute("mode", Type::Mode),
            attribute("validate", Type::List(Box::new(Type::String))),
        ],
        outputs: vec![
            Output { name: "staged".to_owned(), ty: Type::Text(TextKind::AbsPath), kind: OutputKind::Early },
            Output { name: "sha256".to_owned(), ty: Type::String, kind: OutputKind::Produced },
        ],
        types: Vec::new(),
        exprs,
        claims: claim(),
        reads: Vec::new(),
        writes: claim(),
        autoedges: vec![
            autoedge("std.fs.Directory", parent, "Directory[path.parent]"),
            autoedge("std.user.User", owner, "User[owner]"),
        ],
        effects: vec![Effect { name: "fs.write".to_owned(), value: Some(path) }],
    }
}

/// The contents that [`everything`] names.
pub const BLOBS: [&[u8]; 2] = [b"page\n", b"twelve bytes"];

/// A content's name.
#[must_use]
pub fn blob(content: &[u8]) -> Blob {
    Blob { digest: crate::digest::sha256(content), size: content.len() as u64 }
}

/// A place in the first file.
#[must_use]
pub fn span(line: u32) -> SourceSpan {
    SourceSpan { file: 0, line, column: 3 }
}

/// A plan of `steps` files with literal content; every one but the first comes after the one before it and
/// reads its digest.
#[must_use]
pub fn files(steps: usize) -> Plan {
    let mut plan = Plan {
        files: vec!["src/main.mc".to_owned()],
        schemas: vec![file_schema()],
        policies: vec![Policy {
            name: "web".to_owned(),
            select: Operand::Value(Value::Bool(true)),
            span: span(1),
        }],
        ..Plan::default()
    };
    for (at, number) in (0..steps).zip(0_u32..) {
        let content = if number == 0 {
            Operand::Value(text("first\n"))
        } else {
            let before = plan.exprs.push(Node::Output { step: number - 1, output: 1 });
            let title = plan.exprs.push(Node::Const(text("after ")));
            Operand::Expr(plan.exprs.push(Node::Concat(vec![title, before])))
        };
        let setting = |attribute, value| Setting {
            attribute,
            priority: Priority::Plain,
            value,
            span: span(number + 2),
        };
        plan.steps.push(Step {
            schema: 0,
            key: Operand::Value(text(&format!("/srv/files/{at:07}.conf"))),
            scope: String::new(),
            declarations: vec![Declaration {
                policy: 0,
                instance: "web".to_owned(),
                condition: Operand::Value(Value::Bool(true)),
                attributes: vec![
                    setting(0, content),
                    setting(1, Operand::Value(text("root"))),
                    setting(3, Operand::Value(Value::Mode(0o644))),
                ],
                timeout: None,
                retry: None,
                tags: Vec::new(),
                skip: None,
                approval: None,
                span: span(number + 2),
            }],
            repeat: None,
        });
        if number > 0 {
            plan.edges.push(Edge {
                from: number - 1,
                to: number,
                kind: EdgeKind::Order,
                reason: EdgeReason::Output,
                carrier: None,
                span: span(number + 2),
            });
        }
    }
    plan
}

/// A small plan that uses everything that a plan can hold.
#[must_use]
pub fn everything() -> Plan {
    let mut plan = files(3);
    let enums = |name: &str, variants: &[&str]| TypeDef {
        name: name.to_owned(),
        shape: TypeShape::Enum(variants.iter().map(|name| ((*name).to_owned(), Vec::new())).collect()),
    };
    plan.types = vec![
        enums("main.Role", &["Web", "Db"]),
        TypeDef {
            name: "std.facts.OsFamily".to_owned(),
            shape: TypeShape::Enum(vec![
                ("Debian".to_owned(), Vec::new()),
                ("Other".to_owned(), vec![("name".to_owned(), Type::String)]),
            ]),
        },
        TypeDef {
            name: "std.facts.Cpu".to_owned(),
            shape: TypeShape::Record(vec![
                ("count".to_owned(), Type::Int),
                ("load".to_owned(), Type::Float),
                ("microcode".to_owned(), Type::Optional(Box::new(Type::Bytes))),
                ("flags".to_owned(), Type::Set(Box::new(Type::String))),
                ("caches".to_owned(), Type::Map(Box::new(Type::Int), Box::new(Type::Size))),
                ("range".to_owned(), Type::Tuple(vec![Type::Int, Type::Int])),
                ("serial".to_owned(), Type::Secret(Box::new(Type::String))),
            ]),
        },
    ];
    plan.labels = vec![
        Label { name: "role".to_owned(), ty: Type::Named(0), default: None },
        Label { name: "env".to_owned(), ty: Type::String, default: Some(text("dev")) },
    ];
    plan.facts = vec![
        Fact { path: "cpu".to_owned(), ty: Type::Named(2), declared: None },
        Fact { path: "os.family".to_owned(), ty: Type::Named(1), declared: None },
        Fact {
            path: "web.raid".to_owned(),
            ty: Type::Optional(Box::new(Type::List(Box::new(Type::String)))),
            declared: Some(DeclaredFact {
                probe: Probe::Command {
                    argv: vec!["mdadm".to_owned(), "--detail".to_owned(), String::new()],
                    timeout: 5_000_000_000,
                },
                format: FactFormat::Lines,
                span: span(12),
            }),
        },
        Fact {
            path: "web.site".to_owned(),
            ty: Type::String,
            declared: Some(DeclaredFact {
                probe: Probe::File("/etc/site".to_owned()),
                format: FactFormat::Text,
                span: span(13),
            }),
        },
    ];
    plan.secrets = ["db/password", "tls.key"].map(|name| SecretUse { name: name.to_owned() }).into();
    everything_in_exprs(&mut plan);
    let is_web = plan.exprs.push(Node::Label(0));
    let is_web = plan.exprs.push(Node::IsVariant(is_web, 0));
    plan.policies[0].select = Operand::Expr(is_web);
    plan.policies.push(Policy { name: "zone".to_owned(), select: Operand::Expr(is_web), span: span(90) });
    let mut other = plan.steps[0].declarations[0].clone();
    other.policy = 1;
    other.instance = "zone/Nginx[\"blue\"]".to_owned();
    other.condition = Operand::Expr(is_web);
    other.timeout = Some(Operand::Value(Value::Duration(90_000_000_000)));
    other.retry = Some(Retry {
        times: Operand::Value(Value::Int(2)),
        every: Operand::Value(Value::Duration(5_000_000_000)),
    });
    let key = plan.exprs.push(Node::Early(0));
    let validate = plan.exprs.push(Node::List(vec![key]));
    other.attributes = vec![
        Setting {
            attribute: 0,
            priority: Priority::Force,
            value: Operand::Value(Value::blob(blob(BLOBS[0]))),
            span: span(91),
        },
        Setting {
            attribute: 2,
            priority: Priority::Default,
            value: Operand::Value(Value::None),
            span: span(92),
        },
        Setting { attribute: 4, priority: Priority::Plain, value: Operand::Expr(validate), span: span(93) },
    ];
    plan.steps[0].declarations.push(other);
    plan.steps[1].scope = "web".to_owned();
    plan.barriers = 2;
    plan.edges.extend([
        Edge {
            from: 2,
            to: 0,
            kind: EdgeKind::Restart,
            reason: EdgeReason::Clause(Clause::RestartOn),
            carrier: Some((true, 1)),
            span: span(94),
        },
        Edge {
            from: 2,
            to: 3,
            kind: EdgeKind::Order,
            reason: EdgeReason::Boundary,
            carrier: None,
            span: span(95),
        },
        Edge {
            from: 2,
            to: 4,
            kind: EdgeKind::Notify,
            reason: EdgeReason::Auto { schema: 0, rule: 1 },
            carrier: Some((false, 0)),
            span: span(96),
        },
    ]);
    plan.edges.sort();
    plan.refusals = vec![
        PlanRefusal {
            policy: 1,
            kind: RefusalKind::Fail,
            condition: Operand::Expr(is_web),
            message: Operand::Value(text("web hosts run Debian")),
            parts: Vec::new(),
            repeat: None,
            span: span(97),
        },
        PlanRefusal {
            policy: 0,
            kind: RefusalKind::Check,
            condition: Operand::Expr(is_web),
            message: Operand::Value(text("a web host has two cores")),
            parts: vec![Part { text: "labels.role == .Web".to_owned(), value: Operand::Expr(is_web) }],
            repeat: None,
            span: span(98),
        },
    ];
    everything_besides_the_graph(&mut plan, is_web);
    plan
}

fn everything_besides_the_graph(plan: &mut Plan, condition: ExprId) {
    let database = plan.exprs.push(Node::Secret(0));
    let reads = plan.exprs.push(Node::Output { step: 0, output: 1 });
    let empty = plan.exprs.push(Node::Const(text("")));
    let same = plan.exprs.push(Node::Binary(BinaryOp::Equal, reads, empty));
    let reads_fact = plan.exprs.push(Node::Fact(3));
    let declaration = &mut plan.steps[1].declarations[0];
    declaration.attributes[0].value = Operand::Expr(database);
    declaration.attributes[1].priority = Priority::Inherited;
    declaration.tags = ["security", "web.tier"].map(str::to_owned).into();
    declaration.skip = Some(Operand::Expr(same));
    declaration.approval = Some("dba".to_owned());
    plan.prune = vec![
        Prune { policy: 0, schemas: vec![0], limit: Some(Operand::Value(Value::Int(20))), span: span(101) },
        Prune { policy: 1, schemas: vec![0], limit: None, span: span(102) },
    ];
    let mode = plan.exprs.push(Node::Attribute(3));
    let restarts = plan.exprs.push(Node::Change(ChangeFact::Restarts));
    let open = plan.exprs.push(Node::IsSome(mode));
    let both = plan.exprs.push(Node::And(open, restarts));
    let key = plan.exprs.push(Node::Key);
    let rest = plan.exprs.push(Node::Const(text(" would be world-writable")));
    let message = plan.exprs.push(Node::Concat(vec![key, rest]));
    let guard = |name: &str, predicate, action, message| Guard {
        name: name.to_owned(),
        schema: 0,
        predicate,
        action,
        message,
        parts: vec![Part { text: "f.mode".to_owned(), value: Operand::Expr(mode) }],
        span: span(103),
    };
    plan.guards = vec![
        guard("no_world_writable", open, GuardAction::Deny, Some(Operand::Expr(message))),
        guard("restarts", both, GuardAction::Approval("dba".to_owned()), None),
    ];
    let wave = |name: &str, size, select, pause| Wave { name: name.to_owned(), size, select, pause };
    plan.rollouts = vec![Rollout {
        name: "careful".to_owned(),
        policies: vec![0, 1],
        waves: vec![
            wave("canary", Some(Share::Count(1)), Some(Operand::Expr(condition)), Some(600_000_000_000)),
            wave("half", Some(Share::Percent(5_000)), None, None),
            wave("rest", None, None, None),
        ],
        health: ["http", "load"].map(str::to_owned).into(),
        budget: Some(Share::Percent(250)),
        span: span(104),
    }];
    for fact in ChangeFact::ALL {
        plan.exprs.push(Node::Change(fact));
    }
    let repeat = |parent, condition, name: &str, barriers| Repeat {
        policy: 0,
        list: reads_fact,
        parent,
        condition,
        name: name.to_owned(),
        barriers,
        span: span(106),
    };
    plan.repeats = vec![
        repeat(None, Operand::Expr(condition), "disk", vec![1]),
        repeat(Some(0), Operand::Value(Value::Bool(true)), "name, port", Vec::new()),
    ];
    let element = plan.exprs.push(Node::Element(1));
    plan.steps[2].repeat = Some(1);
    plan.refusals[1].repeat = Some(0);
    let instance = |path: &str, repeat, condition| HostInstance {
        policy: 0,
        path: path.to_owned(),
        name: if repeat == Some(1) { element } else { reads_fact },
        repeat,
        condition,
        span: span(107),
    };
    plan.instances = vec![
        instance("web/Nginx[name]", Some(1), Operand::Value(Value::Bool(true))),
        instance("web/Proxy[site]", None, Operand::Expr(condition)),
    ];
    plan.edges.push(Edge {
        from: 3,
        to: 4,
        kind: EdgeKind::Order,
        reason: EdgeReason::Policy,
        carrier: None,
        span: span(105),
    });
    plan.edges.sort();
}

/// A floating-point number; 0 for what is none.
#[must_use]
pub fn float(number: f64) -> Value {
    Value::Float(Float::new(number).unwrap_or_default())
}

/// Adds a node of every kind; their values make no sense.
fn everything_in_exprs(plan: &mut Plan) {
    let exprs = &mut plan.exprs;
    let fields: Arc<[Value]> = Arc::new([
        Value::None,
        Value::Bool(false),
        Value::Int(-1),
        Value::Int(i64::MIN),
        Value::Duration(i64::MAX),
        Value::Size(u64::MAX),
        Value::Mode(0o7777),
        text("ä"),
        Value::List(Arc::new([Value::Int(255), Value::Int(256), Value::Int(65536), Value::Int(1 << 32)])),
        Value::Record(Arc::new([])),
        Value::Variant(3, Arc::new([Value::Int(24)])),
        Value::Variant(0, Arc::new([])),
        Value::blob(blob(BLOBS[1])),
        float(0.0),
        float(-1.5),
        float(100_000.0),
        float(0.1),
        Value::Bytes(Arc::new([])),
        Value::Bytes(Arc::new([0, 255])),
        Value::Map(Arc::new([])),
        Value::Map(Arc::new([(Value::Int(-1), text("x")), (Value::Int(7), Value::None)])),
    ]);
    let c = exprs.push(Node::Const(Value::Record(fields)));
    let fact = exprs.push(Node::Fact(1));
    let label = exprs.push(Node::Label(1));
    let output = exprs.push(Node::Output { step: 2, output: 0 });
    let key = exprs.push(Node::Key);
    let attribute = exprs.push(Node::Attribute(4));
    let early = exprs.push(Node::Early(1));
    let local = exprs.push(Node::Local(0));
    let all: Vec<ExprId> = vec![c, fact, label, output, key, attribute, early, local];
    for op in [UnaryOp::Negate, UnaryOp::Not] {
        exprs.push(Node::Unary(op, c));
    }
    for op in [
        BinaryOp::Add,
        BinaryOp::Subtract,
        BinaryOp::Multiply,
        BinaryOp::Divide,
        BinaryOp::Remainder,
        BinaryOp::Equal,
        BinaryOp::NotEqual,
        BinaryOp::Less,
        BinaryOp::LessEqual,
        BinaryOp::Greater,
        BinaryOp::GreaterEqual,
        BinaryOp::In,
    ] {
        exprs.push(Node::Binary(op, fact, label));
    }
    for node in [
        Node::And(fact, label),
        Node::Or(fact, label),
        Node::Coalesce(fact, label),
        Node::If(fact, label, c),
        Node::IfSome(fact, label),
        Node::IsSome(fact),
        Node::IsVariant(fact, 1),
        Node::Field(fact, 2),
        Node::Payload(fact, 3),
        Node::Index(fact, label),
        Node::List(all.clone()),
        Node::List(Vec::new()),
        Node::Record(all.clone()),
        Node::Variant(70_000, all.clone()),
        Node::Concat(all),
        Node::Call(Builtin::Replace, vec![fact, label, c]),
        Node::Fold { list: fact, init: label, local: 0, body: local },
        Node::TryConvert(TextKind::Regex, label),
        Node::Secret(0),
        Node::Map(vec![(fact, label), (key, c)]),
        Node::Map(Vec::new()),
        Node::Fail(label),
    ] {
        exprs.push(node);
    }
    for kind in EachKind::ALL {
        exprs.push(Node::Each { kind, list: fact, local: 31, body: local });
    }
    for kind in TextKind::ALL {
        exprs.push(Node::Convert(kind, label));
    }
}
