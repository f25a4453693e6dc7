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
    check(
        "site.toml",
        "name = \"a.example\"\nport = \"80\"\ntsl = \"On\"\n",
        expect![[r#"
        $ mcc check web
        -- stderr
        error[MC0706]: expected `Int`, found a text
           ,-[ data/site.toml:2:8 ]
           |
         2 | port = "80"
           |        |^^^
           |        `----- a text
           |
           | Help: write `80`
           |       2 - port = "80"
           |       2 + port = 80
        ---'

        warning[MC0709]: `Site` has no field `tsl`
           ,-[ data/site.toml:3:1 ]
           |
         3 | tsl = "On"
           | |^^
           | `---- passed over
           |
           | Help: did you mean `tls`?
           |       3 - tsl = "On"
           |       3 + tls = "On"
        ---'

        1 error, 1 warning
        -- status 1
    "#]],
    );
}

#[test]
fn yaml() {
    check(
        "site.yaml",
        "name: a.example\nport: 80\ntls: on\n",
        expect![[r#"
        $ mcc check web
        -- stderr
        error[MC0707]: `Tls` has no variant `on`
           ,-[ data/site.yaml:3:6 ]
           |
         3 | tls: on
           |      |^
           |      `--- no such variant
           |
           | Help: did you mean `On`?
           |       3 - tls: on
           |       3 + tls: On
        ---'

        1 error
        -- status 1
    "#]],
    );
}

#[test]
fn json() {
    check(
        "site.json",
        "{\n  \"name\": \"a example\",\n  \"port\": 80,\n}\n",
        expect![[r#"
        $ mcc check web
        -- stderr
        error[MC0705]: this is not valid JSON: a key in double quotes is expected, not `}`
           ,-[ data/site.json:4:1 ]
           |
         4 | }
           | |
           | `-- cannot be read
           |
           | Help: take away the comma before it
        ---'

        1 error
        -- status 1
    "#]],
    );
}

#[test]
fn template() {
    let session = Session::with_package();
    let main = "import std.fs.File\n\npolicy base {\n  File \"/motd\" { content = template(\"motd.mct\", name = \"a\") }\n}\n";
    session.write("web/src/main.mc", main);
    session.write("web/templates/motd.mct", "%{ param name: String }\nWelcome to ${nam}.\n");
    expect![[r#"
        $ mcc check web
        -- stderr
        error[MC0201]: nothing here is called `nam`
           ,-[ templates/motd.mct:2:14 ]
           |
         2 | Welcome to ${nam}.
           |              |^^
           |              `---- unknown name
           |
           | Help: did you mean `name`?
           |       2 - Welcome to ${nam}.
           |       2 + Welcome to ${name}.
        ---'

        1 error
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["check", "web"]));
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
