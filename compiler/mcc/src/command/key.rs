//! `mcc key`

use crate::env::{Env, fill_random};
use crate::failure::Failure;
use crate::{file, key};
use camino::Utf8PathBuf;
use mc_plan::sign::{KeyFileError, SigningKey};
use mc_plan::trust::{FileError, Stream, TrustStore};

/// Make signing keys
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    New(NewArgs),
}

/// Make a key to sign with, and a trust file that trusts it
///
/// Writes `signing.pem` (PKCS#8, readable by you alone) and `trust.toml`. The passphrase is asked for, or read
/// from the file named by MC_KEY_PASSPHRASE_FILE. Files that exist are never overwritten.
#[derive(Debug, clap::Args)]
struct NewArgs {
    /// The folder for the two files; it is made if it does not exist
    #[arg(long, value_name = "DIR")]
    out: Utf8PathBuf,
    /// Store the key as it is: whoever can read the file can sign with it
    #[arg(long)]
    unencrypted: bool,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    match &args.command {
        Command::New(args) => new(args, env),
    }
}

fn new(args: &NewArgs, env: &Env) -> Result<(), Failure> {
    let (key_path, trust_path) = (args.out.join("signing.pem"), args.out.join("trust.toml"));
    for path in [&key_path, &trust_path] {
        if file::exists(path) {
            return Err(Failure::environment(format!("`{path}` exists already, and nothing is overwritten"))
                .hint("choose another folder for the new key"));
        }
    }
    let cannot = |error: KeyFileError| Failure::environment(format!("cannot make a key: {error}"));
    let key = SigningKey::generate(&mut fill_random).map_err(cannot)?;
    let pem = if args.unencrypted {
        key.to_pem().map_err(cannot)?
    } else {
        let passphrase = key::new_passphrase(env)?;
        key.to_encrypted_pem(passphrase.as_bytes(), &mut fill_random).map_err(cannot)?
    };
    let trust = trust(&key).map_err(|error| Failure::internal(&error.to_string()))?;
    file::create_folder(&args.out)?;
    file::create(&key_path, pem.as_bytes(), 0o600)?;
    file::create(&trust_path, trust.to_toml().as_bytes(), 0o644)?;
    env.say(&format!(
        "made the key {}\n  `{key_path}` signs: keep it secret{}\n  `{trust_path}` trusts it: hosts get this one\n",
        key.public().id(),
        if args.unencrypted { "; it is not encrypted" } else { "" },
    ));
    Ok(())
}

/// Trust in one key, for every stream.
fn trust(key: &SigningKey) -> Result<TrustStore, FileError> {
    TrustStore::new(vec![Stream::new("*".to_owned(), 1, 1, vec![key.public().clone()])?])
}
