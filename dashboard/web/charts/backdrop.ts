/** What lies behind every chart over time: the times of attacks as a tint, the gaps as hatching, switches as lines. */
import type { Lab } from '../app/lab-context.ts'
import { holesBetween } from '../store/holes.ts'
import type { Tokens } from '../theme/tokens.ts'
import { isSwitch, type TimeWindow } from './time-window.ts'

export interface PlotArea {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const TINT = 0.1
const EDGE = 1.5
const HATCH = 7

/** `unit`: pixels of the context that one CSS pixel has. */
export function drawBackdrop(
  context: CanvasRenderingContext2D,
  { store }: Lab,
  window: TimeWindow,
  area: PlotArea,
  tokens: Tokens,
  unit: number,
): void {
  const x = (at: number): number => area.left + ((at - window.from) / (window.to - window.from)) * area.width
  context.save()
  context.beginPath()
  context.rect(area.left, area.top, area.width, area.height)
  context.clip()
  context.fillStyle = tokens.hostile
  context.globalAlpha = TINT
  for (const { from, to } of attackTimes(store.attacks.peek(), window))
    context.fillRect(x(from), area.top, x(to) - x(from), area.height)
  context.globalAlpha = 1
  for (const { from } of store.attacks.peek())
    context.fillRect(x(from) - EDGE * unit, area.top, EDGE * unit, area.height)
  context.strokeStyle = tokens.line
  context.lineWidth = unit
  for (const hole of holesBetween(store, window.from, window.to))
    hatch(context, x(hole.from), x(hole.to), area, tokens, unit)
  context.setLineDash([2 * unit, 3 * unit])
  for (const mark of store.marks.peek()) {
    if (!isSwitch(mark) || mark.at < window.from || mark.at > window.to) continue
    context.strokeStyle = mark.kind === 'config' && 'synCookies' in mark.changes ? tokens.cookie : tokens.ink2
    context.beginPath()
    context.moveTo(x(mark.at), area.top)
    context.lineTo(x(mark.at), area.top + area.height)
    context.stroke()
  }
  context.restore()
}

/** Times with at least one attack: two at once are not tinted twice. */
function attackTimes(
  spans: readonly { readonly from: number; readonly to: number | undefined }[],
  window: TimeWindow,
): readonly TimeWindow[] {
  const merged: { from: number; to: number }[] = []
  for (const span of spans) {
    const from = Math.max(span.from, window.from)
    const to = Math.min(span.to ?? window.to, window.to)
    if (to <= from) continue
    const last = merged.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged
}

function hatch(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  { top, height }: PlotArea,
  tokens: Tokens,
  unit: number,
): void {
  context.save()
  context.beginPath()
  context.rect(from, top, to - from, height)
  context.clip()
  context.fillStyle = tokens.bg
  context.fillRect(from, top, to - from, height)
  context.beginPath()
  for (let x = from - height; x < to; x += HATCH * unit) {
    context.moveTo(x, top + height)
    context.lineTo(x + height, top)
  }
  context.stroke()
  context.restore()
}
