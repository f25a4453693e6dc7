//! What a name means, in the words of the language: its declaration without bodies, and its documentation.

use crate::definition::{Member, labels, member, payload};
use mc_compiler::check;
use mc_compiler::name::{self, DeclId};
use mc_compiler::phase::{Known, Phase};
use mc_compiler::prelude::{self, Method, Scheme, Variables};
use mc_compiler::signature::{self, Field, Signature, Target};
use mc_compiler::ty::{self, Ty};
use mc_compiler::{Db, File};
use mc_plan::value::TextKind;
use mc_syntax::Span;
use mc_syntax::ast::{self, ItemKind, ResourceItem};
use std::fmt::Write;

/// Longest default value that is shown, in bytes.
const DEFAULT_LIMIT: usize = 60;

/// A description.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description {
    /// The declaration.
    pub(crate) code: String,
    /// Of what it is a part, or where it is from; empty where that is plain.
    pub(crate) origin: String,
    /// The documentation, in Markdown.
    pub(crate) docs: String,
}

impl Description {
    fn new(code: impl Into<String>, docs: Option<&smol_str::SmolStr>) -> Self {
        Description { code: code.into(), origin: String::new(), docs: docs.map_or_else(String::new, text) }
    }

    fn from(self, origin: impl Into<String>) -> Self {
        Description { origin: origin.into(), ..self }
    }
}

/// Documentation as its author meant it: without the space after the marker.
fn text(docs: &smol_str::SmolStr) -> String {
    let lines: Vec<&str> = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// Describes what a name means. None if there is nothing to say.
pub(crate) fn describe(db: &dyn Db, target: &Target) -> Option<Description> {
    match target {
        Target::Decl(id) => Some(declaration(db, *id)),
        Target::SelfValue(id) => {
            let part = if id.file.module(db).is_empty() { id.text(db).to_string() } else { id.qualified(db) };
            Some(Description::new("self", None).from(format!("the `{part}` around")))
        }
        Target::Module(file) => Some(module(db, *file)),
        Target::Member(id, name) => of_declaration(db, *id, name),
        Target::Payload(id, variant, name) => {
            let param = payload(db, *id, variant, name)?;
            let Signature::Enum(variants) = signature::signature(db, *id) else { return None };
            let (_, fields) = variants.iter().find(|(v, _)| v == variant)?;
            let field = fields.iter().find(|f| f.name == *name)?;
            let code = typed(db, id.file, "", field, param.default.as_ref());
            let origin = format!("field of `{}.{variant}`", id.text(db));
            Some(Description::new(code, param.docs.as_ref()).from(origin))
        }
        Target::Local(..) => None,
        Target::Label(name) => {
            let (file, labels) = labels(db)?;
            let param = labels.fields.iter().find(|field| field.name.text == *name)?;
            let field = signature::label_types(db).iter().find(|field| field.name == *name)?;
            let code = typed(db, file, "", field, param.default.as_ref());
            Some(Description::new(code, param.docs.as_ref()).from("label of the host"))
        }
        Target::Labels => {
            let (file, labels) = labels(db)?;
            let mut code = "labels {\n".to_owned();
            for (param, field) in labels.fields.iter().zip(signature::label_types(db)) {
                let line = typed(db, file, "  ", field, param.default.as_ref());
                code.push_str(&line);
                code.push('\n');
            }
            code.push('}');
            Some(Description::new(code, None).from("what is known about a host beside its facts"))
        }
        Target::Method(receiver, name) => method(db, receiver, name),
        Target::BuiltinType(name) => Some(Description {
            docs: builtin_type(name)?.to_owned(),
            ..Description::new(name.as_str(), None)
        }),
        Target::Fail => Some(Description {
            code: "fail(message: String) -> Never".to_owned(),
            origin: String::new(),
            docs: "Ends the build with this message; where it depends on the host, the run on that host."
                .to_owned(),
        }),
    }
}

/// Describes a local of this name and type, known at this time.
pub(crate) fn local(db: &dyn Db, name: &str, ty: &Ty, known: &Known) -> Description {
    Description::new(format!("let {name}: {}", ty.display(db)), None).from(phase(db, known))
}

/// When a value is known, and why: `` `host`: from `facts.cpu.count` ``, `` as late as `site` ``.
pub(crate) fn phase(db: &dyn Db, known: &Known) -> String {
    let names: Vec<String> = known.params.iter().map(|name| format!("`{name}`")).collect();
    // Nothing is later than `run`.
    let late = match known.phase {
        Phase::Run => String::new(),
        _ if names.is_empty() => String::new(),
        _ => format!("as late as {}", names.join(", ")),
    };
    if known.phase == Phase::Const && !late.is_empty() {
        return late;
    }
    let mut said = format!("`{}`", known.phase.name());
    if let Some(place) = known.source
        && let Some(text) = place.file.text(db).get(place.span.start as usize..place.span.end as usize)
        && text.len() <= DEFAULT_LIMIT
        && !text.contains(['\n', '\r', '`'])
    {
        let _ = write!(said, ": from `{text}`");
    }
    if !late.is_empty() {
        let _ = write!(said, ", or {late}");
    }
    said
}

fn module(db: &dyn Db, file: File) -> Description {
    let path = file.module(db);
    let code = if path.is_empty() { "the root module".to_owned() } else { format!("module {path}") };
    Description::new(code, name::tree(db, file).docs.as_ref())
}

/// Where a declaration is from, unless it is the root module.
fn origin(db: &dyn Db, id: DeclId) -> String {
    let module = id.file.module(db);
    if module.is_empty() { String::new() } else { format!("from `{module}`") }
}

fn declaration(db: &dyn Db, id: DeclId) -> Description {
    let item = id.item(db);
    let code = match (&item.kind, signature::signature(db, id)) {
        (ItemKind::Let(l), _) => {
            let values = check::value_types(db, id.file);
            let ty = values.get(&l.name.text).map_or_else(|| "_".to_owned(), |(_, ty)| ty.display(db));
            format!("let {}: {ty}{}", l.name.text, default(db, id.file, Some(&l.value)))
        }
        (ItemKind::Fn(f), Signature::Fn(params, result)) => {
            let mut code = format!("fn {}(", f.name.text);
            for (at, (param, field)) in f.params.iter().zip(params).enumerate() {
                let separator = if at == 0 { "" } else { ", " };
                code.push_str(&typed(db, id.file, separator, field, param.default.as_ref()));
            }
            // invariant: writing to a string does not fail, here and below
            let _ = write!(code, ") -> {}", result.display(db));
            code
        }
        (ItemKind::Record(record), Signature::Record(fields)) => {
            let mut code = format!("record {} {{\n", record.name.text);
            for (param, field) in record.fields.iter().zip(fields) {
                code.push_str(&typed(db, id.file, "  ", field, param.default.as_ref()));
                code.push('\n');
            }
            code + "}"
        }
        (ItemKind::Enum(e), Signature::Enum(variants)) => {
            let mut code = format!("enum {} {{\n", e.name.text);
            for (variant, (_, fields)) in e.variants.iter().zip(variants) {
                let _ = writeln!(code, "  {}", variant_code(db, id.file, variant, fields));
            }
            code + "}"
        }
        (ItemKind::Resource(resource), Signature::Resource(_)) => {
            let mut code = format!("resource {} {{\n", resource.name.text);
            for part in &resource.items {
                if let ResourceItem::Key { param, .. }
                | ResourceItem::Attribute { param, .. }
                | ResourceItem::Output { param, .. } = part
                    && let Some(line) = resource_part(db, id, part, param)
                {
                    let _ = writeln!(code, "  {line}");
                }
            }
            code + "}"
        }
        (ItemKind::Component(component), Signature::Component(params, outs)) => {
            let mut code = format!("component {} {{\n", component.name.text);
            let mut params = params.iter();
            let mut outs = outs.iter();
            for stmt in &component.body.stmts {
                let line = match &stmt.kind {
                    ast::StmtKind::Param(p) => {
                        params.next().map(|field| typed(db, id.file, "  param ", field, p.default.as_ref()))
                    }
                    ast::StmtKind::Out(_) => {
                        outs.next().map(|field| typed(db, id.file, "  out ", field, None))
                    }
                    _ => None,
                };
                if let Some(line) = line {
                    code.push_str(&line);
                    code.push('\n');
                }
            }
            code + "}"
        }
        (ItemKind::Policy(policy), _) => format!("policy {}", policy.name.text),
        (ItemKind::Resource(resource), _) => format!("resource {}", resource.name.text),
        _ => id.text(db).to_string(),
    };
    Description::new(code, item.docs.as_ref()).from(origin(db, id))
}

/// A part of a declaration.
fn of_declaration(db: &dyn Db, id: DeclId, wanted: &str) -> Option<Description> {
    let owner = id.text(db);
    let find = |fields: &[Field]| fields.iter().find(|f| f.name == *wanted).cloned();
    Some(match (member(db, id, wanted)?, signature::signature(db, id)) {
        (Member::Param(param), Signature::Record(fields)) => {
            let code = typed(db, id.file, "", &find(fields)?, param.default.as_ref());
            Description::new(code, param.docs.as_ref()).from(format!("field of `{owner}`"))
        }
        (Member::Param(param), Signature::Fn(params, _)) => {
            let code = typed(db, id.file, "", &find(params)?, param.default.as_ref());
            Description::new(code, param.docs.as_ref()).from(format!("parameter of `{owner}`"))
        }
        (Member::Variant(variant), Signature::Enum(variants)) => {
            let (_, fields) = variants.iter().find(|(name, _)| *name == variant.name.text)?;
            let code = format!("{owner}.{}", variant_code(db, id.file, variant, fields));
            Description::new(code, variant.docs.as_ref()).from(format!("variant of `{owner}`"))
        }
        (Member::Resource(part, param), _) => {
            let what = match part {
                ResourceItem::Key { local: true, .. } => "local key",
                ResourceItem::Key { .. } => "key",
                ResourceItem::Attribute { .. } => "attribute",
                _ => "output",
            };
            let code = resource_part(db, id, part, param)?;
            Description::new(code, param.docs.as_ref()).from(format!("{what} of `{}`", id.qualified(db)))
        }
        (Member::ComponentParam(stmt, param), Signature::Component(params, _)) => {
            let code = typed(db, id.file, "param ", &find(params)?, param.default.as_ref());
            let docs = stmt.docs.as_ref().or(param.docs.as_ref());
            Description::new(code, docs).from(format!("parameter of `{owner}`"))
        }
        (Member::Out(stmt, _), Signature::Component(_, outs)) => {
            let code = typed(db, id.file, "out ", &find(outs)?, None);
            Description::new(code, stmt.docs.as_ref()).from(format!("output of `{owner}`"))
        }
        _ => return None,
    })
}

/// A line of a resource schema, without its indentation.
fn resource_part(db: &dyn Db, id: DeclId, part: &ResourceItem, param: &ast::Param) -> Option<String> {
    let Signature::Resource(resource) = signature::signature(db, id) else { return None };
    let find = |fields: &[Field]| fields.iter().find(|f| f.name == param.name.text).cloned();
    Some(match part {
        ResourceItem::Key { local, .. } => {
            typed(db, id.file, if *local { "local key " } else { "key " }, &resource.key, None)
        }
        ResourceItem::Attribute { union, .. } => {
            let before = if *union { "union " } else { "" };
            typed(db, id.file, before, &find(&resource.attributes)?, param.default.as_ref())
        }
        ResourceItem::Output { early, .. } => {
            let before = if *early { "early out " } else { "out " };
            typed(db, id.file, before, &find(&resource.outputs)?, None)
        }
        _ => return None,
    })
}

fn variant_code(db: &dyn Db, file: File, variant: &ast::Variant, fields: &[Field]) -> String {
    if fields.is_empty() {
        return variant.name.text.to_string();
    }
    let payload = variant.fields.iter().zip(fields);
    let payload: Vec<String> =
        payload.map(|(param, field)| typed(db, file, "", field, param.default.as_ref())).collect();
    format!("{} {{ {} }}", variant.name.text, payload.join(", "))
}

/// `before name: Type = default`
fn typed(db: &dyn Db, file: File, before: &str, field: &Field, value: Option<&ast::Expr>) -> String {
    format!("{before}{}: {}{}", field.name, field.ty.display(db), default(db, file, value))
}

/// ` = value` as it is written, if it is short and on one line.
fn default(db: &dyn Db, file: File, value: Option<&ast::Expr>) -> String {
    let Some(value) = value else { return String::new() };
    let Span { start, end } = value.span;
    match file.text(db).get(start as usize..end as usize) {
        Some("") => String::new(),
        Some(text) if text.len() <= DEFAULT_LIMIT && !text.contains(['\n', '\r']) => format!(" = {text}"),
        _ => " = ..".to_owned(),
    }
}

fn method(db: &dyn Db, receiver: &Ty, wanted: &str) -> Option<Description> {
    let shown = receiver.display(db);
    let found: &Method = prelude::methods(receiver).find(|method| method.name == wanted)?;
    let mut variables = Variables::default();
    found.receiver.matches(receiver.plain(), &mut variables);
    let gives = found.gives.ty(db, &variables).display(db);
    let code = if found.property {
        format!("{shown}.{wanted}: {gives}")
    } else {
        let parameter =
            |(name, scheme): &(&str, Scheme)| format!("{name}: {}", scheme.ty(db, &variables).display(db));
        let parameters: Vec<String> = found.params.iter().map(parameter).collect();
        format!("{shown}.{wanted}({}) -> {gives}", parameters.join(", "))
    };
    Some(Description { code, origin: String::new(), docs: found.docs.to_owned() })
}

/// What a built-in type is.
fn builtin_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "List" => "A list: `[a, b]`.",
        "Set" => "A set: `[a, b]`, each element once, in their order.",
        "Map" => "A map: `[\"a\" => 1]`, in the order of its keys.",
        "Secret" => {
            "A value that is never shown: it goes into attributes that accept secrets, and nothing may depend on it."
        }
        "Ref" => {
            "A reference to a resource of this type: `File[\"/etc/motd\"]`, or the name of a declared one."
        }
        _ => match ty::builtin(name)? {
            Ty::Bool => "`true` or `false`.",
            Ty::Int => "A whole number of 64 bits.",
            Ty::Float => "A number with a fraction: `1.5`.",
            Ty::Bytes => "Bytes that need not be text.",
            Ty::String => "Text: `\"a ${hole}\"`.",
            Ty::Duration => "A span of time: `90s`, `1h30m`.",
            Ty::Size => "A number of bytes: `512MiB`, `10GB`.",
            Ty::Mode => "Permission bits: `0o644`.",
            Ty::Blob => "The content of a file.",
            Ty::AnyRef => "A reference to a resource of any type.",
            Ty::Text(TextKind::AbsPath) => {
                "An absolute path: begins with `/`, without `.`, `..` or empty segments."
            }
            Ty::Text(TextKind::RelPath) => "A relative path that stays below where it starts.",
            Ty::Text(TextKind::HostName) => "The name of a host.",
            Ty::Text(TextKind::IpAddr) => "An IPv4 or IPv6 address.",
            Ty::Text(TextKind::Cidr) => "An address and the length of a prefix: `10.0.0.0/8`.",
            Ty::Text(TextKind::Url) => "An absolute URL with scheme and host.",
            Ty::Text(TextKind::UserName) => "The name of a user.",
            Ty::Text(TextKind::GroupName) => "The name of a group.",
            Ty::Text(TextKind::PackageName) => "The name of a Debian package.",
            Ty::Text(TextKind::UnitName) => "The name of a systemd unit; without a suffix it is a service.",
            Ty::Text(TextKind::Version) => "A version: `1.10.2`, `24.04`, `6.1.0-rc1`.",
            Ty::Text(TextKind::Regex) => "A regular expression.",
            Ty::Text(TextKind::Email) => "The address of a mailbox: `user@example.com`.",
            _ => return None,
        },
    })
}
