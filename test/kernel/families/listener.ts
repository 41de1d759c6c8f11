/** Programs around a listener: one connection or a crowd at a small backlog, handshakes that go wrong, and the talk that follows. */
import type { Prng } from '../../../tcpip/base/prng.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../../tcpip/wire/segment.ts'
import type { Program } from '../program.ts'
import { type Peer, SIZES, Talk } from './talk.ts'

class AtListener extends Talk {
  private readonly peers: Peer[]
  /** Peers in the order in which their handshakes were finished and not accepted, and how many calls of accept() there were. */
  private readonly waiting: Peer[] = []
  private accepts = 0

  constructor(prng: Prng, peers: number) {
    super(prng)
    this.peers = Array.from({ length: peers }, (_, i) => this.makePeer(i + 1, prng.chance(1, 3)))
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
    if (peer !== undefined) peer.connection = this.accepts
    this.accepts++
  }

  private talk(peer: Peer): void {
    const { prng } = this
    if (peer.connection >= 0 && prng.chance(2, 5)) this.call(peer)
    else if (this.waiting.includes(peer) && prng.chance(1, 3)) this.accept()
    else this.send(peer)
  }
}

export function atListener(prng: Prng): Program {
  // Half of the programs are about one connection, half about a crowd.
  const isCrowd = prng.chance(1, 2)
  const cookies = prng.below(3)
  const program = new AtListener(prng.fork('steps'), isCrowd ? 2 + prng.below(5) : 1)
  program.run(6 + prng.below(isCrowd ? 14 : 10))
  const backlog = isCrowd ? prng.below(4) : 4
  const sysctls = {
    'net.ipv4.tcp_syncookies': String(cookies),
    'net.ipv4.tcp_abort_on_overflow': String(Number(prng.chance(1, 6))),
  }
  const deferAccept = prng.chance(1, 10) ? 3 : 0
  return { listener: { backlog, deferAccept }, sysctls, steps: program.steps }
}
