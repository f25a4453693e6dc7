//! `core.directory`: a directory itself; what is in it is not touched.

use camino::Utf8Path;
use mc_engine::host::{FileKind, MakeDirectory, Meta, Operation, SetMetadata};
use mc_engine::provider::{
    Applied, ApplyContext, Description, Diff, Item, Observed, Provider, ProviderError, ReadContext, Work,
};

use crate::generated::fs::Directory;
use crate::metadata::{self, Ownership, Wanted, in_the_way};

pub(crate) struct DirectoryProvider(Description);

impl DirectoryProvider {
    pub(crate) fn new() -> Self {
        Self(metadata::description(
            Directory::SCHEMA,
            Directory::HASH,
            Directory::PROVIDER,
            Directory::PROTOCOL,
        ))
    }
}

struct Seen {
    meta: Option<Meta>,
    ownership: Ownership,
}

fn wanted<'a>(directory: &Directory<'a>) -> Wanted<'a> {
    Wanted { owner: directory.owner, group: directory.group, mode: directory.mode }
}

fn look(ctx: &ReadContext<'_>, item: &Item<'_>) -> Result<Observed, ProviderError> {
    let directory = Directory::decode(item.key, item.desired)?;
    let meta = ctx.host().stat(Utf8Path::new(directory.path))?;
    let ownership = Ownership::look(ctx, wanted(&directory), meta.as_ref())?;
    Ok(Observed::new(vec![None; Directory::OUTPUTS], Seen { meta, ownership }))
}

fn act(ctx: &ApplyContext<'_>, at: usize, work: &Work<'_>) -> Result<Applied, ProviderError> {
    let directory = Directory::decode(work.item.key, work.item.desired)?;
    let seen: &Seen = work.observed.detail()?;
    let (uid, gid) = seen.ownership.ids(wanted(&directory))?;
    let path = Utf8Path::new(directory.path);
    let operation = if seen.meta.is_some() {
        Operation::SetMetadata(SetMetadata {
            path,
            kind: FileKind::Directory,
            uid,
            gid,
            mode: directory.mode,
        })
    } else {
        let mode = directory.mode.unwrap_or(0o755);
        Operation::MakeDirectory(MakeDirectory { path, uid, gid, mode })
    };
    ctx.perform_one(at, &operation)?;
    Ok(Applied::default())
}

impl Provider for DirectoryProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        items.iter().map(|item| look(ctx, item)).collect()
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let directory = Directory::decode(item.key, item.desired)?;
        let seen: &Seen = observed.detail()?;
        let mut diff = Diff::none();
        match &seen.meta {
            None => diff.push("exists", None, Some("a directory".to_owned())),
            Some(meta) if meta.kind != FileKind::Directory => {
                return Err(in_the_way(directory.path, meta, "a directory"));
            }
            Some(_) => {}
        }
        seen.ownership.diff(wanted(&directory), seen.meta.as_ref(), &mut diff);
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        batch.iter().enumerate().map(|(at, work)| act(ctx, at, work)).collect()
    }
}
