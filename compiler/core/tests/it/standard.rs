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

/// Keys and values with a form are checked where they are written.
#[test]
fn names_of_settings_have_a_form() {
    expect![[r#"
        src/main.mc:6:10: error[MC0403]: `"swappiness"` is no `SysctlName`
        src/main.mc:7:16: error[MC0403]: `"usb-storage"` is no `ModuleName`
        src/main.mc:8:8: error[MC0403]: `"a.b"` is no `CronName`
    "#]]
    .assert_eq(&outline(&[(
        "src/main.mc",
        r#"
import std.cron.{Cron, Schedule}
import std.sys.{KernelModule, Sysctl}

policy p {
  Sysctl "swappiness" { value = "1" }
  KernelModule "usb-storage" { state = .Blocked }
  Cron "a.b" { command = "true", schedule = Schedule { minute = "every five" } }
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
