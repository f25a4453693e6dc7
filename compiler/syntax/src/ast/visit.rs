//! Visits every node of a tree, in the order of the source.
//!
//! A visitor overrides what it is about and calls the `walk_..` function of the same name to go on into the
//! parts. Trees are at most some hundred nodes deep, so the recursion is safe.

use super::*;

/// What is done at each kind of node. Without an override it goes on into the parts.
#[expect(missing_docs, reason = "a method per kind of node, named after it")]
pub trait Visitor<'a> {
    fn item(&mut self, item: &'a Item) {
        walk_item(self, item);
    }
    fn let_(&mut self, node: &'a Let) {
        walk_let(self, node);
    }
    fn param(&mut self, param: &'a Param) {
        walk_param(self, param);
    }
    fn check(&mut self, check: &'a Check) {
        walk_check(self, check);
    }
    fn block(&mut self, block: &'a Block) {
        walk_block(self, block);
    }
    fn stmt(&mut self, stmt: &'a Stmt) {
        walk_stmt(self, stmt);
    }
    fn body(&mut self, body: &'a Body) {
        walk_body(self, body);
    }
    fn body_item(&mut self, item: &'a BodyItem) {
        walk_body_item(self, item);
    }
    fn expr(&mut self, expr: &'a Expr) {
        walk_expr(self, expr);
    }
    fn pattern(&mut self, pattern: &'a Pattern) {
        walk_pattern(self, pattern);
    }
    fn type_expr(&mut self, ty: &'a TypeExpr) {
        walk_type_expr(self, ty);
    }
    /// An `Upper` path in an expression, a pattern, a guard, `defaults` or `prune`.
    fn path(&mut self, path: &'a Path) {
        let _ = path;
    }
}

/// Visits all items of a file.
pub fn walk_file<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, file: &'a SourceFile) {
    file.items.iter().for_each(|item| visitor.item(item));
}

/// Visits all parameters, expressions and patterns of a template.
pub fn walk_template<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, template: &'a Template) {
    template.params.iter().for_each(|param| visitor.param(param));
    walk_template_parts(visitor, &template.parts);
}

fn walk_template_parts<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, parts: &'a [TemplatePart]) {
    for part in parts {
        match part {
            TemplatePart::Text(..) | TemplatePart::Error(_) => {}
            TemplatePart::Hole(value) => visitor.expr(value),
            TemplatePart::If(node) => {
                for (condition, then) in &node.branches {
                    walk_condition(visitor, condition);
                    walk_template_parts(visitor, then);
                }
                node.otherwise.iter().for_each(|parts| walk_template_parts(visitor, parts));
            }
            TemplatePart::For(node) => {
                node.patterns.iter().for_each(|pattern| visitor.pattern(pattern));
                visitor.expr(&node.iterable);
                walk_template_parts(visitor, &node.body);
            }
            TemplatePart::Match(node) => {
                visitor.expr(&node.scrutinee);
                for arm in &node.arms {
                    visitor.pattern(&arm.pattern);
                    arm.guard.iter().for_each(|guard| visitor.expr(guard));
                    walk_template_parts(visitor, &arm.body);
                }
            }
        }
    }
}

fn walk_condition<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, condition: &'a Condition) {
    match condition {
        Condition::Value(value) => visitor.expr(value),
        Condition::Let(pattern, value) => {
            visitor.pattern(pattern);
            visitor.expr(value);
        }
    }
}

/// Visits the parts of an item.
pub fn walk_item<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, item: &'a Item) {
    match &item.kind {
        ItemKind::Import(_) | ItemKind::Error => {}
        ItemKind::Let(node) => visitor.let_(node),
        ItemKind::Fn(node) => {
            node.params.iter().for_each(|param| visitor.param(param));
            visitor.type_expr(&node.result);
            visitor.block(&node.body);
        }
        ItemKind::TypeAlias(node) => {
            visitor.type_expr(&node.ty);
            node.refinement.iter().for_each(|condition| visitor.expr(condition));
        }
        ItemKind::Record(node) => walk_fields(visitor, &node.fields, &node.checks),
        ItemKind::Enum(node) => {
            for variant in &node.variants {
                walk_fields(visitor, &variant.fields, &variant.checks);
            }
        }
        ItemKind::Labels(node) => node.fields.iter().for_each(|field| visitor.param(field)),
        ItemKind::Resource(node) => node.items.iter().for_each(|item| walk_resource_item(visitor, item)),
        ItemKind::Component(node) => visitor.block(&node.body),
        ItemKind::Policy(node) => visitor.block(&node.body),
        ItemKind::Guard(node) => node.items.iter().for_each(|item| walk_guard_item(visitor, item)),
        ItemKind::Rollout(node) => node.items.iter().for_each(|item| walk_rollout_item(visitor, item)),
        ItemKind::Test(node) => node.items.iter().for_each(|item| walk_test_item(visitor, item)),
        ItemKind::FactDecl(node) => {
            visitor.type_expr(&node.ty);
            match &node.source {
                FactSource::Command(value) | FactSource::File(value) => visitor.expr(value),
                FactSource::Error(_) => {}
            }
            node.timeout.iter().for_each(|timeout| visitor.expr(timeout));
        }
    }
}

/// Fields and assertions, as they stand in the source.
fn walk_fields<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, fields: &'a [Param], checks: &'a [Check]) {
    let mut checks = checks.iter().peekable();
    for field in fields {
        while let Some(check) = checks.next_if(|check| check.span.start < field.span.start) {
            visitor.check(check);
        }
        visitor.param(field);
    }
    checks.for_each(|check| visitor.check(check));
}

fn walk_resource_item<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, item: &'a ResourceItem) {
    match item {
        ResourceItem::Provider { .. } | ResourceItem::Error(_) => {}
        ResourceItem::Key { param, .. }
        | ResourceItem::Attribute { param, .. }
        | ResourceItem::Output { param, .. } => visitor.param(param),
        ResourceItem::Relation { values, .. }
        | ResourceItem::After { targets: values, .. }
        | ResourceItem::Effects { effects: values, .. } => {
            values.iter().for_each(|value| visitor.expr(value));
        }
        ResourceItem::Check(check) => visitor.check(check),
    }
}

fn walk_guard_item<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, item: &'a GuardItem) {
    match &item.kind {
        GuardItemKind::Deny(subject) | GuardItemKind::On(subject) => {
            visitor.path(&subject.path);
            subject.condition.iter().for_each(|condition| visitor.expr(condition));
        }
        GuardItemKind::RequireApproval(value) | GuardItemKind::Message(value) => visitor.expr(value),
        GuardItemKind::Error => {}
    }
}

fn walk_rollout_item<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, item: &'a RolloutItem) {
    match &item.kind {
        RolloutItemKind::Wave(wave) => {
            // Either may come first.
            let mut options: Vec<&Expr> = wave.pause.iter().chain(&wave.condition).collect();
            options.sort_by_key(|option| option.span.start);
            options.into_iter().for_each(|option| visitor.expr(option));
        }
        RolloutItemKind::Pause(value) | RolloutItemKind::Health(value) => visitor.expr(value),
        RolloutItemKind::Policy(_) | RolloutItemKind::Budget(_) | RolloutItemKind::Error => {}
    }
}

fn walk_test_item<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, item: &'a TestItem) {
    match &item.kind {
        TestItemKind::Given(given) => visitor.expr(&given.value),
        TestItemKind::Let(node) => visitor.let_(node),
        TestItemKind::Expect(value) => visitor.expr(value),
        TestItemKind::ExpectFails(node) => {
            node.message.iter().for_each(|message| visitor.expr(message));
            visitor.block(&node.body);
        }
        TestItemKind::Error => {}
    }
}

/// Visits the pattern, the type and the value of a `let`.
pub fn walk_let<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, node: &'a Let) {
    node.pattern.iter().for_each(|pattern| visitor.pattern(pattern));
    node.ty.iter().for_each(|ty| visitor.type_expr(ty));
    visitor.expr(&node.value);
}

/// Visits the type and the default of a parameter or field.
pub fn walk_param<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, param: &'a Param) {
    visitor.type_expr(&param.ty);
    param.default.iter().for_each(|value| visitor.expr(value));
}

/// Visits the condition and the message of an assertion.
pub fn walk_check<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, check: &'a Check) {
    visitor.expr(&check.condition);
    visitor.expr(&check.message);
}

/// Visits the statements of a block.
pub fn walk_block<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, block: &'a Block) {
    block.stmts.iter().for_each(|stmt| visitor.stmt(stmt));
}

/// Visits the parts of a statement.
pub fn walk_stmt<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, stmt: &'a Stmt) {
    match &stmt.kind {
        StmtKind::Let(node) => visitor.let_(node),
        StmtKind::Param(param) => visitor.param(param),
        StmtKind::Out(out) => {
            visitor.type_expr(&out.ty);
            visitor.expr(&out.value);
        }
        StmtKind::Select(value) | StmtKind::After(value) | StmtKind::Expr(value) => visitor.expr(value),
        StmtKind::Check(check) => visitor.check(check),
        StmtKind::Defaults(defaults) => {
            visitor.path(&defaults.path);
            visitor.body(&defaults.body);
        }
        StmtKind::Prune(prune) => {
            prune.types.iter().for_each(|path| visitor.path(path));
            prune.limit.iter().for_each(|limit| visitor.expr(limit));
        }
        StmtKind::Error => {}
    }
}

/// Visits the items of a body.
pub fn walk_body<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, body: &'a Body) {
    body.items.iter().for_each(|item| visitor.body_item(item));
}

/// Visits the values of a body's item.
pub fn walk_body_item<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, item: &'a BodyItem) {
    match item {
        BodyItem::Attribute { value, .. } => value.iter().for_each(|value| visitor.expr(value)),
        BodyItem::Clause(clause) => {
            visitor.expr(&clause.value);
            clause.every.iter().for_each(|every| visitor.expr(every));
        }
        BodyItem::Error(_) => {}
    }
}

/// Visits the parts of an expression.
pub fn walk_expr<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, expr: &'a Expr) {
    match &expr.kind {
        ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Mode(_)
        | ExprKind::Name(_)
        | ExprKind::Variant(_)
        | ExprKind::SelfValue
        | ExprKind::Error => {}
        ExprKind::Path(path) => visitor.path(path),
        ExprKind::String(parts) => {
            for part in parts {
                if let StringPart::Hole(hole) = part {
                    visitor.expr(hole);
                }
            }
        }
        ExprKind::Field { base: inner, .. }
        | ExprKind::TupleIndex { base: inner, .. }
        | ExprKind::Unary { operand: inner, .. }
        | ExprKind::Paren(inner) => visitor.expr(inner),
        ExprKind::Call { callee, args } => {
            visitor.expr(callee);
            args.iter().for_each(|arg| visitor.expr(&arg.value));
        }
        ExprKind::Index { base, index } => {
            visitor.expr(base);
            visitor.expr(index);
        }
        ExprKind::Binary { left, right, .. } => {
            visitor.expr(left);
            visitor.expr(right);
        }
        ExprKind::Tuple(parts) | ExprKind::List(parts) => {
            parts.iter().for_each(|part| visitor.expr(part));
        }
        ExprKind::Map(entries) => {
            for (key, value) in entries {
                visitor.expr(key);
                visitor.expr(value);
            }
        }
        ExprKind::Comprehension(node) => {
            visitor.expr(&node.element);
            node.value.iter().for_each(|value| visitor.expr(value));
            node.patterns.iter().for_each(|pattern| visitor.pattern(pattern));
            visitor.expr(&node.iterable);
            node.condition.iter().for_each(|condition| visitor.expr(condition));
        }
        ExprKind::With { base, items } => {
            visitor.expr(base);
            items.iter().for_each(|item| visitor.expr(&item.value));
        }
        ExprKind::Construct(node) => {
            node.path.iter().for_each(|path| visitor.path(path));
            node.title.iter().for_each(|title| visitor.expr(title));
            visitor.body(&node.body);
        }
        ExprKind::Reference { path, key: value } | ExprKind::Convert { path, value } => {
            visitor.path(path);
            visitor.expr(value);
        }
        ExprKind::If(node) => {
            walk_condition(visitor, &node.condition);
            visitor.block(&node.then);
            match &node.otherwise {
                Some(Else::Block(block)) => visitor.block(block),
                Some(Else::If(next)) => visitor.expr(next),
                None => {}
            }
        }
        ExprKind::Match(node) => {
            visitor.expr(&node.scrutinee);
            for arm in &node.arms {
                visitor.pattern(&arm.pattern);
                arm.guard.iter().for_each(|guard| visitor.expr(guard));
                visitor.block(&arm.body);
            }
        }
        ExprKind::For(node) => {
            node.patterns.iter().for_each(|pattern| visitor.pattern(pattern));
            visitor.expr(&node.iterable);
            visitor.block(&node.body);
        }
        ExprKind::Lambda(node) => {
            node.params.iter().for_each(|pattern| visitor.pattern(pattern));
            visitor.block(&node.body);
        }
    }
}

/// Visits the parts of a pattern.
pub fn walk_pattern<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, pattern: &'a Pattern) {
    let (path, fields) = match &pattern.kind {
        PatternKind::Wildcard | PatternKind::Bind(_) | PatternKind::Error => return,
        PatternKind::Literal(value) => return visitor.expr(value),
        PatternKind::Tuple(parts) => return parts.iter().for_each(|part| visitor.pattern(part)),
        PatternKind::Record { path, fields, .. } => (Some(path), Some(fields)),
        PatternKind::Variant { path, fields, .. } => (path.as_ref(), fields.as_ref()),
    };
    path.iter().for_each(|path| visitor.path(path));
    let fields = fields.into_iter().flatten();
    fields.filter_map(|field| field.pattern.as_ref()).for_each(|part| visitor.pattern(part));
}

/// Visits the parts of a type.
pub fn walk_type_expr<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, ty: &'a TypeExpr) {
    match &ty.kind {
        TypeExprKind::Path { args: parts, .. } | TypeExprKind::Tuple(parts) => {
            parts.iter().for_each(|part| visitor.type_expr(part));
        }
        TypeExprKind::Optional(inner) => visitor.type_expr(inner),
        TypeExprKind::Function { params, result } => {
            params.iter().for_each(|param| visitor.type_expr(param));
            visitor.type_expr(result);
        }
        TypeExprKind::Error => {}
    }
}
