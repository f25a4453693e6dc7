//! The built-in functions, one table per kind of receiver.

use super::*;
use crate::testing::float;

fn i(n: i64) -> Value {
    Value::Int(n)
}

fn b(truth: bool) -> Value {
    Value::Bool(truth)
}

fn ints(numbers: &[i64]) -> Value {
    Value::List(numbers.iter().copied().map(Value::Int).collect())
}

fn texts(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|text| s(text)).collect())
}

fn two(a: Value, b: Value) -> Value {
    Value::Record(Arc::new([a, b]))
}

fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.into())
}

fn record(bits: [bool; 3]) -> Value {
    Value::Record(bits.map(Value::Bool).into())
}

const NONE: Value = Value::None;

#[track_caller]
fn table(cases: Vec<(Builtin, Vec<Value>, Value)>) {
    for (function, arguments, expected) in cases {
        assert_eq!(arguments.len(), function.arity(), "{function:?}");
        assert_eq!(call(function, &arguments), Ok(expected), "{function:?} {arguments:?}");
    }
}

#[track_caller]
fn refused(cases: Vec<(Builtin, Vec<Value>, &str)>) {
    for (function, arguments, expected) in cases {
        assert_eq!(message(call(function, &arguments)), expected, "{function:?} {arguments:?}");
    }
}

#[test]
fn of_texts() {
    use Builtin::*;
    table(vec![
        (IsEmpty, vec![s("")], b(true)),
        (IndexOf, vec![s("äbc"), s("c")], i(2)),
        (IndexOf, vec![s("äbc"), s("x")], NONE),
        (Slice, vec![s("äbcd"), i(1), i(3)], s("bc")),
        (Slice, vec![s("äbcd"), i(2), i(99)], s("cd")),
        (Slice, vec![s("äbcd"), i(9), i(9)], s("")),
        (TrimStart, vec![s(" a ")], s("a ")),
        (TrimEnd, vec![s(" a ")], s(" a")),
        (StripPrefix, vec![s("v1.2"), s("v")], s("1.2")),
        (StripPrefix, vec![s("1.2"), s("v")], NONE),
        (StripSuffix, vec![s("a.conf"), s(".conf")], s("a")),
        (StripSuffix, vec![s("a"), s(".conf")], NONE),
        (SplitOnce, vec![s("k=v=w"), s("=")], two(s("k"), s("v=w"))),
        (SplitOnce, vec![s("k"), s("=")], NONE),
        (Words, vec![s("  a\tb\n c ")], texts(&["a", "b", "c"])),
        (Repeat, vec![s("ab"), i(3)], s("ababab")),
        (Repeat, vec![s("ab"), i(0)], s("")),
        (PadStart, vec![s("ä7"), i(4), s("0")], s("00ä7")),
        (PadEnd, vec![s("ab"), i(4), s("·")], s("ab··")),
        (PadEnd, vec![s("abc"), i(2), s(" ")], s("abc")),
        (Chars, vec![s("aä")], texts(&["a", "ä"])),
        (Indent, vec![s("a\n\n b\r\n\r\nc"), i(2)], s("  a\n\n   b\r\n\r\n  c")),
        (Matches, vec![s("nginx/1.22"), s(r"\d+\.\d+")], b(true)),
        (Matches, vec![s("nginx"), s("^gin")], b(false)),
        (
            Captures,
            vec![s("port 80"), s(r"(\w+) (\d+)(x)?")],
            Value::List(Arc::new([s("port 80"), s("port"), s("80"), NONE])),
        ),
        (Captures, vec![s("port"), s(r"\d")], NONE),
        (FindAll, vec![s("a1b22"), s(r"\d+")], texts(&["1", "22"])),
        (ReplaceAll, vec![s("a=1, b=2"), s(r"(?P<k>\w)=(\d)"), s("$2:${k}$$")], s("1:a$, 2:b$")),
        (ReplaceAll, vec![s("aaa"), s("b*"), s("-")], s("-a-a-a-")),
        (ToBytes, vec![s("ä")], bytes(&[0xc3, 0xa4])),
        (ToText, vec![bytes(&[0xc3, 0xa4])], s("ä")),
        (ToText, vec![bytes(&[0xff])], NONE),
        (Len, vec![bytes(&[0xc3, 0xa4])], i(2)),
        (Slice, vec![bytes(&[1, 2, 3]), i(1), i(9)], bytes(&[2, 3])),
        (Slice, vec![bytes(&[1, 2, 3]), i(5), i(9)], bytes(&[])),
    ]);
    refused(vec![
        (Slice, vec![s("abc"), i(2), i(1)], "`slice` does not take an end before its beginning"),
        (Slice, vec![s("abc"), i(-1), i(1)], "`slice` does not take a negative number"),
        (SplitOnce, vec![s("a"), s("")], "`split_once` does not take an empty separator"),
        (Repeat, vec![s("a"), i(-1)], "`repeat` does not take a negative number"),
        (
            PadStart,
            vec![s("a"), i(3), s("")],
            "`pad_start` does not take a text to fill with that is not one character",
        ),
        (Repeat, vec![s("ab"), i(i64::MAX)], "`repeat` gives a text of more than 16 MiB"),
        (PadEnd, vec![s("ab"), i(i64::MAX), s("ä")], "`pad_end` gives a text of more than 16 MiB"),
        (Indent, vec![s("ab"), i(i64::MAX)], "`indent` gives a text of more than 16 MiB"),
        (
            ReplaceAll,
            vec![s(&"a".repeat(4 << 20)), s("a+"), s("$0$0$0$0$0")],
            "`replace_all` gives a text of more than 16 MiB",
        ),
        (Chars, vec![s(&"a".repeat(MAX_LIST + 1))], "`chars` gives a list of more than 1048576 elements"),
    ]);
    assert_eq!(call(Matches, &[s("a"), s("(")]), Err(EvalError::Type("a regular expression")));
}

#[test]
fn out_of_texts() {
    use Builtin::*;
    let (d, z, m) = (Value::Duration, Value::Size, Value::Mode);
    let second = 1_000_000_000;
    for (function, cases) in [
        (
            ParseInt,
            vec![
                ("42", i(42)),
                ("-007", i(-7)),
                ("9223372036854775807", i(i64::MAX)),
                ("-9223372036854775808", i(i64::MIN)),
                ("9223372036854775808", NONE),
                ("+1", NONE),
                ("", NONE),
                ("-", NONE),
                ("1 ", NONE),
                ("1_0", NONE),
                ("٣", NONE),
            ],
        ),
        (
            ParseFloat,
            vec![
                ("1", float(1.0)),
                ("-1.50", float(-1.5)),
                ("2e-3", float(0.002)),
                ("-0", float(0.0)),
                ("1e400", NONE),
                (".5", NONE),
                ("5.", NONE),
                ("inf", NONE),
                ("nan", NONE),
                ("1e", NONE),
                ("+1", NONE),
            ],
        ),
        (ParseBool, vec![("true", b(true)), ("false", b(false)), ("yes", NONE), ("True", NONE)]),
        (
            ParseSize,
            vec![
                ("512MiB", z(512 << 20)),
                ("10GB", z(10_000_000_000)),
                ("0B", z(0)),
                ("15EiB", z(15 << 60)),
                ("16EiB", NONE),
                ("1", NONE),
                ("MiB", NONE),
                ("1 MiB", NONE),
                ("-1B", NONE),
                ("1mib", NONE),
            ],
        ),
        (
            ParseDuration,
            vec![
                ("1h30m", d(5400 * second)),
                ("1w", d(604_800 * second)),
                ("1m1ms", d(60 * second + 1_000_000)),
                ("0s", d(0)),
                ("30m1h", NONE),
                ("1h1h", NONE),
                ("90", NONE),
                ("1h30", NONE),
                ("h", NONE),
                ("", NONE),
                ("300000000w", NONE),
            ],
        ),
        (
            ParseMode,
            vec![
                ("0o644", m(0o644)),
                ("0644", m(0o644)),
                ("644", m(0o644)),
                ("01777", m(0o1777)),
                ("7777", m(0o7777)),
                ("17777", NONE),
                ("888", NONE),
                ("", NONE),
                ("0o", NONE),
                ("u+x", NONE),
            ],
        ),
    ] {
        for (text, expected) in cases {
            assert_eq!(call(function, &[s(text)]), Ok(expected), "{function:?} {text:?}");
        }
    }
}

/// What a value's text is reads back as the value.
#[test]
fn texts_of_values_read_back() {
    use Builtin::*;
    for n in [0, 1, 999, 1_500_000_000, 5_400_000_000_000, i64::MAX] {
        let text = render_duration(n);
        assert_eq!(call(ParseDuration, &[s(&text)]), Ok(Value::Duration(n)), "{text}");
    }
    for n in [0, 1, 1000, 1024, 1536 << 20, 1 << 60, u64::MAX, 3_000_000_000_000_000_000] {
        let text = render_size(n);
        assert_eq!(call(ParseSize, &[s(&text)]), Ok(Value::Size(n)), "{text}");
    }
    for n in [0, 0o644, 0o7777] {
        assert_eq!(call(ParseMode, &[s(&render_mode(n))]), Ok(Value::Mode(n)));
    }
    for n in [0.0, -1.5, 1e300, 5e-324, 0.1] {
        assert_eq!(call(ParseFloat, &[concat(&[float(n)]).unwrap()]), Ok(float(n)));
    }
}

#[test]
fn of_numbers() {
    use Builtin::*;
    table(vec![
        (Abs, vec![i(-3)], i(3)),
        (Abs, vec![float(-1.5)], float(1.5)),
        (Min, vec![i(3), i(-2)], i(-2)),
        (Max, vec![Value::Size(1), Value::Size(2)], Value::Size(2)),
        (Max, vec![s("a"), s("b")], s("b")),
        (Clamp, vec![i(9), i(1), i(5)], i(5)),
        (Clamp, vec![i(-9), i(1), i(5)], i(1)),
        (Clamp, vec![float(2.0), float(1.0), float(5.0)], float(2.0)),
        (Pow, vec![i(-2), i(3)], i(-8)),
        (Pow, vec![i(-1), i(i64::MAX)], i(-1)),
        (Pow, vec![i(0), i(0)], i(1)),
        (Pow, vec![i(0), i(1 << 40)], i(0)),
        (Pow, vec![float(2.0), i(-2)], float(0.25)),
        (Pow, vec![float(1.5), i(0)], float(1.0)),
        (ToFloat, vec![i(3)], float(3.0)),
        (Round, vec![float(-2.5)], i(-3)),
        (Floor, vec![float(-2.1)], i(-3)),
        (Ceil, vec![float(2.1)], i(3)),
        (Truncate, vec![float(-2.9)], i(-2)),
        (Truncate, vec![float(-9_223_372_036_854_775_808.0)], i(i64::MIN)),
        (ToHex, vec![i(255)], s("ff")),
        (ToHex, vec![i(i64::MIN)], s("-8000000000000000")),
    ]);
    refused(vec![
        (Abs, vec![i(i64::MIN)], "the result of `abs` does not fit a 64-bit number"),
        (Pow, vec![i(2), i(63)], "the result of `pow` does not fit a 64-bit number"),
        (Pow, vec![i(2), i(-1)], "`pow` does not take a negative exponent here"),
        (Pow, vec![float(0.0), i(-1)], "division by zero"),
        (Pow, vec![float(2.0), i(i64::MAX)], "the result of `pow` is not a finite number"),
        (Clamp, vec![i(1), i(5), i(1)], "`clamp` does not take a lower bound above the upper one"),
        (Floor, vec![float(1e19)], "the result of `floor` does not fit a 64-bit number"),
        (
            Round,
            vec![float(9_223_372_036_854_775_807.0)],
            "the result of `round` does not fit a 64-bit number",
        ),
    ]);
    assert_eq!(call(Min, &[i(1), float(1.0)]), Err(EvalError::Type("a comparison")));
}

#[test]
fn of_lists() {
    use Builtin::*;
    let abc = || texts(&["c", "a", "b", "a"]);
    table(vec![
        (IsEmpty, vec![l(&[])], b(true)),
        (Get, vec![abc(), i(1)], s("a")),
        (Get, vec![abc(), i(4)], NONE),
        (Get, vec![abc(), i(-1)], NONE),
        (IndexOf, vec![abc(), s("a")], i(1)),
        (IndexOf, vec![abc(), s("x")], NONE),
        (Slice, vec![abc(), i(1), i(3)], texts(&["a", "b"])),
        (Slice, vec![abc(), i(3), i(9)], texts(&["a"])),
        (Reverse, vec![abc()], texts(&["a", "b", "a", "c"])),
        (Sort, vec![abc()], texts(&["a", "a", "b", "c"])),
        (Distinct, vec![abc()], texts(&["c", "a", "b"])),
        (Flatten, vec![l(&[ints(&[1]), ints(&[]), ints(&[2, 3])])], ints(&[1, 2, 3])),
        (Take, vec![abc(), i(2)], texts(&["c", "a"])),
        (Take, vec![abc(), i(9)], abc()),
        (Skip, vec![abc(), i(3)], texts(&["a"])),
        (Skip, vec![abc(), i(9)], l(&[])),
        (Zip, vec![ints(&[1, 2]), abc()], l(&[two(i(1), s("c")), two(i(2), s("a"))])),
        (Sum, vec![ints(&[1, 2, 3]), i(0)], i(6)),
        (Sum, vec![l(&[]), Value::Size(0)], Value::Size(0)),
        (Sum, vec![l(&[float(0.5), float(1.0)]), float(0.0)], float(1.5)),
        (ListMin, vec![ints(&[3, 1, 2])], i(1)),
        (ListMax, vec![ints(&[3, 1, 2])], i(3)),
        (ListMax, vec![l(&[])], NONE),
        (Range, vec![i(-1), i(2)], ints(&[-1, 0, 1])),
        (Range, vec![i(2), i(-1)], ints(&[])),
        (Chunks, vec![ints(&[1, 2, 3]), i(2)], l(&[ints(&[1, 2]), ints(&[3])])),
        (ToSet, vec![abc()], texts(&["a", "b", "c"])),
        (ToList, vec![abc()], abc()),
        (
            ToMap,
            vec![l(&[two(s("b"), i(2)), two(s("a"), i(1))])],
            Value::Map(Arc::new([(s("a"), i(1)), (s("b"), i(2))])),
        ),
        (Union, vec![ints(&[1, 3]), ints(&[2, 3])], ints(&[1, 2, 3])),
        (Intersection, vec![ints(&[1, 3]), ints(&[2, 3])], ints(&[3])),
        (Difference, vec![ints(&[1, 3]), ints(&[2, 3])], ints(&[1])),
        (IsSubset, vec![ints(&[3]), ints(&[2, 3])], b(true)),
        (IsSubset, vec![ints(&[1, 3]), ints(&[2, 3])], b(false)),
        (IsSubset, vec![ints(&[]), ints(&[])], b(true)),
    ]);
    refused(vec![
        (Take, vec![abc(), i(-1)], "`take` does not take a negative number"),
        (Chunks, vec![abc(), i(0)], "`chunks` does not take chunks of no elements"),
        (Range, vec![i(i64::MIN), i(i64::MAX)], "`range` gives a list of more than 1048576 elements"),
        (ToMap, vec![l(&[two(s("a"), i(2)), two(s("a"), i(1))])], "the key \"a\" is there twice"),
        (Sum, vec![ints(&[i64::MAX, 1]), i(0)], "the result of this addition does not fit a 64-bit number"),
        (
            Flatten,
            vec![l(&[l(&vec![NONE; MAX_LIST]), l(&[NONE])])],
            "this list of lists gives a list of more than 1048576 elements",
        ),
    ]);
    let blob = Value::blob(Blob { digest: [0; 32], size: 0 });
    for function in [Sort, Distinct, ToSet, ListMin] {
        assert_eq!(call(function, &[l(std::slice::from_ref(&blob))]), Err(EvalError::Type("an order")));
    }
}

#[test]
fn of_maps() {
    use Builtin::*;
    let map = |entries: &[(&str, i64)]| {
        Value::map(entries.iter().map(|(key, value)| (s(key), i(*value))).collect()).unwrap()
    };
    let ab = || map(&[("a", 1), ("b", 2)]);
    table(vec![
        (Len, vec![ab()], i(2)),
        (IsEmpty, vec![ab()], b(false)),
        (Keys, vec![ab()], texts(&["a", "b"])),
        (Values, vec![ab()], ints(&[1, 2])),
        (Entries, vec![ab()], l(&[two(s("a"), i(1)), two(s("b"), i(2))])),
        (ToList, vec![ab()], l(&[two(s("a"), i(1)), two(s("b"), i(2))])),
        (Get, vec![ab(), s("b")], i(2)),
        (Get, vec![ab(), s("c")], NONE),
        (ContainsKey, vec![ab(), s("a")], b(true)),
        (ContainsKey, vec![ab(), s("c")], b(false)),
        (Merge, vec![ab(), map(&[("a", 9), ("c", 3)])], map(&[("a", 9), ("b", 2), ("c", 3)])),
        (Merge, vec![map(&[("c", 3)]), ab()], map(&[("a", 1), ("b", 2), ("c", 3)])),
        (Merge, vec![map(&[]), map(&[])], map(&[])),
        (Without, vec![ab(), texts(&["a", "x"])], map(&[("b", 2)])),
    ]);
}

#[test]
fn of_paths() {
    use Builtin::*;
    table(vec![
        (Extension, vec![s("/a.d/b.tar.gz")], s("gz")),
        (Extension, vec![s("/a.d/b")], NONE),
        (Extension, vec![s("/a/.profile")], NONE),
        (Stem, vec![s("/a.d/b.tar.gz")], s("b.tar")),
        (Stem, vec![s("/a/.profile")], s(".profile")),
        (PathJoin, vec![s("/"), s("etc/x")], s("/etc/x")),
        (PathJoin, vec![s("/etc"), s("x")], s("/etc/x")),
        (PathJoin, vec![s("a"), s("b")], s("a/b")),
        (PathStartsWith, vec![s("/etc/x"), s("/etc")], b(true)),
        (PathStartsWith, vec![s("/etc/x"), s("/")], b(true)),
        (PathStartsWith, vec![s("/etc"), s("/etc")], b(true)),
        (PathStartsWith, vec![s("/etcetera"), s("/etc")], b(false)),
        (PathRelativeTo, vec![s("/etc/x/y"), s("/etc")], s("x/y")),
        (PathRelativeTo, vec![s("/etc"), s("/")], s("etc")),
        (PathRelativeTo, vec![s("/etc"), s("/etc")], NONE),
        (PathRelativeTo, vec![s("/var"), s("/etc")], NONE),
        (Components, vec![s("/etc/x")], texts(&["etc", "x"])),
        (Components, vec![s("/")], l(&[])),
    ]);
    let long = format!("/{}", "a/".repeat(2040) + "b");
    assert!(message(call(PathJoin, &[s(&long), s("ccccccccccccccc")])).contains("a path has at most 4095"));
}

#[test]
fn of_networks() {
    use Builtin::*;
    table(vec![
        (CidrContains, vec![s("10.0.0.0/8"), s("10.255.0.1")], b(true)),
        (CidrContains, vec![s("10.0.0.0/8"), s("11.0.0.0")], b(false)),
        (CidrContains, vec![s("0.0.0.0/0"), s("::1")], b(false)),
        (CidrContains, vec![s("::/0"), s("fd00::1")], b(true)),
        (CidrNetwork, vec![s("192.168.7.9/22")], s("192.168.4.0")),
        (CidrNetwork, vec![s("2001:db8::5/64")], s("2001:db8::")),
        (CidrBroadcast, vec![s("192.168.7.9/22")], s("192.168.7.255")),
        (CidrBroadcast, vec![s("2001:db8::/64")], s("2001:db8::ffff:ffff:ffff:ffff")),
        (CidrNetmask, vec![s("10.0.0.0/22")], s("255.255.252.0")),
        (CidrNetmask, vec![s("0.0.0.0/0")], s("0.0.0.0")),
        (CidrNetmask, vec![s("2001:db8::/32")], s("ffff:ffff::")),
        (CidrPrefixLen, vec![s("10.0.0.0/22")], i(22)),
        (CidrHost, vec![s("10.0.0.7/24"), i(5)], s("10.0.0.5")),
        (CidrHost, vec![s("fd00::/64"), i(5)], s("fd00::5")),
        (CidrHosts, vec![s("10.0.0.0/24")], i(254)),
        (CidrHosts, vec![s("10.0.0.0/31")], i(2)),
        (CidrHosts, vec![s("10.0.0.0/32")], i(1)),
        (CidrHosts, vec![s("0.0.0.0/0")], i((1 << 32) - 2)),
        (CidrHosts, vec![s("fd00::/112")], i(1 << 16)),
        (
            CidrSubnets,
            vec![s("10.0.0.0/30"), i(2)],
            texts(&["10.0.0.0/32", "10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32"]),
        ),
        (CidrSubnets, vec![s("10.0.0.9/24"), i(0)], texts(&["10.0.0.0/24"])),
        (CidrSubnets, vec![s("::/0"), i(1)], texts(&["::/1", "8000::/1"])),
        (CidrSubnets, vec![s("::/0"), i(0)], texts(&["::/0"])),
        (CidrOverlaps, vec![s("10.0.0.0/8"), s("10.3.0.0/16")], b(true)),
        (CidrOverlaps, vec![s("10.3.0.0/16"), s("10.0.0.0/8")], b(true)),
        (CidrOverlaps, vec![s("10.0.0.0/16"), s("10.1.0.0/16")], b(false)),
        (CidrOverlaps, vec![s("0.0.0.0/0"), s("::/0")], b(false)),
        (IsV4, vec![s("10.0.0.1")], b(true)),
        (IsV6, vec![s("10.0.0.1")], b(false)),
        (IsPrivate, vec![s("172.31.0.1")], b(true)),
        (IsPrivate, vec![s("172.32.0.1")], b(false)),
        (IsPrivate, vec![s("fd12::1")], b(true)),
        (IsLoopback, vec![s("127.9.9.9")], b(true)),
        (IsLoopback, vec![s("::1")], b(true)),
        (IsLoopback, vec![s("::2")], b(false)),
        (UrlScheme, vec![s("https://u:p@a.example:8443/x/y?q#f")], s("https")),
        (UrlHost, vec![s("https://u:p@a.example:8443/x/y?q#f")], s("a.example")),
        (UrlPort, vec![s("https://u:p@a.example:8443/x/y?q#f")], i(8443)),
        (UrlPath, vec![s("https://u:p@a.example:8443/x/y?q#f")], s("/x/y")),
        (UrlHost, vec![s("http://[fd00::1]:80")], s("fd00::1")),
        (UrlPort, vec![s("http://[fd00::1]")], NONE),
        (UrlPath, vec![s("http://a?q")], s("/")),
        (UrlHost, vec![s("http://a?q=@b")], s("a")),
        (EmailUser, vec![s("a.b@c.example")], s("a.b")),
        (EmailDomain, vec![s("a.b@c.example")], s("c.example")),
        (HostShort, vec![s("web1.example.com")], s("web1")),
        (HostDomain, vec![s("web1.example.com")], s("example.com")),
        (HostDomain, vec![s("web1")], NONE),
    ]);
    refused(vec![
        (CidrHost, vec![s("10.0.0.0/24"), i(256)], "`host` does not take a number outside of the network"),
        (CidrHost, vec![s("10.0.0.0/24"), i(-1)], "`host` does not take a number outside of the network"),
        (CidrHosts, vec![s("fd00::/64")], "the result of `hosts` does not fit a 64-bit number"),
        (CidrHosts, vec![s("::/0")], "the result of `hosts` does not fit a 64-bit number"),
        (CidrSubnets, vec![s("10.0.0.0/8"), i(24)], "`subnets` gives a list of more than 1048576 elements"),
        (CidrSubnets, vec![s("::/0"), i(128)], "`subnets` gives a list of more than 1048576 elements"),
        (
            CidrSubnets,
            vec![s("10.0.0.0/30"), i(3)],
            "`subnets` does not take a number of bits that the addresses of the network do not have",
        ),
    ]);
}

/// What functions on networks give is of the type that they say.
#[test]
fn networks_are_of_their_types() {
    for cidr in ["10.1.2.3/20", "0.0.0.0/0", "fd00::7/60", "::ffff:1.2.3.4/120"] {
        assert!(TextKind::Cidr.check(cidr).is_ok());
        for function in [Builtin::CidrNetwork, Builtin::CidrBroadcast, Builtin::CidrNetmask] {
            let Ok(Value::Str(address)) = call(function, &[s(cidr)]) else { panic!("{function:?} {cidr}") };
            assert_eq!(TextKind::IpAddr.check(&address), Ok(()));
        }
        let Ok(Value::List(subnets)) = call(Builtin::CidrSubnets, &[s(cidr), i(3)]) else { panic!("{cidr}") };
        assert_eq!(subnets.len(), 8);
        for subnet in subnets.iter() {
            let Value::Str(subnet) = subnet else { panic!() };
            assert_eq!(TextKind::Cidr.check(subnet), Ok(()));
        }
    }
}

#[test]
fn of_versions_modes_durations_and_sizes() {
    use Builtin::*;
    let m = Value::Mode;
    let day = 86_400_000_000_000;
    table(vec![
        (VersionCompare, vec![s("1.10"), s("1.9")], i(1)),
        (VersionMajor, vec![s("24.04")], i(24)),
        (VersionMinor, vec![s("24.04")], i(4)),
        (VersionPatch, vec![s("24.04")], i(0)),
        (ModeOwner, vec![m(0o754)], record([true, true, true])),
        (ModeGroup, vec![m(0o754)], record([true, false, true])),
        (ModeOthers, vec![m(0o754)], record([true, false, false])),
        (ModeSetuid, vec![m(0o4755)], b(true)),
        (ModeSetgid, vec![m(0o4755)], b(false)),
        (ModeSticky, vec![m(0o1777)], b(true)),
        (ModeUnion, vec![m(0o640), m(0o022)], m(0o662)),
        (ModeWithout, vec![m(0o4777), m(0o022)], m(0o4755)),
        (ModeOctal, vec![m(0o64)], s("0064")),
        (Nanos, vec![Value::Duration(7)], i(7)),
        (Millis, vec![Value::Duration(1_999_999)], i(1)),
        (Seconds, vec![Value::Duration(day)], i(86_400)),
        (Minutes, vec![Value::Duration(day - 1)], i(1439)),
        (Hours, vec![Value::Duration(day)], i(24)),
        (Days, vec![Value::Duration(day * 2 - 1)], i(1)),
        (SizeBytes, vec![Value::Size(5)], i(5)),
        (SizeKib, vec![Value::Size(2047)], i(1)),
        (SizeMib, vec![Value::Size(3 << 20)], i(3)),
        (SizeGib, vec![Value::Size(u64::MAX)], i((1 << 34) - 1)),
    ]);
    refused(vec![(
        SizeBytes,
        vec![Value::Size(u64::MAX)],
        "the result of `bytes` does not fit a 64-bit number",
    )]);
}

#[test]
fn encodings() {
    use Builtin::*;
    let blob = Blob { digest: crate::digest::sha256(b"abc"), size: 3 };
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    table(vec![
        (Base64Encode, vec![s("ä")], s("w6Q=")),
        (Base64Encode, vec![bytes(&[0xff])], s("/w==")),
        (Base64Decode, vec![s("/w==")], bytes(&[0xff])),
        (Base64Decode, vec![s("/w=")], NONE),
        (Base64Decode, vec![s("/x==")], NONE),
        (HexEncode, vec![bytes(&[0, 0xab])], s("00ab")),
        (HexDecode, vec![s("00Ab")], bytes(&[0, 0xab])),
        (HexDecode, vec![s("00A")], NONE),
        (HexDecode, vec![s("+1")], NONE),
        (HexDecode, vec![s("é")], NONE),
        (UrlEncode, vec![s("a b/ä~")], s("a%20b%2F%C3%A4~")),
        (Sha256, vec![s("abc")], s(abc)),
        (Sha256, vec![bytes(b"abc")], s(abc)),
        (Sha256, vec![Value::blob(blob)], s(abc)),
        (ShellQuote, vec![s("/etc/a-b.conf")], s("/etc/a-b.conf")),
        (ShellQuote, vec![s("")], s("''")),
        (ShellQuote, vec![s("it's $HOME")], s(r"'it'\''s $HOME'")),
        (ShellQuote, vec![texts(&["ls", "-l", "a b"])], s("ls -l 'a b'")),
        (RegexEscape, vec![s("a.b*[c]")], s(r"a\.b\*\[c\]")),
    ]);
    refused(vec![(ShellQuote, vec![s("\0")], "`shell_quote` does not take a text with a NUL character")]);
    let Ok(Value::Str(regex)) = call(RegexEscape, &[s("(^a.$|\n\\")]) else { panic!() };
    assert_eq!(call(Matches, &[s("x(^a.$|\n\\y"), Value::Str(regex)]), Ok(b(true)));
}

/// A function says whether it is given another number of arguments or other types, and never panics.
#[test]
fn every_function_refuses_what_it_is_not_for() {
    let samples = [
        NONE,
        b(true),
        i(-1),
        float(0.5),
        Value::Duration(1),
        Value::Size(1),
        Value::Mode(0o644),
        s(""),
        s("10.0.0.0/8"),
        bytes(&[255]),
        ints(&[1, 2]),
        l(&[NONE, s("a")]),
        two(s("a"), i(1)),
        Value::Variant(0, Arc::new([])),
        Value::Map(Arc::new([(s("a"), NONE)])),
        Value::blob(Blob { digest: [0; 32], size: 0 }),
    ];
    for function in Builtin::ALL {
        assert_eq!(call(*function, &[]), Err(EvalError::Type(function.name())));
        for a in &samples {
            for b in &samples {
                for c in &samples {
                    let all = [a.clone(), b.clone(), c.clone()];
                    let _ = call(*function, &all[..function.arity()]);
                }
            }
        }
    }
}

#[test]
fn work_is_in_proportion() {
    assert_eq!(work(None, &[i(1), i(2)]), 0);
    assert_eq!(work(Some(Builtin::Len), &[s(&"x".repeat(6400))]), 100);
    assert_eq!(work(Some(Builtin::Matches), &[s(&"x".repeat(6400)), s("a+b+c+")]), 600);
    assert_eq!(work(Some(Builtin::Sort), &[l(&vec![NONE; 800])]), 100);
}
