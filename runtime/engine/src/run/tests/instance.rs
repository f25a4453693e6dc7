//! From a plan to a host's graph: what exists, what is merged, what is refused.

use expect_test::expect;
use mc_plan::expr::{BinaryOp, Builtin, Node, Operand};
use mc_plan::plan::{EdgeKind, EdgeReason, Label, PlanRefusal, Policy, Priority, RefusalKind, SourceSpan};
use mc_plan::value::{Type, Value};

use super::scene::{COMMAND, DIRECTORY, FILE, PACKAGE, Scene, later, summary, text, value};
use crate::fact::Finding;
use crate::host::fake::FakeFile;
use crate::report::Status;

fn role() -> Label {
    Label { name: "role".into(), ty: Type::Named(0), default: None }
}

/// A policy that takes hosts of this role, by the variant's position.
fn for_role(scene: &mut Scene, variant: u32) {
    scene.plan.labels.push(role());
    let label = scene.plan.exprs.push(Node::Label(0));
    let wanted = scene.plan.exprs.push(Node::Const(Value::Variant(variant, [].into())));
    scene.plan.policies[0].select = later(&mut scene.plan, Node::Binary(BinaryOp::Equal, label, wanted));
}

#[test]
fn a_policy_that_does_not_select_the_host_is_a_success() {
    let mut scene = Scene::new().label("role", "Db");
    for_role(&mut scene, 0);
    scene.file("/etc/a", "a");
    let report = scene.run();
    assert_eq!((report.status, report.exit_status(true)), (Status::NothingSelected, 0));
    assert_eq!(report.policies, Vec::<String>::new());
    scene.labels.values.insert("role".into(), "Web".into());
    let report = scene.run();
    assert_eq!((report.counts.changed, report.policies), (1, vec!["web".to_owned()]));
}

#[test]
fn labels_that_do_not_fit_refuse_the_host() {
    let mut scene = Scene::new().label("port", "many").label("unknown", "counts for nothing");
    for_role(&mut scene, 0);
    scene.plan.labels.push(Label { name: "port".into(), ty: Type::Int, default: Some(Value::Int(80)) });
    expect![[r#"
        Refused exit 1:
        MC6101: this host does not set the label `role`, and the policy gives it no default
          note: it is one of `Web`, `Db`
        MC6102: the label `port` is "many" on this host
          note: it must be a number
    "#]]
    .assert_eq(&scene.act());
    scene.labels.values.insert("role".into(), "web".into());
    scene.labels.values.remove("port");
    expect![[r#"
        Refused exit 1:
        MC6102: the label `role` is "web" on this host
          note: it must be one of `Web`, `Db`
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn facts_are_read_once_and_only_when_needed() {
    let mut scene = Scene::new();
    let name = scene.fact("hostname", Type::String, Finding::Text("web1".into()));
    scene.fact("cpu.count", Type::Int, Finding::Int(4));
    let prefix = scene.plan.exprs.push(Node::Const(text("/etc/")));
    for at in 0..3 {
        let end = scene.plan.exprs.push(Node::Const(text(&format!(".{at}"))));
        let key = later(&mut scene.plan, Node::Concat(vec![prefix, name, end]));
        scene.step(FILE, key, vec![(0, value(text("x")))]);
    }
    let report = scene.run();
    assert_eq!(report.counts.changed, 3);
    assert_eq!(scene.host.text("/etc/web1.2").as_deref(), Some("x"));
    assert_eq!(*scene.facts.reads.lock().expect("unpoisoned"), ["hostname"]);
    assert_eq!(report.facts, ["hostname"]);
}

#[test]
fn a_fact_that_cannot_be_read_refuses_the_plan() {
    let mut scene = Scene::new();
    let count = scene.fact("cpu.count", Type::Int, Finding::Text("many".into()));
    let one = scene.plan.exprs.push(Node::Const(Value::Int(1)));
    let condition = later(&mut scene.plan, Node::Binary(BinaryOp::Greater, count, one));
    let file = scene.file("/etc/a", "a");
    scene.declared(file).condition = condition;
    expect![[r#"
        Refused exit 1:
        MC6103: the fact `cpu.count` has no value: a text was found where Int is wanted
          main.mc:2:3: the condition of this resource
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn keys_that_meet_on_the_host_are_one_step() {
    let mut scene = Scene::new();
    let name = scene.fact("hostname", Type::String, Finding::Text("/etc/a".into()));
    let first = scene.step(FILE, Operand::Expr(name), vec![(0, value(text("a")))]);
    let second = scene.step(FILE, value(text("/etc/a")), vec![(1, value(Value::Mode(0o600)))]);
    let after = scene.file("/etc/b", "b");
    scene.after(first, after);
    scene.after(second, after);
    let report = scene.run();
    assert_eq!(report.counts.changed, 2);
    let world = scene.host.world();
    assert_eq!((world.files["/etc/a"].mode, &world.files["/etc/a"].content[..]), (0o600, &b"a"[..]));
}

#[test]
fn a_conflict_shows_both_places() {
    let mut scene = Scene::new();
    let file = scene.file("/etc/a", "one");
    let other = scene.declaration(vec![(0, value(text("two"))), (1, value(Value::Mode(0o600)))]);
    scene.plan.steps[file as usize].declarations.push(other);
    expect![[r#"
        Refused exit 1:
        MC6120: File["/etc/a"] is given two values for `content`
          main.mc:2:3: here it is "one"
          main.mc:3:3: here it is "two"
          note: say `default` before the one that may yield, or `force` before the one that must win
    "#]]
    .assert_eq(&scene.act());
    // A stronger one wins, a weaker one yields, and an unset one says nothing.
    scene.plan.steps[file as usize].declarations[1].attributes[0].priority = Priority::Force;
    scene.run();
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("two"));
    scene.plan.steps[file as usize].declarations[1].attributes[0].priority = Priority::Default;
    scene.run();
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("one"));
    scene.plan.steps[file as usize].declarations[0].attributes[0].value = value(Value::None);
    scene.run();
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("two"));
    // One that does not exist here has no say.
    scene.plan.steps[file as usize].declarations[1].condition = value(Value::Bool(false));
    scene.declared(file).attributes[0].value = value(text("three"));
    scene.run();
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("three"));
}

#[test]
fn lists_that_unite_are_united_and_run_values_must_be_the_same() {
    let mut scene = Scene::new();
    let list =
        |names: &[&str]| value(Value::List(names.iter().map(|name| text(name)).collect::<Vec<_>>().into()));
    let file = scene.step(FILE, value(text("/etc/a")), vec![(0, value(text("a"))), (3, list(&["b", "a"]))]);
    let other = scene.declaration(vec![(3, list(&["c", "a"]))]);
    scene.plan.steps[file as usize].declarations.push(other);
    assert_eq!(scene.run().status, Status::Done);

    let package = scene.package("app");
    let output = later(&mut scene.plan, Node::Output { step: package, output: 0 });
    scene.edge_of(package, file, EdgeKind::Order, EdgeReason::Output);
    scene.plan.steps[file as usize].declarations[0].attributes[0].value = output.clone();
    let same = scene.declaration(vec![(0, output)]);
    scene.plan.steps[file as usize].declarations.push(same);
    assert_eq!(scene.run().status, Status::Done);
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("1.0"));
    let another = scene.declaration(vec![(0, value(text("1.0")))]);
    scene.plan.steps[file as usize].declarations.push(another);
    expect![[r#"
        Refused exit 1:
        MC6120: File["/etc/a"] is given two values for `content`
          main.mc:2:3: here it is known only while the plan runs
          main.mc:7:3: here it is "1.0"
          note: say `default` before the one that may yield, or `force` before the one that must win
        > replace /etc/a
        > packages +app: ended with status 0
        > replace /etc/a
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn two_types_at_one_path_conflict() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    scene.step(DIRECTORY, value(text("/etc/a")), vec![]);
    expect![[r#"
        Refused exit 1:
        MC6121: File["/etc/a"] and Directory["/etc/a"] both manage "/etc/a"
          main.mc:3:3: Directory["/etc/a"] is declared here
          main.mc:2:3: File["/etc/a"] is declared here
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.host.performed(), 0);
}

#[test]
fn a_required_attribute_may_be_missing_on_this_host_only() {
    let mut scene = Scene::new();
    let command = scene.command("x", &["x"], None);
    scene.declared(command).attributes.clear();
    expect![[r#"
        Refused exit 1:
        MC6122: Command["x"] in web has no value for `argv` on this host
          main.mc:2:3: the resource is declared here
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn the_policy_may_refuse_a_host() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    let name = scene.fact("os.id", Type::String, Finding::Text("plan9".into()));
    let prefix = scene.plan.exprs.push(Node::Const(text("web hosts do not run ")));
    let message = later(&mut scene.plan, Node::Concat(vec![prefix, name]));
    let span = scene.span();
    scene.plan.refusals.push(PlanRefusal {
        policy: 0,
        kind: RefusalKind::Fail,
        condition: value(Value::Bool(true)),
        message,
        parts: Vec::new(),
        repeat: None,
        span,
    });
    expect![[r#"
        Refused exit 1:
        MC6111: web hosts do not run plan9
          main.mc:3:3: `fail` is reached on this host
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_cycle_is_shown_as_the_shortest_loop() {
    let mut scene = Scene::new();
    let files: Vec<u32> = (0..5).map(|at| scene.file(&format!("/etc/{at}"), "x")).collect();
    for pair in files.windows(2) {
        scene.after(pair[0], pair[1]);
    }
    scene.after(files[4], files[0]);
    scene.notify(files[3], files[1]);
    expect![[r#"
        Refused exit 1:
        MC6130: 3 steps wait for each other
          main.mc:8:3: File["/etc/1"] comes before File["/etc/2"]: the clause `after`
          main.mc:9:3: File["/etc/2"] comes before File["/etc/3"]: the clause `after`
          main.mc:12:3: File["/etc/3"] comes before File["/etc/1"]: the clause `notify`
          note: the easiest to drop is the clause `after` at main.mc:8:3
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn a_cycle_over_a_step_that_is_not_there_is_none() {
    let mut scene = Scene::new();
    let files: Vec<u32> = (0..3).map(|at| scene.file(&format!("/etc/{at}"), "x")).collect();
    scene.after(files[2], files[1]);
    scene.after(files[1], files[0]);
    scene.after(files[0], files[2]);
    scene.declared(files[1]).condition = value(Value::Bool(false));
    expect![[r#"
        Done exit 10: 2 changed 1 absent
        File["/etc/0"]: changed (New)
            content: nothing -> "x"
        File["/etc/1"]: absent
        File["/etc/2"]: changed (New)
            content: nothing -> "x"
        > replace /etc/0
        > replace /etc/2
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn an_absent_step_orders_what_is_around_it() {
    let mut scene = Scene::new();
    let files: Vec<u32> = (0..3).map(|at| scene.file(&format!("/etc/{at}"), "x")).collect();
    scene.after(files[2], files[1]);
    scene.after(files[1], files[0]);
    scene.declared(files[1]).condition = value(Value::Bool(false));
    expect![[r#"
        Done exit 10: 2 changed 1 absent
        File["/etc/2"]: changed (New)
            content: nothing -> "x"
        File["/etc/1"]: absent
        File["/etc/0"]: changed (New)
            content: nothing -> "x"
        > replace /etc/2
        > replace /etc/0
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn rules_that_only_the_host_can_decide_make_edges() {
    let mut scene = Scene::new();
    let root = scene.fact("root", Type::String, Finding::Text("/srv/app".into()));
    let end = scene.plan.exprs.push(Node::Const(text("/page")));
    let page = later(&mut scene.plan, Node::Concat(vec![root, end]));
    // The file stands before its directory in every other order.
    scene.step(FILE, page, vec![(0, value(text("hello")))]);
    scene.step(DIRECTORY, Operand::Expr(root), vec![]);
    scene.step(FILE, value(text("/srv/app/other")), vec![(0, value(text("x")))]);
    expect![[r#"
        Done exit 10: 3 changed
        Directory["/srv/app"]: changed (New)
            exists: nothing -> a directory
        File["/srv/app/page"]: changed (New)
            content: nothing -> "hello"
        File["/srv/app/other"]: changed (New)
            content: nothing -> "x"
        > make directory /srv/app
        > replace /srv/app/other
        > replace /srv/app/page
    "#]]
    .assert_eq(&scene.act());
}

#[test]
fn attributes_may_read_the_key_early_outputs_and_each_other() {
    let mut scene = Scene::new();
    let key = scene.plan.exprs.push(Node::Key);
    let name = scene.plan.exprs.push(Node::Call(Builtin::FileName, vec![key]));
    let owner = scene.plan.exprs.push(Node::Attribute(2));
    let staged = scene.plan.exprs.push(Node::Early(0));
    let content = later(&mut scene.plan, Node::Concat(vec![name, owner, staged]));
    let file = scene.step(FILE, value(text("/etc/a")), vec![(0, content), (2, value(text("root")))]);
    scene.run();
    let text = scene.host.text("/etc/a").expect("written");
    assert!(text.starts_with("aroot/etc/.a."), "{text}");
    assert_eq!(scene.plan.steps[file as usize].schema, FILE);
}

#[test]
fn several_policies_are_one_graph() {
    let mut scene = Scene::new();
    scene.plan.policies.push(Policy {
        name: "base".into(),
        select: value(Value::Bool(true)),
        span: SourceSpan::default(),
    });
    let package = scene.package("curl");
    let mut other = scene.declaration(vec![]);
    other.policy = 1;
    scene.plan.steps[package as usize].declarations.push(other);
    let report = scene.run();
    assert_eq!((report.counts.changed, report.policies.len()), (1, 2));
    assert_eq!(scene.plan.steps[package as usize].schema, PACKAGE);
}

#[test]
fn inside_a_folder_only_files_are_managed() {
    let mut scene = Scene::new().rooted();
    scene.file("/etc/a", "a");
    scene.package("nginx");
    expect![[r#"
        Refused exit 1:
        MC6140: a Package cannot be managed inside a folder
          main.mc:3:3: Package["nginx"] is declared here
          note: `--root` works for files, directories and links
    "#]]
    .assert_eq(&scene.act());
    assert_eq!(scene.host.text("/etc/a"), None);
}

#[test]
fn what_can_never_be_done_refuses_the_plan_before_anything_runs() {
    let mut scene = Scene::new();
    scene.file("/etc/a", "a");
    scene.step(FILE, value(text("/etc/b")), vec![(2, value(text("impossible")))]);
    expect![[r#"
        Refused exit 1:
        MC6141: File["/etc/b"]: nobody can own it
          main.mc:3:3: the resource is declared here
    "#]]
    .assert_eq(&scene.act());
    expect![[r#"
        Refused exit 1:
        MC6141: File["/etc/b"]: nobody can own it
          main.mc:3:3: the resource is declared here
    "#]]
    .assert_eq(&summary(&scene.noop()));
    assert_eq!(scene.host.text("/etc/a"), None);
}

#[test]
fn a_provider_that_is_missing_refuses_the_bundle() {
    let mut scene = Scene::new();
    scene.plan.schemas[COMMAND as usize].provider = "acme.command".into();
    scene.plan.schemas[DIRECTORY as usize].protocol = 2;
    scene.plan.schemas[FILE as usize].attributes[0].accepts_secret = true;
    let report = scene.run();
    assert_eq!(report.exit_status(false), 4);
    expect![[r#"
        Refused exit 4:
        MC5040: this agent cannot manage `std.exec.Command`
          note: it has no provider `acme.command`
        MC5041: this agent cannot manage `std.fs.Directory`
          note: its provider speaks the protocols 1 to 1, not 2
        MC5042: this agent cannot manage `std.fs.File`
          note: its provider was made for another version of the schema
    "#]]
    .assert_eq(&summary(&report));
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_audited() {
    let mut scene = Scene::new();
    for at in 0..3 {
        let file = scene.file(&format!("/etc/{at}"), "one");
        let other = scene.declaration(vec![(0, value(text("two")))]);
        scene.plan.steps[file as usize].declarations.push(other);
    }
    let report = scene.run();
    assert_eq!(report.refusals.len(), 3);
    let audit = scene.state.stored().audit.join("\n");
    assert!(audit.contains(r#""codes":["MC6120","MC6120","MC6120"]"#), "{audit}");
    assert!(scene.state.stored().journal.is_empty());
}

#[test]
fn a_file_that_waits_for_its_directory_is_known_after_it() {
    let mut scene = Scene::new();
    let folder = scene.step(DIRECTORY, value(text("/etc/x")), vec![]);
    let file = scene.file("/etc/x/a", "a");
    scene.after(folder, file);
    // Reading the file fails until something before it has changed.
    scene.host.put("/etc/x/a", FakeFile::directory());
    expect![[r#"
        Done exit 10: 2 would change
        Directory["/etc/x"]: would change (New)
            exists: nothing -> a directory
        File["/etc/x/a"]: would change: known after Directory["/etc/x"]: there is a directory
    "#]]
    .assert_eq(&summary(&scene.noop()));
}

#[test]
fn each_of_several_declarations_brings_its_edges_only_where_it_exists() {
    let mut scene = Scene::new();
    let (a, b) = (scene.file("/etc/a", "a"), scene.file("/etc/b", "b"));
    let second = scene.declaration(Vec::new());
    scene.plan.steps[a as usize].declarations.push(second);
    scene.after(b, a);
    let edge = scene.plan.edges.len() - 1;
    scene.plan.edges[edge].carrier = Some((true, 0));
    scene.after(a, b);
    assert_eq!(scene.run().status, Status::Refused, "both exist, so they wait for each other");
    scene.declared(a).condition = value(Value::Bool(false));
    assert_eq!(scene.run().counts.changed, 2, "only what orders `b` after `a` holds");
}
