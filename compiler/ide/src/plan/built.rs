//! A bundle that was built earlier, to compare a package with.

use mc_plan::bundle::{Refusal, open_unverified};
use mc_plan::codec::Limits;
use mc_plan::inspect::BundleView;
use mc_plan::plan::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Larger contents are not kept: nobody looks at them line by line.
const LARGEST_CONTENT: u64 = 1 << 20;

/// A bundle that was built earlier. Whether it can be trusted is not asked: nothing is done with it.
#[derive(Clone, Debug)]
pub struct Built {
    /// What it says about itself.
    pub about: BundleView,
    pub(crate) plan: Plan,
    contents: BTreeMap<[u8; 32], Arc<[u8]>>,
}

impl Built {
    /// Reads a bundle.
    ///
    /// # Errors
    /// It is no bundle, or its parts do not fit together.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let parts = open_unverified(bytes)?;
        let plan = parts.plan(Limits { steps: Limits::MOST_STEPS })?;
        // The first one is the plan.
        let blobs = parts.manifest().build.blobs.iter().skip(1);
        let small = blobs.filter(|blob| blob.size <= LARGEST_CONTENT);
        let contents =
            small.filter_map(|blob| Some((blob.digest, Arc::from(parts.blob(&blob.digest)?)))).collect();
        Ok(Built { about: BundleView::of(&parts), plan, contents })
    }

    /// A content by its digest, if it is not too large.
    pub(crate) fn content(&self, digest: &[u8; 32]) -> Option<&[u8]> {
        self.contents.get(digest).map(|content| &**content)
    }
}
