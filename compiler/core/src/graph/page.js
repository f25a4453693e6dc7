"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const picture = document.getElementById("picture");
  const moved = document.getElementById("moved");
  const details = document.getElementById("details");
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const width = Number(picture.dataset.width);
  const height = Number(picture.dataset.height);

  // Neighbours, by vertex.
  const before = data.vertices.map(() => []);
  const after = data.vertices.map(() => []);
  data.links.forEach((link, at) => {
    after[link.from].push(at);
    before[link.to].push(at);
  });
  const shapes = [];
  for (const shape of picture.querySelectorAll("[data-vertex]")) {
    const at = Number(shape.dataset.vertex);
    shapes[at] = shape;
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "button");
    shape.setAttribute("aria-label", data.vertices[at].name);
  }
  const stacks = new Map();
  for (const stack of picture.querySelectorAll(".stack")) stacks.set(Number(stack.dataset.box), stack);
  const lines = [...picture.querySelectorAll("[data-link]")];

  // Where the picture is: scale and offset.
  const view = { scale: 1, x: 0, y: 0 };
  const draw = () => moved.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  const size = () => picture.getBoundingClientRect();
  const limit = (scale) => Math.min(4, Math.max(0.02, scale));
  function fit() {
    const room = size();
    const across = (room.width - 48) / width;
    const whole = Math.min(across, (room.height - 48) / height, 1.25);
    // What would be too small to read as a whole begins at its upper left corner.
    view.scale = limit(whole < 0.25 ? Math.min(1, Math.max(0.4, across)) : whole);
    view.x = Math.max(24, (room.width - width * view.scale) / 2);
    view.y = Math.max(24, (room.height - height * view.scale) / 2);
    draw();
  }
  function zoom(factor, x, y) {
    const room = size();
    const at = { x: x ?? room.width / 2, y: y ?? room.height / 2 };
    const scale = limit(view.scale * factor);
    view.x = at.x - (at.x - view.x) * scale / view.scale;
    view.y = at.y - (at.y - view.y) * scale / view.scale;
    view.scale = scale;
    draw();
  }
  function reveal(vertex) {
    const box = shapes[vertex].getBBox();
    const room = size();
    if (view.scale < 0.5) view.scale = 0.8;
    const x = view.x + (box.x + box.width / 2) * view.scale;
    const y = view.y + (box.y + box.height / 2) * view.scale;
    const edge = 80;
    if (x < edge || y < edge || x > room.width - edge || y > room.height - edge) {
      view.x += room.width / 2 - x;
      view.y += room.height / 2 - y;
    }
    draw();
  }

  // What is chosen, with everything before and after it.
  let chosen = null;
  function reach(vertex, links, end) {
    const seen = new Set([vertex]);
    const used = new Set();
    const stack = [vertex];
    while (stack.length > 0) {
      for (const at of links[stack.pop()]) {
        used.add(at);
        const next = data.links[at][end];
        if (!seen.has(next)) {
          seen.add(next);
          stack.push(next);
        }
      }
    }
    return [seen, used];
  }
  function choose(vertex) {
    chosen = vertex;
    for (const shape of picture.querySelectorAll(".near, .chosen")) shape.classList.remove("near", "chosen");
    moved.classList.toggle("faded", vertex !== null);
    details.hidden = vertex === null;
    if (vertex === null) return;
    const [up, upLinks] = reach(vertex, before, "from");
    const [down, downLinks] = reach(vertex, after, "to");
    for (const near of [...up, ...down]) {
      shapes[near]?.classList.add("near");
      stacks.get(data.vertices[near].box)?.classList.add("near");
    }
    // A stack has one line for all links of its steps.
    const boxes = new Set();
    for (const at of [...upLinks, ...downLinks]) {
      const link = data.links[at];
      boxes.add(`${data.vertices[link.from].box} ${data.vertices[link.to].box}`);
    }
    for (const line of lines) {
      if (boxes.has(`${line.dataset.from} ${line.dataset.to}`)) line.classList.add("near");
    }
    shapes[vertex].classList.add("chosen");
    tell(vertex);
    history.replaceState(null, "", "#" + encodeURIComponent(data.vertices[vertex].name));
  }

  // The panel. Texts of the package are only ever set as text.
  function make(tag, text, name) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  }
  function tell(vertex) {
    const it = data.vertices[vertex];
    details.replaceChildren();
    const close = make("button", "\u00d7", "close");
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", () => choose(null));
    details.append(close, make("h2", it.name));
    if (it.provider) details.append(make("p", `provider ${it.provider}`));
    for (const declared of it.declarations ?? []) {
      details.append(make("h3", it.declarations.length > 1 ? "One declaration" : "Declaration"));
      const list = make("dl");
      const row = (name, value) => list.append(make("dt", name), make("dd", value));
      row("in", declared.instance);
      row("at", declared.at);
      if (declared.when) row("when", declared.when);
      for (const [name, value] of declared.settings) row(name, value);
      details.append(list);
    }
    if (it.watched) {
      details.append(make("h3", "Watched over"));
      for (const line of it.watched) details.append(make("p", line));
    }
    neighbours("Comes after", before[vertex], "from");
    neighbours("Comes before", after[vertex], "to");
  }
  function neighbours(title, links, end) {
    if (links.length === 0) return;
    details.append(make("h3", `${title} (${links.length})`));
    const list = make("ul");
    for (const at of links) {
      const link = data.links[at];
      const item = make("li");
      const name = make("a", data.vertices[link[end]].name);
      name.setAttribute("role", "button");
      name.tabIndex = 0;
      const go = () => focus(link[end]);
      name.addEventListener("click", go);
      name.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
      item.append(name);
      for (const [text, place] of link.reasons) {
        item.append(make("p", place ? `${text}, ${place}` : text, link.refresh ? "refresh" : ""));
      }
      list.append(item);
    }
    details.append(list);
  }
  function focus(vertex) {
    choose(vertex);
    shapes[vertex].focus({ preventScroll: true });
    reveal(vertex);
  }

  // The next one beside it, in the same column or the nearest.
  function beside(vertex, down) {
    const box = shapes[vertex].getBBox();
    let best = null;
    let least = Infinity;
    shapes.forEach((shape, at) => {
      if (at === vertex) return;
      const other = shape.getBBox();
      const dy = (other.y - box.y) * (down ? 1 : -1);
      if (dy <= 0) return;
      const distance = dy + Math.abs(other.x - box.x) * 3;
      if (distance < least) {
        least = distance;
        best = at;
      }
    });
    return best;
  }

  // Pointer: drag moves, wheel zooms, a click chooses.
  const pointers = new Map();
  let dragged = false;
  picture.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    dragged = false;
  });
  picture.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    if (!dragged && Math.abs(dx) + Math.abs(dy) < 4) return;
    if (!dragged) {
      dragged = true;
      picture.setPointerCapture(event.pointerId);
      picture.classList.add("held");
    }
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const gap = (at) => Math.hypot(at.x - other.x, at.y - other.y);
      const room = size();
      const here = { x: event.clientX, y: event.clientY };
      zoom(gap(here) / Math.max(1, gap(last)), other.x - room.x, other.y - room.y);
    } else {
      view.x += dx;
      view.y += dy;
      draw();
    }
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  const release = (event) => {
    pointers.delete(event.pointerId);
    picture.classList.remove("held");
  };
  picture.addEventListener("pointerup", release);
  picture.addEventListener("pointercancel", release);
  picture.addEventListener("click", (event) => {
    if (dragged) return;
    const shape = event.target.closest("[data-vertex]");
    choose(shape ? Number(shape.dataset.vertex) : null);
  });
  picture.addEventListener("wheel", (event) => {
    event.preventDefault();
    const room = size();
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), event.clientX - room.x, event.clientY - room.y);
  }, { passive: false });

  picture.addEventListener("focusin", (event) => {
    const shape = event.target.closest("[data-vertex]");
    if (shape?.matches(":focus-visible")) reveal(Number(shape.dataset.vertex));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === search) {
      if (event.key === "Escape") {
        search.value = "";
        seek();
        search.blur();
      }
      return;
    }
    const shape = event.target.closest?.("[data-vertex]");
    const vertex = shape ? Number(shape.dataset.vertex) : chosen;
    const along = (links, end) => {
      const at = links[vertex].map((link) => data.links[link][end])[0];
      if (at !== undefined) focus(at);
    };
    const step = {
      "/": () => search.focus(),
      "+": () => zoom(1.25),
      "=": () => zoom(1.25),
      "-": () => zoom(0.8),
      "0": fit,
      "Escape": () => choose(null),
    }[event.key];
    const move = vertex === null ? undefined : {
      "Enter": () => choose(vertex),
      " ": () => choose(vertex),
      "ArrowLeft": () => along(before, "from"),
      "ArrowRight": () => along(after, "to"),
      "ArrowUp": () => { const at = beside(vertex, false); if (at !== null) focus(at); },
      "ArrowDown": () => { const at = beside(vertex, true); if (at !== null) focus(at); },
    }[event.key];
    if (move && event.target.closest?.("#details") === null) {
      event.preventDefault();
      move();
    } else if (step) {
      event.preventDefault();
      step();
    }
  });

  // Search: all words, in any order.
  let matches = [];
  let current = -1;
  function seek() {
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    matches = [];
    data.vertices.forEach((vertex, at) => {
      const text = `${vertex.name} ${vertex.group}`.toLowerCase();
      const hit = words.length > 0 && words.every((word) => text.includes(word));
      shapes[at].classList.toggle("match", hit);
      if (hit) matches.push(at);
    });
    current = -1;
    found.textContent = words.length === 0 ? "" : `${matches.length} found`;
  }
  search.addEventListener("input", seek);
  search.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (matches.length === 0) return;
    current = (current + 1) % matches.length;
    found.textContent = `${current + 1} of ${matches.length}`;
    choose(matches[current]);
    reveal(matches[current]);
  });

  document.getElementById("in").addEventListener("click", () => zoom(1.25));
  document.getElementById("out").addEventListener("click", () => zoom(0.8));
  document.getElementById("fit").addEventListener("click", fit);
  fit();
  const wanted = data.vertices.findIndex((vertex) => "#" + encodeURIComponent(vertex.name) === location.hash);
  if (wanted >= 0) focus(wanted);
})();
