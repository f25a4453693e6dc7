//! Resources, instances and what `defaults` say of them.

use super::{Checker, Deferred, ScopeDefaults, Want};
use crate::diagnostic::{Diagnostic, code};
use crate::hir::{Clause, Defaults, ExprId, ExprKind, Instance, Resource, Setting};
use crate::name::DeclId;
use crate::signature::{self, Signature, Target};
use crate::ty::{Bindings, Skip, Ty};
use mc_plan::plan::Priority;
use mc_syntax::Span;
use mc_syntax::ast::{self, BodyItem, ClauseKind};

impl<'db> Checker<'db> {
    pub(super) fn may_declare(&mut self, span: Span, what: &str) {
        if !self.declares {
            self.report(
                Diagnostic::error(code::BAD_PLACE, self.place(span), format!("{what} may not be declared here"))
                    .here("inside of a value")
                    .help("declare it as a line of its own in a component or policy, and give it a name with `let` to refer to it"),
            );
        }
    }

    pub(super) fn resource(&mut self, id: DeclId, c: &'db ast::Construct, head: Span, span: Span) -> ExprId {
        self.may_declare(head, "a resource");
        let Signature::Resource(resource) = self.signature(id) else {
            return self.broken(c, span);
        };
        let key_ty = resource.key.ty.clone();
        let key = match &c.title {
            Some(title) => self.pure(title, &Want::Type(key_ty)),
            None => {
                let example = match resource.key.ty {
                    Ty::Text(mc_plan::value::TextKind::AbsPath) => "/etc/motd",
                    _ => "name",
                };
                let name = id.text(self.db);
                self.report(
                    Diagnostic::error(
                        code::BAD_TITLE,
                        self.place(head),
                        format!("which `{name}`? its `{}` is missing", resource.key.name),
                    )
                    .here("the key stands here, before the braces")
                    .help(format!("for example `{name} \"{example}\" {{ .. }}`")),
                );
                self.error(head)
            }
        };
        let when = self.when(&c.body);
        let skip = if self.may_be_skipped(id, &c.body) { Skip::Perhaps } else { Skip::Never };
        let ty = self.reference_type(id, skip);
        let ty = if when.is_some() { ty.optional() } else { ty };
        let head = c.title.as_ref().map_or(head, |title| head.to(title.span));
        let kind = ExprKind::Resource(Box::new(Resource {
            decl: id,
            key,
            when,
            attributes: Vec::new(),
            inherited: Vec::new(),
            clauses: Vec::new(),
            head,
        }));
        let expr = self.push(kind, ty, span);
        self.deferred.push_back(Deferred { expr, construct: c, scope: self.scope.clone() });
        expr
    }

    pub(super) fn instance(&mut self, id: DeclId, c: &'db ast::Construct, head: Span, span: Span) -> ExprId {
        self.may_declare(head, "an instance of a component");
        let name = c.title.as_ref().map(|title| self.pure(title, &Want::Type(Ty::String)));
        let Signature::Component(params, _) = self.signature(id) else {
            return self.broken(c, span);
        };
        let mut bindings = Bindings::new(id, signature::generics(self.db, id).len());
        let args = self.fields(id, None, params, &mut bindings, &c.body, "parameter");
        let when = self.when(&c.body);
        let open = Ty::Instance(id, signature::parameters(self.db, id));
        let ty = self.instantiate(id, &open, bindings, head);
        let ty = if when.is_some() { ty.optional() } else { ty };
        let head = c.title.as_ref().map_or(head, |title| head.to(title.span));
        let kind =
            ExprKind::Instance(Box::new(Instance { decl: id, name, when, args, clauses: Vec::new(), head }));
        let expr = self.push(kind, ty, span);
        self.deferred.push_back(Deferred { expr, construct: c, scope: self.scope.clone() });
        expr
    }

    /// Whether a resource says `skip when`, or `defaults` that count here do.
    fn may_be_skipped(&self, id: DeclId, body: &ast::Body) -> bool {
        let around = std::iter::successors(self.scope.as_ref(), |scope| scope.parent.as_ref());
        skips(body)
            || around.into_iter().any(|scope| scope.defaults.borrow().iter().any(|d| d.decl == id && d.skips))
    }

    pub(super) fn when(&mut self, body: &'db ast::Body) -> Option<ExprId> {
        let clause = body.items.iter().find_map(|item| match item {
            BodyItem::Clause(clause) if clause.kind == ClauseKind::When => Some(clause),
            _ => None,
        })?;
        Some(self.pure(&clause.value, &Want::Type(Ty::Bool)))
    }

    /// The attributes and clauses of a resource, the clauses of an instance.
    pub(super) fn deferred_body(&mut self, deferred: &Deferred<'db>) {
        let body = &deferred.construct.body;
        let index = deferred.expr.0 as usize;
        match &self.body.exprs[index].kind {
            ExprKind::Resource(resource) => {
                let decl = resource.decl;
                self.resource = Some(decl);
                let (inherited, given) = self.inherited(decl);
                let (attributes, clauses) = self.resource_body(decl, body, Some(&given));
                self.resource = None;
                if let ExprKind::Resource(resource) = &mut self.body.exprs[index].kind {
                    resource.attributes = attributes;
                    resource.inherited = inherited;
                    resource.clauses = clauses;
                }
            }
            ExprKind::Instance(_) => {
                let clauses = self.clauses(body, None);
                if let ExprKind::Instance(instance) = &mut self.body.exprs[index].kind {
                    instance.clauses = clauses;
                }
            }
            _ => self.values_only(body),
        }
    }

    /// The attributes and clauses of a resource, or of `defaults`, where nothing is missing.
    fn resource_body(
        &mut self,
        decl: DeclId,
        body: &'db ast::Body,
        inherited: Option<&[u32]>,
    ) -> (Vec<Setting>, Vec<Clause>) {
        let Signature::Resource(resource) = self.signature(decl) else {
            return (Vec::new(), Vec::new());
        };
        let fields = &resource.attributes;
        let mut given: Vec<Option<Span>> = vec![None; fields.len()];
        let mut attributes = Vec::new();
        let mut broken = false;
        for item in &body.items {
            match item {
                BodyItem::Error(_) => broken = true,
                BodyItem::Clause(_) => {}
                BodyItem::Attribute { name, priority, value } => {
                    let Some(position) = fields.iter().position(|f| f.name == name.text) else {
                        self.unknown_attribute(decl, fields, name, "attribute");
                        if let Some(value) = value {
                            self.pure(value, &Want::Any);
                        }
                        continue;
                    };
                    self.refer(name.span, Target::Member(decl, name.text.clone()));
                    let priority = match (priority, inherited) {
                        (Some((_, at)), None) => {
                            self.report(
                                Diagnostic::error(
                                    code::BAD_CLAUSE,
                                    self.place(*at),
                                    "`defaults` have a priority of their own",
                                )
                                .here("one too many")
                                .note("what they say yields to whatever a resource says itself"),
                            );
                            Priority::Inherited
                        }
                        (None, None) => Priority::Inherited,
                        (None, Some(_)) => Priority::Plain,
                        (Some((ast::Priority::Default, _)), Some(_)) => Priority::Default,
                        (Some((ast::Priority::Force, _)), Some(_)) => Priority::Force,
                    };
                    // What is not required may be given as absent: `none` means not set.
                    let ty = if fields[position].optional {
                        fields[position].ty.clone().optional()
                    } else {
                        fields[position].ty.clone()
                    };
                    let accepting = resource.accepting[position].then(|| fields[position].ty.clone());
                    let value = self.accepting(accepting, |c| c.attribute_value(name, value.as_ref(), &ty));
                    if let Some(first) = given[position].replace(name.span) {
                        self.report_twice(name, first);
                    }
                    attributes.push(Setting { attribute: position as u32, value, span: name.span, priority });
                }
            }
        }
        if let (false, Some(inherited)) = (broken, inherited) {
            for position in inherited {
                if let Some(slot) = given.get_mut(*position as usize) {
                    slot.get_or_insert(body.span);
                }
            }
            self.report_missing(decl, fields, &given, body, "attribute");
        }
        attributes.sort_by_key(|setting| setting.attribute);
        attributes.dedup_by_key(|setting| setting.attribute);
        (attributes, self.clauses(body, Some(decl)))
    }

    /// Declares the `defaults` of a block before anything in it is checked.
    pub(super) fn declare_defaults(&mut self, stmts: &'db [ast::Stmt]) {
        for stmt in stmts {
            let ast::StmtKind::Defaults(defaults) = &stmt.kind else { continue };
            let Some(decl) = self.resource_path(&defaults.path) else { continue };
            let Some(scope) = self.scope.clone() else { continue };
            let Signature::Resource(resource) = self.signature(decl) else { continue };
            let named = defaults.body.items.iter().filter_map(|item| match item {
                BodyItem::Attribute { name, .. } => {
                    resource.attributes.iter().position(|f| f.name == name.text).map(|p| p as u32)
                }
                _ => None,
            });
            let attributes: Vec<u32> = named.collect();
            let known =
                scope.defaults.borrow().iter().find(|known| known.decl == decl).map(|known| known.span);
            if let Some(first) = known {
                self.report(
                    Diagnostic::error(
                        code::DUPLICATE_FIELD,
                        self.place(defaults.path.span),
                        format!("this block has two `defaults` for `{}`", decl.text(self.db)),
                    )
                    .here("a second one")
                    .label(self.place(first), "the first one")
                    .help("join them into one"),
                );
            }
            for item in &defaults.body.items {
                if let BodyItem::Clause(clause) = item
                    && clause.kind == ClauseKind::When
                {
                    self.report(
                        Diagnostic::error(
                            code::BAD_CLAUSE,
                            self.place(clause.keyword),
                            "`defaults` do not decide what exists",
                        )
                        .here("belongs to a resource")
                        .help("put the resources into an `if`"),
                    );
                }
            }
            let id = self.body.defaults.len() as u32;
            self.body.defaults.push(Defaults { decl, attributes: Vec::new(), clauses: Vec::new() });
            scope.defaults.borrow_mut().push(ScopeDefaults {
                decl,
                id,
                attributes,
                skips: skips(&defaults.body),
                span: defaults.path.span,
            });
            self.deferred_defaults.push((id, &defaults.body, self.scope.clone()));
        }
    }

    /// The body of `defaults`.
    pub(super) fn defaults_body(&mut self, id: u32, body: &'db ast::Body) {
        let decl = self.body.defaults[id as usize].decl;
        self.resource = Some(decl);
        let (attributes, clauses) = self.resource_body(decl, body, None);
        self.resource = None;
        let defaults = &mut self.body.defaults[id as usize];
        defaults.attributes = attributes;
        defaults.clauses = clauses;
    }

    /// The `defaults` that count for a resource of a type here, the innermost first: how many blocks out each
    /// stands and which it is, and the attributes that they set.
    fn inherited(&self, decl: DeclId) -> (Vec<(u32, u32)>, Vec<u32>) {
        let mut found = Vec::new();
        let mut attributes = Vec::new();
        let mut hops = 0;
        let mut scope = self.scope.as_ref();
        while let Some(current) = scope {
            for defaults in current.defaults.borrow().iter().filter(|defaults| defaults.decl == decl) {
                found.push((hops, defaults.id));
                attributes.extend(&defaults.attributes);
            }
            hops += 1;
            scope = current.parent.as_ref();
        }
        (found, attributes)
    }

    /// The clauses of a resource of this type, or of an instance.
    fn clauses(&mut self, body: &'db ast::Body, resource: Option<DeclId>) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = Vec::new();
        let mut whens = 0;
        for item in &body.items {
            let BodyItem::Clause(clause) = item else { continue };
            let once = !matches!(
                clause.kind,
                ClauseKind::After
                    | ClauseKind::Before
                    | ClauseKind::Notify
                    | ClauseKind::RestartOn
                    | ClauseKind::ReloadOn
            );
            whens += usize::from(clause.kind == ClauseKind::When);
            let again = clauses.iter().any(|c| c.kind == clause.kind)
                || (clause.kind == ClauseKind::When && whens > 1);
            if once && again {
                self.report(
                    Diagnostic::error(
                        code::DUPLICATE_FIELD,
                        self.place(clause.keyword),
                        "this clause is given twice",
                    )
                    .here("given again"),
                );
                continue;
            }
            if clause.kind == ClauseKind::When {
                continue;
            }
            let for_resources =
                !matches!(clause.kind, ClauseKind::After | ClauseKind::Before | ClauseKind::Tags);
            if for_resources && resource.is_none() {
                self.report(
                    Diagnostic::error(
                        code::BAD_CLAUSE,
                        self.place(clause.keyword),
                        "an instance has no such clause",
                    )
                    .here("belongs to a resource")
                    .help("an instance takes `after`, `before`, `when` and `tags`"),
                );
                self.pure(&clause.value, &Want::Any);
                continue;
            }
            let (value, every) = match clause.kind {
                ClauseKind::Timeout => (self.pure(&clause.value, &Want::Type(Ty::Duration)), None),
                ClauseKind::SkipWhen => (self.pure(&clause.value, &Want::Type(Ty::Bool)), None),
                ClauseKind::Approval => (self.pure(&clause.value, &Want::Type(Ty::String)), None),
                ClauseKind::Tags => (self.pure(&clause.value, &Want::Type(Ty::String.list())), None),
                ClauseKind::Retry => {
                    let every = clause.every.as_ref().map(|e| self.pure(e, &Want::Type(Ty::Duration)));
                    (self.pure(&clause.value, &Want::Type(Ty::Int)), every)
                }
                _ => {
                    let before = self.findings.diagnostics.len();
                    let value = self.pure(&clause.value, &Want::Any);
                    for found in self.findings.diagnostics.iter_mut().skip(before) {
                        if found.code == code::UNKNOWN_NAME && found.fix.is_none() {
                            let help = "give the resource a name, `let name = ..`, or refer to it by its type and key: `Package[\"nginx\"]`";
                            found.help = Some(help.to_owned());
                        }
                    }
                    self.check_edge_target(clause, value);
                    self.check_refresh(clause, resource, value);
                    (value, None)
                }
            };
            clauses.push(Clause { kind: clause.kind, value, every, span: clause.span });
        }
        clauses
    }

    /// What never changes has nothing to tell, and nothing to do anew.
    fn check_refresh(&mut self, clause: &ast::Clause, owner: Option<DeclId>, value: ExprId) {
        if !matches!(clause.kind, ClauseKind::Notify | ClauseKind::RestartOn | ClauseKind::ReloadOn) {
            return;
        }
        let inert = |id: &DeclId| match self.signature(*id) {
            Signature::Resource(resource) => resource.inert,
            _ => false,
        };
        let mut target = None;
        self.ty(value).any(&mut |ty| match ty {
            Ty::Ref(id, _) if inert(id) => {
                target = Some(*id);
                true
            }
            _ => false,
        });
        // Of resources of several types no type is known: each is looked at.
        if let ExprKind::List(items) = &self.body.expr(value).kind {
            target = target.or_else(|| {
                items.iter().find_map(|item| match self.ty(*item).some() {
                    Ty::Ref(id, _) if inert(id) => Some(*id),
                    _ => None,
                })
            });
        }
        let (decl, place, here) = match (owner.filter(inert), target) {
            (Some(decl), _) => (decl, clause.keyword, "it does nothing that this could be about"),
            (None, Some(decl)) => (decl, clause.value.span, "never changes"),
            (None, None) => return,
        };
        let name = decl.text(self.db);
        self.report(
            Diagnostic::error(
                code::BAD_CLAUSE,
                self.place(place),
                format!("a `{name}` changes nothing, so no change comes from it or to it"),
            )
            .here(here)
            .help("order takes `after` and `before`; who reads an output of it comes after it by that alone"),
        );
    }

    fn check_edge_target(&mut self, clause: &ast::Clause, value: ExprId) {
        fn fits(ty: &Ty, instances: bool) -> bool {
            match ty {
                Ty::Ref(..) | Ty::AnyRef | Ty::Error | Ty::Never => true,
                Ty::Instance(..) => instances,
                Ty::Optional(inner) | Ty::List(inner) => fits(inner, instances),
                _ => false,
            }
        }
        let ty = self.ty(value).clone();
        // What receives a refresh is one resource; what sends one may be a whole instance.
        let instances = clause.kind != ClauseKind::Notify;
        if fits(&ty, instances) {
            return;
        }
        let shown = self.show(&ty);
        let mut diagnostic = Diagnostic::error(
            code::BAD_CLAUSE,
            self.place(clause.value.span),
            if fits(&ty, true) {
                "an instance as a whole cannot be notified".to_owned()
            } else {
                format!("this clause takes resources, not a `{shown}`")
            },
        )
        .here(format!("a `{shown}`"));
        if matches!(ty, Ty::String | Ty::Text(_)) {
            diagnostic = diagnostic
                .help("refer to a resource by type and key, `Package[\"nginx\"]`, or by a name from `let`");
        }
        self.report(diagnostic);
    }
}

/// Whether a body says `skip when`.
fn skips(body: &ast::Body) -> bool {
    let skip =
        |item: &BodyItem| matches!(item, BodyItem::Clause(clause) if clause.kind == ClauseKind::SkipWhen);
    body.items.iter().any(skip)
}
