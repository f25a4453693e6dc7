//! Bundles to compare a plan with.

use mc_compiler::{Database, compiled_plan};
use mc_plan::bundle::{Actions, Compiler, Content, Modes, Package, Release, Version, write};
use mc_plan::sign::SigningKey;

/// The bundle of a package without errors.
pub(super) fn bundle(db: &Database, sequence: u64) -> Vec<u8> {
    let compiled = compiled_plan(db).expect("the package is right");
    let blobs: Vec<&[u8]> = compiled.blobs.iter().map(|(_, content)| &**content).collect();
    let version = Version { major: 0, minor: 1, patch: 0 };
    let content = Content {
        plan: &compiled.plan,
        blobs: &blobs,
        compiler: Compiler { version: "0.1.0".to_owned(), source: [0; 32] },
        edition: "2026".to_owned(),
        package: Package { name: "test".to_owned(), version: "0.1.0".to_owned() },
        source: [0; 32],
        lock: None,
        minimum_runtime: version,
    };
    let release = Release {
        stream: "test".to_owned(),
        epoch: 1,
        sequence,
        issued: 1_800_000_000_000,
        not_before: None,
        expires: 1_900_000_000_000,
        audience: None,
        modes: Modes::ALL,
        actions: Actions::CheckAndApply,
    };
    write(&content, &release, &[&SigningKey::from_bytes(&[7; 32]).expect("a key")])
        .expect("the parts fit together")
}
