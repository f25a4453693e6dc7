//! What an expression comes to in the compiler: a value, a residual expression, or a structure of both.

use crate::name::DeclId;
use crate::ty::Ty;
use mc_plan::expr::ExprId;
use mc_plan::value::Value;
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

/// One of several resources or instances, by its position: meant where it exists and this holds as well. None
/// where that it exists says it.
pub type Chosen = (u32, Option<ExprId>);

/// The result of an evaluation. Phases are kept per field and element.
#[derive(Clone, Debug)]
pub enum Datum {
    /// Fully known.
    Value(Value),
    /// Known on the host or while the plan runs.
    Node(ExprId),
    /// A list of known length.
    List(Rc<[Datum]>),
    /// A record.
    Record(Rc<[Datum]>),
    /// A known variant.
    Variant(u32, Rc<[Datum]>),
    /// A map with known keys, sorted by them.
    Map(Rc<[(Value, Datum)]>),
    /// A function, by its position among those that are passed around.
    Function(u32),
    /// A part of the host's facts that was not read yet.
    Fact(SmolStr, Ty),
    /// Declared resources, of which at most one is meant on a host; none is an absent reference.
    Refs(Rc<[Chosen]>),
    /// A resource by type and key.
    Key(DeclId, Value),
    /// Instances, of which at most one is meant on a host.
    Instances(Rc<[Chosen]>),
    /// Resources and instances in lists, of which the host decides which are there: what a `for` declares over a list that
    /// the host chooses. Clauses take them, and nothing else can be asked of them.
    Declared(Rc<[Datum]>),
    /// A plan of a test, by its position among those that it asked for.
    Plan(u32),
    /// A resource of a plan of a test: the plan and the vertex.
    Planned(u32, u32),
    /// A place that a host never reaches.
    Never,
    /// Something that was reported.
    Poison,
}

impl Datum {
    /// Nothing.
    pub const NONE: Datum = Datum::Value(Value::None);

    /// A list; of values only, a value.
    pub fn list(items: Vec<Datum>) -> Datum {
        match values(&items) {
            Some(values) => Datum::Value(Value::List(values)),
            None => Datum::List(items.into()),
        }
    }

    /// A record; of values only, a value.
    pub fn record(fields: Vec<Datum>) -> Datum {
        match values(&fields) {
            Some(values) => Datum::Value(Value::Record(values)),
            None => Datum::Record(fields.into()),
        }
    }

    /// A variant; of values only, a value.
    pub fn variant(tag: u32, fields: Vec<Datum>) -> Datum {
        match values(&fields) {
            Some(values) => Datum::Value(Value::Variant(tag, values)),
            None => Datum::Variant(tag, fields.into()),
        }
    }

    /// A map with these entries, sorted by key and each key once; of values only, a value.
    pub fn map(entries: Vec<(Value, Datum)>) -> Datum {
        let value = |(key, datum): &(Value, Datum)| match datum {
            Datum::Value(value) => Some((key.clone(), value.clone())),
            _ => None,
        };
        match entries.iter().map(value).collect::<Option<Vec<_>>>() {
            Some(values) => Datum::Value(Value::Map(values.into())),
            None => Datum::Map(entries.into()),
        }
    }

    /// Some of the elements of a collection as one of its kind.
    pub fn like(&self, elements: Vec<Datum>) -> Datum {
        let entry = |element: &Datum| match element {
            Datum::Value(Value::Record(pair)) => {
                Some((pair.first()?.clone(), Datum::Value(pair.get(1)?.clone())))
            }
            Datum::Record(pair) => match pair.first()? {
                Datum::Value(key) => Some((key.clone(), pair.get(1)?.clone())),
                _ => None,
            },
            _ => None,
        };
        if !matches!(self, Datum::Map(_) | Datum::Value(Value::Map(_))) {
            return Datum::list(elements);
        }
        match elements.iter().map(entry).collect::<Option<Vec<_>>>() {
            Some(entries) => Datum::map(entries),
            None => Datum::Poison,
        }
    }

    /// Whether there is nothing to go on with.
    pub fn is_dead(&self) -> bool {
        matches!(self, Datum::Poison | Datum::Never)
    }

    /// Whether this is a value, now or later, and nothing that was declared.
    pub fn is_plain(&self) -> bool {
        match self {
            Datum::Value(_) | Datum::Node(_) | Datum::Fact(..) => true,
            Datum::List(items) | Datum::Record(items) | Datum::Variant(_, items) | Datum::Declared(items) => {
                items.iter().all(Datum::is_plain)
            }
            Datum::Map(entries) => entries.iter().all(|(_, value)| value.is_plain()),
            _ => false,
        }
    }

    /// The elements, if their number is known; of a map, pairs of key and value.
    pub fn elements(&self) -> Option<Vec<Datum>> {
        match self {
            Datum::Value(Value::List(values)) => Some(values.iter().cloned().map(Datum::Value).collect()),
            Datum::List(items) => Some(items.to_vec()),
            Datum::Value(Value::Map(entries)) => Some(
                entries
                    .iter()
                    .map(|(key, value)| Datum::Value(Value::Record(Arc::from([key.clone(), value.clone()]))))
                    .collect(),
            ),
            Datum::Map(entries) => Some(
                entries
                    .iter()
                    .map(|(key, value)| Datum::record(vec![Datum::Value(key.clone()), value.clone()]))
                    .collect(),
            ),
            _ => None,
        }
    }
}

fn values(items: &[Datum]) -> Option<Arc<[Value]>> {
    if !items.iter().all(|item| matches!(item, Datum::Value(_))) {
        return None;
    }
    let value = |item: &Datum| match item {
        Datum::Value(value) => value.clone(),
        // invariant: all are values, tested above.
        _ => Value::None,
    };
    Some(items.iter().map(value).collect())
}
