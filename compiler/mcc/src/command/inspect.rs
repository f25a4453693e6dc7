//! `mcc inspect`

mod text;
mod view;

use crate::bundle::{MAX_FILE, refusal};
use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use camino::Utf8PathBuf;
use clap::ValueEnum;
use mc_plan::bundle;
use mc_plan::codec::Limits;
use mc_plan::inspect::BundleView;
use serde::Serialize;
use view::{PlanView, plan_view};

/// Show what is in a bundle, without asking whether it can be trusted
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The bundle
    bundle: Utf8PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutputFormat {
    /// For people
    Human,
    /// One JSON object, with all values in full
    Json,
}

/// Values and expressions are cut here: for people, and so that shared parts written out stay bounded.
const HUMAN_LIMIT: usize = 200;
const JSON_LIMIT: usize = 64 << 10;

/// Version of the JSON object. It changes when a field changes its meaning or goes away.
const JSON_VERSION: u32 = 1;

/// A bundle with its plan.
#[derive(Serialize)]
struct View {
    version: u32,
    #[serde(flatten)]
    bundle: BundleView,
    plan: PlanView,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let bytes = file::read(&args.bundle, MAX_FILE)?;
    let refused = |found| refusal(&args.bundle, &found);
    let parts = bundle::open_unverified(&bytes).map_err(refused)?;
    let plan = parts.plan(Limits { steps: Limits::MOST_STEPS }).map_err(refused)?;
    let limit = match args.format {
        OutputFormat::Human => HUMAN_LIMIT,
        OutputFormat::Json => JSON_LIMIT,
    };
    let view = View { version: JSON_VERSION, bundle: BundleView::of(&parts), plan: plan_view(&plan, limit) };
    match args.format {
        OutputFormat::Human => env.answer(&text::text(&view)),
        OutputFormat::Json => {
            let json = serde_json::to_string_pretty(&view)
                .map_err(|error| Failure::internal(&format!("the view has no JSON form: {error}")))?;
            env.answer(&(json + "\n"))
        }
    }
}

#[cfg(test)]
mod tests;
