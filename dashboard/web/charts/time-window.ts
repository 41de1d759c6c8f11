/** The stretch of time that all charts share, and what lies behind them: when an attack ran, what was switched, the gaps. */

import type { Mark } from '../../contract/stream.ts'
import type { Lab } from '../app/lab-context.ts'

export interface TimeWindow {
  readonly from: number
  readonly to: number
}

/** The stretch that is drawn; undefined before the lab has told anything. Reads signals. */
export function timeWindow({ ui, clock }: Lab): TimeWindow | undefined {
  const to = ui.end.value ?? clock.now.value
  return to === undefined ? undefined : { from: to - ui.span.value, to }
}

/** The time that the crosshair shows: under the pointer, else the pinned one. */
export function crosshair({ ui }: Lab): number | undefined {
  return ui.hover.value ?? ui.pinned.value
}

/** Marks that are drawn as a line: what somebody did. What a queue did is in the charts anyway. */
export function isSwitch(mark: Mark): boolean {
  return mark.kind === 'config' || mark.kind === 'clients' || mark.kind === 'reset' || mark.kind === 'presence'
}

/** Round seconds for the time axis, about `count` of them over `spanMs`. */
export function timeStep(spanMs: number, count: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300].map((seconds) => seconds * 1000)
  return steps.find((step) => spanMs / step <= count) ?? 600_000
}
