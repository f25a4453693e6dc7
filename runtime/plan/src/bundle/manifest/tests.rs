//! The manifest's encoding, and the host's checks of it.

use super::*;
use crate::bundle::{CLOCK_SKEW, InstalledProvider, Refusal, check_clock};
use crate::testing;

pub(in crate::bundle) fn release() -> Release {
    Release {
        stream: "web".to_owned(),
        epoch: 1,
        sequence: 1_772_366_400_000,
        issued: 1_772_366_400_000,
        not_before: None,
        expires: 1_772_971_200_000,
        audience: None,
        modes: Modes::ALL,
        actions: Actions::CheckAndApply,
    }
}

fn manifest() -> Manifest {
    let build = Build {
        compiler: Compiler { version: "0.1.0".to_owned(), source: [1; 32] },
        edition: "2026".to_owned(),
        package: Package { name: "web".to_owned(), version: "1.2.0".to_owned() },
        source: [2; 32],
        lock: None,
        minimum_runtime: Version { major: 0, minor: 1, patch: 0 },
        features: Vec::new(),
        providers: vec![Provider::of(&testing::file_schema())],
        capabilities: vec!["fs.write".to_owned()],
        steps: 3,
        blobs: vec![Blob { digest: [9; 32], size: 100 }, Blob { digest: [3; 32], size: 5 }],
    };
    Manifest::new(build, release())
}

fn everything() -> Manifest {
    let mut manifest = manifest();
    manifest.build.lock = Some([4; 32]);
    manifest.build.features = vec!["a".to_owned(), "b".to_owned()];
    manifest.build.blobs.push(Blob { digest: [8; 32], size: 0 });
    manifest.release.not_before = Some(1_772_366_500_000);
    manifest.release.audience = Some(vec!["db1".to_owned(), "web1.example.com".to_owned()]);
    manifest.release.modes = Modes::of(&[Mode::Ssh]).unwrap();
    manifest.release.actions = Actions::Check;
    manifest.ignored = Ignored {
        manifest: vec![(64, vec![0xf5])],
        build: vec![(64, vec![0xa1, 0x61, b'x', 0x81, 0x20]), (1000, vec![0x40])],
        release: vec![(u64::MAX, vec![0xf6])],
    };
    manifest
}

#[test]
fn round_trips() {
    for manifest in [manifest(), everything()] {
        let bytes = manifest.encode();
        assert_eq!(Manifest::decode(&bytes), Ok(manifest));
        for end in 0..bytes.len() {
            assert!(Manifest::decode(&bytes[..end]).is_err());
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(Manifest::decode(&longer).is_err());
    }
}

#[test]
fn changed_manifests_are_refused_or_others() {
    let bytes = everything().encode();
    for at in 0..bytes.len() {
        for change in [0x01, 0x20, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            if let Ok(other) = Manifest::decode(&changed) {
                assert_eq!(other.encode(), changed);
            }
        }
    }
}

#[test]
fn unknown_fields() {
    // A field that may be ignored, in each block.
    assert!(Manifest::decode(&everything().encode()).is_ok());
    let unknown = |change: fn(&mut Ignored)| {
        let mut manifest = everything();
        change(&mut manifest.ignored);
        Manifest::decode(&manifest.encode()).unwrap_err().problem
    };
    assert_eq!(unknown(|i| i.manifest = vec![(3, vec![0])]), Problem::UnknownField(3));
    assert_eq!(unknown(|i| i.build = vec![(63, vec![0])]), Problem::UnknownField(63));
    assert_eq!(unknown(|i| i.release = vec![(9, vec![0])]), Problem::UnknownField(9));
    assert_eq!(unknown(|i| i.build.swap(0, 1)), Problem::KeyOrder);
    assert_eq!(unknown(|i| i.build[1].0 = 64), Problem::KeyOrder);
    // What is ignored is well-formed all the same.
    assert_eq!(unknown(|i| i.release[0].1 = vec![0xf9, 0, 0]), Problem::Unsupported);
    assert_eq!(unknown(|i| i.release[0].1 = vec![0x18, 0x01]), Problem::NotMinimal);
    assert_eq!(unknown(|i| i.release[0].1 = vec![0xa2, 0x01, 0, 0x01, 0]), Problem::KeyOrder);
    assert_eq!(unknown(|i| i.release[0].1 = [0x81].repeat(40)), Problem::TooDeep);
}

#[test]
fn blocks_that_contradict_themselves() {
    let refused = |change: fn(&mut Manifest)| {
        let mut manifest = manifest();
        change(&mut manifest);
        assert!(Manifest::decode(&manifest.encode()).is_err(), "{manifest:?}");
    };
    refused(|m| m.build.blobs.clear());
    refused(|m| m.build.blobs.push(Blob { digest: [2; 32], size: 1 }));
    refused(|m| m.build.blobs.push(Blob { digest: [3; 32], size: 1 }));
    refused(|m| m.build.blobs.push(Blob { digest: [9; 32], size: 100 }));
    refused(|m| m.build.features = vec!["b".to_owned(), "a".to_owned()]);
    refused(|m| m.build.capabilities = vec!["a".to_owned(), "a".to_owned()]);
    refused(|m| m.build.providers.push(m.build.providers[0].clone()));
    refused(|m| m.release.stream = "*".to_owned());
    refused(|m| m.release.audience = Some(Vec::new()));
    refused(|m| m.release.audience = Some(vec!["b".to_owned(), "a".to_owned()]));
    refused(|m| m.release.audience = Some(vec!["*".to_owned()]));
    refused(|m| m.release.expires = u64::MAX);
    refused(|m| m.release.modes = Modes(0));
    refused(|m| m.release.modes = Modes(8));
}

#[test]
fn versions() {
    let parse = |text| Version::parse(text).map(|version| version.to_string());
    assert_eq!(parse("1.20.3").as_deref(), Some("1.20.3"));
    assert_eq!(parse("1.2.3-rc.1+x").as_deref(), Some("1.2.3"));
    for wrong in ["", "1", "1.2", "1.2.3.4", "a.b.c", "1.-2.3", "1..3"] {
        assert_eq!(parse(wrong), None, "{wrong}");
    }
    assert!(Version::parse("0.10.0") > Version::parse("0.9.9"));
}

#[test]
fn dates() {
    let mut manifest = manifest();
    let (issued, expires) = (manifest.release.issued, manifest.release.expires);
    let code = |manifest: &Manifest, now| manifest.check_dates(now).map_err(|refusal| refusal.code());
    assert_eq!(code(&manifest, issued), Ok(()));
    assert_eq!(code(&manifest, issued - CLOCK_SKEW), Ok(()));
    assert_eq!(code(&manifest, issued - CLOCK_SKEW - 1), Err("MC5016"));
    assert_eq!(code(&manifest, expires + CLOCK_SKEW - 1), Ok(()));
    assert_eq!(code(&manifest, expires + CLOCK_SKEW), Err("MC5017"));
    assert_eq!(code(&manifest, 0), Err("MC5016"));
    assert_eq!(code(&manifest, u64::MAX), Err("MC5017"));
    manifest.release.not_before = Some(issued + CLOCK_SKEW);
    assert_eq!(code(&manifest, issued), Ok(()));
    assert_eq!(code(&manifest, issued - 1), Err("MC5016"));
    manifest.release.not_before = Some(expires);
    assert_eq!(code(&manifest, issued), Err("MC5015"));
    manifest.release.not_before = None;
    manifest.release.expires = issued - 1;
    assert_eq!(
        manifest.check_dates(issued).unwrap_err().to_string(),
        "the bundle's dates contradict each other: issued 2026-03-01T12:00:00Z, valid until 2026-03-01T11:59:59Z"
    );
    assert_eq!(check_clock(issued, issued + CLOCK_SKEW), Ok(()));
    assert_eq!(check_clock(issued, issued + CLOCK_SKEW + 1).unwrap_err().code(), "MC5018");
}

#[test]
fn sequences() {
    let manifest = manifest();
    let (id, other, sequence) = ([1; 32], [2; 32], manifest.release.sequence);
    let code = |accepted| manifest.check_sequence(&id, accepted).map_err(|refusal| refusal.code());
    assert_eq!(code(None), Ok(()));
    assert_eq!(code(Some((sequence - 1, other))), Ok(()));
    assert_eq!(code(Some((sequence, id))), Ok(()));
    assert_eq!(code(Some((sequence, other))), Err("MC5020"));
    assert_eq!(code(Some((sequence + 1, id))), Err("MC5019"));
}

#[test]
fn audience_stream_and_mode() {
    let mut manifest = manifest();
    assert_eq!(manifest.check_audience(None), Ok(()));
    manifest.release.audience = Some(vec!["web1".to_owned()]);
    assert_eq!(manifest.check_audience(Some("web1")), Ok(()));
    assert_eq!(manifest.check_audience(Some("web")).unwrap_err().code(), "MC5021");
    assert_eq!(manifest.check_audience(Some("WEB1")).unwrap_err().code(), "MC5021");
    assert_eq!(manifest.check_audience(None), Err(Refusal::NoHostId));

    assert_eq!(manifest.check_stream(None), Ok(()));
    assert_eq!(manifest.check_stream(Some(&["base".to_owned(), "web".to_owned()])), Ok(()));
    assert_eq!(manifest.check_stream(Some(&[])).unwrap_err().code(), "MC5013");

    for mode in Mode::ALL {
        assert_eq!(manifest.check_mode(mode, true), Ok(()));
    }
    manifest.release.modes = Modes::of(&[Mode::Apply, Mode::Agent]).unwrap();
    assert_eq!(manifest.release.modes.iter().map(Mode::name).collect::<Vec<_>>(), ["apply", "agent"]);
    assert_eq!(manifest.check_mode(Mode::Ssh, false), Err(Refusal::Mode { mode: "ssh" }));
    manifest.release.actions = Actions::Check;
    assert_eq!(manifest.check_mode(Mode::Apply, false), Ok(()));
    assert_eq!(manifest.check_mode(Mode::Apply, true), Err(Refusal::CheckOnly));
    assert_eq!(Modes::of(&[]), None);
}

#[test]
fn runtime_and_providers() {
    let mut manifest = manifest();
    let version = |text| Version::parse(text).unwrap();
    manifest.build.minimum_runtime = version("0.2.0");
    assert_eq!(manifest.check_runtime(version("0.2.0")), Ok(()));
    assert_eq!(
        manifest.check_runtime(version("0.1.9")).unwrap_err().to_string(),
        "the bundle needs a runtime of version 0.2.0 at least, and this is 0.1.9"
    );
    manifest.build.features = vec!["time-travel".to_owned()];
    assert_eq!(manifest.check_runtime(version("9.0.0")).unwrap_err().code(), "MC5026");
    // What a plan can say and this runtime cannot do.
    for feature in ["prune", "secrets"] {
        manifest.build.features = vec!["approvals".to_owned(), feature.to_owned()];
        assert_eq!(
            manifest.check_runtime(version("9.0.0")).unwrap_err().to_string(),
            format!("the bundle needs the ability `{feature}`, which this runtime does not have")
        );
    }

    let hash = testing::file_schema().hash();
    let file = InstalledProvider { schema: "std.fs.File", provider: "core.file", protocol: 1, hash };
    let other = InstalledProvider { schema: "std.fs.Directory", ..file };
    assert_eq!(manifest.check_providers(&[other, file]), Ok(()));
    let code = |installed: &[InstalledProvider<'_>]| manifest.check_providers(installed).unwrap_err().code();
    assert_eq!(code(&[other]), "MC5040");
    assert_eq!(code(&[InstalledProvider { provider: "my.file", ..file }]), "MC5040");
    assert_eq!(code(&[InstalledProvider { protocol: 2, ..file }]), "MC5041");
    assert_eq!(code(&[InstalledProvider { hash: [0; 32], ..file }]), "MC5042");
}
