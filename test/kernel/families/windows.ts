/**
 * Programs about what a peer's window holds back: writes larger than it, windows of 0 and of a few bytes, windows that are taken back,
 * and closes meanwhile. The peer acknowledges in time and does not repeat itself three times: what is lost is another matter.
 */
import type { Prng } from '../../../tcpip/base/prng.ts'
import { ACK, PSH, SYN } from '../../../tcpip/wire/segment.ts'
import type { Program } from '../program.ts'
import { type Peer, SIZES, Talk } from './talk.ts'

/** Bytes that the peer offers, and that the program writes at a time. */
const WINDOWS = [0, 0, 0, 1, 10, 100, 500, 536, 1000, 1461, 2000, 5000, 20_000, 64_240]
const WRITES = [10, 100, 1000, 3000, 9000, 20_000]

/** Most bytes that wait at the stack: both have room for them. */
const MOST_WAITING = 60_000

/** Times of what is acknowledged at once, and of a window that stays as it is for a while. */
const PROMPT = [0, 0, 15_000, 15_000, 65_000]
const LATER = [110_000, 330_000, 330_000, 1_350_000]

/** ACKs in a row that say nothing new. */
const MOST_REPEATS = 2

class Windows extends Talk {
  private readonly peer: Peer
  private readonly shift: number
  private acked = 1
  private window = 0
  private repeats = 0

  constructor(prng: Prng) {
    super(prng)
    this.peer = this.makePeer(1, prng.chance(1, 3))
    const scale = this.peer.synOptions.find(({ kind }) => kind === 'wscale')
    this.shift = scale?.kind === 'wscale' ? scale.value : 0
  }

  run(steps: number): void {
    const { peer } = this
    this.segment(peer, SYN, 0, 0, 0, peer.synOptions, this.pick([64_240, 64_240, 1000, 0]))
    this.say(0, 0, this.pick(PROMPT))
    this.add({ kind: 'accept' }, 0)
    peer.connection = 0
    for (let i = 0; i < steps; i++) this.step()
    this.add({ kind: 'error', connection: 0 }, 1_350_000)
  }

  private step(): void {
    const { prng, peer } = this
    const kind = prng.below(16)
    const waiting = peer.stackNext - this.acked
    if (kind < 5 && peer.connection === 0) {
      const length = this.pick(WRITES)
      if (waiting + length <= MOST_WAITING) this.write(peer, length)
    } else if (kind < 12) {
      const progress = this.pick([0, 0, 1, 536, 1000, 1460, 2920, waiting])
      this.say(Math.min(progress, waiting), 0, this.pick(prng.chance(1, 4) ? LATER : PROMPT))
    } else if (kind === 12) this.say(0, this.pick(SIZES), this.pick(PROMPT))
    else if (kind === 13 && peer.connection === 0) this.add({ kind: 'read', connection: 0, length: 100_000 })
    else if (kind === 14 && prng.chance(1, 3) && peer.connection === 0) this.finish()
  }

  private finish(): void {
    const { peer } = this
    this.add({ kind: this.pick(['shutdown', 'close']), connection: 0 })
    peer.connection = -1
    peer.stackNext++
  }

  /** A segment of the peer's that acknowledges `progress` bytes more and offers some window. */
  private say(progress: number, length: number, wait: number): void {
    const { peer } = this
    const window = Math.min(65_535, Math.ceil(this.pick(WINDOWS) / 2 ** this.shift))
    // A window that shrinks is no news, unless it shuts.
    const isNews = progress > 0 || length > 0 || window > this.window || window === 0
    this.repeats = isNews ? 0 : this.repeats + 1
    if (this.repeats > MOST_REPEATS) return
    this.acked += progress
    this.window = window
    this.segment(peer, ACK | (length > 0 ? PSH : 0), peer.next, length, this.acked, [], window, wait)
    peer.next += length
  }
}

export function windows(prng: Prng): Program {
  const program = new Windows(prng)
  program.run(6 + prng.below(14))
  return { listener: { backlog: 4, deferAccept: 0 }, sysctls: {}, steps: program.steps }
}
