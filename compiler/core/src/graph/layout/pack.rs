//! Heights: the order in the columns, and where everything stands.

use super::{Cell, Frame, Item, Spacing};

/// How often the order is improved.
const SWEEPS: usize = 32;
/// How often everything moves towards its neighbours in the order that was found.
const ALIGNMENTS: usize = 40;
/// Up to so many boxes and lanes, neighbours also change places one by one: that looks at everything each time.
const MOST_SWAPPED: usize = 400;
const SWAP_ROUNDS: usize = 4;

/// Cells and frames while they are packed.
pub(super) struct Packing {
    pub cells: Vec<Cell>,
    pub frames: Vec<Frame>,
    pub height: i32,
    /// What stands outside of all frames.
    root: Vec<Item>,
    /// Cells of neighbouring columns that a link joins, the left one first.
    hops: Vec<(u32, u32)>,
    before: Vec<Vec<u32>>,
    after: Vec<Vec<u32>>,
    spacing: Spacing,
    columns: usize,
}

/// Which neighbours pull.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
    Both,
}

impl Packing {
    pub(super) fn new(
        cells: Vec<Cell>,
        parents: &[Option<u32>],
        ways: &[Vec<u32>],
        spacing: Spacing,
    ) -> Self {
        let mut hops: Vec<(u32, u32)> =
            ways.iter().flat_map(|way| way.windows(2)).map(|pair| (pair[0], pair[1])).collect();
        hops.sort_unstable();
        hops.dedup();
        let (mut before, mut after) = (vec![Vec::new(); cells.len()], vec![Vec::new(); cells.len()]);
        for (a, b) in &hops {
            after[*a as usize].push(*b);
            before[*b as usize].push(*a);
        }
        let mut frames: Vec<Frame> =
            parents.iter().map(|parent| Frame { parent: *parent, ..Frame::default() }).collect();
        for cell in &cells {
            let mut frame = cell.frame;
            while let Some(at) = frame {
                let frame_of = &mut frames[at as usize];
                let (first, last) = frame_of.columns.unwrap_or((cell.column, cell.column));
                frame_of.columns = Some((first.min(cell.column), last.max(cell.column)));
                frame = frame_of.parent;
            }
        }
        let columns = cells.iter().map(|cell| cell.column as usize + 1).max().unwrap_or(0);
        let mut packing =
            Packing { cells, frames, height: 0, root: Vec::new(), hops, before, after, spacing, columns };
        packing.first_order();
        packing
    }

    /// Boxes in the order of a walk along the links, frames where the first of their boxes is.
    fn first_order(&mut self) {
        let order = super::forward(self.cells.len(), &self.hops);
        let mut placed = vec![false; self.frames.len()];
        for cell in &order.vertices {
            let mut item = Item::Cell(*cell);
            let mut around = self.cells[*cell as usize].frame;
            loop {
                match around {
                    None => self.root.push(item),
                    Some(frame) => {
                        self.frames[frame as usize].children.push(item);
                        if !placed[frame as usize] {
                            placed[frame as usize] = true;
                            item = Item::Frame(frame);
                            around = self.frames[frame as usize].parent;
                            continue;
                        }
                    }
                }
                break;
            }
        }
    }

    /// Finds an order with short links, then straightens them.
    pub(super) fn arrange(&mut self) {
        self.pack();
        let mut best = (self.cost(), self.orders());
        for sweep in 0..SWEEPS {
            let side = match sweep % 3 {
                0 => Side::Before,
                1 => Side::After,
                _ => Side::Both,
            };
            let (cells, frames) = self.wishes(side);
            self.sort(&cells, &frames);
            self.pack();
            let cost = self.cost();
            if cost < best.0 {
                best = (cost, self.orders());
            }
        }
        self.restore(best.1);
        self.pack();
        if self.cells.len() <= MOST_SWAPPED {
            self.swap(best.0);
        }
        for round in 0..ALIGNMENTS {
            // Both ends of a link would change places for ever if each went the whole way to the other.
            let (cells, frames) = match round % 4 {
                0 => self.wishes(Side::Before),
                1 => self.wishes(Side::After),
                _ => self.halfway(),
            };
            let (_, tops) = self.tops();
            for frame in (0..self.frames.len()).rev() {
                let inside = tops[frame] + self.spacing.title;
                self.align(Some(frame as u32), inside, &cells, &frames);
            }
            self.align(None, 0, &cells, &frames);
        }
    }

    /// Tops of cells and frames from the top of the picture.
    pub(super) fn tops(&self) -> (Vec<i32>, Vec<i32>) {
        let mut frames: Vec<i32> = Vec::with_capacity(self.frames.len());
        for frame in &self.frames {
            let around = frame.parent.map_or(0, |parent| frames[parent as usize] + self.spacing.title);
            frames.push(around + frame.y);
        }
        let inside = |frame: Option<u32>| frame.map_or(0, |f| frames[f as usize] + self.spacing.title);
        let cells = self.cells.iter().map(|cell| inside(cell.frame) + cell.y).collect();
        (cells, frames)
    }

    /// What makes a picture hard to read: crossings, then differences in height.
    fn cost(&self) -> (u64, i64) {
        let (tops, _) = self.tops();
        let center = |cell: u32| tops[cell as usize] + self.cells[cell as usize].height / 2;
        let length = self.hops.iter().map(|(a, b)| i64::from((center(*a) - center(*b)).abs())).sum();
        let mut ends: Vec<(u32, i32, i32)> =
            self.hops.iter().map(|(a, b)| (self.cells[*a as usize].column, center(*a), center(*b))).collect();
        ends.sort_unstable();
        let crossings = ends
            .chunk_by(|a, b| a.0 == b.0)
            .map(|channel| inversions(&mut channel.iter().map(|(_, _, to)| *to).collect::<Vec<i32>>()))
            .sum();
        (crossings, length)
    }

    /// Lets neighbours change places as long as that helps.
    fn swap(&mut self, mut cost: (u64, i64)) {
        let frames = (0..self.frames.len() as u32).map(Some).chain([None]);
        for _ in 0..SWAP_ROUNDS {
            let before = cost;
            for frame in frames.clone() {
                for at in 1..self.children(frame).len() {
                    self.children_mut(frame).swap(at - 1, at);
                    self.pack();
                    let after = self.cost();
                    if after < cost {
                        cost = after;
                    } else {
                        self.children_mut(frame).swap(at - 1, at);
                    }
                }
            }
            if cost == before {
                break;
            }
        }
        self.pack();
    }

    /// Where the middle of each cell and the top of each frame would be if its neighbours alone decided.
    fn wishes(&self, side: Side) -> (Vec<i32>, Vec<i32>) {
        let (tops, frame_tops) = self.tops();
        let center = |cell: u32| tops[cell as usize] + self.cells[cell as usize].height / 2;
        let cells: Vec<i32> = (0..self.cells.len() as u32)
            .map(|cell| {
                let none: &[u32] = &[];
                let before = if side == Side::After { none } else { &self.before[cell as usize] };
                let after = if side == Side::Before { none } else { &self.after[cell as usize] };
                let mut near: Vec<i32> = before.iter().chain(after).map(|near| center(*near)).collect();
                median(&mut near).unwrap_or_else(|| center(cell))
            })
            .collect();
        // A frame is pulled by what crosses its border.
        let mut pull: Vec<(i64, i64)> = vec![(0, 0); self.frames.len()];
        for (a, b) in &self.hops {
            for (inner, outer) in [(*a, *b), (*b, *a)] {
                let wanted = match side {
                    Side::Before => outer == *a,
                    Side::After => outer == *b,
                    Side::Both => true,
                };
                let mut frame = self.cells[inner as usize].frame;
                while let Some(at) = frame.filter(|_| wanted) {
                    if self.is_inside(outer, at) {
                        break;
                    }
                    let (sum, count) = &mut pull[at as usize];
                    *sum += i64::from(center(outer) - center(inner));
                    *count += 1;
                    frame = self.frames[at as usize].parent;
                }
            }
        }
        let frames = frame_tops
            .iter()
            .zip(pull)
            .map(|(top, (sum, count))| top + if count == 0 { 0 } else { (sum / count) as i32 })
            .collect();
        (cells, frames)
    }

    /// The middle between where everything is and where both sides pull it.
    fn halfway(&self) -> (Vec<i32>, Vec<i32>) {
        let (mut cells, mut frames) = self.wishes(Side::Both);
        let (tops, frame_tops) = self.tops();
        for ((wish, top), cell) in cells.iter_mut().zip(tops).zip(&self.cells) {
            *wish = (*wish + top + cell.height / 2).div_euclid(2);
        }
        for (wish, top) in frames.iter_mut().zip(frame_tops) {
            *wish = (*wish + top).div_euclid(2);
        }
        (cells, frames)
    }

    fn is_inside(&self, cell: u32, frame: u32) -> bool {
        let mut at = self.cells[cell as usize].frame;
        while let Some(around) = at {
            if around == frame {
                return true;
            }
            // Parents have lower positions.
            at = if around < frame { None } else { self.frames[around as usize].parent };
        }
        false
    }

    /// Sorts every list of children by where they want to be.
    fn sort(&mut self, cells: &[i32], frames: &[i32]) {
        let heights: Vec<i32> = self.frames.iter().map(|frame| frame.height).collect();
        let key = |item: &Item| match item {
            Item::Cell(cell) => cells[*cell as usize],
            Item::Frame(frame) => frames[*frame as usize] + heights[*frame as usize] / 2,
        };
        self.root.sort_by_key(key);
        for frame in &mut self.frames {
            frame.children.sort_by_key(key);
        }
    }

    /// Packs what is in a frame, from the inside to the outside, each thing as high as those above it allow.
    fn pack(&mut self) {
        for frame in (0..self.frames.len()).rev() {
            self.stack(Some(frame as u32));
        }
        self.stack(None);
    }

    fn children(&self, frame: Option<u32>) -> Vec<Item> {
        match frame {
            Some(frame) => self.frames[frame as usize].children.clone(),
            None => self.root.clone(),
        }
    }

    fn children_mut(&mut self, frame: Option<u32>) -> &mut Vec<Item> {
        match frame {
            Some(frame) => &mut self.frames[frame as usize].children,
            None => &mut self.root,
        }
    }

    /// First and last column, and height.
    fn extent(&self, item: Item) -> (usize, usize, i32) {
        match item {
            Item::Cell(cell) => {
                let cell = &self.cells[cell as usize];
                (cell.column as usize, cell.column as usize, cell.height)
            }
            Item::Frame(frame) => {
                let frame = &self.frames[frame as usize];
                let (first, last) = frame.columns.unwrap_or((0, 0));
                (first as usize, last as usize, frame.height)
            }
        }
    }

    fn stack(&mut self, frame: Option<u32>) {
        let children = self.children(frame);
        let tops = self.placed_by_above(&children, |_| 0, 0);
        self.settle(frame, &children, &tops);
    }

    /// Puts children below each other in their order, each at its wish or as high above it as those before allow,
    /// and none above `ceiling`.
    fn placed_by_above(&self, children: &[Item], wish: impl Fn(usize) -> i32, ceiling: i32) -> Vec<i32> {
        let mut bottoms = vec![ceiling; self.columns];
        let mut tops = Vec::with_capacity(children.len());
        for (at, item) in children.iter().enumerate() {
            let (first, last, height) = self.extent(*item);
            let above = bottoms[first..=last].iter().copied().max().unwrap_or(ceiling);
            let top = above.max(wish(at));
            bottoms[first..=last].fill(top + height + self.spacing.gap);
            tops.push(top);
        }
        tops
    }

    /// The same from the last one to the first: none ends below `floor`.
    fn placed_by_below(&self, children: &[Item], wish: impl Fn(usize) -> i32, floor: i32) -> Vec<i32> {
        let mut ceilings = vec![floor; self.columns];
        let mut tops = vec![0; children.len()];
        for (at, item) in children.iter().enumerate().rev() {
            let (first, last, height) = self.extent(*item);
            let below = ceilings[first..=last].iter().copied().min().unwrap_or(floor);
            let top = (below - height).min(wish(at));
            ceilings[first..=last].fill(top - self.spacing.gap);
            tops[at] = top;
        }
        tops
    }

    /// Moves the children of a frame towards where they want to be, in their order. Two ways of doing so, from
    /// above and from below, both keep all distances, and so does their mean; and so does a limit that itself
    /// keeps them: the frame grows no more than a little.
    fn align(&mut self, frame: Option<u32>, inside: i32, cells: &[i32], frames: &[i32]) {
        let children = self.children(frame);
        let wish: Vec<i32> = children
            .iter()
            .map(|item| match item {
                Item::Cell(cell) => cells[*cell as usize] - self.cells[*cell as usize].height / 2 - inside,
                Item::Frame(frame) => frames[*frame as usize] - inside,
            })
            .collect();
        let (least, most) = (i32::MIN / 4, i32::MAX / 4);
        let highest = self.placed_by_above(&children, |_| least, 0);
        let bottom = |tops: &[i32]| {
            tops.iter().zip(&children).map(|(top, item)| top + self.extent(*item).2).max().unwrap_or(0)
        };
        let height = bottom(&highest);
        let lowest = self.placed_by_below(&children, |_| most, height + (height / 8).max(20));
        let down = self.placed_by_above(&children, |at| wish[at], least);
        let up = self.placed_by_below(&children, |at| wish[at], most);
        let tops: Vec<i32> = (0..children.len())
            .map(|at| (down[at] + up[at]).div_euclid(2).max(highest[at]).min(lowest[at]))
            .collect();
        self.settle(frame, &children, &tops);
    }

    /// Takes over the tops of a frame's children, the highest at 0, and the height that follows.
    fn settle(&mut self, frame: Option<u32>, children: &[Item], tops: &[i32]) {
        let highest = tops.iter().copied().min().unwrap_or(0);
        let mut bottom = 0;
        for (item, top) in children.iter().zip(tops) {
            let top = top - highest;
            bottom = bottom.max(top + self.extent(*item).2);
            match item {
                Item::Cell(cell) => self.cells[*cell as usize].y = top,
                Item::Frame(frame) => self.frames[*frame as usize].y = top,
            }
        }
        match frame {
            Some(frame) => {
                self.frames[frame as usize].height = bottom + self.spacing.title + self.spacing.padding;
            }
            None => self.height = bottom,
        }
    }

    fn orders(&self) -> (Vec<Item>, Vec<Vec<Item>>) {
        (self.root.clone(), self.frames.iter().map(|frame| frame.children.clone()).collect())
    }

    fn restore(&mut self, (root, children): (Vec<Item>, Vec<Vec<Item>>)) {
        self.root = root;
        for (frame, children) in self.frames.iter_mut().zip(children) {
            frame.children = children;
        }
    }
}

/// How many pairs stand in the wrong order. Sorts them on the way, by merging.
fn inversions(values: &mut [i32]) -> u64 {
    let middle = values.len() / 2;
    if middle == 0 {
        return 0;
    }
    let (left, right) = values.split_at_mut(middle);
    let mut count = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        if j == right.len() || (i < left.len() && left[i] <= right[j]) {
            merged.push(left[i]);
            i += 1;
        } else {
            count += (left.len() - i) as u64;
            merged.push(right[j]);
            j += 1;
        }
    }
    values.copy_from_slice(&merged);
    count
}

/// The middle value, or the mean of the two middle ones.
fn median(values: &mut [i32]) -> Option<i32> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some((upper + values.get(middle.wrapping_sub(1)).copied().unwrap_or(upper)).div_euclid(2))
}
