//! A layered layout for boxes in nested frames: time runs from left to right, one column for each layer.
//!
//! In the manner of Sugiyama, Tagawa and Toda: circles are opened, layers come from longest paths, links over
//! several layers get a lane in each, and the order in the columns comes from barycentres. Frames (instances)
//! are rectangles over columns and are packed like boxes, each inside the one around it, so that no frame
//! overlaps another and every link still runs forward. All coordinates are whole numbers, so the same graph gives
//! the same picture everywhere.

mod layer;
mod pack;

pub(super) use layer::forward;

/// A box to place.
#[derive(Clone, Copy, Debug)]
pub struct BoxSize {
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// It may be made so wide, to look like the others of its column.
    pub stretch: i32,
    /// The frame that holds it, by position.
    pub frame: Option<u32>,
}

/// A link to draw. Links of one class from one box share their lanes.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Position of a box.
    pub from: u32,
    /// Position of a box.
    pub to: u32,
    /// Its class.
    pub class: u8,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// The way of a link: straight and level, but between columns, where it changes its height.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Where it begins.
    pub start: (i32, i32),
    /// Where it leaves a height, and where it has reached the next.
    pub bends: Vec<((i32, i32), (i32, i32))>,
    /// Where it ends.
    pub end: (i32, i32),
    /// It runs against the time: the plan's conditions make sure that it never meets the others of its circle.
    pub backward: bool,
}

/// A placed graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Width of everything.
    pub width: i32,
    /// Height of everything.
    pub height: i32,
    /// The boxes.
    pub boxes: Vec<Rect>,
    /// The frames.
    pub frames: Vec<Rect>,
    /// The links.
    pub routes: Vec<Route>,
}

/// Distances of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Spacing {
    /// Between two boxes of a column.
    pub gap: i32,
    /// Between a frame and what is in it, at the sides and at the bottom.
    pub padding: i32,
    /// Height of a frame's title.
    pub title: i32,
    /// Least distance of two columns.
    pub channel: i32,
}

/// With more lanes than this, long links are drawn straight, behind the boxes.
const MOST_LANES: usize = 40_000;

/// What is packed: a box or a lane.
#[derive(Clone, Debug)]
struct Cell {
    column: u32,
    height: i32,
    frame: Option<u32>,
    /// Top, from the inside of its frame.
    y: i32,
}

/// A frame's children in their order from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Cell(u32),
    Frame(u32),
}

#[derive(Clone, Debug, Default)]
struct Frame {
    parent: Option<u32>,
    children: Vec<Item>,
    /// First and last column; a frame without cells has none.
    columns: Option<(u32, u32)>,
    /// Top, from the inside of the frame around.
    y: i32,
    height: i32,
}

/// Places boxes. `parents` says for each frame which one is around it; parents come before their children.
pub fn layout(boxes: &[BoxSize], parents: &[Option<u32>], lines: &[Line], spacing: Spacing) -> Layout {
    if boxes.is_empty() {
        return Layout { frames: vec![Rect::default(); parents.len()], ..Layout::default() };
    }
    let ends: Vec<(u32, u32)> = lines.iter().map(|line| (line.from, line.to)).collect();
    let columns = layer::layers(boxes.len(), &ends);
    let mut cells: Vec<Cell> = boxes
        .iter()
        .zip(&columns)
        .map(|(size, column)| Cell { column: *column, height: size.height, frame: size.frame, y: 0 })
        .collect();
    let ways = lanes(&mut cells, parents, lines);
    let mut packing = pack::Packing::new(cells, parents, &ways, spacing);
    packing.arrange();
    draw(boxes, &packing, lines, &ways, spacing)
}

/// Cells from the earlier end of each line to the later one, with a lane for each column between.
fn lanes(cells: &mut Vec<Cell>, parents: &[Option<u32>], lines: &[Line]) -> Vec<Vec<u32>> {
    let boxes = cells.len();
    let mut shared: std::collections::BTreeMap<(u32, u8, Option<u32>, u32), u32> =
        std::collections::BTreeMap::new();
    lines
        .iter()
        .map(|line| {
            let backward = cells[line.from as usize].column >= cells[line.to as usize].column;
            let (first, last) = if backward { (line.to, line.from) } else { (line.from, line.to) };
            let mut way = vec![first];
            let between = cells[first as usize].column + 1..cells[last as usize].column;
            if !backward && cells.len() - boxes + between.len() <= MOST_LANES {
                let frame = around(parents, cells[first as usize].frame, cells[last as usize].frame);
                for column in between {
                    let lane = *shared.entry((first, line.class, frame, column)).or_insert_with(|| {
                        cells.push(Cell { column, height: 6, frame, y: 0 });
                        cells.len() as u32 - 1
                    });
                    way.push(lane);
                }
            }
            way.push(last);
            way
        })
        .collect()
}

/// The innermost frame around two.
fn around(parents: &[Option<u32>], a: Option<u32>, b: Option<u32>) -> Option<u32> {
    // Parents have lower positions: the higher one of two different ones cannot be around the other.
    let (mut a, mut b) = (a, b);
    while a != b {
        match (a, b) {
            (Some(x), Some(y)) if x > y => a = parents[x as usize],
            (Some(_), Some(y)) => b = parents[y as usize],
            _ => return None,
        }
    }
    a
}

/// Turns columns and heights into coordinates.
fn draw(
    boxes: &[BoxSize],
    packing: &pack::Packing,
    lines: &[Line],
    ways: &[Vec<u32>],
    spacing: Spacing,
) -> Layout {
    let (cells, frames) = (&packing.cells, &packing.frames);
    let (cell_tops, frame_tops) = packing.tops();
    let count = cells.iter().map(|cell| cell.column).max().map_or(0, |last| last as usize + 1);
    let mut widths = vec![0; count];
    for (cell, size) in cells.iter().zip(boxes) {
        let width = &mut widths[cell.column as usize];
        *width = size.width.max(*width);
    }
    // What frames need beside their columns.
    let pads = pads(frames, spacing);
    let (mut left, mut right) = (vec![0; count], vec![0; count]);
    for (frame, (before, after)) in frames.iter().zip(&pads) {
        if let Some((first, last)) = frame.columns {
            left[first as usize] = (*before).max(left[first as usize]);
            right[last as usize] = (*after).max(right[last as usize]);
        }
    }
    let center = |cell: u32| cell_tops[cell as usize] + cells[cell as usize].height / 2;
    // Steep links need room.
    let mut channels = vec![spacing.channel; count];
    for pair in ways.iter().flat_map(|way| way.windows(2)) {
        let channel = &mut channels[cells[pair[0] as usize].column as usize];
        let steep = (center(pair[0]) - center(pair[1])).abs();
        *channel = (spacing.channel + steep / 12).min(spacing.channel * 3).max(*channel);
    }
    let mut starts = Vec::with_capacity(count);
    let mut x = 0;
    for column in 0..count {
        x += left[column];
        starts.push(x);
        x += widths[column] + right[column];
        if column + 1 < count {
            x += channels[column];
        }
    }
    let rect = |cell: usize, size: &BoxSize| Rect {
        x: starts[cells[cell].column as usize],
        y: cell_tops[cell],
        width: size.width.max(size.stretch.min(widths[cells[cell].column as usize])),
        height: size.height,
    };
    let boxes: Vec<Rect> = boxes.iter().enumerate().map(|(cell, size)| rect(cell, size)).collect();
    let frames: Vec<Rect> = frames
        .iter()
        .zip(&frame_tops)
        .zip(&pads)
        .map(|((frame, top), (before, after))| {
            let Some((first, last)) = frame.columns else { return Rect::default() };
            let x = starts[first as usize] - before;
            let end = starts[last as usize] + widths[last as usize] + after;
            Rect { x, y: *top, width: end - x, height: frame.height }
        })
        .collect();
    let routes = lines.iter().zip(ways).map(|(line, way)| {
        let (from, to) = (boxes[line.from as usize], boxes[line.to as usize]);
        let start = (from.x + from.width, center(line.from));
        let end = (to.x, center(line.to));
        let backward = cells[line.from as usize].column >= cells[line.to as usize].column;
        let mut bends = Vec::new();
        if !backward {
            for pair in way.windows(2) {
                let (a, b) =
                    (cells[pair[0] as usize].column as usize, cells[pair[1] as usize].column as usize);
                let leave = (starts[a] + widths[a] + right[a], center(pair[0]));
                let reach = (starts[b] - left[b], center(pair[1]));
                bends.push((leave, reach));
            }
        }
        Route { start, bends, end, backward }
    });
    let routes = routes.collect();
    Layout { width: x, height: packing.height, boxes, frames, routes }
}

/// How far each frame reaches over its first and its last column.
fn pads(frames: &[Frame], spacing: Spacing) -> Vec<(i32, i32)> {
    let mut pads = vec![(spacing.padding, spacing.padding); frames.len()];
    // Children come after their parents.
    for at in (0..frames.len()).rev() {
        let (Some((first, last)), Some(parent)) = (frames[at].columns, frames[at].parent) else { continue };
        let inner = pads[at];
        let Some((outer_first, outer_last)) = frames[parent as usize].columns else { continue };
        let outer = &mut pads[parent as usize];
        if first == outer_first {
            outer.0 = outer.0.max(inner.0 + spacing.padding);
        }
        if last == outer_last {
            outer.1 = outer.1.max(inner.1 + spacing.padding);
        }
    }
    pads
}

#[cfg(test)]
mod tests;
