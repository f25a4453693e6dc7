//! `mc-control push`: one bundle to many hosts, by ssh.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use camino::Utf8PathBuf;
use clap::ValueEnum;
use mc_plan::bundle::{self, Mode, Refusal, Verified};
use mc_plan::trust::TrustStore;
use mc_protocol::message::{Action, Announced, Durability, Event, Start};
use mc_protocol::operator::announce;
use mc_transport::Transport;
use mc_transport::failure::Failure as Connecting;
use mc_transport::program::{self, AgentProgram};
use mc_transport::ssh::Ssh;
use mc_transport::target::Target;

use crate::environment::{self, Stopwatch};
use crate::failure::{Failure, Status};
use crate::inventory::{self, Host};
use crate::outcome::{Agent, Ended};
use crate::{human, json, outcome};

/// The largest bundle in bytes.
const MAX_BUNDLE: u64 = 4 << 30;
/// The largest trust document or inventory in bytes. The protocol has room for the first.
const MAX_DOCUMENT: u64 = 512 << 10;

/// Push a bundle to hosts over ssh and show what comes of it
///
/// The system's ssh is used with its configuration, agent and jump hosts; host keys are always checked and
/// nothing is asked for. A host's own trust document, id and labels count before the ones given here.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The bundle
    bundle: Utf8PathBuf,
    #[command(flatten)]
    hosts: Hosts,
    /// The trust document: streams and the keys that may sign for them
    #[arg(long, value_name = "FILE")]
    trust: Utf8PathBuf,
    /// The agent to send to hosts that do not have it; by default `mc-agent` beside this program
    #[arg(long, value_name = "PATH")]
    agent: Option<Utf8PathBuf>,
    /// Hosts at the same time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// Only show what would change
    #[arg(long)]
    noop: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Hosts {
    /// A file with hosts
    #[arg(long, value_name = "HOSTS.TOML")]
    inventory: Option<Utf8PathBuf>,
    /// One host, `[USER@]NAME[:PORT]`
    #[arg(long)]
    host: Option<Target>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines while it goes on, and a table
    #[default]
    Human,
    /// One JSON object at the end
    Json,
}

/// What goes to every host.
struct Load<'a> {
    agent: &'a AgentProgram,
    bundle: &'a [u8],
    announced: Announced,
    trust: &'a [u8],
    noop: bool,
}

/// What a worker says.
enum Said {
    Connected(Agent),
    Event(Event),
    Ended(Box<Ended>),
}

/// Runs the command and gives the exit status.
pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    let hosts = hosts(&args.hosts)?;
    let (store, trust) = trust(&args.trust)?;
    let bundle = environment::read(&args.bundle, MAX_BUNDLE)?;
    let refused = |refusal: Refusal| Failure {
        status: Status::Refused,
        code: Some(refusal.code()),
        message: format!("`{}` is refused: {refusal}", args.bundle),
        help: Some(refusal.help().to_owned()),
    };
    let verified = bundle::verify(&bundle, &store, environment::now()).map_err(refused)?;
    verified.manifest().check_mode(Mode::Ssh, !args.noop).map_err(refused)?;
    let agent = agent(args.agent.as_ref())?;

    let load =
        Load { agent: &agent, bundle: &bundle, announced: announce(&bundle), trust: &trust, noop: args.noop };
    let ended = push(&Ssh::default(), &load, &hosts, usize::from(args.jobs), args.format);
    let status = outcome::overall(ended.iter());
    show(args, &verified, &hosts, &ended, status);
    Ok(status)
}

fn hosts(from: &Hosts) -> Result<Vec<Host>, Failure> {
    if let Some(target) = &from.host {
        return Ok(vec![Host::named(target.clone())]);
    }
    let Some(path) = &from.inventory else {
        return Err(Failure::usage("name an inventory or a host".to_owned()));
    };
    inventory::parse(&environment::read_text(path, MAX_DOCUMENT)?)
        .map_err(|why| Failure::environment(format!("cannot use the inventory `{path}`: {why}")))
}

fn trust(path: &Utf8PathBuf) -> Result<(TrustStore, Vec<u8>), Failure> {
    let text = environment::read_text(path, MAX_DOCUMENT)?;
    let store = TrustStore::parse(&text)
        .map_err(|why| Failure::environment(format!("cannot use the trust file `{path}`: {why}")))?;
    Ok((store, text.into_bytes()))
}

fn agent(named: Option<&Utf8PathBuf>) -> Result<AgentProgram, Failure> {
    let help = "name the agent to send with `--agent`";
    let path = named.cloned().or_else(|| environment::beside_program("mc-agent"));
    let path = path.ok_or_else(|| {
        Failure::environment("this program does not know where it lies".to_owned()).help(help)
    })?;
    let limit = u64::try_from(program::MAX_SIZE).unwrap_or(u64::MAX);
    let bytes = environment::read(&path, limit).map_err(|failure| failure.help(help))?;
    AgentProgram::new(bytes)
        .map_err(|why| Failure::environment(format!("`{path}` is no agent: {why}")).help(help))
}

/// Pushes to all hosts, at most `jobs` at a time. What came of each, in the hosts' order.
fn push(
    transport: &dyn Transport,
    load: &Load<'_>,
    hosts: &[Host],
    jobs: usize,
    format: Format,
) -> Vec<Ended> {
    let mut ended: Vec<Option<Ended>> = hosts.iter().map(|_| None).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..jobs.min(hosts.len()) {
            let sender = sender.clone();
            let next = &next;
            scope.spawn(move || {
                while let Some((at, host)) = take(next, hosts) {
                    let result = one(transport, load, host, at, &sender);
                    // The receiver lives as long as the scope.
                    let _ = sender.send((at, Said::Ended(Box::new(result))));
                }
            });
        }
        drop(sender);
        let width = hosts.iter().map(|host| host.name.len()).max().unwrap_or_default();
        for (at, said) in receiver {
            let Some(host) = hosts.get(at) else { continue };
            if format == Format::Human {
                let line = match &said {
                    Said::Connected(agent) => human::connected(host, agent),
                    Said::Event(event) => human::event(event),
                    Said::Ended(ended) => Some(human::ended(ended)),
                };
                if let Some(line) = line {
                    environment::answer(&format!("{:width$}  {line}\n", host.name));
                }
            }
            if let (Said::Ended(result), Some(slot)) = (said, ended.get_mut(at)) {
                *slot = Some(*result);
            }
        }
    });
    // Every host was taken by a worker, and a worker always says how it ended.
    ended.into_iter().flatten().collect()
}

fn take<'a>(next: &AtomicUsize, hosts: &'a [Host]) -> Option<(usize, &'a Host)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    hosts.get(at).map(|host| (at, host))
}

fn one(
    transport: &dyn Transport,
    load: &Load<'_>,
    host: &Host,
    at: usize,
    sender: &Sender<(usize, Said)>,
) -> Ended {
    let stopwatch = Stopwatch::start();
    let mut agent = None;
    let result = transport.connect(&host.target, load.agent).and_then(|connection| {
        let hello = connection.hello();
        let met = Agent {
            version: hello.agent_version.clone(),
            uploaded: connection.uploaded(),
            own_trust: hello.own_trust,
            host_id: hello.host_id.clone(),
        };
        let _ = sender.send((at, Said::Connected(met.clone())));
        agent = Some(met);
        let start = Start {
            action: if load.noop { Action::Check } else { Action::Apply },
            only: Vec::new(),
            jobs: 0,
            durability: Durability::Batch,
            trust: load.trust.to_vec(),
            host_id: host.id.clone(),
            labels: host.labels.clone(),
            bundle: load.announced,
        };
        let delivered = connection.run(&start, load.bundle, &mut |event| {
            let _ = sender.send((at, Said::Event(event)));
        })?;
        match &delivered.report {
            Some(report) if !json::is_json(report) => {
                Err(Connecting::Protocol("its report is not JSON".to_owned()))
            }
            _ => Ok(delivered),
        }
    });
    Ended { agent, result, took: stopwatch.elapsed() }
}

fn show(args: &Args, bundle: &Verified<'_>, hosts: &[Host], ended: &[Ended], status: u8) {
    match args.format {
        Format::Human => environment::answer(&human::summary(hosts, ended, args.noop)),
        Format::Json => environment::answer(&json::document(bundle, args.noop, hosts, ended, status)),
    }
}
