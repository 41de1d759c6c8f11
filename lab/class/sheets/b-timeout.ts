/**
 * Sheet B: a half-open entry. One SYN whose sender never answers, and how long the server keeps a place for it.
 */

import { Mib } from '../../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../../tcpip/base/time.ts'
import { CLIENT_ADDRESSES } from '../../../tcpip/wire/address-plan.ts'
import { packetLength } from '../../../tcpip/wire/codec.ts'
import type { Stage } from '../../stories/stage.ts'
import type { Storyteller } from '../../stories/storyteller.ts'
import { spoofedSyn } from '../../stories/syn-timeout.ts'
import { draw, numberOf, type Sheet, type SheetFigures } from '../sheet.ts'
import { playStage } from '../stage-experiment.ts'

export const SHEET_B: Sheet = {
  letter: 'B',
  version: 1,
  title: { en: 'Half open, and the timeout', 'zh-CN': '半连接与超时' },
  text: 'b-timeout',
  letters: {
    r: { en: 'tcp_synack_retries', 'zh-CN': 'tcp_synack_retries' },
    d: { en: 'delay of the network in one direction, ms', 'zh-CN': '网络单程延迟，毫秒' },
  },
  vary: (prng) => ({ r: draw(prng, 1, 6), d: draw(prng, 11, 59) }),
  play: async ({ r = 0, d = 0 }, seed, extent, bundle) =>
    playStage(seed, bundle, (teller) => ({
      ...main(teller, r, d),
      ...(extent === 'whole' ? change(teller, r, d) : {}),
    })),
  checks: ['request-expired'],
  checked: (figures) => ({
    'counters.HalfOpenExpired': numberOf(figures, 'main.HalfOpenExpired'),
    'counters.TCPSynRetrans': numberOf(figures, 'main.TCPSynRetrans'),
  }),
  questions: [
    { id: 'B1', part: 'main', kind: 'prediction', figure: 'main.gone_s', band: { percent: 10 } },
    { id: 'B2', part: 'main', kind: 'prediction', figure: 'main.synacks', band: { units: 0 } },
    { id: 'B3', part: 'main', kind: 'reading', figure: 'main.last_synack_s' },
    { id: 'B4', part: 'main', kind: 'reading', figure: 'main.TCPSynRetrans' },
    { id: 'B5', part: 'main', kind: 'reading', figure: 'main.synack_bytes' },
    {
      id: 'B6',
      part: 'main',
      kind: 'word',
      figure: 'main.state',
      words: ['LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED'],
    },
    { id: 'B7', part: 'main', kind: 'sentence' },
    { id: 'B8', part: 'whole', kind: 'prediction', figure: 'change.gone_ms', band: { percent: 10 } },
  ],
}

/** Lets time pass until no request is half open; returns how long after the SYN's arrival that was, microseconds. */
function lifeOf(stage: Stage): number {
  stage.pass(0.06)
  while (stage.halfOpen > 0) {
    stage.now = Math.max(stage.now, stage.server.nextDeadline())
    stage.pass(0)
  }
  return stage.now - arrivalOf(stage)
}

function arrivalOf({ sightings }: Stage): number {
  return sightings[0]?.arrivedAt ?? 0
}

/** A SYN from an address that nobody has. */
function main(teller: Storyteller, r: number, d: number): SheetFigures {
  const stage = teller.scene('main', { latency: d * MILLISECOND, config: { synAckRetries: r } })
  stage.inject(spoofedSyn(stage, 0))
  const gone = lifeOf(stage)
  const synAcks = stage.sightings.filter(({ from }) => from === 'server')
  const last = synAcks.at(-1)?.at ?? 0
  const { mib } = stage.server.counters
  return {
    'main.gone_s': Math.round(gone / SECOND),
    'main.synacks': synAcks.length,
    'main.last_synack_s': Math.round((last - arrivalOf(stage)) / SECOND),
    'main.synack_bytes': synAcks.reduce((sum, { segment }) => sum + packetLength(segment), 0),
    'main.state': stage.sightings[0]?.receiver?.after ?? '',
    'main.TCPSynRetrans': mib[Mib.TCPSynRetrans] ?? 0,
    'main.HalfOpenExpired': mib[Mib.HalfOpenExpired] ?? 0,
  }
}

/** The same SYN, from the address of a host that is switched on and has asked for nothing. */
function change(teller: Storyteller, r: number, d: number): SheetFigures {
  const stage = teller.scene('change', { latency: d * MILLISECOND, config: { synAckRetries: r } })
  stage.inject(spoofedSyn(stage, 0, CLIENT_ADDRESSES.base))
  stage.pass(1)
  const reset = stage.sightings.find(({ from }) => from === 'client')
  const isGone = stage.halfOpen === 0 && reset !== undefined
  return { 'change.gone_ms': isGone ? ((reset.arrivedAt ?? 0) - arrivalOf(stage)) / MILLISECOND : 0 }
}
