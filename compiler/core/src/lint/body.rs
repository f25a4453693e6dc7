//! What stands in braces and brackets.

use super::context::Cx;
use super::{Level, Rule};
use crate::check;
use crate::diagnostic::{Fix, Trust, code};
use crate::hir;
use crate::name::DeclId;
use crate::ty::Ty;
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{
    self, BinaryOp, Block, BodyItem, ClauseKind, Condition, Expr, ExprKind, ItemKind, StmtKind, StringPart,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const NEEDLESS_WITH: Rule = Rule {
    code: code::NEEDLESS_WITH,
    name: "needless_with",
    level: Level::Warn,
    about: "a `with` that changes nothing",
    check: needless_with,
};

pub(super) const EMPTY_BODY: Rule = Rule {
    code: code::EMPTY_BODY,
    name: "empty_body",
    level: Level::Warn,
    about: "a policy, component, `if` or `for` with nothing in it",
    check: empty_body,
};

pub(super) const DEFAULT_WRITTEN_OUT: Rule = Rule {
    code: code::DEFAULT_WRITTEN_OUT,
    name: "default_written_out",
    level: Level::Warn,
    about: "a value that is the default",
    check: default_written_out,
};

pub(super) const REPEATED_ATTRIBUTE: Rule = Rule {
    code: code::REPEATED_ATTRIBUTE,
    name: "repeated_attribute",
    level: Level::Warn,
    about: "an attribute with the same value in many resources of a block",
    check: repeated_attribute,
};

pub(super) const UNUSED_DEFAULTS: Rule = Rule {
    code: code::UNUSED_DEFAULTS,
    name: "unused_defaults",
    level: Level::Warn,
    about: "`defaults` that no resource takes anything from",
    check: unused_defaults,
};

pub(super) const EMPTY_CLAUSE: Rule = Rule {
    code: code::EMPTY_CLAUSE,
    name: "empty_clause",
    level: Level::Warn,
    about: "a clause with an empty list",
    check: empty_clause,
};

pub(super) const DUPLICATE_ELEMENT: Rule = Rule {
    code: code::DUPLICATE_ELEMENT,
    name: "duplicate_element",
    level: Level::Warn,
    about: "a list with the same literal twice",
    check: duplicate_element,
};

pub(super) const NEEDLESS_NONE: Rule = Rule {
    code: code::NEEDLESS_NONE,
    name: "needless_none",
    level: Level::Warn,
    about: "`?? none`",
    check: needless_none,
};

fn needless_with(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::With { base, items } = &expr.kind else { continue };
        if items.is_empty() && !cx.has_comment(expr.span) {
            let found = cx
                .finding(&NEEDLESS_WITH, expr.span, "this `with` changes nothing")
                .here("the same as what stands in front of it")
                .fix_by(cx.replace(expr.span, cx.source(base.span)));
            cx.found.push(found);
        }
    }
}

fn needless_none(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::Binary { op: BinaryOp::Coalesce, left, right, .. } = &expr.kind else { continue };
        if right.kind == ExprKind::None {
            let found = cx
                .finding(&NEEDLESS_NONE, expr.span, "`?? none` gives what was there")
                .here("absent stays absent")
                .fix_by(cx.replace(expr.span, cx.source(left.span)));
            cx.found.push(found);
        }
    }
}

fn empty_body(cx: &mut Cx<'_>) {
    for item in &cx.tree.items {
        let (what, name, body) = match &item.kind {
            ItemKind::Policy(node) => ("policy", &node.name, &node.body),
            ItemKind::Component(node) => ("component", &node.name, &node.body),
            _ => continue,
        };
        if body.stmts.is_empty() && !cx.has_comment(body.span) {
            let found = cx
                .finding(&EMPTY_BODY, name.span, format!("the {what} `{}` is empty", name.text))
                .here("nothing is in it")
                .help("say what belongs to it, or remove it");
            cx.found.push(found);
        }
    }
    for stmt in cx.blocks().into_iter().flat_map(|block| &block.stmts) {
        let StmtKind::Expr(expr) = &stmt.kind else { continue };
        let (what, keyword, body): (_, _, &Block) = match &expr.kind {
            ExprKind::For(node) => ("for", 3, &node.body),
            ExprKind::If(node) if node.otherwise.is_none() => ("if", 2, &node.then),
            _ => continue,
        };
        let pure = match &expr.kind {
            ExprKind::If(node) => matches!(node.condition, Condition::Value(_)),
            _ => true,
        };
        if body.stmts.is_empty() && !cx.has_comment(body.span) && pure {
            let span = Span::new(stmt.span.start, stmt.span.start + keyword);
            let fix = cx.fix("remove it", vec![(cx.whole_lines(stmt.span), String::new())]);
            let found = cx
                .finding(&EMPTY_BODY, span, format!("this `{what}` does nothing"))
                .here("nothing is in it")
                .fix_by(fix);
            cx.found.push(found);
        }
    }
}

/// The default of a record's field, a payload's or a component's parameter, where it is a plain value.
fn own_default(cx: &Cx<'_>, decl: DeclId, part: usize, position: usize) -> Option<Value> {
    let checked = check::body(cx.db, decl);
    let block = checked.parts.get(part).copied().or(checked.body.root)?;
    let params = checked.body.block(block).stmts.iter().filter_map(|stmt| match stmt {
        hir::Stmt::Param(param) => Some(param),
        _ => None,
    });
    let param = params.into_iter().find(|param| param.position as usize == position)?;
    match &checked.body.expr(param.default?).kind {
        hir::ExprKind::Value(value) => Some(value.clone()),
        _ => None,
    }
}

fn schema_default(cx: &Cx<'_>, decl: DeclId, position: usize) -> Option<Value> {
    let schema = check::schema::schema(cx.db, decl).schema.clone()?;
    schema.attributes.get(position)?.default.clone()
}

fn default_written_out(cx: &mut Cx<'_>) {
    let mut constructs: BTreeMap<Span, &ast::Construct> = BTreeMap::new();
    for expr in cx.exprs() {
        if let ExprKind::Construct(node) = &expr.kind {
            constructs.insert(expr.span, node);
        }
    }
    let mut found = Vec::new();
    for checked in &cx.bodies {
        for expr in &checked.body.exprs {
            let Some(node) = constructs.get(&expr.span) else { continue };
            // Each value with its default, and whether leaving it out always means the same.
            let mut given: Vec<(hir::ExprId, Option<Value>, Trust)> = Vec::new();
            match &expr.kind {
                hir::ExprKind::Record(decl, args) => {
                    let args = args.iter().enumerate().filter_map(|(at, arg)| Some((at, (*arg)?)));
                    given.extend(args.map(|(at, arg)| (arg, own_default(cx, *decl, 0, at), Trust::Safe)));
                }
                hir::ExprKind::Instance(instance) => {
                    let args = instance.args.iter().enumerate().filter_map(|(at, arg)| Some((at, (*arg)?)));
                    given.extend(
                        args.map(|(at, arg)| (arg, own_default(cx, instance.decl, 0, at), Trust::Safe)),
                    );
                }
                hir::ExprKind::Resource(resource) if resource.inherited.is_empty() => {
                    given.extend(resource.attributes.iter().map(|setting| {
                        let default = schema_default(cx, resource.decl, setting.attribute as usize);
                        (setting.value, default, Trust::Guess)
                    }));
                }
                _ => {}
            }
            for (value, default, trust) in given {
                let value = checked.body.expr(value);
                let hir::ExprKind::Value(written) = &value.kind else { continue };
                if default.as_ref() != Some(written) {
                    continue;
                }
                let item = node.body.items.iter().find_map(|item| match item {
                    BodyItem::Attribute { name, priority: None, value: Some(e) } if e.span == value.span => {
                        Some((name, e))
                    }
                    _ => None,
                });
                let Some((name, e)) = item else { continue };
                let span = cx.whole_lines(name.span.to(e.span));
                let fix = cx.fix("leave it out", vec![(span, String::new())]);
                found.push(
                    cx.finding(
                        &DEFAULT_WRITTEN_OUT,
                        name.span.to(e.span),
                        format!("this is the default of `{}`", name.text),
                    )
                    .here("the same as without it")
                    .fix_by(Fix { trust, ..fix }),
                );
            }
        }
    }
    cx.found.extend(found);
}

/// How many resources of a block make a repetition.
const REPEATED: usize = 4;

/// Whether an expression is a literal that means the same wherever it stands.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Mode(_)
        | ExprKind::Variant(_) => true,
        ExprKind::String(parts) => parts.iter().all(|part| matches!(part, StringPart::Text(..))),
        _ => false,
    }
}

fn repeated_attribute(cx: &mut Cx<'_>) {
    let resources: BTreeSet<Span> = cx
        .bodies
        .iter()
        .flat_map(|checked| &checked.body.exprs)
        .filter(|expr| matches!(expr.kind, hir::ExprKind::Resource(_)))
        .map(|expr| expr.span)
        .collect();
    for block in cx.blocks() {
        // The resources of each type, as statements of this block.
        let mut types: BTreeMap<&str, Vec<(Span, &ast::Construct)>> = BTreeMap::new();
        for stmt in &block.stmts {
            let expr = match &stmt.kind {
                StmtKind::Expr(expr) => expr,
                StmtKind::Let(l) => &l.value,
                _ => continue,
            };
            let ExprKind::Construct(node) = &expr.kind else { continue };
            let Some(path) = node.path.as_ref().filter(|_| resources.contains(&expr.span)) else { continue };
            types.entry(cx.source(path.span)).or_default().push((stmt.span, node));
        }
        let with_defaults: BTreeSet<&str> = block
            .stmts
            .iter()
            .filter_map(|stmt| match &stmt.kind {
                StmtKind::Defaults(defaults) => Some(cx.source(defaults.path.span)),
                _ => None,
            })
            .collect();
        for (ty, all) in types {
            if all.len() < REPEATED || with_defaults.contains(ty) {
                continue;
            }
            // Each attribute as written, with its places.
            let mut written: BTreeMap<(&str, &str), Vec<Span>> = BTreeMap::new();
            for (_, node) in &all {
                for item in &node.body.items {
                    if let BodyItem::Attribute { name, priority: None, value: Some(value) } = item
                        && is_constant(value)
                    {
                        let spans = written.entry((&name.text, cx.source(value.span))).or_default();
                        spans.push(name.span.to(value.span));
                    }
                }
            }
            for ((name, value), spans) in written {
                let (Some(first), true) = (spans.first(), spans.len() == all.len()) else { continue };
                let Some(start) = all.first().map(|(span, _)| span.start) else { continue };
                let indent = cx.indent(start);
                let defaults = format!("defaults {ty} {{ {name} = {value} }}");
                let mut edits = vec![(Span::at(start), format!("{defaults}\n{indent}"))];
                edits.extend(spans.iter().map(|span| (cx.whole_lines(*span), String::new())));
                let found = cx
                    .finding(
                        &REPEATED_ATTRIBUTE,
                        *first,
                        format!("every `{ty}` of this block has the same `{name}`"),
                    )
                    .here(format!("the first of {}", spans.len()))
                    .help(format!("write it once for all of them: `{defaults}`"))
                    .fix_by(cx.fix("use `defaults`", edits));
                cx.found.push(found);
                // One at a time: the next one goes to the same `defaults`.
                break;
            }
        }
    }
}

fn unused_defaults(cx: &mut Cx<'_>) {
    struct All<'a>(Vec<(&'a ast::Defaults, Span)>);
    impl<'a> Visitor<'a> for All<'a> {
        fn stmt(&mut self, stmt: &'a ast::Stmt) {
            if let StmtKind::Defaults(defaults) = &stmt.kind {
                self.0.push((defaults, stmt.span));
            }
            visit::walk_stmt(self, stmt);
        }
    }
    let mut all = All(Vec::new());
    visit::walk_file(&mut all, cx.tree);
    let mut unused: Vec<Span> = Vec::new();
    for checked in &cx.bodies {
        let body = &checked.body;
        let used: BTreeSet<u32> = body
            .exprs
            .iter()
            .filter_map(|expr| match &expr.kind {
                hir::ExprKind::Resource(resource) => Some(resource.inherited.iter().map(|(_, id)| *id)),
                _ => None,
            })
            .flatten()
            .collect();
        for (id, defaults) in body.defaults.iter().enumerate() {
            let first = defaults.attributes.first().map(|setting| setting.span);
            let first = first.or(defaults.clauses.first().map(|clause| clause.span));
            unused.extend(first.filter(|_| !used.contains(&(id as u32))));
        }
    }
    for (defaults, span) in all.0 {
        let body = defaults.body.span;
        if unused.iter().any(|inner| body.start <= inner.start && inner.end <= body.end) {
            let ty = cx.source(defaults.path.span);
            let fix = cx.fix("remove them", vec![(cx.whole_lines(span), String::new())]).safe();
            let found = cx
                .finding(
                    &UNUSED_DEFAULTS,
                    defaults.path.span,
                    format!("no `{ty}` takes anything from these `defaults`"),
                )
                .here("there is none in this block or the blocks inside it")
                .fix_by(fix);
            cx.found.push(found);
        }
    }
}

fn empty_clause(cx: &mut Cx<'_>) {
    for clause in cx.clauses() {
        let takes_list = matches!(
            clause.kind,
            ClauseKind::After
                | ClauseKind::Before
                | ClauseKind::Notify
                | ClauseKind::RestartOn
                | ClauseKind::ReloadOn
                | ClauseKind::Tags
        );
        if takes_list && matches!(&clause.value.kind, ExprKind::List(items) if items.is_empty()) {
            let word = cx.source(clause.keyword);
            let fix = cx.fix("remove it", vec![(cx.whole_lines(clause.span), String::new())]).safe();
            let found = cx
                .finding(&EMPTY_CLAUSE, clause.span, format!("this `{word}` names nothing"))
                .here("an empty list")
                .fix_by(fix);
            cx.found.push(found);
        }
    }
}

fn duplicate_element(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::List(items) = &expr.kind else { continue };
        // A command may say the same twice.
        if items.iter().any(|item| cx.source(item.span).starts_with("\"-")) {
            continue;
        }
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (at, item) in items.iter().enumerate() {
            let is_text = matches!(item.kind, ExprKind::String(_)) && is_constant(item);
            let text = cx.source(item.span);
            if !is_text || text == "\"\"" {
                continue;
            }
            let Some(first) = seen.get(text).copied() else {
                seen.insert(text, item.span);
                continue;
            };
            let before = items.get(at.saturating_sub(1)).map_or(item.span, |before| before.span);
            let span = Span::new(before.end, item.span.end);
            let fix = cx.fix("remove it", vec![(span, String::new())]);
            let is_set = cx.ty(expr).is_some_and(|ty| matches!(ty.some(), Ty::Set(_)));
            let fix = if is_set { fix.safe() } else { fix };
            let found = cx
                .finding(&DUPLICATE_ELEMENT, item.span, format!("{text} stands twice in this list"))
                .here("again")
                .label(cx.place(first), "the first time");
            cx.found.push(if cx.has_comment(span) { found } else { found.fix_by(fix) });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{check, fixed, guessed};
    use expect_test::expect;

    #[test]
    fn what_changes_nothing_goes() {
        fixed(
            "import std.fs.File\n\nrecord Site {\n  name: String\n  port: Int = 80\n}\n\ncomponent Page {\n  param text: String = \"hello\"\n  \
             param port: Int = 80\n  defaults File { mode = 0o644 }\n  if facts.cpu.count > port { Link {} }\n  let x: String? = none\n  let y = x ?? none\n  \
             for s in [Site { name = text, port = 80 } with {}] {\n    if s.name == y ?? \"\" && s.port > 1 { Link {} }\n  }\n}\n\n\
             component Link {\n  File \"/b\" { after [], tags [\"a\"] }\n}\n\npolicy p {\n  Page { text = \"hello\", port = 81 }\n}\n",
            expect![[r#"
                import std.fs.File

                record Site {
                  name: String
                  port: Int = 80
                }

                component Page {
                  param text: String = "hello"
                  param port: Int = 80
                  if facts.cpu.count > port { Link {} }
                  let x: String? = none
                  let y = x
                  for s in [Site { name = text }] {
                    if s.name == y ?? "" && s.port > 1 { Link {} }
                  }
                }

                component Link {
                  File "/b" { tags ["a"] }
                }

                policy p {
                  Page { port = 81 }
                }
            "#]],
        );
    }

    #[test]
    fn what_is_the_default_of_a_resource() {
        let source = "import std.pkg.Package\n\npolicy p {\n  Package \"curl\" { installed = true }\n  Package \"wget\" { installed = false }\n}\n";
        check(
            source,
            expect![[r#"
            src/main.mc:4:20: warning[MC1020]: this is the default of `installed`
        "#]],
        );
        guessed(
            source,
            expect![[r#"
            import std.pkg.Package

            policy p {
              Package "curl" {}
              Package "wget" { installed = false }
            }
        "#]],
        );
    }

    #[test]
    fn many_resources_with_the_same() {
        let source = "import std.fs.File\n\npolicy p {\n  File \"/a\" { mode = 0o644, content = \"a\" }\n  File \"/b\" {\n    content = \"b\"\n    \
                      mode = 0o644\n  }\n  File \"/c\" { mode = 0o644 }\n  let d = File \"/d\" { content = \"d\", mode = 0o644 }\n  File \"/e\" { mode = 0o644, after d }\n}\n";
        check(
            source,
            expect![[r#"
            src/main.mc:4:15: warning[MC1021]: every `File` of this block has the same `mode`
        "#]],
        );
        guessed(
            source,
            expect![[r#"
                import std.fs.File

                policy p {
                  defaults File { mode = 0o644 }
                  File "/a" { content = "a" }
                  File "/b" {
                    content = "b"
                  }
                  File "/c" {}
                  let d = File "/d" { content = "d" }
                  File "/e" { after d }
                }
            "#]],
        );
    }

    #[test]
    fn empty_bodies_and_doubled_elements() {
        check(
            "import std.fs.File\nimport std.user.User\n\ncomponent Nothing {}\n\npolicy p {\n  Nothing {}\n  for _ in [\"a\", \"b\", \"a\"] {}\n  \
             File \"/a\" {}\n  User \"u\" { groups = [\"adm\", \"adm\"] }\n}\n",
            expect![[r#"
                src/main.mc:4:11: warning[MC1019]: the component `Nothing` is empty
                src/main.mc:8:3: warning[MC1019]: this `for` does nothing
                src/main.mc:8:23: warning[MC1032]: "a" stands twice in this list
                src/main.mc:10:31: warning[MC1032]: "adm" stands twice in this list
            "#]],
        );
    }
}
