/**
 * Figures of a live run, which nobody can run again: they are held against the simulation of the same variant, with room for
 * chance and for a busy machine. That finds what is invented, not what is shaded.
 */
import type { SheetFigures } from '../class/sheet.ts'

/** How far live percentages may be off, in points; counts by a factor, and small ones by so many. */
const POINTS_OFF = 30
const FACTOR = 3
const FEW = 30

/** The first figure that is out of reach; undefined when all are near enough. */
export function unlikelyFigure(live: Readonly<Record<string, number>>, simulated: SheetFigures): string | undefined {
  return Object.keys(live).find((name) => !isNear(name, live[name] ?? Number.NaN, simulated[name], simulated))
}

function isNear(name: string, seen: number, expected: unknown, simulated: SheetFigures): boolean {
  if (typeof expected !== 'number' || !Number.isSafeInteger(seen) || seen < 0) return false
  if (name.endsWith('.limit')) return seen === expected
  // A queue holds one more than its limit, and never more than that.
  if (name.endsWith('_queue.max')) return seen <= Number(simulated[name.replace(/max$/, 'limit')]) + 1
  if (name.endsWith('.percent')) return Math.abs(seen - expected) <= POINTS_OFF
  return Math.abs(seen - expected) <= FEW || (seen <= expected * FACTOR && seen * FACTOR >= expected)
}
