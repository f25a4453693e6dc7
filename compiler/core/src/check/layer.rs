//! `load` and `layers`: which data files a value is made of, and how several become one.
//!
//! A path with a hole keeps every file that fits: the result is a choice by what the hole is, made when the bundle
//! is built where that is known, and on the host where it is not. Layers are joined field by field, so
//! that a field depends on the host only where a layer of that host gives it.

use super::asset::Asset;
use super::data::Loaded;
use super::{Checker, Want};
use crate::data::{self, Entry, Node, Value as Data};
use crate::db::File;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::fact;
use crate::hir::{Block, BlockId, ExprId, ExprKind, Local, Pattern, Stmt};
use crate::name::DeclId;
use crate::package::Written;
use crate::signature::{self, Field, Signature};
use crate::ty::Ty;
use camino::Utf8Path;
use mc_plan::expr::{BinaryOp, Builtin};
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::{self, ExprKind as Ast, ItemKind, MergeRule};
use smol_str::SmolStr;

/// A call of `load`.
struct Load<'db> {
    path: &'db ast::Expr,
    optional: bool,
    span: Span,
}

/// The files of one `load`.
struct Layer<'db> {
    /// As messages name it: `env/${labels.env}.toml`.
    shown: String,
    call: Span,
    source: Source<'db>,
}

enum Source<'db> {
    /// An optional file that is not there.
    Absent,
    /// One file.
    Fixed(Option<(&'db Node, File)>),
    /// One of several by what a hole is.
    Chosen(Choice<'db>),
}

/// The files that a hole chooses from.
struct Choice<'db> {
    /// The local that holds what stands in the hole.
    local: u32,
    /// The text in front of the hole and behind it.
    around: (&'db str, &'db str),
    cases: Vec<Case<'db>>,
    total: bool,
    optional: bool,
}

struct Case<'db> {
    pattern: Pattern,
    /// The text of the hole.
    name: SmolStr,
    /// What the file says; none where it cannot be read, which was reported.
    found: Option<(&'db Node, File)>,
}

/// A value in one layer, at one place.
type Part<'db> = (&'db Node, File);

/// What one layer says of one place: nothing, one value, or one of several by what its hole is.
enum Said<'db> {
    Nothing,
    Always(Part<'db>),
    /// By the position of the case.
    By(Vec<Option<Part<'db>>>),
}

/// A value that layers give, so far.
struct Merged {
    value: ExprId,
    /// Where it is given; none for every host.
    given: Option<ExprId>,
    /// Where it is not, in words.
    gaps: Vec<String>,
}

impl<'db> Checker<'db> {
    /// `load("sites.toml")`, `load("hosts/${facts.fqdn}.toml", optional = true)`
    pub(super) fn load(&mut self, args: &'db [ast::Arg], want: &Want, span: Span) -> ExprId {
        let Some(load) = self.load_call(args, span) else { return self.with_arguments(args, span) };
        let Some(expected) = self.load_type(want, span, "load") else {
            return self.with_arguments(args, span);
        };
        if load.optional && !matches!(expected.plain(), Ty::Optional(_)) {
            let shown = self.show(&expected);
            self.report(
                Diagnostic::error(code::LOAD_TYPE, self.place(span), "this file may be missing")
                    .here("optional")
                    .help(format!("load a `{shown}?`, or join it with others: `layers([..])`")),
            );
            return self.error(span);
        }
        let ty = if load.optional { expected.some().clone() } else { expected };
        let root = self.open(Vec::new());
        let layer = self.layer(root, &load, &ty);
        let value = match layer {
            None => self.error(span),
            Some(layer) => match &layer.source {
                Source::Absent => self.push(ExprKind::Value(Value::None), ty.clone().optional(), span),
                Source::Fixed(None) => self.error(span),
                Source::Fixed(Some(part)) => self.part(*part, &ty, layer.call),
                Source::Chosen(choice) => {
                    let mut arms = Vec::new();
                    for case in &choice.cases {
                        let value = match case.found {
                            Some(part) => self.part(part, &ty, layer.call),
                            None => self.error(span),
                        };
                        arms.push((case.pattern.clone(), value));
                    }
                    if !choice.total {
                        arms.push((Pattern::Wildcard, self.left_over(choice, span)));
                    }
                    let ty =
                        if choice.optional && !choice.total { ty.clone().optional() } else { ty.clone() };
                    self.choice(choice.local, 0, arms, ty, span)
                }
            },
        };
        self.finish_holes(root, value, span)
    }

    /// The value of a hole that names none of the files.
    fn left_over(&mut self, choice: &Choice<'db>, span: Span) -> ExprId {
        if choice.optional {
            return self.push(ExprKind::Value(Value::None), Ty::Never.optional(), span);
        }
        self.no_file(choice.local, 1, choice.around, Asset::Data, span)
    }

    fn part(&mut self, (node, file): Part<'db>, ty: &Ty, call: Span) -> ExprId {
        self.decode(node, ty, Loaded { file, text: file.text(self.db), call })
    }

    /// The arguments of a `load`; none after a mistake.
    fn load_call(&mut self, args: &'db [ast::Arg], span: Span) -> Option<Load<'db>> {
        let mut optional = false;
        let path = match args {
            [ast::Arg { name: None, value }] => Some(value),
            [ast::Arg { name: None, value }, ast::Arg { name: Some(name), value: flag }]
                if name.text == "optional" =>
            {
                match flag.kind {
                    Ast::Bool(b) => {
                        optional = b;
                        Some(value)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if path.is_none() {
            self.report(
                Diagnostic::error(code::BAD_CALL, self.place(span), "`load` takes the path of a data file")
                    .here("one path, and perhaps `optional = true`")
                    .help("for example `load(\"sites.toml\")`"),
            );
        }
        Some(Load { path: path?, optional, span })
    }

    /// The type that is loaded; what cannot be is reported.
    fn load_type(&mut self, want: &Want, span: Span, function: &str) -> Option<Ty> {
        let expected = match want {
            Want::Type(ty) if !ty.has_hole() && !matches!(ty, Ty::Never | Ty::Unit) => ty.clone(),
            _ => {
                self.report(
                    Diagnostic::error(
                        code::LOAD_TYPE,
                        self.place(span),
                        format!("nothing here says what `{function}` shall read"),
                    )
                    .here("of which type?")
                    .help(format!("write it where the value goes: `let sites: List<Site> = {function}(..)`")),
                );
                return None;
            }
        };
        if let Some(part) = self.unloadable(&expected) {
            let (shown, part) = (self.show(&expected), self.show(&part));
            let headline = if shown == part {
                format!("a `{shown}` cannot be read from a file")
            } else {
                format!("a `{shown}` cannot be read from a file: a `{part}` is in it")
            };
            let mistake = Diagnostic::error(code::LOAD_TYPE, self.place(span), headline);
            self.report(mistake.here("data are texts, numbers, lists and tables"));
            return None;
        }
        Some(expected)
    }

    /// The files of a `load`, which are read into a type; a hole becomes a local of the block `root`. None after a
    /// mistake.
    fn layer(&mut self, root: BlockId, load: &Load<'db>, ty: &Ty) -> Option<Layer<'db>> {
        let written = self.asset_path(load.path, Asset::Data)?;
        let assets = self.assets()?;
        let read = |c: &mut Self, file: File| -> Option<Part<'db>> {
            let parsed = data::parsed(c.db, file);
            if !parsed.diagnostics.is_empty() {
                let known = fact::part(c.db, ty, &mut |ty| matches!(ty, Ty::Error)).is_none();
                let public = known && !c.holds_secret(ty);
                c.findings.unread.push((file, public));
            }
            parsed.root.as_ref().map(|node| (node, file))
        };
        let call = load.span;
        match written {
            Written::Whole(text) => match assets.data.get(Utf8Path::new(text)) {
                Some(file) => {
                    let source = Source::Fixed(read(self, *file));
                    Some(Layer { shown: text.to_string(), call, source })
                }
                None if load.optional => {
                    Some(Layer { shown: text.to_string(), call, source: Source::Absent })
                }
                None => {
                    self.no_asset(text, load.path.span, Asset::Data, assets.data.keys());
                    None
                }
            },
            Written::Hole(before, hole, after) => {
                let local = self.hole(root, hole);
                let around = (before, after);
                let chosen = self.choose(hole, local, around, Asset::Data, &assets.data, load.optional)?;
                let mut cases = Vec::with_capacity(chosen.cases.len());
                for (pattern, path, name) in chosen.cases {
                    let Some(file) = assets.data.get(&path) else { continue };
                    cases.push(Case { pattern, name, found: read(self, *file) });
                }
                let range = hole.span.start as usize..hole.span.end as usize;
                let written = self.file.text(self.db).get(range).unwrap_or_default();
                let shown = format!("{before}${{{written}}}{after}");
                let (total, optional) = (chosen.total, load.optional);
                let source = Source::Chosen(Choice { local, around, cases, total, optional });
                Some(Layer { shown, call, source })
            }
        }
    }

    /// `layers([load("common.toml"), load("hosts/${facts.fqdn}.toml", optional = true)])`
    pub(super) fn layers(&mut self, args: &'db [ast::Arg], want: &Want, span: Span) -> ExprId {
        let bad = |c: &mut Self, at: Span, headline: &str| {
            c.report(
                Diagnostic::error(code::BAD_LAYERS, c.place(at), headline.to_owned())
                    .here("not a list of `load`s")
                    .help("for example `layers([load(\"common.toml\"), load(\"site.toml\")])`"),
            );
            c.error(span)
        };
        let [ast::Arg { name: None, value: list }] = args else {
            return bad(self, span, "`layers` takes a list of `load`s");
        };
        let Ast::List(items) = &list.kind else {
            return bad(self, list.span, "`layers` takes a list of `load`s that is written out");
        };
        let mut loads = Vec::with_capacity(items.len());
        for item in items {
            let call = match &item.kind {
                Ast::Call { callee, args } if matches!(&callee.kind, Ast::Name(name) if name == "load") => {
                    args
                }
                _ => return bad(self, item.span, "a layer is a `load`"),
            };
            match self.load_call(call, item.span) {
                Some(load) => loads.push(load),
                None => return self.error(span),
            }
        }
        let Some(expected) = self.load_type(want, span, "layers") else { return self.error(span) };
        let Ty::Record(id, given) = expected.some_plain().clone() else {
            let shown = self.show(&expected);
            let mistake = Diagnostic::error(
                code::BAD_LAYERS,
                self.place(span),
                format!("layers make a record, not a `{shown}`"),
            );
            self.report(mistake.here("joined field by field").help("load a record with a field for it"));
            return self.error(span);
        };
        let root = self.open(Vec::new());
        let mut layers = Vec::with_capacity(loads.len());
        let mut broken = loads.is_empty();
        for load in &loads {
            match self.layer(root, load, &expected) {
                Some(layer) => layers.push(layer),
                None => broken = true,
            }
        }
        if loads.is_empty() {
            self.close();
            return bad(self, list.span, "`layers` takes one layer or more");
        }
        let value = if broken {
            self.error(span)
        } else {
            let said: Vec<Said<'db>> = layers.iter().map(|layer| self.said(layer)).collect();
            let context = Layers { layers: &layers, span };
            // A host of no case gets nothing of an optional layer, and no plan without one that it needs.
            let value = self.merged_record(&context, id, &given, said, "");
            self.demand_files(root, &layers, value, span)
        };
        let value = self.finish_holes(root, value, span);
        match self.body.expr(value).ty {
            Ty::Error => value,
            _ if *expected.some() != Ty::Record(id, given.clone()) => match expected.some() {
                Ty::Refined(alias, _) => {
                    self.push(ExprKind::Refine(*alias, value), expected.some().clone(), span)
                }
                _ => value,
            },
            _ => value,
        }
    }

    /// The value for hosts where each layer that has to be there is: each hole names one of its files.
    fn demand_files(&mut self, root: BlockId, layers: &[Layer<'db>], value: ExprId, span: Span) -> ExprId {
        let mut value = value;
        for layer in layers {
            let Source::Chosen(choice) = &layer.source else { continue };
            let ty = self.ty(value).clone();
            if choice.total || choice.optional || ty == Ty::Error {
                continue;
            }
            let mut arms = Vec::with_capacity(choice.cases.len() + 1);
            for case in &choice.cases {
                let yes = self.push(ExprKind::Value(Value::Bool(true)), Ty::Bool, span);
                arms.push((case.pattern.clone(), yes));
            }
            let no = self.push(ExprKind::Value(Value::Bool(false)), Ty::Bool, span);
            arms.push((Pattern::Wildcard, no));
            let test = self.choice(choice.local, 0, arms, Ty::Bool, Span::at(layer.call.start));
            let block = &mut self.body.blocks[root.0 as usize];
            let local = block.locals.len() as u32;
            block.locals.push(Local { name: SmolStr::new_static("_"), ty: ty.clone(), span });
            block.stmts.push(Stmt::Let(local, value));
            let held = self.push(ExprKind::Local(1, local), ty.clone(), span);
            let then = BlockId(self.body.blocks.len() as u32);
            self.body.blocks.push(Block { value: Some(held), ..Block::default() });
            let missing = self.no_file(choice.local, 0, choice.around, Asset::Data, layer.call);
            value = self.push(ExprKind::If(test, then, Some(missing)), ty, span);
        }
        value
    }

    /// What a layer says as a whole.
    fn said(&mut self, layer: &Layer<'db>) -> Said<'db> {
        match &layer.source {
            Source::Absent | Source::Fixed(None) => Said::Nothing,
            Source::Fixed(Some(part)) => Said::Always(*part),
            Source::Chosen(choice) => Said::By(choice.cases.iter().map(|case| case.found).collect()),
        }
    }

    /// The tables of all layers as one record.
    fn merged_record(
        &mut self,
        context: &Layers<'_, 'db>,
        id: DeclId,
        args: &[Ty],
        said: Vec<Said<'db>>,
        path: &str,
    ) -> ExprId {
        let span = context.span;
        let Signature::Record(fields) = self.signature(id) else { return self.error(span) };
        let fields: Vec<Field> =
            fields.iter().map(|f| Field { ty: f.ty.substitute(id, args), ..f.clone() }).collect();
        let into = self.fields_of(id, None, &fields);
        let mut broken = false;
        let mut seen: Vec<Part<'db>> = Vec::new();
        for (said, layer) in said.iter().zip(context.layers) {
            for part in said.parts() {
                if seen.iter().any(|(node, _)| std::ptr::eq(*node, part.0)) {
                    continue;
                }
                seen.push(part);
                let at = Loaded { file: part.1, text: part.1.text(self.db), call: layer.call };
                match &part.0.value {
                    Data::Table(entries) => {
                        self.keys(entries, &into, at);
                    }
                    Data::Broken => broken = true,
                    other => {
                        broken = true;
                        let place = Place::new(part.1, at.head(part.0.span));
                        let headline =
                            format!("expected a table for {}, found {}", into.owner, other.described());
                        self.report(
                            Diagnostic::error(code::DATA_TYPE, place, headline).here(other.described()),
                        );
                    }
                }
            }
        }
        let mut values = Vec::with_capacity(fields.len());
        for (position, field) in fields.iter().enumerate() {
            let inner: Vec<Said<'db>> = said.iter().map(|said| said.field(&field.name)).collect();
            let rule = merge_rule(self.db, id, position);
            let name =
                if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
            match self.merged(context, field, rule, inner, &name) {
                None if field.optional => values.push(None),
                None => {
                    broken = true;
                    self.no_layer(context, &into.owner, field, &name);
                    values.push(None);
                }
                Some(Merged { value, given: None, .. }) => values.push(Some(value)),
                Some(Merged { value, given: Some(given), gaps }) => {
                    if !field.optional {
                        broken = true;
                        self.gap(context, field, &name, &gaps);
                    }
                    let ty = self.ty(value).clone();
                    values.push(Some(self.push(ExprKind::OrDefault(given, value), ty, span)));
                }
            }
        }
        if broken {
            return self.error(span);
        }
        self.push(ExprKind::Record(id, values), Ty::Record(id, args.into()), span)
    }

    fn no_layer(&mut self, context: &Layers<'_, 'db>, owner: &str, field: &Field, name: &str) {
        let shown = self.show(&field.ty);
        let mut mistake = Diagnostic::error(
            code::DATA_MISSING,
            self.place(context.span),
            format!("{owner} also needs `{name}: {shown}`, and no layer gives it"),
        )
        .here("a field is missing");
        for layer in context.layers {
            mistake = mistake.label(self.place(layer.call), format!("not in `{}`", layer.shown));
        }
        self.report(mistake);
    }

    fn gap(&mut self, context: &Layers<'_, 'db>, field: &Field, name: &str, gaps: &[String]) {
        let shown = self.show(&field.ty);
        let mut mistake = Diagnostic::error(
            code::LAYER_GAP,
            self.place(context.span),
            format!("`{name}: {shown}` is not given on every host"),
        )
        .here("a field is missing on some hosts");
        for gap in gaps.iter().take(4) {
            mistake = mistake.note(format!("no layer gives it {gap}"));
        }
        self.report(mistake.help("give it in the first layer, or declare a default"));
    }

    /// One field of all layers; none where none gives it.
    fn merged(
        &mut self,
        context: &Layers<'_, 'db>,
        field: &Field,
        rule: MergeRule,
        said: Vec<Said<'db>>,
        name: &str,
    ) -> Option<Merged> {
        if said.iter().all(Said::is_nothing) {
            return None;
        }
        let plain = field.ty.some_plain().clone();
        if let (MergeRule::Merge, Ty::Record(id, args)) = (rule, &plain) {
            let (given, gaps) = self.presence(context, &said);
            let value = self.merged_record(context, *id, args, said, name);
            return Some(Merged { value, given, gaps });
        }
        let (given, gaps) = self.presence(context, &said);
        let joined = match (rule, &plain) {
            (MergeRule::Append, Ty::List(_)) => Some(Join::Add),
            (MergeRule::Append, Ty::Set(_)) => Some(Join::Builtin(Builtin::Union)),
            (MergeRule::Merge, Ty::Map(..)) => Some(Join::Builtin(Builtin::Merge)),
            _ => None,
        };
        let value = match joined {
            Some(join) => self.joined(context, &plain, join, said),
            None => self.replaced(context, &field.ty, said),
        };
        Some(Merged { value, given, gaps })
    }

    /// Where a field is given: everywhere, or where an expression holds; and where it is not, in words.
    fn presence(&mut self, context: &Layers<'_, 'db>, said: &[Said<'db>]) -> (Option<ExprId>, Vec<String>) {
        let span = context.span;
        if said.iter().any(|said| matches!(said, Said::Always(_))) {
            return (None, Vec::new());
        }
        let covers = |said: &Said<'db>, layer: &Layer<'db>| match (said, &layer.source) {
            (Said::By(parts), Source::Chosen(choice)) => {
                parts.iter().all(Option::is_some) && (choice.total || !choice.optional)
            }
            _ => false,
        };
        if said.iter().zip(context.layers).any(|(said, layer)| covers(said, layer)) {
            return (None, Vec::new());
        }
        let mut gaps = Vec::new();
        let mut given: Option<ExprId> = None;
        for (said, layer) in said.iter().zip(context.layers) {
            let (Said::By(parts), Source::Chosen(choice)) = (said, &layer.source) else { continue };
            let mut arms = Vec::new();
            for (part, case) in parts.iter().zip(&choice.cases) {
                if part.is_some() {
                    let yes = self.push(ExprKind::Value(Value::Bool(true)), Ty::Bool, span);
                    arms.push((case.pattern.clone(), yes));
                } else {
                    gaps.push(format!("where `{}` is chosen by `{}`", layer.shown, case.name));
                }
            }
            if choice.optional && !choice.total {
                gaps.push(format!("where there is no file for `{}`", layer.shown));
            }
            if arms.is_empty() {
                continue;
            }
            let no = self.push(ExprKind::Value(Value::Bool(false)), Ty::Bool, span);
            arms.push((Pattern::Wildcard, no));
            let test = self.choice(choice.local, 0, arms, Ty::Bool, span);
            given = Some(match given {
                None => test,
                Some(before) => self.push(ExprKind::Or(before, test), Ty::Bool, span),
            });
        }
        (given, gaps)
    }

    /// The value of the last layer that gives one.
    fn replaced(&mut self, context: &Layers<'_, 'db>, ty: &Ty, said: Vec<Said<'db>>) -> ExprId {
        // From the first layer to the last: each stands for what is left open by those behind it.
        let mut so_far: Option<ExprId> = None;
        let mut choices: Vec<(usize, Vec<Option<ExprId>>)> = Vec::new();
        for (at, said) in said.iter().enumerate() {
            let call = context.layers[at].call;
            match said {
                Said::Nothing => {}
                Said::Always(part) => {
                    // What stands before is never read, and is checked all the same.
                    so_far = Some(self.part(*part, ty, call));
                    choices.clear();
                }
                Said::By(parts) => {
                    let values =
                        parts.iter().map(|part| part.map(|part| self.part(part, ty, call))).collect();
                    choices.push((at, values));
                }
            }
        }
        self.chosen(context, ty, so_far, choices)
    }

    /// Choices one upon the other: the last one that gives a value counts.
    fn chosen(
        &mut self,
        context: &Layers<'_, 'db>,
        ty: &Ty,
        base: Option<ExprId>,
        choices: Vec<(usize, Vec<Option<ExprId>>)>,
    ) -> ExprId {
        let span = context.span;
        // Each choice is a block inside of the one that falls back on it.
        let count = choices.len() as u32;
        let mut value = match base {
            Some(base) => base,
            None => self.push(ExprKind::Value(Value::None), Ty::Never.optional(), span),
        };
        for (depth, (at, values)) in choices.into_iter().enumerate() {
            let Source::Chosen(choice) = &context.layers[at].source else { continue };
            let mut arms: Vec<(Pattern, ExprId)> = choice
                .cases
                .iter()
                .zip(values)
                .filter_map(|(case, value)| Some((case.pattern.clone(), value?)))
                .collect();
            if arms.len() < choice.cases.len() || !choice.total {
                arms.push((Pattern::Wildcard, value));
            }
            value = self.choice(choice.local, count - 1 - depth as u32, arms, ty.clone(), span);
        }
        value
    }

    /// The values of all layers, one behind the other.
    fn joined(&mut self, context: &Layers<'_, 'db>, ty: &Ty, join: Join, said: Vec<Said<'db>>) -> ExprId {
        let span = context.span;
        let mut so_far: Option<ExprId> = None;
        for (at, said) in said.iter().enumerate() {
            let call = context.layers[at].call;
            let next = match said {
                Said::Nothing => continue,
                Said::Always(part) => self.part(*part, ty, call),
                Said::By(parts) => {
                    let values =
                        parts.iter().map(|part| part.map(|part| self.part(part, ty, call))).collect();
                    let nothing = match ty {
                        Ty::Map(..) => ExprKind::Map(Vec::new()),
                        Ty::Set(_) => ExprKind::Set(Vec::new()),
                        _ => ExprKind::List(Vec::new()),
                    };
                    let nothing = self.push(nothing, ty.clone(), span);
                    self.chosen(context, ty, Some(nothing), vec![(at, values)])
                }
            };
            so_far = Some(match so_far {
                None => next,
                Some(before) => {
                    let kind = match join {
                        Join::Add => ExprKind::Binary(BinaryOp::Add, before, next),
                        Join::Builtin(builtin) => ExprKind::Call(builtin, vec![before, next], false),
                    };
                    self.push(kind, ty.clone(), span)
                }
            });
        }
        so_far.unwrap_or_else(|| self.error(span))
    }

    /// The rules for layers that a record's fields declare: each has to fit the field's type.
    pub(super) fn merge_rules(&mut self, record: &'db ast::Record) {
        for param in &record.fields {
            let Some(merge) = param.merge else { continue };
            let mut quiet = signature::Findings::default();
            let ty = signature::resolve(self.db, self.types(), &param.ty, &mut quiet);
            let (fits, word, wanted) = match (merge.rule, ty.some_plain()) {
                (_, Ty::Error) | (MergeRule::Replace, _) => continue,
                (MergeRule::Append, Ty::List(_) | Ty::Set(_)) => (true, "", ""),
                (MergeRule::Append, _) => (false, "append", "a list or a set"),
                (MergeRule::Merge, Ty::Record(..) | Ty::Map(..)) => (true, "", ""),
                (MergeRule::Merge, _) => (false, "merge", "a record or a map"),
            };
            if !fits {
                let shown = self.show(&ty);
                let mistake = Diagnostic::error(
                    code::BAD_MERGE,
                    self.place(merge.span),
                    format!("`{word}` is for {wanted}, not for a `{shown}`"),
                );
                let mistake =
                    mistake.here("how layers join").label(self.place(param.ty.span), format!("a `{shown}`"));
                self.report(mistake.help("leave it out: then the last layer's value is taken whole"));
            }
        }
    }
}

/// The layers of one call.
struct Layers<'a, 'db> {
    layers: &'a [Layer<'db>],
    span: Span,
}

/// How values of several layers become one.
#[derive(Clone, Copy)]
enum Join {
    Add,
    Builtin(Builtin),
}

impl<'db> Said<'db> {
    fn is_nothing(&self) -> bool {
        match self {
            Said::Nothing => true,
            Said::Always(_) => false,
            Said::By(parts) => parts.iter().all(Option::is_none),
        }
    }

    fn parts(&self) -> Vec<Part<'db>> {
        match self {
            Said::Nothing => Vec::new(),
            Said::Always(part) => vec![*part],
            Said::By(parts) => parts.iter().copied().flatten().collect(),
        }
    }

    /// What it says of a field.
    fn field(&self, name: &str) -> Said<'db> {
        let inside = |(node, file): &Part<'db>| -> Option<Part<'db>> {
            let node: &'db Node = node;
            let Data::Table(entries) = &node.value else { return None };
            let found: &Entry = entries.iter().find(|entry| entry.key == name)?;
            Some((&found.value, *file))
        };
        match self {
            Said::Nothing => Said::Nothing,
            Said::Always(part) => inside(part).map_or(Said::Nothing, Said::Always),
            Said::By(parts) => Said::By(parts.iter().map(|part| part.as_ref().and_then(inside)).collect()),
        }
    }
}

/// The rule that a record's field declares.
fn merge_rule(db: &dyn crate::db::Db, id: DeclId, position: usize) -> MergeRule {
    match &id.item(db).kind {
        ItemKind::Record(record) => {
            record.fields.get(position).and_then(|field| field.merge).map_or(MergeRule::Replace, |m| m.rule)
        }
        _ => MergeRule::Replace,
    }
}
