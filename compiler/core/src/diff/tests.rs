use super::{Diff, Side, diff};
use crate::compile::CompiledPlan;
use crate::{Database, compiled_plan, package};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_plan::expr::{Exprs, Node, Operand};
use mc_plan::plan::{Plan, SecretUse};
use mc_plan::value::Value;

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";
const IMPORTS: &str = "import std.fs.{Directory, File}\nimport std.pkg.Package\nimport std.svc.Service\n";

fn compile(source: &str) -> CompiledPlan {
    let mut db = Database::new();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), &format!("{IMPORTS}{source}"));
    assert_eq!(crate::diagnostics(&db), [], "{source}");
    compiled_plan(&db).expect("a plan").clone()
}

fn of(old: &CompiledPlan, new: &CompiledPlan) -> Diff {
    fn content<'c>(of: &'c CompiledPlan, digest: &[u8; 32]) -> Option<&'c [u8]> {
        of.blobs.iter().find(|(blob, _)| blob.digest == *digest).map(|(_, content)| &**content)
    }
    let (old_contents, new_contents) =
        (|digest: &[u8; 32]| content(old, digest), |digest: &[u8; 32]| content(new, digest));
    diff(Side { plan: &old.plan, contents: &old_contents }, Side { plan: &new.plan, contents: &new_contents })
}

/// One line for each difference, and the summary.
fn outline(diff: &Diff) -> String {
    let mut out = String::new();
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for entry in &diff.entries {
        let (old, new) = (side(&entry.old), side(&entry.new));
        out.push_str(&format!(
            "{} {:?} {} [{}]: {old} => {new}\n",
            entry.table, entry.change, entry.name, entry.part
        ));
    }
    for group in &diff.steps {
        let names: Vec<&str> = group.steps.iter().map(|step| step.name.as_str()).collect();
        out.push_str(&format!("{:?} {}: {}\n", group.change, group.policies.join("+"), names.join(" ")));
        for detail in &group.details {
            let instance = detail.instance.as_ref().map(|i| format!(" ({i})")).unwrap_or_default();
            let (old, new) = (side(&detail.old), side(&detail.new));
            out.push_str(&format!("  {}{instance}: {old} => {new}\n", detail.what));
            for line in detail.text.iter().flat_map(|text| &text.hunks).flat_map(|hunk| &hunk.lines) {
                out.push_str(&format!("  | {}{}\n", line.sign, line.text));
            }
        }
    }
    for group in &diff.edges {
        out.push_str(&format!(
            "{:?} edges, {} ({}): {:?}\n",
            group.change, group.kind, group.reason, group.edges
        ));
    }
    out.push_str(&diff.summary());
    out.push('\n');
    out
}

fn check(old: &str, new: &str, expected: &Expect) {
    expected.assert_eq(&outline(&of(&compile(old), &compile(new))));
}

#[test]
fn what_is_moved_is_no_difference() {
    let old = r#"
enum Role { Web, Db }
labels { role: Role }
component App { File "/app" { content = "on ${facts.fqdn}, ${facts.cpu.count}\n" } }
policy a { select labels.role == .Web
 let p = Package "nginx" {}
 File "/v" { content = p.version }
 if facts.cpu.count > 1 { Directory "/d" {} } }
policy b { App {} }
"#;
    let new = r#"
/// A comment.
policy b { App {} }
component App {
  let text = "on ${facts.fqdn}, ${facts.cpu.count}\n"
  File "/app" { content = text }
}
policy a {
  let big = facts.cpu.count > 1
  if big { Directory "/d" {} }
  select labels.role == .Web
  File "/v" { content = p.version }
  let p = Package "nginx" {}
}
labels { role: Role }
enum Role { Web, Db }
"#;
    check(
        old,
        new,
        &expect![[r#"
        no difference
    "#]],
    );
}

#[test]
fn declared_facts_show_what_runs_on_hosts() {
    let policy = "policy p { File \"/a\" { content = \"${site}\" } }\n";
    let old = format!("fact site: String from command [\"site\"] as text\n{policy}");
    let new = "fact site: String? from command [\"site\", \"-v\"] as text timeout 5s\n";
    let new = format!("{new}policy p {{ File \"/a\" {{ content = \"${{site ?? \"none\"}}\" }} }}\n");
    check(
        &old,
        &new,
        &expect![[r#"
        fact Changed test.site [from]: command ["site"] => command ["site", "-v"]
        fact Changed test.site [timeout]: 10s => 5s
        fact Changed test.site [type]: String => String?
        Changed p: File["/a"]
          content: "${test.site}" => "${test.site ?? "none"}"
        1 step changed; 1 fact changed
    "#]],
    );
    let file = format!("fact site: String from file \"/etc/site\" as text\n{policy}");
    check(
        "policy p { File \"/a\" { content = \"x\" } }",
        &file,
        &expect![[r#"
        fact Added test.site []: - => as text, from file "/etc/site", type String
        Changed p: File["/a"]
          content: "x" => "${test.site}"
        1 step changed; 1 fact added
    "#]],
    );
}

#[test]
fn steps_attributes_conditions_and_edges() {
    check(
        r#"
policy web {
  let p = Package "nginx" {}
  let c = File "/etc/c" { content = "a\nb\nc\nd\ne\nf\ng\n", mode = 0o644 }
  File "/etc/gone" {}
  Service "nginx" { running = true, restart on c, after p, timeout 1m }
  for i in ["1", "2", "3"] { File "/etc/${i}" { mode = 0o644 } }
}
"#,
        r#"
policy web {
  let p = Package "nginx" { version = "1.2" }
  let c = File "/etc/c" { content = "a\nb\nc\nd\ne\nnew\ng\n", owner = "root" }
  if facts.cpu.count > 1 { Service "nginx" { running = true, reload on c, after p, retry 2 every 1s } }
  for i in ["1", "2", "3"] { File "/etc/${i}" { mode = 0o600 } }
  for i in ["4", "5"] { File "/etc/${i}" { mode = 0o600, notify Service["nginx"] } }
}
"#,
        &expect![[r#"
            fact Added facts.cpu.count []: - => Int
            Added web: File["/etc/4"] File["/etc/5"]
              mode: - => 0o600
              edge: - => notifies Service["nginx"]
            Removed web: File["/etc/gone"]
            Changed web: File["/etc/1"] File["/etc/2"] File["/etc/3"]
              mode: 0o644 => 0o600
            Changed web: File["/etc/c"]
              content: "a\nb\nc\nd\ne\nf\ng\n" => "a\nb\nc\nd\ne\nnew\ng\n"
              |  c
              |  d
              |  e
              | -f
              | +new
              |  g
              owner: - => "root"
              mode: 0o644 => -
            Changed web: Package["nginx"]
              version: - => "1.2"
            Changed web: Service["nginx"]
              when: - => facts.cpu.count > 1
              retry: - => 2 every 1s
              timeout: 1m => -
            Added edges, reload (reload on): [("File[\"/etc/c\"]", "Service[\"nginx\"]")]
            Removed edges, restart (restart on): [("File[\"/etc/c\"]", "Service[\"nginx\"]")]
            2 steps added, 1 removed, 6 changed; 1 edge added, 1 removed; 1 fact added
        "#]],
    );
}

#[test]
fn tables() {
    check(
        "enum R { A, B }\nlabels { r: R, n: Int = 1 }\npolicy old { select labels.r == .A }\npolicy web { File \"/f\" { content = facts.fqdn }\n if facts.cpu.count > 900 { fail(\"too many\") } }\n",
        "enum R { Z, A, B }\nlabels { r: R, n: Int = 2, new: Bool = false }\npolicy web { select labels.r == .A\n File \"/f\" { content = facts.hostname }\n Package \"xz\" {} }\n",
        &expect![[r#"
            policy Changed web [select]: every host => labels.r == .A
            policy Removed old []: labels.r == .A => -
            label Changed n [default]: 1 => 2
            label Added new []: - => default false, type Bool
            label Changed r [type]: R { A, B } => R { Z, A, B }
            fact Added facts.hostname []: - => HostName
            fact Removed facts.cpu.count []: Int => -
            fact Removed facts.fqdn []: HostName => -
            type Added std.pkg.Package []: - => core.package 1
            effect Added pkg.install []: - => -
            refusal Removed web: "too many" when facts.cpu.count > 900 []: - => -
            Added web: Package["xz"]
            Changed web: File["/f"]
              content: facts.fqdn => facts.hostname
            1 step added, 1 changed; 1 policy removed, 1 changed; 1 label added, 2 changed; 1 fact added, 2 removed; 1 type added; 1 effect added; 1 refusal removed
        "#]],
    );
}

/// The same position is another variant: the name decides.
#[test]
fn positions_of_a_changed_type_mean_nothing() {
    check(
        "enum R { A, B }\nlabels { r: R }\npolicy p { if labels.r == .A { File \"/f\" {} }\n if labels.r == .B { File \"/g\" {} } }\n",
        "enum R { Z, A, B }\nlabels { r: R }\npolicy p { if labels.r == .A { File \"/f\" {} }\n if labels.r == .A { File \"/g\" {} } }\n",
        &expect![[r#"
            label Changed r [type]: R { A, B } => R { Z, A, B }
            Changed p: File["/g"]
              when: labels.r == .B => labels.r == .A
            1 step changed; 1 label changed
        "#]],
    );
}

#[test]
fn declarations_of_one_step() {
    check(
        "component A { File \"/f\" { mode = 0o644 } }\ncomponent B { File \"/f\" { owner = \"root\" } }\npolicy p { A {}\n B {} }\n",
        "component A { File \"/f\" { mode = 0o644, group = \"root\" } }\ncomponent C { File \"/f\" { owner = \"root\" } }\ncomponent D { File \"/f\" { validate = [\"/bin/true\"] } }\npolicy p { A {}\n C {}\n D {} }\n",
        &expect![[r#"
            effect Added exec.run []: - => -
            Changed p: File["/f"]
              group (p/A): - => "root"
              in (p/C): p/B => p/C
              declared in: - => p/D
              validate (p/D): - => ["/bin/true"]
            1 step changed; 1 effect added
        "#]],
    );
}

/// A secret is another one, or is used otherwise: that is all one gets to know.
#[test]
fn secrets_are_not_shown() {
    let with = |build: &dyn Fn(&mut Exprs) -> Vec<mc_plan::expr::ExprId>, names: &[&str]| {
        let mut compiled = compile("policy p { File \"/f\" { content = \"x\" } }\n");
        let mut exprs = Exprs::default();
        let parts = build(&mut exprs);
        let joined = exprs.push(Node::Concat(parts));
        let secrets = names.iter().map(|name| SecretUse { name: (*name).to_owned() }).collect();
        compiled.plan = Plan { exprs, secrets, ..compiled.plan };
        compiled.plan.steps[0].declarations[0].attributes[0].value = Operand::Expr(joined);
        compiled
    };
    let text = |exprs: &mut Exprs, text: &str| exprs.push(Node::Const(Value::Str(text.into())));
    let old = with(
        &|e| {
            let secret = e.push(Node::Secret(0));
            vec![text(e, "before:hidden\n\n"), secret]
        },
        &["a/b"],
    );
    let other_text = with(
        &|e| {
            let secret = e.push(Node::Secret(0));
            vec![text(e, "after:hidden\n\n"), secret]
        },
        &["a/b"],
    );
    let other_secret = with(
        &|e| {
            let secret = e.push(Node::Secret(1));
            vec![text(e, "before:hidden\n\n"), secret]
        },
        &["a/b", "c/d"],
    );
    expect![[r#"
        Changed p: File["/f"]
          content: <secret a/b> => <secret a/b> (computed otherwise)
        1 step changed
    "#]]
    .assert_eq(&outline(&of(&old, &other_text)));
    expect![[r#"
        secret Added c/d []: - => -
        Changed p: File["/f"]
          content: <secret a/b> => <secret c/d>
        1 step changed; 1 secret added
    "#]]
    .assert_eq(&outline(&of(&old, &other_secret)));
    for found in [of(&old, &other_text), of(&old, &other_secret)] {
        let json = serde_json::to_string(&found).expect("JSON");
        assert!(!json.contains("hidden"), "{json}");
    }
}

/// Of a plan that has everything, all is shown when it is new, and nothing when it is the same.
#[test]
fn a_plan_that_has_everything() {
    let everything = mc_plan::testing::everything();
    let empty = Plan::default();
    let none = |_: &[u8; 32]| None;
    let side = |plan| Side { plan, contents: &none };
    assert!(diff(side(&everything), side(&everything)).is_empty());
    let text = outline(&diff(side(&empty), side(&everything)));
    let tables: Vec<&str> = text.lines().take_while(|line| !line.starts_with("Added")).collect();
    expect![[r#"
        policy Added web []: - => labels.role == .Web
        policy Added zone []: - => labels.role == .Web
        guard Added no_world_writable []: - => deny File when self.mode != none
        guard Added restarts []: - => require approval from dba on File when self.mode != none && change.restarts
        rollout Added careful []: - => budget 2.5%, health http, load, policies web, zone, waves canary 1 pause 10m when labels.role == .Web, half 50%, rest
        removal Added File in web []: - => 20
        removal Added File in zone []: - => -
        label Added env []: - => default "dev", type String
        label Added role []: - => Role { Web, Db }
        fact Added facts.cpu []: - => Cpu
        fact Added facts.os.family []: - => OsFamily
        fact Added web.raid []: - => as lines, from command ["mdadm", "--detail", ""], timeout 5s, type List<String>?
        fact Added web.site []: - => as text, from file "/etc/site", type String
        type Added std.fs.File []: - => core.file 1
        effect Added fs.write []: - => -
        secret Added db/password []: - => -
        secret Added tls.key []: - => -
        instance Added web/Nginx[name] []: - => name, port
        instance Added web/Proxy[site] []: - => web.site
        refusal Added web: "a web host has two cores" when labels.role == .Web for disk in web.site []: - => -
        refusal Added zone: "web hosts run Debian" when labels.role == .Web []: - => -"#]].assert_eq(&tables.join("\n"));
    let summary = diff(side(&everything), side(&empty)).summary();
    expect!["3 steps removed; 1 edge removed; 2 policies removed; 2 guards removed; 1 rollout removed; 2 removals removed; 2 labels removed; 4 facts removed; 1 type removed; 1 effect removed; 2 secrets removed; 2 instances removed; 2 refusals removed"].assert_eq(&summary);
}

#[test]
fn policies_guards_and_rollouts() {
    let old = compile("policy base { Package \"curl\" {} }\npolicy web { Package \"nginx\" {} }");
    let new = compile(
        "policy base { Package \"curl\" {} }
policy web { after base, prune [File] limit 3, Package \"nginx\" {} }
guard vetted { on Package p when change.creates, require approval from \"ops\" }
rollout slow { wave canary 0.5%, wave rest }",
    );
    expect![[r#"
        policy Changed web [after]: - => base
        guard Added vetted []: - => require approval from ops on Package when change.creates
        rollout Added slow []: - => policies all, waves canary 0.5%, rest
        removal Added File in web []: - => 3
        type Added std.fs.File []: - => core.file 1
        effect Added fs.write []: - => -
        Added edges, order (the order of policies): [("end of base", "start of web")]
        1 edge added; 1 policy changed; 1 guard added; 1 rollout added; 1 removal added; 1 type added; 1 effect added
    "#]].assert_eq(&outline(&of(&old, &new)));
}

#[test]
fn values_of_other_packages_that_are_overridden() {
    let compile = |main: &str| {
        let mut db = Database::new();
        package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
        let main = format!("{IMPORTS}import nginx.{{Conf}}\n{main}");
        package::set_text(&mut db, Utf8Path::new("src/main.mc"), &main);
        let nginx = "import std.fs.File\npub component Conf {\n  File \"/x\" { mode = 0o644, owner = force \"a\" }\n}\n";
        package::set_text(&mut db, Utf8Path::new("src/nginx.mc"), nginx);
        assert_eq!(crate::diagnostics(&db), []);
        let mut compiled = compiled_plan(&db).expect("a plan").clone();
        // As a dependency's module is named.
        for path in compiled.plan.files.iter_mut().filter(|path| *path == "src/nginx.mc") {
            *path = "nginx/src/main.mc".to_owned();
        }
        compiled
    };
    let plain = compile("policy p { Conf {} }");
    let own = compile(
        "policy p { Conf {}, File \"/y\" { mode = default 0o644 }, File \"/y\" { mode = force 0o600 } }",
    );
    let over = compile("policy p { Conf {}, File \"/x\" { mode = force 0o600 } }");
    let overrides = |old: &CompiledPlan, new: &CompiledPlan| {
        let lines = outline(&of(old, new));
        lines.lines().filter(|line| line.contains("override")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(overrides(&plain, &own), "");
    expect![[r#"
        override Added File["/x"].mode []: - => 0o600 over 0o644 of nginx/src/main.mc:3:15
        1 step changed; 1 override added"#]]
    .assert_eq(&overrides(&plain, &over));
}

#[test]
fn a_loop_of_the_host_is_known_by_what_it_runs_over() {
    check(
        r#"
policy web {
  for part in facts.fqdn.split(".") {
    File "/etc/${part}" { mode = 0o644 }
    for word in part.split("-") { File "/etc/${part}/${word}" {} }
  }
  for part in facts.hostname.split("x") { File "/opt/${part}" {} }
}
"#,
        r#"
policy web {
  for part in facts.hostname.split("-") { File "/srv/${part}" {} }
  for part in facts.fqdn.split(".") {
    File "/etc/${part}" { mode = 0o600 }
    for word in part.split("+") { File "/etc/${part}/${word}" {} }
  }
}
"#,
        &expect![[r#"
            Added web: File[AbsPath("/srv/${part}")]
              for: - => part in facts.hostname.split("-")
            Removed web: File[AbsPath("/opt/${part}")]
            Changed web: File[AbsPath("/etc/${part}")]
              mode: 0o644 => 0o600
            Changed web: File[AbsPath("/etc/${part}/${word}")]
              for: part in facts.fqdn.split(".") for word in part.split("-") => part in facts.fqdn.split(".") for word in part.split("+")
            1 step added, 1 removed, 2 changed
        "#]],
    );
}
