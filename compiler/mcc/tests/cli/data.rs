//! Mistakes in data files and templates, as they are drawn.

use crate::session::Session;
use expect_test::{Expect, expect};

const MAIN: &str = "import std.fs.File\n\nenum Tls { Off, On }\nrecord Site {\n  name: HostName\n  port: Int\n  tls: Tls = .Off\n}\nlet site: Site = load(\"FILE\")\n\npolicy base {\n  File \"/site\" { content = \"${site.name}:${site.port}\" }\n}\n";

fn check(file: &str, text: &str, expected: Expect) {
    let session = Session::with_package();
    session.write("web/src/main.mc", MAIN.replace("FILE", file));
    session.write(&format!("web/data/{file}"), text);
    expected.assert_eq(&session.transcript(&["check", "web"]));
}

#[test]
fn toml() {
    check("site.toml", "name = \"a.example\"\nport = \"80\"\ntsl = \"On\"\n", expect![[""]]);
}

#[test]
fn yaml() {
    check("site.yaml", "name: a.example\nport: 80\ntls: on\n", expect![[""]]);
}

#[test]
fn json() {
    check("site.json", "{\n  \"name\": \"a example\",\n  \"port\": 80,\n}\n", expect![[""]]);
}

#[test]
fn template() {
    let session = Session::with_package();
    let main = "import std.fs.File\n\npolicy base {\n  File \"/motd\" { content = template(\"motd.mct\", name = \"a\") }\n}\n";
    session.write("web/src/main.mc", main);
    session.write("web/templates/motd.mct", "%{ param name: String }\nWelcome to ${nam}.\n");
    expect![[""]].assert_eq(&session.transcript(&["check", "web"]));
}

/// A link in the package's folders is no way out of it.
#[test]
fn a_link_is_refused() {
    let session = Session::with_package();
    session.write("secret", "outside");
    session.write("web/files/motd", "inside");
    std::os::unix::fs::symlink("../../secret", session.path("web/files/link")).expect("a link");
    let found = session.transcript(&["check", "web", "--format", "concise"]);
    assert!(found.contains("error[MC0703]: `files/link` is a symbolic link"), "{found}");
}
