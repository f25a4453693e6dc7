//! Resource schemas: from a `resource` declaration to the model that plans carry.

use crate::db::{Db, File};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::name::{self, DeclId};
use crate::signature::{self, Findings, ResourceSignature, Signature, Target, TypeScope};
use crate::ty::Ty;
use mc_plan::expr::{Builtin, ExprId, Exprs, Node};
use mc_plan::schema::{Attribute, Autoedge, Claim, Effect, Key, Output, OutputKind, Schema};
use mc_plan::value::{TextKind, Type, TypeDef, TypeShape, Value};
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast, RelationKind, ResourceItem, StringPart};
use std::sync::Arc;

/// The words that begin clauses in the bodies of resources.
const CLAUSES: [&str; 11] = [
    "after", "approval", "before", "notify", "reload", "restart", "retry", "skip", "tags", "timeout", "when",
];

/// A checked schema and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct CheckedSchema {
    /// The model; none if the declaration is broken.
    pub schema: Option<Arc<Schema>>,
    /// Problems and references.
    pub findings: Findings,
}

/// The schema of a resource type.
pub fn schema(db: &dyn Db, id: DeclId) -> &CheckedSchema {
    schema_query(db, id.file, id.index)
}

#[salsa::tracked(no_eq, returns(ref))]
fn schema_query(db: &dyn Db, file: File, index: u32) -> CheckedSchema {
    let id = DeclId { file, index };
    let mut result = CheckedSchema::default();
    let ast::ItemKind::Resource(resource) = &id.item(db).kind else { return result };
    let Signature::Resource(signature) = signature::signature(db, id) else { return result };
    let mut builder = Builder {
        db,
        id,
        signature,
        exprs: Exprs::default(),
        types: Types::default(),
        findings: Findings::default(),
    };
    let schema = builder.build(resource);
    result.findings = builder.findings;
    if result.findings.diagnostics.is_empty() {
        result.schema = schema.map(Arc::new);
    }
    result
}

/// The table of named types of a schema or a plan.
#[derive(Clone, Debug, Default)]
pub struct Types {
    /// The declarations in the table, by position.
    decls: Vec<(DeclId, bool)>,
    /// The table.
    pub defs: Vec<TypeDef>,
}

impl Types {
    /// The plan's form of a type. References and instances have none.
    pub fn convert(&mut self, db: &dyn Db, ty: &Ty) -> Option<Type> {
        self.form(db, ty, false)
    }

    /// The form that a document may have which is read into a type: what has a default may be left out.
    pub fn convert_open(&mut self, db: &dyn Db, ty: &Ty) -> Option<Type> {
        self.form(db, ty, true)
    }

    fn form(&mut self, db: &dyn Db, ty: &Ty, open: bool) -> Option<Type> {
        Some(match ty {
            Ty::Bool => Type::Bool,
            Ty::Int => Type::Int,
            Ty::String => Type::String,
            Ty::Duration => Type::Duration,
            Ty::Size => Type::Size,
            Ty::Mode => Type::Mode,
            Ty::Text(kind) => Type::Text(*kind),
            Ty::Blob => Type::Blob,
            Ty::List(inner) => Type::List(Box::new(self.form(db, inner, open)?)),
            Ty::Optional(inner) => Type::Optional(Box::new(self.form(db, inner, open)?)),
            Ty::Float => Type::Float,
            Ty::Bytes => Type::Bytes,
            Ty::Set(inner) => Type::Set(Box::new(self.form(db, inner, open)?)),
            Ty::Map(key, value) => {
                Type::Map(Box::new(self.form(db, key, open)?), Box::new(self.form(db, value, open)?))
            }
            Ty::Tuple(parts) => {
                Type::Tuple(parts.iter().map(|part| self.form(db, part, open)).collect::<Option<_>>()?)
            }
            // That a secret may stand there is said beside the type.
            Ty::Secret(inner) => self.form(db, inner, open)?,
            Ty::Refined(_, base) => self.form(db, base, open)?,
            Ty::Record(id, args) | Ty::Enum(id, args) if args.is_empty() => {
                Type::Named(self.named(db, *id, open)?)
            }
            Ty::Record(..)
            | Ty::Enum(..)
            | Ty::Param(..)
            | Ty::Fn(..)
            | Ty::Ref(..)
            | Ty::AnyRef
            | Ty::Instance(..)
            | Ty::Labels
            | Ty::Plan
            | Ty::Planned(_)
            | Ty::Unit
            | Ty::Hole
            | Ty::Never
            | Ty::Error => return None,
        })
    }

    fn named(&mut self, db: &dyn Db, id: DeclId, open: bool) -> Option<u32> {
        if let Some(position) = self.decls.iter().position(|d| *d == (id, open)) {
            return Some(position as u32);
        }
        let position = self.decls.len();
        self.decls.push((id, open));
        self.defs.push(TypeDef { name: id.qualified(db), shape: TypeShape::Record(Vec::new()) });
        let shape = match signature::signature(db, id) {
            Signature::Record(fields) => TypeShape::Record(self.fields(db, fields, open)?),
            Signature::Enum(variants) => {
                let mut shapes = Vec::with_capacity(variants.len());
                for (name, fields) in variants {
                    shapes.push((name.to_string(), self.fields(db, fields, open)?));
                }
                TypeShape::Enum(shapes)
            }
            _ => return None,
        };
        self.defs[position].shape = shape;
        Some(position as u32)
    }

    fn fields(
        &mut self,
        db: &dyn Db,
        fields: &[signature::Field],
        open: bool,
    ) -> Option<Vec<(String, Type)>> {
        let mut all = Vec::with_capacity(fields.len());
        for field in fields {
            let ty = self.form(db, &field.ty, open)?;
            let ty = match ty {
                Type::Optional(_) => ty,
                ty if open && field.optional => Type::Optional(Box::new(ty)),
                ty => ty,
            };
            all.push((field.name.to_string(), ty));
        }
        Some(all)
    }
}

struct Builder<'db> {
    db: &'db dyn Db,
    id: DeclId,
    signature: &'db ResourceSignature,
    exprs: Exprs,
    types: Types,
    findings: Findings,
}

impl Builder<'_> {
    fn report(&mut self, span: Span, headline: impl Into<String>, here: impl Into<String>) {
        let place = Place::new(self.id.file, span);
        self.findings.diagnostics.push(Diagnostic::error(code::BAD_SCHEMA, place, headline).here(here));
    }

    fn build(&mut self, resource: &ast::Resource) -> Option<Schema> {
        let mut provider = None;
        let mut claims = Vec::new();
        let mut reads = Vec::new();
        let mut writes = Vec::new();
        let mut autoedges = Vec::new();
        let mut effects = Vec::new();
        let mut attributes = Vec::new();
        let mut outputs = Vec::new();
        for item in &resource.items {
            match item {
                ResourceItem::Error(_) | ResourceItem::Check(_) => {}
                ResourceItem::Key { param, .. } => self.not_a_clause(&param.name),
                ResourceItem::Provider { name, protocol, span, .. } => {
                    if *protocol < 1 || *protocol > i64::from(u32::MAX) {
                        self.report(*span, "a protocol version is a number from 1", "not a version");
                    } else if provider.replace((name.to_string(), *protocol as u32)).is_some() {
                        self.report(*span, "a resource type has one provider", "a second one");
                    }
                }
                ResourceItem::Attribute { param, accepts_secret, union } => {
                    self.not_a_clause(&param.name);
                    let ty = self.signature.attributes[attributes.len()].ty.clone();
                    if *union && !matches!(ty.some(), Ty::List(_) | Ty::Set(_)) {
                        self.report(param.span, "only lists are united", "not a list");
                    }
                    let ty = self.types.convert(self.db, &ty);
                    let Some(ty) = ty else {
                        self.report(
                            param.ty.span,
                            "an attribute holds plain values",
                            "has no form in a plan",
                        );
                        return None;
                    };
                    attributes.push(Attribute {
                        name: param.name.text.to_string(),
                        ty,
                        default: param.default.as_ref().and_then(|e| self.constant(e)),
                        accepts_secret: *accepts_secret,
                        union: *union,
                    });
                }
                ResourceItem::Output { kind, param } => {
                    let ty = self.signature.outputs[outputs.len()].ty.clone();
                    let Some(ty) = self.types.convert(self.db, &ty) else {
                        self.report(param.ty.span, "an output is a plain value", "has no form in a plan");
                        return None;
                    };
                    let kind = match kind {
                        ast::OutputKind::Produced => OutputKind::Produced,
                        ast::OutputKind::Early => OutputKind::Early,
                        ast::OutputKind::Read => OutputKind::Read,
                    };
                    outputs.push(Output { name: param.name.text.to_string(), ty, kind });
                }
                item if item.writes_none() => {}
                ResourceItem::Relation { kind, values, span } => {
                    if *kind == RelationKind::Writes && self.signature.inert {
                        self.report(
                            *span,
                            "a resource type that writes something does not write nothing",
                            "besides `writes none`",
                        );
                    }
                    let list = match kind {
                        RelationKind::Claims => &mut claims,
                        RelationKind::Reads => &mut reads,
                        RelationKind::Writes => &mut writes,
                    };
                    for value in values {
                        if let Some((id, ty)) = self.lower(value) {
                            list.push(Claim { domain: domain(self.db, &ty), value: id });
                        }
                    }
                }
                ResourceItem::After { targets, .. } => {
                    for target in targets {
                        autoedges.extend(self.autoedge(target));
                    }
                }
                ResourceItem::Effects { effects: list, .. } => {
                    for effect in list {
                        effects.extend(self.effect(effect));
                    }
                }
            }
        }
        let Some((provider, protocol)) = provider else {
            let name = &resource.name;
            self.report(
                name.span,
                format!("the resource type `{}` names no provider", name.text),
                "who manages it?",
            );
            return None;
        };
        let key_type = self.types.convert(self.db, &self.signature.key.ty)?;
        Some(Schema {
            name: self.id.qualified(self.db),
            provider,
            protocol,
            key: Key { name: self.signature.key.name.to_string(), ty: key_type, local: self.signature.local },
            attributes,
            outputs,
            types: std::mem::take(&mut self.types.defs),
            exprs: std::mem::take(&mut self.exprs),
            claims,
            reads,
            writes,
            autoedges,
            effects,
        })
    }

    /// In a body `timeout = 3s` sets an attribute and `timeout 3s` is a clause: no type has both.
    fn not_a_clause(&mut self, name: &ast::Name) {
        if CLAUSES.contains(&name.text.as_str()) {
            self.report(
                name.span,
                format!("`{}` is a clause of every resource, and no name of an attribute", name.text),
                "begins a clause in a body",
            );
        }
    }

    /// A schema's default is a literal.
    fn constant(&mut self, e: &ast::Expr) -> Option<Value> {
        match &e.kind {
            Ast::Bool(b) => Some(Value::Bool(*b)),
            Ast::Int(i) => Some(Value::Int(*i)),
            Ast::Duration(d) => Some(Value::Duration(*d)),
            Ast::Size(s) => Some(Value::Size(*s)),
            Ast::Mode(m) => Some(Value::Mode(*m)),
            Ast::None => Some(Value::None),
            Ast::String(parts) => super::literal::plain(parts).map(Value::Str),
            Ast::List(items) if items.is_empty() => Some(Value::List(Arc::from([]))),
            _ => {
                self.report(e.span, "the default of an attribute is a plain value", "not a literal");
                None
            }
        }
    }

    /// `Directory[path.parent]`
    fn autoedge(&mut self, target: &ast::Expr) -> Option<Autoedge> {
        let Ast::Reference { path, key } = &target.kind else {
            self.report(
                target.span,
                "an automatic edge goes to a resource by type and key",
                "for example `Directory[path.parent]`",
            );
            return None;
        };
        let text = source_text(self.db, self.id, target.span);
        let (key, _) = self.lower(key)?;
        let name = path.segments.last()?;
        let found = signature::lookup_type(
            self.db,
            TypeScope::of(self.id),
            path.module.as_ref(),
            name,
            &mut self.findings,
        );
        // The standard library's files refer to each other's types without importing them, so that an
        // edge does not make a module depend on another.
        let target = match found {
            Some(Ty::Ref(id, _)) => id.qualified(self.db),
            _ => {
                let standard = standard_resource(self.db, &name.text)?;
                self.findings.references.push((name.span, Target::Decl(standard)));
                self.findings.diagnostics.retain(|d| d.primary.span != name.span);
                standard.qualified(self.db)
            }
        };
        Some(Autoedge { target, key, text })
    }

    /// `fs.write(path)`, `pkg.install`
    fn effect(&mut self, effect: &ast::Expr) -> Option<Effect> {
        let (callee, argument) = match &effect.kind {
            Ast::Call { callee, args } => (&**callee, args.first().map(|a| &a.value)),
            _ => (effect, None),
        };
        let Ast::Field { base, name, .. } = &callee.kind else {
            self.report(effect.span, "an effect is written `domain.verb(value)`", "not an effect");
            return None;
        };
        let Ast::Name(domain) = &base.kind else {
            self.report(effect.span, "an effect is written `domain.verb(value)`", "not an effect");
            return None;
        };
        let value = match argument {
            Some(argument) => Some(self.lower(argument)?.0),
            None => None,
        };
        Some(Effect { name: format!("{domain}.{}", name.text), value })
    }

    /// Lowers an expression over key and attributes. A part of what may be absent is absent with it.
    fn lower(&mut self, e: &ast::Expr) -> Option<(ExprId, Ty)> {
        match &e.kind {
            Ast::Name(name) => {
                let target = Target::Member(self.id, name.clone());
                if self.signature.key.name == *name {
                    self.findings.references.push((e.span, target));
                    return Some((self.push(Node::Key), self.signature.key.ty.clone()));
                }
                match self.signature.attributes.iter().position(|f| f.name == *name) {
                    Some(position) => {
                        self.findings.references.push((e.span, target));
                        let ty = self.signature.attributes[position].ty.clone();
                        Some((self.push(Node::Attribute(position as u32)), ty))
                    }
                    None => {
                        self.report(e.span, format!("`{name}` is neither key nor attribute"), "unknown name");
                        None
                    }
                }
            }
            Ast::Field { base, name, .. } => {
                let (base, ty) = self.lower(base)?;
                let builtin = match (name.text.as_str(), ty.some()) {
                    ("parent", Ty::Text(TextKind::AbsPath)) => Builtin::Parent,
                    ("name", Ty::Text(TextKind::AbsPath)) => Builtin::FileName,
                    _ => {
                        self.report(
                            name.span,
                            "only `parent` and `name` of a path may be used here",
                            "not one of them",
                        );
                        return None;
                    }
                };
                let target = Target::Method(ty.some().clone(), name.text.clone());
                self.findings.references.push((name.span, target));
                let result =
                    if builtin == Builtin::Parent { Ty::Text(TextKind::AbsPath) } else { Ty::String };
                let call = self.push(Node::Call(builtin, vec![base]));
                if matches!(ty, Ty::Optional(_)) {
                    return Some((self.push(Node::IfSome(base, call)), result.optional()));
                }
                Some((call, result))
            }
            Ast::String(parts) => {
                let mut pieces = Vec::with_capacity(parts.len());
                for part in parts {
                    pieces.push(match part {
                        StringPart::Text(text, _) => {
                            self.push(Node::Const(Value::Str(Arc::from(text.as_str()))))
                        }
                        StringPart::Hole(hole) => self.lower(hole)?.0,
                    });
                }
                // A text with a hole that is a path names a path: what it is compared with was checked.
                let path = matches!(parts.first(), Some(StringPart::Text(text, _)) if text.starts_with('/'));
                let ty = if path { Ty::Text(TextKind::AbsPath) } else { Ty::String };
                Some((self.push(Node::Concat(pieces)), ty))
            }
            _ => {
                self.report(e.span, "only keys, attributes and texts of them may be used here", "too much");
                None
            }
        }
    }

    fn push(&mut self, node: Node) -> ExprId {
        self.exprs.push(node)
    }
}

/// The domain of a claim: the name of its type.
fn domain(db: &dyn Db, ty: &Ty) -> String {
    match ty.some() {
        Ty::List(inner) => domain(db, inner),
        other => other.display(db),
    }
}

/// A resource type of the standard library by its bare name.
fn standard_resource(db: &dyn Db, wanted: &str) -> Option<DeclId> {
    let modules = name::modules(db).iter().filter(|(path, _)| path.starts_with("std."));
    // Modules that cannot have it are not parsed: most programs use few of them.
    let declaration = format!("resource {wanted} ");
    let standard = modules.filter(|(_, file)| file.text(db).contains(&declaration));
    standard.filter_map(|(_, file)| name::declarations(db, *file).get(wanted)).map(|d| d.id).next()
}

fn source_text(db: &dyn Db, id: DeclId, span: Span) -> String {
    id.file.text(db).get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
}
