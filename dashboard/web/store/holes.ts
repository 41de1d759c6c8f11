/** Stretches of time of which the page knows nothing, because nobody told it: drawn as gaps, never bridged. */
import type { LabStore } from './lab-store.ts'

export interface Hole {
  readonly from: number
  readonly to: number
}

/** The server tells its state twice a second; what is this much rarer was lost, milliseconds. */
const HOLE_MS = 2000

/** Holes in the server's history within `[from, to]`, and those that the stream has said. */
export function holesBetween({ serverHistory, gaps }: LabStore, from: number, to: number): readonly Hole[] {
  const holes: Hole[] = []
  const first = Math.max(0, serverHistory.rowAt(from))
  for (let row = first; row < serverHistory.length; row++) {
    const start = serverHistory.time(row)
    if (start > to) break
    const next = row + 1 < serverHistory.length ? serverHistory.time(row + 1) : to
    if (next - start > HOLE_MS) holes.push({ from: start, to: Math.min(next, to) })
  }
  for (const gap of gaps.value) if (gap.to > from && gap.from < to) holes.push({ from: gap.from, to: gap.to })
  return holes
}
