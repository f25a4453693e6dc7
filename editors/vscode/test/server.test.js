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
  const own = folder(t, { "mc-lsp": 0o755, mcc: 0o755 });
  const [server, mcc] = [path.join(own, "mc-lsp"), path.join(own, "mcc")];
  const origin = "from the settings";
  assert.deepStrictEqual(findServer(server, own, ""), { command: server, args: [], origin });
  assert.deepStrictEqual(findServer(mcc, own, ""), { command: mcc, args: ["lsp"], origin });
  // A name alone is one of PATH.
  assert.deepStrictEqual(findServer("mc-lsp", folder(t, {}), own), { command: server, args: [], origin });
});

test("a setting never leads into the working directory, which is a workspace's", (t) => {
  const workspace = folder(t, { mcc: 0o755, "mc-lsp": 0o755 });
  fs.mkdirSync(path.join(workspace, "bin"));
  fs.writeFileSync(path.join(workspace, "bin", "mc-lsp"), "", { mode: 0o755 });
  const before = process.cwd();
  process.chdir(workspace);
  t.after(() => process.chdir(before));
  for (const relative of ["./mc-lsp", "bin/mc-lsp", "../mc-lsp", ".\\mc-lsp", "C:mc-lsp", ".", ".."]) {
    const server = findServer(relative, workspace, workspace);
    assert.match(server.problem, /masterchef\.server\.path has to be an absolute path/, relative);
    assert.strictEqual(server.command, undefined);
    assert.match(findCompiler(relative, undefined, workspace).problem, /masterchef\.mcc\.path has to be/, relative);
  }
  for (const searchPath of ["", ".", "bin"]) {
    assert.match(findServer("mc-lsp", workspace, searchPath).problem, /not on PATH/);
    assert.match(findCompiler("mcc", undefined, searchPath).problem, /not on PATH/);
  }
});

test("a setting that names no program says so", (t) => {
  const data = folder(t, { "mc-lsp": 0o644 });
  for (const name of ["mc-lsp", "gone"]) {
    assert.match(findServer(path.join(data, name), data, "").problem, /no program that can be run/);
  }
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
  const mcc = (folder) => ({ command: path.join(folder, "mcc") });
  assert.deepStrictEqual(findCompiler(path.join(other, "mcc"), path.join(both, "mc-lsp"), ""), mcc(other));
  assert.deepStrictEqual(findCompiler("", path.join(both, "mc-lsp"), other), mcc(both));
  assert.deepStrictEqual(findCompiler("", path.join(folder(t, {}), "mc-lsp"), other), mcc(other));
  assert.match(findCompiler("", undefined, "").problem, /mcc was not found/);
});

test("what cannot be run is no program", (t) => {
  const data = folder(t, { mcc: 0o644 });
  fs.mkdirSync(path.join(data, "mc-lsp"));
  assert.strictEqual(findServer("", data, data), undefined);
  assert.strictEqual(findServer("", data, "."), undefined);
  assert.strictEqual(findServer("", data, ""), undefined);
});
