//! `core.command`: a program and its arguments, run when there is something to do.

use camino::Utf8Path;
use mc_engine::host::{Effect, Operation, Process, ProcessEnd, ProcessUser, RunArgv};
use mc_engine::provider::{
    ACCOUNTS, Applied, ApplyContext, Batch, Description, Diff, Item, Observed, Provider, ProviderError,
    ProviderErrorKind, ReadContext, RefreshKind, Work, Writes,
};
use mc_plan::value::Value;

use crate::decode;
use crate::generated::exec::Command;

/// How much of a failed command's output goes into a message, in lines.
const TAIL: usize = 20;

pub(crate) struct CommandProvider(Description);

impl CommandProvider {
    pub(crate) fn new() -> Self {
        Self(Description {
            schema: Command::SCHEMA,
            schema_hash: Command::HASH,
            provider: Command::PROVIDER,
            protocols: 1..=Command::PROTOCOL,
            batch: Batch::Independent(1),
            lock: None,
            reads: &[ACCOUNTS],
            writes: Writes::Anything,
            settle: None,
            rooted: false,
        })
    }
}

/// Whether the command has to run.
struct Seen {
    runs: bool,
}

fn outputs(stdout: &[u8], status: i32) -> Vec<Option<Value>> {
    let mut outputs = vec![None; Command::OUTPUTS];
    outputs[Command::STDOUT] = decode::text(&*String::from_utf8_lossy(stdout));
    outputs[Command::STATUS] = Some(Value::Int(i64::from(status)));
    outputs
}

fn look(ctx: &ReadContext<'_>, item: &Item<'_>) -> Result<Observed, ProviderError> {
    let command = Command::decode(item.key, item.desired)?;
    if command.argv.first().is_none_or(|program| program.is_empty()) {
        return Err(ProviderError::failed("`argv` names no program"));
    }
    if command.argv.iter().any(|argument| argument.contains('\0')) {
        return Err(ProviderError::failed("an argument holds a NUL character"));
    }
    if let Some(name) = command.user {
        let identity = ctx.host().identity();
        if identity.uid != 0 && ctx.accounts()?.user(name).is_none_or(|user| user.uid != identity.uid) {
            return Err(ProviderError::refused(format!("only root can run something as user `{name}`")));
        }
    }
    let runs = match command.creates {
        Some(creates) => ctx.host().stat(Utf8Path::new(creates))?.is_none(),
        None => false,
    };
    // What it wrote when it did not run: nothing.
    Ok(Observed::new(outputs(b"", 0), Seen { runs }))
}

fn run(ctx: &ApplyContext<'_>, at: usize, item: &Item<'_>) -> Result<Applied, ProviderError> {
    let command = Command::decode(item.key, item.desired)?;
    let argv: Vec<String> = command.argv.iter().map(|&argument| argument.to_owned()).collect();
    let accounts = ctx.read().accounts()?;
    let mut groups: Vec<u32> = Vec::new();
    let user = match command.user {
        None => None,
        Some(name) => {
            let user = accounts
                .user(name)
                .ok_or_else(|| ProviderError::failed(format!("there is no user `{name}` on this host")))?;
            groups.extend(accounts.memberships(name).map(|group| group.gid).filter(|gid| *gid != user.gid));
            Some(ProcessUser {
                name: &user.name,
                uid: user.uid,
                gid: user.gid,
                groups: &groups,
                home: &user.home,
            })
        }
    };
    let process = Process { cwd: command.cwd.map(Utf8Path::new), user, ..Process::new(&argv) };
    let program = argv.first().map_or("", String::as_str);
    match ctx.perform_one(at, &Operation::RunArgv(RunArgv { process, writes: None }))? {
        Effect::Ran(output) => match output.end {
            ProcessEnd::Exited(0) => {
                let note = output.truncated.then(|| "its output was cut".to_owned());
                Ok(Applied { outputs: outputs(&output.stdout, 0), restarted: true, note })
            }
            end => {
                let kind = match end {
                    ProcessEnd::TimedOut => ProviderErrorKind::TimedOut,
                    _ => ProviderErrorKind::Failed,
                };
                let tail = output.tail(TAIL);
                let separator = if tail.is_empty() { "" } else { "\n" };
                Err(ProviderError::new(kind, format!("`{program}` {end}{separator}{tail}")))
            }
        },
        Effect::Done => {
            Err(ProviderError::new(ProviderErrorKind::Broken, "the host ran a command without a result"))
        }
    }
}

impl Provider for CommandProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        items.iter().map(|item| look(ctx, item)).collect()
    }

    fn diff(&self, item: &Item<'_>, observed: &Observed) -> Result<Diff, ProviderError> {
        let command = Command::decode(item.key, item.desired)?;
        let seen: &Seen = observed.detail()?;
        let mut diff = Diff::none();
        if seen.runs {
            diff.push("run", None, Some(command.argv.join(" ")));
            // Running it is all that a refresh would do.
            diff.restarts = true;
        }
        Ok(diff)
    }

    fn apply(&self, ctx: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        batch.iter().enumerate().map(|(at, work)| run(ctx, at, &work.item)).collect()
    }

    fn refresh(
        &self,
        ctx: &ApplyContext<'_>,
        item: &Item<'_>,
        _: RefreshKind,
    ) -> Result<Applied, ProviderError> {
        run(ctx, 0, item)
    }
}
