use super::{
    LoadError, ModuleNameError, diagnostics, file, load, module_of, remove, set_text, source_digest,
};
use crate::db::{Database, Program};
use crate::diagnostic::render::{Format, RenderOptions, render};
use crate::system::MemorySystem;
use camino::Utf8Path;
use expect_test::{Expect, expect};

mod capability;
mod dependency;
mod refused;

const MANIFEST: &str = "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

const POLICY: &str = "policy base {}\n";

fn system(files: &[(&str, &str)]) -> MemorySystem {
    MemorySystem::new(files.iter().map(|(path, text)| (format!("site/{path}").into(), (*text).to_owned())))
}

fn loaded(files: &[(&str, &str)]) -> Database {
    let mut db = Database::new();
    load(&mut db, &system(files), Utf8Path::new("site")).expect("the package loads");
    db
}

fn problems(db: &Database) -> String {
    render(db, &diagnostics(db), &RenderOptions { format: Format::Concise, ..RenderOptions::default() })
}

fn full(db: &Database) -> String {
    render(db, &diagnostics(db), &RenderOptions { ascii: true, ..RenderOptions::default() })
}

fn modules(db: &Database) -> Vec<(String, String)> {
    let files = Program::get(db).files(db);
    files.iter().map(|f| (f.path(db).to_string(), f.module(db).to_string())).collect()
}

fn check_manifest(manifest: &str, expected: &Expect) {
    expected.assert_eq(&problems(&loaded(&[("masterchef.toml", manifest), ("src/main.mc", POLICY)])));
}

#[test]
fn a_package_is_loaded() {
    let db = loaded(&[
        ("masterchef.toml", MANIFEST),
        ("src/web/nginx.mc", "// n"),
        ("src/main.mc", POLICY),
        ("src/web/notes.txt", "no module"),
        ("src/.hidden.mc", "no module"),
        ("data/sites.toml", ""),
    ]);
    let expected = [("src/main.mc", ""), ("src/web/nginx.mc", "web.nginx")];
    assert_eq!(modules(&db), expected.map(|(path, module)| (path.to_owned(), module.to_owned())));
    assert_eq!(Program::get(&db).name(&db), "web");
    assert_eq!(problems(&db), "");
}

#[test]
fn module_names() {
    let module = |path: &str| module_of(Utf8Path::new(path));
    assert_eq!(module("src/main.mc").as_deref(), Ok(""));
    assert_eq!(module("src/web/main.mc").as_deref(), Ok("web.main"));
    assert_eq!(module("src/a_1/b.mc").as_deref(), Ok("a_1.b"));
    assert_eq!(module("main.mc"), Err(ModuleNameError::NotAModule));
    assert_eq!(module("src/a.txt"), Err(ModuleNameError::NotAModule));
    assert_eq!(module("src/.git/a.mc"), Err(ModuleNameError::NotAModule));
    assert_eq!(module("src/Web.mc"), Err(ModuleNameError::BadSegment("Web".to_owned())));
    assert_eq!(module("src/a.b.mc"), Err(ModuleNameError::BadSegment("a.b".to_owned())));
    assert_eq!(module("src/1a.mc"), Err(ModuleNameError::BadSegment("1a".to_owned())));
    assert_eq!(module("src/for.mc"), Err(ModuleNameError::Keyword("for".to_owned())));
    assert_eq!(module("src/std/fs.mc"), Err(ModuleNameError::Standard));
    assert_eq!(module("src/std.mc"), Err(ModuleNameError::Standard));
}

#[test]
fn bad_module_names_are_reported_and_left_out() {
    let db = loaded(&[
        ("masterchef.toml", MANIFEST),
        ("src/main.mc", POLICY),
        ("src/FrontEnd.mc", ""),
        ("src/web-tier/nginx.mc", ""),
        ("src/match.mc", ""),
        ("src/std/fs.mc", ""),
    ]);
    assert_eq!(modules(&db).len(), 1);
    expect![[r#"
        error[MC0603]: `FrontEnd` cannot be part of a module's name
           ,-[ src/FrontEnd.mc:1:1 ]
           |
         1 |
           | |
           | `- this file
           |
           | Help: rename `src/FrontEnd.mc` to `src/front_end.mc`
           |
           | Note: a module's path is its name: small letters, digits and `_`, beginning with a letter
        ---'

        error[MC0603]: `match` is a word of the language and cannot name a module
           ,-[ src/match.mc:1:1 ]
           |
         1 |
           | |
           | `- this file
           |
           | Help: rename `src/match.mc`
        ---'

        error[MC0603]: modules named `std` belong to the standard library
           ,-[ src/std/fs.mc:1:1 ]
           |
         1 |
           | |
           | `- this file
           |
           | Help: move `src/std/fs.mc` out of `src/std`
        ---'

        error[MC0603]: `web-tier` cannot be part of a module's name
           ,-[ src/web-tier/nginx.mc:1:1 ]
           |
         1 |
           | |
           | `- this file
           |
           | Help: rename `src/web-tier/nginx.mc` to `src/web_tier/nginx.mc`
           |
           | Note: a module's path is its name: small letters, digits and `_`, beginning with a letter
        ---'

        4 errors
    "#]]
    .assert_eq(&full(&db));
}

#[test]
fn manifests_that_are_wrong() {
    check_manifest(
        "",
        &expect![[r#"
        masterchef.toml:1:1: error[MC0602]: the manifest has no `[package]` table
    "#]],
    );
    check_manifest(
        "[package]\n",
        &expect![[r#"
        masterchef.toml:1:2: error[MC0602]: the manifest does not say the package's edition
        masterchef.toml:1:2: error[MC0602]: the manifest does not say the package's name
        masterchef.toml:1:2: error[MC0602]: the manifest does not say the package's version
    "#]],
    );
    check_manifest(
        "[package]\nname = \"web\"\nverison = \"1.0.0\"\nedition = \"2024\"\n[dependancy]\n",
        &expect![[r#"
            masterchef.toml:3:1: error[MC0602]: there is no key `verison` in `[package]`
            masterchef.toml:4:11: error[MC0602]: this compiler does not know the edition `2024`
            masterchef.toml:5:2: error[MC0602]: there is no table `dependancy`
        "#]],
    );
    check_manifest(
        "[package]\nname = \"My Site\"\nversion = \"1\"\nedition = 2026\n",
        &expect![[r#"
        masterchef.toml:2:8: error[MC0602]: `My Site` cannot be a package's name
        masterchef.toml:3:11: error[MC0602]: `1` is not a version
        masterchef.toml:4:11: error[MC0602]: `edition` is a string, not an integer
    "#]],
    );
    check_manifest(
        "[package]\nname = \"std\"\nversion = \"1.0.01\"\nedition = \"2026\"\n",
        &expect![[r#"
        masterchef.toml:2:8: error[MC0602]: the name `std` belongs to the standard library
        masterchef.toml:3:11: error[MC0602]: `1.0.01` is not a version
    "#]],
    );
    check_manifest(
        "package = 1\n",
        &expect![[r#"
        masterchef.toml:1:11: error[MC0602]: `package` is a table, not an integer
    "#]],
    );
    check_manifest(
        "[package]\nname = \"web\nversion = \"0.1.0\"\n",
        &expect![[r#"
        masterchef.toml:2:12: error[MC0602]: the manifest is not valid TOML: invalid basic string, expected `"`
    "#]],
    );
    check_manifest(
        "[package]\nname = \"web\"\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2026\"\n",
        &expect![[r#"
        masterchef.toml:3:1: error[MC0602]: the manifest is not valid TOML: duplicate key
    "#]],
    );
}

#[test]
fn a_wrong_key_is_drawn_with_its_repair() {
    let db = loaded(&[("masterchef.toml", &MANIFEST.replace("version", "verison")), ("src/main.mc", POLICY)]);
    expect![[r#"
        error[MC0602]: there is no key `verison` in `[package]`
           ,-[ masterchef.toml:3:1 ]
           |
         3 | verison = "0.1.0"
           | |^^^^^^
           | `-------- here
           |
           | Help: did you mean `version`?
           |       3 - verison = "0.1.0"
           |       3 + version = "0.1.0"
        ---'

        1 error
    "#]]
    .assert_eq(&full(&db));
}

/// Cut at any byte, a manifest gives a message and never a panic.
#[test]
fn a_manifest_that_is_cut() {
    for end in 0..MANIFEST.len() - 1 {
        let db = loaded(&[("masterchef.toml", &MANIFEST[..end]), ("src/main.mc", POLICY)]);
        assert!(full(&db).contains("MC0602"), "nothing about {:?}", &MANIFEST[..end]);
    }
}

#[test]
fn without_a_manifest() {
    expect![[r#"
        error[MC0601]: `site` has no `masterchef.toml`
           ,-[ masterchef.toml:1:1 ]
           |
         1 |
           | |
           | `- there is no such file
           |
           | Help: make a package with `mcc new site`, or write a `masterchef.toml` with a `[package]`
           |       table
        ---'

        1 error
    "#]]
    .assert_eq(&full(&loaded(&[("src/main.mc", POLICY)])));
    let mut db = Database::new();
    load(
        &mut db,
        &system(&[("masterchef.toml", MANIFEST), ("src/main.mc", POLICY)]),
        Utf8Path::new("site/src"),
    )
    .expect("the folder is there");
    expect![[r#"
        masterchef.toml:1:1: error[MC0601]: `src` has no `masterchef.toml`
    "#]]
    .assert_eq(&problems(&db));
}

#[test]
fn without_modules() {
    expect![[r#"
        error[MC0604]: the package has no modules
           ,-[ masterchef.toml:1:1 ]
           |
         1 | [package]
           | |
           | `- this package
           |
           | Help: write its first policy in `src/main.mc`
        ---'

        1 error
    "#]]
    .assert_eq(&full(&loaded(&[("masterchef.toml", MANIFEST)])));
}

#[test]
fn without_the_folder() {
    let error = load(&mut Database::new(), &system(&[]), Utf8Path::new("nowhere"));
    assert!(matches!(error, Err(LoadError::NoFolder { path }) if path == "nowhere"));
}

#[test]
fn files_come_change_and_go() {
    let mut db = loaded(&[("masterchef.toml", MANIFEST), ("src/main.mc", POLICY)]);
    let main = file(&db, Utf8Path::new("src/main.mc")).expect("loaded");
    let before = source_digest(&db);

    assert!(set_text(&mut db, Utf8Path::new("src/main.mc"), "// 2"));
    assert_eq!(&**main.text(&db), "// 2");
    assert_ne!(source_digest(&db), before);

    assert!(set_text(&mut db, Utf8Path::new("src/a.mc"), "// a"));
    assert!(!set_text(&mut db, Utf8Path::new("notes.txt"), ""));
    assert_eq!(modules(&db).first().map(|m| m.1.as_str()), Some("a"));
    let a = file(&db, Utf8Path::new("src/a.mc"));

    assert!(remove(&mut db, Utf8Path::new("src/a.mc")));
    assert!(!remove(&mut db, Utf8Path::new("src/a.mc")));
    assert_eq!(modules(&db).len(), 1);
    set_text(&mut db, Utf8Path::new("src/a.mc"), "// again");
    assert_eq!(file(&db, Utf8Path::new("src/a.mc")), a, "an input that comes back is used again");

    assert!(set_text(&mut db, Utf8Path::new("masterchef.toml"), &MANIFEST.replace("web", "shop")));
    assert_eq!(Program::get(&db).name(&db), "shop");
    assert!(remove(&mut db, Utf8Path::new("masterchef.toml")));
    assert_eq!(Program::get(&db).name(&db), "site");
    assert!(problems(&db).contains("MC0601"));
}

/// The database changes its revision with every setter, so equal values must not reach one.
#[test]
fn loading_the_same_again_changes_nothing() {
    let files = [("masterchef.toml", MANIFEST), ("src/main.mc", POLICY), ("src/Bad.mc", "")];
    let mut db = loaded(&files);
    let revision = salsa::plumbing::current_revision(&db);
    load(&mut db, &system(&files), Utf8Path::new("site")).expect("the package loads");
    set_text(&mut db, Utf8Path::new("src/main.mc"), POLICY);
    assert_eq!(salsa::plumbing::current_revision(&db), revision);

    load(&mut db, &system(&files[..2]), Utf8Path::new("site")).expect("the package loads");
    assert_eq!(problems(&db), "");
}

#[test]
fn the_digest_is_of_paths_and_texts() {
    let one =
        source_digest(&loaded(&[("masterchef.toml", MANIFEST), ("src/a.mc", "bc"), ("src/main.mc", POLICY)]));
    let same =
        source_digest(&loaded(&[("src/main.mc", POLICY), ("src/a.mc", "bc"), ("masterchef.toml", MANIFEST)]));
    let moved =
        source_digest(&loaded(&[("masterchef.toml", MANIFEST), ("src/ab.mc", "c"), ("src/main.mc", POLICY)]));
    assert_eq!(one, same);
    assert_ne!(one, moved);
}

/// What the schema says of each key is what the reader takes: its example, and nothing beside it but what it needs.
#[test]
fn the_reader_takes_every_key_of_the_schema() {
    use super::schema::{BUILD, DEPENDENCY, GUARDS, Holds, Key, LICENSES, PACKAGE, TABLES};
    let line = |key: &Key| format!("{} = {}\n", key.name, key.example);
    let manifest = |rest: &str| format!("{MANIFEST}{rest}");
    let codes = |text: &str| problems(&loaded(&[("masterchef.toml", text), ("src/main.mc", POLICY)]));
    for key in PACKAGE.iter().filter(|key| key.is_required) {
        assert!(MANIFEST.contains(&format!("{} = ", key.name)), "{}", key.name);
    }
    for key in PACKAGE.iter().filter(|key| !key.is_required) {
        assert_eq!(codes(&manifest(&line(key))), "", "{}", key.name);
    }
    let required: String = PACKAGE.iter().filter(|key| key.is_required).map(line).collect();
    assert_eq!(codes(&format!("[package]\n{required}")), "");
    let edition = PACKAGE.iter().find(|key| key.name == "edition").expect("a key");
    assert_eq!(edition.example, format!("\"{}\"", super::EDITION), "the newest one is proposed");
    for license in LICENSES {
        assert_eq!(codes(&manifest(&format!("license = \"{license}\"\n"))), "", "{license}");
    }
    assert_eq!(codes(&manifest(&format!("[build]\n{}", line(&BUILD[0])))), "");
    // What the dependency is not there for is said by others, and not that the manifest is wrong.
    let is_read = |text: &str| !["MC0602", "MC0610"].iter().any(|code| codes(text).contains(code));
    let dependency = |keys: &[&Key]| {
        let lines: String = keys.iter().map(|key| line(key)).collect();
        manifest(&format!("[dependencies.nginx]\n{lines}[guards]\n{}", line(&GUARDS[0])))
    };
    let named = |name: &str| DEPENDENCY.iter().find(|key| key.name == name).expect("a key");
    let wholes = [vec!["path"], vec!["git", "rev"], vec!["url", "sha256"]];
    for key in &DEPENDENCY {
        let fits = |whole: &&Vec<&str>| {
            let beside = key.beside.is_empty() || key.beside.iter().any(|name| whole.contains(name));
            beside && !key.instead.iter().any(|name| whole.contains(name))
        };
        assert!(wholes.iter().any(|whole| fits(&whole)), "{} stands somewhere", key.name);
        for whole in &wholes {
            let mut keys: Vec<&Key> = whole.iter().map(|name| named(name)).collect();
            if !whole.contains(&key.name) {
                keys.push(key);
            }
            let text = dependency(&keys);
            assert_eq!(is_read(&text), fits(&whole), "{text}\n{}", codes(&text));
        }
    }
    for table in &TABLES {
        assert!(matches!(table.holds.type_name(), "table"), "{}", table.name);
        assert!(!matches!(table.holds, Holds::Text(_)));
    }
    let abilities = super::schema::ABILITIES.map(|(name, _)| name);
    assert_eq!(abilities, crate::capability::OWN_KEYS);
}

/// The table of the page has every table and key, and no other.
#[test]
fn the_page_of_packages_lists_every_key() {
    use super::schema::{Holds, TABLES};
    let page = include_str!("../../../../docs/language/packages.md");
    let (_, rest) = page.split_once("## The manifest").expect("the section");
    let (section, _) = rest.split_once("\n## ").expect("its end");
    for table in &TABLES {
        let row = section.lines().find(|line| line.starts_with(&format!("| `[{}]` ", table.name)));
        let row = row.unwrap_or_else(|| panic!("no row of `[{}]`", table.name));
        if let Holds::Keys(keys) = table.holds {
            for key in keys {
                assert!(row.contains(&format!("`{}`", key.name)), "`{}` in {row}", key.name);
            }
        }
    }
    let rows = section.lines().filter(|line| line.starts_with("| `[")).count();
    assert_eq!(rows, TABLES.len());
}
