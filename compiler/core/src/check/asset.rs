//! What a package has beside its modules, as expressions: `file`, `dir`, and the paths that `load` and
//! `template` name files by.

use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code, nearest};
use crate::hir::{self, Arm, BlockId, ExprId, ExprKind, Pattern};
use crate::package::{self, Assets, DATA, FILES, TEMPLATE, TEMPLATES, Written};
use crate::signature::Signature;
use crate::ty::Ty;
use camino::{Utf8Path, Utf8PathBuf};
use mc_plan::value::{TextKind, Value};
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asset {
    Data,
    Template,
    File,
    Folder,
}

impl Asset {
    /// The folder that its paths begin in.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Asset::Data => DATA,
            Asset::Template => TEMPLATES,
            Asset::File | Asset::Folder => FILES,
        }
    }

    fn function(self) -> &'static str {
        match self {
            Asset::Data => "load",
            Asset::Template => "template",
            Asset::File => "file",
            Asset::Folder => "dir",
        }
    }
}

/// What chooses among files by the text of a hole.
pub(super) struct Chosen {
    /// What each file is chosen by, its path below the folder, and the text of the hole.
    pub(super) cases: Vec<(Pattern, Utf8PathBuf, SmolStr)>,
    /// Whether there is one for every value that the hole may have.
    pub(super) total: bool,
}

impl<'db> Checker<'db> {
    /// The path that an argument writes; none after a mistake.
    pub(super) fn asset_path(&mut self, expr: &'db ast::Expr, what: Asset) -> Option<Written<'db>> {
        let function = what.function();
        let Ast::String(parts) = &expr.kind else {
            let folder = what.folder();
            self.report(
                Diagnostic::error(
                    code::BAD_ASSET_PATH,
                    self.place(expr.span),
                    format!("`{function}` takes a path that is written out"),
                )
                .here("not a text in quotes")
                .note(format!(
                    "which files of `{folder}/` a build reads is known before anything is computed"
                ))
                .help(format!("for example `{function}(\"{}\")`", example(what))),
            );
            self.pure(expr, &Want::Type(Ty::String));
            return None;
        };
        let Some(written) = Written::of(parts) else {
            let mistake =
                Diagnostic::error(code::BAD_ASSET_PATH, self.place(expr.span), "a path has one hole at most");
            self.report(mistake.here("has more").help("choose with `match` between paths of one hole each"));
            return None;
        };
        let text = match written {
            Written::Whole(text) => text.to_owned(),
            Written::Hole(before, _, after) => format!("{before}x{after}"),
        };
        if let Err((why, help)) = check_path(&text, what) {
            let shown = match written {
                Written::Whole(text) => text.escape_debug().to_string(),
                Written::Hole(before, _, after) => {
                    format!("{}..{}", before.escape_debug(), after.escape_debug())
                }
            };
            let mut mistake = Diagnostic::error(
                code::BAD_ASSET_PATH,
                self.place(expr.span),
                format!("`{shown}` is no path in `{}/`", what.folder()),
            )
            .here(why);
            mistake.help = help;
            self.report(mistake);
            return None;
        }
        if let Written::Hole(before, hole, after) = written {
            let alone = (before.is_empty() || before.ends_with('/'))
                && (after.is_empty() || after.starts_with(['/', '.']));
            if !alone || what == Asset::Folder || what == Asset::Template {
                let (headline, help) = match what {
                    Asset::Template => (
                        "which template it is may not depend on a value",
                        "choose with `if` or `match` between calls of `template`",
                    ),
                    Asset::Folder => (
                        "which folder it is may not depend on a value",
                        "choose with `if` or `match` between calls of `dir`",
                    ),
                    _ => (
                        "a hole is a whole name in a path, or all of one in front of its dot",
                        "for example `\"hosts/${facts.fqdn}.toml\"`",
                    ),
                };
                let mistake = Diagnostic::error(code::BAD_ASSET_PATH, self.place(hole.span), headline);
                self.report(mistake.here("this hole").help(help));
                return None;
            }
        }
        Some(written)
    }

    /// Reports a file that the package does not have.
    pub(super) fn no_asset<'a>(
        &mut self,
        path: &str,
        span: Span,
        what: Asset,
        known: impl Iterator<Item = &'a Utf8PathBuf>,
    ) {
        let folder = what.folder();
        let known: Vec<&str> = known.map(|path| path.as_str()).collect();
        let place = self.place(span);
        let headline = format!("there is no `{folder}/{path}` in this package");
        let mut mistake = Diagnostic::error(code::NO_ASSET, place, headline).here("no such file");
        if let Some(near) = nearest(path, known.iter().copied()) {
            mistake = mistake.help(format!("did you mean `{near}`?")).fix(
                format!("change to `{near}`"),
                place,
                format!("\"{near}\""),
            );
        } else if known.is_empty() {
            mistake =
                mistake.help(format!("paths begin in the folder `{folder}/` of the package, which is empty"));
        } else {
            let shown: Vec<String> = known.iter().take(6).map(|path| format!("`{path}`")).collect();
            let more = if known.len() > shown.len() { ", .." } else { "" };
            mistake = mistake.help(format!("`{folder}/` has {}{more}", shown.join(", ")));
        }
        self.report(mistake);
    }

    pub(super) fn assets(&self) -> Option<&'db Assets> {
        package::assets(self.db, self.file)
    }

    /// The argument of a function that takes a path alone.
    fn only_path(&mut self, args: &'db [ast::Arg], what: Asset, span: Span) -> Option<&'db ast::Expr> {
        if let [ast::Arg { name: None, value }] = args {
            return Some(value);
        }
        let function = what.function();
        self.report(
            Diagnostic::error(code::BAD_CALL, self.place(span), format!("`{function}` takes one path"))
                .here("one text in quotes")
                .help(format!("for example `{function}(\"{}\")`", example(what))),
        );
        None
    }

    /// `file("motd")`
    pub(super) fn file_blob(&mut self, args: &'db [ast::Arg], span: Span) -> ExprId {
        let Some(path) = self.only_path(args, Asset::File, span) else {
            return self.with_arguments(args, span);
        };
        let Some(written) = self.asset_path(path, Asset::File) else { return self.error(span) };
        let Some(assets) = self.assets() else { return self.error(span) };
        match written {
            Written::Whole(text) => match assets.files.get(Utf8Path::new(text)) {
                Some(blob) => self.push(ExprKind::Value(Value::blob(*blob)), Ty::Blob, span),
                None => {
                    self.no_asset(text, path.span, Asset::File, assets.files.keys());
                    self.error(span)
                }
            },
            Written::Hole(before, hole, after) => {
                let root = self.open(Vec::new());
                let local = self.hole(root, hole);
                let chosen = self.choose(hole, local, (before, after), Asset::File, &assets.files, false);
                let value = match chosen {
                    Some(chosen) => {
                        let mut arms = Vec::new();
                        for (pattern, path, _) in chosen.cases {
                            let Some(blob) = assets.files.get(&path) else { continue };
                            let value = self.push(ExprKind::Value(Value::blob(*blob)), Ty::Blob, span);
                            arms.push((pattern, value));
                        }
                        if !chosen.total {
                            let missing = self.no_file(local, 1, (before, after), Asset::File, span);
                            arms.push((Pattern::Wildcard, missing));
                        }
                        self.choice(local, 0, arms, Ty::Blob, span)
                    }
                    None => self.error(span),
                };
                self.finish_holes(root, value, span)
            }
        }
    }

    /// `dir("www")`
    pub(super) fn folder_blobs(&mut self, args: &'db [ast::Arg], span: Span) -> ExprId {
        let Some(path) = self.only_path(args, Asset::Folder, span) else {
            return self.with_arguments(args, span);
        };
        let Some(Written::Whole(text)) = self.asset_path(path, Asset::Folder) else {
            return self.error(span);
        };
        let Some(assets) = self.assets() else { return self.error(span) };
        let folder = Utf8Path::new(text);
        let mut entries = Vec::new();
        let mut all_fit = true;
        for (at, blob) in &assets.files {
            let Ok(inner) = at.strip_prefix(folder) else { continue };
            if inner.as_str().is_empty() {
                continue;
            }
            if let Err(why) = TextKind::RelPath.check(inner.as_str()) {
                all_fit = false;
                let headline = format!("`{FILES}/{at}` cannot be named in a map of paths");
                self.report(
                    Diagnostic::error(code::BAD_ASSET_PATH, self.place(path.span), headline)
                        .here(why.to_string()),
                );
                continue;
            }
            entries.push((Value::Str(Arc::from(inner.as_str())), Value::blob(*blob)));
        }
        if entries.is_empty() && all_fit {
            let folders: std::collections::BTreeSet<Utf8PathBuf> = assets
                .files
                .keys()
                .filter_map(|path| path.parent())
                .filter(|p| !p.as_str().is_empty())
                .map(Utf8Path::to_owned)
                .collect();
            self.no_asset(text, path.span, Asset::Folder, folders.iter());
            return self.error(span);
        }
        let ty = Ty::map(Ty::Text(TextKind::RelPath), Ty::Blob);
        match Value::map(entries) {
            Ok(map) if all_fit => self.push(ExprKind::Value(map), ty, span),
            _ => self.error(span),
        }
    }

    /// Sets a local of the block around a choice to what stands in a hole.
    pub(super) fn hole(&mut self, root: BlockId, hole: &'db ast::Expr) -> u32 {
        let value = self.pure(hole, &Want::Any);
        let ty = self.ty(value).clone();
        let block = &mut self.body.blocks[root.0 as usize];
        let local = block.locals.len() as u32;
        block.locals.push(hir::Local { name: SmolStr::new_static("_"), ty, span: hole.span });
        block.stmts.push(hir::Stmt::Let(local, value));
        local
    }

    /// Ends the block around choices.
    pub(super) fn finish_holes(&mut self, root: BlockId, value: ExprId, span: Span) -> ExprId {
        self.body.blocks[root.0 as usize].value = Some(value);
        self.close();
        let ty = self.ty(value).clone();
        self.push(ExprKind::Block(root), ty, span)
    }

    fn hole_type(&self, local: u32) -> Ty {
        let root = self.scope.as_ref().map(|scope| scope.block);
        let local = root.and_then(|root| self.body.block(root).locals.get(local as usize));
        local.map_or(Ty::Error, |local| local.ty.clone())
    }

    /// A value by what a hole is, `depth` blocks inside of the block around.
    pub(super) fn choice(
        &mut self,
        local: u32,
        depth: u32,
        arms: Vec<(Pattern, ExprId)>,
        ty: Ty,
        span: Span,
    ) -> ExprId {
        let scrutinee = self.push(ExprKind::Local(depth, local), self.hole_type(local), span);
        let arms = arms
            .into_iter()
            .map(|(pattern, value)| {
                let block = BlockId(self.body.blocks.len() as u32);
                self.body.blocks.push(hir::Block { value: Some(value), ..hir::Block::default() });
                // An empty place: what is chosen here is no way that the program takes, for the coverage of tests.
                Arm { pattern, guard: None, block, span: Span::at(span.start) }
            })
            .collect();
        self.push(ExprKind::Match(scrutinee, arms), ty, span)
    }

    /// What stands where a hole names a file that is not there.
    pub(super) fn no_file(
        &mut self,
        local: u32,
        depth: u32,
        (before, after): (&str, &str),
        what: Asset,
        span: Span,
    ) -> ExprId {
        let text = |text: String| ExprKind::Value(Value::Str(Arc::from(text.as_str())));
        let first = self.push(text(format!("there is no `{}/{before}", what.folder())), Ty::String, span);
        let hole = self.push(ExprKind::Local(depth, local), self.hole_type(local), span);
        let hole = self.texted(hole, span);
        let last = self.push(text(format!("{after}` in the package")), Ty::String, span);
        let message = self.push(ExprKind::Concat(vec![first, hole, last]), Ty::String, span);
        self.push(ExprKind::NoFile(message), Ty::Never, span)
    }

    /// The files that a path with a hole may name. A file that no value of the hole names is a warning; a variant
    /// without a file an error, unless it is optional.
    pub(super) fn choose<T>(
        &mut self,
        hole: &'db ast::Expr,
        local: u32,
        (before, after): (&str, &str),
        what: Asset,
        known: &BTreeMap<Utf8PathBuf, T>,
        optional: bool,
    ) -> Option<Chosen> {
        let ty = self.hole_type(local);
        if ty.is_bottom() {
            return None;
        }
        if matches!(ty.some_plain(), Ty::Secret(_)) {
            self.steers(hole.span, hole.span, &ty);
            return None;
        }
        let fitting: Vec<(SmolStr, &Utf8PathBuf)> = known
            .keys()
            .filter_map(|path| {
                let stem = package::in_hole(path.as_str(), before, after)?;
                Some((SmolStr::new(stem), path))
            })
            .collect();
        let mut cases = Vec::new();
        let mut names: Vec<SmolStr> = Vec::new();
        match ty.plain() {
            Ty::Enum(id, _) => {
                if let Signature::Enum(variants) = self.signature(*id) {
                    names = variants.iter().map(|(name, _)| name.clone()).collect();
                }
            }
            Ty::Bool => names = ["false", "true"].map(SmolStr::new_static).to_vec(),
            Ty::String | Ty::Text(_) | Ty::Int => {}
            other => {
                let shown = self.show(other);
                let mistake = Diagnostic::error(
                    code::BAD_ASSET_PATH,
                    self.place(hole.span),
                    format!("a `{shown}` names no file"),
                );
                self.report(mistake.here("a text, a number or a variant does"));
                return None;
            }
        }
        for (stem, path) in fitting {
            let found = match ty.plain() {
                Ty::Enum(..) => names
                    .iter()
                    .position(|name| *name == stem)
                    .map(|tag| Pattern::Variant(tag as u32, Vec::new())),
                Ty::Bool => stem.parse().ok().map(|b| Pattern::Value(Value::Bool(b))),
                Ty::Int => {
                    let number = stem.parse::<i64>().ok().filter(|number| *number.to_string() == *stem);
                    number.map(|number| Pattern::Value(Value::Int(number)))
                }
                Ty::Text(kind) if kind.check(&stem).is_err() => None,
                _ => Some(Pattern::Value(Value::Str(Arc::from(stem.as_str())))),
            };
            match found {
                Some(pattern) => cases.push((pattern, path.clone(), stem)),
                None => self.unreachable_asset(path, &stem, &ty, hole.span, what, &names),
            }
        }
        let has = |name: &SmolStr| cases.iter().any(|(_, _, stem)| stem == name);
        let missing: Vec<&SmolStr> = names.iter().filter(|name| !has(name)).collect();
        let total = !names.is_empty() && missing.is_empty();
        if !names.is_empty() && !missing.is_empty() && !optional {
            let folder = what.folder();
            let files: Vec<String> =
                missing.iter().take(4).map(|name| format!("`{folder}/{before}{name}{after}`")).collect();
            let more =
                if missing.len() > 4 { format!(" and {} more", missing.len() - 4) } else { String::new() };
            let mut mistake = Diagnostic::error(
                code::VARIANT_WITHOUT_FILE,
                self.place(hole.span),
                format!("there is no {}{more}", files.join(", ")),
            )
            .here(format!("may be `{}`", missing[0]));
            if what == Asset::Data {
                mistake = mistake.help("write it, or say `optional = true` where it may be missing");
            }
            self.report(mistake);
            return None;
        }
        Some(Chosen { cases, total })
    }

    /// A file that no value of a hole names.
    fn unreachable_asset(
        &mut self,
        path: &Utf8Path,
        stem: &str,
        ty: &Ty,
        hole: Span,
        what: Asset,
        names: &[SmolStr],
    ) {
        let shown = self.show(ty);
        let folder = what.folder();
        let file = self.assets().and_then(|assets| assets.data.get(path)).copied();
        let place = match file {
            Some(file) if what == Asset::Data => crate::diagnostic::Place::new(file, Span::at(0)),
            _ => self.place(hole),
        };
        let mut warning = Diagnostic::warning(
            code::UNREACHABLE_FILE,
            place,
            format!("no host can reach `{folder}/{path}`: `{stem}` is no `{shown}`"),
        )
        .here("never read");
        if place.file != self.file {
            warning = warning.label(self.place(hole), "chooses among the files");
        }
        if let Some(near) = nearest(stem, names.iter().map(SmolStr::as_str)) {
            let better = path.as_str().replace(stem, near);
            warning = warning.help(format!("rename it to `{folder}/{better}`"));
        }
        self.report(warning);
    }
}

fn example(what: Asset) -> &'static str {
    match what {
        Asset::Data => "sites.toml",
        Asset::Template => "nginx.conf.mct",
        Asset::File => "motd",
        Asset::Folder => "www",
    }
}

/// Why a path names nothing in its folder, and what to do.
fn check_path(path: &str, what: Asset) -> Result<(), (String, Option<String>)> {
    let no = |why: &str| Err((why.to_owned(), None));
    let folder = what.folder();
    if path.contains('\0') {
        return no("has a NUL character");
    }
    if path.contains('\\') {
        return Err(("has a backslash".to_owned(), Some("names are divided by `/`".to_owned())));
    }
    if path.starts_with('/') {
        return Err(("is absolute".to_owned(), Some(format!("paths begin in the folder `{folder}/`"))));
    }
    if path.is_empty() {
        return no("is empty");
    }
    for part in path.split('/') {
        match part {
            "" => return no("has an empty name"),
            "." => return no("has a `.`"),
            ".." => {
                let help = format!("a build reads nothing outside of `{folder}/`");
                return Err(("leads out of it".to_owned(), Some(help)));
            }
            _ => {}
        }
    }
    let extension = Utf8Path::new(path).extension();
    match (what, extension) {
        (Asset::Data, Some("toml" | "yaml" | "yml" | "json")) => Ok(()),
        (Asset::Data, _) => Err((
            "is none of the three formats".to_owned(),
            Some("data files end in `.toml`, `.yaml`, `.yml` or `.json`".to_owned()),
        )),
        (Asset::Template, Some(TEMPLATE)) | (Asset::File | Asset::Folder, _) => Ok(()),
        (Asset::Template, _) => {
            Err(("is no template".to_owned(), Some(format!("templates end in `.{TEMPLATE}`"))))
        }
    }
}
