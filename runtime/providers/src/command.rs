//! `core.command`: a program and its arguments, run when there is something to do.

use camino::Utf8Path;
use mc_engine::host::{Effect, Operation, RunArgv};
use mc_engine::provider::{
    ACCOUNTS, Applied, ApplyContext, Batch, Description, Diff, Item, Looks, Observed, Provider,
    ProviderError, ProviderErrorKind, ReadContext, RefreshKind, Work, Writes,
};
use mc_plan::value::Value;

use crate::decode;
use crate::generated::exec::Command;
use crate::program::Program;

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
            looks: Looks::Ahead,
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

fn program<'a>(command: &'a Command<'_>) -> Program<'a> {
    Program { argv: &command.argv, cwd: command.cwd, user: command.user, env: &[] }
}

fn look(ctx: &ReadContext<'_>, item: &Item<'_>) -> Result<Observed, ProviderError> {
    let command = Command::decode(item.key, item.desired)?;
    program(&command).check(ctx)?;
    let runs = match command.creates {
        Some(creates) => ctx.host().stat(Utf8Path::new(creates))?.is_none(),
        None => false,
    };
    // What it wrote when it did not run: nothing.
    Ok(Observed::new(outputs(b"", 0), Seen { runs }))
}

fn run(ctx: &ApplyContext<'_>, at: usize, item: &Item<'_>) -> Result<Applied, ProviderError> {
    let command = Command::decode(item.key, item.desired)?;
    let program = program(&command);
    let effect = program.run(ctx.read(), |process| {
        Ok(ctx.perform_one(at, &Operation::RunArgv(RunArgv { process, writes: None }))?)
    })?;
    match effect {
        Effect::Ran(output) if output.success() => {
            let note = output.truncated.then(|| "its output was cut".to_owned());
            Ok(Applied { outputs: outputs(&output.stdout, 0), restarted: true, note })
        }
        Effect::Ran(output) => Err(program.failed(&output)),
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
