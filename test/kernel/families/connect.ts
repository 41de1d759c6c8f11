/**
 * Programs that open the connection themselves: what may answer a SYN, good, bad, late or never, a SYN that crosses it, and the talk
 * that follows. ICMP is left out: it ends an attempt on Linux.
 */
import type { Prng } from '../../../tcpip/base/prng.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../../tcpip/wire/segment.ts'
import type { TcpOption } from '../../packetdrill/language/ast.ts'
import { FIRST_TIMESTAMP, type Program } from '../program.ts'
import { type Peer, Talk } from './talk.ts'

/** Numbers that acknowledge something else than the SYN. */
const WRONG_ACKS = [0, 2, 77, 100_000, -1]

class Connect extends Talk {
  private readonly peer: Peer
  /** The peer has sent a SYN of its own. */
  private hasCrossed = false

  constructor(prng: Prng) {
    super(prng)
    this.peer = this.makePeer(0, prng.chance(1, 2))
    this.peer.connection = 0
  }

  run(steps: number): void {
    const { peer, prng } = this
    this.connect()
    for (let i = 0; i < steps; i++) {
      if (peer.phase !== 'connected') this.answer()
      else if (peer.connection >= 0 && prng.chance(2, 5)) this.call(peer)
      else if (peer.connection >= 0 && prng.chance(1, 10)) this.ask()
      else this.send(peer)
    }
    this.add({ kind: 'error', connection: 0 }, 1_350_000)
  }

  private connect(): void {
    this.add({ kind: 'connect', connection: 0, peer: this.peer.number })
  }

  /** How the attempt goes: connect() again, or SO_ERROR. */
  private ask(): void {
    if (this.prng.chance(1, 2)) this.connect()
    else this.add({ kind: 'error', connection: 0 })
  }

  /** In SYN-SENT, or SYN-RECEIVED once SYNs have crossed: mostly what completes the handshake, else something that does not. */
  private answer(): void {
    const { prng, peer } = this
    const kind = prng.below(20)
    const length = this.pick([0, 0, 10])
    const seq = this.hasCrossed ? this.pick([0, 0, 1, 1000]) : 0
    // Once SYNs have crossed Linux takes an ACK of nothing for that of its SYN.
    const wrong = this.hasCrossed ? WRONG_ACKS.filter((ack) => ack !== 0) : WRONG_ACKS
    if (kind === 0) this.segment(peer, SYN | ACK, seq, length, this.pick(wrong), this.synAckOptions())
    else if (kind === 1) this.segment(peer, ACK, 1, length, this.pick([1, ...wrong]))
    else if (kind === 2) this.segment(peer, RST, this.pick([0, 1, 77]), 0, 0)
    else if (kind === 3) this.segment(peer, RST | ACK, this.pick([0, 1]), 0, this.pick([1, ...wrong]))
    else if (kind === 4 || kind === 5) this.cross(length)
    else if (kind === 6) this.segment(peer, this.pick([0, FIN, PSH, FIN | ACK]), 1, length, this.pick([1, ...wrong]))
    else if (kind === 7) this.segment(peer, SYN | this.pick([FIN, RST, RST | ACK]), 0, 0, 1, peer.synOptions)
    else if (kind === 8 || kind === 9) this.ask()
    else if (kind === 10) this.add({ kind: 'read', connection: 0, length: 10 })
    else if (kind === 11) this.add({ kind: 'write', connection: 0, length: 10 })
    else if (kind === 12 && prng.chance(1, 3)) this.call(peer)
    else if (kind === 13) this.segment(peer, SYN | ACK, 0, 0, 1, this.synAckOptions(this.pick([-1, 5_000])))
    else this.complete(length)
  }

  /** Not before there is a connection, which only the stack knows. */
  protected override icmp(peer: Peer): void {
    this.data(peer, peer.next, 10)
  }

  /** The SYN-ACK, or the ACK if SYNs have crossed. */
  private complete(length: number): void {
    const { prng, peer } = this
    const fin = prng.chance(1, 12) ? FIN : 0
    const window = prng.chance(1, 6) ? this.pick([0, 1, 500]) : 64_240
    if (this.hasCrossed && prng.chance(1, 2)) {
      this.segment(peer, ACK | fin, 1, length, 1, [], window)
      peer.next = 1 + length + fin
      peer.hasEnded = fin !== 0
    } else {
      // Data and FIN that come with it are not taken, and come again; one that has crossed has neither.
      const extra = this.hasCrossed ? 0 : 1
      this.segment(peer, SYN | ACK | (extra * fin), 0, extra * length, 1, this.synAckOptions(), window)
    }
    peer.phase = 'connected'
  }

  private cross(length: number): void {
    this.segment(this.peer, SYN, this.hasCrossed ? this.pick([0, 1, 1000]) : 0, length, 0, this.peer.synOptions)
    this.hasCrossed = true
  }

  /** The peer's options; the timestamp that it echoes is `later` than the first one, milliseconds. */
  private synAckOptions(later = 0): TcpOption[] {
    return this.peer.synOptions.map((option) =>
      option.kind === 'TS' ? { ...option, ecr: FIRST_TIMESTAMP + later } : option,
    )
  }
}

export function connecting(prng: Prng): Program {
  const program = new Connect(prng)
  program.run(5 + prng.below(12))
  return { listener: undefined, sysctls: {}, steps: program.steps }
}
