//! The built-in methods: one table for the checker, for completion and for messages.
//!
//! Their types are written as [`Scheme`]s, types with up to three variables, of which the receiver says the
//! first ones and the arguments the rest.

mod global;
mod table;

pub use global::{GLOBALS, Global, Reach, global};

use crate::db::Db;
use crate::name;
use crate::ty::Ty;
use mc_plan::expr::{Builtin, EachKind};
use mc_plan::value::TextKind;
use std::sync::Arc;

/// A type with variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Scheme {
    /// A variable, by number.
    Var(usize),
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    Blob,
    Duration,
    Size,
    Mode,
    Text(TextKind),
    List(&'static Scheme),
    Set(&'static Scheme),
    Map(&'static Scheme, &'static Scheme),
    Optional(&'static Scheme),
    Secret(&'static Scheme),
    Tuple(&'static [Scheme]),
    Fn(&'static [Scheme], &'static Scheme),
    /// A type of the standard library: module and name.
    Standard(&'static str, &'static str),
}

/// What a method does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Calls a built-in function, with the receiver as its first argument.
    Call(Builtin),
    /// Runs a function over the elements.
    Each(EachKind),
    /// Runs a function over an accumulator and each element.
    Fold,
    /// Runs a function over what is inside.
    Inside,
}

/// What a method demands of its first type variable, or of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Nothing.
    Nothing,
    /// Values can be compared by `==`.
    Equality(usize),
    /// Values have an order.
    Order(usize),
    /// Values can be added up.
    Sum(usize),
}

/// A method.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What has it.
    pub receiver: Scheme,
    /// What it takes, with the names of the parameters.
    pub params: &'static [(&'static str, Scheme)],
    /// What it gives.
    pub gives: Scheme,
    /// What it does.
    pub operation: Operation,
    /// Whether it is read like a field, without parentheses.
    pub property: bool,
    /// What it demands of the types.
    pub demand: Demand,
    /// What it does, in words.
    pub docs: &'static str,
}

/// What a scheme's variables stand for.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    types: [Option<Ty>; 3],
    /// Whether a secret stood where the scheme has none: the result is secret then.
    pub tainted: bool,
}

impl Variables {
    /// What a variable stands for.
    pub fn get(&self, variable: usize) -> Option<&Ty> {
        self.types.get(variable)?.as_ref()
    }

    fn learn(&mut self, variable: usize, ty: &Ty) {
        if let Some(slot) = self.types.get_mut(variable)
            && !matches!(ty, Ty::Hole)
        {
            *slot = match slot.take() {
                None => Some(ty.clone()),
                Some(before) => Some(before.join(ty).unwrap_or(before)),
            };
        }
    }
}

impl Scheme {
    /// Whether a type is of this form, learning what the variables stand for.
    pub fn matches(&self, ty: &Ty, variables: &mut Variables) -> bool {
        match (self, ty) {
            (_, Ty::Error | Ty::Never | Ty::Hole) => true,
            (Scheme::Var(variable), _) => {
                variables.learn(*variable, ty);
                true
            }
            (_, Ty::Refined(_, base)) => self.matches(base, variables),
            (Scheme::Secret(a), Ty::Secret(b)) => a.matches(b, variables),
            // Text out of secret text is secret; nothing else may look at it.
            (Scheme::Str, Ty::Secret(inner)) if inner.fits(&Ty::String) => {
                variables.tainted = true;
                true
            }
            (Scheme::List(a), Ty::List(b))
            | (Scheme::Set(a), Ty::Set(b))
            | (Scheme::Optional(a), Ty::Optional(b)) => a.matches(b, variables),
            (Scheme::Map(a, b), Ty::Map(c, d)) => a.matches(c, variables) && b.matches(d, variables),
            (Scheme::Tuple(parts), Ty::Tuple(types)) => {
                parts.len() == types.len()
                    && parts.iter().zip(types.iter()).all(|(part, ty)| part.matches(ty, variables))
            }
            (Scheme::Fn(params, result), Ty::Fn(types, found)) => {
                params.len() == types.len()
                    && params.iter().zip(types.iter()).all(|(param, ty)| param.matches(ty, variables))
                    && result.matches(found, variables)
            }
            (Scheme::Optional(a), _) => a.matches(ty, variables),
            (Scheme::Str, _) => ty.fits(&Ty::String),
            (Scheme::Blob, _) => ty.fits(&Ty::Blob),
            (Scheme::Bool, Ty::Bool)
            | (Scheme::Int, Ty::Int)
            | (Scheme::Float, Ty::Float)
            | (Scheme::Bytes, Ty::Bytes)
            | (Scheme::Duration, Ty::Duration)
            | (Scheme::Size, Ty::Size)
            | (Scheme::Mode, Ty::Mode) => true,
            (Scheme::Text(kind), Ty::Text(found)) => kind == found,
            _ => false,
        }
    }

    /// The type, with holes for what is not known.
    pub fn ty(&self, db: &dyn Db, variables: &Variables) -> Ty {
        let inner = |scheme: &Scheme| scheme.ty(db, variables);
        match self {
            Scheme::Var(variable) => variables.get(*variable).cloned().unwrap_or(Ty::Hole),
            Scheme::Bool => Ty::Bool,
            Scheme::Int => Ty::Int,
            Scheme::Float => Ty::Float,
            Scheme::Str => Ty::String,
            Scheme::Bytes => Ty::Bytes,
            Scheme::Blob => Ty::Blob,
            Scheme::Duration => Ty::Duration,
            Scheme::Size => Ty::Size,
            Scheme::Mode => Ty::Mode,
            Scheme::Text(kind) => Ty::Text(*kind),
            Scheme::List(a) => inner(a).list(),
            Scheme::Set(a) => inner(a).set(),
            Scheme::Map(a, b) => Ty::map(inner(a), inner(b)),
            Scheme::Optional(a) => inner(a).optional(),
            Scheme::Secret(a) => inner(a).secret(),
            Scheme::Tuple(parts) => Ty::Tuple(parts.iter().map(inner).collect()),
            Scheme::Fn(params, result) => Ty::Fn(params.iter().map(inner).collect(), Arc::new(inner(result))),
            Scheme::Standard(module, wanted) => {
                let declared = name::modules(db)
                    .get(*module)
                    .and_then(|file| name::declarations(db, *file).get(*wanted));
                declared.map_or(Ty::Error, |found| Ty::Record(found.id, Arc::from([])))
            }
        }
    }

    /// What a collection holds: its elements, or its keys and values.
    fn held(&self) -> Option<(&'static Scheme, Option<&'static Scheme>)> {
        match self {
            Scheme::List(element) | Scheme::Set(element) => Some((element, None)),
            Scheme::Map(key, value) => Some((key, Some(value))),
            _ => None,
        }
    }

    /// As users would write it; variables are `T`, `U` and `V`.
    pub fn display(&self) -> String {
        let all = |schemes: &[Scheme]| schemes.iter().map(Scheme::display).collect::<Vec<_>>().join(", ");
        match self {
            Scheme::Var(variable) => ["T", "U", "V"].get(*variable).copied().unwrap_or("_").to_owned(),
            Scheme::Bool => "Bool".to_owned(),
            Scheme::Int => "Int".to_owned(),
            Scheme::Float => "Float".to_owned(),
            Scheme::Str => "String".to_owned(),
            Scheme::Bytes => "Bytes".to_owned(),
            Scheme::Blob => "Blob".to_owned(),
            Scheme::Duration => "Duration".to_owned(),
            Scheme::Size => "Size".to_owned(),
            Scheme::Mode => "Mode".to_owned(),
            Scheme::Text(kind) => kind.name().to_owned(),
            Scheme::List(a) => format!("List<{}>", a.display()),
            Scheme::Set(a) => format!("Set<{}>", a.display()),
            Scheme::Map(a, b) => format!("Map<{}, {}>", a.display(), b.display()),
            Scheme::Optional(a) => format!("{}?", a.display()),
            Scheme::Secret(a) => format!("Secret<{}>", a.display()),
            Scheme::Tuple(parts) => format!("({})", all(parts)),
            Scheme::Fn(params, result) => format!("({}) -> {}", all(params), result.display()),
            Scheme::Standard(_, name) => (*name).to_owned(),
        }
    }
}

/// All methods.
fn all() -> impl Iterator<Item = &'static Method> {
    table::METHODS.iter().copied().flatten()
}

/// The methods that a type has.
pub fn methods(ty: &Ty) -> impl Iterator<Item = &'static Method> + use<> {
    let ty = ty.plain().clone();
    let known = !ty.is_bottom();
    // Nothing but `map` looks into a secret, although texts with secrets in them may be joined.
    let secret = matches!(ty, Ty::Secret(_));
    all().filter(move |method| {
        known
            && secret == matches!(method.receiver, Scheme::Secret(_))
            && method.receiver.matches(&ty, &mut Variables::default())
    })
}

/// Whether a collection's method of this name gives elements of the collection, and of no other one: `filter` does,
/// `union` does not.
pub fn gives_elements(name: &str) -> bool {
    all().filter(|method| method.name == name).any(|method| {
        let held = method.receiver.held();
        held.is_some()
            && method.gives.held() == held
            && method.params.iter().all(|(_, param)| param.held() != held)
    })
}

impl Method {
    /// The types of the parameters and of the result for a receiver, as far as it says.
    pub fn signature(&self) -> String {
        let params: Vec<String> =
            self.params.iter().map(|(name, scheme)| format!("{name}: {}", scheme.display())).collect();
        if self.property {
            format!("{}: {}", self.name, self.gives.display())
        } else {
            format!("{}({}) -> {}", self.name, params.join(", "), self.gives.display())
        }
    }
}

/// What other languages call a method, and what it is called here.
const SYNONYMS: &[(&str, &str)] = &[
    ("length", "len"),
    ("size", "len"),
    ("count", "len"),
    ("includes", "contains"),
    ("has", "contains"),
    ("has_key", "contains_key"),
    ("collect", "map"),
    ("select", "filter"),
    ("where", "filter"),
    ("reject", "filter"),
    ("reduce", "fold"),
    ("inject", "fold"),
    ("some", "any"),
    ("every", "all"),
    ("detect", "find"),
    ("uniq", "distinct"),
    ("unique", "distinct"),
    ("to_upper", "upper"),
    ("to_uppercase", "upper"),
    ("upcase", "upper"),
    ("to_lower", "lower"),
    ("to_lowercase", "lower"),
    ("downcase", "lower"),
    ("strip", "trim"),
    ("startswith", "starts_with"),
    ("endswith", "ends_with"),
    ("start_with", "starts_with"),
    ("end_with", "ends_with"),
    ("gsub", "replace"),
    ("sub", "replace"),
    ("dirname", "parent"),
    ("basename", "name"),
    ("enumerate", "indexed"),
    ("each_with_index", "indexed"),
    ("items", "entries"),
    ("to_s", "text"),
    ("flatmap", "flat_map"),
    ("sorted", "sort"),
    ("reversed", "reverse"),
];

/// The name that a method has here, if other languages call it by this one.
pub fn same(name: &str, known: &[&str]) -> Option<&'static str> {
    SYNONYMS.iter().find(|(other, own)| *other == name && known.contains(own)).map(|(_, own)| *own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use std::collections::BTreeSet;

    #[test]
    fn methods_that_give_elements_of_what_they_are_called_on() {
        let names: BTreeSet<&str> =
            all().map(|method| method.name).filter(|name| gives_elements(name)).collect();
        expect![[r#"
            {
                "distinct",
                "filter",
                "reverse",
                "skip",
                "skip_while",
                "slice",
                "sort",
                "sort_by",
                "take",
                "take_while",
                "to_list",
                "to_set",
                "unique_by",
                "without",
            }
        "#]]
        .assert_debug_eq(&names);
    }
}
