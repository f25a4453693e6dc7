//! Text to tokens.
//!
//! Three little lexers share the work: one for code, one for the inside of `"..."` and one for the inside of
//! `"""..."""`. A stack of modes says which is in charge; a `${` pushes code, its `}` pops it. A string
//! without holes becomes one token, since most strings have none.
//!
//! Lexing never fails: what is no token becomes [`Token::Error`], with an entry in the error list.

mod string;
mod template;

use crate::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::token::{Lexeme, Token};
use crate::trivia::{Comment, CommentKind, Trivia};
use logos::Logos;
use smol_str::SmolStr;

/// What the lexer found in a file.
pub(crate) struct Lexed {
    pub(crate) lexemes: Vec<Lexeme>,
    pub(crate) trivia: Trivia,
    pub(crate) docs: Vec<DocBlock>,
    pub(crate) errors: Vec<SyntaxError>,
}

/// Consecutive documentation comments of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DocBlock {
    /// Where the token after it starts: the declaration that it documents.
    pub(crate) target: u32,
    /// The first of its comments in the trivia table.
    pub(crate) first: u32,
    /// After the last of them.
    pub(crate) end: u32,
    /// `//!`
    pub(crate) file: bool,
    /// Whether any token stands before it.
    pub(crate) leading: bool,
}

/// Code.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    #[regex(r"[ \t\r]+")]
    Blank,
    #[token("\n")]
    Newline,
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Comment,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Hash,
    #[token("/*")]
    CommentStart,
    #[regex(r"[A-Z][A-Za-z0-9_]*")]
    Upper,
    #[regex(r"[a-z_][A-Za-z0-9_]*")]
    Word,
    #[regex(r"\.[A-Z][A-Za-z0-9_]*")]
    DotUpper,
    #[regex(r"[0-9][0-9A-Za-z_]*")]
    Number,
    #[token("\"")]
    Quote,
    #[token("\"\"\"")]
    BlockQuote,
    #[regex("r\"[^\"\n]*")]
    Raw,
    #[regex(r"'[^'\n]*'")]
    SingleQuoted,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token(",")]
    Comma,
    #[token(";")]
    Semicolon,
    #[token(".")]
    Dot,
    #[token("..")]
    DotDot,
    #[token("?.")]
    QuestionDot,
    #[token("?")]
    Question,
    #[token(":")]
    Colon,
    #[token("=")]
    Eq,
    #[token("=>")]
    FatArrow,
    #[token("->")]
    Arrow,
    #[token("==")]
    EqEq,
    #[token("!=")]
    NotEq,
    #[token("<")]
    Lt,
    #[token("<=")]
    Le,
    #[token(">")]
    Gt,
    #[token(">=")]
    Ge,
    #[token("&&")]
    AndAnd,
    #[token("||")]
    OrOr,
    #[token("??")]
    Coalesce,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("!")]
    Bang,
    #[token("|")]
    Bar,
}

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// A string, from its opening quotes on.
    String {
        open: Span,
        block: bool,
        /// Whether a hole was found in it, so that its start token is out.
        holes: bool,
    },
    /// The text of a template, below all else.
    Template,
    /// A hole in a string or a template, or a tag of a template.
    Hole {
        open: Span,
        braces: u32,
        /// What was out when it began.
        mark: Mark,
    },
}

/// The lengths of the results at some place.
#[derive(Clone, Copy, Debug)]
struct Mark {
    lexemes: usize,
    errors: usize,
    comments: usize,
}

/// Reads `text`, which is shorter than 4 GiB.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer::new(text);
    lexer.run();
    lexer.out
}

/// Reads the template `text`, which is shorter than 4 GiB.
pub(crate) fn lex_template(text: &str) -> Lexed {
    let mut lexer = Lexer::new(text);
    // Lines mean nothing between its tokens.
    lexer.first = false;
    lexer.modes.push(Mode::Template);
    lexer.push(Token::Template, Span::at(0));
    lexer.run();
    lexer.out
}

impl<'s> Lexer<'s> {
    fn new(text: &'s str) -> Self {
        Lexer {
            text,
            at: 0,
            first: true,
            line_blank: true,
            line_start: 0,
            limit: None,
            no_comment_end: false,
            repaired: None,
            modes: Vec::new(),
            doc: None,
            out: Lexed {
                // Measured on policies: a token per three bytes.
                lexemes: Vec::with_capacity(text.len() / 3 + 16),
                trivia: Trivia::default(),
                docs: Vec::new(),
                errors: Vec::new(),
            },
        }
    }
}

struct Lexer<'s> {
    text: &'s str,
    /// Everything before this byte is read.
    at: usize,
    /// Whether no token of the present line was read yet.
    first: bool,
    /// Whether neither token nor comment of the present line was read yet.
    line_blank: bool,
    line_start: usize,
    /// Where the hole that is being read again ends, although no `}` is there.
    limit: Option<usize>,
    /// Whether it is known that no `*/` follows.
    no_comment_end: bool,
    /// The last line whose hole was read again.
    repaired: Option<usize>,
    modes: Vec<Mode>,
    /// The documentation comments that wait for their declaration.
    doc: Option<DocBlock>,
    out: Lexed,
}

impl Lexed {
    /// The parts of the text that a mistake of the lexer has torn: what else is wrong there says nothing.
    pub(crate) fn torn(&self) -> Vec<Span> {
        let hole = |error: &SyntaxError| match (&error.kind, error.labels.first()) {
            (SyntaxErrorKind::UnclosedHole | SyntaxErrorKind::UnclosedTag { .. }, Some((end, _))) => {
                Some(error.span.to(*end))
            }
            _ => None,
        };
        self.errors.iter().filter_map(hole).collect()
    }
}

impl<'s> Lexer<'s> {
    fn run(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        loop {
            while self.at < self.text.len() {
                match self.modes.last().copied() {
                    None | Some(Mode::Hole { .. }) => self.code(),
                    Some(Mode::String { open, block, holes }) => self.string(open, block, holes),
                    Some(Mode::Template) => self.template(),
                }
            }
            self.end_of_text();
            // A hole may be read again.
            if self.at >= self.text.len() && self.modes.is_empty() {
                break;
            }
        }
        self.finish_doc(self.text.len());
    }

    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, start: usize, end: usize) -> Span {
        // The caller refused texts of 4 GiB and more.
        Span::new(start as u32, end as u32)
    }

    fn push(&mut self, token: Token, span: Span) {
        self.finish_doc(span.start as usize);
        self.out.lexemes.push(Lexeme { token, first: self.first, span });
        self.first = false;
        self.line_blank = false;
    }

    fn error(&mut self, error: SyntaxError) {
        self.out.errors.push(error);
    }

    /// Reads code until the mode changes or the text ends.
    fn code(&mut self) {
        let base = self.at;
        let end_of_code = self.limit.unwrap_or(self.text.len());
        let mut lexer = Code::lexer(self.text.get(base..end_of_code).unwrap_or(""));
        while let Some(found) = lexer.next() {
            let range = lexer.span();
            let (start, end) = (base + range.start, base + range.end);
            let span = self.span(start, end);
            self.at = end;
            let token = match found {
                Ok(Code::Blank) => continue,
                Ok(Code::Newline) => {
                    // A hole is on one line, so that a forgotten `}` cannot swallow the file.
                    if !self.modes.is_empty() {
                        self.at = start;
                        self.unclosed_hole();
                        return;
                    }
                    self.newline(end);
                    continue;
                }
                Ok(Code::Comment) => {
                    self.comment(lexer.slice(), start);
                    continue;
                }
                Ok(Code::Hash) => {
                    self.hash(lexer.slice(), start);
                    if self.at != end {
                        return;
                    }
                    continue;
                }
                Ok(Code::CommentStart) => {
                    self.block_comment(start, end_of_code);
                    return;
                }
                Ok(Code::Quote) => {
                    self.modes.push(Mode::String { open: span, block: false, holes: false });
                    return;
                }
                Ok(Code::BlockQuote) => {
                    self.modes.push(Mode::String { open: span, block: true, holes: false });
                    return;
                }
                Ok(Code::Raw) => {
                    self.raw(start, end);
                    if self.at != end {
                        return;
                    }
                    continue;
                }
                Ok(Code::SingleQuoted) => {
                    let help = format!("write `\"{}\"`", lexer.slice().trim_matches('\''));
                    self.error(SyntaxError::new(SyntaxErrorKind::SingleQuotes, span).help(help));
                    Token::Str
                }
                Ok(Code::LBrace) => {
                    if let Some(Mode::Hole { braces, .. }) = self.modes.last_mut() {
                        *braces += 1;
                    }
                    Token::LBrace
                }
                Ok(Code::RBrace) => match self.modes.last_mut() {
                    Some(Mode::Hole { braces: 0, .. }) if self.limit.is_none() => {
                        self.modes.pop();
                        self.push(Token::HoleEnd, span);
                        return;
                    }
                    Some(Mode::Hole { braces, .. }) => {
                        *braces = braces.saturating_sub(1);
                        Token::RBrace
                    }
                    _ => Token::RBrace,
                },
                Ok(Code::Number) => {
                    let after_dot = self.out.lexemes.last().is_some_and(|last| {
                        matches!(last.token, Token::Dot | Token::QuestionDot) && last.span.end == span.start
                    });
                    let longer = if after_dot { 0 } else { fraction(lexer.slice(), self.rest()) };
                    if longer > 0 {
                        self.at = end + longer;
                        self.float(start);
                        return;
                    }
                    number(lexer.slice())
                }
                Ok(Code::Word) => word(lexer.slice()),
                Ok(code) => plain(code),
                Err(()) => {
                    self.bad_character(start, end);
                    if self.at != end {
                        return;
                    }
                    continue;
                }
            };
            self.push(token, span);
        }
        if self.limit.take().is_some() {
            self.at = end_of_code;
            self.modes.pop();
            self.push(Token::HoleEnd, Span::at(end_of_code as u32));
        }
    }

    fn newline(&mut self, end: usize) {
        if self.line_blank {
            self.out.trivia.blank_lines.push(self.line_start as u32);
        }
        self.line_start = end;
        self.line_blank = true;
        self.first = true;
    }

    fn comment(&mut self, slice: &str, start: usize) {
        let text = slice.trim_end();
        let span = self.span(start, start + text.len());
        let kind = if text.starts_with("//!") {
            CommentKind::FileDoc
        } else if text.starts_with("///") && !text.starts_with("////") {
            CommentKind::Doc
        } else {
            CommentKind::Line
        };
        let index = self.out.trivia.comments.len() as u32;
        self.out.trivia.comments.push(Comment { kind, span });
        if kind != CommentKind::Line && !self.first {
            let error = SyntaxError::new(SyntaxErrorKind::MisplacedDoc, span);
            self.error(
                error.help("write it on the line above what it documents, or write `//` for a plain comment"),
            );
        } else if kind != CommentKind::Line {
            let file = kind == CommentKind::FileDoc;
            match &mut self.doc {
                Some(doc) if doc.file == file => doc.end = index + 1,
                _ => {
                    self.finish_doc(start);
                    let leading = self.out.lexemes.is_empty();
                    self.doc = Some(DocBlock { target: 0, first: index, end: index + 1, file, leading });
                }
            }
        }
        self.line_blank = false;
    }

    fn finish_doc(&mut self, target: usize) {
        if let Some(mut doc) = self.doc.take() {
            doc.target = target as u32;
            self.out.docs.push(doc);
        }
    }

    /// `# like this` is a comment of another language; a `#` before other text is only a bad character.
    fn hash(&mut self, slice: &str, start: usize) {
        let text = slice.trim_end();
        let is_comment = text.len() == 1 || text[1..].starts_with([' ', '\t', '!', '#']) || self.first;
        let in_line_hole = !self.modes.is_empty();
        if !is_comment || in_line_hole {
            self.at = start + 1;
            self.bad_character(start, start + 1);
            return;
        }
        let span = self.span(start, start + text.len());
        self.out.trivia.comments.push(Comment { kind: CommentKind::Line, span });
        let kind = SyntaxErrorKind::ForeignComment { sign: "#" };
        // A file full of them is one habit.
        let again = matches!(self.out.errors.last(), Some(e) if e.kind == kind);
        if !again {
            let help = format!("write `//{}`", text.trim_start_matches(['#', '!']));
            self.error(SyntaxError::new(kind, span).help(help));
        }
        self.line_blank = false;
    }

    /// `/* .. */`: read over as the comment that it is meant to be.
    fn block_comment(&mut self, start: usize, limit: usize) {
        let inside = self.text.get(self.at..limit).unwrap_or("");
        let line = inside.find('\n').unwrap_or(inside.len());
        let end = if self.no_comment_end { None } else { inside.find("*/") };
        // Looked for once only, to stay linear.
        self.no_comment_end |= end.is_none() && limit == self.text.len();
        let length = match end {
            Some(length) if self.modes.is_empty() || length < line => length + 2,
            // Without an end, only the line is lost.
            _ => line,
        };
        self.at += length;
        let span = self.span(start, self.at);
        let kind = SyntaxErrorKind::ForeignComment { sign: "/*" };
        self.error(SyntaxError::new(kind, span).help("write `//` on each line"));
        self.first |= inside.get(..length).is_some_and(|text| text.contains('\n'));
        self.line_blank = false;
    }

    /// A number with a fraction; one with a unit as well is no number.
    fn float(&mut self, start: usize) {
        let span = self.span(start, self.at);
        let text = self.text.get(start..self.at).unwrap_or("");
        if number(text) == Token::Float {
            return self.push(Token::Float, span);
        }
        let error = SyntaxError::new(SyntaxErrorKind::Fraction { text: SmolStr::new(text) }, span);
        let help = if text.ends_with(char::is_alphabetic) {
            "use the smaller unit: `90m` for one and a half hours, `1536MiB` for 1.5 GiB"
        } else {
            "digits, a point, digits, and perhaps an exponent: `1.5`, `2.5e-3`"
        };
        self.error(error.help(help));
        self.push(Token::Error, span);
    }

    /// Adjacent characters without a meaning make one error, and so does a word with foreign letters.
    fn bad_character(&mut self, start: usize, end: usize) {
        let mut end = end;
        if self.text.get(start..end).is_some_and(|text| text.chars().all(char::is_alphabetic)) {
            let rest = self.text.get(end..).unwrap_or("");
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            end += rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            self.at = end;
        }
        if let Some(last) = self.out.errors.last_mut()
            && last.span.end as usize == start
            && let SyntaxErrorKind::BadCharacter { text } = &mut last.kind
            && let Some(lexeme) = self.out.lexemes.last_mut()
            && lexeme.token == Token::Error
        {
            last.span.end = end as u32;
            lexeme.span.end = end as u32;
            if text.chars().count() < 12 {
                *text = SmolStr::new(self.text.get(last.span.start as usize..end).unwrap_or(""));
            }
            return;
        }
        let span = self.span(start, end);
        let text = self.text.get(start..end).unwrap_or("");
        let help = match text {
            "$" => Some("`${..}` puts a value into a string; a name alone needs no `$`"),
            "&" => Some("`&&` is the word for \"and\""),
            "'" | "`" => Some("text stands in double quotes"),
            "@" | "@@" => Some("there are no annotations and no exported resources"),
            "\u{201c}" | "\u{201d}" | "\u{201e}" | "\u{2018}" | "\u{2019}" => {
                Some("use the plain quote `\"`")
            }
            "\u{a0}" => Some("this is a no-break space; use a plain one"),
            _ if text.starts_with(char::is_alphabetic) => {
                Some("names are written with the letters a to z, digits and `_`; any other text needs quotes")
            }
            _ => None,
        };
        let mut error = SyntaxError::new(SyntaxErrorKind::BadCharacter { text: SmolStr::new(text) }, span);
        error.help = help.map(str::to_owned);
        self.error(error);
        self.push(Token::Error, span);
    }
}

/// How much of `rest` belongs to the number `digits` in front of it: `.5`, `.5e-3`, and the `-3` of `1e-3`.
fn fraction(digits: &str, rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let word = |from: usize| {
        bytes.iter().skip(from).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
    };
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    if bytes.first() == Some(&b'.') && is_digit(bytes.get(1)) {
        length = 1 + word(1);
    }
    let written = if length > 0 { bytes.get(1..length).unwrap_or(&[]) } else { digits.as_bytes() };
    // `e` is the only letter of a number without a unit.
    let open = match written.split_last() {
        Some((b'e' | b'E', digits)) => {
            !digits.is_empty() && digits.iter().all(|b| b.is_ascii_digit() || *b == b'_')
        }
        _ => false,
    };
    if open && matches!(bytes.get(length), Some(b'-' | b'+')) && is_digit(bytes.get(length + 1)) {
        length += 1 + word(length + 1);
    }
    length
}

/// What a number with letters in it is meant to be. `literal.rs` checks it.
fn number(text: &str) -> Token {
    if text.starts_with("0o") {
        Token::Mode
    } else if is_float(text) {
        Token::Float
    } else if text.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        Token::Int
    } else if text.contains('B') || text.ends_with(['b', 'i', 'K', 'M', 'G', 'T', 'k', 'P']) {
        Token::Size
    } else {
        Token::Duration
    }
}

/// Whether it is `1.5`, `1e9` or `1.5e-3`.
fn is_float(text: &str) -> bool {
    let digits = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    let sign = |text: &str| digits(text.strip_prefix(['-', '+']).unwrap_or(text));
    (part.is_some() || exponent.is_some())
        && digits(whole)
        && part.is_none_or(digits)
        && exponent.is_none_or(sign)
}

fn word(text: &str) -> Token {
    match text {
        "_" => Token::Underscore,
        "let" => Token::Let,
        "fn" => Token::Fn,
        "record" => Token::Record,
        "enum" => Token::Enum,
        "import" => Token::Import,
        "pub" => Token::Pub,
        "if" => Token::If,
        "else" => Token::Else,
        "match" => Token::Match,
        "for" => Token::For,
        "in" => Token::In,
        "true" => Token::True,
        "false" => Token::False,
        "none" => Token::None,
        "self" => Token::SelfValue,
        "as" => Token::As,
        "type" => Token::Type,
        "where" => Token::Where,
        "const" => Token::Const,
        "with" => Token::With,
        "default" => Token::Default,
        "force" => Token::Force,
        _ => Token::Lower,
    }
}

fn plain(code: Code) -> Token {
    match code {
        Code::Upper => Token::Upper,
        Code::DotUpper => Token::DotUpper,
        Code::LParen => Token::LParen,
        Code::RParen => Token::RParen,
        Code::LBracket => Token::LBracket,
        Code::RBracket => Token::RBracket,
        Code::Comma => Token::Comma,
        Code::Semicolon => Token::Semicolon,
        Code::Dot => Token::Dot,
        Code::DotDot => Token::DotDot,
        Code::QuestionDot => Token::QuestionDot,
        Code::Question => Token::Question,
        Code::Colon => Token::Colon,
        Code::Eq => Token::Eq,
        Code::FatArrow => Token::FatArrow,
        Code::Arrow => Token::Arrow,
        Code::EqEq => Token::EqEq,
        Code::NotEq => Token::NotEq,
        Code::Lt => Token::Lt,
        Code::Le => Token::Le,
        Code::Gt => Token::Gt,
        Code::Ge => Token::Ge,
        Code::AndAnd => Token::AndAnd,
        Code::OrOr => Token::OrOr,
        Code::Coalesce => Token::Coalesce,
        Code::Plus => Token::Plus,
        Code::Minus => Token::Minus,
        Code::Star => Token::Star,
        Code::Slash => Token::Slash,
        Code::Percent => Token::Percent,
        Code::Bang => Token::Bang,
        Code::Bar => Token::Bar,
        Code::LBrace | Code::RBrace | Code::Word | Code::Number => Token::Error,
        Code::Blank | Code::Newline | Code::Comment | Code::Hash | Code::CommentStart => Token::Error,
        Code::Quote | Code::BlockQuote | Code::Raw | Code::SingleQuoted => Token::Error,
    }
}
