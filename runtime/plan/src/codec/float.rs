//! Floating-point numbers in the shortest form that keeps their value (RFC 8949, section 4.2.1).

use crate::value::Float;

/// A number in one of the three widths, by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    Half(u16),
    Single(u32),
    Double(u64),
}

/// The shortest form of a number.
pub(super) fn shortest(number: Float) -> Width {
    let number = number.get();
    #[expect(clippy::cast_possible_truncation, reason = "kept only where nothing is lost")]
    let single = number as f32;
    if f64::from(single).to_bits() != number.to_bits() {
        return Width::Double(number.to_bits());
    }
    half(single).map_or(Width::Single(single.to_bits()), Width::Half)
}

/// The number of a form; none for what is no [`Float`]: infinite, not a number, or a negative zero.
pub(super) fn value(width: Width) -> Option<Float> {
    let number = match width {
        Width::Half(bits) => from_half(bits)?,
        Width::Single(bits) => f64::from(f32::from_bits(bits)),
        Width::Double(bits) => f64::from_bits(bits),
    };
    Float::new(number).filter(|float| float.get().to_bits() == number.to_bits())
}

/// The bits of a half-precision number (1 sign, 5 exponent, 10 fraction) if it has this value.
fn half(single: f32) -> Option<u16> {
    let bits = single.to_bits();
    let sign = u16::try_from(bits >> 31).ok()? << 15;
    let fraction = bits & 0x7f_ffff;
    // Without the bias of 127.
    let exponent = i32::try_from(bits >> 23 & 0xff).ok()? - 127;
    match exponent {
        -127 if fraction == 0 => Some(sign),
        // Normal: the fraction loses 13 bits, the bias is 15.
        -14..=15 if fraction.trailing_zeros() >= 13 => {
            let exponent = u16::try_from(exponent + 15).ok()?;
            Some(sign | exponent << 10 | u16::try_from(fraction >> 13).ok()?)
        }
        // Subnormal: a multiple of 2^-24, with the leading one in the fraction.
        -24..=-15 => {
            let whole = fraction | 0x80_0000;
            let shift = u32::try_from(-1 - exponent).ok()?;
            (whole.trailing_zeros() >= shift).then_some(())?;
            Some(sign | u16::try_from(whole >> shift).ok()?)
        }
        _ => None,
    }
}

/// The value of a half-precision number, if it is finite.
fn from_half(bits: u16) -> Option<f64> {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match bits >> 10 & 0x1f {
        0 => fraction * power(-24),
        31 => return None,
        exponent => (fraction + 1024.0) * power(i16::try_from(exponent).ok()? - 25),
    };
    Some(if bits >> 15 == 0 { magnitude } else { -magnitude })
}

/// Two to a power of -1022 to 1023, exactly.
fn power(exponent: i16) -> f64 {
    f64::from_bits(u64::from((exponent + 1023).unsigned_abs()) << 52)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(number: f64) -> Width {
        shortest(Float::new(number).unwrap())
    }

    /// The values of RFC 8949, appendix A.
    #[test]
    fn the_examples_of_the_rfc() {
        for (number, expected) in [
            (0.0, Width::Half(0x0000)),
            (1.0, Width::Half(0x3c00)),
            (1.5, Width::Half(0x3e00)),
            (65504.0, Width::Half(0x7bff)),
            (5.960_464_477_539_063e-8, Width::Half(0x0001)),
            (0.000_061_035_156_25, Width::Half(0x0400)),
            (-4.0, Width::Half(0xc400)),
            (100_000.0, Width::Single(0x47c3_5000)),
            (3.402_823_466_385_288_6e38, Width::Single(0x7f7f_ffff)),
            (1.1, Width::Double(0x3ff1_9999_9999_999a)),
            (1.0e300, Width::Double(0x7e37_e43c_8800_759c)),
            (-4.1, Width::Double(0xc010_6666_6666_6666)),
        ] {
            assert_eq!(form(number), expected, "{number}");
            assert_eq!(value(expected).map(Float::get), Some(number));
        }
    }

    #[test]
    fn every_half_is_its_own_shortest_form() {
        for bits in 0..=u16::MAX {
            match value(Width::Half(bits)) {
                Some(number) => assert_eq!(shortest(number), Width::Half(bits), "{bits:04x}"),
                None => assert!(bits == 0x8000 || bits >> 10 & 0x1f == 31, "{bits:04x}"),
            }
        }
    }

    #[test]
    fn what_is_no_float_is_refused() {
        assert_eq!(value(Width::Single(f32::INFINITY.to_bits())), None);
        assert_eq!(value(Width::Double(f64::NAN.to_bits())), None);
        assert_eq!(value(Width::Double((-0.0_f64).to_bits())), None);
    }

    proptest! {
        #[test]
        fn forms_keep_the_value(bits in any::<u64>(), single in any::<u32>()) {
            for number in [f64::from_bits(bits), f64::from(f32::from_bits(single))] {
                if let Some(float) = Float::new(number) {
                    prop_assert_eq!(value(shortest(float)), Some(float));
                }
            }
        }
    }
}
