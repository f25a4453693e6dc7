//! Numbers.

use super::{EvalError, Result, finite, order};
use crate::value::Value;

pub(super) fn abs(n: &Value) -> Result<Value> {
    match n {
        Value::Int(n) => n.checked_abs().map(Value::Int).ok_or(EvalError::Overflow("`abs`")),
        Value::Float(n) => finite("`abs`", n.get().abs()),
        _ => Err(EvalError::Type("abs")),
    }
}

pub(super) fn least(a: &Value, b: &Value) -> Result<Value> {
    Ok(if order(b, a)?.is_lt() { b } else { a }.clone())
}

pub(super) fn greatest(a: &Value, b: &Value) -> Result<Value> {
    Ok(if order(b, a)?.is_gt() { b } else { a }.clone())
}

pub(super) fn clamp(n: &Value, low: &Value, high: &Value) -> Result<Value> {
    if order(low, high)?.is_gt() {
        let problem = "a lower bound above the upper one";
        return Err(EvalError::Argument { function: "clamp", problem });
    }
    least(&greatest(n, low)?, high)
}

/// Of floats by repeated squaring: the machines' own functions differ in the last digit.
pub(super) fn pow(base: &Value, exponent: i64) -> Result<Value> {
    const WHAT: &str = "`pow`";
    match base {
        Value::Int(base) => {
            if exponent < 0 {
                return Err(EvalError::Argument { function: "pow", problem: "a negative exponent here" });
            }
            let power = match base {
                0 | 1 => base.checked_pow(u32::from(exponent > 0)),
                -1 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
                _ => u32::try_from(exponent).ok().and_then(|exponent| base.checked_pow(exponent)),
            };
            power.map(Value::Int).ok_or(EvalError::Overflow(WHAT))
        }
        Value::Float(base) => {
            let (mut square, mut left, mut power) = (base.get(), exponent.unsigned_abs(), 1.0);
            while left > 0 {
                if left % 2 == 1 {
                    power *= square;
                }
                left /= 2;
                if left > 0 {
                    square *= square;
                }
            }
            if exponent >= 0 {
                return finite(WHAT, power);
            }
            if power == 0.0 { Err(EvalError::DivisionByZero) } else { finite(WHAT, 1.0 / power) }
        }
        _ => Err(EvalError::Type("pow")),
    }
}

pub(super) fn to_float(n: i64) -> Result<Value> {
    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    finite("`to_float`", n as f64)
}

/// A float without a fraction as an integer.
pub(super) fn to_int(what: &'static str, n: f64) -> Result<Value> {
    // 2^63 is a float, the largest integer is not.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&n) {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and in range")]
        return Ok(Value::Int(n as i64));
    }
    Err(EvalError::Overflow(what))
}

pub(super) fn to_hex(n: i64) -> Value {
    let sign = if n < 0 { "-" } else { "" };
    Value::Str(format!("{sign}{:x}", n.unsigned_abs()).into())
}

/// A count of bytes as an integer.
pub(super) fn size(what: &'static str, n: u64) -> Result<Value> {
    i64::try_from(n).map(Value::Int).map_err(|_| EvalError::Overflow(what))
}
