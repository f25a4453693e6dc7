//! Packages that others need, from real repositories and archives.

use crate::session::{Run, Session};
use expect_test::expect;
use mc_plan::digest::{hex, sha256};
use std::os::unix::fs::symlink;
use std::process::Command;

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.2.0\"\nedition = \"2026\"\n{rest}")
}

/// A session in which programs are found.
fn session() -> Session {
    let mut session = Session::with_package();
    let path = std::env::var("PATH").expect("programs are somewhere");
    session.variable("PATH", Some(&path));
    session
}

fn git(session: &Session, folder: &str, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(session.path(folder))
        .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "Somebody")))
        .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "somebody@example.org")))
        .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "2026-03-01T12:00:00Z")))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Makes a repository of the files in a folder; gives the commit.
fn repository(session: &Session, folder: &str) -> String {
    git(session, folder, &["init", "--quiet"]);
    commit(session, folder)
}

fn commit(session: &Session, folder: &str) -> String {
    git(session, folder, &["add", "--all"]);
    git(session, folder, &["commit", "--quiet", "--message", "Change it"]);
    git(session, folder, &["rev-parse", "HEAD"])
}

fn file_url(session: &Session, folder: &str) -> String {
    format!("file://{}", session.path(folder))
}

fn from_git(session: &Session, folder: &str, rev: &str, rest: &str) -> String {
    format!("{{ git = \"{}\", rev = \"{rev}\"{rest} }}", file_url(session, folder))
}

/// Gives the package `web` these dependencies.
fn depend(session: &Session, dependencies: &str) {
    session.write("web/masterchef.toml", manifest("web", &format!("\n[dependencies]\n{dependencies}\n")));
}

/// A package `nginx` in a repository of its own, that `web` uses.
fn with_nginx(session: &Session) -> String {
    session.write("nginx/masterchef.toml", manifest("nginx", ""));
    session.write("nginx/src/site.mc", "pub let port = 8080\n");
    session.write("nginx/README.md", "not part of the package\n");
    session.write("nginx/LICENSE", "as you like\n");
    session.write(
        "web/src/main.mc",
        "import nginx.site.{port}\nimport std.fs.File\n\npolicy base {\n  File \"/etc/port\" { content = \"${port}\\n\" }\n}\n",
    );
    repository(session, "nginx")
}

fn plain(session: &Session, run: &Run, rev: &str) -> String {
    let text = format!("{}{}-- status {}\n", run.stdout, run.stderr, run.status);
    text.replace(rev, "REV").replace(&rev[..12], "REV12").replace(session.path("").as_str(), "FOLDER/")
}

#[test]
fn a_repository_is_vendored_and_built_from() {
    let mut session = session();
    let rev = with_nginx(&session);
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &rev, "")));
    expect![[r#"
        masterchef.toml:7:1: error[MC0613]: `nginx` was not fetched yet
        -- status 1
    "#]]
    .assert_eq(&plain(&session, &session.run(&["check", "web", "--format", "concise"]), &rev));
    expect![[r#"
        fetching `nginx` from `file://FOLDER/nginx` at REV12
        wrote `web/masterchef.lock`
        1 package locked
        -- status 0
    "#]]
    .assert_eq(&plain(&session, &session.run(&["vendor", "web"]), &rev));
    assert_eq!(session.list("web/vendor"), ["nginx"]);
    assert_eq!(session.list("web/vendor/nginx"), ["LICENSE", "masterchef.toml", "src"]);

    // Nothing is fetched twice, and nothing changes.
    let lock = session.read("web/masterchef.lock");
    std::fs::rename(session.path("nginx"), session.path("elsewhere")).expect("moved");
    expect![[r#"
        1 package locked
        -- status 0
    "#]]
    .assert_eq(&plain(&session, &session.run(&["vendor", "web"]), &rev));
    session.run(&["vendor", "web", "--locked"]).ok();
    assert_eq!(session.read("web/masterchef.lock"), lock);

    // A build needs no program and no network.
    session.variable("PATH", Some("/nowhere"));
    session.run(&["check", "web", "--locked"]).ok();
    session.run(&["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem", "--locked"]).ok();
    let text = session.run(&["inspect", "a.mcb", "--format", "json"]).ok().stdout.clone();
    let view: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(view["build"]["lock"], hex(&sha256(&lock)), "{text}");
    assert!(text.contains(&hex(&sha256(b"8080\n"))), "{text}");
}

#[test]
fn what_is_vendored_stays_as_it_was_locked() {
    let session = session();
    let rev = with_nginx(&session);
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &rev, "")));
    session.run(&["vendor", "web"]).ok();
    session.write("web/vendor/nginx/src/site.mc", "pub let port = 22\n");
    let run = session.run(&["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem"]);
    assert!(run.fails(1).stderr.contains("MC0619"), "{}", run.stderr);
    session.run(&["vendor", "web"]).ok();
    assert_eq!(session.read("web/vendor/nginx/src/site.mc"), b"pub let port = 8080\n");
    session.run(&["check", "web"]).ok();

    // Somebody who changes both is found out when it is fetched again.
    session.write("web/vendor/nginx/src/site.mc", "pub let port = 22\n");
    let note = session.run(&["check", "web"]).stderr;
    let found = note.split_whitespace().filter(|word| word.starts_with("sha256:")).nth(1).expect("a digest");
    let lock = String::from_utf8(session.read("web/masterchef.lock")).expect("text");
    let locked = lock.split('"').find(|word| word.starts_with("sha256:")).expect("a digest").to_owned();
    session.write("web/masterchef.lock", lock.replace(&locked, found));
    session.run(&["check", "web"]).ok();
    std::fs::remove_dir_all(session.path("web/vendor")).expect("removed");
    let run = session.run(&["vendor", "web"]);
    assert!(
        run.fails(1).stderr.contains("what was fetched for `nginx` is not what was locked"),
        "{}",
        run.stderr
    );
    assert!(session.list("web/vendor").is_empty());
}

#[test]
fn packages_of_packages_are_fetched_too() {
    let session = session();
    let first = with_nginx(&session);
    // One repository with two packages, one of which needs the other, and a third elsewhere.
    session.write("more/keys/masterchef.toml", manifest("tls-keys", ""));
    session.write("more/keys/src/main.mc", "pub let bits = 4096\n");
    let rest = format!(
        "[dependencies]\ntls-keys = {{ path = \"../keys\" }}\nnginx = {}\n",
        from_git(&session, "nginx", &first, "")
    );
    session
        .write("more/tls/masterchef.toml", manifest("tls", &rest.replace("file://", "https://example.org")));
    session.write("more/tls/src/main.mc", "import tls_keys.{bits}\n\npub let strength = bits\n");
    let rev = repository(&session, "more");
    depend(&session, &format!("tls = {}", from_git(&session, "more", &rev, ", folder = \"tls\"")));
    // What was fetched may not name this machine, and the address of the other is nowhere.
    let nowhere = session.run(&["vendor", "web"]);
    assert!(nowhere.fails(3).stderr.contains("cannot fetch `nginx`: `git` failed"), "{}", nowhere.stderr);

    session.write(
        "more/tls/masterchef.toml",
        manifest("tls", "[dependencies]\ntls-keys = { path = \"../keys\" }\n"),
    );
    let rev = commit(&session, "more");
    depend(&session, &format!("tls = {}", from_git(&session, "more", &rev, ", folder = \"tls\"")));
    session.write("web/src/main.mc", "import tls.{strength}\n\npolicy base {\n  let s = strength\n}\n");
    session.run(&["vendor", "web"]).ok();
    assert_eq!(session.list("web/vendor"), ["tls", "tls-keys"]);
    session.run(&["check", "web"]).ok();
    let lock = String::from_utf8(session.read("web/masterchef.lock")).expect("text");
    assert!(lock.contains("folder = \"keys\""), "{lock}");

    // One that is not needed any more goes away, and nothing else does.
    session.write("web/vendor/notes.txt", "mine");
    depend(&session, "");
    session.write("web/src/main.mc", "policy base {}\n");
    let run = session.run(&["vendor", "web"]);
    assert!(run.ok().stderr.contains("removed `web/vendor/tls-keys`"), "{}", run.stderr);
    assert_eq!(session.list("web/vendor"), ["notes.txt"]);
}

/// Neither the user's settings nor anything in a repository has an effect.
#[test]
fn repositories_run_nothing() {
    let mut session = session();
    let marker = session.path("marker");
    let touch = format!("touch {marker}");
    session.write(
        "home/.gitconfig",
        format!(
            "[core]\n\tfsmonitor = {touch}\n\thooksPath = {0}/hooks\n\tsshCommand = {touch}\n[filter \"evil\"]\n\tsmudge = {touch}\n\tclean = {touch}\n[credential]\n\thelper = !{touch}\n[url \"file:///nowhere/\"]\n\tinsteadOf = file:///\n[protocol]\n\tallow = always\n",
            session.path("home")
        ),
    );
    session.write("home/hooks/post-checkout", format!("#!/bin/sh\n{touch}\n"));
    let home = session.path("home");
    session.variable("HOME", Some(home.as_str()));
    session.variable("GIT_CONFIG_COUNT", Some("1"));
    session.variable("GIT_CONFIG_KEY_0", Some("core.fsmonitor"));
    session.variable("GIT_CONFIG_VALUE_0", Some(&touch));
    session.variable("GIT_SSH_COMMAND", Some(&touch));
    session.variable("GIT_DIR", Some("/nowhere"));
    with_nginx(&session);
    session.write("nginx/.gitattributes", "* filter=evil text eol=crlf ident\n");
    session.write("nginx/src/.gitattributes", "* filter=evil\n");
    session.write("nginx/src/site.mc", "// $Id$\npub let port = 8080\n");
    session.write("nginx/.gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = https://example.org/x.git\n");
    let rev = commit(&session, "nginx");
    session.write("nginx/.git/hooks/post-upload-pack", format!("#!/bin/sh\n{touch}\n"));
    git(&session, "nginx", &["config", "uploadpack.packObjectsHook", &touch]);
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &rev, "")));
    session.run(&["vendor", "web"]).ok();
    assert!(!marker.exists());
    assert_eq!(session.read("web/vendor/nginx/src/site.mc"), b"// $Id$\npub let port = 8080\n");
}

/// An address is never an option, and never another program.
#[test]
fn addresses_are_no_commands() {
    let session = session();
    let marker = session.path("marker");
    let rev = "0".repeat(40);
    for url in [
        format!("--upload-pack=touch {marker}"),
        format!("--upload-pack=touch${{IFS}}{marker}"),
        format!("ext::sh -c touch% {marker}"),
        format!("ssh://-oProxyCommand=touch${{IFS}}{marker}/x"),
        "-u/x".to_owned(),
    ] {
        depend(&session, &format!("nginx = {{ git = \"{url}\", rev = \"{rev}\" }}"));
        let run = session.run(&["vendor", "web"]);
        assert!(run.fails(1).stderr.contains("MC0611"), "{url}: {}", run.stderr);
    }
    depend(&session, "nginx = { git = \"https://example.org/x\", rev = \"--upload-pack=x\" }");
    assert!(session.run(&["vendor", "web"]).fails(1).stderr.contains("MC0610"));
    assert!(!marker.exists());
    assert!(!session.path("web/vendor").exists());
}

#[test]
fn hostile_repositories() {
    let session = session();
    with_nginx(&session);
    let refused = |expected: &str| {
        let rev = commit(&session, "nginx");
        depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &rev, "")));
        let run = session.run(&["vendor", "web"]);
        assert!(run.fails(1).stderr.contains(expected), "{}", run.stderr);
        assert!(session.list("web/vendor").is_empty());
        assert!(!session.path("web/masterchef.lock").exists());
    };
    let path = |path: &str| session.path(&format!("nginx/{path}"));
    symlink("/etc/passwd", path("src/passwd.mc")).expect("a link");
    refused("`src/passwd.mc` is a symbolic link");
    std::fs::remove_file(path("src/passwd.mc")).expect("removed");

    symlink("/etc", path("data")).expect("a link");
    refused("`data` is a symbolic link");
    std::fs::remove_file(path("data")).expect("removed");

    session.write("nginx/src/Site.mc", "");
    refused("`src/Site.mc` and `src/site.mc` are one file where case does not count");
    std::fs::remove_file(path("src/Site.mc")).expect("removed");

    session.write("nginx/files/aux.conf", "");
    refused("some systems keep this name for a device");
    std::fs::remove_file(path("files/aux.conf")).expect("removed");

    session.write("nginx/files/image", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    refused("`files/image` is a pointer of Git LFS");
    std::fs::remove_file(path("files/image")).expect("removed");

    let file = std::fs::File::create(path("files/data.bin")).expect("a file");
    file.set_len(65 << 20).expect("as large");
    refused("`files/data.bin` is larger than 64 MiB");
    std::fs::remove_file(path("files/data.bin")).expect("removed");

    std::fs::remove_file(path("masterchef.toml")).expect("removed");
    refused("what was fetched for `nginx` has no `masterchef.toml`");

    // Another repository in the place of a folder.
    session.write("nginx/masterchef.toml", manifest("nginx", ""));
    let head = git(&session, "nginx", &["rev-parse", "HEAD"]);
    git(&session, "nginx", &["rm", "-r", "--quiet", "--cached", "src"]);
    git(&session, "nginx", &["update-index", "--add", "--cacheinfo", &format!("160000,{head},src/other")]);
    git(&session, "nginx", &["add", "masterchef.toml"]);
    git(&session, "nginx", &["commit", "--quiet", "--message", "Link it"]);
    let rev = git(&session, "nginx", &["rev-parse", "HEAD"]);
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &rev, "")));
    let run = session.run(&["vendor", "web"]);
    assert!(run.fails(1).stderr.contains("`src/other` is neither a file nor a folder"), "{}", run.stderr);
}

#[test]
fn repositories_that_are_not_there() {
    let session = session();
    let rev = with_nginx(&session);
    let missing = "1".repeat(40);
    let vendor = |dependency: String, status: i32| {
        depend(&session, &format!("nginx = {dependency}"));
        let run = session.run(&["vendor", "web"]);
        run.fails(status);
        assert!(session.list("web/vendor").is_empty());
        run.stderr
    };
    assert!(
        vendor(from_git(&session, "nowhere", &rev, ""), 3).contains("cannot fetch `nginx`: `git` failed")
    );
    assert!(vendor(from_git(&session, "nginx", &missing, ""), 3).contains("help: fatal: "));
    assert!(
        vendor(from_git(&session, "nginx", &rev, ", folder = \"packages/nginx\""), 1)
            .contains("has no package in `packages/nginx`")
    );
    git(&session, "nginx", &["tag", "--annotate", "--message", "One", "v1"]);
    let tag = git(&session, "nginx", &["rev-parse", "v1"]);
    assert!(vendor(from_git(&session, "nginx", &tag, ""), 1).contains("is a tag and not a commit"));
    let tree = git(&session, "nginx", &["rev-parse", "HEAD^{tree}"]);
    assert!(vendor(from_git(&session, "nginx", &tree, ""), 1).contains("is a tree and not a commit"));
}

#[test]
fn without_git() {
    let mut session = session();
    let rev = with_nginx(&session);
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &rev, "")));
    session.variable("PATH", Some("/nowhere"));
    let run = session.run(&["vendor", "web"]);
    assert!(run.fails(3).stderr.contains("cannot run `git`: it is not installed"), "{}", run.stderr);
}

fn tar(session: &Session, folder: &str, archive: &str, options: &str) -> String {
    let status = Command::new("tar")
        .args([options, session.path(archive).as_str(), folder])
        .current_dir(session.path(""))
        .status()
        .expect("tar runs");
    assert!(status.success());
    hex(&sha256(&session.read(archive)))
}

#[test]
fn an_archive_is_vendored() {
    let session = session();
    with_nginx(&session);
    let mut locks = Vec::new();
    for (archive, options) in [("nginx.tar", "-cf"), ("nginx.tar.gz", "-czf")] {
        let digest = tar(&session, "nginx", archive, options);
        let url = file_url(&session, archive);
        let depend_on = |digest: &str, folder: &str| {
            depend(&session, &format!("nginx = {{ url = \"{url}\", sha256 = \"{digest}\"{folder} }}"));
        };
        depend_on(&digest, "");
        let run = session.run(&["vendor", "web"]);
        assert!(run.fails(1).stderr.contains("add `folder = \"nginx\"`"), "{}", run.stderr);
        depend_on(&"0".repeat(64), ", folder = \"nginx\"");
        let run = session.run(&["vendor", "web"]);
        assert!(run.fails(1).stderr.contains("MC0625") && run.stderr.contains(&digest), "{}", run.stderr);
        depend_on(&digest, ", folder = \"nginx\"");
        session.run(&["vendor", "web"]).ok();
        assert_eq!(session.list("web/vendor/nginx"), ["LICENSE", "masterchef.toml", "src"]);
        session.run(&["check", "web"]).ok();
        let lock = String::from_utf8(session.read("web/masterchef.lock")).expect("text");
        locks.push(lock.lines().find(|line| line.starts_with("hash")).expect("a digest").to_owned());
    }
    // The digest of the files does not depend on how they came.
    let rev = git(&session, "nginx", &["rev-parse", "HEAD"]);
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &rev, "")));
    session.run(&["vendor", "web"]).ok();
    let lock = String::from_utf8(session.read("web/masterchef.lock")).expect("text");
    locks.push(lock.lines().find(|line| line.starts_with("hash")).expect("a digest").to_owned());
    assert!(locks.windows(2).all(|pair| pair[0] == pair[1]), "{locks:?}");
}

/// A lock that is missing is written; one that is there is changed by `mcc vendor` alone.
#[test]
fn the_lock_of_a_package_on_the_disk() {
    let session = session();
    with_nginx(&session);
    depend(&session, "nginx = { path = \"../nginx\" }");
    let locked = session.run(&["check", "web", "--locked", "--format", "concise"]);
    locked.fails(1);
    expect![[r#"
        masterchef.toml:1:1: error[MC0620]: the package has dependencies and no `masterchef.lock`
    "#]]
    .assert_eq(&locked.stdout);
    expect![[r#"
        $ mcc check web
        -- stderr
        wrote `web/masterchef.lock`: keep it with your sources
        `web` is fine (1 module)
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["check", "web"]));
    session.run(&["check", "web", "--locked"]).ok();
    let lock = session.read("web/masterchef.lock");

    session.write("nginx/src/site.mc", "pub let port = 8081\n");
    let warned = session.run(&["check", "web", "--format", "concise"]);
    expect![[r#"
        masterchef.toml:7:1: warning[MC0623]: `nginx` has changed since it was locked
    "#]]
    .assert_eq(&warned.ok().stdout);
    for command in
        [&["check", "web", "--locked"][..], &["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem"]]
    {
        let run = session.run(command);
        assert!(run.fails(1).stderr.contains("error[MC0623]"), "{}", run.stderr);
    }
    assert_eq!(session.read("web/masterchef.lock"), lock);
    expect![[r#"
        $ mcc vendor web --locked
        -- stderr
        error: `web/masterchef.lock` is not up to date
          help: `mcc vendor` without `--locked` brings it up to date
        -- status 1
    "#]]
    .assert_eq(&session.transcript(&["vendor", "web", "--locked"]));
    session.run(&["vendor", "web"]).ok();
    session.run(&["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem"]).ok();
    assert!(!session.path("web/vendor").exists(), "nothing was fetched");
}

#[test]
fn without_dependencies() {
    let session = session();
    expect![[r#"
        $ mcc vendor web
        -- stderr
        the package has no dependencies
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["vendor", "web"]));
    assert_eq!(session.list("web"), ["masterchef.toml", "src"]);
    session.run(&["check", "web", "--locked"]).ok();
}

#[test]
fn the_stream_of_the_manifest() {
    let session = session();
    session.write("web/masterchef.toml", manifest("web", "\n[build]\nstream = \"shop/web\"\n"));
    let run = session.run(&["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem"]);
    assert!(run.ok().stderr.contains("stream    shop/web, epoch 1"), "{}", run.stderr);
    let run = session.run(&["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem", "--stream", "other"]);
    assert!(run.ok().stderr.contains("stream    other, epoch 1"), "{}", run.stderr);
}

/// A package that is fetched anew shows what it can do now, and the lock holds it.
#[test]
fn what_packages_can_do() {
    let session = session();
    let first = with_nginx(&session);
    let component = |line: &str| {
        format!(
            "import std.exec.Command\nimport std.fs.File\n\npub let port = 8080\n\npub component Site {{\n  param name: String\n  File \"/etc/nginx/${{name}}.conf\" {{ content = \"\" }}\n{line}}}\n"
        )
    };
    session.write("nginx/src/site.mc", component("").replace("import std.exec.Command\n", ""));
    let second = commit(&session, "nginx");
    let run = "  Command \"x\" { argv = [\"sh\", \"-c\", \"true\"], creates = \"/run/x\" }\n";
    session.write("nginx/src/site.mc", component(run));
    let third = commit(&session, "nginx");

    // What declares nothing has nothing to show.
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &first, "")));
    session.run(&["vendor", "web"]).ok();
    assert!(!String::from_utf8(session.read("web/masterchef.lock")).expect("text").contains("capabilities"));

    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &second, "")));
    expect![[r#"
        fetching `nginx` from `file://FOLDER/nginx` at REV12
        `nginx` can do more than was locked:
          + fs.write         /etc/nginx/*
          + types            std.fs.File
        wrote `web/masterchef.lock`
        1 package locked
        -- status 0
    "#]]
    .assert_eq(&plain(&session, &session.run(&["vendor", "web"]), &second));
    expect![[r#"
        nginx 0.2.0 from `file://FOLDER/nginx` at REV12
          fs.write         /etc/nginx/*
          types            std.fs.File
        -- status 0
    "#]]
    .assert_eq(&plain(&session, &session.run(&["vendor", "web", "--list"]), &second));
    session.run(&["check", "web", "--locked"]).ok();

    // Of a bound, the lock and the files are brought up to date all the same: then the place can be looked at.
    let bound = ", allow = { fs.write = [\"/etc/nginx/*\"] }";
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &third, bound)));
    let run = session.run(&["vendor", "web"]);
    let said = plain(&session, &run, &third);
    let (news, error) = said.split_once("error[MC0627]: ").expect("an error");
    expect![[r#"
        fetching `nginx` from `file://FOLDER/nginx` at REV12
        `nginx` can do more than was locked:
          + exec.run         sh
          + types            std.exec.Command
        wrote `web/masterchef.lock`
        1 package locked
    "#]]
    .assert_eq(news);
    assert!(
        error.starts_with("`nginx` has the effect `exec.run` on `sh`, which is not allowed\n"),
        "{error}"
    );
    assert!(error.contains("allows no `exec.run`"), "{error}");
    run.fails(1);
    let run = session.run(&["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem"]);
    assert!(run.fails(1).stderr.contains("MC0627"), "{}", run.stderr);

    // Who changes the listing by hand changes nothing.
    depend(&session, &format!("nginx = {}", from_git(&session, "nginx", &third, "")));
    let lock = String::from_utf8(session.read("web/masterchef.lock")).expect("text");
    session.write("web/masterchef.lock", lock.replace("exec.run = [\"sh\"]\n", ""));
    for command in [&["check", "web"][..], &["build", "web", "-o", "a.mcb", "--key", "keys/signing.pem"]] {
        let run = session.run(command);
        assert!(run.fails(1).stderr.contains("MC0626"), "{}", run.stderr);
    }
    session.run(&["vendor", "web"]).ok();
    assert_eq!(session.read("web/masterchef.lock"), lock.as_bytes());
    let json = session.run(&["vendor", "web", "--list", "--format", "json"]).ok().stdout.clone();
    let listing: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(listing["version"], 1);
    assert_eq!(listing["packages"][0]["name"], "nginx");
    assert_eq!(listing["packages"][0]["capabilities"]["exec.run"], serde_json::json!(["sh"]));
}
