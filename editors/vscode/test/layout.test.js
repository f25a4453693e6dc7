const assert = require("node:assert/strict");
const { test } = require("node:test");
const { arrange, layout, layoutDown } = require("../src/plan/layout.js");

const boxes = (count) => Array.from({ length: count }, () => ({ width: 100, height: 40 }));

test("an edge leads to the right, and no boxes overlap", () => {
  const edges = [
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 3],
    [0, 3],
  ];
  const placed = layout(boxes(5), edges);
  for (const [from, to] of edges) {
    assert.ok(placed.boxes[from].x + 100 < placed.boxes[to].x, `${from} is left of ${to}`);
  }
  apart(placed.boxes);
});

test("what waits for nothing stands in the first layer, in the order of the plan where nothing else decides", () => {
  const placed = layout(boxes(3), []);
  assert.deepEqual(
    placed.boxes.map(({ layer, place }) => [layer, place]),
    [
      [0, 0],
      [0, 1],
      [0, 2],
    ],
  );
});

test("crossings that need not be are taken away", () => {
  // 0 and 1 lead to 3 and 2: in the order of the plan the lines would cross.
  const placed = layout(boxes(4), [
    [0, 3],
    [1, 2],
  ]);
  assert.equal(placed.boxes[0].y < placed.boxes[1].y, placed.boxes[3].y < placed.boxes[2].y);
});

test("a circle of folded groups is drawn, with one edge backwards", () => {
  const placed = layout(boxes(2), [
    [0, 1],
    [1, 0],
  ]);
  assert.ok(placed.boxes[0].x < placed.boxes[1].x);
  const [there, back] = placed.edges;
  assert.ok(there[0].x < there.at(-1).x);
  assert.ok(back[0].x > back.at(-1).x);
});

test("an edge over a layer goes around the box in between", () => {
  const placed = layout(boxes(3), [
    [0, 1],
    [1, 2],
    [0, 2],
  ]);
  const long = placed.edges[2];
  assert.ok(long.length > 2);
  const middle = placed.boxes[1];
  const inside = ({ x, y }) => x >= middle.x && x <= middle.x + 100 && y > middle.y && y < middle.y + 40;
  assert.ok(!long.some(inside));
});

test("a plan of the largest size that is drawn is placed", () => {
  const count = 600;
  const edges = Array.from({ length: 1800 }, (_, at) => [at % 400, 400 + ((at * 7) % 200)]);
  const placed = layout(boxes(count), edges);
  apart(placed.boxes);
  assert.ok(Number.isFinite(placed.width) && Number.isFinite(placed.height));
});

test("from top to bottom an edge leads down", () => {
  const wide = [
    { width: 200, height: 40 },
    { width: 80, height: 40 },
  ];
  const placed = layoutDown(wide, [[0, 1]]);
  assert.ok(placed.boxes[0].y + 40 < placed.boxes[1].y);
  assert.equal(placed.width, 200);
});

test("boxes that have nothing to do with each other fill the room", () => {
  const placed = arrange(boxes(60), [], { width: 700, height: 500 });
  assert.ok(placed.width <= 700 / 0.35 && placed.height <= 500 / 0.35, `${placed.width} x ${placed.height}`);
  assert.ok(new Set(placed.boxes.map(({ y }) => y)).size > 1);
  assert.ok(placed.scale > 0.5, String(placed.scale));
});

test("a long chain goes the way that the room is long", () => {
  const chain = Array.from({ length: 7 }, (_, at) => [at, at + 1]);
  assert.equal(arrange(boxes(8), chain, { width: 400, height: 900 }).down, true);
  assert.equal(arrange(boxes(8), chain, { width: 1600, height: 300 }).down, false);
});

test("the way of an earlier picture is kept when it is asked for", () => {
  const chain = Array.from({ length: 7 }, (_, at) => [at, at + 1]);
  const { way } = arrange(boxes(8), chain, { width: 1600, height: 300 });
  assert.equal(arrange(boxes(8), chain, { width: 400, height: 900 }, way).down, false);
});

test("parts do not overlap, and every edge ends at its boxes", () => {
  const edges = [
    [0, 2],
    [1, 3],
    [4, 5],
  ];
  const placed = arrange(boxes(7), edges, { width: 500, height: 300 });
  for (let a = 0; a < 7; a += 1) {
    for (let b = a + 1; b < 7; b += 1) {
      const [p, q] = [placed.boxes[a], placed.boxes[b]];
      assert.ok(Math.abs(p.x - q.x) >= 100 || Math.abs(p.y - q.y) >= 40, `${a} and ${b}`);
    }
  }
  edges.forEach(([from], at) => {
    const { x, y } = placed.edges[at][0];
    const box = placed.boxes[from];
    assert.ok(x >= box.x && x <= box.x + 100 && y >= box.y && y <= box.y + 40);
  });
});

test("nothing has no size", () => {
  assert.deepEqual(layout([], []), { boxes: [], edges: [], width: 0, height: 0 });
});

function apart(placed) {
  const sorted = [...placed].sort((a, b) => a.layer - b.layer || a.y - b.y);
  for (let at = 1; at < sorted.length; at += 1) {
    const [a, b] = [sorted[at - 1], sorted[at]];
    assert.ok(a.layer !== b.layer || a.y + 40 <= b.y + 0.01, `${JSON.stringify(a)} and ${JSON.stringify(b)} overlap`);
  }
}
