//! Why a value, and what runs before a resource.

use crate::fixture::Fixture;
use crate::{OrderQuestion, runs_before, why};
use expect_test::{Expect, expect};

const SOURCE: &str = r#"
import std.fs.{Directory, File}
import std.pkg.Package
import std.svc.Service

let limit = 0o640

component Nginx {
  param mode: Mode = 0o600
  let package = Package "nginx" {}
  let main = File "/etc/nginx/nginx.conf" { content = "x`y\n", mode, after package }
  if facts.os.family == .Debian { File "/etc/default/nginx" { content = "x=1\n", after main } }
  Service "nginx" { running = true, restart on main }
}

policy web {
  let nginx = Nginx { mode = limit }
  File "/etc/key" { content = secret("web/key"), mode = 0o600, before nginx }
  for name in ["a", "b"] { File "/srv/${name}" { content = name } }
}
"#;

fn fixture(before: &str) -> Fixture {
    assert_eq!(SOURCE.matches(before).count(), 1, "{before}");
    Fixture::new(&SOURCE.replace(before, &format!("{before}$0")))
}

fn check_why(before: &str, expected: &Expect) {
    let fixture = fixture(before);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = why(&fixture.db, file, offset);
    let text = found.map(|found| format!("{}{}", found.markdown, found.problems.join("\n")));
    expected.assert_eq(&text.unwrap_or_default());
}

fn check_order(before: &str, question: OrderQuestion<'_>, expected: &Expect) {
    let fixture = fixture(before);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = runs_before(&fixture.db, file, offset, question);
    let text = found.map(|found| format!("{}{}", found.markdown, found.problems.join("\n")));
    expected.assert_eq(&text.unwrap_or_default());
}

#[test]
fn an_attribute_is_followed_through_a_parameter() {
    check_why(
        "\"x`y\\n\", mo",
        &expect![[r####"
        ### `File["/etc/nginx/nginx.conf"]`

        `mode` is `0o640`, in web/Nginx

        - set here (src/main.mc:11:64): ``let main = File "/etc/nginx/nginx.conf" { content = "x`y\n", mode, after package }``
        - the parameter `mode` of `Nginx` (src/main.mc:9:9): `param mode: Mode = 0o600`
        - given to `Nginx` (src/main.mc:17:23): `let nginx = Nginx { mode = limit }`
        - the value `limit` (src/main.mc:6:5): `let limit = 0o640`

    "####]],
    );
}

#[test]
fn a_resource_tells_of_all_its_attributes() {
    check_why(
        "File \"/etc/nginx/ng",
        &expect![[r####"
        ### `File["/etc/nginx/nginx.conf"]`

        `content` is ``"x`y\n"``, in web/Nginx

        - set here (src/main.mc:11:45): ``let main = File "/etc/nginx/nginx.conf" { content = "x`y\n", mode, after package }``

        `mode` is `0o640`, in web/Nginx

        - set here (src/main.mc:11:64): ``let main = File "/etc/nginx/nginx.conf" { content = "x`y\n", mode, after package }``
        - the parameter `mode` of `Nginx` (src/main.mc:9:9): `param mode: Mode = 0o600`
        - given to `Nginx` (src/main.mc:17:23): `let nginx = Nginx { mode = limit }`
        - the value `limit` (src/main.mc:6:5): `let limit = 0o640`

    "####]],
    );
}

#[test]
fn of_a_secret_the_name_alone_is_shown() {
    check_why(
        "secret(\"web",
        &expect![[r####"
        ### `File["/etc/key"]`

        `content` is `<secret web/key>`, in web

        - set here (src/main.mc:18:21): `File "/etc/key" { content = secret("web/key"), mode = 0o600, before nginx }`

    "####]],
    );
}

#[test]
fn a_place_of_a_loop_declares_several_resources() {
    check_why(
        "{ content = name",
        &expect![[r####"
        ### `File["/srv/a"]`

        `content` is `"a"`, in web

        - set here (src/main.mc:19:50): `for name in ["a", "b"] { File "/srv/${name}" { content = name } }`
        - `name` is an element of this (src/main.mc:19:7): `for name in ["a", "b"] { File "/srv/${name}" { content = name } }`

        ### `File["/srv/b"]`

        `content` is `"b"`, in web

        - set here (src/main.mc:19:50): `for name in ["a", "b"] { File "/srv/${name}" { content = name } }`
        - `name` is an element of this (src/main.mc:19:7): `for name in ["a", "b"] { File "/srv/${name}" { content = name } }`

    "####]],
    );
}

#[test]
fn elsewhere_there_is_nothing_to_say() {
    check_why("let limit", &expect![[""]]);
    check_why("Nginx { mode = lim", &expect![[""]]);
    check_order("let limit", OrderQuestion::default(), &expect![[""]]);
}

#[test]
fn what_runs_before() {
    check_order(
        "Service \"nginx",
        OrderQuestion::default(),
        &expect![[r####"
        ### before `Service["nginx"]`

        1. `File["/etc/key"]`, before `start of web/Nginx` (before)
        2. `Package["nginx"]`, before `Service["nginx"]` (automatic: Service after Package[name]), before `File["/etc/nginx/nginx.conf"]` (after)
        3. `File["/etc/nginx/nginx.conf"]`, before `Service["nginx"]` (restart on)

    "####]],
    );
}

#[test]
fn what_runs_after() {
    check_order(
        "File \"/etc/k",
        OrderQuestion { after: true, ..OrderQuestion::default() },
        &expect![[r####"
        ### after `File["/etc/key"]`

        1. `Package["nginx"]`, after `start of web/Nginx` (the boundary of an instance)
        2. `File["/etc/nginx/nginx.conf"]`, after `start of web/Nginx` (the boundary of an instance), after `Package["nginx"]` (after)
        3. `File["/etc/default/nginx"]`, after `start of web/Nginx` (the boundary of an instance), after `File["/etc/nginx/nginx.conf"]` (after)
        4. `Service["nginx"]`, after `start of web/Nginx` (the boundary of an instance), after `Package["nginx"]` (automatic: Service after Package[name]), after `File["/etc/nginx/nginx.conf"]` (restart on)

    "####]],
    );
}

#[test]
fn on_a_host_only_what_is_there_runs() {
    let on = |fixture, after| OrderQuestion { after, fixture: Some(fixture) };
    check_order(
        "File \"/etc/k",
        on("rocky9", true),
        &expect![[r####"
        ### after `File["/etc/key"]`

        1. `Package["nginx"]`, after `start of web/Nginx` (the boundary of an instance)
        2. `File["/etc/nginx/nginx.conf"]`, after `start of web/Nginx` (the boundary of an instance), after `Package["nginx"]` (after)
        3. `Service["nginx"]`, after `start of web/Nginx` (the boundary of an instance), after `Package["nginx"]` (automatic: Service after Package[name]), after `File["/etc/nginx/nginx.conf"]` (restart on)

    "####]],
    );
    check_order(
        "File \"/etc/default",
        on("rocky9", false),
        &expect!["this resource does not exist on this host"],
    );
    check_order("File \"/etc/default", on("nothing", false), &expect!["there is no fixture `nothing`"]);
}

#[test]
fn a_package_with_errors_says_so() {
    let fixture = Fixture::new("import std.fs.File\npolicy a { File \"/x\" { mode = $0x } }\n");
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = why(&fixture.db, file, offset).expect("an answer");
    assert_eq!(found.problems, ["src/main.mc:2: nothing here is called `x`"]);
    let found = runs_before(&fixture.db, file, offset, OrderQuestion::default()).expect("an answer");
    assert_eq!(found.problems, ["src/main.mc:2: nothing here is called `x`"]);
}
