//! Where a name is used.

use crate::definition::{self, Location};
use crate::manifest;
use crate::occurrence::occurrences;
use mc_compiler::name;
use mc_compiler::package;
use mc_compiler::signature::Target;
use mc_compiler::{Db, File, Origin};
use mc_syntax::Span;
use smol_str::SmolStr;

/// A place where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usage {
    /// The name.
    pub span: Span,
    /// Whether the name is declared here.
    pub declares: bool,
}

/// Where the name at an offset stands in the package and in what it depends on, by file in the order of their paths;
/// none for what is built in.
pub fn references(db: &dyn Db, file: File, offset: u32) -> Vec<(File, Vec<Usage>)> {
    if manifest::is_manifest(db, file) {
        return manifest::references(db, file, offset);
    }
    let Some((_, symbols)) = symbols_at(db, file, offset) else { return Vec::new() };
    let mut found = Vec::new();
    for at in files(db, &symbols) {
        let usages = usages(db, at, &symbols);
        if !usages.is_empty() {
            found.push((at, usages));
        }
    }
    found
}

/// Where the name at an offset stands in the same file.
pub fn highlights(db: &dyn Db, file: File, offset: u32) -> Vec<Usage> {
    if manifest::is_manifest(db, file) {
        let mut all = manifest::references(db, file, offset).into_iter();
        return all.find(|(at, _)| *at == file).map(|(_, usages)| usages).unwrap_or_default();
    }
    symbols_at(db, file, offset).map(|(_, symbols)| usages(db, file, &symbols)).unwrap_or_default()
}

/// The places of the local name at an offset, all of which change together when one is typed over. Of what other files
/// can know there are none, nor where a short form stands for more than the name.
pub fn linked(db: &dyn Db, file: File, offset: u32) -> Vec<Span> {
    let Some((_, symbols)) = symbols_at(db, file, offset) else { return Vec::new() };
    let [Target::Local(home, declared)] = symbols.as_slice() else { return Vec::new() };
    if *home != file {
        return Vec::new();
    }
    let name = written(db, file, *declared);
    let found: Vec<Span> = usages(db, file, &symbols).into_iter().map(|usage| usage.span).collect();
    let is_alone = |span: &Span| {
        written(db, file, *span) == name
            && occurrences(db, file).at(span.start).is_some_and(|(_, targets)| targets.len() == 1)
    };
    if found.iter().all(is_alone) { found } else { Vec::new() }
}

/// The name at an offset and what it means. Two meanings for a short form such as `{ key }`.
pub(crate) fn symbols_at(db: &dyn Db, file: File, offset: u32) -> Option<(Span, Vec<Target>)> {
    let (span, targets) = occurrences(db, file).at(offset)?;
    let mut symbols: Vec<Target> = targets.into_iter().map(|target| symbol(db, target)).collect();
    symbols.dedup();
    symbols.retain(|symbol| !matches!(symbol, Target::Method(..) | Target::BuiltinType(_) | Target::Fail));
    (!symbols.is_empty()).then_some((span, symbols))
}

/// A parameter is a local of its body too: it is the parameter.
pub(crate) fn symbol(db: &dyn Db, target: &Target) -> Target {
    match target {
        Target::Local(file, span) => {
            occurrences(db, *file).declared(*span).cloned().unwrap_or_else(|| target.clone())
        }
        _ => target.clone(),
    }
}

fn usages(db: &dyn Db, file: File, symbols: &[Target]) -> Vec<Usage> {
    let declared: Vec<Location> = symbols.iter().filter_map(|s| definition::location(db, s)).collect();
    let mut found = Vec::new();
    for (span, target) in occurrences(db, file).all() {
        if symbols.contains(&symbol(db, target)) {
            let declares = declared.contains(&Location { file, span: *span });
            found.push(Usage { span: *span, declares });
        }
    }
    found.dedup();
    found
}

/// The files that can use a name: those in whose text it stands.
pub(crate) fn files(db: &dyn Db, symbols: &[Target]) -> Vec<File> {
    if let [Target::Local(file, _)] = symbols {
        return vec![*file];
    }
    let names: Vec<SmolStr> = symbols.iter().map(|symbol| text(db, symbol)).collect();
    let modules = name::modules(db).values().copied().chain(name::templates(db));
    let mut files: Vec<File> = modules.filter(|file| mentions(db, *file, &names)).collect();
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    files
}

fn mentions(db: &dyn Db, file: File, names: &[SmolStr]) -> bool {
    let text = file.text(db);
    file.origin(db) != Origin::Standard && names.iter().any(|name| text.contains(name.as_str()))
}

/// How a symbol is written.
pub(crate) fn text(db: &dyn Db, symbol: &Target) -> SmolStr {
    match symbol {
        Target::Decl(id) => id.text(db),
        Target::Member(_, name) | Target::Payload(_, _, name) | Target::Label(name) => name.clone(),
        Target::Method(_, name) | Target::BuiltinType(name) => name.clone(),
        Target::TemplateParam(_, name) => name.clone(),
        Target::Template(file) => SmolStr::new(file.path(db).file_name().unwrap_or_default()),
        Target::Module(file) => SmolStr::new(file.module(db).rsplit('.').next().unwrap_or_default()),
        Target::Local(file, span) => SmolStr::new(written(db, *file, *span)),
        Target::Labels => SmolStr::new_static("labels"),
        Target::SelfValue(_) => SmolStr::new_static("self"),
        Target::Fail => SmolStr::new_static("fail"),
    }
}

pub(crate) fn written(db: &dyn Db, file: File, span: Span) -> &str {
    file.text(db).get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// The package that a file belongs to may be changed: it is no other's.
pub(crate) fn is_own(db: &dyn Db, file: File) -> bool {
    file.origin(db) == Origin::Package && package::file(db, file.path(db)).is_some()
}
