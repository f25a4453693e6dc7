//! `core.file`: a regular file, replaced as a whole.

use std::ops::ControlFlow;
use std::sync::Arc;

use camino::Utf8Path;
use mc_engine::host::{Content as Bytes, FileKind, Meta, Operation, Process, ReplaceFile, SetMetadata};
use mc_engine::provider::{
    Applied, ApplyContext, Description, Diff, Item, Observed, Provider, ProviderError, ReadContext,
    TextChange, Work,
};
use mc_plan::digest::{hex, sha256};
use mc_plan::value::Value;
use sha2::{Digest as _, Sha256};

use crate::decode::{self, Content};
use crate::generated::fs::File;
use crate::metadata::{self, Ownership, Wanted, in_the_way, shared};
use crate::staging;

/// How much of a text is kept to be shown as a difference.
const TEXT_LIMIT: usize = 128 * 1024;

pub(crate) struct FileProvider(Description);

impl FileProvider {
    pub(crate) fn new() -> Self {
        Self(metadata::description(File::SCHEMA, File::HASH, File::PROVIDER, File::PROTOCOL))
    }
}

/// What is at the path.
struct Seen {
    meta: Option<Meta>,
    content: Comparison,
    ownership: Ownership,
    text: Option<TextChange>,
}

/// The content that is there, against the one that shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Unmanaged,
    Same,
    /// The digest of what is there, where it was read to its end.
    Differs(Option<[u8; 32]>),
}

fn wanted<'a>(file: &File<'a>) -> Wanted<'a> {
    Wanted { owner: file.owner, group: file.group, mode: file.mode }
}

impl FileProvider {
    fn look(ctx: &ReadContext<'_>, item: &Item<'_>, buffer: &mut Vec<u8>) -> Result<Observed, ProviderError> {
        let file = File::decode(item.key, item.desired)?;
        if file.validate.is_some() && ctx.host().identity().rooted {
            return Err(ProviderError::refused(
                "`validate` runs a command, and commands do not run inside a folder (`--root`)",
            ));
        }
        let path = Utf8Path::new(file.path);
        let mut digest = Sha256::new();
        let mut length = 0_u64;
        let mut same = true;
        let mut whole = true;
        let size = file.content.map(Content::size);
        let wanted_bytes = file.content.map(Content::inline);
        let meta = ctx.host().scan(path, buffer, &mut |piece| {
            let start = length;
            length += piece.len() as u64;
            // Longer than it shall be: it differs, and reading on would only cost time.
            if size.is_some_and(|size| length > size) {
                (same, whole) = (false, false);
                return ControlFlow::Break(());
            }
            if let Some(Ok(bytes)) = wanted_bytes
                && same
            {
                let expected =
                    usize::try_from(start).ok().and_then(|start| bytes.get(start..start + piece.len()));
                same = expected == Some(piece);
            }
            digest.update(piece);
            ControlFlow::Continue(())
        })?;
        let there = meta.is_some_and(|meta| meta.kind == FileKind::Regular);
        let found: Option<[u8; 32]> = (there && whole).then(|| digest.finalize().into());
        let content = match wanted_bytes {
            None => Comparison::Unmanaged,
            Some(Ok(bytes)) if there && same && length == bytes.len() as u64 => Comparison::Same,
            Some(Err(blob)) if length == blob.size && found == Some(blob.digest) => Comparison::Same,
            Some(_) => Comparison::Differs(found),
        };
        let mut outputs = vec![None; File::OUTPUTS];
        if let Some(early) = item.early.get(File::STAGED) {
            outputs[File::STAGED] = early.clone();
        }
        // A missing file still has outputs: an empty text for what is not there.
        outputs[File::SHA256] = decode::text(found.map(|found| hex(&found)).unwrap_or_default());
        let ownership = Ownership::look(ctx, wanted(&file), meta.as_ref())?;
        let text = match (content, file.content) {
            (Comparison::Differs(_), Some(new)) if ctx.texts() => {
                texts(ctx, path, meta.as_ref(), new, buffer)?
            }
            _ => None,
        };
        Ok(Observed::new(outputs, Seen { meta, content, ownership, text }))
    }

    fn prepare<'w>(
        work: &'w Work<'_>,
        argv: Option<&'w Vec<String>>,
        ctx: &ApplyContext<'w>,
    ) -> Result<Operation<'w>, ProviderError> {
        let file = File::decode(work.item.key, work.item.desired)?;
        let seen: &Seen = work.observed.detail()?;
        let (uid, gid) = seen.ownership.ids(wanted(&file))?;
        let path = Utf8Path::new(file.path);
        let content = match (seen.content, file.content.map(Content::inline)) {
            (Comparison::Differs(_), Some(Ok(bytes))) => Bytes::Bytes(bytes),
            (Comparison::Differs(_), Some(Err(blob))) => Bytes::Blob(blob, ctx.read().contents()),
            _ => {
                if let Some(meta) = &seen.meta {
                    shared(file.path, meta)?;
                }
                return Ok(Operation::SetMetadata(SetMetadata {
                    path,
                    kind: FileKind::Regular,
                    uid,
                    gid,
                    mode: file.mode,
                }));
            }
        };
        // What is not managed stays as it was on the file that is replaced.
        let before = seen.meta.as_ref();
        let can_chown = ctx.read().host().identity().can_chown;
        let kept = |id: Option<u32>, before: Option<u32>| id.or(before.filter(|_| can_chown));
        Ok(Operation::ReplaceFile(ReplaceFile {
            path,
            staged: Utf8Path::new(work.temporary.unwrap_or_default()),
            content,
            uid: kept(uid, before.map(|meta| meta.uid)),
            gid: kept(gid, before.map(|meta| meta.gid)),
            mode: file.mode.or(before.map(|meta| meta.mode)).unwrap_or(0o644),
            validate: argv.map(|argv| Process::new(argv)),
        }))
    }
}

impl Provider for FileProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn early(&self, key: &Value, suffix: &str) -> Vec<Option<Value>> {
        let mut outputs = vec![None; File::OUTPUTS];
        outputs[File::STAGED] = staging::staged(key, suffix).and_then(decode::text);
        outputs
    }

    fn temporary(&self, key: &Value, suffix: &str) -> Option<String> {
        staging::staged(key, suffix)
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        let mut buffer = Vec::new();
        items.iter().map(|item| Self::look(ctx, item, &mut buffer)).collect()
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let file = File::decode(item.key, item.desired)?;
        let seen: &Seen = observed.detail()?;
        let mut diff = Diff::none();
        match &seen.meta {
            None if file.content.is_none() => {
                return Err(ProviderError::failed(format!(
                    "{} does not exist, and its content is not managed",
                    file.path
                )));
            }
            Some(meta) if meta.kind != FileKind::Regular => {
                return Err(in_the_way(file.path, meta, "a regular file"));
            }
            _ => {}
        }
        if let (Comparison::Differs(digest), Some(content)) = (seen.content, file.content) {
            let old = seen.meta.map(|meta| describe(meta.size, digest));
            let digest = content.inline().map_or_else(|blob| blob.digest, sha256);
            let new = describe(content.size(), Some(digest));
            diff.push("content", old, Some(new));
            diff.text = seen.text.clone();
        }
        seen.ownership.diff(wanted(&file), seen.meta.as_ref(), &mut diff);
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        let argv: Vec<Option<Vec<String>>> = batch
            .iter()
            .map(|work| {
                let file = File::decode(work.item.key, work.item.desired).ok()?;
                file.validate.map(|argv| argv.into_iter().map(str::to_owned).collect())
            })
            .collect();
        let mut results: Vec<Result<Applied, ProviderError>> = Vec::with_capacity(batch.len());
        let mut items = Vec::with_capacity(batch.len());
        let mut operations = Vec::with_capacity(batch.len());
        for (at, (work, argv)) in batch.iter().zip(&argv).enumerate() {
            match Self::prepare(work, argv.as_ref(), ctx) {
                Ok(operation) => {
                    items.push(at);
                    operations.push(operation);
                    results.push(Ok(Applied::default()));
                }
                Err(error) => results.push(Err(error)),
            }
        }
        for (at, result) in items.iter().zip(ctx.perform(&items, &operations)) {
            if let (Err(error), Some(slot)) = (result, results.get_mut(*at)) {
                *slot = Err(error.into());
            }
        }
        results
    }
}

/// `1024 bytes, sha256 0123456789abcdef`
fn describe(size: u64, digest: Option<[u8; 32]>) -> String {
    let unit = if size == 1 { "byte" } else { "bytes" };
    match digest {
        Some(digest) => {
            let digest = hex(&digest);
            format!("{size} {unit}, sha256 {}", digest.get(..16).unwrap_or(&digest))
        }
        None => format!("{size} {unit}"),
    }
}

/// Both contents as texts, where they are texts of a sensible size.
fn texts(
    ctx: &ReadContext<'_>,
    path: &Utf8Path,
    meta: Option<&Meta>,
    new: Content<'_>,
    buffer: &mut Vec<u8>,
) -> Result<Option<TextChange>, ProviderError> {
    let new: Arc<str> = match new {
        Content::Text(text) if text.len() <= TEXT_LIMIT => Arc::clone(text),
        Content::Bytes(bytes) if bytes.len() <= TEXT_LIMIT => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => return Ok(None),
        },
        Content::Blob(blob) if blob.size <= TEXT_LIMIT as u64 => {
            let mut bytes = vec![0; usize::try_from(blob.size).unwrap_or(0)];
            let mut filled = 0;
            while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match ctx.contents().read(&blob, filled as u64, rest)? {
                    0 => break,
                    read => filled += read,
                }
            }
            bytes.truncate(filled);
            match String::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(_) => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    let mut old = Vec::new();
    if meta.is_some_and(|meta| meta.kind == FileKind::Regular) {
        let mut whole = true;
        ctx.host().scan(path, buffer, &mut |piece| {
            if old.len() + piece.len() > TEXT_LIMIT {
                whole = false;
                return ControlFlow::Break(());
            }
            old.extend_from_slice(piece);
            ControlFlow::Continue(())
        })?;
        if !whole {
            return Ok(None);
        }
    }
    let Ok(old) = String::from_utf8(old) else { return Ok(None) };
    // A NUL is the surest sign of what is no text.
    if old.contains('\0') || new.contains('\0') {
        return Ok(None);
    }
    Ok(Some(TextChange { old: old.into(), new }))
}
