//! `mcc why`

use crate::env::Env;
use crate::failure::Failure;
use crate::package::Checked;
use camino::Utf8PathBuf;
use clap::ValueEnum;
use mc_compiler::diagnostic::render::Format;
use mc_compiler::why::{Answer, why};
use serde::Serialize;
use std::fmt::Write;

/// Say where the value of an attribute comes from
///
/// Shows everything that sets it, the strongest first, and the way of each value back to where it is written. Of
/// secrets only the names are shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The policy whose declarations count
    #[arg(value_name = "POLICY")]
    policy: String,
    /// The attribute, `File["/etc/motd"].mode`, or a resource for all of its attributes
    #[arg(value_name = "ATTRIBUTE")]
    question: String,
    /// The package's folder
    #[arg(default_value = ".")]
    package: Utf8PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutputFormat {
    /// For people
    Human,
    /// One JSON object
    Json,
}

/// Version of the JSON object. It changes when a field changes its meaning or goes away.
const JSON_VERSION: u32 = 1;

/// The longest column of places that others are lined up with.
const WIDEST: usize = 40;

#[derive(Serialize)]
struct Document {
    version: u32,
    #[serde(flatten)]
    answer: Answer,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let checked = Checked::load(&args.package)?;
    if checked.has_errors() {
        env.say(&checked.render(env, Format::Full));
        return Err(Failure::source());
    }
    let compiled = mc_compiler::compiled_plan(&checked.db)
        .ok_or_else(|| Failure::internal("the package has no errors and no plan"))?;
    // `*` asks all policies at once.
    let policy = Some(args.policy.as_str()).filter(|policy| *policy != "*");
    let answer = why(&checked.db, compiled, policy, &args.question).map_err(|none| {
        let failure = Failure::usage(none.headline);
        match none.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })?;
    let text = match args.format {
        OutputFormat::Human => human(&answer),
        OutputFormat::Json => {
            let document = Document { version: JSON_VERSION, answer };
            let text = serde_json::to_string_pretty(&document)
                .map_err(|error| Failure::internal(&format!("no JSON: {error}")))?;
            text + "\n"
        }
    };
    env.answer(&text)
}

fn human(answer: &Answer) -> String {
    let ways = answer.attributes.iter().flat_map(|attribute| &attribute.given).flat_map(|given| &given.way);
    let wide = ways.map(|origin| origin.at.chars().count()).max().unwrap_or(0).min(WIDEST);
    let mut out = String::new();
    for attribute in &answer.attributes {
        if attribute.given.is_empty() {
            // invariant: writing to a string does not fail, here and below
            let _ = writeln!(out, "{}.{} is not set: it is not managed", answer.resource, attribute.name);
        }
        for given in &attribute.given {
            let _ = writeln!(out, "{}.{} {}", answer.resource, attribute.name, given.sentence());
            for origin in &given.way {
                let _ = writeln!(out, "  {:wide$}  {}", origin.at, origin.what);
                let _ = writeln!(out, "  {:wide$}    {}", "", origin.text);
            }
        }
    }
    out
}
