const assert = require("node:assert/strict");
const { test } = require("node:test");
const { forTerminal, rendered, told } = require("../src/failure.js");

const at = (line) => ({ uri: "file:///shop/src/main.mc", range: { start: { line } } });
const where = ({ range }) => `main.mc:${range.start.line + 1}`;
const result = {
  message: "`a` is not `b`",
  locations: [
    { location: at(3), message: "is false" },
    { location: at(8), message: "the value is written here" },
  ],
};

test("a failure is one, at its first place; the others stand in its text", () => {
  assert.deepEqual(told(result, where), {
    text: "`a` is not `b`\nis false\nmain.mc:9: the value is written here",
    location: at(3),
  });
});

test("a failure without places or words is still told", () => {
  assert.deepEqual(told({}, where), { text: "failed", location: undefined });
  assert.deepEqual(told({ message: "why", locations: [] }, where), { text: "why", location: undefined });
});

test("the output of a run names the test and the place", () => {
  assert.equal(rendered("greets", { message: "one\ntwo", locations: [{ location: at(3) }] }, where), "greets failed at main.mc:4\n  one\n  two");
  assert.equal(forTerminal("one\ntwo"), "one\r\ntwo\r\n");
});
