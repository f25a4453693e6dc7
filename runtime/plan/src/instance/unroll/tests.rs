use super::*;
use crate::eval::Lookup;
use crate::expr::{Builtin, EachKind};
use crate::instance::{Inputs, instantiate};
use crate::plan::{Clause, EdgeKind, EdgeReason, Fact, HostInstance, Policy, Priority, RefusalKind, Repeat};
use crate::testing::{file_schema, span};
use crate::value::Type;
use expect_test::expect;

/// A host with lists for facts.
struct Host(Vec<Value>);

impl Site for Host {
    fn fact(&self, position: u32) -> Lookup {
        match self.0.get(at(position)) {
            Some(Value::None) => Lookup::Error("nobody can tell".into()),
            Some(value) => Lookup::Value(value.clone()),
            None => Lookup::Error("no such fact".into()),
        }
    }

    fn label(&self, _: u32) -> Lookup {
        Lookup::Error("no labels".into())
    }

    fn early(&self, _: u32, _: &Value) -> Option<Vec<Option<Value>>> {
        Some(vec![Some(text("/staged"))])
    }

    fn refused(&self, _: &[super::super::graph::Step<'_>]) -> Vec<Refusal> {
        Vec::new()
    }
}

fn text(text: &str) -> Value {
    Value::Str(text.into())
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|t| text(t)).collect())
}

const ALWAYS: Operand = Operand::Value(Value::Bool(true));

fn declared(instance: &str, content: Option<ExprId>, line: u32) -> Declaration {
    let content = content.map(|content| Setting {
        attribute: 0,
        priority: Priority::Plain,
        value: Operand::Expr(content),
        span: span(line),
    });
    Declaration {
        policy: 0,
        instance: instance.to_owned(),
        condition: ALWAYS,
        attributes: content.into_iter().collect(),
        timeout: None,
        retry: None,
        tags: Vec::new(),
        skip: None,
        approval: None,
        span: span(line),
    }
}

fn order(from: u32, to: u32, line: u32) -> Edge {
    let reason = EdgeReason::Clause(Clause::After);
    Edge { from, to, kind: EdgeKind::Order, reason, carrier: None, span: span(line) }
}

/// `for a in facts.a { File "/${a}"; for b in facts.b.map(|b| a + b) { Web (b) { File "/${a}/${b}" {..}; .. } } }`:
/// step 0 is outside, step 1 in the outer loop, steps 2 and 3 in the inner one; barrier 4 is behind the instance.
fn loops() -> Plan {
    let mut plan = Plan {
        files: vec!["src/main.mc".to_owned()],
        schemas: vec![file_schema()],
        policies: vec![Policy { name: "web".to_owned(), select: ALWAYS, span: span(1) }],
        facts: ["a", "b"]
            .map(|path| Fact {
                path: path.to_owned(),
                ty: Type::List(Box::new(Type::String)),
                declared: None,
            })
            .into(),
        ..Plan::default()
    };
    let e = &mut plan.exprs;
    let a = e.push(Node::Fact(0));
    let b = e.push(Node::Fact(1));
    let outer = e.push(Node::Element(0));
    let parameter = e.push(Node::Local(0));
    let joined = e.push(Node::Concat(vec![outer, parameter]));
    let inner_list = e.push(Node::Each { kind: EachKind::Map, list: b, local: 0, body: joined });
    let inner = e.push(Node::Element(1));
    let slash = e.push(Node::Const(text("/")));
    let outer_key = e.push(Node::Concat(vec![slash, outer]));
    let inner_key = e.push(Node::Concat(vec![slash, outer, slash, inner]));
    let reading = e.push(Node::Concat(vec![inner_key, slash]));
    let digest = e.push(Node::Output { step: 2, output: 1 });
    let content = e.push(Node::Concat(vec![inner, digest]));
    let is_bad = e.push(Node::Const(text("bad")));
    let is_bad = e.push(Node::Binary(crate::expr::BinaryOp::Equal, outer, is_bad));
    let message = e.push(Node::Concat(vec![outer, slash]));
    let last = e.push(Node::Const(text("last")));
    let last = e.push(Node::Concat(vec![reading, last]));
    let path = "web/Web[b]";
    let step = |key, instance: &str, content, repeat, line| Step {
        schema: 0,
        key,
        scope: String::new(),
        declarations: vec![declared(instance, content, line)],
        repeat,
    };
    plan.steps = vec![
        step(Operand::Value(text("/outside")), "web", None, None, 2),
        step(Operand::Expr(outer_key), "web", None, Some(0), 3),
        step(Operand::Expr(inner_key), path, None, Some(1), 4),
        step(Operand::Expr(last), path, Some(content), Some(1), 5),
    ];
    plan.barriers = 1;
    plan.edges = vec![order(0, 1, 6), order(1, 2, 7), order(2, 3, 8), order(2, 4, 9), order(3, 4, 9)];
    let of = |list, parent, name: &str, barriers, line| Repeat {
        policy: 0,
        list,
        parent,
        condition: ALWAYS,
        name: name.to_owned(),
        barriers,
        span: span(line),
    };
    plan.repeats = vec![of(a, None, "a", vec![], 10), of(inner_list, Some(0), "b", vec![0], 11)];
    plan.instances = vec![HostInstance {
        policy: 0,
        path: path.to_owned(),
        name: inner,
        repeat: Some(1),
        condition: ALWAYS,
        span: span(12),
    }];
    plan.refusals = vec![PlanRefusal {
        policy: 0,
        kind: RefusalKind::Fail,
        condition: Operand::Expr(is_bad),
        message: Operand::Expr(message),
        parts: Vec::new(),
        repeat: Some(0),
        span: span(13),
    }];
    plan
}

/// `for a in facts.a { File "/${a}" }; for b in facts.b { File "/srv/${b}" }`: the second after the first.
fn loop_after_loop() -> Plan {
    let of_both = loops();
    let mut plan = Plan { exprs: Exprs::default(), ..of_both.clone() };
    let e = &mut plan.exprs;
    let lists = [e.push(Node::Fact(0)), e.push(Node::Fact(1))];
    let heads = [e.push(Node::Const(text("/"))), e.push(Node::Const(text("/srv/")))];
    let keys = [0_u32, 1].map(|repeat| {
        let element = e.push(Node::Element(repeat));
        e.push(Node::Concat(vec![heads[at(repeat)], element]))
    });
    plan.steps = (0_u32..)
        .zip(keys)
        .map(|(repeat, key)| Step {
            schema: 0,
            key: Operand::Expr(key),
            scope: String::new(),
            declarations: vec![declared("web", None, repeat + 2)],
            repeat: Some(repeat),
        })
        .collect();
    plan.repeats = (0..)
        .zip(lists)
        .map(|(at, list)| Repeat { list, parent: None, barriers: Vec::new(), ..of_both.repeats[at].clone() })
        .collect();
    plan.barriers = 0;
    plan.edges = vec![Edge { carrier: Some((true, 0)), ..order(0, 1, 4) }];
    (plan.instances, plan.refusals) = (Vec::new(), Vec::new());
    plan
}

/// The plan on a host: its steps, where they are declared, and what each waits for.
fn shown(plan: &Plan, facts: &[Value]) -> String {
    plan.check().expect("a plan that holds");
    let host = || Host(facts.to_vec());
    let refused = |refusals: Vec<Refusal>| {
        refusals.iter().map(|refusal| format!("refused {refusal}\n")).collect::<String>()
    };
    let plan = match unroll(plan, &host(), None, 100) {
        Ok(plan) => plan,
        Err(refusals) => return refused(refusals),
    };
    plan.check().expect("what comes out is a plan");
    let instance = match instantiate(Inputs { plan: &plan, site: host(), only: None }) {
        Ok(instance) => instance,
        Err(refusals) => return refused(refusals),
    };
    let name = |vertex: u32| match instance.graph.step(vertex) {
        Some(step) => step.name.to_string(),
        None => format!("barrier {}", at(vertex) - plan.steps.len()),
    };
    let mut out = String::new();
    for (vertex, step) in (0_u32..).zip(&plan.steps) {
        let mut before: Vec<String> =
            plan.edges.iter().filter(|edge| edge.to == vertex).map(|edge| name(edge.from)).collect();
        before.sort();
        out += &format!("{} in {} after {before:?}\n", name(vertex), step.declarations[0].instance);
    }
    for barrier in 0..plan.barriers {
        let vertex = plan.steps.len() as u32 + barrier;
        let before: Vec<String> =
            plan.edges.iter().filter(|edge| edge.to == vertex).map(|edge| name(edge.from)).collect();
        out += &format!("barrier {barrier} after {before:?}\n");
    }
    out
}

#[test]
fn what_is_in_a_loop_is_there_for_each_element() {
    expect![[r#"
        File["/outside"] in web after []
        File["/x"] in web after ["File[\"/outside\"]"]
        File["/y"] in web after ["File[\"/outside\"]"]
        File["/x/x1"] in web/Web["x1"] after ["File[\"/x\"]"]
        File["/x/x2"] in web/Web["x2"] after ["File[\"/x\"]"]
        File["/y/y1"] in web/Web["y1"] after ["File[\"/y\"]"]
        File["/y/y2"] in web/Web["y2"] after ["File[\"/y\"]"]
        File["/x/x1/last"] in web/Web["x1"] after ["File[\"/x/x1\"]"]
        File["/x/x2/last"] in web/Web["x2"] after ["File[\"/x/x2\"]"]
        File["/y/y1/last"] in web/Web["y1"] after ["File[\"/y/y1\"]"]
        File["/y/y2/last"] in web/Web["y2"] after ["File[\"/y/y2\"]"]
        barrier 0 after ["File[\"/x/x1\"]", "File[\"/x/x1/last\"]"]
        barrier 1 after ["File[\"/x/x2\"]", "File[\"/x/x2/last\"]"]
        barrier 2 after ["File[\"/y/y1\"]", "File[\"/y/y1/last\"]"]
        barrier 3 after ["File[\"/y/y2\"]", "File[\"/y/y2/last\"]"]
    "#]]
    .assert_eq(&shown(&loops(), &[list(&["x", "y"]), list(&["1", "2"])]));
}

#[test]
fn no_elements_are_no_steps() {
    expect![[r#"
        File["/outside"] in web after []
        barrier 0 after ["File[\"/outside\"]"]
        barrier 1 after ["barrier 0"]
        barrier 2 after ["barrier 1"]
        barrier 3 after ["barrier 1", "barrier 2"]
    "#]]
    .assert_eq(&shown(&loops(), &[list(&[]), list(&["1"])]));
    expect![[r#"
        File["/outside"] in web after []
        File["/x"] in web after ["File[\"/outside\"]"]
        File["/y"] in web after ["File[\"/outside\"]"]
        barrier 0 after ["File[\"/x\"]"]
        barrier 1 after ["File[\"/y\"]"]
        barrier 2 after ["barrier 0"]
        barrier 3 after ["barrier 1"]
        barrier 4 after ["barrier 0", "barrier 2"]
        barrier 5 after ["barrier 1", "barrier 3"]
    "#]]
    .assert_eq(&shown(&loops(), &[list(&["x", "y"]), list(&[])]));
}

#[test]
fn a_list_without_a_value_refuses_the_plan() {
    expect![[r#"
        refused MC6103: nobody can tell
          src/main.mc:10:3: what `for` runs over
    "#]]
    .assert_eq(&shown(&loops(), &[Value::None, list(&[])]));
}

#[test]
fn a_refusal_in_a_loop_is_asked_for_each_element() {
    expect![[r#"
        refused MC6111: bad/
          src/main.mc:13:3: `fail` is reached on this host
    "#]]
    .assert_eq(&shown(&loops(), &[list(&["x", "bad"]), list(&[])]));
}

#[test]
fn two_instances_of_one_name_are_refused() {
    let mut plan = loops();
    // The name without the element of the outer loop.
    plan.exprs.nodes[4] = Node::Concat(vec![ExprId(3)]);
    expect![[r#"
        refused MC6120: there are two instances `web/Web["1"]` on this host
          src/main.mc:12:3: made in two rounds
          note: give each a name of its own
    "#]]
    .assert_eq(&shown(&plan, &[list(&["x", "y"]), list(&["1"])]));
    // The same as one that was named when the bundle was built.
    let mut plan = loops();
    plan.steps[0].declarations[0].instance = "web/Web[\"x1\"]/Inner".to_owned();
    expect![[r#"
        refused MC6120: there are two instances `web/Web["x1"]` on this host
          src/main.mc:12:3: made here
          src/main.mc:2:3: and made here
          note: give each a name of its own
    "#]]
    .assert_eq(&shown(&plan, &[list(&["x"]), list(&["1"])]));
}

#[test]
fn a_loop_that_is_not_reached_asks_nothing() {
    let mut plan = loops();
    plan.repeats[0].condition = Operand::Value(Value::Bool(false));
    expect![[r#"
        File["/outside"] in web after []
        barrier 0 after ["File[\"/outside\"]"]
        barrier 1 after ["barrier 0"]
        barrier 2 after ["barrier 1"]
        barrier 3 after ["barrier 1", "barrier 2"]
    "#]]
    .assert_eq(&shown(&plan, &[Value::None, Value::None]));
    let mut plan = loops();
    plan.policies[0].select = Operand::Value(Value::Bool(false));
    assert!(!shown(&plan, &[Value::None, Value::None]).contains("refused"));
}

#[test]
fn more_steps_than_the_host_allows_are_refused() {
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    expect![[r#"
        refused MC6161: the loops of the plan have more than 100 rounds, and this host allows as many steps
          src/main.mc:11:3: what this `for` runs over is too long
    "#]]
    .assert_eq(&shown(&loops(), &[list(&many), list(&many)]));
    let most: Vec<&str> = many[..6].to_vec();
    expect![[r#"
        refused MC6161: with its loops the plan has 139 steps, and this host allows 100
    "#]]
    .assert_eq(&shown(&loops(), &[list(&most), list(&many)]));
}

#[test]
fn many_rounds_stand_behind_many_by_a_barrier() {
    let plan = loop_after_loop();
    expect![[r#"
        File["/x"] in web after []
        File["/y"] in web after []
        File["/z"] in web after []
        File["/srv/1"] in web after ["barrier 0"]
        File["/srv/2"] in web after ["barrier 0"]
        File["/srv/3"] in web after ["barrier 0"]
        barrier 0 after ["File[\"/x\"]", "File[\"/y\"]", "File[\"/z\"]"]
    "#]]
    .assert_eq(&shown(&plan, &[list(&["x", "y", "z"]), list(&["1", "2", "3"])]));
    // It saves nothing where one side is small.
    expect![[r#"
        File["/x"] in web after []
        File["/y"] in web after []
        File["/z"] in web after []
        File["/srv/1"] in web after ["File[\"/x\"]", "File[\"/y\"]", "File[\"/z\"]"]
    "#]]
    .assert_eq(&shown(&plan, &[list(&["x", "y", "z"]), list(&["1"])]));
    expect![[r#"
        File["/srv/1"] in web after ["barrier 0"]
        File["/srv/2"] in web after ["barrier 0"]
        barrier 0 after []
    "#]]
    .assert_eq(&shown(&plan, &[list(&[]), list(&["1", "2"])]));
    let host = || Host(vec![list(&["x", "y", "z"]), list(&["1", "2", "3"])]);
    let unrolled = unroll(&plan, &host(), None, 100).unwrap();
    let carriers: Vec<_> = unrolled.edges.iter().map(|edge| (edge.from, edge.to, edge.carrier)).collect();
    let carried = Some((true, 0));
    assert_eq!(
        carriers,
        [(0, 6, None), (1, 6, None), (2, 6, None), (6, 3, carried), (6, 4, carried), (6, 5, carried)]
    );
}

#[test]
fn more_edges_than_can_be_are_refused_at_their_clause() {
    let mut plan = loop_after_loop();
    plan.edges[0].kind = EdgeKind::Notify;
    let many: Vec<String> = (0..2_100).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = unroll(&plan, &Host(vec![list(&many), list(&many)]), None, 10_000).unwrap_err();
    expect![[r#"
        MC6161: with its loops the plan has more than 4000000 parts on this host
          src/main.mc:4:3: this orders every round by every round
          note: run loops over shorter lists, or declare less in each round"#]]
    .assert_eq(&refused.iter().map(ToString::to_string).collect::<String>());
}

#[test]
fn keys_that_meet_are_one_resource() {
    let plan = loops();
    let host = || Host(vec![list(&["x", "x"]), list(&[])]);
    let plan = unroll(&plan, &host(), None, 100).unwrap();
    let instance =
        instantiate(Inputs { plan: &plan, site: host(), only: None }).map_err(|_| "refused").unwrap();
    assert_eq!((plan.steps.len(), instance.graph.steps.len()), (3, 2));
}

#[test]
fn what_reads_an_element_outside_of_its_loop_is_no_plan() {
    let broken = |change: fn(&mut Plan)| {
        let mut plan = loops();
        change(&mut plan);
        plan.check().expect_err("a broken plan").to_string()
    };
    let found = [
        broken(|plan| plan.steps[1].repeat = None),
        broken(|plan| plan.steps[3].repeat = Some(0)),
        broken(|plan| plan.refusals[0].repeat = None),
        broken(|plan| plan.repeats[1].parent = None),
        broken(|plan| plan.repeats[0].parent = Some(1)),
        broken(|plan| plan.steps[0].key = Operand::Expr(ExprId(2))),
        broken(|plan| plan.repeats[0].barriers = vec![0]),
        broken(|plan| plan.repeats[1].barriers = vec![7]),
        broken(|plan| plan.instances[0].path = "web/Web".to_owned()),
        broken(|plan| plan.instances[0].repeat = Some(9)),
        broken(|plan| plan.exprs.nodes[2] = Node::Element(9)),
        broken(|plan| {
            let digest = plan.exprs.push(Node::Output { step: 2, output: 1 });
            plan.steps[0].declarations[0] = declared("web", Some(digest), 2);
        }),
        broken(|plan| plan.repeats[0].list = plan.exprs.push(Node::Output { step: 0, output: 1 })),
        broken(|plan| {
            plan.repeats.push(Repeat { parent: None, barriers: Vec::new(), ..plan.repeats[0].clone() });
            let other = plan.exprs.push(Node::Element(2));
            plan.exprs.push(Node::Call(Builtin::Parent, vec![other]));
            plan.exprs.push(Node::Concat(vec![other, ExprId(6)]));
        }),
    ];
    expect![[r#"
        an expression reads an element outside of its loop
        an expression reads an element outside of its loop
        an expression reads an element outside of its loop
        expression 9 reads elements of loops that are not in each other
        loop 0: the loop around it does not come before it
        an expression reads an element outside of its loop
        loop 1: a barrier does not exist, or is in another loop as well
        loop 1: a barrier does not exist, or is in another loop as well
        instance `web/Web`: its path has no place for its name
        instance `web/Web[b]`: its loop does not exist
        expression 2 names something that does not exist
        an expression reads an element outside of its loop
        loop 0: what it runs over is not known before the plan runs
        expression 20 reads elements of loops that are not in each other"#]]
    .assert_eq(&found.join("\n"));
}
