//! `host.toml`: who a host is, which streams it takes, and its labels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::trust::{FileError, check_format, from_toml};

/// What a host says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostFile {
    /// Its id, by which an audience names it.
    pub id: Option<String>,
    /// The streams it takes, in the order in which they run. None: every stream that it trusts.
    pub streams: Option<Vec<String>>,
    /// Its labels, by the name of the variant where they are enums.
    pub labels: BTreeMap<String, LabelValue>,
}

/// A label's value as a host writes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum LabelValue {
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text, or a variant's name.
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostToml {
    format: u64,
    id: Option<String>,
    streams: Option<Vec<String>>,
    #[serde(default)]
    labels: BTreeMap<String, LabelValue>,
}

impl HostFile {
    /// Reads a host file.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let HostToml { format, id, streams, labels } = from_toml(text)?;
        check_format(format)?;
        if let Some(id) = id.as_ref().filter(|id| !crate::bundle::is_host_id(id)) {
            return Err(FileError::HostId(id.clone()));
        }
        let names = streams.as_deref().unwrap_or_default();
        for (at, name) in names.iter().enumerate() {
            if !crate::bundle::is_stream_name(name) {
                return Err(FileError::StreamName(name.clone()));
            }
            if names[..at].contains(name) {
                return Err(FileError::DuplicateStream(name.clone()));
            }
        }
        if let Some(name) = labels.keys().find(|name| !is_label_name(name)) {
            return Err(FileError::LabelName(name.clone()));
        }
        Ok(Self { id, streams, labels })
    }
}

fn is_label_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        HostFile::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_host_file() {
        let file = HostFile::parse(
            r#"
            format = 1
            id = "web1.example.com"
            streams = ["base", "web"]
            [labels]
            role = "Web"
            rack = 7
            canary = true
            "#,
        )
        .unwrap();
        assert_eq!(file.id.as_deref(), Some("web1.example.com"));
        assert_eq!(file.streams.as_deref(), Some(&["base".to_owned(), "web".to_owned()][..]));
        assert_eq!(file.labels["role"], LabelValue::Text("Web".to_owned()));
        assert_eq!(file.labels["rack"], LabelValue::Int(7));
        assert_eq!(file.labels["canary"], LabelValue::Bool(true));
        assert_eq!(HostFile::parse("format = 1"), Ok(HostFile::default()));
    }

    #[test]
    fn files_that_make_no_sense() {
        assert!(error("format = 3").contains("format 3"));
        assert!(error("format = 1\nname = \"x\"").contains("unknown field `name`"));
        assert!(error("format = 1\nid = \"a b\"").contains("no host's id"));
        assert!(error("format = 1\nstreams = [\"a\", \"a\"]").contains("twice"));
        assert!(error("format = 1\nstreams = [\"*\"]").contains("no stream's name"));
        assert!(error("format = 1\n[labels]\nRole = \"Web\"").contains("no label's name"));
        assert!(error("format = 1\n[labels]\nrole = 1.5").contains("role"));
        assert!(error("format = 1\n[labels]\nrole = [1]").contains("role"));
    }
}
