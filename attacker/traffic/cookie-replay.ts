/**
 * Valid cookies, sent back late and more than once. A listener keeps nothing of a cookie it has given, so it cannot know
 * that one was used: whoever closes the connection can open it again with the same ACK, until the cookie is too old. Read
 * first: Linux cookie_v4_check(), MAX_SYNCOOKIE_AGE.
 *
 * First every cookie is asked for once, with a SYN whose SYN-ACK the bot reads past its firewall. Then laps through those
 * that were given: one of ACKs, which open, one of RSTs, which close again so that the next lap can open. A server that
 * stores the SYNs gives no cookies: what was obtained is then good for as long as the request lives, and once.
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import type { PacketRing } from '../../tcpip/link/packet-ring.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { writePacket } from '../../tcpip/wire/codec.ts'
import { ACK, RST, Segment, SYN } from '../../tcpip/wire/segment.ts'
import { type AttackAction, SendPackets } from './attack-action.ts'
import { BOTS_MAX } from './attack-catalogue.ts'
import type { AttackSpecOf } from './attack-spec.ts'
import { type Botnet, FIREWALLED_PORTS } from './botnet.ts'
import type { Schedule } from './rate-shape.ts'

const MSS = 1460
const WINDOW = 64_240

export class CookieReplay implements AttackAction {
  private readonly sender: SendPackets
  private readonly botnet: Botnet
  private readonly cookies: number
  private readonly segment = new Segment()
  /** Sequence number of each SYN, and of the SYN-ACK that it earned. */
  private readonly asked: Int32Array
  private readonly given: Int32Array
  /** Cookies that were given, in the order of their coming. */
  private readonly obtained: number[] = []
  private readonly isObtained: Uint8Array
  /** The port of the first cookies, at random, so that two attacks at a time do not meet. */
  private readonly firstPort: number
  private asks = 0
  /** The lap: what it does, how many cookies it goes through, the next of them. */
  private isOpening = false
  private lapLength = 0
  private position = 0
  private replayed = 0
  private closed = 0
  private refused = 0

  constructor(spec: AttackSpecOf<'cookie-replay'>, botnet: Botnet, tx: PacketRing, prng: Prng) {
    const { cookies } = spec
    this.botnet = botnet
    this.cookies = cookies
    this.asked = Int32Array.from({ length: cookies }, () => prng.next())
    this.given = new Int32Array(cookies)
    this.isObtained = new Uint8Array(cookies)
    const { firstPort, ports } = FIREWALLED_PORTS
    this.firstPort = firstPort + prng.below(ports - Math.ceil(cookies / BOTS_MAX) + 1)
    this.sender = new SendPackets(tx, this)
    this.segment.destination = SERVER_ADDRESS
    this.segment.destinationPort = SERVER_PORT
    this.segment.window = WINDOW
  }

  act(): boolean {
    return this.sender.act()
  }

  /** Writes the next packet of the plan. */
  write(bytes: Uint8Array, view: DataView, at: number): number {
    // Whoever has got nothing keeps asking.
    if (this.asks < this.cookies || this.obtained.length === 0) this.ask(this.asks++ % this.cookies)
    else this.replay()
    return writePacket(bytes, view, at, this.segment)
  }

  onAnswer(answer: Segment): void {
    const cookie = this.cookieAt(answer.destination, answer.destinationPort)
    if (cookie < 0) return
    if ((answer.flags & RST) !== 0) this.refused++
    const isSynAck = (answer.flags & (SYN | ACK)) === (SYN | ACK) && answer.ack === ((this.asked[cookie] + 1) | 0)
    if (!isSynAck || this.isObtained[cookie] === 1) return
    this.given[cookie] = answer.seq
    this.isObtained[cookie] = 1
    this.obtained.push(cookie)
  }

  advance(): void {}

  nextDeadline(): number {
    return NEVER
  }

  end(): void {}

  /** `obtained` cookies; ACKs and RSTs sent with them; RSTs that came back: cookies refused. */
  figures(): Readonly<Record<string, number>> {
    return { obtained: this.obtained.length, replayed: this.replayed, closed: this.closed, refused: this.refused }
  }

  private ask(cookie: number): void {
    const { segment } = this
    this.place(cookie)
    segment.flags = SYN
    segment.mss = MSS
    segment.seq = this.asked[cookie]
    segment.ack = 0
  }

  private replay(): void {
    if (this.position === this.lapLength) this.beginLap()
    const { segment, isOpening } = this
    const cookie = this.obtained[this.position++]
    if (isOpening) this.replayed++
    else this.closed++
    this.place(cookie)
    segment.flags = isOpening ? ACK : RST
    segment.mss = 0
    segment.seq = (this.asked[cookie] + 1) | 0
    segment.ack = isOpening ? (this.given[cookie] + 1) | 0 : 0
  }

  /** What was opened is closed. Cookies that came late join in when it is time to open again. */
  private beginLap(): void {
    this.isOpening = !this.isOpening
    if (this.isOpening) this.lapLength = this.obtained.length
    this.position = 0
  }

  /** Each cookie has a bot and a port of its own. */
  private place(cookie: number): void {
    this.segment.source = (this.botnet.addresses.base + (cookie % BOTS_MAX)) | 0
    this.segment.sourcePort = this.firstPort + Math.floor(cookie / BOTS_MAX)
  }

  /** The cookie whose place this is; -1 for none of ours. */
  private cookieAt(address: number, port: number): number {
    const bot = (address - this.botnet.addresses.base) | 0
    const row = port - this.firstPort
    const cookie = row * BOTS_MAX + bot
    return bot >= 0 && bot < BOTS_MAX && row >= 0 && cookie < this.cookies ? cookie : -1
  }
}

/** A schedule that rests for `pause` seconds after its first `events` events. */
export class PausingSchedule implements Schedule {
  private readonly inner: Schedule
  private readonly pause: number
  private left: number

  constructor(inner: Schedule, events: number, pause: number) {
    this.inner = inner
    this.left = events
    this.pause = Math.round(pause * SECOND)
  }

  get next(): number {
    return this.left > 0 ? this.inner.next : this.inner.next + this.pause
  }

  step(): void {
    this.left--
    this.inner.step()
  }
}
