//! The manifest: what the bundle is (build block) and what it is for (release block).
//!
//! Fields with a key of 64 or more may be added by later versions without being understood by earlier ones:
//! they are kept and ignored. A lower key that is not known refuses the manifest.

use std::fmt;

use crate::codec::{DecodeError, Problem, Reader, Writer, exact};
use crate::schema::Schema;
use crate::time::LATEST;
use crate::value::Blob;

/// The first key that a reader may ignore.
const IGNORABLE: u64 = 64;

/// What a bundle says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What was built.
    pub build: Build,
    /// What it is for.
    pub release: Release,
    ignored: Ignored,
}

/// Fields of later versions, encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ignored {
    manifest: Vec<(u64, Vec<u8>)>,
    build: Vec<(u64, Vec<u8>)>,
    release: Vec<(u64, Vec<u8>)>,
}

/// What was built: the same sources and the same compiler give the same block everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// The compiler.
    pub compiler: Compiler,
    /// The language's edition.
    pub edition: String,
    /// The package.
    pub package: Package,
    /// Digest of the source tree.
    pub source: [u8; 32],
    /// Digest of the lock file, where there is one.
    pub lock: Option<[u8; 32]>,
    /// The runtime it needs.
    pub minimum_runtime: Version,
    /// Abilities a runtime must have, sorted. Unknown ones refuse the bundle.
    pub features: Vec<String>,
    /// The providers it needs, sorted by schema.
    pub providers: Vec<Provider>,
    /// The effects its resources may have, sorted.
    pub capabilities: Vec<String>,
    /// How many steps the plan has.
    pub steps: u32,
    /// All blobs: the plan, then the others sorted by digest.
    pub blobs: Vec<Blob>,
}

/// The compiler that made a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    /// Its version.
    pub version: String,
    /// Digest of its sources.
    pub source: [u8; 32],
}

/// The package that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A provider that a plan needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The resource type: `std.fs.File`.
    pub schema: String,
    /// The provider's name: `core.file`.
    pub provider: String,
    /// The protocol's version.
    pub protocol: u32,
    /// The schema's hash.
    pub hash: [u8; 32],
}

/// A runtime's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl Version {
    /// From `1.2.3`; what follows a hyphen or plus sign does not count.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(['-', '+']).next()?.split('.').map(str::parse);
        let version =
            Self { major: numbers.next()?.ok()?, minor: numbers.next()?.ok()?, patch: numbers.next()?.ok()? };
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What a bundle is for. Times are milliseconds since 1970-01-01 in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The stream.
    pub stream: String,
    /// The stream's epoch.
    pub epoch: u64,
    /// Position in the stream; only goes up.
    pub sequence: u64,
    /// When it was made.
    pub issued: u64,
    /// From when on it is valid, if that is later.
    pub not_before: Option<u64>,
    /// Until when it is valid.
    pub expires: u64,
    /// The hosts it is for, sorted. None: whoever its policies select.
    pub audience: Option<Vec<String>>,
    /// The ways it may be used.
    pub modes: Modes,
    /// What may be done with it.
    pub actions: Actions,
}

/// A way to use a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// By hand on the host.
    Apply,
    /// By the daemon.
    Agent,
    /// Over SSH.
    Ssh,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Apply, Self::Agent, Self::Ssh];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Agent => "agent",
            Self::Ssh => "ssh",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Apply => 1,
            Self::Agent => 2,
            Self::Ssh => 4,
        }
    }
}

/// A set of ways to use a bundle; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modes(u8);

impl Modes {
    /// All ways.
    pub const ALL: Self = Self(7);

    /// These ways; none if there are none.
    #[must_use]
    pub fn of(modes: &[Mode]) -> Option<Self> {
        let bits = modes.iter().fold(0, |bits, mode| bits | mode.bit());
        (bits != 0).then_some(Self(bits))
    }

    /// Whether this way is in it.
    #[must_use]
    pub const fn contains(self, mode: Mode) -> bool {
        self.0 & mode.bit() != 0
    }

    /// The ways in it.
    pub fn iter(self) -> impl Iterator<Item = Mode> {
        Mode::ALL.into_iter().filter(move |mode| self.contains(*mode))
    }
}

/// What may be done with a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actions {
    /// Only look at what it would change.
    Check,
    /// Change hosts too.
    CheckAndApply,
}

impl Actions {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::CheckAndApply => "check and apply",
        }
    }
}

/// Whether a text can name a stream: segments of letters, digits, `_`, `.` and `-`, separated by `/`.
#[must_use]
pub fn is_stream_name(name: &str) -> bool {
    name.len() <= 128
        && name.split('/').all(|segment| {
            !matches!(segment, "" | "." | "..")
                && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        })
}

/// Whether a text can be a host's id.
pub(crate) fn is_host_id(id: &str) -> bool {
    crate::value::TextKind::HostName.check(id).is_ok()
}

impl Provider {
    /// What a schema needs.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        Self {
            schema: schema.name.clone(),
            provider: schema.provider.clone(),
            protocol: schema.protocol,
            hash: schema.hash(),
        }
    }
}

fn sorted<T: Ord>(items: &[T]) -> bool {
    items.windows(2).all(|pair| pair[0] < pair[1])
}

impl Release {
    /// What is wrong with the block by itself.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let audience = self.audience.as_deref().unwrap_or(&[]);
        if !is_stream_name(&self.stream) {
            Some("a stream's name is segments of letters, digits, `_`, `.` and `-`, separated by `/`")
        } else if self.audience.as_ref().is_some_and(Vec::is_empty) {
            Some("the audience is empty")
        } else if !sorted(audience) {
            Some("the audience is not sorted")
        } else if !audience.iter().all(|host| is_host_id(host)) {
            Some("the audience names something that is no host")
        } else if [self.issued, self.expires, self.not_before.unwrap_or(0)].iter().any(|at| *at > LATEST) {
            Some("a date is after the year 9999")
        } else {
            None
        }
    }
}

impl Build {
    fn problem(&self) -> Option<&'static str> {
        let (plan, others) = self.blobs.split_first()?;
        if !sorted(&self.features) || !sorted(&self.capabilities) {
            Some("a list of names is not sorted")
        } else if !self.providers.windows(2).all(|pair| pair[0].schema < pair[1].schema) {
            Some("the providers are not sorted")
        } else if !others.windows(2).all(|pair| pair[0].digest < pair[1].digest)
            || others.iter().any(|blob| blob.digest == plan.digest)
        {
            Some("the contents are not sorted")
        } else {
            None
        }
    }
}

impl Manifest {
    /// A manifest of these blocks.
    #[must_use]
    pub fn new(build: Build, release: Release) -> Self {
        Self { build, release, ignored: Ignored::default() }
    }

    /// The canonical encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        let ignored = &self.ignored;
        w.map(3 + ignored.manifest.len());
        w.uint(0);
        w.u32(super::FORMAT);
        w.uint(1);
        self.build.write(&mut w, &ignored.build);
        w.uint(2);
        self.release.write(&mut w, &ignored.release);
        write_ignored(&mut w, &ignored.manifest);
        w.finish()
    }

    /// Reads what [`Manifest::encode`] gives.
    ///
    /// # Errors
    /// Any other bytes; blocks that contradict themselves.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let mut fields = r.open()?;
        r.need(&mut fields, 0)?;
        let at = r.position();
        let format = r.uint()?;
        if format != u64::from(super::FORMAT) {
            return Err(DecodeError { at, problem: Problem::UnknownCode("format", format) });
        }
        r.need(&mut fields, 1)?;
        let (build, ignored_build) = Build::read(&mut r)?;
        r.need(&mut fields, 2)?;
        let (release, ignored_release) = Release::read(&mut r)?;
        let ignored = Ignored {
            manifest: r.finish_open(fields, IGNORABLE)?,
            build: ignored_build,
            release: ignored_release,
        };
        r.end()?;
        let manifest = Self { build, release, ignored };
        exact(bytes, &manifest.encode())?;
        match manifest.build.problem().or(manifest.release.problem()) {
            None => Ok(manifest),
            Some(problem) => Err(DecodeError { at: 0, problem: Problem::Contradiction(problem) }),
        }
    }
}

fn write_ignored(w: &mut Writer, fields: &[(u64, Vec<u8>)]) {
    for (key, item) in fields {
        w.uint(*key);
        w.raw(item);
    }
}

impl Build {
    fn write(&self, w: &mut Writer, ignored: &[(u64, Vec<u8>)]) {
        let optional = [
            self.lock.is_some(),
            !self.features.is_empty(),
            !self.providers.is_empty(),
            !self.capabilities.is_empty(),
        ];
        w.map(7 + optional.into_iter().filter(|there| *there).count() + ignored.len());
        w.uint(0);
        w.array(2);
        w.text(&self.compiler.version);
        w.bytes(&self.compiler.source);
        w.uint(1);
        w.text(&self.edition);
        w.uint(2);
        w.array(2);
        w.text(&self.package.name);
        w.text(&self.package.version);
        w.uint(3);
        w.bytes(&self.source);
        if let Some(lock) = &self.lock {
            w.uint(4);
            w.bytes(lock);
        }
        w.uint(5);
        w.array(3);
        w.u32(self.minimum_runtime.major);
        w.u32(self.minimum_runtime.minor);
        w.u32(self.minimum_runtime.patch);
        if !self.features.is_empty() {
            w.uint(6);
            w.list(&self.features, |w, name| w.text(name));
        }
        if !self.providers.is_empty() {
            w.uint(7);
            w.list(&self.providers, |w, provider| {
                w.array(4);
                w.text(&provider.schema);
                w.text(&provider.provider);
                w.u32(provider.protocol);
                w.bytes(&provider.hash);
            });
        }
        if !self.capabilities.is_empty() {
            w.uint(8);
            w.list(&self.capabilities, |w, name| w.text(name));
        }
        w.uint(9);
        w.u32(self.steps);
        w.uint(10);
        w.list(&self.blobs, |w, blob| {
            w.array(2);
            w.bytes(&blob.digest);
            w.uint(blob.size);
        });
        write_ignored(w, ignored);
    }

    #[expect(clippy::type_complexity, reason = "the block and its fields of later versions")]
    fn read(r: &mut Reader<'_>) -> Result<(Self, Vec<(u64, Vec<u8>)>), DecodeError> {
        let mut fields = r.open()?;
        r.need(&mut fields, 0)?;
        let compiler =
            r.tuple(2, |r| Ok(Compiler { version: r.text()?.to_owned(), source: r.array_of("a digest")? }))?;
        r.need(&mut fields, 1)?;
        let edition = r.text()?.to_owned();
        r.need(&mut fields, 2)?;
        let package =
            r.tuple(2, |r| Ok(Package { name: r.text()?.to_owned(), version: r.text()?.to_owned() }))?;
        r.need(&mut fields, 3)?;
        let source = r.array_of("a digest")?;
        let lock = if r.has(&mut fields, 4)? { Some(r.array_of("a digest")?) } else { None };
        r.need(&mut fields, 5)?;
        let minimum_runtime =
            r.tuple(3, |r| Ok(Version { major: r.u32()?, minor: r.u32()?, patch: r.u32()? }))?;
        let names = |r: &mut Reader<'_>| Ok(r.text()?.to_owned());
        let features = r.list_field(&mut fields, 6, 1, names)?;
        let providers = r.list_field(&mut fields, 7, 38, |r| {
            r.tuple(4, |r| {
                Ok(Provider {
                    schema: r.text()?.to_owned(),
                    provider: r.text()?.to_owned(),
                    protocol: r.u32()?,
                    hash: r.array_of("a hash")?,
                })
            })
        })?;
        let capabilities = r.list_field(&mut fields, 8, 1, names)?;
        r.need(&mut fields, 9)?;
        let steps = r.u32()?;
        r.need(&mut fields, 10)?;
        let at = r.position();
        let blobs =
            r.list(36, |r| r.tuple(2, |r| Ok(Blob { digest: r.array_of("a digest")?, size: r.uint()? })))?;
        if blobs.is_empty() {
            return Err(DecodeError { at, problem: Problem::Expected("the plan among the contents") });
        }
        let ignored = r.finish_open(fields, IGNORABLE)?;
        let build = Self {
            compiler,
            edition,
            package,
            source,
            lock,
            minimum_runtime,
            features,
            providers,
            capabilities,
            steps,
            blobs,
        };
        Ok((build, ignored))
    }
}

impl Release {
    fn write(&self, w: &mut Writer, ignored: &[(u64, Vec<u8>)]) {
        w.map(
            7 + usize::from(self.not_before.is_some()) + usize::from(self.audience.is_some()) + ignored.len(),
        );
        w.uint(0);
        w.text(&self.stream);
        w.uint(1);
        w.uint(self.epoch);
        w.uint(2);
        w.uint(self.sequence);
        w.uint(3);
        w.uint(self.issued);
        if let Some(not_before) = self.not_before {
            w.uint(4);
            w.uint(not_before);
        }
        w.uint(5);
        w.uint(self.expires);
        if let Some(audience) = &self.audience {
            w.uint(6);
            w.list(audience, |w, host| w.text(host));
        }
        w.uint(7);
        w.uint(u64::from(self.modes.0));
        w.uint(8);
        w.uint(match self.actions {
            Actions::Check => 0,
            Actions::CheckAndApply => 1,
        });
        write_ignored(w, ignored);
    }

    #[expect(clippy::type_complexity, reason = "the block and its fields of later versions")]
    fn read(r: &mut Reader<'_>) -> Result<(Self, Vec<(u64, Vec<u8>)>), DecodeError> {
        let mut fields = r.open()?;
        r.need(&mut fields, 0)?;
        let stream = r.text()?.to_owned();
        r.need(&mut fields, 1)?;
        let epoch = r.uint()?;
        r.need(&mut fields, 2)?;
        let sequence = r.uint()?;
        r.need(&mut fields, 3)?;
        let issued = r.uint()?;
        let not_before = if r.has(&mut fields, 4)? { Some(r.uint()?) } else { None };
        r.need(&mut fields, 5)?;
        let expires = r.uint()?;
        let audience =
            if r.has(&mut fields, 6)? { Some(r.list(1, |r| Ok(r.text()?.to_owned()))?) } else { None };
        r.need(&mut fields, 7)?;
        let at = r.position();
        let modes = match u8::try_from(r.uint()?) {
            Ok(bits @ 1..=7) => Modes(bits),
            _ => return Err(DecodeError { at, problem: Problem::Range }),
        };
        r.need(&mut fields, 8)?;
        let at = r.position();
        let actions = match r.uint()? {
            0 => Actions::Check,
            1 => Actions::CheckAndApply,
            code => return Err(DecodeError { at, problem: Problem::UnknownCode("action", code) }),
        };
        let ignored = r.finish_open(fields, IGNORABLE)?;
        let release = Self { stream, epoch, sequence, issued, not_before, expires, audience, modes, actions };
        Ok((release, ignored))
    }
}

#[cfg(test)]
pub(super) mod tests;
