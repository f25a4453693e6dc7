use super::boundary::parts;
use super::{Options, graph, printable, shorten, without};
use crate::{Database, compiled_plan, package};
use camino::Utf8Path;
use expect_test::{Expect, expect};

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

/// Groups, then vertices by group, then links with their reasons.
fn check(source: &str, options: &Options, expected: &Expect) {
    let mut db = Database::new();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    let source = format!(
        "import std.fs.{{Directory, File}}\nimport std.pkg.Package\nimport std.svc.Service\n{source}"
    );
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), &source);
    let plan = &compiled_plan(&db).expect("the package is right").plan;
    let graph = graph(plan, options).expect("the policy is there");
    let mut out = String::new();
    let condition = |select: &Option<String>, word: &str| {
        select.as_ref().map(|text| format!(" {word} {text}")).unwrap_or_default()
    };
    for group in &graph.groups {
        let (select, when) = (condition(&group.select, "select"), condition(&group.when, "when"));
        out.push_str(&format!("[{}]{select}{when}\n", group.path));
    }
    for vertex in &graph.vertices {
        let group = vertex.group.map_or("", |group| graph.groups[group as usize].path.as_str());
        let when = match &vertex.kind {
            super::VertexKind::Step(step) if !step.when.is_empty() => {
                format!(" when {}", step.when.join(" or "))
            }
            _ => String::new(),
        };
        out.push_str(&format!("{} in [{group}]{when}\n", vertex.name()));
        if let super::VertexKind::Step(step) = &vertex.kind {
            step.watched.iter().for_each(|line| out.push_str(&format!("  ! {line}\n")));
        }
    }
    for link in &graph.links {
        let [from, to] = [link.from, link.to].map(|at| graph.vertices[at as usize].name());
        let arrow = if link.refresh { "=>" } else { "->" };
        let reasons: Vec<&str> = link.reasons.iter().map(|reason| reason.text.as_str()).collect();
        out.push_str(&format!("{from} {arrow} {to}: {}\n", reasons.join("; ")));
    }
    graph.rules.iter().for_each(|rule| out.push_str(&format!("{} at {}\n", rule.line(), rule.at)));
    out.push_str(&format!("hidden: {}\n", graph.hidden));
    expected.assert_eq(&out);
}

const SOURCE: &str = r#"
component App {
  let dir = Directory "/etc/app" {}
  let conf = File "/etc/app/conf" { after dir, notify Service["app"] }
  if facts.cpu.count > 2 { File "/etc/app/more" { after conf } }
  Service "app" { after [dir, conf] }
}
policy web {
  select facts.cpu.count > 1
  let app = if facts.hostname == "a" { App {} } else { App "other" {} }
  Package "app" {}
  File "/etc/done" { after app }
}
policy base { Package "app" {} }
"#;

#[test]
fn groups_conditions_and_reduction() {
    check(
        SOURCE,
        &Options::default(),
        &expect![[r#"
            [base]
            [web] select facts.cpu.count > 1
            [web/App]
            [web/App["other"]]
            Directory["/etc/app"] in [web]
            File["/etc/app/conf"] in [web]
            File["/etc/app/more"] in [web] when facts.hostname == "a" && facts.cpu.count > 2 or !(facts.hostname == "a") && facts.cpu.count > 2
            File["/etc/done"] in [web]
            Package["app"] in []
            Service["app"] in [web]
            end of web/App["other"] in [web/App["other"]]
            end of web/App in [web/App]
            Directory["/etc/app"] -> File["/etc/app/conf"]: after; automatic: File after Directory[path.parent]
            File["/etc/app/conf"] -> File["/etc/app/more"]: after
            File["/etc/app/conf"] => Service["app"]: after; notify
            File["/etc/app/more"] -> end of web/App["other"]: the boundary of an instance
            File["/etc/app/more"] -> end of web/App: the boundary of an instance
            Package["app"] -> Service["app"]: automatic: Service after Package[name]
            Service["app"] -> end of web/App["other"]: the boundary of an instance
            Service["app"] -> end of web/App: the boundary of an instance
            end of web/App["other"] -> File["/etc/done"]: after
            end of web/App -> File["/etc/done"]: after
            hidden: 6
        "#]],
    );
}

#[test]
fn one_policy() {
    let options = Options { policy: Some("base".to_owned()), ..Options::default() };
    check(
        SOURCE,
        &options,
        &expect![[r#"
        [base]
        Package["app"] in [base]
        hidden: 0
    "#]],
    );
}

#[test]
fn everything() {
    let source = "policy p { let a = File \"/a\" {}\n let b = File \"/b\" { after a }\n File \"/c\" { after [a, b] } }\n";
    check(
        source,
        &Options::default(),
        &expect![[r#"
        [p]
        File["/a"] in [p]
        File["/b"] in [p]
        File["/c"] in [p]
        File["/a"] -> File["/b"]: after
        File["/b"] -> File["/c"]: after
        hidden: 1
    "#]],
    );
    check(
        source,
        &Options { all: true, ..Options::default() },
        &expect![[r#"
        [p]
        File["/a"] in [p]
        File["/b"] in [p]
        File["/c"] in [p]
        File["/a"] -> File["/b"]: after
        File["/a"] -> File["/c"]: after
        File["/b"] -> File["/c"]: after
        hidden: 0
    "#]],
    );
}

const RULES: &str = r#"
guard no_world_writable { deny File f when f.mode?.others?.write ?? false, message "no" }
guard modes { deny File f when facts.cpu.count > 4 && f.path.starts_with("/etc/b") }
guard restarts { on Service s when s.name == "app" && change.restarts, require approval from "dba" }
rollout careful {
  policy web
  wave canary 1 pause 10m
  wave lab when facts.cpu.count > 4
  wave rest
  health [Service["app"]]
  budget 2
}
policy web {
  prune [File, Service] limit 20
  File "/etc/a" { mode = 0o644, approval "ops" }
  File "/etc/b" { mode = 0o644 }
  Service "app" {}
  Service "other" {}
}
policy base {
  prune [Package]
  Package "app" {}
}
"#;

#[test]
fn guards_removals_and_rollouts() {
    check(
        RULES,
        &Options::default(),
        &expect![[r#"
            [base]
            [web]
            File["/etc/a"] in [web]
              ! needs the approval of ops
            File["/etc/b"] in [web]
              ! modes may deny it
            Package["app"] in [base]
            Service["app"] in [web]
              ! restarts may need the approval of dba
            Service["other"] in [web]
            Package["app"] -> Service["app"]: automatic: Service after Package[name]
            guard modes: deny File when facts.cpu.count > 4 && self.path.starts_with("/etc/b") at src/main.mc:6:15
            guard no_world_writable: deny File when ((if self.mode != none { self.mode.others })?.#1) ?? false at src/main.mc:5:27
            guard restarts: require approval from dba on Service when self.name == "app" && change.restarts at src/main.mc:7:18
            prune base: removes what it no longer declares of Package at src/main.mc:24:3
            prune web: removes what it no longer declares of File, Service, at most 20 at src/main.mc:17:3
            rollout careful: canary 1 pause 10m, lab where facts.cpu.count > 4, rest, of web; in order when Service["app"] is; stops when more than 2 fail at src/main.mc:8:9
            hidden: 0
        "#]],
    );
    let options = Options { policy: Some("base".to_owned()), ..Options::default() };
    check(
        RULES,
        &options,
        &expect![[r#"
        [base]
        Package["app"] in [base]
        prune base: removes what it no longer declares of Package at src/main.mc:24:3
        hidden: 0
    "#]],
    );
}

#[test]
fn paths_of_instances() {
    assert_eq!(parts("web"), ["web"]);
    assert_eq!(parts(r#"web/Nginx["a/b\"/"]/Site"#), ["web", r#"Nginx["a/b\"/"]"#, "Site"]);
}

#[test]
fn texts_in_boxes() {
    assert_eq!(printable("a\"b\n\u{1b}[0m"), "a\"b\\n\\u{1b}[0m");
    assert_eq!(shorten("/etc/nginx/sites-enabled/shop.example.conf", 20), "/etc/n\u{2026}.example.conf");
    assert_eq!(shorten("short", 20), "short");
    assert_eq!(without(&["a && b".to_owned()], "a"), Some(vec!["b".to_owned()]));
    assert_eq!(without(&["(a || c) && b".to_owned()], "a || c"), Some(vec!["b".to_owned()]));
    assert_eq!(without(&["ab".to_owned()], "a"), None);
}

#[test]
fn the_order_of_policies_is_between_their_ends() {
    check(
        "policy base { Package \"curl\" {} }\npolicy web { after base, Package \"nginx\" {} }",
        &Options::default(),
        &expect![[r#"
            [base]
            [web]
            Package["curl"] in [base]
            Package["nginx"] in [web]
            end of base in [base]
            start of web in [web]
            Package["curl"] -> end of base: the order of policies
            end of base -> start of web: the order of policies
            start of web -> Package["nginx"]: the order of policies
            hidden: 0
        "#]],
    );
}
