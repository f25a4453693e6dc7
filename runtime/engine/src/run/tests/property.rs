//! Properties of small random graphs.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::scene::Scene;
use crate::host::HostErrorKind;
use crate::host::fake::{Death, FakeFile, exited};
use crate::report::Outcome;

/// A graph: what each step is, which are there already, and edges from lower to higher numbers.
#[derive(Clone, Debug)]
struct Shape {
    kinds: Vec<Kind>,
    edges: Vec<(usize, usize, bool)>,
    faults: Vec<usize>,
    jobs: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File { there: bool },
    Command { there: bool },
    Service,
    Absent,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => any::<bool>().prop_map(|there| Kind::File { there }),
        2 => any::<bool>().prop_map(|there| Kind::Command { there }),
        1 => Just(Kind::Service),
        1 => Just(Kind::Absent),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    (1_usize..12).prop_flat_map(|count| {
        let edge = (0..count, 0..count, any::<bool>());
        (
            prop::collection::vec(kind(), count),
            prop::collection::vec(edge, 0..count * 2),
            prop::collection::vec(0..count, 0..3),
            prop_oneof![Just(1_usize), Just(4)],
        )
            .prop_map(|(kinds, edges, faults, jobs)| Shape {
                kinds,
                edges: edges
                    .into_iter()
                    .filter(|(a, b, _)| a != b)
                    .map(|(a, b, refresh)| (a.min(b), a.max(b), refresh))
                    .collect(),
                faults,
                jobs,
            })
    })
}

fn name(at: usize, kind: Kind) -> String {
    match kind {
        Kind::File { .. } | Kind::Absent => format!("replace /etc/f{at:02}"),
        Kind::Command { .. } => format!("run c{at:02}"),
        Kind::Service => format!("unit Restart s{at:02}"),
    }
}

fn build(shape: &Shape) -> Scene {
    let mut scene = Scene::new();
    scene.jobs = shape.jobs;
    for (at, kind) in shape.kinds.iter().enumerate() {
        let number = format!("{at:02}");
        match kind {
            Kind::File { there } => {
                scene.file(&format!("/etc/f{number}"), "new");
                if !there {
                    scene.host.put(&format!("/etc/f{number}"), FakeFile::regular("old"));
                } else {
                    scene.host.put(&format!("/etc/f{number}"), FakeFile::regular("new"));
                }
            }
            Kind::Command { there } => {
                scene.command(
                    &format!("c{number}"),
                    &[&format!("c{number}")],
                    Some(&format!("/tmp/c{number}")),
                );
                if *there {
                    scene.host.put(&format!("/tmp/c{number}"), FakeFile::regular(""));
                }
            }
            Kind::Service => {
                scene.service(&format!("s{number}"));
            }
            Kind::Absent => {
                let step = scene.file(&format!("/etc/f{number}"), "never");
                scene.declared(step).condition = super::scene::value(mc_plan::value::Value::Bool(false));
            }
        }
    }
    scene.host.program("c", Duration::from_secs(1), |world, argv| {
        world.files.insert(format!("/tmp/{}", argv[0]), FakeFile::regular(""));
        exited(0, "")
    });
    let number = |at: usize| u32::try_from(at).expect("few");
    for (from, to, refresh) in &shape.edges {
        match (refresh, shape.kinds[*to]) {
            (true, Kind::Service) => scene.restart_on(number(*from), number(*to)),
            _ => scene.after(number(*from), number(*to)),
        }
    }
    for at in &shape.faults {
        scene.host.fault(&name(*at, shape.kinds[*at]), HostErrorKind::Failed, "it does not work", u32::MAX);
    }
    scene
}

/// The last result of each operation in a transcript, with its place.
fn places(transcript: &[String]) -> BTreeMap<String, usize> {
    transcript
        .iter()
        .enumerate()
        .map(|(at, line)| (line.split(": ").next().unwrap_or(line).to_owned(), at))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_step_runs_before_what_it_depends_on(shape in shape()) {
        let scene = build(&shape);
        let report = scene.run();
        let places = places(&scene.host.take_transcript());
        for (from, to, _) in &shape.edges {
            let (from, to) = (name(*from, shape.kinds[*from]), name(*to, shape.kinds[*to]));
            if let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) {
                prop_assert!(from < to);
            }
        }
        // What failed blocks exactly what can be reached from it without passing something absent.
        let outcome: BTreeMap<&str, Outcome> =
            report.steps.iter().map(|step| (step.name.as_str(), step.outcome)).collect();
        let step_name = |at: usize| match shape.kinds[at] {
            Kind::File { .. } | Kind::Absent => format!("File[\"/etc/f{at:02}\"]"),
            Kind::Command { .. } => format!("Command[\"c{at:02}\"] in web"),
            Kind::Service => format!("Service[\"s{at:02}\"]"),
        };
        let mut stuck = vec![false; shape.kinds.len()];
        for at in 0..shape.kinds.len() {
            let known = outcome.get(step_name(at).as_str()).copied();
            let blocked = shape.edges.iter().any(|(from, to, _)| *to == at && stuck[*from]);
            if shape.kinds[at] == Kind::Absent {
                prop_assert_eq!(known, Some(Outcome::Absent));
                continue;
            }
            prop_assert_eq!(known == Some(Outcome::Blocked), blocked);
            stuck[at] = blocked || known == Some(Outcome::Failed);
        }
    }

    #[test]
    fn a_preview_writes_nothing_and_tells_the_truth(shape in shape()) {
        let shape = Shape { faults: Vec::new(), ..shape };
        let scene = build(&shape);
        let tree = scene.host.tree();
        let preview = scene.noop();
        prop_assert_eq!(scene.host.tree(), tree);
        prop_assert_eq!(scene.host.performed(), 0);
        prop_assert_eq!(scene.state.stored().writes, 0);
        let report = scene.run();
        prop_assert_eq!(preview.counts.would_change, report.counts.changed);
        prop_assert_eq!(preview.counts.unchanged, report.counts.unchanged);
        prop_assert_eq!(scene.run().counts.changed, 0);
        prop_assert_eq!(scene.noop().counts.would_change, 0);
    }

    #[test]
    fn killed_anywhere_it_comes_to_the_same_end(shape in shape(), kill in 0_u64..40, effect in any::<bool>(), moment in 0_u8..3, power in any::<bool>()) {
        let shape = Shape { faults: Vec::new(), ..shape };
        let undisturbed = build(&shape);
        undisturbed.run();
        let restarts = |scene: &Scene| -> Vec<bool> {
            scene.host.world().units.values().map(|unit| unit.main_pid > 100).collect()
        };
        let scene = build(&shape);
        if effect {
            scene.host.die(match moment {
                0 => Death::Before(kill),
                1 => Death::During(kill),
                _ => Death::After(kill),
            });
            scene.state.stored().dies_with = Some(scene.host.death());
        } else {
            scene.state.stored().dies_after = Some(kill);
        }
        let _ = scene.try_run();
        if power {
            scene.state.lose_power();
        }
        scene.host.revive();
        scene.state.stored().dies_after = None;
        scene.state.stored().dies_with = None;
        scene.run();
        prop_assert_eq!(scene.host.tree(), undisturbed.host.tree());
        prop_assert_eq!(restarts(&scene), restarts(&undisturbed));
        let again = scene.run();
        prop_assert_eq!((again.counts.changed, again.resumed), (0, false));
        prop_assert!(scene.state.stored().remembered.as_ref().is_none_or(|left| left.owed.is_empty()));
    }
}
