const assert = require("node:assert/strict");
const { test } = require("node:test");
const { closest } = require("../src/plan/host.js");

const fixtures = [
  { name: "debian12, role = Db", matches: false },
  { name: "debian12, role = Web", matches: true },
  { name: "debian13, role = Db", matches: false },
  { name: "alpine320", matches: null },
];

test("a fixture is found by its name", () => {
  assert.equal(closest("alpine320", fixtures), "alpine320");
  assert.equal(closest("debian12, role = Db", fixtures), "debian12, role = Db");
});

test("a host stands for its first fixture that gets the policy, else for its first", () => {
  assert.equal(closest("debian12", fixtures), "debian12, role = Web");
  assert.equal(closest("debian13", fixtures), "debian13, role = Db");
});

test("a host that is not there is none", () => {
  assert.equal(closest("debian1", fixtures), undefined);
  assert.equal(closest("debian12", []), undefined);
});
