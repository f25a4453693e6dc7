//! Killed at any moment, then run again: the same end, nothing left over, every refresh delivered.

use super::scene::{DIRECTORY, Scene, text, value};
use crate::host::fake::{Death, FakeFile, exited};
use crate::report::Report;
use std::time::Duration;

fn web(jobs: usize) -> Scene {
    let mut scene = Scene::new();
    scene.jobs = jobs;
    let package = scene.package("nginx");
    let folder = scene.step(DIRECTORY, value(text("/etc/nginx")), vec![]);
    let main = scene.file("/etc/nginx/nginx.conf", "main");
    let site = scene.file("/etc/nginx/site.conf", "site");
    let service = scene.service("nginx");
    let build = scene.command("build", &["build"], Some("/srv/built"));
    scene.after(package, folder);
    scene.after(folder, main);
    scene.after(folder, site);
    scene.after(package, service);
    scene.restart_on(main, service);
    scene.restart_on(site, service);
    scene.after(site, build);
    scene.host.put("/etc/nginx", FakeFile::directory());
    scene.host.put("/etc/nginx/site.conf", FakeFile::regular("old"));
    scene.host.program("build", Duration::from_secs(1), |world, _| {
        world.files.insert("/srv/built".into(), FakeFile::regular("built"));
        exited(0, "")
    });
    scene
}

/// What a host comes to in the end.
#[derive(Debug, PartialEq, Eq)]
struct End {
    tree: String,
    packages: Vec<String>,
    owed: usize,
}

fn end(scene: &Scene) -> End {
    End {
        tree: scene.host.tree(),
        packages: scene.host.world().packages.keys().cloned().collect(),
        owed: scene.state.stored().remembered.as_ref().map_or(0, |remembered| remembered.owed.len()),
    }
}

/// Runs again after a kill and checks what must hold.
fn recover(scene: &Scene, what: &str, undisturbed: &End) -> Report {
    scene.host.revive();
    scene.state.stored().dies_after = None;
    let before = scene.host.world().units["nginx"].main_pid;
    let report = scene.run();
    let after = scene.host.world().units["nginx"].main_pid;
    assert_eq!(end(scene), *undisturbed, "{what}");
    // 100 before any restart: killed or not, at least one was delivered, and one run delivers at most one.
    assert!(after > 100, "{what}: the restart was not delivered");
    assert!(after - before <= 1, "{what}: restarted twice in one run");
    let again = scene.run();
    assert_eq!(again.counts.changed, 0, "{what}: {again:?}");
    assert!(!again.resumed, "{what}");
    report
}

#[test]
fn killed_after_each_write_of_a_store() {
    for jobs in [1, 4] {
        let scene = web(jobs);
        scene.run();
        let (undisturbed, writes) = (end(&scene), scene.state.stored().writes);
        assert!(writes > 8, "{writes}");
        for kill in 0..writes * 2 {
            let (kill, power) = (kill / 2, kill % 2 == 1);
            let scene = web(jobs);
            scene.state.stored().dies_after = Some(kill);
            let first = scene.try_run();
            if power {
                scene.state.lose_power();
            }
            recover(
                &scene,
                &format!("jobs {jobs}, killed after write {kill} of {writes}: {first:?}"),
                &undisturbed,
            );
        }
    }
}

#[test]
fn killed_before_during_and_after_each_effect() {
    for jobs in [1, 4] {
        let scene = web(jobs);
        scene.run();
        let (undisturbed, effects) = (end(&scene), scene.host.performed());
        assert_eq!(effects, 5);
        for at in 1..=effects {
            for death in [Death::Before(at), Death::During(at), Death::After(at)] {
                // The agent dies with the host: what it would write down after the effect is lost too.
                for lost in [false, true] {
                    // Only a kill leaves a temporary name behind: otherwise the host removes it.
                    if !lost && matches!(death, Death::During(_)) {
                        continue;
                    }
                    let scene = web(jobs);
                    scene.host.die(death);
                    if lost {
                        scene.state.stored().dies_with = Some(scene.host.death());
                    }
                    let first = scene.try_run();
                    assert!(scene.host.dead());
                    if lost {
                        scene.state.lose_power();
                    }
                    let report =
                        recover(&scene, &format!("jobs {jobs}, {death:?}, {lost}: {first:?}"), &undisturbed);
                    assert_eq!(report.resumed, lost, "{death:?}");
                }
            }
        }
    }
}

#[test]
fn a_run_that_is_taken_up_keeps_its_name_and_removes_what_was_left_over() {
    let scene = web(1);
    scene.host.die(Death::During(2));
    scene.state.stored().dies_with = Some(scene.host.death());
    scene.try_run().expect_err("killed");
    let left: Vec<String> =
        scene.host.world().files.keys().filter(|path| path.contains("/.")).cloned().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    scene.host.revive();
    scene.state.stored().dies_with = None;
    let noop = scene.noop();
    assert!(!noop.resumed && noop.notes.iter().any(|note| note.contains("cut off")), "{:?}", noop.notes);
    let report = scene.run();
    assert!(report.resumed);
    assert_eq!(report.run, noop.run);
    assert!(
        report.notes.contains(&format!("{} was left over and is removed", left[0])),
        "{:?}",
        report.notes
    );
    assert!(!scene.host.world().files.contains_key(&left[0]));
    assert_ne!(scene.run().run, report.run);
}

#[test]
fn killed_again_and_again() {
    let scene = web(1);
    scene.run();
    let undisturbed = end(&scene);
    let scene = web(1);
    let mut runs = 0;
    // Each run gets one write further than the one before.
    for budget in 1.. {
        let written = scene.state.stored().writes;
        scene.state.stored().dies_after = Some(written + budget);
        runs += 1;
        if scene
            .try_run()
            .is_ok_and(|report| report.notes.iter().all(|note| !note.contains("could not be stored")))
        {
            break;
        }
    }
    assert!(runs > 3, "{runs}");
    recover(&scene, "again and again", &undisturbed);
}

#[test]
fn what_was_owed_before_survives_a_kill() {
    // A run that leaves the restart owed.
    let owing = || {
        let scene = web(1);
        scene.host.fault("unit Restart nginx", crate::host::HostErrorKind::Failed, "no", 1);
        scene.run();
        assert_eq!(scene.host.world().units["nginx"].main_pid, 100);
        // Something that has nothing to do with it must be done as well.
        scene.host.world().files.remove("/srv/built");
        scene
    };
    let scene = owing();
    let before = scene.state.stored().writes;
    scene.run();
    let (undisturbed, writes) = (end(&scene), scene.state.stored().writes - before);
    for kill in 0..writes {
        let scene = owing();
        scene.state.stored().dies_after = Some(before + kill);
        let first = scene.try_run();
        recover(&scene, &format!("killed after write {kill} of {writes}: {first:?}"), &undisturbed);
    }
}

#[test]
fn what_was_cut_off_after_it_acted_is_reported_as_changed() {
    let scene = web(1);
    // The second effect is the first file's.
    scene.host.die(Death::After(2));
    scene.state.stored().dies_with = Some(scene.host.death());
    scene.try_run().expect_err("killed");
    scene.host.revive();
    scene.state.stored().dies_with = None;
    let report = scene.run();
    let file =
        report.steps.iter().find(|step| step.name == "File[\"/etc/nginx/nginx.conf\"]").expect("listed");
    assert_eq!(file.outcome, crate::report::Outcome::Changed);
    assert_eq!(file.reason.as_deref(), Some("an attempt before was cut off after it acted"));
    // It is known as applied from now on.
    scene.host.put("/etc/nginx/nginx.conf", FakeFile::regular("edited"));
    assert_eq!(scene.noop().steps[0].cause, Some(crate::report::Cause::Drift));
}
