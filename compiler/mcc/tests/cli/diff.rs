use crate::session::Session;
use expect_test::expect;

const NEW: &str = r#"import std.fs.{Directory, File}

enum Role { Web, Db }
labels { role: Role }

policy base {
  select labels.role == .Web
  Directory "/etc/app" { mode = 0o750 }
  File "/etc/motd" {
    content = """
      Hello
      again
      """
    mode = 0o600
  }
}
"#;

/// Two packages, `web` and `next`.
fn session() -> Session {
    let session = Session::with_package();
    session.write("next/masterchef.toml", session.read("web/masterchef.toml"));
    session.write("next/src/main.mc", NEW);
    session
}

#[test]
fn two_packages() {
    let session = session();
    expect![[r#"
        $ mcc diff web next
        old  web  web 0.1.0, package
        new  next  web 0.1.0, package

        policies
        ~ base select: every host -> labels.role == .Web  [src/main.mc:6:8]

        labels
        + role: Role { Web, Db }

        resource types
        + std.fs.Directory: core.directory 1

        steps of policy base
        + Directory["/etc/app"]  [src/main.mc:8:3]
            mode = 0o750
        ~ File["/etc/motd"]  [src/main.mc:9:3]
            content:  [src/main.mc:10:5]
              @@ line 1 -> 1
                Hello
              + again
            mode: 0o644 -> 0o600  [src/main.mc:14:5]

        1 step added, 1 changed; 1 policy changed; 1 label added; 1 type added
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["diff", "web", "next"]));
    expect![[r#"
        $ mcc diff next web --exit-code
        old  next  web 0.1.0, package
        new  web  web 0.1.0, package

        policies
        ~ base select: labels.role == .Web -> every host  [src/main.mc:3:8]

        labels
        - role: Role { Web, Db }

        resource types
        - std.fs.Directory: core.directory 1

        steps of policy base
        - Directory["/etc/app"]  [src/main.mc:8:3]
        ~ File["/etc/motd"]  [src/main.mc:4:3]
            content:  [src/main.mc:5:5]
              @@ line 1 -> 1
                Hello
              - again
            mode: 0o600 -> 0o644  [src/main.mc:6:5]

        1 step removed, 1 changed; 1 policy changed; 1 label removed; 1 type removed
        -- status 10
    "#]]
    .assert_eq(&session.transcript(&["diff", "next", "web", "--exit-code"]));
    expect![[r#"
        $ mcc diff web web --exit-code
        old  web  web 0.1.0, package
        new  web  web 0.1.0, package

        no difference
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["diff", "web", "web", "--exit-code"]));
}

#[test]
fn two_bundles() {
    let session = session();
    for (package, bundle, more) in [("web", "old.mcb", "a.example"), ("next", "new.mcb", "b.example")] {
        let key = "keys/signing.pem";
        session.run(&["build", package, "-o", bundle, "--key", key, "--audience", more]).ok();
    }
    let run = session.run(&["diff", "old.mcb", "new.mcb"]);
    run.ok();
    let of_packages = session.run(&["diff", "web", "next"]).stdout;
    let steps = |text: &str| text.split("\nsteps of").nth(1).map(str::to_owned);
    let last = |text: &str| text.trim_end().lines().last().map(str::to_owned);
    assert_eq!(last(&run.stdout), last(&of_packages).map(|line| line + "; the release differs"));
    assert!(run.stdout.contains("\n~ audience: a.example -> b.example\n"), "{}", run.stdout);
    let cut = |text: String| text.split("\n\n").next().map(str::to_owned);
    assert_eq!(steps(&run.stdout).and_then(cut), steps(&of_packages).and_then(cut));
    // A bundle beside the package that it was made of.
    session.run(&["diff", "old.mcb", "web", "--exit-code"]).ok();
}

#[test]
fn as_json() {
    let session = session();
    let run = session.run(&["diff", "web", "next", "--format", "json", "--exit-code"]);
    run.fails(10);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(document["version"], 1);
    assert_eq!(document["summary"], "1 step added, 1 changed; 1 policy changed; 1 label added; 1 type added");
    let changed =
        document["steps"].as_array().expect("steps").iter().find(|group| group["change"] == "changed");
    let details = &changed.expect("a changed step")["details"];
    assert_eq!(details[0]["what"], "content");
    assert_eq!(details[0]["old"], r#""Hello\n""#);
    assert_eq!(details[0]["text"]["added"], 1);
    assert_eq!(details[1]["what"], "mode");
    assert_eq!((&details[1]["old"], &details[1]["new"]), (&"0o644".into(), &"0o600".into()));
    assert_eq!(details[1]["at"], "src/main.mc:14:5");
}

#[test]
fn what_cannot_be_compared() {
    let session = session();
    session.write("next/src/main.mc", "policy {");
    session.run(&["diff", "web", "next"]).fails(1);
    session.run(&["diff", "web", "nowhere"]).fails(3);
    session.write("bad.mcb", "not a bundle");
    session.run(&["diff", "web", "bad.mcb"]).fails(4);
    session.run(&["diff", "web"]).fails(2);
}

/// A content cannot move the cursor of the terminal.
#[test]
fn contents_do_not_reach_the_terminal() {
    let session = session();
    session.write(
        "next/src/main.mc",
        "import std.fs.File\npolicy base { File \"/etc/motd\" { content = \"a\\n\u{1b}[2Jb\\n\u{202e}c\\n\", mode = 0o644 } }\n",
    );
    let run = session.run(&["diff", "web", "next"]);
    run.ok();
    assert!(run.stdout.contains("+ \\u{1b}[2Jb"), "{}", run.stdout);
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{}", run.stdout);
}
