//! Key files, passphrases and trust files: how they come in from the outside.

use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use camino::{Utf8Path, Utf8PathBuf};
use mc_plan::sign::{KeyFileError, SigningKey};
use mc_plan::trust::TrustStore;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal};
use zeroize::Zeroizing;

/// Key, passphrase and trust files are small; whatever is larger is another file.
const LIMIT: u64 = 1 << 20;

/// A key file that was read and not opened yet.
pub(crate) struct Locked {
    path: Utf8PathBuf,
    pem: Zeroizing<String>,
    open_to_others: bool,
}

impl Locked {
    /// Reads the file.
    pub(crate) fn read(path: &Utf8Path) -> Result<Self, Failure> {
        if !file::exists(path) {
            return Err(Failure::environment(format!("there is no key file `{path}`"))
                .hint("make a key with `mcc key new --out DIR`: it writes `DIR/signing.pem`"));
        }
        let text =
            String::from_utf8(file::read(path, LIMIT)?).map_err(|_| failure(path, &KeyFileError::NotPem))?;
        let open_to_others = file::is_open_to_others(path);
        Ok(Locked { path: path.to_owned(), pem: Zeroizing::new(text), open_to_others })
    }

    /// Whether others than the owner may read or write the file.
    pub(crate) fn is_open_to_others(&self) -> bool {
        self.open_to_others
    }

    /// Opens it, with a passphrase if it needs one.
    pub(crate) fn unlock(&self, env: &Env) -> Result<SigningKey, Failure> {
        let passphrase = match SigningKey::is_encrypted(&self.pem) {
            true => Some(passphrase(env, &format!("passphrase of `{}`", self.path))?),
            false => None,
        };
        let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_bytes());
        SigningKey::from_pem(&self.pem, passphrase).map_err(|error| failure(&self.path, &error))
    }
}

fn failure(path: &Utf8Path, error: &KeyFileError) -> Failure {
    let failure = Failure::environment(format!("cannot use the key `{path}`: {error}"));
    match error {
        KeyFileError::NotPem => {
            failure.hint("`mcc key new --out DIR` makes a key and writes `DIR/signing.pem`")
        }
        _ => failure,
    }
}

/// A passphrase from the file that the environment names, or from the person at the terminal.
pub(crate) fn passphrase(env: &Env, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    match &env.passphrase_file {
        Some(path) => {
            let content = Zeroizing::new(file::read(path, LIMIT)?);
            let text = std::str::from_utf8(&content)
                .map_err(|_| Failure::environment(format!("`{path}` is not text in UTF-8")))?;
            not_empty(text.lines().next().unwrap_or_default())
                .map_err(|failure| failure.hint(format!("it is read from the first line of `{path}`")))
        }
        None => not_empty(&ask(env, prompt)?),
    }
}

/// A passphrase for a new key: typed twice, if it is typed.
pub(crate) fn new_passphrase(env: &Env) -> Result<Zeroizing<String>, Failure> {
    let first = passphrase(env, "passphrase for the new key")?;
    if env.passphrase_file.is_none() && *ask(env, "the same again")? != *first {
        return Err(Failure::usage("the two passphrases differ"));
    }
    Ok(first)
}

fn not_empty(text: &str) -> Result<Zeroizing<String>, Failure> {
    if text.is_empty() {
        return Err(Failure::usage("the passphrase is empty"));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// Asks at the terminal, without showing what is typed.
fn ask(env: &Env, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::environment("there is no terminal to ask for the passphrase")
            .hint("name a file that holds it in MC_KEY_PASSPHRASE_FILE"));
    }
    env.say(&format!("{prompt}: "));
    let echo = HiddenInput::begin()?;
    let mut line = Zeroizing::new(String::new());
    let read = stdin.lock().read_line(&mut line);
    drop(echo);
    env.say("\n");
    read.map_err(|error| Failure::environment(format!("cannot read the passphrase: {error}")))?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The terminal without echo, until it is dropped.
struct HiddenInput(rustix::termios::Termios);

impl HiddenInput {
    fn begin() -> Result<Self, Failure> {
        let failed = |error| Failure::environment(format!("cannot hide what is typed: {error}"));
        let before = tcgetattr(rustix::stdio::stdin()).map_err(failed)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // The line's end is shown, so that the cursor does not stay behind the question.
        hidden.local_modes.insert(LocalModes::ICANON);
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &hidden).map_err(failed)?;
        Ok(HiddenInput(before))
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Reads a trust file.
pub(crate) fn read_trust(path: &Utf8Path) -> Result<TrustStore, Failure> {
    let content = file::read(path, LIMIT)?;
    let unusable = |why: String| Failure::environment(format!("cannot use the trust file `{path}`: {why}"));
    let text = String::from_utf8(content).map_err(|_| unusable("it is not text in UTF-8".to_owned()))?;
    TrustStore::parse(&text).map_err(|error| unusable(error.to_string()))
}
