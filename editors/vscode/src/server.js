// Which program is the language server.

const fs = require("node:fs");
const path = require("node:path");

const WINDOWS = process.platform === "win32";

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** `mcc` is the command line, and starts the server as one of its commands. */
function withArguments(command) {
  const name = path.basename(command).replace(/\.exe$/i, "");
  return { command, args: name === "mcc" ? ["lsp"] : [] };
}

/**
 * The program from the settings, or else the first of `mcc` and `mc-lsp` in the folders of `PATH`.
 * @param {string} configured an absolute path, or empty
 * @param {string} searchPath the value of PATH
 * @returns {{ command: string, args: string[] } | undefined}
 */
function findServer(configured, searchPath) {
  if (configured !== "") {
    return withArguments(configured);
  }
  // Relative folders of PATH depend on where the editor was started.
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const name of ["mcc", "mc-lsp"]) {
    for (const folder of folders) {
      const file = path.join(folder, WINDOWS ? `${name}.exe` : name);
      if (isProgram(file)) {
        return withArguments(file);
      }
    }
  }
  return undefined;
}

module.exports = { findServer };
