/** Both queues, place by place: the SYN queue large, the accept queue below it. */
import { type ReadonlySignal, useComputed } from '@preact/signals'
import type { QueueFrame, SlotsMessage } from '../../../contract/stream.ts'
import { SpokenTwin } from '../../a11y/twin.tsx'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import { countHolders, type DecodedFrame, decodeFrame, type Holders } from '../../charts/queue-frame.ts'
import { QueueGrid } from '../../charts/queue-grid.tsx'
import { QuestionsHere } from '../../questions/questions-here.tsx'
import { CONTROL_ROOM } from './strings.ts'

interface QueueFigures {
  readonly length: number
  readonly limit: number
  readonly holders: Holders
  readonly isDensity: boolean
}

export function QueuePanel() {
  const { store, ui } = useLab()
  const text = useText(CONTROL_ROOM)
  const format = useFormat()
  const frame = useComputed(() => {
    const pinned = ui.pinned.value
    return pinned === undefined ? store.slots.value : store.frames.at(pinned)
  })
  const at = useComputed(() => frame.value?.at ?? 0)
  const syn = useQueue(frame, 'syn')
  const accept = useQueue(frame, 'accept')
  const { figures } = syn
  return (
    <figure class="panel queues" aria-labelledby="syn-queue">
      <div class="panel-title">
        <h2 id="syn-queue">{text.synQueue}</h2>
        <QuestionsHere place="syn-queue" />
        <span>{figures?.isDensity ? text.densityAbout : text.synQueueAbout}</span>
      </div>
      <p class="big">
        <span data-figure="syn-length">{figures === undefined ? '–' : format.count(figures.length)}</span>{' '}
        <span class="of">{figures !== undefined && text.of(format.count(figures.limit))}</span>
      </p>
      <div class="grid-host">
        <QueueGrid frame={syn.frame} at={at} name="grid" />
        {figures === undefined && <p class="quiet over">{text.noFrame}</p>}
      </div>
      <p class="key">
        <span>
          <i class="swatch free" />
          {text.free}
        </span>
        <span>
          <i class="swatch honest" />
          {text.honest(format.count(figures?.holders.honest ?? Number.NaN))}
        </span>
        <span title={text.hostileAbout}>
          <i class="swatch hostile" />
          {text.hostile(format.count(figures?.holders.hostile ?? Number.NaN))}
        </span>
        {!figures?.isDensity && (
          <span>
            <i class="swatch notched" />
            {text.notches}
          </span>
        )}
      </p>
      <div class="accept">
        <p class="panel-title">
          <strong>{text.acceptQueue}</strong>
          <QuestionsHere place="accept-queue" />
          <span title={text.acceptQueueAbout}>
            <b data-figure="accept-length">
              {accept.figures === undefined ? '–' : format.count(accept.figures.length)}
            </b>{' '}
            {accept.figures !== undefined && text.of(format.count(accept.figures.limit))}
          </span>
        </p>
        <QueueGrid frame={accept.frame} at={at} name="grid accept-grid" />
      </div>
      {figures !== undefined && (
        <SpokenTwin
          text={text.twinQueue(
            format.count(figures.length),
            format.count(figures.limit),
            format.count(figures.holders.honest),
            format.count(figures.holders.hostile),
          )}
        />
      )}
    </figure>
  )
}

/** The decoded frame of one queue, and its figures, which change the text only when they are others. */
function useQueue(
  message: ReadonlySignal<SlotsMessage | undefined>,
  queue: 'syn' | 'accept',
): { frame: ReadonlySignal<DecodedFrame | undefined>; figures: QueueFigures | undefined } {
  const told = useComputed<QueueFrame | undefined>(() => message.value?.[queue])
  const frame = useComputed(() => (told.value === undefined ? undefined : decodeFrame(told.value)))
  const key = useComputed(() => {
    if (told.value === undefined || frame.value === undefined) return undefined
    const { length, limit, kind } = told.value
    const { honest, hostile } = countHolders(frame.value)
    return JSON.stringify({ length, limit, holders: { honest, hostile }, isDensity: kind === 'density' })
  })
  return { frame, figures: key.value === undefined ? undefined : (JSON.parse(key.value) as QueueFigures) }
}
