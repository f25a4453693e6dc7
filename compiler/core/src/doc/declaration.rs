//! What a declaration shows of itself, as it would be written without its bodies.

use crate::check;
use crate::db::{Db, File};
use crate::lint;
use crate::name::DeclId;
use crate::signature::{self, Field, Signature};
use mc_syntax::Span;
use mc_syntax::ast::{self, ItemKind, OutputKind, ResourceItem, StmtKind};
use std::fmt::Write;

/// Longest default value that is shown, in bytes.
const DEFAULT_LIMIT: usize = 60;

/// A declaration without its bodies.
pub fn declaration(db: &dyn Db, id: DeclId) -> String {
    let file = id.file;
    match (&id.item(db).kind, signature::signature(db, id)) {
        (ItemKind::Let(l), _) => {
            let values = check::value_types(db, file);
            let ty = values.get(&l.name.text).map_or_else(|| "_".to_owned(), |(_, ty)| ty.display(db));
            let constant = if l.constant.is_some() { "const " } else { "" };
            format!("{constant}let {}: {ty}{}", l.name.text, default(db, file, &l.name.text, Some(&l.value)))
        }
        (ItemKind::Fn(f), Signature::Fn(params, result)) => {
            let params = f.params.iter().zip(params);
            let params: Vec<String> =
                params.map(|(param, field)| typed(db, file, "", field, param.default.as_ref())).collect();
            let name = format!("{}{}", f.name.text, generics(&f.generics));
            format!("fn {name}({}) -> {}", params.join(", "), result.display(db))
        }
        (ItemKind::Record(record), Signature::Record(fields)) => {
            let lines = record.fields.iter().zip(fields).map(|(param, field)| {
                let rule = param.merge.map_or("", |merge| match merge.rule {
                    ast::MergeRule::Replace => "replace ",
                    ast::MergeRule::Append => "append ",
                    ast::MergeRule::Merge => "merge ",
                });
                typed(db, file, rule, field, param.default.as_ref())
            });
            block("record", &record.name.text, &record.generics, lines)
        }
        (ItemKind::Enum(e), Signature::Enum(variants)) => {
            let lines = e.variants.iter().zip(variants).map(|(v, (_, fields))| variant(db, file, v, fields));
            block("enum", &e.name.text, &e.generics, lines)
        }
        (ItemKind::Resource(resource), Signature::Resource(_)) => {
            let lines = resource.items.iter().filter_map(|part| match part {
                ResourceItem::Key { param, .. }
                | ResourceItem::Attribute { param, .. }
                | ResourceItem::Output { param, .. } => resource_part(db, id, part, param),
                _ => None,
            });
            block("resource", &resource.name.text, &[], lines)
        }
        (ItemKind::Component(component), Signature::Component(params, outs)) => {
            let mut params = params.iter();
            let mut outs = outs.iter();
            let lines = component.body.stmts.iter().filter_map(|stmt| match &stmt.kind {
                StmtKind::Param(p) => {
                    let word = if p.constant.is_some() { "const param " } else { "param " };
                    params.next().map(|field| typed(db, file, word, field, p.default.as_ref()))
                }
                StmtKind::Out(_) => outs.next().map(|field| typed(db, file, "out ", field, None)),
                _ => None,
            });
            block("component", &component.name.text, &component.generics, lines)
        }
        (ItemKind::TypeAlias(alias), _) => {
            let ty = written(db, file, alias.ty.span).unwrap_or("_");
            let name = format!("{}{}", alias.name.text, generics(&alias.generics));
            let condition = alias.refinement.as_ref().and_then(|condition| written(db, file, condition.span));
            let condition = condition.map_or_else(String::new, |text| format!(" where {text}"));
            format!("type {name} = {ty}{condition}")
        }
        (ItemKind::Policy(policy), _) => {
            let lines = policy.body.stmts.iter().filter_map(|stmt| match &stmt.kind {
                StmtKind::Select(_) | StmtKind::After(_) | StmtKind::Prune(_) => {
                    written(db, file, stmt.span).map(str::to_owned)
                }
                _ => None,
            });
            let lines: Vec<String> = lines.collect();
            if lines.is_empty() {
                return format!("policy {}", policy.name.text);
            }
            block("policy", &policy.name.text, &[], lines.into_iter())
        }
        (ItemKind::Labels(labels), _) => {
            let fields = labels.fields.iter().zip(signature::label_types(db));
            let lines = fields.map(|(param, field)| typed(db, file, "", field, param.default.as_ref()));
            block("labels", "", &[], lines)
        }
        (ItemKind::Guard(_) | ItemKind::Rollout(_) | ItemKind::FactDecl(_), _) => {
            written(db, file, id.item(db).span).unwrap_or_default().to_owned()
        }
        (ItemKind::Resource(resource), _) => format!("resource {}", resource.name.text),
        _ => id.text(db).to_string(),
    }
}

/// `<A, B>`, or nothing.
fn generics(names: &[ast::Name]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
    format!("<{}>", names.join(", "))
}

fn block(word: &str, name: &str, parameters: &[ast::Name], lines: impl Iterator<Item = String>) -> String {
    let space = if name.is_empty() { "" } else { " " };
    let mut code = format!("{word}{space}{name}{} {{\n", generics(parameters));
    for line in lines {
        // invariant: writing to a string does not fail
        let _ = writeln!(code, "  {line}");
    }
    code + "}"
}

/// A line of a resource schema, without its indentation.
pub fn resource_part(db: &dyn Db, id: DeclId, part: &ResourceItem, param: &ast::Param) -> Option<String> {
    let Signature::Resource(resource) = signature::signature(db, id) else { return None };
    let find = |fields: &[Field]| fields.iter().find(|f| f.name == param.name.text).cloned();
    Some(match part {
        ResourceItem::Key { local, .. } => {
            typed(db, id.file, if *local { "local key " } else { "key " }, &resource.key, None)
        }
        // What takes a secret takes a plain value as well, which its type does not say.
        ResourceItem::Attribute { accepts_secret: true, union, .. } => {
            let before = if *union { "union " } else { "" };
            let ty = written(db, id.file, param.ty.span)?;
            let value = default(db, id.file, &param.name.text, param.default.as_ref());
            format!("{before}{}: {ty}{value} accepts secret", param.name.text)
        }
        ResourceItem::Attribute { union, .. } => {
            let before = if *union { "union " } else { "" };
            typed(db, id.file, before, &find(&resource.attributes)?, param.default.as_ref())
        }
        ResourceItem::Output { kind, .. } => {
            let before = match kind {
                OutputKind::Produced => "out ",
                OutputKind::Early => "early out ",
                OutputKind::Read => "read out ",
            };
            typed(db, id.file, before, &find(&resource.outputs)?, None)
        }
        _ => return None,
    })
}

/// A variant with the fields of its payload.
pub fn variant(db: &dyn Db, file: File, variant: &ast::Variant, fields: &[Field]) -> String {
    if fields.is_empty() {
        return variant.name.text.to_string();
    }
    let payload = variant.fields.iter().zip(fields);
    let payload: Vec<String> =
        payload.map(|(param, field)| typed(db, file, "", field, param.default.as_ref())).collect();
    format!("{} {{ {} }}", variant.name.text, payload.join(", "))
}

/// `before name: Type = default`
pub fn typed(db: &dyn Db, file: File, before: &str, field: &Field, value: Option<&ast::Expr>) -> String {
    format!("{before}{}: {}{}", field.name, field.ty.display(db), default(db, file, &field.name, value))
}

/// ` = value` as it is written, if it is short and on one line, and no text that its name calls a secret.
fn default(db: &dyn Db, file: File, name: &str, value: Option<&ast::Expr>) -> String {
    let Some(value) = value else { return String::new() };
    if lint::names_secret(name) && matches!(value.kind, ast::ExprKind::String(_)) {
        return " = ..".to_owned();
    }
    match written(db, file, value.span) {
        Some("") => String::new(),
        Some(text) if text.len() <= DEFAULT_LIMIT && !text.contains(['\n', '\r']) => format!(" = {text}"),
        _ => " = ..".to_owned(),
    }
}

/// The text of a file in a place.
fn written(db: &dyn Db, file: File, span: Span) -> Option<&str> {
    file.text(db).get(span.start as usize..span.end as usize)
}
