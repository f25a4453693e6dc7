//! References and highlights.

use super::at;
use crate::fixture::Fixture;
use crate::{Encoding, highlights, line_index, references};
use expect_test::{Expect, expect};
use std::fmt::Write;

/// Each place as `file:line:column`, counted from 1; `=` where the name is declared.
fn check(source: &str, expected: Expect) {
    let fixture = Fixture::new(source);
    let db = &fixture.db;
    let (file, offset) = fixture.cursor.expect("a cursor");
    let mut found = String::new();
    let found_in_all = references(db, file, offset);
    for (file, usages) in &found_in_all {
        for usage in usages {
            let at = line_index(db, *file).position(file.text(db), usage.span.start, Encoding::Utf16);
            let mark = if usage.declares { " =" } else { "" };
            writeln!(found, "{}:{}:{}{mark}", file.path(db), at.line + 1, at.column + 1).expect("a string");
        }
    }
    expected.assert_eq(&found);
    let here = found_in_all.iter().find(|(at, _)| *at == file).map(|(_, usages)| usages.clone());
    assert_eq!(highlights(db, file, offset), here.unwrap_or_default(), "highlights are those of the file");
}

#[test]
fn of_a_record_in_other_modules_and_templates() {
    check(
        &at("pub record Sit"),
        expect![[r#"
        src/main.mc:1:14
        src/main.mc:6:14
        src/site.mc:2:12 =
        src/site.mc:3:18
        templates/site.mct:1:16
    "#]],
    );
}

#[test]
fn of_a_field() {
    check(
        &at("site: Site) -> String { \"${site.name}:${site.por"),
        expect![[r#"
        src/main.mc:6:27
        src/site.mc:2:35 =
        src/site.mc:3:57
        templates/site.mct:2:13
    "#]],
    );
}

#[test]
fn of_what_an_import_calls_otherwise() {
    check(
        &at("content = addres"),
        expect![[r#"
        src/main.mc:1:20
        src/main.mc:1:27
        src/main.mc:7:31
        src/site.mc:3:8 =
    "#]],
    );
}

#[test]
fn of_both_meanings_of_a_short_form() {
    check(
        &at("= Site { nam"),
        expect![[r#"
        src/main.mc:5:7 =
        src/main.mc:6:21
        src/site.mc:2:19 =
        src/site.mc:3:44
    "#]],
    );
}

#[test]
fn of_a_local_and_of_a_module() {
    check(
        &at("let sit"),
        expect![[r#"
        src/main.mc:6:7 =
        src/main.mc:7:39
        src/main.mc:8:60
    "#]],
    );
    check(
        &at("import sit"),
        expect![[r#"
        src/main.mc:1:8
    "#]],
    );
}

#[test]
fn of_a_parameter_of_a_template() {
    check(
        &at("%{ param sit"),
        expect![[r#"
        src/main.mc:8:53
        templates/site.mct:1:10 =
        templates/site.mct:2:8
    "#]],
    );
    check(
        &at("template(\"site.m"),
        expect![[r#"
        src/main.mc:8:41
    "#]],
    );
}

#[test]
fn of_what_is_built_in_there_are_none() {
    check("let a: I$0nt = 1\n", expect![""]);
    check("let a = \"a\".l$0en()\n", expect![""]);
}
