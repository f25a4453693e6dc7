const assert = require("node:assert/strict");
const { test } = require("node:test");
const fold = require("../src/plan/fold.js");

const node = (id, group, change = "same") => ({ id, kind: "step", label: id, type: "File", group, change });
const edge = (from, to, text = "why") => ({ from, to, refresh: false, reasons: [{ kind: "after", text }] });

/** A policy with components of `size` resources, each after the first of its component. */
function plan(components, size) {
  const groups = [{ id: "web", parent: null }];
  const nodes = [];
  const edges = [];
  for (let at = 0; at < components; at += 1) {
    const id = `web/C${at}`;
    groups.push({ id, parent: "web" });
    for (let step = 0; step < size; step += 1) {
      nodes.push(node(`${id}.${step}`, id));
      if (step > 0) edges.push(edge(`${id}.0`, `${id}.${step}`));
    }
    if (at > 0) edges.push(edge(`web/C${at - 1}.0`, `${id}.0`, "first"), edge(`web/C${at - 1}.1`, `${id}.0`, "second"));
  }
  return { groups, nodes, edges };
}

test("a small plan is unfolded, a large one folded by component", () => {
  assert.equal(fold.folded(plan(3, 4)).size, 0);
  assert.deepEqual([...fold.folded(plan(40, 100))].length, 40);
});

test("edges between folded groups are one, with all reasons", () => {
  const large = plan(2, 100);
  const drawn = fold.drawn(large, new Set(["web/C0", "web/C1"]), "");
  assert.deepEqual(
    drawn.boxes.map((box) => [box.id, box.nodes.length]),
    [
      ["group web/C0", 100],
      ["group web/C1", 100],
    ],
  );
  assert.equal(drawn.edges.length, 1);
  assert.deepEqual(
    drawn.edges[0].edges.map((one) => one.reasons[0].text),
    ["first", "second"],
  );
});

test("a folded group hides those inside of it, whether they are folded or not", () => {
  const drawn = fold.drawn(plan(3, 2), new Set(["web", "web/C1"]), "");
  assert.deepEqual(
    drawn.boxes.map((box) => box.id),
    ["group web"],
  );
});

test("what was unfolded can be folded again: the group around a box", () => {
  const small = plan(2, 2);
  const folded = new Set(["web/C0"]);
  const [group, ...others] = fold.boxes(small, folded);
  assert.equal(fold.around(group), "web");
  assert.deepEqual(others.map(fold.around), ["web/C1", "web/C1"]);
  // A policy stands in nothing.
  assert.equal(fold.around(fold.boxes(small, new Set(["web"]))[0]), undefined);
  assert.deepEqual([...fold.inside(small, "web")], ["web", "web/C0", "web/C1"]);
  assert.deepEqual([...fold.inside(small, "web/C1")], ["web/C1"]);
});

test("all folded are the components of the policies; the policies if there are none", () => {
  assert.deepEqual(fold.all(plan(2, 1)), ["web/C0", "web/C1"]);
  assert.deepEqual(fold.all({ groups: [{ id: "web", parent: null }] }), ["web"]);
});

test("a search shows what it finds and what stands beside it", () => {
  const drawn = fold.drawn(plan(3, 3), new Set(), "C1.2");
  assert.deepEqual(
    drawn.boxes.map((box) => box.id),
    ["node web/C1.0", "node web/C1.2"],
  );
});

test("of too many boxes the first are drawn, and the rest is counted", () => {
  const drawn = fold.drawn(plan(30, 100), new Set(), "");
  assert.equal(drawn.boxes.length, fold.MAX_BOXES);
  assert.equal(drawn.left, 3000 - fold.MAX_BOXES);
});

test("a group says when something in it is different", () => {
  const box = (...changes) => ({ nodes: changes.map((change, at) => node(String(at), "g", change)) });
  assert.equal(fold.change(box("same", "same")), "same");
  assert.equal(fold.change(box("same", "new")), "changed");
  assert.equal(fold.change(box("new", "new")), "new");
});
