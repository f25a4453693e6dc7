//! Declarations that are used before they are there, and tests.

use super::change::Offers;
use super::context::{Cx, Node};
use super::declaration::placeholder;
use super::{Assist, AssistKind};
use crate::reference::is_own;
use mc_compiler::name::{self, DeclId, DeclKind};
use mc_compiler::signature::{self, Field, Signature};
use mc_compiler::ty::{BUILTIN_NAMES, Ty};
use mc_syntax::Span;
use mc_syntax::ast::{
    self, BinaryOp, Block, BodyItem, Construct, Expr, ExprKind, Item, ItemKind, PatternKind, Stmt, StmtKind,
};

pub(super) const GENERATE_FUNCTION: Assist = Assist {
    id: "generate_function",
    kind: AssistKind::Repair,
    about: "Declare a function that is called and not there",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/web\" { content = li$0ne(\"web\", 80) }\n}\n",
    keeps_plan: false,
    find: generate_function,
};

fn generate_function(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Call { callee, args } if cx.range.end <= callee.span.end => match &callee.kind {
            ExprKind::Name(name) => Some((expr, callee.span, name, args)),
            _ => None,
        },
        _ => None,
    });
    let Some((expr, callee, function, args)) = found else { return };
    if name::scope(cx.db, cx.file).contains_key(function)
        || cx.names(callee).next().is_some()
        || cx.fresh(function) != *function
    {
        return;
    }
    let Some((_, item)) = cx.item() else { return };
    let mut imports = Vec::new();
    let mut params: Vec<String> = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for arg in args {
        let Some(written) = cx.ty(&arg.value).and_then(|ty| cx.written(ty)) else { return };
        let base = match (&arg.name, &arg.value.kind) {
            (Some(name), _) => name.text.to_string(),
            (None, ExprKind::Name(name)) => name.to_string(),
            (None, ExprKind::Field { name, .. }) => name.text.to_string(),
            (None, _) => super::context::lower(written.text.split(['<', '?']).next().unwrap_or_default()),
        };
        let base = if base.starts_with(|c: char| c.is_ascii_lowercase()) { base } else { "value".to_owned() };
        let name = (1..)
            .map(|n| if n == 1 { base.clone() } else { format!("{base}{n}") })
            .find(|n| !taken.contains(n));
        let Some(name) = name else { return };
        params.push(format!("{name}: {}", written.text));
        taken.push(name);
        imports.extend(written.imports);
    }
    let wanted = expected(cx, expr);
    let wanted = match wanted.as_ref().map(Ty::some) {
        None | Some(Ty::Blob) => &Ty::String,
        Some(ty) => ty,
    };
    let Some(result) = cx.written(wanted) else { return };
    imports.extend(result.imports);
    let body =
        placeholder(cx, wanted).unwrap_or_else(|| format!("fail(\"`{function}` is not written yet\")"));
    offers.add(format!("Declare the function `{function}`"), |edit| {
        let head = format!("fn {function}({}) -> {}", params.join(", "), result.text);
        edit.insert(item.span.end, format!("\n\n{head} {{\n  {body}\n}}"));
        edit.import(imports);
    });
}

/// The type that is expected of an expression, where its surroundings say it.
fn expected(cx: &Cx<'_>, expr: &Expr) -> Option<Ty> {
    for node in cx.path.iter().rev() {
        match node {
            Node::Expr(found) if found.span == expr.span => {}
            Node::BodyItem(BodyItem::Attribute { name, value: Some(value), .. })
                if value.span == expr.span =>
            {
                let construct = cx.exprs().find_map(|expr| match &expr.kind {
                    ExprKind::Construct(construct) => Some(construct),
                    _ => None,
                })?;
                let (id, _) = cx.resolve(construct.path.as_ref()?)?;
                return fields(cx, id)?
                    .iter()
                    .find(|field| field.name == name.text)
                    .map(|field| field.ty.clone());
            }
            Node::Stmt(_) | Node::Item(_) => {
                let (id, _) = cx.item()?;
                let (node, _) = cx.let_around().filter(|(node, _)| node.value.span == expr.span)?;
                let mut none = signature::Findings::default();
                return Some(signature::resolve(
                    cx.db,
                    signature::TypeScope::of(id),
                    node.ty.as_ref()?,
                    &mut none,
                ));
            }
            _ => return None,
        }
    }
    None
}

fn fields<'db>(cx: &Cx<'db>, id: DeclId) -> Option<&'db [Field]> {
    match signature::signature(cx.db, id) {
        Signature::Record(fields) | Signature::Component(fields, _) => Some(fields),
        Signature::Resource(resource) => Some(&resource.attributes),
        _ => None,
    }
}

pub(super) const GENERATE_TYPE: Assist = Assist {
    id: "generate_component_or_record",
    kind: AssistKind::Repair,
    about: "Declare a component or a record that is used and not there",
    example: "policy web {\n  Ngi$0nx { name = \"www\", workers = 4 }\n}\n",
    keeps_plan: false,
    find: generate_type,
};

fn generate_type(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(construct) => Some((expr, &**construct)),
        _ => None,
    });
    let Some((expr, Construct { path: Some(path), title, body, .. })) = found else { return };
    let [name] = path.segments.as_slice() else { return };
    let is_known = name.text == "Labels"
        || BUILTIN_NAMES.contains(&name.text.as_str())
        || cx.resolve(path).is_some()
        || path.module.is_some()
        || cx.fresh_upper(&name.text) != name.text;
    let is_exported = !name::exporters(cx.db, cx.file, &name.text).is_empty();
    if is_known || is_exported || cx.range.end > body.span.start + 1 {
        return;
    }
    let Some((_, item)) = cx.item() else { return };
    let mut lines = Vec::new();
    let mut imports = Vec::new();
    for part in &body.items {
        let BodyItem::Attribute { name, value, .. } = part else { continue };
        let ty = match value {
            Some(value) => literal_type(value).or_else(|| {
                cx.ty(value).and_then(|ty| cx.written(ty)).map(|w| {
                    imports.extend(w.imports);
                    w.text
                })
            }),
            None => None,
        };
        lines.push((name.text.as_str(), ty.unwrap_or_else(|| "String".to_owned())));
    }
    let is_statement = cx.stmts().any(|(_, stmt)| match &stmt.kind {
        StmtKind::Expr(value) => value.span == expr.span,
        StmtKind::Let(node) => node.value.span == expr.span && title.is_some(),
        _ => false,
    });
    let (word, before) = if is_statement { ("component", "param ") } else { ("record", "") };
    if !is_statement && title.is_some() {
        return;
    }
    offers.add(format!("Declare the {word} `{}`", name.text), |edit| {
        let lines: String = lines.iter().map(|(name, ty)| format!("\n  {before}{name}: {ty}")).collect();
        let inner = if lines.is_empty() { String::new() } else { format!("{lines}\n") };
        edit.insert(item.span.end, format!("\n\n{word} {} {{{inner}}}", name.text));
        edit.import(imports);
    });
}

/// The type of a literal, which nothing has to be known for.
fn literal_type(expr: &Expr) -> Option<String> {
    Some(match &expr.kind {
        ExprKind::Bool(_) => "Bool".to_owned(),
        ExprKind::Int(_) => "Int".to_owned(),
        ExprKind::Float(_) => "Float".to_owned(),
        ExprKind::Duration(_) => "Duration".to_owned(),
        ExprKind::Size(_) => "Size".to_owned(),
        ExprKind::Mode(_) => "Mode".to_owned(),
        ExprKind::String(_) => "String".to_owned(),
        ExprKind::List(parts) => format!("List<{}>", literal_type(parts.first()?)?),
        ExprKind::Construct(construct) => {
            let path = construct.path.as_ref().filter(|path| path.module.is_none())?;
            path.segments.first()?.text.to_string()
        }
        _ => return None,
    })
}

pub(super) const GENERATE_VARIANT: Assist = Assist {
    id: "generate_variant",
    kind: AssistKind::Repair,
    about: "Add a variant that is used to its enum",
    example: "enum Role { Web, Db }\n\nlet role = Role.Cac$0he\n",
    keeps_plan: false,
    find: generate_variant,
};

fn generate_variant(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Path(path) => match path.segments.as_slice() {
                [_, variant] => Some((cx.resolve(path)?.0, variant.clone())),
                _ => None,
            },
            ExprKind::Variant(variant) => Some((enum_of(&expected(cx, expr)?)?, variant.clone())),
            _ => None,
        },
        Node::Pattern(pattern) => match &pattern.kind {
            PatternKind::Variant { path: Some(path), name, .. } => Some((cx.resolve(path)?.0, name.clone())),
            PatternKind::Variant { path: None, name, .. } => {
                let scrutinee = cx.exprs().find_map(|expr| match &expr.kind {
                    ExprKind::Match(node) => Some(&node.scrutinee),
                    _ => None,
                })?;
                Some((enum_of(cx.ty(scrutinee)?)?, name.clone()))
            }
            _ => None,
        },
        _ => None,
    });
    let Some((id, variant)) = found else { return };
    let ItemKind::Enum(node) = &id.item(cx.db).kind else { return };
    let Some(last) = node.variants.last().filter(|_| is_own(cx.db, id.file)) else { return };
    if node.variants.iter().any(|known| known.name.text == variant.text) {
        return;
    }
    offers.add(format!("Add the variant `{}` to `{}`", variant.text, node.name.text), |edit| {
        edit.replace_in(id.file, Span::at(last.span.end), behind(cx, id, last.span, &variant.text));
    });
}

fn enum_of(ty: &Ty) -> Option<DeclId> {
    match ty.some_plain() {
        Ty::Enum(id, _) => Some(*id),
        _ => None,
    }
}

/// A new part behind the last one of a declaration: on a line of its own, or behind a comma.
fn behind(cx: &Cx<'_>, id: DeclId, last: Span, text: &str) -> String {
    let source = id.file.text(cx.db);
    let before = source.get(..last.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    if line.trim().is_empty() { format!("\n{line}{text}") } else { format!(", {text}") }
}

pub(super) const GENERATE_FIELD: Assist = Assist {
    id: "generate_field",
    kind: AssistKind::Repair,
    about: "Add a field or a parameter that is given and not there",
    example: "record Site { name: HostName }\n\nlet site = Site { name = \"a.example\", po$0rt = 80 }\n",
    keeps_plan: false,
    find: generate_field,
};

fn generate_field(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let given = cx.path.iter().rev().find_map(|node| match node {
        Node::BodyItem(BodyItem::Attribute { name, value, .. }) => Some((name, value.as_ref())),
        _ => None,
    });
    let Some((given, value)) = given.filter(|(name, _)| name.span.touches(cx.range.end)) else { return };
    let construct = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(construct) => Some(&**construct),
        _ => None,
    });
    let Some((id, kind)) = construct.and_then(|node| node.path.as_ref()).and_then(|path| cx.resolve(path))
    else {
        return;
    };
    let is_known = fields(cx, id).is_none_or(|fields| fields.iter().any(|field| field.name == given.text));
    if is_known || !is_own(cx.db, id.file) || !matches!(kind, DeclKind::Record | DeclKind::Component) {
        return;
    }
    let ty = value.and_then(|value| {
        literal_type(value).or_else(|| cx.ty(value).and_then(|ty| cx.written(ty)).map(|written| written.text))
    });
    let Some(ty) = ty else { return };
    let item = id.item(cx.db);
    let (last, word, before) = match &item.kind {
        ItemKind::Record(record) => (record.fields.last().map(|field| field.span), "field", ""),
        ItemKind::Component(component) => {
            let params = component.body.stmts.iter().rev();
            let mut params = params.filter(|stmt| matches!(stmt.kind, StmtKind::Param(_)));
            (params.next().map(|stmt| stmt.span), "parameter", "param ")
        }
        _ => return,
    };
    let owner = id.text(cx.db);
    offers.add(format!("Add the {word} `{}` to `{owner}`", given.text), |edit| {
        let line = format!("{before}{}: {ty}", given.text);
        match last {
            Some(last) => edit.replace_in(id.file, Span::at(last.end), behind(cx, id, last, &line)),
            None => {
                let source = id.file.text(cx.db).get(item.span.start as usize..item.span.end as usize);
                let brace = source.and_then(|source| source.find('{')).unwrap_or_default();
                let at = item.span.start + brace as u32 + 1;
                let rest = source.and_then(|source| source.get(brace + 1..)).unwrap_or_default();
                let end = if rest.trim_start_matches([' ', '\t']).starts_with('\n') { "" } else { "\n" };
                edit.replace_in(id.file, Span::at(at), format!("\n  {line}{end}"));
            }
        }
    });
}

pub(super) const GENERATE_TEST: Assist = Assist {
    id: "generate_test",
    kind: AssistKind::Generate,
    about: "Write a test of a policy, a component or a function",
    example: "import std.fs.File\n\npolicy we$0b {\n  File \"/etc/motd\" { content = \"hello\\n\" }\n}\n",
    keeps_plan: true,
    find: generate_test,
};

fn generate_test(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((_, item)) = cx.item() else { return };
    let Some(name) = name::item_name(&item.kind).filter(|name| cx.range.end <= name.span.end) else { return };
    let (policy, block) = match &item.kind {
        ItemKind::Policy(policy) => (policy, &policy.body),
        ItemKind::Component(component) => {
            // Only policies are planned: one that has an instance of it.
            let policy = cx.tree.items.iter().find_map(|item| match &item.kind {
                ItemKind::Policy(policy) => {
                    let text = cx.source(policy.body.span);
                    text.split(|c: char| !c.is_alphanumeric() && c != '_')
                        .any(|word| word == name.text)
                        .then_some(policy)
                }
                _ => None,
            });
            let Some(policy) = policy else { return };
            (policy, &component.body)
        }
        ItemKind::Fn(function) => return test_of_function(cx, offers, item, function),
        _ => return,
    };
    let Some(labels) = labels(cx, policy) else { return };
    offers.add(format!("Write a test of `{}`", name.text), |edit| {
        let title = free_title(cx, &name.text);
        let plan = cx.fresh("p");
        let expected = match resource(cx, block) {
            Some(reference) => format!("{plan}.has({reference})"),
            None => format!("{plan}.count() > 0"),
        };
        edit.insert(
            item.span.end.max(policy.body.span.end),
            format!(
                "\n\ntest \"{title}\" {{\n  given facts = debian12\n{labels}  let {plan} = plan({})\n  expect {expected}\n}}",
                policy.name.text
            ),
        );
        if !name::scope(cx.db, cx.file).contains_key("debian12") {
            let (place, line) = signature::import_of(cx.db, cx.file, "std.facts.fixture", "debian12");
            edit.import(vec![(place.span, line)]);
        }
    });
}

/// The line that gives labels for which a policy selects a host; empty where all have defaults.
fn labels(cx: &Cx<'_>, policy: &ast::Policy) -> Option<String> {
    let select = policy.body.stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Select(condition) => Some(condition),
        _ => None,
    });
    let mut wanted: Vec<(String, String)> = Vec::new();
    if let Some(select) = select {
        let mut all = super::context::All::default();
        ast::visit::Visitor::expr(&mut all, select);
        for expr in all.exprs {
            if let ExprKind::Binary { op: BinaryOp::Equal, left, right, .. } = &expr.kind
                && let ExprKind::Field { base, name, .. } = &left.kind
                && matches!(&base.kind, ExprKind::Name(base) if base == "labels")
            {
                wanted.push((name.text.to_string(), cx.source(right.span).to_owned()));
            }
        }
    }
    for field in signature::label_types(cx.db) {
        let is_given = wanted.iter().any(|(name, _)| *name == field.name);
        if !field.optional && !is_given {
            wanted.push((field.name.to_string(), placeholder(cx, &field.ty)?));
        }
    }
    if wanted.is_empty() {
        return Some(String::new());
    }
    let fields: Vec<String> = wanted.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    Some(format!("  given labels = Labels {{ {} }}\n", fields.join(", ")))
}

/// The first resource of a block that exists on every host and has a key that is written out.
fn resource(cx: &Cx<'_>, block: &Block) -> Option<String> {
    block.stmts.iter().find_map(|stmt: &Stmt| {
        let expr = match &stmt.kind {
            StmtKind::Expr(expr) => expr,
            StmtKind::Let(node) => &node.value,
            _ => return None,
        };
        let ExprKind::Construct(construct) = &expr.kind else { return None };
        let path = construct.path.as_ref()?;
        let (id, kind) = cx.resolve(path)?;
        let key = super::resource::constant_key(construct)?;
        let is_shared =
            matches!(signature::signature(cx.db, id), Signature::Resource(resource) if !resource.local);
        let is_always = !cx.source(construct.body.span).contains("when ");
        (kind == DeclKind::Resource && is_shared && is_always)
            .then(|| format!("{}[{}]", cx.source(path.span), cx.source(key.span)))
    })
}

/// A name that no test of the module has.
fn free_title(cx: &Cx<'_>, base: &str) -> String {
    let is_taken = |title: &str| {
        cx.tree.items.iter().any(|item| match &item.kind {
            ItemKind::Test(_) => cx.source(item.span).starts_with(&format!("test \"{title}\"")),
            _ => false,
        })
    };
    let mut title = base.to_owned();
    let mut number = 2;
    while is_taken(&title) {
        title = format!("{base} {number}");
        number += 1;
    }
    title
}

fn test_of_function(cx: &Cx<'_>, offers: &mut Offers<'_>, item: &Item, function: &ast::Fn) {
    let Some((id, _)) = cx.item() else { return };
    let Signature::Fn(params, result) = signature::signature(cx.db, id) else { return };
    let required = params.iter().filter(|param| !param.optional);
    let args: Option<Vec<String>> = required.map(|param| placeholder(cx, &param.ty)).collect();
    let (Some(args), Some(result)) = (args, placeholder(cx, result)) else { return };
    if !function.generics.is_empty() {
        return;
    }
    let name = &function.name.text;
    offers.add(format!("Write a test of `{name}`"), |edit| {
        let title = free_title(cx, name);
        edit.insert(
            item.span.end,
            format!("\n\ntest \"{title}\" {{\n  expect {name}({}) == {result}\n}}", args.join(", ")),
        );
    });
}
