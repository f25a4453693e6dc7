//! Trees and mistakes as short text, for snapshots.

use mc_syntax::ast::*;
use mc_syntax::{Span, SyntaxError};
use std::fmt::Write as _;

/// The tree of a file as S-expressions, an item per line.
pub(crate) fn tree(file: &SourceFile) -> String {
    let mut out = String::new();
    if let Some(docs) = &file.docs {
        let _ = writeln!(out, "//! {docs:?}");
    }
    for item in &file.items {
        let _ = writeln!(out, "{}", self::item(item));
    }
    out
}

/// A template as S-expressions.
pub(crate) fn template(template: &Template) -> String {
    format!("({})\n{}\n", all(&template.params, param), all(&template.parts, part))
}

fn part(part: &TemplatePart) -> String {
    let parts = |parts: &Vec<TemplatePart>| format!("{{{}}}", all(parts, self::part));
    match part {
        TemplatePart::Text(text, _) => format!("{text:?}"),
        TemplatePart::Hole(value) => expr(value),
        TemplatePart::If(node) => {
            let branches =
                all(&node.branches, |(asked, body)| format!("{} {}", condition(asked), parts(body)));
            let otherwise =
                node.otherwise.as_ref().map_or(String::new(), |body| format!(" else {}", parts(body)));
            format!("(if {branches}{otherwise})")
        }
        TemplatePart::For(node) => {
            format!(
                "(for {} in {} {})",
                all(&node.patterns, pattern),
                expr(&node.iterable),
                parts(&node.body)
            )
        }
        TemplatePart::Match(node) => {
            let arm = |arm: &TemplateArm| {
                let guard = arm.guard.as_ref().map_or(String::new(), |e| format!(" if {}", expr(e)));
                format!("({}{guard} => {})", pattern(&arm.pattern), parts(&arm.body))
            };
            format!("(match {} {})", expr(&node.scrutinee), all(&node.arms, arm))
        }
        TemplatePart::Error(_) => "<error>".to_owned(),
    }
}

/// Mistakes with places as `line:column`, counted in bytes from 1.
pub(crate) fn mistakes(text: &str, errors: &[SyntaxError]) -> String {
    let mut out = String::new();
    for error in errors {
        let _ = writeln!(out, "{} {} {}", place(text, error.span), error.kind.code(), error.kind.headline());
        for (span, label) in &error.labels {
            let _ = writeln!(out, "  {} {label}", place(text, *span));
        }
        if let Some(help) = &error.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    out
}

fn place(text: &str, span: Span) -> String {
    let position = |offset: u32| {
        let before = &text[..offset as usize];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        format!("{line}:{column}")
    };
    if span.is_empty() {
        position(span.start)
    } else {
        format!("{}-{}", position(span.start), position(span.end))
    }
}

fn docs(docs: &Option<SmolStr>) -> String {
    docs.as_ref().map_or(String::new(), |docs| format!("/// {docs:?} "))
}

fn all<T>(list: &[T], print: impl std::ops::Fn(&T) -> String) -> String {
    list.iter().map(print).collect::<Vec<_>>().join(" ")
}

fn item(item: &Item) -> String {
    let public = if item.public.is_some() { "pub " } else { "" };
    let kind = match &item.kind {
        ItemKind::Import(import) => {
            let names = import.names.as_ref().map_or(String::new(), |names| {
                let name = |n: &ImportName| match &n.alias {
                    Some(alias) => format!("{} as {}", n.name.text, alias.text),
                    None => n.name.text.to_string(),
                };
                format!(" {{{}}}", all(names, name))
            });
            format!(
                "(import {}{names})",
                import.module.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".")
            )
        }
        ItemKind::Let(node) => let_(node),
        ItemKind::Fn(node) => format!(
            "(fn {}{} ({}) {} {})",
            node.name.text,
            generics(&node.generics),
            all(&node.params, param),
            type_expr(&node.result),
            block(&node.body)
        ),
        ItemKind::TypeAlias(node) => {
            let refinement =
                node.refinement.as_ref().map_or(String::new(), |e| format!(" where {}", expr(e)));
            format!(
                "(type {}{} {}{refinement})",
                node.name.text,
                generics(&node.generics),
                type_expr(&node.ty)
            )
        }
        ItemKind::Record(node) => format!(
            "(record {}{} {})",
            node.name.text,
            generics(&node.generics),
            fields(&node.fields, &node.checks)
        ),
        ItemKind::Enum(node) => {
            let variant =
                |v: &Variant| format!("{}({} {})", docs(&v.docs), v.name.text, fields(&v.fields, &v.checks));
            format!("(enum {}{} {})", node.name.text, generics(&node.generics), all(&node.variants, variant))
        }
        ItemKind::Labels(node) => format!("(labels {})", all(&node.fields, param)),
        ItemKind::Resource(node) => {
            format!("(resource {} {})", node.name.text, all(&node.items, resource_item))
        }
        ItemKind::Component(node) => {
            format!("(component {}{} {})", node.name.text, generics(&node.generics), block(&node.body))
        }
        ItemKind::Policy(node) => format!("(policy {} {})", node.name.text, block(&node.body)),
        ItemKind::Guard(node) => format!("(guard {} {})", node.name.text, all(&node.items, guard_item)),
        ItemKind::Rollout(node) => format!("(rollout {} {})", node.name.text, all(&node.items, rollout_item)),
        ItemKind::Test(node) => format!("(test {:?} {})", node.name, all(&node.items, test_item)),
        ItemKind::FactDecl(node) => fact(node),
        ItemKind::Error => "(error)".to_owned(),
    };
    format!("{}{public}{kind}", docs(&item.docs))
}

fn resource_item(item: &ResourceItem) -> String {
    let flag = |on: bool, word: &'static str| if on { word } else { "" };
    match item {
        ResourceItem::Provider { name, protocol, .. } => format!("(provider {name} {protocol})"),
        ResourceItem::Key { local, param: p } => format!("({}key {})", flag(*local, "local "), param(p)),
        ResourceItem::Attribute { param: p, accepts_secret, union } => {
            format!(
                "({}attribute {}{})",
                flag(*union, "union "),
                param(p),
                flag(*accepts_secret, " accepts-secret")
            )
        }
        ResourceItem::Output { kind, param: p } => {
            let before = match kind {
                OutputKind::Produced => "",
                OutputKind::Early => "early ",
                OutputKind::Read => "read ",
            };
            format!("({before}out {})", param(p))
        }
        ResourceItem::Relation { kind, values, .. } => format!("({kind:?} {})", all(values, expr)),
        ResourceItem::After { targets, .. } => format!("(after {})", all(targets, expr)),
        ResourceItem::Effects { effects, .. } => format!("(effects {})", all(effects, expr)),
        ResourceItem::Check(node) => check(node),
        ResourceItem::Error(_) => "(error)".to_owned(),
    }
}

fn let_(node: &Let) -> String {
    let ty = node.ty.as_ref().map_or(String::new(), |ty| format!(": {}", type_expr(ty)));
    let constant = if node.constant.is_some() { "const " } else { "" };
    let name = node.pattern.as_ref().map_or(node.name.text.to_string(), |taken| pattern(taken));
    format!("({constant}let {name}{ty} {})", expr(&node.value))
}

fn generics(names: &[Name]) -> String {
    if names.is_empty() { String::new() } else { format!("<{}>", all(names, |name| name.text.to_string())) }
}

fn fields(params: &[Param], checks: &[Check]) -> String {
    params.iter().map(param).chain(checks.iter().map(check)).collect::<Vec<_>>().join(" ")
}

fn check(node: &Check) -> String {
    format!("(check {} {})", expr(&node.condition), expr(&node.message))
}

fn guard_item(item: &GuardItem) -> String {
    let subject = |word: &str, node: &Subject| {
        let name = node.name.as_ref().map_or(String::new(), |name| format!(" {}", name.text));
        let condition = node.condition.as_ref().map_or(String::new(), |e| format!(" when {}", expr(e)));
        format!("({word} {}{name}{condition})", path(&node.path))
    };
    match &item.kind {
        GuardItemKind::Deny(node) => subject("deny", node),
        GuardItemKind::On(node) => subject("on", node),
        GuardItemKind::RequireApproval(role) => format!("(require-approval {})", expr(role)),
        GuardItemKind::Message(text) => format!("(message {})", expr(text)),
        GuardItemKind::Error => "(error)".to_owned(),
    }
}

fn rollout_item(item: &RolloutItem) -> String {
    let share = |share: &Share| match share.amount {
        ShareAmount::Hosts(hosts) => hosts.to_string(),
        ShareAmount::Percent(percent) => format!("{}%", percent.value()),
    };
    match &item.kind {
        RolloutItemKind::Policy(name) => format!("(policy {})", name.text),
        RolloutItemKind::Wave(wave) => {
            let size = wave.size.as_ref().map_or(String::new(), |size| format!(" {}", share(size)));
            let pause = wave.pause.as_ref().map_or(String::new(), |e| format!(" pause {}", expr(e)));
            let condition = wave.condition.as_ref().map_or(String::new(), |e| format!(" when {}", expr(e)));
            format!("(wave {}{size}{pause}{condition})", wave.name.text)
        }
        RolloutItemKind::Pause(value) => format!("(pause {})", expr(value)),
        RolloutItemKind::Health(value) => format!("(health {})", expr(value)),
        RolloutItemKind::Budget(value) => format!("(budget {})", share(value)),
        RolloutItemKind::Error => "(error)".to_owned(),
    }
}

fn test_item(item: &TestItem) -> String {
    match &item.kind {
        TestItemKind::Given(given) => {
            let word = if given.each { "in" } else { "=" };
            format!("(given {} {word} {})", given.name.text, expr(&given.value))
        }
        TestItemKind::Let(node) => let_(node),
        TestItemKind::Expect(value) => format!("(expect {})", expr(value)),
        TestItemKind::ExpectFails(node) => {
            let code = node.code.as_ref().map_or(String::new(), |code| format!(" {}", code.text));
            let message = node.message.as_ref().map_or(String::new(), |text| format!(" {}", expr(text)));
            format!("(expect-fails{code}{message} {})", block(&node.body))
        }
        TestItemKind::Error => "(error)".to_owned(),
    }
}

fn fact(node: &FactDecl) -> String {
    let source = match &node.source {
        FactSource::Command(argv) => format!("command {}", expr(argv)),
        FactSource::File(name) => format!("file {}", expr(name)),
        FactSource::Error(_) => "(error)".to_owned(),
    };
    let format = node.format.as_ref().map_or(String::new(), |(format, _)| format!(" as {format:?}"));
    let timeout = node.timeout.as_ref().map_or(String::new(), |e| format!(" timeout {}", expr(e)));
    format!("(fact {}: {} from {source}{format}{timeout})", node.name.text, type_expr(&node.ty))
}

fn param(param: &Param) -> String {
    let default = param.default.as_ref().map_or(String::new(), |value| format!(" = {}", expr(value)));
    let constant = if param.constant.is_some() { "const " } else { "" };
    let merge = param.merge.map_or(String::new(), |merge| format!("{:?} ", merge.rule));
    let ty = type_expr(&param.ty);
    format!("{}({constant}{merge}{}: {ty}{default})", docs(&param.docs), param.name.text)
}

fn type_expr(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeExprKind::Path { module, name, args } => {
            let module = module.as_ref().map_or(String::new(), |module| format!("{}.", module.text));
            let args = if args.is_empty() { String::new() } else { format!("<{}>", all(args, type_expr)) };
            format!("{module}{}{args}", name.text)
        }
        TypeExprKind::Optional(ty) => format!("{}?", type_expr(ty)),
        TypeExprKind::Tuple(parts) => format!("({})", all(parts, type_expr)),
        TypeExprKind::Function { params, result } => {
            format!("(({}) -> {})", all(params, type_expr), type_expr(result))
        }
        TypeExprKind::Error => "<error>".to_owned(),
    }
}

fn block(block: &Block) -> String {
    format!("{{{}}}", all(&block.stmts, stmt))
}

fn stmt(stmt: &Stmt) -> String {
    let kind = match &stmt.kind {
        StmtKind::Let(node) => let_(node),
        StmtKind::Param(node) => format!("(param {})", param(node)),
        StmtKind::Out(out) => format!("(out {}: {} {})", out.name.text, type_expr(&out.ty), expr(&out.value)),
        StmtKind::Select(value) => format!("(select {})", expr(value)),
        StmtKind::After(value) => format!("(after {})", expr(value)),
        StmtKind::Check(node) => check(node),
        StmtKind::Defaults(node) => {
            format!("(defaults {} {{{}}})", path(&node.path), all(&node.body.items, body_item))
        }
        StmtKind::Prune(node) => {
            let limit = node.limit.as_ref().map_or(String::new(), |limit| format!(" limit {}", expr(limit)));
            format!("(prune [{}]{limit})", all(&node.types, path))
        }
        StmtKind::Expr(value) => expr(value),
        StmtKind::Error => "(error)".to_owned(),
    };
    format!("{}{kind}", docs(&stmt.docs))
}

fn path(path: &Path) -> String {
    let module = path.module.as_ref().map_or(String::new(), |module| format!("{}.", module.text));
    format!("{module}{}", path.segments.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join("."))
}

/// An expression as an S-expression.
pub(crate) fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::None => "none".to_owned(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Duration(value) => format!("{value}ns"),
        ExprKind::Size(value) => format!("{value}B"),
        ExprKind::Mode(value) => format!("0o{value:o}"),
        ExprKind::String(parts) => {
            let part = |part: &StringPart| match part {
                StringPart::Text(text, _) => format!("{text:?}"),
                StringPart::Hole(hole) => expr(hole),
            };
            if let [StringPart::Text(..)] = parts.as_slice() {
                return all(parts, part);
            }
            format!("(string {})", all(parts, part))
        }
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Path(node) => path(node),
        ExprKind::Variant(name) => format!(".{}", name.text),
        ExprKind::SelfValue => "self".to_owned(),
        ExprKind::Field { base, optional, name } => {
            format!("({} {} {})", if *optional { "?." } else { "." }, expr(base), name.text)
        }
        ExprKind::Call { callee, args } => format!("(call {} {})", expr(callee), all(args, arg)),
        ExprKind::Index { base, index } => format!("(index {} {})", expr(base), expr(index)),
        ExprKind::Unary { op, operand, .. } => format!("({op:?} {})", expr(operand)),
        ExprKind::Binary { op, left, right, .. } => format!("({op:?} {} {})", expr(left), expr(right)),
        ExprKind::Float(value) => format!("{:?}", value.value()),
        ExprKind::Tuple(list) => format!("({})", all(list, expr)),
        ExprKind::TupleIndex { base, index, optional, .. } => {
            format!("({} {} {index})", if *optional { "?." } else { "." }, expr(base))
        }
        ExprKind::List(list) => format!("[{}]", all(list, expr)),
        ExprKind::Map(list) => {
            format!("[{}]", all(list, |(key, value)| format!("{} => {}", expr(key), expr(value))))
        }
        ExprKind::Comprehension(node) => {
            let value = node.value.as_ref().map_or(String::new(), |value| format!(" => {}", expr(value)));
            let condition = node.condition.as_ref().map_or(String::new(), |e| format!(" if {}", expr(e)));
            let patterns = all(&node.patterns, pattern);
            format!("[{}{value} for {patterns} in {}{condition}]", expr(&node.element), expr(&node.iterable))
        }
        ExprKind::With { base, items } => {
            let item = |item: &WithItem| {
                let path = item.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
                format!("({path} = {})", expr(&item.value))
            };
            format!("(with {} {{{}}})", expr(base), all(items, item))
        }
        ExprKind::Construct(node) => {
            let head = match (&node.path, &node.variant) {
                (Some(node), _) => path(node),
                (None, Some(name)) => format!(".{}", name.text),
                (None, None) => String::new(),
            };
            let title = node.title.as_ref().map_or(String::new(), |title| format!(" {}", expr(title)));
            format!("(new {head}{title} {{{}}})", all(&node.body.items, body_item))
        }
        ExprKind::Reference { path: node, key } => format!("(ref {} {})", path(node), expr(key)),
        ExprKind::Convert { path: node, value } => format!("(convert {} {})", path(node), expr(value)),
        ExprKind::If(node) => if_(node),
        ExprKind::Match(node) => {
            let arm = |arm: &Arm| {
                let guard = arm.guard.as_ref().map_or(String::new(), |e| format!(" if {}", expr(e)));
                format!("({}{guard} => {})", pattern(&arm.pattern), block(&arm.body))
            };
            format!("(match {} {})", expr(&node.scrutinee), all(&node.arms, arm))
        }
        ExprKind::For(node) => {
            format!(
                "(for {} in {} {})",
                all(&node.patterns, pattern),
                expr(&node.iterable),
                block(&node.body)
            )
        }
        ExprKind::Lambda(node) => format!("(lambda |{}| {})", all(&node.params, pattern), block(&node.body)),
        ExprKind::Paren(value) => format!("(paren {})", expr(value)),
        ExprKind::Error => "<error>".to_owned(),
    }
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::Value(value) => expr(value),
        Condition::Let(taken, value) => format!("let {} = {}", pattern(taken), expr(value)),
    }
}

fn if_(node: &If) -> String {
    let condition = condition(&node.condition);
    let otherwise = match &node.otherwise {
        None => String::new(),
        Some(Else::Block(node)) => format!(" else {}", block(node)),
        Some(Else::If(node)) => format!(" else {}", expr(node)),
    };
    format!("(if {condition} {}{otherwise})", block(&node.then))
}

fn arg(arg: &Arg) -> String {
    match &arg.name {
        Some(name) => format!("{}={}", name.text, expr(&arg.value)),
        None => expr(&arg.value),
    }
}

fn body_item(item: &BodyItem) -> String {
    match item {
        BodyItem::Attribute { name, value: Some(value), priority } => {
            let priority = priority.map_or(String::new(), |(priority, _)| format!("{priority:?} "));
            format!("({} = {priority}{})", name.text, expr(value))
        }
        BodyItem::Attribute { name, value: None, .. } => name.text.to_string(),
        BodyItem::Clause(clause) => {
            let every =
                clause.every.as_ref().map_or(String::new(), |every| format!(" every {}", expr(every)));
            format!("({:?} {}{every})", clause.kind, expr(&clause.value))
        }
        BodyItem::Error(_) => "(error)".to_owned(),
    }
}

fn pattern(node: &Pattern) -> String {
    match &node.kind {
        PatternKind::Wildcard => "_".to_owned(),
        PatternKind::Bind(name) => name.to_string(),
        PatternKind::Literal(value) => expr(value),
        PatternKind::Tuple(parts) => format!("({})", all(parts, pattern)),
        PatternKind::Record { path: of, fields, rest } => {
            format!("{} {}", path(of), pattern_fields(fields, rest.is_some()))
        }
        PatternKind::Variant { path: of, name, fields, rest } => {
            let of = of.as_ref().map_or(String::new(), path);
            let fields = fields
                .as_ref()
                .map_or(String::new(), |fields| format!(" {}", pattern_fields(fields, rest.is_some())));
            format!("{of}.{}{fields}", name.text)
        }
        PatternKind::Error => "<error>".to_owned(),
    }
}

fn pattern_fields(fields: &[PatternField], rest: bool) -> String {
    let field = |f: &PatternField| match &f.pattern {
        Some(node) => format!("{}={}", f.name.text, pattern(node)),
        None => f.name.text.to_string(),
    };
    format!("{{{}{}}}", all(fields, field), if rest { " .." } else { "" })
}
