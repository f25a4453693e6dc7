// Bundles the extension into `dist`: one file for the editor, and one with its style for the page of the plan.

import { build } from "esbuild";

const common = { bundle: true, minify: true, legalComments: "linked", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/extension.js"],
  outfile: "dist/extension.js",
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
});
await build({
  ...common,
  entryPoints: { plan: "src/plan/view.js" },
  outdir: "dist",
  platform: "browser",
  format: "iife",
  target: "chrome122",
});
await build({ ...common, entryPoints: { plan: "src/plan/view.css" }, outdir: "dist" });
