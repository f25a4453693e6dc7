//! Data, layers, templates and files: what they give, and what is said where they are wrong.

#![allow(clippy::expect_used, clippy::panic, reason = "test code: what cannot be prepared fails the test")]

use crate::{SITE, content_of, database};
use camino::Utf8Path;
use expect_test::expect;
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::{Database, package};
use mc_plan::eval::{Context, Evaluator, Lookup};
use mc_plan::expr::Operand;
use mc_plan::value::Value;
use std::collections::BTreeMap;

/// A host: its labels and facts as texts of values, by position.
struct Host<'a> {
    labels: &'a [Value],
    facts: &'a [Value],
}

impl Context for Host<'_> {
    fn fact(&self, position: u32) -> Lookup {
        self.facts.get(position as usize).cloned().map_or(Lookup::Error("no fact".into()), Lookup::Value)
    }

    fn label(&self, position: u32) -> Lookup {
        self.labels.get(position as usize).cloned().map_or(Lookup::Error("no label".into()), Lookup::Value)
    }
}

fn said(db: &Database) -> String {
    let options = RenderOptions { format: Format::Concise, ..RenderOptions::default() };
    render(db, &mc_compiler::diagnostics(db), &options)
}

/// What is wrong with a package, a line for each message.
fn wrong(files: &[(&str, &str)]) -> String {
    said(&database(files))
}

/// The contents of the files of a package by path, on a host.
fn contents_on(files: &[(&str, &str)], labels: &[Value], facts: &[Value]) -> BTreeMap<String, String> {
    let db = database(files);
    let compiled = mc_compiler::compiled_plan(&db).unwrap_or_else(|| panic!("{}", said(&db)));
    let mut evaluator = Evaluator::new(&compiled.plan.exprs);
    let host = Host { labels, facts };
    let mut known = |operand: &Operand| {
        let found = evaluator.operand(operand, &host).expect("a value");
        found.known().expect("known before anything runs")
    };
    let mut contents = BTreeMap::new();
    for step in &compiled.plan.steps {
        let Value::Str(key) = known(&step.key) else { continue };
        for setting in step.declarations.iter().flat_map(|declaration| &declaration.attributes) {
            contents.insert(key.to_string(), content_of(compiled, &known(&setting.value)));
        }
    }
    contents
}

/// The content of the one file of a policy.
fn content(main: &str, others: &[(&str, &str)]) -> String {
    content_on(main, others, &[], &[])
}

fn content_on(main: &str, others: &[(&str, &str)], labels: &[Value], facts: &[Value]) -> String {
    let files: Vec<(&str, &str)> =
        [("src/main.mc", main)].into_iter().chain(others.iter().copied()).collect();
    contents_on(&files, labels, facts).into_values().next().expect("a file")
}

/// A policy with a file of what a data file says.
fn loading(ty: &str, name: &str, content: &str) -> String {
    format!(
        "{SITE}let sites: {ty} = load(\"{name}\")\npolicy p {{ File \"/x\" {{ content = {content} }} }}\n"
    )
}

fn sites(name: &str) -> String {
    loading("List<Site>", name, "sites.map(|s| json(s)).join(\"\\n\")")
}

#[test]
fn three_formats_give_one_value() {
    let yaml = "- name: a.example\n  port: 8080\n  tls:\n    Managed:\n      cert: /c\n  aliases: [b.example]\n  headers:\n    X-A: '1'\n  pause: 1m30s\n  limit: 2MiB\n  mode: 0o600\n  ratio: 2\n- name: c.example\n";
    let json = r#"[{"name": "a.example", "port": 8080, "tls": {"Managed": {"cert": "/c"}}, "aliases": ["b.example"], "headers": {"X-A": "1"}, "pause": "1m30s", "limit": "2MiB", "mode": "0o600", "ratio": 2}, {"name": "c.example"}]"#;
    let from_yaml = content(&sites("a.yaml"), &[("data/a.yaml", yaml)]);
    assert_eq!(from_yaml, content(&sites("a.json"), &[("data/a.json", json)]));
    for part in [
        "\"/srv/a.example\"",
        "8080",
        "\"Managed\"",
        "90",
        "\"b.example\"",
        "\"X-A\"",
        "\"/srv/c.example\"",
        "\"Off\"",
    ] {
        assert!(from_yaml.contains(part), "{part} in {from_yaml}");
    }
    let one = loading("Site", "a.toml", "json(sites)");
    let toml = "name = \"a.example\"\nport = 8080\naliases = [\"b.example\"]\npause = \"1m30s\"\nlimit = \"2MiB\"\nmode = 0o600\nratio = 2\n[tls.Managed]\ncert = \"/c\"\n[headers]\nX-A = \"1\"\n";
    assert_eq!(Some(content(&one, &[("data/a.toml", toml)]).as_str()), from_yaml.lines().next());
}

#[test]
fn mistakes_are_told_where_they_stand() {
    let yaml = "- name: not a host\n  port: yes\n- port: 80\n  prot: 80\n- name: a.example\n  port: 70000\n- name: b.example\n  root: /\n- name: c.example\n  tls: off\n  mode: 0644\n  pause: 90\n";
    let found = wrong(&[("src/main.mc", &sites("a.yaml")), ("data/a.yaml", yaml)]);
    for line in [
        "data/a.yaml:1:9: error[MC0707]",
        "data/a.yaml:2:9: error[MC0706]: expected `Int`, found a text",
        "data/a.yaml:3:3: error[MC0708]: `Site` also needs `name: HostName`",
        "data/a.yaml:4:3: warning[MC0709]: `Site` has no field `prot`",
        "data/a.yaml:10:8: error[MC0707]: `Tls` has no variant `off`",
        "data/a.yaml:11:9: error[MC0706]: permission bits are written in octal",
        "data/a.yaml:12:10: error[MC0706]: expected `Duration`, found a whole number",
    ] {
        assert!(found.contains(line), "{line} in\n{found}");
    }
    // What only evaluation finds has its place in the data file too.
    let yaml = "- name: a.example\n  port: 70000\n- name: b.example\n  root: /\n";
    let found = wrong(&[("src/main.mc", &sites("a.yaml")), ("data/a.yaml", yaml)]);
    assert!(found.contains("data/a.yaml:2:9: error[MC0403]"), "{found}");
    assert!(found.contains("data/a.yaml:3:3: error[MC0407]: a site may not serve the whole host"), "{found}");
}

#[test]
fn secrets_are_named() {
    let main = "record Db { password: Secret<String> }\nlet db: Db = load(\"db.toml\")\npolicy p { File \"/x\" { content = db.password } }\n";
    let named = [("src/main.mc", main), ("data/db.toml", "password = { secret = \"db/password\" }\n")];
    let db = database(&named);
    let plan = &mc_compiler::compiled_plan(&db).unwrap_or_else(|| panic!("{}", said(&db))).plan;
    assert_eq!(plan.secrets.iter().map(|secret| secret.name.as_str()).collect::<Vec<_>>(), ["db/password"]);
    let found = wrong(&[("src/main.mc", main), ("data/db.toml", "password = \"hunter2\"\n")]);
    assert!(found.starts_with("data/db.toml:1:12: error[MC0711]"), "{found}");
    assert!(!found.contains("hunter2"), "{found}");
    let leak = main.replace("content = db.password", "owner = UserName(db.password)");
    let found = wrong(&[("src/main.mc", &leak), named[1]]);
    assert!(found.contains("MC0319"), "{found}");
}

#[test]
fn what_cannot_be_read_is_drawn_unless_it_may_be_secret() {
    let drawn = |field: &str| {
        let main = format!("record Db {{ {field} }}\nlet db: Db = load(\"db.toml\")\npolicy p {{}}\n");
        let db =
            database(&[("src/main.mc", &main), ("data/db.toml", "user = \"shop\"\npassword = hunter2\n")]);
        let options = RenderOptions { ascii: true, ..RenderOptions::default() };
        render(&db, &mc_compiler::diagnostics(&db), &options)
    };
    expect![[r#"
        error[MC0705]: this is not valid TOML: string values must be quoted, expected literal string
           ,-[ data/db.toml:2:12 ]
           |
         2 | password = hunter2
           |            |^^^^^^
           |            `-------- cannot be read
        ---'

        1 error
    "#]]
    .assert_eq(&drawn("user: String, password: String"));
    expect![[r#"
        error[MC0705]: this is not valid TOML: string values must be quoted, expected literal string
           ,-[ data/db.toml:2:12 ]
           |
         2 | ******************
           |            |^^^^^^
           |            `-------- cannot be read
           |
           | Note: its lines are not shown: a secret may be written in them
        ---'

        1 error
    "#]]
    .assert_eq(&drawn("user: String, password: Secret<String>"));
    // What is not known may be a secret as well.
    assert!(!drawn("user: String, password: Pasword").contains("hunter2"));
}

#[test]
fn paths_stay_in_their_folder() {
    for path in
        ["../a.toml", "/etc/a.toml", "a\\\\b.toml", "a//b.toml", "./a.toml", "a.txt", "x/../../a.toml", ""]
    {
        let main = format!("let x: List<Int> = load(\"{path}\")\npolicy p {{}}\n");
        let found = wrong(&[("src/main.mc", &main), ("data/a.toml", "")]);
        assert!(found.contains("MC0701"), "{path}: {found}");
    }
    let found =
        wrong(&[("src/main.mc", "let x: Blob = file(\"motdd\")\npolicy p {}\n"), ("files/motd", "x")]);
    assert!(found.contains("MC0702") && found.contains("files/motdd"), "{found}");
}

#[test]
fn files_are_stored_once_by_digest() {
    let main = "policy p {\n  File \"/a\" { content = file(\"motd\") }\n  File \"/b\" { content = file(\"motd\") }\n  for path, blob in dir(\"www\") {\n    File \"/srv/${path}\" { content = blob }\n  }\n}\n";
    let files = [
        ("src/main.mc", main),
        ("files/motd", "Hello\n"),
        ("files/www/index.html", "<p>"),
        ("files/www/css/a.css", "a{}"),
    ];
    let found = contents_on(&files, &[], &[]);
    assert_eq!(found["/a"], "Hello\n");
    assert_eq!(found["/srv/css/a.css"], "a{}");
    assert_eq!(found["/srv/index.html"], "<p>");
    let db = database(&files);
    assert_eq!(mc_compiler::compiled_plan(&db).map(|compiled| compiled.blobs.len()), Some(3));
}

#[test]
fn a_file_is_chosen_on_the_host() {
    let main = "enum Env { Dev, Production }\nlabels { env: Env }\npolicy p { File \"/a\" { content = file(\"env/${labels.env}\") } }\n";
    let files = [("files/env/Dev", "dev"), ("files/env/Production", "live")];
    let variant = |tag| Value::Variant(tag, [].into());
    assert_eq!(content_on(main, &files, &[variant(0)], &[]), "dev");
    assert_eq!(content_on(main, &files, &[variant(1)], &[]), "live");
}

#[test]
fn an_edit_of_data_is_seen() {
    let main = sites("a.yaml");
    let mut db = database(&[("src/main.mc", &main), ("data/a.yaml", "- name: a.example\n")]);
    assert_eq!(said(&db), "");
    package::set_text(&mut db, Utf8Path::new("data/a.yaml"), "- name: 1\n");
    assert!(said(&db).contains("data/a.yaml:1:9: error[MC0706]"), "{}", said(&db));
    package::remove(&mut db, Utf8Path::new("data/a.yaml"));
    assert!(said(&db).contains("MC0702"), "{}", said(&db));
    package::set_text(&mut db, Utf8Path::new("data/a.yaml"), "[]\n");
    assert_eq!(said(&db), "");
    let before = package::source_digest(&db);
    package::set_text(&mut db, Utf8Path::new("files/x"), "1");
    assert_ne!(before, package::source_digest(&db));
}

const LAYERS: &str = r#"
enum Env { Dev, Production }
labels { env: Env }
record Limits { files: Int = 10, merge extra: Map<String, Int> = [] }
record Config {
  name: String
  port: Int = 80
  append aliases: List<String> = []
  merge limits: Limits
  merge tags: Map<String, String> = []
}
let config: Config = layers([
  load("common.toml"),
  load("env/${labels.env}.toml"),
  load("host/${facts.fqdn}.toml", optional = true),
])
policy p { File "/x" { content = json(config) } }
"#;

#[test]
fn layers_are_joined_field_by_field() {
    let others = [
        (
            "data/common.toml",
            "name = \"a\"\naliases = [\"x\"]\n[limits]\nextra = { a = 1 }\n[tags]\nt = \"1\"\n",
        ),
        ("data/env/Dev.toml", "port = 8080\n"),
        (
            "data/env/Production.toml",
            "name = \"live\"\naliases = [\"y\"]\n[limits]\nfiles = 99\nextra = { b = 2 }\n",
        ),
        ("data/host/a.example.toml", "port = 1\naliases = [\"z\"]\n[tags]\nt = \"2\"\n"),
    ];
    let variant = |tag| Value::Variant(tag, [].into());
    let fqdn = |text: &str| Value::Str(text.into());
    let dev = content_on(LAYERS, &others, &[variant(0)], &[fqdn("b.example")]);
    let compact = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(
        compact(&dev),
        r#"{"aliases":["x"],"limits":{"extra":{"a":1},"files":10},"name":"a","port":8080,"tags":{"t":"1"}}"#
    );
    let live = content_on(LAYERS, &others, &[variant(1)], &[fqdn("a.example")]);
    assert_eq!(
        compact(&live),
        r#"{"aliases":["x","y","z"],"limits":{"extra":{"a":1,"b":2},"files":99},"name":"live","port":1,"tags":{"t":"2"}}"#
    );
    let live = content_on(LAYERS, &others, &[variant(1)], &[fqdn("b.example")]);
    assert!(compact(&live).contains(r#""port":80,"#), "the default where no layer gives it: {live}");
}

#[test]
fn layers_that_leave_something_out() {
    let gap = [
        ("src/main.mc", LAYERS),
        ("data/common.toml", "aliases = []\n[limits]\n"),
        ("data/env/Dev.toml", "name = \"a\"\n"),
        ("data/env/Production.toml", "port = 1\n"),
        ("data/env/Staging.toml", "port = 1\n"),
    ];
    let found = wrong(&gap);
    assert!(found.contains("MC0718") && found.contains("`name: String`"), "{found}");
    assert!(found.contains("data/env/Staging.toml:1:1: warning[MC0714]"), "{found}");
    let found = wrong(&gap[..3]);
    assert!(found.contains("MC0715") && found.contains("data/env/Production.toml"), "{found}");
}

const TEMPLATE: &str = "%{ param workers: Int = 2 }\n%{ param sites: List<Site> }\nworkers ${workers};\n%{ for site in sites }\nserver ${site.name}%{ if site.port != 80 }:${site.port}%{ end };\n%{ match site.tls }\n%{ case .Managed { cert, .. } }\n  cert ${cert};\n%{ case .Off }\n  plain;\n%{ end }\n%{ end }\n";

#[test]
fn templates_give_texts() {
    let main =
        sites("a.yaml").replace("sites.map(|s| json(s)).join(\"\\n\")", "template(\"a.mct\", sites = sites)");
    let yaml = "- name: a.example\n- name: b.example\n  port: 81\n  tls: {Managed: {cert: /c}}\n";
    let others = [("data/a.yaml", yaml), ("templates/a.mct", TEMPLATE)];
    assert_eq!(
        content(&main, &others),
        "workers 2;\nserver a.example;\n  plain;\nserver b.example:81;\n  cert /c;\n"
    );
    let late = main.replace("sites = sites)", "sites = sites, workers = facts.cpu.count)");
    let found = content_on(&late, &others, &[], &[Value::Int(7)]);
    assert!(found.starts_with("workers 7;\nserver a.example;"), "{found}");
}

#[test]
fn mistakes_in_templates_are_told_there() {
    let main = "record Site { name: String }\nfn shout(s: String) -> String { s.upper() }\nlet hidden = 1\npolicy p { File \"/x\" { content = template(\"a.mct\", sites = []) } }\n";
    let text = "%{ param sites: List<Site> }\n%{ for s in sites }\n${s.nam} ${shout(s.name)}\n%{ end }\n${hidden} ${facts.fqdn}\n";
    let found =
        wrong(&[("src/main.mc", main), ("templates/a.mct", text), ("templates/unused.mct", "${x}\n")]);
    for line in [
        "templates/a.mct:3:5: error[MC0303]",
        "templates/a.mct:5:3: error[MC0201]: nothing here is called `hidden`",
        "templates/a.mct:5:13: error[MC0201]: nothing here is called `facts`",
        "templates/unused.mct:1:3: error[MC0201]",
    ] {
        assert!(found.contains(line), "{line} in\n{found}");
    }
    assert!(!found.contains("shout"), "{found}");
    let calls = "policy p { File \"/x\" { content = template(\"a.mct\", n = \"1\", m = 2) } }\n";
    let text = "%{ param n: Int }\n%{ param o: Int }\n${n}${o}\n";
    let found = wrong(&[("src/main.mc", calls), ("templates/a.mct", text)]);
    for code in ["MC0301", "MC0303", "MC0304"] {
        assert!(found.contains("src/main.mc:6:") && found.contains(code), "{code} in\n{found}");
    }
}

#[test]
fn a_template_with_a_secret_is_one() {
    let text = "%{ param key: Secret<String> }\nkey=${key}\n";
    let main = "policy p { File \"/x\" { content = template(\"a.mct\", key = secret(\"k\")) } }\n";
    assert_eq!(wrong(&[("src/main.mc", main), ("templates/a.mct", text)]), "");
    let leak = "policy p { File \"/x\" { owner = UserName(template(\"a.mct\", key = secret(\"k\"))) } }\n";
    let found = wrong(&[("src/main.mc", leak), ("templates/a.mct", text)]);
    assert!(found.contains("MC0319"), "{found}");
}

#[test]
fn a_template_is_as_late_as_its_arguments() {
    let main = "fn f(s: String) -> String { template(\"a.mct\", s = s) }\npolicy p {\n  const let x = f(facts.hostname)\n  File \"/x\" { content = x }\n}\n";
    let text = "%{ param s: String }\n${s}\n";
    let found = wrong(&[("src/main.mc", main), ("templates/a.mct", text)]);
    assert!(found.contains("MC0401"), "{found}");
    let round = "fn f(s: String) -> String { template(\"a.mct\", s = s) }\npolicy p { File \"/x\" { content = f(\"a\") } }\n";
    let found = wrong(&[("src/main.mc", round), ("templates/a.mct", "%{ param s: String }\n${f(s)}\n")]);
    assert!(found.contains("MC0208"), "{found}");
}

/// Whatever a file says, it is an answer and no crash.
#[test]
fn cut_files_are_answered() {
    let yaml = "- name: a.example\n  port: 8080\n  tls: {Managed: {cert: /c}}\n  aliases: [b.example]\n";
    let main = sites("a.yaml");
    let mut db = database(&[("src/main.mc", &main), ("data/a.yaml", yaml)]);
    for end in 0..yaml.len() {
        package::set_text(&mut db, Utf8Path::new("data/a.yaml"), &yaml[..end]);
        said(&db);
    }
    let main = "record Site { name: String, port: Int, tls: Tls }\nenum Tls { Off, Managed { cert: String } }\npolicy p { File \"/x\" { content = template(\"a.mct\", sites = []) } }\n";
    let mut db = database(&[("src/main.mc", main), ("templates/a.mct", TEMPLATE)]);
    for end in 0..TEMPLATE.len() {
        package::set_text(&mut db, Utf8Path::new("templates/a.mct"), &TEMPLATE[..end]);
        said(&db);
    }
}

#[test]
fn files_that_nothing_names() {
    let main = "import std.fs.File\nenum Env { Dev }\nlabels { env: Env }\nrecord Config { port: Int }\nlet one: Config = load(\"one.toml\")\nlet env: Config = load(\"env/${labels.env}.toml\")\npolicy p {\n  File \"/motd\" { content = file(\"motd\") }\n  for at, blob in dir(\"www\") { File \"/srv/${at}\" { content = blob } }\n  File \"/text\" { content = template(\"a.mct\") }\n}\n";
    let found = wrong(&[
        ("src/main.mc", main),
        ("data/one.toml", "port = 1\n"),
        ("data/two.toml", "port = 2\n"),
        ("data/env/Dev.toml", "port = 3\n"),
        ("data/env/deep/Dev.toml", "port = 4\n"),
        ("files/motd", "hello\n"),
        ("files/issue", "hello\n"),
        ("files/.gitkeep", ""),
        ("files/www/deep/index.html", "hello\n"),
        ("templates/a.mct", "text\n"),
        ("templates/b.mct", "text\n"),
    ]);
    let expected = "data/env/deep/Dev.toml:1:1: warning[MC0719]: nothing in the package names `data/env/deep/Dev.toml`\n\
                    data/two.toml:1:1: warning[MC0719]: nothing in the package names `data/two.toml`\n\
                    masterchef.toml:1:1: warning[MC0719]: nothing in the package names `files/issue`\n\
                    templates/b.mct:1:1: warning[MC0719]: nothing in the package names `templates/b.mct`\n";
    assert_eq!(found, expected);
}
