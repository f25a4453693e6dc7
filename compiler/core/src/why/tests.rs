use super::{Answer, NoAnswer, why};
use crate::{Database, compiled_plan, package};
use camino::Utf8Path;
use expect_test::{Expect, expect};

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

const SOURCE: &str = r#"import std.fs.{Directory, File}

let motd = "Hello"

record Site { name: String, owner: UserName }

component Conf {
  param mode: Mode = 0o640
  param site: Site
  File "/etc/${site.name}" {
    content = "${motd}, ${site.name}"
    owner = site.owner
    mode
  }
}

component Outer {
  param mode: Mode
  let sites = [Site { name = "a", owner = "root" }, Site { name = "b", owner = "www-data" }]
  for site in sites {
    Conf (site.name) { site, mode }
  }
}

policy base {
  defaults File { group = "root" }
  Outer { mode = 0o600 }
  Conf "plain" { site = Site { name = "c", owner = "root" } }
  let key = secret("app/key")
  File "/etc/motd" { content = motd, mode = default 0o644 }
  File "/etc/key" { content = key }
}

policy more {
  if facts.cpu.count > 1 {
    File "/etc/motd" { mode = 0o600 }
  }
  File "/etc/c" { mode = force 0o444 }
}
"#;

fn ask(policy: Option<&str>, question: &str) -> Result<Answer, NoAnswer> {
    let mut db = Database::new();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), SOURCE);
    let diagnostics = crate::diagnostics(&db);
    let compiled = compiled_plan(&db).unwrap_or_else(|| panic!("the package is right: {diagnostics:?}"));
    why(&db, compiled, policy, question)
}

fn check(policy: Option<&str>, question: &str, expected: &Expect) {
    let text = match ask(policy, question) {
        Ok(answer) => {
            let mut out = String::new();
            for attribute in &answer.attributes {
                for given in &attribute.given {
                    out.push_str(&format!("{} = {}", attribute.name, given.value));
                    let priority = given.priority.map(|word| format!(" ({word})"));
                    let when = given.when.as_ref().map(|when| format!(" when {when}"));
                    let overridden = given.overridden.then(|| " overridden".to_owned());
                    let instance = format!(" in {}", given.instance);
                    let parts = [priority, Some(instance), when, overridden];
                    out.extend(parts.into_iter().flatten());
                    out.push('\n');
                    for origin in &given.way {
                        out.push_str(&format!("  {} {}: {}\n", origin.at, origin.what, origin.text));
                    }
                }
            }
            out
        }
        Err(none) => format!("{}; {}\n", none.headline, none.hint.unwrap_or_default()),
    };
    expected.assert_eq(&text);
}

#[test]
fn through_parameters_loops_and_instances() {
    check(
        None,
        "File[\"/etc/a\"].mode",
        &expect![[r#"
        mode = 0o600 in base/Outer/Conf["a"]
          src/main.mc:13:5 set here: mode
          src/main.mc:8:9 the parameter `mode` of `Conf`: param mode: Mode = 0o640
          src/main.mc:21:30 given to `Conf["a"]`: Conf (site.name) { site, mode }
          src/main.mc:18:9 the parameter `mode` of `Outer`: param mode: Mode
          src/main.mc:27:11 given to `Outer`: Outer { mode = 0o600 }
    "#]],
    );
    check(
        None,
        "File[\"/etc/b\"].owner",
        &expect![[r#"
        owner = "www-data" in base/Outer/Conf["b"]
          src/main.mc:12:5 set here: owner = site.owner
          src/main.mc:9:9 the parameter `site` of `Conf`: param site: Site
          src/main.mc:21:24 given to `Conf["b"]`: Conf (site.name) { site, mode }
          src/main.mc:20:7 `site` is an element of this: for site in sites {
          src/main.mc:19:7 the value `sites`: let sites = [Site { name = "a", owner = "root" }, Site { name = "b", owner = "www-data" }]
    "#]],
    );
    check(
        None,
        "File[\"/etc/b\"].content",
        &expect![[r#"
            content = "Hello, b" in base/Outer/Conf["b"]
              src/main.mc:11:5 set here: content = "${motd}, ${site.name}"
              src/main.mc:3:5 the value `motd`: let motd = "Hello"
              src/main.mc:9:9 the parameter `site` of `Conf`: param site: Site
              src/main.mc:21:24 given to `Conf["b"]`: Conf (site.name) { site, mode }
              src/main.mc:20:7 `site` is an element of this: for site in sites {
              src/main.mc:19:7 the value `sites`: let sites = [Site { name = "a", owner = "root" }, Site { name = "b", owner = "www-data" }]
        "#]],
    );
}

#[test]
fn from_defaults() {
    check(
        None,
        "File[\"/etc/c\"].mode",
        &expect![[r#"
        mode = 0o444 (force) in more
          src/main.mc:38:19 set here: File "/etc/c" { mode = force 0o444 }
        mode = 0o640 in base/Conf["plain"] overridden
          src/main.mc:13:5 set here: mode
          src/main.mc:8:9 the parameter `mode` of `Conf`: param mode: Mode = 0o640
          src/main.mc:8:22 the default of `mode`: param mode: Mode = 0o640
    "#]],
    );
    check(
        Some("base"),
        "File[\"/etc/c\"].mode",
        &expect![[r#"
        mode = 0o640 in base/Conf["plain"]
          src/main.mc:13:5 set here: mode
          src/main.mc:8:9 the parameter `mode` of `Conf`: param mode: Mode = 0o640
          src/main.mc:8:22 the default of `mode`: param mode: Mode = 0o640
    "#]],
    );
    check(
        None,
        "File[\"/etc/motd\"].group",
        &expect![[r#"
        group = "root" (defaults) in base
          src/main.mc:26:19 set by `defaults`: defaults File { group = "root" }
    "#]],
    );
}

#[test]
fn who_wins() {
    check(
        None,
        "File[\"/etc/motd\"]",
        &expect![[r#"
            content = "Hello" in base
              src/main.mc:30:22 set here: File "/etc/motd" { content = motd, mode = default 0o644 }
              src/main.mc:3:5 the value `motd`: let motd = "Hello"
            group = "root" (defaults) in base
              src/main.mc:26:19 set by `defaults`: defaults File { group = "root" }
            mode = 0o600 in more when facts.cpu.count > 1
              src/main.mc:36:24 set here: File "/etc/motd" { mode = 0o600 }
            mode = 0o644 (default) in base
              src/main.mc:30:38 set here: File "/etc/motd" { content = motd, mode = default 0o644 }
        "#]],
    );
}

#[test]
fn of_a_secret_only_the_name_is_shown() {
    check(
        None,
        "File[\"/etc/key\"].content",
        &expect![[r#"
        content = <secret app/key> in base
          src/main.mc:31:21 set here: File "/etc/key" { content = key }
          src/main.mc:29:7 the value `key`: let key = secret("app/key")
    "#]],
    );
}

#[test]
fn questions_without_an_answer() {
    check(
        None,
        "File[\"/etc/mot\"].mode",
        &expect![[r#"
        no policy declares `File["/etc/mot"]`; did you mean `File["/etc/motd"]`?
    "#]],
    );
    check(
        None,
        "File[\"/etc/motd\"].modes",
        &expect![[r#"
        `File["/etc/motd"]` has no attribute `modes`; did you mean `mode`?
    "#]],
    );
    check(
        Some("bas"),
        "File[\"/etc/motd\"].mode",
        &expect![[r#"
        there is no policy `bas`; did you mean `base`?
    "#]],
    );
    check(
        None,
        "motd",
        &expect![[r#"
        no policy declares `motd`; write type and key: `File["/etc/motd"].mode`
    "#]],
    );
}
