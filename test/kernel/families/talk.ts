/**
 * What all families of programs have in common: peers whose streams go on from step to step, and the talk of a connection once it
 * exists. Knows just enough of TCP to be relevant: where each peer's stream and the stack's stand if all goes well, and how to be
 * a little wrong.
 */
import type { Prng } from '../../../tcpip/base/prng.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../../tcpip/wire/segment.ts'
import type { TcpOption } from '../../packetdrill/language/ast.ts'
import { type Action, NEWEST_TIMESTAMP, type Step } from '../program.ts'

/** Times between steps, microseconds: none of them ends where a timer does. */
const WAITS = [0, 0, 0, 15_000, 15_000, 65_000, 65_000, 110_000, 330_000, 1_350_000]

/** Bytes of what peers and program send at a time. */
export const SIZES = [1, 10, 10, 100, 400, 1400]
const WRITES = [10, 100, 1000, 3000, 9000]

/** Beyond any window, bytes: the endpoint's is 64 KB, a kernel's grows as far as its buffer of 128 KB. */
const BEYOND = 140_000

/** The first timestamp of a peer, milliseconds. */
export const PEER_TIMESTAMP = 10_000

/** A peer as a generator thinks of it. */
export interface Peer {
  readonly number: number
  readonly hasTimestamps: boolean
  readonly synOptions: readonly TcpOption[]
  /** Next number of its stream, and of the stack's as far as it was written. */
  next: number
  stackNext: number
  /** Milliseconds on its timestamp clock. */
  clock: number
  phase: 'new' | 'asked' | 'connected'
  connection: number
  hasEnded: boolean
}

export class Talk {
  readonly steps: Step[] = []
  protected readonly prng: Prng

  constructor(prng: Prng) {
    this.prng = prng
  }

  protected makePeer(number: number, hasTimestamps: boolean): Peer {
    const { prng } = this
    const options: TcpOption[] = []
    if (prng.chance(9, 10)) options.push({ kind: 'mss', value: this.pick([536, 1000, 1460, 1460]) })
    if (prng.chance(1, 2)) options.push({ kind: 'sackOK' })
    if (hasTimestamps) options.push({ kind: 'TS', val: PEER_TIMESTAMP, ecr: 0 })
    if (prng.chance(1, 2)) options.push({ kind: 'nop' }, { kind: 'wscale', value: this.pick([0, 7, 14]) })
    return {
      number,
      hasTimestamps,
      synOptions: options,
      next: 1,
      stackNext: 1,
      clock: PEER_TIMESTAMP,
      phase: 'new',
      connection: -1,
      hasEnded: false,
    }
  }

  /** One segment of a connected peer. */
  protected send(peer: Peer): void {
    const { prng } = this
    const kind = prng.below(20)
    const ack = peer.stackNext
    if (kind < 7) this.data(peer, peer.next, this.pick(SIZES))
    else if (kind === 7) this.segment(peer, ACK | PSH, peer.next + this.pick([1, 100, 1400]), this.pick(SIZES), ack)
    else if (kind === 8)
      this.segment(peer, ACK | PSH, Math.max(1, peer.next - this.pick([1, 10, 100])), this.pick(SIZES), ack)
    else if (kind === 9) this.segment(peer, ACK, peer.next, 0, this.pick([1, ack, ack]))
    else if (kind === 10) this.segment(peer, ACK, peer.next, 0, ack + this.pick([1, 1000, 100_000]))
    else if (kind === 11) this.segment(peer, ACK, peer.next, 0, ack, [], this.pick([0, 1, 500, 2000]))
    else if (kind === 12) this.end(peer)
    else if (kind === 13) this.segment(peer, ACK | FIN, peer.next + this.pick([0, 1, 10]), this.pick([0, 10]), ack)
    else if (kind === 14)
      this.segment(peer, RST | this.pick([0, ACK]), peer.next + this.pick([-1, 0, 1, 100, BEYOND]), 0, ack)
    else if (kind === 15) this.segment(peer, SYN, this.pick([0, peer.next, peer.next + 1000]), 0, 0, peer.synOptions)
    else if (kind === 16) this.segment(peer, this.pick([0, FIN, PSH]), peer.next, this.pick([0, 10]), 0)
    else if (kind === 17)
      this.segment(peer, ACK | PSH, peer.next + this.pick([BEYOND, 2 * BEYOND]), this.pick([0, 10]), ack)
    else if (kind === 18) this.icmp(peer, this.pick([0, ack, 100_000]))
    else if (peer.hasTimestamps) {
      peer.clock -= this.pick([10, 6000])
      this.segment(peer, ACK | PSH, peer.next - this.pick([0, 1]), this.pick([0, 10]), ack)
      peer.clock += 6000
    } else this.data(peer, peer.next, this.pick(SIZES))
  }

  /** One call of the program on a connection that it has. */
  protected call(peer: Peer): void {
    const { connection } = peer
    const kind = this.prng.below(12)
    if (kind < 5) this.add({ kind: 'read', connection, length: this.pick([10, 1000, 100_000]) })
    else if (kind < 9) this.write(peer, this.pick(WRITES))
    else if (kind === 9) this.add({ kind: 'shutdown', connection })
    else {
      if (kind === 11 && this.prng.chance(1, 3)) this.add({ kind: 'linger', connection }, 0)
      this.add({ kind: 'close', connection })
      peer.connection = -1
      peer.stackNext++
    }
  }

  protected write(peer: Peer, length: number, wait?: number): void {
    this.add({ kind: 'write', connection: peer.connection, length }, wait)
    peer.stackNext += length
  }

  protected data(peer: Peer, seq: number, length: number): void {
    this.segment(peer, ACK | PSH, seq, length, peer.stackNext)
    peer.next = Math.max(peer.next, seq + length)
  }

  private end(peer: Peer): void {
    const length = this.pick([0, 0, 10])
    this.segment(peer, ACK | FIN, peer.next, length, peer.stackNext)
    if (!peer.hasEnded) peer.next += length + 1
    peer.hasEnded = true
  }

  protected icmp(peer: Peer, seq: number): void {
    // "Host unreachable" takes back a timeout of a connection (RFC 6069), which the endpoint does not have.
    const code = peer.phase === 'connected' ? 3 : this.pick([1, 3])
    this.add({ kind: 'icmp', peer: peer.number, type: 3, code, seq })
  }

  protected segment(
    peer: Peer,
    flags: number,
    seq: number,
    length: number,
    ack: number,
    options: readonly TcpOption[] = [],
    window = 64_240,
    wait?: number,
  ): void {
    const stamped = peer.hasTimestamps && (flags & (SYN | RST)) === 0
    peer.clock += 10
    const stamp: TcpOption[] = [
      { kind: 'nop' },
      { kind: 'nop' },
      { kind: 'TS', val: peer.clock, ecr: (flags & ACK) === 0 ? 0 : NEWEST_TIMESTAMP },
    ]
    const number = (value: number): number => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32
    this.add(
      {
        kind: 'segment',
        peer: peer.number,
        flags,
        seq: number(seq),
        length,
        ack: number(ack),
        window,
        options: stamped ? [...options, ...stamp] : options,
      },
      wait,
    )
  }

  protected add(action: Action, wait: number = this.pick(WAITS)): void {
    this.steps.push({ wait, ...action })
  }

  protected pick<T>(values: readonly T[]): T {
    return values[this.prng.below(values.length)]
  }
}
