//! Tests: the evaluator with facts and labels that are given, and plans that can be asked.

mod fixture;
mod golden;
mod host;
mod question;

pub use fixture::{Fixture, fixtures};
pub use golden::is_name;
pub use host::Given;

use super::branch::Branches;
use super::{Datum, Env, Evaluation, Evaluator, Frame};
use crate::check::{self, Checked};
use crate::compile::CompiledPlan;
use crate::db::Db;
use crate::diagnostic::{Code, Diagnostic, Place, code};
use crate::hir::{ExprId as HirId, Failing, GivenKind};
use crate::name::DeclId;
use crate::notation;
use host::Host;
use mc_plan::plan::Plan;
use mc_plan::value::Value;
use mc_syntax::Span;
use question::Planned;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What is wrong with a test itself, which no `expect fails` is about.
const OWN_MISTAKES: &[Code] =
    &[code::NOT_GIVEN, code::NOT_IN_PLAN, code::NOT_KNOWN_IN_TEST, code::GOLDEN_DIFFERS];

/// How many combinations a test may give.
const MAX_CASES: usize = 10_000;

/// What one run of a test is given.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The facts, with a name where there are several.
    pub facts: Option<Value>,
    /// The labels by position.
    pub labels: Option<Value>,
    /// The declared facts.
    pub declared: Vec<(DeclId, Value)>,
    /// What tells this case from the others of its test: what is given, and which.
    pub names: Vec<(SmolStr, SmolStr)>,
}

impl Case {
    /// A test's name with what tells this case from the others.
    fn title(&self, test: &str) -> String {
        if self.names.is_empty() { test.to_owned() } else { format!("{test} ({})", names_text(&self.names)) }
    }
}

/// What tells a case from others, in words.
pub(crate) fn names_text(names: &[(SmolStr, SmolStr)]) -> String {
    let all: Vec<String> = names.iter().map(|(what, name)| format!("{what} = {name}")).collect();
    all.join(", ")
}

/// What tests of a package share.
#[derive(Clone, Copy, Debug)]
pub struct Package<'db> {
    /// Its plan.
    pub plan: &'db CompiledPlan,
    /// The ways that it can take.
    pub branches: &'db Branches,
    /// Where plans are kept whose loops were unrolled.
    pub unrolled: &'db boxcar::Vec<Plan>,
    /// The stored plans by name.
    pub goldens: &'db BTreeMap<String, String>,
    /// Whether plans are stored instead of compared.
    pub update: bool,
}

/// A plan as it was compared with a stored one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    /// Its name.
    pub name: String,
    /// What the plan is now.
    pub text: String,
    /// Where the test asks.
    pub place: Place,
}

/// What one run of a test gives.
#[derive(Debug, Default)]
pub struct Ran {
    /// What is wrong; nothing if the test passes.
    pub diagnostics: Vec<Diagnostic>,
    /// The plans that were compared with stored ones.
    pub goldens: Vec<Golden>,
    /// The ways that were taken, by position.
    pub covered: BTreeSet<u32>,
}

/// What a test knows beside its values.
pub(super) struct Testing<'db> {
    package: Package<'db>,
    pub(super) branches: &'db Branches,
    pub(super) covered: BTreeSet<u32>,
    case: Case,
    /// Whether the givens themselves are evaluated, which have none.
    giving: bool,
    host: Option<Rc<Host>>,
    plans: Vec<Planned<'db>>,
    /// The codes and messages behind a diagnostic, by its position.
    refused: Vec<(usize, Vec<(&'static str, String)>)>,
    goldens: Vec<Golden>,
}

impl<'db> Testing<'db> {
    fn new(package: Package<'db>, case: Case, giving: bool) -> Self {
        Testing {
            package,
            branches: package.branches,
            covered: BTreeSet::new(),
            case,
            giving,
            host: None,
            plans: Vec::new(),
            refused: Vec::new(),
            goldens: Vec::new(),
        }
    }
}

/// The cases of a test: every combination of what it gives.
///
/// # Errors
/// What is wrong with what it gives.
pub fn cases<'db>(
    db: &'db dyn Db,
    package: Package<'db>,
    test: DeclId,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let checked = check::body(db, test);
    let mut evaluator = Evaluator::new(db);
    evaluator.testing = Some(Box::new(Testing::new(package, Case::default(), true)));
    evaluator.label_defaults();
    let frame = Frame { file: test.file, body: &checked.body };
    let mut all = vec![Case::default()];
    for given in &checked.givens {
        let env = evaluator.env(None, 0);
        let datum = evaluator.eval(frame, &env, given.value);
        let values: Vec<(SmolStr, Value)> = match (&given.each, datum) {
            (None, Datum::Value(value)) => vec![(SmolStr::default(), value)],
            (Some(names), Datum::Value(Value::List(values))) if !values.is_empty() => {
                let name =
                    |at: usize| names.get(at).cloned().unwrap_or_else(|| SmolStr::from((at + 1).to_string()));
                values.iter().enumerate().map(|(at, value)| (name(at), value.clone())).collect()
            }
            (Some(_), Datum::Value(_)) => {
                let place = evaluator.place(frame, given.value);
                evaluator.report(
                    Diagnostic::error(code::BAD_GIVEN, place, "this test would never run")
                        .here("gives no host at all"),
                );
                Vec::new()
            }
            _ => {
                if evaluator.out.diagnostics.is_empty() {
                    let place = evaluator.place(frame, given.value);
                    evaluator.report(unknown(place, "what a test gives"));
                }
                Vec::new()
            }
        };
        if all.len().saturating_mul(values.len()) > MAX_CASES {
            let place = evaluator.place(frame, given.value);
            let headline = format!("a test has at most {MAX_CASES} cases");
            evaluator.report(Diagnostic::error(code::BUDGET, place, headline).here("makes them more"));
            break;
        }
        let mut next = Vec::with_capacity(all.len() * values.len());
        for case in &all {
            for (name, value) in &values {
                let mut case = case.clone();
                match given.kind {
                    GivenKind::Facts => case.facts = Some(value.clone()),
                    GivenKind::Labels => case.labels = Some(value.clone()),
                    GivenKind::Fact(id) => case.declared.push((id, value.clone())),
                }
                if !name.is_empty() {
                    case.names.push((given.kind.word(db), name.clone()));
                }
                next.push(case);
            }
        }
        all = next;
    }
    let Evaluation { diagnostics, .. } = evaluator.out;
    if diagnostics.is_empty() { Ok(all) } else { Err(diagnostics) }
}

/// Runs one case of a test.
pub fn run<'db>(db: &'db dyn Db, package: Package<'db>, test: DeclId, case: &Case) -> Ran {
    let checked: &Checked = check::body(db, test);
    let Some(root) = checked.body.root else { return Ran::default() };
    let mut evaluator = Evaluator::new(db);
    evaluator.testing = Some(Box::new(Testing::new(package, case.clone(), false)));
    evaluator.label_defaults();
    evaluator.block(Frame { file: test.file, body: &checked.body }, None, root, Vec::new());
    let diagnostics = evaluator.out.diagnostics;
    match evaluator.testing {
        Some(testing) => Ran { diagnostics, goldens: testing.goldens, covered: testing.covered },
        None => Ran { diagnostics, ..Ran::default() },
    }
}

fn unknown(place: Place, what: &str) -> Diagnostic {
    Diagnostic::error(code::NOT_KNOWN_IN_TEST, place, format!("{what} is known only while the plan runs"))
        .here("not known in a test")
}

impl<'db> Evaluator<'db> {
    /// The facts that the test gives; what lies outside of tests is left to the host.
    pub(super) fn given_facts(&mut self, place: Place) -> Option<Datum> {
        let testing = self.testing.as_ref()?;
        if let Some(facts) = &testing.case.facts {
            return Some(Datum::Value(facts.clone()));
        }
        let giving = testing.giving;
        self.not_given(
            place,
            giving,
            "no facts",
            "`given facts = debian12`, with `import std.facts.fixture.{debian12}`",
        );
        Some(Datum::Poison)
    }

    /// A declared fact that the test gives; what lies outside of tests is left to the host.
    pub(super) fn given_fact(&mut self, id: DeclId, place: Place) -> Option<Datum> {
        let testing = self.testing.as_ref()?;
        if let Some((_, value)) = testing.case.declared.iter().find(|(given, _)| *given == id) {
            return Some(Datum::Value(value.clone()));
        }
        let (giving, name) = (testing.giving, id.text(self.db));
        self.not_given(place, giving, &format!("no fact `{name}`"), &format!("`given {name} = ..`"));
        Some(Datum::Poison)
    }

    /// A label that the test gives, or its default.
    pub(super) fn given_label(&mut self, position: u32, place: Place) -> Option<Datum> {
        let testing = self.testing.as_ref()?;
        if let Some(Value::Record(labels)) = &testing.case.labels
            && let Some(value) = labels.get(position as usize)
        {
            return Some(Datum::Value(value.clone()));
        }
        let giving = testing.giving;
        if let Some(Some(default)) = self.out.label_defaults.get(position as usize) {
            return Some(Datum::Value(default.clone()));
        }
        self.not_given(place, giving, "no labels", "`given labels = Labels { .. }`");
        Some(Datum::Poison)
    }

    fn not_given(&mut self, place: Place, giving: bool, what: &str, help: &str) {
        let headline = if giving {
            "what a test gives cannot depend on a host".to_owned()
        } else {
            format!("this test gives {what}")
        };
        let diagnostic = Diagnostic::error(code::NOT_GIVEN, place, headline);
        self.report(if giving {
            diagnostic.here("there is none yet")
        } else {
            diagnostic.here("needed here").help(format!("give them first: {help}"))
        });
    }

    /// `Labels { .. }`
    pub(super) fn label_values(
        &mut self,
        frame: Frame<'db>,
        env: &Rc<Env>,
        fields: &[Option<HirId>],
    ) -> Datum {
        let mut values = Vec::with_capacity(fields.len());
        for (position, field) in fields.iter().enumerate() {
            values.push(match field {
                Some(value) => self.eval(frame, env, *value),
                None => {
                    let default = self.out.label_defaults.get(position).cloned().flatten();
                    default.map_or(Datum::NONE, Datum::Value)
                }
            });
        }
        if values.iter().any(Datum::is_dead) { Datum::Poison } else { Datum::record(values) }
    }

    /// `expect e`
    pub(super) fn expect(&mut self, frame: Frame<'db>, env: &Rc<Env>, expected: HirId) {
        let place = self.place(frame, expected);
        match self.eval(frame, env, expected) {
            Datum::Value(Value::Bool(true)) => {}
            Datum::Value(_) => {
                let diagnostic =
                    Diagnostic::error(code::EXPECTATION_FAILED, place, "this expectation does not hold")
                        .here("is `false`");
                let diagnostic = self.with_parts(diagnostic, frame, env, expected);
                self.report(diagnostic);
            }
            dead if dead.is_dead() => {
                // Whatever is not there was reported where it went wrong.
                if self.out.diagnostics.is_empty() {
                    let headline = "this expectation has no value";
                    self.report(
                        Diagnostic::error(code::EXPECTATION_FAILED, place, headline).here("not reached"),
                    );
                }
            }
            _ => self.report(unknown(place, "what this expects")),
        }
    }

    /// `expect fails { .. }`
    pub(super) fn expect_fails(&mut self, frame: Frame<'db>, env: &Rc<Env>, failing: &'db Failing) {
        let text = failing.text.map(|text| self.eval(frame, env, text));
        let text = match &text {
            Some(Datum::Value(Value::Str(text))) => Some(text.to_string()),
            Some(_) => return,
            None => None,
        };
        let before = self.out.diagnostics.len();
        self.block(frame, Some(Rc::clone(env)), failing.body, Vec::new());
        let found = self.out.diagnostics.split_off(before);
        // A test that cannot be run as it is says nothing about what it is about.
        let own = |d: &Diagnostic| OWN_MISTAKES.contains(&d.code);
        if found.iter().any(own) {
            self.out.diagnostics.extend(found.into_iter().filter(own));
            return;
        }
        let refused = match &mut self.testing {
            Some(testing) => {
                let kept = testing.refused.iter().position(|(at, _)| *at >= before);
                testing.refused.split_off(kept.unwrap_or(testing.refused.len()))
            }
            None => Vec::new(),
        };
        let reasons: Vec<(Code, String)> = found
            .iter()
            .map(|d| (d.code, d.headline.clone()))
            .chain(
                refused.iter().flat_map(|(_, all)| all.iter().map(|(code, text)| (Code(code), text.clone()))),
            )
            .collect();
        let fits = |(code, message): &(Code, String)| {
            failing.code.as_ref().is_none_or(|wanted| is_same(code, wanted))
                && text.as_ref().is_none_or(|text| message.contains(text.as_str()))
        };
        if reasons.iter().any(fits) {
            return;
        }
        let place = Place::new(
            frame.file,
            Span::new(failing.span.start, failing.span.start + "expect fails".len() as u32),
        );
        let Some((_, first)) = reasons.last() else {
            self.report(
                Diagnostic::error(code::DID_NOT_FAIL, place, "this must fail, and does not")
                    .here("nothing fails in this block"),
            );
            return;
        };
        let mut diagnostic =
            Diagnostic::error(code::DID_NOT_FAIL, place, "this fails, but otherwise than expected")
                .here(format!("fails with: {}", first.lines().next().unwrap_or_default()));
        if let Some(code) = &failing.code {
            let codes: BTreeSet<&str> = reasons.iter().map(|(code, _)| code.0).collect();
            let codes: Vec<&str> = codes.into_iter().collect();
            diagnostic = diagnostic.note(format!("expected is {code}; found is {}", codes.join(", ")));
        }
        if let Some(text) = &text {
            diagnostic = diagnostic.note(format!("expected is a message with {text:?} in it"));
        }
        if let Some(found) = found.first() {
            diagnostic = diagnostic.label(found.primary, found.primary_label.clone());
        }
        self.report(diagnostic);
    }

    /// A value of a type for people: variants and fields by their names.
    pub(super) fn shown_as(&self, value: &Value, ty: &crate::ty::Ty) -> String {
        use crate::signature::{Signature, signature};
        use crate::ty::Ty;
        let fields = |values: &[Value], fields: &[crate::signature::Field]| {
            let all =
                values.iter().zip(fields).map(|(v, f)| format!("{} = {}", f.name, self.shown_as(v, &f.ty)));
            format!("{{ {} }}", all.collect::<Vec<_>>().join(", "))
        };
        let text = match (value, ty.some_plain()) {
            (Value::Variant(tag, payload), Ty::Enum(id, _)) => match signature(self.db, *id) {
                Signature::Enum(variants) => match variants.get(*tag as usize) {
                    Some((name, _)) if payload.is_empty() => format!(".{name}"),
                    Some((name, declared)) => format!(".{name} {}", fields(payload, declared)),
                    None => "..".to_owned(),
                },
                _ => "..".to_owned(),
            },
            (Value::Record(values), Ty::Record(id, _)) => match signature(self.db, *id) {
                Signature::Record(declared) => format!("{} {}", id.text(self.db), fields(values, declared)),
                _ => "..".to_owned(),
            },
            (Value::List(items), Ty::List(inner) | Ty::Set(inner)) => {
                let items: Vec<String> =
                    items.iter().take(8).map(|item| self.shown_as(item, inner)).collect();
                format!("[{}]", items.join(", "))
            }
            _ => return notation::short_value(value),
        };
        if text.chars().count() > 80 { text.chars().take(77).chain("..".chars()).collect() } else { text }
    }
}

/// Whether a code is the wanted one. A host has one code for what `fail`, `check` and refinements refuse.
fn is_same(code: &Code, wanted: &str) -> bool {
    code.0 == wanted
        || (code.0 == mc_plan::instance::refusal::Code::Fail.name()
            && [code::FAILED, code::CHECK_FAILED, code::VALUE_DOES_NOT_FIT].iter().any(|own| own.0 == wanted))
}
