//! `mcc build`

mod release;

use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use crate::key;
use crate::package::Checked;
use camino::Utf8PathBuf;
use mc_compiler::diagnostic::render::Format;
use mc_compiler::package::{self, Manifest, Package, parse_manifest};
use mc_compiler::{Database, Program};
use mc_plan::bundle::{self, Compiler, Content, Version};
use mc_plan::digest::{hex, sha256};
use mc_plan::eval::{Analysis, Phase};
use mc_plan::expr::Operand;
use mc_plan::plan::{Guard, Plan};
use mc_plan::schema::Schema;
use mc_plan::time::utc;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Compile a package and sign the bundle
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's folder
    #[arg(default_value = ".")]
    package: Utf8PathBuf,
    /// The bundle to write; an old one is replaced as a whole
    #[arg(short, long, value_name = "OUT.mcb")]
    output: Utf8PathBuf,
    /// The key to sign with; an encrypted one asks for its passphrase, or reads it from the file named by
    /// MC_KEY_PASSPHRASE_FILE
    #[arg(long, value_name = "FILE")]
    key: Utf8PathBuf,
    /// Fail where the lock is missing, too; one that is behind the packages is an error in any case
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    release: release::ReleaseArgs,
}

/// The oldest runtime that understands what this compiler writes.
const MINIMUM_RUNTIME: Version = Version { major: 0, minor: 1, patch: 0 };

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    // A key that is not there is found out before the work is done; its passphrase is asked for after that.
    let locked = key::Locked::read(&args.key)?;
    if locked.is_open_to_others() {
        env.say(&format!("warning: others than you may read `{}`: chmod 600 it\n", args.key));
    }
    let mut checked = Checked::load(&args.package)?;
    checked.settle_lock(&args.package, args.locked, true, env)?;
    env.say(&checked.render(env, Format::Full));
    if checked.has_errors() {
        return Err(Failure::source());
    }
    let db = &checked.db;
    let program = Program::get(db);
    let manifest = manifest(db);
    let stream = manifest.and_then(|manifest| manifest.stream.as_ref()).unwrap_or(program.name(db));
    let release = args.release.release(stream, env)?;
    let compiled = mc_compiler::compiled_plan(db)
        .ok_or_else(|| Failure::internal("the package has no errors and no plan"))?;
    let blobs: Vec<&[u8]> = compiled.blobs.iter().map(|(_, content)| &**content).collect();
    let content = Content {
        plan: &compiled.plan,
        blobs: &blobs,
        compiler: compiler(),
        edition: manifest.map_or(package::EDITION, |manifest| &manifest.edition).to_owned(),
        package: bundle::Package {
            name: program.name(db).to_string(),
            version: manifest.map(|manifest| manifest.version.to_string()).unwrap_or_default(),
        },
        source: package::source_digest(db),
        lock: checked.lock_digest(),
        minimum_runtime: MINIMUM_RUNTIME,
    };
    let key = locked.unlock(env)?;
    let bytes = bundle::write(&content, &release, &[&key]).map_err(|error| match error {
        bundle::WriteError::Release(_) => Failure::usage(error.to_string()),
        bundle::WriteError::TooLarge(_) => Failure::too_large(error.to_string()),
        bundle::WriteError::Plan(_) | bundle::WriteError::MissingBlob(_) | bundle::WriteError::Keys => {
            Failure::internal(&error.to_string())
        }
    })?;
    file::replace(&args.output, &bytes)?;

    let mut out = String::new();
    let steps = match compiled.plan.steps.len() {
        1 => "1 step".to_owned(),
        n => format!("{n} steps"),
    };
    // invariant: writing to a string does not fail
    let _ = writeln!(out, "built `{}`: {steps}, {} bytes", args.output, bytes.len());
    let _ = writeln!(out, "  file      sha256:{}", hex(&sha256(&bytes)));
    let _ = writeln!(
        out,
        "  stream    {}, epoch {}, sequence {}",
        release.stream, release.epoch, release.sequence
    );
    let _ = writeln!(out, "  expires   {}", utc(release.expires));
    let late = judged_late(&compiled.plan);
    if !late.is_empty() {
        let _ = writeln!(out, "  guards    judged right before a step acts: {}", late.join(", "));
    }
    let _ = writeln!(out, "  signed by {}", key.public().id());
    out.push_str(&not_built_in(&compiled.plan.schemas));
    env.say(&out);
    Ok(())
}

/// What the agent of this version cannot manage, where there is something.
fn not_built_in(schemas: &[Schema]) -> String {
    let missing = schemas.iter().filter(|schema| !schema.is_built_in());
    let names: BTreeSet<&str> =
        missing.map(|schema| schema.name.rsplit('.').next().unwrap_or(&schema.name)).collect();
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = names.into_iter().collect();
    format!(
        "note: the agent of version {} does not manage {} yet and refuses this bundle on hosts (MC5040)\n",
        env!("CARGO_PKG_VERSION"),
        names.join(", ")
    )
}

/// The guards that can be judged only when a step is about to act: they ask what it would do, or read an attribute that
/// is known only while the plan runs. Sorted.
fn judged_late(plan: &Plan) -> Vec<&str> {
    if plan.guards.is_empty() {
        return Vec::new();
    }
    let analysis = Analysis::new(&plan.exprs);
    let late = |guard: &&Guard| {
        let read = analysis.attributes(&plan.exprs, guard.predicate);
        let steps = plan.steps.iter().filter(|step| step.schema == guard.schema);
        let mut settings = steps.flat_map(|step| &step.declarations).flat_map(|d| &d.attributes);
        let runs = |value: &Operand| matches!(value, Operand::Expr(id) if analysis.phase(*id) == Phase::Run);
        analysis.reads_change(guard.predicate)
            || settings.any(|setting| read.contains(&setting.attribute) && runs(&setting.value))
    };
    let mut names: Vec<&str> = plan.guards.iter().filter(late).map(|guard| guard.name.as_str()).collect();
    names.dedup();
    names
}

/// This compiler. Its digest is made by the build script from the sources.
fn compiler() -> Compiler {
    const DIGEST: &[u8] = env!("MCC_SOURCE_DIGEST").as_bytes();
    let digit = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'a' + 10 };
    let mut source = [0; 32];
    for (byte, pair) in source.iter_mut().zip(DIGEST.chunks_exact(2)) {
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    Compiler { version: env!("CARGO_PKG_VERSION").to_owned(), source }
}

fn manifest(db: &Database) -> Option<&Manifest> {
    parse_manifest(db, *Package::get(db).manifest(db)).manifest.as_ref()
}

/// The package's version, as its manifest says it.
pub(crate) fn version(db: &Database) -> String {
    manifest(db).map(|manifest| manifest.version.to_string()).unwrap_or_default()
}
