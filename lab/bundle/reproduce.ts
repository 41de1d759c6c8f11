/**
 * The command line that gives a bundle again, and what can be read in it.
 */

/** `reference` is how `synlab run` finds the scenario; `set` are the overrides, each `key=value`. */
export function reproduceCommand(reference: string, seed: number, set: readonly string[]): string {
  const overrides = set.flatMap((text) => ['--set', quote(text)])
  return ['synlab', 'run', quote(reference), '--seed', String(seed), ...overrides].join(' ')
}

/** A word for a POSIX shell. */
function quote(word: string): string {
  return /^[\w./=:@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** What `reproduceCommand` was given; undefined for any other text. */
export function parseReproduceCommand(
  command: string,
): { reference: string; seed: number; set: readonly string[] } | undefined {
  const words = [...command.matchAll(/(?:'(?:[^']|'\\'')*'|[^\s'])+/g)].map(([word]) => unquote(word))
  const [synlab, run, reference, seedFlag, seed = '', ...rest] = words
  const isOurs = synlab === 'synlab' && run === 'run' && reference !== undefined && seedFlag === '--seed'
  if (!isOurs || !/^\d+$/.test(seed) || rest.length % 2 !== 0) return undefined
  if (rest.some((word, index) => index % 2 === 0 && word !== '--set')) return undefined
  return { reference, seed: Number(seed), set: rest.filter((_, index) => index % 2 === 1) }
}

function unquote(word: string): string {
  return word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word
}
