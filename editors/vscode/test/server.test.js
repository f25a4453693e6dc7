const { test } = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { findServer } = require("../src/server.js");

function folder(t, programs) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "masterchef-"));
  t.after(() => fs.rmSync(made, { recursive: true }));
  for (const [name, mode] of Object.entries(programs)) {
    fs.writeFileSync(path.join(made, name), "", { mode });
  }
  return made;
}

test("the setting wins", () => {
  assert.deepStrictEqual(findServer("/opt/mc-lsp", ""), { command: "/opt/mc-lsp", args: [] });
  assert.deepStrictEqual(findServer("/opt/mcc", ""), { command: "/opt/mcc", args: ["lsp"] });
});

test("programs are found on PATH, the command line first", (t) => {
  const server = folder(t, { "mc-lsp": 0o755 });
  const both = folder(t, { mcc: 0o755 });
  assert.deepStrictEqual(findServer("", server), { command: path.join(server, "mc-lsp"), args: [] });
  const found = findServer("", [server, both].join(path.delimiter));
  assert.deepStrictEqual(found, { command: path.join(both, "mcc"), args: ["lsp"] });
});

test("what cannot be run is no program", (t) => {
  const data = folder(t, { mcc: 0o644 });
  fs.mkdirSync(path.join(data, "mc-lsp"));
  assert.strictEqual(findServer("", data), undefined);
  assert.strictEqual(findServer("", "."), undefined);
  assert.strictEqual(findServer("", ""), undefined);
});
