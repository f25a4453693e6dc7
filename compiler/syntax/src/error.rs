//! What can be wrong with the text of a file.

mod habit;
mod headline;

pub use habit::Habit;

use crate::Span;
use smol_str::SmolStr;
use std::fmt;

/// A mistake in the text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The place that it is about.
    pub span: Span,
    /// Other places that explain it, each with a few words.
    pub labels: Vec<(Span, String)>,
    /// How to repair it, where that is known.
    pub help: Option<String>,
}

impl SyntaxError {
    pub(crate) fn new(kind: SyntaxErrorKind, span: Span) -> Self {
        SyntaxError { kind, span, labels: Vec::new(), help: None }
    }

    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.kind.code(), self.kind.headline())
    }
}

impl std::error::Error for SyntaxError {}

/// What a bracket is called, as written: `{`, `(`, `[` or `${`.
pub type Bracket = &'static str;

/// The kinds of mistakes, one per distinct mistake. Texts in them are what the source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// A token that does not fit and no better explanation.
    UnexpectedToken {
        /// What was found, in words.
        found: String,
        /// What would fit, in words; a few of them at most.
        expected: Vec<&'static str>,
    },
    /// An opening bracket without its closing one.
    UnclosedDelimiter {
        /// The opening bracket.
        bracket: Bracket,
        /// Where it stands.
        opener: Span,
    },
    /// A closing bracket without an opening one.
    StrayCloser {
        /// The closing bracket.
        bracket: Bracket,
    },
    /// A closing bracket of another kind than the opening one.
    WrongCloser {
        /// The closing bracket that was found.
        found: Bracket,
        /// The one that closes the bracket that is open.
        expected: Bracket,
    },
    /// A string whose line ends before its closing quote.
    UnterminatedString {
        /// Whether it is a `"""` block, which runs to the end of the file.
        block: bool,
    },
    /// A `${` whose string ends before its `}`.
    UnclosedHole,
    /// An escape that no string knows.
    BadEscape {
        /// As written, with the backslash.
        escape: SmolStr,
    },
    /// A number outside of its type.
    NumberTooLarge {
        /// As written.
        number: SmolStr,
        /// The largest value that fits, in words.
        limit: &'static str,
    },
    /// A duration whose parts are out of order or repeated.
    BadDuration {
        /// As written.
        text: SmolStr,
    },
    /// A size of several parts.
    BadSize {
        /// As written.
        text: SmolStr,
    },
    /// A mode with a digit that is not octal, or too many digits.
    BadMode {
        /// As written.
        text: SmolStr,
        /// The digit at fault, if it is a digit.
        digit: Option<char>,
    },
    /// A number with letters after it that are no unit.
    UnknownUnit {
        /// The letters.
        unit: SmolStr,
    },
    /// `0644`
    LeadingZero {
        /// As written.
        text: SmolStr,
    },
    /// `1.5h`
    Fraction {
        /// As written.
        text: SmolStr,
    },
    /// Characters that have no meaning outside of strings and comments.
    BadCharacter {
        /// The characters.
        text: SmolStr,
    },
    /// `'text'`
    SingleQuotes,
    /// `# comment`, `/* comment */`
    ForeignComment {
        /// How it begins.
        sign: &'static str,
    },
    /// `;`
    Semicolon,
    /// A word of the language in the place of a name.
    ReservedWord {
        /// The word.
        word: SmolStr,
    },
    /// A word or form that is reserved and cannot be used.
    NotAvailable {
        /// As written.
        word: SmolStr,
        /// What it is reserved for.
        purpose: &'static str,
    },
    /// A lower-case name where an upper-case one is needed.
    UpperExpected {
        /// The name.
        name: SmolStr,
        /// What the name stands for: `a record`.
        what: &'static str,
    },
    /// An upper-case name where a lower-case one is needed.
    LowerExpected {
        /// The name.
        name: SmolStr,
        /// What the name stands for: `a variable`.
        what: &'static str,
    },
    /// `a < b < c`
    ComparisonChained,
    /// Two items or elements with nothing between them.
    MissingSeparator {
        /// What the second begins with, in words.
        found: String,
        /// What separates them here, in words.
        separator: &'static str,
    },
    /// A clause outside of a resource's body.
    ClauseNotHere {
        /// The clause's words.
        clause: SmolStr,
    },
    /// Brackets or expressions nested deeper than any reader could follow.
    NestingTooDeep,
    /// A file of 4 GiB or more.
    FileTooLarge,
    /// `name: value`
    ColonForEquals {
        /// The name.
        name: SmolStr,
    },
    /// `name => value`
    ArrowForEquals {
        /// The name.
        name: SmolStr,
    },
    /// `if a = b { .. }`
    EqualsInCondition,
    /// `pattern: value`, `pattern -> value`, `pattern = value` in a `match`.
    WrongArmArrow {
        /// What was found in the place of `=>`.
        found: &'static str,
    },
    /// `File /etc/motd { .. }`, `Package nginx { .. }`
    UnquotedKey {
        /// The type's name.
        resource: SmolStr,
        /// The key as written.
        key: SmolStr,
    },
    /// `File "/etc/motd"` without a body.
    MissingBody,
    /// A `{` at the beginning of a line that belongs to the line above.
    BraceOnNextLine,
    /// A `///` or `//!` comment where nothing takes documentation.
    MisplacedDoc,
    /// `and`, `or`, `not`, `elif`, ..
    ForeignWord {
        /// The word.
        word: SmolStr,
        /// What it is written as here.
        instead: &'static str,
    },
    /// Nothing where a value has to stand.
    MissingValue {
        /// What is missing: `a value`, `a type`, `a name`.
        what: &'static str,
        /// What it would follow, in words.
        after: String,
    },
    /// Something at file level that is no declaration.
    NotADeclaration {
        /// What was found, in words.
        found: String,
    },
    /// `List<Int>= ..`
    TypeThenEquals,
    /// `File { "/etc/motd": .. }`
    KeyInBody {
        /// The key with its quotes.
        key: SmolStr,
    },
    /// `a, b: Int`
    MissingType {
        /// The name without a type.
        name: SmolStr,
    },
    /// An attribute or clause without a value: `mode` in `mode 0o644`.
    MissingEquals {
        /// The name.
        name: SmolStr,
    },
    /// The mistakes in the rest of the file were left out after many others.
    TooManyErrors,
    /// `let (a, b) = e` at file level.
    PatternInModule,
    /// `(a,)`
    SingleTuple,
    /// `200%`
    ShareTooLarge {
        /// As written.
        share: SmolStr,
    },
    /// `test "a ${b}" { .. }`
    HoleInName,
    /// `fact f: T from .. as xml`
    UnknownFormat {
        /// What stands behind `as`.
        format: SmolStr,
    },
    /// A `${` or `%{` of a template whose line ends before its `}`.
    UnclosedTag {
        /// Which.
        tag: &'static str,
    },
    /// `%{ if c }` without `%{ end }`.
    TagWithoutEnd {
        /// Its word.
        word: &'static str,
    },
    /// `%{ end }`, `%{ else }` or `%{ case p }` where nothing is open that it could belong to.
    StrayTag {
        /// Its word.
        word: &'static str,
    },
    /// Text between `%{ match e }` and its first case.
    TextBeforeCase,
    /// `%{ param x: T }` behind something else.
    LateParam,
    /// `%{ foo }`
    UnknownTag {
        /// What it begins with, in words.
        found: String,
    },
    /// What another language writes in this way.
    Habit(Habit),
    /// `if a with { .. } { .. }`
    LiteralInHead {
        /// What it is: `with`, `a literal`.
        literal: &'static str,
    },
    /// `wave a 1 2`, `fact f: T from .. as json as text`
    GivenTwice {
        /// What is given again, as written.
        text: SmolStr,
    },
}

impl SyntaxErrorKind {
    /// All codes, in order.
    pub const CODES: [&'static str; 99] = [
        "MC0101", "MC0102", "MC0103", "MC0104", "MC0105", "MC0106", "MC0107", "MC0108", "MC0109", "MC0110",
        "MC0111", "MC0112", "MC0113", "MC0114", "MC0115", "MC0116", "MC0117", "MC0118", "MC0119", "MC0120",
        "MC0121", "MC0122", "MC0123", "MC0124", "MC0125", "MC0126", "MC0127", "MC0128", "MC0129", "MC0130",
        "MC0131", "MC0132", "MC0133", "MC0134", "MC0135", "MC0136", "MC0137", "MC0138", "MC0139", "MC0140",
        "MC0141", "MC0142", "MC0143", "MC0144", "MC0145", "MC0146", "MC0147", "MC0148", "MC0149", "MC0150",
        "MC0151", "MC0152", "MC0153", "MC0154", "MC0155", "MC0156", "MC0157", "MC0158", "MC0159", "MC0160",
        "MC0161", "MC0162", "MC0163", "MC0164", "MC0165", "MC0166", "MC0167", "MC0168", "MC0169", "MC0170",
        "MC0171", "MC0172", "MC0173", "MC0174", "MC0175", "MC0176", "MC0177", "MC0178", "MC0179", "MC0180",
        "MC0181", "MC0182", "MC0183", "MC0184", "MC0185", "MC0186", "MC0187", "MC0188", "MC0189", "MC0190",
        "MC0191", "MC0192", "MC0193", "MC0194", "MC0195", "MC0196", "MC0197", "MC0198", "MC0199",
    ];

    /// The stable code. Codes are never reused.
    pub fn code(&self) -> &'static str {
        use SyntaxErrorKind as K;
        match self {
            K::UnexpectedToken { .. } => "MC0101",
            K::UnclosedDelimiter { .. } => "MC0102",
            K::StrayCloser { .. } => "MC0103",
            K::WrongCloser { .. } => "MC0104",
            K::UnterminatedString { .. } => "MC0105",
            K::UnclosedHole => "MC0106",
            K::BadEscape { .. } => "MC0107",
            K::NumberTooLarge { .. } => "MC0108",
            K::BadDuration { .. } => "MC0109",
            K::BadSize { .. } => "MC0110",
            K::BadMode { .. } => "MC0111",
            K::UnknownUnit { .. } => "MC0112",
            K::LeadingZero { .. } => "MC0113",
            K::Fraction { .. } => "MC0114",
            K::BadCharacter { .. } => "MC0115",
            K::SingleQuotes => "MC0116",
            K::ForeignComment { .. } => "MC0117",
            K::Semicolon => "MC0118",
            K::ReservedWord { .. } => "MC0119",
            K::NotAvailable { .. } => "MC0120",
            K::UpperExpected { .. } => "MC0121",
            K::LowerExpected { .. } => "MC0122",
            K::ComparisonChained => "MC0123",
            K::MissingSeparator { .. } => "MC0124",
            K::ClauseNotHere { .. } => "MC0125",
            K::NestingTooDeep => "MC0126",
            K::FileTooLarge => "MC0127",
            K::ColonForEquals { .. } => "MC0128",
            K::ArrowForEquals { .. } => "MC0129",
            K::EqualsInCondition => "MC0130",
            K::WrongArmArrow { .. } => "MC0131",
            K::UnquotedKey { .. } => "MC0132",
            K::MissingBody => "MC0133",
            K::BraceOnNextLine => "MC0134",
            K::MisplacedDoc => "MC0135",
            K::ForeignWord { .. } => "MC0136",
            K::MissingValue { .. } => "MC0137",
            K::NotADeclaration { .. } => "MC0138",
            K::TypeThenEquals => "MC0139",
            K::KeyInBody { .. } => "MC0140",
            K::MissingType { .. } => "MC0141",
            K::MissingEquals { .. } => "MC0142",
            K::TooManyErrors => "MC0143",
            K::PatternInModule => "MC0144",
            K::SingleTuple => "MC0145",
            K::ShareTooLarge { .. } => "MC0146",
            K::HoleInName => "MC0147",
            K::UnknownFormat { .. } => "MC0148",
            K::GivenTwice { .. } => "MC0149",
            K::LiteralInHead { .. } => "MC0150",
            K::UnclosedTag { .. } => "MC0151",
            K::TagWithoutEnd { .. } => "MC0152",
            K::StrayTag { .. } => "MC0153",
            K::TextBeforeCase => "MC0154",
            K::LateParam => "MC0155",
            K::UnknownTag { .. } => "MC0156",
            K::Habit(habit) => habit.code(),
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn list(words: &[&str]) -> Option<String> {
    match words {
        [] => None,
        [one] => Some((*one).to_owned()),
        [most @ .., last] => Some(format!("{} or {last}", most.join(", "))),
    }
}
