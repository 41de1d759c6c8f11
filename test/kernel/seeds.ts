/** Differential runs: programs of many seeds on kernel and endpoint, and the table of what came out. */
import { VERDICTS, type Verdict } from './compare.ts'
import type { SeedOutcome } from './play-seeds.ts'
import { playAll } from './pool.ts'

/** Programs that are played at a time. */
const WIDTH = 48

/** The share of programs below which those that differ in packets or results, and in counters only, have to be. */
const ALLOWED: Partial<Record<Verdict, number>> = { 'packets or results': 0.01, 'counters only': 0.03 }

/** Plays `count` seeds from `first` on, prints each difference and the table; whether the shares are within bounds. */
export async function playSeeds(first: number, count: number): Promise<boolean> {
  const found = new Map<Verdict, number>(VERDICTS.map((verdict) => [verdict, 0]))
  await playAll<number, SeedOutcome>(
    new URL('play-seeds.js', import.meta.url),
    Array.from({ length: count }, (_, i) => first + i),
    WIDTH,
    (seed, { verdict, what, script }) => {
      found.set(verdict, (found.get(verdict) ?? 0) + 1)
      if (script !== '') console.log(`// seed ${seed}: ${verdict}: ${what}\n${script}\n`)
    },
  )
  console.log(`${count} programs on kernel and endpoint`)
  for (const verdict of VERDICTS) {
    const programs = found.get(verdict) ?? 0
    console.log(`  ${verdict.padEnd(20)} ${String(programs).padStart(6)}  ${((100 * programs) / count).toFixed(1)} %`)
  }
  return VERDICTS.every((verdict) => isAllowed(verdict, found.get(verdict) ?? 0, count))
}

/** Whether `found` programs of `count` may end with `verdict`: of a few none may. */
function isAllowed(verdict: Verdict, found: number, count: number): boolean {
  const share = ALLOWED[verdict]
  return share === undefined || found === 0 || found < share * count
}
