//! Finding the arguments of a generic declaration from the types of what it is given.

use super::Ty;
use crate::name::DeclId;

/// What is known of a declaration's type parameters while a use of it is checked.
#[derive(Clone, Debug)]
pub struct Bindings {
    of: DeclId,
    args: Vec<Option<Ty>>,
    /// What is expected of the result says so of the parameters.
    hints: Vec<Option<Ty>>,
}

impl Bindings {
    /// Nothing known of `count` parameters.
    pub fn new(of: DeclId, count: usize) -> Self {
        Bindings { of, args: vec![None; count], hints: vec![None; count] }
    }

    /// Whether the declaration is generic at all.
    pub fn is_empty(&self) -> bool {
        self.args.is_empty()
    }

    /// Learns from what is expected of a result whatever the arguments left open.
    pub fn expect(&mut self, declared: &Ty, expected: &Ty) {
        let mut other = Bindings::new(self.of, self.args.len());
        other.learn(declared, expected);
        for (slot, found) in self.args.iter_mut().zip(other.args) {
            let open = slot.as_ref().is_none_or(|ty| ty.any(&mut |ty| matches!(ty, Ty::Never)));
            if open && found.is_some() {
                *slot = found;
            }
        }
    }

    /// Lets the expected type of a result stand for what no argument has told yet.
    pub fn hint(&mut self, declared: &Ty, expected: &Ty) {
        let mut other = Bindings::new(self.of, self.args.len());
        other.learn(declared, expected);
        self.hints = other.args;
    }

    /// A type with what is known filled in, and holes for the rest.
    pub fn fill(&self, ty: &Ty) -> Ty {
        if self.is_empty() {
            return ty.clone();
        }
        // What an empty list or `none` holds is not known by them.
        let open = |ty: Ty| if ty == Ty::Never { Ty::Hole } else { ty };
        let known = |(arg, hint): (&Option<Ty>, &Option<Ty>)| {
            let arg = arg.as_ref().filter(|ty| !ty.any(&mut |ty| matches!(ty, Ty::Never)) || hint.is_none());
            arg.or(hint.as_ref()).map_or(Ty::Hole, |ty| ty.rewrite(&open))
        };
        let args: Vec<Ty> = self.args.iter().zip(&self.hints).map(known).collect();
        ty.substitute(self.of, &args)
    }

    /// The arguments, or the position of the first that nothing said anything about.
    pub fn finish(self) -> Result<Vec<Ty>, usize> {
        let mut all = Vec::with_capacity(self.args.len());
        for (position, arg) in self.args.into_iter().enumerate() {
            all.push(arg.ok_or(position)?);
        }
        Ok(all)
    }

    /// Learns from a value of type `found` standing where `declared` is written. What was learned before may
    /// only grow to a common supertype. Says nothing about whether the value fits.
    pub fn learn(&mut self, declared: &Ty, found: &Ty) {
        if self.is_empty() {
            return;
        }
        match (declared, found) {
            (Ty::Param(id, position, _), _) if *id == self.of => {
                if matches!(found, Ty::Hole) {
                    return;
                }
                if let Some(slot) = self.args.get_mut(*position as usize) {
                    *slot = match slot.take() {
                        None => Some(found.clone()),
                        Some(before) => Some(before.join(found).unwrap_or(before)),
                    };
                }
            }
            (Ty::List(a), Ty::List(b))
            | (Ty::Set(a), Ty::Set(b))
            | (Ty::Secret(a), Ty::Secret(b))
            | (Ty::Optional(a), Ty::Optional(b)) => self.learn(a, b),
            (Ty::Optional(a) | Ty::Secret(a), b) => self.learn(a, b),
            (Ty::Map(a, b), Ty::Map(c, d)) => {
                self.learn(a, c);
                self.learn(b, d);
            }
            (Ty::Tuple(a), Ty::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(b.iter()).for_each(|(a, b)| self.learn(a, b));
            }
            (Ty::Record(x, a), Ty::Record(y, b)) | (Ty::Enum(x, a), Ty::Enum(y, b)) if x == y => {
                a.iter().zip(b.iter()).for_each(|(a, b)| self.learn(a, b));
            }
            (Ty::Fn(a, x), Ty::Fn(b, y)) if a.len() == b.len() => {
                a.iter().zip(b.iter()).for_each(|(a, b)| self.learn(a, b));
                self.learn(x, y);
            }
            (_, Ty::Refined(_, base)) => self.learn(declared, base),
            _ => {}
        }
    }
}
