//! From a plan to the concrete graph of this host: its providers, its facts and its labels. What the graph
//! then is, [`mc_plan::instance`] says, so that the compiler's tests give the same answer.

use std::borrow::Cow;
use std::cell::OnceCell;

use mc_plan::eval::Lookup;
use mc_plan::instance::graph::{Graph, Step, at};
use mc_plan::instance::resolve::{self, Relations};
use mc_plan::instance::{self, Site};
use mc_plan::plan::Plan;
use mc_plan::value::Value;

use crate::fact::{FactSource, Facts};
use crate::host::ReadHost;
use crate::label::{self, Labels};
use crate::provider::{Provider, Providers};
use crate::refusal::{Code, Place, Refusal};
use crate::render;

/// Evaluates the plan's expressions during one run.
pub(crate) type Resolver<'p> = resolve::Resolver<'p, Here<'p>>;

/// What a plan is instantiated with.
pub(crate) struct Inputs<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) labels: &'p Labels,
    pub(crate) facts: &'p dyn FactSource,
    pub(crate) host: &'p dyn ReadHost,
    pub(crate) providers: &'p Providers,
    /// Unguessable letters and digits for this run's temporary names.
    pub(crate) suffix: &'p str,
    pub(crate) step_limit: usize,
    /// Where the plan is kept once its loops are unrolled, if it has any.
    pub(crate) unrolled: &'p OnceCell<Plan>,
}

/// A plan on one host.
pub(crate) struct Instance<'p> {
    pub(crate) graph: Graph<'p>,
    pub(crate) resolver: Resolver<'p>,
    pub(crate) relations: Relations<'p>,
    /// The provider of each of the plan's schemas.
    pub(crate) providers: Vec<&'p dyn Provider>,
}

/// This host.
pub(crate) struct Here<'p> {
    plan: &'p Plan,
    facts: Facts<'p>,
    labels: Vec<Value>,
    providers: Vec<&'p dyn Provider>,
    suffix: &'p str,
    rooted: bool,
}

impl<'p> Here<'p> {
    /// Which facts were read, in the plan's order.
    pub(crate) fn facts_read(&self) -> Vec<&'p str> {
        self.facts.read()
    }
}

impl Site for Here<'_> {
    fn fact(&self, position: u32) -> Lookup {
        self.facts.look_up(position)
    }

    fn label(&self, position: u32) -> Lookup {
        match self.labels.get(at(position)) {
            Some(value) => Lookup::Value(value.clone()),
            None => Lookup::Error("the plan uses a label that it does not list".into()),
        }
    }

    fn early(&self, schema: u32, key: &Value) -> Option<Vec<Option<Value>>> {
        let provider = self.providers.get(at(schema));
        Some(provider.map(|provider| provider.early(key, self.suffix)).unwrap_or_default())
    }

    fn refused(&self, steps: &[Step<'_>]) -> Vec<Refusal> {
        if !self.rooted {
            return Vec::new();
        }
        let mut seen = vec![false; self.plan.schemas.len()];
        let mut found = Vec::new();
        for step in steps.iter().filter(|step| step.present) {
            let works =
                self.providers.get(at(step.schema)).is_some_and(|provider| provider.describe().rooted);
            if let Some(seen) = seen.get_mut(at(step.schema))
                && !works
                && !std::mem::replace(seen, true)
            {
                let name = render::short_name(self.plan, step.schema);
                let refusal =
                    Refusal::new(Code::Rooted, format!("a {name} cannot be managed inside a folder"))
                        .at(Place::of(self.plan, step.span), format!("{} is declared here", step.name))
                        .note("`--root` works for files, directories and links");
                found.push(refusal);
            }
        }
        found
    }
}

/// Instantiates a plan, or gives every reason why it does not stand here.
pub(crate) fn instantiate<'p>(inputs: &Inputs<'p>) -> Result<Instance<'p>, Vec<Refusal>> {
    let plan = inputs.plan;
    let providers = find_providers(plan, inputs.providers)?;
    if plan.steps.len() > inputs.step_limit {
        let message =
            format!("the plan has {} steps, and this host allows {}", plan.steps.len(), inputs.step_limit);
        return Err(vec![Refusal::new(Code::TooManySteps, message)]);
    }
    let labels = label::resolve(plan, inputs.labels)?;
    let site = Here {
        plan,
        facts: Facts::new(plan, inputs.facts, inputs.host),
        labels,
        providers: providers.clone(),
        suffix: inputs.suffix,
        rooted: inputs.host.identity().rooted,
    };
    let plan = match instance::unroll(plan, &site, None, inputs.step_limit)? {
        Cow::Borrowed(plan) => plan,
        Cow::Owned(unrolled) => inputs.unrolled.get_or_init(|| unrolled),
    };
    let instance = instance::instantiate(instance::Inputs { plan, site, only: None })?;
    let instance::Instance { graph, resolver, relations } = instance;
    Ok(Instance { graph, resolver, relations, providers })
}

fn find_providers<'p>(plan: &Plan, providers: &'p Providers) -> Result<Vec<&'p dyn Provider>, Vec<Refusal>> {
    let mut found = Vec::with_capacity(plan.schemas.len());
    let mut refusals = Vec::new();
    for schema in &plan.schemas {
        let mut missing = |code: Code, why: String| {
            refusals
                .push(Refusal::new(code, format!("this agent cannot manage `{}`", schema.name)).note(why));
        };
        let provider =
            providers.of(&schema.name).filter(|found| found.describe().provider == schema.provider);
        match provider.map(|provider| (provider, provider.describe())) {
            None => missing(Code::ProviderMissing, format!("it has no provider `{}`", schema.provider)),
            Some((_, known)) if !known.protocols.contains(&schema.protocol) => missing(
                Code::ProviderProtocol,
                format!(
                    "its provider speaks the protocols {} to {}, not {}",
                    known.protocols.start(),
                    known.protocols.end(),
                    schema.protocol
                ),
            ),
            Some((_, known)) if known.schema_hash != schema.hash() => {
                missing(
                    Code::SchemaMismatch,
                    "its provider was made for another version of the schema".to_owned(),
                );
            }
            Some((provider, _)) => found.push(provider),
        }
    }
    if refusals.is_empty() { Ok(found) } else { Err(refusals) }
}
