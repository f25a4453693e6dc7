//! `// lint: allow(unused_import) reason`: a comment that silences rules on its own line, or alone on a line on the
//! next line of code.

use super::context::Cx;
use super::{Level, RULES, Rule, known};
use crate::db::{Db, File};
use crate::diagnostic::{Code, Diagnostic, Place, code, nearest};
use crate::name;
use mc_syntax::{CommentKind, Span};

pub(super) const UNUSED: Rule = Rule {
    code: code::UNUSED_SILENCER,
    name: "unused_silencer",
    level: Level::Warn,
    about: "a comment that silences a rule where it finds nothing",
    check: |_| {},
};

pub(super) const BAD: Rule = Rule {
    code: code::BAD_SILENCER,
    name: "bad_silencer",
    level: Level::Warn,
    about: "a comment that is meant to silence a rule and does not",
    check: bad,
};

/// One rule that a comment names.
struct Silencer {
    code: Code,
    /// Where it is named.
    span: Span,
    /// The bytes of the line that it is about.
    line: Span,
    used: bool,
}

/// What a comment says, if it is meant for this tool.
struct Written<'a> {
    /// The names in the parentheses, with their places.
    names: Vec<(&'a str, Span)>,
    /// What is wrong with it.
    problem: Option<&'static str>,
}

fn read(text: &str, span: Span) -> Option<Written<'_>> {
    let comment = text.get(span.start as usize..span.end as usize)?;
    let body = comment.strip_prefix("//")?.trim_start().strip_prefix("lint:")?;
    let mut written = Written { names: Vec::new(), problem: None };
    let Some(list) =
        body.trim_start().strip_prefix("allow").and_then(|rest| rest.trim_start().strip_prefix('('))
    else {
        written.problem = Some("it begins with `lint: allow(`");
        return Some(written);
    };
    let Some((list, reason)) = list.split_once(')') else {
        written.problem = Some("its parenthesis is not closed");
        return Some(written);
    };
    let mut at = span.end - (list.len() + 1 + reason.len()) as u32;
    for name in list.split(',') {
        let inner = name.trim();
        let start = at + (name.len() - name.trim_start().len()) as u32;
        if !inner.is_empty() {
            written.names.push((inner, Span::new(start, start + inner.len() as u32)));
        }
        at += name.len() as u32 + 1;
    }
    if written.names.is_empty() {
        written.problem = Some("it names no rule");
    } else if reason.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation()).is_empty() {
        written.problem = Some("it gives no reason");
    }
    Some(written)
}

/// The line that a comment is about: its own, or the next one with code if nothing stands in front of it.
fn line_of(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    if !before[start..].trim().is_empty() {
        return Span::new(start as u32, span.end);
    }
    let mut at = span.end as usize;
    for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with("//") {
            return Span::new(at as u32, (at + line.len()) as u32);
        }
        at += line.len();
    }
    Span::at(text.len() as u32)
}

/// Takes away what comments of the file silence, and gives what is left, and a finding for every comment that silences
/// nothing.
pub(super) fn apply(
    db: &dyn Db,
    file: File,
    found: Vec<Diagnostic>,
    is_on: &dyn Fn(Code) -> bool,
) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let text: &str = file.text(db);
    let comments = &name::parsed(db, file).0.trivia.comments;
    let mut silencers: Vec<Silencer> = Vec::new();
    for comment in comments.iter().filter(|comment| comment.kind == CommentKind::Line) {
        let Some(written) = read(text, comment.span).filter(|w| w.problem.is_none()) else { continue };
        let line = line_of(text, comment.span);
        let named = written.names.iter().filter_map(|(name, span)| Some((known(name)?, *span)));
        silencers.extend(named.map(|(code, span)| Silencer { code, span, line, used: false }));
    }
    let kept = found
        .into_iter()
        .filter(|diagnostic| {
            let at = diagnostic.primary.span.start;
            let mut silenced = false;
            for silencer in &mut silencers {
                let covers = silencer.line.start <= at && at < silencer.line.end;
                if silencer.code == diagnostic.code && covers && diagnostic.code != code::BAD_SILENCER {
                    silencer.used = true;
                    silenced = true;
                }
            }
            !silenced
        })
        .collect();
    let unused = silencers.iter().filter(|silencer| !silencer.used && is_on(silencer.code));
    let unused = unused.map(|silencer| {
        let span = silencer.span;
        let name = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let headline = format!("`{name}` is silenced where it finds nothing");
        Diagnostic::warning(UNUSED.code, Place::new(file, span), headline)
            .here("finds nothing on this line")
            .help("remove the comment")
    });
    (kept, unused.collect())
}

fn bad(cx: &mut Cx<'_>) {
    for comment in cx.trivia.comments.iter().filter(|comment| comment.kind == CommentKind::Line) {
        let Some(written) = read(cx.text, comment.span) else { continue };
        if let Some(problem) = written.problem {
            let found = cx
                .finding(&BAD, comment.span, "this comment silences nothing")
                .here(problem)
                .help("write `// lint: allow(unused_import) and the reason`");
            cx.found.push(found);
            continue;
        }
        for (name, span) in written.names {
            if known(name).is_some() {
                continue;
            }
            let found = cx.finding(&BAD, span, format!("there is no rule `{name}`")).here("silences nothing");
            let near = nearest(name, RULES.iter().map(|rule| rule.name));
            let place = cx.place(span);
            cx.found.push(match near {
                Some(near) => found.did_you_mean(name, near, place),
                None => found.help("`mcc lint --rules` lists them"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::check;
    use expect_test::expect;

    #[test]
    fn a_comment_silences_its_line() {
        check(
            "// lint: allow(unused_import) the next release uses it\nimport std.fs.File\n\n\
             import std.pkg.Package // lint: allow(unused_import) so does this\n\npolicy p {\n  check facts.cpu.count > 0 else \"why\"\n}\n",
            expect![""],
        );
    }

    #[test]
    fn it_has_to_do_something() {
        check(
            "// lint: allow(unused_import) not needed\nimport std.fs.File\n\npolicy p {\n  File \"/a\" {}\n}\n",
            expect![[r#"
                src/main.mc:1:16: warning[MC1045]: `unused_import` is silenced where it finds nothing
            "#]],
        );
    }

    #[test]
    fn it_has_to_say_why_and_what() {
        check(
            "// lint: allow(unused_import)\nimport std.fs.File\n// lint: allow(unsed_import) a reason\n\
             // lint: nothing\npolicy p {\n  File \"/a\" {}\n}\n",
            expect![[r#"
                src/main.mc:1:1: warning[MC1046]: this comment silences nothing
                src/main.mc:3:16: warning[MC1046]: there is no rule `unsed_import`
                src/main.mc:4:1: warning[MC1046]: this comment silences nothing
            "#]],
        );
    }
}
