//! `mcc new`

use crate::env::Env;
use crate::failure::Failure;
use crate::file;
use camino::{Utf8Path, Utf8PathBuf};

/// Make a package with one policy that builds as it is
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to make; it may exist if it is empty
    dir: Utf8PathBuf,
}

pub(crate) fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let dir = args.dir.as_path();
    if !file::is_empty_folder(dir)? {
        return Err(Failure::environment(format!("`{dir}` is not empty"))
            .hint("choose a folder that does not exist yet"));
    }
    let name = package_name(dir);
    file::create_folder(&dir.join("src"))?;
    for (path, text) in
        [("masterchef.toml", MANIFEST), ("src/main.mc", MAIN), ("README.md", README), (".gitignore", IGNORE)]
    {
        file::create(&dir.join(path), text.replace("NAME", &name).as_bytes(), 0o644)?;
    }
    env.say(&format!("made the package `{name}` in `{dir}`; next: mcc check {dir}\n"));
    Ok(())
}

/// The folder's name as far as it can be a package's.
fn package_name(dir: &Utf8Path) -> String {
    let full = file::absolute(dir);
    let folder = full.file_name().or_else(|| dir.file_name()).unwrap_or_default();
    let name: String = folder
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' { c } else { '-' })
        .skip_while(|c| !c.is_ascii_lowercase())
        .take(64)
        .collect();
    let name = name.trim_end_matches('-');
    // `std` belongs to the standard library.
    if name.is_empty() || name == "std" { "hosts".to_owned() } else { name.to_owned() }
}

const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.1.0"
edition = "2026"
"#;

const MAIN: &str = r#"//! What the hosts of `NAME` have in common.

import std.fs.{Directory, File}

/// Every host gets this.
policy base {
  Directory "/etc/NAME" {
    mode = 0o755
  }

  File "/etc/NAME/welcome" {
    content = "This host is kept as it is by NAME.\n"
    mode = 0o644
  }
}
"#;

const README: &str = r#"# NAME

    mcc check                                    # what is wrong, if anything
    mcc key new --out keys                       # once: a signing key, and who trusts it
    mcc build -o NAME.mcb --key keys/signing.pem # compile and sign
    mc-agent apply NAME.mcb --trust keys/trust.toml --noop   # what would change on this host
    mc-agent apply NAME.mcb --trust keys/trust.toml          # change it

The policies are in `src/`; `src/main.mc` is where to begin. Keep `keys/signing.pem` secret: whoever has it
and its passphrase decides about every host that trusts it.
"#;

const IGNORE: &str = "*.mcb\n*.pem\n";

#[cfg(test)]
mod tests {
    use super::package_name;
    use camino::Utf8Path;

    #[test]
    fn names_come_from_the_folder() {
        let name = |dir: &str| package_name(Utf8Path::new(dir));
        assert_eq!(name("/nowhere/web"), "web");
        assert_eq!(name("/nowhere/My Site!"), "my-site");
        assert_eq!(name("/nowhere/2026"), "hosts");
        assert_eq!(name("/nowhere/std"), "hosts");
    }
}
