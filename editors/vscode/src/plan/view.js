// The page in the panel: draws a plan, and tells the editor what was chosen. It runs in the panel's frame and sees nothing
// of the editor but messages.

const { arrange } = require("./layout.js");
const fold = require("./fold.js");

const SVG = "http://www.w3.org/2000/svg";
const api = acquireVsCodeApi();

const HEIGHT = 40;
const MARGIN = 16;
// Smaller than this nothing can be read: what does not fit is moved to.
const SMALLEST = 0.85;
// After a change of what is shown, in milliseconds: it is kept then.
const KEEP = 150;
const CHANGES = { same: "", new: "new", changed: "changed", removed: "removed" };

/** What was shown before another tab covered the page, or the window was opened anew. */
const kept = api.getState() ?? {};

/** What is shown now. */
const state = {
  plan: undefined,
  cursor: undefined,
  /** The policy and host whose groups `closed` is about. */
  of: kept.of,
  /** Groups that are folded; undefined until a plan has said how large it is. */
  closed: kept.closed && new Set(kept.closed),
  search: kept.search ?? "",
  /** The id of the chosen box, or of an edge, `from\nto`. */
  chosen: kept.chosen,
  /** The id of the box that the tab key leads to. */
  tab: kept.chosen,
  view: kept.view ?? { x: MARGIN, y: MARGIN, zoom: 1 },
  /** Whether somebody has moved or zoomed: the picture is not fitted then. */
  moved: kept.moved ?? false,
  /** Whether the boxes may be arranged in another way than before. Not while somebody types. */
  turn: true,
  /** What the editor was asked for; it gets it back when the window is opened anew. */
  asked: kept.asked,
};

let keeping;
/** Keeps what is shown: the page is thrown away when it is covered. */
function keep() {
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    const { of, closed, search: text, chosen, view, moved, asked } = state;
    api.setState({ of, closed: closed && [...closed], search: text, chosen, view, moved, asked });
  }, KEEP);
}

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
const search = element("input", { type: "search", placeholder: "Search", title: "Show only what has this text", value: state.search });
const summary = element("span", { className: "summary" });
summary.setAttribute("role", "status");
const busy = element("span", { className: "busy", hidden: true, textContent: "Waiting for the language server …" });
busy.setAttribute("role", "status");
const banner = element("div", { className: "banner", hidden: true });
banner.setAttribute("role", "alert");
const note = element("div", { className: "note", hidden: true });
note.setAttribute("role", "status");
/** In the place of the picture, while there is none. */
const instead = element("p", { className: "instead", textContent: "Loading the plan …" });
instead.setAttribute("role", "status");
const button = (text, title, action) => {
  const made = element("button", { type: "button", textContent: text, title });
  made.setAttribute("aria-label", title);
  made.addEventListener("click", action);
  return made;
};
const canvas = drawing("svg", { class: "canvas", role: "group", "aria-label": "Dependency graph" });
const details = element("section", { className: "details", hidden: true, tabIndex: -1 });
details.setAttribute("aria-label", "Details");
details.setAttribute("aria-live", "polite");
const foldAll = button("Fold all", "Fold all components", () => refold(fold.all(state.plan)));
const unfoldAll = button("Unfold all", "Unfold everything", () => refold([]));
document.body.append(
  element("header", {}, [
    labelled("Policy", policy),
    labelled("Host", fixture),
    labelled("Search", search),
    element("span", { className: "buttons" }, [
      button("−", "Zoom out", () => zoom(1 / 1.25)),
      button("+", "Zoom in", () => zoom(1.25)),
      button("Fit", "Show all", again),
      foldAll,
      unfoldAll,
    ]),
    summary,
    busy,
  ]),
  banner,
  note,
  instead,
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
  keep();
  state.moved = false;
  state.turn = true;
  draw();
});

// What the editor says.

window.addEventListener("message", ({ data }) => {
  busy.hidden = data.type !== "busy";
  if (data.type === "problems") {
    problems(data.problems, data.action);
  } else if (data.type === "empty") {
    problems([]);
    if (!state.plan) {
      instead.textContent =
        "Open a module, a file that ends in .mc: the plan of the policy at the cursor is shown here. There is no package " +
        "in this folder; “mcc new NAME” makes one.";
    }
  } else if (data.type === "plan") {
    const { plan } = data;
    const wrong = plan.problems ?? [];
    problems(wrong, "problem");
    note.hidden = data.notes.length === 0;
    note.textContent = data.notes.join(" ");
    state.asked = data.asked;
    // A package with errors has no plan: what was shown stays.
    const known = plan.nodes.length > 0 || wrong.length === 0;
    if (known) {
      take(plan, data.cursor);
    }
    // It knows no policies and hosts either, so the lists stay too. A host that refuses the plan is one of the list.
    if (known || plan.fixtures.length > 0 || policy.options.length === 0) {
      choices(plan, data.follows, plan.fixture ?? data.fixture);
    }
    keep();
  }
});

function take(plan, cursor) {
  const of = JSON.stringify([plan.policy, plan.fixture]);
  // What was folded and where it was moved belongs to this policy on this host.
  const other = state.of !== of;
  if (other || state.closed === undefined) {
    state.closed = fold.folded(plan);
    state.moved = false;
    state.turn = true;
  }
  const same = !other && JSON.stringify(state.plan) === JSON.stringify(plan);
  state.of = of;
  state.plan = plan;
  state.cursor = cursor;
  instead.hidden = true;
  foldAll.disabled = unfoldAll.disabled = plan.groups.length === 0;
  if (same) {
    mark();
    if (!state.moved) {
      revealChosen();
    }
  } else {
    draw();
  }
}

/** Says why there is no plan, or none that is new, and leads to where that can be changed. */
function problems(texts, action) {
  banner.hidden = texts.length === 0;
  canvas.classList.toggle("stale", texts.length > 0);
  if (texts.length === 0) {
    banner.replaceChildren();
  } else {
    instead.textContent = "There is no plan.";
    const [text, title] = action === "output" ? ["Show Output", "Show what the server wrote"] : ["Go to the Problem", "Go to the problem"];
    const words = texts.join(" ");
    // An alert is read aloud whenever it is made anew.
    if (banner.firstChild?.textContent !== words) {
      banner.replaceChildren(element("span", { textContent: words }), button(text, title, () => api.postMessage({ type: action })));
    }
  }
}

let listed;
function choices(plan, follows, host) {
  const { policies = [], fixtures = [] } = plan;
  // A list that is made anew closes in the hand of who has opened it.
  const now = JSON.stringify([plan.policy, follows, host, policies, fixtures]);
  if (now === listed) {
    return;
  }
  listed = now;
  const option = (value, text, selected, disabled = false) =>
    element("option", { value, textContent: text, selected, disabled });
  policy.replaceChildren(
    option("cursor", follows && plan.policy ? `At the cursor: ${plan.policy}` : "At the cursor", follows),
    option("=", "The whole plan", !follows && !plan.policy),
    ...policies.map((name) => option(`=${name}`, name, !follows && plan.policy === name)),
  );
  const notes = { true: "", false: " (not this policy)", null: "" };
  const hosts = fixtures.some(({ name }) => name === host) || !host ? fixtures : [{ name: host }, ...fixtures];
  fixture.replaceChildren(
    option("", "Any host", !host),
    ...hosts.map(({ name, matches }) => option(name, name + (notes[String(matches ?? null)] ?? ""), host === name)),
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
  const focused = canvas.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
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
    boxElement(focused)?.focus({ preventScroll: true });
  }
  keep();
}

function boxElement(id) {
  return canvas.querySelector(`.box[data-id="${CSS.escape(id)}"]`);
}

function arrows() {
  const head = (id) =>
    drawing("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" }, [
      drawing("path", { d: "M0 0 L8 4 L0 8 z" }),
    ]);
  return drawing("defs", {}, [head("arrow"), head("arrow-refresh")]);
}

function drawBox(box, size, at) {
  const { top, bottom } = texts(box);
  const changed = fold.change(box);
  const kind = box.group ? "group" : box.node.kind;
  const room = size.width - 20;
  const condition = box.group ? box.group.condition : box.node.condition;
  const words = [box.group ? "group" : (box.node.type ?? ""), top, box.group ? bottom : "", CHANGES[changed]];
  if (condition) words.push(`if ${condition}`);
  const made = drawing(
    "g",
    {
      class: `box ${kind} ${changed}`,
      transform: `translate(${at.x} ${at.y})`,
      tabindex: -1,
      role: "button",
      "data-id": box.id,
      "data-label": words.filter(Boolean).join(" "),
      // Groups that are unfolded are no boxes.
      ...(box.group ? { "aria-expanded": "false" } : {}),
    },
    [
      drawing("rect", { class: "ring", x: -4, y: -4, width: size.width + 8, height: size.height + 8, rx: 6 }),
      drawing("rect", { class: "body", width: size.width, height: size.height, rx: kind === "step" ? 4 : size.height / 3 }),
      drawing("rect", { class: "cursor", width: 5, height: size.height, rx: 2 }),
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
  made.addEventListener("focus", () => {
    rove(box.id);
    // Not what is clicked: it would move away from under the pointer.
    if (pressed === undefined) {
      reveal(box.id);
    }
  });
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
    drawing("title", {}, [[...new Set(reasons), ...(edge.refresh ? [CARRIES] : [])].join("\n")]),
  ]);
}

const CARRIES = "carries a change";

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
    const box = boxes.get(id);
    if (box) {
      const current = box.nodes.some(atCursor);
      made.classList.toggle("current", current);
      made.setAttribute("aria-pressed", String(id === state.chosen));
      made.setAttribute("aria-label", made.dataset.label + (current ? ", at the cursor" : ""));
    }
  }
  if (!boxes.has(state.tab)) {
    state.tab = boxes.has(state.chosen) ? state.chosen : picture.boxes[0]?.id;
  }
  rove(state.tab);
  describeChosen();
}

/** The tab key leads to one box, the arrows from there. */
function rove(id) {
  state.tab = id;
  for (const made of canvas.querySelectorAll(".box")) {
    made.setAttribute("tabindex", made.dataset.id === id ? 0 : -1);
  }
}

/** Moves the picture as little as needed to show a box. */
function reveal(id) {
  const at = picture.boxes.findIndex((box) => box.id === id);
  if (at < 0) {
    return;
  }
  const { x, y, zoom: factor } = state.view;
  const move = (start, length, room) => {
    const [low, high] = [MARGIN - start, room - MARGIN - (start + length)];
    return low > 0 ? low : high < 0 ? Math.max(high, low) : 0;
  };
  const { x: left, y: top } = picture.places.boxes[at];
  const { width: wide, height: high } = picture.sizes[at];
  const right = move(x + left * factor, wide * factor, canvas.clientWidth);
  const down = move(y + top * factor, high * factor, canvas.clientHeight);
  state.view.x += right;
  state.view.y += down;
  place();
}

/** Shows what the user looks at, where not all is seen. */
function revealChosen() {
  reveal(state.chosen ?? picture.boxes.find((box) => box.nodes.some(atCursor))?.id);
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
  keep();
}

/** Chooses a box and goes on from there with the keyboard. */
function enter(id) {
  choose(id);
  boxElement(id)?.focus({ preventScroll: true });
}

function unfold(group) {
  state.closed.delete(group);
  state.turn = true;
  draw();
  const inside = fold.inside(state.plan, group);
  const first = picture.boxes.find((box) => inside.has(box.group ? box.group.id : box.node.group));
  if (first) enter(first.id);
}

/** Folds the group that a box is in. */
function foldAround(box) {
  const group = fold.around(box);
  if (group === undefined) {
    return;
  }
  state.closed.add(group);
  state.turn = true;
  draw();
  enter(`group ${group}`);
}

function refold(groups) {
  if (!state.plan) {
    return;
  }
  state.closed = new Set(groups);
  again();
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
    parts.push(`${picture.left} are not drawn: search, or fold`);
  }
  summary.textContent = parts.join(" · ");
}

/** What leads to a place in the source. `act` below does it. */
function link(text, location) {
  if (!location) {
    return element("span", { textContent: text });
  }
  const made = element("a", { href: "#", textContent: text });
  made.dataset.go = JSON.stringify(location);
  return made;
}

/** A button of the details: what it does stands in it, so that two can be told apart. */
function act(text, title, what, on = "") {
  const made = element("button", { type: "button", textContent: text, title });
  if (title !== text) made.setAttribute("aria-label", title);
  made.dataset.act = what;
  made.dataset.on = on;
  return made;
}

details.addEventListener("click", (event) => {
  const target = event.target.closest("[data-go], [data-act]");
  if (!target) {
    return;
  }
  event.preventDefault();
  const { go: location, act: what, on } = target.dataset;
  if (location) {
    go(JSON.parse(location));
  } else if (what === "line") {
    choose(on);
    details.focus({ preventScroll: true });
  } else if (what === "box") {
    enter(on);
  } else if (what === "unfold") {
    unfold(on);
  } else if (what === "fold") {
    const box = picture.boxes.find(({ id }) => id === on);
    if (box) foldAround(box);
  } else if (what === "close") {
    choose(undefined);
    boxElement(state.tab)?.focus({ preventScroll: true });
  }
});
details.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    choose(undefined);
    boxElement(state.tab)?.focus({ preventScroll: true });
  }
});

function describeChosen() {
  const box = picture.boxes.find(({ id }) => id === state.chosen);
  const edge = picture.edges.find((one) => edgeId(one) === state.chosen);
  const parts = edge ? ofEdge(edge) : box ? ofBox(box) : [];
  const made = element("div", {}, parts);
  // What is the same stays, with the focus in it: the page follows every move of the cursor, and what is new is read aloud.
  if (details.firstChild?.isEqualNode(made)) {
    return;
  }
  const stops = () => [...details.querySelectorAll("a, button")];
  const focused = stops().indexOf(document.activeElement);
  details.hidden = parts.length === 0;
  details.replaceChildren(made);
  if (focused >= 0) {
    (stops()[focused] ?? details).focus({ preventScroll: true });
  }
}

function ofEdge(edge) {
  const [from, to] = [picture.boxes[edge.from], picture.boxes[edge.to]];
  const end = (box) => act(name(box), `Choose ${name(box)}`, "box", box.id);
  return [
    close(),
    element("h2", {}, [end(from), " comes before ", end(to)]),
    ...(edge.refresh ? [line("A change travels along this line.")] : []),
    reasons(edge),
  ];
}

function ofBox(box) {
  const at = picture.boxes.indexOf(box);
  const group = fold.around(box);
  return [
    close(),
    heading(name(box), box.node?.location),
    element("p", {}, [
      ...(box.group ? [act("Unfold", `Unfold ${box.group.id}`, "unfold", box.group.id), " "] : []),
      ...(group === undefined ? [] : [act(`Fold ${group}`, `Fold ${group}`, "fold", box.id)]),
    ]),
    ...(box.group ? (box.group.condition ? [line(`if ${box.group.condition}`)] : []) : facts(box.node)),
    ...list("Waits directly for", picture.edges.filter(({ to }) => to === at), (one) => picture.boxes[one.from]),
    ...list("Comes directly before", picture.edges.filter(({ from }) => from === at), (one) => picture.boxes[one.to]),
  ];
}

function close() {
  const made = act("×", "Close the details", "close");
  made.className = "close";
  return made;
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
  const parts = [];
  if (node.condition) parts.push(line(`if ${node.condition}`));
  if (node.each) parts.push(line(`for ${node.each}`));
  (node.watched ?? []).forEach((text) => parts.push(line(text)));
  const changes = node.changes ?? [];
  if (node.change !== "same") {
    const rows = changes.map(({ name: of, old, new: next }) => [of, old ?? "—", next ?? "—"]);
    parts.push(table(["changes", "in the bundle", "now"], rows));
  }
  const attributes = node.attributes ?? [];
  if (attributes.length > 0) {
    parts.push(table(["attribute", "value"], attributes.map(({ name: of, value }) => [of, value])));
  }
  const others = (node.declarations ?? []).filter(({ location }) => location).slice(1);
  if (others.length > 0) {
    const items = others.map(({ instance, location }) => element("li", {}, [link(instance || "here", location)]));
    parts.push(element("h3", { textContent: "Also declared in" }), element("ul", {}, items));
  }
  return parts;
}

function table(head, rows) {
  const cells = (tag, row) => element("tr", {}, row.map((text) => element(tag, { textContent: text })));
  return element("table", {}, [cells("th", head), ...rows.map((row) => cells("td", row))]);
}

/** The lines of a box: each can be chosen, also with the keyboard, as the lines of the picture cannot. */
function list(title, edges, of) {
  const items = edges.map((edge) => {
    const other = name(of(edge));
    const carries = edge.refresh ? [` (${CARRIES})`] : [];
    return element("li", {}, [act(other, `The line between this and ${other}`, "line", edgeId(edge)), ...carries, reasons(edge)]);
  });
  return items.length > 0 ? [element("h3", { textContent: title }), element("ul", { className: "lines" }, items)] : [];
}

/** The file and the line. */
function where({ uri, range }) {
  return `${decodeURIComponent(uri.split("/").at(-1))}:${range.start.line + 1}`;
}

function reasons(edge) {
  const seen = new Map();
  edge.edges.forEach((one) =>
    one.reasons.forEach((reason) => seen.set(`${reason.text} ${JSON.stringify(reason.location)}`, reason)),
  );
  const items = [...seen.values()].slice(0, 20).map((reason) => {
    const text = reason.location ? `${reason.text} (${where(reason.location)})` : reason.text;
    return element("li", {}, [link(text, reason.location)]);
  });
  return element("ul", {}, items);
}

// Moving around.

function place() {
  const { x, y, zoom: factor } = state.view;
  canvas.querySelector(".inside")?.setAttribute("transform", `translate(${x} ${y}) scale(${factor})`);
  keep();
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
  revealChosen();
}

/** Draws anew, in the way that fits now. */
function again() {
  state.moved = false;
  state.turn = true;
  draw();
}

/** The point of the picture that is nearest to the middle of the view: a small picture would leave the view otherwise. */
function middle() {
  const { x, y, zoom: factor } = state.view;
  const near = (wanted, low, length) => Math.min(Math.max(wanted, low), low + length * factor);
  return {
    x: near(canvas.clientWidth / 2, x, picture.places.width),
    y: near(canvas.clientHeight / 2, y, picture.places.height),
  };
}

function zoom(by, at = middle()) {
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
// The first click of two may move the picture, as the details come.
let clicked;
const under = (event) => event.target.closest("[data-id]")?.dataset.id;
canvas.addEventListener("mousedown", (event) => (pressed = event.button === 0 ? under(event) : undefined));
canvas.addEventListener("mouseup", (event) => {
  const [down, first] = [pressed, clicked];
  pressed = undefined;
  if (event.button === 0 && event.detail === 2 && first?.group) {
    clicked = undefined;
    unfold(first.group.id);
    return;
  }
  if (event.button !== 0 || down === undefined || under(event) !== down) {
    return;
  }
  clicked = picture.boxes.find(({ id }) => id === down);
  choose(down);
  if (clicked?.node?.location) {
    go(clicked.node.location);
  }
});

/** Enter goes to the source or unfolds, Backspace folds, arrows go along the edges and to the boxes beside. */
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
      enter(picture.boxes[next].id);
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
  } else if (event.key === "Backspace") {
    foldAround(box);
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
new ResizeObserver(() => {
  if (!state.moved) {
    fit();
  }
  // The details must not cover what they are about.
  reveal(state.chosen);
}).observe(canvas);

api.postMessage({ type: "ready" });
