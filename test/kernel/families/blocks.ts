/**
 * Programs whose peer tells in SACK blocks of what is acknowledged, of what was never sent, or nothing that makes sense. Blocks of what is
 * in flight are left out: with them begins RACK, which the endpoint does not have.
 */
import type { Prng } from '../../../tcpip/base/prng.ts'
import { ACK, PSH, SYN } from '../../../tcpip/wire/segment.ts'
import type { TcpOption } from '../../packetdrill/language/ast.ts'
import type { Program } from '../program.ts'
import { type Peer, SIZES, Talk } from './talk.ts'

/** Of ten peers so many agree on SACK: to the others blocks say nothing. */
const AGREES = 8

/** Times of what is acknowledged before it times out. */
const PROMPT = [0, 0, 15_000, 15_000]

const WRITES = [10, 100, 1000, 3000]

class Blocks extends Talk {
  private readonly peer: Peer
  /** What the peer has acknowledged. */
  private acked = 1

  constructor(prng: Prng) {
    super(prng)
    const { synOptions, ...peer } = this.makePeer(1, prng.chance(1, 3))
    const others = synOptions.filter(({ kind }) => kind !== 'sackOK')
    this.peer = { ...peer, synOptions: prng.chance(AGREES, 10) ? [...others, { kind: 'sackOK' }] : others }
  }

  run(steps: number): void {
    const { peer, prng } = this
    this.segment(peer, SYN, 0, 0, 0, peer.synOptions)
    this.segment(peer, ACK, 1, 0, 1)
    this.add({ kind: 'accept' }, 0)
    peer.connection = 0
    peer.phase = 'connected'
    for (let i = 0; i < steps; i++) {
      if (this.acked < peer.stackNext) this.tell(prng.chance(1, 4) ? this.acked : peer.stackNext, this.pick(PROMPT))
      else if (prng.chance(1, 2)) this.write(peer, this.pick(WRITES))
      else if (prng.chance(1, 4)) this.add({ kind: 'read', connection: 0, length: 100_000 })
      else this.tell(this.acked)
    }
    this.segment(peer, ACK, peer.next, 0, peer.stackNext)
    this.add({ kind: 'error', connection: 0 }, 1_350_000)
  }

  /** A segment that acknowledges up to `ack`, with blocks. */
  private tell(ack: number, wait?: number): void {
    const { peer, prng } = this
    const length = prng.chance(1, 3) ? this.pick(SIZES) : 0
    const blocks = Array.from({ length: 1 + prng.below(3) }, () => this.block(ack))
    const options: TcpOption[] = [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'sack', blocks }]
    this.segment(peer, ACK | (length > 0 ? PSH : 0), peer.next, length, ack, options, undefined, wait)
    peer.next += length
    this.acked = ack
  }

  private block(ack: number): [number, number] {
    const size = this.pick([1, 10, 100, 1000])
    switch (this.prng.below(5)) {
      case 0:
        return [Math.max(1, ack - size), ack]
      case 1:
        return [Math.max(1, ack - 2 * size), Math.max(1, ack - size)]
      case 2:
        return [this.peer.stackNext + size, this.peer.stackNext + 2 * size]
      case 3:
        return [ack, Math.max(1, ack - size)]
      default:
        return [this.peer.stackNext + 100_000, this.peer.stackNext]
    }
  }
}

export function blocks(prng: Prng): Program {
  const program = new Blocks(prng)
  program.run(6 + prng.below(12))
  return { listener: { backlog: 4, deferAccept: 0 }, sysctls: {}, steps: program.steps }
}
