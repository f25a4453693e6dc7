//! What is shown about the place under the cursor.

use crate::describe::{self, Description};
use crate::occurrence::{occurrences, unit_at};
use crate::{manifest, template, value};
use mc_compiler::hir::{BlockId, ExprId, ExprKind};
use mc_compiler::name;
use mc_compiler::phase::{self, Known};
use mc_compiler::signature::Target;
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};
use mc_syntax::ast::ItemKind;
use mc_syntax::{Span, Token};

/// The fence of code in Markdown; editors know the language by this name.
const LANGUAGE: &str = "masterchef";

/// What is known about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: Span,
    /// The text, in Markdown: declarations as code, then documentation.
    pub markdown: String,
}

/// What is known about the name at an offset, or else the type of the expression there.
pub fn hover(db: &dyn Db, file: File, offset: u32) -> Option<Hover> {
    if manifest::is_manifest(db, file) {
        return manifest::hover(db, file, offset);
    }
    let names = occurrences(db, file);
    if let Some((range, targets)) = names.at(offset) {
        let mut found: Vec<Description> = targets.iter().filter_map(|target| named(db, target)).collect();
        if let Some(last) = found.last_mut() {
            last.value = value::of_name(db, file, range, &targets);
        }
        return (!found.is_empty()).then(|| Hover { range, markdown: markdown(&found) });
    }
    global(db, file, offset).or_else(|| expression(db, file, offset))
}

/// What the language brings, by its name.
fn global(db: &dyn Db, file: File, offset: u32) -> Option<Hover> {
    let text = file.text(db);
    let tokens = mc_syntax::tokens(text);
    let end = tokens.partition_point(|(_, span)| span.start <= offset);
    let (token, range) = tokens.get(end.checked_sub(1)?).copied()?;
    // Behind a dot it is another's.
    let before = end.checked_sub(2).and_then(|at| tokens.get(at)).map(|(token, _)| *token);
    if token != Token::Lower
        || !range.touches(offset)
        || matches!(before, Some(Token::Dot | Token::QuestionDot))
    {
        return None;
    }
    let found = describe::global(text.get(range.start as usize..range.end as usize)?)?;
    Some(Hover { range, markdown: markdown(&[found]) })
}

fn named(db: &dyn Db, target: &Target) -> Option<Description> {
    let Target::Local(file, span) = target else { return describe::describe(db, target) };
    // A parameter is a local of the body too, and as a parameter it has documentation.
    if let Some(declared) = occurrences(db, *file).declared(*span) {
        return describe::describe(db, declared);
    }
    let unit = unit_at(db, *file, span.start)?;
    let blocks = (0..).map(BlockId).zip(&phase::checked(db, unit).body.blocks);
    let mut locals =
        blocks.flat_map(|(id, block)| (0..).zip(&block.locals).map(move |(at, local)| (id, at, local)));
    let (block, at, local) = locals.find(|(_, _, local)| local.span == *span)?;
    if unit.decl().is_some_and(|id| matches!(id.item(db).kind, ItemKind::Guard(_))) {
        return Some(describe::judged(db, &local.name, &local.ty));
    }
    let known = phase::of_local(db, unit, block, at);
    Some(describe::local(db, &local.name, &local.ty, &known))
}

/// The innermost expression around the token at an offset, if it has a value.
fn expression(db: &dyn Db, file: File, offset: u32) -> Option<Hover> {
    let text: &str = file.text(db);
    let hole = name::is_template(db, file).then(|| template::code_at(text, offset));
    let (within, code) = match &hole {
        Some(hole) => hole.as_ref().map(|(hole, code)| (hole.inner, code.as_str()))?,
        None => (Span::new(0, text.len() as u32), text),
    };
    let tokens = mc_syntax::tokens(code);
    let end = tokens.partition_point(|(_, span)| span.start <= offset);
    let (_, token) = tokens.get(..end)?.last().filter(|(_, span)| span.touches(offset))?;
    let unit = unit_at(db, file, token.start)?;
    let checked = phase::checked(db, unit);
    let around = checked.body.exprs.iter().enumerate();
    let around = around.filter(|(at, _)| checked.body.foreign(ExprId(*at as u32)).is_none());
    let around = around.filter(|(_, expr)| expr.span.start <= token.start && token.end <= expr.span.end);
    // A tag is an expression with all that is between it and its end.
    let around = around.filter(|(_, expr)| within.start <= expr.span.start && expr.span.end <= within.end);
    let filled = hole.as_ref().and_then(|hole| hole.as_ref()?.0.filled(text));
    let (at, expr) = around.min_by_key(|(at, expr)| {
        // Of several at one place the last was made of the others, by a conversion.
        let rank = if Some(expr.span) == filled { *at } else { usize::MAX - at };
        (expr.span.len(), rank)
    })?;
    let is_value = !matches!(
        expr.kind,
        ExprKind::Error
            | ExprKind::Block(_)
            | ExprKind::For(..)
            | ExprKind::Fail(_)
            | ExprKind::Resource(_)
            | ExprKind::Instance(_)
    );
    if !is_value || matches!(expr.ty, Ty::Error | Ty::Never | Ty::Unit) {
        return None;
    }
    let code = expr.ty.display(db);
    let known = phase::of_expr(db, unit, ExprId(at as u32));
    // Of a constant that is written there, that it is known says nothing.
    let origin = if known == Known::default() { String::new() } else { describe::phase(db, &known) };
    let value = value::of_expr(db, unit, ExprId(at as u32));
    let description = Description { code, origin, value, ..Description::default() };
    Some(Hover { range: expr.span, markdown: markdown(&[description]) })
}

pub(crate) fn markdown(descriptions: &[Description]) -> String {
    let mut out = String::new();
    for description in descriptions {
        if !out.is_empty() {
            out.push_str("\n\n---\n\n");
        }
        out.push_str("```");
        out.push_str(LANGUAGE);
        out.push('\n');
        out.push_str(&description.code);
        out.push_str("\n```");
        for part in [&description.origin, &description.value, &description.docs] {
            if !part.is_empty() {
                out.push_str("\n\n");
                out.push_str(part);
            }
        }
    }
    out
}
