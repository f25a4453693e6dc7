// What a failed test says, without the editor's types.

/**
 * One failure: its message, then each place with what is there. The first place is where the test failed; those that follow
 * are how it came to that, and no failures of their own.
 * @param {{ message?: string, locations?: { location?: object, message?: string }[] }} result
 * @param {(location: object) => string} where the file and line of a place, for people
 * @returns {{ text: string, location: object | undefined }}
 */
function told(result, where) {
  const [first, ...others] = result.locations ?? [];
  const text = [
    result.message,
    first?.message,
    ...others.map(({ location, message }) => [location && where(location), message].filter(Boolean).join(": ")),
  ].filter(Boolean);
  return { text: text.join("\n") || "failed", location: first?.location };
}

/** The same for the output of a run, where no place is marked. */
function rendered(name, result, where) {
  const { text, location } = told(result, where);
  const head = location ? `${name} failed at ${where(location)}` : `${name} failed`;
  return [head, ...text.split("\n").map((line) => `  ${line}`)].join("\n");
}

/** A terminal's lines end in both characters. */
function forTerminal(text) {
  return `${text}\n`.replace(/\r?\n/g, "\r\n");
}

module.exports = { forTerminal, rendered, told };
