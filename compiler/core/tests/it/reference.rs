//! References to resources that the host chooses among.

use crate::{right, wrong};
use mc_plan::expr::{BinaryOp, ExprId, Node, Operand};

#[test]
fn a_position_among_references_is_constant() {
    let source = |body: &str| {
        format!(
            "record Site {{ name: String, file: Ref<File> }}\npolicy p {{\nlet a = File \"/a\" {{}}\nlet b = File \"/b\" {{}}\n\
             let l = [Site {{ name = \"a\", file = a }}, Site {{ name = \"b\", file = b }}]\nlet n = facts.cpu.count\n{body}\n}}\n"
        )
    };
    let late = |body: &str| assert_eq!(wrong(&source(body)), [("MC0401".to_owned(), 7)], "{body}");
    right(&source("File \"/c\" { after l[1].file }"));
    right(&source("File \"/c\" { after l.filter(|s| s.name == \"b\").map(|s| s.file) }"));
    late("File \"/c\" { after l[n].file }");
    late("File \"/c\" { after l.filter(|s| s.name == facts.fqdn).map(|s| s.file) }");
    late("File \"/c\" { after l.find(|s| s.name == facts.fqdn)?.file }");
    late("let f = facts.fqdn.split(\".\").map(|x| a)");
    late("let f = l.sort_by(|s| if (n > 1) { s.name } else { \"\" })");
    late("let f = l.take(n)");
    late("let f = [\"x\" => a].get(facts.fqdn)");
    // Clauses take what the host chooses; how many there are is not asked.
    let chosen = "let f = if (n > 1) { [a] } else { [a, b] }";
    right(&source(&format!("{chosen}\nFile \"/c\" {{ after f }}")));
    assert_eq!(wrong(&source(&format!("{chosen}\nlet first = f.first()"))), [("MC0401".to_owned(), 8)]);
    let asked = wrong(&source(&format!("{chosen}\nFile \"/c\" {{ after f[0] }}")));
    assert_eq!(asked, [("MC0409".to_owned(), 8)]);
    right(&source("let m = [\"x\" => a].merge([\"y\" => b])\nFile \"/c\" { after m[\"y\"] }"));
}

#[test]
fn records_with_references_have_no_equality() {
    let source = "record Site { file: Ref<File> }\npolicy p {\nlet f = File \"/a\" {}\nlet a = Site { file = f }\nlet same = a == a\nlet has = a in [a]\n}\n";
    assert_eq!(wrong(source), [("MC0309".to_owned(), 5), ("MC0309".to_owned(), 6)]);
}

#[test]
fn an_output_is_of_the_resource_that_is_meant() {
    let source = |body: &str| {
        format!(
            "policy p {{\nlet a = Package \"aa\" {{}}\nlet b = Package \"bb\" {{}}\nlet c = facts.cpu.count > 1\n{body}\n}}\n"
        )
    };
    let plan = right(&source("let x = if c { a } else { b }\nFile \"/x\" { content = x.version }"));
    let content = &plan.steps[0].declarations[0].attributes[0].value;
    let Operand::Expr(content) = content else { panic!("it is known only while the plan runs") };
    let node = |id: ExprId| &plan.exprs.nodes[id.0 as usize];
    let Node::If(test, a, b) = *node(*content) else { panic!("the condition is kept: {plan:?}") };
    assert!(matches!(node(test), Node::Binary(BinaryOp::Greater, ..)));
    assert!(matches!((node(a), node(b)), (Node::Output { step: 1, .. }, Node::Output { step: 2, .. })));
    // Order is kept with both; who is told is one.
    right(&source("let x = if c { a } else { b }\nFile \"/x\" { after x }"));
    let told = "let s = Service \"s\" { running = true }\nlet t = Service \"t\" { running = true }\nlet x = if c { s } else { t }\nFile \"/x\" { notify x }";
    assert_eq!(wrong(&source(told)), [("MC0409".to_owned(), 8)]);
    right(&source(
        "let x = if c { Service \"s\" { running = true } } else { Service \"t\" { running = true } }\nFile \"/x\" { notify x }",
    ));
    right(&source("let x = (if c { a }) ?? b\nFile \"/x\" { after x, content = \"${x.name}\" }"));
}
