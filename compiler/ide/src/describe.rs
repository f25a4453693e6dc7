//! What a name means, in the words of the language: its declaration without bodies, and its documentation.

use crate::definition::{Member, labels, member, payload, template_param};
use mc_compiler::doc::{self, resource_part, typed, variant as variant_code};
use mc_compiler::name::{self, DeclId};
use mc_compiler::phase::{Known, Phase};
use mc_compiler::prelude::{self, Global, Method, Scheme, Variables};
use mc_compiler::signature::{self, Field, Signature, Target};
use mc_compiler::ty::{self, Ty};
use mc_compiler::{Db, File};
use mc_plan::value::TextKind;
use mc_syntax::ast::ResourceItem;
use std::fmt::Write;

/// Longest source of a late value that is shown, in bytes.
const SOURCE_LIMIT: usize = 60;

/// A description.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description {
    /// The declaration.
    pub(crate) code: String,
    /// Of what it is a part, or where it is from; empty where that is plain.
    pub(crate) origin: String,
    /// Its values, as far as they are known.
    pub(crate) value: String,
    /// The documentation, in Markdown.
    pub(crate) docs: String,
}

impl Description {
    fn new(code: impl Into<String>, docs: Option<&smol_str::SmolStr>) -> Self {
        Description { code: code.into(), docs: docs.map_or_else(String::new, text), ..Description::default() }
    }

    fn from(self, origin: impl Into<String>) -> Self {
        Description { origin: origin.into(), ..self }
    }
}

/// Documentation as its author meant it: without the space after the marker.
pub(crate) fn text(docs: &smol_str::SmolStr) -> String {
    let lines: Vec<&str> = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    without_pictures(lines.join("\n").trim())
}

/// Pictures as links: an editor would load them from the net as soon as the text is shown.
fn without_pictures(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for (at, part) in markdown.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        // Every other part is code, and no Markdown.
        if at % 2 == 0 { out.push_str(&part.replace("![", "[")) } else { out.push_str(part) }
    }
    out
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
        Target::Template(file) => Some(template(db, *file)),
        Target::TemplateParam(file, name) => {
            let param = template_param(db, *file, name)?;
            let field = signature::template_params(db, *file).iter().find(|f| f.name == *name)?;
            let code = typed(db, *file, "", field, param.default.as_ref());
            let origin = format!("parameter of `{}`", file.path(db));
            Some(Description::new(code, param.docs.as_ref()).from(origin))
        }
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
        Target::Fail => global("fail"),
    }
}

/// Describes a local of this name and type, known at this time.
pub(crate) fn local(db: &dyn Db, name: &str, ty: &Ty, known: &Known) -> Description {
    Description::new(format!("let {name}: {}", ty.display(db)), None).from(phase(db, known))
}

/// Describes what the language brings.
pub(crate) fn global(name: &str) -> Option<Description> {
    let Global { takes, gives, docs, .. } = prelude::global(name)?;
    let code = match takes {
        Some(takes) => format!("{name}({}) -> {gives}", takes.join(", ")),
        None => format!("{name}: {gives}"),
    };
    Some(Description { docs: (*docs).to_owned(), ..Description::new(code, None) })
}

/// Describes what a rule of a guard calls the resource that it judges.
pub(crate) fn judged(db: &dyn Db, name: &str, ty: &Ty) -> Description {
    let decl = match ty {
        Ty::Ref(id, _) => id.text(db),
        _ => name.into(),
    };
    Description::new(format!("{decl} {name}"), None)
        .from("the resource that is judged: what its step would make of it")
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
        && text.len() <= SOURCE_LIMIT
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

/// A template with what it is given.
fn template(db: &dyn Db, file: File) -> Description {
    let params = &name::template(db, file).template.params;
    let mut code = String::new();
    for (param, field) in params.iter().zip(signature::template_params(db, file)) {
        code.push_str(&typed(db, file, "param ", field, param.default.as_ref()));
        code.push('\n');
    }
    let code = if code.is_empty() { "a template without parameters".to_owned() } else { code };
    Description::new(code.trim_end(), None).from(format!("`{}`", file.path(db)))
}

/// Where a declaration is from, unless it is the root module.
fn origin(db: &dyn Db, id: DeclId) -> String {
    let module = id.file.module(db);
    if module.is_empty() { String::new() } else { format!("from `{module}`") }
}

fn declaration(db: &dyn Db, id: DeclId) -> Description {
    Description::new(doc::declaration(db, id), id.item(db).docs.as_ref()).from(origin(db, id))
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
    Some(Description { docs: found.docs.to_owned(), ..Description::new(code, None) })
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
