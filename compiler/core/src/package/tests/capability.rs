//! What dependencies can do, in locks and as manifests allow it.

use super::super::{LockState, current_lock, load, lock_state};
use crate::db::Database;
use crate::diagnostic::render::{Format, RenderOptions, render};
use crate::system::MemorySystem;
use camino::{Utf8Path, Utf8PathBuf};
use expect_test::{Expect, expect};

const MAIN: &str = "policy base {}\n";

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2026\"\n{rest}")
}

/// The package `web` with these dependencies, and other files by their path from the folder above all packages.
fn loaded(dependencies: &str, files: &[(&str, &str)], lock: Option<&str>) -> Database {
    let root = manifest("web", &format!("[dependencies]\n{dependencies}\n"));
    let mut all: Vec<(&str, &str)> = vec![("web/masterchef.toml", &root), ("web/src/main.mc", MAIN)];
    all.extend_from_slice(files);
    all.extend(lock.map(|lock| ("web/masterchef.lock", lock)));
    let files =
        all.iter().map(|(path, text)| (Utf8PathBuf::from(format!("/all/{path}")), (*text).to_owned()));
    let mut db = Database::new();
    load(&mut db, &MemorySystem::new(files), Utf8Path::new("/all/web")).expect("the package loads");
    db
}

/// The lock of a package that needs `nginx`, whose root module this is.
fn listed(source: &str) -> String {
    let nginx = manifest("nginx", "");
    let files = [("nginx/masterchef.toml", nginx.as_str()), ("nginx/src/main.mc", source)];
    let db = loaded("nginx = { path = \"../nginx\" }", &files, None);
    let errors = render(&db, &crate::diagnostics(&db), &RenderOptions::default());
    assert_eq!(errors, "", "{source}");
    current_lock(&db).expect("a lock").text()
}

/// What a package can do whose root module this is.
fn check(source: &str, expected: &Expect) {
    let lock = listed(source);
    let (_, capabilities) = lock.split_once("[package.capabilities]\n").unwrap_or_default();
    expected.assert_eq(capabilities);
}

#[test]
fn what_components_declare() {
    check(
        r#"import std.exec.Command
import std.fs.{Directory, File}
import std.net.Download
import std.pkg.Package
import std.svc.Service

const let root = "/etc/nginx"

record Site { name: HostName, user: UserName = "www-data" }

fn conf(name: String) -> AbsPath { AbsPath.parse("${root}/sites/${name}.conf") ?? "/etc/nginx/other" }

pub component Nginx {
  param sites: List<Site>
  param extra: List<String> = []
  let package = Package "nginx" {}
  Directory "${root}/sites" {}
  for site in sites {
    File (conf("${site.name}")) { content = "", owner = site.user }
  }
  for name in ["a", "b"] {
    File "${root}/conf.d/${name}.conf" { content = "" }
  }
  let main = File "${root}/nginx.conf" {
    content = ""
    mode = force 0o644
    validate = ["nginx", "-t", "-c", "${self.staged}"]
  }
  File "${main.path}.bak" { content = "" }
  Download "/opt/nginx.tar.gz" {
    url = "https://nginx.example.org/x.tar.gz"
    sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
  }
  let program = match facts.os.family {
    .Debian => "nginx"
    _ => "httpd"
  }
  Command "reload" { argv = [program, "-s", "reload"] + extra, creates = "/run/x" }
  Service (if facts.cpu.count > 1 { "nginx" } else { "httpd" }) { running = true }
}

component Unused {
  File "/never" { content = "" }
}
"#,
        &expect![[r#"
            exec.run = [
              "httpd",
              "nginx",
            ]
            force = ["std.fs.File.mode"]
            fs.write = [
              "/etc/nginx/conf.d/a.conf",
              "/etc/nginx/conf.d/b.conf",
              "/etc/nginx/nginx.conf",
              "/etc/nginx/nginx.conf.bak",
              "/etc/nginx/other",
              "/etc/nginx/sites",
              "/etc/nginx/sites/*",
              "/opt/nginx.tar.gz",
            ]
            net.fetch = ["nginx.example.org"]
            pkg.install = ["nginx"]
            svc.control = [
              "httpd",
              "nginx",
            ]
            types = [
              "std.exec.Command",
              "std.fs.Directory",
              "std.fs.File",
              "std.net.Download",
              "std.pkg.Package",
              "std.svc.Service",
            ]
        "#]],
    );
}

#[test]
fn what_a_caller_decides_is_anything() {
    check(
        r#"import std.cron.{Cron, Schedule}
import std.exec.Command
import std.fs.File

pub component Any {
  param path: AbsPath
  param argv: List<String>
  File (path) { content = secret("web/key"), mode = 0o600 }
  Command "x" { argv, creates = path }
  Cron "nightly" { command = "backup --all", schedule = Schedule { hour = "3" } }
}
"#,
        &expect![[r#"
            exec.run = ["*"]
            exec.schedule = ["backup --all"]
            fs.write = ["*"]
            secrets = ["web/key"]
            types = [
              "std.cron.Cron",
              "std.exec.Command",
              "std.fs.File",
            ]
        "#]],
    );
}

#[test]
fn secrets_whose_names_are_computed() {
    check(
        r#"import std.fs.File

pub fn key(name: String) -> Secret<String> { secret("keys/${name}") }

component Token {
  param name: String
  File "/etc/token" { content = secret(name), mode = 0o600 }
}

pub component Tokens {
  param zone: String
  Token "a" { name = "tokens/a" }
  File "/etc/zone" { content = secret("zones/${zone}/key"), mode = 0o600 }
}
"#,
        &expect![[r#"
            fs.write = [
              "/etc/token",
              "/etc/zone",
            ]
            secrets = [
              "keys/*",
              "tokens/a",
              "zones/*",
            ]
            types = ["std.fs.File"]
        "#]],
    );
}

#[test]
fn facts_that_are_declared() {
    check(
        r#"fact arrays: List<String>? from command ["raid-status", "--json"] as json
fact site: HostName from file "/etc/site" as text
"#,
        &expect![[r#"
            exec.run = ["raid-status"]
            fs.read = ["/etc/site"]
        "#]],
    );
}

#[test]
fn what_is_waited_for() {
    let wait = |event: &str| {
        format!(
            "import std.exec.{{Event, Wait}}\n\npub component C {{\n  param port: Int\n  param host: IpAddr\n  Wait \"x\" {{ event = {event} }}\n}}\n"
        )
    };
    for (event, expected) in [
        ("Event.Port { port = 5432 }", "net.connect = [\"127.0.0.1:5432\"]"),
        ("Event.Port { port }", "net.connect = [\"127.0.0.1:*\"]"),
        ("Event.Port { address = \"::1\", port = 443 }", "net.connect = [\"[::1]:443\"]"),
        ("Event.Port { address = host, port = 443 }", "net.connect = [\"*\"]"),
        (
            "Event.Http { url = \"https://me@example.org:8443/ready\" }",
            "net.connect = [\"example.org:8443\"]",
        ),
        (
            "if port > 9 { Event.Http { url = \"http://a.example/\" } } else { Event.Port { port = 1 } }",
            "net.connect = [\n  \"127.0.0.1:1\",\n  \"a.example\",\n]",
        ),
    ] {
        let lock = listed(&wait(event));
        assert!(lock.contains(&format!("{expected}\n")), "{event}: {lock}");
    }
    let lock = listed(&wait("Event.Path { path = \"/run/x\" }"));
    assert!(lock.contains("std.exec.Wait") && !lock.contains("net."), "{lock}");
}

#[test]
fn what_others_declare_and_this_refreshes() {
    check(
        r#"import std.exec.Command
import std.fs.{Directory, File}
import std.svc.Service

let shared = [Service["postgresql"], Service["redis"]]

pub component Nginx {
  param given: Ref<Service>
  param any: List<AnyRef> = []
  param name: String
  let own = Service "nginx" { running = true }
  let named = Service "site-${name}" { running = true }
  Service "cron" { running = true }
  File "/a" { content = "", notify own }
  File "/b" { content = "", notify [named, Service["cron"]] }
  File "/c" { content = "", notify [Service["sshd"], Command["reindex"]], restart on own }
  File "/d" { content = "", notify Service["db-${name}"], before Service["later"] }
  defaults Directory { notify shared }
  Directory "/e" {}
}
"#,
        &expect![[r#"
            fs.write = [
              "/a",
              "/b",
              "/c",
              "/d",
              "/e",
            ]
            refresh = [
              "std.exec.Command reindex",
              "std.svc.Service db-*",
              "std.svc.Service postgresql",
              "std.svc.Service redis",
              "std.svc.Service sshd",
            ]
            svc.control = [
              "cron",
              "nginx",
              "site-*",
            ]
            types = [
              "std.fs.Directory",
              "std.fs.File",
              "std.svc.Service",
            ]
        "#]],
    );
    let notified = |clause: &str| {
        let source = format!(
            "import std.fs.File\nimport std.svc.Service\n\npub component C {{\n  param given: Ref<Service>\n  param any: List<AnyRef>\n  File \"/a\" {{ content = \"\", notify {clause} }}\n}}\n"
        );
        listed(&source).lines().find_map(|line| line.strip_prefix("refresh = ").map(str::to_owned))
    };
    assert_eq!(notified("given").as_deref(), Some("[\"std.svc.Service *\"]"));
    assert_eq!(notified("any").as_deref(), Some("[\"*\"]"));
    assert_eq!(notified("[given, Service[\"a\"]]").as_deref(), Some("[\"std.svc.Service *\"]"));
}

/// A private component counts with what it is given, one of another package for who instantiates it.
#[test]
fn components_inside_of_components() {
    let nginx = manifest("nginx", "[dependencies]\nbasis = { path = \"../basis\" }\n");
    let basis = manifest("basis", "");
    let files = [
        ("nginx/masterchef.toml", nginx.as_str()),
        (
            "nginx/src/main.mc",
            "import basis.Conf\nimport std.fs.File\n\ncomponent Inner {\n  param name: String\n  param mode: Mode = 0o644\n  File \"/etc/nginx/${name}\" { content = \"\", mode }\n}\n\npub component Nginx {\n  Inner \"a\" { name = \"a.conf\" }\n  Inner \"b\" { name = \"b.conf\" }\n  Conf { path = \"/etc/default/nginx\" }\n}\n",
        ),
        ("basis/masterchef.toml", basis.as_str()),
        (
            "basis/src/main.mc",
            "import std.fs.File\n\npub component Conf {\n  param path: AbsPath\n  File (path) { content = \"\" }\n}\n",
        ),
    ];
    let db = loaded("nginx = { path = \"../nginx\" }", &files, None);
    let lock = current_lock(&db).expect("a lock").text();
    let lines: Vec<&str> = lock.lines().filter(|line| !line.starts_with("hash")).collect();
    expect![[r##"
        # Written by mcc: every package of the build, with the digest of its files. Keep it with your sources.
        format = 1

        [[package]]
        name = "basis"
        version = "0.1.0"
        path = "../basis"

        [package.capabilities]
        fs.write = ["*"]
        types = ["std.fs.File"]

        [[package]]
        name = "nginx"
        version = "0.1.0"
        path = "../nginx"

        [package.capabilities]
        fs.write = [
          "/etc/default/nginx",
          "/etc/nginx/a.conf",
          "/etc/nginx/b.conf",
        ]
        types = ["std.fs.File"]"##]]
    .assert_eq(&lines.join("\n"));

    // The bound reaches through the other package, to the place in this one.
    let bound = "nginx = { path = \"../nginx\", allow = { fs.write = [\"/etc/nginx/*\"] } }";
    let db = loaded(bound, &files, None);
    let options = RenderOptions { ascii: true, ..RenderOptions::default() };
    expect![[r#"
        error[MC0627]: `nginx` has the effect `fs.write` on `/etc/default/nginx`, which is not allowed
            ,-[ ../nginx/src/main.mc:13:3 ]
            |
         13 |   Conf { path = "/etc/default/nginx" }
            |   |^^^
            |   `----- done here
            |
            |-[ masterchef.toml:6:43 ]
            |
          6 | nginx = { path = "../nginx", allow = { fs.write = ["/etc/nginx/*"] } }
            |                                           |^^^^
            |                                           `------ bounds `fs.write`
            |
            | Help: if it may, allow `fs.write = ["/etc/default/nginx"]` as well; if not, do without the
            |       package or take another commit
        ----'

        1 error
    "#]]
    .assert_eq(&render(&db, &crate::diagnostics(&db), &options));
}

const SMALL: &str = "import std.exec.Command\nimport std.fs.File\n\npub component Small {\n  File \"/etc/small\" { content = secret(\"small/key\"), mode = 0o600 }\n  Command \"x\" { argv = [\"sh\", \"-c\", \"true\"], creates = \"/run/x\" }\n}\n";

fn concise(db: &Database) -> String {
    render(
        db,
        &crate::diagnostics(db),
        &RenderOptions { format: Format::Concise, ..RenderOptions::default() },
    )
}

#[test]
fn bounds() {
    let small = manifest("small", "");
    let files = [("small/masterchef.toml", small.as_str()), ("small/src/main.mc", SMALL)];
    let check = |allow: &str, expected: &Expect| {
        let db = loaded(&format!("small = {{ path = \"../small\", allow = {allow} }}"), &files, None);
        expected.assert_eq(&concise(&db));
    };
    check("{ fs.write = [\"/etc/*\"], exec.run = [\"sh\"], secrets = [\"small/key\"] }", &expect![[r#""#]]);
    check(
        "{ fs = true, exec = true, secrets = true, types = [\"std.fs.*\", \"std.exec.*\"] }",
        &expect![[r#""#]],
    );
    check(
        "{}",
        &expect![[r#"
        ../small/src/main.mc:5:3: error[MC0627]: `small` has the effect `fs.write` on `/etc/small`, which is not allowed
        ../small/src/main.mc:5:33: error[MC0627]: `small` names the secret `small/key`, which is not allowed
        ../small/src/main.mc:6:17: error[MC0627]: `small` has the effect `exec.run` on `sh`, which is not allowed
    "#]],
    );
    check(
        "{ fs.write = [\"/etc\"], exec.run = false, secrets = [\"web/*\"], types = [\"std.fs.File\"] }",
        &expect![[r#"
        ../small/src/main.mc:5:3: error[MC0627]: `small` has the effect `fs.write` on `/etc/small`, which is not allowed
        ../small/src/main.mc:5:33: error[MC0627]: `small` names the secret `small/key`, which is not allowed
        ../small/src/main.mc:6:3: error[MC0627]: `small` declares `std.exec.Command`, which is not allowed
        ../small/src/main.mc:6:17: error[MC0627]: `small` has the effect `exec.run` on `sh`, which is not allowed
    "#]],
    );
    // What is wrong with the bound itself.
    check(
        "{ paths = [\"/etc\"], types = \"std.fs.File\", exec.run = [1] }",
        &expect![[r#"
        masterchef.toml:6:40: error[MC0602]: `paths` is no kind of what a package can do
        masterchef.toml:6:66: error[MC0602]: `types` is a list of strings, `true` or `false`, not a string
        masterchef.toml:6:93: error[MC0602]: `run` is a list of strings, and this is an integer
    "#]],
    );
    check(
        "true",
        &expect![[r#"
        masterchef.toml:6:38: error[MC0602]: `allow` is a table, not a boolean
    "#]],
    );
}

#[test]
fn a_lock_that_says_something_else() {
    let small = manifest("small", "");
    let files = [("small/masterchef.toml", small.as_str()), ("small/src/main.mc", SMALL)];
    let dependencies = "small = { path = \"../small\" }";
    let lock = current_lock(&loaded(dependencies, &files, None)).expect("a lock").text();
    let db = loaded(dependencies, &files, Some(&lock));
    assert_eq!(concise(&db), "");
    assert_eq!(lock_state(&db), LockState::Current);

    let other = lock.replace("exec.run = [\"sh\"]", "exec.run = [\"true\"]");
    assert_ne!(lock, other);
    let db = loaded(dependencies, &files, Some(&other));
    let options = RenderOptions { ascii: true, ..RenderOptions::default() };
    expect![[r#"
        error[MC0626]: `small` can do other things than was locked
           ,-[ masterchef.toml:6:1 ]
           |
         6 | small = { path = "../small" }
           | |^^^^
           | `------ this dependency
           |
           |-[ ../small/src/main.mc:6:17 ]
           |
         6 |   Command "x" { argv = ["sh", "-c", "true"], creates = "/run/x" }
           |                 |^^^
           |                 `----- new: has the effect `exec.run` on `sh`
           |
           |-[ masterchef.lock:5:8 ]
           |
         5 | name = "small"
           |        |^^^^^^
           |        `-------- locked here
           |
           | Help: `mcc vendor` shows all that is different, and locks it
           |
           | Note: no longer: has the effect `exec.run` on `true`
        ---'

        1 error
    "#]]
    .assert_eq(&render(&db, &crate::diagnostics(&db), &options));
    assert_eq!(lock_state(&db), LockState::Behind);

    // A change of a package on this disk is one message, and only a warning where it can do the same.
    let changed = SMALL.replace("/run/x", "/run/y");
    let files = [("small/masterchef.toml", small.as_str()), ("small/src/main.mc", changed.as_str())];
    expect![[r#"
        masterchef.toml:6:1: warning[MC0623]: `small` has changed since it was locked
    "#]]
    .assert_eq(&concise(&loaded(dependencies, &files, Some(&lock))));
    let changed = SMALL.replace("\"sh\"", "\"bash\"");
    let files = [("small/masterchef.toml", small.as_str()), ("small/src/main.mc", changed.as_str())];
    expect![[r#"
        masterchef.toml:6:1: error[MC0626]: `small` can do other things than was locked
    "#]]
    .assert_eq(&concise(&loaded(dependencies, &files, Some(&lock))));

    let wrong = lock.replace("exec.run = [\"sh\"]", "exec.run = true\npaths = []");
    expect![[r#"
        masterchef.lock:11:12: error[MC0621]: `run` is a list of strings, not a boolean
        masterchef.lock:12:1: error[MC0621]: `paths` is no kind of what a package can do
    "#]]
    .assert_eq(&concise(&loaded(dependencies, &files, Some(&wrong))));
}

/// A package's own type could leave its effects out, so a bound has to name it.
#[test]
fn types_of_packages_are_named() {
    let small = manifest("small", "");
    let source = "pub resource Own {\n  provider \"core.own\" protocol 1\n  local key name: String\n}\n\npub component Small {\n  Own \"x\" {}\n}\n";
    let files = [("small/masterchef.toml", small.as_str()), ("small/src/main.mc", source)];
    let said = |allow: &str| {
        concise(&loaded(&format!("small = {{ path = \"../small\", allow = {allow} }}"), &files, None))
    };
    assert_eq!(said("{ types = [\"small.*\"] }"), "");
    expect![[r#"
        ../small/src/main.mc:7:3: error[MC0627]: `small` declares `small.Own`, which is not allowed
    "#]]
    .assert_eq(&said("{}"));
}

/// Code with mistakes in it has those, and no others that follow from them.
#[test]
fn code_with_mistakes() {
    let small = manifest("small", "");
    let source = SMALL.replace("\"/etc/small\"", "oops");
    let files = [("small/masterchef.toml", small.as_str()), ("small/src/main.mc", source.as_str())];
    expect![[r#"
        ../small/src/main.mc:5:8: error[MC0132]: the key `oops` needs quotes
    "#]]
    .assert_eq(&concise(&loaded("small = { path = \"../small\", allow = {} }", &files, None)));
}

/// However often functions call each other, the walk ends soon.
#[test]
fn functions_that_double() {
    let mut source = String::from("import std.fs.File\n\nfn f0(x: String) -> String { \"${x}a\" }\n");
    for n in 1..40 {
        let before = n - 1;
        source.push_str(&format!("fn f{n}(x: String) -> String {{ f{before}(f{before}(x)) }}\n"));
    }
    source.push_str("pub component Deep { File \"/etc/${f39(\"x\")}\" { content = \"\" } }\n");
    check(
        &source,
        &expect![[r#"
        fs.write = ["/etc/*"]
        types = ["std.fs.File"]
    "#]],
    );
}
