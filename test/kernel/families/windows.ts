/**
 * Programs about what a peer's window holds back: writes larger than it, windows of 0 and of a few bytes, windows that are taken back,
 * and closes meanwhile. The largest window is the first one, as Linux cuts what is written by the largest window so far; and whole
 * segments are acknowledged, in time as long as the window is open: what is lost is another matter.
 */
import type { Prng } from '../../../tcpip/base/prng.ts'
import { ACK, PSH, SYN } from '../../../tcpip/wire/segment.ts'
import type { TcpOption } from '../../packetdrill/language/ast.ts'
import type { Program } from '../program.ts'
import { type Peer, SIZES, Talk } from './talk.ts'

/** Bytes that the peer offers, first and later. */
const FIRST_WINDOWS = [64_240, 64_240, 64_240, 10, 100, 500, 1000]
const WINDOWS = [0, 0, 0, 1, 10, 100, 500, 536, 1000, 1461, 2000, 5000, 20_000, 64_240]

/** Bytes that the program writes at a time, into a window that was large, and into one that never was. */
const WRITES = [10, 100, 1000, 3000, 9000, 20_000]
const SMALL_WRITES = [10, 100, 300, 1000]

/** Most bytes that wait at the stack: of small segments a kernel's memory holds fewer. */
const MOST_WAITING = 60_000
const MOST_SMALL_WAITING = 2000

/** A window that was never larger than this makes for small segments. */
const SMALL_WINDOW = 3000

/** Segments that the stack sends before it hears of them. */
const FLIGHT = 10

/** Nothing has timed out sooner than this, microseconds: after it, all that was sent is acknowledged. */
const PATIENCE = 150_000

/** Times of what is acknowledged at once, and of a window that stays shut. */
const PROMPT = [0, 0, 15_000, 15_000, 65_000]
const LATER = [65_000, 330_000, 330_000, 1_350_000]

/** ACKs in a row that say nothing new. */
const MOST_REPEATS = 2

class Windows extends Talk {
  private readonly peer: Peer
  private readonly shift: number
  /** Bytes of the largest window, and of a segment. */
  private readonly largest: number
  private readonly segmentBytes: number
  private acked = 1
  private window = 0
  /** Ends of the segments that the stack has sent, as far as can be told, and when the first was sent or the last acknowledged. */
  private ends: number[] = []
  private now = 0
  private heardAt = 0
  private repeats = 0
  /** What the peer says next has a number that none of its segments had. */
  private hasNewNumber = false

  constructor(prng: Prng) {
    super(prng)
    // An echo of the first timestamp, of which peers here know no other, tells a kernel that a timeout was false.
    this.peer = this.makePeer(1, false)
    const option = (wanted: TcpOption['kind']): number => {
      const found = this.peer.synOptions.find(({ kind }) => kind === wanted)
      return found !== undefined && 'value' in found ? found.value : 0
    }
    this.shift = option('wscale')
    // Half of a window in between is an odd number of segments, which a kernel keeps and hands down apart.
    const largest = this.fieldOf(this.pick(FIRST_WINDOWS)) << this.shift
    this.largest = largest < SMALL_WINDOW ? largest : this.fieldOf(FIRST_WINDOWS[0]) << this.shift
    this.segmentBytes = Math.min(option('mss') || 536, this.largest > 536 ? this.largest >> 1 : this.largest)
  }

  run(steps: number): void {
    const { peer } = this
    this.segment(peer, SYN, 0, 0, 0, peer.synOptions)
    this.say(0, 0, this.largest, this.pick(PROMPT))
    this.add({ kind: 'accept' }, 0)
    peer.connection = 0
    for (let i = 0; i < steps; i++) this.step()
    this.add({ kind: 'error', connection: 0 }, 1_350_000)
  }

  private step(): void {
    const { prng, peer } = this
    const kind = prng.below(16)
    // One segment may time out before a closed window, to be sent again: of more, an ACK would tell that not all was lost (F-RTO).
    const isWaiting = this.ends.length > (this.window > 0 ? 0 : 1)
    const wait = this.pick(isWaiting ? PROMPT : LATER)
    this.now += wait
    if (isWaiting && this.now - this.heardAt > PATIENCE) this.say(FLIGHT, 0, this.pick(WINDOWS), wait)
    else if (kind < 5 && peer.connection === 0) this.fill(wait)
    else if (kind < 13) {
      const length = kind === 12 ? this.pick(SIZES) : 0
      this.say(this.pick([0, 1, 2, FLIGHT]), length, this.pick(WINDOWS), wait)
    } else if (kind === 13 && peer.connection === 0) this.add({ kind: 'read', connection: 0, length: 100_000 }, wait)
    else if (kind === 14 && prng.chance(1, 3) && peer.connection === 0) {
      this.add({ kind: this.pick(['shutdown', 'close']), connection: 0 }, wait)
      peer.connection = -1
      peer.stackNext++
      this.flow()
    }
  }

  private fill(wait: number): void {
    const isSmall = this.largest < SMALL_WINDOW
    const length = this.pick(isSmall ? SMALL_WRITES : WRITES)
    const waiting = this.peer.stackNext - this.acked + length
    if (waiting > (isSmall ? MOST_SMALL_WAITING : MOST_WAITING)) return
    this.write(this.peer, length, wait)
    this.flow()
  }

  /** What the stack sends now: whole segments that fit, and one that is small. */
  private flow(): void {
    const { ends, segmentBytes, peer } = this
    let sent = ends.at(-1) ?? this.acked
    while (sent < peer.stackNext && ends.length < FLIGHT) {
      const end = Math.min(peer.stackNext, sent + segmentBytes)
      const isSmallInFlight = ends.some((other, i) => other - (ends[i - 1] ?? this.acked) < segmentBytes)
      if (end > this.acked + this.window || (end - sent < segmentBytes && isSmallInFlight)) return
      if (ends.length === 0) this.heardAt = this.now
      ends.push(end)
      sent = end
    }
  }

  /** A segment of the peer's that acknowledges up to so many segments more and offers a window. */
  private say(segments: number, length: number, bytes: number, wait: number): void {
    const { peer } = this
    const count = Math.min(segments, this.ends.length)
    const progress = count === 0 ? 0 : this.ends[count - 1] - this.acked
    const field = this.fieldOf(Math.min(bytes, this.largest))
    const window = field << this.shift
    // A window that shrinks is no news, unless it shuts or comes with some.
    const isNews = progress > 0 || this.hasNewNumber || window > this.window || window === 0
    this.hasNewNumber = length > 0
    this.repeats = isNews ? 0 : this.repeats + 1
    if (this.repeats > 0 && (this.repeats > MOST_REPEATS || this.ends.length > 0)) return
    this.acked += progress
    if (isNews) this.window = window
    this.ends.splice(0, count)
    if (count > 0) this.heardAt = this.now
    this.segment(peer, ACK | (length > 0 ? PSH : 0), peer.next, length, this.acked, [], field, wait)
    peer.next += length
    this.flow()
  }

  private fieldOf(bytes: number): number {
    return Math.min(65_535, Math.ceil(bytes / 2 ** this.shift))
  }
}

export function windows(prng: Prng): Program {
  const program = new Windows(prng)
  program.run(6 + prng.below(14))
  return { listener: { backlog: 4, deferAccept: 0 }, sysctls: {}, steps: program.steps }
}
