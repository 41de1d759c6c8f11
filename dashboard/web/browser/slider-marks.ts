/** What stands on the slider of time: what was switched by hand in any arm, and the scenario's phases. */
import type { SwitchMark } from '../../virtual/virtual-labs.ts'
import type { LabSession } from './session.ts'

export interface SliderMark {
  /** Milliseconds. */
  readonly at: number
  readonly kind: SwitchMark['kind'] | 'attack-phase' | 'recovery-phase'
}

/** Those within what was reached. Reads signals. */
export function sliderMarks({ open, time }: LabSession): readonly SliderMark[] {
  const { furthest, switches } = time.state.value
  const { opened, run } = open.value ?? {}
  const phases: readonly SliderMark[] =
    opened === undefined || run?.isByHand !== false
      ? []
      : opened.phases.flatMap(({ name, start }) =>
          name === 'attack' || name === 'recovery' ? [{ at: start * 1000, kind: `${name}-phase` as const }] : [],
        )
  return [...phases, ...switches].filter(({ at }) => at <= furthest)
}

/** Which hue a mark has: what harms, what helps, and all else. */
export function markKind({ kind }: SliderMark): 'hostile' | 'cookie' | 'other' {
  if (kind === 'start-attack' || kind === 'attack-phase') return 'hostile'
  return kind === 'configure' ? 'cookie' : 'other'
}
