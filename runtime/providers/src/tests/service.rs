//! Services.

use mc_engine::host::Unit;
use mc_engine::provider::{Item, RefreshKind, Settled};
use mc_plan::value::Value;

use super::{Resource, Rig, TIMEOUT, message, resource};

fn service(name: &str, running: Option<bool>, enabled: Option<bool>) -> Resource {
    resource(name, [running.map(Value::Bool), enabled.map(Value::Bool)])
}

fn unit(active: &str, file: &str) -> Unit {
    Unit {
        load: "loaded".to_owned(),
        active: active.to_owned(),
        sub: "sub".to_owned(),
        file: file.to_owned(),
        result: "success".to_owned(),
        main_pid: 1,
        needs_reload: false,
    }
}

fn rig(units: &[(&str, Unit)]) -> Rig {
    let rig = Rig::new("std.svc.Service");
    rig.host.world().units = units.iter().map(|(name, unit)| ((*name).to_owned(), unit.clone())).collect();
    rig
}

fn settled(rig: &Rig, service: &Resource) -> Settled {
    let item =
        Item { name: "item", key: &service.key, desired: &service.desired, early: &[], timeout: TIMEOUT };
    rig.provider().settled(&rig.ctx(), &item)
}

#[test]
fn starts_and_enables_and_is_then_left_alone() {
    let rig = rig(&[("nginx.service", unit("inactive", "disabled"))]);
    let nginx = service("nginx", Some(true), Some(true));
    assert_eq!(rig.changes(&nginx), "running: inactive -> active\nenabled: disabled -> enabled");
    assert!(rig.diff(&nginx).unwrap().restarts);
    rig.converge(&nginx);
    assert_eq!(rig.host.take_transcript(), ["unit Enable nginx.service", "unit Start nginx.service"]);
    let off = service("nginx", Some(false), Some(false));
    assert_eq!(rig.changes(&off), "running: active -> inactive\nenabled: enabled -> disabled");
    rig.converge(&off);
    assert_eq!(rig.host.take_transcript(), ["unit Disable nginx.service", "unit Stop nginx.service"]);
    assert_eq!(rig.changes(&service("nginx", None, None)), "");
}

#[test]
fn states_of_units() {
    let masked = Unit { load: "masked".to_owned(), ..unit("inactive", "masked") };
    let bad = Unit { load: "bad-setting".to_owned(), ..unit("inactive", "disabled") };
    let failed = Unit { result: "exit-code".to_owned(), ..unit("failed", "enabled") };
    let rig = rig(&[
        ("masked.service", masked),
        ("bad.service", bad),
        ("failed.service", failed),
        ("static.socket", unit("reloading", "static")),
    ]);
    let on = |name| rig.changes(&service(name, Some(true), Some(true)));
    assert_eq!(on("none"), "error: there is no unit none.service on this host");
    assert_eq!(rig.changes(&service("none", Some(false), Some(false))), "");
    assert_eq!(on("masked"), "error: masked.service is masked");
    assert_eq!(on("bad"), "error: systemd cannot load bad.service (bad-setting)");
    assert_eq!(on("failed"), "running: failed (exit-code) -> active");
    assert_eq!(rig.changes(&service("failed", Some(false), None)), "");
    assert!(on("static.socket").contains("has no [Install] section"));
    assert_eq!(rig.changes(&service("static.socket", Some(true), None)), "");
}

#[test]
fn changed_definitions_are_loaded_once_for_all() {
    let stale = |active| Unit { needs_reload: true, ..unit(active, "enabled") };
    let rig = rig(&[("a.service", stale("inactive")), ("b.service", stale("active"))]);
    let both = [service("a", Some(true), None), service("b", Some(true), None)];
    assert_eq!(rig.changes(&both[1]), "definition: as loaded -> as on disk");
    assert!(rig.apply_all(&both).into_iter().all(|result| result.is_ok()));
    assert_eq!(rig.host.take_transcript(), ["unit DaemonReload ", "unit Start a.service"]);
}

#[test]
fn refreshes() {
    let rig = rig(&[
        ("on.service", unit("active", "enabled")),
        ("off.service", unit("inactive", "enabled")),
        ("stale.service", Unit { needs_reload: true, ..unit("active", "enabled") }),
    ]);
    let on = service("on", Some(true), None);
    assert!(rig.refresh(&on, RefreshKind::Restart).unwrap().restarted);
    assert!(rig.refresh(&on, RefreshKind::Notify).unwrap().restarted);
    rig.refresh(&on, RefreshKind::Reload).unwrap();
    rig.refresh(&service("stale", None, None), RefreshKind::Restart).unwrap();
    let idle = rig.refresh(&service("off", None, None), RefreshKind::Restart).unwrap();
    assert!(!idle.restarted && idle.note.is_some());
    assert_eq!(
        rig.host.take_transcript(),
        [
            "unit Restart on.service",
            "unit Restart on.service",
            "unit ReloadOrRestart on.service",
            "unit DaemonReload ",
            "unit Restart stale.service"
        ]
    );
    assert!(
        message(rig.refresh(&service("none", Some(true), None), RefreshKind::Restart)).contains("no unit")
    );
}

#[test]
fn one_that_starts_and_dies_has_failed() {
    let crashed = Unit { result: "exit-code".to_owned(), ..unit("failed", "enabled") };
    let rig = rig(&[("app.service", unit("inactive", "enabled"))]);
    rig.host.world().broken_units.insert("app.service".to_owned(), crashed);
    let app = service("app", Some(true), None);
    rig.apply(&app).unwrap();
    assert_eq!(
        settled(&rig, &app),
        Settled::Failed("it started and then failed: failed (exit-code)".to_owned())
    );
    let state = |active: &str| {
        rig.host.world().units.insert("app.service".to_owned(), unit(active, "enabled"));
        settled(&rig, &app)
    };
    assert_eq!(state("active"), Settled::Ready);
    assert_eq!(state("activating"), Settled::Wait("it is activating (sub)".to_owned()));
    assert_eq!(state("inactive"), Settled::Failed("it started and then stopped: inactive".to_owned()));
}
