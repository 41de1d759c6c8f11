/**
 * Sheet D: the same flood with SYN cookies, and what a cookie costs: what it has no room for.
 */
import { Prng } from '../../../tcpip/base/prng.ts'
import { optionsLength } from '../../../tcpip/wire/options.ts'
import { ACK, SYN } from '../../../tcpip/wire/segment.ts'
import { TCP_HEADER_BYTES } from '../../../tcpip/wire/tcp.ts'
import type { BundleDirectory } from '../../files/bundle-directory.ts'
import type { ScenarioFile } from '../../scenario/schema.ts'
import type { ScenarioCapture } from '../../simulator/scenario-run.ts'
import { Stage } from '../../stories/stage.ts'
import type { SceneTap } from '../../stories/story-capture.ts'
import { playScenario } from '../scenario-experiment.ts'
import { draw, type Extent, numberOf, type Played, type Sheet, type SheetFigures, type Variant } from '../sheet.ts'
import { PHASES } from './traffic.ts'

export const SHEET_D: Sheet = {
  letter: 'D',
  version: 1,
  title: { en: 'SYN cookies and their price', 'zh-CN': 'SYN cookie 及其代价' },
  text: 'd-cookies',
  letters: {
    B: { en: 'backlog', 'zh-CN': 'backlog' },
    R: { en: 'SYNs per second of the flood', 'zh-CN': '洪泛每秒的 SYN 数' },
    m: { en: 'MSS that a client offers, without timestamps, bytes', 'zh-CN': '某客户端通告的 MSS（不带时间戳），字节' },
  },
  vary: (prng) => ({ B: draw(prng, 24, 72), R: draw(prng, 60, 120, 5), m: drawMss(prng) }),
  play,
  live: ({ B = 0, R = 0 }) => ({
    config: { backlog: B, synCookies: 1 },
    calm: { rate: 5 },
    rush: { rate: 5 },
    floodRate: R,
  }),
  checks: ['cookies-save'],
  checked: (figures) => {
    const read = (name: string): number => numberOf(figures, `main.attack.${name}`)
    return {
      'syn_queue.max': read('syn_queue.max'),
      'syn_queue.limit': read('syn_queue.limit'),
      'legit.attempted': read('legit.attempted'),
      'legit.succeeded': read('legit.succeeded'),
      'counters.SyncookiesSent': read('counters.SyncookiesSent'),
      'counters.SyncookiesRecv': read('counters.SyncookiesRecv'),
    }
  },
  questions: [
    { id: 'D1', part: 'main', kind: 'prediction', figure: 'main.attack.legit.percent', band: { units: 5 } },
    { id: 'D2', part: 'main', kind: 'prediction', figure: 'main.attack.syn_queue.max', band: { units: 1 } },
    { id: 'D3', part: 'main', kind: 'reading', figure: 'main.attack.counters.SyncookiesSent' },
    { id: 'D4', part: 'main', kind: 'reading', figure: 'main.attack.counters.SyncookiesRecv' },
    { id: 'D5', part: 'main', kind: 'prediction', figure: 'main.price_segment', band: { units: 0 } },
    { id: 'D6', part: 'main', kind: 'reading', figure: 'main.price_header' },
    { id: 'D7', part: 'main', kind: 'sentence' },
    { id: 'D8', part: 'whole', kind: 'prediction', figure: 'change.attack.syn_queue.max', band: { units: 0 } },
  ],
}

/** An MSS that a cookie cannot say, between two that it can, each pair as often as the others. */
function drawMss(prng: Prng): number {
  const spans = [
    [560, 1290],
    [1310, 1430],
    [1441, 1459],
  ] as const
  const [min, max] = spans[prng.below(spans.length)] ?? spans[0]
  return draw(prng, min, max)
}

function scenarioOf({ B = 0, R = 0 }: Variant, extent: Extent): ScenarioFile {
  return {
    name: 'sheet-d',
    description: 'A SYN flood against a backlog, with SYN cookies.',
    phases: PHASES,
    listener: { backlog: B },
    arms: { main: { synCookies: 1 }, ...(extent === 'whole' ? { change: { synCookies: 2 } } : {}) },
    traffic: [
      { name: 'flood', kind: 'syn-flood', rate: R, arrivals: 'poisson' },
      { name: 'clients', kind: 'clients', rate: 5, arrivals: 'poisson' },
    ],
  }
}

async function play(variant: Variant, seed: number, extent: Extent, bundle?: BundleDirectory): Promise<Played> {
  let paid: SheetFigures = {}
  const { figures, lines } = await playScenario(scenarioOf(variant, extent), seed, {
    command: 'synlab class bundle D',
    bundle,
    also: (capture, offset) => {
      paid = price(variant.m ?? 0, seed, sceneTap(capture, offset))
    },
  })
  return { figures: { ...figures, ...paid }, lines }
}

/** One connection by cookie from a client that offers an MSS of `m` and no timestamps, and an answer of many bytes. */
function price(m: number, seed: number, tap: SceneTap): SheetFigures {
  const stage = new Stage({ prng: new Prng(seed), tap, firstPort: 50_000, config: { synCookies: 2 } })
  stage.mangle = (segment) => {
    if (segment.flags !== SYN) return
    segment.mss = m
    segment.hasTimestamps = false
  }
  const answer = new Uint8Array(4000)
  stage.onAccept = (_app, tcb) => stage.server.write(tcb, answer, 0, answer.length, stage.now)
  stage.open()
  stage.pass(2)
  const sent = stage.sightings.filter(({ from }) => from === 'server').map(({ segment }) => segment)
  const synAck = sent.find(({ flags }) => flags === (SYN | ACK))
  return {
    'main.price_segment': Math.max(...sent.map(({ payloadLength }) => payloadLength)),
    'main.price_header': synAck === undefined ? 0 : TCP_HEADER_BYTES + optionsLength(synAck),
  }
}

/** The scene as an interface of the capture, if there is one. */
function sceneTap(capture: ScenarioCapture | undefined, offset: number): SceneTap {
  const written = capture?.startArm('price', offset)
  return {
    offset,
    packet: (now, bytes, inbound) => written?.tap.packet(written.interfaceId, now, bytes, 0, bytes.length, inbound),
  }
}
