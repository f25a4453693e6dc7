//! Guards and rollouts.

use crate::{check, database};
use expect_test::{Expect, expect};
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_plan::plan::{GuardAction, Plan, Share};

/// The messages of a root module, drawn.
fn drawn(source: &str, expected: &Expect) {
    let db = database(&[("src/main.mc", source)]);
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    expected.assert_eq(&render(&db, &mc_compiler::diagnostics(&db), &options));
}

/// The plan of a root module without mistakes.
fn plan(source: &str) -> Plan {
    let db = database(&[("src/main.mc", source)]);
    assert_eq!(mc_compiler::diagnostics(&db), []);
    let plan = mc_compiler::compiled_plan(&db).map(|compiled| compiled.plan.clone()).unwrap_or_default();
    assert_eq!(plan.check(), Ok(()));
    plan
}

#[test]
fn what_a_guard_denies_is_shown_with_all_parts() {
    drawn(
        "labels { env: String }
guard no_world_writable {
  deny File f when f.path.starts_with(\"/etc\") && (f.mode?.others?.write ?? false)
  message \"${f.path} would be world-writable\"
}
policy web {
  select labels.env == \"prod\"
  File \"/etc/open\" { mode = 0o666 }
  File \"/srv/open\" { mode = 0o666 }
}",
        &expect![[r#"
            error[MC0645]: /etc/open would be world-writable
                ,-[ src/main.mc:13:3 ]
                |
              8 |   deny File f when f.path.starts_with("/etc") && (f.mode?.others?.write ?? false)
                |   |^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                |   `-------------------------------------------------------------------------------- this rule holds
                |                    |                              |
                |                    `--------------------------------------------------------------- is `"/etc/open"`
                |                    |                              |
                |                    `--------------------------------------------------------------- is `true`
                |                                                   |
                |                                                   `-------------------------------- is `0o666`
                |                                                   |
                |                                                   `-------------------------------- is `true`
                |
             13 |   File "/etc/open" { mode = 0o666 }
                |   |^^^^^^^^^^^^^^^
                |   `----------------- the guard `no_world_writable` denies it
            ----'

            1 error
        "#]],
    );
}

#[test]
fn guards_see_what_is_merged_and_the_defaults_of_the_schema() {
    check(
        "labels { env: String }
guard modes { deny File f when f.mode == 0o666, deny Package p when !p.installed }
component Inner { File \"/a\" { mode = 0o666 } }
policy one {
  Inner {}
  File \"/a\" { mode = force 0o600 }
  File \"/b\" { mode = 0o666 }
  Package \"curl\" {}
  Package \"telnet\" { installed = false }
  File \"/c\" { mode = default 0o666 }
}
policy two {
  select labels.env == \"x\"
  File \"/b\" { owner = \"root\" }
  File \"/c\" { mode = 0o600 }
}",
        expect![[r#"
            src/main.mc:14:3: error[MC0645]: Package["telnet"] is denied by the guard `modes`
        "#]],
    );
}

#[test]
fn a_guard_reads_no_secrets_and_no_outputs() {
    check(
        "fn open(m: Mode) -> Bool { m.others.write }
guard reads {
  deny File f when f.content != none
  deny File g when g.staged == \"/x\"
  deny File h when h.sha256 == \"\"
  deny File i when i == File[\"/etc/motd\"]
  deny File j when change
  deny File k when k.mood == 0o644
  deny File l when change.restart
  deny File m when m.owner == secret(\"x\")
  deny File n when File[\"/etc/motd\"].sha256 == \"\"
  deny File change when true
  deny File o when o.path
  message \"${self.path}\"
}
policy web { let x = change.restarts, File \"/etc/motd\" {} }",
        expect![[r#"
            src/main.mc:8:22: error[MC0644]: `content` may be a secret, and a guard reads no secrets
            src/main.mc:9:22: error[MC0644]: `staged` is known only when the step is done, and a guard judges before
            src/main.mc:10:22: error[MC0644]: `sha256` is known only when the step is done, and a guard judges before
            src/main.mc:11:20: error[MC0644]: `i` is no value of its own
            src/main.mc:12:20: error[MC0644]: `change` is no value of its own
            src/main.mc:13:22: error[MC0303]: `File` has no attribute `mood`
            src/main.mc:14:27: error[MC0303]: nobody can tell of a change whether it `restart`
            src/main.mc:15:28: error[MC0320]: nothing may depend on what a secret is
            src/main.mc:17:13: error[MC0207]: `change` is what the step would do, in every guard
            src/main.mc:18:20: error[MC0301]: expected `Bool`, found `AbsPath`
            src/main.mc:19:14: error[MC0209]: `self` stands for the resource around
            src/main.mc:21:22: error[MC0201]: nothing here is called `change`
        "#]],
    );
}

#[test]
fn lines_that_say_nothing_together() {
    check(
        "guard a {}
guard b { require approval from \"dba\" }
guard c { on Service s when s.name == \"ssh\" }
guard d { deny Service s, require approval from \"dba\" }
guard e { deny Service, message \"a\", message \"b\" }
guard f { on Service, require approval from \"a\", require approval from \"b\" }
guard g { deny Servis }
guard h { on Service, require approval from \"no word\" }
guard i { on Service, require approval from facts.hostname }
policy web {}",
        expect![[r#"
            src/main.mc:6:7: error[MC0643]: this guard has no rule
            src/main.mc:7:11: error[MC0643]: nothing here says what the approval is for
            src/main.mc:8:11: error[MC0643]: nothing here says what happens on these resources
            src/main.mc:9:27: error[MC0643]: what is denied needs no approval
            src/main.mc:10:38: error[MC0643]: a guard has one `message`
            src/main.mc:11:50: error[MC0643]: a guard has one `require approval`
            src/main.mc:12:16: error[MC0202]: nothing here is called `Servis`
            src/main.mc:13:45: error[MC0403]: `no word` is no name for the role that approves
            src/main.mc:14:45: error[MC0401]: the role that approves must be known when the bundle is built
        "#]],
    );
}

#[test]
fn what_the_build_cannot_decide_is_in_the_plan() {
    let plan = plan(
        "const let role = \"dba\"
fn small(cores: Int) -> Bool { if cores < 0 { fail(\"no cores\") } else { cores < 2 } }
guard restart { on Service s when s.name == \"postgresql\" && change.restarts, require approval from role }
guard small_hosts { deny Package p when p.name == \"postgresql\" && small(facts.cpu.count), message \"${p.name} needs cores\" }
guard never { deny Service s when 1 > 2 }
guard unused { deny User }
policy db { Package \"postgresql\" {}, Service \"postgresql\" { running = true } }",
    );
    let rules: Vec<(&str, &GuardAction)> = plan.guards.iter().map(|g| (g.name.as_str(), &g.action)).collect();
    assert_eq!(
        rules,
        [("restart", &GuardAction::Approval("dba".into())), ("small_hosts", &GuardAction::Deny)]
    );
    let parts: Vec<&str> = plan.guards.iter().flat_map(|g| &g.parts).map(|part| part.text.as_str()).collect();
    assert_eq!(parts, ["s.name", "change.restarts", "p.name", "small(facts.cpu.count)", "facts.cpu.count"]);
    // What fails in a guard refuses nothing but what it judges.
    assert_eq!(plan.refusals, []);
    assert_eq!(plan.features(), ["approvals", "expressions", "guards"]);
}

#[test]
fn a_rollout_is_in_the_plan() {
    let plan = plan(
        "labels { env: String }
policy base { Package \"curl\" {} }
policy web { Service \"nginx\" { running = true } }
rollout careful {
  policy web
  wave canary 1 pause 1h
  wave lab when labels.env == \"lab\"
  wave early 2.5%
  wave rest
  pause 10m
  health [Service[\"nginx\"], Package[\"curl\"]]
  budget 1%
}",
    );
    let [rollout] = plan.rollouts.as_slice() else { panic!("{:?}", plan.rollouts) };
    assert_eq!((rollout.name.as_str(), rollout.policies.as_slice()), ("careful", &[1][..]));
    assert_eq!(rollout.health, ["Package[\"curl\"]", "Service[\"nginx\"]"]);
    assert_eq!(rollout.budget, Some(Share::Percent(100)));
    let waves: Vec<_> =
        rollout.waves.iter().map(|w| (w.name.as_str(), w.size, w.select.is_some(), w.pause)).collect();
    let minutes = |count: i64| Some(count * 60_000_000_000);
    assert_eq!(
        waves,
        [
            ("canary", Some(Share::Count(1)), false, minutes(60)),
            ("lab", None, true, minutes(10)),
            ("early", Some(Share::Percent(250)), false, minutes(10)),
            ("rest", None, false, minutes(10)),
        ]
    );
    assert_eq!(plan.features(), ["rollouts"]);
}

#[test]
fn rollouts_that_make_no_sense() {
    check(
        "policy web { let nginx = Package \"nginx\" {} }
rollout a {
  policy web
  policy web
  policy wbe
  wave one 10
  wave two 5
  wave one 0
  wave three 101%
  wave four 0.001%
  wave half 50%
  wave less 20% pause 3
  wave who when 3
  wave rest
  wave late 99%
  health \"nginx\"
  pause 1h
  pause facts.uptime
  budget 200%
}
rollout b {}
rollout c { wave all when Package[\"nginx\"].version == \"\" }",
        expect![[r#"
            src/main.mc:9:10: error[MC0646]: the policy `web` is named twice
            src/main.mc:10:10: error[MC0640]: there is no policy `wbe` here
            src/main.mc:12:12: error[MC0646]: the wave `two` reaches no more hosts than one before it
            src/main.mc:13:8: error[MC0646]: two waves are called `one`
            src/main.mc:13:12: error[MC0646]: a wave without a host
            src/main.mc:14:14: error[MC0146]: `101%` is more than all hosts
            src/main.mc:15:13: error[MC0646]: finer than a hundredth of a percent
            src/main.mc:17:23: error[MC0301]: expected `Duration`, found `Int`
            src/main.mc:18:17: error[MC0301]: expected `Bool`, found `Int`
            src/main.mc:21:10: error[MC0646]: `health` takes resources
            src/main.mc:23:3: error[MC0646]: a rollout has one `pause`
            src/main.mc:23:15: error[MC0303]: `Facts` has no field `uptime`
            src/main.mc:24:10: error[MC0146]: `200%` is more than all hosts
            src/main.mc:26:9: error[MC0646]: the rollout `b` has no waves
            src/main.mc:27:27: error[MC0401]: which hosts a wave takes must be known before anything runs
        "#]],
    );
    check(
        "policy web { Package \"nginx\" {} }
policy db { Package \"nginx\" {} }
rollout a { policy web, wave all }
rollout b { wave all }
rollout c { policy db, wave all }",
        expect![[r#"
            src/main.mc:9:9: error[MC0647]: two rollouts move the policy `web`
            src/main.mc:10:9: error[MC0647]: two rollouts move the policy `db`
        "#]],
    );
    check(
        "policy web { Package \"nginx\" {} }
rollout a { wave all, health Service[\"nginx\"] }",
        expect![[r#"
            src/main.mc:7:30: error[MC0503]: no policy declares Service["nginx"]
        "#]],
    );
}
