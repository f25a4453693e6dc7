//! Parts of a module that become files of their own.

use super::change::Offers;
use super::context::{Cx, Node, lower, upper};
use super::{Assist, AssistKind};
use camino::Utf8PathBuf;
use mc_compiler::name;
use mc_compiler::package;
use mc_compiler::signature::{self, Signature, Target};
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{BodyItem, Expr, ExprKind, ItemKind, StringPart};
use std::fmt::Write as _;

pub(super) const MOVE_TO_DATA: Assist = Assist {
    id: "move_to_data",
    kind: AssistKind::Extract,
    about: "Move a value that is written out into a data file",
    example: "record Site {\n  name: HostName\n  port: Int = 80\n}\n\nlet si$0te = Site { name = \"a.example\", port = 8080 }\n",
    keeps_plan: true,
    find: move_to_data,
};

fn move_to_data(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    if !cx.creates {
        return;
    }
    // The value of a `let`, or what is selected.
    let head = cx.let_head().map(|(node, _)| (&node.value, Some(node)));
    let whole = head.or_else(|| {
        let expr = cx.selected()?;
        Some((expr, cx.let_around().map(|(node, _)| node).filter(|node| node.value.span == expr.span)))
    });
    let Some((value, node)) = whole else { return };
    let Some(ty) = cx.ty(value).filter(|ty| !signature::holds_secret(cx.db, ty)) else { return };
    let is_list = matches!(value.kind, ExprKind::List(_));
    if !matches!(value.kind, ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Construct(_)) {
        return;
    }
    // Where nothing says which type is expected, it has to be written.
    let written = match node {
        Some(node) if node.ty.is_none() => match cx.written(ty) {
            Some(written) => Some((node.name.span.end, written)),
            None => return,
        },
        Some(_) => None,
        None => match cx.path.iter().rev().nth(1) {
            Some(Node::BodyItem(BodyItem::Attribute { value: Some(given), .. }))
                if given.span == value.span =>
            {
                None
            }
            _ => return,
        },
    };
    let Some(data) = data(cx, value).filter(|_| !cx.has_comment(value.span)) else { return };
    let base = node.map_or_else(|| cx.name_for(value), |node| node.name.text.to_string());
    // A list stands in no TOML file by itself.
    let path = free_path(cx, "data", &base, if is_list { "json" } else { "toml" });
    let Some(name) = path.strip_prefix("data").ok().map(|path| path.to_string()) else { return };
    offers.add(format!("Move it to `{path}`"), |edit| {
        edit.replace(value.span, format!("load(\"{name}\")"));
        if let Some((at, written)) = written {
            edit.insert(at, format!(": {}", written.text));
            edit.import(written.imports);
        }
        let text = match (&data, is_list) {
            (Data::Table(fields), false) => toml(fields),
            _ => format!("{}\n", json(&data, 0)),
        };
        edit.create(path, text);
    });
}

/// A path in a folder of the package that nothing has.
fn free_path(cx: &Cx<'_>, folder: &str, base: &str, ending: &str) -> Utf8PathBuf {
    let path = |number: u32| {
        let number = if number == 1 { String::new() } else { number.to_string() };
        Utf8PathBuf::from(format!("{folder}/{base}{number}.{ending}"))
    };
    let mut number = 1;
    while package::file(cx.db, &path(number)).is_some() {
        number += 1;
    }
    path(number)
}

/// What can stand in a data file.
enum Data {
    Text(String),
    /// A number or a truth value, as it is written.
    Plain(String),
    List(Vec<Data>),
    Table(Vec<(String, Data)>),
}

/// A value as data. None where something of it is computed.
fn data(cx: &Cx<'_>, expr: &Expr) -> Option<Data> {
    let one = |name: &str, value: Data| Data::Table(vec![(name.to_owned(), value)]);
    Some(match &expr.kind {
        ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) => {
            Data::Plain(cx.source(expr.span).replace('_', ""))
        }
        ExprKind::Duration(_) | ExprKind::Size(_) | ExprKind::Mode(_) => {
            Data::Text(cx.source(expr.span).to_owned())
        }
        ExprKind::String(_) => Data::Text(super::secret::plain(expr)?.to_owned()),
        ExprKind::List(parts)
            if parts.is_empty() && matches!(cx.ty(expr).map(Ty::plain), Some(Ty::Map(..))) =>
        {
            Data::Table(Vec::new())
        }
        ExprKind::List(parts) | ExprKind::Tuple(parts) => {
            Data::List(parts.iter().map(|part| data(cx, part)).collect::<Option<_>>()?)
        }
        ExprKind::Map(entries) => {
            let entry = |(key, value): &(Expr, Expr)| match data(cx, key)? {
                Data::Text(key) | Data::Plain(key) => Some((key, data(cx, value)?)),
                _ => None,
            };
            Data::Table(entries.iter().map(entry).collect::<Option<_>>()?)
        }
        ExprKind::Variant(name) => Data::Text(name.text.to_string()),
        ExprKind::Path(path) => match path.segments.as_slice() {
            [_, variant] => Data::Text(variant.text.to_string()),
            _ => return None,
        },
        ExprKind::Paren(inner) => data(cx, inner)?,
        ExprKind::Construct(construct) => {
            let mut fields = Vec::new();
            for item in &construct.body.items {
                let BodyItem::Attribute { name, value: Some(value), priority: None } = item else {
                    return None;
                };
                // An absent one is left out.
                if !matches!(value.kind, ExprKind::None) {
                    fields.push((name.text.to_string(), data(cx, value)?));
                }
            }
            let table = Data::Table(fields);
            match (&construct.path, &construct.variant) {
                (None, Some(variant)) => one(&variant.text, table),
                (Some(path), _) => match path.segments.as_slice() {
                    [_] => {
                        let (id, _) = cx.resolve(path)?;
                        matches!(signature::signature(cx.db, id), Signature::Record(_)).then_some(table)?
                    }
                    [_, variant] => one(&variant.text, table),
                    _ => return None,
                },
                (None, None) => return None,
            }
        }
        _ => return None,
    })
}

fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

/// Fields as a file: plain ones first, then a table for each that is one.
fn toml(fields: &[(String, Data)]) -> String {
    let mut out = String::new();
    let is_table = |value: &Data| matches!(value, Data::Table(_));
    for (name, value) in fields.iter().filter(|(_, value)| !is_table(value)) {
        let _ = writeln!(out, "{} = {}", key(name), toml_value(value));
    }
    for (name, value) in fields {
        if let Data::Table(inner) = value {
            if !out.is_empty() {
                out.push('\n');
            }
            let _ = writeln!(out, "[{}]", key(name));
            for (name, value) in inner {
                let _ = writeln!(out, "{} = {}", key(name), toml_value(value));
            }
        }
    }
    out
}

fn key(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

fn toml_value(value: &Data) -> String {
    match value {
        Data::Text(text) => quoted(text),
        Data::Plain(text) => text.clone(),
        Data::List(parts) => format!("[{}]", parts.iter().map(toml_value).collect::<Vec<_>>().join(", ")),
        Data::Table(fields) if fields.is_empty() => "{}".to_owned(),
        Data::Table(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{} = {}", key(name), toml_value(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

fn json(value: &Data, depth: usize) -> String {
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    match value {
        Data::Text(text) => quoted(text),
        Data::Plain(text) => text.clone(),
        Data::List(parts) if parts.is_empty() => "[]".to_owned(),
        Data::List(parts) => {
            let parts: Vec<String> =
                parts.iter().map(|part| format!("{inner}{}", json(part, depth + 1))).collect();
            format!("[\n{}\n{outer}]", parts.join(",\n"))
        }
        Data::Table(fields) if fields.is_empty() => "{}".to_owned(),
        Data::Table(fields) => {
            let field = |(name, value): &(String, Data)| {
                format!("{inner}{}: {}", quoted(name), json(value, depth + 1))
            };
            format!("{{\n{}\n{outer}}}", fields.iter().map(field).collect::<Vec<_>>().join(",\n"))
        }
    }
}

pub(super) const MOVE_TO_TEMPLATE: Assist = Assist {
    id: "move_to_template",
    kind: AssistKind::Extract,
    about: "Move a text with holes into a template",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/motd\" { content = \"Welcome to ${fa$0cts.hostname}.\\nBe nice.\\n\" }\n}\n",
    keeps_plan: false,
    find: move_to_template,
};

/// The text that is given to an attribute around the cursor, and the attribute's name.
fn content<'db>(cx: &Cx<'db>) -> Option<(&'db Expr, &'db [StringPart], String)> {
    cx.path.iter().rev().find_map(|node| match node {
        Node::BodyItem(BodyItem::Attribute { name, value: Some(value), .. }) => match &value.kind {
            ExprKind::String(parts) => Some((value, parts.as_slice(), name.text.to_string())),
            _ => None,
        },
        _ => None,
    })
}

/// What a file with a part of a resource is called: as the last part of its key, or as the attribute.
fn file_name(cx: &Cx<'_>, attribute: &str) -> (String, Option<String>) {
    let title = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(construct) => construct.title.as_ref().and_then(super::secret::plain),
        _ => None,
    });
    let last = title.and_then(|title| title.rsplit('/').find(|part| !part.is_empty())).unwrap_or(attribute);
    let is_plain =
        last.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) && !last.starts_with('.');
    let last = if is_plain { last } else { attribute };
    match last.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem.to_owned(), Some(ending.to_owned())),
        _ => (last.to_owned(), None),
    }
}

fn move_to_template(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, parts, attribute)) = content(cx).filter(|_| cx.creates) else { return };
    // A template gives a `String`, and what is checked as a path or a name wants more.
    if !cx.ty(expr).is_some_and(|ty| matches!(ty.some_plain(), Ty::String | Ty::Blob)) {
        return;
    }
    let mut params: Vec<(String, String, &str)> = Vec::new();
    let mut text = String::new();
    for part in parts {
        match part {
            // A backslash is a plain character there.
            StringPart::Text(part, _) => text.push_str(&part.replace("${", "$${").replace("%{", "%%{")),
            StringPart::Hole(hole) => {
                let source = cx.source(hole.span);
                let known =
                    params.iter().find(|(_, _, known)| *known == source).map(|(name, ..)| name.clone());
                let name = match known {
                    Some(name) => name,
                    None => {
                        // A template knows the types that the root module knows: those of the language are enough.
                        let Some(written) =
                            cx.ty(hole).and_then(|ty| cx.written(ty)).filter(|w| w.imports.is_empty())
                        else {
                            return;
                        };
                        let named = cx.ty(hole).is_some_and(|ty| {
                            ty.any(&mut |ty| {
                                matches!(ty, Ty::Record(..) | Ty::Enum(..) | Ty::Refined(..) | Ty::Ref(..))
                            })
                        });
                        if named {
                            return;
                        }
                        let base = match &hole.kind {
                            ExprKind::Name(name) => name.to_string(),
                            ExprKind::Field { name, .. } => name.text.to_string(),
                            _ => "value".to_owned(),
                        };
                        let mut name = base.clone();
                        let mut number = 2;
                        while params.iter().any(|(known, ..)| *known == name) {
                            name = format!("{base}{number}");
                            number += 1;
                        }
                        params.push((name.clone(), written.text, source));
                        name
                    }
                };
                let _ = write!(text, "${{{name}}}");
            }
        }
    }
    if params.is_empty() {
        return;
    }
    let (stem, ending) = file_name(cx, &attribute);
    let ending = ending.map_or_else(|| "mct".to_owned(), |ending| format!("{ending}.mct"));
    let path = free_path(cx, "templates", &stem, &ending);
    let Some(name) = path.strip_prefix("templates").ok().map(|path| path.to_string()) else { return };
    offers.add(format!("Move it to `{path}`"), |edit| {
        let args: String = params.iter().map(|(name, _, value)| format!(", {name} = {value}")).collect();
        edit.replace(expr.span, format!("template(\"{name}\"{args})"));
        let head: String =
            params.iter().map(|(name, ty, _)| format!("%{{ param {name}: {ty} }}\n")).collect();
        edit.create(path, format!("{head}{text}"));
    });
}

pub(super) const MOVE_TO_FILE: Assist = Assist {
    id: "move_to_file",
    kind: AssistKind::Extract,
    about: "Move a text into a file of the package",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/motd\" { content = \"Wel$0come.\\nBe nice.\\n\" }\n}\n",
    keeps_plan: true,
    find: move_to_file,
};

fn move_to_file(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, _, attribute)) = content(cx).filter(|_| cx.creates) else { return };
    let Some(text) = super::secret::plain(expr) else { return };
    let path = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(construct) => construct.path.as_ref(),
        _ => None,
    });
    let Some((id, _)) = path.and_then(|path| cx.resolve(path)) else { return };
    let takes_blob = match signature::signature(cx.db, id) {
        Signature::Resource(resource) => resource
            .attributes
            .iter()
            .any(|field| field.name == attribute && field.ty.any(&mut |ty| matches!(ty, Ty::Blob))),
        _ => false,
    };
    if !takes_blob || text.is_empty() {
        return;
    }
    let (stem, ending) = file_name(cx, &attribute);
    let ending = ending.unwrap_or_else(|| "txt".to_owned());
    let path = free_path(cx, "files", &stem, &ending);
    let Some(name) = path.strip_prefix("files").ok().map(|path| path.to_string()) else { return };
    offers.add(format!("Move it to `{path}`"), |edit| {
        edit.replace(expr.span, format!("file(\"{name}\")"));
        edit.create(path, text);
    });
}

pub(super) const MOVE_TO_MODULE: Assist = Assist {
    id: "move_to_module",
    kind: AssistKind::Extract,
    about: "Move a declaration into a module of its own",
    example: "import std.fs.File\n\n/// A message.\ncomponent Mo$0td {\n  param text: String\n  File \"/etc/motd\" { content = text }\n}\n\npolicy web {\n  Motd { text = \"hello\\n\" }\n}\n",
    keeps_plan: false,
    find: move_to_module,
};

fn move_to_module(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((id, item)) = cx.item().filter(|_| cx.creates) else { return };
    let can_move = matches!(
        item.kind,
        ItemKind::Fn(_)
            | ItemKind::Record(_)
            | ItemKind::Enum(_)
            | ItemKind::TypeAlias(_)
            | ItemKind::Component(_)
            | ItemKind::Let(_)
    );
    let Some(own) = name::item_name(&item.kind).filter(|name| can_move && cx.range.end <= name.span.end)
    else {
        return;
    };
    // What it needs has to be there too: names of other modules are imported, those of this one are not.
    let mut imports: Vec<String> = Vec::new();
    for (span, target) in cx.names(item.span) {
        match target {
            Target::Decl(other) if *other == id => {}
            Target::Decl(other) if other.file == cx.file => return,
            Target::Decl(other) => {
                let text = other.text(cx.db);
                let Some(module) = name::written(cx.db, cx.file, other.file) else { return };
                let before = cx.text.get(..span.start as usize).unwrap_or_default();
                if cx.source(*span) != text {
                    return;
                }
                if !before.ends_with('.') {
                    imports.push(import_line(&module, &text));
                }
            }
            Target::Module(file) => {
                let Some(module) = name::written(cx.db, cx.file, *file) else { return };
                if module.rsplit('.').next() != Some(cx.source(*span)) {
                    return;
                }
                imports.push(format!("import {module}\n"));
            }
            Target::Template(_) | Target::Labels | Target::Label(_) => return,
            _ => {}
        }
    }
    // Another module that names it imports it from here.
    let is_used = name::modules(cx.db)
        .values()
        .filter(|module| **module != cx.file)
        .any(|module| name::is_user(cx.db, *module) && module.text(cx.db).contains(own.text.as_str()));
    let module = lower(&own.text);
    let path = Utf8PathBuf::from(format!("src/{module}.mc"));
    let is_name = upper(&module).chars().all(|c| c.is_ascii_alphanumeric());
    let is_taken =
        package::file(cx.db, &path).is_some() || name::scope(cx.db, cx.file).contains_key(module.as_str());
    if is_used || is_taken || !is_name {
        return;
    }
    offers.add(format!("Move it to `{path}`"), |edit| {
        let lines = mc_compiler::lint::whole_lines(cx.text, item.span);
        let docs = cx.source(Span::new(lines.start, item.span.start));
        imports.sort();
        imports.dedup();
        let gap = if imports.is_empty() { "" } else { "\n" };
        let public = if item.public.is_some() { "" } else { "pub " };
        let text =
            format!("{}{gap}{}{public}{}\n", imports.concat(), docs.trim_start(), cx.source(item.span));
        edit.create(path, text);
        let (place, line) = signature::import_of(cx.db, cx.file, &module, &own.text);
        edit.replace(place.span, line);
        edit.remove(lines);
    });
}

fn import_line(module: &str, name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_uppercase()) {
        format!("import {module}.{name}\n")
    } else {
        format!("import {module}.{{{name}}}\n")
    }
}
