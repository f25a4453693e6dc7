//! `core.query`: a program that is asked something. It runs while a step is read, so in a dry run too; nothing is
//! ever applied.

use mc_engine::host::{Process, ProcessEnd};
use mc_engine::provider::{
    ACCOUNTS, Applied, ApplyContext, Batch, Description, Diff, Item, Looks, Observed, Provider,
    ProviderError, ProviderErrorKind, ReadContext, Work, Writes,
};
use mc_plan::value::Value;

use crate::decode;
use crate::generated::exec::Query;
use crate::program::Program;

/// How much a query may write to each of its outputs, in bytes.
const LIMIT: usize = 64 * 1024;

pub(crate) struct QueryProvider(Description);

impl QueryProvider {
    pub(crate) fn new() -> Self {
        Self(Description {
            schema: Query::SCHEMA,
            schema_hash: Query::HASH,
            provider: Query::PROVIDER,
            protocols: 1..=Query::PROTOCOL,
            batch: Batch::Independent(1),
            lock: None,
            reads: &[ACCOUNTS],
            writes: Writes::Domains(&[]),
            settle: None,
            rooted: false,
            looks: Looks::InTurn,
        })
    }
}

fn ask(ctx: &ReadContext<'_>, item: &Item<'_>) -> Result<Observed, ProviderError> {
    let query = Query::decode(item.key, item.desired)?;
    let program = Program {
        argv: &query.argv,
        cwd: query.cwd,
        user: query.user,
        env: query.environment.as_deref().unwrap_or_default(),
    };
    program.check(ctx)?;
    let stdin = query.stdin.unwrap_or_default().as_bytes();
    let output = program.run(ctx, |process| {
        let process = Process { stdin, timeout: Some(item.timeout), output_limit: LIMIT, ..process };
        Ok(ctx.host().ask(&process)?)
    })?;
    let allowed = query.ok.as_deref().unwrap_or(&[0]);
    let status = match output.end {
        ProcessEnd::Exited(status) if allowed.contains(&i64::from(status)) => status,
        _ => return Err(program.failed(&output)),
    };
    let name = query.argv.first().copied().unwrap_or_default();
    if output.truncated {
        let message = format!("`{name}` wrote more than {LIMIT} bytes, which is no answer to work with");
        return Err(ProviderError::failed(message));
    }
    let mut outputs = vec![None; Query::OUTPUTS];
    outputs[Query::STDOUT] = text(name, "standard output", &output.stdout)?;
    outputs[Query::STDERR] = text(name, "standard error", &output.stderr)?;
    outputs[Query::STATUS] = Some(Value::Int(i64::from(status)));
    Ok(Observed::new(outputs, ()))
}

/// What was written, without the newlines at its end.
fn text(program: &str, stream: &str, bytes: &[u8]) -> Result<Option<Value>, ProviderError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        ProviderError::failed(format!("the {stream} of `{program}` is no UTF-8 text (byte {at})"))
    })?;
    Ok(decode::text(text.trim_end_matches('\n')))
}

impl Provider for QueryProvider {
    fn describe(&self) -> &Description {
        &self.0
    }

    fn read(&self, ctx: &ReadContext<'_>, items: &[Item<'_>]) -> Vec<Result<Observed, ProviderError>> {
        items.iter().map(|item| ask(ctx, item)).collect()
    }

    fn diff(&self, _: &Item<'_>, _: &Observed) -> Result<Diff, ProviderError> {
        Ok(Diff::none())
    }

    fn apply(&self, _: &ApplyContext<'_>, batch: &[Work<'_>]) -> Vec<Result<Applied, ProviderError>> {
        // The engine applies what differs, and this never does.
        let broken = || ProviderError::new(ProviderErrorKind::Broken, "a query has nothing to apply");
        batch.iter().map(|_| Err(broken())).collect()
    }
}
