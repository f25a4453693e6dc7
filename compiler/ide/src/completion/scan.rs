//! What kind of place an offset is, from the tokens before it.

use mc_syntax::{Span, Token};

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A module behind `import`: what is written of its path, with its dots.
    Import { module: String },
    /// A name that an import takes from a module.
    Imported { module: String, taken: Vec<String> },
    /// Behind the dot of what ends here.
    Member { end: u32 },
    /// A variant of the enum that is expected: `.Off`.
    Variant,
    /// A line of the body of a resource, a record or an instance.
    Attribute(Head),
    /// A type.
    Type,
    /// A declaration of the module.
    Item,
    /// A statement of a block.
    Statement,
    /// Behind `after` and its kind: what is declared.
    Referred,
    /// An expression.
    Expression,
}

/// What a body belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// A module in front of the name.
    pub(super) module: Option<String>,
    pub(super) name: String,
    /// The names that the body sets already.
    pub(super) set: Vec<String>,
}

/// The tokens before an offset.
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    /// Those that end before what is typed.
    pub(super) before: Vec<(Token, Span)>,
    /// The name that is typed, all of it.
    pub(super) replaced: Span,
    pub(super) place: Place,
}

impl<'t> Scan<'t> {
    /// None in a comment, in a string, and in a number.
    pub(super) fn new(text: &'t str, offset: u32) -> Option<Self> {
        let tokens = mc_syntax::tokens(text);
        let end = tokens.partition_point(|(_, span)| span.start < offset);
        let mut before: Vec<(Token, Span)> = tokens.get(..end)?.to_vec();
        let mut replaced = Span::at(offset);
        if let Some((token, span)) = before.last().copied()
            && span.end >= offset
        {
            match token {
                // `.Of` is a variant: its dot stays.
                Token::DotUpper => {
                    replaced = Span::new(span.start + 1, span.end);
                    before.pop();
                    before.push((Token::Dot, Span::new(span.start, span.start + 1)));
                }
                _ if is_word(text, span) => {
                    replaced = span;
                    before.pop();
                }
                Token::Str | Token::StrText | Token::Int | Token::Float if span.end > offset => return None,
                Token::Int | Token::Float | Token::Size | Token::Duration | Token::Mode => return None,
                Token::Str if span.end == offset => return None,
                _ => {}
            }
        }
        let last_end = before.last().map_or(0, |(_, span)| span.end);
        let since = text.get(last_end as usize..replaced.start as usize).unwrap_or_default();
        if since.rsplit('\n').next().is_some_and(|line| line.contains("//")) {
            return None;
        }
        let mut scan = Scan { text, before, replaced, place: Place::Expression };
        scan.place = scan.find_place();
        Some(scan)
    }

    /// The tokens that end before an offset or there.
    pub(super) fn until(text: &'t str, end: u32) -> Self {
        let mut before = mc_syntax::tokens(text);
        before.retain(|(_, span)| span.end <= end);
        Scan { text, before, replaced: Span::at(end), place: Place::Expression }
    }

    pub(super) fn written(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// What the innermost body around belongs to.
    pub(super) fn head_around(&self) -> Option<Head> {
        self.open_bracket().and_then(|open| self.head(open))
    }

    /// Where what the innermost `match` around takes apart ends.
    pub(super) fn matched(&self) -> Option<u32> {
        let open = self.open_bracket()?;
        let before = self.before.get(..open)?;
        let keyword = before.iter().rposition(|(token, _)| *token == Token::Match)?;
        let brace = |token: Token| matches!(token, Token::LBrace | Token::HeadBrace | Token::RBrace);
        if before.get(keyword..)?.iter().any(|(token, _)| brace(*token)) {
            return None;
        }
        before.last().map(|(_, span)| span.end)
    }

    /// The keyword of the item around, and whether the innermost bracket is the item's own body.
    pub(super) fn item(&self) -> Option<(Token, bool)> {
        let mut item = None;
        let mut depth = 0_usize;
        for (token, span) in &self.before {
            use Token::{Component, Enum, Fn, Guard, Labels, Policy, Record, Resource, Rollout, Test};
            let begins = matches!(
                token,
                Component | Enum | Fn | Guard | Labels | Policy | Record | Resource | Rollout | Test
            );
            // However many brackets are still open: items begin at the margin.
            let at_margin = self.text.get(..span.start as usize).is_some_and(|text| text.ends_with('\n'));
            if begins && (depth == 0 || at_margin) {
                (item, depth) = (Some(*token), 0);
            }
            match token {
                Token::LBrace | Token::LBracket | Token::LParen | Token::HoleStart | Token::HeadBrace => {
                    depth += 1;
                }
                Token::RBrace | Token::RBracket | Token::RParen | Token::HoleEnd => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
        }
        item.filter(|_| depth > 0).map(|item| (item, depth == 1))
    }

    /// The name that is being declared: `let name = ..`
    pub(super) fn declared(&self) -> Option<&'t str> {
        let line = self.before.iter().rposition(|(token, _)| *token == Token::Let)?;
        match self.before.get(line + 1..)? {
            [(Token::Lower, name), (Token::Eq, eq), ..]
                if !self.text.get(eq.end as usize..self.replaced.start as usize)?.contains('\n') =>
            {
                Some(self.written(*name))
            }
            _ => None,
        }
    }

    fn token(&self, back: usize) -> Option<(Token, Span)> {
        self.before.len().checked_sub(back + 1).and_then(|at| self.before.get(at)).copied()
    }

    fn find_place(&self) -> Place {
        if let Some(place) = self.import() {
            return place;
        }
        let Some((last, span)) = self.token(0) else { return Place::Item };
        let open = self.open_bracket();
        match last {
            Token::Dot | Token::QuestionDot => {
                let ends_value = self
                    .token(1)
                    .is_some_and(|(token, before)| ends_expression(token) && before.end == span.start);
                return if ends_value { Place::Member { end: span.start } } else { Place::Variant };
            }
            _ if self.names_resources() => return Place::Referred,
            // `name: T`, `-> T`, `List<T`
            Token::Colon | Token::Arrow => return Place::Type,
            Token::Lt
                if self.replaced.start == span.end
                    && self.token(1).is_some_and(|(t, _)| t == Token::Upper) =>
            {
                return Place::Type;
            }
            _ => {}
        }
        let Some(open) = open else {
            return if self.begins_line() || last == Token::Pub { Place::Item } else { Place::Expression };
        };
        let is_brace = matches!(self.before.get(open), Some((Token::LBrace | Token::HeadBrace, _)));
        let begins = open + 1 == self.before.len() || self.begins_line();
        if !is_brace || !begins {
            return Place::Expression;
        }
        match self.head(open) {
            Some(head) => Place::Attribute(head),
            None => Place::Statement,
        }
    }

    /// Whether a clause begins before this place that names resources. Without what it names, its word is a name yet.
    fn names_resources(&self) -> bool {
        let word = |back: usize| self.token(back).map_or("", |(_, span)| self.written(span));
        let (count, is_clause) = match (word(1), word(0)) {
            ("restart" | "reload", "on") => (2, true),
            (_, "restart on" | "reload on" | "after" | "before" | "notify") => (1, true),
            _ => (0, false),
        };
        is_clause
            && self.token(count).is_none_or(|(token, before)| {
                let first = self.token(count - 1).map_or(before.end, |(_, span)| span.start);
                let between = self.text.get(before.end as usize..first as usize).unwrap_or_default();
                matches!(token, Token::LBrace | Token::HeadBrace | Token::Sep)
                    || between.contains(['\n', ','])
            })
    }

    /// Whether a new line begins here that goes on nothing, or what a comma separates like one.
    fn begins_line(&self) -> bool {
        let Some((last, span)) = self.token(0) else { return true };
        let between = self.text.get(span.end as usize..self.replaced.start as usize).unwrap_or_default();
        between.contains(['\n', ',', ';']) && (ends_expression(last) || matches!(last, Token::LBrace))
    }

    /// The bracket around, by its position.
    fn open_bracket(&self) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, (token, _)) in self.before.iter().enumerate().rev() {
            match token {
                Token::RBrace | Token::RBracket | Token::RParen | Token::HoleEnd => depth += 1,
                Token::LBrace | Token::LBracket | Token::LParen | Token::HoleStart | Token::HeadBrace => {
                    match depth.checked_sub(1) {
                        Some(less) => depth = less,
                        None => return Some(at),
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The type in front of a body's brace, if it is one: `File "/a" {`, `nginx.Site {`.
    fn head(&self, open: usize) -> Option<Head> {
        let mut at = open.checked_sub(1)?;
        match self.before.get(at)?.0 {
            Token::Str => at = at.checked_sub(1)?,
            Token::StrEnd => {
                while self.before.get(at)?.0 != Token::StrStart {
                    at = at.checked_sub(1)?;
                }
                at = at.checked_sub(1)?;
            }
            Token::RParen => {
                let mut depth = 0_usize;
                loop {
                    match self.before.get(at)?.0 {
                        Token::RParen => depth += 1,
                        Token::LParen => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    at = at.checked_sub(1)?;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {}
        }
        let (token, span) = self.before.get(at).copied()?;
        let (name, module) = match token {
            Token::Upper => (self.written(span).to_owned(), None),
            Token::DotUpper => {
                let (before, module) = at.checked_sub(1).and_then(|at| self.before.get(at)).copied()?;
                let name = self.written(span).trim_start_matches('.').to_owned();
                (before == Token::Lower).then(|| (name, Some(self.written(module).to_owned())))?
            }
            _ => return None,
        };
        let declares = |token: Token| {
            // Behind an arrow it is the type of a function's result.
            use Token::{Arrow, Component, Enum, Policy, Record, Resource, Test, Type};
            matches!(token, Arrow | Component | Enum | Policy | Record | Resource | Test | Type)
        };
        if at.checked_sub(1).and_then(|at| self.before.get(at)).is_some_and(|(before, _)| declares(*before)) {
            return None;
        }
        Some(Head { module, name, set: self.names_set(open) })
    }

    /// The names that stand before `=` in a body, and the short forms.
    fn names_set(&self, open: usize) -> Vec<String> {
        let mut depth = 0_usize;
        let mut set = Vec::new();
        let inside = self.before.get(open + 1..).unwrap_or_default();
        for (at, (token, span)) in inside.iter().enumerate() {
            match token {
                Token::LBrace | Token::LBracket | Token::LParen | Token::HoleStart | Token::HeadBrace => {
                    depth += 1;
                }
                Token::RBrace | Token::RBracket | Token::RParen | Token::HoleEnd => {
                    depth = depth.saturating_sub(1);
                }
                _ if depth == 0 && inside.get(at + 1).is_some_and(|(next, _)| *next == Token::Eq) => {
                    set.push(self.written(*span).to_owned());
                }
                _ => {}
            }
        }
        set
    }

    fn import(&self) -> Option<Place> {
        let start = self.before.iter().rposition(|(token, _)| *token == Token::Import)?;
        let behind = self.before.get(start + 1..)?;
        let allowed = |token: Token| {
            use Token::{As, Comma, Dot, DotUpper, LBrace, Lower, Upper};
            matches!(token, As | Comma | Dot | DotUpper | LBrace | Lower | Upper)
        };
        if !behind.iter().all(|(token, span)| allowed(*token) || is_word(self.text, *span)) {
            return None;
        }
        let brace = behind.iter().position(|(token, _)| *token == Token::LBrace);
        let path = behind.get(..brace.unwrap_or(behind.len()))?;
        let from = path.first().map_or(self.replaced.start, |(_, span)| span.start);
        let to = path.last().map_or(from, |(_, span)| span.end);
        let module = self.written(Span::new(from, to)).to_owned();
        // It ends with its line.
        if module.contains(char::is_whitespace) {
            return None;
        }
        if brace.is_none() {
            // Behind a whole path comes a new line.
            let goes_on = module.is_empty() || module.ends_with('.');
            return goes_on.then_some(Place::Import { module });
        }
        let names = behind.get(brace? + 1..)?.iter().map(|(_, span)| self.written(*span).to_owned());
        let module = module.trim_end_matches('.').to_owned();
        Some(Place::Imported { module, taken: names.filter(|name| name != ",").collect() })
    }
}

fn is_word(text: &str, span: Span) -> bool {
    let text = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether an expression can end with a token.
fn ends_expression(token: Token) -> bool {
    use Token::{
        DotUpper, Duration, False, Float, Int, Lower, Mode, None, RBrace, RBracket, RParen, SelfValue, Size,
        Str, StrEnd, True, Upper,
    };
    matches!(
        token,
        DotUpper
            | Duration
            | False
            | Float
            | Int
            | Lower
            | Mode
            | None
            | RBrace
            | RBracket
            | RParen
            | SelfValue
            | Size
            | Str
            | StrEnd
            | True
            | Upper
    )
}
