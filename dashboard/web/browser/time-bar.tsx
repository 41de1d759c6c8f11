/** Time itself: run, stand, step, back, and a slider over every moment that was reached, with what was switched on it. */
import { useFormat, useText } from '../app/lab-context.ts'
import { useSession } from './session-context.ts'
import { markKind, type SliderMark, sliderMarks } from './slider-marks.ts'
import { BROWSER } from './strings.ts'
import { SPEEDS } from './time-keeper.ts'

/** A speed that is missed by more than this is told, as a share of it. */
const MISSED = 0.9

export function TimeBar() {
  const session = useSession()
  const { time, ui } = session
  const text = useText(BROWSER)
  const format = useFormat()
  const { at, furthest, speed } = time.state.value
  const isRunning = time.isRunning.value
  const reached = time.reached.value
  const pinned = ui.pinned.value
  return (
    <section class="lab-time" aria-label={text.time}>
      <div class="lab-steps">
        <button
          type="button"
          class="button"
          data-act="back"
          title={text.backSecond}
          onClick={() => void time.goTo(at - 1000)}
        >
          −1 s
        </button>
        <button
          type="button"
          class={`button play ${isRunning ? '' : 'helpful'}`}
          aria-pressed={isRunning}
          data-act="toggle"
          onClick={() => time.toggle()}
        >
          <i class={isRunning ? 'bars' : 'triangle'} aria-hidden="true" /> {isRunning ? text.pause : text.run}
        </button>
        <button type="button" class="button" data-step="packet" onClick={() => void time.step('packet')}>
          {text.packet}
        </button>
        <button type="button" class="button" data-step="event" onClick={() => void time.step('event')}>
          {text.event}
        </button>
        <button
          type="button"
          class="button"
          data-step="second"
          title={text.onSecond}
          onClick={() => void time.step('second')}
        >
          +1 s
        </button>
      </div>
      <div class="lab-slider">
        <Marks marks={sliderMarks(session)} furthest={furthest} />
        <input
          type="range"
          aria-label={text.moment}
          aria-valuetext={format.clock(at)}
          min={0}
          max={Math.max(furthest, 1)}
          step="any"
          value={at}
          onInput={(event) => void time.goTo(event.currentTarget.valueAsNumber)}
        />
      </div>
      <p class="lab-now">
        <b data-figure="time">{seconds(at, isRunning ? 1 : at % 1 === 0 ? 3 : 6)}</b>{' '}
        <span>{text.ofReached(seconds(furthest, 1))}</span>
      </p>
      <label class="lab-speed">
        <span class="unseen">{text.speed}</span>
        <select value={time.speed.value} onChange={(event) => time.choose(Number(event.currentTarget.value))}>
          {SPEEDS.map((value) => (
            <option key={value} value={value}>
              {value}×
            </option>
          ))}
        </select>
        {reached !== undefined && reached < speed * MISSED && (
          <span class="quiet" data-figure="reached">
            {text.reached(format.rate(reached))}
          </span>
        )}
      </label>
      {pinned !== undefined && pinned < at && (
        <button type="button" class="button" onClick={() => void time.goTo(pinned)}>
          {text.turnBackTo(format.clock(pinned))}
        </button>
      )}
    </section>
  )
}

function Marks({ marks, furthest }: { marks: readonly SliderMark[]; furthest: number }) {
  const text = useText(BROWSER)
  const format = useFormat()
  const { time } = useSession()
  return (
    <div class="lab-marks">
      {marks.map((mark) => (
        <button
          key={`${mark.at} ${mark.kind}`}
          type="button"
          tabIndex={-1}
          class={markKind(mark)}
          style={{ left: `${(mark.at / Math.max(furthest, 1)) * 100}%` }}
          title={`${format.clock(mark.at)} ${text.marks[mark.kind]}`}
          aria-label={`${format.clock(mark.at)} ${text.marks[mark.kind]}`}
          onClick={() => void time.goTo(mark.at)}
        />
      ))}
    </div>
  )
}

/** Microseconds count where time is stepped packet by packet. */
function seconds(ms: number, decimals: number): string {
  return `${(ms / 1000).toFixed(decimals)} s`
}
