//! Round trips, and the refusal of everything else.

use proptest::prelude::*;

use super::*;
use crate::expr::{Builtin, ChangeFact, ExprId, Node, Operand};
use crate::plan::{DeclaredFact, GuardAction, Plan, Probe, Share};
use crate::schema::{OutputKind, Schema};
use crate::testing;
use crate::value::{TextKind, Type, Value};

fn declared(plan: &mut Plan, at: usize) -> &mut DeclaredFact {
    plan.facts[at].declared.as_mut().unwrap()
}

fn decode(bytes: &[u8]) -> Result<Plan> {
    Plan::decode(bytes, Limits::default())
}

fn problem(bytes: &[u8]) -> Problem {
    decode(bytes).unwrap_err().problem
}

#[test]
fn round_trips() {
    for plan in [Plan::default(), testing::files(0), testing::files(1), testing::everything()] {
        let bytes = plan.encode().unwrap();
        assert_eq!(decode(&bytes), Ok(plan.clone()));
        assert_eq!(plan.encode().unwrap(), bytes);
    }
    assert_eq!(Plan::default().encode().unwrap(), [0xa0]);
    let schema = testing::file_schema();
    assert_eq!(Schema::decode(&schema.encode().unwrap()), Ok(schema));
}

#[test]
fn ten_thousand_steps_round_trip() {
    let plan = testing::files(10_000);
    let bytes = plan.encode().unwrap();
    assert!(bytes.len() < 150 * 10_000, "{} bytes", bytes.len());
    assert!(decode(&bytes) == Ok(plan));
}

#[test]
fn the_schema_hash_is_stable_and_sees_every_change() {
    let schema = testing::file_schema();
    // A change of the encoding breaks the tie to committed providers: it has to be meant.
    assert_eq!(
        crate::digest::hex(&schema.hash()),
        "0228866a6ea31e12cb2ef0aade38998971e8d1f284b81dc5645fe68d4c48cb91"
    );
    let mut hashes = vec![schema.hash()];
    let mut changed = |change: fn(&mut Schema)| {
        let mut other = testing::file_schema();
        change(&mut other);
        let hash = other.hash();
        assert!(!hashes.contains(&hash));
        hashes.push(hash);
    };
    changed(|s| s.protocol = 2);
    changed(|s| s.attributes[0].accepts_secret = false);
    changed(|s| s.attributes[0].union = true);
    changed(|s| s.attributes[0].default = Some(Value::None));
    changed(|s| s.outputs[0].kind = OutputKind::Produced);
    changed(|s| s.outputs[0].kind = OutputKind::Read);
    changed(|s| s.key.local = true);
    changed(|s| s.key.ty = Type::String);
    changed(|s| s.autoedges.swap(0, 1));
    changed(|s| s.effects.clear());
    changed(|s| s.reads = s.claims.clone());
}

#[test]
fn every_prefix_and_every_extension_is_refused() {
    let bytes = testing::everything().encode().unwrap();
    for end in 0..bytes.len() {
        assert!(decode(&bytes[..end]).is_err(), "{end} of {} bytes", bytes.len());
    }
    for more in [0x00, 0xa0, 0xf6, 0xff] {
        let mut longer = bytes.clone();
        longer.push(more);
        assert_eq!(problem(&longer), Problem::Trailing);
    }
}

/// A plan whose files are this item.
fn with_files(item: &[u8]) -> Vec<u8> {
    [&[0xa1, 0x00], item].concat()
}

#[test]
fn other_encodings_of_the_same_are_refused() {
    assert!(decode(&with_files(&[0x81, 0x61, b'a'])).is_ok());
    for (bytes, expected) in [
        // Integers and lengths in more bytes than they need.
        (vec![0xa1, 0x18, 0x00, 0x81, 0x61, b'a'], Problem::NotMinimal),
        (with_files(&[0x98, 0x01, 0x61, b'a']), Problem::NotMinimal),
        (with_files(&[0x99, 0x00, 0x01, 0x61, b'a']), Problem::NotMinimal),
        (with_files(&[0x9a, 0, 0, 0, 1, 0x61, b'a']), Problem::NotMinimal),
        (with_files(&[0x9b, 0, 0, 0, 0, 0, 0, 0, 1, 0x61, b'a']), Problem::NotMinimal),
        (with_files(&[0x81, 0x78, 0x01, b'a']), Problem::NotMinimal),
        // Indefinite lengths.
        (vec![0xbf, 0x00, 0x81, 0x61, b'a', 0xff], Problem::Unsupported),
        (with_files(&[0x9f, 0x61, b'a', 0xff]), Problem::Unsupported),
        (with_files(&[0x81, 0x7f, 0x61, b'a', 0xff]), Problem::Unsupported),
        // Floats where there should be something else, tags, undefined, reserved additional information.
        (vec![0xa1, 0x08, 0xf9, 0x3c, 0x00], Problem::Expected("a number")),
        (vec![0xa1, 0x08, 0xfa, 0, 0, 0, 0], Problem::Expected("a number")),
        (with_files(&[0xc1, 0x81, 0x61, b'a']), Problem::Unsupported),
        (with_files(&[0x81, 0xd8, 0x18, 0x61, b'a']), Problem::Unsupported),
        (vec![0xa1, 0x08, 0xf7], Problem::Unsupported),
        (vec![0xa1, 0x08, 0x1c], Problem::Unsupported),
        // Keys: not ascending, twice, unknown, not integers.
        (vec![0xa2, 0x08, 0x01, 0x00, 0x80], Problem::KeyOrder),
        (vec![0xa2, 0x08, 0x01, 0x08, 0x01], Problem::KeyOrder),
        (vec![0xa1, 0x17, 0x01], Problem::UnknownField(23)),
        (vec![0xa1, 0x61, b'a', 0x01], Problem::Expected("a number")),
        // Something that is left out when it is empty is there.
        (with_files(&[0x80]), Problem::NotCanonical),
        (vec![0xa1, 0x08, 0x00], Problem::NotCanonical),
        // Texts.
        (with_files(&[0x81, 0x61, 0xff]), Problem::NotUtf8),
        (with_files(&[0x81, 0x41, b'a']), Problem::Expected("a text")),
        // Other kinds.
        (vec![0x80], Problem::Expected("a structure")),
        (with_files(&[0xf6]), Problem::Expected("a list")),
        (vec![0xa1, 0x08, 0x20], Problem::Expected("a number")),
        (vec![0xa1, 0x08, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0], Problem::Range),
        (vec![], Problem::Truncated),
    ] {
        assert_eq!(problem(&bytes), expected, "{bytes:02x?}");
    }
}

#[test]
fn counts_are_held_against_the_input() {
    for head in [&[0x9a, 0xff, 0xff, 0xff, 0xff][..], &[0x9b, 0x80, 0, 0, 0, 0, 0, 0, 0], &[0x82, 0x60]] {
        assert_eq!(problem(&with_files(head)), Problem::Truncated);
    }
    assert_eq!(
        problem(&with_files(&[0x81, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
        Problem::Truncated
    );
    // A count that fits the bytes but not what its items take.
    assert_eq!(problem(&[&[0xa1, 0x07, 0x98, 0x20][..], &[0xa0; 32]].concat()), Problem::Truncated);
    assert_eq!(problem(&[0xbb, 0x80, 0, 0, 0, 0, 0, 0, 0]), Problem::Truncated);
}

#[test]
fn nesting_is_bounded() {
    // A constant that is a list of a list of ..
    let nested = |depth: usize| {
        let mut bytes = vec![0xa1, 0x06, 0x81, 0x82, 0x00];
        bytes.extend(std::iter::repeat_n(0x81, depth));
        bytes.push(0x00);
        bytes
    };
    assert!(decode(&nested(16)).is_ok());
    assert!(matches!(problem(&nested(17)), Problem::Invalid(_)));
    assert_eq!(problem(&nested(30)), Problem::TooDeep);
    assert_eq!(problem(&nested(10_000)), Problem::TooDeep);
    // The same in what is only skipped, and in types.
    let mut reader = Reader::new(&[0x81; 10_000]);
    assert_eq!(reader.list(1, |r| r.value()).unwrap_err().problem, Problem::TooDeep);
    let mut types = vec![0xa1, 0x03, 0x81, 0x82, 0x61, b'a'];
    types.extend([0x82, 0x00].repeat(10_000));
    assert_eq!(problem(&types), Problem::TooDeep);
}

#[test]
fn steps_are_limited() {
    let bytes = testing::files(4).encode().unwrap();
    assert!(Plan::decode(&bytes, Limits { steps: 4 }).is_ok());
    let error = Plan::decode(&bytes, Limits { steps: 3 }).unwrap_err();
    assert_eq!(error.problem, Problem::Limit { what: "steps", count: 4, limit: 3 });
    assert!(error.to_string().ends_with("it has 4 steps, and at most 3 are allowed"));
    let mut plan = testing::files(1);
    plan.barriers = 9;
    let error = Plan::decode(&plan.encode().unwrap(), Limits { steps: 4 }).unwrap_err();
    assert_eq!(error.problem, Problem::Limit { what: "barriers", count: 9, limit: 8 });
}

/// A change that makes the plan inconsistent, and what is said about it.
fn inconsistent(expected: &str, change: impl FnOnce(&mut Plan)) {
    let mut plan = testing::everything();
    change(&mut plan);
    assert_eq!(plan.encode().unwrap_err().to_string(), expected);
}

#[test]
fn positions_and_phases_are_checked() {
    inconsistent("step 0: its schema does not exist", |p| p.steps[0].schema = 1);
    inconsistent("step 0: the policy does not exist", |p| p.steps[0].declarations[0].policy = 2);
    inconsistent("step 0: a place is in a file that does not exist", |p| {
        p.steps[0].declarations[0].span.file = 1;
    });
    inconsistent("step 2: nothing declares it", |p| p.steps[2].declarations.clear());
    inconsistent("step 0: an attribute does not exist", |p| {
        p.steps[0].declarations[0].attributes[2].attribute = 5;
    });
    inconsistent("step 0: its attributes are not sorted", |p| {
        p.steps[0].declarations[0].attributes.swap(0, 1);
    });
    inconsistent("step 0: its key is not of its type", |p| {
        p.steps[0].key = Operand::Value(testing::text("x"));
    });
    inconsistent("step 0: the value of `mode` is not of its type", |p| {
        p.steps[0].declarations[0].attributes[2].value = Operand::Value(Value::Int(420));
    });
    inconsistent("step 0: a number is outside the range of its type", |p| {
        p.steps[0].declarations[0].attributes[2].value = Operand::Value(Value::Mode(0o10000));
    });
    inconsistent("step 0: its key is not known before the plan runs", |p| {
        let output = p.exprs.push(Node::Output { step: 1, output: 0 });
        p.steps[0].key = Operand::Expr(output);
    });
    inconsistent("step 0: a condition is not known before the plan runs", |p| {
        let key = p.exprs.push(Node::Key);
        p.steps[0].declarations[0].condition = Operand::Expr(key);
    });
    inconsistent("step 0: a timeout or retry is not known before the plan runs", |p| {
        let early = p.exprs.push(Node::Attribute(0));
        p.steps[0].declarations[0].timeout = Some(Operand::Expr(early));
    });
    inconsistent("step 0: an expression does not exist", |p| {
        p.steps[0].declarations[0].attributes[0].value = Operand::Expr(ExprId(10_000));
    });
    inconsistent("step 0: an expression uses a lambda's parameter outside of it", |p| {
        let local = p.exprs.push(Node::Local(0));
        p.steps[0].declarations[0].attributes[0].value = Operand::Expr(local);
    });
    inconsistent("step 0: `content` reads an attribute that does not exist", |p| {
        let far = p.exprs.push(Node::Attribute(5));
        p.steps[0].declarations[0].attributes[0].value = Operand::Expr(far);
    });
    inconsistent("step 0: `content` reads an attribute that does not exist", |p| {
        let far = p.exprs.push(Node::Early(2));
        p.steps[0].declarations[0].attributes[0].value = Operand::Expr(far);
    });
    inconsistent("expression 0 names one that is not before it", |p| {
        p.exprs.nodes[0] = Node::IsSome(ExprId(0));
    });
    for node in [
        Node::Fact(9),
        Node::Label(2),
        Node::Output { step: 3, output: 0 },
        Node::Output { step: 0, output: 2 },
        Node::Local(32),
        Node::Call(Builtin::Len, vec![]),
    ] {
        inconsistent("expression 0 names something that does not exist", |p| p.exprs.nodes[0] = node);
    }
    inconsistent("a policy's `select` is not known before the plan runs", |p| {
        let output = p.exprs.push(Node::Output { step: 1, output: 0 });
        p.policies[0].select = Operand::Expr(output);
    });
    inconsistent("a refusal's message is not known before the plan runs", |p| {
        let output = p.exprs.push(Node::Output { step: 1, output: 0 });
        p.refusals[0].message = Operand::Expr(output);
    });
    inconsistent("the policy does not exist", |p| p.refusals[0].policy = 9);
    inconsistent("a part of a refusal's condition is not known before the plan runs", |p| {
        let output = p.exprs.push(Node::Output { step: 1, output: 0 });
        p.refusals[1].parts[0].value = Operand::Expr(output);
    });
    inconsistent("edge 4: it has an end that does not exist", |p| p.edges[4].to = 5);
    inconsistent("edge 0: it goes from a vertex to itself", |p| p.edges[0].to = 0);
    inconsistent("the edges are not sorted", |p| p.edges.swap(0, 1));
    inconsistent("the edges are not sorted", |p| p.edges[1] = p.edges[0].clone());
    inconsistent("edge 2: its declaration does not exist", |p| p.edges[2].carrier = Some((true, 2)));
    inconsistent("edge 4: its rule does not exist", |p| {
        p.edges[4].reason = crate::plan::EdgeReason::Auto { schema: 0, rule: 2 };
    });
    inconsistent("the policies are not sorted", |p| p.policies.swap(0, 1));
    inconsistent("the schemas are not sorted", |p| p.schemas.push(testing::file_schema()));
    inconsistent("the default of the label `env` is not of its type", |p| {
        p.labels[1].default = Some(Value::Int(1));
    });
    inconsistent("a type is not in the table of types", |p| p.facts[0].ty = Type::Named(3));
    inconsistent("a place is in a file that does not exist", |p| declared(p, 2).span.file = 99);
    let probe = |at, probe: Probe| move |p: &mut Plan| declared(p, at).probe = probe.clone();
    let command = |argv: &[&str], timeout| Probe::Command {
        argv: argv.iter().map(|argument| (*argument).to_owned()).collect(),
        timeout,
    };
    let path = |path: &str| Probe::File(path.to_owned());
    inconsistent("the fact `web.raid`: it names no program", probe(2, command(&[], 1)));
    inconsistent("the fact `web.raid`: it names no program", probe(2, command(&[""], 1)));
    inconsistent("the fact `web.raid`: its program has no absolute path", probe(2, command(&["./a"], 1)));
    inconsistent("the fact `web.raid`: it holds a NUL", probe(2, command(&["a", "\0"], 1)));
    inconsistent("the fact `web.raid`: it is given no time", probe(2, command(&["a"], 0)));
    inconsistent("the fact `web.site`: it has no absolute path", probe(3, path("etc/../site")));
    inconsistent("schema std.fs.File: a rule's expression does not exist", |p| {
        p.schemas[0].claims[0].value = ExprId(9);
    });
    inconsistent("schema std.fs.File: expression 0 names something that does not exist", |p| {
        p.schemas[0].exprs.nodes[0] = Node::Fact(0);
    });
    inconsistent("schema std.fs.File: the default of `mode` is not of its type", |p| {
        p.schemas[0].attributes[3].default = Some(Value::Bool(true));
    });
}

#[test]
fn what_stands_besides_the_graph_is_checked() {
    // Secrets.
    inconsistent("the secrets are not sorted", |p| p.secrets.swap(0, 1));
    inconsistent("a secret's name is wrong: a segment is only dots", |p| {
        p.secrets[0].name = "../password".to_owned();
    });
    inconsistent("step 0: `owner` is given a secret and does not take one", |p| {
        let secret = p.exprs.push(Node::Secret(1));
        p.steps[0].declarations[0].attributes[1].value = Operand::Expr(secret);
    });
    inconsistent("step 1: `owner` is given a secret and does not take one", |p| {
        // Through the content of the step itself.
        let own = p.exprs.push(Node::Attribute(0));
        p.steps[1].declarations[0].attributes[1].value = Operand::Expr(own);
    });
    inconsistent("step 0: its key is not known before the plan runs", |p| {
        let secret = p.exprs.push(Node::Secret(0));
        p.steps[0].key = Operand::Expr(secret);
    });
    inconsistent("a message depends on a secret", |p| {
        let secret = p.exprs.push(Node::Secret(0));
        p.exprs.push(Node::Fail(secret));
    });
    inconsistent("schema std.fs.File: a rule reads an attribute that may be secret", |p| {
        let content = p.schemas[0].exprs.push(Node::Attribute(0));
        p.schemas[0].writes[0].value = content;
    });
    inconsistent("schema std.fs.File: expression 0 names something that does not exist", |p| {
        p.schemas[0].exprs.nodes[0] = Node::Secret(0);
    });
    // How steps are executed.
    inconsistent("step 1: its tags are not sorted", |p| p.steps[1].declarations[0].tags.swap(0, 1));
    for word in ["", "a b", "\u{202e}x", &"x".repeat(65)] {
        inconsistent("step 1: a tag or role is no word of letters, digits, `_`, `.` and `-`", |p| {
            p.steps[1].declarations[0].tags = vec![word.to_owned()];
        });
        inconsistent("step 1: a tag or role is no word of letters, digits, `_`, `.` and `-`", |p| {
            p.steps[1].declarations[0].approval = Some(word.to_owned());
        });
    }
    inconsistent("step 1: a `skip` depends on a secret", |p| {
        let own = p.exprs.push(Node::Attribute(0));
        let there = p.exprs.push(Node::IsSome(own));
        p.steps[1].declarations[0].skip = Some(Operand::Expr(there));
    });
    inconsistent("step 1: a `skip` is no truth", |p| {
        p.steps[1].declarations[0].skip = Some(Operand::Value(Value::Int(1)));
    });
    inconsistent("step 1: only a guard asks what a step would do", |p| {
        let change = p.exprs.push(Node::Change(ChangeFact::Creates));
        p.steps[1].declarations[0].skip = Some(Operand::Expr(change));
    });
    // Removal.
    inconsistent("the policy does not exist", |p| p.prune[0].policy = 2);
    inconsistent("a `prune` names a type that does not exist", |p| p.prune[0].schemas = vec![1]);
    inconsistent("the types of a `prune` are not sorted", |p| p.prune[0].schemas = vec![0, 0]);
    inconsistent("the types of a `prune` are not sorted", |p| p.prune[0].schemas.clear());
    inconsistent("a `prune` names std.fs.File, whose keys are only labels", |p| {
        p.schemas[0].key.local = true;
    });
    inconsistent("the limit of a `prune` is no number", |p| {
        p.prune[0].limit = Some(Operand::Value(Value::Int(-1)));
    });
    // Guards.
    inconsistent("the guards are not sorted", |p| p.guards.swap(0, 1));
    inconsistent("guard `restarts`: its type does not exist", |p| p.guards[1].schema = 1);
    inconsistent("guard `restarts`: it reads an output", |p| {
        p.guards[1].predicate = p.exprs.push(Node::Early(0));
    });
    inconsistent("guard `restarts`: it depends on a secret", |p| {
        p.guards[1].predicate = p.exprs.push(Node::Secret(0));
    });
    inconsistent("guard `restarts`: it reads an attribute of step 1 that is secret", |p| {
        p.guards[1].predicate = p.exprs.push(Node::Attribute(0));
    });
    inconsistent("guard `restarts`: it reads an attribute of step 1 that is secret", |p| {
        let content = p.exprs.push(Node::Attribute(0));
        p.guards[1].message = Some(Operand::Expr(content));
    });
    inconsistent("guard `restarts`: it reads an attribute that does not exist", |p| {
        p.guards[1].predicate = p.exprs.push(Node::Attribute(5));
    });
    inconsistent("guard `restarts`: a role is no word of letters, digits, `_`, `.` and `-`", |p| {
        p.guards[1].action = GuardAction::Approval("the dba".to_owned());
    });
    // Rollouts.
    inconsistent("rollout `careful`: its policies are not sorted", |p| p.rollouts[0].policies.swap(0, 1));
    inconsistent("rollout `careful`: the policy does not exist", |p| p.rollouts[0].policies[1] = 2);
    inconsistent("rollout `careful`: two waves are called `half`", |p| {
        p.rollouts[0].waves[0].name = "half".to_owned();
    });
    inconsistent("rollout `careful`: the wave `half` has no hosts, or more than all", |p| {
        p.rollouts[0].waves[1].size = Some(Share::Percent(10_001));
    });
    inconsistent("rollout `careful`: the wave `canary` has no hosts, or more than all", |p| {
        p.rollouts[0].waves[0].size = Some(Share::Count(0));
    });
    inconsistent("rollout `careful`: a wave is smaller than the one before it", |p| {
        p.rollouts[0].waves[0].size = Some(Share::Percent(5_001));
    });
    inconsistent("rollout `careful`: its budget is more than all hosts", |p| {
        p.rollouts[0].budget = Some(Share::Percent(10_001));
    });
    inconsistent("rollout `careful`: the pause of the wave `canary` is less than nothing", |p| {
        p.rollouts[0].waves[0].pause = Some(-1);
    });
}

/// The attributes of a step that hold secrets are found through what they read of the step itself.
#[test]
fn secrets_flow_through_attributes() {
    let mut plan = testing::everything();
    for position in [2, 4] {
        plan.schemas[0].attributes[position].accepts_secret = true;
    }
    let content = plan.exprs.push(Node::Attribute(0));
    let group = plan.exprs.push(Node::Attribute(2));
    let both = plan.exprs.push(Node::List(vec![content, group]));
    let key = plan.exprs.push(Node::Secret(1));
    let setting = |attribute, id| {
        let mut setting = testing::files(1).steps[0].declarations[0].attributes[0].clone();
        setting.attribute = attribute;
        setting.value = Operand::Expr(id);
        setting
    };
    plan.steps[1].declarations[0].attributes.insert(2, setting(2, key));
    plan.steps[1].declarations[0].attributes.push(setting(4, both));
    assert_eq!(plan.check(), Ok(()));
    let found = plan.secret_attributes(&plan.exprs.analyse(), &plan.steps[1]);
    let found: Vec<(u32, String)> =
        found.iter().map(|(attribute, secrets)| (*attribute, plan.secret_placeholder(secrets))).collect();
    assert_eq!(
        found,
        [
            (0, "<secret db/password>".to_owned()),
            (2, "<secret tls.key>".to_owned()),
            (4, "<secret db/password, tls.key>".to_owned()),
        ]
    );
    assert!(plan.secret_attributes(&plan.exprs.analyse(), &plan.steps[2]).is_empty());
}

#[test]
fn a_plan_says_which_abilities_it_needs() {
    let all = [
        "approvals",
        "checks",
        "defaults",
        "expressions",
        "facts",
        "guards",
        "order",
        "prune",
        "repeats",
        "rollouts",
        "secrets",
        "skip",
        "tags",
    ];
    assert_eq!(testing::everything().features(), all);
    assert!(testing::files(3).features().is_empty());
    let needs = |change: fn(&mut Plan)| {
        let mut plan = testing::files(1);
        change(&mut plan);
        plan.features()
    };
    assert_eq!(needs(|p| p.schemas[0].attributes[1].ty = Type::Float), ["expressions"]);
    assert_eq!(needs(|p| p.schemas[0].outputs[1].ty = Type::Text(TextKind::Regex)), ["expressions"]);
    assert_eq!(
        needs(|p| p.steps[0].declarations[0].attributes[0].value = Operand::Value(Value::Bytes([1].into()))),
        ["expressions"]
    );
    assert_eq!(
        needs(|p| {
            let empty = p.exprs.push(Node::Const(testing::text("")));
            p.exprs.push(Node::Call(Builtin::IsEmpty, vec![empty]));
        }),
        ["expressions"]
    );
    assert_eq!(needs(|p| p.steps[0].declarations[0].tags = vec!["x".to_owned()]), ["tags"]);
}

/// What `encode` refuses, `decode` refuses too.
#[test]
fn decoded_plans_are_checked() {
    // A policy whose `select` is an expression that does not exist.
    let mut w = Writer::default();
    let mut map = w.open();
    w.field(&mut map, 0);
    w.list(&["a"], |w, file| w.text(file));
    w.field(&mut map, 5);
    w.array(1);
    w.array(3);
    w.text("web");
    w.operand(&Operand::Expr(ExprId(3)));
    w.array(3);
    for _ in 0..3 {
        w.uint(0);
    }
    w.close(map);
    assert!(matches!(problem(&w.finish()), Problem::Invalid(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A changed plan is refused or is another plan in its canonical form; nothing panics.
    #[test]
    fn changed_bytes_are_refused_or_canonical(
        at in any::<proptest::sample::Index>(), to in any::<u8>(), cut in 0_usize..4, insert in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let bytes = testing::everything().encode().unwrap();
        let at = at.index(bytes.len());
        let mut changed = bytes[..at].to_vec();
        changed.push(to);
        changed.extend_from_slice(&insert);
        changed.extend_from_slice(&bytes[(at + cut).min(bytes.len())..]);
        if let Ok(plan) = decode(&changed) {
            prop_assert_eq!(plan.encode().unwrap(), changed);
        }
    }

    /// Integers of every width, both ways.
    #[test]
    fn integers_round_trip(n in any::<i64>(), shift in 0_u32..64) {
        for n in [n, n >> shift, i64::MIN, i64::MAX, -1, 0] {
            let mut w = Writer::default();
            w.int(n);
            w.uint(n.cast_unsigned());
            let bytes = w.finish();
            let mut r = Reader::new(&bytes);
            prop_assert_eq!(r.int(), Ok(n));
            prop_assert_eq!(r.uint(), Ok(n.cast_unsigned()));
            prop_assert_eq!(r.end(), Ok(()));
        }
    }
}
