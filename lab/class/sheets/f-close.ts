/**
 * Sheet F: how connections end. TIME-WAIT settles, because it ends by itself; CLOSE-WAIT grows, because only the program can
 * end it.
 */
import { STATE_NAMES, State } from '../../../tcpip/base/states.ts'
import type { Tcb } from '../../../tcpip/connection/tcb.ts'
import { FIN } from '../../../tcpip/wire/segment.ts'
import { hostOf, type Stage } from '../../stories/stage.ts'
import type { Storyteller } from '../../stories/storyteller.ts'
import { draw, numberOf, type Sheet, type SheetFigures } from '../sheet.ts'
import { playStage } from '../stage-experiment.ts'

/** Seconds of traffic, and of silence after it. */
const TRAFFIC = 120
const SILENCE = 3600

export const SHEET_F: Sheet = {
  letter: 'F',
  version: 1,
  title: { en: 'Close, TIME-WAIT, CLOSE-WAIT', 'zh-CN': '关闭、TIME-WAIT 与 CLOSE-WAIT' },
  text: 'f-close',
  letters: {
    c: { en: 'connections per second', 'zh-CN': '每秒的连接数' },
    k: { en: 'the program forgets to close one connection in k', 'zh-CN': '程序每 k 个连接忘记关闭一个' },
  },
  vary: (prng) => ({ c: draw(prng, 2, 7), k: draw(prng, 2, 5) }),
  play: async ({ c = 1, k = 1 }, seed, extent, bundle) =>
    playStage(seed, bundle, (teller) => ({
      ...main(teller, c, k),
      ...(extent === 'whole' ? change(teller, c, k) : {}),
    })),
  checks: ['time-wait-there', 'close-wait-stays'],
  checked: (figures) => ({
    'sockets.time_wait': numberOf(figures, 'main.time_wait'),
    'sockets.close_wait_before': numberOf(figures, 'main.close_wait'),
    'sockets.close_wait': numberOf(figures, 'main.close_wait_later'),
  }),
  questions: [
    { id: 'F1', part: 'main', kind: 'prediction', figure: 'main.time_wait', band: { percent: 10 } },
    { id: 'F2', part: 'main', kind: 'prediction', figure: 'main.close_wait', band: { percent: 10 } },
    { id: 'F3', part: 'main', kind: 'reading', figure: 'main.close_wait_later' },
    { id: 'F4', part: 'main', kind: 'reading', figure: 'main.fin_seq' },
    { id: 'F5', part: 'main', kind: 'reading', figure: 'main.fins' },
    {
      id: 'F6',
      part: 'main',
      kind: 'word',
      figure: 'main.first_closer_state',
      words: ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSE-WAIT', 'LAST-ACK', 'TIME-WAIT'],
    },
    { id: 'F7', part: 'main', kind: 'sentence' },
    { id: 'F8', part: 'whole', kind: 'prediction', figure: 'change.close_wait', band: { percent: 10 } },
  ],
}

/** What the program at the server does. */
type Program = { readonly closes: 'first' } | { readonly closes: 'after the client'; readonly forgetsOneIn: number }

function main(teller: Storyteller, c: number, k: number): SheetFigures {
  const leaking = teller.scene('leak', { annotated: false })
  const fins: { readonly port: number; readonly seq: number; readonly byClient: boolean }[] = []
  leaking.fate = ({ flags, seq, source, sourcePort, destinationPort }) => {
    if ((flags & FIN) !== 0) {
      const byClient = hostOf(source) === 'client'
      fins.push({ port: byClient ? sourcePort : destinationPort, seq, byClient })
    }
    return {}
  }
  traffic(leaking, c, { closes: 'after the client', forgetsOneIn: k })
  const closeWait = count(leaking, State.CLOSE_WAIT)
  leaking.pass(SILENCE)
  const first = fins.filter(({ port }) => port === leaking.firstPort)

  const closing = teller.scene('server-first', { annotated: false })
  traffic(closing, c, { closes: 'first' })
  const settled = [State.FIN_WAIT_1, State.FIN_WAIT_2, State.TIME_WAIT].filter((state) => count(closing, state) > 1)
  return {
    'main.close_wait': closeWait,
    'main.close_wait_later': count(leaking, State.CLOSE_WAIT),
    'main.fin_seq': (first.find(({ byClient }) => byClient)?.seq ?? 0) >>> 0,
    'main.fins': first.length,
    'main.time_wait': count(closing, State.TIME_WAIT),
    'main.first_closer_state': STATE_NAMES[settled[0] ?? State.CLOSED] ?? '',
  }
}

/** The program forgets half as often. */
function change(teller: Storyteller, c: number, k: number): SheetFigures {
  const stage = teller.scene('change', { annotated: false })
  traffic(stage, c, { closes: 'after the client', forgetsOneIn: 2 * k })
  return { 'change.close_wait': count(stage, State.CLOSE_WAIT) }
}

function count({ server }: Stage, state: number): number {
  return server.tcbs.counts[state] ?? 0
}

/** `c` clients a second connect, ask and close, for `TRAFFIC` seconds. */
function traffic(stage: Stage, c: number, program: Program): void {
  let accepted = 0
  stage.onAccept = (app, tcb: Tcb) => {
    const forgets = program.closes === 'after the client' && accepted++ % program.forgetsOneIn === 0
    app.onPeerClosed = (connection, now) => {
      if (!forgets) stage.server.close(connection, now)
    }
    if (program.closes === 'first') stage.server.close(tcb, stage.now)
  }
  for (let index = 0; index < TRAFFIC * c; index++) {
    stage.runUntil(index / c)
    const { tcb } = stage.open()
    stage.pass(0.1)
    stage.act('client', () => stage.client.close(tcb, stage.now))
  }
  stage.runUntil(TRAFFIC)
}
