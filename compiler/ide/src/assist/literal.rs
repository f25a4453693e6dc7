//! Numbers and their units.

use super::change::Offers;
use super::context::{Cx, Node};
use super::{Assist, AssistKind};
use mc_compiler::ty::Ty;
use mc_syntax::Span;
use mc_syntax::ast::{BodyItem, Expr, ExprKind};

pub(super) const TO_UNIT: Assist = Assist {
    id: "number_to_unit",
    kind: AssistKind::Rewrite,
    about: "Write a plain number as a duration, a size or a mode",
    example: "let timeout = 9$00\n",
    keeps_plan: true,
    find: to_unit,
};

const SIZES: [(&str, u64); 5] =
    [("PiB", 1 << 50), ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

const DURATIONS: [(&str, i64); 8] = [
    ("w", 604_800_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

fn to_unit(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(Expr { kind: ExprKind::Int(value), span }) = cx.expr() else { return };
    let Ok(number) = u64::try_from(*value) else { return };
    let wanted = wanted(cx, *span);
    let mut offer =
        |text: String| offers.add(format!("Write it as `{text}`"), |edit| edit.replace(*span, text));
    if matches!(wanted, Wanted::Duration | Wanted::Anything)
        && let Some(nanoseconds) = value.checked_mul(1_000_000_000)
    {
        offer(format!("{value}s"));
        let short = duration(nanoseconds);
        if short != format!("{value}s") {
            offer(short);
        }
    }
    if matches!(wanted, Wanted::Size | Wanted::Anything)
        && let Some(text) = size(number).filter(|_| number >= 1024)
    {
        offer(text);
    }
    // The digits of a mode are read as eight to the digit; what has an 8 or a 9 was computed from it.
    if matches!(wanted, Wanted::Mode) || (wanted == Wanted::Anything && (0o400..=0o777).contains(&number)) {
        offer(format!("0o{number:o}"));
    }
}

/// What is expected where a number stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Duration,
    Size,
    Mode,
    /// It is the value of a `let` without a type, or the default of nothing.
    Anything,
    Nothing,
}

fn wanted(cx: &Cx<'_>, literal: Span) -> Wanted {
    let of = |ty: &Ty| match ty.some_plain() {
        Ty::Duration => Wanted::Duration,
        Ty::Size => Wanted::Size,
        Ty::Mode => Wanted::Mode,
        _ => Wanted::Nothing,
    };
    if let Some((node, _)) = cx.let_around()
        && node.value.span == literal
    {
        let Some(ty) = &node.ty else { return Wanted::Anything };
        return match cx.source(ty.span) {
            "Duration" => Wanted::Duration,
            "Size" => Wanted::Size,
            "Mode" => Wanted::Mode,
            _ => Wanted::Nothing,
        };
    }
    for node in cx.path.iter().rev() {
        match node {
            Node::Param(param) if param.default.as_ref().is_some_and(|value| value.span == literal) => {
                return match cx.source(param.ty.span).trim_end_matches('?') {
                    "Duration" => Wanted::Duration,
                    "Size" => Wanted::Size,
                    "Mode" => Wanted::Mode,
                    _ => Wanted::Nothing,
                };
            }
            Node::BodyItem(BodyItem::Clause(clause)) => {
                let is_time = clause.kind == mc_syntax::ast::ClauseKind::Timeout
                    && clause.value.span == literal
                    || clause.every.as_ref().is_some_and(|every| every.span == literal);
                return if is_time { Wanted::Duration } else { Wanted::Nothing };
            }
            Node::BodyItem(BodyItem::Attribute { name, value: Some(value), .. }) if value.span == literal => {
                return field_type(cx, &name.text).map_or(Wanted::Nothing, |ty| of(&ty));
            }
            Node::Expr(expr) if expr.span == literal => {}
            Node::BodyItem(_) | Node::Expr(_) | Node::Stmt(_) | Node::Item(_) => return Wanted::Nothing,
            _ => {}
        }
    }
    Wanted::Nothing
}

/// The type of a field or an attribute of the construct around.
fn field_type(cx: &Cx<'_>, name: &str) -> Option<Ty> {
    use mc_compiler::signature::{Signature, signature};
    let path = cx.exprs().find_map(|expr| match &expr.kind {
        ExprKind::Construct(construct) => construct.path.as_ref(),
        _ => None,
    })?;
    let (id, _) = cx.resolve(path)?;
    let fields = match signature(cx.db, id) {
        Signature::Record(fields) | Signature::Component(fields, _) => fields,
        Signature::Resource(resource) => &resource.attributes,
        _ => return None,
    };
    fields.iter().find(|field| field.name == *name).map(|field| field.ty.clone())
}

/// A duration in the largest units that it is made of.
fn duration(nanoseconds: i64) -> String {
    let mut rest = nanoseconds;
    let mut out = String::new();
    for (unit, length) in DURATIONS {
        if rest >= length {
            out.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

/// A size as a whole number of its largest unit.
fn size(bytes: u64) -> Option<String> {
    let (unit, length) =
        SIZES.iter().find(|(_, length)| bytes >= *length && bytes.is_multiple_of(*length))?;
    Some(format!("{}{unit}", bytes / length))
}

pub(super) const CHANGE_UNIT: Assist = Assist {
    id: "change_unit",
    kind: AssistKind::Rewrite,
    about: "Write a duration or a size in another unit",
    example: "let timeout = 54$000s\n",
    keeps_plan: true,
    find: change_unit,
};

fn change_unit(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(expr) = cx.expr() else { return };
    let other: Vec<String> = match &expr.kind {
        ExprKind::Duration(value) => {
            let seconds = (value % 1_000_000_000 == 0).then(|| format!("{}s", value / 1_000_000_000));
            [Some(duration(*value)), seconds].into_iter().flatten().collect()
        }
        ExprKind::Size(value) => {
            let smaller =
                SIZES.iter().rev().find(|(_, length)| value.is_multiple_of(*length) && *value >= *length);
            let smaller = smaller.map(|(unit, length)| format!("{}{unit}", value / length));
            [size(*value), smaller].into_iter().flatten().collect()
        }
        _ => return,
    };
    for text in other {
        if text != cx.source(expr.span) {
            offers.add(format!("Write it as `{text}`"), |edit| edit.replace(expr.span, text));
        }
    }
}

pub(super) const SEPARATE_DIGITS: Assist = Assist {
    id: "separate_digits",
    kind: AssistKind::Rewrite,
    about: "Part the digits of a long number, or join them",
    example: "let most = 10000$000\n",
    keeps_plan: true,
    find: separate_digits,
};

fn separate_digits(cx: &Cx<'_>, offers: &mut Offers<'_>) {
    let Some(Expr { kind: ExprKind::Int(_), span }) = cx.expr() else { return };
    let text = cx.source(*span);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if digits.contains('_') {
        return offers.add("Join the digits", |edit| edit.replace(*span, text.replace('_', "")));
    }
    if digits.len() < 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return;
    }
    offers.add("Part the digits", |edit| {
        let mut out = sign.to_owned();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push('_');
            }
            out.push(digit);
        }
        edit.replace(*span, out);
    });
}
