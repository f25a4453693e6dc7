//! What is different between two texts, in the unified format that `patch` reads.

use std::fmt::Write;

/// Equal lines around a change.
const AROUND: usize = 3;

/// Changed lines up to which the shortest difference is looked for. A text that differs in more is shown as replaced.
const MOST: usize = 1500;

/// A run of lines: those of the old text, and those that stand in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    old: (usize, usize),
    new: (usize, usize),
}

/// The difference, with `name` for both sides. Empty if there is none.
pub(super) fn unified(name: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let changes = changes(&old, &new);
    let mut out = String::new();
    if changes.is_empty() {
        return out;
    }
    // invariant: writing to a string does not fail
    let _ = writeln!(out, "--- {name}\n+++ {name}");
    for hunk in changes.chunk_by(|a, b| b.old.0 - a.old.1 <= 2 * AROUND) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let before = first.old.0.min(AROUND);
        let after = (old.len() - last.old.1).min(AROUND);
        let from = (first.old.0 - before, last.old.1 + after);
        let to = (first.new.0 - before, last.new.1 + after);
        let place = |(start, end): (usize, usize)| match end - start {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            count => format!("{},{count}", start + 1),
        };
        let _ = writeln!(out, "@@ -{} +{} @@", place(from), place(to));
        let mut at = from.0;
        for change in hunk {
            lines(&mut out, ' ', old.get(at..change.old.0));
            lines(&mut out, '-', old.get(change.old.0..change.old.1));
            lines(&mut out, '+', new.get(change.new.0..change.new.1));
            at = change.old.1;
        }
        lines(&mut out, ' ', old.get(at..from.1));
    }
    out
}

fn lines(out: &mut String, sign: char, lines: Option<&[&str]>) {
    for line in lines.unwrap_or(&[]) {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The changes, by the greedy algorithm of Myers, "An O(ND) Difference Algorithm and Its Variations" (1986).
fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let a = old.get(head..old.len() - tail).unwrap_or(&[]);
    let b = new.get(head..new.len() - tail).unwrap_or(&[]);
    let moves = shortest(a, b).unwrap_or_else(|| vec![(a.len(), 0), (0, b.len())]);
    // Single steps to runs.
    let mut changes: Vec<Change> = Vec::new();
    let (mut x, mut y) = (head, head);
    for (less, more) in moves {
        if less > 0 && more > 0 {
            (x, y) = (x + less, y + more);
            continue;
        }
        match changes.last_mut() {
            Some(last) if last.old.1 == x && last.new.1 == y => {
                (last.old.1, last.new.1) = (x + less, y + more);
            }
            _ if less + more > 0 => changes.push(Change { old: (x, x + less), new: (y, y + more) }),
            _ => {}
        }
        (x, y) = (x + less, y + more);
    }
    changes
}

/// The shortest way from `a` to `b`: lines that go, that come, and that stay (both). None if it is very long.
fn shortest(a: &[&str], b: &[&str]) -> Option<Vec<(usize, usize)>> {
    let limit = (a.len() + b.len()).min(MOST);
    let offset = limit + 1;
    // For each diagonal, how far along `a` one comes.
    let mut furthest = vec![0usize; 2 * offset + 1];
    let mut trace = Vec::new();
    let at = |k: isize| (k + offset as isize) as usize;
    for d in 0..=limit as isize {
        trace.push(furthest.get(at(-d - 1)..=at(d + 1))?.to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || k != d && furthest.get(at(k - 1))? < furthest.get(at(k + 1))?;
            let mut x = if down { *furthest.get(at(k + 1))? } else { furthest.get(at(k - 1))? + 1 };
            let mut y = (x as isize - k) as usize;
            while x < a.len() && y < b.len() && a.get(x) == b.get(y) {
                (x, y) = (x + 1, y + 1);
            }
            *furthest.get_mut(at(k))? = x;
            if x >= a.len() && y >= b.len() {
                return Some(back(&trace, a.len(), b.len()));
            }
        }
    }
    None
}

/// The way that `trace` found, from its end.
fn back(trace: &[Vec<usize>], mut x: usize, mut y: usize) -> Vec<(usize, usize)> {
    let mut moves = Vec::new();
    for (d, row) in trace.iter().enumerate().rev() {
        let d = d as isize;
        let get = |k: isize| row.get((k + d + 1) as usize).copied().unwrap_or(0);
        let k = x as isize - y as isize;
        let down = k == -d || k != d && get(k - 1) < get(k + 1);
        let before = if down { k + 1 } else { k - 1 };
        let (from_x, from_y) = (get(before), (get(before) as isize - before).max(0) as usize);
        let (start_x, start_y) = match (d, down) {
            (0, _) => (0, 0),
            (_, true) => (from_x, from_y + 1),
            (_, false) => (from_x + 1, from_y),
        };
        if x > start_x {
            moves.push((x - start_x, y - start_y));
        }
        if d > 0 {
            moves.push(if down { (0, 1) } else { (1, 0) });
        }
        (x, y) = (from_x, from_y);
    }
    moves.reverse();
    moves
}

#[cfg(test)]
mod tests {
    use super::unified;
    use expect_test::{Expect, expect};

    fn check(old: &str, new: &str, expected: Expect) {
        expected.assert_eq(&unified("a.mc", old, new));
    }

    #[test]
    fn equal_texts_have_no_difference() {
        check("a\nb\n", "a\nb\n", expect![""]);
    }

    #[test]
    fn changes_have_lines_around_them() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n";
        let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\nnew\n13\n14\n";
        check(
            old,
            new,
            expect![[r#"
                --- a.mc
                +++ a.mc
                @@ -2,7 +2,7 @@
                 2
                 3
                 4
                -5
                +five
                 6
                 7
                 8
                @@ -10,6 +10,6 @@
                 10
                 11
                 12
                +new
                 13
                 14
                -15
            "#]],
        );
    }

    #[test]
    fn everything_may_go_and_come() {
        check(
            "a\n",
            "",
            expect![[r#"
            --- a.mc
            +++ a.mc
            @@ -1 +0,0 @@
            -a
        "#]],
        );
        check(
            "",
            "a",
            expect![[r#"
            --- a.mc
            +++ a.mc
            @@ -0,0 +1 @@
            +a
            \ No newline at end of file
        "#]],
        );
    }

    /// The lines of a difference give back both sides.
    #[test]
    fn a_difference_is_whole() {
        let lines = ["a\n", "b\n", "c\n", "d\n"];
        let mut seed = 7u32;
        for _ in 0..200 {
            let mut text = || {
                (0..12)
                    .map(|_| {
                        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        lines[(seed >> 24) as usize % lines.len()]
                    })
                    .collect::<String>()
            };
            let (old, new) = (text(), text());
            let shown = unified("a", &old, &new);
            let side = |sign: char| {
                let body = shown.lines().skip(2).filter(|line| !line.starts_with("@@"));
                let own = body.filter(|line| line.starts_with([' ', sign]));
                own.map(|line| format!("{}\n", &line[1..])).collect::<String>()
            };
            // Twelve lines are one hunk at most, but for equal ones at its ends.
            assert!(old.contains(&side('-')) && new.contains(&side('+')), "{old}\n{new}\n{shown}");
            assert_eq!(old.len() - side('-').len(), new.len() - side('+').len());
        }
    }
}
