//! What an editor writes between the lines: types and phases that nobody wrote, names of parameters, and the order that
//! follows from what resources are.

use crate::occurrence::{all_checked, occurrences, unit_at};
use crate::position::{Encoding, Position};
use mc_compiler::hir::BlockId;
use mc_compiler::name::{self, DeclId};
use mc_compiler::notation::{Notation, is_written};
use mc_compiler::phase::{self, Phase};
use mc_compiler::signature::{self, Signature, Target};
use mc_compiler::ty::Ty;
use mc_compiler::{CompiledPlan, Db, File, compile, prelude};
use mc_plan::plan::Edge;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, Arg, Expr, ExprKind, Let, Param};
use std::collections::{BTreeMap, BTreeSet};

/// Longest text of a hint, in characters: it stands in the way of the code.
const LIMIT: usize = 40;

/// What a hint tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum HintKind {
    Type,
    Phase,
    Parameter,
    Edge,
}

/// Which hints are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Hints {
    pub types: bool,
    pub phases: bool,
    pub parameters: bool,
    pub edges: bool,
}

/// A text that is shown and not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hint {
    /// Where.
    pub offset: u32,
    /// What it tells.
    pub kind: HintKind,
    /// The text.
    pub label: String,
    /// What it means, in words.
    pub tooltip: String,
    /// Whether it can be written there as it is.
    pub is_code: bool,
}

/// The hints in a part of a module or a template, sorted by place.
pub fn hints(db: &dyn Db, file: File, range: Span, wanted: Hints) -> Vec<Hint> {
    let mut found = Vec::new();
    let mut written = Written { range, lets: BTreeMap::new(), typed: BTreeSet::new(), calls: Vec::new() };
    let is_template = name::is_template(db, file);
    if is_template {
        visit::walk_template(&mut written, &name::template(db, file).template);
    } else {
        visit::walk_file(&mut written, name::tree(db, file));
    }
    if wanted.types || wanted.phases {
        locals(db, file, &written, wanted, &mut found);
    }
    if wanted.parameters {
        for (callee, args) in &written.calls {
            parameters(db, file, *callee, args, &mut found);
        }
    }
    if wanted.edges && !is_template {
        edges(db, file, range, &mut found);
    }
    found.retain(|hint| range.touches(hint.offset));
    found.sort();
    // All values of a module are one body.
    found.dedup();
    found
}

/// What of a file says which hints it needs.
struct Written<'a> {
    range: Span,
    /// The values of the names that are declared with one.
    lets: BTreeMap<Span, &'a Expr>,
    /// The names whose types are written.
    typed: BTreeSet<Span>,
    /// The calls: the name of what is called, and what it is given.
    calls: Vec<(Span, &'a [Arg])>,
}

impl<'a> Visitor<'a> for Written<'a> {
    fn let_(&mut self, node: &'a Let) {
        if node.ty.is_some() {
            self.typed.insert(node.name.span);
        }
        if node.pattern.is_none() {
            self.lets.insert(node.name.span, &node.value);
        }
        visit::walk_let(self, node);
    }

    fn param(&mut self, param: &'a Param) {
        self.typed.insert(param.name.span);
        visit::walk_param(self, param);
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        if let ast::StmtKind::Out(out) = &stmt.kind {
            self.typed.insert(out.name.span);
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, expr: &'a Expr) {
        if expr.span.end < self.range.start || self.range.end < expr.span.start {
            return;
        }
        if let ExprKind::Call { callee, args } = &expr.kind {
            let name = match &callee.kind {
                ExprKind::Name(_) => Some(callee.span),
                ExprKind::Field { name, .. } => Some(name.span),
                _ => None,
            };
            self.calls.extend(name.map(|name| (name, args.as_slice())));
        }
        visit::walk_expr(self, expr);
    }
}

/// Whether the type of a value can be read off it.
fn says_type(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Mode(_)
        | ExprKind::String(_)
        | ExprKind::Convert { .. }
        | ExprKind::Reference { .. } => true,
        ExprKind::Construct(construct) => construct.path.is_some(),
        ExprKind::Paren(inner) => says_type(inner),
        ExprKind::With { base, .. } => says_type(base),
        _ => false,
    }
}

fn locals(db: &dyn Db, file: File, written: &Written<'_>, wanted: Hints, found: &mut Vec<Hint>) {
    for checked in all_checked(db, file) {
        for (block, local, at) in checked.body.blocks.iter().enumerate().flat_map(|(block, body)| {
            (0..).zip(&body.locals).map(move |(at, local)| (BlockId(block as u32), local, at))
        }) {
            if local.name == "_" || local.span.is_empty() || !written.range.touches(local.span.end) {
                continue;
            }
            let value = written.lets.get(&local.span);
            let is_told = written.typed.contains(&local.span) || value.is_some_and(|value| says_type(value));
            let shown = local.ty.display(db);
            let is_known = !matches!(local.ty, Ty::Error | Ty::Hole | Ty::Never | Ty::Unit);
            if wanted.types && !is_told && is_known && shown.chars().count() <= LIMIT {
                found.push(Hint {
                    offset: local.span.end,
                    kind: HintKind::Type,
                    label: format!(": {shown}"),
                    tooltip: String::new(),
                    // Patterns and the variables of loops take no types.
                    is_code: value.is_some() && !matches!(local.ty, Ty::Ref(..) | Ty::Instance(..)),
                });
            }
            let Some(unit) = unit_at(db, file, local.span.start).filter(|_| wanted.phases && value.is_some())
            else {
                continue;
            };
            let known = phase::of_local(db, unit, block, at);
            if known.phase != Phase::Const {
                found.push(Hint {
                    offset: local.span.end,
                    kind: HintKind::Phase,
                    label: known.phase.name().to_owned(),
                    tooltip: crate::describe::phase(db, &known),
                    is_code: false,
                });
            }
        }
    }
}

/// The names of the parameters of a call, where they are not written and not plain.
fn parameters(db: &dyn Db, file: File, callee: Span, args: &[Arg], found: &mut Vec<Hint>) {
    let Some((_, targets)) = occurrences(db, file).at(callee.start) else { return };
    let names: Vec<String> = match targets.as_slice() {
        [Target::Decl(id)] => function(db, *id),
        [Target::Method(ty, name)] => {
            let methods = prelude::methods(ty);
            let params = methods.filter(|method| method.name == *name).flat_map(|method| method.params);
            let params: Vec<String> = params.map(|(name, _)| (*name).to_owned()).collect();
            // What the only thing is that a method takes, its name says.
            if params.len() > 1 { params } else { Vec::new() }
        }
        _ => Vec::new(),
    };
    for (at, (name, arg)) in names.iter().zip(args).enumerate() {
        let is_plain = match &arg.value.kind {
            ExprKind::Name(written) => written == name,
            ExprKind::Field { name: written, .. } => written.text == *name,
            ExprKind::Lambda(_) => true,
            _ => false,
        };
        if arg.name.is_none() && !is_plain {
            found.push(Hint {
                offset: arg.value.span.start,
                kind: HintKind::Parameter,
                label: format!("{name} ="),
                tooltip: String::new(),
                // Behind a named argument no other one stands without its name.
                is_code: args.iter().skip(at + 1).all(|later| later.name.is_some()),
            });
        }
    }
}

fn function(db: &dyn Db, id: DeclId) -> Vec<String> {
    match signature::signature(db, id) {
        Signature::Fn(params, _) => params.iter().map(|param| param.name.to_string()).collect(),
        _ => Vec::new(),
    }
}

/// What a resource comes after without anybody having written it, behind its head.
fn edges(db: &dyn Db, file: File, range: Span, found: &mut Vec<Hint>) {
    let Some(CompiledPlan { plan, .. }) = compile::compiled_plan(db) else { return };
    let number = plan.files.iter().position(|path| path == file.path(db).as_str());
    let Some(number) = number.map(|at| at as u32) else { return };
    // By the line and column of a declaration: the edges into it.
    let mut places: BTreeMap<(u32, u32), Vec<&Edge>> = BTreeMap::new();
    for edge in plan.edges.iter().filter(|edge| !is_written(edge.reason)) {
        // Barriers are behind the steps.
        let Some(step) = plan.steps.get(edge.to as usize) else { continue };
        if edge.from as usize >= plan.steps.len() {
            continue;
        }
        for (at, declaration) in (0..).zip(&step.declarations) {
            let carries = edge.carrier.is_none_or(|(to, carrier)| !to || carrier == at);
            if carries && declaration.span.file == number {
                places.entry((declaration.span.line, declaration.span.column)).or_default().push(edge);
            }
        }
    }
    if places.is_empty() {
        return;
    }
    let (text, lines, notation) = (file.text(db), crate::line_index(db, file), Notation::new(plan, LIMIT));
    for ((line, column), edges) in places {
        let at = Position { line: line.saturating_sub(1), column: 0 };
        let line = lines.offset(text, at, Encoding::Utf8);
        let rest = text.get(line as usize..).unwrap_or_default();
        let before: usize = rest.chars().take(column.saturating_sub(1) as usize).map(char::len_utf8).sum();
        let start = line + before as u32;
        let Some(offset) = head_end(text, start).filter(|_| range.touches(start)) else { continue };
        let reasons = edges.iter().map(|edge| (notation.vertex(edge.from), notation.reason(edge.reason)));
        let reasons: BTreeMap<String, String> = reasons.collect();
        let names: Vec<&str> = reasons.keys().map(String::as_str).collect();
        let shown = match names.as_slice() {
            [first, _, _, ..] => format!("{first} and {} more", names.len() - 1),
            _ => names.join(", "),
        };
        let tooltip = reasons.iter().map(|(name, reason)| format!("- after `{name}`: {reason}"));
        found.push(Hint {
            offset,
            kind: HintKind::Edge,
            label: format!("after {shown}"),
            tooltip: tooltip.collect::<Vec<_>>().join("\n"),
            is_code: false,
        });
    }
}

/// Where the head of a resource ends that begins at an offset: behind the brace of its body.
fn head_end(text: &str, start: u32) -> Option<u32> {
    let rest = text.get(start as usize..)?;
    let tokens = mc_syntax::tokens(rest.lines().next()?);
    let brace = tokens
        .iter()
        .find(|(token, _)| matches!(token, mc_syntax::Token::LBrace | mc_syntax::Token::HeadBrace))?;
    Some(start + brace.1.end)
}
