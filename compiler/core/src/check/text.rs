//! Templates: from their tags to the typed form of a text, and their calls.

use super::{Checker, Want};
use crate::check::asset::Asset;
use crate::diagnostic::{Diagnostic, code};
use crate::hir::{Arm, ExprId, ExprKind, Pattern};
use crate::package::Written;
use crate::signature::Target;
use crate::ty::Ty;
use camino::Utf8Path;
use mc_plan::expr::{Builtin, EachKind};
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::{self, Condition, TemplatePart};
use std::sync::Arc;

impl<'db> Checker<'db> {
    /// A whole template: the value of the block of its parameters is its text.
    pub(super) fn template(&mut self, template: &'db ast::Template) {
        let root = self.parameters(&template.params);
        let value = self.text_of(&template.parts, Span::at(0));
        self.body.blocks[root.0 as usize].value = Some(value);
        self.body.root = Some(root);
        self.scope = None;
    }

    /// Text, holes and tags, joined.
    fn text_of(&mut self, parts: &'db [TemplatePart], at: Span) -> ExprId {
        let mut span = at;
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            let piece = match part {
                TemplatePart::Text(text, span) => {
                    let value = Value::Str(Arc::from(text.as_str()));
                    self.push(ExprKind::Value(value), Ty::String, *span)
                }
                TemplatePart::Hole(hole) => {
                    let value = self.pure(hole, &Want::Any);
                    self.texted(value, hole.span)
                }
                TemplatePart::If(node) => self.text_if(&node.branches, node.otherwise.as_deref(), node.span),
                TemplatePart::For(node) => self.text_for(node),
                TemplatePart::Match(node) => self.text_match(node),
                TemplatePart::Error(span) => self.error(*span),
            };
            let own = self.body.expr(piece).span;
            span = if pieces.is_empty() { own } else { span.to(own) };
            pieces.push(piece);
        }
        let secret = pieces.iter().any(|piece| matches!(self.ty(*piece), Ty::Secret(_)));
        self.push(ExprKind::Concat(pieces), Ty::String.secret_if(secret), span)
    }

    fn text_if(
        &mut self,
        branches: &'db [(Condition, Vec<TemplatePart>)],
        otherwise: Option<&'db [TemplatePart]>,
        span: Span,
    ) -> ExprId {
        let Some(((condition, parts), rest)) = branches.split_first() else {
            return self.text_of(otherwise.unwrap_or_default(), Span::at(span.end));
        };
        let (head, pattern, bound) = self.condition_head(condition);
        let then = self.open(bound);
        let text = self.text_of(parts, span);
        self.body.blocks[then.0 as usize].value = Some(text);
        self.close();
        let rest = self.text_if(rest, otherwise, span);
        let ty = self.text_type(&[text, rest]);
        let kind = match pattern {
            None => ExprKind::If(head, then, Some(rest)),
            Some(pattern) => ExprKind::IfLet(head, pattern, then, Some(rest)),
        };
        self.push(kind, ty, span)
    }

    /// The type of one of these texts.
    fn text_type(&self, texts: &[ExprId]) -> Ty {
        Ty::String.secret_if(texts.iter().any(|text| matches!(self.ty(*text), Ty::Secret(_))))
    }

    fn text_for(&mut self, node: &'db ast::TemplateFor) -> ExprId {
        let span = node.span;
        let list = self.pure(&node.iterable, &Want::Any);
        let element = self.element_of(list, node.iterable.span, "`for`");
        let (pattern, bound) = self.loop_patterns(&node.patterns, &element, span);
        let block = self.open(bound);
        let text = self.text_of(&node.body, span);
        self.body.blocks[block.0 as usize].value = Some(text);
        self.close();
        let ty = self.ty(text).clone();
        let function = Ty::Fn(Arc::from([element]), Arc::new(ty.clone()));
        let function = self.push(ExprKind::Lambda(vec![pattern], block), function, span);
        let texts = ExprKind::Each(EachKind::Map, list, function, false);
        let texts = self.push(texts, ty.clone().list(), span);
        let nothing = self.push(ExprKind::Value(Value::Str(Arc::from(""))), Ty::String, span);
        self.push(ExprKind::Call(Builtin::Join, vec![texts, nothing], false), ty, span)
    }

    fn text_match(&mut self, node: &'db ast::TemplateMatch) -> ExprId {
        let span = node.span;
        let scrutinee = self.pure(&node.scrutinee, &Want::Any);
        let ty = self.ty(scrutinee).plain().clone();
        if matches!(ty.some_plain(), Ty::Secret(_)) {
            self.steers(node.scrutinee.span, node.scrutinee.span, &ty);
            return self.error(span);
        }
        let mut rows = self.match_rows(&ty);
        let mut arms = Vec::with_capacity(node.arms.len());
        let mut texts = Vec::with_capacity(node.arms.len());
        for arm in &node.arms {
            let mut bound = Vec::new();
            let pattern = self.match_pattern(&mut rows, &arm.pattern, arm.guard.is_some(), &mut bound);
            let block = self.open(bound);
            let guard = arm.guard.as_ref().map(|guard| self.pure(guard, &Want::Type(Ty::Bool)));
            let text = self.text_of(&arm.body, arm.span);
            self.body.blocks[block.0 as usize].value = Some(text);
            self.close();
            texts.push(text);
            arms.push(Arm { pattern, guard, block, span: arm.pattern.span });
        }
        self.match_complete(&rows, node.scrutinee.span, None);
        if arms.is_empty() {
            return self.error(span);
        }
        let ty = self.text_type(&texts);
        self.push(ExprKind::Match(scrutinee, arms), ty, span)
    }

    /// `template("nginx.conf.mct", workers = workers)`
    pub(super) fn call_template(&mut self, args: &'db [ast::Arg], callee: Span, span: Span) -> ExprId {
        let Some((ast::Arg { name: None, value: path }, args)) = args.split_first() else {
            self.report(
                Diagnostic::error(code::BAD_CALL, self.place(span), "`template` takes the path of one")
                    .here("which template?")
                    .help("for example `template(\"nginx.conf.mct\", workers = 4)`"),
            );
            return self.with_arguments(args, span);
        };
        let Some(Written::Whole(text)) = self.asset_path(path, Asset::Template) else {
            return self.with_arguments(args, span);
        };
        let Some(assets) = self.assets() else { return self.with_arguments(args, span) };
        let Some(file) = assets.templates.get(Utf8Path::new(text)).copied() else {
            self.no_asset(text, path.span, Asset::Template, assets.templates.keys());
            return self.with_arguments(args, span);
        };
        self.refer(path.span, Target::Template(file));
        if let Some(first) = args.iter().find(|arg| arg.name.is_none()) {
            let place = self.place(first.value.span);
            let mistake = Diagnostic::error(code::BAD_CALL, place, "what a template is given has a name")
                .here("for which parameter?");
            self.report(match &first.value.kind {
                ast::ExprKind::Name(name) => {
                    let named = format!("{name} = {name}");
                    mistake.help(format!("write `{named}`")).fix(format!("write `{named}`"), place, named)
                }
                _ => mistake.help("write `name = value`"),
            });
            return self.with_arguments(args, span);
        }
        let values = self.template_arguments(text, file, args, (callee, span));
        let ty = Ty::String.secret_if(super::template_is_secret(self.db, file));
        self.push(ExprKind::CallTemplate(file, values), ty, span)
    }
}

/// What a `match` covers so far.
pub(super) struct Rows {
    pub(super) ty: Ty,
    pub(super) rows: Vec<super::exhaustive::Pat>,
    pub(super) none_is_covered: bool,
    pub(super) broken: bool,
    /// How many more patterns the questions about it may look at.
    pub(super) left: usize,
}

impl<'db> Checker<'db> {
    pub(super) fn match_rows(&self, ty: &Ty) -> Rows {
        let broken = matches!(ty, Ty::Error);
        let left = super::exhaustive::BUDGET;
        Rows { ty: ty.clone(), rows: Vec::new(), none_is_covered: false, broken, left }
    }

    /// What an `if` asks: its value, the pattern of an `if let` and the names that it binds.
    pub(super) fn condition_head(
        &mut self,
        condition: &'db Condition,
    ) -> (ExprId, Option<Pattern>, Vec<crate::hir::Local>) {
        match condition {
            Condition::Value(e) => (self.pure(e, &Want::Type(Ty::Bool)), None, Vec::new()),
            Condition::Let(pattern, e) => {
                let value = self.pure(e, &Want::Any);
                let ty = self.ty(value).clone();
                let mut bound = Vec::new();
                let checked = self.let_pattern(pattern, &ty, e.span, &mut bound);
                (value, Some(checked), bound)
            }
        }
    }
}
