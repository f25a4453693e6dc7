//! Preflight: `read` and `diff` of steps without effect, many at a time and side by side.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use mc_plan::value::Value;

use crate::graph::{Graph, Vertex, at};
use crate::host::{Contents, ReadHost};
use crate::provider::{Batch, Caches, Diff, Item, Looks, Observed, Provider, ProviderError, ReadContext};

/// What looking needs. Shared by all threads of a run.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a, 'p> {
    pub(super) graph: &'a Graph<'p>,
    pub(super) providers: &'a [&'p dyn Provider],
    pub(super) host: &'a dyn ReadHost,
    pub(super) contents: &'a dyn Contents,
    pub(super) caches: &'a Caches,
    pub(super) texts: bool,
}

/// What was found, and what differs.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) observed: Observed,
    pub(super) diff: Diff,
}

/// What a look at a step gave.
#[derive(Debug)]
pub(super) enum Found {
    /// It is as it shall be. Its outputs, where somebody reads them.
    Same(Option<Vec<Option<Value>>>),
    /// It differs.
    Differs(Box<Look>),
    /// It could not be read.
    Failed(ProviderError),
}

impl Found {
    /// What an observation comes to; `outputs` says whether somebody reads its outputs.
    pub(super) fn of(
        provider: &dyn Provider,
        item: &Item<'_>,
        observed: Result<Observed, ProviderError>,
        outputs: bool,
    ) -> Self {
        let looked = observed.and_then(|observed| {
            let diff = provider.diff(item, &observed)?;
            Ok(Look { observed, diff })
        });
        match looked {
            Ok(look) if look.diff.is_empty() => Self::Same(outputs.then_some(look.observed.outputs)),
            Ok(look) => Self::Differs(Box::new(look)),
            Err(error) => Self::Failed(error),
        }
    }
}

impl<'a, 'p> Sight<'a, 'p> {
    pub(super) fn provider(&self, vertex: Vertex) -> Option<&'p dyn Provider> {
        let step = self.graph.step(vertex)?;
        self.providers.get(at(step.schema)).copied()
    }

    /// Whether a step is read when it is its turn, and not before.
    pub(super) fn looks_in_turn(&self, vertex: Vertex) -> bool {
        self.provider(vertex).is_some_and(|provider| provider.describe().looks == Looks::InTurn)
    }

    pub(super) fn context(&self) -> ReadContext<'a> {
        ReadContext::new(self.host, self.contents, self.caches, self.texts)
    }

    /// Looks at steps of one provider. `desired[i]` belongs to `steps[i]`; one answer for each.
    pub(super) fn look(
        &self,
        provider: &dyn Provider,
        steps: &[Vertex],
        desired: &[&[Option<Value>]],
    ) -> Vec<Found> {
        let graph = self.graph;
        let items: Vec<Item<'_>> = steps
            .iter()
            .zip(desired)
            .filter_map(|(vertex, desired)| Some(Item::of(graph.step(*vertex)?, desired)))
            .collect();
        let mut read = provider.read(&self.context(), &items).into_iter();
        steps
            .iter()
            .zip(&items)
            .map(|(vertex, item)| {
                let observed = read.next().unwrap_or_else(|| {
                    Err(ProviderError::new(
                        crate::provider::ProviderErrorKind::Broken,
                        "the provider gave no answer for an item it was asked to read",
                    ))
                });
                let outputs = graph.outputs_used.get(at(*vertex)).copied().unwrap_or(false);
                Found::of(provider, item, observed, outputs)
            })
            .collect()
    }

    /// Looks at many steps whose attributes are all known, with at most `jobs` threads. The answers stand by
    /// vertex; none for steps that were not asked for.
    pub(super) fn preflight(&self, steps: &[Vertex], jobs: usize) -> Vec<Option<Found>> {
        let mut answers: Vec<Option<Found>> = Vec::new();
        answers.resize_with(self.graph.steps.len(), || None);
        let mut by_schema: Vec<Vec<Vertex>> = vec![Vec::new(); self.providers.len()];
        for &vertex in steps {
            if let Some(step) = self.graph.step(vertex)
                && let Some(list) = by_schema.get_mut(at(step.schema))
            {
                list.push(vertex);
            }
        }
        // One call each, but for independent items: there a call is a part of the work.
        let mut calls: Vec<(&dyn Provider, &[Vertex])> = Vec::new();
        for (provider, list) in self.providers.iter().zip(&by_schema) {
            match provider.describe().batch {
                _ if list.is_empty() => {}
                Batch::Independent(most) => {
                    let part = list.len().div_ceil(jobs.max(1) * 4).clamp(16, 512).min(most.max(1));
                    calls.extend(list.chunks(part).map(|part| (*provider, part)));
                }
                Batch::Alone | Batch::Transaction => calls.push((*provider, list)),
            }
        }
        let answer = |(provider, part): &(&dyn Provider, &[Vertex])| {
            let desired: Vec<&[Option<Value>]> = part
                .iter()
                .map(|vertex| {
                    self.graph.step(*vertex).map(|step| step.desired.as_slice()).unwrap_or_default()
                })
                .collect();
            self.look(*provider, part, &desired)
        };
        let threads = jobs.min(calls.len());
        let mut store = |part: &[Vertex], found: Vec<Found>| {
            for (vertex, found) in part.iter().zip(found) {
                if let Some(slot) = answers.get_mut(at(*vertex)) {
                    *slot = Some(found);
                }
            }
        };
        if threads <= 1 {
            for call in &calls {
                store(call.1, answer(call));
            }
            return answers;
        }
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::with_capacity(calls.len()));
        let work = || {
            while let Some((index, call)) = {
                let index = next.fetch_add(1, Ordering::Relaxed);
                calls.get(index).map(|call| (index, call))
            } {
                let answers = answer(call);
                found.lock().unwrap_or_else(PoisonError::into_inner).push((index, answers));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        for (index, found) in found.into_inner().unwrap_or_else(PoisonError::into_inner) {
            if let Some(call) = calls.get(index) {
                store(call.1, found);
            }
        }
        answers
    }
}
