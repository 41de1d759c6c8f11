/**
 * Story: what breaks when the server trusts the first SYN. The same packets meet a listener that opens the connection on
 * the SYN (TrustingListener) and the real one.
 */
import { Listener } from '../../server/listener/listener.ts'
import { CLIENT_ADDRESSES } from '../../tcpip/base/address-plan.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { State } from '../../tcpip/connection/states.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { ACK, RST, SYN } from '../../tcpip/wire/segment.ts'
import { formatTable } from '../report/text-table.ts'
import { claimEqual } from './claim.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { SceneOptions, Storyteller } from './storyteller.ts'
import { spoofedSyn } from './syn-timeout.ts'
import { TrustingListener } from './trusting-listener.ts'

export const TWO_WAY_HANDSHAKE: Story = {
  name: 'two-way-handshake',
  summary: 'A server that trusts the first SYN holds connections with nobody; the third segment is the proof.',
  wireshark: [
    { filter: 'tcp.flags.reset == 1', shows: 'a host that is there and did not ask says so' },
    { filter: 'frame.interface_name == "spoofed-two-way"', shows: 'SYN, SYN-ACK, and never a third segment' },
  ],
  tell,
}

const HOUR = 3600
/** SYNs of the flood: at most half of the queue, so that the real listener gives each its full life. */
const SPOOFED = 60

/** The two servers that every experiment is made with. */
const SERVERS: readonly { readonly name: string; readonly options: SceneOptions }[] = [
  { name: 'two-way', options: { makeListener: (host) => new TrustingListener(host) } },
  { name: 'three-way', options: {} },
]

/** What one experiment left at one server. */
interface Outcome {
  readonly server: string
  /** Connections that the server's program was given although no client had asked. */
  readonly accepted: number
  /** Ghosts: connections ESTABLISHED at the server and not at the client, at most and an hour later. */
  readonly most: number
  readonly later: number
  readonly halfOpen: number
  readonly bytes: number
  readonly stage: Stage
}

function tell(teller: Storyteller): void {
  teller.say(
    'Two servers get the same packets. One opens the connection when the SYN comes (a handshake of two segments); ' +
      'the other is the real one, which keeps a small request until the third segment comes. A ghost is a connection ' +
      'that is ESTABLISHED at the server while no client has it.',
  )
  teller.explainNotation()
  oldDuplicate(teller, false)
  oldDuplicate(teller, true)
  spoofed(teller)
  spoofedNeighbour(teller)
  lostAnswer(teller)
}

/** A copy of a client's SYN, held up in the network for 90 s, comes when the connection is long over. */
function oldDuplicate(teller: Storyteller, clientGone: boolean): void {
  teller.heading(clientGone ? 'An old SYN, and the client is switched off' : 'An old SYN comes back')
  teller.say(
    clientGone
      ? 'The same, but by now nobody is there to send a RST.'
      : 'The network delivers a SYN twice, the second copy 90 s late. The connection was closed in between. The table ' +
          'counts from the copy on, without that first connection.',
  )
  const outcomes = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`old-syn-${clientGone ? 'off-' : ''}${name}`, options)
    stage.onAccept = (app) => {
      app.onPeerClosed = (tcb, now) => stage.server.close(tcb, now)
    }
    let isFirst = true
    stage.fate = ({ flags, destination }) => {
      const copies = isFirst && (flags & SYN) !== 0
      isFirst = false
      if (clientGone && stage.now > 80 * SECOND && destination === CLIENT_ADDRESSES.base) {
        return { lost: 'the client is switched off' }
      }
      return copies ? { copyAfter: 90 * SECOND } : {}
    }
    const { tcb } = stage.open()
    stage.pass(1)
    stage.act('client', () => stage.client.close(tcb, stage.now))
    stage.runUntil(80)
    const shown = stage.sightings.length
    const outcome = observe(stage, name, stage.accepted.length, 90)
    teller.lines.push('', `  ${name}:`)
    const before = 'the first connection: handshake and close'
    teller.trace(stage, {}, { first: shown + 1, last: shown + 4, before, after: clientGone ? 'the same again' : '' })
    return outcome
  })
  const what = clientGone ? 'old SYN, client off' : 'old SYN'
  compare(teller, what, outcomes, { accepted: 1, most: 1, later: clientGone ? 1 : 0 })
  if (clientGone) return
  const [two, three] = outcomes as [Outcome, Outcome]
  teller.paragraph(
    `Bytes held, at most: of the two-way server its connection blocks, ${two.bytes} bytes for one at the least (8 for each ` +
      `field, and nothing queued yet); of the three-way server its requests, ${three.bytes} bytes for one (the record with its ` +
      'share of hash table and timers, as they are allocated).',
  )
}

/** SYNs from addresses that nobody has. */
function spoofed(teller: Storyteller): void {
  teller.heading(`${SPOOFED} forged SYNs from addresses that nobody has`)
  const outcomes = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`spoofed-${name}`, options)
    for (let index = 0; index < SPOOFED; index++) stage.inject(spoofedSyn(stage, index))
    return observe(stage, name, 0, 0)
  })
  compare(teller, 'forged SYNs', outcomes, { accepted: SPOOFED, most: SPOOFED, later: SPOOFED })
  const [two, three] = outcomes as [Outcome, Outcome]
  teller.paragraph(
    `The two-way server holds at least ${two.bytes} bytes for good, and its program waits on ${SPOOFED} sockets. The ` +
      `real one held ${three.bytes} bytes of records for up to 63 s, and its program never heard of any.`,
  )
  teller.claim(claimEqual('forged SYNs: the two-way server holds more memory for each', true, two.bytes > three.bytes))
}

/** A SYN that bears the address of a host that is there: it answers with RST. */
function spoofedNeighbour(teller: Storyteller): void {
  teller.heading('A forged SYN in the name of a host that is there')
  const outcomes = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`neighbour-${name}`, options)
    stage.inject(spoofedSyn(stage, 7, CLIENT_ADDRESSES.base))
    const outcome = observe(stage, name, 0, 0)
    teller.lines.push('', `  ${name}:`)
    teller.trace(stage, {}, { last: 3 })
    const resets = stage.sightings.filter(({ from, segment }) => from === 'client' && (segment.flags & RST) !== 0)
    teller.claim(claimEqual(`host that is there, ${name}: RSTs it sent`, 1, resets.length))
    return outcome
  })
  compare(teller, 'host that is there', outcomes, { accepted: 1, most: 1, later: 0 })
  teller.paragraph(
    'The RST removes the ghost one round trip later: a host that is there protects the server, in both cases. But the ' +
      'two-way server had given it to its program by then; the real one had only a request. The RST came in ' +
      'the place of the third segment: either way the server hears from the other side before it believes in it.',
  )
}

/** The answer to an honest SYN is lost. */
function lostAnswer(teller: Storyteller): void {
  teller.heading('An honest client, and the SYN-ACK is lost')
  const results = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`lost-answer-${name}`, options)
    let lost = false
    stage.fate = ({ flags }) => {
      if (lost || (flags & (SYN | ACK)) !== (SYN | ACK)) return {}
      lost = true
      return { lost: 'lost' }
    }
    const { app } = stage.open()
    stage.runUntil(600)
    teller.lines.push('', `  ${name}:`)
    teller.trace(stage, {}, name === 'two-way' ? { last: 6, after: 'the same again' } : {})
    return { name, connected: app.established, ended: app.ended ?? 'still open', ghosts: ghosts(stage).length }
  })
  teller.paragraph(
    'The two-way server believes itself connected and has nothing to repeat; the repeated SYNs of the client meet a ' +
      'connection that exists, and are only challenged (RFC 5961). The client gives up, and the server never learns of it.',
  )
  const [two, three] = results
  teller.claim(claimEqual('SYN-ACK lost, two-way: the client', 'timeout', two?.ended ?? ''))
  teller.claim(claimEqual('SYN-ACK lost, two-way: ghosts after 600 s', 1, two?.ghosts ?? 0))
  teller.claim(claimEqual('SYN-ACK lost, three-way: the client is connected', true, three?.connected ?? false))
  teller.claim(claimEqual('SYN-ACK lost, three-way: ghosts', 0, three?.ghosts ?? 0))
}

/** Follows a server for a while from second `from` on, then looks again an hour later. */
function observe(stage: Stage, server: string, acceptedBefore: number, from: number): Outcome {
  let most = 0
  let halfOpen = 0
  let bytes = 0
  // Steps of 10 ms: a ghost that a RST ends lives for one round trip of 40 ms.
  for (let step = 1; step <= 200; step++) {
    stage.runUntil(from + step / 100)
    const seen = ghosts(stage)
    most = Math.max(most, seen.length)
    halfOpen = Math.max(halfOpen, stage.halfOpen)
    bytes = Math.max(bytes, seen.reduce((sum, tcb) => sum + heldBytes(tcb), 0) + requestBytes(stage))
  }
  stage.runUntil(from + HOUR)
  const later = ghosts(stage).length + stage.halfOpen
  return { server, accepted: stage.accepted.length - acceptedBefore, most, later, halfOpen, bytes, stage }
}

function compare(
  teller: Storyteller,
  what: string,
  outcomes: readonly Outcome[],
  twoWay: { readonly accepted: number; readonly most: number; readonly later: number },
): void {
  const right = (title: string) => ({ title, align: 'right' as const })
  const columns = [
    { title: 'server', align: 'left' as const },
    right('given to the program'),
    right('ghosts at most'),
    right('requests at most'),
    right('bytes held'),
    right('left after 1 h'),
  ]
  const rows = outcomes.map(({ server, accepted, most, halfOpen, bytes, later }) =>
    [server, accepted, most, halfOpen, bytes, later].map(String),
  )
  teller.table(formatTable(columns, rows))
  const [two, three] = outcomes as [Outcome, Outcome]
  teller.claim(claimEqual(`${what}, two-way: connections given to the program`, twoWay.accepted, two.accepted))
  teller.claim(claimEqual(`${what}, two-way: ghosts at most`, twoWay.most, two.most))
  teller.claim(claimEqual(`${what}, two-way: ghosts after an hour`, twoWay.later, two.later))
  teller.claim(claimEqual(`${what}, three-way: connections given to the program`, 0, three.accepted))
  teller.claim(claimEqual(`${what}, three-way: ghosts at most`, 0, three.most))
  teller.claim(claimEqual(`${what}, three-way: left after an hour`, 0, three.later))
}

/** Connections that the server has, and the client has not. */
function ghosts(stage: Stage): Tcb[] {
  const real = new Set<number>()
  stage.client.tcbs.forEach((tcb) => {
    if (tcb.state === State.ESTABLISHED) real.add(tcb.localPort)
  })
  const found: Tcb[] = []
  stage.server.tcbs.forEach((tcb) => {
    const isKnown = tcb.remoteAddress === CLIENT_ADDRESSES.base && real.has(tcb.remotePort)
    if (tcb.state === State.ESTABLISHED && !isKnown) found.push(tcb)
  })
  return found
}

/** Memory of the half-open entries of the real listener: records, hash table and timers, per slot. */
function requestBytes({ listener }: Stage): number {
  if (!(listener instanceof Listener)) return 0
  const { synQueue } = listener
  return Math.ceil((synQueue.length * synQueue.bytes) / synQueue.capacity)
}

/** A lower bound of what a connection's block takes: 8 bytes for each of its fields, those of its queues included. */
function heldBytes(block: object): number {
  let bytes = 0
  for (const [name, value] of Object.entries(block)) {
    if (name === 'owner') continue
    if (ArrayBuffer.isView(value)) bytes += value.byteLength
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) bytes += heldBytes(value)
    bytes += 8
  }
  return bytes
}
