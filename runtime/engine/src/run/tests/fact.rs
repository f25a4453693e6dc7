//! Facts that packages declare: programs that are run and files that are read, once, and only where they are needed.

use std::time::Duration;

use expect_test::expect;
use mc_plan::expr::{ExprId, Node, Operand};
use mc_plan::plan::{DeclaredFact, Fact, FactFormat, Probe, SourceSpan};
use mc_plan::value::{Type, Value};

use super::scene::{FILE, Scene, later, text, value};
use crate::host::fake::FakeFile;
use crate::host::{ProcessEnd, ProcessOutput};

fn declare(scene: &mut Scene, name: &str, ty: Type, format: FactFormat, probe: Probe) -> ExprId {
    let position = u32::try_from(scene.plan.facts.len()).expect("few facts");
    let declared = Some(DeclaredFact { probe, format, span: SourceSpan { file: 0, line: 90, column: 6 } });
    scene.plan.facts.push(Fact { path: name.into(), ty, declared });
    scene.plan.exprs.push(Node::Fact(position))
}

fn command(line: &str) -> Probe {
    Probe::Command { argv: line.split(' ').map(str::to_owned).collect(), timeout: 5_000_000_000 }
}

fn prints(scene: &Scene, program: &str, end: ProcessEnd, stdout: &[u8]) {
    let output = ProcessOutput {
        end,
        stdout: stdout.to_vec(),
        stderr: b"first\nit is\x1b[2J broken\n".to_vec(),
        truncated: false,
    };
    scene.host.program(program, Duration::ZERO, move |_, _| output.clone());
}

/// A file whose content is a fact, or `none` where there is none.
fn file_of(scene: &mut Scene, path: &str, fact: ExprId) {
    let none = scene.plan.exprs.push(Node::Const(text("none")));
    let content = scene.plan.exprs.push(Node::Coalesce(fact, none));
    scene.step(FILE, value(text(path)), vec![(0, Operand::Expr(content))]);
}

fn optional(ty: Type) -> Type {
    Type::Optional(Box::new(ty))
}

#[test]
fn a_program_is_run_once_and_only_where_its_fact_is_needed() {
    let mut scene = Scene::new();
    let site = declare(&mut scene, "web.site", Type::String, FactFormat::Text, command("site --short"));
    declare(&mut scene, "web.other", Type::String, FactFormat::Text, command("other"));
    prints(&scene, "site", ProcessEnd::Exited(0), b"berlin\n");
    file_of(&mut scene, "/etc/a", site);
    file_of(&mut scene, "/etc/b", site);
    let report = scene.run();
    assert_eq!(report.counts.changed, 2);
    assert_eq!(scene.host.text("/etc/b").as_deref(), Some("berlin"));
    assert_eq!(scene.host.take_asked(), ["site --short"]);
    assert_eq!(report.facts, ["web.site"]);
    // A dry run asks as well: it has to know what would be.
    scene.noop();
    assert_eq!(scene.host.take_asked(), ["site --short"]);
}

#[test]
fn what_is_not_there_is_none_where_the_type_says_so() {
    let mut scene = Scene::new();
    let ty = || optional(Type::String);
    let missing = declare(&mut scene, "web.missing", ty(), FactFormat::Text, Probe::File("/etc/site".into()));
    let failing = declare(&mut scene, "web.failing", ty(), FactFormat::Text, command("site"));
    prints(&scene, "site", ProcessEnd::Exited(1), b"nothing to see");
    file_of(&mut scene, "/etc/a", missing);
    file_of(&mut scene, "/etc/b", failing);
    scene.run();
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("none"));
    assert_eq!(scene.host.text("/etc/b").as_deref(), Some("none"));
    scene.host.put("/etc/site", FakeFile::regular("berlin\n"));
    scene.run();
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("berlin"));
}

#[test]
fn a_fact_that_has_no_value_refuses_the_plan_before_anything_runs() {
    let mut scene = Scene::new();
    let all = [
        ("web.status", Type::String, FactFormat::Text, command("status")),
        ("web.file", Type::String, FactFormat::Text, Probe::File("/etc/none".into())),
        ("web.misfit", Type::List(Box::new(Type::Int)), FactFormat::Json, command("misfit")),
        ("web.binary", optional(Type::String), FactFormat::Text, command("binary")),
        ("web.huge", optional(Type::String), FactFormat::Text, command("huge")),
        ("web.slow", optional(Type::String), FactFormat::Text, command("slow")),
        ("web.killed", optional(Type::String), FactFormat::Text, command("killed")),
        ("web.big", optional(Type::String), FactFormat::Text, Probe::File("/etc/big".into())),
    ];
    prints(&scene, "status", ProcessEnd::Exited(3), b"");
    prints(&scene, "misfit", ProcessEnd::Exited(0), br#"[1, "two"]"#);
    prints(&scene, "binary", ProcessEnd::Exited(0), b"\xff\xfe");
    prints(&scene, "huge", ProcessEnd::Exited(0), &vec![b'x'; (1 << 20) + 1]);
    prints(&scene, "killed", ProcessEnd::Signalled(9), b"");
    let slow = ProcessOutput { end: ProcessEnd::Exited(0), stdout: vec![], stderr: vec![], truncated: false };
    scene.host.program("slow", Duration::from_secs(6), move |_, _| slow.clone());
    scene.host.put("/etc/big", FakeFile::regular(vec![b'x'; (1 << 20) + 1]));
    scene.file("/etc/first", "first");
    for (name, ty, format, probe) in all {
        let fact = declare(&mut scene, name, ty, format, probe);
        let there = later(&mut scene.plan, Node::IsSome(fact));
        let file = scene.file(&format!("/etc/{name}"), "x");
        scene.declared(file).condition = there;
        // It is told once, however many need it.
        let second = scene.file(&format!("/etc/{name}.second"), "x");
        scene.declared(second).condition = Operand::Expr(fact);
    }
    let said = scene.act();
    expect![[r#"
        Refused exit 1:
        MC6103: the fact `web.status` has no value: `status` ended with status 3: it is[2J broken
          main.mc:3:3: the condition of this resource
          main.mc:90:6: the fact is declared here
        MC6103: the fact `web.file` has no value: there is no file /etc/none
          main.mc:5:3: the condition of this resource
          main.mc:90:6: the fact is declared here
        MC6103: the fact `web.misfit` has no value: command ["misfit"]: [1]: the text `two` stands where a whole number is expected
          main.mc:7:3: the condition of this resource
          main.mc:90:6: the fact is declared here
        MC6103: the fact `web.binary` has no value: command ["binary"]: it is no UTF-8 text
          main.mc:9:3: the condition of this resource
          main.mc:90:6: the fact is declared here
        MC6103: the fact `web.huge` has no value: `huge` printed more than 1 MiB
          main.mc:11:3: the condition of this resource
          main.mc:90:6: the fact is declared here
        MC6103: the fact `web.slow` has no value: `slow` took longer than 5s and was ended
          main.mc:13:3: the condition of this resource
          main.mc:90:6: the fact is declared here
        MC6103: the fact `web.killed` has no value: `killed` was ended by signal 9
          main.mc:15:3: the condition of this resource
          main.mc:90:6: the fact is declared here
        MC6103: the fact `web.big` has no value: /etc/big is too large
          main.mc:17:3: the condition of this resource
          main.mc:90:6: the fact is declared here
    "#]].assert_eq(&said);
}

#[test]
fn inside_a_folder_files_are_read_and_programs_are_not_run() {
    let mut scene = Scene::new();
    let site =
        declare(&mut scene, "web.site", Type::String, FactFormat::Text, Probe::File("/etc/site".into()));
    file_of(&mut scene, "/etc/a", site);
    let raid = declare(&mut scene, "web.raid", optional(Type::String), FactFormat::Text, command("raid"));
    let mut scene = scene.rooted();
    scene.host.put("/etc/site", FakeFile::regular("berlin\n"));
    scene.run();
    assert_eq!(scene.host.text("/etc/a").as_deref(), Some("berlin"));
    file_of(&mut scene, "/etc/b", raid);
    scene.host.take_transcript();
    let said = scene.act();
    expect![[r#"
        Refused exit 1:
        MC6103: the fact `web.raid` has no value: `raid` does not run inside a folder (`--root`); give the fact with `--facts`
          main.mc:3:3: the value of `content`
          main.mc:90:6: the fact is declared here
    "#]]
    .assert_eq(&said);
    assert!(scene.host.take_asked().is_empty());
}

#[test]
fn what_stands_in_for_a_host_is_read_like_what_it_says() {
    let mut scene = Scene::new();
    let ty = Type::List(Box::new(Type::Int));
    let ids = declare(&mut scene, "web.ids", ty, FactFormat::Lines, command("ids"));
    let fits = Node::Const(Value::List([Value::Int(1), Value::Int(2)].into()));
    let fits = scene.plan.exprs.push(fits);
    let same = later(&mut scene.plan, Node::Binary(mc_plan::expr::BinaryOp::Equal, ids, fits));
    let file = scene.file("/etc/a", "a");
    scene.declared(file).condition = same;
    scene.facts.stand_in("web.ids", "[1, 2]");
    assert_eq!(scene.run().counts.changed, 1);
    assert!(scene.host.take_asked().is_empty());
    scene.facts.stand_in("web.ids", "[1, 2.5]");
    scene.host.take_transcript();
    let said = scene.act();
    expect![[r#"
        Refused exit 1:
        MC6103: the fact `web.ids` has no value: [1]: the number 2.5 stands where a whole number is expected
          main.mc:2:3: the condition of this resource
          main.mc:90:6: the fact is declared here
    "#]]
    .assert_eq(&said);
}
