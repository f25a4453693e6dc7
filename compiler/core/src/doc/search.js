"use strict";
// Finds declarations by name and by what is said of them. Everything is written as text, never as markup.
(() => {
  const MOST = 100;
  const field = document.getElementById("search");
  const list = document.getElementById("list");
  const results = document.getElementById("results");
  const entries = JSON.parse(document.getElementById("index").textContent);

  // Lower is better; none where a word does not occur.
  const rank = (entry, words) => {
    const name = entry.name.toLowerCase();
    const text = `${name} ${entry.module} ${entry.about}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return null;
    const word = words[0];
    const last = name.slice(name.lastIndexOf(".") + 1);
    if (name === word) return 0;
    if (last === word) return 1;
    if (name.startsWith(word)) return 2;
    if (last.startsWith(word)) return 3;
    return name.includes(word) ? 4 : 5;
  };

  const element = (tag, text, kind) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.hidden = words.length > 0;
    results.hidden = words.length === 0;
    results.replaceChildren();
    if (words.length === 0) return;
    const found = entries
      .map((entry) => ({ entry, rank: rank(entry, words) }))
      .filter((found) => found.rank !== null)
      .sort((a, b) => a.rank - b.rank || a.entry.name.length - b.entry.name.length);
    const count = found.length === 1 ? "1 result" : `${found.length} results`;
    results.append(element("p", found.length > MOST ? `${count}, the first ${MOST}` : count, "about"));
    const table = document.createElement("table");
    for (const { entry } of found.slice(0, MOST)) {
      const row = document.createElement("tr");
      const link = element("a", entry.name);
      link.href = entry.address;
      const name = document.createElement("td");
      name.append(link);
      const about = element("td", entry.about);
      if (entry.module) about.prepend(element("span", `${entry.module} `, "kind"));
      row.append(element("td", entry.kind, "kind"), name, about);
      table.append(row);
    }
    results.append(table);
  };

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", show);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    results.querySelector("a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && document.activeElement === field) {
      field.value = "";
      show();
    }
  });
  show();
})();
