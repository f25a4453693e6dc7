//! What a command looks at: a bundle, or the plan that a package would give.

use crate::bundle::{MAX_FILE, refusal};
use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use crate::package::Checked;
use camino::Utf8Path;
use mc_compiler::Program;
use mc_compiler::diagnostic::render::Format;
use mc_plan::bundle;
use mc_plan::codec::Limits;
use mc_plan::plan::Plan;

/// A plan and what it is called.
pub(crate) struct Subject {
    /// The package's name.
    pub(crate) name: String,
    /// Its plan.
    pub(crate) plan: Plan,
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
        Ok(Subject { name: parts.manifest().build.package.name.clone(), plan })
    }

    fn package(root: &Utf8Path, env: &Env) -> Result<Self, Failure> {
        let checked = Checked::load(root)?;
        if checked.has_errors() {
            env.say(&checked.render(env, Format::Full));
            return Err(Failure::source());
        }
        let compiled = mc_compiler::compiled_plan(&checked.db)
            .ok_or_else(|| Failure::internal("the package has no errors and no plan"))?;
        let name = Program::get(&checked.db).name(&checked.db).to_string();
        Ok(Subject { name, plan: compiled.plan.clone() })
    }
}
