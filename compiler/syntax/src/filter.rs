//! The filter between lexer and grammar: it ends items, tells clause words from names, and marks the `{` after
//! a head. A pure function of the tokens with a stack of brackets and one token of look-ahead.
//!
//! The rules are those of the reference, section "Grammar notes". In short: inside braces and at file level a
//! newline ends an item if the token before it can end one and the next cannot continue it; inside braces a
//! comma does so too. A word is a word of the grammar only where its kind of brace has a use for it.

use crate::Span;
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::token::{Lexeme, Token};
use std::cell::Cell;

/// Tokens that are looked at for the end of a literal in a head.
const MAX_LITERAL: usize = 200;

/// What a bracket holds; it decides which words are keywords and what separates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameKind {
    File,
    /// `import a.{..}`
    Names,
    /// The fields of a record or a payload.
    Fields,
    Labels,
    Variants,
    Schema,
    Block,
    /// The body of a resource, a record literal or a pattern.
    Body,
    /// The changes of a `with`.
    With,
    Arms,
    Guard,
    Rollout,
    Test,
    /// A tag of a template.
    Tag,
    /// The elements of a list or the arguments of a call, with commas between them.
    List,
    /// Other round and square brackets, and holes.
    Group,
}

impl FrameKind {
    /// Whether newlines mean nothing in it.
    fn is_group(self) -> bool {
        matches!(self, FrameKind::List | FrameKind::Group | FrameKind::Tag)
    }
}

/// Where in the head of an `if`, `match` or `for` the tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    No,
    /// Behind `if let`, before `=`.
    IfLet,
    /// Behind `for`, before `in`.
    For,
    /// The next `{` opens a block.
    Block,
    /// The next `{` opens the arms of a `match`.
    Arms,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: FrameKind,
    /// Which bracket closes it.
    closer: Token,
    /// The first token of the present item that says what it is.
    item: Option<Token>,
    head: Head,
    /// Whether the tokens are between the bars of a lambda.
    bars: bool,
    /// Whether they belong to a type.
    typed: bool,
    /// The `<` of the type that are open.
    angles: u32,
}

impl Frame {
    fn new(kind: FrameKind, closer: Token) -> Self {
        Frame { kind, closer, item: None, head: Head::No, bars: false, typed: false, angles: 0 }
    }

    fn start_item(&mut self) {
        *self = Frame::new(self.kind, self.closer);
    }
}

/// The filtered tokens, with their places.
pub(crate) struct Filter<'s> {
    text: &'s str,
    lexemes: &'s [Lexeme],
    /// The next lexeme.
    at: usize,
    frames: Vec<Frame>,
    /// The innermost frame.
    frame: Frame,
    /// The token that was emitted last, and where it ended.
    previous: Token,
    previous_end: u32,
    /// Set by the parser when it has seen enough mistakes.
    stop: &'s Cell<bool>,
    pub(crate) errors: Vec<SyntaxError>,
}

impl<'s> Filter<'s> {
    /// Filters `lexemes`, whose brackets are balanced.
    pub(crate) fn new(text: &'s str, lexemes: &'s [Lexeme], stop: &'s Cell<bool>) -> Self {
        Filter {
            text,
            lexemes,
            at: 0,
            frames: Vec::new(),
            frame: Frame::new(FrameKind::File, Token::Sep),
            previous: Token::Sep,
            previous_end: 0,
            stop,
            errors: Vec::new(),
        }
    }

    fn slice(&self, lexeme: &Lexeme) -> &'s str {
        self.text.get(lexeme.span.start as usize..lexeme.span.end as usize).unwrap_or("")
    }

    /// The token `offset` after the next one.
    fn peek(&self, offset: usize) -> Option<Token> {
        self.lexemes.get(self.at + offset).map(|lexeme| lexeme.token)
    }

    /// Whether this word comes `offset` after the next token, on its line.
    fn has_word(&self, offset: usize, word: &str) -> bool {
        self.lexemes.get(self.at + offset).is_some_and(|lexeme| !lexeme.first && self.slice(lexeme) == word)
    }

    /// Whether the next token is the first of an item.
    fn at_item_start(&self) -> bool {
        self.previous == Token::Sep || matches!(self.previous, Token::LBrace | Token::HeadBrace)
    }

    fn emit(&mut self, token: Token, span: Span) -> Option<(u32, Token, u32)> {
        self.previous = token;
        self.previous_end = span.end;
        Some((span.start, token, span.end))
    }

    fn separate(&mut self) -> Option<(u32, Token, u32)> {
        self.frame.start_item();
        self.emit(Token::Sep, Span::at(self.previous_end))
    }

    /// Whether the newline before the next token ends an item.
    fn newline_ends_item(&mut self, lexeme: &Lexeme) -> bool {
        if !lexeme.first
            || self.frame.kind.is_group()
            || self.at_item_start()
            || lexeme.token.is_closer()
            || lexeme.token == Token::Comma
            || lexeme.token == Token::Semicolon
        {
            return false;
        }
        // Nothing is divided in a rollout: a share ends with its sign.
        let share = self.previous == Token::Percent && self.frame.kind == FrameKind::Rollout;
        if !self.previous.can_end_item() && !share {
            return self.begins_item_for_sure(lexeme) || self.begins_line_of_its_own(lexeme);
        }
        if lexeme.token == Token::LBrace {
            let above = Span::at(self.previous_end);
            let error = SyntaxError::new(Kind::BraceOnNextLine, lexeme.span).label(above, "it belongs here");
            self.errors.push(error);
            return false;
        }
        let every = self.frame.item == Some(Token::Retry)
            && self.slice(lexeme) == "every"
            && self.peek(1).is_some_and(Token::can_begin_operand);
        // Only a type has conditions behind `where`.
        let goes_on = lexeme.token.continues_item()
            && (lexeme.token != Token::Where || self.frame.item == Some(Token::Type));
        !every && !goes_on
    }

    /// Whether no item can go on with this token, although the one before it is incomplete: then the mistake
    /// stays on its line.
    fn begins_item_for_sure(&self, lexeme: &Lexeme) -> bool {
        let open_end = self.previous.is_infix()
            || matches!(self.previous, Token::Eq | Token::FatArrow | Token::Bang | Token::Colon | Token::Dot);
        match lexeme.token {
            Token::Let
            | Token::Fn
            | Token::Import
            | Token::Pub
            | Token::Record
            | Token::Enum
            | Token::Type
            | Token::Const => !matches!(self.previous, Token::If | Token::Pub | Token::Const),
            Token::Lower if open_end && self.previous != Token::Dot => match self.peek(1) {
                Some(Token::Eq) => true,
                Some(Token::Colon) => {
                    matches!(self.frame.kind, FrameKind::Fields | FrameKind::Labels | FrameKind::Schema)
                }
                Some(Token::Lower) => match self.slice(lexeme) {
                    "given" | "expect" => self.frame.kind == FrameKind::Test,
                    word => matches!(word, "param" | "out" | "select" | "check"),
                },
                Some(Token::Upper) => self.slice(lexeme) == "defaults",
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a line that follows a bare word begins with a word of the same kind, or a declaration.
    fn begins_line_of_its_own(&self, lexeme: &Lexeme) -> bool {
        let word = self.previous > Token::HeadBrace || self.previous == Token::As;
        word && match self.frame.kind {
            FrameKind::Guard | FrameKind::Rollout | FrameKind::Test => {
                let text = self.slice(lexeme);
                lexeme.token == Token::Lower
                    && (text == "require" || self.word_at_item_start(text) != Token::Lower)
            }
            FrameKind::File => crate::bracket::begins_declaration(self.text, self.lexemes, self.at),
            _ => false,
        }
    }

    /// The separator that was forgotten before the next token: two elements, or two items of which the second
    /// begins beyond doubt. No correct text has such a place.
    fn forgotten_separator(&self, lexeme: &Lexeme) -> Option<(Token, &'static str)> {
        if !self.previous.can_end_item()
            || self.at_item_start()
            || self.frame.bars
            || self.frame.head != Head::No
        {
            return None;
        }
        let next = self.peek(1);
        let line = Some((Token::Sep, "a new line or a comma"));
        match (self.frame.kind, lexeme.token) {
            (FrameKind::List, token) => {
                let path = matches!(self.previous, Token::Upper | Token::DotUpper);
                let word = |text: &str| matches!(text, "and" | "or" | "not" | "is" | "then" | "mod");
                let words = token == Token::Lower && word(self.slice(lexeme))
                    || self.previous == Token::Lower && word(self.previous_text());
                let named = token == Token::Lower && matches!(next, Some(Token::FatArrow | Token::Colon));
                let begins = token.can_begin_operand()
                    && !matches!(
                        token,
                        Token::LParen
                            | Token::LBracket
                            | Token::Minus
                            | Token::Bar
                            | Token::DotUpper
                            | Token::If
                            | Token::Match
                            | Token::For
                    );
                let element = self.previous.can_end_operand() && begins && !path && !words && !named;
                element.then_some((Token::Comma, "a comma"))
            }
            (FrameKind::Block | FrameKind::Test, Token::Let | Token::Const) => line,
            (FrameKind::Body, Token::Lower) if next == Some(Token::Eq) && self.previous.can_end_operand() => {
                line
            }
            (FrameKind::Fields | FrameKind::Labels | FrameKind::Schema, Token::Lower)
                if next == Some(Token::Colon) && self.frame.item != Some(self.previous) =>
            {
                line
            }
            _ => None,
        }
    }

    fn previous_text(&self) -> &'s str {
        self.at.checked_sub(1).and_then(|at| self.lexemes.get(at)).map_or("", |lexeme| self.slice(lexeme))
    }

    /// Whether a `%` belongs to the number: shares stand in rollouts only.
    fn is_percentage(&self, number: &Lexeme) -> bool {
        self.frame.kind == FrameKind::Rollout
            && self
                .lexemes
                .get(self.at + 1)
                .is_some_and(|next| next.token == Token::Percent && next.span.start == number.span.end)
    }

    /// What a comma is here; `None` if it says no more than the bracket behind it.
    fn comma(&self) -> Option<Token> {
        let frame = &self.frame;
        let relation = matches!(
            frame.item,
            Some(Token::After | Token::Claims | Token::Reads | Token::Writes | Token::Effects)
        );
        let text = matches!(self.peek(1), Some(Token::Str | Token::StrStart));
        let names = frame.item == Some(Token::Let)
            && self.previous == Token::Lower
            && self
                .at
                .checked_sub(2)
                .and_then(|at| self.lexemes.get(at))
                .is_some_and(|l| l.token == Token::Let);
        // `check a, "why"` and `let a, b = c` are mistakes as a whole.
        if names || text && matches!(frame.item, Some(Token::Check | Token::Expect)) {
            return Some(Token::Comma);
        }
        if frame.kind.is_group()
            || frame.bars
            || frame.angles > 0
            || frame.head == Head::For
            || self.at_item_start()
            || (frame.kind == FrameKind::File && frame.item.is_some())
            || (frame.kind == FrameKind::Schema && relation)
        {
            return Some(Token::Comma);
        }
        if self.peek(1).is_some_and(Token::is_closer) { None } else { Some(Token::Sep) }
    }

    /// What a word is at the beginning of an item.
    fn word_at_item_start(&self, word: &str) -> Token {
        let next = self.peek(1);
        match self.frame.kind {
            FrameKind::File => match word {
                "component" => Token::Component,
                "policy" => Token::Policy,
                "resource" => Token::Resource,
                "labels" => Token::Labels,
                "guard" => Token::Guard,
                "rollout" => Token::Rollout,
                "test" => Token::Test,
                "fact" => Token::Fact,
                _ => Token::Lower,
            },
            FrameKind::Block => {
                let operand = next.is_some_and(Token::can_begin_operand);
                let name = next.is_some_and(|t| matches!(t, Token::Lower | Token::Upper) || t.is_keyword());
                match word {
                    "select" if operand => Token::Select,
                    "param" if name => Token::Param,
                    "out" if name => Token::Out,
                    "check" if operand => Token::Check,
                    "defaults" if operand => Token::Defaults,
                    "prune" if operand => Token::Prune,
                    "after" if operand => Token::After,
                    _ => Token::Lower,
                }
            }
            FrameKind::Body => {
                let ends = next.is_none_or(|t| {
                    t.is_closer()
                        || matches!(t, Token::Eq | Token::Comma | Token::Colon | Token::FatArrow | Token::Dot)
                });
                match word {
                    _ if ends => Token::Lower,
                    "after" => Token::After,
                    "before" => Token::Before,
                    "notify" => Token::Notify,
                    "when" => Token::When,
                    "timeout" => Token::Timeout,
                    "retry" => Token::Retry,
                    "restart" if self.has_word(1, "on") => Token::RestartOn,
                    "reload" if self.has_word(1, "on") => Token::ReloadOn,
                    "skip" if self.has_word(1, "when") => Token::SkipWhen,
                    "approval" => Token::Approval,
                    "tags" => Token::Tags,
                    _ => Token::Lower,
                }
            }
            FrameKind::Schema if next != Some(Token::Colon) => match word {
                "provider" => Token::Provider,
                "key" => Token::Key,
                "local" => Token::Local,
                "out" => Token::Out,
                "early" => Token::Early,
                "read" => Token::Read,
                "union" => Token::Union,
                "claims" => Token::Claims,
                "reads" => Token::Reads,
                "writes" => Token::Writes,
                "after" => Token::After,
                "effects" => Token::Effects,
                "check" => Token::Check,
                _ => Token::Lower,
            },
            FrameKind::Fields if next != Some(Token::Colon) => match word {
                "check" => Token::Check,
                "replace" | "append" | "merge" if next == Some(Token::Lower) => Token::MergeRule,
                _ => Token::Lower,
            },
            FrameKind::Guard => match word {
                "deny" => Token::Deny,
                "on" => Token::On,
                "require" if self.has_word(1, "approval") && self.has_word(2, "from") => {
                    Token::RequireApproval
                }
                "message" => Token::Message,
                _ => Token::Lower,
            },
            FrameKind::Rollout => match word {
                "policy" => Token::Policy,
                "wave" => Token::Wave,
                "pause" => Token::Pause,
                "health" => Token::Health,
                "budget" => Token::Budget,
                _ => Token::Lower,
            },
            FrameKind::Test => match word {
                "given" => Token::Given,
                "expect"
                    if self.has_word(1, "fails")
                        && matches!(self.peek(2), Some(Token::LBrace | Token::Upper | Token::Str)) =>
                {
                    Token::ExpectFails
                }
                "expect" => Token::Expect,
                _ => Token::Lower,
            },
            _ => Token::Lower,
        }
    }

    /// What a word is at the beginning of a tag. The ends of other languages end something here too, so that
    /// its beginning is not lost.
    fn word_of_tag(&mut self, lexeme: &Lexeme, word: &str) -> Token {
        match word {
            "param" => Token::Param,
            "case" => Token::Case,
            "end" => Token::End,
            "endif" | "endfor" | "endmatch" | "endswitch" | "fi" | "done" | "esac" => {
                let kind = Kind::UnknownTag { found: format!("`{word}`") };
                self.errors.push(SyntaxError::new(kind, lexeme.span).help("write `%{ end }`"));
                Token::End
            }
            _ => Token::Lower,
        }
    }

    /// What a word is inside an item.
    fn word_inside_item(&self, word: &str) -> Token {
        let operand =
            || self.previous.can_end_operand() && self.peek(1).is_some_and(Token::can_begin_operand);
        match (self.frame.kind, self.frame.item, word) {
            (FrameKind::File, None, _) if self.previous == Token::Pub => self.word_at_item_start(word),
            (FrameKind::Schema, Some(Token::Local | Token::Early | Token::Read), "key" | "out")
                if matches!(self.previous, Token::Local | Token::Early | Token::Read) =>
            {
                self.word_at_item_start(word)
            }
            (FrameKind::File, Some(Token::Fact), "from") if self.previous.can_end_item() => Token::From,
            (FrameKind::File, Some(Token::Fact), "command") if self.previous == Token::From => Token::Command,
            (FrameKind::File, Some(Token::Fact), "file") if self.previous == Token::From => Token::SourceFile,
            (FrameKind::File, Some(Token::Fact), "timeout") if operand() => Token::Timeout,
            (FrameKind::Block, Some(Token::Const), "param") if self.previous == Token::Const => Token::Param,
            (FrameKind::Block, Some(Token::Prune), "limit") if self.previous == Token::RBracket => {
                Token::Limit
            }
            (FrameKind::Guard, Some(Token::Deny | Token::On), "when") if operand() => Token::When,
            (FrameKind::Rollout, Some(Token::Wave), "when") if operand() => Token::When,
            (FrameKind::Rollout, Some(Token::Wave), "pause") if operand() => Token::Pause,
            (FrameKind::Body, Some(Token::Retry), "every") => Token::Every,
            (FrameKind::Schema, Some(Token::Provider), "protocol") => Token::Protocol,
            (FrameKind::Schema, _, "accepts") if self.has_word(1, "secret") => Token::AcceptsSecret,
            _ => Token::Lower,
        }
    }

    /// What the `{` that comes next opens, and whether it is the brace of a head.
    fn brace(&self) -> (FrameKind, bool) {
        let frame = &self.frame;
        let after_path = matches!(self.previous, Token::Upper | Token::DotUpper);
        match frame.head {
            // No block: the head goes on behind it.
            Head::Block | Head::Arms if self.previous == Token::With => return (FrameKind::With, false),
            Head::Block | Head::Arms if after_path && self.is_literal() => return (FrameKind::Body, false),
            Head::Block => return (FrameKind::Block, true),
            Head::Arms => return (FrameKind::Arms, true),
            Head::IfLet | Head::For if !after_path => return (FrameKind::Block, true),
            _ => {}
        }
        let kind = match (frame.kind, frame.item) {
            _ if self.previous == Token::With => FrameKind::With,
            (FrameKind::File, Some(Token::Import)) => FrameKind::Names,
            (FrameKind::File, Some(Token::Record)) => FrameKind::Fields,
            (FrameKind::File, Some(Token::Labels)) => FrameKind::Labels,
            (FrameKind::File, Some(Token::Guard)) => FrameKind::Guard,
            (FrameKind::File, Some(Token::Rollout)) => FrameKind::Rollout,
            (FrameKind::File, Some(Token::Test)) => FrameKind::Test,
            (FrameKind::File, Some(Token::Enum)) => FrameKind::Variants,
            (FrameKind::File, Some(Token::Resource)) => FrameKind::Schema,
            (FrameKind::File, Some(Token::Fn | Token::Component | Token::Policy)) => FrameKind::Block,
            (FrameKind::Variants, _) => FrameKind::Fields,
            _ if matches!(self.previous, Token::FatArrow | Token::Else | Token::Bar) => FrameKind::Block,
            _ => FrameKind::Body,
        };
        (kind, false)
    }

    /// Whether the braces whose `{` was taken hold a literal: they begin with `name =`, with which no statement
    /// begins, and the head goes on behind them.
    fn is_literal(&self) -> bool {
        if self.peek(0) != Some(Token::Lower) || self.peek(1) != Some(Token::Eq) {
            return false;
        }
        let mut depth = 1;
        let rest = self.lexemes.get(self.at..).unwrap_or(&[]);
        let close = rest.iter().take(MAX_LITERAL).position(|lexeme| {
            depth += i32::from(lexeme.token.is_opener()) - i32::from(lexeme.token.is_closer());
            depth == 0
        });
        close.and_then(|close| rest.get(close + 1)).is_some_and(|next| {
            !next.first && (next.token.is_infix() || matches!(next.token, Token::LBrace | Token::Dot))
        })
    }

    /// A `with` or a literal in the place where a head has its block.
    fn literal_in_head(&mut self, kind: FrameKind, before: Option<Span>, brace: Span) {
        let (literal, example) = match kind {
            FrameKind::With => ("with", "(a with { .. })"),
            _ => ("a literal", "(Site { .. })"),
        };
        let error = SyntaxError::new(Kind::LiteralInHead { literal }, before.unwrap_or(brace));
        self.errors.push(error.help(format!("put the whole of it into parentheses: `{example}`")));
    }

    /// Keeps track of heads, lambda bars and what the item is, before `token` is emitted.
    fn track(&mut self, token: Token) {
        let begins_expression = !self.previous.can_end_operand();
        let frame = &mut self.frame;
        match token {
            // In a tag, a head ends with the tag.
            Token::If | Token::Match | Token::For if frame.kind == FrameKind::Tag => {}
            Token::If if begins_expression => {
                let is_let = self.lexemes.get(self.at + 1).is_some_and(|next| next.token == Token::Let);
                frame.head = if is_let { Head::IfLet } else { Head::Block };
            }
            Token::Match if begins_expression => frame.head = Head::Arms,
            Token::For if begins_expression => frame.head = Head::For,
            Token::Eq if frame.head == Head::IfLet => frame.head = Head::Block,
            Token::In if frame.head == Head::For => frame.head = Head::Block,
            Token::Bar if frame.bars => frame.bars = false,
            Token::Bar if begins_expression => frame.bars = true,
            Token::ExpectFails => frame.head = Head::Block,
            Token::Colon | Token::Arrow => frame.typed = true,
            Token::Lt if frame.typed && matches!(self.previous, Token::Upper | Token::DotUpper) => {
                frame.angles += 1;
            }
            Token::Gt => frame.angles = frame.angles.saturating_sub(1),
            _ => {}
        }
        if matches!(token, Token::Eq | Token::FatArrow | Token::LBrace) {
            (frame.typed, frame.angles) = (false, 0);
        }
        if frame.item.is_none() && token != Token::Pub {
            frame.item = Some(token);
        }
    }

    fn push(&mut self, frame: Frame) {
        self.frames.push(self.frame);
        self.frame = frame;
    }

    fn pop(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.frame = frame;
        }
    }

    /// The place after the last lexeme, where the grammar is told that all brackets close.
    fn give_up(&mut self) -> Option<(u32, Token, u32)> {
        if self.frames.is_empty() {
            return None;
        }
        let closer = self.frame.closer;
        self.pop();
        self.emit(closer, Span::at(self.previous_end))
    }

    fn semicolon(&mut self, lexeme: &Lexeme) {
        let again = matches!(self.errors.last(), Some(e) if e.kind == Kind::Semicolon);
        if !again {
            self.errors.push(SyntaxError::new(Kind::Semicolon, lexeme.span).help("leave it out"));
        }
    }
}

impl Iterator for Filter<'_> {
    type Item = (u32, Token, u32);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.stop.get() {
                return self.give_up();
            }
            let Some(&lexeme) = self.lexemes.get(self.at) else {
                return self.give_up();
            };
            if self.newline_ends_item(&lexeme) {
                return self.separate();
            }
            if let Some((separator, words)) = self.forgotten_separator(&lexeme) {
                let found = crate::wording::describe(lexeme.token, self.slice(&lexeme));
                let kind = Kind::MissingSeparator { found, separator: words };
                let place = Span::at(self.previous_end);
                self.errors.push(SyntaxError::new(kind, lexeme.span).label(place, "it belongs here"));
                if separator == Token::Sep {
                    return self.separate();
                }
                return self.emit(separator, place);
            }
            let mut span = lexeme.span;
            let mut skip = 1;
            let token = match lexeme.token {
                Token::Semicolon | Token::Comma => {
                    let mut kind = self.comma();
                    if lexeme.token == Token::Semicolon {
                        self.semicolon(&lexeme);
                        kind = match kind {
                            Some(Token::Comma) if !self.frame.kind.is_group() && self.at_item_start() => None,
                            Some(_) if self.frame.kind == FrameKind::File => Some(Token::Sep),
                            kind => kind,
                        };
                    }
                    self.at += 1;
                    match kind {
                        None => continue,
                        Some(Token::Sep) => {
                            self.frame.start_item();
                            return self.emit(Token::Sep, span);
                        }
                        Some(kind) => return self.emit(kind, span),
                    }
                }
                Token::Lower => {
                    let word = self.slice(&lexeme);
                    let token = if self.previous == Token::TagStart {
                        self.word_of_tag(&lexeme, word)
                    } else if self.at_item_start() {
                        self.word_at_item_start(word)
                    } else {
                        self.word_inside_item(word)
                    };
                    skip = match token {
                        Token::RestartOn
                        | Token::ReloadOn
                        | Token::SkipWhen
                        | Token::AcceptsSecret
                        | Token::ExpectFails => 2,
                        Token::RequireApproval => 3,
                        _ => 1,
                    };
                    token
                }
                Token::Int | Token::Float if self.is_percentage(&lexeme) => {
                    skip = 2;
                    Token::Percentage
                }
                token => token,
            };
            if skip > 1 {
                span = self.lexemes.get(self.at + skip - 1).map_or(span, |last| span.to(last.span));
            }
            let before = self.previous;
            self.track(token);
            self.at += skip;
            let token = match token {
                Token::LBrace => {
                    let (kind, head) = self.brace();
                    if !head && matches!(self.frame.head, Head::Block | Head::Arms) {
                        let before = self.at.checked_sub(2).and_then(|at| self.lexemes.get(at));
                        self.literal_in_head(kind, before.map(|before| before.span), span);
                    }
                    self.frame.head = if head { Head::No } else { self.frame.head };
                    self.push(Frame::new(kind, Token::RBrace));
                    if head { Token::HeadBrace } else { Token::LBrace }
                }
                Token::TagStart => {
                    self.push(Frame::new(FrameKind::Tag, Token::HoleEnd));
                    token
                }
                Token::LParen | Token::LBracket | Token::HoleStart => {
                    let called = matches!(before, Token::Lower | Token::RParen | Token::RBracket);
                    let declared = self.frame.item == Some(Token::Fn);
                    let list = match token {
                        Token::LBracket => !before.can_end_operand(),
                        Token::LParen => called && !declared,
                        _ => false,
                    };
                    let kind = if list { FrameKind::List } else { FrameKind::Group };
                    self.push(Frame::new(kind, token.closer()));
                    token
                }
                Token::RBrace | Token::RParen | Token::RBracket | Token::HoleEnd => {
                    self.pop();
                    token
                }
                token => token,
            };
            return self.emit(token, span);
        }
    }
}

#[cfg(test)]
mod tests;
