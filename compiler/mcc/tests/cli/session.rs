//! A folder of its own, and the program run in it.

use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A folder that goes away with the test.
pub(crate) struct Session {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a run gave.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Session {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // A time that is always the same; tests of the default take it away.
        let variables = vec![("SOURCE_DATE_EPOCH".to_owned(), "1772366400".to_owned())];
        Session { folder, variables }
    }

    /// A session with a small package in `web` and an unencrypted key in `keys`.
    pub(crate) fn with_package() -> Self {
        let session = Session::new();
        session.write(
            "web/masterchef.toml",
            "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"\n",
        );
        session.write(
            "web/src/main.mc",
            "import std.fs.File\n\npolicy base {\n  File \"/etc/motd\" {\n    content = \"Hello\\n\"\n    mode = 0o644\n  }\n}\n",
        );
        session.run(&["key", "new", "--out", "keys", "--unencrypted"]).ok();
        session
    }

    /// Copies a package of `examples/`.
    pub(crate) fn example(&self, name: &str) {
        let from = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
        self.copy(&from, name);
    }

    fn copy(&self, from: &Utf8Path, to: &str) {
        for entry in from.read_dir_utf8().expect("a folder") {
            let entry = entry.expect("an entry");
            let to = format!("{to}/{}", entry.file_name());
            if entry.file_type().expect("a type").is_dir() {
                self.copy(entry.path(), &to);
            } else {
                self.write(&to, std::fs::read(entry.path()).expect("a file"));
            }
        }
    }

    /// Sets a variable, or takes it away.
    pub(crate) fn variable(&mut self, name: &str, value: Option<&str>) {
        self.variables.retain(|(n, _)| n != name);
        self.variables.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    pub(crate) fn path(&self, path: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path()).expect("a path in UTF-8").join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// All files, by their paths in the session's folder.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![Utf8PathBuf::new()];
        while let Some(folder) = open.pop() {
            for entry in self.path(folder.as_str()).read_dir_utf8().expect("a folder") {
                let entry = entry.expect("an entry");
                let path = folder.join(entry.file_name());
                if entry.file_type().expect("a type").is_dir() {
                    open.push(path);
                } else {
                    found.insert(path.into_string());
                }
            }
        }
        found
    }

    /// The files and folders, sorted, without the content.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = self
            .path(folder)
            .read_dir_utf8()
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_owned())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        // Nothing is ever typed.
        self.run_with_input(arguments, "")
    }

    /// A run with a text on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mcc"))
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("mcc starts");
        // Who does not read is not asked to.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("mcc ends");
        let folder = self.path("");
        let folder = folder.as_str().trim_end_matches('/');
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("output is UTF-8");
            text.replace(folder, "FOLDER").replace(name, "FOLDER")
        };
        Run {
            status: output.status.code().expect("no signal"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The run as a session to be compared: the command, what it said, how it ended.
    pub(crate) fn transcript(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        let mut out = format!("$ mcc {}\n{}", arguments.join(" "), run.stdout);
        if !run.stderr.is_empty() {
            let _ = write!(out, "-- stderr\n{}", run.stderr);
        }
        let _ = writeln!(out, "-- status {}", run.status);
        out
    }
}

impl Run {
    /// It succeeded.
    pub(crate) fn ok(&self) -> &Self {
        assert_eq!(self.status, 0, "{}{}", self.stdout, self.stderr);
        self
    }

    /// It ended like this.
    pub(crate) fn fails(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
        self
    }
}
