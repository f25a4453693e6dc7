//! Folding, and what a selection grows to.

use crate::fixture::Fixture;
use crate::{folds, selections};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::package;

#[test]
fn brackets_comments_and_imports_fold() {
    let source = "//! A file\n//! of two lines.\n\nimport std.fs.File\nimport std.pkg.{\n  Package,\n}\n\n// one line\n\
                  let a = [1, 2]\n// a comment\n// of two lines\npolicy p {\n  File \"/a\" {\n    mode = 0o644 // why\n\
                  \x20   // because\n  }\n}\n";
    let fixture = Fixture::new(source);
    let file = package::file(&fixture.db, Utf8Path::new("src/main.mc")).expect("in the package");
    let line = |at: u32| source[..at as usize].matches('\n').count() + 1;
    let found: Vec<String> = folds(&fixture.db, file)
        .into_iter()
        .map(|fold| format!("{}-{} {:?}", line(fold.range.start), line(fold.range.end), fold.kind))
        .collect();
    expect![[r#"
        1-2 Comment
        4-7 Imports
        5-7 Code
        11-12 Comment
        13-18 Code
        14-17 Code"#]]
    .assert_eq(&found.join("\n"));
}

fn check(source: &str, expected: Expect) {
    let fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let text = file.text(&fixture.db);
    let found: Vec<&str> = selections(&fixture.db, file, offset)
        .into_iter()
        .map(|span| &text[span.start as usize..span.end as usize])
        .collect();
    expected.assert_eq(&found.join("\n---\n"));
}

#[test]
fn a_selection_grows_from_the_name_to_the_file() {
    check(
        "let a = 1\npolicy p {\n  let b = \"x ${a$0 + 1}\".len() * 2\n}\n",
        expect![[r#"
        a
        ---
        a + 1
        ---
        "x ${a + 1}"
        ---
        "x ${a + 1}".len
        ---
        "x ${a + 1}".len()
        ---
        "x ${a + 1}".len() * 2
        ---
        let b = "x ${a + 1}".len() * 2
        ---
        {
          let b = "x ${a + 1}".len() * 2
        }
        ---
        policy p {
          let b = "x ${a + 1}".len() * 2
        }
        ---
        let a = 1
        policy p {
          let b = "x ${a + 1}".len() * 2
        }
    "#]],
    );
    check(
        "record R { a: List<In$0t>? = none }\n",
        expect![[r#"
        Int
        ---
        List<Int>
        ---
        List<Int>?
        ---
        a: List<Int>? = none
        ---
        record R { a: List<Int>? = none }
        ---
        record R { a: List<Int>? = none }
    "#]],
    );
    check(
        "let a = 1\n\n$0\nlet b = 2\n",
        expect![[r#"
        let a = 1


        let b = 2
    "#]],
    );
}
