//! Giving a part a name of its own.

use super::change::{Editor, Offers};
use super::context::{All, Cx, Node, upper};
use super::wrap::statements;
use super::{Assist, AssistKind};
use mc_compiler::signature::Target;
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::visit::Visitor as _;
use mc_syntax::ast::{Block, BodyItem, Expr, ExprKind, ItemKind, StmtKind, TestItem, TestItemKind};

pub(super) const EXTRACT_LET: Assist = Assist {
    id: "extract_let",
    kind: AssistKind::Extract,
    about: "Give an expression a name in its block",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/workers\" { content = $0\"workers ${facts.cpu.count}\\n\"$0 }\n}\n",
    keeps_plan: true,
    find: extract_let,
};

/// The selected expression, if it is a value that can stand elsewhere too, and its type.
fn value<'db>(cx: &Cx<'db>) -> Option<(&'db Expr, &'db Ty)> {
    let expr = cx.selected()?;
    let ty = cx.ty(expr)?;
    let is_bound = || {
        let mut all = All::default();
        all.expr(expr);
        all.exprs.iter().any(|expr| matches!(expr.kind, ExprKind::SelfValue | ExprKind::Error))
    };
    let is_value = !matches!(
        expr.kind,
        ExprKind::Name(_)
            | ExprKind::Path(_)
            | ExprKind::Lambda(_)
            | ExprKind::For(_)
            | ExprKind::Reference { .. }
    );
    (is_value && !matches!(ty, Ty::Unit | Ty::Fn(..)) && !cx.has_declaration(expr) && !is_bound())
        .then_some((expr, ty))
}

/// The type that a name for an expression needs, because the expression alone would have another one.
fn needed_type(cx: &Cx<'_>, expr: &Expr, ty: &Ty) -> Option<super::context::Written> {
    // A value goes where it may be absent, or secret.
    let ty = if matches!(expr.kind, ExprKind::None) { ty } else { ty.some() };
    let ty = match ty {
        Ty::Secret(inner) if matches!(expr.kind, ExprKind::String(_)) => inner,
        other => other,
    };
    let takes_expected = match &expr.kind {
        ExprKind::String(_) => !matches!(ty, Ty::String | Ty::Blob),
        ExprKind::Int(_) | ExprKind::Binary { .. } => !matches!(
            ty,
            Ty::Int | Ty::Float | Ty::Bool | Ty::String | Ty::Duration | Ty::Size | Ty::Blob | Ty::List(_)
        ),
        ExprKind::List(parts) => parts.is_empty() || !matches!(ty, Ty::List(inner) if is_basic(inner)),
        ExprKind::Map(_) => !matches!(ty, Ty::Map(key, value) if is_basic(key) && is_basic(value)),
        ExprKind::Comprehension(_) => !matches!(ty, Ty::List(_)),
        ExprKind::Variant(_) | ExprKind::None | ExprKind::If(_) | ExprKind::Match(_) | ExprKind::Tuple(_) => {
            true
        }
        ExprKind::Construct(construct) => construct.path.is_none(),
        ExprKind::Call { callee, .. } => {
            matches!(&callee.kind, ExprKind::Name(name) if matches!(name.as_str(), "load" | "layers"))
        }
        ExprKind::Paren(inner) => return needed_type(cx, inner, ty),
        _ => false,
    };
    takes_expected.then(|| cx.written(ty)).flatten()
}

fn is_basic(ty: &Ty) -> bool {
    matches!(ty, Ty::String | Ty::Int | Ty::Float | Ty::Bool | Ty::Duration | Ty::Size | Ty::Mode)
}

/// `let name: T = value`, and the imports of its type.
fn declaration(cx: &Cx<'_>, name: &str, expr: &Expr, ty: &Ty, indent: &str) -> (String, Vec<(Span, String)>) {
    let expr = match &expr.kind {
        ExprKind::Paren(inner) => inner,
        _ => expr,
    };
    let value = cx.moved(expr.span, indent);
    match needed_type(cx, expr, ty) {
        Some(written) => (format!("let {name}: {} = {value}", written.text), written.imports),
        None => (format!("let {name} = {value}"), Vec::new()),
    }
}

/// Puts a name where an expression was.
fn put_name(cx: &Cx<'_>, edit: &mut Editor, expr: &Expr, name: &str) {
    for node in cx.path.iter().rev() {
        match node {
            // An attribute of the same name has a short form.
            Node::BodyItem(BodyItem::Attribute { name: own, priority: None, value: Some(value) })
                if value.span == expr.span && own.text == name =>
            {
                return edit.replace(own.span.to(value.span), name);
            }
            Node::Expr(Expr { kind: ExprKind::Construct(construct), .. }) => {
                let is_title = construct.title.as_ref().is_some_and(|title| title.span == expr.span);
                if is_title && matches!(expr.kind, ExprKind::String(_)) {
                    return edit.replace(expr.span, format!("({name})"));
                }
            }
            _ => {}
        }
    }
    edit.replace(expr.span, name);
}

fn extract_let(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, ty)) = value(cx) else { return };
    let Some((block, stmt)) = cx.stmts().next() else { return };
    // What a comprehension or a lambda around it binds is not known in front of the statement.
    if cx.free(expr.span, stmt.span).is_none() || stmt_is(expr, &stmt.kind) {
        return;
    }
    let name = cx.name_for(expr);
    offers.add(format!("Extract it into `let {name}`"), |edit| {
        let indent = cx.indent(stmt.span.start);
        let (line, imports) = declaration(cx, &name, expr, ty, indent);
        if cx.source(block.span).starts_with('{') {
            edit.insert(stmt.span.start, format!("{line}\n{indent}"));
        } else {
            // An arm or a lambda of one expression gets braces.
            edit.insert(stmt.span.start, format!("{{\n{indent}  {line}\n{indent}  "));
            edit.insert(stmt.span.end, format!("\n{indent}}}"));
        }
        put_name(cx, edit, expr, &name);
        edit.import(imports);
    });
}

/// Whether an expression is a statement or the value of a `let` already.
fn stmt_is(expr: &Expr, kind: &StmtKind) -> bool {
    match kind {
        StmtKind::Let(node) => node.value.span == expr.span,
        _ => false,
    }
}

pub(super) const EXTRACT_CONSTANT: Assist = Assist {
    id: "extract_constant",
    kind: AssistKind::Extract,
    about: "Give an expression a name in the module, in one place or wherever it stands",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/one\" { content = $0\"hello\\n\"$0 }\n  File \"/etc/two\" { content = \"hello\\n\" }\n}\n",
    keeps_plan: true,
    find: extract_constant,
};

fn extract_constant(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, ty)) = value(cx) else { return };
    let Some((_, item)) = cx.item() else { return };
    let is_here = matches!(&item.kind, ItemKind::Let(node) if node.value.span == expr.span);
    let whole = Span::new(0, cx.text.len() as u32);
    // Where a test says what must fail, the words of the failure are no value, and what fails must not do so elsewhere.
    let must_fail = |node: &TestItem| {
        matches!(node.kind, TestItemKind::ExpectFails(_)) && node.span.touches(expr.span.start)
    };
    let is_asked = matches!(&item.kind, ItemKind::Test(test) if test.items.iter().any(must_fail));
    // A bare variant has its enum from what is around it.
    let is_bare = cx.source(expr.span).starts_with('.');
    let is_of_test = ty.any(&mut |ty| matches!(ty, Ty::Plan | Ty::Planned(_)));
    if is_asked || is_bare || is_of_test {
        return;
    }
    if is_here || cx.free(expr.span, whole).is_none_or(|free| !free.is_empty()) {
        return;
    }
    let name = cx.name_for(expr);
    let put = |edit: &mut Editor, places: &[&Expr]| {
        let (line, imports) = declaration(cx, &name, expr, ty, "");
        edit.insert(start_of(cx, item), format!("{line}\n\n"));
        for place in places {
            let at = Cx { path: super::context::path_to(cx.tree, place.span), ..cx.again() };
            put_name(&at, edit, place, &name);
        }
        edit.import(imports);
    };
    offers.add(format!("Extract it into `let {name}` of the module"), |edit| put(edit, &[expr]));
    // The same text of the same type means the same.
    let mut all = All::default();
    mc_syntax::ast::visit::walk_file(&mut all, cx.tree);
    let same: Vec<&Expr> = all
        .exprs
        .into_iter()
        .filter(|other| other.span.start >= item.span.start && other.span.end <= item.span.end)
        .filter(|other| cx.source(other.span) == cx.source(expr.span) && cx.ty(other) == Some(ty))
        .collect();
    if same.len() > 1 && is_literal(expr) {
        offers.add(format!("Extract all {} into `let {name}` of the module", same.len()), |edit| {
            put(edit, &same);
        });
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::String(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Mode(_)
            | ExprKind::List(_)
            | ExprKind::Construct(_)
    )
}

/// Where an item begins, with its documentation.
pub(super) fn start_of(cx: &Cx<'_>, item: &mc_syntax::ast::Item) -> u32 {
    mc_compiler::lint::whole_lines(cx.text, item.span).start
}

pub(super) const EXTRACT_FUNCTION: Assist = Assist {
    id: "extract_function",
    kind: AssistKind::Extract,
    about: "Make an expression a function of what it uses",
    example: "import std.fs.File\n\npolicy web {\n  for name in [\"a\", \"b\"] {\n    File \"/etc/${name}\" { content = $0\"name = ${name}\\n\"$0 }\n  }\n}\n",
    keeps_plan: true,
    find: extract_function,
};

fn extract_function(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, ty)) = value(cx) else { return };
    let Some((_, item)) = cx.item() else { return };
    // Nothing but a body has locals, and a type parameter means nothing in another declaration.
    if cx.stmts().next().is_none() || matches!(item.kind, ItemKind::Test(_) | ItemKind::Guard(_)) {
        return;
    }
    let Some(free) = cx.free(expr.span, expr.span) else { return };
    let Some(result) = cx.written(ty) else { return };
    let mut imports = result.imports;
    let mut params = Vec::new();
    for local in &free {
        let Some(written) = cx.local_type(*local).and_then(|ty| cx.written(ty)) else { return };
        params.push((cx.source(*local), written.text));
        imports.extend(written.imports);
    }
    if params.iter().any(|(name, _)| name.is_empty()) {
        return;
    }
    let name = cx.name_for(expr);
    offers.add(format!("Extract it into `fn {name}`"), |edit| {
        let list: Vec<String> = params.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let names: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
        let inner = match &expr.kind {
            ExprKind::Paren(inner) => inner,
            _ => expr,
        };
        edit.insert(
            item.span.end,
            format!(
                "\n\nfn {name}({}) -> {} {{\n  {}\n}}",
                list.join(", "),
                result.text,
                cx.moved(inner.span, "  ")
            ),
        );
        put_name(cx, edit, expr, &format!("{name}({})", names.join(", ")));
        edit.import(imports);
    });
}

pub(super) const EXTRACT_COMPONENT: Assist = Assist {
    id: "extract_component",
    kind: AssistKind::Extract,
    about: "Make statements a component of what they use",
    example: "import std.pkg.Package\nimport std.svc.Service\n\npolicy web {\n  let name: PackageName = \"nginx\"\n  $0let package = Package (name) {}\n  Service \"nginx\" { running = true, after package }$0\n}\n",
    keeps_plan: false,
    find: extract_component,
};

fn extract_component(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    if cx.range.is_empty() {
        return;
    }
    let Some((_, stmts, span)) = statements(cx) else { return };
    let Some((_, item)) = cx.item() else { return };
    let (ItemKind::Policy(_) | ItemKind::Component(_)) = item.kind else { return };
    // Two instances of one path would be one too many, and what `defaults` fill in stays outside.
    let is_repeated = cx.exprs().any(|expr| matches!(expr.kind, ExprKind::For(_)));
    let has_defaults =
        blocks(cx).any(|block| block.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Defaults(_))));
    if is_repeated || has_defaults {
        return;
    }
    let Some(free) = cx.free(span, span) else { return };
    let mut imports = Vec::new();
    let mut params = Vec::new();
    for local in &free {
        let Some(written) = cx.local_type(*local).and_then(|ty| cx.written(ty)) else { return };
        params.push((cx.source(*local), written.text));
        imports.extend(written.imports);
    }
    let base = stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Let(node) if node.pattern.is_none() => Some(upper(&node.name.text)),
        _ => None,
    });
    let base = base.filter(|base| cx.fresh_upper(base) == *base);
    let own = mc_compiler::name::item_name(&item.kind).map(|name| format!("{}Part", upper(&name.text)));
    let name = cx.fresh_upper(&base.or(own).unwrap_or_else(|| "Part".to_owned()));
    offers.add(format!("Extract them into the component `{name}`"), |edit| {
        let mut text = format!("component {name} {{\n");
        for (name, ty) in &params {
            text.push_str(&format!("  param {name}: {ty}\n"));
        }
        text.push_str(&format!("  {}\n}}\n\n", cx.moved(span, "  ")));
        edit.insert(start_of(cx, item), text);
        let names: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
        let body = if names.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", names.join(", ")) };
        edit.replace(span, format!("{name} {body}"));
        edit.import(imports);
    });
}

fn blocks<'db>(cx: &Cx<'db>) -> impl Iterator<Item = &'db Block> {
    cx.path.iter().filter_map(|node| match node {
        Node::Block(block) => Some(*block),
        _ => None,
    })
}

pub(super) const EXTRACT_TYPE: Assist = Assist {
    id: "extract_type",
    kind: AssistKind::Extract,
    about: "Give a written type a name",
    example: "fn ends(numbers: List<Int>) -> $0(Int?, Int?)$0 { (numbers.first(), numbers.last()) }\n",
    keeps_plan: true,
    find: extract_type,
};

fn extract_type(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let selected = cx.path.iter().rev().find_map(|node| match node {
        Node::Type(ty) if !cx.range.is_empty() && ty.span == cx.range => Some(*ty),
        _ => None,
    });
    let (Some(ty), Some((id, item))) = (selected, cx.item()) else { return };
    let is_own = cx.names(ty.span).any(|(_, target)| matches!(target, Target::Local(..)));
    let text = cx.source(ty.span);
    let is_generic = mc_compiler::signature::generics(cx.db, id)
        .iter()
        .any(|name| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == name.as_str()));
    // An alias of a function's type would be kept.
    let is_function = text.contains("->");
    if is_own || is_generic || is_function || matches!(item.kind, ItemKind::TypeAlias(_)) {
        return;
    }
    let name = cx.fresh_upper("Named");
    offers.add(format!("Extract it into `type {name}`"), |edit| {
        edit.insert(start_of(cx, item), format!("type {name} = {text}\n\n"));
        edit.replace(ty.span, name.as_str());
    });
}
