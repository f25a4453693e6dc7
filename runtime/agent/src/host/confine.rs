//! Programs that only look: the kernel keeps them from writing.
//!
//! Landlock (`landlock(7)`) confines a thread and whatever it starts from then on, and can never be lifted. So a thread
//! of its own confines itself, starts the program and ends; nothing else of the agent is confined.

use std::io;
use std::process::{Child, Command};

use landlock::{
    ABI, Access as _, AccessFs, PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
    RulesetError, RulesetStatus, Scope,
};
use mc_engine::host::{HostError, HostErrorKind, HostResult};

/// The newest rules that this knows. An older kernel keeps those that it has, one without Landlock none.
const RULES: ABI = ABI::V6;

/// Starts a program that may read and run every file that its user may, and write none but `/dev/null`. It may
/// send signals only to what it started itself.
pub(super) fn spawn(mut command: Command) -> HostResult<io::Result<Child>> {
    std::thread::scope(|scope| {
        let confined = move || {
            confine()?;
            Ok::<_, RulesetError>(command.spawn())
        };
        match scope.spawn(confined).join() {
            Ok(Ok(spawned)) => Ok(spawned),
            Ok(Err(error)) => Err(HostError::new(
                HostErrorKind::Io,
                format!("cannot confine a program that only looks: {error}"),
            )),
            Err(_) => {
                Err(HostError::new(HostErrorKind::Io, "the thread that starts a program ended by itself"))
            }
        }
    })
}

/// Confines the calling thread, and says how far the kernel could.
pub(super) fn confine() -> Result<RulesetStatus, RulesetError> {
    let mut ruleset =
        Ruleset::default().handle_access(AccessFs::from_all(RULES))?.scope(Scope::Signal)?.create()?;
    // A path that is not there needs no rule.
    if let Ok(root) = PathFd::new("/") {
        ruleset = ruleset.add_rule(PathBeneath::new(root, AccessFs::from_read(RULES)))?;
    }
    if let Ok(nowhere) = PathFd::new("/dev/null") {
        ruleset = ruleset.add_rule(PathBeneath::new(nowhere, AccessFs::ReadFile | AccessFs::WriteFile))?;
    }
    Ok(ruleset.restrict_self()?.ruleset)
}
