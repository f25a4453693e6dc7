//! Heads of declarations: types, documentation, exports, defaults.

use super::change::Offers;
use super::context::{Cx, Node};
use super::{Assist, AssistKind};
use mc_compiler::name;
use mc_compiler::signature;
use mc_compiler::ty::Ty;
use mc_plan::value::TextKind;
use mc_syntax::Span;
use mc_syntax::ast::{Expr, ExprKind, Item, ItemKind, Param, Stmt, StmtKind};

pub(super) const ADD_TYPE: Assist = Assist {
    id: "add_type",
    kind: AssistKind::Rewrite,
    about: "Write the type of a value that has none",
    example: "let po$0rt = 8080\n",
    keeps_plan: true,
    find: add_type,
};

fn add_type(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((node, _)) = cx.let_head().filter(|(node, _)| node.ty.is_none() && node.pattern.is_none())
    else {
        return;
    };
    let Some(written) = cx.local_type(node.name.span).and_then(|ty| cx.written(ty)) else { return };
    offers.add(format!("Write the type `{}`", written.text), |edit| {
        edit.insert(node.name.span.end, format!(": {}", written.text));
        edit.import(written.imports);
    });
}

pub(super) const REMOVE_TYPE: Assist = Assist {
    id: "remove_type",
    kind: AssistKind::Rewrite,
    about: "Leave out a type that the value shows",
    example: "let port: $0Int = 8080\n",
    keeps_plan: true,
    find: remove_type,
};

fn remove_type(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((node, _)) = cx.let_head() else { return };
    let Some(ty) = &node.ty else { return };
    // Where a value takes the type that is expected of it, it would have another one.
    let is_plain = match &node.value.kind {
        ExprKind::Int(_) => cx.source(ty.span) == "Int",
        ExprKind::String(_) => cx.source(ty.span) == "String",
        ExprKind::Construct(construct) => construct.path.is_some(),
        ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Path(_) | ExprKind::Convert { .. } => {
            cx.ty(&node.value).is_some_and(|found| found.display(cx.db) == cx.source(ty.span))
        }
        ExprKind::Bool(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Mode(_) => true,
        _ => false,
    };
    if is_plain && !cx.source(ty.span).ends_with('?') {
        offers.add("Leave out the type", |edit| edit.remove(Span::new(node.name.span.end, ty.span.end)));
    }
}

pub(super) const ADD_DOCS: Assist = Assist {
    id: "add_docs",
    kind: AssistKind::Generate,
    about: "Begin the documentation of a declaration",
    example: "pub fn lis$0ten(port: Int) -> String { \"listen ${port};\" }\n",
    keeps_plan: true,
    find: add_docs,
};

fn add_docs(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.path.iter().rev().find_map(|node| match node {
        Node::Item(item) => {
            let name = name::item_name(&item.kind)?;
            Some((item.docs.is_some(), item.span.start, name))
        }
        // That of a component is a statement too, which begins with its word.
        Node::Param(param) if !is_statement(cx, param) => {
            Some((param.docs.is_some(), param.span.start, &param.name))
        }
        Node::Stmt(Stmt { kind: StmtKind::Param(param), docs, span }) => {
            Some((docs.is_some() || param.docs.is_some(), span.start, &param.name))
        }
        Node::Stmt(Stmt { kind: StmtKind::Out(out), docs, span }) => {
            Some((docs.is_some(), span.start, &out.name))
        }
        _ => None,
    });
    let Some((has_docs, start, name)) = found else { return };
    // Only where it is declared, and on a line of its own.
    let indent = cx.indent(start);
    let is_first = cx.text.get(..start as usize).is_some_and(|before| {
        before.strip_suffix(indent).is_some_and(|before| before.is_empty() || before.ends_with('\n'))
    });
    if has_docs || !is_first || !Span::new(start, name.span.end).touches(cx.range.end) {
        return;
    }
    let words = name.text.replace('_', " ");
    offers.add("Add documentation", |edit| edit.insert(start, format!("/// The {words}.\n{indent}")));
}

fn is_statement(cx: &Cx<'_>, param: &Param) -> bool {
    cx.stmts().any(|(_, stmt)| matches!(&stmt.kind, StmtKind::Param(found) if found.span == param.span))
}

pub(super) const MAKE_PUBLIC: Assist = Assist {
    id: "make_public",
    kind: AssistKind::Rewrite,
    about: "Export a declaration",
    example: "fn lis$0ten(port: Int) -> String { \"listen ${port};\" }\n",
    keeps_plan: true,
    find: make_public,
};

/// The item whose keyword or name the cursor is in.
fn item_head<'db>(cx: &Cx<'db>) -> Option<&'db Item> {
    let (_, item) = cx.item()?;
    let name = name::item_name(&item.kind)?;
    let can_be_exported =
        !matches!(item.kind, ItemKind::Policy(_) | ItemKind::Guard(_) | ItemKind::Rollout(_));
    (can_be_exported && cx.range.end <= name.span.end).then_some(item)
}

fn make_public(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    if let Some(item) = item_head(cx).filter(|item| item.public.is_none()) {
        offers.add("Export it with `pub`", |edit| edit.insert(item.span.start, "pub "));
    }
}

pub(super) const MAKE_PRIVATE: Assist = Assist {
    id: "make_private",
    kind: AssistKind::Rewrite,
    about: "Keep a declaration to its module",
    example: "pub fn lis$0ten(port: Int) -> String { \"listen ${port};\" }\n\nlet line = listen(80)\n",
    keeps_plan: true,
    find: make_private,
};

fn make_private(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(item) = item_head(cx) else { return };
    let (Some(public), Some((id, _))) = (item.public, cx.item()) else { return };
    let text = id.text(cx.db);
    // Another module that names it would lose it.
    let is_used = name::modules(cx.db)
        .values()
        .filter(|module| **module != cx.file)
        .any(|module| name::is_user(cx.db, *module) && module.text(cx.db).contains(text.as_str()));
    if !is_used {
        offers.add("Keep it to this module", |edit| {
            let behind = cx.text.get(public.end as usize..).unwrap_or_default();
            let gap = behind.len() - behind.trim_start_matches(' ').len();
            edit.remove(Span::new(public.start, public.end + gap as u32));
        });
    }
}

pub(super) const ADD_DEFAULT: Assist = Assist {
    id: "add_default",
    kind: AssistKind::Generate,
    about: "Give a parameter or a field a default",
    example: "record Site {\n  name: HostName\n  po$0rt: Int\n}\n",
    keeps_plan: true,
    find: add_default,
};

fn add_default(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(param) = param_head(cx).filter(|param| param.default.is_none()) else { return };
    // A key, an attribute and an output of a schema have none, or belong to a provider.
    let Some((id, item)) = cx.item() else { return };
    if matches!(item.kind, ItemKind::Resource(_) | ItemKind::FactDecl(_)) {
        return;
    }
    let scope = signature::TypeScope::of(id);
    let ty = signature::resolve(cx.db, scope, &param.ty, &mut signature::Findings::default());
    if let Some(value) = placeholder(cx, &ty) {
        offers.add(format!("Add the default `{value}`"), |edit| {
            edit.insert(param.ty.span.end, format!(" = {value}"));
        });
    }
}

/// The parameter whose name or type the cursor is in.
fn param_head<'db>(cx: &Cx<'db>) -> Option<&'db Param> {
    let param = cx.path.iter().rev().find_map(|node| match node {
        Node::Param(param) => Some(*param),
        _ => None,
    })?;
    (cx.range.end <= param.ty.span.end).then_some(param)
}

/// Some value of a type, where a literal of it can be written without knowing more.
pub(super) fn placeholder(cx: &Cx<'_>, ty: &Ty) -> Option<String> {
    Some(match ty {
        Ty::String | Ty::Blob => "\"\"".to_owned(),
        Ty::Int => "0".to_owned(),
        Ty::Float => "0.0".to_owned(),
        Ty::Bool => "false".to_owned(),
        Ty::Duration => "0s".to_owned(),
        Ty::Size => "0B".to_owned(),
        Ty::Mode => "0o600".to_owned(),
        Ty::List(_) | Ty::Set(_) | Ty::Map(..) => "[]".to_owned(),
        Ty::Optional(_) => "none".to_owned(),
        Ty::Text(TextKind::AbsPath) => "\"/\"".to_owned(),
        Ty::Text(TextKind::HostName) => "\"localhost\"".to_owned(),
        Ty::Text(TextKind::IpAddr) => "\"127.0.0.1\"".to_owned(),
        Ty::Enum(id, _) => {
            let signature::Signature::Enum(variants) = signature::signature(cx.db, *id) else { return None };
            format!(".{}", variants.iter().find(|(_, fields)| fields.is_empty())?.0)
        }
        _ => return None,
    })
}

pub(super) const MAKE_CONST: Assist = Assist {
    id: "make_const",
    kind: AssistKind::Rewrite,
    about: "Demand that a value is known when the bundle is built",
    example: "policy web {\n  le$0t names = [\"a\", \"b\"]\n  check names.len() == 2 else \"two\"\n}\n",
    keeps_plan: true,
    find: make_const,
};

fn make_const(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((node, span)) = cx.let_head() else { return };
    let is_const = node.constant.is_none() && !cx.has_declaration(&node.value) && is_known(cx, &node.value);
    if is_const && cx.range.start <= node.name.span.end {
        let start = span.start + if cx.source(span).starts_with("pub ") { 4 } else { 0 };
        offers.add("Make it `const`", |edit| edit.insert(start, "const "));
    }
}

/// Whether an expression is known when the bundle is built.
fn is_known(cx: &Cx<'_>, expr: &Expr) -> bool {
    use mc_compiler::hir::ExprId;
    use mc_compiler::phase::{self, Phase};
    let Some(unit) = crate::occurrence::unit_at(cx.db, cx.file, expr.span.start) else { return false };
    let body = &phase::checked(cx.db, unit).body;
    let found = body.exprs.iter().rposition(|found| found.span == expr.span);
    found.is_some_and(|at| {
        let known = phase::of_expr(cx.db, unit, ExprId(at as u32));
        known.phase == Phase::Const && known.params.is_empty()
    })
}

pub(super) const REMOVE_CONST: Assist = Assist {
    id: "remove_const",
    kind: AssistKind::Rewrite,
    about: "Let a value be known later",
    example: "con$0st let port = 80\n",
    keeps_plan: true,
    find: remove_const,
};

fn remove_const(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let constant = cx.let_head().and_then(|(node, _)| node.constant).or_else(|| param_head(cx)?.constant);
    if let Some(constant) = constant {
        let behind = cx.text.get(constant.end as usize..).unwrap_or_default();
        let gap = behind.len() - behind.trim_start_matches(' ').len();
        offers
            .add("Remove `const`", |edit| edit.remove(Span::new(constant.start, constant.end + gap as u32)));
    }
}

pub(super) const LOCAL_TO_PARAM: Assist = Assist {
    id: "local_to_param",
    kind: AssistKind::Extract,
    about: "Make a value of a component a parameter with this default",
    example: "import std.fs.File\n\ncomponent Motd {\n  let te$0xt = \"hello\\n\"\n  File \"/etc/motd\" { content = text }\n}\n\npolicy base {\n  Motd {}\n}\n",
    keeps_plan: true,
    find: local_to_param,
};

fn local_to_param(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, Item { kind: ItemKind::Component(component), .. })) = cx.item() else { return };
    let Some((node, span)) = cx.let_head().filter(|(node, _)| node.pattern.is_none()) else { return };
    // Parameters stand in the component's own block, and their defaults see other parameters only.
    let is_outermost = component.body.stmts.iter().any(|stmt| stmt.span == span);
    let params: Vec<Span> = component
        .body
        .stmts
        .iter()
        .filter_map(|stmt| match &stmt.kind {
            StmtKind::Param(param) => Some(param.name.span),
            _ => None,
        })
        .collect();
    let sees_params = cx
        .free(node.value.span, Span::at(0))
        .is_some_and(|free| free.iter().all(|local| params.contains(local)));
    if !is_outermost || !sees_params || cx.has_declaration(&node.value) {
        return;
    }
    let ty = match &node.ty {
        Some(ty) => Some((cx.source(ty.span).to_owned(), Vec::new())),
        None => cx.local_type(node.name.span).and_then(|ty| cx.written(ty)).map(|w| (w.text, w.imports)),
    };
    let Some((ty, imports)) = ty else { return };
    offers.add(format!("Make `{}` a parameter", node.name.text), |edit| {
        let constant = if node.constant.is_some() { "const " } else { "" };
        let param = format!("{constant}param {}: {ty} = {}", node.name.text, cx.source(node.value.span));
        let last = component.body.stmts.iter().rfind(|stmt| matches!(stmt.kind, StmtKind::Param(_)));
        let first = component.body.stmts.first();
        match (last, first) {
            (Some(last), _) if last.span.start > span.start => edit.replace(span, param),
            (None, Some(first)) if first.span == span => edit.replace(span, param),
            (Some(Stmt { span: last, .. }), _) => {
                edit.insert(last.end, format!("\n{}{param}", cx.indent(last.start)));
                edit.remove_lines(cx.text, span);
            }
            (None, Some(first)) => {
                edit.insert(first.span.start, format!("{param}\n{}", cx.indent(first.span.start)));
                edit.remove_lines(cx.text, span);
            }
            (None, None) => {}
        }
        edit.import(imports);
    });
}
