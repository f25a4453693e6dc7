//! `hosts.toml`: the hosts of a push.

use std::collections::{BTreeMap, BTreeSet};

use mc_plan::host_file::LabelValue;
use mc_plan::value::TextKind;
use mc_transport::target::{Target, TargetError};
use serde::Deserialize;

/// A host to push to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// What it is called here.
    pub(crate) name: String,
    /// The id it gets if it has none of its own.
    pub(crate) id: Option<String>,
    /// Where it is.
    pub(crate) target: Target,
    /// The labels it gets if it has none of its own, as they are written for an agent.
    pub(crate) labels: BTreeMap<String, String>,
}

/// The file's form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InventoryToml {
    format: Option<u64>,
    #[serde(default)]
    host: Vec<HostToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostToml {
    id: String,
    address: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, LabelValue>,
}

/// Reads an inventory. The error says what is wrong with it, and where.
pub(crate) fn parse(text: &str) -> Result<Vec<Host>, String> {
    let file: InventoryToml =
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    if let Some(format) = file.format.filter(|format| *format != 1) {
        return Err(format!("it has the format {format}, and this program reads the format 1"));
    }
    if file.host.is_empty() {
        return Err("it has no `[[host]]`".to_owned());
    }
    let mut names = BTreeSet::new();
    let mut hosts = Vec::with_capacity(file.host.len());
    for host in file.host {
        let id = host.id.clone();
        if !names.insert(id.clone()) {
            return Err(format!("the host `{id}` is there twice"));
        }
        hosts.push(Host::new(host).map_err(|why| format!("the host `{id}`: {why}"))?);
    }
    Ok(hosts)
}

impl Host {
    fn new(host: HostToml) -> Result<Self, String> {
        let HostToml { id, address, port, user, labels } = host;
        if TextKind::HostName.check(&id).is_err() {
            return Err("its id is not written like a host name".to_owned());
        }
        if let Some(name) = labels.keys().find(|name| !is_label_name(name)) {
            return Err(format!(
                "`{name}` is no label's name: letters, digits and `_`, starting with a small letter"
            ));
        }
        let address = address.unwrap_or_else(|| id.clone());
        let target = Target::new(address, port, user).map_err(|error: TargetError| error.to_string())?;
        let labels = labels.into_iter().map(|(name, value)| (name, written(value))).collect();
        Ok(Self { name: id.clone(), id: Some(id), target, labels })
    }

    /// A host that is only named: `[USER@]NAME[:PORT]`.
    pub(crate) fn named(target: Target) -> Self {
        let name = target.address().to_owned();
        let id = TextKind::HostName.check(&name).is_ok().then(|| name.clone());
        Self { name, id, target, labels: BTreeMap::new() }
    }
}

/// A label's value as `mc-agent apply --label` takes it.
fn written(value: LabelValue) -> String {
    match value {
        LabelValue::Bool(value) => value.to_string(),
        LabelValue::Int(value) => value.to_string(),
        LabelValue::Text(value) => value,
    }
}

fn is_label_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn hosts_have_what_is_written_and_nothing_else() {
        let hosts = parse(
            r#"
            [[host]]
            id = "web1.example.com"
            address = "10.77.0.11"
            port = 2222
            user = "ann"
            labels = { role = "Web", rack = 7, canary = true }

            [[host]]
            id = "web2.example.com"
            "#,
        )
        .unwrap();
        let shown: Vec<String> = hosts
            .iter()
            .map(|host| format!("{} {:?} {} {:?}", host.name, host.id, host.target, host.labels))
            .collect();
        expect![[r#"
            web1.example.com Some("web1.example.com") ann@10.77.0.11:2222 {"canary": "true", "rack": "7", "role": "Web"}
            web2.example.com Some("web2.example.com") web2.example.com {}"#]]
        .assert_eq(&shown.join("\n"));
    }

    #[test]
    fn a_named_host_has_an_id_where_its_name_can_be_one() {
        let id = |text: &str| Host::named(text.parse().unwrap()).id;
        assert_eq!(id("root@web1.example.com:22").as_deref(), Some("web1.example.com"));
        assert_eq!(id("[2001:db8::1]:22"), None);
    }

    fn check(text: &str, expected: &Expect) {
        expected.assert_eq(&parse(text).unwrap_err());
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        check("", &expect!["it has no `[[host]]`"]);
        check("format = 2", &expect!["it has the format 2, and this program reads the format 1"]);
        check(
            "[[host]]\nid = \"web1\"\nadress = \"10.77.0.11\"\n",
            &expect![[r#"
                TOML parse error at line 3, column 1
                  |
                3 | adress = "10.77.0.11"
                  | ^^^^^^
                unknown field `adress`, expected one of `id`, `address`, `port`, `user`, `labels`"#]],
        );
        check("[[host]]\nid = \"a\"\n[[host]]\nid = \"a\"", &expect!["the host `a` is there twice"]);
        check("[[host]]\nid = \"a b\"", &expect!["the host `a b`: its id is not written like a host name"]);
        check(
            "[[host]]\nid = \"a\"\naddress = \"-oProxyCommand=x\"",
            &expect![
                "the host `a`: `-oProxyCommand=x` is not a host name, an address or a name from the ssh configuration"
            ],
        );
        check("[[host]]\nid = \"a\"\nuser = \"a b\"", &expect!["the host `a`: `a b` is not a login name"]);
        check(
            "[[host]]\nid = \"a\"\nlabels = { Role = \"Web\" }",
            &expect![
                "the host `a`: `Role` is no label's name: letters, digits and `_`, starting with a small letter"
            ],
        );
    }
}
