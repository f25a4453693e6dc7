//! `core.symlink`: a symbolic link itself, never what it leads to.

use camino::Utf8Path;
use mc_engine::host::{FileKind, Link, Meta, Operation, SetMetadata};
use mc_engine::provider::{
    Applied, ApplyContext, Description, Diff, Item, Observed, Provider, ProviderError, ReadContext, Work,
};
use mc_plan::value::Value;

use crate::generated::fs::Symlink;
use crate::metadata::{self, Ownership, Wanted, in_the_way};
use crate::staging;

pub(crate) struct SymlinkProvider(Description);

impl SymlinkProvider {
    pub(crate) fn new() -> Self {
        Self(metadata::description(Symlink::SCHEMA, Symlink::HASH, Symlink::PROVIDER, Symlink::PROTOCOL))
    }
}

struct Seen {
    meta: Option<Meta>,
    target: Option<String>,
    ownership: Ownership,
}

fn wanted<'a>(link: &Symlink<'a>) -> Wanted<'a> {
    Wanted { owner: link.owner, group: link.group, mode: None }
}

fn look(ctx: &ReadContext<'_>, item: &Item<'_>) -> Result<Observed, ProviderError> {
    let link = Symlink::decode(item.key, item.desired)?;
    let path = Utf8Path::new(link.path);
    let meta = ctx.host().stat(path)?;
    let target = match &meta {
        Some(meta) if meta.kind == FileKind::Symlink => ctx.host().read_link(path)?,
        _ => None,
    };
    let ownership = Ownership::look(ctx, wanted(&link), meta.as_ref())?;
    Ok(Observed::new(vec![None; Symlink::OUTPUTS], Seen { meta, target, ownership }))
}

fn act(ctx: &ApplyContext<'_>, at: usize, work: &Work<'_>) -> Result<Applied, ProviderError> {
    let link = Symlink::decode(work.item.key, work.item.desired)?;
    let seen: &Seen = work.observed.detail()?;
    let (uid, gid) = seen.ownership.ids(wanted(&link))?;
    let path = Utf8Path::new(link.path);
    let operation = if seen.target.as_deref() == Some(link.target) {
        Operation::SetMetadata(SetMetadata { path, kind: FileKind::Symlink, uid, gid, mode: None })
    } else {
        // What is not managed stays as it was on the link that is replaced.
        let before = seen.meta.filter(|_| ctx.read().host().identity().can_chown);
        Operation::Link(Link {
            path,
            staged: Utf8Path::new(work.temporary.unwrap_or_default()),
            target: link.target,
            uid: uid.or(before.map(|meta| meta.uid)),
            gid: gid.or(before.map(|meta| meta.gid)),
        })
    };
    ctx.perform_one(at, &operation)?;
    Ok(Applied::default())
}

impl Provider for SymlinkProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn temporary(&self, key: &Value, suffix: &str) -> Option<String> {
        staging::staged(key, suffix)
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        items.iter().map(|item| look(ctx, item)).collect()
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let link = Symlink::decode(item.key, item.desired)?;
        if link.target.is_empty() || link.target.contains('\0') {
            return Err(ProviderError::failed("a link's target is neither empty nor holds a NUL character"));
        }
        let seen: &Seen = observed.detail()?;
        if let Some(meta) = &seen.meta
            && meta.kind != FileKind::Symlink
        {
            return Err(in_the_way(link.path, meta, "a symbolic link"));
        }
        let mut diff = Diff::none();
        if seen.target.as_deref() != Some(link.target) {
            diff.push("target", seen.target.clone(), Some(link.target.to_owned()));
        }
        seen.ownership.diff(wanted(&link), seen.meta.as_ref(), &mut diff);
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        batch.iter().enumerate().map(|(at, work)| act(ctx, at, work)).collect()
    }
}
