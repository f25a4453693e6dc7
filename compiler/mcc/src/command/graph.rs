//! `mcc graph`

use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use crate::subject::Subject;
use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use mc_compiler::diagnostic::nearest;
use mc_compiler::graph::{self, Options};

/// Draw what comes before what, and why
///
/// Edges that follow from others are left out, but those that refresh. A bundle is drawn as it is, without
/// asking whether it can be trusted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's folder, or a bundle
    #[arg(default_value = ".", value_name = "PACKAGE|BUNDLE")]
    subject: Utf8PathBuf,
    /// Only what this policy declares
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// How to draw it; by default what the ending of FILE says, else `dot`
    #[arg(long, value_enum)]
    format: Option<OutputFormat>,
    /// Also edges that follow from others
    #[arg(long)]
    all: bool,
    /// Where to write it; by default standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutputFormat {
    /// For Graphviz
    Dot,
    /// For pages that draw Mermaid
    Mermaid,
    /// A picture, for light and dark surroundings
    Svg,
    /// A page to look around in, in one file
    Html,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let format =
        args.format.or_else(|| args.output.as_deref().and_then(by_ending)).unwrap_or(OutputFormat::Dot);
    let subject = Subject::open(&args.subject, env)?;
    let title = match &args.policy {
        Some(policy) => format!("{}: {policy}", subject.name),
        None => subject.name.clone(),
    };
    let options = Options { title, policy: args.policy.clone(), all: args.all };
    let graph = graph::graph(&subject.plan, &options).ok_or_else(|| {
        let names = || subject.plan.policies.iter().map(|policy| policy.name.as_str());
        let wanted = args.policy.as_deref().unwrap_or_default();
        let failure = Failure::usage(format!("`{}` has no policy `{wanted}`", subject.name));
        match nearest(wanted, names()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("it has {}", names().collect::<Vec<_>>().join(", "))),
        }
    })?;
    let text = match format {
        OutputFormat::Dot => graph::dot::dot(&graph),
        OutputFormat::Mermaid => graph::mermaid::mermaid(&graph),
        OutputFormat::Svg => graph::svg::svg(&graph),
        OutputFormat::Html => graph::html::html(&graph),
    };
    match &args.output {
        Some(path) => file::replace(path, text.as_bytes()),
        None => env.answer(&text),
    }
}

fn by_ending(path: &Utf8Path) -> Option<OutputFormat> {
    match path.extension()? {
        "dot" | "gv" => Some(OutputFormat::Dot),
        "mmd" | "mermaid" => Some(OutputFormat::Mermaid),
        "svg" => Some(OutputFormat::Svg),
        "html" | "htm" => Some(OutputFormat::Html),
        _ => None,
    }
}
