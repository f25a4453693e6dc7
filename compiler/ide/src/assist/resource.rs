//! Resources and instances: their names, and how others name them.

use super::change::Offers;
use super::context::{Cx, Node, item_span, lower};
use super::{Assist, AssistKind};
use mc_compiler::name::DeclKind;
use mc_compiler::signature::{self, Signature};
use mc_syntax::ast::{
    self, BodyItem, Clause, ClauseKind, Construct, Expr, ExprKind, Stmt, StmtKind, StringPart,
};
use mc_syntax::{Span, ast::Block};

/// A resource or an instance whose type or title the cursor is in.
pub(super) struct Head<'db> {
    pub(super) construct: &'db Construct,
    pub(super) path: &'db ast::Path,
    pub(super) kind: DeclKind,
    pub(super) id: mc_compiler::name::DeclId,
    /// The statement that declares it, if it is one or a `let` of one, and its block.
    pub(super) stmt: Option<(&'db Block, &'db Stmt)>,
}

pub(super) fn head<'db>(cx: &Cx<'db>) -> Option<Head<'db>> {
    around(cx).filter(|head| cx.range.end <= head.construct.body.span.start + 1)
}

/// The innermost resource or instance around the cursor.
pub(super) fn around<'db>(cx: &Cx<'db>) -> Option<Head<'db>> {
    let (expr, (construct, path, id, kind)) =
        cx.exprs().find_map(|expr| cx.declares(expr).map(|found| (expr, found)))?;
    let stmt = cx.stmts().find(|(_, stmt)| match &stmt.kind {
        StmtKind::Expr(value) => value.span == expr.span,
        StmtKind::Let(node) => node.value.span == expr.span,
        _ => false,
    });
    Some(Head { construct, path, kind, id, stmt })
}

pub(super) const NAME_RESOURCE: Assist = Assist {
    id: "name_resource",
    kind: AssistKind::Extract,
    about: "Give a resource or an instance a name",
    example: "import std.pkg.Package\n\npolicy web {\n  Pack$0age \"nginx\" {}\n}\n",
    keeps_plan: true,
    find: name_resource,
};

fn name_resource(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(head) = head(cx) else { return };
    let Some((block, Stmt { kind: StmtKind::Expr(_), span, .. })) = head.stmt else { return };
    // The last one of a block may be its value.
    if block.stmts.last().is_some_and(|last| last.span == *span) && is_value(cx, block) {
        return;
    }
    // The body of an arm is a value without a block around.
    if cx.is_behind(span.start, "=>") {
        return;
    }
    let name = cx.fresh(&suggested(&head));
    offers.add(format!("Name it `{name}`"), |edit| edit.insert(span.start, format!("let {name} = ")));
}

/// Whether what a block gives is used: it is that of a `let` or of an `out`.
fn is_value(cx: &Cx<'_>, block: &Block) -> bool {
    let inner =
        cx.stmts().find(|(_, stmt)| stmt.span.start < block.span.start && block.span.end <= stmt.span.end);
    inner.is_some_and(|(_, stmt)| !matches!(stmt.kind, StmtKind::Expr(_)))
}

/// After the key of what is no file, or after the last part of a path without its ending.
pub(super) fn suggested(head: &Head<'_>) -> String {
    let own = || head.path.segments.last().map_or_else(|| "value".to_owned(), |name| lower(&name.text));
    let Some(Expr { kind: ExprKind::String(parts), .. }) = &head.construct.title else { return own() };
    let [StringPart::Text(text, _)] = parts.as_slice() else { return own() };
    let last = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let stem = last.trim_start_matches('.').split('.').next().unwrap_or_default();
    let word: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let word = word.trim_matches('_').to_owned();
    if word.starts_with(|c: char| c.is_ascii_lowercase()) { word } else { own() }
}

pub(super) const UNNAME_RESOURCE: Assist = Assist {
    id: "unname_resource",
    kind: AssistKind::Inline,
    about: "Name a resource by its key instead of by a `let`",
    example: "import std.pkg.Package\nimport std.svc.Service\n\npolicy web {\n  let ngi$0nx = Package \"nginx\" {}\n  Service \"nginx\" { running = true, after nginx }\n}\n",
    keeps_plan: true,
    find: unname_resource,
};

fn unname_resource(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((node, _)) = cx.let_head().filter(|(node, _)| node.pattern.is_none() && node.constant.is_none())
    else {
        return;
    };
    let Some((construct, path, id, DeclKind::Resource)) = cx.declares(&node.value) else { return };
    let Some(key) = constant_key(construct) else { return };
    let uses = cx.uses(node.name.span);
    // By key only clauses name a resource.
    let is_clause = |span: Span| clause_values(cx).contains(&span);
    let is_local_key =
        matches!(signature::signature(cx.db, id), Signature::Resource(resource) if resource.local);
    if is_local_key || !uses.iter().all(|span| is_clause(*span)) {
        return;
    }
    let reference = format!("{}[{}]", cx.source(path.span), cx.source(key.span));
    offers.add(format!("Name it `{reference}` where it is used"), |edit| {
        edit.remove(Span::new(node_start(cx, node), node.value.span.start));
        for span in uses {
            edit.replace(span, reference.clone());
        }
    });
}

fn node_start(cx: &Cx<'_>, node: &ast::Let) -> u32 {
    cx.let_around().map_or(node.name.span.start, |(_, span)| span.start)
}

/// A title without holes.
pub(super) fn constant_key(construct: &Construct) -> Option<&Expr> {
    let title = construct.title.as_ref()?;
    match &title.kind {
        ExprKind::String(parts) if parts.iter().all(|part| matches!(part, StringPart::Text(..))) => {
            Some(title)
        }
        _ => None,
    }
}

/// The places of what clauses name, one by one or in a list.
fn clause_values(cx: &Cx<'_>) -> Vec<Span> {
    let mut all = super::context::All::default();
    ast::visit::walk_file(&mut all, cx.tree);
    let clauses = all.items.into_iter().filter_map(|item| match item {
        BodyItem::Clause(clause) if names_resources(clause.kind) => Some(&clause.value),
        _ => None,
    });
    clauses
        .flat_map(|value| match &value.kind {
            ExprKind::List(parts) => parts.iter().map(|part| part.span).collect(),
            _ => vec![value.span],
        })
        .collect()
}

pub(super) fn names_resources(kind: ClauseKind) -> bool {
    matches!(
        kind,
        ClauseKind::After
            | ClauseKind::Before
            | ClauseKind::Notify
            | ClauseKind::RestartOn
            | ClauseKind::ReloadOn
    )
}

pub(super) const KEY_TO_NAME: Assist = Assist {
    id: "key_to_name",
    kind: AssistKind::Rewrite,
    about: "Name a resource by its `let` instead of by its key",
    example: "import std.pkg.Package\nimport std.svc.Service\n\npolicy web {\n  let nginx = Package \"nginx\" {}\n  Service \"nginx\" { running = true, after Pack$0age[\"nginx\"] }\n}\n",
    keeps_plan: true,
    find: key_to_name,
};

fn key_to_name(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let found = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Reference { path, key } => Some((expr, path, key)),
        _ => None,
    });
    let Some((expr, path, key)) = found else { return };
    let Some((id, _)) = cx.resolve(path) else { return };
    let is_clause = cx.path.iter().any(|node| matches!(node, Node::BodyItem(BodyItem::Clause(_))));
    let declared = cx.stmts().flat_map(|(block, _)| &block.stmts).find_map(|stmt| match &stmt.kind {
        StmtKind::Let(node) if node.pattern.is_none() => {
            let (construct, _, found, _) = cx.declares(&node.value)?;
            let own = constant_key(construct)?;
            (found == id && own.kind_eq(key)).then_some(node)
        }
        _ => None,
    });
    if let Some(node) = declared.filter(|_| is_clause) {
        offers.add(format!("Name it `{}`", node.name.text), |edit| {
            edit.replace(expr.span, node.name.text.as_str());
        });
    }
}

/// Whether two texts without holes are the same.
trait SameText {
    fn kind_eq(&self, other: &Expr) -> bool;
}

impl SameText for Expr {
    fn kind_eq(&self, other: &Expr) -> bool {
        match (&self.kind, &other.kind) {
            (ExprKind::String(a), ExprKind::String(b)) => match (a.as_slice(), b.as_slice()) {
                ([StringPart::Text(a, _)], [StringPart::Text(b, _)]) => a == b,
                _ => false,
            },
            _ => false,
        }
    }
}

pub(super) const TITLE_INSTANCE: Assist = Assist {
    id: "title_instance",
    kind: AssistKind::Generate,
    about: "Give an instance a name of its own, so that there can be another one",
    example: "component Nginx {\n  param port: Int = 80\n}\n\npolicy web {\n  Ngi$0nx { port = 81 }\n}\n",
    keeps_plan: true,
    find: title_instance,
};

fn title_instance(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(head) = head(cx) else { return };
    if head.kind == DeclKind::Component && head.construct.title.is_none() {
        let name = lower(&head.path.segments.last().map(|name| name.text.to_string()).unwrap_or_default());
        offers.add(format!("Name the instance \"{name}\""), |edit| {
            edit.insert(head.path.span.end, format!(" \"{name}\""));
        });
    }
}

/// Adds a line to a body, behind the others.
pub(super) fn add_item(cx: &Cx<'_>, edit: &mut super::change::Editor, construct: &Construct, item: &str) {
    let body = construct.body.span;
    match construct.body.items.last() {
        None => edit.replace(body, format!("{{ {item} }}")),
        Some(last) => {
            let last = item_span(last);
            let is_long = cx.source(body).contains('\n');
            let gap = if is_long { format!("\n{}", cx.indent(last.start)) } else { ", ".to_owned() };
            edit.insert(last.end, format!("{gap}{item}"));
        }
    }
}

pub(super) const WHEN_TO_IF: Assist = Assist {
    id: "when_to_if",
    kind: AssistKind::Rewrite,
    about: "Write a `when` as an `if` around the resource",
    example: "import std.fs.File\n\npolicy web {\n  File \"/etc/many\" { content = \"many\\n\", wh$0en facts.cpu.count > 8 }\n}\n",
    keeps_plan: true,
    find: when_to_if,
};

fn when_to_if(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(head) = around(cx) else { return };
    let Some((clause, at)) = when_clause(head.construct) else { return };
    let Some((_, Stmt { kind: StmtKind::Expr(_), span, .. })) = head.stmt else { return };
    let is_head = cx.range.end <= head.construct.body.span.start + 1;
    let is_clause = clause.span.touches(cx.range.start) && clause.span.touches(cx.range.end);
    if !is_head && !is_clause {
        return;
    }
    offers.add("Write the `when` as an `if`", |edit| {
        let indent = cx.indent(span.start);
        edit.insert(span.start, format!("if {} {{\n{indent}  ", in_head(cx, &clause.value)));
        remove_item(cx, edit, head.construct, at);
        edit.insert(span.end, format!("\n{indent}}}"));
    });
}

/// A condition as the head of an `if`, where no brace may stand.
pub(super) fn in_head(cx: &Cx<'_>, condition: &Expr) -> String {
    let text = cx.source(condition.span);
    let has_brace =
        text.contains('{') && !matches!(condition.kind, ExprKind::Paren(_) | ExprKind::Call { .. });
    if has_brace { format!("({text})") } else { text.to_owned() }
}

fn when_clause(construct: &Construct) -> Option<(&Clause, usize)> {
    construct.body.items.iter().enumerate().find_map(|(at, item)| match item {
        BodyItem::Clause(clause) if clause.kind == ClauseKind::When => Some((clause, at)),
        _ => None,
    })
}

/// Takes an item out of a body, with what parts it from the others.
pub(super) fn remove_item(cx: &Cx<'_>, edit: &mut super::change::Editor, construct: &Construct, at: usize) {
    let items = &construct.body.items;
    let Some(span) = items.get(at).map(item_span) else { return };
    if cx.source(construct.body.span).contains('\n') {
        return edit.remove_lines(cx.text, span);
    }
    let next = items.get(at + 1).map(item_span);
    let before = at.checked_sub(1).and_then(|at| items.get(at)).map(item_span);
    edit.remove(match (before, next) {
        (Some(before), _) => Span::new(before.end, span.end),
        (None, Some(next)) => Span::new(span.start, next.start),
        (None, None) => Span::new(construct.body.span.start + 1, construct.body.span.end - 1),
    });
}

pub(super) const IF_TO_WHEN: Assist = Assist {
    id: "if_to_when",
    kind: AssistKind::Rewrite,
    about: "Write an `if` around one resource as its `when`",
    example: "import std.fs.File\n\npolicy web {\n  i$0f facts.cpu.count > 8 {\n    File \"/etc/many\" { content = \"many\\n\" }\n  }\n}\n",
    keeps_plan: true,
    find: if_to_when,
};

fn if_to_when(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some((expr, node)) = super::condition::if_head(cx) else { return };
    let (ast::Condition::Value(condition), None) = (&node.condition, &node.otherwise) else { return };
    let Some(inner) = super::condition::only(&node.then) else { return };
    let Some((construct, ..)) = cx.declares(inner) else { return };
    let between =
        [Span::new(node.then.span.start, inner.span.start), Span::new(inner.span.end, node.then.span.end)];
    if when_clause(construct).is_some() || between.into_iter().any(|part| cx.has_comment(part)) {
        return;
    }
    offers.add("Write the `if` as a `when`", |edit| {
        let indent = cx.indent(expr.span.start);
        let text = cx.moved(inner.span, indent);
        let clause = format!("when {}", cx.source(condition.span));
        let body = text.trim_end_matches('}').trim_end();
        let new = if construct.body.items.is_empty() {
            format!("{body} {clause} }}")
        } else if cx.source(construct.body.span).contains('\n') {
            format!("{body}\n{indent}  {clause}\n{indent}}}")
        } else {
            format!("{body}, {clause} }}")
        };
        edit.replace(expr.span, new);
    });
}
