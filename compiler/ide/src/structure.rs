//! What can be folded, and what a selection grows to.

use crate::{manifest, template};
use mc_compiler::name;
use mc_compiler::{Db, File};
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, ItemKind};
use mc_syntax::{Span, Token};

/// What a part that can be folded is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FoldKind {
    Code,
    Comment,
    Imports,
}

/// A part of a file over several lines that can be shown as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From its first line to its last one.
    pub range: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded in a module or a template: brackets, runs of comments, and the imports; what stands between tags.
pub fn folds(db: &dyn Db, file: File) -> Vec<Fold> {
    let text: &str = file.text(db);
    let is_long =
        |span: Span| text.get(span.start as usize..span.end as usize).is_some_and(|text| text.contains('\n'));
    if manifest::is_manifest(db, file) {
        return manifest::folds(text);
    }
    let mut found = Vec::new();
    if name::is_template(db, file) {
        let code = template::folds(text).into_iter().map(|range| Fold { range, kind: FoldKind::Code });
        found.extend(code.filter(|fold| is_long(fold.range)));
        found.sort_by_key(|fold| (fold.range.start, fold.range.end));
        return found;
    }
    let parsed = &name::parsed(db, file).0;
    let mut open = Vec::new();
    for (token, span) in mc_syntax::tokens(text) {
        match token {
            Token::LBrace | Token::LBracket | Token::LParen => open.push(span),
            Token::RBrace | Token::RBracket | Token::RParen => {
                let Some(start) = open.pop() else { continue };
                found.push(Fold { range: Span::new(start.end, span.start), kind: FoldKind::Code });
            }
            _ => {}
        }
    }
    let imports = parsed.file.items.iter().filter(|item| matches!(item.kind, ItemKind::Import(_)));
    let imports: Vec<Span> = imports.map(|item| item.span).collect();
    if let (Some(first), Some(last)) = (imports.first(), imports.last()) {
        found.push(Fold { range: first.to(*last), kind: FoldKind::Imports });
    }
    let mut run: Option<Span> = None;
    for comment in &parsed.trivia.comments {
        let start = comment.span.start as usize;
        let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        // One behind code belongs to that line.
        let is_own_line = text.get(line..start).is_some_and(|before| before.trim().is_empty());
        let follows = |before: Span| {
            let between = text.get(before.end as usize..start).unwrap_or_default();
            between.trim().is_empty() && between.matches('\n').count() == 1
        };
        run = match run {
            Some(before) if is_own_line && follows(before) => Some(before.to(comment.span)),
            before => {
                found.extend(before.map(|range| Fold { range, kind: FoldKind::Comment }));
                is_own_line.then_some(comment.span)
            }
        };
    }
    found.extend(run.map(|range| Fold { range, kind: FoldKind::Comment }));
    found.retain(|fold| is_long(fold.range));
    found.sort_by_key(|fold| (fold.range.start, fold.range.end));
    found
}

/// What a selection at an offset grows to, from the innermost to the whole file: the name, the expressions around it,
/// the statement, the block, the declaration; in a template the hole and what is between tags.
pub fn selections(db: &dyn Db, file: File, offset: u32) -> Vec<Span> {
    let text: &str = file.text(db);
    let whole = Span::new(0, text.len() as u32);
    if manifest::is_manifest(db, file) {
        let mut found = vec![whole];
        manifest::selections(text, offset, &mut found);
        return nested(found);
    }
    let mut around = Around { offset, found: vec![whole] };
    let mut code = None;
    if name::is_template(db, file) {
        visit::walk_template(&mut around, &name::template(db, file).template);
        template::selections(text, offset, &mut around.found);
        code = Some(template::code_at(text, offset).map_or_else(String::new, |(_, code)| code));
    } else {
        visit::walk_file(&mut around, name::tree(db, file));
    }
    let tokens = mc_syntax::tokens(code.as_deref().unwrap_or(text));
    let end = tokens.partition_point(|(_, span)| span.start <= offset);
    if let Some((_, token)) = tokens.get(..end).and_then(<[_]>::last)
        && token.touches(offset)
    {
        around.found.push(*token);
    }
    nested(around.found)
}

/// From the innermost out, each around the one before.
fn nested(mut found: Vec<Span>) -> Vec<Span> {
    found.sort_by_key(|span| (span.len(), span.start));
    found.dedup();
    let mut nested: Vec<Span> = Vec::with_capacity(found.len());
    for span in found {
        if nested.last().is_none_or(|inner| span.start <= inner.start && inner.end <= span.end) {
            nested.push(span);
        }
    }
    nested
}

struct Around {
    offset: u32,
    found: Vec<Span>,
}

impl Around {
    fn at(&mut self, span: Span) -> bool {
        let touches = span.touches(self.offset);
        if touches {
            self.found.push(span);
        }
        touches
    }
}

impl<'a> Visitor<'a> for Around {
    fn item(&mut self, item: &'a ast::Item) {
        if self.at(item.span) {
            visit::walk_item(self, item);
        }
    }

    fn param(&mut self, param: &'a ast::Param) {
        if self.at(param.span) {
            visit::walk_param(self, param);
        }
    }

    fn block(&mut self, block: &'a ast::Block) {
        if self.at(block.span) {
            visit::walk_block(self, block);
        }
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        if self.at(stmt.span) {
            visit::walk_stmt(self, stmt);
        }
    }

    fn body(&mut self, body: &'a ast::Body) {
        if self.at(body.span) {
            visit::walk_body(self, body);
        }
    }

    fn expr(&mut self, expr: &'a ast::Expr) {
        if self.at(expr.span) {
            visit::walk_expr(self, expr);
        }
    }

    fn type_expr(&mut self, ty: &'a ast::TypeExpr) {
        if self.at(ty.span) {
            visit::walk_type_expr(self, ty);
        }
    }
}
