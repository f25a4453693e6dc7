//! Guards: what no plan may contain, and what needs somebody's consent.

use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code, nearest};
use crate::hir::{ExprId, ExprKind, GuardRule, Stmt};
use crate::name::DeclId;
use crate::signature::{Signature, Target};
use crate::ty::{Skip, Ty};
use mc_plan::expr::{ChangeFact, UnaryOp};
use mc_syntax::Span;
use mc_syntax::ast::{self, GuardItemKind};
use smol_str::SmolStr;

/// What a guard's rule is about, while its expressions are checked.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// The resource type.
    decl: DeclId,
    /// What a resource of it is called, and where that is said.
    name: Option<(SmolStr, Span)>,
    /// Whether the type itself says it, of `self`.
    own: bool,
}

impl Subject {
    /// Who judges, in words.
    fn judge(&self) -> &'static str {
        if self.own { "a `check` of a resource type" } else { "a guard" }
    }
}

impl<'db> Checker<'db> {
    /// `guard g { .. }`: a rule for each `deny` and each `on`, with the guard's one message and role.
    pub(super) fn guard(&mut self, guard: &'db ast::Guard) {
        let root = self.open(Vec::new());
        self.body.root = Some(root);
        let mut message: Option<(&'db ast::Expr, Span)> = None;
        let mut role: Option<(&'db ast::Expr, Span)> = None;
        let mut rules: Vec<(&'db ast::Subject, bool, Span)> = Vec::new();
        let mut broken = false;
        for item in &guard.items {
            let (slot, value, what) = match &item.kind {
                GuardItemKind::Error => {
                    broken = true;
                    continue;
                }
                GuardItemKind::Deny(subject) => {
                    rules.push((subject, true, item.span));
                    continue;
                }
                GuardItemKind::On(subject) => {
                    rules.push((subject, false, item.span));
                    continue;
                }
                GuardItemKind::Message(value) => (&mut message, value, "message"),
                GuardItemKind::RequireApproval(value) => (&mut role, value, "require approval"),
            };
            match slot {
                Some((_, first)) => {
                    let first = self.place(*first);
                    self.report(
                        Diagnostic::error(
                            code::BAD_GUARD,
                            self.place(item.span),
                            format!("a guard has one `{what}`"),
                        )
                        .here("a second one")
                        .label(first, "the first one")
                        .help("make two guards of it"),
                    );
                }
                None => *slot = Some((value, item.span)),
            }
        }
        if !broken {
            self.guard_is_whole(guard, &rules, role.map(|(_, span)| span));
        }
        let role = role.map(|(value, _)| self.pure(value, &Want::Type(Ty::String)));
        for (subject, deny, span) in rules {
            let approval = if deny { None } else { role };
            if let Some(rule) = self.rule(subject, approval, message.map(|(value, _)| value), span) {
                self.body.blocks[root.0 as usize].stmts.push(Stmt::Guard(rule));
            }
        }
        self.close();
    }

    /// The `check`s of a resource type: each holds for all of its resources.
    pub(super) fn resource_checks(&mut self, decl: DeclId, resource: &'db ast::Resource) {
        let checks = resource.items.iter().filter_map(|part| match part {
            ast::ResourceItem::Check(check) => Some(check),
            _ => None,
        });
        let mut rules = Vec::new();
        let root = self.open(Vec::new());
        self.body.root = Some(root);
        for check in checks {
            let block = self.open(Vec::new());
            self.subject = Some(Subject { decl, name: None, own: true });
            let condition = self.pure(&check.condition, &Want::Type(Ty::Bool));
            let message = self.pure(&check.message, &Want::Type(Ty::String));
            self.subject = None;
            self.close();
            // A guard says what may not be.
            let kind = ExprKind::Unary(UnaryOp::Not, condition);
            let predicate = Some(self.push(kind, Ty::Bool, check.condition.span));
            let (message, span) = (Some(message), check.span);
            rules.push(GuardRule { decl, block, predicate, message, approval: None, span });
        }
        self.close();
        self.body.blocks[root.0 as usize].stmts.extend(rules.into_iter().map(Stmt::Guard));
    }

    /// Whether the lines of a guard say something together.
    fn guard_is_whole(
        &mut self,
        guard: &'db ast::Guard,
        rules: &[(&'db ast::Subject, bool, Span)],
        role: Option<Span>,
    ) {
        let bad = |span: Span, headline: &str| (span, headline.to_owned());
        let (span, headline, here, help) = match (rules, role) {
            ([], Some(role)) => {
                let (span, headline) = bad(role, "nothing here says what the approval is for");
                (span, headline, "for which resources?", "add a line: `on Service s when ..`")
            }
            ([], None) => {
                let (span, headline) = bad(guard.name.span, "this guard has no rule");
                (span, headline, "guards against nothing", "add one: `deny File f when ..`")
            }
            (rules, None) => {
                let Some((_, _, on)) = rules.iter().find(|(_, deny, _)| !deny) else { return };
                let (span, headline) = bad(*on, "nothing here says what happens on these resources");
                (
                    span,
                    headline,
                    "and then?",
                    "add `require approval from \"role\"`, or write `deny` for `on`",
                )
            }
            (rules, Some(role)) => {
                if rules.iter().any(|(_, deny, _)| !deny) {
                    return;
                }
                let (span, headline) = bad(role, "what is denied needs no approval");
                (span, headline, "never asked for", "say which resources need it: `on Service s when ..`")
            }
        };
        self.report(Diagnostic::error(code::BAD_GUARD, self.place(span), headline).here(here).help(help));
    }

    fn rule(
        &mut self,
        subject: &'db ast::Subject,
        approval: Option<ExprId>,
        message: Option<&'db ast::Expr>,
        span: Span,
    ) -> Option<GuardRule> {
        let decl = self.resource_path(&subject.path)?;
        let block = self.open(Vec::new());
        if let Some(name) = &subject.name {
            if name.text == "change" {
                self.report(
                    Diagnostic::error(
                        code::SHADOWED_NAME,
                        self.place(name.span),
                        "`change` is what the step would do, in every guard",
                    )
                    .here("hides it")
                    .help("give the resource another name"),
                );
            }
            self.declare(name.text.clone(), Ty::Ref(decl, Skip::Never), name.span);
        }
        self.subject = Some(Subject {
            decl,
            name: subject.name.as_ref().map(|name| (name.text.clone(), name.span)),
            own: false,
        });
        let predicate = subject.condition.as_ref().map(|e| self.pure(e, &Want::Type(Ty::Bool)));
        let message = message.map(|e| self.pure(e, &Want::Type(Ty::String)));
        self.subject = None;
        self.close();
        Some(GuardRule { decl, block, predicate, message, approval, span })
    }

    /// Whether a name means the resource that a guard's rule is about.
    pub(super) fn is_subject(&self, name: &str) -> bool {
        self.subject.as_ref().is_some_and(|subject| subject.name.as_ref().is_some_and(|(own, _)| own == name))
    }

    /// Whether a name means what the step would do.
    pub(super) fn is_change(&self, name: &str) -> bool {
        let judged = self.subject.as_ref().is_some_and(|subject| !subject.own);
        judged && name == "change" && self.local(name).is_none()
    }

    /// Whether `self` is the resource that the type's own `check` is about.
    pub(super) fn judges_self(&self) -> bool {
        self.subject.as_ref().is_some_and(|subject| subject.own)
    }

    /// `f.mode`: the key or an attribute of the resource that is judged.
    pub(super) fn subject_part(&mut self, base: Span, name: &ast::Name, span: Span) -> ExprId {
        let Some(subject) = self.subject.clone() else { return self.error(span) };
        let decl = subject.decl;
        let Signature::Resource(resource) = self.signature(decl) else {
            return self.error(span);
        };
        self.refer(
            base,
            match subject.name {
                Some((_, declared)) => Target::Local(self.file, declared),
                None => Target::SelfValue(decl),
            },
        );
        if let Some(part) = self.key_or_attribute(decl, resource, name, span) {
            if !self.holds_secret(&self.ty(part).clone()) {
                return part;
            }
            let headline =
                format!("`{}` may be a secret, and {} reads no secrets", name.text, subject.judge());
            self.unread(name.span, &headline);
            return self.error(span);
        }
        if resource.outputs.iter().any(|f| f.name == name.text) {
            let headline = format!(
                "`{}` is known only when the step is done, and {} judges before",
                name.text,
                subject.judge()
            );
            self.unread(name.span, &headline);
            return self.error(span);
        }
        let place = self.place(name.span);
        let headline = format!("`{}` has no attribute `{}`", decl.text(self.db), name.text);
        let diagnostic = Diagnostic::error(code::UNKNOWN_FIELD, place, headline).here("no such attribute");
        let known = resource.attributes.iter().map(|f| f.name.as_str()).chain([resource.key.name.as_str()]);
        self.report(match nearest(&name.text, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("change to `{near}`"),
                place,
                near,
            ),
            None => diagnostic,
        });
        self.error(span)
    }

    fn unread(&mut self, span: Span, headline: &str) {
        let own = self.judges_self();
        self.report(
            Diagnostic::error(code::GUARD_READS, self.place(span), headline)
                .here(if own { "no `check` reads this" } else { "no guard reads this" })
                .help(if own {
                    "it reads the key and the attributes of `self`, facts and labels"
                } else {
                    "a guard reads the key and the attributes of the resource, facts, labels and `change`"
                }),
        );
    }

    /// The resource itself where a value is needed.
    pub(super) fn subject_as_value(&mut self, name: &str, span: Span) -> ExprId {
        if let Some((_, declared)) = self.subject.as_ref().and_then(|subject| subject.name.clone()) {
            self.refer(span, Target::Local(self.file, declared));
        }
        self.report(
            Diagnostic::error(
                code::GUARD_READS,
                self.place(span),
                format!("`{name}` is no value of its own"),
            )
            .here("the resource that is judged")
            .help(format!("name what you need of it: `{name}.path`")),
        );
        self.error(span)
    }

    /// `change.restarts`
    pub(super) fn change_part(&mut self, name: &ast::Name, span: Span) -> ExprId {
        if let Some(fact) = ChangeFact::ALL.into_iter().find(|fact| fact.name() == name.text) {
            return self.push(ExprKind::Change(fact), Ty::Bool, span);
        }
        let place = self.place(name.span);
        let headline = format!("nobody can tell of a change whether it `{}`", name.text);
        let diagnostic =
            Diagnostic::error(code::UNKNOWN_FIELD, place, headline).here("not known of a change");
        let names = ChangeFact::ALL.map(ChangeFact::name);
        self.report(match nearest(&name.text, names) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("change to `{near}`"),
                place,
                near,
            ),
            None => diagnostic.help("a guard may ask `creates`, `removes`, `restarts` and `reloads`"),
        });
        self.error(span)
    }

    /// `change` where a value is needed.
    pub(super) fn change_as_value(&mut self, span: Span) -> ExprId {
        self.report(
            Diagnostic::error(code::GUARD_READS, self.place(span), "`change` is no value of its own")
                .here("what the step would do")
                .help("ask something of it: `change.restarts`"),
        );
        self.error(span)
    }
}
