//! A push for machines: one object (`docs/reference/push-json.md`).

use std::collections::BTreeMap;

use mc_plan::bundle::Verified;
use mc_plan::digest::hex;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::inventory::Host;
use crate::outcome::Ended;

/// The version of the form.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    noop: bool,
    exit_status: u8,
    bundle: Bundle<'a>,
    hosts: Vec<HostObject<'a>>,
}

#[derive(Serialize)]
struct Bundle<'a> {
    manifest: String,
    stream: &'a str,
    epoch: u64,
    sequence: u64,
}

#[derive(Serialize)]
struct HostObject<'a> {
    host: &'a str,
    target: String,
    outcome: &'static str,
    error: Option<Error<'a>>,
    agent: Option<AgentObject<'a>>,
    exit_status: Option<u8>,
    counts: Option<&'a BTreeMap<String, u64>>,
    took_ms: u64,
    report: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: Option<&'a str>,
    message: String,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct AgentObject<'a> {
    version: &'a str,
    uploaded: bool,
    own_trust: bool,
    host_id: Option<&'a str>,
}

/// Whether a report can be passed on.
pub(crate) fn is_json(report: &[u8]) -> bool {
    raw(report).is_some()
}

fn raw(report: &[u8]) -> Option<&RawValue> {
    serde_json::from_slice(report).ok()
}

/// The whole document, with the end of its last line.
pub(crate) fn document(
    bundle: &Verified<'_>,
    noop: bool,
    hosts: &[Host],
    ended: &[Ended],
    exit_status: u8,
) -> String {
    let release = &bundle.manifest().release;
    let document = Document {
        format: FORMAT,
        noop,
        exit_status,
        bundle: Bundle {
            manifest: hex(&bundle.id()),
            stream: &release.stream,
            epoch: release.epoch,
            sequence: release.sequence,
        },
        hosts: hosts.iter().zip(ended).map(|(host, ended)| object(host, ended)).collect(),
    };
    // invariant: all keys are texts, so this cannot fail
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn object<'a>(host: &'a Host, ended: &'a Ended) -> HostObject<'a> {
    let delivered = ended.result.as_ref().ok();
    HostObject {
        host: &host.name,
        target: host.target.to_string(),
        outcome: ended.name(),
        error: ended.error().map(|error| Error {
            code: error.code,
            message: error.message,
            help: error.help,
        }),
        agent: ended.agent.as_ref().map(|agent| AgentObject {
            version: &agent.version,
            uploaded: agent.uploaded,
            own_trust: agent.own_trust,
            host_id: agent.host_id.as_deref(),
        }),
        exit_status: delivered.map(|delivered| delivered.finished.exit_status),
        counts: delivered.map(|delivered| &delivered.finished.counts),
        took_ms: u64::try_from(ended.took.as_millis()).unwrap_or(u64::MAX),
        report: delivered.and_then(|delivered| raw(delivered.report.as_deref()?)),
    }
}
