//! Types.
//!
//! A value of a subtype is also a value of its supertype, in the same form: nothing is ever converted behind
//! the author's back, so whether a type fits another is a question of types alone.

use crate::db::Db;
use crate::name::DeclId;
use mc_plan::value::TextKind;
use smol_str::SmolStr;
use std::sync::Arc;

/// How many parts a type may have, those of its parts included: types that double would outgrow any machine.
pub const MAX_PARTS: usize = 1_000;

mod unify;

pub use unify::Bindings;

/// The arguments of a generic type; empty for all others.
pub type Args = Arc<[Ty]>;

/// A type. Records, enums, resources and components are nominal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub enum Ty {
    /// Stands where a mistake was reported; fits everything, so that no second message follows.
    Error,
    /// Of an expression that never gives a value (`fail`); fits everything.
    Never,
    /// Stands where nothing is known yet while a type is inferred; never of a checked expression.
    Hole,
    /// Of a construct that is not used as a value.
    Unit,
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `Float`
    Float,
    /// `String`
    String,
    /// `Bytes`
    Bytes,
    /// `Duration`
    Duration,
    /// `Size`
    Size,
    /// `Mode`
    Mode,
    /// A checked string type.
    Text(#[salsa_value(unsafe(prove(TextKind: 'static)))] TextKind),
    /// `Blob`
    Blob,
    /// `List<T>`
    List(Arc<Ty>),
    /// `Set<T>`
    Set(Arc<Ty>),
    /// `Map<K, V>`
    Map(Arc<Ty>, Arc<Ty>),
    /// `T?`
    Optional(Arc<Ty>),
    /// `(A, B)`
    Tuple(Args),
    /// `(A, B) -> R`
    Fn(Args, Arc<Ty>),
    /// `Secret<T>`
    Secret(Arc<Ty>),
    /// A record.
    Record(DeclId, Args),
    /// An enum.
    Enum(DeclId, Args),
    /// A type with a condition (`type Port = Int where ..`) and what it is made of.
    Refined(DeclId, Arc<Ty>),
    /// A type parameter of a declaration, by position.
    Param(DeclId, u32, SmolStr),
    /// A reference to a resource of this type.
    Ref(DeclId, Skip),
    /// A reference to any resource.
    AnyRef,
    /// An instance of a component.
    Instance(DeclId, Args),
    /// The labels of the host.
    Labels,
    /// The plan of a host, in tests.
    Plan,
    /// A resource of a plan, in tests.
    Planned(DeclId),
}

/// Whether the step behind a reference may be skipped. Only of types that produce outputs: of the others a
/// skipped step gives what every step gives, see [`crate::signature::reference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub enum Skip {
    /// `Ref<Command>`
    Never,
    /// `Ref<Command?>`: what it produces may be missing.
    Perhaps,
}

impl Ty {
    /// `List<self>`
    pub fn list(self) -> Ty {
        Ty::List(Arc::new(self))
    }

    /// `Set<self>`
    pub fn set(self) -> Ty {
        Ty::Set(Arc::new(self))
    }

    /// `Map<key, value>`
    pub fn map(key: Ty, value: Ty) -> Ty {
        Ty::Map(Arc::new(key), Arc::new(value))
    }

    /// `(a, b)`
    pub fn pair(a: Ty, b: Ty) -> Ty {
        Ty::Tuple(Arc::from([a, b]))
    }

    /// `self?`; optional types do not nest.
    pub fn optional(self) -> Ty {
        match self {
            Ty::Optional(_) | Ty::Error => self,
            other => Ty::Optional(Arc::new(other)),
        }
    }

    /// `Secret<self>`; secrets do not nest.
    pub fn secret(self) -> Ty {
        match self {
            Ty::Secret(_) | Ty::Error => self,
            other => Ty::Secret(Arc::new(other)),
        }
    }

    /// `Secret<self>` if `tainted`.
    pub fn secret_if(self, tainted: bool) -> Ty {
        if tainted { self.secret() } else { self }
    }

    /// The type without `?`.
    pub fn some(&self) -> &Ty {
        match self {
            Ty::Optional(inner) => inner,
            other => other,
        }
    }

    /// The type without its condition: what operators, methods and fields see.
    pub fn plain(&self) -> &Ty {
        match self {
            Ty::Refined(_, base) => base.plain(),
            other => other,
        }
    }

    /// The type without `?` and without its condition.
    pub fn some_plain(&self) -> &Ty {
        self.plain().some().plain()
    }

    /// What a secret holds, and whether it is one.
    pub fn revealed(&self) -> (&Ty, bool) {
        match self.plain() {
            Ty::Secret(inner) => (inner, true),
            other => (other, false),
        }
    }

    /// Whether it stands for a mistake or for no value at all.
    pub fn is_bottom(&self) -> bool {
        matches!(self, Ty::Error | Ty::Never | Ty::Hole)
    }

    /// Whether a part of it is not known yet.
    pub fn has_hole(&self) -> bool {
        self.any(&mut |ty| matches!(ty, Ty::Hole))
    }

    /// Whether a secret is in it, as far as the type itself says (fields of records are not looked at).
    pub fn any(&self, test: &mut impl FnMut(&Ty) -> bool) -> bool {
        test(self)
            || match self {
                Ty::List(a) | Ty::Set(a) | Ty::Optional(a) | Ty::Secret(a) | Ty::Refined(_, a) => a.any(test),
                Ty::Map(a, b) => a.any(test) || b.any(test),
                Ty::Tuple(all) | Ty::Record(_, all) | Ty::Enum(_, all) | Ty::Instance(_, all) => {
                    all.iter().any(|ty| ty.any(test))
                }
                Ty::Fn(params, result) => params.iter().any(|ty| ty.any(test)) || result.any(test),
                _ => false,
            }
    }

    /// Whether it has no more parts than a type may have. Looks at no more than that.
    pub fn is_of_bounded_size(&self) -> bool {
        if self.is_simple() {
            return true;
        }
        let mut left = MAX_PARTS;
        let mut stack = vec![self];
        while let Some(ty) = stack.pop() {
            let Some(rest) = left.checked_sub(1) else { return false };
            left = rest;
            match ty {
                Ty::List(a) | Ty::Set(a) | Ty::Optional(a) | Ty::Secret(a) | Ty::Refined(_, a) => {
                    stack.push(a);
                }
                Ty::Map(a, b) => stack.extend([&**a, &**b]),
                Ty::Tuple(all) | Ty::Record(_, all) | Ty::Enum(_, all) | Ty::Instance(_, all) => {
                    stack.extend(all.iter());
                }
                Ty::Fn(params, result) => {
                    stack.extend(params.iter());
                    stack.push(result);
                }
                _ => {}
            }
        }
        true
    }

    /// Whether it has no parts.
    fn is_simple(&self) -> bool {
        match self {
            Ty::List(_) | Ty::Set(_) | Ty::Optional(_) | Ty::Secret(_) | Ty::Refined(..) | Ty::Map(..) => {
                false
            }
            Ty::Tuple(all) | Ty::Record(_, all) | Ty::Enum(_, all) | Ty::Instance(_, all) => all.is_empty(),
            Ty::Fn(..) => false,
            _ => true,
        }
    }

    /// The type with each inner type replaced, from the inside out.
    pub fn rewrite(&self, change: &impl Fn(Ty) -> Ty) -> Ty {
        let inner = |ty: &Arc<Ty>| Arc::new(ty.rewrite(change));
        let all = |args: &Args| -> Args {
            if args.is_empty() { Args::default() } else { args.iter().map(|ty| ty.rewrite(change)).collect() }
        };
        change(match self {
            Ty::List(a) => Ty::List(inner(a)),
            Ty::Set(a) => Ty::Set(inner(a)),
            Ty::Optional(a) => a.rewrite(change).optional(),
            Ty::Secret(a) => a.rewrite(change).secret(),
            Ty::Refined(id, a) => Ty::Refined(*id, inner(a)),
            Ty::Map(a, b) => Ty::Map(inner(a), inner(b)),
            Ty::Tuple(args) => Ty::Tuple(all(args)),
            Ty::Fn(params, result) => Ty::Fn(all(params), inner(result)),
            Ty::Record(id, args) => Ty::Record(*id, all(args)),
            Ty::Enum(id, args) => Ty::Enum(*id, all(args)),
            Ty::Instance(id, args) => Ty::Instance(*id, all(args)),
            other => other.clone(),
        })
    }

    /// The type as if no step behind it could be skipped.
    pub fn never_skipped(&self) -> Ty {
        self.rewrite(&|ty| match ty {
            Ty::Ref(id, _) => Ty::Ref(id, Skip::Never),
            other => other,
        })
    }

    /// The type with a declaration's parameters replaced by arguments.
    pub fn substitute(&self, of: DeclId, args: &[Ty]) -> Ty {
        if args.is_empty() {
            return self.clone();
        }
        self.rewrite(&|ty| match &ty {
            Ty::Param(id, position, _) if *id == of => args.get(*position as usize).cloned().unwrap_or(ty),
            _ => ty,
        })
    }

    /// Whether a value of `self` may stand where a `target` is expected.
    pub fn fits(&self, target: &Ty) -> bool {
        match (self, target) {
            (Ty::Error | Ty::Never | Ty::Hole, _) | (_, Ty::Error | Ty::Unit | Ty::Hole) => true,
            (a, b) if a == b => true,
            (Ty::Optional(a), Ty::Optional(b)) => a.fits(b),
            (Ty::Secret(a), Ty::Secret(b)) => a.fits(b),
            (a, Ty::Optional(b)) | (a, Ty::Secret(b)) => {
                a.fits(b) || a.unrefined().is_some_and(|a| a.fits(target))
            }
            (Ty::Text(_), Ty::String) => true,
            (Ty::Text(_) | Ty::String | Ty::Bytes, Ty::Blob) => true,
            (Ty::List(a), Ty::List(b)) => a.fits(b),
            // What is looked up by `==` does not become a secret on the way.
            (Ty::Set(a), Ty::Set(b)) => a.fits(b) && a.is_secret() == b.is_secret(),
            (Ty::Map(a, b), Ty::Map(c, d)) => a.fits(c) && a.is_secret() == c.is_secret() && b.fits(d),
            (Ty::Tuple(a), Ty::Tuple(b)) => fit_all(a, b),
            (Ty::Record(x, a), Ty::Record(y, b))
            | (Ty::Enum(x, a), Ty::Enum(y, b))
            | (Ty::Instance(x, a), Ty::Instance(y, b)) => x == y && fit_all(a, b),
            // A function that takes more and gives less fits.
            (Ty::Fn(a, x), Ty::Fn(b, y)) => fit_all(b, a) && x.fits(y),
            (Ty::Ref(..), Ty::AnyRef) => true,
            // What is never skipped gives what is asked of one that may be.
            (Ty::Ref(a, Skip::Never), Ty::Ref(b, Skip::Perhaps)) => a == b,
            (Ty::Refined(_, base), _) => base.fits(target),
            _ => false,
        }
    }

    /// Whether a secret is written in it, wherever.
    fn is_secret(&self) -> bool {
        self.any(&mut |ty| matches!(ty, Ty::Secret(_)))
    }

    fn unrefined(&self) -> Option<&Ty> {
        match self {
            Ty::Refined(_, base) => Some(base),
            _ => None,
        }
    }

    /// The smallest type that both fit, if there is one.
    pub fn join(&self, other: &Ty) -> Option<Ty> {
        if self.is_bottom() || self.fits(other) {
            return Some(other.clone());
        }
        if other.fits(self) {
            return Some(self.clone());
        }
        match (self, other) {
            // That it is absent is no secret where the secret itself is always there.
            (Ty::Secret(a), Ty::Optional(b)) | (Ty::Optional(b), Ty::Secret(a))
                if !matches!(**a, Ty::Optional(_)) =>
            {
                Some(a.join(b.revealed().0)?.secret().optional())
            }
            (Ty::Secret(a), b) | (b, Ty::Secret(a)) => Some(a.join(b.revealed().0)?.secret()),
            (Ty::Optional(a), b) | (b, Ty::Optional(a)) => Some(a.join(b.some())?.optional()),
            (Ty::Refined(_, a), b) | (b, Ty::Refined(_, a)) => a.join(b),
            (Ty::Text(_), Ty::Text(_)) => Some(Ty::String),
            (Ty::List(a), Ty::List(b)) => Some(a.join(b)?.list()),
            (Ty::Set(a), Ty::Set(b)) => Some(a.join(b)?.set()),
            (Ty::Map(a, b), Ty::Map(c, d)) => Some(Ty::map(a.join(c)?, b.join(d)?)),
            (Ty::Tuple(a), Ty::Tuple(b)) => Some(Ty::Tuple(join_all(a, b)?)),
            (Ty::Record(x, a), Ty::Record(y, b)) if x == y => Some(Ty::Record(*x, join_all(a, b)?)),
            (Ty::Enum(x, a), Ty::Enum(y, b)) if x == y => Some(Ty::Enum(*x, join_all(a, b)?)),
            (Ty::Ref(..), Ty::Ref(..)) => Some(Ty::AnyRef),
            _ => None,
        }
    }

    /// As users write it.
    pub fn display(&self, db: &dyn Db) -> String {
        let all = |args: &[Ty]| args.iter().map(|ty| ty.display(db)).collect::<Vec<_>>().join(", ");
        let named = |id: &DeclId, args: &Args| {
            if args.is_empty() { id.text(db).to_string() } else { format!("{}<{}>", id.text(db), all(args)) }
        };
        match self {
            Ty::Error | Ty::Hole | Ty::Never => "_".to_owned(),
            Ty::Unit => "nothing".to_owned(),
            Ty::Bool => "Bool".to_owned(),
            Ty::Int => "Int".to_owned(),
            Ty::Float => "Float".to_owned(),
            Ty::String => "String".to_owned(),
            Ty::Bytes => "Bytes".to_owned(),
            Ty::Duration => "Duration".to_owned(),
            Ty::Size => "Size".to_owned(),
            Ty::Mode => "Mode".to_owned(),
            Ty::Text(kind) => kind.name().to_owned(),
            Ty::Blob => "Blob".to_owned(),
            Ty::List(inner) => format!("List<{}>", inner.argument(db)),
            Ty::Set(inner) => format!("Set<{}>", inner.argument(db)),
            Ty::Map(key, value) => format!("Map<{}, {}>", key.argument(db), value.argument(db)),
            Ty::Optional(inner) if inner.is_bottom() => "none".to_owned(),
            Ty::Optional(inner) => match &**inner {
                function @ Ty::Fn(..) => format!("({})?", function.display(db)),
                inner => format!("{}?", inner.display(db)),
            },
            Ty::Tuple(parts) => format!("({})", all(parts)),
            Ty::Fn(params, result) => format!("({}) -> {}", all(params), result.display(db)),
            Ty::Secret(inner) => format!("Secret<{}>", inner.argument(db)),
            Ty::Record(id, args) | Ty::Enum(id, args) | Ty::Instance(id, args) => named(id, args),
            Ty::Refined(id, _) => id.text(db).to_string(),
            Ty::Param(_, _, name) => name.to_string(),
            Ty::Ref(id, Skip::Never) => format!("Ref<{}>", id.text(db)),
            Ty::Ref(id, Skip::Perhaps) => format!("Ref<{}?>", id.text(db)),
            Ty::AnyRef => "AnyRef".to_owned(),
            Ty::Labels => "Labels".to_owned(),
            Ty::Plan => "Plan".to_owned(),
            Ty::Planned(id) => format!("planned {}", id.text(db)),
        }
    }

    /// As an argument of another type, where nothing may be known.
    fn argument(&self, db: &dyn Db) -> String {
        if self.is_bottom() { "_".to_owned() } else { self.display(db) }
    }

    /// Whether its values have a text of their own in a string.
    pub fn has_text(&self) -> bool {
        match self {
            Ty::Error
            | Ty::Never
            | Ty::Bool
            | Ty::Int
            | Ty::Float
            | Ty::String
            | Ty::Duration
            | Ty::Size
            | Ty::Mode
            | Ty::Text(_) => true,
            Ty::Refined(_, base) => base.has_text(),
            _ => false,
        }
    }
}

fn fit_all(a: &[Ty], b: &[Ty]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.fits(b))
}

fn join_all(a: &[Ty], b: &[Ty]) -> Option<Args> {
    if a.len() != b.len() {
        return None;
    }
    a.iter().zip(b).map(|(a, b)| a.join(b)).collect()
}

/// A built-in type by its name, if it takes no arguments.
pub fn builtin(name: &str) -> Option<Ty> {
    Some(match name {
        "Bool" => Ty::Bool,
        "Int" => Ty::Int,
        "Float" => Ty::Float,
        "String" => Ty::String,
        "Bytes" => Ty::Bytes,
        "Duration" => Ty::Duration,
        "Size" => Ty::Size,
        "Mode" => Ty::Mode,
        "Blob" => Ty::Blob,
        "AnyRef" => Ty::AnyRef,
        other => Ty::Text(TextKind::from_name(other)?),
    })
}

/// How many types a built-in generic type takes.
pub fn builtin_generic(name: &str) -> Option<usize> {
    Some(match name {
        "List" | "Set" | "Secret" | "Ref" => 1,
        "Map" => 2,
        _ => return None,
    })
}

/// The names of the built-in types, for suggestions.
pub const BUILTIN_NAMES: &[&str] = &[
    "AbsPath",
    "AnyRef",
    "Blob",
    "Bool",
    "Bytes",
    "Cidr",
    "Duration",
    "Email",
    "Float",
    "GroupName",
    "HostName",
    "Int",
    "IpAddr",
    "List",
    "Map",
    "Mode",
    "PackageName",
    "Ref",
    "Regex",
    "RelPath",
    "Secret",
    "Set",
    "Size",
    "String",
    "UnitName",
    "Url",
    "UserName",
    "Version",
];
