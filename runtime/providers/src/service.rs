//! `core.service`: units of systemd.
//!
//! The state of all units of a batch is one query. A change of unit files on disk is loaded once, before
//! anything else is done.

use std::time::Duration;

use mc_engine::host::{HostResult, Operation, Unit, UnitAction, UnitVerb};
use mc_engine::provider::{
    Applied, ApplyContext, Batch, Description, Diff, Item, Looks, Observed, Provider, ProviderError,
    ReadContext, RefreshKind, Settle, Settled, Work, Writes,
};

use crate::generated::svc::Service;

/// What a unit's name may end with; a name with none of these is a service.
const SUFFIXES: [&str; 11] = [
    ".service",
    ".socket",
    ".device",
    ".mount",
    ".automount",
    ".swap",
    ".target",
    ".path",
    ".timer",
    ".slice",
    ".scope",
];

pub(crate) struct ServiceProvider(Description);

impl ServiceProvider {
    pub(crate) fn new() -> Self {
        Self(Description {
            schema: Service::SCHEMA,
            schema_hash: Service::HASH,
            provider: Service::PROVIDER,
            protocols: 1..=Service::PROTOCOL,
            batch: Batch::Independent(64),
            lock: Some("units"),
            reads: &[],
            writes: Writes::Domains(&[mc_engine::provider::UNITS]),
            settle: Some(Settle {
                every: Duration::from_millis(200),
                steady: Duration::from_secs(1),
                within: Duration::from_secs(90),
            }),
            rooted: false,
            looks: Looks::Ahead,
        })
    }
}

/// The unit's full name.
fn full(name: &str) -> String {
    if SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) {
        name.to_owned()
    } else {
        format!("{name}.service")
    }
}

fn query(ctx: &ReadContext<'_>, names: &[String]) -> HostResult<Vec<Unit>> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    ctx.host().units(&names)
}

fn query_one(ctx: &ReadContext<'_>, name: &str) -> HostResult<Unit> {
    Ok(query(ctx, &[full(name)])?.pop().unwrap_or_default())
}

fn active(unit: &Unit) -> bool {
    matches!(unit.active.as_str(), "active" | "reloading" | "refreshing")
}

fn at_rest(unit: &Unit) -> bool {
    matches!(unit.active.as_str(), "inactive" | "failed")
}

/// `failed (exit-code)`
fn state(unit: &Unit) -> String {
    match unit.result.as_str() {
        "" | "success" => unit.active.clone(),
        result => format!("{} ({result})", unit.active),
    }
}

impl Provider for ServiceProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        if ctx.host().identity().uid != 0 {
            return items
                .iter()
                .map(|_| Err(ProviderError::refused("only root can manage services")))
                .collect();
        }
        let names: Vec<String> = items
            .iter()
            .map(|item| Service::decode(item.key, item.desired).map(|s| full(s.name)).unwrap_or_default())
            .collect();
        match query(ctx, &names) {
            Ok(units) => {
                let units = units.into_iter().map(Some).chain(std::iter::repeat(None));
                items
                    .iter()
                    .zip(units)
                    .map(|(_, unit)| Ok(Observed::new(Vec::new(), unit.unwrap_or_default())))
                    .collect()
            }
            Err(error) => items.iter().map(|_| Err(error.clone().into())).collect(),
        }
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let service = Service::decode(item.key, item.desired)?;
        let unit: &Unit = observed.detail()?;
        let mut diff = Diff::none();
        let name = full(service.name);
        match unit.load.as_str() {
            "not-found" | "" if service.running == Some(true) || service.enabled == Some(true) => {
                return Err(ProviderError::failed(format!("there is no unit {name} on this host")));
            }
            "not-found" | "" => return Ok(diff),
            "masked" if service.running == Some(true) || service.enabled == Some(true) => {
                return Err(ProviderError::failed(format!("{name} is masked")));
            }
            "bad-setting" | "error" => {
                return Err(ProviderError::failed(format!("systemd cannot load {name} ({})", unit.load)));
            }
            _ => {}
        }
        if unit.needs_reload {
            diff.push("definition", Some("as loaded".to_owned()), Some("as on disk".to_owned()));
        }
        match service.running {
            Some(true) if !active(unit) => {
                diff.push("running", Some(state(unit)), Some("active".to_owned()));
                diff.restarts = true;
            }
            Some(false) if !at_rest(unit) => {
                diff.push("running", Some(state(unit)), Some("inactive".to_owned()));
            }
            _ => {}
        }
        match (service.enabled, unit.file.as_str()) {
            (Some(true), "enabled" | "alias") | (None, _) => {}
            (Some(true), "static" | "transient" | "") => {
                return Err(ProviderError::failed(format!(
                    "{name} cannot be enabled: its unit file has no [Install] section"
                )));
            }
            (Some(true), other) => {
                diff.push("enabled", Some(other.to_owned()), Some("enabled".to_owned()));
            }
            (Some(false), "enabled" | "enabled-runtime" | "linked" | "linked-runtime") => {
                diff.push("enabled", Some(unit.file.clone()), Some("disabled".to_owned()));
            }
            (Some(false), _) => {}
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        let changes =
            |work: &Work<'_>, property: &str| work.diff.changes.iter().any(|c| c.property == property);
        let mut reload = Ok(());
        if let Some(at) = batch.iter().position(|work| changes(work, "definition")) {
            reload = load_definitions(ctx, at);
        }
        let one = |at: usize, work: &Work<'_>| -> Result<Applied, ProviderError> {
            reload.clone()?;
            let service = Service::decode(work.item.key, work.item.desired)?;
            let name = full(service.name);
            let act = |verb| ctx.perform_one(at, &Operation::UnitAction(UnitAction { unit: &name, verb }));
            if changes(work, "enabled") {
                act(if service.enabled == Some(true) { UnitVerb::Enable } else { UnitVerb::Disable })?;
            }
            let mut applied = Applied::default();
            if changes(work, "running") {
                if service.running == Some(true) {
                    act(UnitVerb::Start)?;
                    applied.restarted = true;
                } else {
                    act(UnitVerb::Stop)?;
                }
            }
            Ok(applied)
        };
        batch.iter().enumerate().map(|(at, work)| one(at, work)).collect()
    }

    fn refresh(
        &self,
        ctx: &ApplyContext<'_>,
        item: &Item<'_>,
        kind: RefreshKind,
    ) -> Result<Applied, ProviderError> {
        let service = Service::decode(item.key, item.desired)?;
        let unit = query_one(ctx.read(), service.name)?;
        if unit.needs_reload {
            load_definitions(ctx, 0)?;
        }
        if service.running != Some(true) && at_rest(&unit) {
            let note = Some("it does not run, so there is nothing to restart".to_owned());
            return Ok(Applied { note, ..Applied::default() });
        }
        let verb = match kind {
            RefreshKind::Reload => UnitVerb::ReloadOrRestart,
            RefreshKind::Notify | RefreshKind::Restart => UnitVerb::Restart,
        };
        let name = full(service.name);
        ctx.perform_one(0, &Operation::UnitAction(UnitAction { unit: &name, verb }))?;
        Ok(Applied { restarted: verb == UnitVerb::Restart, ..Applied::default() })
    }

    fn settled(&self, ctx: &ReadContext<'_>, item: &Item<'_>) -> Settled {
        let service = match Service::decode(item.key, item.desired) {
            Ok(service) => service,
            Err(error) => return Settled::Failed(error.message),
        };
        let unit = match query_one(ctx, service.name) {
            Ok(unit) => unit,
            Err(error) => return Settled::Failed(error.message),
        };
        match (unit.active.as_str(), service.running) {
            ("active", Some(true) | None) | ("inactive", Some(false) | None) | ("failed", Some(false)) => {
                Settled::Ready
            }
            ("failed", _) => Settled::Failed(format!("it started and then failed: {}", state(&unit))),
            ("inactive", Some(true)) => {
                Settled::Failed(format!("it started and then stopped: {}", state(&unit)))
            }
            (_, _) => Settled::Wait(format!("it is {} ({})", unit.active, unit.sub)),
        }
    }
}

/// Makes systemd read unit files again.
fn load_definitions(ctx: &ApplyContext<'_>, at: usize) -> Result<(), ProviderError> {
    ctx.perform_one(at, &Operation::UnitAction(UnitAction { unit: "", verb: UnitVerb::DaemonReload }))?;
    Ok(())
}
