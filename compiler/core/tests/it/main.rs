//! Tests of the whole compiler over small packages in memory.

mod apart;
mod asset;
mod bound;
mod broken;
mod conflict;
mod cycle;
mod fact;
mod graph;
mod guard;
mod incremental;
mod inference;
mod leak;
mod module;
mod phase;
mod plan;
mod policy;
mod reference;
mod repeat;
mod scale;
mod scope;
mod standard;

use camino::Utf8Path;
use mc_compiler::compile::CompiledPlan;
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::{Database, package};
use mc_plan::expr::Operand;
use mc_plan::plan::{Clause, EdgeKind, EdgeReason, Plan};
use mc_plan::value::Value;
use std::fmt::Write;

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

const IMPORTS: &str = "import std.fs.{Directory, File, Symlink}\nimport std.pkg.Package\nimport std.svc.Service\n\
                       import std.user.User\nimport std.exec.{Command, Query}\n";

/// A record with fields of many types, which data files and facts are read into.
const SITE: &str = r#"
type Port = Int where 1 <= it && it <= 65535
enum Tls { Off, Managed { cert: AbsPath, days: Int = 90 } }
record Site {
  name: HostName
  root: AbsPath = "/srv/${name}"
  port: Port = 80
  tls: Tls = .Off
  aliases: Set<HostName> = []
  headers: Map<String, String> = []
  pause: Duration?
  limit: Size = 1MiB
  mode: Mode = 0o644
  ratio: Float = 1.0
  check root != "/" else "a site may not serve the whole host"
}
"#;

/// A database with these files. A root module without imports gets those of the standard library, on
/// lines before its own.
fn database(files: &[(&str, &str)]) -> Database {
    let mut db = Database::new();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    for (path, text) in files {
        let own = text.contains("import ") || !path.ends_with(".mc");
        let text = if own { (*text).to_owned() } else { format!("{IMPORTS}{text}") };
        package::set_text(&mut db, Utf8Path::new(path), &text);
    }
    db
}

/// The diagnostics of a package in one line each, then the steps and edges of its plan.
fn outline(files: &[(&str, &str)]) -> String {
    let db = database(files);
    let diagnostics = mc_compiler::diagnostics(&db);
    let options = RenderOptions { format: Format::Concise, ..RenderOptions::default() };
    let mut out = render(&db, &diagnostics, &options);
    if let Some(compiled) = mc_compiler::compiled_plan(&db) {
        out.push_str(&show(&compiled.plan));
    }
    out
}

/// Compares the outline of a root module.
fn check(source: &str, expected: expect_test::Expect) {
    expected.assert_eq(&outline(&[("src/main.mc", source)]));
}

/// The codes and lines of what is wrong with a root module, without the lines of the imports.
fn wrong(source: &str) -> Vec<(String, usize)> {
    let db = database(&[("src/main.mc", source)]);
    let before = IMPORTS.lines().count();
    mc_compiler::diagnostics(&db)
        .iter()
        .map(|d| {
            let text = d.primary.file.text(&db);
            let line = text[..d.primary.span.start as usize].lines().count().max(1);
            (d.code.to_string(), line - before)
        })
        .collect()
}

/// The plan of a program that is right, by the rules of plans as well.
#[track_caller]
#[expect(clippy::expect_used, reason = "test code: the program is right")]
fn right(source: &str) -> Plan {
    let db = database(&[("src/main.mc", source)]);
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    assert_eq!(render(&db, &mc_compiler::diagnostics(&db), &options), "");
    let compiled = mc_compiler::compiled_plan(&db).expect("a plan");
    assert_eq!(compiled.plan.check(), Ok(()), "{source}");
    compiled.plan.clone()
}

/// A text or a content of a bundle as a text; another value as it is.
#[expect(clippy::expect_used, reason = "test code: a bundle has its contents")]
fn content_of(compiled: &CompiledPlan, value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Blob(blob) => {
            let found = compiled.blobs.iter().find(|(other, _)| *other == **blob);
            String::from_utf8_lossy(&found.expect("a content of the bundle").1).into_owned()
        }
        other => format!("{other:?}"),
    }
}

fn name(plan: &Plan, vertex: u32) -> String {
    let Some(step) = plan.steps.get(vertex as usize) else { return format!("barrier {vertex}") };
    let schema = &plan.schemas[step.schema as usize].name;
    let short = schema.rsplit('.').next().unwrap_or(schema);
    match &step.key {
        Operand::Value(Value::Str(key)) => format!("{short}[{key}]"),
        other => format!("{short}[{other:?}]"),
    }
}

fn show(plan: &Plan) -> String {
    let mut out = String::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let _ = write!(out, "{}", name(plan, index as u32));
        for declaration in &step.declarations {
            if let Operand::Expr(id) = declaration.condition {
                let _ = write!(out, " if #{}", id.0);
            }
            for setting in &declaration.attributes {
                let attribute =
                    &plan.schemas[step.schema as usize].attributes[setting.attribute as usize].name;
                let value = match &setting.value {
                    Operand::Expr(id) => format!("#{}", id.0),
                    Operand::Value(Value::Blob(blob)) => format!("<{} bytes>", blob.size),
                    Operand::Value(Value::Str(text)) => text.to_string(),
                    Operand::Value(value) => format!("{value:?}"),
                };
                let _ = write!(out, " {attribute}={value}");
            }
        }
        out.push('\n');
    }
    for refusal in &plan.refusals {
        let _ = writeln!(out, "refused if {:?}: {:?}", refusal.condition, refusal.message);
    }
    for edge in &plan.edges {
        let kind = match edge.kind {
            EdgeKind::Order => "->",
            EdgeKind::Notify => "-notify->",
            EdgeKind::Restart => "-restart->",
            EdgeKind::Reload => "-reload->",
        };
        let reason = match &edge.reason {
            EdgeReason::Clause(clause) => match clause {
                Clause::After => "after".to_owned(),
                Clause::Before => "before".to_owned(),
                Clause::Notify => "notify".to_owned(),
                Clause::RestartOn => "restart on".to_owned(),
                Clause::ReloadOn => "reload on".to_owned(),
            },
            EdgeReason::Output => "output".to_owned(),
            EdgeReason::Auto { schema, rule } => {
                plan.schemas[*schema as usize].autoedges[*rule as usize].text.clone()
            }
            EdgeReason::Boundary => "boundary".to_owned(),
            EdgeReason::Policy => "order of policies".to_owned(),
        };
        let _ = writeln!(out, "{} {kind} {} ({reason})", name(plan, edge.from), name(plan, edge.to));
    }
    out
}
