//! Takes the lexemes one by one, each with the comments in front of it.

use super::layout::Command;
use crate::Span;
use crate::lexer::Lexed;
use crate::token::{Lexeme, Token};
use crate::trivia::Comment;

/// The lexemes of a text, a string with holes as one.
pub(super) fn words(lexed: &Lexed) -> Vec<Lexeme> {
    let mut words: Vec<Lexeme> = Vec::with_capacity(lexed.lexemes.len());
    let mut strings = 0u32;
    for &lexeme in &lexed.lexemes {
        let inside = strings > 0;
        match lexeme.token {
            Token::StrStart => strings += 1,
            Token::StrEnd => strings = strings.saturating_sub(1),
            _ => {}
        }
        match words.last_mut() {
            Some(string) if inside => string.span = string.span.to(lexeme.span),
            _ if lexeme.token == Token::StrStart => words.push(Lexeme { token: Token::Str, ..lexeme }),
            _ => words.push(lexeme),
        }
    }
    words
}

/// Brackets with elements between commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brackets {
    /// Square ones. They stay broken if the line ends behind the first.
    List,
    /// Round ones.
    Round,
    /// Round ones that take no comma behind the last element.
    Pattern,
}

/// Writes commands along the lexemes.
pub(super) struct Writer<'s> {
    pub(super) text: &'s str,
    words: Vec<Lexeme>,
    /// The next word.
    at: usize,
    comments: &'s [Comment],
    /// The next comment.
    comment: usize,
    pub(super) out: Vec<Command>,
    /// Whether a blank line in front of the next word is kept.
    between_items: bool,
    /// Whether a bracket was just opened, behind which no blank line stays.
    opened: bool,
    /// Whether newlines mean nothing here: the innermost bracket is a round or a square one.
    pub(super) free: bool,
    /// Whether the lexemes were not what the tree said.
    lost: bool,
}

impl<'s> Writer<'s> {
    pub(super) fn new(text: &'s str, lexed: &'s Lexed) -> Self {
        let words = words(lexed);
        let out = Vec::with_capacity(words.len() * 2);
        Writer {
            text,
            words,
            at: 0,
            comments: &lexed.trivia.comments,
            comment: 0,
            out,
            between_items: false,
            opened: true,
            free: false,
            lost: false,
        }
    }

    /// The commands; none if a lexeme was left out.
    pub(super) fn finish(mut self) -> Option<Vec<Command>> {
        self.out.push(Command::HardLine);
        self.comments_before(u32::MAX);
        debug_assert!(self.at == self.words.len(), "words are left at {}", self.next_start());
        (!self.lost && self.at == self.words.len() && self.comment == self.comments.len()).then_some(self.out)
    }

    // What comes next

    pub(super) fn next(&self) -> Option<Token> {
        self.words.get(self.at).map(|word| word.token)
    }

    fn next_start(&self) -> u32 {
        self.words.get(self.at).map_or(u32::MAX, |word| word.span.start)
    }

    /// Whether the line ends before the next word or comment.
    fn line_ends(&self) -> bool {
        let comment = self.comments.get(self.comment).map_or(u32::MAX, |comment| comment.span.start);
        let next = self.next_start().min(comment);
        next != u32::MAX && self.newlines_before(next) > 0
    }

    /// Whether there is a comment before the next word.
    pub(super) fn has_comment(&self) -> bool {
        self.comments.get(self.comment).is_some_and(|comment| comment.span.start < self.next_start())
    }

    /// Whether there is a comment in a part of the source.
    pub(super) fn has_comment_in(&self, span: Span) -> bool {
        let first = self.comments.partition_point(|comment| comment.span.start < span.start);
        self.comments.get(first).is_some_and(|comment| comment.span.start < span.end)
    }

    /// The newlines in the white space and the commas before an offset.
    fn newlines_before(&self, offset: u32) -> usize {
        let before = self.text.as_bytes().get(..offset as usize).unwrap_or(&[]);
        let space = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',');
        space.filter(|byte| **byte == b'\n').count()
    }

    // Words

    /// The comments in front of an offset.
    fn comments_before(&mut self, offset: u32) -> bool {
        let first = self.comment;
        while let Some(comment) = self.comments.get(self.comment).filter(|c| c.span.start < offset) {
            let Span { start, end } = comment.span;
            let newlines = self.newlines_before(start);
            let blank = newlines > 1 && !self.opened;
            // The first of a file has nothing in front of it.
            let trailing = newlines == 0 && self.at + self.comment > 0;
            self.out.push(Command::Comment { start, end, trailing, blank });
            self.comment += 1;
            self.opened &= trailing;
        }
        self.comment > first
    }

    /// The next word.
    pub(super) fn take(&mut self) {
        let Some(&word) = self.words.get(self.at) else {
            self.lost = true;
            return;
        };
        let commented = self.comments_before(word.span.start);
        if (commented || self.between_items) && !self.opened && self.newlines_before(word.span.start) > 1 {
            self.out.push(Command::Blank);
        }
        (self.between_items, self.opened) = (false, false);
        self.out.push(Command::Piece(word.span.start, word.span.end));
        self.at += 1;
    }

    /// The next word, which is this one.
    pub(super) fn expect(&mut self, token: Token) {
        if self.next() == Some(token) {
            self.take();
        } else {
            debug_assert!(false, "{token:?} expected, {:?} at {}", self.next(), self.next_start());
            self.lost = true;
        }
    }

    /// The words that begin before an offset, as types, names and paths have them.
    pub(super) fn until(&mut self, end: u32) {
        let mut previous = None;
        while let Some(word) = self.words.get(self.at).filter(|word| word.span.start < end) {
            let token = word.token;
            if previous.is_some_and(|previous| spaced(previous, token)) {
                self.out.push(Command::Space);
            }
            self.take();
            previous = Some(token);
        }
    }

    /// The words that begin before an offset, and a space.
    pub(super) fn head(&mut self, end: u32) {
        self.until(end);
        self.out.push(Command::Space);
    }

    /// The words in front of the next one of a kind.
    pub(super) fn until_token(&mut self, token: Token) {
        let rest = self.words.get(self.at..).unwrap_or(&[]);
        match rest.iter().find(|word| word.token == token) {
            Some(word) => self.until(word.span.start),
            None => self.lost = true,
        }
    }

    /// Leaves out the comma that comes next, if one does.
    fn skip_comma(&mut self) {
        while self.next() == Some(Token::Comma) {
            self.at += 1;
        }
    }

    // Brackets

    /// `{ a, b }`, or an item on each line. `body` writes the items and calls [`Writer::item`] before each.
    pub(super) fn braces(&mut self, broken: bool, body: impl FnOnce(&mut Self)) {
        self.out.push(Command::Begin);
        self.open_braces(Command::Line, broken, body);
        self.out.push(Command::End);
    }

    /// [`Writer::braces`] as a part of a larger group, with a line or a soft line inside of each brace.
    pub(super) fn open_braces(&mut self, line: Command, broken: bool, body: impl FnOnce(&mut Self)) {
        self.expect(Token::LBrace);
        if self.next() == Some(Token::RBrace) && !self.has_comment() {
            return self.take();
        }
        let free = std::mem::replace(&mut self.free, false);
        if broken || self.line_ends() {
            self.out.push(Command::Break);
        }
        self.out.extend([Command::Indent, line]);
        self.opened = true;
        body(self);
        self.skip_comma();
        self.comments_inside();
        self.out.extend([Command::Dedent, line]);
        self.expect(Token::RBrace);
        self.free = free;
    }

    /// The comments in front of the closing bracket, which belong to what is inside.
    pub(super) fn comments_inside(&mut self) {
        if self.has_comment() {
            self.out.push(Command::HardLine);
        }
        let close = self.next_start();
        self.comments_before(close);
        self.opened = true;
    }

    /// The names of an import, from brace to brace, in this order.
    pub(super) fn import_names(&mut self, names: &[Span], order: &[usize]) {
        let word_at = |writer: &Self, offset| writer.words.partition_point(|word| word.span.start < offset);
        self.out.push(Command::Begin);
        self.open_braces(Command::SoftLine, false, |writer| {
            for (index, name) in order.iter().filter_map(|at| names.get(*at)).enumerate() {
                writer.item(index == 0);
                writer.at = word_at(writer, name.start);
                writer.until(name.end);
            }
            writer.at = names.last().map_or(writer.at, |last| word_at(writer, last.end));
        });
        self.out.push(Command::End);
    }

    /// What stands between the items of braces: nothing before the first.
    pub(super) fn item(&mut self, first: bool) {
        if !first {
            self.out.push(Command::ItemLine);
            self.skip_comma();
            self.between_items = true;
        }
    }

    /// What stands between the items of a file.
    pub(super) fn file_item(&mut self) {
        self.out.push(Command::HardLine);
        self.between_items = true;
    }

    /// The elements of round or square brackets, separated by commas.
    pub(super) fn elements<T>(
        &mut self,
        kind: Brackets,
        rows: &[bool],
        elements: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        let close = if kind == Brackets::List { Token::RBracket } else { Token::RParen };
        self.out.push(Command::Begin);
        self.take();
        let free = std::mem::replace(&mut self.free, true);
        if kind == Brackets::List && self.line_ends() && self.next() != Some(close) {
            self.out.push(Command::Break);
        }
        let empty = self.next() == Some(close) && !self.has_comment();
        if !empty {
            self.out.extend([Command::Indent, Command::SoftLine]);
            self.opened = true;
        }
        let mut first = true;
        for (index, element) in elements.into_iter().enumerate() {
            if !first {
                self.skip_comma();
                self.end_row(rows, index);
                self.out.extend([Command::Comma, Command::Line]);
                self.between_items = true;
            }
            first = false;
            self.begin_row(rows, index);
            write(self, element);
        }
        self.end_rows(rows);
        self.skip_comma();
        if !empty {
            if !first && kind != Brackets::Pattern {
                self.out.push(Command::LastComma);
            }
            self.comments_inside();
            self.out.extend([Command::Dedent, Command::SoftLine]);
        }
        self.expect(close);
        self.free = free;
        self.out.push(Command::End);
    }

    /// Which of these elements, all of them words, begin a row: where the author put several on a line and there are
    /// several such lines, they stay together. Empty where each element has a line of its own.
    pub(super) fn rows(&self, elements: &[Span]) -> Vec<bool> {
        let mut rows = vec![true];
        rows.extend(elements.windows(2).map(|pair| {
            let [before, after] = pair else { return false };
            self.text.get(before.end as usize..after.start as usize).is_some_and(|gap| gap.contains('\n'))
        }));
        let lines = rows.iter().filter(|begins| **begins).count();
        if lines > 1 && lines < rows.len() { rows } else { Vec::new() }
    }

    /// The beginning of an element, which may begin a row.
    pub(super) fn begin_row(&mut self, rows: &[bool], index: usize) {
        if rows.get(index) == Some(&true) {
            let next = self.next_start();
            self.comments_before(next);
            self.out.push(Command::Begin);
        }
    }

    /// In front of the separator before an element, which may begin a row.
    pub(super) fn end_row(&mut self, rows: &[bool], index: usize) {
        if index > 0 && rows.get(index) == Some(&true) {
            self.out.push(Command::End);
        }
    }

    /// Behind the last element.
    pub(super) fn end_rows(&mut self, rows: &[bool]) {
        if !rows.is_empty() {
            self.out.push(Command::End);
        }
    }

    /// Brackets that stay on the lines of what is in them.
    pub(super) fn hugging(&mut self, close: Token, inside: impl FnOnce(&mut Self)) {
        self.take();
        let free = std::mem::replace(&mut self.free, true);
        inside(self);
        self.skip_comma();
        self.expect(close);
        self.free = free;
    }

    /// A comma between two elements on one line.
    pub(super) fn comma(&mut self) {
        self.skip_comma();
        self.out.extend([Command::Comma, Command::Space]);
    }

    /// A group around something.
    pub(super) fn group(&mut self, inside: impl FnOnce(&mut Self)) {
        self.out.push(Command::Begin);
        inside(self);
        self.out.push(Command::End);
    }

    /// Something further in.
    pub(super) fn indented(&mut self, inside: impl FnOnce(&mut Self)) {
        self.out.push(Command::Indent);
        inside(self);
        self.out.push(Command::Dedent);
    }
}

/// Whether a space stands between two words of a type, a name or a path.
fn spaced(previous: Token, next: Token) -> bool {
    use Token as T;
    let open =
        matches!(previous, T::LParen | T::LBracket | T::Dot | T::QuestionDot | T::Minus | T::Bang | T::Lt);
    let name = matches!(previous, T::Upper | T::Lower | T::DotUpper);
    let tight = match next {
        T::Comma
        | T::RParen
        | T::RBracket
        | T::Gt
        | T::Question
        | T::Dot
        | T::QuestionDot
        | T::Colon
        | T::Percent => true,
        T::DotUpper | T::Lt => name,
        _ => false,
    };
    !open && !tight
}
