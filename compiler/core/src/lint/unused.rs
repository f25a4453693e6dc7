//! What is declared and not used.

use super::context::Cx;
use super::{Level, Rule};
use crate::diagnostic::{Fix, Trust, code};
use crate::name::{self, DeclId, Entity};
use crate::signature::Target;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, ExprKind, Item, ItemKind, PatternKind, StmtKind};
use std::collections::BTreeSet;

pub(super) const IMPORT: Rule = Rule {
    code: code::UNUSED_IMPORT,
    name: "unused_import",
    level: Level::Warn,
    about: "an import that nothing in the module uses",
    check: imports,
};

pub(super) const VALUE: Rule = Rule {
    code: code::UNUSED_VALUE,
    name: "unused_value",
    level: Level::Warn,
    about: "a `let` of a block that nothing uses",
    check: values,
};

pub(super) const PARAMETER: Rule = Rule {
    code: code::UNUSED_PARAMETER,
    name: "unused_parameter",
    level: Level::Warn,
    about: "a parameter of a function or component that its body does not use",
    check: parameters,
};

pub(super) const BINDING: Rule = Rule {
    code: code::UNUSED_BINDING,
    name: "unused_binding",
    level: Level::Warn,
    about: "a name in a pattern that nothing uses",
    check: bindings,
};

pub(super) const DECLARATION: Rule = Rule {
    code: code::UNUSED_DECLARATION,
    name: "unused_declaration",
    level: Level::Warn,
    about: "a declaration that is not `pub` and that its module does not use",
    check: declarations,
};

/// Whether the bodies of an item are outside of what the checker reports the names of.
fn is_loose(item: &Item) -> bool {
    matches!(
        item.kind,
        ItemKind::Guard(_)
            | ItemKind::Rollout(_)
            | ItemKind::Test(_)
            | ItemKind::Labels(_)
            | ItemKind::Resource(_)
    )
}

/// The names that stand in items whose names the checker does not resolve all: each may be anything of that name.
fn loose_names<'db>(cx: &Cx<'db>) -> BTreeSet<&'db str> {
    let loose: Vec<Span> = cx.tree.items.iter().filter(|item| is_loose(item)).map(|item| item.span).collect();
    if loose.is_empty() {
        return BTreeSet::new();
    }
    let inside = |span: &Span| loose.iter().any(|item| item.start < span.start && span.end <= item.end);
    let own = cx.tree.items.iter().filter_map(|item| name::item_name(&item.kind)).map(|name| name.span);
    let own: BTreeSet<Span> = own.collect();
    mc_syntax::tokens(cx.text)
        .into_iter()
        .filter(|(_, span)| inside(span) && !own.contains(span))
        .map(|(_, span)| cx.source(span))
        .collect()
}

fn is_meant(name: &str) -> bool {
    name.starts_with('_')
}

fn imports(cx: &mut Cx<'_>) {
    let scope = name::scope(cx.db, cx.file);
    let loose = loose_names(cx);
    let used: BTreeSet<&str> = cx
        .references
        .iter()
        .filter(|(_, target)| matches!(target, Target::Decl(_) | Target::Module(_)))
        .map(|(span, _)| cx.source(*span))
        .collect();
    let is_used = |name: &str| {
        used.contains(name) || loose.contains(name) || matches!(scope.get(name), None | Some(Entity::Broken))
    };
    for item in &cx.tree.items {
        let ItemKind::Import(import) = &item.kind else { continue };
        let Some(names) = &import.names else {
            let Some(last) = import.module.last().filter(|last| !is_used(&last.text)) else { continue };
            let found = cx
                .finding(&IMPORT, last.span, format!("the import of `{}` is not used", last.text))
                .here("nothing uses it")
                .fix_by(remove(cx, "remove the import", item.span));
            cx.found.push(found);
            continue;
        };
        let local = |name: &ast::ImportName| name.alias.as_ref().unwrap_or(&name.name).clone();
        for (at, name) in names.iter().enumerate() {
            let here = local(name);
            if is_used(&here.text) {
                continue;
            }
            let fix = if names.len() == 1 {
                remove(cx, "remove the import", item.span)
            } else {
                // With the comma behind it, or in front of the last one.
                let whole = |name: &ast::ImportName| name.name.span.to(local(name).span);
                let span = match (names.get(at + 1), at.checked_sub(1).and_then(|at| names.get(at))) {
                    (Some(next), _) => Span::new(whole(name).start, whole(next).start),
                    (None, Some(last)) => Span::new(whole(last).end, whole(name).end),
                    (None, None) => whole(name),
                };
                cx.fix("remove the name", vec![(span, String::new())]).safe()
            };
            let found = cx
                .finding(&IMPORT, here.span, format!("the import of `{}` is not used", here.text))
                .here("nothing uses it");
            let found = if cx.has_comment(item.span) { found } else { found.fix_by(fix) };
            cx.found.push(found);
        }
    }
}

fn remove(cx: &Cx<'_>, title: &str, span: Span) -> Fix {
    cx.fix(title, vec![(cx.whole_lines(span), String::new())]).safe()
}

/// The places of the locals that something uses.
fn used_locals(cx: &Cx<'_>) -> BTreeSet<Span> {
    let used = cx.references.iter().filter_map(|(_, target)| match target {
        Target::Local(_, declared) => Some(*declared),
        _ => None,
    });
    used.collect()
}

/// The parts of a file whose locals are resolved.
struct Locals<'a> {
    lets: Vec<(&'a ast::Let, Span)>,
    params: Vec<&'a ast::Param>,
    patterns: Vec<&'a ast::Pattern>,
}

impl<'a> Visitor<'a> for Locals<'a> {
    fn item(&mut self, item: &'a Item) {
        if is_loose(item) || matches!(item.kind, ItemKind::Let(_)) {
            if let ItemKind::Let(l) = &item.kind {
                visit::walk_let(self, l);
            }
            return;
        }
        if let ItemKind::Fn(f) = &item.kind {
            self.params.extend(&f.params);
        }
        visit::walk_item(self, item);
    }
    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        match &stmt.kind {
            StmtKind::Let(l) if l.pattern.is_none() => self.lets.push((l, stmt.span)),
            StmtKind::Param(param) => self.params.push(param),
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }
    fn pattern(&mut self, pattern: &'a ast::Pattern) {
        self.patterns.push(pattern);
        visit::walk_pattern(self, pattern);
    }
}

fn locals<'db>(cx: &Cx<'db>) -> Locals<'db> {
    let mut found = Locals { lets: Vec::new(), params: Vec::new(), patterns: Vec::new() };
    visit::walk_file(&mut found, cx.tree);
    found
}

fn values(cx: &mut Cx<'_>) {
    let used = used_locals(cx);
    for (l, stmt) in locals(cx).lets {
        if used.contains(&l.name.span) || is_meant(&l.name.text) || l.name.text.is_empty() {
            continue;
        }
        let name = &l.name.text;
        let found = cx.finding(&VALUE, l.name.span, format!("`{name}` is not used")).here("nothing uses it");
        let found = if declares(&l.value) {
            let head = Span::new(stmt.start, l.value.span.start);
            found.fix_by(cx.fix("declare it without a name", vec![(head, String::new())]).safe())
        } else {
            let fix = remove(cx, "remove it", stmt);
            found.fix_by(if may_fail(&l.value) { Fix { trust: Trust::Guess, ..fix } } else { fix })
        };
        cx.found.push(found);
    }
}

/// Whether an expression declares something, or may.
fn declares(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Construct(node) => node.variant.is_none(),
        ExprKind::If(_) | ExprKind::Match(_) | ExprKind::For(_) => {
            struct Any(bool);
            impl<'a> Visitor<'a> for Any {
                fn expr(&mut self, expr: &'a ast::Expr) {
                    self.0 |= matches!(expr.kind, ExprKind::Construct(_));
                    visit::walk_expr(self, expr);
                }
            }
            let mut any = Any(false);
            visit::walk_expr(&mut any, expr);
            any.0
        }
        _ => false,
    }
}

/// Whether evaluating it could end in a message instead of a value.
fn may_fail(expr: &ast::Expr) -> bool {
    struct Any(bool);
    impl<'a> Visitor<'a> for Any {
        fn expr(&mut self, expr: &'a ast::Expr) {
            self.0 |= matches!(
                expr.kind,
                ExprKind::Call { .. }
                    | ExprKind::Convert { .. }
                    | ExprKind::Index { .. }
                    | ExprKind::Binary { .. }
            );
            visit::walk_expr(self, expr);
        }
    }
    let mut any = Any(false);
    any.expr(expr);
    any.0
}

fn parameters(cx: &mut Cx<'_>) {
    let used = used_locals(cx);
    for param in locals(cx).params {
        if used.contains(&param.name.span) || is_meant(&param.name.text) {
            continue;
        }
        let found = cx
            .finding(&PARAMETER, param.name.span, format!("the parameter `{}` is not used", param.name.text))
            .here("the body does not use it")
            .help("take it away, here and where it is given");
        cx.found.push(found);
    }
}

fn bindings(cx: &mut Cx<'_>) {
    let used = used_locals(cx);
    let report = |name: &str, span: Span, with: String, cx: &mut Cx<'_>| {
        if used.contains(&span) || is_meant(name) {
            return;
        }
        let found = cx
            .finding(&BINDING, span, format!("`{name}` is not used"))
            .here("nothing uses it")
            .fix_by(cx.replace(span, with));
        cx.found.push(found);
    };
    for pattern in locals(cx).patterns {
        let fields = match &pattern.kind {
            PatternKind::Bind(name) => {
                report(name, pattern.span, "_".to_owned(), cx);
                continue;
            }
            PatternKind::Record { fields, .. } => fields.as_slice(),
            PatternKind::Variant { fields, .. } => fields.as_deref().unwrap_or_default(),
            _ => continue,
        };
        for field in fields.iter().filter(|field| field.pattern.is_none()) {
            report(&field.name.text, field.name.span, format!("{} = _", field.name.text), cx);
        }
    }
}

fn declarations(cx: &mut Cx<'_>) {
    let loose = loose_names(cx);
    for (index, item) in cx.tree.items.iter().enumerate() {
        let what = match &item.kind {
            ItemKind::Let(_) => "value",
            ItemKind::FactDecl(_) => "fact",
            ItemKind::Fn(_) => "function",
            ItemKind::Record(_) => "record",
            ItemKind::Enum(_) => "enum",
            ItemKind::TypeAlias(_) => "type",
            ItemKind::Component(_) => "component",
            _ => continue,
        };
        let Some(name) = name::item_name(&item.kind) else { continue };
        if item.public.is_some() || is_meant(&name.text) || loose.contains(name.text.as_str()) {
            continue;
        }
        let id = DeclId { file: cx.file, index: index as u32 };
        let outside = |span: &Span| span.end <= item.span.start || item.span.end <= span.start;
        let is_used = cx.references.iter().any(|(span, target)| match target {
            Target::Decl(decl) | Target::Member(decl, _) | Target::Payload(decl, ..) => {
                *decl == id && outside(span)
            }
            _ => false,
        });
        if is_used {
            continue;
        }
        let fix = Fix { trust: Trust::Guess, ..remove(cx, "remove it", item.span) };
        let found = cx
            .finding(&DECLARATION, name.span, format!("the {what} `{}` is not used", name.text))
            .here("nothing in this module uses it")
            .help("remove it, or put `pub` in front of it if other modules need it")
            .fix_by(fix);
        cx.found.push(found);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{check, fixed, guessed};
    use expect_test::expect;

    #[test]
    fn imports_go_with_their_line_or_alone() {
        let source = "import std.fs.{Directory, File, Symlink}\nimport std.pkg.Package\n\npolicy p {\n  File \"/a\" {}\n}\n";
        check(
            source,
            expect![[r#"
                src/main.mc:1:16: warning[MC1001]: the import of `Directory` is not used
                src/main.mc:1:33: warning[MC1001]: the import of `Symlink` is not used
                src/main.mc:2:16: warning[MC1001]: the import of `Package` is not used
            "#]],
        );
        fixed(
            source,
            expect![[r#"
                import std.fs.{File}

                policy p {
                  File "/a" {}
                }
            "#]],
        );
    }

    #[test]
    fn a_module_and_what_is_reached_through_it() {
        check(
            "import std.fs\nimport std.pkg\n\npolicy p {\n  fs.File \"/a\" {}\n}\n",
            expect![[r#"
                src/main.mc:2:12: warning[MC1001]: the import of `pkg` is not used
            "#]],
        );
    }

    #[test]
    fn values_and_resources() {
        let source = "import std.fs.File\n\npolicy p {\n  let a = 1\n  /// Kept.\n  let f = File \"/a\" {}\n  let _b = 2\n}\n";
        check(
            source,
            expect![[r#"
                src/main.mc:4:7: warning[MC1002]: `a` is not used
                src/main.mc:6:7: warning[MC1002]: `f` is not used
            "#]],
        );
    }

    #[test]
    fn values_are_removed_and_resources_stay() {
        fixed(
            "import std.fs.File\n\npolicy p {\n  let a = [\n    1,\n  ]\n  let f = File \"/a\" {}\n  for x in [1] { let y = x, File \"/${x}\" {} }\n}\n",
            expect![[r#"
                import std.fs.File

                policy p {
                  File "/a" {}
                  for x in [1] { File "/${x}" {} }
                }
            "#]],
        );
    }

    #[test]
    fn parameters_of_functions_and_components() {
        check(
            "import std.fs.File\n\nfn f(a: Int, b: Int) -> Int {\n  a\n}\n\ncomponent C {\n  param x: Int\n  param y: Int\n  \
             File \"/${x}\" {}\n}\n\npolicy p {\n  C { x = f(1, 2), y = 2 }\n}\n",
            expect![[r#"
                src/main.mc:3:14: warning[MC1003]: the parameter `b` is not used
                src/main.mc:9:9: warning[MC1003]: the parameter `y` is not used
            "#]],
        );
    }

    #[test]
    fn names_in_patterns() {
        fixed(
            "import std.fs.File\n\nenum Tls { Off, On { cert: String, key: String } }\n\n\
             pub fn f(t: Tls) -> String {\n  match t {\n    .On { cert, key } => cert\n    other => \"\"\n  }\n}\n\n\
             policy p {\n  for i, x in [1, 2].indexed() { File \"/${x}\" {} }\n}\n",
            expect![[r#"
                import std.fs.File

                enum Tls { Off, On { cert: String, key: String } }

                pub fn f(t: Tls) -> String {
                  match t {
                    .On { cert, key = _ } => cert
                    _ => ""
                  }
                }

                policy p {
                  for _, x in [1, 2].indexed() { File "/${x}" {} }
                }
            "#]],
        );
    }

    #[test]
    fn declarations_that_only_use_each_other_go_one_after_the_other() {
        guessed(
            "import std.fs.File\n\n/// Ports.\ntype Port = Int where it > 0\n\nfn port() -> Port {\n  80\n}\n\n\
             pub let kept = 1\n\npolicy p {\n  File \"/a\" {}\n}\n",
            expect![[r#"
                import std.fs.File

                pub let kept = 1

                policy p {
                  File "/a" {}
                }
            "#]],
        );
    }
}
