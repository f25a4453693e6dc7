//! Templates: text with holes and tags. The parser gives them in a row; here tags find their ends.

use crate::Span;
use crate::ast::{
    Condition, Expr, Item, Param, Pattern, SmolStr, Template, TemplateArm, TemplateFor, TemplateIf,
    TemplateMatch, TemplatePart,
};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::tree::Cx;
use smol_str::SmolStrBuilder;

/// Tags that may be open at the same time.
const MAX_TAGS: usize = 128;

/// What the parser returns.
pub(crate) enum Source {
    File(Vec<Item>),
    Template(Vec<Placed<TemplatePiece>>),
}

/// Something with its place.
pub(crate) struct Placed<T> {
    node: T,
    span: Span,
}

impl<T> Placed<T> {
    pub(crate) fn new(node: T, l: u32, r: u32) -> Self {
        Placed { node, span: Span::new(l, r) }
    }
}

/// Text, a hole or a tag.
pub(crate) enum TemplatePiece {
    Text,
    Hole(Box<Expr>),
    Param(Box<Param>),
    If(Box<Condition>),
    ElseIf(Box<Condition>),
    Else,
    For(Vec<Pattern>, Box<Expr>),
    Match(Box<Expr>),
    Case(Box<Pattern>, Option<Box<Expr>>),
    End,
    Error,
}

impl TemplatePiece {
    fn is_tag(&self) -> bool {
        !matches!(self, TemplatePiece::Text | TemplatePiece::Hole(_))
    }
}

/// A construct whose end was not read yet.
struct Open {
    /// Its first tag.
    span: Span,
    kind: OpenKind,
    /// What was read since its last tag.
    parts: Vec<TemplatePart>,
}

enum OpenKind {
    If {
        branches: Vec<(Condition, Vec<TemplatePart>)>,
        /// The condition that `parts` belong to; none behind `else`.
        condition: Option<Box<Condition>>,
    },
    For(Vec<Pattern>, Box<Expr>),
    Match {
        scrutinee: Box<Expr>,
        arms: Vec<TemplateArm>,
        /// The case that `parts` belong to, and its tag; none before the first.
        case: Option<(Box<Pattern>, Option<Box<Expr>>, Span)>,
    },
    /// Too deep, or its tag could not be read.
    Lost,
}

impl OpenKind {
    fn word(&self) -> &'static str {
        match self {
            OpenKind::If { .. } => "if",
            OpenKind::For(..) => "for",
            OpenKind::Match { .. } => "match",
            OpenKind::Lost => "..",
        }
    }
}

/// Puts the pieces of a template together.
pub(crate) fn build(cx: &mut Cx<'_>, pieces: Vec<Placed<TemplatePiece>>) -> Template {
    let alone = lines_of_tags(cx, &pieces);
    let mut builder = Builder { cx, params: Vec::new(), parts: Vec::new(), open: Vec::new(), begun: false };
    for (index, piece) in pieces.into_iter().enumerate() {
        match piece.node {
            TemplatePiece::Text => {
                let behind = index > 0 && alone.get(index - 1) == Some(&true);
                let before = alone.get(index + 1) == Some(&true);
                builder.text(piece.span, behind, before);
            }
            tag => builder.piece(tag, piece.span),
        }
    }
    builder.finish()
}

/// For each piece, whether it is a tag on a line that holds nothing but tags and white space.
fn lines_of_tags(cx: &Cx<'_>, pieces: &[Placed<TemplatePiece>]) -> Vec<bool> {
    let mut alone = vec![false; pieces.len()];
    let text = |index: usize| {
        pieces.get(index).map(|piece| (matches!(piece.node, TemplatePiece::Text), cx.slice(piece.span)))
    };
    let blank = |text: &str| text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r'));
    let mut index = 0;
    while let Some(piece) = pieces.get(index) {
        if !piece.node.is_tag() {
            index += 1;
            continue;
        }
        // The tags of one line: only white space stands between them.
        let mut end = index + 1;
        loop {
            match pieces.get(end) {
                Some(next) if next.node.is_tag() => end += 1,
                Some(next)
                    if matches!(next.node, TemplatePiece::Text)
                        && blank(cx.slice(next.span))
                        && pieces.get(end + 1).is_some_and(|after| after.node.is_tag()) =>
                {
                    end += 2;
                }
                _ => break,
            }
        }
        let begins = match index.checked_sub(1).and_then(text) {
            None => true,
            Some((true, before)) => match before.rsplit_once('\n') {
                Some((_, line)) => blank(line),
                None => index == 1 && blank(before),
            },
            Some((false, _)) => false,
        };
        let ends = match text(end) {
            None => true,
            Some((true, after)) => match after.split_once('\n') {
                Some((line, _)) => blank(line),
                None => end + 1 == pieces.len() && blank(after),
            },
            Some((false, _)) => false,
        };
        if begins && ends {
            alone.get_mut(index..end).into_iter().flatten().for_each(|tag| *tag = true);
        }
        index = end;
    }
    alone
}

struct Builder<'c, 's> {
    cx: &'c mut Cx<'s>,
    params: Vec<Param>,
    /// What was read outside of all tags.
    parts: Vec<TemplatePart>,
    open: Vec<Open>,
    /// Whether anything but parameters and white space was read.
    begun: bool,
}

impl Builder<'_, '_> {
    fn push(&mut self, part: TemplatePart) {
        match self.open.last_mut() {
            Some(open) => open.parts.push(part),
            None => self.parts.push(part),
        }
    }

    /// A text; `behind` and `before` a tag that takes its line with it.
    fn text(&mut self, mut span: Span, behind: bool, before: bool) {
        let mut text = self.cx.slice(span);
        if behind {
            // Between two tags of one line there is no newline.
            let length = text.find('\n').map_or(text.len(), |newline| newline + 1);
            text = text.get(length..).unwrap_or("");
            span.start += length as u32;
        }
        if before {
            text = text.trim_end_matches([' ', '\t']);
            span.end = span.start + text.len() as u32;
        }
        if text.is_empty() {
            return;
        }
        self.begun |= !text.trim().is_empty();
        if let Some(Open { kind: OpenKind::Match { case: None, .. }, .. }) = self.open.last() {
            if !text.trim().is_empty() {
                let start = span.start + (text.len() - text.trim_start().len()) as u32;
                let place = Span::new(start, start + text.trim().len() as u32);
                let error = SyntaxError::new(Kind::TextBeforeCase, place);
                self.cx
                    .report(error.help("put it in front of the `%{ match .. }`, or behind a `%{ case .. }`"));
            }
            return;
        }
        let value = plain(text);
        self.push(TemplatePart::Text(value, span));
    }

    fn piece(&mut self, piece: TemplatePiece, span: Span) {
        let parameter = matches!(piece, TemplatePiece::Param(_) | TemplatePiece::Error);
        match piece {
            TemplatePiece::Text => {}
            TemplatePiece::Hole(value) => self.push(TemplatePart::Hole(*value)),
            TemplatePiece::Param(param) => {
                if self.begun {
                    let error = SyntaxError::new(Kind::LateParam, span);
                    self.cx.report(error.help("move it above the first line of text"));
                }
                self.params.push(*param);
            }
            TemplatePiece::If(condition) => {
                self.open(OpenKind::If { branches: Vec::new(), condition: Some(condition) }, span);
            }
            TemplatePiece::For(patterns, iterable) => self.open(OpenKind::For(patterns, iterable), span),
            TemplatePiece::Match(scrutinee) => {
                self.open(OpenKind::Match { scrutinee, arms: Vec::new(), case: None }, span);
            }
            TemplatePiece::ElseIf(condition) => self.else_(Some(condition), span),
            TemplatePiece::Else => self.else_(None, span),
            TemplatePiece::Case(pattern, guard) => self.case(pattern, guard, span),
            TemplatePiece::End => match self.open.pop() {
                Some(open) => self.close(open, span),
                None => self.stray("end", span),
            },
            TemplatePiece::Error => self.push(TemplatePart::Error(span)),
        }
        self.begun |= !parameter;
    }

    fn open(&mut self, kind: OpenKind, span: Span) {
        let kind = if self.open.len() < MAX_TAGS {
            kind
        } else {
            if self.open.len() == MAX_TAGS {
                self.cx.report(crate::bracket::too_deep(span));
            }
            OpenKind::Lost
        };
        self.open.push(Open { span, kind, parts: Vec::new() });
    }

    fn else_(&mut self, next: Option<Box<Condition>>, span: Span) {
        match self.open.last_mut() {
            Some(Open { kind: OpenKind::If { branches, condition }, parts, .. }) if condition.is_some() => {
                if let Some(condition) = std::mem::replace(condition, next) {
                    branches.push((*condition, std::mem::take(parts)));
                }
            }
            Some(Open { kind: OpenKind::Lost, .. }) => {}
            _ => self.stray("else", span),
        }
    }

    fn case(&mut self, pattern: Box<Pattern>, guard: Option<Box<Expr>>, span: Span) {
        match self.open.last_mut() {
            Some(Open { kind: OpenKind::Match { arms, case, .. }, parts, .. }) => {
                arms.extend(arm(case.replace((pattern, guard, span)), std::mem::take(parts), span.start));
            }
            Some(Open { kind: OpenKind::Lost, .. }) => {}
            _ => self.stray("case", span),
        }
    }

    fn stray(&mut self, word: &'static str, span: Span) {
        let mut error = SyntaxError::new(Kind::StrayTag { word }, span);
        error.help = match (word, self.open.last()) {
            ("case", Some(_) | None) => Some("a case belongs to a `%{ match .. }`".to_owned()),
            ("else", Some(_)) => Some("an `else` belongs to a `%{ if .. }`, and is its last part".to_owned()),
            _ => None,
        };
        if let Some(open) = self.open.last() {
            error = error.label(open.span, format!("this `%{{ {} }}` is open here", open.kind.word()));
        }
        self.cx.report(error);
    }

    fn close(&mut self, open: Open, end: Span) {
        let span = open.span.to(end);
        let part = match open.kind {
            OpenKind::If { mut branches, condition } => {
                let otherwise = match condition {
                    Some(condition) => {
                        branches.push((*condition, open.parts));
                        None
                    }
                    None => Some(open.parts),
                };
                TemplatePart::If(TemplateIf { branches, otherwise, span })
            }
            OpenKind::For(patterns, iterable) => {
                TemplatePart::For(TemplateFor { patterns, iterable: *iterable, body: open.parts, span })
            }
            OpenKind::Match { scrutinee, mut arms, case } => {
                arms.extend(arm(case, open.parts, end.start));
                TemplatePart::Match(TemplateMatch { scrutinee: *scrutinee, arms, span })
            }
            OpenKind::Lost => TemplatePart::Error(span),
        };
        self.push(part);
    }

    fn finish(mut self) -> Template {
        while let Some(open) = self.open.pop() {
            if !matches!(open.kind, OpenKind::Lost) {
                let kind = Kind::TagWithoutEnd { word: open.kind.word() };
                let error = SyntaxError::new(kind, open.span);
                self.cx.report(error.help("write `%{ end }` where it ends"));
            }
            let end = open.parts.last().map_or(open.span, place);
            self.close(open, end);
        }
        Template { params: self.params, parts: self.parts }
    }
}

fn arm(
    case: Option<(Box<Pattern>, Option<Box<Expr>>, Span)>,
    body: Vec<TemplatePart>,
    end: u32,
) -> Option<TemplateArm> {
    let (pattern, guard, span) = case?;
    let span = Span::new(span.start, end);
    Some(TemplateArm { pattern: *pattern, guard: guard.map(|guard| *guard), body, span })
}

/// Where a part stands.
fn place(part: &TemplatePart) -> Span {
    match part {
        TemplatePart::Text(_, span) | TemplatePart::Error(span) => *span,
        TemplatePart::Hole(value) => value.span,
        TemplatePart::If(node) => node.span,
        TemplatePart::For(node) => node.span,
        TemplatePart::Match(node) => node.span,
    }
}

/// The text itself: `$${` and `%%{` stand for `${` and `%{`, and line ends are `\n`, whatever the file uses.
fn plain(text: &str) -> SmolStr {
    let mut rest = text;
    let mut out = SmolStrBuilder::new();
    while let Some(at) = rest.find(['$', '%', '\r']) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let skip = ["$${", "%%{", "\r\n"].iter().any(|escape| tail.starts_with(escape));
        let (sign, tail) = tail.split_at(1);
        if !skip {
            out.push_str(sign);
        }
        rest = tail;
    }
    out.push_str(rest);
    out.finish()
}
