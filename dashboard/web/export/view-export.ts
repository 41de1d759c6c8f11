/** What is saved of each view: the control room is drawn anew from what is known; other views as they stand on the page. */
import type { Lab } from '../app/lab-context.ts'
import { decodeFrame } from '../charts/queue-frame.ts'
import { FIRST_CHARTS, MORE_CHARTS } from '../charts/series.ts'
import { timeWindow } from '../charts/time-window.ts'
import { CONTROLS } from '../controls/strings.ts'
import type { Format } from '../i18n/format.ts'
import { plainText } from '../i18n/phrase.ts'
import { SENTENCES } from '../sentence/catalogues.ts'
import { sentenceAt } from '../sentence/sentence-at.ts'
import { readTokens } from '../theme/tokens.ts'
import { say } from '../views/control-room/headline.tsx'
import { markText } from '../views/control-room/log-panel.tsx'
import { CONTROL_ROOM } from '../views/control-room/strings.ts'
import { drawElement } from './element-picture.ts'
import { makeReport } from './report.ts'
import { drawRoom } from './room-picture.ts'

export function pictureOf(lab: Lab, format: Format): string {
  const { store, ui } = lab
  const view = document.getElementById('view')
  if (ui.view.value !== 'control-room' && view !== null) return drawElement(view)
  const at = momentOf(lab)
  const window = timeWindow(lab) ?? { from: at - ui.span.value, to: at }
  const { headline, why } = saidAt(lab, at, format)
  const frame = ui.pinned.value === undefined ? store.slots.value : store.frames.at(at)
  return drawRoom({
    store,
    window,
    headline,
    why,
    frame: frame === undefined ? undefined : decodeFrame(frame.syn),
    tokens: readTokens(ui.theme.value),
    format,
    words: CONTROL_ROOM[ui.language.value],
  })
}

export function reportOf(lab: Lab, format: Format, picture: string): string {
  const { store, ui } = lab
  const at = momentOf(lab)
  const words = CONTROL_ROOM[ui.language.value]
  const controls = CONTROLS[ui.language.value]
  const { headline, why } = saidAt(lab, at, format)
  const figures = [...FIRST_CHARTS, ...MORE_CHARTS].map((chart) => ({
    title: words.charts[chart.key],
    rows: chart.series.map(
      (series) =>
        [`${words.series[series.key]} (${series.source})`, format[chart.format](series.value(store, at))] as const,
    ),
  }))
  const log = store.marks.value.map((mark) => [format.clock(mark.at), markText(mark, words, controls, format)] as const)
  return makeReport({
    language: ui.language.value,
    title: plainText(headline),
    why,
    picture,
    tables: [...figures, { title: words.log, rows: log }],
    footer: `synlab ${store.hello.value?.version ?? ''}, ${format.clock(at)}`,
  })
}

function momentOf({ ui, clock, store }: Lab): number {
  return ui.pinned.value ?? clock.now.value ?? store.now.value ?? 0
}

function saidAt({ store, ui }: Lab, at: number, format: Format): ReturnType<typeof say> {
  return say(sentenceAt(store, at, ui.pinned.value === undefined), SENTENCES[ui.language.value], format)
}
