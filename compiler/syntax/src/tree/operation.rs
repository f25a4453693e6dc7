//! Builds guards, rollouts, tests and facts.

use crate::Span;
use crate::ast::*;
use crate::deep::{Deep, List, WaveNode, WaveOption};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::literal;
use crate::tree::Cx;

impl Cx<'_> {
    // Guards

    pub(crate) fn guard_item(&mut self, l: u32, kind: Deep<GuardItemKind>, r: u32) -> Deep<Box<GuardItem>> {
        kind.map(|kind| Box::new(GuardItem { kind, span: Span::new(l, r) }))
    }

    pub(crate) fn subject(
        &mut self,
        path: Path,
        name: Option<Name>,
        condition: Option<Deep<Expr>>,
    ) -> Deep<Box<Subject>> {
        let depth = condition.as_ref().map_or(0, |condition| condition.depth);
        let condition = condition.map(|condition| condition.node);
        Deep::new(Box::new(Subject { path, name, condition }), depth)
    }

    // Rollouts

    pub(crate) fn rollout_item(
        &mut self,
        l: u32,
        kind: Deep<RolloutItemKind>,
        r: u32,
    ) -> Deep<Box<RolloutItem>> {
        kind.map(|kind| Box::new(RolloutItem { kind, span: Span::new(l, r) }))
    }

    #[expect(clippy::boxed_local, reason = "the symbols on the parser's stack stay small")]
    pub(crate) fn wave(&mut self, l: u32, wave: Box<WaveNode>, r: u32) -> Deep<Box<RolloutItem>> {
        let kind = RolloutItemKind::Wave(Box::new(wave.wave));
        self.rollout_item(l, Deep::new(kind, wave.depth), r)
    }

    /// What follows the name of a wave; each of it once.
    pub(crate) fn wave_option(&mut self, wave: &mut WaveNode, option: WaveOption, span: Span) {
        let again = match option {
            WaveOption::Size(size) => std::mem::replace(&mut wave.wave.size, size).is_some(),
            WaveOption::Pause(value) => {
                wave.depth = wave.depth.max(value.depth);
                wave.wave.pause.replace(value.node).is_some()
            }
            WaveOption::When(value) => {
                wave.depth = wave.depth.max(value.depth);
                wave.wave.condition.replace(value.node).is_some()
            }
        };
        if again {
            self.given_twice(span);
        }
    }

    pub(crate) fn budget(&mut self, l: u32, share: Option<Share>, r: u32) -> Deep<Box<RolloutItem>> {
        let kind = share.map_or(RolloutItemKind::Error, RolloutItemKind::Budget);
        self.rollout_item(l, Deep::flat(kind), r)
    }

    /// `2`, `10%`; `None` if it was reported.
    pub(crate) fn share(&mut self, l: u32, r: u32) -> Option<Share> {
        let span = Span::new(l, r);
        let text = self.slice(span);
        let amount = match text.strip_suffix('%') {
            Some(number) => literal::float(number).map(ShareAmount::Percent),
            None => literal::int(text).map(ShareAmount::Hosts),
        };
        let amount = match amount {
            Ok(amount) => amount,
            Err((kind, help)) => {
                let mut error = SyntaxError::new(kind, span);
                error.help = help;
                self.report(error);
                return None;
            }
        };
        if matches!(amount, ShareAmount::Percent(percent) if percent.value() > 100.0) {
            self.report(SyntaxError::new(Kind::ShareTooLarge { share: text.into() }, span));
            return None;
        }
        Some(Share { amount, span })
    }

    // Tests

    pub(crate) fn test(&mut self, name: Deep<Expr>, items: List<Deep<Box<TestItem>>>) -> Box<ItemKind> {
        let name_span = name.node.span;
        let name = match name.node.kind {
            ExprKind::String(parts) => match parts.as_slice() {
                [StringPart::Text(text, _)] => text.clone(),
                [] => SmolStr::default(),
                _ => {
                    let error = SyntaxError::new(Kind::HoleInName, name_span);
                    self.report(error.help("a test has one name, however often it runs"));
                    SmolStr::default()
                }
            },
            _ => SmolStr::default(),
        };
        Box::new(ItemKind::Test(Test { name, name_span, items: items.nodes }))
    }

    pub(crate) fn test_item(&mut self, l: u32, kind: Deep<TestItemKind>, r: u32) -> Deep<Box<TestItem>> {
        kind.map(|kind| Box::new(TestItem { kind, span: Span::new(l, r) }))
    }

    pub(crate) fn given(
        &mut self,
        l: u32,
        name: Name,
        each: bool,
        value: Deep<Expr>,
        r: u32,
    ) -> Deep<Box<TestItem>> {
        self.test_item(l, value.map(|value| TestItemKind::Given(Given { name, each, value })), r)
    }

    pub(crate) fn expect_fails(
        &mut self,
        l: u32,
        code: Option<Name>,
        message: Option<Deep<Expr>>,
        body: Deep<Block>,
        r: u32,
    ) -> Deep<Box<TestItem>> {
        let depth = body.depth.max(message.as_ref().map_or(0, |message| message.depth));
        let message = message.map(|message| message.node);
        let kind = TestItemKind::ExpectFails(ExpectFails { code, message, body: body.node });
        self.test_item(l, Deep::new(kind, depth), r)
    }

    // Facts

    pub(crate) fn fact(
        &mut self,
        name: Name,
        ty: Deep<Box<TypeExpr>>,
        source: Deep<Box<FactSource>>,
    ) -> Deep<Box<FactDecl>> {
        let fact = FactDecl { name, ty: *ty.node, source: *source.node, format: None, timeout: None };
        Deep::new(Box::new(fact), source.depth)
    }

    pub(crate) fn bad_source(&mut self, l: u32, r: u32) -> Deep<Box<FactSource>> {
        Deep::flat(Box::new(FactSource::Error(Span::new(l, r))))
    }

    pub(crate) fn fact_item(&mut self, fact: Deep<Box<FactDecl>>) -> Box<ItemKind> {
        Box::new(ItemKind::FactDecl(*fact.node))
    }

    /// `json` behind `as`; `None` if it is no format, which is reported.
    pub(crate) fn fact_format(&mut self, l: u32, r: u32) -> Option<(FactFormat, Span)> {
        let span = Span::new(l, r);
        let format = match self.slice(span) {
            "json" => FactFormat::Json,
            "text" => FactFormat::Text,
            "lines" => FactFormat::Lines,
            other => {
                let kind = Kind::UnknownFormat { format: other.into() };
                self.report(SyntaxError::new(kind, span).help("write `json`, `text` or `lines`"));
                return None;
            }
        };
        Some((format, span))
    }

    pub(crate) fn fact_as(
        &mut self,
        mut fact: Deep<Box<FactDecl>>,
        format: Option<(FactFormat, Span)>,
    ) -> Deep<Box<FactDecl>> {
        if let (Some(_), Some((_, span))) = (&fact.node.format, format) {
            self.given_twice(span);
        }
        fact.node.format = format.or(fact.node.format);
        fact
    }

    pub(crate) fn fact_timeout(
        &mut self,
        mut fact: Deep<Box<FactDecl>>,
        keyword: Span,
        timeout: Deep<Expr>,
    ) -> Deep<Box<FactDecl>> {
        fact.depth = fact.depth.max(timeout.depth);
        if fact.node.timeout.replace(timeout.node).is_some() {
            self.given_twice(keyword);
        }
        fact
    }
}
