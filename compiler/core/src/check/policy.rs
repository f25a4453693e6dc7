//! What a policy says besides its resources: its place among others, and what it removes.

use super::Checker;
use super::Want;
use crate::db::Origin;
use crate::diagnostic::{Diagnostic, code, nearest};
use crate::hir::{Prune, Stmt};
use crate::name::{self, DeclId, DeclKind, Entity};
use crate::signature::Target;
use crate::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast};
use smol_str::SmolStr;

impl<'db> Checker<'db> {
    /// `after base`, `after [base, site.web]`
    pub(super) fn policy_order(&mut self, expr: &'db ast::Expr) -> Stmt {
        let mut found = Vec::new();
        self.policies_named(expr, &mut found);
        Stmt::After(found)
    }

    fn policies_named(&mut self, expr: &'db ast::Expr, found: &mut Vec<(DeclId, Span)>) {
        match &expr.kind {
            Ast::Paren(inner) => self.policies_named(inner, found),
            Ast::List(items) => items.iter().for_each(|item| self.policies_named(item, found)),
            Ast::Error => {}
            Ast::Name(text) => {
                if self.local(text).is_some() {
                    return self.no_policy(expr.span, &format!("`{text}` is a value, not a policy"));
                }
                let entity = name::scope(self.db, self.file).get(text).copied();
                self.policy_entity(entity, text, expr.span, found);
            }
            Ast::Field { base, optional: false, name: member } => {
                let module = match &base.kind {
                    Ast::Name(text) => name::scope(self.db, self.file).get(text).copied(),
                    _ => None,
                };
                let Some(Entity::Module(module)) = module else {
                    return self.no_policy(expr.span, "`after` in a policy takes policies");
                };
                self.refer(base.span, Target::Module(module));
                let declared = name::declarations(self.db, module).get(&member.text);
                let entity = declared.filter(|d| d.public || module == self.file);
                let entity = entity.map(|d| Entity::Decl(d.id, d.kind));
                self.policy_entity(entity, &member.text, member.span, found);
            }
            _ => self.no_policy(expr.span, "`after` in a policy takes policies"),
        }
    }

    pub(super) fn policy_entity(
        &mut self,
        entity: Option<Entity>,
        text: &SmolStr,
        span: Span,
        found: &mut Vec<(DeclId, Span)>,
    ) {
        match entity {
            Some(Entity::Decl(id, DeclKind::Policy)) => {
                self.refer(span, Target::Decl(id));
                if matches!(id.file.origin(self.db), Origin::Dependency(_)) {
                    self.report(
                        Diagnostic::error(
                            code::NO_SUCH_POLICY,
                            self.place(span),
                            format!("the policy `{text}` belongs to a dependency, and no host gets it"),
                        )
                        .here("not a policy of this package")
                        .note("only the policies of the package that is built are in its bundle"),
                    );
                    return;
                }
                found.push((id, span));
            }
            Some(Entity::Decl(id, kind)) => {
                self.refer(span, Target::Decl(id));
                self.no_policy(span, &format!("`{text}` is {}, not a policy", kind.described()));
            }
            Some(Entity::Module(_)) => self.no_policy(span, &format!("`{text}` is a module, not a policy")),
            Some(Entity::Broken) => {}
            None => self.unknown_policy(text, span),
        }
    }

    fn no_policy(&mut self, span: Span, headline: &str) {
        self.report(
            Diagnostic::error(code::NO_SUCH_POLICY, self.place(span), headline)
                .here("not a policy")
                .help("name policies here, `after base` or `after [base, web]`; the order of resources stands in their own braces"),
        );
    }

    fn unknown_policy(&mut self, text: &SmolStr, span: Span) {
        let place = self.place(span);
        let diagnostic =
            Diagnostic::error(code::NO_SUCH_POLICY, place, format!("there is no policy `{text}` here"))
                .here("no such policy");
        let scope = name::scope(self.db, self.file);
        let policies = scope.iter().filter(|(_, e)| matches!(e, Entity::Decl(_, DeclKind::Policy)));
        let near = nearest(text, policies.map(|(name, _)| name.as_str()));
        self.report(match (near, name::exporters(self.db, self.file, text).first()) {
            (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("change to `{near}`"),
                place,
                near,
            ),
            (None, Some(module)) => {
                diagnostic.help(format!("`{module}` exports it: `import {module}.{text}`"))
            }
            (None, None) => diagnostic,
        });
    }

    /// `prune [File, Cron] limit 20`. `seen` holds what this policy removes already.
    pub(super) fn prune(
        &mut self,
        prune: &'db ast::Prune,
        span: Span,
        seen: &mut Vec<(DeclId, Span)>,
    ) -> Stmt {
        let mut types: Vec<DeclId> = Vec::new();
        if prune.types.is_empty() {
            self.report(
                Diagnostic::error(code::BAD_PRUNE, self.place(span), "this `prune` names no types")
                    .here("removes nothing")
                    .help("name the types of what may be removed: `prune [File] limit 20`"),
            );
        }
        for path in &prune.types {
            let Some(decl) = self.resource_path(path) else { continue };
            let name = decl.text(self.db);
            if let Some((_, first)) = seen.iter().find(|(known, _)| *known == decl) {
                self.report(
                    Diagnostic::error(
                        code::BAD_PRUNE,
                        self.place(path.span),
                        format!("this policy prunes `{name}` twice"),
                    )
                    .here("named again")
                    .label(self.place(*first), "first named here")
                    .help("name it once, with one limit"),
                );
                continue;
            }
            seen.push((decl, path.span));
            let Some(schema) = &super::schema::schema(self.db, decl).schema else { continue };
            let why = if schema.key.local {
                Some(format!(
                    "the key of a `{name}` is only a label, so nobody can tell what of it is left on a host"
                ))
            } else if schema.claims.is_empty() {
                Some(format!("a `{name}` owns nothing on a host that could be taken away"))
            } else {
                None
            };
            if let Some(why) = why {
                self.report(
                    Diagnostic::error(
                        code::BAD_PRUNE,
                        self.place(path.span),
                        format!("a `{name}` cannot be removed"),
                    )
                    .here("cannot be pruned")
                    .note(why)
                    .help("leave it out here"),
                );
                continue;
            }
            types.push(decl);
        }
        let limit = prune.limit.as_ref().map(|limit| self.pure(limit, &Want::Type(Ty::Int)));
        Stmt::Prune(Prune { types, limit, span })
    }
}
