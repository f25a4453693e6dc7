//! `cargo xtask demo`: the two commands of README, on `examples/quickstart`, as an ordinary user. It checks
//! what it shows.

use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use mc_test_support::process::{self, Output};
use mc_test_support::scratch::Scratch;
use mc_test_support::tree::{Difference, Kind, Snapshot};

use crate::{build, cargo};

const EXAMPLE: &str = "examples/quickstart";

/// The agent's own folder below its root.
const STATE: &str = "var/lib/masterchef";

/// The user of Debian that owns nothing.
const NOBODY: &str = "65534";

pub(crate) fn run() -> Result<()> {
    build::run()?;
    let demo = Demo::prepare()?;

    demo.say("A key, and a file that says whom to trust");
    demo.run("mcc", &["key", "new", "--out", "keys", "--unencrypted"])?;
    demo.say("Check, compile and sign");
    demo.run("mcc", &["check", "quickstart"])?;
    demo.run("mcc", &["build", "quickstart", "-o", "quickstart.mcb", "--key", "keys/signing.pem"])?;
    demo.run("mcc", &["verify", "quickstart.mcb", "--trust", "keys/trust.toml"])?;

    demo.say("The first run changes the host");
    let empty = demo.managed();
    demo.apply(&[])?;
    let first = demo.managed();
    ensure!(!empty.differences(&first).is_empty(), "the first run changed nothing");

    demo.say("The second run changes nothing");
    demo.apply(&[])?;
    same(&first, &demo.managed()).context("the second run changed something")?;

    demo.say("Somebody edits a file by hand; a dry run shows it and touches nothing");
    let edited = demo.edit(&first)?;
    let by_hand = demo.managed();
    let dry = demo.apply(&["--noop"])?;
    same(&by_hand, &demo.managed()).context("the dry run changed something")?;
    let removed =
        dry.stdout.lines().any(|line| line.trim_start().starts_with('-') && line.contains(Demo::EDIT));
    ensure!(removed, "the dry run does not show that the edit in {edited} would be removed");

    demo.say("The third run repairs it, and only it");
    demo.apply(&[])?;
    let repaired = demo.managed();
    same(&first.without_times(), &repaired.clone().without_times()).context("the repair is not whole")?;
    let touched = by_hand.differences(&repaired).into_iter();
    let others: Vec<Difference> = touched
        .filter(|difference| difference.path != edited && Some(difference.path.as_path()) != edited.parent())
        .collect();
    ensure!(others.is_empty(), "the repair also touched {}", list(&others));
    println!("\ndemo: changed, unchanged, shown, repaired: all as it should be");
    Ok(())
}

fn same(before: &Snapshot, after: &Snapshot) -> Result<()> {
    let differences = before.differences(after);
    ensure!(differences.is_empty(), "{}", list(&differences));
    Ok(())
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A folder of an ordinary user, with the programs and the example in it.
struct Demo {
    scratch: Scratch,
    as_nobody: bool,
}

impl Demo {
    const EDIT: &str = "edited by hand";

    /// Copies what the demo needs to where its user may read it.
    fn prepare() -> Result<Self> {
        let scratch = Scratch::new();
        let example = mc_test_support::repository().join(EXAMPLE);
        ensure!(example.is_dir(), "{EXAMPLE} is missing");
        cargo::run(Command::new("cp").arg("-r").arg(&example).arg(scratch.path()))?;
        for program in ["mcc", "mc-agent"] {
            let to = scratch.join("bin").join(program);
            std::fs::create_dir_all(scratch.join("bin"))?;
            std::fs::copy(mc_test_support::binary::program(program), &to)
                .with_context(|| format!("cannot write {to}"))?;
        }
        std::fs::create_dir_all(scratch.join("root"))?;
        let as_nobody = cargo::read(Command::new("id").arg("-u"))?.trim() == "0";
        if as_nobody {
            cargo::run(
                Command::new("chown").args(["-R", &format!("{NOBODY}:{NOBODY}")]).arg(scratch.path()),
            )?;
        }
        Ok(Self { scratch, as_nobody })
    }

    #[allow(clippy::unused_self, reason = "reads as what it is")]
    fn say(&self, title: &str) {
        println!("\n# {title}");
    }

    /// Runs one of the programs and shows what it prints. It must succeed.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        println!("$ {program} {}", arguments.join(" "));
        let path = self.scratch.join("bin").join(program);
        let mut command = if self.as_nobody {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        // Nothing of this user's, and nothing that differs from machine to machine.
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.scratch.path());
        let output = process::run(command.current_dir(self.scratch.path()).args(arguments));
        print!("{}{}", output.stdout, output.stderr);
        if output.code() != 0 {
            bail!("{program} ended with {}", output.code());
        }
        Ok(output)
    }

    fn apply(&self, more: &[&str]) -> Result<Output> {
        let mut arguments = vec!["apply", "quickstart.mcb", "--trust", "keys/trust.toml", "--root", "root"];
        arguments.extend(more);
        self.run("mc-agent", &arguments)
    }

    fn root(&self) -> Utf8PathBuf {
        self.scratch.join("root")
    }

    /// The tree below the root, without the agent's own folder and the folders that lead to it.
    fn managed(&self) -> Snapshot {
        let mut snapshot = Snapshot::take_except(&self.root(), &[STATE]);
        snapshot.entries.retain(|path, _| !Utf8Path::new(STATE).starts_with(path));
        snapshot
    }

    /// Adds a line to the first managed file, and returns the file's path below the root.
    fn edit(&self, managed: &Snapshot) -> Result<Utf8PathBuf> {
        let files = managed.entries.iter().filter(|(_, entry)| matches!(entry.kind, Kind::File { .. }));
        let (path, _) = files.into_iter().next().context("the example manages no file")?;
        let file = self.root().join(path);
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
        std::fs::write(&file, format!("{text}{}\n", Self::EDIT))
            .with_context(|| format!("cannot write {file}"))?;
        println!("$ echo '{}' >>root/{path}", Self::EDIT);
        Ok(path.clone())
    }
}
