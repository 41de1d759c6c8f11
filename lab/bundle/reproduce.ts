/**
 * The command line that gives a bundle again.
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
