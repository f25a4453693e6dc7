//! `mcc diff`

mod human;

use crate::env::Env;
use crate::failure::{Failure, Status};
use crate::subject::Subject;
use camino::Utf8PathBuf;
use clap::ValueEnum;
use mc_compiler::diff::{Diff, Side, diff};
use serde::Serialize;

/// Show what is different between two bundles or packages
///
/// What is compared is what the plans mean: steps, attributes, conditions, edges. That something stands elsewhere in
/// the sources is no difference. Of secrets only the names are shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The old bundle, or a package's folder
    #[arg(value_name = "OLD")]
    old: Utf8PathBuf,
    /// The new bundle, or a package's folder
    #[arg(value_name = "NEW")]
    new: Utf8PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
    /// End with 10 if there are differences
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutputFormat {
    /// For people; the last line counts the differences
    Human,
    /// One JSON object, with all values in full
    Json,
}

/// Version of the JSON object. It changes when a field changes its meaning or goes away.
const JSON_VERSION: u32 = 1;

/// Two sides and their differences.
#[derive(Serialize)]
struct Document {
    version: u32,
    old: SideView,
    new: SideView,
    summary: String,
    release: Vec<ReleaseChange>,
    #[serde(flatten)]
    diff: Diff,
}

/// What is compared.
#[derive(Serialize)]
struct SideView {
    path: String,
    package: String,
    version: String,
    /// The bundle's identifier; absent for a package.
    bundle: Option<String>,
}

/// A difference of two bundles beside their plans.
#[derive(Serialize)]
struct ReleaseChange {
    what: &'static str,
    old: String,
    new: String,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let old = Subject::open(&args.old, env)?;
    let new = Subject::open(&args.new, env)?;
    let (old_contents, new_contents) =
        (|digest: &[u8; 32]| old.content(digest), |digest: &[u8; 32]| new.content(digest));
    let found = diff(
        Side { plan: &old.plan, contents: &old_contents },
        Side { plan: &new.plan, contents: &new_contents },
    );
    let release = release(&old, &new);
    let same = found.is_empty() && release.is_empty();
    let view = |subject: &Subject, path: &Utf8PathBuf| SideView {
        path: path.to_string(),
        package: subject.name.clone(),
        version: subject.version.clone(),
        bundle: subject.bundle.as_ref().map(|bundle| bundle.id.clone()),
    };
    let document = Document {
        version: JSON_VERSION,
        old: view(&old, &args.old),
        new: view(&new, &args.new),
        summary: found.summary(),
        release,
        diff: found,
    };
    match args.format {
        OutputFormat::Human => env.answer(&human::text(&document, env.color_answers))?,
        OutputFormat::Json => {
            let json = serde_json::to_string_pretty(&document)
                .map_err(|error| Failure::internal(&format!("the view has no JSON form: {error}")))?;
            env.answer(&(json + "\n"))?;
        }
    }
    if args.exit_code && !same { Err(Failure::silent(Status::Different)) } else { Ok(()) }
}

/// What two bundles say differently about themselves. Sequence and dates always differ, and are left out.
fn release(old: &Subject, new: &Subject) -> Vec<ReleaseChange> {
    let (Some(before), Some(after)) = (&old.bundle, &new.bundle) else { return Vec::new() };
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let audience = |hosts: &Option<Vec<String>>| match hosts {
        Some(hosts) => hosts.join(", "),
        None => "whoever the policies select".to_owned(),
    };
    let rows = [
        ("package", before.build.package.clone(), after.build.package.clone()),
        ("stream", before.release.stream.clone(), after.release.stream.clone()),
        ("epoch", before.release.epoch.to_string(), after.release.epoch.to_string()),
        ("audience", audience(&before.release.audience), audience(&after.release.audience)),
        ("use", before.release.modes.join(", "), after.release.modes.join(", ")),
        ("actions", before.release.actions.to_owned(), after.release.actions.to_owned()),
        ("runtime", before.build.minimum_runtime.clone(), after.build.minimum_runtime.clone()),
        ("features", list(&before.build.features), list(&after.build.features)),
    ];
    rows.into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(what, old, new)| ReleaseChange { what, old, new })
        .collect()
}
