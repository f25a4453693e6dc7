//! What commands and queries have in common: a program, its arguments, and who runs it.

use camino::Utf8Path;
use mc_engine::host::{Process, ProcessEnd, ProcessOutput, ProcessUser};
use mc_engine::provider::{ProviderError, ProviderErrorKind, ReadContext};

/// How much of a failed program's output goes into a message, in lines.
const TAIL: usize = 20;

/// A program as a resource describes it.
pub(crate) struct Program<'a> {
    pub(crate) argv: &'a [&'a str],
    pub(crate) cwd: Option<&'a str>,
    pub(crate) user: Option<&'a str>,
    pub(crate) env: &'a [(&'a str, &'a str)],
}

impl Program<'_> {
    /// What can be told before it runs: whether there is something to run, and whether this caller may.
    pub(crate) fn check(&self, ctx: &ReadContext<'_>) -> Result<(), ProviderError> {
        if self.argv.first().is_none_or(|program| program.is_empty()) {
            return Err(ProviderError::failed("`argv` names no program"));
        }
        if self.argv.iter().any(|argument| argument.contains('\0')) {
            return Err(ProviderError::failed("an argument holds a NUL character"));
        }
        let bad = |(name, value): &(&str, &str)| {
            name.is_empty() || name.contains(['=', '\0']) || value.contains('\0')
        };
        if let Some((name, _)) = self.env.iter().find(|variable| bad(variable)) {
            return Err(ProviderError::failed(format!("{name:?} cannot be set as a variable")));
        }
        if let Some(name) = self.user {
            let identity = ctx.host().identity();
            if identity.uid != 0 && ctx.accounts()?.user(name).is_none_or(|user| user.uid != identity.uid) {
                return Err(ProviderError::refused(format!("only root can run something as user `{name}`")));
            }
        }
        Ok(())
    }

    /// Hands it to `run` with its user found on the host.
    pub(crate) fn run<T>(
        &self,
        ctx: &ReadContext<'_>,
        run: impl FnOnce(Process<'_>) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        let argv: Vec<String> = self.argv.iter().map(|&argument| argument.to_owned()).collect();
        let accounts = ctx.accounts()?;
        let mut groups: Vec<u32> = Vec::new();
        let user = match self.user {
            None => None,
            Some(name) => {
                let user = accounts.user(name).ok_or_else(|| {
                    ProviderError::failed(format!("there is no user `{name}` on this host"))
                })?;
                groups
                    .extend(accounts.memberships(name).map(|group| group.gid).filter(|gid| *gid != user.gid));
                Some(ProcessUser {
                    name: &user.name,
                    uid: user.uid,
                    gid: user.gid,
                    groups: &groups,
                    home: &user.home,
                })
            }
        };
        run(Process { cwd: self.cwd.map(Utf8Path::new), user, env: self.env, ..Process::new(&argv) })
    }

    /// The message for an end that is none of those it may have.
    pub(crate) fn failed(&self, output: &ProcessOutput) -> ProviderError {
        let kind = match output.end {
            ProcessEnd::TimedOut => ProviderErrorKind::TimedOut,
            _ => ProviderErrorKind::Failed,
        };
        let program = self.argv.first().copied().unwrap_or_default();
        let tail = output.tail(TAIL);
        let separator = if tail.is_empty() { "" } else { "\n" };
        ProviderError::new(kind, format!("`{program}` {}{separator}{tail}", output.end))
    }
}
