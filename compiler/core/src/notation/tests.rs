use super::{Notation, Place, Typed, type_name};
use expect_test::{Expect, expect};
use mc_plan::expr::{BinaryOp, Builtin, ExprId, Exprs, Node, Operand, UnaryOp};
use mc_plan::plan::{Fact, Label, Plan};
use mc_plan::value::{Blob, TextKind, Type, TypeDef, TypeShape, Value};

/// A plan with the label `role` (an enum), the facts `os` (an enum with a payload), `cpu.count` and `alias`.
fn plan(exprs: Exprs) -> Plan {
    let variant = |name: &str| (name.to_owned(), Vec::new());
    Plan {
        types: vec![
            TypeDef { name: "Role".to_owned(), shape: TypeShape::Enum(vec![variant("Web"), variant("Db")]) },
            TypeDef {
                name: "std.facts.OsFamily".to_owned(),
                shape: TypeShape::Enum(vec![
                    variant("Debian"),
                    ("Other".to_owned(), vec![("name".to_owned(), Type::String)]),
                ]),
            },
            TypeDef {
                name: "std.facts.Os".to_owned(),
                shape: TypeShape::Record(vec![
                    ("family".to_owned(), Type::Named(1)),
                    ("id".to_owned(), Type::Optional(Box::new(Type::String))),
                ]),
            },
        ],
        labels: vec![Label { name: "role".to_owned(), ty: Type::Named(0), default: None }],
        facts: vec![
            Fact { path: "os".to_owned(), ty: Type::Named(2), declared: None },
            Fact { path: "cpu.count".to_owned(), ty: Type::Int, declared: None },
            Fact { path: "alias".to_owned(), ty: Type::Optional(Box::new(Type::String)), declared: None },
        ],
        exprs,
        ..Plan::default()
    }
}

fn check(build: impl FnOnce(&mut Exprs) -> ExprId, expected: &Expect) {
    let mut exprs = Exprs::default();
    let root = build(&mut exprs);
    let plan = plan(exprs);
    let text = Notation::new(&plan, 1000).operand(&Operand::Expr(root), Place::default());
    expected.assert_eq(&text);
}

fn text(text: &str) -> Value {
    Value::Str(text.into())
}

#[test]
fn variants_get_their_names_from_the_other_side() {
    check(
        |e| {
            let role = e.push(Node::Label(0));
            let web = e.push(Node::Const(Value::Variant(0, [].into())));
            e.push(Node::Binary(BinaryOp::Equal, role, web))
        },
        &expect!["labels.role == .Web"],
    );
    check(
        |e| {
            let role = e.push(Node::Label(0));
            let both = [0, 1].map(|at| Value::Variant(at, [].into()));
            let list = e.push(Node::Const(Value::List(both.into())));
            let found = e.push(Node::Binary(BinaryOp::In, role, list));
            e.push(Node::Unary(UnaryOp::Not, found))
        },
        &expect!["!(labels.role in [.Web, .Db])"],
    );
}

#[test]
fn strength_decides_about_parentheses() {
    check(
        |e| {
            let one = e.push(Node::Const(Value::Int(1)));
            let count = e.push(Node::Fact(1));
            let sum = e.push(Node::Binary(BinaryOp::Add, one, count));
            let product = e.push(Node::Binary(BinaryOp::Multiply, sum, count));
            let difference = e.push(Node::Binary(BinaryOp::Subtract, one, sum));
            let less = e.push(Node::Binary(BinaryOp::Less, product, difference));
            let alias = e.push(Node::Fact(2));
            let some = e.push(Node::IsSome(alias));
            let or = e.push(Node::Or(less, some));
            e.push(Node::And(or, some))
        },
        &expect![
            "((1 + facts.cpu.count) * facts.cpu.count < 1 - (1 + facts.cpu.count) || facts.alias != none) && facts.alias != none"
        ],
    );
}

#[test]
fn records_options_and_payloads() {
    check(
        |e| {
            let os = e.push(Node::Fact(0));
            let family = e.push(Node::Field(os, 0));
            let other = e.push(Node::IsVariant(family, 1));
            let name = e.push(Node::Payload(family, 0));
            let id = e.push(Node::Field(os, 1));
            let nobody = e.push(Node::Const(text("nobody")));
            let id = e.push(Node::Coalesce(id, nobody));
            e.push(Node::If(other, name, id))
        },
        &expect![[
            r#"if facts.os.family is .Other { facts.os.family.name } else { facts.os.id ?? "nobody" }"#
        ]],
    );
}

#[test]
fn strings_calls_and_lambdas() {
    check(
        |e| {
            let path = e.push(Node::Const(text("a \"b\" ${c}\n")));
            let count = e.push(Node::Fact(1));
            let joined = e.push(Node::Concat(vec![path, count]));
            let list = e.push(Node::List(vec![joined]));
            let item = e.push(Node::Local(0));
            let upper = e.push(Node::Call(Builtin::Upper, vec![item]));
            let mapped =
                e.push(Node::Each { kind: mc_plan::expr::EachKind::Map, list, local: 0, body: upper });
            let comma = e.push(Node::Const(text(", ")));
            let all = e.push(Node::Call(Builtin::Join, vec![mapped, comma]));
            let path = e.push(Node::Convert(TextKind::AbsPath, all));
            e.push(Node::Call(Builtin::Parent, vec![path]))
        },
        &expect![[r#"AbsPath(["a \"b\" \${c}\n${facts.cpu.count}"].map(|x| x.upper()).join(", ")).parent"#]],
    );
}

#[test]
fn values() {
    let plan = plan(Exprs::default());
    let notation = Notation::new(&plan, 1000);
    let show = |value: &Value, ty: Type| notation.constant(value, Typed::new(&ty, &plan.types));
    assert_eq!(show(&Value::Mode(0o644), Type::Mode), "0o644");
    assert_eq!(show(&Value::Duration(90_000_000_000), Type::Duration), "1m30s");
    assert_eq!(show(&Value::None, Type::Optional(Box::new(Type::Int))), "none");
    let other = Value::Variant(1, [text("Plan 9")].into());
    assert_eq!(
        show(&Value::Record([other, Value::None].into()), Type::Named(2)),
        "Os { family = .Other { name = \"Plan 9\" }, id = none }"
    );
    let blob = Value::blob(Blob { digest: [0xab; 32], size: 3 });
    assert_eq!(show(&blob, Type::Blob), format!("blob {} (3 bytes)", "ab".repeat(32)));
    assert_eq!(type_name(Typed::new(&Type::List(Box::new(Type::Named(2))), &plan.types)), "List<Os>");
}

/// Nothing in a text can act on the terminal.
#[test]
fn control_characters_are_escaped() {
    let plan = plan(Exprs::default());
    let shown =
        Notation::new(&plan, 1000).constant(&text("\u{1b}[2J\u{202e}"), Typed::new(&Type::String, &[]));
    assert_eq!(shown, "\"\\u{1b}[2J\\u{202e}\"");
}

/// Shared parts are written out each time; what that gives is bounded.
#[test]
fn a_text_that_grows_is_cut() {
    let mut exprs = Exprs::default();
    let mut node = exprs.push(Node::Fact(1));
    for _ in 0..200 {
        node = exprs.push(Node::Binary(BinaryOp::Add, node, node));
    }
    let plan = plan(exprs);
    let shown = Notation::new(&plan, 500).operand(&Operand::Expr(node), Place::default());
    assert!(shown.len() < 600, "{}", shown.len());
}

/// Of what depends on a secret, only the secret's name is left; also where another attribute is read that does.
#[test]
fn secrets_are_not_shown() {
    use mc_plan::plan::{Declaration, Priority, SecretUse, Setting, SourceSpan, Step};
    let mut exprs = Exprs::default();
    let secret = exprs.push(Node::Secret(0));
    let prefix = exprs.push(Node::Const(text("password=")));
    let joined = exprs.push(Node::Concat(vec![prefix, secret]));
    let own = exprs.push(Node::Attribute(0));
    let setting = |attribute, id| Setting {
        attribute,
        priority: Priority::Plain,
        value: Operand::Expr(id),
        span: SourceSpan::default(),
    };
    let declaration = Declaration {
        policy: 0,
        instance: "web".to_owned(),
        condition: Operand::Value(Value::Bool(true)),
        attributes: vec![setting(0, joined), setting(1, own)],
        timeout: None,
        retry: None,
        tags: Vec::new(),
        skip: None,
        approval: None,
        span: SourceSpan::default(),
    };
    let step = Step {
        schema: 0,
        key: Operand::Value(text("/x")),
        scope: String::new(),
        declarations: vec![declaration],
        repeat: None,
    };
    let plan = Plan { secrets: vec![SecretUse { name: "db/password".to_owned() }], ..plan(exprs) };
    let notation = Notation::new(&plan, 1000);
    assert_eq!(notation.operand(&Operand::Expr(joined), Place::default()), "<secret db/password>");
    let secrets = notation.secret_attributes(&step);
    for setting in &step.declarations[0].attributes {
        assert_eq!(notation.setting(&step, setting, &secrets), "<secret db/password>");
    }
}
