//! What stands behind a dot.

use super::body::{declaration, described, fields_of};
use super::scan::Scan;
use super::{Proposal, ProposalKind};
use crate::occurrence::{all_checked, unit_at};
use mc_compiler::check::PLAN_METHODS;
use mc_compiler::hir::ExprId;
use mc_compiler::name::{self, DeclId, DeclKind, Entity};
use mc_compiler::phase;
use mc_compiler::prelude::{self, Variables};
use mc_compiler::signature::{self, Field, Signature, Target};
use mc_compiler::ty::Ty;
use mc_compiler::{Db, File};
use mc_plan::expr::ChangeFact;
use mc_syntax::{Span, Token};

/// The fields, outputs and methods of what ends before a dot.
pub(super) fn members(db: &dyn Db, file: File, scan: &Scan<'_>, end: u32) -> Vec<Proposal> {
    if let Some(found) = of_name(db, file, scan) {
        return found;
    }
    if let Some(found) = judged(db, file, scan, end) {
        return found;
    }
    type_before(db, file, scan, end).map(|ty| of_type(db, &ty)).unwrap_or_default()
}

/// The fields and methods of a value of a type.
pub(super) fn of_type(db: &dyn Db, ty: &Ty) -> Vec<Proposal> {
    let mut found = Vec::new();
    let mut add = |fields: &[Field], target: &dyn Fn(&Field) -> Option<Target>, shown: &dyn Fn(&Ty) -> Ty| {
        for field in fields {
            let docs = target(field).map(|target| described(db, &target)).unwrap_or_default();
            let detail = shown(&field.ty).display(db);
            found.push(Proposal::new(field.name.as_str(), ProposalKind::Field, 0).detail(detail).docs(docs));
        }
    };
    match ty.some_plain() {
        Ty::Record(id, args) => {
            if let Signature::Record(fields) = signature::signature(db, *id) {
                add(fields, &member(*id), &|ty| ty.substitute(*id, args));
            }
        }
        Ty::Ref(id, _) => {
            if let Signature::Resource(resource) = signature::signature(db, *id) {
                add(std::slice::from_ref(&resource.key), &member(*id), &Ty::clone);
                add(&resource.outputs, &member(*id), &Ty::clone);
            }
        }
        Ty::Instance(id, args) => {
            if let Signature::Component(_, outputs) = signature::signature(db, *id) {
                add(outputs, &member(*id), &|ty| ty.substitute(*id, args));
            }
        }
        Ty::Plan => {
            for (name, takes) in PLAN_METHODS {
                let takes = takes.strip_prefix(name).unwrap_or(takes);
                let text = if takes.starts_with("()") { format!("{name}()") } else { format!("{name}($0)") };
                found.push(Proposal::new(*name, ProposalKind::Method, 0).detail(takes).snippet(text));
            }
            return found;
        }
        Ty::Planned(id) => {
            if let Signature::Resource(resource) = signature::signature(db, *id) {
                add(std::slice::from_ref(&resource.key), &member(*id), &Ty::clone);
                add(&resource.attributes, &member(*id), &Ty::clone);
            }
        }
        Ty::Labels => {
            let target = |field: &Field| Some(Target::Label(field.name.clone()));
            add(signature::label_types(db), &target, &Ty::clone);
        }
        _ => {}
    }
    // Of what may be absent, what it is when it is there comes behind `?.`.
    for method in prelude::methods(ty) {
        let mut variables = Variables::default();
        method.receiver.matches(ty.plain(), &mut variables);
        let text = match (method.property, method.params.is_empty()) {
            (true, _) => method.name.to_owned(),
            (false, true) => format!("{}()", method.name),
            (false, false) => format!("{}($0)", method.name),
        };
        let params: Vec<String> = method
            .params
            .iter()
            .map(|(name, scheme)| format!("{name}: {}", scheme.ty(db, &variables).display(db)))
            .collect();
        let gives = method.gives.ty(db, &variables).display(db);
        let detail = if method.property { gives } else { format!("({}) -> {gives}", params.join(", ")) };
        let proposal = Proposal::new(method.name, ProposalKind::Method, 1).detail(detail).docs(method.docs);
        found.push(if text.contains('$') { proposal.snippet(text) } else { Proposal { text, ..proposal } });
    }
    found
}

/// What a field of a declaration is called.
fn member(id: DeclId) -> impl Fn(&Field) -> Option<Target> {
    move |field| Some(Target::Member(id, field.name.clone()))
}

/// What a guard can ask of the resource that it judges, and of its change.
fn judged(db: &dyn Db, file: File, scan: &Scan<'_>, end: u32) -> Option<Vec<Proposal>> {
    if !matches!(scan.item(), Some((Token::Guard, _))) {
        return None;
    }
    let (_, name) = scan.before.iter().rev().find(|(_, span)| span.end == end)?;
    if scan.written(*name) == "change" {
        let fact = |fact: ChangeFact| {
            Proposal::new(fact.name(), ProposalKind::Field, 0).detail(Ty::Bool.display(db))
        };
        return Some(ChangeFact::ALL.map(fact).to_vec());
    }
    let Ty::Ref(id, _) = local(db, file, scan.written(*name), name.start)? else { return None };
    let Signature::Resource(resource) = signature::signature(db, id) else { return None };
    let parts = std::iter::once(&resource.key).chain(&resource.attributes);
    let one = |field: &Field| {
        let docs = described(db, &Target::Member(id, field.name.clone()));
        Proposal::new(field.name.as_str(), ProposalKind::Field, 0).detail(field.ty.display(db)).docs(docs)
    };
    Some(parts.map(one).collect())
}

/// What stands behind the name of an enum or of a module.
fn of_name(db: &dyn Db, file: File, scan: &Scan<'_>) -> Option<Vec<Proposal>> {
    let (token, span) = scan.before.iter().rev().nth(1).copied()?;
    let entity = name::scope(db, file).get(scan.written(span))?;
    match (token, entity) {
        (Token::Upper, Entity::Decl(id, DeclKind::Enum)) => {
            Some(of_enum(db, &Ty::Enum(*id, signature::parameters(db, *id))))
        }
        (Token::Lower, Entity::Module(module)) => Some(
            name::declarations(db, *module)
                .iter()
                .filter(|(name, declared)| {
                    declared.public && name.starts_with(|c: char| c.is_ascii_uppercase())
                })
                .map(|(name, declared)| declaration(db, name, declared.id, declared.kind, 0))
                .collect(),
        ),
        _ => None,
    }
}

/// The values of the type that is expected where an expression begins, if it says which there are.
pub(super) fn expected_values(db: &dyn Db, file: File, scan: &Scan<'_>) -> Vec<Proposal> {
    let Some(ty) = expected(db, file, scan, 0) else { return Vec::new() };
    match ty.some_plain() {
        Ty::Enum(..) => of_enum(db, &ty).into_iter().map(dotted).collect(),
        Ty::Bool => {
            ["true", "false"].map(|word| Proposal::new(word, ProposalKind::Keyword, 0)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The arms of a `match`, where one begins. None where no `match` is around.
pub(super) fn arms(db: &dyn Db, file: File, scan: &Scan<'_>) -> Option<Vec<Proposal>> {
    let ty = type_before(db, file, scan, scan.matched()?)?;
    let mut found: Vec<Proposal> = match ty.some_plain() {
        Ty::Bool => ["true", "false"].map(|word| Proposal::new(word, ProposalKind::Keyword, 0)).to_vec(),
        _ => of_enum(db, &ty).into_iter().map(dotted).collect(),
    };
    if matches!(ty.plain(), Ty::Optional(_)) {
        found.push(Proposal::new("none", ProposalKind::Keyword, 1));
    }
    found.push(Proposal::new("_", ProposalKind::Keyword, 1).docs("Whatever it is."));
    for proposal in &mut found {
        // What a payload has is named, not set.
        proposal.text = format!("{} => $0", proposal.label);
        proposal.is_snippet = true;
    }
    Some(found)
}

/// The patterns that a `case` can have for a value of a type, without those that others have: `.Managed { cert, key }`.
/// Without their dots, where one is typed.
pub(super) fn cases(db: &dyn Db, ty: &Ty, taken: &[String], with_dot: bool) -> Vec<Proposal> {
    let mut found = Vec::new();
    if let Ty::Enum(id, _) = ty.some_plain()
        && let Signature::Enum(variants) = signature::signature(db, *id)
    {
        for (variant, payload) in variants.iter().filter(|(variant, _)| !taken.iter().any(|t| t == variant)) {
            let fields: Vec<&str> = payload.iter().map(|field| field.name.as_str()).collect();
            let named =
                if fields.is_empty() { String::new() } else { format!(" {{ {} }}", fields.join(", ")) };
            let proposal = Proposal::new(variant.as_str(), ProposalKind::Variant, 0)
                .detail(fields.join(", "))
                .docs(described(db, &Target::Member(*id, variant.clone())));
            let proposal = Proposal { text: format!("{variant}{named}"), ..proposal };
            found.push(if with_dot { dotted(proposal) } else { proposal });
        }
    }
    if with_dot {
        let mut word = |word: &str, docs: &str, rank: u8| {
            if !taken.iter().any(|taken| taken == word) {
                found.push(Proposal::new(word, ProposalKind::Keyword, rank).docs(docs));
            }
        };
        if matches!(ty.some_plain(), Ty::Bool) {
            word("true", "", 0);
            word("false", "", 0);
        }
        if matches!(ty.plain(), Ty::Optional(_)) {
            word("none", "No value.", 1);
        }
        word("_", "Whatever it is.", 1);
    }
    found
}

/// A variant where its dot is not written yet.
fn dotted(variant: Proposal) -> Proposal {
    Proposal { label: format!(".{}", variant.label), text: format!(".{}", variant.text), ..variant }
}

/// The variants of the enum that is expected.
pub(super) fn variants(db: &dyn Db, file: File, scan: &Scan<'_>) -> Vec<Proposal> {
    expected(db, file, scan, 1).map(|ty| of_enum(db, &ty)).unwrap_or_default()
}

fn of_enum(db: &dyn Db, ty: &Ty) -> Vec<Proposal> {
    let Ty::Enum(id, args) = ty.some_plain() else { return Vec::new() };
    let Signature::Enum(variants) = signature::signature(db, *id) else { return Vec::new() };
    let one = |(name, payload): &(smol_str::SmolStr, Vec<Field>)| {
        let docs = described(db, &Target::Member(*id, name.clone()));
        let proposal = Proposal::new(name.as_str(), ProposalKind::Variant, 0).docs(docs);
        if payload.is_empty() {
            return proposal;
        }
        let shown: Vec<String> = payload
            .iter()
            .map(|field| format!("{}: {}", field.name, field.ty.substitute(*id, args).display(db)))
            .collect();
        let required = payload.iter().filter(|field| !field.optional);
        let filled: Vec<String> =
            (1..).zip(required).map(|(at, field)| format!("{} = ${at}", field.name)).collect();
        proposal.detail(shown.join(", ")).snippet(format!("{name} {{ {} }}$0", filled.join(", ")))
    };
    variants.iter().map(one).collect()
}

/// The type that is expected where a value begins of which so many tokens are written.
fn expected(db: &dyn Db, file: File, scan: &Scan<'_>, written: usize) -> Option<Ty> {
    let mut back = scan.before.iter().rev().skip(written);
    let (token, _) = back.next().copied()?;
    match token {
        Token::Eq => {
            let (_, name) = back.next().copied()?;
            let head = scan.head_around()?;
            let field =
                fields_of(db, file, &head)?.into_iter().find(|field| field.name == scan.written(name))?;
            Some(field.ty)
        }
        Token::EqEq | Token::NotEq => {
            let (_, left) = back.next().copied()?;
            type_before(db, file, scan, left.end)
        }
        // The first arm, or a later one.
        _ if written == 0 => None,
        _ => {
            let subject = scan.matched()?;
            type_before(db, file, scan, subject)
        }
    }
}

/// The type of the longest expression that ends at an offset.
pub(super) fn type_before(db: &dyn Db, file: File, scan: &Scan<'_>, end: u32) -> Option<Ty> {
    let checked = unit_at(db, file, end).map(|unit| phase::checked(db, unit));
    let of_unit = checked.and_then(|checked| {
        let exprs = checked.body.exprs.iter().enumerate();
        let here = exprs
            .filter(|(at, expr)| expr.span.end == end && checked.body.foreign(ExprId(*at as u32)).is_none());
        // Of several at one place the last was made of the others.
        let known = here.filter(|(_, expr)| !matches!(expr.ty, Ty::Error | Ty::Hole | Ty::Unit));
        known.max_by_key(|(at, expr)| (expr.span.len(), *at)).map(|(_, expr)| expr.ty.clone())
    });
    of_unit.or_else(|| literal(scan, end)).or_else(|| chain(db, file, scan, end))
}

/// The type of a literal that ends at an offset.
fn literal(scan: &Scan<'_>, end: u32) -> Option<Ty> {
    let (token, _) = scan.before.iter().rev().find(|(_, span)| span.end == end)?;
    Some(match token {
        Token::Str | Token::StrEnd => Ty::String,
        Token::Int => Ty::Int,
        Token::Float => Ty::Float,
        Token::Size => Ty::Size,
        Token::Duration => Ty::Duration,
        Token::Mode => Ty::Mode,
        Token::True | Token::False => Ty::Bool,
        _ => return None,
    })
}

/// The type of `a.b.c`, where the rest of the line says too little for a tree.
fn chain(db: &dyn Db, file: File, scan: &Scan<'_>, end: u32) -> Option<Ty> {
    let last = scan.before.iter().rposition(|(_, span)| span.end == end)?;
    let mut names: Vec<Span> = Vec::new();
    let mut at = last;
    loop {
        let (token, span) = scan.before.get(at).copied()?;
        if token != Token::Lower {
            return None;
        }
        names.push(span);
        match at.checked_sub(2).and_then(|before| Some((before, scan.before.get(before + 1)?.0))) {
            Some((before, Token::Dot | Token::QuestionDot)) => at = before,
            _ => break,
        }
    }
    let mut names = names.into_iter().rev();
    let first = names.next()?;
    let mut ty = local(db, file, scan.written(first), first.start).or_else(|| match scan.written(first) {
        "facts" => Some(Ty::Record(name::facts_record(db)?, mc_compiler::ty::Args::default())),
        "labels" => Some(Ty::Labels),
        _ => None,
    })?;
    for name in names {
        ty = field(db, &ty, scan.written(name))?;
    }
    Some(ty)
}

/// The type of a local or a value of the module by its name: the nearest before an offset.
fn local(db: &dyn Db, file: File, wanted: &str, offset: u32) -> Option<Ty> {
    let all = all_checked(db, file).into_iter().flat_map(|checked| &checked.body.blocks);
    let named = all.flat_map(|block| &block.locals).filter(|local| local.name == wanted);
    named.min_by_key(|local| offset.abs_diff(local.span.start)).map(|local| local.ty.clone())
}

fn field(db: &dyn Db, ty: &Ty, wanted: &str) -> Option<Ty> {
    let find = |fields: &[Field]| fields.iter().find(|field| field.name == wanted).map(|f| f.ty.clone());
    match (ty.some_plain(), signature_of(db, ty)) {
        (Ty::Record(id, args), Some(Signature::Record(fields))) => Some(find(fields)?.substitute(*id, args)),
        (_, Some(Signature::Resource(resource))) => {
            find(&resource.outputs).or_else(|| find(std::slice::from_ref(&resource.key)))
        }
        (Ty::Instance(id, args), Some(Signature::Component(_, outputs))) => {
            Some(find(outputs)?.substitute(*id, args))
        }
        (Ty::Labels, _) => find(signature::label_types(db)),
        _ => None,
    }
}

fn signature_of<'db>(db: &'db dyn Db, ty: &Ty) -> Option<&'db Signature> {
    match ty.some_plain() {
        Ty::Record(id, _) | Ty::Ref(id, _) | Ty::Instance(id, _) => Some(signature::signature(db, *id)),
        _ => None,
    }
}
