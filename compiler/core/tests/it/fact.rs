//! Declared facts: what a plan says of them, and that hosts make of a document what a data file makes of it.

#![allow(clippy::expect_used, clippy::panic, reason = "test code: what cannot be prepared fails the test")]

use crate::{SITE, content_of, database, right, wrong};
use camino::{Utf8Path, Utf8PathBuf};
use expect_test::expect;
use mc_compiler::compile::CompiledPlan;
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::system::MemorySystem;
use mc_compiler::test::Options;
use mc_compiler::{Database, package};
use mc_plan::eval::{Context, Evaluated, Evaluator, Lookup};
use mc_plan::plan::{FactFormat, Plan, Probe};
use mc_plan::reading;
use mc_plan::value::Type;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A host that says this of every fact.
struct Says<'a>(&'a Plan, &'a str);

impl Context for Says<'_> {
    fn fact(&self, position: u32) -> Lookup {
        let fact = &self.0.facts[position as usize];
        let format = fact.declared.as_ref().expect("a declared fact").format;
        match reading::bytes(self.1.as_bytes(), format, &fact.ty, &self.0.types) {
            Ok(value) => Lookup::Value(value),
            Err(error) => Lookup::Error(error.to_string().into()),
        }
    }
}

fn compiled(files: &[(&str, &str)]) -> CompiledPlan {
    let db = database(files);
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    assert_eq!(render(&db, &mc_compiler::diagnostics(&db), &options), "");
    let plan = mc_compiler::compiled_plan(&db).expect("a plan").clone();
    assert_eq!(plan.plan.check(), Ok(()));
    plan
}

/// The content of the one file of a plan, where every fact is this; or why there is none.
fn content(compiled: &CompiledPlan, said: &str) -> Result<String, String> {
    let plan = &compiled.plan;
    let setting = &plan.steps[0].declarations[0].attributes[0];
    let mut evaluator = Evaluator::new(&plan.exprs);
    let host = Says(plan, said);
    match evaluator.operand(&setting.value, &host).map_err(|error| error.to_string())? {
        Evaluated::Known(value) => Ok(content_of(compiled, &value)),
        other => panic!("{other:?}"),
    }
}

/// A policy with a file of all sites; their headers are ports, and they have a pair.
fn site_list() -> String {
    let record = SITE
        .replace("headers: Map<String, String>", "headers: Map<String, Port>")
        .replace("  check ", "  pair: (Port, String) = (1, \"x\")\n  check ");
    format!("{record}policy base {{ File \"/etc/sites\" {{ content = json(sites) }} }}\n")
}

const SITES: &str = r#"[
  { "name": "a.example" },
  { "name": "b.example", "root": "/b", "port": 8080, "tls": { "Managed": { "cert": "/b.pem" } },
    "aliases": ["c.example", "b2.example", "c.example"], "headers": { "x": 1, "a": 2 },
    "pause": "90s", "limit": "2KiB", "mode": "0o600", "ratio": 2, "pair": [7, "y"] },
  { "name": "c.example", "tls": "Off", "pause": null }
]"#;

#[test]
fn a_host_reads_what_a_data_file_says() {
    let types = site_list();
    let data = format!("let sites: List<Site> = load(\"sites.json\"){types}");
    let data = compiled(&[("src/main.mc", &data), ("data/sites.json", SITES)]);
    let fact = format!("fact sites: List<Site> from file \"/etc/sites.json\" as json{types}");
    let fact = compiled(&[("src/main.mc", &fact)]);
    let loaded = content(&data, "").expect("a constant");
    assert!(loaded.contains("/srv/a.example"), "{loaded}");
    assert_eq!(content(&fact, SITES), Ok(loaded));
    for (wrong, why) in [
        (r#"[{ "name": "a", "port": 0 }]"#, "the fact `test.sites`: a value is no `Port`"),
        (r#"[{ "name": "a", "headers": { "x": 70000 } }]"#, "the fact `test.sites`: a value is no `Port`"),
        (r#"[{ "name": "a", "pair": [0, "x"] }]"#, "the fact `test.sites`: a value is no `Port`"),
        (r#"[{ "name": "a", "root": "/" }]"#, "the fact `test.sites`: a site may not serve the whole host"),
        (r#"[{ "name": "-" }]"#, "[0].name: `-` is not a HostName"),
        (r#"[{ }]"#, "[0]: it has no `name`"),
    ] {
        let found = content(&fact, wrong).expect_err(wrong);
        assert!(found.contains(why), "{wrong}: {found}");
    }
}

#[test]
fn parts_of_optional_facts() {
    let source = r#"
record Inner { size: Int = 3 }
record Outer { inner: Inner?, note: String = "none" }
fact outer: Outer? from file "/etc/outer" as json
policy base { File "/etc/out" { content = "${outer?.inner?.size ?? 0} ${outer?.note ?? "absent"}" } }
"#;
    let plan = compiled(&[("src/main.mc", source)]);
    for (said, wanted) in [
        ("null", "0 absent"),
        ("{}", "0 none"),
        (r#"{"inner": {}}"#, "3 none"),
        (r#"{"inner": {"size": 5}, "note": "x"}"#, "5 x"),
    ] {
        assert_eq!(content(&plan, said).as_deref(), Ok(wanted), "{said}");
    }
}

#[test]
fn a_plan_names_the_facts_that_it_reads_and_no_others() {
    let plan = right(
        r#"
const let tool = "mdadm"
fact raid: List<String>? from command [tool, "--detail"] as lines timeout 5s
fact site: String from file "/etc/site" as text
fact other: String from command ["other"] as text
policy base {
  File "/etc/a" { content = (raid ?? []).join(","), when site == "x" }
  File "/etc/b" { content = site }
}"#,
    );
    let mut shown = String::new();
    for fact in &plan.facts {
        let declared = fact.declared.as_ref().expect("a declared fact");
        let _ =
            writeln!(shown, "{}: {:?} from {} as {:?}", fact.path, fact.ty, declared.probe, declared.format);
    }
    expect![[r#"
        test.site: String from file "/etc/site" as Text
        test.raid: Optional(List(String)) from command ["mdadm", "--detail"] as Lines
    "#]]
    .assert_eq(&shown);
    assert_eq!(plan.features(), ["facts"]);
    let timeouts = plan.facts.iter().map(|fact| match &fact.declared.as_ref().expect("declared").probe {
        Probe::Command { timeout, .. } => *timeout,
        Probe::File(_) => 0,
    });
    assert_eq!(timeouts.sum::<i64>(), 5_000_000_000);
}

#[test]
fn facts_of_other_modules_and_of_dependencies() {
    let main = "import storage.{raid}\nimport std.fs.File\nimport storage\n\
                policy base { File \"/etc/a\" { content = \"${raid} ${storage.site}\" } }";
    let storage = "pub fact raid: String from file \"/etc/raid\" as text\n\
                   pub fact site: Int from file \"/etc/site\" as text";
    let plan = compiled(&[("src/main.mc", main), ("src/storage.mc", storage)]).plan;
    let names: Vec<&str> = plan.facts.iter().map(|fact| fact.path.as_str()).collect();
    assert_eq!(names, ["test.storage.raid", "test.storage.site"]);
    assert_eq!(plan.facts[1].ty, Type::Int);
    assert_eq!(plan.facts[0].declared.as_ref().expect("declared").format, FactFormat::Text);
}

#[test]
fn what_no_host_can_say() {
    let codes = |line: &str| -> Vec<String> {
        let source = format!(
            "record Own {{ n: Int = 1 }}\nrecord Box<T> {{ t: T }}\n\
             enum Full {{ A {{ n: Int }} }}\n{line}\npolicy base {{}}"
        );
        wrong(&source).into_iter().map(|(code, _)| code).collect()
    };
    let bad = ["MC0323"];
    for line in [
        "fact a: Secret<String> from file \"/a\" as text",
        "fact a: Blob from file \"/a\" as text",
        "fact a: Bytes from file \"/a\" as json",
        "fact a: Box<Int> from file \"/a\" as json",
        "fact a: Map<List<Int>, Int> from file \"/a\" as json",
        "fact a: Own from file \"/a\" as text",
        "fact a: Full from file \"/a\" as text",
        "fact a: List<List<Int>> from file \"/a\" as lines",
        "fact a: Int from file \"/a\" as lines",
        "fact a: Int from file \"/a\"",
        "fact a: Int from file \"/a\" as text timeout 1s",
        "fact a: Int from command [] as text",
        "fact a: Int from command [\"\"] as text",
        "fact a: Int from command [\"a/b\"] as text",
        "fact a: Int from command [\"a\"] as text timeout 0s",
        "let p = \"a/b\"\nfact a: Int from command [p] as text",
        "fact facts: Int from file \"/a\" as text",
    ] {
        assert_eq!(codes(line), bad, "{line}");
    }
    for (line, code) in [
        ("fact a: Int from command \"a\" as text", "MC0301"),
        ("fact a: Int from command [1] as text", "MC0301"),
        ("fact a: Int from file \"a\" as text", "MC0302"),
        ("fact a: Int from command [b] as text\nfact b: String from file \"/b\" as text", "MC0401"),
        ("fact a: Int from command [\"a\"] as text timeout facts.cpu.count * 1s", "MC0401"),
        ("record R { n: Int = a.n }\nfact a: R from file \"/a\" as json", "MC0208"),
        ("type P = Int where it > a\nfact a: P from file \"/a\" as text", "MC0208"),
        ("fact a: Int from file \"/a\" as text\nfact a: Int from file \"/b\" as text", "MC0206"),
        ("fact a: Missing from file \"/a\" as text", "MC0202"),
        ("const let n = a\nfact a: Int from file \"/a\" as text", "MC0401"),
    ] {
        assert_eq!(codes(line), [code], "{line}");
    }
}

#[test]
fn no_secret_and_no_key_comes_too_late() {
    assert_eq!(
        wrong(
            r#"
fact names: List<String> from file "/etc/names" as lines
fact one: AbsPath from file "/etc/one" as text
policy base {
  File (one) { content = "x" }
  for name in names { File "/srv/${name}" {} }
  File "/etc/a" { after File[one] }
}"#
        ),
        [("MC0401".to_owned(), 7)]
    );
}

#[test]
fn a_component_of_a_dependency_brings_its_fact() {
    let manifest = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2026\"\n{rest}")
    };
    let files = [
        ("web/masterchef.toml", manifest("web", "[dependencies]\nmy-disks = { path = \"../disks\" }\n")),
        ("web/src/main.mc", "import my_disks.raid.{Alarm}\npolicy base { Alarm {} }\n".to_owned()),
        ("disks/masterchef.toml", manifest("my-disks", "")),
        (
            "disks/src/raid.mc",
            "import std.fs.File\n/// The state.\npub fact state: String from command [\"raid\"] as text\n\
             /// Says it.\npub component Alarm { File \"/etc/raid\" { content = state } }\n"
                .to_owned(),
        ),
    ];
    let files = files.map(|(path, text)| (Utf8PathBuf::from(format!("/all/{path}")), text));
    let mut db = Database::new();
    package::load(&mut db, &MemorySystem::new(files), Utf8Path::new("/all/web")).expect("the package loads");
    let options = RenderOptions { format: Format::Concise, ..RenderOptions::default() };
    let compiled = mc_compiler::compiled_plan(&db);
    let said = || render(&db, &mc_compiler::diagnostics(&db), &options);
    let plan = &compiled.unwrap_or_else(|| panic!("{}", said())).plan;
    assert_eq!(plan.facts[0].path, "my_disks.raid.state");
    let declared = plan.facts[0].declared.as_ref().expect("declared");
    assert_eq!(plan.files[declared.span.file as usize], "../disks/src/raid.mc");
}

#[test]
fn tests_give_facts_and_count_the_ways_that_they_decide() {
    let source = r#"
type Size = Int where it > 0
record Disk { name: String, size: Size = 10 }
fact disks: List<Disk>? from command ["disks"] as json
fact site: Int from file "/etc/site" as text
policy base {
  if let found = disks {
    File "/etc/a" { content = "${found.map(|disk| disk.size).sum()}" }
  }
  File "/etc/b" {
    content = match site {
      1 => "one"
      _ => "other"
    }
  }
}
test "disks" {
  given disks in [[Disk { name = "a" }, Disk { name = "b", size = 5 }], none]
  given site = 1
  expect plan(base).content(File["/etc/b"]) == "one"
  expect plan(base).has(File["/etc/a"]) == (disks != none)
}
test "how large" {
  given disks = [Disk { name = "a" }, Disk { name = "b", size = 5 }]
  given site = 1
  expect plan(base).content(File["/etc/a"]) == "15"
}
"#;
    let db = database(&[("src/main.mc", source)]);
    let options = Options { filter: None, chosen: None, jobs: 1, goldens: BTreeMap::new(), update: false };
    let report = mc_compiler::test::run(&db, &options).expect("a package without errors");
    let all: Vec<(String, usize)> =
        report.outcomes.iter().map(|outcome| (outcome.case_text(), outcome.diagnostics.len())).collect();
    let disks = "disks = [Disk { name = \"a\" }, Disk { name = \"b\", size = 5 }]".to_owned();
    assert_eq!(all, [(disks, 0), ("disks = none".to_owned(), 0), (String::new(), 0)]);
    let missed: Vec<&str> =
        report.coverage.ways.iter().filter(|way| !way.taken).map(|way| way.text.as_str()).collect();
    assert_eq!((missed, report.coverage.ways.len()), (vec!["_ of match site"], 4));
}
