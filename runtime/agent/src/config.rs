//! The host owner's files: what is trusted, and who the host is.

use std::collections::BTreeMap;
use std::io::Read as _;

use camino::Utf8Path;
use mc_engine::host::{HostErrorKind, ReadHost as _};
use mc_engine::label::{LabelSource, Labels};
use mc_plan::host_file::{HostFile, LabelValue};
use mc_plan::trust::TrustStore;
use mc_plan::value::TextKind;
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
    /// What of this is not the owner's and holds for one run, a line each.
    pub(crate) notes: Vec<String>,
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
        let owned = is_owned(host);
        let trust = match trust {
            Some(path) => {
                let here = OsHost::open(None, crate::host::Durability::None)
                    .map_err(|error| environment(path, error))?;
                read_named(here.root(), path, owned)?
                    .ok_or_else(|| environment(path, "the trust file does not exist"))
                    .and_then(|text| parse_trust(path, &text))?
            }
            None => own_trust(host)?.ok_or_else(|| {
                environment(TRUST, "the trust file does not exist; name one with `--trust`")
            })?,
        };
        let file = own_host(host)?;
        if file.is_some() && !labels.is_empty() && !rooted {
            return Err(ConfigError::Usage(format!(
                "`--label` is for hosts without {HOST}, and this one has it: change the labels there"
            )));
        }
        let file = file.unwrap_or_default();
        let Labels { mut values, mut source } = own_labels(file.labels);
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in labels {
            if given.insert(name.clone(), value.clone()).is_some() {
                return Err(ConfigError::Usage(format!("`--label {name}` is given twice")));
            }
            source = LabelSource::CommandLine;
        }
        values.extend(given);
        let labels = Labels { values, source };
        Ok(Self { trust, id: file.id, streams: file.streams, labels, notes: Vec::new() })
    }
}

/// What the owner of a host says about it, as far as the owner does.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    trust: Option<TrustStore>,
    host: Option<HostFile>,
}

/// What an operator says about a host. It holds for one run, and only where the owner says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Operator<'a> {
    /// The trust document, as its file has it.
    pub(crate) trust: &'a [u8],
    /// The host's id.
    pub(crate) id: Option<&'a str>,
    /// The host's labels.
    pub(crate) labels: &'a BTreeMap<String, String>,
}

impl Own {
    /// Reads the host's files.
    pub(crate) fn read(host: &OsHost) -> Result<Self, ConfigError> {
        Ok(Self { trust: own_trust(host)?, host: own_host(host)? })
    }

    /// Whether the owner says what is trusted.
    pub(crate) fn trusts(&self) -> bool {
        self.trust.is_some()
    }

    /// The id that the owner gave the host.
    pub(crate) fn id(&self) -> Option<&str> {
        self.host.as_ref()?.id.as_deref()
    }

    /// With what the operator says where the owner says nothing. A host file wins as a whole: an id or labels
    /// from elsewhere beside it could make the host take what it was never meant to.
    pub(crate) fn or(self, operator: &Operator<'_>) -> Result<Standing, ConfigError> {
        let mut notes = Vec::new();
        let trust = match self.trust {
            Some(trust) => trust,
            None => {
                notes.push("the operator's trust document counts: the host has none of its own".to_owned());
                let name = "the operator's trust document";
                let text = std::str::from_utf8(operator.trust).map_err(|error| environment(name, error))?;
                TrustStore::parse(text).map_err(|error| environment(name, error))?
            }
        };
        let (id, streams, labels) = match self.host {
            Some(file) => (file.id, file.streams, own_labels(file.labels)),
            None => {
                let id = match operator.id {
                    Some(id) if TextKind::HostName.check(id).is_err() => {
                        return Err(environment(
                            "the operator's id for the host",
                            "it is not written like a host name",
                        ));
                    }
                    id => id.map(str::to_owned),
                };
                notes.extend(id.as_ref().map(|id| {
                    format!("the operator's id for the host counts, `{id}`: the host has none of its own")
                }));
                let values = operator.labels.clone();
                if values.is_empty() {
                    (id, None, Labels::none())
                } else {
                    let names: Vec<&str> = values.keys().map(String::as_str).collect();
                    notes.push(format!(
                        "the operator's labels count ({}): the host has none of its own",
                        names.join(", ")
                    ));
                    (id, None, Labels { values, source: LabelSource::Operator })
                }
            }
        };
        Ok(Standing { trust, id, streams, labels, notes })
    }
}

fn is_owned(host: &OsHost) -> bool {
    !host.identity().rooted && host.identity().uid == 0
}

fn own_trust(host: &OsHost) -> Result<Option<TrustStore>, ConfigError> {
    let path = Utf8Path::new(TRUST);
    let text = read_inside(host.root(), path, is_owned(host))?;
    text.map(|text| parse_trust(path, &text)).transpose()
}

fn own_host(host: &OsHost) -> Result<Option<HostFile>, ConfigError> {
    let path = Utf8Path::new(HOST);
    let text = read_inside(host.root(), path, is_owned(host))?;
    text.map(|text| HostFile::parse(&text).map_err(|error| environment(path, error))).transpose()
}

fn own_labels(labels: BTreeMap<String, LabelValue>) -> Labels {
    let values: BTreeMap<String, String> = labels
        .into_iter()
        .map(|(name, value)| match value {
            LabelValue::Bool(truth) => (name, truth.to_string()),
            LabelValue::Int(number) => (name, number.to_string()),
            LabelValue::Text(text) => (name, text),
        })
        .collect();
    let source = if values.is_empty() { LabelSource::None } else { LabelSource::Host };
    Labels { values, source }
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
