//! From a data file to a value of the type that is expected where it is loaded.
//!
//! What a file says becomes typed expressions like those of a body, each at its place in the file: defaults,
//! conditions and secrets mean there what they mean anywhere, and whatever is wrong with a value is told where the
//! value stands.

use super::Checker;
use crate::data::{Entry, Node, Value as Data};
use crate::db::File;
use crate::diagnostic::{Code, Diagnostic, Place, code, nearest};
use crate::hir::{ExprId, ExprKind, Foreign};
use crate::name::DeclId;
use crate::signature::{Field, Signature, Target};
use crate::ty::Ty;
use mc_plan::expr::Builtin;
use mc_plan::op;
use mc_plan::value::{Float, Value};
use mc_syntax::Span;
use smol_str::SmolStr;
use std::sync::Arc;

/// The largest whole number up to which every whole number is a `Float`.
const EXACT: i64 = 1 << 53;

/// A data file that is loaded.
#[derive(Clone, Copy)]
pub(super) struct Loaded<'a> {
    pub(super) file: File,
    pub(super) text: &'a str,
    /// Where it is loaded.
    pub(super) call: Span,
}

impl Loaded<'_> {
    fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    fn raw(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The first line of a place: a table may be long.
    pub(super) fn head(&self, span: Span) -> Span {
        let line = self.raw(span).split(['\n', '\r']).next().unwrap_or_default().trim_end().len();
        Span::new(span.start, span.start + line as u32)
    }
}

/// What fields a table is read into.
pub(super) struct Fields<'t> {
    /// The owner in a sentence: `` `Site` ``.
    pub(super) owner: String,
    /// The fields, with the arguments of a generic owner filled in.
    pub(super) fields: &'t [Field],
    /// The owner.
    pub(super) decl: DeclId,
    /// Its variant, if they are those of a payload.
    pub(super) variant: Option<SmolStr>,
}

impl<'db> Checker<'db> {
    /// Pushes an expression that stands in a data file.
    fn push_at(&mut self, at: Loaded<'_>, kind: ExprKind, ty: Ty, span: Span) -> ExprId {
        let id = self.push(kind, ty, span);
        match self.body.foreign.last_mut() {
            Some(last) if last.end == id.0 && last.file == at.file && last.call == at.call => last.end += 1,
            _ => {
                let Loaded { file, call, .. } = at;
                self.body.foreign.push(Foreign { first: id.0, end: id.0 + 1, file, call });
            }
        }
        id
    }

    fn data_error(
        &mut self,
        at: Loaded<'_>,
        code: Code,
        span: Span,
        headline: impl Into<String>,
        here: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, at.place(at.head(span)), headline).here(here)
    }

    /// A value of a data file as one of a type. What is wrong is reported.
    pub(super) fn decode(&mut self, node: &Node, ty: &Ty, at: Loaded<'_>) -> ExprId {
        let value = match &node.value {
            Data::Broken => return self.push_at(at, ExprKind::Error, Ty::Error, node.span),
            value => value,
        };
        let done = match (ty, value) {
            (Ty::Optional(_), Data::Null) => ExprKind::Value(Value::None),
            (Ty::Optional(inner), _) => return self.decode(node, inner, at),
            (Ty::Refined(id, base), _) => {
                let base = self.decode(node, base, at);
                if *self.ty(base) == Ty::Error {
                    return base;
                }
                ExprKind::Refine(*id, base)
            }
            (Ty::Secret(_), _) => return self.decode_secret(node, ty, at),
            (Ty::Bool, Data::Bool(b)) => ExprKind::Value(Value::Bool(*b)),
            (Ty::Int, Data::Int(i)) => ExprKind::Value(Value::Int(*i)),
            (Ty::Float, Data::Float(f)) => match Float::new(*f) {
                Some(f) => ExprKind::Value(Value::Float(f)),
                None => return self.mismatch(node, ty, at),
            },
            (Ty::Float, Data::Int(i)) if (-EXACT..=EXACT).contains(i) => match Float::new(*i as f64) {
                Some(f) => ExprKind::Value(Value::Float(f)),
                None => return self.mismatch(node, ty, at),
            },
            (Ty::String | Ty::Blob, Data::Str(text)) => ExprKind::Value(Value::Str(Arc::clone(text))),
            (Ty::Text(kind), Data::Str(text)) => match kind.check(text) {
                Ok(()) => ExprKind::Value(Value::Str(Arc::clone(text))),
                Err(why) => {
                    let mut mistake =
                        self.data_error(at, code::DATA_VALUE, node.span, why.to_string(), "this text");
                    mistake.labels.push((self.place(at.call), format!("a `{}` is loaded here", kind.name())));
                    self.report(mistake);
                    return self.push_at(at, ExprKind::Error, Ty::Error, node.span);
                }
            },
            (Ty::Duration | Ty::Size | Ty::Mode, _) => return self.decode_unit(node, ty, at),
            (Ty::List(inner), Data::List(items)) => {
                let items = items.iter().map(|item| self.decode(item, inner, at)).collect();
                ExprKind::List(items)
            }
            (Ty::Set(inner), Data::List(items)) => {
                let items = items.iter().map(|item| self.decode(item, inner, at)).collect();
                ExprKind::Set(items)
            }
            (Ty::Tuple(types), Data::List(items)) if types.len() == items.len() => {
                let parts =
                    items.iter().zip(types.iter()).map(|(item, ty)| self.decode(item, ty, at)).collect();
                ExprKind::Tuple(parts)
            }
            (Ty::Map(key, value), Data::Table(entries)) => {
                let mut pairs = Vec::with_capacity(entries.len());
                for entry in entries {
                    let value = self.decode(&entry.value, value, at);
                    pairs.push((self.decode_key(entry, key, at), value));
                }
                ExprKind::Map(pairs)
            }
            (Ty::Record(id, args), Data::Table(entries)) => {
                let Signature::Record(fields) = self.signature(*id) else {
                    return self.push_at(at, ExprKind::Error, Ty::Error, node.span);
                };
                let fields: Vec<Field> =
                    fields.iter().map(|f| Field { ty: f.ty.substitute(*id, args), ..f.clone() }).collect();
                let into = self.fields_of(*id, None, &fields);
                match self.decode_fields(entries, node.span, &into, at) {
                    Some(values) => ExprKind::Record(*id, values),
                    None => return self.push_at(at, ExprKind::Error, Ty::Error, node.span),
                }
            }
            (Ty::Enum(id, args), Data::Str(_) | Data::Table(_)) => {
                return self.decode_variant(node, (*id, args), ty, at);
            }
            (Ty::Error, _) => return self.push_at(at, ExprKind::Error, Ty::Error, node.span),
            _ => return self.mismatch(node, ty, at),
        };
        self.push_at(at, done, ty.clone(), node.span)
    }

    pub(super) fn fields_of<'t>(&self, id: DeclId, variant: Option<&str>, fields: &'t [Field]) -> Fields<'t> {
        let owner = match variant {
            Some(variant) => format!("`{}.{variant}`", id.text(self.db)),
            None => format!("`{}`", id.text(self.db)),
        };
        Fields { owner, fields, decl: id, variant: variant.map(SmolStr::new) }
    }

    /// The fields of a table, by position.
    fn decode_fields(
        &mut self,
        entries: &[Entry],
        span: Span,
        into: &Fields<'_>,
        at: Loaded<'_>,
    ) -> Option<Vec<Option<ExprId>>> {
        let mut values = vec![None; into.fields.len()];
        let mut guessed = self.keys(entries, into, at);
        for entry in entries {
            let Some(position) = into.fields.iter().position(|field| field.name == entry.key) else {
                continue;
            };
            values[position] = Some(self.decode(&entry.value, &into.fields[position].ty, at));
        }
        let missing: Vec<&Field> = into
            .fields
            .iter()
            .zip(&values)
            .filter(|(field, value)| value.is_none() && !field.optional)
            .map(|(field, _)| field)
            .collect();
        // What is misspelt is not missing as well.
        guessed.retain(|name| missing.iter().any(|field| field.name == *name));
        let named: Vec<String> = missing
            .iter()
            .filter(|field| !guessed.contains(&field.name))
            .map(|field| format!("`{}: {}`", field.name, self.show(&field.ty)))
            .collect();
        if !named.is_empty() {
            let headline = format!("{} also needs {}", into.owner, named.join(", "));
            let mut mistake = self.data_error(at, code::DATA_MISSING, span, headline, "a field is missing");
            if let Some(declared) = self.decl_place(into.decl) {
                mistake = mistake.label(declared, "declared here");
            }
            self.report(mistake);
        }
        missing.is_empty().then_some(values)
    }

    /// Takes down what keys name, and warns of those that no field takes; gives the fields that were probably meant.
    pub(super) fn keys(&mut self, entries: &[Entry], into: &Fields<'_>, at: Loaded<'_>) -> Vec<SmolStr> {
        let mut guessed = Vec::new();
        for entry in entries {
            let place = at.place(entry.key_span);
            if into.fields.iter().any(|field| field.name == entry.key) {
                let target = match &into.variant {
                    Some(variant) => Target::Payload(into.decl, variant.clone(), entry.key.clone()),
                    None => Target::Member(into.decl, entry.key.clone()),
                };
                self.findings.data_references.push((place, target));
                continue;
            }
            let headline = format!("{} has no field `{}`", into.owner, entry.key.escape_debug());
            let mut warning = Diagnostic::warning(code::DATA_UNKNOWN, place, headline).here("passed over");
            // Only a field that is not there as well can have been meant.
            let open = into.fields.iter().map(|field| field.name.as_str());
            let open = open.filter(|name| !entries.iter().any(|entry| entry.key == *name));
            match nearest(&entry.key, open) {
                Some(near) => {
                    guessed.push(SmolStr::new(near));
                    let quoted = at.raw(entry.key_span).starts_with('"');
                    let text = if quoted { format!("\"{near}\"") } else { near.to_owned() };
                    warning = warning.help(format!("did you mean `{near}`?")).fix(
                        format!("change to `{near}`"),
                        place,
                        text,
                    );
                }
                None => {
                    let known: Vec<String> =
                        into.fields.iter().map(|field| format!("`{}`", field.name)).collect();
                    if known.len() <= 12 && !known.is_empty() {
                        warning = warning.help(format!("it has {}", known.join(", ")));
                    }
                }
            }
            self.report(warning);
            self.hide_among(into.fields, at.place(entry.value.span));
        }
        guessed
    }

    /// `tls = "Off"`, `tls = { Managed = { cert = ".." } }`
    fn decode_variant(
        &mut self,
        node: &Node,
        (id, args): (DeclId, &[Ty]),
        ty: &Ty,
        at: Loaded<'_>,
    ) -> ExprId {
        let Signature::Enum(variants) = self.signature(id) else {
            return self.push_at(at, ExprKind::Error, Ty::Error, node.span);
        };
        let (name, name_span, payload) = match &node.value {
            Data::Str(text) => (SmolStr::new(text), node.span, None),
            Data::Table(entries) => match entries.as_slice() {
                [entry] => (entry.key.clone(), entry.key_span, Some(&entry.value)),
                _ => {
                    let shown = self.show(ty);
                    let headline = format!("a `{shown}` is one variant");
                    let mistake = self.data_error(
                        at,
                        code::DATA_TYPE,
                        node.span,
                        headline,
                        "not the name of one variant",
                    );
                    self.report(mistake.help(variant_help(variants)));
                    return self.push_at(at, ExprKind::Error, Ty::Error, node.span);
                }
            },
            _ => return self.mismatch(node, ty, at),
        };
        let Some(tag) = variants.iter().position(|(variant, _)| *variant == name) else {
            let shown = self.show(ty);
            let headline = format!("`{shown}` has no variant `{}`", name.escape_debug());
            let mut mistake = self.data_error(at, code::DATA_VALUE, name_span, headline, "no such variant");
            let known = || variants.iter().map(|(variant, _)| variant.as_str());
            mistake = match nearest(&name, known()) {
                Some(near) => {
                    let quote = at.raw(name_span).chars().next().filter(|c| matches!(c, '"' | '\''));
                    let quote = quote.map(String::from).unwrap_or_default();
                    mistake.help(format!("did you mean `{near}`?")).fix(
                        format!("change to `{near}`"),
                        at.place(name_span),
                        format!("{quote}{near}{quote}"),
                    )
                }
                None => {
                    let known: Vec<String> = known().map(|name| format!("`{name}`")).collect();
                    mistake.help(format!("it has {}", known.join(", ")))
                }
            };
            self.report(mistake);
            return self.push_at(at, ExprKind::Error, Ty::Error, node.span);
        };
        self.findings.data_references.push((at.place(name_span), Target::Member(id, name.clone())));
        let fields: Vec<Field> =
            variants[tag].1.iter().map(|f| Field { ty: f.ty.substitute(id, args), ..f.clone() }).collect();
        let into = self.fields_of(id, Some(&name), &fields);
        let values = match payload.map(|payload| (&payload.value, payload.span)) {
            Some((Data::Table(entries), span)) => self.decode_fields(entries, span, &into, at),
            Some((Data::Broken, _)) => None,
            Some((other, span)) => {
                let headline = format!("the payload of {} is a table, not {}", into.owner, other.described());
                let mistake = self.data_error(at, code::DATA_TYPE, span, headline, other.described());
                self.report(mistake);
                None
            }
            None => self.decode_fields(&[], node.span, &into, at),
        };
        match values {
            Some(values) => {
                self.push_at(at, ExprKind::Variant(id, tag as u32, values), ty.clone(), node.span)
            }
            None => self.push_at(at, ExprKind::Error, Ty::Error, node.span),
        }
    }

    /// `{ secret = "db/password" }`
    fn decode_secret(&mut self, node: &Node, ty: &Ty, at: Loaded<'_>) -> ExprId {
        let error = |c: &mut Self| c.push_at(at, ExprKind::Error, Ty::Error, node.span);
        if let Data::Table(entries) = &node.value
            && let [entry] = entries.as_slice()
            && entry.key == "secret"
            && let Data::Str(name) = &entry.value.value
        {
            if !super::call::is_secret_name(name) {
                let here = "letters, digits, `-`, `_` and `.`, in segments divided by `/`";
                let span = entry.value.span;
                let headline = "this is no name of a secret";
                let mistake = self.data_error(at, code::DATA_VALUE, span, headline, here);
                // Perhaps it is the secret itself.
                self.report(mistake.hide(at.place(span)));
                return error(self);
            }
            return self.push_at(at, ExprKind::Secret(Arc::clone(name)), ty.clone(), node.span);
        }
        let shown = self.show(ty);
        let mut mistake = self.data_error(
            at,
            code::DATA_SECRET,
            node.span,
            format!("a `{shown}` is named in data, not written"),
            "not the name of a secret",
        );
        if matches!(node.value, Data::Str(_)) {
            mistake =
                mistake.note("if this is a secret, whoever can read this file knows it: take another one");
        }
        let form = match at.file.path(self.db).extension() {
            Some("toml") => "{ secret = \"db/password\" }",
            Some("json") => "{ \"secret\": \"db/password\" }",
            _ => "{ secret: db/password }",
        };
        let help = format!("write where it is kept: `{form}`");
        self.report(mistake.help(help).hide(at.place(node.span)));
        error(self)
    }

    /// The key of a map.
    fn decode_key(&mut self, entry: &Entry, ty: &Ty, at: Loaded<'_>) -> ExprId {
        let value = match ty.plain() {
            Ty::Int => entry.key.parse().map_or_else(|_| Data::Str(entry.key.as_str().into()), Data::Int),
            Ty::Bool => entry.key.parse().map_or_else(|_| Data::Str(entry.key.as_str().into()), Data::Bool),
            _ => Data::Str(entry.key.as_str().into()),
        };
        self.decode(&Node { value, span: entry.key_span }, ty, at)
    }

    /// A duration, a size or permission bits: texts in the form of literals.
    fn decode_unit(&mut self, node: &Node, ty: &Ty, at: Loaded<'_>) -> ExprId {
        let (builtin, example) = match ty {
            Ty::Duration => (Builtin::ParseDuration, "90s"),
            Ty::Size => (Builtin::ParseSize, "512MiB"),
            _ => (Builtin::ParseMode, "0o644"),
        };
        let raw = at.raw(node.span);
        let text: Option<Arc<str>> = match &node.value {
            Data::Str(text) => Some(Arc::clone(text)),
            // TOML and YAML have octal numbers of their own.
            Data::Int(_) if *ty == Ty::Mode && raw.starts_with("0o") => Some(Arc::from(raw)),
            _ => None,
        };
        let parsed = text.clone().map(|text| op::call(builtin, &[Value::Str(text)]));
        match parsed {
            Some(Ok(value)) if value != Value::None => {
                return self.push_at(at, ExprKind::Value(value), ty.clone(), node.span);
            }
            Some(_) => {
                let shown = self.show(ty);
                let text = text.unwrap_or_default();
                let headline = format!("`{}` is no `{shown}`", text.escape_debug());
                let mistake = self.data_error(at, code::DATA_VALUE, node.span, headline, "this text");
                self.report(mistake.help(format!("for example `\"{example}\"`")));
            }
            None => {
                let octal =
                    !raw.is_empty() && raw.len() <= 5 && raw.bytes().all(|b| matches!(b, b'0'..=b'7'));
                if *ty == Ty::Mode && matches!(node.value, Data::Int(_)) && octal {
                    let better = format!("\"0o{}\"", raw.trim_start_matches('0'));
                    let headline = "permission bits are written in octal";
                    let mistake = self.data_error(at, code::DATA_TYPE, node.span, headline, "a whole number");
                    let place = at.place(node.span);
                    let fix = format!("change to `{better}`");
                    self.report(mistake.help(format!("write `{better}`")).fix(fix, place, better));
                } else {
                    return self.mismatch(node, ty, at);
                }
            }
        }
        self.push_at(at, ExprKind::Error, Ty::Error, node.span)
    }

    /// Reports a value of another type.
    fn mismatch(&mut self, node: &Node, ty: &Ty, at: Loaded<'_>) -> ExprId {
        let shown = self.show(ty);
        let found = node.value.described();
        let mut mistake = self.data_error(
            at,
            code::DATA_TYPE,
            node.span,
            format!("expected `{shown}`, found {found}"),
            found,
        );
        let place = at.place(node.span);
        let change = |mistake: Diagnostic, text: String| {
            mistake.help(format!("write `{text}`")).fix(format!("change to `{text}`"), place, text)
        };
        mistake = match (ty, &node.value) {
            (Ty::Bool, Data::Str(text)) => match &**text {
                "true" | "yes" | "on" => change(mistake, "true".to_owned()),
                "false" | "no" | "off" => change(mistake, "false".to_owned()),
                _ => mistake,
            },
            (Ty::Int, Data::Str(text)) if text.parse::<i64>().is_ok() => change(mistake, text.to_string()),
            (Ty::String | Ty::Text(_) | Ty::Blob, Data::Int(_) | Data::Float(_) | Data::Bool(_)) => {
                change(mistake, format!("\"{}\"", at.raw(node.span)))
            }
            (Ty::Duration, _) => mistake.help("a duration is a text with a unit: `\"90s\"`, `\"1h30m\"`"),
            (Ty::Size, _) => mistake.help("a size is a text with a unit: `\"512MiB\"`, `\"10GB\"`"),
            (Ty::Mode, _) => mistake.help("permission bits are written in octal: `\"0o644\"`"),
            (Ty::Tuple(parts), Data::List(items)) => {
                mistake.help(format!("it has {} parts, and {} are given", parts.len(), items.len()))
            }
            (Ty::List(_) | Ty::Set(_), value) if !matches!(value, Data::Null) => {
                mistake.help("put it in brackets: `[..]`")
            }
            (_, Data::Null) => mistake.help(format!("only what may be absent, a `{shown}?`, takes it")),
            _ => mistake,
        };
        if self.holds_secret(ty) {
            mistake = mistake.hide(place);
        }
        self.report(mistake);
        self.push_at(at, ExprKind::Error, Ty::Error, node.span)
    }

    /// Whether values of a type can be read from a data file; if not, the part that cannot.
    pub(super) fn unloadable(&self, ty: &Ty) -> Option<Ty> {
        let mut seen = Vec::new();
        self.unloadable_part(ty, &mut seen)
    }

    fn unloadable_part(&self, ty: &Ty, seen: &mut Vec<DeclId>) -> Option<Ty> {
        let mut all = |types: &[Ty]| types.iter().find_map(|ty| self.unloadable_part(ty, seen));
        match ty {
            Ty::Error
            | Ty::Bool
            | Ty::Int
            | Ty::Float
            | Ty::String
            | Ty::Blob
            | Ty::Duration
            | Ty::Size
            | Ty::Mode
            | Ty::Text(_) => None,
            Ty::List(inner) | Ty::Set(inner) | Ty::Optional(inner) | Ty::Refined(_, inner) => {
                self.unloadable_part(inner, seen)
            }
            Ty::Map(key, value) => match key.plain() {
                Ty::String | Ty::Text(_) | Ty::Int | Ty::Bool | Ty::Enum(..) => {
                    all(&[(**key).clone(), (**value).clone()])
                }
                _ => Some(ty.clone()),
            },
            Ty::Tuple(parts) => all(parts),
            Ty::Secret(inner) => match inner.plain() {
                Ty::String | Ty::Blob => None,
                _ => Some(ty.clone()),
            },
            Ty::Record(id, args) => {
                if seen.contains(id) {
                    return None;
                }
                seen.push(*id);
                let Signature::Record(fields) = self.signature(*id) else { return None };
                let types: Vec<Ty> = fields.iter().map(|field| field.ty.substitute(*id, args)).collect();
                types.iter().find_map(|ty| self.unloadable_part(ty, seen))
            }
            Ty::Enum(id, args) => {
                if seen.contains(id) {
                    return None;
                }
                seen.push(*id);
                let Signature::Enum(variants) = self.signature(*id) else { return None };
                let fields = variants.iter().flat_map(|(_, fields)| fields);
                let types: Vec<Ty> = fields.map(|field| field.ty.substitute(*id, args)).collect();
                types.iter().find_map(|ty| self.unloadable_part(ty, seen))
            }
            other => Some(other.clone()),
        }
    }
}

fn variant_help(variants: &[(SmolStr, Vec<Field>)]) -> String {
    match variants.iter().find(|(_, fields)| !fields.is_empty()) {
        Some((name, fields)) => {
            let fields: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            format!("a variant with fields is a table of its own: `{name}`, with {}", fields.join(", "))
        }
        None => "write its name as a text".to_owned(),
    }
}
