//! What an effect of a schema acts on, as it is listed. The one place that knows what a domain's values mean.

use super::pattern::Pattern;
use super::shape::Shape;
use std::collections::BTreeSet;

/// What an effect acts on for a value of this shape: `exec` on the program of a command, `net` on a host, every other
/// on the value itself or the elements of a list.
pub(super) fn acted_on(effect: &str, shape: &Shape) -> BTreeSet<Pattern> {
    match effect.split('.').next() {
        Some("exec") => program(shape),
        Some("net") => each(shape).iter().map(host).collect(),
        _ => each(shape),
    }
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
        let found: Vec<String> = acted_on(effect, value).iter().map(ToString::to_string).collect();
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
