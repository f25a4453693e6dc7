//! Policies among each other: their order, what they remove.

use crate::{check, database};
use expect_test::expect;
use mc_plan::plan::EdgeReason;

#[test]
fn what_one_policy_declares_comes_after_what_another_does() {
    check(
        "policy base { Package \"curl\" {} }
policy web {
  after base
  Package \"nginx\" {}
}",
        expect![[r#"
            Package[curl]
            Package[nginx]
            Package[curl] -> barrier 2 (order of policies)
            barrier 2 -> barrier 3 (order of policies)
            barrier 3 -> Package[nginx] (order of policies)
        "#]],
    );
}

#[test]
fn what_both_declare_belongs_to_neither_side() {
    check(
        "policy base { Package \"curl\" {}, Package \"vim\" {} }
policy middle { after base, Package \"git\" {} }
policy web {
  after [middle]
  Package \"nginx\" {}
  Package \"curl\" {}
}",
        expect![[r#"
            Package[curl]
            Package[git]
            Package[nginx]
            Package[vim]
            Package[git] -> barrier 6 (order of policies)
            Package[vim] -> barrier 4 (order of policies)
            barrier 4 -> barrier 5 (order of policies)
            barrier 5 -> Package[git] (order of policies)
            barrier 5 -> barrier 6 (order of policies)
            barrier 6 -> barrier 7 (order of policies)
            barrier 7 -> Package[nginx] (order of policies)
        "#]],
    );
}

#[test]
fn policies_that_never_meet_are_not_ordered() {
    check(
        "enum Role { Web, Db }
labels { role: Role }
policy web { select labels.role == .Web, after db, Package \"nginx\" {} }
policy db { select labels.role == .Db, after web, Package \"postgresql\" {} }",
        expect![[r#"
            Package[nginx]
            Package[postgresql]
        "#]],
    );
}

#[test]
fn circles_of_policies_are_shown_with_all_places() {
    check(
        "policy a { after b, Package \"pa\" {} }
policy b { after c, Package \"pb\" {} }
policy c { after a, Package \"pc\" {} }
policy d { after d, Package \"pd\" {} }",
        expect![[r#"
            src/main.mc:6:18: error[MC0641]: the policies `a`, `b`, `c` would come after each other in a circle
            src/main.mc:9:18: error[MC0641]: the policy `d` would come after itself
        "#]],
    );
}

#[test]
fn a_resource_against_the_order_of_policies_is_a_circle() {
    check(
        "policy base { Package \"curl\" { after Package[\"nginx\"] } }
policy web { after base, Package \"nginx\" {} }",
        expect![[r#"
            src/main.mc:6:32: error[MC0504]: Package["curl"] and Package["nginx"] wait for each other
        "#]],
    );
}

#[test]
fn after_in_a_policy_takes_policies() {
    check(
        "component Nginx { Package \"nginx\" {} }
fn f() -> Int { 1 }
policy base {
  let curl = Package \"curl\" {}
  after curl
  after f
  after Package[\"curl\"]
  after bas
  if facts.cpu.count > 1 { after web }
}
policy web {
  after [base, base]
  Nginx {}
}",
        expect![[r#"
            src/main.mc:10:9: error[MC0640]: `curl` is a value, not a policy
            src/main.mc:11:9: error[MC0640]: `f` is a function, not a policy
            src/main.mc:12:9: error[MC0640]: `after` in a policy takes policies
            src/main.mc:13:9: error[MC0640]: there is no policy `bas` here
            src/main.mc:14:28: error[MC0316]: `after` on a line of its own may not stand here
        "#]],
    );
}

#[test]
fn policies_of_other_modules() {
    let db = database(&[
        (
            "src/main.mc",
            "import std.pkg.Package\nimport site\nimport site.{base}\npolicy web { after [site.base, base], Package \"nginx\" {} }",
        ),
        (
            "src/site.mc",
            "import std.pkg.Package\npub policy base { Package \"curl\" {} }\npolicy own { after base, Package \"vim\" {} }",
        ),
    ]);
    assert_eq!(mc_compiler::diagnostics(&db), []);
    let plan = &mc_compiler::compiled_plan(&db).expect("a plan").plan;
    let order = plan.edges.iter().filter(|edge| edge.reason == EdgeReason::Policy).count();
    // Two policies in front of whose steps there is a barrier, one behind whose step there is one, and two edges
    // between the barriers.
    assert_eq!((plan.barriers, order), (3, 5));
    assert!(plan.features().contains(&"order".to_owned()));
}

#[test]
fn what_a_policy_removes_is_in_the_plan() {
    let db = database(&[(
        "src/main.mc",
        "policy web {\n  prune [Package, File] limit facts.cpu.count\n  prune [Directory]\n  Package \"nginx\" {}\n}",
    )]);
    assert_eq!(mc_compiler::diagnostics(&db), []);
    let plan = &mc_compiler::compiled_plan(&db).expect("a plan").plan;
    let names = |schemas: &[u32]| -> Vec<&str> {
        schemas.iter().map(|schema| plan.schemas[*schema as usize].name.as_str()).collect()
    };
    let all: Vec<_> =
        plan.prune.iter().map(|p| (names(&p.schemas), p.limit.is_some(), p.span.line)).collect();
    // The imports stand in front.
    assert_eq!(
        all,
        [(vec!["std.fs.File", "std.pkg.Package"], true, 7), (vec!["std.fs.Directory"], false, 8)]
    );
    assert!(plan.features().contains(&"prune".to_owned()));
    plan.check().expect("the plan is sound");
}

#[test]
fn what_cannot_be_removed() {
    check(
        "component Inner { prune [File] }
policy web {
  prune [File, Command, File]
  prune [Package, File] limit -1
  prune []
  let nginx = Package \"nginx\" {}
  prune [Directory] limit nginx.version.len()
}",
        expect![[r#"
            src/main.mc:6:19: error[MC0316]: `prune` may not stand here
            src/main.mc:8:16: error[MC0642]: a `Command` cannot be removed
            src/main.mc:8:25: error[MC0642]: this policy prunes `File` twice
            src/main.mc:9:19: error[MC0642]: this policy prunes `File` twice
            src/main.mc:10:3: error[MC0642]: this `prune` names no types
            src/main.mc:12:27: error[MC0401]: the limit of a `prune` must be known before anything runs
        "#]],
    );
}
