//! Packages that need others.

use super::super::{
    LockState, current_lock, dependencies, diagnostics, guards_in_use, load, lock_state, remove, set_text,
};
use crate::db::Database;
use crate::diagnostic::render::{Format, RenderOptions, render};
use crate::system::{Kind, MemorySystem};
use camino::{Utf8Path, Utf8PathBuf};
use expect_test::{Expect, expect};

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2026\"\n{rest}")
}

/// Files by their path from the folder above all packages. The root package is in `web`.
fn system(files: &[(&str, &str)]) -> MemorySystem {
    MemorySystem::new(
        files.iter().map(|(path, text)| (Utf8PathBuf::from(format!("/all/{path}")), (*text).to_owned())),
    )
}

fn loaded_from(system: &MemorySystem) -> Database {
    let mut db = Database::new();
    load(&mut db, system, Utf8Path::new("/all/web")).expect("the package loads");
    db
}

/// The root package with these dependencies and a policy, and other files.
fn loaded(dependencies: &str, files: &[(&str, &str)]) -> Database {
    let root = manifest("web", &format!("[dependencies]\n{dependencies}\n"));
    let mut all = vec![("web/masterchef.toml", root.as_str())];
    if !files.iter().any(|(path, _)| *path == "web/src/main.mc") {
        all.push(("web/src/main.mc", "policy base {}\n"));
    }
    all.extend_from_slice(files);
    loaded_from(&system(&all))
}

fn concise(db: &Database) -> String {
    let options = RenderOptions { format: Format::Concise, ..RenderOptions::default() };
    render(db, &crate::diagnostics(db), &options)
}

fn full(db: &Database) -> String {
    render(db, &diagnostics(db), &RenderOptions { ascii: true, ..RenderOptions::default() })
}

fn check(dependencies: &str, files: &[(&str, &str)], expected: &Expect) {
    expected.assert_eq(&concise(&loaded(dependencies, files)));
}

const NGINX: &str = "nginx = { path = \"../nginx\" }";

#[test]
fn modules_of_a_dependency_are_under_its_name() {
    let nginx = manifest("nginx", "");
    let files = [
        ("nginx/masterchef.toml", nginx.as_str()),
        ("nginx/src/main.mc", "import site.Site\n\npub fn port(s: Site) -> Int { s.port }\n"),
        ("nginx/src/site.mc", "pub record Site { port: Int = 80 }\n"),
        (
            "web/src/main.mc",
            "import nginx.{port}\nimport nginx.site.Site\n\npolicy base {\n  let p = port(Site {})\n}\n",
        ),
    ];
    let db = loaded(NGINX, &files);
    assert_eq!(concise(&db), "");
    let dependency = dependencies(&db)[0];
    let modules: Vec<&str> = dependency.files(&db).iter().map(|f| f.module(&db).as_str()).collect();
    assert_eq!(modules, ["nginx", "nginx.site"]);
    let paths: Vec<&str> = dependency.files(&db).iter().map(|f| f.path(&db).as_str()).collect();
    assert_eq!(paths, ["../nginx/src/main.mc", "../nginx/src/site.mc"]);
    assert!(crate::compiled_plan(&db).is_some());
}

#[test]
fn imports_that_are_wrong() {
    let nginx = manifest("nginx", "[dependencies]\ntls = { path = \"../tls\" }\n");
    let tls = manifest("tls", "");
    check(
        NGINX,
        &[
            ("nginx/masterchef.toml", &nginx),
            (
                "nginx/src/site.mc",
                "import tls.key.{bits}\nimport web.{base}\nlet hidden = bits\npub let shown = 1\n",
            ),
            ("tls/masterchef.toml", &tls),
            ("tls/src/key.mc", "pub let bits = 1\n"),
            (
                "web/src/main.mc",
                "import nginx.sit.{shown}\nimport nginx.site.{hidden}\nimport tls.key.{bits}\nimport site.{shown as s}\n\npolicy base {}\n",
            ),
        ],
        &expect![[r#"
            ../nginx/src/site.mc:2:8: error[MC0203]: there is no module `web`
            src/main.mc:1:8: error[MC0203]: there is no module `nginx.sit`
            src/main.mc:2:20: error[MC0205]: `hidden` is not exported from `nginx.site`
            src/main.mc:3:8: error[MC0203]: there is no module `tls.key`
            src/main.mc:4:8: error[MC0203]: there is no module `site`
        "#]],
    );
}

/// Policies, tests and labels of a dependency are its own affair.
#[test]
fn a_dependency_brings_no_entry_points() {
    let nginx = manifest("nginx", "");
    let own = "labels { role: String = \"none\" }\n\npolicy own { select labels.role == \"nothing\" }\n\npub component Server { param role: String }\n";
    let files = [("nginx/masterchef.toml", nginx.as_str()), ("nginx/src/main.mc", own)];
    let db = loaded(NGINX, &files);
    assert_eq!(concise(&db), "");
    let plan = &crate::compiled_plan(&db).expect("a plan").plan;
    assert_eq!(plan.policies.len(), 1);
    assert!(plan.labels.is_empty());

    check(
        NGINX,
        &[
            ("nginx/masterchef.toml", &nginx),
            (
                "nginx/src/main.mc",
                "labels { role: String = \"none\" }\n\npub fn role() -> String { labels.role }\n",
            ),
        ],
        &expect![[r#"
            ../nginx/src/main.mc:3:27: error[MC0605]: labels are the root package's, and this package is a dependency
        "#]],
    );
}

#[test]
fn mistakes_in_a_dependency_are_shown_and_warnings_are_not() {
    let nginx = manifest("nginx", "");
    check(
        NGINX,
        &[
            ("nginx/masterchef.toml", &nginx),
            ("nginx/src/site.mc", "pub let a: Int = true\n"),
            ("nginx/src/Bad.mc", ""),
        ],
        &expect![[r#"
            ../nginx/src/Bad.mc:1:1: error[MC0603]: `Bad` cannot be part of a module's name
            ../nginx/src/site.mc:1:18: error[MC0301]: expected `Int`, found `Bool`
        "#]],
    );
    check(
        NGINX,
        &[("nginx/masterchef.toml", "[package]\nname = \"nginx\"\nversion = \"1\"\nedition = \"2026\"\n")],
        &expect![[r#"
            ../nginx/masterchef.toml:3:11: error[MC0602]: `1` is not a version
        "#]],
    );
}

#[test]
fn entries_that_are_wrong() {
    check(
        r#"
a = "1.0"
b = {}
c = { path = "../c", git = "https://example.org/c" }
d = { git = "https://example.org/d" }
e = { git = "https://example.org/e", rev = "main" }
f = { url = "https://example.org/f.tar" }
g = { path = "../g", rev = "0123" }
h = { paht = "../h" }
i = { path = "/srv/i" }
j = { git = "ext::sh -c 'touch /x'", rev = "0000000000000000000000000000000000000000" }
k = { git = "https://example.org/k", rev = "0000000000000000000000000000000000000000", folder = "../k" }
l = { path = 1 }
m = { path = "a\\b" }
N = { path = "../n" }
std = { path = "../std" }
for = { path = "../for" }
"#,
        &[],
        &expect![[r#"
            masterchef.toml:7:5: error[MC0610]: `a` says where the package comes from, and this is a string
            masterchef.toml:8:1: error[MC0610]: `b` does not say where the package comes from
            masterchef.toml:9:1: error[MC0610]: `c` has two sources, `path` and `git`
            masterchef.toml:10:1: error[MC0610]: `d` does not say which commit
            masterchef.toml:11:44: error[MC0610]: `main` is not the whole id of a commit
            masterchef.toml:12:1: error[MC0610]: `f` does not say what is in the archive
            masterchef.toml:13:22: error[MC0610]: `rev` belongs to a dependency with `git`
            masterchef.toml:14:7: error[MC0602]: there is no key `paht` in a dependency
            masterchef.toml:15:14: error[MC0611]: a path to a package is relative to the package that names it
            masterchef.toml:16:13: error[MC0611]: ` ` cannot be part of an address
            masterchef.toml:17:97: error[MC0611]: the folder leads out of what is fetched
            masterchef.toml:18:14: error[MC0602]: `path` is a string, not an integer
            masterchef.toml:19:14: error[MC0610]: `\\` cannot be part of a path
            masterchef.toml:20:1: error[MC0602]: `N` cannot be a package's name
            masterchef.toml:21:1: error[MC0602]: the name `std` belongs to the standard library
            masterchef.toml:22:1: error[MC0617]: `for` is a word of the language, so the package cannot be imported
        "#]],
    );
}

#[test]
fn packages_that_are_not_there() {
    let ngx = manifest("ngx", "");
    check(
        "nowhere = { path = \"../nowhere\" }\nempty = { path = \"../empty\" }\nnginx = { path = \"../ngx\" }",
        &[("empty/README.md", ""), ("ngx/masterchef.toml", &ngx)],
        &expect![[r#"
            masterchef.toml:6:1: error[MC0612]: there is no package at `../nowhere`
            masterchef.toml:7:1: error[MC0612]: `../empty` has no `masterchef.toml`
            masterchef.toml:8:1: error[MC0614]: the package in `../ngx` is `ngx`, not `nginx`
        "#]],
    );
}

/// What cannot be read is said once, and not again at every import.
#[test]
fn imports_of_what_is_not_there_are_no_further_mistakes() {
    check(
        NGINX,
        &[("web/src/main.mc", "import nginx.site.Site\n\npolicy base {\n  let s = Site { port = 1 }\n}\n")],
        &expect![[r#"
            masterchef.toml:6:1: error[MC0612]: there is no package at `../nginx`
        "#]],
    );
}

#[test]
fn one_name_is_one_package() {
    let nginx = manifest("nginx", "[dependencies]\ntls = { path = \"../tls\" }\n");
    let tls = manifest("tls", "");
    let old = manifest("tls", "");
    let db = loaded(
        "nginx = { path = \"../nginx\" }\ntls = { path = \"../old\" }",
        &[("nginx/masterchef.toml", &nginx), ("tls/masterchef.toml", &tls), ("old/masterchef.toml", &old)],
    );
    expect![[r#"
        error[MC0615]: the package `tls` comes from two places
           ,-[ ../nginx/masterchef.toml:6:1 ]
           |
         6 | tls = { path = "../tls" }
           | |^^
           | `---- `web` through `nginx` takes it from `../tls`
           |
           |-[ masterchef.toml:7:1 ]
           |
         7 | tls = { path = "../old" }
           | |^^
           | `---- `web` takes it from `../old`
           |
           | Help: name one source in both manifests
           |
           | Note: a build has one package of each name, and one version of it
        ---'

        1 error
    "#]]
    .assert_eq(&full(&db));
    // Two ways to write one folder are one source.
    let same = loaded(
        "nginx = { path = \"../nginx\" }\ntls = { path = \"../../all/tls/.\" }",
        &[("nginx/masterchef.toml", &nginx), ("tls/masterchef.toml", &tls)],
    );
    assert_eq!(concise(&same), "");
    let own = manifest("web", "");
    check(
        "web = { path = \"../other\" }",
        &[("other/masterchef.toml", &own)],
        &expect![[r#"
            masterchef.toml:6:1: error[MC0615]: `web` is the name of this package and of a dependency
        "#]],
    );
}

#[test]
fn cycles_of_packages() {
    let a = manifest("a", "[dependencies]\nb = { path = \"../b\" }\n");
    let b = manifest("b", "[dependencies]\nc = { path = \"../c\" }\n");
    let c = manifest("c", "[dependencies]\na = { path = \"../a\" }\n");
    let files = [("a/masterchef.toml", a.as_str()), ("b/masterchef.toml", &b), ("c/masterchef.toml", &c)];
    let db = loaded("a = { path = \"../a\" }", &files);
    expect![[r#"
        error[MC0616]: packages depend on each other: `a` -> `b` -> `c` -> `a`
           ,-[ ../c/masterchef.toml:6:1 ]
           |
         6 | a = { path = "../a" }
           | |
           | `-- needs `a`
           |
           |-[ ../a/masterchef.toml:6:1 ]
           |
         6 | b = { path = "../b" }
           | |
           | `-- needs `b`
           |
           |-[ ../b/masterchef.toml:6:1 ]
           |
         6 | c = { path = "../c" }
           | |
           | `-- needs `c`
           |
           | Help: move what both need into a package of its own
        ---'

        1 error
    "#]]
    .assert_eq(&full(&db));
    check(
        "web = { path = \".\" }",
        &[],
        &expect![[r#"
            masterchef.toml:6:1: error[MC0616]: the package `web` depends on itself
        "#]],
    );
    let back = manifest("lib", "[dependencies]\nweb = { path = \"../web\" }\n");
    check(
        "lib = { path = \"../lib\" }",
        &[("lib/masterchef.toml", &back)],
        &expect![[r#"
            ../lib/masterchef.toml:6:1: error[MC0616]: packages depend on each other: `web` -> `lib` -> `web`
        "#]],
    );
}

#[test]
fn names_that_could_mean_two_things() {
    let nginx = manifest("nginx", "[dependencies]\ntls-keys = { path = \"../tls-keys\" }\n");
    let keys = manifest("tls-keys", "");
    let other = manifest("tls_keys", "");
    check(
        "nginx = { path = \"../nginx\" }\ntls_keys = { path = \"../other\" }",
        &[
            ("nginx/masterchef.toml", &nginx),
            ("nginx/src/tls_keys/a.mc", ""),
            ("tls-keys/masterchef.toml", &keys),
            ("other/masterchef.toml", &other),
            ("web/src/nginx/site.mc", ""),
            ("web/src/nginx.mc", ""),
        ],
        &expect![[r#"
            ../nginx/src/tls_keys/a.mc:1:1: error[MC0617]: the module `tls_keys.a` is called like the package `tls-keys`
            masterchef.toml:7:1: error[MC0617]: the packages `tls-keys` and `tls_keys` are both called `tls_keys` in sources
            src/nginx.mc:1:1: error[MC0617]: the module `nginx` is called like the package `nginx`
        "#]],
    );
}

#[test]
fn a_name_with_a_hyphen_is_imported_with_an_underscore() {
    let keys = manifest("tls-keys", "");
    check(
        "tls-keys = { path = \"../tls-keys\" }",
        &[
            ("tls-keys/masterchef.toml", &keys),
            ("tls-keys/src/main.mc", "pub let bits = 2048\n"),
            ("web/src/main.mc", "import tls_keys.{bits}\n\npolicy base {\n  let b = bits\n}\n"),
        ],
        &expect![""],
    );
}

#[test]
fn files_that_nobody_may_depend_on() {
    let nginx = manifest("nginx", "");
    let files = [("nginx/masterchef.toml", nginx.as_str()), ("nginx/src/aux.mc", "")];
    check(
        NGINX,
        &files,
        &expect![[r#"
            masterchef.toml:6:1: error[MC0618]: `nginx` cannot be a dependency: `src/aux.mc` cannot be the path of a file: some systems keep this name for a device
        "#]],
    );
    let root = manifest("web", &format!("[dependencies]\n{NGINX}\n"));
    let mut system = system(&[
        ("web/masterchef.toml", &root),
        ("web/src/main.mc", "policy base {}\n"),
        ("nginx/masterchef.toml", &nginx),
    ]);
    system.others.insert("/all/nginx/files/shadow".into(), Kind::Link);
    expect![[r#"
        masterchef.toml:6:1: error[MC0618]: `nginx` cannot be a dependency: `files/shadow` is a symbolic link
    "#]]
    .assert_eq(&concise(&loaded_from(&system)));
}

const REV: &str = "0123456789abcdef0123456789abcdef01234567";

fn git(name: &str) -> String {
    format!("{name} = {{ git = \"https://example.org/{name}.git\", rev = \"{REV}\" }}")
}

/// A vendored `nginx` with this manifest and a module, locked as `hash`.
fn vendored(rest: &str, hash: &str) -> Vec<(String, String)> {
    let lock = format!(
        "format = 1\n\n[[package]]\nname = \"nginx\"\nversion = \"0.1.0\"\ngit = \"https://example.org/nginx.git\"\nrev = \"{REV}\"\nhash = \"{hash}\"\n"
    );
    let owned = |path: &str, text: String| (path.to_owned(), text);
    vec![
        owned("web/vendor/nginx/masterchef.toml", manifest("nginx", rest)),
        owned("web/vendor/nginx/src/site.mc", "pub let port = 80\n".to_owned()),
        owned("web/masterchef.lock", lock),
        owned("web/src/main.mc", "import nginx.site.{port}\n\npolicy base {\n  let p = port\n}\n".to_owned()),
    ]
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

fn hash_in(text: &str) -> String {
    let at = text.rfind("sha256:").expect("a digest");
    text[at..at + 71].to_owned()
}

/// What the message of a wrong digest says is there.
fn found_hash(db: &Database) -> String {
    let note =
        diagnostics(db).iter().flat_map(|d| d.notes.clone()).find(|note| note.starts_with("they are "));
    hash_in(&note.expect("the digest that was found"))
}

#[test]
fn a_fetched_package_has_the_locked_files() {
    let wrong = format!("sha256:{}", "0".repeat(64));
    let db = loaded(&git("nginx"), &borrowed(&vendored("", &wrong)));
    let right = found_hash(&db);
    // Nothing of it was read, and its imports are no further mistakes.
    expect![[r#"
        masterchef.toml:6:1: error[MC0619]: the files in `vendor/nginx` are not those that were locked
    "#]]
    .assert_eq(&concise(&db));
    assert!(dependencies(&db)[0].files(&db).is_empty());

    let mut files = vendored("", &right);
    let db = loaded(&git("nginx"), &borrowed(&files));
    assert_eq!(concise(&db), "");
    assert_eq!(lock_state(&db), LockState::Current);

    // A file more, a file less, another text: all of it is seen.
    for (path, text) in
        [("web/vendor/nginx/files/x", ""), ("web/vendor/nginx/src/site.mc", "pub let port = 81\n")]
    {
        let mut changed = files.clone();
        changed.retain(|(other, _)| other != path);
        changed.push((path.to_owned(), text.to_owned()));
        assert!(concise(&loaded(&git("nginx"), &borrowed(&changed))).contains("MC0619"), "{path}");
    }
    files.retain(|(path, _)| path != "web/vendor/nginx/src/site.mc");
    assert!(concise(&loaded(&git("nginx"), &borrowed(&files))).contains("MC0619"));
}

#[test]
fn a_fetched_package_is_vendored_and_locked() {
    let vendored = vendored("", &format!("sha256:{}", "0".repeat(64)));
    let files = borrowed(&vendored);
    let without = |name: &str| -> Vec<(&str, &str)> {
        files.iter().filter(|(path, _)| !path.starts_with(name)).copied().collect()
    };
    check(
        &git("nginx"),
        &without("web/vendor"),
        &expect![[r#"
            masterchef.toml:6:1: error[MC0613]: `nginx` was not fetched yet
        "#]],
    );
    check(
        &git("nginx"),
        &without("web/masterchef.lock"),
        &expect![[r#"
            masterchef.toml:6:1: error[MC0620]: `nginx` is in `vendor/nginx`, and no lock says what it has to be
        "#]],
    );
    let other = git("nginx").replace("example.org", "example.com");
    let db = loaded(&other, &files);
    expect![[r#"
        error[MC0620]: `nginx` is locked from another place
           ,-[ masterchef.toml:6:1 ]
           |
         6 | nginx = { git = "https://example.com/nginx.git", rev = "0123456789abcdef0123456789abcdef01234567" }
           | |^^^^
           | `------ now from `https://example.com/nginx.git` at 0123456789ab
           |
           |-[ masterchef.lock:4:8 ]
           |
         4 | name = "nginx"
           |        |^^^^^^
           |        `-------- locked from `https://example.org/nginx.git` at 0123456789ab
           |
           | Help: `mcc vendor` fetches it and locks what it got
        ---'

        1 error
    "#]]
    .assert_eq(&full(&db));
}

#[test]
fn a_vendored_folder_that_is_a_link_is_refused() {
    let root = manifest("web", &format!("[dependencies]\n{}\n", git("nginx")));
    for link in ["vendor", "vendor/nginx"] {
        let mut system = system(&[("web/masterchef.toml", &root), ("web/src/main.mc", "policy base {}\n")]);
        if link != "vendor" {
            system.files.insert("/all/web/vendor/x".into(), String::new());
        }
        system.others.insert(format!("/all/web/{link}").into(), Kind::Link);
        let found = concise(&loaded_from(&system));
        assert!(
            found.contains(&format!("MC0618]: `nginx` cannot be a dependency: `{link}` is a symbolic link")),
            "{found}"
        );
    }
}

/// What came from elsewhere reaches nothing of this machine but itself.
#[test]
fn a_fetched_package_reaches_nothing_beside_it() {
    let rest = "[dependencies]\na = { path = \"../../../etc\" }\nb = { git = \"file:///srv/b.git\", rev = \"REV\" }\nc = { url = \"file:///c.tar\", sha256 = \"SUM\" }\n";
    let rest = rest.replace("REV", REV).replace("SUM", &"0".repeat(64));
    let wrong = format!("sha256:{}", "0".repeat(64));
    let right = found_hash(&loaded(&git("nginx"), &borrowed(&vendored(&rest, &wrong))));
    check(
        &git("nginx"),
        &borrowed(&vendored(&rest, &right)),
        &expect![[r#"
            vendor/nginx/masterchef.toml:6:1: error[MC0611]: the path of `a` leads out of what `nginx` was fetched from
            vendor/nginx/masterchef.toml:7:1: error[MC0611]: `nginx` was fetched, and names a dependency on this machine
            vendor/nginx/masterchef.toml:8:1: error[MC0611]: `nginx` was fetched, and names a dependency on this machine
        "#]],
    );
}

#[test]
fn the_lock_of_packages_on_the_disk() {
    let nginx = manifest("nginx", "");
    let files = [("nginx/masterchef.toml", nginx.as_str()), ("nginx/src/site.mc", "pub let a = 1\n")];
    let db = loaded(NGINX, &files);
    assert_eq!(lock_state(&db), LockState::Missing);
    let lock = current_lock(&db).expect("everything is there").text();
    expect![[r#"
        # Written by mcc: every package of the build, with the digest of its files. Keep it with your sources.
        format = 1

        [[package]]
        name = "nginx"
        version = "0.1.0"
        path = "../nginx"
        hash = "HASH"
    "#]]
    .assert_eq(&lock.replace(&hash_in(&lock), "HASH"));

    let with = |lock: &str| loaded(NGINX, &[&files[..], &[("web/masterchef.lock", lock)]].concat());
    let db = with(&lock);
    assert_eq!((concise(&db).as_str(), lock_state(&db)), ("", LockState::Current));
    assert_eq!(current_lock(&db).expect("everything is there").text(), lock);

    let changed = lock.replace("version = \"0.1.0\"", "version = \"0.0.9\"");
    let extra = format!(
        "{lock}\n[[package]]\nname = \"old\"\nversion = \"1.0.0\"\npath = \"../old\"\nhash = \"{}\"\n",
        hash_in(&lock)
    );
    for (lock, expected) in [
        ("format = 1\n", "masterchef.toml:6:1: warning[MC0623]: the lock does not know `nginx`\n"),
        (changed.as_str(), "masterchef.toml:6:1: warning[MC0623]: `nginx` has changed since it was locked\n"),
        (
            &lock.replace("../nginx", "../ngx"),
            "masterchef.toml:6:1: warning[MC0623]: `nginx` comes from another place since it was locked\n",
        ),
        (&extra, "masterchef.lock:11:8: warning[MC0623]: `old` is locked, and nothing needs it\n"),
    ] {
        let db = with(lock);
        assert_eq!((concise(&db).as_str(), lock_state(&db)), (expected, LockState::Behind));
    }
    assert_eq!(lock_state(&loaded("", &[])), LockState::Needless);
}

#[test]
fn locks_that_are_wrong() {
    let entry = |lines: &str| format!("format = 1\n\n[[package]]\nname = \"a\"\n{lines}");
    let hash = format!("hash = \"sha256:{}\"\n", "0".repeat(64));
    let cases: Vec<(String, &str)> = vec![
        (
            "nonsense".to_owned(),
            "masterchef.lock:1:9: error[MC0621]: the lock is not valid TOML: key with no value, expected `=`\n",
        ),
        ("a = 1\n".to_owned(), "masterchef.lock:1:1: error[MC0621]: the lock does not say its format\n"),
        (
            "format = 2\n".to_owned(),
            "masterchef.lock:1:10: error[MC0621]: this compiler does not know format 2 of the lock\n",
        ),
        (
            "format = 1\npackage = 1\n".to_owned(),
            "masterchef.lock:2:11: error[MC0621]: `package` is a list of tables, not an integer\n",
        ),
        (
            entry(&hash),
            "masterchef.lock:3:1: error[MC0621]: `path`, `git` or `url` of the locked package `a` is missing\nmasterchef.lock:3:1: error[MC0621]: `version` of the locked package `a` is missing\n",
        ),
        (
            entry(&format!("version = \"1.0.0\"\npath = \"/etc\"\n{hash}")),
            "masterchef.lock:6:8: error[MC0621]: `path` of the locked package `a` is wrong\n",
        ),
        (
            entry(&format!("version = \"1.0.0\"\ngit = \"ext::x\"\nrev = \"{REV}\"\n{hash}")),
            "masterchef.lock:6:7: error[MC0621]: `git` of the locked package `a` is wrong\n",
        ),
        (
            entry("version = \"1.0.0\"\npath = \"../a\"\nhash = \"md5:1\"\n"),
            "masterchef.lock:7:8: error[MC0621]: `hash` of the locked package `a` is wrong\n",
        ),
    ];
    for (lock, expected) in cases {
        assert_eq!(concise(&loaded("", &[("web/masterchef.lock", &lock)])), expected, "{lock}");
    }
}

/// Cut at any byte, a lock gives a message or none, and never a panic.
#[test]
fn a_lock_that_is_cut() {
    let lock = format!(
        "format = 1\n\n[[package]]\nname = \"nginx\"\nversion = \"0.1.0\"\ngit = \"https://example.org/a\"\nrev = \"{REV}\"\nfolder = \"a\"\nhash = \"sha256:{}\"\n",
        "0".repeat(64)
    );
    for end in 0..lock.len() {
        full(&loaded(&git("nginx"), &[("web/masterchef.lock", &lock[..end])]));
    }
}

#[test]
fn guards_to_use_that_are_not_there() {
    let nginx = manifest("nginx", "");
    let root = format!(
        "[dependencies]\n{NGINX}\n\n[guards]\nuse = [\"nginx.rules.no_root\", \"ngins.rules.no_root\", \"no_root\"]\n"
    );
    let db = loaded_from(&system(&[
        ("web/masterchef.toml", &manifest("web", &root)),
        ("web/src/main.mc", "policy base {}\n"),
        ("nginx/masterchef.toml", &nginx),
        ("nginx/src/rules.mc", "pub let a = 1\n"),
    ]));
    assert!(guards_in_use(&db).is_empty());
    expect![[r#"
        masterchef.toml:9:8: error[MC0624]: `nginx.rules` has no guard `no_root`
        masterchef.toml:9:31: error[MC0602]: there is no dependency `ngins`
        masterchef.toml:9:54: error[MC0602]: `no_root` names no guard of a dependency
    "#]]
    .assert_eq(&concise(&db));
}

#[test]
fn guards_hold_where_the_manifest_names_them() {
    let base = manifest("base", "");
    let rules = "import std.fs.File\n\nguard modes { deny File f when f.mode == 0o666 }\n";
    let main = "import std.fs.File\n\npolicy web { File \"/a\" { mode = 0o666 } }\n";
    let check = |used: &str| {
        let root = manifest("web", &format!("[dependencies]\nbase = {{ path = \"../base\" }}\n{used}"));
        let db = loaded_from(&system(&[
            ("web/masterchef.toml", &root),
            ("web/src/main.mc", main),
            ("base/masterchef.toml", &base),
            ("base/src/rules.mc", rules),
        ]));
        concise(&db)
    };
    expect![""].assert_eq(&check(""));
    expect![[r#"
        src/main.mc:3:14: error[MC0645]: File["/a"] is denied by the guard `base.rules.modes`
    "#]]
    .assert_eq(&check("[guards]\nuse = [\"base.rules.modes\"]\n"));
}

/// A build of packages that each need the next ends with a message.
#[test]
fn a_long_chain_of_packages_is_bounded() {
    let manifests: Vec<(String, String)> = (0..400)
        .map(|n| {
            let next = n + 1;
            let text = manifest(
                &format!("p{n}"),
                &format!("[dependencies]\np{next} = {{ path = \"../p{next}\" }}\n"),
            );
            (format!("p{n}/masterchef.toml"), text)
        })
        .collect();
    check(
        "p0 = { path = \"../p0\" }",
        &borrowed(&manifests),
        &expect![[r#"
            ../p255/masterchef.toml:6:1: error[MC0622]: the build has more than 256 packages
        "#]],
    );
}

#[test]
fn a_deep_manifest_is_bounded() {
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(concise(&loaded(&deep, &[])).contains("MC0602"));
    let deep = format!("a = {}1{}", "{ b = ".repeat(100_000), " }".repeat(100_000));
    assert!(concise(&loaded(&deep, &[])).contains("MC0602"));
}

/// In an editor: files of dependencies come, change and go, and equal texts change nothing.
#[test]
fn dependencies_come_change_and_go() {
    let nginx = manifest("nginx", "");
    let root = manifest("web", &format!("[dependencies]\n{NGINX}\n"));
    let main = "import nginx.site.{a}\n\npolicy base {\n  let b = a\n}\n";
    let mut system = system(&[
        ("web/masterchef.toml", &root),
        ("web/src/main.mc", main),
        ("nginx/masterchef.toml", &nginx),
        ("nginx/src/site.mc", "pub let a = 1\n"),
    ]);
    let mut db = loaded_from(&system);
    assert_eq!(concise(&db), "");
    let site = super::super::file(&db, Utf8Path::new("../nginx/src/site.mc")).expect("loaded");

    let revision = salsa::plumbing::current_revision(&db);
    load(&mut db, &system, Utf8Path::new("/all/web")).expect("loads");
    assert_eq!(salsa::plumbing::current_revision(&db), revision);

    assert!(set_text(&mut db, Utf8Path::new("../nginx/src/site.mc"), "pub let c = 1\n"));
    assert!(concise(&db).contains("MC0204"));

    system.files.remove(Utf8Path::new("/all/nginx/masterchef.toml"));
    load(&mut db, &system, Utf8Path::new("/all/web")).expect("loads");
    assert!(concise(&db).contains("MC0612"));
    system.files.insert("/all/nginx/masterchef.toml".into(), nginx);
    load(&mut db, &system, Utf8Path::new("/all/web")).expect("loads");
    assert_eq!(concise(&db), "");
    assert_eq!(super::super::file(&db, Utf8Path::new("../nginx/src/site.mc")), Some(site));

    assert!(remove(&mut db, Utf8Path::new("masterchef.toml")));
    load(&mut db, &system, Utf8Path::new("/all/web")).expect("loads");
    assert_eq!(concise(&db), "");
}
