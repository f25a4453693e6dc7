//! Builds patterns.

use crate::Span;
use crate::ast::*;
use crate::deep::{Deep, List, PField, PFields};
use crate::tree::Cx;

impl Cx<'_> {
    pub(crate) fn pattern(&mut self, kind: PatternKind, l: u32, r: u32) -> Deep<Box<Pattern>> {
        Deep::flat(Box::new(Pattern { kind, span: Span::new(l, r) }))
    }

    pub(crate) fn bind(&mut self, l: u32, r: u32) -> Deep<Box<Pattern>> {
        let name = self.name(l, r);
        self.check_variable(&name);
        self.pattern(PatternKind::Bind(name.text), l, r)
    }

    pub(crate) fn literal_pattern(&mut self, value: Deep<Expr>) -> Deep<Box<Pattern>> {
        let span = value.node.span;
        self.pattern(PatternKind::Literal(value.node), span.start, span.end)
    }

    pub(crate) fn tuple_pattern(
        &mut self,
        l: u32,
        mut parts: List<Deep<Box<Pattern>>>,
        r: u32,
    ) -> Deep<Box<Pattern>> {
        let span = Span::new(l, r);
        // Parentheses bound the depth of patterns.
        let depth = parts.depth + 1;
        match parts.nodes.pop() {
            // `(p)`
            Some(one) if parts.nodes.is_empty() => Deep::new(Box::new(Pattern { span, ..one }), depth),
            last => {
                parts.nodes.extend(last);
                Deep::new(Box::new(Pattern { kind: PatternKind::Tuple(parts.nodes), span }), depth)
            }
        }
    }

    pub(crate) fn variant_pattern(
        &mut self,
        path: Option<Path>,
        name: Name,
        fields: Option<PFields>,
        span: Span,
    ) -> Deep<Box<Pattern>> {
        let depth = fields.as_ref().map_or(0, |fields| fields.depth);
        let (fields, rest) = match fields {
            Some(PFields { fields, rest, .. }) => (Some(fields), rest),
            None => (None, None),
        };
        // Braces bound the depth of patterns.
        Deep::new(
            Box::new(Pattern { kind: PatternKind::Variant { path, name, fields, rest }, span }),
            depth + 1,
        )
    }

    /// `Tls.Off`, whose last name is the variant, or `Site { .. }`, a record.
    pub(crate) fn path_pattern(
        &mut self,
        mut path: Path,
        mut fields: Option<PFields>,
        r: u32,
    ) -> Deep<Box<Pattern>> {
        let dotted = self.arm_word(&mut path);
        let span = Span::new(path.span.start, r);
        if let (true, [name]) = (dotted, path.segments.as_slice()) {
            return self.variant_pattern(None, name.clone(), fields, span);
        }
        if let (Some(PFields { fields, rest, depth }), [_]) = (&mut fields, path.segments.as_slice()) {
            let (fields, rest, depth) = (std::mem::take(fields), *rest, *depth);
            let kind = PatternKind::Record { path, fields, rest };
            return Deep::new(Box::new(Pattern { kind, span }), depth + 1);
        }
        let Some(name) = path.segments.pop() else { return self.pattern(PatternKind::Error, span.start, r) };
        let path = match path.segments.last() {
            Some(last) => {
                path.span.end = last.span.end;
                Some(path)
            }
            None => {
                self.bare_variant(&name);
                None
            }
        };
        self.variant_pattern(path, name, fields, span)
    }

    pub(crate) fn pattern_field(
        &mut self,
        name: Name,
        pattern: Option<Deep<Box<Pattern>>>,
    ) -> Deep<Option<Box<PField>>> {
        let depth = pattern.as_ref().map_or(0, |pattern| pattern.depth);
        let pattern = pattern.map(|pattern| *pattern.node);
        Deep::new(Some(Box::new(PField::Field(PatternField { name, pattern }))), depth)
    }
}
