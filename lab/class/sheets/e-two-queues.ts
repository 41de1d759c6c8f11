/**
 * Sheet E: the other queue. A program that accepts too slowly fills the accept queue, and cookies are no help.
 */
import { SECOND } from '../../../tcpip/base/time.ts'
import { SYN } from '../../../tcpip/wire/segment.ts'
import type { BundleDirectory } from '../../files/bundle-directory.ts'
import type { ScenarioFile } from '../../scenario/schema.ts'
import { playScenario } from '../scenario-experiment.ts'
import { draw, type Extent, numberOf, type Played, type Sheet, type Variant } from '../sheet.ts'
import { PHASES, sameGain, watchMain } from './traffic.ts'

/** Counters that may be asked for by name. */
const COUNTERS = ['TCPReqQFullDrop', 'ListenDrops', 'SyncookiesSent', 'HalfOpenExpired']

/** The surge brings this many times the clients that the program can accept. */
const SURGE = 1.3

/** Clients per second that come all the time, and how many seconds a client waits for its answer. */
const REGULARS = 2
const PATIENCE = 15

/** Clients per second that the surge brings, to a program that accepts one every `interval` ms. */
function surgeRate(interval: number): number {
  return Math.round((SURGE * 1000) / interval)
}

export const SHEET_E: Sheet = {
  letter: 'E',
  version: 1,
  title: { en: 'Two queues', 'zh-CN': '两个队列' },
  text: 'e-two-queues',
  letters: {
    B: { en: 'backlog', 'zh-CN': 'backlog' },
    T: { en: 'the program accepts one connection every T ms', 'zh-CN': '程序每 T 毫秒 accept 一个连接' },
  },
  vary: (prng) => ({ B: draw(prng, 40, 60), T: draw(prng, 140, 180, 5) }),
  play,
  live: ({ B = 0, T = 1 }) => ({
    config: { backlog: B, synCookies: 1, acceptInterval: T },
    calm: { rate: REGULARS, responseTimeout: PATIENCE },
    rush: { rate: REGULARS + surgeRate(T), responseTimeout: PATIENCE },
    floodRate: 0,
  }),
  checks: ['accept-queue-full', 'cookies-idle'],
  checked: (figures) => {
    const read = (name: string): number => numberOf(figures, `main.attack.${name}`)
    return {
      'accept_queue.max': read('accept_queue.max'),
      'accept_queue.limit': read('accept_queue.limit'),
      'counters.ListenOverflows': read('counters.ListenOverflows'),
      'counters.SyncookiesSent': read('counters.SyncookiesSent'),
    }
  },
  questions: [
    { id: 'E1', part: 'main', kind: 'prediction', figure: 'main.attack.accept_queue.max', band: { units: 1 } },
    { id: 'E2', part: 'main', kind: 'prediction', figure: 'main.attack.late_wait_s', band: { percent: 10 } },
    { id: 'E3', part: 'main', kind: 'reading', figure: 'main.attack.counters.ListenOverflows' },
    { id: 'E4', part: 'main', kind: 'reading', figure: 'main.attack.counters.SyncookiesSent' },
    { id: 'E5', part: 'main', kind: 'reading', figure: 'main.syn_repeated_s' },
    { id: 'E6', part: 'main', kind: 'word', figure: 'main.drop_counter', words: COUNTERS },
    { id: 'E7', part: 'main', kind: 'sentence' },
    { id: 'E8', part: 'whole', kind: 'prediction', figure: 'change.attack.legit.percent', band: { units: 5 } },
  ],
}

function scenarioOf({ B = 0, T = 1 }: Variant, extent: Extent): ScenarioFile {
  return {
    name: 'sheet-e',
    description: 'More clients than a program accepts.',
    phases: PHASES,
    listener: { backlog: B, synCookies: 1 },
    arms: { main: { acceptInterval: T }, ...(extent === 'whole' ? { change: { acceptInterval: 0 } } : {}) },
    traffic: [
      { name: 'regulars', kind: 'clients', rate: REGULARS, responseTimeout: PATIENCE },
      {
        name: 'surge',
        kind: 'clients',
        rate: surgeRate(T),
        responseTimeout: PATIENCE,
        start: PHASES.baseline,
        stop: PHASES.baseline + PHASES.attack,
      },
    ],
  }
}

async function play(variant: Variant, seed: number, extent: Extent, bundle?: BundleDirectory): Promise<Played> {
  const syns = new Map<string, number>()
  let repeated: number | undefined
  const watch = watchMain(({ source, sourcePort, flags }, inbound, at) => {
    if (!inbound || flags !== SYN || repeated !== undefined) return
    const key = `${source}:${sourcePort}`
    const before = syns.get(key)
    if (before === undefined) syns.set(key, at)
    else repeated = Math.round((at - before) / SECOND)
  })
  const { figures, lines } = await playScenario(scenarioOf(variant, extent), seed, {
    command: 'synlab class bundle E',
    bundle,
    watch,
  })
  return {
    figures: {
      ...figures,
      'main.drop_counter': sameGain(figures, 'main.attack', 'ListenOverflows', COUNTERS),
      'main.syn_repeated_s': repeated ?? 0,
    },
    lines,
  }
}
