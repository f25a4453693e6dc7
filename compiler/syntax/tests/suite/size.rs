//! A large policy is read whole, and the work for it is proportional to its size.

use mc_syntax::ast::{BodyItem, ExprKind, ItemKind, StmtKind};
use std::fmt::Write as _;

/// A policy of `count` files, each with a reference to the one before.
fn policy(count: usize) -> String {
    let mut text = String::from("import std.fs.File\n\npolicy bench {\n  let base = \"/srv\"\n");
    for n in 0..count {
        let previous = n.saturating_sub(1);
        let _ = write!(
            text,
            "  let f{n} = File \"${{base}}/dir{}/file-{n}.conf\" {{\n    content = \"name = file-{n}\\nprevious = \
             ${{f{previous}.sha256}}\\n\"\n    owner = \"root\", group = \"root\"\n    mode = 0o644\n    after \
             [File[\"/etc/hosts\"]]\n  }}\n",
            n % 100
        );
    }
    text + "}\n"
}

#[test]
fn ten_thousand_resources() {
    let text = policy(10_000);
    assert_eq!(mc_syntax::tokens(&text).len(), 390_013);
    let parse = mc_syntax::parse(&text);
    assert_eq!(parse.errors, []);
    let ItemKind::Policy(policy) = &parse.file.items[1].kind else {
        panic!("{:?}", parse.file.items[1].kind)
    };
    let (mut resources, mut attributes, mut clauses) = (0, 0, 0);
    for stmt in &policy.body.stmts {
        let StmtKind::Let(node) = &stmt.kind else { panic!("{stmt:?}") };
        let ExprKind::Construct(construct) = &node.value.kind else { continue };
        resources += 1;
        // Lists that live as long as the tree have no spare room.
        assert_eq!(construct.body.items.len(), construct.body.items.capacity());
        for item in &construct.body.items {
            match item {
                BodyItem::Attribute { .. } => attributes += 1,
                BodyItem::Clause(_) => clauses += 1,
                BodyItem::Error(span) => panic!("{span:?}"),
            }
        }
    }
    assert_eq!((resources, attributes, clauses), (10_000, 40_000, 10_000));
}

/// The nodes that lists hold by the thousand; a growth here is paid in every file.
#[test]
fn sizes_of_nodes() {
    use mc_syntax::ast::{Expr, Stmt, StringPart};
    assert!(size_of::<Expr>() <= 88);
    assert!(size_of::<StringPart>() <= 88);
    assert!(size_of::<BodyItem>() <= 200);
    assert!(size_of::<Stmt>() <= 280);
}
