//! A running Visual Studio Code.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use mc_test_support::{process, repository};

/// Debian's browser.
pub(crate) const BROWSER: &str = "chromium";

/// What tests want: nothing that asks, moves, downloads or saves on its own.
const SETTINGS: &str = r#"{
  "editor.cursorBlinking": "solid",
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "files.autoSave": "off",
  "git.enabled": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false
}"#;

/// Visual Studio Code with the extension. It is ended, with all that it started, when the value is dropped.
#[derive(Debug)]
pub(crate) struct Workbench {
    process: Child,
    rig: Utf8PathBuf,
    address: String,
    settings: Utf8PathBuf,
}

/// Where `setup.sh` puts things.
pub(crate) fn rig() -> Utf8PathBuf {
    let mut setup = Command::new(repository().join("tests/editors/vscode/setup.sh"));
    Utf8PathBuf::from(process::run(setup.arg("where")).success().stdout.trim())
}

/// Why it cannot run.
pub(crate) fn obstacle() -> Option<String> {
    (!rig().join("complete").exists())
        .then(|| "Visual Studio Code is not set up; `cargo xtask setup` does it".to_owned())
}

/// Installs the extension, with `server` in the settings, and starts it. All that it writes is in `folder`.
pub(crate) fn start(folder: &Utf8Path, extension: &Utf8Path, server: &Utf8Path) -> Workbench {
    let rig = rig();
    let data = folder.join("data");
    for (name, text) in [
        ("User", SETTINGS.to_owned()),
        ("Machine", format!("{{ \"masterchef.server.path\": \"{server}\" }}")),
    ] {
        let settings = data.join("data").join(name);
        std::fs::create_dir_all(&settings).expect("a folder");
        std::fs::write(settings.join("settings.json"), text).expect("settings");
    }
    let code = || {
        let mut code = Command::new("node");
        code.arg(rig.join("code/out/server-main.js")).arg("--accept-server-license-terms");
        code.args(["--server-data-dir", data.as_str(), "--telemetry-level", "off"]);
        code.args(["--extensions-dir", folder.join("extensions").as_str()]);
        code.env("HOME", folder);
        code
    };
    process::run(code().args(["--install-extension", extension.as_str()])).success();

    let log = std::fs::File::create(folder.join("log")).expect("a log");
    let mut command = code();
    command.args(["--without-connection-token", "--host", "127.0.0.1", "--port", "0"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).process_group(0);
    let mut process = command.spawn().expect("node starts");
    let output = BufReader::new(process.stdout.take().expect("piped"));
    let mut lines = output.lines().map_while(Result::ok);
    let port = lines.find_map(|line| {
        line.strip_prefix("Extension host agent listening on ").map(|port| port.trim().to_owned())
    });
    let Some(port) = port else {
        panic!("no workbench: {}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
    };
    // Read to its end, so that it never waits for room.
    std::thread::spawn(move || lines.count());
    Workbench {
        process,
        rig,
        address: format!("http://127.0.0.1:{port}"),
        settings: data.join("data/Machine/settings.json"),
    }
}

impl Workbench {
    /// The address of the workbench with `folder` open.
    pub(crate) fn url(&self, folder: &Utf8Path) -> String {
        format!("{}/?folder={folder}", self.address)
    }

    /// One of the scripts that drive it.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut script = Command::new("node");
        script.arg(repository().join("tests/editors/vscode").join(name));
        script.env("MC_RIG", &self.rig).env("MC_SETTINGS", &self.settings);
        script
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        // The hosts of extensions and the language server outlive a closed browser.
        process::run(Command::new("kill").args(["-KILL", "--", &format!("-{}", self.process.id())]));
        let _ = self.process.wait();
    }
}
