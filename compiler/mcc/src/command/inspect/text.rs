//! The view of a bundle as text for people.

use super::View;
use super::view::{EdgeView, PlanView, StepView};
use std::fmt::Write;

/// Everything, in the order of the bundle.
pub(super) fn text(view: &View) -> String {
    let mut out = String::new();
    // invariant: writing to a string does not fail
    let _ = head(&mut out, view);
    let _ = plan(&mut out, &view.plan);
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
            writeln!(out, "  facts.{}: {}", fact.path, fact.ty)?;
        }
    }
    for policy in &plan.policies {
        writeln!(out, "\npolicy {}  ({})", policy.name, policy.at)?;
        writeln!(out, "  select {}", policy.select.as_deref().unwrap_or("every host"))?;
        for refusal in plan.refusals.iter().filter(|refusal| refusal.policy == policy.name) {
            let when = refusal.when.as_ref().map(|when| format!(" when {when}")).unwrap_or_default();
            writeln!(out, "  fail {}{when}  ({})", refusal.message, refusal.at)?;
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

fn step(out: &mut String, step: &StepView) -> std::fmt::Result {
    writeln!(out, "  {}", step.id)?;
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
    }
    Ok(())
}

fn edge(out: &mut String, edge: &EdgeView) -> std::fmt::Result {
    let arrow = if edge.kind == "order" { "->".to_owned() } else { format!("-{}->", edge.kind) };
    let at = edge.at.as_ref().map(|at| format!(", {at}")).unwrap_or_default();
    writeln!(out, "  {} {arrow} {}  ({}{at})", edge.from, edge.to, edge.reason)
}
