use crate::session::Session;
use expect_test::expect;

const BUILD: [&str; 6] = ["build", "web", "-o", "web.mcb", "--key", "keys/signing.pem"];

/// Digests and key identities are different for every key and compiler.
fn mask(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() {
            word.push(c);
            continue;
        }
        out.push_str(if word.len() == 64 { "<digest>" } else { &word });
        word.clear();
        out.push(c);
    }
    out.pop();
    out
}

#[test]
fn what_was_built_is_said_and_can_be_verified() {
    let session = Session::with_package();
    expect![[r#"
        $ mcc build web -o web.mcb --key keys/signing.pem
        -- stderr
        built `web.mcb`: 1 step, 984 bytes
          file      sha256:<digest>
          stream    web, epoch 1, sequence 1772366400000
          expires   2026-03-08T12:00:00Z
          signed by <digest>
        -- status 0
    "#]]
    .assert_eq(&mask(&session.transcript(&BUILD)));
    let mut later = session;
    later.variable("SOURCE_DATE_EPOCH", None);
    later.run(&BUILD).ok();
    expect!["$ mcc verify web.mcb --trust keys/trust.toml"].assert_eq(
        later
            .transcript(&["verify", "web.mcb", "--trust", "keys/trust.toml"])
            .lines()
            .next()
            .unwrap_or_default(),
    );
    assert_eq!(later.list("."), ["keys", "web", "web.mcb"], "nothing else is left behind");
}

#[test]
fn a_bundle_can_be_looked_into() {
    let session = Session::new();
    session.run(&["key", "new", "--out", "keys", "--unencrypted"]).ok();
    session
        .write("web/masterchef.toml", "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"\n");
    session.write("web/src/main.mc", RICH);
    session.run(&BUILD).ok();
    expect![[r#"
        $ mcc inspect web.mcb
        bundle <digest>
          package      web 0.1.0 (sources <digest>)
          compiler     mcc 0.1.0 (sources <digest>)
          stream       web, epoch 1, sequence 1772366400000
          issued       2026-03-01T12:00:00Z
          expires      2026-03-08T12:00:00Z
          for          whoever the policies select
          use          apply, agent, ssh (check and apply)
          runtime      0.1.0 or newer
          providers    core.directory 1 for std.fs.Directory
                       core.file 1 for std.fs.File
                       core.package 1 for std.pkg.Package
                       core.service 1 for std.svc.Service
          effects      fs.write, pkg.install, svc.control
          contents     1 (1821 bytes)
          signed by    <digest> (not checked here; `mcc verify` does)

        labels
          role: Role
          site: String = "main"

        facts
          facts.cpu.count: Int
          facts.fqdn: HostName

        policy web  (src/main.mc:9:8)
          select labels.role == .Web && facts.cpu.count > 1

        steps: 4
          Directory["/srv/www"]
            by web  (src/main.mc:13:3)
              mode = 0o755
          File["/srv/www/index.html"]
            by web  (src/main.mc:14:14)
              content = "site ${labels.site} on ${facts.fqdn}\n"
              mode = 0o644
          Package["nginx"]
            by web  (src/main.mc:12:15)
          Service["nginx"]
            by web  (src/main.mc:19:3)
              running = true
              timeout 1m30s
              retry 2 every 5s

        edges: 4
          Directory["/srv/www"] -> File["/srv/www/index.html"]  (automatic: File after Directory[path.parent])
          File["/srv/www/index.html"] -restart-> Service["nginx"]  (restart on, src/main.mc:21:5)
          Package["nginx"] -> File["/srv/www/index.html"]  (after, src/main.mc:17:5)
          Package["nginx"] -> Service["nginx"]  (automatic: Service after Package[name])
        -- status 0
    "#]]
    .assert_eq(&mask(&session.transcript(&["inspect", "web.mcb"])));
    let json = session.run(&["inspect", "web.mcb", "--format", "json"]);
    json.ok();
    let view: serde_json::Value = serde_json::from_str(&json.stdout).expect("one JSON object");
    assert_eq!(view["version"], 1);
    assert_eq!(view["release"]["stream"], "web");
    assert_eq!(view["plan"]["steps"].as_array().map(Vec::len), Some(4));
    assert_eq!(session.run(&["inspect", "web.mcb", "--format", "json"]).stdout, json.stdout);
}

const RICH: &str = r#"import std.fs.{Directory, File}
import std.pkg.Package
import std.svc.Service

enum Role { Web, Db }

labels { role: Role, site: String = "main" }

policy web {
  select labels.role == .Web && facts.cpu.count > 1

  let nginx = Package "nginx" {}
  Directory "/srv/www" { mode = 0o755 }
  let page = File "/srv/www/index.html" {
    content = "site ${labels.site} on ${facts.fqdn}\n"
    mode = 0o644
    after nginx
  }
  Service "nginx" {
    running = true
    restart on page
    timeout 90s
    retry 2 every 5s
  }
}
"#;

#[test]
fn the_release_block_comes_from_the_flags() {
    let session = Session::with_package();
    let flags = [
        "--stream",
        "prod/web",
        "--epoch",
        "3",
        "--sequence",
        "17",
        "--issued",
        "2026-01-01T00:00:00+01:00",
        "--not-before",
        "2026-01-02T00:00:00Z",
        "--expires",
        "1d12h",
        "--audience",
        "web2.example.com",
        "--audience",
        "web1.example.com",
    ];
    session.run(&[&BUILD[..], &flags].concat()).ok();
    let json = session.run(&["inspect", "web.mcb", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&json.stdout).expect("one JSON object");
    expect![[r#"
        {
          "actions": "check and apply",
          "audience": [
            "web1.example.com",
            "web2.example.com"
          ],
          "epoch": 3,
          "expires": "2026-01-03T12:00:00Z",
          "issued": "2025-12-31T23:00:00Z",
          "modes": [
            "apply",
            "agent",
            "ssh"
          ],
          "not_before": "2026-01-02T00:00:00Z",
          "sequence": 17,
          "stream": "prod/web"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&view["release"]).expect("JSON"));
}

#[test]
fn flags_that_make_no_sense() {
    let session = Session::with_package();
    for (flag, value) in [
        ("--issued", "yesterday"),
        ("--expires", "0d"),
        ("--expires", "soon"),
        ("--stream", "a b"),
        ("--audience", "not a host"),
        ("--sequence", "-1"),
    ] {
        let run = session.run(&[&BUILD[..], &[flag, value]].concat());
        assert_eq!(run.status, 2, "{flag} {value}: {}", run.stderr);
        assert!(!session.path("web.mcb").exists());
    }
}

/// The same sources and flags give the same bytes, in another folder and whatever else is set.
#[test]
fn a_build_can_be_repeated() {
    let mut first = Session::with_package();
    first.run(&BUILD).ok();
    let second = Session::with_package();
    for name in ["signing.pem", "trust.toml"] {
        second.write(&format!("keys/{name}"), first.read(&format!("keys/{name}")));
    }
    second.run(&BUILD).ok();
    assert_eq!(first.read("web.mcb"), second.read("web.mcb"));

    first.variable("USER", Some("somebody"));
    first.variable("HOME", Some("/nowhere"));
    first.variable("LANG", Some("de_DE.UTF-8"));
    first.variable("TZ", Some("Asia/Tokyo"));
    let root = first.path("web");
    first.run(&["build", root.as_str(), "-o", "again.mcb", "--key", "keys/signing.pem"]).ok();
    assert_eq!(first.read("web.mcb"), first.read("again.mcb"));

    first.variable("SOURCE_DATE_EPOCH", Some("1772366401"));
    first.run(&BUILD).ok();
    assert_ne!(first.read("web.mcb"), first.read("again.mcb"));
}

#[test]
fn a_key_file_that_is_missing_or_no_key() {
    let session = Session::with_package();
    expect![[r#"
        $ mcc build web -o web.mcb --key nowhere.pem
        -- stderr
        error: there is no key file `nowhere.pem`
          help: make a key with `mcc key new --out DIR`: it writes `DIR/signing.pem`
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["build", "web", "-o", "web.mcb", "--key", "nowhere.pem"]));
    session.write("no.pem", "hello\n");
    expect![[r#"
        $ mcc build web -o web.mcb --key no.pem
        -- stderr
        warning: others than you may read `no.pem`: chmod 600 it
        error: cannot use the key `no.pem`: it is not a key file: PEM is expected, with `BEGIN PRIVATE KEY` or `BEGIN ENCRYPTED PRIVATE KEY`
          help: `mcc key new --out DIR` makes a key and writes `DIR/signing.pem`
        -- status 3
    "#]].assert_eq(&session.transcript(&["build", "web", "-o", "web.mcb", "--key", "no.pem"]));
    assert!(!session.path("web.mcb").exists());
}

#[test]
fn mistakes_build_nothing() {
    let session = Session::with_package();
    session.run(&BUILD).ok();
    let before = session.read("web.mcb");
    session.write("web/src/main.mc", "policy base {\n  let a = b\n}\n");
    let run = session.run(&BUILD);
    run.fails(1);
    assert!(run.stderr.contains("error[MC0201]"), "{}", run.stderr);
    assert_eq!(session.read("web.mcb"), before, "the old bundle stays");
}

#[test]
fn a_bundle_that_cannot_be_written() {
    let session = Session::with_package();
    expect![[r#"
        $ mcc build web -o nowhere/web.mcb --key keys/signing.pem
        -- stderr
        error: cannot write `nowhere/web.mcb`: no such file or folder
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["build", "web", "-o", "nowhere/web.mcb", "--key", "keys/signing.pem"]));
    expect![[r#"
        $ mcc build web -o keys --key keys/signing.pem
        -- stderr
        error: cannot write `keys`: it is a folder
        -- status 3
    "#]]
    .assert_eq(&session.transcript(&["build", "web", "-o", "keys", "--key", "keys/signing.pem"]));
    assert_eq!(session.list("."), ["keys", "web"]);
    // A device is written to, never replaced.
    session.run(&["build", "web", "-o", "/dev/null", "--key", "keys/signing.pem"]).ok();
    assert!(!std::fs::metadata("/dev/null").expect("it is there").is_file());
}

#[test]
fn a_key_that_others_can_read_is_pointed_out() {
    use std::os::unix::fs::PermissionsExt;
    let session = Session::with_package();
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(session.path("keys/signing.pem"), open).expect("our own file");
    let run = session.run(&BUILD);
    run.ok();
    assert!(run.stderr.contains("warning: others than you may read"), "{}", run.stderr);
}
