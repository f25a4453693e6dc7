// Where the boxes of a graph stand: in layers from left to right or from top to bottom, with few crossings. Sugiyama's
// method: layers by the longest path, order by barycentres, places by the mean of the neighbours.

const GAP_X = 56;
const GAP_Y = 14;
const SWEEPS = 6;
// Lines over several layers bend around boxes up to this many bends in all, and are straight beyond.
const MAX_BENDS = 3000;

/**
 * An order in which every edge leads forward, as far as there is one: by the order of the boxes otherwise.
 * @returns {number[]} the position of each box
 */
function order(count, edges) {
  const after = Array.from({ length: count }, () => []);
  const waiting = new Array(count).fill(0);
  for (const [from, to] of edges) {
    after[from].push(to);
    waiting[to] += 1;
  }
  const position = new Array(count).fill(-1);
  // Those that wait for nothing, the first of them first. In a circle the first of all is taken.
  const free = new Set();
  for (let box = 0; box < count; box += 1) {
    if (waiting[box] === 0) free.add(box);
  }
  let next = 0;
  let first = 0;
  while (next < count) {
    while (first < count && position[first] >= 0) first += 1;
    const box = free.size > 0 ? free.values().next().value : first;
    free.delete(box);
    position[box] = next;
    next += 1;
    for (const to of after[box]) {
      waiting[to] -= 1;
      if (waiting[to] === 0 && position[to] < 0) free.add(to);
    }
  }
  return position;
}

/** The same from top to bottom. */
function layoutDown(boxes, edges) {
  const turned = layout(
    boxes.map(({ width, height }) => ({ width: height, height: width })),
    edges,
  );
  const turn = ({ x, y, ...rest }) => ({ x: y, y: x, ...rest });
  return {
    boxes: turned.boxes.map(turn),
    edges: turned.edges.map((points) => points.map(turn)),
    width: turned.height,
    height: turned.width,
  };
}

/**
 * From left to right.
 * @param {{ width: number, height: number }[]} boxes
 * @param {[number, number][]} edges pairs of indices
 * @returns {{ boxes: { x: number, y: number, layer: number, place: number }[], edges: { x: number, y: number }[][],
 *   width: number, height: number }} the left upper corners, the points that each edge goes through, the whole size
 */
function layout(boxes, edges) {
  const position = order(boxes.length, edges);
  const forward = edges.map(([from, to]) => (position[from] <= position[to] ? [from, to] : [to, from]));
  const layers = assign(boxes.length, forward, position);

  // A thin box in each layer that an edge passes.
  const all = boxes.map((box, index) => ({ ...box, layer: layers[index], up: [], down: [], y: 0, place: 0 }));
  const bends = forward.reduce((sum, [from, to]) => sum + Math.max(0, layers[to] - layers[from] - 1), 0);
  const paths = forward.map(([from, to]) => {
    const path = [from];
    if (bends <= MAX_BENDS) {
      for (let layer = layers[from] + 1; layer < layers[to]; layer += 1) {
        all.push({ width: 0, height: 2, layer, up: [], down: [], y: 0, place: 0, bend: true });
        path.push(all.length - 1);
      }
    }
    path.push(to);
    for (let step = 1; step < path.length; step += 1) {
      all[path[step - 1]].down.push(all[path[step]]);
      all[path[step]].up.push(all[path[step - 1]]);
    }
    return path;
  });

  const rows = Array.from({ length: Math.max(0, ...all.map((box) => box.layer)) + 1 }, () => []);
  all.forEach((box) => rows[box.layer].push(box));
  rows.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const key = new Map(row.map((box) => [box, mean(down ? box.up : box.down, (other) => other.place) ?? box.place]));
      row.sort((a, b) => key.get(a) - key.get(b) || a.place - b.place);
      number(row);
    }
  }
  rows.forEach(stack);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      row.forEach((box) => (box.y = (mean(down ? box.up : box.down, middle) ?? middle(box)) - box.height / 2));
      spread(row);
    }
  }
  const top = Math.min(0, ...all.map((box) => box.y));
  let x = 0;
  for (const row of rows) {
    const width = Math.max(0, ...row.map((box) => box.width));
    row.forEach((box) => {
      box.x = x;
      box.y -= top;
      // A line leaves its layer where the boxes end.
      box.width ||= width;
    });
    x += width + GAP_X;
  }
  return {
    boxes: all.slice(0, boxes.length).map(({ x: left, y, layer, place }) => ({ x: left, y, layer, place })),
    edges: paths.map((path, index) => {
      const points = path.flatMap((at) => {
        const box = all[at];
        const y = middle(box);
        const ends = [
          { x: box.x, y },
          { x: box.x + box.width, y },
        ];
        return at === path[0] ? ends.slice(1) : at === path.at(-1) ? ends.slice(0, 1) : ends;
      });
      return forward[index][0] === edges[index][0] ? points : points.reverse();
    }),
    width: Math.max(0, x - GAP_X),
    height: Math.max(0, ...all.map((box) => box.y + box.height)),
  };
}

/** The layer of each box: one more than the last of those before it. */
function assign(count, edges, position) {
  const before = Array.from({ length: count }, () => []);
  edges.forEach(([from, to]) => from !== to && before[to].push(from));
  const layers = new Array(count).fill(0);
  const boxes = [...position.keys()].sort((a, b) => position[a] - position[b]);
  for (const box of boxes) {
    for (const from of before[box]) {
      layers[box] = Math.max(layers[box], layers[from] + 1);
    }
  }
  return layers;
}

function number(row) {
  row.forEach((box, place) => (box.place = place));
}

function stack(row) {
  let y = 0;
  for (const box of row) {
    box.y = y;
    y += box.height + GAP_Y;
  }
}

/** Moves boxes apart that overlap, in their order, and all of them so that their middle stays. */
function spread(row) {
  const wanted = row.reduce((sum, box) => sum + box.y, 0);
  let end = -Infinity;
  for (const box of row) {
    box.y = Math.max(box.y, end);
    end = box.y + box.height + GAP_Y;
  }
  const shift = (wanted - row.reduce((sum, box) => sum + box.y, 0)) / row.length;
  row.forEach((box) => (box.y += shift));
}

function middle(box) {
  return box.y + box.height / 2;
}

function mean(items, of) {
  return items.length === 0 ? undefined : items.reduce((sum, item) => sum + of(item), 0) / items.length;
}

/**
 * All parts of a graph that have nothing to do with each other, beside and below each other, in a way that fits the room.
 * @param {{ width: number, height: number }} room
 * @param {{ down: boolean, width: number } | undefined} like the way of an earlier answer, to keep it
 * @returns like `layout`, with the way it was done: `down` says whether layers go from top to bottom, `way` is what to pass as
 *   `like`, `scale` how large it can be drawn so that all is seen
 */
function arrange(boxes, edges, room, like) {
  const ways = like
    ? [pack(boxes, edges, like.down, like.width)]
    : [false, true].flatMap((down) => SCALES.map((scale) => pack(boxes, edges, down, room.width / scale)));
  const scale = ({ width, height }) => Math.min(1, room.width / Math.max(1, width), room.height / Math.max(1, height));
  let best = ways[0];
  for (const way of ways) {
    // The first of those that are nearly as good.
    if (scale(way) > scale(best) * 1.05) best = way;
  }
  return { ...best, scale: scale(best) };
}

const SCALES = [1, 0.8, 0.65, 0.5, 0.35];
const BETWEEN = 32;

/** In rows that are at most so wide, if no part is wider. */
function pack(boxes, edges, down, limit) {
  const result = { boxes: new Array(boxes.length), edges: new Array(edges.length), width: 0, height: 0, down };
  let [x, y, row] = [0, 0, 0];
  parts(boxes.length, edges).forEach((part, number) => {
    const at = new Map(part.boxes.map((box, index) => [box, index]));
    const placed = (down ? layoutDown : layout)(
      part.boxes.map((box) => boxes[box]),
      part.edges.map((edge) => edges[edge].map((box) => at.get(box))),
    );
    if (x > 0 && x + placed.width > limit) {
      [x, y, row] = [0, y + row + BETWEEN, 0];
    }
    const move = (point) => ({ ...point, x: point.x + x, y: point.y + y });
    part.boxes.forEach((box, index) => {
      result.boxes[box] = { ...move(placed.boxes[index]), part: number };
    });
    part.edges.forEach((edge, index) => (result.edges[edge] = placed.edges[index].map(move)));
    result.width = Math.max(result.width, x + placed.width);
    result.height = Math.max(result.height, y + placed.height);
    x += placed.width + BETWEEN;
    row = Math.max(row, placed.height);
  });
  return { ...result, way: { down, width: limit } };
}

/** The parts of a graph between which no edge is: those with edges first, by their first box. */
function parts(count, edges) {
  const owner = Array.from({ length: count }, (_, box) => box);
  const find = (box) => {
    let root = box;
    while (owner[root] !== root) root = owner[root];
    for (let at = box; owner[at] !== root; ) [owner[at], at] = [root, owner[at]];
    return root;
  };
  for (const [from, to] of edges) {
    const [a, b] = [find(from), find(to)];
    owner[Math.max(a, b)] = Math.min(a, b);
  }
  const found = new Map();
  for (let box = 0; box < count; box += 1) {
    const root = find(box);
    found.set(root, found.get(root) ?? { boxes: [], edges: [] });
    found.get(root).boxes.push(box);
  }
  edges.forEach(([from], edge) => found.get(find(from)).edges.push(edge));
  const all = [...found.values()];
  return [...all.filter((part) => part.edges.length > 0), ...all.filter((part) => part.edges.length === 0)];
}

module.exports = { arrange, layout, layoutDown };
