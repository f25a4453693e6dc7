//! What is known of a value without running the program: which texts it may be, and where it is made of parts,
//! what those may be. Whatever is not known is [`Shape::Any`], so that nothing a host may see is left out.

use super::pattern::{self, Pattern};
use mc_plan::op;
use mc_plan::value::Value;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long a list may be whose elements are told apart.
const MOST_ELEMENTS: usize = 64;

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Shape {
    /// Anything.
    Any,
    /// Absent, or an element of an empty list: nothing comes of it.
    Absent,
    /// One of these texts; a number, a mode and their kin as they stand in a text.
    Texts(Arc<BTreeSet<Pattern>>),
    /// A list of these elements.
    List(Arc<[Shape]>),
    /// A list, a set or a map: what its first element is, where it has one, and what each is. Those of a map are
    /// pairs.
    Each(Arc<Shape>, Arc<Shape>),
    /// A record or a tuple.
    Parts(Arc<[Shape]>),
    /// One of these variants, each with its payload.
    Variants(Arc<BTreeMap<u32, Vec<Shape>>>),
    /// A resource.
    Resource(Arc<Resource>),
}

/// A resource that something refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Resource {
    /// Its type, by its whole name.
    pub(super) ty: SmolStr,
    /// What its key may be.
    pub(super) key: Shape,
    /// Whether the package declares it.
    pub(super) own: bool,
}

impl Shape {
    /// One of these texts.
    pub(super) fn texts(patterns: impl IntoIterator<Item = Pattern>) -> Self {
        let mut all = BTreeMap::new();
        for pattern in patterns {
            pattern::add(&mut all, pattern, ());
        }
        if all.contains_key(&Pattern::any()) {
            return Shape::Any;
        }
        Shape::Texts(Arc::new(all.into_keys().collect()))
    }

    /// A list of these elements.
    pub(super) fn list(elements: Vec<Shape>) -> Self {
        if elements.len() <= MOST_ELEMENTS {
            return Shape::List(elements.into());
        }
        let first = elements[0].clone();
        Shape::from_first(first, Shape::one_of(elements))
    }

    /// A collection of such elements.
    pub(super) fn each(element: Shape) -> Self {
        Shape::from_first(element.clone(), element)
    }

    /// A collection that begins with one such element, if it is not empty, and has such others.
    fn from_first(first: Shape, element: Shape) -> Self {
        if first == Shape::Any && element == Shape::Any {
            return Shape::Any;
        }
        Shape::Each(Arc::new(first), Arc::new(element))
    }

    /// A variant with its payload.
    pub(super) fn variant(tag: u32, payload: Vec<Shape>) -> Self {
        Shape::Variants(Arc::new(BTreeMap::from([(tag, payload)])))
    }

    /// A value that is known.
    pub(super) fn of(value: &Value) -> Self {
        let all = |parts: &[Value]| parts.iter().map(Shape::of).collect::<Vec<_>>();
        match value {
            Value::None => Shape::Absent,
            Value::Str(text) => Shape::texts([Pattern::exact(text)]),
            Value::List(parts) => Shape::list(all(parts)),
            Value::Record(parts) => Shape::Parts(all(parts).into()),
            Value::Variant(tag, payload) => Shape::variant(*tag, all(payload)),
            Value::Map(entries) => Shape::each(Shape::one_of(
                entries.iter().map(|(key, value)| Shape::Parts([Shape::of(key), Shape::of(value)].into())),
            )),
            Value::Blob(_) | Value::Bytes(_) => Shape::Any,
            other => match op::concat(std::slice::from_ref(other)) {
                Ok(Value::Str(text)) => Shape::texts([Pattern::exact(&text)]),
                _ => Shape::Any,
            },
        }
    }

    /// Either of two.
    pub(super) fn or(self, other: Shape) -> Self {
        match (self, other) {
            (Shape::Absent, shape) | (shape, Shape::Absent) => shape,
            (a, b) if a == b => a,
            (Shape::Texts(a), Shape::Texts(b)) => Shape::texts(a.iter().chain(b.iter()).cloned()),
            (Shape::List(a), Shape::List(b)) if a.len() == b.len() => Shape::List(pairwise(&a, &b).into()),
            (Shape::Parts(a), Shape::Parts(b)) if a.len() == b.len() => Shape::Parts(pairwise(&a, &b).into()),
            (Shape::Resource(a), Shape::Resource(b)) if a.ty == b.ty => Shape::Resource(Arc::new(Resource {
                ty: a.ty.clone(),
                key: a.key.clone().or(b.key.clone()),
                own: a.own && b.own,
            })),
            (Shape::Variants(a), Shape::Variants(b)) => {
                let mut all = (*a).clone();
                for (tag, payload) in b.iter() {
                    let joined = match all.get(tag) {
                        Some(before) => pairwise(before, payload),
                        None => payload.clone(),
                    };
                    all.insert(*tag, joined);
                }
                Shape::Variants(Arc::new(all))
            }
            (a @ (Shape::List(_) | Shape::Each(..)), b @ (Shape::List(_) | Shape::Each(..))) => {
                Shape::from_first(a.first().or(b.first()), a.element().or(b.element()))
            }
            _ => Shape::Any,
        }
    }

    /// One of them.
    pub(super) fn one_of(shapes: impl IntoIterator<Item = Shape>) -> Self {
        shapes.into_iter().fold(Shape::Absent, Shape::or)
    }

    /// What an element of it may be.
    pub(super) fn element(&self) -> Shape {
        match self {
            Shape::List(elements) => Shape::one_of(elements.iter().cloned()),
            Shape::Each(_, element) => (**element).clone(),
            Shape::Absent => Shape::Absent,
            _ => Shape::Any,
        }
    }

    /// What its first element may be.
    pub(super) fn first(&self) -> Shape {
        match self {
            Shape::List(elements) => elements.first().cloned().unwrap_or(Shape::Absent),
            Shape::Each(first, _) => (**first).clone(),
            other => other.element(),
        }
    }

    /// A field of a record or a part of a tuple.
    pub(super) fn part(&self, position: u32) -> Shape {
        match self {
            Shape::Parts(parts) => parts.get(position as usize).cloned().unwrap_or(Shape::Any),
            Shape::Absent => Shape::Absent,
            _ => Shape::Any,
        }
    }

    /// The record with another value in the field that this path leads to.
    pub(super) fn with(&self, path: &[u32], value: Shape) -> Shape {
        let Some((first, rest)) = path.split_first() else { return value };
        let Shape::Parts(parts) = self else { return Shape::Any };
        let mut parts = parts.to_vec();
        let Some(part) = parts.get_mut(*first as usize) else { return Shape::Any };
        *part = part.with(rest, value);
        Shape::Parts(parts.into())
    }

    /// The key of a resource.
    pub(super) fn key(&self) -> Shape {
        match self {
            Shape::Resource(resource) => resource.key.clone(),
            Shape::Absent => Shape::Absent,
            _ => Shape::Any,
        }
    }

    /// The texts that it may be.
    pub(super) fn patterns(&self) -> BTreeSet<Pattern> {
        match self {
            Shape::Texts(all) => (**all).clone(),
            Shape::Absent => BTreeSet::new(),
            _ => BTreeSet::from([Pattern::any()]),
        }
    }

    /// Two collections in one.
    pub(super) fn and_then(&self, other: &Shape) -> Shape {
        match (self, other) {
            (Shape::List(a), Shape::List(b)) => Shape::list(a.iter().chain(b.iter()).cloned().collect()),
            // What stands first of a command is its program, whatever is added to it.
            (Shape::List(a), _) if !a.is_empty() => {
                Shape::from_first(self.first(), self.element().or(other.element()))
            }
            _ => Shape::each(self.element().or(other.element())),
        }
    }

    /// The folder of a path.
    pub(super) fn parent(&self) -> Shape {
        let Shape::Texts(all) = self else { return Shape::Any };
        Shape::texts(all.iter().map(|path| {
            let (folder, _) = path.start().rsplit_once('/').unwrap_or_default();
            match path.is_open() {
                // What follows may have folders of its own.
                true => Pattern::begins(folder),
                false if folder.is_empty() => Pattern::exact("/"),
                false => Pattern::exact(folder),
            }
        }))
    }

    /// A path below another one.
    pub(super) fn under(&self, below: &Shape) -> Shape {
        let slash = |path: &Pattern| path.then(&Pattern::exact(if path.start() == "/" { "" } else { "/" }));
        match self {
            Shape::Texts(all) => Shape::joined(&[Shape::texts(all.iter().map(slash)), below.clone()]),
            _ => Shape::Any,
        }
    }

    /// The texts that these make one after the other.
    pub(super) fn joined(parts: &[Shape]) -> Shape {
        let any = BTreeSet::from([Pattern::any()]);
        let mut all = BTreeMap::from([(Pattern::exact(""), ())]);
        for part in parts {
            let next = match part {
                Shape::Texts(next) => next,
                _ => &any,
            };
            let mut joined = BTreeMap::new();
            for start in all.keys() {
                for end in next {
                    pattern::add(&mut joined, start.then(end), ());
                }
            }
            all = joined;
        }
        Shape::texts(all.into_keys())
    }
}

fn pairwise(a: &[Shape], b: &[Shape]) -> Vec<Shape> {
    a.iter().zip(b).map(|(a, b)| a.clone().or(b.clone())).collect()
}
