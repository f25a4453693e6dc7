//! What a command looks at: a bundle, or the plan that a package would give.

use crate::bundle::{MAX_FILE, refusal};
use crate::command::build;
use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use crate::package::Checked;
use camino::Utf8Path;
use mc_compiler::Program;
use mc_compiler::diagnostic::render::Format;
use mc_plan::bundle;
use mc_plan::codec::Limits;
use mc_plan::inspect::BundleView;
use mc_plan::plan::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Larger contents are not kept: nobody looks at them line by line.
const LARGEST_CONTENT: u64 = 1 << 20;

/// A plan and what it is called.
pub(crate) struct Subject {
    /// The package's name.
    pub(crate) name: String,
    /// The package's version.
    pub(crate) version: String,
    /// Its plan.
    pub(crate) plan: Plan,
    /// What a bundle says about itself; absent for a package.
    pub(crate) bundle: Option<BundleView>,
    contents: BTreeMap<[u8; 32], Arc<[u8]>>,
}

impl Subject {
    /// Opens a bundle, or checks a package and makes its plan. A package that is wrong is reported as `mcc
    /// check` does it. Whether a bundle can be trusted is not asked: nothing is done with it.
    pub(crate) fn open(path: &Utf8Path, env: &Env) -> Result<Self, Failure> {
        if !file::is_file(path) {
            return Self::package(path, env);
        }
        let bytes = file::read(path, MAX_FILE)?;
        let refused = |found| refusal(path, &found);
        let parts = bundle::open_unverified(&bytes).map_err(refused)?;
        let plan = parts.plan(Limits { steps: Limits::MOST_STEPS }).map_err(refused)?;
        let build = &parts.manifest().build;
        // The first one is the plan.
        let small = build.blobs.iter().skip(1).filter(|blob| blob.size <= LARGEST_CONTENT);
        let contents =
            small.filter_map(|blob| Some((blob.digest, Arc::from(parts.blob(&blob.digest)?)))).collect();
        Ok(Subject {
            name: build.package.name.clone(),
            version: build.package.version.clone(),
            plan,
            bundle: Some(BundleView::of(&parts)),
            contents,
        })
    }

    fn package(root: &Utf8Path, env: &Env) -> Result<Self, Failure> {
        let checked = Checked::load(root)?;
        if checked.has_errors() {
            env.say(&checked.render(env, Format::Full));
            return Err(Failure::source());
        }
        let compiled = mc_compiler::compiled_plan(&checked.db)
            .ok_or_else(|| Failure::internal("the package has no errors and no plan"))?;
        Ok(Subject {
            name: Program::get(&checked.db).name(&checked.db).to_string(),
            version: build::version(&checked.db),
            plan: compiled.plan.clone(),
            bundle: None,
            contents: compiled
                .blobs
                .iter()
                .map(|(blob, content)| (blob.digest, Arc::clone(content)))
                .collect(),
        })
    }

    /// A content by its digest, if it is not too large.
    pub(crate) fn content(&self, digest: &[u8; 32]) -> Option<&[u8]> {
        self.contents.get(digest).map(|content| &**content)
    }
}
