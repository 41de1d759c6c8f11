/**
 * "Did you mean": the known word nearest to one that is not known.
 */

/** Edits that still count as a slip of the fingers, for a word of the given length. */
function tolerance(length: number): number {
  return length <= 4 ? 1 : length <= 8 ? 2 : 3
}

/** Number of inserted, deleted or replaced characters between two words (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** The candidate nearest to `word`, if it is near enough to be what was meant. Case does not count. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = tolerance(word.length) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/**
 * The candidate that is meant by `word`: one that it is another name of, else the nearest one. `aliases`: what else a
 * candidate is called, such as `net.ipv4.tcp_syncookies`, whose last part alone will do.
 */
export function meantBy(
  word: string,
  candidates: readonly string[],
  aliases: (candidate: string) => string | undefined,
): string | undefined {
  const isAlias = (candidate: string): boolean => {
    const alias = aliases(candidate)
    return alias !== undefined && (alias === word || alias.endsWith(`.${word}`))
  }
  return candidates.find(isAlias) ?? nearest(word, candidates)
}

/** ` (did you mean "x"?)`, to follow the word in a message; empty when nothing is near. */
export function didYouMean(
  word: string,
  candidates: readonly string[],
  aliases: (candidate: string) => string | undefined = () => undefined,
): string {
  const meant = meantBy(word, candidates, aliases)
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`
}
