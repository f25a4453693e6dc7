//! What a step is given, without what is secret of it.

use super::{Notation, Place, Typed};
use mc_plan::expr::Operand;
use mc_plan::plan::{Declaration, EdgeReason, Priority, Setting, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The attributes of a step that hold a secret, with the secrets by position.
pub type SecretAttributes = BTreeMap<u32, BTreeSet<u32>>;

impl<'p> Notation<'p> {
    /// The attributes of a step that hold a secret, directly or by reading one that does.
    pub fn secret_attributes(&self, step: &Step) -> SecretAttributes {
        match &self.analysis {
            Some(analysis) => self.plan.secret_attributes(analysis, step),
            None => SecretAttributes::new(),
        }
    }

    /// An attribute's name.
    pub fn attribute(&self, step: &Step, attribute: u32) -> &'p str {
        let schema = self.plan.schemas.get(step.schema as usize);
        schema.and_then(|schema| schema.attributes.get(attribute as usize)).map_or("?", |a| &a.name)
    }

    /// The value of an attribute, without its priority; `secrets` are those of the step. Of one that holds a
    /// secret nothing is shown but the secrets' names.
    pub fn setting(&self, step: &Step, setting: &Setting, secrets: &SecretAttributes) -> String {
        if let Some(names) = secrets.get(&setting.attribute) {
            return self.plan.secret_placeholder(names);
        }
        let schema = self.plan.schemas.get(step.schema as usize);
        let attribute = schema.and_then(|schema| schema.attributes.get(setting.attribute as usize));
        let expected =
            schema.zip(attribute).map(|(schema, attribute)| Typed::new(&attribute.ty, &schema.types));
        self.operand(&setting.value, Place { schema, expected })
    }

    /// The clauses of a declaration beside its condition and its edges, by their words.
    pub fn clauses(&self, step: &Step, declaration: &Declaration) -> Vec<(&'static str, String)> {
        let place = Place { schema: self.plan.schemas.get(step.schema as usize), expected: None };
        let mut clauses = Vec::new();
        clauses.extend(step.repeat.map(|_| ("for", self.repeats(step.repeat).join(" for "))));
        clauses.extend(declaration.timeout.as_ref().map(|t| ("timeout", self.operand(t, place))));
        clauses.extend(declaration.retry.as_ref().map(|retry| {
            let times = self.operand(&retry.times, place);
            ("retry", format!("{times} every {}", self.operand(&retry.every, place)))
        }));
        clauses.extend(declaration.skip.as_ref().map(|skip| ("skip when", self.operand(skip, place))));
        clauses.extend(declaration.approval.clone().map(|role| ("approval", role)));
        clauses.extend((!declaration.tags.is_empty()).then(|| ("tags", declaration.tags.join(", "))));
        clauses
    }

    /// The loops of the host from this one outwards, the outermost first: `part in facts.fqdn.split(".")`.
    pub fn repeats(&self, innermost: Option<u32>) -> Vec<String> {
        let mut found = Vec::new();
        let mut at = innermost;
        while let Some(repeat) = at.and_then(|at| self.plan.repeats.get(at as usize)) {
            let list = self.operand(&Operand::Expr(repeat.list), Place::default());
            found.push(format!("{} in {list}", repeat.name));
            at = repeat.parent;
        }
        found.reverse();
        found
    }

    /// What stands for an operand that depends on a secret.
    pub(super) fn secret(&self, operand: &Operand) -> Option<String> {
        let (Operand::Expr(id), Some(analysis)) = (operand, &self.analysis) else { return None };
        let secret = analysis.secret(*id);
        secret.then(|| self.plan.secret_placeholder(&analysis.secrets(&self.plan.exprs, *id)))
    }
}

/// The word in front of a value that is not plain.
pub fn priority_word(priority: Priority) -> Option<&'static str> {
    match priority {
        Priority::Inherited => Some("defaults"),
        Priority::Default => Some("default"),
        Priority::Plain => None,
        Priority::Force => Some("force"),
    }
}

/// Whether an edge was written by somebody, so that its place says something.
pub fn is_written(reason: EdgeReason) -> bool {
    !matches!(reason, EdgeReason::Auto { .. } | EdgeReason::Boundary | EdgeReason::Policy)
}
