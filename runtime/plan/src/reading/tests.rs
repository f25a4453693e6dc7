//! What hosts say, into types; and whatever else they may say.

use proptest::prelude::*;

use super::*;
use crate::value::TextKind;

fn types() -> Vec<TypeDef> {
    let field = |name: &str, ty| (name.to_owned(), ty);
    vec![
        TypeDef {
            name: "web.Disk".into(),
            shape: TypeShape::Record(vec![
                field("name", Type::String),
                field("size", Type::Size),
                field("state", Type::Named(1)),
                field("spare", Type::Optional(Box::new(Type::Bool))),
            ]),
        },
        TypeDef {
            name: "web.State".into(),
            shape: TypeShape::Enum(vec![
                ("Active".into(), vec![]),
                ("Failed".into(), vec![field("code", Type::Int)]),
                ("Other".into(), vec![field("name", Type::String)]),
            ]),
        },
        TypeDef { name: "web.Only".into(), shape: TypeShape::Enum(vec![("One".into(), vec![])]) },
    ]
}

fn list(ty: Type) -> Type {
    Type::List(Box::new(ty))
}

fn s(text: &str) -> Value {
    Value::Str(text.into())
}

fn read(text: &str, ty: &Type) -> Result<Value, String> {
    json(text, ty, &types()).map_err(|error| error.to_string())
}

fn read_text(text: &str, ty: &Type) -> Result<Value, String> {
    bytes(text.as_bytes(), FactFormat::Text, ty, &types()).map_err(|error| error.to_string())
}

#[test]
fn documents_are_read_as_data_files_are() {
    let text = r#"[
        {"name": "sda", "size": "512GiB", "state": "Active", "more": [1, {}]},
        {"name": "sdb", "size": "1B", "state": {"Failed": {"code": 5}}, "spare": true},
        {"name": "sdc", "size": "0B", "state": "Rebuilding", "spare": null}
    ]"#;
    let disk =
        |name: &str, size, state, spare| Value::Record([s(name), Value::Size(size), state, spare].into());
    let disks = [
        disk("sda", 512 << 30, Value::Variant(0, [].into()), Value::None),
        disk("sdb", 1, Value::Variant(1, [Value::Int(5)].into()), Value::Bool(true)),
        disk("sdc", 0, Value::Variant(2, [s("Rebuilding")].into()), Value::None),
    ];
    assert_eq!(read(text, &list(Type::Named(0))), Ok(Value::List(disks.into())));

    assert_eq!(read("2", &Type::Float), Ok(Value::Float(Float::new(2.0).unwrap())));
    assert_eq!(
        read("[2, 1, 2]", &Type::Set(Box::new(Type::Int))),
        Ok(Value::set(vec![Value::Int(1), Value::Int(2)]))
    );
    assert_eq!(
        read(r#"["a", 1]"#, &Type::Tuple(vec![Type::String, Type::Int])),
        Ok(Value::Record([s("a"), Value::Int(1)].into()))
    );
    assert_eq!(
        read(r#"{"2": "b", "1": "a"}"#, &Type::Map(Box::new(Type::Int), Box::new(Type::String))),
        Ok(Value::Map([(Value::Int(1), s("a")), (Value::Int(2), s("b"))].into()))
    );
}

#[test]
fn what_was_read_can_be_written() {
    let map = |key, value| Type::Map(Box::new(key), Box::new(value));
    let disks = r#"[{"name":"sda","size":"512GiB","state":"Active","spare":null},{"name":"s\"b","size":"1B","state":{"Failed":{"code":5}},"spare":true},{"name":"","size":"0B","state":"Rebuilding","spare":false},{"name":"x","size":"1KiB","state":{"Other":{"name":"Active"}},"spare":null}]"#;
    for (ty, text) in [
        (list(Type::Named(0)), disks),
        (Type::Optional(Box::new(Type::Int)), "null"),
        (Type::Optional(Box::new(Type::Int)), "-7"),
        (Type::Float, "2.5"),
        (Type::Set(Box::new(Type::Text(TextKind::IpAddr))), r#"["10.0.0.1","::1"]"#),
        (Type::Tuple(vec![Type::Mode, Type::Duration, Type::Bool]), r#"["0o640","1m30s",true]"#),
        (map(Type::Int, Type::Float), r#"{"-1":1.5,"2":2.5}"#),
        (map(Type::Named(2), map(Type::Bool, Type::String)), r#"{"One":{"false":"a","true":"b"}}"#),
    ] {
        let value = read(text, &ty).unwrap();
        assert_eq!(document(&value, &ty, &types()).as_deref(), Ok(text));
    }
    // What is no value of the type has no document.
    assert!(document(&Value::Int(1), &Type::Named(0), &types()).is_err());
    assert!(document(&Value::Record([].into()), &Type::Named(0), &types()).is_err());
    assert!(document(&Value::Variant(9, [].into()), &Type::Named(1), &types()).is_err());
    assert!(document(&Value::Str("x".into()), &Type::Named(7), &types()).is_err());
}

#[test]
fn what_does_not_fit_says_where() {
    let disks = list(Type::Named(0));
    for (text, ty, why) in [
        (r#"[{"name": 1}]"#, &disks, "[0].name: the number 1 stands where a text is expected"),
        (
            r#"[{"name": "a", "size": "5 apples"}]"#,
            &disks,
            "[0].size: `5 apples` is no size with its unit, such as `512MiB`",
        ),
        (r#"[{"name": "a", "size": "5B"}]"#, &disks, "[0]: it has no `state`"),
        (
            r#"[{"name": "a", "size": "5B", "state": {"Failed": {}}}]"#,
            &disks,
            "[0].state.Failed: it has no `code`",
        ),
        (r#"{"a": 1}"#, &disks, "a table stands where a list is expected"),
        ("[null]", &disks, "[0]: `null` stands where a `Disk` is expected"),
        (r#""Two""#, &Type::Named(2), "`Only` has no variant `Two`; it has `One`"),
        ("[1, 2]", &Type::Tuple(vec![Type::Int; 3]), "3 parts are expected, and 2 are there"),
        (
            r#"{"1": 1, "01": 2}"#,
            &Type::Map(Box::new(Type::Int), Box::new(Type::Int)),
            "two keys are the same",
        ),
        ("1e999", &Type::Float, "this number is too large"),
        ("\"-x\"", &Type::Text(TextKind::HostName), "`-x` is not a HostName"),
        ("1\n,", &Type::Int, "line 2, column 1: something follows"),
        ("", &Type::Int, "line 1, column 1: this is not valid JSON: a value is expected"),
        (r#"{"a": 1, "a": 2}"#, &Type::Int, "line 1, column 10: the key `a` is given twice"),
        ("18446744073709551615", &Type::Int, "line 1, column 1: this number is too large"),
        ("1", &Type::Named(9), "its type is not in the plan"),
        (
            "\"x\"",
            &Type::Secret(Box::new(Type::String)),
            "the text `x` stands where a value that facts can have",
        ),
    ] {
        let error = read(text, ty).expect_err(text);
        assert!(error.starts_with(why), "{text}: {error}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&deep, &list(Type::Int)).unwrap_err().contains("nest 64 deep at most"));
    let wide = format!("[{}1]", "1,".repeat(LIMITS.nodes));
    assert!(read(&wide, &list(Type::Int)).unwrap_err().contains("values at most"));
    // A message takes no more of a terminal than it should.
    let error = read(&format!("\"\\u001b[2J{}\"", "x".repeat(1000)), &Type::Int).unwrap_err();
    assert!(error.len() < 200 && !error.contains('\u{1b}'), "{error}");
}

#[test]
fn texts_are_one_value() {
    assert_eq!(read_text("a\n", &Type::String), Ok(s("a")));
    assert_eq!(read_text("a\r\n", &Type::String), Ok(s("a")));
    assert_eq!(read_text("a\n\n", &Type::String), Ok(s("a\n")));
    assert_eq!(read_text("", &Type::Optional(Box::new(Type::String))), Ok(s("")));
    assert_eq!(read_text("42\n", &Type::Int), Ok(Value::Int(42)));
    assert_eq!(read_text("Active\n", &Type::Named(1)), Ok(Value::Variant(0, [].into())));
    assert_eq!(read_text("10.0.0.1\n", &Type::Text(TextKind::IpAddr)), Ok(s("10.0.0.1")));
    assert_eq!(read_text(" 42\n", &Type::Int).unwrap_err(), "` 42` is no whole number");
    assert!(read_text("", &Type::Int).is_err());
    assert_eq!(read_text("x", &list(Type::Int)).unwrap_err(), "a list is no single text");
    assert_eq!(read_text("x", &Type::Named(0)).unwrap_err(), "a `Disk` is no single text");
    let error = bytes(b"\xff\n", FactFormat::Text, &Type::String, &[]).unwrap_err();
    assert_eq!(error.to_string(), "it is no UTF-8 text");
}

#[test]
fn lines_are_a_list() {
    let lines = |text: &str, ty: &Type| {
        bytes(text.as_bytes(), FactFormat::Lines, ty, &types()).map_err(|error| error.to_string())
    };
    let texts = |all: &[&str]| Ok(Value::List(all.iter().map(|text| s(text)).collect()));
    assert_eq!(lines("", &list(Type::String)), texts(&[]));
    assert_eq!(lines("\n", &list(Type::String)), texts(&[""]));
    assert_eq!(lines("a\r\nb\n", &list(Type::String)), texts(&["a", "b"]));
    assert_eq!(lines("a\n\nb", &Type::Optional(Box::new(list(Type::String)))), texts(&["a", "", "b"]));
    assert_eq!(lines("1\nx\n", &list(Type::Int)).unwrap_err(), "[line 2]: `x` is no whole number");
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        "[a-zA-Z0-9./:]{0,12}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::btree_map("name|size|state|[a-z]{1,4}|Failed|Other", inner, 0..5).prop_map(
                |entries| {
                    let entries = entries.iter().map(|(key, value)| format!("\"{key}\":{value}"));
                    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
                }
            ),
        ]
    })
}

proptest! {
    /// Whatever is accepted is of the type, so that nothing that follows can be surprised by it.
    #[test]
    fn what_is_read_is_of_its_type(text in any_json(), at in 0_usize..8) {
        let all = [
            Type::Named(0),
            list(Type::Named(1)),
            Type::Map(Box::new(Type::Text(TextKind::HostName)), Box::new(Type::Optional(Box::new(Type::Int)))),
            Type::Optional(Box::new(Type::Set(Box::new(Type::String)))),
            list(list(Type::Float)),
            Type::Text(TextKind::AbsPath),
            Type::Tuple(vec![Type::Duration, Type::Mode]),
            Type::Named(2),
        ];
        if let Ok(value) = json(&text, &all[at], &types()) {
            prop_assert!(all[at].accepts(&value, &types()), "{text}: {value:?}");
        }
        for format in [FactFormat::Text, FactFormat::Lines] {
            if let Ok(value) = bytes(text.as_bytes(), format, &all[at], &types()) {
                prop_assert!(all[at].accepts(&value, &types()), "{text}: {value:?}");
            }
        }
    }

    #[test]
    fn any_bytes_give_an_answer(any in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in [FactFormat::Json, FactFormat::Text, FactFormat::Lines] {
            let _ = bytes(&any, format, &Type::Named(0), &types());
            let _ = bytes(&any, format, &list(Type::String), &types());
        }
    }
}
