//! Tests: what they give, what they expect, and the questions that only they ask of plans.

use super::block::{Role, is_resource, pattern_names};
use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code, nearest};
use crate::fact;
use crate::hir::{ExprId, ExprKind, Failing, Given, GivenKind, PlanMethod, Stmt};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::signature::{self, Signature, Target};
use crate::ty::{Args, Bindings, Ty};
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast, TestItemKind};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// What can be asked of a plan in tests: the names, with what they take.
pub const PLAN_METHODS: &[(&str, &str)] = &[
    ("before", "before(first: AnyRef, second: AnyRef) -> Bool"),
    ("content", "content(resource: AnyRef) -> String"),
    ("count", "count(Type) -> Int"),
    ("has", "has(resource: AnyRef) -> Bool"),
    ("matches", "matches(name: String) -> Bool"),
    ("order", "order() -> List<String>"),
    ("policies", "policies() -> List<String>"),
    ("refreshes", "refreshes(sender: AnyRef, receiver: AnyRef) -> Bool"),
    ("secrets", "secrets(resource: AnyRef) -> List<String>"),
];

impl<'db> Checker<'db> {
    /// A test. What is given sees the module only; then its names count in all of it, as in any block.
    pub(super) fn test(&mut self, test: &'db ast::Test) {
        self.in_test = true;
        self.given(&test.items);
        let root = self.open(Vec::new());
        self.body.root = Some(root);
        let lets: Vec<&'db ast::Let> = test
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                TestItemKind::Let(l) => Some(l),
                _ => None,
            })
            .collect();
        let mut names: FxHashMap<SmolStr, usize> = FxHashMap::default();
        for (at, l) in lets.iter().enumerate() {
            let declared = match &l.pattern {
                Some(pattern) => pattern_names(pattern),
                None => vec![l.name.clone()],
            };
            for name in declared {
                self.declare(name.text.clone(), Ty::Error, name.span);
                names.entry(name.text).or_insert(at);
            }
        }
        let (db, file) = (self.db, self.file);
        let order = super::order::order_values(&lets, &names, &|path| is_resource(db, file, path));
        self.report_loops(&order.loops, &|at| &lets[at].name);
        for at in order.order {
            let l = lets[at];
            let value = self.let_value(l);
            let stmt = if l.pattern.is_some() {
                self.destructure(root, l, value)
            } else {
                let Some(local) = self.own_local(root, &l.name) else { continue };
                let ty = self.ty(value).clone();
                self.set_local_type(root, local, ty);
                Stmt::Let(local, value)
            };
            self.body.blocks[root.0 as usize].stmts.push(stmt);
        }
        for item in &test.items {
            let stmt = match &item.kind {
                TestItemKind::Expect(e) => Stmt::Expect(self.pure(e, &Want::Type(Ty::Bool))),
                TestItemKind::ExpectFails(fails) => Stmt::ExpectFails(self.failing(fails, item.span)),
                TestItemKind::Given(_) | TestItemKind::Let(_) | TestItemKind::Error => continue,
            };
            self.body.blocks[root.0 as usize].stmts.push(stmt);
        }
        self.close();
    }

    fn given(&mut self, items: &'db [ast::TestItem]) {
        let mut seen: Vec<(GivenKind, Span)> = Vec::new();
        let declared = name::scope(self.db, self.file);
        for item in items {
            let TestItemKind::Given(given) = &item.kind else { continue };
            let (kind, ty) = match given.name.text.as_str() {
                "facts" => {
                    let record = name::facts_record(self.db);
                    (GivenKind::Facts, record.map_or(Ty::Error, |id| Ty::Record(id, Args::default())))
                }
                "labels" => (GivenKind::Labels, Ty::Labels),
                name if let Some(Entity::Decl(id, DeclKind::Fact)) = declared.get(name) => {
                    self.refer(given.name.span, Target::Decl(*id));
                    (GivenKind::Fact(*id), fact::ty(self.db, *id))
                }
                other => {
                    let place = self.place(given.name.span);
                    let headline = format!("a test cannot give `{other}`");
                    let mut diagnostic = Diagnostic::error(code::BAD_GIVEN, place, headline)
                        .here("neither `facts`, `labels` nor a declared fact")
                        .help("a name of your own is declared with `let`");
                    let facts = declared.iter().filter_map(|(name, entity)| match entity {
                        Entity::Decl(_, DeclKind::Fact) => Some(name.as_str()),
                        _ => None,
                    });
                    if let Some(near) = nearest(other, ["facts", "labels"].into_iter().chain(facts)) {
                        diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(
                            format!("change to `{near}`"),
                            place,
                            near,
                        );
                    }
                    self.report(diagnostic);
                    self.pure(&given.value, &Want::Any);
                    continue;
                }
            };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == kind) {
                let headline = format!("this test gives its {} twice", given.name.text);
                self.report(
                    Diagnostic::error(code::BAD_GIVEN, self.place(given.name.span), headline)
                        .here("given again")
                        .label(self.place(*first), "first given here")
                        .help("for several hosts give a list: `given facts in [debian12, ubuntu2404]`"),
                );
                continue;
            }
            seen.push((kind, given.name.span));
            let want = if given.each { ty.clone().list() } else { ty };
            let value = self.pure(&given.value, &Want::Type(want));
            let text = self.file.text(self.db);
            let written = |e: &ast::Expr| {
                let text = text.get(e.span.start as usize..e.span.end as usize).unwrap_or_default();
                SmolStr::from(text.split_whitespace().collect::<Vec<_>>().join(" "))
            };
            let each = given.each.then(|| match &given.value.kind {
                Ast::List(items) => items.iter().map(written).collect(),
                _ => Vec::new(),
            });
            self.givens.push(Given { kind, value, each });
        }
    }

    fn failing(&mut self, fails: &'db ast::ExpectFails, span: Span) -> Failing {
        let code = fails.code.as_ref().and_then(|name| {
            let digits = name.text.strip_prefix("MC").unwrap_or_default();
            let is_code = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
            if !is_code {
                let headline = format!("`{}` is no code of a diagnostic", name.text);
                self.report(
                    Diagnostic::error(code::BAD_CALL, self.place(name.span), headline)
                        .here("a code is `MC` and four digits")
                        .help("for example `expect fails MC0404 { .. }`, or leave it out"),
                );
            }
            is_code.then(|| name.text.clone())
        });
        let text = fails.message.as_ref().map(|e| self.pure(e, &Want::Type(Ty::String)));
        let (body, _) = self.block(&fails.body, Vec::new(), &Want::Any, Role::Value);
        Failing { code, text, body, span }
    }

    /// `Labels { role = .Web }`
    pub(super) fn label_values(&mut self, c: &'db ast::Construct, span: Span) -> ExprId {
        let Some(source) = name::label_source(self.db) else {
            let place = self.place(c.path.as_ref().map_or(span, |path| path.span));
            self.report(
                Diagnostic::error(code::BAD_GIVEN, place, "this package declares no labels")
                    .here("has nothing to give")
                    .help("declare them in `src/main.mc`: `labels { role: Role }`"),
            );
            return self.error(span);
        };
        let id = DeclId { file: source.file, index: source.item };
        let fields = signature::label_types(self.db);
        let values = self.fields(id, None, fields, &mut Bindings::new(id, 0), &c.body, "label");
        self.push(ExprKind::LabelValues(values), Ty::Labels, span)
    }

    /// `plan(web)`, `plan()`
    pub(super) fn plan(&mut self, args: &'db [ast::Arg], callee: Span, span: Span) -> ExprId {
        if !self.in_test {
            self.report(
                Diagnostic::error(code::TEST_ONLY, self.place(callee), "`plan` is for tests only")
                    .here("asks for the plan of a host")
                    .help("ask in a test: `test \"..\" { let p = plan(web) }`"),
            );
            return self.error(span);
        }
        let mut policies = Vec::with_capacity(args.len());
        let mut broken = false;
        for arg in args {
            let policy = if arg.name.is_none() { self.policy(&arg.value) } else { None };
            match policy {
                Some(id) => policies.push(id),
                None => {
                    self.report(
                        Diagnostic::error(
                            code::BAD_CALL,
                            self.place(arg.value.span),
                            "`plan` takes the names of policies of this package",
                        )
                        .here("no policy of this package")
                        .help("`plan(web)` is what the policy `web` gives, `plan()` what all give together"),
                    );
                    broken = true;
                }
            }
        }
        if broken { self.error(span) } else { self.push(ExprKind::Plan(policies), Ty::Plan, span) }
    }

    fn policy(&mut self, written: &'db ast::Expr) -> Option<DeclId> {
        let (module, text, span) = match &written.kind {
            Ast::Name(text) => (None, text.clone(), written.span),
            Ast::Field { base, optional: false, name } => match &base.kind {
                Ast::Name(module) => (Some((module, base.span)), name.text.clone(), name.span),
                _ => return None,
            },
            _ => return None,
        };
        let found = match module {
            None => match name::scope(self.db, self.file).get(&text) {
                Some(Entity::Decl(id, DeclKind::Policy)) => Some(*id),
                _ => None,
            },
            Some((module, at)) => match name::scope(self.db, self.file).get(module) {
                Some(Entity::Module(file)) => {
                    self.refer(at, Target::Module(*file));
                    let declared = name::declarations(self.db, *file).get(&text);
                    declared.filter(|d| d.kind == DeclKind::Policy).map(|d| d.id)
                }
                _ => None,
            },
        };
        let found = found.filter(|id| name::is_root(self.db, id.file))?;
        self.refer(span, Target::Decl(found));
        Some(found)
    }

    /// A question about a plan.
    pub(super) fn plan_method(
        &mut self,
        plan: ExprId,
        name: &'db ast::Name,
        args: &'db [ast::Arg],
        span: Span,
    ) -> ExprId {
        let (method, references, ty) = match name.text.as_str() {
            "count" => return self.plan_count(plan, name, args, span),
            "has" => (PlanMethod::Has, 1, Ty::Bool),
            "content" => (PlanMethod::Content, 1, Ty::String),
            "before" => (PlanMethod::Before, 2, Ty::Bool),
            "refreshes" => (PlanMethod::Refreshes, 2, Ty::Bool),
            "secrets" => (PlanMethod::Secrets, 1, Ty::String.list()),
            "policies" => (PlanMethod::Policies, 0, Ty::String.list()),
            "order" => (PlanMethod::Order, 0, Ty::String.list()),
            "matches" => (PlanMethod::Matches, 0, Ty::Bool),
            other => {
                let place = self.place(name.span);
                let known = PLAN_METHODS.iter().map(|(name, _)| *name);
                let headline = format!("a plan has no method `{other}`");
                let diagnostic =
                    Diagnostic::error(code::UNKNOWN_FIELD, place, headline).here("no such method");
                let diagnostic = match nearest(other, known.clone()) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                        format!("change to `{near}`"),
                        place,
                        near,
                    ),
                    None => {
                        let known: Vec<String> = known.map(str::to_owned).collect();
                        diagnostic.help(format!("it has {}", super::field::list_names(&known)))
                    }
                };
                self.report(diagnostic);
                return self.with_arguments(args, span);
            }
        };
        let count = if method == PlanMethod::Matches { 1 } else { references };
        if args.len() != count || args.iter().any(|arg| arg.name.is_some()) {
            return self.wrong_question(name, args, span);
        }
        let mut values = Vec::with_capacity(count);
        for arg in args {
            let value = match method {
                PlanMethod::Matches => Some(self.pure(&arg.value, &Want::Type(Ty::String))),
                _ => self.planned_reference(&arg.value).map(|(id, _)| id),
            };
            let Some(value) = value else { return self.error(span) };
            values.push(value);
        }
        if let (PlanMethod::Content, Some(reference)) = (method, values.first())
            && let Ty::Ref(decl, _) = self.ty(*reference).clone()
            && let Signature::Resource(resource) = self.signature(decl)
            && !resource.attributes.iter().any(|a| a.name == "content")
        {
            let headline = format!("a `{}` has no content", decl.text(self.db));
            self.report(
                Diagnostic::error(code::UNKNOWN_FIELD, self.place(args[0].value.span), headline)
                    .here("no attribute `content`")
                    .help("other attributes are read of the resource: `p[File[\"/etc/motd\"]]?.mode`"),
            );
            return self.error(span);
        }
        self.push(ExprKind::PlanCall(method, plan, values), ty, span)
    }

    fn plan_count(
        &mut self,
        plan: ExprId,
        name: &'db ast::Name,
        args: &'db [ast::Arg],
        span: Span,
    ) -> ExprId {
        let decl = match args {
            [] => None,
            [ast::Arg { name: None, value }] => match &value.kind {
                Ast::Path(path) => match self.resource_path(path) {
                    Some(decl) => Some(decl),
                    None => return self.error(span),
                },
                _ => return self.wrong_question(name, args, span),
            },
            _ => return self.wrong_question(name, args, span),
        };
        self.push(ExprKind::PlanCount(plan, decl), Ty::Int, span)
    }

    fn wrong_question(&mut self, name: &'db ast::Name, args: &'db [ast::Arg], span: Span) -> ExprId {
        let signature = PLAN_METHODS.iter().find(|(known, _)| *known == name.text).map_or("", |(_, s)| *s);
        let headline = format!("`{}` is asked with other arguments", name.text);
        self.report(
            Diagnostic::error(code::BAD_CALL, self.place(name.span), headline)
                .here(format!("{} given", args.len()))
                .help(format!("it is `{signature}`")),
        );
        self.error(span)
    }

    /// `File["/etc/motd"]` as what is asked for; none after a message.
    fn planned_reference(&mut self, written: &'db ast::Expr) -> Option<(ExprId, DeclId)> {
        let id = self.pure(written, &Want::Any);
        match self.ty(id).plain().clone() {
            Ty::Ref(decl, _) => Some((id, decl)),
            ty if ty.is_bottom() => None,
            other => {
                let shown = self.show(&other);
                self.report(
                    Diagnostic::error(
                        code::TYPE_MISMATCH,
                        self.place(written.span),
                        "a resource is asked for by type and key",
                    )
                    .here(format!("a `{shown}`"))
                    .help("for example `File[\"/etc/motd\"]`"),
                );
                None
            }
        }
    }

    /// `p[File["/etc/motd"]]`
    pub(super) fn planned(&mut self, plan: ExprId, index: &'db ast::Expr, span: Span) -> ExprId {
        match self.planned_reference(index) {
            Some((reference, decl)) => {
                self.push(ExprKind::Planned(plan, reference), Ty::Planned(decl).optional(), span)
            }
            None => self.error(span),
        }
    }

    /// A key or an attribute of a resource of a plan.
    pub(super) fn planned_part(
        &mut self,
        decl: DeclId,
        base: ExprId,
        name: &ast::Name,
        lifted: bool,
    ) -> Option<(ExprKind, Ty)> {
        let Signature::Resource(resource) = self.signature(decl) else { return None };
        self.refer(name.span, Target::Member(decl, name.text.clone()));
        if resource.key.name == name.text {
            return Some((ExprKind::PlannedKey(base, lifted), resource.key.ty.clone()));
        }
        let position = resource.attributes.iter().position(|f| f.name == name.text)?;
        let kind = ExprKind::PlannedAttribute(base, position as u32, lifted);
        Some((kind, resource.attributes[position].ty.clone()))
    }
}
