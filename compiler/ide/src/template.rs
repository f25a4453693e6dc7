//! The holes and tags of a template, read off its text: they are there however little of the rest is.

use crate::symbol::{Symbol, SymbolKind};
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

    /// The place of the expression that fills it; none in a tag. What stands there becomes a text, whatever it is: that it
    /// is one says nothing.
    pub(crate) fn filled(self, text: &str) -> Option<Span> {
        (!self.is_tag).then(|| self.trimmed(text))
    }

    /// What is between its braces, without the white space at its ends.
    fn trimmed(self, text: &str) -> Span {
        let inner = text.get(self.inner.start as usize..self.inner.end as usize).unwrap_or_default();
        let start = self.inner.start + (inner.len() - inner.trim_start().len()) as u32;
        Span::new(start, start + inner.trim().len() as u32)
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

/// The hole or tag around an offset, and what is in it at its place: all else is blank.
pub(crate) fn code_at(text: &str, offset: u32) -> Option<(Hole, String)> {
    let hole = holes(text).into_iter().find(|hole| hole.inner.touches(offset))?;
    let mut code = " ".repeat(hole.inner.start as usize);
    code.push_str(text.get(hole.inner.start as usize..hole.inner.end as usize)?);
    Some((hole, code))
}

/// A tag with what is between it and the next one that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) tag: Hole,
    /// From its tag to its end: behind `%{ end }`; of `else` and `case` up to the next such tag.
    pub(crate) span: Span,
    /// What is behind its tag; of an `if` up to its `else`.
    pub(crate) body: Span,
    /// What is inside, `else` and `case` too.
    pub(crate) blocks: Vec<Block>,
}

impl Block {
    fn new(tag: Hole) -> Self {
        Block { tag, span: tag.span, body: Span::at(tag.span.end), blocks: Vec::new() }
    }

    /// Ends what is behind its tag, if nothing has.
    fn end_body(&mut self, at: u32) {
        if self.body.is_empty() {
            self.body = Span::new(self.body.start, at.max(self.body.start));
        }
    }

    fn is_branch(&self, text: &str) -> bool {
        matches!(self.tag.word(text), "else" | "case")
    }
}

/// The tags of a template that begin something, each around those inside. What is not closed ends with the text, and what
/// closes nothing counts for nothing.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut open: Vec<Block> = Vec::new();
    let mut found: Vec<Block> = Vec::new();
    for tag in holes(text).into_iter().filter(|hole| hole.is_tag) {
        match tag.word(text) {
            "if" | "for" | "match" => open.push(Block::new(tag)),
            word @ ("else" | "case") => {
                close_branch(text, &mut open, tag.span.start);
                let Some(around) = open.last_mut() else { continue };
                if word == "else" {
                    around.end_body(tag.span.start);
                }
                open.push(Block::new(tag));
            }
            "end" => {
                close_branch(text, &mut open, tag.span.start);
                if let Some(mut block) = open.pop() {
                    block.end_body(tag.span.start);
                    block.span = block.span.to(tag.span);
                    put(block, &mut open, &mut found);
                }
            }
            _ => {}
        }
    }
    let end = text.len() as u32;
    while let Some(mut block) = open.pop() {
        block.end_body(end);
        block.span = Span::new(block.span.start, end);
        put(block, &mut open, &mut found);
    }
    found
}

fn close_branch(text: &str, open: &mut Vec<Block>, at: u32) {
    if let Some(mut branch) = open.pop_if(|block| block.is_branch(text)) {
        branch.end_body(at);
        branch.span = Span::new(branch.span.start, at);
        put(branch, open, &mut Vec::new());
    }
}

fn put(block: Block, open: &mut [Block], found: &mut Vec<Block>) {
    match open.last_mut() {
        Some(around) => around.blocks.push(block),
        None => found.push(block),
    }
}

/// What can be folded: what is between tags that open and close something.
pub(crate) fn folds(text: &str) -> Vec<Span> {
    fn add(blocks: &[Block], found: &mut Vec<Span>) {
        for block in blocks {
            found.push(block.body);
            add(&block.blocks, found);
        }
    }
    let mut found = Vec::new();
    add(&blocks(text), &mut found);
    found
}

/// The outline: parameters, and tags with what is inside.
pub(crate) fn symbols(text: &str) -> Vec<Symbol> {
    let params = holes(text).into_iter().filter(|hole| hole.is_tag && hole.word(text) == "param");
    let mut found: Vec<Symbol> = params.filter_map(|hole| param(text, hole)).collect();
    found.extend(blocks(text).iter().map(|block| symbol(text, block)));
    found.sort_by_key(|symbol| symbol.range.start);
    found
}

fn param(text: &str, hole: Hole) -> Option<Symbol> {
    let inner = text.get(hole.inner.start as usize..hole.inner.end as usize)?;
    let rest = inner.trim_start().strip_prefix("param")?;
    let name = rest.split(':').next().unwrap_or_default().trim();
    let start = hole.inner.start as usize + inner.len() - rest.len() + rest.find(name)?;
    let ty = rest.split_once(':').map_or("", |(_, rest)| rest.split('=').next().unwrap_or_default().trim());
    (!name.is_empty()).then(|| Symbol {
        name: name.to_owned(),
        kind: SymbolKind::Parameter,
        detail: ty.to_owned(),
        range: hole.span,
        selection: Span::new(start as u32, (start + name.len()) as u32),
        children: Vec::new(),
    })
}

fn symbol(text: &str, block: &Block) -> Symbol {
    let inner = text.get(block.tag.inner.start as usize..block.tag.inner.end as usize).unwrap_or_default();
    Symbol {
        name: inner.split_whitespace().collect::<Vec<_>>().join(" "),
        kind: SymbolKind::Tag,
        detail: String::new(),
        range: block.span,
        selection: block.tag.span,
        children: block.blocks.iter().map(|block| symbol(text, block)).collect(),
    }
}

/// What a selection at an offset can grow to beside expressions: a word or a line of the text, what is in a hole, the hole,
/// what is between tags, the tags with it.
pub(crate) fn selections(text: &str, offset: u32, found: &mut Vec<Span>) {
    fn around(blocks: &[Block], offset: u32, found: &mut Vec<Span>) {
        for block in blocks.iter().filter(|block| block.span.touches(offset)) {
            found.push(block.span);
            if block.body.touches(offset) {
                found.push(block.body);
            }
            around(&block.blocks, offset, found);
        }
    }
    around(&blocks(text), offset, found);
    if let Some(hole) = holes(text).into_iter().find(|hole| hole.span.touches(offset)) {
        found.push(hole.span);
        let trimmed = hole.trimmed(text);
        if trimmed.touches(offset) && !trimmed.is_empty() {
            found.push(trimmed);
        }
        return;
    }
    let at = offset as usize;
    let (Some(before), Some(behind)) = (text.get(..at), text.get(at..)) else { return };
    let ends: [fn(char) -> bool; 2] = [|c| c == '\n', |c| !c.is_alphanumeric() && c != '_'];
    for ends in ends {
        let start = before.rfind(ends).map_or(0, |found| {
            found + before.get(found..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
        });
        let end = at + behind.find(ends).unwrap_or(behind.len());
        if start < end {
            found.push(Span::new(start as u32, end as u32));
        }
    }
}
