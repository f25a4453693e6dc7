//! From what the parser met to what the author meant: the messages for mistakes of grammar.
//!
//! The parser knows which token it did not expect and which it would have taken. The tokens around that place
//! tell more: most mistakes are habits from other languages, and each of those has a message of its own.

mod habit;
mod slip;

use crate::Span;
use crate::ast::*;
use crate::deep::Deep;
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::literal;
use crate::token::{Lexeme, Token};
use crate::tree::Cx;
use crate::wording::{
    FIELD_WORDS, FILE_WORDS, INFIX_WORDS, PREFIX_WORDS, STATEMENT_WORDS, TEST_WORDS, camel, describe,
    expected_words, quote_key,
};
use lalrpop_util::{ErrorRecovery, ParseError};

type Failure = ParseError<u32, Token, ()>;

/// Tokens that are looked at before a mistake.
const LOOK_BACK: usize = 40;

/// The place of a mistake.
struct Site<'a> {
    /// What the parser met; `None` at the end of the file.
    found: Option<Token>,
    span: Span,
    /// The grammar's names of what it would have taken, with quotes.
    expected: &'a [String],
    /// The index of the lexeme at or behind the place.
    at: usize,
}

impl Site<'_> {
    fn expects(&self, terminal: &str) -> bool {
        self.expected.iter().any(|name| name.trim_matches('"') == terminal)
    }

    /// Whether nothing more comes here: a separator, a closing bracket or the end.
    fn is_end(&self) -> bool {
        self.found.is_none_or(|t| t.is_closer() || matches!(t, Token::Sep | Token::Comma))
    }
}

impl Cx<'_> {
    /// A mistake that the grammar recovered from.
    pub(crate) fn recover(&mut self, recovery: &ErrorRecovery<u32, Token, ()>) {
        self.explain(&recovery.error);
    }

    /// A mistake that the grammar did not recover from.
    pub(crate) fn unrecovered(&mut self, error: &Failure) {
        self.explain(error);
    }

    fn explain(&mut self, failure: &Failure) {
        let (found, span, expected) = match failure {
            ParseError::UnrecognizedToken { token: (l, token, r), expected } => {
                (Some(*token), Span::new(*l, *r), expected.as_slice())
            }
            ParseError::ExtraToken { token: (l, token, r) } => {
                (Some(*token), Span::new(*l, *r), [].as_slice())
            }
            ParseError::UnrecognizedEof { location, expected } => {
                (None, Span::at(*location), expected.as_slice())
            }
            ParseError::InvalidToken { location } => (None, Span::at(*location), [].as_slice()),
            ParseError::User { error: () } => return,
        };
        let at = self
            .lexemes
            .partition_point(|lexeme| lexeme.span.start < span.start || lexeme.span.end <= span.start);
        let site = Site { found, span, expected, at };
        if self.is_reported(&site) {
            return;
        }
        if self.foreign_file(&site) {
            return;
        }
        let error = self
            .habit(&site)
            .or_else(|| self.unit_apart(&site))
            .or_else(|| self.not_a_name(&site))
            .or_else(|| self.unknown_tag(&site))
            .or_else(|| self.after_missing_body(&site))
            .or_else(|| self.foreign_word(&site))
            .or_else(|| self.unquoted_key(&site))
            .or_else(|| self.key_in_body(&site))
            .or_else(|| self.wrong_sign(&site))
            .or_else(|| self.range(&site))
            .or_else(|| self.control_in_operation(&site))
            .or_else(|| self.missing_operand(&site))
            .or_else(|| self.misplaced_clause(&site))
            .or_else(|| self.not_a_declaration(&site))
            .or_else(|| self.condition_not_here(&site))
            .or_else(|| self.missing_separator(&site))
            .unwrap_or_else(|| self.unexpected(&site));
        self.report(error);
    }

    /// Whether an earlier stage reported the mistake that the parser stumbles over here.
    fn is_reported(&self, site: &Site<'_>) -> bool {
        if crate::span::covered(self.torn, site.span) {
            return true;
        }
        // Only the rest of a slot that is given up takes error tokens.
        if site.expects("error") {
            return true;
        }
        match site.found {
            Some(Token::Error) => true,
            // A bracket or quote that an earlier stage put in.
            Some(token) if token.is_closer() || matches!(token, Token::StrEnd) || token.is_opener() => {
                site.span.is_empty() && self.inserted.binary_search(&site.span.start).is_ok()
            }
            _ => self.before(site, 1).is_some_and(|previous| previous.token == Token::Error),
        }
    }

    /// A complete expression with a mistake behind it. What stands by itself is kept; of anything else, nobody
    /// knows whether the author meant it.
    pub(crate) fn kept(&mut self, value: Deep<Expr>) -> Deep<Expr> {
        let separate =
            self.errors.last().is_some_and(|last| matches!(last.kind, Kind::MissingSeparator { .. }));
        let whole = matches!(
            value.node.kind,
            ExprKind::Construct(_) | ExprKind::If(_) | ExprKind::Match(_) | ExprKind::For(_)
        );
        if separate || whole {
            return value;
        }
        self.bad_expr(value.node.span.start, value.node.span.end)
    }

    fn before(&self, site: &Site<'_>, distance: usize) -> Option<Lexeme> {
        self.lexemes.get(site.at.checked_sub(distance)?).copied()
    }

    fn token_before(&self, site: &Site<'_>, distance: usize) -> Option<Token> {
        self.before(site, distance).map(|lexeme| lexeme.token)
    }

    fn after(&self, site: &Site<'_>, distance: usize) -> Option<Lexeme> {
        self.lexemes.get(site.at + distance).copied()
    }

    fn text(&self, lexeme: Lexeme) -> &str {
        self.slice(lexeme.span)
    }

    /// Whether an item begins with the lexeme `distance` before the place.
    fn begins_item(&self, site: &Site<'_>, distance: usize) -> bool {
        let opens = |token| matches!(token, Token::LBrace | Token::Comma | Token::Semicolon);
        self.before(site, distance).is_some_and(|lexeme| lexeme.first)
            || self.token_before(site, distance + 1).is_none_or(opens)
    }

    /// Whether an argument or element begins with the lexeme `distance` before the place.
    fn begins_element(&self, site: &Site<'_>, distance: usize) -> bool {
        matches!(self.token_before(site, distance + 1), Some(Token::LParen | Token::Comma | Token::LBracket))
    }

    /// The first lexeme of the line of the place, if no brace stands between.
    fn line_start(&self, site: &Site<'_>) -> Option<Lexeme> {
        (1..=LOOK_BACK)
            .map_while(|distance| self.before(site, distance))
            .take_while(|lexeme| lexeme.token != Token::LBrace)
            .find(|lexeme| lexeme.first)
    }

    fn describe(&self, site: &Site<'_>) -> String {
        let text = self.slice(site.span);
        match site.found {
            None => "the end of the file".to_owned(),
            Some(Token::Sep) if site.span.is_empty() => "the end of the line".to_owned(),
            Some(Token::Sep | Token::Comma) => "`,`".to_owned(),
            Some(token) => describe(token, text),
        }
    }

    /// What was taken for a misspelt name, but what follows it does not fit a name either: `File "/a" {` in a
    /// body. The message about the name is withdrawn.
    fn not_a_name(&mut self, site: &Site<'_>) -> Option<SyntaxError> {
        let previous = self.before(site, 1)?;
        let last = self.errors.last().filter(|last| last.span == previous.span)?;
        if !matches!(last.kind, Kind::LowerExpected { .. } | Kind::ReservedWord { .. }) {
            return None;
        }
        let before = Site { found: Some(previous.token), span: previous.span, at: site.at - 1, ..*site };
        let body = site.expects("=") && site.expects("sep") && site.expects("=>");
        let expected = if body {
            vec!["an attribute", "a clause"]
        } else if site.expects(":") && !site.expects("=") {
            vec!["a name and its type"]
        } else {
            return None;
        };
        self.errors.pop();
        let error = SyntaxError::new(
            Kind::UnexpectedToken { found: self.describe(&before), expected },
            previous.span,
        );
        let declares =
            matches!(site.found, Some(Token::Str | Token::StrStart | Token::LParen | Token::LBrace));
        if body && previous.token == Token::Upper && declares {
            return Some(
                error.help("resources do not stand inside each other; perhaps a `}` is missing above"),
            );
        }
        Some(error)
    }

    /// `File "/etc/motd" x {`: that the body is missing was reported when the title was complete.
    fn after_missing_body(&mut self, site: &Site<'_>) -> Option<SyntaxError> {
        let previous = self.before(site, 1)?;
        let last = self.errors.last()?;
        if last.kind == Kind::MissingBody && last.span.end == previous.span.end {
            self.errors.pop()
        } else {
            None
        }
    }

    /// `%{ endif }`
    fn unknown_tag(&self, site: &Site<'_>) -> Option<SyntaxError> {
        if self.token_before(site, 1) != Some(Token::TagStart) {
            return None;
        }
        if site.found == Some(Token::HoleEnd) {
            let kind = Kind::MissingValue { what: "a word", after: "`%{`".to_owned() };
            return Some(SyntaxError::new(kind, site.span));
        }
        let error = SyntaxError::new(Kind::UnknownTag { found: self.describe(site) }, site.span);
        Some(error.help(match self.slice(site.span) {
            "elif" | "elsif" | "elseif" => "write `%{ else if .. }`",
            "when" | "default" => "write `%{ case .. }`; the case for all others is `%{ case _ }`",
            "foreach" | "each" | "loop" | "while" => "write `%{ for x in xs }`",
            "unless" => "write `%{ if !.. }`",
            "switch" => "write `%{ match .. }`",
            "let" | "set" | "var" | "assign" => "a template is given what it needs: compute it where `template(..)` is called",
            "include" | "import" | "extends" | "block" => "a template holds no other: put the text of one into another as a parameter",
            "-" | "~" => "a line that holds nothing but tags disappears by itself",
            _ => "a tag is `param x: T`, `if c`, `else`, `for x in xs`, `match x`, `case p` or `end`; a value is written `${..}`",
        }))
    }

    /// `and`, `elif`, `def`, ..
    fn foreign_word(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let here = self.after(site, 0).filter(|lexeme| lexeme.span == site.span);
        let instead_of = |lexeme: Lexeme, table: &[(&str, &'static str)]| {
            let word = self.text(lexeme);
            let (_, instead) = table.iter().find(|(foreign, _)| *foreign == word)?;
            Some(SyntaxError::new(Kind::ForeignWord { word: word.into(), instead }, lexeme.span))
        };
        if let Some(here) = here.filter(|lexeme| lexeme.token == Token::Lower) {
            let table = if site.expects("component") && site.expects("import") {
                FILE_WORDS
            } else if site.expects("given") {
                TEST_WORDS
            } else {
                INFIX_WORDS
            };
            if let Some(error) = instead_of(here, table) {
                return Some(error);
            }
        }
        if let Some(here) = here.filter(|lexeme| matches!(lexeme.token, Token::Default | Token::Else))
            && site.expects("_")
        {
            return instead_of(here, &[("default", "_"), ("else", "_")]);
        }
        let previous = self.before(site, 1).filter(|lexeme| lexeme.token == Token::Lower)?;
        if site.expects(":") && !site.expects("=") && self.begins_item(site, 1) {
            return instead_of(previous, FIELD_WORDS);
        }
        if here.is_some_and(|here| here.token.can_begin_operand()) {
            let table = if self.begins_item(site, 1) { STATEMENT_WORDS } else { PREFIX_WORDS };
            return instead_of(previous, table).or_else(|| instead_of(previous, PREFIX_WORDS));
        }
        None
    }

    /// `File /etc/motd {`, `Package nginx-full {`: what stands between a type and its body, without quotes.
    fn unquoted_key(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let end = site.at.min(self.lexemes.len());
        let start = end.saturating_sub(LOOK_BACK);
        let line = self.lexemes.get(start..end)?;
        let first = line.iter().rposition(|lexeme| lexeme.first).map_or(start, |first| start + first);
        let upper = (first..end)
            .rev()
            .find(|index| self.lexemes.get(*index).is_some_and(|l| l.token == Token::Upper))?;
        let run = self.lexemes.get(upper + 1..)?;
        let mut length = 0;
        for pair in run.windows(2).take(LOOK_BACK) {
            let [one, next] = pair else { break };
            length += 1;
            if one.span.end != next.span.start || next.first || next.token == Token::LBrace {
                break;
            }
        }
        let (key, rest) = run.split_at_checked(length)?;
        let (begin, last) = (key.first()?, key.last()?);
        let spaced = self.lexemes.get(upper).is_some_and(|l| l.span.end < begin.span.start);
        let plain = match begin.token {
            Token::Slash | Token::Percent => key.len() > 1,
            Token::Lower | Token::Int | Token::Underscore => true,
            _ => false,
        };
        let near = site.at <= upper + 1 + length;
        if !spaced || !plain || !near || rest.first()?.token != Token::LBrace {
            return None;
        }
        let span = begin.span.to(last.span);
        let resource = self.lexemes.get(upper).map_or("", |l| self.slice(l.span));
        Some(quote_key(resource, self.slice(span), span))
    }

    /// `File { "/etc/motd": .. }`
    fn key_in_body(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let (type_name, key) = match site.found? {
            Token::Str if self.token_before(site, 1) == Some(Token::LBrace) => {
                (self.before(site, 2)?, self.after(site, 0)?)
            }
            Token::LBrace if self.token_before(site, 1) == Some(Token::Lower) => {
                (self.before(site, 1)?, self.after(site, 1)?)
            }
            _ => return None,
        };
        let colon = self.lexemes.iter().skip(site.at + 1).take(2).any(|l| l.token == Token::Colon);
        if key.token != Token::Str || !colon || !matches!(type_name.token, Token::Upper | Token::Lower) {
            return None;
        }
        let quoted = format!("\"{}\"", self.text(key).trim_matches(['"', '\'']));
        let help = format!("write `{} {quoted} {{ .. }}`", camel(self.text(type_name)));
        Some(SyntaxError::new(Kind::KeyInBody { key: quoted.into() }, key.span).help(help))
    }

    /// `=>` for `=`, `:` for `=`, `= ` without `let`, `>=` for `> =`.
    fn wrong_sign(&mut self, site: &Site<'_>) -> Option<SyntaxError> {
        let previous = self.before(site, 1);
        let name = previous.filter(|p| p.token == Token::Lower).map(|p| SmolStr::new(self.text(p)));
        match (site.found?, name) {
            (Token::Colon, Some(name)) if site.expects("=") && !site.expects(":") => {
                let help = format!("write `{name} = ..`");
                Some(SyntaxError::new(Kind::ColonForEquals { name }, site.span).help(help))
            }
            (Token::FatArrow, Some(name)) if site.expects("=") => {
                let help = format!("write `{name} = ..`");
                let lambda = self.begins_element(site, 1);
                let help = if lambda { format!("{help}; a lambda is written `|{name}| ..`") } else { help };
                Some(SyntaxError::new(Kind::ArrowForEquals { name }, site.span).help(help))
            }
            (Token::Eq, _)
                if self.line_start(site).is_some_and(|l| {
                    l.token == Token::If
                        || l.token == Token::Lower && matches!(self.text(l), "select" | "when")
                }) =>
            {
                Some(SyntaxError::new(Kind::EqualsInCondition, site.span).help("write `==`"))
            }
            (Token::Eq, Some(name)) if self.begins_item(site, 1) && site.expects("sep") => {
                let error = self.unexpected(site);
                Some(error.help(format!("a value gets a name with `let`: `let {name} = ..`")))
            }
            // `let p: plan(web)`: what was taken for a type is the value.
            (_, Some(_))
                if site.expects("=")
                    && site.expects("?")
                    && self.token_before(site, 2) == Some(Token::Colon)
                    && self.errors.last().is_some_and(|last| Some(last.span) == previous.map(|p| p.span)) =>
            {
                self.errors.pop();
                let name = self.before(site, 3).map_or("", |name| self.text(name));
                let help = format!("write `{name} = ..`");
                let colon = self.before(site, 2)?.span;
                Some(SyntaxError::new(Kind::ColonForEquals { name: name.into() }, colon).help(help))
            }
            (Token::Lower, _)
                if site.expects("given") && self.after(site, 1).is_some_and(|l| l.token == Token::Eq) =>
            {
                let help = format!("a value gets a name with `let`: `let {} = ..`", self.slice(site.span));
                Some(self.unexpected(site).help(help))
            }
            (Token::Ge, _) if site.expects(">") && site.expects("?") && !site.expects("+") => {
                Some(SyntaxError::new(Kind::TypeThenEquals, site.span).help("write `> =`"))
            }
            (token, Some(name))
                if token.can_begin_operand()
                    && site.expects("=")
                    && self.token_before(site, 2) != Some(Token::If) =>
            {
                if matches!(name.as_str(), "restart" | "reload") {
                    let instead = if name == "restart" { "restart on" } else { "reload on" };
                    return Some(SyntaxError::new(Kind::ForeignWord { word: name, instead }, previous?.span));
                }
                let help = format!("write `{name} = {}`", self.slice(site.span));
                Some(SyntaxError::new(Kind::MissingEquals { name }, site.span).help(help))
            }
            (
                Token::Comma
                | Token::Sep
                | Token::RParen
                | Token::RBrace
                | Token::HoleEnd
                | Token::Eq
                | Token::From,
                Some(name),
            ) if site.expects(":") && !site.expects("=") && !site.expects("sep") => {
                let help = format!("write `{name}: String`, or what else it is");
                let place = previous?.span;
                Some(SyntaxError::new(Kind::MissingType { name }, place).help(help))
            }
            (Token::LBrace, _)
                if site.expects("->") && previous.is_some_and(|p| p.token == Token::RParen) =>
            {
                let place = Span::at(previous?.span.end);
                let kind = Kind::MissingValue { what: "the result type", after: "the parameters".to_owned() };
                Some(SyntaxError::new(kind, place).help("a function says what it returns: `-> String`"))
            }
            (Token::LBrace, Some(name)) if self.begins_item(site, 1) || site.expects("+") => {
                let next = |distance| self.after(site, distance).map(|next| next.token);
                let record = next(1) == Some(Token::Lower) && next(2) == Some(Token::Eq);
                let help = match record {
                    true => format!("write `{}`, or `{name} with {{ .. }}` for a changed copy", camel(&name)),
                    false => format!("write `{}`", camel(&name)),
                };
                let kind = Kind::UpperExpected { name, what: "a resource, component or record" };
                Some(SyntaxError::new(kind, previous?.span).help(help))
            }
            _ => None,
        }
    }

    /// `1 + if c { 2 } else { 3 }`
    fn control_in_operation(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let control = matches!(site.found?, Token::If | Token::Match | Token::For);
        let operator = self.token_before(site, 1).is_some_and(|t| t.is_infix() || t == Token::Bang);
        let word = self.slice(site.span);
        (control && operator).then(|| {
            self.unexpected(site)
                .help(format!("inside of an operation it stands in parentheses: `({word} ..)`"))
        })
    }

    /// `1..9`
    fn range(&self, site: &Site<'_>) -> Option<SyntaxError> {
        if site.found? != Token::DotDot || !site.expects("+") && !site.expects("=>") {
            return None;
        }
        let kind = Kind::NotAvailable { word: "..".into(), purpose: "ranges" };
        Some(SyntaxError::new(kind, site.span).help("write the elements into a list: `[1, 2, 3]`"))
    }

    /// `5 MiB`
    fn unit_apart(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let number = self.before(site, 1).filter(|previous| previous.token == Token::Int)?;
        if !matches!(site.found?, Token::Upper | Token::Lower) {
            return None;
        }
        let unit = self.slice(site.span);
        let between = self.slice(Span::new(number.span.end, site.span.start));
        if between.is_empty() || !between.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let span = number.span.to(site.span);
        let text = SmolStr::new(self.slice(span));
        let kind = match literal::unit(unit)? {
            literal::Unit::Size => Kind::BadSize { text },
            literal::Unit::Time => Kind::BadDuration { text },
        };
        let help =
            format!("write `{}{unit}`: nothing stands between a number and its unit", self.text(number));
        Some(SyntaxError::new(kind, span).help(help))
    }

    /// Nothing where a value, a type or a name has to follow.
    fn missing_operand(&self, site: &Site<'_>) -> Option<SyntaxError> {
        use Token as T;
        let previous = self.before(site, 1)?;
        if previous.token == T::Colon
            && site.found == Some(T::Eq)
            && let Some(name) = self.before(site, 2).filter(|name| name.token == T::Lower)
        {
            let name = SmolStr::new(self.text(name));
            let help = format!("write `{name} = ..`");
            let span = previous.span.to(site.span);
            return Some(SyntaxError::new(Kind::ColonForEquals { name }, span).help(help));
        }
        if matches!(site.found, Some(T::Percentage | T::Int)) && self.text(previous) == "wave" {
            let kind = Kind::MissingValue { what: "a name", after: "`wave`".to_owned() };
            return Some(SyntaxError::new(kind, Span::at(previous.span.end)).help("write `wave early 10%`"));
        }
        let block = matches!(site.found, Some(T::LBrace | T::HeadBrace | T::Eq | T::In));
        if !site.is_end() && (!block || site.expects("{")) {
            return None;
        }
        let what = match previous.token {
            T::If | T::Match if block => "a value",
            T::For if block => "a name",
            T::Colon | T::Arrow if block => "a type",
            _ if block => return None,
            T::Eq if site.expects("string") => "a value",
            T::FatArrow => "a value",
            T::Bang => "a value",
            T::Colon | T::Arrow => "a type",
            T::Dot | T::QuestionDot => "a name",
            T::Let | T::Fn | T::Record | T::Enum | T::Import | T::As => "a name",
            T::If | T::Match | T::For => "a value",
            T::Else if site.expects("string") => "a value",
            T::Else => "a block",
            T::Lower if site.expects("=") && site.expects(".") && site.expects(":") => "a value",
            token if token.is_infix() => "a value",
            T::Lower if site.expects("string") && !site.expects("+") => "a value",
            T::Lower if site.expects("lower") && !site.expects("+") => "a name",
            _ => return None,
        };
        let after = describe(previous.token, self.text(previous));
        Some(SyntaxError::new(Kind::MissingValue { what, after }, Span::at(previous.span.end)))
    }

    /// A clause where statements stand, statements where attributes stand.
    fn misplaced_clause(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let previous = self.before(site, 1);
        if matches!(site.found, Some(Token::If | Token::Match | Token::For | Token::Let))
            && site.expects("notify")
        {
            let help = "a body holds attributes and clauses: choose a value with `name = if c { .. } else { .. }`, \
                        or the whole resource with `when c`";
            return Some(self.unexpected(site).help(help));
        }
        let previous = previous.filter(|p| p.token == Token::Lower && self.begins_item(site, 1))?;
        let word = self.text(previous);
        let clause = match word {
            "before" | "notify" | "when" | "timeout" | "retry" | "after" | "approval" | "tags" => word.into(),
            "restart" | "reload" | "skip" => SmolStr::from(format!("{word} {}", self.slice(site.span))),
            _ => return None,
        };
        if !site.found.is_some_and(Token::can_begin_operand) || site.expects("=") {
            return None;
        }
        let span = if clause == word { previous.span } else { previous.span.to(site.span) };
        let help = "write it between the braces of the resource that it is about";
        Some(SyntaxError::new(Kind::ClauseNotHere { clause }, span).help(help))
    }

    /// A statement at file level.
    fn not_a_declaration(&self, site: &Site<'_>) -> Option<SyntaxError> {
        if !(site.expects("import") && site.expects("component"))
            || self.token_before(site, 1) == Some(Token::Pub)
        {
            return None;
        }
        let found = self.describe(site);
        let next = self.after(site, 1).map(|next| next.token);
        let help = match site.found {
            Some(Token::Upper | Token::If | Token::Match | Token::For) => {
                "put it into a `policy`, which says which hosts it is for"
            }
            Some(Token::Lower) if matches!(next, Some(Token::Eq | Token::Colon)) => {
                "a value gets a name with `let`: `let x = ..`"
            }
            _ => {
                "a file holds `import`, `let`, `fn`, `type`, `record`, `enum`, `labels`, `resource`, `component`, \
                 `policy`, `guard`, `rollout`, `fact` and `test`"
            }
        };
        Some(SyntaxError::new(Kind::NotADeclaration { found }, site.span).help(help))
    }

    /// `where` behind the type of a field or a parameter.
    fn condition_not_here(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let help = "only the declaration of a `type` has a condition: write `type Port = Int where it > 0` there and \
                    `Port` here";
        (site.found == Some(Token::Where)).then(|| self.unexpected(site).help(help))
    }

    /// Two items on one line, two elements without a comma.
    fn missing_separator(&self, site: &Site<'_>) -> Option<SyntaxError> {
        let previous = self.before(site, 1)?;
        let token = site.found?;
        let begins = token.can_begin_operand()
            || token.is_keyword()
            || matches!(token, Token::Pub | Token::Dot | Token::LBrace) && site.expects("sep");
        let head = site.expects("in") && !site.expects("+");
        if !begins || head || !previous.token.can_end_item() || token == Token::LBrace {
            return None;
        }
        let separator = if site.expects("sep") && site.expects("import")
            || site.expects("sep") && (site.expected.len() == 1 || self.at_file_level(site))
        {
            "a new line"
        } else if site.expects("sep") {
            "a new line or a comma"
        } else if site.expects(",") {
            "a comma"
        } else {
            return None;
        };
        let found = self.describe(site);
        let error = SyntaxError::new(Kind::MissingSeparator { found, separator }, site.span);
        Some(error.label(Span::at(previous.span.end), "it belongs here"))
    }

    /// Whether no bracket is open at the place.
    fn at_file_level(&self, site: &Site<'_>) -> bool {
        let before = self.lexemes.get(..site.at).unwrap_or(&[]);
        let closers = before.iter().filter(|lexeme| lexeme.token.is_closer()).count();
        before.iter().filter(|lexeme| lexeme.token.is_opener()).count() == closers
    }

    fn unexpected(&self, site: &Site<'_>) -> SyntaxError {
        let expected = expected_words(site.expected);
        SyntaxError::new(Kind::UnexpectedToken { found: self.describe(site), expected }, site.span)
    }
}
