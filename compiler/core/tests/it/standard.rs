//! The standard library compiles without a word, and its resource types are in the reference.

use camino::Utf8Path;
use expect_test::{expect, expect_file};
use mc_compiler::check::schema;
use mc_compiler::name::{self, DeclKind};
use mc_compiler::{Database, Program, compile};
use std::fmt::Write;

use crate::{check, outline};

#[test]
fn the_standard_library_has_no_problems() {
    let db = Database::new();
    for file in Program::get(&db).standard(&db) {
        assert_eq!(compile::file_diagnostics(&db, *file).len(), 0, "{}", file.path(&db));
    }
}

/// The first sentence of the documentation above a declaration.
fn summary(source: &str, name: &str) -> String {
    let declaration = format!("pub resource {name} {{");
    let before = source.split(&declaration).next().unwrap_or_default();
    let lines: Vec<&str> = before.lines().rev().map_while(|line| line.strip_prefix("///")).collect();
    let first = lines.into_iter().rev().take_while(|line| !line.is_empty());
    let text = first.map(str::trim_start).collect::<Vec<_>>().join(" ");
    text.split_once(". ").map_or(text.clone(), |(first, _)| format!("{first}."))
}

/// `UPDATE_EXPECT=1` writes the page anew.
#[test]
fn the_reference_lists_the_resource_types() {
    let db = Database::new();
    let mut page = String::from(
        "# Resource types of the standard library\n\n\
         Written by a test from `stdlib/src/std/*.mc`, where each attribute is documented; an editor shows it too.\n\n\
         A type that is declared has its schema: policies with it are checked, built, compared and reviewed. Whether an \
         agent can\nmanage it is another question. A bundle names the providers that it needs, and an agent that lacks \
         one refuses the\nwhole bundle before anything happens, with MC5040. `mcc build` says so for the agent of its \
         own version.\n\n\
         | type | for | agent of this version |\n|---|---|---|\n",
    );
    for (path, file) in name::modules(&db) {
        for (name, declared) in name::declarations(&db, *file) {
            if declared.kind != DeclKind::Resource {
                continue;
            }
            let schema = schema::schema(&db, declared.id).schema.as_ref().expect("a sound schema");
            let managed = if schema.is_built_in() { "yes" } else { "not yet" };
            let summary = summary(file.text(&db), name);
            assert!(!summary.is_empty(), "{name} is documented");
            let _ = writeln!(page, "| `{path}.{name}` | {summary} | {managed} |");
        }
    }
    let file = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/resource-types.md");
    expect_file![file.as_str()].assert_eq(&page);
}

/// Edges to types of other modules, which nobody imported.
#[test]
fn declared_types_are_ordered_by_themselves() {
    expect![[r#"
        File[/srv/data/x] owner=app group=app
        Mount[/srv/data] device=/dev/vdb fstype=ext4
        Sysctl[vm.swappiness] value=1
        AuthorizedKeys[app] keys=List([])
        Group[app]
        User[app] group=app
        Mount[/srv/data] -> File[/srv/data/x] (Mount[path.parent])
        Group[app] -> File[/srv/data/x] (Group[group])
        Group[app] -> User[app] (Group[group])
        User[app] -> File[/srv/data/x] (User[owner])
        User[app] -> AuthorizedKeys[app] (User[user])
    "#]]
    .assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.fs.File
import std.sys.{Mount, Sysctl}
import std.user.{AuthorizedKeys, Group, User}

policy p {
  File "/srv/data/x" { owner = "app", group = "app" }
  AuthorizedKeys "app" { keys = [] }
  User "app" { group = "app" }
  Group "app" {}
  Mount "/srv/data" { device = "/dev/vdb", fstype = "ext4" }
  Sysctl "vm.swappiness" { value = "1" }
}
"#,
    )]));
}

/// Several declarations of one file: their parts are united.
#[test]
fn files_made_of_parts() {
    expect![[r#"
        DocumentSetting[port] path=/etc/app.json keys=List([Str("server"), Str("port")]) value=8080
        Directory[/etc/motd.d]
        File[/etc/app.json] mode=Mode(416)
        Fragments[/etc/motd.d/all] parts=List([Record([Str("10-head"), Str("Welcome\n")])]) mode=Mode(420) parts=List([Record([Str("50-a"), Str("a\n")])]) parts=List([Record([Str("50-b"), Str("b\n")])])
        Directory[/etc/motd.d] -> Fragments[/etc/motd.d/all] (Directory[path.parent])
        Directory[/etc/motd.d] -> Fragments[/etc/motd.d/all] (Directory[path.parent])
        Directory[/etc/motd.d] -> Fragments[/etc/motd.d/all] (Directory[path.parent])
        File[/etc/app.json] -> DocumentSetting[port] (File[path])
    "#]].assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.edit.DocumentSetting
import std.fs.{Directory, File, Fragment, Fragments}

component App {
  param name: String
  Fragments "/etc/motd.d/all" { parts = [Fragment { name = "50-${name}", content = "${name}\n" }] }
}

policy p {
  Directory "/etc/motd.d" {}
  Fragments "/etc/motd.d/all" { parts = [Fragment { name = "10-head", content = "Welcome\n" }], mode = 0o644 }
  App "a" { name = "a" }
  App "b" { name = "b" }
  File "/etc/app.json" { mode = 0o640 }
  DocumentSetting "port" { path = "/etc/app.json", keys = ["server", "port"], value = json(8080) }
}
"#,
    )]));
}

#[test]
fn parts_that_no_file_can_have() {
    expect![[r#"
        src/main.mc:6:3: error[MC0407]: two parts of /etc/a have the same name
        src/main.mc:9:3: error[MC0502]: Fragments["/etc/b"] and File["/etc/b"] are the same thing on a host
        src/main.mc:10:3: error[MC0407]: a setting of /etc/app.json needs the keys that lead to it
    "#]]
    .assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.edit.DocumentSetting
import std.fs.{File, Fragment, Fragments}

policy p {
  Fragments "/etc/a" { parts = [Fragment { name = "a", content = "1" }] }
  Fragments "/etc/a" { parts = [Fragment { name = "a", content = "2" }] }
  Fragments "/etc/b" { parts = [] }
  File "/etc/b" { content = "" }
  DocumentSetting "all" { path = "/etc/app.json", keys = [] }
}
"#,
    )]));
}

#[test]
fn a_host_and_others() {
    expect![[r#"
        GitCheckout[/srv/app] url=https://git.example.org/app.git commit=0123456789abcdef0123456789abcdef01234567 owner=app
        KnownHost[git.example.org] keys=List([Str("ssh-ed25519 AAAA")])
        Package[git]
        Package[linux-image-amd64]
        Hostname[web1.example.org]
        Reboot[kernel] reason=a new kernel window=Record([Str("02:00"), Str("04:30")])
        User[app]
        KnownHost[git.example.org] -> GitCheckout[/srv/app] (after)
        Package[git] -> GitCheckout[/srv/app] (Package["git"])
        Package[linux-image-amd64] -notify-> Reboot[kernel] (notify)
        User[app] -> GitCheckout[/srv/app] (User[owner])
    "#]].assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.net.{GitCheckout, KnownHost}
import std.pkg.Package
import std.sys.{Hostname, Reboot, Window}
import std.user.User

policy p {
  Package "linux-image-amd64" { notify Reboot["kernel"] }
  Reboot "kernel" { reason = "a new kernel", window = Window { from = "02:00", to = "04:30" } }
  Hostname "web1.example.org" {}
  Package "git" {}
  User "app" {}
  KnownHost "git.example.org" { keys = ["ssh-ed25519 AAAA"] }
  GitCheckout "/srv/app" {
    url = "https://git.example.org/app.git"
    commit = "0123456789abcdef0123456789abcdef01234567"
    owner = "app"
    after KnownHost["git.example.org"]
  }
}
"#,
    )]));
}

#[test]
fn a_host_has_one_name() {
    expect![[r#"
        src/main.mc:4:3: error[MC0502]: Hostname["a"] and Hostname["b"] are the same thing on a host
    "#]]
    .assert_eq(&outline(&[(
        "src/main.mc",
        "import std.sys.Hostname\npolicy p {\n  Hostname \"a\" {}\n  Hostname \"b\" {}\n}\n",
    )]));
}

/// Keys and values with a form are checked where they are written.
#[test]
fn names_of_settings_have_a_form() {
    expect![[r#"
        src/main.mc:8:10: error[MC0403]: `"swappiness"` is no `SysctlName`
        src/main.mc:9:16: error[MC0403]: `"usb-storage"` is no `ModuleName`
        src/main.mc:10:8: error[MC0403]: `"a.b"` is no `CronName`
        src/main.mc:11:51: error[MC0403]: `"a b"` is no `FragmentName`
        src/main.mc:12:78: error[MC0403]: `"main"` is no `CommitId`
        src/main.mc:13:48: error[MC0403]: `"ssh-dss AAAA"` is no `HostKey`
        src/main.mc:14:13: error[MC0403]: `"git example"` is no `ServerName`
        src/main.mc:15:55: error[MC0403]: `"2am"` is no `TimeOfDay`
        src/main.mc:15:67: error[MC0403]: `"25:00"` is no `TimeOfDay`
    "#]]
    .assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.cron.{Cron, Schedule}
import std.fs.{Fragment, Fragments}
import std.net.{GitCheckout, KnownHost}
import std.sys.{KernelModule, Reboot, Sysctl, Window}

policy p {
  Sysctl "swappiness" { value = "1" }
  KernelModule "usb-storage" { state = .Blocked }
  Cron "a.b" { command = "true", schedule = Schedule { minute = "every five" } }
  Fragments "/etc/b" { parts = [Fragment { name = "a b", content = "1" }] }
  GitCheckout "/srv/app" { url = "https://git.example.org/app.git", commit = "main" }
  KnownHost "[git.example.org]:2222" { keys = ["ssh-dss AAAA"] }
  KnownHost "git example" { keys = [] }
  Reboot "r" { reason = "x", window = Window { from = "2am", to = "25:00" } }
}
"#,
    )]));
}

#[test]
fn a_failed_import_is_one_mistake() {
    expect![[r#"
        src/main.mc:2:8: error[MC0203]: there is no module `main`
        src/main.mc:3:8: error[MC0203]: there is no module `web`
    "#]]
    .assert_eq(&outline(&[
        (
            "src/main.mc",
            r#"
import main.{other}
import web.{sites}
import std.fs.File

record Pair { sites: Int, other: Int }

policy p {
  File "/x" { content = json(Pair { sites, other }) }
}
"#,
        ),
        ("src/web/site.mc", ""),
    ]));
}

#[test]
fn a_check_of_a_resource_type_holds_for_all_its_resources() {
    expect![[r#"
        src/main.mc:11:14: error[MC0644]: `note` may be a secret, and a `check` of a resource type reads no secrets
        src/main.mc:12:14: error[MC0644]: `made` is known only when the step is done, and a `check` of a resource type judges before
        src/main.mc:13:9: error[MC0201]: nothing here is called `size`
    "#]]
    .assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.fs.File

resource Thing {
  provider "acme.thing" protocol 1
  key name: String
  size: Int
  note: String? accepts secret
  out made: String
  check self.size > 0 else "${self.name} is too small"
  check self.note != none else "a note may be a secret"
  check self.made == "" else "an output"
  check size > 0 else "no name of its own"
}

policy p {
  Thing "a" { size = 1 }
}
"#,
    )]));
}

/// What is known is told with the build, what hosts know is judged there, also over attributes that are merged.
#[test]
fn where_a_check_of_a_resource_type_does_not_hold() {
    expect![[r#"
        src/main.mc:14:3: error[MC0407]: b is too small
        src/main.mc:15:3: error[MC0407]: a long name
    "#]]
    .assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.fs.File

resource Thing {
  provider "acme.thing" protocol 1
  key name: String
  size: Int = 5
  check self.size > 2 else "${self.name} is too small"
  check self.name.len() < 9 else "a long name"
}

policy p {
  Thing "a" {}
  Thing "b" { size = 1 }
  Thing "long-name" { size = 4 }
  Thing "host" { size = facts.cpu.count }
}
"#,
    )]));
}

#[test]
fn clauses_are_no_names_of_attributes() {
    check(
        r#"
resource Lamp {
  provider "acme.lamp" protocol 1
  key when: String
  timeout: Duration = 1s
  skip: Bool = false
  retries: Int = 1
  out before: String
}
policy p {}
"#,
        expect![[r#"
            src/main.mc:9:7: error[MC0317]: `when` is a clause of every resource, and no name of an attribute
            src/main.mc:10:3: error[MC0317]: `timeout` is a clause of every resource, and no name of an attribute
            src/main.mc:11:3: error[MC0317]: `skip` is a clause of every resource, and no name of an attribute
        "#]],
    );
}
