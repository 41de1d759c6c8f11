/** The scenarios that ship with the lab, as texts in the page. */

const FILES = import.meta.glob('../../../lab/scenarios/*.yaml', { query: '?raw', import: 'default', eager: true })

/** By their names, in alphabetical order. */
export const SCENARIOS: ReadonlyMap<string, string> = new Map(
  Object.entries(FILES)
    .map(([path, text]) => [path.replace(/^.*\//, '').replace(/\.yaml$/, ''), text] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1)),
)
