//! What the names of a file are, for colours: words and literals need no compiler.

use crate::definition::location;
use crate::occurrence::occurrences;
use crate::reference::symbol;
use mc_compiler::name::DeclId;
use mc_compiler::signature::Target;
use mc_compiler::{Db, File, Origin};
use mc_syntax::Span;
use mc_syntax::ast::ItemKind;

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum NameKind {
    Module,
    Type,
    Enum,
    Variant,
    Resource,
    Component,
    Policy,
    Function,
    Method,
    Value,
    Local,
    Parameter,
    Field,
    Fact,
}

/// A name with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemanticName {
    /// Where it stands, on one line.
    pub span: Span,
    /// What it is.
    pub kind: NameKind,
    /// Whether it is declared here.
    pub declares: bool,
    /// Whether it comes from the standard library or the language itself.
    pub is_standard: bool,
}

/// The names of a module or a template in a part of it, in their order.
pub fn semantic_names(db: &dyn Db, file: File, range: Span) -> Vec<SemanticName> {
    let all = occurrences(db, file).all();
    let first = all.partition_point(|(span, _)| span.end < range.start);
    let mut found: Vec<SemanticName> = Vec::new();
    for (span, target) in all.get(first..).unwrap_or_default() {
        if span.start > range.end {
            break;
        }
        // Of a short form such as `{ key }` the first meaning counts: what is set.
        if found.last().is_some_and(|before| before.span.end > span.start) {
            continue;
        }
        let target = symbol(db, target);
        let Some(kind) = kind(db, &target) else { continue };
        let declared = location(db, &target);
        found.push(SemanticName {
            span: *span,
            kind,
            declares: declared.is_some_and(|at| at.file == file && at.span == *span),
            is_standard: declared.is_none_or(|at| at.file.origin(db) == Origin::Standard),
        });
    }
    found
}

fn kind(db: &dyn Db, target: &Target) -> Option<NameKind> {
    Some(match target {
        Target::Decl(id) => match &id.item(db).kind {
            ItemKind::Let(_) => NameKind::Value,
            ItemKind::Fn(_) => NameKind::Function,
            ItemKind::Record(_) | ItemKind::TypeAlias(_) => NameKind::Type,
            ItemKind::Enum(_) => NameKind::Enum,
            ItemKind::Resource(_) => NameKind::Resource,
            ItemKind::Component(_) => NameKind::Component,
            ItemKind::Policy(_) | ItemKind::Guard(_) | ItemKind::Rollout(_) => NameKind::Policy,
            ItemKind::FactDecl(_) => NameKind::Fact,
            ItemKind::Import(_) | ItemKind::Labels(_) | ItemKind::Test(_) | ItemKind::Error => return None,
        },
        Target::Module(_) => NameKind::Module,
        Target::Member(id, name) => match &id.item(db).kind {
            ItemKind::Fn(_) => NameKind::Parameter,
            ItemKind::Enum(_) => NameKind::Variant,
            ItemKind::Component(_) if is_parameter(db, *id, name) => NameKind::Parameter,
            _ => NameKind::Field,
        },
        Target::Payload(..) | Target::Label(_) => NameKind::Field,
        Target::TemplateParam(..) => NameKind::Parameter,
        Target::Local(..) => NameKind::Local,
        Target::Method(..) => NameKind::Method,
        Target::BuiltinType(_) => NameKind::Type,
        Target::Fail => NameKind::Function,
        // A text, and words of the language.
        Target::Template(_) | Target::Labels | Target::SelfValue(_) => return None,
    })
}

fn is_parameter(db: &dyn Db, id: DeclId, name: &str) -> bool {
    use crate::definition::Member;
    matches!(crate::definition::member(db, id, name), Some(Member::ComponentParam(..)))
}
