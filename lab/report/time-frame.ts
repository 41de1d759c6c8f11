/**
 * What all plots share: the axis of virtual time, the strip above it that names phases and attacks, and the marks where
 * they begin and end.
 */
import { type ScaleLinear, scaleLinear } from 'd3-scale'
import type { Scenario } from '../scenario/resolve.ts'
import { FONT_SIZE, SMALL_FONT_SIZE } from './chart-style.ts'
import { element, label, rule, textWidth } from './svg.ts'

export type TimeScale = ScaleLinear<number, number>

/** Steps between ticks, seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]
/** Room that a tick's label needs, pixels. */
const TICK_ROOM = 56

/** Room to the right of a plot: half the label of the last tick. */
export const PAD = 18

/** Significant digits of a rate; some are computed and have many. */
const RATE_DIGITS = 4

const PHASE_ROW = 18
const ATTACK_ROW = 18

export function timeScale(scenario: Scenario, left: number, right: number): TimeScale {
  return scaleLinear([0, scenario.duration], [left, right])
}

/** Seconds at which the axis has a tick: whole steps, as many as there is room for. */
export function timeTicks(x: TimeScale): number[] {
  const [from = 0, to = 0] = x.domain()
  const [left = 0, right = 0] = x.range()
  const most = Math.max(1, (right - left) / TICK_ROOM)
  const step = STEPS.find((seconds) => (to - from) / seconds <= most) ?? 3600
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)
}

/** The axis below a plot whose lower edge is at `y`; it takes `TIME_AXIS_HEIGHT`. */
export function timeAxis(x: TimeScale, y: number): string {
  const [left = 0, right = 0] = x.range()
  const ticks = timeTicks(x)
  const marks = ticks.map((second) => {
    const at = x(second)
    const text = second === ticks.at(-1) ? `${second} s` : String(second)
    return rule(at, y, at, y + 4, 'axis') + label(at, y + 16, text, 'small muted middle')
  })
  return rule(left, y, right, y, 'axis') + marks.join('')
}

export const TIME_AXIS_HEIGHT = 22

/** Height of the strip, pixels. */
export function stripHeight(scenario: Scenario): number {
  return PHASE_ROW + scenario.attacks.length * ATTACK_ROW + 4
}

/** Names of the phases, then one bar per attack from its start to its stop. A name without room is left out. */
export function strip(scenario: Scenario, x: TimeScale, top: number): string {
  const phases = scenario.phases.map(({ name, start, end }) => {
    const room = x(end) - x(start)
    if (textWidth(name, FONT_SIZE) > room) return ''
    return label((x(start) + x(end)) / 2, top + 12, name, 'muted middle')
  })
  const bars = scenario.attacks.map((attack, row) => attackBar(attack, x, top + PHASE_ROW + row * ATTACK_ROW))
  return [...phases, ...bars].join('')
}

type Attack = Scenario['attacks'][number]

function attackBar(attack: Attack, x: TimeScale, top: number): string {
  const [left = 0, right = 0] = x.range()
  const from = Math.max(left, Math.min(right, x(attack.start)))
  const to = Math.max(from + 1, Math.min(right, x(attack.stop)))
  const bar = element('rect', { class: 'attack', x: from, y: top, width: to - from, height: ATTACK_ROW - 3 })
  const ends = rule(from, top, from, top + ATTACK_ROW - 3, 'onset') + rule(to, top, to, top + ATTACK_ROW - 3, 'onset')
  const full = describeAttack(attack)
  const widest = Math.max(to - from, right - to, from - left) - 10
  const text = textWidth(full, SMALL_FONT_SIZE) <= widest ? full : attack.name
  const width = textWidth(text, SMALL_FONT_SIZE)
  const baseline = top + 11.5
  let words = ''
  if (width <= to - from - 10) words = label((from + to) / 2, baseline, text, 'small attack middle')
  else if (width <= right - to - 10) words = label(to + 5, baseline, text, 'small attack')
  else if (width <= from - left - 10) words = label(from - 5, baseline, text, 'small attack end')
  return bar + ends + words
}

/** An attack in a few words, such as "flood: syn-flood, 500/s". */
function describeAttack({ name, kind, rate }: Attack): string {
  return `${name}: ${kind}, ${Number(rate.toPrecision(RATE_DIGITS))}/s`
}

/** Behind a plot: the time under attack shaded, the starts and stops of attacks and the borders of phases as lines. */
export function timeMarks(scenario: Scenario, x: TimeScale, top: number, bottom: number): string {
  const clamp = (second: number): number => Math.max(0, Math.min(scenario.duration, second))
  const shades = scenario.attacks.map(({ start, stop }) => {
    const width = Math.max(1, x(clamp(stop)) - x(clamp(start)))
    return element('rect', { class: 'attack', x: x(clamp(start)), y: top, width, height: bottom - top })
  })
  const instants = new Set(scenario.attacks.flatMap(({ start, stop }) => [clamp(start), clamp(stop)]))
  const onsets = [...instants].map((second) => rule(x(second), top, x(second), bottom, 'onset'))
  const borders = scenario.phases
    .filter(({ start }) => start > 0 && !instants.has(start))
    .map(({ start }) => rule(x(start), top, x(start), bottom, 'boundary'))
  return [...new Set(shades), ...borders, ...onsets].join('')
}

/** The phases and their times, in words. */
export function describePhases(scenario: Scenario): string {
  return scenario.phases.map(({ name, start, end }) => `${name} ${start} to ${end} s`).join(', ')
}
