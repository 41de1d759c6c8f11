/**
 * Sheet C: a SYN flood against a backlog, without cookies; and what a backlog of twice the length is worth.
 */
import { SPOOFABLE_ADDRESSES } from '../../../tcpip/wire/address-plan.ts'
import { ACK, SYN } from '../../../tcpip/wire/segment.ts'
import type { BundleDirectory } from '../../files/bundle-directory.ts'
import type { ScenarioFile } from '../../scenario/schema.ts'
import { playScenario } from '../scenario-experiment.ts'
import { draw, type Extent, numberOf, type Played, type Sheet, type Variant } from '../sheet.ts'
import { isIn, PHASES, sameGain, watchMain } from './traffic.ts'

/** Counters that may be asked for by name. */
const COUNTERS = ['ListenDrops', 'ListenOverflows', 'SyncookiesSent', 'HalfOpenExpired', 'TCPSynRetrans']

export const SHEET_C: Sheet = {
  letter: 'C',
  version: 1,
  title: { en: 'Flood and backlog', 'zh-CN': '洪泛与 backlog' },
  text: 'c-flood',
  letters: {
    B: { en: 'backlog', 'zh-CN': 'backlog' },
    R: { en: 'SYNs per second of the flood', 'zh-CN': '洪泛每秒的 SYN 数' },
  },
  vary: (prng) => ({ B: draw(prng, 24, 72), R: draw(prng, 60, 120, 5) }),
  play,
  live: ({ B = 0, R = 0 }) => ({
    config: { backlog: B, synCookies: 0 },
    calm: { rate: 5 },
    rush: { rate: 5 },
    floodRate: R,
  }),
  checks: ['syn-queue-full', 'drops-counted', 'clients-locked-out'],
  checked: (figures) => {
    const read = (name: string): number => numberOf(figures, `main.attack.${name}`)
    return {
      'syn_queue.max': read('syn_queue.max'),
      'syn_queue.limit': read('syn_queue.limit'),
      'counters.TCPReqQFullDrop': read('counters.TCPReqQFullDrop'),
      'counters.ListenDrops': read('counters.ListenDrops'),
      'legit.attempted': read('legit.attempted'),
      'legit.succeeded': read('legit.succeeded'),
    }
  },
  questions: [
    { id: 'C1', part: 'main', kind: 'prediction', figure: 'main.attack.syn_queue.max', band: { units: 1 } },
    { id: 'C2', part: 'main', kind: 'prediction', figure: 'main.attack.legit.percent', band: { units: 20 } },
    { id: 'C3', part: 'main', kind: 'reading', figure: 'main.attack.syn_queue.max' },
    { id: 'C4', part: 'main', kind: 'reading', figure: 'main.attack.counters.TCPReqQFullDrop' },
    { id: 'C5', part: 'main', kind: 'word', figure: 'main.drop_counter', words: COUNTERS },
    { id: 'C6', part: 'main', kind: 'reading', figure: 'main.synacks_to_first' },
    { id: 'C7', part: 'main', kind: 'sentence' },
    { id: 'C8', part: 'whole', kind: 'prediction', figure: 'change.attack.legit.percent', band: { units: 20 } },
  ],
}

function scenarioOf({ B = 0, R = 0 }: Variant, extent: Extent): ScenarioFile {
  return {
    name: 'sheet-c',
    description: 'A SYN flood against a backlog, without SYN cookies.',
    phases: PHASES,
    listener: { synCookies: 0 },
    arms: { main: { backlog: B }, ...(extent === 'whole' ? { change: { backlog: 2 * B } } : {}) },
    traffic: [
      { name: 'flood', kind: 'syn-flood', rate: R, arrivals: 'poisson' },
      { name: 'clients', kind: 'clients', rate: 5, arrivals: 'poisson' },
    ],
  }
}

async function play(variant: Variant, seed: number, extent: Extent, bundle?: BundleDirectory): Promise<Played> {
  let first: { readonly address: number; readonly port: number } | undefined
  let synAcks = 0
  const watch = watchMain(({ source, sourcePort, destination, destinationPort, flags }, inbound) => {
    if (inbound && first === undefined && flags === SYN && isIn(SPOOFABLE_ADDRESSES, source)) {
      first = { address: source, port: sourcePort }
    }
    if (flags === (SYN | ACK) && destination === first?.address && destinationPort === first.port) synAcks++
  })
  const { figures, lines } = await playScenario(scenarioOf(variant, extent), seed, {
    command: 'synlab class bundle C',
    bundle,
    watch,
  })
  return {
    figures: {
      ...figures,
      'main.drop_counter': sameGain(figures, 'main.attack', 'TCPReqQFullDrop', COUNTERS),
      'main.synacks_to_first': synAcks,
    },
    lines,
  }
}
