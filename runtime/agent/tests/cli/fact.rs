//! Facts that packages declare: in a run, and shown by `mc-agent facts`.

use mc_plan::expr::Builtin;
use mc_plan::plan::{DeclaredFact, Fact, FactFormat, Probe};

use super::*;

/// A plan whose one file has a declared fact as its content: a text, lines put together, or "none".
fn plan_of_fact(path: &str, ty: Type, format: FactFormat, probe: Probe) -> Plan {
    let mut made = plan(&[file(path, "")], false);
    let span = SourceSpan { file: 0, line: 90, column: 6 };
    let lines = matches!(format, FactFormat::Lines);
    made.facts.push(Fact {
        path: "web.site".to_owned(),
        ty,
        declared: Some(DeclaredFact { probe, format, span }),
    });
    let mut push = |node| made.exprs.push(node);
    let mut content = push(Node::Fact(0));
    if lines {
        let comma = push(Node::Const(text(",")));
        content = push(Node::Call(Builtin::Join, vec![content, comma]));
    }
    let none = push(Node::Const(text("none")));
    let content = push(Node::Coalesce(content, none));
    made.steps[0].declarations[0].attributes[0].value = Operand::Expr(content);
    made
}

fn program(argv: &[&str], seconds: i64) -> Probe {
    Probe::Command {
        argv: argv.iter().map(|argument| (*argument).to_owned()).collect(),
        timeout: seconds * 1_000_000_000,
    }
}

#[test]
fn declared_facts_inside_a_folder() {
    let workshop = Workshop::new();
    let site = plan_of_fact("/etc/motd", Type::String, FactFormat::Text, Probe::File("/etc/site".to_owned()));
    assert_eq!(site.features(), ["facts"]);
    workshop.write("file.mcb", &site, &release(5), &key(1));
    let (status, report) = workshop.apply("file.mcb", &[]);
    assert_eq!(status, 1, "{report}");
    for part in ["MC6103", "`web.site`", "there is no file /etc/site", "src/main.mc:90:6"] {
        assert!(report.contains(part), "{part} in {report}");
    }
    assert_eq!(workshop.text("/etc/motd"), None);
    std::fs::write(workshop.path("root/etc/site"), "berlin\n").unwrap();
    assert_eq!(workshop.apply("file.mcb", &[]).0, 0);
    assert_eq!(workshop.text("/etc/motd").as_deref(), Some("berlin"));

    let asked = plan_of_fact("/etc/motd", Type::String, FactFormat::Text, program(&["site"], 5));
    workshop.write("command.mcb", &asked, &release(6), &key(1));
    let (status, report) = workshop.apply("command.mcb", &[]);
    assert_eq!(status, 1, "{report}");
    assert!(report.contains("`site` does not run inside a folder"), "{report}");
    std::fs::write(workshop.path("facts.json"), r#"{"web.site": "paris"}"#).unwrap();
    let (status, report) = workshop.apply("command.mcb", &["--facts", "facts.json"]);
    assert_eq!(status, 0, "{report}");
    assert_eq!(workshop.text("/etc/motd").as_deref(), Some("paris"));
    std::fs::write(workshop.path("facts.json"), r#"{"web.site": 5}"#).unwrap();
    let (status, report) = workshop.apply("command.mcb", &["--facts", "facts.json"]);
    assert_eq!(status, 1, "{report}");
    assert!(report.contains("the number 5 stands where a text is expected"), "{report}");

    // Somebody else's bundle says nothing, and asks nothing.
    workshop.write("strange.mcb", &asked, &release(7), &key(2));
    let (status, report) = workshop.apply("strange.mcb", &[]);
    assert!(status == 4 && !report.contains("site"), "{report}");
}

#[test]
fn declared_facts_are_shown() {
    let workshop = Workshop::new();
    let lines = FactFormat::Lines;
    let mut made = plan_of_fact(
        "/etc/motd",
        Type::List(Box::new(Type::Int)),
        lines,
        Probe::File("/etc/ports".to_owned()),
    );
    let span = SourceSpan { file: 0, line: 91, column: 6 };
    let mut declare = |path: &str, ty, format, probe| {
        let declared = Some(DeclaredFact { probe, format, span });
        made.facts.push(Fact { path: path.to_owned(), ty, declared });
    };
    let none = Type::Optional(Box::new(Type::String));
    declare("web.none", none, FactFormat::Text, Probe::File("/etc/none".to_owned()));
    declare("web.size", Type::Size, FactFormat::Text, Probe::File("/etc/size".to_owned()));
    declare("web.asked", Type::String, FactFormat::Text, program(&["hostname"], 5));
    workshop.write("a.mcb", &made, &release(5), &key(1));
    std::fs::write(workshop.path("root/etc/ports"), "80\n443\n").unwrap();
    std::fs::write(workshop.path("root/etc/size"), "2048MiB\n").unwrap();
    let facts = |name: &str, more: &[&str]| {
        let mut arguments = vec!["facts", "--root", "root", "--bundle", name];
        arguments.extend(more);
        let output = workshop.command(&arguments).output().unwrap();
        let texts = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let [out, error] = texts;
        (output.status.code().unwrap(), out, error)
    };
    let (status, out, error) = facts("a.mcb", &["--trust", "trust.toml", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["web.site"], serde_json::json!([80, 443]));
    assert_eq!(found["web.none"], serde_json::Value::Null);
    assert_eq!(found["web.size"], "2GiB");
    assert!(found.get("web.asked").is_none() && found["cpu"]["count"].is_u64(), "{out}");
    let why = "error: the fact `web.asked` has no value: `hostname` does not run inside a folder";
    assert!(status == 1 && error.starts_with(why), "{error}");
    let (_, out, _) = facts("a.mcb", &["--trust", "trust.toml"]);
    assert!(out.lines().any(|line| line.starts_with("web.site ") && line.ends_with("  [80,443]")), "{out}");
    assert!(out.lines().any(|line| line.starts_with("web.none ") && line.ends_with("  none")), "{out}");

    // Nothing was stored. What is printed stands in for what is found.
    assert_eq!(workshop.text("var/lib/masterchef/audit"), None);
    let mut given = found;
    given["web.asked"] = "here".into();
    std::fs::write(workshop.path("facts.json"), given.to_string()).unwrap();
    std::fs::remove_file(workshop.path("root/etc/ports")).unwrap();
    let (status, report) = workshop.apply("a.mcb", &["--facts", "facts.json", "--noop"]);
    assert!(!report.contains("MC6103"), "{status} {report}");

    // What apply refuses, this does.
    workshop.write("strange.mcb", &made, &release(6), &key(2));
    let (status, out, error) = facts("strange.mcb", &["--trust", "trust.toml"]);
    assert!(status == 4 && out.is_empty() && error.contains("MC50"), "{error}");
    assert_eq!(facts("none.mcb", &["--trust", "trust.toml"]).0, 3);
    assert_eq!(facts("a.mcb", &[]).0, 3);
    assert_eq!(result(&workshop.command(&["facts", "--trust", "trust.toml"]).output().unwrap()).0, 2);
}

/// On the machine itself, in a folder of its own.
#[test]
fn declared_facts_of_a_machine() {
    let workshop = Workshop::new();
    let out = workshop.path("out");
    let mut sequence = 5;
    let mut apply = |ty: Type, format: FactFormat, probe: Probe, more: &[&str]| {
        let _ = std::fs::remove_file(&out);
        sequence += 1;
        workshop.write("a.mcb", &plan_of_fact(out.as_str(), ty, format, probe), &release(sequence), &key(1));
        let state = workshop.path("state");
        let mut arguments = vec!["apply", "a.mcb", "--trust", "trust.toml", "--state", state.as_str()];
        arguments.extend(more);
        let (status, report) = result(&workshop.command(&arguments).output().unwrap());
        (status, report, std::fs::read_to_string(&out).ok())
    };
    let optional = |ty| Type::Optional(Box::new(ty));
    let lines = || Type::List(Box::new(Type::String));
    let mut good = |ty, format, probe, wanted: &str| {
        let (status, report, found) = apply(ty, format, probe, &[]);
        assert_eq!((status, found.as_deref()), (0, Some(wanted)), "{report}");
    };
    // No shell, no input, an environment of its own.
    good(Type::String, FactFormat::Text, program(&["echo", "$HOME; `ls` *"], 5), "$HOME; `ls` *");
    good(Type::String, FactFormat::Text, program(&["cat"], 5), "");
    let env = "LC_ALL=C.UTF-8,PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let sorted = program(&["sh", "-c", "env | grep -v -e ^PWD= -e ^OLDPWD= -e ^_= -e ^SHLVL= | sort"], 5);
    good(lines(), FactFormat::Lines, sorted, env);
    for missing in ["no-such-program", "/no/such/program"] {
        good(optional(Type::String), FactFormat::Text, program(&[missing], 5), "none");
    }
    good(optional(Type::String), FactFormat::Text, program(&["false"], 5), "none");

    let deep = workshop.path("deep");
    std::fs::write(&deep, "[".repeat(500_000)).unwrap();
    let text = || optional(Type::String);
    for (ty, format, probe, why) in [
        (
            Type::String,
            FactFormat::Text,
            program(&["no-such-program"], 5),
            "there is no program `no-such-program`",
        ),
        (Type::String, FactFormat::Text, program(&["false"], 5), "`false` ended with status 1"),
        (text(), FactFormat::Text, program(&["sleep", "60"], 1), "`sleep` took longer than 1s and was ended"),
        (
            text(),
            FactFormat::Text,
            program(&["head", "-c", "1100000", "/dev/zero"], 5),
            "printed more than 1 MiB",
        ),
        (text(), FactFormat::Text, program(&["printf", "\\377"], 5), "it is no UTF-8 text"),
        (Type::Int, FactFormat::Text, program(&["echo", "many"], 5), "`many` is no whole number"),
        (lines(), FactFormat::Json, Probe::File(deep.to_string()), "nest 64 deep at most"),
        (text(), FactFormat::Text, Probe::File("/dev/zero".to_owned()), "/dev/zero is no regular file"),
        (text(), FactFormat::Text, Probe::File("/etc".to_owned()), "/etc is no regular file"),
    ] {
        let (status, report, found) = apply(ty, format, probe, &[]);
        assert_eq!((status, found), (1, None), "{why}: {report}");
        assert!(report.contains("MC6103") && report.contains(why), "{why}: {report}");
    }
    // Looking runs them too, and changes nothing.
    let (status, report, found) =
        apply(Type::String, FactFormat::Text, program(&["echo", "a"], 5), &["--noop"]);
    assert_eq!((status, found), (0, None), "{report}");
}
