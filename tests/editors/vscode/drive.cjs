// Drives Visual Studio Code in a browser, as a user would. Each step is done twice: with a fault planted in the language
// server, where its check has to fail, and without one.
//
// MC_URL       where the workbench is, with the folder that it opens
// MC_OUT       the folder for pictures
// MC_FAULTS    the file that names the methods which the server gets wrong
// MC_RIG       the folder of `setup.sh`
// MC_SETTINGS  the file of settings that names the server

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require(path.join(process.env.MC_RIG, "node_modules/playwright-core"));
const { open, steps, until } = require("./steps.cjs");

const OUT = process.env.MC_OUT;
const FAULTS = process.env.MC_FAULTS;
// How long a check is tried, and how long after an answer that was spoiled: the editor has it then.
const PATIENCE = 30_000;
const FAULTY = 1_500;

const began = Date.now();
const lines = [];

function say(text) {
  console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

function plant(methods) {
  fs.rmSync(`${FAULTS}.log`, { force: true });
  fs.writeFileSync(FAULTS, methods.join("\n"));
}

/** The methods that were really spoiled since the last `plant`. */
function spoiled() {
  return fs.existsSync(`${FAULTS}.log`) ? fs.readFileSync(`${FAULTS}.log`, "utf8").split("\n") : [];
}

async function picture(page, name) {
  // The pointer and the cursor would differ from run to run, and what is under the pointer looks different.
  await away(page);
  await page.screenshot({ path: path.join(OUT, `${name}.png`), caret: "hide", animations: "disabled" });
}

/** Puts the pointer where nothing is. */
async function away(page) {
  await page.mouse.move(200, 15);
}

async function failed(page, text) {
  await page.screenshot({ path: path.join(OUT, "failed.png") });
  fs.writeFileSync(path.join(OUT, "console.log"), lines.join("\n"));
  throw new Error(text);
}

/** Runs one step, at first with a fault. */
async function run(page, step) {
  if (step.faults) {
    plant(step.faults);
    const passes = () =>
      step.check(page, FAULTY).then(
        () => true,
        () => false,
      );
    const heard = () =>
      until(() => step.faults.find((method) => spoiled().includes(method)), PATIENCE).catch(() => {
        throw new Error(`the editor never asked for ${step.faults}`);
      });
    await step.act(page, heard);
    const passed = await passes();
    const hit = await heard();
    // Once more: a slow machine may have asked late.
    if (passed || (await passes())) {
      throw new Error(`the check passes although the server gets ${hit} wrong`);
    }
    await step.undo?.(page);
    say(`${step.name}: fails with a fault in ${hit}`);
  }
  plant([]);
  await step.act(page, async () => {});
  await step.check(page, PATIENCE);
  if (step.picture) {
    await step.arrange?.(page);
    await picture(page, step.picture);
  }
  await step.after?.(page);
  say(`${step.name}: passed`);
}

async function main() {
  fs.rmSync(OUT, { recursive: true, force: true });
  fs.mkdirSync(OUT, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.MC_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on("console", (message) => lines.push(`${message.type()} ${message.text()}`));
    page.on("pageerror", (error) => lines.push(`error ${error.message}`));
    page.setDefaultTimeout(PATIENCE);
    plant(steps[0].faults);
    await open(page).catch((error) => failed(page, `open: ${error.message}`));
    say("the package is open");
    for (const step of steps) {
      await run(page, step).catch((error) => failed(page, `${step.name}: ${error.message}`));
    }
  } finally {
    await browser.close();
  }
  say("all steps passed");
}

main().catch((error) => {
  console.error(`FAILED ${error.message}`);
  process.exit(1);
});
