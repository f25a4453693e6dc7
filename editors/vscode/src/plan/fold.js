// Which boxes a plan is drawn with: one for each resource, or one for a group that is folded.

/** More boxes than this are not drawn. */
const MAX_BOXES = 600;
/** Up to so many steps a plan is unfolded at first. */
const UNFOLDED = 80;

/**
 * The groups that are folded at first: none of a small plan; of a large one the innermost that make it small, and all if
 * nothing does.
 */
function folded(plan) {
  const closed = new Set();
  const depth = new Map();
  for (const group of plan.groups) {
    depth.set(group.id, (depth.get(group.parent) ?? 0) + 1);
  }
  // A policy itself stays open: with all its groups folded it is as small as it gets.
  for (let level = Math.max(0, ...depth.values()); level > 1; level -= 1) {
    if (boxes(plan, closed).length <= UNFOLDED) {
      break;
    }
    plan.groups.filter((group) => depth.get(group.id) === level).forEach((group) => closed.add(group.id));
  }
  return closed;
}

/** The groups to fold when all are: the instances of components, so that policies stay open; those if there are no others. */
function all(plan) {
  const inner = plan.groups.filter(({ parent }) => parent);
  return (inner.length > 0 ? inner : plan.groups).map(({ id }) => id);
}

/** The group that a box stands in, if it does: that of its resource, or the one around its group. */
function around(box) {
  return (box.group ? box.group.parent : box.node.group) ?? undefined;
}

/** A group and all in it. */
function inside(plan, id) {
  const found = new Set([id]);
  // Those around come first.
  plan.groups.forEach((group) => found.has(group.parent) && found.add(group.id));
  return found;
}

/** For each group the outermost folded one around it, or nothing. */
function outermost(plan, closed) {
  const found = new Map();
  for (const group of plan.groups) {
    found.set(group.id, found.get(group.parent) ?? (closed.has(group.id) ? group.id : undefined));
  }
  return found;
}

/**
 * @param {Set<string>} closed the groups that are folded
 * @returns {{ id: string, group?: object, node?: object, nodes: object[] }[]} a box for each node, or for all of a group
 */
function boxes(plan, closed) {
  const around = outermost(plan, closed);
  const groups = new Map(plan.groups.map((group) => [group.id, group]));
  const made = new Map();
  for (const node of plan.nodes) {
    const inside = around.get(node.group);
    if (inside === undefined) {
      made.set(`node ${node.id}`, { id: `node ${node.id}`, node, nodes: [node] });
    } else {
      const id = `group ${inside}`;
      const box = made.get(id) ?? { id, group: groups.get(inside), nodes: [] };
      box.nodes.push(node);
      made.set(id, box);
    }
  }
  return [...made.values()];
}

/**
 * The boxes to draw and the edges between them. Several edges between two boxes are one, with the reasons of all.
 * @param {string} search only boxes with this text, and those beside them; empty for all
 * @returns {{ boxes: object[], edges: { from: number, to: number, refresh: boolean, edges: object[] }[], left: number }}
 *   `left` counts boxes that are not drawn because there are too many
 */
function drawn(plan, closed, search) {
  let all = boxes(plan, closed);
  const owner = new Map();
  all.forEach((box) => box.nodes.forEach((node) => owner.set(node.id, box)));
  const joined = new Map();
  for (const edge of plan.edges) {
    const [from, to] = [owner.get(edge.from), owner.get(edge.to)];
    if (from && to && from !== to) {
      const key = `${from.id}\n${to.id}`;
      const known = joined.get(key) ?? { from, to, refresh: false, edges: [] };
      known.refresh ||= edge.refresh;
      known.edges.push(edge);
      joined.set(key, known);
    }
  }
  let edges = [...joined.values()];
  if (search !== "") {
    const hit = new Set(all.filter((box) => matches(box, search)));
    const near = new Set(hit);
    for (const { from, to } of edges) {
      if (hit.has(from)) near.add(to);
      if (hit.has(to)) near.add(from);
    }
    all = all.filter((box) => near.has(box));
  }
  const left = Math.max(0, all.length - MAX_BOXES);
  all = all.slice(0, MAX_BOXES);
  const index = new Map(all.map((box, at) => [box, at]));
  edges = edges.filter(({ from, to }) => index.has(from) && index.has(to));
  return {
    boxes: all,
    edges: edges.map((edge) => ({ ...edge, from: index.get(edge.from), to: index.get(edge.to) })),
    left,
  };
}

function matches(box, search) {
  const wanted = search.toLowerCase();
  const has = (text) => (text ?? "").toLowerCase().includes(wanted);
  return has(box.group?.id) || box.nodes.some((node) => has(node.label) || has(node.type) || has(node.id));
}

/** What is different in a box. */
function change(box) {
  const kinds = new Set(box.nodes.map((node) => node.change));
  return kinds.size === 1 ? [...kinds][0] : [...kinds].some((kind) => kind !== "same") ? "changed" : "same";
}

module.exports = { all, around, boxes, change, drawn, folded, inside, matches, MAX_BOXES };
