/**
 * Makes programs of differential runs from seeds. Knows just enough of TCP to be relevant: where each peer's stream and the
 * stack's stand if all goes well, and how to be a little wrong. What it leaves out, and why, is in docs/fidelity.md.
 */
import { Prng } from '../../tcpip/base/prng.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../tcpip/wire/segment.ts'
import type { TcpOption } from '../packetdrill/language/ast.ts'
import { type Action, FIRST_TIMESTAMP, type Program, type Step } from './program.ts'

/** Times between steps, microseconds: none of them ends where a timer does. */
const WAITS = [0, 0, 0, 15_000, 15_000, 65_000, 65_000, 110_000, 330_000, 1_350_000]

/** Bytes of what peers and program send at a time. */
const SIZES = [1, 10, 10, 100, 400, 1400]
const WRITES = [10, 100, 1000, 3000, 9000]

/** Beyond any window, bytes: the endpoint's is 64 KB, a kernel's grows as far as its buffer of 128 KB. */
const BEYOND = 140_000

/** A peer as the generator thinks of it. */
interface Peer {
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

class Generator {
  readonly steps: Step[] = []
  private readonly prng: Prng
  private readonly peers: Peer[]
  /** Peers in the order in which their handshakes were finished and not accepted, and what was accepted. */
  private readonly waiting: Peer[] = []
  private readonly accepted: (Peer | undefined)[] = []

  constructor(prng: Prng, peers: number) {
    this.prng = prng
    this.peers = Array.from({ length: peers }, (_, i) => this.makePeer(i + 1))
  }

  /** A few steps at random, most of them sensible. */
  run(steps: number): void {
    for (let i = 0; i < steps; i++) {
      const peer = this.pick(this.peers)
      if (peer.phase === 'new') this.open(peer)
      else if (peer.phase === 'asked') this.finish(peer)
      else this.talk(peer)
    }
    // What timers have to say.
    this.add({ kind: 'accept' }, 1_350_000)
  }

  private makePeer(number: number): Peer {
    const { prng } = this
    const hasTimestamps = prng.chance(1, 3)
    const options: TcpOption[] = []
    if (prng.chance(9, 10)) options.push({ kind: 'mss', value: this.pick([536, 1000, 1460, 1460]) })
    if (prng.chance(1, 2)) options.push({ kind: 'sackOK' })
    if (hasTimestamps) options.push({ kind: 'TS', val: 10_000, ecr: 0 })
    if (prng.chance(1, 2)) options.push({ kind: 'nop' }, { kind: 'wscale', value: this.pick([0, 7, 14]) })
    return {
      number,
      hasTimestamps,
      synOptions: options,
      next: 1,
      stackNext: 1,
      clock: 10_000,
      phase: 'new',
      connection: -1,
      hasEnded: false,
    }
  }

  private open(peer: Peer): void {
    this.segment(peer, SYN, 0, 0, 0, peer.synOptions)
    peer.phase = 'asked'
  }

  /** In SYN-RECEIVED: mostly the final ACK, else something that is not. */
  private finish(peer: Peer): void {
    const { prng } = this
    const kind = prng.below(16)
    if (kind === 0) this.segment(peer, SYN, 0, 0, 0, peer.synOptions)
    else if (kind === 1) this.segment(peer, ACK, 1, 0, this.pick([0, 2, 77, 100_000]))
    else if (kind === 2) this.segment(peer, RST, this.pick([0, 1, 2, 100, 90_000]), 0, 0)
    else if (kind === 3) this.segment(peer, RST | ACK, this.pick([1, 5]), 0, this.pick([1, 9]))
    else if (kind === 4) this.segment(peer, SYN, this.pick([1, 60, 100_000]), 0, 0, peer.synOptions)
    else if (kind === 5) this.segment(peer, this.pick([0, FIN, PSH]), 1, this.pick([0, 10]), 0)
    else if (kind === 6) this.segment(peer, ACK, this.pick([0, 90_000]), this.pick([0, 10]), 1)
    else if (kind === 7) this.icmp(peer, this.pick([0, 5]))
    else if (kind === 8) this.add({ kind: 'accept' })
    else {
      const length = prng.chance(1, 4) ? this.pick(SIZES) : 0
      const fin = prng.chance(1, 12) ? FIN : 0
      this.segment(peer, ACK | fin | (length > 0 ? PSH : 0), 1, length, 1)
      peer.next = 1 + length + fin
      peer.hasEnded = fin !== 0
      peer.phase = 'connected'
      this.waiting.push(peer)
      if (prng.chance(3, 4)) this.accept()
    }
  }

  private accept(): void {
    this.add({ kind: 'accept' })
    const peer = this.waiting.shift()
    if (peer !== undefined) peer.connection = this.accepted.length
    this.accepted.push(peer)
  }

  private talk(peer: Peer): void {
    const { prng } = this
    if (peer.connection >= 0 && prng.chance(2, 5)) this.call(peer)
    else if (this.waiting.includes(peer) && prng.chance(1, 3)) this.accept()
    else this.send(peer)
  }

  /** One segment of a connected peer. */
  private send(peer: Peer): void {
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

  private call(peer: Peer): void {
    const { connection } = peer
    const kind = this.prng.below(12)
    if (kind < 5) this.add({ kind: 'read', connection, length: this.pick([10, 1000, 100_000]) })
    else if (kind < 9) {
      const length = this.pick(WRITES)
      this.add({ kind: 'write', connection, length })
      peer.stackNext += length
    } else if (kind === 9) this.add({ kind: 'shutdown', connection })
    else {
      if (kind === 11 && this.prng.chance(1, 3)) this.add({ kind: 'linger', connection }, 0)
      this.add({ kind: 'close', connection })
      peer.connection = -1
      peer.stackNext++
    }
  }

  private data(peer: Peer, seq: number, length: number): void {
    this.segment(peer, ACK | PSH, seq, length, peer.stackNext)
    peer.next = Math.max(peer.next, seq + length)
  }

  private end(peer: Peer): void {
    const length = this.pick([0, 0, 10])
    this.segment(peer, ACK | FIN, peer.next, length, peer.stackNext)
    if (!peer.hasEnded) peer.next += length + 1
    peer.hasEnded = true
  }

  private icmp(peer: Peer, seq: number): void {
    // "Host unreachable" takes back a timeout of a connection (RFC 6069), which the endpoint does not have.
    const code = peer.phase === 'connected' ? 3 : this.pick([1, 3])
    this.add({ kind: 'icmp', peer: peer.number, type: 3, code, seq })
  }

  private segment(
    peer: Peer,
    flags: number,
    seq: number,
    length: number,
    ack: number,
    options: readonly TcpOption[] = [],
    window = 64_240,
  ): void {
    const stamped = peer.hasTimestamps && (flags & (SYN | RST)) === 0
    peer.clock += 10
    const stamp: TcpOption[] = [
      { kind: 'nop' },
      { kind: 'nop' },
      { kind: 'TS', val: peer.clock, ecr: (flags & ACK) === 0 ? 0 : FIRST_TIMESTAMP },
    ]
    const number = (value: number): number => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32
    this.add({
      kind: 'segment',
      peer: peer.number,
      flags,
      seq: number(seq),
      length,
      ack: number(ack),
      window,
      options: stamped ? [...options, ...stamp] : options,
    })
  }

  private add(action: Action, wait: number = this.pick(WAITS)): void {
    this.steps.push({ wait, ...action })
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.prng.below(values.length)]
  }
}

/** The program of a seed. */
export function generate(seed: number): Program {
  const prng = new Prng(seed)
  // Half of the programs are about one connection, half about a crowd.
  const isCrowd = prng.chance(1, 2)
  const cookies = prng.below(3)
  const generator = new Generator(prng.fork('steps'), isCrowd ? 2 + prng.below(5) : 1)
  generator.run(6 + prng.below(isCrowd ? 14 : 10))
  return {
    backlog: isCrowd ? prng.below(4) : 4,
    sysctls: {
      'net.ipv4.tcp_syncookies': String(cookies),
      'net.ipv4.tcp_abort_on_overflow': String(Number(prng.chance(1, 6))),
    },
    deferAccept: prng.chance(1, 10) ? 3 : 0,
    steps: generator.steps,
  }
}
