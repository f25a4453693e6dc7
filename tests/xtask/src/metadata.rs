//! What cargo says about the workspace and everything it depends on.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;
use serde::Deserialize;

use crate::cargo::{self, cargo};

/// The part of `cargo metadata` that tasks use.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) resolve: Resolve,
}

/// A package, of the workspace or not.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) manifest_path: Utf8PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A dependency as a manifest declares it.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev`, `build`, or nothing for an ordinary one.
    pub(crate) kind: Option<String>,
}

/// Something a package builds.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

/// The resolved graph.
#[derive(Debug, Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

/// A package in the resolved graph.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) deps: Vec<NodeDependency>,
}

/// An edge of the resolved graph.
#[derive(Debug, Deserialize)]
pub(crate) struct NodeDependency {
    pub(crate) pkg: String,
    pub(crate) dep_kinds: Vec<EdgeKind>,
}

/// Why the edge is there.
#[derive(Debug, Deserialize)]
pub(crate) struct EdgeKind {
    pub(crate) kind: Option<String>,
}

impl Metadata {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Self> {
        let text = cargo::read(cargo("metadata").args(["--format-version", "1", "--locked"]))?;
        serde_json::from_str(&text).context("cargo metadata has another shape than expected")
    }

    /// The packages of the workspace, by name.
    pub(crate) fn members(&self) -> BTreeMap<&str, &Package> {
        let members = self.packages.iter().filter(|package| self.workspace_members.contains(&package.id));
        members.map(|package| (package.name.as_str(), package)).collect()
    }

    /// The names of all packages that end up in programs and libraries of `package`: ordinary
    /// dependencies, and theirs. Procedural macros are among them although they only run at build time.
    pub(crate) fn linked(&self, package: &str) -> BTreeMap<&str, Vec<&str>> {
        let nodes: BTreeMap<&str, &Node> =
            self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let names: BTreeMap<&str, &str> =
            self.packages.iter().map(|p| (p.id.as_str(), p.name.as_str())).collect();
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let start = self.members().get(package).map(|package| package.id.as_str());
        let mut pending: Vec<(&str, Vec<&str>)> = start.map(|id| (id, Vec::new())).into_iter().collect();
        while let Some((id, mut way)) = pending.pop() {
            let Some(name) = names.get(id) else { continue };
            if found.contains_key(name) {
                continue;
            }
            way.push(name);
            let edges = nodes.get(id).map_or(&[][..], |node| node.deps.as_slice());
            let ordinary = edges.iter().filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none()));
            pending.extend(ordinary.map(|edge| (edge.pkg.as_str(), way.clone())));
            found.insert(name, way);
        }
        found
    }
}
