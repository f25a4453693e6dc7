// What a user does. `act` does it (and may wait until the server has said what is spoiled), `check` waits until the editor
// shows what it should, `undo` puts things back after a check that failed, `arrange` makes ready for the picture, `after`
// goes on.

const fs = require("node:fs");
const path = require("node:path");

const SETTINGS = process.env.MC_SETTINGS;
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

async function command(page, title) {
  const input = page.locator(".quick-input-widget input");
  // A page that is just being made takes the key and does nothing with it.
  await press(page, ["F1"], input, 30_000);
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
const TESTS = ".test-explorer .monaco-list-row";
const SUGGESTIONS = ".suggest-widget.visible";

/** Changes the text and puts it back, so that the server says anew what is wrong with it. */
async function typeAnything(page) {
  await goTo(page, 1, 1);
  await page.keyboard.type(" ");
  await page.keyboard.press("Backspace");
}

/** Leaves what is open: a menu, a list, an input. */
async function escape(page) {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
}

const steps = [
  {
    name: "squiggle",
    faults: ["textDocument/publishDiagnostics", "textDocument/diagnostic"],
    // Opening the file has started the server.
    act: typeAnything,
    check: (page, timeout) => page.waitForSelector(SQUIGGLE, { timeout }),
  },
  {
    name: "the problem in a hover",
    faults: ["textDocument/publishDiagnostics:lines"],
    act: async (page, heard) => {
      await typeAnything(page);
      await heard();
      await goTo(page, 33, 7);
    },
    check: (page, timeout) => {
      const text = page.locator(".monaco-hover", { hasText: "did you mean" });
      return press(page, ["Control+k", "Control+i"], text, timeout);
    },
    undo: escape,
    picture: "problem",
    after: escape,
  },
  {
    name: "quick fix",
    faults: ["textDocument/codeAction"],
    act: (page) => goTo(page, 33, 7),
    check: async (page, timeout) => {
      const repair = page.locator(".action-widget .monaco-list-row.action.focused", { hasText: "Change to `content`" }).first();
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
  {
    name: "plan view",
    faults: ["masterchef/planView"],
    act: async (page) => {
      await goTo(page, 23, 5);
      // Room for both.
      if (await page.locator(".explorer-folders-view").isVisible()) {
        await page.keyboard.press("Control+b");
      }
      await command(page, "Masterchef: Show Plan");
    },
    check: async (page, timeout) => {
      const plan = await panel(page, timeout);
      await plan.locator(box('Directory["/srv/www"]')).waitFor({ timeout });
      // An edge, with its reason.
      await plan.locator(".edge title", { hasText: "restart on" }).first().waitFor({ state: "attached", timeout });
    },
    // The panel stays open: what it shows follows the text.
  },
  {
    name: "the plan follows the text",
    faults: ["masterchef/planView"],
    act: async (page) => {
      await goTo(page, 23, 18);
      await page.keyboard.type("2");
    },
    check: async (page, timeout) => {
      const plan = await panel(page, timeout);
      // Another resource than that of the bundle, which is still shown.
      await plan.locator(`${box('Directory["/srv2/www"]')}.new`).waitFor({ timeout });
      await plan.locator(`${box('Directory["/srv/www"]')}.removed`).waitFor({ timeout });
    },
    undo: (page) => page.keyboard.press("Backspace"),
    picture: "plan-changes",
    after: (page) => page.keyboard.press("Backspace"),
  },
  {
    name: "from the plan to the source",
    faults: ["masterchef/planView:lines"],
    act: async (page) => {
      await goTo(page, 23, 18);
      await page.keyboard.type("3");
      // The plan is the newest: the one that is clicked in.
      const plan = await panel(page, 60_000);
      await plan.locator(box('Directory["/srv3/www"]')).waitFor();
      await plan.locator(box('Service["nginx"]')).click();
    },
    check: async (page, timeout) => {
      await page.waitForSelector('.tab.active >> text=nginx.mc', { timeout });
      const plan = await panel(page, timeout);
      await plan.locator(".details", { hasText: "restart on (nginx.mc:53)" }).waitFor({ timeout });
    },
    undo: backFromTheSource,
    picture: "plan-reasons",
    after: backFromTheSource,
  },
  {
    // The page does it alone: there is no fault of the server that it could suffer from.
    name: "what is unfolded is folded again",
    act: async (page) => {
      const plan = await panel(page, 30_000);
      await plan.locator(box('Service["nginx"]')).focus();
      await page.keyboard.press("Backspace");
    },
    check: async (page, timeout) => {
      const plan = await panel(page, timeout);
      await plan.locator(`${GROUP}:focus`).waitFor({ timeout });
      await page.keyboard.press("Enter");
      // The focus is in what was unfolded.
      await plan.locator('.box:focus[aria-pressed="true"]:not(.group)').waitFor({ timeout });
      await plan.locator(GROUP).waitFor({ state: "detached", timeout });
    },
    // For the next step.
    after: async (page) => {
      const plan = await panel(page, 30_000);
      await plan.locator("button", { hasText: "Fold all" }).first().click();
      await plan.locator(GROUP).waitFor();
      await plan.locator("input").fill("nginx");
      // It is kept a moment later.
      await page.waitForTimeout(500);
    },
  },
  {
    name: "what a covered plan shows is kept",
    faults: ["masterchef/planView"],
    // The page is made anew when its tab is in front again.
    act: async (page) => {
      await page.locator(".tab", { hasText: "Plan of web" }).first().click();
      await command(page, "Masterchef: Get Started");
      await page.locator(".gettingStartedContainer").first().waitFor();
      await page.locator(".tab", { hasText: "Plan of web" }).first().click();
    },
    check: async (page, timeout) => {
      const plan = await panel(page, timeout);
      await plan.locator(GROUP).waitFor({ timeout });
      if ((await plan.locator("input").inputValue()) !== "nginx") {
        throw new Error("the search is not kept");
      }
    },
    after: async (page) => {
      await page.locator(".tab", { hasText: /walkthrough|welcome/i }).locator(".codicon-close").click({ force: true });
      const plan = await panel(page, 30_000);
      await plan.locator("input").fill("");
      await plan.locator("button", { hasText: "Unfold all" }).first().click();
      await plan.locator(box('Service["nginx"]')).waitFor();
    },
  },
  {
    name: "a passing error",
    faults: ["masterchef/planView"],
    act: async (page) => {
      await page.locator(".tab", { hasText: "main.mc" }).first().click();
      await goTo(page, 23, 3);
      await page.keyboard.type("x");
    },
    check: async (page, timeout) => {
      const plan = await panel(page, timeout);
      const repair = plan.locator(".banner button", { hasText: "Go to the Problem" });
      await repair.waitFor({ timeout });
      // What was shown stays, and what it is called.
      await plan.locator(box('Service["nginx"]')).waitFor({ timeout });
      await plan.locator("option:checked", { hasText: "At the cursor: web" }).waitFor({ state: "attached", timeout });
      await goTo(page, 1, 1);
      await repair.click();
      await page.locator("#status\\.editor\\.selection", { hasText: "Ln 23" }).waitFor({ timeout });
    },
    undo: withoutTheError,
    after: withoutTheError,
  },
  {
    name: "the plan in the dark",
    faults: ["masterchef/planView"],
    act: async (page) => {
      await theme(page, "Dark Modern", ".vs-dark");
      await goTo(page, 23, 18);
      await page.keyboard.type("2");
    },
    check: async (page, timeout) => {
      const plan = await panel(page, timeout);
      await plan.locator(`${box('Directory["/srv2/www"]')}.new`).waitFor({ timeout });
    },
    undo: (page) => page.keyboard.press("Backspace"),
    picture: "plan-dark",
    after: async (page) => {
      await page.keyboard.press("Backspace");
      await theme(page, "Light Modern", ".vs");
    },
  },
  {
    name: "why this value",
    faults: ["masterchef/why"],
    act: async (page) => {
      await goTo(page, 23, 31);
      await command(page, "Masterchef: Why This Value");
    },
    check: async (page, timeout) => {
      const answer = webview(page).locator("body");
      await answer.filter({ hasText: "0o755" }).filter({ hasText: "src/main.mc" }).waitFor({ timeout });
    },
    undo: escape,
    picture: "why",
  },
  {
    name: "tests",
    faults: ["masterchef/runTests"],
    act: async (page) => {
      await command(page, "Testing: Focus on Test Explorer View");
      await page.locator(TESTS, { hasText: "tests.mc" }).waitFor();
      await command(page, "Test: Run All Tests");
    },
    check: (page, timeout) =>
      page.locator(TESTS, { hasText: "tests.mc" }).locator(".codicon-testing-passed-icon").waitFor({ timeout }),
    arrange: async (page) => {
      // Only what the picture is about: the tests, and one of them.
      await command(page, "File: Save All");
      await command(page, "View: Close All Editors");
      const input = page.locator(".quick-input-widget input");
      await press(page, ["Control+p"], input, 30_000);
      await input.fill("tests.mc");
      await page.locator(".quick-input-list .monaco-list-row", { hasText: "tests.mc" }).first().click();
      await page.waitForSelector(".tab.active >> text=tests.mc");
      await page.locator(TESTS, { hasText: "tests.mc" }).click();
      const first = page.locator(TESTS, { hasText: "every site has" });
      await press(page, ["ArrowRight"], first, 30_000);
    },
    picture: "tests",
  },
  {
    name: "a server that does not start, and the next one",
    faults: ["masterchef/tests"],
    act: async (page) => {
      const good = fs.readFileSync(SETTINGS, "utf8");
      try {
        fs.writeFileSync(SETTINGS, JSON.stringify({ "masterchef.server.path": "/bin/false" }));
        await page.locator(".notification-list-item-message", { hasText: "ended with exit status 1" }).first().waitFor();
        // What it listed is gone with it.
        await page.locator(TESTS, { hasText: "tests.mc" }).waitFor({ state: "detached" });
      } finally {
        fs.writeFileSync(SETTINGS, good);
      }
      await command(page, "Notifications: Clear All Notifications");
    },
    check: (page, timeout) => page.locator(TESTS, { hasText: "tests.mc" }).waitFor({ timeout }),
  },
];

async function withoutTheError(page) {
  await goTo(page, 23, 4);
  await page.keyboard.press("Backspace");
}

/** Chooses a theme by its name; `kind` is a class that the workbench has then. */
async function theme(page, name, kind) {
  await command(page, "Preferences: Color Theme");
  const input = page.locator(".quick-input-widget input");
  await input.fill(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
  await page.waitForSelector(`.monaco-workbench${kind}`);
  await page.waitForFunction((editor) => document.activeElement?.closest(editor), EDITOR);
}

/** Takes back what was typed before the click in the plan. */
async function backFromTheSource(page) {
  await page.locator(".tab", { hasText: "main.mc" }).first().click();
  await goTo(page, 23, 19);
  await page.keyboard.press("Backspace");
}

/** The page in the panel that is in front. */
function webview(page) {
  return page.frameLocator("iframe.webview.ready:visible").frameLocator("iframe#active-frame");
}

/** The page of the plan. */
async function panel(page, timeout) {
  const inner = webview(page);
  await inner.locator("svg.canvas").waitFor({ timeout });
  return inner;
}

const GROUP = '.box[data-id="group web/Nginx"]';

/** The box of a resource in the plan. */
function box(id) {
  return `.box[data-id="${`node ${id}`.replaceAll('"', '\\"')}"]`;
}

module.exports = { open, steps, until };
