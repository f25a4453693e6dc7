//! The plan as a graph.

use super::bundle::bundle;
use crate::fixture::Fixture;
use crate::{Built, Location, NodeKind, PlanQuestion, PlanView, plan_view};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::{Database, package};
use std::fmt::Write;

const NGINX: &str = r#"
import std.fs.File
import std.pkg.Package
import std.svc.Service

enum Role { Web, Db }
labels { role: Role }

component Nginx {
  let package = Package "nginx" {}
  let main = File "/etc/nginx/nginx.conf" {
    content = "workers ${facts.cpu.count};\n"
    mode = 0o644
    after package
  }
  if facts.os.family == .Debian { File "/etc/default/nginx" { content = "x=1\n", after main } }
  Service "nginx" { running = true, restart on main }
}

policy web {
  select labels.role == .Web
  let nginx = Nginx {}
  File "/etc/key" { content = secret("web/key"), mode = 0o600, before nginx }
}

policy base { File "/etc/motd" { content = "hello\n" } }
"#;

fn text(db: &Database, view: &PlanView) -> String {
    let mut out = String::new();
    let place = |location: &Option<Location>| {
        let Some(Location { file, span }) = location else { return "-".to_owned() };
        let text = &file.text(db)[span.start as usize..span.end as usize];
        format!("{text:?}")
    };
    let _ = writeln!(out, "policy {:?} of {:?}, on {:?}", view.policy, view.policies, view.fixture);
    for group in &view.groups {
        let _ =
            writeln!(out, "[{}] in {:?} {:?} {:?}", group.path, group.parent, group.select, group.condition);
    }
    for node in &view.nodes {
        let group = node.group.as_deref().unwrap_or_default();
        let _ = writeln!(out, "{} in [{group}] {:?} at {}", node.id, node.change, place(&node.location));
        if node.kind == NodeKind::Step {
            let _ = writeln!(out, "  {} {}", node.ty, node.label);
        }
        node.condition.iter().for_each(|condition| {
            let _ = writeln!(out, "  when {condition}");
        });
        for (name, value) in &node.attributes {
            let _ = writeln!(out, "  {name} = {value}");
        }
        for changed in &node.changes {
            let _ = writeln!(out, "  {}: {:?} -> {:?}", changed.name, changed.old, changed.new);
        }
    }
    for edge in &view.edges {
        let arrow = if edge.refresh { "=>" } else { "->" };
        let _ = writeln!(out, "{} {arrow} {}", edge.from, edge.to);
        for reason in &edge.reasons {
            let _ = writeln!(out, "  {}: {} at {}", reason.kind, reason.text, place(&reason.location));
        }
    }
    if let Some(difference) = &view.difference {
        let _ = writeln!(out, "difference: {difference}");
    }
    view.problems.iter().for_each(|problem| {
        let _ = writeln!(out, "! {problem}");
    });
    out
}

fn check(source: &str, question: PlanQuestion<'_>, expected: &Expect) {
    let fixture = Fixture::new(source);
    let view = plan_view(&fixture.db, PlanQuestion { at: fixture.cursor, ..question });
    expected.assert_eq(&text(&fixture.db, &view));
}

#[test]
fn of_the_policy_under_the_cursor_on_any_host() {
    let source = NGINX.replace("let nginx = Nginx", "let $0nginx = Nginx");
    check(
        &source,
        PlanQuestion::default(),
        &expect![[r#"
        policy Some("web") of ["base", "web"], on None
        [web] in None Some("labels.role == .Web") None
        [web/Nginx] in Some("web") None None
        File["/etc/default/nginx"] in [web/Nginx] Same at "File \"/etc/default/nginx\" { content = \"x=1\\n\", after main } }"
          File /etc/default/nginx
          when facts.os.family == .Debian
          content = "x=1\n"
        File["/etc/key"] in [web] Same at "File \"/etc/key\" { content = secret(\"web/key\"), mode = 0o600, before nginx }"
          File /etc/key
          content = <secret web/key>
          mode = 0o600
        File["/etc/nginx/nginx.conf"] in [web/Nginx] Same at "File \"/etc/nginx/nginx.conf\""
          File /etc/nginx/nginx.conf
          content = "workers ${facts.cpu.count};\n"
          mode = 0o644
        Package["nginx"] in [web/Nginx] Same at "Package \"nginx\" {}"
          Package nginx
        Service["nginx"] in [web/Nginx] Same at "Service \"nginx\" { running = true, restart on main }"
          Service nginx
          running = true
        start of web/Nginx in [web/Nginx] Same at -
        File["/etc/key"] -> start of web/Nginx
          before: before at "before nginx }"
        File["/etc/nginx/nginx.conf"] -> File["/etc/default/nginx"]
          after: after at "after main } }"
        File["/etc/nginx/nginx.conf"] => Service["nginx"]
          restart on: restart on at "restart on main }"
        Package["nginx"] -> File["/etc/nginx/nginx.conf"]
          after: after at "after package"
        start of web/Nginx -> Package["nginx"]
          instance: the boundary of an instance at -
    "#]],
    );
}

#[test]
fn of_a_policy_on_a_host() {
    let question =
        PlanQuestion { policy: Some("web"), fixture: Some("rocky9, role = Web"), ..PlanQuestion::default() };
    check(
        NGINX,
        question,
        &expect![[r#"
        policy Some("web") of ["base", "web"], on Some("rocky9, role = Web")
        [web] in None None None
        [web/Nginx] in Some("web") None None
        File["/etc/key"] in [web] Same at "File \"/etc/key\" { content = secret(\"web/key\"), mode = 0o600, before nginx }"
          File /etc/key
          content = <secret web/key>
          mode = 0o600
        File["/etc/nginx/nginx.conf"] in [web/Nginx] Same at "File \"/etc/nginx/nginx.conf\""
          File /etc/nginx/nginx.conf
          content = "workers 2;\n"
          mode = 0o644
        Package["nginx"] in [web/Nginx] Same at "Package \"nginx\" {}"
          Package nginx
          installed = true
        Service["nginx"] in [web/Nginx] Same at "Service \"nginx\" { running = true, restart on main }"
          Service nginx
          running = true
        start of web/Nginx in [web/Nginx] Same at -
        File["/etc/key"] -> start of web/Nginx
          before: before at "before nginx }"
        File["/etc/nginx/nginx.conf"] => Service["nginx"]
          restart on: restart on at "restart on main }"
        Package["nginx"] -> File["/etc/nginx/nginx.conf"]
          after: after at "after package"
        start of web/Nginx -> Package["nginx"]
          instance: the boundary of an instance at -
    "#]],
    );
}

#[test]
fn a_host_that_does_not_get_the_policy() {
    let question =
        PlanQuestion { policy: Some("web"), fixture: Some("rocky9, role = Db"), ..PlanQuestion::default() };
    check(
        NGINX,
        question,
        &expect![[r#"
        policy Some("web") of ["base", "web"], on Some("rocky9, role = Db")
        ! this host does not get the policy `web`
    "#]],
    );
}

#[test]
fn a_package_with_errors_has_no_plan() {
    check(
        "policy web { Fil }\nlet a: Int = \"x\"\n",
        PlanQuestion::default(),
        &expect![[r#"
        policy None of [], on None
        ! src/main.mc:1: nothing here is called `Fil`
        ! src/main.mc:2: expected `Int`, found `String`
    "#]],
    );
}

#[test]
fn names_that_are_not_there() {
    check(
        NGINX,
        PlanQuestion { policy: Some("wep"), ..PlanQuestion::default() },
        &expect![[r#"
        policy None of ["base", "web"], on None
        ! there is no policy `wep`
    "#]],
    );
    check(
        NGINX,
        PlanQuestion { policy: Some("base"), fixture: Some("x"), ..PlanQuestion::default() },
        &expect![[r#"
            policy Some("base") of ["base", "web"], on None
            ! there is no fixture `x`
        "#]],
    );
}

#[test]
fn fixtures_are_standard_own_and_of_tests() {
    let source = format!(
        r#"{NGINX}
import std.facts.fixture.{{debian12, rocky9}}
import std.facts.Facts
fact site: String? from file "/etc/site" as text
let small: Facts = debian12 with {{ cpu.count = 1 }}
test "known" {{
  given facts = debian12
  given labels = Labels {{ role = .Web }}
  expect plan(web).count() > 0
}}
test "many" {{
  given facts in [debian12, rocky9 with {{ hostname = "x" }}]
  given labels = Labels {{ role = .Db }}
  given site = "here"
  expect plan(web).count() == 0
}}
"#
    );
    let fixture = Fixture::new(&source);
    let view = plan_view(&fixture.db, PlanQuestion { policy: Some("web"), ..PlanQuestion::default() });
    let fixtures: Vec<String> =
        view.fixtures.iter().map(|fixture| format!("{} {:?}\n", fixture.name, fixture.matches)).collect();
    expect![[r#"
        debian12, role = Web Some(true)
        debian12, role = Db Some(false)
        ubuntu2404, role = Web Some(true)
        ubuntu2404, role = Db Some(false)
        rocky9, role = Web Some(true)
        rocky9, role = Db Some(false)
        alpine320, role = Web Some(true)
        alpine320, role = Db Some(false)
        small, role = Web Some(true)
        small, role = Db Some(false)
        many (facts = debian12) Some(false)
        many (facts = rocky9 with { hostname = "x" }) Some(false)
    "#]]
    .assert_eq(&fixtures.concat());
}

/// The view after a change, compared with a bundle of the package before it.
fn compared(change: impl Fn(&str) -> String, question: PlanQuestion<'_>) -> String {
    let mut fixture = Fixture::new(NGINX);
    let built = Built::read(&bundle(&fixture.db, 3)).expect("a bundle");
    assert_eq!((built.about.release.sequence, built.about.build.package.as_str()), (3, "test"));
    package::set_text(&mut fixture.db, Utf8Path::new("src/main.mc"), &change(NGINX));
    let view = plan_view(&fixture.db, PlanQuestion { built: Some(&built), ..question });
    text(&fixture.db, &view)
}

fn changed(source: &str) -> String {
    let source = source.replace("mode = 0o644", "mode = 0o640").replace("/etc/motd", "/etc/issue");
    source.replace("x=1\\n", "x=2\\n")
}

#[test]
fn what_a_build_would_change() {
    expect![[r#"
        policy None of ["base", "web"], on None
        [base] in None None None
        [web] in None Some("labels.role == .Web") None
        [web/Nginx] in Some("web") None None
        File["/etc/default/nginx"] in [web/Nginx] Changed at "File \"/etc/default/nginx\" { content = \"x=2\\n\", after main } }"
          File /etc/default/nginx
          when facts.os.family == .Debian
          content = "x=2\n"
          content: Some("\"x=1\\n\"") -> Some("\"x=2\\n\"")
        File["/etc/issue"] in [base] New at "File \"/etc/issue\" { content = \"hello\\n\" } }"
          File /etc/issue
          content = "hello\n"
        File["/etc/key"] in [web] Same at "File \"/etc/key\" { content = secret(\"web/key\"), mode = 0o600, before nginx }"
          File /etc/key
          content = <secret web/key>
          mode = 0o600
        File["/etc/nginx/nginx.conf"] in [web/Nginx] Changed at "File \"/etc/nginx/nginx.conf\""
          File /etc/nginx/nginx.conf
          content = "workers ${facts.cpu.count};\n"
          mode = 0o640
          mode: Some("0o644") -> Some("0o640")
        Package["nginx"] in [web/Nginx] Same at "Package \"nginx\" {}"
          Package nginx
        Service["nginx"] in [web/Nginx] Same at "Service \"nginx\" { running = true, restart on main }"
          Service nginx
          running = true
        start of web/Nginx in [web/Nginx] Same at -
        File["/etc/motd"] in [base] Removed at -
          File /etc/motd
        File["/etc/key"] -> start of web/Nginx
          before: before at "before nginx }"
        File["/etc/nginx/nginx.conf"] -> File["/etc/default/nginx"]
          after: after at "after main } }"
        File["/etc/nginx/nginx.conf"] => Service["nginx"]
          restart on: restart on at "restart on main }"
        Package["nginx"] -> File["/etc/nginx/nginx.conf"]
          after: after at "after package"
        start of web/Nginx -> Package["nginx"]
          instance: the boundary of an instance at -
        difference: 1 step added, 1 removed, 2 changed
    "#]].assert_eq(&compared(changed, PlanQuestion::default()));
    let same = compared(str::to_owned, PlanQuestion::default());
    assert!(same.contains("difference: no difference") && !same.contains("New") && !same.contains("Changed"));
}

#[test]
fn what_a_build_would_change_on_a_host() {
    let question = PlanQuestion { fixture: Some("rocky9, role = Web"), ..PlanQuestion::default() };
    expect![[r#"
        policy None of ["base", "web"], on Some("rocky9, role = Web")
        [base] in None None None
        [web] in None None None
        [web/Nginx] in Some("web") None None
        File["/etc/issue"] in [base] New at "File \"/etc/issue\" { content = \"hello\\n\" } }"
          File /etc/issue
          content = "hello\n"
        File["/etc/key"] in [web] Same at "File \"/etc/key\" { content = secret(\"web/key\"), mode = 0o600, before nginx }"
          File /etc/key
          content = <secret web/key>
          mode = 0o600
        File["/etc/nginx/nginx.conf"] in [web/Nginx] Changed at "File \"/etc/nginx/nginx.conf\""
          File /etc/nginx/nginx.conf
          content = "workers 2;\n"
          mode = 0o640
          mode: Some("0o644") -> Some("0o640")
        Package["nginx"] in [web/Nginx] Same at "Package \"nginx\" {}"
          Package nginx
          installed = true
        Service["nginx"] in [web/Nginx] Same at "Service \"nginx\" { running = true, restart on main }"
          Service nginx
          running = true
        start of web/Nginx in [web/Nginx] Same at -
        File["/etc/motd"] in [base] Removed at -
          File /etc/motd
        File["/etc/key"] -> start of web/Nginx
          before: before at "before nginx }"
        File["/etc/nginx/nginx.conf"] => Service["nginx"]
          restart on: restart on at "restart on main }"
        Package["nginx"] -> File["/etc/nginx/nginx.conf"]
          after: after at "after package"
        start of web/Nginx -> Package["nginx"]
          instance: the boundary of an instance at -
        difference: 1 step added, 1 removed, 2 changed
    "#]].assert_eq(&compared(changed, question));
}

#[test]
fn a_broken_bundle_is_refused() {
    let fixture = Fixture::new(NGINX);
    let bytes = bundle(&fixture.db, 3);
    for end in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        assert!(Built::read(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn loops_of_the_host_are_run_on_a_host() {
    let source = r#"
import std.fs.File
policy web {
  for part in facts.fqdn.split(".") { File "/srv/${part}" { content = part } }
}
"#;
    check(
        source,
        PlanQuestion::default(),
        &expect![[r#"
        policy None of ["web"], on None
        [web] in None None None
        File[AbsPath("/srv/${part}")] in [web] Same at "File \"/srv/${part}\" { content = part } }"
          File AbsPath("/srv/${part}")
          content = part
          for = part in facts.fqdn.split(".")
    "#]],
    );
    check(
        source,
        PlanQuestion { fixture: Some("debian12"), ..PlanQuestion::default() },
        &expect![[r#"
        policy None of ["web"], on Some("debian12")
        [web] in None None None
        File["/srv/web1"] in [web] Same at "File \"/srv/${part}\" { content = part } }"
          File /srv/web1
          content = "web1"
        File["/srv/example"] in [web] Same at "File \"/srv/${part}\" { content = part } }"
          File /srv/example
          content = "example"
        File["/srv/com"] in [web] Same at "File \"/srv/${part}\" { content = part } }"
          File /srv/com
          content = "com"
    "#]],
    );
}
