//! What an effect of a schema acts on, as it is listed. The one place that knows what a domain's values mean.

use super::pattern::Pattern;
use super::shape::Shape;
use mc_plan::expr::{ExprId, Node};
use mc_plan::schema::Schema;
use mc_plan::value::{TextKind, Type, TypeShape};
use std::collections::BTreeSet;

/// The type of a value, in its schema.
#[derive(Clone, Copy)]
pub(super) struct Typed<'s> {
    schema: &'s Schema,
    ty: &'s Type,
}

impl<'s> Typed<'s> {
    /// Of an effect's value that is an attribute.
    pub(super) fn of(schema: &'s Schema, value: ExprId) -> Option<Self> {
        let Some(Node::Attribute(position)) = schema.exprs.get(value) else { return None };
        let ty = &schema.attributes.get(*position as usize)?.ty;
        Some(Typed { schema, ty })
    }

    /// The fields of a variant, if it is an enum.
    fn payload(self, tag: u32) -> Option<impl Iterator<Item = &'s Type>> {
        let mut ty = self.ty;
        while let Type::Optional(inner) = ty {
            ty = inner;
        }
        let Type::Named(at) = ty else { return None };
        let TypeShape::Enum(variants) = &self.schema.types.get(*at as usize)?.shape else { return None };
        Some(variants.get(tag as usize)?.1.iter().map(|(_, ty)| ty))
    }
}

/// What an effect acts on for a value of this shape: `exec` on the program of a command, `net` on a host, every other
/// on the value itself or the elements of a list.
pub(super) fn acted_on(effect: &str, shape: &Shape, typed: Option<Typed<'_>>) -> BTreeSet<Pattern> {
    match (effect.split('.').next(), shape) {
        (Some("exec"), _) => program(shape),
        (Some("net"), Shape::Variants(all)) => {
            let of = |(tag, payload): (&u32, &Vec<Shape>)| match typed.and_then(|typed| typed.payload(*tag)) {
                Some(types) => hosts(payload, &types.collect::<Vec<_>>()),
                None => BTreeSet::from([Pattern::any()]),
            };
            all.iter().flat_map(of).collect()
        }
        (Some("net"), _) => each(shape).iter().map(host).collect(),
        _ => each(shape),
    }
}

/// The hosts in the payload of a variant: those of its addresses, with the whole number in it as the port. What else it
/// may be, a path for example, is no host.
fn hosts(payload: &[Shape], types: &[&Type]) -> BTreeSet<Pattern> {
    let port = payload.iter().zip(types).find(|(_, ty)| matches!(ty, Type::Int));
    let ports = port.map(|(port, _)| port.patterns());
    let mut found = BTreeSet::new();
    for (value, ty) in payload.iter().zip(types) {
        match ty {
            Type::Text(TextKind::Url) => found.extend(each(value).iter().map(host)),
            Type::String | Type::Text(TextKind::IpAddr | TextKind::HostName) => {
                for address in value.patterns() {
                    match &ports {
                        Some(ports) => found.extend(ports.iter().map(|port| at_port(&address, port))),
                        None => drop(found.insert(address)),
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// `10.0.0.1:443`, `[::1]:443`
fn at_port(address: &Pattern, port: &Pattern) -> Pattern {
    if address.is_open() {
        return address.clone();
    }
    let text = address.start();
    let host = if text.contains(':') { format!("[{text}]:") } else { format!("{text}:") };
    Pattern::exact(&host).then(port)
}

fn each(shape: &Shape) -> BTreeSet<Pattern> {
    match shape {
        Shape::List(_) | Shape::Each(..) => shape.element().patterns(),
        other => other.patterns(),
    }
}

/// A list is a command with its arguments, a text a line for a shell. A variant runs the commands of its payload.
fn program(shape: &Shape) -> BTreeSet<Pattern> {
    match shape {
        Shape::List(_) | Shape::Each(..) => shape.first().patterns(),
        Shape::Variants(all) => all.values().flatten().flat_map(program).collect(),
        other => other.patterns(),
    }
}

/// The host of an address, with its port where one is written.
fn host(pattern: &Pattern) -> Pattern {
    let Some((_, rest)) = pattern.start().split_once("://") else {
        return if pattern.is_open() { Pattern::any() } else { pattern.clone() };
    };
    let end = rest.find(['/', '?', '#']);
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // A name in front of an `@` may still follow.
    match (end, pattern.is_open()) {
        (Some(_), _) | (None, false) => Pattern::exact(host),
        (None, true) => Pattern::any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(texts: &[&str]) -> Shape {
        Shape::texts(texts.iter().map(|text| Pattern::exact(text)))
    }

    fn check(effect: &str, value: &Shape, expected: &[&str]) {
        let found: Vec<String> = acted_on(effect, value, None).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{effect} of {value:?}");
    }

    #[test]
    fn hosts_of_addresses() {
        let urls = shape(&["https://example.org/a-*", "http://me@mirror.example.org:8080", "https://cdn*"]);
        check("net.fetch", &urls, &["*", "example.org", "mirror.example.org:8080"]);
        check("net.connect", &shape(&["10.0.0.1"]), &["10.0.0.1"]);
        check("net.connect", &Shape::Any, &["*"]);
    }

    #[test]
    fn programs_of_commands() {
        let command = Shape::list(vec![shape(&["nginx"]), Shape::Any]);
        check("exec.run", &command, &["nginx"]);
        check("exec.run", &command.and_then(&Shape::Any), &["nginx"]);
        check("exec.run", &Shape::Any.and_then(&command), &["*"]);
        check("exec.schedule", &shape(&["backup --all"]), &["backup --all"]);
        check("exec.run", &Shape::Absent, &[]);
        check(
            "exec.run",
            &Shape::variant(1, vec![command.clone()]).or(Shape::variant(0, vec![])),
            &["nginx"],
        );
        check("fs.read", &command, &["*"]);
    }
}
