//! Repairs. What comes out has one problem less.

use crate::fixture::Fixture;
use crate::{diagnostics, fix_all, organize_imports, quick_fixes};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::{Database, package};
use mc_syntax::Span;

fn apply(db: &mut Database, path: &Utf8Path, edits: &[(Span, String)]) -> String {
    let file = package::file(db, path).expect("in the package");
    let mut text = file.text(db).to_string();
    for (span, new) in edits.iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    package::set_text(db, path, &text);
    text
}

/// The offers at the cursor, and the file after the first.
fn check(source: &str, expected: Expect) {
    let mut fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let path = file.path(&fixture.db).clone();
    let actions = quick_fixes(&fixture.db, file, Span::at(offset));
    let mut out: String =
        actions.iter().map(|action| format!("{} ({})\n", action.title, action.trust.name())).collect();
    let before = diagnostics(&fixture.db).len();
    if let Some(first) = actions.first() {
        let [of_file] = first.edits.as_slice() else { panic!("one file") };
        out.push_str(&apply(&mut fixture.db, &path, &of_file.edits));
        assert!(diagnostics(&fixture.db).len() < before, "{out}");
    }
    expected.assert_eq(&out);
}

#[test]
fn a_misspelt_attribute() {
    check(
        "import std.fs.File\npolicy p {\n  File \"/a\" { conten$0 = \"x\" }\n}\n",
        expect![[r#"
        change to `content` (guess)
        import std.fs.File
        policy p {
          File "/a" { content = "x" }
        }
    "#]],
    );
}

#[test]
fn a_missing_import() {
    check(
        "policy p {\n  Fi$0le \"/a\" {}\n}\n",
        expect![[r#"
        add `import std.fs.File` (safe)
        import std.fs.File

        policy p {
          File "/a" {}
        }
    "#]],
    );
}

#[test]
fn what_a_rule_finds() {
    check(
        "import std.fs.File\npolicy p {\n  let on = true\n  if on$0 == true { File \"/a\" {} }\n}\n",
        expect![[r#"
            write `on` (safe)
            import std.fs.File
            policy p {
              let on = true
              if on { File "/a" {} }
            }
        "#]],
    );
}

#[test]
fn elsewhere_nothing_is_offered() {
    check("import std.fs.File\npolicy p$0 {\n  File \"/a\" { conten = \"x\" }\n}\n", expect![""]);
}

#[test]
fn everything_that_is_safe_at_once() {
    let source = "import std.fs.{File}\nimport std.pkg.Package\npolicy p {\n  let on = facts.cpu.count > 1\n  \
                  if !(!on) { File \"/a\" {} }\n  if on == true { File \"/b\" {} }\n}\n";
    let mut fixture = Fixture::new(source);
    let path = Utf8Path::new("src/main.mc");
    let file = package::file(&fixture.db, path).expect("in the package");
    let edits = fix_all(&fixture.db, file, None);
    expect![[r#"
        import std.fs.{File}
        policy p {
          let on = facts.cpu.count > 1
          if on { File "/a" {} }
          if on { File "/b" {} }
        }
    "#]]
    .assert_eq(&apply(&mut fixture.db, path, &edits));
}

#[test]
fn imports_are_organized_in_two_steps() {
    let source = "import std.svc.Service\nimport std.fs.{Symlink, File}\npolicy p {\n  Service \"a\" {}\n  File \"/a\" {}\n}\n";
    let mut fixture = Fixture::new(source);
    let path = Utf8Path::new("src/main.mc");
    let file = package::file(&fixture.db, path).expect("in the package");
    let edits = organize_imports(&fixture.db, file);
    expect![[r#"
        import std.svc.Service
        import std.fs.{File}
        policy p {
          Service "a" {}
          File "/a" {}
        }
    "#]]
    .assert_eq(&apply(&mut fixture.db, path, &edits));
    let edits = organize_imports(&fixture.db, file);
    expect![[r#"
        import std.fs.{File}
        import std.svc.Service
        policy p {
          Service "a" {}
          File "/a" {}
        }
    "#]]
    .assert_eq(&apply(&mut fixture.db, path, &edits));
    assert_eq!(organize_imports(&fixture.db, file), []);
}
