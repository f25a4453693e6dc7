//! The holes and tags of a template, read off its text: they are there however little of the rest is.

use mc_syntax::Span;

/// A hole `${ .. }` or a tag `%{ .. }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    /// All of it; up to the end of the text where it is not closed.
    pub(crate) span: Span,
    /// What is between its braces.
    pub(crate) inner: Span,
    /// Whether it is a tag.
    pub(crate) is_tag: bool,
}

impl Hole {
    /// The word that a tag begins with.
    pub(crate) fn word(self, text: &str) -> &str {
        let inner = text.get(self.inner.start as usize..self.inner.end as usize).unwrap_or_default();
        inner.split_whitespace().next().unwrap_or_default()
    }
}

/// The holes and tags of a template in their order.
pub(crate) fn holes(text: &str) -> Vec<Hole> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let opens = matches!(byte, b'$' | b'%') && bytes.get(at + 1) == Some(&b'{');
        // `$${` is the sign itself.
        let is_escaped = at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(byte);
        if !opens || is_escaped {
            at += 1;
            continue;
        }
        let end = closing(bytes, at + 2);
        let whole = (end + 1).min(bytes.len());
        let span = Span::new(at as u32, whole as u32);
        found.push(Hole { span, inner: Span::new(at as u32 + 2, end as u32), is_tag: *byte == b'%' });
        at = whole;
    }
    found
}

/// Where the brace is that closes what begins here, or the end.
fn closing(bytes: &[u8], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if in_text => at += 1,
            b'"' => in_text = !in_text,
            b'{' => depth += 1,
            b'}' if depth == 0 => return at,
            b'}' => depth -= 1,
            // Each is on one line: what is typed now ends here.
            b'\n' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The template with nothing but what is in its holes and tags, at the same places.
pub(crate) fn masked(text: &str) -> String {
    let holes = holes(text);
    let is_inside = |at: u32| {
        let next = holes.partition_point(|hole| hole.inner.end <= at);
        holes.get(next).is_some_and(|hole| hole.inner.start <= at)
    };
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c == '\n' || is_inside(at as u32) {
            out.push(c);
        } else {
            out.extend(std::iter::repeat_n(' ', c.len_utf8()));
        }
    }
    out
}

/// What can be folded: what is between tags that open and close something.
pub(crate) fn folds(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open: Vec<Span> = Vec::new();
    for tag in holes(text).into_iter().filter(|hole| hole.is_tag) {
        match tag.word(text) {
            "if" | "for" | "match" => open.push(tag.span),
            "else" => {
                if let Some(begin) = open.last_mut() {
                    found.push(Span::new(begin.end, tag.span.start));
                    *begin = tag.span;
                }
            }
            "end" => found.extend(open.pop().map(|begin| Span::new(begin.end, tag.span.start))),
            _ => {}
        }
    }
    found
}
