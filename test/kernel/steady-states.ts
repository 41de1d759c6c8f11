/** Floods kernel and endpoint alike, and says how far their SYN queues agree. */
import { playAll } from './pool.ts'
import type { Flood, SteadyOutcome } from './steady.ts'

const FLOODS: readonly Flood[] = [
  { backlog: 128, rate: 4 },
  { backlog: 256, rate: 20 },
  { backlog: 128, rate: 16 },
  { backlog: 64, rate: 8 },
]

/** How far the endpoint may be off: share of the mean, and of the admitted share. */
const MEAN_BOUND = 0.05
const ADMITTED_BOUND = 0.02

/** Prints a row for each flood; whether all are within bounds. */
export async function playSteadyStates(): Promise<boolean> {
  let isGood = true
  console.log('backlog  SYN/s   mean SYN queue                  admitted share')
  console.log('                 kernel  endpoint  exact timers     kernel  endpoint  exact timers')
  await playAll<Flood, SteadyOutcome>(
    new URL('steady.js', import.meta.url),
    FLOODS,
    FLOODS.length,
    ({ backlog, rate }, { kernel, endpoint, exact }) => {
      const all = [kernel, endpoint, exact]
      const means = all.map(({ mean }) => mean.toFixed(1).padStart(8)).join('  ')
      const shares = all.map(({ admitted }) => admitted.toFixed(3).padStart(8)).join('  ')
      console.log(`${String(backlog).padStart(7)}  ${String(rate).padStart(5)}  ${means}   ${shares}`)
      const isMeanGood = Math.abs(endpoint.mean - kernel.mean) <= MEAN_BOUND * kernel.mean
      if (!isMeanGood || Math.abs(endpoint.admitted - kernel.admitted) > ADMITTED_BOUND) isGood = false
    },
  )
  return isGood
}
