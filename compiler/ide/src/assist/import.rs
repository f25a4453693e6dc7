//! Imports.

use super::change::Offers;
use super::context::Cx;
use super::{Assist, AssistKind};
use mc_compiler::name::{self, Entity};
use mc_compiler::signature;
use mc_syntax::ast::{Import, Item, ItemKind};
use mc_syntax::{Span, Token};

pub(super) const ADD_IMPORT: Assist = Assist {
    id: "add_import",
    kind: AssistKind::Repair,
    about: "Import a name that means nothing yet from one of the modules that export it",
    example: "policy web {\n  Serv$0ice \"nginx\" {}\n}\n",
    keeps_plan: false,
    find: add_import,
};

fn add_import(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let tokens = mc_syntax::tokens(cx.text);
    let at = tokens.partition_point(|(_, span)| span.start <= cx.range.start);
    let word = tokens.get(at.saturating_sub(2)..at).unwrap_or_default().iter().rev();
    let mut word = word.filter(|(token, span)| {
        matches!(token, Token::Upper | Token::Lower)
            && span.touches(cx.range.start)
            && span.touches(cx.range.end)
    });
    let Some((_, span)) = word.next() else { return };
    // Something that has a meaning needs no import, and a member is no name of the module.
    let before = cx.text.get(..span.start as usize).unwrap_or_default();
    let text = cx.source(*span);
    let is_known = name::scope(cx.db, cx.file).contains_key(text) || cx.names(*span).next().is_some();
    let is_import = cx.item().is_some_and(|(_, item)| matches!(item.kind, ItemKind::Import(_)));
    if is_known || is_import || before.ends_with('.') {
        return;
    }
    // What the compiler reports there has the first of them already.
    let offered = mc_compiler::compile::file_diagnostics(cx.db, cx.file)
        .iter()
        .filter(|found| found.primary.span.start <= cx.range.end && cx.range.start <= found.primary.span.end);
    let offered: Vec<&str> = offered
        .filter_map(|found| found.fix.as_ref())
        .flat_map(|fix| &fix.edits)
        .map(|(_, text)| text.as_str())
        .collect();
    for module in name::exporters(cx.db, cx.file, text) {
        let (place, line) = signature::import_of(cx.db, cx.file, &module, text);
        if !offered.contains(&line.as_str()) {
            offers.add(format!("Add `{}`", line.trim_end()), |edit| edit.replace(place.span, line.clone()));
        }
    }
}

/// The import that the cursor is in.
fn import<'db>(cx: &Cx<'db>) -> Option<(&'db Item, &'db Import)> {
    match cx.item()? {
        (_, item @ Item { kind: ItemKind::Import(import), .. }) => Some((item, import)),
        _ => None,
    }
}

fn path(import: &Import) -> String {
    import.module.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}

/// The names of an import as they are written.
fn names(cx: &Cx<'_>, import: &Import) -> Vec<String> {
    let name = |name: &mc_syntax::ast::ImportName| match &name.alias {
        Some(alias) => cx.source(name.name.span.to(alias.span)).to_owned(),
        None => name.name.text.to_string(),
    };
    import.names.iter().flatten().map(name).collect()
}

fn import_line(path: &str, names: &[String]) -> String {
    match names {
        [one] if one.starts_with(|c: char| c.is_ascii_uppercase()) && !one.contains(' ') => {
            format!("import {path}.{one}")
        }
        _ => format!("import {path}.{{{}}}", names.join(", ")),
    }
}

pub(super) const SPLIT_IMPORT: Assist = Assist {
    id: "split_import",
    kind: AssistKind::Rewrite,
    about: "Write an import for each name",
    example: "import std.fs.{Direc$0tory, File}\n\npolicy web {\n  Directory \"/srv\" {}\n  File \"/srv/a\" {}\n}\n",
    keeps_plan: true,
    find: split_import,
};

fn split_import(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((item, import)) = import(cx) else { return };
    let names = names(cx, import);
    if names.len() > 1 && !cx.has_comment(item.span) {
        offers.add("Write an import for each name", |edit| {
            let path = path(import);
            let lines: Vec<String> =
                names.iter().map(|name| import_line(&path, std::slice::from_ref(name))).collect();
            edit.replace(item.span, lines.join("\n"));
        });
    }
}

pub(super) const MERGE_IMPORTS: Assist = Assist {
    id: "merge_imports",
    kind: AssistKind::Rewrite,
    about: "Join the imports from one module",
    example: "import std.fs.Direc$0tory\nimport std.fs.File\n\npolicy web {\n  Directory \"/srv\" {}\n  File \"/srv/a\" {}\n}\n",
    keeps_plan: true,
    find: merge_imports,
};

fn merge_imports(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((item, own)) = import(cx) else { return };
    let module = path(own);
    let others: Vec<(&Item, &Import)> = cx
        .tree
        .items
        .iter()
        .filter_map(|other| match &other.kind {
            ItemKind::Import(import)
                if other.span != item.span && path(import) == module && import.names.is_some() =>
            {
                Some((other, import))
            }
            _ => None,
        })
        .collect();
    let has_comment = others.iter().any(|(other, _)| cx.has_comment(other.span)) || cx.has_comment(item.span);
    if own.names.is_none() || others.is_empty() || has_comment {
        return;
    }
    offers.add(format!("Join the imports from `{module}`"), |edit| {
        let mut all = names(cx, own);
        for (other, import) in others {
            all.extend(names(cx, import));
            edit.remove_lines(cx.text, other.span);
        }
        all.sort();
        all.dedup();
        edit.replace(item.span, import_line(&module, &all));
    });
}

pub(super) const QUALIFY: Assist = Assist {
    id: "qualify_import",
    kind: AssistKind::Rewrite,
    about: "Import a module instead of a name of it",
    example: "import std.pkg.Pack$0age\n\npolicy web {\n  Package \"nginx\" {}\n}\n",
    keeps_plan: true,
    find: qualify,
};

fn qualify(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((item, import)) = import(cx) else { return };
    let (Some([one]), Some(last)) = (import.names.as_deref(), import.module.last()) else { return };
    let scope = name::scope(cx.db, cx.file);
    let local = one.alias.as_ref().unwrap_or(&one.name);
    let Some(Entity::Decl(id, _)) = scope.get(&local.text) else { return };
    let is_upper = one.name.text.starts_with(|c: char| c.is_ascii_uppercase());
    if !is_upper || one.alias.is_some() || scope.contains_key(&last.text) || cx.fresh(&last.text) != last.text
    {
        return;
    }
    offers.add(format!("Write `{}.{}`", last.text, one.name.text), |edit| {
        for span in cx.uses_of(*id).into_iter().filter(|span| span.start > item.span.end) {
            edit.insert(span.start, format!("{}.", last.text));
        }
        edit.replace(item.span, format!("import {}", path(import)));
    });
}

pub(super) const UNQUALIFY: Assist = Assist {
    id: "unqualify_name",
    kind: AssistKind::Rewrite,
    about: "Import a name instead of writing its module in front of it",
    example: "import std.pkg\n\npolicy web {\n  pkg.Pack$0age \"nginx\" {}\n  pkg.Package \"openssl\" {}\n}\n",
    keeps_plan: true,
    find: unqualify,
};

fn unqualify(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let mut names = cx.names(Span::new(0, cx.text.len() as u32)).filter_map(|(span, target)| match target {
        signature::Target::Decl(id) if span.touches(cx.range.start) => Some((*span, *id)),
        _ => None,
    });
    let Some((span, id)) = names.next() else { return };
    let Some(qualifier) = qualifier(cx, span) else { return };
    let text = id.text(cx.db);
    let Some(module) = name::written(cx.db, cx.file, id.file) else { return };
    if name::scope(cx.db, cx.file).contains_key(&text) {
        return;
    }
    offers.add(format!("Import `{text}`"), |edit| {
        let module_name = cx.source(Span::new(qualifier.start, qualifier.end.saturating_sub(1)));
        let uses: Vec<Span> = cx.uses_of(id);
        for span in &uses {
            if let Some(qualifier) = self::qualifier(cx, *span) {
                edit.remove(qualifier);
            }
        }
        let line = import_line(&module, &[text.to_string()]);
        // The module stays imported where something else of it is named.
        let others = cx.names(Span::new(0, cx.text.len() as u32)).filter(|(at, target)| {
            matches!(target, signature::Target::Module(file) if *file == id.file)
                && !uses.iter().any(|span| span.start == at.end + 1)
                && cx.source(*at) == module_name
        });
        let imported = cx.tree.items.iter().find(|item| match &item.kind {
            ItemKind::Import(import) => import.names.is_none() && path(import) == module.as_str(),
            _ => false,
        });
        match imported {
            Some(item) if others.filter(|(at, _)| at.start > item.span.end).count() == 0 => {
                edit.replace(item.span, line);
            }
            _ => {
                let (place, lines) = signature::import_of(cx.db, cx.file, &module, &text);
                edit.replace(place.span, lines);
            }
        }
    });
}

/// The module with its dot in front of a name.
fn qualifier(cx: &Cx<'_>, name: Span) -> Option<Span> {
    let before = cx.text.get(..name.start as usize)?.strip_suffix('.')?;
    let start =
        before.len() - before.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let word = before.get(start..)?;
    matches!(name::scope(cx.db, cx.file).get(word), Some(Entity::Module(_)))
        .then_some(Span::new(start as u32, name.start))
}
