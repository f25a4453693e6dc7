//! Rollouts: how a change to policies moves over the fleet.

use super::{Checker, Want};
use crate::diagnostic::{Diagnostic, code};
use crate::hir::{Rollout, Stmt, Wave};
use crate::name;
use crate::ty::Ty;
use mc_plan::plan::Share;
use mc_syntax::Span;
use mc_syntax::ast::{self, RolloutItemKind, ShareAmount};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

impl<'db> Checker<'db> {
    pub(super) fn rollout(&mut self, rollout: &'db ast::Rollout) {
        let root = self.open(Vec::new());
        self.body.root = Some(root);
        let mut result =
            Rollout { policies: Vec::new(), waves: Vec::new(), pause: None, health: None, budget: None };
        let mut once: FxHashMap<&'static str, Span> = FxHashMap::default();
        let mut waves: FxHashMap<SmolStr, Span> = FxHashMap::default();
        for item in &rollout.items {
            match &item.kind {
                RolloutItemKind::Error => {}
                RolloutItemKind::Policy(written) => {
                    let entity = name::scope(self.db, self.file).get(&written.text).copied();
                    let mut found = Vec::new();
                    self.policy_entity(entity, &written.text, written.span, &mut found);
                    for (id, span) in found {
                        if let Some((_, first)) = result.policies.iter().find(|(known, _)| *known == id) {
                            let first = *first;
                            self.twice(span, first, &format!("the policy `{}` is named twice", written.text));
                        } else {
                            result.policies.push((id, span));
                        }
                    }
                }
                RolloutItemKind::Wave(wave) => {
                    if let Some(first) = waves.insert(wave.name.text.clone(), wave.name.span) {
                        self.twice(
                            wave.name.span,
                            first,
                            &format!("two waves are called `{}`", wave.name.text),
                        );
                    }
                    let checked = self.wave(wave);
                    result.waves.push(checked);
                }
                RolloutItemKind::Pause(value) => {
                    self.said_once(&mut once, "pause", item.span);
                    result.pause = Some(self.pure(value, &Want::Type(Ty::Duration)));
                }
                RolloutItemKind::Health(value) => {
                    self.said_once(&mut once, "health", item.span);
                    let id = self.pure(value, &Want::Any);
                    let shown = self.show(self.ty(id));
                    let fits = match self.ty(id) {
                        Ty::List(inner) => {
                            matches!(**inner, Ty::Ref(..) | Ty::AnyRef | Ty::Error | Ty::Never)
                        }
                        ty => matches!(ty, Ty::Ref(..) | Ty::AnyRef | Ty::Error | Ty::Never),
                    };
                    if !fits {
                        self.report(
                            Diagnostic::error(
                                code::BAD_ROLLOUT,
                                self.place(value.span),
                                "`health` takes resources",
                            )
                            .here(format!("a `{shown}`"))
                            .help("name them by type and key: `health Service[\"nginx\"]`"),
                        );
                    }
                    result.health = Some(id);
                }
                RolloutItemKind::Budget(share) => {
                    self.said_once(&mut once, "budget", item.span);
                    result.budget = self.share(share, 0);
                }
            }
        }
        self.waves_grow(&result.waves);
        if result.waves.is_empty() && !rollout.items.iter().any(|i| matches!(i.kind, RolloutItemKind::Error))
        {
            self.report(
                Diagnostic::error(
                    code::BAD_ROLLOUT,
                    self.place(rollout.name.span),
                    format!("the rollout `{}` has no waves", rollout.name.text),
                )
                .here("says nothing of how a change moves")
                .help("name at least one: `wave canary 1`"),
            );
        }
        self.body.blocks[root.0 as usize].stmts.push(Stmt::Rollout(result));
        self.close();
    }

    fn wave(&mut self, wave: &'db ast::Wave) -> Wave {
        let size = wave.size.as_ref().and_then(|share| Some((self.share(share, 1)?, share.span)));
        let pause = wave.pause.as_ref().map(|e| self.pure(e, &Want::Type(Ty::Duration)));
        let condition = wave.condition.as_ref().map(|e| self.pure(e, &Want::Type(Ty::Bool)));
        Wave { name: wave.name.text.clone(), span: wave.name.span, size, pause, condition }
    }

    /// A number of hosts that makes sense: at least `least` of them, and never more than all.
    fn share(&mut self, share: &ast::Share, least: i64) -> Option<Share> {
        let (fits, found) = match share.amount {
            ShareAmount::Hosts(count) => (count >= least, u32::try_from(count).ok().map(Share::Count)),
            ShareAmount::Percent(part) => {
                let hundredths = part.value() * 100.0;
                let whole = hundredths.round();
                // A hundredth of a percent is the finest that a plan tells apart.
                let exact = (hundredths - whole).abs() < 1e-6 && (0.0..=10_000.0).contains(&whole);
                let fits = exact && (least == 0 || whole >= 1.0);
                (fits, exact.then_some(Share::Percent(whole as u32)))
            }
        };
        if let (true, Some(found)) = (fits, found) {
            return Some(found);
        }
        let headline = match share.amount {
            ShareAmount::Percent(part) if part.value() > 0.0 => "finer than a hundredth of a percent",
            ShareAmount::Hosts(count) if count > 0 => "more hosts than there can be",
            _ => "a wave without a host",
        };
        self.report(
            Diagnostic::error(code::BAD_ROLLOUT, self.place(share.span), headline)
                .here("must be 1 host or more, or more than 0% and at most 100%"),
        );
        None
    }

    /// A wave takes in the hosts of the waves before it, so it is no smaller.
    fn waves_grow(&mut self, waves: &[Wave]) {
        let mut count: Option<(u32, Span)> = None;
        let mut percent: Option<(u32, Span)> = None;
        let mut rest: Option<Span> = None;
        for wave in waves {
            if let Some(rest) = rest {
                self.report(
                    Diagnostic::error(
                        code::BAD_ROLLOUT,
                        self.place(wave.span),
                        format!("no host is left for the wave `{}`", wave.name),
                    )
                    .here("comes too late")
                    .label(self.place(rest), "takes all that are left")
                    .help("put the wave of the rest last"),
                );
                return;
            }
            let Some((size, span)) = wave.size else {
                rest = wave.condition.is_none().then_some(wave.span);
                continue;
            };
            let (slot, size) = match size {
                Share::Count(n) => (&mut count, n),
                Share::Percent(n) => (&mut percent, n),
            };
            match *slot {
                Some((before, at)) if before >= size => {
                    self.report(
                        Diagnostic::error(
                            code::BAD_ROLLOUT,
                            self.place(span),
                            format!("the wave `{}` reaches no more hosts than one before it", wave.name),
                        )
                        .here("not larger")
                        .label(self.place(at), "already so many")
                        .note("a size counts the hosts of all waves so far"),
                    );
                }
                _ => *slot = Some((size, span)),
            }
        }
    }

    fn said_once(&mut self, once: &mut FxHashMap<&'static str, Span>, what: &'static str, span: Span) {
        if let Some(first) = once.get(what) {
            let first = *first;
            self.twice(span, first, &format!("a rollout has one `{what}`"));
        } else {
            once.insert(what, span);
        }
    }

    fn twice(&mut self, span: Span, first: Span, headline: &str) {
        self.report(
            Diagnostic::error(code::BAD_ROLLOUT, self.place(span), headline)
                .here("a second time")
                .label(self.place(first), "the first time"),
        );
    }
}
