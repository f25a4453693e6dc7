//! Answers, laziness, memory and bounds of the evaluator.

mod property;

use std::cell::RefCell;

use super::*;
use crate::expr::{BinaryOp, Builtin, EachKind, UnaryOp};
use crate::testing;
use crate::value::TextKind;

/// A context over lists of answers that counts what it is asked.
#[derive(Default)]
struct Host {
    facts: Vec<Lookup>,
    outputs: RefCell<Vec<Lookup>>,
    key: Option<Value>,
    asked: RefCell<Vec<String>>,
}

impl Context for Host {
    fn fact(&self, position: u32) -> Lookup {
        self.asked.borrow_mut().push(format!("fact {position}"));
        self.facts[position as usize].clone()
    }

    fn output(&self, step: u32, output: u32) -> Lookup {
        self.asked.borrow_mut().push(format!("output {step}.{output}"));
        self.outputs.borrow()[step as usize].clone()
    }

    fn key(&self) -> Lookup {
        self.key.clone().map_or(Lookup::Error("no key".into()), Lookup::Value)
    }
}

fn s(text: &str) -> Value {
    Value::Str(text.into())
}

fn ints(numbers: &[i64]) -> Value {
    Value::List(numbers.iter().map(|n| Value::Int(*n)).collect())
}

fn unknown() -> Lookup {
    Lookup::Unknown("known after Package[\"nginx\"]".into())
}

/// Builds one expression and evaluates it.
fn run(host: &Host, build: impl FnOnce(&mut Exprs) -> ExprId) -> Result<Evaluated, Failure> {
    let mut exprs = Exprs::default();
    let id = build(&mut exprs);
    Evaluator::new(&exprs).evaluate(id, host)
}

fn value(build: impl FnOnce(&mut Exprs) -> ExprId) -> Value {
    run(&Host::default(), build).unwrap().known().unwrap()
}

fn error(build: impl FnOnce(&mut Exprs) -> ExprId) -> String {
    run(&Host::default(), build).unwrap_err().to_string()
}

fn constant(e: &mut Exprs, value: impl Into<Constant>) -> ExprId {
    e.push(Node::Const(value.into().0))
}

struct Constant(Value);

impl From<i64> for Constant {
    fn from(n: i64) -> Self {
        Self(Value::Int(n))
    }
}

impl From<bool> for Constant {
    fn from(b: bool) -> Self {
        Self(Value::Bool(b))
    }
}

impl From<&str> for Constant {
    fn from(text: &str) -> Self {
        Self(s(text))
    }
}

impl From<Value> for Constant {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

fn fail(e: &mut Exprs) -> ExprId {
    let message = constant(e, "boom");
    e.push(Node::Fail(message))
}

#[test]
fn strict_nodes() {
    assert_eq!(
        value(|e| {
            let (a, b) = (constant(e, 7), constant(e, 2));
            e.push(Node::Binary(BinaryOp::Subtract, a, b))
        }),
        Value::Int(5)
    );
    assert_eq!(
        value(|e| {
            let (a, b) = (constant(e, "a"), constant(e, 1));
            let record = e.push(Node::Record(vec![a, b]));
            let variant = e.push(Node::Variant(3, vec![record]));
            let payload = e.push(Node::Payload(variant, 0));
            let field = e.push(Node::Field(payload, 1));
            let is = e.push(Node::IsVariant(variant, 3));
            let list = e.push(Node::List(vec![field, is, a]));
            let two = constant(e, 2);
            let at = e.push(Node::Index(list, two));
            let text = e.push(Node::Concat(vec![at, field]));
            e.push(Node::Call(Builtin::Len, vec![text]))
        }),
        Value::Int(2)
    );
    assert_eq!(
        value(|e| {
            let a = constant(e, "/etc");
            e.push(Node::Convert(TextKind::AbsPath, a))
        }),
        s("/etc")
    );
    assert_eq!(error(fail), "boom");
}

#[test]
fn lazy_nodes_leave_out_what_they_do_not_need() {
    type Make = fn(ExprId, ExprId) -> Node;
    let cases: [(Value, Make, Value); 6] = [
        (Value::Bool(false), Node::And, Value::Bool(false)),
        (Value::Bool(true), Node::Or, Value::Bool(true)),
        (Value::Int(1), Node::Coalesce, Value::Int(1)),
        (Value::None, Node::IfSome, Value::None),
        (Value::Bool(true), |c, bad| Node::If(c, c, bad), Value::Bool(true)),
        (Value::Bool(false), |c, bad| Node::If(c, bad, c), Value::Bool(false)),
    ];
    for (left, make, expected) in cases {
        assert_eq!(
            value(|e| {
                let left = constant(e, left);
                let bad = fail(e);
                e.push(make(left, bad))
            }),
            expected
        );
    }
    let needed: [(Value, Make); 6] = [
        (Value::Bool(true), Node::And),
        (Value::Bool(false), Node::Or),
        (Value::None, Node::Coalesce),
        (Value::Int(1), Node::IfSome),
        (Value::Bool(false), |c, bad| Node::If(c, c, bad)),
        (Value::Bool(true), |c, bad| Node::If(c, bad, c)),
    ];
    for (left, make) in needed {
        assert_eq!(
            error(|e| {
                let left = constant(e, left);
                let bad = fail(e);
                e.push(make(left, bad))
            }),
            "boom"
        );
    }
    assert_eq!(
        value(|e| {
            let (a, b) = (constant(e, true), constant(e, false));
            e.push(Node::And(a, b))
        }),
        Value::Bool(false)
    );
    // The right side of a logical operator is a boolean too.
    assert!(
        error(|e| {
            let (a, b) = (constant(e, true), constant(e, 1));
            e.push(Node::And(a, b))
        })
        .contains("the plan is broken")
    );
    let host = Host { facts: vec![Lookup::Value(Value::Bool(false)), unknown()], ..Host::default() };
    let answer = run(&host, |e| {
        let (a, b) = (e.push(Node::Fact(0)), e.push(Node::Fact(1)));
        e.push(Node::And(a, b))
    });
    assert_eq!(answer, Ok(Evaluated::Known(Value::Bool(false))));
    assert_eq!(*host.asked.borrow(), ["fact 0"]);
}

#[test]
fn unknown_waits_and_errors_win() {
    let host = Host { outputs: vec![unknown()].into(), ..Host::default() };
    let waiting = run(&host, |e| {
        let one = constant(e, 1);
        let output = e.push(Node::Output { step: 0, output: 0 });
        let sum = e.push(Node::Binary(BinaryOp::Add, one, output));
        e.push(Node::List(vec![sum, one]))
    });
    assert_eq!(
        waiting,
        Ok(Evaluated::Unknown(Unknown { node: ExprId(1), reason: "known after Package[\"nginx\"]".into() }))
    );
    let failing = run(&host, |e| {
        let output = e.push(Node::Output { step: 0, output: 0 });
        let bad = fail(e);
        e.push(Node::List(vec![output, bad]))
    });
    assert_eq!(failing, Err(Failure { error: EvalError::Fail("boom".into()), node: ExprId(2) }));
    // A condition that is not known yet chooses nothing.
    let choice = run(&host, |e| {
        let output = e.push(Node::Output { step: 0, output: 0 });
        let bad = fail(e);
        e.push(Node::If(output, bad, bad))
    });
    assert!(matches!(choice, Ok(Evaluated::Unknown(_))));
}

#[test]
fn a_lookup_error_is_an_error() {
    let host = Host { facts: vec![Lookup::Error("no default route".into())], ..Host::default() };
    let failure = run(&host, |e| e.push(Node::Fact(0))).unwrap_err();
    assert_eq!(failure.to_string(), "no default route");
    let mut exprs = Exprs::default();
    let fact = exprs.push(Node::Fact(0));
    let failure = Evaluator::new(&exprs).evaluate(fact, &()).unwrap_err();
    assert_eq!(failure.to_string(), "a fact cannot be read here");
}

#[test]
fn shared_nodes_are_computed_once() {
    let host = Host { facts: vec![Lookup::Value(Value::Int(1))], ..Host::default() };
    let mut exprs = Exprs::default();
    let fact = exprs.push(Node::Fact(0));
    let mut sum = fact;
    for _ in 0..60 {
        sum = exprs.push(Node::Binary(BinaryOp::Add, sum, sum));
    }
    let mut evaluator = Evaluator::new(&exprs);
    for _ in 0..2 {
        assert_eq!(evaluator.evaluate(sum, &host), Ok(Evaluated::Known(Value::Int(1 << 60))));
    }
    assert_eq!(host.asked.borrow().len(), 1);
}

#[test]
fn a_failure_is_remembered_with_its_place() {
    let host = Host { facts: vec![Lookup::Error("gone".into())], ..Host::default() };
    let mut exprs = Exprs::default();
    let fact = exprs.push(Node::Fact(0));
    let a = exprs.push(Node::Unary(UnaryOp::Negate, fact));
    let b = exprs.push(Node::Unary(UnaryOp::Negate, a));
    let mut evaluator = Evaluator::new(&exprs);
    for id in [b, a, b] {
        assert_eq!(evaluator.evaluate(id, &host).unwrap_err().node, fact);
    }
    // Only `fact` itself, which nothing waited for, is asked again; its users remember.
    assert_eq!(host.asked.borrow().len(), 1);
}

#[test]
fn the_next_step_has_its_own_key() {
    let mut host = Host { key: Some(s("/a")), facts: vec![Lookup::Value(s("x"))], ..Host::default() };
    let mut exprs = Exprs::default();
    let (key, fact) = (exprs.push(Node::Key), exprs.push(Node::Fact(0)));
    let joined = exprs.push(Node::Concat(vec![key, fact]));
    let mut evaluator = Evaluator::new(&exprs);
    assert_eq!(evaluator.evaluate(joined, &host), Ok(Evaluated::Known(s("/ax"))));
    host.key = Some(s("/b"));
    assert_eq!(evaluator.evaluate(joined, &host), Ok(Evaluated::Known(s("/ax"))));
    evaluator.next_step();
    assert_eq!(evaluator.evaluate(joined, &host), Ok(Evaluated::Known(s("/bx"))));
    assert_eq!(host.asked.borrow().len(), 1, "the fact does not depend on the step");
}

#[test]
fn what_was_unknown_is_asked_for_again() {
    let host = Host { outputs: vec![unknown()].into(), ..Host::default() };
    let mut exprs = Exprs::default();
    let output = exprs.push(Node::Output { step: 0, output: 0 });
    let negated = exprs.push(Node::Unary(UnaryOp::Negate, output));
    let mut evaluator = Evaluator::new(&exprs);
    assert!(matches!(evaluator.evaluate(negated, &host), Ok(Evaluated::Unknown(_))));
    host.outputs.borrow_mut()[0] = Lookup::Value(Value::Int(4));
    assert!(matches!(evaluator.evaluate(negated, &host), Ok(Evaluated::Unknown(_))));
    evaluator.forget_unknown();
    assert_eq!(evaluator.evaluate(negated, &host), Ok(Evaluated::Known(Value::Int(-4))));
    assert_eq!(host.asked.borrow().len(), 2);
}

#[test]
fn maps() {
    assert_eq!(
        value(|e| {
            let list = constant(e, ints(&[1, 2, 3]));
            let x = e.push(Node::Local(0));
            let body = e.push(Node::Binary(BinaryOp::Multiply, x, x));
            e.push(Node::Each { kind: EachKind::Map, list, local: 0, body })
        }),
        ints(&[1, 4, 9])
    );
    assert_eq!(
        value(|e| {
            let list = constant(e, ints(&[]));
            let body = fail(e);
            e.push(Node::Each { kind: EachKind::Map, list, local: 0, body })
        }),
        ints(&[])
    );
}

/// One loop over a collection, whose body is the element itself.
fn each(kind: EachKind, collection: Value) -> Value {
    value(|e| {
        let list = constant(e, collection);
        let body = e.push(Node::Local(0));
        e.push(Node::Each { kind, list, local: 0, body })
    })
}

/// One loop over integers, whose body is whether the element is less than 3.
fn below_three(kind: EachKind, numbers: &[i64]) -> Value {
    value(|e| {
        let list = constant(e, ints(numbers));
        let (x, three) = (e.push(Node::Local(0)), constant(e, 3));
        let body = e.push(Node::Binary(BinaryOp::Less, x, three));
        e.push(Node::Each { kind, list, local: 0, body })
    })
}

#[test]
fn loops() {
    let pair = |a, b| Value::Record(Arc::new([a, b]));
    let lists = |lists: &[&[i64]]| Value::List(lists.iter().map(|list| ints(list)).collect());
    assert_eq!(below_three(EachKind::Filter, &[1, 3, 2, 5]), ints(&[1, 2]));
    assert_eq!(below_three(EachKind::Partition, &[1, 3, 2]), pair(ints(&[1, 2]), ints(&[3])));
    assert_eq!(below_three(EachKind::TakeWhile, &[1, 3, 2]), ints(&[1]));
    assert_eq!(below_three(EachKind::TakeWhile, &[1]), ints(&[1]));
    assert_eq!(below_three(EachKind::SkipWhile, &[1, 3, 2]), ints(&[3, 2]));
    assert_eq!(below_three(EachKind::Any, &[5, 1]), Value::Bool(true));
    assert_eq!(below_three(EachKind::Any, &[]), Value::Bool(false));
    assert_eq!(below_three(EachKind::All, &[1, 5]), Value::Bool(false));
    assert_eq!(below_three(EachKind::All, &[]), Value::Bool(true));
    assert_eq!(below_three(EachKind::Find, &[5, 2, 1]), Value::Int(2));
    assert_eq!(below_three(EachKind::Find, &[5]), Value::None);
    assert_eq!(
        below_three(EachKind::GroupBy, &[5, 1, 4, 2]),
        Value::map(vec![(Value::Bool(false), ints(&[5, 4])), (Value::Bool(true), ints(&[1, 2]))]).unwrap()
    );
    // Stable: the elements of one answer stay in their order.
    assert_eq!(below_three(EachKind::SortBy, &[5, 1, 4, 2]), ints(&[5, 4, 1, 2]));
    assert_eq!(below_three(EachKind::UniqueBy, &[5, 1, 4, 2]), ints(&[5, 1]));
    assert_eq!(below_three(EachKind::MinBy, &[1, 5, 4]), Value::Int(5));
    assert_eq!(below_three(EachKind::MaxBy, &[5, 2, 1]), Value::Int(2));
    assert_eq!(below_three(EachKind::MaxBy, &[]), Value::None);
    assert_eq!(each(EachKind::FlatMap, lists(&[&[1], &[], &[2, 3]])), ints(&[1, 2, 3]));
    let some = Value::List(Arc::new([Value::None, Value::Int(1)]));
    assert_eq!(each(EachKind::FilterMap, some), ints(&[1]));
}

#[test]
fn a_map_is_run_over_by_entries_and_stays_a_map() {
    let map = || {
        Value::map(vec![(s("b"), Value::Int(2)), (s("a"), Value::Int(1)), (s("c"), Value::Int(3))]).unwrap()
    };
    let over = |kind, field| {
        value(move |e| {
            let list = constant(e, map());
            let (entry, two) = (e.push(Node::Local(0)), constant(e, 2));
            let part = e.push(Node::Field(entry, field));
            let body = match kind {
                EachKind::Filter => e.push(Node::Binary(BinaryOp::GreaterEqual, part, two)),
                _ => part,
            };
            e.push(Node::Each { kind, list, local: 0, body })
        })
    };
    assert_eq!(over(EachKind::Map, 0), Value::List(Arc::new([s("a"), s("b"), s("c")])));
    assert_eq!(
        over(EachKind::Filter, 1),
        Value::map(vec![(s("b"), Value::Int(2)), (s("c"), Value::Int(3))]).unwrap()
    );
    assert_eq!(over(EachKind::MaxBy, 1), Value::Record(Arc::new([s("c"), Value::Int(3)])));
}

#[test]
fn folds() {
    let sum = |collection: Value, init: i64| {
        value(|e| {
            let (list, init) = (constant(e, collection), constant(e, init));
            let (total, x) = (e.push(Node::Local(0)), e.push(Node::Local(1)));
            let body = e.push(Node::Binary(BinaryOp::Add, total, x));
            e.push(Node::Fold { list, init, local: 0, body })
        })
    };
    assert_eq!(sum(ints(&[1, 2, 3]), 10), Value::Int(16));
    assert_eq!(sum(ints(&[]), 10), Value::Int(10));
    // A fold in the body of a fold of the same depth gives the parameters back.
    assert_eq!(
        value(|e| {
            let (list, zero) = (constant(e, ints(&[1, 2, 3])), constant(e, 0));
            let (a, x) = (e.push(Node::Local(0)), e.push(Node::Local(1)));
            let sum = e.push(Node::Binary(BinaryOp::Add, a, x));
            let inner = e.push(Node::Fold { list, init: zero, local: 0, body: sum });
            let part = e.push(Node::Binary(BinaryOp::Multiply, inner, x));
            let body = e.push(Node::Binary(BinaryOp::Add, a, part));
            e.push(Node::Fold { list, init: zero, local: 0, body })
        }),
        Value::Int(36)
    );
}

#[test]
fn a_loop_that_may_end_early_waits_for_what_is_not_known() {
    let host = Host { outputs: vec![unknown(), Lookup::Error("gone".into())].into(), ..Host::default() };
    let over = |kind, condition: fn(&mut Exprs, ExprId) -> ExprId| {
        run(&host, |e| {
            let list = constant(e, ints(&[0, 1]));
            let x = e.push(Node::Local(0));
            let body = condition(e, x);
            e.push(Node::Each { kind, list, local: 0, body })
        })
    };
    // The first element is not known, the second fails: only what looks at both says so.
    let first_unknown: fn(&mut Exprs, ExprId) -> ExprId = |e, x| {
        let zero = constant(e, 0);
        let is_zero = e.push(Node::Binary(BinaryOp::Equal, x, zero));
        let (a, b) =
            (e.push(Node::Output { step: 0, output: 0 }), e.push(Node::Output { step: 1, output: 0 }));
        e.push(Node::If(is_zero, a, b))
    };
    for kind in EachKind::ALL {
        let answer = over(kind, first_unknown);
        if kind.may_end_early() {
            assert!(matches!(answer, Ok(Evaluated::Unknown(_))), "{kind:?}");
        } else {
            assert_eq!(answer.unwrap_err().error, EvalError::Lookup("gone".into()), "{kind:?}");
        }
    }
}

#[test]
fn maps_are_built_and_read() {
    let map = |e: &mut Exprs, keys: [&str; 2]| {
        let entries = keys.map(|key| (constant(e, key), constant(e, key)));
        e.push(Node::Map(entries.into()))
    };
    assert_eq!(
        value(|e| {
            let (map, key) = (map(e, ["b", "a"]), constant(e, "b"));
            e.push(Node::Index(map, key))
        }),
        s("b")
    );
    assert_eq!(error(|e| map(e, ["a", "a"])), "the key \"a\" is there twice");
    assert_eq!(
        error(|e| {
            let (map, key) = (map(e, ["b", "a"]), constant(e, "c"));
            e.push(Node::Index(map, key))
        }),
        "the map has no key \"c\""
    );
}

#[test]
fn an_error_about_a_secret_shows_nothing_of_it() {
    struct Vault;
    impl Context for Vault {
        fn secret(&self, _: u32) -> Lookup {
            Lookup::Value(s("hunter2"))
        }
    }
    let message = |build: fn(&mut Exprs, ExprId) -> ExprId| {
        let mut exprs = Exprs::default();
        let secret = exprs.push(Node::Secret(0));
        let id = build(&mut exprs, secret);
        assert!(exprs.analyse().secret(id));
        Evaluator::new(&exprs).evaluate(id, &Vault).unwrap_err().to_string()
    };
    assert_eq!(
        message(|e, secret| e.push(Node::Convert(TextKind::AbsPath, secret))),
        "a value that depends on a secret is not what it should be: a text is not an AbsPath"
    );
    // The body of the loop alone knows nothing of the secret.
    let in_a_loop = message(|e, secret| {
        let list = e.push(Node::List(vec![secret]));
        let x = e.push(Node::Local(0));
        let body = e.push(Node::Convert(TextKind::IpAddr, x));
        e.push(Node::Each { kind: EachKind::Map, list, local: 0, body })
    });
    assert_eq!(
        in_a_loop,
        "a value that depends on a secret is not what it should be: a text is not an IpAddr"
    );
    let key = message(|e, secret| {
        let map = constant(e, Value::Map(Arc::new([])));
        e.push(Node::Index(map, secret))
    });
    assert_eq!(key, "a value that depends on a secret is not what it should be: there is no such key");
    // Without a secret nothing is hidden, in the same expressions.
    assert!(
        error(|e| {
            let text = constant(e, "hunter2");
            e.push(Node::Convert(TextKind::AbsPath, text))
        })
        .contains("hunter2")
    );
}

#[test]
fn nested_maps_see_both_parameters() {
    let table = value(|e| {
        let list = constant(e, ints(&[1, 2, 3]));
        let (x, y) = (e.push(Node::Local(0)), e.push(Node::Local(1)));
        let product = e.push(Node::Binary(BinaryOp::Multiply, x, y));
        let row = e.push(Node::Each { kind: EachKind::Map, list, local: 1, body: product });
        e.push(Node::Each { kind: EachKind::Map, list, local: 0, body: row })
    });
    assert_eq!(table, Value::List(Arc::new([ints(&[1, 2, 3]), ints(&[2, 4, 6]), ints(&[3, 6, 9])])));
}

#[test]
fn an_inner_map_of_the_same_depth_gives_the_parameter_back() {
    // xs.map(|x| [x, ys.map(|y| y + 1).len(), x]) where the inner lambda stands outside of the outer one.
    let rows = value(|e| {
        let (xs, ys) = (constant(e, ints(&[10, 20])), constant(e, ints(&[1, 2, 3])));
        let local = e.push(Node::Local(0));
        let one = constant(e, 1);
        let next = e.push(Node::Binary(BinaryOp::Add, local, one));
        let inner = e.push(Node::Each { kind: EachKind::Map, list: ys, local: 0, body: next });
        let length = e.push(Node::Call(Builtin::Len, vec![inner]));
        let body = e.push(Node::List(vec![local, length, local, next]));
        e.push(Node::Each { kind: EachKind::Map, list: xs, local: 0, body })
    });
    assert_eq!(rows, Value::List(Arc::new([ints(&[10, 3, 10, 11]), ints(&[20, 3, 20, 21])])));
}

#[test]
fn sharing_in_a_body_is_not_exponential_and_not_stale() {
    let mut exprs = Exprs::default();
    let list = constant(&mut exprs, ints(&[1, 2]));
    let mut sum = exprs.push(Node::Local(0));
    for _ in 0..40 {
        sum = exprs.push(Node::Binary(BinaryOp::Add, sum, sum));
    }
    let map = exprs.push(Node::Each { kind: EachKind::Map, list, local: 0, body: sum });
    let mut evaluator = Evaluator::with_budget(&exprs, Budget { steps: 1_000, output: 1_000 });
    let answer = evaluator.evaluate(map, &()).unwrap().known().unwrap();
    assert_eq!(answer, ints(&[1 << 40, 2 << 40]));
}

#[test]
fn an_error_in_a_body_leaves_the_evaluator_usable() {
    let mut exprs = Exprs::default();
    let list = constant(&mut exprs, ints(&[1, 0]));
    let x = exprs.push(Node::Local(0));
    let one = constant(&mut exprs, 1);
    let inverse = exprs.push(Node::Binary(BinaryOp::Divide, one, x));
    let bad = exprs.push(Node::Each { kind: EachKind::Map, list, local: 0, body: inverse });
    let good = exprs.push(Node::Each { kind: EachKind::Map, list, local: 0, body: x });
    let mut evaluator = Evaluator::new(&exprs);
    for _ in 0..2 {
        let failure = evaluator.evaluate(bad, &()).unwrap_err();
        assert_eq!((failure.error, failure.node), (EvalError::DivisionByZero, inverse));
        assert_eq!(evaluator.evaluate(good, &()), Ok(Evaluated::Known(ints(&[1, 0]))));
    }
}

#[test]
fn a_map_with_unknown_elements_is_unknown() {
    let host = Host { outputs: vec![Lookup::Value(Value::Int(1)), unknown()].into(), ..Host::default() };
    let answer = run(&host, |e| {
        let list = constant(e, ints(&[1, 2]));
        let body = e.push(Node::Output { step: 1, output: 0 });
        e.push(Node::Each { kind: EachKind::Map, list, local: 0, body })
    });
    assert!(matches!(answer, Ok(Evaluated::Unknown(Unknown { node: ExprId(1), .. }))));
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut exprs = Exprs::default();
    let one = constant(&mut exprs, 1);
    let mut last = one;
    for at in 0..100_000 {
        last = match at % 4 {
            0 => exprs.push(Node::Binary(BinaryOp::Add, last, one)),
            1 => exprs.push(Node::Coalesce(last, one)),
            2 => exprs.push(Node::IfSome(one, last)),
            _ => {
                let list = exprs.push(Node::List(vec![last]));
                exprs.push(Node::Call(Builtin::First, vec![list]))
            }
        };
    }
    let answer = std::thread::Builder::new()
        .stack_size(64 << 10)
        .spawn(move || Evaluator::new(&exprs).evaluate(last, &()))
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(answer, Ok(Evaluated::Known(Value::Int(25_001))));
}

#[test]
fn budgets() {
    let mut exprs = Exprs::default();
    let mut text = constant(&mut exprs, "0123456789abcdef");
    for _ in 0..30 {
        text = exprs.push(Node::Concat(vec![text, text]));
    }
    let message =
        |budget| Evaluator::with_budget(&exprs, budget).evaluate(text, &()).unwrap_err().to_string();
    assert_eq!(message(Budget { steps: 10, ..Budget::default() }), "the evaluation takes more than 10 steps");
    assert_eq!(
        message(Budget { output: 1000, ..Budget::default() }),
        "the evaluation produces more than 1000 bytes"
    );
    assert_eq!(message(Budget::default()), "this text gives a text of more than 16 MiB");
}

#[test]
fn depth_is_bounded_and_measured() {
    let mut exprs = Exprs::default();
    let mut value = constant(&mut exprs, 1);
    let mut levels = Vec::new();
    for _ in 0..=op::MAX_DEPTH {
        value = exprs.push(Node::List(vec![value]));
        levels.push(value);
    }
    let mut evaluator = Evaluator::new(&exprs);
    assert!(evaluator.evaluate(levels[op::MAX_DEPTH - 1], &()).is_ok());
    assert_eq!(evaluator.evaluate(levels[op::MAX_DEPTH], &()).unwrap_err().error, EvalError::TooDeep);

    // A chain that wraps as often as it unwraps is not deep, whatever the bound that is carried along says.
    let mut exprs = Exprs::default();
    let deep = constant(&mut exprs, Value::List(Arc::new([ints(&[1])])));
    let mut name = constant(&mut exprs, ints(&[1]));
    for _ in 0..100 {
        let inner = exprs.push(Node::Record(vec![deep, name]));
        let outer = exprs.push(Node::Record(vec![inner]));
        let inner = exprs.push(Node::Field(outer, 0));
        let choice = exprs.push(Node::List(vec![deep, inner]));
        let list = exprs.push(Node::Call(Builtin::Last, vec![choice]));
        name = exprs.push(Node::Field(list, 1));
    }
    assert_eq!(Evaluator::new(&exprs).evaluate(name, &()), Ok(Evaluated::Known(ints(&[1]))));
}

#[test]
fn broken_expressions_are_errors() {
    for (nodes, root) in [
        (vec![Node::Unary(UnaryOp::Not, ExprId(0))], 0),
        (vec![Node::And(ExprId(1), ExprId(1)), Node::Or(ExprId(0), ExprId(0))], 0),
        (vec![Node::And(ExprId(1), ExprId(1)), Node::Or(ExprId(0), ExprId(0))], 1),
        (
            vec![
                Node::Each { kind: EachKind::Map, list: ExprId(1), local: 0, body: ExprId(1) },
                Node::Const(ints(&[1])),
            ],
            0,
        ),
        (
            vec![
                Node::Const(ints(&[1])),
                Node::Each { kind: EachKind::Map, list: ExprId(0), local: 99, body: ExprId(0) },
            ],
            1,
        ),
        (
            vec![
                Node::Const(ints(&[1])),
                Node::Each { kind: EachKind::Map, list: ExprId(0), local: 0, body: ExprId(1) },
            ],
            1,
        ),
        (vec![Node::Local(0)], 0),
        (vec![Node::List(vec![ExprId(9)])], 0),
        (vec![Node::Const(Value::Int(1)), Node::Call(Builtin::Join, vec![ExprId(0)])], 1),
        (vec![Node::Const(Value::Int(1))], 5),
    ] {
        let exprs = Exprs { nodes };
        let failure = Evaluator::new(&exprs).evaluate(ExprId(root), &()).unwrap_err();
        assert!(failure.error.is_internal(), "{failure}");
    }
}

#[test]
fn phases() {
    let mut e = Exprs::default();
    let one = constant(&mut e, 1);
    let fact = e.push(Node::Fact(0));
    let output = e.push(Node::Output { step: 0, output: 0 });
    let key = e.push(Node::Key);
    let attribute = e.push(Node::Attribute(2));
    let local = e.push(Node::Local(0));
    let const_list = e.push(Node::List(vec![one, local]));
    let host = e.push(Node::If(fact, one, one));
    let run = e.push(Node::Concat(vec![host, output]));
    let map = e.push(Node::Each { kind: EachKind::Map, list: const_list, local: 0, body: key });
    let both = e.push(Node::List(vec![attribute, key]));
    let analysis = e.analyse();
    let phases = [one, fact, output, key, attribute, const_list, host, run].map(|id| analysis.phase(id));
    use Phase::{Const, Host, Run};
    assert_eq!(phases, [Const, Host, Run, Host, Run, Const, Host, Run]);
    assert_eq!(analysis.free_locals(const_list), 1);
    assert_eq!(analysis.free_locals(map), 1, "the list of a map is outside of its lambda");
    assert!(analysis.uses_step(map) && !analysis.uses_step(run));
    assert_eq!(analysis.attributes(&e, both).into_iter().collect::<Vec<_>>(), [2]);
}
