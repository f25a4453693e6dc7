// Which host a plan is shown for, of those that the package knows.

/**
 * The fixture that a name stands for. Where labels are given in every combination, a fixture's name goes on behind its
 * host, `debian12, role = Web`: the host alone stands for the first that gets the policy.
 * @param {string} wanted
 * @param {{ name: string, matches: boolean | null }[]} fixtures
 * @returns {string | undefined} undefined if there is none
 */
function closest(wanted, fixtures) {
  if (fixtures.some(({ name }) => name === wanted)) {
    return wanted;
  }
  const longer = fixtures.filter(({ name }) => name.startsWith(`${wanted}, `));
  return (longer.find(({ matches }) => matches !== false) ?? longer[0])?.name;
}

module.exports = { closest };
