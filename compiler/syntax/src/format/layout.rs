//! From commands to text: which groups are broken, and where the comments go.
//!
//! A group is written on one line if it fits there with what follows it up to the next place where a line may end;
//! otherwise all places of its own where lines may end do, and the groups inside decide for themselves.

use super::WIDTH;

/// Columns of a level of indentation.
const STEP: usize = 2;

/// A command of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// A piece of the source, by its offsets.
    Piece(u32, u32),
    /// A comma that may not stand in the source.
    Comma,
    /// A comma behind the last element, if the group is broken.
    LastComma,
    Space,
    /// The line may end here; a space where it does not.
    Line,
    /// The line may end here; nothing where it does not.
    SoftLine,
    /// The line may end here; a comma and a space where it does not.
    ItemLine,
    /// The line ends.
    HardLine,
    /// There is a blank line in front of what comes next, if that begins a line.
    Blank,
    Begin,
    End,
    Indent,
    Dedent,
    /// The groups around are broken.
    Break,
    /// A comment, by its offsets.
    Comment {
        start: u32,
        end: u32,
        /// Whether it stands on the line of what is before it.
        trailing: bool,
        /// Whether there is a blank line before it.
        blank: bool,
    },
}

/// The width of something on one line. `None` if it has several.
type Width = Option<usize>;

/// The text, and the pieces in the order in which they were written.
pub(super) fn render(text: &str, commands: &[Command]) -> (String, Vec<(u32, u32)>) {
    let measured = Measured::new(text, commands);
    let mut page = Page {
        text,
        out: String::with_capacity(text.len() + text.len() / 8),
        order: Vec::with_capacity(commands.len() / 2),
        column: 0,
        indent: 0,
        space: false,
        line: Some(0),
        blank: false,
        after_comment: None,
    };
    let mut groups: Vec<bool> = Vec::new();
    for (at, &command) in commands.iter().enumerate() {
        let broken = groups.last().copied().unwrap_or(true);
        match command {
            Command::Piece(start, end) => page.piece(start, end),
            Command::Comma => page.comma(),
            Command::LastComma if broken => page.comma(),
            Command::LastComma => {}
            Command::Space => page.space = true,
            Command::Line if !broken => page.space = true,
            Command::SoftLine if !broken => {}
            Command::ItemLine if !broken => {
                page.comma();
                page.space = true;
            }
            Command::Line | Command::SoftLine | Command::ItemLine | Command::HardLine => {
                page.line = Some(page.indent);
            }
            Command::Blank => page.blank = true,
            Command::Begin => {
                let fits = || {
                    let width = measured.group(at)?;
                    Some(page.column_of_next() + width <= WIDTH)
                };
                groups.push(broken && !fits().unwrap_or(false));
            }
            Command::End => {
                groups.pop();
            }
            Command::Indent => page.indent += 1,
            Command::Dedent => page.indent = page.indent.saturating_sub(1),
            Command::Break => {}
            Command::Comment { start, end, trailing, blank } => page.comment(start, end, trailing, blank),
        }
    }
    if !page.out.is_empty() {
        page.out.push('\n');
    }
    (page.out, page.order)
}

/// The widths of groups.
struct Measured {
    /// For each `Begin`: its width on one line, with what follows up to the next place where a line may end.
    widths: Vec<Width>,
}

impl Measured {
    fn new(text: &str, commands: &[Command]) -> Self {
        let mut widths = vec![None; commands.len()];
        // Backwards: what follows is known when a group ends.
        let mut total = 0usize;
        let mut breaks = 0usize;
        // Where the next place is at which a line may end, as a total.
        let mut next_line = 0usize;
        let mut open: Vec<(usize, usize, usize)> = Vec::new();
        for (at, &command) in commands.iter().enumerate().rev() {
            match command {
                Command::Piece(start, end) => {
                    let piece = text.get(start as usize..end as usize).unwrap_or("");
                    if let Some(line) = piece.find('\n') {
                        breaks += 1;
                        next_line = total;
                        total += columns(piece.get(..line).unwrap_or(""));
                    } else {
                        total += columns(piece);
                    }
                }
                Command::Comma | Command::Space => total += 1,
                Command::Line | Command::SoftLine | Command::ItemLine => {
                    next_line = total;
                    total += match command {
                        Command::ItemLine => 2,
                        Command::Line => 1,
                        _ => 0,
                    };
                }
                Command::HardLine | Command::Break => {
                    breaks += 1;
                    if command == Command::HardLine {
                        next_line = total;
                    }
                }
                Command::Comment { .. } => {
                    breaks += 1;
                    next_line = total;
                }
                Command::End => open.push((total, total - next_line, breaks)),
                Command::Begin => {
                    if let Some((after, rest, breaks_after)) = open.pop()
                        && breaks == breaks_after
                        && let Some(width) = widths.get_mut(at)
                    {
                        *width = Some(total - after + rest);
                    }
                }
                Command::LastComma | Command::Blank | Command::Indent | Command::Dedent => {}
            }
        }
        Measured { widths }
    }

    fn group(&self, at: usize) -> Width {
        self.widths.get(at).copied().flatten()
    }
}

/// Characters stand for columns: what is wide on a screen is rare in code.
fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// What is written so far.
struct Page<'s> {
    text: &'s str,
    out: String,
    order: Vec<(u32, u32)>,
    column: usize,
    indent: usize,
    /// Whether a space is due.
    space: bool,
    /// Whether a new line is due, and its indentation.
    line: Option<usize>,
    /// Whether a blank line is due with it.
    blank: bool,
    /// After a comment: the indentation of what follows, unless a line is due.
    after_comment: Option<usize>,
}

impl Page<'_> {
    /// Where the next piece will begin.
    fn column_of_next(&self) -> usize {
        match self.line.or(self.after_comment) {
            Some(indent) => indent * STEP,
            None => self.column + usize::from(self.space),
        }
    }

    /// Ends the line if that is due.
    fn settle(&mut self) {
        match self.line.or(self.after_comment) {
            Some(indent) => self.new_line(indent),
            None if self.space => {
                self.out.push(' ');
                self.column += 1;
            }
            None => {}
        }
        (self.space, self.line, self.blank, self.after_comment) = (false, None, false, None);
    }

    fn new_line(&mut self, indent: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
            if self.blank {
                self.out.push('\n');
            }
        }
        self.column = indent * STEP;
        self.out.extend(std::iter::repeat_n(' ', self.column));
    }

    fn write(&mut self, start: u32, end: u32) {
        let piece = self.text.get(start as usize..end as usize).unwrap_or("");
        self.out.push_str(piece);
        match piece.rfind('\n') {
            Some(line) => self.column = columns(piece.get(line + 1..).unwrap_or("")),
            None => self.column += columns(piece),
        }
    }

    fn piece(&mut self, start: u32, end: u32) {
        self.settle();
        self.write(start, end);
        self.order.push((start, end));
    }

    fn comma(&mut self) {
        self.space = false;
        if self.after_comment.is_some() || self.line.is_some() {
            self.settle();
        }
        self.out.push(',');
        self.column += 1;
    }

    fn comment(&mut self, start: u32, end: u32, trailing: bool, blank: bool) {
        let indent = self.line.or(self.after_comment).unwrap_or(self.indent + 1);
        // Two comments never share a line.
        if trailing && self.after_comment.is_none() && !self.out.is_empty() {
            self.out.push(' ');
        } else {
            let indent = if self.out.is_empty() { 0 } else { indent };
            self.blank = blank;
            self.new_line(indent);
            self.line = None;
        }
        self.write(start, end);
        (self.space, self.blank) = (false, false);
        self.after_comment = Some(indent);
    }
}
