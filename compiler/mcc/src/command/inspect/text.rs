//! The view of a bundle as text for people.

use super::View;
use super::view::{EdgeView, PlanView, RolloutView, StepView};
use std::fmt::Write;

/// Everything, in the order of the bundle.
pub(super) fn text(view: &View) -> String {
    let mut out = String::new();
    // invariant: writing to a string does not fail
    let _ = head(&mut out, view);
    let _ = plan(&mut out, &view.plan);
    out
}

/// The plan alone.
#[cfg(test)]
pub(super) fn plan_text(view: &PlanView) -> String {
    let mut out = String::new();
    // invariant: writing to a string does not fail
    let _ = plan(&mut out, view);
    out
}

fn head(out: &mut String, view: &View) -> std::fmt::Result {
    let build = &view.bundle.build;
    let release = &view.bundle.release;
    writeln!(out, "bundle {}", view.bundle.id)?;
    writeln!(out, "  package      {} {} (sources {})", build.package, build.version, build.source)?;
    writeln!(out, "  compiler     mcc {} (sources {})", build.compiler, build.compiler_source)?;
    writeln!(
        out,
        "  stream       {}, epoch {}, sequence {}",
        release.stream, release.epoch, release.sequence
    )?;
    writeln!(out, "  issued       {}", release.issued)?;
    if let Some(from) = &release.not_before {
        writeln!(out, "  valid from   {from}")?;
    }
    writeln!(out, "  expires      {}", release.expires)?;
    let audience = release.audience.as_ref().map(|hosts| hosts.join(", "));
    writeln!(out, "  for          {}", audience.as_deref().unwrap_or("whoever the policies select"))?;
    writeln!(out, "  use          {} ({})", release.modes.join(", "), release.actions)?;
    writeln!(out, "  runtime      {} or newer{}", build.minimum_runtime, with(" with ", &build.features))?;
    for (at, provider) in build.providers.iter().enumerate() {
        let title = if at == 0 { "providers" } else { "" };
        writeln!(out, "  {title:<12} {} {} for {}", provider.provider, provider.protocol, provider.schema)?;
    }
    if !build.capabilities.is_empty() {
        writeln!(out, "  effects      {}", build.capabilities.join(", "))?;
    }
    let bytes: u64 = build.blobs.iter().map(|blob| blob.size).sum();
    writeln!(out, "  contents     {} ({bytes} bytes)", build.blobs.len())?;
    for key in &view.bundle.keys {
        writeln!(out, "  signed by    {key} (not checked here; `mcc verify` does)")?;
    }
    Ok(())
}

fn with(word: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("{word}{}", names.join(", ")) }
}

fn plan(out: &mut String, plan: &PlanView) -> std::fmt::Result {
    if !plan.labels.is_empty() {
        writeln!(out, "\nlabels")?;
        for label in &plan.labels {
            let default = label.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
            writeln!(out, "  {}: {}{default}", label.name, label.ty)?;
        }
    }
    if !plan.facts.is_empty() {
        writeln!(out, "\nfacts")?;
        for fact in &plan.facts {
            let Some(declared) = &fact.declared else {
                writeln!(out, "  facts.{}: {}", fact.path, fact.ty)?;
                continue;
            };
            let from = match (&declared.command, &declared.file) {
                (Some(argv), _) => format!("command {argv:?}"),
                (None, file) => format!("file {:?}", file.as_deref().unwrap_or_default()),
            };
            let timeout =
                declared.timeout.as_ref().map(|time| format!(" timeout {time}")).unwrap_or_default();
            let (path, ty, format) = (&fact.path, &fact.ty, declared.format);
            writeln!(out, "  {path}: {ty} from {from} as {format}{timeout}  ({})", declared.at)?;
        }
    }
    for policy in &plan.policies {
        writeln!(out, "\npolicy {}  ({})", policy.name, policy.at)?;
        writeln!(out, "  select {}", policy.select.as_deref().unwrap_or("every host"))?;
        if !policy.after.is_empty() {
            writeln!(out, "  after {}", policy.after.join(", "))?;
        }
        for refusal in plan.refusals.iter().filter(|refusal| refusal.policy == policy.name) {
            let word = if refusal.kind == "fail" { "when" } else { "fails when" };
            let when = refusal.when.as_ref().map(|when| format!(" {word} {when}")).unwrap_or_default();
            let repeats: String = refusal.repeats.iter().map(|repeat| format!(" for {repeat}")).collect();
            writeln!(out, "  {} {}{when}{repeats}  ({})", refusal.kind, refusal.message, refusal.at)?;
        }
        for prune in plan.prune.iter().filter(|prune| prune.policy == policy.name) {
            let limit = prune.limit.as_ref().map(|limit| format!(" limit {limit}")).unwrap_or_default();
            writeln!(out, "  prune {}{limit}  ({})", prune.types.join(", "), prune.at)?;
        }
    }
    for guard in &plan.guards {
        let word = if guard.check { "check of" } else { "guard" };
        writeln!(out, "\n{word} {}  ({})", guard.name, guard.at)?;
        match &guard.approval {
            None => writeln!(out, "  deny {} when {}", guard.ty, guard.when)?,
            Some(role) => {
                writeln!(out, "  require approval from {role} on {} when {}", guard.ty, guard.when)?;
            }
        }
        if let Some(message) = &guard.message {
            writeln!(out, "  message {message}")?;
        }
    }
    for rollout in &plan.rollouts {
        self::rollout(out, rollout)?;
    }
    if !plan.secrets.is_empty() {
        writeln!(out, "\nsecrets")?;
        for secret in &plan.secrets {
            writeln!(out, "  {secret}")?;
        }
    }
    if !plan.instances.is_empty() {
        writeln!(out, "\ninstances that the host names")?;
        for instance in &plan.instances {
            let each: String = instance.repeats.iter().map(|each| format!(" for {each}")).collect();
            writeln!(out, "  {} {}{each}  ({})", instance.path, instance.name, instance.at)?;
        }
    }
    writeln!(out, "\nsteps: {}", plan.steps.len())?;
    for step in &plan.steps {
        self::step(out, step)?;
    }
    writeln!(out, "\nedges: {}", plan.edges.len())?;
    for edge in &plan.edges {
        self::edge(out, edge)?;
    }
    Ok(())
}

fn rollout(out: &mut String, rollout: &RolloutView) -> std::fmt::Result {
    writeln!(out, "\nrollout {}{}  ({})", rollout.name, with(" of ", &rollout.policies), rollout.at)?;
    for wave in &rollout.waves {
        let select = wave.select.as_ref().map(|select| format!(" where {select}")).unwrap_or_default();
        let pause = wave.pause.as_ref().map(|pause| format!(", then {pause}")).unwrap_or_default();
        let size = wave.size.as_deref().unwrap_or("all that are left");
        writeln!(out, "  wave {}: {size}{select}{pause}", wave.name)?;
    }
    if !rollout.health.is_empty() {
        writeln!(out, "  health {}", rollout.health.join(", "))?;
    }
    if let Some(budget) = &rollout.budget {
        writeln!(out, "  budget {budget}")?;
    }
    Ok(())
}

fn step(out: &mut String, step: &StepView) -> std::fmt::Result {
    writeln!(out, "  {}", step.id)?;
    for repeat in &step.repeats {
        writeln!(out, "    for {repeat}")?;
    }
    for declaration in &step.declarations {
        let when = declaration.when.as_ref().map(|when| format!(" when {when}")).unwrap_or_default();
        writeln!(out, "    by {}{when}  ({})", declaration.instance, declaration.at)?;
        for attribute in &declaration.attributes {
            let priority = attribute.priority.map(|priority| format!("{priority} ")).unwrap_or_default();
            writeln!(out, "      {} = {priority}{}", attribute.name, attribute.value)?;
        }
        if let Some(timeout) = &declaration.timeout {
            writeln!(out, "      timeout {timeout}")?;
        }
        if let Some(retry) = &declaration.retry {
            writeln!(out, "      retry {retry}")?;
        }
        if let Some(skip) = &declaration.skip {
            writeln!(out, "      skip when {skip}")?;
        }
        if let Some(role) = &declaration.approval {
            writeln!(out, "      approval {role}")?;
        }
        if !declaration.tags.is_empty() {
            writeln!(out, "      tags {}", declaration.tags.join(", "))?;
        }
    }
    Ok(())
}

fn edge(out: &mut String, edge: &EdgeView) -> std::fmt::Result {
    let arrow = if edge.kind == "order" { "->".to_owned() } else { format!("-{}->", edge.kind) };
    let at = edge.at.as_ref().map(|at| format!(", {at}")).unwrap_or_default();
    writeln!(out, "  {} {arrow} {}  ({}{at})", edge.from, edge.to, edge.reason)
}
