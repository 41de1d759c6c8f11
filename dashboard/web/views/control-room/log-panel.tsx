/** What was switched, began, ended or crossed a limit, newest first; a click looks back to that moment. And time itself. */
import type { Mark } from '../../../contract/stream.ts'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import { pin } from '../../app/ui-state.ts'
import type { ControlsText } from '../../controls/strings.en.ts'
import { CONTROLS } from '../../controls/strings.ts'
import type { Format } from '../../i18n/format.ts'
import { HISTORY_MS } from '../../store/lab-store.ts'
import type { ControlRoomText } from './strings.en.ts'
import { CONTROL_ROOM } from './strings.ts'

/** Lines that are made; how many are seen depends on the room. */
const LINES = 40

export function LogPanel() {
  const { store, ui, clock, source } = useLab()
  const text = useText(CONTROL_ROOM)
  const controls = useText(CONTROLS)
  const format = useFormat()
  const marks = store.marks.value.slice(-LINES).toReversed()
  return (
    <section class="panel log" aria-labelledby="log">
      <div class="panel-title">
        <h2 id="log">{text.log}</h2>
        {source.time === undefined && <TimeBar />}
        <button
          type="button"
          class="button bare more"
          onClick={() => {
            ui.hasMoreCharts.value = !ui.hasMoreCharts.value
          }}
        >
          {ui.hasMoreCharts.value ? text.fewer : text.more}
        </button>
      </div>
      {marks.length === 0 && <p class="quiet">{text.emptyLog}</p>}
      <ol>
        {marks.map((mark) => (
          <li key={`${mark.at} ${mark.kind}`}>
            <button type="button" onClick={() => pin(ui, mark.at, clock.now.value ?? mark.at)}>
              <time>{format.clock(mark.at)}</time> {markText(mark, text, controls, format)}
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

export function markText(mark: Mark, text: ControlRoomText, controls: ControlsText, format: Format): string {
  const { marks } = text
  switch (mark.kind) {
    case 'config':
      return marks.config(mark)
    case 'threshold':
      return marks.threshold(mark, format)
    case 'flood':
      return marks.flood(mark)
    case 'attack':
      return marks.attack(
        mark,
        controls.kinds[mark.attack as keyof ControlsText['kinds']]?.label ?? mark.attack,
        format,
      )
    case 'clients':
      return marks.clients(mark, format)
    case 'reset':
      return marks.reset(mark)
    case 'presence':
      return marks.presence(mark)
  }
}

/** Stand still, step, and a slider over all that is remembered. */
function TimeBar() {
  const { ui, clock, store } = useLab()
  const text = useText(CONTROL_ROOM)
  const format = useFormat()
  const now = clock.now.value
  if (now === undefined) return null
  const first = store.serverHistory.time(0)
  const oldest = Math.max(Number.isNaN(first) ? now : first, now - HISTORY_MS)
  const at = ui.pinned.value ?? now
  const isLive = ui.pinned.value === undefined
  const go = (moment: number): void => pin(ui, moment >= now ? undefined : Math.max(moment, oldest), now)
  return (
    <div class="time-bar">
      <button
        type="button"
        class="button bare"
        onClick={() => pin(ui, isLive ? now : undefined, now)}
        aria-pressed={!isLive}
      >
        {isLive ? text.pause : text.resume}
      </button>
      <button type="button" class="button bare" title={text.stepBack} onClick={() => go(at - 1000)}>
        −1 s
      </button>
      <button type="button" class="button bare" title={text.stepOn} disabled={isLive} onClick={() => go(at + 1000)}>
        +1 s
      </button>
      <input
        type="range"
        aria-label={text.scrubber}
        aria-valuetext={format.clock(at)}
        min={oldest}
        max={now}
        step={500}
        value={at}
        onInput={(event) => go(event.currentTarget.valueAsNumber)}
      />
    </div>
  )
}
