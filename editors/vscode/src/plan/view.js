// The page in the panel: draws a plan, and tells the editor what was chosen. It runs in the panel's frame and sees nothing
// of the editor but messages.

const { arrange } = require("./layout.js");
const fold = require("./fold.js");

const SVG = "http://www.w3.org/2000/svg";
const api = acquireVsCodeApi();

const HEIGHT = 40;
const MARGIN = 16;
// Smaller than this nothing can be read: what does not fit is moved to.
const SMALLEST = 0.6;
const CHANGES = { same: "", new: "new", changed: "changed", removed: "removed" };

/** What is shown now. */
const state = {
  plan: undefined,
  cursor: undefined,
  /** Groups that are folded; undefined until a plan has said how large it is. */
  closed: undefined,
  search: "",
  /** The id of the chosen box, or of an edge, `from\nto`. */
  chosen: undefined,
  view: { x: MARGIN, y: MARGIN, zoom: 1 },
  /** Whether somebody has moved or zoomed: the picture is not fitted then. */
  moved: false,
  /** Whether the boxes may be arranged in another way than before. Not while somebody types. */
  turn: true,
};
let picture = { boxes: [], edges: [], places: { boxes: [], edges: [], down: false, width: 0, height: 0 } };

function element(tag, properties = {}, children = []) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function drawing(tag, attributes = {}, children = []) {
  const made = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
}

// The frame of the page: made once.

const policy = element("select", { title: "Policy" });
const fixture = element("select", { title: "Host" });
const search = element("input", { type: "search", placeholder: "Search", title: "Show only what has this text" });
const summary = element("span", { className: "summary" });
summary.setAttribute("role", "status");
const banner = element("div", { className: "banner", hidden: true });
banner.setAttribute("role", "alert");
const button = (text, title, action) => {
  const made = element("button", { type: "button", textContent: text, title });
  made.setAttribute("aria-label", title);
  made.addEventListener("click", action);
  return made;
};
const canvas = drawing("svg", { class: "canvas", role: "group", "aria-label": "Dependency graph" });
const details = element("section", { className: "details", hidden: true });
details.setAttribute("aria-label", "Details");
document.body.append(
  element("header", {}, [
    labelled("Policy", policy),
    labelled("Host", fixture),
    labelled("Search", search),
    element("span", { className: "buttons" }, [
      button("−", "Zoom out", () => zoom(1 / 1.25)),
      button("+", "Zoom in", () => zoom(1.25)),
      button("Fit", "Show all", again),
    ]),
    summary,
  ]),
  banner,
  canvas,
  details,
);

function labelled(text, control) {
  return element("label", {}, [element("span", { textContent: text }), control]);
}

policy.addEventListener("change", () => {
  state.closed = undefined;
  state.moved = false;
  api.postMessage({ type: "policy", policy: policy.value === "cursor" ? null : policy.value.slice(1) });
});
fixture.addEventListener("change", () => api.postMessage({ type: "fixture", fixture: fixture.value }));
search.addEventListener("input", () => {
  state.search = search.value.trim();
  state.moved = false;
  state.turn = true;
  draw();
});

// What the editor says.

window.addEventListener("message", ({ data }) => {
  if (data.type === "problems") {
    problems(data.problems);
  } else if (data.type === "plan") {
    problems(data.plan.problems ?? []);
    // A package with errors has no plan: what was shown stays.
    if (data.plan.nodes.length > 0 || (data.plan.problems ?? []).length === 0) {
      const other = state.plan?.policy !== data.plan.policy || state.plan?.fixture !== data.plan.fixture;
      if (other || state.closed === undefined) {
        state.closed = fold.folded(data.plan);
        state.moved = false;
        state.turn = true;
      }
      const same = !other && JSON.stringify(state.plan) === JSON.stringify(data.plan);
      state.plan = data.plan;
      state.cursor = data.cursor;
      if (same) {
        mark();
      } else {
        draw();
      }
    }
    choices(data.plan, data.follows);
  }
});

function problems(texts) {
  banner.hidden = texts.length === 0;
  banner.textContent = texts.join(" ");
  canvas.classList.toggle("stale", texts.length > 0);
}

function choices(plan, follows) {
  const option = (value, text, selected, disabled = false) =>
    element("option", { value, textContent: text, selected, disabled });
  policy.replaceChildren(
    option("cursor", follows && plan.policy ? `At the cursor: ${plan.policy}` : "At the cursor", follows),
    option("=", "The whole plan", !follows && !plan.policy),
    ...(plan.policies ?? []).map((name) => option(`=${name}`, name, !follows && plan.policy === name)),
  );
  const note = { true: "", false: " (not this policy)", null: "" };
  fixture.replaceChildren(
    option("", "Any host", !plan.fixture),
    ...(plan.fixtures ?? []).map(({ name, matches }) =>
      option(name, name + (note[String(matches ?? null)] ?? ""), plan.fixture === name),
    ),
  );
}

// Drawing.

const measure = document.createElement("canvas").getContext("2d");

function width(box) {
  measure.font = getComputedStyle(document.body).font;
  const { top, bottom } = texts(box);
  // The word for what is different stands on the right of the lower line.
  const lower = [bottom, CHANGES[fold.change(box)]].filter(Boolean).join("   ");
  const widest = Math.max(...[top, lower].map((text) => measure.measureText(text).width));
  return Math.min(280, Math.max(72, widest + 22));
}

function texts(box) {
  if (box.group) {
    const count = box.nodes.filter((node) => node.kind === "step").length;
    return { top: box.group.id, bottom: `${count} ${count === 1 ? "step" : "steps"}` };
  }
  const { node } = box;
  if (node.kind !== "step") {
    return { top: node.label || node.id, bottom: "" };
  }
  return { top: node.label, bottom: node.type + (node.condition ? " · if" : "") };
}

/** A text that fits; the end of a path says more than its beginning. */
function shortened(text, room) {
  if (measure.measureText(text).width <= room) {
    return text;
  }
  let end = text.length - 1;
  while (end > 4 && measure.measureText(`…${text.slice(-end)}`).width > room) {
    end -= 1;
  }
  return `…${text.slice(-end)}`;
}

function draw() {
  const { plan } = state;
  if (!plan) {
    return;
  }
  const shown = fold.drawn(plan, state.closed, state.search);
  const sizes = shown.boxes.map((box) => {
    const slim = box.node && box.node.kind !== "step";
    return { width: width(box), height: slim ? 24 : HEIGHT };
  });
  const room = { width: canvas.clientWidth - 2 * MARGIN, height: canvas.clientHeight - 2 * MARGIN };
  const places = arrange(
    sizes,
    shown.edges.map(({ from, to }) => [from, to]),
    room,
    state.turn ? undefined : picture.places.way,
  );
  state.turn = false;
  picture = { ...shown, sizes, places };
  const focused = document.activeElement?.dataset?.id;
  const inside = drawing("g", { class: "inside" });
  shown.edges.forEach((edge, at) => inside.append(drawEdge(edge, places.edges[at])));
  shown.boxes.forEach((box, at) => inside.append(drawBox(box, sizes[at], places.boxes[at])));
  canvas.replaceChildren(arrows(), inside);
  if (!state.moved) {
    fit();
  } else {
    place();
  }
  describe();
  mark();
  if (focused) {
    canvas.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }
}

function arrows() {
  const head = (id) =>
    drawing("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, [
      drawing("path", { d: "M0 0 L8 4 L0 8 z" }),
    ]);
  return drawing("defs", {}, [head("arrow"), head("arrow-refresh")]);
}

function drawBox(box, size, at) {
  const { top, bottom } = texts(box);
  const changed = fold.change(box);
  const kind = box.group ? "group" : box.node.kind;
  const room = size.width - 20;
  const words = [box.group ? "group" : (box.node.type ?? ""), top, box.group ? bottom : "", CHANGES[changed]];
  const made = drawing(
    "g",
    {
      class: `box ${kind} ${changed}`,
      transform: `translate(${at.x} ${at.y})`,
      tabindex: 0,
      role: "button",
      "data-id": box.id,
      "aria-label": words.filter(Boolean).join(" "),
    },
    [
      drawing("rect", { width: size.width, height: size.height, rx: kind === "step" ? 4 : size.height / 3 }),
      drawing("text", { x: 10, y: size.height > 30 ? 17 : 16, class: "top" }, [shortened(top, room)]),
    ],
  );
  if (size.height > 30) {
    made.append(drawing("text", { x: 10, y: 32, class: "bottom" }, [bottom]));
  }
  if (changed !== "same") {
    // A word as well as a colour.
    made.append(drawing("text", { x: size.width - 8, y: 32, class: "change", "text-anchor": "end" }, [CHANGES[changed]]));
  }
  const tip = box.node?.condition ? `${box.id}\nif ${box.node.condition}` : box.id;
  made.append(drawing("title", {}, [tip.replace(/^(node|group) /, "")]));
  made.addEventListener("keydown", (event) => keys(event, box));
  return made;
}

function drawEdge(edge, points) {
  let path = `M${points[0].x} ${points[0].y}`;
  for (let at = 1; at < points.length; at += 1) {
    const [a, b] = [points[at - 1], points[at]];
    const [x, y] = picture.places.down ? [0, (b.y - a.y) / 2] : [(b.x - a.x) / 2, 0];
    path += ` C${a.x + x} ${a.y + y} ${b.x - x} ${b.y - y} ${b.x} ${b.y}`;
  }
  const id = edgeId(edge);
  const reasons = edge.edges.flatMap((one) => one.reasons.map((reason) => reason.text));
  return drawing("g", { class: `edge${edge.refresh ? " refresh" : ""}`, "data-id": id }, [
    drawing("path", { d: path, class: "line", "marker-end": `url(#arrow${edge.refresh ? "-refresh" : ""})` }),
    drawing("path", { d: path, class: "grip" }),
    drawing("title", {}, [[...new Set(reasons)].join("\n")]),
  ]);
}

function edgeId({ from, to }) {
  return `${picture.boxes[from]?.id}\n${picture.boxes[to]?.id}`;
}

/** Marks what is chosen, what touches it, and what the cursor is in. */
function mark() {
  const near = new Set();
  picture.edges.forEach((edge) => {
    const [from, to] = [picture.boxes[edge.from].id, picture.boxes[edge.to].id];
    if ([from, to, edgeId(edge)].includes(state.chosen)) {
      near.add(edgeId(edge));
      near.add(from);
      near.add(to);
    }
  });
  const boxes = new Map(picture.boxes.map((box) => [box.id, box]));
  for (const made of canvas.querySelectorAll("[data-id]")) {
    const { id } = made.dataset;
    made.classList.toggle("chosen", id === state.chosen);
    made.classList.toggle("near", near.has(id) && id !== state.chosen);
    made.classList.toggle("current", Boolean(boxes.get(id)?.nodes.some(atCursor)));
  }
  describeChosen();
}

function atCursor(node) {
  const { cursor } = state;
  return (node.declarations ?? [node]).some(
    ({ location }) =>
      location?.uri === cursor?.uri && location.range.start.line <= cursor.line && cursor.line <= location.range.end.line,
  );
}

function choose(id) {
  state.chosen = id;
  mark();
}

function unfold(group) {
  state.closed.delete(group);
  state.turn = true;
  draw();
}

function go(location) {
  api.postMessage({ type: "go", location });
}

// In words.

function describe() {
  const { plan } = state;
  const steps = plan.nodes.filter((node) => node.kind === "step" && node.change !== "removed").length;
  const parts = [`${steps} ${steps === 1 ? "step" : "steps"}`];
  if (plan.bundle) {
    const count = (kind) => plan.nodes.filter((node) => node.change === kind).length;
    const changes = ["new", "changed", "removed"].map((kind) => [kind, count(kind)]).filter(([, n]) => n > 0);
    const told = changes.length > 0 ? changes.map(([kind, n]) => `${n} ${kind}`).join(", ") : "nothing changes";
    parts.push(`against ${plan.bundle.name} ${plan.bundle.version}: ${told}`);
  }
  if (picture.left > 0) {
    parts.push(`${picture.left} are not drawn: search, or fold groups`);
  }
  summary.textContent = parts.join(" · ");
}

function link(text, location) {
  if (!location) {
    return element("span", { textContent: text });
  }
  const made = element("a", { href: "#", textContent: text });
  made.addEventListener("click", (event) => {
    event.preventDefault();
    go(location);
  });
  return made;
}

function describeChosen() {
  const box = picture.boxes.find(({ id }) => id === state.chosen);
  const edge = picture.edges.find((one) => edgeId(one) === state.chosen);
  details.hidden = !box && !edge;
  details.replaceChildren();
  if (edge) {
    details.append(heading(`${name(picture.boxes[edge.from])} comes before ${name(picture.boxes[edge.to])}`));
    details.append(reasons([edge], () => ""));
  } else if (box) {
    details.append(heading(name(box), box.node?.location));
    if (box.group) {
      details.append(button("Unfold", `Unfold ${box.group.id}`, () => unfold(box.group.id)));
      if (box.group.condition) details.append(line(`if ${box.group.condition}`));
    } else {
      facts(box.node);
    }
    const at = picture.boxes.indexOf(box);
    const before = picture.edges.filter(({ to }) => to === at);
    const after = picture.edges.filter(({ from }) => from === at);
    list("Waits for", before, (one) => name(picture.boxes[one.from]));
    list("Comes before", after, (one) => name(picture.boxes[one.to]));
  }
  if (!details.hidden) {
    const close = button("×", "Close the details", () => choose(undefined));
    close.className = "close";
    details.prepend(close);
  }
}

function name(box) {
  return box.group ? box.group.id : box.node.kind === "step" ? `${box.node.type} ${box.node.label}` : box.node.id;
}

function heading(text, location) {
  return element("h2", {}, [link(text, location)]);
}

function line(text) {
  return element("p", { textContent: text });
}

function facts(node) {
  if (node.condition) details.append(line(`if ${node.condition}`));
  if (node.each) details.append(line(`for ${node.each}`));
  (node.watched ?? []).forEach((text) => details.append(line(text)));
  const changes = node.changes ?? [];
  if (node.change !== "same") {
    const rows = changes.map(({ name: of, old, new: next }) => [of, old ?? "—", next ?? "—"]);
    details.append(table(["changes", "in the bundle", "now"], rows));
  }
  const attributes = node.attributes ?? [];
  if (attributes.length > 0) {
    details.append(table(["attribute", "value"], attributes.map(({ name: of, value }) => [of, value])));
  }
  const others = (node.declarations ?? []).filter(({ location }) => location).slice(1);
  if (others.length > 0) {
    const items = others.map(({ instance, location }) => element("li", {}, [link(instance || "here", location)]));
    details.append(element("h3", { textContent: "Also declared in" }), element("ul", {}, items));
  }
}

function table(head, rows) {
  const cells = (tag, row) => element("tr", {}, row.map((text) => element(tag, { textContent: text })));
  return element("table", {}, [cells("th", head), ...rows.map((row) => cells("td", row))]);
}

function list(title, edges, of) {
  if (edges.length > 0) {
    details.append(element("h3", { textContent: title }), reasons(edges, of));
  }
}

/** The file and the line. */
function where({ uri, range }) {
  return `${decodeURIComponent(uri.split("/").at(-1))}:${range.start.line + 1}`;
}

function reasons(edges, of) {
  const items = edges.flatMap((edge) => {
    const seen = new Map();
    edge.edges.forEach((one) =>
      one.reasons.forEach((reason) => seen.set(`${reason.text} ${JSON.stringify(reason.location)}`, reason)),
    );
    return [...seen.values()].slice(0, 20).map((reason) => {
      const said = [of(edge), reason.text].filter(Boolean).join(": ");
      const text = reason.location ? `${said} (${where(reason.location)})` : said;
      return element("li", {}, [link(text, reason.location)]);
    });
  });
  return element("ul", {}, items);
}

// Moving around.

function place() {
  const { x, y, zoom: factor } = state.view;
  canvas.querySelector(".inside")?.setAttribute("transform", `translate(${x} ${y}) scale(${factor})`);
}

function fit() {
  const { width: wide, height: high } = picture.places;
  const scale = Math.min(
    1,
    (canvas.clientWidth - 2 * MARGIN) / Math.max(1, wide),
    (canvas.clientHeight - 2 * MARGIN) / Math.max(1, high),
  );
  state.view = { x: MARGIN, y: MARGIN, zoom: Math.max(SMALLEST, scale) };
  state.moved = false;
  place();
}

/** Draws anew, in the way that fits now. */
function again() {
  state.moved = false;
  state.turn = true;
  draw();
}

function zoom(by, at = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 }) {
  const { view } = state;
  const next = Math.min(3, Math.max(0.1, view.zoom * by));
  view.x = at.x - ((at.x - view.x) * next) / view.zoom;
  view.y = at.y - ((at.y - view.y) * next) / view.zoom;
  view.zoom = next;
  state.moved = true;
  place();
}

function pan(x, y) {
  state.view.x += x;
  state.view.y += y;
  state.moved = true;
  place();
}

canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1, { x: event.offsetX, y: event.offsetY });
    } else {
      pan(-event.deltaX, -event.deltaY);
    }
  },
  { passive: false },
);
canvas.addEventListener("pointerdown", (event) => {
  if (event.target === canvas) {
    choose(undefined);
    canvas.setPointerCapture(event.pointerId);
  }
});
canvas.addEventListener("pointermove", (event) => {
  if (canvas.hasPointerCapture(event.pointerId)) {
    pan(event.movementX, event.movementY);
  }
});

// The picture may be drawn anew while a button is down, and the browser sees no click then: what counts is that the
// button goes up over the box or edge over which it went down.
let pressed;
const under = (event) => event.target.closest("[data-id]")?.dataset.id;
canvas.addEventListener("mousedown", (event) => (pressed = event.button === 0 ? under(event) : undefined));
canvas.addEventListener("mouseup", (event) => {
  if (event.button !== 0 || pressed === undefined || under(event) !== pressed) {
    return;
  }
  const box = picture.boxes.find(({ id }) => id === pressed);
  choose(pressed);
  if (box?.group && event.detail === 2) {
    unfold(box.group.id);
  } else if (box?.node?.location) {
    go(box.node.location);
  }
});

/** Enter goes to the source, arrows along the edges and to the boxes beside. */
function keys(event, box) {
  const at = picture.boxes.indexOf(box);
  const here = picture.places.boxes[at];
  const neighbour = {
    [picture.places.down ? "ArrowDown" : "ArrowRight"]: () => picture.edges.find(({ from }) => from === at)?.to,
    [picture.places.down ? "ArrowUp" : "ArrowLeft"]: () => picture.edges.find(({ to }) => to === at)?.from,
    [picture.places.down ? "ArrowRight" : "ArrowDown"]: () => beside(here, 1),
    [picture.places.down ? "ArrowLeft" : "ArrowUp"]: () => beside(here, -1),
  }[event.key];
  if (neighbour) {
    event.preventDefault();
    const next = neighbour();
    if (next !== undefined && next >= 0) {
      const made = canvas.querySelector(`[data-id="${CSS.escape(picture.boxes[next].id)}"]`);
      choose(picture.boxes[next].id);
      made.focus();
    }
  } else if (event.key === "Enter") {
    choose(box.id);
    if (box.group) {
      unfold(box.group.id);
    } else if (box.node.location) {
      go(box.node.location);
    }
  } else if (event.key === " ") {
    event.preventDefault();
    choose(box.id);
  } else if (event.key === "Escape") {
    choose(undefined);
  }
}

/** The next box of a layer, behind or before. */
function beside(here, direction) {
  const row = picture.places.boxes
    .map((box, at) => ({ ...box, at }))
    .filter((box) => box.part === here.part && box.layer === here.layer && Math.sign(box.place - here.place) === direction);
  row.sort((a, b) => direction * (a.place - b.place));
  return row[0]?.at;
}

document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
    return;
  }
  if (event.key === "+") zoom(1.25);
  if (event.key === "-") zoom(1 / 1.25);
  if (event.key === "0") again();
});
// Not turned around: the details below come and go.
new ResizeObserver(() => !state.moved && fit()).observe(canvas);

api.postMessage({ type: "ready" });
