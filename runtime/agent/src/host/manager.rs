//! The service manager and the package manager, through their own programs: one process for all that is
//! asked, one for each thing that is done.

use std::time::Duration;

use camino::Utf8Path;
use mc_engine::host::{
    Candidate, Effect, HostError, HostErrorKind, HostResult, PackageTransaction, Process, ProcessOutput,
    ReadHost as _, Unit, UnitAction, UnitVerb,
};

use super::OsHost;

/// Bound of a question.
const QUERY: Duration = Duration::from_secs(60);
/// How long apt waits for dpkg's lock, in seconds.
const LOCK_WAIT: u32 = 600;
/// How much of a failed program's output goes into a message, in lines.
const TAIL: usize = 10;
/// All that a question may answer.
const ANSWER: usize = 16 << 20;
/// The properties that make up a [`Unit`].
const PROPERTIES: &str =
    "--property=LoadState,ActiveState,SubState,UnitFileState,Result,MainPID,NeedDaemonReload";

fn argv(words: &[&str], names: &[&str]) -> Vec<String> {
    words.iter().chain(names).map(|&word| word.to_owned()).collect()
}

fn failed(argv: &[String], output: &ProcessOutput) -> HostError {
    let program = argv.first().map_or("", String::as_str);
    let tail = output.tail(TAIL);
    let separator = if tail.is_empty() { "" } else { "\n" };
    HostError::new(HostErrorKind::Failed, format!("`{program}` {}{separator}{tail}", output.end))
}

impl OsHost {
    fn ask(&self, argv: &[String]) -> HostResult<String> {
        let process = Process { timeout: Some(QUERY), output_limit: ANSWER, ..Process::new(argv) };
        let output = self.run(&process, None)?;
        if !output.success() {
            return Err(failed(argv, &output));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(super) fn query_units(&self, names: &[&str]) -> HostResult<Vec<Unit>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.ask(&argv(&["systemctl", "show", PROPERTIES, "--"], names))?;
        let mut units = parse_units(&answer);
        units.resize_with(names.len(), Unit::default);
        Ok(units)
    }

    pub(super) fn unit_action(
        &self,
        action: &UnitAction<'_>,
        deadline: Option<Duration>,
    ) -> HostResult<Effect> {
        let verb = match action.verb {
            UnitVerb::Start => "start",
            UnitVerb::Stop => "stop",
            UnitVerb::Restart => "restart",
            UnitVerb::Reload => "reload",
            UnitVerb::ReloadOrRestart => "reload-or-restart",
            UnitVerb::Enable => "enable",
            UnitVerb::Disable => "disable",
            UnitVerb::DaemonReload => "daemon-reload",
        };
        let argv = match action.verb {
            UnitVerb::DaemonReload => argv(&["systemctl", verb], &[]),
            // Not quietly: what it says when it fails is the reason.
            _ => argv(&["systemctl", verb, "--"], &[action.unit]),
        };
        let output = self.run(&Process::new(&argv), deadline)?;
        match output.end {
            mc_engine::host::ProcessEnd::TimedOut => {
                let what =
                    if action.unit.is_empty() { verb.to_owned() } else { format!("{verb} {}", action.unit) };
                Err(HostError::new(HostErrorKind::TimedOut, format!("`systemctl {what}` took too long")))
            }
            _ if output.success() => Ok(Effect::Done),
            _ => Err(failed(&argv, &output)),
        }
    }

    pub(super) fn query_candidates(&self, names: &[&str]) -> HostResult<Vec<Candidate>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.ask(&argv(&["apt-cache", "policy", "--"], names))?;
        let known = parse_policy(&answer);
        Ok(names
            .iter()
            .map(|name| {
                known.iter().find(|(known, _)| known == name).map(|(_, c)| c.clone()).unwrap_or_default()
            })
            .collect())
    }

    /// One transaction. It has no deadline: a package manager that is killed leaves half-done work.
    pub(super) fn transaction(&self, transaction: &PackageTransaction<'_>) -> HostResult<Effect> {
        let env = [("DEBIAN_FRONTEND", "noninteractive"), ("APT_LISTCHANGES_FRONTEND", "none")];
        // What an earlier one left half-done stands in the way of every other.
        let updates = self.list(Utf8Path::new("/var/lib/dpkg/updates"))?.unwrap_or_default();
        if updates.iter().any(|entry| entry.name.bytes().all(|byte| byte.is_ascii_digit())) {
            let argv = argv(&["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"], &[]);
            let output = self.run(&Process { env: &env, ..Process::new(&argv) }, None)?;
            if !output.success() {
                return Ok(Effect::Ran(output));
            }
        }
        let lock = format!("DPkg::Lock::Timeout={LOCK_WAIT}");
        let mut words = vec![
            "apt-get",
            "-q",
            "-y",
            "-o",
            "Dpkg::Options::=--force-confdef",
            "-o",
            "Dpkg::Options::=--force-confold",
            "-o",
            &lock,
        ];
        if transaction.allow_downgrade {
            words.push("--allow-downgrades");
        }
        // Nobody asked for anything to go: a conflict is to be decided in the policy, not here.
        if transaction.remove.is_empty() {
            words.push("--no-remove");
        }
        words.extend(["install", "--"]);
        let mut argv = argv(&words, &[]);
        for (name, version) in transaction.install {
            argv.push(match version {
                Some(version) => format!("{name}={version}"),
                None => (*name).to_owned(),
            });
        }
        // A name with a minus behind it is removed in the same transaction.
        argv.extend(transaction.remove.iter().map(|name| format!("{name}-")));
        let process = Process { env: &env, output_limit: 1 << 20, ..Process::new(&argv) };
        self.run(&process, None).map(Effect::Ran)
    }
}

/// Blocks of `Name=value` lines, one for each unit that was asked about, in that order.
fn parse_units(answer: &str) -> Vec<Unit> {
    answer
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty())
        .map(|block| {
            let mut unit = Unit::default();
            for (name, value) in block.lines().filter_map(|line| line.split_once('=')) {
                match name {
                    "LoadState" => value.clone_into(&mut unit.load),
                    "ActiveState" => value.clone_into(&mut unit.active),
                    "SubState" => value.clone_into(&mut unit.sub),
                    "UnitFileState" => value.clone_into(&mut unit.file),
                    "Result" => value.clone_into(&mut unit.result),
                    "MainPID" => unit.main_pid = value.parse().unwrap_or_default(),
                    "NeedDaemonReload" => unit.needs_reload = value == "yes",
                    _ => {}
                }
            }
            unit
        })
        .collect()
}

/// What `apt-cache policy` says about packages: a candidate, and a table of versions whose lines start with
/// the version (after `***` for the installed one) and a priority, each followed by lines about its sources.
fn parse_policy(answer: &str) -> Vec<(String, Candidate)> {
    let mut known: Vec<(String, Candidate)> = Vec::new();
    for line in answer.lines() {
        if !line.starts_with(' ') {
            if let Some(name) = line.strip_suffix(':') {
                known.push((name.to_owned(), Candidate::default()));
            }
            continue;
        }
        let Some((_, candidate)) = known.last_mut() else { continue };
        if let Some(version) = line.strip_prefix("  Candidate: ") {
            candidate.version =
                Some(version.trim()).filter(|version| *version != "(none)").map(str::to_owned);
        } else if let Some(row) = line.strip_prefix(" *** ").or_else(|| line.strip_prefix("     ")) {
            // Lines about sources are further to the right.
            if !row.starts_with(' ')
                && let Some(version) = row.split_ascii_whitespace().next()
            {
                candidate.versions.push(version.to_owned());
            }
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::{parse_policy, parse_units};

    #[test]
    fn units_come_in_the_order_of_the_question() {
        let units = parse_units(
            "Result=success\nMainPID=71\nNeedDaemonReload=yes\nLoadState=loaded\nActiveState=active\n\
             SubState=running\nUnitFileState=enabled\n\nMainPID=0\nLoadState=not-found\nActiveState=inactive\n\
             SubState=dead\nUnitFileState=\nNeedDaemonReload=no\n",
        );
        assert_eq!(units.len(), 2);
        assert_eq!((units[0].main_pid, units[0].needs_reload, &*units[0].file), (71, true, "enabled"));
        assert_eq!((&*units[1].load, &*units[1].file), ("not-found", ""));
        assert!(parse_units("").is_empty());
    }

    #[test]
    fn candidates_with_all_their_versions() {
        let known = parse_policy(
            "nginx:\n  Installed: 1.22-9\n  Candidate: 1.24-1\n  Version table:\n     1.24-1 500\n        \
             500 http://repo stable/main amd64 Packages\n *** 1.22-9 100\n        100 /var/lib/dpkg/status\n\
             virtual:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\nN: a note\n",
        );
        assert_eq!(known.len(), 2);
        assert_eq!(known[0].1.version.as_deref(), Some("1.24-1"));
        assert_eq!(known[0].1.versions, ["1.24-1", "1.22-9"]);
        assert_eq!((known[1].0.as_str(), &known[1].1.version), ("virtual", &None));
        assert!(known[1].1.versions.is_empty());
    }
}
