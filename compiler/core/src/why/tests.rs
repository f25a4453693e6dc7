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
  File "/etc/site" { content = "in ${site}" }
}

fact site: String from file "/etc/site" as text

policy more {
  if facts.cpu.count > 1 {
    File "/etc/motd" { mode = 0o600 }
  }
  File "/etc/c" { mode = force 0o444 }
}
"#;

const LAYERED: &[(&str, &str)] = &[
    (
        "src/main.mc",
        r#"import std.fs.File

enum Env { Dev, Live }
labels { env: Env }
record Limits { files: Int, mode: Mode = 0o640 }
record Site { name: String, owner: UserName = "root" }
record Config { merge limits: Limits, append sites: List<Site>, note: String = "none" }

let config: Config = layers([
  load("common.toml"),
  load("env/${labels.env}.toml"),
  load("host/${facts.fqdn}.toml", optional = true),
])
let only: Map<String, Site> = load("only.yaml")

policy base {
  let fallback = Site { name = "z", owner = "www-data" }
  File "/etc/limits" { content = "${config.limits.files} ${config.note}", mode = config.limits.mode }
  for site in config.sites.filter(|site| site.name != "z") {
    File "/etc/${site.name}" { content = "x", owner = site.owner }
  }
  for name, site in only {
    File "/srv/${name}" { content = site.name, owner = (site with { name = "other" }).owner }
  }
  File "/etc/fallback" { content = "x", owner = fallback.owner }
}
"#,
    ),
    (
        "data/common.toml",
        "note = \"all\"\n\n[[sites]]\nname = \"a\"\n\n[limits]\nfiles = 1024\nmode = \"0o600\"\n",
    ),
    ("data/env/Dev.toml", "[limits]\nfiles = 64\n"),
    ("data/env/Live.toml", "sites = []\nlimits.files = 4096\n"),
    ("data/host/a.example.toml", "limits.mode = \"0o400\"\n"),
    ("data/only.yaml", "alone:\n  name: one\n  owner: daemon\n"),
];

fn ask(policy: Option<&str>, question: &str) -> Result<Answer, NoAnswer> {
    ask_of(&[("src/main.mc", SOURCE)], policy, question)
}

fn ask_of(files: &[(&str, &str)], policy: Option<&str>, question: &str) -> Result<Answer, NoAnswer> {
    let mut db = Database::new();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    for (path, text) in files {
        package::set_text(&mut db, Utf8Path::new(path), text);
    }
    let diagnostics = crate::diagnostics(&db);
    let compiled = compiled_plan(&db).unwrap_or_else(|| panic!("the package is right: {diagnostics:?}"));
    why(&db, compiled, policy, question)
}

fn check(policy: Option<&str>, question: &str, expected: &Expect) {
    expected.assert_eq(&shown(ask(policy, question)));
}

fn shown(answer: Result<Answer, NoAnswer>) -> String {
    match answer {
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
    }
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
              src/main.mc:41:19 set here: File "/etc/c" { mode = force 0o444 }
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
              src/main.mc:39:24 set here: File "/etc/motd" { mode = 0o600 }
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
fn from_a_declared_fact() {
    check(
        None,
        "File[\"/etc/site\"].content",
        &expect![[r#"
        content = "in ${test.site}" in base
          src/main.mc:32:22 set here: File "/etc/site" { content = "in ${site}" }
          src/main.mc:35:6 the fact `site` of the host: fact site: String from file "/etc/site" as text
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

#[test]
fn into_the_data_file() {
    let ask = |question: &str| shown(ask_of(LAYERED, None, question));
    let all: String = [
        "File[\"/etc/limits\"]",
        "File[\"/etc/a\"].owner",
        "File[\"/srv/alone\"]",
        "File[\"/etc/fallback\"].owner",
    ]
    .map(ask)
    .concat();
    expect![[r#"
        content = "${if labels.env == .Dev { 64 } else { 4096 }} all" in base
          src/main.mc:18:24 set here: File "/etc/limits" { content = "${config.limits.files} ${config.note}", mode = config.limits.mode }
          src/main.mc:9:5 the value `config`: let config: Config = layers([
          data/env/Dev.toml:2:1 given by this layer, where labels.env is Dev: files = 64
          data/env/Live.toml:2:8 given by this layer, where labels.env is Live: limits.files = 4096
          data/common.toml:7:1 given by this layer: files = 1024
          data/common.toml:1:1 given by this layer: note = "all"
        mode = if facts.fqdn == "a.example" { 0o400 } else { 0o600 } in base
          src/main.mc:18:75 set here: File "/etc/limits" { content = "${config.limits.files} ${config.note}", mode = config.limits.mode }
          src/main.mc:9:5 the value `config`: let config: Config = layers([
          data/host/a.example.toml:1:8 given by this layer, where facts.fqdn is a.example: limits.mode = "0o400"
          data/common.toml:8:1 given by this layer: mode = "0o600"
        owner = "root" in base
          src/main.mc:20:47 set here: File "/etc/${site.name}" { content = "x", owner = site.owner }
          src/main.mc:19:7 `site` is an element of this: for site in config.sites.filter(|site| site.name != "z") {
          src/main.mc:9:5 the value `config`: let config: Config = layers([
        content = "one" in base
          src/main.mc:23:27 set here: File "/srv/${name}" { content = site.name, owner = (site with { name = "other" }).owner }
          src/main.mc:22:13 `site` is an element of this: for name, site in only {
          src/main.mc:14:5 the value `only`: let only: Map<String, Site> = load("only.yaml")
          data/only.yaml:2:3 given by this data file: name: one
        owner = "daemon" in base
          src/main.mc:23:48 set here: File "/srv/${name}" { content = site.name, owner = (site with { name = "other" }).owner }
          src/main.mc:22:13 `site` is an element of this: for name, site in only {
          src/main.mc:14:5 the value `only`: let only: Map<String, Site> = load("only.yaml")
          data/only.yaml:3:3 given by this data file: owner: daemon
        owner = "www-data" in base
          src/main.mc:25:41 set here: File "/etc/fallback" { content = "x", owner = fallback.owner }
          src/main.mc:17:7 the value `fallback`: let fallback = Site { name = "z", owner = "www-data" }
          src/main.mc:17:37 the field `owner`: let fallback = Site { name = "z", owner = "www-data" }
    "#]].assert_eq(&all);
}
