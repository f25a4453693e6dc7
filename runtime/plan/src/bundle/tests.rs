//! Whole bundles: what is accepted, and that everything else is refused with its own code.

use std::collections::BTreeMap;

use super::envelope::encode as encode_envelope;
use super::manifest::tests::release;
use super::write::assemble;
use super::*;
use crate::codec::Limits;
use crate::digest::sha256;
use crate::inspect::BundleView;
use crate::key::{PLAN_TYPE, PublicKey, pre_authentication_encoding};
use crate::plan::Plan;
use crate::sign::SigningKey;
use crate::testing;
use crate::trust::{Stream, TrustStore};

const NOW: u64 = 1_772_366_400_000;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32]).unwrap()
}

fn stream(name: &str, threshold: usize, seeds: &[u8]) -> Stream {
    let keys: Vec<PublicKey> = seeds.iter().map(|seed| key(*seed).public().clone()).collect();
    Stream::new(name.to_owned(), 1, threshold, keys).unwrap()
}

fn trust(streams: &[Stream]) -> TrustStore {
    TrustStore::new(streams.to_vec()).unwrap()
}

fn trusting_one() -> TrustStore {
    trust(&[stream("web", 1, &[1])])
}

pub(super) fn content(plan: &Plan) -> Content<'_> {
    Content {
        plan,
        blobs: &testing::BLOBS,
        compiler: Compiler { version: "0.1.0".to_owned(), source: sha256(b"compiler") },
        edition: "2026".to_owned(),
        package: Package { name: "web".to_owned(), version: "0.1.0".to_owned() },
        source: sha256(b"source"),
        lock: None,
        minimum_runtime: Version { major: 0, minor: 1, patch: 0 },
    }
}

fn bundle(plan: &Plan, keys: &[u8]) -> Vec<u8> {
    let keys: Vec<SigningKey> = keys.iter().map(|seed| key(*seed)).collect();
    write(&content(plan), &release(), &keys.iter().collect::<Vec<_>>()).unwrap()
}

fn code(bytes: &[u8], trust: &TrustStore) -> &'static str {
    verify(bytes, trust, NOW).unwrap_err().code()
}

#[test]
fn a_bundle_is_verified_and_read() {
    let plan = testing::everything();
    let bytes = bundle(&plan, &[1]);
    let verified = verify(&bytes, &trusting_one(), NOW).unwrap();
    assert_eq!(verified.signers(), [key(1).public().id()]);
    assert_eq!(verified.plan(Limits::default()).unwrap(), plan);
    for content in testing::BLOBS {
        assert_eq!(verified.blob(&sha256(content)), Some(content));
    }
    assert_eq!(verified.blob(&[0; 32]), None);
    assert_eq!(verified.id(), sha256(&verified.manifest().encode()));
    assert_eq!(verified.manifest().release, release());
    assert_eq!(verified.manifest().build.capabilities, ["fs.write"]);
    assert_eq!(verified.manifest().build.blobs[0].digest, sha256(verified.plan_bytes()));
    assert_eq!(open_unverified(&bytes).unwrap().id(), verified.id());
}

#[test]
fn the_same_input_gives_the_same_file() {
    let plan = testing::everything();
    let bytes = bundle(&plan, &[2, 1]);
    assert_eq!(bundle(&plan, &[1, 2]), bytes);
    let mut other = content(&plan);
    let more: [&[u8]; 4] = [b"unused", testing::BLOBS[1], testing::BLOBS[0], testing::BLOBS[0]];
    other.blobs = &more;
    assert_eq!(write(&other, &release(), &[&key(1), &key(2)]).unwrap(), bytes);
    // Another release block changes nothing of the build block.
    let later = Release { sequence: 2, ..release() };
    let later = write(&other, &later, &[&key(1)]).unwrap();
    let build = |bytes| open_unverified(bytes).unwrap().manifest().build.clone();
    assert_eq!(build(&later), build(&bytes));
}

#[test]
fn every_changed_byte_is_refused() {
    let plan = testing::files(1);
    let bytes = bundle(&plan, &[1]);
    let trust = trusting_one();
    let mut codes = BTreeMap::new();
    for at in 0..bytes.len() {
        for change in [1 << (at % 8), 0x80 >> (at % 7), 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let code = code(&changed, &trust);
            assert!(Refusal::CODES.contains(&code));
            *codes.entry(code).or_insert(0) += 1;
        }
    }
    assert!(verify(&bytes, &trust, NOW).is_ok());
    // Every wall was hit: magic, format, lengths, sizes, envelope, key, signature, frames, contents.
    for code in ["MC5001", "MC5002", "MC5003", "MC5004", "MC5005", "MC5007", "MC5008", "MC5030", "MC5031"] {
        assert!(codes.contains_key(code), "{code}");
    }
}

#[test]
fn every_cut_and_every_extension_is_refused() {
    let bytes = bundle(&testing::files(1), &[1]);
    let trust = trusting_one();
    for end in 0..bytes.len() {
        let expected = if end < MAGIC.len() { "MC5001" } else { "MC5003" };
        assert_eq!(code(&bytes[..end], &trust), expected, "{end}");
    }
    for more in [&[0][..], &[0xff], &bytes] {
        assert_eq!(code(&[&bytes, more].concat(), &trust), "MC5003");
    }
    assert_eq!(code(&bytes[1..], &trust), "MC5001");
}

#[test]
fn keys_and_thresholds() {
    let plan = testing::files(1);
    let (one, both) = (bundle(&plan, &[1]), bundle(&plan, &[1, 2]));
    let two_of_two = trust(&[stream("web", 2, &[1, 2])]);
    assert!(verify(&both, &two_of_two, NOW).is_ok());
    assert_eq!(verify(&one, &two_of_two, NOW).unwrap_err(), Refusal::Threshold { valid: 1, threshold: 2 });
    assert_eq!(code(&one, &trust(&[stream("web", 1, &[2])])), "MC5007");
    assert_eq!(code(&one, &TrustStore::default()), "MC5007");
    // An unknown key beside a known one does no harm, but does not count.
    assert!(verify(&both, &trusting_one(), NOW).is_ok());
    assert_eq!(code(&both, &trust(&[stream("web", 2, &[1, 3])])), "MC5009");
    // Trusted, but for another stream.
    assert_eq!(code(&one, &trust(&[stream("web", 1, &[2]), stream("base", 1, &[1])])), "MC5012");
    assert_eq!(code(&one, &trust(&[stream("base", 1, &[1])])), "MC5011");
    // An entry of its own beats the one for all.
    assert!(verify(&one, &trust(&[stream("*", 1, &[1])]), NOW).is_ok());
    assert_eq!(code(&one, &trust(&[stream("*", 1, &[1]), stream("web", 1, &[2])])), "MC5012");
    // Enough for another stream, too few for this one.
    assert_eq!(code(&one, &trust(&[stream("base", 1, &[1]), stream("web", 2, &[1, 2])])), "MC5009");
}

/// A bundle around this envelope, with the manifest and contents of a good one.
fn enveloped(signatures: &[KeySignature]) -> Vec<u8> {
    with_envelope(&encode_envelope(signatures))
}

fn with_envelope(envelope: &[u8]) -> Vec<u8> {
    let (manifest, plan) = manifest_and_plan();
    assemble(envelope, &manifest, &plan, &BTreeMap::new()).unwrap()
}

fn manifest_and_plan() -> (Vec<u8>, Vec<u8>) {
    let bytes = bundle(&testing::files(1), &[1]);
    let parts = open_unverified(&bytes).unwrap();
    (parts.manifest().encode(), parts.plan_bytes().to_vec())
}

fn signed(seed: u8, document_type: &str) -> KeySignature {
    let (manifest, _) = manifest_and_plan();
    let key = key(seed);
    KeySignature { key: key.public().id(), signature: key.sign(document_type, &manifest) }
}

#[test]
fn signatures_that_do_not_count() {
    let one = trusting_one();
    let two = trust(&[stream("web", 2, &[1, 2])]);
    let good = signed(1, PLAN_TYPE);
    assert!(verify(&enveloped(std::slice::from_ref(&good)), &one, NOW).is_ok());
    // None.
    assert_eq!(code(&enveloped(&[]), &one), "MC5006");
    assert_eq!(code(&with_envelope(&[]), &one), "MC5005");
    // The same one twice, and the same under another key's id.
    assert_eq!(code(&enveloped(&[good.clone(), good.clone()]), &two), "MC5005");
    let lying = KeySignature { key: key(2).public().id(), ..good };
    let mut pair = [good.clone(), lying.clone()];
    pair.sort_by_key(|entry| entry.key);
    assert_eq!(code(&enveloped(&pair), &two), "MC5008");
    assert!(verify(&enveloped(&pair), &one, NOW).is_ok(), "what is not trusted here is not looked at");
    assert_eq!(code(&enveloped(&[lying]), &two), "MC5008");
    // Not sorted.
    pair.reverse();
    assert_eq!(code(&enveloped(&pair), &one), "MC5005");
    // A signature for another kind of document.
    for other in ["application/vnd.masterchef.provider.v1+cbor", "application/vnd.masterchef.plan.v1+cbo", ""]
    {
        assert_eq!(code(&enveloped(&[signed(1, other)]), &one), "MC5008");
    }
    // Over the manifest's bare bytes.
    let (manifest, _) = manifest_and_plan();
    let bare = KeySignature { signature: key(1).sign_encoded(&manifest), ..good };
    assert_eq!(code(&enveloped(&[bare]), &one), "MC5008");
    // The other form of the same signature: s + the group's order.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut malleable = good.clone();
    let mut carry = 0;
    for (byte, add) in malleable.signature[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_be_bytes()[1];
        carry >>= 8;
    }
    assert_eq!(code(&enveloped(&[malleable]), &one), "MC5008");
    // More signatures than are looked at.
    let many: Vec<KeySignature> =
        (0..17).map(|n| KeySignature { key: crate::key::KeyId([n; 32]), ..good.clone() }).collect();
    assert_eq!(code(&enveloped(&many), &one), "MC5004");
    // Valid and garbage together.
    let mut garbage = [good, KeySignature { key: key(2).public().id(), signature: [0; 64] }];
    garbage.sort_by_key(|entry| entry.key);
    assert!(verify(&enveloped(&garbage), &trust(&[stream("web", 1, &[1, 2])]), NOW).is_ok());
    assert_eq!(code(&enveloped(&garbage), &two), "MC5008");
}

/// A bundle whose manifest is signed as it is, whatever it says.
fn signed_manifest(manifest: &[u8], plan: &[u8], others: &[&[u8]]) -> Vec<u8> {
    let signature = key(1).sign_encoded(&pre_authentication_encoding(PLAN_TYPE, manifest));
    let envelope = encode_envelope(&[KeySignature { key: key(1).public().id(), signature }]);
    let others = others.iter().map(|bytes| (sha256(bytes), *bytes)).collect();
    assemble(&envelope, manifest, plan, &others).unwrap()
}

/// A bundle of [`testing::everything`] whose manifest was changed before it was signed.
fn changed(change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let plan = testing::everything();
    let bytes = bundle(&plan, &[1]);
    let parts = open_unverified(&bytes).unwrap();
    let mut manifest = parts.manifest().clone();
    change(&mut manifest);
    signed_manifest(&manifest.encode(), parts.plan_bytes(), &testing::BLOBS)
}

#[test]
fn a_signed_manifest_is_not_believed_blindly() {
    let trust = trusting_one();
    assert!(verify(&changed(|_| {}), &trust, NOW).is_ok());
    assert_eq!(code(&signed_manifest(&[], &[], &[]), &trust), "MC5010");
    assert_eq!(code(&signed_manifest(&[0xbf, 0xff], &[], &[]), &trust), "MC5010");
    assert_eq!(code(&signed_manifest(b"{}", &[], &[]), &trust), "MC5010");
    assert_eq!(code(&changed(|m| m.release.epoch = 2), &trust), "MC5014");
    assert_eq!(code(&changed(|m| m.release.expires = m.release.issued), &trust), "MC5015");
    assert_eq!(code(&changed(|m| m.release.not_before = Some(NOW + CLOCK_SKEW + 1)), &trust), "MC5016");
    assert_eq!(code(&changed(|m| m.release.audience = Some(Vec::new())), &trust), "MC5010");
    let later = release().expires + CLOCK_SKEW;
    assert_eq!(verify(&changed(|_| {}), &trust, later).unwrap_err().code(), "MC5017");
    assert_eq!(verify(&changed(|_| {}), &trust, 0).unwrap_err().code(), "MC5016");
}

#[test]
fn contents_are_those_of_the_table() {
    let trust = trusting_one();
    let blobs =
        |change: fn(&mut Vec<crate::value::Blob>)| code(&changed(|m| change(&mut m.build.blobs)), &trust);
    assert_eq!(blobs(|table| table.truncate(2)), "MC5030");
    assert_eq!(blobs(|table| table.push(crate::value::Blob { digest: [0xff; 32], size: 0 })), "MC5030");
    assert_eq!(blobs(|table| table[1].size += 1), "MC5030");
    assert_eq!(blobs(|table| table[0].size = u64::MAX), "MC5030");
    assert_eq!(blobs(|table| table[0].digest = [0; 32]), "MC5030");
    assert_eq!(blobs(|table| table[2].digest = table[1].digest), "MC5010");
    assert_eq!(blobs(|table| table[1].digest = table[0].digest), "MC5010");

    // Frames by hand: swapped, cut, lying about their length, with the manifest of another bundle.
    let bytes = changed(|_| {});
    let parts = open_unverified(&bytes).unwrap();
    let (manifest, plan) = (parts.manifest().encode(), parts.plan_bytes());
    let good = signed_manifest(&manifest, plan, &testing::BLOBS);
    assert!(verify(&good, &trust, NOW).is_ok());
    assert_eq!(code(&signed_manifest(&manifest, plan, &testing::BLOBS[..1]), &trust), "MC5030");
    assert_eq!(
        code(&signed_manifest(&manifest, plan, &[testing::BLOBS[0], b"other bytes!"]), &trust),
        "MC5030"
    );
    let other = testing::files(2).encode().unwrap();
    assert_eq!(code(&signed_manifest(&manifest, &other, &testing::BLOBS), &trust), "MC5030");
    let end = good.len();
    let mut lying = good.clone();
    let last = testing::BLOBS.iter().max_by_key(|content| sha256(content)).unwrap().len();
    lying[end - last - 1] ^= 1;
    assert_eq!(code(&lying, &trust), "MC5030");
    let mut flipped = good;
    flipped[end - 1] ^= 1;
    assert_eq!(code(&flipped, &trust), "MC5031");
}

#[test]
fn the_plan_is_the_one_that_the_manifest_describes() {
    let trust = trusting_one();
    let plan = |bytes: &[u8], limits| {
        verify(bytes, &trust, NOW).unwrap().plan(limits).map(|_| ()).map_err(|refusal| refusal.code())
    };
    let all = Limits::default();
    assert_eq!(plan(&changed(|_| {}), all), Ok(()));
    assert_eq!(plan(&changed(|_| {}), Limits { steps: 2 }), Err("MC5033"));
    assert_eq!(plan(&changed(|m| m.build.steps = 1), Limits { steps: 2 }), Err("MC5033"));
    assert_eq!(plan(&changed(|m| m.build.steps = 2), all), Err("MC5034"));
    assert_eq!(plan(&changed(|m| m.build.providers[0].hash = [0; 32]), all), Err("MC5034"));
    assert_eq!(plan(&changed(|m| m.build.providers[0].protocol = 2), all), Err("MC5034"));
    assert_eq!(plan(&changed(|m| m.build.providers.clear()), all), Err("MC5034"));
    assert_eq!(plan(&changed(|m| m.build.capabilities.clear()), all), Err("MC5034"));
    // Whoever leaves an ability out would have it run by runtimes that do not have it.
    for feature in testing::everything().features() {
        let without = |m: &mut Manifest| m.build.features.retain(|other| *other != feature);
        assert_eq!(plan(&changed(without), all), Err("MC5034"), "{feature}");
    }

    let bytes = changed(|_| {});
    let parts = open_unverified(&bytes).unwrap();
    let with_plan = |plan: &[u8], others: &[&[u8]]| {
        let mut manifest = parts.manifest().clone();
        manifest.build.blobs = vec![testing::blob(plan)];
        let mut others = others.to_vec();
        others.sort_by_key(|content| sha256(content));
        manifest.build.blobs.extend(others.iter().map(|content| testing::blob(content)));
        signed_manifest(&manifest.encode(), plan, &others)
    };
    assert_eq!(plan(&with_plan(parts.plan_bytes(), &testing::BLOBS), all), Ok(()));
    assert_eq!(plan(&with_plan(parts.plan_bytes(), &testing::BLOBS[..1]), all), Err("MC5034"));
    let cut = &parts.plan_bytes()[..100];
    assert_eq!(plan(&with_plan(cut, &testing::BLOBS), all), Err("MC5032"));
    assert_eq!(plan(&with_plan(b"", &testing::BLOBS), all), Err("MC5032"));
}

#[test]
fn what_cannot_be_written() {
    let plan = testing::everything();
    let mut missing = content(&plan);
    missing.blobs = &testing::BLOBS[..1];
    let one = key(1);
    let error = write(&missing, &release(), &[&one]).unwrap_err();
    assert_eq!(error, WriteError::MissingBlob(sha256(testing::BLOBS[1])));
    assert_eq!(write(&content(&plan), &release(), &[]), Err(WriteError::Keys));
    assert_eq!(write(&content(&plan), &release(), &[&one, &one]), Err(WriteError::Keys));
    let mut broken = plan.clone();
    broken.steps[0].schema = 7;
    assert!(matches!(write(&content(&broken), &release(), &[&one]), Err(WriteError::Plan(_))));
    for wrong in [
        Release { stream: "a b".to_owned(), ..release() },
        Release { expires: release().issued, ..release() },
        Release { not_before: Some(release().expires), ..release() },
        Release { audience: Some(vec!["b".to_owned(), "a".to_owned()]), ..release() },
    ] {
        assert!(matches!(write(&content(&plan), &wrong, &[&one]), Err(WriteError::Release(_))));
    }
}

#[test]
fn sizes_are_checked_before_anything_is_read() {
    let mut head = bundle(&testing::files(1), &[1])[..HEADER_LENGTH].to_vec();
    let trust = trusting_one();
    head[12..16].copy_from_slice(&(MAX_ENVELOPE as u32 + 1).to_be_bytes());
    assert_eq!(code(&head, &trust), "MC5004");
    head[12..16].copy_from_slice(&0_u32.to_be_bytes());
    head[16..20].copy_from_slice(&(MAX_MANIFEST as u32 + 1).to_be_bytes());
    assert_eq!(code(&head, &trust), "MC5004");
    head[16..20].copy_from_slice(&0_u32.to_be_bytes());
    head[24..].copy_from_slice(&u64::MAX.to_be_bytes());
    assert_eq!(code(&head, &trust), "MC5003");
}

proptest::proptest! {
    /// Whatever stands in the file, the answer is a refusal.
    #[test]
    fn garbage_is_refused(
        lengths in proptest::array::uniform4(0_u8..40),
        body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..100),
    ) {
        let mut bytes = bundle(&testing::files(1), &[1])[..HEADER_LENGTH].to_vec();
        for (at, length) in [15, 19, 23, 31].into_iter().zip(lengths) {
            bytes[at] = length;
        }
        bytes[30] = 0;
        bytes.extend_from_slice(&body);
        proptest::prop_assert!(verify(&bytes, &trusting_one(), NOW).is_err());
        proptest::prop_assert!(open_unverified(&bytes).is_err());
        proptest::prop_assert!(verify(&body, &trusting_one(), NOW).is_err());
    }
}

#[test]
fn every_refusal_says_something() {
    let id = key(1).public().id();
    let text = String::new;
    let error = crate::codec::DecodeError { at: 3, problem: crate::codec::Problem::Truncated };
    let all = [
        Refusal::NotABundle,
        Refusal::Format { found: 2 },
        Refusal::Length { expected: 10, actual: 9 },
        Refusal::TooLarge { what: "signatures", size: 17, limit: 16 },
        Refusal::Envelope(error.clone()),
        Refusal::Unsigned,
        Refusal::UnknownKey { keys: vec![id] },
        Refusal::BadSignature { key: id },
        Refusal::Threshold { valid: 1, threshold: 2 },
        Refusal::Manifest(error.clone()),
        Refusal::StreamUnknown { stream: text() },
        Refusal::KeyNotForStream { stream: text() },
        Refusal::StreamNotTaken { stream: text() },
        Refusal::Epoch { stream: text(), found: 1, trusted: 2 },
        Refusal::Dates { issued: 1, expires: 0 },
        Refusal::NotYetValid { from: 1, now: 0 },
        Refusal::Expired { expires: 0, now: 1 },
        Refusal::ClockBehind { now: 0, seen: 1 },
        Refusal::SequenceOld { stream: text(), sequence: 1, accepted: 2 },
        Refusal::SequenceReused { stream: text(), sequence: 1 },
        Refusal::Audience { host: text() },
        Refusal::NoHostId,
        Refusal::Mode { mode: "ssh" },
        Refusal::CheckOnly,
        Refusal::Runtime { needed: text(), have: text() },
        Refusal::Feature { feature: text() },
        Refusal::Blobs { problem: "x" },
        Refusal::BlobDigest { digest: [0; 32] },
        Refusal::Plan(error),
        Refusal::PlanTooLarge { what: "steps", count: 2, limit: 1 },
        Refusal::PlanMismatch { problem: "x" },
        Refusal::ProviderMissing { schema: text(), provider: text() },
        Refusal::ProviderProtocol { schema: text(), provider: text(), needed: 1, have: 2 },
        Refusal::SchemaMismatch { schema: text() },
    ];
    let codes: Vec<&str> = all.iter().map(Refusal::code).collect();
    assert_eq!(codes, Refusal::CODES);
    for refusal in &all {
        let (message, help) = (refusal.to_string(), refusal.help());
        for text in [message.as_str(), help] {
            assert!(
                text.starts_with(|c: char| c == '`' || c.is_lowercase()) && !text.ends_with('.'),
                "{text}"
            );
        }
    }
}

/// The worked example of `docs/reference/bundle.md`: the file in its text is this one.
#[test]
fn the_reference_shows_this_bundle() {
    let plan = testing::files(1);
    let bytes = bundle(&plan, &[1]);
    let reference = include_str!("../../../../docs/reference/bundle.md");
    let dump =
        reference.split("<!-- example -->\n```\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    // invariant: a line is "offset  bytes  | text".
    let shown: Vec<u8> = dump
        .lines()
        .flat_map(|line| line[6..].split('|').next().unwrap().split_whitespace())
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    assert!(shown == bytes, "the example should be\n{}", hex_dump(&bytes));
    let verified = verify(&shown, &trusting_one(), NOW).unwrap();
    for stated in [
        crate::digest::hex(&verified.id()),
        key(1).public().to_string(),
        key(1).public().id().to_string(),
        crate::digest::hex(&testing::file_schema().hash()),
    ] {
        assert!(reference.contains(&stated), "{stated}");
    }
    for code in Refusal::CODES {
        assert!(reference.contains(code), "{code}");
    }
}

fn hex_dump(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (row, chunk) in bytes.chunks(16).enumerate() {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String = chunk
            .iter()
            .map(|byte| if byte.is_ascii_graphic() && *byte != b'|' { char::from(*byte) } else { '.' })
            .collect();
        out.push_str(&format!("{:04x}  {:47} | {text}\n", row * 16, hex.join(" ")));
    }
    out
}

#[test]
fn the_view_is_complete() {
    let plan = testing::everything();
    let bytes = bundle(&plan, &[1]);
    let view = BundleView::of(&open_unverified(&bytes).unwrap());
    assert_eq!(view.release.issued, "2026-03-01T12:00:00Z");
    assert_eq!(view.release.modes, ["apply", "agent", "ssh"]);
    assert_eq!(view.release.actions, "check and apply");
    assert_eq!(view.build.blobs.len(), 3);
    assert_eq!(view.build.plan, view.build.blobs[0].digest);
    assert_eq!(view.build.steps, 3);
    assert_eq!(view.keys, [key(1).public().id().to_string()]);
}
