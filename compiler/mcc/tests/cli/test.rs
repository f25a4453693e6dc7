use crate::session::Session;
use expect_test::expect;

const POLICY: &str = r#"import std.fs.File
import std.facts.fixture.{debian12, rocky9}

policy web {
  File "/etc/motd" {
    content = if facts.os.family == .Debian { "Debian\n" } else { "another\n" }
    mode = 0o644
  }
  if facts.cpu.count > 8 {
    File "/etc/large" { content = "large\n" }
  }
}
"#;

fn session(tests: &str) -> Session {
    let session = Session::with_package();
    session.write("web/src/main.mc", format!("{POLICY}\n{tests}"));
    session
}

/// Every test of every example passes, and together they take every way that a host can choose.
#[test]
fn the_examples_pass_and_are_covered() {
    let session = Session::new();
    for name in ["hardening", "postgresql", "proxy", "quickstart", "web"] {
        session.example(name);
        let run = session.run(&["test", name, "--coverage-min", "100"]);
        assert_eq!(run.status, 0, "examples/{name}: {}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("no tests"), "examples/{name} has tests");
    }
}

/// A failure shows the value of every part, and the rest runs all the same, in the order of the source.
#[test]
fn failures() {
    let session = session(
        r#"test "the greeting" {
  given facts in [debian12, rocky9]
  let p = plan(web)
  expect p.content(File["/etc/motd"]) == "Debian\n"
}

test "few processors" {
  given facts = debian12
  expect !plan().has(File["/etc/large"])
}
"#,
    );
    expect![[r#"
        $ mcc test web
        ok    src/main.mc: the greeting (facts = debian12)
        FAIL  src/main.mc: the greeting (facts = rocky9)

        error[MC0804]: this expectation does not hold
            ,-[ src/main.mc:17:10 ]
            |
         17 |   expect p.content(File["/etc/motd"]) == "Debian\n"
            |          ||^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            |          `------------------------------------------- is `false`
            |           |
            |           `------------------------------------------ is `"another\n"`
        ----'

        ok    src/main.mc: few processors
        2 passed, 1 failed
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["test", "web"]));
    expect![[r#"
        $ mcc test web --filter many
        -- stderr
        error: no test has `many` in its name
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["test", "web", "--filter", "many"]));
}

/// What no test decides is listed, and too little of it fails.
#[test]
fn coverage() {
    let session = session(
        "test \"the greeting\" {\n  given facts = debian12\n  expect plan(web).has(File[\"/etc/motd\"])\n}\n",
    );
    expect![[r#"
        $ mcc test web --coverage
        ok    src/main.mc: the greeting

        src/main.mc:6: branch else of if facts.os.family == .Debian never taken
        src/main.mc:9: branch then of if facts.cpu.count > 8 never taken
        2 of 4 branches taken (50%)
        1 passed
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["test", "web", "--coverage"]));
    session.run(&["test", "web", "--coverage-min", "50"]).ok();
    expect![[r#"
        $ mcc test web --coverage-min 51 --format json
        {
          "version": 1,
          "passed": 1,
          "failed": 0,
          "tests": [
            {
              "file": "src/main.mc",
              "line": 14,
              "name": "the greeting",
              "status": "passed",
              "diagnostics": []
            }
          ],
          "coverage": {
            "taken": 2,
            "total": 4,
            "percent": 50,
            "branches": [
              {
                "file": "src/main.mc",
                "line": 6,
                "column": 18,
                "branch": "else of if facts.os.family == .Debian",
                "taken": false
              },
              {
                "file": "src/main.mc",
                "line": 6,
                "column": 18,
                "branch": "then of if facts.os.family == .Debian",
                "taken": true
              },
              {
                "file": "src/main.mc",
                "line": 9,
                "column": 6,
                "branch": "else of if facts.cpu.count > 8",
                "taken": true
              },
              {
                "file": "src/main.mc",
                "line": 9,
                "column": 6,
                "branch": "then of if facts.cpu.count > 8",
                "taken": false
              }
            ]
          }
        }
        -- stderr
        error: 50 of 100 ways are covered, and at least 51 must be
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["test", "web", "--coverage-min", "51", "--format", "json"]));
}

/// Stored plans: missing, stored, changed, stored anew. No secret is in them.
#[test]
fn golden() {
    let test = "test \"as it was\" {\n  given facts = debian12\n  expect plan(web).matches(\"web\")\n}\n";
    let session = session(test);
    let secret = POLICY.replace("mode = 0o644", "mode = 0o640").replace(
        "  if facts",
        "  File \"/etc/key\" { content = secret(\"web/key\"), after File[\"/etc/motd\"] }\n  if facts",
    );
    expect![[r#"
        $ mcc test web
        FAIL  src/main.mc: as it was

        error[MC0810]: there is no stored plan `web`
            ,-[ src/main.mc:16:10 ]
            |
         16 |   expect plan(web).matches("web")
            |          |^^^^^^^^^^^^^^^^^^^^^^^
            |          `------------------------- looked for in `tests/golden/web.txt`
            |
            | Help: `mcc test --update` stores it; look at what it wrote before you keep it
        ----'

        0 passed, 1 failed
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["test", "web"]));
    expect![[r#"
        $ mcc test web --update
        ok    src/main.mc: as it was
        1 passed
        -- stderr
        stored `tests/golden/web.txt`
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["test", "web", "--update"]));
    session.run(&["test", "web"]).ok();
    session.write("web/src/main.mc", format!("{secret}\n{test}"));
    expect![[r#"
        $ mcc test web
        FAIL  src/main.mc: as it was

        error[MC0810]: the plan is not the one stored as `web`
            ,-[ src/main.mc:17:10 ]
            |
         17 |   expect plan(web).matches("web")
            |          |^^^^^^^^^^^^^^^^^^^^^^^
            |          `------------------------- stored in `tests/golden/web.txt`
            |
            | Help: `mcc test --update` stores the plan as it is now
            |
            | Note: + File["/etc/key"]
            |       +   content = <secret web/key>
            |       +   after File["/etc/motd"]
            |       in File["/etc/motd"]
            |       -   mode = 0o644
            |       +   mode = 0o640
        ----'

        0 passed, 1 failed
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["test", "web"]));
    session.run(&["test", "web", "--update"]).ok();
    expect![[r#"
        policies: web

        File["/etc/key"]
          content = <secret web/key>
          after File["/etc/motd"]

        File["/etc/motd"]
          content =
            |Debian
          mode = 0o640
    "#]]
    .assert_eq(&String::from_utf8_lossy(&session.read("web/tests/golden/web.txt")));
}

#[test]
fn junit() {
    let session = session(
        r#"test "a <name>" {
  expect 1 < 2
}

test "wrong" {
  expect 1 == 2
}
"#,
    );
    expect![[r#"
        $ mcc test web --format junit
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="mcc test" tests="2" failures="1">
          <testsuite name="src/main.mc" tests="2" failures="1">
            <testcase name="a &lt;name&gt;" classname="src/main.mc" file="src/main.mc" line="14"/>
            <testcase name="wrong" classname="src/main.mc" file="src/main.mc" line="18">
              <failure type="MC0804" message="this expectation does not hold">error[MC0804]: this expectation does not hold
            ,-[ src/main.mc:19:10 ]
            |
         19 |   expect 1 == 2
            |          |^^^^^
            |          `------- is `false`
        ----'

        1 error
        </failure>
            </testcase>
          </testsuite>
        </testsuites>
        -- status 1
    "#]].assert_eq(&session.transcript(&["test", "web", "--format", "junit"]));
    session.run(&["test", "web", "--junit", "web.xml", "--filter", "name"]).ok();
    let written = String::from_utf8(session.read("web.xml")).expect("text");
    assert!(written.contains("<testcase name=\"a &lt;name&gt;\""), "{written}");
}

/// A package with errors runs nothing.
#[test]
fn a_package_that_is_wrong() {
    let session = session("test \"wrong\" {\n  expect 1\n}\n");
    expect![[r#"
        $ mcc test web
        -- stderr
        error[MC0301]: expected `Bool`, found `Int`
            ,-[ src/main.mc:15:10 ]
            |
         15 |   expect 1
            |          |
            |          `-- an `Int`
        ----'

        1 error
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["test", "web"]));
}

/// What a test says of hosts that no plan stands on: the reasons of the host, with the places of the policy.
#[test]
fn refusals() {
    let session = session(
        r#"policy small {
  check facts.cpu.count >= 2 else "one processor is not enough"
}

test "one processor" {
  given facts = debian12 with { cpu.count = 1 }
  expect plan(small).count() == 0
}

test "no facts" {
  expect fails { plan(small) }
}

test "another reason" {
  given facts = debian12 with { cpu.count = 1 }
  expect fails MC0404 "memory" { plan(small) }
}
"#,
    );
    expect![[r#"
        $ mcc test web
        FAIL  src/main.mc: one processor

        error[MC0805]: the plan is refused on this host: one processor is not enough
            ,-[ src/main.mc:20:10 ]
            |
         15 |   check facts.cpu.count >= 2 else "one processor is not enough"
            |         |^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            |         `-------------------------------------------------------- this `check` does not hold on this host
            |
         20 |   expect plan(small).count() == 0
            |          |^^^^^^^^^^
            |          `------------ does not stand here
            |
            | Help: a test that is about the refusal says so: `expect fails { plan(..) }`
            |
            | Note 1: MC6111: one processor is not enough
            |
            | Note 2: facts.cpu.count = 1
        ----'

        FAIL  src/main.mc: no facts

        error[MC0806]: this test gives no facts, and `facts.cpu.count` is read
            ,-[ src/main.mc:24:18 ]
            |
         15 |   check facts.cpu.count >= 2 else "one processor is not enough"
            |         |^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            |         `-------------------------------------------------------- a `fail`
            |
         24 |   expect fails { plan(small) }
            |                  |^^^^^^^^^^
            |                  `------------ needs it
            |
            | Help: give it first: `given facts = debian12` (of `std.facts.fixture`), `given labels =
            |       Labels { .. }`, and the facts that a package declares by their names
        ----'

        FAIL  src/main.mc: another reason

        error[MC0809]: this fails, but otherwise than expected
            ,-[ src/main.mc:29:3 ]
            |
         29 |   expect fails MC0404 "memory" { plan(small) }
            |   |^^^^^^^^^^^                   |^^^^^^^^^^
            |   `------------------------------------------- fails with: one processor is not enough
            |                                  |
            |                                  `------------ does not stand here
            |
            | Note 1: expected is MC0404; found is MC0805, MC6111
            |
            | Note 2: expected is a message with "memory" in it
        ----'

        0 passed, 3 failed
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["test", "web"]));
}

/// The order of the output does not depend on how many tests run at once, and a filter chooses by name.
#[test]
fn jobs_and_filter() {
    let session = Session::new();
    session.example("web");
    let one = session.run(&["test", "web", "--jobs", "1"]).stdout;
    assert_eq!(one, session.run(&["test", "web", "--jobs", "4"]).stdout);
    let some = session.run(&["test", "web", "--filter", "web hosts"]);
    assert_eq!(some.ok().stdout, "ok    src/web/tests.mc: web hosts run Debian\n1 passed\n");
    session.run(&["test", "web", "--filter", "no such name"]).fails(2);
    session.run(&["test", "nowhere"]).fails(3);
}
