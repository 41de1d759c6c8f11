/**
 * One connection at a time between two hosts that agree on little: SACK or timestamps on one side only, tiny segments, odd
 * window scales, slow readers, a receiver that reneges, a middlebox that shrinks windows, keepalive, and a program that
 * closes when it likes, over a network that loses, doubles and reorders. What arrives is what was sent, nothing waits for
 * ever, nothing is left, and the variables of RFC 9293 3.3.1 make sense after every event. A failure names its seed. Where
 * the network loses so much that a true TCP gives up, that end and what follows from it are excused, and counted.
 */
import { describe, expect, it } from 'vitest'
import { Listener } from '../../server/listener/listener.ts'
import { LISTENER_DEFAULTS } from '../../server/listener/listener-config.ts'
import { LINUX } from '../../server/listener/profile.ts'
import { Counters, Mib } from '../../tcpip/base/counters.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { State } from '../../tcpip/base/states.ts'
import { MILLISECOND, NEVER, SECOND } from '../../tcpip/base/time.ts'
import { segmentsInPipe } from '../../tcpip/connection/scoreboard.ts'
import { DEFAULT_OFFER, TIMESTAMPS_BYTES } from '../../tcpip/connection/segment-size.ts'
import { mustProbe } from '../../tcpip/connection/send.ts'
import type { SequenceRanges } from '../../tcpip/connection/sequence-ranges.ts'
import { ACK_NONE, type CloseReason, type ConnectionOwner, type Tcb } from '../../tcpip/connection/tcb.ts'
import { DELAYED_ACK, RETRANSMIT } from '../../tcpip/connection/tcb-table.ts'
import { Endpoint, SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import { type LinkEnd, makeLinkEnd } from '../../tcpip/link/link.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { packetBytes, parsePacket } from '../../tcpip/wire/codec.ts'
import { Segment, SYN } from '../../tcpip/wire/segment.ts'
import { seqDiff, seqLess } from '../../tcpip/wire/seq.ts'
import { ExchangeLedger } from '../support/oracles/exchange-ledger.ts'
import { testSecret } from '../support/worlds/server-lab.ts'

const SEEDS = 500
const PARTS = 10
const FIRST_SEED = 31_000

/** Longer than any connection lives that goes on: hours of backoff, and TIME-WAIT. */
const PATIENCE = 40_000 * SECOND

/** After this a program closes, whatever it still hopes for: a connection between orderly ones is long complete. */
const LONGEST_WAIT = 20_000 * SECOND

/** The byte at a place of the stream that both sides send. */
function byteAt(place: number): number {
  return (Math.imul(place, 0x9e37_79b1) >>> 13) & 0xff
}

/** A program: writes `total` bytes in pieces, reads now and then, and ends in one of several ways. */
class Program implements ConnectionOwner {
  tcb: Tcb | undefined = undefined
  closed: CloseReason | undefined = undefined
  sent = 0
  received = 0
  wrong = 0
  sawEnd = false
  /** Set when both sides have disagreed as the seed has it. */
  mayBegin = false
  /** When it looks again, microseconds. */
  wakeAt = 0
  readonly total: number
  private readonly endpoint: Endpoint
  private readonly prng: Prng
  private readonly isSlow: boolean
  private readonly manners: 'orderly' | 'impatient'
  private readonly patience: number
  private readonly chunk = new Uint8Array(65_536)

  constructor(endpoint: Endpoint, prng: Prng) {
    this.endpoint = endpoint
    this.prng = prng
    this.total = prng.chance(1, 6) ? 0 : 1 + prng.below(prng.chance(1, 2) ? 4000 : 200_000)
    this.isSlow = prng.chance(1, 3)
    this.manners = prng.chance(1, 6) ? 'impatient' : 'orderly'
    this.patience = prng.below(4 * SECOND)
  }

  get isOrderly(): boolean {
    return this.manners === 'orderly'
  }

  onEstablished(): void {}

  onReadable(tcb: Tcb, now: number): void {
    if (!this.isSlow) this.readSome(tcb, 65_536, now)
  }

  onWritable(tcb: Tcb, now: number): void {
    this.writeSome(tcb, now)
  }

  onClosed(tcb: Tcb, reason: CloseReason, now: number): void {
    this.closed = reason
    // The rest can still be read, as a socket would keep it.
    for (let before = -1; before !== this.received; ) {
      before = this.received
      this.readSome(tcb, 65_536, now)
    }
    this.tcb = undefined
  }

  /** Does what is due; the host's turn is over. */
  wake(now: number): void {
    const { tcb, prng } = this
    this.wakeAt = now + 1 + prng.below(prng.chance(1, 50) ? 20 * SECOND : 50 * MILLISECOND)
    if (tcb === undefined || tcb.state < State.ESTABLISHED) return
    // The RST of an impatient peer may be lost, or all that would tell the listener: nobody waits for ever.
    if ((this.manners === 'impatient' && this.mayBegin && now >= this.patience) || now >= LONGEST_WAIT) {
      this.tcb = undefined
      if (prng.chance(1, 2)) this.endpoint.abort(tcb, now)
      else this.endpoint.close(tcb, now)
      return
    }
    if (!this.mayBegin) return
    this.readSome(tcb, this.isSlow ? 1 + prng.below(prng.chance(1, 2) ? 500 : 20_000) : 65_536, now)
    this.writeSome(tcb, now)
    if (this.tcb !== undefined && this.sawEnd && this.sent === this.total) {
      this.tcb = undefined
      this.endpoint.close(tcb, now)
    }
  }

  private readSome(tcb: Tcb, limit: number, now: number): void {
    const count = this.endpoint.read(tcb, this.chunk, 0, limit, now)
    for (let i = 0; i < count; i++) if (this.chunk[i] !== byteAt(this.received + i)) this.wrong++
    this.received += count
    this.sawEnd = tcb.finReceived && tcb.receiveQueue.length === 0
  }

  private writeSome(tcb: Tcb, now: number): void {
    const length = Math.min(tcb.sendQueue.free, this.total - this.sent, 1 + this.prng.below(30_000))
    if (!tcb.finQueued && length > 0) {
      for (let i = 0; i < length; i++) this.chunk[i] = byteAt(this.sent + i)
      this.sent += this.endpoint.write(tcb, this.chunk, 0, length, now)
    }
    if (this.sent === this.total) this.endpoint.shutdown(tcb, now)
  }
}

interface Packet {
  readonly due: number
  /** Place of the receiving end. */
  readonly far: number
  readonly bytes: Uint8Array
  readonly isAnswer: boolean
}

class Stress {
  now = 0
  readonly client: Endpoint
  readonly server: Endpoint
  readonly programs: [Program, Program]
  /** What excuses an end, by its place, that gave up. */
  readonly excuses: (string | undefined)[] = [undefined, undefined]
  /** ACKs that reached the listener: without any, no connection is accepted. */
  handshakeAcks = 0
  private readonly ledgers = [new ExchangeLedger(), new ExchangeLedger()] as const
  private readonly prng: Prng
  private readonly listener: Listener
  private readonly ends: [LinkEnd, LinkEnd] = [makeLinkEnd(512), makeLinkEnd(512)]
  private readonly packets: Packet[] = []
  private readonly loss: number
  private readonly jitter: number
  private readonly reneges: boolean
  private readonly shrinks: boolean
  private readonly segment = new Segment()

  constructor(seed: number) {
    const prng = new Prng(seed)
    this.prng = prng
    const [clientEnd, serverEnd] = this.ends
    const host = (link: LinkEnd, base: number, length: number, first: number) =>
      new Endpoint({
        link,
        addresses: { base, length },
        secret: testSecret(SECRET_BYTES, first + seed),
        counters: new Counters(),
        maxConnections: 4,
        offer: { windowScale: prng.chance(1, 2) ? 7 : prng.below(15) },
      })
    this.client = host(clientEnd, CLIENT_ADDRESSES.base, CLIENT_ADDRESSES.length, 7)
    this.server = host(serverEnd, SERVER_ADDRESS, 32, 99)
    this.listener = new Listener({
      host: this.server,
      config: LISTENER_DEFAULTS,
      profile: LINUX,
      cookieSecret: testSecret(32),
    })
    this.server.listen(SERVER_PORT, this.listener)
    this.programs = [new Program(this.client, prng), new Program(this.server, prng)]
    this.loss = prng.chance(1, 4) ? 0 : prng.below(200_000)
    this.jitter = prng.chance(1, 3) ? 0 : prng.below(20 * MILLISECOND)
    this.reneges = prng.chance(1, 5)
    this.shrinks = prng.chance(1, 5)
    const maxSegment = prng.chance(1, 3) ? 40 + prng.below(500) : 1460
    const options = { offer: { ...DEFAULT_OFFER, mss: maxSegment } }
    const tcb = this.client.connect(
      CLIENT_ADDRESSES.base,
      40_000,
      SERVER_ADDRESS,
      SERVER_PORT,
      this.programs[0],
      0,
      options,
    )
    if (typeof tcb === 'string') throw new Error(tcb)
    this.programs[0].tcb = tcb
  }

  /** Runs until nothing is left; what is wrong on the way throws. */
  run(): void {
    while (this.client.tcbs.size + this.server.tcbs.size + this.listener.synQueue.length + this.packets.length > 0) {
      const next = this.nextEvent()
      if (next === NEVER) throw new Error(`nothing will ever happen again: ${this.describe()}`)
      if (next > PATIENCE) throw new Error(`hangs: ${this.describe()}`)
      this.now = Math.max(this.now, next)
      this.turn()
    }
  }

  private nextEvent(): number {
    let next = Math.min(this.client.nextDeadline(), this.server.nextDeadline())
    for (const program of this.programs) if (program.tcb !== undefined) next = Math.min(next, program.wakeAt)
    for (const { due } of this.packets) next = Math.min(next, due)
    return next
  }

  private turn(): void {
    this.deliver()
    for (const host of [this.client, this.server]) {
      host.poll(this.now)
      this.judge()
      this.check(host)
    }
    this.accept()
    for (const program of this.programs) {
      if (program.tcb !== undefined && program.wakeAt <= this.now) program.wake(this.now)
    }
    this.check(this.client)
    this.check(this.server)
    this.carry(0, 1)
    this.carry(1, 0)
  }

  /** An end that has just given up has an excuse. */
  private judge(): void {
    for (const [i, { counters }] of [this.client, this.server].entries()) {
      if (counters.mib[Mib.TCPAbortOnTimeout] === 0 || this.excuses[i] !== undefined) continue
      const [own, other] = [this.ledgers[i], this.ledgers[1 - i]]
      const excuse = own.excuse(other)
      if (excuse === undefined || (excuse === 'windows taken back on both sides' && !this.shrinks)) {
        throw new Error(`end ${i} gives up without reason, ${own.describe()}, ${other.describe()}: ${this.describe()}`)
      }
      this.excuses[i] = excuse
    }
  }

  /** From the first accepted moment on the two sides disagree as the seed has it. */
  private accept(): void {
    const tcb = this.listener.accept()
    if (tcb === undefined) return
    const { prng } = this
    const program = this.programs[1]
    tcb.owner = program
    program.tcb = tcb
    program.wakeAt = this.now
    for (const each of this.programs) each.mayBegin = true
    const sides: Tcb[] = []
    for (const { tcbs } of [this.client, this.server]) tcbs.forEach((side) => void sides.push(side))
    for (const side of sides) {
      if (prng.chance(1, 4)) side.sackPermitted = false
      if (side.timestamps && prng.chance(1, 6)) {
        side.timestamps = false
        side.sndMss += TIMESTAMPS_BYTES
      }
      side.noDelay = prng.chance(1, 4)
    }
    if (prng.chance(1, 4)) {
      const keepalive = { idle: SECOND, interval: SECOND, probes: 30 }
      for (const { tcb: side } of this.programs) {
        if (side === undefined || side.state < State.ESTABLISHED) continue
        ;(side === tcb ? this.server : this.client).keepAlive(side, keepalive, this.now)
      }
    }
  }

  private deliver(): void {
    for (let i = 0; i < this.packets.length; ) {
      const packet = this.packets[i]
      if (packet.due > this.now) {
        i++
        continue
      }
      this.packets.splice(i, 1)
      if (packet.isAnswer) {
        parsePacket(packet.bytes, new DataView(packet.bytes.buffer), 0, packet.bytes.length, this.segment)
        this.ledgers[packet.far].onAnswer(this.segment)
      }
      this.ends[packet.far].rx.push(packet.bytes, 0, packet.bytes.length)
    }
  }

  private carry(near: number, far: number): void {
    const { prng } = this
    const from = this.ends[near]
    for (let at = from.tx.peek(); at >= 0; at = from.tx.peek()) {
      const bytes = this.mangled(from.tx.bytes.slice(at, at + from.tx.peekLength()))
      from.tx.release()
      const isLost = prng.chance(this.loss, 1_000_000)
      const isAnswer = this.note(bytes, isLost, near, far)
      if (isLost) continue
      for (let copies = prng.chance(1, 40) ? 2 : 1; copies > 0; copies--) {
        this.packets.push({ due: this.now + 5 * MILLISECOND + prng.below(this.jitter + 1), far, bytes, isAnswer })
      }
    }
  }

  /** Tells the ledgers of both ends of a packet, and what becomes of it; returns whether it answers the far end. */
  private note(bytes: Uint8Array, isLost: boolean, near: number, far: number): boolean {
    const { segment, ledgers } = this
    parsePacket(bytes, new DataView(bytes.buffer), 0, bytes.length, segment)
    ledgers[near].onSent(segment, isLost)
    const mayComplete = near === 0 && (segment.flags & SYN) === 0 && this.listener.synQueue.length > 0
    if (mayComplete && !isLost) this.handshakeAcks++
    return ledgers[far].onComing(segment, ledgers[near])
  }

  /** A middlebox that now and then tells of a smaller window than there is. */
  private mangled(bytes: Uint8Array): Uint8Array {
    if (!this.shrinks || !this.prng.chance(1, 10)) return bytes
    parsePacket(bytes, new DataView(bytes.buffer), 0, bytes.length, this.segment)
    if (this.segment.mss > 0) return bytes
    this.segment.window = this.prng.chance(1, 2) ? 0 : this.segment.window >> this.prng.below(6)
    return packetBytes(this.segment)
  }

  private check(host: Endpoint): void {
    host.tcbs.forEach((tcb) => {
      if (this.reneges && tcb.reassembly.count > 0 && this.prng.chance(1, 100)) {
        tcb.reassembly.clear()
        tcb.sackReport.clear()
      }
      this.ledgers[host === this.client ? 0 : 1].observe(tcb)
      const wrong = wrongIn(host, tcb)
      if (wrong.length > 0) throw new Error(`${wrong.join(', ')}: ${this.describe()}`)
    })
  }

  describe(): string {
    const lines = [`at ${this.now / SECOND} s`]
    for (const { tcbs } of [this.client, this.server]) {
      tcbs.forEach((tcb) => {
        const { sendQueue, receiveQueue, owner, reassembly, sackReport, sacked, keepalive, synSchedule, ...fields } =
          tcb
        lines.push(JSON.stringify({ ...fields, queued: sendQueue.length, unread: receiveQueue.length }))
      })
    }
    return lines.join('\n')
  }
}

function areOrdered(ranges: SequenceRanges, from: number, to: number): boolean {
  let last = from
  for (let i = 0; i < ranges.count; i++) {
    const isAfter = i === 0 ? !seqLess(ranges.startOf(i), last) : seqLess(last, ranges.startOf(i))
    if (!isAfter || !seqLess(ranges.startOf(i), ranges.endOf(i))) return false
    last = ranges.endOf(i)
  }
  return !seqLess(to, last)
}

/** What of a connection makes no sense between two events. */
function wrongIn(host: Endpoint, tcb: Tcb): string[] {
  if (tcb.state < State.ESTABLISHED) return []
  const { sndUna, sndNxt, state } = tcb
  const inFlight = seqDiff(sndNxt, sndUna)
  const isArmed = host.tcbs.isArmed(tcb, RETRANSMIT)
  const isAckTimed = host.tcbs.isArmed(tcb, DELAYED_ACK)
  const pipe = segmentsInPipe(tcb)
  const isTimed = state === State.TIME_WAIT || (state === State.FIN_WAIT_2 && tcb.owner === undefined)
  const needsTimer = isTimed || inFlight > 0 || mustProbe(tcb)
  const claims: readonly (readonly [string, boolean])[] = [
    ['SND.UNA <= SND.NXT', inFlight >= 0],
    [
      'what is in flight is queued',
      state === State.TIME_WAIT || inFlight <= tcb.sendQueue.length + (tcb.finSent ? 1 : 0),
    ],
    ['0 <= pipe <= flight', pipe >= 0 && pipe <= tcb.flight.length],
    ['what is in flight is in segments', tcb.flight.length > 0 === inFlight > 0],
    ['the last segment ends at SND.NXT', inFlight === 0 || tcb.flight.endOf(sndNxt - 1, sndNxt) === sndNxt],
    ['scoreboard in order', areOrdered(tcb.sacked, sndUna, sndNxt)],
    ['reassembly in order', areOrdered(tcb.reassembly, tcb.rcvNxt, tcb.rcvNxt + tcb.receiveQueue.free)],
    ['RETRANSMIT armed iff needed', isArmed === needsTimer],
    ['DELAYED_ACK armed iff an ACK is owed', isAckTimed === (tcb.ackOwed !== ACK_NONE)],
    ['a probe has a timer', !tcb.probeTimer || (isArmed && inFlight > 0)],
    ['the window is not negative', tcb.rcvWnd >= 0],
    ['the congestion window holds a segment', tcb.cwnd >= 1 && tcb.ssthresh >= 2],
    ['RTO within bounds', tcb.rto >= 200 * MILLISECOND && tcb.rto <= 120 * SECOND],
  ]
  return claims.filter(([, holds]) => !holds).map(([name]) => `not so: ${name}`)
}

/** How often each excuse was used. */
const excuses = new Map<string, number>()

function countExcuse(name: string): void {
  excuses.set(name, (excuses.get(name) ?? 0) + 1)
}

/**
 * Between orderly programs everything arrives, and both ends close. An end that gave up with an excuse need not have closed,
 * nor its peer, which then meets nobody; and what was never accepted carries nothing. Who saw the end has everything, always.
 */
function expectAllOrExcuse(lab: Stress): void {
  const [near, far] = lab.programs
  const given = lab.excuses.filter((excuse) => excuse !== undefined)
  for (const excuse of given) countExcuse(excuse)
  if (near.sawEnd) expect(near.received).toBe(far.total)
  if (far.sawEnd) expect(far.received).toBe(near.total)
  if (!far.mayBegin) {
    countExcuse('never accepted')
    expect([near.received, far.received, lab.handshakeAcks]).toEqual([0, 0, 0])
  } else if (given.length === 0) {
    expect([near.received, far.received, near.sawEnd, far.sawEnd]).toEqual([far.total, near.total, true, true])
    expect([near.closed ?? 'closed', far.closed ?? 'closed']).toEqual(['closed', 'closed'])
  }
}

function stress(seed: number): Stress {
  const lab = new Stress(seed)
  try {
    lab.run()
    const [near, far] = lab.programs
    expect([near.wrong, far.wrong]).toEqual([0, 0])
    expect(near.received).toBeLessThanOrEqual(far.sent)
    expect(far.received).toBeLessThanOrEqual(near.sent)
    for (const { tcbs } of [lab.client, lab.server]) expect([tcbs.size, tcbs.armedTimers]).toEqual([0, 0])
    if (near.isOrderly && far.isOrderly) expectAllOrExcuse(lab)
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
  return lab
}

describe('two hosts that agree on little', () => {
  const seen = new Map<number, number>()

  it.each(Array.from({ length: PARTS }, (_, i) => i))('lose nothing, hang never and leave nothing, part %i', (part) => {
    for (let i = 0; i < SEEDS / PARTS; i++) {
      const { client, server } = stress(FIRST_SEED + part * (SEEDS / PARTS) + i)
      for (const { counters } of [client, server]) {
        counters.mib.forEach((count, mib) => {
          seen.set(mib, (seen.get(mib) ?? 0) + count)
        })
      }
    }
  })

  // Of 20,000 other seeds, 7 connections needed 10: 6 windows taken back, 2 answers lost, 1 window shut, 1 never accepted.
  it('hardly ever need an excuse', () => {
    expect([...excuses.values()].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(SEEDS / 250)
  })

  it.each([
    ...(['TCPTimeouts', 'TCPSackRecovery', 'TCPRenoRecovery', 'TCPLossProbes', 'TCPSACKReneging'] as const),
    ...(['WindowProbes', 'TCPKeepAlive', 'TCPDSACKRecv', 'TCPAbortOnClose', 'PAWSEstab'] as const),
  ])('met %s on the way', (name) => {
    expect(seen.get(Mib[name]) ?? 0).toBeGreaterThan(0)
  })
})
