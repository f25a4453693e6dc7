//! Steps: which are new, which are gone, and what is different about the others.

use super::{Change, Detail, Pair, Side, StepGroup, StepRef, content};
use crate::notation::{Notation, Place, SecretAttributes, Typed, priority_word, short};
use mc_plan::expr::Operand;
use mc_plan::plan::{Declaration, EdgeKind, Plan, Setting, SourceSpan, Step};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A content up to here is shown as a text, not by its digest; in bytes.
const SHORT: usize = 4 << 10;

/// One side, with what is asked of it again and again.
struct View<'a, 'p> {
    side: &'a Side<'p>,
    notation: &'a Notation<'p>,
}

/// A step of one side.
#[derive(Clone, Copy)]
struct At<'a, 'p> {
    view: &'a View<'a, 'p>,
    step: &'p Step,
    secrets: &'a SecretAttributes,
}

pub(super) fn steps(pair: &Pair<'_>) -> Vec<StepGroup> {
    let old_view = View { side: &pair.old, notation: &pair.old_notation };
    let new_view = View { side: &pair.new, notation: &pair.new_notation };
    let old_at: FxHashMap<u32, u32> =
        (0..pair.old.plan.steps.len() as u32).filter_map(|at| Some((pair.canon.old_step(at)?, at))).collect();
    let new_at: FxHashMap<u32, u32> =
        (0..pair.new.plan.steps.len() as u32).filter_map(|at| Some((pair.canon.new_step(at)?, at))).collect();
    let refreshes = refreshes(pair);
    let mut groups = Groups::default();
    for (at, step) in (0u32..).zip(&pair.new.plan.steps) {
        let new_secrets = new_view.notation.secret_attributes(step);
        let new = At { view: &new_view, step, secrets: &new_secrets };
        let before = pair.canon.new_step(at).and_then(|id| old_at.get(&id));
        match before.and_then(|before| pair.old.plan.steps.get(*before as usize)) {
            None => {
                let mut details = new.all();
                details.extend(refreshes.get(&at).into_iter().flatten().map(|text| Detail {
                    what: "edge".to_owned(),
                    instance: None,
                    old: None,
                    new: Some(text.clone()),
                    text: None,
                    at: new.place(),
                }));
                groups.add(Change::Added, new, at, vec![new.policies()], details);
            }
            Some(before) => {
                let old_secrets = old_view.notation.secret_attributes(before);
                let old = At { view: &old_view, step: before, secrets: &old_secrets };
                let details = changes(pair, old, new);
                if !details.is_empty() {
                    groups.add(Change::Changed, new, at, vec![old.policies(), new.policies()], details);
                }
            }
        }
    }
    for (at, step) in (0u32..).zip(&pair.old.plan.steps) {
        if pair.canon.old_step(at).is_some_and(|id| !new_at.contains_key(&id)) {
            let old_secrets = old_view.notation.secret_attributes(step);
            let old = At { view: &old_view, step, secrets: &old_secrets };
            groups.add(Change::Removed, old, at, vec![old.policies()], Vec::new());
        }
    }
    groups.finish()
}

/// What the steps of the new plan refresh, by step: a new step's order is clear from what it is, this is not.
fn refreshes(pair: &Pair<'_>) -> BTreeMap<u32, Vec<String>> {
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for edge in pair.new.plan.edges.iter().filter(|edge| edge.kind != EdgeKind::Order) {
        let verb = match edge.kind {
            EdgeKind::Restart => "restarts",
            EdgeKind::Reload => "reloads",
            _ => "notifies",
        };
        let text = format!("{verb} {}", pair.new_notation.vertex(edge.to));
        found.entry(edge.from).or_default().push(text);
    }
    found
}

/// The steps with the same differences; places do not count.
#[derive(Default)]
struct Groups {
    groups: Vec<StepGroup>,
    known: FxHashMap<String, usize>,
}

impl Groups {
    fn add(
        &mut self,
        change: Change,
        step: At<'_, '_>,
        at: u32,
        policies: Vec<Vec<String>>,
        details: Vec<Detail>,
    ) {
        let mut policies: Vec<String> = policies.into_iter().flatten().collect();
        policies.sort();
        policies.dedup();
        let schema = step.view.side.plan.schemas.get(step.step.schema as usize);
        let ty = schema.map_or("?", |schema| short(&schema.name)).to_owned();
        let key: Vec<_> =
            details.iter().map(|d| (&d.what, &d.instance, &d.old, &d.new, d.text.as_ref())).collect();
        let key = format!("{change:?} {ty} {policies:?} {key:?}");
        let reference = StepRef { name: step.view.notation.vertex(at), at: step.place() };
        match self.known.get(&key) {
            Some(group) => self.groups[*group].steps.push(reference),
            None => {
                self.known.insert(key, self.groups.len());
                self.groups.push(StepGroup { policies, change, ty, steps: vec![reference], details });
            }
        }
    }

    /// By policy; what is added first, then what is removed, then what is changed, each in the plan's order.
    fn finish(mut self) -> Vec<StepGroup> {
        self.groups.sort_by(|a, b| (&a.policies, a.change).cmp(&(&b.policies, b.change)));
        self.groups
    }
}

impl<'p> At<'_, 'p> {
    fn plan(&self) -> &'p Plan {
        self.view.side.plan
    }

    fn policies(&self) -> Vec<String> {
        let name = |declaration: &Declaration| self.policy(declaration).to_owned();
        self.step.declarations.iter().map(name).collect()
    }

    fn policy(&self, declaration: &Declaration) -> &'p str {
        self.plan().policies.get(declaration.policy as usize).map_or("?", |policy| &policy.name)
    }

    fn place(&self) -> String {
        let span = self.step.declarations.first().map(|declaration| declaration.span);
        self.at(span.unwrap_or_default())
    }

    fn at(&self, span: SourceSpan) -> String {
        self.view.notation.at(span)
    }

    /// Where expressions of the step's attribute stand.
    fn context(&self, attribute: Option<u32>) -> Place<'p> {
        let schema = self.plan().schemas.get(self.step.schema as usize);
        let attribute = attribute.and_then(|at| schema?.attributes.get(at as usize));
        let expected = schema.zip(attribute).map(|(schema, a)| Typed::new(&a.ty, &schema.types));
        Place { schema, expected }
    }

    /// The text of an attribute's value, where it is one.
    fn text(&self, setting: &Setting) -> Option<String> {
        if self.secrets.contains_key(&setting.attribute) {
            return None;
        }
        let context = self.context(Some(setting.attribute));
        content::text(self.view.side, self.view.notation, &setting.value, context)
    }

    /// A value as it is shown, with its priority.
    fn shown(&self, setting: &Setting) -> String {
        let blob = matches!(&setting.value, Operand::Value(mc_plan::value::Value::Blob(_)));
        let literal = self.text(setting).filter(|text| blob && text.len() <= SHORT);
        let value = match literal {
            Some(text) => {
                let mut out = String::from("\"");
                crate::notation::escape(&mut out, &text);
                out.push('"');
                out
            }
            None => self.view.notation.setting(self.step, setting, self.secrets),
        };
        match priority_word(setting.priority) {
            Some(word) => format!("{word} {value}"),
            None => value,
        }
    }

    fn name(&self, setting: &Setting) -> &'p str {
        self.view.notation.attribute(self.step, setting.attribute)
    }

    fn condition(&self, declaration: &Declaration) -> Option<String> {
        self.view.notation.condition(&declaration.condition, self.context(None))
    }

    /// What a step has, as the details of one that is new.
    fn all(&self) -> Vec<Detail> {
        let several = self.step.declarations.len() > 1;
        self.step.declarations.iter().flat_map(|d| self.parts(d, several)).collect()
    }

    fn parts(&self, declaration: &Declaration, several: bool) -> Vec<Detail> {
        let instance = several.then(|| declaration.instance.clone());
        let detail = |what: &str, new: String, span: SourceSpan| Detail {
            what: what.to_owned(),
            instance: instance.clone(),
            old: None,
            new: Some(new),
            text: None,
            at: self.at(span),
        };
        let mut details = Vec::new();
        details.extend(self.condition(declaration).map(|new| detail("when", new, declaration.span)));
        for setting in &declaration.attributes {
            details.push(detail(self.name(setting), self.shown(setting), setting.span));
        }
        for (name, value) in self.view.notation.clauses(self.step, declaration) {
            details.push(detail(name, value, declaration.span));
        }
        details
    }
}

/// The differences of a step that both plans have.
fn changes(pair: &Pair<'_>, old: At<'_, '_>, new: At<'_, '_>) -> Vec<Detail> {
    let several = old.step.declarations.len().max(new.step.declarations.len()) > 1;
    let mut details = Vec::new();
    let (couples, gone, come) = couples(old, new);
    for (before, after) in couples {
        declaration(pair, (old, before), (new, after), several, &mut details);
    }
    for before in gone {
        details.push(Detail {
            what: "declared in".to_owned(),
            instance: None,
            old: Some(before.instance.clone()),
            new: None,
            text: None,
            at: old.at(before.span),
        });
    }
    for after in come {
        details.push(Detail {
            what: "declared in".to_owned(),
            instance: None,
            old: None,
            new: Some(after.instance.clone()),
            text: None,
            at: new.at(after.span),
        });
        details.extend(new.parts(after, true));
    }
    details
}

type Couples<'o, 'n> = (Vec<(&'o Declaration, &'n Declaration)>, Vec<&'o Declaration>, Vec<&'n Declaration>);

/// Which declarations belong together: those of one policy and instance, then what is left of one policy.
fn couples<'o, 'n>(old: At<'_, 'o>, new: At<'_, 'n>) -> Couples<'o, 'n> {
    let mut gone: Vec<&Declaration> = old.step.declarations.iter().collect();
    let mut couples = Vec::new();
    let mut come: Vec<&Declaration> = new.step.declarations.iter().collect();
    for instance in [true, false] {
        come.retain(|after| {
            let found = gone.iter().position(|before| {
                old.policy(before) == new.policy(after) && (!instance || before.instance == after.instance)
            });
            match found {
                Some(at) => {
                    couples.push((gone.remove(at), *after));
                    false
                }
                None => true,
            }
        });
    }
    (couples, gone, come)
}

fn declaration(
    pair: &Pair<'_>,
    (old, before): (At<'_, '_>, &Declaration),
    (new, after): (At<'_, '_>, &Declaration),
    several: bool,
    details: &mut Vec<Detail>,
) {
    let instance = several.then(|| after.instance.clone());
    let mut differs = |what: &str, old: Option<String>, new: Option<String>, text, at: String| {
        details.push(Detail { what: what.to_owned(), instance: instance.clone(), old, new, text, at });
    };
    if before.instance != after.instance {
        let (was, is) = (Some(before.instance.clone()), Some(after.instance.clone()));
        differs("in", was, is, None, new.at(after.span));
    }
    let (was, is) = (old.condition(before), new.condition(after));
    if !same(pair, (&before.condition, &was), (&after.condition, &is)) {
        differs("when", was, is, None, new.at(after.span));
    }
    let mut was_set: BTreeMap<&str, &Setting> = before.attributes.iter().map(|s| (old.name(s), s)).collect();
    for setting in &after.attributes {
        let is = new.shown(setting);
        let Some(was_setting) = was_set.remove(new.name(setting)) else {
            differs(new.name(setting), None, Some(is), None, new.at(setting.span));
            continue;
        };
        let was = old.shown(was_setting);
        let equal = same(pair, (&was_setting.value, &was), (&setting.value, &is));
        if equal && was_setting.priority == setting.priority {
            continue;
        }
        let text = match (old.text(was_setting), new.text(setting)) {
            (Some(was), Some(is)) => content::compare(&was, &is),
            _ => None,
        };
        // Two expressions that look alike, as those of secrets do.
        let is = if was == is { format!("{is} (computed otherwise)") } else { is };
        differs(new.name(setting), Some(was), Some(is), text, new.at(setting.span));
    }
    for (name, setting) in was_set {
        differs(name, Some(old.shown(setting)), None, None, old.at(setting.span));
    }
    let mut was_said: BTreeMap<&str, String> =
        old.view.notation.clauses(old.step, before).into_iter().collect();
    for (name, is) in new.view.notation.clauses(new.step, after) {
        let was = was_said.remove(name);
        if was.as_ref() != Some(&is) {
            differs(name, was, Some(is), None, new.at(after.span));
        }
    }
    for (name, was) in was_said {
        differs(name, Some(was), None, None, new.at(after.span));
    }
}

/// Whether two operands mean the same. Where types have changed, their texts decide: positions in them do not
/// mean the same any more.
fn same<T: PartialEq>(pair: &Pair<'_>, old: (&Operand, &T), new: (&Operand, &T)) -> bool {
    pair.canon.same(old.0, new.0).unwrap_or_else(|| old.1 == new.1)
}
