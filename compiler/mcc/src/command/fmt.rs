//! `mcc fmt`

mod change;

use crate::env::Env;
use crate::failure::{Failure, Status};
use crate::file;
use crate::package;
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::diagnostic::render::Format;
use mc_compiler::package::MANIFEST;
use mc_compiler::system::{OsSystem, System};
use mc_compiler::{Database, Diagnostic, File, Origin, compile};
use std::collections::{BTreeMap, BTreeSet};

/// Write sources in the one style
///
/// Of a package, the modules under `src` are formatted. A file with mistakes in its syntax stays as it is. Templates
/// (`.mct`) are never touched: their white space is what they are for.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders of packages, or files
    #[arg(value_name = "PACKAGE|FILE", default_value = ".")]
    paths: Vec<Utf8PathBuf>,
    /// Write nothing, and end with 1 if there is something to format
    #[arg(long)]
    check: bool,
    /// Write nothing, and show what would change
    #[arg(long)]
    diff: bool,
    /// Format standard input to standard output
    #[arg(long, conflicts_with_all = ["paths", "check", "diff"])]
    stdin: bool,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    if args.stdin {
        return stdin(env);
    }
    let mut files = Vec::new();
    for path in &args.paths {
        sources(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    let db = Database::new();
    let mut wrong = Vec::new();
    let mut changed = 0usize;
    let mut secrets = Secrets::default();
    for path in &files {
        let text = OsSystem.read_to_string(path).map_err(|error| Failure::environment(error.to_string()))?;
        match mc_syntax::format(&text) {
            Ok(formatted) if formatted == text => {}
            Ok(formatted) => {
                changed += 1;
                if args.diff && secrets.are_in(path)? {
                    env.say(&format!(
                        "`{path}` is not formatted; its lines are not shown, as secrets are written in them: see `mcc check`\n"
                    ));
                } else if args.diff {
                    env.answer(&change::unified(path.as_str(), &text, &formatted))?;
                } else if args.check {
                    env.say(&format!("`{path}` is not formatted\n"));
                } else {
                    file::rewrite(path, formatted.as_bytes())?;
                    env.say(&format!("formatted `{path}`\n"));
                }
            }
            Err(_) => wrong.extend(mistakes(&db, path, text)),
        }
    }
    if !wrong.is_empty() {
        env.say(&package::text(&db, &wrong, env, Format::Full));
        return Err(Failure::source());
    }
    if args.check && changed > 0 {
        if !args.diff {
            env.say("`mcc fmt` formats them\n");
        }
        return Err(Failure::silent(Status::Source));
    }
    if changed == 0 && !args.diff {
        let count = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
        env.say(&format!("{count}, nothing to format\n"));
    }
    Ok(())
}

/// The files in which a secret is written out, each package checked once.
///
/// A difference goes where its author does not look, into the log of a build for example. What `mcc check` keeps out of
/// its messages, it does not show either.
#[derive(Default)]
struct Secrets(BTreeMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>);

impl Secrets {
    /// Whether one is in this file. Of a file that is in no package, nothing is known.
    fn are_in(&mut self, path: &Utf8Path) -> Result<bool, Failure> {
        let path = file::absolute(path);
        let is_package = |folder: &&Utf8Path| file::is_file(&folder.join(MANIFEST));
        let Some(root) = path.ancestors().skip(1).find(is_package) else { return Ok(false) };
        if !self.0.contains_key(root) {
            let mut db = Database::new();
            package::load(&mut db, &OsSystem, root)?;
            let found = compile::static_diagnostics(&db);
            let hidden = found.iter().flat_map(|found| &found.hidden);
            let files = hidden.map(|place| root.join(place.file.path(&db))).collect();
            self.0.insert(root.to_owned(), files);
        }
        Ok(self.0.get(root).is_some_and(|files| files.contains(&path)))
    }
}

/// The files that a path stands for.
fn sources(path: &Utf8Path, files: &mut Vec<Utf8PathBuf>) -> Result<(), Failure> {
    if file::is_file(path) {
        return match path.extension() {
            Some("mc") => {
                files.push(path.to_owned());
                Ok(())
            }
            Some("mct") => {
                Err(Failure::usage(format!("`{path}` is a template: only `.mc` files are formatted"))
                    .hint("the white space of a template goes into the text that it makes"))
            }
            _ => Err(Failure::usage(format!("`{path}` is no source: only `.mc` files are formatted"))),
        };
    }
    if !file::exists(path) {
        return Err(Failure::environment(format!("there is no `{path}`")));
    }
    if !file::is_file(&path.join(MANIFEST)) {
        return Err(Failure::environment(format!("`{path}` is no package: there is no `{MANIFEST}` in it"))
            .hint("name the package's folder, or the files"));
    }
    let folder = path.join("src");
    if !file::exists(&folder) {
        return Ok(());
    }
    let found = OsSystem.list_files(&folder).map_err(|error| Failure::environment(error.to_string()))?;
    let modules = found.into_iter().filter(|found| found.extension() == Some("mc"));
    let base = if path == "." { Utf8Path::new("src") } else { &folder };
    files.extend(modules.map(|module| base.join(module)));
    Ok(())
}

fn stdin(env: &Env) -> Result<(), Failure> {
    let text = file::read_stdin()?;
    match mc_syntax::format(&text) {
        Ok(formatted) => env.answer(&formatted),
        Err(_) => {
            let db = Database::new();
            let wrong = mistakes(&db, Utf8Path::new("standard input"), text);
            env.say(&package::text(&db, &wrong, env, Format::Full));
            Err(Failure::source())
        }
    }
}

/// What is wrong with the syntax of a file.
fn mistakes(db: &Database, path: &Utf8Path, text: String) -> Vec<Diagnostic> {
    let file = File::new(db, path.to_owned(), "".into(), Origin::Package, text.into());
    compile::syntax_diagnostics(db, file)
}
