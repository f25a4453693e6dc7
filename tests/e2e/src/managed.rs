//! A booted host with an agent on it, and the workshop that its bundles come from.

use mc_test_support::hosts::Host;
use mc_test_support::process::{self, Output};
use mc_test_support::strace::{Trace, Tracing};
use mc_test_support::workshop::Workshop;

use crate::report::Report;

/// Where the agent lies on the host.
pub const AGENT: &str = "/usr/local/bin/mc-agent";
/// Where the agent keeps its state when nothing else is said.
pub const STATE: &str = "/var/lib/masterchef";

/// Such a host. Its owner trusts the workshop's key.
#[derive(Debug)]
pub struct Managed {
    /// The machine.
    pub host: Host,
    /// Where packages are written and built.
    pub workshop: Workshop,
}

impl Managed {
    /// Puts the agent and the trust file on a host.
    pub fn new(host: Host) -> Self {
        let workshop = Workshop::new();
        let read = |path| std::fs::read(path).unwrap_or_else(|e| panic!("cannot read a file to copy: {e}"));
        host.put(AGENT, read(&workshop.binaries().agent), "0755");
        host.put("/etc/masterchef/trust.toml", read(&workshop.join("keys/trust.toml")), "0644");
        Self { host, workshop }
    }

    /// Builds a package of the workshop and puts its bundle on the host, as `/root/NAME.mcb`.
    #[track_caller]
    pub fn build(&self, name: &str) {
        self.build_with(name, &[]);
    }

    /// The same, with options of `mcc build`.
    #[track_caller]
    pub fn build_with(&self, name: &str, options: &[&str]) {
        process::run(self.workshop.build(name).args(options)).success();
        let bundle = self.workshop.join(&format!("{name}.mcb"));
        let bytes = std::fs::read(&bundle).unwrap_or_else(|e| panic!("cannot read {bundle}: {e}"));
        self.host.put(&format!("/root/{name}.mcb"), bytes, "0600");
    }

    /// Makes a package with this root module, builds it, and puts its bundle on the host.
    #[track_caller]
    pub fn package(&self, name: &str, source: &str) {
        self.workshop.package(name, source);
        self.build(name);
    }

    /// The command line that applies the bundle of a package and reports in JSON.
    pub fn argv<'a>(bundle: &'a str, options: &[&'a str]) -> Vec<&'a str> {
        [AGENT, "apply", bundle, "--format", "json"].into_iter().chain(options.iter().copied()).collect()
    }

    /// Applies the bundle of a package.
    pub fn apply(&self, name: &str, options: &[&str]) -> Output {
        self.host.exec(&Self::argv(&format!("/root/{name}.mcb"), options))
    }

    /// Applies the bundle of a package, which must work, and gives its report.
    #[track_caller]
    pub fn applied(&self, name: &str, options: &[&str]) -> Report {
        Report::of(&self.apply(name, options).success())
    }

    /// Applies the bundle of a package under `strace`.
    pub fn traced(&self, tracing: &Tracing, name: &str, options: &[&str]) -> Trace {
        tracing.run_on(&self.host, &Self::argv(&format!("/root/{name}.mcb"), options))
    }

    /// Properties of a unit, in the order in which they are named.
    #[track_caller]
    pub fn unit<const N: usize>(&self, unit: &str, properties: [&str; N]) -> [String; N] {
        properties.map(|name| {
            let property = format!("--property={name}");
            let value = self.host.exec(&["systemctl", "show", "--value", &property, unit]).success();
            value.stdout.trim().to_owned()
        })
    }
}
