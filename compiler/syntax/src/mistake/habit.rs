//! Habits from other languages, found by the tokens around the place where the parser stumbled.

use super::{LOOK_BACK, Site};
use crate::Span;
use crate::error::{Habit, SyntaxError, SyntaxErrorKind as Kind};
use crate::token::{Lexeme, Token};
use crate::tree::Cx;

/// A habit with its repair, about the token at the place.
struct Found {
    habit: Habit,
    help: String,
    /// Another place than that of the token.
    span: Option<Span>,
}

fn found(habit: Habit, help: impl Into<String>) -> Option<Found> {
    Some(Found { habit, help: help.into(), span: None })
}

impl Found {
    fn at(mut self, lexeme: Option<Lexeme>) -> Option<Self> {
        self.span = lexeme.map(|lexeme| lexeme.span);
        Some(self)
    }
}

impl Site<'_> {
    fn expects_value(&self) -> bool {
        self.expects("string") && self.expects("int") && self.expects("(")
    }

    /// Whether a type has to begin here.
    fn expects_type(&self) -> bool {
        self.expects("Upper") && self.expects("(") && !self.expects("string") && !self.expects("_")
    }

    /// Whether a type is complete here.
    fn behind_type(&self) -> bool {
        self.expects("?") && !self.expects("+")
    }

    /// Whether a pattern is complete here.
    fn behind_pattern(&self) -> bool {
        !self.expects("+")
            && (self.expects("=>") && !self.expects("]") || self.expects("=") && self.expects("{"))
    }
}

/// What the item around the place begins with.
struct Begin {
    /// `pub` and `const` are passed over.
    lexeme: Lexeme,
    /// How far before the place it stands.
    distance: usize,
}

impl Cx<'_> {
    /// The message for a habit from another language. What was said about the token before, when it was taken for
    /// a misspelt name, is withdrawn.
    pub(super) fn habit(&mut self, site: &Site<'_>) -> Option<SyntaxError> {
        let begin = self.item_begin(site);
        let word = begin.as_ref().map_or("", |begin| self.text(begin.lexeme));
        let Found { habit, help, span } = self
            .type_habit(site)
            .or_else(|| self.declaration_habit(site, word, begin.as_ref()))
            .or_else(|| self.line_habit(site, word, begin.as_ref()))
            .or_else(|| self.pattern_habit(site))
            .or_else(|| self.operator_habit(site))
            .or_else(|| self.value_habit(site))?;
        if let (Some(last), Some(previous)) = (self.errors.last(), self.before(site, 1))
            && last.span == previous.span
            && matches!(
                last.kind,
                Kind::LowerExpected { .. }
                    | Kind::UpperExpected { .. }
                    | Kind::ReservedWord { .. }
                    | Kind::UnexpectedToken { .. }
            )
        {
            self.errors.pop();
        }
        Some(SyntaxError::new(Kind::Habit(habit), span.unwrap_or(site.span)).help(help))
    }

    /// Where the item around the place begins.
    fn item_begin(&self, site: &Site<'_>) -> Option<Begin> {
        let mut begin = None;
        let mut closed = 0usize;
        for distance in 1..=LOOK_BACK {
            let Some(lexeme) = self.before(site, distance) else { break };
            if closed == 0
                && (lexeme.token.is_opener() || matches!(lexeme.token, Token::Comma | Token::Semicolon))
            {
                break;
            }
            closed += usize::from(lexeme.token.is_closer());
            closed = closed.saturating_sub(usize::from(lexeme.token.is_opener()));
            if !matches!(lexeme.token, Token::Pub | Token::Const) {
                begin = Some(Begin { lexeme, distance });
            }
            if lexeme.first && closed == 0 {
                break;
            }
        }
        begin
    }

    fn is_word(&self, lexeme: Option<Lexeme>, word: &str) -> bool {
        lexeme.is_some_and(|lexeme| self.text(lexeme) == word)
    }

    /// Two signs without a gap.
    fn adjacent(&self, site: &Site<'_>) -> bool {
        self.before(site, 1).is_some_and(|previous| previous.span.end == site.span.start)
    }

    fn type_habit(&self, site: &Site<'_>) -> Option<Found> {
        let previous = self.token_before(site, 1);
        let named = matches!(previous, Some(Token::Upper | Token::DotUpper));
        match site.found? {
            Token::LBracket if named && site.behind_type() => {
                let name = self.before(site, 1).map_or("", |name| self.text(name)).trim_start_matches('.');
                match self.after(site, 1).map(|next| next.token) {
                    Some(Token::RBracket) => {
                        found(Habit::ForeignType, format!("a list of them is `List<{name}>`"))
                    }
                    _ => found(Habit::TypeBrackets, format!("write `{name}<..>`")),
                }
            }
            Token::LBracket if site.expects_type() => {
                found(Habit::ForeignType, "a list is written `List<Int>`, a set `Set<Int>`")
            }
            Token::LBrace if site.expects_type() && self.after(site, 1)?.token == Token::Upper => {
                found(Habit::ForeignType, "a map is written `Map<String, Int>`")
            }
            Token::Question if site.expects_type() => {
                found(Habit::ForeignType, "what may be absent ends with the sign: `Int?`")
            }
            Token::LBracket if site.expects("<") && site.expects("{") | site.expects("(") => {
                found(Habit::TypeBrackets, "write `<T>`")
            }
            Token::Bar if site.behind_type() => {
                found(Habit::TypeUnion, "declare an `enum` with a variant for each")
            }
            _ => None,
        }
    }

    fn declaration_habit(&self, site: &Site<'_>, word: &str, begin: Option<&Begin>) -> Option<Found> {
        use Token as T;
        let token = site.found?;
        let previous = self.token_before(site, 1);
        if token == T::Star && previous == Some(T::LBrace) && self.token_before(site, 2) == Some(T::Dot) {
            return found(Habit::ImportAll, "name what you need: `import a.b.{C, d}`");
        }
        let first = begin?.lexeme.token;
        let second = begin?.distance == 1;
        match (first, word, token) {
            (T::Fn, _, T::FatArrow) if site.expects("->") => {
                found(Habit::FnBody, "a function says what it returns and has braces: `-> Int { .. }`")
            }
            (T::Import, _, T::Star) => found(
                Habit::ImportAll,
                "name what you need: `import a.b.{C, d}`, or the module: `import a.b`",
            ),
            (T::Import, _, T::Str) if second => {
                let path = self.slice(site.span).trim_matches('"').replace('/', ".");
                found(Habit::QuotedModule, format!("write `import {path}`"))
            }
            (T::Import, _, T::As) if !site.expects("as") => {
                found(Habit::ImportAlias, "write `import a.{B as C}`; a module keeps its name")
            }
            (T::Type, _, T::LBrace) if site.expects("=") || previous == Some(T::Eq) => {
                found(Habit::TypeFields, "write `record Site { port: Int }`")
            }
            (T::Type, _, T::Str) if previous == Some(T::Eq) => {
                found(Habit::TypeUnion, "declare an `enum` with a variant for each")
            }
            (T::Type, _, T::Comma | T::If | T::LParen | T::AndAnd | T::Lower) if site.expects("where") => {
                found(Habit::TypeCondition, "write `type Port = Int where it > 0`")
            }
            (_, "component" | "policy" | "resource", T::LParen) if site.expects("{") => {
                let help = match word {
                    "component" => "write `param sites: List<Site>` on a line of the block",
                    "policy" => "a policy takes none: what it needs is data, a label or a fact",
                    _ => "write `key name: String` and the attributes on lines of the block",
                };
                found(Habit::Signature, help)
            }
            (_, "policy", T::Lower | T::For | T::Where | T::If | T::In) if site.expects("{") => {
                found(Habit::PolicyHosts, "write `select labels.role == .Web` on a line of its block")
            }
            (_, "resource", T::Str | T::StrStart)
                if second || begin?.distance == 2 && previous == Some(T::Upper) =>
            {
                found(
                    Habit::ResourceBlock,
                    "declare one by its type, in a policy: `File \"/etc/motd\" { .. }`",
                )
            }
            (_, "fact", T::Lower) if site.expects("as") && self.slice(site.span) != "timeout" => {
                found(Habit::FactSource, format!("write `as {}`", self.slice(site.span)))
            }
            (_, "fact", _) if site.expects("from") || site.expects("command") => found(
                Habit::FactSource,
                "write `from command [\"program\", \"argument\"]` or `from file \"/path\"`, and `as json` behind it",
            ),
            (_, "deny" | "on", T::If | T::Where) if site.expects("when") => {
                found(Habit::GuardCondition, "write `when`")
            }
            (_, "deny" | "on", _) if site.expects("when") || begin?.distance <= 2 && !site.is_end() => {
                found(Habit::SubjectForm, format!("write `{word} File f when ..`"))
            }
            _ => None,
        }
    }

    /// Lines of blocks, bodies, guards, rollouts and tests.
    fn line_habit(&self, site: &Site<'_>, word: &str, begin: Option<&Begin>) -> Option<Found> {
        use Token as T;
        let token = site.found?;
        let previous = self.before(site, 1);
        let before = previous.map(|previous| previous.token);
        let second = begin.is_some_and(|begin| begin.distance == 1);
        let sign = matches!(token, T::Eq | T::Colon);
        match token {
            T::EqEq if site.expects("=") && !site.expects("+") => found(Habit::DoubleEquals, "write `=`"),
            T::Lower if matches!(before, Some(T::Default | T::Force)) && second => {
                let priority = previous.map_or("", |previous| self.text(previous));
                let name = self.slice(site.span);
                found(Habit::PriorityPlace, format!("write `{name} = {priority} ..`"))?.at(previous)
            }
            _ if site.expects("else") && site.expects("+") && !site.expects("sep") => {
                let mut found = found(Habit::CheckReason, "write `check condition else \"what is wrong\"`")?;
                if site.is_end() {
                    found.span = previous.map(|previous| Span::at(previous.span.end));
                }
                Some(found)
            }
            T::Comma if word == "expect" => {
                found(Habit::ExpectMessage, "leave it out: one that fails shows the value of each part")
            }
            T::Comma if before == Some(T::Lower) && self.token_before(site, 2) == Some(T::Let) => {
                found(Habit::LetPattern, "write `let (a, b) = ..`")
            }
            T::LBracket | T::LBrace if before == Some(T::Let) => found(
                Habit::LetPattern,
                "write `let (a, b) = ..` for a tuple, `let Site { port, .. } = ..` for a record",
            ),
            _ if before == Some(T::Const) && token != T::Let => {
                found(Habit::ConstForm, "write `const let x = ..`")
            }
            T::Lower
                if word == "expect"
                    && (self.slice(site.span) == "fails" || self.is_word(previous, "fails")) =>
            {
                found(Habit::FailsForm, "write `expect fails { plan(web) }`")
            }
            T::Lower
                if site.expects("given")
                    && matches!(self.slice(site.span), "expect_fails" | "expect_error" | "raises") =>
            {
                found(Habit::FailsForm, "write `expect fails { plan(web) }`")
            }
            T::LBrace if self.is_word(previous, "test") && site.expects("string") => {
                found(Habit::TestName, "write `test \"what holds\" { .. }`")
            }
            _ if sign && self.is_word(previous, "limit") => found(Habit::SignBehindWord, "write `limit 20`"),
            T::Str if before == Some(T::LBracket) && self.is_word(self.before(site, 2), "prune") => {
                found(Habit::PruneForm, "write `prune [File, Cron]`, and `limit 20` behind it")
            }
            T::Lower if site.expects("deny") && self.slice(site.span) == "require" => {
                found(Habit::ApprovalForm, "write `require approval from \"dba\"`")
            }
            _ if word == "prune" && (second && token != T::LBracket || token == T::Str) => {
                found(Habit::PruneForm, "write `prune [File, Cron]`, and `limit 20` behind it")
            }
            T::LBrace | T::Eq | T::Str | T::StrStart | T::LParen
                if word == "defaults" && !site.expects_value() =>
            {
                found(Habit::DefaultsForm, "write `defaults File { owner = \"root\" }`")
            }
            _ if sign
                && second
                && (site.expects_value() || site.expects("percentage") || word == "policy")
                && matches!(
                    word,
                    "message"
                        | "pause"
                        | "health"
                        | "budget"
                        | "expect"
                        | "select"
                        | "check"
                        | "policy"
                        | "deny"
                ) =>
            {
                found(Habit::SignBehindWord, format!("write `{word} ..`"))
            }
            _ if sign && word == "wave" && site.expects("percentage") => {
                found(Habit::SignBehindWord, "write `wave early 10%`")
            }
            _ if sign && second && matches!(word, "after" | "select" | "prune") => {
                found(Habit::SignBehindWord, format!("write `{word} ..`"))
            }
            T::Lower if before == Some(T::Lower) && self.token_before(site, 2) == Some(T::Let) => {
                let is_mut = previous.is_some_and(|previous| self.text(previous) == "mut");
                is_mut.then(|| found(Habit::NoMutation, "leave `mut` out"))?
            }
            T::With => None,
            _ if before == Some(T::With) => found(Habit::WithBraces, "write `site with { port = 81 }`"),
            _ => None,
        }
    }

    fn pattern_habit(&self, site: &Site<'_>) -> Option<Found> {
        use Token as T;
        let previous = self.before(site, 1);
        let before = previous.map(|previous| previous.token);
        match site.found? {
            T::LBrace | T::HeadBrace if site.expects("=") && self.token_before(site, 2) == Some(T::Let) => {
                let name = previous.map_or("", |previous| self.text(previous));
                found(
                    Habit::IfLet,
                    format!("write `if let {name} = ..`; whether it holds is asked by `if {name}`"),
                )
            }
            T::LParen if before == Some(T::Upper) && site.behind_pattern() => {
                let name = previous.map_or("", |previous| self.text(previous));
                match name {
                    "Some" | "Ok" | "Just" => {
                        found(Habit::IfLet, "what is there is taken out by a plain name: `if let x = ..`")
                    }
                    _ => found(Habit::PayloadParens, format!("write `.{name} {{ field }}`")),
                }
            }
            T::LParen if before == Some(T::DotUpper) && site.behind_pattern() => {
                let name = previous.map_or("", |previous| self.text(previous));
                found(Habit::PayloadParens, format!("write `{name} {{ field }}`"))
            }
            T::Bar if site.behind_pattern() => {
                found(Habit::OrPattern, "write an arm for each, or `x if x in [.A, .B]`")
            }
            T::Eq if before == Some(T::Let) => found(Habit::IfLet, "write `if let x = ..`"),
            _ => None,
        }
    }

    fn operator_habit(&self, site: &Site<'_>) -> Option<Found> {
        use Token as T;
        let previous = self.before(site, 1);
        let before = previous?.token;
        let token = site.found?;
        if token == T::Colon && self.after(site, 1)?.token == T::Colon && self.after(site, 2)?.token == T::Lt
        {
            return found(Habit::GenericCall, "leave the types out: `first(xs)`");
        }
        let change = matches!(before, T::Plus | T::Minus | T::Star | T::Slash);
        let help = match (before, token) {
            (T::EqEq, T::Eq) if self.adjacent(site) => "write `==`",
            (T::NotEq, T::Eq) if self.adjacent(site) => "write `!=`",
            (T::Lt, T::Gt) if self.adjacent(site) => "write `!=`",
            (T::Star, T::Star) if self.adjacent(site) => "there is no power operator: multiply",
            (_, T::Question) if site.expects("+") && self.after(site, 1)?.token == T::Colon => {
                "write `??`, which takes the right value where the left is absent"
            }
            (_, T::Bar) if site.expects("+") => {
                "a function is called with a dot behind its value: `name.upper()`; \"or\" is `||`"
            }
            (_, T::Bang) if site.expects("+") => {
                "what may be absent is taken with `?? ..` or `if let x = ..`"
            }
            (_, T::As) if site.expects("+") => "a value is converted by its type: `Port(x)`",
            (_, T::Lower) if site.expects("+") && self.slice(site.span) == "not" => {
                "write `!(a in b)` for what is not in"
            }
            (_, T::Eq) if change && self.adjacent(site) => {
                let found = found(Habit::NoMutation, "give the new value a name of its own with `let`")?;
                return found.at(previous);
            }
            (_, T::Plus | T::Minus) if change && token == before && self.adjacent(site) => {
                return found(Habit::NoMutation, "give the new value a name of its own with `let`");
            }
            (_, T::Question) if site.expects("+") => {
                return found(Habit::Ternary, "write `if c { a } else { b }`");
            }
            (_, T::If) if site.expects("+") && self.else_follows(site) => {
                return found(Habit::Ternary, "write `if c { a } else { b }`");
            }
            _ => return None,
        };
        found(Habit::ForeignOperator, help)?.at(Some(Lexeme {
            token,
            first: false,
            span: if self.adjacent(site) && before.is_infix() {
                previous?.span.to(site.span)
            } else {
                site.span
            },
        }))
    }

    /// Whether an `else` comes on this line, with no brace before it.
    fn else_follows(&self, site: &Site<'_>) -> bool {
        (1..LOOK_BACK)
            .map_while(|distance| self.after(site, distance))
            .take_while(|lexeme| !lexeme.first && !matches!(lexeme.token, Token::LBrace | Token::RBrace))
            .any(|lexeme| lexeme.token == Token::Else)
    }

    fn value_habit(&self, site: &Site<'_>) -> Option<Found> {
        use Token as T;
        let previous = self.before(site, 1);
        let before = previous.map(|previous| previous.token);
        let next = self.after(site, 1).map(|next| next.token);
        let behind = self.after(site, 2).map(|next| next.token);
        match site.found? {
            T::LBrace if site.expects_value() && !site.expects("{") => {
                let help = match (next, behind) {
                    (Some(T::RBrace), _) => "an empty list, set or map is `[]`",
                    (Some(T::Bar), _) => "a lambda needs no braces around it: `|x| x + 1`",
                    (Some(T::Lower), Some(T::Eq)) => {
                        "a record is written with its name, `Site { port = 80 }`, a map in brackets, `[\"k\" => 1]`"
                    }
                    (Some(T::Str | T::Lower | T::Int), Some(T::Colon | T::FatArrow)) => {
                        "a map is written `[\"k\" => 1]`, a record with its name: `Site { port = 80 }`"
                    }
                    _ => "lists, sets and maps stand in brackets: `[a, b]`",
                };
                found(Habit::BraceLiteral, help)
            }
            T::Lower | T::Underscore if before == Some(T::Lower) && self.text(previous?) == "lambda" => {
                let name = self.slice(site.span);
                found(Habit::ForeignLambda, format!("write `|{name}| ..`"))?.at(previous)
            }
            T::Where if site.expects("if") && site.expects("+") => {
                found(Habit::ComprehensionWhere, "write `if`")
            }
            T::LBrace if before == Some(T::Lower) && next == Some(T::Bar) => {
                let name = previous.map_or("", |previous| self.text(previous));
                found(Habit::ForeignLambda, format!("a lambda is an argument: `{name}(|x| ..)`"))
            }
            T::FatArrow if before == Some(T::RParen) && site.expects(",") && site.expects(")") => {
                found(Habit::ForeignLambda, "write `|x, y| ..`")
            }
            T::Arrow if matches!(before, Some(T::Lower | T::RParen)) && site.expects("+") => {
                found(Habit::ForeignLambda, "write `|x| ..`")
            }
            T::Fn if site.expects_value() => found(Habit::ForeignLambda, "write `|x| ..`"),
            T::DotDot if site.expects("notify") => {
                found(Habit::Spread, "write `base with { port = 81 }` for a changed copy")
            }
            T::DotDot if site.expects_value() => found(Habit::Spread, "lists are joined with `+`: `a + [b]`"),
            _ => None,
        }
    }

    /// A playbook or a file of data, told by its first line; the rest of it is not read.
    pub(super) fn foreign_file(&mut self, site: &Site<'_>) -> bool {
        if site.at > 0 {
            return false;
        }
        let Some(token) = site.found else { return false };
        let next = self.after(site, 1).map(|next| next.token);
        let behind = self.after(site, 2).map(|next| next.token);
        let help = match (token, next, behind) {
            (Token::Minus, Some(Token::Minus), _)
            | (Token::Minus, Some(Token::Lower), Some(Token::Colon)) => {
                "this looks like YAML; `mcc import` reads playbooks"
            }
            (Token::LBrace, ..) => "this looks like JSON, which a policy reads with `load(\"..\")`",
            _ => return false,
        };
        self.report(SyntaxError::new(Kind::Habit(Habit::ForeignFile), site.span).help(help));
        self.stop.set(true);
        true
    }
}
