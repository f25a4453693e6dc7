//! `mcc doc`

use crate::command::build;
use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use crate::package::Checked;
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::Program;
use mc_compiler::diagnostic::render::Format;
use mc_compiler::doc::{self, Options};
use std::collections::BTreeSet;

/// Names the pages that were written, so that those of declarations that are gone can be taken away.
const LIST: &str = ".mcc-doc";

/// The longest list of pages that is read.
const LONGEST_LIST: u64 = 1 << 20;

/// Write pages about a package from its documentation comments
///
/// The folder can be opened in a browser or served as it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's folder
    #[arg(default_value = ".")]
    package: Utf8PathBuf,
    /// The folder for the pages: a new one, or one with pages of an earlier time
    #[arg(short, long, value_name = "DIR", default_value = "doc")]
    output: Utf8PathBuf,
    /// Also what is not exported with `pub`
    #[arg(long)]
    private: bool,
    /// Also the dependencies and the standard library
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let checked = Checked::load(&args.package)?;
    if checked.has_errors() {
        env.say(&checked.render(env, Format::Full));
        return Err(Failure::source());
    }
    let version = build::version(&checked.db);
    let pages = doc::site(&checked.db, &Options { version, private: args.private, all: args.all });
    let old = earlier(&args.output)?;
    file::create_folder(&args.output)?;
    let names: BTreeSet<&str> = pages.iter().map(|page| page.file.as_str()).collect();
    // The list first: whatever comes between, the next run knows what is its own.
    let all: BTreeSet<&str> = old.iter().map(String::as_str).chain(names.iter().copied()).collect();
    write_list(&args.output, &all)?;
    for page in &pages {
        file::replace(&args.output.join(&page.file), page.html.as_bytes())?;
    }
    for name in old.iter().filter(|name| !names.contains(name.as_str())) {
        file::remove(&args.output.join(name))?;
    }
    write_list(&args.output, &names)?;
    let count = if pages.len() == 1 { "1 page".to_owned() } else { format!("{} pages", pages.len()) };
    let first = args.output.join("index.html");
    env.answer(&format!(
        "wrote {count} about `{}`: open {first}\n",
        Program::get(&checked.db).name(&checked.db)
    ))
}

/// The pages that an earlier run wrote into a folder. One with anything else in it is not touched.
fn earlier(folder: &Utf8Path) -> Result<Vec<String>, Failure> {
    let list = folder.join(LIST);
    if !file::exists(&list) {
        return match file::is_empty_folder(folder)? {
            true => Ok(Vec::new()),
            false => {
                Err(Failure::environment(format!("`{folder}` holds files that are not pages of `mcc doc`"))
                    .hint("choose a new folder with `--output DIR`"))
            }
        };
    }
    let bytes = file::read(&list, LONGEST_LIST)?;
    let is_page = |name: &&str| name.ends_with(".html") && !name.contains('/') && !name.starts_with('.');
    Ok(String::from_utf8_lossy(&bytes).lines().filter(is_page).map(str::to_owned).collect())
}

fn write_list(folder: &Utf8Path, names: &BTreeSet<&str>) -> Result<(), Failure> {
    let text: String = names.iter().map(|name| format!("{name}\n")).collect();
    file::replace(&folder.join(LIST), text.as_bytes())
}
