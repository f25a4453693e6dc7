// What a user does. `act` does it, `check` waits until the editor shows what it should, `undo` puts things back after
// a check that failed, `after` goes on.

const fs = require("node:fs");
const path = require("node:path");

const SITE = path.join(process.env.MC_PACKAGE, "src/web/site.mc");
const EDITOR = ".editor-instance";

/** Puts the cursor somewhere; both count from 1. */
async function goTo(page, line, column) {
  await page.keyboard.press("Control+g");
  const input = page.locator(".quick-input-widget input");
  await input.waitFor();
  await input.fill(`:${line}:${column}`);
  await page.keyboard.press("Enter");
  // The keys that follow are for the editor.
  await page.waitForFunction(
    ([editor, wanted]) =>
      document.querySelector("#status\\.editor\\.selection")?.textContent.includes(wanted) &&
      document.activeElement?.closest(editor),
    [EDITOR, `Ln ${line}, Col ${column}`],
  );
}

/** Waits until the editor shows `text`. */
async function shows(page, text, timeout) {
  await page.waitForFunction(
    ([editor, wanted]) =>
      [...document.querySelectorAll(`${editor} .view-line`)].some((line) =>
        line.textContent.replaceAll("\u00a0", " ").includes(wanted),
      ),
    [EDITOR, text],
    { timeout },
  );
}

/** Waits until something outside of the browser is there, and returns it. */
async function until(value, timeout) {
  const end = Date.now() + timeout;
  for (;;) {
    const found = value();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${timeout} ms: ${value}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Presses keys until something shows, as often as somebody would who sees that nothing has happened. */
async function press(page, keys, wanted, timeout) {
  const end = Date.now() + timeout;
  for (;;) {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
    try {
      return await wanted.waitFor({ timeout: Math.max(1, Math.min(3_000, end - Date.now())) });
    } catch (error) {
      if (Date.now() >= end) {
        throw error;
      }
      await escape(page);
    }
  }
}

async function open(page) {
  await page.goto(process.env.MC_URL, { waitUntil: "domcontentloaded" });
  const row = (name) => page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).first();
  await row("src").click();
  await row("main.mc").dblclick();
  await page.waitForSelector(`${EDITOR} .view-line`);
}

const SQUIGGLE = `${EDITOR} .squiggly-error`;
const SUGGESTIONS = ".suggest-widget.visible";

/** Leaves what is open: a menu, a list, an input. */
async function escape(page) {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
}

const steps = [
  {
    name: "squiggle",
    faults: ["textDocument/publishDiagnostics", "textDocument/diagnostic"],
    // Opening the file has started the server; typing makes it tell again.
    act: async (page) => {
      await goTo(page, 1, 1);
      await page.keyboard.type(" ");
      await page.keyboard.press("Backspace");
    },
    check: (page, timeout) => page.waitForSelector(SQUIGGLE, { timeout }),
  },
  {
    name: "the problem in a hover",
    act: (page) => goTo(page, 33, 7),
    check: (page, timeout) => {
      const text = page.locator(".monaco-hover", { hasText: "did you mean" });
      return press(page, ["Control+k", "Control+i"], text, timeout);
    },
    picture: "problem",
    after: escape,
  },
  {
    name: "quick fix",
    faults: ["textDocument/codeAction"],
    act: (page) => goTo(page, 33, 7),
    check: async (page, timeout) => {
      const repair = page.locator(".action-widget .monaco-list-row.action", { hasText: "content" }).first();
      await press(page, ["Control+."], repair, timeout);
      await page.keyboard.press("Enter");
      await shows(page, "content = \"This is", timeout);
      await page.waitForSelector(SQUIGGLE, { state: "detached", timeout });
    },
    undo: escape,
  },
  {
    name: "hover",
    faults: ["textDocument/hover"],
    act: (page) => goTo(page, 19, 17),
    check: (page, timeout) => {
      const text = page.locator(".monaco-hover", { hasText: "An nginx that serves" });
      return press(page, ["Control+k", "Control+i"], text, timeout);
    },
    undo: escape,
    picture: "hover",
    after: escape,
  },
  {
    name: "completion",
    faults: ["textDocument/completion"],
    act: async (page) => {
      await goTo(page, 34, 17);
      await page.keyboard.press("Enter");
    },
    check: (page, timeout) => {
      const owner = page.locator(SUGGESTIONS, { hasText: "owner" });
      return press(page, ["Control+Space"], owner, timeout);
    },
    undo: async (page) => {
      await escape(page);
      await page.keyboard.press("Control+Shift+k");
    },
    picture: "completion",
    after: async (page) => {
      await page.keyboard.type("owner");
      await page.keyboard.press("Enter");
      await shows(page, "owner = ", 60_000);
      await escape(page);
      await page.keyboard.press("Control+Shift+k");
    },
  },
  {
    name: "rename",
    faults: ["textDocument/rename"],
    // A field that the other module declares.
    act: async (page) => {
      await goTo(page, 11, 37);
      await page.keyboard.press("F2");
      const input = page.locator(".rename-box input");
      await input.waitFor();
      await input.fill("heading");
      await page.keyboard.press("Enter");
    },
    check: async (page, timeout) => {
      await shows(page, "heading = \"The shop\"", timeout);
      await shows(page, "${site.heading}</title>", timeout);
      // The declaration is in a file that was not open.
      await until(() => fs.readFileSync(SITE, "utf8").includes("heading: String"), timeout);
    },
    undo: escape,
  },
];

module.exports = { open, steps, until };
