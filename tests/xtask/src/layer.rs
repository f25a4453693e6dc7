//! `cargo xtask layers`: who may depend on whom. The table is the one in `ARCHITECTURE.md`, which is
//! generated from it.

use anyhow::{Result, bail};

use crate::metadata::{Metadata, Package};

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) level: u8,
    pub(crate) name: &'static str,
    pub(crate) folder: &'static str,
    pub(crate) purpose: &'static str,
}

const fn layer(level: u8, name: &'static str, folder: &'static str, purpose: &'static str) -> Layer {
    Layer { level, name, folder, purpose }
}

/// All crates. One may depend on those of lower levels only.
pub(crate) const LAYERS: &[Layer] = &[
    layer(0, "mc-syntax", "compiler/syntax", "tokens, grammar, syntax tree, trivia"),
    layer(
        0,
        "mc-plan",
        "runtime/plan",
        "the contract: values, expressions, schemas, plan, bundle, verification",
    ),
    layer(0, "mc-stdlib", "stdlib", "the standard library's sources, embedded"),
    layer(1, "mc-compiler", "compiler/core", "names, types and phases, evaluation, lowering, diagnostics"),
    layer(
        1,
        "mc-engine",
        "runtime/engine",
        "provider and host traits, scheduler, executor, journal, reports",
    ),
    layer(1, "mc-protocol", "runtime/protocol", "messages between control plane and agent"),
    layer(2, "mc-ide", "compiler/ide", "editor features as functions over the compiler; no protocol types"),
    layer(2, "mc-providers", "runtime/providers", "built-in providers, one file for each resource type"),
    layer(2, "mc-transport", "runtime/transport", "ways to a host, SSH first, behind one trait"),
    layer(2, "mc-wasm-host", "runtime/wasm", "providers in WebAssembly, in a process of their own"),
    layer(3, "mcc", "compiler/mcc", "the author's command line"),
    layer(3, "mc-lsp", "lsp", "the language server"),
    layer(3, "mc-agent", "runtime/agent", "the agent, and the only real host"),
    layer(3, "mc-control", "runtime/control", "the operator's command line and the control plane"),
    layer(4, "mc-test-support", "tests/support", "hosts, traces and measuring for end-to-end tests"),
    layer(
        4,
        "mc-codegen",
        "tests/codegen",
        "writes the providers' structs from the standard library's schemas, and words for editors",
    ),
    layer(4, "mc-e2e", "tests/e2e", "end-to-end tests"),
    layer(4, "xtask", "tests/xtask", "the project's tasks"),
];

/// Crates that no program on a managed host may contain: the compiler and what it is made of.
const COMPILER_ONLY: &[&str] = &[
    "ariadne",
    "lalrpop",
    "lalrpop-util",
    "logos",
    "mc-compiler",
    "mc-ide",
    "mc-stdlib",
    "mc-syntax",
    "salsa",
];

/// Programs that move or apply signed plans and never compile.
const RUNTIME_PROGRAMS: &[&str] = &["mc-agent", "mc-control"];

/// Test support is on the highest level and depends on no crate of the workspace: tests of all may use it.
const TEST_SUPPORT: &str = "mc-test-support";

pub(crate) fn run() -> Result<()> {
    let violations = check(&Metadata::load()?);
    if !violations.is_empty() {
        bail!("{}", violations.join("\n"));
    }
    println!(
        "layers: every dependency points downwards, and no compiler is in {}",
        RUNTIME_PROGRAMS.join(" or ")
    );
    Ok(())
}

/// What is wrong, one sentence each.
pub(crate) fn check(metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for (name, package) in metadata.members() {
        match find(name) {
            Some(layer) if package.manifest_path.ends_with(format!("{}/Cargo.toml", layer.folder)) => {
                violations.extend(package.dependencies.iter().filter_map(|dependency| {
                    let below = find(&dependency.name)?;
                    let reason = forbidden(layer, below, dependency.kind.as_deref())?;
                    Some(format!("{name} must not depend on {}: {reason}", below.name))
                }));
            }
            Some(layer) => violations.push(format!("{name} belongs in {}", layer.folder)),
            None => violations.push(format!("{name} has no layer: give it one in tests/xtask/src/layer.rs")),
        }
    }
    for program in RUNTIME_PROGRAMS {
        let linked = metadata.linked(program);
        for name in COMPILER_ONLY {
            if let Some(way) = linked.get(name) {
                violations.push(format!("{program} must not link {name}: {}", way.join(" -> ")));
            }
        }
    }
    violations
}

fn find(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}

fn forbidden(from: &Layer, to: &Layer, kind: Option<&str>) -> Option<&'static str> {
    // With another feature, such as its own fakes.
    if to.name == from.name && kind == Some("dev") {
        return None;
    }
    if to.name == TEST_SUPPORT && (kind == Some("dev") || from.level == 4) {
        return None;
    }
    let under = |layer: &Layer, folder: &str| layer.folder.split('/').next() == Some(folder);
    if from.level < 4 && to.level >= from.level {
        return Some("it is not on a lower level");
    }
    if under(from, "runtime") && !under(to, "runtime") {
        return Some(
            "nothing under runtime/ knows the compiler, the language server or the standard library",
        );
    }
    if (under(from, "compiler") || under(from, "lsp") || under(from, "stdlib"))
        && under(to, "runtime")
        && to.name != "mc-plan"
    {
        return Some("the compiler knows the runtime only by the plan");
    }
    if (from.name == "mc-engine" || from.name == "mc-control") && to.name == "mc-providers" {
        return Some("the engine and the control plane never name a provider");
    }
    if from.name == "mc-control" && to.name == "mc-engine" {
        return Some("the control plane moves signed bytes and never applies them");
    }
    if from.name == TEST_SUPPORT {
        return Some("tests of every crate may use it, so it uses none");
    }
    None
}

/// A table of the layers in Markdown.
pub(crate) fn table() -> String {
    let mut table = String::from("| Level | Crate | Folder | For |\n|---|---|---|---|\n");
    for Layer { level, name, folder, purpose } in LAYERS {
        // Not built yet.
        if mc_test_support::repository().join(folder).join("Cargo.toml").is_file() {
            table.push_str(&format!("| {level} | `{name}` | `{folder}` | {purpose} |\n"));
        }
    }
    table
}

/// Packages with a target of host tests, and the names of these targets.
pub(crate) fn host_suites(metadata: &Metadata) -> Vec<(&Package, &str)> {
    let members = metadata.members().into_values();
    let suites = members.flat_map(|package| {
        let targets = package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "test"));
        targets
            .filter(|target| target.name.starts_with("hosts_"))
            .map(move |target| (package, target.name.as_str()))
    });
    suites.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A workspace of all crates with these dependencies: from, to, kind.
    fn workspace(dependencies: &[(&str, &str, Option<&str>)], foreign: &[&str]) -> Metadata {
        let mut names: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
        names.extend(foreign);
        let of = |name: &str| -> Vec<&(&str, &str, Option<&str>)> {
            dependencies.iter().filter(|(from, _, _)| *from == name).collect()
        };
        let packages: Vec<Value> = names
            .iter()
            .map(|name| {
                let folder = find(name).map_or("elsewhere", |layer| layer.folder);
                let declared: Vec<Value> =
                    of(name).iter().map(|(_, to, kind)| json!({ "name": to, "kind": kind })).collect();
                json!({ "id": name, "name": name, "manifest_path": format!("/clone/{folder}/Cargo.toml"),
                        "dependencies": declared, "targets": [] })
            })
            .collect();
        let nodes: Vec<Value> = names
            .iter()
            .map(|name| {
                let edges: Vec<Value> = of(name)
                    .iter()
                    .map(|(_, to, kind)| json!({ "pkg": to, "dep_kinds": [{ "kind": kind }] }))
                    .collect();
                json!({ "id": name, "deps": edges })
            })
            .collect();
        let members: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
        let value =
            json!({ "packages": packages, "workspace_members": members, "resolve": { "nodes": nodes } });
        serde_json::from_value(value).expect("the shape is the one that is read")
    }

    /// The dependencies that the design names.
    const DESIGN: &[(&str, &str, Option<&str>)] = &[
        ("mc-compiler", "mc-syntax", None),
        ("mc-compiler", "mc-plan", None),
        ("mc-compiler", "mc-stdlib", None),
        ("mc-engine", "mc-plan", None),
        ("mc-protocol", "mc-plan", None),
        ("mc-ide", "mc-compiler", None),
        ("mc-providers", "mc-engine", None),
        ("mc-transport", "mc-protocol", None),
        ("mc-wasm-host", "mc-engine", None),
        ("mcc", "mc-compiler", None),
        ("mcc", "mc-plan", None),
        ("mc-lsp", "mc-ide", None),
        ("mc-agent", "mc-engine", None),
        ("mc-agent", "mc-providers", None),
        ("mc-agent", "mc-transport", None),
        ("mc-control", "mc-transport", None),
        ("mc-control", "mc-plan", None),
        ("mc-e2e", "mc-test-support", None),
        ("xtask", "mc-test-support", None),
        ("xtask", "mc-compiler", None),
        ("mc-agent", "mc-test-support", Some("dev")),
        ("mc-transport", "mc-transport", Some("dev")),
    ];

    fn violations(planted: (&str, &str, Option<&str>)) -> Vec<String> {
        let mut dependencies = DESIGN.to_vec();
        dependencies.push(planted);
        check(&workspace(&dependencies, &["salsa", "logos"]))
    }

    #[test]
    fn the_design_is_allowed() {
        assert_eq!(check(&workspace(DESIGN, &[])), [""; 0]);
    }

    #[test]
    fn planted_violations_are_refused() {
        for (from, to, reason) in [
            ("mc-plan", "mc-syntax", "lower level"),
            ("mc-compiler", "mc-ide", "lower level"),
            ("mc-engine", "mc-compiler", "lower level"),
            ("mc-engine", "mc-providers", "lower level"),
            ("mcc", "mc-lsp", "lower level"),
            ("mc-engine", "mc-stdlib", "under runtime/"),
            ("mc-providers", "mc-compiler", "under runtime/"),
            ("mc-agent", "mc-ide", "under runtime/"),
            ("mcc", "mc-engine", "only by the plan"),
            ("mc-ide", "mc-protocol", "only by the plan"),
            ("mc-lsp", "mc-engine", "only by the plan"),
            ("mc-control", "mc-providers", "never name a provider"),
            ("mc-control", "mc-engine", "never applies"),
            ("mc-agent", "mc-test-support", "lower level"),
            ("mc-test-support", "mc-plan", "uses none"),
        ] {
            let found = violations((from, to, None));
            let expected = format!("{from} must not depend on {to}: ");
            assert!(
                found.iter().any(|line| line.starts_with(&expected) && line.contains(reason)),
                "{from} -> {to}: {found:?}"
            );
        }
    }

    #[test]
    fn a_test_dependency_obeys_the_layers_too() {
        let found = violations(("mc-engine", "mc-providers", Some("dev")));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn the_agent_with_a_compiler_inside_is_refused_by_whatever_way_it_came() {
        let mut dependencies = DESIGN.to_vec();
        dependencies.extend([("mc-providers", "logos", None), ("mc-engine", "salsa", Some("build"))]);
        let found = check(&workspace(&dependencies, &["salsa", "logos"]));
        assert_eq!(found, ["mc-agent must not link logos: mc-agent -> mc-providers -> logos"]);
    }

    #[test]
    fn a_crate_without_a_layer_is_refused() {
        let mut metadata = workspace(DESIGN, &["mc-new"]);
        metadata.workspace_members.push("mc-new".to_owned());
        let found = check(&metadata);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("mc-new has no layer"), "{found:?}");
    }

    #[test]
    fn a_crate_in_another_folder_is_refused() {
        let mut metadata = workspace(DESIGN, &[]);
        for package in &mut metadata.packages {
            if package.name == "mc-plan" {
                package.manifest_path = "/clone/compiler/plan/Cargo.toml".into();
            }
        }
        assert_eq!(check(&metadata), ["mc-plan belongs in runtime/plan"]);
    }
}
