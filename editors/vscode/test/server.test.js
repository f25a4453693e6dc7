const { test } = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { findCompiler, findServer } = require("../src/server.js");

function folder(t, programs) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "masterchef-"));
  t.after(() => fs.rmSync(made, { recursive: true }));
  for (const [name, mode] of Object.entries(programs)) {
    fs.writeFileSync(path.join(made, name), "", { mode });
  }
  return made;
}

test("the setting wins", (t) => {
  const extension = folder(t, {});
  const origin = "from the settings";
  assert.deepStrictEqual(findServer("/opt/mc-lsp", extension, ""), { command: "/opt/mc-lsp", args: [], origin });
  assert.deepStrictEqual(findServer("/opt/mcc", extension, ""), { command: "/opt/mcc", args: ["lsp"], origin });
});

test("the server of the extension comes before those of PATH", (t) => {
  const extension = folder(t, {});
  const found = folder(t, { mcc: 0o755 });
  assert.strictEqual(findServer("", extension, found).origin, "from PATH");
  fs.mkdirSync(path.join(extension, "server"));
  const bundled = path.join(extension, "server", "mc-lsp");
  fs.writeFileSync(bundled, "", { mode: 0o755 });
  assert.deepStrictEqual(findServer("", extension, found), {
    command: bundled,
    args: [],
    origin: "part of the extension",
  });
});

test("programs are found on PATH, the command line first", (t) => {
  const extension = folder(t, {});
  const server = folder(t, { "mc-lsp": 0o755 });
  const both = folder(t, { mcc: 0o755 });
  const origin = "from PATH";
  assert.deepStrictEqual(findServer("", extension, server), {
    command: path.join(server, "mc-lsp"),
    args: [],
    origin,
  });
  const found = findServer("", extension, [server, both].join(path.delimiter));
  assert.deepStrictEqual(found, { command: path.join(both, "mcc"), args: ["lsp"], origin });
});

test("the command line is that beside the server, else that of PATH", (t) => {
  const both = folder(t, { mcc: 0o755, "mc-lsp": 0o755 });
  const other = folder(t, { mcc: 0o755 });
  assert.strictEqual(findCompiler("/opt/mcc", undefined, other), "/opt/mcc");
  assert.strictEqual(findCompiler("", path.join(both, "mc-lsp"), other), path.join(both, "mcc"));
  assert.strictEqual(findCompiler("", path.join(folder(t, {}), "mc-lsp"), other), path.join(other, "mcc"));
  assert.strictEqual(findCompiler("", undefined, ""), undefined);
});

test("what cannot be run is no program", (t) => {
  const data = folder(t, { mcc: 0o644 });
  fs.mkdirSync(path.join(data, "mc-lsp"));
  assert.strictEqual(findServer("", data, data), undefined);
  assert.strictEqual(findServer("", data, "."), undefined);
  assert.strictEqual(findServer("", data, ""), undefined);
});
