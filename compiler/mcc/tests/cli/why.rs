use crate::session::Session;
use expect_test::expect;

fn session() -> Session {
    let session = Session::with_package();
    session.write(
        "web/src/main.mc",
        r#"import std.fs.File

component Note {
  param text: String
  File "/etc/motd" { content = text, mode = default 0o644 }
}

policy base {
  Note { text = "Hello ${facts.hostname}\n" }
  File "/etc/motd" { mode = 0o600 }
}
"#,
    );
    session
}

#[test]
fn the_strongest_value_comes_first() {
    expect![[r#"
        $ mcc why base File["/etc/motd"].mode web
        File["/etc/motd"].mode is 0o600, in base
          src/main.mc:10:22  set here
                               File "/etc/motd" { mode = 0o600 }
        File["/etc/motd"].mode would be 0o644, marked `default`, in base/Note, and is overridden
          src/main.mc:5:38   set here
                               File "/etc/motd" { content = text, mode = default 0o644 }
        -- status 0
    "#]]
    .assert_eq(&session().transcript(&["why", "base", "File[\"/etc/motd\"].mode", "web"]));
    expect![[r#"
        $ mcc why base File["/etc/motd"] web
        File["/etc/motd"].content is "Hello ${facts.hostname}\n", in base/Note
          src/main.mc:5:22   set here
                               File "/etc/motd" { content = text, mode = default 0o644 }
          src/main.mc:4:9    the parameter `text` of `Note`
                               param text: String
          src/main.mc:9:10   given to `Note`
                               Note { text = "Hello ${facts.hostname}\n" }
        File["/etc/motd"].mode is 0o600, in base
          src/main.mc:10:22  set here
                               File "/etc/motd" { mode = 0o600 }
        File["/etc/motd"].mode would be 0o644, marked `default`, in base/Note, and is overridden
          src/main.mc:5:38   set here
                               File "/etc/motd" { content = text, mode = default 0o644 }
        -- status 0
    "#]]
    .assert_eq(&session().transcript(&["why", "base", "File[\"/etc/motd\"]", "web"]));
}

#[test]
fn what_is_not_set_is_said_so() {
    expect![[r#"
        $ mcc why * File["/etc/motd"].owner web
        File["/etc/motd"].owner is not set: it is not managed
        -- status 0
    "#]]
    .assert_eq(&session().transcript(&["why", "*", "File[\"/etc/motd\"].owner", "web"]));
}

#[test]
fn for_programs() {
    let question = "File[\"/etc/motd\"].content";
    expect![[r#"
        $ mcc why base File["/etc/motd"].content web --format json
        {
          "version": 1,
          "resource": "File[\"/etc/motd\"]",
          "attributes": [
            {
              "name": "content",
              "given": [
                {
                  "value": "\"Hello ${facts.hostname}\\n\"",
                  "overridden": false,
                  "instance": "base/Note",
                  "way": [
                    {
                      "at": "src/main.mc:5:22",
                      "text": "File \"/etc/motd\" { content = text, mode = default 0o644 }",
                      "what": "set here"
                    },
                    {
                      "at": "src/main.mc:4:9",
                      "text": "param text: String",
                      "what": "the parameter `text` of `Note`"
                    },
                    {
                      "at": "src/main.mc:9:10",
                      "text": "Note { text = \"Hello ${facts.hostname}\\n\" }",
                      "what": "given to `Note`"
                    }
                  ]
                }
              ]
            }
          ]
        }
        -- status 0
    "#]]
    .assert_eq(&session().transcript(&["why", "base", question, "web", "--format", "json"]));
}

#[test]
fn what_is_not_there() {
    expect![[r#"
        $ mcc why base File["/etc/mot"].mode web
        -- stderr
        error: no policy declares `File["/etc/mot"]`
          help: did you mean `File["/etc/motd"]`?
        -- status 2
    "#]]
    .assert_eq(&session().transcript(&["why", "base", "File[\"/etc/mot\"].mode", "web"]));
    expect![[r#"
        $ mcc why bas File["/etc/motd"].mode web
        -- stderr
        error: there is no policy `bas`
          help: did you mean `base`?
        -- status 2
    "#]]
    .assert_eq(&session().transcript(&["why", "bas", "File[\"/etc/motd\"].mode", "web"]));
}
