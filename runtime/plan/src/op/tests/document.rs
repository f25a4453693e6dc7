//! Documents, and what other programs' parsers read out of them.

use proptest::prelude::*;
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};

use super::*;
use crate::testing::float;

fn map(entries: &[(&str, Value)]) -> Value {
    Value::map(entries.iter().map(|(key, value)| (s(key), value.clone())).collect()).unwrap()
}

fn text(function: Builtin, value: &Value) -> String {
    match call(function, std::slice::from_ref(value)) {
        Ok(Value::Str(text)) => text.to_string(),
        other => panic!("{function:?} {value:?}: {other:?}"),
    }
}

fn sample() -> Value {
    map(&[
        ("name", s("web")),
        ("ports", l(&[Value::Int(80), Value::Int(443)])),
        ("empty", l(&[])),
        ("nothing", Value::None),
        ("ratio", float(0.5)),
        ("on", Value::Bool(true)),
        ("limits", map(&[("memory", Value::Size(512 << 20)), ("wait", Value::Duration(90_000_000_000))])),
        ("script", s("#!/bin/sh\necho \"hi\"\n\n  indented\n")),
        ("users", l(&[map(&[("name", s("a: b")), ("mode", Value::Mode(0o640))]), map(&[])])),
        ("matrix", l(&[l(&[s("1"), s("yes")]), l(&[])])),
    ])
}

#[test]
fn json() {
    assert_eq!(
        text(Builtin::Json, &sample()),
        r##"{"empty":[],"limits":{"memory":"512MiB","wait":"1m30s"},"matrix":[["1","yes"],[]],"name":"web","nothing":null,"on":true,"ports":[80,443],"ratio":0.5,"script":"#!/bin/sh\necho \"hi\"\n\n  indented\n","users":[{"mode":"0o640","name":"a: b"},{}]}"##
    );
    assert_eq!(
        text(Builtin::JsonPretty, &map(&[("a", l(&[Value::Int(1), map(&[])])), ("b", l(&[]))])),
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n"
    );
    assert_eq!(text(Builtin::Json, &s("\u{0}\u{7f}\u{2028}ä😀\t")), "\"\\u0000\\u007f\\u2028ä😀\\t\"");
}

#[test]
fn toml_document() {
    assert_eq!(
        text(Builtin::Toml, &sample()),
        r##"empty = []
matrix = [["1", "yes"], []]
name = "web"
on = true
ports = [80, 443]
ratio = 0.5
script = "#!/bin/sh\necho \"hi\"\n\n  indented\n"

[limits]
memory = "512MiB"
wait = "1m30s"

[[users]]
mode = "0o640"
name = "a: b"

[[users]]
"##
    );
    // A table of tables only has no header; an empty one does.
    let nested = map(&[("a", map(&[("b c", map(&[("d", Value::Int(1))]))])), ("e", map(&[]))]);
    assert_eq!(text(Builtin::Toml, &nested), "[a.\"b c\"]\nd = 1\n\n[e]\n");
    let mixed = map(&[("a", l(&[map(&[("b", Value::Int(1)), ("c", Value::None)]), Value::Int(2)]))]);
    assert_eq!(text(Builtin::Toml, &mixed), "a = [{ b = 1 }, 2]\n");
    assert_eq!(
        message(call(Builtin::Toml, &[map(&[("a", l(&[Value::None]))])])),
        "`toml` does not take none in a list: TOML has nothing for it"
    );
}

#[test]
fn yaml_document() {
    assert_eq!(
        text(Builtin::Yaml, &sample()),
        r##"empty: []
limits:
  memory: "512MiB"
  wait: "1m30s"
matrix:
  - - "1"
    - "yes"
  - []
name: web
nothing: null
"on": true
ports:
  - 80
  - 443
ratio: 0.5
script: |
  #!/bin/sh
  echo "hi"

    indented
users:
  - mode: "0o640"
    name: "a: b"
  - {}
"##
    );
    assert_eq!(text(Builtin::Yaml, &s("x")), "x\n");
    assert_eq!(text(Builtin::Yaml, &l(&[s("a\nb")])), "- |-\n  a\n  b\n");
    assert_eq!(
        message(call(Builtin::Yaml, &[map(&[(&"k".repeat(200), Value::None)])])),
        "`yaml` does not take a key of more than 166 characters"
    );
}

/// Texts that a reader of YAML 1.1 or 1.2 takes for something else when they are bare.
#[test]
fn yaml_quotes_what_could_be_something_else() {
    for trap in [
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "true",
        "False",
        "null",
        "~",
        "",
        " ",
        "1",
        "-1",
        "0x1f",
        "0o17",
        "1.5",
        "1e3",
        ".inf",
        ".nan",
        "1:30",
        "2024-01-01",
        "- a",
        "a: b",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "{a",
        "[a",
        "'a",
        "\"a",
        "a:",
        "?",
        "-",
        "---",
        "...",
        "a ",
        " a",
        "=",
        "<<",
        "a\tb",
    ] {
        let written = text(Builtin::Yaml, &s(trap));
        assert!(written.starts_with('"'), "{trap:?} is written {written}");
    }
    for plain in ["a", "nginx", "/etc/motd", "a-b_c.d", "Yes please", "example.com", "user@example.com"] {
        assert_eq!(text(Builtin::Yaml, &s(plain)), format!("{plain}\n"));
    }
}

#[test]
fn ini_document() {
    let unit = map(&[
        ("Service", map(&[("ExecStart", l(&[s("/bin/a"), s("/bin/b -x \"y\"")])), ("Restart", s("always"))])),
        ("Unit", map(&[("Description", s("A service; of ours")), ("After", Value::None)])),
        ("top", Value::Int(1)),
    ]);
    let written = text(Builtin::Ini, &unit);
    assert_eq!(
        written,
        "top = 1\n\n[Service]\nExecStart = /bin/a\nExecStart = /bin/b -x \"y\"\nRestart = always\n\n[Unit]\n\
         Description = A service; of ours\n"
    );
    let mut read = configparser::ini::Ini::new_cs();
    read.set_inline_comment_symbols(Some(&[]));
    read.read(written).unwrap();
    assert_eq!(read.get("Unit", "Description").as_deref(), Some("A service; of ours"));
    assert_eq!(read.get("Service", "Restart").as_deref(), Some("always"));
    // It keeps the last of several; systemd takes all.
    assert_eq!(read.get("Service", "ExecStart").as_deref(), Some("/bin/b -x \"y\""));
    assert_eq!(read.get("default", "top").as_deref(), Some("1"));
    for bad in [
        map(&[("a", s("x\ny"))]),
        map(&[("a", s(" x"))]),
        map(&[("a=b", s("x"))]),
        map(&[("", s("x"))]),
        map(&[("#a", s("x"))]),
        map(&[("a", map(&[("b", map(&[]))]))]),
        map(&[("a]", map(&[]))]),
        map(&[("a", l(&[l(&[])]))]),
    ] {
        assert!(
            message(call(Builtin::Ini, std::slice::from_ref(&bad))).starts_with("`ini` does not take"),
            "{bad:?}"
        );
    }
}

#[test]
fn what_does_not_describe_itself_is_a_broken_plan() {
    let record = Value::Record(Arc::new([]));
    for value in [record, Value::Variant(0, Arc::new([])), Value::Bytes(Arc::new([]))] {
        for function in [Builtin::Json, Builtin::JsonPretty, Builtin::Toml, Builtin::Yaml, Builtin::Ini] {
            let wrapped = map(&[("a", value.clone())]);
            assert!(matches!(call(function, &[wrapped]), Err(EvalError::Type(_))), "{function:?} {value:?}");
        }
    }
    let keys = Value::Map(Arc::new([(Value::Int(1), Value::Int(2))]));
    assert!(matches!(call(Builtin::Json, &[keys]), Err(EvalError::Type(_))));
    assert!(matches!(call(Builtin::Toml, &[Value::Int(1)]), Err(EvalError::Type(_))));
}

#[test]
fn documents_are_bounded() {
    let half = s(&"\u{1}".repeat(MAX_TEXT / 6));
    for function in [Builtin::Json, Builtin::Toml, Builtin::Yaml] {
        let value = map(&[("a", half.clone())]);
        assert!(matches!(call(function, &[value]), Err(EvalError::TextTooLong(_))), "{function:?}");
    }
}

fn from_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(n) => match n.as_i64() {
            Some(n) => Value::Int(n),
            None => float(n.as_f64().unwrap()),
        },
        serde_json::Value::String(text) => s(text),
        serde_json::Value::Array(list) => Value::List(list.iter().map(from_json).collect()),
        serde_json::Value::Object(map) => {
            Value::map(map.iter().map(|(key, value)| (s(key), from_json(value))).collect()).unwrap()
        }
    }
}

fn from_toml(value: &toml::Value) -> Value {
    match value {
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        toml::Value::Integer(n) => Value::Int(*n),
        toml::Value::Float(n) => float(*n),
        toml::Value::String(text) => s(text),
        toml::Value::Array(list) => Value::List(list.iter().map(from_toml).collect()),
        toml::Value::Table(map) => {
            Value::map(map.iter().map(|(key, value)| (s(key), from_toml(value))).collect()).unwrap()
        }
        toml::Value::Datetime(_) => panic!("no date was written"),
    }
}

fn from_yaml(value: &Yaml<'_>) -> Value {
    match value {
        Yaml::Value(Scalar::Null) => Value::None,
        Yaml::Value(Scalar::Boolean(truth)) => Value::Bool(*truth),
        Yaml::Value(Scalar::Integer(n)) => Value::Int(*n),
        Yaml::Value(Scalar::FloatingPoint(n)) => float(n.into_inner()),
        Yaml::Value(Scalar::String(text)) => s(text),
        Yaml::Sequence(list) => Value::List(list.iter().map(from_yaml).collect()),
        Yaml::Mapping(map) => {
            Value::map(map.iter().map(|(key, value)| (from_yaml(key), from_yaml(value))).collect()).unwrap()
        }
        other => panic!("nothing of this kind was written: {other:?}"),
    }
}

fn contents() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z -]{0,8}",
        "[a-z:# \\-\\n\\t\"'\\\\|>~]{0,12}",
        "([ a-z]{0,4}\\n){0,4}[ a-z]{0,3}",
        proptest::sample::select(vec!["yes", "null", "1e3", "0x10", "-", "on", ".inf", "1:2", "<<"])
            .prop_map(str::to_owned),
    ]
}

/// Values that describe themselves.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(float),
        contents().prop_map(|text| s(&text)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|list| Value::List(list.into())),
            proptest::collection::btree_map(contents(), inner, 0..4)
                .prop_map(|map| Value::map(map.iter().map(|(k, v)| (s(k), v.clone())).collect()).unwrap()),
        ]
    })
}

/// Without what TOML cannot say: entries of none, and none in lists becomes an empty text.
fn for_toml(value: &Value) -> Value {
    match value {
        Value::None => s(""),
        Value::List(list) => Value::List(list.iter().map(for_toml).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .filter(|(_, value)| *value != Value::None)
                .map(|(key, value)| (key.clone(), for_toml(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn json_reads_back(value in values()) {
        for function in [Builtin::Json, Builtin::JsonPretty] {
            let written = text(function, &value);
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&from_json(&read), &value, "{}", written);
        }
    }

    #[test]
    fn toml_reads_back(value in values()) {
        let value = for_toml(&map(&[("value", value)]));
        let written = text(Builtin::Toml, &value);
        let read: toml::Value = toml::from_str(&written).unwrap();
        prop_assert_eq!(&from_toml(&read), &value, "{}", written);
    }

    #[test]
    fn yaml_reads_back(value in values()) {
        let written = text(Builtin::Yaml, &value);
        let read = Yaml::load_from_str(&written).unwrap();
        prop_assert_eq!(read.len(), 1, "{}", written);
        prop_assert_eq!(&from_yaml(&read[0]), &value, "{}", written);
    }
}
