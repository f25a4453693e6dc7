//! The signatures of resource types, and references to them.

use super::{Field, Findings, Signature, TypeScope, field};
use crate::db::Db;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::name::DeclId;
use crate::ty::{Skip, Ty};
use mc_syntax::ast;

/// A resource schema's types.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct ResourceSignature {
    /// The key.
    pub key: Field,
    /// Whether the key is a label only.
    pub local: bool,
    /// The attributes in order.
    pub attributes: Vec<Field>,
    /// Of each attribute, whether it takes a public value as well as a secret.
    pub accepting: Vec<bool>,
    /// The outputs in order.
    pub outputs: Vec<Field>,
    /// Where the value of each comes from.
    pub output_kinds: Vec<ast::OutputKind>,
    /// `writes none`: it never changes anything, so that nobody is refreshed by it and nothing refreshes it.
    pub inert: bool,
}

impl ResourceSignature {
    /// The type of an output as somebody reads it who may find the step skipped.
    pub fn output(&self, position: usize, skip: Skip) -> Option<Ty> {
        let ty = self.outputs.get(position)?.ty.clone();
        let missing =
            skip == Skip::Perhaps && self.output_kinds.get(position) != Some(&ast::OutputKind::Read);
        Some(if missing { ty.optional() } else { ty })
    }

    /// Whether an output is known before the step acts.
    pub fn is_early(&self, position: usize) -> bool {
        self.output_kinds.get(position) == Some(&ast::OutputKind::Early)
    }
}

/// The type of a reference to a resource. Asks the declaration alone and no signature, because signatures are made
/// of types.
pub fn reference(db: &dyn Db, id: DeclId, skip: Skip) -> Ty {
    let produces = match &id.item(db).kind {
        ast::ItemKind::Resource(resource) => resource.items.iter().any(
            |item| matches!(item, ast::ResourceItem::Output { kind, .. } if *kind != ast::OutputKind::Read),
        ),
        _ => false,
    };
    Ty::Ref(id, if produces { skip } else { Skip::Never })
}

/// The signature of a declaration.
pub(super) fn resource_signature(
    db: &dyn Db,
    scope: TypeScope,
    resource: &ast::Resource,
    findings: &mut Findings,
) -> Signature {
    let file = scope.file;
    let mut key = None;
    let mut attributes = Vec::new();
    let mut accepting = Vec::new();
    let mut outputs = Vec::new();
    let mut output_kinds = Vec::new();
    let inert = resource.items.iter().any(ast::ResourceItem::writes_none);
    let mut is_local = false;
    for item in &resource.items {
        match item {
            ast::ResourceItem::Key { local, param } => {
                if key.is_some() {
                    let place = Place::new(file, param.name.span);
                    findings.diagnostics.push(
                        Diagnostic::error(code::BAD_SCHEMA, place, "a resource type has one key")
                            .here("a second one"),
                    );
                } else {
                    is_local = *local;
                    key = Some(field(db, scope, param, findings));
                }
            }
            ast::ResourceItem::Attribute { param, accepts_secret, .. } => {
                let mut built = field(db, scope, param, findings);
                if *accepts_secret {
                    let inner = built.ty.some().clone().secret();
                    built.ty = if matches!(built.ty, Ty::Optional(_)) { inner.optional() } else { inner };
                }
                attributes.push(built);
                accepting.push(*accepts_secret);
            }
            ast::ResourceItem::Output { kind, param } => {
                outputs.push(field(db, scope, param, findings));
                output_kinds.push(*kind);
            }

            _ => {}
        }
    }
    let Some(key) = key else {
        findings.diagnostics.push(
            Diagnostic::error(
                code::BAD_SCHEMA,
                Place::new(file, resource.name.span),
                format!("the resource type `{}` has no key", resource.name.text),
            )
            .here("what tells two of them apart?")
            .help("declare one: `key name: String`"),
        );
        return Signature::None;
    };
    Signature::Resource(ResourceSignature {
        key,
        local: is_local,
        attributes,
        accepting,
        outputs,
        output_kinds,
        inert,
    })
}
