//! Formatting a part of a file.

use crate::fixture::Fixture;
use crate::{Formatting, format_closed, format_range};
use expect_test::{Expect, expect};
use mc_syntax::Span;

fn apply(text: &str, edits: &[Formatting]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.text);
    }
    text
}

fn check(source: &str, closed: bool, expected: Expect) {
    let fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let edits = if closed {
        format_closed(&fixture.db, file, offset)
    } else {
        format_range(&fixture.db, file, Span::at(offset))
    };
    expected.assert_eq(&apply(file.text(&fixture.db), &edits));
}

#[test]
fn only_the_lines_that_are_touched() {
    check(
        "let a   = 1\nlet b$0   = 2\nlet c   = 3\n",
        false,
        expect![[r#"
        let a   = 1
        let b = 2
        let c   = 3
    "#]],
    );
    check(
        "let a = f(1,\n  2,   $03)\nlet b   = 2\n",
        false,
        expect![[r#"
        let a = f(1, 2, 3)
        let b   = 2
    "#]],
    );
}

#[test]
fn the_block_that_was_closed() {
    check(
        "let a   = 1\npolicy p {\nlet b   = 2\n      let c = 3\n}$0\nlet d   = 3\n",
        true,
        expect![[r#"
            let a   = 1
            policy p {
              let b = 2
              let c = 3
            }
            let d   = 3
        "#]],
    );
}

#[test]
fn what_cannot_be_read_stays() {
    check(
        "let a   = $0\nlet b = 2\n",
        false,
        expect![[r#"
        let a   = 
        let b = 2
    "#]],
    );
    check(
        "policy p {\nlet b   = }$0\n",
        true,
        expect![[r#"
        policy p {
        let b   = }
    "#]],
    );
}
