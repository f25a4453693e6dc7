//! Floating-point numbers that are always comparable.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A finite 64-bit floating-point number of IEEE 754: never infinite, not a number, or a negative zero. So
/// equality is that of its bits, and its order is total.
#[derive(Clone, Copy, Debug, Default)]
pub struct Float(f64);

impl Float {
    /// The largest number.
    pub const MAX: Self = Self(f64::MAX);
    /// The smallest number.
    pub const MIN: Self = Self(f64::MIN);

    /// A finite number; the negative zero becomes zero.
    #[must_use]
    pub fn new(number: f64) -> Option<Self> {
        // The sum of the zeros of either sign is the positive one.
        number.is_finite().then_some(Self(number + 0.0))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Float {}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_with_one_zero() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Float::new(number), None);
        }
        let zero = Float::new(-0.0).unwrap();
        assert_eq!(zero.get().to_bits(), 0);
        assert_eq!(zero, Float::default());
    }

    #[test]
    fn the_order_is_that_of_the_numbers() {
        let numbers = [f64::MIN, -1.5, -f64::MIN_POSITIVE, 0.0, 5e-324, 1.0, f64::MAX];
        for (i, a) in numbers.iter().enumerate() {
            for (j, b) in numbers.iter().enumerate() {
                assert_eq!(Float::new(*a).cmp(&Float::new(*b)), i.cmp(&j), "{a} {b}");
            }
        }
    }
}
