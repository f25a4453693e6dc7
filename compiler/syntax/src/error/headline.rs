//! What is said about each kind of mistake.

use super::{SyntaxErrorKind, list};

impl SyntaxErrorKind {
    /// What is wrong, in one clause that stands alone.
    pub fn headline(&self) -> String {
        use SyntaxErrorKind as K;
        match self {
            K::UnexpectedToken { found, expected } => match list(expected) {
                Some(expected) if found.starts_with("the end of") => {
                    format!("{found} comes where {expected} is needed")
                }
                Some(expected) => format!("{found} does not fit here; {expected} would"),
                None => format!("{found} does not fit here"),
            },
            K::UnclosedDelimiter { bracket, .. } => format!("this `{bracket}` is never closed"),
            K::StrayCloser { bracket } => format!("this `{bracket}` closes nothing"),
            K::WrongCloser { found, expected } => {
                format!("this `{found}` stands where a `{expected}` has to close")
            }
            K::UnterminatedString { block: false } => "this string has no closing quote on its line".into(),
            K::UnterminatedString { block: true } => "this text block is never closed".into(),
            K::UnclosedHole => "this `${` is not closed before its string ends".into(),
            K::BadEscape { escape } => format!("`{escape}` is no escape that a string knows"),
            K::NumberTooLarge { number, limit } => format!("`{number}` is too large: {limit}"),
            K::BadDuration { text } => {
                format!("`{text}` is no duration: its parts go from large to small, each once")
            }
            K::BadSize { text } => format!("`{text}` is no size: a size is one number with one unit"),
            K::BadMode { text, digit: Some(digit) } => {
                format!("`{digit}` is no octal digit, so `{text}` is no mode")
            }
            K::BadMode { text, digit: None } => {
                format!("`{text}` is no mode: a mode is one to four octal digits")
            }
            K::UnknownUnit { unit } => format!("`{unit}` is no unit of time or size"),
            K::LeadingZero { text } => format!("`{text}` begins with a zero, which could mean two numbers"),
            K::Fraction { text } => format!("`{text}` has a fraction where a whole number is needed"),
            K::BadCharacter { text } => format!("`{text}` has no meaning here"),
            K::SingleQuotes => "text stands in double quotes, not in single ones".into(),
            K::ForeignComment { sign } => format!("a comment begins with `//`, not with `{sign}`"),
            K::Semicolon => "`;` is not used: a new line or a comma ends an item".into(),
            K::ReservedWord { word } => format!("`{word}` is a word of the language and cannot be a name"),
            K::NotAvailable { word, purpose } => format!("`{word}` is reserved for {purpose}"),
            K::UpperExpected { name, what } => {
                format!("the name of {what} begins with a capital, unlike `{name}`")
            }
            K::LowerExpected { name, what } => {
                format!("the name of {what} begins with a small letter, unlike `{name}`")
            }
            K::ComparisonChained => "comparisons cannot be chained".into(),
            K::MissingSeparator { found, separator } => format!("{separator} is missing before {found}"),
            K::ClauseNotHere { clause } => format!("`{clause}` belongs in the body of a resource"),
            K::NestingTooDeep => "this is nested too deeply".into(),
            K::FileTooLarge => "this file is 4 GiB or larger, too large for a source".into(),
            K::ColonForEquals { name } => format!("`{name}` gets its value with `=`; `:` introduces a type"),
            K::ArrowForEquals { name } => format!("`{name}` gets its value with `=`, not with `=>`"),
            K::EqualsInCondition => "`=` does not compare; `==` does".into(),
            K::WrongArmArrow { found } => {
                format!("a pattern and its value are joined by `=>`, not by `{found}`")
            }
            K::UnquotedKey { key, .. } => format!("the key `{key}` needs quotes"),
            K::MissingBody => "a resource is declared with a body, even if it is empty".into(),
            K::BraceOnNextLine => "this `{` belongs at the end of the line above".into(),
            K::MisplacedDoc => "this documentation comment documents nothing".into(),
            K::ForeignWord { word, instead } => format!("`{word}` is written `{instead}` here"),
            K::MissingValue { what, after } => format!("{what} is missing after {after}"),
            K::NotADeclaration { found } => format!("{found} cannot stand at file level"),
            K::TypeThenEquals => {
                "`>=` is read as one sign here; the type and `=` need a space between them".into()
            }
            K::KeyInBody { key } => format!("the key {key} stands before the `{{`, not behind it"),
            K::MissingType { name } => format!("`{name}` has no type"),
            K::MissingEquals { name } => format!("`=` is missing between `{name}` and its value"),
            K::PatternInModule => "a declaration of a module has one name".into(),
            K::SingleTuple => "a tuple has two elements or more".into(),
            K::ShareTooLarge { share } => format!("`{share}` is more than all hosts"),
            K::HoleInName => "the name of a test is plain text".into(),
            K::UnknownFormat { format } => format!("a fact cannot be read as `{format}`"),
            K::UnclosedTag { tag } => format!("this `{tag}` is not closed on its line"),
            K::TagWithoutEnd { word } => format!("this `%{{ {word} }}` has no `%{{ end }}`"),
            K::StrayTag { word } => format!("this `%{{ {word} }}` belongs to nothing"),
            K::TextBeforeCase => "this text belongs to no case".into(),
            K::LateParam => "the parameters of a template stand at its beginning".into(),
            K::Habit(habit) => habit.headline().into(),
            K::UnknownTag { found } => format!("no tag begins with {found}"),
            K::LiteralInHead { literal: "with" } => "a `with` in a head needs parentheses".into(),
            K::LiteralInHead { literal } => format!("{literal} in a head needs parentheses"),
            K::GivenTwice { text } => format!("`{text}` is given a second time"),
            K::TooManyErrors => "too many mistakes: those behind this place are not shown".into(),
        }
    }
}
