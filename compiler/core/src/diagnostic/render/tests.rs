use super::{Format, RenderOptions, render};
use crate::db::{Database, File, Origin};
use crate::diagnostic::{Code, Diagnostic, Fix, Place, code};
use camino::Utf8PathBuf;
use expect_test::{Expect, expect};
use mc_syntax::Span;
use smol_str::SmolStr;
use std::sync::Arc;

fn file(db: &Database, path: &str, text: &str) -> File {
    File::new(db, Utf8PathBuf::from(path), SmolStr::default(), Origin::Package, Arc::from(text))
}

/// The place of `what`, the first one in the file.
fn at(db: &Database, file: File, what: &str) -> Place {
    let start = file.text(db).find(what).expect("the text is in the file");
    Place::new(file, Span::new(start as u32, (start + what.len()) as u32))
}

fn check(db: &Database, diagnostics: &[Diagnostic], options: &RenderOptions, expected: &Expect) {
    expected.assert_eq(&render(db, diagnostics, options));
}

const ASCII: RenderOptions = RenderOptions { format: Format::Full, color: false, ascii: true, width: 100 };

const MAIN: &str = "import std.fs.File\n\npolicy web {\n  File \"/etc/motd\" {\n    contnet = \"ä\"\n    mode = \"rwx\"\n  }\n}\n";

fn sample(db: &Database) -> Vec<Diagnostic> {
    let main = file(db, "src/main.mc", MAIN);
    let place = at(db, main, "contnet");
    vec![
        Diagnostic::error(
            code::TYPE_MISMATCH,
            at(db, main, "\"rwx\""),
            "`mode` expects a `Mode`, not a `String`",
        )
        .here("this is a `String`")
        .label(at(db, main, "File \"/etc/motd\""), "in this `File`")
        .note("a mode is written in octal digits")
        .help("write `0o644`"),
        Diagnostic::error(code::UNKNOWN_FIELD, place, "`File` has no attribute `contnet`")
            .here("not an attribute of `File`")
            .fix("did you mean `content`?", place, "content"),
    ]
}

#[test]
fn full() {
    let db = Database::new();
    check(
        &db,
        &sample(&db),
        &ASCII,
        &expect![[r#"
        error[MC0303]: `File` has no attribute `contnet`
           ,-[ src/main.mc:5:5 ]
           |
         5 |     contnet = "ä"
           |     |^^^^^^
           |     `-------- not an attribute of `File`
           |
           | Help: did you mean `content`?
           |       5 -     contnet = "ä"
           |       5 +     content = "ä"
        ---'

        error[MC0301]: `mode` expects a `Mode`, not a `String`
           ,-[ src/main.mc:6:12 ]
           |
         4 |   File "/etc/motd" {
           |   |^^^^^^^^^^^^^^^
           |   `----------------- in this `File`
           |
         6 |     mode = "rwx"
           |            |^^^^
           |            `------ this is a `String`
           |
           | Help: write `0o644`
           |
           | Note: a mode is written in octal digits
        ---'

        2 errors
    "#]],
    );
}

#[test]
fn unicode_boxes() {
    let db = Database::new();
    let options = RenderOptions { ascii: false, ..ASCII };
    check(
        &db,
        &sample(&db)[1..],
        &options,
        &expect![[r#"
        error[MC0303]: `File` has no attribute `contnet`
           ╭─[ src/main.mc:5:5 ]
           │
         5 │     contnet = "ä"
           │     ┬──────
           │     ╰──────── not an attribute of `File`
           │
           │ Help: did you mean `content`?
           │       5 -     contnet = "ä"
           │       5 +     content = "ä"
        ───╯

        1 error
    "#]],
    );
}

#[test]
fn colours_are_the_callers_choice() {
    let db = Database::new();
    let diagnostics = sample(&db);
    assert!(!render(&db, &diagnostics, &ASCII).contains('\x1b'));
    assert!(render(&db, &diagnostics, &RenderOptions { color: true, ..ASCII }).contains("\x1b["));
}

#[test]
fn concise() {
    let db = Database::new();
    let options = RenderOptions { format: Format::Concise, ..ASCII };
    check(
        &db,
        &sample(&db),
        &options,
        &expect![[r#"
        src/main.mc:5:5: error[MC0303]: `File` has no attribute `contnet`
        src/main.mc:6:12: error[MC0301]: `mode` expects a `Mode`, not a `String`
    "#]],
    );
}

#[test]
fn json() {
    let db = Database::new();
    let options = RenderOptions { format: Format::Json, ..ASCII };
    check(
        &db,
        &sample(&db)[1..],
        &options,
        &expect![[r#"
            {
              "version": 1,
              "errors": 1,
              "warnings": 0,
              "diagnostics": [
                {
                  "code": "MC0303",
                  "severity": "error",
                  "headline": "`File` has no attribute `contnet`",
                  "file": "src/main.mc",
                  "start": {
                    "byte": 58,
                    "line": 5,
                    "column": 5
                  },
                  "end": {
                    "byte": 65,
                    "line": 5,
                    "column": 12
                  },
                  "label": "not an attribute of `File`",
                  "labels": [],
                  "notes": [],
                  "help": null,
                  "fix": {
                    "title": "did you mean `content`?",
                    "trust": "guess",
                    "edits": [
                      {
                        "file": "src/main.mc",
                        "start": {
                          "byte": 58,
                          "line": 5,
                          "column": 5
                        },
                        "end": {
                          "byte": 65,
                          "line": 5,
                          "column": 12
                        },
                        "text": "content"
                      }
                    ]
                  }
                }
              ]
            }
        "#]],
    );
}

#[test]
fn json_of_nothing_is_an_object_too() {
    let db = Database::new();
    let options = RenderOptions { format: Format::Json, ..ASCII };
    check(
        &db,
        &[],
        &options,
        &expect![[r#"
        {
          "version": 1,
          "errors": 0,
          "warnings": 0,
          "diagnostics": []
        }
    "#]],
    );
    check(&db, &[], &ASCII, &expect![[""]]);
}

#[test]
fn several_files_and_a_place_before_the_primary_one() {
    let db = Database::new();
    let main = file(&db, "src/main.mc", "// ä ö ü\nlet a = 1\n\n\n\n\n\n\n\nlet a = 2\n");
    let other = file(&db, "src/web.mc", "// äöü äöü äöü\n\npub let a = 3\n");
    let second = Place::new(main, Span::new(33, 34));
    let diagnostic = Diagnostic::error(code::DUPLICATE_NAME, second, "`a` is declared three times")
        .here("here again")
        .label(at(&db, other, "a = 3"), "and here")
        .label(at(&db, main, "a = 1"), "first declared here");
    check(
        &db,
        &[diagnostic],
        &ASCII,
        &expect![[r#"
        error[MC0206]: `a` is declared three times
            ,-[ src/main.mc:10:5 ]
            |
          2 | let a = 1
            |     |^^^^
            |     `------ first declared here
            |
         10 | let a = 2
            |     |
            |     `-- here again
            |
            |-[ src/web.mc:3:9 ]
            |
          3 | pub let a = 3
            |         |^^^^
            |         `------ and here
        ----'

        1 error
    "#]],
    );
}

#[test]
fn a_fix_over_lines_and_files() {
    let db = Database::new();
    let main = file(&db, "src/main.mc", "let a = [\n  1,\n  2,\n]\nlet b = a\n");
    let other = file(&db, "src/web.mc", "import a\n");
    let mut diagnostic =
        Diagnostic::warning(code::SHADOWED_NAME, at(&db, main, "a = ["), "`a` hides an import")
            .help("give it another name");
    diagnostic.fix = Some(Fix::new(
        "rename it",
        vec![
            (Place::new(main, Span::new(4, 5)), "c".to_owned()),
            (at(&db, main, "  2,\n"), String::new()),
            (Place::new(main, Span::new(30, 31)), "c".to_owned()),
            (Place::new(other, Span::at(0)), "import c\n".to_owned()),
        ],
    ));
    check(
        &db,
        &[diagnostic],
        &ASCII,
        &expect![[r#"
        warning[MC0207]: `a` hides an import
           ,-[ src/main.mc:1:5 ]
           |
         1 | let a = [
           |     |^^^^
           |     `------ here
           |
           | Help: give it another name
           |       1 - let a = [
           |       1 + let c = [
           |       3 -   2,
           |       5 - let b = a
           |       5 + let b = c
           |       in src/web.mc:
           |       1 + import c
        ---'

        1 warning
    "#]],
    );
}

#[test]
fn text_that_acts_on_a_terminal_is_shown_not_sent() {
    let db = Database::new();
    let main = file(&db, "src/main.mc", "let a = \"\x1b[31m\u{202e}\u{2028}\r\n\tb\"\n");
    let diagnostic =
        Diagnostic::error(Code("MC0199"), at(&db, main, "\tb"), "bad \x1b[2J text").here("h\x07ere");
    let text = render(&db, &[diagnostic], &ASCII);
    assert!(!text.contains(['\x1b', '\x07', '\u{202e}', '\u{2028}', '\r']), "{text:?}");
    assert!(text.contains("src/main.mc:2:1"), "{text}");
}

#[test]
fn the_end_of_a_file_and_an_empty_one() {
    let db = Database::new();
    let main = file(&db, "src/main.mc", "policy web {\n");
    let empty = file(&db, "masterchef.toml", "");
    let diagnostics = [
        Diagnostic::error(Code("MC0101"), Place::new(main, Span::at(13)), "the file ends inside a block")
            .here("`}` expected"),
        Diagnostic::error(
            code::NO_MANIFEST,
            Place::new(empty, Span::at(0)),
            "`web` has no `masterchef.toml`",
        )
        .help("make a package with `mcc new web`"),
    ];
    check(
        &db,
        &diagnostics,
        &ASCII,
        &expect![[r#"
        error[MC0601]: `web` has no `masterchef.toml`
           ,-[ masterchef.toml:1:1 ]
           |
         1 |
           | |
           | `- here
           |
           | Help: make a package with `mcc new web`
        ---'

        error[MC0101]: the file ends inside a block
           ,-[ src/main.mc:2:1 ]
           |
         2 |
           | |
           | `- `}` expected
        ---'

        2 errors
    "#]],
    );
}

#[test]
fn long_notes_are_broken_between_words() {
    let db = Database::new();
    let main = file(&db, "src/main.mc", "let a = 1\n");
    let note =
        "a fairly long note that does not fit into one line of a narrow terminal and says so at some length";
    let diagnostic = Diagnostic::error(Code("MC0101"), at(&db, main, "a"), "something").note(note);
    check(
        &db,
        &[diagnostic],
        &RenderOptions { width: 60, ..ASCII },
        &expect![[r#"
        error[MC0101]: something
           ,-[ src/main.mc:1:5 ]
           |
         1 | let a = 1
           |     |
           |     `-- here
           |
           | Note: a fairly long note that does not fit into one
           |       line of a narrow terminal and says so at some
           |       length
        ---'

        1 error
    "#]],
    );
}

/// Whatever the span, nothing panics, and the position is inside the file.
#[test]
fn every_span_of_a_difficult_text_is_drawn() {
    let db = Database::new();
    let text = "ä\r\n\t\"x\u{2028}y\"\u{0}\n\n🦀e\u{301}\n";
    let main = file(&db, "src/main.mc", text);
    for start in 0..=text.len() as u32 {
        for end in start..=text.len() as u32 {
            let diagnostic =
                Diagnostic::error(Code("MC0101"), Place::new(main, Span::new(start, end)), "here").here("x");
            let full = render(&db, std::slice::from_ref(&diagnostic), &ASCII);
            let concise = render(&db, &[diagnostic], &RenderOptions { format: Format::Concise, ..ASCII });
            let place = concise.split(": error").next().expect("a place");
            assert!(full.contains(place), "{start}..{end}: {place} is not in\n{full}");
        }
    }
}

/// What one message hides is drawn by none of the same run, neither as a line nor in a fix.
#[test]
fn what_is_hidden() {
    let db = Database::new();
    let main = file(&db, "src/main.mc", "let a = Login { password = \"hünter2\", prot = 1 }\n");
    let (hidden, wrong) = (at(&db, main, "\"hünter2\""), at(&db, main, "prot"));
    let diagnostics = [
        Diagnostic::error(code::SECRET_WRITTEN, hidden, "a secret is named, not written").hide(hidden),
        Diagnostic::error(code::UNKNOWN_FIELD, wrong, "`Login` has no field `prot`").fix(
            "change to `port`",
            wrong,
            "port",
        ),
    ];
    check(
        &db,
        &diagnostics,
        &ASCII,
        &expect![[r#"
        error[MC0330]: a secret is named, not written
           ,-[ src/main.mc:1:28 ]
           |
         1 | let a = Login { password = *********, prot = 1 }
           |                            |^^^^^^^^
           |                            `---------- here
        ---'

        error[MC0303]: `Login` has no field `prot`
           ,-[ src/main.mc:1:39 ]
           |
         1 | let a = Login { password = *********, prot = 1 }
           |                                       |^^^
           |                                       `----- here
           |
           | Help: change to `port`
           |       1 - let a = Login { password = **********, prot = 1 }
           |       1 + let a = Login { password = **********, port = 1 }
        ---'

        2 errors
    "#]],
    );
}
