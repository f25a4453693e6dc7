//! The tables of a plan: policies, guards, rollouts, labels, facts, resource types, effects, secrets, overrides, named instances,
//! refusals.

use super::{Change, Entry, Pair};
use crate::notation::{Notation, Place, Typed, short, type_name};
use mc_plan::expr::Operand;
use mc_plan::op::render_duration;
use mc_plan::plan::{GuardAction, Plan, Priority, Probe, Rollout, Setting};
use mc_plan::schema::{OutputKind, Schema};
use std::collections::BTreeMap;

/// The parts of something, by name: what is compared and shown.
type Parts = BTreeMap<String, String>;

/// Things of one table by name, each with its parts and its place.
type Table = BTreeMap<String, (Parts, Option<String>)>;

/// Makes the table of one kind of thing.
type Maker = fn(&Plan, &Notation<'_>) -> Table;

/// The part of a type that says that there is a difference, and not which.
const HASH: &str = "schema hash";

pub(super) fn entries(pair: &Pair<'_>) -> Vec<Entry> {
    let sides = [(pair.old.plan, &pair.old_notation), (pair.new.plan, &pair.new_notation)];
    let tables: [(&'static str, Maker); 12] = [
        ("policy", policies),
        ("guard", guards),
        ("rollout", rollouts),
        ("removal", removals),
        ("label", labels),
        ("fact", facts),
        ("type", schemas),
        ("effect", effects),
        ("secret", secrets),
        ("override", overrides),
        ("instance", instances),
        ("refusal", refusals),
    ];
    let mut entries = Vec::new();
    for (name, table) in tables {
        let [old, new] = sides.map(|(plan, notation)| table(plan, notation));
        compare(name, &old, &new, &mut entries);
    }
    entries
}

fn compare(table: &'static str, old: &Table, new: &Table, entries: &mut Vec<Entry>) {
    let whole = |name: &str, change, parts: &Parts, at: &Option<String>| {
        // Parts of more than one word are details of the thing, and say too much here.
        let main: Vec<_> = parts.iter().filter(|(part, _)| !part.contains(' ')).collect();
        let text: Vec<String> = match main.as_slice() {
            [(_, text)] => vec![(*text).clone()],
            all => all.iter().map(|(part, text)| format!("{part} {text}")).collect(),
        };
        let text = (!text.is_empty()).then(|| text.join(", "));
        let (was, is) = if change == Change::Added { (None, text) } else { (text, None) };
        Entry { table, change, name: name.to_owned(), part: String::new(), old: was, new: is, at: at.clone() }
    };
    for (name, (parts, at)) in new {
        let Some((before, _)) = old.get(name) else {
            entries.push(whole(name, Change::Added, parts, at));
            continue;
        };
        let mut all: Vec<&String> = before.keys().chain(parts.keys()).collect();
        all.sort_unstable();
        all.dedup();
        all.retain(|part| before.get(*part) != parts.get(*part));
        // It follows from the others.
        let hash = all.len() == 1;
        for part in all {
            let (was, is) = (before.get(part), parts.get(part));
            if hash || part != HASH {
                entries.push(Entry {
                    table,
                    change: Change::Changed,
                    name: name.clone(),
                    part: part.clone(),
                    old: was.cloned(),
                    new: is.cloned(),
                    at: at.clone(),
                });
            }
        }
    }
    for (name, (parts, at)) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
        entries.push(whole(name, Change::Removed, parts, at));
    }
}

fn parts<const N: usize>(of: [(&str, String); N]) -> Parts {
    of.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

fn policies(plan: &Plan, notation: &Notation<'_>) -> Table {
    let order = crate::graph::policy_order(plan);
    let entry = |policy: &mc_plan::plan::Policy| {
        let select = notation.condition(&policy.select, Place::default());
        let select = select.unwrap_or_else(|| "every host".to_owned());
        let mut parts = parts([("select", select)]);
        let after: Vec<&str> = order
            .iter()
            .filter(|(later, _)| *later == policy.name)
            .map(|(_, first)| first.as_str())
            .collect();
        if !after.is_empty() {
            parts.insert("after".to_owned(), after.join(", "));
        }
        (policy.name.clone(), (parts, Some(notation.at(policy.span))))
    };
    plan.policies.iter().map(entry).collect()
}

fn guards(plan: &Plan, notation: &Notation<'_>) -> Table {
    let mut table = Table::new();
    for guard in &plan.guards {
        let schema = plan.schemas.get(guard.schema as usize);
        let place = Place { schema, expected: None };
        let action = match &guard.action {
            GuardAction::Deny => "deny".to_owned(),
            GuardAction::Approval(role) => format!("require approval from {role} on"),
        };
        let ty = schema.map_or("?", |schema| short(&schema.name));
        let when = notation.operand(&Operand::Expr(guard.predicate), place);
        let message = guard.message.as_ref().map(|message| notation.operand(message, place));
        let rule = format!("{action} {ty} when {when}");
        // A guard may have several rules.
        let (parts, _) =
            table.entry(guard.name.clone()).or_insert((Parts::new(), Some(notation.at(guard.span))));
        let number = parts.keys().filter(|part| part.starts_with("rule")).count() + 1;
        parts.insert(format!("rule{number}"), rule);
        parts.extend(message.map(|message| (format!("message {number}"), message)));
    }
    table
}

fn rollouts(plan: &Plan, notation: &Notation<'_>) -> Table {
    let entry = |rollout: &Rollout| {
        let policies: Vec<&str> = rollout
            .policies
            .iter()
            .filter_map(|policy| plan.policies.get(*policy as usize))
            .map(|policy| policy.name.as_str())
            .collect();
        let waves: Vec<String> = rollout
            .waves
            .iter()
            .map(|wave| {
                let select = wave.select.as_ref().map(|s| notation.operand(s, Place::default()));
                let select = select.map(|select| format!(" when {select}")).unwrap_or_default();
                let pause = wave.pause.map(|pause| format!(" pause {}", render_duration(pause)));
                let size = wave.size.map(|size| format!(" {size}")).unwrap_or_default();
                format!("{}{size}{}{select}", wave.name, pause.unwrap_or_default())
            })
            .collect();
        let policies = if policies.is_empty() { "all".to_owned() } else { policies.join(", ") };
        let mut parts = parts([("policies", policies), ("waves", waves.join(", "))]);
        if !rollout.health.is_empty() {
            parts.insert("health".to_owned(), rollout.health.join(", "));
        }
        parts.extend(rollout.budget.map(|budget| ("budget".to_owned(), budget.to_string())));
        (rollout.name.clone(), (parts, Some(notation.at(rollout.span))))
    };
    plan.rollouts.iter().map(entry).collect()
}

fn removals(plan: &Plan, notation: &Notation<'_>) -> Table {
    let mut table = Table::new();
    for prune in &plan.prune {
        let policy = plan.policies.get(prune.policy as usize).map_or("?", |policy| &policy.name);
        for schema in &prune.schemas {
            let ty = plan.schemas.get(*schema as usize).map_or("?", |schema| short(&schema.name));
            let limit = prune.limit.as_ref().map(|limit| notation.operand(limit, Place::default()));
            let parts = limit.map(|limit| ("limit".to_owned(), limit)).into_iter().collect();
            table.insert(format!("{ty} in {policy}"), (parts, Some(notation.at(prune.span))));
        }
    }
    table
}

fn labels(plan: &Plan, notation: &Notation<'_>) -> Table {
    let entry = |label: &mc_plan::plan::Label| {
        let typed = Typed::new(&label.ty, &plan.types);
        let mut parts = parts([("type", described(typed))]);
        if let Some(default) = &label.default {
            parts.insert("default".to_owned(), notation.constant(default, typed));
        }
        (label.name.clone(), (parts, None))
    };
    plan.labels.iter().map(entry).collect()
}

/// A type with the variants of an enum: a label's values are part of what it is.
fn described(typed: Typed<'_>) -> String {
    match typed.variants() {
        Some(variants) => format!("{} {{ {} }}", type_name(typed), variants.join(", ")),
        None => type_name(typed),
    }
}

fn facts(plan: &Plan, notation: &Notation<'_>) -> Table {
    let entry = |fact: &mc_plan::plan::Fact| {
        let mut parts = parts([("type", type_name(Typed::new(&fact.ty, &plan.types)))]);
        // What runs or is read on hosts is for a reviewer to see.
        let at = fact.declared.as_ref().map(|declared| {
            parts.insert("from".to_owned(), declared.probe.to_string());
            parts.insert("as".to_owned(), declared.format.name().to_owned());
            if let Probe::Command { timeout, .. } = &declared.probe {
                parts.insert("timeout".to_owned(), render_duration(*timeout));
            }
            notation.at(declared.span)
        });
        (fact.shown(), (parts, at))
    };
    plan.facts.iter().map(entry).collect()
}

fn effects(plan: &Plan, _: &Notation<'_>) -> Table {
    plan.capabilities().into_iter().map(|name| (name, (Parts::new(), None))).collect()
}

fn secrets(plan: &Plan, _: &Notation<'_>) -> Table {
    plan.secrets.iter().map(|secret| (secret.name.clone(), (Parts::new(), None))).collect()
}

/// The instances that the host names.
fn instances(plan: &Plan, notation: &Notation<'_>) -> Table {
    let entry = |instance: &mc_plan::plan::HostInstance| {
        let name = notation.operand(&Operand::Expr(instance.name), Place::default());
        let parts = Parts::from([("name".to_owned(), name)]);
        (instance.path.clone(), (parts, Some(notation.at(instance.span))))
    };
    plan.instances.iter().map(entry).collect()
}

fn refusals(plan: &Plan, notation: &Notation<'_>) -> Table {
    let entry = |refusal: &mc_plan::plan::PlanRefusal| {
        let policy = plan.policies.get(refusal.policy as usize).map_or("?", |policy| &policy.name);
        let message = notation.operand(&refusal.message, Place::default());
        let when = notation.condition(&refusal.condition, Place::default());
        let each: String =
            notation.repeats(refusal.repeat).iter().map(|each| format!(" for {each}")).collect();
        let when = when.map(|when| format!(" when {when}")).unwrap_or_default();
        (format!("{policy}: {message}{when}{each}"), (Parts::new(), Some(notation.at(refusal.span))))
    };
    plan.refusals.iter().map(entry).collect()
}

/// Values of other packages that a `force` wins over.
fn overrides(plan: &Plan, notation: &Notation<'_>) -> Table {
    let package = |setting: &Setting| {
        let path = plan.files.get(setting.span.file as usize).map_or("", String::as_str);
        path.split("src/").next().unwrap_or_default()
    };
    let mut table = Table::new();
    for (at, step) in (0u32..).zip(&plan.steps) {
        let settings = || step.declarations.iter().flat_map(|declaration| &declaration.attributes);
        for forced in settings().filter(|setting| setting.priority == Priority::Force) {
            let weaker = |other: &&Setting| {
                other.attribute == forced.attribute
                    && other.priority < Priority::Force
                    && package(other) != package(forced)
            };
            let secrets = notation.secret_attributes(step);
            let over: Vec<String> = settings()
                .filter(weaker)
                .map(|other| {
                    format!("{} of {}", notation.setting(step, other, &secrets), notation.at(other.span))
                })
                .collect();
            if !over.is_empty() {
                let name = format!("{}.{}", notation.vertex(at), notation.attribute(step, forced.attribute));
                let text = format!("{} over {}", notation.setting(step, forced, &secrets), over.join(", "));
                table.insert(name, (parts([("value", text)]), Some(notation.at(forced.span))));
            }
        }
    }
    table
}

fn schemas(plan: &Plan, notation: &Notation<'_>) -> Table {
    let entry = |schema: &Schema| (schema.name.clone(), (schema_parts(schema, notation), None));
    plan.schemas.iter().map(entry).collect()
}

fn schema_parts(schema: &Schema, notation: &Notation<'_>) -> Parts {
    let typed = |ty| Typed::new(ty, &schema.types);
    let mut parts = parts([("provider", format!("{} {}", schema.provider, schema.protocol))]);
    let local = if schema.key.local { "local " } else { "" };
    parts.insert(format!("key {}", schema.key.name), format!("{local}{}", type_name(typed(&schema.key.ty))));
    for attribute in &schema.attributes {
        let mut text = type_name(typed(&attribute.ty));
        if let Some(default) = &attribute.default {
            text.push_str(&format!(" = {}", notation.constant(default, typed(&attribute.ty))));
        }
        if attribute.accepts_secret {
            text.push_str(" accepts secret");
        }
        if attribute.union {
            text.insert_str(0, "union ");
        }
        parts.insert(format!("attribute {}", attribute.name), text);
    }
    for output in &schema.outputs {
        let before = match output.kind {
            OutputKind::Produced => "",
            OutputKind::Early => "early ",
            OutputKind::Read => "read ",
        };
        parts.insert(format!("out {}", output.name), format!("{before}{}", type_name(typed(&output.ty))));
    }
    let rules: Vec<&str> = schema.autoedges.iter().map(|rule| rule.text.as_str()).collect();
    if !rules.is_empty() {
        parts.insert("after rules".to_owned(), rules.join(", "));
    }
    let mut effects: Vec<&str> = schema.effects.iter().map(|effect| effect.name.as_str()).collect();
    effects.dedup();
    if !effects.is_empty() {
        parts.insert("effects of".to_owned(), effects.join(", "));
    }
    // Whatever else makes two schemas different ones, as the agent sees it.
    parts.insert(HASH.to_owned(), mc_plan::digest::hex(&schema.hash()).chars().take(16).collect());
    parts
}
