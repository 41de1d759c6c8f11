/**
 * Story: one SYN, and nobody answers. How long a half-open entry lives (Linux reqsk_timer_handler(),
 * tcp_synack_retries), and how few SYNs keep a queue full.
 */
import { LISTENER_DEFAULTS } from '../../server/listener/listener-config.ts'
import { LINUX } from '../../server/listener/profile.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/base/address-plan.ts'
import { Mib } from '../../tcpip/base/counters.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { makeSegment, type Segment, SYN } from '../../tcpip/wire/segment.ts'
import { formatTable } from '../report/text-table.ts'
import { claimEqual, claimNear } from './claim.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { Storyteller } from './storyteller.ts'

export const SYN_TIMEOUT: Story = {
  name: 'syn-timeout',
  summary: 'One SYN and nobody answers: SYN-ACKs at 0, 1, 3, 7, 15, 31 s, and the entry is gone at 63 s.',
  wireshark: [
    {
      filter: 'frame.interface_name == "retries-5"',
      shows: 'one SYN and six SYN-ACKs; the time between two of them doubles',
    },
    { filter: 'tcp.analysis.retransmission', shows: 'the repeated SYN-ACKs, which Wireshark recognizes by itself' },
  ],
  tell,
}

const RETRIES = [0, 1, 2, 3, 4, 5]

/** A SYN from a source that no host has, from one of the scene's ports; `index` makes it another one. */
export function spoofedSyn({ firstPort }: Stage, index: number, source = (0xc612_0001 + index) | 0): Segment {
  return makeSegment({
    source,
    sourcePort: firstPort + (index & 1023),
    destination: SERVER_ADDRESS,
    destinationPort: SERVER_PORT,
    seq: Math.imul(index + 1, 0x9e37_79b1),
    flags: SYN,
    window: 64_240,
    mss: 1460,
  })
}

interface Life {
  /** Seconds at which SYN-ACKs left. */
  readonly synAcks: readonly number[]
  /** Second at which the entry was gone. */
  readonly gone: number
}

/** Sends one SYN that nobody stands behind, and waits until the request is gone. */
function live(stage: Stage): Life {
  stage.inject(spoofedSyn(stage, 0))
  stage.pass(0.5)
  while (stage.halfOpen > 0) {
    stage.now = Math.max(stage.now, stage.server.nextDeadline())
    stage.pass(0)
  }
  // The SYN was one delay under way: times count from its arrival.
  const arrival = stage.sightings[0]?.arrivedAt ?? 0
  const round = (time: number): number => Math.round((time - arrival) / SECOND)
  return {
    synAcks: stage.sightings.filter(({ from }) => from === 'server').map(({ at }) => round(at)),
    gone: round(stage.now),
  }
}

function tell(teller: Storyteller): void {
  teller.say(
    'A SYN whose source does not answer costs the attacker one packet. The server stores a request, answers, and ' +
      'repeats the answer with doubled waits (tcp_synack_retries = 5), because a lost SYN-ACK looks the same.',
  )
  teller.explainNotation()
  teller.heading('One SYN')
  const stage = teller.scene('retries-5')
  const life = live(stage)
  teller.trace(stage)
  teller.lines.push(`     entry gone ${life.gone} s after the SYN came, ${life.synAcks.length} SYN-ACKs for one SYN`)
  teller.claim(claimEqual('SYN-ACKs leave at (s after the SYN)', [0, 1, 3, 7, 15, 31], life.synAcks))
  teller.claim(claimEqual('the entry is gone at (s)', 63, life.gone))
  teller.claim(claimEqual('requests expired', 1, stage.server.counters.mib[Mib.HalfOpenExpired] ?? 0))

  teller.heading('tcp_synack_retries, each measured')
  const slots = LISTENER_DEFAULTS.backlog + 1
  const lives = RETRIES.map((synAckRetries) =>
    synAckRetries === 5 ? life : live(teller.scene(`retries-${synAckRetries}`, { config: { synAckRetries } })),
  )
  const rows = lives.map(({ synAcks, gone }, retries) => [
    String(retries),
    synAcks.join(', '),
    String(gone),
    (slots / gone).toFixed(2),
  ])
  const column = (title: string, align: 'left' | 'right') => ({ title, align })
  const columns = [
    column('retries', 'right'),
    column('SYN-ACKs at, s', 'left'),
    column('gone at, s', 'right'),
    column(`SYN/s that hold ${slots}`, 'right'),
  ]
  teller.table(formatTable(columns, rows))
  teller.paragraph(
    `A queue of backlog ${LISTENER_DEFAULTS.backlog} holds ${slots} requests. What stays for T seconds is kept full by ` +
      `${slots} / T arrivals per second: fewer than three packets a second with the default. (Linux gives old ` +
      'requests fewer tries while its queue is more than half full, which raises the price; see below.)',
  )
  lives.forEach(({ gone, synAcks }, retries) => {
    teller.claim(claimEqual(`retries ${retries}: gone at 2^(n+1) - 1 s`, 2 ** (retries + 1) - 1, gone))
    teller.claim(claimEqual(`retries ${retries}: SYN-ACKs sent`, retries + 1, synAcks.length))
  })
  holdRate(teller, slots, life.gone)
}

/** Floods at the computed rate, with and without Linux's aging of old requests. */
function holdRate(teller: Storyteller, slots: number, life: number): void {
  const rate = slots / life
  teller.heading(`The hold rate, tried: ${rate.toFixed(2)} SYN/s for 300 s`)
  const plain = flood(teller.scene('hold', { annotated: false, profile: { ...LINUX, prunesOldEntries: false } }), rate)
  const aging = flood(teller.scene('hold-aging', { annotated: false }), rate)
  teller.say('Places taken, counted just before each SYN (one has just become free), mean from second 100 on:')
  teller.lines.push(
    `  ${`every request lives ${life} s:`.padEnd(41)}${plain.toFixed(1).padStart(5)} of ${slots}`,
    `  fewer tries for old requests, as Linux:  ${aging.toFixed(1).padStart(5)} of ${slots}`,
  )
  teller.claim(claimNear('places taken at the hold rate, without aging', slots, plain, 0.02))
  teller.claim(claimEqual('fewer when old requests get fewer tries', true, aging < plain))
}

/** Mean length of the SYN queue under `rate` SYN/s, from second 100 to second 300. */
function flood(stage: Stage, rate: number): number {
  let sum = 0
  let samples = 0
  for (let index = 0; index / rate < 300; index++) {
    stage.runUntil(index / rate)
    if (index / rate >= 100) {
      sum += stage.halfOpen
      samples++
    }
    stage.inject(spoofedSyn(stage, index))
  }
  return sum / samples
}
