//! The host owner's files: what is trusted, and who the host is.

use std::collections::BTreeMap;
use std::io::Read as _;

use camino::Utf8Path;
use mc_engine::host::{HostErrorKind, ReadHost as _};
use mc_engine::label::{LabelSource, Labels};
use mc_plan::host_file::{HostFile, LabelValue};
use mc_plan::trust::TrustStore;
use rustix::fs::{OFlags, Stat};

use crate::host::{OsHost, Root};

/// Where the host's owner says which keys are trusted.
pub(crate) const TRUST: &str = "/etc/masterchef/trust.toml";
/// Where the host's owner says who the host is.
pub(crate) const HOST: &str = "/etc/masterchef/host.toml";
/// None of these files is longer.
const LIMIT: u64 = 1 << 20;

/// What the owner of a host says about it, or who pushes to it, where the owner says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// The keys that are trusted.
    pub(crate) trust: TrustStore,
    /// The host's id, where it has one.
    pub(crate) id: Option<String>,
    /// The streams it takes; none: all that it trusts.
    pub(crate) streams: Option<Vec<String>>,
    /// Its labels.
    pub(crate) labels: Labels,
}

/// Why a file cannot be used.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// It is not there, cannot be read, or makes no sense.
    Environment(String),
    /// The options contradict the host's own file.
    Usage(String),
}

fn environment(path: impl std::fmt::Display, why: impl std::fmt::Display) -> ConfigError {
    ConfigError::Environment(format!("{path}: {why}"))
}

impl Standing {
    /// Reads the host's files. A trust file that is named lies where the caller is, the others inside the
    /// root.
    pub(crate) fn read(
        host: &OsHost,
        trust: Option<&Utf8Path>,
        labels: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let rooted = host.identity().rooted;
        let owned = !rooted && host.identity().uid == 0;
        let trust = match trust {
            Some(path) => {
                let here = OsHost::open(None, crate::host::Durability::None)
                    .map_err(|error| environment(path, error))?;
                read_named(here.root(), path, owned)?
                    .ok_or_else(|| environment(path, "the trust file does not exist"))
                    .and_then(|text| parse_trust(path, &text))?
            }
            None => {
                let path = Utf8Path::new(TRUST);
                read_inside(host.root(), path, owned)?
                    .ok_or_else(|| {
                        environment(path, "the trust file does not exist; name one with `--trust`")
                    })
                    .and_then(|text| parse_trust(path, &text))?
            }
        };
        let path = Utf8Path::new(HOST);
        let file = match read_inside(host.root(), path, owned)? {
            Some(text) => Some(HostFile::parse(&text).map_err(|error| environment(path, error))?),
            None => None,
        };
        if file.is_some() && !labels.is_empty() && !rooted {
            return Err(ConfigError::Usage(format!(
                "`--label` is for hosts without {HOST}, and this one has it: change the labels there"
            )));
        }
        let file = file.unwrap_or_default();
        let mut values: BTreeMap<String, String> = file
            .labels
            .into_iter()
            .map(|(name, value)| match value {
                LabelValue::Bool(truth) => (name, truth.to_string()),
                LabelValue::Int(number) => (name, number.to_string()),
                LabelValue::Text(text) => (name, text),
            })
            .collect();
        let mut source = if values.is_empty() { LabelSource::None } else { LabelSource::Host };
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in labels {
            if given.insert(name.clone(), value.clone()).is_some() {
                return Err(ConfigError::Usage(format!("`--label {name}` is given twice")));
            }
            source = LabelSource::CommandLine;
        }
        values.extend(given);
        Ok(Self { trust, id: file.id, streams: file.streams, labels: Labels { values, source } })
    }
}

fn parse_trust(path: &Utf8Path, text: &str) -> Result<TrustStore, ConfigError> {
    TrustStore::parse(text).map_err(|error| environment(path, error))
}

/// A file of the host, where only links that its owner made are followed.
fn read_inside(root: &Root, path: &Utf8Path, owned: bool) -> Result<Option<String>, ConfigError> {
    let folder = path.parent().unwrap_or(Utf8Path::new("/"));
    let parent = match root.directory(folder) {
        Ok(parent) => parent,
        Err(error) if error.kind == HostErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(environment(path, error)),
    };
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let name = path.file_name().unwrap_or_default();
    match rustix::fs::openat(&parent, name, flags, rustix::fs::Mode::empty()) {
        Ok(fd) => {
            let holder = rustix::fs::fstat(&parent).map_err(|error| environment(path, error))?;
            read_checked(path, fd.into(), owned.then_some(&holder)).map(Some)
        }
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(error) => Err(environment(path, std::io::Error::from(error))),
    }
}

/// A file that the caller names, relative to where the caller is.
fn read_named(root: &Root, path: &Utf8Path, owned: bool) -> Result<Option<String>, ConfigError> {
    if !owned {
        return match std::fs::File::open(path) {
            Ok(file) => read_checked(path, file, None).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(environment(path, error)),
        };
    }
    let absolute = std::path::absolute(path).map_err(|error| environment(path, error))?;
    match Utf8Path::from_path(&absolute) {
        Some(absolute) => read_inside(root, absolute, owned),
        None => Err(environment(path, "the path is no text")),
    }
}

/// Reads an open file. `holder` is its directory, where both have to be root's.
fn read_checked(path: &Utf8Path, file: std::fs::File, holder: Option<&Stat>) -> Result<String, ConfigError> {
    let stat = rustix::fs::fstat(&file).map_err(|error| environment(path, std::io::Error::from(error)))?;
    if let Some(holder) = holder {
        if stat.st_uid != 0 || stat.st_mode & 0o022 != 0 {
            return Err(environment(path, "it has to belong to root and be writable by nobody else"));
        }
        // In a sticky directory nobody but its owner can replace the file.
        if holder.st_uid != 0 || (holder.st_mode & 0o022 != 0 && holder.st_mode & 0o1000 == 0) {
            return Err(environment(
                path,
                "its directory has to belong to root and be writable by nobody else",
            ));
        }
    }
    let mut text = String::new();
    file.take(LIMIT + 1).read_to_string(&mut text).map_err(|error| environment(path, error))?;
    if text.len() as u64 > LIMIT {
        return Err(environment(path, "it has more than 1 MiB"));
    }
    Ok(text)
}
