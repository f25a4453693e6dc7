//! What stands where files of a package are looked for and is none.

use super::{MANIFEST, POLICY, modules, problems, system};
use crate::db::Database;
use crate::package::load;
use crate::system::{Kind, MemorySystem};
use camino::Utf8Path;
use expect_test::{Expect, expect};

const FILES: [(&str, &str); 2] = [("masterchef.toml", MANIFEST), ("src/main.mc", POLICY)];

fn check(system: &MemorySystem, expected: &Expect) -> Database {
    let mut db = Database::new();
    load(&mut db, system, Utf8Path::new("site")).expect("the package loads");
    expected.assert_eq(&problems(&db));
    db
}

fn check_others(others: &[(&str, Kind)], expected: &Expect) -> Database {
    let mut system = system(&FILES);
    for (path, kind) in others {
        let path = Utf8Path::new("site").join(path);
        system.files.remove(&path);
        system.others.insert(path, *kind);
    }
    check(&system, expected)
}

#[test]
fn a_manifest_is_a_file() {
    let link = expect![[r#"
        masterchef.toml:1:1: error[MC0703]: `masterchef.toml` is a symbolic link
    "#]];
    check_others(&[("masterchef.toml", Kind::Link)], &link);
    let special = expect![[r#"
        masterchef.toml:1:1: error[MC0703]: `masterchef.toml` is neither a file nor a folder
    "#]];
    check_others(&[("masterchef.toml", Kind::Special)], &special);
    let folder = expect![[r#"
        masterchef.toml:1:1: error[MC0703]: `masterchef.toml` is a folder
    "#]];
    check_others(&[("masterchef.toml", Kind::Folder)], &folder);
}

#[test]
fn modules_are_files_of_the_package() {
    let others = [
        ("src/away", Kind::Link),
        ("src/pipe.mc", Kind::Special),
        ("src/odd\u{fffd}.mc", Kind::Unnamed),
        ("src/odd\u{fffd}", Kind::Unnamed),
        // No module by its ending, whatever its name is.
        ("src/odd\u{fffd}.txt", Kind::Unnamed),
        // An editor's mark.
        ("src/.#main.mc", Kind::Link),
    ];
    let expected = expect![[r#"
        masterchef.toml:1:1: error[MC0703]: `src/away` is a symbolic link
        masterchef.toml:1:1: error[MC0703]: `src/pipe.mc` is neither a file nor a folder
        masterchef.toml:1:1: error[MC0703]: the name of `src/odd�.mc` is not valid UTF-8
        masterchef.toml:1:1: error[MC0703]: the name of `src/odd�` is not valid UTF-8
    "#]];
    let db = check_others(&others, &expected);
    assert_eq!(modules(&db).len(), 1, "the rest of the package is there");
}

#[test]
fn the_folder_of_the_modules_is_no_link() {
    let mut system = system(&FILES[..1]);
    system.others.insert("site/src".into(), Kind::Link);
    let expected = expect![[r#"
        masterchef.toml:1:1: error[MC0604]: the package has no modules
        masterchef.toml:1:1: error[MC0703]: `src` is a symbolic link
    "#]];
    check(&system, &expected);
}

#[test]
fn texts_have_a_limit() {
    let large = " ".repeat((16 << 20) + 1);
    let expected = expect![[r#"
        masterchef.toml:1:1: error[MC0703]: `src/large.mc` is larger than 16 MiB
    "#]];
    let db = check(&system(&[FILES[0], FILES[1], ("src/large.mc", &large)]), &expected);
    assert_eq!(modules(&db).len(), 1);
    let expected = expect![[r#"
        masterchef.toml:1:1: error[MC0703]: `masterchef.toml` is larger than 4 MiB
    "#]];
    check(&system(&[FILES[1], ("masterchef.toml", &large)]), &expected);
}

#[test]
fn a_manifest_ends_the_package_around_it() {
    let inner = [
        ("src/inner/masterchef.toml", MANIFEST),
        ("src/inner/src/main.mc", POLICY),
        ("src/inner/more.mc", "let a = nothing\n"),
        ("files/kept/masterchef.toml", MANIFEST),
        ("src/.cache/masterchef.toml", MANIFEST),
    ];
    let expected = expect![[r#"
        masterchef.toml:1:1: error[MC0703]: `src/inner` is a package of its own: it has a `masterchef.toml`
    "#]];
    let db = check(&system(&[&FILES[..], &inner].concat()), &expected);
    assert_eq!(modules(&db), [("src/main.mc".to_owned(), String::new())]);
}
