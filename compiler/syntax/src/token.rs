//! The tokens that the lexer makes and the grammar reads.

use crate::Span;

/// The kind of a token. Its text is the slice of the source under its span.
///
/// The first group comes from the lexer. Words of the second group are names to the lexer; the filter
/// (`filter.rs`) tells where they are words of the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names and `describe` say it")]
#[repr(u8)]
pub enum Token {
    Upper,
    Lower,
    /// `.Off`
    DotUpper,
    Int,
    /// A number with a fraction or an exponent.
    Float,
    Mode,
    Size,
    Duration,
    /// A string without holes, with its quotes: `"..."`, `"""..."""`, `r"..."`.
    Str,
    /// The opening quotes of a string with holes.
    StrStart,
    StrText,
    /// `${`
    HoleStart,
    HoleEnd,
    StrEnd,
    LBrace,
    RBrace,
    LParen,
    RParen,
    LBracket,
    RBracket,
    Comma,
    Semicolon,
    Dot,
    DotDot,
    QuestionDot,
    Question,
    Colon,
    Eq,
    FatArrow,
    Arrow,
    EqEq,
    NotEq,
    Lt,
    Le,
    Gt,
    Ge,
    AndAnd,
    OrOr,
    Coalesce,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Bang,
    Bar,
    Underscore,
    Let,
    Fn,
    Record,
    Enum,
    Import,
    Pub,
    If,
    Else,
    Match,
    For,
    In,
    True,
    False,
    None,
    SelfValue,
    As,
    Type,
    Where,
    Const,
    With,
    Default,
    Force,
    /// Stands before all else of a template.
    Template,
    /// Text of a template that is copied.
    TemplateText,
    /// `%{`
    TagStart,
    /// Text that is no token; the lexer has reported it.
    Error,

    // Made by the filter.
    /// The end of an item: a newline or a comma inside braces, a newline at file level.
    Sep,
    /// The `{` of the block after an `if`, `match` or `for` head.
    HeadBrace,
    Component,
    Policy,
    Resource,
    Labels,
    Guard,
    Rollout,
    Test,
    Fact,
    Param,
    Out,
    Select,
    Check,
    Defaults,
    Prune,
    /// `limit`, behind `prune [..]`
    Limit,
    /// `replace`, `append` or `merge` in front of a field.
    MergeRule,
    After,
    Before,
    Notify,
    /// `restart on`
    RestartOn,
    /// `reload on`
    ReloadOn,
    When,
    /// `skip when`
    SkipWhen,
    Timeout,
    Retry,
    Every,
    Approval,
    Tags,
    Provider,
    Protocol,
    Key,
    Local,
    Early,
    Read,
    Union,
    Claims,
    Reads,
    Writes,
    Effects,
    /// `accepts secret`
    AcceptsSecret,
    Deny,
    On,
    /// `require approval from`
    RequireApproval,
    Message,
    Wave,
    Pause,
    Health,
    Budget,
    /// `10%`
    Percentage,
    Given,
    Expect,
    /// `expect fails`
    ExpectFails,
    From,
    /// `command`, behind `from`
    Command,
    /// `file`, behind `from`
    SourceFile,
    /// `case`, in a template
    Case,
    /// `end`, in a template
    End,
}

impl Token {
    /// Whether an item may end after it: a newline after any other token continues the item.
    pub(crate) fn can_end_item(self) -> bool {
        use Token as T;
        matches!(
            self,
            T::Upper
                | T::Lower
                | T::DotUpper
                | T::Int
                | T::Float
                | T::Mode
                | T::Size
                | T::Duration
                | T::Percentage
                | T::Str
                | T::StrEnd
                | T::RBrace
                | T::RParen
                | T::RBracket
                | T::DotDot
                | T::Question
                | T::Gt
                | T::Underscore
                | T::True
                | T::False
                | T::None
                | T::SelfValue
                | T::Error
                | T::AcceptsSecret
        )
    }

    /// Whether it continues the item of the line before it, so that a newline in front of it ends nothing.
    /// `-` does not: a line may begin with a negative value.
    pub(crate) fn continues_item(self) -> bool {
        self.is_infix() && self != Token::Minus
            || matches!(self, Token::Dot | Token::QuestionDot | Token::Else | Token::With | Token::Where)
    }

    /// Whether it is an infix operator.
    pub(crate) fn is_infix(self) -> bool {
        use Token as T;
        matches!(
            self,
            T::EqEq
                | T::NotEq
                | T::Lt
                | T::Le
                | T::Gt
                | T::Ge
                | T::AndAnd
                | T::OrOr
                | T::Coalesce
                | T::Plus
                | T::Minus
                | T::Star
                | T::Slash
                | T::Percent
                | T::In
        )
    }

    /// Whether an operand may end with it, so that a bar after it cannot open a lambda's parameters.
    pub(crate) fn can_end_operand(self) -> bool {
        self.can_end_item() && !matches!(self, Token::DotDot | Token::Question | Token::Gt)
    }

    /// Whether an operand may begin with it.
    pub(crate) fn can_begin_operand(self) -> bool {
        use Token as T;
        matches!(
            self,
            T::Upper
                | T::Lower
                | T::DotUpper
                | T::Int
                | T::Float
                | T::Mode
                | T::Size
                | T::Duration
                | T::Str
                | T::StrStart
                | T::LParen
                | T::LBracket
                | T::Minus
                | T::Bang
                | T::Bar
                | T::If
                | T::Match
                | T::For
                | T::True
                | T::False
                | T::None
                | T::SelfValue
        )
    }

    /// The opening brackets.
    pub(crate) fn is_opener(self) -> bool {
        matches!(
            self,
            Token::LBrace
                | Token::LParen
                | Token::LBracket
                | Token::HoleStart
                | Token::TagStart
                | Token::HeadBrace
        )
    }

    /// The closing brackets.
    pub(crate) fn is_closer(self) -> bool {
        matches!(self, Token::RBrace | Token::RParen | Token::RBracket | Token::HoleEnd)
    }

    /// The bracket that closes this one.
    pub(crate) fn closer(self) -> Token {
        match self {
            Token::LParen => Token::RParen,
            Token::LBracket => Token::RBracket,
            Token::HoleStart | Token::TagStart => Token::HoleEnd,
            _ => Token::RBrace,
        }
    }

    /// A hard keyword: a word that is never a name.
    pub fn is_keyword(self) -> bool {
        use Token as T;
        matches!(
            self,
            T::Let
                | T::Fn
                | T::Record
                | T::Enum
                | T::Import
                | T::Pub
                | T::If
                | T::Else
                | T::Match
                | T::For
                | T::In
                | T::True
                | T::False
                | T::None
                | T::SelfValue
                | T::As
                | T::Type
                | T::Where
                | T::Const
                | T::With
                | T::Default
                | T::Force
        )
    }
}

/// A token with its place, as the lexer made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    /// What it is.
    pub(crate) token: Token,
    /// Whether it is the first of its line.
    pub(crate) first: bool,
    /// Where it stands.
    pub(crate) span: Span,
}
