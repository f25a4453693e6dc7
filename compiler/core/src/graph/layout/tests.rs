use super::{BoxSize, Layout, Line, Rect, Spacing, layout};

const SPACING: Spacing = Spacing { gap: 10, padding: 8, title: 20, channel: 40 };

/// Numbers that are always the same (Knuth's linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(end)) as u32
    }
}

fn random(seed: u64, count: u32) -> (Vec<BoxSize>, Vec<Option<u32>>, Vec<Line>) {
    let mut numbers = Numbers(seed);
    let frames = 1 + numbers.below(8);
    let parents: Vec<Option<u32>> =
        (0..frames).map(|at| (at > 0 && numbers.below(3) > 0).then(|| numbers.below(at.max(1)))).collect();
    let boxes = (0..count)
        .map(|_| BoxSize {
            width: 40 + numbers.below(100) as i32,
            height: 20 + numbers.below(60) as i32,
            stretch: 120,
            frame: Some(numbers.below(frames + 1)).filter(|frame| *frame < frames),
        })
        .collect();
    let lines = (0..count * 2)
        .map(|_| Line { from: numbers.below(count), to: numbers.below(count), class: numbers.below(2) as u8 })
        .collect();
    (boxes, parents, lines)
}

fn apart(a: Rect, b: Rect) -> bool {
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
}

fn within(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

fn around(parents: &[Option<u32>], mut frame: Option<u32>) -> Vec<u32> {
    let mut all = Vec::new();
    while let Some(at) = frame {
        all.push(at);
        frame = parents[at as usize];
    }
    all
}

/// Boxes do not overlap, frames hold what is in them and nothing else, and everything is on the sheet.
fn sound(boxes: &[BoxSize], parents: &[Option<u32>], lines: &[Line], found: &Layout) {
    let sheet = Rect { x: 0, y: 0, width: found.width, height: found.height };
    for (at, (size, rect)) in boxes.iter().zip(&found.boxes).enumerate() {
        assert!(within(*rect, sheet), "{rect:?}");
        assert!(rect.width >= size.width && rect.height == size.height);
        for other in &found.boxes[at + 1..] {
            assert!(apart(*rect, *other), "{rect:?} {other:?}");
        }
        let holds = around(parents, size.frame);
        for (frame, outline) in found.frames.iter().enumerate() {
            if holds.contains(&(frame as u32)) {
                assert!(within(*rect, *outline), "{rect:?} in {outline:?}");
            } else if outline.width > 0 {
                assert!(apart(*rect, *outline), "{rect:?} not in {outline:?}");
            }
        }
    }
    for (line, route) in lines.iter().zip(&found.routes) {
        assert_eq!(route.start.0, found.boxes[line.from as usize].x + found.boxes[line.from as usize].width);
        assert_eq!(route.end.0, found.boxes[line.to as usize].x);
        let mut at = route.start;
        for (leave, reach) in &route.bends {
            assert!(leave.0 >= at.0 && leave.1 == at.1 && reach.0 > leave.0, "{route:?}");
            at = *reach;
        }
        assert!(route.backward || (at.1 == route.end.1 && at.0 <= route.end.0), "{route:?}");
    }
}

#[test]
fn nothing_overlaps() {
    for seed in 0..60 {
        let (boxes, parents, lines) = random(seed, 4 + seed as u32);
        let found = layout(&boxes, &parents, &lines, SPACING);
        sound(&boxes, &parents, &lines, &found);
        assert_eq!(found, layout(&boxes, &parents, &lines, SPACING));
    }
}

#[test]
fn a_chain_is_straight() {
    let size = BoxSize { width: 50, height: 20, stretch: 50, frame: None };
    let lines: Vec<Line> = (0..9).map(|at| Line { from: at, to: at + 1, class: 0 }).collect();
    let found = layout(&[size; 10], &[], &lines, SPACING);
    assert!(found.boxes.windows(2).all(|pair| pair[0].y == pair[1].y && pair[0].x < pair[1].x));
    assert_eq!(found.height, 20);
}

#[test]
fn nothing_is_a_picture_too() {
    assert_eq!(layout(&[], &[], &[], SPACING), Layout::default());
}

/// A thousand boxes in frames, and a fan of long links.
#[test]
fn large_graphs() {
    let (boxes, parents, mut lines) = random(7, 1_000);
    lines.truncate(1_500);
    let found = layout(&boxes, &parents, &lines, SPACING);
    sound(&boxes, &parents, &lines, &found);
}
