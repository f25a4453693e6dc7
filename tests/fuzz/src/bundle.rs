//! The reader of bundles takes any bytes: it refuses them, or gives parts that can be asked.

use mc_plan::bundle::{Manifest, open_unverified};
use mc_plan::codec::Limits;
use mc_plan::plan::Plan;

/// Reads bytes as a bundle, and as each of the parts that a digest keeps from being reached with wrong bytes.
pub fn read(bytes: &[u8]) {
    if let Ok(parts) = open_unverified(bytes) {
        let _ = parts.plan(Limits::default());
    }
    // There is one way to write a plan or a manifest.
    if let Ok(plan) = Plan::decode(bytes, Limits::default()) {
        assert!(
            plan.encode().is_ok_and(|again| again == bytes),
            "a plan was read from other bytes than it is written as"
        );
    }
    if let Ok(manifest) = Manifest::decode(bytes) {
        assert!(manifest.encode() == bytes, "a manifest was read from other bytes than it is written as");
    }
}
