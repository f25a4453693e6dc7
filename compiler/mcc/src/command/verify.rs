//! `mcc verify`

use crate::bundle::{MAX_FILE, refusal};
use crate::env::Env;
use crate::failure::Failure;
use crate::{file, key};
use camino::Utf8PathBuf;
use mc_plan::bundle;
use mc_plan::codec::Limits;
use mc_plan::digest::hex;
use mc_plan::time::utc;

/// Check that a bundle is whole, valid now and signed by a trusted key
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The bundle
    bundle: Utf8PathBuf,
    /// The trust file: streams and the keys that may sign for them
    #[arg(long, value_name = "FILE")]
    trust: Utf8PathBuf,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let trust = key::read_trust(&args.trust)?;
    let bytes = file::read(&args.bundle, MAX_FILE)?;
    let verified =
        bundle::verify(&bytes, &trust, env.now()).map_err(|found| refusal(&args.bundle, &found))?;
    // A host would look at the plan next, so a plan that it would refuse is no success here. How large it may
    // be is the host's own affair.
    verified.plan(Limits { steps: Limits::MOST_STEPS }).map_err(|found| refusal(&args.bundle, &found))?;
    let release = &verified.manifest().release;
    let signers: Vec<String> = verified.signers().iter().map(ToString::to_string).collect();
    env.answer(&format!(
        "`{}` is good\n  id        {}\n  stream    {}, epoch {}, sequence {}\n  expires   {}\n  signed by {}\n",
        args.bundle,
        hex(&verified.id()),
        release.stream,
        release.epoch,
        release.sequence,
        utc(release.expires),
        signers.join(", "),
    ))
}
