//! The package that editors open.

use crate::script;
use camino::Utf8PathBuf;
use mc_test_support::binary;
use mc_test_support::scratch::Scratch;
use std::process::Command;

const MANIFEST: &str = "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

/// With one mistake, behind characters of several bytes.
const MAIN: &str = "\
import site.{Site, base}
import std.fs.File

policy web {
  let site = Site { name = \"www.example.com\", port = base + 80 }
  File \"/etc/é😀/${site.name}\" { content = \"${site.port} ${wrong}\" }
}
";

const SITE: &str = "\
/// One virtual host.
pub record Site {
  name: HostName
  /// Where it listens.
  port: Int
}

/// Added to every port.
pub let base = 8000
";

/// A package in a folder of its own, which is the home of the editor as well.
pub(crate) struct Package {
    pub(crate) scratch: Scratch,
    main: Utf8PathBuf,
}

impl Package {
    pub(crate) fn new() -> Self {
        let scratch = Scratch::new();
        scratch.write("package/masterchef.toml", MANIFEST);
        scratch.write("package/src/site.mc", SITE);
        let main = scratch.write("package/src/main.mc", MAIN);
        Package { scratch, main }
    }

    /// Tells an editor which file to open, which server to start, and for how many seconds to wait for it.
    pub(crate) fn prepare(&self, editor: &mut Command, fault: Option<&str>, patience: u32) {
        for folder in ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
            editor.env(folder, self.scratch.path());
        }
        // The command line starts the server beside it. Checked here as well, so that an old one is not used.
        binary::program("mc-lsp");
        let server = binary::program("mcc");
        editor.env("MC_FILE", &self.main).env("MC_PATIENCE", patience.to_string());
        match fault {
            None => editor.env("MC_SERVER", server),
            Some(method) => {
                editor.env("MC_FAULT_SERVER", server).env("MC_FAULT", method);
                editor.env("MC_SERVER", script("fault.py"))
            }
        };
    }
}
