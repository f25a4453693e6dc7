//! Every provider against the host in memory.

mod account;
mod command;
mod fact;
mod file;
mod package;
mod query;
mod service;

use std::time::Duration;

use mc_engine::host::Identity;
use mc_engine::host::fake::FakeHost;
use mc_engine::provider::{
    Applied, ApplyContext, Caches, Change, Diff, Item, Observed, Provider, ProviderError, ReadContext,
    RefreshKind, Work,
};
use mc_plan::value::Value;

const SUFFIX: &str = "a1b2";
const TIMEOUT: Duration = Duration::from_secs(60);

/// A host, what was read of it, and one provider.
struct Rig {
    host: FakeHost,
    caches: Caches,
    provider: &'static str,
    providers: mc_engine::provider::Providers,
}

/// One resource: its key and its attributes by position.
#[derive(Clone)]
struct Resource {
    key: Value,
    desired: Vec<Option<Value>>,
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Str(text.into()))
}

fn texts<const N: usize>(list: [&str; N]) -> Option<Value> {
    Some(Value::List(list.map(|text| Value::Str(text.into())).into()))
}

fn resource<const N: usize>(key: &str, desired: [Option<Value>; N]) -> Resource {
    Resource { key: Value::Str(key.into()), desired: desired.to_vec() }
}

impl Rig {
    fn new(schema: &'static str) -> Self {
        Self { host: FakeHost::new(), caches: Caches::new(), provider: schema, providers: crate::builtin() }
    }

    fn identity(mut self, identity: Identity) -> Self {
        self.host = FakeHost::new().with_identity(identity);
        self
    }

    fn provider(&self) -> &dyn Provider {
        self.providers.of(self.provider).expect("the schema has a provider")
    }

    fn ctx(&self) -> ReadContext<'_> {
        ReadContext::new(&self.host, &(), &self.caches, true)
    }

    fn read_all(&self, resources: &[Resource]) -> Vec<Result<Observed, ProviderError>> {
        let early: Vec<_> = resources.iter().map(|r| self.provider().early(&r.key, SUFFIX)).collect();
        let items: Vec<Item<'_>> = resources
            .iter()
            .zip(&early)
            .map(|(r, early)| Item {
                name: "item",
                key: &r.key,
                desired: &r.desired,
                early,
                timeout: TIMEOUT,
            })
            .collect();
        self.provider().read(&self.ctx(), &items)
    }

    fn read(&self, resource: &Resource) -> Result<Observed, ProviderError> {
        self.read_all(std::slice::from_ref(resource)).pop().expect("one result")
    }

    fn diff(&self, resource: &Resource) -> Result<Diff, ProviderError> {
        let observed = self.read(resource)?;
        let item = Item {
            name: "item",
            key: &resource.key,
            desired: &resource.desired,
            early: &[],
            timeout: TIMEOUT,
        };
        self.provider().diff(&item, &observed)
    }

    /// What differs, one line for each property.
    fn changes(&self, resource: &Resource) -> String {
        match self.diff(resource) {
            Ok(diff) => diff.changes.iter().map(line).collect::<Vec<_>>().join("\n"),
            Err(error) => format!("error: {}", error.message),
        }
    }

    /// Reads, compares and applies; what does not differ is not applied.
    fn apply_all(&self, resources: &[Resource]) -> Vec<Result<Applied, ProviderError>> {
        let early: Vec<_> = resources.iter().map(|r| self.provider().early(&r.key, SUFFIX)).collect();
        let temporary: Vec<_> = resources.iter().map(|r| self.provider().temporary(&r.key, SUFFIX)).collect();
        let mut found = Vec::new();
        for (at, observed) in self.read_all(resources).into_iter().enumerate() {
            let item = Item {
                name: "item",
                key: &resources[at].key,
                desired: &resources[at].desired,
                early: &early[at],
                timeout: TIMEOUT,
            };
            let observed = observed.expect("it can be read");
            let diff = self.provider().diff(&item, &observed).expect("it can be compared");
            found.push((item, observed, diff, temporary[at].as_deref()));
        }
        let batch: Vec<Work<'_>> = found
            .iter()
            .filter(|(_, _, diff, _)| !diff.is_empty())
            .map(|(item, observed, diff, temporary)| Work {
                item: *item,
                observed,
                diff,
                temporary: *temporary,
            })
            .collect();
        let ctx = ApplyContext::new(self.ctx(), &self.host, None, batch.len());
        self.provider().apply(&ctx, &batch)
    }

    fn apply(&self, resource: &Resource) -> Result<Applied, ProviderError> {
        self.apply_all(std::slice::from_ref(resource)).pop().unwrap_or_else(|| Ok(Applied::default()))
    }

    /// Applies, and asserts that nothing is left to do then, and that looking changed nothing.
    fn converge(&self, resource: &Resource) {
        let before = self.host.tree();
        let performed = self.host.performed();
        self.diff(resource).expect("it can be compared");
        assert_eq!((self.host.tree(), self.host.performed()), (before, performed), "looking acted");
        self.apply(resource).expect("it can be applied");
        assert_eq!(self.changes(resource), "", "it is not as it shall be after it was applied");
    }

    fn refresh(&self, resource: &Resource, kind: RefreshKind) -> Result<Applied, ProviderError> {
        let ctx = ApplyContext::new(self.ctx(), &self.host, None, 1);
        let item = Item {
            name: "item",
            key: &resource.key,
            desired: &resource.desired,
            early: &[],
            timeout: TIMEOUT,
        };
        self.provider().refresh(&ctx, &item, kind)
    }
}

/// `mode: 0o644 -> 0o600`
fn line(change: &Change) -> String {
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
    format!("{}: {} -> {}", change.property, side(&change.old), side(&change.new))
}

fn message<T>(result: Result<T, ProviderError>) -> String {
    match result {
        Ok(_) => "it worked".to_owned(),
        Err(error) => format!("{:?}: {}", error.kind, error.message),
    }
}

#[test]
fn every_schema_has_one_provider_that_was_generated_from_it() {
    let providers = crate::builtin();
    let schemas = crate::testing::schemas();
    assert_eq!(schemas.len(), providers.iter().count());
    for schema in schemas {
        let description = providers.of(&schema.name).map(Provider::describe).expect("a provider");
        assert_eq!(description.schema_hash, schema.hash(), "{}", schema.name);
        assert_eq!(description.provider, schema.provider);
        assert!(description.protocols.contains(&schema.protocol));
        assert_eq!(description.rooted, schema.name.starts_with("std.fs."), "{}", schema.name);
    }
}

/// The compiler tells by the list what the agent would refuse.
#[test]
fn the_list_of_built_in_providers_is_what_there_is() {
    let mut found: Vec<(String, u32)> = crate::builtin()
        .iter()
        .map(|provider| {
            let of = provider.describe();
            (of.provider.to_owned(), *of.protocols.end())
        })
        .collect();
    found.sort();
    let listed = mc_plan::schema::BUILT_IN.map(|(name, protocol)| (name.to_owned(), protocol));
    assert_eq!(found, listed);
}
