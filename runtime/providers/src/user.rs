//! `core.user`: users of the host's own `passwd` and `group`.
//!
//! Looking parses the files; changing goes through shadow's tools, which know the locks and `shadow` itself.

use mc_engine::host::{Accounts, Effect, Operation, Process, RunArgv};
use mc_engine::provider::{
    ACCOUNTS, Applied, ApplyContext, Batch, Description, Diff, Item, Looks, Observed, Provider,
    ProviderError, ReadContext, Work, Writes,
};
use mc_plan::value::Value;

use crate::generated::user::User;

/// What shadow's tools change.
const WRITES: &[&str] = &[ACCOUNTS, "GroupName"];
/// How much of a failed tool's output goes into a message, in lines.
const TAIL: usize = 5;

pub(crate) struct UserProvider(Description);

impl UserProvider {
    pub(crate) fn new() -> Self {
        Self(Description {
            schema: User::SCHEMA,
            schema_hash: User::HASH,
            provider: User::PROVIDER,
            protocols: 1..=User::PROTOCOL,
            batch: Batch::Independent(64),
            lock: Some("accounts"),
            reads: &["GroupName"],
            writes: Writes::Domains(WRITES),
            settle: None,
            rooted: false,
            looks: Looks::Ahead,
        })
    }
}

/// A user as the host has it.
struct Present {
    uid: u32,
    group: String,
    home: String,
    shell: String,
    /// Wanted groups that the user is not in.
    missing: Vec<String>,
}

struct Seen {
    present: Option<Present>,
    /// Wanted groups that the host does not know.
    unknown: Vec<String>,
    /// Whether there is a group of the user's own name.
    own_group: bool,
}

fn look(accounts: &Accounts, item: &Item<'_>) -> Result<Observed, ProviderError> {
    let user = User::decode(item.key, item.desired)?;
    if let Some(uid) = user.uid {
        check_uid(uid)?;
    }
    let wanted = user.groups.as_deref().unwrap_or_default();
    let unknown = wanted
        .iter()
        .copied()
        .chain(user.group)
        .filter(|name| accounts.group(name).is_none())
        .map(str::to_owned)
        .collect();
    let present = accounts.user(user.name).map(|present| {
        let member = |name: &str| {
            accounts.group(name).is_some_and(|group| {
                group.gid == present.gid || group.members.iter().any(|member| **member == *user.name)
            })
        };
        Present {
            uid: present.uid,
            group: accounts
                .group_of(present.gid)
                .map_or_else(|| present.gid.to_string(), |group| group.name.to_string()),
            home: present.home.to_string(),
            shell: present.shell.to_string(),
            missing: wanted.iter().filter(|name| !member(name)).map(|name| (*name).to_owned()).collect(),
        }
    });
    let mut outputs = vec![None; User::OUTPUTS];
    // A user that is not there yet has the number it is going to have, if the policy says which.
    let uid = present.as_ref().map(|present| i64::from(present.uid)).or(user.uid);
    outputs[User::UID] = Some(Value::Int(uid.unwrap_or(-1)));
    let own_group = accounts.group(user.name).is_some();
    Ok(Observed::new(outputs, Seen { present, unknown, own_group }))
}

/// All ones is no user: system calls use it for "leave it".
fn check_uid(uid: i64) -> Result<u32, ProviderError> {
    u32::try_from(uid)
        .ok()
        .filter(|uid| *uid != u32::MAX)
        .ok_or_else(|| ProviderError::failed(format!("{uid} is no user id: they go from 0 to 4294967294")))
}

fn arguments(user: &User<'_>, seen: &Seen, diff: &Diff) -> Vec<String> {
    let mut argv: Vec<String> = Vec::new();
    let mut push = |option: &str, value: &str| {
        argv.push(option.to_owned());
        argv.push(value.to_owned());
    };
    let changes = |property: &str| diff.changes.iter().any(|change| change.property == property);
    let creating = seen.present.is_none();
    if let Some(uid) = user.uid.filter(|_| creating || changes("uid")) {
        push("--uid", &uid.to_string());
    }
    match user.group {
        Some(group) if creating || changes("group") => push("--gid", group),
        None if creating && seen.own_group => push("--gid", user.name),
        _ => {}
    }
    let groups = match &seen.present {
        Some(present) => present.missing.join(","),
        None => user.groups.as_deref().unwrap_or_default().join(","),
    };
    if !groups.is_empty() {
        push("--groups", &groups);
    }
    if let Some(home) = user.home.filter(|_| creating || changes("home")) {
        push(if creating { "--home-dir" } else { "--home" }, home);
    }
    if let Some(shell) = user.shell.filter(|_| creating || changes("shell")) {
        push("--shell", shell);
    }
    let mut switches: Vec<&str> = Vec::new();
    if creating {
        if user.group.is_none() && !seen.own_group {
            switches.push("--user-group");
        }
        switches.push(if user.create_home { "--create-home" } else { "--no-create-home" });
        if user.system {
            switches.push("--system");
        }
    } else if !groups.is_empty() {
        switches.push("--append");
    }
    let mut all = vec![if creating { "useradd" } else { "usermod" }.to_owned()];
    all.extend(argv);
    all.extend(switches.into_iter().map(str::to_owned));
    all.push("--".to_owned());
    all.push(user.name.to_owned());
    all
}

fn act(ctx: &ApplyContext<'_>, at: usize, work: &Work<'_>) -> Result<Applied, ProviderError> {
    let user = User::decode(work.item.key, work.item.desired)?;
    let seen: &Seen = work.observed.detail()?;
    if let Some(group) = seen.unknown.first() {
        return Err(ProviderError::failed(format!("there is no group `{group}` on this host")));
    }
    let argv = arguments(&user, seen, work.diff);
    let run = RunArgv { process: Process::new(&argv), writes: Some(WRITES) };
    match ctx.perform_one(at, &Operation::RunArgv(run))? {
        Effect::Ran(output) if !output.success() => {
            let tool = argv.first().map_or("", String::as_str);
            Err(ProviderError::failed(format!("{tool} {}\n{}", output.end, output.tail(TAIL))))
        }
        _ => Ok(Applied::default()),
    }
}

impl Provider for UserProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        if ctx.host().identity().uid != 0 {
            return items.iter().map(|_| Err(ProviderError::refused("only root can manage users"))).collect();
        }
        match ctx.accounts() {
            Ok(accounts) => items.iter().map(|item| look(&accounts, item)).collect(),
            Err(error) => items.iter().map(|_| Err(error.clone().into())).collect(),
        }
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let user = User::decode(item.key, item.desired)?;
        let seen: &Seen = observed.detail()?;
        let mut diff = Diff::none();
        let present = seen.present.as_ref();
        if present.is_none() {
            diff.push("exists", None, Some("a user".to_owned()));
        }
        let mut differs = |property: &'static str, old: Option<String>, new: Option<String>| {
            if let Some(new) = new
                && old.as_ref() != Some(&new)
            {
                diff.push(property, old, Some(new));
            }
        };
        differs("uid", present.map(|p| p.uid.to_string()), user.uid.map(|uid| uid.to_string()));
        differs("group", present.map(|p| p.group.clone()), user.group.map(str::to_owned));
        let missing = match present {
            Some(present) => present.missing.join(", "),
            None => user.groups.as_deref().unwrap_or_default().join(", "),
        };
        differs("groups", None, Some(missing).filter(|missing| !missing.is_empty()));
        differs("home", present.map(|p| p.home.clone()), user.home.map(str::to_owned));
        differs("shell", present.map(|p| p.shell.clone()), user.shell.map(str::to_owned));
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        batch.iter().enumerate().map(|(at, work)| act(ctx, at, work)).collect()
    }
}
