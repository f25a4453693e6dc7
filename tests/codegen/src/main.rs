//! Writes the providers' structs from the resource schemas of the standard library, the words of the language in the
//! files of editors, and the page about the editor's actions, by way of the compiler. `cargo xtask codegen` runs it;
//! with `--check` it writes nothing and fails when something is stale.
//!
//! A crate of its own because it links the compiler, the editor's features and the providers, and the other tasks must
//! build when one of these does not.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]
#![allow(clippy::disallowed_methods, reason = "reads and writes the repository")]

mod assist;
mod grammar;
mod query;
mod word;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use mc_compiler::Database;
use mc_compiler::check::schema;
use mc_compiler::name::{self, DeclKind};
use mc_providers::codegen::{self, GeneratedFile};

const FOLDER: &str = "runtime/providers/src/generated";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let only_check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => bail!("unknown argument {other}"),
    };
    let root = mc_test_support::repository();
    let grammars = grammar::generated()?.into_iter().map(|(path, text)| (path.to_owned(), text));
    let page = std::iter::once((assist::PAGE.to_owned(), assist::page()?));
    for (path, text) in
        word::files(&root)?.into_iter().chain(query::files(&root)?).chain(grammars).chain(page)
    {
        if std::fs::read_to_string(root.join(&path)).is_ok_and(|old| old == text) {
            continue;
        }
        if only_check {
            bail!("not as generated, run `cargo xtask codegen`: {path}");
        }
        println!("codegen: {path}");
        std::fs::write(root.join(&path), text).with_context(|| format!("cannot write {path}"))?;
    }
    let folder = root.join(FOLDER);
    let changes = changes(&folder, &generated()?)?;
    if only_check && !changes.is_empty() {
        let names: Vec<&str> = changes.keys().map(String::as_str).collect();
        bail!("not as generated, run `cargo xtask codegen`: {FOLDER}: {}", names.join(", "));
    }
    for (name, text) in changes {
        println!("codegen: {FOLDER}/{name}");
        let path = folder.join(name);
        match text {
            Some(text) => std::fs::write(&path, text).with_context(|| format!("cannot write {path}"))?,
            None => std::fs::remove_file(&path).with_context(|| format!("cannot remove {path}"))?,
        }
    }
    Ok(())
}

/// The files as they should be.
fn generated() -> Result<Vec<GeneratedFile>> {
    let db = Database::new();
    let mut schemas = Vec::new();
    for file in name::modules(&db).values() {
        let declarations = name::declarations(&db, *file).values();
        for resource in declarations.filter(|declared| declared.kind == DeclKind::Resource) {
            let checked = schema::schema(&db, resource.id);
            let Some(schema) = &checked.schema else {
                bail!("{} is broken: {:?}", resource.id.qualified(&db), checked.findings.diagnostics);
            };
            schemas.push(schema.as_ref().clone());
        }
    }
    Ok(codegen::generate(&schemas)?)
}

/// What differs in the folder: files with their new text, or none for one that is no longer generated.
fn changes(folder: &Utf8Path, generated: &[GeneratedFile]) -> Result<BTreeMap<String, Option<String>>> {
    let mut changes = BTreeMap::new();
    for entry in folder.read_dir_utf8().with_context(|| format!("cannot list {folder}"))? {
        let name = entry?.file_name().to_owned();
        if !generated.iter().any(|file| file.name == name) {
            changes.insert(name, None);
        }
    }
    for file in generated {
        if std::fs::read_to_string(folder.join(&file.name)).is_ok_and(|text| text == file.text) {
            continue;
        }
        changes.insert(file.name.clone(), Some(file.text.clone()));
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use mc_test_support::scratch::Scratch;

    use super::*;

    #[test]
    fn stale_missing_and_left_over_files_are_found() {
        let scratch = Scratch::new();
        scratch.write("same.rs", "same");
        scratch.write("stale.rs", "old");
        scratch.write("gone.rs", "old");
        let file = |name: &str, text: &str| GeneratedFile { name: name.to_owned(), text: text.to_owned() };
        let generated = [file("same.rs", "same"), file("stale.rs", "new"), file("missing.rs", "new")];
        let found = changes(scratch.path(), &generated).expect("the folder is there");
        let found: Vec<(&str, Option<&str>)> =
            found.iter().map(|(name, text)| (name.as_str(), text.as_deref())).collect();
        assert_eq!(found, [("gone.rs", None), ("missing.rs", Some("new")), ("stale.rs", Some("new"))]);
    }

    #[test]
    fn the_standard_library_has_resources() {
        let files = generated().expect("the standard library is sound");
        assert!(files.iter().any(|file| file.name == "fs.rs" && file.text.contains("std.fs.File")));
        // What is declared for a provider that is not there yet gets no code.
        assert!(files.iter().all(|file| file.name != "sys.rs" && !file.text.contains("std.user.Group")));
    }
}
