//! Results and refusals of each operation.

use super::*;
use crate::expr::Builtin;

mod document;
mod function;

fn s(text: &str) -> Value {
    Value::Str(text.into())
}

fn l(elements: &[Value]) -> Value {
    Value::List(elements.into())
}

fn message(result: Result<Value>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn integers() {
    use BinaryOp::*;
    let int = |op, a, b| binary(op, &Value::Int(a), &Value::Int(b));
    assert_eq!(int(Add, 1, 2), Ok(Value::Int(3)));
    assert_eq!(int(Divide, -7, 2), Ok(Value::Int(-3)));
    assert_eq!(int(Remainder, -7, 2), Ok(Value::Int(-1)));
    assert_eq!(int(Remainder, i64::MIN, -1), Ok(Value::Int(0)));
    assert_eq!(message(int(Add, i64::MAX, 1)), "the result of this addition does not fit a 64-bit number");
    assert_eq!(int(Subtract, i64::MIN, 1), Err(EvalError::Overflow("this subtraction")));
    assert_eq!(int(Multiply, i64::MAX, 2), Err(EvalError::Overflow("this multiplication")));
    assert_eq!(int(Divide, i64::MIN, -1), Err(EvalError::Overflow("this division")));
    assert_eq!(int(Divide, 1, 0), Err(EvalError::DivisionByZero));
    assert_eq!(int(Remainder, 1, 0), Err(EvalError::DivisionByZero));
    assert_eq!(unary(UnaryOp::Negate, &Value::Int(i64::MIN)), Err(EvalError::Overflow("this negation")));
    assert_eq!(unary(UnaryOp::Not, &Value::Bool(true)), Ok(Value::Bool(false)));
    assert_eq!(unary(UnaryOp::Not, &Value::Int(1)), Err(EvalError::Type("`!`")));
}

#[test]
fn durations_and_sizes() {
    use BinaryOp::*;
    let (d, z) = (Value::Duration, Value::Size);
    assert_eq!(binary(Add, &d(1), &d(2)), Ok(d(3)));
    assert_eq!(binary(Multiply, &d(5), &Value::Int(2)), Ok(d(10)));
    assert_eq!(binary(Multiply, &Value::Int(2), &z(5)), Ok(z(10)));
    assert_eq!(binary(Divide, &d(7), &Value::Int(2)), Ok(d(3)));
    assert_eq!(binary(Divide, &d(7), &d(2)), Ok(Value::Int(3)));
    assert_eq!(binary(Divide, &z(7), &z(2)), Ok(Value::Int(3)));
    assert_eq!(binary(Divide, &z(u64::MAX), &z(1)), Err(EvalError::Overflow("this division")));
    assert_eq!(binary(Divide, &z(1), &Value::Int(-2)), Ok(z(0)));
    assert_eq!(binary(Divide, &z(4), &Value::Int(-2)), Err(EvalError::Negative("this division", "Size")));
    assert_eq!(binary(Remainder, &z(7), &z(4)), Ok(z(3)));
    assert_eq!(binary(Divide, &z(7), &Value::Int(0)), Err(EvalError::DivisionByZero));
    assert_eq!(
        message(binary(Subtract, &d(1), &d(2))),
        "this subtraction gives less than zero, and a Duration is never negative"
    );
    assert_eq!(binary(Subtract, &z(1), &z(2)), Err(EvalError::Negative("this subtraction", "Size")));
    assert_eq!(
        binary(Multiply, &d(1), &Value::Int(-1)),
        Err(EvalError::Negative("this multiplication", "Duration"))
    );
    assert_eq!(binary(Multiply, &z(0), &Value::Int(-1)), Ok(z(0)));
    assert_eq!(binary(Add, &z(u64::MAX), &z(1)), Err(EvalError::Overflow("this addition")));
    assert_eq!(binary(Add, &d(1), &z(1)), Err(EvalError::Type("`+`")));
}

#[test]
fn floats() {
    use BinaryOp::*;
    let f = crate::testing::float;
    assert_eq!(binary(Add, &f(0.5), &f(0.25)), Ok(f(0.75)));
    assert_eq!(binary(Subtract, &f(1.0), &f(1.0)), Ok(f(0.0)));
    assert_eq!(binary(Multiply, &f(-1.0), &f(0.0)), Ok(f(0.0)), "there is no negative zero");
    assert_eq!(binary(Divide, &f(1.0), &f(4.0)), Ok(f(0.25)));
    assert_eq!(binary(Remainder, &f(-5.5), &f(2.0)), Ok(f(-1.5)));
    assert_eq!(binary(Divide, &f(1.0), &f(0.0)), Err(EvalError::DivisionByZero));
    assert_eq!(
        message(binary(Multiply, &f(1e308), &f(10.0))),
        "the result of this multiplication is not a finite number"
    );
    assert_eq!(binary(Less, &f(-0.0), &f(5e-324)), Ok(Value::Bool(true)));
    assert_eq!(unary(UnaryOp::Negate, &f(0.0)), Ok(f(0.0)));
    assert_eq!(binary(Add, &f(1.0), &Value::Int(1)), Err(EvalError::Type("`+`")));
    for (number, text) in [(1.0, "1.0"), (0.1, "0.1"), (1e16, "1e16"), (-1.5e-7, "-1.5e-7"), (100.0, "100.0")]
    {
        assert_eq!(concat(&[f(number)]), Ok(s(text)));
    }
}

#[test]
fn maps() {
    let entries = vec![(Value::Int(2), s("b")), (Value::Int(1), s("a"))];
    let map_value = map(entries).unwrap();
    assert_eq!(map_value, Value::Map(Arc::new([(Value::Int(1), s("a")), (Value::Int(2), s("b"))])));
    assert_eq!(index(&map_value, &Value::Int(2)), Ok(s("b")));
    assert_eq!(message(index(&map_value, &Value::Int(3))), "the map has no key 3");
    assert_eq!(binary(BinaryOp::In, &Value::Int(1), &map_value), Ok(Value::Bool(true)));
    assert_eq!(binary(BinaryOp::In, &s("a"), &map_value), Ok(Value::Bool(false)));
    assert_eq!(map(vec![(s("x"), Value::None); 2]), Err(EvalError::DuplicateKey("\"x\"".to_owned())));
    let blob = Value::blob(Blob { digest: [0; 32], size: 0 });
    assert_eq!(map(vec![(blob, Value::None)]), Err(EvalError::Type("an order")));
}

#[test]
fn the_order_of_versions() {
    let order = [
        "0.9",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0",
        "1.0.0",
        "1.0.0+b1",
        "1.0.1",
        "1.9",
        "1.10",
        "6.1.0-18-amd64",
        "6.1.0",
        "24.04",
        "24.4",
        "24.10",
    ];
    for (i, a) in order.iter().enumerate() {
        assert!(TextKind::Version.check(a).is_ok(), "{a}");
        for (j, b) in order.iter().enumerate() {
            let expected = i.cmp(&j) as i64;
            assert_eq!(version_compare(a, b), Ok(Value::Int(expected)), "{a} {b}");
            let keys = version_key(a).unwrap().cmp(&version_key(b).unwrap());
            assert_eq!(keys as i64, expected, "{a} {b}");
        }
    }
    assert_eq!(version_number("6.1", 2), Ok(Value::Int(0)));
    assert_eq!(version_number("6.1.20-x", 2), Ok(Value::Int(20)));
    assert_eq!(version_compare("x", "1"), Err(EvalError::Type("a version")));
}

#[test]
fn comparison() {
    use BinaryOp::*;
    assert_eq!(binary(Less, &Value::Mode(0o600), &Value::Mode(0o644)), Ok(Value::Bool(true)));
    assert_eq!(binary(GreaterEqual, &s("b"), &s("a")), Ok(Value::Bool(true)));
    assert_eq!(binary(Less, &Value::Int(1), &s("a")), Err(EvalError::Type("a comparison")));
    assert_eq!(binary(In, &Value::Int(1), &l(&[Value::Int(2), Value::Int(1)])), Ok(Value::Bool(true)));
    assert_eq!(binary(In, &Value::Int(3), &l(&[])), Ok(Value::Bool(false)));
    assert_eq!(binary(NotEqual, &Value::None, &s("")), Ok(Value::Bool(true)));
}

#[test]
fn a_blob_equals_the_text_that_it_holds() {
    let blob = Value::blob(Blob { digest: crate::digest::sha256(b"hello"), size: 5 });
    assert!(equal(&blob, &s("hello")));
    assert!(equal(&l(&[s("hello")]), &l(std::slice::from_ref(&blob))));
    assert!(equal(&Value::Variant(1, Arc::new([blob.clone()])), &Value::Variant(1, Arc::new([s("hello")]))));
    assert!(!equal(&blob, &s("hellO")));
    let lying = Value::blob(Blob { digest: crate::digest::sha256(b"hello"), size: 6 });
    assert!(!equal(&lying, &s("hello")));
    assert_eq!(binary(BinaryOp::Less, &blob, &blob), Err(EvalError::Type("a comparison")));
    assert_eq!(concat(&[blob]), Err(EvalError::Type("a text")));
}

#[test]
fn texts_of_values() {
    let text = |value: Value| {
        let mut out = String::new();
        write_text(&value, &mut out).map(|()| out)
    };
    let second = 1_000_000_000;
    for (value, expected) in [
        (Value::Int(-5), "-5"),
        (Value::Bool(true), "true"),
        (Value::Duration(5_400 * second), "1h30m"),
        (Value::Duration(0), "0s"),
        (Value::Duration(90 * second + 1), "1m30s1ns"),
        (Value::Duration(1_500_000), "1ms500us"),
        (Value::Duration(7 * 86_400 * second), "7d"),
        (Value::Size(512 << 20), "512MiB"),
        (Value::Size(10_000_000_000), "10GB"),
        (Value::Size(0), "0B"),
        (Value::Size(1001), "1001B"),
        (Value::Size(1024), "1KiB"),
        (Value::Size(1000), "1kB"),
        (Value::Size(1536 << 20), "1536MiB"),
        (Value::Size(u64::MAX), "18446744073709551615B"),
        (Value::Mode(0o644), "0o644"),
        (Value::Mode(0), "0o000"),
        (Value::Mode(0o1777), "0o1777"),
    ] {
        assert_eq!(text(value).as_deref(), Ok(expected));
    }
    assert_eq!(render_duration(i64::MIN), "-106751d23h47m16s854ms775us808ns");
    assert_eq!(text(Value::None), Err(EvalError::Type("a text")));
    assert_eq!(concat(&[s("port "), Value::Int(80)]), Ok(s("port 80")));
    assert_eq!(concat(&[]), Ok(s("")));
}

#[test]
fn functions() {
    use Builtin::*;
    let abc = l(&[s("a"), s("b"), s("c")]);
    assert_eq!(call(Join, &[abc.clone(), s(", ")]), Ok(s("a, b, c")));
    assert_eq!(call(Join, &[l(&[]), s(", ")]), Ok(s("")));
    assert_eq!(call(Len, &[s("äö")]), Ok(Value::Int(2)));
    assert_eq!(call(First, &[l(&[])]), Ok(Value::None));
    assert_eq!(call(Last, std::slice::from_ref(&abc)), Ok(s("c")));
    assert_eq!(call(Contains, &[abc, s("b")]), Ok(Value::Bool(true)));
    assert_eq!(call(Contains, &[s("abc"), s("bc")]), Ok(Value::Bool(true)));
    assert_eq!(call(Lines, &[s("a\r\n\nb\n")]), Ok(l(&[s("a"), s(""), s("b")])));
    assert_eq!(call(Trim, &[s(" a ")]), Ok(s("a")));
    assert_eq!(call(StartsWith, &[s("abc"), s("ab")]), Ok(Value::Bool(true)));
    assert_eq!(call(EndsWith, &[s("abc"), s("ab")]), Ok(Value::Bool(false)));
    assert_eq!(call(Replace, &[s("aXbX"), s("X"), s("--")]), Ok(s("a--b--")));
    assert_eq!(
        message(call(Replace, &[s("a"), s(""), s("b")])),
        "`replace` does not take an empty text to look for"
    );
    assert_eq!(call(Split, &[s("a,b,"), s(",")]), Ok(l(&[s("a"), s("b"), s("")])));
    assert_eq!(message(call(Split, &[s("a"), s("")])), "`split` does not take an empty separator");
    assert_eq!(call(Upper, &[s("straße")]), Ok(s("STRASSE")));
    assert_eq!(call(Lower, &[s("ÄB")]), Ok(s("äb")));
    assert_eq!(call(Text, &[Value::Size(1024)]), Ok(s("1KiB")));
    assert_eq!(call(Len, &[]), Err(EvalError::Type("len")));
    assert_eq!(call(Indexed, &[l(&[s("x")])]), Ok(l(&[Value::Record(Arc::new([Value::Int(0), s("x")]))])));
}

#[test]
fn paths() {
    use Builtin::{FileName, Parent};
    for (path, parent, name) in [("/", "/", ""), ("/a", "/", "a"), ("/a/b.c", "/a", "b.c"), ("a/b", "a", "b")]
    {
        assert_eq!(call(Parent, &[s(path)]), Ok(s(parent)));
        assert_eq!(call(FileName, &[s(path)]), Ok(s(name)));
    }
    assert_eq!(call(FileName, &[s("a")]), Ok(s("a")));
    assert_eq!(message(call(Parent, &[s("a")])), "the relative path `a` has no parent");
}

#[test]
fn positions() {
    let list = l(&[s("a"), s("b")]);
    assert_eq!(index(&list, &Value::Int(1)), Ok(s("b")));
    assert_eq!(
        message(index(&list, &Value::Int(2))),
        "the list has 2 elements, so there is none at position 2 (positions start at 0)"
    );
    assert!(matches!(index(&list, &Value::Int(-1)), Err(EvalError::Index { index: -1, length: 2 })));
    assert_eq!(field(&Value::Record(Arc::new([s("x")])), 1), Err(EvalError::Type("a field")));
}

#[test]
fn conversions() {
    assert_eq!(convert(TextKind::AbsPath, "/a"), Ok(s("/a")));
    assert_eq!(
        message(convert(TextKind::AbsPath, "/a/")),
        "`/a/` is not an AbsPath: it ends with `/`; write `/a`"
    );
    assert_eq!(convert_value(TextKind::AbsPath, &Value::Int(1)), Err(EvalError::Type("a conversion")));
}

#[test]
fn results_are_bounded_before_they_are_built() {
    let half = s(&"x".repeat(MAX_TEXT / 2 + 1));
    assert_eq!(binary(BinaryOp::Add, &half, &half), Err(EvalError::TextTooLong("this addition")));
    assert_eq!(concat(&[half.clone(), half.clone()]), Err(EvalError::TextTooLong("this text")));
    assert_eq!(
        call(Builtin::Join, &[l(&[half.clone(), half]), s("")]),
        Err(EvalError::TextTooLong("`join`"))
    );
    assert_eq!(
        call(Builtin::Replace, &[s(&"x".repeat(1 << 16)), s("x"), s(&"y".repeat(1 << 16))]),
        Err(EvalError::TextTooLong("`replace`"))
    );
    let many = l(&vec![Value::None; MAX_LIST / 2 + 1]);
    assert_eq!(binary(BinaryOp::Add, &many, &many), Err(EvalError::ListTooLong("this addition")));
    assert_eq!(list(vec![Value::None; MAX_LIST + 1]), Err(EvalError::ListTooLong("this list")));
    assert_eq!(
        call(Builtin::Split, &[s(&",".repeat(MAX_LIST)), s(",")]),
        Err(EvalError::ListTooLong("`split`"))
    );
}

#[test]
fn depth_counts_containers() {
    assert_eq!(depth(&Value::Int(1)), 0);
    assert_eq!(depth(&l(&[])), 1);
    let mut value = l(&[]);
    for expected in 2..=MAX_DEPTH {
        value = l(&[Value::Int(1), value]);
        assert_eq!(depth(&value), expected);
    }
    value = l(&[value]);
    assert_eq!(depth(&value), MAX_DEPTH + 1);
    value = l(&[value]);
    assert_eq!(depth(&value), MAX_DEPTH + 1);

    // A map counts twice.
    let mut value = Value::Map(Arc::new([]));
    for expected in (4..=MAX_DEPTH).step_by(2) {
        value = Value::Map(Arc::new([(Value::Int(0), Value::None), (Value::Int(1), value)]));
        assert_eq!(depth(&value), expected);
    }
    assert_eq!(depth(&l(std::slice::from_ref(&value))), MAX_DEPTH + 1);
    value = Value::Map(Arc::new([(value, Value::None)]));
    assert_eq!(depth(&value), MAX_DEPTH + 1);
}
