use crate::session::Session;

/// Every test of every example passes, and together they take every way that a host can choose.
#[test]
fn the_examples_pass_and_are_covered() {
    let session = Session::new();
    for name in ["quickstart", "web"] {
        session.example(name);
        let run = session.run(&["test", name, "--coverage-min", "100"]);
        assert_eq!(run.status, 0, "examples/{name}: {}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("no tests"), "examples/{name} has tests");
    }
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
