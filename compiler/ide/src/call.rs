//! What a call takes, while it is typed.
//!
//! The call is found from the tokens before the cursor, as completion does: half a call has no tree.

use crate::completion::type_before;
use crate::definition::template_param;
use crate::occurrence::occurrences;
use crate::template;
use mc_compiler::doc::typed;
use mc_compiler::name::{self, DeclId, DeclKind, Entity};
use mc_compiler::prelude::{self, Global, Method, Variables};
use mc_compiler::signature::{self, Field, Signature, Target};
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};
use mc_syntax::ast::ItemKind;
use mc_syntax::{Span, Token};
use smol_str::SmolStr;

/// What a call takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallHelp {
    /// All of it on one line: `fn address(site: Site, port: Int = 80) -> String`.
    pub label: String,
    /// What it does, in Markdown.
    pub docs: String,
    /// Its parameters: where each stands in the label, in bytes, and what it is.
    pub params: Vec<(Span, String)>,
    /// The parameter that is typed, by position; none behind the last.
    pub active: Option<u32>,
}

/// The call whose parentheses are around an offset.
pub fn call_help(db: &dyn Db, file: File, offset: u32) -> Option<CallHelp> {
    let text: &str = file.text(db);
    let hole = name::is_template(db, file).then(|| template::code_at(text, offset));
    let call = Call::around(
        match &hole {
            Some(hole) => hole.as_ref().map(|(_, code)| code.as_str())?,
            None => text,
        },
        offset,
    )?;
    let mut help = callee(db, file, &call)?;
    help.active = call.active(file.text(db), &help);
    Some(help)
}

/// A call that is typed.
struct Call {
    /// The tokens before its parenthesis; the last is the name of what is called.
    before: Vec<(Token, Span)>,
    /// How many commas stand before the cursor.
    commas: u32,
    /// The name in front of the argument: `port = `.
    named: Option<Span>,
}

impl Call {
    fn around(text: &str, offset: u32) -> Option<Self> {
        let tokens = mc_syntax::tokens(text);
        let end = tokens.partition_point(|(_, span)| span.end <= offset);
        // A text that the cursor is in is one argument.
        let before = tokens.get(..end)?;
        let (mut depth, mut commas, mut named) = (0_u32, 0, None);
        for (at, (token, span)) in before.iter().enumerate().rev() {
            match token {
                Token::RParen | Token::RBracket | Token::RBrace | Token::HoleEnd => depth += 1,
                Token::LBracket | Token::LBrace | Token::HeadBrace | Token::HoleStart if depth == 0 => {
                    return None;
                }
                Token::LParen if depth == 0 => {
                    let call = Call { before: before.get(..at)?.to_vec(), commas, named };
                    // A parenthesis in an expression follows what is no name.
                    let is_named = call.before.last().is_some_and(|(token, _)| *token == Token::Lower);
                    return is_named.then_some(call);
                }
                Token::LParen | Token::LBracket | Token::LBrace | Token::HeadBrace | Token::HoleStart => {
                    depth -= 1;
                }
                Token::Comma if depth == 0 => commas += 1,
                Token::Eq if depth == 0 && commas == 0 && named.is_none() => {
                    named = before.get(at.checked_sub(1)?).map(|(_, span)| *span);
                }
                _ => {}
            }
            // Nothing is called over as many lines as this without a bracket in between.
            if span.start.abs_diff(offset) > 1 << 16 {
                return None;
            }
        }
        None
    }

    fn active(&self, text: &str, help: &CallHelp) -> Option<u32> {
        let Some(named) = self.named else {
            return (self.commas < help.params.len() as u32).then_some(self.commas);
        };
        let name = text.get(named.start as usize..named.end as usize)?;
        let is_named = |(span, _): &(Span, String)| {
            let param = help.label.get(span.start as usize..span.end as usize).unwrap_or_default();
            param.split(':').next() == Some(name)
        };
        help.params.iter().position(is_named).map(|at| at as u32)
    }
}

/// What is called, by what the compiler knows, or else by its name.
fn callee(db: &dyn Db, file: File, call: &Call) -> Option<CallHelp> {
    let (_, name) = call.before.last().copied()?;
    let (_, targets) = occurrences(db, file).at(name.start).unwrap_or((name, Vec::new()));
    let known = targets.into_iter().find_map(|target| match target {
        Target::Decl(id) => function(db, *id),
        Target::Method(ty, method) => of_type(db, ty, method),
        _ => None,
    });
    known.or_else(|| of_template(db, file, call)).or_else(|| {
        let written = file.text(db).get(name.start as usize..name.end as usize)?;
        let behind = call.before.get(..call.before.len().checked_sub(1)?)?;
        match behind.last() {
            Some((Token::Dot | Token::QuestionDot, dot)) => {
                of_type(db, &type_before(db, file, dot.start)?, written)
            }
            _ => match name::scope(db, file).get(written) {
                Some(Entity::Decl(id, DeclKind::Fn)) => function(db, *id),
                _ => None,
            }
            .or_else(|| global(written)),
        }
    })
}

fn function(db: &dyn Db, id: DeclId) -> Option<CallHelp> {
    let Signature::Fn(params, result) = signature::signature(db, id) else { return None };
    let ItemKind::Fn(tree) = &id.item(db).kind else { return None };
    let shown = params.iter().zip(&tree.params).map(|(field, param)| {
        (typed(db, id.file, "", field, param.default.as_ref()), docs(param.docs.as_ref()))
    });
    let head = format!("fn {}", id.text(db));
    let help = assemble(head, shown, &format!(" -> {}", result.display(db)));
    Some(CallHelp { docs: docs(id.item(db).docs.as_ref()), ..help })
}

/// A function that the language brings.
fn global(name: &str) -> Option<CallHelp> {
    let Global { takes, gives, docs, .. } = prelude::global(name)?;
    let shown = (*takes)?.iter().map(|param| ((*param).to_owned(), String::new()));
    let help = assemble(name.to_owned(), shown, &format!(" -> {gives}"));
    Some(CallHelp { docs: (*docs).to_owned(), ..help })
}

fn of_type(db: &dyn Db, ty: &Ty, name: &str) -> Option<CallHelp> {
    let method = prelude::methods(ty).into_iter().find(|method| method.name == name && !method.property)?;
    let Method { receiver, params, gives, docs, .. } = method;
    let mut variables = Variables::default();
    receiver.matches(ty.plain(), &mut variables);
    let shown = params
        .iter()
        .map(|(name, scheme)| (format!("{name}: {}", scheme.ty(db, &variables).display(db)), String::new()));
    let help = assemble(name.to_owned(), shown, &format!(" -> {}", gives.ty(db, &variables).display(db)));
    Some(CallHelp { docs: (*docs).to_owned(), ..help })
}

/// A template with its parameters behind its path.
fn of_template(db: &dyn Db, file: File, call: &Call) -> Option<CallHelp> {
    let (_, name) = call.before.last()?;
    // The path is the first thing in the parentheses.
    let found = occurrences(db, file).all().iter().find_map(|(span, target)| match target {
        Target::Template(template) if span.start > name.end && span.start <= name.end + 2 => Some(*template),
        _ => None,
    })?;
    let path = Field { name: SmolStr::new_static("path"), ty: Ty::String, optional: false };
    let mut shown = vec![(typed(db, file, "", &path, None), String::new())];
    for field in signature::template_params(db, found) {
        let param = template_param(db, found, &field.name)?;
        shown.push((typed(db, found, "", field, param.default.as_ref()), docs(param.docs.as_ref())));
    }
    Some(assemble("template".to_owned(), shown.into_iter(), " -> String"))
}

fn assemble(head: String, params: impl Iterator<Item = (String, String)>, tail: &str) -> CallHelp {
    let mut help = CallHelp { label: head + "(", ..CallHelp::default() };
    for (at, (text, docs)) in params.enumerate() {
        if at > 0 {
            help.label.push_str(", ");
        }
        let start = help.label.len() as u32;
        help.label.push_str(&text);
        help.params.push((Span::new(start, help.label.len() as u32), docs));
    }
    help.label.push(')');
    help.label.push_str(tail);
    help
}

fn docs(docs: Option<&SmolStr>) -> String {
    docs.map_or_else(String::new, crate::describe::text)
}
