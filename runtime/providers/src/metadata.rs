//! Owner, group and mode: the same for everything that has a path.

use std::sync::Arc;

use mc_engine::host::{Meta, ReadHost};
use mc_engine::provider::{ACCOUNTS, Batch, Description, Diff, Looks, ProviderError, ReadContext, Writes};
use mc_plan::op::render_mode;

/// How a provider of something that is nothing but its path works.
pub(crate) fn description(
    schema: &'static str,
    schema_hash: [u8; 32],
    provider: &'static str,
    protocol: u32,
) -> Description {
    Description {
        schema,
        schema_hash,
        provider,
        protocols: 1..=protocol,
        batch: Batch::Independent(128),
        lock: None,
        reads: &[ACCOUNTS],
        writes: Writes::Domains(&[]),
        settle: None,
        rooted: true,
        looks: Looks::Ahead,
    }
}

/// What a plan says about owner, group and mode.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) owner: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
    pub(crate) mode: Option<u32>,
}

/// Who a name is on this host, and who has the thing now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Principal {
    /// The plan says nothing.
    #[default]
    Unmanaged,
    /// It is as it shall be.
    Same(u32),
    /// It is another; the name of the present one, where something is there.
    Other(u32, Option<Arc<str>>),
    /// The host knows no such name (yet).
    Unknown(Option<Arc<str>>),
}

/// What [`Wanted`] means on this host for one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ownership {
    owner: Principal,
    group: Principal,
}

impl Ownership {
    /// Looks names up. An owner or group that this caller can never give is refused.
    pub(crate) fn look(
        ctx: &ReadContext<'_>,
        wanted: Wanted<'_>,
        meta: Option<&Meta>,
    ) -> Result<Self, ProviderError> {
        if wanted.owner.is_none() && wanted.group.is_none() {
            return Ok(Self::default());
        }
        let accounts = ctx.accounts()?;
        let host = ctx.host();
        let user_name =
            |uid: u32| accounts.user_of(uid).map_or_else(|| uid.to_string().into(), |user| user.name.clone());
        let group_name = |gid: u32| {
            accounts.group_of(gid).map_or_else(|| gid.to_string().into(), |group| group.name.clone())
        };
        let owner = match wanted.owner {
            None => Principal::Unmanaged,
            Some(name) => {
                let uid = accounts.user(name).map(|user| user.uid);
                if let Some(uid) = uid {
                    allow_owner(host, name, uid, meta)?;
                }
                principal(host, "user", name, uid, meta.map(|meta| meta.uid), user_name)?
            }
        };
        let group = match wanted.group {
            None => Principal::Unmanaged,
            Some(name) => {
                let gid = accounts.group(name).map(|group| group.gid);
                if let Some(gid) = gid
                    && meta.is_none_or(|meta| meta.gid != gid)
                    && !host.may_give_group(gid)
                {
                    return Err(ProviderError::refused(format!(
                        "only root can give things to group `{name}`"
                    )));
                }
                principal(host, "group", name, gid, meta.map(|meta| meta.gid), group_name)?
            }
        };
        Ok(Self { owner, group })
    }

    /// Adds what differs. `meta` is what is there.
    pub(crate) fn diff(&self, wanted: Wanted<'_>, meta: Option<&Meta>, diff: &mut Diff) {
        let mut named = |property: &'static str, name: Option<&str>, principal: &Principal| {
            if let (Some(name), Principal::Other(_, old) | Principal::Unknown(old)) = (name, principal) {
                diff.push(property, old.as_deref().map(str::to_owned), Some(name.to_owned()));
            }
        };
        named("owner", wanted.owner, &self.owner);
        named("group", wanted.group, &self.group);
        if let Some(mode) = wanted.mode
            && meta.is_none_or(|meta| meta.mode != mode)
        {
            diff.push("mode", meta.map(|meta| render_mode(meta.mode)), Some(render_mode(mode)));
        }
    }

    /// The ids to set: user and group, none where the plan says nothing.
    pub(crate) fn ids(&self, wanted: Wanted<'_>) -> Result<(Option<u32>, Option<u32>), ProviderError> {
        let id = |kind: &str, name: Option<&str>, principal: &Principal| match principal {
            Principal::Unmanaged => Ok(None),
            Principal::Same(id) | Principal::Other(id, _) => Ok(Some(*id)),
            Principal::Unknown(_) => Err(unknown(kind, name.unwrap_or_default())),
        };
        Ok((id("user", wanted.owner, &self.owner)?, id("group", wanted.group, &self.group)?))
    }
}

fn allow_owner(host: &dyn ReadHost, name: &str, uid: u32, meta: Option<&Meta>) -> Result<(), ProviderError> {
    let identity = host.identity();
    let present = meta.map_or(identity.uid, |meta| meta.uid);
    if identity.can_chown || uid == present {
        return Ok(());
    }
    Err(ProviderError::refused(format!("only root can give things to user `{name}`")))
}

fn principal(
    host: &dyn ReadHost,
    kind: &str,
    name: &str,
    id: Option<u32>,
    present: Option<u32>,
    name_of: impl Fn(u32) -> Arc<str>,
) -> Result<Principal, ProviderError> {
    Ok(match (id, present) {
        (Some(id), Some(present)) if id == present => Principal::Same(id),
        (Some(id), present) => Principal::Other(id, present.map(name_of)),
        // Nothing in a plan for a folder can make users.
        (None, _) if host.identity().rooted => {
            return Err(ProviderError::refused(unknown(kind, name).message));
        }
        (None, present) => Principal::Unknown(present.map(name_of)),
    })
}

fn unknown(kind: &str, name: &str) -> ProviderError {
    ProviderError::failed(format!("there is no {kind} `{name}` on this host"))
}

/// What stands in the way of managing a path as this kind of thing.
pub(crate) fn in_the_way(path: &str, meta: &Meta, wanted: &str) -> ProviderError {
    ProviderError::failed(format!("{path} is {}, not {wanted}; it is left alone", meta.kind.article()))
}

/// Whether another name leads to the same thing, so that changing its owner or mode would change that too.
pub(crate) fn shared(path: &str, meta: &Meta) -> Result<(), ProviderError> {
    if meta.links > 1 {
        return Err(ProviderError::failed(format!(
            "{path} has {} names (hard links): changing its owner or mode here would change them all",
            meta.links
        )));
    }
    Ok(())
}
