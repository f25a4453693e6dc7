// What a user does. `act` does it, `check` waits until the editor shows what it should, `undo` puts things back after
// a check that failed, `after` goes on.

const fs = require("node:fs");
const path = require("node:path");

const SITE = path.join(process.env.MC_PACKAGE, "src/web/site.mc");
const EDITOR = ".editor-instance";

/** Puts the cursor before the first `text` of a line that has it; both as they are on the screen. */
async function goTo(page, line, column) {
  await page.keyboard.press("Control+g");
  const input = page.locator(".quick-input-widget input");
  await input.waitFor();
  await input.fill(`:${line}:${column}`);
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    (wanted) => document.querySelector("#status\\.editor\\.selection")?.textContent.includes(wanted),
    `Ln ${line}, Col ${column}`,
  );
}

/** The text of the editor, as far as it is on the screen. */
function shown(page) {
  return page.evaluate(
    (editor) =>
      [...document.querySelectorAll(`${editor} .view-line`)]
        .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
        .map((line) => line.textContent.replaceAll("\u00a0", " "))
        .join("\n"),
    EDITOR,
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

async function command(page, title) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input");
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
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
    check: async (page, timeout) => {
      await page.waitForSelector(SQUIGGLE, { timeout });
      await page.waitForSelector('.marker-widget, [id="status.problems"] >> text=1', { timeout });
    },
  },
  {
    name: "the problem in a hover",
    act: (page) => page.locator(SQUIGGLE).first().hover({ force: true }),
    check: (page, timeout) => page.waitForSelector(".monaco-hover >> text=did you mean", { timeout }),
    picture: "problem",
    after: escape,
  },
  {
    name: "quick fix",
    faults: ["textDocument/codeAction"],
    act: async (page) => {
      await goTo(page, 33, 7);
      await page.keyboard.press("Control+.");
    },
    check: async (page, timeout) => {
      const repair = page.locator(".action-widget .monaco-list-row.action", { hasText: "content" }).first();
      await repair.waitFor({ timeout });
      await page.keyboard.press("Enter");
      await shows(page, "content = \"This is", timeout);
      await page.waitForSelector(SQUIGGLE, { state: "detached", timeout });
    },
    undo: escape,
  },
  {
    name: "hover",
    faults: ["textDocument/hover"],
    act: async (page) => {
      await goTo(page, 19, 17);
      await page.keyboard.press("Control+k");
      await page.keyboard.press("Control+i");
    },
    check: (page, timeout) =>
      page.waitForSelector(".monaco-hover >> text=An nginx that serves", { timeout }),
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
      await page.keyboard.type("ow");
    },
    check: (page, timeout) => page.waitForSelector(`${SUGGESTIONS} >> text=owner`, { timeout }),
    undo: async (page) => {
      await escape(page);
      await page.keyboard.press("Control+Shift+k");
    },
    picture: "completion",
    after: async (page) => {
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
