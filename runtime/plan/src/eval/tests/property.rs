//! The evaluator against plain recursion over the operations.

use proptest::prelude::*;

use super::*;

/// A small expression language for comparing the evaluator with plain recursion over [`op`].
#[derive(Clone, Debug)]
enum Tree {
    Leaf(Value),
    Unary(UnaryOp, Box<Tree>),
    Binary(BinaryOp, Box<Tree>, Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    Coalesce(Box<Tree>, Box<Tree>),
    If(Box<Tree>, Box<Tree>, Box<Tree>),
    List(Vec<Tree>),
    Concat(Vec<Tree>),
    Call(Builtin, Vec<Tree>),
    Convert(TextKind, Box<Tree>),
    TryConvert(TextKind, Box<Tree>),
    Map(Vec<(Tree, Tree)>),
    /// The body is the operator over the element and this.
    Each(EachKind, Box<Tree>, BinaryOp, Box<Tree>),
    /// The body is the operator over the accumulator and the element.
    Fold(Box<Tree>, Box<Tree>, BinaryOp),
}

fn fold(tree: &Tree) -> Result<Value, EvalError> {
    let all = |parts: &[Tree]| parts.iter().map(fold).collect::<Result<Vec<_>, _>>();
    let condition = |tree: &Tree| match fold(tree)? {
        Value::Bool(b) => Ok(b),
        _ => Err(EvalError::Type("a condition")),
    };
    Ok(match tree {
        Tree::Leaf(value) => value.clone(),
        Tree::Unary(operator, a) => op::unary(*operator, &fold(a)?)?,
        Tree::Binary(operator, a, b) => {
            let a = fold(a)?;
            op::binary(*operator, &a, &fold(b)?)?
        }
        Tree::And(a, b) => Value::Bool(condition(a)? && condition(b)?),
        Tree::Or(a, b) => Value::Bool(condition(a)? || condition(b)?),
        Tree::Coalesce(a, b) => match fold(a)? {
            Value::None => fold(b)?,
            value => value,
        },
        Tree::If(c, a, b) => fold(if condition(c)? { a } else { b })?,
        Tree::List(parts) => op::list(all(parts)?)?,
        Tree::Concat(parts) => op::concat(&all(parts)?)?,
        Tree::Call(function, parts) => op::call(*function, &all(parts)?)?,
        Tree::Convert(kind, a) => op::convert_value(*kind, &fold(a)?)?,
        Tree::TryConvert(kind, a) => op::try_convert(*kind, &fold(a)?)?,
        Tree::Map(entries) => {
            let entry = |(key, value): &(Tree, Tree)| Ok((fold(key)?, fold(value)?));
            op::map(entries.iter().map(entry).collect::<Result<_, EvalError>>()?)?
        }
        Tree::Each(kind, list, operator, right) => {
            let collection = fold(list)?;
            let elements = op::elements_of(&collection).ok_or(EvalError::Type(kind.name()))?;
            let mut answers = Vec::new();
            for element in elements.iter() {
                let answer = op::binary(*operator, element, &fold(right)?)?;
                let decided = kind.decided_by(&answer);
                answers.push(answer);
                if decided {
                    break;
                }
            }
            op::each(*kind, &collection, answers)?
        }
        Tree::Fold(list, init, operator) => {
            let (collection, mut accumulator) = (fold(list)?, fold(init)?);
            let elements = op::elements_of(&collection).ok_or(EvalError::Type("fold"))?;
            for element in elements.iter() {
                accumulator = op::binary(*operator, &accumulator, element)?;
            }
            accumulator
        }
    })
}

/// The same as nodes; leaves become constants, or facts when `facts` is given.
fn lower(tree: &Tree, e: &mut Exprs, facts: &mut Option<Vec<Lookup>>) -> ExprId {
    let node = match tree {
        Tree::Leaf(value) => match facts {
            Some(facts) => {
                facts.push(Lookup::Value(value.clone()));
                Node::Fact(u32::try_from(facts.len() - 1).unwrap())
            }
            None => Node::Const(value.clone()),
        },
        Tree::Unary(operator, a) => Node::Unary(*operator, lower(a, e, facts)),
        Tree::Binary(operator, a, b) => Node::Binary(*operator, lower(a, e, facts), lower(b, e, facts)),
        Tree::And(a, b) => Node::And(lower(a, e, facts), lower(b, e, facts)),
        Tree::Or(a, b) => Node::Or(lower(a, e, facts), lower(b, e, facts)),
        Tree::Coalesce(a, b) => Node::Coalesce(lower(a, e, facts), lower(b, e, facts)),
        Tree::If(c, a, b) => Node::If(lower(c, e, facts), lower(a, e, facts), lower(b, e, facts)),
        Tree::List(parts) => Node::List(parts.iter().map(|part| lower(part, e, facts)).collect()),
        Tree::Concat(parts) => Node::Concat(parts.iter().map(|part| lower(part, e, facts)).collect()),
        Tree::Call(function, parts) => {
            Node::Call(*function, parts.iter().map(|part| lower(part, e, facts)).collect())
        }
        Tree::Convert(kind, a) => Node::Convert(*kind, lower(a, e, facts)),
        Tree::TryConvert(kind, a) => Node::TryConvert(*kind, lower(a, e, facts)),
        Tree::Map(entries) => {
            Node::Map(entries.iter().map(|(k, v)| (lower(k, e, facts), lower(v, e, facts))).collect())
        }
        Tree::Each(kind, list, operator, right) => {
            let list = lower(list, e, facts);
            let (element, rest) = (e.push(Node::Local(0)), lower(right, e, facts));
            let body = e.push(Node::Binary(*operator, element, rest));
            Node::Each { kind: *kind, list, local: 0, body }
        }
        Tree::Fold(list, init, operator) => {
            let (list, init) = (lower(list, e, facts), lower(init, e, facts));
            let (accumulator, element) = (e.push(Node::Local(0)), e.push(Node::Local(1)));
            let body = e.push(Node::Binary(*operator, accumulator, element));
            Node::Fold { list, init, local: 0, body }
        }
    };
    e.push(node)
}

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![-3_i64..4, any::<i64>()].prop_map(Value::Int),
        (0_i64..5).prop_map(Value::Duration),
        (0_u64..5).prop_map(Value::Size),
        (0_u32..0o1000).prop_map(Value::Mode),
        prop_oneof![(-3_i8..4).prop_map(f64::from), any::<f64>()].prop_map(testing::float),
        proptest::collection::vec(any::<u8>(), 0..3).prop_map(|bytes| Value::Bytes(bytes.into())),
        proptest::collection::btree_map(-2_i64..3, "[ab]{0,2}", 0..3).prop_map(|map| {
            Value::Map(map.into_iter().map(|(key, value)| (Value::Int(key), s(&value))).collect())
        }),
        "[/a-c,]{0,4}".prop_map(|text| s(&text)),
        // Texts of the checked types, so that functions on them have something to do.
        proptest::sample::select(vec![
            "10.0.0.0/30",
            "fd00::/64",
            "10.0.0.2",
            "::1",
            "https://a.example:8443/x?y",
            "1.10.0-rc.1",
            "24.04",
            "a+(b)?",
            "$1",
            "/etc/a.conf",
            "etc/b",
            "a@b.example",
            "0o640",
            "1h30m",
            "64MiB",
            "12",
            "1.5",
            "x",
        ])
        .prop_map(s),
        proptest::collection::vec(-2_i64..3, 0..3).prop_map(|list| ints(&list)),
        proptest::collection::vec("[ab]{0,2}", 0..3)
            .prop_map(|list| Value::List(list.iter().map(|text| s(text)).collect())),
    ]
}

fn trees() -> impl Strategy<Value = Tree> {
    use proptest::sample::select;
    let operators = [
        BinaryOp::Add,
        BinaryOp::Subtract,
        BinaryOp::Multiply,
        BinaryOp::Divide,
        BinaryOp::Remainder,
        BinaryOp::Equal,
        BinaryOp::Less,
        BinaryOp::GreaterEqual,
        BinaryOp::In,
    ];
    leaves().prop_map(Tree::Leaf).prop_recursive(5, 40, 3, move |inner| {
        let one = inner.clone().prop_map(Box::new);
        let parts = proptest::collection::vec(inner, 0..4);
        prop_oneof![
            (select(vec![UnaryOp::Negate, UnaryOp::Not]), one.clone()).prop_map(|(o, a)| Tree::Unary(o, a)),
            (select(operators.to_vec()), one.clone(), one.clone())
                .prop_map(|(o, a, b)| Tree::Binary(o, a, b)),
            (one.clone(), one.clone()).prop_map(|(a, b)| Tree::And(a, b)),
            (one.clone(), one.clone()).prop_map(|(a, b)| Tree::Or(a, b)),
            (one.clone(), one.clone()).prop_map(|(a, b)| Tree::Coalesce(a, b)),
            (one.clone(), one.clone(), one.clone()).prop_map(|(c, a, b)| Tree::If(c, a, b)),
            (select(EachKind::ALL.to_vec()), one.clone(), select(operators.to_vec()), one.clone())
                .prop_map(|(kind, list, op, right)| Tree::Each(kind, list, op, right)),
            (one.clone(), one.clone(), select(operators.to_vec()))
                .prop_map(|(list, init, op)| Tree::Fold(list, init, op)),
            proptest::collection::vec((one.clone(), one.clone()), 0..3)
                .prop_map(|all| Tree::Map(all.into_iter().map(|(k, v)| (*k, *v)).collect())),
            parts.clone().prop_map(Tree::List),
            parts.clone().prop_map(Tree::Concat),
            (select(Builtin::ALL), parts).prop_map(|(f, parts)| {
                let parts = parts.into_iter().take(f.arity()).collect();
                Tree::Call(f, parts)
            }),
            (select(TextKind::ALL.to_vec()), one.clone()).prop_map(|(kind, a)| Tree::Convert(kind, a)),
            (select(TextKind::ALL.to_vec()), one).prop_map(|(kind, a)| Tree::TryConvert(kind, a)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Folding when built, evaluating constants and evaluating facts give the same answer.
    #[test]
    fn the_host_answers_as_the_compiler(tree in trees()) {
        let folded = fold(&tree);
        for as_facts in [false, true] {
            let mut exprs = Exprs::default();
            let mut facts = as_facts.then(Vec::new);
            let root = lower(&tree, &mut exprs, &mut facts);
            let host = Host { facts: facts.unwrap_or_default(), ..Host::default() };
            let mut evaluator = Evaluator::new(&exprs);
            let answer = evaluator.evaluate(root, &host);
            match (&folded, &answer) {
                (Ok(value), Ok(Evaluated::Known(other))) => prop_assert_eq!(value, other),
                (Err(error), Err(failure)) => {
                    prop_assert_eq!(error, &failure.error);
                    prop_assert!((failure.node.0 as usize) < exprs.nodes.len());
                }
                _ => prop_assert!(false, "{folded:?} when built, {answer:?} on the host"),
            }
            prop_assert_eq!(&evaluator.evaluate(root, &host), &answer, "the memory changes no answer");
        }
    }
}
