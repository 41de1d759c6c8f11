/** The line at the time that is looked at, over a chart. Insets in units of the page's text. */
import { useLab } from '../app/lab-context.ts'
import { crosshair, timeWindow } from './time-window.ts'

export function Crosshair({ left, right, bottom }: { left: number; right: number; bottom: number }) {
  const lab = useLab()
  const window = timeWindow(lab)
  const at = crosshair(lab)
  if (window === undefined || at === undefined || at < window.from || at > window.to) return null
  const share = (at - window.from) / (window.to - window.from)
  const isPinned = lab.ui.hover.value === undefined
  return (
    <div
      class={isPinned ? 'crosshair pinned' : 'crosshair'}
      style={{ left: `calc(${left}rem + ${share} * (100% - ${left + right}rem))`, bottom: `${bottom}rem` }}
    />
  )
}
