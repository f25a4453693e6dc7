//! Values that nobody may see.

use super::change::Offers;
use super::context::{Cx, Node};
use super::{Assist, AssistKind};
use mc_compiler::name;
use mc_compiler::signature::{self, Signature};
use mc_compiler::ty::Ty;
use mc_syntax::ast::{BodyItem, Expr, ExprKind, ItemKind, StringPart};

pub(super) const SECRET_TYPE: Assist = Assist {
    id: "secret_type",
    kind: AssistKind::Rewrite,
    about: "Make the type of a parameter or a field secret",
    example: "record Login {\n  user: String\n  password: Str$0ing\n}\n",
    keeps_plan: true,
    find: secret_type,
};

fn secret_type(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((id, item)) = cx.item() else { return };
    let param = cx.path.iter().rev().find_map(|node| match node {
        Node::Param(param) => Some(*param),
        _ => None,
    });
    // Hosts give labels as plain text, and facts are read in the open.
    let Some(param) = param.filter(|_| !matches!(item.kind, ItemKind::Labels(_) | ItemKind::Resource(_)))
    else {
        return;
    };
    let mut none = signature::Findings::default();
    let ty = signature::resolve(cx.db, signature::TypeScope::of(id), &param.ty, &mut none);
    let written = cx.source(param.ty.span);
    let (inner, mark) = written.strip_suffix('?').map_or((written, ""), |inner| (inner, "?"));
    if matches!(ty.some(), Ty::String | Ty::Bytes) && cx.range.end <= param.ty.span.end {
        offers.add(format!("Make it a `Secret<{inner}>`"), |edit| {
            edit.replace(param.ty.span, format!("Secret<{inner}>{mark}"));
        });
    }
}

pub(super) const SECRET_VALUE: Assist = Assist {
    id: "secret_value",
    kind: AssistKind::Rewrite,
    about: "Take a text from the secrets instead of writing it out",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/token\" { content = \"hun$0ter2\", mode = 0o600 }\n}\n",
    keeps_plan: false,
    find: secret_value,
};

fn secret_value(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let literal = cx.exprs().find(|expr| match &expr.kind {
        ExprKind::String(parts) => parts.iter().all(|part| matches!(part, StringPart::Text(..))),
        _ => false,
    });
    let Some(literal) = literal else { return };
    let given = cx.path.iter().rev().find_map(|node| match node {
        Node::BodyItem(BodyItem::Attribute { name, value: Some(value), .. })
            if value.span == literal.span =>
        {
            Some(name)
        }
        _ => None,
    });
    let Some(given) = given else { return };
    let construct = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(construct) => construct.path.as_ref(),
        _ => None,
    });
    let Some((id, _)) = construct.and_then(|path| cx.resolve(path)) else { return };
    let takes_secret = match signature::signature(cx.db, id) {
        Signature::Resource(resource) => {
            let at = resource.attributes.iter().position(|field| field.name == given.text);
            at.and_then(|at| resource.accepting.get(at)).is_some_and(|accepting| *accepting)
        }
        Signature::Record(fields) | Signature::Component(fields, _) => {
            let field = fields.iter().find(|field| field.name == given.text);
            field.is_some_and(|field| matches!(field.ty.some(), Ty::Secret(_)))
        }
        _ => false,
    };
    if takes_secret {
        let owner =
            cx.item().and_then(|(_, item)| name::item_name(&item.kind)).map(|name| name.text.to_string());
        let name = format!("{}/{}", owner.unwrap_or_else(|| "package".to_owned()).to_lowercase(), given.text);
        offers.add(format!("Take it from the secret \"{name}\""), |edit| {
            edit.replace(literal.span, format!("secret(\"{name}\")"));
        });
    }
}

/// The text of a literal without holes.
pub(super) fn plain(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(parts) => match parts.as_slice() {
            [] => Some(""),
            [StringPart::Text(text, _)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}
